#include "report/compare.h"
#include "base/json.h"
#include "base/mem.h"
#include "report/sections.h"
#include "report/table.h"
#include "stats/pareto.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
exposed_what(struct comparison *c)
{
    static const struct {
        const char *of;
        enum metric_id accounts, first;
    } kind[] = {
        {"exposure.metadata.", METRIC_METADATA_ACCOUNTS, METRIC_METADATA_FIRST},
        {"exposure.ciphertext.", METRIC_CIPHERTEXT_ACCOUNTS, METRIC_CIPHERTEXT_FIRST},
    };

    c->accounts = METRIC_CONTENT_ACCOUNTS;
    c->first = METRIC_CONTENT_FIRST;
    for (size_t i = 0; i < COUNT(kind); i++)
        if (strncmp(metric_table[c->y].name, kind[i].of, strlen(kind[i].of)) == 0) {
            c->accounts = kind[i].accounts;
            c->first = kind[i].first;
        }
}

struct comparison
comparison_of(const struct legend *legend)
{
    struct comparison c = {
        .latency = label_total,
        .exposure = label_total,
        .x = metric_find(legend->front_latency != NULL ? legend->front_latency : "latency.p95"),
        .y = metric_find(legend->front_exposure != NULL ? legend->front_exposure
                                                        : "exposure.content.fraction"),
    };

    if (legend->names[LABEL_COHORT] > 1) {
        c.latency = label_with(c.latency, LABEL_COHORT, 0);
        c.exposure = label_with(c.exposure, LABEL_COHORT, 0);
    }
    if (legend->front_to != NONE)
        c.exposure = label_with(c.exposure, LABEL_AUTHORITY, legend->front_to);
    if (c.x == METRICS)
        c.x = METRIC_LATENCY_P95;
    if (c.y == METRICS)
        c.y = METRIC_CONTENT_FRACTION;
    exposed_what(&c);
    return c;
}

bool
comparison_has(const struct outcome *outcome, uint32_t strategy)
{
    for (size_t i = 0; i < outcome->count; i++)
        if (outcome->series[i].strategy == strategy)
            return true;
    return false;
}

int
comparison_front(const struct legend *legend, const struct outcome *outcome, bool *front)
{
    const struct comparison c = comparison_of(legend);
    double *x = calloc(2 * (size_t)legend->strategies, sizeof *x);
    double *y = x + legend->strategies;

    if (x == NULL)
        return ERR_MEMORY;
    for (uint32_t s = 0; s < legend->strategies; s++) {
        const bool has = comparison_has(outcome, s);

        x[s] = has ? outcome_estimate(outcome, s, c.x, c.latency).mean : (double)NAN;
        y[s] = has ? outcome_estimate(outcome, s, c.y, c.exposure).mean : (double)NAN;
    }
    pareto_front(x, y, legend->strategies, front);
    free(x);
    return 0;
}

/* Share of account-time in which jurisdiction j opens it alone, for the cohort spoken of. */
static double
alone(const struct legend *legend, const struct outcome *outcome, uint32_t strategy, uint32_t j)
{
    const struct comparison c = comparison_of(legend);

    return outcome_estimate(outcome, strategy, METRIC_REACH_UNILATERAL,
                            label_with(c.latency, LABEL_JURISDICTION, j))
        .mean;
}

static void
alone_text(const struct legend *legend, const struct outcome *outcome, uint32_t strategy,
           struct text *out)
{
    const char *gap = "";

    for (uint32_t j = 0; j < legend->names[LABEL_JURISDICTION]; j++) {
        const double share = alone(legend, outcome, strategy, j);

        if (!(share > 0))
            continue;
        text_addf(out, "%s%s", gap, legend->name[LABEL_JURISDICTION][j]);
        if (share < 0.995)
            text_addf(out, " %.2g %%", 100 * share);
        gap = ", ";
    }
    if (gap[0] == '\0')
        text_add(out, "nobody");
}

static void
cell_estimate(struct table *table, struct estimate e)
{
    struct text t = {0};

    estimate_short(&e, &t);
    table->cells.lost |= t.lost;
    table_cell(table, text_str(&t));
    text_release(&t);
}

