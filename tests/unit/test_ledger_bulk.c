/* The ledger with many accounts: listed, in bulk, in samples; against closed forms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include "goodness.h"
#include "ledger_check.h"
#include "stats/hypergeometric.h"

static int
sum_up(void *self, const struct touch *t, enum exposure kind, const struct gain_run *run)
{
    (void)t;
    if (kind == EXPOSED_METADATA)
        *(uint64_t *)self += run->accounts;
    return 0;
}

enum { PLAIN_CLASSES = 5 };

/* Cohorts of one part each, under no rule; the one effect takes metadata of all classes. */
struct plain {
    struct cohort cohort[3];
    struct authority authority[3];
    struct world world;
    struct placed placed[3 * PLAIN_CLASSES];
    struct phase phase;
    struct parts parts[3];
    struct timeline timeline;
    struct effect effect;
    struct effect_table table;
    struct ledger_facts facts;
};

static void
plain_init(struct plain *p, uint32_t cohorts, double accounts)
{
    *p = (struct plain){0};
    p->world = (struct world){
        .cohort = p->cohort, .cohorts = cohorts, .authority = p->authority, .authorities = 3};
    for (uint32_t i = 0; i < 3; i++) {
        p->cohort[i].accounts = accounts;
        p->parts[i] = (struct parts){.upper = {1}, .count = 1, .first = i, .accounts = accounts};
        p->authority[i].jurisdiction.i = i;
    }
    p->phase = (struct phase){.world = &p->world, .placed = p->placed};
    p->timeline = (struct timeline){.classes = PLAIN_CLASSES,
                                    .cohorts = cohorts,
                                    .phase = &p->phase,
                                    .phases = 1,
                                    .parts = p->parts,
                                    .parts_in_all = cohorts,
                                    .versions = 1};
    p->effect.metadata = (1 << PLAIN_CLASSES) - 1;
    p->table.effects.item = &p->effect;
    p->table.effects.count = 1;
    p->facts = (struct ledger_facts){
        .timeline = &p->timeline, .table = &p->table, .seed = 1, .horizon = 100};
}

static const uint32_t first_effect[1] = {0};

static struct touch
plain_touch(uint32_t authority, uint64_t request, uint64_t *gained)
{
    return (struct touch){.authority = authority,
                          .asked = 1,
                          .mode = MODE_METADATA,
                          .request = request,
                          .effect = first_effect,
                          .gained = sum_up,
                          .self = gained};
}

static void
test_many_accounts_are_each_counted_once(void **state)
{
    enum { COUNT_OF = 60000 };
    static struct plain p;
    struct ledger l = {0};
    uint64_t gained = 0, listed = 0;

    (void)state;
    plain_init(&p, 3, 0x1p39);
    assert_int_equal(ledger_init(&l, &p.facts), 0);
    for (int round = 0; round < 3; round++)
        for (uint32_t cohort = 0; cohort < 3; cohort++) {
            struct touch t = plain_touch(0, 0, &gained);

            t.cohort = cohort;
            assert_int_equal(touch_open(&l, &t), 0);
            for (uint64_t i = cohort; i < COUNT_OF; i += 3) /* numbers near and far */
                assert_int_equal(ledger_touch(&l, &t, i % 2 == 0 ? i : i * UINT64_C(0x10000) * 64),
                                 0);
            assert_int_equal(touch_close(&l, &t), 0);
        }
    assert_int_equal(gained, COUNT_OF);
    for (uint32_t cohort = 0; cohort < 3; cohort++)
        listed += l.book[cohort].listed.count;
    assert_int_equal(listed, COUNT_OF);
    ledger_release(&l);
}

