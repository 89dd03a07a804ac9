/* Duties, inspections, pressure and interference: on paper, and against closed forms. */
#include <stdlib.h>
#include <string.h>
#include "goodness.h"
#include "pressure_run.h"

/* ---- violation ---- */

static void
test_violation_lasts_from_the_duty_to_the_move(void **state)
{
    static const struct {
        double data_from, keys_from; /* days; 2000: never */
        uint32_t site, store;        /* after the move on day 600 */
        double expected;
    } t[] = {
        {100, 2000, 1, 0, 500}, {100, 2000, 0, 1, 900}, {2000, 100, 1, 0, 900},
        {2000, 100, 0, 1, 500}, {300, 100, 1, 1, 500},  {100, 300, 1, 0, 900},
        {700, 100, 0, 1, 800},  {700, 800, 1, 1, 0},    {-50, 2000, 1, 1, 600},
    };

    (void)state;
    for (unsigned i = 0; i < COUNT(t); i++) {
        struct abroad a;

        abroad_make(&a, 1000);
        a.lw.jurisdiction[0].duty =
            (struct duty){t[i].data_from < 2000 ? at_day(t[i].data_from) : SIM_NEVER,
                          t[i].keys_from < 2000 ? at_day(t[i].keys_from) : SIM_NEVER};
        lw_epoch(&a.lw, 0, 600);
        lw_rule(&a.lw, 0, t[i].site, t[i].store);
        CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, label_total), t[i].expected, 1e-9);
    }
}

static void
test_violation_counts_by_the_share_that_lies_abroad(void **state)
{
    struct abroad a;

    (void)state;
    abroad_make(&a, 1000);
    a.lw.strategies[0].epoch[0].rules = 0;
    lw_rule(&a.lw, 0, 1, 1)->share = 0.25;
    lw_rule(&a.lw, 0, 0, 0);
    lw_cohort(&a.lw, 1, 3000); /* BB's users have no duty */
    abroad_duty(&a, 200, dist_constant(0), 0);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, of_cohort(0)), 600, 1e-9);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, of_cohort(1)), 0, 1e-9);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, label_total), 150, 1e-9);
}

/* Two of three shares are inside, or the key is the users' own; an escrow inside is no help. */
static void
test_keys_are_inside_when_those_that_serve_are(void **state)
{
    struct abroad a;
    struct rule *rule;

    (void)state;
    abroad_make(&a, 1000);
    a.lw.jurisdiction[0].duty.keys_from = 0;
    const struct formula share[] = {a.lw.leaf[LW_MOST], a.lw.leaf[LW_MOST + 1],
                                    a.lw.leaf[LW_MOST + 2]};
    const uint32_t device = lw_device(&a.lw);

    rule = &a.lw.strategies[0].rule[0][0];
    rule->fetch = a.lw.leaf[LW_MOST];
    rule->fetch_stores = 1;
    rule->keys = (struct formula){.need = 1, .leaf = NONE, .part = share, .parts = 2};
    rule->stores = 3; /* store 1, inside, is an escrow */
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, label_total), 1000, 1e-9);
    rule->fetch = rule->keys = (struct formula){2, NONE, share, 3}; /* with the device */
    rule->fetch_stores = rule->stores = 7;
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, label_total), 0, 1e-9);
    a.lw.cohort[0].at.i = 1; /* residents who live abroad, with their devices */
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, label_total), 1000, 1e-9);
    assert_int_equal(device, 2);
}

/* ---- inspections and what follows ---- */

static void
test_one_case_at_a_time_and_pressure_after_its_grace(void **state)
{
    static const struct {
        double grace, fines;
    } t[] = {
        {0, 9},   /* on days 150, 250 ... 950 */
        {30, 9},  /* 30 days later, the last on day 980 */
        {60, 8},  /* the last would come after the horizon */
        {120, 4}, /* found on days 150, 350, 550, 750; that of 950 comes too late */
        {100, 4}, /* what ends on the day of an inspection is still open then */
    };

    (void)state;
    for (unsigned i = 0; i < COUNT(t); i++) {
        struct abroad a;

        abroad_make(&a, 1000);
        abroad_duty(&a, 50, dist_constant(100 * LW_DAY), t[i].grace);
        abroad_row(&a, ON_VIOLATION, MEANS_FINE, 7, 0);
        CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_PENALTY_COST, label_total), 7 * t[i].fines, 1e-9);
    }
}

