#include "legal/channel.h"
#include <math.h>
#include <stdlib.h>

struct remembered {
    struct wish wish; /* got NULL */
    uint64_t levers;
    bool used;
};

void
channels_init(struct channels *c, const struct timeline *timeline)
{
    *c = (struct channels){.timeline = timeline};
}

void
channels_release(struct channels *c)
{
    for (size_t i = 0; i < c->channels.count; i++) {
        lever_list_release(&c->channels.item[i].levers);
        free(c->channels.item[i].effect);
    }
    free(c->channels.item);
    free(c->slot);
    effect_table_release(&c->table);
    *c = (struct channels){0};
}

static int
make_levers(struct channel *ch, const struct world *w, struct why *why)
{
    return ch->threat ? lever_list_make_threat(&ch->levers, w, &w->threat[ch->through], why)
                      : lever_list_make(&ch->levers, w, ch->asker, ch->through, why);
}

static int
find(struct channels *c, const struct channel *like, uint32_t *row, struct why *why)
{
    struct channel *ch;
    int rc;

    /* phases pass in order, so this one's channels are the last */
    for (size_t i = c->channels.count; i-- > 0 && c->channels.item[i].phase >= like->phase;) {
        ch = &c->channels.item[i];
        if (ch->phase == like->phase && ch->asker.i == like->asker.i &&
            ch->through == like->through && ch->threat == like->threat) {
            *row = (uint32_t)i;
            return 0;
        }
    }
    if (VEC_ROOM(&c->channels) < 0)
        return why_no_memory(why);
    *row = (uint32_t)c->channels.count;
    ch = &c->channels.item[c->channels.count++];
    *ch = *like;
    rc = make_levers(ch, c->timeline->phase[ch->phase].world, why);
    if (rc < 0)
        return rc;
    /* One more, so that no levers are no empty allocation. */
    ch->effect = calloc(ch->levers.count * c->timeline->parts_in_all + 1, sizeof *ch->effect);
    return ch->effect != NULL ? 0 : why_no_memory(why);
}

int
channel_find(struct channels *c, uint32_t phase, struct jurisdiction_id asker, uint64_t through,
             uint32_t *row, struct why *why)
{
    const struct channel like = {.phase = phase, .asker = asker, .through = through};

    return find(c, &like, row, why);
}

int
channel_find_threat(struct channels *c, uint32_t phase, uint32_t threat, uint32_t *row,
                    struct why *why)
{
    const struct channel like = {
        .phase = phase, .asker = {NONE}, .through = threat, .threat = true};

    return find(c, &like, row, why);
}

uint32_t
channel_lever(const struct channel *channel, uint64_t identity)
{
    for (size_t i = 0; i < channel->levers.count; i++)
        if (channel->levers.item[i].identity == identity)
            return (uint32_t)i;
    return NONE;
}

int
channel_effect(struct channels *c, uint32_t channel, uint32_t lever, uint32_t cohort, uint32_t part,
               uint32_t *row, struct why *why)
{
    const struct channel *ch = &c->channels.item[channel];
    uint32_t *known =
        &ch->effect[lever * c->timeline->parts_in_all + c->timeline->parts[cohort].first + part];

    if (*known == 0) {
        const int rc = effect_add(&c->table, c->timeline, &c->timeline->phase[ch->phase],
                                  &ch->levers.item[lever], cohort, part, row);

        if (rc < 0)
            return why_no_memory(why);
        *known = *row + 1;
    }
    *row = *known - 1;
    return 0;
}

/* Plans */

enum { RULES_MOST = 64 }; /* of one question */

struct asking {
    struct plan_question q;
    const struct rule *rule[RULES_MOST];
    uint64_t sites[RULES_MOST], stores[RULES_MOST];
    struct yield got[RULES_MOST];
    double reads_per_s[RULES_MOST]; /* that fill the rule's key cache */
};

static bool
asks_rule(const struct asking *a, const struct rule *rule, double reads, const struct yield *got)
{
    for (uint32_t i = 0; i < a->q.rules; i++)
        if (a->rule[i] == rule && a->reads_per_s[i] == reads &&
            a->got[i].fragments == got->fragments && a->got[i].keys == got->keys)
            return true;
    return false;
}

