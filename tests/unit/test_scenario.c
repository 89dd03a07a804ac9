/*
 * A complete scenario, tests/good/complete.yaml, read field by field. Every number here is worked
 * out by hand from the text.
 */
#include "tiny.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MIB 1048576.0
#define DAY 86400.0

static struct model *
read_complete(void)
{
    struct scenario *scenario = NULL;
    struct model *model = NULL;
    struct why why = {0};
    int rc = scenario_open(&scenario, "tests/good/complete.yaml", NULL, &why);

    if (rc == 0)
        rc = scenario_model(scenario, SCENARIO_CENTRAL, &model, &why);
    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    assert_int_equal(rc, 0);
    why_release(&why);
    scenario_close(scenario); /* the model must not need it */
    return model;
}

static int
setup(void **state)
{
    *state = read_complete();
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
    if (fabs(got - wanted) > 1e-12 * fabs(wanted))
        fail_msg("%.17g is not %.17g", got, wanted);
}

static void
check_dist(const struct dist *dist, enum dist_kind kind, double a, double b)
{
    assert_int_equal(dist->kind, kind);
    check_close(dist->p[0], a);
    check_close(dist->p[1], b);
}

static void
test_rows_keep_their_order_names_places_and_sources(void **state)
{
    const struct model *m = *state;
    const struct world *w = m->world;

    assert_string_equal(m->title, "A complete scenario");
    assert_int_equal(w->places, 4);
    assert_string_equal(w->place[1].is.name, "hill");
    assert_string_equal(w->place[1].is.at.file, "tests/good/complete.yaml");
    assert_int_equal(w->place[1].is.at.line, 21);
    assert_int_equal(w->place[1].is.at.column, 3);
    assert_string_equal(w->place[0].is.source, "S-P");
    assert_string_equal(w->place[1].is.source, "S-ALL");
    assert_string_equal(w->treaty[0].source, "S-T");
    assert_string_equal(m->strategy[1].is.source, "S-TWO");
    assert_string_equal(m->claim[0].source, "S-E");
    assert_int_equal(w->place[3].in.i, 2);
}

static void
test_the_horizon_is_in_nanoseconds_from_its_first_day(void **state)
{
    const struct model *m = *state;

    /* 2013-03-01 is 15765 days after 1970-01-01; two years without a leap day follow. */
    assert_int_equal(m->starts_unix_s, INT64_C(15765) * 86400);
    assert_int_equal(m->horizon, 730 * NS_PER_DAY);
}

static void
test_jurisdictions_have_the_instruments_they_list_with_their_own_terms(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;
    const struct jurisdiction *cn = &w->jurisdiction[0], *us = &w->jurisdiction[1];

    assert_int_equal(w->instruments, 4);
    assert_string_equal(w->instrument[2].name, "tap");
    assert_string_equal(cn->title, "China (mainland)");
    assert_string_equal(us->title, "US");
    assert_true(cn->instrument[0].available && us->instrument[0].available);
    assert_false(cn->instrument[1].available);
    assert_true(us->instrument[1].available);
    check_close(cn->instrument[0].grant, 0.5);
    check_close(us->instrument[0].grant, 0.95);
    assert_true(cn->instrument[0].abroad);
    assert_false(us->instrument[0].abroad);
    check_dist(&cn->instrument[0].filing, DIST_GAMMA, 3 * DAY, 0.5);
    assert_string_equal(us->instrument[1].is.source, "S-RAID");
    assert_int_equal(cn->duty.data_from, 365 * NS_PER_DAY);
    assert_int_equal(cn->duty.keys_from, 0);
    assert_int_equal(us->duty.data_from, SIM_NEVER);
}

