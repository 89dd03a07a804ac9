/* Requests that want something else than content: what settles for metadata, removal, restriction,
 * preservation. */
#include <string.h>
#include "goodness.h"
#include "legal_world.h"

enum { REPLICATIONS = 40 };

static struct label
at_custodian(uint32_t row)
{
    return label_with(label_total, LABEL_CUSTODIAN, row);
}

/* AA's custodians each hold all ciphertext; the key lies in BB, out of reach. */
static void
shut_world(struct legal_world *lw, uint32_t custodians)
{
    struct rule *rule;
    uint32_t store;

    lw_copies_world(lw, custodians, 1000, 1e9, 0.5);
    store = lw_store(lw, 1, lw_custodian(lw, 1), true);
    rule = &lw->strategies[0].rule[0][0];
    rule->keys = lw->leaf[LW_MOST + store];
    rule->stores = UINT64_C(1) << store;
}

/* As providers answer who cannot have content: B5 of the back-test. */
static void
test_who_settles_gets_metadata_where_content_is_out_of_reach(void **state)
{
    const double q = 0.4;
    static struct legal_world lw;

    (void)state;
    shut_world(&lw, 1);
    lw.custodian[0].rejects = q;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_METADATA, label_total, 0);
    lw.stream[0][0].settles = true;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_METADATA, label_total, 500 * (1 - q));
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_REFUSED, label_total, 500 * q);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_CONTENT, label_total, 0);
}

static void
test_who_settles_tries_each_holder_only_if_it_escalates(void **state)
{
    const double q = 0.4;
    static struct legal_world lw;

    (void)state;
    shut_world(&lw, 3);
    for (uint32_t c = 0; c < 3; c++)
        lw.custodian[c].rejects = q;
    lw.stream[0][0].settles = true;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_METADATA, label_total, 500 * (1 - q));
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_RECEIVED, at_custodian(1), 0);
    lw.stream[0][0].escalates = true;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_METADATA, label_total,
                  500 * (1 - q * q * q));
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_RECEIVED, at_custodian(2), 500 * q * q);
}

/* The plan for content needs two holders. When the second refuses the key, the first has been
 * asked already and gives metadata; when the first does, there is another who has them. */
static void
test_who_settles_asks_nobody_twice(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    double received;

    (void)state;
    lw_split_world(&lw, 1000, 1e9, 0.5);
    lw.custodian[1].rejects = 1;
    lw.stream[0][0].settles = true;
    lw.terms[0][LW_ORDER].execution = dist_constant(5 * LW_DAY);
    lw_run(&lw, 0, 0, &r);
    received = lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total);
    assert_true(received > 300);
    assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, at_custodian(0)) == received);
    assert_true(lw_value(&r, METRIC_REQUESTS_METADATA, label_total) +
                    lw_value(&r, METRIC_REQUESTS_PENDING, label_total) ==
                received);
    /* narrowed: its metadata are what it settles for */
    lw.custodian[1].rejects = 0;
    lw.custodian[0].narrows = 1;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, at_custodian(0)) == received);
    assert_true(lw_value(&r, METRIC_REQUESTS_METADATA, label_total) +
                    lw_value(&r, METRIC_REQUESTS_PENDING, label_total) ==
                received);
    recording_release(&r);
}

/* While the key is out of reach it has metadata; once the key has moved, content. */
static void
test_who_settles_still_wants_content_in_a_later_epoch(void **state)
{
    static const struct period_count series[] = {{0, 100 * NS_PER_DAY, 20}};
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_moving_world(&lw, 1000, 1e9, 0, 500);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.stream[0][0].settles = true;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_METADATA, label_total) == 20);
    lw.stream[0][0].escalates = true;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, label_total) == 20);
    assert_true(lw_value(&r, METRIC_DISCLOSURE_DELAY, label_total) == 0); /* the metadata's */
    assert_true(lw_value(&r, METRIC_CONTENT_FIRST, label_total) == 500);
    recording_release(&r);
}

