#ifndef STATS_SURVIVAL_H
#define STATS_SURVIVAL_H

/*
 * Survival with right censoring: the product-limit estimate (Kaplan and Meier 1958), Greenwood's
 * variance (1926), and the mean restricted to a horizon (area under the curve).
 */
#include "base/err.h"
#include "stats/interval.h"

struct lifetime {
    double time; /* >= 0 */
    bool event;  /* false: censored at `time` */
};

/*
 * The curve from `time` to the next step. The band is log-log (Kalbfleisch and Prentice 1980), each
 * time for itself, not for the whole curve. Where the curve reaches 0 Greenwood's variance is not
 * defined: low is 0 and high that of the step before (1 at the first step), since no later value of
 * the curve is higher.
 */
struct survival_step {
    double time;
    size_t at_risk, events;
    double survival, low, high;
};

/*
 * Steps at event times, ascending. `*step` is owned by the caller (free); NULL when there are no
 * events. Sorts `life` in place; at equal times events come before censorings.
 * ERR_INPUT: a time is negative or not a number, or `level` is not between 0 and 1. ERR_MEMORY.
 * On failure `*step` is NULL and `*steps` 0.
 */
MUST_CHECK int survival_curve(struct lifetime *life, size_t count, double level,
                              struct survival_step **step, size_t *steps);

/*
 * Area under the curve to `horizon` > 0, with its interval from Greenwood's variance (Klein and
 * Moeschberger 2003, 4.5.2), within [0, horizon]. Past the last lifetime the curve stays as it is.
 * Sorts `life`.
 * No event before the horizon has variance 0 but is no certainty: then low is the horizon times the
 * least share that Clopper and Pearson allow to live through it, given those seen to. One lifetime:
 * low and high NaN. No lifetimes: all NaN. Errors as survival_curve, and a horizon not above 0.
 */
MUST_CHECK int survival_restricted_mean(struct lifetime *life, size_t count, double horizon,
                                        double level, struct estimate *out);

#endif
