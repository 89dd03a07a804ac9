#ifndef MODEL_SETS_H
#define MODEL_SETS_H

/*
 * Sets of members (levers, jurisdictions, custodians) as 64-bit masks, in order of size and then of
 * ordinal, so that the order is the file's.
 */
#include "model/families.h"

/* A list holds at most so many sets; `total` says how many there are. */
#define SETS_MOST ((size_t)1 << 16)

struct set_list {
    uint64_t *item; /* owned: the first `count` of them in order */
    size_t count, capacity;
    uint64_t total; /* UINT64_MAX stands for that many or more */
};

/*
 * Adds the first sets of a family to a list, up to `most` in all, in order, and its number to
 * `total`. `member[v]` is the ordinal of variable v, of `members` variables. ERR_MEMORY, ERR_LIMIT.
 */
MUST_CHECK int set_list_add(struct set_list *out, struct bdd *b, uint32_t family,
                            const uint8_t *member, uint32_t members, size_t most, struct why *why);
void set_list_release(struct set_list *list);

/* Fewer members first, then the file's order of the first member that differs. */
int set_compare(uint64_t a, uint64_t b);

#endif
