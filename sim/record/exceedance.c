#include "record/exceedance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "record/private.h"

#define LEVEL 0.95

/* A replication's loss and its world. */
struct loss {
    double value;
    size_t world;
};

static int
by_value(const void *a, const void *b)
{
    const struct loss *x = a, *y = b;

    return (x->value > y->value) - (x->value < y->value);
}

static int
add_point(struct exceedance *out, double loss, struct estimate probability)
{
    if (VEC_ROOM(out) < 0)
        return ERR_MEMORY;
    out->item[out->count++] = (struct exceedance_point){loss, probability};
    return 0;
}

static int
points_of_values(struct exceedance *out, const struct loss *loss, size_t count)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        if (i > 0 && loss[i].value == loss[i - 1].value)
            continue;
        rc = add_point(out, loss[i].value, estimate_share(count - i, count, LEVEL));
    }
    out->none = estimate_share(0, count, LEVEL).high;
    return rc;
}

/* The mean of the worlds' shares: `reach` of `all` in each reach the loss at hand. Near 1 what is
 * rare is the rest. */
static struct estimate
estimate_worlds(const double *reach, const double *all, double *share, size_t worlds)
{
    size_t seen = 0;

    for (size_t w = 0; w < worlds; w++)
        if (all[w] > 0)
            share[seen++] = reach[w] / all[w];
    struct estimate e = estimate_rare_mean(share, seen, 1, LEVEL);

    if (e.mean > 0.5) {
        for (size_t i = 0; i < seen; i++)
            share[i] = 1 - share[i];
        const struct estimate rest = estimate_rare_mean(share, seen, 1, LEVEL);

        return (struct estimate){e.mean, fmax(1 - rest.high, 0), 1 - rest.low};
    }
    e.high = fmin(e.high, 1);
    return e;
}

static int
points_of_worlds(struct exceedance *out, const struct loss *loss, size_t count, size_t worlds)
{
    double *reach = calloc(3 * worlds, sizeof *reach);
    double *all = reach + worlds, *share = all + worlds;
    int rc = reach != NULL ? 0 : ERR_MEMORY;

    for (size_t i = 0; i < count && rc == 0; i++) {
        reach[loss[i].world]++;
        all[loss[i].world]++;
    }
    for (size_t i = 0; i < count && rc == 0; i++) {
        if (i == 0 || loss[i].value != loss[i - 1].value)
            rc = add_point(out, loss[i].value, estimate_worlds(reach, all, share, worlds));
        reach[loss[i].world]--;
    }
    if (rc == 0)
        out->none = estimate_worlds(reach, all, share, worlds).high;
    free(reach);
    return rc;
}

/* Wider where they must be, so that neither bound rises with the loss. */
static void
widen(struct exceedance *out)
{
    for (size_t i = 1; i < out->count; i++) {
        struct estimate *e = &out->item[i].probability;

        e->low = fmin(e->low, out->item[i - 1].probability.low);
    }
    double high = out->none;

    for (size_t i = out->count; i-- > 0;) {
        struct estimate *e = &out->item[i].probability;

        high = fmax(high, e->high);
        e->high = high;
    }
}

static int
make(struct exceedance *out, struct loss *loss, size_t count, size_t worlds)
{
    int rc;

    out->count = 0;
    out->none = 1;
    if (count == 0)
        return 0;
    qsort(loss, count, sizeof *loss, by_value);
    rc = worlds == 0 ? points_of_values(out, loss, count)
                     : points_of_worlds(out, loss, count, worlds);
    if (rc == 0 && worlds > 0)
        widen(out);
    return rc;
}

int
exceedance_make(struct exceedance *out, const double *value, size_t count)
{
    struct loss *loss = calloc(count + 1, sizeof *loss);
    int rc = loss != NULL ? 0 : ERR_MEMORY;

    for (size_t i = 0; i < count && rc == 0; i++) {
        loss[i].value = value[i];
        if (!(value[i] >= 0))
            rc = ERR_INPUT;
    }
    if (rc == 0)
        rc = make(out, loss, count, 0);
    free(loss);
    return rc;
}

void
exceedance_release(struct exceedance *exceedance)
{
    free(exceedance->item);
    *exceedance = (struct exceedance){0};
}

struct estimate
exceedance_loss(const struct exceedance *curve, double p)
{
    struct estimate e = {(double)NAN, (double)NAN, (double)NAN};

    if (curve->count == 0 || !(p > 0 && p <= 1))
        return e;
    e.low = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const struct exceedance_point *at = &curve->item[i];

        if (at->probability.mean >= p)
            e.mean = at->loss;
        if (at->probability.low >= p)
            e.low = at->loss;
        if (at->probability.high >= p)
            e.high = at->loss;
    }
    if (curve->none >= p)
        e.high = (double)INFINITY;
    return e;
}

int
outcome_exceedance(const struct outcome *outcome, uint32_t strategy, enum metric_id metric,
                   struct label label, struct exceedance *out)
{
    const struct series *series = outcome_find(outcome, strategy, metric, label);
    const enum plane plane = metric_table[metric].plane;
    const size_t count = outcome_trials(outcome, plane);
    const size_t worlds = outcome->private->legend->worlds;
    struct loss *loss = calloc(count + 1, sizeof *loss);
    int rc = loss != NULL ? 0 : ERR_MEMORY;

    for (size_t i = 0; i < count && rc == 0; i++) {
        const double value = series != NULL ? series->value[i] : series_absent(metric);

        loss[i].value = value;
        loss[i].world = worlds > 0 ? (size_t)(outcome_replication(outcome, plane, i) % worlds) : 0;
        if (!(value >= 0))
            rc = ERR_INPUT;
    }
    if (rc == 0)
        rc = make(out, loss, count, count > worlds ? worlds : 0);
    free(loss);
    return rc;
}
