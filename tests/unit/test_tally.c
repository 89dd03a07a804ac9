/* stats/tally and stats/pareto: against the plain definitions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "goodness.h"
#include "base/mem.h"
#include "stats/pareto.h"
#include "stats/stream.h"
#include "stats/tally.h"

static void
check_tally(const struct tally *tally, const double *value, size_t count)
{
    long double mean = 0, m2 = 0;
    double least = value[0], most = value[0];

    for (size_t i = 0; i < count; i++)
        mean += (long double)value[i];
    mean /= count;
    for (size_t i = 0; i < count; i++) {
        m2 += ((long double)value[i] - mean) * ((long double)value[i] - mean);
        least = fmin(least, value[i]);
        most = fmax(most, value[i]);
    }
    assert_int_equal(tally->count, count);
    CHECK_NEAR(tally->mean, (double)mean, 1e-13);
    /* Welford's bound is about the mean in deviations times epsilon; sums of squares would have
     * that squared, and no digit left (Chan, Golub and LeVeque 1983, table 1). */
    CHECK_NEAR(tally_variance(tally), count < 2 ? 0 : (double)(m2 / (count - 1)), 1e-6);
    assert_true(tally->least == least && tally->most == most);
}

enum { VALUES = 1000 };

/* An offset of 1e9 with a deviation of 1. */
static void
fill(double *value)
{
    struct stream s;

    stream_open(&s, 1, 0, PURPOSE_TEST, 0, 0);
    for (int i = 0; i < VALUES; i++)
        value[i] = 1e9 + stream_normal(&s);
}

static void
test_a_tally_has_mean_and_variance_of_the_definition(void **state)
{
    double value[VALUES];
    struct tally tally = {0};

    (void)state;
    fill(value);
    assert_true(tally_variance(&tally) == 0);
    for (size_t i = 0; i < VALUES; i++) {
        tally_add(&tally, value[i]);
        if (i < 10 || i + 1 == VALUES)
            check_tally(&tally, value, i + 1);
    }
    struct tally below = {0};
    tally_add(&below, -3);
    assert_true(below.least == -3 && below.most == -3);
}

static void
test_merged_tallies_are_those_of_all_values(void **state)
{
    static const size_t cut[] = {0, 1, 2, 500, VALUES - 1, VALUES};
    double value[VALUES];

    (void)state;
    fill(value);
    for (size_t c = 0; c < COUNT(cut); c++) {
        struct tally a = {0}, b = {0};

        for (size_t i = 0; i < VALUES; i++)
            tally_add(i < cut[c] ? &a : &b, value[i]);
        tally_merge(&a, &b);
        check_tally(&a, value, VALUES);
    }
}

/* Another way than pareto.c's: by ascending x, the front is where y falls below all before. */
static void
front_by_sweep(const double *x, const double *y, size_t count, bool *front)
{
    for (size_t i = 0; i < count; i++)
        front[i] = false;
    for (double at = 0; at <= 8; at++) { /* all x are whole, 0 to 8 */
        double before = (double)INFINITY, here = (double)INFINITY;

        for (size_t i = 0; i < count; i++) {
            if (x[i] < at)
                before = fmin(before, y[i]);
            if (x[i] == at)
                here = fmin(here, y[i]);
        }
        for (size_t i = 0; i < count; i++)
            if (x[i] == at && y[i] == here && here < before)
                front[i] = true;
    }
}

static void
test_the_front_is_that_of_a_sweep(void **state)
{
    struct stream s;

    (void)state;
    stream_open(&s, 2, 0, PURPOSE_TEST, 0, 0);
    for (int round = 0; round < 2000; round++) {
        double x[12], y[12];
        bool front[12], expected[12];
        size_t count = stream_below(&s, 13);

        for (size_t i = 0; i < count; i++) { /* few values, so that ties are common */
            x[i] = (double)stream_below(&s, 9);
            y[i] = (double)stream_below(&s, 9);
        }
        pareto_front(x, y, count, front);
        front_by_sweep(x, y, count, expected);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(front[i], expected[i]);
    }
}

static void
test_equal_points_are_both_on_the_front_and_points_without_number_are_not(void **state)
{
    const double nan = (double)NAN, inf = (double)INFINITY;
    const double x[] = {1, 1, nan, 0, 2, inf}, y[] = {1, 1, 0, nan, 1, 0.5};
    const bool expected[] = {true, true, false, false, false, true};
    bool front[COUNT(x)];

    (void)state;
    pareto_front(x, y, COUNT(x), front);
    for (size_t i = 0; i < COUNT(x); i++)
        assert_int_equal(front[i], expected[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_tally_has_mean_and_variance_of_the_definition),
        cmocka_unit_test(test_merged_tallies_are_those_of_all_values),
        cmocka_unit_test(test_the_front_is_that_of_a_sweep),
        cmocka_unit_test(test_equal_points_are_both_on_the_front_and_points_without_number_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
