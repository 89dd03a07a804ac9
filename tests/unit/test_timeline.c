/* Where data and keys lie over time, against the plainest reading of the words: random strategies.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "legal/timeline.h"
#include "model/lever.h"

enum { HOLDERS = 4, CLASSES = 2, EPOCHS = 4, RULES = 3, FORMULAS = 6 };

struct random_strategy {
    struct formula leaf[HOLDERS], formula[FORMULAS];
    uint64_t holders[FORMULAS];
    struct cohort cohort;
    struct place place;
    struct link link;
    struct site site[HOLDERS];
    struct world world;
    struct rule rule[EPOCHS][RULES];
    struct epoch epoch[EPOCHS];
    struct strategy strategy;
};

static void
fill_world(struct random_strategy *r)
{
    memset(r, 0, sizeof *r);
    for (uint32_t i = 0; i < HOLDERS; i++)
        r->leaf[i].leaf = i;
    for (uint32_t i = 0; i < FORMULAS; i++) {
        /* the first four are leaves, then any two of three, all of two */
        r->formula[i] =
            i < HOLDERS ? r->leaf[i] : (struct formula){2, NONE, r->leaf, i == HOLDERS ? 3 : 2};
        r->holders[i] = i < HOLDERS ? UINT64_C(1) << i : i == HOLDERS ? 7 : 3;
    }
    r->link.known = true;
    r->cohort = (struct cohort){.is.name = "users", .accounts = 1000};
    r->world = (struct world){.cohort = &r->cohort,
                              .cohorts = 1,
                              .classes = CLASSES,
                              .place = &r->place,
                              .places = 1,
                              .site = r->site,
                              .sites = HOLDERS,
                              .link = &r->link};
}

static struct rule
random_rule(const struct random_strategy *r, struct stream *s)
{
    const uint64_t d = stream_below(s, FORMULAS), k = stream_below(s, FORMULAS);

    return (struct rule){.cohorts = 1,
                         .classes = (uint32_t)(1 + stream_below(s, 3)),
                         .share = stream_below(s, 2) == 0 ? NAN : 0.25,
                         .data = r->formula[d],
                         .keys = r->formula[k],
                         .sites = r->holders[d],
                         .stores = r->holders[k],
                         .gateway = {NONE}};
}

static void
fill(struct random_strategy *r, struct stream *s)
{
    fill_world(r);
    r->strategy = (struct strategy){.is.name = "s", .epoch = r->epoch, .epochs = EPOCHS};
    for (uint32_t e = 0; e < EPOCHS; e++) {
        static const sim_ns keep[] = {0, 50, 150, 250, SIM_NEVER};

        r->epoch[e] = (struct epoch){.from = 100 * e,
                                     .to = 100 * (e + 1),
                                     .world = &r->world,
                                     .rule = r->rule[e],
                                     .rules = (uint32_t)(1 + stream_below(s, RULES)),
                                     .moved = e > 0,
                                     .keys = stream_below(s, 3) == 0 ? KEYS_NEW : KEYS_COPIED,
                                     .old_copies_for = keep[stream_below(s, 5)]};
        for (uint32_t i = 0; i < RULES; i++)
            r->rule[e][i] = random_rule(r, s);
        if (e > 0 && stream_below(s, 3) == 0) /* nothing moves in a third of the changes */
            memcpy(r->rule[e], r->rule[e - 1], sizeof r->rule[e]);
    }
}

/* The same formula is the same row here, so equal holders and need mean equal formulas. */
static bool
same_formula(const struct formula *a, const struct formula *b)
{
    return a->leaf == b->leaf && a->need == b->need && a->parts == b->parts;
}

static uint32_t
version_of(const struct random_strategy *r, uint32_t epoch)
{
    uint32_t v = 0;

    for (uint32_t e = 1; e <= epoch; e++)
        v += r->epoch[e].keys == KEYS_NEW;
    return v;
}

