#ifndef RECORD_EXCEEDANCE_H
#define RECORD_EXCEEDANCE_H

/*
 * The loss-exceedance curve: how probable it is that a horizon's loss (accounts exposed, a cost)
 * reaches x or more, P(X >= x), from one value a replication; the complementary cumulative "risk
 * curve" of Kaplan and Garrick 1981 ("On the quantitative definition of risk", Risk Analysis 1).
 *
 * At each distinct value x the number of values that reach it is binomial, so the share has the
 * exact interval of Clopper and Pearson 1934, pointwise at 95 %: of many points some intervals
 * miss. Share and bounds never rise with x: both are monotone in a count that never rises.
 *
 * Values must be independent. Where replications share worlds (legend.worlds), outcome_exceedance
 * takes the worlds for the sample: each world's share is one value, with the interval of
 * estimate_rare_mean over the worlds (above one half, of the rest); where such bounds would rise
 * with x they are widened until they do not.
 */
#include "record/outcome.h"

struct exceedance_point {
    double loss;
    struct estimate probability; /* of a loss of this or more */
};

struct exceedance {
    struct exceedance_point *item; /* owned; by loss, ascending: each distinct value once */
    size_t count, capacity;
    double none; /* upper bound of the probability of more than the greatest: none of n */
};

/* Start from `{0}`; release it also after failure. ERR_INPUT when a value is below 0 or no number;
 * no value: no point, and `none` is 1. ERR_MEMORY. */
MUST_CHECK int exceedance_make(struct exceedance *out, const double *value, size_t count);
void exceedance_release(struct exceedance *exceedance);

/*
 * The loss that is reached with probability `p`, 0 < p <= 1: the greatest x with P(X >= x) >= p;
 * for a horizon of T years and a return period of R > T it is p = T / R. The interval inverts the
 * pointwise ones: low is the greatest x whose lower bound is at least p (0: none), high that of the
 * upper bounds (infinite when even more than was ever seen may have that probability), which is the
 * distribution-free interval by order statistics (Thompson 1936; Conover 1999, section 3.2). NAN
 * without points, or with p outside (0, 1].
 */
struct estimate exceedance_loss(const struct exceedance *exceedance, double p);

/* The curve of a series of a finished outcome: zeros where a trial did not write it. ERR_INPUT also
 * for metrics whose absence is no 0. */
MUST_CHECK int outcome_exceedance(const struct outcome *outcome, uint32_t strategy,
                                  enum metric_id metric, struct label label,
                                  struct exceedance *out);

#endif
