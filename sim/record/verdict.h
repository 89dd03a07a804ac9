#ifndef RECORD_VERDICT_H
#define RECORD_VERDICT_H

/* Judges the `expect` and `require` lines of a scenario on an outcome. */
#include "record/outcome.h"

enum verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_UNDECIDED };
extern const char *const verdict_name[3]; /* "holds", "fails", "undecided" */

struct judgement {
    const struct claim *claim; /* borrows from the model */
    uint32_t strategy;
    enum verdict verdict;
    struct estimate estimate; /* expect: mean and central 95 % of the predictive distribution */
    double log_score;         /* expect: log of the predictive probability of what was observed */
    char *text;               /* owned: one sentence for people */
};

struct judgement_list {
    struct judgement *item;
    size_t count, capacity;
};

/* expect: holds when what happened lies in the central 95 % of the replications' values. require:
 * holds when the whole interval satisfies it, fails when none of it does, else undecided. A claim
 * without a strategy is judged for every strategy. */
MUST_CHECK int verdict_judge(struct judgement_list *out, const struct model *model,
                             const struct outcome *outcome, struct why *why);
void judgement_list_release(struct judgement_list *list);

#endif
