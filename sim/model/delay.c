#include "model/delay.h"
#include <math.h>
#include <stdlib.h>

/* A challenge, the court, and whoever loses there may appeal. */
static double
draw_challenge_s(const struct world *w, const struct lever *l, struct stream *stream)
{
    const struct custodian *c = &w->custodian[l->custodian.i];
    double s = 0;

    if (stream_chance(stream, lever_review_terms(w, l).challenges)) {
        const double appeals =
            stream_chance(stream, c->challenge_wins) ? l->acting_terms->appeals : c->appeals;

        s = dist_draw(&c->court, stream);
        if (stream_chance(stream, appeals))
            s += dist_draw(&c->appeal, stream);
    }
    return s;
}

double
lever_draw_delay_s(const struct world *w, const struct lever *l, struct stream *stream)
{
    double s = dist_draw(&l->terms->execution, stream);

    if (l->treaty != NULL)
        s += dist_draw(&l->acting_terms->execution, stream);
    s += dist_draw(
        l->treaty != NULL && l->terms->stages == 0 ? &l->treaty->delay : &l->terms->filing, stream);
    for (uint32_t i = 0; i < l->terms->stages; i++)
        s += dist_draw(&l->terms->stage[i], stream);
    if (lever_is_reviewed(l))
        s += dist_draw(lever_review_terms(w, l).review, stream);
    if (l->addressee == ADDRESSEE_CUSTODIAN)
        s += draw_challenge_s(w, l, stream);
    return s;
}

static int
draw_lever(struct delay_sample *sample, uint32_t lever, struct why *why)
{
    const struct lever *l = &sample->levers->item[lever];
    struct stream stream;
    double *drawn;

    if (sample->drawn[lever] != NULL)
        return 0;
    drawn = sample->drawn[lever] = calloc(DELAY_DRAWS, sizeof *drawn);
    if (drawn == NULL)
        return why_no_memory(why);
    stream_open(&stream, sample->seed, 0, PURPOSE_EXPLAIN, l->identity, l->asker.i);
    for (uint32_t i = 0; i < DELAY_DRAWS; i++)
        drawn[i] = lever_draw_delay_s(sample->world, l, &stream);
    return 0;
}

static struct expected_days
mean_of_largest(const struct delay_sample *sample, uint64_t levers)
{
    double mean = 0, squares = 0;

    for (uint32_t i = 0; i < DELAY_DRAWS; i++) {
        double largest = 0;

        for (uint64_t rest = levers; rest != 0; rest &= rest - 1)
            largest = fmax(largest, sample->drawn[__builtin_ctzll(rest)][i]);
        const double before = largest - mean; /* Welford 1962 */

        mean += before / (i + 1);
        squares += before * (largest - mean);
    }
    /* 1.96: the normal 97.5 % point */
    return (struct expected_days){mean / 86400,
                                  1.959963984540054 *
                                      sqrt(squares / (DELAY_DRAWS - 1.0) / DELAY_DRAWS) / 86400};
}

int
delay_expected(struct expected_days *out, struct delay_sample *sample, uint64_t levers,
               struct why *why)
{
    double largest = 0;
    int rc = 0;

    for (uint64_t rest = levers; rest != 0; rest &= rest - 1)
        largest = fmax(largest, lever_mean_delay_s(sample->world,
                                                   &sample->levers->item[__builtin_ctzll(rest)]));
    *out = (struct expected_days){largest / 86400, 0};
    if (__builtin_popcountll(levers) < 2 || isinf(largest))
        return 0;
    for (uint64_t rest = levers; rest != 0 && rc == 0; rest &= rest - 1)
        rc = draw_lever(sample, (uint32_t)__builtin_ctzll(rest), why);
    if (rc == 0)
        *out = mean_of_largest(sample, levers);
    return rc;
}

void
delay_sample_release(struct delay_sample *sample)
{
    for (size_t i = 0; i < COUNT(sample->drawn); i++)
        free(sample->drawn[i]);
    *sample = (struct delay_sample){0};
}
