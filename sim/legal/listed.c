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
static int
new_slots(struct listed *l, size_t slots)
{
    const size_t bytes = slots * sizeof *l->slot, spare = bytes < 2 * HUGE_PAGE ? 0 : HUGE_PAGE;
    char *block = calloc(bytes + spare, 1);

    if (block == NULL)
        return ERR_MEMORY;
    l->block = block;
    if (spare > 0) {
        block += (HUGE_PAGE - (uintptr_t)block % HUGE_PAGE) % HUGE_PAGE;
        (void)madvise(block, bytes, MADV_HUGEPAGE);
    }
    l->slot = (uint64_t *)(void *)block;
    l->room = slots;
    return 0;
}

static void
use_slots(struct listed *l, size_t slots)
{
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
        listed_release(l);
        if (new_slots(l, (size_t)1 << log2) < 0)
            return ERR_MEMORY;
    } else {
        memset(l->slot, 0, ((size_t)1 << log2) * sizeof *l->slot);
    }
    use_slots(l, (size_t)1 << log2);
    return 0;
}

void
listed_release(struct listed *l)
{
    free(l->block);
    *l = (struct listed){0};
}

int
listed_grow(struct listed *l)
{
    const struct listed old = *l;

    if (new_slots(l, 2 * old.slots) < 0)
        return ERR_MEMORY;
    use_slots(l, 2 * old.slots);
    for (size_t i = 0; i < old.slots; i++)
        if (old.slot[i] != 0)
            *listed_find(l, old.slot[i] >> STATE_BITS) = old.slot[i];
    free(old.block);
    return 0;
}
