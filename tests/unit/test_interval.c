/* stats/interval: published tables, the definitions themselves, and coverage. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "goodness.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/interval.h"

static void
check_ends(struct estimate e, double low, double high, double error)
{
    CHECK_WITHIN(e.low, low, error);
    CHECK_WITHIN(e.high, high, error);
}

/* Clopper and Pearson's limits as printed in tables (e.g. Pearson and Hartley, Biometrika Tables
 * for Statisticians I, table 41; Documenta Geigy). */
static void
test_shares_match_published_limits(void **state)
{
    static const struct {
        uint64_t hits, count;
        double level, low, high;
    } t[] = {
        {0, 10, 0.95, 0, 0.3085},        {1, 10, 0.95, 0.0025, 0.4450},
        {5, 10, 0.95, 0.1871, 0.8129},   {10, 10, 0.95, 0.6915, 1},
        {3, 20, 0.95, 0.0321, 0.3789},   {42, 100, 0.95, 0.3220, 0.5229},
        {85, 120, 0.99, 0.5904, 0.8092}, {12, 30, 0.90, 0.2495, 0.5661},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct estimate e = estimate_share(t[i].hits, t[i].count, t[i].level);

        check_ends(e, t[i].low, t[i].high, 5.1e-5);
        CHECK_NEAR(e.mean, (double)t[i].hits / (double)t[i].count, 1e-15);
    }
}

/* Garwood's limits: Pearson and Hartley, table 40. */
static void
test_rates_match_published_limits(void **state)
{
    static const struct {
        uint64_t events;
        double low, high;
    } t[] = {
        {0, 0, 3.689},      {1, 0.0253, 5.572},  {2, 0.242, 7.225},    {3, 0.619, 8.767},
        {5, 1.623, 11.668}, {10, 4.795, 18.390}, {20, 12.217, 30.888}, {50, 37.111, 65.919},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct estimate e = estimate_rate(t[i].events, 1, 0.95);

        check_ends(e, t[i].low, t[i].high, 6e-4);
        struct estimate per_year = estimate_rate(t[i].events, 8, 0.95);
        CHECK_NEAR(per_year.mean, e.mean / 8, 1e-15);
        CHECK_NEAR(per_year.low, e.low / 8, 1e-15);
        CHECK_NEAR(per_year.high, e.high / 8, 1e-15);
    }
}

/* P(X >= k) for X binomial, summed in long double. */
static double
binomial_from(uint64_t k, uint64_t n, double share)
{
    const long double p = (long double)share;
    long double sum = 0;

    for (uint64_t i = k; i <= n; i++)
        sum += expl(lgammal(n + 1.0L) - lgammal(i + 1.0L) - lgammal(n - i + 1.0L) + i * logl(p) +
                    (n - i) * log1pl(-p));
    return (double)sum;
}

/* The definition: at the low end, so many hits or more have the probability of the tail; at the
 * high end, so many or fewer. */
static void
test_share_limits_leave_exactly_the_tail_outside(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 300; n = n * 2 + 1)
        for (uint64_t k = 0; k <= n; k += 1 + n / 17)
            for (double level = 0.8; level < 0.9999; level = 1 - (1 - level) / 4) {
                struct estimate e = estimate_share(k, n, level);
                double tail = (1 - level) / 2;

                if (k > 0)
                    CHECK_NEAR(binomial_from(k, n, e.low), tail, 1e-10);
                if (k < n)
                    CHECK_NEAR(1 - binomial_from(k + 1, n, e.high), tail, 1e-10);
            }
}

static double
poisson_to(uint64_t k, double at)
{
    const long double mean = (long double)at;
    long double sum = 0;

    for (uint64_t i = 0; i <= k; i++)
        sum += expl(i * logl(mean) - mean - lgammal(i + 1.0L));
    return (double)sum;
}

static void
test_rate_limits_leave_exactly_the_tail_outside(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 2000; k = k * 3 / 2 + 1)
        for (double level = 0.8; level < 0.9999; level = 1 - (1 - level) / 4) {
            struct estimate e = estimate_rate(k, 1, level);
            double tail = (1 - level) / 2;

            CHECK_NEAR(poisson_to(k, e.high), tail, 1e-10);
            if (k > 0)
                CHECK_NEAR(1 - poisson_to(k - 1, e.low), tail, 1e-10);
        }
}

