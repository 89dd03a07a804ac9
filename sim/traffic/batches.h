#ifndef TRAFFIC_BATCHES_H
#define TRAFFIC_BATCHES_H

/*
 * Batch means of a window: how sure is the mean latency of a single window, of operations that
 * depend on each other because they queue together?
 *
 * The measured time of each segment is cut into BATCHES equal parts (with SEGMENTS segments 20 in
 * all: Schmeiser 1982, Operations Research 30(3), finds 10 to 30 enough). An operation belongs to
 * the part in which its last job was answered on the stations' clock; the last part has what comes
 * after it, too. Long against what operations at one station share, the parts are nearly
 * independent.
 *
 * The mean of a strategy is a ratio, R = sum X / sum D, with X the weighted latencies and D the
 * weighted operations served of a part, over all segments, regimes and cohorts. Its variance is,
 * to first order (Cochran, "Sampling Techniques", 1977, 6.3), with segments as strata, since hours
 * differ,
 *     var R = B / (B - 1) x sum over segments of sum over parts of (e - mean e)^2 / (sum D)^2,
 *     e = X - R D,
 * which needs no more than sums of squares and products: R is known last.
 *
 * It is the error of a window given its hours, law and uncertain inputs. What replications differ
 * in besides is seen in the spread over replications, from which all intervals come.
 */
#include <stdbool.h>
#include "base/units.h"
#include "model/world.h"
#include "traffic/hours.h"

#define BATCHES 5

/* Of some operations. */
struct batch {
    double sum_ns, served;
};

struct batches {
    sim_ns next, width; /* when the next part begins */
    uint32_t segment, part;
    struct batch until[HOLDERS_MAX]; /* by cohort: all that came before this part */
    struct batch of[SEGMENTS][BATCHES][HOLDERS_MAX];
};

/* The sums that the error of a mean needs. */
struct batch_sums {
    double x, d, xx, xd, dd; /* the last three about the segments' means */
};

/* A segment's measured time begins. */
void batches_begin(struct batches *batches, uint32_t segment, sim_ns from, sim_ns to);

/* A part is over: `now[cohort]` is all that has been since the window began. */
void batches_part(struct batches *batches, const struct batch *now, uint32_t cohorts);

/* Adds a window whose cohorts' operations weigh so much each. */
void batches_add(const struct batches *batches, const double *weight, uint32_t cohorts,
                 struct batch_sums *sums);

/* Standard error of x / d in ns; NAN when nothing was served. */
double batches_error(const struct batch_sums *sums);

#endif
