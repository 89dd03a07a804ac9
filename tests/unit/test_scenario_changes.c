/* Base and include, overrides, and how dated changes become epochs. */
#include "over_world.h"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct model *
model_over_world(const char *text)
{
    struct scenario *scenario = open_over_world(text);
    struct model *model = model_in(scenario, SCENARIO_CENTRAL);

    scenario_close(scenario);
    return model;
}

static void
check_close(double got, double wanted)
{
    if (fabs(got - wanted) > 1e-12 * fabs(wanted))
        fail_msg("%.17g is not %.17g", got, wanted);
}

/* ---- base and include ---- */

static void
test_maps_merge_and_lists_replace(void **state)
{
    struct model *m = model_over_world("custodians: {provider: {rejects: 0.5, branches: []}}\n"
                                       "treaties: []\n");
    const struct custodian *provider = &m->world->custodian[0];

    (void)state;
    check_close(provider->rejects, 0.5);
    assert_int_equal(provider->home.i, 1);
    assert_int_equal(provider->served_in, 2); /* home only: the list of branches is another */
    assert_int_equal(m->world->treaties, 0);
    assert_int_equal(m->strategies, 2);
    model_free(m);
}

static void
test_null_deletes_and_new_rows_go_to_the_end(void **state)
{
    struct model *m =
        model_over_world("custodians: {provider: {rejects: null}, third: {home: CN}}\n"
                         "strategies: {far: null}\n");

    (void)state;
    assert_true(m->world->custodian[0].rejects == 0);
    assert_int_equal(m->world->custodians, 3);
    assert_string_equal(m->world->custodian[2].is.name, "third");
    assert_int_equal(m->strategies, 1);
    assert_string_equal(m->strategy[0].is.name, "near");
    model_free(m);
}

static void
test_a_distribution_is_one_value_and_is_not_merged(void **state)
{
    struct model *m = model_over_world(
        "include: [gamma.yaml]\ninstruments: {order: {filing: {exponential: {mean: 5 d}}}}\n");
    const struct instrument *order = &m->world->jurisdiction[0].instrument[0];

    (void)state;
    assert_int_equal(order->filing.kind, DIST_EXPONENTIAL);
    check_close(order->execution.p[0], 2 * 86400); /* what only the include states stays */
    model_free(m);
}

static void
test_the_file_stands_over_its_includes_and_these_over_its_base(void **state)
{
    struct model *m = model_over_world("include: [gamma.yaml]\ntitle: Mine\n");
    const struct instrument *order = &m->world->jurisdiction[0].instrument[0];

    (void)state;
    assert_string_equal(m->title, "Mine");
    assert_int_equal(order->filing.kind, DIST_GAMMA); /* the base says 3 d */
    assert_string_equal(order->is.source, "S-GAMMA"); /* of the included file as a whole */
    model_free(m);
}

static void
test_aliases_stand_for_what_they_name(void **state)
{
    struct model *m = model_over_world("data: {mail: {size: &s {uniform: {low: 1 kB, high: 3 kB}}},"
                                       " photos: {size: *s}}\n");

    (void)state;
    assert_int_equal(m->world->class[1].size.kind, DIST_UNIFORM);
    check_close(m->world->class[1].size.p[1], 3000);
    model_free(m);
}

/* ---- overrides ---- */

static void
test_an_override_sets_one_value(void **state)
{
    static const char *const sets[] = {"strategies.near.placement[0].key-cache.ttl=1 h",
                                       "custodians.provider.legal-team.reviewers=3",
                                       "custodians.provider.legal-team.review={exponential: {mean: "
                                       "2 d}}",
                                       "study.replications.legal=7",
                                       "jurisdictions.CN.instruments.raid=",
                                       "jurisdictions.US.instruments.raid={grant: 0.25}",
                                       NULL};
    struct model *m = tiny_model_of_file("tests/bad/world.yaml", sets);

    (void)state;
    check_close(m->strategy[1].epoch[0].rule[0].key_cache_ttl_s, 3600);
    assert_int_equal(m->world->custodian[0].team.reviewers, 3);
    assert_int_equal(m->world->custodian[0].team.review.kind, DIST_EXPONENTIAL);
    assert_int_equal(m->study.legal, 7);
    assert_false(m->world->jurisdiction[0].instrument[1].available);
    assert_true(m->world->jurisdiction[1].instrument[1].available);
    check_close(m->world->jurisdiction[1].instrument[1].grant, 0.25);
    model_free(m);
}

