#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

/*
 * Plans: the minimal sets of levers whose joint yield opens what an authority wants. They are the
 * minimal solutions of a formula over levers (opening.h), found on its decision diagram: how many
 * there are, and which is the best, is known without listing them.
 */
#include "model/lever.h"
#include "model/sets.h"

enum want { WANT_METADATA, WANT_CIPHERTEXT, WANT_CONTENT };

/* One minimal plan. */
struct plan {
    uint64_t levers;    /* mask over the lever list */
    double days;        /* the largest mean delay of its levers */
    double probability; /* that all its levers yield what is wanted (levers_probability), times the
                           chance that this opens something that was asked for of a given account:
                           below 1 where all hangs on a cached key, or on plaintext that a watched
                           gateway may meet (meeting.h), each rule apart from the others */
};

/* At most so many plans are listed; `total` says how many there are. */
#define PLANS_MOST SETS_MOST

struct plan_list {
    struct plan *item; /* owned; best first: least days, then fewer levers, then file order */
    size_t count, capacity;
    uint64_t total; /* UINT64_MAX stands for that many or more */
};

/*
 * The plans for one part of a cohort and the data classes asked for, one rule a class (repeats
 * allowed; for WANT_METADATA leave out classes whose metadata are encrypted). `got` is what the
 * asker has already (NULL: nothing); `refused` masks levers that may not be used. Rules that all
 * levers together cannot open are left aside (an end-to-end class does not save the others); a set
 * satisfies when it opens all that are left; with none left there is no plan. A cached key and
 * plaintext in use that is watched count as yields, and their chances go into the plan's
 * probability. `sites[i]`, `stores[i]` are the holders with something under rule i.
 */
struct plan_question {
    const struct world *world;
    struct cohort_id cohort;
    const struct rule *const *rule;
    const uint64_t *sites, *stores;
    const struct yield *got;   /* one a rule, or NULL */
    const double *reads_per_s; /* one a rule: reads that fill its key cache (epoch_cache_reads), of
                                  a key that accounts share those of all of them; NULL when no rule
                                  has a cache, or chances do not matter */
    const uint32_t *classes;   /* one a rule: mask of the data classes asked for under it, any of
                                  which may be met in use where a gateway is watched; NULL when
                                  nothing is watched, or chances do not matter */
    uint32_t rules;            /* at most 64 */
    const struct lever_list *levers; /* at most 64 */
    const double *chance; /* one a lever: its probability, for importance alone; NULL: grant and
                             compliance decide */
    uint64_t refused;
    enum want want;
};

/* All plans, or the first PLANS_MOST of them. Replaces what `out` holds; release it also after
 * failure. ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int plan_list_make(struct plan_list *out, const struct plan_question *question,
                              struct why *why);
void plan_list_release(struct plan_list *list);

/* The first plan that the list would have, without the others. Found false: there is none. */
MUST_CHECK int plan_best(struct plan *out, bool *found, const struct plan_question *question,
                         struct why *why);

#endif
