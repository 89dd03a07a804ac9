#ifndef TRAFFIC_SAMPLER_H
#define TRAFFIC_SAMPLER_H

/*
 * A distribution prepared for drawing millions of times: the same values from the same stream as
 * dist_draw (times a unit), without deriving its parameters at each draw. The families that
 * service times, sizes and jitter mostly use are drawn inline; all others through dist_draw.
 */
#include <math.h>
#include "stats/dist.h"

enum sampler_shape { SAMPLER_FIXED, SAMPLER_EXPONENTIAL, SAMPLER_LOGNORMAL, SAMPLER_OTHER };

struct sampler {
    enum sampler_shape shape;
    double scale;            /* fixed: the value; else what a standard draw is multiplied with */
    double sigma;            /* lognormal: deviation of the logarithm */
    const struct dist *dist; /* borrows; other */
};

/* Draws of `dist` times `unit` (1e9: seconds to ns). Borrows `dist`. */
static inline struct sampler
sampler_of(const struct dist *dist, double unit)
{
    if (dist->kind == DIST_CONSTANT)
        return (struct sampler){SAMPLER_FIXED, dist->p[0] * unit, 0, dist};
    if (dist->kind == DIST_EXPONENTIAL)
        return (struct sampler){SAMPLER_EXPONENTIAL, dist->p[0] * unit, 0, dist};
    if (dist->kind == DIST_LOGNORMAL) {
        const double variance = log1p(dist->p[1] * dist->p[1]);

        return (struct sampler){SAMPLER_LOGNORMAL, dist->p[0] * unit * exp(-variance / 2),
                                sqrt(variance), dist};
    }
    return (struct sampler){SAMPLER_OTHER, unit, 0, dist};
}

static inline double
sampler_draw(const struct sampler *s, struct stream *stream)
{
    if (s->shape == SAMPLER_FIXED)
        return s->scale;
    if (s->shape == SAMPLER_EXPONENTIAL)
        return s->scale * stream_exponential(stream);
    if (s->shape == SAMPLER_LOGNORMAL)
        return s->scale * exp(s->sigma * stream_normal(stream));
    return s->scale * dist_draw(s->dist, stream);
}

#endif
