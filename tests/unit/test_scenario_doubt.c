/* What is in doubt: changes that may not come to pass, one input at a quantile, readings of law. */
#include "over_world.h"
#include <math.h>
#include <pthread.h>
#include <string.h>
#include "base/mem.h"
#include "scenario/quantity.h"

static void
check_close(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
        fail_msg("%.17g is not %.17g", got, wanted);
}

static const struct epoch *
last_epoch(const struct model *m, uint32_t strategy)
{
    return &m->strategy[strategy].epoch[m->strategy[strategy].epochs - 1];
}

/* Does the provider reject everything at the end? world.yaml says 0.1. */
static bool
rejects_all(const struct model *m)
{
    return last_epoch(m, 0)->world->custodian[0].rejects == 1;
}

#define REJECTS_ALL "set: {custodians.provider.rejects: 1, custodians.provider.narrows: 1}"

/* ---- changes that may not come to pass ---- */

static void
test_a_change_comes_to_pass_in_its_share_of_worlds(void **state)
{
    enum { WORLDS = 4000 };
    struct scenario *s =
        open_over_world("changes: [{date: 2015-01-01, probability: 0.3, " REJECTS_ALL "}]\n");
    uint32_t passed = 0;

    (void)state;
    for (uint64_t world = 0; world < WORLDS; world++) {
        struct model *m = model_in(s, world);

        passed += rejects_all(m);
        model_free(m);
    }
    /* within 4.5 standard deviations: a sound stream fails once in 1.5e5 seeds */
    assert_true(fabs(passed - 0.3 * WORLDS) < 4.5 * sqrt(0.21 * WORLDS));
    scenario_close(s);
}

/* All it sets, in all strategies: one draw. */
static void
test_what_a_change_sets_comes_to_pass_together_or_not_at_all(void **state)
{
    struct scenario *s =
        open_over_world("changes: [{date: 2015-01-01, probability: 0.5, " REJECTS_ALL "}]\n");
    uint32_t seen[2] = {0};

    (void)state;
    for (uint64_t world = 0; world < 50; world++) {
        struct model *m = model_in(s, world);
        const bool all = rejects_all(m);

        seen[all]++;
        for (uint32_t i = 0; i < m->strategies; i++) {
            assert_int_equal(last_epoch(m, i)->world->custodian[0].rejects == 1, all);
            assert_int_equal(last_epoch(m, i)->world->custodian[0].narrows == 1, all);
        }
        model_free(m);
    }
    assert_true(seen[0] > 0 && seen[1] > 0);
    scenario_close(s);
}

static void
test_at_the_means_a_change_comes_to_pass_when_it_is_likely(void **state)
{
    static const struct {
        const char *probability;
        bool passes;
    } t[] = {{"0", false}, {"0.49", false}, {"0.5", true}, {"1", true}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct text text = {0};

        text_addf(&text, "changes: [{date: 2015-01-01, probability: %s, " REJECTS_ALL "}]\n",
                  t[i].probability);
        struct scenario *s = open_over_world(text.s);
        struct model *m = model_in(s, SCENARIO_CENTRAL);
        assert_int_equal(rejects_all(m), t[i].passes);
        model_free(m);
        scenario_close(s);
        text_release(&text);
    }
}

static void
test_a_change_that_does_not_come_to_pass_leaves_no_trace(void **state)
{
    struct scenario *s = open_over_world(
        "changes: [{date: 2013-01-01, probability: 0.2, " REJECTS_ALL "}]\n"
        "strategies:\n"
        "  far:\n"
        "    changes:\n"
        "      - {date: 2014-01-01, probability: 0.1, placement: [{replicas: [near], keys: "
        "[hsm]}], because: a move}\n"
        "      - {date: 2015-01-01, set: {custodians.provider.narrows: 1}, because: a law}\n");
    struct model *m = model_in(s, SCENARIO_CENTRAL);

    (void)state;
    assert_int_equal(m->changes, 1);
    assert_string_equal(m->change[0].text, "a law");
    assert_int_equal(m->strategy[0].epochs, 2);
    assert_int_equal(m->strategy[1].epochs, 1);
    assert_false(m->strategy[0].epoch[1].moved);
    assert_int_equal(m->strategy[0].epoch[1].rule[0].sites, 1);
    check_close(m->world->custodian[0].rejects, 0.1);
    model_free(m);
    scenario_close(s);
}

