#include "model/reach.h"
#include "model/opening.h"

struct reach_question {
    const struct world *world;
    const struct rule *rule;
    struct cohort_id cohort;
    struct yield member[64]; /* what each jurisdiction or custodian can take */
    uint64_t unilateral;
    bool user;
};

/* All that a jurisdiction's own levers yield together: without partners and compelled users. */
static int
jurisdiction_yield(struct reach_question *q, uint32_t j, struct lever_list *levers, struct why *why)
{
    const struct rule *rule = q->rule;
    const int rc = lever_list_make(levers, q->world, (struct jurisdiction_id){j}, UINT64_MAX, why);

    q->member[j] = (struct yield){0};
    for (size_t i = 0; rc == 0 && i < levers->count; i++) {
        const struct lever *l = &levers->item[i];

        if (l->treaty != NULL || lever_content_probability(q->world, l) <= 0)
            continue;
        const struct yield y = lever_yield(q->world, l, rule, q->cohort, rule->sites, rule->stores);

        if (l->addressee == ADDRESSEE_USER)
            q->user |= y.plaintext;
        else
            yield_merge(&q->member[j], &y);
    }
    return rc;
}

static int
all_jurisdictions(struct reach_question *q, struct why *why)
{
    struct lever_list levers = {0};
    int rc = 0;

    for (uint32_t j = 0; j < q->world->jurisdictions && rc == 0; j++) {
        rc = jurisdiction_yield(q, j, &levers, why);
        if (rc == 0 && yield_opens(q->rule, &q->member[j]))
            q->unilateral |= UINT64_C(1) << j;
    }
    lever_list_release(&levers);
    return rc;
}

static bool
is_under(const struct world *w, struct custodian_id operator, struct custodian_id controller,
         struct custodian_id c)
{
    return custodian_is_under(w, operator, c) || custodian_is_under(w, controller, c);
}

/* What custodian c possesses or controls, itself or through subsidiaries, anywhere. */
static struct yield
custodian_yield(const struct reach_question *q, struct custodian_id c)
{
    const struct world *w = q->world;
    const struct rule *rule = q->rule;
    const struct site_id g = rule_decryptor(w, rule, q->cohort);
    struct yield y = {0};

    /* whoever runs the site that decrypts can keep what its cache fetches */
    if (rule->key_cache_ttl_s > 0 && g.i != NONE &&
        is_under(w, w->site[g.i].operator, w->site[g.i].controller, c))
        y.cached = stores_cacheable(w, rule_fetch_stores(rule));
    for (uint32_t i = 0; i < w->sites; i++)
        if (is_under(w, w->site[i].operator, w->site[i].controller, c))
            y.fragments |= UINT64_C(1) << i & rule->sites;
    for (uint32_t i = 0; i < w->stores; i++)
        if (w->store[i].kind != STORE_DEVICE &&
            is_under(w, w->store[i].operator, w->store[i].controller, c))
            y.uses |= UINT64_C(1) << i & (rule->stores | rule_fetch_stores(rule));
    return y;
}

static void
all_custodians(struct reach_question *q)
{
    for (uint32_t c = 0; c < q->world->custodians; c++)
        q->member[c] = custodian_yield(q, (struct custodian_id){c});
}

/* Would what serves the users be unreadable if members withheld all they hold? */
static uint32_t
denial_function(struct opening *o)
{
    const struct rule *rule = o->rule[0];
    uint32_t site[HOLDERS_MAX], store[HOLDERS_MAX];

    for (uint32_t i = 0; i < HOLDERS_MAX; i++) {
        site[i] = opening_holder(o, 0, false, i);
        store[i] = opening_holder(o, 0, true, i);
    }
    return bdd_or(&o->bdd, opening_formula(&o->bdd, &rule->data, site, true),
                  opening_formula(&o->bdd, rule_fetch(rule), store, true));
}

/* What to do with a family of minimal sets. */
struct wanted {
    struct set_list *list; /* NULL: only the size */
    uint32_t *least;
};

static int
minimal(struct reach_question *q, uint32_t members, bool denial, struct wanted want,
        struct why *why)
{
    struct opening o = {
        .rule = &q->rule, .yield = q->member, .members = members, .rules = 1, .want = WANT_CONTENT};
    uint32_t family;
    int rc;

    /* a cache helps to open; whoever withholds a key does not hold it back by having it cached */
    for (uint32_t i = 0; denial && i < members; i++)
        q->member[i].cached = 0;
    opening_order(&o);
    family = denial ? denial_function(&o) : opening_function(&o, 1, given_nothing);
    family = family_minimal(&o.bdd, family);
    if (want.list == NULL) {
        *want.least = family_least(&o.bdd, family);
        rc = bdd_status(&o.bdd, why);
    } else {
        want.list->count = 0;
        want.list->total = 0;
        rc = set_list_add(want.list, &o.bdd, family, o.member, members, SETS_MOST, why);
    }
    bdd_release(&o.bdd);
    return rc;
}

static int
ask_all(struct reach_question *q, struct wanted jurisdictions, struct wanted custodians,
        struct wanted denial, struct why *why)
{
    const struct world *w = q->world;
    int rc;

    if (w->jurisdictions > 64 || w->custodians > 64)
        return why_add(why, ERR_LIMIT, NULL, "%u jurisdictions and %u custodians: at most 64 each",
                       w->jurisdictions, w->custodians);
    rc = all_jurisdictions(q, why);
    if (rc == 0)
        rc = minimal(q, w->jurisdictions, false, jurisdictions, why);
    all_custodians(q);
    if (rc == 0)
        rc = minimal(q, w->custodians, false, custodians, why);
    if (rc == 0)
        rc = minimal(q, w->custodians, true, denial, why);
    return rc;
}

int
reach_unilateral(uint64_t *out, const struct world *w, const struct rule *rule,
                 struct cohort_id cohort, struct why *why)
{
    struct reach_question q = {.world = w, .rule = rule, .cohort = cohort};
    const int rc = all_jurisdictions(&q, why);

    *out = q.unilateral;
    return rc;
}

int
reach_make(struct reach *out, const struct world *w, const struct rule *rule,
           struct cohort_id cohort, struct why *why)
{
    struct reach_question q = {.world = w, .rule = rule, .cohort = cohort};
    const int rc = ask_all(&q, (struct wanted){.list = &out->jurisdictions},
                           (struct wanted){.list = &out->custodians},
                           (struct wanted){.list = &out->denial}, why);

    out->unilateral = q.unilateral;
    out->user = q.user;
    return rc;
}

int
reach_measure(struct reach_size *out, const struct world *w, const struct rule *rule,
              struct cohort_id cohort, struct why *why)
{
    struct reach_question q = {.world = w, .rule = rule, .cohort = cohort};
    const int rc = ask_all(&q, (struct wanted){.least = &out->jurisdictions},
                           (struct wanted){.least = &out->custodians},
                           (struct wanted){.least = &out->denial}, why);

    out->unilateral = q.unilateral;
    out->user = q.user;
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
