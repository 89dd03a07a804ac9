#ifndef RECORD_OUTCOME_H
#define RECORD_OUTCOME_H

/*
 * From recordings to estimates. Recordings are added in the order of their numbers (whatever order
 * they finished in), so that the result is the same bytes on any number of threads.
 */
#include "record/legend.h"
#include "record/recording.h"

/* One series: a metric of a strategy under a label, a value a replication. */
struct series {
    enum metric_id metric;
    uint32_t strategy;
    struct label label;
    double *value; /* [count], by replication; NAN: not observed (availability 0: no latency) */
    size_t count;
    struct estimate estimate; /* after outcome_finish */
};

/* Mean and band of an exposure curve over replications. */
struct curve_estimate {
    uint32_t strategy, authority, kind;
    struct estimate point[CURVE_POINTS + 1]; /* low, high: central 95 % of the replications */
};

struct outcome {
    struct series *series; /* ordered by strategy, metric, label */
    size_t count, capacity;
    struct curve_estimate *curve;
    size_t curves, curve_capacity;
    struct outcome_private *private;
    size_t legal, traffic; /* recordings added of each plane */
};

/* Legend borrows until outcome_release. */
MUST_CHECK int outcome_init(struct outcome *outcome, const struct legend *legend);
MUST_CHECK int outcome_add(struct outcome *outcome, const struct recording *recording);
MUST_CHECK int outcome_finish(struct outcome *outcome);
void outcome_release(struct outcome *outcome);

/* NULL when nothing of the kind was ever observed (then it is 0 throughout; see outcome_estimate).
 */
const struct series *outcome_find(const struct outcome *outcome, uint32_t strategy,
                                  enum metric_id metric, struct label label);

/* The estimate of a series, also of one that was never observed: 0 with its upper bound. */
struct estimate outcome_estimate(const struct outcome *outcome, uint32_t strategy,
                                 enum metric_id metric, struct label label);

/* Strategy minus baseline, paired by replication. */
struct estimate outcome_difference(const struct outcome *outcome, uint32_t strategy,
                                   uint32_t baseline, enum metric_id metric, struct label label);

/* The latency distribution of a strategy: quantile q in ms for all cohorts together (cohort NONE)
 * or one, pooled over replications: for figures. */
double outcome_latency_quantile(const struct outcome *outcome, uint32_t strategy, uint32_t cohort,
                                double q);

#endif
