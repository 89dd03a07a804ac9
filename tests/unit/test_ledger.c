/*
 * The ledger against a naive one that keeps every taking of every account one by one and works out
 * from all of them, anew each time, what stands open: random takings of random effects over random
 * forms, of listed accounts and in bulk.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "ledger_check.h"

enum {
    SITES = 3,
    STORES = 3,
    FORMS = 6, /* half of them of each version */
    VERSIONS = 2,
    CLASSES = 3, /* the last is metadata */
    COHORTS = 2,
    PARTS = 2, /* of the second cohort; the first has one */
    PHASES = 2,
    COPIES = 2,
    EFFECTS = 4, /* of each part in each phase */
    ACCOUNTS = 9,
    FIRST_ACCOUNTS = 6, /* of the second cohort, in the first phase */
    AUTHORITIES = 4,
    REQUESTS = 60,
    STEPS = 2 * REQUESTS, /* at most two levers each */
    RULES = 4,
    HORIZON = 400,
    SECOND_PHASE = 150,
    KEYS_MOST = CLASSES * FORMS * (1 << STORES),
};

#define LEAVES_PER_NS 0.002

/* A random world of forms, rules and effects. Times are in ns. */
struct forms {
    struct formula leaf[SITES], all[2];
    struct form data[FORMS], keys[FORMS];
    struct rule rule[RULES];
    struct copy copy[PHASES][COHORTS * PARTS][CLASSES][COPIES];
    struct placed placed[PHASES][COHORTS * PARTS][CLASSES];
    struct phase phase[PHASES];
    struct parts parts[COHORTS];
    struct cohort cohort[PHASES][COHORTS];
    struct authority authority[AUTHORITIES];
    struct world world[PHASES];
    sim_ns version_from[VERSIONS];
    struct timeline timeline;
    struct effect effect[PHASES * COHORTS * PARTS * EFFECTS];
    struct piece piece[PHASES * COHORTS * PARTS * EFFECTS * CLASSES * COPIES];
    struct effect_table table;
    struct departed departed[COHORTS];
    struct departures departures;
};

static void
fill_formulas(struct forms *f, struct stream *s)
{
    static const enum { ONE, TWO_OF_THREE, ALL } kinds[] = {ONE, TWO_OF_THREE, ALL};

    for (uint32_t i = 0; i < SITES; i++)
        f->leaf[i] = (struct formula){.leaf = i};
    for (uint32_t i = 0; i < 2; i++)
        f->all[i] = (struct formula){.need = 2 + i, .leaf = NONE, .part = f->leaf, .parts = SITES};
    for (uint32_t i = 0; i < FORMS; i++) {
        const uint64_t d = stream_below(s, COUNT(kinds)), k = stream_below(s, COUNT(kinds));

        f->data[i].formula = kinds[d] == ONE ? &f->leaf[stream_below(s, SITES)] : &f->all[d - 1];
        f->keys[i].formula = kinds[k] == ONE ? &f->leaf[stream_below(s, STORES)] : &f->all[k - 1];
        f->data[i].version = f->keys[i].version = i / (FORMS / VERSIONS);
    }
}

static void
fill_worlds(struct forms *f)
{
    static const struct threat criminal = {.class = ADVERSARY_CRIMINAL};

    for (uint32_t a = 0; a < AUTHORITIES; a++)
        f->authority[a] = (struct authority){.jurisdiction = {a / 2}};
    f->authority[AUTHORITIES - 1].threat = &criminal;
    for (uint32_t p = 0; p < PHASES; p++) {
        for (uint32_t c = 0; c < COHORTS; c++) {
            f->cohort[p][c] = (struct cohort){.resident_of = {c}, .accounts = ACCOUNTS};
            if (p == 0 && c == 1)
                f->cohort[p][c].accounts = FIRST_ACCOUNTS;
        }
        f->world[p] = (struct world){.cohort = f->cohort[p],
                                     .cohorts = COHORTS,
                                     .authority = f->authority,
                                     .authorities = AUTHORITIES,
                                     .classes = CLASSES};
    }
}

/* The newest copy is of the phase's version, a former one of that or an older one. */
static uint16_t
former_form(uint64_t first, uint32_t n, uint32_t phase)
{
    const uint64_t forms = (phase + 1) * (FORMS / VERSIONS);

    return (uint16_t)((first + n * (forms - 1)) % forms);
}

/* In the second phase all data are under a new key, or lie as before. */
static void
fill_placed(struct forms *f, struct stream *s)
{
    const bool renewed = stream_below(s, 2) == 0;
    const double rotation = stream_below(s, 2) == 0 ? 0 : 60e-9;

    f->version_from[1] = SECOND_PHASE;
    f->timeline.versions = renewed ? 2 : 1;
    for (uint32_t i = 0; i < RULES; i++)
        f->rule[i] = (struct rule){.cohort_key = i % 2 == 0, .rotation_s = rotation};
    for (uint32_t p = 0; p < PHASES; p++)
        for (uint32_t i = 0; i < COHORTS * PARTS; i++)
            for (uint32_t k = 0; k < CLASSES; k++) {
                struct placed *placed = &f->placed[p][i][k];
                const uint64_t first = p * (FORMS / VERSIONS) + stream_below(s, FORMS / VERSIONS);

                placed->copies = (uint32_t)stream_below(s, COPIES + 1);
                placed->copy = f->copy[p][i][k];
                for (uint32_t n = 0; n < COPIES; n++) {
                    const uint16_t form = former_form(first, n, p);

                    /* two copies of one class have different forms */
                    f->copy[p][i][k][n] = (struct copy){.rule = &f->rule[stream_below(s, RULES)],
                                                        .data = form,
                                                        .keys = form,
                                                        .version = f->data[form].version,
                                                        .former = n > 0};
                }
                if (p == 1 && !renewed) {
                    memcpy(f->copy[p][i][k], f->copy[0][i][k], sizeof f->copy[p][i][k]);
                    placed->copies = f->placed[0][i][k].copies;
                }
            }
}

