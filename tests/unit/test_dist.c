/* stats/dist: draws against distribution functions and closed forms; domains. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "goodness.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/tally.h"

static struct stream
open_stream(uint64_t seed)
{
    struct stream s;

    stream_open(&s, seed, 0, PURPOSE_TEST, 0, 0);
    return s;
}

static const struct dist_part two_parts[] = {
    {0.8, {.kind = DIST_LOGNORMAL, .p = {4, 1}}},
    {0.2, {.kind = DIST_UNIFORM, .p = {900, 1100}}},
};
static const struct dist_part nested_parts[] = {
    {3, {.kind = DIST_EXPONENTIAL, .p = {2}}},
    {1, {.kind = DIST_MIXTURE, .part = two_parts, .count = 2}},
};

/*
 * Each with its mean and variance from textbooks (Johnson, Kotz and Balakrishnan), written out by
 * hand; variance 0 means infinite or too slow to settle, and is passed over.
 */
static const struct {
    const char *name;
    struct dist dist;
    double mean, variance;
} continuous[] = {
    {"exponential", {.kind = DIST_EXPONENTIAL, .p = {3}}, 3, 9},
    {"gamma of cv below 1", {.kind = DIST_GAMMA, .p = {304, 0.6}}, 304, 304 * 304 * 0.36},
    {"gamma of cv above 1", {.kind = DIST_GAMMA, .p = {2, 1.8}}, 2, 4 * 1.8 * 1.8},
    {"gamma that hardly varies", {.kind = DIST_GAMMA, .p = {5, 1e-4}}, 5, 25e-8},
    {"lognormal", {.kind = DIST_LOGNORMAL, .p = {9, 1}}, 9, 81},
    {"lognormal of small cv", {.kind = DIST_LOGNORMAL, .p = {4e-3, 0.2}}, 4e-3, 16e-6 * 0.04},
    {"lognormal of large cv", {.kind = DIST_LOGNORMAL, .p = {75, 3}}, 75, 0},
    /* PERT: mean (a + 4 m + b) / 6, variance (mean - a) (b - mean) / 7 */
    {"pert", {.kind = DIST_PERT, .p = {1, 2, 9}}, 3, 2.0 * 6 / 7},
    {"pert with its mode at the end", {.kind = DIST_PERT, .p = {0, 6, 6}}, 5, 5.0 / 7},
    {"uniform", {.kind = DIST_UNIFORM, .p = {2, 8}}, 5, 3},
    {"weibull of shape 2",
     {.kind = DIST_WEIBULL, .p = {3, 2}},
     2.658680776358274,
     1.931416529422965},
    {"weibull of shape 1/2", {.kind = DIST_WEIBULL, .p = {1, 0.5}}, 2, 0},
    {"pareto", {.kind = DIST_PARETO, .p = {2, 5}}, 2.5, 4 * 5.0 / (16 * 3)},
    {"pareto of heavy tail", {.kind = DIST_PARETO, .p = {2, 1.5}}, 6, 0},
    {"mixture", {.kind = DIST_MIXTURE, .part = two_parts, .count = 2}, 203.2, 0},
    {"mixture in a mixture", {.kind = DIST_MIXTURE, .part = nested_parts, .count = 2}, 52.3, 0},
};

enum { DRAWS = 200000 };

/* The tally of the draws, and cdf(x) of each in `p`. */
static struct tally
draw_all(const struct dist *dist, uint64_t seed, double *p)
{
    struct stream s = open_stream(seed);
    struct tally tally = {0};
    double low, high;

    dist_bounds(dist, &low, &high);
    for (int i = 0; i < DRAWS; i++) {
        double x = dist_draw(dist, &s);

        assert_true(x >= low && x <= high);
        tally_add(&tally, x);
        p[i] = dist_cdf(dist, x);
    }
    return tally;
}

