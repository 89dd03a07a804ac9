#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

/*
 * The event queue and its clock: soonest first; at the same instant, first scheduled first served.
 *
 * Time is whole nanoseconds. An event is 32 bytes held by value: when, a sequence number that
 * breaks ties, and what the owner needs to know what to do (a kind and two numbers). The engine
 * knows nothing of the world: the owner pops an event and acts.
 *
 *     struct queue q = {0};
 *     queue_add(&q, 5 * NS_PER_MS, ARRIVAL, op, 0);
 *     while (queue_next(&q, &e)) ...        // q.now == e.at
 */
#include "base/err.h"
#include "base/units.h"

struct event {
    sim_ns at;
    uint64_t seq;  /* set by the queue */
    uint32_t kind; /* the owner's */
    uint32_t a;
    uint64_t b;
};

struct queue {
    struct event *heap; /* owned */
    size_t count, capacity;
    uint64_t scheduled; /* events ever added: the next sequence number */
    sim_ns now;         /* the time of the last event popped */
};

/* Schedules; `at` must not lie before `now` (asserted). ERR_MEMORY leaves the queue as it was. */
MUST_CHECK int queue_add(struct queue *queue, sim_ns at, uint32_t kind, uint32_t a, uint64_t b);

/* Takes the next event and moves the clock to it. False when none is left. */
bool queue_next(struct queue *queue, struct event *event);

/* Forgets all events, sets clock and numbering to 0; keeps the memory. */
void queue_reset(struct queue *queue);
void queue_release(struct queue *queue);

#endif
