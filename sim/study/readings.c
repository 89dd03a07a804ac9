#include "study/readings.h"

#include <math.h>
#include <stdlib.h>
#include "study/gather.h"

const char *const agreement_name[3] = {
    [AGREE_ALL] = "all",
    [AGREE_SOME] = "some",
    [AGREE_NONE] = "none",
};

struct reading_run {
    struct readings *out;
    const struct model *model;
    const struct reading_source *source;
    const struct reading_options *options;
    uint32_t reading; /* the one under way */
    double before_s;
};

/* ---- rankings ---- */

static int
compare_doubles(double a, double b)
{
    return (a > b) - (a < b);
}

static enum standing
standing_of(const struct outcome *outcome, uint32_t lower, uint32_t upper, enum metric_id metric,
            struct label label)
{
    const struct estimate e = outcome_difference(outcome, upper, lower, metric, label);

    /* No difference ever seen still has an interval, for what was not seen. */
    if (e.mean == 0 && outcome_estimate(outcome, lower, metric, label).mean ==
                           outcome_estimate(outcome, upper, metric, label).mean)
        return STANDING_SAME;
    return e.low > 0 ? STANDING_BELOW : STANDING_UNCLEAR;
}

int
ranking_make(struct ranking *out, const struct outcome *outcome, uint64_t strategies,
             enum metric_id metric, struct label label)
{
    double mean[64];

    *out = (struct ranking){
        .strategy = calloc(64, sizeof *out->strategy),
        .place = calloc(64, sizeof *out->place),
    };
    if (out->strategy == NULL || out->place == NULL)
        return ERR_MEMORY;
    for (uint32_t s = 0; s < 64; s++) {
        if ((strategies >> s & 1) == 0)
            continue;
        const double value = outcome_estimate(outcome, s, metric, label).mean;
        uint32_t at = out->count++;

        if (isnan(value)) {
            out->count--;
            continue;
        }
        /* Of equals the first in the file stands first. */
        for (; at > 0 && compare_doubles(mean[at - 1], value) > 0; at--) {
            mean[at] = mean[at - 1];
            out->strategy[at] = out->strategy[at - 1];
        }
        mean[at] = value;
        out->strategy[at] = s;
    }
    for (uint32_t i = 1; i < out->count; i++)
        out->place[i] = standing_of(outcome, out->strategy[i - 1], out->strategy[i], metric, label);
    return 0;
}

void
ranking_release(struct ranking *ranking)
{
    free(ranking->strategy);
    free(ranking->place);
    *ranking = (struct ranking){0};
}

/* Is any pair told apart in both, and the other way round? */
static bool
changes_places(const struct readings *r, const struct outcome *stated,
               const struct outcome *reading)
{
    const struct ranking *ranking = &r->stated;

    for (uint32_t i = 0; i < ranking->count; i++)
        for (uint32_t k = i + 1; k < ranking->count; k++) {
            const uint32_t lower = ranking->strategy[i], upper = ranking->strategy[k];

            if (standing_of(stated, lower, upper, r->metric, r->label) == STANDING_BELOW &&
                standing_of(reading, upper, lower, r->metric, r->label) == STANDING_BELOW)
                return true;
        }
    return false;
}

/* ---- one reading ---- */

static int
make_model(void *self, uint64_t world, struct model **out, struct why *why)
{
    const struct reading_run *run = self;

    return run->source->model(run->source->self, run->reading, world, out, why);
}

/* Every reading counts as many trials. */
static void
report(void *self, const struct progress *now)
{
    struct reading_run *run = self;
    struct progress p = {
        .done = run->reading * now->total + now->done,
        .total = run->model->readings * now->total,
        .elapsed_s = run->before_s + now->elapsed_s,
    };

    if (now->done == now->total)
        run->before_s += now->elapsed_s;
    p.left_s = p.done > 0 ? p.elapsed_s * (double)(p.total - p.done) / (double)p.done : (double)NAN;
    if (run->options->report != NULL)
        run->options->report(run->options->report_self, &p);
}

static int
take_reading(struct reading_run *run, const struct outcome *outcome, const struct outcome *stated,
             struct why *why)
{
    struct readings *out = run->out;
    struct reading_result *result = &out->item[run->reading];
    const int rc = verdict_judge(&result->judged, run->model, outcome, why);

