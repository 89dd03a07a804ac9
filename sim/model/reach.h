#ifndef MODEL_REACH_H
#define MODEL_REACH_H

/*
 * Reach: what levers could yield, asked or not. Who can open an account alone; which sets of
 * jurisdictions or custodians together can; which sets of custodians together can deny access.
 * Levers that never yield content (their lever_content_probability is 0) do not count; content
 * opened only by chance (a cached key, plaintext watched) does. Threats are no jurisdictions.
 */
#include "model/plan.h"

struct reach {
    uint64_t unilateral; /* mask of jurisdictions that open content alone: without partner and user
                            levers */
    bool user;           /* where the cohort resides its users can be compelled to open it */
    struct set_list jurisdictions; /* minimal sets that together open content */
    struct set_list custodians; /* minimal sets that, giving all they possess or control, open it */
    struct set_list denial;     /* minimal sets that, withholding what serves users, leave it
                                   unreadable: ciphertext, and the keys that operations ask for
                                   (rule_fetch) */
};

/* Of accounts of `cohort` for one rule, in one world. At most SETS_MOST of each kind of set are
 * listed. Replaces what `out` holds (start from `{0}`; release it with reach_release, also after
 * failure). ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int reach_make(struct reach *out, const struct world *w, const struct rule *rule,
                          struct cohort_id cohort, struct why *why);
void reach_release(struct reach *reach);

/* The same without listing any set: how many must act at least. */
struct reach_size {
    uint64_t unilateral;
    bool user;
    uint32_t jurisdictions, custodians, denial; /* members of the smallest set; NONE: there is none,
                                                   0: nobody needs to act */
};
MUST_CHECK int reach_measure(struct reach_size *out, const struct world *w, const struct rule *rule,
                             struct cohort_id cohort, struct why *why);

/* Only the mask of jurisdictions. */
MUST_CHECK int reach_unilateral(uint64_t *out, const struct world *w, const struct rule *rule,
                                struct cohort_id cohort, struct why *why);

#endif
