/* stats/survival: a published table by hand, and what must hold of every sample. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "goodness.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/survival.h"
#include "stats/tally.h"

/*
 * Weeks of remission under 6-mercaptopurine: Freireich et al. (1963), Blood 21, as given by Gehan
 * (1965) and Klein and Moeschberger (2003), table 1.1. Shuffled; negative means censored.
 */
static const int weeks[] = {-35, 6,  -9, 13, 6,   -10, -32, 22,  7,   -34, -11,
                            6,   16, -6, 23, -17, -32, 10,  -20, -19, -25};

/*
 * The curve worked out by hand as fractions: at risk n, events d, product of (n - d) / n. Standard
 * errors and the log-log band to four digits from Greenwood's sum of d / (n (n - d)).
 */
static const struct {
    int week, at_risk, events;
    double survival, error, low, high;
} by_hand[] = {
    {6, 21, 3, 6.0 / 7, 0.0764, 0.6197, 0.9516},
    {7, 17, 1, 96.0 / 119, 0.0869, 0.5631, 0.9228},
    {10, 15, 1, 64.0 / 85, 0.0963, 0.5032, 0.8894},
    {13, 12, 1, 176.0 / 255, 0.1068, 0.4316, 0.8491},
    {16, 11, 1, 32.0 / 51, 0.1141, 0.3675, 0.8049},
    {22, 7, 1, 64.0 / 119, 0.1282, 0.2678, 0.7468},
    {23, 6, 1, 160.0 / 357, 0.1346, 0.1881, 0.6801},
};

static void
fill_freireich(struct lifetime *life)
{
    for (size_t i = 0; i < COUNT(weeks); i++)
        life[i] = (struct lifetime){abs(weeks[i]), weeks[i] > 0};
}

static void
test_the_remission_curve_is_as_worked_out_by_hand(void **state)
{
    struct lifetime life[COUNT(weeks)];
    struct survival_step *step;
    size_t steps;

    (void)state;
    fill_freireich(life);
    assert_int_equal(survival_curve(life, COUNT(life), 0.95, &step, &steps), 0);
    assert_int_equal(steps, COUNT(by_hand));
    for (size_t i = 0; i < steps; i++) {
        assert_true(step[i].time == by_hand[i].week);
        assert_int_equal(step[i].at_risk, by_hand[i].at_risk);
        assert_int_equal(step[i].events, by_hand[i].events);
        CHECK_NEAR(step[i].survival, by_hand[i].survival, 1e-14);
        CHECK_WITHIN(step[i].low, by_hand[i].low, 5.1e-5);
        CHECK_WITHIN(step[i].high, by_hand[i].high, 5.1e-5);
        /* The band leads back to the error: half the width on the scale ln(-ln S), by the delta
         * method error / (S |ln S|). */
        double half = (log(-log(step[i].low)) - log(-log(step[i].high))) / 2;
        double s = step[i].survival;
        CHECK_WITHIN(half / 1.959963985 * s * -log(s), by_hand[i].error, 5.1e-5);
    }
    free(step);
}

/* Area 13856/595 weeks, standard error 2.8275, both by fractions. */
static void
test_the_restricted_mean_of_remission_is_as_worked_out_by_hand(void **state)
{
    struct lifetime life[COUNT(weeks)];
    struct estimate e;

    (void)state;
    fill_freireich(life);
    assert_int_equal(survival_restricted_mean(life, COUNT(life), 35, 0.95, &e), 0);
    CHECK_NEAR(e.mean, 13856.0 / 595, 1e-14);
    CHECK_NEAR((e.high - e.low) / 2, 1.959963984540054 * 2.8274676233714393, 1e-12);
    /* a horizon inside the curve: 6 whole weeks, then 4 at 6/7 and 96/119 */
    assert_int_equal(survival_restricted_mean(life, COUNT(life), 10, 0.95, &e), 0);
    CHECK_NEAR(e.mean, 6 + 6.0 / 7 + 3 * 96.0 / 119, 1e-14);
    /* a horizon at the first event: nothing lost yet, and so no variance */
    assert_int_equal(survival_restricted_mean(life, COUNT(life), 6, 0.95, &e), 0);
    assert_true(e.mean == 6 && e.high == 6);
}