static void
test_a_ledger_used_again_begins_empty(void **state)
{
    static struct plain p;
    struct ledger l = {0};

    (void)state;
    for (uint64_t accounts = 5000; accounts > 0; accounts /= 7) {
        uint64_t gained = 0;
        struct touch t = plain_touch(0, 0, &gained);

        plain_init(&p, 1 + accounts % 3, 5000);
        assert_int_equal(ledger_init(&l, &p.facts), 0);
        assert_int_equal(touch_open(&l, &t), 0);
        for (uint64_t i = 0; i < accounts; i++)
            assert_int_equal(ledger_touch(&l, &t, i), 0);
        assert_int_equal(touch_close(&l, &t), 0);
        assert_int_equal(gained, accounts);
    }
    ledger_release(&l);
}

/* In bulk */

struct heard {
    uint64_t mine, any;
};

static int
hear(void *self, const struct touch *t, enum exposure kind, const struct gain_run *run)
{
    struct heard *h = self;

    (void)t;
    if (kind == EXPOSED_METADATA) {
        h->mine += run->accounts;
        h->any += run->gain.any != 0 ? run->accounts : 0;
    }
    return 0;
}

/* A request of an authority for metadata of the classes: accounts from `first` on, or in bulk. */
struct asking {
    uint32_t authority;
    uint64_t request, first, accounts;
    sim_ns at;
    uint16_t classes;
};
#define IN_BULK UINT64_MAX

static struct heard
ask(struct ledger *l, struct asking a)
{
    struct heard heard = {0, 0};
    struct touch t = plain_touch(a.authority, a.request, NULL);

    t.gained = hear;
    t.self = &heard;
    t.at = t.since = a.at;
    t.asked = a.classes;
    assert_int_equal(touch_open(l, &t), 0);
    if (a.first == IN_BULK)
        assert_int_equal(ledger_touch_bulk(l, &t, a.accounts), 0);
    for (uint64_t i = 0; a.first != IN_BULK && i < a.accounts; i++)
        assert_int_equal(ledger_touch(l, &t, a.first + i), 0);
    assert_int_equal(touch_close(l, &t), 0);
    check_book(&l->book[0]);
    return heard;
}

/* How many of 12 accounts two samples of 5 and 4 share: as in an urn, be accounts listed or not,
 * and while the first sample is still marked or is not any more. */
static void
test_samples_in_bulk_share_accounts_as_urns_do(void **state)
{
    enum { RUNS = 6000, FIRST = 5, SECOND = 4 };
    static struct plain p;
    struct ledger l = {0};

    (void)state;
    for (uint64_t listed = 0; listed <= 12; listed += 6) {
        uint64_t seen[SECOND + 1] = {0};
        double expected[SECOND + 1];

        for (uint64_t run = 0; run < RUNS; run++) {
            plain_init(&p, 1, 12);
            p.facts.replication = run;
            assert_int_equal(ledger_init(&l, &p.facts), 0);
            /* another class, so that accounts are in several states */
            ask(&l, (struct asking){2, 7, 0, listed, 0, 2});
            ask(&l, (struct asking){1, 8, IN_BULK, 3, 0, 2});
            assert_int_equal(ask(&l, (struct asking){0, 9, IN_BULK, FIRST, 1, 1}).mine, FIRST);
            assert_int_equal(ask(&l, (struct asking){0, 9, IN_BULK, FIRST, 2, 1}).mine, 0);
            if (run % 2 == 0)
                assert_int_equal(ledger_release_bulk(&l, 9), 0);
            seen[SECOND - ask(&l, (struct asking){1, 10, IN_BULK, SECOND, 3, 1}).any]++;
            assert_int_equal(ledger_release_bulk(&l, 8), 0);
            check_book(&l.book[0]);
        }
        for (uint32_t k = 0; k <= SECOND; k++)
            expected[k] = RUNS * exp(hypergeometric_log_probability(k, FIRST, 12 - FIRST, SECOND));
        CHECK_FIT(chi_square_probability(seen, expected, SECOND + 1, SECOND));
    }
    ledger_release(&l);
}