static void
test_instruments_say_whom_they_address_and_what_they_reach(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;
    const struct instrument *raid = &w->jurisdiction[1].instrument[1],
                            *tap = &w->jurisdiction[0].instrument[2],
                            *mlat = &w->jurisdiction[0].instrument[3];

    assert_int_equal(raid->addressee, ADDRESSEE_LOCATION);
    assert_true(raid->devices);
    check_close(raid->holds_for_s, 7200);
    check_close(raid->grant, 1);
    check_dist(&raid->execution, DIST_CONSTANT, DAY, 0);
    assert_int_equal(tap->addressee, ADDRESSEE_COVERT);
    assert_int_equal(tap->sites, 1);
    assert_int_equal(tap->stores, 3);
    assert_int_equal(mlat->addressee, ADDRESSEE_PARTNER);
    assert_int_equal(mlat->via.i, 0);
    assert_int_equal(mlat->stages, 2);
    check_dist(&mlat->stage[0], DIST_CONSTANT, DAY, 0);
    check_dist(&mlat->stage[1], DIST_EXPONENTIAL, 2 * DAY, 0);
}

static void
test_treaties_lead_from_the_asker_to_the_asked(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;

    assert_int_equal(w->treaties, 1);
    assert_int_equal(w->treaty[0].from.i, 0);
    assert_int_equal(w->treaty[0].to.i, 1);
    check_dist(&w->treaty[0].delay, DIST_GAMMA, 304 * DAY, 0.6);
    check_close(w->treaty[0].grant, 0.05);
}

static void
test_custodians_can_be_served_at_home_and_at_their_branches(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;
    const struct custodian *provider = &w->custodian[1];

    assert_int_equal(provider->home.i, 1);
    assert_int_equal(provider->served_in, 7);
    assert_int_equal(provider->parent.i, 0);
    assert_int_equal(w->custodian[0].parent.i, NONE);
    assert_int_equal(w->custodian[0].served_in, 4);
    assert_int_equal(provider->team.reviewers, 12);
    check_dist(&provider->team.review, DIST_LOGNORMAL, 6 * DAY, 1);
    check_close(provider->rejects, 0.05);
    check_close(provider->narrows, 0.1);
    check_close(provider->challenges, 0.03);
    check_close(provider->challenge_wins, 0.6);
    check_dist(&provider->court, DIST_CONSTANT, 120 * DAY, 0);
    assert_false(provider->state_owned);
    assert_true(w->custodian[2].state_owned);
    check_dist(&w->custodian[2].team.review, DIST_CONSTANT, 0, 0);
}

static void
test_sites_are_controlled_by_their_operator_unless_said_otherwise(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;

    assert_int_equal(w->site[0].operator.i, 1);
    assert_int_equal(w->site[0].controller.i, 1);
    assert_int_equal(w->site[1].operator.i, 2);
    assert_int_equal(w->site[1].controller.i, 1);
    assert_int_equal(w->site[0].servers, 64);
    check_dist(&w->site[0].service, DIST_UNIFORM, 0.001, 0.003);
    check_close(w->site[0].fails.every_s, 90 * DAY);
    check_close(w->site[0].fails.for_s, 3600);
    assert_int_equal(w->site[1].servers, 1);
    assert_true(w->site[1].fails.every_s == 0);
}

static void
test_key_stores_know_whether_a_key_can_be_taken_out(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;

    assert_int_equal(w->store[0].kind, STORE_HSM);
    assert_false(w->store[0].extractable);
    check_dist(&w->store[0].service, DIST_CONSTANT, 250e-9, 0);
    assert_int_equal(w->store[1].kind, STORE_SOFTWARE);
    assert_true(w->store[1].extractable);
    check_close(w->store[1].fails.every_s, 365.25 * DAY);
    assert_true(w->store[2].extractable);
    assert_int_equal(w->store[3].kind, STORE_DEVICE);
    assert_int_equal(w->store[3].at.i, NONE);
    assert_int_equal(w->store[3].operator.i, NONE);
}

