#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "goodness.h"

#include "base/mem.h"
#include "stats/special.h"

/* The error that special.h promises. */
#define PROMISED 1e-11

/* P(a, x) for whole a is what a Poisson count with mean x leaves to a and more: DLMF 8.4.10. */
static long double
poisson_below(int a, double at)
{
    const long double x = (long double)at;
    long double term = expl(-x), sum = 0;

    for (int k = 0; k < a; k++) {
        sum += term;
        term *= x / (k + 1);
    }
    return sum;
}

static void
test_gamma_of_whole_shape_is_a_sum_of_poisson_terms(void **state)
{
    (void)state;
    for (int a = 1; a <= 400; a = a * 3 / 2 + 1)
        for (double at = 0.1; at < 3; at += 0.093) {
            double x = a * at;

            CHECK_NEAR(special_gamma_q(a, x), (double)poisson_below(a, x), PROMISED);
        }
}

static void
test_gamma_of_shape_half_is_the_error_function(void **state)
{
    (void)state;
    for (double x = 1e-8; x < 500; x *= 1.7) {
        CHECK_NEAR(special_gamma_p(0.5, x), erf(sqrt(x)), PROMISED);
        CHECK_NEAR(special_gamma_q(0.5, x), erfc(sqrt(x)), 1e-10); /* steep: 500 digits lost */
    }
}

/* I_x(a, b) for whole a, b: at least a hits in a + b - 1 trials, DLMF 8.17.5. */
static long double
binomial_from(int a, int b, double at)
{
    const long double x = (long double)at;
    int n = a + b - 1;
    long double sum = 0, choose = lgammal(n + 1.0L);

    for (int k = a; k <= n; k++)
        sum += expl(choose - lgammal(k + 1.0L) - lgammal(n - k + 1.0L) + k * logl(x) +
                    (n - k) * log1pl(-x));
    return sum;
}

static void
test_beta_of_whole_shapes_is_a_sum_of_binomial_terms(void **state)
{
    static const int shape[] = {1, 2, 3, 7, 20, 55, 300};

    (void)state;
    for (size_t i = 0; i < COUNT(shape); i++)
        for (size_t j = 0; j < COUNT(shape); j++)
            for (double x = 0.015625; x < 1; x += 0.0625) {
                double p = (double)binomial_from(shape[i], shape[j], x);

                if (p > 1e-250)
                    CHECK_NEAR(special_beta_p(shape[i], shape[j], x), p, PROMISED);
            }
}

static void
test_beta_of_halves_is_the_arcsine_law(void **state)
{
    (void)state;
    for (double x = 1e-9; x < 1; x = x * 1.3 + 1e-9)
        CHECK_NEAR(special_beta_p(0.5, 0.5, x), 2 / acos(-1.0) * asin(sqrt(x)), PROMISED);
}

/* Simpson's rule over `steps` (even) intervals of exp(log density), scaled by its top. */
struct density {
    long double a, b; /* b = 0: gamma */
};

static long double
log_density(const struct density *d, long double x)
{
    if (d->b == 0)
        return (d->a - 1) * logl(x) - x - lgammal(d->a);
    return (d->a - 1) * logl(x) + (d->b - 1) * log1pl(-x) + lgammal(d->a + d->b) - lgammal(d->a) -
           lgammal(d->b);
}

static double
area(const struct density *d, double low, double high, int steps)
{
    const long double from = (long double)low, to = (long double)high;
    long double h = (to - from) / steps, sum = 0;

    for (int i = 0; i <= steps; i++)
        sum += expl(log_density(d, from + i * h)) * (i == 0 || i == steps ? 1 : i % 2 ? 4 : 2);
    return (double)(sum * h / 3);
}

/*
 * Large parameters, by integrating the density: between two points, so that neither the tails nor
 * the way the function is split matters. Shapes on both sides of where the method changes (1e7).
 */
static void
test_large_parameters_agree_with_the_integral_of_the_density(void **state)
{
    static const double shape[] = {3e3, 4e5, 9.9e6, 1.1e7, 1e8, 1e9};

    (void)state;
    for (size_t i = 0; i < COUNT(shape); i++) {
        double a = shape[i], spread = sqrt(a);
        struct density gamma = {(long double)a, 0}, beta = {(long double)a, (long double)(2 * a)};

        for (double z = -4; z < 4; z += 0.5) {
            double low = a + z * spread, high = a + (z + 0.5) * spread;
            double expected = area(&gamma, low, high, 200);

            /* lgammal of 1e9 keeps 1e-9 in 19 digits */
            CHECK_WITHIN(special_gamma_p(a, high) - special_gamma_p(a, low), expected, 5e-9);
            CHECK_WITHIN(special_gamma_q(a, low) - special_gamma_q(a, high), expected, 5e-9);

            double side = sqrt(2.0 / 9 / (3 * a));
            low = 1.0 / 3 + z * side;
            high = 1.0 / 3 + (z + 0.5) * side;
            expected = area(&beta, low, high, 200);
            CHECK_WITHIN(special_beta_p(a, 2 * a, high) - special_beta_p(a, 2 * a, low), expected,
                         5e-9);
        }
    }
}

