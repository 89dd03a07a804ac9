/*
 * The ledger against a naive one that keeps every taking and works out from all of them, anew each
 * time, what stands open: random takings of random effects over random forms.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "legal/ledger.h"

enum {
    SITES = 3,
    STORES = 3,
    FORMS = 4,
    VERSIONS = 2,
    CLASSES = 3, /* the last is metadata */
    EFFECTS = 6,
    COHORTS = 2,
    ACCOUNTS = 6,
    AUTHORITIES = 3,
    REQUESTS = 80,
    STEPS = 2 * REQUESTS /* at most two levers each */
};

/* A random world of forms and effects. */
struct forms {
    struct formula leaf[SITES], all[2];
    struct form data[FORMS], keys[FORMS];
    struct timeline timeline;
    struct effect_table table;
};

/* Everything taken of one account by one authority. */
struct naive_taking {
    sim_ns at;
    uint32_t effect, request;
    uint16_t classes;
    bool ciphertext_only, unseals;
    float chance;
};

struct naive {
    struct naive_taking taking[COHORTS * ACCOUNTS][AUTHORITIES][STEPS];
    size_t takings[COHORTS * ACCOUNTS][AUTHORITIES];
    /* when first exposed, by kind and class; SIM_NEVER */
    sim_ns mine[COHORTS * ACCOUNTS][AUTHORITIES][EXPOSURES][CLASSES];
};

static void
fill_forms(struct forms *f, struct stream *s)
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
        f->data[i].version = f->keys[i].version = (uint32_t)stream_below(s, VERSIONS);
    }
    f->timeline = (struct timeline){.classes = CLASSES,
                                    .cohorts = COHORTS,
                                    .data = f->data,
                                    .keys = f->keys,
                                    .data_forms = FORMS,
                                    .key_forms = FORMS};
}

static struct piece
random_piece(struct stream *s)
{
    const uint16_t form = (uint16_t)stream_below(s, FORMS);
    struct piece p = {.data = form, .keys = form, .capture = 0.5};

    p.fragments = stream_below(s, 2) == 0 ? stream_below(s, 1 << SITES) : 0;
    p.taken = stream_below(s, 1 << STORES) & stream_below(s, 1 << STORES);
    p.used = stream_below(s, 1 << STORES) & stream_below(s, 1 << STORES) & ~p.taken;
    if (stream_below(s, 2) == 0)
        p.cached = stream_below(s, 1 << STORES) & ~p.taken & ~p.used;
    return p;
}

/* The masks that effect.c would set, in the plainest way. */
static void
summarise(const struct forms *f, struct effect *e, const struct piece *piece, uint32_t class,
          uint32_t pieces)
{
    const uint16_t bit = (uint16_t)(1u << class);

    for (uint32_t i = 0; i < pieces; i++) {
        e->pieces |= bit;
        if (piece[i].cached != 0)
            e->cached |= bit;
        if (piece[i].fragments != 0)
            e->metadata |= bit;
        if (!formula_holds(f->data[piece[i].data].formula, piece[i].fragments))
            continue;
        e->whole |= bit;
        for (uint32_t k = 0; k < pieces; k++)
            if (f->keys[piece[k].keys].version == f->data[piece[i].data].version &&
                formula_holds(f->keys[piece[k].keys].formula, piece[k].taken | piece[k].used))
                e->opens |= bit;
    }
}

static void
fill_effects(struct forms *f, struct stream *s)
{
    static struct effect effect[EFFECTS];
    static struct piece piece[EFFECTS * CLASSES * 2];
    uint32_t n = 0;

    for (uint32_t e = 0; e < EFFECTS; e++) {
        effect[e] = (struct effect){0};
        for (uint32_t k = 0; k <= CLASSES_MAX; k++) {
            const uint32_t pieces = k < CLASSES ? (uint32_t)stream_below(s, 3) : 0;

            effect[e].first[k] = n;
            for (uint32_t i = 0; i < pieces; i++) {
                piece[n + i] = random_piece(s);
                /* two copies of one class have different forms */
                piece[n + i].data = piece[n + i].keys = (uint16_t)((piece[n].data + i) % FORMS);
            }
            summarise(f, &effect[e], &piece[n], k, pieces);
            n += pieces;
        }
    }
    f->table.effects.item = effect;
    f->table.effects.count = EFFECTS;
    f->table.pieces.item = piece;
    f->table.pieces.count = n;
}

