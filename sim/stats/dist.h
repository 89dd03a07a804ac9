#ifndef STATS_DIST_H
#define STATS_DIST_H

/*
 * Distributions of a scenario: a constant or a named family, by its parameters.
 *
 * A `struct dist` is a value: its arrays (`part`, `value`) borrow from whoever made it (the model's
 * arena). Gamma, PERT and Poisson draw through GSL, the others in closed form from stream.h.
 * Units are the caller's: seconds, bytes, counts. All functions but dist_check ask for a
 * distribution that dist_check accepts, or a constant.
 */
#include "base/err.h"
#include "stats/stream.h"

enum dist_kind {
    DIST_CONSTANT,
    DIST_EXPONENTIAL, /* mean */
    DIST_GAMMA,       /* mean, cv */
    DIST_LOGNORMAL,   /* mean, cv: of the value, not of its logarithm */
    DIST_PERT,        /* low, mode, high: beta on [low, high], lambda 4 (Clark 1962) */
    DIST_UNIFORM,     /* low, high */
    DIST_WEIBULL,     /* scale, shape */
    DIST_PARETO,      /* scale (least value), shape (tail index) */
    DIST_MIXTURE,     /* part[]; weights are relative, any sum */
    DIST_EMPIRICAL,   /* value[]: each as likely */
    DIST_KINDS
};

struct dist_part;

struct dist {
    enum dist_kind kind;
    double p[3]; /* parameters in the order above; p[0] of a constant is its value */
    const struct dist_part *part;
    const double *value; /* ascending */
    size_t count;        /* of part or value */
};

struct dist_part {
    double weight;
    struct dist of;
};

/* The families as a table: name in YAML, parameter names, whether each carries the unit. */
struct dist_family {
    const char *name;
    const char *parameter[3];
    bool in_unit[3]; /* parameter is in the caller's unit (mean, low, scale ...), else a plain
                        number */
    int parameters;
};
extern const struct dist_family dist_family[DIST_KINDS];

static inline struct dist
dist_constant(double value)
{
    return (struct dist){.kind = DIST_CONSTANT, .p = {value}};
}

/* 0, or ERR_INPUT with `*reason` (static text; `reason` may be NULL) when a parameter leaves its
 * domain: not finite, negative mean, cv <= 0 or outside [1e-6, 1e6], low > high, shape <= 0, no
 * parts, weights not positive, mixtures nested deeper than 8, values not ascending. Values must not
 * be negative: all quantities of a scenario are durations, sizes, counts or probabilities. */
MUST_CHECK int dist_check(const struct dist *dist, const char **reason);

/* One draw: never negative, always finite (a draw that overflows is DBL_MAX). How many words of the
 * stream it takes depends on the family, its parameters and chance. */
double dist_draw(const struct dist *dist, struct stream *stream);

/* Mean in closed form; infinity for a Pareto with shape <= 1. */
double dist_mean(const struct dist *dist);

/* Least and greatest value that can be drawn (infinity where unbounded). */
void dist_bounds(const struct dist *dist, double *low, double *high);

/* P(X <= x), for tests and reports. */
double dist_cdf(const struct dist *dist, double x);

/*
 * The quantile function: the least x with P(X <= x) >= p, for p in [0, 1], outside it NaN; 0 and 1
 * give the bounds. Gamma and PERT through special.h, a mixture by bisection of its distribution
 * function between the quantiles of its parts (to neighbouring doubles), the others in closed form.
 * Never negative; finite for p below 1 (at most DBL_MAX).
 */
double dist_quantile(const struct dist *dist, double p);

/* A Poisson count with this mean; 0 for a mean that is not above 0. Through GSL up to 1e9; above,
 * the normal limit, whose distribution function is within 3e-5 of it (Berry-Esseen, constant 0.48:
 * Shevtsova 2011), at most 2^63. */
uint64_t draw_poisson(double mean, struct stream *stream);

#endif
