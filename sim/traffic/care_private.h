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

/* One operation under way. Its own time is the clock plus what each step is `behind`. */
struct care_op {
    uint64_t avoid;       /* sites that failed in this round of fetches */
    sim_ns sent[STEPS];   /* on the clock */
    sim_ns behind[STEPS]; /* of the step under way */
    uint32_t left[STEPS]; /* legs that have not arrived */
    sim_ns lead;          /* what passes before the operation is sent: hand-shakes, a missed edge */
    sim_ns data, key;     /* own time at which first bytes, keys are there; NOT_ASKED: not yet */
    sim_ns first;         /* the same of the data, without `behind` */
    sim_ns shared;        /* on the clock: when its transfers joined their pipes */
    uint32_t sharing;     /* transfers in pipes */
    uint32_t tries;       /* steps repeated */
    bool refused[STEPS];  /* some job of the step under way was */
    bool needs_key, asked_key, edge;
    bool over; /* failed, but some of its jobs are still under way */
};

static inline struct care_op *
care_of(const struct window *w, uint32_t i)
{
    return &w->care.op[i];
}

/* Slots of one operation: answers of sites, of stores; then times in pipes of the transfers of
 * sites, of the user's and of the edge cache's. */
static inline size_t
slots(const struct care *c)
{
    return 2 * (size_t)c->sites + c->stores + 2;
}

static inline sim_ns *
answers(const struct window *w, uint32_t i, enum step step)
{
    const struct care *c = &w->care;

    return &c->answer[i * slots(c) + (step == STEP_KEY ? c->sites : 0)];
}

static inline sim_ns *
pipe_times(const struct window *w, uint32_t i)
{
    const struct care *c = &w->care;

    return &c->answer[i * slots(c) + c->sites + c->stores];
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
