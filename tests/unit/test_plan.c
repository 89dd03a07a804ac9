/* Plans, coercion and denial sets against brute force that was written from DESIGN's words alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>
#include "model/reach.h"
#include "random_world.h"

/* ---- a twin of the yield table: masks of what each member takes, nothing else ---- */

enum { LEVERS_TRIED = 15, SETS_TRIED = 1 << LEVERS_TRIED, HELD = 1 << RW_MAX };

struct twin {
    uint32_t sites, keys; /* keys: taken, used or from a cache */
    bool open, metadata;
};

static bool
twin_owned(const struct world *w, uint32_t held_by, uint32_t asked)
{
    if (held_by == asked)
        return true;
    const uint32_t parent = held_by == NONE ? NONE : w->custodian[held_by].parent.i;

    return parent != NONE && twin_owned(w, parent, asked);
}

/* A statute splits the orders on custodians: what it covers is another lever's. */
static bool
twin_statute(const struct world *w, const struct lever *l, uint32_t in)
{
    const struct blocking_statute *s = w->jurisdiction[in].statute;
    const bool blocked = s != NULL && in != l->acting.i && (s->against >> l->acting.i & 1) != 0;

    return blocked ? l->statute.i == in : l->statute.i == NONE;
}

static bool
twin_takes(const struct world *w, const struct lever *l, uint32_t at, uint32_t op, uint32_t ctl)
{
    const struct instrument *t = l->acting_terms;
    const bool in = at != NONE && w->place[at].in.i == l->acting.i;

    if (t->addressee == ADDRESSEE_LOCATION)
        return at != NONE && at == l->place.i;
    if (at == NONE || (!in && !t->abroad))
        return false;
    if (t->addressee == ADDRESSEE_STATE_CUSTODIAN)
        return twin_owned(w, op, l->custodian.i);
    return t->addressee == ADDRESSEE_CUSTODIAN && twin_statute(w, l, w->place[at].in.i) &&
           (twin_owned(w, op, l->custodian.i) || twin_owned(w, ctl, l->custodian.i));
}

static bool
twin_takes_site(const struct world *w, const struct lever *l, uint32_t i)
{
    const struct site *s = &w->site[i];

    if (l->acting_terms->addressee == ADDRESSEE_COVERT)
        return (l->acting_terms->sites >> i & 1) != 0;
    return twin_takes(w, l, s->at.i, s->operator.i, s->controller.i);
}

static bool
twin_takes_key(const struct world *w, const struct lever *l, uint32_t i)
{
    const struct key_store *k = &w->store[i];
    const enum addressee addressee = l->acting_terms->addressee;

    if (addressee == ADDRESSEE_COVERT)
        return (l->acting_terms->stores >> i & 1) != 0;
    if (k->kind == STORE_DEVICE)
        return addressee == ADDRESSEE_LOCATION && l->acting_terms->devices &&
               l->place.i == w->cohort[0].at.i;
    if (addressee == ADDRESSEE_LOCATION && k->kind == STORE_HSM && !k->extractable)
        return false;
    return twin_takes(w, l, k->at.i, k->operator.i, k->controller.i);
}

/* Keys that pass the gateway: of all stores that are no device, of those that operations ask. */
static uint32_t
twin_cacheable(const struct world *w, const struct rule *r)
{
    uint32_t out = 0;

    for (uint32_t i = 0; i < RW_MAX; i++)
        out |= (uint32_t)(w->store[i].kind != STORE_DEVICE) << i;
    return out & (uint32_t)(r->fetch_stores != 0 ? r->fetch_stores : r->stores);
}

/* All places are equally far, so the gateway is the first replica. */
static uint32_t
twin_gateway(const struct rule *r)
{
    return (uint32_t)__builtin_ctzll(r->sites);
}

static struct twin
twin_yield(const struct world *w, const struct lever *l, const struct rule *r)
{
    const bool user = l->acting_terms->addressee == ADDRESSEE_USER;
    struct twin y = {.open = user, .metadata = user};

    for (uint32_t i = 0; i < RW_MAX && !user; i++) {
        y.sites |= (uint32_t)((r->sites >> i & 1) != 0 && twin_takes_site(w, l, i)) << i;
        y.keys |= (uint32_t)((r->stores >> i & 1) != 0 && twin_takes_key(w, l, i)) << i;
    }
    y.metadata |= y.sites != 0;
    if (!user && l->acting_terms->holds_for_s > 0 && twin_takes_site(w, l, twin_gateway(r))) {
        y.keys |= r->key_cache_ttl_s > 0 ? twin_cacheable(w, r) : 0;
        y.open = l->acting_terms->watches;
    }
    return y;
}

