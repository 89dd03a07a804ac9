/* What a lever takes when it is executed: worked out once for each part of the cohort, then handed
 * to every account that the request names. */
#include "legal/docket.h"
#include <string.h>

/* How far ahead of its turn an account is fetched from memory: a few tens of touches. */
enum { EXPECT_AHEAD = 16 };

/* The effects of one lever on the parts of a cohort, now. */
struct effects {
    uint32_t row[PARTS_MAX];
    bool found;
};

/* The levers of today bind, not those of the day the order was filed: one that no longer exists
 * takes nothing. */
static int
find_effects(struct docket *d, const struct pursuit *u, const struct ask *ask, struct effects *out)
{
    uint32_t channel, lever;
    int rc = source_channel(d, ask->source, &channel);

    if (rc < 0)
        return rc;
    lever = channel == u->channel ? u->lever
                                  : channel_lever(&d->channels.channels.item[channel], u->identity);
    out->found = lever != NONE;
    for (uint32_t part = 0; out->found && rc == 0 && part < d->timeline.parts[ask->cohort].count;
         part++)
        rc = channel_effect(&d->channels, channel, lever, ask->cohort, part, &out->row[part],
                            d->why);
    return rc;
}

static bool
is_linked(const struct docket *d, const struct request *r, struct taken taken)
{
    for (uint32_t i = r->taken; i != NONE; i = d->links.item[i].next) {
        const struct taken *t = &d->links.item[i].taken;

        if (t->part == taken.part && t->effect == taken.effect &&
            t->ciphertext_only == taken.ciphertext_only)
            return true;
    }
    return false;
}

/* The request keeps what it took, so that later levers are joined with it. */
static int
link_taken(struct docket *d, struct request *r, struct taken taken)
{
    uint32_t row = d->links.unused;

    if (is_linked(d, r, taken))
        return 0;
    if (row != NONE) {
        d->links.unused = d->links.item[row].next;
    } else {
        if (VEC_ROOM(&d->links) < 0)
            return ERR_MEMORY;
        row = (uint32_t)d->links.count++;
    }
    d->links.item[row] = (struct taken_link){taken, r->taken};
    r->taken = row;
    return 0;
}

/* All the request has taken, this lever included, into d->taken. */
static int
gather_taken(struct docket *d, struct request *r, const struct effects *effects, enum mode mode)
{
    if (mode == MODE_METADATA) {
        d->taken.count = 0;
        return 0;
    }
    for (uint32_t part = 0; part < d->timeline.parts[r->ask.cohort].count; part++)
        if ((d->channels.table.effects.item[effects->row[part]].pieces |
             d->channels.table.effects.item[effects->row[part]].watched) != 0 &&
            link_taken(
                d, r, (struct taken){d->phase, part, effects->row[part], mode == MODE_CIPHERTEXT}) <
                0)
            return ERR_MEMORY;
    d->taken.count = 0;
    for (uint32_t i = r->taken; i != NONE; i = d->links.item[i].next) {
        if (VEC_ROOM(&d->taken) < 0)
            return ERR_MEMORY;
        d->taken.item[d->taken.count++] = d->links.item[i].taken;
    }
    return 0;
}

static uint16_t
metadata_classes(const struct world *w)
{
    uint16_t classes = 0;

    for (uint32_t k = 0; k < w->classes; k++)
        if (w->class[k].metadata)
            classes |= (uint16_t)(1u << k);
    return classes;
}

/* The touch is done to all accounts of the ask. */
static int
touch_listed(struct docket *d, struct touch *t, const struct ask *ask)
{
    int rc = ask_accounts(d, ask);

    for (uint64_t i = 0; i < EXPECT_AHEAD && i < ask->accounts && rc == 0; i++)
        ledger_expect(&d->ledger, ask->cohort, d->account[i]);
    for (uint64_t i = 0; i < ask->accounts && rc == 0; i++) {
        if (i + EXPECT_AHEAD < ask->accounts)
            ledger_expect(&d->ledger, ask->cohort, d->account[i + EXPECT_AHEAD]);
        rc = ledger_touch(&d->ledger, t, d->account[i]);
    }
    return rc;
}

