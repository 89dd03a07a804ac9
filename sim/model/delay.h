#ifndef MODEL_DELAY_H
#define MODEL_DELAY_H

/*
 * How long a plan takes: the expectation of the largest of its levers' delays, which is more than
 * the largest of their means (by Jensen's inequality). A lever's delay is a sum of distributions
 * whose distribution has no closed form in general, so the expectation is taken over a fixed number
 * of draws, the same ones of a lever in every plan. Levers are independent; queueing apart.
 */
#include "model/lever.h"

/* Draws of each lever: the standard error is a hundredth of the delay's deviation. */
#define DELAY_DRAWS 10000

/* One draw of what lever_mean_delay_s is the mean of, in seconds. */
double lever_draw_delay_s(const struct world *w, const struct lever *lever, struct stream *stream);

/* Draws of the levers of a list, each made when it is first asked for. */
struct delay_sample {
    const struct world *world;       /* borrows, as the list */
    const struct lever_list *levers; /* at most 64 */
    uint64_t seed;
    double *drawn[64]; /* owned: [DELAY_DRAWS] seconds, or NULL */
};

struct expected_days {
    double days;
    double error; /* half width of the 95 % interval of the estimate; 0: exact */
};

/* The expected time of a set of levers, side by side. Of one lever, and where a mean is infinite,
 * exact. Start from a sample with world, levers and seed and nothing drawn. ERR_MEMORY. */
MUST_CHECK int delay_expected(struct expected_days *out, struct delay_sample *sample,
                              uint64_t levers, struct why *why);
void delay_sample_release(struct delay_sample *sample);

#endif
