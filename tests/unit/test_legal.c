/* The legal plane against closed forms (sim/legal/INVARIANTS). */
#include "legal_world.h"
#include <time.h>
#include "goodness.h"

static void
test_a_poisson_stream_naming_the_one_account_exposes_it_exponentially(void **state)
{
    static struct legal_world lw;
    const double rate = 0.004, grant = 0.7, rejects = 0.2, narrows = 0.1, challenges = 0.3,
                 wins = 0.5, horizon = 365;
    const double p = grant * (1 - rejects) * (1 - narrows) * (1 - challenges * wins);

    (void)state;
    lw_home_world(&lw, horizon, 1, rate);
    lw.terms[0][LW_ORDER].grant = grant;
    lw.custodian[0].rejects = rejects;
    lw.custodian[0].narrows = narrows;
    lw.custodian[0].challenges = challenges;
    lw.custodian[0].challenge_wins = wins;
    lw_check_mean(&lw, 0, 6000, METRIC_CONTENT_ANY, label_total, 1 - exp(-rate * p * horizon));
    /* metadata are not narrowed */
    lw_check_mean(&lw, 0, 6000, METRIC_METADATA_ANY, label_total,
                  1 - exp(-rate * p / (1 - narrows) * horizon));
    lw_check_mean(&lw, 0, 6000, METRIC_REQUESTS_CHALLENGED, label_total,
                  rate * horizon * grant * (1 - rejects) * challenges);
}

static void
test_a_delay_shifts_exposure_by_its_length(void **state)
{
    static struct legal_world lw;
    const double rate = 0.003, delay = 100, horizon = 365;

    (void)state;
    lw_home_world(&lw, horizon, 1, rate);
    lw.terms[0][LW_ORDER].filing = dist_constant(60 * LW_DAY);
    lw.terms[0][LW_ORDER].execution = dist_constant(25 * LW_DAY);
    lw.custodian[0].team = (struct legal_team){1000, dist_constant(15 * LW_DAY)};
    lw_check_mean(&lw, 0, 6000, METRIC_CONTENT_ANY, label_total,
                  1 - exp(-rate * (horizon - delay)));
    /* from each opening to the horizon: the integral of the distribution function */
    lw_check_mean(&lw, 0, 6000, METRIC_CONTENT_ACCOUNT_DAYS, label_total,
                  horizon - delay - (1 - exp(-rate * (horizon - delay))) / rate);
}

static void
test_what_a_lever_is_granted_does_not_shift_its_review(void **state)
{
    static struct legal_world lw;
    const double rate = 0.2, horizon = 365, grant = 0.5, mean = 90;

    (void)state;
    lw_home_world(&lw, horizon, 1e9, rate);
    lw.terms[0][LW_ORDER].grant = grant;
    lw.custodian[0].team = (struct legal_team){0, lw_exponential_days(mean)};
    lw.custodian[0].rejects = grant;
    /* the mean of max(0, s - review), over all s that are left at the receipt */
    lw_check_mean(
        &lw, 0, 4000, METRIC_CONTENT_ACCOUNT_DAYS, label_total,
        rate * grant * (1 - grant) *
            (horizon * horizon / 2 - mean * (horizon - mean * (1 - exp(-horizon / mean)))));
}

static void
test_uniformly_named_accounts_are_exposed_as_in_occupancy(void **state)
{
    static struct legal_world lw;
    const double accounts = 50, rate = 0.2, horizon = 365, each = 3;

    (void)state;
    lw_home_world(&lw, horizon, accounts, rate);
    lw.stream[0][0].accounts = dist_constant(2.5); /* rounded up */
    lw_check_mean(&lw, 0, 3000, METRIC_CONTENT_ACCOUNTS, label_total,
                  accounts * (1 - exp(-rate * horizon * each / accounts)));
    lw_check_mean(&lw, 0, 3000, METRIC_CONTENT_FRACTION, label_with(label_total, LABEL_COHORT, 0),
                  1 - exp(-rate * horizon * each / accounts));
}

static void
test_a_request_for_more_accounts_than_there_are_names_all(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_home_world(&lw, 3650, 40, 0.1);
    lw.stream[0][0].accounts = dist_constant(1e9);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 40);
    recording_release(&r);
}

