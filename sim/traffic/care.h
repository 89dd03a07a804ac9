#ifndef TRAFFIC_CARE_H
#define TRAFFIC_CARE_H

/*
 * Careful operations: the steps of flow.h where more may happen to them than waiting.
 *
 *  - A station may refuse a job, at once: a queue that is full or a quota that is spent makes
 * nobody wait. Its answer may come too late to count (gate.h, struct limits).
 *  - A fetch that fails goes on at once to the next working set of replicas without those that
 *    failed; when there is none left, and for keys and writes, the step is repeated, at most
 *    `retries` times in one operation, after a wait uniform on [0, back-off x 2^k) before repeat
 *    k = 0, 1, ... ("full jitter": Brooker, "Exponential backoff and jitter", AWS 2015). A write is
 *    repeated at all its sites. What a refused job's station did not do is not done; a job whose
 *    answer comes too late is.
 *  - An operation that takes longer than `timeout` fails; nothing is asked any more once it has.
 *  - Reads may ask all replicas and take the first that suffice; the key may be asked for at once.
 *    With `decrypts: site` the key is asked from the place of the nearest replica.
 *  - An edge cache is asked first, by whoever decrypts; a miss costs its round trip. What it has is
 *    served only while the rule's sites could serve it: they say who may read.
 *  - Lists go to the sites a read would, deletions to those a write would; neither carries bytes
 *    nor asks for keys.
 *  - A fetch of a key that fails fills no cache. Where an account reads with rate lambda and a
 * share s of the fetches succeeds, 1 / s reads find nothing until one does, and then lambda T find
 * the key: a read finds it with probability lambda T / (1 / s + lambda T). s is what it was lately:
 * a mean over about FETCHES_LATELY fetches under the rule.
 *  - A cold connection of the user shakes hands first: TCP one round trip, and TLS.
 *  - Transfers share pipes (pipe.h): one takes the longer of what TCP makes of its link alone and
 *    what its part of the pipe does. They join when all else is known, since the clock leaves out
 *    the ways between (window.h).
 *  - Users of a blocked service come by VPN, which takes longer each round trip, to its edge cache
 *    too. Key stores that a client asks itself are no part of the service.
 *
 * A path that needs none of this takes the plain steps, and in them the careful ones would come to
 * the same answers (tested). Numbers: a refusal is back after the way there and back. A step has
 * failed when what may still answer cannot suffice, by refusal if one of its last jobs was refused.
 * A refusal is not waited for longer than an answer would be; a repeat whose wait would end after
 * the time-out is not begun.
 *
 * Memory of one under way: struct op 64 bytes and struct care_op 48, and 8 for the answer of each
 * site and of each key store of the largest path, 8 more for each of its sites and 16 where there
 * are any pipes; an event 32, a time at the station 8. In all 168 with one site and one store, 186
 * of peak memory (bench/flight).
 */
#include "traffic/window.h"

/* As if a few had come before the first. */
#define FETCHES_LATELY 256
#define FETCHES_BEFORE 8

/* Kinds of events from here on are this module's. */
#define CARE_FIRST 8

/* Room for the paths at hand, before the first segment. ERR_MEMORY. */
MUST_CHECK int care_prepare(struct window *window);

/* At the start of a segment: all gates open, all pipes empty. */
void care_reset(struct window *window);

/* Random streams, keyed by `b`, are opened anew. */
void care_draw_from(struct window *window, uint64_t b);

/* Is the key of a read on a careful path cached? `luck` is uniform on [0, 1). */
bool care_hits(const struct window *window, const struct path *path, double luck);

/* An operation starts: its ways to and from the gateway are drawn, its place in the pool filled. */
MUST_CHECK int care_start(struct window *window, uint32_t op);

MUST_CHECK int care_event(struct window *window, const struct event *event);

void care_release(struct window *window);

#endif