static void
test_draws_follow_the_distribution_function(void **state)
{
    double *p = calloc(DRAWS, sizeof *p);

    (void)state;
    assert_non_null(p);
    for (size_t i = 0; i < COUNT(continuous); i++) {
        const char *reason = "";

        assert_int_equal(dist_check(&continuous[i].dist, &reason), 0);
        draw_all(&continuous[i].dist, 100 + i, p);
        check_fit(ks_probability(p, DRAWS), continuous[i].name, __FILE__, __LINE__);
    }
    free(p);
}

static void
test_a_wrong_parameter_is_seen(void **state)
{
    const struct dist one = {.kind = DIST_GAMMA, .p = {2, 1.8}};
    const struct dist other = {.kind = DIST_GAMMA, .p = {2, 1.83}};
    double *p = calloc(DRAWS, sizeof *p);
    struct stream s = open_stream(1);

    (void)state;
    assert_non_null(p);
    for (int i = 0; i < DRAWS; i++)
        p[i] = dist_cdf(&other, dist_draw(&one, &s));
    assert_true(ks_probability(p, DRAWS) < LEVEL);
    free(p);
}

static void
test_moments_are_those_of_the_textbook(void **state)
{
    double *p = calloc(DRAWS, sizeof *p);

    (void)state;
    assert_non_null(p);
    for (size_t i = 0; i < COUNT(continuous); i++) {
        const struct dist *dist = &continuous[i].dist;
        double mean = continuous[i].mean, variance = continuous[i].variance;

        check_near(dist_mean(dist), mean, 1e-14, continuous[i].name, __FILE__, __LINE__);
        struct tally tally = draw_all(dist, 200 + i, p);
        if (variance == 0)
            continue;
        check_fit(normal_probability((tally.mean - mean) / sqrt(variance / DRAWS)),
                  continuous[i].name, __FILE__, __LINE__);
        /* cv 1 of a lognormal has fourth moments that need a wide margin */
        check_near(tally_variance(&tally), variance, 0.08, continuous[i].name, __FILE__, __LINE__);
    }
    free(p);
}

/* The mean is also the area above the distribution function: an integral that knows nothing of
 * how means are computed. */
static void
test_means_agree_with_the_integral_of_the_distribution_function(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(continuous); i++) {
        double sum = 0, before = 0;

        if (continuous[i].variance == 0 && continuous[i].dist.kind == DIST_PARETO)
            continue; /* the tail is too heavy to cut off */
        /* midpoints on a scale of ratios, 1.0005 each, to 1e5 means */
        for (double x = continuous[i].mean * 1e-7; x < continuous[i].mean * 1e5; x *= 1.0005) {
            sum += (x - before) * (1 - dist_cdf(&continuous[i].dist, (x + before) / 2));
            before = x;
        }
        check_near(dist_mean(&continuous[i].dist), sum, 1e-4, continuous[i].name, __FILE__,
                   __LINE__);
    }
}

static void
test_distribution_functions_rise_from_0_to_1(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(continuous); i++) {
        const struct dist *dist = &continuous[i].dist;
        double low, high, before = 0;

        dist_bounds(dist, &low, &high);
        assert_true(dist_cdf(dist, nextafter(low, -1)) == 0);
        assert_true(dist_cdf(dist, -5) == 0);
        assert_true(dist_cdf(dist, high) == 1);
        assert_true(dist_cdf(dist, (double)INFINITY) == 1);
        assert_true(isnan(dist_cdf(dist, (double)NAN)));
        for (double x = 1e-12; x < 1e12; x *= 1.1) {
            double p = dist_cdf(dist, x);

            assert_true(p >= before && p <= 1);
            before = p;
        }
    }
}

