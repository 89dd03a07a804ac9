#include "traffic/hours.h"

#include "stats/stream.h"
#include "traffic/operation.h"

double
hours_rate(const struct world *world, unsigned hour)
{
    double sum = 0;

    for (uint32_t i = 0; i < world->cohorts; i++)
        sum += cohort_rate(&world->cohort[i], hour);
    return sum;
}

/* The replication's place in [0, 1): its stratum of a shuffled block, and a place within. */
static double
place(uint64_t seed, uint64_t replication)
{
    const uint64_t block = replication / ROTATION;
    unsigned order[ROTATION];
    struct stream s;

    stream_open(&s, seed, block, PURPOSE_HOURS, 0, 0);
    for (unsigned i = 0; i < ROTATION; i++)
        order[i] = i;
    for (unsigned i = ROTATION - 1; i > 0; i--) { /* Fisher and Yates 1938, Durstenfeld 1964 */
        const uint64_t j = stream_below(&s, i + 1);
        const unsigned kept = order[i];

        order[i] = order[j];
        order[j] = kept;
    }
    stream_open(&s, seed, replication, PURPOSE_HOURS, 1, 0);
    return (order[replication % ROTATION] + stream_uniform(&s)) / ROTATION;
}

double
hours_draw(const struct world *world, uint64_t seed, uint64_t replication, unsigned hour[SEGMENTS])
{
    const double v = place(seed, replication);
    double upper[24], sum = 0;

    for (unsigned h = 0; h < 24; h++) {
        sum += hours_rate(world, h);
        upper[h] = sum;
    }
    if (sum <= 0)
        return 0;
    for (unsigned j = 0; j < SEGMENTS; j++) {
        const double quantile = (j + v) / SEGMENTS * sum;
        unsigned h = 0;

        while (h < 23 && upper[h] <= quantile)
            h++;
        /* rounding may carry the quantile to the very end, into hours without operations */
        while (h > 0 && hours_rate(world, h) <= 0)
            h--;
        hour[j] = h;
    }
    return sum / 24;
}
