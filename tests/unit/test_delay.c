/* Expected times of plans: against closed forms, and draws against the stated mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include <math.h>
#include "model/delay.h"

enum { LEVERS = 4, DAY = 86400 };

/* Levers that do no more than wait: exponentials of these means, in days. */
struct waiting {
    struct instrument terms[LEVERS];
    struct lever lever[LEVERS];
    struct lever_list list;
    struct world world;
    struct delay_sample sample;
};

static void
wait_for(struct waiting *w, uint32_t levers, const double *mean_days)
{
    *w = (struct waiting){0};
    for (uint32_t i = 0; i < levers; i++) {
        w->terms[i].filing = (struct dist){.kind = DIST_EXPONENTIAL, .p = {mean_days[i] * DAY}};
        w->lever[i] = (struct lever){.terms = &w->terms[i],
                                     .acting_terms = &w->terms[i],
                                     .addressee = ADDRESSEE_LOCATION,
                                     .statute = {NONE},
                                     .identity = i + 1};
    }
    w->list = (struct lever_list){w->lever, levers, levers};
    w->sample = (struct delay_sample){.world = &w->world, .levers = &w->list, .seed = 7};
}

/* 1/a + 1/b - 1/(a + b) for two, inclusion and exclusion for more. */
static double
largest_of_exponentials(uint32_t n, const double *mean)
{
    double sum = 0;

    for (uint32_t set = 1; set < 1u << n; set++) {
        double rate = 0;

        for (uint32_t i = 0; i < n; i++)
            rate += (set >> i & 1) != 0 ? 1 / mean[i] : 0;
        sum += (__builtin_popcount(set) % 2 == 1 ? 1 : -1) / rate;
    }
    return sum;
}

static void
test_the_largest_of_exponentials_is_expected_where_theory_says(void **state)
{
    static const double mean[LEVERS] = {10, 20, 5, 20};
    static const uint64_t sets[] = {0x3, 0x7, 0xf, 0xa, 0x6};
    struct expected_days e;
    struct waiting w;

    (void)state;
    wait_for(&w, LEVERS, mean);
    for (size_t i = 0; i < COUNT(sets); i++) {
        double chosen[LEVERS];
        uint32_t n = 0;

        for (uint32_t k = 0; k < LEVERS; k++)
            if ((sets[i] >> k & 1) != 0)
                chosen[n++] = mean[k];
        assert_int_equal(delay_expected(&e, &w.sample, sets[i], NULL), 0);
        assert_true(e.error > 0 && e.error < 0.03 * e.days);
        /* four standard errors: one wrong alarm in 16,000, and the seed is fixed */
        if (!(fabs(e.days - largest_of_exponentials(n, chosen)) < 4 * e.error / 1.96))
            fail_msg("set %d: %g, not %g", (int)i, e.days, largest_of_exponentials(n, chosen));
        assert_true(e.days > 20 || (sets[i] & 0xa) == 0); /* more than the largest mean */
    }
    delay_sample_release(&w.sample);
}

static void
test_one_lever_is_expected_at_its_mean_exactly(void **state)
{
    static const double mean[] = {12.5};
    struct expected_days e;
    struct waiting w;

    (void)state;
    wait_for(&w, 1, mean);
    assert_int_equal(delay_expected(&e, &w.sample, 1, NULL), 0);
    assert_true(e.days == 12.5 && e.error == 0);
    assert_null(w.sample.drawn[0]);
    assert_int_equal(delay_expected(&e, &w.sample, 0, NULL), 0);
    assert_true(e.days == 0 && e.error == 0);
    /* no mean: no number of draws would find one */
    w.terms[0].filing = (struct dist){.kind = DIST_PARETO, .p = {1, 0.9}};
    assert_int_equal(delay_expected(&e, &w.sample, 1, NULL), 0);
    assert_true(isinf(e.days));
    delay_sample_release(&w.sample);
}

static void
test_the_same_seed_expects_the_same(void **state)
{
    static const double mean[] = {3, 4};
    struct expected_days a, b;
    struct waiting w;

    (void)state;
    wait_for(&w, 2, mean);
    assert_int_equal(delay_expected(&a, &w.sample, 3, NULL), 0);
    delay_sample_release(&w.sample);
    wait_for(&w, 2, mean);
    assert_int_equal(delay_expected(&b, &w.sample, 3, NULL), 0);
    assert_true(a.days == b.days && a.error == b.error);
    delay_sample_release(&w.sample);
}

/* Every part of a delay, of a lever with all of them: its own, a partner's, stages, review, court
 * and appeals. */
static void
check_draws(const struct world *w, const struct lever *l)
{
    double mean = 0, squares = 0;
    struct stream s;

    stream_open(&s, 5, 0, PURPOSE_TEST, 0, 0);
    for (uint32_t i = 0; i < 200000; i++) {
        const double x = lever_draw_delay_s(w, l, &s), before = x - mean;

        mean += before / (i + 1);
        squares += before * (x - mean);
    }
    const double error = sqrt(squares / 200000.0 / 200000.0);

    if (!(fabs(mean - lever_mean_delay_s(w, l)) < 4 * error))
        fail_msg("drawn %g, stated %g, error %g", mean, lever_mean_delay_s(w, l), error);
}

static struct dist
wait_days(double mean)
{
    return (struct dist){.kind = DIST_EXPONENTIAL, .p = {mean * DAY}};
}

static void
test_draws_have_the_mean_that_plans_are_chosen_by(void **state)
{
    struct custodian custodian = {.team.review = wait_days(2),
                                  .challenges = 0.3,
                                  .challenge_wins = 0.6,
                                  .court = wait_days(100),
                                  .appeals = 0.5,
                                  .appeal = wait_days(200)};
    const struct dist stage[] = {wait_days(3), wait_days(1)};
    struct instrument own = {.filing = wait_days(5), .execution = wait_days(1), .appeals = 0.9};
    struct instrument partner = {.execution = wait_days(7), .appeals = 0.4};
    const struct treaty treaty = {.delay = wait_days(300)};
    const struct world w = {.custodian = &custodian, .custodians = 1};
    struct lever l = {
        .terms = &own, .acting_terms = &own, .addressee = ADDRESSEE_CUSTODIAN, .statute = {NONE}};

    (void)state;
    check_draws(&w, &l);
    own.own = OWN_REVIEW | OWN_CHALLENGES;
    own.review = wait_days(30);
    own.challenges = 0.8;
    check_draws(&w, &l);
    l.treaty = &treaty;
    l.acting_terms = &partner;
    check_draws(&w, &l);
    own.stage = stage;
    own.stages = 2;
    check_draws(&w, &l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_largest_of_exponentials_is_expected_where_theory_says),
        cmocka_unit_test(test_one_lever_is_expected_at_its_mean_exactly),
        cmocka_unit_test(test_the_same_seed_expects_the_same),
        cmocka_unit_test(test_draws_have_the_mean_that_plans_are_chosen_by),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
