/* From the values of replications to an estimate with its interval. */
#include "record/private.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "stats/survival.h"

#define LEVEL 0.95

static const struct estimate unknown = {(double)NAN, (double)NAN, (double)NAN};

/* Independent values of what is to be estimated. */
struct sample {
    double *value; /* owned */
    size_t count;
    bool worlds; /* means of worlds, not single replications */
};

static double
restricted(double time, double horizon)
{
    return isnan(time) ? horizon : fmin(time, horizon);
}

static void
drop_unknown(struct sample *sample)
{
    size_t kept = 0;

    for (size_t i = 0; i < sample->count; i++) {
        if (!isnan(sample->value[i]))
            sample->value[kept++] = sample->value[i];
    }
    sample->count = kept;
}

/*
 * Replications that share a world's draw of the uncertain inputs are alike, so as n values they
 * would promise too much. Worlds are independent: their means are the values to use (the ultimate
 * cluster method: Hansen, Hurwitz, Madow 1953).
 */
static int
mean_by_world(struct sample *sample, const struct outcome *outcome, enum plane plane)
{
    const size_t worlds = outcome->private->legend->worlds;

    if (worlds == 0 || sample->count <= worlds)
        return 0;
    double *sum = calloc(worlds, sizeof *sum), *seen = calloc(worlds, sizeof *seen);

    if (sum == NULL || seen == NULL) {
        free(sum);
        free(seen);
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < sample->count; i++) {
        const size_t world = (size_t)(outcome_replication(outcome, plane, i) % worlds);

        if (isnan(sample->value[i]))
            continue;
        sum[world] += sample->value[i];
        seen[world]++;
    }
    for (size_t w = 0; w < worlds; w++)
        sample->value[w] = sum[w] / seen[w]; /* 0 / 0: this world saw nothing */
    sample->count = worlds;
    sample->worlds = true;
    free(sum);
    free(seen);
    return 0;
}

static struct estimate
estimate_any(const struct sample *sample)
{
    if (sample->worlds) {
        struct estimate e = estimate_rare_mean(sample->value, sample->count, 1, LEVEL);

        e.high = e.high > 1 ? 1 : e.high;
        return e;
    }
    uint64_t hits = 0;

    for (size_t i = 0; i < sample->count; i++)
        hits += sample->value[i] > 0;
    return estimate_share(hits, sample->count, LEVEL);
}

static struct estimate
estimate_first_by_world(const struct sample *sample, double horizon)
{
    struct estimate e = estimate_mean(sample->value, sample->count, LEVEL);

    if (e.mean >= horizon) /* never: no world of `count` saw it */
        return (struct estimate){
            .mean = horizon,
            .low = horizon * (1 - estimate_share(0, sample->count, LEVEL).high),
            .high = horizon,
        };
    e.low = e.low < 0 ? 0 : e.low;
    e.high = e.high > horizon ? horizon : e.high;
    return e;
}

static struct estimate
estimate_first(const struct sample *sample, double horizon)
{
    if (sample->worlds)
        return estimate_first_by_world(sample, horizon);
    struct lifetime *life = calloc(sample->count, sizeof *life);
    struct estimate e = unknown;

    if (life == NULL)
        return e;
    for (size_t i = 0; i < sample->count; i++)
        life[i] = (struct lifetime){sample->value[i], sample->value[i] < horizon};
    if (survival_restricted_mean(life, sample->count, horizon, LEVEL, &e) < 0)
        e = unknown;
    free(life);
    return e;
}

static struct estimate
estimate_sample(const struct sample *sample, enum summary summary, double one, double horizon)
{
    if (sample->count == 0)
        return unknown;
    switch (summary) {
    case SUMMARY_RARE_MEAN:
        return estimate_rare_mean(sample->value, sample->count, one, LEVEL);
    case SUMMARY_ANY:
        return estimate_any(sample);
    case SUMMARY_FIRST:
        return estimate_first(sample, horizon);
    default:
        return estimate_mean(sample->value, sample->count, LEVEL);
    }
}

/* Accounts of the cohorts that a label speaks of. */
static double
accounts_of(const struct legend *legend, struct label label)
{
    double accounts = 0;

    for (uint32_t i = 0; i < legend->names[LABEL_COHORT]; i++)
        if (label.of[LABEL_COHORT] == LABEL_ALL || label.of[LABEL_COHORT] == i)
            accounts += legend->accounts[i];
    return accounts;
}

/* The most that a metric can be: a share, all accounts, or these over all the horizon. */
static double
domain_end(const struct legend *legend, const struct metric *m)
{
    if (strncmp(m->unit, "fraction of ", strlen("fraction of ")) == 0 ||
        strcmp(m->unit, "probability") == 0)
        return 1;
    if (strcmp(m->unit, "accounts") == 0)
        return accounts_of(legend, label_total);
    if (strcmp(m->unit, "account-days") == 0)
        return accounts_of(legend, label_total) * legend->horizon_days;
    return (double)INFINITY;
}

/* Where an interval passes the edge of what the metric can be, the edge is the end: no latency lies
 * below 0 and no share above 1, and the interval covers as much as before. */
static struct estimate
within_domain(struct estimate e, const struct legend *legend, const struct metric *m)
{
    const double end = domain_end(legend, m);

    if (e.low < 0 && e.mean >= 0)
        e.low = 0;
    if (e.high > end && e.mean <= end)
        e.high = end;
    return e;
}

