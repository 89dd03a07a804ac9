#ifndef TRAFFIC_TRAFFIC_H
#define TRAFFIC_TRAFFIC_H

/*
 * The traffic plane: one strategy, one replication: a window of user operations for every regime
 * (placement epoch x state of failure), weighted by the time spent in it.
 */
#include "model/model.h"
#include "record/recording.h"

/* Adds what it saw of `strategy` to `out`: a window_result for each regime, cohort and data class,
 * and values of throughput, key.hit_ratio and station.utilisation. */
MUST_CHECK int traffic_run(const struct model *model, struct strategy_id strategy,
                           uint64_t replication, struct recording *out, struct why *why);

/* The same for each strategy of a mask, one after another. A failure's last message names the
 * replication and strategy. */
MUST_CHECK int traffic_run_each(const struct model *model, uint64_t strategies,
                                uint64_t replication, struct recording *out, struct why *why);

#endif
