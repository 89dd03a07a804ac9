#ifndef STATS_TALLY_H
#define STATS_TALLY_H

/* Count, mean and variance in one pass (Welford 1962), merging exactly (Chan, Golub, LeVeque 1979).
 */
#include <stdint.h>

struct tally {
    uint64_t count;
    double mean, m2, least, most;
};

void tally_add(struct tally *tally, double value);
void tally_merge(struct tally *into, const struct tally *from);
double tally_variance(const struct tally *tally); /* of the sample, n-1; 0 below two values */

#endif