static struct twin
twin_union(struct twin a, const struct twin *b)
{
    return (struct twin){a.sites | b->sites, a.keys | b->keys, a.open || b->open,
                         a.metadata || b->metadata};
}

static bool
twin_formula(const struct formula *f, uint32_t held)
{
    uint32_t have = 0;

    for (uint32_t i = 0; f->leaf == NONE && i < f->parts; i++)
        have += twin_formula(&f->part[i], held);
    return f->leaf == NONE ? have >= f->need : (held >> f->leaf & 1) != 0;
}

static bool
twin_opens(const struct rule *r, const struct twin *y, enum want want)
{
    if (want == WANT_METADATA)
        return y->metadata;
    return y->open || (twin_formula(&r->data, y->sites) &&
                       (want == WANT_CIPHERTEXT || twin_formula(&r->keys, y->keys)));
}

/* ---- all subsets ---- */

/* Exactly those sets are listed that are enough and no longer so with any member less, in order of
 * size and ordinal. */
static void
check_minimal(const bool *enough, uint32_t n, uint64_t never, const uint64_t *found, size_t count)
{
    static bool listed[SETS_TRIED];
    size_t minimal = 0;

    memset(listed, 0, sizeof *listed << n);
    for (size_t i = 0; i < count; i++)
        listed[found[i]] = true;
    for (uint64_t set = 0; set < UINT64_C(1) << n; set++) {
        bool is_minimal = enough[set] && (set & never) == 0;

        for (uint64_t rest = set; rest != 0 && is_minimal; rest &= rest - 1)
            is_minimal = !enough[set & ~(rest & -rest)];
        minimal += is_minimal;
        assert_int_equal(listed[set], is_minimal);
    }
    assert_int_equal(minimal, count);
}

/* What every subset takes under one rule, from that with one member less. */
static void
take_all(struct twin *taken, const struct twin *member, uint32_t n, struct twin nobody)
{
    taken[0] = nobody;
    for (uint64_t set = 1; set < UINT64_C(1) << n; set++)
        taken[set] = twin_union(taken[set & (set - 1)], &member[(uint32_t)__builtin_ctzll(set)]);
}

/* ---- plans ---- */

struct plan_case {
    const struct random_world *rw;
    struct lever_list levers;
    const struct rule *rule[RW_RULES];
    uint64_t sites[RW_RULES], stores[RW_RULES];
    struct yield got[RW_RULES];
    struct plan_question q;
};

static void
draw_question(struct plan_case *c, const struct random_world *rw, uint32_t asker, struct stream *s)
{
    const struct jurisdiction_id j = {asker};

    c->rw = rw;
    assert_int_equal(lever_list_make(&c->levers, &rw->world, j, UINT64_MAX, NULL), 0);
    for (uint32_t r = 0; r < RW_RULES; r++) {
        c->rule[r] = &rw->rule[r];
        c->sites[r] = rw->rule[r].sites;
        c->stores[r] = rw->rule[r].stores;
        c->got[r] = (struct yield){.fragments = stream_below(s, HELD) & stream_below(s, HELD),
                                   .keys = stream_below(s, HELD) & stream_below(s, HELD),
                                   .metadata = stream_below(s, 4) == 0};
    }
    c->q = (struct plan_question){
        .world = &rw->world,
        .rule = c->rule,
        .sites = c->sites,
        .stores = c->stores,
        .got = stream_below(s, 4) == 0 ? c->got : NULL,
        .rules = 1 + (uint32_t)stream_below(s, RW_RULES),
        .levers = &c->levers,
        .refused = stream_bits(s) & stream_bits(s) & stream_bits(s),
        .want = stream_below(s, 4) == 0 ? (enum want)stream_below(s, 2) : WANT_CONTENT,
    };
}

