#include "record/recording.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const curve_name[CURVE_KINDS] = {
    [CURVE_CONTENT] = "content",
    [CURVE_METADATA] = "metadata",
    [CURVE_CIPHERTEXT] = "ciphertext",
};

int
record_value(struct recording *recording, uint32_t strategy, enum metric_id metric,
             struct label label, double value)
{
    const struct metric *m = &metric_table[metric];
    const bool unknown = m->summary == SUMMARY_FIRST || m->absent_is_unknown;

    if (unknown ? isnan(value) : value == 0.0)
        return 0;
    if (VEC_ROOM(&recording->observations) < 0)
        return ERR_MEMORY;
    recording->observations.item[recording->observations.count++] = (struct observation){
        .metric = (uint16_t)metric,
        .strategy = (uint16_t)strategy,
        .label = label,
        .value = value + 0.0, /* no minus zero: a database does not tell it from zero */
    };
    return 0;
}

struct window_result *
record_window(struct recording *recording)
{
    if (VEC_ROOM(&recording->windows) < 0)
        return NULL;
    struct window_result *window = &recording->windows.item[recording->windows.count++];

    *window = (struct window_result){0};
    return window;
}

struct curve *
record_curve(struct recording *recording)
{
    if (VEC_ROOM(&recording->curves) < 0)
        return NULL;
    struct curve *curve = &recording->curves.item[recording->curves.count++];

    *curve = (struct curve){.cohort = LABEL_ALL, .adversary = LABEL_ALL};
    return curve;
}

void
recording_clear(struct recording *recording)
{
    for (size_t i = 0; i < recording->windows.count; i++)
        hist_release(&recording->windows.item[i].latency);
    recording->observations.count = 0;
    recording->windows.count = 0;
    recording->curves.count = 0;
}

void
recording_release(struct recording *recording)
{
    recording_clear(recording);
    free(recording->observations.item);
    free(recording->windows.item);
    free(recording->curves.item);
    *recording = (struct recording){0};
}

double
observation_join(enum metric_id metric, double a, double b)
{
    switch (metric_table[metric].summary) {
    case SUMMARY_FIRST:
        return fmin(a, b);
    case SUMMARY_ANY:
        return fmax(a, b);
    default:
        return a + b;
    }
}

static int
order(double a, double b)
{
    return (a > b) - (a < b);
}

static int
compare_series(const struct observation *a, const struct observation *b)
{
    if (a->strategy != b->strategy)
        return a->strategy < b->strategy ? -1 : 1;
    if (a->metric != b->metric)
        return a->metric < b->metric ? -1 : 1;
    return label_compare(a->label, b->label);
}

/* By value at last, so that joining repeated ones adds them in an order of their own. */
static int
compare_observations(const void *left, const void *right)
{
    const struct observation *a = left, *b = right;
    const int by_series = compare_series(a, b);

    return by_series != 0 ? by_series : order(a->value, b->value);
}

/* Contents at last: qsort does not keep the order of equal ones. */
static int
compare_windows(const void *left, const void *right)
{
    const struct window_result *a = left, *b = right;
    const uint64_t x[] = {a->strategy, a->regime,     a->cohort,    a->class,
                          a->served,   a->operations, a->key_reads, a->key_hits};
    const uint64_t y[] = {b->strategy, b->regime,     b->cohort,    b->class,
                          b->served,   b->operations, b->key_reads, b->key_hits};

    for (unsigned i = 0; i < COUNT(x); i++) {
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    }
    if (a->weight != b->weight)
        return order(a->weight, b->weight);
    return order(a->latency.sum, b->latency.sum);
}

static int
compare_curves(const void *left, const void *right)
{
    const struct curve *a = left, *b = right;
    /* One up, so that LABEL_ALL wraps to 0: the total first. */
    const uint16_t x[] = {a->strategy, (uint16_t)(a->authority + 1), (uint16_t)(a->adversary + 1),
                          (uint16_t)(a->cohort + 1), a->kind};
    const uint16_t y[] = {b->strategy, (uint16_t)(b->authority + 1), (uint16_t)(b->adversary + 1),
                          (uint16_t)(b->cohort + 1), b->kind};

    for (unsigned i = 0; i < COUNT(x); i++) {
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    }
    return 0;
}

static void
join_repeated(struct recording *recording)
{
    struct observation *item = recording->observations.item;
    size_t kept = 0;

    for (size_t i = 0; i < recording->observations.count; i++) {
        if (kept > 0 && compare_series(&item[kept - 1], &item[i]) == 0) {
            item[kept - 1].value = observation_join((enum metric_id)item[i].metric,
                                                    item[kept - 1].value, item[i].value);
        } else {
            item[kept++] = item[i];
        }
    }
    recording->observations.count = kept;
}

void
recording_sort(struct recording *recording)
{
    /* An array that was never needed is NULL, which qsort must not be given. */
    if (recording->observations.count > 1) {
        qsort(recording->observations.item, recording->observations.count,
              sizeof *recording->observations.item, compare_observations);
        join_repeated(recording);
    }
    if (recording->windows.count > 1)
        qsort(recording->windows.item, recording->windows.count, sizeof *recording->windows.item,
              compare_windows);
    if (recording->curves.count > 1)
        qsort(recording->curves.item, recording->curves.count, sizeof *recording->curves.item,
              compare_curves);
}