static int
touch_all(struct docket *d, struct touch *t, const struct ask *ask)
{
    int rc = touch_open(&d->ledger, t);

    if (rc == 0)
        rc = ask->bulk ? ledger_touch_bulk(&d->ledger, t, ask->accounts) : touch_listed(d, t, ask);
    if (rc == 0)
        rc = touch_close(&d->ledger, t);
    if (rc == ERR_LIMIT)
        return why_add(d->why, ERR_LIMIT, &docket_world(d)->cohort[ask->cohort].is.at,
                       "users '%s': their accounts have more than %u different histories",
                       docket_world(d)->cohort[ask->cohort].is.name, (unsigned)STATES_MOST);
    return rc == ERR_MEMORY ? why_no_memory(d->why) : rc;
}

static int
gained(void *self, const struct touch *t, enum exposure kind, const struct gain_run *run)
{
    return tally_gain(self, t->source, t->cohort, t->at, kind, run);
}

/* What is the same for all accounts of the pursuit's request. */
static struct touch
touch_of(struct docket *d, const struct pursuit *u, const struct request *r)
{
    return (struct touch){
        .source = r->ask.source,
        .authority = d->source[r->ask.source].authority.i,
        .cohort = r->ask.cohort,
        .phase = d->phase,
        .asked = r->ask.classes,
        .records = metadata_classes(docket_world(d)),
        .mode = (enum mode)u->mode,
        .at = d->now,
        .since = r->since,
        .hidden_until = u->hidden_until,
        .request = r->ask.identity,
        .lever = u->identity,
        .gained = gained,
        .self = &d->tally,
    };
}

/* Did the lever hold a cache that might have had a key the request needs, or a gateway in use? */
static bool
held_cache(const struct docket *d, const struct ask *ask, const struct effects *effects)
{
    uint16_t cached = 0;

    for (uint32_t part = 0; part < d->timeline.parts[ask->cohort].count; part++)
        cached |= d->channels.table.effects.item[effects->row[part]].cached |
                  d->channels.table.effects.item[effects->row[part]].watched;
    return (cached & ask->classes) != 0;
}

/* The parts that the accounts lie in, where that matters: shared keys are taken of them. */
static int
find_parts(struct docket *d, const struct ask *ask, const struct effects *effects, uint64_t *parts)
{
    uint16_t shared = 0;

    for (uint32_t part = 0; part < d->timeline.parts[ask->cohort].count; part++)
        shared |= d->channels.table.effects.item[effects->row[part]].shared;
    *parts = 0;
    return shared != 0 ? ask_parts(d, ask, parts) : 0;
}

/* What the request learnt of it. */
static void
note(struct docket *d, struct request *r, const struct touch *t, struct given *out)
{
    out->content = t->content;
    out->anything = t->content || t->metadata || t->pieces;
    if (out->anything && r->first_yield == SIM_NEVER)
        r->first_yield = d->now;
    out->answers = (t->content && !r->content) || (t->metadata && !r->metadata && !r->content);
    r->content |= t->content;
    r->metadata |= t->metadata;
    r->missed = (uint16_t)(t->missed | (r->missed & ~t->judged));
}

int
lever_execute(struct docket *d, uint32_t row, struct given *out)
{
    const struct pursuit *u = &d->pursuits.item[row];
    struct request *r = &d->requests.item[u->request];
    struct effects effects;
    struct touch t = touch_of(d, u, r);
    int rc = find_effects(d, u, &r->ask, &effects);

    *out = (struct given){0};
    if (rc < 0 || !effects.found)
        return rc;
    if (gather_taken(d, r, &effects, t.mode) < 0)
        return why_no_memory(d->why);
    t.taken = d->taken.item;
    t.takings = d->taken.count;
    t.effect = effects.row;
    rc = find_parts(d, &r->ask, &effects, &t.parts);
    if (rc < 0)
        return rc;
    rc = touch_all(d, &t, &r->ask);
    if (rc < 0)
        return rc;
    note(d, r, &t, out);
    out->cache = t.mode != MODE_METADATA && held_cache(d, &r->ask, &effects);
    return 0;
}

