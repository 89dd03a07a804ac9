#include "traffic_world.h"

#include "record/outcome.h"
#include "records.h"

/* A service that is blocked from time to time: those who go on by VPN, and those who cannot. */

static void
vpn_world(struct traffic_world *tw)
{
    tw_chain(tw, 1);
    tw->cohort[0].vpn = 0.3;
    tw->cohort[0].vpn_delay = tw_exponential(0.05);
}

static void
test_operations_by_vpn_take_longer_by_its_delay(void **state)
{
    struct traffic_world tw;
    double mean[TW_REPLICATIONS];

    (void)state;
    vpn_world(&tw);
    tw.rule[0].decrypts = DECRYPTS_CLIENT; /* the key stores are no part of the service's way */
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        mean[i] = tw_value(&r, METRIC_LATENCY_VPN_MEAN, label_total);
        tw_check_near(
            "of the cohort",
            tw_value(&r, METRIC_LATENCY_VPN_MEAN, label_with(label_total, LABEL_COHORT, 0)),
            mean[i], 0);
        recording_release(&r);
    }
    tw_check_mean("by VPN", mean, TW_REPLICATIONS, 40 + 107 + 302 + 50, TW_LEVEL);
}

/* While it is blocked, only VPN users are there: 0.4 of the load. */
static void
test_only_vpn_users_load_the_stations_of_a_blocked_service(void **state)
{
    struct traffic_world tw;
    double mean[TW_REPLICATIONS];

    (void)state;
    tw_queue(&tw, 800, 1, tw_exponential(0.001));
    tw.cohort[0].vpn = 0.4;
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        mean[i] = tw_value(&r, METRIC_LATENCY_VPN_MEAN, label_total);
        recording_release(&r);
    }
    tw_check_mean("M/M/1 at 0.32", mean, TW_REPLICATIONS, 1 / 0.68, TW_LEVEL);
}

static void
test_users_with_a_vpn_change_nothing_else(void **state)
{
    struct traffic_world without, with;
    struct recording a = {0}, b = {0};

    (void)state;
    tw_varied(&without);
    tw_varied(&with);
    with.cohort[0].vpn = 0.5;
    with.cohort[0].vpn_delay = dist_constant(1);
    tw_run(&without, 0, &a);
    tw_run(&with, 0, &b);
    assert_int_equal(a.windows.count, b.windows.count);
    for (size_t i = 0; i < a.windows.count; i++)
        assert_true(a.windows.item[i].latency.sum == b.windows.item[i].latency.sum);
    assert_true(b.observations.count > a.observations.count);
    recording_release(&a);
    recording_release(&b);
}

/* Availability with blocks */

static void
add(struct outcome *o, enum plane plane, uint64_t replication, double served, double blocked)
{
    struct recording r = {.plane = plane, .replication = replication};
    static const double ms[1000] = {1};

    if (plane == PLANE_TRAFFIC)
        records_window(&r, 0, 0, 0, 0, 1, 1000, ms, (size_t)served);
    else if (blocked > 0)
        records_value(&r, 0, METRIC_BLOCKED_DAYS, label_total, blocked);
    assert_int_equal(outcome_add(o, &r), 0);
    recording_release(&r);
}

static void
test_blocks_take_their_share_of_availability(void **state)
{
    struct outcome o;

    (void)state;
    assert_int_equal(outcome_init(&o, records_legend()), 0);
    add(&o, PLANE_TRAFFIC, 0, 900, 0);
    add(&o, PLANE_TRAFFIC, 1, 700, 0);
    add(&o, PLANE_LEGAL, 0, 0, 73); /* a tenth of 730 days */
    add(&o, PLANE_LEGAL, 1, 0, 0);
    add(&o, PLANE_LEGAL, 2, 0, 365);
    assert_int_equal(outcome_finish(&o), 0);
    const struct series *s = outcome_find(&o, 0, METRIC_AVAILABILITY_WITH_BLOCKS, label_total);

    assert_non_null(s);
    assert_int_equal(s->count, 3);
    tw_check_near("a tenth", s->value[0], 0.8 * 0.9, 1e-12);
    tw_check_near("none", s->value[1], 0.8, 1e-12);
    tw_check_near("half", s->value[2], 0.8 * 0.5, 1e-12);
    assert_null(outcome_find(&o, 1, METRIC_AVAILABILITY_WITH_BLOCKS, label_total));
    outcome_release(&o);
}

static void
test_each_world_has_its_own_availability(void **state)
{
    struct legend legend = *records_legend();
    struct outcome o;

    (void)state;
    legend.worlds = 2;
    assert_int_equal(outcome_init(&o, &legend), 0);
    add(&o, PLANE_TRAFFIC, 0, 900, 0);
    add(&o, PLANE_TRAFFIC, 1, 500, 0);
    add(&o, PLANE_LEGAL, 0, 0, 73);
    add(&o, PLANE_LEGAL, 1, 0, 73);
    assert_int_equal(outcome_finish(&o), 0);
    const struct series *s = outcome_find(&o, 0, METRIC_AVAILABILITY_WITH_BLOCKS, label_total);

    assert_non_null(s);
    tw_check_near("world 0", s->value[0], 0.9 * 0.9, 1e-12);
    tw_check_near("world 1", s->value[1], 0.5 * 0.9, 1e-12);
    outcome_release(&o);
}

static void
test_nothing_is_told_of_blocks_where_there_are_none(void **state)
{
    struct outcome o;

    (void)state;
    assert_int_equal(outcome_init(&o, records_legend()), 0);
    add(&o, PLANE_TRAFFIC, 0, 900, 0);
    add(&o, PLANE_LEGAL, 0, 0, 0);
    assert_int_equal(outcome_finish(&o), 0);
    assert_null(outcome_find(&o, 0, METRIC_AVAILABILITY_WITH_BLOCKS, label_total));
    outcome_release(&o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations_by_vpn_take_longer_by_its_delay),
        cmocka_unit_test(test_only_vpn_users_load_the_stations_of_a_blocked_service),
        cmocka_unit_test(test_users_with_a_vpn_change_nothing_else),
        cmocka_unit_test(test_blocks_take_their_share_of_availability),
        cmocka_unit_test(test_each_world_has_its_own_availability),
        cmocka_unit_test(test_nothing_is_told_of_blocks_where_there_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
