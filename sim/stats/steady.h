#ifndef STATS_STEADY_H
#define STATS_STEADY_H

/* Series from one long run: where the start's influence ends. */
#include <stddef.h>

/* Values of which MSER-5 takes means. */
enum { STEADY_BATCH = 5 };

/*
 * How many of the first values to leave out: MSER-5 (White 1997; White, Cobb, Spratt 2000). Means
 * of 5 values each, z_0 .. z_(n-1); the cut d is that with the least sum over i >= d of (z_i - mean
 * of those)^2 / (n - d)^2, the squared standard error of what is left. In 5 x d values. A cut
 * beyond half of the series says that it is too short to tell: then all values are to be left out
 * (`count` is returned).
 */
size_t steady_mser5(const double *value, size_t count);

#endif
