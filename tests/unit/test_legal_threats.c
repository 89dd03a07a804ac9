/* Levers without law, against the beta-factor model in closed form. */
#include <string.h>
#include "goodness.h"
#include "legal_world.h"

enum { REPLICATIONS = 3000 };

/* One account, its ciphertext at a site and its key in a store; both are targets. Nobody asks. */
static void
threat_world(struct legal_world *lw, double horizon, double rate, double common, bool extractable)
{
    uint32_t c;

    lw_init(lw, horizon);
    c = lw_custodian(lw, 0);
    lw_site(lw, 0, c);
    lw_store(lw, 0, c, extractable);
    lw_cohort(lw, 0, 1);
    lw_rule(lw, 0, 0, 0);
    lw_threat(lw, 1, 1, rate, common);
}

/*
 * Each target is hit at rate r, a share b of it together. What is taken is kept: content opens with
 * the first common event, or once both have been hit apart.
 */
static void
test_targets_are_hit_apart_or_together_as_the_beta_factor_says(void **state)
{
    static const double common[] = {0, 0.1, 0.6, 1};
    const double horizon = 1000, rate = 0.001;
    static struct legal_world lw;

    (void)state;
    for (size_t i = 0; i < COUNT(common); i++) {
        const double not_together = exp(-rate * common[i] * horizon);
        const double apart = 1 - exp(-rate * (1 - common[i]) * horizon);

        threat_world(&lw, horizon, rate, common[i], true);
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_METADATA_ANY, label_total,
                      1 - exp(-rate * horizon));
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CIPHERTEXT_ANY, label_total,
                      1 - exp(-rate * horizon));
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CONTENT_ANY, label_total,
                      1 - not_together * (1 - apart * apart));
    }
}

/*
 * Whoever breaks into an HSM can use it while inside, but carries no key away: it opens ciphertext
 * taken with it or before. Apart, at a rate a each, the key's turn comes after the ciphertext's
 * within T except with the chance exp(-aT) (1 + aT).
 */
static void
test_a_key_that_stays_inside_opens_only_what_was_taken_till_then(void **state)
{
    const double horizon = 1000, rate = 0.002, common = 0.3;
    const double apart = rate * (1 - common) * horizon;
    static struct legal_world lw;

    (void)state;
    threat_world(&lw, horizon, rate, common, false);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CONTENT_ANY, label_total,
                  1 - exp(-rate * common * horizon) * exp(-apart) * (1 + apart));
}

/* Three sites of which any one has all, in a store that is no target: 3 targets. */
static void
test_any_target_is_as_likely_as_another(void **state)
{
    const double horizon = 1000, rate = 0.0005, common = 0.2;
    static struct legal_world lw;
    struct rule *rule;

    (void)state;
    lw_copies_world(&lw, 3, horizon, 1, 0);
    lw_threat(&lw, 7, 0, rate, common);
    rule = &lw.strategies[0].rule[0][0];
    for (uint32_t i = 0; i < 3; i++) {
        rule->data = lw.leaf[i];
        rule->sites = UINT64_C(1) << i;
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CIPHERTEXT_ANY, label_total,
                      1 - exp(-rate * horizon));
    }
    rule->data = lw.any_site;
    rule->sites = 7;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CIPHERTEXT_ANY, label_total,
                  1 - exp(-(3 * rate * (1 - common) + rate * common) * horizon));
    lw.any_site.need = 3; /* all fragments: all hit, together or apart */
    rule->data = lw.any_site;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CIPHERTEXT_ANY, label_total,
                  1 - exp(-rate * common * horizon) *
                          (1 - pow(1 - exp(-rate * (1 - common) * horizon), 3)));
}

/* n targets at a rate r, of which b together: n r (1 - b) + r b events, whatever they yield. */
static void
test_events_are_counted_even_those_that_yield_nothing(void **state)
{
    const double horizon = 1000, rate = 0.01, common = 0.4;
    const struct label thieves = label_with(label_total, LABEL_AUTHORITY, 0);
    static struct legal_world lw;

    (void)state;
    threat_world(&lw, horizon, rate, common, true);
    for (int removed = 0; removed <= 1; removed++) {
        lw_check_mean(&lw, 0, 300, METRIC_THREAT_EVENTS, thieves,
                      horizon * rate * (2 * (1 - common) + common));
        lw_check_mean(&lw, 0, 300, METRIC_THREAT_EVENTS, label_total,
                      horizon * rate * (2 * (1 - common) + common));
        lw.strategies[0].epoch[0].rules = 0; /* nothing lies anywhere */
    }
}

static void
test_an_event_takes_its_time_and_is_no_request(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    threat_world(&lw, 1000, 0.05, 1, true);
    lw.threat[0].terms.execution = dist_constant(100 * LW_DAY);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ANY, label_total) == 1);
    assert_true(lw_value(&r, METRIC_CONTENT_FIRST, label_total) > 100);
    for (unsigned f = 0; f <= METRIC_REQUESTS_COMPLIED - METRIC_REQUESTS_RECEIVED; f++)
        assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED + f, label_total) == 0);
    assert_true(isnan(lw_value(&r, METRIC_DISCLOSURE_DELAY, label_total)));
    lw.threat[0].terms.execution = dist_constant(2000 * LW_DAY);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ANY, label_total) == 0);
    recording_release(&r);
}