static void
test_weights_of_data_classes_sum_to_one(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;

    check_close(w->class[0].weight, 0.75);
    check_close(w->class[1].weight, 0.25);
    assert_true(w->class[2].weight == 0);
    check_dist(&w->class[0].size, DIST_LOGNORMAL, 2.4 * MIB, 1.2);
    assert_int_equal(w->class[1].size.kind, DIST_MIXTURE);
    assert_int_equal(w->class[1].size.count, 2);
    check_close(w->class[1].size.part[0].weight, 0.25);
    check_dist(&w->class[1].size.part[1].of, DIST_PARETO, 2000, 3);
    assert_true(w->class[1].metadata_encrypted && !w->class[1].metadata);
    assert_true(w->class[2].metadata && !w->class[2].metadata_encrypted);
}

static void
test_hours_are_scaled_to_a_mean_of_one(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;

    check_close(w->cohort[0].accounts, 20e6);
    check_close(w->cohort[0].operations_per_s, 40 / DAY);
    check_close(w->cohort[0].reads, 0.8);
    check_close(w->cohort[0].hour[0], 0.5);
    check_close(w->cohort[0].hour[23], 1.5);
    assert_int_equal(w->cohort[0].resident_of.i, 0);
    assert_int_equal(w->cohort[1].resident_of.i, 1);
    check_close(w->cohort[1].hour[5], 1);
}

static void
test_a_series_is_cut_by_the_horizon_in_proportion(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;
    const struct request_stream *orders = &w->authority[0].stream[0];

    /* counts.csv: 3 in 2013-H1 (181 days, 122 of them from 1 March on), 4 in 2013-H2. With
     * `as: exact` counts are whole: 3 * 122 / 181 = 2.02. */
    assert_int_equal(orders->periods, 2);
    assert_true(orders->exact);
    assert_int_equal(orders->series[0].from, 0);
    assert_int_equal(orders->series[0].to, 122 * NS_PER_DAY);
    check_close(orders->series[0].count, 2);
    assert_int_equal(orders->series[1].to, (122 + 184) * NS_PER_DAY);
    check_close(orders->series[1].count, 4);
}

static void
test_request_streams_know_their_channel_targets_and_wants(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;
    const struct request_stream *orders = &w->authority[0].stream[0],
                                *taps = &w->authority[0].stream[1];

    assert_int_equal(w->authority[0].streams, 2);
    assert_int_equal(w->authority[1].streams, 0);
    assert_int_equal(w->authority[1].jurisdiction.i, 1);
    assert_int_equal(orders->through, 9);
    check_dist(&orders->accounts, DIST_LOGNORMAL, 4, 1);
    check_close(orders->target[0], 0.75);
    check_close(orders->target[1], 0.25);
    check_close(orders->wants_content, 0.1);
    assert_int_equal(orders->classes, 6);
    assert_true(orders->escalates && !orders->collects_ciphertext);
    check_close(taps->rate_per_s, 2 / (365.25 * DAY));
    assert_int_equal(taps->periods, 0);
    assert_int_equal(taps->classes, 7);
    check_dist(&taps->accounts, DIST_CONSTANT, 20e6, 0); /* bulk: no group has more */
    check_close(taps->wants_content, 1);
    assert_true(taps->collects_ciphertext && !taps->escalates);
}

static const struct link *
between(const struct world *w, uint32_t from, uint32_t to)
{
    return world_link(w, (struct place_id){from}, (struct place_id){to});
}