/* So many accounts belong to a request in bulk. */
static uint64_t
members_of(const struct book *b, uint64_t request)
{
    uint64_t n = 0;

    for (uint32_t mark = 1; mark <= b->marks.count; mark++)
        for (uint32_t row = 1; row < states_end(&b->states); row++)
            if (b->marks.item[mark - 1].live && b->marks.item[mark - 1].request == request &&
                states_has_mark(&b->states, state_at(&b->states, row), mark))
                n += b->states.crowd[row].strata + b->states.crowd[row].listed;
    return n;
}

/* Sample after sample, up to three at once, of two authorities: each has its size, and in the end
 * nobody is left out. */
static void
test_sample_after_sample_has_its_size(void **state)
{
    enum { ALL = 1000000, SAMPLE = 50000, REQUESTS_IN_ALL = 900 };
    static struct plain p;
    struct ledger l = {0};

    (void)state;
    for (size_t tidy_after = 0; tidy_after < 8; tidy_after += 7) {
        uint64_t gained[2] = {0};

        plain_init(&p, 1, ALL);
        p.facts.tidy_after = tidy_after;
        assert_int_equal(ledger_init(&l, &p.facts), 0);
        ask(&l, (struct asking){2, 1000000, 0, 20000, 0, 16});
        for (uint64_t i = 0; i < REQUESTS_IN_ALL; i++) {
            const uint32_t who = i * i % 3 % 2;
            const uint16_t class = (uint16_t)(1 << i % 2);

            gained[i % 2] += ask(&l, (struct asking){who, i, IN_BULK, SAMPLE, 50, class}).any;
            assert_int_equal(members_of(&l.book[0], i), SAMPLE);
            if (i >= 2)
                assert_int_equal(ledger_release_bulk(&l, i - 2), 0);
        }
        /* 450 samples of a twentieth leave out 10^-4 accounts of a million */
        assert_int_equal(gained[0], ALL);
        assert_int_equal(gained[1], ALL);
    }
    ledger_release(&l);
}

/* An account that is named after a sample was taken belongs to it with its share; all together,
 * named one by one, are as many as were taken. */
static void
test_accounts_named_after_a_sample_belong_to_it_by_its_share(void **state)
{
    enum { RUNS = 4000, ALL = 10, SAMPLE = 3 };
    static struct plain p;
    struct ledger l = {0};
    uint64_t seen[ALL] = {0};
    double expected[ALL];

    (void)state;
    for (uint64_t run = 0; run < RUNS; run++) {
        uint64_t known = 0;

        plain_init(&p, 1, ALL);
        p.facts.replication = run;
        assert_int_equal(ledger_init(&l, &p.facts), 0);
        ask(&l, (struct asking){0, 1, IN_BULK, SAMPLE, 1, 1});
        assert_int_equal(ledger_release_bulk(&l, 1), 0);
        for (uint64_t i = 0; i < ALL; i++) {
            const uint64_t account = (i + run) % ALL;
            const bool is_in = ask(&l, (struct asking){1, 2, account, 1, 2, 1}).any == 0;

            known += is_in;
            seen[account] += is_in;
        }
        assert_int_equal(known, SAMPLE);
    }
    for (uint32_t i = 0; i < ALL; i++)
        expected[i] = (double)RUNS * SAMPLE / ALL;
    CHECK_FIT(chi_square_probability(seen, expected, ALL, ALL - 1));
    ledger_release(&l);
}

