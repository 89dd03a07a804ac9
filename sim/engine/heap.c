#include "engine/heap.h"

#include <stdlib.h>
#include "base/mem.h"

int
heap_room(struct heap *heap)
{
    return mem_grow(&heap->item, &heap->capacity, heap->count + 1, sizeof *heap->item);
}

/* The child of a node that goes first; `first` is its first child, which exists. */
static size_t
soonest_child(const struct event *item, size_t count, size_t first)
{
    if (count - first >= HEAP_ARITY) { /* two pairs, then their winners */
        const size_t left = first + event_before(&item[first + 1], &item[first]);
        const size_t right = first + 2 + event_before(&item[first + 3], &item[first + 2]);

        return event_before(&item[right], &item[left]) ? right : left;
    }
    size_t best = first;

    for (size_t i = first + 1; i < count; i++)
        if (event_before(&item[i], &item[best]))
            best = i;
    return best;
}

void
heap_drop(struct heap *heap)
{
    struct event *item = heap->item;
    const size_t count = --heap->count;
    const struct event last = item[count];
    size_t hole = 0;

    for (size_t first = 1; first < count; first = hole * HEAP_ARITY + 1) {
        const size_t child = soonest_child(item, count, first);

        if (event_before(&last, &item[child]))
            break;
        item[hole] = item[child];
        hole = child;
    }
    item[hole] = last;
}

void
heap_release(struct heap *heap)
{
    free(heap->item);
    *heap = (struct heap){0};
}
