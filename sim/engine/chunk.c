#include "engine/chunk.h"

#include <stdlib.h>

_Static_assert(sizeof(struct chunk) == CHUNK_BYTES, "the pointer tells the chunk");

enum {
    SLAB_LEAST = 64,   /* chunks: 32 KiB */
    SLAB_SHARE = 8,    /* a slab adds an eighth, so little lies idle */
    SLAB_MOST = 32768, /* 16 MiB */
};

struct slab {
    struct slab *before;
    struct chunk *chunk;
    size_t count, used;
};

static int
slab_new(struct chunk_pool *pool, size_t least)
{
    size_t count = pool->made / SLAB_SHARE;

    count = count < SLAB_LEAST ? SLAB_LEAST : count > SLAB_MOST ? SLAB_MOST : count;
    count = count < least ? least : count;
    if (count > PTRDIFF_MAX / sizeof(struct chunk))
        return ERR_MEMORY;

    struct slab *slab = malloc(sizeof *slab);
    struct chunk *chunk = aligned_alloc(CHUNK_BYTES, count * sizeof *chunk);

    if (slab == NULL || chunk == NULL) {
        free(slab);
        free(chunk);
        return ERR_MEMORY;
    }
    *slab = (struct slab){.before = pool->slabs, .chunk = chunk, .count = count};
    pool->slabs = slab;
    pool->made += count;
    pool->ready += count;
    return 0;
}

int
chunk_pool_reserve(struct chunk_pool *pool, size_t count)
{
    return count <= pool->ready ? 0 : slab_new(pool, count - pool->ready);
}

/* A free chunk; there must be one. Slabs are cut as they are needed, from the newest on: what was
 * never used is never touched. */
static struct chunk *
chunk_take(struct chunk_pool *pool)
{
    struct chunk *chunk = pool->free;

    pool->ready--;
    if (chunk != NULL) {
        pool->free = chunk->next;
        return chunk;
    }
    struct slab *slab = pool->slabs;

    while (slab->used == slab->count)
        slab = slab->before;
    return &slab->chunk[slab->used++];
}

void
event_list_extend_reserved(struct event_list *list, struct chunk_pool *pool)
{
    struct chunk *chunk = chunk_take(pool);

    if (list->put == NULL) {
        chunk->next = chunk;
        chunk->number = 0;
    } else {
        struct chunk *newest = event_list_newest(list);

        chunk->next = newest->next;
        chunk->number = newest->number + 1;
        newest->next = chunk;
    }
    list->put = chunk->item;
}

int
event_list_extend(struct event_list *list, struct chunk_pool *pool)
{
    if (pool->ready == 0 && slab_new(pool, 1) < 0)
        return ERR_MEMORY;
    event_list_extend_reserved(list, pool);
    return 0;
}

static void
give_back(struct chunk_pool *pool, struct chunk *chunk)
{
    chunk->next = pool->free;
    pool->free = chunk;
    pool->ready++;
}

void
event_list_drop_oldest(struct event_list *list, struct chunk_pool *pool)
{
    struct chunk *newest = event_list_newest(list), *oldest = newest->next;

    if (oldest == newest)
        list->put = NULL;
    else
        newest->next = oldest->next;
    give_back(pool, oldest);
}

void
event_list_clear(struct event_list *list, struct chunk_pool *pool)
{
    if (list->put == NULL)
        return;
    struct chunk *newest = event_list_newest(list), *oldest = newest->next;

    pool->ready += newest->number - oldest->number + 1;
    newest->next = pool->free;
    pool->free = oldest;
    list->put = NULL;
}

void
chunk_pool_release(struct chunk_pool *pool)
{
    while (pool->slabs != NULL) {
        struct slab *slab = pool->slabs;

        pool->slabs = slab->before;
        free(slab->chunk);
        free(slab);
    }
    *pool = (struct chunk_pool){0};
}
