/* The legal plane against closed forms and its invariants (sim/legal/INVARIANTS). */
#include "legal_world.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "goodness.h"

#define MASK(i) (UINT64_C(1) << (i))

static struct dist
exponential_days(double mean)
{
    return (struct dist){.kind = DIST_EXPONENTIAL, .p = {mean * LW_DAY}};
}

/* One jurisdiction that can order its one custodian, who holds data and keys of `accounts`. */
static void
home_world(struct legal_world *lw, double horizon_days, double accounts, double rate_per_day)
{
    uint32_t c;

    lw_init(lw, horizon_days);
    lw_allow(lw, 0, LW_ORDER);
    c = lw_custodian(lw, 0);
    lw_site(lw, 0, c);
    lw_store(lw, 0, c, false);
    lw_cohort(lw, 0, accounts);
    lw_authority(lw, 0);
    lw_stream(lw, 0, MASK(LW_ORDER), rate_per_day);
    lw_rule(lw, 0, 0, 0);
}

/* Exposure in closed form */

static void
test_a_poisson_stream_naming_the_one_account_exposes_it_exponentially(void **state)
{
    static struct legal_world lw;
    const double rate = 0.004, grant = 0.7, rejects = 0.2, narrows = 0.1, challenges = 0.3,
                 wins = 0.5, horizon = 365;
    const double p = grant * (1 - rejects) * (1 - narrows) * (1 - challenges * wins);

    (void)state;
    home_world(&lw, horizon, 1, rate);
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
    home_world(&lw, horizon, 1, rate);
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
test_uniformly_named_accounts_are_exposed_as_in_occupancy(void **state)
{
    static struct legal_world lw;
    const double accounts = 50, rate = 0.2, horizon = 365, each = 3;

    (void)state;
    home_world(&lw, horizon, accounts, rate);
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
    home_world(&lw, 3650, 40, 0.1);
    lw.stream[0][0].accounts = dist_constant(1e9);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 40);
    recording_release(&r);
}

/* Partners */

/* AA's authority may ask BB, where data and keys are. */
static void
partner_world(struct legal_world *lw, double rate, double delay, double grant)
{
    uint32_t c;

    lw_init(lw, 1000);
    lw_allow(lw, 0, LW_MLAT);
    lw_allow(lw, 1, LW_ORDER);
    lw_treaty(lw, 0, 1, dist_constant(delay * LW_DAY), grant);
    c = lw_custodian(lw, 1);
    lw->custodian[c].team = (struct legal_team){1, dist_constant(50 * LW_DAY)};
    lw_site(lw, 1, c);
    lw_store(lw, 1, c, false);
    lw_cohort(lw, 0, 1);
    lw_authority(lw, 0);
    lw_stream(lw, 0, MASK(LW_MLAT), rate);
    lw_rule(lw, 0, 0, 0);
}

static void
test_a_treaty_delay_stands_for_filing_and_review(void **state)
{
    static struct legal_world lw;
    const double rate = 0.002, delay = 304, grant = 0.4;

    (void)state;
    partner_world(&lw, rate, delay, grant);
    lw_check_mean(&lw, 0, 6000, METRIC_CONTENT_ANY, label_total,
                  1 - exp(-rate * grant * (1000 - delay)));
}

static void
test_a_request_through_a_partner_is_shown_among_the_partners(void **state)
{
    static struct legal_world lw;
    const struct label asker = label_with(label_total, LABEL_AUTHORITY, 0);
    const struct label own = label_with(label_total, LABEL_JURISDICTION, 0);
    const struct label partner = label_with(label_total, LABEL_JURISDICTION, 1);
    struct recording r = {0};

    (void)state;
    partner_world(&lw, 0.05, 10, 1);
    lw_run(&lw, 0, 0, &r);
    const double all = lw_value(&r, METRIC_REQUESTS_CONTENT, label_total);

    assert_true(all > 0);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, partner) == all);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, asker) == 0);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, own) == 0);
    assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, asker) ==
                lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total));
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, asker) == 1); /* exposure is the asker's */
    recording_release(&r);
}

