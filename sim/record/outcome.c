#include "record/private.h"

#include <assert.h>
#include <stdlib.h>

static size_t
cells(const struct legend *legend)
{
    return (size_t)legend->names[LABEL_COHORT] * legend->names[LABEL_DATA];
}

static size_t
pools(const struct legend *legend)
{
    return (size_t)legend->strategies * (legend->names[LABEL_COHORT] + 1);
}

int
outcome_init(struct outcome *outcome, const struct legend *legend)
{
    *outcome = (struct outcome){0};
    struct outcome_private *p = calloc(1, sizeof *p);

    outcome->private = p;
    if (p == NULL)
        return ERR_MEMORY;
    p->legend = legend;
    /* One more than needed, so that nothing asks for 0 bytes. */
    p->cell = calloc(cells(legend) + 1, sizeof *p->cell);
    p->pool = calloc(pools(legend) + 1, sizeof *p->pool);
    if (p->cell == NULL || p->pool == NULL) {
        outcome_release(outcome);
        return ERR_MEMORY;
    }
    return 0;
}

static int
observations_add(struct outcome *outcome, const struct recording *recording, size_t n)
{
    for (size_t i = 0; i < recording->observations.count; i++) {
        const struct observation *o = &recording->observations.item[i];

        if (o->metric >= METRICS || o->strategy >= outcome->private->legend->strategies ||
            metric_table[o->metric].plane != recording->plane)
            return ERR_INPUT;
        if (o->strategy < 64)
            outcome->strategies |= UINT64_C(1) << o->strategy;
        const int rc =
            series_join(outcome, o->strategy, (enum metric_id)o->metric, o->label, n, o->value);

        if (rc < 0)
            return rc;
    }
    return 0;
}

int
outcome_add(struct outcome *outcome, const struct recording *recording)
{
    struct outcome_private *p = outcome->private;

    assert(!p->finished);
    if (recording->plane > PLANE_TRAFFIC)
        return ERR_INPUT;
    const size_t n = p->number[recording->plane].count;

    if (n > 0 && p->number[recording->plane].item[n - 1] >= recording->replication)
        return ERR_INPUT;
    if (VEC_ROOM(&p->number[recording->plane]) < 0)
        return ERR_MEMORY;
    p->number[recording->plane].item[p->number[recording->plane].count++] = recording->replication;
    outcome->legal = p->number[PLANE_LEGAL].count;
    outcome->traffic = p->number[PLANE_TRAFFIC].count;

    int rc = observations_add(outcome, recording, n);

    if (rc == 0 && recording->windows.count > 0)
        rc = recording->plane == PLANE_TRAFFIC ? windows_add(outcome, recording, n) : ERR_INPUT;
    if (rc == 0 && recording->curves.count > 0)
        rc = recording->plane == PLANE_LEGAL ? curves_add(outcome, recording, n) : ERR_INPUT;
    return rc;
}

size_t
outcome_trials(const struct outcome *outcome, enum plane plane)
{
    return outcome->private->number[plane].count;
}

uint64_t
outcome_replication(const struct outcome *outcome, enum plane plane, size_t n)
{
    assert(n < outcome->private->number[plane].count);
    return outcome->private->number[plane].item[n];
}

int
outcome_finish(struct outcome *outcome)
{
    struct outcome_private *p = outcome->private;
    int rc;

    assert(!p->finished);
    p->finished = true;
    rc = blocks_add(outcome);
    if (rc == 0)
        rc = series_finish(outcome);
    if (rc == 0)
        rc = curves_finish(outcome);
    for (size_t i = 0; rc == 0 && i < outcome->count; i++) {
        struct series *s = &outcome->series[i];

        s->estimate = outcome_estimate_values(outcome, s->metric, s->value, s->count,
                                              outcome_one(outcome, s->metric, s->label),
                                              p->legend->horizon_days);
    }
    return rc;
}

void
outcome_release(struct outcome *outcome)
{
    struct outcome_private *p = outcome->private;

    for (size_t i = 0; i < outcome->count; i++)
        free(outcome->series[i].value);
    free(outcome->series);
    free(outcome->curve);
    if (p != NULL) {
        for (size_t i = 0; p->cell != NULL && i < cells(p->legend); i++)
            served_release(&p->cell[i]);
        for (size_t i = 0; p->pool != NULL && i < pools(p->legend); i++)
            blend_release(&p->pool[i]);
        served_release(&p->sum);
        free(p->slot);
        free(p->room.item);
        free(p->number[0].item);
        free(p->number[1].item);
        curves_release(&p->curves);
        free(p->cell);
        free(p->pool);
        free(p);
    }
    *outcome = (struct outcome){0};
}