static void
test_who_obeys_within_the_grace_goes_free(void **state)
{
    struct abroad a;

    (void)state;
    abroad_make(&a, 1000);
    abroad_duty(&a, 0, dist_constant(100 * LW_DAY), 50);
    abroad_row(&a, ON_VIOLATION, MEANS_FINE, 7, 0);
    lw_epoch(&a.lw, 0, 149);
    lw_rule(&a.lw, 0, 1, 0);
    lw_epoch(&a.lw, 0, 149.5); /* out of line again: another violation, found on day 200 */
    lw_rule(&a.lw, 0, 0, 0);
    lw_epoch(&a.lw, 0, 260);
    lw_rule(&a.lw, 0, 1, 0);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_PENALTY_COST, label_total), 7, 1e-9);
}

/* P(a gamma variable of whole shape k and scale 1 is at most x) */
static double
erlang_cdf(unsigned k, double x)
{
    double term = exp(-x), sum = 0;

    for (unsigned i = 0; i < k; i++) {
        sum += term;
        term *= x / (i + 1);
    }
    return 1 - sum;
}

/* With exponential gaps a fine comes one gap and one grace after the last: the k-th by day T with
 * the probability that k gaps take at most T - k graces. */
static void
test_fines_come_as_a_renewal_process_of_gap_and_grace(void **state)
{
    const double gap = 90, grace = 40, until = 1950;
    double fines = 0;
    struct abroad a;

    (void)state;
    for (unsigned k = 1; k * grace < until; k++)
        fines += erlang_cdf(k, (until - k * grace) / gap);
    abroad_make(&a, 2000);
    abroad_duty(&a, 50, lw_exponential_days(gap), grace);
    abroad_row(&a, ON_VIOLATION, MEANS_FINE, 7, 0)->probability = 0.6;
    check_played(&a.lw, 400, METRIC_PENALTY_COST, 7 * 0.6 * fines);
}

static void
test_inspections_are_the_same_in_all_strategies(void **state)
{
    struct abroad a;

    (void)state;
    abroad_make(&a, 3000);
    abroad_duty(&a, 0, lw_exponential_days(60), 0);
    abroad_row(&a, ON_VIOLATION, MEANS_FINE, 1, 0)->probability = 0.5;
    lw_strategy(&a.lw); /* the second is out of line from day 1000 on only */
    lw_rule(&a.lw, 1, 1, 1);
    lw_epoch(&a.lw, 1, 1000);
    lw_rule(&a.lw, 1, 0, 0);
    for (uint64_t i = 0; i < 40; i++) {
        const double all = played(&a.lw, 0, i, METRIC_PENALTY_COST, label_total);
        const double late = played(&a.lw, 1, i, METRIC_PENALTY_COST, label_total);

        a.lw.model.horizon = at_day(1000);
        const double early = played(&a.lw, 0, i, METRIC_PENALTY_COST, label_total);

        a.lw.model.horizon = at_day(3000);
        assert_true(early > 0 && late > 0);
        CHECK_WITHIN(late, all - early, 1e-9);
    }
}

/* ---- means ---- */

static void
test_blocked_time_is_the_union_of_all_blocks(void **state)
{
    static const double inf = INFINITY;
    static const struct {
        double lasts[2], moves_on, expected;
    } t[] = {
        {{20, 0}, 2000, 9 * 20},     {{20, 50}, 2000, 9 * 50 - 0},
        {{150, 20}, 2000, 900},      {{inf, 20}, 2000, 900},
        {{20, 0}, 510, 5 * 20},      {{20, 50}, 410, 4 * 50}, /* what has begun runs to its end */
        {{inf, 0}, 410, 310},        {{inf, 50}, 410, 350},   /* but for good is until the move */
        {{inf, 50}, 480, 480 - 100},
    };

    (void)state;
    for (unsigned i = 0; i < COUNT(t); i++) {
        struct abroad a;

        abroad_make(&a, 1000);
        abroad_duty(&a, 0, dist_constant(100 * LW_DAY), 0);
        abroad_row(&a, ON_VIOLATION, MEANS_BLOCK, 0, t[i].lasts[0]);
        abroad_row(&a, ON_VIOLATION, MEANS_BLOCK, 0, t[i].lasts[1]);
        if (t[i].moves_on < 1000) {
            lw_epoch(&a.lw, 0, t[i].moves_on);
            lw_rule(&a.lw, 0, 1, 0);
        }
        CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_BLOCKED_DAYS, label_total), t[i].expected, 1e-9);
        a.lw.cohort[0].vpn = 0.3;
        CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_BLOCKED_DAYS, of_cohort(0)), 0.7 * t[i].expected,
                     1e-9);
    }
}