static void
fill_timeline(struct forms *f)
{
    for (uint32_t p = 0; p < PHASES; p++)
        f->phase[p] = (struct phase){.from = p == 0 ? 0 : SECOND_PHASE,
                                     .epoch = p,
                                     .world = &f->world[p],
                                     .placed = f->placed[p][0]};
    f->parts[0] = (struct parts){.upper = {1}, .count = 1, .first = 0, .accounts = ACCOUNTS};
    f->parts[1] =
        (struct parts){.upper = {0.4, 1}, .count = PARTS, .first = PARTS, .accounts = ACCOUNTS};
    f->timeline = (struct timeline){.classes = CLASSES,
                                    .cohorts = COHORTS,
                                    .phase = f->phase,
                                    .phases = PHASES,
                                    .parts = f->parts,
                                    .parts_in_all = COHORTS * PARTS,
                                    .data = f->data,
                                    .keys = f->keys,
                                    .data_forms = FORMS,
                                    .key_forms = FORMS,
                                    .version_from = f->version_from,
                                    .versions = f->timeline.versions};
}

static struct piece
random_piece(const struct copy *copy, struct stream *s)
{
    static const double capture[] = {0.3, 0.6};
    struct piece p = {.data = copy->data,
                      .keys = copy->keys,
                      .capture = capture[stream_below(s, COUNT(capture))],
                      .shared = copy->rule->cohort_key ? copy->rule : NULL};

    p.fragments = stream_below(s, 2) == 0 ? stream_below(s, 1 << SITES) : 0;
    p.taken = stream_below(s, 1 << STORES) & stream_below(s, 1 << STORES);
    p.used = stream_below(s, 1 << STORES) & stream_below(s, 1 << STORES) & ~p.taken;
    if (stream_below(s, 2) == 0)
        p.cached = stream_below(s, 1 << STORES) & ~p.taken & ~p.used;
    return p;
}

/* The masks that effect.c would set, in the plainest way. */
static void
summarise(const struct forms *f, struct effect *e, const struct piece *piece,
          const struct placed *placed, uint32_t class, uint32_t pieces)
{
    const uint16_t bit = (uint16_t)(1u << class);
    bool part = false, whole = false;

    for (uint32_t i = 0; i < pieces; i++) {
        e->pieces |= bit;
        if (piece[i].cached != 0)
            e->cached |= bit;
        if (piece[i].shared != NULL)
            e->shared |= bit;
        if (piece[i].fragments != 0)
            e->metadata |= bit;
        if (f->keys[piece[i].keys].version == placed->copy[0].version) {
            part |= (piece[i].taken | piece[i].cached) != 0;
            whole |= formula_holds(f->keys[piece[i].keys].formula, piece[i].taken);
        }
        if (!formula_holds(f->data[piece[i].data].formula, piece[i].fragments))
            continue;
        e->whole |= bit;
        for (uint32_t k = 0; k < pieces; k++)
            if (f->keys[piece[k].keys].version == f->data[piece[i].data].version &&
                formula_holds(f->keys[piece[k].keys].formula, piece[k].taken | piece[k].used))
                e->opens |= bit;
    }
    e->extracts |= whole ? bit : 0;
    e->parts |= part && !whole ? bit : 0;
}

/* The first effect of each part depends on no chance. */
static void
fill_effects(struct forms *f, struct stream *s)
{
    uint32_t n = 0, row = 0;

    for (uint32_t p = 0; p < PHASES; p++)
        for (uint32_t i = 0; i < COHORTS * PARTS; i++)
            for (uint32_t number = 0; number < EFFECTS; number++) {
                struct effect *e = &f->effect[row++];

                *e = (struct effect){0};
                for (uint32_t k = 0; k <= CLASSES_MAX; k++) {
                    const struct placed *placed = k < CLASSES ? &f->placed[p][i][k] : NULL;

                    e->first[k] = n;
                    for (uint32_t j = 0; placed != NULL && j < placed->copies; j++) {
                        f->piece[n] = random_piece(&placed->copy[j], s);
                        if (number == 0 || j > 0) /* only what serves now is cached */
                            f->piece[n].cached = 0;
                        n++;
                    }
                    if (placed == NULL)
                        continue;
                    e->draw[k] = (uint8_t)(k / 2); /* two classes under one rule */
                    summarise(f, e, &f->piece[e->first[k]], placed, k, placed->copies);
                    if (number > 0 && stream_below(s, 8) == 0) {
                        e->watched |= (uint16_t)(1u << k);
                        e->watch[k] = 0.45;
                        e->watch_too[k] = 0.2;
                    }
                }
            }
    f->table.effects.item = f->effect;
    f->table.effects.count = row;
    f->table.pieces.item = f->piece;
    f->table.pieces.count = n;
}

static uint32_t
effect_row(uint32_t phase, uint32_t cohort, uint32_t part, uint32_t number)
{
    return ((phase * COHORTS + cohort) * PARTS + part) * EFFECTS + number;
}

