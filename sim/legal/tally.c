#include "legal/tally.h"
#include <math.h>
#include <stdlib.h>

/* Rows of cells: the total, then each authority, cohort, authority and cohort, class, authority and
 * class, adversary, adversary and cohort, adversary and class, source. */
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

static uint32_t
cell_adversary(const struct tally *t, uint32_t v)
{
    return cell_authority_class(t, t->authorities, 0) + v;
}

static uint32_t
cell_adversary_cohort(const struct tally *t, uint32_t v, uint32_t c)
{
    return cell_adversary(t, ADVERSARIES) + v * t->cohorts + c;
}

static uint32_t
cell_adversary_class(const struct tally *t, uint32_t v, uint32_t k)
{
    return cell_adversary_cohort(t, ADVERSARIES, 0) + v * t->classes + k;
}

static uint32_t
cell_source(const struct tally *t, uint32_t s)
{
    return cell_adversary_class(t, ADVERSARIES, 0) + s;
}

/* Who a curve is of: anyone, then each authority, then each class of adversary. */
static uint32_t
curve_authority(uint32_t a)
{
    return 1 + a;
}

static uint32_t
curve_adversary(const struct tally *t, uint32_t v)
{
    return curve_authority(t->authorities) + v;
}

uint32_t
tally_curve_whos(const struct tally *t)
{
    return curve_adversary(t, ADVERSARIES);
}

/* The place of a curve's row; `of` is 0 for all cohorts, 1 more than the cohort for one. */
static uint32_t *
curve_place(const struct tally *t, enum curve_kind kind, uint32_t who, uint32_t of)
{
    return &t->curves.row[((size_t)kind * tally_curve_whos(t) + who) * (1 + t->cohorts) + of];
}

static int
make_counts(struct tally *t)
{
    const size_t periods = (size_t)t->sources * t->periods;

    t->first_source = calloc(t->authorities + 1, sizeof *t->first_source);
    t->by_source = calloc(periods + 1, FATES * sizeof *t->by_source);
    t->by_jurisdiction = calloc(t->jurisdictions + 1, FATES * sizeof *t->by_jurisdiction);
    t->by_custodian = calloc(t->custodians + 1, FATES * sizeof *t->by_custodian);
    t->asked_by_source = calloc(periods + 1, ASKED * sizeof *t->asked_by_source);
    t->asked_by_jurisdiction =
        calloc(t->jurisdictions + 1, ASKED * sizeof *t->asked_by_jurisdiction);
    t->asked_by_custodian = calloc(t->custodians + 1, ASKED * sizeof *t->asked_by_custodian);
    t->delay = calloc(t->authorities + 1, sizeof *t->delay);
    t->events = calloc(t->authorities + 1, sizeof *t->events);
    t->period_end = calloc(t->periods + 1, sizeof *t->period_end);
    if (t->first_source == NULL || t->by_source == NULL || t->by_jurisdiction == NULL ||
        t->by_custodian == NULL || t->asked_by_source == NULL || t->asked_by_jurisdiction == NULL ||
        t->asked_by_custodian == NULL || t->delay == NULL || t->events == NULL ||
        t->period_end == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < t->periods; i++)
        t->period_end[i] = i + 1 < t->periods ? model_period_start(t->model, i + 1) : SIM_NEVER;
    for (uint32_t a = 0, s = 0; a < t->authorities; a++) {
        while (s < t->sources && t->authority_of[s] < a)
            s++;
        t->first_source[a] = s;
    }
    return 0;
}

static int
make_exposure(struct tally *t)
{
    const struct world *w = t->timeline->phase[0].world;

    t->cells = cell_source(t, t->sources);
    t->cell = calloc((size_t)EXPOSURES * t->cells, sizeof *t->cell);
    t->curves.row =
        calloc((size_t)CURVE_KINDS * tally_curve_whos(t) * (1 + t->cohorts), sizeof *t->curves.row);
    t->class_of = calloc((size_t)t->sources * t->cohorts + 1, sizeof *t->class_of);
    if (t->cell == NULL || t->curves.row == NULL || t->class_of == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < (size_t)EXPOSURES * t->cells; i++)
        t->cell[i].first = SIM_NEVER;
    for (uint32_t s = 0; s < t->sources; s++)
        for (uint32_t c = 0; c < t->cohorts; c++)
            t->class_of[(size_t)s * t->cohorts + c] = (uint8_t)adversary_of(
                w, (struct authority_id){t->authority_of[s]}, (struct cohort_id){c});
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
    const int rc = make_counts(t);

    return rc < 0 ? rc : make_exposure(t);
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
    free(t->events);
    free(t->asked_by_source);
    free(t->asked_by_jurisdiction);
    free(t->asked_by_custodian);
    free(t->cell);
    free(t->lumps.item);
    free(t->lumps.slot);
    free(t->curves.row);
    free(t->curves.item);
    free(t->class_of);
    free(t->delay);
    free(t->period_end);
    *t = (struct tally){0};
}