/* The second cohort's data are inside from the start, those of the first from day 500 on. */
static void
test_a_block_hits_all_residents_while_any_of_them_is_out_of_line(void **state)
{
    struct abroad a;

    (void)state;
    abroad_make(&a, 1000);
    lw_cohort(&a.lw, 0, 3000);
    lw_cohort(&a.lw, 1, 4000);
    a.lw.strategies[0].epoch[0].rules = 0;
    lw_rule(&a.lw, 0, 1, 1)->cohorts = 2;
    lw_rule(&a.lw, 0, 0, 0);
    lw_epoch(&a.lw, 0, 500);
    lw_rule(&a.lw, 0, 1, 1);
    abroad_duty(&a, 0, dist_constant(100 * LW_DAY), 0);
    abroad_row(&a, ON_VIOLATION, MEANS_BLOCK, 0, (double)INFINITY);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, of_cohort(0)), 500, 1e-9);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, of_cohort(1)), 0, 1e-9);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_BLOCKED_DAYS, of_cohort(0)), 400, 1e-9);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_BLOCKED_DAYS, of_cohort(1)), 400, 1e-9);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_BLOCKED_DAYS, of_cohort(2)), 0, 1e-9);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_BLOCKED_DAYS, label_total), 200, 1e-9);
}

static void
test_exclusion_from_public_orders_costs_its_time(void **state)
{
    static const struct {
        double lasts, moves_on, days;
    } t[] = {
        {40, 2000, 9 * 40},
        {300, 2000, 900},       /* each prolongs the last */
        {40, 320, 2 * 40 + 20}, /* ends with the violation */
        {(double)INFINITY, 2000, 900},
    };

    (void)state;
    for (unsigned i = 0; i < COUNT(t); i++) {
        struct abroad a;

        abroad_make(&a, 1000);
        abroad_duty(&a, 0, dist_constant(100 * LW_DAY), 0);
        abroad_row(&a, ON_VIOLATION, MEANS_PROCUREMENT, 365.25, t[i].lasts);
        if (t[i].moves_on < 1000) {
            lw_epoch(&a.lw, 0, t[i].moves_on);
            lw_rule(&a.lw, 0, 1, 0);
        }
        CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_PENALTY_COST, label_total), t[i].days, 1e-9);
    }
}

static void
test_withdrawal_is_for_good_and_ends_all_other_matters(void **state)
{
    struct abroad a;

    (void)state;
    abroad_make(&a, 1000);
    abroad_duty(&a, 0, dist_constant(100 * LW_DAY), 20);
    abroad_row(&a, ON_VIOLATION, MEANS_WITHDRAWAL, 5, 0);
    abroad_row(&a, ON_VIOLATION, MEANS_FINE, 7, 0); /* of the same decision */
    abroad_row(&a, ON_REFUSAL, MEANS_FINE, 11, 0);
    lw_epoch(&a.lw, 0, 500); /* too late */
    lw_rule(&a.lw, 0, 1, 1);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_BLOCKED_DAYS, label_total), 880, 1e-9);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_VIOLATION_DAYS, label_total), 120, 1e-9);
    CHECK_WITHIN(played(&a.lw, 0, 0, METRIC_PENALTY_COST, label_total), 12, 1e-9);

    struct pressure_run run;
    struct recording r = {0};

    pressure_open(&run, &a.lw, 0, 0);
    pressure_pass(&run, at_day(300));
    assert_int_equal(pressures_refused(run.pressures, at_day(300), 0, 0, 1), 0);
    pressure_close(&run, &r);
    CHECK_WITHIN(lw_value(&r, METRIC_PENALTY_COST, label_total), 12, 1e-9);
    recording_release(&r);
}

static void
test_users_leave_when_a_block_begins(void **state)
{
    struct pressure_run run;
    struct recording r = {0};
    struct abroad a;

    (void)state;
    abroad_make(&a, 1000);
    lw_cohort(&a.lw, 1, 100);
    a.lw.cohort[0].opts_out_when_blocked = a.lw.cohort[1].opts_out_when_blocked = 0.2;
    abroad_duty(&a, 0, dist_constant(100 * LW_DAY), 0);
    abroad_row(&a, ON_VIOLATION, MEANS_BLOCK, 0, 20);
    abroad_row(&a, ON_VIOLATION, MEANS_BLOCK, 0, 50); /* on top of the first */
    abroad_row(&a, ON_REFUSAL, MEANS_WITHDRAWAL, 0, 0);
    pressure_open(&run, &a.lw, 0, 0);
    for (unsigned n = 1; n <= 4; n++) {
        pressure_pass(&run, at_day(100 * n + 1));
        CHECK_WITHIN(exp(-departures_hazard(&run.departures, 0, at_day(100 * n + 1))), pow(0.8, n),
                     1e-12);
    }
    assert_int_equal(pressures_refused(run.pressures, at_day(410), 0, 0, 1), 0);
    pressure_pass(&run, at_day(900));
    CHECK_WITHIN(exp(-departures_hazard(&run.departures, 0, at_day(900))), pow(0.8, 5), 1e-12);
    assert_true(departures_hazard(&run.departures, 1, at_day(900)) == 0);
    pressure_close(&run, &r);
    recording_release(&r);
}

