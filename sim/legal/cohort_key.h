#ifndef LEGAL_COHORT_KEY_H
#define LEGAL_COHORT_KEY_H

/*
 * Keys that all accounts under a placement rule share (key-scope: cohort), as authorities have
 * taken them. Who has such a key has it for every account of the tracts that the rule served then.
 */
#include "base/mem.h"
#include "base/units.h"

struct cohort_key {
    sim_ns at; /* last taken: it may have been renewed since */
    uint64_t stores;
    uint32_t next; /* row + 1; 0: none */
    uint16_t form;
};

/* Start from `{0}`. */
struct cohort_keys {
    struct {
        struct cohort_key *item; /* owned */
        size_t count, capacity;
    } keys;
    uint32_t *first; /* owned: [authorities][tracts][classes], row + 1; NULL before any was taken */
    bool *any;       /* owned: [authorities]: has it taken any? */
    uint32_t authorities, tracts, classes;
};

void cohort_keys_release(struct cohort_keys *keys);

/*
 * The authority takes the keys of these stores. `since`: when the key that new data get came into
 * use. `*grown` is set when it had not all of them, or not since then. ERR_MEMORY.
 */
MUST_CHECK int cohort_keys_add(struct cohort_keys *keys, uint32_t authority, uint32_t tract,
                               uint32_t class, struct cohort_key taken, sim_ns since, bool *grown);

static inline bool
cohort_keys_any(const struct cohort_keys *k, uint32_t authority)
{
    return k->any != NULL && k->any[authority];
}

/* The first key of an authority for a class of a tract, or NULL; then its next. */
static inline const struct cohort_key *
cohort_keys_row(const struct cohort_keys *k, uint32_t row)
{
    return row == 0 ? NULL : &k->keys.item[row - 1];
}

static inline const struct cohort_key *
cohort_keys_first(const struct cohort_keys *k, uint32_t authority, uint32_t tract, uint32_t class)
{
    return k->first == NULL
               ? NULL
               : cohort_keys_row(
                     k, k->first[((size_t)authority * k->tracts + tract) * k->classes + class]);
}

#endif