static const char *
adversary(const struct legend *legend)
{
    return legend->front_to == NONE ? "anyone" : legend->name[LABEL_AUTHORITY][legend->front_to];
}

static void
heading(struct text *out, const struct legend *legend, const struct outcome *outcome)
{
    text_addf(out, "%s\n", legend->title);
    text_addf(out,
              "%zu legal and %zu traffic replications, seed %llu; [95 %% interval of the mean]",
              outcome->legal, outcome->traffic, (unsigned long long)legend->seed);
    if (legend->names[LABEL_COHORT] > 1)
        text_addf(out, "; users: %s", legend->name[LABEL_COHORT][0]);
    text_add(out, "\n\n");
}

static int
main_table(struct text *out, const struct legend *legend, const struct outcome *outcome)
{
    const struct comparison c = comparison_of(legend);
    struct table table = {0};
    struct text t = {0};
    int rc;

    table_start(&table, "lrrrrl");
    table_cell(&table, "strategy");
    table_cell(&table, "p50, ms");
    table_cell(&table, "p95, ms");
    table_cell(&table, "available");
    text_addf(&t, "accounts exposed to %s", adversary(legend));
    table_cell(&table, text_str(&t));
    table_cell(&table, "can open it alone");
    for (uint32_t s = 0; s < legend->strategies; s++) {
        if (!comparison_has(outcome, s))
            continue;
        table_cell(&table, legend->strategy[s]);
        cell_estimate(&table, outcome_estimate(outcome, s, METRIC_LATENCY_P50, c.latency));
        cell_estimate(&table, outcome_estimate(outcome, s, METRIC_LATENCY_P95, c.latency));
        text_clear(&t);
        const double available =
            100 * outcome_estimate(outcome, s, METRIC_AVAILABILITY, c.latency).mean;

        text_addf(&t, isnan(available) ? "-" : "%.4f %%", available);
        table_cell(&table, text_str(&t));
        cell_estimate(&table, outcome_estimate(outcome, s, METRIC_CONTENT_ACCOUNTS, c.exposure));
        text_clear(&t);
        alone_text(legend, outcome, s, &t);
        table_cell(&table, text_str(&t));
    }
    rc = t.lost ? ERR_MEMORY : table_write(&table, out);
    text_release(&t);
    table_release(&table);
    return rc;
}

/* The estimate of accounts exposed of one data class. */
static struct estimate
exposed_of_class(const struct legend *legend, const struct outcome *outcome, uint32_t strategy,
                 uint32_t class)
{
    struct label label = label_with(label_total, LABEL_DATA, class);

    if (legend->front_to != NONE)
        label = label_with(label, LABEL_AUTHORITY, legend->front_to);
    return outcome_estimate(outcome, strategy, METRIC_CONTENT_ACCOUNTS, label);
}

/* Is any strategy's exposure different between data classes that can be exposed at all? */
static bool
classes_differ(const struct legend *legend, const struct outcome *outcome, const bool *shown)
{
    for (uint32_t s = 0; s < legend->strategies; s++) {
        double first = (double)NAN;

        for (uint32_t c = 0; c < legend->names[LABEL_DATA]; c++) {
            if (!shown[c] || !comparison_has(outcome, s))
                continue;
            const double mean = exposed_of_class(legend, outcome, s, c).mean;

            if (isnan(first))
                first = mean;
            else if (mean != first)
                return true;
        }
    }
    return false;
}

