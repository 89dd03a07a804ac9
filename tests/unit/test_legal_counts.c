/* What is counted where, and what strategies have in common (sim/legal/INVARIANTS). */
#include "legal_world.h"
#include <stdlib.h>
#include <string.h>
#include "goodness.h"

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
    lw_busy_world(&lw);
    for (uint64_t i = 0; i < 40; i++) {
        double by_jurisdiction = 0;

        if (i == 20) { /* with levers that outlive their plan */
            lw.terms[0][LW_ORDER].execution = lw_exponential_days(60);
            lw.store[0].operator.i = lw.store[0].controller.i = 1;
            lw.custodian[1].served_in |= 1;
            lw.custodian[1].rejects = lw.custodian[1].narrows = 0.4;
        }
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

/* Every curve ends at what its metric counts, and there is one for each account count that is not
 * 0. */
static void
check_curves(const struct recording *r)
{
    static const enum metric_id metric[CURVE_KINDS] = {
        METRIC_CONTENT_ACCOUNTS, METRIC_METADATA_ACCOUNTS, METRIC_CIPHERTEXT_ACCOUNTS};
    size_t counts = 0;

    for (size_t i = 0; i < r->curves.count; i++) {
        const struct curve *c = &r->curves.item[i];
        struct label label = label_total;

        label.of[LABEL_AUTHORITY] = c->authority;
        label.of[LABEL_ADVERSARY] = c->adversary;
        label.of[LABEL_COHORT] = c->cohort;
        for (unsigned k = 1; k <= CURVE_POINTS; k++)
            assert_true(c->value[k] >= c->value[k - 1]);
        assert_true(c->value[CURVE_POINTS] == lw_value(r, metric[c->kind], label));
        assert_true(c->value[CURVE_POINTS] > 0);
    }
    for (size_t i = 0; i < r->observations.count; i++) {
        const struct observation *o = &r->observations.item[i];

        for (unsigned k = 0; k < CURVE_KINDS; k++)
            counts += o->metric == metric[k] && o->label.of[LABEL_DATA] == LABEL_ALL &&
                      o->label.of[LABEL_STREAM] == LABEL_ALL;
    }
    assert_int_equal(r->curves.count, counts);
}

static void
test_totals_are_the_sums_of_their_parts(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_busy_world(&lw);
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
    check_curves(&r);
    recording_release(&r);
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
    lw_partner_world(&lw, 0.05, 10, 1);
    lw_run(&lw, 0, 0, &r);
    const double all = lw_value(&r, METRIC_REQUESTS_CONTENT, label_total);

    assert_true(all > 0);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, partner) == all);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, asker) == 0);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, own) == 0);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, asker) == 1); /* exposure is the asker's */
    /* the other fates go with it */
    lw.treaty[0].grant = 0.5;
    lw.custodian[0].challenges = 0.5;
    lw.custodian[0].court = lw_exponential_days(400);
    lw.custodian[0].challenge_wins = 0.5;
    lw_run(&lw, 0, 0, &r);
    for (uint32_t f = METRIC_REQUESTS_RECEIVED; f <= METRIC_REQUESTS_PENDING; f++) {
        assert_true((lw_value(&r, f, label_total) > 0) == (f != METRIC_REQUESTS_METADATA));
        assert_true(lw_value(&r, f, partner) == lw_value(&r, f, label_total));
        assert_true(lw_value(&r, f, asker) == 0 && lw_value(&r, f, own) == 0);
    }
    assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, partner) == fates_sum(&r, partner));
    recording_release(&r);
}

static void
test_an_order_counts_by_what_it_gave(void **state)
{
    static struct legal_world lw, later;
    static const struct period_count series[] = {{0, 400 * NS_PER_DAY, 30}};
    const struct label data = label_with(label_total, LABEL_CUSTODIAN, 0);
    const struct label keys = label_with(label_total, LABEL_CUSTODIAN, 1);
    struct recording r = {0};

    /* The key comes first and opens nothing; the ciphertext then opens with it. */
    (void)state;
    lw_split_world(&lw, 1000, 1e9, 0);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.custodian[0].team = (struct legal_team){0, dist_constant(50 * LW_DAY)};
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, data) == 30);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, keys) == 0);
    assert_true(lw_value(&r, METRIC_REQUESTS_METADATA, keys) == 30);
    /* who can no longer be served when the order is executed gives nothing */
    lw.terms[0][LW_ORDER].execution = dist_constant(500 * LW_DAY);
    lw_epoch(&lw, 0, 410);
    lw_rule(&lw, 0, 0, 0);
    later = lw;
    later.world.custodian = later.custodian;
    later.custodian[0].served_in = 0;
    lw.strategies[0].epoch[1].world = &later.world;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_REFUSED, data) == 30);
    recording_release(&r);
}

static void
test_a_withdrawn_order_is_not_pending(void **state)
{
    static struct legal_world lw;
    static const struct period_count series[] = {{0, 100 * NS_PER_DAY, 30}};
    const struct label data = label_with(label_total, LABEL_CUSTODIAN, 0);
    struct recording r = {0};

    /* The key is refused while the data are still under review: now the user is compelled. */
    (void)state;
    lw_split_world(&lw, 1000, 1e9, 0);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = lw.stream[0][0].escalates = true;
    lw.stream[0][0].through |= LW_MASK(LW_USER);
    lw.custodian[0].team = (struct legal_team){0, dist_constant(400 * LW_DAY)};
    lw.custodian[1].rejects = 1;
    lw_allow(&lw, 0, LW_USER)->filing = dist_constant(500 * LW_DAY);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, label_total) == 30);
    assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, data) == 30);
    assert_true(lw_value(&r, METRIC_REQUESTS_PENDING, data) == 0);
    assert_true(lw_value(&r, METRIC_REQUESTS_REFUSED, data) == 30);
    assert_true(lw_value(&r, METRIC_CIPHERTEXT_ACCOUNTS, label_total) == 0);
    recording_release(&r);
}

