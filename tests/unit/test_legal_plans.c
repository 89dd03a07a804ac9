/* Plans, moves of data and keys, and what they open (sim/legal/INVARIANTS). */
#include "legal_world.h"
#include "goodness.h"

static void
test_two_holders_must_both_yield(void **state)
{
    static struct legal_world lw;
    const double rate = 0.05, horizon = 1000, slower = 300;

    (void)state;
    lw_split_world(&lw, horizon, 1e9, rate);
    lw.custodian[0].rejects = 0.4;
    lw.custodian[1].rejects = 0.7;
    lw.custodian[0].team = (struct legal_team){0, dist_constant(slower * LW_DAY)};
    lw.custodian[1].team = (struct legal_team){0, dist_constant(20 * LW_DAY)};
    lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ACCOUNTS, label_total,
                  rate * (horizon - slower) * 0.6 * 0.3);
    /* the slow one's answer does not depend on the quick one's */
    lw_check_mean(&lw, 0, 1000, METRIC_CIPHERTEXT_ACCOUNTS, label_total,
                  rate * (horizon - slower) * 0.6);
    lw_check_mean(&lw, 0, 1000, METRIC_REQUESTS_METADATA, label_total,
                  rate * (horizon - slower) * 0.6 * 0.7);
    lw_check_mean(&lw, 0, 1000, METRIC_REQUESTS_REFUSED, label_total,
                  rate * (horizon - slower) * 0.4);
}

static void
test_what_a_refusal_does_not_concern_runs_to_its_end(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 400 * NS_PER_DAY, 30}};
    const struct label home = label_with(label_total, LABEL_AUTHORITY, 0);
    struct recording r = {0};

    /* One class at home, the other in BB, which may be asked and refuses at once. */
    (void)state;
    lw_partner_world(&lw, 0, 1, 0);
    lw.cohort[0].accounts = 1e9;
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.stream[0][0].through |= LW_MASK(LW_ORDER);
    lw_allow(&lw, 0, LW_ORDER)->filing = dist_constant(10 * LW_DAY);
    lw_site(&lw, 0, lw_custodian(&lw, 0));
    lw_store(&lw, 0, 1, false);
    lw_class(&lw, false);
    lw.stream[0][0].classes = 3;
    lw.strategies[0].epoch[0].rules = 0;
    lw_rule(&lw, 0, 0, 0)->classes = 1;
    lw_rule(&lw, 0, 1, 1);
    for (int narrows = 0; narrows < 2; narrows++) {
        lw.custodian[1].narrows = narrows;
        for (int escalates = 0; escalates < 2; escalates++) {
            const enum metric_id given =
                narrows ? METRIC_REQUESTS_METADATA : METRIC_REQUESTS_CONTENT;

            lw.stream[0][0].escalates = escalates;
            lw_run(&lw, 0, 0, &r);
            assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == (narrows ? 0 : 30));
            assert_true(lw_value(&r, METRIC_METADATA_ACCOUNTS, label_total) == 30);
            /* own orders and own answers are shown at home */
            assert_true(lw_value(&r, given, home) == 30);
            assert_true(lw_value(&r, given, label_with(label_total, LABEL_CUSTODIAN, 1)) == 30);
            CHECK_NEAR(lw_value(&r, METRIC_DISCLOSURE_DELAY, label_total), 10, 1e-9);
        }
    }
    /* when both give, one partner in the plan makes it the partner's */
    lw.custodian[1].narrows = 0;
    lw.treaty[0].grant = 1;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, home) == 0);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT,
                         label_with(label_total, LABEL_JURISDICTION, 1)) == 30);
    assert_true(
        lw_value(&r, METRIC_REQUESTS_CONTENT, label_with(label_total, LABEL_CUSTODIAN, 1)) == 30);
    recording_release(&r);
}

static void
test_encrypted_metadata_may_take_two_holders(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 400 * NS_PER_DAY, 30}};
    struct recording r = {0};

    (void)state;
    lw_split_world(&lw, 1000, 1e9, 0);
    lw.class[0].metadata_encrypted = true;
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.stream[0][0].wants_content = 0;
    lw.custodian[1].narrows = 1; /* to what was asked for anyway */
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_METADATA_ACCOUNTS, label_total) == 30);
    assert_true(lw_value(&r, METRIC_REQUESTS_METADATA, label_total) == 30);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 0);
    assert_true(lw_value(&r, METRIC_CIPHERTEXT_ACCOUNTS, label_total) == 0);
    lw.custodian[0].rejects = 1;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_METADATA_ACCOUNTS, label_total) == 0);
    recording_release(&r);
}