static void
test_a_change_from_the_start_may_not_come_to_pass(void **state)
{
    struct scenario *s =
        open_over_world("changes: [{date: 2012-01-01, probability: 0.5, " REJECTS_ALL "}]\n");
    uint32_t seen[2] = {0};

    (void)state;
    for (uint64_t world = 0; world < 40; world++) {
        struct model *m = model_in(s, world);

        seen[m->world->custodian[0].rejects == 1]++;
        assert_int_equal(rejects_all(m), m->world->custodian[0].rejects == 1);
        assert_int_equal(m->strategy[0].epochs, 1);
        model_free(m);
    }
    assert_true(seen[0] > 0 && seen[1] > 0);
    scenario_close(s);
}

#define DRAWN "{uncertain: {uniform: {low: 0, high: 1}}}"

/* A probability more moves no other draw: not of its own change, nor of its own strategy. */
static void
test_a_probability_moves_no_other_draw(void **state)
{
    static const char form[] =
        "changes: [{date: 2013-01-01, %s set: {custodians.provider.rejects: " DRAWN "}}]\n"
        "strategies: {far: {set: {custodians.partner.rejects: " DRAWN "}, changes: [{date: "
        "2014-01-01, %s set: {custodians.partner.narrows: " DRAWN "}}]}}\n";
    double value[2][3];

    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *probability = i == 0 ? "" : "probability: 0.999999,";
        struct text text = {0};

        text_addf(&text, form, probability, probability);
        struct scenario *s = open_over_world(text.s);
        struct model *m = model_in(s, 3);
        const struct world *w = last_epoch(m, 0)->world;
        value[i][0] = w->custodian[0].rejects;
        value[i][1] = w->custodian[1].rejects;
        value[i][2] = w->custodian[1].narrows;
        model_free(m);
        scenario_close(s);
        text_release(&text);
    }
    assert_memory_equal(value[0], value[1], sizeof value[0]);
}

struct worker {
    pthread_t thread;
    struct scenario *scenario;
    double sum;
};

static void *
work(void *self)
{
    struct worker *w = self;

    for (uint64_t world = 0; world < 200; world++) {
        struct model *m = NULL;

        if (scenario_model(w->scenario, world, &m, NULL) == 0)
            w->sum += (double)(world + 1) * rejects_all(m);
        model_free(m);
        if (scenario_model_reading(w->scenario, 0, world, &m, NULL) == 0)
            w->sum += (double)(world + 1) * m->strategy[0].epochs;
        model_free(m);
    }
    return NULL;
}

static void
test_threads_plan_their_worlds_apart(void **state)
{
    struct scenario *s =
        open_over_world("changes: [{date: 2015-01-01, probability: 0.5, " REJECTS_ALL "}]\n"
                        "readings: {other: {set: {\"changes[0].date\": 2016-01-01}}}\n");
    struct worker worker[3] = {{.scenario = s}, {.scenario = s}, {.scenario = s}};

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&worker[i].thread, NULL, work, &worker[i]), 0);
    work(&worker[2]);
    for (int i = 0; i < 2; i++)
        pthread_join(worker[i].thread, NULL);
    assert_true(worker[2].sum > 0);
    assert_true(worker[0].sum == worker[2].sum && worker[1].sum == worker[2].sum);
    scenario_close(s);
}

/* ---- what is unknown ---- */

static const char unknown_text[] =
    "custodians: {provider: {rejects: {uncertain: {uniform: {low: 0.2, high: 0.6}}}}}\n"
    "network: {links: [{between: [reno, dallas], rtt: {uncertain: {uniform: {low: 20 ms, high: 60 "
    "ms}}}}, {between: [shanghai, US], rtt: 230 ms}]}\n"
    "sites: {near: {operator: {choice: {partner: 1, provider: 3}}}}\n"
    "users: {mainland: {accounts: {uncertain: {uniform: {low: 10 k, high: 30 k}}}}}\n"
    "threats: {breach: {class: criminal, rate: {uncertain: {uniform: {low: 0.02 per 1 y, high: "
    "0.04 per 1 y}}}, sites: [far], scope: bulk}}\n"
    "strategies: {near: {changes: [{date: 2014-01-01, probability: 0.4, set: "
    "{custodians.provider.narrows: {uncertain: {uniform: {low: 0, high: 1}}}}}]}}\n"
    "changes: [{date: 2016-01-01, probability: 0.6, set: {custodians.provider.challenges: 0}},\n"
    "          {date: 2017-01-01, probability: 1, set: {custodians.partner.rejects: 1}}]\n";

