#include "engine/queue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

enum {
    RUN_MOST = 512, /* events sorted at once: 16 KiB, half of a first-level cache */
    BUCKETS_LEAST = 16,
    EVENTS_A_BUCKET = 32, /* aimed at, while that takes no more than QUEUE_BUCKETS_MOST */
    RANK_MOST = 8,        /* sorted by comparing each with each */
    PARTS_AN_EVENT = 4,   /* of the count that sorts more */
    PARTS_MOST = PARTS_AN_EVENT * RUN_MOST,
};

#define TIME_END ((uint64_t)1 << 63) /* behind SIM_NEVER */

/* The least shift that makes `width` less than `parts`, a power of two or more. */
static unsigned
shift_to(uint64_t width, size_t parts)
{
    const int bits = 64 - __builtin_clzll(width | 1), most = 63 - __builtin_clzll(parts);

    return bits > most ? (unsigned)(bits - most) : 0;
}

/* Where the next bucket begins. */
static uint64_t
bucket_end(const struct rung *rung, uint32_t i)
{
    const uint64_t end = rung->start + ((uint64_t)(i + 1) << rung->shift);

    return i + 1 == rung->buckets || end > rung->end ? rung->end : end;
}

/* Rungs */

static void
set_rungs(struct queue *queue, uint32_t rungs)
{
    queue->rungs = rungs;
    queue->inner = rungs > 0 ? queue->rung[rungs - 1] : NULL;
}

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

/*
 * Buckets over `span` ns so that each has EVENTS_A_BUCKET when its turn comes: of those waiting
 * now or, since others join them on the way, by how many events were served of late.
 */
static uint32_t
buckets_for(struct queue *queue, size_t events, uint64_t span)
{
    const uint64_t served = queue->served - queue->marked;
    const double elapsed = (double)(queue->now - queue->marked_at);
    double wanted = (double)events / EVENTS_A_BUCKET;
    uint32_t buckets = BUCKETS_LEAST;

    if (served > 0 && elapsed > 0)
        wanted = fmax(wanted, (double)span / elapsed * (double)served / EVENTS_A_BUCKET);
    if (served >= queue_count(queue) / 2) {
        queue->marked += served;
        queue->marked_at = queue->now;
    }
    while (buckets < QUEUE_BUCKETS_MOST && buckets < wanted)
        buckets *= 2;
    return buckets;
}

static bool
has_run(struct queue *queue)
{
    if (queue->run == NULL) {
        queue->run = malloc(RUN_MOST * sizeof *queue->run);
        queue->run_room = queue->run == NULL ? 0 : RUN_MOST;
    }
    return queue->run != NULL;
}

/*
 * Begins a rung for events of that extent, up to `end`: the next innermost, empty. False when there
 * is no memory for it, or there are too many.
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
    const uint32_t buckets = buckets_for(queue, extent->count, span);

    if (queue->rungs == QUEUE_RUNGS_MOST)
        return false;
    if (!has_run(queue))
        return false;
    if (queue->rung[queue->rungs] == NULL)
        queue->rung[queue->rungs] = calloc(1, sizeof(struct rung));
    if (queue->rung[queue->rungs] == NULL || chunk_pool_reserve(&queue->pool, buckets + chunks) < 0)
        return false;

    set_rungs(queue, queue->rungs + 1);
    struct rung *rung = queue->inner;

    rung->start = extent->least;
    rung->end = end;
    rung->shift = shift_to(span, buckets);
    rung->at = 0;
    rung->buckets = buckets;
    return true;
}

/* Spreads events over the innermost rung, for which room was reserved. */
static void
rung_take(struct queue *queue, const struct event *event, size_t count)
{
    struct rung *rung = queue->inner;

    for (size_t i = 0; i < count; i++) {
        struct event_list *list = rung_bucket(rung, event[i].at);

        if (event_list_is_full(list))
            event_list_extend_reserved(list, &queue->pool);
        *list->put++ = event[i];
    }
}

/* A place in the innermost rung that covers the instant. */
static struct event *
place_in_rungs(struct queue *queue, sim_ns at)
{
    uint32_t r = queue->rungs - 1;

    while ((uint64_t)at >= queue->rung[r]->end)
        r--; /* the outermost ends behind all */
    struct event_list *list = rung_bucket(queue->rung[r], at);

    if (event_list_is_full(list) && event_list_extend(list, &queue->pool) < 0)
        return NULL;
    return list->put++;
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
    struct extent extent = {.least = UINT64_MAX};

    extent_add(&extent, queue->near.item, in_heap);
    if (in_run > 0)
        extent_add(&extent, run, in_run);
    queue->near_most = 2 * in_heap;
    if (!rung_begin(queue, &extent, queue->near_end, extent.count / CHUNK_EVENTS + 1))
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

static struct event *
place_near(struct queue *queue, sim_ns at)
{
    const size_t left = queue->run_end - queue->run_at;

    if (queue->near.count == 0 && left < QUEUE_FEW && has_run(queue)) {
        memmove(queue->run, queue->run + queue->run_at, left * sizeof *queue->run);
        queue->run_at = 0;
        queue->run_end = left;
        return queue_place_in_run(queue, at);
    }
    return heap_room(&queue->near) < 0 ? NULL : heap_place(&queue->near, at);
}

struct event *
queue_place_slowly(struct queue *queue, sim_ns at)
{
    if (queue->near_most == 0) { /* zeroed until now */
        queue->near_most = QUEUE_NEAR_MOST;
        queue->near_end = TIME_END;
    }
    if ((uint64_t)at < queue->near_end && queue->near.count >= queue->near_most)
        spread_near(queue);
    return (uint64_t)at < queue->near_end ? place_near(queue, at) : place_in_rungs(queue, at);
}

/* The next bucket */

/* By instant only, leaving ties as they are; events that are nearly in order already. */
static void
sort_by_insertion(struct event *event, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (event[i - 1].at <= event[i].at)
            continue;
        const struct event moved = event[i];
        size_t hole = i;

        for (; hole > 0 && event[hole - 1].at > moved.at; hole--)
            event[hole] = event[hole - 1];
        event[hole] = moved;
    }
}