static void
test_metadata_given_at_home_stay_at_home_when_a_partner_refuses(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    partner_world(&lw, 0.05, 10, 0);
    lw_allow(&lw, 0, LW_ORDER)->abroad = true;
    lw.custodian[0].served_in |= 1;
    lw.custodian[0].narrows = 1;
    lw.custodian[0].team = (struct legal_team){0};
    lw.stream[0][0].through |= MASK(LW_ORDER);
    lw.stream[0][0].escalates = true;
    lw_run(&lw, 0, 0, &r);
    const double all = lw_value(&r, METRIC_REQUESTS_METADATA, label_total);

    assert_true(all > 20);
    assert_true(
        all == lw_value(&r, METRIC_REQUESTS_METADATA, label_with(label_total, LABEL_AUTHORITY, 0)));
    assert_true(all == lw_value(&r, METRIC_REQUESTS_METADATA,
                                label_with(label_total, LABEL_JURISDICTION, 0)));
    recording_release(&r);
}

/* Moves of keys */

/*
 * AA holds the ciphertext through a company of its own state; the key lies in BB, out of reach,
 * until it moves to AA on day `moves`.
 */
static void
moving_world(struct legal_world *lw, double horizon, double accounts, double rate, double moves)
{
    uint32_t state_owned, foreign;

    lw_init(lw, horizon);
    lw_allow(lw, 0, LW_DIRECT);
    state_owned = lw_custodian(lw, 0);
    lw->custodian[state_owned].state_owned = true;
    foreign = lw_custodian(lw, 1);
    lw_site(lw, 0, state_owned);
    lw_store(lw, 1, foreign, false);
    lw_store(lw, 0, state_owned, false);
    lw_cohort(lw, 0, accounts);
    lw_authority(lw, 0);
    lw_stream(lw, 0, MASK(LW_DIRECT), rate);
    lw_rule(lw, 0, 0, 0);
    lw_epoch(lw, 0, moves);
    lw_rule(lw, 0, 0, 1);
}

static void
test_content_is_out_of_reach_while_the_key_is(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    double first = INFINITY, received = 0, content = 0;

    (void)state;
    moving_world(&lw, 1000, 500, 0.2, 600);
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
    moving_world(&lw, horizon, accounts, rate, moves);
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
test_a_new_key_leaves_old_ciphertext_shut(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    moving_world(&lw, 1000, 1000000, 0.1, 600);
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
    home_world(&lw, 1000, 1e9, rate);
    foreign = lw_custodian(&lw, 1);
    lw_site(&lw, 1, foreign);
    lw_store(&lw, 1, foreign, false);
    lw_epoch(&lw, 0, 300)->old_copies_for = 100 * NS_PER_DAY;
    lw_rule(&lw, 0, 1, 1);
    lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ACCOUNTS, label_total, rate * 400);
    lw_check_mean(&lw, 0, 1000, METRIC_REQUESTS_REFUSED, label_total, rate * 600);
    lw.strategies[0].epoch[1].old_copies_for = SIM_NEVER;
    lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ACCOUNTS, label_total, rate * 1000);
    recording_release(&r);
}

/* Key caches */

