/* Plans, coercion and denial sets against brute force that was written from DESIGN's words alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include "model/reach.h"
#include "random_world.h"

/* ---- a twin of the yield table: sets of sites and of key stores, nothing else ---- */

static bool
twin_owned(const struct world *w, uint32_t held_by, uint32_t asked)
{
    if (held_by == asked)
        return true;
    const uint32_t parent = held_by == NONE ? NONE : w->custodian[held_by].parent.i;

    return parent != NONE && twin_owned(w, parent, asked);
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
    return t->addressee == ADDRESSEE_CUSTODIAN &&
           (twin_owned(w, op, l->custodian.i) || twin_owned(w, ctl, l->custodian.i));
}

struct twin {
    bool site[RW_MAX], key[RW_MAX], user;
};

static struct twin
twin_yield(const struct world *w, const struct lever *l)
{
    struct twin y = {.user = l->acting_terms->addressee == ADDRESSEE_USER};

    for (uint32_t i = 0; i < RW_MAX; i++) {
        const struct site *s = &w->site[i];
        const struct key_store *k = &w->store[i];

        y.site[i] = twin_takes(w, l, s->at.i, s->operator.i, s->controller.i);
        if (k->kind == STORE_DEVICE)
            y.key[i] = l->acting_terms->addressee == ADDRESSEE_LOCATION &&
                       l->acting_terms->devices && l->place.i == w->cohort[0].at.i;
        else if (l->acting_terms->addressee == ADDRESSEE_LOCATION && k->kind == STORE_HSM &&
                 !k->extractable)
            y.key[i] = false;
        else
            y.key[i] = twin_takes(w, l, k->at.i, k->operator.i, k->controller.i);
    }
    return y;
}

static bool
twin_opens(const struct rule *r, const struct twin *y)
{
    uint32_t sites = 0, keys = 0;

    for (uint32_t i = 0; i < r->data.parts; i++)
        sites += y->site[i];
    for (uint32_t i = 0; i < r->keys.parts; i++)
        keys += y->key[i];
    return y->user || (sites >= r->data.need && keys >= r->keys.need);
}

static struct twin
twin_union(const struct twin *member, uint32_t n, uint64_t set)
{
    struct twin y = {0};

    for (uint32_t m = 0; m < n; m++)
        for (uint32_t i = 0; i < RW_MAX && (set >> m & 1) != 0; i++) {
            y.site[i] |= member[m].site[i];
            y.key[i] |= member[m].key[i];
            y.user |= member[m].user;
        }
    return y;
}

/* How many subsets open and lose that with any member less; all must stand in `found`. */
static void
check_against_subsets(const struct rule *rule, const struct twin *member, uint32_t n,
                      const uint64_t *found, size_t count)
{
    size_t minimal = 0;

    assert_in_range(n, 0, 20);
    for (uint64_t set = 0; set < UINT64_C(1) << n; set++) {
        struct twin y = twin_union(member, n, set);
        bool is_minimal = twin_opens(rule, &y), listed = false;

        for (uint32_t m = 0; m < n && is_minimal; m++)
            if ((set >> m & 1) != 0) {
                y = twin_union(member, n, set & ~(UINT64_C(1) << m));
                is_minimal = !twin_opens(rule, &y);
            }
        for (size_t i = 0; i < count; i++)
            listed |= found[i] == set;
        minimal += is_minimal;
        assert_int_equal(listed, is_minimal);
    }
    assert_int_equal(minimal, count);
}

static void
check_plans(struct random_world *rw, uint32_t asker)
{
    const struct rule *rules[] = {&rw->rule};
    struct lever_list levers = {0};
    struct plan_list plans = {0};
    struct why why = {0};
    struct twin member[64];
    uint64_t found[4096];

    assert_int_equal(
        lever_list_make(&levers, &rw->world, (struct jurisdiction_id){asker}, UINT64_MAX, &why), 0);
    const struct plan_question q = {.world = &rw->world,
                                    .rule = rules,
                                    .sites = &rw->rule.sites,
                                    .stores = &rw->rule.stores,
                                    .rules = 1,
                                    .levers = &levers,
                                    .want = WANT_CONTENT};

    assert_int_equal(plan_list_make(&plans, &q, &why), 0);
    for (size_t i = 0; i < levers.count; i++)
        member[i] = twin_yield(&rw->world, &levers.item[i]);
    for (size_t i = 0; i < plans.count; i++) {
        found[i] = plans.item[i].levers;
        assert_true(i == 0 || plans.item[i - 1].days <= plans.item[i].days);
        assert_true(plans.item[i].probability > 0 && plans.item[i].probability <= 1);
    }
    if (levers.count <= 14)
        check_against_subsets(&rw->rule, member, (uint32_t)levers.count, found, plans.count);
    plan_list_release(&plans);
    lever_list_release(&levers);
}

