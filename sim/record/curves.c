/* Exposure over the horizon: the mean of the replications and their central 95 %. */
#include "record/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAIL 0.025 /* left out at either end */

/* One up, so that LABEL_ALL wraps to 0: the total before its parts. */
static int
compare_keys(const struct curve_key *a, const struct curve_key *b)
{
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

/* FNV-1a (Fowler, Noll, Vo) over the parts of a key; only for looking up, never for an order. */
static uint64_t
hash_of(const struct curve_key *key)
{
    const uint16_t part[] = {key->strategy, key->authority, key->adversary, key->cohort, key->kind};
    uint64_t hash = 0xcbf29ce484222325;

    for (unsigned i = 0; i < COUNT(part); i++)
        hash = (hash ^ part[i]) * 0x100000001b3;
    return hash ^ hash >> 32;
}

/* Where a key is, or belongs. There are slots. */
static uint32_t *
slot_of(const struct curve_list *list, const struct curve_key *key)
{
    size_t at = (size_t)hash_of(key) & (list->slots - 1);

    while (list->slot[at] != 0 && compare_keys(&list->item[list->slot[at] - 1].key, key) != 0)
        at = (at + 1) & (list->slots - 1);
    return &list->slot[at];
}

static int
grow_slots(struct curve_list *list)
{
    const size_t wanted = list->slots > 0 ? list->slots * 2 : 64;

    if (list->slots > 2 * list->count)
        return 0;
    uint32_t *slot = calloc(wanted, sizeof *slot);

    if (slot == NULL || list->count >= UINT32_MAX / 4) {
        free(slot);
        return ERR_MEMORY;
    }
    free(list->slot);
    list->slot = slot;
    list->slots = wanted;
    for (size_t i = 0; i < list->count; i++)
        *slot_of(list, &list->item[i].key) = (uint32_t)i + 1;
    return 0;
}

/* The rows of a key, made when they are new; NULL when out of memory. */
static struct curve_rows *
find_or_add(struct curve_list *list, const struct curve_key *key)
{
    if (grow_slots(list) < 0)
        return NULL;
    uint32_t *slot = slot_of(list, key);

    if (*slot == 0) {
        if (VEC_ROOM(list) < 0)
            return NULL;
        list->item[list->count] = (struct curve_rows){.key = *key};
        *slot = (uint32_t)++list->count;
    }
    return &list->item[*slot - 1];
}

static bool
is_within(uint16_t ordinal, uint32_t count)
{
    return ordinal == LABEL_ALL || ordinal < count;
}

static bool
is_known(const struct legend *legend, const struct curve *c)
{
    return c->strategy < legend->strategies && c->kind < CURVE_KINDS &&
           is_within(c->authority, legend->names[LABEL_AUTHORITY]) &&
           is_within(c->cohort, legend->names[LABEL_COHORT]) &&
           is_within(c->adversary, ADVERSARIES) &&
           (c->authority == LABEL_ALL || c->adversary == LABEL_ALL);
}

static int
add_bytes(struct curve_rows *rows, const struct curve *curve, size_t n)
{
    unsigned char bytes[CURVE_BYTES_MAX];
    const size_t size = curve_pack(curve->value, bytes);

    if (VEC_ROOM(&rows->trial) < 0 ||
        mem_grow(&rows->bytes.item, &rows->bytes.capacity, rows->bytes.count + size, 1) < 0)
        return ERR_MEMORY;
    memcpy(rows->bytes.item + rows->bytes.count, bytes, size);
    rows->bytes.count += size;
    rows->trial.item[rows->trial.count++] = (struct curve_trial){n, rows->bytes.count};
    return 0;
}

int
curves_add(struct outcome *outcome, const struct recording *recording, size_t n)
{
    for (size_t i = 0; i < recording->curves.count; i++) {
        const struct curve *c = &recording->curves.item[i];
        const struct curve_key key = {c->strategy, c->authority, c->adversary, c->cohort, c->kind};

        if (!is_known(outcome->private->legend, c))
            return ERR_INPUT;
        struct curve_rows *rows = find_or_add(&outcome->private->curves, &key);

        if (rows == NULL || add_bytes(rows, c, n) < 0)
            return ERR_MEMORY;
        if (c->strategy < 64)
            outcome->strategies |= UINT64_C(1) << c->strategy;
    }
    return 0;
}

/* The values of the i-th of its trials. */
static void
read_trial(const struct curve_rows *rows, size_t i, double value[CURVE_POINTS + 1])
{
    const size_t from = i > 0 ? rows->trial.item[i - 1].end : 0, to = rows->trial.item[i].end;

    /* They were packed here: they read back. */
    if (curve_unpack(value, rows->bytes.item + from, to - from) < 0)
        memset(value, 0, (CURVE_POINTS + 1) * sizeof *value);
}

static int
compare_values(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Type 7 of Hyndman and Fan 1996, as quantile_of, of values in order: these are sorted once. */
static double
quantile_in_order(const double *value, size_t count, double q)
{
    const double place = q * (double)(count - 1);
    const size_t below = (size_t)place;

    if (below + 1 >= count)
        return value[count - 1];
    return value[below] + (place - (double)below) * (value[below + 1] - value[below]);
}

/* Sorts the values, but sums them in the order of the replications. */
static struct estimate
central(double *value, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += value[i];
    qsort(value, count, sizeof *value, compare_values);
    return (struct estimate){
        .mean = sum / (double)count,
        .low = quantile_in_order(value, count, TAIL),
        .high = quantile_in_order(value, count, 1 - TAIL),
    };
}

/* `value` has room for the points of all replications: [CURVE_POINTS + 1][legal]. */
static int
finish_one(struct outcome *outcome, const struct curve_rows *rows, double *value)
{
    const size_t trials = outcome->legal;
    double of_trial[CURVE_POINTS + 1];

    if (mem_grow(&outcome->curve, &outcome->curve_capacity, outcome->curves + 1,
                 sizeof *outcome->curve) < 0)
        return ERR_MEMORY;
    struct curve_estimate *curve = &outcome->curve[outcome->curves++];
    const struct curve_key *key = &rows->key;

    *curve = (struct curve_estimate){.strategy = key->strategy,
                                     .authority = key->authority,
                                     .adversary = key->adversary,
                                     .cohort = key->cohort,
                                     .kind = key->kind};
    memset(value, 0, (CURVE_POINTS + 1) * trials * sizeof *value);
    for (size_t i = 0; i < rows->trial.count; i++) {
        read_trial(rows, i, of_trial);
        for (unsigned k = 0; k <= CURVE_POINTS; k++)
            value[k * trials + rows->trial.item[i].n] = of_trial[k];
    }
    for (unsigned k = 0; k <= CURVE_POINTS; k++)
        curve->point[k] = central(value + k * trials, trials);
    return 0;
}

static int
compare_rows(const void *a, const void *b)
{
    const struct curve_rows *const *x = a, *const *y = b;

    return compare_keys(&(*x)->key, &(*y)->key);
}

int
curves_finish(struct outcome *outcome)
{
    const struct curve_list *list = &outcome->private->curves;
    const struct curve_rows **order = calloc(list->count + 1, sizeof *order);
    double *value = calloc((CURVE_POINTS + 1) * outcome->legal + 1, sizeof *value);
    int rc = order != NULL && value != NULL ? 0 : ERR_MEMORY;

    for (size_t i = 0; rc == 0 && i < list->count; i++)
        order[i] = &list->item[i];
    if (rc == 0 && list->count > 1)
        qsort(order, list->count, sizeof(const struct curve_rows *), compare_rows);
    for (size_t i = 0; rc == 0 && i < list->count; i++)
        rc = finish_one(outcome, order[i], value);
    free(order);
    free(value);
    return rc;
}

void
curves_release(struct curve_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->item[i].trial.item);
        free(list->item[i].bytes.item);
    }
    free(list->item);
    free(list->slot);
    *list = (struct curve_list){0};
}