static const struct rule *
rule_in(const struct random_strategy *r, uint32_t epoch, uint32_t class, double u)
{
    return epoch_rule(&r->epoch[epoch], (struct cohort_id){0}, (struct class_id){class}, u);
}

/* Is what the rule of epoch `e` placed still there at t, epochs later? It stays in place as long as
 * each epoch that follows places the same with the same key; the first that does not sets its end.
 */
static bool
is_there(const struct random_strategy *r, uint32_t e, uint32_t class, double u, sim_ns t)
{
    const struct rule *rule = rule_in(r, e, class, u);

    for (uint32_t k = e + 1; k < EPOCHS && r->epoch[k].from <= t; k++) {
        const struct rule *next = rule_in(r, k, class, u);
        const sim_ns keep = r->epoch[k].old_copies_for;

        if (next != NULL && same_formula(&next->data, &rule->data) &&
            same_formula(&next->keys, &rule->keys) && version_of(r, k) == version_of(r, e))
            continue;
        return keep == SIM_NEVER || t < r->epoch[k].from + keep;
    }
    return true;
}

/* What the plain reading says can be opened by these holders of one version; and of any. */
static bool
opens(const struct random_strategy *r, uint32_t class, double u, sim_ns t, uint32_t version,
      uint64_t sites, uint64_t stores)
{
    bool data = false, keys = false;

    for (uint32_t e = 0; e < EPOCHS && r->epoch[e].from <= t; e++) {
        const struct rule *rule = rule_in(r, e, class, u);

        if (rule == NULL || version_of(r, e) != version || !is_there(r, e, class, u, t))
            continue;
        data |= formula_holds(&rule->data, sites);
        keys |= formula_holds(&rule->keys, stores);
    }
    return data && keys;
}

static bool
line_opens(const struct placed *p, uint32_t version, uint64_t sites, uint64_t stores)
{
    for (uint32_t i = 0; i < p->lines; i++) {
        const struct rule *rule = p->line[i].rule;
        const struct yield y = {.fragments = sites & rule->sites, .uses = stores & rule->stores};

        if (p->line[i].version == version)
            return yield_opens(rule, &y);
    }
    return false;
}

static const struct phase *
phase_at(const struct timeline *t, sim_ns at)
{
    uint32_t i = t->phases;

    while (t->phase[--i].from > at)
        ;
    return &t->phase[i];
}

static void
test_lines_open_what_the_copies_of_a_version_open_at_any_time(void **state)
{
    static struct random_strategy r;
    uint64_t opened = 0, former = 0;

    (void)state;
    for (uint64_t world = 0; world < 300; world++) {
        struct timeline t;
        struct stream s;

        stream_open(&s, 17, world, PURPOSE_TEST, 0, 0);
        fill(&r, &s);
        assert_int_equal(timeline_make(&t, &r.strategy, 100 * EPOCHS, NULL), 0);
        for (sim_ns at = 0; at < 100 * EPOCHS; at += 25)
            for (uint32_t class = 0; class < CLASSES; class ++) {
                const uint64_t account = stream_below(&s, 1000);
                const double u = (double)account / 1000;
                const struct phase *p = phase_at(&t, at);
                const uint32_t part = timeline_part(&t, p, 0, account);
                const struct placed *placed = phase_placed(&t, p, 0, part, class);

                for (uint64_t i = 0; i < 60; i++) {
                    const uint64_t sites = stream_below(&s, 1 << HOLDERS);
                    const uint64_t stores = stream_below(&s, 1 << HOLDERS);
                    const uint32_t version = (uint32_t)stream_below(&s, EPOCHS);
                    const bool expected = opens(&r, class, u, at, version, sites, stores);

                    assert_int_equal(line_opens(placed, version, sites, stores), expected);
                    opened += expected;
                }
                for (uint32_t i = 0; i < placed->copies; i++)
                    former += placed->copy[i].former;
            }
        timeline_release(&t);
    }
    assert_true(opened > 10000 && former > 1000);
}