/* Without censoring the area is the mean of what is lived up to the horizon, and Greenwood's
 * variance that of a mean with divisor n^2. */
static void
test_without_censoring_the_area_is_the_sample_mean(void **state)
{
    const struct dist source = {.kind = DIST_WEIBULL, .p = {10, 1.3}};
    enum { N = 400 };
    struct lifetime life[N];
    struct tally tally = {0};
    struct estimate e;
    struct stream s;

    (void)state;
    stream_open(&s, 1, 0, PURPOSE_TEST, 0, 0);
    for (int i = 0; i < N; i++) {
        life[i] = (struct lifetime){ceil(dist_draw(&source, &s)), true}; /* many ties */
        tally_add(&tally, fmin(life[i].time, 15));
    }
    assert_int_equal(survival_restricted_mean(life, N, 15, 0.95, &e), 0);
    CHECK_NEAR(e.mean, tally.mean, 1e-12);
    CHECK_NEAR((e.high - e.mean) / 1.959963984540054, sqrt(tally.m2) / N, 1e-10);
}

/* The share alive, counted, when nobody is censored; and the last step reaches 0. */
static void
test_without_censoring_the_curve_is_the_share_alive(void **state)
{
    enum { N = 60 };
    struct lifetime life[N];
    struct survival_step *step;
    size_t steps;

    (void)state;
    for (int i = 0; i < N; i++)
        life[i] = (struct lifetime){(i * 7) % 20, true};
    assert_int_equal(survival_curve(life, N, 0.95, &step, &steps), 0);
    assert_int_equal(steps, 20);
    for (size_t i = 0; i < steps; i++) {
        int alive = 0;

        for (int k = 0; k < N; k++)
            alive += life[k].time > step[i].time;
        CHECK_WITHIN(step[i].survival, (double)alive / N, 1e-14);
        assert_true(step[i].low <= step[i].survival && step[i].survival <= step[i].high);
    }
    assert_true(step[19].survival == 0 && step[19].low == 0);
    assert_true(step[19].high == step[18].high);
    free(step);
}

static void
test_those_censored_at_an_event_are_still_at_risk_there(void **state)
{
    struct lifetime life[] = {{5, false}, {5, true}, {5, false}, {7, true}};
    struct survival_step *step;
    size_t steps;

    (void)state;
    assert_int_equal(survival_curve(life, 4, 0.95, &step, &steps), 0);
    assert_int_equal(steps, 2);
    assert_int_equal(step[0].at_risk, 4);
    CHECK_NEAR(step[0].survival, 0.75, 1e-15);
    assert_int_equal(step[1].at_risk, 1);
    free(step);
}

static void
test_no_event_is_no_certainty(void **state)
{
    struct lifetime life[100];
    struct survival_step *step;
    struct estimate e;
    size_t steps;

    (void)state;
    for (size_t i = 0; i < COUNT(life); i++)
        life[i] = (struct lifetime){8, false};
    assert_int_equal(survival_curve(life, COUNT(life), 0.95, &step, &steps), 0);
    assert_null(step);
    assert_int_equal(steps, 0);
    assert_int_equal(survival_restricted_mean(life, COUNT(life), 8, 0.95, &e), 0);
    assert_true(e.mean == 8 && e.high == 8);
    /* none of 100: at most 1 - 0.025^(1/100) have an event */
    CHECK_NEAR(e.low, 8 * pow(0.025, 0.01), 1e-12);
    /* none seen to the horizon: nothing is known of how low it may be */
    assert_int_equal(survival_restricted_mean(life, COUNT(life), 9, 0.95, &e), 0);
    assert_true(e.mean == 9 && e.low == 0);
}

static void
test_few_lifetimes_give_no_interval(void **state)
{
    struct lifetime one = {3, true};
    struct survival_step *step;
    struct estimate e;
    size_t steps;

    (void)state;
    assert_int_equal(survival_restricted_mean(&one, 1, 10, 0.95, &e), 0);
    assert_true(e.mean == 3 && isnan(e.low) && isnan(e.high));
    assert_int_equal(survival_restricted_mean(NULL, 0, 10, 0.95, &e), 0);
    assert_true(isnan(e.mean));
    assert_int_equal(survival_curve(NULL, 0, 0.95, &step, &steps), 0);
    assert_null(step);
    assert_int_equal(survival_curve(&one, 1, 0.95, &step, &steps), 0);
    assert_int_equal(steps, 1);
    assert_true(step[0].survival == 0 && step[0].low == 0 && step[0].high == 1);
    free(step);
}

