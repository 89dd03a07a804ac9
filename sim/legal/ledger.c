#include "legal/ledger.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_LEAST_LOG2 = 10,
    SLOTS_FIRST_MOST_LOG2 = 22, /* 32 MiB, before any account is seen */
    ACCOUNT_BITS = 48,          /* of a key; the cohort lies above */
};

/* An empty table of at least this many slots: the one that is there when it is large enough. */
static int
clear_slots(struct ledger *l, size_t slots)
{
    if (l->slots < slots) {
        free(l->slot);
        l->slot = calloc(slots, sizeof *l->slot);
        l->slots = l->slot != NULL ? slots : 0;
    } else {
        memset(l->slot, 0, l->slots * sizeof *l->slot);
    }
    l->shift = 64 - (unsigned)__builtin_ctzll(l->slots | UINT64_C(1) << 63);
    return l->slot != NULL ? 0 : ERR_MEMORY;
}

int
ledger_init(struct ledger *l, const struct timeline *timeline, const struct effect_table *table,
            size_t expected)
{
    unsigned log2 = SLOTS_LEAST_LOG2;

    while (log2 < SLOTS_FIRST_MOST_LOG2 && (size_t)1 << log2 < 2 * expected)
        log2++;
    l->timeline = timeline;
    l->table = table;
    l->accounts.count = l->views.count = l->holdings.count = 0;
    free(l->fragments);
    free(l->before);
    free(l->keys);
    l->fragments = calloc(timeline->data_forms + 1, sizeof *l->fragments);
    l->before = calloc(timeline->data_forms + 1, sizeof *l->before);
    l->keys = calloc(timeline->key_forms + 1, sizeof *l->keys);
    if (l->fragments == NULL || l->before == NULL || l->keys == NULL)
        return ERR_MEMORY;
    return clear_slots(l, (size_t)1 << log2);
}

void
ledger_release(struct ledger *l)
{
    free(l->slot);
    free(l->accounts.item);
    free(l->views.item);
    free(l->holdings.item);
    free(l->fragments);
    free(l->before);
    free(l->keys);
    *l = (struct ledger){0};
}

/* Finding an account */

static uint64_t
key_of(uint32_t cohort, uint64_t account)
{
    return (uint64_t)cohort << ACCOUNT_BITS | account;
}

static uint64_t
hash_of(uint64_t key)
{
    /* Fibonacci hashing (Knuth, TAOCP 3, 6.4), after folding the cohort into the low bits. */
    return (key ^ key >> 32) * UINT64_C(0x9E3779B97F4A7C15);
}

/* The part of a hash kept in a slot, so that most other accounts are told apart without a look. */
static uint64_t
tag_of(uint64_t hash)
{
    return hash << 24 & UINT64_C(0xffffffff00000000);
}

static int
grow(struct ledger *l)
{
    const size_t slots = 2 * l->slots;
    uint64_t *fresh = calloc(slots, sizeof *fresh);

    if (fresh == NULL || l->accounts.count >= UINT32_MAX / 2) {
        free(fresh);
        return ERR_MEMORY;
    }
    l->shift--;
    for (size_t i = 0; i < l->accounts.count; i++) {
        const uint64_t hash = hash_of(l->accounts.item[i].key);
        size_t at = (size_t)(hash >> l->shift);

        while (fresh[at] != 0)
            at = (at + 1) & (slots - 1);
        fresh[at] = tag_of(hash) | (uint64_t)(i + 1);
    }
    free(l->slot);
    l->slot = fresh;
    l->slots = slots;
    return 0;
}

/* The account with this key, added when it is new (its view is then nobody's); NULL when out of
 * memory. */
static inline struct account *
account_at(struct ledger *l, uint64_t key)
{
    const uint64_t hash = hash_of(key), tag = tag_of(hash);
    size_t at = (size_t)(hash >> l->shift);

    for (; l->slot[at] != 0; at = (at + 1) & (l->slots - 1))
        if ((l->slot[at] & UINT64_C(0xffffffff00000000)) == tag) {
            struct account *a = &l->accounts.item[(uint32_t)l->slot[at] - 1];

            if (a->key == key)
                return a;
        }
    if (l->accounts.count == l->accounts.capacity && VEC_ROOM(&l->accounts) < 0)
        return NULL;
    l->slot[at] = tag | (uint64_t)(l->accounts.count + 1);
    struct account *fresh = &l->accounts.item[l->accounts.count++];

    *fresh = (struct account){.key = key, .view.authority = UINT16_MAX};
    return fresh;
}

