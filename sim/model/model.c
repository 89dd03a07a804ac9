#include "model/model.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void
model_free(struct model *model)
{
    struct arena arena;

    if (model == NULL)
        return;
    arena = model->arena; /* the model may itself lie in the arena it owns */
    arena_release(&arena);
}

const struct epoch *
epoch_at(const struct strategy *s, sim_ns t)
{
    uint32_t i = s->epochs - 1;

    while (i > 0 && s->epoch[i].from > t)
        i--;
    return &s->epoch[i];
}

static bool
rule_serves(const struct rule *r, struct cohort_id cohort)
{
    return (r->cohorts >> cohort.i & 1) != 0;
}

const struct rule *
epoch_rule(const struct epoch *e, struct cohort_id cohort, struct class_id class, double u)
{
    double taken = 0; /* part of the accounts that rules above speak for */

    for (uint32_t i = 0; i < e->rules; i++) {
        const struct rule *r = &e->rule[i];
        bool mine = true;

        if (!rule_serves(r, cohort))
            continue;
        if (!isnan(r->share)) {
            mine = u >= taken && u < taken + r->share;
            taken += r->share; /* for every class alike: the same accounts */
        }
        if (mine && (r->classes >> class.i & 1) != 0)
            return r;
    }
    return NULL;
}

double
epoch_cache_reads(const struct epoch *e, struct cohort_id cohort, const struct rule *rule, double u)
{
    const struct cohort *c = &e->world->cohort[cohort.i];
    double weight = 0;

    for (uint32_t k = 0; k < e->world->classes; k++)
        if (epoch_rule(e, cohort, (struct class_id){k}, u) == rule)
            weight += e->world->class[k].weight;
    return c->operations_per_s * c->reads * weight;
}

uint32_t
epoch_parts(const struct epoch *e, struct cohort_id cohort, double *upper, uint32_t most)
{
    double taken = 0;
    uint32_t n = 0;

    for (uint32_t i = 0; i < e->rules; i++) {
        const struct rule *r = &e->rule[i];

        if (!rule_serves(r, cohort) || isnan(r->share) || r->share <= 0)
            continue;
        taken += r->share;
        if (n < most)
            upper[n] = fmin(taken, 1);
        n++;
    }
    if (n == 0 || taken < 1) {
        if (n < most)
            upper[n] = 1;
        n++;
    }
    return n;
}

bool
formula_holds(const struct formula *f, uint64_t holders)
{
    uint32_t have = 0;

    if (f->leaf != NONE)
        return (holders >> f->leaf & 1) != 0;
    for (uint32_t i = 0; i < f->parts && have < f->need; i++)
        have += formula_holds(&f->part[i], holders);
    return have >= f->need;
}

bool
formula_same(const struct formula *a, const struct formula *b)
{
    if (a->need != b->need || a->leaf != b->leaf || a->parts != b->parts)
        return false;
    for (uint32_t i = 0; i < a->parts; i++)
        if (!formula_same(&a->part[i], &b->part[i]))
            return false;
    return true;
}

/* Halves since year 0, so that differences count periods. */
static int
half_number(int64_t unix_s)
{
    int year, half;

    date_half(unix_s, &year, &half);
    return 2 * year + half - 1;
}

static int64_t
unix_at(const struct model *m, sim_ns t)
{
    return m->starts_unix_s + t / NS_PER_S;
}

uint32_t
model_period(const struct model *m, sim_ns t)
{
    const sim_ns last = m->horizon > 0 ? m->horizon - 1 : 0;

    if (t > last)
        t = last;
    return (uint32_t)(half_number(unix_at(m, t)) - half_number(m->starts_unix_s));
}

uint32_t
model_periods(const struct model *m)
{
    return model_period(m, m->horizon) + 1;
}

void
model_period_name(const struct model *m, uint32_t period, char out[16])
{
    const unsigned n = (unsigned)half_number(m->starts_unix_s) + period;

    snprintf(out, 16, "%u-H%u", n / 2 % 100000, n % 2 + 1);
}

sim_ns
model_period_start(const struct model *m, uint32_t period)
{
    const int n = half_number(m->starts_unix_s) + (int)period;
    const int64_t start = date_of_half(n / 2, n % 2 + 1) - m->starts_unix_s;

    return start < 0 ? 0 : start * NS_PER_S;
}
