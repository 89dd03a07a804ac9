/* Key caches at gateways, and who takes keys from them (sim/legal/INVARIANTS). */
#include "legal_world.h"
#include "goodness.h"

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
    lw_stream(&lw, 0, LW_MASK(LW_SEIZURE), 0.3)->accounts = dist_constant(4);
    lw_rule(&lw, 0, 0, 0)->key_cache_ttl_s = ttl;
    lw_check_mean(&lw, 0, 500, METRIC_CONTENT_ACCOUNTS, label_total,
                  0.3 * 1000 * 4 * (1 - (1 - h) * exp(-reads_per_s * held)));
    lw_check_mean(&lw, 0, 200, METRIC_CIPHERTEXT_ACCOUNTS, label_total, 0.3 * 1000 * 4);
}

/* AA seizes the gateway, with a cache; the key lies in BB, which can be asked. */
static void
cache_world(struct legal_world *lw, double reads_per_s, double ttl, double held)
{
    uint32_t foreign;

    lw_init(lw, 1000);
    lw_allow(lw, 0, LW_SEIZURE)->holds_for_s = held;
    lw_allow(lw, 0, LW_MLAT);
    lw_allow(lw, 1, LW_ORDER);
    lw_treaty(lw, 0, 1, dist_constant(50 * LW_DAY), 1);
    foreign = lw_custodian(lw, 1);
    lw_site(lw, 0, foreign);
    lw_store(lw, 1, foreign, false);
    lw_cohort(lw, 0, 1e9);
    lw->cohort[0].operations_per_s = reads_per_s;
    lw_authority(lw, 0);
    lw_stream(lw, 0, LW_MASK(LW_SEIZURE) | LW_MASK(LW_MLAT), 0)->accounts = dist_constant(4);
    lw_rule(lw, 0, 0, 0)->key_cache_ttl_s = ttl;
}

static void
test_a_missed_cache_is_no_end_for_who_escalates(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 900 * NS_PER_DAY, 200}};
    const double hit = 1 - 0.625 * exp(-0.9); /* 0.746 of an account */
    const struct label keeper = label_with(label_total, LABEL_CUSTODIAN, 0);
    struct recording r = {0};

    (void)state;
    cache_world(&lw, 1e-3, 600, 900);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw_check_mean(&lw, 0, 50, METRIC_CONTENT_ACCOUNTS, label_total, 800 * hit);
    lw.stream[0][0].escalates = true;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 800);
    assert_true(lw_value(&r, METRIC_CONTENT_RETROACTIVE, label_total) == 0);
    /* BB is asked only when one of the four keys was missed */
    lw_check_mean(&lw, 0, 50, METRIC_REQUESTS_RECEIVED, keeper, 200 * (1 - pow(hit, 4)));
    /* in vain, it is over: but for what was had */
    lw.treaty[0].grant = 0;
    lw_check_mean(&lw, 0, 50, METRIC_CONTENT_ACCOUNTS, label_total, 800 * hit);
    lw_check_mean(&lw, 0, 50, METRIC_REQUESTS_CONTENT, label_total, 200 * (1 - pow(1 - hit, 4)));
    recording_release(&r);
}

static void
test_a_cache_is_filled_by_the_reads_of_its_own_rule(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 900 * NS_PER_DAY, 200}};
    const double reads_per_s = 1e-3, ttl = 600, held = 900, share = 0.25;
    double capture = 0;

    /* Another class has a rule of its own; and half of the day is quiet. */
    (void)state;
    cache_world(&lw, reads_per_s, ttl, held);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw_class(&lw, false);
    lw.class[0].weight = share;
    lw.class[1].weight = 1 - share;
    lw.strategies[0].rule[0][0].classes = 1;
    lw_rule(&lw, 0, 0, 0)->key_cache_ttl_s = 0;
    lw.stream[0][0].classes = 1;
    for (unsigned h = 0; h < 24; h++) {
        const double rate = reads_per_s * share * (h < 12 ? 0.4 : 1.6);

        lw.cohort[0].hour[h] = h < 12 ? 0.4 : 1.6;
        capture += (1 - exp(-rate * held) / (1 + rate * ttl)) / 24;
    }
    lw_check_mean(&lw, 0, 200, METRIC_CONTENT_ACCOUNTS, label_total, 800 * capture);
}

/* Two classes, half of the reads each: under one rule they share a key and a cache, under two they
 * have each its own, and one is as likely cached whether or not the other is. */