static void
test_only_the_part_of_the_accounts_within_reach_is_exposed(void **state)
{
    static struct legal_world lw;
    const double rate = 0.2, horizon = 1000;
    struct recording r = {0};
    struct rule *abroad;

    (void)state;
    lw_home_world(&lw, horizon, 1e6, rate);
    lw_site(&lw, 1, lw_custodian(&lw, 1));
    lw_store(&lw, 1, 1, false);
    lw.strategies[0].epoch[0].rules = 0;
    abroad = lw_rule(&lw, 0, 1, 1);
    abroad->share = 0.3;
    lw_rule(&lw, 0, 0, 0);
    lw.stream[0][0].accounts = dist_constant(7);
    lw_check_mean(&lw, 0, 300, METRIC_CONTENT_ACCOUNTS, label_total,
                  rate * horizon * 7 * 0.7 * (1 - rate * horizon * 7 / 2 / 1e6));
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(
        lw_value(&r, METRIC_REACH_UNILATERAL, label_with(label_total, LABEL_JURISDICTION, 0)), 0.7,
        1e-12);
    recording_release(&r);
}

static void
test_a_treaty_delay_stands_for_filing_and_review(void **state)
{
    static struct legal_world lw;
    const double rate = 0.002, delay = 304, grant = 0.4;

    (void)state;
    lw_partner_world(&lw, rate, delay, grant);
    lw_check_mean(&lw, 0, 6000, METRIC_CONTENT_ANY, label_total,
                  1 - exp(-rate * grant * (1000 - delay)));
}

static void
test_a_partner_takes_the_time_of_its_own_instrument(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 400 * NS_PER_DAY, 30}};
    struct recording r = {0};

    (void)state;
    lw_partner_world(&lw, 0, 100, 1);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.terms[0][LW_MLAT].execution = dist_constant(7 * LW_DAY);
    lw.terms[1][LW_ORDER].execution = dist_constant(70 * LW_DAY);
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(lw_value(&r, METRIC_DISCLOSURE_DELAY, label_total), 177, 1e-9);
    recording_release(&r);
}

static void
test_levers_bind_when_they_are_executed(void **state)
{
    static struct legal_world lw, later;
    const double rate = 0.1, horizon = 1000, closes = 500, filing = 100;

    /* on day 500 the custodian can no longer be served in AA */
    (void)state;
    lw_home_world(&lw, horizon, 1e9, rate);
    lw.terms[0][LW_ORDER].filing = dist_constant(filing * LW_DAY);
    lw_epoch(&lw, 0, closes);
    lw_rule(&lw, 0, 0, 0);
    later = lw;
    later.world.custodian = later.custodian;
    later.custodian[0].served_in = 0;
    lw.strategies[0].epoch[1].world = &later.world;
    lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ACCOUNTS, label_total, rate * (closes - filing));
    lw_check_mean(&lw, 0, 1000, METRIC_REQUESTS_REFUSED, label_total, rate * filing);
    /* what arrives later addresses nobody */
    lw_check_mean(&lw, 0, 1000, METRIC_REQUESTS_RECEIVED, label_total, rate * closes);
}

static void
test_an_unfinished_request_is_pending_and_its_delay_censored(void **state)
{
    static struct legal_world lw;
    const double rate = 0.1, horizon = 1000, filing = 250, grant = 0.5;
    struct recording r = {0};

    (void)state;
    lw_home_world(&lw, horizon, 1e9, rate);
    lw.terms[0][LW_ORDER].filing = dist_constant(filing * LW_DAY);
    lw_check_mean(&lw, 0, 1000, METRIC_REQUESTS_PENDING, label_total, rate * filing);
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(lw_value(&r, METRIC_DISCLOSURE_DELAY, label_total), filing, 1e-12);
    /* who is refused waits to the horizon */
    lw.terms[0][LW_ORDER].grant = grant;
    lw_check_mean(&lw, 0, 1000, METRIC_DISCLOSURE_DELAY, label_total,
                  grant * filing + (1 - grant) * horizon);
    recording_release(&r);
}

static void
test_cost_does_not_grow_with_the_accounts_there_are(void **state)
{
    static struct legal_world lw;
    static const double accounts[] = {1e6, 1e9, 1e12};
    double took[COUNT(accounts)];
    struct recording r = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(accounts); i++) {
        struct timespec from, to;

        lw_home_world(&lw, 1000, accounts[i], 10);
        lw.stream[0][0].accounts = dist_constant(20);
        took[i] = INFINITY;
        for (int k = 0; k < 5; k++) {
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
            lw_run(&lw, 0, 0, &r);
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
            took[i] = fmin(took[i], (double)(to.tv_sec - from.tv_sec) +
                                        1e-9 * (double)(to.tv_nsec - from.tv_nsec));
        }
        assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) > 150000);
    }
    /* a factor of a million; ten leaves room for a busy machine */
    assert_true(took[2] < 10 * took[0]);
    recording_release(&r);
}