static void
test_a_captured_cache_opens_each_account_with_its_chance(void **state)
{
    static struct legal_world lw;
    const double reads_per_s = 1e-3, ttl = 600, held = 900;
    const double h = reads_per_s * ttl / (1 + reads_per_s * ttl);
    uint32_t foreign;

    /* AA seizes the gateway; the key lies in BB. */
    (void)state;
    lw_init(&lw, 1000);
    lw_allow(&lw, 0, LW_SEIZURE)->holds_for_s = held;
    foreign = lw_custodian(&lw, 1);
    lw_site(&lw, 0, foreign);
    lw_store(&lw, 1, foreign, false);
    lw_cohort(&lw, 0, 1e9);
    lw.cohort[0].operations_per_s = reads_per_s;
    lw_authority(&lw, 0);
    lw_stream(&lw, 0, MASK(LW_SEIZURE), 0.3)->accounts = dist_constant(4);
    lw_rule(&lw, 0, 0, 0)->key_cache_ttl_s = ttl;
    lw_check_mean(&lw, 0, 2000, METRIC_CONTENT_ACCOUNTS, label_total,
                  0.3 * 1000 * 4 * (1 - (1 - h) * exp(-reads_per_s * held)));
    lw_check_mean(&lw, 0, 200, METRIC_CIPHERTEXT_ACCOUNTS, label_total, 0.3 * 1000 * 4);
}

static void
test_a_former_gateway_has_no_cache(void **state)
{
    static struct legal_world lw;
    const double reads_per_s = 1e-3, ttl = 600, held = 900, rate = 0.3, moves = 600;
    const double h = reads_per_s * ttl / (1 + reads_per_s * ttl);
    uint32_t foreign;

    /* as above, but data and a new key move to BB; the old ciphertext stays */
    (void)state;
    lw_init(&lw, 1000);
    lw_allow(&lw, 0, LW_SEIZURE)->holds_for_s = held;
    foreign = lw_custodian(&lw, 1);
    lw_site(&lw, 0, foreign);
    lw_site(&lw, 1, foreign);
    lw_store(&lw, 1, foreign, false);
    lw_cohort(&lw, 0, 1e9);
    lw.cohort[0].operations_per_s = reads_per_s;
    lw_authority(&lw, 0);
    lw_stream(&lw, 0, MASK(LW_SEIZURE), rate);
    lw_rule(&lw, 0, 0, 0)->key_cache_ttl_s = ttl;
    lw_epoch(&lw, 0, moves)->old_copies_for = SIM_NEVER;
    lw_rule(&lw, 0, 1, 0);
    for (int keys = KEYS_COPIED; keys <= KEYS_NEW; keys++) {
        lw.strategies[0].epoch[1].keys = (enum move_keys)keys;
        lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ACCOUNTS, label_total,
                      rate * moves * (1 - (1 - h) * exp(-reads_per_s * held)));
        /* nobody seizes what opens nothing */
        lw_check_mean(&lw, 0, 1000, METRIC_CIPHERTEXT_ACCOUNTS, label_total, rate * moves);
    }
    /* another class stays in AA with its key, so seizures go on */
    lw_class(&lw, false);
    lw_store(&lw, 0, foreign, true);
    for (uint32_t e = 0; e < 2; e++)
        lw.strategies[0].rule[e][0].classes = 1;
    lw_rule(&lw, 0, 0, 1);
    lw.strategies[0].rule[0][1] = lw.strategies[0].rule[1][1];
    lw.strategies[0].epoch[0].rules = 2;
    lw_check_mean(&lw, 0, 500, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 0),
                  rate * moves * (1 - (1 - h) * exp(-reads_per_s * held)));
    lw_check_mean(&lw, 0, 500, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 1),
                  rate * 1000);
}

/* Plans */

/* Data with one custodian of AA, the key with another. */
static void
split_world(struct legal_world *lw, double horizon_days, double accounts, double rate_per_day)
{
    uint32_t other;

    home_world(lw, horizon_days, accounts, rate_per_day);
    other = lw_custodian(lw, 0);
    lw->store[0].operator.i = lw->store[0].controller.i = other;
}