/* The naive one */

/* Everything taken of one account by one authority. */
struct naive_taking {
    sim_ns at;
    uint32_t effect, request;
    uint16_t classes;
    bool ciphertext_only, unseals;
    double chance[CLASSES], seen[CLASSES]; /* the draws for cached keys, for what is in use */
    double common;
};

/* A shared key that came into the hands of an authority, for an account. */
struct naive_key {
    sim_ns at;
    uint64_t stores;
    uint32_t class, form;
};

struct naive_account {
    struct naive_taking taking[AUTHORITIES][STEPS];
    size_t takings[AUTHORITIES];
    struct naive_key key[AUTHORITIES][KEYS_MOST];
    size_t keys[AUTHORITIES];
    bool open[AUTHORITIES][KINDS_KEPT][CLASSES];
    sim_ns until[AUTHORITIES][CLASSES]; /* forward */
    struct {
        bool open;
        sim_ns first, told;           /* when opened, and when the user is told of it first */
    } heard[AUTHORITIES][2][CLASSES]; /* content, metadata */
    bool removed, preserved, left;
};

/* By label: each authority; each class of adversaries; anyone. */
enum { LABEL_KIN = AUTHORITIES, LABEL_ANY = AUTHORITIES + ADVERSARIES, LABELS_KEPT };

struct counted {
    uint64_t accounts[LABELS_KEPT][EXPOSURES][1 + CLASSES]; /* all classes first */
    uint64_t time[LABELS_KEPT][EXPOSURES][1 + CLASSES];
};

struct naive {
    struct naive_account account[COHORTS][ACCOUNTS];
    struct counted counted;
};

/* Fields are those of the touch at hand. */
struct act {
    const struct forms *f;
    struct naive *n;
    struct touch touch;
    double common;
    const struct ledger *ledger;
};

static bool
is_kin(const struct act *a, uint32_t authority, uint32_t label)
{
    const uint32_t cohort = a->touch.cohort;

    if (label < AUTHORITIES)
        return authority == label;
    return label == LABEL_ANY ||
           (uint32_t)adversary_of(&a->f->world[0], (struct authority_id){authority},
                                  (struct cohort_id){cohort}) == label - LABEL_KIN;
}

static uint32_t
part_of(const struct act *a, uint64_t account)
{
    return timeline_part(&a->f->timeline, &a->f->phase[a->touch.phase], a->touch.cohort, account);
}

/* Versions whose ciphertext (or key) is whole, from all takings before a time, or from then on. */
static unsigned
naive_versions(const struct act *a, uint64_t account, uint32_t class, bool keys, sim_ns from,
               sim_ns before, bool extracted)
{
    const struct forms *f = a->f;
    const struct naive_account *x = &a->n->account[a->touch.cohort][account];
    const uint32_t who = a->touch.authority;
    const struct form *form = keys ? f->keys : f->data;
    unsigned versions = 0;

    for (uint32_t i = 0; i < FORMS; i++) {
        uint64_t have = 0;

        for (size_t k = 0; k < x->takings[who]; k++) {
            const struct naive_taking *t = &x->taking[who][k];
            const struct effect *e = &f->table.effects.item[t->effect];
            const bool own = t->request == a->touch.request && !extracted;

            if ((t->classes >> class & 1) == 0 || t->at >= before || t->at < from ||
                (keys && t->ciphertext_only) ||
                (t->unseals && (t->request != a->touch.request || extracted)))
                continue;
            for (uint32_t j = e->first[class]; j < e->first[class + 1]; j++) {
                const struct piece *p = &f->table.pieces.item[j];

                if (!keys && p->data == i)
                    have |= p->fragments;
                if (!keys || p->keys != i)
                    continue;
                have |= p->taken;
                have |= own ? p->used : 0;
                if ((p->shared != NULL ? t->common : t->chance[e->draw[class]]) < p->capture)
                    have |= p->cached;
            }
        }
        for (size_t k = 0; keys && k < x->keys[who]; k++) {
            const struct naive_key *key = &x->key[who][k];

            if (key->class == class && key->form == i && key->at < before && key->at >= from)
                have |= key->stores;
        }
        if (formula_holds(form[i].formula, have))
            versions |= 1u << form[i].version;
    }
    return versions;
}

static void
add(struct counted *c, uint32_t label, enum exposure kind, uint32_t row, sim_ns span)
{
    c->accounts[label][kind][row]++;
    c->time[label][kind][row] += (uint64_t)span;
}

/* Counts a class that this authority opens, of each label that has it new, under several kinds. */
static void
open_class(struct act *a, uint32_t class, bool before[AUTHORITIES][CLASSES], enum exposure as,
           sim_ns until)
{
    for (uint32_t label = 0; label < LABELS_KEPT; label++) {
        bool had = false;

        if (!is_kin(a, a->touch.authority, label))
            continue;
        for (uint32_t who = 0; who < AUTHORITIES; who++)
            had |= is_kin(a, who, label) && before[who][class];
        if (!had && until > a->touch.at)
            add(&a->n->counted, label, as, 1 + class, until - a->touch.at);
    }
}

