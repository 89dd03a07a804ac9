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
 *
 * Up to some hundred events lie in a heap. More are kept in the manner of the ladder queue (Tang,
 * Goh and Thng 2005, ACM TOMACS 15(3)): those before `near_end` are near and in order, as a sorted
 * run and a heap for what is scheduled before `near_end` since; later ones lie unsorted in the
 * buckets of the innermost of some rungs that covers them. When nothing near is left, the next
 * bucket is sorted into the run or, if it is large, spread over a rung of its own. NOTES says what
 * else was tried and measured.
 *
 * Invariants:
 *  Q1  The order of service is (at, seq), whatever the structure.
 *  Q2  Every near event is before `near_end`, every other at or after it; with no rungs all are
 * near. Q3  Events of one instant lie in a list, and in the run, in the order scheduled; those of
 * the heap were scheduled after those of the run. Q4  A rung's buckets from `at` on cover
 * [near_end, rung end) without gaps, an inner rung only what its outer ones have taken out. The
 * last bucket takes all up to the rung's end.
 */
#include <assert.h>
#include "base/err.h"
#include "base/units.h"
#include "engine/chunk.h"
#include "engine/event.h"
#include "engine/heap.h"

enum {
    QUEUE_NEAR_MOST = 128, /* events in the heap before they are spread over a rung */
    QUEUE_RUNGS_MOST = 16, /* each narrower than the one before by a factor of 16 or more */
};

struct rung;

struct queue {
    struct heap near;
    struct event *run; /* owned; sorted, [run_at, run_end) is left */
    size_t run_at, run_end;
    size_t near_most; /* events in the heap at which the next spreading is tried; 0: the default */
    uint64_t near_end;
    uint32_t rungs;
    struct rung *rung[QUEUE_RUNGS_MOST]; /* owned, kept for use again; outermost first */
    struct chunk_pool pool;
    size_t count;       /* events pending */
    uint64_t scheduled; /* events ever added: the next sequence number */
    sim_ns now;         /* the time of the last event popped */
};

/* What queue_add does when the event is not near, or the heap has no room. */
MUST_CHECK int queue_add_slowly(struct queue *queue, const struct event *event);

/* Schedules; `at` must not lie before `now` (asserted). ERR_MEMORY leaves the queue as it was. */
MUST_CHECK static inline int
queue_add(struct queue *queue, sim_ns at, uint32_t kind, uint32_t a, uint64_t b)
{
    const struct event fresh = {.at = at, .seq = queue->scheduled, .kind = kind, .a = a, .b = b};

    assert(at >= queue->now);
    if (queue->rungs > 0 || queue->near.count >= queue->near_most ||
        queue->near.count == queue->near.capacity) {
        const int rc = queue_add_slowly(queue, &fresh);

        if (rc < 0)
            return rc;
    } else {
        heap_put(&queue->near, &fresh);
    }
    queue->scheduled++;
    queue->count++;
    return 0;
}

/* Takes the next event and moves the clock to it. False when none is left. */
bool queue_next(struct queue *queue, struct event *event);

/* When the next event is due; SIM_NEVER when none is left. */
sim_ns queue_soonest(struct queue *queue);

/* Forgets all events, sets clock and numbering to 0; keeps the memory. */
void queue_reset(struct queue *queue);
void queue_release(struct queue *queue);

#endif