/* One reviewer for all: an M/M/1 queue of both streams, of which the disclosures are seen. */
static void
test_what_is_no_disclosure_keeps_the_legal_team_as_busy(void **state)
{
    static const enum asks asks[] = {ASKS_REMOVAL, ASKS_RESTRICTION, ASKS_PRESERVATION};
    static struct legal_world lw;

    (void)state;
    for (size_t i = 0; i < COUNT(asks); i++) {
        lw_home_world(&lw, 20000, 1e9, 0.3);
        lw.custodian[0].team = (struct legal_team){1, lw_exponential_days(1)};
        lw_authority(&lw, 0);
        lw_stream(&lw, 1, LW_MASK(LW_ORDER), 0.5)->asks = asks[i];
        lw_check_mean(&lw, 0, 20, METRIC_DISCLOSURE_DELAY, label_total, 0.8 / (1 - 0.8) + 1);
        lw_check_mean(&lw, 0, 20, METRIC_REQUESTS_RECEIVED, label_total, 0.3 * 20000);
        lw_check_mean(&lw, 0, 20, METRIC_REQUESTS_RECEIVED, at_custodian(0), 0.3 * 20000);
        lw_check_mean(&lw, 0, 20, METRIC_CONTENT_ACCOUNTS,
                      label_with(label_total, LABEL_AUTHORITY, 1), 0);
    }
}

/* The chance that an order is carried out: granted, not rejected, not lost in court; narrowing it
 * means nothing. */
static void
test_what_is_no_disclosure_is_counted_by_kind_and_whether_it_was_done(void **state)
{
    static const enum metric_id metric[] = {
        [ASKS_REMOVAL] = METRIC_REQUESTS_REMOVAL,
        [ASKS_RESTRICTION] = METRIC_REQUESTS_RESTRICTION,
        [ASKS_PRESERVATION] = METRIC_REQUESTS_PRESERVATION,
    };
    static struct legal_world lw;

    (void)state;
    for (enum asks asks = ASKS_REMOVAL; asks < ASKS_KINDS; asks++) {
        lw_home_world(&lw, 1000, 1e9, 0.5);
        lw.terms[0][LW_ORDER].grant = 0.8;
        lw.custodian[0].rejects = 0.25;
        lw.custodian[0].narrows = 0.5;
        lw.custodian[0].challenges = 0.4;
        lw.custodian[0].challenge_wins = 0.5;
        lw.stream[0][0].asks = asks;
        for (enum asks k = ASKS_REMOVAL; k < ASKS_KINDS; k++)
            lw_check_mean(&lw, 0, REPLICATIONS, metric[k], label_total, k == asks ? 500 : 0);
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_COMPLIED, label_total,
                      500 * 0.8 * 0.75 * (1 - 0.4 * 0.5));
        lw_check_mean(&lw, 0, REPLICATIONS, metric[asks], at_custodian(0), 500 * 0.8);
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_COMPLIED, at_custodian(0),
                      500 * 0.8 * 0.75 * (1 - 0.4 * 0.5));
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_RECEIVED, label_total, 0);
    }
}

/* Each of three custodians has a copy, and does as it is told with a chance. */
static void
test_removal_needs_all_who_hold_a_copy_and_restriction_the_first(void **state)
{
    const double q = 0.3;
    static struct legal_world lw;

    (void)state;
    lw_copies_world(&lw, 3, 1000, 1e9, 0.5);
    for (uint32_t c = 0; c < 3; c++)
        lw.custodian[c].rejects = q;
    lw.stream[0][0].asks = ASKS_REMOVAL;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_COMPLIED, label_total, 500 * pow(1 - q, 3));
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_REMOVAL, at_custodian(2), 500);
    lw.stream[0][0].asks = ASKS_RESTRICTION;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_COMPLIED, label_total, 500 * (1 - q));
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_RESTRICTION, at_custodian(1), 0);
    lw.stream[0][0].escalates = true;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_COMPLIED, label_total,
                  500 * (1 - pow(q, 3)));
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_RESTRICTION, at_custodian(2), 500 * q * q);
}

/* A removal has nobody else to turn to but by another way to the same copy: seizure is none. */
static void
test_only_who_holds_the_data_can_remove_them(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};

    (void)state;
    lw_home_world(&lw, 1000, 1e9, 0.5);
    lw_allow(&lw, 0, LW_SEIZURE);
    lw.stream[0][0].through = LW_MASK(LW_SEIZURE);
    lw.stream[0][0].asks = ASKS_REMOVAL;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_REMOVAL, label_total) == 0);
    lw.stream[0][0].through |= LW_MASK(LW_ORDER);
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_REMOVAL, label_total) > 300);
    assert_true(lw_value(&r, METRIC_REQUESTS_COMPLIED, label_total) ==
                lw_value(&r, METRIC_REQUESTS_REMOVAL, label_total));
    recording_release(&r);
}