static void
test_two_holders_must_both_yield(void **state)
{
    static struct legal_world lw;
    const double rate = 0.05, horizon = 1000, slower = 300;

    (void)state;
    split_world(&lw, horizon, 1e9, rate);
    lw.custodian[0].rejects = 0.4;
    lw.custodian[1].rejects = 0.7;
    lw.custodian[0].team = (struct legal_team){0, dist_constant(slower * LW_DAY)};
    lw.custodian[1].team = (struct legal_team){0, dist_constant(20 * LW_DAY)};
    lw_check_mean(&lw, 0, 1000, METRIC_CONTENT_ACCOUNTS, label_total,
                  rate * (horizon - slower) * 0.6 * 0.3);
    /* when the quick one refuses, the plan is dropped before the slow one yields */
    lw_check_mean(&lw, 0, 1000, METRIC_CIPHERTEXT_ACCOUNTS, label_total,
                  rate * (horizon - slower) * 0.6 * 0.3);
    lw_check_mean(&lw, 0, 1000, METRIC_REQUESTS_REFUSED, label_total,
                  rate * ((horizon - 20) * 0.7 + (horizon - slower) * 0.3 * 0.4));
}

static void
test_what_was_obtained_before_a_refusal_is_kept(void **state)
{
    static struct legal_world lw;
    const double rate = 0.05, horizon = 1000, slower = 300;

    (void)state;
    split_world(&lw, horizon, 1e9, rate);
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
    home_world(&lw, horizon, 1e9, rate);
    lw.store[0].extractable = true;
    lw.custodian[0].rejects = 0.5;
    lw_allow(&lw, 0, LW_SEIZURE)->filing = dist_constant(30 * LW_DAY);
    lw.terms[0][LW_SEIZURE].grant = 0.2;
    lw.stream[0][0].through = MASK(LW_ORDER) | MASK(LW_SEIZURE);
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
    home_world(&lw, 1000, 1e9, 0.1);
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
    lw.stream[0][0].through = MASK(LW_USER);
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
    moving_world(&lw, 1000, 1e9, 0.1, 500);
    lw.stream[0][0].wants_content = 0;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_METADATA_FIRST, label_total) < 100);
    lw.class[0].metadata_encrypted = true;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_METADATA_FIRST, label_total) >= 500);
    assert_true(lw_value(&r, METRIC_METADATA_ACCOUNTS, label_total) > 0);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 0);
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
    home_world(&lw, horizon, 1e6, rate);
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

/* Data with one custodian; the key, in software, with another, who refuses all orders; seizing the
 * place where it lies takes 30 days longer. */