struct estimate
outcome_estimate_values(const struct outcome *outcome, enum metric_id metric, const double *value,
                        size_t count, double one, double horizon_days)
{
    const struct metric *m = &metric_table[metric];
    struct sample sample = {.value = calloc(count + 1, sizeof *value), .count = count};
    struct estimate e = unknown;

    assert(count <= outcome_trials(outcome, m->plane));
    if (sample.value == NULL)
        return e;
    for (size_t i = 0; i < count; i++)
        sample.value[i] =
            m->summary == SUMMARY_FIRST ? restricted(value[i], horizon_days) : value[i];
    if (mean_by_world(&sample, outcome, m->plane) == 0) {
        drop_unknown(&sample);
        e = within_domain(estimate_sample(&sample, m->summary, one, horizon_days),
                          outcome->private->legend, m);
    }
    free(sample.value);
    return e;
}

/* Accounts that one request of the label's stream, authority or class of adversary, or of any,
 * names on average; 0 of a class that the scenario does not have. */
static double
accounts_at_once(const struct legend *legend, struct label label)
{
    const uint32_t class = label.of[LABEL_ADVERSARY];
    double most = 1;

    if (class < ADVERSARIES && legend->kin_named != NULL)
        return fmin(legend->kin_named[class], fmax(1, accounts_of(legend, label)));
    if (label.of[LABEL_STREAM] != LABEL_ALL && legend->stream_named != NULL &&
        label.of[LABEL_AUTHORITY] < legend->names[LABEL_AUTHORITY])
        return fmin(legend->stream_named[legend->first_stream[label.of[LABEL_AUTHORITY]] +
                                         label.of[LABEL_STREAM]],
                    fmax(1, accounts_of(legend, label)));
    for (uint32_t i = 0; legend->named != NULL && i < legend->names[LABEL_AUTHORITY]; i++)
        if (label.of[LABEL_AUTHORITY] == LABEL_ALL || label.of[LABEL_AUTHORITY] == i)
            most = fmax(most, legend->named[i]);
    return fmin(most, fmax(1, accounts_of(legend, label)));
}

double
outcome_one(const struct outcome *outcome, enum metric_id metric, struct label label)
{
    const struct legend *legend = outcome->private->legend;
    const double one = metric_table[metric].one, named = accounts_at_once(legend, label);

    if (one == ONE_UNKNOWN)
        return 0;
    if (one == ONE_HORIZON)
        return legend->horizon_days * named;
    if (one == ONE_REQUEST)
        return named;
    if (one > 0)
        return one;
    const double accounts = accounts_of(legend, label);

    return accounts > 0 ? named / accounts : 0;
}

/* The values of a series, or of one that was never observed. The caller frees; NULL: no memory. */
static double *
values_of(const struct outcome *outcome, uint32_t strategy, enum metric_id metric,
          struct label label, size_t count)
{
    const struct series *series = outcome_find(outcome, strategy, metric, label);
    double *value = calloc(count + 1, sizeof *value);

    for (size_t i = 0; value != NULL && i < count; i++)
        value[i] = series != NULL ? series->value[i] : series_absent(metric);
    return value;
}

struct estimate
outcome_estimate(const struct outcome *outcome, uint32_t strategy, enum metric_id metric,
                 struct label label)
{
    const struct series *series = outcome_find(outcome, strategy, metric, label);
    const size_t count = outcome_trials(outcome, metric_table[metric].plane);

    if (series != NULL)
        return series->estimate;
    double *value = values_of(outcome, strategy, metric, label, count);

    if (value == NULL)
        return unknown;
    const struct estimate e =
        outcome_estimate_values(outcome, metric, value, count, outcome_one(outcome, metric, label),
                                outcome->private->legend->horizon_days);

    free(value);
    return e;
}

/* The size of the least difference that one event makes; 0 where differences are never rare. */
static double
rare_size(const struct outcome *outcome, enum metric_id metric, struct label label)
{
    switch (metric_table[metric].summary) {
    case SUMMARY_RARE_MEAN:
        return outcome_one(outcome, metric, label);
    case SUMMARY_ANY:
        return 1;
    case SUMMARY_FIRST:
        return outcome->private->legend->horizon_days;
    default:
        return 0;
    }
}

static struct estimate
estimate_differences(const struct sample *sample, double rare)
{
    struct estimate e = estimate_mean(sample->value, sample->count, LEVEL);
    bool differs = false;

    for (size_t i = 0; i < sample->count; i++)
        differs = differs || sample->value[i] != 0;
    if (sample->count > 0 && !differs && rare > 0) {
        e.high = rare * estimate_share(0, sample->count, LEVEL).high;
        e.low = -e.high;
    }
    return e;
}

struct estimate
outcome_difference(const struct outcome *outcome, uint32_t strategy, uint32_t baseline,
                   enum metric_id metric, struct label label)
{
    const struct metric *m = &metric_table[metric];
    const double horizon = outcome->private->legend->horizon_days;
    const size_t count = outcome_trials(outcome, m->plane);
    double *a = values_of(outcome, strategy, metric, label, count);
    double *b = values_of(outcome, baseline, metric, label, count);
    struct sample sample = {.value = a, .count = count};
    struct estimate e = unknown;

    if (a == NULL || b == NULL)
        goto out;
    for (size_t i = 0; i < count; i++) {
        if (m->summary == SUMMARY_FIRST)
            a[i] = restricted(a[i], horizon) - restricted(b[i], horizon);
        else
            a[i] -= b[i];
    }
    if (mean_by_world(&sample, outcome, m->plane) < 0)
        goto out;
    drop_unknown(&sample);
    e = estimate_differences(&sample, strategy == baseline ? 0 : rare_size(outcome, metric, label));
out:
    free(a);
    free(b);
    return e;
}
