#ifndef RECORD_OUTCOME_H
#define RECORD_OUTCOME_H

/*
 * From recordings to estimates. Recordings are added in the order of their numbers (whatever order
 * they finished in), so that the result is the same bytes on any number of threads.
 *
 * latency.*, availability and key.hit_ratio are derived from a trial's windows: for each
 * replication the mixture of its regimes, cohorts and classes, each simulated operation with its
 * window's weight, as a total, by cohort, by data class, and by both. Values of these metrics that
 * a plane recorded itself give way to the derived ones.
 *
 * Intervals are 95 %. Where uncertain inputs are drawn once for several replications
 * (legend.worlds), replications of one world are not independent: intervals are then taken over
 * the worlds' means.
 */
#include "record/legend.h"
#include "record/recording.h"

/* One series: a metric of a strategy under a label, a value a replication. */
struct series {
    enum metric_id metric;
    uint32_t strategy;
    struct label label;
    double *value; /* [count], by replication; NAN: not observed (nothing served: no latency;
                      SUMMARY_FIRST: it did not happen within the horizon) */
    size_t count;
    struct estimate estimate; /* after outcome_finish */
};

/* Mean and band of an exposure curve over replications. */
struct curve_estimate {
    uint32_t strategy, authority, kind; /* as in struct curve: LABEL_ALL for all */
    uint32_t cohort, adversary;
    struct estimate point[CURVE_POINTS + 1]; /* low, high: central 95 % of the replications */
};

struct outcome {
    struct series *series; /* ordered by strategy, metric, label */
    size_t count, capacity;
    struct curve_estimate *curve; /* ordered by strategy, authority, adversary, cohort (all first),
                                     kind; one that no trial had is not there: 0 throughout */
    size_t curves, curve_capacity;
    struct outcome_private *private;
    size_t legal, traffic; /* recordings added of each plane */
    uint64_t strategies;   /* mask of those that any recording mentions */
};

/* Legend borrows until outcome_release. ERR_MEMORY. */
MUST_CHECK int outcome_init(struct outcome *outcome, const struct legend *legend);
/* Copies what it needs. ERR_INPUT when the recording's number does not lie above that of the one
 * added before it (of its plane), or it speaks of what the legend does not have; ERR_MEMORY. */
MUST_CHECK int outcome_add(struct outcome *outcome, const struct recording *recording);
/* Sorts and estimates; nothing can be added afterwards, nothing below asked before. ERR_MEMORY. */
MUST_CHECK int outcome_finish(struct outcome *outcome);
void outcome_release(struct outcome *outcome);

/* NULL when nothing of the kind was ever observed (then it is 0 throughout; see outcome_estimate).
 */
const struct series *outcome_find(const struct outcome *outcome, uint32_t strategy,
                                  enum metric_id metric, struct label label);

/* The estimate of a series, also of one that was never observed: 0 with its upper bound; the
 * horizon for SUMMARY_FIRST; NAN where absence says nothing, or no trial of the plane was added. */
struct estimate outcome_estimate(const struct outcome *outcome, uint32_t strategy,
                                 enum metric_id metric, struct label label);

/* Strategy minus baseline, paired by replication; SUMMARY_FIRST by its time within the horizon. Of
 * events that may be rare, no difference seen in n replications still gives the exact bound of the
 * share of replications that differ, times one event's size. */
struct estimate outcome_difference(const struct outcome *outcome, uint32_t strategy,
                                   uint32_t baseline, enum metric_id metric, struct label label);

/* The latency distribution of a strategy: quantile q in ms for all cohorts together (cohort NONE)
 * or one, pooled over replications: for figures. NAN when nothing was served. */
double outcome_latency_quantile(const struct outcome *outcome, uint32_t strategy, uint32_t cohort,
                                double q);

/* The number of the n-th recording added of a plane; series and curves follow this order. */
uint64_t outcome_replication(const struct outcome *outcome, enum plane plane, size_t n);

/*
 * A curve at one grid point in every legal replication, into `out[outcome->legal]`: zeros where
 * nothing was exposed. Of an authority (LABEL_ALL or NONE: anyone); or of a label: {authority} or
 * {adversary}, with or without {cohort} (of a single cohort it is the curve of all). NAN for labels
 * by which curves are not told apart.
 */
void outcome_curve_values(const struct outcome *outcome, uint32_t strategy, uint32_t authority,
                          enum curve_kind kind, uint32_t point, double *out);
void outcome_label_curve_values(const struct outcome *outcome, uint32_t strategy,
                                struct label label, enum curve_kind kind, uint32_t point,
                                double *out);

/* The curve that such a label speaks of; NULL when no trial exposed anything of it. After
 * outcome_finish. */
const struct curve_estimate *outcome_find_curve(const struct outcome *outcome, uint32_t strategy,
                                                struct label label, enum curve_kind kind);

/*
 * The estimate of `count` values of replications as a metric's summary says: value[i] is that of
 * the i-th recording of the plane (NAN as in a series). `one` is one event's size for
 * SUMMARY_RARE_MEAN, `horizon_days` the censoring time of SUMMARY_FIRST. Temporary memory only;
 * NAN throughout when it runs out.
 */
struct estimate outcome_estimate_values(const struct outcome *outcome, enum metric_id metric,
                                        const double *value, size_t count, double one,
                                        double horizon_days);

/* One event's size for SUMMARY_RARE_MEAN of a metric under a label. */
double outcome_one(const struct outcome *outcome, enum metric_id metric, struct label label);

#endif
