#include "traffic_world.h"

#include <stdlib.h>
#include "stats/interval.h"
#include "traffic/window.h"

/* Operations, hours, weights, pairing, probes. Numbers refer to sim/traffic/INVARIANTS. */

/* Operations, weights, hours */

static void
check_same_rows(const struct window_result *a, const struct window_result *b)
{
    assert_int_equal(a->operations, b->operations);
    assert_int_equal(a->served, b->served);
    assert_int_equal(a->key_reads, b->key_reads);
    assert_int_equal(a->key_hits, b->key_hits);
    assert_int_equal(a->regime, b->regime);
    assert_int_equal(a->cohort, b->cohort);
    assert_int_equal(a->class, b->class);
    assert_true(a->weight == b->weight);
    assert_int_equal(a->latency.total, b->latency.total);
    assert_true(a->latency.sum == b->latency.sum);
    for (size_t i = 0; i < a->latency.buckets; i++)
        assert_int_equal(a->latency.count[i], b->latency.count[i]);
}

static void
check_same(const struct recording *a, const struct recording *b)
{
    assert_int_equal(a->windows.count, b->windows.count);
    for (size_t i = 0; i < a->windows.count; i++)
        check_same_rows(&a->windows.item[i], &b->windows.item[i]);
    assert_int_equal(a->observations.count, b->observations.count);
    for (size_t i = 0; i < a->observations.count; i++)
        assert_true(a->observations.item[i].value == b->observations.item[i].value);
}

/* T14 */
static void
test_the_same_replication_gives_the_same_bytes(void **state)
{
    struct traffic_world tw;
    struct recording a = {0}, b = {0}, c = {0};

    (void)state;
    tw_varied(&tw);
    tw_run(&tw, 3, &a);
    tw_run(&tw, 3, &b);
    check_same(&a, &b);
    tw_run(&tw, 4, &c);
    assert_true(a.windows.item[0].latency.sum != c.windows.item[0].latency.sum);
    recording_release(&a);
    recording_release(&b);
    recording_release(&c);
}

/* T1: without waiting, each operation is later by exactly what the strategy's way is longer. */
static void
test_strategies_meet_the_same_operations(void **state)
{
    struct traffic_world near, far;
    struct recording a = {0}, b = {0};

    (void)state;
    tw_varied(&near);
    tw_varied(&far);
    near.site[1].servers = far.site[1].servers = TW_AMPLE;
    for (int i = 0; i < 2; i++) /* a write's key comes first: another order of jobs at the site */
        near.cohort[i].reads = far.cohort[i].reads = 1;
    tw_rtt(&far, 1, 3, 0.450); /* keys are 200 ms farther, which also lengthens warm-up */
    tw_run(&near, 0, &a);
    tw_run(&far, 0, &b);
    assert_int_equal(a.windows.count, b.windows.count);
    for (size_t i = 0; i < a.windows.count; i++) {
        const struct window_result *x = &a.windows.item[i], *y = &b.windows.item[i];

        assert_int_equal(x->operations, y->operations);
        assert_int_equal(x->served, y->served);
        assert_true(y->latency.sum - x->latency.sum == 2e8 * (double)x->served);
    }
    recording_release(&a);
    recording_release(&b);
}

/* T1 */
static void
test_regimes_meet_the_same_operations(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    tw_varied(&tw);
    tw_run(&tw, 0, &r);
    assert_int_equal(r.windows.count, 8); /* 2 regimes, 2 cohorts, 2 classes */
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(r.windows.item[i].operations, r.windows.item[4 + i].operations);
        assert_int_equal(r.windows.item[4 + i].served, 0);
    }
    recording_release(&r);
}

