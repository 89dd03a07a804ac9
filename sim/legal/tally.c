#include "legal/tally.h"
#include <math.h>
#include <stdlib.h>

/* Rows of cells: the total, then each authority, cohort, authority and cohort, class, authority and
 * class. */
static uint32_t
cell_authority(uint32_t a)
{
    return 1 + a;
}

static uint32_t
cell_cohort(const struct tally *t, uint32_t c)
{
    return cell_authority(t->authorities) + c;
}

static uint32_t
cell_authority_cohort(const struct tally *t, uint32_t a, uint32_t c)
{
    return cell_cohort(t, t->cohorts) + a * t->cohorts + c;
}

static uint32_t
cell_class(const struct tally *t, uint32_t k)
{
    return cell_authority_cohort(t, t->authorities, 0) + k;
}

static uint32_t
cell_authority_class(const struct tally *t, uint32_t a, uint32_t k)
{
    return cell_class(t, t->classes) + a * t->classes + k;
}

static int
make_counts(struct tally *t)
{
    t->first_source = calloc(t->authorities + 1, sizeof *t->first_source);
    t->by_source = calloc((size_t)t->sources * t->periods + 1, FATES * sizeof *t->by_source);
    t->by_jurisdiction = calloc(t->jurisdictions + 1, FATES * sizeof *t->by_jurisdiction);
    t->by_custodian = calloc(t->custodians + 1, FATES * sizeof *t->by_custodian);
    t->cell = calloc((size_t)EXPOSURES * t->cells, sizeof *t->cell);
    t->curve =
        calloc((size_t)CURVE_KINDS * (1 + t->authorities), (CURVE_POINTS + 1) * sizeof *t->curve);
    t->delay = calloc(t->authorities + 1, sizeof *t->delay);
    t->period_end = calloc(t->periods + 1, sizeof *t->period_end);
    if (t->period_end == NULL || t->first_source == NULL || t->by_source == NULL ||
        t->by_jurisdiction == NULL || t->by_custodian == NULL || t->cell == NULL ||
        t->curve == NULL || t->delay == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < EXPOSURES * t->cells; i++)
        t->cell[i].first = SIM_NEVER;
    for (uint32_t i = 0; i < t->periods; i++)
        t->period_end[i] = i + 1 < t->periods ? model_period_start(t->model, i + 1) : SIM_NEVER;
    for (uint32_t a = 0, s = 0; a < t->authorities; a++) {
        while (s < t->sources && t->authority_of[s] < a)
            s++;
        t->first_source[a] = s;
    }
    return 0;
}

int
tally_init(struct tally *t, const struct model *model, const struct timeline *timeline,
           const uint32_t *authority_of, uint32_t sources)
{
    const struct world *w = model->world;

    *t = (struct tally){
        .model = model,
        .timeline = timeline,
        .sources = sources,
        .periods = model_periods(model),
        .authorities = w->authorities,
        .cohorts = w->cohorts,
        .classes = w->classes,
        .jurisdictions = w->jurisdictions,
        .custodians = w->custodians,
        .authority_of = authority_of,
    };
    t->cells = cell_authority_class(t, t->authorities, 0);
    return make_counts(t);
}

void
tally_release(struct tally *t)
{
    for (uint32_t a = 0; t->delay != NULL && a < t->authorities; a++)
        free(t->delay[a].item);
    free(t->first_source);
    free(t->by_source);
    free(t->by_jurisdiction);
    free(t->by_custodian);
    free(t->cell);
    free(t->lumps.item);
    free(t->curve);
    free(t->delay);
    free(t->period_end);
    *t = (struct tally){0};
}

/* Exposure */

static bool
is_like(const struct lump *l, uint32_t source, uint32_t cohort, enum exposure kind,
        struct gain gain)
{
    return l->source == source && l->cohort == cohort && l->kind == kind &&
           l->gain.mine == gain.mine && l->gain.kin == gain.kin && l->gain.any == gain.any &&
           l->gain.first_mine == gain.first_mine && l->gain.first_kin == gain.first_kin &&
           l->gain.first_any == gain.first_any;
}

