/* Plans and reach of worlds far too wide for trying subsets: counted in closed form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "model/reach.h"

/* `each` sites and as many key stores, all in one place, each run by a custodian of its own; one
 * jurisdiction whose orders reach them all. */
enum { WIDE = 32, PARTS = 80 };

struct wide_world {
    struct world world;
    struct jurisdiction jurisdiction;
    struct instrument terms;
    struct named instrument;
    struct place place;
    struct custodian custodian[2 * WIDE];
    struct site site[WIDE];
    struct key_store store[WIDE];
    struct cohort cohort;
    struct link link;
    struct formula part[PARTS];
    uint32_t parts;
    struct rule rule;
};

static void
wide_init(struct wide_world *ww, uint32_t each)
{
    *ww = (struct wide_world){0};
    ww->terms = (struct instrument){.is.name = "order",
                                    .available = true,
                                    .addressee = ADDRESSEE_CUSTODIAN,
                                    .filing = dist_constant(86400),
                                    .grant = 1};
    ww->jurisdiction = (struct jurisdiction){.is.name = "J", .instrument = &ww->terms};
    ww->link = (struct link){.known = true, .rtt_s = 0.01};
    ww->cohort.accounts = 1;
    for (uint32_t i = 0; i < each; i++) {
        ww->site[i] = (struct site){.operator= {i}, .controller = {i}};
        ww->store[i] = (struct key_store){
            .kind = STORE_SOFTWARE, .operator= {each + i}, .controller = {each + i}};
    }
    for (uint32_t c = 0; c < 2 * each; c++)
        ww->custodian[c] = (struct custodian){.parent = {NONE}, .served_in = 1};
    ww->rule = (struct rule){.cohorts = 1, .classes = 1, .share = 1, .gateway = {NONE}};
    ww->rule.sites = ww->rule.stores = (UINT64_C(1) << each) - 1;
    ww->world = (struct world){.jurisdiction = &ww->jurisdiction,
                               .place = &ww->place,
                               .custodian = ww->custodian,
                               .site = ww->site,
                               .store = ww->store,
                               .cohort = &ww->cohort,
                               .instrument = &ww->instrument,
                               .link = &ww->link,
                               .jurisdictions = 1,
                               .places = 1,
                               .custodians = 2 * each,
                               .sites = each,
                               .stores = each,
                               .cohorts = 1,
                               .instruments = 1};
}

/* k_1 of n_1 groups, of each k_2 of its n_2 holders. */
static struct formula
groups(struct wide_world *ww, uint32_t k1, uint32_t n1, uint32_t k2, uint32_t n2)
{
    struct formula *outer = &ww->part[ww->parts];

    ww->parts += n1;
    for (uint32_t g = 0; g < n1; g++) {
        struct formula *inner = &ww->part[ww->parts];

        ww->parts += n2;
        assert_in_range(ww->parts, 1, PARTS);
        for (uint32_t i = 0; i < n2; i++)
            inner[i] = (struct formula){.leaf = g * n2 + i};
        outer[g] = (struct formula){.leaf = NONE, .need = k2, .part = inner, .parts = n2};
    }
    return (struct formula){.leaf = NONE, .need = k1, .part = outer, .parts = n1};
}

static uint64_t
choose(uint64_t n, uint64_t k)
{
    uint64_t c = 1;

    for (uint64_t i = 1; i <= k; i++)
        c = c * (n - k + i) / i;
    return c;
}

static uint64_t
group_sets(uint32_t k1, uint32_t n1, uint32_t k2, uint32_t n2)
{
    uint64_t c = choose(n1, k1);

    for (uint32_t i = 0; i < k1; i++)
        c *= choose(n2, k2);
    return c;
}

struct asked {
    struct lever_list levers;
    const struct rule *rule;
    struct plan_question q;
};