/* What the distribution function makes of a quantile is the probability it was asked for. */
static void
test_quantiles_invert_the_distribution_function(void **state)
{
    static const double at[] = {1e-9, 1e-4, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.9999};

    (void)state;
    for (size_t i = 0; i < COUNT(continuous); i++) {
        const struct dist *dist = &continuous[i].dist;
        double before = 0, low, high;

        for (size_t k = 0; k < COUNT(at); k++) {
            const double x = dist_quantile(dist, at[k]);

            check_near(dist_cdf(dist, x), at[k], 1e-6, continuous[i].name, __FILE__, __LINE__);
            assert_true(x >= before);
            before = x;
        }
        dist_bounds(dist, &low, &high);
        assert_true(dist_quantile(dist, 0) == low && dist_quantile(dist, 1) == high);
        assert_true(isnan(dist_quantile(dist, -0.1)) && isnan(dist_quantile(dist, 1.1)));
        assert_true(isnan(dist_quantile(dist, (double)NAN)));
    }
}

/*
 * Of tables: chi-square with 10 degrees of freedom is a gamma of mean 10, cv sqrt(1/5), and has
 * 18.307 at 0.95 and 3.940 at 0.05 (NIST/SEMATECH e-Handbook 1.3.6.7.4); the normal has 1.959964 at
 * 0.975; F with 6 and 6 has 4.284 at 0.95 (1.3.6.7.3), and F / (1 + F) is a beta of shapes 3 and 3,
 * a PERT with its mode in the middle.
 */
static void
test_quantiles_are_those_of_published_tables(void **state)
{
    const struct dist chi = {.kind = DIST_GAMMA, .p = {10, sqrt(0.2)}};
    const struct dist normal = {.kind = DIST_LOGNORMAL, .p = {exp(0.125), sqrt(expm1(0.25))}};
    const struct dist beta = {.kind = DIST_PERT, .p = {0, 0.5, 1}};
    const struct dist pareto = {.kind = DIST_PARETO, .p = {2, 3}};

    (void)state;
    CHECK_NEAR(dist_quantile(&chi, 0.95), 18.307, 0.0005 / 18);
    CHECK_NEAR(dist_quantile(&chi, 0.05), 3.940, 0.0005 / 3.9);
    CHECK_NEAR(log(dist_quantile(&normal, 0.975)) / 0.5, 1.959964, 1e-6);
    CHECK_NEAR(dist_quantile(&beta, 0.95), 4.284 / 5.284, 1e-4);
    CHECK_NEAR(dist_quantile(&pareto, 7.0 / 8), 4, 1e-14); /* (2 / 4)^3 = 1 / 8 */
}

/* Where a distribution function steps, the quantile is the first value that reaches p. */
static void
test_quantiles_of_what_has_steps_are_the_first_to_reach(void **state)
{
    static const double value[] = {1, 2, 2, 5, 100};
    static const struct dist_part part[] = {
        {1, {.kind = DIST_CONSTANT, .p = {1}}},
        {2, {.kind = DIST_UNIFORM, .p = {3, 5}}},
        {1, {.kind = DIST_CONSTANT, .p = {4}}},
    };
    const struct dist empirical = {.kind = DIST_EMPIRICAL, .value = value, .count = COUNT(value)};
    const struct dist mixture = {.kind = DIST_MIXTURE, .part = part, .count = COUNT(part)};
    static const struct {
        double p, of_empirical, of_mixture;
    } t[] = {{0.1, 1, 1},  {0.2, 1, 1},  {0.21, 2, 1}, {0.25, 2, 1},      {0.375, 2, 3.5},
             {0.59, 2, 4}, {0.61, 5, 4}, {0.74, 5, 4}, {0.875, 100, 4.5}, {0.99, 100, 4.96}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        CHECK_NEAR(dist_quantile(&empirical, t[i].p), t[i].of_empirical, 0);
        CHECK_NEAR(dist_quantile(&mixture, t[i].p), t[i].of_mixture, 1e-12);
    }
    assert_true(dist_quantile(&(struct dist){.kind = DIST_CONSTANT, .p = {7}}, 0.3) == 7);
}

