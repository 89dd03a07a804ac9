#include "engine/rivals.h"

#include <stdlib.h>
#include "base/mem.h"
#include "engine/heap.h"
#include "engine/queue.h"

/* The queue of this program. */

static void *
own_open(void)
{
    return calloc(1, sizeof(struct queue));
}

static int
own_add(void *rival, const struct event *event)
{
    return queue_add(rival, event->at, event->kind, event->a, event->b);
}

static bool
own_next(void *rival, struct event *event)
{
    return queue_next(rival, event);
}

HOLD_LOOP(own_hold, own_add, own_next)

static void
own_close(void *rival)
{
    if (rival != NULL)
        queue_release(rival);
    free(rival);
}

/* Heaps */

static void *
heap_open(void)
{
    return calloc(1, sizeof(struct heap));
}

static void
heap_close(void *rival)
{
    if (rival != NULL)
        heap_release(rival);
    free(rival);
}

static int
four_add(void *rival, const struct event *event)
{
    const int rc = heap_room(rival);

    if (rc == 0)
        *heap_place(rival, event->at) = *event;
    return rc;
}

static bool
four_next(void *rival, struct event *event)
{
    struct heap *heap = rival;

    if (heap->count == 0)
        return false;
    *event = heap->item[0];
    heap_drop(heap);
    return true;
}

/*
 * Binary: Williams (1964), "Algorithm 232: Heapsort", CACM 7(6), moving a hole, not swapping.
 * Twice: with the comparison as one writes it, and with the queue's, which compiles to no branch.
 */

static bool
plainly_before(const struct event *a, const struct event *b)
{
    if (a->at != b->at)
        return a->at < b->at;
    return a->seq < b->seq;
}

#define BINARY_HEAP(name, before)                                                                  \
    static int name##_add(void *rival, const struct event *event)                                  \
    {                                                                                              \
        struct heap *heap = rival;                                                                 \
        const int rc = heap_room(heap);                                                            \
                                                                                                   \
        if (rc < 0)                                                                                \
            return rc;                                                                             \
        struct event *item = heap->item;                                                           \
        size_t hole = heap->count++;                                                               \
                                                                                                   \
        for (; hole > 0 && before(event, &item[(hole - 1) / 2]); hole = (hole - 1) / 2)            \
            item[hole] = item[(hole - 1) / 2];                                                     \
        item[hole] = *event;                                                                       \
        return 0;                                                                                  \
    }                                                                                              \
                                                                                                   \
    static bool name##_next(void *rival, struct event *event)                                      \
    {                                                                                              \
        struct heap *heap = rival;                                                                 \
        struct event *item = heap->item;                                                           \
                                                                                                   \
        if (heap->count == 0)                                                                      \
            return false;                                                                          \
        *event = item[0];                                                                          \
        const size_t count = --heap->count;                                                        \
        const struct event last = item[count];                                                     \
        size_t hole = 0;                                                                           \
                                                                                                   \
        for (size_t child = 1; child < count; child = 2 * hole + 1) {                              \
            child += child + 1 < count && before(&item[child + 1], &item[child]);                  \
            if (before(&last, &item[child]))                                                       \
                break;                                                                             \
            item[hole] = item[child];                                                              \
            hole = child;                                                                          \
        }                                                                                          \
        item[hole] = last;                                                                         \
        return true;                                                                               \
    }

BINARY_HEAP(binary, plainly_before)
BINARY_HEAP(ranked, event_before)

HOLD_LOOP(four_hold, four_add, four_next)
HOLD_LOOP(binary_hold, binary_add, binary_next)
HOLD_LOOP(ranked_hold, ranked_add, ranked_next)

/* Each by its address, since rows of other files are no constants. */
const struct rival *const rivals[] = {
    &(const struct rival){"queue", "this program's queue", own_open, own_add, own_next, own_close,
                          own_hold},
    &(const struct rival){"binary-heap", "a binary heap", heap_open, binary_add, binary_next,
                          heap_close, binary_hold},
    &(const struct rival){"binary-heap-branchless", "the same, comparing without branches",
                          heap_open, ranked_add, ranked_next, heap_close, ranked_hold},
    &(const struct rival){"4-ary-heap", "a 4-ary heap, without branches", heap_open, four_add,
                          four_next, heap_close, four_hold},
    &rival_calendar,
    &rival_ladder,
    NULL,
};