/* Which subsets of the levers open all the rules that can be opened. */
static uint64_t
enough_levers(const struct plan_case *c, bool *enough)
{
    static struct twin taken[SETS_TRIED];
    const uint32_t n = (uint32_t)c->levers.count;
    const uint64_t all = ((UINT64_C(1) << n) - 1) & ~c->q.refused;
    uint64_t open = 0;

    memset(enough, 1, sizeof *enough << n);
    for (uint32_t r = 0; r < c->q.rules; r++) {
        const struct yield none = {0}, *got = c->q.got != NULL ? &c->got[r] : &none;
        struct twin member[LEVERS_TRIED];

        for (uint32_t l = 0; l < n; l++)
            member[l] = twin_yield(&c->rw->world, &c->levers.item[l], c->rule[r]);
        take_all(
            taken, member, n,
            (struct twin){(uint32_t)got->fragments, (uint32_t)got->keys, false, got->metadata});
        if (!twin_opens(c->rule[r], &taken[all], c->q.want))
            continue;
        open |= UINT64_C(1) << r;
        for (uint64_t set = 0; set < UINT64_C(1) << n; set++)
            enough[set] &= twin_opens(c->rule[r], &taken[set], c->q.want);
    }
    if (open == 0)
        memset(enough, 0, sizeof *enough << n);
    return open;
}

static void
check_plan_order(const struct plan_case *c, const struct plan_list *plans)
{
    struct plan best;
    bool found;

    for (size_t i = 0; i < plans->count; i++) {
        const struct plan *p = &plans->item[i];
        double days = 0;

        for (uint64_t rest = p->levers; rest != 0; rest &= rest - 1)
            days = fmax(days,
                        lever_mean_delay_s(&c->rw->world, &c->levers.item[__builtin_ctzll(rest)]) /
                            86400);
        assert_true(p->days == days);
        assert_true(p->probability >= 0 && p->probability <= 1);
        assert_true(i == 0 || plans->item[i - 1].days < days ||
                    (plans->item[i - 1].days == days &&
                     set_compare(plans->item[i - 1].levers, p->levers) < 0));
    }
    assert_int_equal(plan_best(&best, &found, &c->q, NULL), 0);
    assert_int_equal(found, plans->count > 0);
    if (found)
        assert_memory_equal(&best, &plans->item[0], sizeof best);
}

static void
check_plans(const struct random_world *rw, uint32_t asker, struct stream *s, size_t *seen)
{
    static bool enough[SETS_TRIED];
    static uint64_t found[SETS_TRIED];
    struct plan_list plans = {0};
    struct plan_case c = {0};

    draw_question(&c, rw, asker, s);
    assert_int_equal(plan_list_make(&plans, &c.q, NULL), 0);
    assert_int_equal(plans.total, plans.count);
    check_plan_order(&c, &plans);
    if (c.levers.count > 0 && c.levers.count <= LEVERS_TRIED) {
        enough_levers(&c, enough);
        for (size_t i = 0; i < plans.count; i++)
            found[i] = plans.item[i].levers;
        check_minimal(enough, (uint32_t)c.levers.count, c.q.refused, found, plans.count);
        seen[0]++;
        seen[1] += plans.count > 1;
    }
    plan_list_release(&plans);
    lever_list_release(&c.levers);
}

static void
test_plans_are_exactly_the_minimal_sets_of_levers(void **state)
{
    static struct random_world rw;
    size_t seen[2] = {0};
    struct stream s;

    (void)state;
    for (uint64_t world = 0; world < 10000; world++) {
        stream_open(&s, 1, world, PURPOSE_TEST, 0, 0);
        random_world_fill(&rw, &s);
        check_plans(&rw, (uint32_t)world % RW_JURISDICTIONS, &s, seen);
    }
    /* the worlds have something to say */
    assert_in_range(seen[0], 7000, 10000);
    assert_in_range(seen[1], 2000, 10000);
}

/* ---- coercion and denial ---- */

static void
twin_jurisdictions(const struct random_world *rw, struct twin *member, bool *user)
{
    const struct world *w = &rw->world;

    *user = false;
    for (uint32_t j = 0; j < RW_JURISDICTIONS; j++) {
        struct lever_list levers = {0};

        member[j] = (struct twin){0};
        assert_int_equal(lever_list_make(&levers, w, (struct jurisdiction_id){j}, UINT64_MAX, NULL),
                         0);
        for (size_t i = 0; i < levers.count; i++) {
            const struct lever *l = &levers.item[i];
            const struct twin y = twin_yield(w, l, &rw->rule[0]);

            if (l->treaty != NULL ||
                (l->statute.i != NONE && w->jurisdiction[l->statute.i].statute->obeys == 0))
                continue;
            if (l->terms->addressee == ADDRESSEE_USER)
                *user = true;
            else
                member[j] = twin_union(member[j], &y);
        }
        lever_list_release(&levers);
    }
}

