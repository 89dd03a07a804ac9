#include "traffic_world.h"

#include "traffic/regime.h"

static struct regime_list
regimes_of(const struct traffic_world *tw)
{
    struct regime_list list = {0};

    assert_int_equal(regime_list_make(&list, &tw->model, (struct strategy_id){0}, NULL), 0);
    return list;
}

static double
sum_of(const struct regime_list *list)
{
    double sum = 0;

    for (size_t i = 0; i < list->count; i++)
        sum += list->item[i].probability;
    return sum;
}

static void
check_near(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-12))
        fail_msg("expected %.15g, got %.15g", expected, got);
}

/* Two sites and two stores of which the first site and both stores fail, and one site unused. */
static void
make_failing(struct traffic_world *tw)
{
    tw_init(tw);
    tw_site(tw, 0, 1, dist_constant(0));
    tw_site(tw, 0, 1, dist_constant(0));
    tw_site(tw, 0, 1, dist_constant(0));
    tw_store(tw, 0, 1, dist_constant(0));
    tw_store(tw, 0, 1, dist_constant(0));
    tw_cohort(tw, 0, 10, 1, 1);
    tw->site[0].fails = (struct failures){90, 10};
    tw->site[2].fails = (struct failures){1, 1};
    tw->store[0].fails = (struct failures){99, 1};
    tw->store[1].fails = (struct failures){80, 20};
    tw_rule(tw, 1, TW_ROWS(0, 1), 1, TW_ROWS(0, 1));
}

/* T7 */
static void
test_without_failures_there_is_one_regime(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_failing(&tw);
    struct regime_list list = regimes_of(&tw);

    assert_int_equal(list.count, 1);
    check_near(list.item[0].probability, 1);
    regime_list_release(&list);
}

/* T7: availabilities are 0.9, 0.99 and 0.8; the products are worked out here, the library uses odds
 */
static void
test_single_failures_have_their_steady_state_probability(void **state)
{
    struct traffic_world tw;
    const double well = 0.9 * 0.99 * 0.8;
    const double alone[] = {0.1 * 0.99 * 0.8, 0.9 * 0.01 * 0.8, 0.9 * 0.99 * 0.2};
    const double covered = well + alone[0] + alone[1] + alone[2];

    (void)state;
    make_failing(&tw);
    tw.model.study.failures = 1;
    struct regime_list list = regimes_of(&tw);

    assert_int_equal(list.count, 4); /* the third site fails often, and no rule uses it */
    check_near(list.item[0].probability, well / covered);
    for (size_t i = 0; i < 3; i++)
        check_near(list.item[1 + i].probability, alone[i] / covered);
    assert_int_equal(list.item[1].sites_down, 1);
    assert_int_equal(list.item[1].stores_down, 0);
    assert_int_equal(list.item[3].stores_down, 2);
    regime_list_release(&list);
}

static void
test_an_escrow_that_fails_makes_no_regime(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_failing(&tw);
    tw.model.study.failures = 1;
    tw.rule[0].fetch = tw.rule[0].fetch.part[0];
    tw.rule[0].fetch_stores = 1;
    struct regime_list list = regimes_of(&tw);

    assert_int_equal(list.count, 3); /* the second store, which is one, cannot fail users */
    regime_list_release(&list);
}

static void
test_pairs_of_failures_are_covered_on_request(void **state)
{
    struct traffic_world tw;
    const double covered = 1 - 0.1 * 0.01 * 0.2; /* all but the three at once */

    (void)state;
    make_failing(&tw);
    tw.model.study.failures = 2;
    struct regime_list list = regimes_of(&tw);

    assert_int_equal(list.count, 7);
    check_near(list.item[0].probability, 0.9 * 0.99 * 0.8 / covered);
    check_near(list.item[4].probability, 0.1 * 0.01 * 0.8 / covered);
    check_near(list.item[6].probability, 0.9 * 0.01 * 0.2 / covered);
    assert_int_equal(list.item[6].stores_down, 3);
    check_near(sum_of(&list), 1);
    regime_list_release(&list);
}

