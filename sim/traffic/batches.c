#include "traffic/batches.h"

#include <math.h>

void
batches_begin(struct batches *batches, uint32_t segment, sim_ns from, sim_ns to)
{
    batches->segment = segment;
    batches->part = 0;
    batches->width = (to - from) / BATCHES;
    batches->next = from + batches->width;
}

void
batches_part(struct batches *batches, const struct batch *now, uint32_t cohorts)
{
    for (uint32_t i = 0; i < cohorts; i++) {
        struct batch *of = &batches->of[batches->segment][batches->part][i];

        of->sum_ns = now[i].sum_ns - batches->until[i].sum_ns;
        of->served = now[i].served - batches->until[i].served;
        batches->until[i] = now[i];
    }
    batches->part++;
    batches->next += batches->width;
}

/* One segment's parts: sums, and squares and products about their means. */
static void
add_segment(const double *x, const double *d, struct batch_sums *sums)
{
    double mean_x = 0, mean_d = 0;

    for (uint32_t b = 0; b < BATCHES; b++) {
        mean_x += x[b] / BATCHES;
        mean_d += d[b] / BATCHES;
        sums->x += x[b];
        sums->d += d[b];
    }
    for (uint32_t b = 0; b < BATCHES; b++) {
        sums->xx += (x[b] - mean_x) * (x[b] - mean_x);
        sums->xd += (x[b] - mean_x) * (d[b] - mean_d);
        sums->dd += (d[b] - mean_d) * (d[b] - mean_d);
    }
}

void
batches_add(const struct batches *batches, const double *weight, uint32_t cohorts,
            struct batch_sums *sums)
{
    for (uint32_t s = 0; s < SEGMENTS; s++) {
        double x[BATCHES] = {0}, d[BATCHES] = {0};

        for (uint32_t b = 0; b < BATCHES; b++)
            for (uint32_t i = 0; i < cohorts; i++) {
                x[b] += weight[i] * batches->of[s][b][i].sum_ns;
                d[b] += weight[i] * batches->of[s][b][i].served;
            }
        add_segment(x, d, sums);
    }
}

double
batches_error(const struct batch_sums *sums)
{
    const double b = BATCHES, ratio = sums->x / sums->d;

    if (!(sums->d > 0))
        return (double)NAN;
    const double squares = sums->xx - 2 * ratio * sums->xd + ratio * ratio * sums->dd;

    return sqrt(b / (b - 1) * fmax(squares, 0)) / sums->d;
}
