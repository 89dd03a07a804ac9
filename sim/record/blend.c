#include "record/blend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static int
make_room(struct blend *blend, size_t buckets)
{
    if (mem_grow(&blend->mass, &blend->capacity, buckets, sizeof *blend->mass) < 0)
        return ERR_MEMORY;
    if (buckets > blend->buckets)
        blend->buckets = buckets;
    return 0;
}

int
blend_add(struct blend *blend, const struct hist *hist, double weight)
{
    size_t used = hist->buckets;

    if (!(weight > 0))
        return 0;
    while (used > 0 && hist->count[used - 1] == 0)
        used--;
    if (make_room(blend, used) < 0)
        return ERR_MEMORY;
    for (size_t i = 0; i < used; i++)
        blend->mass[i] += weight * (double)hist->count[i];
    return 0;
}

int
blend_merge(struct blend *into, const struct blend *from)
{
    if (make_room(into, from->buckets) < 0)
        return ERR_MEMORY;
    for (size_t i = 0; i < from->buckets; i++)
        into->mass[i] += from->mass[i];
    return 0;
}

static double
middle_ns(size_t bucket)
{
    double low, high;

    hist_bucket(bucket, &low, &high);
    return low + (high - low) / 2;
}

void
blend_quantiles(const struct blend *blend, const double *q, size_t count, double *out)
{
    double whole = 0, below = 0;
    size_t last = 0, bucket = 0;

    for (size_t i = 0; i < blend->buckets; i++) {
        whole += blend->mass[i];
        if (blend->mass[i] > 0)
            last = i;
    }
    if (whole > 0)
        below = blend->mass[0];
    for (size_t k = 0; k < count; k++) {
        /* Sums are rounded: a share that is q but for 1e-12 is q, as in hist_mixture_quantile. */
        const double wanted = q[k] * whole - 1e-12 * whole;

        while (bucket < last && (below < wanted || blend->mass[bucket] == 0))
            below += blend->mass[++bucket];
        out[k] = whole > 0 ? middle_ns(bucket) : (double)NAN;
    }
}

void
blend_clear(struct blend *blend)
{
    if (blend->buckets > 0)
        memset(blend->mass, 0, blend->buckets * sizeof *blend->mass);
    blend->buckets = 0;
}

void
blend_release(struct blend *blend)
{
    free(blend->mass);
    *blend = (struct blend){0};
}
