#include "stats/dist.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <gsl/gsl_randist.h>

#include "stats/special.h"

/* What a family must know: one row a family, in the order of enum dist_kind. A draw may overflow
 * or, of 0 times infinity, not be a number; dist_draw puts both right. */
struct rules {
    const char *(*fault)(const struct dist *dist, int depth); /* NULL: none */
    double (*draw)(const struct dist *dist, struct stream *stream);
    double (*mean)(const struct dist *dist);
    void (*bounds)(const struct dist *dist, double *low, double *high);
    double (*cdf)(const struct dist *dist, double x);
};

const struct dist_family dist_family[DIST_KINDS] = {
    [DIST_CONSTANT] = {"constant", {"value"}, {true}, 1},
    [DIST_EXPONENTIAL] = {"exponential", {"mean"}, {true}, 1},
    [DIST_GAMMA] = {"gamma", {"mean", "cv"}, {true, false}, 2},
    [DIST_LOGNORMAL] = {"lognormal", {"mean", "cv"}, {true, false}, 2},
    [DIST_PERT] = {"pert", {"low", "mode", "high"}, {true, true, true}, 3},
    [DIST_UNIFORM] = {"uniform", {"low", "high"}, {true, true}, 2},
    [DIST_WEIBULL] = {"weibull", {"scale", "shape"}, {true, false}, 2},
    [DIST_PARETO] = {"pareto", {"scale", "shape"}, {true, false}, 2},
    [DIST_MIXTURE] = {"mixture", {0}, {0}, 0},
    [DIST_EMPIRICAL] = {"empirical", {0}, {0}, 0},
};

/* Constant */

static const char *
constant_fault(const struct dist *dist, int depth)
{
    (void)depth;
    return dist->p[0] >= 0 ? NULL : "must not be negative";
}

static double
constant_draw(const struct dist *dist, struct stream *stream)
{
    (void)stream;
    return dist->p[0];
}

static double
constant_mean(const struct dist *dist)
{
    return dist->p[0];
}

static void
constant_bounds(const struct dist *dist, double *low, double *high)
{
    *low = *high = dist->p[0];
}

static double
constant_cdf(const struct dist *dist, double x)
{
    return x >= dist->p[0];
}

/* Families by mean, and by mean and coefficient of variation */

static void
from_zero_bounds(const struct dist *dist, double *low, double *high)
{
    *low = 0;
    *high = dist->p[0] > 0 ? (double)INFINITY : 0;
}

static const char *
mean_fault(const struct dist *dist, int depth)
{
    (void)depth;
    return dist->p[0] >= 0 ? NULL : "the mean must not be negative";
}

static double
exponential_draw(const struct dist *dist, struct stream *stream)
{
    return dist->p[0] * stream_exponential(stream);
}

static double
exponential_cdf(const struct dist *dist, double x)
{
    return -expm1(-x / dist->p[0]);
}

/* Beyond these a cv is surely a slip, and cv^2 would leave the range of a double's 16 digits. */
#define CV_LEAST 1e-6
#define CV_MOST  1e6

static const char *
mean_cv_fault(const struct dist *dist, int depth)
{
    if (!(dist->p[1] > 0))
        return "cv, the coefficient of variation, must be above 0";
    if (dist->p[1] < CV_LEAST || dist->p[1] > CV_MOST)
        return "cv, the coefficient of variation, must lie between 1e-6 and 1e6";
    return mean_fault(dist, depth);
}

/* Shape 1/cv^2, scale mean cv^2: mean = shape scale, variance = shape scale^2. */
static double
gamma_draw(const struct dist *dist, struct stream *stream)
{
    double square = dist->p[1] * dist->p[1];
    gsl_rng gsl;

    stream_as_gsl(&gsl, stream);
    return gsl_ran_gamma(&gsl, 1 / square, dist->p[0] * square);
}

static double
gamma_cdf(const struct dist *dist, double x)
{
    double square = dist->p[1] * dist->p[1];

    return special_gamma_p(1 / square, x / (dist->p[0] * square));
}