/* With large counts the limits near mean +- 1.96 sd, half a count further out (continuity). */
static void
test_large_counts_approach_the_normal_limits(void **state)
{
    (void)state;
    for (double n = 1e6; n < 2e15; n *= 10) {
        double z = 1.959963984540054, sd = sqrt(0.3 * 0.7 / n);
        struct estimate e = estimate_share((uint64_t)(0.3 * n), (uint64_t)n, 0.95);

        CHECK_WITHIN((e.mean - e.low) / sd, z, 1.5 / sqrt(0.21 * n) + 1e-6);
        CHECK_WITHIN((e.high - e.mean) / sd, z, 1.5 / sqrt(0.21 * n) + 1e-6);
        e = estimate_rate((uint64_t)n, 1, 0.95);
        CHECK_WITHIN((n - e.low) / sqrt(n), z, 1.5 / sqrt(n) + 1e-6);
        CHECK_WITHIN((e.high - n) / sqrt(n), z, 2.5 / sqrt(n) + 1e-6);
    }
}

/* Exact coverage, by adding up the probability of every outcome whose interval holds p. */
static void
test_shares_cover_at_least_as_often_as_they_say(void **state)
{
    enum { N = 40 };
    struct estimate e[N + 1];
    double least = 1;

    (void)state;
    for (uint64_t k = 0; k <= N; k++)
        e[k] = estimate_share(k, N, 0.95);
    for (double p = 0.002; p < 1; p += 0.002) {
        double covered = 0;

        for (uint64_t k = 0; k <= N; k++)
            if (e[k].low <= p && p <= e[k].high)
                covered += binomial_from(k, N, p) - (k < N ? binomial_from(k + 1, N, p) : 0);
        assert_true(covered >= 0.95);
        least = fmin(least, covered);
    }
    assert_true(least < 0.96); /* and is not simply too wide */
}

static void
test_rates_cover_at_least_as_often_as_they_say(void **state)
{
    enum { MOST = 120 };
    struct estimate e[MOST];
    double least = 1;

    (void)state;
    for (uint64_t k = 0; k < MOST; k++)
        e[k] = estimate_rate(k, 1, 0.95);
    for (double mean = 0.01; mean < 50; mean *= 1.01) {
        double covered = 0;

        for (uint64_t k = 0; k < MOST; k++)
            if (e[k].low <= mean && mean <= e[k].high)
                covered += exp((double)k * log(mean) - mean - lgamma((double)k + 1));
        assert_true(covered >= 0.95);
        least = fmin(least, covered);
    }
    assert_true(least < 0.96);
}

/* Two values -1 and 1 about their mean: the standard error is known, so the interval is t itself.
 * Student's quantiles: Pearson and Hartley, table 12. */
static void
test_means_use_students_quantiles(void **state)
{
    static const struct {
        size_t freedom;
        double level, t;
    } t[] = {
        {1, 0.95, 12.706}, {2, 0.95, 4.303},  {3, 0.95, 3.182},   {5, 0.95, 2.571},
        {5, 0.99, 4.032},  {10, 0.95, 2.228}, {30, 0.95, 2.042},  {30, 0.90, 1.697},
        {60, 0.95, 2.000}, {1, 0.99, 63.657}, {120, 0.95, 1.980}, {120, 0.99, 2.617},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        size_t n = t[i].freedom + 1;
        double value[121] = {0}, error;

        /* one 1, one -1, the rest 0: variance 2 / (n - 1), standard error sqrt(2 / (n (n - 1))) */
        value[0] = 1;
        value[n - 1] = -1;
        error = sqrt(2.0 / ((double)n * (double)(n - 1)));
        struct estimate e = estimate_mean(value, n, t[i].level);
        CHECK_WITHIN(e.mean, 0, 1e-15);
        CHECK_WITHIN(e.high / error, t[i].t, 5.1e-4);
        CHECK_WITHIN(e.low / error, -t[i].t, 5.1e-4);
    }
}

static void
test_too_few_or_equal_values_are_told_apart(void **state)
{
    const double value[] = {0.1, 0.1, 0.1};
    struct estimate e = estimate_mean(value, 0, 0.95);

    (void)state;
    assert_true(isnan(e.mean) && isnan(e.low) && isnan(e.high));
    e = estimate_mean(value, 1, 0.95);
    assert_true(e.mean == 0.1 && isnan(e.low) && isnan(e.high));
    e = estimate_mean(value, 3, 0.95);
    assert_true(e.mean == 0.1 && e.low == 0.1 && e.high == 0.1);
}