static void
test_unknowns_stand_in_the_same_order_in_every_world(void **state)
{
    static const struct {
        const char *path;
        int line;
        bool is_choice;
    } t[] = {
        {"network.links[0].rtt", 3, false},
        {"custodians.provider.rejects", 2, false},
        {"sites.near.operator", 4, true},
        {"users.mainland.accounts", 5, false},
        {"strategies.near.changes[0].set.custodians.provider.narrows", 7, false},
        {"threats.breach.rate", 6, false},
        {"changes[0].probability", 8, true},
        {"strategies.near.changes[0].probability", 7, true},
    };
    struct scenario *s = open_over_world(unknown_text);

    (void)state;
    for (uint64_t world = 0; world < 5; world++) {
        struct model *m = model_in(s, world == 4 ? SCENARIO_CENTRAL : world);

        assert_int_equal(m->uncertain, COUNT(t));
        for (uint32_t i = 0; i < COUNT(t); i++) {
            assert_string_equal(m->unknown[i].path, t[i].path);
            assert_string_equal(m->unknown[i].at.file, "over.yaml");
            assert_int_equal(m->unknown[i].at.line, t[i].line);
            assert_int_equal(m->unknown[i].is_choice, t[i].is_choice);
        }
        model_free(m);
    }
    scenario_close(s);
}

static struct model *
fixed_model(struct scenario *s, uint32_t unknown, double quantile)
{
    const struct scenario_fixed fixed = {unknown, quantile};
    struct model *m = NULL;

    assert_int_equal(scenario_model_fixed(s, &fixed, &m, NULL), 0);
    return m;
}

/* What the inputs come to: rejects, operator, accounts, rate a year, rtt, passing of changes. */
struct inputs {
    double rejects, operator, accounts, rate, rtt, narrows;
    uint32_t epochs[2];
};

static struct inputs
inputs_of(const struct model *m)
{
    const struct world *w = m->world;

    return (struct inputs){
        .rejects = w->custodian[0].rejects,
        .operator= w->site[1].operator.i,
        .accounts = w->cohort[0].accounts,
        .rate = w->authority[1].stream->rate_per_s * 365.25 * 86400,
        .rtt = world_link(w, (struct place_id){1}, (struct place_id){2})->rtt_s,
        .narrows = last_epoch(m, 1)->world->custodian[0].narrows,
        .epochs = {m->strategy[0].epochs, m->strategy[1].epochs},
    };
}

static void
check_inputs(struct model *m, struct inputs wanted)
{
    const struct inputs got = inputs_of(m);

    check_close(got.rejects, wanted.rejects);
    check_close(got.operator, wanted.operator);
    check_close(got.accounts, wanted.accounts);
    check_close(got.rate, wanted.rate);
    check_close(got.rtt, wanted.rtt);
    check_close(got.narrows, wanted.narrows);
    assert_int_equal(got.epochs[0], wanted.epochs[0]);
    assert_int_equal(got.epochs[1], wanted.epochs[1]);
    model_free(m);
}

/* All others stay at their means: the change of `near`, at 0.4, does not come to pass. */
static void
test_one_input_is_held_at_a_quantile_and_all_others_at_their_means(void **state)
{
    const struct inputs central = {0.4, 0, 20000, 0.03, 0.04, 0, {3, 3}};
    struct scenario *s = open_over_world(unknown_text);
    struct inputs wanted;

    (void)state;
    check_inputs(model_in(s, SCENARIO_CENTRAL), central);
    wanted = central, wanted.rtt = 0.021;
    check_inputs(fixed_model(s, 0, 0.025), wanted);
    wanted = central, wanted.rejects = 0.59;
    check_inputs(fixed_model(s, 1, 0.975), wanted);
    wanted = central, wanted.operator= 1; /* the partner, a quarter of the weight, stated first */
    check_inputs(fixed_model(s, 2, 0.2499), wanted);
    check_inputs(fixed_model(s, 2, 0.2501), central);
    wanted = central, wanted.accounts = 12000;
    check_inputs(fixed_model(s, 3, 0.1), wanted);
    check_inputs(fixed_model(s, 4, 0.1), central); /* stated by a change that does not pass */
    wanted = central, wanted.rate = 0.038;
    check_inputs(fixed_model(s, 5, 0.9), wanted);
    check_inputs(fixed_model(s, 6, 0.59), central);
    wanted = central, wanted.epochs[0] = wanted.epochs[1] = 2;
    check_inputs(fixed_model(s, 6, 0.61), wanted);
    check_inputs(fixed_model(s, 7, 0.41), central);
    wanted = central, wanted.epochs[1] = 4, wanted.narrows = 0.5;
    check_inputs(fixed_model(s, 7, 0.39), wanted);
    scenario_close(s);
}

