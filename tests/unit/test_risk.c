/* record/risk: by hand, and against the closed form of a world where it is known. */
#include "records.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "goodness.h"
#include "legal_world.h"
#include "record/risk.h"

static struct label
of_abroad(void)
{
    return label_with(label_with(label_total, LABEL_ADVERSARY, ADVERSARY_FOREIGN), LABEL_COHORT, 1);
}

/* Four replications; in the last two accounts abroad are exposed to foreigners: i of 100 by grid
 * point i, in the last twice as many, and there are twice as many accounts. */
static void
fill(struct outcome *o, const struct legend *legend)
{
    assert_int_equal(outcome_init(o, legend), 0);
    for (uint64_t i = 0; i < 4; i++) {
        struct recording r = {.plane = PLANE_LEGAL, .replication = i};

        if (i >= 2) {
            struct curve *c = record_curve(&r);
            const double more = i == 2 ? 1 : 2;

            assert_non_null(c);
            c->strategy = 1;
            c->authority = LABEL_ALL;
            c->adversary = ADVERSARY_FOREIGN;
            c->cohort = 1;
            for (unsigned k = 0; k <= CURVE_POINTS; k++)
                c->value[k] = more * k;
            records_value(&r, 1, METRIC_CONTENT_ACCOUNTS, of_abroad(), more * CURVE_POINTS);
            records_value(&r, 1, METRIC_CONTENT_FRACTION, of_abroad(), CURVE_POINTS / 100.0);
        }
        assert_int_equal(outcome_add(o, &r), 0);
        recording_release(&r);
    }
    assert_int_equal(outcome_finish(o), 0);
}

static void
test_the_risk_is_the_mean_share_of_the_accounts_there_are(void **state)
{
    const struct legend *legend = records_legend();
    const double step = legend->horizon_days / CURVE_POINTS;
    struct outcome o;
    double value[4];

    (void)state;
    fill(&o, legend);
    /* at a grid point: none, none, 48 of 100, 96 of 200 */
    CHECK_NEAR(outcome_risk(&o, 1, of_abroad(), CURVE_CONTENT, 48 * step).mean, 0.24, 1e-12);
    /* between two: along a straight line */
    CHECK_NEAR(outcome_risk(&o, 1, of_abroad(), CURVE_CONTENT, 10.25 * step).mean, 0.05125, 1e-12);
    assert_int_equal(outcome_risk_values(&o, 1, of_abroad(), CURVE_CONTENT, 10 * step, value), 0);
    assert_true(value[0] == 0 && value[1] == 0);
    CHECK_NEAR(value[2], 0.1, 1e-12);
    CHECK_NEAR(value[3], 0.1, 1e-12);
    assert_true(outcome_risk(&o, 1, of_abroad(), CURVE_CONTENT, 0).mean == 0);
    /* at the end it is the metric */
    CHECK_NEAR(outcome_risk(&o, 1, of_abroad(), CURVE_CONTENT, legend->horizon_days).mean,
               outcome_estimate(&o, 1, METRIC_CONTENT_FRACTION, of_abroad()).mean, 1e-12);
    CHECK_NEAR(outcome_risk(&o, 1, of_abroad(), CURVE_CONTENT, legend->horizon_days).high,
               outcome_estimate(&o, 1, METRIC_CONTENT_FRACTION, of_abroad()).high, 1e-12);
    outcome_release(&o);
}

static void
test_a_risk_that_was_never_seen_still_has_its_bound(void **state)
{
    const struct legend *legend = records_legend();
    struct outcome o;

    (void)state;
    fill(&o, legend);
    const struct label insider =
        label_with(label_with(label_total, LABEL_ADVERSARY, ADVERSARY_INSIDER), LABEL_COHORT, 1);
    struct estimate e = outcome_risk(&o, 0, insider, CURVE_CONTENT, 365);

    /* none of 4; one event hits 40 of the 100 accounts */
    assert_true(e.mean == 0 && e.low == 0);
    CHECK_NEAR(e.high, 0.4 * (1 - pow(0.025, 0.25)), 1e-9);
    /* without anybody of the class, nothing */
    e = outcome_risk(&o, 0, label_with(insider, LABEL_ADVERSARY, ADVERSARY_CRIMINAL), CURVE_CONTENT,
                     365);
    assert_true(e.mean == 0 && e.high == 0);
    outcome_release(&o);
}

static void
test_risks_of_nothing_are_unknown(void **state)
{
    const struct legend *legend = records_legend();
    const double days[] = {-1, legend->horizon_days + 1, (double)NAN};
    struct outcome o;

    (void)state;
    fill(&o, legend);
    for (size_t i = 0; i < 3; i++)
        assert_true(isnan(outcome_risk(&o, 1, of_abroad(), CURVE_CONTENT, days[i]).mean));
    assert_true(
        isnan(outcome_risk(&o, 1, label_with(label_total, LABEL_DATA, 0), CURVE_CONTENT, 10).mean));
    outcome_release(&o);
    assert_int_equal(outcome_init(&o, legend), 0);
    assert_int_equal(outcome_finish(&o), 0);
    assert_true(isnan(outcome_risk(&o, 1, of_abroad(), CURVE_CONTENT, 10).mean));
    outcome_release(&o);
}

enum { REPLICATIONS = 400, ACCOUNTS = 20, DAYS = 960 };

/*
 * Requests come as a Poisson process and name one account each, evenly, at once answered: a given
 * account of n is exposed by day t with probability 1 - exp(-rate t / n).
 */
static void
test_the_risk_of_one_account_is_that_of_its_own_poisson_process(void **state)
{
    static struct legal_world lw;
    const double rate = 0.03;
    const struct label home = label_with(label_total, LABEL_ADVERSARY, ADVERSARY_HOME);
    const struct label labels[] = {label_total, label_with(label_total, LABEL_AUTHORITY, 0), home,
                                   label_with(home, LABEL_COHORT, 0)};
    struct recording r = {0};
    struct legend legend;
    struct outcome o;
    double value[REPLICATIONS];

    (void)state;
    lw_home_world(&lw, DAYS, ACCOUNTS, rate);
    assert_int_equal(legend_make(&legend, &lw.model), 0);
    assert_int_equal(outcome_init(&o, &legend), 0);
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        lw_run(&lw, 0, i, &r);
        assert_int_equal(outcome_add(&o, &r), 0);
    }
    assert_int_equal(outcome_finish(&o), 0);
    for (double days = 120; days <= DAYS; days += 210) { /* every 10 days is a grid point */
        for (size_t i = 0; i < COUNT(labels); i++) {
            assert_int_equal(outcome_risk_values(&o, 0, labels[i], CURVE_CONTENT, days, value), 0);
            const struct estimate e = estimate_mean(value, REPLICATIONS, 1 - LEVEL);
            const double risk = 1 - exp(-rate * days / ACCOUNTS);

            assert_true(e.low <= risk && risk <= e.high);
            assert_true(outcome_risk(&o, 0, labels[i], CURVE_CONTENT, days).mean == e.mean);
        }
    }
    assert_true(outcome_risk(&o, 0, label_with(home, LABEL_ADVERSARY, ADVERSARY_FOREIGN),
                             CURVE_CONTENT, DAYS)
                    .high == 0);
    outcome_release(&o);
    legend_release(&legend);
    recording_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_risk_is_the_mean_share_of_the_accounts_there_are),
        cmocka_unit_test(test_a_risk_that_was_never_seen_still_has_its_bound),
        cmocka_unit_test(test_risks_of_nothing_are_unknown),
        cmocka_unit_test(test_the_risk_of_one_account_is_that_of_its_own_poisson_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
