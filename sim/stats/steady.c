#include "stats/steady.h"

#include <math.h>

/* The k-th mean of five. */
static double
mean_of_five(const double *value, size_t k)
{
    double sum = 0;

    for (size_t i = 0; i < STEADY_BATCH; i++)
        sum += value[k * STEADY_BATCH + i];
    return sum / STEADY_BATCH;
}

size_t
steady_mser5(const double *value, size_t count)
{
    const size_t n = count / STEADY_BATCH;
    double mean = 0, squares = 0, least = (double)INFINITY;
    size_t cut = n;

    /* From the end on, mean and squared deviations of all behind d follow from those behind d + 1
     * (Welford 1962), so that one pass does. */
    for (size_t d = n; d-- > 0;) {
        const double z = mean_of_five(value, d), kept = (double)(n - d), off = z - mean;

        mean += off / kept;
        squares += off * (z - mean);
        /* the last few are always alike by chance: at least half of the series stays */
        if (d <= n / 2 && squares / (kept * kept) <= least) {
            least = squares / (kept * kept);
            cut = d;
        }
    }
    return cut >= n / 2 ? count : cut * STEADY_BATCH;
}