static void
twin_custodians(const struct random_world *rw, struct twin *member, bool with_cache)
{
    const struct world *w = &rw->world;
    const struct rule *r = &rw->rule[0];

    for (uint32_t c = 0; c < RW_CUSTODIANS; c++) {
        member[c] = (struct twin){0};
        for (uint32_t i = 0; i < RW_MAX; i++) {
            const bool has_site = twin_owned(w, w->site[i].operator.i, c) ||
                                  twin_owned(w, w->site[i].controller.i, c);

            member[c].sites |= (uint32_t)has_site << i;
            member[c].keys |= (uint32_t)(w->store[i].kind != STORE_DEVICE &&
                                         twin_owned(w, w->store[i].operator.i, c))
                              << i;
            if (has_site && i == twin_gateway(r) && with_cache && r->key_cache_ttl_s > 0)
                member[c].keys |= twin_cacheable(w, r);
        }
    }
}

static void
check_coercion(const struct rule *rule, const struct twin *member, uint32_t n,
               const struct set_list *found)
{
    struct twin taken[16];
    bool enough[16];

    take_all(taken, member, n, (struct twin){0});
    for (uint32_t set = 0; set < 1u << n; set++)
        enough[set] = twin_opens(rule, &taken[set], WANT_CONTENT);
    check_minimal(enough, n, 0, found->item, found->count);
    assert_int_equal(found->total, found->count);
}

/* Denial: all minimal sets of custodians without whom the users' formula cannot be met. */
static void
check_denial(const struct rule *rule, const struct twin *member, const struct set_list *found)
{
    const struct formula *keys = rule->fetch_stores != 0 ? &rule->fetch : &rule->keys;
    struct twin taken[1 << RW_CUSTODIANS];
    bool enough[1 << RW_CUSTODIANS];

    take_all(taken, member, RW_CUSTODIANS, (struct twin){0});
    for (uint32_t set = 0; set < 1 << RW_CUSTODIANS; set++)
        enough[set] =
            !twin_formula(&rule->data, ~taken[set].sites) || !twin_formula(keys, ~taken[set].keys);
    check_minimal(enough, RW_CUSTODIANS, 0, found->item, found->count);
}

static uint32_t
first_size(const struct set_list *sets)
{
    return sets->count > 0 ? (uint32_t)__builtin_popcountll(sets->item[0]) : NONE;
}

static void
check_sizes(const struct random_world *rw, const struct reach *reach)
{
    struct reach_size size;
    uint64_t alone = 0;

    assert_int_equal(reach_measure(&size, &rw->world, &rw->rule[0], (struct cohort_id){0}, NULL),
                     0);
    assert_int_equal(
        reach_unilateral(&alone, &rw->world, &rw->rule[0], (struct cohort_id){0}, NULL), 0);
    assert_int_equal(size.unilateral, reach->unilateral);
    assert_int_equal(alone, reach->unilateral);
    assert_int_equal(size.user, reach->user);
    assert_int_equal(size.jurisdictions, first_size(&reach->jurisdictions));
    assert_int_equal(size.custodians, first_size(&reach->custodians));
    assert_int_equal(size.denial, first_size(&reach->denial));
}

static void
test_coercion_and_denial_sets_are_exactly_the_minimal_ones(void **state)
{
    static struct random_world rw;
    struct stream s;

    (void)state;
    for (uint64_t world = 0; world < 10000; world++) {
        struct twin jurisdiction[RW_JURISDICTIONS], custodian[RW_CUSTODIANS];
        struct reach reach = {0};
        uint64_t alone = 0;
        bool user;

        stream_open(&s, 2, world, PURPOSE_TEST, 0, 0);
        random_world_fill(&rw, &s);
        assert_int_equal(reach_make(&reach, &rw.world, &rw.rule[0], (struct cohort_id){0}, NULL),
                         0);
        twin_jurisdictions(&rw, jurisdiction, &user);
        for (uint32_t j = 0; j < RW_JURISDICTIONS; j++)
            alone |= (uint64_t)twin_opens(&rw.rule[0], &jurisdiction[j], WANT_CONTENT) << j;
        assert_int_equal(reach.unilateral, alone);
        assert_int_equal(reach.user, user);
        check_coercion(&rw.rule[0], jurisdiction, RW_JURISDICTIONS, &reach.jurisdictions);
        twin_custodians(&rw, custodian, true);
        check_coercion(&rw.rule[0], custodian, RW_CUSTODIANS, &reach.custodians);
        twin_custodians(&rw, custodian, false);
        check_denial(&rw.rule[0], custodian, &reach.denial);
        check_sizes(&rw, &reach);
        reach_release(&reach);
    }
}

