/* What the ledger does with what a request says of itself: in bulk, removed, under a gag. */
#include <string.h>
#include "goodness.h"
#include "legal/trace.h"
#include "legal_world.h"

enum { REPLICATIONS = 40 };

/* That many requests at uniform instants of the horizon. */
static void
exactly(struct request_stream *s, struct period_count *series, const struct legal_world *lw,
        double count)
{
    *series = (struct period_count){0, lw->model.horizon, count};
    s->series = series;
    s->periods = 1;
    s->exact = true;
}

/* One account, asked for at a rate, removed at another: which comes first. */
static void
test_what_was_removed_before_is_not_disclosed(void **state)
{
    const double discloses = 0.002, removes = 0.003, horizon = 1000;
    static struct legal_world lw;

    (void)state;
    lw_home_world(&lw, horizon, 1, discloses);
    lw_authority(&lw, 0);
    lw_stream(&lw, 1, LW_MASK(LW_ORDER), removes)->asks = ASKS_REMOVAL;
    lw_check_mean(&lw, 0, 2000, METRIC_CONTENT_ANY, label_total,
                  discloses / (discloses + removes) * (1 - exp(-(discloses + removes) * horizon)));
}

/* Restriction and preservation leave the data where they are. */
static void
test_what_was_restricted_is_disclosed_all_the_same(void **state)
{
    const double rate = 0.002, horizon = 1000;
    static struct legal_world lw;

    (void)state;
    for (enum asks asks = ASKS_RESTRICTION; asks < ASKS_KINDS; asks++) {
        lw_home_world(&lw, horizon, 1, rate);
        lw_authority(&lw, 0);
        lw_stream(&lw, 1, LW_MASK(LW_ORDER), 0.1)->asks = asks;
        lw_check_mean(&lw, 0, 2000, METRIC_CONTENT_ANY, label_total, 1 - exp(-rate * horizon));
    }
}

/* Of n requests at uniform instants of a horizon H a share is gagged, for G or to the end. */
static void
test_a_gag_hides_its_share_of_the_time(void **state)
{
    const double horizon = 1000, lasts = 300, share = 0.4, n = 200;
    static struct legal_world lw;
    struct period_count series;
    struct instrument *order;

    (void)state;
    lw_home_world(&lw, horizon, 1e9, 0);
    exactly(&lw.stream[0][0], &series, &lw, n);
    order = &lw.terms[0][LW_ORDER];
    order->gag = share;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CONTENT_HIDDEN, label_total,
                  n * share * horizon / 2);
    order->own = OWN_GAG_FOR;
    order->gag_for = dist_constant(lasts * LW_DAY);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CONTENT_HIDDEN, label_total,
                  n * share * (lasts - lasts * lasts / (2 * horizon)));
}

/* n orders about one account at uniform instants of a horizon H, each gagged for good with chance
 * g: hidden from the first to the first without a gag, if any. The first of m comes at H / (m + 1)
 * on average, and of m ~ binomial(n, 1 - g) at H (1 - g^(n + 1)) / ((n + 1) (1 - g)). */
static void
test_a_later_order_without_a_gag_tells_the_user(void **state)
{
    const double horizon = 1000, g = 0.7, n = 5;
    const double told = horizon * (1 - pow(g, n + 1)) / ((n + 1) * (1 - g));
    static struct legal_world lw;
    struct period_count series;

    (void)state;
    lw_home_world(&lw, horizon, 1, 0);
    exactly(&lw.stream[0][0], &series, &lw, n);
    lw.terms[0][LW_ORDER].gag = g;
    lw_check_mean(&lw, 0, 4000, METRIC_CONTENT_HIDDEN, label_total, told - horizon / (n + 1));
    lw_check_mean(&lw, 0, 4000, METRIC_CONTENT_KNOWN, label_total, horizon - told);
    lw_check_mean(&lw, 0, 4000, METRIC_METADATA_HIDDEN, label_total, told - horizon / (n + 1));
}

/* One decision for all accounts of a request, by the law of whoever acts. */
static void
test_a_partner_gags_a_whole_request_or_none_of_it(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    struct period_count series;
    unsigned hidden = 0;

    (void)state;
    lw_partner_world(&lw, 0, 10, 1);
    lw.cohort[0].accounts = 1000;
    lw.terms[1][LW_ORDER].gag = 0.5;
    lw.terms[1][LW_ORDER].own = OWN_GAG_FOR;
    lw.terms[1][LW_ORDER].gag_for = dist_constant(LW_DAY);
    lw.stream[0][0].accounts = dist_constant(7);
    exactly(&lw.stream[0][0], &series, &lw, 1);
    series.to = 900 * NS_PER_DAY;
    for (uint64_t i = 0; i < 64; i++) {
        double days;

        lw_run(&lw, 0, i, &r);
        days = lw_value(&r, METRIC_CONTENT_HIDDEN, label_total);
        assert_true(days == 0 || days == 7);
        hidden += days > 0;
    }
    assert_in_range(hidden, 12, 52); /* beyond: 1e-6 */
    recording_release(&r);
}