static void
test_what_is_no_lifetime_is_refused(void **state)
{
    const double level[] = {0, 1, -1, 2, (double)NAN};
    const double horizon[] = {0, -1, (double)NAN, (double)INFINITY};
    struct lifetime bad[] = {{1, true}, {(double)NAN, true}}, below[] = {{-1, true}};
    struct lifetime good[] = {{1, true}, {2, false}};
    struct survival_step *step;
    struct estimate e;
    size_t steps;

    (void)state;
    assert_int_equal(survival_curve(bad, 2, 0.95, &step, &steps), ERR_INPUT);
    assert_null(step);
    assert_int_equal(survival_curve(below, 1, 0.95, &step, &steps), ERR_INPUT);
    assert_int_equal(survival_restricted_mean(bad, 2, 3, 0.95, &e), ERR_INPUT);
    for (size_t i = 0; i < COUNT(level); i++) {
        assert_int_equal(survival_curve(good, 2, level[i], &step, &steps), ERR_INPUT);
        assert_int_equal(survival_restricted_mean(good, 2, 3, level[i], &e), ERR_INPUT);
    }
    for (size_t i = 0; i < COUNT(horizon); i++)
        assert_int_equal(survival_restricted_mean(good, 2, horizon[i], 0.95, &e), ERR_INPUT);
}

enum { SAMPLES = 2000, PEOPLE = 80 };

/* One sample of exponential lifetimes (mean 10) censored at uniform times up to 25. */
static void
draw_sample(uint64_t sample, struct lifetime *life)
{
    struct stream s;

    stream_open(&s, 5, sample, PURPOSE_TEST, 0, 0);
    for (int i = 0; i < PEOPLE; i++) {
        double event = 10 * stream_exponential(&s), seen = 25 * stream_uniform(&s);

        life[i] = (struct lifetime){fmin(event, seen), event <= seen};
    }
}

/* Level 0.95 over 2000 samples: the share covered varies by 0.005; the estimates are known to be a
 * little short at 80 lifetimes, so the check is from 0.925 to 0.97. */
static void
test_bands_cover_the_truth_as_often_as_they_say(void **state)
{
    const double at = 8, curve = exp(-0.8), area = 10 * (1 - exp(-0.8));
    int curve_hits = 0, area_hits = 0;

    (void)state;
    for (uint64_t r = 0; r < SAMPLES; r++) {
        struct lifetime life[PEOPLE];
        struct survival_step *step;
        struct estimate e;
        size_t steps, i = 0;

        draw_sample(r, life);
        assert_int_equal(survival_curve(life, PEOPLE, 0.95, &step, &steps), 0);
        while (i + 1 < steps && step[i + 1].time <= at)
            i++;
        curve_hits += step[i].low <= curve && curve <= step[i].high;
        free(step);
        assert_int_equal(survival_restricted_mean(life, PEOPLE, at, 0.95, &e), 0);
        area_hits += e.low <= area && area <= e.high;
    }
    assert_in_range(curve_hits, SAMPLES * 0.925, SAMPLES * 0.97);
    assert_in_range(area_hits, SAMPLES * 0.925, SAMPLES * 0.97);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_remission_curve_is_as_worked_out_by_hand),
        cmocka_unit_test(test_the_restricted_mean_of_remission_is_as_worked_out_by_hand),
        cmocka_unit_test(test_without_censoring_the_area_is_the_sample_mean),
        cmocka_unit_test(test_without_censoring_the_curve_is_the_share_alive),
        cmocka_unit_test(test_those_censored_at_an_event_are_still_at_risk_there),
        cmocka_unit_test(test_no_event_is_no_certainty),
        cmocka_unit_test(test_few_lifetimes_give_no_interval),
        cmocka_unit_test(test_what_is_no_lifetime_is_refused),
        cmocka_unit_test(test_bands_cover_the_truth_as_often_as_they_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