/* Versions whose ciphertext (or key) is whole, from all takings up to a time. */
static unsigned
naive_versions(const struct forms *f, const struct naive_taking *t, size_t takings, uint32_t class,
               bool keys, uint32_t request, sim_ns before)
{
    const struct form *form = keys ? f->keys : f->data;
    unsigned versions = 0;

    for (uint32_t i = 0; i < FORMS; i++) {
        uint64_t have = 0;

        for (size_t k = 0; k < takings; k++) {
            const struct effect *e = &f->table.effects.item[t[k].effect];

            if ((t[k].classes >> class & 1) == 0 || t[k].at >= before ||
                (keys && t[k].ciphertext_only) || (t[k].unseals && t[k].request != request))
                continue;
            for (uint32_t j = e->first[class]; j < e->first[class + 1]; j++) {
                const struct piece *p = &f->table.pieces.item[j];

                if (!keys && p->data == i)
                    have |= p->fragments;
                if (!keys || p->keys != i)
                    continue;
                have |= p->taken;
                have |= t[k].request == request ? p->used : 0;
                have |= (double)t[k].chance < p->capture ? p->cached : 0;
            }
        }
        if (formula_holds(form[i].formula, have))
            versions |= 1u << form[i].version;
    }
    return versions;
}

struct act {
    struct touch touch;
    uint32_t request;
    uint64_t account;
    uint32_t effect;
};

static void
mark(sim_ns *when, sim_ns at)
{
    if (*when == SIM_NEVER)
        *when = at;
}

static void
naive_touch(struct naive *n, const struct forms *f, const struct act *a)
{
    const struct touch *t = &a->touch;
    const size_t row = t->cohort * ACCOUNTS + a->account, who = t->authority;
    const struct effect *e = &f->table.effects.item[a->effect];
    sim_ns(*mine)[CLASSES] = n->mine[row][who];
    struct stream s;

    stream_open(&s, t->seed, t->replication, PURPOSE_CACHE_CAPTURE, t->request,
                (uint64_t)t->cohort << 48 | a->account);
    if (t->mode != MODE_METADATA)
        n->taking[row][who][n->takings[row][who]++] =
            (struct naive_taking){.at = t->at,
                                  .effect = a->effect,
                                  .request = a->request,
                                  .classes = t->asked,
                                  .ciphertext_only = t->mode == MODE_CIPHERTEXT,
                                  .unseals = t->mode == MODE_UNSEAL,
                                  .chance = (float)stream_uniform(&s)};
    for (uint32_t k = 0; k < CLASSES; k++) {
        const struct naive_taking *all = n->taking[row][who];
        const size_t count = n->takings[row][who];

        if ((t->asked >> k & 1) == 0)
            continue;
        if ((e->metadata >> k & 1) != 0)
            mark(&mine[EXPOSED_METADATA][k], t->at);
        if (t->mode == MODE_METADATA || (e->pieces >> k & 1) == 0)
            continue; /* nothing new of this class */
        const unsigned whole = naive_versions(f, all, count, k, false, a->request, SIM_NEVER);
        const unsigned key = naive_versions(f, all, count, k, true, a->request, SIM_NEVER);
        const unsigned before = naive_versions(f, all, count, k, false, a->request, t->since);

        if (t->mode == MODE_UNSEAL) {
            if ((whole & key) != 0)
                mark(&mine[EXPOSED_METADATA][k], t->at);
            continue;
        }
        if (whole != 0 && k != CLASSES - 1)
            mark(&mine[EXPOSED_CIPHERTEXT][k], t->at);
        if ((whole & key) == 0)
            continue;
        if ((before & key) != 0 && k != CLASSES - 1 && mine[EXPOSED_CONTENT][k] == SIM_NEVER)
            mine[EXPOSED_RETROACTIVE][k] = t->at;
        mark(&mine[EXPOSED_METADATA][k], t->at);
        if (k != CLASSES - 1)
            mark(&mine[EXPOSED_CONTENT][k], t->at);
    }
}

