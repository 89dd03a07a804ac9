/* Exposure over the horizon: the mean of the replications and their central 95 %. */
#include "record/private.h"

#include <stdlib.h>

#define TAIL 0.025 /* left out at either end */

/* NULL when the legend has no such strategy, authority or kind. */
static struct curve_rows *
rows_of(const struct outcome *outcome, uint32_t strategy, uint32_t authority, uint32_t kind)
{
    const struct outcome_private *p = outcome->private;
    const uint32_t authorities = p->legend->names[LABEL_AUTHORITY];
    const size_t row = authority == LABEL_ALL || authority == NONE ? 0 : (size_t)authority + 1;

    if (strategy >= p->legend->strategies || row > authorities || kind >= CURVE_KINDS)
        return NULL;
    return &p->curves[((size_t)strategy * (authorities + 1) + row) * CURVE_KINDS + kind];
}

int
curves_add(struct outcome *outcome, const struct recording *recording, size_t n)
{
    for (size_t i = 0; i < recording->curves.count; i++) {
        const struct curve *curve = &recording->curves.item[i];
        struct curve_rows *rows = rows_of(outcome, curve->strategy, curve->authority, curve->kind);

        if (rows == NULL)
            return ERR_INPUT;
        if (curve->strategy < 64)
            outcome->strategies |= UINT64_C(1) << curve->strategy;
        if (VEC_ROOM(rows) < 0)
            return ERR_MEMORY;
        struct curve_row *row = &rows->item[rows->count++];

        row->n = n;
        for (unsigned k = 0; k <= CURVE_POINTS; k++)
            row->value[k] = curve->value[k];
    }
    return 0;
}

static void
values_at(const struct curve_rows *rows, unsigned point, double *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = 0;
    for (size_t i = 0; i < rows->count; i++)
        out[rows->item[i].n] = rows->item[i].value[point];
}

static struct estimate
central(const double *value, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += value[i];
    return (struct estimate){
        .mean = sum / (double)count,
        .low = quantile_of(value, count, TAIL),
        .high = quantile_of(value, count, 1 - TAIL),
    };
}

static int
finish_one(struct outcome *outcome, uint32_t strategy, uint32_t row, uint32_t kind, double *value)
{
    const uint32_t authority = row == 0 ? LABEL_ALL : row - 1;
    const struct curve_rows *rows = rows_of(outcome, strategy, authority, kind);

    if (rows->count == 0)
        return 0;
    if (mem_grow(&outcome->curve, &outcome->curve_capacity, outcome->curves + 1,
                 sizeof *outcome->curve) < 0)
        return ERR_MEMORY;
    struct curve_estimate *curve = &outcome->curve[outcome->curves++];

    curve->strategy = strategy;
    curve->authority = authority;
    curve->kind = kind;
    for (unsigned i = 0; i <= CURVE_POINTS; i++) {
        values_at(rows, i, value, outcome->legal);
        curve->point[i] = central(value, outcome->legal);
    }
    return 0;
}

int
curves_finish(struct outcome *outcome)
{
    const struct legend *legend = outcome->private->legend;
    double *value = calloc(outcome->legal + 1, sizeof *value);
    int rc = value != NULL ? 0 : ERR_MEMORY;

    for (uint32_t s = 0; s < legend->strategies; s++) {
        for (uint32_t a = 0; a <= legend->names[LABEL_AUTHORITY]; a++) {
            for (uint32_t k = 0; rc == 0 && k < CURVE_KINDS; k++)
                rc = finish_one(outcome, s, a, k, value);
        }
    }
    free(value);
    return rc;
}

void
outcome_curve_values(const struct outcome *outcome, uint32_t strategy, uint32_t authority,
                     enum curve_kind kind, uint32_t point, double *out)
{
    static const struct curve_rows none;
    const struct curve_rows *rows = rows_of(outcome, strategy, authority, kind);

    values_at(rows != NULL && point <= CURVE_POINTS ? rows : &none, point, out, outcome->legal);
}
