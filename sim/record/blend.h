#ifndef RECORD_BLEND_H
#define RECORD_BLEND_H

/*
 * Many latency histograms as one, each with a weight: what hist_mixture_quantile answers, for any
 * number of histograms in the memory of one, and for several quantiles in one pass. A bucket holds
 * the sum of weight x count; sums depend on the order of addition, which callers keep.
 */
#include "stats/hist.h"

struct blend {
    double *mass; /* owned; by bucket of the histograms */
    size_t capacity;
    size_t buckets; /* in use */
};

/* Adds every count of `hist` with `weight`. */
MUST_CHECK int blend_add(struct blend *blend, const struct hist *hist, double weight);
MUST_CHECK int blend_merge(struct blend *into, const struct blend *from);

/* The values below which shares q[0..count), ascending, of the mass lie, in ns, into `out`. NAN
 * when there is no mass. */
void blend_quantiles(const struct blend *blend, const double *q, size_t count, double *out);

void blend_clear(struct blend *blend); /* keeps its room */
void blend_release(struct blend *blend);

#endif
