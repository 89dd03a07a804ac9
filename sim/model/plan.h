#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

/*
 * Minimal sets. An authority's plans are the minimal sets of levers whose joint yield opens what it
 * wants; coercion sets and denial sets are the same question of jurisdictions and custodians.
 *
 * Sets are 64-bit masks, found in order of size and then of ordinal, so that the order is the
 * file's. A superset of a set already found is never visited.
 */
#include "model/lever.h"

struct set_list {
    uint64_t *item; /* owned */
    size_t count, capacity;
};

/* Is the set enough? Must be monotone: a superset of enough is enough. */
typedef bool set_test(const void *context, uint64_t set);

/* All minimal sets over `n` members for which `test` holds; the empty set when that is enough.
 * ERR_LIMIT above 24 members that matter. Members that never matter cost little. */
MUST_CHECK int minimal_sets(struct set_list *out, uint32_t n, set_test *test, const void *context,
                            struct why *why);
void set_list_release(struct set_list *list);

enum want { WANT_METADATA, WANT_CIPHERTEXT, WANT_CONTENT };

/* One minimal plan. */
struct plan {
    uint64_t levers;    /* mask over the lever list */
    double days;        /* the largest mean delay of its levers */
    double probability; /* product over its levers, for what is wanted */
};

struct plan_list {
    struct plan *item; /* owned; best first: least days, then fewer levers, then file order */
    size_t count, capacity;
};

/*
 * The plans for one part of a cohort and the data classes asked for, one rule a class (repeats
 * allowed; for WANT_METADATA leave out classes whose metadata are encrypted). `got` is what the
 * asker has already (NULL: nothing); `refused` masks levers that may not be used. Rules that all
 * levers together cannot open are left aside (an end-to-end class does not save the others); a set
 * satisfies when it opens all that are left; with none left there is no plan. A cached key counts
 * as a yield, and its chance goes into the plan's probability. `sites[i]`, `stores[i]` are the
 * holders with something under rule i.
 */
struct plan_question {
    const struct world *world;
    struct cohort_id cohort;
    const struct rule *const *rule;
    const uint64_t *sites, *stores;
    const struct yield *got;   /* one a rule, or NULL */
    const double *reads_per_s; /* one a rule: reads that fill its key cache (epoch_cache_reads);
                                  NULL when no rule has a cache, or chances do not matter */
    uint32_t rules;
    const struct lever_list *levers; /* at most 64 */
    uint64_t refused;
    enum want want;
};
MUST_CHECK int plan_list_make(struct plan_list *out, const struct plan_question *question,
                              struct why *why);
void plan_list_release(struct plan_list *list);

#endif