static void
test_links_override_defaults_and_the_matrix_field_by_field(void **state)
{
    enum { SHANGHAI, HILL, RENO, ZURICH };
    const struct world *w = ((const struct model *)*state)->world;
    const struct link *link;

    link = between(w, SHANGHAI, RENO); /* the matrix: 230 ms, jitter 1 ms */
    assert_true(link->known);
    check_close(link->rtt_s, 0.23);
    check_dist(&link->jitter, DIST_EXPONENTIAL, 0.001, 0);
    check_close(link->loss, 0.01);
    check_close(link->bandwidth_bit_s, 1e9);
    link = between(w, RENO, HILL); /* the reverse row, as Shanghai; one way slower */
    check_close(link->rtt_s, 0.23);
    check_close(link->bandwidth_bit_s, 8e6);
    check_close(between(w, HILL, RENO)->bandwidth_bit_s, 1e9);
    check_close(between(w, SHANGHAI, HILL)->rtt_s, 0.002); /* one city */
    check_close(between(w, ZURICH, ZURICH)->rtt_s, 0.002);
    link = between(w, ZURICH, HILL); /* all places of CN, then the loss of one pair */
    check_close(link->rtt_s, 0.3);
    check_close(link->loss, 0.2);
    check_dist(&link->jitter, DIST_CONSTANT, 0.003, 0);
    check_close(between(w, SHANGHAI, ZURICH)->loss, 0.01);
    check_dist(&between(w, RENO, ZURICH)->jitter, DIST_EXPONENTIAL, 0.004, 0);
}

static void
test_rules_say_who_is_served_from_where_with_which_keys(void **state)
{
    const struct model *m = *state;
    const struct epoch *e = &m->strategy[0].epoch[0];
    const struct rule *first = &e->rule[0], *second = &e->rule[1];

    assert_int_equal(m->strategies, 2);
    assert_int_equal(e->rules, 2);
    assert_int_equal(first->cohorts, 2);
    assert_int_equal(first->classes, 3);
    check_close(first->share, 0.25);
    assert_int_equal(first->sites, 3);
    assert_int_equal(first->stores, 15);
    assert_int_equal(first->gateway.i, 0);
    check_close(first->key_cache_ttl_s, 600);
    assert_true(first->writes_all);
    assert_int_equal(first->decrypts, DECRYPTS_GATEWAY);
    assert_int_equal(second->cohorts, 3);
    assert_int_equal(second->classes, 7);
    assert_true(isnan(second->share));
    assert_int_equal(second->decrypts, DECRYPTS_CLIENT);
    assert_int_equal(second->gateway.i, NONE);
    assert_false(second->writes_all);
    assert_int_equal(first->at.line, 75);
}

static void
test_formulas_nest(void **state)
{
    const struct model *m = *state;
    const struct rule *first = &m->strategy[0].epoch[0].rule[0],
                      *second = &m->strategy[0].epoch[0].rule[1],
                      *alone = &m->strategy[1].epoch[0].rule[0];

    assert_true(formula_holds(&first->data, 1) && formula_holds(&first->data, 2));
    assert_false(formula_holds(&second->data, 1));
    assert_true(formula_holds(&second->data, 3));
    assert_false(formula_holds(&first->keys, 1));     /* hsm */
    assert_true(formula_holds(&first->keys, 3));      /* hsm, soft */
    assert_false(formula_holds(&first->keys, 1 | 4)); /* hsm, half of the pair */
    assert_true(formula_holds(&first->keys, 2 | 12)); /* soft, the pair */
    assert_true(formula_holds(&alone->data, 1));      /* a name alone */
    assert_false(formula_holds(&alone->data, 2));
}

static void
test_costs_are_points_or_constants(void **state)
{
    const struct world *w = ((const struct model *)*state)->world;

    assert_string_equal(w->open.name, "aead");
    assert_int_equal(w->open.points, 2);
    check_close(cost_of(&w->open, 1024), 2e-6);
    check_close(cost_of(&w->open, 8704), 3.5e-6); /* half way between 1 and 16 KiB */
    assert_null(w->seal.name);
    check_close(cost_of(&w->seal, 1e9), 2e-6);
}

static void
test_the_study_is_read(void **state)
{
    const struct study *s = &((const struct model *)*state)->study;

    assert_int_equal(s->legal, 30);
    assert_int_equal(s->traffic, 2);
    assert_int_equal(s->worlds, 5);
    assert_true(s->seed == UINT64_C(9007199254740992));
    assert_int_equal(s->window, 5000);
    assert_int_equal(s->failures, 2);
    assert_int_equal(s->baseline.i, 1);
    assert_string_equal(s->front_latency, "latency.p99");
    assert_string_equal(s->front_exposure, "exposure.content.any");
    assert_int_equal(s->front_to.i, 0);
}