static void
test_a_constant_takes_nothing_from_the_stream(void **state)
{
    const struct dist d = dist_constant(7.5);
    struct stream s = open_stream(1), same = s;
    double low, high;

    (void)state;
    assert_int_equal(dist_check(&d, NULL), 0);
    assert_true(dist_draw(&d, &s) == 7.5 && dist_mean(&d) == 7.5);
    assert_memory_equal(&s, &same, sizeof s);
    dist_bounds(&d, &low, &high);
    assert_true(low == 7.5 && high == 7.5);
    assert_true(dist_cdf(&d, 7.4999) == 0 && dist_cdf(&d, 7.5) == 1);
}

static void
test_an_empirical_distribution_draws_each_value_alike(void **state)
{
    static const double value[] = {1, 2, 2, 5, 100};
    const struct dist d = {.kind = DIST_EMPIRICAL, .value = value, .count = COUNT(value)};
    const double expected[] = {10000, 20000, 10000, 10000};
    uint64_t seen[4] = {0};
    struct stream s = open_stream(8);
    double low, high;

    (void)state;
    assert_int_equal(dist_check(&d, NULL), 0);
    for (int i = 0; i < 50000; i++) {
        double x = dist_draw(&d, &s);

        seen[x == 1 ? 0 : x == 2 ? 1 : x == 5 ? 2 : 3]++;
        assert_true(x == 1 || x == 2 || x == 5 || x == 100);
    }
    CHECK_FIT(chi_square_probability(seen, expected, 4, 3));
    CHECK_NEAR(dist_mean(&d), 22, 1e-15);
    dist_bounds(&d, &low, &high);
    assert_true(low == 1 && high == 100);
    CHECK_WITHIN(dist_cdf(&d, 0.9), 0, 0);
    CHECK_WITHIN(dist_cdf(&d, 2), 0.6, 1e-15);
    CHECK_WITHIN(dist_cdf(&d, 99), 0.8, 1e-15);
    CHECK_WITHIN(dist_cdf(&d, 100), 1, 0);
}

static void
test_a_mixture_draws_its_parts_by_weight(void **state)
{
    static const struct dist_part part[] = {
        {2, {.kind = DIST_CONSTANT, .p = {1}}},
        {5, {.kind = DIST_CONSTANT, .p = {2}}},
        {1, {.kind = DIST_CONSTANT, .p = {4}}},
    };
    const struct dist d = {.kind = DIST_MIXTURE, .part = part, .count = COUNT(part)};
    const double expected[] = {10000, 25000, 5000};
    uint64_t seen[3] = {0};
    struct stream s = open_stream(8);

    (void)state;
    for (int i = 0; i < 40000; i++)
        seen[(int)dist_draw(&d, &s) / 2]++;
    CHECK_FIT(chi_square_probability(seen, expected, 3, 2));
    CHECK_NEAR(dist_mean(&d), 2, 1e-15);
    CHECK_NEAR(dist_cdf(&d, 3), 7.0 / 8, 1e-15);
}

static void
test_no_width_is_a_constant(void **state)
{
    static const struct {
        struct dist dist;
        double value;
    } t[] = {
        {{.kind = DIST_EXPONENTIAL, .p = {0}}, 0},   {{.kind = DIST_GAMMA, .p = {0, 1}}, 0},
        {{.kind = DIST_LOGNORMAL, .p = {0, 1}}, 0},  {{.kind = DIST_PERT, .p = {4, 4, 4}}, 4},
        {{.kind = DIST_UNIFORM, .p = {4, 4}}, 4},    {{.kind = DIST_WEIBULL, .p = {0, 2}}, 0},
        {{.kind = DIST_WEIBULL, .p = {0, 1e-9}}, 0}, {{.kind = DIST_PARETO, .p = {0, 2}}, 0},
        {{.kind = DIST_PARETO, .p = {0, 0.1}}, 0},   {{.kind = DIST_PARETO, .p = {0, 1e-9}}, 0},
    };
    struct stream s = open_stream(4);

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        double low, high;

        assert_int_equal(dist_check(&t[i].dist, NULL), 0);
        dist_bounds(&t[i].dist, &low, &high);
        assert_true(low == t[i].value && high == t[i].value);
        assert_true(dist_mean(&t[i].dist) == t[i].value);
        assert_true(dist_draw(&t[i].dist, &s) == t[i].value);
        assert_true(dist_cdf(&t[i].dist, t[i].value) == 1);
        assert_true(dist_quantile(&t[i].dist, 0.3) == t[i].value);
    }
}