static void
test_what_was_obtained_before_a_refusal_is_kept(void **state)
{
    static struct legal_world lw;
    const double rate = 0.05, horizon = 1000, slower = 300;

    (void)state;
    lw_split_world(&lw, horizon, 1e9, rate);
    lw.custodian[1].rejects = 1;
    lw.custodian[1].team = (struct legal_team){0, dist_constant(slower * LW_DAY)};
    lw_check_mean(&lw, 0, 1000, METRIC_CIPHERTEXT_ACCOUNTS, label_total, rate * horizon);
    lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ANY, label_total, 0);
    lw_check_mean(&lw, 0, 1000, METRIC_REQUESTS_METADATA, label_total, rate * (horizon - slower));
}

static void
test_a_refused_request_tries_another_way_only_if_it_escalates(void **state)
{
    static struct legal_world lw;
    const double rate = 0.1, horizon = 1000;

    /* an order, or seizing the place (software keys); the order is quicker */
    (void)state;
    lw_home_world(&lw, horizon, 1e9, rate);
    lw.store[0].extractable = true;
    lw.custodian[0].rejects = 0.5;
    lw_allow(&lw, 0, LW_SEIZURE)->filing = dist_constant(30 * LW_DAY);
    lw.terms[0][LW_SEIZURE].grant = 0.2;
    lw.stream[0][0].through = LW_MASK(LW_ORDER) | LW_MASK(LW_SEIZURE);
    lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ACCOUNTS, label_total, rate * horizon * 0.5);
    lw.stream[0][0].escalates = true;
    lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ACCOUNTS, label_total,
                  rate * (horizon * 0.5 + (horizon - 30) * 0.5 * 0.2));
}

static void
test_a_class_out_of_reach_does_not_save_the_others(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    /* class 0 under device keys, class 1 under the custodian's */
    (void)state;
    lw_home_world(&lw, 1000, 1e9, 0.1);
    lw_class(&lw, false);
    lw.strategies[0].epoch[0].rules = 0;
    lw_rule(&lw, 0, 0, lw_device(&lw))->classes = 1;
    lw_rule(&lw, 0, 0, 0);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 0)) == 0);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 1)) ==
                lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total));
    /* the ciphertext of both was in the same hands */
    assert_true(lw_value(&r, METRIC_CIPHERTEXT_ACCOUNTS, label_with(label_total, LABEL_DATA, 0)) ==
                lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total));
    /* a compelled user opens both */
    lw_allow(&lw, 0, LW_USER);
    lw.stream[0][0].through = LW_MASK(LW_USER);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 0)) ==
                lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total));
    recording_release(&r);
}

static void
test_encrypted_metadata_are_had_only_by_opening(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    /* AA's state holds the ciphertext, and the key in half of the horizon */
    (void)state;
    lw_moving_world(&lw, 1000, 1e9, 0.1, 500);
    lw.stream[0][0].wants_content = 0;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_METADATA_FIRST, label_total) < 100);
    lw.class[0].metadata_encrypted = true;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_METADATA_FIRST, label_total) >= 500);
    assert_true(lw_value(&r, METRIC_METADATA_ACCOUNTS, label_total) > 0);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 0);
    /* not by collecting them either */
    lw.stream[0][0].wants_content = 1;
    lw.stream[0][0].collects_ciphertext = true;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CIPHERTEXT_FIRST, label_total) < 100);
    assert_true(lw_value(&r, METRIC_METADATA_FIRST, label_total) >= 500);
    recording_release(&r);
}

/* Data with one custodian; the key, in software, with another, who refuses all orders; seizing the
 * place where it lies takes 30 days longer. */
static void
detour_world(struct legal_world *lw, double rate_per_day)
{
    lw_split_world(lw, 1000, 1e9, rate_per_day);
    lw->place[2].in.i = 0; /* another place in AA, for the key alone */
    lw->store[0].at.i = 2;
    lw->store[0].extractable = true;
    lw->custodian[1].rejects = 1;
    lw_allow(lw, 0, LW_SEIZURE)->filing = dist_constant(30 * LW_DAY);
    lw->stream[0][0].through = LW_MASK(LW_ORDER) | LW_MASK(LW_SEIZURE);
    lw->stream[0][0].escalates = true;
}

static void
test_another_way_to_the_key_is_not_retroactive(void **state)
{
    static struct legal_world lw;

    (void)state;
    detour_world(&lw, 0.1);
    lw.custodian[1].team = (struct legal_team){0, dist_constant(10 * LW_DAY)};
    lw_check_mean(&lw, 0, 500, METRIC_CONTENT_ACCOUNTS, label_total, 0.1 * (1000 - 40));
    lw_check_mean(&lw, 0, 500, METRIC_CIPHERTEXT_ACCOUNTS, label_total, 0.1 * 1000);
    lw_check_mean(&lw, 0, 100, METRIC_CONTENT_RETROACTIVE, label_total, 0);
}