/* Where each of `size` instants goes in order, ties as they are: no branch depends on them. */
static inline __attribute__((always_inline)) void
rank_all(const uint64_t *at, uint8_t *rank, size_t size)
{
    for (size_t i = 1; i < size; i++) {
        unsigned mine = 0;

        for (size_t j = 0; j < i; j++) {
            const bool after = at[j] > at[i];

            rank[j] = (uint8_t)(rank[j] + after);
            mine += !after;
        }
        rank[i] = (uint8_t)mine;
    }
}

/* Copies a list of at most RANK_MOST events into the run, in order. */
static void
run_take_ranked(struct queue *queue, const struct event_list *list, size_t count)
{
    const struct event *from[RANK_MOST];
    uint64_t at[RANK_MOST];
    uint8_t rank[RANK_MOST] = {0};
    const struct chunk *c = event_list_newest(list)->next;
    size_t seen = 0;

    for (; seen < count; c = c->next)
        for (size_t i = 0; i < CHUNK_EVENTS && seen < count; i++, seen++) {
            from[seen] = &c->item[i];
            at[seen] = (uint64_t)c->item[i].at;
        }
    for (size_t i = count; i < RANK_MOST; i++)
        at[i] = UINT64_MAX;
    if (count <= RANK_MOST / 2)
        rank_all(at, rank, RANK_MOST / 2);
    else
        rank_all(at, rank, RANK_MOST);
    for (size_t i = 0; i < count; i++)
        queue->run[rank[i]] = *from[i];
}

/*
 * Copies a list of at most RUN_MOST events into the run, in order: first by counting into parts of
 * [from, from + width], few events each, which leaves little for insertion to do.
 */
static void
run_take_counted(struct queue *queue, const struct event_list *list, size_t count, uint64_t from,
                 uint64_t width)
{
    uint16_t end[PARTS_MOST]; /* first counts, then where each part's next event goes */
    uint16_t part[RUN_MOST];
    const struct chunk *c = event_list_newest(list)->next;
    const unsigned shift = shift_to(width, PARTS_AN_EVENT * count);
    size_t sum = 0, seen = 0;

    const size_t parts = (width >> shift) + 1;

    memset(end, 0, parts * sizeof *end);
    for (; seen < count; c = c->next)
        for (size_t i = 0; i < CHUNK_EVENTS && seen < count; i++, seen++) {
            part[seen] = (uint16_t)(((uint64_t)c->item[i].at - from) >> shift);
            end[part[seen]]++;
        }
    for (size_t p = 0; p < parts; p++) {
        const size_t n = end[p];

        end[p] = (uint16_t)sum;
        sum += n;
    }
    for (seen = 0; seen < count; c = c->next)
        for (size_t i = 0; i < CHUNK_EVENTS && seen < count; i++, seen++)
            queue->run[end[part[seen]]++] = c->item[i];
    sort_by_insertion(queue->run, count);
}

/* Moves the bucket `rung->at`, of at most RUN_MOST events, into the run. */
static void
run_take(struct queue *queue, struct rung *rung, struct event_list *list, size_t count)
{
    if (count <= RANK_MOST) {
        run_take_ranked(queue, list, count);
    } else if (rung->at + 1 < rung->buckets) {
        run_take_counted(queue, list, count, rung->start + ((uint64_t)rung->at << rung->shift),
                         ((uint64_t)1 << rung->shift) - 1);
    } else {
        const struct extent extent = extent_of_list(list);

        run_take_counted(queue, list, count, extent.least, extent.most - extent.least);
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
        struct rung *r = *rung = queue->inner;

        for (; r->at < r->buckets; r->at++)
            if (r->bucket[r->at].put != NULL)
                return &r->bucket[r->at];
        set_rungs(queue, queue->rungs - 1);
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
    set_rungs(queue, queue->rungs - last);
    if (spread_list(queue, &taken, &extent, end))
        return false;
    set_rungs(queue, queue->rungs + last);
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
            run_take(queue, rung, list, count);
            if (++rung->at == rung->buckets)
                set_rungs(queue, queue->rungs - 1);
            return;
        }
    } while (!take_large(queue, rung, list));
}

static bool
has_near(struct queue *queue)
{
    if (queue->run_at == queue->run_end && queue->near.count == 0) {
        if (queue_count(queue) == 0)
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
queue_next_slowly(struct queue *queue, struct event *event)
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
    queue->served++;
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
    set_rungs(queue, 0);
    queue->near_end = TIME_END;
    queue->near.count = 0;
    queue->run_at = queue->run_end = 0;
    queue->near_most = QUEUE_NEAR_MOST;
    queue->served = 0;
    queue->scheduled = queue->marked = 0;
    queue->now = queue->marked_at = 0;
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
