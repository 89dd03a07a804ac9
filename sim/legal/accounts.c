#include "legal/accounts.h"
#include <assert.h>
#include <stdlib.h>
#include "base/mem.h"

enum {
    SLOTS_LEAST = 16,
};

/* Slots used by a draw of n: a power of two, at least twice n, so that probes stay short. Small
 * draws use the first few slots only, which stay in the processor's cache. */
static size_t
slots_for(uint64_t n)
{
    size_t slots = SLOTS_LEAST;

    while (slots < 2 * n)
        slots *= 2;
    return slots;
}

static size_t
slot_of(uint64_t position, size_t mask)
{
    /* Fibonacci hashing (Knuth, TAOCP 3, 6.4): the golden ratio spreads runs of positions. */
    return (size_t)((position * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & mask;
}

/* What lies at a position at or above n: its own ordinal until something was put there. */
static uint64_t *
value_at(struct accounts *s, uint64_t position, size_t mask)
{
    for (size_t i = slot_of(position, mask);; i = (i + 1) & mask) {
        struct displaced *d = &s->slot[i];

        if (d->round != s->round) {
            *d = (struct displaced){position, position, s->round};
            return &d->value;
        }
        if (d->position == position)
            return &d->value;
    }
}

int
accounts_draw(struct accounts *s, uint64_t population, uint64_t n, struct stream *stream)
{
    const size_t slots = slots_for(n);

    assert(n >= 1 && n <= population);
    if (mem_grow(&s->first, &s->capacity, (size_t)n, sizeof *s->first) < 0 ||
        mem_grow(&s->slot, &s->slots, slots, sizeof *s->slot) < 0)
        return ERR_MEMORY;
    s->round++;
    for (uint64_t i = 0; i < n; i++)
        s->first[i] = i;
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t j = i + stream_below(stream, population - i);
        uint64_t *other = j < n ? &s->first[j] : value_at(s, j, slots - 1);
        const uint64_t drawn = *other;

        *other = s->first[i];
        s->first[i] = drawn;
    }
    return 0;
}

void
accounts_release(struct accounts *s)
{
    free(s->first);
    free(s->slot);
    *s = (struct accounts){0};
}