/* ---- refusals and sanctions ---- */

static void
test_each_refusal_strikes_by_chance(void **state)
{
    enum { REFUSALS = 6000 };
    struct pressure_run run;
    struct recording r = {0};
    struct abroad a;

    (void)state;
    abroad_make(&a, 1000);
    abroad_row(&a, ON_REFUSAL, MEANS_FINE, 1, 0)->probability = 0.3;
    pressure_open(&run, &a.lw, 0, 0);
    for (uint64_t i = 0; i < REFUSALS; i++) {
        assert_int_equal(pressures_refused(run.pressures, at_day(1) + (sim_ns)i, 0, 0, i), 0);
        assert_int_equal(pressures_refused(run.pressures, at_day(1) + (sim_ns)i, 1, 0, i), 0);
        assert_int_equal(pressures_refused(run.pressures, at_day(1) + (sim_ns)i, NONE, 0, i), 0);
    }
    pressure_close(&run, &r);
    const double fines = lw_value(&r, METRIC_PENALTY_COST, label_total);
    const struct estimate e = estimate_share((uint64_t)fines, REFUSALS, 1 - LEVEL);

    assert_true(e.low <= 0.3 && 0.3 <= e.high);
    recording_release(&r);
}

static void
test_a_block_after_a_refusal_outlasts_the_violation(void **state)
{
    struct pressure_run run;
    struct recording r = {0};
    struct abroad a;

    (void)state;
    abroad_make(&a, 1000);
    a.lw.jurisdiction[0].duty.data_from = 0;
    abroad_row(&a, ON_REFUSAL, MEANS_BLOCK, 0, (double)INFINITY);
    abroad_row(&a, ON_REFUSAL, MEANS_PROCUREMENT, 365.25, 400);
    lw_epoch(&a.lw, 0, 500);
    lw_rule(&a.lw, 0, 1, 1);
    pressure_open(&run, &a.lw, 0, 0);
    pressure_pass(&run, at_day(300));
    assert_true(pressures_next(run.pressures) == SIM_NEVER);
    assert_int_equal(pressures_refused(run.pressures, at_day(300), 0, 0, 1), 0);
    assert_true(pressures_next(run.pressures) == at_day(700)); /* the exclusion ends */
    pressure_close(&run, &r);
    CHECK_WITHIN(lw_value(&r, METRIC_BLOCKED_DAYS, label_total), 700, 1e-9);
    CHECK_WITHIN(lw_value(&r, METRIC_PENALTY_COST, label_total), 400, 1e-9);
    recording_release(&r);
}

static void
test_who_obeyed_a_forbidden_order_is_fined_by_chance(void **state)
{
    enum { ORDERS = 6000 };
    const struct blocking_statute statute = {.against = 2, .sanction = 0.4, .fine = 10};
    struct pressure_run run;
    struct recording r = {0};
    struct abroad a;

    (void)state;
    abroad_make(&a, 1000);
    a.lw.jurisdiction[0].statute = &statute;
    pressure_open(&run, &a.lw, 0, 0);
    for (uint64_t i = 0; i < ORDERS; i++)
        pressures_sanction(run.pressures, at_day(2), 0, i);
    pressures_sanction(run.pressures, at_day(2), 1, 1); /* no statute there (any more) */
    pressure_close(&run, &r);
    const double fines = lw_value(&r, METRIC_PENALTY_COST, label_total) / 10;
    const struct estimate e = estimate_share((uint64_t)fines, ORDERS, 1 - LEVEL);

    assert_true(e.low <= 0.4 && 0.4 <= e.high);
    recording_release(&r);
}

/* ---- all ---- */

