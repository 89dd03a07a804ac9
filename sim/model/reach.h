#ifndef MODEL_REACH_H
#define MODEL_REACH_H

/*
 * Reach: what levers could yield, asked or not. Who can open an account alone; which sets of
 * jurisdictions or custodians together can; which sets of custodians together can deny access.
 */
#include "model/plan.h"

struct reach {
    uint64_t unilateral; /* mask of jurisdictions that open content alone: without partner and user
                            levers. Content opened only by chance (a cached key) counts. */
    struct set_list jurisdictions; /* minimal sets that together open content */
    struct set_list custodians; /* minimal sets that, giving all they possess or control, open it */
    struct set_list denial;     /* minimal sets that, withholding it, leave it unreadable */
};

/* Of accounts of `cohort` for one rule, in one world. Fills `out` (release with reach_release). */
MUST_CHECK int reach_make(struct reach *out, const struct world *w, const struct rule *rule,
                          struct cohort_id cohort, struct why *why);
void reach_release(struct reach *reach);

/* Only the mask above: cheap, no allocation kept. */
MUST_CHECK int reach_unilateral(uint64_t *out, const struct world *w, const struct rule *rule,
                                struct cohort_id cohort, struct why *why);

#endif
