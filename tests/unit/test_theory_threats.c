/* Breaches, insiders and common causes against closed form. */
#include "theory.h"
#include <math.h>
#include <stdio.h>

/* A thousand accounts, one hit at a time: each is a world of its own, as the events that hit a
 * given account are a Poisson stream of a thousandth of the rate. */
static void
check_share(const char *scenario, const char *const *sets, const char *strategy,
            const char *authority, double p)
{
    const struct theory t = {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * p, .authority = authority};

    theory_check_scenario(scenario, sets, strategy,
                          (uint32_t)ceil((1 - p) / p / pow(0.9 * THEORY_ERROR, 2) / 20000), &t, 1);
}

/* Each target is hit at the rate r, so neither of two at 2 r - r beta: both by T with
 * 1 - 2 exp(-r T) + exp(-(2 - beta) r T). */
static double
both(double rt, double beta)
{
    return 1 - 2 * exp(-rt) + exp(-(2 - beta) * rt);
}

static void
test_site_and_key_store_are_breached_as_the_beta_factor_says(void **state)
{
    static const double beta[] = {0, 0.4, 1};

    (void)state;
    for (size_t i = 0; i < COUNT(beta); i++) {
        char set[64];
        const char *const sets[] = {set, NULL};

        snprintf(set, sizeof set, "threats.insiders.common-cause=%g", beta[i]);
        check_share("insider-common-cause", sets, "common", "insiders", both(1, beta[i]));
    }
}

/* The same of all accounts at once, by events that take all there are. */
static void
test_a_common_cause_opens_all_at_once(void **state)
{
    static const char *const sets[] = {
        "threats.insiders={class: insider, rate: 25 per 100 y, common-cause: 0.4, "
        "sites: [store], key-stores: [vault], scope: bulk}",
        NULL};
    const struct theory t[] = {
        {METRIC_CONTENT_ANY, .expected = both(1, 0.4), .authority = "insiders"},
        {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * both(1, 0.4), .authority = "insiders"},
    };

    (void)state;
    theory_check_scenario("insider-common-cause", sets, "common", 3700, t, COUNT(t));
}

/*
 * Shares of a key captured one by one: each of four, and the site, by own events at r (1 - beta),
 * or all of them by a common one at r beta.
 */
static void
test_shares_are_captured_as_the_binomial_tail_says(void **state)
{
    static const struct {
        const char *strategy;
        unsigned k;
        double beta;
    } t[] = {{"two-of-four", 2, 0}, {"three-of-four", 3, 0.25}, {"all-four", 4, 0.25}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double p = -expm1(-1.6 * (1 - t[i].beta)), common = -expm1(-1.6 * t[i].beta);
        char set[64];
        const char *const sets[] = {set, NULL};

        snprintf(set, sizeof set, "threats.thieves.common-cause=%g", t[i].beta);
        check_share("share-capture", sets, t[i].strategy, "thieves",
                    common + (1 - common) * p * binomial_tail(t[i].k, 4, p));
    }
}

/* Each event takes its own sample of the accounts: a compound Poisson stream. */
static void
test_breaches_take_their_accounts_as_a_compound_poisson_stream(void **state)
{
    static const char *const sets[] = {"threats.thieves.accounts={lognormal: {mean: 100, cv: 1}}",
                                       "threats.thieves.rate=100 per 1 y", NULL};
    /* rounded up: half an account more on average */
    const struct theory row[] = {
        {METRIC_CONTENT_ACCOUNTS, .expected = 400 * 100.5, .authority = "thieves"},
        {METRIC_CONTENT_ACCOUNT_DAYS, .expected = 400 * 100.5 * 1461 / 2, .authority = "thieves"},
        {METRIC_CIPHERTEXT_ACCOUNTS, .expected = 400 * 100.5, .authority = "thieves"},
    };

    (void)state;
    theory_check_scenario("breach", sets, "with-host", 28, row, COUNT(row));
}

/* An event that takes a month to bear fruit shifts all by a month. */
static void
test_a_breach_yields_when_it_is_executed(void **state)
{
    static const char *const sets[] = {"threats.thieves.execution=100 d",
                                       "threats.thieves.rate=100 per 1 y", NULL};
    const struct theory row[] = {
        {METRIC_CONTENT_ACCOUNTS, .expected = 400 * 100 * 1361 / 1461.0, .authority = "thieves"},
        {METRIC_CONTENT_ACCOUNT_DAYS, .expected = 400 * 100 / 1461.0 * 1361 * 1361 / 2,
         .authority = "thieves"},
    };

    (void)state;
    theory_check_scenario("breach", sets, "with-host", 16, row, COUNT(row));
}

/* A small cohort: an account escapes a Poisson number of samples of 5 among 1000. */
static void
test_breaches_of_a_small_cohort_overlap(void **state)
{
    static const char *const sets[] = {"threats.thieves.accounts=5",
                                       "threats.thieves.rate=50 per 1 y",
                                       "users.people.accounts=1 k", NULL};
    const struct theory row[] = {
        {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * -expm1(-200 * 5 / 1000.0),
         .authority = "thieves"},
        {METRIC_CONTENT_RISK, .expected = -expm1(-1), .authority = "thieves"},
    };

    (void)state;
    theory_check_scenario("breach", sets, "with-host", 20, row, COUNT(row));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_site_and_key_store_are_breached_as_the_beta_factor_says),
        cmocka_unit_test(test_a_common_cause_opens_all_at_once),
        cmocka_unit_test(test_shares_are_captured_as_the_binomial_tail_says),
        cmocka_unit_test(test_breaches_take_their_accounts_as_a_compound_poisson_stream),
        cmocka_unit_test(test_a_breach_yields_when_it_is_executed),
        cmocka_unit_test(test_breaches_of_a_small_cohort_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
