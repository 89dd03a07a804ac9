/* Joining what an authority holds of an account: does it open a class? */
#include <string.h>
#include "legal/ledger.h"

/* The versions of whose forms the gathered masks satisfy any, as a mask. */
static uint64_t
versions_held(const struct form *form, uint32_t forms, const uint64_t *gathered)
{
    uint64_t versions = 0;

    for (uint32_t i = 0; i < forms; i++)
        if (gathered[i] != 0 && formula_holds(form[i].formula, gathered[i]))
            versions |= UINT64_C(1) << form[i].version;
    return versions;
}

static void
gather_holding(struct ledger *l, const struct touch *t, const struct holding *h, unsigned class,
               sim_ns fresh_from)
{
    const struct effect *e = &l->facts.table->effects.item[h->effect];

    for (uint32_t i = e->first[class]; i < e->first[class + 1]; i++) {
        const struct piece *p = &l->facts.table->pieces.item[i];
        uint64_t keys = p->taken;

        l->fragments[p->data] |= p->fragments;
        if (h->at < t->since)
            l->before[p->data] |= p->fragments;
        if (h->ciphertext_only)
            continue;
        if (p->shared == NULL && (h->captured >> class & 1) != 0)
            keys |= p->cached; /* a shared one is among the cohort's keys */
        l->keys[p->keys] |= keys;
        if (h->at >= fresh_from)
            l->fresh[p->keys] |= keys;
    }
}

/* `now`: of the lever at hand; else of an earlier one of the same request. `chance`: the account's
 * draws; NULL: nothing cached was taken. */
static void
gather_taking(struct ledger *l, const struct effect *e, unsigned class, bool ciphertext_only,
              const double *chance, bool now)
{
    for (uint32_t i = e->first[class]; i < e->first[class + 1]; i++) {
        const struct piece *p = &l->facts.table->pieces.item[i];
        uint64_t keys = p->taken;

        l->fragments[p->data] |= p->fragments;
        if (ciphertext_only)
            continue;
        if (p->shared != NULL ? l->common < p->capture
                              : chance != NULL && chance[e->draw[class]] < p->capture)
            keys |= p->cached;
        l->keys[p->keys] |= keys | p->used;
        if (now)
            l->fresh[p->keys] |= keys;
    }
}

static void
gather_shared(struct ledger *l, const struct touch *t, uint32_t tract, unsigned class,
              sim_ns fresh_from)
{
    const struct cohort_keys *keys = &l->book[t->cohort].keys;

    for (const struct cohort_key *k = cohort_keys_first(keys, t->authority, tract, class);
         k != NULL; k = cohort_keys_row(keys, k->next)) {
        l->keys[k->form] |= k->stores;
        if (k->at >= fresh_from)
            l->fresh[k->form] |= k->stores;
    }
}

struct span
ledger_key_span(const struct ledger *l, const struct touch *t, uint32_t part, unsigned class)
{
    const struct timeline *line = l->facts.timeline;
    const struct placed *placed =
        phase_placed(line, &line->phase[t->phase], t->cohort, part, class);

    if (placed->copies == 0 || placed->copy[0].former)
        return (struct span){0, 0};
    return timeline_key_span(line, placed->copy[0].version, placed->copy[0].rule->rotation_s,
                             t->at);
}

/* Is a key of the version that new data get whole among the fresh ones? */
static bool
is_extracted(const struct ledger *l, const struct touch *t, uint32_t part, unsigned class)
{
    const struct timeline *line = l->facts.timeline;
    const struct placed *placed =
        phase_placed(line, &line->phase[t->phase], t->cohort, part, class);

    return placed->copies > 0 && !placed->copy[0].former &&
           (versions_held(line->keys, line->key_forms, l->fresh) >> placed->copy[0].version & 1) !=
               0;
}

bool
ledger_has_taken(const struct ledger *l, const struct touch *t, const struct taken *taken,
                 uint32_t tract)
{
    const struct strata *s = &l->book[t->cohort].strata;

    return taken->part == strata_part(s, taken->phase, tract) &&
           (!l->all || strata_there(s, taken->phase, tract));
}

/* Is the class seen in use? */
static bool
is_seen(const struct ledger *l, const struct effect *e, unsigned class, const double *chance)
{
    bool captured = false;

    for (uint32_t i = e->first[class]; i < e->first[class + 1]; i++) {
        const struct piece *p = &l->facts.table->pieces.item[i];

        captured |= p->cached != 0 && p->shared == NULL && chance[e->draw[class]] < p->capture;
    }
    return (e->watched >> class & 1) != 0 &&
           chance[DRAW_WATCH + class] < (captured ? e->watch_too[class] : e->watch[class]);
}