static void
test_edges_of_shares_and_rates_are_as_stated(void **state)
{
    const double level[] = {0, 1, -0.5, 1.5, (double)NAN};
    struct estimate e = estimate_share(0, 0, 0.95);

    (void)state;
    assert_true(isnan(e.mean) && e.low == 0 && e.high == 1);
    e = estimate_share(3, 2, 0.95);
    assert_true(isnan(e.mean) && isnan(e.low) && isnan(e.high));
    e = estimate_share(2, 2, 0.95);
    assert_true(e.mean == 1 && e.high == 1);
    e = estimate_rate(0, 0, 0.95);
    assert_true(isnan(e.mean) && e.low == 0 && isinf(e.high));
    e = estimate_rate(0, -1, 0.95);
    assert_true(isnan(e.low) && isnan(e.high));
    e = estimate_rate(0, 10, 0.95);
    assert_true(e.mean == 0 && e.low == 0);
    CHECK_NEAR(e.high, -log(0.025) / 10, 1e-12);
    for (size_t i = 0; i < COUNT(level); i++) {
        const double value[] = {1, 2};

        assert_true(isnan(estimate_share(1, 2, level[i]).low));
        assert_true(isnan(estimate_rate(1, 2, level[i]).high));
        assert_true(isnan(estimate_mean(value, 2, level[i]).low));
        assert_true(isnan(estimate_rare_mean(value, 2, 1, level[i]).low));
    }
}

enum { SAMPLES = 4000 };

/* 10 normals a sample: Student's promise is exact there. */
static void
test_means_of_normals_are_covered_as_often_as_they_say(void **state)
{
    int covered = 0;

    (void)state;
    for (uint64_t r = 0; r < SAMPLES; r++) {
        struct stream s;
        double value[10];

        stream_open(&s, 9, r, PURPOSE_TEST, 0, 0);
        for (size_t i = 0; i < COUNT(value); i++)
            value[i] = 5 + 3 * stream_normal(&s);
        struct estimate e = estimate_mean(value, COUNT(value), 0.9);
        covered += e.low <= 5 && 5 <= e.high;
    }
    CHECK_FIT(normal_probability((covered - 0.9 * SAMPLES) / sqrt(SAMPLES * 0.9 * 0.1)));
}

static void
test_rare_means_are_those_of_counts_when_all_sizes_are_one(void **state)
{
    double value[1000] = {0};
    struct estimate e = estimate_rare_mean(value, COUNT(value), 1, 0.95);

    (void)state;
    /* none of 1000: exact, and a larger unit in proportion */
    assert_true(e.mean == 0 && e.low == 0);
    CHECK_NEAR(e.high, 1 - pow(0.025, 1e-3), 1e-10);
    CHECK_NEAR(estimate_rare_mean(value, COUNT(value), 7, 0.95).high, 7 * e.high, 1e-15);
    /* k of 1000: Garwood */
    for (size_t k = 1; k <= 500; k++) {
        value[2 * k - 1] = 1;
        struct estimate rate = estimate_rate(k, COUNT(value), 0.95);
        e = estimate_rare_mean(value, COUNT(value), 1, 0.95);
        CHECK_NEAR(e.mean, rate.mean, 1e-12);
        CHECK_NEAR(e.low, rate.low, 1e-9);
        CHECK_NEAR(e.high, rate.high, 1e-9);
    }
    /* more than half: Student */
    value[0] = 1;
    e = estimate_rare_mean(value, COUNT(value), 1, 0.95);
    struct estimate t = estimate_mean(value, COUNT(value), 0.95);
    assert_true(e.low == t.low && e.high == t.high);
    const double spread[] = {0, 100, 1};
    assert_true(estimate_mean(spread, 3, 0.95).low < 0);
    assert_true(estimate_rare_mean(spread, 3, 1, 0.95).low == 0);
    assert_true(isnan(estimate_rare_mean(spread, 0, 1, 0.95).mean));
}

/* How often the interval of the mean holds the truth when `hits` of 300 values are expected above
 * 0, each `size` on average (exponential, at least 1). */
static void
rare_coverage(double hits, double size, double *rare, double *student)
{
    enum { N = 300 };
    const double p = hits / N, truth = p / -expm1(-1 / size); /* a ceiling is geometric */
    int by_rare = 0, by_student = 0;

    for (uint64_t r = 0; r < SAMPLES; r++) {
        struct stream s;
        double value[N];

        stream_open(&s, 21, r, PURPOSE_TEST, (uint64_t)(hits * 100), (uint64_t)size);
        for (int i = 0; i < N; i++)
            value[i] = stream_chance(&s, p) ? ceil(size * stream_exponential(&s)) : 0;
        struct estimate e = estimate_rare_mean(value, N, 1, 0.95);
        by_rare += e.low <= truth && truth <= e.high;
        e = estimate_mean(value, N, 0.95);
        by_student += e.low <= truth && truth <= e.high;
    }
    *rare = (double)by_rare / SAMPLES;
    *student = (double)by_student / SAMPLES;
}

