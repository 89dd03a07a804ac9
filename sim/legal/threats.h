#ifndef LEGAL_THREATS_H
#define LEGAL_THREATS_H

/*
 * Threats: levers without law. Nobody is asked and nothing is granted; an event happens, and after
 * its time the lever of what it hit yields all that is there.
 *
 * By the beta-factor model of common causes (Fleming 1975): each of n targets is hit at a rate r,
 * of which a share b in events that hit all of them. So events come at n r (1 - b) + r b, which is
 * the rate of the threat's stream, and one of them is common with the chance b / (n (1 - b) + b);
 * else any one target is as likely as another.
 */
#include "legal/docket.h"

/* Event `number` of a threat's source: it concerns the cohort that the stream's targets draw, or
 * without targets every cohort. Cost is of the accounts it names, never of those there are.
 * ERR_MEMORY. */
MUST_CHECK int threat_strike(struct docket *d, uint32_t source, uint64_t number);

/* The chance that an event is common to all of `targets`. */
double threat_common(double common_cause, uint32_t targets);

#endif
