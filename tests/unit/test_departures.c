/* Accounts that leave, against the closed forms of lifetimes and competing risks. */
#include <stdlib.h>
#include "goodness.h"
#include "legal/departures.h"
#include "legal_world.h"

/* Three epochs, each with a world whose one cohort leaves at rates of its own. */
struct leaving {
    struct legal_world lw;
    struct world world[3];
    struct cohort cohort[3];
    struct timeline timeline;
    struct departures departures;
};

static const double starts_day[] = {0, 130, 420, 1000}; /* and the horizon */

static void
leaving_make(struct leaving *l, const double opts_out[3], const double deletes[3])
{
    struct why why = {0};

    lw_home_world(&l->lw, starts_day[3], 1000, 0.1);
    for (unsigned e = 0; e < 3; e++) {
        struct epoch *epoch =
            e == 0 ? &l->lw.strategies[0].epoch[0] : lw_epoch(&l->lw, 0, starts_day[e]);

        if (e > 0)
            lw_rule(&l->lw, 0, 0, 0);
        l->cohort[e] = l->lw.cohort[0];
        l->cohort[e].opts_out_per_s = opts_out[e] / LW_DAY;
        l->cohort[e].deletes_per_s = deletes[e] / LW_DAY;
        l->world[e] = l->lw.world;
        l->world[e].cohort = &l->cohort[e];
        epoch->world = &l->world[e];
    }
    assert_int_equal(timeline_make(&l->timeline, &l->lw.strategy[0], l->lw.model.horizon, &why), 0);
    assert_int_equal(departures_init(&l->departures, &l->timeline), 0);
}

static void
leaving_release(struct leaving *l)
{
    departures_release(&l->departures);
    timeline_release(&l->timeline);
}

static sim_ns
day(double days)
{
    return (sim_ns)(days * (double)NS_PER_DAY);
}

/* The integral of the rates (a day) from 0 to t days, epoch by epoch. */
static double
integral(const double rate[3], double t)
{
    double sum = 0;

    for (unsigned e = 0; e < 3; e++)
        if (t > starts_day[e])
            sum += rate[e] * (fmin(t, starts_day[e + 1]) - starts_day[e]);
    return sum;
}

/* The day on which the integral reaches `level`; infinite when it does not. */
static double
inverse(const double rate[3], double level)
{
    for (unsigned e = 0; e < 3; e++) {
        const double here = rate[e] * (starts_day[e + 1] - starts_day[e]);

        if (level <= here)
            return starts_day[e] + level / rate[e];
        level -= here;
    }
    return (double)INFINITY;
}

static void
test_the_share_that_has_left_follows_the_hazard(void **state)
{
    static const double opts_out[] = {0.0004, 0.002, 0}, deletes[] = {0.0001, 0, 0.0003};
    static const double rate[] = {0.0005, 0.002, 0.0003};
    static const double when[] = {0, 50, 130, 400, 421, 999};
    struct leaving l = {0};

    (void)state;
    leaving_make(&l, opts_out, deletes);
    assert_true(l.departures.any);
    for (unsigned i = 0; i < COUNT(when); i++) {
        const double hazard = departures_hazard(&l.departures, 0, day(when[i]));
        uint64_t left = 0;

        CHECK_WITHIN(hazard, integral(rate, when[i]), 1e-12);
        for (uint64_t seed = 0; seed < 30; seed++)
            for (uint64_t account = 0; account < 2000; account++)
                left += departure_threshold(seed, 7, 0, account) <= hazard;
        const struct estimate e = estimate_share(left, 30 * 2000, 1 - LEVEL);
        const double expected = -expm1(-integral(rate, when[i]));

        if (!(e.low <= expected && expected <= e.high))
            fail_msg("day %g: %g have left, expected %g", when[i], e.mean, expected);
    }
    leaving_release(&l);
}

static void
test_an_account_leaves_when_the_integral_of_the_rates_reaches_its_threshold(void **state)
{
    struct stream s;

    (void)state;
    stream_open(&s, 3, 0, PURPOSE_TEST, 0, 0);
    for (uint64_t trial = 0; trial < 300; trial++) {
        static const double none[3];
        struct leaving l = {0};
        double rate[3];

        for (unsigned e = 0; e < 3; e++)
            rate[e] = stream_chance(&s, 0.2) ? 0 : 0.004 * stream_uniform(&s);
        leaving_make(&l, rate, none);
        const double threshold = departure_threshold(11, trial, 0, trial);
        const double leaves = inverse(rate, threshold);

        if (leaves < starts_day[3]) {
            const double before = fmax(0, leaves - 1e-6), after = leaves + 1e-6;

            assert_true(departures_hazard(&l.departures, 0, day(before)) < threshold);
            assert_true(departures_hazard(&l.departures, 0, day(after)) >= threshold);
        } else {
            assert_true(departures_hazard(&l.departures, 0, day(starts_day[3]) - 1) < threshold);
        }
        leaving_release(&l);
    }
}