/* One fate each: content, metadata, refused or pending. */
static void
check_fates(const struct recording *r, struct label label)
{
    const double received = lw_value(r, METRIC_REQUESTS_RECEIVED, label);

    assert_true(received == lw_value(r, METRIC_REQUESTS_CONTENT, label) +
                                lw_value(r, METRIC_REQUESTS_METADATA, label) +
                                lw_value(r, METRIC_REQUESTS_REFUSED, label) +
                                lw_value(r, METRIC_REQUESTS_PENDING, label));
    assert_true(received >= lw_value(r, METRIC_REQUESTS_CHALLENGED, label));
    assert_true(lw_value(r, METRIC_REQUESTS_COMPLIED, label) <=
                lw_value(r, METRIC_REQUESTS_REMOVAL, label) +
                    lw_value(r, METRIC_REQUESTS_RESTRICTION, label) +
                    lw_value(r, METRIC_REQUESTS_PRESERVATION, label));
}

static void
draw_stream(struct request_stream *s, struct stream *u)
{
    s->escalates = stream_chance(u, 0.5);
    s->settles = stream_chance(u, 0.7);
    s->collects_ciphertext = stream_chance(u, 0.3);
    s->asks = stream_chance(u, 0.3) ? (enum asks)stream_below(u, ASKS_KINDS) : ASKS_DISCLOSURE;
    s->wants_content = stream_uniform(u);
}

static void
draw_custodian(struct custodian *c, struct stream *u)
{
    c->rejects = stream_uniform(u) / 2;
    c->narrows = stream_uniform(u) / 2;
    c->challenges = stream_uniform(u);
    c->challenge_wins = stream_uniform(u);
    c->appeals = stream_uniform(u);
    c->appeal_wins = stream_uniform(u);
    c->court = stream_chance(u, 0.5) ? lw_exponential_days(60) : dist_constant(0);
    c->appeal = stream_chance(u, 0.5) ? lw_exponential_days(90) : dist_constant(0);
}

/* Everything that may happen to a request, drawn at random, some of it at no delay at all. */
static void
draw_world(struct legal_world *lw, struct stream *u)
{
    lw_busy_world(lw);
    lw_allow_order(lw, 0, LW_SEIZURE)->urgent = true;
    lw->stream[0][0].through |= LW_MASK(LW_SEIZURE);
    lw_stream(lw, 0, LW_MASK(LW_ORDER) | LW_MASK(LW_SEIZURE), 0.3);
    for (uint32_t a = 0; a < lw->world.authorities; a++)
        for (uint32_t s = 0; s < lw->authority[a].streams; s++)
            draw_stream(&lw->stream[a][s], u);
    for (uint32_t c = 0; c < lw->world.custodians; c++)
        draw_custodian(&lw->custodian[c], u);
    for (uint32_t j = 0; j < 2; j++) {
        struct instrument *order = &lw->terms[j][LW_ORDER];

        order->grant_together = stream_chance(u, 0.5);
        order->appeals = order->appeal_wins = stream_uniform(u);
        if (stream_chance(u, 0.5))
            order->filing = dist_constant(0);
    }
}

static void
test_whatever_is_asked_every_request_has_one_fate(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    double received = 0;

    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        struct stream u;

        stream_open(&u, 5, i, PURPOSE_TEST, 0, 0);
        draw_world(&lw, &u);
        lw_run(&lw, 0, i, &r);
        check_fates(&r, label_total);
        for (uint32_t a = 0; a < lw.world.authorities; a++)
            check_fates(&r, label_with(label_total, LABEL_AUTHORITY, a));
        for (uint32_t c = 0; c < lw.world.custodians; c++)
            check_fates(&r, at_custodian(c));
        received += lw_value(&r, METRIC_REQUESTS_RECEIVED, at_custodian(0));
    }
    assert_true(received > 10000);
    recording_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_settles_gets_metadata_where_content_is_out_of_reach),
        cmocka_unit_test(test_who_settles_tries_each_holder_only_if_it_escalates),
        cmocka_unit_test(test_who_settles_asks_nobody_twice),
        cmocka_unit_test(test_who_settles_still_wants_content_in_a_later_epoch),
        cmocka_unit_test(test_what_is_no_disclosure_keeps_the_legal_team_as_busy),
        cmocka_unit_test(test_what_is_no_disclosure_is_counted_by_kind_and_whether_it_was_done),
        cmocka_unit_test(test_removal_needs_all_who_hold_a_copy_and_restriction_the_first),
        cmocka_unit_test(test_only_who_holds_the_data_can_remove_them),
        cmocka_unit_test(test_whatever_is_asked_every_request_has_one_fate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
