#ifndef TRAFFIC_HOURS_H
#define TRAFFIC_HOURS_H

/*
 * Which hours of the day a window covers.
 *
 * A window is cut into SEGMENTS of as many operations each (on average). A segment's hour is drawn
 * by the operations of the day: segment j of replication r takes the hour that holds the quantile
 * (j + v) / SEGMENTS of all users' operations, counted from midnight UTC. So an hour is met as
 * often as operations fall in it, for each cohort too, and results are weighted by operations
 * without further weights, while each segment runs at its hour's true rate.
 *
 * v rotates: the replications of a block of ROTATION take the strata of [0, 1) in random order, a
 * random place in each. A block thus covers the day in SEGMENTS x ROTATION = 24 even steps, and
 * any single replication is unbiased.
 */
#include "model/world.h"

#define SEGMENTS 4
#define ROTATION 6

/* The hours of the segments. Returns operations a second of all cohorts, mean over the day; 0:
 * there are no operations at all, and `hour` is not set. */
double hours_draw(const struct world *world, uint64_t seed, uint64_t replication,
                  unsigned hour[SEGMENTS]);

/* Operations a second of all cohorts in an hour. */
double hours_rate(const struct world *world, unsigned hour);

#endif
