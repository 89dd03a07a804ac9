/* Importance of holders: closed forms of small structures, and enumeration of every outcome. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include <math.h>
#include "model/importance.h"
#include "random_world.h"

static void
near(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-12 * fmax(1, fabs(expected))))
        fail_msg("%.17g is not %.17g", got, expected);
}

/* ---- closed forms: sites of one custodian each, whose orders are granted with p[i] ---- */

enum { SITES = 5, ONLY = 1 }; /* ONLY: one jurisdiction and one place */

struct structure {
    struct world world;
    struct jurisdiction jurisdiction;
    struct instrument terms;
    struct named instrument;
    struct place place;
    struct custodian custodian[SITES];
    struct site site[SITES];
    struct cohort cohort;
    struct link link;
    struct rule rule;
    struct importance_list list;
};

/* The key lies in the open, so all depends on the ciphertext formula. */
static void
weigh(struct structure *s, struct formula data, uint32_t sites, const double *p)
{
    struct lever_list levers = {0};
    const struct rule *rule = &s->rule;

    *s = (struct structure){0};
    s->terms = (struct instrument){
        .is.name = "order", .available = true, .addressee = ADDRESSEE_CUSTODIAN, .grant = 1};
    s->jurisdiction = (struct jurisdiction){.is.name = "J", .instrument = &s->terms};
    s->link = (struct link){.known = true, .rtt_s = 0.01};
    for (uint32_t i = 0; i < sites; i++) {
        s->custodian[i] = (struct custodian){.parent = {NONE}, .served_in = 1, .rejects = 1 - p[i]};
        s->site[i].operator.i = s->site[i].controller.i = i;
    }
    s->rule = (struct rule){.data = data,
                            .keys = {.leaf = NONE},
                            .sites = (UINT64_C(1) << sites) - 1,
                            .gateway = {NONE}};
    s->world = (struct world){.jurisdiction = &s->jurisdiction,
                              .place = &s->place,
                              .custodian = s->custodian,
                              .site = s->site,
                              .cohort = &s->cohort,
                              .instrument = &s->instrument,
                              .link = &s->link,
                              .jurisdictions = ONLY,
                              .places = ONLY,
                              .custodians = sites,
                              .sites = sites,
                              .cohorts = ONLY,
                              .instruments = ONLY};
    assert_int_equal(
        lever_list_make(&levers, &s->world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    assert_int_equal(levers.count, sites);
    const struct plan_question q = {.world = &s->world,
                                    .rule = &rule,
                                    .sites = &s->rule.sites,
                                    .stores = &s->rule.stores,
                                    .rules = 1,
                                    .levers = &levers,
                                    .want = WANT_CONTENT};

    assert_int_equal(importance_make(&s->list, &q, NULL), 0);
    assert_int_equal(s->list.count, sites);
    lever_list_release(&levers);
}

/* Of component i: P(1) and P(0) are known, all four measures follow. */
static void
check_row(const struct structure *s, uint32_t i, double q, double with, double without)
{
    const struct importance *row = &s->list.item[i];
    const double p = q * with + (1 - q) * without;

    assert_false(row->is_store);
    assert_int_equal(row->holder, i);
    near(s->list.probability, p);
    near(row->taken, q);
    near(row->birnbaum, with - without);
    near(row->criticality, (with - without) * q / p);
    near(row->achievement, with / p);
    if (without > 0)
        near(row->reduction, p / without);
    else
        assert_true(isinf(row->reduction));
}

static const struct formula leaf[SITES] = {
    {.leaf = 0}, {.leaf = 1}, {.leaf = 2}, {.leaf = 3}, {.leaf = 4}};

static struct formula
any(uint32_t need, const struct formula *part, uint32_t parts)
{
    return (struct formula){.leaf = NONE, .need = need, .part = part, .parts = parts};
}

static void
test_in_series_each_weighs_the_product_of_the_others(void **state)
{
    static const double p[] = {0.9, 0.5, 0.2};
    struct structure s;

    (void)state;
    weigh(&s, any(3, leaf, 3), 3, p);
    for (uint32_t i = 0; i < 3; i++)
        check_row(&s, i, p[i], p[0] * p[1] * p[2] / p[i], 0);
    importance_release(&s.list);
}

static void
test_in_parallel_each_weighs_what_the_others_miss(void **state)
{
    static const double p[] = {0.9, 0.5, 0.2};
    struct structure s;

    (void)state;
    weigh(&s, any(1, leaf, 3), 3, p);
    for (uint32_t i = 0; i < 3; i++)
        check_row(&s, i, p[i], 1, 1 - (1 - p[0]) * (1 - p[1]) * (1 - p[2]) / (1 - p[i]));
    importance_release(&s.list);
}

static void
test_of_two_of_three_each_weighs_that_just_one_other_is_taken(void **state)
{
    static const double p[] = {0.9, 0.5, 0.2};
    struct structure s;

    (void)state;
    weigh(&s, any(2, leaf, 3), 3, p);
    for (uint32_t i = 0; i < 3; i++) {
        const double a = p[(i + 1) % 3], b = p[(i + 2) % 3];

        check_row(&s, i, p[i], a + b - a * b, a * b);
        near(s.list.item[i].birnbaum, a * (1 - b) + b * (1 - a));
    }
    importance_release(&s.list);
}

/* The bridge: paths 0 1, 2 3, 0 4 3, 2 4 1. No nesting of thresholds without repeats says it. */
static void
test_the_bridge_follows_from_factoring_at_its_middle(void **state)
{
    static const double p[] = {0.9, 0.5, 0.2, 0.7, 0.4};
    const struct formula path[4][3] = {{leaf[0], leaf[1]},
                                       {leaf[2], leaf[3]},
                                       {leaf[0], leaf[4], leaf[3]},
                                       {leaf[2], leaf[4], leaf[1]}};
    const struct formula paths[] = {any(2, path[0], 2), any(2, path[1], 2), any(3, path[2], 3),
                                    any(3, path[3], 3)};
    const double in = p[0] + p[2] - p[0] * p[2], out = p[1] + p[3] - p[1] * p[3];
    const double apart = p[0] * p[1] + p[2] * p[3] - p[0] * p[1] * p[2] * p[3];
    struct structure s;

    (void)state;
    weigh(&s, any(1, paths, 4), 5, p);
    check_row(&s, 4, p[4], in * out, apart);
    /* given 0: 1, or 3 by the middle, or 3 from 2; without it: all has to come through 2 */
    const double with = p[1] + (1 - p[1]) * p[3] * (p[4] + p[2] - p[4] * p[2]);
    const double without = p[2] * (p[3] + (1 - p[3]) * p[4] * p[1]);

    check_row(&s, 0, p[0], with, without);
    importance_release(&s.list);
}

/* One grant g for all three orders, which are then obeyed with p[i]: two of three are had with g
 * times what two of three would be without it. */
static void
test_a_grant_for_all_is_one_decision(void **state)
{
    static const double p[] = {0.9, 0.5, 0.2}, g = 0.4;
    const struct rule *rule;
    struct lever_list levers = {0};
    struct structure s;
    double two = -2 * p[0] * p[1] * p[2];

    (void)state;
    weigh(&s, any(2, leaf, 3), 3, p);
    importance_release(&s.list);
    s.terms.grant = g;
    s.terms.grant_together = true;
    rule = &s.rule;
    assert_int_equal(
        lever_list_make(&levers, &s.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    const struct plan_question q = {.world = &s.world,
                                    .rule = &rule,
                                    .sites = &s.rule.sites,
                                    .stores = &s.rule.stores,
                                    .rules = 1,
                                    .levers = &levers,
                                    .want = WANT_CONTENT};
    struct plan_list plans = {0};

    assert_int_equal(importance_make(&s.list, &q, NULL), 0);
    assert_int_equal(plan_list_make(&plans, &q, NULL), 0);
    assert_int_equal(plans.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const double a = p[(i + 1) % 3], b = p[(i + 2) % 3];

        two += a * b;
        near(plans.item[i].probability, g * p[i == 2] * p[i == 0 ? 1 : 2]);
        near(s.list.item[i].taken, g * p[i]);
        near(s.list.item[i].birnbaum, g * (a + b - a * b) - g * a * b);
    }
    near(s.list.probability, g * two);
    plan_list_release(&plans);
    importance_release(&s.list);
    lever_list_release(&levers);
}

/* ---- every outcome of levers, caches and watched gateways ---- */

enum { CHANCES_TRIED = 16 };

/* One thing that happens or not. */
struct chance {
    uint32_t lever, rule;
    enum { LEVER, CACHE, WATCH, WATCH_TOO } kind; /* seen by who has no key, by who has */
    double p;
};

struct outcomes {
    const struct random_world *rw;
    struct lever_list levers;
    uint32_t rules;
    struct yield yield[64][RW_RULES];
    struct chance chance[64 * (1 + 3 * RW_RULES)];
    uint32_t chances;
};

static void
list_chances(struct outcomes *o, const double *reads)
{
    const struct world *w = &o->rw->world;

    for (uint32_t l = 0; l < o->levers.count; l++) {
        const struct lever *lever = &o->levers.item[l];
        const double held = lever->acting_terms->holds_for_s;
        const uint32_t first = o->chances++;

        o->chance[first] = (struct chance){l, 0, LEVER, lever_content_probability(w, lever)};
        for (uint32_t r = 0; r < o->rules; r++) {
            const struct rule *rule = &o->rw->rule[r];
            const struct yield y = o->yield[l][r] =
                lever_yield(w, lever, rule, (struct cohort_id){0}, rule->sites, rule->stores);

            const double cached = y.cached != 0 ? cohort_cache_capture(w->cohort, reads[r],
                                                                       rule->key_cache_ttl_s, held)
                                                : 0;

            if (y.cached != 0)
                o->chance[o->chances++] = (struct chance){l, r, CACHE, cached};
            if (!y.watched)
                continue;
            /* of what passes, writes alone pass by who has read nothing */
            const double seen = lever_watch_chance(w, w->cohort, (struct class_id){0}, held);
            const double apart = cached > 0 ? 1 - pow(1 - seen, 1 - w->cohort[0].reads) : seen;

            o->chance[o->chances++] = (struct chance){l, r, WATCH, apart};
            if (y.cached != 0)
                o->chance[o->chances++] = (struct chance){
                    l, r, WATCH_TOO,
                    cached > 0 ? fmin(1, fmax(0, (seen - (1 - cached) * apart) / cached)) : 0};
        }
    }
}

/* What is had of one rule when these chances came true. */
static struct yield
had(const struct outcomes *o, uint32_t outcome, uint32_t rule)
{
    struct yield all = {0};

    for (uint32_t c = 0; c < o->chances; c++)
        if (o->chance[c].kind == LEVER && (outcome >> c & 1) != 0) {
            struct yield y = o->yield[o->chance[c].lever][rule];

            y.cached = 0;
            y.watched = false;
            for (uint32_t d = c + 1; d < o->chances && o->chance[d].kind != LEVER; d++) {
                const bool captured = y.cached != 0; /* its chance stands first */

                if ((outcome >> d & 1) == 0 || o->chance[d].rule != rule)
                    continue;
                y.plaintext |= o->chance[d].kind == (captured ? WATCH_TOO : WATCH);
                y.cached |=
                    o->chance[d].kind == CACHE ? o->yield[o->chance[d].lever][rule].cached : 0;
            }
            yield_merge(&all, &y);
        }
    return all;
}

struct sums {
    double all, with, without, taken;
};

/* Is everything open? `how` 0: as it is; 1, 2: the holder is held, is not. */
static bool
all_open(const struct outcomes *o, uint64_t rules, const struct yield *had_of, int how,
         const struct importance *row)
{
    for (uint32_t r = 0; r < o->rules; r++) {
        const struct rule *rule = &o->rw->rule[r];
        uint64_t sites = had_of[r].fragments;
        uint64_t stores = had_of[r].keys | had_of[r].uses | had_of[r].cached;
        uint64_t *mask = row->is_store ? &stores : &sites;

        if (how == 1)
            *mask |= UINT64_C(1) << row->holder;
        if (how == 2)
            *mask &= ~(UINT64_C(1) << row->holder);
        if ((rules >> r & 1) != 0 && !had_of[r].plaintext &&
            !(formula_holds(&rule->data, sites) && formula_holds(&rule->keys, stores)))
            return false;
    }
    return true;
}

static struct sums
enumerate(const struct outcomes *o, uint64_t rules, const struct importance *row)
{
    struct sums s = {0};

    for (uint32_t outcome = 0; outcome < 1u << o->chances; outcome++) {
        struct yield y[RW_RULES];
        uint64_t taken = 0;
        double p = 1;

        for (uint32_t c = 0; c < o->chances; c++)
            p *= (outcome >> c & 1) != 0 ? o->chance[c].p : 1 - o->chance[c].p;
        for (uint32_t r = 0; r < o->rules; r++) {
            y[r] = had(o, outcome, r);
            taken |= row->is_store ? y[r].keys | y[r].uses | y[r].cached : y[r].fragments;
        }
        s.all += all_open(o, rules, y, 0, row) ? p : 0;
        s.with += all_open(o, rules, y, 1, row) ? p : 0;
        s.without += all_open(o, rules, y, 2, row) ? p : 0;
        s.taken += (taken >> row->holder & 1) != 0 ? p : 0;
    }
    return s;
}

/* The rules that everything together opens; all of them when there is none. */
static uint64_t
rules_meant(const struct outcomes *o)
{
    const struct importance nobody = {0};
    struct yield y[RW_RULES];
    uint64_t open = 0;

    for (uint32_t r = 0; r < o->rules; r++)
        y[r] = had(o, UINT32_MAX, r);
    for (uint32_t r = 0; r < o->rules; r++)
        open |= (uint64_t)all_open(o, UINT64_C(1) << r, y, 0, &nobody) << r;
    return open != 0 ? open : (UINT64_C(1) << o->rules) - 1;
}

static void
check_against_outcomes(const struct outcomes *o, const struct importance_list *list)
{
    const uint64_t rules = rules_meant(o);

    for (size_t i = 0; i < list->count; i++) {
        const struct importance *row = &list->item[i];
        const struct sums s = enumerate(o, rules, row);

        near(list->probability, s.all);
        near(row->taken, s.taken);
        near(row->birnbaum, s.with - s.without);
        if (s.all > 0) {
            near(row->achievement, s.with / s.all);
            near(row->criticality, (s.with - s.without) * s.taken / s.all);
        } else {
            assert_true(s.with > 0 ? isinf(row->achievement) : isnan(row->achievement));
        }
    }
}

static bool
check_world(const struct random_world *rw, uint32_t asker, struct stream *s)
{
    static const double reads[RW_RULES] = {1e-4, 3e-4};
    static const uint32_t classes[RW_RULES] = {1, 1};
    static struct outcomes o;
    const struct rule *rule[RW_RULES] = {&rw->rule[0], &rw->rule[1]};
    const uint64_t sites[RW_RULES] = {rw->rule[0].sites, rw->rule[1].sites};
    const uint64_t stores[RW_RULES] = {rw->rule[0].stores, rw->rule[1].stores};
    struct importance_list list = {0};
    bool checked;

    o = (struct outcomes){.rw = rw, .rules = 1 + (uint32_t)stream_below(s, RW_RULES)};
    assert_int_equal(lever_list_make(&o.levers, &rw->world, (struct jurisdiction_id){asker},
                                     stream_bits(s) | stream_bits(s), NULL),
                     0);
    list_chances(&o, reads);
    const struct plan_question q = {.world = &rw->world,
                                    .rule = rule,
                                    .sites = sites,
                                    .stores = stores,
                                    .reads_per_s = reads,
                                    .classes = classes,
                                    .rules = o.rules,
                                    .levers = &o.levers,
                                    .want = WANT_CONTENT};

    assert_int_equal(importance_make(&list, &q, NULL), 0);
    checked = o.chances <= CHANCES_TRIED && list.count > 0;
    if (checked)
        check_against_outcomes(&o, &list);
    importance_release(&list);
    lever_list_release(&o.levers);
    return checked;
}

static void
test_importance_is_that_of_all_outcomes_of_random_worlds(void **state)
{
    static struct random_world rw;
    size_t checked = 0;
    struct stream s;

    (void)state;
    for (uint64_t world = 0; world < 1000; world++) {
        stream_open(&s, 3, world, PURPOSE_TEST, 0, 0);
        random_world_fill(&rw, &s);
        checked += check_world(&rw, (uint32_t)world % RW_JURISDICTIONS, &s);
    }
    assert_in_range(checked, 500, 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_series_each_weighs_the_product_of_the_others),
        cmocka_unit_test(test_in_parallel_each_weighs_what_the_others_miss),
        cmocka_unit_test(test_of_two_of_three_each_weighs_that_just_one_other_is_taken),
        cmocka_unit_test(test_the_bridge_follows_from_factoring_at_its_middle),
        cmocka_unit_test(test_a_grant_for_all_is_one_decision),
        cmocka_unit_test(test_importance_is_that_of_all_outcomes_of_random_worlds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