static void
check_override_fault(const char *path, const char *value, const char *message)
{
    const struct override set = {path, value};
    const struct scenario_options options = {.set = &set, .sets = 1};
    struct scenario *scenario = NULL;
    struct why why = {0};

    assert_int_equal(scenario_open(&scenario, "tests/bad/world.yaml", &options, &why), ERR_INPUT);
    assert_int_equal(why.count, 1);
    assert_string_equal(why.fault[0].text, message);
    why_release(&why);
}

static void
test_a_wrong_override_is_named(void **state)
{
    (void)state;
    check_override_fault(
        "custodians.provder.rejects", "1",
        "--set custodians.provder.rejects=1: path 'custodians.provder.rejects' "
        "leads nowhere: there is no custodian 'provder'; did you mean 'provider'?");
    check_override_fault("custodians.provider.rejects", "2",
                         "--set custodians.provider.rejects=2:1:1: custodian 'provider': rejects "
                         "must be from 0 to 1, got 2");
    check_override_fault("data.photos", "{size: 3 B}",
                         "--set data.photos={size: 3 B}: path 'data.photos' leads nowhere: there "
                         "is no data class 'photos'; known: mail");
    check_override_fault("title", "[",
                         "--set title=[:2:1: YAML: flow sequence without a closing bracket");
}

/* ---- epochs ---- */

static const char timeline[] =
    "horizon: {from: 2013-01-01, to: 2014-01-01}\n"
    "changes:\n"
    "  - {date: 2013-03-02, set: {custodians.provider.rejects: 0.3}, because: world}\n"
    "  - {date: 2012-06-01, set: {custodians.provider.narrows: 0.2}, because: before}\n"
    "strategies:\n"
    "  near:\n"
    "    changes:\n"
    "      - {date: 2013-03-02, set: {custodians.provider.rejects: 0.4}, because: own}\n"
    "      - {date: 2013-07-20, placement: [{replicas: [near], keys: [hsm]}, {replicas: [far], "
    "keys: [hsm]}], keys: new, old-copies: 90 d}\n"
    "      - {date: 2013-10-28, set: {\"strategies.near.placement[1].replicas\": [near]}}\n"
    "  still: {placement: [{replicas: [far], keys: [hsm]}]}\n";

static void
test_epochs_follow_the_dates_of_world_and_strategy(void **state)
{
    struct model *m = model_over_world(timeline);
    const struct strategy *near = &m->strategy[1], *still = &m->strategy[2];
    const struct epoch *e = near->epoch;

    (void)state;
    assert_int_equal(m->horizon, 365 * NS_PER_DAY);
    assert_int_equal(near->epochs, 4);
    assert_int_equal(still->epochs, 2);
    assert_int_equal(e[0].from, 0);
    assert_int_equal(e[1].from, 60 * NS_PER_DAY); /* 31 days of January, 28, and one */
    assert_int_equal(e[2].from, 200 * NS_PER_DAY);
    assert_int_equal(e[3].from, 300 * NS_PER_DAY);
    for (int i = 0; i < 3; i++)
        assert_int_equal(e[i].to, e[i + 1].from);
    assert_int_equal(e[3].to, m->horizon);
    assert_string_equal(e[1].because, "world; own");
    assert_null(e[2].because);
    model_free(m);
}

static void
test_at_one_instant_the_world_changes_before_the_strategy(void **state)
{
    struct model *m = model_over_world(timeline);

    (void)state;
    check_close(m->strategy[1].epoch[1].world->custodian[0].rejects, 0.4);
    check_close(m->strategy[2].epoch[1].world->custodian[0].rejects, 0.3);
    check_close(m->strategy[1].epoch[0].world->custodian[0].rejects, 0.1);
    model_free(m);
}