/* All accounts of the cohort at once, those within reach, at a cost that knows no accounts. */
static void
test_bulk_takes_all_that_is_within_reach(void **state)
{
    static const double accounts[] = {1000, 1e6, 1e12};
    static struct legal_world lw;
    struct recording r = {0};
    struct period_count series;

    (void)state;
    for (size_t i = 0; i < COUNT(accounts); i++) {
        lw_home_world(&lw, 1000, accounts[i], 0);
        lw_site(&lw, 1, lw_custodian(&lw, 1));
        lw_rule(&lw, 0, 0, 0);
        lw.strategies[0].rule[0][0] = lw.strategies[0].rule[0][1];
        lw.strategies[0].rule[0][0].share = 0.25;
        lw.strategies[0].rule[0][1].data = lw.leaf[1]; /* abroad */
        lw.strategies[0].rule[0][1].sites = 2;
        lw.stream[0][0].bulk = true;
        exactly(&lw.stream[0][0], &series, &lw, 3);
        lw_run(&lw, 0, 0, &r);
        assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, label_total) == 3);
        CHECK_NEAR(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total), accounts[i] / 4, 1e-9);
        assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) ==
                    lw_value(&r, METRIC_METADATA_ACCOUNTS, label_total));
    }
    recording_release(&r);
}

/* Three samples without replacement of n of N, apart: 1 - (1 - n/N)^3 of all in the mean. */
static void
test_what_is_too_much_to_list_is_taken_in_bulk(void **state)
{
    const double n = 6e6, all = 2e7;
    static struct legal_world lw;
    struct recording r = {0};
    struct period_count series;

    (void)state;
    lw_home_world(&lw, 1000, all, 0);
    lw.stream[0][0].accounts = dist_constant(n);
    exactly(&lw.stream[0][0], &series, &lw, 1);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == n);
    series.count = 3;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_CONTENT_ACCOUNTS, label_total,
                  all * (1 - pow(1 - n / all, 3)));
    recording_release(&r);
}

static void
test_a_breach_may_take_all_accounts(void **state)
{
    const double rate = 0.001, common = 0.3, horizon = 1000, all = 5e8;
    const double not_together = exp(-rate * common * horizon);
    const double apart = 1 - exp(-rate * (1 - common) * horizon);
    static struct legal_world lw;

    (void)state;
    lw_home_world(&lw, horizon, all, 0);
    lw.store[0].extractable = true;
    lw_threat(&lw, 1, 1, rate, common);
    lw.stream[1][0].bulk = true;
    lw_check_mean(&lw, 0, 2000, METRIC_CONTENT_ACCOUNTS, label_total,
                  all * (1 - not_together * (1 - apart * apart)));
}

/* Two breaches, first of the site, then of the store: a story without a name. */
static void
test_the_story_of_a_bulk_breach_is_of_any_account(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    struct trace t = {0};
    struct why why = {0};
    unsigned later = 0;

    (void)state;
    lw_home_world(&lw, 1000, 5e8, 0);
    lw.store[0].extractable = true;
    lw_threat(&lw, 1, 1, 0.05, 0);
    lw.stream[1][0].bulk = true;
    for (uint64_t i = 0; i < 10; i++) {
        const struct trace_step *last;

        lw_run(&lw, 0, i, &r);
        assert_int_equal(
            legal_trace(&lw.model, (struct strategy_id){0}, (struct authority_id){1}, i, &t, &why),
            0);
        assert_true(t.found && t.content && t.account == ANY_ACCOUNT);
        last = &t.steps.item[t.steps.count - 1];
        assert_int_equal(last->kind, TRACE_OPENED);
        CHECK_WITHIN(days_from_ns(last->at), lw_value(&r, METRIC_CONTENT_FIRST, label_total), 1e-9);
        for (size_t k = 0; k < t.steps.count; k++)
            later += t.steps.item[k].kind == TRACE_KEY_LATER;
    }
    assert_true(later > 0);
    trace_release(&t);
    recording_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_removed_before_is_not_disclosed),
        cmocka_unit_test(test_what_was_restricted_is_disclosed_all_the_same),
        cmocka_unit_test(test_a_gag_hides_its_share_of_the_time),
        cmocka_unit_test(test_a_later_order_without_a_gag_tells_the_user),
        cmocka_unit_test(test_a_partner_gags_a_whole_request_or_none_of_it),
        cmocka_unit_test(test_bulk_takes_all_that_is_within_reach),
        cmocka_unit_test(test_what_is_too_much_to_list_is_taken_in_bulk),
        cmocka_unit_test(test_the_story_of_a_bulk_breach_is_of_any_account),
        cmocka_unit_test(test_a_breach_may_take_all_accounts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
