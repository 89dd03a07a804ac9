#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

/*
 * Strategies side by side: what each costs in time and what it exposes, the paired differences from
 * the baseline, and the Pareto front of latency against exposure. With several cohorts it speaks of
 * the first, and says so.
 */
#include "record/outcome.h"

/* Sections to show (sections.h) whether or not the run has much to say of them; without being asked
 * for, risk is shown where there are threats besides authorities, duties where one was violated or
 * had its price, channels never. */
struct compare_sections {
    bool risk, channels, duties;
};

MUST_CHECK int compare_text(struct text *out, const struct legend *legend,
                            const struct outcome *outcome, struct compare_sections sections);
MUST_CHECK int compare_json(struct text *out, const struct legend *legend,
                            const struct outcome *outcome);

/* What the comparison is about, for figures that must agree with it. */
struct comparison {
    struct label latency;  /* label of latency, availability: the cohort spoken of, or all */
    struct label exposure; /* label of exposure: that cohort, to the front's adversary */
    enum metric_id x, y;   /* the front's two metrics */
    enum metric_id accounts, first; /* of what y is about: content, metadata or ciphertext */
};
struct comparison comparison_of(const struct legend *legend);

/* Which strategies are on the front: front[legend->strategies]. */
MUST_CHECK int comparison_front(const struct legend *legend, const struct outcome *outcome,
                                bool *front);

/* Does the outcome hold this strategy? (a run may have been of some only) */
bool comparison_has(const struct outcome *outcome, uint32_t strategy);

#endif