int
lever_mark(struct docket *d, uint32_t row, enum asks asks)
{
    const struct pursuit *u = &d->pursuits.item[row];
    const struct request *r = &d->requests.item[u->request];
    struct touch t = touch_of(d, u, r);

    t.asks = asks;
    return touch_all(d, &t, &r->ask);
}

/* One without a lever under way looks again, if at all, from then on. */
int
docket_open_since(const void *docket, struct times *times)
{
    const struct docket *d = docket;

    for (size_t i = 0; i < d->requests.count; i++) {
        const struct request *r = &d->requests.item[i];

        if (!r->is_live || (r->active == 0 && !r->has_plan))
            continue;
        if (VEC_ROOM(times) < 0)
            return ERR_MEMORY;
        times->item[times->count++] = r->since;
    }
    return 0;
}

/* What the request has of one class of one part. */
static void
gather_class(struct docket *d, const struct request *r, uint32_t part, uint32_t class)
{
    struct ledger *l = &d->ledger; /* lends its room */

    memset(l->fragments, 0, d->timeline.data_forms * sizeof *l->fragments);
    memset(l->keys, 0, d->timeline.key_forms * sizeof *l->keys);
    for (uint32_t i = r->taken; i != NONE; i = d->links.item[i].next) {
        const struct taken *t = &d->links.item[i].taken;
        const struct effect *e = &d->channels.table.effects.item[t->effect];

        for (uint32_t k = e->first[class]; t->part == part && k < e->first[class + 1]; k++) {
            const struct piece *piece = &d->channels.table.pieces.item[k];

            l->fragments[piece->data] |= piece->fragments;
            if (!t->ciphertext_only)
                l->keys[piece->keys] |= piece->taken | piece->used;
        }
    }
    ledger_gather_shared(l, d->source[r->ask.source].authority.i, r->ask.cohort, d->phase, part,
                         class);
}

bool
request_has_any(const struct docket *d, const struct request *r)
{
    return r->taken != NONE || cohort_keys_any(&d->ledger.book[r->ask.cohort].keys,
                                               d->source[r->ask.source].authority.i);
}

static bool
has_whole(const struct form *form, uint32_t forms, const uint64_t *gathered, uint32_t version)
{
    for (uint32_t i = 0; i < forms; i++)
        if (form[i].version == version && formula_holds(form[i].formula, gathered[i]))
            return true;
    return false;
}

/* In terms of the line's rule: whole ciphertext or a whole key of its version, whatever form it
 * came in, is as good as all its holders; else the pieces of the forms that lie here now. */
static struct yield
got_of(const struct docket *d, const struct placed *placed)
{
    const struct ledger *l = &d->ledger;
    const struct line *line = &placed->line[0];
    struct yield y = {0};

    for (uint32_t i = 0; i < placed->copies; i++)
        if (placed->copy[i].version == line->version) {
            y.fragments |= l->fragments[placed->copy[i].data];
            y.keys |= l->keys[placed->copy[i].keys];
        }
    if (has_whole(d->timeline.data, d->timeline.data_forms, l->fragments, line->version))
        y.fragments = line->rule->sites;
    if (has_whole(d->timeline.keys, d->timeline.key_forms, l->keys, line->version))
        y.keys = line->rule->stores;
    return y;
}

void
request_got(struct docket *d, const struct request *r)
{
    const struct timeline *t = &d->timeline;

    for (uint32_t part = 0; part < t->parts[r->ask.cohort].count; part++)
        for (uint32_t k = 0; k < t->classes; k++) {
            const struct placed *placed = phase_placed(t, docket_phase(d), r->ask.cohort, part, k);

            gather_class(d, r, part, k);
            d->got[part * t->classes + k] =
                placed->lines > 0 ? got_of(d, placed) : (struct yield){0};
        }
}