/* The account as such, where none of its classes was open before. */
static void
open_account(struct act *a, bool before[AUTHORITIES][CLASSES], const bool opened[CLASSES],
             enum exposure as, sim_ns until)
{
    for (uint32_t label = 0; label < LABELS_KEPT; label++) {
        bool had = false, now = false;

        if (!is_kin(a, a->touch.authority, label))
            continue;
        for (uint32_t who = 0; who < AUTHORITIES; who++)
            for (uint32_t k = 0; k < CLASSES; k++)
                had |= is_kin(a, who, label) && before[who][k];
        for (uint32_t k = 0; k < CLASSES; k++)
            now |= opened[k];
        if (!had && now && until > a->touch.at)
            add(&a->n->counted, label, as, 0, until - a->touch.at);
    }
}

/* Opens classes of one kind, and counts them under it and under what comes with it. */
static void
open_kind(struct act *a, uint64_t account, enum exposure kind, const bool opened[CLASSES],
          const bool retroactive[CLASSES])
{
    struct naive_account *x = &a->n->account[a->touch.cohort][account];
    const uint32_t who = a->touch.authority;
    bool before[AUTHORITIES][CLASSES], fresh[CLASSES] = {false}, late[CLASSES] = {false};

    for (uint32_t i = 0; i < AUTHORITIES; i++)
        memcpy(before[i], x->open[i][kind], sizeof before[i]);
    for (uint32_t k = 0; k < CLASSES; k++) {
        fresh[k] = opened[k] && !before[who][k];
        late[k] = fresh[k] && retroactive != NULL && retroactive[k];
        if (!fresh[k])
            continue;
        x->open[who][kind][k] = true;
        open_class(a, k, before, kind, HORIZON);
        if (late[k])
            open_class(a, k, before, EXPOSED_RETROACTIVE, HORIZON);
    }
    open_account(a, before, fresh, kind, HORIZON);
    open_account(a, before, late, EXPOSED_RETROACTIVE, HORIZON);
}

static sim_ns
earlier(sim_ns a, sim_ns b)
{
    return a < b ? a : b;
}

/* Time that stands open forward from now on, beyond what did already. */
static void
forward_to(struct act *a, uint64_t account, const sim_ns end[CLASSES], sim_ns leaves)
{
    struct naive_account *x = &a->n->account[a->touch.cohort][account];

    for (uint32_t label = 0; label < LABELS_KEPT; label++) {
        sim_ns all = a->touch.at, last = 0;

        if (!is_kin(a, a->touch.authority, label))
            continue;
        for (uint32_t k = 0; k < CLASSES; k++) {
            sim_ns from = a->touch.at;

            for (uint32_t who = 0; who < AUTHORITIES; who++)
                if (is_kin(a, who, label) && x->until[who][k] > from)
                    from = x->until[who][k];
            all = from > all ? from : all;
            last = end[k] > last ? end[k] : last;
            if (end[k] > from && leaves > from)
                add(&a->n->counted, label, EXPOSED_FORWARD, 1 + k, earlier(end[k], leaves) - from);
        }
        if (last > all && leaves > all)
            add(&a->n->counted, label, EXPOSED_FORWARD, 0, earlier(last, leaves) - all);
    }
    for (uint32_t k = 0; k < CLASSES; k++)
        if (end[k] > x->until[a->touch.authority][k])
            x->until[a->touch.authority][k] = end[k];
}

static struct span
span_of(const struct act *a, uint64_t account, uint32_t class)
{
    const struct placed *placed = phase_placed(&a->f->timeline, &a->f->phase[a->touch.phase],
                                               a->touch.cohort, part_of(a, account), class);
    struct span span = {0, 0};

    if (placed->copies == 0)
        return span;
    /* renewed with the version, and each time the rotation has passed since it began */
    span.from = a->f->version_from[placed->copy[0].version];
    span.until = placed->copy[0].version + 1 < a->f->timeline.versions ? SECOND_PHASE : HORIZON;
    if (placed->copy[0].rule->rotation_s > 0 && a->touch.at >= span.from) {
        while (span.from + 60 <= a->touch.at)
            span.from += 60;
        if (span.from + 60 < span.until)
            span.until = span.from + 60;
    }
    return span;
}

static bool
has_gone(const struct act *a, uint64_t account)
{
    const struct naive_account *x = &a->n->account[a->touch.cohort][account];

    return x->left || x->removed;
}

/* At a constant rate. */
static sim_ns
leaves_at(const struct act *a, uint64_t account)
{
    if (a->ledger->facts.departures == NULL || a->n->account[a->touch.cohort][account].preserved)
        return SIM_NEVER;
    return (sim_ns)round(departure_threshold(5, 1, a->touch.cohort, account) / LEAVES_PER_NS);
}

/* Of whatever is disclosed of a class that is open, the user is told now, or when the gag ends. */
static void
naive_hear(struct act *a, uint64_t account, const struct effect *e, const bool content[CLASSES],
           const bool metadata[CLASSES])
{
    const struct touch *t = &a->touch;
    struct naive_account *x = &a->n->account[t->cohort][account];
    const sim_ns until = t->hidden_until < HORIZON ? t->hidden_until : HORIZON;
    const sim_ns told = until > t->at ? until : t->at;
    const bool takes = t->mode == MODE_CONTENT || t->mode == MODE_CIPHERTEXT;

    for (uint32_t k = 0; k < CLASSES; k++)
        for (unsigned which = 0; which < 2; which++) {
            const bool open = x->heard[t->authority][which][k].open;
            bool hears = (which == 0 ? content[k] : metadata[k]) && !open;

            if (which == 0)
                hears |= open && takes && e != NULL && (e->pieces & t->asked) >> k & 1;
            else if (e != NULL)
                hears |=
                    ((e->metadata | (t->mode == MODE_CONTENT ? e->opens : 0)) & t->asked) >> k & 1;
            if (!hears)
                continue;
            if (!open)
                x->heard[t->authority][which][k].first = t->at;
            if (!open || told < x->heard[t->authority][which][k].told)
                x->heard[t->authority][which][k].told = told;
            x->heard[t->authority][which][k].open = true;
        }
}