/* Erlang's C: the chance that all of c reviewers are busy (Erlang 1917). */
static double
erlang_c(double load, unsigned c)
{
    double b = 1;

    for (unsigned i = 1; i <= c; i++)
        b = load * b / (i + load * b);
    return b / (1 - load / c * (1 - b));
}

static void
test_requests_wait_for_reviewers_as_in_an_mmc_queue(void **state)
{
    static const struct {
        unsigned reviewers;
        double rate, review;
    } t[] = {{1, 0.7, 1}, {3, 0.5, 5}};
    static struct legal_world lw;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double load = t[i].rate * t[i].review;
        const double wait = erlang_c(load, t[i].reviewers) * t[i].review / (t[i].reviewers - load);

        /* long, so that the empty start and the censored end weigh little: their share of the mean
         * is of the order of one relaxation time over the horizon */
        lw_home_world(&lw, 20000, 1e9, t[i].rate);
        lw.custodian[0].team =
            (struct legal_team){t[i].reviewers, lw_exponential_days(t[i].review)};
        lw_check_mean(&lw, 0, 20, METRIC_DISCLOSURE_DELAY, label_total, wait + t[i].review);
    }
}

static void
test_a_team_that_grows_takes_up_who_waits(void **state)
{
    static struct legal_world lw, later;
    static const struct period_count series[] = {{0, 400 * NS_PER_DAY, 50}};
    struct recording r = {0};

    (void)state;
    lw_home_world(&lw, 601, 1e9, 0);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.custodian[0].team = (struct legal_team){1, dist_constant(100 * LW_DAY)};
    lw_epoch(&lw, 0, 500);
    lw_rule(&lw, 0, 0, 0);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, label_total) <= 6);
    later = lw;
    later.world.custodian = later.custodian;
    later.custodian[0].team.reviewers = 50;
    lw.strategies[0].epoch[1].world = &later.world;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, label_total) == 50);
    recording_release(&r);
}

static void
test_all_authorities_wait_in_one_queue(void **state)
{
    static struct legal_world lw;
    const double wait = erlang_c(0.8, 1) / (1 - 0.8);

    (void)state;
    lw_home_world(&lw, 20000, 1e9, 0.3);
    lw_authority(&lw, 0);
    lw_stream(&lw, 1, LW_MASK(LW_ORDER), 0.5);
    lw.custodian[0].team = (struct legal_team){1, lw_exponential_days(1)};
    lw_check_mean(&lw, 0, 20, METRIC_DISCLOSURE_DELAY, label_with(label_total, LABEL_AUTHORITY, 0),
                  wait + 1);
}

static void
test_reach_is_averaged_over_account_time(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    /* AA reaches the key from day 600 of 1000; nobody reaches it before */
    (void)state;
    lw_moving_world(&lw, 1000, 300, 0, 600);
    lw_cohort(&lw, 1, 100);
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_UNILATERAL, label_total), 0.4, 1e-12);
    CHECK_NEAR(
        lw_value(&r, METRIC_REACH_UNILATERAL, label_with(label_total, LABEL_JURISDICTION, 0)), 0.4,
        1e-12);
    assert_true(
        lw_value(&r, METRIC_REACH_UNILATERAL, label_with(label_total, LABEL_JURISDICTION, 1)) == 0);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_JURISDICTIONS, label_total), 1, 1e-12);
    /* AA is home to 300 accounts of 400 */
    lw.cohort[0].resident_of.i = 0;
    lw.cohort[1].resident_of.i = 1;
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_UNILATERAL,
                        label_with(label_total, LABEL_ADVERSARY, ADVERSARY_HOME)),
               0.4 * 300 / 400, 1e-12);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_UNILATERAL,
                        label_with(label_total, LABEL_ADVERSARY, ADVERSARY_FOREIGN)),
               0.4 * 100 / 400, 1e-12);
    assert_true(lw_value(&r, METRIC_REACH_USER, label_total) == 0);
    /* BB compels its own users, whatever the placement */
    lw_allow(&lw, 1, LW_USER);
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_USER, label_total), 100.0 / 400, 1e-12);
    lw.terms[1][LW_USER].available = false;
    /* BB can order the key before: together with AA that is two */
    lw_allow(&lw, 1, LW_ORDER);
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_UNILATERAL, label_total), 0.4, 1e-12);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_JURISDICTIONS, label_total), 0.6 * 2 + 0.4, 1e-12);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_DENIAL, label_total), 1, 1e-12);
    /* the key of the other cohort stays where it was */
    lw.strategies[0].rule[1][0].cohorts = 1;
    lw_rule(&lw, 0, 0, 0)->cohorts = 2;
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_UNILATERAL, label_total), 0.4 * 300 / 400, 1e-12);
    CHECK_NEAR(
        lw_value(&r, METRIC_REACH_UNILATERAL,
                 label_with(label_with(label_total, LABEL_JURISDICTION, 0), LABEL_COHORT, 0)),
        0.4, 1e-12);
    /* a class of metadata, held by nobody now, does not count */
    lw_class(&lw, true);
    lw.strategies[0].rule[1][0].classes = lw.strategies[0].rule[1][1].classes = 1;
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_UNILATERAL, label_total), 0.4 * 300 / 400, 1e-12);
    recording_release(&r);
}

