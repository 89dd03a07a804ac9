#ifndef MODEL_EDGE_H
#define MODEL_EDGE_H

/*
 * Edge caches of ciphertext: the objects last read stay (least recently used go first).
 *
 * Hit ratio by Che's approximation (Che, Tung, Wang 2002; why it is good: Fricker, Robert, Roberts
 * 2012): object i, read a share p_i of the time, lies in the cache with probability
 * 1 - exp(-p_i T), T solving sum over i of (1 - exp(-p_i T)) = objects. It is apart from the key
 * cache: that one is of keys, by time, and by account.
 */
#include "model/model.h"

/* Share of reads that hit; 1 when everything fits, 0 without a cache. `of` may be large: beyond the
 * most popular thousands, ranks are taken together in groups 1/512 of their rank wide. */
double edge_hit_ratio(const struct edge_cache *cache);

#endif