/* From the first opening to the first notice, of all accounts: whose (label), of what (class). */
static sim_ns
hidden_time(const struct naive_account *x, const bool *kin, unsigned which, uint32_t from,
            uint32_t to)
{
    sim_ns first = HORIZON, told = HORIZON;

    for (uint32_t who = 0; who < AUTHORITIES; who++)
        for (uint32_t k = from; k < to && kin[who]; k++)
            if (x->heard[who][which][k].open) {
                if (x->heard[who][which][k].first < first)
                    first = x->heard[who][which][k].first;
                if (x->heard[who][which][k].told < told)
                    told = x->heard[who][which][k].told;
            }
    return told - first;
}

/* Adds the time that is hidden of the cohort's accounts, all classes together in the first row. */
static void
add_hidden(struct act *a, uint32_t label, unsigned which, uint64_t *time)
{
    bool kin[AUTHORITIES];

    for (uint32_t who = 0; who < AUTHORITIES; who++)
        kin[who] = is_kin(a, who, label);
    for (uint32_t row = 0; row <= CLASSES; row++)
        for (uint32_t i = 0; i < ACCOUNTS; i++)
            time[row] += (uint64_t)hidden_time(&a->n->account[a->touch.cohort][i], kin, which,
                                               row > 0 ? row - 1 : 0, row > 0 ? row : CLASSES);
}

static void
count_hidden(struct act *a)
{
    static const enum exposure kind[] = {EXPOSED_HIDDEN, EXPOSED_METADATA_HIDDEN};

    for (uint32_t label = 0; label < LABELS_KEPT; label++)
        for (unsigned which = 0; which < 2; which++) {
            uint64_t *time = a->n->counted.time[label][kind[which]];

            memset(time, 0, (CLASSES + 1) * sizeof *time);
            for (a->touch.cohort = 0; a->touch.cohort < COHORTS; a->touch.cohort++)
                add_hidden(a, label, which, time);
        }
}

/* Does its last lever see the class in use? With another chance if it took the key, too. */
static bool
naive_sees(const struct act *a, uint64_t account, const struct effect *e, uint32_t class)
{
    const struct naive_account *x = &a->n->account[a->touch.cohort][account];
    const struct naive_taking *t =
        &x->taking[a->touch.authority][x->takings[a->touch.authority] - 1];
    bool captured = false;

    for (uint32_t j = e->first[class]; j < e->first[class + 1]; j++) {
        const struct piece *p = &a->f->table.pieces.item[j];

        captured |= p->cached != 0 && p->shared == NULL && t->chance[e->draw[class]] < p->capture;
    }
    return t->seen[class] < (captured ? e->watch_too[class] : e->watch[class]);
}

/* What stands open of the account, of classes of which something was taken. */
static void
naive_judge(struct act *a, uint64_t account, const struct effect *e, uint16_t classes, bool seen)
{
    const struct touch *t = &a->touch;
    struct naive_account *x = &a->n->account[t->cohort][account];
    bool content[CLASSES] = {false}, metadata[CLASSES] = {false}, whole[CLASSES] = {false};
    bool late[CLASSES] = {false};
    sim_ns end[CLASSES] = {0};

    for (uint32_t k = 0; k < CLASSES; k++) {
        const bool record = k == CLASSES - 1;
        const unsigned fragments = naive_versions(a, account, k, false, 0, SIM_NEVER, false);
        const unsigned keys = naive_versions(a, account, k, true, 0, SIM_NEVER, false);
        const unsigned before = naive_versions(a, account, k, false, 0, t->since, false);
        const bool watched = seen && (e->watched >> k & 1) != 0 && naive_sees(a, account, e, k);

        metadata[k] = e != NULL && (t->asked & e->metadata) >> k & 1;
        if ((classes >> k & 1) == 0)
            continue;
        metadata[k] |= (fragments & keys) != 0 || watched;
        if (t->mode == MODE_UNSEAL)
            continue;
        whole[k] = fragments != 0 && !record;
        content[k] = ((fragments & keys) != 0 || watched) && !record;
        late[k] = (before & keys) != 0;
    }
    naive_hear(a, account, e, content, metadata);
    open_kind(a, account, EXPOSED_CIPHERTEXT, whole, NULL);
    open_kind(a, account, EXPOSED_METADATA, metadata, NULL);
    open_kind(a, account, EXPOSED_CONTENT, content, late);
    for (uint32_t k = 0; k < CLASSES && t->mode != MODE_UNSEAL && !has_gone(a, account); k++) {
        const struct span span = span_of(a, account, k);
        const struct placed *placed = phase_placed(&a->f->timeline, &a->f->phase[t->phase],
                                                   t->cohort, part_of(a, account), k);

        if ((classes >> k & 1) != 0 && placed->copies > 0 &&
            x->open[t->authority][EXPOSED_CONTENT][k] &&
            (naive_versions(a, account, k, true, span.from, SIM_NEVER, true) >>
                 placed->copy[0].version &
             1) != 0)
            end[k] = span.until < HORIZON ? span.until : HORIZON;
    }
    forward_to(a, account, end, leaves_at(a, account));
}