/* A thousand million accounts: a sample is as large as it was asked for, and costs no more. */
static void
test_samples_of_many_accounts_are_exact(void **state)
{
    static struct plain p;
    struct ledger l = {0};
    const double all = 1e9, first = 3e8, second = 5e8;

    (void)state;
    plain_init(&p, 1, all);
    assert_int_equal(ledger_init(&l, &p.facts), 0);
    ask(&l, (struct asking){2, 7, 1000, 100000, 0, 2});
    assert_int_equal(ask(&l, (struct asking){0, 1, IN_BULK, 300000000, 1, 1}).mine, 300000000);
    const struct heard heard = ask(&l, (struct asking){1, 2, IN_BULK, 500000000, 1, 1});

    assert_int_equal(heard.mine, 500000000);
    const double shared = second - (double)heard.any, mean = first * second / all;

    CHECK_FIT(
        normal_probability((shared - mean) / sqrt(mean * (1 - first / all) * (1 - second / all))));
    assert_int_equal(ask(&l, (struct asking){2, 3, IN_BULK, 1000000000, 1, 1}).mine, 1000000000);
    assert_true(states_end(&l.book[0].states) < 40);
    ledger_release(&l);
}

/* What chance decides about each account of strata: with the chance of each class of what is held
 * of the lever. */
static void
test_chance_decides_about_accounts_that_nobody_named(void **state)
{
    static struct plain p;
    struct ledger l = {0};
    const struct taken taken = {0, 0, 0, false};
    uint64_t seen[4] = {0};
    double expected[4];

    (void)state;
    plain_init(&p, 1, 90000);
    p.effect.metadata = 0;
    p.effect.watched = 3;
    p.effect.watch[0] = p.effect.watch_too[0] = 0.2;
    p.effect.watch[1] = p.effect.watch_too[1] = 0.7;
    assert_int_equal(ledger_init(&l, &p.facts), 0);
    for (uint32_t authority = 0; authority < 2;
         authority++) { /* some are listed, then all are not */
        struct heard heard = {0, 0};
        struct touch t = plain_touch(authority, authority, NULL);

        t.mode = MODE_CONTENT;
        t.asked = 3;
        t.taken = &taken;
        t.takings = 1;
        t.gained = hear;
        t.self = &heard;
        assert_int_equal(touch_open(&l, &t), 0);
        for (uint64_t i = 0; i < 30000 && authority == 0; i++)
            assert_int_equal(ledger_touch(&l, &t, i), 0);
        if (authority == 1)
            assert_int_equal(ledger_touch_bulk(&l, &t, 90000), 0);
        assert_int_equal(touch_close(&l, &t), 0);
        check_book(&l.book[0]);
        const double all = authority == 0 ? 30000 : 90000;

        CHECK_FIT(normal_probability(((double)heard.mine - 0.76 * all) / sqrt(all * 0.76 * 0.24)));
    }
    /* of authority 1: none, the first class, the second, both; each by a chance of its own */
    for (uint32_t row = 1; row < states_end(&l.book[0].states); row++) {
        const struct states *s = &l.book[0].states;
        const uint64_t n = s->crowd[row].listed + s->crowd[row].strata;
        uint16_t open = 0;

        for (uint32_t v = state_at(s, row)->views; v != 0; v = view_at(s, v)->next)
            if (view_at(s, v)->authority == 1)
                open = view_at(s, v)->open[EXPOSED_CONTENT];
        seen[open] += n;
    }
    for (unsigned open = 0; open < 4; open++)
        expected[open] = (open & 1 ? 0.2 : 0.8) * (open & 2 ? 0.7 : 0.3) * 90000;
    CHECK_FIT(chi_square_probability(seen, expected, 4, 3));
    ledger_release(&l);
}

/* Accounts leave at a constant rate; some are listed early, some late, most never. Each time, the
 * share that is still there is what an exponential lifetime leaves. */