static void
test_a_stated_gateway_is_a_component_too(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_failing(&tw);
    tw.model.study.failures = 1;
    tw.rule[0].gateway = (struct site_id){2};
    struct regime_list list = regimes_of(&tw);

    assert_int_equal(list.count, 5);
    assert_int_equal(list.item[2].sites_down, 4);
    check_near(sum_of(&list), 1);
    regime_list_release(&list);
}

/* Epochs at days 0, 10, 40 and 70 of 100; the third differs as the test says. */
static void
make_epochs(struct traffic_world *tw, const struct world *third, const struct rule *rule)
{
    static const sim_ns from[] = {0, 10, 40, 70, 100};

    for (uint32_t i = 0; i < 4; i++) {
        tw->epoch[i] = tw->epoch[0];
        tw->epoch[i].from = from[i] * NS_PER_DAY;
        tw->epoch[i].to = from[i + 1] * NS_PER_DAY;
    }
    tw->epoch[2].world = third;
    tw->epoch[2].rule = rule;
    tw->strategy.epochs = 4;
}

/* T8 */
static void
test_epochs_that_serve_alike_are_one_regime(void **state)
{
    struct traffic_world tw;
    struct rule copy;
    struct world world;
    struct cohort resident;

    (void)state;
    make_failing(&tw);
    copy = tw.rule[0];
    world = tw.world;
    resident = tw.cohort[0];
    resident.resident_of.i = 1; /* another law for the users: operations do not notice */
    world.cohort = &resident;
    make_epochs(&tw, &world, &copy);
    struct regime_list list = regimes_of(&tw);

    assert_int_equal(list.count, 1);
    check_near(list.item[0].probability, 1);
    regime_list_release(&list);
}

/* T8: one change at a time, each of which operations notice */
static void
test_epochs_that_differ_for_users_are_regimes_apart(void **state)
{
    struct traffic_world tw;
    struct world w[10];
    struct site site[3], failing[3];
    struct key_store store[2];
    struct cohort cohort[2];
    struct data_class class[2];
    struct link link[2];
    struct rule rule[4];
    const double cost[1] = {0.001}, zero[1] = {0};

    (void)state;
    make_failing(&tw);
    for (size_t i = 0; i < COUNT(w); i++)
        w[i] = tw.world;
    for (size_t i = 0; i < 3; i++)
        site[i] = failing[i] = tw.site[i];
    site[1].servers = 2;
    w[0].site = site;
    store[0] = tw.store[0];
    store[1] = tw.store[1];
    store[1].service = dist_constant(0.1);
    w[1].store = store;
    cohort[0] = cohort[1] = tw.cohort[0];
    cohort[0].hour[5] = 2;
    w[2].cohort = &cohort[0];
    cohort[1].reads = 0.5;
    w[3].cohort = &cohort[1];
    class[0] = class[1] = tw.class[0];
    class[0].size = dist_constant(7);
    w[4].class = &class[0];
    link[0] = link[1] = tw.link[0];
    link[0].jitter = tw_exponential(0.1);
    w[5].link = &link[0];
    link[1].loss = 0.1;
    w[6].link = &link[1];
    w[7].open = (struct cost){NULL, zero, cost, 1};
    w[8].seal = (struct cost){NULL, zero, cost, 1};
    failing[0].fails.for_s = 11;
    w[9].site = failing;
    for (size_t i = 0; i < COUNT(w); i++) {
        make_epochs(&tw, &w[i], tw.rule);
        struct regime_list list = regimes_of(&tw);

        if (list.count != 2)
            fail_msg("change %zu of the world went unnoticed", i);
        check_near(list.item[0].probability, 0.7);
        check_near(list.item[1].probability, 0.3);
        regime_list_release(&list);
    }
    for (size_t i = 0; i < 4; i++)
        rule[i] = tw.rule[0];
    rule[0].key_cache_ttl_s = 1;
    rule[1].writes_all = true;
    rule[2].data.need = 2;
    rule[3].cohort_key = true;
    for (size_t i = 0; i < 4; i++) {
        make_epochs(&tw, &tw.world, &rule[i]);
        struct regime_list list = regimes_of(&tw);

        assert_int_equal(list.count, 2);
        check_near(sum_of(&list), 1);
        regime_list_release(&list);
    }
}

