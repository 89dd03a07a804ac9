#ifndef MODEL_IMPORTANCE_H
#define MODEL_IMPORTANCE_H

/*
 * How much each holder matters to an adversary's success. The system is "the authority opens the
 * content, pursuing every lever it has", levers independent, each with its probability; a holder is
 * taken when a lever that reaches it succeeds (of a key store also when its key is met in a cache
 * that a lever holds). With P the probability of the system, P(1) that given the holder is in its
 * hands, P(0) that given it is not, levers as they are in both, and q the probability that it is
 * taken:
 *
 *     Birnbaum                   I   = P(1) - P(0)    (Birnbaum 1969)
 *     criticality                C   = I q / P        (Lambert 1975)
 *     risk achievement worth     RAW = P(1) / P       (Vesely et al. 1983, NUREG/CR-3385)
 *     risk reduction worth       RRW = P / P(0)       (ibid.)
 *
 * Where a denominator is 0 they are infinite, and NAN when the numerator is 0 too. Caches and
 * watched gateways succeed with their own chances (meeting.h), one lever's independently of
 * another's. Probabilities are exact, by decision diagram; of rules that the levers can open
 * (plan.h), or of all the rules when there is none: then P is 0, and what would help is told.
 */
#include "model/plan.h"

struct importance {
    bool is_store;   /* `holder` is a key store; else a site */
    uint32_t holder; /* ordinal */
    double taken;    /* q */
    double birnbaum, criticality, achievement, reduction;
};

struct importance_list {
    struct importance *item; /* owned; sites, then key stores, in the file's order */
    size_t count, capacity;
    double probability; /* P */
};

/* Of the holders of the rules of a question (plan.h). `want` must be WANT_CONTENT. Replaces what
 * `out` holds; release also after failure. ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int importance_make(struct importance_list *out, const struct plan_question *question,
                               struct why *why);
void importance_release(struct importance_list *list);

#endif
