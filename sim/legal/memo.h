#ifndef LEGAL_MEMO_H
#define LEGAL_MEMO_H

/*
 * The accounts that requests name, kept from strategy to strategy: within one replication all
 * strategies meet the same requests, and drawing a long list of accounts again costs more than
 * looking it up. What does not fit is drawn again, to the same effect.
 */
#include "base/mem.h"

struct memo_slot {
    uint64_t identity, population; /* of the request; population 0: empty */
    size_t first, count;           /* in `account` */
};

/* Start from `{0}`. */
struct memo {
    struct memo_slot *slot; /* owned; a power of two of them */
    size_t slots, used;
    struct {
        uint64_t *item; /* owned */
        size_t count, capacity;
    } account;
};

/* The first `count` accounts of a request, or NULL when they are not known. */
const uint64_t *memo_find(const struct memo *memo, uint64_t identity, uint64_t population,
                          uint64_t count);

/* Keeps them, unless there is no room: then nothing is lost but time. */
void memo_keep(struct memo *memo, uint64_t identity, uint64_t population, const uint64_t *account,
               uint64_t count);
void memo_release(struct memo *memo);

#endif