static void
test_a_phase_begins_where_an_epoch_does_or_copies_expire(void **state)
{
    static const struct {
        sim_ns from;
        uint32_t epoch;
        bool starts;
    } expected[] = {{0, 0, true},   {100, 1, true}, {150, 1, false},
                    {200, 2, true}, {300, 3, true}, {350, 3, false}};
    static struct random_strategy r;
    struct timeline t;

    (void)state;
    fill_world(&r);
    r.strategy = (struct strategy){.is.name = "s", .epoch = r.epoch, .epochs = EPOCHS};
    for (uint32_t e = 0; e < EPOCHS; e++)
        r.epoch[e] = (struct epoch){.from = 100 * e, .world = &r.world, .rule = r.rule[e]};
    r.epoch[1].old_copies_for = 50;
    r.epoch[2].old_copies_for = 100; /* ends where epoch 3 begins */
    r.epoch[3].old_copies_for = 50;
    assert_int_equal(timeline_make(&t, &r.strategy, 400, NULL), 0);
    assert_int_equal(t.phases, sizeof expected / sizeof expected[0]);
    for (uint32_t i = 0; i < t.phases; i++) {
        assert_int_equal(t.phase[i].from, expected[i].from);
        assert_int_equal(t.phase[i].epoch, expected[i].epoch);
        assert_int_equal(t.phase[i].starts_epoch, expected[i].starts);
    }
    timeline_release(&t);
    /* nothing begins at or past the horizon */
    assert_int_equal(timeline_make(&t, &r.strategy, 350, NULL), 0);
    assert_int_equal(t.phases, 5);
    timeline_release(&t);
}

static void
test_parts_are_those_of_all_epochs_together(void **state)
{
    static struct random_strategy r;
    struct timeline t;
    static const double upper[] = {0.1, 0.25, 0.4, 1};

    (void)state;
    fill_world(&r);
    r.strategy = (struct strategy){.is.name = "s", .epoch = r.epoch, .epochs = 2};
    for (uint32_t e = 0; e < 2; e++) {
        r.epoch[e] =
            (struct epoch){.from = 100 * e, .world = &r.world, .rule = r.rule[e], .rules = 3};
        for (uint32_t i = 0; i < 3; i++)
            r.rule[e][i] = (struct rule){.cohorts = 1,
                                         .classes = 3,
                                         .share = NAN,
                                         .data = r.leaf[i],
                                         .keys = r.leaf[i],
                                         .sites = 1u << i,
                                         .stores = 1u << i,
                                         .gateway = {NONE}};
    }
    r.rule[0][0].share = 0.25;
    r.rule[1][0].share = 0.1;
    r.rule[1][1].share = 0.3;
    assert_int_equal(timeline_make(&t, &r.strategy, 200, NULL), 0);
    assert_int_equal(t.parts[0].count, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_true(fabs(t.parts[0].upper[i] - upper[i]) < 1e-12);
    assert_int_equal(timeline_part(&t, &t.phase[0], 0, 99), 0);
    assert_int_equal(timeline_part(&t, &t.phase[0], 0, 100), 1);
    assert_int_equal(timeline_part(&t, &t.phase[0], 0, 999), 3);
    timeline_release(&t);
}

static void
test_more_accounts_than_can_be_numbered_are_refused(void **state)
{
    static struct random_strategy r;
    struct why why = {0};
    struct stream s;
    struct timeline t;

    (void)state;
    stream_open(&s, 1, 1, PURPOSE_TEST, 0, 0);
    fill(&r, &s);
    r.cohort.accounts = 1e15;
    assert_int_equal(timeline_make(&t, &r.strategy, 400, &why), ERR_LIMIT);
    assert_non_null(strstr(why.fault[0].text, "'users'"));
    timeline_release(&t);
    why_release(&why);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_open_what_the_copies_of_a_version_open_at_any_time),
        cmocka_unit_test(test_a_phase_begins_where_an_epoch_does_or_copies_expire),
        cmocka_unit_test(test_parts_are_those_of_all_epochs_together),
        cmocka_unit_test(test_more_accounts_than_can_be_numbered_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