/* Of the logarithm: variance ln(1 + cv^2), mean ln(mean) less half of that. */
static double
lognormal_draw(const struct dist *dist, struct stream *stream)
{
    double variance = log1p(dist->p[1] * dist->p[1]);

    return dist->p[0] * exp(sqrt(variance) * stream_normal(stream) - variance / 2);
}

static double
lognormal_cdf(const struct dist *dist, double x)
{
    double variance = log1p(dist->p[1] * dist->p[1]);

    return 0.5 * erfc(-(log(x / dist->p[0]) + variance / 2) / sqrt(2 * variance));
}

/* Families between bounds */

static const char *
pert_fault(const struct dist *dist, int depth)
{
    (void)depth;
    if (!(dist->p[0] >= 0))
        return "low must not be negative";
    if (!(dist->p[0] <= dist->p[1] && dist->p[1] <= dist->p[2]))
        return "low, mode and high must ascend";
    return NULL;
}

/* A beta with shapes 1 + 4 (mode - low) / width and 1 + 4 (high - mode) / width: its mean is
 * (low + 4 mode + high) / 6. */
static double
pert_shape(const struct dist *dist)
{
    return 1 + 4 * ((dist->p[1] - dist->p[0]) / (dist->p[2] - dist->p[0]));
}

static double
pert_draw(const struct dist *dist, struct stream *stream)
{
    double low = dist->p[0], width = dist->p[2] - low;
    gsl_rng gsl;

    if (width == 0)
        return low;
    double shape = pert_shape(dist);
    stream_as_gsl(&gsl, stream);
    return fmin(low + width * gsl_ran_beta(&gsl, shape, 6 - shape), dist->p[2]);
}

static double
pert_mean(const struct dist *dist)
{
    double low = dist->p[0]; /* from low on, so that no width gives low itself */

    return low + (dist->p[1] - low) / 1.5 + (dist->p[2] - low) / 6;
}

static void
pert_bounds(const struct dist *dist, double *low, double *high)
{
    *low = dist->p[0];
    *high = dist->p[2];
}

static double
pert_cdf(const struct dist *dist, double x)
{
    double shape = pert_shape(dist);

    return special_beta_p(shape, 6 - shape, (x - dist->p[0]) / (dist->p[2] - dist->p[0]));
}

static const char *
uniform_fault(const struct dist *dist, int depth)
{
    (void)depth;
    if (!(dist->p[0] >= 0))
        return "low must not be negative";
    return dist->p[0] <= dist->p[1] ? NULL : "low must not be above high";
}

static double
uniform_draw(const struct dist *dist, struct stream *stream)
{
    double low = dist->p[0], high = dist->p[1];

    return fmin(low + (high - low) * stream_uniform(stream), high);
}

static double
uniform_mean(const struct dist *dist)
{
    return dist->p[0] / 2 + dist->p[1] / 2;
}

static void
uniform_bounds(const struct dist *dist, double *low, double *high)
{
    *low = dist->p[0];
    *high = dist->p[1];
}

static double
uniform_cdf(const struct dist *dist, double x)
{
    return (x - dist->p[0]) / (dist->p[1] - dist->p[0]);
}

/* Families by scale and shape */

static const char *
scale_shape_fault(const struct dist *dist, int depth)
{
    (void)depth;
    if (!(dist->p[0] >= 0))
        return "the scale must not be negative";
    return dist->p[1] > 0 ? NULL : "the shape must be above 0";
}

/* By inversion: (X / scale)^shape is a standard exponential. */
static double
weibull_draw(const struct dist *dist, struct stream *stream)
{
    return dist->p[0] * pow(stream_exponential(stream), 1 / dist->p[1]);
}

static double
weibull_mean(const struct dist *dist)
{
    return dist->p[0] > 0 ? dist->p[0] * tgamma(1 + 1 / dist->p[1]) : 0;
}

static double
weibull_cdf(const struct dist *dist, double x)
{
    return -expm1(-pow(x / dist->p[0], dist->p[1]));
}