/* Notes who has left by now, and what a request that takes nothing does. */
static void
naive_flag(struct act *a, uint64_t account)
{
    struct naive_account *x = &a->n->account[a->touch.cohort][account];

    if (a->ledger->facts.departures != NULL && !x->preserved && !x->removed &&
        departure_threshold(5, 1, a->touch.cohort, account) <= LEAVES_PER_NS * (double)a->touch.at)
        x->left = true;
    if (has_gone(a, account))
        return;
    x->preserved |= a->touch.asks == ASKS_PRESERVATION;
    x->removed |= a->touch.asks == ASKS_REMOVAL && !x->preserved;
}

static void
naive_touch(struct act *a, uint64_t account)
{
    const struct touch *t = &a->touch;
    struct naive_account *x = &a->n->account[t->cohort][account];
    const uint32_t row = t->effect[part_of(a, account)];
    const struct effect *e = &a->f->table.effects.item[row];
    struct stream s;

    naive_flag(a, account);
    if (t->asks != ASKS_DISCLOSURE || has_gone(a, account))
        return;
    stream_open(&s, 5, 1, PURPOSE_CACHE_CAPTURE, t->request, (uint64_t)t->cohort << 48 | account);
    if (t->mode != MODE_METADATA)
        x->taking[t->authority][x->takings[t->authority]++] =
            (struct naive_taking){.at = t->at,
                                  .effect = row,
                                  .request = (uint32_t)t->request,
                                  .classes = t->asked,
                                  .ciphertext_only = t->mode == MODE_CIPHERTEXT,
                                  .unseals = t->mode == MODE_UNSEAL,
                                  .common = a->common};
    for (uint32_t k = 0; k < 2 * CLASSES_MAX && t->mode != MODE_METADATA; k++) {
        struct naive_taking *last = &x->taking[t->authority][x->takings[t->authority] - 1];
        const double drawn = (double)(float)stream_uniform(&s);

        if (k % CLASSES_MAX < CLASSES)
            (k < CLASSES_MAX ? last->chance : last->seen)[k % CLASSES_MAX] = drawn;
    }
    if (t->mode == MODE_METADATA)
        naive_judge(a, account, e, 0, false);
    else if (t->mode == MODE_CIPHERTEXT)
        naive_judge(a, account, e, e->pieces & t->asked, false);
    else
        naive_judge(a, account, e, (e->pieces | e->watched) & t->asked, true);
}

static void
naive_keep(struct naive_account *n, uint32_t who, struct naive_key key)
{
    size_t i = 0;

    while (i < n->keys[who] &&
           (n->key[who][i].class != key.class || n->key[who][i].form != key.form ||
            n->key[who][i].stores != key.stores))
        i++;
    n->key[who][i] = key; /* the last time counts */
    n->keys[who] += i == n->keys[who];
}

/* Shared keys that the touch takes, for every account under the rule; then all that the authority
 * holds of the cohort is judged again. */
static void
naive_share(struct act *a, uint32_t part)
{
    const struct touch *t = &a->touch;
    const struct effect *e = &a->f->table.effects.item[t->effect[part]];

    for (uint32_t k = 0; k < CLASSES; k++)
        for (uint32_t i = e->first[k]; i < e->first[k + 1]; i++) {
            const struct piece *p = &a->f->table.pieces.item[i];
            const uint64_t stores = p->taken | (a->common < p->capture ? p->cached : 0);

            for (uint64_t x = 0; x < ACCOUNTS && p->shared != NULL && t->asked >> k & 1; x++)
                for (uint32_t other = 0; other < CLASSES; other++) {
                    const struct placed *placed = phase_placed(
                        &a->f->timeline, &a->f->phase[t->phase], t->cohort, part_of(a, x), other);
                    struct naive_account *n = &a->n->account[t->cohort][x];

                    for (uint32_t c = 0; c < placed->copies; c++)
                        if (placed->copy[c].rule == p->shared && placed->copy[c].keys == p->keys)
                            naive_keep(n, t->authority,
                                       (struct naive_key){t->at, stores, other, p->keys});
                }
        }
}

static void
naive_judge_again(struct act *a)
{
    struct act again = *a;

    again.touch.request = UINT64_MAX; /* uses are over */
    for (uint64_t x = 0; x < ACCOUNTS; x++) {
        if ((double)x < a->f->cohort[a->touch.phase][a->touch.cohort].accounts)
            naive_flag(&again, x);
        naive_judge(&again, x, NULL, (1u << CLASSES) - 1, false);
    }
}

/* What the ledger says */

struct teller {
    const struct forms *f;
    struct counted *counted;
};

static int
count(void *self, const struct touch *t, enum exposure kind, const struct gain_run *run)
{
    struct teller *a = self;
    const uint32_t kin =
        LABEL_KIN + (uint32_t)adversary_of(&a->f->world[0], (struct authority_id){t->authority},
                                           (struct cohort_id){t->cohort});
    const struct {
        uint32_t label;
        uint16_t classes;
        bool first;
    } of[] = {{t->authority, run->gain.mine, run->gain.first_mine},
              {kin, run->gain.kin, run->gain.first_kin},
              {LABEL_ANY, run->gain.any, run->gain.first_any}};
    struct counted *c = a->counted;

    for (size_t i = 0; i < COUNT(of); i++)
        for (uint32_t k = 0; k <= CLASSES; k++)
            if (k == 0 ? of[i].first : of[i].classes >> (k - 1) & 1) {
                c->accounts[of[i].label][kind][k] += run->accounts;
                c->time[of[i].label][kind][k] += (uint64_t)run->time;
            }
    return 0;
}

