/*
 * What the legal plane is to know, of tests/good/pressed.yaml, read field by field. Every number
 * here is worked out by hand from the text.
 */
#include "tiny.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"

#define DAY  86400.0
#define YEAR (365.25 * DAY)

static int
setup(void **state)
{
    *state = tiny_model_of_file("tests/good/pressed.yaml", NULL);
    return 0;
}

static int
teardown(void **state)
{
    model_free(*state);
    return 0;
}

static void
check_close(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-12 * fabs(wanted)))
        fail_msg("%.17g is not %.17g", got, wanted);
}

static void
check_dist(const struct dist *dist, enum dist_kind kind, double a, double b)
{
    assert_int_equal(dist->kind, kind);
    check_close(dist->p[0], a);
    check_close(dist->p[1], b);
}

enum { CN, US, CH };
enum { ORDER, URGENT, PARTNER, TAP, BUG };

static const struct instrument *
terms(const struct model *m, uint32_t jurisdiction, uint32_t instrument)
{
    return &m->world->jurisdiction[jurisdiction].instrument[instrument];
}

static void
test_an_instrument_keeps_what_it_states_in_place_of_the_custodian(void **state)
{
    const struct model *m = *state;
    const struct instrument *order = terms(m, CN, ORDER), *urgent = terms(m, CN, URGENT);

    assert_int_equal(order->own, OWN_CHALLENGES | OWN_GAG_FOR);
    check_close(order->challenges, 0.2);
    check_close(order->appeals, 0.4);
    check_close(order->appeal_wins, 0.3);
    assert_true(order->grant_together && !order->urgent && !order->watches);
    assert_int_equal(urgent->own, OWN_REVIEW | OWN_REJECTS | OWN_NARROWS);
    assert_true(urgent->urgent && !urgent->grant_together);
    check_dist(&urgent->review, DIST_CONSTANT, 7200, 0);
    check_close(urgent->rejects, 0.2);
    check_close(urgent->narrows, 0.1);
    assert_int_equal(terms(m, CN, PARTNER)->own, OWN_REVIEW);
    assert_true(terms(m, CN, PARTNER)->urgent);
    /* 0 is stated, and so stands in place of the custodian's */
    assert_int_equal(terms(m, CH, ORDER)->own, OWN_CHALLENGES);
    check_close(terms(m, CH, ORDER)->challenges, 0);
    check_close(terms(m, US, ORDER)->challenges, 0.2);
}

static void
test_users_are_told_unless_a_covert_instrument_or_a_gag_says_otherwise(void **state)
{
    const struct model *m = *state;

    check_close(terms(m, CN, ORDER)->gag, 0.5);
    check_dist(&terms(m, CN, ORDER)->gag_for, DIST_UNIFORM, 30 * DAY, 90 * DAY);
    check_close(terms(m, US, ORDER)->gag, 0);
    assert_int_equal(terms(m, US, ORDER)->own & OWN_GAG_FOR, 0);
    check_close(terms(m, CN, TAP)->gag, 1);
    check_close(terms(m, CN, BUG)->gag, 0.9);
    assert_int_equal(terms(m, CN, BUG)->own, OWN_GAG_FOR);
    check_close(terms(m, US, TAP)->gag, 1); /* not available there, and yet no nonsense */
    assert_true(terms(m, CN, TAP)->watches && terms(m, CN, TAP)->holds_for_s == 6 * 3600);
}

static void
test_a_custodian_says_whether_and_how_long_it_appeals(void **state)
{
    const struct model *m = *state;
    const struct custodian *provider = &m->world->custodian[0];

    check_close(provider->appeals, 0.5);
    check_close(provider->appeal_wins, 0.25);
    check_dist(&provider->appeal, DIST_GAMMA, 200 * DAY, 0.5);
    check_close(m->world->custodian[1].appeals, 0);
    check_dist(&m->world->custodian[1].appeal, DIST_CONSTANT, 0, 0);
}

static void
test_a_blocking_statute_is_against_all_others_unless_it_names_some(void **state)
{
    const struct model *m = *state;
    const struct blocking_statute *us = m->world->jurisdiction[US].statute;
    const struct blocking_statute *ch = m->world->jurisdiction[CH].statute;

    assert_null(m->world->jurisdiction[CN].statute);
    assert_int_equal(us->against, 1 << CN | 1 << CH);
    check_close(us->obeys, 0.2);
    check_close(us->sanction, 0.5);
    check_close(us->fine, 3e6);
    assert_string_equal(us->source, "S-BLOCK");
    assert_int_equal(us->at.line, 25);
    assert_int_equal(ch->against, 1 << US);
    assert_true(ch->obeys == 0 && ch->sanction == 0 && ch->fine == 0);
}