static void
test_accounts_that_nobody_named_leave_too(void **state)
{
    enum { ALL = 200000 };
    static struct plain p;
    struct departed departed = {0};
    struct departures departures = {.cohort = &departed, .any = true};
    struct ledger l = {0};
    double there = ALL;
    sim_ns before = 0;

    (void)state;
    plain_init(&p, 1, ALL);
    departures.timeline = &p.timeline;
    p.cohort[0].deletes_per_s = 0.01e9;
    p.facts.departures = &departures;
    assert_int_equal(ledger_init(&l, &p.facts), 0);
    for (sim_ns at = 10; at <= 90; at += 20) {
        const double stay = exp(-0.01 * (double)(at - before));
        const struct heard some = /* the same ones are named each time, one by one */
            ask(&l, (struct asking){0, (uint64_t)at, 0, 50000, at, (uint16_t)(1 << at / 20)});
        const struct heard all = ask(
            &l, (struct asking){1, (uint64_t)at + 1, IN_BULK, ALL, at, (uint16_t)(1 << at / 20)});

        CHECK_FIT(normal_probability(((double)some.mine - 50000 * exp(-0.01 * (double)at)) /
                                     sqrt(50000 * exp(-0.01 * (double)at))));
        assert_int_equal(all.mine - all.any, some.mine);
        /* given how many were there before */
        CHECK_FIT(normal_probability(((double)all.mine - there * stay) /
                                     sqrt(there * stay * (1 - stay))));
        there = (double)all.mine;
        before = at;
        /* some that nobody had named are named now: of them, too, that share is still there */
        const struct heard late =
            ask(&l, (struct asking){2, (uint64_t)at + 2, 50000 + 1000 * (uint64_t)at, 20000, at,
                                    (uint16_t)(1 << at / 20)});

        CHECK_FIT(normal_probability(((double)late.mine - 20000 * there / ALL) /
                                     sqrt(20000 * there / ALL)));
    }
    ledger_release(&l);
}

/* Telling */

struct told {
    uint64_t account, gains;
};

static void
note_gain(void *self, const struct touch *t, uint64_t account, enum exposure kind, struct gain gain)
{
    struct told *told = self;

    assert_true(kind == EXPOSED_METADATA && gain.mine == t->asked);
    told->account = account;
    told->gains++;
}

static void
test_who_watches_an_account_is_told_when_it_is_opened(void **state)
{
    static struct plain p;
    struct ledger l = {0};
    struct told told = {0, 0};

    (void)state;
    plain_init(&p, 2, 100);
    assert_int_equal(ledger_init(&l, &p.facts), 0);
    l.watch = (struct watch){.gained = note_gain, .self = &told, .account = 42};
    ask(&l, (struct asking){0, 1, 0, 42, 1, 1});
    assert_int_equal(told.gains, 0);
    ask(&l, (struct asking){0, 2, 40, 5, 2, 1});
    assert_int_equal(told.gains, 1);
    assert_int_equal(told.account, 42);
    ask(&l, (struct asking){0, 3, 40, 5, 3, 1}); /* nothing new */
    assert_int_equal(told.gains, 1);
    ask(&l, (struct asking){1, 4, IN_BULK, 100, 4, 1}); /* among all */
    assert_int_equal(told.gains, 2);
    assert_int_equal(told.account, 42);
    l.watch.all = true;
    ask(&l, (struct asking){2, 5, 7, 3, 5, 1});
    assert_int_equal(told.gains, 5);
    assert_int_equal(told.account, 9);
    ask(&l, (struct asking){2, 6, IN_BULK, 100, 6, 1});
    assert_int_equal(told.account, UINT64_MAX);
    ledger_release(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_accounts_are_each_counted_once),
        cmocka_unit_test(test_a_ledger_used_again_begins_empty),
        cmocka_unit_test(test_samples_in_bulk_share_accounts_as_urns_do),
        cmocka_unit_test(test_sample_after_sample_has_its_size),
        cmocka_unit_test(test_accounts_named_after_a_sample_belong_to_it_by_its_share),
        cmocka_unit_test(test_samples_of_many_accounts_are_exact),
        cmocka_unit_test(test_chance_decides_about_accounts_that_nobody_named),
        cmocka_unit_test(test_accounts_that_nobody_named_leave_too),
        cmocka_unit_test(test_who_watches_an_account_is_told_when_it_is_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
