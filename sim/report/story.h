#ifndef REPORT_STORY_H
#define REPORT_STORY_H

/*
 * Why one account was exposed, told from its trace: what happened on which day, what each lever
 * yielded and on what it rests, and why that opened the account.
 */
#include "legal/trace.h"

struct story {
    const struct model *model; /* of the replication's world */
    struct strategy_id strategy;
    struct authority_id authority;
    uint64_t replication;
    const struct trace *trace;
};

/* A trace that found nothing is told in one sentence; requests that brought nothing new are only
 * counted. ERR_MEMORY. */
MUST_CHECK int story_text(struct text *out, const struct story *story, struct why *why);

/* {"strategy","authority","replication","exposed":"content"|"metadata"|null,"cohort","account",
 * "steps":[{"date","event","text","stream","instrument","addressee","yields":[E],
 * "because","data":[K],"held":[{"element","since"}]}]}; what a step has not is null or empty.
 * `account` counts from 1. ERR_MEMORY. */
MUST_CHECK int story_json(struct text *out, const struct story *story, struct why *why);

#endif
