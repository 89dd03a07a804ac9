#ifndef TRAFFIC_CARE_PRIVATE_H
#define TRAFFIC_CARE_PRIVATE_H

/* One careful operation under way; shared by care.c, which sends its steps, and care_end.c, which
 * moves its bytes and ends it. */
#include "traffic/care.h"

/* What an operation asks for: data of a read, keys, or that sites take a write. */
enum step { STEP_FETCH, STEP_KEY, STEP_PUT, STEPS };

enum {
    EVENT_STEP = CARE_FIRST, /* + step: a job arrives; `b` holds the leg and the way back */
    EVENT_PIPE = CARE_FIRST + STEPS,
    LEG_BITS = 8, /* the leg in the low bits of `b`, the nanoseconds back above */
};

/* An answer that fails, at a time not below 0: kept negative. */
#define FAILED_AT(time) (-1 - (time))
#define NOT_ASKED       SIM_NEVER

/* Two steps may be under way at once: keys are asked for beside a fetch. A read sends no STEP_PUT
 * and a write no STEP_FETCH, so these two have one place in what is kept of each step. */
enum { STEPS_AT_ONCE = 2 };

static inline uint32_t
place_of(enum step step)
{
    return step == STEP_KEY;
}

/* What one operation under way has beside struct op. Its own time is the clock plus what each step
 * is `behind`. */
struct care_op {
    /* of each place_of a step: */
    sim_ns sent[STEPS_AT_ONCE];   /* on the clock; in the first, once they go, of its transfers */
    sim_ns behind[STEPS_AT_ONCE]; /* of the step under way */
    uint64_t avoid;               /* sites that failed in this round of fetches */
    uint32_t tries;               /* steps repeated */
    uint8_t left[STEPS_AT_ONCE];  /* legs that have not arrived */
    uint8_t sharing;              /* transfers in pipes */
    uint8_t refused : STEPS_AT_ONCE; /* of the step under way: some job was */
    bool needs_key : 1, asked_key : 1;
    bool edge : 1; /* the edge cache has what is asked for */
    bool over : 1; /* failed, but some of its jobs are still under way */
};
_Static_assert(sizeof(struct care_op) == 48, "care.h says what a careful operation costs");
_Static_assert(HOLDERS_MAX + 2 <= UINT8_MAX, "legs and transfers have their number in 8 bits");

static inline struct care_op *
care_of(const struct window *w, uint32_t i)
{
    return &w->care.op[i];
}

/* Transfers of one operation: from or to sites, the user's and the edge cache's. */
static inline uint32_t
transfers(const struct care *c)
{
    return c->sites + 2;
}

/* What one operation keeps in `done`: answers of sites, of stores; then, where any pipes are, its
 * transfers' times in them. */
static inline uint32_t
slots(const struct care *c)
{
    return c->sites + c->stores + (c->pipes > 0 ? transfers(c) : 0);
}

static inline sim_ns *
answers(const struct window *w, uint32_t i, enum step step)
{
    return &w->done[(size_t)i * w->legs + (step == STEP_KEY ? w->care.sites : 0)];
}

/* NULL: there are no pipes. */
static inline sim_ns *
pipe_times(const struct window *w, uint32_t i)
{
    const struct care *c = &w->care;

    return c->pipes > 0 ? &w->done[(size_t)i * w->legs + c->sites + c->stores] : NULL;
}

static inline const struct leg *
legs_of(const struct path *p, enum step step, uint32_t *count)
{
    const struct leg *const leg[STEPS] = {p->every, p->ask, p->put};
    const uint32_t legs[STEPS] = {p->everys, p->asks, p->puts};

    *count = legs[step];
    return leg[step];
}

static inline const struct quorum *
quorum_of(const struct path *p, enum step step)
{
    const struct quorum *const quorum[STEPS] = {&p->data, &p->keys, &p->written};

    return quorum[step];
}

/* No job of it is under way. */
bool care_is_idle(const struct care_op *c);

/* The longest it may take; SIM_NEVER: no limit. */
sim_ns care_timeout(const struct path *path);

/* It has failed, at `time` on the clock, and is dropped as soon as none of its jobs is under way.
 */
void care_fail(struct window *window, uint32_t op, enum failure why, sim_ns time);

/* The time at which enough have answered; NOT_ASKED: never. */
sim_ns care_enough_at(const struct quorum *quorum, uint32_t legs, const sim_ns *answer);

/* All is answered: the bytes go, where they share pipes event by event, and it is served. */
MUST_CHECK int care_transfer(struct window *window, uint32_t op);

/* A transfer of some pipe is through: an event, due now. */
MUST_CHECK int care_pipe_event(struct window *window, const struct event *event);

#endif