/* The edges of every domain: draws stay numbers, not negative and finite. */
static void
test_extreme_parameters_draw_finite_values(void **state)
{
    static const struct dist t[] = {
        {.kind = DIST_EXPONENTIAL, .p = {DBL_MAX}},
        {.kind = DIST_GAMMA, .p = {1, 1e6}},
        {.kind = DIST_GAMMA, .p = {1e300, 1e-6}},
        {.kind = DIST_GAMMA, .p = {DBL_MAX, 1e6}},
        {.kind = DIST_LOGNORMAL, .p = {DBL_MAX, 1e6}},
        {.kind = DIST_LOGNORMAL, .p = {1e-300, 1e-6}},
        {.kind = DIST_PERT, .p = {0, 0, DBL_MAX}},
        {.kind = DIST_PERT, .p = {0, DBL_MAX, DBL_MAX}},
        {.kind = DIST_UNIFORM, .p = {0, DBL_MAX}},
        {.kind = DIST_WEIBULL, .p = {1, 1e-300}},
        {.kind = DIST_WEIBULL, .p = {1, 1e300}},
        {.kind = DIST_PARETO, .p = {1, 1e-300}},
        {.kind = DIST_PARETO, .p = {DBL_MAX, 1e300}},
    };
    struct stream s = open_stream(4);

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        assert_int_equal(dist_check(&t[i], NULL), 0);
        assert_true(dist_mean(&t[i]) >= 0);
        for (int k = 0; k < 1000; k++) {
            double x = dist_draw(&t[i], &s);

            assert_true(x >= 0 && x <= DBL_MAX);
            assert_true(dist_cdf(&t[i], x) >= 0 && dist_cdf(&t[i], x) <= 1);
        }
        for (double p = 0.01; p < 1; p += 0.01) {
            double x = dist_quantile(&t[i], p);

            assert_true(x >= 0 && x <= DBL_MAX);
        }
    }
    assert_true(isinf(dist_mean(&(struct dist){.kind = DIST_PARETO, .p = {1, 1}})));
}

static const struct dist_part negative_weight = {-1, {.kind = DIST_CONSTANT}};
static const struct dist_part bad_part = {1, {.kind = DIST_WEIBULL, .p = {1, 0}}};
static const struct dist_part huge_weights[] = {{DBL_MAX, {.kind = DIST_CONSTANT}},
                                                {DBL_MAX, {.kind = DIST_CONSTANT}}};
static const double falling[] = {2, 1}, below_0[] = {-1, 1};
static const double not_finite[] = {1, (double)INFINITY};
static const double not_number[] = {(double)NAN};

