#include "engine/queue.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

enum {
    RUN_MOST = 512,      /* events sorted at once: 16 KiB, half of a first-level cache */
    BUCKETS_MOST = 1024, /* as many places written to in turn stay in the second-level cache */
    BUCKETS_LEAST = 16,
    EVENTS_A_BUCKET = 4, /* aimed at, while that takes no more than BUCKETS_MOST */
    SORT_PLAINLY = 24,   /* below, insertion alone is fastest */
};

/* What a rung covers: [start, start + buckets << shift), and its last bucket all up to `end`. */
struct rung {
    uint64_t start, end;
    unsigned shift; /* buckets are 2^shift ns wide */
    uint32_t at, buckets;
    struct event_list bucket[BUCKETS_MOST];
};

#define TIME_END ((uint64_t)1 << 63) /* behind SIM_NEVER */

static uint32_t
bucket_of(const struct rung *rung, sim_ns at)
{
    const uint64_t i = ((uint64_t)at - rung->start) >> rung->shift;

    return i < rung->buckets ? (uint32_t)i : rung->buckets - 1;
}

/* Where the next bucket begins. */
static uint64_t
bucket_end(const struct rung *rung, uint32_t i)
{
    const uint64_t end = rung->start + ((uint64_t)(i + 1) << rung->shift);

    return i + 1 == rung->buckets || end > rung->end ? rung->end : end;
}

/* Rungs */

/* The instants of some events. */
struct extent {
    uint64_t least, most;
    double sum; /* from `least` on, or from 0 */
    size_t count;
};

static void
extent_add(struct extent *extent, const struct event *event, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t at = (uint64_t)event[i].at;

        extent->least = at < extent->least ? at : extent->least;
        extent->most = at > extent->most ? at : extent->most;
        extent->sum += (double)at;
    }
    extent->count += count;
}

static struct extent
extent_of_list(const struct event_list *list)
{
    struct extent extent = {.least = UINT64_MAX};
    const struct chunk *newest = event_list_newest(list), *c = newest;

    do {
        c = c->next;
        __builtin_prefetch(c->next);
        extent_add(&extent, c->item, event_list_in_chunk(list, c));
    } while (c != newest);
    return extent;
}

static uint32_t
buckets_for(size_t events)
{
    uint32_t buckets = BUCKETS_LEAST;

    while (buckets < BUCKETS_MOST && (size_t)buckets * EVENTS_A_BUCKET < events)
        buckets *= 2;
    return buckets;
}

/*
 * Begins a rung for events of that extent, up to `end`: the next innermost, empty. False when there
 * is no memory for it, or none can be: too many, or events of one instant.
 *
 * Its buckets cover four times the mean distance from the soonest event, or all: a few events far
 * out then do not make every bucket wide; they wait in the last.
 */
static bool
rung_begin(struct queue *queue, const struct extent *extent, uint64_t end, size_t chunks)
{
    const uint64_t range = extent->most - extent->least;
    const double mean = extent->sum / (double)extent->count - (double)extent->least;
    const uint64_t span = mean * 4 < (double)range ? (uint64_t)(mean * 4) : range;
    const uint32_t buckets = buckets_for(extent->count);
    unsigned shift = 0;

    if (range == 0 || queue->rungs == QUEUE_RUNGS_MOST)
        return false;
    if (queue->run == NULL && (queue->run = malloc(RUN_MOST * sizeof *queue->run)) == NULL)
        return false;
    if (queue->rung[queue->rungs] == NULL)
        queue->rung[queue->rungs] = calloc(1, sizeof(struct rung));
    if (queue->rung[queue->rungs] == NULL || chunk_pool_reserve(&queue->pool, buckets + chunks) < 0)
        return false;

    struct rung *rung = queue->rung[queue->rungs++];

    while (span >> shift >= buckets)
        shift++;
    rung->start = extent->least;
    rung->end = end;
    rung->shift = shift;
    rung->at = 0;
    rung->buckets = buckets;
    return true;
}

/* Spreads events over the innermost rung, for which room was reserved. */
static void
rung_take(struct queue *queue, const struct event *event, size_t count)
{
    struct rung *rung = queue->rung[queue->rungs - 1];

    for (size_t i = 0; i < count; i++) {
        struct event_list *list = &rung->bucket[bucket_of(rung, event[i].at)];

        if (event_list_is_full(list))
            event_list_extend_reserved(list, &queue->pool);
        *list->put++ = event[i];
    }
}

/* The innermost rung that covers the instant takes the event. */
static int
rungs_add(struct queue *queue, const struct event *event)
{
    uint32_t r = queue->rungs - 1;

    while ((uint64_t)event->at >= queue->rung[r]->end)
        r--; /* the outermost ends behind all */
    struct rung *rung = queue->rung[r];

    return event_list_add(&rung->bucket[bucket_of(rung, event->at)], &queue->pool, event);
}

/* Near events */

static int
by_rank(const void *a, const void *b)
{
    return event_before(a, b) ? -1 : 1;
}

