#ifndef STATS_INTERVAL_H
#define STATS_INTERVAL_H

/*
 * Interval estimates, all two-sided at `level` (0.95 unless a test says otherwise). A level that is
 * not between 0 and 1 gives NaN ends. Nothing here fails or allocates but quantile_of.
 */
#include <stddef.h>
#include <stdint.h>

struct estimate {
    double mean, low, high;
};

/* The mean of independent values, Student's t. No value: all NaN. One value: low and high are NaN.
 * All equal: a point. */
struct estimate estimate_mean(const double *value, size_t count, double level);

/* A probability from `hits` of `count`: Clopper and Pearson 1934, exact. Count 0: mean NaN, low 0,
 * high 1. More hits than count: all NaN. */
struct estimate estimate_share(uint64_t hits, uint64_t count, double level);

/* A Poisson mean from `events` in `exposure` units: Garwood 1936, exact; events 0 gives low 0 and a
 * high above 0. Result per unit of exposure. Exposure 0: mean NaN, low 0, high infinite; below 0:
 * all NaN. */
struct estimate estimate_rate(uint64_t events, double exposure, double level);

/*
 * The mean of non-negative values of which most may be 0 (exposed accounts in rare replications).
 * Student's t fails there: no hits in n replications would give the point 0, and where two hits of
 * 300 are expected its 95 % hold the mean in 67 to 86 of 100 samples (this: 77 to 98; where ten
 * are, 88 to 93 against 95 to 98: test_interval). The low figures are of hits that differ much in
 * size: a sample without any cannot tell how large they come, unless `unit` does.
 * - Every value 0: low 0, high `unit` (one event's size, e.g. 1 account) times the exact upper end
 *   of the share of replications with any event.
 * - At most half above 0: the gamma interval of Fay and Feuer 1997 ("Confidence intervals for
 *   directly standardized rates", Statistics in Medicine 16), each value the weight of one event,
 *   the greatest weight at least `unit`. With all values 1 it is Garwood's.
 * - Otherwise as estimate_mean, low end not below 0.
 */
struct estimate estimate_rare_mean(const double *value, size_t count, double unit, double level);

/* The q-th quantile of `count` values (type 7 of Hyndman and Fan 1996). Sorts a copy; NaN if empty,
 * out of memory, with q outside [0, 1], or when a value is NaN. */
double quantile_of(const double *value, size_t count, double q);

#endif
