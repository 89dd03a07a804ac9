#include "model/reach.h"

struct reach_question {
    const struct world *world;
    const struct rule *rule;
    struct yield member[64]; /* what each jurisdiction or custodian can take */
};

static bool
members_open(const void *context, uint64_t set)
{
    const struct reach_question *q = context;
    struct yield y = {0};

    for (; set != 0; set &= set - 1)
        yield_merge(&y, &q->member[__builtin_ctzll(set)]);
    return yield_opens(q->rule, &y);
}

/* Would the service be unreadable if these custodians withheld all they hold? */
static bool
members_deny(const void *context, uint64_t set)
{
    const struct reach_question *q = context;
    uint64_t sites = q->rule->sites, stores = rule_fetch_stores(q->rule);

    for (; set != 0; set &= set - 1) {
        const struct yield *y = &q->member[__builtin_ctzll(set)];

        sites &= ~y->fragments;
        stores &= ~(y->keys | y->uses);
    }
    return !formula_holds(&q->rule->data, sites) || !formula_holds(rule_fetch(q->rule), stores);
}

/* All that a jurisdiction's own levers yield together: without partners and compelled users. */
static int
jurisdiction_yield(struct yield *out, const struct world *w, const struct rule *rule,
                   struct cohort_id cohort, uint32_t j, struct lever_list *levers, struct why *why)
{
    const int rc = lever_list_make(levers, w, (struct jurisdiction_id){j}, UINT64_MAX, why);

    *out = (struct yield){0};
    for (size_t i = 0; rc == 0 && i < levers->count; i++) {
        const struct lever *l = &levers->item[i];

        if (l->treaty == NULL && l->addressee != ADDRESSEE_USER) {
            const struct yield y = lever_yield(w, l, rule, cohort, rule->sites, rule->stores);

            yield_merge(out, &y);
        }
    }
    return rc;
}

static int
all_jurisdictions(struct reach_question *q, struct cohort_id cohort, uint64_t *unilateral,
                  struct why *why)
{
    struct lever_list levers = {0};
    int rc = 0;

    *unilateral = 0;
    for (uint32_t j = 0; j < q->world->jurisdictions && rc == 0; j++) {
        rc = jurisdiction_yield(&q->member[j], q->world, q->rule, cohort, j, &levers, why);
        if (rc == 0 && yield_opens(q->rule, &q->member[j]))
            *unilateral |= UINT64_C(1) << j;
    }
    lever_list_release(&levers);
    return rc;
}

/* What custodian c possesses or controls, itself or through subsidiaries, anywhere. */
static struct yield
custodian_yield(const struct world *w, const struct rule *rule, struct cohort_id cohort,
                struct custodian_id c)
{
    const struct site_id g = rule_gateway(w, rule, cohort);
    struct yield y = {0};

    /* whoever runs the gateway that decrypts can keep what its cache fetches */
    if (rule->key_cache_ttl_s > 0 && rule->decrypts == DECRYPTS_GATEWAY && g.i != NONE &&
        (custodian_is_under(w, w->site[g.i].operator, c) ||
         custodian_is_under(w, w->site[g.i].controller, c)))
        y.cached = stores_cacheable(w, rule_fetch_stores(rule));

    for (uint32_t i = 0; i < w->sites; i++)
        if (custodian_is_under(w, w->site[i].operator, c) ||
            custodian_is_under(w, w->site[i].controller, c))
            y.fragments |= UINT64_C(1) << i & rule->sites;
    for (uint32_t i = 0; i < w->stores; i++)
        if (w->store[i].kind != STORE_DEVICE && (custodian_is_under(w, w->store[i].operator, c) ||
                                                 custodian_is_under(w, w->store[i].controller, c)))
            y.uses |= UINT64_C(1) << i & rule->stores;
    return y;
}

int
reach_unilateral(uint64_t *out, const struct world *w, const struct rule *rule,
                 struct cohort_id cohort, struct why *why)
{
    struct reach_question q = {.world = w, .rule = rule};

    return all_jurisdictions(&q, cohort, out, why);
}

int
reach_make(struct reach *out, const struct world *w, const struct rule *rule,
           struct cohort_id cohort, struct why *why)
{
    struct reach_question q = {.world = w, .rule = rule};
    int rc = all_jurisdictions(&q, cohort, &out->unilateral, why);

    if (rc == 0)
        rc = minimal_sets(&out->jurisdictions, w->jurisdictions, members_open, &q, why);
    for (uint32_t c = 0; c < w->custodians; c++)
        q.member[c] = custodian_yield(w, rule, cohort, (struct custodian_id){c});
    if (rc == 0)
        rc = minimal_sets(&out->custodians, w->custodians, members_open, &q, why);
    if (rc == 0)
        rc = minimal_sets(&out->denial, w->custodians, members_deny, &q, why);
    return rc;
}

void
reach_release(struct reach *reach)
{
    set_list_release(&reach->jurisdictions);
    set_list_release(&reach->custodians);
    set_list_release(&reach->denial);
    *reach = (struct reach){0};
}
