/* What authorities keep and what it opens later: shared keys, extracted keys, bulk requests;
 * through the whole legal plane, against closed forms. */
#include "goodness.h"
#include "legal_world.h"

/* Requests come at a rate about the one account there is, and take its key. Forward counts from the
 * first of each generation of the key to its end: a generation of length T has T - (1 - exp(-rate
 * T)) / rate on average. */
static double
forward_days(double rate, double generation)
{
    return generation - (1 - exp(-rate * generation)) / rate;
}

static void
test_an_extracted_key_opens_what_is_added_until_it_is_renewed(void **state)
{
    static struct legal_world lw;

    (void)state;
    lw_home_world(&lw, 360, 1, 0.02);
    lw.store[0].extractable = true;
    lw_check_mean(&lw, 0, 3000, METRIC_CONTENT_FORWARD, label_total, forward_days(0.02, 360));
    /* renewed by rotation: twelve generations */
    lw.strategies[0].rule[0][0].rotation_s = 30 * LW_DAY;
    lw_check_mean(&lw, 0, 3000, METRIC_CONTENT_FORWARD, label_total, 12 * forward_days(0.02, 30));
    /* and by a dated move, from which on rotation counts anew: 100 = 3 x 30 + 10 */
    lw_epoch(&lw, 0, 100)->keys = KEYS_NEW;
    lw_rule(&lw, 0, 0, 0)->rotation_s = 130 * LW_DAY;
    lw_check_mean(&lw, 0, 3000, METRIC_CONTENT_FORWARD, label_total,
                  3 * forward_days(0.02, 30) + forward_days(0.02, 10) +
                      2 * forward_days(0.02, 130));
}

static void
test_use_of_a_key_opens_nothing_that_is_added_later(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_home_world(&lw, 360, 1, 0.1);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 1);
    assert_true(lw_value(&r, METRIC_CONTENT_FORWARD, label_total) == 0);
    recording_release(&r);
}

static void
test_a_key_that_all_share_opens_all_that_was_collected(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        lw_moving_world(&lw, 400, 1000, 0.5, 200);
        lw.stream[0][0].collects_ciphertext = true;
        lw.store[1].extractable = true;
        lw.strategies[0].rule[1][0].cohort_key = shared != 0;
        lw_run(&lw, 0, 3, &r);
        const double content = lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total);
        const double ciphertext = lw_value(&r, METRIC_CIPHERTEXT_ACCOUNTS, label_total);
        const double retroactive = lw_value(&r, METRIC_CONTENT_RETROACTIVE, label_total);

        assert_true(ciphertext > 150 && content > 50);
        if (shared) {
            assert_true(content == ciphertext);
            /* about a hundred accounts, opened soon after the move, for the 200 days that are left
             */
            assert_true(retroactive > 80 * 190 && retroactive < 130 * 200);
        } else {
            assert_true(content < 0.7 * ciphertext && retroactive < 20 * 200);
        }
    }
    recording_release(&r);
}

/* The key lies within reach from day 200 to day 300 only. Who took it then needs no more than
 * ciphertext for any account, and asks for that. */
static void
test_who_has_a_shared_key_asks_for_ciphertext_only(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    double content[2], requests[2];

    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        lw_moving_world(&lw, 500, 100000, 0.5, 200);
        lw.store[1].extractable = true;
        lw.strategies[0].rule[1][0].cohort_key = shared != 0;
        lw_epoch(&lw, 0, 300);
        lw_rule(&lw, 0, 0, 0)->cohort_key = shared != 0;
        lw_run(&lw, 0, 1, &r);
        content[shared] = lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total);
        requests[shared] = lw_value(&r, METRIC_REQUESTS_CONTENT, label_total);
    }
    assert_true(content[0] > 30 && content[0] < 80);
    assert_true(content[1] > content[0] + 60 && content[1] < content[0] + 140);
    assert_true(requests[1] > requests[0] + 60);
    recording_release(&r);
}

/* Only use of it is given: that serves the accounts named and nobody else. */
static void
test_use_of_a_shared_key_opens_only_what_was_asked_for(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    double content[2];

    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        lw_moving_world(&lw, 400, 1000, 0.5, 200);
        lw.stream[0][0].collects_ciphertext = true;
        lw.strategies[0].rule[1][0].cohort_key = shared != 0;
        lw_run(&lw, 0, 3, &r);
        content[shared] = lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total);
    }
    assert_true(content[0] > 50 && content[0] == content[1]);
    recording_release(&r);
}

static void
test_bulk_requests_take_every_account(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_home_world(&lw, 1000, 123456789, 0.01);
    lw.stream[0][0].bulk = true;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 123456789);
    CHECK_NEAR(lw_value(&r, METRIC_CONTENT_ACCOUNT_DAYS, label_total),
               123456789 * (1000 - lw_value(&r, METRIC_CONTENT_FIRST, label_total)), 1e-12);
    recording_release(&r);
}

/* Ciphertext of all is collected, then the key comes within reach. */
static void
test_what_was_collected_in_bulk_is_opened_in_bulk(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_moving_world(&lw, 1000, 123456789, 0.05, 400);
    lw.stream[0][0].bulk = true;
    lw.stream[0][0].collects_ciphertext = true;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CIPHERTEXT_ACCOUNTS, label_total) == 123456789);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 123456789);
    assert_true(lw_value(&r, METRIC_CONTENT_FIRST, label_total) > 400);
    assert_true(lw_value(&r, METRIC_CONTENT_RETROACTIVE, label_total) ==
                lw_value(&r, METRIC_CONTENT_ACCOUNT_DAYS, label_total));
    recording_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_extracted_key_opens_what_is_added_until_it_is_renewed),
        cmocka_unit_test(test_use_of_a_key_opens_nothing_that_is_added_later),
        cmocka_unit_test(test_a_key_that_all_share_opens_all_that_was_collected),
        cmocka_unit_test(test_who_has_a_shared_key_asks_for_ciphertext_only),
        cmocka_unit_test(test_use_of_a_shared_key_opens_only_what_was_asked_for),
        cmocka_unit_test(test_bulk_requests_take_every_account),
        cmocka_unit_test(test_what_was_collected_in_bulk_is_opened_in_bulk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