/* Exposure */

static bool
is_like(const struct lump *l, const struct lump *key)
{
    return l->source == key->source && l->cohort == key->cohort && l->kind == key->kind &&
           l->gain.mine == key->gain.mine && l->gain.kin == key->gain.kin &&
           l->gain.any == key->gain.any && l->gain.first_mine == key->gain.first_mine &&
           l->gain.first_kin == key->gain.first_kin && l->gain.first_any == key->gain.first_any;
}

/* FNV-1a (Fowler, Noll, Vo) over the parts of a key; only for looking up, never for an order. */
static uint64_t
hash_of(const struct lump *key)
{
    const struct gain *g = &key->gain;
    const uint64_t part[] = {key->source,
                             key->cohort,
                             key->kind,
                             g->mine,
                             g->kin,
                             g->any,
                             (uint64_t)g->first_mine | (uint64_t)g->first_kin << 1 |
                                 (uint64_t)g->first_any << 2};
    uint64_t hash = 0xcbf29ce484222325;

    for (unsigned i = 0; i < COUNT(part); i++)
        hash = (hash ^ part[i]) * 0x100000001b3;
    return hash ^ hash >> 32;
}

static uint32_t *
slot_of(const struct tally *t, const struct lump *key)
{
    size_t at = (size_t)hash_of(key) & (t->lumps.slots - 1);

    while (t->lumps.slot[at] != 0 && !is_like(&t->lumps.item[t->lumps.slot[at] - 1], key))
        at = (at + 1) & (t->lumps.slots - 1);
    return &t->lumps.slot[at];
}

static int
grow_slots(struct tally *t)
{
    const size_t wanted = t->lumps.slots > 0 ? t->lumps.slots * 2 : 64;

    if (t->lumps.slots > 2 * t->lumps.count)
        return 0;
    uint32_t *slot = calloc(wanted, sizeof *slot);

    if (slot == NULL || t->lumps.count >= UINT32_MAX / 4) {
        free(slot);
        return ERR_MEMORY;
    }
    free(t->lumps.slot);
    t->lumps.slot = slot;
    t->lumps.slots = wanted;
    for (size_t i = 0; i < t->lumps.count; i++)
        *slot_of(t, &t->lumps.item[i]) = (uint32_t)i + 1;
    return 0;
}

/* The lump like `key`, added when it is the first; NULL when out of memory. */
static struct lump *
lump_like(struct tally *t, const struct lump *key)
{
    const size_t last = t->last_lump[key->kind];

    if (last < t->lumps.count && is_like(&t->lumps.item[last], key))
        return &t->lumps.item[last];
    if (grow_slots(t) < 0)
        return NULL;
    uint32_t *slot = slot_of(t, key);

    if (*slot == 0) {
        if (VEC_ROOM(&t->lumps) < 0)
            return NULL;
        t->lumps.item[t->lumps.count++] = *key;
        *slot = (uint32_t)t->lumps.count;
    }
    t->last_lump[key->kind] = *slot - 1;
    return &t->lumps.item[*slot - 1];
}

static int
add_growth(struct tally *t, enum curve_kind kind, uint32_t who, uint32_t of, size_t point,
           uint64_t accounts)
{
    uint32_t *place = curve_place(t, kind, who, of);

    if (*place == 0) {
        if (VEC_ROOM(&t->curves) < 0)
            return ERR_MEMORY;
        t->curves.item[t->curves.count++] = (struct growths){0};
        *place = (uint32_t)t->curves.count;
    }
    t->curves.item[*place - 1].at[point] += accounts;
    return 0;
}

const struct growths *
tally_curve(const struct tally *t, enum curve_kind kind, uint32_t who, uint32_t of)
{
    const uint32_t row = *curve_place(t, kind, who, of);

    return row > 0 ? &t->curves.item[row - 1] : NULL;
}

/* Accounts first exposed at `at` to whom the gain says, of all cohorts and, of several, of theirs.
 */
static int
add_to_curves(struct tally *t, enum curve_kind kind, const struct lump *l, sim_ns at,
              const struct gain_run *run)
{
    const double place = (double)at / (double)t->model->horizon * CURVE_POINTS;
    const size_t point = (size_t)fmin(ceil(place), CURVE_POINTS);
    const struct {
        bool first;
        uint32_t who;
    } to[] = {
        {run->gain.first_any, 0},
        {run->gain.first_mine, curve_authority(t->authority_of[l->source])},
        {run->gain.first_kin, curve_adversary(t, tally_class(t, l->source, l->cohort))},
    };
    int rc = 0;

    for (unsigned i = 0; i < COUNT(to) && rc == 0; i++) {
        if (!to[i].first)
            continue;
        rc = add_growth(t, kind, to[i].who, 0, point, run->accounts);
        if (rc == 0 && t->cohorts > 1)
            rc = add_growth(t, kind, to[i].who, 1 + l->cohort, point, run->accounts);
    }
    return rc;
}

