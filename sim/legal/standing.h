#ifndef LEGAL_STANDING_H
#define LEGAL_STANDING_H

/* Structural exposure over the horizon: reach, asked of every epoch, part and class, and averaged
 * over account-time. Nothing here is random. */
#include "model/model.h"
#include "record/recording.h"

/*
 * Adds reach.unilateral (total: some jurisdiction opens content alone; by jurisdiction; by
 * jurisdiction and cohort), reach.jurisdictions and reach.denial (mean size of the smallest set,
 * over the account-time for which there is one). Data classes count alike; those that are metadata
 * do not count unless there are no others. ERR_MEMORY, ERR_LIMIT with a message.
 */
MUST_CHECK int standing_report(const struct model *model, struct strategy_id strategy,
                               struct recording *out, struct why *why);

#endif
