#ifndef LEGAL_LISTED_H
#define LEGAL_LISTED_H

/*
 * The accounts of one cohort that requests have named one by one: a hash table of one word each,
 * the account's ordinal above its group (state.h). Nothing else is kept of an account, since
 * ten years of requests may name tens of millions: eight bytes each, at a load of up to 0.8.
 *
 * Linear probing (Knuth, TAOCP 3, 6.4, algorithm L). Where a word stands depends on the accounts
 * added so far and their order alone, not on memory used before.
 */
#include "legal/state.h"

/* Ordinals lie below this. */
#define LISTED_ACCOUNTS_END (UINT64_C(1) << (64 - STATE_BITS))

/* Start from `{0}`. */
struct listed {
    uint64_t *slot; /* account << STATE_BITS | group; 0: empty */
    void *block;    /* owned: where they lie */
    size_t slots, room;
    size_t count;
    unsigned shift; /* of a hash, to its slot */
};

/* An empty table for about `expected` accounts; keeps the memory it has. ERR_MEMORY. */
MUST_CHECK int listed_clear(struct listed *listed, size_t expected);
void listed_release(struct listed *listed);

/* Makes room for one more. ERR_MEMORY leaves all as it was. */
MUST_CHECK int listed_grow(struct listed *listed);

static inline size_t
listed_home(const struct listed *l, uint64_t account)
{
    /* Fibonacci hashing (Knuth, TAOCP 3, 6.4). */
    return (size_t)((account * UINT64_C(0x9E3779B97F4A7C15)) >> l->shift);
}

/* The word of an account, or the empty one where it would stand. */
static inline uint64_t *
listed_find(const struct listed *l, uint64_t account)
{
    size_t at = listed_home(l, account);

    while (l->slot[at] != 0 && l->slot[at] >> STATE_BITS != account)
        at = (at + 1) & (l->slots - 1);
    return &l->slot[at];
}

static inline bool
listed_is_full(const struct listed *l)
{
    return 5 * (l->count + 1) > 4 * l->slots;
}

#endif
