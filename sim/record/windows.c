/* Latency, availability and key hits: from a trial's windows to the values of their series. */
#include "record/private.h"

#include <math.h>

#define NS_A_MS 1e6

static const struct {
    enum metric_id metric;
    double q;
} quantile_metric[] = {
    {METRIC_LATENCY_P50, 0.5},
    {METRIC_LATENCY_P95, 0.95},
    {METRIC_LATENCY_P99, 0.99},
    {METRIC_LATENCY_P999, 0.999},
};

static void
served_clear(struct served *served)
{
    struct blend latency = served->latency;

    blend_clear(&latency);
    *served = (struct served){.latency = latency};
}

void
served_release(struct served *served)
{
    blend_release(&served->latency);
    *served = (struct served){0};
}

static int
add_window(struct served *cell, const struct window_result *window)
{
    cell->operations += window->weight * (double)window->operations;
    cell->served += window->weight * (double)window->served;
    cell->key_reads += window->weight * (double)window->key_reads;
    cell->key_hits += window->weight * (double)window->key_hits;
    cell->sum_ns += window->weight * window->latency.sum;
    return blend_add(&cell->latency, &window->latency, window->weight);
}

static int
add_served(struct served *into, const struct served *from)
{
    into->operations += from->operations;
    into->served += from->served;
    into->key_reads += from->key_reads;
    into->key_hits += from->key_hits;
    into->sum_ns += from->sum_ns;
    return blend_merge(&into->latency, &from->latency);
}

/* Where the values of one label in one recording go. */
struct place_of_values {
    struct outcome *outcome;
    uint32_t strategy;
    size_t n;
};

static int
write_value(const struct place_of_values *to, enum metric_id metric, struct label label,
            double value)
{
    /* Not seen is what absence means for these metrics. */
    if (isnan(value))
        return 0;
    return series_replace(to->outcome, to->strategy, metric, label, to->n, value);
}

static int
write_values(const struct place_of_values *to, struct label label, const struct served *s)
{
    double q[COUNT(quantile_metric)], ns[COUNT(quantile_metric)];
    int rc = 0;

    for (size_t i = 0; i < COUNT(q); i++)
        q[i] = quantile_metric[i].q;
    blend_quantiles(&s->latency, q, COUNT(q), ns);
    for (size_t i = 0; rc == 0 && i < COUNT(q); i++)
        rc = write_value(to, quantile_metric[i].metric, label, ns[i] / NS_A_MS);
    /* 0 / 0 is NAN: nothing served, nothing asked, no key needed. */
    if (rc == 0)
        rc = write_value(to, METRIC_LATENCY_MEAN, label, s->sum_ns / s->served / NS_A_MS);
    if (rc == 0)
        rc = write_value(to, METRIC_AVAILABILITY, label, s->served / s->operations);
    if (rc == 0)
        rc = write_value(to, METRIC_KEY_HIT_RATIO, label, s->key_hits / s->key_reads);
    return rc;
}

/*
 * Sums the cells of one cohort and one class, of all where NONE is given, and writes their values.
 * Every level sums cells in the same order, so that a lone cohort's values equal the total's.
 */
static int
write_level(const struct place_of_values *to, uint32_t cohort, uint32_t class, struct blend *pool)
{
    struct outcome_private *p = to->outcome->private;
    const uint32_t cohorts = p->legend->names[LABEL_COHORT], classes = p->legend->names[LABEL_DATA];
    struct label label = label_total;
    int rc = 0;

    if (cohort != NONE)
        label = label_with(label, LABEL_COHORT, cohort);
    if (class != NONE)
        label = label_with(label, LABEL_DATA, class);
    served_clear(&p->sum);
    for (uint32_t i = 0; i < cohorts; i++) {
        for (uint32_t k = 0; rc == 0 && k < classes; k++) {
            if ((cohort == NONE || cohort == i) && (class == NONE || class == k))
                rc = add_served(&p->sum, &p->cell[(size_t)i * classes + k]);
        }
    }
    if (rc == 0 && pool != NULL)
        rc = blend_merge(pool, &p->sum.latency);
    return rc == 0 ? write_values(to, label, &p->sum) : rc;
}

static int
write_strategy(const struct place_of_values *to)
{
    struct outcome_private *p = to->outcome->private;
    const uint32_t cohorts = p->legend->names[LABEL_COHORT], classes = p->legend->names[LABEL_DATA];
    struct blend *pool = &p->pool[(size_t)to->strategy * (cohorts + 1)];
    int rc = write_level(to, NONE, NONE, pool);

    for (uint32_t k = 0; rc == 0 && k < classes; k++)
        rc = write_level(to, NONE, k, NULL);
    for (uint32_t i = 0; rc == 0 && i < cohorts; i++) {
        rc = write_level(to, i, NONE, &pool[i + 1]);
        for (uint32_t k = 0; rc == 0 && k < classes; k++)
            rc = write_level(to, i, k, NULL);
    }
    return rc;
}

static bool
is_known(const struct legend *legend, const struct window_result *w)
{
    return w->strategy < legend->strategies && w->cohort < legend->names[LABEL_COHORT] &&
           w->class < legend->names[LABEL_DATA];
}

/* Gathers the windows of one strategy in the cells; false when it has none. */
static int
gather(struct outcome *outcome, const struct recording *recording, uint32_t strategy, bool *any)
{
    struct outcome_private *p = outcome->private;
    const uint32_t cohorts = p->legend->names[LABEL_COHORT], classes = p->legend->names[LABEL_DATA];

    *any = false;
    for (size_t i = 0; i < (size_t)cohorts * classes; i++)
        served_clear(&p->cell[i]);
    for (size_t i = 0; i < recording->windows.count; i++) {
        const struct window_result *w = &recording->windows.item[i];

        if (!is_known(p->legend, w))
            return ERR_INPUT;
        if (w->strategy != strategy)
            continue;
        *any = true;
        if (add_window(&p->cell[(size_t)w->cohort * classes + w->class], w) < 0)
            return ERR_MEMORY;
    }
    return 0;
}

int
windows_add(struct outcome *outcome, const struct recording *recording, size_t n)
{
    int rc = 0;

    for (uint32_t s = 0; rc == 0 && s < outcome->private->legend->strategies; s++) {
        const struct place_of_values to = {.outcome = outcome, .strategy = s, .n = n};
        bool any;

        rc = gather(outcome, recording, s, &any);
        if (rc < 0 || !any)
            continue;
        if (s < 64)
            outcome->strategies |= UINT64_C(1) << s;
        rc = write_strategy(&to);
    }
    return rc;
}

double
outcome_latency_quantile(const struct outcome *outcome, uint32_t strategy, uint32_t cohort,
                         double q)
{
    const struct outcome_private *p = outcome->private;
    const uint32_t cohorts = p->legend->names[LABEL_COHORT];
    const size_t row = cohort == NONE ? 0 : (size_t)cohort + 1;
    double ns;

    if (strategy >= p->legend->strategies || row > cohorts)
        return (double)NAN;
    blend_quantiles(&p->pool[(size_t)strategy * (cohorts + 1) + row], &q, 1, &ns);
    return ns / NS_A_MS;
}