struct standing
ledger_judge(struct ledger *l, const struct touch *t, const struct state *state,
             const struct view *v, unsigned class, const double chance[DRAWS], bool apart)
{
    const struct book *book = &l->book[t->cohort];
    const struct timeline *line = l->facts.timeline;
    const struct effect_table *table = l->facts.table;
    const uint32_t part = strata_part(&book->strata, t->phase, state->tract);
    const sim_ns fresh_from = ledger_key_span(l, t, part, class).from;
    bool seen = false;

    memset(l->fragments, 0, line->data_forms * sizeof *l->fragments);
    memset(l->before, 0, line->data_forms * sizeof *l->before);
    memset(l->keys, 0, line->key_forms * sizeof *l->keys);
    memset(l->fresh, 0, line->key_forms * sizeof *l->fresh);
    for (uint32_t row = v->holdings; row != 0; row = holding_at(&book->states, row)->next)
        if ((holding_at(&book->states, row)->classes >> class & 1) != 0)
            gather_holding(l, t, holding_at(&book->states, row), class, fresh_from);
    for (size_t i = 0; i < t->takings; i++) {
        const struct effect *e = &table->effects.item[t->taken[i].effect];
        const bool now = t->taken[i].effect == t->effect[part];

        if (!ledger_has_taken(l, t, &t->taken[i], state->tract))
            continue;
        gather_taking(l, e, class, t->taken[i].ciphertext_only, apart && !now ? NULL : chance, now);
        seen |= !t->taken[i].ciphertext_only && (now || !apart) && is_seen(l, e, class, chance);
    }
    if (cohort_keys_any(&book->keys, t->authority))
        gather_shared(l, t, state->tract, class, fresh_from);
    const uint64_t whole = versions_held(line->data, line->data_forms, l->fragments);
    const uint64_t key = versions_held(line->keys, line->key_forms, l->keys);
    const uint64_t before = versions_held(line->data, line->data_forms, l->before);

    return (struct standing){
        .whole = whole != 0,
        .opens = seen || (whole & key) != 0,
        .retroactive = (before & key) != 0,
        .extracted = is_extracted(l, t, part, class),
    };
}

/* The accounts of a part had the same rules, unless the cohort has grown: then its first ones
 * count.
 */
void
ledger_gather_shared(struct ledger *l, uint32_t authority, uint32_t cohort, uint32_t phase,
                     uint32_t part, unsigned class)
{
    const struct book *b = &l->book[cohort];
    uint32_t tract = 0;

    while (tract < b->strata.tracts && strata_part(&b->strata, phase, tract) != part)
        tract++;
    if (tract == b->strata.tracts)
        return; /* nobody is there */
    for (const struct cohort_key *k = cohort_keys_first(&b->keys, authority, tract, class);
         k != NULL; k = cohort_keys_row(&b->keys, k->next))
        l->keys[k->form] |= k->stores;
}

/* All of the cohort's tracts and classes that the rule serves in this phase get the key. */
static int
share(struct ledger *l, const struct touch *t, const struct piece *piece, uint64_t stores)
{
    const struct timeline *line = l->facts.timeline;
    struct book *book = &l->book[t->cohort];
    int rc = 0;

    for (uint32_t tract = 0; tract < book->strata.tracts; tract++)
        for (uint32_t k = 0; k < line->classes && rc == 0; k++) {
            const uint32_t part = strata_part(&book->strata, t->phase, tract);
            const struct placed *placed =
                phase_placed(line, &line->phase[t->phase], t->cohort, part, k);

            for (uint32_t i = 0; i < placed->copies && rc == 0; i++)
                if (placed->copy[i].rule == piece->shared && placed->copy[i].keys == piece->keys)
                    rc = cohort_keys_add(
                        &book->keys, t->authority, tract, k,
                        (struct cohort_key){.at = t->at, .stores = stores, .form = piece->keys},
                        ledger_key_span(l, t, part, k).from, &l->again);
        }
    return rc;
}

static int
share_part(struct ledger *l, const struct touch *t, uint32_t part)
{
    const struct effect *e = &l->facts.table->effects.item[t->effect[part]];
    int rc = 0;

    for (unsigned rest = e->shared & t->asked; rest != 0; rest &= rest - 1) {
        const unsigned k = (unsigned)__builtin_ctz(rest);

        for (uint32_t i = e->first[k]; i < e->first[k + 1] && rc == 0; i++) {
            const struct piece *p = &l->facts.table->pieces.item[i];
            const uint64_t stores = p->taken | (l->common < p->capture ? p->cached : 0);

            if (p->shared != NULL && stores != 0)
                rc = share(l, t, p, stores);
        }
    }
    return rc;
}

int
ledger_share_keys(struct ledger *l, const struct touch *t)
{
    int rc = 0;

    for (uint64_t rest = t->parts; rest != 0 && rc == 0; rest &= rest - 1)
        rc = share_part(l, t, (uint32_t)__builtin_ctzll(rest));
    return rc;
}