static void
test_caches_of_two_rules_are_independent(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 900 * NS_PER_DAY, 200}};
    const double held = 900, one = 1 - 0.625 * exp(-0.9), half = 1 - exp(-0.45) / 1.3;
    const struct label second = label_with(label_total, LABEL_DATA, 1);

    (void)state;
    for (int rules = 1; rules <= 2; rules++) {
        cache_world(&lw, 1e-3, 600, held);
        lw.stream[0][0].series = series;
        lw.stream[0][0].periods = 1;
        lw.stream[0][0].exact = true;
        lw_class(&lw, false);
        lw.class[0].weight = lw.class[1].weight = 0.5;
        lw.stream[0][0].classes = 3;
        if (rules == 2) {
            lw.strategies[0].rule[0][0].classes = 1;
            lw_rule(&lw, 0, 0, 0)->key_cache_ttl_s = 600;
        }
        lw_check_mean(&lw, 0, 100, METRIC_CONTENT_ACCOUNTS, second,
                      800 * (rules == 1 ? one : half));
        lw_check_mean(&lw, 0, 100, METRIC_CONTENT_ACCOUNTS, label_total,
                      800 * (rules == 1 ? one : 1 - (1 - half) * (1 - half)));
    }
}

/* Plaintext in use is seen of each class apart, in all as often as any operation passes; and where
 * a key is cached, too, the account stays shut only if it was not cached and nothing passes. */
static void
test_a_watched_gateway_sees_any_of_the_classes(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 900 * NS_PER_DAY, 200}};
    const double rate = 1e-3, held = 900;

    (void)state;
    for (int cached = 0; cached <= 1; cached++) {
        cache_world(&lw, rate, cached ? 600 : 0, held);
        lw_allow(&lw, 0, LW_SEIZURE)->holds_for_s = held;
        lw.terms[0][LW_SEIZURE].watches = true;
        lw.cohort[0].reads = 0.5;
        lw.stream[0][0].series = series;
        lw.stream[0][0].periods = 1;
        lw.stream[0][0].exact = true;
        lw_class(&lw, false);
        lw.class[0].weight = lw.class[1].weight = 0.5;
        lw.stream[0][0].classes = 3;
        lw_check_mean(&lw, 0, 100, METRIC_CONTENT_ACCOUNTS, label_total,
                      800 * (1 - exp(-rate * held) / (cached ? 1.3 : 1)));
        if (!cached)
            lw_check_mean(&lw, 0, 100, METRIC_CONTENT_ACCOUNTS,
                          label_with(label_total, LABEL_DATA, 1),
                          800 * (1 - exp(-rate * held / 2)));
    }
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
    lw_stream(&lw, 0, LW_MASK(LW_SEIZURE), rate);
    lw_rule(&lw, 0, 0, 0)->key_cache_ttl_s = ttl;
    lw_epoch(&lw, 0, moves)->old_copies_for = SIM_NEVER;
    lw_rule(&lw, 0, 1, 0)->key_cache_ttl_s = ttl; /* at the gateway in BB */
    for (int keys = KEYS_COPIED; keys <= KEYS_NEW; keys++) {
        lw.strategies[0].epoch[1].keys = (enum move_keys)keys;
        lw_check_mean(&lw, 0, 300, METRIC_CONTENT_ACCOUNTS, label_total,
                      rate * moves * (1 - (1 - h) * exp(-reads_per_s * held)));
        /* nobody seizes what opens nothing */
        lw_check_mean(&lw, 0, 300, METRIC_CIPHERTEXT_ACCOUNTS, label_total, rate * moves);
    }
    /* another class stays in AA with its key, so seizures go on */
    lw_class(&lw, false);
    lw_store(&lw, 0, foreign, true);
    for (uint32_t e = 0; e < 2; e++)
        lw.strategies[0].rule[e][0].classes = 1;
    lw_rule(&lw, 0, 0, 1);
    lw.strategies[0].rule[0][1] = lw.strategies[0].rule[1][1];
    lw.strategies[0].epoch[0].rules = 2;
    lw_check_mean(&lw, 0, 300, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 0),
                  rate * moves * (1 - (1 - h) * exp(-reads_per_s * held)));
    lw_check_mean(&lw, 0, 300, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 1),
                  rate * 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_captured_cache_opens_each_account_with_its_chance),
        cmocka_unit_test(test_a_missed_cache_is_no_end_for_who_escalates),
        cmocka_unit_test(test_a_cache_is_filled_by_the_reads_of_its_own_rule),
        cmocka_unit_test(test_caches_of_two_rules_are_independent),
        cmocka_unit_test(test_a_watched_gateway_sees_any_of_the_classes),
        cmocka_unit_test(test_a_former_gateway_has_no_cache),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
