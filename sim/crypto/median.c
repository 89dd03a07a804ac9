/* Medians and quantiles without assumptions: see measure.h. */
#include <math.h>
#include <stdlib.h>

#include "crypto/measure.h"

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The rank k of measure_median, from 1. */
static size_t
rank_of(size_t count, double level)
{
    double n = (double)count, below = 0;
    size_t k = 0;
    int sign;

    /* Terms through logarithms: 2^-n leaves the range of a double near n = 1000. */
    while (k < count / 2) {
        double i = (double)k;
        double log_choose =
            lgamma_r(n + 1, &sign) - lgamma_r(i + 1, &sign) - lgamma_r(n - i + 1, &sign);

        below += exp(log_choose - n * log(2.0));
        if (below > (1 - level) / 2)
            break;
        k++;
    }
    return k ? k : 1;
}

void
measure_median(double *value, size_t count, double level, double *median, double *low, double *high)
{
    size_t k = rank_of(count, level);

    qsort(value, count, sizeof *value, ascending);
    *median = count % 2 ? value[count / 2] : (value[count / 2 - 1] + value[count / 2]) / 2;
    *low = value[k - 1];
    *high = value[count - k];
}

double
measure_quantile(const double *value, size_t count, double q)
{
    const double rank = ceil(q * (double)count);

    if (rank < 10 || (double)count - rank < 10)
        return (double)NAN;
    return value[(size_t)rank - 1];
}
