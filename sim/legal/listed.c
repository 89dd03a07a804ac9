#include "legal/listed.h"
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_LEAST_LOG2 = 8,
    SLOTS_FIRST_MOST_LOG2 = 22, /* 32 MiB, before any account is seen */
};

static void
set_slots(struct listed *l, uint64_t *slot, size_t slots)
{
    l->slot = slot;
    l->slots = slots;
    l->shift = 64 - (unsigned)__builtin_ctzll(slots);
}

int
listed_clear(struct listed *l, size_t expected)
{
    unsigned log2 = SLOTS_LEAST_LOG2;

    while (log2 < SLOTS_FIRST_MOST_LOG2 && ((size_t)1 << log2) * 4 < 5 * expected)
        log2++;
    l->count = 0;
    if (l->room < (size_t)1 << log2) {
        free(l->slot);
        l->room = 0;
        l->slot = calloc((size_t)1 << log2, sizeof *l->slot);
        if (l->slot == NULL)
            return ERR_MEMORY;
        l->room = (size_t)1 << log2;
    } else {
        memset(l->slot, 0, ((size_t)1 << log2) * sizeof *l->slot);
    }
    set_slots(l, l->slot, (size_t)1 << log2);
    return 0;
}

void
listed_release(struct listed *l)
{
    free(l->slot);
    *l = (struct listed){0};
}

int
listed_grow(struct listed *l)
{
    const struct listed old = *l;
    uint64_t *fresh = calloc(2 * old.slots, sizeof *fresh);

    if (fresh == NULL)
        return ERR_MEMORY;
    set_slots(l, fresh, 2 * old.slots);
    for (size_t i = 0; i < old.slots; i++)
        if (old.slot[i] != 0)
            *listed_find(l, old.slot[i] >> STATE_BITS) = old.slot[i];
    free(old.slot);
    l->room = l->slots;
    return 0;
}