static void
test_a_narrowed_request_brings_metadata_and_escalates(void **state)
{
    static struct legal_world lw;
    const double rate = 0.1, slow = 200;

    (void)state;
    lw_home_world(&lw, 1000, 1e9, rate);
    lw.store[0].extractable = true;
    lw.custodian[0].narrows = 1;
    lw_allow(&lw, 0, LW_SEIZURE)->filing = dist_constant(slow * LW_DAY);
    lw.stream[0][0].through = LW_MASK(LW_ORDER) | LW_MASK(LW_SEIZURE);
    lw.stream[0][0].escalates = true;
    lw_check_mean(&lw, 0, 1000, METRIC_METADATA_ACCOUNTS, label_total, rate * 1000);
    lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ACCOUNTS, label_total, rate * (1000 - slow));
    lw.stream[0][0].escalates = false;
    lw_check_mean(&lw, 0, 1000, METRIC_REQUESTS_METADATA, label_total, rate * 1000);
    lw_check_mean(&lw, 0, 100, METRIC_CONTENT_ANY, label_total, 0);
}

static void
test_a_request_that_has_content_asks_no_further(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 400 * NS_PER_DAY, 40}};
    struct recording r = {0};

    /* class 0 opens at once; class 1's key is refused later, and lies open from day 500 on */
    (void)state;
    detour_world(&lw, 0);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.custodian[1].team = (struct legal_team){0, dist_constant(10 * LW_DAY)};
    lw_class(&lw, false);
    lw_store(&lw, 0, 0, false);
    lw.strategies[0].epoch[0].rules = 0;
    lw_rule(&lw, 0, 0, 1)->classes = 1;
    lw_rule(&lw, 0, 0, 0);
    lw_epoch(&lw, 0, 500);
    lw_rule(&lw, 0, 0, 1);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 0)) ==
                40);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 1)) == 0);
    recording_release(&r);
}

static void
test_a_piece_obtained_before_a_refusal_is_not_asked_for_again(void **state)
{
    static const struct formula two_of_three = {2, NONE, NULL, 3};
    static struct legal_world lw;
    struct recording r = {0};

    /* Three holders of a piece of the data, or of a share of the key. The first gives it, the
     * second refuses, so the third is asked. */
    (void)state;
    for (int keys = 0; keys < 2; keys++) {
        struct rule *rule;

        lw_home_world(&lw, 1000, 1e9, 0.05);
        for (uint32_t i = 1; i < 3; i++)
            lw_custodian(&lw, 0);
        lw.custodian[1].rejects = 1;
        for (uint32_t i = 0; i < 3; i++) {
            lw.custodian[i].team = (struct legal_team){0, dist_constant((10 + 10 * i) * LW_DAY)};
            if (i > 0)
                keys ? lw_store(&lw, 0, i, true) : lw_site(&lw, 0, i);
        }
        rule = &lw.strategies[0].rule[0][0];
        *(keys ? &rule->keys : &rule->data) = two_of_three;
        *(keys ? &rule->keys.part : &rule->data.part) = lw.leaf;
        *(keys ? &rule->stores : &rule->sites) = 7;
        lw.stream[0][0].escalates = true;
        lw_run(&lw, 0, 0, &r);
        const double all = lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total);

        assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, label_total) > 0.8 * all);
        assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED,
                             label_with(label_total, LABEL_CUSTODIAN, 0)) == all);
    }
    recording_release(&r);
}

/* AA and BB hold a piece each of data and so does CC; any two are the whole. The key lies with the
 * first holder, within reach from day 500 on. All are served in AA, whose orders reach abroad. */
static void
pieces_world(struct legal_world *lw)
{
    static const struct formula two_of_three = {2, NONE, NULL, 3};

    lw_init(lw, 1000);
    lw_allow(lw, 0, LW_ORDER)->abroad = true;
    for (uint32_t i = 0; i < 3; i++) {
        lw_custodian(lw, i);
        lw->custodian[i].served_in |= 1;
        lw_site(lw, i, i);
    }
    lw_custodian(lw, 2); /* cannot be served in AA */
    lw_store(lw, 2, 3, true);
    lw_store(lw, 0, 0, true);
    lw_cohort(lw, 0, 1e9);
    lw_authority(lw, 0);
    lw_stream(lw, 0, LW_MASK(LW_ORDER), 0);
    for (uint32_t store = 0; store < 2; store++) {
        struct rule *rule = lw_rule(lw, 0, 0, store);

        rule->data = two_of_three;
        rule->data.part = lw->leaf;
        rule->sites = 7;
        if (store == 0)
            lw_epoch(lw, 0, 500);
    }
}