static void
busy_make(struct abroad *a)
{
    abroad_make(a, 3000);
    abroad_duty(a, 300, lw_exponential_days(40), 25);
    abroad_row(a, ON_VIOLATION, MEANS_BLOCK, 0, 30)->lasts = lw_exponential_days(30);
    abroad_row(a, ON_VIOLATION, MEANS_PROCUREMENT, 1000, 80)->probability = 0.4;
    abroad_row(a, ON_VIOLATION, MEANS_FINE, 100, 0)->probability = 0.5;
    a->lw.jurisdiction[0].interference = (struct interference){20 * LW_DAY, 3 * LW_DAY};
    a->lw.cohort[0].vpn = 0.1;
}

static void
test_the_same_replication_gives_the_same_bytes(void **state)
{
    struct recording r[3] = {0};
    unsigned char *bytes[3];
    size_t size[3];
    struct abroad a;

    (void)state;
    busy_make(&a);
    for (unsigned i = 0; i < 3; i++) {
        pressure_play(&a.lw, 0, i == 2 ? 6 : 5, &r[i]);
        recording_sort(&r[i]);
        size[i] = recording_pack(&r[i], NULL);
        bytes[i] = malloc(size[i]);
        assert_non_null(bytes[i]);
        recording_pack(&r[i], bytes[i]);
    }
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(bytes[0], bytes[1], size[0]);
    assert_true(size[0] != size[2] || memcmp(bytes[0], bytes[2], size[0]) != 0);
    for (unsigned i = 0; i < 3; i++) {
        free(bytes[i]);
        recording_release(&r[i]);
    }
}

/* Asking for pressure too early, or once more, does nothing. A phase in which nothing changes only
 * divides the sums. */
static void
test_idle_calls_and_phases_change_nothing(void **state)
{
    struct pressure_run run;
    struct recording plain = {0}, idle = {0};
    struct abroad a;

    (void)state;
    busy_make(&a);
    for (uint64_t i = 0; i < 20; i++) {
        pressure_play(&a.lw, 0, i, &plain);
        busy_make(&a);
        for (double at = 700; at < 2600; at += 700) {
            lw_epoch(&a.lw, 0, at)->moved = false;
            lw_rule(&a.lw, 0, 0, 0);
        }
        pressure_open(&run, &a.lw, 0, i);
        for (double at = 0; at < 3000; at += 13) {
            pressure_pass(&run, at_day(at));
            assert_int_equal(pressures_happen(run.pressures, at_day(at), run.phase), 0);
            assert_int_equal(pressures_refused(run.pressures, at_day(at), 0, 0, 1), 0);
        }
        pressure_close(&run, &idle);
        busy_make(&a);
        for (enum metric_id m = METRIC_BLOCKED_DAYS; m <= METRIC_PENALTY_COST; m++) {
            assert_true(lw_value(&plain, m, label_total) > 0);
            CHECK_NEAR(lw_value(&idle, m, label_total), lw_value(&plain, m, label_total), 1e-12);
        }
    }
    recording_release(&plain);
    recording_release(&idle);
}

static void
test_without_duties_and_interference_nothing_is_recorded(void **state)
{
    struct recording r = {0};
    struct abroad a;

    (void)state;
    abroad_make(&a, 1000);
    pressure_play(&a.lw, 0, 0, &r);
    assert_int_equal(r.observations.count, 0);
    recording_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_violation_lasts_from_the_duty_to_the_move),
        cmocka_unit_test(test_violation_counts_by_the_share_that_lies_abroad),
        cmocka_unit_test(test_keys_are_inside_when_those_that_serve_are),
        cmocka_unit_test(test_one_case_at_a_time_and_pressure_after_its_grace),
        cmocka_unit_test(test_who_obeys_within_the_grace_goes_free),
        cmocka_unit_test(test_fines_come_as_a_renewal_process_of_gap_and_grace),
        cmocka_unit_test(test_inspections_are_the_same_in_all_strategies),
        cmocka_unit_test(test_blocked_time_is_the_union_of_all_blocks),
        cmocka_unit_test(test_a_block_hits_all_residents_while_any_of_them_is_out_of_line),
        cmocka_unit_test(test_exclusion_from_public_orders_costs_its_time),
        cmocka_unit_test(test_withdrawal_is_for_good_and_ends_all_other_matters),
        cmocka_unit_test(test_users_leave_when_a_block_begins),
        cmocka_unit_test(test_each_refusal_strikes_by_chance),
        cmocka_unit_test(test_a_block_after_a_refusal_outlasts_the_violation),
        cmocka_unit_test(test_who_obeyed_a_forbidden_order_is_fined_by_chance),
        cmocka_unit_test(test_the_same_replication_gives_the_same_bytes),
        cmocka_unit_test(test_idle_calls_and_phases_change_nothing),
        cmocka_unit_test(test_without_duties_and_interference_nothing_is_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
