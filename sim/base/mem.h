#ifndef BASE_MEM_H
#define BASE_MEM_H

/*
 * Memory: growable arrays and an arena.
 *
 * The arena holds what lives and dies together (a model): allocated piece by piece, freed once.
 * Pieces are zeroed and aligned for any type. Nothing here prints or exits: NULL or ERR_MEMORY
 * says that memory ran out.
 */
#include <stdint.h>
#include "base/err.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Makes room for at least `need` items of `item_bytes` in `*items`, doubling; new bytes are zero.
 * `*items` may move. On ERR_MEMORY nothing has changed.
 */
MUST_CHECK int mem_grow(void *items, size_t *capacity, size_t need, size_t item_bytes);

/* The same by an eighth at a time: for what is large, so that little of it lies idle. */
MUST_CHECK int mem_grow_tight(void *items, size_t *capacity, size_t need, size_t item_bytes);

/* Grows the array `v.item` of a struct with `item`, `count`, `capacity` so one more fits. */
#define VEC_ROOM(v) mem_grow(&(v)->item, &(v)->capacity, (v)->count + 1, sizeof *(v)->item)

struct arena_block;

/* Start from `{0}`. */
struct arena {
    struct arena_block *last;
    size_t used_bytes; /* handed out, for reports */
};

void *arena_alloc(struct arena *arena, size_t count, size_t item_bytes);

/* A copy of the first `length` bytes of `text`, with a 0 behind. NULL when out of memory. */
char *arena_text(struct arena *arena, const char *text, size_t length);

/* A copy of `bytes` bytes, aligned for any type. NULL when out of memory. */
void *arena_copy(struct arena *arena, const void *from, size_t bytes);

void arena_release(struct arena *arena);

#endif
