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
 * Of a threat, who pursues nothing, the system is "its events open the content of a given account
 * within the horizon, as things lie on one day": a lever succeeds when an event of it hits the
 * account at least once (importance_of_threat). Events of different targets are independent (a
 * thinned Poisson process), and what one brings is kept for the next; but for the use of a key,
 * which counts here whichever comes first, so there P is an upper bound.
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

/*
 * The chance of each of a threat's levers, as lever_list_make_threat lists them, to hit a given
 * account of the cohort in that many seconds: 1 - exp(-rate x accounts named / accounts x s), where
 * by the beta-factor model each target alone has the part 1 - b of its rate, and all together the
 * part b. `stream` is the threat's.
 */
void importance_of_threat(double chance[64], const struct world *w, const struct lever_list *levers,
                          const struct request_stream *stream, struct cohort_id cohort,
                          double seconds);

/* Of the holders of the rules of a question (plan.h). `want` must be WANT_CONTENT. Replaces what
 * `out` holds; release also after failure. ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int importance_make(struct importance_list *out, const struct plan_question *question,
                               struct why *why);
void importance_release(struct importance_list *list);

#endif
