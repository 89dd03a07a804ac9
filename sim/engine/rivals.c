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
        heap_put(rival, event);
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

/* Binary: Williams (1964), "Algorithm 232: Heapsort", CACM 7(6), moving a hole, not swapping. */

static int
binary_add(void *rival, const struct event *event)
{
    struct heap *heap = rival;
    const int rc = heap_room(heap);

    if (rc < 0)
        return rc;
    size_t hole = heap->count++;

    for (; hole > 0 && event_before(event, &heap->item[(hole - 1) / 2]); hole = (hole - 1) / 2)
        heap->item[hole] = heap->item[(hole - 1) / 2];
    heap->item[hole] = *event;
    return 0;
}

static bool
binary_next(void *rival, struct event *event)
{
    struct heap *heap = rival;

    if (heap->count == 0)
        return false;
    *event = heap->item[0];

    const size_t count = --heap->count;
    const struct event last = heap->item[count];
    size_t hole = 0;

    for (size_t child = 1; child < count; child = 2 * hole + 1) {
        if (child + 1 < count && event_before(&heap->item[child + 1], &heap->item[child]))
            child++;
        if (event_before(&last, &heap->item[child]))
            break;
        heap->item[hole] = heap->item[child];
        hole = child;
    }
    heap->item[hole] = last;
    return true;
}

const struct rival rivals[] = {
    {"queue", "this program's queue", own_open, own_add, own_next, own_close},
    {"binary-heap", "a binary heap", heap_open, binary_add, binary_next, heap_close},
    {"4-ary-heap", "a 4-ary heap", heap_open, four_add, four_next, heap_close},
    {0},
};