/* Spreads all near events over a rung. When that cannot be, it is tried again at twice the size. */
static void
spread_near(struct queue *queue)
{
    struct event *run = queue->run + queue->run_at;
    const size_t in_run = queue->run_end - queue->run_at, in_heap = queue->near.count;
    const uint64_t end = queue->rungs > 0 ? queue->near_end : TIME_END;
    struct extent extent = {.least = UINT64_MAX};

    extent_add(&extent, queue->near.item, in_heap);
    if (in_run > 0)
        extent_add(&extent, run, in_run);
    queue->near_most = 2 * in_heap;
    if (!rung_begin(queue, &extent, end, extent.count / CHUNK_EVENTS + 1))
        return;
    /* In order, so that those of one instant stay in order (Q3). */
    qsort(queue->near.item, in_heap, sizeof *queue->near.item, by_rank);
    rung_take(queue, run, in_run);
    rung_take(queue, queue->near.item, in_heap);
    queue->near.count = 0;
    queue->run_at = queue->run_end = 0;
    queue->near_end = extent.least;
    queue->near_most = QUEUE_NEAR_MOST;
}

int
queue_add_slowly(struct queue *queue, const struct event *event)
{
    if (queue->near_most == 0)
        queue->near_most = QUEUE_NEAR_MOST;
    if (queue->rungs > 0 && (uint64_t)event->at >= queue->near_end)
        return rungs_add(queue, event);
    if (queue->near.count >= queue->near_most) {
        spread_near(queue);
        if (queue->rungs > 0 && (uint64_t)event->at >= queue->near_end)
            return rungs_add(queue, event);
    }
    const int rc = heap_room(&queue->near);

    if (rc == 0)
        heap_put(&queue->near, event);
    return rc;
}

/* The next bucket */

/* By instant only, leaving ties as they are; events that are nearly in order already. */
static void
sort_by_insertion(struct event *event, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct event moved = event[i];
        size_t hole = i;

        for (; hole > 0 && event[hole - 1].at > moved.at; hole--)
            event[hole] = event[hole - 1];
        event[hole] = moved;
    }
}

/* Empties a list of at most RUN_MOST events into the run, in order. */
static void
run_take_sorted(struct queue *queue, struct event_list *list, const struct extent *extent)
{
    uint16_t end[RUN_MOST] = {0}; /* first counts, then where each part's next event goes */
    struct chunk *newest = event_list_newest(list), *c = newest;
    unsigned shift = 0;
    size_t sum = 0, parts;

    while ((extent->most - extent->least) >> shift >= extent->count)
        shift++;
    parts = ((extent->most - extent->least) >> shift) + 1;
    do {
        c = c->next;
        for (size_t i = 0, n = event_list_in_chunk(list, c); i < n; i++)
            end[((uint64_t)c->item[i].at - extent->least) >> shift]++;
    } while (c != newest);
    for (size_t p = 0; p < parts; p++) {
        const size_t count = end[p];

        end[p] = (uint16_t)sum;
        sum += count;
    }
    do {
        c = c->next;
        for (size_t i = 0, n = event_list_in_chunk(list, c); i < n; i++)
            queue->run[end[((uint64_t)c->item[i].at - extent->least) >> shift]++] = c->item[i];
    } while (c != newest);
    sort_by_insertion(queue->run, extent->count);
}

static void
run_take(struct queue *queue, struct event_list *list, size_t count)
{
    if (count > SORT_PLAINLY) {
        const struct extent extent = extent_of_list(list);

        run_take_sorted(queue, list, &extent);
    } else {
        const struct chunk *newest = event_list_newest(list), *c = newest;
        size_t taken = 0;

        do {
            c = c->next;
            for (size_t i = 0, n = event_list_in_chunk(list, c); i < n; i++)
                queue->run[taken++] = c->item[i];
        } while (c != newest);
        sort_by_insertion(queue->run, count);
    }
    event_list_clear(list, &queue->pool);
    queue->run_at = 0;
    queue->run_end = count;
}

/* Spreads a list over a rung of its own, chunk by chunk. False: it stays as it is. */
static bool
spread_list(struct queue *queue, struct event_list *list, const struct extent *extent, uint64_t end)
{
    if (!rung_begin(queue, extent, end, 1))
        return false;
    while (list->put != NULL) {
        const struct chunk *oldest = event_list_newest(list)->next;

        __builtin_prefetch(oldest->next->item);
        rung_take(queue, oldest->item, event_list_in_chunk(list, oldest));
        event_list_drop_oldest(list, &queue->pool);
    }
    return true;
}

/* Takes whole chunks of events of one instant, the oldest first, as many as the run holds. */
static void
run_take_oldest(struct queue *queue, struct event_list *list)
{
    size_t taken = 0;

    while (list->put != NULL) {
        const struct chunk *oldest = event_list_newest(list)->next;
        const size_t n = event_list_in_chunk(list, oldest);

        if (taken + n > RUN_MOST)
            break;
        memcpy(&queue->run[taken], oldest->item, n * sizeof *queue->run);
        taken += n;
        event_list_drop_oldest(list, &queue->pool);
    }
    queue->run_at = 0;
    queue->run_end = taken;
}