/* Adds the line of a class of a part at a given depth: 0 the current version, then older ones. */
static int
add_rule(struct asking *a, const struct placed *placed, uint32_t depth, double reads,
         const struct yield *got, struct why *why)
{
    const struct yield none = {0};

    if (depth >= placed->lines)
        return 0;
    if (got == NULL || depth > 0)
        got = &none;
    if (asks_rule(a, placed->line[depth].rule, reads, got))
        return 0;
    if (a->q.rules == RULES_MOST)
        return why_add(why, ERR_LIMIT, NULL,
                       "a request that spans more than %d different placements", RULES_MOST);
    a->rule[a->q.rules] = placed->line[depth].rule;
    a->sites[a->q.rules] = placed->line[depth].rule->sites;
    a->stores[a->q.rules] = placed->line[depth].rule->stores;
    a->reads_per_s[a->q.rules] = reads;
    a->got[a->q.rules++] = *got;
    return 0;
}

/* May a plan be asked about this class? Encrypted metadata are no holder's to give in the clear:
 * they are had by opening, like content. */
static bool
is_asked(const struct world *w, const struct wish *wish, uint32_t class)
{
    const struct data_class *k = &w->class[class];

    if ((wish->classes >> class & 1) == 0)
        return false;
    if (wish->want == WANT_METADATA)
        return k->metadata_encrypted == wish->encrypted;
    return !k->metadata;
}

static int
gather(struct channels *c, const struct wish *wish, uint32_t depth, struct asking *a,
       struct why *why)
{
    const struct timeline *t = c->timeline;
    const struct channel *ch = &c->channels.item[wish->channel];
    const struct phase *p = &t->phase[ch->phase];
    int rc = 0;

    a->q = (struct plan_question){
        .world = p->world,
        .cohort = {wish->cohort},
        .rule = a->rule,
        .sites = a->sites,
        .stores = a->stores,
        .got = wish->got != NULL ? a->got : NULL,
        .reads_per_s = a->reads_per_s,
        .levers = &ch->levers,
        .refused = wish->refused,
        .want = wish->encrypted ? WANT_CONTENT : (enum want)wish->want,
    };
    for (uint32_t part = 0; part < t->parts[wish->cohort].count; part++)
        for (uint32_t k = 0; k < t->classes && rc == 0; k++) {
            const struct placed *placed = phase_placed(t, p, wish->cohort, part, k);

            if ((wish->parts >> part & 1) != 0 && is_asked(p->world, wish, k))
                rc =
                    add_rule(a, placed, depth, placed_cache_reads(t, p, wish->cohort, part, placed),
                             wish->got != NULL ? &wish->got[part * t->classes + k] : NULL, why);
        }
    return rc;
}

/* Sites that hold anything of what the wish names and that a lever on a custodian reaches. */
static uint64_t
reached(const struct channels *c, const struct wish *wish, const struct lever *lever)
{
    const struct timeline *t = c->timeline;
    const struct phase *p = &t->phase[c->channels.item[wish->channel].phase];
    uint64_t sites = 0;

    if (lever->addressee != ADDRESSEE_CUSTODIAN)
        return 0;
    for (uint32_t part = 0; part < t->parts[wish->cohort].count; part++)
        for (uint32_t k = 0; k < t->classes; k++) {
            const struct placed *placed = phase_placed(t, p, wish->cohort, part, k);

            if ((wish->parts >> part & 1) == 0 || (wish->classes >> k & 1) == 0)
                continue;
            for (uint32_t i = 0; i < placed->copies; i++)
                sites |=
                    lever_yield(p->world, lever, placed->copy[i].rule,
                                (struct cohort_id){wish->cohort}, placed->copy[i].rule->sites, 0)
                        .fragments;
        }
    return sites;
}

