#ifndef THEORY_H
#define THEORY_H

/*
 * Simulation against closed form. A scenario is run with 20 seeds, so many replications each, and
 * the mean of a metric over all of them is held against what theory says: within 4 standard errors,
 * which are at most 0.4 % of it. So a bias of 2 % lies at least 5 standard errors away and is seen.
 * The spread of the seeds' own means is held against what independent replications give, too: seeds
 * that are alike, or all too different, are no sample.
 *
 * Seeds are fixed: such a test passes or fails for ever.
 */
#include "goodness.h"
#include "tiny.h"
#include "record/recording.h"

enum { THEORY_SEEDS = 20 };
#define THEORY_ERROR 0.004

/* What a metric is on paper. Names as in the scenario; NULL: all together. */
struct theory {
    enum metric_id metric;
    double expected;
    const char *authority, *stream, *cohort, *custodian;
    double error; /* the standard error that is good enough, as a share; 0: THEORY_ERROR */
};

/* Opens scenarios/tiny/NAME.yaml with overrides "PATH=VALUE" up to a NULL. Release: model_free. */
struct model *theory_model(const char *name, const char *const *sets);

/* The strategy's ordinal; fails the test when there is none of that name. */
struct strategy_id theory_strategy(const struct model *model, const char *name);

/* Runs `replications` of a strategy with each seed; fails the test, with both numbers, for every
 * row that is off. */
void theory_check(struct model *model, const char *strategy, uint32_t replications,
                  const struct theory *theory, size_t count);

/* The same of a scenario with overrides, which is opened and released here. */
void theory_check_scenario(const char *name, const char *const *sets, const char *strategy,
                           uint32_t replications, const struct theory *theory, size_t count);

/* The values of one row, [THEORY_SEEDS x replications], NAN where nothing was seen of a metric of
 * which that is no zero. The caller frees them. */
double *theory_values(struct model *model, const char *strategy, uint32_t replications,
                      const struct theory *row);

/* P(X >= k) of a binomial; P(X >= k) of a Poisson. */
double binomial_tail(unsigned k, unsigned n, double p);
double poisson_tail(unsigned k, double mean);

#endif
