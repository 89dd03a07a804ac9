/* Batch means of windows: by hand, and against the spread of many windows. */
#include <math.h>
#include <string.h>
#include "traffic_world.h"
#include "traffic/batches.h"
#include "traffic/traffic.h"

/* One cohort's parts of the first segment; the other segments are empty. */
static void
one_segment(struct batches *batches, const double sum[BATCHES], const double served[BATCHES])
{
    struct batch now[1] = {{0, 0}};

    *batches = (struct batches){0};
    batches_begin(batches, 0, 0, 100);
    for (uint32_t b = 0; b < BATCHES; b++) {
        now[0].sum_ns += sum[b];
        now[0].served += served[b];
        batches_part(batches, now, 1);
    }
}

/* With as many operations in each part the ratio's error is that of the mean of the parts' means:
 * 3, 5, 7, 5, 5 have the mean 5 and the sum of squares 8; sqrt(8 / 4 / 5) = 0.632455532... */
static void
test_equal_parts_have_the_error_of_the_mean_of_their_means(void **state)
{
    static const double sum[BATCHES] = {30, 50, 70, 50, 50}, ten[BATCHES] = {10, 10, 10, 10, 10};
    const double weight = 0.25; /* cancels out */
    struct batch_sums sums = {0};
    struct batches batches;

    (void)state;
    one_segment(&batches, sum, ten);
    batches_add(&batches, &weight, 1, &sums);
    tw_check_near("mean", sums.x / sums.d, 5, 1e-12);
    tw_check_near("error", batches_error(&sums), sqrt(0.4), 1e-12);
}

/* Latencies that are all alike have no error, however unequal the parts. */
static void
test_latencies_without_chance_have_no_error(void **state)
{
    static const double sum[BATCHES] = {7, 70, 700, 0, 35}, served[BATCHES] = {1, 10, 100, 0, 5};
    const double weight = 3;
    struct batch_sums sums = {0};
    struct batches batches;

    (void)state;
    one_segment(&batches, sum, served);
    batches_add(&batches, &weight, 1, &sums);
    tw_check_near("error", batches_error(&sums), 0, 1e-7);
}

/* Segments are strata: what hours differ in is no error. */
static void
test_hours_that_differ_are_no_error(void **state)
{
    const double weight = 1;
    struct batch now[1] = {{0, 0}};
    struct batch_sums sums = {0};
    struct batches batches = {0};

    (void)state;
    for (uint32_t s = 0; s < SEGMENTS; s++) {
        batches_begin(&batches, s, 0, 100);
        for (uint32_t b = 0; b < BATCHES; b++) {
            now[0].sum_ns += 100.0 * (s + 1);
            now[0].served += 10;
            batches_part(&batches, now, 1);
        }
    }
    batches_add(&batches, &weight, 1, &sums);
    tw_check_near("mean", sums.x / sums.d, 25, 1e-12);
    tw_check_near("error", batches_error(&sums), 0, 1e-7);
}

static void
test_nothing_served_has_no_error_to_tell(void **state)
{
    const struct batch_sums none = {0};

    (void)state;
    assert_true(isnan(batches_error(&none)));
}

/*
 * Many windows: their variance over replications is what a window's batch means tell of itself, on
 * average. (n - 1) s^2 / sigma^2 is chi-square with 199 degrees of freedom: within [0.66, 1.45] of
 * sigma^2 but once in 10 000 (normal values); the batches' own mean square is surer than that.
 */
static void
check_against_many_windows(struct traffic_world *tw, const char *what)
{
    enum { WINDOWS = 200 };
    double sum = 0, squares = 0, told = 0;

    for (uint64_t i = 0; i < WINDOWS; i++) {
        struct recording r = {0};

        tw_run(tw, i, &r);
        const double mean = tw_latency_ms(&r);
        const double error = tw_value(&r, METRIC_LATENCY_ERROR, label_total);

        sum += mean;
        squares += mean * mean;
        told += error * error / WINDOWS;
        recording_release(&r);
    }
    const double seen = (squares - sum * sum / WINDOWS) / (WINDOWS - 1);

    print_message("%s: variance %.3g over windows, %.3g by batches\n", what, seen, told);
    assert_true(seen > 0.66 * told && seen < 1.45 * told);
}

static void
test_windows_of_a_queue_vary_as_their_batches_tell(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 70, 1, tw_exponential(0.010)); /* latencies that hang together: load 0.7 */
    check_against_many_windows(&tw, "M/M/1");
}

static void
test_windows_without_queues_vary_as_their_batches_tell(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 70, TW_AMPLE, tw_exponential(0.010));
    tw.model.study.window = 2000;
    check_against_many_windows(&tw, "independent");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_parts_have_the_error_of_the_mean_of_their_means),
        cmocka_unit_test(test_latencies_without_chance_have_no_error),
        cmocka_unit_test(test_hours_that_differ_are_no_error),
        cmocka_unit_test(test_nothing_served_has_no_error_to_tell),
        cmocka_unit_test(test_windows_of_a_queue_vary_as_their_batches_tell),
        cmocka_unit_test(test_windows_without_queues_vary_as_their_batches_tell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