/* T1: a cohort and a class more leave the operations of those before as they were. */
static void
test_operations_of_a_cohort_do_not_depend_on_later_cohorts(void **state)
{
    struct traffic_world tw;
    struct operation_kinds kinds;
    struct operations from[2];
    struct operation x, y;

    (void)state;
    tw_varied(&tw);
    operation_kinds_init(&kinds, &tw.world);
    const struct operation_key key = {9, 2, 0, 1, COURSE_MEASURED};

    operations_open(&from[0], &kinds, &key, 100, 0.5);
    tw_cohort(&tw, 0, 1, 1, 1);
    operation_kinds_init(&kinds, &tw.world);
    operations_open(&from[1], &kinds, &key, 100, 0.5);
    for (int i = 0; i < 1000; i++) {
        operations_next(&from[0], &x);
        operations_next(&from[1], &y);
        assert_true(x.at_ns == y.at_ns && x.u == y.u && x.bytes == y.bytes);
        assert_true(x.class == y.class && x.read == y.read);
    }
}

static void
test_operations_have_their_rates_and_shares(void **state)
{
    enum { N = 200000 };
    struct traffic_world tw;
    struct operation_kinds kinds;
    struct operations from;
    struct operation op;
    uint64_t first = 0, reads = 0, low = 0;

    (void)state;
    tw_varied(&tw);
    operation_kinds_init(&kinds, &tw.world);
    operations_open(&from, &kinds, &(struct operation_key){1, 0, 0, 0, COURSE_MEASURED}, 250, 0.7);
    for (int i = 0; i < N; i++) {
        operations_next(&from, &op);
        first += op.class == 0;
        reads += op.read;
        low += op.u < 0.1;
    }
    const struct estimate rate = estimate_rate(N, op.at_ns * 1e-9, TW_LEVEL);
    const struct estimate share[3] = {estimate_share(first, N, TW_LEVEL),
                                      estimate_share(reads, N, TW_LEVEL),
                                      estimate_share(low, N, TW_LEVEL)};
    static const double expected[3] = {0.25, 0.7, 0.1};

    assert_true(rate.low < 250 && 250 < rate.high);
    for (size_t i = 0; i < 3; i++)
        assert_true(share[i].low < expected[i] && expected[i] < share[i].high);
}

/* T5 */
static void
test_weights_sum_to_the_operations_of_the_users(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};
    double sum = 0, regime[2] = {0};

    (void)state;
    tw_varied(&tw);
    tw_run(&tw, 0, &r);
    for (size_t i = 0; i < r.windows.count; i++) {
        const struct window_result *w = &r.windows.item[i];

        sum += w->weight * (double)w->operations;
        regime[w->regime] += w->weight * (double)w->operations;
    }
    tw_check_near("sum", sum, 1000 * 0.1 + 50000 * 0.001, 1e-9);
    tw_check_near("when all is well", regime[0], 150 * 0.99, 1e-9);
    recording_release(&r);
}

/* T6: powers of two, so that products are exact */
static void
test_accounts_times_rate_is_all_that_counts(void **state)
{
    struct traffic_world few, many;
    struct recording a = {0}, b = {0};

    (void)state;
    tw_varied(&few);
    tw_varied(&many);
    for (int i = 0; i < 2; i++) {
        many.cohort[i].accounts *= 1024;
        many.cohort[i].operations_per_s /= 1024;
    }
    tw_run(&few, 0, &a);
    tw_run(&many, 0, &b);
    check_same(&a, &b);
    recording_release(&a);
    recording_release(&b);
}

/* Simulates a window by itself. */
static struct window *
window_of(const struct traffic_world *tw, uint64_t operations)
{
    const struct regime regime = {.epoch = &tw->epoch[0], .probability = 1};
    struct window *w = calloc(1, sizeof *w);
    struct paths paths = {0};
    const struct window_plan plan = {&tw->world, &paths, 1, 0, operations};

    assert_non_null(w);
    assert_int_equal(paths_make(&paths, &regime, NULL), 0);
    assert_int_equal(window_run(w, &plan), 0);
    paths_release(&paths);
    return w;
}