static void
test_reach_includes_former_copies_while_they_lie_there(void **state)
{
    static struct legal_world lw;
    const struct label aa = label_with(label_total, LABEL_JURISDICTION, 0);
    const struct label bb = label_with(label_total, LABEL_JURISDICTION, 1);
    struct recording r = {0};

    /* Data and keys, held by one company, go from AA to another's in BB on day 300. */
    (void)state;
    lw_home_world(&lw, 1000, 100, 0);
    lw_allow(&lw, 1, LW_ORDER);
    lw_site(&lw, 1, lw_custodian(&lw, 1));
    lw_store(&lw, 1, 1, false);
    lw_epoch(&lw, 0, 300);
    lw_rule(&lw, 0, 1, 1);
    for (int keys = KEYS_COPIED; keys <= KEYS_NEW; keys++) {
        const struct {
            sim_ns kept;
            double reach;
        } t[] = {{0, 0.3}, {100 * NS_PER_DAY, 0.4}, {SIM_NEVER, 1}};

        lw.strategies[0].epoch[1].keys = (enum move_keys)keys;
        for (size_t i = 0; i < COUNT(t); i++) {
            lw.strategies[0].epoch[1].old_copies_for = t[i].kept;
            lw_run(&lw, 0, 0, &r);
            CHECK_NEAR(lw_value(&r, METRIC_REACH_UNILATERAL, aa), t[i].reach, 1e-12);
            CHECK_NEAR(lw_value(&r, METRIC_REACH_UNILATERAL, bb), 0.7, 1e-12);
            CHECK_NEAR(lw_value(&r, METRIC_REACH_JURISDICTIONS, label_total), 1, 1e-12);
            CHECK_NEAR(lw_value(&r, METRIC_REACH_DENIAL, label_total), 1, 1e-12);
        }
    }
    recording_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_poisson_stream_naming_the_one_account_exposes_it_exponentially),
        cmocka_unit_test(test_a_delay_shifts_exposure_by_its_length),
        cmocka_unit_test(test_what_a_lever_is_granted_does_not_shift_its_review),
        cmocka_unit_test(test_uniformly_named_accounts_are_exposed_as_in_occupancy),
        cmocka_unit_test(test_a_request_for_more_accounts_than_there_are_names_all),
        cmocka_unit_test(test_only_the_part_of_the_accounts_within_reach_is_exposed),
        cmocka_unit_test(test_a_treaty_delay_stands_for_filing_and_review),
        cmocka_unit_test(test_a_partner_takes_the_time_of_its_own_instrument),
        cmocka_unit_test(test_levers_bind_when_they_are_executed),
        cmocka_unit_test(test_an_unfinished_request_is_pending_and_its_delay_censored),
        cmocka_unit_test(test_cost_does_not_grow_with_the_accounts_there_are),
        cmocka_unit_test(test_requests_wait_for_reviewers_as_in_an_mmc_queue),
        cmocka_unit_test(test_a_team_that_grows_takes_up_who_waits),
        cmocka_unit_test(test_all_authorities_wait_in_one_queue),
        cmocka_unit_test(test_reach_is_averaged_over_account_time),
        cmocka_unit_test(test_reach_includes_former_copies_while_they_lie_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
