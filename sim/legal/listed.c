#include "legal/listed.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    SLOTS_LEAST_LOG2 = 8,
    SLOTS_FIRST_MOST_LOG2 = 22, /* 32 MiB, before any account is seen */
    HUGE_PAGE = 1 << 21,
};

/* Empty slots. Looks at a large table are at random, and each would miss the table of small pages,
 * too, which took a third of the time: so it asks for huge ones. The system may decline. */
static uint64_t *
new_slots(size_t slots)
{
    const size_t bytes = slots * sizeof(uint64_t);
    uint64_t *slot;

    if (bytes < 2 * HUGE_PAGE)
        return calloc(slots, sizeof *slot);
    slot = aligned_alloc(HUGE_PAGE, bytes);
    if (slot == NULL)
        return NULL;
    (void)madvise(slot, bytes, MADV_HUGEPAGE);
    return memset(slot, 0, bytes);
}

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
        l->slot = new_slots((size_t)1 << log2);
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
    uint64_t *fresh = new_slots(2 * old.slots);

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