static const struct {
    struct dist dist;
    const char *reason; /* a part of it */
} wrong[] = {
    {{.kind = DIST_CONSTANT, .p = {-1}}, "negative"},
    {{.kind = DIST_CONSTANT, .p = {(double)NAN}}, "finite"},
    {{.kind = DIST_EXPONENTIAL, .p = {-1}}, "mean"},
    {{.kind = DIST_EXPONENTIAL, .p = {(double)INFINITY}}, "finite"},
    {{.kind = DIST_GAMMA, .p = {1, 0}}, "cv"},
    {{.kind = DIST_GAMMA, .p = {1, -1}}, "cv"},
    {{.kind = DIST_GAMMA, .p = {1, (double)NAN}}, "finite"},
    {{.kind = DIST_GAMMA, .p = {-1, 1}}, "mean"},
    {{.kind = DIST_LOGNORMAL, .p = {1, 1e-7}}, "between"},
    {{.kind = DIST_LOGNORMAL, .p = {1, 1e7}}, "between"},
    {{.kind = DIST_PERT, .p = {-1, 0, 1}}, "low"},
    {{.kind = DIST_PERT, .p = {1, 3, 2}}, "ascend"},
    {{.kind = DIST_PERT, .p = {2, 1, 3}}, "ascend"},
    {{.kind = DIST_UNIFORM, .p = {2, 1}}, "low"},
    {{.kind = DIST_UNIFORM, .p = {-2, 1}}, "negative"},
    {{.kind = DIST_WEIBULL, .p = {-1, 1}}, "scale"},
    {{.kind = DIST_WEIBULL, .p = {1, 0}}, "shape"},
    {{.kind = DIST_PARETO, .p = {1, -2}}, "shape"},
    {{.kind = DIST_MIXTURE}, "at least one part"},
    {{.kind = DIST_MIXTURE, .part = &negative_weight, .count = 1}, "weight"},
    {{.kind = DIST_MIXTURE, .part = &bad_part, .count = 1}, "shape"},
    {{.kind = DIST_MIXTURE, .part = huge_weights, .count = 2}, "weights"},
    {{.kind = DIST_EMPIRICAL}, "at least one value"},
    {{.kind = DIST_EMPIRICAL, .value = falling, .count = 2}, "ascend"},
    {{.kind = DIST_EMPIRICAL, .value = below_0, .count = 2}, "negative"},
    {{.kind = DIST_EMPIRICAL, .value = not_finite, .count = 2}, "finite"},
    {{.kind = DIST_EMPIRICAL, .value = not_number, .count = 1}, "finite"},
    {{.kind = DIST_KINDS}, "family"},
    {{.kind = (enum dist_kind)1000}, "family"},
};

static void
test_parameters_outside_their_domain_are_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const char *reason = NULL;

        assert_int_equal(dist_check(&wrong[i].dist, &reason), ERR_INPUT);
        assert_non_null(reason);
        if (!strstr(reason, wrong[i].reason))
            fail_msg("case %zu: '%s' does not speak of '%s'", i, reason, wrong[i].reason);
        assert_int_equal(dist_check(&wrong[i].dist, NULL), ERR_INPUT);
    }
}

static void
test_mixtures_nest_eight_deep_and_no_deeper(void **state)
{
    struct dist_part part[10];

    (void)state;
    part[0] = (struct dist_part){1, dist_constant(3)};
    for (int depth = 1; depth < 10; depth++) {
        part[depth] =
            (struct dist_part){1, {.kind = DIST_MIXTURE, .part = &part[depth - 1], .count = 1}};
        assert_int_equal(dist_check(&part[depth].of, NULL), depth <= 8 ? 0 : ERR_INPUT);
    }
    struct stream s = open_stream(1);
    assert_true(dist_draw(&part[8].of, &s) == 3);
}

static void
test_the_families_table_names_every_kind(void **state)
{
    (void)state;
    for (int i = 0; i < DIST_KINDS; i++) {
        assert_non_null(dist_family[i].name);
        assert_in_range(dist_family[i].parameters, 0, 3);
        for (int k = 0; k < 3; k++)
            assert_int_equal(dist_family[i].parameter[k] != NULL, k < dist_family[i].parameters);
    }
}

