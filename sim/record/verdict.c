#include "record/claim.h"

#include <stdlib.h>
#include <string.h>
#include "record/private.h"

const char *const verdict_name[3] = {
    [VERDICT_HOLDS] = "holds",
    [VERDICT_FAILS] = "fails",
    [VERDICT_UNDECIDED] = "undecided",
};

static int
check_metric(const char *name, const char *what, const struct where *at, struct why *why)
{
    if (metric_find(name) < METRICS)
        return 0;
    const char *nearest = metric_nearest(name);

    if (nearest != NULL)
        return why_add(why, ERR_INPUT, at, "%s: there is no metric '%s'; did you mean '%s'?", what,
                       name, nearest);
    return why_add(why, ERR_INPUT, at, "%s: there is no metric '%s'", what, name);
}

/* What a claim states of each label; NONE: nothing. */
static void
stated_labels(const struct claim *claim, uint32_t stated[LABELS])
{
    for (unsigned i = 0; i < LABELS; i++)
        stated[i] = NONE;
    stated[LABEL_AUTHORITY] = claim->authority.i;
    stated[LABEL_STREAM] = claim->stream;
    stated[LABEL_CUSTODIAN] = claim->custodian.i;
    stated[LABEL_COHORT] = claim->cohort.i;
    stated[LABEL_DATA] = claim->class.i;
    stated[LABEL_JURISDICTION] = claim->jurisdiction.i;
    stated[LABEL_ADVERSARY] = claim->adversary < ADVERSARIES ? claim->adversary : NONE;
}

/* Exposure is told apart by stream where it says what a channel opened first (metric.h). */
static bool
is_told_by_stream(enum metric_id metric)
{
    static const enum metric_id extent[] = {
        METRIC_CONTENT_ANY,    METRIC_CONTENT_ACCOUNTS,      METRIC_CONTENT_ACCOUNT_DAYS,
        METRIC_CONTENT_FIRST,  METRIC_METADATA_ANY,          METRIC_METADATA_ACCOUNTS,
        METRIC_METADATA_FIRST, METRIC_METADATA_ACCOUNT_DAYS,
    };

    for (unsigned i = 0; i < COUNT(extent); i++)
        if (extent[i] == metric)
            return true;
    return (metric_table[metric].labels >> LABEL_STREAM & 1) != 0;
}

/* Labels that never stand together in metrics of this name (metric.h). */
static const struct {
    const char *prefix;
    enum label_kind one, other;
} apart[] = {
    {"exposure.", LABEL_AUTHORITY, LABEL_ADVERSARY},
    {"exposure.", LABEL_STREAM, LABEL_COHORT},
    {"exposure.", LABEL_STREAM, LABEL_DATA},
    {"exposure.", LABEL_COHORT, LABEL_DATA},
    {"requests.", LABEL_AUTHORITY, LABEL_JURISDICTION},
    {"requests.", LABEL_AUTHORITY, LABEL_CUSTODIAN},
    {"requests.", LABEL_JURISDICTION, LABEL_CUSTODIAN},
};

static int
check_labels(const struct claim *claim, const char *what, struct why *why)
{
    const enum metric_id id = metric_find(claim->metric);
    const struct metric *metric = &metric_table[id];
    uint32_t stated[LABELS];
    int rc = 0;

    stated_labels(claim, stated);
    for (unsigned i = 0; i < LABELS; i++) {
        const bool told = i == LABEL_STREAM ? is_told_by_stream(id) : (metric->labels >> i & 1);

        if (stated[i] != NONE && !told)
            rc = why_add(why, ERR_INPUT, &claim->at, "%s: %s is not told apart by %s", what,
                         metric->name, label_name[i]);
    }
    for (unsigned i = 0; rc == 0 && i < COUNT(apart); i++) {
        if (strncmp(metric->name, apart[i].prefix, strlen(apart[i].prefix)) == 0 &&
            stated[apart[i].one] != NONE && stated[apart[i].other] != NONE)
            rc = why_add(why, ERR_INPUT, &claim->at,
                         "%s: %s is not told apart by %s and %s together", what, metric->name,
                         label_name[apart[i].one], label_name[apart[i].other]);
    }
    return rc;
}

int
verdict_check(const struct model *model, struct why *why)
{
    const struct study *study = &model->study;
    int rc = 0;

    for (uint32_t i = 0; i < model->claims; i++) {
        const struct claim *claim = &model->claim[i];
        const char *what = claim->is_expect ? "expect" : "require";
        const int one = check_metric(claim->metric, what, &claim->at, why);

        if (one < 0)
            rc = one;
        else if (check_labels(claim, what, why) < 0)
            rc = ERR_INPUT;
    }
    if (study->front_latency != NULL &&
        check_metric(study->front_latency, "study.front.latency", &study->front_at, why) < 0)
        rc = ERR_INPUT;
    if (study->front_exposure != NULL &&
        check_metric(study->front_exposure, "study.front.exposure", &study->front_at, why) < 0)
        rc = ERR_INPUT;
    return rc;
}

static int
judge(struct judgement_list *out, const struct question *question)
{
    if (VEC_ROOM(out) < 0)
        return ERR_MEMORY;
    struct judgement *j = &out->item[out->count++];

    *j = (struct judgement){.claim = question->claim, .strategy = question->strategy};
    return question->claim->is_expect ? judge_expect(question, j) : judge_require(question, j);
}

static bool
was_run(const struct outcome *outcome, uint32_t strategy)
{
    return strategy < 64 && (outcome->strategies >> strategy & 1) != 0;
}

static int
judge_claim(struct judgement_list *out, struct question *question)
{
    const struct claim *claim = question->claim;
    int rc = 0;

    question->metric = metric_find(claim->metric);
    if (claim->strategy.i != NONE || claim->is_expect) {
        question->strategy = claim->strategy.i != NONE ? claim->strategy.i : 0;
        return judge(out, question);
    }
    for (uint32_t s = 0; rc == 0 && s < question->model->strategies; s++) {
        question->strategy = s;
        if (was_run(question->outcome, s))
            rc = judge(out, question);
    }
    return rc;
}

int
verdict_judge(struct judgement_list *out, const struct model *model, const struct outcome *outcome,
              struct why *why)
{
    *out = (struct judgement_list){0};
    int rc = verdict_check(model, why);

    for (uint32_t i = 0; rc == 0 && i < model->claims; i++) {
        struct question question = {
            .model = model,
            .outcome = outcome,
            .legend = outcome->private->legend,
            .claim = &model->claim[i],
        };

        rc = judge_claim(out, &question);
    }
    if (rc == ERR_MEMORY)
        why_no_memory(why);
    if (rc < 0)
        judgement_list_release(out);
    return rc;
}

void
judgement_list_release(struct judgement_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->item[i].text);
    free(list->item);
    *list = (struct judgement_list){0};
}