/* T6, T13 */
static void
test_cost_and_memory_follow_the_window(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_varied(&tw);
    tw.model.study.failures = 0;
    for (double accounts = 1e3; accounts < 1e10; accounts *= 1e3) {
        tw.cohort[0].accounts = accounts;
        tw.cohort[0].operations_per_s = 100 / accounts;
        struct window *w = window_of(&tw, 40000);

        assert_in_range(w->simulated, 40000, 60000);
        assert_in_range(w->ops, 1, 400); /* 150 a second, half a second each, and queues */
        window_release(w);
        free(w);
    }
}

/* T9 */
static void
test_a_block_of_replications_covers_the_day_evenly(void **state)
{
    struct traffic_world tw;
    unsigned met[24] = {0}, hour[SEGMENTS];

    (void)state;
    tw_queue(&tw, 500, 1, tw_free);
    for (uint64_t i = 0; i < ROTATION; i++) {
        tw_check_near("rate", hours_draw(&tw.world, 5, i, hour), 500, 1e-9);
        for (size_t j = 0; j < SEGMENTS; j++)
            met[hour[j]]++;
    }
    for (size_t h = 0; h < 24; h++)
        assert_int_equal(met[h], 1);
}

/* T9 */
static void
test_hours_are_met_as_often_as_operations_fall_in_them(void **state)
{
    enum { REPS = 1200 };
    struct traffic_world tw;
    static double share[24][REPS];
    unsigned hour[SEGMENTS];

    (void)state;
    tw_queue(&tw, 500, 1, tw_free);
    tw_cohort(&tw, 0, 1000, 0.25, 1);
    for (uint32_t h = 0; h < 24; h++) {
        tw.cohort[0].hour[h] = h % 3 == 0 ? 0 : 1.5;
        tw.cohort[1].hour[h] = h < 12 ? 2 : 0;
    }
    for (uint64_t i = 0; i < REPS; i++) {
        assert_true(hours_draw(&tw.world, 5, i, hour) > 0);
        for (size_t j = 0; j < SEGMENTS; j++)
            share[hour[j]][i] += 1.0 / SEGMENTS;
    }
    for (uint32_t h = 0; h < 24; h++) {
        const double here = hours_rate(&tw.world, h) / (24 * 750);

        if (here > 0)
            tw_check_mean("share of an hour", share[h], REPS, here, TW_LEVEL);
        else
            for (size_t i = 0; i < REPS; i++)
                assert_true(share[h][i] == 0);
    }
}

/* T11 */
static void
test_rare_cohorts_are_measured_by_probes_that_load_nothing(void **state)
{
    double rare[TW_REPLICATIONS], load[TW_REPLICATIONS];
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 1000, 1, tw_exponential(0.0007));
    tw_cohort(&tw, 0, 1, 0.001, 1); /* one operation in a million */
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};
        const struct window_result *w;

        tw_run(&tw, i, &r);
        assert_int_equal(r.windows.count, 2);
        w = &r.windows.item[1];
        assert_in_range(w->operations, 300, 500); /* 1 % of 40 000 */
        rare[i] = w->latency.sum / (double)w->served * 1e-6;
        load[i] = tw_utilisation(&r, 0);
        tw_check_near("weight", w->weight * (double)w->operations, 0.001, 1e-12);
        recording_release(&r);
    }
    tw_check_mean("time of probes", rare, TW_REPLICATIONS, 0.7 / 0.3, TW_LEVEL);
    tw_check_mean("load", load, TW_REPLICATIONS, 0.7, TW_LEVEL);
}

/* T11 */
static void
test_probes_disturb_no_other_operation(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_varied(&tw);
    struct window *without = window_of(&tw, 40000);

    /* the third cohort's own operations never come: at this rate one a century */
    tw_cohort(&tw, 0, 1, 1e-10, 0.5);
    struct window *with = window_of(&tw, 40000);

    assert_true(with->simulated > without->simulated + 300);
    for (size_t i = 0; i < 4; i++) {
        const struct window_cell *a = &without->cell[i], *b = &with->cell[i];

        /* the window's hours and length move by a billionth: almost every operation is the same */
        tw_check_near("operations", (double)b->operations, (double)a->operations, 1);
        tw_check_near("latencies", b->latency.sum / a->latency.sum, 1, 1e-3);
    }
    window_release(with);
    window_release(without);
    free(with);
    free(without);
}

