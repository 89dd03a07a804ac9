#include "record/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double
series_absent(enum metric_id metric)
{
    const struct metric *m = &metric_table[metric];

    return m->summary == SUMMARY_FIRST || m->absent_is_unknown ? (double)NAN : 0;
}

static int
compare_keys(const struct series *a, const struct series *b)
{
    if (a->strategy != b->strategy)
        return a->strategy < b->strategy ? -1 : 1;
    if (a->metric != b->metric)
        return a->metric < b->metric ? -1 : 1;
    return label_compare(a->label, b->label);
}

static int
compare_series(const void *a, const void *b)
{
    return compare_keys(a, b);
}

/* FNV-1a (Fowler, Noll, Vo) over the parts of a key; only for looking up, never for an order. */
static uint64_t
hash_of(const struct series *key)
{
    uint64_t hash = 0xcbf29ce484222325;
    const uint64_t prime = 0x100000001b3;

    hash = (hash ^ key->strategy) * prime;
    hash = (hash ^ (uint64_t)key->metric) * prime;
    for (unsigned i = 0; i < LABELS; i++)
        hash = (hash ^ key->label.of[i]) * prime;
    return hash ^ hash >> 32;
}

static uint32_t *
slot_of(const struct outcome *outcome, const struct series *key)
{
    const struct outcome_private *p = outcome->private;
    size_t at = (size_t)hash_of(key) & (p->slots - 1);

    while (p->slot[at] != 0 && compare_keys(&outcome->series[p->slot[at] - 1], key) != 0)
        at = (at + 1) & (p->slots - 1);
    return &p->slot[at];
}

static int
grow_slots(struct outcome *outcome)
{
    struct outcome_private *p = outcome->private;
    const size_t wanted = p->slots > 0 ? p->slots * 2 : 256;

    if (p->slots > 2 * outcome->count)
        return 0;
    uint32_t *slot = calloc(wanted, sizeof *slot);

    if (slot == NULL)
        return ERR_MEMORY;
    free(p->slot);
    p->slot = slot;
    p->slots = wanted;
    for (size_t i = 0; i < outcome->count; i++)
        *slot_of(outcome, &outcome->series[i]) = (uint32_t)i + 1;
    return 0;
}

/* The row of a series, made when it is new. */
static int
find_or_add(struct outcome *outcome, const struct series *key, size_t *row)
{
    struct outcome_private *p = outcome->private;

    if (grow_slots(outcome) < 0)
        return ERR_MEMORY;
    uint32_t *slot = slot_of(outcome, key);

    if (*slot == 0) {
        if (outcome->count >= UINT32_MAX - 1)
            return ERR_LIMIT;
        if (mem_grow(&outcome->series, &outcome->capacity, outcome->count + 1,
                     sizeof *outcome->series) < 0 ||
            VEC_ROOM(&p->room) < 0)
            return ERR_MEMORY;
        outcome->series[outcome->count] = *key;
        p->room.item[p->room.count++] = 0;
        outcome->count++;
        *slot = (uint32_t)outcome->count;
    }
    *row = *slot - 1;
    return 0;
}

/* Room for `count` values, those not yet there as absent. */
static int
fill_to(struct series *series, size_t *room, size_t count)
{
    if (mem_grow(&series->value, room, count, sizeof *series->value) < 0)
        return ERR_MEMORY;
    while (series->count < count)
        series->value[series->count++] = series_absent(series->metric);
    return 0;
}

static int
put(struct outcome *outcome, const struct series *key, size_t n, double value, bool join)
{
    size_t row;
    int rc = find_or_add(outcome, key, &row);

    if (rc < 0)
        return rc;
    struct series *series = &outcome->series[row];
    const bool repeated = series->count > n;

    if (fill_to(series, &outcome->private->room.item[row], n + 1) < 0)
        return ERR_MEMORY;
    series->value[n] =
        repeated && join ? observation_join(series->metric, series->value[n], value) : value;
    return 0;
}

int
series_join(struct outcome *outcome, uint32_t strategy, enum metric_id metric, struct label label,
            size_t n, double value)
{
    const struct series key = {.metric = metric, .strategy = strategy, .label = label};

    return put(outcome, &key, n, value, true);
}

int
series_replace(struct outcome *outcome, uint32_t strategy, enum metric_id metric,
               struct label label, size_t n, double value)
{
    const struct series key = {.metric = metric, .strategy = strategy, .label = label};

    return put(outcome, &key, n, value, false);
}

int
series_finish(struct outcome *outcome)
{
    struct outcome_private *p = outcome->private;

    for (size_t i = 0; i < outcome->count; i++) {
        struct series *series = &outcome->series[i];
        const size_t trials = outcome_trials(outcome, metric_table[series->metric].plane);

        if (fill_to(series, &p->room.item[i], trials) < 0)
            return ERR_MEMORY;
    }
    if (outcome->count > 1)
        qsort(outcome->series, outcome->count, sizeof *outcome->series, compare_series);
    /* Rows have moved: both would now mislead. */
    free(p->slot);
    free(p->room.item);
    p->slot = NULL;
    p->slots = 0;
    p->room.item = NULL;
    p->room.count = p->room.capacity = 0;
    return 0;
}

const struct series *
outcome_find(const struct outcome *outcome, uint32_t strategy, enum metric_id metric,
             struct label label)
{
    const struct series key = {.metric = metric, .strategy = strategy, .label = label};

    if (outcome->count == 0)
        return NULL;
    return bsearch(&key, outcome->series, outcome->count, sizeof *outcome->series, compare_series);
}