/* What the ledger said it gained. */
struct counted {
    uint64_t mine[AUTHORITIES][EXPOSURES][1 + CLASSES];
    uint64_t any[EXPOSURES][1 + CLASSES];
};

static int
count(void *self, const struct touch *t, enum exposure kind)
{
    struct counted *c = self;
    const struct gain_run *run = &t->run[kind];

    c->mine[t->authority][kind][0] += run->gain.first_mine ? run->accounts : 0;
    c->any[kind][0] += run->gain.first_any ? run->accounts : 0;
    for (uint32_t k = 0; k < CLASSES; k++) {
        c->mine[t->authority][kind][1 + k] += run->gain.mine >> k & 1 ? run->accounts : 0;
        c->any[kind][1 + k] += run->gain.any >> k & 1 ? run->accounts : 0;
    }
    return 0;
}

/* First by this authority: the least over classes. For RETROACTIVE: the account's first opening of
 * content, if that was one. */
static void
check_counts(const struct naive *n, const struct counted *c)
{
    for (uint32_t kind = 0; kind < EXPOSED_RETROACTIVE; kind++) {
        uint64_t any[1 + CLASSES] = {0}, mine[AUTHORITIES][1 + CLASSES] = {{0}};

        for (size_t row = 0; row < COHORTS * ACCOUNTS; row++) {
            bool somebody[1 + CLASSES] = {false};

            for (uint32_t a = 0; a < AUTHORITIES; a++) {
                bool one = false;

                for (uint32_t k = 0; k < CLASSES; k++) {
                    const bool open = n->mine[row][a][kind][k] != SIM_NEVER;

                    mine[a][1 + k] += open;
                    somebody[1 + k] |= open;
                    one |= open;
                }
                mine[a][0] += one;
                somebody[0] |= one;
            }
            for (uint32_t k = 0; k <= CLASSES; k++)
                any[k] += somebody[k];
        }
        for (uint32_t k = 0; k <= CLASSES; k++) {
            assert_int_equal(c->any[kind][k], any[k]);
            for (uint32_t a = 0; a < AUTHORITIES; a++)
                assert_int_equal(c->mine[a][kind][k], mine[a][k]);
        }
    }
    for (uint32_t a = 0; a < AUTHORITIES; a++)
        for (uint32_t k = 0; k < CLASSES; k++) {
            uint64_t retroactive = 0;

            for (size_t row = 0; row < COHORTS * ACCOUNTS; row++)
                retroactive += n->mine[row][a][EXPOSED_RETROACTIVE][k] != SIM_NEVER;
            assert_int_equal(c->mine[a][EXPOSED_RETROACTIVE][1 + k], retroactive);
        }
}

/* A request: one or two levers, a few accounts, one authority. */
static void
random_request(struct forms *f, struct ledger *l, struct naive *n, struct counted *c,
               struct stream *s, uint32_t request, sim_ns *now)
{
    struct act a = {.request = request};
    struct taken taken[2];
    const uint64_t levers = 1 + stream_below(s, 2), accounts = 1 + stream_below(s, 4);
    const uint64_t first = stream_below(s, ACCOUNTS);
    const uint32_t authority = (uint32_t)stream_below(s, AUTHORITIES);
    const uint32_t cohort = (uint32_t)stream_below(s, COHORTS);
    const uint16_t asked = (uint16_t)(1 + stream_below(s, (1 << CLASSES) - 1));
    const enum mode mode = (enum mode)stream_below(s, 4);
    const sim_ns since = ++*now;

    for (size_t i = 0; i < levers; i++) {
        a.effect = (uint32_t)stream_below(s, EFFECTS);
        taken[i] = (struct taken){0, a.effect, mode == MODE_CIPHERTEXT};
        a.touch = (struct touch){.authority = authority,
                                 .cohort = cohort,
                                 .asked = asked,
                                 .records = 1u << (CLASSES - 1),
                                 .mode = mode,
                                 .at = ++*now,
                                 .since = since,
                                 .seed = 5,
                                 .replication = 1,
                                 .request = request,
                                 .taken = mode == MODE_METADATA ? NULL : taken,
                                 .takings = mode == MODE_METADATA ? 0 : i + 1,
                                 .effect = NONE,
                                 .gained = count,
                                 .self = c};
        for (uint64_t k = 0; k < accounts; k++) {
            a.account = (first + k) % ACCOUNTS;
            naive_touch(n, f, &a);
            assert_int_equal(ledger_touch(l, &a.touch, a.account, 0, a.effect), 0);
        }
        assert_int_equal(touch_close(&a.touch), 0);
    }
}

