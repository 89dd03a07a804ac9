#ifndef RECORD_EXCEEDANCE_H
#define RECORD_EXCEEDANCE_H

/*
 * Loss-exceedance: how likely is a loss of at least x, for every x. From independent values, one a
 * replication, the empirical share at or above each distinct value with its exact interval (Clopper
 * and Pearson 1934), each for itself, not for the whole curve.
 */
#include "base/err.h"
#include "stats/interval.h"

/* A step curve: between at[i - 1] (excluded) and at[i] (included) the probability is p[i]; above
 * the last value none was seen. */
struct exceedance {
    double *at;         /* owned; distinct values, ascending */
    struct estimate *p; /* owned; P(X >= at[i]): falling; 1 at the first */
    size_t count;
};

/* NAN values are left out. Release also after failure. ERR_MEMORY; no values: count 0. */
MUST_CHECK int exceedance_make(struct exceedance *out, const double *value, size_t count,
                               double level);
void exceedance_release(struct exceedance *exceedance);

#endif
