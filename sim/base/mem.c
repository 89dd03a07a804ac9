#include "base/mem.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ITEMS = 8,         /* most lists of a scenario stay below */
    BLOCK_BYTES = 64 * 1024, /* a usual scenario's model fits a few blocks */
};

/* Makes the capacity `wanted`, which must be above it and fit. */
static int
grow_to(void *items, size_t *capacity, size_t wanted, size_t item_bytes)
{
    /* `items` points to a pointer of any type; memcpy reads it without breaking the alias rules. */
    void *old;
    memcpy(&old, items, sizeof old);
    unsigned char *grown = realloc(old, wanted * item_bytes);
    if (!grown)
        return ERR_MEMORY;
    memset(grown + *capacity * item_bytes, 0, (wanted - *capacity) * item_bytes);
    memcpy(items, &grown, sizeof grown);
    *capacity = wanted;
    return 0;
}

/* Adds the capacity over `share`, at least. */
static int
grow_by(void *items, size_t *capacity, size_t need, size_t item_bytes, size_t share)
{
    assert(item_bytes > 0);
    if (need <= *capacity)
        return 0;
    size_t most = (size_t)PTRDIFF_MAX / item_bytes, more = *capacity / share;
    if (need > most)
        return ERR_MEMORY;
    size_t wanted = *capacity > most - more ? most : *capacity + more;
    if (wanted < FIRST_ITEMS && most >= FIRST_ITEMS)
        wanted = FIRST_ITEMS;
    if (wanted < need)
        wanted = need;
    return grow_to(items, capacity, wanted, item_bytes);
}

int
mem_grow(void *items, size_t *capacity, size_t need, size_t item_bytes)
{
    return grow_by(items, capacity, need, item_bytes, 1);
}

int
mem_grow_tight(void *items, size_t *capacity, size_t need, size_t item_bytes)
{
    return grow_by(items, capacity, need, item_bytes, 8);
}

struct arena_block {
    struct arena_block *before;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *
block_new(size_t size)
{
    if (size > (size_t)PTRDIFF_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *block = calloc(1, sizeof *block + size);
    if (block)
        block->size = size;
    return block;
}

/*
 * A block with `bytes` free. A big piece gets a block of its own behind the current one, so that
 * what is left of the current one stays in use.
 */
static struct arena_block *
block_for(struct arena *arena, size_t bytes)
{
    struct arena_block *last = arena->last;

    if (last && last->size - last->used >= bytes)
        return last;
    struct arena_block *fresh = block_new(bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES);
    if (!fresh)
        return NULL;
    if (last && bytes > BLOCK_BYTES / 4) {
        fresh->before = last->before;
        last->before = fresh;
    } else {
        fresh->before = last;
        arena->last = fresh;
    }
    return fresh;
}

void *
arena_alloc(struct arena *arena, size_t count, size_t item_bytes)
{
    size_t align = alignof(max_align_t);

    if (item_bytes > 0 && count > ((size_t)PTRDIFF_MAX - align) / item_bytes)
        return NULL;
    size_t bytes = count * item_bytes;
    bytes = bytes == 0 ? align : (bytes + align - 1) / align * align;
    struct arena_block *block = block_for(arena, bytes);
    if (!block)
        return NULL;
    void *piece = block->bytes + block->used; /* still zero from calloc */
    block->used += bytes;
    arena->used_bytes += bytes;
    return piece;
}

void *
arena_copy(struct arena *arena, const void *from, size_t bytes)
{
    void *copy = arena_alloc(arena, bytes, 1);

    if (copy && bytes > 0)
        memcpy(copy, from, bytes);
    return copy;
}

char *
arena_text(struct arena *arena, const char *text, size_t length)
{
    if (length == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(arena, length + 1, 1);
    if (copy && length > 0)
        memcpy(copy, text, length);
    return copy;
}

void
arena_release(struct arena *arena)
{
    for (struct arena_block *block = arena->last; block;) {
        struct arena_block *before = block->before;
        free(block);
        block = before;
    }
    *arena = (struct arena){0};
}