static void
detour_world(struct legal_world *lw, double rate_per_day)
{
    split_world(lw, 1000, 1e9, rate_per_day);
    lw->place[2].in.i = 0; /* another place in AA, for the key alone */
    lw->store[0].at.i = 2;
    lw->store[0].extractable = true;
    lw->custodian[1].rejects = 1;
    lw_allow(lw, 0, LW_SEIZURE)->filing = dist_constant(30 * LW_DAY);
    lw->stream[0][0].through = MASK(LW_ORDER) | MASK(LW_SEIZURE);
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
    home_world(&lw, 1000, 1e9, rate);
    lw.store[0].extractable = true;
    lw.custodian[0].narrows = 1;
    lw_allow(&lw, 0, LW_SEIZURE)->filing = dist_constant(slow * LW_DAY);
    lw.stream[0][0].through = MASK(LW_ORDER) | MASK(LW_SEIZURE);
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
    lw_stream(lw, 0, MASK(LW_ORDER), 0);
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

/* Time */

static void
test_levers_bind_when_they_are_executed(void **state)
{
    static struct legal_world lw, later;
    const double rate = 0.1, horizon = 1000, closes = 500, filing = 100;

    /* on day 500 the custodian can no longer be served in AA */
    (void)state;
    home_world(&lw, horizon, 1e9, rate);
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
    home_world(&lw, horizon, 1e9, rate);
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

        home_world(&lw, 1000, accounts[i], 10);
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

/* Review */

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
        home_world(&lw, 40000, 1e9, t[i].rate);
        lw.custodian[0].team = (struct legal_team){t[i].reviewers, exponential_days(t[i].review)};
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
    home_world(&lw, 601, 1e9, 0);
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
    home_world(&lw, 40000, 1e9, 0.3);
    lw_authority(&lw, 0);
    lw_stream(&lw, 1, MASK(LW_ORDER), 0.5);
    lw.custodian[0].team = (struct legal_team){1, exponential_days(1)};
    lw_check_mean(&lw, 0, 20, METRIC_DISCLOSURE_DELAY, label_with(label_total, LABEL_AUTHORITY, 0),
                  wait + 1);
}

/* Fates */

/* A busy world of two authorities, with every way a request can end. */
static void
busy_world(struct legal_world *lw)
{
    uint32_t c;

    home_world(lw, 2000, 1000, 0.5);
    lw_class(lw, true);
    lw->terms[0][LW_ORDER].filing = exponential_days(10);
    lw->terms[0][LW_ORDER].grant = 0.8;
    lw->custodian[0].team = (struct legal_team){4, exponential_days(7)};
    lw->custodian[0].rejects = 0.2;
    lw->custodian[0].narrows = 0.2;
    lw->custodian[0].challenges = 0.3;
    lw->custodian[0].court = exponential_days(100);
    lw->custodian[0].challenge_wins = 0.5;
    lw->stream[0][0].wants_content = 0.6;
    lw->stream[0][0].accounts = exponential_days(5.0 / LW_DAY);
    c = lw_custodian(lw, 1);
    lw_site(lw, 1, c);
    lw_store(lw, 1, c, true);
    lw_allow(lw, 1, LW_ORDER);
    lw_allow(lw, 1, LW_MLAT);
    lw_treaty(lw, 1, 0, exponential_days(200), 0.5);
    lw_authority(lw, 1);
    lw_stream(lw, 1, MASK(LW_ORDER) | MASK(LW_MLAT), 0.4)->escalates = true;
    lw_cohort(lw, 1, 300);
    lw->target[1][0][0] = 0.7;
    lw->target[1][0][1] = 0.3;
    lw_epoch(lw, 0, 900)->old_copies_for = 50 * NS_PER_DAY;
    lw_rule(lw, 0, 1, 1)->share = 0.25;
    lw_rule(lw, 0, 1, 0);
}

static double
fates_sum(const struct recording *r, struct label label)
{
    return lw_value(r, METRIC_REQUESTS_CONTENT, label) +
           lw_value(r, METRIC_REQUESTS_METADATA, label) +
           lw_value(r, METRIC_REQUESTS_REFUSED, label) +
           lw_value(r, METRIC_REQUESTS_PENDING, label);
}

static void
test_every_received_request_has_one_fate(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    busy_world(&lw);
    for (uint64_t i = 0; i < 20; i++) {
        double by_jurisdiction = 0;

        lw_run(&lw, 0, i, &r);
        assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total) ==
                    fates_sum(&r, label_total));
        for (uint32_t f = METRIC_REQUESTS_METADATA; f <= METRIC_REQUESTS_PENDING; f++)
            assert_true(lw_value(&r, f, label_total) > 0);
        for (uint32_t j = 0; j < LW_JURISDICTIONS; j++) {
            const struct label at = label_with(label_total, LABEL_JURISDICTION, j);

            by_jurisdiction += lw_value(&r, METRIC_REQUESTS_RECEIVED, at);
            assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, at) == fates_sum(&r, at));
        }
        assert_true(by_jurisdiction == lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total));
        for (uint32_t c = 0; c < lw.world.custodians; c++) {
            const struct label at = label_with(label_total, LABEL_CUSTODIAN, c);

            assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, at) == fates_sum(&r, at));
        }
    }
    recording_release(&r);
}

