/* Counts drawn against their exact probabilities, by whole numbers where these are small. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "goodness.h"
#include "stats/hypergeometric.h"

enum { DRAWS = 200000, BINS = 400 };

/* n over k; exact up to 2^53 and beyond in long double. */
static long double
choose(unsigned n, unsigned k)
{
    long double c = 1;

    for (unsigned i = 1; i <= k; i++)
        c = c * (long double)(n - k + i) / (long double)i;
    return c;
}

static void
test_probabilities_are_those_of_counting(void **state)
{
    (void)state;
    for (unsigned marked = 0; marked <= 24; marked++)
        for (unsigned others = 0; others <= 24; others += 3)
            for (unsigned n = 0; n <= marked + others; n += 1 + n / 4)
                for (unsigned k = 0; k <= n; k++) {
                    const double log_p = hypergeometric_log_probability(k, marked, others, n);

                    if (k > marked || n - k > others)
                        assert_true(log_p == -(double)INFINITY);
                    else
                        CHECK_NEAR(exp(log_p),
                                   (double)(choose(marked, k) * choose(others, n - k) /
                                            choose(marked + others, n)),
                                   1e-13);
                }
    for (unsigned n = 1; n <= 60; n++)
        for (unsigned k = 0; k <= n; k++)
            CHECK_NEAR(exp(binomial_log_probability(k, n, 0.3)),
                       (double)(choose(n, k) * powl(0.3L, k) * powl(0.7L, n - k)), 1e-13);
}

/* From one count to the next they change by an exact ratio, also where logarithms of factorials
 * have no digits left for it. */
static void
test_probabilities_of_large_counts_keep_their_ratios(void **state)
{
    static const double t[][3] = {/* marked, others, n */
                                  {1e6, 1e9, 3e5},
                                  {1e12, 2e12, 5e11},
                                  {0x1p50, 0x1p51, 0x1p40},
                                  {4e10, 7e5, 1e10}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double m = t[i][0], o = t[i][1], n = t[i][2], mean = floor(n * (m / (m + o)));
        const double step = floor(sqrt(mean * (o / (m + o))));

        for (double far = -5; far <= 5; far++) {
            const double k = mean + far * step;
            const double up = hypergeometric_log_probability(k + 1, m, o, n) -
                              hypergeometric_log_probability(k, m, o, n);

            CHECK_WITHIN(up, log((m - k) / (k + 1)) + log((n - k) / (o - n + k + 1)), 1e-11);
        }
    }
}

struct bins {
    double first, wide;
    uint64_t seen[BINS];
    double expected[BINS];
};

/* Bins of whole counts around the mean, the outermost with all beyond. */
static struct bins *
bins_of(double mean, double deviation)
{
    struct bins *b = calloc(1, sizeof *b);

    assert_non_null(b);
    b->wide = fmax(1, floor(deviation / 20));
    b->first = floor(mean) - b->wide * BINS / 2;
    return b;
}

static void
see(struct bins *b, double k)
{
    const double at = floor((k - b->first) / b->wide);

    b->seen[(size_t)fmin(fmax(at, 0), BINS - 1)]++;
}

static double
fit(struct bins *b)
{
    size_t kept = 0;

    /* bins of few are joined with the next */
    for (size_t i = 0; i < BINS; i++) {
        if (kept > 0 && b->expected[kept - 1] < 10) {
            b->expected[kept - 1] += b->expected[i];
            b->seen[kept - 1] += b->seen[i];
        } else {
            b->expected[kept] = b->expected[i];
            b->seen[kept++] = b->seen[i];
        }
    }
    while (kept > 1 && b->expected[kept - 1] < 10) {
        b->expected[kept - 2] += b->expected[kept - 1];
        b->seen[kept - 2] += b->seen[kept - 1];
        kept--;
    }
    if (kept == 1)
        return 1;
    return chi_square_probability(b->seen, b->expected, kept, (double)(kept - 1));
}