static void
check_counts(const struct counted *naive, const struct counted *c)
{
    for (uint32_t label = 0; label < LABELS_KEPT; label++)
        for (uint32_t kind = 0; kind < EXPOSURES; kind++)
            for (uint32_t k = 0; k <= CLASSES; k++) {
                if (kind < EXPOSED_FORWARD &&
                    c->accounts[label][kind][k] != naive->accounts[label][kind][k])
                    fail_msg("label %u kind %u class %u: %lu accounts, should be %lu", label, kind,
                             k, (unsigned long)c->accounts[label][kind][k],
                             (unsigned long)naive->accounts[label][kind][k]);
                /* when an account leaves is rounded otherwise */
                if (kind == EXPOSED_FORWARD)
                    assert_true(fabs((double)c->time[label][kind][k] -
                                     (double)naive->time[label][kind][k]) <=
                                (double)naive->accounts[label][kind][k]);
                else if (c->time[label][kind][k] != naive->time[label][kind][k])
                    fail_msg("label %u kind %u class %u: %lu account-ns, should be %lu", label,
                             kind, k, (unsigned long)c->time[label][kind][k],
                             (unsigned long)naive->time[label][kind][k]);
            }
}

/* Random requests */

struct trial {
    struct forms *f;
    struct ledger *l;
    struct naive *n;
    struct counted *c;
    struct stream *s;
    sim_ns now;
    bool listed; /* every account is listed from the start */
};

/* The accounts that a request in bulk took: marked, or all. */
static bool
is_in_bulk(const struct trial *r, const struct touch *t, uint64_t account)
{
    const struct book *b = &r->l->book[t->cohort];
    uint32_t mark = 0;

    for (uint32_t i = 0; i < b->marks.count; i++)
        if (b->marks.item[i].live && b->marks.item[i].request == t->request)
            mark = i + 1;
    if (mark == 0)
        return (double)account < r->f->cohort[t->phase][t->cohort].accounts;
    const uint64_t word = *listed_find(&b->listed, account);

    return word != 0 &&
           states_has_mark(&b->states,
                           state_at(&b->states, group_state(&b->states, word & STATES_MOST)), mark);
}

static uint64_t
accounts_of(const struct trial *r, const struct touch *t)
{
    return (uint64_t)r->f->cohort[t->phase][t->cohort].accounts;
}

/* A request's accounts: those from `first` on, or in bulk. */
struct members {
    uint64_t first, accounts;
    bool bulk;
    uint64_t population; /* when it came */
};

static bool
is_named(const struct trial *r, const struct touch *t, const struct members *named,
         uint64_t account)
{
    const uint64_t n = named->population;

    if (named->bulk)
        return is_in_bulk(r, t, account);
    return account < n && (account + n - named->first % n) % n < named->accounts;
}

/* The same in the naive one, which is told whom the ledger chose. */
static void
execute_naive(struct trial *r, const struct touch *t, const struct members *named, double common)
{
    struct act a = {.f = r->f, .n = r->n, .ledger = r->l, .touch = *t, .common = common};
    const bool shares = t->mode == MODE_CONTENT && t->asks == ASKS_DISCLOSURE;
    uint64_t members = 0;

    for (uint32_t part = 0; part < PARTS; part++)
        if ((t->parts >> part & 1) != 0 && shares)
            naive_share(&a, part);
    for (uint64_t x = 0; x < ACCOUNTS; x++)
        if (is_named(r, t, named, x)) {
            naive_touch(&a, x);
            members++;
        }
    if (shares)
        naive_judge_again(&a);
    count_hidden(&a);
    if (named->accounts <= accounts_of(r, t))
        assert_int_equal(members, named->accounts);
}

/* The lever is executed for the request. */
static void
execute(struct trial *r, struct touch *t, const struct members *named)
{
    struct teller teller = {r->f, r->c};
    struct act where = {.f = r->f, .touch = *t};

    t->gained = count;
    t->self = &teller;
    t->parts = 0;
    for (uint64_t x = 0; x < accounts_of(r, t); x++)
        if (named->bulk || is_named(r, t, named, x))
            t->parts |= UINT64_C(1) << part_of(&where, x);
    assert_int_equal(touch_open(r->l, t), 0);
    const double common = r->l->common;

    if (named->bulk)
        assert_int_equal(ledger_touch_bulk(r->l, t, named->accounts), 0);
    for (uint64_t k = 0; k < named->accounts && !named->bulk; k++)
        assert_int_equal(ledger_touch(r->l, t, (named->first + k) % named->population), 0);
    assert_int_equal(touch_close(r->l, t), 0);
    execute_naive(r, t, named, common);
    check_counts(&r->n->counted, r->c);
}

/* Time passes; in the second phase some accounts come to the second cohort. */
static uint32_t
pass_time(struct trial *r)
{
    r->now += (sim_ns)stream_below(r->s, 2 * HORIZON / (3 * REQUESTS)) + 1;
    return r->now >= SECOND_PHASE;
}

