#ifndef LEGAL_ACCOUNTS_H
#define LEGAL_ACCOUNTS_H

/*
 * Which accounts a request names: a uniform sample without replacement.
 *
 * The first n steps of the shuffle of Fisher and Yates (1938; in place: Durstenfeld 1964) over a
 * population that is never written down: only displaced positions are kept. So time and memory
 * are O(n) whatever the population, every sample is exactly as likely, and the first k accounts of
 * a larger sample are the sample of size k (a longer request names the same accounts and more).
 */
#include "base/err.h"
#include "stats/stream.h"

struct displaced {
    uint64_t position, value;
    uint64_t round; /* of the draw that wrote it; others are empty */
};

/* Start from `{0}`; memory is kept from draw to draw. */
struct accounts {
    uint64_t *first; /* owned: positions [0, n) of the shuffled population */
    struct displaced *slot;
    size_t capacity, slots;
    uint64_t round;
};

/*
 * A request that names more accounts than that is not listed but taken in bulk (ledger.h): then it
 * costs as much as there are states of accounts, and not as many as it names. Of a stream whose
 * requests are expected to name more in all than ACCOUNTS_OF_A_STREAM, only small ones are listed:
 * each account listed is kept.
 */
#define ACCOUNTS_LISTED_MOST (UINT64_C(1) << 20)
#define ACCOUNTS_LISTED_FEW  (UINT64_C(1) << 14)
#define ACCOUNTS_OF_A_STREAM 0x1p25

/*
 * Draws `n` of the ordinals [0, population) into `accounts->first`, 1 <= n <= population
 * (asserted). ERR_MEMORY. The sample stays until the next draw.
 */
MUST_CHECK int accounts_draw(struct accounts *accounts, uint64_t population, uint64_t n,
                             struct stream *stream);
void accounts_release(struct accounts *accounts);

#endif