static void
test_claims_are_read_expectations_first(void **state)
{
    const struct model *m = *state;
    const struct claim *expect = &m->claim[0], *require = &m->claim[1];

    assert_int_equal(m->claims, 2);
    assert_true(expect->is_expect && !require->is_expect);
    assert_string_equal(expect->metric, "requests.content");
    assert_int_equal(expect->strategy.i, 1);
    assert_int_equal(expect->authority.i, 0);
    assert_int_equal(expect->cohort.i, NONE);
    assert_int_equal(expect->from, 122 * NS_PER_DAY);
    assert_int_equal(expect->to, (122 + 365) * NS_PER_DAY);
    check_close(expect->observed, 3);
    assert_true(isnan(expect->at_most));
    assert_int_equal(require->strategy.i, NONE);
    assert_int_equal(require->cohort.i, 1);
    assert_int_equal(require->class.i, 1);
    assert_int_equal(require->from, 0);
    assert_int_equal(require->to, NS_PER_DAY * 36525 / 100);
    check_close(require->at_most, 0.1);
    assert_true(isnan(require->at_least));
}

static void
test_what_is_varied_is_kept_as_text(void **state)
{
    const struct model *m = *state;

    assert_int_equal(m->sweep_axes, 2);
    assert_string_equal(m->sweep[0].path, "strategies.one.placement[0].key-cache.ttl");
    assert_int_equal(m->sweep[0].values, 2);
    assert_string_equal(m->sweep[0].value[1], "1 h");
    assert_string_equal(m->sweep[1].value[1], "[CH, CN]");
    assert_true(m->search.stated);
    assert_int_equal(m->search.replica_choices, 2);
    assert_int_equal(m->search.replicas[1], 2);
    assert_int_equal(m->search.thresholds, 2);
    assert_int_equal(m->search.threshold_k[1], 2);
    assert_int_equal(m->search.threshold_n[1], 3);
    assert_int_equal(m->search.objectives, 2);
    assert_string_equal(m->search.minimise[1], "availability");
    assert_int_equal(m->readings, 1);
    assert_string_equal(m->reading[0].is.name, "broad");
    assert_int_equal(m->reading[0].overrides, 2);
    assert_string_equal(m->reading[0].path[1], "instruments.raid.grant");
    assert_string_equal(m->reading[0].value[1], "0.2");
}

#define TEST(name) cmocka_unit_test(name)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rows_keep_their_order_names_places_and_sources),
        TEST(test_the_horizon_is_in_nanoseconds_from_its_first_day),
        TEST(test_jurisdictions_have_the_instruments_they_list_with_their_own_terms),
        TEST(test_instruments_say_whom_they_address_and_what_they_reach),
        TEST(test_treaties_lead_from_the_asker_to_the_asked),
        TEST(test_custodians_can_be_served_at_home_and_at_their_branches),
        TEST(test_sites_are_controlled_by_their_operator_unless_said_otherwise),
        TEST(test_key_stores_know_whether_a_key_can_be_taken_out),
        TEST(test_weights_of_data_classes_sum_to_one),
        TEST(test_hours_are_scaled_to_a_mean_of_one),
        TEST(test_a_series_is_cut_by_the_horizon_in_proportion),
        TEST(test_request_streams_know_their_channel_targets_and_wants),
        TEST(test_links_override_defaults_and_the_matrix_field_by_field),
        TEST(test_rules_say_who_is_served_from_where_with_which_keys),
        TEST(test_formulas_nest),
        TEST(test_costs_are_points_or_constants),
        TEST(test_the_study_is_read),
        TEST(test_claims_are_read_expectations_first),
        TEST(test_what_is_varied_is_kept_as_text),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
