#include "traffic/warmup.h"

#include <string.h>
#include "stats/steady.h"

/* More than this part of a slot's operations under way: it is not through. */
#define UNDER_WAY 0.1

void
warm_up_begin(struct warm_up *w, sim_ns until, double operations)
{
    const double slots = operations / WARM_UP_EACH;

    *w = (struct warm_up){0};
    if (!(slots >= WARM_UP_FEWEST) || until < WARM_UP_SLOTS)
        return;
    w->slots = slots < WARM_UP_SLOTS ? (uint32_t)slots : WARM_UP_SLOTS;
    w->slots -= w->slots % STEADY_BATCH;
    w->width = (until + w->slots - 1) / w->slots;
    w->until = until;
}

void
warm_up_close(struct warm_up *w)
{
    w->until = 0;
}

/* How many slots there are before the latest fives of which too much is under way. */
static uint32_t
slots_through(const struct warm_up *w, uint32_t slots)
{
    uint32_t n = slots;

    while (n > 0) {
        const uint32_t first = n - (n - 1) % STEADY_BATCH - 1;
        uint32_t started = 0, ended = 0;

        for (uint32_t i = first; i < n; i++) {
            started += w->started[i];
            ended += w->ended[i];
        }
        if ((double)ended >= (1 - UNDER_WAY) * (double)started)
            break;
        n = first;
    }
    return n;
}

bool
warm_up_is_settled(const struct warm_up *w)
{
    double value[WARM_UP_SLOTS];
    size_t n = 0;

    if (w->until == 0)
        return true;
    const uint32_t slots = (uint32_t)((w->until + w->width - 1) / w->width);
    const uint32_t through = slots_through(w, slots);

    if (2 * through <= slots)
        return false;
    for (uint32_t i = 0; i < through; i++) {
        const double so_far = (double)w->until - ((double)i + 0.5) * (double)w->width;
        const uint32_t under_way = w->started[i] - w->ended[i];

        if (w->started[i] > 0)
            value[n++] = (w->sum_ns[i] + under_way * so_far) / w->started[i];
    }
    return n < WARM_UP_FEWEST / 2 || steady_mser5(value, n) < n;
}

void
warm_up_extend(struct warm_up *w, sim_ns until)
{
    for (uint32_t i = 0; i < w->slots; i++) {
        const uint32_t first = 2 * i, last = 2 * i + 2 < w->slots ? 2 * i + 2 : w->slots;
        uint32_t started = 0, ended = 0;
        double sum_ns = 0;

        for (uint32_t k = first; k < last; k++) {
            started += w->started[k];
            ended += w->ended[k];
            sum_ns += w->sum_ns[k];
        }
        w->started[i] = started;
        w->ended[i] = ended;
        w->sum_ns[i] = sum_ns;
    }
    w->width *= 2;
    w->until = until;
}