static void
test_plans_are_exactly_the_minimal_sets_of_levers(void **state)
{
    struct random_world rw;
    struct stream s;

    (void)state;
    for (uint64_t world = 0; world < 600; world++) {
        stream_open(&s, 1, world, PURPOSE_TEST, 0, 0);
        random_world_fill(&rw, &s);
        for (uint32_t asker = 0; asker < RW_JURISDICTIONS; asker++)
            check_plans(&rw, asker);
    }
}

/* ---- coercion and denial ---- */

static void
twin_jurisdictions(const struct random_world *rw, struct twin *member)
{
    const struct world *w = &rw->world;

    for (uint32_t j = 0; j < RW_JURISDICTIONS; j++) {
        struct lever_list levers = {0};
        struct twin y[64];
        uint64_t own = 0;

        assert_int_equal(lever_list_make(&levers, w, (struct jurisdiction_id){j}, UINT64_MAX, NULL),
                         0);
        for (size_t i = 0; i < levers.count; i++) {
            y[i] = twin_yield(w, &levers.item[i]);
            if (levers.item[i].treaty == NULL && !y[i].user)
                own |= UINT64_C(1) << i;
        }
        member[j] = twin_union(y, (uint32_t)levers.count, own);
        lever_list_release(&levers);
    }
}

static void
twin_custodians(const struct world *w, struct twin *member)
{
    for (uint32_t c = 0; c < RW_CUSTODIANS; c++)
        for (uint32_t i = 0; i < RW_MAX; i++) {
            member[c].site[i] = twin_owned(w, w->site[i].operator.i, c) ||
                                twin_owned(w, w->site[i].controller.i, c);
            member[c].key[i] =
                w->store[i].kind != STORE_DEVICE && twin_owned(w, w->store[i].operator.i, c);
        }
}

/* Denial: all minimal sets of custodians without whom the formula cannot be met. */
static void
check_denial(const struct rule *rule, const struct twin *member, const struct set_list *found)
{
    for (uint64_t set = 0; set < 1 << RW_CUSTODIANS; set++) {
        bool minimal = true, listed = false;

        for (uint32_t less = 0; less <= RW_CUSTODIANS && minimal; less++) {
            uint64_t deny = set;

            if (less < RW_CUSTODIANS && (set >> less & 1) == 0)
                continue;
            if (less < RW_CUSTODIANS)
                deny &= ~(UINT64_C(1) << less);
            const struct twin gone = twin_union(member, RW_CUSTODIANS, deny);
            struct twin left = {0};

            for (uint32_t i = 0; i < RW_MAX; i++) {
                left.site[i] = !gone.site[i];
                left.key[i] = !gone.key[i];
            }
            minimal = twin_opens(rule, &left) == (less < RW_CUSTODIANS);
        }
        for (size_t i = 0; i < found->count; i++)
            listed |= found->item[i] == set;
        assert_int_equal(listed, minimal);
    }
}

static void
test_coercion_and_denial_sets_are_exactly_the_minimal_ones(void **state)
{
    struct random_world rw;
    struct stream s;

    (void)state;
    for (uint64_t world = 0; world < 3000; world++) {
        struct twin jurisdiction[RW_JURISDICTIONS], custodian[RW_CUSTODIANS] = {0};
        struct reach reach = {0};
        uint64_t alone = 0;

        stream_open(&s, 2, world, PURPOSE_TEST, 0, 0);
        random_world_fill(&rw, &s);
        assert_int_equal(reach_make(&reach, &rw.world, &rw.rule, (struct cohort_id){0}, NULL), 0);
        twin_jurisdictions(&rw, jurisdiction);
        twin_custodians(&rw.world, custodian);
        for (uint32_t j = 0; j < RW_JURISDICTIONS; j++)
            alone |= (uint64_t)twin_opens(&rw.rule, &jurisdiction[j]) << j;
        assert_int_equal(reach.unilateral, alone);
        check_against_subsets(&rw.rule, jurisdiction, RW_JURISDICTIONS, reach.jurisdictions.item,
                              reach.jurisdictions.count);
        check_against_subsets(&rw.rule, custodian, RW_CUSTODIANS, reach.custodians.item,
                              reach.custodians.count);
        check_denial(&rw.rule, custodian, &reach.denial);
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
    rw.rule.data = (struct formula){.leaf = 0};
    rw.rule.keys = (struct formula){.leaf = 0};
    rw.rule.sites = rw.rule.stores = 1;
    assert_int_equal(reach_make(&reach, &rw.world, &rw.rule, (struct cohort_id){0}, NULL), 0);
    assert_int_equal(reach.custodians.count, 1);
    assert_int_equal(reach.custodians.item[0], 1 << 1 | 1 << 2);
    reach_release(&reach);
    rw.rule.key_cache_ttl_s = 60;
    assert_int_equal(reach_make(&reach, &rw.world, &rw.rule, (struct cohort_id){0}, NULL), 0);
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
    const struct yield y = lever_yield(&rw.world, &l, &rw.rule, (struct cohort_id){0}, 1, 1);

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