/* Of those that reach what is still `missing`, the quickest; NONE: there is none. */
static uint32_t
quickest(const struct channel *ch, const struct world *w, const uint64_t *reach, uint64_t refused,
         uint64_t missing)
{
    double least = INFINITY;
    uint32_t best = NONE;

    for (uint32_t i = 0; i < ch->levers.count; i++) {
        const double s = (refused >> i & 1) == 0 && (reach[i] & missing) != 0
                             ? lever_mean_delay_s(w, &ch->levers.item[i])
                             : INFINITY;

        if (s < least) {
            least = s;
            best = i;
        }
    }
    return best;
}

static uint64_t
find_holders(const struct channels *c, const struct wish *wish)
{
    const struct channel *ch = &c->channels.item[wish->channel];
    const struct world *w = c->timeline->phase[ch->phase].world;
    uint64_t reach[64] = {0}, missing = 0, levers = 0;

    for (uint32_t i = 0; i < ch->levers.count; i++) {
        reach[i] = reached(c, wish, &ch->levers.item[i]);
        missing |= reach[i];
    }
    while (missing != 0) {
        const uint32_t i = quickest(ch, w, reach, wish->refused, missing);

        if (i == NONE)
            return 0;
        levers |= UINT64_C(1) << i;
        missing = wish->want == WANT_A_HOLDER ? 0 : missing & ~reach[i];
    }
    return levers;
}

/* The current data first; when they cannot be had, what former holders still have of older
 * versions. A plan of no levers asks for nothing: it has all it can have. */
static int
work_out(struct channels *c, const struct wish *wish, uint64_t *levers, struct why *why)
{
    struct plan best = {0};
    bool found = false;
    struct asking a;
    int rc = 0;

    *levers = 0;
    if (wish->want >= WANT_A_HOLDER) {
        *levers = find_holders(c, wish);
        return 0;
    }
    for (uint32_t depth = 0; rc == 0 && !found; depth++) {
        rc = gather(c, wish, depth, &a, why);
        if (rc < 0 || a.q.rules == 0)
            return rc;
        rc = plan_best(&best, &found, &a.q, why);
    }
    if (rc == 0)
        *levers = best.levers;
    return rc;
}

static bool
same_wish(const struct wish *a, const struct wish *b)
{
    return a->channel == b->channel && a->cohort == b->cohort && a->parts == b->parts &&
           a->refused == b->refused && a->classes == b->classes && a->want == b->want &&
           a->encrypted == b->encrypted;
}

static uint64_t
hash_of(const struct wish *w)
{
    const uint64_t word[] = {(uint64_t)w->channel << 32 | w->cohort, w->parts, w->refused,
                             (uint64_t)w->classes << 16 | (uint64_t)w->want << 1 | w->encrypted};
    uint64_t h = 0;

    for (size_t i = 0; i < COUNT(word); i++) {
        h = (h ^ word[i]) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 29;
    }
    return h;
}

static struct remembered *
slot_for(struct remembered *slot, size_t slots, const struct wish *wish)
{
    size_t i = (size_t)hash_of(wish) & (slots - 1);

    while (slot[i].used && !same_wish(&slot[i].wish, wish))
        i = (i + 1) & (slots - 1);
    return &slot[i];
}

static int
make_room(struct channels *c)
{
    const size_t slots = c->slots > 0 ? 2 * c->slots : 64;
    struct remembered *fresh;

    if (2 * (c->remembered + 1) <= c->slots)
        return 0;
    fresh = calloc(slots, sizeof *fresh);
    if (fresh == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < c->slots; i++)
        if (c->slot[i].used)
            *slot_for(fresh, slots, &c->slot[i].wish) = c->slot[i];
    free(c->slot);
    c->slot = fresh;
    c->slots = slots;
    return 0;
}

int
channel_plan(struct channels *c, const struct wish *wish, uint64_t *levers, struct why *why)
{
    struct remembered *r;
    int rc;

    if (wish->got != NULL)
        return work_out(c, wish, levers, why);
    if (make_room(c) < 0)
        return why_no_memory(why);
    r = slot_for(c->slot, c->slots, wish);
    if (!r->used) {
        rc = work_out(c, wish, &r->levers, why);
        if (rc < 0)
            return rc;
        r->wish = *wish;
        r->used = true;
        c->remembered++;
    }
    *levers = r->levers;
    return 0;
}
