#ifndef TRAFFIC_WARMUP_H
#define TRAFFIC_WARMUP_H

/*
 * Has a warm-up come to its steady state? MSER-5 (stats/steady.h) on the times that its operations
 * took, in order of their start.
 *
 * The series: the warm-up is cut into slots of equal length; a slot's value is the mean time of the
 * operations that started in it, served or failed, on the stations' clock (window.h): waiting,
 * service, jitter and what transfers wait in shared pipes, but not what chance makes of sizes and
 * distances. An operation still under way counts with the time it has been so far. The latest
 * slots, five by five, are left out while more than a tenth of their operations are under way: only
 * the quick ones would be seen. There are at most WARM_UP_SLOTS, of about WARM_UP_EACH operations:
 * lone latencies are so far apart that the rule would take one of them for the end of a start.
 *
 * As long as the cut lies at half of the series or beyond, or half of the slots are not through,
 * the warm-up is too short. It is then doubled, each two slots becoming one, so that memory does
 * not grow. With fewer than WARM_UP_FEWEST slots, or where most are empty because operations fail
 * at once, nothing can be told, and nothing is asked.
 */
#include "base/err.h"
#include "base/units.h"

enum {
    WARM_UP_SLOTS = 160,
    WARM_UP_FEWEST = 80, /* 16 means of five */
    WARM_UP_EACH = 5,
};

struct warm_up {
    sim_ns until; /* operations that start before it count; 0: none do */
    sim_ns width; /* of a slot */
    uint32_t slots;
    uint32_t started[WARM_UP_SLOTS], ended[WARM_UP_SLOTS];
    double sum_ns[WARM_UP_SLOTS]; /* of those that ended */
};

/* From 0 to `until`, with so many operations on average. */
void warm_up_begin(struct warm_up *warm_up, sim_ns until, double operations);

/* Nothing counts any more. */
void warm_up_close(struct warm_up *warm_up);

static inline void
warm_up_start(struct warm_up *warm_up, sim_ns at)
{
    if (at < warm_up->until)
        warm_up->started[at / warm_up->width]++;
}

/* What started at `at` has ended, after `took`. */
static inline void
warm_up_end(struct warm_up *warm_up, sim_ns at, sim_ns took)
{
    if (at < warm_up->until) {
        warm_up->ended[at / warm_up->width]++;
        warm_up->sum_ns[at / warm_up->width] += (double)took;
    }
}

/* At its end: need it be no longer? */
bool warm_up_is_settled(const struct warm_up *warm_up);

/* It shall last until `until`, at most twice as long as now. */
void warm_up_extend(struct warm_up *warm_up, sim_ns until);

#endif