/* Accounts exposed by data class: only where it tells more than the sum. */
static int
class_table(struct text *out, const struct legend *legend, const struct outcome *outcome)
{
    struct table table = {0};
    bool shown[TABLE_COLUMNS - 1] = {false};
    const uint32_t classes = legend->names[LABEL_DATA];
    char alignment[TABLE_COLUMNS + 1] = "l";
    uint32_t columns = 1;
    int rc;

    if (classes >= TABLE_COLUMNS)
        return 0;
    for (uint32_t c = 0; c < classes; c++)
        for (uint32_t s = 0; s < legend->strategies; s++)
            shown[c] |=
                comparison_has(outcome, s) && exposed_of_class(legend, outcome, s, c).mean > 0;
    if (!classes_differ(legend, outcome, shown))
        return 0;
    for (uint32_t c = 0; c < classes; c++)
        if (shown[c])
            alignment[columns++] = 'r';
    text_addf(out, "\nAccounts exposed to %s, by data class\n\n", adversary(legend));
    table_start(&table, alignment);
    table_cell(&table, "strategy");
    for (uint32_t c = 0; c < classes; c++)
        if (shown[c])
            table_cell(&table, legend->name[LABEL_DATA][c]);
    for (uint32_t s = 0; s < legend->strategies; s++) {
        if (!comparison_has(outcome, s))
            continue;
        table_cell(&table, legend->strategy[s]);
        for (uint32_t c = 0; c < classes; c++)
            if (shown[c])
                cell_estimate(&table, exposed_of_class(legend, outcome, s, c));
    }
    rc = table_write(&table, out);
    table_release(&table);
    return rc;
}

static int
difference_table(struct text *out, const struct legend *legend, const struct outcome *outcome)
{
    const struct comparison c = comparison_of(legend);
    struct table table = {0};
    int rc;

    text_addf(out, "\nDifference from %s (paired: same users, same requests)\n\n",
              legend->strategy[legend->baseline]);
    table_start(&table, "lrr");
    table_cell(&table, "strategy");
    table_cell(&table, "p95, ms");
    table_cell(&table, "accounts exposed");
    for (uint32_t s = 0; s < legend->strategies; s++) {
        if (!comparison_has(outcome, s) || s == legend->baseline)
            continue;
        table_cell(&table, legend->strategy[s]);
        cell_estimate(&table, outcome_difference(outcome, s, legend->baseline, METRIC_LATENCY_P95,
                                                 c.latency));
        cell_estimate(&table, outcome_difference(outcome, s, legend->baseline,
                                                 METRIC_CONTENT_ACCOUNTS, c.exposure));
    }
    rc = table_write(&table, out);
    table_release(&table);
    return rc;
}

/* An overloaded station has no steady state: its queue grows as long as anybody looks. */
static void
overload_notes(struct text *out, const struct legend *legend, const struct outcome *outcome)
{
    bool told = false;

    for (uint32_t s = 0; s < legend->strategies; s++)
        for (uint32_t i = 0; i < legend->names[LABEL_STATION] && comparison_has(outcome, s); i++) {
            const double load = outcome_estimate(outcome, s, METRIC_STATION_UTILISATION,
                                                 label_with(label_total, LABEL_STATION, i))
                                    .mean;

            if (!(load >= 1))
                continue;
            if (!told)
                text_add(out,
                         "\nOverload: latency has no steady state and grows with the window\n");
            told = true;
            text_addf(out, "  %s: '%s' is offered ", legend->strategy[s],
                      legend->name[LABEL_STATION][i]);
            number_short(load, out);
            text_add(out, " times what it can serve\n");
        }
}

static int
more_sections(struct text *out, const struct legend *legend, const struct outcome *outcome,
              struct compare_sections sections)
{
    int rc = 0;

    if (sections.risk || sections_have_risk(legend, outcome))
        rc = sections_risk(out, legend, outcome);
    if (rc == 0 && sections.channels)
        rc = sections_channels(out, legend, outcome);
    if (rc == 0 && (sections.duties || sections_have_duties(legend, outcome)))
        rc = sections_duties(out, legend, outcome);
    return rc;
}

int
compare_text(struct text *out, const struct legend *legend, const struct outcome *outcome,
             struct compare_sections sections)
{
    const struct comparison c = comparison_of(legend);
    bool *front = calloc(legend->strategies, sizeof *front);
    const char *gap = "";
    uint32_t rivals = 0; /* one strategy alone has nothing to be compared with */
    int rc = front == NULL ? ERR_MEMORY : comparison_front(legend, outcome, front);