static void
test_a_value_is_written_as_people_write_it(void **state)
{
    static const struct {
        uint32_t unknown;
        double quantile;
        const char *text;
    } t[] = {
        {0, 0.5, "40 ms"},          {1, 0.25, "0.3"},           {2, 0.1, "partner"},
        {2, 0.9, "provider"},       {3, 0.1, "12 k"},           {4, 0.7, "0.7"},
        {5, 0.75, "0.035 per 1 y"}, {6, 0.59, "comes to pass"}, {6, 0.61, "does not"},
        {7, 0.39, "comes to pass"},
    };
    struct scenario *s = open_over_world(unknown_text);

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct text text = {0};

        assert_int_equal(scenario_unknown_value(s, t[i].unknown, t[i].quantile, &text, NULL), 0);
        assert_string_equal(text_str(&text), t[i].text);
        text_release(&text);
    }
    scenario_close(s);
}

static void
test_an_input_that_nothing_reads_is_unused(void **state)
{
    struct scenario *s =
        open_over_world("custodians: {provider: {rejects: " DRAWN "}}\n"
                        "changes: [{date: 2012-01-01, set: {custodians.provider.rejects: 0.3}}]\n");
    struct text text = {0};

    (void)state;
    assert_int_equal(scenario_unknown_value(s, 0, 0.5, &text, NULL), 0);
    assert_string_equal(text_str(&text), "unused");
    text_release(&text);
    scenario_close(s);
}

static void
test_only_inputs_there_are_and_quantiles_inside_can_be_held(void **state)
{
    static const struct {
        struct scenario_fixed fixed;
        const char *message;
    } t[] = {
        {{8, 0.5}, "there is no uncertain input 8; the scenario has 8"},
        {{0, 0}, "a quantile must lie between 0 and 1, got 0"},
        {{0, 1}, "a quantile must lie between 0 and 1, got 1"},
    };
    struct scenario *s = open_over_world(unknown_text);

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct model *m = NULL;
        struct text text = {0};
        struct why why = {0};

        assert_int_equal(scenario_model_fixed(s, &t[i].fixed, &m, &why), ERR_INPUT);
        assert_null(m);
        assert_string_equal(why.fault[0].text, t[i].message);
        assert_int_equal(
            scenario_unknown_value(s, t[i].fixed.unknown, t[i].fixed.quantile, &text, NULL),
            ERR_INPUT);
        text_release(&text);
        why_release(&why);
    }
    scenario_close(s);
}

