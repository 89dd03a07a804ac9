#ifndef RECORD_VERDICT_H
#define RECORD_VERDICT_H

/*
 * Judges the `expect` and `require` lines of a scenario on an outcome.
 *
 * What a line speaks of is one value a replication. requests.*: over the whole horizon its series;
 * over a part, the sum over the half-year periods that lie wholly inside, of an authority, one of
 * its streams, or all. Exposure within a part: .accounts, .fraction and .risk from the curves at
 * the nearest grid points, those first exposed in the part; .any whether there were such, by the
 * time of the first when the part begins with the horizon; .first only of such parts. All others
 * are known over the whole horizon only, and such a line stays undecided and says so.
 *
 * expect: holds when what happened lies between the order statistics x(k) and x(n+1-k) of the n
 * values, k = n / 40 rounded down: what happened is one more draw of the same distribution when the
 * model is right, so it falls outside either one with a probability of at most 0.025 (prediction
 * limits of Wilks 1941; ties count as inside). Below 40 replications nothing can fail: outside all
 * of them is undecided.
 *
 * log_score is the logarithm of a predictive probability (Good 1952), never infinite for a count:
 * counts: negative binomial with mean (S + 1/2) / n and variance (1 + 1/n) times the greater of
 * that mean and the values' variance. Without overdispersion that is the posterior predictive of a
 * Poisson count under Jeffreys' prior (Gelman et al., Bayesian Data Analysis, 2.6); arrivals are
 * Poisson given the world, and a mean that varies between worlds, or accounts that come in
 * clusters, make it wider.
 * yes or no: (hits + 1/2) / (n + 1).  All others: the density of Student's t at it, location the
 * mean, scale s sqrt(1 + 1/n), n - 1 degrees of freedom (ibid., 3.2).
 *
 * require: holds when the whole interval satisfies it, fails when none of it does, else undecided.
 */
#include "record/outcome.h"

enum verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_UNDECIDED };
extern const char *const verdict_name[3]; /* "holds", "fails", "undecided" */

struct judgement {
    const struct claim *claim; /* borrows from the model */
    uint32_t strategy;
    enum verdict verdict;
    struct estimate estimate;   /* expect: mean and central 95 % of the predictive distribution */
    double log_score;           /* expect: log of the predictive probability of what was observed */
    size_t worlds_hold, worlds; /* require: in how many worlds the world's own mean satisfies it, of
                                   how many; 0 of 0 where replications do not share worlds */
    double needed; /* require, undecided: replications (worlds, where there are) in all that would
                      settle it if the mean stayed; 0: no number helps */
    char *text;    /* owned: one sentence for people */
};

struct judgement_list {
    struct judgement *item;
    size_t count, capacity;
};

/*
 * Metrics and labels that the scenario's claims and its `front` name must exist: adds a message for
 * each fault. To be asked before simulating. ERR_INPUT.
 */
MUST_CHECK int verdict_check(const struct model *model, struct why *why);

/*
 * In the order of the claims, then of strategies. A `require` without a strategy is judged for
 * every strategy that was run, an `expect` without one for the first in the file; a named strategy
 * that was not run stays undecided. ERR_INPUT as verdict_check, ERR_MEMORY.
 */
MUST_CHECK int verdict_judge(struct judgement_list *out, const struct model *model,
                             const struct outcome *outcome, struct why *why);
void judgement_list_release(struct judgement_list *list);

/* "requires exposure.content.any for cn-police within 5 y at most 0.1": what a claim says, without
 * what became of it. Its metric must exist. */
void claim_words(const struct claim *claim, const struct model *model, const struct legend *legend,
                 struct text *text);

/* Does a value satisfy the bounds of a `require`? NAN does. */
bool claim_satisfied(const struct claim *claim, double value);

#endif