    if (rc < 0)
        return rc;
    if (ranking_make(&result->ranking, outcome, run->options->strategies, out->metric, out->label) <
        0)
        return why_no_memory(why);
    if (changes_places(out, stated, outcome))
        out->same_order = false;
    return 0;
}

static int
run_reading(struct reading_run *run, const struct outcome *stated, struct why *why)
{
    const struct world_source source = {.self = run, .make = make_model};
    const struct study_options study = {
        .strategies = run->options->strategies,
        .legal = (uint32_t)run->out->legal,
        .traffic = (uint32_t)run->out->traffic,
        .workers = run->options->workers,
        .report = report,
        .report_self = run,
        .stop = run->options->stop,
        .executor = run->options->executor,
    };
    struct model *model = NULL;
    struct legend legend = {0};
    struct outcome outcome = {0};
    int rc = make_model(run, SCENARIO_CENTRAL, &model, why);

    if (rc == 0 && legend_make(&legend, model) < 0)
        rc = why_no_memory(why);
    if (rc == 0)
        rc = gather(&outcome, &legend, &source, &study, why);
    if (rc == 0) {
        rc = take_reading(run, &outcome, stated, why);
        outcome_release(&outcome);
    }
    legend_release(&legend);
    model_free(model);
    return rc;
}

/* ---- conclusions ---- */

static const struct judgement *
same_claim(const struct judgement_list *list, const struct judgement *j)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i].claim == j->claim && list->item[i].strategy == j->strategy)
            return &list->item[i];
    return NULL;
}

static enum agreement
agreement_of(const struct readings *r, const struct judgement *stated)
{
    uint32_t holds = stated->verdict == VERDICT_HOLDS;

    for (uint32_t i = 0; i < r->count; i++) {
        const struct judgement *j = same_claim(&r->item[i].judged, stated);

        holds += j != NULL && j->verdict == VERDICT_HOLDS;
    }
    return holds == r->count + 1 ? AGREE_ALL : holds > 0 ? AGREE_SOME : AGREE_NONE;
}

static int
conclude(struct readings *out, const struct judgement_list *judged)
{
    out->conclusion = calloc(judged->count + 1, sizeof *out->conclusion);
    if (out->conclusion == NULL)
        return ERR_MEMORY;
    out->conclusions = judged->count;
    for (size_t i = 0; i < judged->count; i++)
        out->conclusion[i] =
            (struct conclusion){&judged->item[i], agreement_of(out, &judged->item[i])};
    return 0;
}

/* Does a claim, or the order of strategies, speak of the traffic plane? */
static bool
asks_traffic(const struct model *model, enum metric_id metric)
{
    for (uint32_t i = 0; i < model->claims; i++) {
        const enum metric_id of = metric_find(model->claim[i].metric);

        if (of < METRICS && metric_table[of].plane == PLANE_TRAFFIC)
            return true;
    }
    return metric_table[metric].plane == PLANE_TRAFFIC;
}

int
readings_judge(struct readings *out, const struct model *model, const struct judgement_list *judged,
               const struct outcome *outcome, enum metric_id metric, struct label label,
               const struct reading_source *source, const struct reading_options *options,
               struct why *why)
{
    struct reading_run run = {
        .out = out,
        .model = model,
        .source = source,
        .options = options,
    };
    int rc = 0;

    *out = (struct readings){
        .item = calloc(model->readings + 1, sizeof *out->item),
        .metric = metric,
        .label = label,
        .same_order = true,
        .legal = options->legal,
        .traffic = asks_traffic(model, metric) ? options->traffic : 0,
    };
    if (out->item == NULL ||
        ranking_make(&out->stated, outcome, options->strategies, metric, label) < 0)
        return why_no_memory(why);
    for (; rc == 0 && run.reading < model->readings; run.reading++) {
        out->item[out->count++].reading = &model->reading[run.reading];
        rc = run_reading(&run, outcome, why);
    }
    if (rc == 0 && conclude(out, judged) < 0)
        rc = why_no_memory(why);
    return rc;
}

void
readings_release(struct readings *readings)
{
    for (uint32_t i = 0; i < readings->count; i++) {
        judgement_list_release(&readings->item[i].judged);
        ranking_release(&readings->item[i].ranking);
    }
    free(readings->item);
    free(readings->conclusion);
    ranking_release(&readings->stated);
    *readings = (struct readings){0};
}
