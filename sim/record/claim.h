#ifndef RECORD_CLAIM_H
#define RECORD_CLAIM_H

/* What a claim speaks of, in numbers and in words; shared by the files that judge. */
#include "record/verdict.h"

/* One claim for one strategy. */
struct question {
    const struct model *model;
    const struct outcome *outcome;
    const struct legend *legend;
    const struct claim *claim;
    enum metric_id metric;
    uint32_t strategy;
};

/* Its values, one a replication. */
struct answer {
    double *value; /* owned */
    size_t count;
    double one, horizon_days; /* for outcome_estimate_values */
    const char *cannot;       /* why there are no values, a predicate: static text; else NULL */
    struct text note;         /* owned: how the span was met, or empty */
};

/* ERR_MEMORY. Release with answer_release, also after a failure. */
MUST_CHECK int claim_answer(const struct question *question, struct answer *out);
void answer_release(struct answer *answer);

/* "exposure.content.any for cn-police within 5 y" */
void claim_describe(const struct question *question, struct text *text);

/* The same with what is required or expected: as claim_words. */
void claim_state(const struct question *question, struct text *text);

/* A number for people: three significant digits, whole from 1,000 on. */
void claim_number(double value, struct text *text);

/* Judges one question; `out` has claim and strategy set. ERR_MEMORY. */
MUST_CHECK int judge_expect(const struct question *question, struct judgement *out);
MUST_CHECK int judge_require(const struct question *question, struct judgement *out);

#endif