/*
 * Takes the events of the soonest instant out of a list, as many as the run holds, and closes the
 * gaps. Slow and without a need of memory: for a list that can be spread no further for want of it.
 */
static void
run_take_soonest(struct queue *queue, struct event_list *list, uint64_t soonest)
{
    struct event_list all = *list, kept = {0};
    struct chunk *newest = event_list_newest(&all), *c = newest, *after = newest->next;
    size_t taken = 0;

    list->put = NULL;
    do {
        c = after;
        after = c->next;
        const size_t n = event_list_in_chunk(&all, c);
        struct event item[CHUNK_EVENTS];

        memcpy(item, c->item, n * sizeof *item);
        c->next = queue->pool.free; /* the events are in `item`: their chunk serves the rest */
        queue->pool.free = c;
        queue->pool.ready++;
        for (size_t i = 0; i < n; i++) {
            if ((uint64_t)item[i].at == soonest && taken < RUN_MOST) {
                queue->run[taken++] = item[i];
                continue;
            }
            if (event_list_is_full(&kept))
                event_list_extend_reserved(&kept, &queue->pool);
            *kept.put++ = item[i];
        }
    } while (c != newest);
    *list = kept;
    queue->run_at = 0;
    queue->run_end = taken;
}

/* Leaves `*rung` at a bucket that has events, and drops rungs that have none left. */
static struct event_list *
next_bucket(struct queue *queue, struct rung **rung)
{
    for (;;) {
        struct rung *r = *rung = queue->rung[queue->rungs - 1];

        for (; r->at < r->buckets; r->at++)
            if (r->bucket[r->at].put != NULL)
                return &r->bucket[r->at];
        queue->rungs--;
    }
}

/* A bucket that is too large for the run. True: some of it is in the run now. */
static bool
take_large(struct queue *queue, struct rung *rung, struct event_list *list)
{
    const bool last = rung->at + 1 == rung->buckets;

    if (rung->shift == 0 && !last) {
        queue->near_end = rung->start + rung->at; /* what comes at this instant still goes behind */
        run_take_oldest(queue, list);
        return true;
    }
    const struct extent extent = extent_of_list(list);
    const uint64_t end = bucket_end(rung, rung->at);
    struct event_list taken = *list;

    list->put = NULL;
    rung->at++;
    if (last)
        queue->rungs--;
    if (spread_list(queue, &taken, &extent, end))
        return false;
    queue->rungs += last;
    rung->at--;
    *list = taken;
    queue->near_end = extent.least;
    run_take_soonest(queue, list, extent.least);
    return true;
}

/* Nothing is near: takes the next bucket. There must be events. */
static void
refill(struct queue *queue)
{
    struct event_list *list;
    struct rung *rung;

    queue->near_most = QUEUE_NEAR_MOST;
    do {
        list = next_bucket(queue, &rung);
        const size_t count = event_list_count(list);

        if (count <= RUN_MOST) {
            queue->near_end = bucket_end(rung, rung->at);
            run_take(queue, list, count);
            if (++rung->at == rung->buckets)
                queue->rungs--;
            return;
        }
    } while (!take_large(queue, rung, list));
}

static bool
has_near(struct queue *queue)
{
    if (queue->run_at == queue->run_end && queue->near.count == 0) {
        if (queue->count == 0)
            return false;
        refill(queue);
    }
    return true;
}

/* Of one instant, those of the run were scheduled first (Q3). */
static bool
heap_is_next(const struct queue *queue)
{
    return queue->run_at == queue->run_end ||
           (queue->near.count > 0 && queue->near.item[0].at < queue->run[queue->run_at].at);
}

bool
queue_next(struct queue *queue, struct event *event)
{
    if (!has_near(queue))
        return false;
    if (heap_is_next(queue)) {
        *event = queue->near.item[0];
        heap_drop(&queue->near);
    } else {
        *event = queue->run[queue->run_at++];
    }
    queue->now = event->at;
    queue->count--;
    return true;
}

sim_ns
queue_soonest(struct queue *queue)
{
    if (!has_near(queue))
        return SIM_NEVER;
    return heap_is_next(queue) ? queue->near.item[0].at : queue->run[queue->run_at].at;
}

void
queue_reset(struct queue *queue)
{
    for (uint32_t r = 0; r < queue->rungs; r++)
        for (uint32_t i = 0; i < queue->rung[r]->buckets; i++)
            event_list_clear(&queue->rung[r]->bucket[i], &queue->pool);
    queue->rungs = 0;
    queue->near.count = 0;
    queue->run_at = queue->run_end = 0;
    queue->near_most = QUEUE_NEAR_MOST;
    queue->count = 0;
    queue->scheduled = 0;
    queue->now = 0;
}

void
queue_release(struct queue *queue)
{
    heap_release(&queue->near);
    free(queue->run);
    for (size_t r = 0; r < COUNT(queue->rung); r++)
        free(queue->rung[r]);
    chunk_pool_release(&queue->pool);
    *queue = (struct queue){0};
}