/* The curve that a label speaks of; false when there is none told apart by it. */
static bool
key_of(const struct outcome *outcome, uint32_t strategy, struct label label, enum curve_kind kind,
       struct curve_key *out)
{
    for (unsigned i = 0; i < LABELS; i++) {
        if (i != LABEL_AUTHORITY && i != LABEL_COHORT && i != LABEL_ADVERSARY &&
            label.of[i] != LABEL_ALL)
            return false;
    }
    if (label.of[LABEL_AUTHORITY] != LABEL_ALL && label.of[LABEL_ADVERSARY] != LABEL_ALL)
        return false;
    if (label.of[LABEL_COHORT] == 0 && outcome->private->legend->names[LABEL_COHORT] == 1)
        label.of[LABEL_COHORT] = LABEL_ALL; /* the only one is all */
    *out = (struct curve_key){(uint16_t)strategy, label.of[LABEL_AUTHORITY],
                              label.of[LABEL_ADVERSARY], label.of[LABEL_COHORT], (uint16_t)kind};
    return strategy < outcome->private->legend->strategies && kind < CURVE_KINDS;
}

const struct curve_estimate *
outcome_find_curve(const struct outcome *outcome, uint32_t strategy, struct label label,
                   enum curve_kind kind)
{
    struct curve_key key;
    size_t from = 0, to = outcome->curves;

    if (!key_of(outcome, strategy, label, kind, &key))
        return NULL;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const struct curve_estimate *c = &outcome->curve[middle];
        const struct curve_key its = {(uint16_t)c->strategy, (uint16_t)c->authority,
                                      (uint16_t)c->adversary, (uint16_t)c->cohort,
                                      (uint16_t)c->kind};
        const int order = compare_keys(&its, &key);

        if (order == 0)
            return c;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

void
outcome_label_curve_values(const struct outcome *outcome, uint32_t strategy, struct label label,
                           enum curve_kind kind, uint32_t point, double *out)
{
    const struct curve_list *list = &outcome->private->curves;
    double value[CURVE_POINTS + 1];
    struct curve_key key;
    const bool is_told_apart =
        key_of(outcome, strategy, label, kind, &key) && point <= CURVE_POINTS;
    const uint32_t row = is_told_apart && list->slots > 0 ? *slot_of(list, &key) : 0;

    for (size_t i = 0; i < outcome->legal; i++)
        out[i] = is_told_apart ? 0 : (double)NAN;
    for (size_t i = 0; row > 0 && i < list->item[row - 1].trial.count; i++) {
        read_trial(&list->item[row - 1], i, value);
        out[list->item[row - 1].trial.item[i].n] = value[point];
    }
}

void
outcome_curve_values(const struct outcome *outcome, uint32_t strategy, uint32_t authority,
                     enum curve_kind kind, uint32_t point, double *out)
{
    const bool anyone = authority == LABEL_ALL || authority == NONE;

    outcome_label_curve_values(outcome, strategy,
                               anyone ? label_total
                                      : label_with(label_total, LABEL_AUTHORITY, authority),
                               kind, point, out);
}