static void
test_changes_before_the_start_hold_from_the_start(void **state)
{
    struct model *m = model_over_world(timeline);

    (void)state;
    check_close(m->world->custodian[0].narrows, 0.2);
    check_close(m->strategy[2].epoch[0].world->custodian[0].narrows, 0.2);
    assert_int_equal(m->change[0].at, 0);
    assert_string_equal(m->change[0].text, "before");
    assert_int_equal(m->changes, 5);
    assert_int_equal(m->change[1].strategy.i, NONE);
    assert_int_equal(m->change[2].strategy.i, 1);
    assert_string_equal(m->change[3].text, "placement");
    model_free(m);
}

static void
test_a_move_says_what_becomes_of_keys_and_copies(void **state)
{
    struct model *m = model_over_world(timeline);
    const struct epoch *e = m->strategy[1].epoch;

    (void)state;
    assert_false(e[0].moved || e[1].moved);
    assert_true(e[2].moved && e[3].moved);
    assert_int_equal(e[2].keys, KEYS_NEW);
    assert_int_equal(e[2].old_copies_for, 90 * NS_PER_DAY);
    assert_int_equal(e[3].keys, KEYS_COPIED); /* the default, of a placement changed by a path */
    assert_int_equal(e[3].old_copies_for, SIM_NEVER);
    assert_int_equal(e[2].rules, 2);
    assert_int_equal(e[2].rule[1].sites, 1);
    assert_int_equal(e[3].rule[1].sites, 2);
    model_free(m);
}

static void
test_epochs_and_strategies_without_a_difference_share_their_world(void **state)
{
    struct model *m = model_over_world(timeline);
    const struct epoch *far = m->strategy[0].epoch, *near = m->strategy[1].epoch,
                       *still = m->strategy[2].epoch;

    (void)state;
    assert_ptr_equal(far[0].world, m->world);
    assert_ptr_equal(near[0].world, m->world);
    assert_ptr_equal(far[1].world, still[1].world);
    assert_ptr_not_equal(near[1].world, still[1].world);
    assert_ptr_equal(near[1].world, near[3].world);
    /* Sections without a difference are shared, too. */
    assert_ptr_equal(near[1].world->link, m->world->link);
    assert_ptr_not_equal(near[1].world->custodian, m->world->custodian);
    model_free(m);
}

static void
test_what_a_strategy_sets_stays_with_it(void **state)
{
    struct model *m = model_over_world(
        "changes: [{date: 2014-01-01, set: {sites.far.controller: partner, treaties: []}}]\n"
        "strategies:\n"
        "  near: {set: {custodians.provider.branches: [], sites.far: {at: dallas, operator: "
        "partner}}}\n");

    (void)state;
    assert_int_equal(m->world->custodian[0].served_in, 3);
    assert_int_equal(m->strategy[0].epoch[0].world->custodian[0].served_in, 3);
    assert_int_equal(m->strategy[1].epoch[0].world->custodian[0].served_in, 2);
    assert_int_equal(m->strategy[1].epoch[0].world->site[0].at.i, 2);
    assert_int_equal(m->strategy[1].epoch[1].world->site[0].operator.i, 1);
    assert_int_equal(m->strategy[1].epoch[1].world->site[0].controller.i, 1);
    assert_int_equal(m->strategy[0].epoch[1].world->site[0].at.i, 1);
    assert_int_equal(m->strategy[0].epoch[1].world->treaties, 0);
    assert_int_equal(m->strategy[0].epoch[0].world->treaties, 1);
    model_free(m);
}

/* ---- text and warnings ---- */