static void
test_a_request_may_name_more_accounts_than_are_listed(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_home_world(&lw, 1000, 20e6, 0.1);
    lw.stream[0][0].accounts = dist_constant(1e12); /* all there are */
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total) == 20e6);
    lw.stream[0][0].accounts = dist_constant(2e6);
    lw.stream[0][0].rate_per_s = 1 / (400 * LW_DAY);
    lw_run(&lw, 0, 2, &r);
    const double n = lw_value(&r, METRIC_REQUESTS_CONTENT, label_total);

    /* samples of a tenth each, drawn apart: so many are in none, give or take 9 deviations */
    assert_true(n > 1 && n < 8);
    CHECK_NEAR(lw_value(&r, METRIC_CONTENT_ACCOUNTS, label_total), 20e6 * (1 - pow(0.9, n)), 2e-3);
    recording_release(&r);
}

static void
test_metadata_given_at_home_stay_at_home_when_a_partner_refuses(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_partner_world(&lw, 0.05, 10, 0);
    lw_allow(&lw, 0, LW_ORDER)->abroad = true;
    lw.custodian[0].served_in |= 1;
    lw.custodian[0].narrows = 1;
    lw.custodian[0].team = (struct legal_team){0};
    lw.stream[0][0].through |= LW_MASK(LW_ORDER);
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

static void
test_all_strategies_meet_the_same_requests(void **state)
{
    static struct legal_world lw;
    struct recording a = {0}, b = {0};

    /* Data abroad, keys at home; and the other way round, with a change of placement between. The
     * metadata of the accounts named are had in both, from the same site's owner. */
    (void)state;
    lw_home_world(&lw, 2000, 1000, 0.5);
    lw.stream[0][0].wants_content = 0;
    lw.stream[0][0].accounts = lw_exponential_days(5.0 / LW_DAY);
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

/* The same of streams' requests, whose authority may now have another one: that may be the first to
 * open what this one did. */
static void
check_stream_contained(const struct recording *a, const struct recording *b)
{
    size_t checked = 0;

    for (size_t i = 0; i < a->observations.count; i++) {
        const struct observation *o = &a->observations.item[i];

        if (o->label.of[LABEL_STREAM] == LABEL_ALL || o->metric >= METRIC_CONTENT_ANY)
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
    lw_busy_world(&lw);
    /* no queueing: a shared legal team is a true effect of more requests */
    lw.custodian[0].team.reviewers = 100000;
    lw.custodian[1].team.reviewers = 100000;
    lw_run(&lw, 0, 5, &before);
    lw_authority(&lw, 0);
    lw_stream(&lw, 2, LW_MASK(LW_ORDER), 1);
    lw_run(&lw, 0, 5, &after);
    check_contained(&before, &after);
    lw_stream(&lw, 1, LW_MASK(LW_ORDER), 2);
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
    lw_busy_world(&lw);
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
    lw_home_world(&lw, 2000, 1e9, 0.5);
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
    lw_busy_world(&lw);
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

static void
test_strategies_run_together_as_they_do_alone(void **state)
{
    static struct legal_world lw, other;
    struct recording alone = {0}, together = {0};
    size_t n = 0;

    (void)state;
    lw_busy_world(&lw);
    lw_strategy(&lw);
    lw_rule(&lw, 1, 1, 0);
    lw_rule(&lw, lw_strategy(&lw), 0, 0)->share = 0.4;
    /* the last has more accounts, and its requests name more of them */
    other = lw;
    other.world.cohort = other.cohort;
    other.world.authority = other.authority;
    other.cohort[0].accounts = 1500;
    for (uint32_t a = 0; a < 2; a++) {
        other.authority[a].stream = other.stream[a];
        other.stream[a][0].accounts = dist_constant(a == 0 ? 3 : 40);
    }
    lw.strategies[2].epoch[0].world = &other.world;
    assert_int_equal(legal_run_each(&lw.model, 5, 2, &together, NULL), 0);
    for (uint32_t s = 0; s < 3; s += 2) {
        lw_run(&lw, s, 2, &alone);
        assert_true(n + alone.observations.count <= together.observations.count);
        for (size_t i = 0; i < alone.observations.count; i++, n++)
            assert_memory_equal(&alone.observations.item[i].value,
                                &together.observations.item[n].value, sizeof(double));
    }
    assert_int_equal(n, together.observations.count);
    recording_release(&alone);
    recording_release(&together);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_received_request_has_one_fate),
        cmocka_unit_test(test_totals_are_the_sums_of_their_parts),
        cmocka_unit_test(test_a_request_through_a_partner_is_shown_among_the_partners),
        cmocka_unit_test(test_an_order_counts_by_what_it_gave),
        cmocka_unit_test(test_a_withdrawn_order_is_not_pending),
        cmocka_unit_test(test_a_request_may_name_more_accounts_than_are_listed),
        cmocka_unit_test(test_metadata_given_at_home_stay_at_home_when_a_partner_refuses),
        cmocka_unit_test(test_all_strategies_meet_the_same_requests),
        cmocka_unit_test(test_an_authority_or_stream_added_at_the_end_changes_nothing_before_it),
        cmocka_unit_test(test_names_do_not_matter),
        cmocka_unit_test(test_a_higher_rate_keeps_the_requests_of_a_lower_one),
        cmocka_unit_test(test_the_same_run_twice_gives_the_same_bytes),
        cmocka_unit_test(test_strategies_run_together_as_they_do_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