static void
test_totals_are_the_sums_of_their_parts(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    busy_world(&lw);
    lw_run(&lw, 0, 3, &r);
    for (uint32_t a = 0; a < 2; a++) {
        const struct label who = label_with(label_total, LABEL_AUTHORITY, a);
        const struct label stream = label_with(who, LABEL_STREAM, 0);
        double received = 0;

        for (uint32_t p = 0; p < model_periods(&lw.model); p++)
            received += lw_value(&r, METRIC_REQUESTS_RECEIVED, label_with(stream, LABEL_PERIOD, p));
        assert_true(received > 0 && received == lw_value(&r, METRIC_REQUESTS_RECEIVED, stream));
        assert_true(received == lw_value(&r, METRIC_REQUESTS_RECEIVED, who));
        assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, who) ==
                    lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(who, LABEL_COHORT, 0)) +
                        lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(who, LABEL_COHORT, 1)));
    }
    /* the union over authorities is at most their sum, at least the greatest */
    const double any = lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total);
    const double one =
        lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_AUTHORITY, 0));
    const double two =
        lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_AUTHORITY, 1));

    assert_true(any <= one + two && any >= fmax(one, two));
    /* the class of metadata is never content */
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 1)) == 0);
    assert_true(lw_value(&r, METRIC_METADATA_ACCOUNTS, label_with(label_total, LABEL_DATA, 1)) > 0);
    for (size_t i = 0; i < r.curves.count; i++) {
        const struct curve *c = &r.curves.item[i];
        const enum metric_id m =
            c->kind == CURVE_CONTENT ? METRIC_CONTENT_ACCOUNTS : METRIC_METADATA_ACCOUNTS;

        for (unsigned k = 1; k <= CURVE_POINTS; k++)
            assert_true(c->value[k] >= c->value[k - 1]);
        assert_true(c->value[CURVE_POINTS] ==
                    lw_value(&r, m,
                             c->authority == LABEL_ALL
                                 ? label_total
                                 : label_with(label_total, LABEL_AUTHORITY, c->authority)));
    }
    recording_release(&r);
}

/* Pairing */

static void
test_all_strategies_meet_the_same_requests(void **state)
{
    static struct legal_world lw;
    struct recording a = {0}, b = {0};

    /* Data abroad, keys at home; and the other way round, with a change of placement between. The
     * metadata of the accounts named are had in both, from the same site's owner. */
    (void)state;
    home_world(&lw, 2000, 1000, 0.5);
    lw.stream[0][0].wants_content = 0;
    lw.stream[0][0].accounts = exponential_days(5.0 / LW_DAY);
    lw_store(&lw, 0, lw_custodian(&lw, 1), false);
    lw_strategy(&lw);
    lw_rule(&lw, 1, 0, 1);
    lw_epoch(&lw, 1, 777);
    lw_rule(&lw, 1, 0, 0);
    for (uint64_t i = 0; i < 10; i++) {
        lw_run(&lw, 0, i, &a);
        lw_run(&lw, 1, i, &b);
        assert_int_equal(a.curves.count, b.curves.count);
        for (size_t k = 0; k < a.curves.count; k++)
            assert_memory_equal(a.curves.item[k].value, b.curves.item[k].value,
                                sizeof a.curves.item[k].value);
        for (uint32_t p = 0; p < model_periods(&lw.model); p++) {
            const struct label at =
                label_with(label_with(label_with(label_total, LABEL_AUTHORITY, 0), LABEL_STREAM, 0),
                           LABEL_PERIOD, p);

            assert_true(lw_value(&a, METRIC_REQUESTS_RECEIVED, at) ==
                        lw_value(&b, METRIC_REQUESTS_RECEIVED, at));
        }
    }
    recording_release(&a);
    recording_release(&b);
}

/* Every value of `a` that is about authority 0, stream 0 is in `b`, unchanged. */
static void
check_contained(const struct recording *a, const struct recording *b)
{
    size_t checked = 0;

    for (size_t i = 0; i < a->observations.count; i++) {
        const struct observation *o = &a->observations.item[i];

        if (o->label.of[LABEL_AUTHORITY] == LABEL_ALL)
            continue;
        assert_true(lw_value(b, o->metric, o->label) == o->value);
        checked++;
    }
    assert_true(checked > 10);
}