static void
test_the_text_holds_every_file_override_and_data_file(void **state)
{
    const struct override set = {"study.seed", "5"};
    const struct scenario_options options = {.set = &set, .sets = 1};
    struct scenario *scenario = NULL;
    const char *text, *file, *base, *override, *data;

    (void)state;
    assert_int_equal(scenario_open_text(&scenario, "top.yaml",
                                        "base: world.yaml\nnetwork: {rtt: small-matrix.csv}\n",
                                        "tests/bad", &options, NULL),
                     0);
    text = scenario_text(scenario);
    file = strstr(text, "# top.yaml\nbase: world.yaml\n");
    base = strstr(text, "# world.yaml\n# A sound scenario");
    override = strstr(text, "# --set study.seed=5\n5\n");
    data = strstr(text, "# small-matrix.csv\nfrom,to,rtt_ms");
    assert_true(file == text && base > file && override > base && data > override);
    scenario_close(scenario);
}

static void
test_the_same_files_are_the_same_text_wherever_they_lie(void **state)
{
    static const char *const path[] = {"scenarios/icloud-china.yaml",
                                       "scenarios/../scenarios/tiny/../icloud-china.yaml"};
    struct scenario *scenario[2] = {NULL, NULL};

    (void)state;
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(scenario_open(&scenario[i], path[i], NULL, NULL), 0);
    assert_string_equal(scenario_text(scenario[0]), scenario_text(scenario[1]));
    for (unsigned i = 0; i < 2; i++)
        scenario_close(scenario[i]);
}

/* Every one of `wanted`, and none of `unwanted` (a part of a message; NULL: nothing is unwanted).
 */
static void
check_warnings(const char *text, const char *const *wanted, size_t count, const char *unwanted)
{
    struct scenario *scenario = open_over_world(text);
    struct why why = {0};

    scenario_warnings(scenario, &why);
    for (size_t i = 0; i < count; i++) {
        bool found = false;

        for (size_t k = 0; k < why.count; k++)
            found = found || strcmp(why.fault[k].text, wanted[i]) == 0;
        if (!found)
            fail_msg("no warning: %s", wanted[i]);
    }
    for (size_t k = 0; k < why.count && unwanted != NULL; k++)
        assert_null(strstr(why.fault[k].text, unwanted));
    why_release(&why);
    scenario_close(scenario);
}

static void
test_warnings_name_misread_words_and_unused_rows(void **state)
{
    static const char *const wanted[] = {
        "over.yaml:2:17: 'NO' is a word here, but true or false to YAML 1.1 tools; write \"NO\"",
        "over.yaml:2:17: jurisdiction 'NO' is not used",
        "over.yaml:2:28: 'Yes' is a word here, but true or false to YAML 1.1 tools; write \"Yes\"",
        "over.yaml:3:14: custodian 'idle' is not used",
        "over.yaml:4:17: instrument 'spare' belongs to no jurisdiction",
        ("over.yaml:5:35: authority 'police': requests.orders.through names 'spare', which CN "
         "never has"),
        ("over.yaml:6:24: authority 'stately': requests.none goes through no instrument: nothing "
         "is ever asked"),
    };

    (void)state;
    check_warnings(
        "jurisdictions: {NO: {name: Yes}}\n"
        "custodians: {idle: {home: US}}\n"
        "instruments:   {spare: {addressee: user}}\n"
        "authorities: {police: {requests: {orders: {through: [order, spare]}}},\n"
        "  stately: {requests: {none: {rate: 1 per 1 y, through: [], wants: {content: 1}}}, "
        "jurisdiction: CN}}\n",
        wanted, sizeof wanted / sizeof *wanted, NULL);
}

