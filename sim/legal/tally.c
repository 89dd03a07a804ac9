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
    t->life = calloc(t->authorities + 1, sizeof *t->life);
    if (t->first_source == NULL || t->by_source == NULL || t->by_jurisdiction == NULL ||
        t->by_custodian == NULL || t->cell == NULL || t->curve == NULL || t->life == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < EXPOSURES * t->cells; i++)
        t->cell[i].first = SIM_NEVER;
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
    for (uint32_t a = 0; t->life != NULL && a < t->authorities; a++)
        free(t->life[a].item);
    free(t->first_source);
    free(t->by_source);
    free(t->by_jurisdiction);
    free(t->by_custodian);
    free(t->cell);
    free(t->curve);
    free(t->life);
    *t = (struct tally){0};
}

/* Exposure */

static void
add_to(struct tally *t, enum exposure kind, uint32_t row, uint64_t accounts, sim_ns at)
{
    struct cell *c = &t->cell[kind * t->cells + row];

    if (accounts == 0)
        return;
    c->accounts += (double)accounts;
    c->days += (double)accounts * days_from_ns(t->model->horizon - at);
    if (at < c->first)
        c->first = at;
}

static void
add_to_curve(struct tally *t, enum exposure kind, uint32_t who, uint64_t accounts, sim_ns at)
{
    const double place = (double)at / (double)t->model->horizon * CURVE_POINTS;
    const size_t i = (size_t)fmin(ceil(place), CURVE_POINTS);
    const size_t curve = kind == EXPOSED_CONTENT ? CURVE_CONTENT : CURVE_METADATA;

    t->curve[(curve * (1 + t->authorities) + who) * (CURVE_POINTS + 1) + i] += accounts;
}

void
tally_gains(struct tally *t, uint32_t authority, uint32_t cohort, sim_ns at, const struct gains *g)
{
    for (enum exposure k = EXPOSED_CONTENT; k < EXPOSURES; k++) {
        add_to(t, k, 0, g->any[k], at);
        add_to(t, k, cell_authority(authority), g->mine[k], at);
        add_to(t, k, cell_cohort(t, cohort), g->any[k], at);
        add_to(t, k, cell_authority_cohort(t, authority, cohort), g->mine[k], at);
        for (uint32_t c = 0; c < t->classes; c++) {
            add_to(t, k, cell_class(t, c), g->any_class[k][c], at);
            add_to(t, k, cell_authority_class(t, authority, c), g->mine_class[k][c], at);
        }
        if (k == EXPOSED_CONTENT || k == EXPOSED_METADATA) {
            add_to_curve(t, k, 0, g->any[k], at);
            add_to_curve(t, k, 1 + authority, g->mine[k], at);
        }
    }
}

/* Requests */

static uint64_t *
source_counts(const struct tally *t, uint32_t source, uint32_t period)
{
    return &t->by_source[((size_t)source * t->periods + period) * FATES];
}

void
tally_received(struct tally *t, uint32_t source, sim_ns received)
{
    t->total[FATE_RECEIVED]++;
    source_counts(t, source, model_period(t->model, received))[FATE_RECEIVED]++;
}

void
tally_fate(struct tally *t, uint32_t source, sim_ns received, enum fate fate, uint32_t shown)
{
    const uint32_t own = t->model->world->authority[t->authority_of[source]].jurisdiction.i;
    const bool answer = fate == FATE_CONTENT || fate == FATE_METADATA;

    t->total[fate]++;
    if (!answer || shown == own)
        source_counts(t, source, model_period(t->model, received))[fate]++;
    t->by_jurisdiction[shown * FATES + fate]++;
    if (fate != FATE_CHALLENGED)
        t->by_jurisdiction[shown * FATES + FATE_RECEIVED]++;
}

int
tally_delay(struct tally *t, uint32_t authority, sim_ns received, sim_ns first_yield)
{
    struct life_list *list = &t->life[authority];
    const bool event = first_yield != SIM_NEVER;
    const sim_ns end = event ? first_yield : t->model->horizon;

    if (VEC_ROOM(list) < 0)
        return ERR_MEMORY;
    list->item[list->count++] = (struct lifetime){days_from_ns(end - received), event};
    return 0;
}
