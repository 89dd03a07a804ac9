#include "report/figure_json.h"
#include "base/json.h"
#include "base/mem.h"
#include "record/exceedance.h"
#include "report/compare.h"
#include "stats/survival.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct numbers {
    struct json json;
    const struct legend *legend;
    const struct outcome *outcome;
    const bool *front; /* [strategies] */
};

static void
write_estimate(struct json *json, const char *name, struct estimate e)
{
    json_open(json, name, '{');
    json_number(json, "mean", e.mean);
    json_number(json, "low", e.low);
    json_number(json, "high", e.high);
    json_close(json, '}');
}

static void
front_numbers(struct numbers *n, uint32_t strategy)
{
    const struct comparison c = comparison_of(n->legend);

    write_estimate(&n->json, "latency", outcome_estimate(n->outcome, strategy, c.x, c.latency));
    write_estimate(&n->json, "exposure", outcome_estimate(n->outcome, strategy, c.y, c.exposure));
    json_bool(&n->json, "front", n->front[strategy]);
}

static void
latency_numbers(struct numbers *n, uint32_t strategy)
{
    static const double q[] = {0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 0.999};
    const uint32_t cohort = n->legend->names[LABEL_COHORT] > 1 ? 0 : NONE;

    json_open(&n->json, "quantiles", '[');
    for (size_t i = 0; i < COUNT(q); i++) {
        json_open(&n->json, NULL, '{');
        json_number(&n->json, "q", q[i]);
        json_number(&n->json, "ms", outcome_latency_quantile(n->outcome, strategy, cohort, q[i]));
        json_close(&n->json, '}');
    }
    json_close(&n->json, ']');
}

static const struct curve_estimate *
curve_of(const struct numbers *n, uint32_t strategy)
{
    const struct label to = n->legend->front_to == NONE
                                ? label_total
                                : label_with(label_total, LABEL_AUTHORITY, n->legend->front_to);

    return outcome_find_curve(n->outcome, strategy, to, CURVE_CONTENT); /* NULL: nobody exposed */
}

static void
exposure_numbers(struct numbers *n, uint32_t strategy)
{
    const struct curve_estimate *curve = curve_of(n, strategy);

    json_open(&n->json, "points", '[');
    for (uint32_t i = 0; i <= CURVE_POINTS; i++) {
        const double day = n->legend->horizon_days * i / CURVE_POINTS;
        const struct estimate e = curve != NULL ? curve->point[i] : (struct estimate){0};
        char date[16];

        date_write(n->legend->starts_unix_s + (int64_t)(day * 86400), date);
        json_open(&n->json, NULL, '{');
        json_string(&n->json, "date", date);
        json_number(&n->json, "mean", e.mean);
        json_number(&n->json, "low", e.low);
        json_number(&n->json, "high", e.high);
        json_close(&n->json, '}');
    }
    json_close(&n->json, ']');
}

/* The values of a series in the legal replications; `absent` when it was never seen. The caller
 * frees; NULL: no memory. */
static double *
values_of(const struct numbers *n, uint32_t strategy, enum metric_id metric, double absent)
{
    const struct comparison c = comparison_of(n->legend);
    const struct series *series = outcome_find(n->outcome, strategy, metric, c.exposure);
    double *value = calloc(n->outcome->legal + 1, sizeof *value);

    for (size_t i = 0; value != NULL && i < n->outcome->legal; i++)
        value[i] = series != NULL ? series->value[i] : absent;
    if (value == NULL)
        n->json.out->lost = true;
    return value;
}

static void
write_point(struct json *json, const char *x_name, double x, double y, double low, double high)
{
    json_open(json, NULL, '{');
    json_number(json, x_name, x);
    json_number(json, "mean", y);
    json_number(json, "low", low);
    json_number(json, "high", high);
    json_close(json, '}');
}

static void
exceedance_numbers(struct numbers *n, uint32_t strategy)
{
    const struct comparison c = comparison_of(n->legend);
    struct exceedance e = {0};

    if (outcome_exceedance(n->outcome, strategy, c.accounts, c.exposure, &e) < 0)
        n->json.out->lost = true;
    json_open(&n->json, "points", '[');
    for (size_t i = 0; i < e.count; i++) {
        const struct estimate p = e.item[i].probability;

        write_point(&n->json, "accounts", e.item[i].loss, p.mean, p.low, p.high);
    }
    json_close(&n->json, ']');
    json_number(&n->json, "beyond_at_most", e.none);
    exceedance_release(&e);
}

static void
survival_numbers(struct numbers *n, uint32_t strategy)
{
    const double horizon = n->legend->horizon_days;
    double *value = values_of(n, strategy, comparison_of(n->legend).first, (double)NAN);
    struct lifetime *life = calloc(n->outcome->legal + 1, sizeof *life);
    struct survival_step *step = NULL;
    size_t steps = 0;

    for (size_t i = 0; value != NULL && life != NULL && i < n->outcome->legal; i++)
        life[i] = (struct lifetime){value[i] <= horizon ? value[i] : horizon, value[i] <= horizon};
    if (value == NULL || life == NULL ||
        survival_curve(life, n->outcome->legal, 0.95, &step, &steps) < 0)
        n->json.out->lost = true;
    json_open(&n->json, "points", '[');
    for (size_t i = 0; i < steps; i++)
        write_point(&n->json, "day", step[i].time, step[i].survival, step[i].low, step[i].high);
    json_close(&n->json, ']');
    free(step);
    free(life);
    free(value);
}

static const struct {
    const char *figure;
    void (*write)(struct numbers *n, uint32_t strategy);
} numbers_table[] = {
    {"front", front_numbers},       {"latency", latency_numbers},
    {"exposure", exposure_numbers}, {"exceedance", exceedance_numbers},
    {"survival", survival_numbers},
};

static void
write_all(struct numbers *n, const char *figure, void (*write)(struct numbers *, uint32_t))
{
    const struct legend *legend = n->legend;

    json_open(&n->json, NULL, '{');
    json_string(&n->json, "figure", figure);
    json_string(&n->json, "users",
                legend->names[LABEL_COHORT] > 1 ? legend->name[LABEL_COHORT][0] : NULL);
    json_string(&n->json, "to",
                legend->front_to == NONE ? NULL : legend->name[LABEL_AUTHORITY][legend->front_to]);
    json_open(&n->json, "strategies", '[');
    for (uint32_t s = 0; s < legend->strategies; s++) {
        if (!comparison_has(n->outcome, s))
            continue;
        json_open(&n->json, NULL, '{');
        json_string(&n->json, "name", legend->strategy[s]);
        write(n, s);
        json_close(&n->json, '}');
    }
    json_close(&n->json, ']');
    json_close(&n->json, '}');
    text_add(n->json.out, "\n");
}

int
figure_json(struct text *out, const struct figure *figure, const struct legend *legend,
            const struct outcome *outcome, struct why *why)
{
    bool *front = calloc(legend->strategies + 1, sizeof *front);
    struct numbers n = {.json = {.out = out}, .legend = legend, .outcome = outcome};
    int rc = front == NULL ? ERR_MEMORY : comparison_front(legend, outcome, front);

    n.front = front;
    for (size_t i = 0; i < COUNT(numbers_table) && rc == 0; i++)
        if (strcmp(numbers_table[i].figure, figure->name) == 0) {
            write_all(&n, figure->name, numbers_table[i].write);
            free(front);
            return out->lost ? why_no_memory(why) : 0;
        }
    free(front);
    return rc != 0 ? why_no_memory(why)
                   : why_add(why, ERR_INPUT, NULL, "the figure '%s' has no numbers to print",
                             figure->name);
}