static void
test_pressure_has_its_means_its_price_and_its_length(void **state)
{
    const struct model *m = *state;
    const struct jurisdiction *cn = &m->world->jurisdiction[CN];
    static const struct {
        const char *name;
        enum pressure_on on;
        enum pressure_means means;
        double probability, price;
        bool for_good;
    } t[] = {
        {"wall", ON_VIOLATION, MEANS_BLOCK, 0.3, 0, false},
        {"fine", ON_VIOLATION, MEANS_FINE, 0.5, 2e6, false},
        {"orders", ON_REFUSAL, MEANS_PROCUREMENT, 0.1, 40e3, true},
        {"end", ON_REFUSAL, MEANS_WITHDRAWAL, 0.01, 7, true},
    };

    assert_int_equal(cn->pressures, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(cn->pressure[i].is.name, t[i].name);
        assert_int_equal(cn->pressure[i].on, t[i].on);
        assert_int_equal(cn->pressure[i].means, t[i].means);
        check_close(cn->pressure[i].probability, t[i].probability);
        check_close(cn->pressure[i].price, t[i].price);
        assert_int_equal(cn->pressure[i].for_good, t[i].for_good);
    }
    check_dist(&cn->pressure[0].lasts, DIST_GAMMA, 20 * DAY, 1);
    assert_string_equal(cn->pressure[1].is.source, "S-FINE");
    check_dist(&cn->inspection, DIST_EXPONENTIAL, YEAR, 0);
    check_dist(&cn->grace, DIST_CONSTANT, 60 * DAY, 0);
    check_close(cn->interference.every_s, 30 * DAY);
    check_close(cn->interference.for_s, 7200);
    check_dist(&m->world->jurisdiction[US].inspection, DIST_CONSTANT, 0, 0);
    assert_true(m->world->jurisdiction[US].pressures == 0);
    assert_true(m->world->jurisdiction[US].interference.every_s == 0);
}

static void
test_users_leave_and_go_round_blocks(void **state)
{
    const struct model *m = *state;
    const struct cohort *mainland = &m->world->cohort[0], *expats = &m->world->cohort[1];

    check_close(mainland->opts_out_per_s, 0.02 / YEAR);
    check_close(mainland->deletes_per_s, 0.01 / YEAR);
    check_close(mainland->opts_out_when_blocked, 0.1);
    check_close(mainland->vpn, 0.4);
    check_dist(&mainland->vpn_delay, DIST_GAMMA, 0.08, 1);
    assert_true(expats->opts_out_per_s == 0 && expats->deletes_per_s == 0 && expats->vpn == 0);
    check_dist(&expats->vpn_delay, DIST_CONSTANT, 0, 0);
}

static void
test_requests_ask_for_disclosure_unless_they_say_otherwise(void **state)
{
    const struct model *m = *state;
    const struct request_stream *police = m->world->authority[0].stream;
    const struct request_stream *fbi = m->world->authority[1].stream;

    assert_int_equal(police[0].asks, ASKS_DISCLOSURE);
    assert_true(police[0].settles && !police[0].bulk);
    assert_true(police[1].bulk && !police[1].settles);
    check_dist(&police[1].accounts, DIST_CONSTANT, 2000, 0); /* the largest user group */
    assert_int_equal(police[2].asks, ASKS_REMOVAL);
    check_close(police[2].target[0], 0.75);
    assert_int_equal(police[3].asks, ASKS_PRESERVATION);
    assert_int_equal(fbi[0].asks, ASKS_RESTRICTION);
    assert_int_equal(fbi[1].asks, ASKS_DISCLOSURE);
}

/* Two sites, a key store and a custodian: 4 targets, of whose events a quarter hit all at once. */
static void
test_a_threat_stands_behind_the_authorities_with_one_stream(void **state)
{
    const struct model *m = *state;
    const struct world *w = m->world;
    const struct authority *row = &w->authority[2];
    const struct threat *breach = &w->threat[0];

    assert_int_equal(w->authorities, 4);
    assert_int_equal(w->threats, 2);
    assert_int_equal(w->authority[0].entity, 0);
    assert_int_equal(w->authority[1].entity, 1);
    assert_null(w->authority[1].threat);
    assert_ptr_equal(row->threat, breach);
    assert_string_equal(row->is.name, "breach");
    assert_string_equal(row->is.source, "S-BREACH");
    assert_int_equal(row->entity, THREAT_ENTITY);
    assert_int_equal(row->jurisdiction.i, NONE);
    assert_int_equal(row->streams, 1);
    assert_string_equal(row->stream->is.name, "events");
    check_close(row->stream->rate_per_s, 0.02 / YEAR * (4 * 0.75 + 0.25));
    assert_true(row->stream->bulk && row->stream->collects_ciphertext);
    assert_true(row->stream->wants_content == 1 && row->stream->concerns == 1);
    assert_true(row->stream->through == 0 && row->stream->target == NULL);
    assert_int_equal(row->stream->classes, 3);
    assert_int_equal(breach->class, ADVERSARY_CRIMINAL);
    check_close(breach->rate_per_s, 0.02 / YEAR);
    check_close(breach->common_cause, 0.25);
    assert_true(breach->sites == 3 && breach->stores == 1 && breach->custodians == 2);
    assert_int_equal(breach->terms.addressee, ADDRESSEE_COVERT);
    assert_true(breach->terms.available && breach->terms.grant == 1 && breach->terms.gag == 1);
    assert_int_equal(adversary_of(w, (struct authority_id){2}, (struct cohort_id){0}),
                     ADVERSARY_CRIMINAL);
}