void
ledger_expect(const struct ledger *l, uint32_t cohort, uint64_t account)
{
    __builtin_prefetch(&l->slot[hash_of(key_of(cohort, account)) >> l->shift]);
}

/* The authority's view of an account, added when it is the first; NULL when out of memory. */
static struct view *
view_of(struct ledger *l, struct account *a, uint32_t authority)
{
    struct view *v = &a->view;

    if (v->authority == UINT16_MAX)
        v->authority = (uint16_t)authority;
    if (v->authority == authority)
        return v;
    for (uint32_t row = a->view.next; row != 0; row = v->next) {
        v = &l->views.item[row - 1];
        if (v->authority == authority)
            return v;
    }
    if (VEC_ROOM(&l->views) < 0)
        return NULL;
    v = &l->views.item[l->views.count++];
    *v = (struct view){.authority = (uint16_t)authority, .next = a->view.next};
    a->view.next = (uint32_t)l->views.count;
    return v;
}

/* Joining what is held */

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

/* Adds what an effect took of a class. */
static void
gather(struct ledger *l, const struct effect *e, unsigned class, bool ciphertext_only, bool used,
       double chance, bool before)
{
    for (uint32_t i = e->first[class]; i < e->first[class + 1]; i++) {
        const struct piece *p = &l->table->pieces.item[i];

        l->fragments[p->data] |= p->fragments;
        if (before)
            l->before[p->data] |= p->fragments;
        if (ciphertext_only)
            continue;
        l->keys[p->keys] |= p->taken;
        if (used)
            l->keys[p->keys] |= p->used;
        if (chance < p->capture)
            l->keys[p->keys] |= p->cached;
    }
}

struct standing {
    bool whole, opens, retroactive;
};

/* How a class of an account stands, with all that the authority keeps of it and all that the
 * request at hand has taken. */
static struct standing
judge(struct ledger *l, const struct touch *t, const struct view *v, uint32_t part, unsigned class,
      double chance)
{
    const struct timeline *line = l->timeline;

    memset(l->fragments, 0, line->data_forms * sizeof *l->fragments);
    memset(l->before, 0, line->data_forms * sizeof *l->before);
    memset(l->keys, 0, line->key_forms * sizeof *l->keys);
    for (uint32_t row = v->holdings; row != 0; row = l->holdings.item[row - 1].next) {
        const struct holding *h = &l->holdings.item[row - 1];

        if ((h->classes >> class & 1) != 0)
            gather(l, &l->table->effects.item[h->effect], class, h->ciphertext_only, false,
                   (double)h->chance, h->at < t->since);
    }
    for (size_t i = 0; i < t->takings; i++)
        if (t->taken[i].part == part)
            gather(l, &l->table->effects.item[t->taken[i].effect], class,
                   t->taken[i].ciphertext_only, true, chance, false);
    const uint64_t whole = versions_held(line->data, line->data_forms, l->fragments);
    const uint64_t key = versions_held(line->keys, line->key_forms, l->keys);
    const uint64_t before = versions_held(line->data, line->data_forms, l->before);

    return (struct standing){whole != 0, (whole & key) != 0, (before & key) != 0};
}

/* Is all of this known already: the same effect on these classes, a cached key as likely taken? */
static bool
is_held(const struct ledger *l, const struct view *v, const struct holding *fresh)
{
    for (uint32_t row = v->holdings; row != 0; row = l->holdings.item[row - 1].next) {
        const struct holding *h = &l->holdings.item[row - 1];

        if (h->effect == fresh->effect && (fresh->classes & ~h->classes) == 0 &&
            h->chance <= fresh->chance && (fresh->ciphertext_only || !h->ciphertext_only))
            return true;
    }
    return false;
}

static int
hold(struct ledger *l, struct view *v, struct holding fresh)
{
    if (is_held(l, v, &fresh))
        return 0;
    if (VEC_ROOM(&l->holdings) < 0)
        return ERR_MEMORY;
    fresh.next = v->holdings;
    l->holdings.item[l->holdings.count++] = fresh;
    v->holdings = (uint32_t)l->holdings.count;
    return 0;
}

/* The draw for one account's cached key: one for all levers of a request, 1 when none can be. In
 * single precision, as holdings keep it, so that it compares alike now and later. */