/* Just below and just above the change of method the two must meet. */
static void
test_the_two_methods_meet_where_one_hands_over(void **state)
{
    (void)state;
    for (double z = -7; z <= 7; z += 0.0625) {
        double a = 1e7, spread = sqrt(a), next = nextafter(a, 2e7), x = a + z * spread;
        double p = special_gamma_p(a, x), q = special_gamma_q(a, x);

        CHECK_NEAR(special_gamma_p(next, x), p, 1e-10);
        CHECK_NEAR(special_gamma_q(next, x), q, 1e-10);
        assert_true(fabs(p + q - 1) < 1e-15);

        double side = x / (2 * a);
        if (side > 0 && side < 1) {
            p = special_beta_p(a, next, side);
            CHECK_NEAR(special_beta_p(next, next, side), p, 1e-10);
            CHECK_WITHIN(special_beta_p(next, next, 1 - side), 1 - special_beta_p(next, next, side),
                         1e-12);
        }
    }
}

static void
test_inverses_lead_back(void **state)
{
    static const double shape[] = {1e-3, 0.3, 1, 2.5, 40, 1e3, 1e5, 4e6, 3e7, 1e9};
    static const double p[] = {1e-12, 1e-4, 0.025, 0.3, 0.5, 0.62, 0.975, 0.99999};

    (void)state;
    for (size_t i = 0; i < COUNT(shape); i++)
        for (size_t k = 0; k < COUNT(p); k++) {
            double x = special_gamma_inverse(shape[i], p[k]);

            if (x > 1e-300) /* below, doubles end before the quantile */
                CHECK_WITHIN(special_gamma_p(shape[i], x) / p[k], 1, 2e-10);
            for (size_t j = 0; j < COUNT(shape); j++) {
                x = special_beta_inverse(shape[i], shape[j], p[k]);
                if (x > 1e-300 && x < 1 - 1e-6)
                    CHECK_WITHIN(special_beta_p(shape[i], shape[j], x) / p[k], 1, 1e-8);
            }
        }
}

static void
test_outside_the_domain_there_is_no_number(void **state)
{
    const double nan = (double)NAN, inf = (double)INFINITY;

    (void)state;
    assert_true(isnan(special_gamma_p(0, 1)) && isnan(special_gamma_p(-1, 1)));
    assert_true(isnan(special_gamma_p(1, -1)) && isnan(special_gamma_p(nan, 1)));
    assert_true(isnan(special_gamma_q(1, nan)) && isnan(special_gamma_inverse(1, 1.5)));
    assert_true(isnan(special_beta_p(1, 0, 0.5)) && isnan(special_beta_p(1, 1, 1.5)));
    assert_true(isnan(special_beta_p(1, 1, nan)) && isnan(special_beta_inverse(1, 1, -0.1)));
    assert_true(isnan(special_normal_inverse(-0.1)) && isnan(special_normal_inverse(nan)));
    assert_true(isnan(special_t_inverse(0, 0.5)) && isnan(special_t_inverse(3, 2)));
    assert_true(special_gamma_p(2, 0) == 0 && special_gamma_p(2, inf) == 1);
    assert_true(special_gamma_inverse(2, 0) == 0 && special_gamma_inverse(2, 1) == inf);
    assert_true(special_beta_p(2, 3, 0) == 0 && special_beta_p(2, 3, 1) == 1);
    assert_true(special_beta_inverse(2, 3, 0) == 0 && special_beta_inverse(2, 3, 1) == 1);
    assert_true(special_normal_inverse(0) == -inf && special_normal_inverse(1) == inf);
}

/* Cornish and Fisher's expansion is right to 1e-9 from 1,000 degrees on; below, the distribution
 * function of t through the beta. The point is also that GSL never gives up on the way: its error
 * handler would end this program. */
static void
test_quantiles_of_t_lead_back_for_every_freedom(void **state)
{
    (void)state;
    for (double freedom = 1; freedom < 2e9; freedom = ceil(freedom * 1.01))
        for (double tail = 0.45; tail > 1e-7; tail /= 3) {
            double t = special_t_inverse(freedom, 1 - tail);
            double back = special_beta_p(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2;

            CHECK_WITHIN(back / tail, 1, 1e-6);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gamma_of_whole_shape_is_a_sum_of_poisson_terms),
        cmocka_unit_test(test_gamma_of_shape_half_is_the_error_function),
        cmocka_unit_test(test_beta_of_whole_shapes_is_a_sum_of_binomial_terms),
        cmocka_unit_test(test_beta_of_halves_is_the_arcsine_law),
        cmocka_unit_test(test_large_parameters_agree_with_the_integral_of_the_density),
        cmocka_unit_test(test_the_two_methods_meet_where_one_hands_over),
        cmocka_unit_test(test_inverses_lead_back),
        cmocka_unit_test(test_outside_the_domain_there_is_no_number),
        cmocka_unit_test(test_quantiles_of_t_lead_back_for_every_freedom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