static void
test_a_threat_with_one_target_comes_at_its_rate(void **state)
{
    const struct model *m = *state;
    const struct authority *row = &m->world->authority[3];
    const struct instrument *clerk = &row->threat->terms;

    assert_int_equal(row->entity, THREAT_ENTITY + 1);
    assert_int_equal(row->threat->class, ADVERSARY_INSIDER);
    check_close(row->stream->rate_per_s, 2 / YEAR); /* uncertain, at its mean */
    check_dist(&row->stream->accounts, DIST_LOGNORMAL, 4, 1);
    assert_true(row->stream->target[0] == 0 && row->stream->target[1] == 1);
    assert_int_equal(row->stream->classes, 2);
    assert_false(row->stream->bulk);
    check_dist(&clerk->execution, DIST_CONSTANT, 2 * DAY, 0);
    assert_true(clerk->watches && clerk->holds_for_s == 3 * 3600);
}

static void
test_an_escrow_opens_and_is_never_asked(void **state)
{
    const struct model *m = *state;
    const struct rule *one = &m->strategy[0].epoch[0].rule[0], *two = m->strategy[1].epoch[0].rule;

    assert_int_equal(one->stores, 3);
    assert_int_equal(one->fetch_stores, 1);
    for (uint64_t stores = 0; stores < 8; stores++) {
        assert_int_equal(formula_holds(&one->keys, stores), (stores & 3) != 0);
        assert_int_equal(formula_holds(&one->fetch, stores), (stores & 1) != 0);
        assert_int_equal(formula_holds(&two->keys, stores), (stores & 6) != 0);
        assert_int_equal(formula_holds(&two->fetch, stores), (stores & 4) != 0);
    }
    assert_true(one->cohort_key && !two->cohort_key);
    check_close(one->rotation_s, 90 * DAY);
    check_close(two->rotation_s, 0);
}

static void
test_claims_name_streams_adversaries_and_whom_they_are_about(void **state)
{
    const struct model *m = *state;
    static const struct {
        uint32_t authority, stream, adversary, custodian, jurisdiction;
    } t[] = {
        {0, 2, ADVERSARIES, NONE, NONE},
        {NONE, NONE, ADVERSARIES, 0, NONE},
        {NONE, NONE, ADVERSARIES, NONE, US},
        {3, 0, ADVERSARIES, NONE, NONE},
        {NONE, NONE, ADVERSARY_CRIMINAL, NONE, NONE},
    };

    assert_int_equal(m->claims, COUNT(t));
    for (uint32_t i = 0; i < COUNT(t); i++) {
        assert_int_equal(m->claim[i].authority.i, t[i].authority);
        assert_int_equal(m->claim[i].stream, t[i].stream);
        assert_int_equal(m->claim[i].adversary, t[i].adversary);
        assert_int_equal(m->claim[i].custodian.i, t[i].custodian);
        assert_int_equal(m->claim[i].jurisdiction.i, t[i].jurisdiction);
    }
    assert_int_equal(m->study.front_to.i, 2);
}

static void
test_a_reading_says_what_it_rests_on(void **state)
{
    const struct model *m = *state;

    assert_int_equal(m->readings, 2);
    assert_string_equal(m->reading[0].is.source, "S-READ");
    assert_string_equal(m->reading[0].because, "the court has not spoken");
    assert_int_equal(m->reading[0].overrides, 2);
    assert_string_equal(m->reading[0].value[1], "0.5 per 1 y");
    assert_null(m->reading[1].because);
}

#define TEST(name) cmocka_unit_test(name)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_instrument_keeps_what_it_states_in_place_of_the_custodian),
        TEST(test_users_are_told_unless_a_covert_instrument_or_a_gag_says_otherwise),
        TEST(test_a_custodian_says_whether_and_how_long_it_appeals),
        TEST(test_a_blocking_statute_is_against_all_others_unless_it_names_some),
        TEST(test_pressure_has_its_means_its_price_and_its_length),
        TEST(test_users_leave_and_go_round_blocks),
        TEST(test_requests_ask_for_disclosure_unless_they_say_otherwise),
        TEST(test_a_threat_stands_behind_the_authorities_with_one_stream),
        TEST(test_a_threat_with_one_target_comes_at_its_rate),
        TEST(test_an_escrow_opens_and_is_never_asked),
        TEST(test_claims_name_streams_adversaries_and_whom_they_are_about),
        TEST(test_a_reading_says_what_it_rests_on),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