static float
chance_of(const struct touch *t, const struct account *a, const struct effect_table *table)
{
    uint16_t cached = 0;
    struct stream s;

    for (size_t i = 0; i < t->takings; i++)
        cached |= table->effects.item[t->taken[i].effect].cached;
    if ((cached & t->asked) == 0)
        return 1;
    stream_open(&s, t->seed, t->replication, PURPOSE_CACHE_CAPTURE, t->request, a->key);
    return (float)stream_uniform(&s);
}

/* Touching */

struct bits {
    uint16_t opened, whole, retroactive;
};

/* As what a class shows that it was opened. */
static enum exposure
opens_kind(const struct touch *t, uint16_t class)
{
    return t->mode == MODE_UNSEAL || (t->records & class) != 0 ? EXPOSED_METADATA : EXPOSED_CONTENT;
}

/* Classes of which the request held a cache that might have had the key. */
static uint16_t
cached_by(const struct touch *t, uint32_t part, const struct effect_table *table)
{
    uint16_t classes = 0;

    for (size_t i = 0; i < t->takings; i++)
        if (t->taken[i].part == part && !t->taken[i].ciphertext_only)
            classes |= table->effects.item[t->taken[i].effect].cached;
    return classes;
}

/* Classes whose pieces must be joined with what is held: those that the effect does not open alone,
 * or whose earlier ciphertext it may open. */
static int
join(struct ledger *l, struct touch *t, const struct account *a, struct view *v, uint32_t part,
     uint32_t effect, uint16_t classes, struct bits *bits)
{
    const float chance = chance_of(t, a, l->table);
    uint16_t left = 0, shut = 0;

    for (unsigned rest = classes; rest != 0; rest &= rest - 1) {
        const unsigned class = (unsigned)__builtin_ctz(rest);
        const struct standing s = judge(l, t, v, part, class, (double)chance);
        const uint16_t bit = (uint16_t)(1u << class);

        if (s.whole)
            bits->whole |= bit;
        if (s.opens)
            bits->opened |= bit;
        if (s.retroactive)
            bits->retroactive |= bit;
        if (((v->open[EXPOSED_CONTENT] | bits->opened) & bit) == 0)
            left |= bit;
        if ((v->open[opens_kind(t, bit)] & bit) == 0 && !s.opens)
            shut |= bit;
    }
    t->missed |= shut & cached_by(t, part, l->table);
    if (left == 0 || t->mode == MODE_UNSEAL)
        return 0;
    return hold(l, v,
                (struct holding){
                    .at = t->at,
                    .effect = effect,
                    .chance = chance,
                    .classes = left,
                    .ciphertext_only = t->mode == MODE_CIPHERTEXT,
                });
}

static void
end_run(struct touch *t, enum exposure kind)
{
    if (t->run[kind].accounts > 0 && t->failed == 0)
        t->failed = t->gained(t->self, t, kind);
    t->run[kind].accounts = 0;
}

/* Accounts never touched before gain all that the effect does. */
static void
end_fresh(struct touch *t)
{
    for (enum exposure kind = EXPOSED_CONTENT; kind < KINDS_KEPT; kind++) {
        const uint16_t open = t->doing.open[kind];

        if (open == 0 || t->fresh == 0)
            continue;
        end_run(t, kind);
        t->run[kind] = (struct gain_run){{open, open, open, true, true, true}, t->fresh, 0};
    }
    t->fresh = 0;
}

int
touch_close(struct touch *t)
{
    end_fresh(t);
    for (enum exposure kind = EXPOSED_CONTENT; kind < EXPOSURES; kind++)
        end_run(t, kind);
    return t->failed;
}

static inline void
gain(struct touch *t, enum exposure kind, struct gain gain)
{
    const struct gain last = t->run[kind].gain;

    if (gain.mine != last.mine || gain.kin != last.kin || gain.any != last.any ||
        gain.first_mine != last.first_mine || gain.first_kin != last.first_kin ||
        gain.first_any != last.first_any) {
        end_run(t, kind);
        t->run[kind].gain = gain;
    }
    t->run[kind].accounts++;
}

/* Marks classes as exposed, and counts the account where it is new to the authority or to all. */
static inline void
expose(struct touch *t, struct account *a, struct view *v, enum exposure kind, uint16_t classes)
{
    const uint16_t mine = classes & (uint16_t)~v->open[kind];
    const uint16_t any = classes & (uint16_t)~a->any[kind];

    if (mine == 0)
        return;
    gain(t, kind,
         (struct gain){mine, any, any, v->open[kind] == 0, any != 0 && a->any[kind] == 0,
                       any != 0 && a->any[kind] == 0});
    v->open[kind] |= classes;
    a->any[kind] |= classes;
}

