#ifndef LEGAL_RESIDENCE_H
#define LEGAL_RESIDENCE_H

/*
 * What of a cohort lies inside the jurisdiction where it resides: is a duty met, and can its users
 * read anything when foreign sites are out of reach? Pure questions to one phase.
 *
 * Inside are sites and key stores at places of that jurisdiction; a device is where its users are.
 */
#include "legal/timeline.h"

struct residence {
    double violated; /* share of the accounts with a served data class whose data, or key, are
                        under a duty in force and not met by what lies inside */
    double outside;  /* share of the accounts that are served, but by no rule whose data can be
                        read from sites inside alone */
};

/* Of a cohort at `now`, which lies in phase `p`. Keys count by what users' operations fetch: an
 * escrow inside does not serve, so it does not keep the key inside. */
struct residence residence_of(const struct timeline *timeline, const struct phase *p,
                              uint32_t cohort, sim_ns now);

static inline bool
duty_in_force(const struct duty *duty, sim_ns now)
{
    return duty->data_from <= now || duty->keys_from <= now;
}

/* When the next duty of the phase's world comes into force, after `now`; SIM_NEVER: none does. */
sim_ns duty_next(const struct phase *p, sim_ns now);

#endif
