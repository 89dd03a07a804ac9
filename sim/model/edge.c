#include "model/edge.h"

#include <math.h>

#define ONE_BY_ONE 2048.0 /* ranks taken singly; groups beyond are 1/512 of their rank wide */
#define GROUP      (1.0 / 512)

/* Relative error of T at which the search for it ends. */
#define SETTLED 1e-9

/* The group of ranks that starts at `rank`: its size, and the weight of its middle. */
static double
group_size(const struct edge_cache *c, double rank)
{
    const double size = rank < ONE_BY_ONE ? 1 : floor(rank * GROUP);

    return fmin(size, c->of - rank + 1);
}

static double
group_weight(const struct edge_cache *c, double rank, double size)
{
    return pow(rank + (size - 1) / 2, -c->zipf);
}

/* With w_i = i^-zipf and time in units of 1 / sum of all w: how many objects lie in the cache at T,
 * and the share of the weight that they have. */
static double
kept_at(const struct edge_cache *c, double t, double *hit)
{
    double kept = 0, all = 0, found = 0;

    for (double rank = 1, size; rank <= c->of; rank += size) {
        size = group_size(c, rank);
        const double weight = group_weight(c, rank, size), in = -expm1(-weight * t);

        kept += size * in;
        found += size * weight * in;
        all += size * weight;
    }
    *hit = found / all;
    return kept;
}

double
edge_hit_ratio(const struct edge_cache *c)
{
    double low = 0, high = 1, hit = 0;

    if (c->objects <= 0)
        return 0;
    if (c->objects >= c->of)
        return 1;
    while (kept_at(c, high, &hit) < c->objects && high < 1e300)
        high *= 2;
    while (high - low > SETTLED * high) {
        const double middle = low + (high - low) / 2;

        if (kept_at(c, middle, &hit) < c->objects)
            low = middle;
        else
            high = middle;
    }
    kept_at(c, high, &hit);
    return hit;
}
