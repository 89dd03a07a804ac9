#ifndef RECORD_RISK_H
#define RECORD_RISK_H

/*
 * The risk of one given account: the probability that it is exposed by a day of the horizon. The
 * accounts of a cohort are alike and each request draws those it names evenly, so by symmetry the
 * risk of each of them is the expected share of the cohort's accounts exposed by then. Over several
 * cohorts it is the risk of an account drawn at random from all of them.
 *
 * Read off the exposure curves: at their grid points (every 1/96 of the horizon) the counts are
 * exact; between two of them they are interpolated along a straight line, which is off by at most
 * the growth between the two.
 *
 * Labels: {authority} or {adversary} or neither, with or without {cohort}; others give NAN. Shares
 * are of each replication's own number of accounts, where that is uncertain.
 */
#include "record/outcome.h"

/*
 * Mean over the legal replications, with its interval: estimate_rare_mean, so one that was never
 * seen has the bound of what one request or event may expose. NAN throughout before day 0, after
 * the horizon, without legal replications, or when memory runs out. After outcome_finish.
 */
struct estimate outcome_risk(const struct outcome *outcome, uint32_t strategy, struct label label,
                             enum curve_kind kind, double days);

/* The share in every legal replication, into `out[outcome->legal]`; NAN as above. ERR_MEMORY. */
MUST_CHECK int outcome_risk_values(const struct outcome *outcome, uint32_t strategy,
                                   struct label label, enum curve_kind kind, double days,
                                   double *out);

#endif