/* Content opened by a key that came after its ciphertext; before expose() marks it. */
static void
count_retroactive(struct touch *t, const struct account *a, const struct view *v, uint16_t content,
                  uint16_t retroactive)
{
    const uint16_t mine = content & retroactive & (uint16_t)~v->open[EXPOSED_CONTENT];
    const uint16_t any = mine & (uint16_t)~a->any[EXPOSED_CONTENT];

    if (mine != 0)
        gain(t, EXPOSED_RETROACTIVE,
             (struct gain){mine, any, any, v->open[EXPOSED_CONTENT] == 0,
                           any != 0 && a->any[EXPOSED_CONTENT] == 0,
                           any != 0 && a->any[EXPOSED_CONTENT] == 0});
}

/* What an effect does by itself. */
static void
take_effect(struct touch *t, const struct effect *e, uint32_t row)
{
    struct doing *d = &t->doing;

    end_fresh(t);
    t->effect = row;
    *d = (struct doing){0};
    d->open[EXPOSED_METADATA] = e->metadata & t->asked;
    t->judged &= e->pieces | e->opens;
    if (t->mode == MODE_METADATA)
        return;
    if (t->mode == MODE_UNSEAL) {
        d->join = d->join_fresh = e->pieces & (uint16_t)~e->opens & t->asked;
        t->pieces |= d->join != 0;
        return;
    }
    d->open[EXPOSED_CIPHERTEXT] = e->whole & t->asked & (uint16_t)~t->records;
    d->join = d->join_fresh = e->pieces & t->asked;
    t->pieces |= d->join != 0;
    if (t->mode != MODE_CONTENT)
        return;
    d->join_fresh &= (uint16_t)~e->opens;
    d->open[EXPOSED_CONTENT] = e->opens & t->asked & (uint16_t)~t->records;
    d->open[EXPOSED_METADATA] |= e->opens & t->asked;
}

/* An account that was touched before, or that takes more than one effect to open. */
static int
touch_known(struct ledger *l, struct touch *t, struct account *a, uint32_t part)
{
    const struct doing *d = &t->doing;
    struct bits bits = {0};
    struct view *v = view_of(l, a, t->authority);
    uint16_t join_for, content, metadata;

    if (v == NULL)
        return ERR_MEMORY;
    join_for = v->holdings == 0 ? d->join_fresh : d->join; /* what was held may now open, too */
    if (join_for != 0 && join(l, t, a, v, part, t->effect, join_for, &bits) < 0)
        return ERR_MEMORY;
    metadata = d->open[EXPOSED_METADATA] | bits.opened;
    if (t->mode == MODE_UNSEAL)
        bits = (struct bits){0};
    content = d->open[EXPOSED_CONTENT] | (bits.opened & (uint16_t)~t->records);
    if (bits.retroactive != 0)
        count_retroactive(t, a, v, content, bits.retroactive);
    expose(t, a, v, EXPOSED_CIPHERTEXT,
           d->open[EXPOSED_CIPHERTEXT] | (bits.whole & (uint16_t)~t->records));
    expose(t, a, v, EXPOSED_METADATA, metadata);
    expose(t, a, v, EXPOSED_CONTENT, content);
    t->content |= content != 0;
    t->metadata |= metadata != 0;
    return t->failed;
}

int
ledger_touch(struct ledger *l, struct touch *t, uint64_t account, uint32_t part, uint32_t effect)
{
    struct account *a;

    assert(account >> ACCOUNT_BITS == 0);
    if (2 * (l->accounts.count + 1) > l->slots && grow(l) < 0)
        return ERR_MEMORY;
    if (effect != t->effect)
        take_effect(t, &l->table->effects.item[effect], effect);
    a = account_at(l, key_of(t->cohort, account));
    if (a == NULL)
        return ERR_MEMORY;
    if (a->view.authority != UINT16_MAX || t->doing.join_fresh != 0)
        return touch_known(l, t, a, part);
    a->view.authority = (uint16_t)t->authority;
    memcpy(a->any, t->doing.open, sizeof a->any);
    memcpy(a->view.open, t->doing.open, sizeof a->view.open);
    t->fresh++;
    t->content |= t->doing.open[EXPOSED_CONTENT] != 0;
    t->metadata |= t->doing.open[EXPOSED_METADATA] != 0;
    return t->failed;
}
