#ifndef TRAFFIC_QUORUM_H
#define TRAFFIC_QUORUM_H

/*
 * Questions of formulas that have to do with time and bytes: which sites to fetch from, how much
 * each holds, and when enough holders have answered.
 */
#include "model/model.h"

/*
 * The part of the object that a leaf holds: `{any: m, of: [...]}` is an erasure code whose parts
 * hold 1/m each, and nested likewise. A holder named twice holds both. `whole` is what the formula
 * is of: 1.
 */
double formula_share(const struct formula *f, uint32_t leaf, double whole);

/*
 * The nearest set of sites that satisfies a formula: adds it to `*set` and returns the RTT of its
 * farthest member, infinity when there is none. `rtt` is by site, infinite for one that is down. Of
 * equally near sites the first in the file is taken. Greedy at each node, which is exact for what
 * is minimised, the farthest member.
 */
double formula_nearest(const struct formula *f, const double *rtt, uint64_t *set);

/* When enough of those asked have answered. */
struct quorum {
    const struct formula *formula;
    uint64_t at_hand;             /* holders that need no asking */
    uint32_t least;               /* at least so many answers */
    uint32_t any;                 /* exactly any so many answers will do; 0: ask the formula */
    uint64_t holder[HOLDERS_MAX]; /* whose answer each is, as its bit */
};

/* Looks whether counting suffices: sets `any`. The fields above it and `holder` are set. */
void quorum_prepare(struct quorum *quorum, uint32_t asked);

/*
 * The time at which the quorum is reached when answer i comes at time[i]. All have come, and they
 * suffice. May reorder `time`.
 */
sim_ns quorum_time(const struct quorum *quorum, uint32_t asked, sim_ns *time);

#endif