static void
test_an_order_for_ciphertext_does_not_become_one_for_the_key(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{449 * NS_PER_DAY, 450 * NS_PER_DAY, 1}};
    struct recording r = {0};

    /* In week 65 two pieces are asked for; the second holder refuses after the key has come within
     * reach, while the first has not answered. So the first is asked anew, now for the key, too. */
    (void)state;
    pieces_world(&lw);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.stream[0][0].collects_ciphertext = lw.stream[0][0].escalates = true;
    lw.custodian[0].team = (struct legal_team){0, dist_constant(200 * LW_DAY)};
    lw.custodian[1].team = (struct legal_team){0, dist_constant(100 * LW_DAY)};
    lw.custodian[2].team = (struct legal_team){0, dist_constant(250 * LW_DAY)};
    lw.custodian[1].rejects = 1;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, label_total) == 1);
    const double first = lw_value(&r, METRIC_CONTENT_FIRST, label_total);

    assert_true(first >= 449 + 100 + 250 && first < 450 + 100 + 250);
    assert_true(lw_value(&r, METRIC_CONTENT_RETROACTIVE, label_total) == 0);
    recording_release(&r);
}

static void
test_content_is_out_of_reach_while_the_key_is(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    double first = INFINITY, received = 0, content = 0;

    (void)state;
    lw_moving_world(&lw, 1000, 500, 0.2, 600);
    for (uint64_t i = 0; i < 200; i++) {
        lw_run(&lw, 0, i, &r);
        first = fmin(first, lw_value(&r, METRIC_CONTENT_FIRST, label_total));
        received += lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total);
        content += lw_value(&r, METRIC_REQUESTS_CONTENT, label_total);
        assert_true(lw_value(&r, METRIC_CIPHERTEXT_ACCOUNTS, label_total) ==
                    lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total));
        assert_true(lw_value(&r, METRIC_CONTENT_RETROACTIVE, label_total) == 0);
    }
    assert_true(first >= 600 && first < 610);
    CHECK_NEAR(received, 200 * 200.0, 0.02);
    CHECK_NEAR(content, 200 * 80.0, 0.04);
    recording_release(&r);
}

static void
test_ciphertext_collected_before_a_move_opens_when_the_key_comes_within_reach(void **state)
{
    static struct legal_world lw;
    const double horizon = 1000, accounts = 40, rate = 0.05, moves = 600, filing = 20;
    const double before = accounts * (1 - exp(-rate * (moves - filing) / accounts));
    struct recording r = {0};

    (void)state;
    lw_moving_world(&lw, horizon, accounts, rate, moves);
    lw.terms[0][LW_DIRECT].filing = dist_constant(filing * LW_DAY);
    lw.stream[0][0].collects_ciphertext = true;
    lw.stream[0][0].escalates = true;
    lw.stream[0][0].series = (const struct period_count[]){{0, 600 * NS_PER_DAY, rate * moves}};
    lw.stream[0][0].periods = 1;
    /* All collected before the move opens at once, one filing after it; what was still being
     * collected then is collected in vain and looked at again when it is done: not earlier. */
    lw_check_mean(&lw, 0, 2000, METRIC_CONTENT_ACCOUNTS, label_total,
                  accounts * (1 - exp(-rate * moves / accounts)));
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_FIRST, label_total) == moves + filing);
    assert_true(lw_value(&r, METRIC_CIPHERTEXT_FIRST, label_total) < moves);
    recording_release(&r);
    lw_check_mean(&lw, 0, 2000, METRIC_CONTENT_RETROACTIVE, label_total,
                  before * (horizon - moves - filing));
}

static void
test_collected_ciphertext_needs_only_the_key_wherever_the_data_went(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 500 * NS_PER_DAY, 30}};
    struct recording r = {0};

    /* on day 600 the key comes within AA's reach and the data leave it */
    (void)state;
    lw_moving_world(&lw, 1000, 1e9, 0, 600);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.stream[0][0].collects_ciphertext = lw.stream[0][0].escalates = true;
    lw_site(&lw, 1, 1);
    lw.strategies[0].epoch[1].rules = 0;
    lw_rule(&lw, 0, 1, 1);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 30);
    assert_true(lw_value(&r, METRIC_CONTENT_FIRST, label_total) == 600);
    recording_release(&r);
}

