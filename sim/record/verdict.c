#include "record/claim.h"

#include <stdlib.h>
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

static int
check_labels(const struct claim *claim, const char *what, struct why *why)
{
    const struct metric *metric = &metric_table[metric_find(claim->metric)];
    const uint32_t stated[] = {
        [LABEL_AUTHORITY] = claim->authority.i,
        [LABEL_COHORT] = claim->cohort.i,
        [LABEL_DATA] = claim->class.i,
    };
    int rc = 0;

    for (unsigned i = 0; i < COUNT(stated); i++) {
        if ((i == LABEL_AUTHORITY || i == LABEL_COHORT || i == LABEL_DATA) && stated[i] != NONE &&
            (metric->labels >> i & 1) == 0)
            rc = why_add(why, ERR_INPUT, &claim->at, "%s: %s is not told apart by %s", what,
                         metric->name, label_name[i]);
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
