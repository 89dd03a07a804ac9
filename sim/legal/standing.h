#ifndef LEGAL_STANDING_H
#define LEGAL_STANDING_H

/* Structural exposure over the horizon: reach, asked of every phase, part and class, and averaged
 * over account-time. Nothing here is random. */
#include "legal/timeline.h"
#include "record/recording.h"

/*
 * Adds reach.unilateral (total: some jurisdiction opens content alone; by jurisdiction; by
 * jurisdiction and cohort), reach.jurisdictions and reach.denial (mean size of the smallest set,
 * over the account-time for which there is one). Former copies count while they lie where they
 * were: who can open the data of any version counts, and the smallest set is that over the
 * versions. They serve nobody, so access is denied by those who hold what serves now. Data classes
 * count alike; those that are metadata do not count unless there are no others. `timeline` is the
 * strategy's. ERR_MEMORY, ERR_LIMIT with a message.
 */
MUST_CHECK int standing_report(const struct model *model, const struct timeline *timeline,
                               struct strategy_id strategy, struct recording *out, struct why *why);

#endif
