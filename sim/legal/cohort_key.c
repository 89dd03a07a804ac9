#include "legal/cohort_key.h"
#include <stdlib.h>

void
cohort_keys_release(struct cohort_keys *k)
{
    free(k->keys.item);
    free(k->first);
    free(k->any);
    *k = (struct cohort_keys){0};
}

static int
make_room(struct cohort_keys *k)
{
    if (k->first == NULL)
        k->first = calloc((size_t)k->authorities * k->tracts * k->classes + 1, sizeof *k->first);
    if (k->any == NULL)
        k->any = calloc(k->authorities + 1, sizeof *k->any);
    return k->first == NULL || k->any == NULL || VEC_ROOM(&k->keys) < 0 ? ERR_MEMORY : 0;
}

int
cohort_keys_add(struct cohort_keys *k, uint32_t authority, uint32_t tract, uint32_t class,
                struct cohort_key taken, sim_ns since, bool *grown)
{
    uint64_t had = 0, had_now = 0;
    struct cohort_key *same = NULL;
    uint32_t *first;

    if (make_room(k) < 0)
        return ERR_MEMORY;
    first = &k->first[((size_t)authority * k->tracts + tract) * k->classes + class];
    for (uint32_t row = *first; row != 0; row = k->keys.item[row - 1].next) {
        struct cohort_key *key = &k->keys.item[row - 1];

        if (key->form != taken.form)
            continue;
        had |= key->stores;
        if (key->at >= since)
            had_now |= key->stores;
        if (key->stores == taken.stores)
            same = key;
    }
    *grown |= (taken.stores & ~(had & had_now)) != 0;
    if (same != NULL) {
        same->at = taken.at;
        return 0;
    }
    taken.next = *first;
    k->keys.item[k->keys.count++] = taken;
    *first = (uint32_t)k->keys.count;
    k->any[authority] = true;
    return 0;
}