/* Lists every account, of the second phase too, by an order that takes nothing. */
static void
list_all(struct trial *r)
{
    for (uint32_t cohort = 0; cohort < COHORTS; cohort++) {
        struct touch t = {.cohort = cohort, .asks = ASKS_RESTRICTION, .gained = count};

        assert_int_equal(touch_open(r->l, &t), 0);
        for (uint64_t x = 0; x < ACCOUNTS; x++)
            assert_int_equal(ledger_touch(r->l, &t, x), 0);
        assert_int_equal(touch_close(r->l, &t), 0);
    }
}

/* A request: one or two levers, a few accounts, one authority. */
static void
random_request(struct trial *r, uint32_t request)
{
    struct stream *s = r->s;
    const uint64_t levers = 1 + stream_below(s, 2);
    const uint32_t authority = (uint32_t)stream_below(s, AUTHORITIES);
    const uint32_t cohort = (uint32_t)stream_below(s, COHORTS);
    const uint16_t asked = (uint16_t)(1 + stream_below(s, (1 << CLASSES) - 1));
    const enum mode mode = stream_below(s, 3) == 0 ? MODE_CONTENT : (enum mode)stream_below(s, 4);
    const enum asks asks =
        stream_below(s, 12) == 0 ? (enum asks)stream_below(s, ASKS_KINDS) : ASKS_DISCLOSURE;
    const sim_ns gag = stream_below(s, 2) == 0 ? 0 : (sim_ns)stream_below(s, 2 * HORIZON);
    struct members named = {stream_below(s, ACCOUNTS), 1 + stream_below(s, 4),
                            stream_below(s, 4) == 0, 0};
    struct taken taken[2 * PARTS];
    uint32_t phase = pass_time(r);
    const sim_ns since = r->now;
    size_t takings = 0;

    named.population = (uint64_t)r->f->cohort[phase][cohort].accounts;

    if (named.bulk && (!r->listed || stream_below(s, 2) == 0))
        named.accounts = ACCOUNTS; /* strata are drawn by chance, which the naive one cannot know */
    for (size_t i = 0; i < levers; i++) {
        uint32_t effect[PARTS];

        phase = pass_time(r);
        for (uint32_t part = 0; part < PARTS; part++) {
            const bool plain = named.bulk && !r->listed;

            effect[part] =
                effect_row(phase, cohort, part, plain ? 0 : (uint32_t)stream_below(s, EFFECTS));
            if (mode != MODE_METADATA)
                taken[takings++] =
                    (struct taken){phase, part, effect[part], mode == MODE_CIPHERTEXT};
        }
        struct touch t = {.authority = authority,
                          .cohort = cohort,
                          .phase = phase,
                          .asked = asked,
                          .records = 1u << (CLASSES - 1),
                          .mode = mode,
                          .asks = asks,
                          .at = r->now,
                          .since = since,
                          .hidden_until = gag,
                          .request = request,
                          .lever = i,
                          .effect = effect,
                          .taken = taken,
                          .takings = takings};

        execute(r, &t, &named);
        assert_true(r->now < HORIZON);
    }
    assert_int_equal(ledger_release_bulk(r->l, request), 0);
    check_book(&r->l->book[cohort]);
}

static void
run_world(uint64_t world, struct counted *c)
{
    static struct forms f;
    static struct naive n;
    struct ledger l = {0};
    struct stream s;
    struct trial r = {.f = &f, .l = &l, .n = &n, .c = c, .s = &s, .listed = world % 2 == 0};

    stream_open(&s, 99, world, PURPOSE_TEST, 0, 0);
    memset(&n, 0, sizeof n);
    fill_formulas(&f, &s);
    fill_worlds(&f);
    fill_placed(&f, &s);
    fill_timeline(&f);
    fill_effects(&f, &s);
    for (uint32_t c1 = 0; c1 < COHORTS; c1++) {
        f.departed[c1] = (struct departed){0};
        for (uint32_t p = 0; p < PHASES; p++)
            f.cohort[p][c1].deletes_per_s = LEAVES_PER_NS * 1e9;
    }
    f.departures = (struct departures){&f.timeline, f.departed, true};
    const struct ledger_facts facts = {
        .timeline = &f.timeline,
        .table = &f.table,
        .departures = r.listed && world % 4 == 0 ? &f.departures : NULL,
        .seed = 5,
        .replication = 1,
        .horizon = HORIZON,
        .tidy_after = world % 3, /* 0: not in so short a time */
    };

    assert_int_equal(ledger_init(&l, &facts), 0);
    if (r.listed)
        list_all(&r);
    for (uint32_t i = 0; i < REQUESTS && r.now < HORIZON - 40; i++)
        random_request(&r, i);
    ledger_release(&l);
}

static void
test_random_takings_expose_what_all_takings_together_open(void **state)
{
    uint64_t seen[EXPOSURES] = {0}, kin = 0, any = 0;

    (void)state;
    for (uint64_t world = 0; world < 1200; world++) {
        struct counted c = {0};

        run_world(world, &c);
        for (uint32_t kind = 0; kind < EXPOSURES; kind++)
            seen[kind] += c.time[LABEL_ANY][kind][0] > 0;
        for (uint32_t i = LABEL_KIN; i < LABEL_ANY; i++)
            kin += c.accounts[i][EXPOSED_CONTENT][0];
        any += c.accounts[LABEL_ANY][EXPOSED_CONTENT][0];
    }
    /* the worlds do try what the test is about */
    for (uint32_t kind = 0; kind < EXPOSURES; kind++)
        assert_true(seen[kind] > 200);
    assert_true(kin > any && any > 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_takings_expose_what_all_takings_together_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
