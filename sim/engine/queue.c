#include "engine/queue.h"

#include <assert.h>
#include <stdlib.h>
#include "base/mem.h"

/*
 * A 4-ary heap in an array: half the depth of a binary one, and the four children of a node lie
 * side by side (128 bytes), so that a step down costs few cache lines.
 *
 * Invariant: no event goes before its parent, which is at (i - 1) / 4. The order is total, since
 * no two events share a number; so the order of service is one for any shape of the heap.
 */
enum {
    ARITY = 4,
    LINE_BYTES = 64,
    FAR_EVENTS = 8192, /* 256 KiB: from here on the heap outgrows the nearer caches */
};

/*
 * Instant and number as one 128-bit number. Which of four children goes first is a toss-up that no
 * processor predicts; so compared, gcc and clang both choose without branches, which halves the
 * time at a thousand events against the compiler that puts them. Instants are never negative.
 */
__extension__ typedef unsigned __int128 rank;

static rank
rank_of(const struct event *event)
{
    return (rank)(uint64_t)event->at << 64 | event->seq;
}

static bool
goes_before(const struct event *a, const struct event *b)
{
    return rank_of(a) < rank_of(b);
}

int
queue_add(struct queue *queue, sim_ns at, uint32_t kind, uint32_t a, uint64_t b)
{
    assert(at >= queue->now);
    if (queue->count == queue->capacity) {
        int rc = mem_grow(&queue->heap, &queue->capacity, queue->count + 1, sizeof *queue->heap);
        if (rc < 0)
            return rc;
    }
    struct event fresh = {.at = at, .seq = queue->scheduled++, .kind = kind, .a = a, .b = b};
    size_t hole = queue->count++;

    /* The number is the highest there is, so a tie leaves the fresh event below. */
    while (hole > 0) {
        size_t parent = (hole - 1) / ARITY;
        if (queue->heap[parent].at <= at)
            break;
        queue->heap[hole] = queue->heap[parent];
        hole = parent;
    }
    queue->heap[hole] = fresh;
    return 0;
}

/* The child of a node that goes first; `first` is its first child, which exists. */
static size_t
soonest_child(const struct event *heap, size_t count, size_t first)
{
    if (count - first >= ARITY) { /* two pairs, then their winners */
        size_t left = first + goes_before(&heap[first + 1], &heap[first]);
        size_t right = first + 2 + goes_before(&heap[first + 3], &heap[first + 2]);
        return goes_before(&heap[right], &heap[left]) ? right : left;
    }
    size_t best = first;
    for (size_t i = first + 1; i < count; i++)
        if (goes_before(&heap[i], &heap[best]))
            best = i;
    return best;
}

/*
 * Asks for all sixteen grandchildren while the children are compared: without branches to guess
 * by, the processor would wait for each level of a large heap in turn. Must be inlined: gcc drops
 * calls of a function that does nothing but prefetch.
 */
static inline __attribute__((always_inline)) void
fetch_ahead(const struct event *heap, size_t count, size_t first)
{
    size_t next = first * ARITY + 1;

    if (next >= count)
        return;
    uintptr_t line = (uintptr_t)&heap[next];
    for (size_t i = 0; i < ARITY * ARITY * sizeof *heap; i += LINE_BYTES)
        __builtin_prefetch((const void *)(line + i)); /* a hint: harmless behind the end */
}

bool
queue_next(struct queue *queue, struct event *event)
{
    if (queue->count == 0)
        return false;
    struct event *heap = queue->heap;
    *event = heap[0];
    queue->now = event->at;

    size_t count = --queue->count;
    const struct event last = heap[count];
    size_t hole = 0;
    for (size_t first = 1; first < count; first = hole * ARITY + 1) {
        if (count > FAR_EVENTS)
            fetch_ahead(heap, count, first);
        size_t child = soonest_child(heap, count, first);
        if (goes_before(&last, &heap[child]))
            break;
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = last;
    return true;
}

void
queue_reset(struct queue *queue)
{
    queue->count = 0;
    queue->scheduled = 0;
    queue->now = 0;
}

void
queue_release(struct queue *queue)
{
    free(queue->heap);
    *queue = (struct queue){0};
}