    for (uint32_t s = 0; s < legend->strategies; s++)
        rivals += comparison_has(outcome, s);
    if (rc == 0) {
        heading(out, legend, outcome);
        rc = main_table(out, legend, outcome);
    }
    if (rc == 0)
        overload_notes(out, legend, outcome);
    if (rc == 0)
        rc = class_table(out, legend, outcome);
    if (rc == 0 && rivals > 1 && comparison_has(outcome, legend->baseline))
        rc = difference_table(out, legend, outcome);
    if (rc == 0)
        rc = more_sections(out, legend, outcome, sections);
    if (rc == 0 && rivals > 1) {
        text_addf(out, "\nPareto front of %s against %s to %s: ", metric_table[c.x].name,
                  metric_table[c.y].name, adversary(legend));
        for (uint32_t s = 0; s < legend->strategies; s++)
            if (front[s]) {
                text_addf(out, "%s%s", gap, legend->strategy[s]);
                gap = ", ";
            }
        text_add(out, "\n");
    }
    free(front);
    return rc == 0 && out->lost ? ERR_MEMORY : rc;
}

static void
json_estimate(struct json *json, const char *name, const char *unit, struct estimate e)
{
    json_open(json, name, '{');
    if (unit != NULL)
        json_string(json, "unit", unit);
    json_number(json, "mean", e.mean);
    json_number(json, "low", e.low);
    json_number(json, "high", e.high);
    json_close(json, '}');
}

static void
json_strategy(struct json *json, const struct legend *legend, const struct outcome *outcome,
              uint32_t s)
{
    const struct comparison c = comparison_of(legend);
    static const enum metric_id shown[] = {METRIC_LATENCY_P50,      METRIC_LATENCY_P95,
                                           METRIC_AVAILABILITY,     METRIC_CONTENT_ACCOUNTS,
                                           METRIC_CONTENT_FRACTION, METRIC_CONTENT_ANY};

    json_open(json, NULL, '{');
    json_string(json, "name", legend->strategy[s]);
    json_open(json, "metrics", '{');
    for (size_t i = 0; i < COUNT(shown); i++)
        json_estimate(json, metric_table[shown[i]].name, metric_table[shown[i]].unit,
                      outcome_estimate(outcome, s, shown[i], i < 3 ? c.latency : c.exposure));
    json_close(json, '}');
    json_open(json, "unilateral", '{');
    for (uint32_t j = 0; j < legend->names[LABEL_JURISDICTION]; j++)
        json_number(json, legend->name[LABEL_JURISDICTION][j], alone(legend, outcome, s, j));
    json_close(json, '}');
    json_open(json, "differences", '{');
    for (size_t i = 0; i < COUNT(shown) && comparison_has(outcome, legend->baseline); i++)
        json_estimate(json, metric_table[shown[i]].name, NULL,
                      outcome_difference(outcome, s, legend->baseline, shown[i],
                                         i < 3 ? c.latency : c.exposure));
    json_close(json, '}');
    sections_json(json, legend, outcome, s);
    json_close(json, '}');
}

int
compare_json(struct text *out, const struct legend *legend, const struct outcome *outcome)
{
    const struct comparison c = comparison_of(legend);
    bool *front = calloc(legend->strategies, sizeof *front);
    struct json json = {.out = out};
    const int rc = front == NULL ? ERR_MEMORY : comparison_front(legend, outcome, front);

    if (rc != 0) {
        free(front);
        return rc;
    }
    json_open(&json, NULL, '{');
    json_string(&json, "baseline", legend->strategy[legend->baseline]);
    json_string(&json, "cohort",
                legend->names[LABEL_COHORT] > 1 ? legend->name[LABEL_COHORT][0] : NULL);
    json_open(&json, "front", '{');
    json_string(&json, "latency", metric_table[c.x].name);
    json_string(&json, "exposure", metric_table[c.y].name);
    json_string(&json, "to", legend->front_to == NONE ? NULL : adversary(legend));
    json_open(&json, "members", '[');
    for (uint32_t s = 0; s < legend->strategies; s++)
        if (front[s])
            json_string(&json, NULL, legend->strategy[s]);
    json_close(&json, ']');
    json_close(&json, '}');
    json_open(&json, "strategies", '[');
    for (uint32_t s = 0; s < legend->strategies; s++)
        if (comparison_has(outcome, s))
            json_strategy(&json, legend, outcome, s);
    json_close(&json, ']');
    json_close(&json, '}');
    text_add(out, "\n");
    free(front);
    return out->lost ? ERR_MEMORY : 0;
}
