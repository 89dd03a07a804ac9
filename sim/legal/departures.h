#ifndef LEGAL_DEPARTURES_H
#define LEGAL_DEPARTURES_H

/*
 * Accounts that leave: they opt out (choose another country) or are deleted. From then on nothing
 * of them lies where the placement says; what an authority has of them it keeps.
 *
 * An account has a threshold, exponential with mean 1, drawn by (cohort, account) alone, so the
 * same in every strategy; it leaves when the cumulative hazard of its cohort reaches it (inversion
 * of a non-homogeneous exponential lifetime). The hazard grows at the rates of the epoch's world
 * and jumps by -ln(1 - p) at each block that moves a share p away. So opting out, deletion and
 * exposure are competing risks.
 */
#include "legal/timeline.h"

struct departures {
    const struct timeline *timeline; /* borrows */
    struct departed {
        double hazard;  /* cumulative by rates, where `phase` begins: kept there, not at the last
                           question, so that an answer does not depend on what was asked before */
        double forced;  /* by blocks so far, besides */
        uint32_t phase; /* of the last question */
    } * cohort;         /* owned: [cohorts] */
    bool any;           /* can any account ever leave? */
};

/* Start from `{0}`. ERR_MEMORY. */
MUST_CHECK int departures_init(struct departures *out, const struct timeline *timeline);
void departures_release(struct departures *departures);

/* The cumulative hazard of a cohort at `at`, not before the last time asked about it: an account
 * has left when its threshold is at most this. */
double departures_hazard(struct departures *departures, uint32_t cohort, sim_ns at);

/* At `at` every account still there leaves with this probability; not before the last time asked
 * about the cohort. */
void departures_force(struct departures *departures, uint32_t cohort, sim_ns at,
                      double probability);

/* The hazard at which an account leaves. */
double departure_threshold(uint64_t seed, uint64_t replication, uint32_t cohort, uint64_t account);

#endif