/* The same of streams, whose authority may now have another one. */
static void
check_stream_contained(const struct recording *a, const struct recording *b)
{
    size_t checked = 0;

    for (size_t i = 0; i < a->observations.count; i++) {
        const struct observation *o = &a->observations.item[i];

        if (o->label.of[LABEL_STREAM] == LABEL_ALL)
            continue;
        assert_true(lw_value(b, o->metric, o->label) == o->value);
        checked++;
    }
    assert_true(checked > 10);
}

static void
test_an_authority_or_stream_added_at_the_end_changes_nothing_before_it(void **state)
{
    static struct legal_world lw;
    struct recording before = {0}, after = {0};

    (void)state;
    busy_world(&lw);
    /* no queueing: a shared legal team is a true effect of more requests */
    lw.custodian[0].team.reviewers = 100000;
    lw.custodian[1].team.reviewers = 100000;
    lw_run(&lw, 0, 5, &before);
    lw_authority(&lw, 0);
    lw_stream(&lw, 2, MASK(LW_ORDER), 1);
    lw_run(&lw, 0, 5, &after);
    check_contained(&before, &after);
    lw_stream(&lw, 1, MASK(LW_ORDER), 2);
    lw_run(&lw, 0, 5, &after);
    check_stream_contained(&before, &after);
    recording_release(&before);
    recording_release(&after);
}

static void
test_names_do_not_matter(void **state)
{
    static struct legal_world lw;
    struct recording a = {0}, b = {0};

    (void)state;
    busy_world(&lw);
    lw_run(&lw, 0, 1, &a);
    lw.authority[0].is.name = lw.custodian[0].is.name = lw.class[0].is.name = "other";
    lw_run(&lw, 0, 1, &b);
    assert_int_equal(a.observations.count, b.observations.count);
    for (size_t i = 0; i < a.observations.count; i++)
        assert_memory_equal(&a.observations.item[i].value, &b.observations.item[i].value,
                            sizeof(double));
    recording_release(&a);
    recording_release(&b);
}

static void
test_a_higher_rate_keeps_the_requests_of_a_lower_one(void **state)
{
    static struct legal_world lw;
    struct recording a = {0}, b = {0};

    (void)state;
    home_world(&lw, 2000, 1e9, 0.5);
    for (uint64_t i = 0; i < 10; i++) {
        lw.stream[0][0].rate_per_s = 0.5 / LW_DAY;
        lw_run(&lw, 0, i, &a);
        lw.stream[0][0].rate_per_s = 0.6 / LW_DAY;
        lw_run(&lw, 0, i, &b);
        for (size_t k = 0; k < a.curves.count; k++)
            for (unsigned p = 0; p <= CURVE_POINTS; p++)
                assert_true(a.curves.item[k].value[p] <= b.curves.item[k].value[p]);
    }
    recording_release(&a);
    recording_release(&b);
}

static void
test_the_same_run_twice_gives_the_same_bytes(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    unsigned char *bytes[2];
    size_t size[2];

    (void)state;
    busy_world(&lw);
    for (int i = 0; i < 2; i++) {
        lw_run(&lw, 0, 9, &r);
        size[i] = recording_pack(&r, NULL);
        bytes[i] = malloc(size[i]);
        assert_non_null(bytes[i]);
        recording_pack(&r, bytes[i]);
    }
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(bytes[0], bytes[1], size[0]);
    assert_true(r.observations.count > 200);
    free(bytes[0]);
    free(bytes[1]);
    recording_release(&r);
}

/* Reach */

