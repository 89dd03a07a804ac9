#ifndef ENGINE_CHUNK_H
#define ENGINE_CHUNK_H

/*
 * Lists of events in chunks: adding one writes one place and reads one pointer; what is added
 * first comes out first.
 *
 * A list is one pointer, to the place behind its last event; NULL when it is empty. Chunks are
 * aligned to their size, so that this pointer tells the chunk, and whether it is full. The chunks
 * of a list form a ring: the newest leads to the oldest. All come from one pool, which hands out
 * first what came back last and so is still near in the cache.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "engine/event.h"

enum { CHUNK_BYTES = 512, CHUNK_EVENTS = CHUNK_BYTES / 32 - 1 };

struct chunk {
    struct chunk *next; /* younger; of the newest: the oldest; in the pool: the next free one */
    size_t number;      /* in its list, rising by one; not always from 0 */
    uint64_t spare[2];
    struct event item[CHUNK_EVENTS];
};

struct slab;

/* Start from `{0}`. */
struct chunk_pool {
    struct chunk *free;
    struct slab *slabs; /* owned */
    size_t made;        /* chunks, free or not */
    size_t ready;       /* of those, free */
};

/* Sees to it that `count` chunks are free: so many extensions cannot fail then. ERR_MEMORY. */
MUST_CHECK int chunk_pool_reserve(struct chunk_pool *pool, size_t count);

struct event_list {
    struct event *put;
};

/* Gives the list a chunk to put its next event in. ERR_MEMORY leaves it as it was. */
MUST_CHECK int event_list_extend(struct event_list *list, struct chunk_pool *pool);

/* The same out of chunks reserved, which cannot fail. */
void event_list_extend_reserved(struct event_list *list, struct chunk_pool *pool);

static inline bool
event_list_is_full(const struct event_list *list)
{
    return ((uintptr_t)list->put & (CHUNK_BYTES - 1)) == 0;
}

/* The chunk that holds the event before `put`. */
static inline struct chunk *
event_list_newest(const struct event_list *list)
{
    const uintptr_t last = (uintptr_t)(list->put - 1);

    return (struct chunk *)(last & ~(uintptr_t)(CHUNK_BYTES - 1));
}

static inline size_t
event_list_count(const struct event_list *list)
{
    if (list->put == NULL)
        return 0;
    const struct chunk *newest = event_list_newest(list);

    return (newest->number - newest->next->number) * CHUNK_EVENTS +
           (size_t)(list->put - newest->item);
}

/* Walking a list from its oldest event: for (c = oldest; ...; c = c->next) until c == newest. */
static inline size_t
event_list_in_chunk(const struct event_list *list, const struct chunk *chunk)
{
    return chunk == event_list_newest(list) ? (size_t)(list->put - chunk->item) : CHUNK_EVENTS;
}

/* Takes out the oldest chunk with all its events; gives it back to the pool. */
void event_list_drop_oldest(struct event_list *list, struct chunk_pool *pool);

/* Empties the list. */
void event_list_clear(struct event_list *list, struct chunk_pool *pool);
void chunk_pool_release(struct chunk_pool *pool);

#endif