static void
test_warnings_name_duties_and_threats_that_never_matter(void **state)
{
    static const char *const wanted[] = {
        "over.yaml:4:5: jurisdiction 'CN': inspections find nothing: nothing is required to be "
        "held inside",
        "over.yaml:6:17: jurisdiction 'CN': pressure.fine never follows: nothing is required to be "
        "held inside",
        "over.yaml:7:5: jurisdiction 'US': interference concerns nobody: no user group resides "
        "there",
        "over.yaml:7:67: jurisdiction 'US': pressure.wall never follows: no user group resides "
        "there",
        "over.yaml:9:5: threat 'idle' hits nothing that a placement uses",
        "over.yaml:10:5: threat 'never' never comes: its rate is 0",
    };

    (void)state;
    /* `on` is the format's own word; police of CN may be refused; partner operates `near`. */
    check_warnings(
        "jurisdictions:\n\n"
        "    CN: {inspections: 1 y,\n"
        "      pressure: {wall: {on: refusal, means: block, probability: 1},\n"
        "                fine: {on: violation, means: fine, probability: 1, price: 1}}}\n"
        "    US: {interference: {every: 1 d, for: 1 h}, pressure:         {wall: {on: refusal, "
        "means: block, probability: 1}}}\n"
        "threats:\n"
        "    idle: {class: criminal, rate: 1 per 1 y, key-stores: [device], accounts: 1}\n"
        "    never: {class: criminal, rate: 0 per 1 y, sites: [far], accounts: 1}\n"
        "    real: {class: criminal, rate: 1 per 1 y, custodians: [partner], accounts: 1}\n",
        wanted, sizeof wanted / sizeof *wanted, "'on'");
    check_warnings("custodians: {on: {home: US}}\n",
                   (const char *[]){"over.yaml:2:14: 'on' is a word here, but true or false to "
                                    "YAML 1.1 tools; write \"on\""},
                   1, NULL);
}

/* ---- threads ---- */

struct worker {
    pthread_t thread;
    struct scenario *scenario;
    double sum;
};

static double
fingerprint(const struct model *m)
{
    double sum = 0;

    for (uint32_t i = 0; i < m->strategies; i++)
        for (uint32_t k = 0; k < m->strategy[i].epochs; k++)
            sum += m->strategy[i].epoch[k].world->custodian[0].rejects * (i + 3 * k + 1);
    return sum;
}

static void *
work(void *self)
{
    struct worker *w = self;

    for (uint64_t world = 0; world < 200; world++) {
        struct model *m = NULL;

        if (scenario_model(w->scenario, world, &m, NULL) == 0)
            w->sum += fingerprint(m);
        model_free(m);
    }
    return NULL;
}

static void
test_threads_build_the_same_models_of_one_scenario(void **state)
{
    struct scenario *scenario =
        open_over_world("custodians: {provider: {rejects: {uncertain: {uniform: {low: 0, high: "
                        "1}}}}}\n");
    struct worker worker[3] = {{.scenario = scenario}, {.scenario = scenario}};

    (void)state;
    worker[2].scenario = scenario;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&worker[i].thread, NULL, work, &worker[i]), 0);
    work(&worker[2]);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(worker[i].thread, NULL), 0);
    assert_true(worker[0].sum > 0);
    assert_true(worker[0].sum == worker[1].sum && worker[1].sum == worker[2].sum);
    scenario_close(scenario);
}

#define TEST(name) cmocka_unit_test(name)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_maps_merge_and_lists_replace),
        TEST(test_null_deletes_and_new_rows_go_to_the_end),
        TEST(test_a_distribution_is_one_value_and_is_not_merged),
        TEST(test_the_file_stands_over_its_includes_and_these_over_its_base),
        TEST(test_aliases_stand_for_what_they_name),
        TEST(test_an_override_sets_one_value),
        TEST(test_a_wrong_override_is_named),
        TEST(test_epochs_follow_the_dates_of_world_and_strategy),
        TEST(test_at_one_instant_the_world_changes_before_the_strategy),
        TEST(test_changes_before_the_start_hold_from_the_start),
        TEST(test_a_move_says_what_becomes_of_keys_and_copies),
        TEST(test_epochs_and_strategies_without_a_difference_share_their_world),
        TEST(test_what_a_strategy_sets_stays_with_it),
        TEST(test_the_text_holds_every_file_override_and_data_file),
        TEST(test_the_same_files_are_the_same_text_wherever_they_lie),
        TEST(test_warnings_name_misread_words_and_unused_rows),
        TEST(test_warnings_name_duties_and_threats_that_never_matter),
        TEST(test_threads_build_the_same_models_of_one_scenario),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
