#include "stats/hypergeometric.h"
#include <assert.h>
#include <math.h>

#define INVERSION_MEAN_MOST 10.0
#define HALF_LOG_2PI        0.91893853320467274178

/* Probabilities */

/* log(n!) less Stirling's formula for it (Loader 2000, section 2). The series' next term is below
 * 1e-14 from 16 on. */
static double
stirling_error(double n)
{
    const double square = n * n;

    if (n < 16)
        return lgamma(n + 1) - (n + 0.5) * log(n) + n - HALF_LOG_2PI;
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 / square) / square) / square) / n;
}

/* x log(x / m) + m - x, also where x is near m and all of it would cancel (Loader 2000, section 3).
 */
static double
deviance(double x, double m)
{
    const double v = (x - m) / (x + m);
    double sum = (x - m) * v, term = 2 * x * v;

    if (fabs(x - m) >= 0.1 * (x + m))
        return x * log(x / m) + m - x;
    for (unsigned j = 1;; j++) {
        term *= v * v;
        const double next = sum + term / (2 * j + 1);

        if (next == sum)
            return sum;
        sum = next;
    }
}

double
binomial_log_probability(double k, double n, double p)
{
    if (k < 0 || k > n)
        return -(double)INFINITY;
    if (p <= 0 || p >= 1)
        return k == (p <= 0 ? 0 : n) ? 0 : -(double)INFINITY;
    if (k == 0)
        return n * log1p(-p);
    if (k == n)
        return n * log(p);
    return stirling_error(n) - stirling_error(k) - stirling_error(n - k) - deviance(k, n * p) -
           deviance(n - k, n * (1 - p)) + 0.5 * log(n / k / (n - k)) - HALF_LOG_2PI;
}

double
hypergeometric_log_probability(double k, double marked, double others, double n)
{
    const double all = marked + others, p = all > 0 ? n / all : 0;

    if (k < 0 || k > marked || n - k < 0 || n - k > others)
        return -(double)INFINITY;
    return binomial_log_probability(k, marked, p) + binomial_log_probability(n - k, others, p) -
           binomial_log_probability(n, all, p);
}

/* Drawing */

/* A distribution of counts with one mode. */
struct counts {
    double mean, variance, mode, most;
    double a, b, c; /* what log_probability takes */
    double (*log_probability)(const struct counts *counts, double k);
};

/* The hat is 1 up to a distance of half its width from the middle, beyond it falls with the square:
 * 2 sqrt(2 / e) deviations and a constant wide (Stadlober 1990, section 3). */
static double
table_mountain(struct stream *s, const struct counts *c)
{
    const double wide = 2 * sqrt(2 / M_E) * sqrt(c->variance + 0.5) + 3 - 2 * sqrt(3 / M_E);
    const double peak = c->log_probability(c, c->mode);

    for (;;) {
        const double u = stream_uniform_open(s), v = stream_uniform(s);
        const double k = floor(c->mean + 0.5 + wide * (v - 0.5) / u);

        if (k >= 0 && k <= c->most && 2 * log(u) <= c->log_probability(c, k) - peak)
            return k;
    }
}

static double
log_hypergeometric(const struct counts *c, double k)
{
    return hypergeometric_log_probability(k, c->a, c->b, c->c);
}

static double
log_binomial(const struct counts *c, double k)
{
    return binomial_log_probability(k, c->a, c->b);
}

/* n at most half of all, marked at most as many as others: so no end but 0 is near. */
static double
draw_hypergeometric(struct stream *s, double marked, double others, double n)
{
    const double all = marked + others, most = marked < n ? marked : n;
    const double mean = n * (marked / all);

    if (mean >= INVERSION_MEAN_MOST)
        return table_mountain(s, &(struct counts){
                                     .mean = mean,
                                     .variance = mean * (others / all) * ((all - n) / (all - 1)),
                                     .mode = floor((n + 1) * ((marked + 1) / (all + 2))),
                                     .most = most,
                                     .a = marked,
                                     .b = others,
                                     .c = n,
                                     .log_probability = log_hypergeometric,
                                 });
    double u = stream_uniform(s), k = 0;
    double p = exp(hypergeometric_log_probability(0, marked, others, n));

    while (u >= p && k < most) {
        u -= p;
        p *= (n - k) / (k + 1) * ((marked - k) / (others - n + k + 1));
        k++;
    }
    return k;
}

uint64_t
stream_hypergeometric(struct stream *s, uint64_t marked, uint64_t others, uint64_t n)
{
    const uint64_t all = marked + others, few = marked < others ? marked : others;
    const uint64_t taken = n <= all - n ? n : all - n;
    uint64_t k;

    assert(n <= all);
    if (taken == 0 || few == 0)
        k = 0;
    else
        k = (uint64_t)draw_hypergeometric(s, (double)few, (double)(all - few), (double)taken);
    if (taken != n)
        k = few - k; /* those left behind were drawn */
    return few == marked ? k : n - k;
}

uint64_t
stream_binomial(struct stream *s, uint64_t n, double p)
{
    const double q = p <= 0.5 ? p : 1 - p, all = (double)n, mean = all * q;
    double k = 0;

    if (n == 0 || !(p > 0))
        return 0;
    if (p >= 1)
        return n;
    if (mean >= INVERSION_MEAN_MOST) {
        k = table_mountain(s, &(struct counts){.mean = mean,
                                               .variance = mean * (1 - q),
                                               .mode = floor((all + 1) * q),
                                               .most = all,
                                               .a = all,
                                               .b = q,
                                               .log_probability = log_binomial});
    } else {
        double u = stream_uniform(s), term = exp(all * log1p(-q));

        while (u >= term && k < all) {
            u -= term;
            term *= (all - k) / (k + 1) * (q / (1 - q));
            k++;
        }
    }
    return p <= 0.5 ? (uint64_t)k : n - (uint64_t)k;
}