/* Small means against the mass function, by chi-square. */
static void
test_poisson_counts_follow_their_mass_function(void **state)
{
    static const double mean[] = {0.05, 1, 3, 9.9, 10.1, 60};
    enum { CELLS = 160 };

    (void)state;
    for (size_t m = 0; m < COUNT(mean); m++) {
        uint64_t seen[CELLS] = {0}, joined[CELLS] = {0};
        double expected[CELLS] = {0};
        struct stream s = open_stream(40 + m);
        size_t cells = 0;

        for (int i = 0; i < DRAWS; i++) {
            uint64_t k = draw_poisson(mean[m], &s);

            assert_true(k < CELLS);
            seen[k]++;
        }
        /* neighbours join until 20 are expected, so that chi-square's limit holds */
        for (int k = 0; k < CELLS; k++) {
            joined[cells] += seen[k];
            expected[cells] += DRAWS * exp(k * log(mean[m]) - mean[m] - lgamma(k + 1.0));
            cells += expected[cells] >= 20 && k + 1 < CELLS;
        }
        joined[cells - 1] += joined[cells];
        expected[cells - 1] += expected[cells];
        CHECK_FIT(chi_square_probability(joined, expected, cells, (double)cells - 1));
    }
}

static void
test_poisson_counts_of_large_means_have_their_moments(void **state)
{
    static const double mean[] = {1e3, 1e5, 1e7, 1e9, 1.0001e9, 4.5e9, 1e12, 1e17};
    enum { FEW = 20000 };

    (void)state;
    for (size_t m = 0; m < COUNT(mean); m++) {
        struct stream s = open_stream(60 + m);
        struct tally tally = {0};

        for (int i = 0; i < FEW; i++)
            tally_add(&tally, ((double)draw_poisson(mean[m], &s) - mean[m]) / sqrt(mean[m]));
        CHECK_FIT(normal_probability(tally.mean * sqrt(FEW)));
        CHECK_FIT(normal_probability((tally_variance(&tally) - 1) * sqrt(FEW / 2.0)));
    }
}

static void
test_poisson_of_nothing_is_0_and_of_too_much_is_bounded(void **state)
{
    struct stream s = open_stream(2);

    (void)state;
    assert_int_equal(draw_poisson(0, &s), 0);
    assert_int_equal(draw_poisson(-3, &s), 0);
    assert_int_equal(draw_poisson((double)NAN, &s), 0);
    assert_true(draw_poisson(1e300, &s) == (uint64_t)1 << 63);
    assert_true(draw_poisson((double)INFINITY, &s) == (uint64_t)1 << 63);
}

static void
test_equal_streams_give_equal_draws(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(continuous); i++) {
        struct stream s = open_stream(9), same = open_stream(9);

        for (int k = 0; k < 1000; k++)
            assert_true(dist_draw(&continuous[i].dist, &s) ==
                        dist_draw(&continuous[i].dist, &same));
        assert_memory_equal(&s, &same, sizeof s);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_follow_the_distribution_function),
        cmocka_unit_test(test_a_wrong_parameter_is_seen),
        cmocka_unit_test(test_moments_are_those_of_the_textbook),
        cmocka_unit_test(test_means_agree_with_the_integral_of_the_distribution_function),
        cmocka_unit_test(test_distribution_functions_rise_from_0_to_1),
        cmocka_unit_test(test_quantiles_invert_the_distribution_function),
        cmocka_unit_test(test_quantiles_are_those_of_published_tables),
        cmocka_unit_test(test_quantiles_of_what_has_steps_are_the_first_to_reach),
        cmocka_unit_test(test_a_constant_takes_nothing_from_the_stream),
        cmocka_unit_test(test_an_empirical_distribution_draws_each_value_alike),
        cmocka_unit_test(test_a_mixture_draws_its_parts_by_weight),
        cmocka_unit_test(test_no_width_is_a_constant),
        cmocka_unit_test(test_extreme_parameters_draw_finite_values),
        cmocka_unit_test(test_parameters_outside_their_domain_are_refused_with_a_reason),
        cmocka_unit_test(test_mixtures_nest_eight_deep_and_no_deeper),
        cmocka_unit_test(test_the_families_table_names_every_kind),
        cmocka_unit_test(test_poisson_counts_follow_their_mass_function),
        cmocka_unit_test(test_poisson_counts_of_large_means_have_their_moments),
        cmocka_unit_test(test_poisson_of_nothing_is_0_and_of_too_much_is_bounded),
        cmocka_unit_test(test_equal_streams_give_equal_draws),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