static void
test_random_takings_expose_what_all_takings_together_open(void **state)
{
    static struct forms f;
    static struct naive n;
    uint64_t retroactive = 0, content = 0;

    (void)state;
    for (uint64_t world = 0; world < 1500; world++) {
        struct ledger l = {0};
        struct counted c = {0};
        struct stream s;
        sim_ns now = 0;

        stream_open(&s, 99, world, PURPOSE_TEST, 0, 0);
        fill_forms(&f, &s);
        fill_effects(&f, &s);
        memset(n.takings, 0, sizeof n.takings);
        for (size_t i = 0; i < sizeof n.mine / sizeof(sim_ns); i++)
            ((sim_ns *)n.mine)[i] = SIM_NEVER;
        assert_int_equal(ledger_init(&l, &f.timeline, &f.table, 0), 0);
        for (uint32_t i = 0; i < REQUESTS; i++) {
            random_request(&f, &l, &n, &c, &s, i, &now);
            check_counts(&n, &c);
        }
        for (uint32_t a = 0; a < AUTHORITIES; a++) {
            retroactive += c.mine[a][EXPOSED_RETROACTIVE][0];
            content += c.mine[a][EXPOSED_CONTENT][0];
        }
        ledger_release(&l);
    }
    /* the worlds do try what the test is about */
    assert_true(content > 2000 && retroactive > 200 && retroactive < content);
}

static int
sum_up(void *self, const struct touch *t, enum exposure kind)
{
    if (kind == EXPOSED_METADATA)
        *(uint64_t *)self += t->run[kind].accounts;
    return 0;
}

static void
test_many_accounts_are_each_counted_once(void **state)
{
    enum { COUNT = 60000 };
    struct effect effect = {.metadata = 1};
    const struct timeline timeline = {.classes = 1};
    const struct effect_table table = {.effects = {.item = &effect, .count = 1}};
    struct ledger l = {0};
    uint64_t gained = 0;
    struct touch t = {
        .asked = 1, .mode = MODE_METADATA, .effect = NONE, .gained = sum_up, .self = &gained};

    (void)state;
    assert_int_equal(ledger_init(&l, &timeline, &table, 0), 0);
    for (int round = 0; round < 3; round++)
        for (uint64_t i = 0; i < COUNT; i++) {
            t.cohort = (uint32_t)(i % 3); /* numbers near and far, in several cohorts */
            assert_int_equal(
                ledger_touch(&l, &t, i % 2 == 0 ? i : i * UINT64_C(0x10000) * 1024, 0, 0), 0);
        }
    assert_int_equal(touch_close(&t), 0);
    assert_int_equal(gained, COUNT);
    assert_int_equal(l.accounts.count, COUNT);
    ledger_release(&l);
}

static void
test_a_ledger_used_again_begins_empty(void **state)
{
    struct effect effect = {.metadata = 1};
    const struct timeline timeline = {.classes = 1};
    const struct effect_table table = {.effects = {.item = &effect, .count = 1}};
    struct ledger l = {0};

    (void)state;
    for (uint64_t accounts = 5000; accounts > 0; accounts /= 7) {
        uint64_t gained = 0;
        struct touch t = {
            .asked = 1, .mode = MODE_METADATA, .effect = NONE, .gained = sum_up, .self = &gained};

        assert_int_equal(ledger_init(&l, &timeline, &table, 0), 0);
        for (uint64_t i = 0; i < accounts; i++)
            assert_int_equal(ledger_touch(&l, &t, i, 0, 0), 0);
        assert_int_equal(touch_close(&t), 0);
        assert_int_equal(gained, accounts);
    }
    ledger_release(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_takings_expose_what_all_takings_together_open),
        cmocka_unit_test(test_many_accounts_are_each_counted_once),
        cmocka_unit_test(test_a_ledger_used_again_begins_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
