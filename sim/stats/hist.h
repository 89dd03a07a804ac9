#ifndef STATS_HIST_H
#define STATS_HIST_H

/*
 * Quantiles in bounded memory: counts in log-linear buckets, so that a quantile read back has a
 * relative error of at most 1/256 (0.4 %) at any size. Buckets are powers of two split into 128
 * equal parts; values below 256 ns have a bucket each. A value is a whole number of nanoseconds
 * from 0 to below 2^62, so there are at most 7,168 buckets (56 KiB). Merging adds whole numbers,
 * so it is exact and the same in any order.
 */
#include <stdint.h>
#include "base/err.h"
#include "base/units.h"

/* Start from `{0}`. */
struct hist {
    uint64_t *count; /* owned; grows to the largest bucket seen, the end may be zeros */
    size_t buckets;
    uint64_t total;
    uint64_t sum_low, sum_high; /* of the values in ns: sum_high * 2^64 + sum_low, exact */
    double sum;                 /* the same, rounded once: sum / total is the mean */
};

/* ERR_MEMORY; ERR_NUMERIC when the value is below 0 or 2^62 or more. On failure nothing changes. */
MUST_CHECK int hist_add(struct hist *hist, sim_ns value);

/* ERR_MEMORY. On failure nothing changes. `from` may be `into`. */
MUST_CHECK int hist_merge(struct hist *into, const struct hist *from);

/* The least value at or below which a share q of the counts lies (nearest rank; the middle of its
 * bucket), in ns. q below 0 counts as 0 (the least value), above 1 as 1. NaN when empty. */
double hist_quantile(const struct hist *hist, double q);

/* The quantile of a mixture: each histogram's counts scaled to `weight[i]` in all (weights need not
 * sum to 1; empty histograms and weights of 0 are passed over). NaN when nothing is left. */
double hist_mixture_quantile(const struct hist *const *hist, const double *weight, size_t count,
                             double q);

/* The share of the mixture at or below `ns`; inside a bucket the counts are taken as even. */
double hist_mixture_cdf(const struct hist *const *hist, const double *weight, size_t count,
                        double ns);

/* Least and greatest whole value of bucket i, in ns. */
void hist_bucket(size_t i, double *low, double *high);

/*
 * Bytes that hold the histogram, the same on every machine and however it came about. Whole numbers
 * as LEB128 (7 bits a byte, low first, as in DWARF): total, sum_low, sum_high, then for each bucket
 * that has counts the empty buckets passed over before it and its count.
 * hist_pack returns the size; `out` may be NULL to ask for it.
 */
size_t hist_pack(const struct hist *hist, unsigned char *out);

/* Fills `hist`, which must be `{0}` or released, and stays so on failure. ERR_MEMORY, or ERR_INPUT
 * when the bytes are not exactly what hist_pack would write for some histogram: cut short, drawn
 * out, or with a total or sum that the counts cannot have. */
MUST_CHECK int hist_unpack(struct hist *hist, const unsigned char *bytes, size_t size);

void hist_release(struct hist *hist);

#endif