static void
test_reach_is_averaged_over_account_time(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    /* AA reaches the key from day 600 of 1000; nobody reaches it before */
    (void)state;
    moving_world(&lw, 1000, 300, 0, 600);
    lw_cohort(&lw, 1, 100);
    lw_run(&lw, 0, 0, &r);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_UNILATERAL, label_total), 0.4, 1e-12);
    CHECK_NEAR(
        lw_value(&r, METRIC_REACH_UNILATERAL, label_with(label_total, LABEL_JURISDICTION, 0)), 0.4,
        1e-12);
    assert_true(
        lw_value(&r, METRIC_REACH_UNILATERAL, label_with(label_total, LABEL_JURISDICTION, 1)) == 0);
    CHECK_NEAR(lw_value(&r, METRIC_REACH_JURISDICTIONS, label_total), 1, 1e-12);
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
    recording_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_poisson_stream_naming_the_one_account_exposes_it_exponentially),
        cmocka_unit_test(test_a_delay_shifts_exposure_by_its_length),
        cmocka_unit_test(test_uniformly_named_accounts_are_exposed_as_in_occupancy),
        cmocka_unit_test(test_a_request_for_more_accounts_than_there_are_names_all),
        cmocka_unit_test(test_a_treaty_delay_stands_for_filing_and_review),
        cmocka_unit_test(test_a_request_through_a_partner_is_shown_among_the_partners),
        cmocka_unit_test(test_metadata_given_at_home_stay_at_home_when_a_partner_refuses),
        cmocka_unit_test(test_content_is_out_of_reach_while_the_key_is),
        cmocka_unit_test(
            test_ciphertext_collected_before_a_move_opens_when_the_key_comes_within_reach),
        cmocka_unit_test(test_a_new_key_leaves_old_ciphertext_shut),
        cmocka_unit_test(test_old_copies_are_taken_until_they_expire),
        cmocka_unit_test(test_a_captured_cache_opens_each_account_with_its_chance),
        cmocka_unit_test(test_two_holders_must_both_yield),
        cmocka_unit_test(test_what_was_obtained_before_a_refusal_is_kept),
        cmocka_unit_test(test_a_refused_request_tries_another_way_only_if_it_escalates),
        cmocka_unit_test(test_a_class_out_of_reach_does_not_save_the_others),
        cmocka_unit_test(test_encrypted_metadata_are_had_only_by_opening),
        cmocka_unit_test(test_only_the_part_of_the_accounts_within_reach_is_exposed),
        cmocka_unit_test(test_a_former_gateway_has_no_cache),
        cmocka_unit_test(test_another_way_to_the_key_is_not_retroactive),
        cmocka_unit_test(test_a_narrowed_request_brings_metadata_and_escalates),
        cmocka_unit_test(test_a_request_that_has_content_asks_no_further),
        cmocka_unit_test(test_an_order_for_ciphertext_does_not_become_one_for_the_key),
        cmocka_unit_test(test_a_team_that_grows_takes_up_who_waits),
        cmocka_unit_test(test_levers_bind_when_they_are_executed),
        cmocka_unit_test(test_an_unfinished_request_is_pending_and_its_delay_censored),
        cmocka_unit_test(test_cost_does_not_grow_with_the_accounts_there_are),
        cmocka_unit_test(test_requests_wait_for_reviewers_as_in_an_mmc_queue),
        cmocka_unit_test(test_all_authorities_wait_in_one_queue),
        cmocka_unit_test(test_every_received_request_has_one_fate),
        cmocka_unit_test(test_totals_are_the_sums_of_their_parts),
        cmocka_unit_test(test_all_strategies_meet_the_same_requests),
        cmocka_unit_test(test_an_authority_or_stream_added_at_the_end_changes_nothing_before_it),
        cmocka_unit_test(test_names_do_not_matter),
        cmocka_unit_test(test_a_higher_rate_keeps_the_requests_of_a_lower_one),
        cmocka_unit_test(test_the_same_run_twice_gives_the_same_bytes),
        cmocka_unit_test(test_reach_is_averaged_over_account_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