/* The probability of the counts of each bin: exactly, count by count. */
static void
expect(struct bins *b, double (*log_p)(double k, const double *t), const double *t, double most)
{
    for (size_t i = 0; i < BINS; i++)
        for (double k = b->first + (double)i * b->wide; k < b->first + (double)(i + 1) * b->wide;
             k++)
            if (k >= 0 && k <= most)
                b->expected[i] += DRAWS * exp(log_p(k, t));
}

static double
log_hypergeometric(double k, const double *t)
{
    return hypergeometric_log_probability(k, t[0], t[1], t[2]);
}

static double
log_binomial(double k, const double *t)
{
    return binomial_log_probability(k, t[0], t[1]);
}

static void
test_hypergeometric_draws_fit(void **state)
{
    static const double t[][3] = {
        /* marked, others, n: by inversion, by ratio of uniforms, from all sides */
        {5, 5, 3},          {10, 90, 30},     {3, 1e9, 4e8},   {1e9, 3, 4e8},
        {40, 60, 50},       {60, 40, 50},     {50, 50, 97},    {1000, 3000, 400},
        {3000, 1000, 3900}, {1e6, 1e6, 1000}, {1e9, 9e9, 1e4}, {1e4, 1e10, 1e8},
        {2e5, 2e5, 2e5},    {1e6, 1e12, 1e9}, {25, 25, 25},    {1e12, 1e12, 400}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double m = t[i][0], o = t[i][1], n = t[i][2], all = m + o;
        const double mean = n * m / all;
        const double deviation = sqrt(mean * (o / all) * ((all - n) / (all - 1)));
        struct bins *b = bins_of(mean, deviation);
        struct stream s;

        stream_open(&s, 11, i, PURPOSE_TEST, 0, 0);
        for (unsigned k = 0; k < DRAWS; k++) {
            const uint64_t got = stream_hypergeometric(&s, (uint64_t)m, (uint64_t)o, (uint64_t)n);

            assert_true(got <= (uint64_t)m && got <= (uint64_t)n &&
                        (uint64_t)n - got <= (uint64_t)o);
            see(b, (double)got);
        }
        expect(b, log_hypergeometric, t[i], fmin(m, n));
        CHECK_FIT(fit(b));
        free(b);
    }
}

static void
test_binomial_draws_fit(void **state)
{
    static const double t[][2] = {{1, 0.3},   {10, 0.5},   {1e9, 1e-9},  {50, 0.97}, {400, 0.1},
                                  {400, 0.9}, {1e9, 1e-4}, {1e10, 0.25}, {21, 0.5},  {1e6, 0.5}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double n = t[i][0], p = t[i][1];
        struct bins *b = bins_of(n * p, sqrt(n * p * (1 - p)));
        struct stream s;

        stream_open(&s, 12, i, PURPOSE_TEST, 0, 0);
        for (unsigned k = 0; k < DRAWS; k++)
            see(b, (double)stream_binomial(&s, (uint64_t)n, p));
        expect(b, log_binomial, t[i], n);
        CHECK_FIT(fit(b));
        free(b);
    }
}

static void
test_ends_are_certain(void **state)
{
    struct stream s;

    (void)state;
    stream_open(&s, 13, 0, PURPOSE_TEST, 0, 0);
    for (uint64_t n = 0; n <= 100; n += 20) {
        assert_int_equal(stream_hypergeometric(&s, 0, 100, n), 0);
        assert_int_equal(stream_hypergeometric(&s, 100, 0, n), n);
        assert_int_equal(stream_hypergeometric(&s, 40, 60, 0), 0);
        assert_int_equal(stream_hypergeometric(&s, 40, 60, 100), 40);
        assert_int_equal(stream_binomial(&s, n, 0), 0);
        assert_int_equal(stream_binomial(&s, n, 1), n);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probabilities_are_those_of_counting),
        cmocka_unit_test(test_probabilities_of_large_counts_keep_their_ratios),
        cmocka_unit_test(test_hypergeometric_draws_fit),
        cmocka_unit_test(test_binomial_draws_fit),
        cmocka_unit_test(test_ends_are_certain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
