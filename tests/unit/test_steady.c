#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include "stats/steady.h"
#include "stats/stream.h"

/* MSER-5 on series whose truth is known. */

enum { LENGTH = 4000, RUNS = 200 };

/* x' = phi x + e, from x = start; its steady mean is 0. */
static void
ar1(double *value, size_t count, double phi, double start, uint64_t run)
{
    struct stream s;
    double x = start;

    stream_open(&s, 11, run, PURPOSE_TEST, 0, 0);
    for (size_t i = 0; i < count; i++) {
        value[i] = x;
        x = phi * x + stream_normal(&s);
    }
}

/* Times in an M/M/1 queue that starts empty (Lindley 1952). */
static void
mm1(double *value, size_t count, double rho, uint64_t run)
{
    struct stream s;
    double wait = 0;

    stream_open(&s, 12, run, PURPOSE_TEST, 0, 0);
    for (size_t i = 0; i < count; i++) {
        const double service = rho * stream_exponential(&s);

        value[i] = wait + service;
        wait = fmax(0, wait + service - stream_exponential(&s));
    }
}

static double
mean_from(const double *value, size_t first, size_t count)
{
    double sum = 0;

    for (size_t i = first; i < count; i++)
        sum += value[i];
    return sum / (double)(count - first);
}

static void
test_a_series_that_starts_far_off_is_cut_where_it_has_come_home(void **state)
{
    static double value[LENGTH];
    double cut = 0, bias = 0, plain = 0;

    (void)state;
    for (uint64_t run = 0; run < RUNS; run++) {
        ar1(value, LENGTH, 0.9, 100, run);
        const size_t first = steady_mser5(value, LENGTH);

        assert_in_range(first, 20, LENGTH / 2); /* at 20 it is still 100 x 0.9^20 = 12 off */
        cut += (double)first / RUNS;
        bias += mean_from(value, first, LENGTH) / RUNS;
        plain += mean_from(value, 0, LENGTH) / RUNS;
    }
    /* 100 x 0.9^i falls below the series' own deviation 1 / sqrt(1 - 0.81) = 2.3 at i = 36 */
    assert_true(cut > 30 && cut < 200);
    assert_true(plain > 0.2); /* 100 / (1 - 0.9) / 4000 = 0.25 */
    assert_true(fabs(bias) < 4 * 10 / sqrt(LENGTH) / sqrt(RUNS)); /* 4 standard errors */
}

static void
test_a_series_in_its_steady_state_is_cut_little(void **state)
{
    static double value[LENGTH];
    double cut = 0;

    (void)state;
    for (uint64_t run = 0; run < RUNS; run++) {
        ar1(value, LENGTH, 0, 0, run);
        const size_t first = steady_mser5(value, LENGTH);

        cut += (double)(first == LENGTH ? LENGTH / 2 : first) / RUNS;
    }
    assert_true(cut < 0.12 * LENGTH);
}

/* Mean over many runs at each place of an M/M/1 queue that starts empty. */
static void
mm1_average(double *value, size_t count, double rho, uint64_t runs)
{
    double *one = calloc(count, sizeof *one);

    assert_non_null(one);
    for (size_t i = 0; i < count; i++)
        value[i] = 0;
    for (uint64_t run = 0; run < runs; run++) {
        mm1(one, count, rho, run);
        for (size_t i = 0; i < count; i++)
            value[i] += one[i] / (double)runs;
    }
    free(one);
}

/* rho 0.8, so the mean is 0.8 / 0.2 = 4. Of one run MSER-5 cannot tell an empty start from a quiet
 * spell; of the average of many it can, and takes the bias away. */
static void
test_the_cut_takes_bias_from_a_queue_that_starts_empty(void **state)
{
    enum { LONG = 1000, MANY = 8000 };
    static double value[LONG];

    (void)state;
    mm1_average(value, LONG, 0.8, MANY);
    const size_t first = steady_mser5(value, LONG);

    assert_in_range(first, 20, LONG / 2);
    const double plain = mean_from(value, 0, LONG), left = mean_from(value, first, LONG);

    if (!(plain < 3.95 && fabs(left - 4) < 0.06))
        fail_msg("cut at %zu: from all %g, from what is left %g", first, plain, left);
}

/*
 * What the traffic plane leaves out as warm-up (5 relaxation times S (1 + 1 / (1 - sqrt(rho))^2),
 * traffic/window.h) leaves MSER-5 nothing to find: what it would cut beyond changes no mean.
 */
static void
test_the_rule_of_relaxation_times_leaves_no_bias_to_cut(void **state)
{
    enum { LONG = 1400, MANY = 2000 };
    static double value[LONG];
    const double rho = 0.8, distance = 1 - sqrt(rho);
    const size_t warm_up = (size_t)(5 * rho * (1 + 1 / (distance * distance)));

    (void)state;
    mm1_average(value, LONG, rho, MANY);
    const double *rest = value + warm_up;
    const size_t count = LONG - warm_up, first = steady_mser5(rest, count);
    const double all = mean_from(rest, 0, count);

    assert_true(warm_up > 300 && warm_up < 400);
    if (!(fabs(all - 4) < 0.06 &&
          (first == count || fabs(mean_from(rest, first, count) - all) < 0.04)))
        fail_msg("cut at %zu of %zu: from all %g", first, count, all);
}

static void
test_a_series_that_never_settles_is_left_out(void **state)
{
    static double value[LENGTH];

    (void)state;
    for (size_t i = 0; i < LENGTH; i++)
        value[i] = (double)i;
    assert_int_equal(steady_mser5(value, LENGTH), LENGTH);
    assert_int_equal(steady_mser5(value, 0), 0);
    assert_int_equal(steady_mser5(value, 4), 4);
}

/* The rule against its definition, summed anew for each cut. */
static void
test_the_cut_is_that_of_the_definition(void **state)
{
    enum { N = 60 };
    static double value[5 * N];

    (void)state;
    for (uint64_t run = 0; run < 50; run++) {
        double least = (double)INFINITY, z[N];
        size_t best = N;

        ar1(value, 5 * N, 0.8, 30, run);
        for (size_t k = 0; k < N; k++)
            z[k] = mean_from(value + 5 * k, 0, 5);
        for (size_t d = 0; d <= N / 2; d++) {
            const double mean = mean_from(z, d, N), kept = (double)(N - d);
            double sum = 0;

            for (size_t i = d; i < N; i++)
                sum += (z[i] - mean) * (z[i] - mean);
            if (sum / kept / kept < least) {
                least = sum / kept / kept;
                best = d;
            }
        }
        assert_int_equal(steady_mser5(value, 5 * N), best >= N / 2 ? 5 * N : 5 * best);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_series_that_starts_far_off_is_cut_where_it_has_come_home),
        cmocka_unit_test(test_a_series_in_its_steady_state_is_cut_little),
        cmocka_unit_test(test_the_cut_takes_bias_from_a_queue_that_starts_empty),
        cmocka_unit_test(test_the_rule_of_relaxation_times_leaves_no_bias_to_cut),
        cmocka_unit_test(test_a_series_that_never_settles_is_left_out),
        cmocka_unit_test(test_the_cut_is_that_of_the_definition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
