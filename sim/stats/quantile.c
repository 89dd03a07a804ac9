/* The inverses of dist.c's distribution functions. */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "stats/dist.h"
#include "stats/special.h"

/* Each is asked for p above 0 and below 1 of a distribution with some width. */

static double
constant_quantile(const struct dist *dist, double p)
{
    (void)p;
    return dist->p[0];
}

static double
exponential_quantile(const struct dist *dist, double p)
{
    return -dist->p[0] * log1p(-p);
}

static double
gamma_quantile(const struct dist *dist, double p)
{
    const double square = dist->p[1] * dist->p[1];

    return special_gamma_inverse(1 / square, p) * (dist->p[0] * square);
}

static double
lognormal_quantile(const struct dist *dist, double p)
{
    const double variance = log1p(dist->p[1] * dist->p[1]);

    return dist->p[0] * exp(sqrt(variance) * special_normal_inverse(p) - variance / 2);
}

static double
pert_quantile(const struct dist *dist, double p)
{
    const double low = dist->p[0], width = dist->p[2] - low;
    const double shape = 1 + 4 * ((dist->p[1] - low) / width);

    return fmin(low + width * special_beta_inverse(shape, 6 - shape, p), dist->p[2]);
}

static double
uniform_quantile(const struct dist *dist, double p)
{
    return fmin(dist->p[0] + (dist->p[1] - dist->p[0]) * p, dist->p[1]);
}

static double
weibull_quantile(const struct dist *dist, double p)
{
    return dist->p[0] * pow(-log1p(-p), 1 / dist->p[1]);
}

static double
pareto_quantile(const struct dist *dist, double p)
{
    return dist->p[0] * exp(-log1p(-p) / dist->p[1]);
}

/* Below the least of its parts' quantiles every part has less than p, and so has the mixture; at
 * the greatest every part has p. */
static double
mixture_quantile(const struct dist *dist, double p)
{
    double low = (double)INFINITY, high = 0;

    for (size_t i = 0; i < dist->count; i++) {
        const double x = dist_quantile(&dist->part[i].of, p);

        low = fmin(low, x);
        high = fmax(high, x);
    }
    if (dist_cdf(dist, low) >= p)
        return low;
    for (;;) { /* ends: at most one step a bit of a double and its exponent */
        const double middle = low + (high - low) / 2;

        if (!(middle > low && middle < high))
            return high;
        if (dist_cdf(dist, middle) < p)
            low = middle;
        else
            high = middle;
    }
}

static double
empirical_quantile(const struct dist *dist, double p)
{
    const double rank = ceil(p * (double)dist->count);

    return dist->value[rank < 1 ? 0 : (size_t)rank - 1];
}

double
dist_quantile(const struct dist *dist, double p)
{
    static double (*const quantile[DIST_KINDS])(const struct dist *dist, double p) = {
        [DIST_CONSTANT] = constant_quantile, [DIST_EXPONENTIAL] = exponential_quantile,
        [DIST_GAMMA] = gamma_quantile,       [DIST_LOGNORMAL] = lognormal_quantile,
        [DIST_PERT] = pert_quantile,         [DIST_UNIFORM] = uniform_quantile,
        [DIST_WEIBULL] = weibull_quantile,   [DIST_PARETO] = pareto_quantile,
        [DIST_MIXTURE] = mixture_quantile,   [DIST_EMPIRICAL] = empirical_quantile,
    };
    double low, high, x;

    assert((unsigned)dist->kind < DIST_KINDS);
    if (!(p >= 0 && p <= 1))
        return (double)NAN;
    dist_bounds(dist, &low, &high);
    if (p == 0 || low == high)
        return low;
    if (p == 1)
        return high;
    x = quantile[dist->kind](dist, p);
    return x > 0 ? fmin(x, DBL_MAX) : 0; /* 0 for what is not a number, too */
}