/* With 4000 samples a share varies by 0.004: 0.94 and 0.995 are three of them beside 0.95 to 0.98.
 */
static void
test_rare_means_are_covered_where_students_are_not(void **state)
{
    double rare, student;

    (void)state;
    rare_coverage(2, 0.01, &rare, &student); /* sizes all 1 */
    assert_true(rare > 0.94 && student < 0.9);
    rare_coverage(10, 0.01, &rare, &student);
    assert_true(rare > 0.94 && rare < 0.995);
    rare_coverage(10, 5, &rare, &student);
    assert_true(rare > 0.93 && student < 0.9);
    rare_coverage(40, 5, &rare, &student);
    assert_true(rare > 0.94 && rare < 0.995);
    /* Two large events expected: no interval from the sample alone can know how large, as header
     * and this line say; it still beats Student's. */
    rare_coverage(2, 10, &rare, &student);
    assert_true(rare > student + 0.05);
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Type 7: the points ((k - 1) / (n - 1), x[k]) joined by lines. */
static void
test_quantiles_join_the_sorted_values_by_lines(void **state)
{
    const double ten[] = {10, 1, 9, 2, 8, 3, 7, 4, 6, 5};
    double value[57], sorted[57];
    struct stream s;

    (void)state;
    CHECK_NEAR(quantile_of(ten, 10, 0.25), 3.25, 1e-15);
    CHECK_NEAR(quantile_of(ten, 10, 0.5), 5.5, 1e-15);
    CHECK_NEAR(quantile_of(ten, 10, 0.9), 9.1, 1e-15);
    stream_open(&s, 3, 0, PURPOSE_TEST, 0, 0);
    for (size_t i = 0; i < COUNT(value); i++)
        sorted[i] = value[i] = stream_normal(&s);
    qsort(sorted, COUNT(sorted), sizeof *sorted, by_value);
    for (size_t i = 0; i < COUNT(value); i++) {
        CHECK_WITHIN(quantile_of(value, COUNT(value), (double)i / 56), sorted[i], 1e-12);
        if (i > 0)
            CHECK_WITHIN(quantile_of(value, COUNT(value), ((double)i - 0.5) / 56),
                         (sorted[i] + sorted[i - 1]) / 2, 1e-12);
    }
}

static void
test_quantiles_of_nothing_are_no_number(void **state)
{
    const double inf = (double)INFINITY, one[] = {4}, with_nan[] = {1, (double)NAN};
    const double endless[] = {1, inf, inf};

    (void)state;
    assert_true(isnan(quantile_of(NULL, 0, 0.5)));
    assert_true(isnan(quantile_of(one, 1, -0.1)) && isnan(quantile_of(one, 1, 1.1)));
    assert_true(isnan(quantile_of(one, 1, (double)NAN)));
    assert_true(isnan(quantile_of(with_nan, 2, 0)));
    assert_true(quantile_of(one, 1, 0) == 4 && quantile_of(one, 1, 1) == 4);
    assert_true(quantile_of(endless, 3, 0) == 1 && quantile_of(endless, 3, 0.75) == inf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_match_published_limits),
        cmocka_unit_test(test_rates_match_published_limits),
        cmocka_unit_test(test_share_limits_leave_exactly_the_tail_outside),
        cmocka_unit_test(test_rate_limits_leave_exactly_the_tail_outside),
        cmocka_unit_test(test_large_counts_approach_the_normal_limits),
        cmocka_unit_test(test_shares_cover_at_least_as_often_as_they_say),
        cmocka_unit_test(test_rates_cover_at_least_as_often_as_they_say),
        cmocka_unit_test(test_means_use_students_quantiles),
        cmocka_unit_test(test_too_few_or_equal_values_are_told_apart),
        cmocka_unit_test(test_edges_of_shares_and_rates_are_as_stated),
        cmocka_unit_test(test_means_of_normals_are_covered_as_often_as_they_say),
        cmocka_unit_test(test_rare_means_are_those_of_counts_when_all_sizes_are_one),
        cmocka_unit_test(test_rare_means_are_covered_where_students_are_not),
        cmocka_unit_test(test_quantiles_join_the_sorted_values_by_lines),
        cmocka_unit_test(test_quantiles_of_nothing_are_no_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