static bool
is_same(struct traffic_world *tw, const struct world *world, const struct rule *rule)
{
    make_epochs(tw, world, rule);
    return regime_same_epoch(&tw->epoch[0], &tw->epoch[2]);
}

/* T8: the same for what an operation may meet beside: each field of limits, of users' connections
 * and VPN, of shared links and their hours, of a rule's care. */
static void
test_epochs_that_differ_in_what_may_go_wrong_are_regimes_apart(void **state)
{
    static const double evening[24] = {[20] = 2};
    struct traffic_world tw;
    struct world w[14];
    struct site site[5][3];
    struct key_store store[2];
    struct cohort cohort[6];
    struct link link[4];
    struct rule rule[9];
    size_t n = 0;

    (void)state;
    make_failing(&tw);
    for (size_t i = 0; i < COUNT(w); i++)
        w[i] = tw.world;
    for (size_t i = 0; i < COUNT(site); i++) {
        for (size_t k = 0; k < 3; k++)
            site[i][k] = tw.site[k];
        w[n++].site = site[i];
    }
    site[0][1].limits.queue_ends = true;
    site[1][1].limits.queue = 7;
    site[2][1].limits.quota_per_s = 7;
    site[3][1].limits.burst = 7;
    site[4][1].limits.answers_within_s = 7;
    store[0] = tw.store[0];
    store[1] = tw.store[1];
    store[1].limits.answers_within_s = 0.25;
    w[n++].store = store;
    for (size_t i = 0; i < COUNT(cohort); i++)
        cohort[i] = tw.cohort[0];
    cohort[0].lists = 0.1;
    cohort[1].removals = 0.1;
    cohort[2].connections.idle_s = 60;
    cohort[3].connections.tls = 1;
    cohort[4].vpn = 0.1;
    cohort[5].vpn_delay = dist_constant(0.1);
    for (size_t i = 0; i < COUNT(cohort); i++)
        w[n++].cohort = &cohort[i];
    for (size_t i = 0; i < COUNT(link); i++)
        link[i] = tw.link[0];
    link[0].pipe = 1;
    link[1].pipe_bit_s = 1e6;
    for (size_t i = 0; i < 2; i++)
        w[n++].link = &link[i];
    assert_int_equal(n, COUNT(w));
    for (size_t i = 0; i < n; i++)
        if (is_same(&tw, &w[i], tw.rule))
            fail_msg("change %zu of the world went unnoticed", i);
    link[2].loss_hour = link[3].bandwidth_hour = evening;
    for (size_t i = 2; i < 4; i++) {
        w[0] = tw.world;
        w[0].link = &link[i];
        assert_false(is_same(&tw, &w[0], tw.rule));
    }
    for (size_t i = 0; i < COUNT(rule); i++)
        rule[i] = tw.rule[0];
    rule[0].reads_fastest = rule[1].keys_parallel = true;
    rule[2].timeout_s = 1;
    rule[3].retries = 1;
    rule[4].back_off_s = 1;
    rule[5].edge.objects = 1;
    rule[6].edge.at.i = 1;
    rule[7].edge.hit = 0.5;
    rule[8].decrypts = DECRYPTS_SITE;
    for (size_t i = 0; i < COUNT(rule); i++)
        if (is_same(&tw, &tw.world, &rule[i]))
            fail_msg("change %zu of the rule went unnoticed", i);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_failures_there_is_one_regime),
        cmocka_unit_test(test_single_failures_have_their_steady_state_probability),
        cmocka_unit_test(test_an_escrow_that_fails_makes_no_regime),
        cmocka_unit_test(test_pairs_of_failures_are_covered_on_request),
        cmocka_unit_test(test_a_stated_gateway_is_a_component_too),
        cmocka_unit_test(test_epochs_that_serve_alike_are_one_regime),
        cmocka_unit_test(test_epochs_that_differ_for_users_are_regimes_apart),
        cmocka_unit_test(test_epochs_that_differ_in_what_may_go_wrong_are_regimes_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