/* shape ln(X / scale) is a standard exponential. */
static double
pareto_draw(const struct dist *dist, struct stream *stream)
{
    return dist->p[0] * exp(stream_exponential(stream) / dist->p[1]);
}

static double
pareto_mean(const struct dist *dist)
{
    if (dist->p[0] == 0)
        return 0;
    return dist->p[1] > 1 ? dist->p[0] * (dist->p[1] / (dist->p[1] - 1)) : (double)INFINITY;
}

static void
pareto_bounds(const struct dist *dist, double *low, double *high)
{
    *low = dist->p[0];
    *high = dist->p[0] > 0 ? (double)INFINITY : 0;
}

static double
pareto_cdf(const struct dist *dist, double x)
{
    return -expm1(-dist->p[1] * log(x / dist->p[0]));
}

/* Mixture */

/* Deep nesting has no use; a limit keeps hostile files from exhausting the stack. */
enum { MIXTURE_DEPTH = 8 };

static const char *fault_of(const struct dist *dist, int depth);

static const char *
mixture_fault(const struct dist *dist, int depth)
{
    double sum = 0;

    if (dist->count == 0)
        return "a mixture needs at least one part";
    if (depth >= MIXTURE_DEPTH)
        return "mixtures must not nest deeper than 8";
    for (size_t i = 0; i < dist->count; i++) {
        const char *fault;

        if (!(dist->part[i].weight > 0))
            return "each weight of a mixture must be above 0";
        sum += dist->part[i].weight;
        fault = fault_of(&dist->part[i].of, depth + 1);
        if (fault)
            return fault;
    }
    return isfinite(sum) ? NULL : "the weights of a mixture must be finite";
}

static double
mixture_weight(const struct dist *dist)
{
    double sum = 0;

    for (size_t i = 0; i < dist->count; i++)
        sum += dist->part[i].weight;
    return sum;
}

static double
mixture_draw(const struct dist *dist, struct stream *stream)
{
    double left = stream_uniform(stream) * mixture_weight(dist);
    size_t i = 0;

    while (i + 1 < dist->count && left >= dist->part[i].weight)
        left -= dist->part[i++].weight;
    return dist_draw(&dist->part[i].of, stream);
}

static double
mixture_mean(const struct dist *dist)
{
    double sum = 0, whole = mixture_weight(dist);

    for (size_t i = 0; i < dist->count; i++)
        sum += dist->part[i].weight / whole * dist_mean(&dist->part[i].of);
    return sum;
}

static void
mixture_bounds(const struct dist *dist, double *low, double *high)
{
    dist_bounds(&dist->part[0].of, low, high);
    for (size_t i = 1; i < dist->count; i++) {
        double a, b;

        dist_bounds(&dist->part[i].of, &a, &b);
        *low = fmin(*low, a);
        *high = fmax(*high, b);
    }
}

static double
mixture_cdf(const struct dist *dist, double x)
{
    double sum = 0, whole = mixture_weight(dist);

    for (size_t i = 0; i < dist->count; i++)
        sum += dist->part[i].weight / whole * dist_cdf(&dist->part[i].of, x);
    return sum;
}

/* Empirical */

static const char *
empirical_fault(const struct dist *dist, int depth)
{
    (void)depth;
    if (dist->count == 0)
        return "an empirical distribution needs at least one value";
    for (size_t i = 0; i < dist->count; i++) {
        if (!(dist->value[i] >= 0) || isinf(dist->value[i]))
            return "the values of an empirical distribution must be finite and not negative";
        if (i > 0 && dist->value[i] < dist->value[i - 1])
            return "the values of an empirical distribution must ascend";
    }
    return NULL;
}

static double
empirical_draw(const struct dist *dist, struct stream *stream)
{
    return dist->value[stream_below(stream, dist->count)];
}

static double
empirical_mean(const struct dist *dist)
{
    double mean = 0;

    for (size_t i = 0; i < dist->count; i++)
        mean += (dist->value[i] - mean) / (double)(i + 1);
    return mean;
}