/* ---- the rest of the model's pure questions ---- */

static void
test_cache_capture_follows_its_formula(void **state)
{
    (void)state;
    /* lambda T = 1: half the accounts are cached; nothing held, nothing taken */
    assert_true(lever_cache_capture(0.1, 10, 0) == 0);
    assert_true(lever_cache_capture(0.1, 0, 3600) == 0);
    /* h = 0.5, lambda D = ln 2: 1 - 0.5 x 0.5 */
    const double p = lever_cache_capture(0.1, 10, 6.931471805599453);

    assert_true(p > 0.75 - 1e-12 && p < 0.75 + 1e-12);
}

static void
test_cache_capture_is_the_mean_over_the_hours_of_the_day(void **state)
{
    struct cohort night = {.operations_per_s = 0.1, .reads = 1};

    (void)state;
    /* all reads in one hour of the day: 23 hours find the cache empty and nobody comes */
    night.hour[3] = 24;
    const double p = cohort_cache_capture(&night, 0.1, 10, 50);
    const double alone = lever_cache_capture(2.4, 10, 50);

    assert_true(p > alone / 24 - 1e-15 && p < alone / 24 + 1e-15);
    /* 1 - (1 - 24/25) exp(-120) = 1 to double precision */
    assert_true(alone == 1);
}

static void
test_only_reads_under_a_rule_fill_its_key_cache(void **state)
{
    const struct data_class class[] = {{.weight = 0.9}, {.weight = 0.1}};
    const struct cohort cohort = {.operations_per_s = 0.02, .reads = 0.5};
    const struct world world = {.class = class, .classes = 2, .cohort = &cohort, .cohorts = 1};
    const double all = (double)__builtin_nan("");
    const struct rule rule[] = {{.cohorts = 1, .classes = 1, .share = all},
                                {.cohorts = 1, .classes = 3, .share = all}};
    const struct epoch e = {.world = &world, .rule = rule, .rules = 2};
    const double reads = epoch_cache_reads(&e, (struct cohort_id){0}, &rule[1], 0.5);

    (void)state;
    assert_true(reads > 0.001 - 1e-15 && reads < 0.001 + 1e-15);
}

/* One site abroad with a gateway that caches; the key lies with somebody else. */
static void
test_a_gateway_that_caches_keys_lets_its_holders_open(void **state)
{
    struct random_world rw;
    struct reach reach = {0};
    struct stream s;

    (void)state;
    stream_open(&s, 3, 0, PURPOSE_TEST, 0, 0);
    random_world_fill(&rw, &s);
    for (uint32_t c = 0; c < RW_CUSTODIANS; c++)
        rw.custodian[c].parent.i = NONE;
    rw.site[0].operator.i = rw.site[0].controller.i = 1;
    rw.store[0] =
        (struct key_store){.kind = STORE_HSM, .at = {1}, .operator= {2}, .controller = {2}};
    rw.rule[0].data = (struct formula){.leaf = 0};
    rw.rule[0].keys = (struct formula){.leaf = 0};
    rw.rule[0].sites = rw.rule[0].stores = 1;
    rw.rule[0].fetch_stores = 0;
    rw.rule[0].key_cache_ttl_s = 0;
    assert_int_equal(reach_make(&reach, &rw.world, &rw.rule[0], (struct cohort_id){0}, NULL), 0);
    assert_int_equal(reach.custodians.count, 1);
    assert_int_equal(reach.custodians.item[0], 1 << 1 | 1 << 2);
    reach_release(&reach);
    rw.rule[0].key_cache_ttl_s = 60;
    assert_int_equal(reach_make(&reach, &rw.world, &rw.rule[0], (struct cohort_id){0}, NULL), 0);
    assert_int_equal(reach.custodians.count, 1);
    assert_int_equal(reach.custodians.item[0], 1 << 1);
    reach_release(&reach);

    /* a covert means at the gateway takes from its cache like any other that holds it */
    struct instrument implant = {.is.name = "implant",
                                 .available = true,
                                 .addressee = ADDRESSEE_COVERT,
                                 .sites = 1,
                                 .holds_for_s = 60};
    const struct lever l = {.terms = &implant,
                            .acting_terms = &implant,
                            .addressee = ADDRESSEE_COVERT,
                            .custodian = {NONE},
                            .place = {NONE},
                            .cohort = {NONE},
                            .sites = implant.sites,
                            .statute = {NONE}};
    const struct yield y = lever_yield(&rw.world, &l, &rw.rule[0], (struct cohort_id){0}, 1, 1);

    assert_true(y.fragments == 1 && y.cached == 1 && y.keys == 0 && y.uses == 0);
}

