#include "report/run_json.h"
#include "report/compare.h"
#include <string.h>

static void
json_metric(struct json *json, const char *name, enum metric_id metric, struct estimate e)
{
    json_open(json, name, '{');
    json_string(json, "unit", metric_table[metric].unit);
    json_number(json, "mean", e.mean);
    json_number(json, "low", e.low);
    json_number(json, "high", e.high);
    json_close(json, '}');
}

static bool
is_total(const struct label *label)
{
    return memcmp(label, &label_total, sizeof *label) == 0;
}

/* Exposure under a label that was never seen is 0 with its bound, and said as such. */
static void
json_unseen_under(struct json *json, const struct legend *legend, const struct outcome *outcome,
                  uint32_t strategy, struct label label, struct text *name)
{
    for (int m = 0; m < METRICS; m++) {
        const enum metric_id metric = (enum metric_id)m;

        if (strncmp(metric_table[m].name, "exposure.", strlen("exposure.")) != 0 ||
            outcome_find(outcome, strategy, metric, label) != NULL)
            continue;
        text_clear(name);
        legend_series_name(legend, metric, label, name);
        json_metric(json, text_str(name), metric,
                    outcome_estimate(outcome, strategy, metric, label));
    }
}

/* Every authority, and every class of adversary that anyone is of. */
static void
json_unseen(struct json *json, const struct legend *legend, const struct outcome *outcome,
            uint32_t strategy, struct text *name)
{
    for (uint32_t a = 0; a < legend->names[LABEL_AUTHORITY]; a++)
        json_unseen_under(json, legend, outcome, strategy,
                          label_with(label_total, LABEL_AUTHORITY, a), name);
    for (uint32_t k = 0; k < ADVERSARIES; k++)
        if (legend->kin_named != NULL && legend->kin_named[k] > 0)
            json_unseen_under(json, legend, outcome, strategy,
                              label_with(label_total, LABEL_ADVERSARY, k), name);
}

/* First the totals of every metric, seen or not; then each labelled series in the outcome's order.
 */
static void
json_metrics(struct json *json, const struct legend *legend, const struct outcome *outcome,
             uint32_t strategy)
{
    struct text name = {0};

    json_open(json, "metrics", '{');
    for (int m = 0; m < METRICS; m++) {
        const enum metric_id metric = (enum metric_id)m;

        if (metric_table[m].only_if_seen &&
            outcome_find(outcome, strategy, metric, label_total) == NULL)
            continue;
        json_metric(json, metric_table[m].name, metric,
                    outcome_estimate(outcome, strategy, metric, label_total));
    }
    for (size_t i = 0; i < outcome->count; i++) {
        const struct series *s = &outcome->series[i];

        if (s->strategy != strategy || is_total(&s->label))
            continue;
        text_clear(&name);
        legend_series_name(legend, s->metric, s->label, &name);
        json_metric(json, text_str(&name), s->metric, s->estimate);
    }
    json_unseen(json, legend, outcome, strategy, &name);
    json_close(json, '}');
    json->out->lost |= name.lost;
    text_release(&name);
}

/* The labels that a claim states; the authority always, as it ever was. */
static void
json_labels(struct json *json, const struct claim *c, const struct world *w)
{
    const struct authority *authority =
        c->authority.i == NONE ? NULL : &w->authority[c->authority.i];

    json_string(json, "authority", authority == NULL ? NULL : authority->is.name);
    if (authority != NULL && c->stream != NONE)
        json_string(json, "stream", authority->stream[c->stream].is.name);
    if (c->adversary < ADVERSARIES)
        json_string(json, "adversary", adversary_name[c->adversary]);
    if (c->jurisdiction.i != NONE)
        json_string(json, "jurisdiction", w->jurisdiction[c->jurisdiction.i].is.name);
    if (c->custodian.i != NONE)
        json_string(json, "custodian", w->custodian[c->custodian.i].is.name);
    if (c->cohort.i != NONE)
        json_string(json, "users", w->cohort[c->cohort.i].is.name);
    if (c->class.i != NONE)
        json_string(json, "data", w->class[c->class.i].is.name);
}

static void
json_span(struct json *json, const struct claim *c, const struct model *model)
{
    char date[16];

    if (c->from > 0) {
        date_write(model->starts_unix_s + c->from / NS_PER_S, date);
        json_string(json, "from", date);
    }
    if (c->to > 0 && c->to < model->horizon) {
        date_write(model->starts_unix_s + c->to / NS_PER_S, date);
        json_string(json, "to", date);
    }
}

static void
json_judgement(struct json *json, const struct model *model, const struct judgement *j)
{
    const struct claim *c = j->claim;

    json_open(json, NULL, '{');
    json_string(json, "metric", c->metric);
    json_string(json, "strategy", model->strategy[j->strategy].is.name);
    json_labels(json, c, model->world);
    json_span(json, c, model);
    json_string(json, "verdict", verdict_name[j->verdict]);
    if (c->is_expect) {
        json_number(json, "observed", c->observed);
        json_number(json, "log_score", j->log_score);
    } else {
        json_number(json, "at_least", c->at_least);
        json_number(json, "at_most", c->at_most);
    }
    json_number(json, "mean", j->estimate.mean);
    json_number(json, "low", j->estimate.low);
    json_number(json, "high", j->estimate.high);
    if (j->worlds > 0) {
        json_whole(json, "worlds_hold", (int64_t)j->worlds_hold);
        json_whole(json, "worlds", (int64_t)j->worlds);
    }
    if (j->needed > 0)
        json_number(json, j->worlds > 0 ? "worlds_needed" : "replications_needed", j->needed);
    json_string(json, "source", c->source);
    json_string(json, "text", j->text);
    json_close(json, '}');
}

void
run_json_judgements(struct json *json, const char *name, const struct model *model,
                    const struct judgement_list *list, bool expect)
{
    json_open(json, name, '[');
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i].claim->is_expect == expect)
            json_judgement(json, model, &list->item[i]);
    json_close(json, ']');
}

int
run_json(struct text *out, const char *scenario, const struct model *model,
         const struct legend *legend, const struct outcome *outcome,
         const struct judgement_list *judgements, const struct json_more *more)
{
    struct json json = {.out = out};

    json_open(&json, NULL, '{');
    json_string(&json, "scenario", scenario);
    json_whole(&json, "seed", (int64_t)legend->seed);
    json_open(&json, "replications", '{');
    json_whole(&json, "legal", (int64_t)outcome->legal);
    json_whole(&json, "traffic", (int64_t)outcome->traffic);
    json_close(&json, '}');
    json_open(&json, "strategies", '[');
    for (uint32_t s = 0; s < legend->strategies; s++) {
        if (!comparison_has(outcome, s))
            continue;
        json_open(&json, NULL, '{');
        json_string(&json, "name", legend->strategy[s]);
        json_metrics(&json, legend, outcome, s);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    run_json_judgements(&json, "expect", model, judgements, true);
    run_json_judgements(&json, "require", model, judgements, false);
    if (more != NULL)
        more->write(more->self, &json);
    json_close(&json, '}');
    text_add(out, "\n");
    return out->lost ? ERR_MEMORY : 0;
}
