#include "legal/effect.h"
#include <math.h>
#include <stdlib.h>
#include "model/meeting.h"

/* What a lever yields of one class, before it is told in masks. */
struct taking {
    bool plaintext, metadata;
    bool whole, opens;
    bool extracts, part;
};

static bool
is_empty(const struct piece *p)
{
    return (p->fragments | p->taken | p->used | p->cached) == 0;
}

static struct piece
piece_of(const struct copy *copy, const struct yield *y)
{
    return (struct piece){
        .data = copy->data,
        .keys = copy->keys,
        .fragments = y->fragments,
        .taken = y->keys,
        .used = y->uses,
        .cached = copy->former ? 0 : y->cached & ~(y->keys | y->uses),
        .shared = copy->rule->cohort_key ? copy->rule : NULL,
    };
}

/* Does it hold whole ciphertext of a version, and a whole key of the same? */
static void
judge(struct taking *t, const struct placed *placed, const struct piece *piece)
{
    for (uint32_t i = 0; i < placed->copies; i++) {
        if (!formula_holds(&placed->copy[i].rule->data, piece[i].fragments))
            continue;
        t->whole = true;
        for (uint32_t k = 0; k < placed->copies; k++)
            t->opens |= placed->copy[k].version == placed->copy[i].version &&
                        formula_holds(&placed->copy[k].rule->keys, piece[k].taken | piece[k].used);
    }
    t->opens |= t->plaintext;
}

/* Does it take the key that new data get, or a part of it? */
static void
judge_key(struct taking *t, const struct placed *placed, const struct piece *piece)
{
    if (placed->copy[0].former)
        return; /* nothing serves: nothing is added */
    for (uint32_t i = 0; i < placed->copies; i++)
        if (placed->copy[i].version == placed->copy[0].version) {
            t->part |= (piece[i].taken | piece[i].cached) != 0;
            t->extracts |= formula_holds(&placed->copy[i].rule->keys, piece[i].taken);
        }
}

static void
set_class(struct effect *e, const struct data_class *facts, uint32_t class, struct taking t)
{
    const uint16_t bit = (uint16_t)(1u << class);

    if (t.opens)
        e->opens |= bit;
    if (t.whole)
        e->whole |= bit;
    if (t.opens || (t.metadata && !facts->metadata_encrypted))
        e->metadata |= bit;
    if (t.extracts)
        e->extracts |= bit;
    else if (t.part)
        e->parts |= bit;
}

/* The chance that the class's key is taken from the cache, of each account apart. */
static double
captured(const struct placed *placed, const struct piece *piece)
{
    double c = 0;

    for (uint32_t i = 0; i < placed->copies; i++)
        if (piece[i].cached != 0 && piece[i].shared == NULL)
            c = fmax(c, piece[i].capture);
    return c;
}

/* One class: its pieces are added, its bits set. */
static int
take_class(struct effect_table *table, struct effect *e, const struct phase *p,
           const struct lever *lever, struct cohort_id cohort, uint32_t class,
           const struct placed *placed, double reads_per_s, double shared_reads)
{
    const uint16_t bit = (uint16_t)(1u << class);
    struct taking t = {0};
    struct piece *piece;

    if (mem_grow(&table->pieces.item, &table->pieces.capacity, table->pieces.count + placed->copies,
                 sizeof *piece) < 0)
        return ERR_MEMORY;
    piece = &table->pieces.item[table->pieces.count];
    for (uint32_t i = 0; i < placed->copies; i++) {
        const struct rule *rule = placed->copy[i].rule;
        const struct yield y =
            lever_yield(p->world, lever, rule, cohort, rule->sites, rule->stores);

        piece[i] = piece_of(&placed->copy[i], &y);
        t.plaintext |= y.plaintext;
        t.metadata |= y.metadata;
        if (piece[i].cached != 0) {
            e->cached |= bit;
            piece[i].capture = cohort_cache_capture(
                &p->world->cohort[cohort.i], rule->cohort_key ? shared_reads : reads_per_s,
                rule->key_cache_ttl_s, lever->acting_terms->holds_for_s);
        }
        if (i == 0 && y.watched && !placed->copy[0].former)
            e->watched |= bit;
    }
    if ((e->watched & bit) != 0) {
        const struct cohort *c = &p->world->cohort[cohort.i];
        const struct seen seen =
            seen_split(lever_watch_chance(p->world, c, (struct class_id){class},
                                          lever->acting_terms->holds_for_s),
                       captured(placed, piece), c->reads);

        e->watch[class] = seen.apart;
        e->watch_too[class] = seen.too;
    }
    judge(&t, placed, piece);
    judge_key(&t, placed, piece);
    set_class(e, &p->world->class[class], class, t);
    for (uint32_t i = 0; i < placed->copies; i++)
        if (!is_empty(&piece[i])) {
            table->pieces.item[table->pieces.count++] = piece[i];
            e->pieces |= bit;
            e->shared |= piece[i].shared != NULL ? bit : 0;
        }
    return 0;
}

/* The first class that the same rule serves. */
static uint8_t
first_like(const struct timeline *timeline, const struct phase *p, uint32_t cohort, uint32_t part,
           uint32_t class)
{
    const struct placed *mine = phase_placed(timeline, p, cohort, part, class);
    uint32_t k = 0;

    for (; k < class; k++) {
        const struct placed *other = phase_placed(timeline, p, cohort, part, k);

        if (other->copies > 0 && mine->copies > 0 && other->copy[0].rule == mine->copy[0].rule)
            break;
    }
    return (uint8_t)k;
}

int
effect_add(struct effect_table *table, const struct timeline *timeline, const struct phase *p,
           const struct lever *lever, uint32_t cohort, uint32_t part, uint32_t *row)
{
    struct effect e = {0};

    if (VEC_ROOM(&table->effects) < 0)
        return ERR_MEMORY;
    for (uint32_t k = 0; k < timeline->classes; k++) {
        const struct placed *placed = phase_placed(timeline, p, cohort, part, k);

        e.first[k] = (uint32_t)table->pieces.count;
        e.draw[k] = first_like(timeline, p, cohort, part, k);
        if (placed->copies > 0 &&
            take_class(table, &e, p, lever, (struct cohort_id){cohort}, k, placed,
                       placed_cache_reads(timeline, p, cohort, part, placed),
                       placed_shared_reads(timeline, p, cohort, placed)) < 0)
            return ERR_MEMORY;
    }
    for (uint32_t k = timeline->classes; k <= CLASSES_MAX; k++)
        e.first[k] = (uint32_t)table->pieces.count;
    *row = (uint32_t)table->effects.count;
    table->effects.item[table->effects.count++] = e;
    return 0;
}

void
effect_table_release(struct effect_table *table)
{
    free(table->effects.item);
    free(table->pieces.item);
    *table = (struct effect_table){0};
}