static struct lump *
lump_like(struct tally *t, uint32_t source, uint32_t cohort, enum exposure kind, struct gain gain)
{
    size_t i = t->last_lump[kind];

    if (i < t->lumps.count && is_like(&t->lumps.item[i], source, cohort, kind, gain))
        return &t->lumps.item[i];
    for (i = 0; i < t->lumps.count; i++)
        if (is_like(&t->lumps.item[i], source, cohort, kind, gain))
            break;
    if (i == t->lumps.count) {
        if (VEC_ROOM(&t->lumps) < 0)
            return NULL;
        t->lumps.item[t->lumps.count++] = (struct lump){
            .source = source, .cohort = cohort, .kind = kind, .gain = gain, .first = SIM_NEVER};
    }
    t->last_lump[kind] = i;
    return &t->lumps.item[i];
}

static void
add_to_curve(struct tally *t, enum exposure kind, uint32_t authority, sim_ns at,
             const struct gain_run *run)
{
    const double place = (double)at / (double)t->model->horizon * CURVE_POINTS;
    const size_t i = (size_t)fmin(ceil(place), CURVE_POINTS);
    const size_t curve = kind == EXPOSED_CONTENT ? CURVE_CONTENT : CURVE_METADATA;
    uint64_t *anyone = &t->curve[curve * (1 + t->authorities) * (CURVE_POINTS + 1) + i];

    if (run->gain.first_any)
        *anyone += run->accounts;
    if (run->gain.first_mine)
        anyone[(size_t)(1 + authority) * (CURVE_POINTS + 1)] += run->accounts;
}

int
tally_gain(struct tally *t, uint32_t source, uint32_t cohort, sim_ns at, enum exposure kind,
           const struct gain_run *run)
{
    struct lump *l = lump_like(t, source, cohort, kind, run->gain);

    if (l == NULL)
        return ERR_MEMORY;
    l->accounts += run->accounts;
    l->time += run->time;
    if (at < l->first)
        l->first = at;
    if (kind == EXPOSED_CONTENT || kind == EXPOSED_METADATA)
        add_to_curve(t, kind, t->authority_of[source], at, run);
    return 0;
}

static void
add_to(struct tally *t, const struct lump *l, uint32_t row)
{
    struct cell *c = &t->cell[l->kind * t->cells + row];

    c->accounts += l->accounts;
    c->time += l->time;
    if (l->first < c->first)
        c->first = l->first;
}

void
tally_spread(struct tally *t)
{
    for (size_t i = 0; i < t->lumps.count; i++) {
        const struct lump *l = &t->lumps.item[i];
        const uint32_t authority = t->authority_of[l->source];

        if (l->gain.first_any) {
            add_to(t, l, 0);
            add_to(t, l, cell_cohort(t, l->cohort));
        }
        if (l->gain.first_mine) {
            add_to(t, l, cell_authority(authority));
            add_to(t, l, cell_authority_cohort(t, authority, l->cohort));
        }
        for (unsigned rest = l->gain.any; rest != 0; rest &= rest - 1)
            add_to(t, l, cell_class(t, (uint32_t)__builtin_ctz(rest)));
        for (unsigned rest = l->gain.mine; rest != 0; rest &= rest - 1)
            add_to(t, l, cell_authority_class(t, authority, (uint32_t)__builtin_ctz(rest)));
    }
}

/* Requests */

static uint64_t *
source_counts(const struct tally *t, uint32_t source, uint32_t period)
{
    return &t->by_source[((size_t)source * t->periods + period) * FATES];
}

uint32_t
tally_period(struct tally *t, sim_ns at)
{
    if (t->period > 0 && at < t->period_end[t->period - 1])
        t->period = 0;
    while (at >= t->period_end[t->period])
        t->period++;
    return t->period;
}

static void
count_fates(uint64_t *counts, enum fate fate, bool challenged)
{
    counts[FATE_RECEIVED]++;
    counts[fate]++;
    counts[FATE_CHALLENGED] += challenged;
}

void
tally_request(struct tally *t, uint32_t source, uint32_t period, enum fate fate, bool challenged,
              uint32_t shown)
{
    const uint32_t own = t->model->world->authority[t->authority_of[source]].jurisdiction.i;

    count_fates(t->total, fate, challenged);
    count_fates(&t->by_jurisdiction[shown * FATES], fate, challenged);
    if (shown == own)
        count_fates(source_counts(t, source, period), fate, challenged);
}

int
tally_delay(struct tally *t, uint32_t authority, sim_ns received, sim_ns first_yield)
{
    struct delay_list *list = &t->delay[authority];
    const bool event = first_yield != SIM_NEVER;
    const sim_ns end = event ? first_yield : t->model->horizon;

    if (VEC_ROOM(list) < 0)
        return ERR_MEMORY;
    list->item[list->count++] = (struct keyed){(uint64_t)(end - received), event};
    return 0;
}