static void
test_quantities_read_back_as_they_were_written(void **state)
{
    static const struct {
        double value;
        enum unit unit;
        const char *text;
    } t[] = {
        {0.12, UNIT_NONE, "0.12"},
        {0, UNIT_SECONDS, "0 s"},
        {0.231, UNIT_SECONDS, "231 ms"},
        {2.5e-6, UNIT_SECONDS, "2.5 us"},
        {1e-9, UNIT_SECONDS, "1 ns"},
        {90, UNIT_SECONDS, "1.5 min"},
        {7200, UNIT_SECONDS, "2 h"},
        {304 * 86400.0, UNIT_SECONDS, "304 d"},
        {5 * 31557600.0, UNIT_SECONDS, "5 y"},
        {2.4 * 1048576, UNIT_BYTES, "2.4 MiB"},
        {300, UNIT_BYTES, "300 B"},
        {2e8, UNIT_BITRATE, "200 Mbit/s"},
        {20e6, UNIT_COUNT, "20 M"},
        {1234, UNIT_COUNT, "1234"},
        {0.02 / 31557600, UNIT_PER_SECOND, "0.02 per 1 y"},
        {40 / 86400.0, UNIT_PER_SECOND, "40 per 1 d"},
        {0, UNIT_PER_SECOND, "0 per 1 y"},
        {250, UNIT_PER_SECOND, "250 per 1 s"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct text text = {0};
        double back = -1;

        quantity_write(t[i].value, t[i].unit, &text);
        assert_string_equal(text_str(&text), t[i].text);
        assert_int_equal(unit_read(text.s, t[i].unit, &back, NULL), 0);
        assert_true(fabs(back - t[i].value) <= 5e-6 * t[i].value);
        text_release(&text);
    }
}

/* ---- readings ---- */

static const char readings_text[] =
    "custodians: {provider: {rejects: " DRAWN ", narrows: 0.1}}\n"
    "changes:\n"
    "  - {date: 2016-01-01, set: {custodians.provider.narrows: 0.7}}\n"
    "  - {date: 2017-01-01, probability: 0.5, set: {custodians.provider.challenges: 0}}\n"
    "strategies: {near: {set: {custodians.provider.narrows: 0.4}}}\n"
    "readings:\n"
    "  narrow: {set: {custodians.provider.narrows: 0.9, jurisdictions.US.instruments.order.abroad: "
    "true}}\n"
    "  open: {set: {custodians.partner.rejects: " DRAWN ", \"changes[0].probability\": 0.25}}\n";

static struct model *
read_as(struct scenario *s, uint32_t reading, uint64_t world)
{
    struct model *m = NULL;

    assert_int_equal(scenario_model_reading(s, reading, world, &m, NULL), 0);
    return m;
}

static double
narrows(const struct model *m, uint32_t strategy, uint32_t epoch)
{
    return m->strategy[strategy].epoch[epoch].world->custodian[0].narrows;
}

static void
test_a_reading_holds_from_the_start_until_a_later_change_of_the_same(void **state)
{
    struct scenario *s = open_over_world(readings_text);
    struct model *m = read_as(s, 0, SCENARIO_CENTRAL);

    (void)state;
    check_close(m->world->custodian[0].narrows, 0.9);
    check_close(narrows(m, 0, 0), 0.9);
    check_close(narrows(m, 0, 1), 0.7); /* the dated change */
    check_close(narrows(m, 1, 0), 0.4); /* what the strategy sets of its own */
    for (uint32_t i = 0; i < m->strategy[0].epochs; i++)
        assert_true(m->strategy[0].epoch[i].world->jurisdiction[1].instrument[0].abroad);
    model_free(m);
    m = model_in(s, SCENARIO_CENTRAL);
    check_close(narrows(m, 0, 0), 0.1);
    assert_false(m->world->jurisdiction[1].instrument[0].abroad);
    model_free(m);
    scenario_close(s);
}

static void
test_a_reading_draws_the_same_worlds(void **state)
{
    struct scenario *s = open_over_world(readings_text);

    (void)state;
    for (uint64_t world = 0; world < 20; world++) {
        struct model *plain = model_in(s, world), *read = read_as(s, 0, world);

        assert_true(plain->world->custodian[0].rejects == read->world->custodian[0].rejects);
        assert_int_equal(plain->strategy[0].epochs, read->strategy[0].epochs);
        assert_int_equal(read->uncertain, plain->uncertain);
        model_free(plain);
        model_free(read);
    }
    scenario_close(s);
}

static void
test_what_only_a_reading_leaves_uncertain_is_drawn_and_listed_last(void **state)
{
    struct scenario *s = open_over_world(readings_text);
    struct model *a = read_as(s, 1, 1), *b = read_as(s, 1, 2), *plain = model_in(s, 1);

    (void)state;
    assert_int_equal(plain->uncertain, 2);
    assert_int_equal(a->uncertain, 4);
    assert_string_equal(a->unknown[1].path, "changes[1].probability");
    assert_string_equal(a->unknown[2].path, "readings.open.set.custodians.partner.rejects");
    assert_string_equal(a->unknown[3].path, "changes[0].probability");
    assert_true(a->world->custodian[1].rejects != b->world->custodian[1].rejects);
    assert_true(plain->world->custodian[1].rejects == 0);
    model_free(a);
    model_free(b);
    model_free(plain);
    scenario_close(s);
}

static void
test_a_reading_that_is_not_there_is_an_error(void **state)
{
    struct scenario *s = open_over_world(readings_text);
    struct model *m = NULL;
    struct why why = {0};

    (void)state;
    assert_int_equal(scenario_model_reading(s, 2, 0, &m, &why), ERR_INPUT);
    assert_string_equal(why.fault[0].text, "there is no reading 2; the scenario has 2");
    why_release(&why);
    scenario_close(s);
}

/* With values from outside the scenario is opened once a point: readings must be there all the
 * same. */
static void
test_readings_stand_over_overrides(void **state)
{
    const struct override set = {"custodians.provider.narrows", "0.2"};
    const struct scenario_options options = {.set = &set, .sets = 1};
    struct scenario *s = NULL;
    struct text text = {0};

    (void)state;
    text_addf(&text, "base: world.yaml\n%s", readings_text);
    assert_int_equal(scenario_open_text(&s, "over.yaml", text.s, "tests/bad", &options, NULL), 0);
    struct model *m = model_in(s, 0), *read = read_as(s, 0, 0);
    check_close(narrows(m, 0, 0), 0.2);
    check_close(narrows(read, 0, 0), 0.9);
    model_free(m);
    model_free(read);
    scenario_close(s);
    text_release(&text);
}

/* ---- limits ---- */

/* One authority of world.yaml and 63 threats are as many as results can tell apart. */
static void
test_authorities_and_threats_are_at_most_64_together(void **state)
{
    (void)state;
    for (uint32_t count = 63; count <= 64; count++) {
        struct text text = {0};
        struct scenario *s = NULL;
        struct why why = {0};

        text_add(&text, "base: world.yaml\nthreats:\n");
        for (uint32_t i = 0; i < count; i++)
            text_addf(&text,
                      "  t%u: {class: criminal, rate: 1 per 1 y, sites: [far], accounts: 1}\n", i);
        assert_int_equal(scenario_open_text(&s, "over.yaml", text.s, "tests/bad", NULL, &why),
                         count == 63 ? 0 : ERR_LIMIT);
        if (count == 64)
            assert_string_equal(why.fault[0].text,
                                "over.yaml:3:3: authorities and threats together have 65 rows; at "
                                "most 64 are possible");
        scenario_close(s);
        why_release(&why);
        text_release(&text);
    }
}

/* ---- what opening leaves alone ---- */

static void
test_values_of_a_sweep_do_not_stay(void **state)
{
    struct scenario *s = open_over_world("sweep: {horizon.to: [2019-01-01, 2025-01-01]}\n");
    struct model *m = model_in(s, 0);

    (void)state;
    assert_true(m->horizon == 2922 * NS_PER_DAY); /* 2013 to 2021, with two leap days */
    model_free(m);
    scenario_close(s);
}

#define TEST(name) cmocka_unit_test(name)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_change_comes_to_pass_in_its_share_of_worlds),
        TEST(test_what_a_change_sets_comes_to_pass_together_or_not_at_all),
        TEST(test_at_the_means_a_change_comes_to_pass_when_it_is_likely),
        TEST(test_a_change_that_does_not_come_to_pass_leaves_no_trace),
        TEST(test_a_change_from_the_start_may_not_come_to_pass),
        TEST(test_a_probability_moves_no_other_draw),
        TEST(test_threads_plan_their_worlds_apart),
        TEST(test_unknowns_stand_in_the_same_order_in_every_world),
        TEST(test_one_input_is_held_at_a_quantile_and_all_others_at_their_means),
        TEST(test_a_value_is_written_as_people_write_it),
        TEST(test_an_input_that_nothing_reads_is_unused),
        TEST(test_only_inputs_there_are_and_quantiles_inside_can_be_held),
        TEST(test_quantities_read_back_as_they_were_written),
        TEST(test_a_reading_holds_from_the_start_until_a_later_change_of_the_same),
        TEST(test_a_reading_draws_the_same_worlds),
        TEST(test_what_only_a_reading_leaves_uncertain_is_drawn_and_listed_last),
        TEST(test_a_reading_that_is_not_there_is_an_error),
        TEST(test_readings_stand_over_overrides),
        TEST(test_authorities_and_threats_are_at_most_64_together),
        TEST(test_values_of_a_sweep_do_not_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