/* Without targets an event concerns every cohort, with them the one drawn. */
static void
test_an_event_concerns_every_cohort_or_the_one_that_targets_draw(void **state)
{
    static const double weight[] = {0.25, 0.75};
    const double horizon = 1000, rate = 0.001;
    static struct legal_world lw;

    (void)state;
    for (unsigned targeted = 0; targeted < 2; targeted++) {
        threat_world(&lw, horizon, rate, 1, true);
        lw_cohort(&lw, 1, 1);
        if (targeted)
            lw.stream[0][0].target = weight;
        for (uint32_t c = 0; c < 2; c++)
            lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CONTENT_ANY,
                          label_with(label_total, LABEL_COHORT, c),
                          1 - exp(-rate * (targeted ? weight[c] : 1) * horizon));
    }
}

/* ... and takes its time once. */
static void
test_an_event_strikes_all_cohorts_at_once(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    double first;

    (void)state;
    threat_world(&lw, 1000, 0.05, 1, true);
    lw_cohort(&lw, 1, 1);
    lw.threat[0].terms.execution = lw_exponential_days(20);
    for (uint64_t i = 0; i < 20; i++) {
        lw_run(&lw, 0, i, &r);
        first = lw_value(&r, METRIC_CONTENT_FIRST, label_with(label_total, LABEL_COHORT, 0));
        assert_true(first > 0);
        assert_true(first ==
                    lw_value(&r, METRIC_CONTENT_FIRST, label_with(label_total, LABEL_COHORT, 1)));
    }
    recording_release(&r);
}

/* Each event names accounts of its own, of each cohort apart. */
static void
test_an_event_names_accounts_of_each_cohort_apart(void **state)
{
    enum { ACCOUNTS = 50, EVENTS = 30, RUNS = 400 };
    const double expected = ACCOUNTS * (1 - pow(1 - 4.0 / ACCOUNTS, EVENTS));
    static const struct period_count series[] = {{0, 1000 * NS_PER_DAY, EVENTS}};
    static struct legal_world lw;
    struct recording r = {0};
    unsigned differ = 0;

    (void)state;
    threat_world(&lw, 1000, 0.001, 1, true);
    lw.cohort[0].accounts = ACCOUNTS;
    lw_cohort(&lw, 1, ACCOUNTS);
    lw.stream[0][0].accounts = dist_constant(4);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    for (uint32_t c = 0; c < 2; c++)
        lw_check_mean(&lw, 0, RUNS, METRIC_CONTENT_ACCOUNTS,
                      label_with(label_total, LABEL_COHORT, c), expected);
    for (uint32_t i = 0; i < 20; i++) {
        lw_run(&lw, 0, i, &r);
        differ += lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_COHORT, 0)) !=
                  lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_COHORT, 1));
    }
    assert_true(differ > 0);
    recording_release(&r);
}

/* Threats stand behind the authorities but draw from streams of their own. */
static void
test_an_authority_more_moves_no_threat(void **state)
{
    static const enum metric_id metric[] = {METRIC_CONTENT_FIRST, METRIC_CONTENT_ACCOUNT_DAYS,
                                            METRIC_CIPHERTEXT_ACCOUNT_DAYS, METRIC_METADATA_FIRST};
    static struct legal_world lw, more;
    struct recording a = {0}, b = {0};

    (void)state;
    threat_world(&lw, 1000, 0.01, 0.5, true);
    memset(&more, 0, sizeof more);
    lw_init(&more, 1000);
    lw_site(&more, 0, lw_custodian(&more, 0));
    lw_store(&more, 0, 0, true);
    lw_cohort(&more, 0, 1);
    lw_rule(&more, 0, 0, 0);
    lw_allow(&more, 0, LW_ORDER);
    lw_authority(&more, 0);
    lw_stream(&more, 0, LW_MASK(LW_ORDER), 0.3);
    lw_threat(&more, 1, 1, 0.01, 0.5);
    for (uint64_t i = 0; i < 20; i++) {
        lw_run(&lw, 0, i, &a);
        lw_run(&more, 0, i, &b);
        for (size_t k = 0; k < COUNT(metric); k++)
            assert_true(lw_value(&a, metric[k], label_with(label_total, LABEL_AUTHORITY, 0)) ==
                        lw_value(&b, metric[k], label_with(label_total, LABEL_AUTHORITY, 1)));
        assert_true(lw_value(&b, METRIC_REQUESTS_CONTENT, label_total) > 0);
    }
    recording_release(&a);
    recording_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets_are_hit_apart_or_together_as_the_beta_factor_says),
        cmocka_unit_test(test_a_key_that_stays_inside_opens_only_what_was_taken_till_then),
        cmocka_unit_test(test_any_target_is_as_likely_as_another),
        cmocka_unit_test(test_events_are_counted_even_those_that_yield_nothing),
        cmocka_unit_test(test_an_event_takes_its_time_and_is_no_request),
        cmocka_unit_test(test_an_event_concerns_every_cohort_or_the_one_that_targets_draw),
        cmocka_unit_test(test_an_event_strikes_all_cohorts_at_once),
        cmocka_unit_test(test_an_event_names_accounts_of_each_cohort_apart),
        cmocka_unit_test(test_an_authority_more_moves_no_threat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
