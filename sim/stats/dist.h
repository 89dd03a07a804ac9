#ifndef STATS_DIST_H
#define STATS_DIST_H

/*
 * Distributions of a scenario: a constant or a named family, by its parameters.
 *
 * A `struct dist` is a value: its arrays (`part`, `value`) borrow from whoever made it (the model's
 * arena). All families but `empirical` and `mixture` draw through GSL or in closed form.
 * Units are the caller's: seconds, bytes, counts.
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
    DIST_MIXTURE,     /* part[], weights sum to 1 after dist_check */
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

/* 0, or ERR_INPUT with `*reason` (static text) when a parameter leaves its domain: negative mean,
 * cv <= 0, low > high, shape <= 0, no parts, weights not positive. Values must not be negative:
 * all quantities of a scenario are durations, sizes, counts or probabilities. */
MUST_CHECK int dist_check(const struct dist *dist, const char **reason);

/* One draw, never negative. */
double dist_draw(const struct dist *dist, struct stream *stream);

/* Mean in closed form; infinity for a Pareto with shape <= 1. */
double dist_mean(const struct dist *dist);

/* Least and greatest value that can be drawn (infinity where unbounded). */
void dist_bounds(const struct dist *dist, double *low, double *high);

/* P(X <= x), for tests and reports. */
double dist_cdf(const struct dist *dist, double x);

/* A Poisson count with this mean; means up to 1e9. */
uint64_t draw_poisson(double mean, struct stream *stream);

#endif