static void
ask(struct asked *a, struct wide_world *ww)
{
    *a = (struct asked){.rule = &ww->rule};
    assert_int_equal(
        lever_list_make(&a->levers, &ww->world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    a->q = (struct plan_question){.world = &ww->world,
                                  .rule = &a->rule,
                                  .sites = &ww->rule.sites,
                                  .stores = &ww->rule.stores,
                                  .rules = 1,
                                  .levers = &a->levers,
                                  .want = WANT_CONTENT};
}

static void
test_twenty_holders_in_nested_thresholds_have_as_many_plans_as_combinatorics_says(void **state)
{
    static struct wide_world ww;
    struct plan_list plans = {0};
    struct asked a;

    (void)state;
    wide_init(&ww, 10);
    ww.rule.data = groups(&ww, 2, 2, 3, 5); /* 10^2 */
    ww.rule.keys = groups(&ww, 3, 5, 1, 2); /* 10 x 2^3 */
    ask(&a, &ww);
    assert_int_equal(a.levers.count, 20);
    assert_int_equal(plan_list_make(&plans, &a.q, NULL), 0);
    assert_int_equal(plans.count, group_sets(2, 2, 3, 5) * group_sets(3, 5, 1, 2));
    assert_int_equal(plans.total, plans.count);
    for (size_t i = 0; i < plans.count; i++) {
        const uint64_t sites = plans.item[i].levers & 0x3ff, keys = plans.item[i].levers >> 10;
        uint32_t pairs = 0;

        assert_int_equal(__builtin_popcountll(sites & 0x1f), 3);
        assert_int_equal(__builtin_popcountll(sites & 0x3e0), 3);
        for (uint32_t g = 0; g < 5; g++)
            pairs += __builtin_popcountll(keys >> 2 * g & 3) == 1;
        assert_int_equal(pairs, 3);
        assert_int_equal(__builtin_popcountll(keys), 3);
        assert_true(i == 0 || set_compare(plans.item[i - 1].levers, plans.item[i].levers) < 0);
    }
    plan_list_release(&plans);
    lever_list_release(&a.levers);
}

static void
test_sixty_four_levers_are_counted_and_the_first_plans_listed(void **state)
{
    static struct wide_world ww;
    struct plan_list plans = {0};
    struct reach_size size;
    struct plan best;
    struct asked a;
    bool found;

    (void)state;
    wide_init(&ww, 32);
    ww.rule.data = groups(&ww, 3, 4, 4, 8);
    ww.rule.keys = groups(&ww, 2, 4, 5, 8);
    ask(&a, &ww);
    assert_int_equal(a.levers.count, 64);
    assert_int_equal(plan_list_make(&plans, &a.q, NULL), 0);
    assert_true(plans.total == group_sets(3, 4, 4, 8) * group_sets(2, 4, 5, 8));
    assert_int_equal(plans.count, PLANS_MOST);
    for (size_t i = 0; i < plans.count; i++)
        assert_int_equal(__builtin_popcountll(plans.item[i].levers), 22);
    /* by ordinal: four of each of the first groups, five of each of the first groups of stores */
    assert_true(plans.item[0].levers == UINT64_C(0x1f1f000f0f0f));
    assert_int_equal(plan_best(&best, &found, &a.q, NULL), 0);
    assert_true(found && best.levers == plans.item[0].levers);
    assert_int_equal(reach_measure(&size, &ww.world, &ww.rule, (struct cohort_id){0}, NULL), 0);
    assert_int_equal(size.custodians, 22);
    assert_int_equal(size.jurisdictions, 1);
    /* ciphertext: two groups, of each five; keys: three groups, of each four */
    assert_int_equal(size.denial, 10);
    plan_list_release(&plans);
    lever_list_release(&a.levers);
}

static int
by_last_then_order(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    const int last = __builtin_clzll(y) - __builtin_clzll(x);

    return last != 0 ? last : set_compare(x, y);
}

/* Any 10 of 20, each slower than the one before: C(20, 10) = 184,756 plans, by their slowest. */
static void
test_of_too_many_plans_the_fastest_are_listed(void **state)
{
    static struct wide_world ww;
    struct plan_list plans = {0};
    uint64_t *all = calloc(184756, sizeof *all);
    struct asked a;
    size_t n = 0;

    (void)state;
    assert_non_null(all);
    wide_init(&ww, 20);
    ww.rule.data = groups(&ww, 1, 1, 10, 20);
    ww.rule.keys = (struct formula){.leaf = NONE, .need = 0}; /* in the open */
    ww.rule.stores = 0;
    for (uint32_t i = 0; i < 20; i++)
        ww.custodian[i].team.review = dist_constant(86400.0 * i);
    ask(&a, &ww);
    assert_int_equal(plan_list_make(&plans, &a.q, NULL), 0);
    for (uint64_t set = 0; set < UINT64_C(1) << 20; set++)
        if (__builtin_popcountll(set) == 10)
            all[n++] = set;
    qsort(all, n, sizeof *all, by_last_then_order);
    assert_int_equal(n, 184756);
    assert_int_equal(plans.total, n);
    assert_int_equal(plans.count, PLANS_MOST);
    for (size_t i = 0; i < plans.count; i++) {
        assert_true(plans.item[i].levers == all[i]);
        assert_true(plans.item[i].days == 64 - __builtin_clzll(all[i]));
    }
    free(all);
    plan_list_release(&plans);
    lever_list_release(&a.levers);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_twenty_holders_in_nested_thresholds_have_as_many_plans_as_combinatorics_says),
        cmocka_unit_test(test_sixty_four_levers_are_counted_and_the_first_plans_listed),
        cmocka_unit_test(test_of_too_many_plans_the_fastest_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
