#include "legal/intern.h"
#include <stdlib.h>
#include <string.h>

enum { SLOTS_LEAST = 64 };

void
intern_init(struct intern *in, uint32_t bytes, uint32_t most)
{
    *in = (struct intern){.count = 1, .bytes = bytes, .most = most};
}

void
intern_release(struct intern *in)
{
    free(in->item);
    free(in->slot);
    *in = (struct intern){0};
}

void
intern_clear(struct intern *in)
{
    if (in->slot != NULL)
        memset(in->slot, 0, in->slots * sizeof *in->slot);
    in->count = 1;
}

static uint64_t
hash_of(const unsigned char *record, uint32_t bytes)
{
    uint64_t h = bytes;

    for (uint32_t i = 0; i < bytes; i += 4) {
        uint32_t word;

        memcpy(&word, &record[i], sizeof word);
        /* Fibonacci hashing (Knuth, TAOCP 3, 6.4), word by word. */
        h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 32;
    }
    return h;
}

/* The slot of a record, or the empty one where it would stand. */
static uint32_t *
slot_of(const struct intern *in, const unsigned char *record)
{
    size_t at = (size_t)hash_of(record, in->bytes) & (in->slots - 1);

    while (in->slot[at] != 0 && memcmp(intern_at(in, in->slot[at]), record, in->bytes) != 0)
        at = (at + 1) & (in->slots - 1);
    return &in->slot[at];
}

static int
grow(struct intern *in)
{
    const size_t slots = in->slots == 0 ? SLOTS_LEAST : 2 * in->slots;
    uint32_t *fresh = calloc(slots, sizeof *fresh);

    if (fresh == NULL)
        return ERR_MEMORY;
    free(in->slot);
    in->slot = fresh;
    in->slots = slots;
    for (size_t i = 1; i < in->count; i++)
        *slot_of(in, intern_at(in, (uint32_t)i)) = (uint32_t)i;
    return 0;
}

int
intern_put(struct intern *in, const void *record, uint32_t *row)
{
    uint32_t *slot;

    if (4 * (in->count + 1) > 3 * in->slots && grow(in) < 0)
        return ERR_MEMORY;
    slot = slot_of(in, record);
    if (*slot == 0) {
        if (in->count > in->most)
            return ERR_LIMIT;
        if (mem_grow(&in->item, &in->capacity, in->count + 1, in->bytes) < 0)
            return ERR_MEMORY;
        memcpy(&in->item[in->count * in->bytes], record, in->bytes);
        *slot = (uint32_t)in->count++;
    }
    *row = *slot;
    return 0;
}