static void
test_shares_take_the_same_accounts_for_all_classes(void **state)
{
    const double all = (double)__builtin_nan("");
    const struct rule rule[] = {
        {.cohorts = 1, .classes = 1, .share = 0.25},
        {.cohorts = 1, .classes = 3, .share = 0.5},
        {.cohorts = 1, .classes = 3, .share = all},
        {.cohorts = 2, .classes = 3, .share = all},
    };
    const struct epoch e = {.rule = rule, .rules = 4};
    static const struct {
        uint32_t cohort, class;
        double u;
        int rule;
    } t[] = {
        {0, 0, 0.0, 0}, {0, 0, 0.2499, 0}, {0, 0, 0.25, 1}, {0, 0, 0.75, 2}, {0, 1, 0.1, 2},
        {0, 1, 0.3, 1}, {0, 1, 0.8, 2},    {1, 0, 0.1, 3},  {0, 2, 0.1, -1},
    };
    double upper[8];

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const struct rule *r =
            epoch_rule(&e, (struct cohort_id){t[i].cohort}, (struct class_id){t[i].class}, t[i].u);

        assert_int_equal(r == NULL ? -1 : (int)(r - rule), t[i].rule);
    }
    assert_int_equal(epoch_parts(&e, (struct cohort_id){0}, upper, 8), 3);
    assert_true(upper[0] == 0.25 && upper[1] == 0.75 && upper[2] == 1);
    assert_int_equal(epoch_parts(&e, (struct cohort_id){1}, upper, 8), 1);
}

static void
test_costs_run_straight_between_measured_points(void **state)
{
    static const double bytes[] = {1000, 2000, 10000}, seconds[] = {1, 3, 4};
    const struct cost cost = {.bytes = bytes, .seconds = seconds, .points = 3};

    (void)state;
    assert_true(cost_of(&cost, 10) == 1);
    assert_true(cost_of(&cost, 1500) == 2);
    assert_true(cost_of(&cost, 2000) == 3);
    assert_true(cost_of(&cost, 6000) == 3.5);
    assert_true(cost_of(&cost, 30000) == 12);
}

static void
test_nested_thresholds_hold_when_enough_parts_hold(void **state)
{
    /* all of (0, any 2 of (1, 2, 3)) */
    const struct formula inner_leaf[] = {{.leaf = 1}, {.leaf = 2}, {.leaf = 3}};
    const struct formula outer_part[] = {{.leaf = 0},
                                         {.leaf = NONE, .need = 2, .part = inner_leaf, .parts = 3}};
    const struct formula f = {.leaf = NONE, .need = 2, .part = outer_part, .parts = 2};

    (void)state;
    for (uint64_t set = 0; set < 16; set++)
        assert_int_equal(formula_holds(&f, set),
                         (set & 1) != 0 && __builtin_popcountll(set & 14) >= 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans_are_exactly_the_minimal_sets_of_levers),
        cmocka_unit_test(test_coercion_and_denial_sets_are_exactly_the_minimal_ones),
        cmocka_unit_test(test_cache_capture_follows_its_formula),
        cmocka_unit_test(test_cache_capture_is_the_mean_over_the_hours_of_the_day),
        cmocka_unit_test(test_only_reads_under_a_rule_fill_its_key_cache),
        cmocka_unit_test(test_a_gateway_that_caches_keys_lets_its_holders_open),
        cmocka_unit_test(test_shares_take_the_same_accounts_for_all_classes),
        cmocka_unit_test(test_costs_run_straight_between_measured_points),
        cmocka_unit_test(test_nested_thresholds_hold_when_enough_parts_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
