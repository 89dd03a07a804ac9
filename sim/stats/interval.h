#ifndef STATS_INTERVAL_H
#define STATS_INTERVAL_H

/* Interval estimates, all two-sided at `level` (0.95 unless a test says otherwise). */
#include <stddef.h>
#include <stdint.h>

struct estimate {
    double mean, low, high;
};

/* The mean of independent values, Student's t. One value: low and high are NaN. All equal: a point.
 */
struct estimate estimate_mean(const double *value, size_t count, double level);

/* The mean of a[i] - b[i]: paired, as replications that share their streams are. */
struct estimate estimate_paired(const double *a, const double *b, size_t count, double level);

/* A probability from `hits` of `count`: Clopper and Pearson 1934, exact. */
struct estimate estimate_share(uint64_t hits, uint64_t count, double level);

/* A Poisson mean from `events` in `exposure` units: Garwood 1936, exact; events 0 gives low 0 and a
 * high above 0. Result per unit of exposure. */
struct estimate estimate_rate(uint64_t events, double exposure, double level);

/*
 * The mean of non-negative values of which most may be 0 (exposed accounts in rare replications).
 * Student's t fails there: no hits in n replications would give the point 0. When every value is 0
 * the high end is the greatest `unit` (one event's size, e.g. 1 account) times the exact upper
 * bound of the share of replications with any event. Otherwise as estimate_mean, low end not
 * below 0.
 */
struct estimate estimate_rare_mean(const double *value, size_t count, double unit, double level);

/* The q-th quantile of `count` values (type 7 of Hyndman and Fan 1996). Sorts a copy; NaN if empty
 * or out of memory. */
double quantile_of(const double *value, size_t count, double q);

#endif