static void
empirical_bounds(const struct dist *dist, double *low, double *high)
{
    *low = dist->value[0];
    *high = dist->value[dist->count - 1];
}

static double
empirical_cdf(const struct dist *dist, double x)
{
    size_t low = 0, high = dist->count; /* value[low - 1] <= x < value[high] */

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (dist->value[middle] <= x)
            low = middle + 1;
        else
            high = middle;
    }
    return (double)low / (double)dist->count;
}

static const struct rules rules[DIST_KINDS] = {
    [DIST_CONSTANT] = {constant_fault, constant_draw, constant_mean, constant_bounds, constant_cdf},
    [DIST_EXPONENTIAL] = {mean_fault, exponential_draw, constant_mean, from_zero_bounds,
                          exponential_cdf},
    [DIST_GAMMA] = {mean_cv_fault, gamma_draw, constant_mean, from_zero_bounds, gamma_cdf},
    [DIST_LOGNORMAL] = {mean_cv_fault, lognormal_draw, constant_mean, from_zero_bounds,
                        lognormal_cdf},
    [DIST_PERT] = {pert_fault, pert_draw, pert_mean, pert_bounds, pert_cdf},
    [DIST_UNIFORM] = {uniform_fault, uniform_draw, uniform_mean, uniform_bounds, uniform_cdf},
    [DIST_WEIBULL] = {scale_shape_fault, weibull_draw, weibull_mean, from_zero_bounds, weibull_cdf},
    [DIST_PARETO] = {scale_shape_fault, pareto_draw, pareto_mean, pareto_bounds, pareto_cdf},
    [DIST_MIXTURE] = {mixture_fault, mixture_draw, mixture_mean, mixture_bounds, mixture_cdf},
    [DIST_EMPIRICAL] = {empirical_fault, empirical_draw, empirical_mean, empirical_bounds,
                        empirical_cdf},
};

static const char *
fault_of(const struct dist *dist, int depth)
{
    if ((unsigned)dist->kind >= DIST_KINDS)
        return "no such family of distributions";
    for (int i = 0; i < dist_family[dist->kind].parameters; i++)
        if (!isfinite(dist->p[i]))
            return "every parameter of a distribution must be a finite number";
    return rules[dist->kind].fault(dist, depth);
}

int
dist_check(const struct dist *dist, const char **reason)
{
    const char *fault = fault_of(dist, 0);

    if (fault && reason)
        *reason = fault;
    return fault ? ERR_INPUT : 0;
}

double
dist_draw(const struct dist *dist, struct stream *stream)
{
    assert((unsigned)dist->kind < DIST_KINDS);
    double x = rules[dist->kind].draw(dist, stream);

    return x > 0 ? fmin(x, DBL_MAX) : 0; /* 0 for what is not a number, too */
}

double
dist_mean(const struct dist *dist)
{
    assert((unsigned)dist->kind < DIST_KINDS);
    return rules[dist->kind].mean(dist);
}

void
dist_bounds(const struct dist *dist, double *low, double *high)
{
    assert((unsigned)dist->kind < DIST_KINDS);
    rules[dist->kind].bounds(dist, low, high);
}

double
dist_cdf(const struct dist *dist, double x)
{
    double low, high;

    dist_bounds(dist, &low, &high);
    if (isnan(x))
        return x;
    if (x < low)
        return 0;
    if (x >= high) /* also what has no width, where the formulas divide by 0 */
        return 1;
    return fmin(fmax(rules[dist->kind].cdf(dist, x), 0), 1);
}

/* Above it GSL's counts would outgrow unsigned int. */
#define POISSON_MOST 1e9

uint64_t
draw_poisson(double mean, struct stream *stream)
{
    gsl_rng gsl;

    if (!(mean > 0))
        return 0;
    if (mean > POISSON_MOST) {
        double x = round(mean + sqrt(mean) * stream_normal(stream));

        return x < 0x1p63 ? (uint64_t)x : (uint64_t)1 << 63;
    }
    stream_as_gsl(&gsl, stream);
    return gsl_ran_poisson(&gsl, mean);
}