static void
test_a_taken_key_opens_data_that_come_within_reach_later(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 500 * NS_PER_DAY, 30}};
    struct recording r = {0};
    uint32_t second;

    /* Who has the key gives it at once; who has the data refuses after 100 days. On day 700 the key
     * leaves AA, and the data are with another, who gives them. */
    (void)state;
    lw_home_world(&lw, 1000, 1e9, 0);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = lw.stream[0][0].escalates = true;
    second = lw_custodian(&lw, 0);
    lw.store[0].operator.i = lw.store[0].controller.i = second;
    lw.store[0].extractable = true;
    lw.custodian[0].rejects = 1;
    lw.custodian[0].team = (struct legal_team){0, dist_constant(100 * LW_DAY)};
    lw_store(&lw, 1, lw_custodian(&lw, 1), false);
    lw_site(&lw, 0, second);
    lw_epoch(&lw, 0, 700);
    lw_rule(&lw, 0, 1, 1);
    for (int extractable = 0; extractable < 2; extractable++) {
        lw.store[0].extractable = extractable;
        lw_run(&lw, 0, 0, &r);
        /* the same request may also use what was only used for it */
        assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 30);
        assert_true(lw_value(&r, METRIC_CONTENT_FIRST, label_total) == 700);
    }
    recording_release(&r);
}

static void
test_a_new_key_leaves_old_ciphertext_shut(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_moving_world(&lw, 1000, 1000000, 0.1, 600);
    lw.strategies[0].epoch[1].keys = KEYS_NEW;
    lw.stream[0][0].collects_ciphertext = true;
    lw_run(&lw, 0, 0, &r);
    /* only what was asked for after the move, ciphertext of the new version included */
    assert_true(lw_value(&r, METRIC_CONTENT_RETROACTIVE, label_total) == 0);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) > 0);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) <
                lw_value(&r, METRIC_CIPHERTEXT_ACCOUNTS, label_total));
    recording_release(&r);
}

static void
test_old_copies_are_taken_until_they_expire(void **state)
{
    static struct legal_world lw;
    const double rate = 0.5;
    uint32_t foreign;
    struct recording r = {0};

    /* Data and keys leave AA on day 300; AA's copies stay 100 days. */
    (void)state;
    lw_home_world(&lw, 1000, 1e9, rate);
    foreign = lw_custodian(&lw, 1);
    lw_site(&lw, 1, foreign);
    lw_store(&lw, 1, foreign, false);
    lw_epoch(&lw, 0, 300)->old_copies_for = 100 * NS_PER_DAY;
    lw_rule(&lw, 0, 1, 1);
    lw_check_mean(&lw, 0, 300, METRIC_CONTENT_ACCOUNTS, label_total, rate * 400);
    lw_check_mean(&lw, 0, 300, METRIC_REQUESTS_REFUSED, label_total, rate * 600);
    lw.strategies[0].epoch[1].old_copies_for = SIM_NEVER;
    lw_check_mean(&lw, 0, 300, METRIC_CONTENT_ACCOUNTS, label_total, rate * 1000);
    recording_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_holders_must_both_yield),
        cmocka_unit_test(test_what_a_refusal_does_not_concern_runs_to_its_end),
        cmocka_unit_test(test_encrypted_metadata_may_take_two_holders),
        cmocka_unit_test(test_what_was_obtained_before_a_refusal_is_kept),
        cmocka_unit_test(test_a_refused_request_tries_another_way_only_if_it_escalates),
        cmocka_unit_test(test_a_class_out_of_reach_does_not_save_the_others),
        cmocka_unit_test(test_encrypted_metadata_are_had_only_by_opening),
        cmocka_unit_test(test_another_way_to_the_key_is_not_retroactive),
        cmocka_unit_test(test_a_narrowed_request_brings_metadata_and_escalates),
        cmocka_unit_test(test_a_request_that_has_content_asks_no_further),
        cmocka_unit_test(test_a_piece_obtained_before_a_refusal_is_not_asked_for_again),
        cmocka_unit_test(test_an_order_for_ciphertext_does_not_become_one_for_the_key),
        cmocka_unit_test(test_content_is_out_of_reach_while_the_key_is),
        cmocka_unit_test(
            test_ciphertext_collected_before_a_move_opens_when_the_key_comes_within_reach),
        cmocka_unit_test(test_collected_ciphertext_needs_only_the_key_wherever_the_data_went),
        cmocka_unit_test(test_a_taken_key_opens_data_that_come_within_reach_later),
        cmocka_unit_test(test_a_new_key_leaves_old_ciphertext_shut),
        cmocka_unit_test(test_old_copies_are_taken_until_they_expire),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