static int
compare_exposures(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Leaving at lambda and exposure at mu compete up to T: the one comes first with its share of both
 * rates, if either comes. */
static void
test_leaving_and_exposure_are_competing_risks(void **state)
{
    enum { ACCOUNTS = 3000, SEEDS = 25 };
    static const double lambda[] = {0.0012, 0.0012, 0.0012}, none[3];
    const double mu = 0.0021, until = 700;
    uint64_t left = 0, exposed = 0;
    double *exposure = calloc(ACCOUNTS, 2 * sizeof *exposure); /* when, of which account */

    (void)state;
    assert_non_null(exposure);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct leaving l = {0};

        leaving_make(&l, lambda, none);
        for (unsigned a = 0; a < ACCOUNTS; a++) {
            struct stream s;

            stream_open(&s, seed, 0, PURPOSE_TEST, 1, a);
            exposure[2 * a] = fmin(until, stream_exponential(&s) / mu);
            exposure[2 * a + 1] = a;
        }
        qsort(exposure, ACCOUNTS, 2 * sizeof *exposure, compare_exposures);
        for (unsigned i = 0; i < ACCOUNTS; i++) {
            const double hazard = departures_hazard(&l.departures, 0, day(exposure[2 * i]));
            const bool gone =
                departure_threshold(seed, 0, 0, (uint64_t)exposure[2 * i + 1]) <= hazard;

            left += gone;
            exposed += !gone && exposure[2 * i] < until;
        }
        leaving_release(&l);
    }
    free(exposure);
    const double both = lambda[0] + mu, any = -expm1(-both * until);
    const struct estimate of_left = estimate_share(left, ACCOUNTS * SEEDS, 1 - LEVEL);
    const struct estimate of_exposed = estimate_share(exposed, ACCOUNTS * SEEDS, 1 - LEVEL);

    assert_true(of_left.low <= lambda[0] / both * any && lambda[0] / both * any <= of_left.high);
    assert_true(of_exposed.low <= mu / both * any && mu / both * any <= of_exposed.high);
}

static void
test_each_block_moves_its_share_away(void **state)
{
    static const double rate[] = {0.001, 0.001, 0.001}, none[3];
    struct leaving l = {0};

    (void)state;
    leaving_make(&l, rate, none);
    assert_true(departures_hazard(&l.departures, 0, day(10)) < 0.0101);
    departures_force(&l.departures, 0, day(10), 0.25);
    CHECK_WITHIN(exp(-departures_hazard(&l.departures, 0, day(10))), 0.75 * exp(-0.01), 1e-12);
    departures_force(&l.departures, 0, day(600), 0.5);
    CHECK_WITHIN(exp(-departures_hazard(&l.departures, 0, day(600))), 0.375 * exp(-0.6), 1e-12);
    departures_force(&l.departures, 0, day(700), 1);
    assert_true(isinf(departures_hazard(&l.departures, 0, day(700))));
    assert_true(isinf(departures_hazard(&l.departures, 0, day(900))));
    leaving_release(&l);
}

static void
test_what_was_asked_before_does_not_change_the_answer(void **state)
{
    static const double rate[] = {0.0013, 0.0007, 0.0031}, none[3];
    struct leaving asked = {0}, fresh = {0};

    (void)state;
    leaving_make(&asked, rate, none);
    leaving_make(&fresh, rate, none);
    for (double t = 0; t < 999; t += 0.7)
        departures_hazard(&asked.departures, 0, day(t));
    assert_true(departures_hazard(&asked.departures, 0, day(999)) ==
                departures_hazard(&fresh.departures, 0, day(999)));
    leaving_release(&asked);
    leaving_release(&fresh);
}

static void
test_nobody_leaves_where_nothing_says_so(void **state)
{
    static const double none[3];
    struct leaving l = {0};

    (void)state;
    leaving_make(&l, none, none);
    assert_false(l.departures.any);
    assert_true(departures_hazard(&l.departures, 0, day(999)) == 0);
    assert_true(departure_threshold(1, 2, 0, 4) > 0);
    leaving_release(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_share_that_has_left_follows_the_hazard),
        cmocka_unit_test(
            test_an_account_leaves_when_the_integral_of_the_rates_reaches_its_threshold),
        cmocka_unit_test(test_leaving_and_exposure_are_competing_risks),
        cmocka_unit_test(test_each_block_moves_its_share_away),
        cmocka_unit_test(test_what_was_asked_before_does_not_change_the_answer),
        cmocka_unit_test(test_nobody_leaves_where_nothing_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
