#ifndef LEGAL_ARRIVALS_H
#define LEGAL_ARRIVALS_H

/*
 * When the requests of one stream of an authority arrive, over the horizon.
 *
 * Nothing here looks at placements, so all strategies meet the same requests. Where the stream's
 * own facts (rate, series) differ between epochs or strategies, arrivals are thinned from one
 * common process, so that whatever two of them have in common arrives in both, at the same instant
 * and under the same number:
 *  - a rate is read off a Poisson process on time x height, cut into bands of height [0, 2^-26),
 *    [2^-26, 2^-25), ... per second and these into blocks of time, the higher the shorter, each
 *    from streams of its own: points below the rate arrive (Lewis and Shedler 1979). A higher rate
 *    keeps all arrivals of a lower one, and a late epoch costs no walk through the time before it;
 *  - a series draws each period's count, then that many uniform instants, each from streams of its
 *    own.
 */
#include "base/units.h"
#include "legal/order.h"
#include "model/model.h"

/* By time, then number. An arrival's key is its time; its value is its number, which names the
 * request within its stream (arrivals.c). */
struct arrival_list {
    struct keyed *item; /* owned */
    size_t count, capacity;
};

#define ARRIVAL_NUMBER_BITS 44 /* number < 2^44 */

/* The arrivals of one stream under a strategy, in one replication. ERR_MEMORY; ERR_LIMIT beyond
 * 2^26 requests, or 2^8 a second. Replaces what `out` holds; release it with arrival_list_release.
 */
MUST_CHECK int arrivals_make(struct arrival_list *out, const struct model *model,
                             const struct strategy *strategy, uint64_t replication,
                             struct authority_id authority, uint32_t stream, struct why *why);
void arrival_list_release(struct arrival_list *list);

#endif