int
tally_gain(struct tally *t, uint32_t source, uint32_t cohort, sim_ns at, enum exposure kind,
           const struct gain_run *run)
{
    static const enum curve_kind curve[KINDS_KEPT] = {
        [EXPOSED_CONTENT] = CURVE_CONTENT,
        [EXPOSED_METADATA] = CURVE_METADATA,
        [EXPOSED_CIPHERTEXT] = CURVE_CIPHERTEXT,
    };
    const struct lump key = {
        .source = source, .cohort = cohort, .kind = kind, .gain = run->gain, .first = SIM_NEVER};
    struct lump *l = lump_like(t, &key);

    if (l == NULL)
        return ERR_MEMORY;
    l->accounts += run->accounts;
    l->time += run->time;
    if (at < l->first)
        l->first = at;
    return kind < KINDS_KEPT ? add_to_curves(t, curve[kind], l, at, run) : 0;
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

static void
spread(struct tally *t, const struct lump *l)
{
    const uint32_t authority = t->authority_of[l->source];
    const enum adversary class = tally_class(t, l->source, l->cohort);

    if (l->gain.first_any) {
        add_to(t, l, 0);
        add_to(t, l, cell_cohort(t, l->cohort));
    }
    if (l->gain.first_mine) {
        add_to(t, l, cell_authority(authority));
        add_to(t, l, cell_authority_cohort(t, authority, l->cohort));
        add_to(t, l, cell_source(t, l->source));
    }
    if (l->gain.first_kin) {
        add_to(t, l, cell_adversary(t, class));
        add_to(t, l, cell_adversary_cohort(t, class, l->cohort));
    }
    for (unsigned rest = l->gain.any; rest != 0; rest &= rest - 1)
        add_to(t, l, cell_class(t, (uint32_t)__builtin_ctz(rest)));
    for (unsigned rest = l->gain.mine; rest != 0; rest &= rest - 1)
        add_to(t, l, cell_authority_class(t, authority, (uint32_t)__builtin_ctz(rest)));
    for (unsigned rest = l->gain.kin; rest != 0; rest &= rest - 1)
        add_to(t, l, cell_adversary_class(t, class, (uint32_t)__builtin_ctz(rest)));
}

void
tally_spread(struct tally *t)
{
    for (size_t i = 0; i < t->lumps.count; i++)
        spread(t, &t->lumps.item[i]);
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
    const struct authority *authority = &t->model->world->authority[t->authority_of[source]];

    if (authority->threat != NULL)
        return;
    count_fates(t->total, fate, challenged);
    count_fates(&t->by_jurisdiction[shown * FATES], fate, challenged);
    if (shown == authority->jurisdiction.i)
        count_fates(source_counts(t, source, period), fate, challenged);
}

void
tally_event(struct tally *t, uint32_t source)
{
    t->events[t->authority_of[source]]++;
}

static void
count_asked(uint64_t *counts, enum asks asks, bool complied)
{
    static const enum asked which[ASKS_KINDS] = {
        [ASKS_REMOVAL] = ASKED_REMOVAL,
        [ASKS_RESTRICTION] = ASKED_RESTRICTION,
        [ASKS_PRESERVATION] = ASKED_PRESERVATION,
    };

    if (asks == ASKS_DISCLOSURE)
        return;
    counts[which[asks]]++;
    counts[ASKED_COMPLIED] += complied;
}

void
tally_asked(struct tally *t, uint32_t source, uint32_t period, enum asks asks, bool complied,
            uint32_t shown)
{
    const struct authority *authority = &t->model->world->authority[t->authority_of[source]];

    if (authority->threat != NULL)
        return;
    count_asked(t->asked_total, asks, complied);
    count_asked(&t->asked_by_jurisdiction[shown * ASKED], asks, complied);
    if (shown == authority->jurisdiction.i)
        count_asked(&t->asked_by_source[((size_t)source * t->periods + period) * ASKED], asks,
                    complied);
}

void
tally_ordered_ask(struct tally *t, uint32_t custodian, enum asks asks, bool complied)
{
    count_asked(&t->asked_by_custodian[custodian * ASKED], asks, complied);
}

int
tally_delay(struct tally *t, uint32_t authority, sim_ns received, sim_ns first_yield)
{
    struct delay_list *list = &t->delay[authority];
    const bool event = first_yield != SIM_NEVER;
    const sim_ns end = event ? first_yield : t->model->horizon;

    if (t->model->world->authority[authority].threat != NULL)
        return 0;
    if (VEC_ROOM(list) < 0)
        return ERR_MEMORY;
    list->item[list->count++] = (struct keyed){(uint64_t)(end - received), event};
    return 0;
}
