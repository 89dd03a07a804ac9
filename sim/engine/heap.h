#ifndef ENGINE_HEAP_H
#define ENGINE_HEAP_H

/*
 * A 4-ary heap in an array: half the depth of a binary one, and the four children of a node lie
 * side by side (128 bytes), so that a step down costs few cache lines.
 *
 * Invariant: no event goes before its parent, which is at (i - 1) / 4. The order is total, so the
 * order of service is one for any shape of the heap.
 */
#include <stddef.h>
#include "base/err.h"
#include "engine/event.h"

enum { HEAP_ARITY = 4 };

struct heap {
    struct event *item; /* owned */
    size_t count, capacity;
};

/* Room for one more. ERR_MEMORY leaves the heap as it was. */
MUST_CHECK int heap_room(struct heap *heap);

/*
 * Makes a place for an event of that instant, which the caller fills; there must be room. Its
 * number must be the highest yet, so that a tie leaves it below those that came before.
 */
static inline struct event *
heap_place(struct heap *heap, sim_ns at)
{
    struct event *item = heap->item;
    size_t hole = heap->count++;

    while (hole > 0) {
        const size_t parent = (hole - 1) / HEAP_ARITY;

        if (item[parent].at <= at)
            break;
        item[hole] = item[parent];
        hole = parent;
    }
    return &item[hole];
}

/* Takes out the soonest, item[0]; the heap must not be empty. */
void heap_drop(struct heap *heap);
void heap_release(struct heap *heap);

#endif
