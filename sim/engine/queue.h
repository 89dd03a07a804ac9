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
 * run and a heap for what is scheduled before `near_end` since (a few more go into the run); later
 * ones lie unsorted in the buckets of the innermost of some rungs that covers them. When nothing
 * near is left, the next bucket is sorted into the run or, if it is large, spread over a rung of
 * its own. NOTES says what else was tried and measured.
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
    QUEUE_FEW = 16, /* while fewer are left in the run, and none in the heap, the run takes more */
    QUEUE_NEAR_MOST = 64,      /* events in the heap before they are spread over a rung */
    QUEUE_RUNGS_MOST = 16,     /* each narrower than the one before by a factor of 16 or more */
    QUEUE_BUCKETS_MOST = 1024, /* as many places written to in turn stay in the nearer caches */
};

/* Covers [start, start + buckets << shift), and with its last bucket all up to `end`. */
struct rung {
    uint64_t start, end;
    unsigned shift; /* buckets are 2^shift ns wide */
    uint32_t at, buckets;
    struct event_list bucket[QUEUE_BUCKETS_MOST];
};

struct queue {
    uint64_t near_end;
    struct heap near;
    size_t near_most;   /* events in the heap at which they are spread; 0 in a zeroed queue */
    struct rung *inner; /* the innermost rung; NULL: none */
    struct event *run;  /* owned; sorted, [run_at, run_end) is left */
    size_t run_at, run_end, run_room;
    uint64_t scheduled; /* events ever added: the next sequence number */
    uint64_t served;    /* events ever taken; the others are pending */
    sim_ns now;         /* the time of the last event popped */
    uint64_t marked;    /* events served up to a recent moment, */
    sim_ns marked_at;   /* and that moment: to tell how fast they come */
    uint32_t rungs;
    struct rung *rung[QUEUE_RUNGS_MOST]; /* owned, kept for use again; outermost first */
    struct chunk_pool pool;
};

/* Events pending. */
static inline size_t
queue_count(const struct queue *queue)
{
    return queue->scheduled - queue->served;
}

static inline struct event_list *
rung_bucket(struct rung *rung, sim_ns at)
{
    const uint64_t i = ((uint64_t)at - rung->start) >> rung->shift;

    return &rung->bucket[i < rung->buckets ? i : rung->buckets - 1];
}

/* Makes a place in the run, behind the events of its instant; there must be room. */
static inline struct event *
queue_place_in_run(struct queue *queue, sim_ns at)
{
    struct event *place = queue->run + queue->run_end++, *first = queue->run + queue->run_at;

    for (; place > first && place[-1].at > at; place--)
        *place = place[-1];
    return place;
}

/* What queue_place does when there is no place ready. NULL: no memory, and nothing has changed. */
struct event *queue_place_slowly(struct queue *queue, sim_ns at);

/* Makes a place for the next event, due at that instant, which the caller fills. */
static inline struct event *
queue_place(struct queue *queue, sim_ns at)
{
    if ((uint64_t)at < queue->near_end) {
        if (queue->near.count == 0 && queue->run_end - queue->run_at < QUEUE_FEW) {
            if (queue->run_end < queue->run_room)
                return queue_place_in_run(queue, at);
        } else if (queue->near.count < queue->near_most &&
                   queue->near.count < queue->near.capacity) {
            return heap_place(&queue->near, at);
        }
    } else if (queue->inner != NULL && (uint64_t)at < queue->inner->end) {
        struct event_list *list = rung_bucket(queue->inner, at);

        if (!event_list_is_full(list))
            return list->put++;
    }
    return queue_place_slowly(queue, at);
}

/* Schedules; `at` must not lie before `now` (asserted). ERR_MEMORY leaves the queue as it was. */
MUST_CHECK static inline int
queue_add(struct queue *queue, sim_ns at, uint32_t kind, uint32_t a, uint64_t b)
{
    assert(at >= queue->now);
    struct event *place = queue_place(queue, at);

    if (__builtin_expect(place == NULL, 0))
        return ERR_MEMORY;
    event_set(place, at, queue->scheduled++, kind, a, b);
    return 0;
}

/* What queue_next does when the run is empty, or not alone. */
bool queue_next_slowly(struct queue *queue, struct event *event);

/* Takes the next event and moves the clock to it. False when none is left. */
static inline bool
queue_next(struct queue *queue, struct event *event)
{
    if (queue->run_at == queue->run_end || queue->near.count > 0)
        return queue_next_slowly(queue, event);
    *event = queue->run[queue->run_at++];
    queue->now = event->at;
    queue->served++;
    return true;
}

/* The event some places behind the next, if that is known already, else NULL: a hint at what an
 * owner may fetch into the cache. Events added meanwhile may come before it. */
static inline const struct event *
queue_ahead(const struct queue *queue, size_t places)
{
    const size_t i = queue->run_at + places;

    return i < queue->run_end ? &queue->run[i] : NULL;
}

/* When the next event is due; SIM_NEVER when none is left. */
sim_ns queue_soonest(struct queue *queue);

/* Forgets all events, sets clock and numbering to 0; keeps the memory. */
void queue_reset(struct queue *queue);
void queue_release(struct queue *queue);

#endif