static int
by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Service is all there is here, so the latencies are the station's own draws, in order. */
static void
test_quantiles_are_within_one_percent_of_the_sorted_latencies(void **state)
{
    enum { ROOM = 50000 };
    static const double q[] = {0.5, 0.95, 0.99, 0.999};
    struct traffic_world tw;
    double *sorted = malloc(ROOM * sizeof *sorted);
    size_t n = 0;
    const struct dist service = tw_exponential(0.1);
    uint64_t count[SEGMENTS] = {0};

    (void)state;
    assert_non_null(sorted);
    tw_queue(&tw, 500, TW_AMPLE, service);
    struct window *w = window_of(&tw, 40000);

    for (uint32_t j = 0; j < SEGMENTS; j++) { /* as many as arrive in 20 s */
        struct operation_kinds kinds;
        struct operations from;
        struct operation op;

        operation_kinds_init(&kinds, &tw.world);
        operations_open(&from, &kinds, &(struct operation_key){1, 0, 0, j, COURSE_MEASURED}, 500,
                        1);
        for (operations_next(&from, &op); op.at_ns < 20e9; operations_next(&from, &op))
            count[j]++;
    }
    for (uint32_t j = 0; j < SEGMENTS; j++) {
        struct stream s;

        stream_open(&s, 1, 0, PURPOSE_SERVICE, 0, (uint64_t)j << 8);
        for (uint64_t i = 0; i < count[j] && n < ROOM; i++)
            sorted[n++] = dist_draw(&service, &s) * 1e9;
    }
    assert_int_equal(w->cell[0].served, n);
    qsort(sorted, n, sizeof *sorted, by_value);
    for (size_t i = 0; i < COUNT(q); i++) {
        const double exact = sorted[(size_t)ceil(q[i] * (double)n) - 1];

        tw_check_near("quantile", hist_quantile(&w->cell[0].latency, q[i]), exact, 0.01 * exact);
    }
    window_release(w);
    free(w);
    free(sorted);
}

static void
test_no_operations_give_no_windows(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    tw_queue(&tw, 0, 1, tw_free);
    tw_run(&tw, 0, &r);
    assert_int_equal(r.windows.count, 0);
    recording_release(&r);
}

static void
test_one_operation_in_a_century_is_simulated_all_the_same(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    tw_queue(&tw, 1e-10, 1, dist_constant(0.004));
    tw_run(&tw, 0, &r);
    for (size_t i = 0; i < r.windows.count; i++)
        tw_check_near("latency", r.windows.item[i].latency.sum,
                      4e6 * (double)r.windows.item[i].served, 0);
    recording_release(&r);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_replication_gives_the_same_bytes),
        cmocka_unit_test(test_strategies_meet_the_same_operations),
        cmocka_unit_test(test_regimes_meet_the_same_operations),
        cmocka_unit_test(test_operations_of_a_cohort_do_not_depend_on_later_cohorts),
        cmocka_unit_test(test_operations_have_their_rates_and_shares),
        cmocka_unit_test(test_weights_sum_to_the_operations_of_the_users),
        cmocka_unit_test(test_accounts_times_rate_is_all_that_counts),
        cmocka_unit_test(test_cost_and_memory_follow_the_window),
        cmocka_unit_test(test_a_block_of_replications_covers_the_day_evenly),
        cmocka_unit_test(test_hours_are_met_as_often_as_operations_fall_in_them),
        cmocka_unit_test(test_rare_cohorts_are_measured_by_probes_that_load_nothing),
        cmocka_unit_test(test_probes_disturb_no_other_operation),
        cmocka_unit_test(test_quantiles_are_within_one_percent_of_the_sorted_latencies),
        cmocka_unit_test(test_no_operations_give_no_windows),
        cmocka_unit_test(test_one_operation_in_a_century_is_simulated_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
