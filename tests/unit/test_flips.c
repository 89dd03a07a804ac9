#include "tiny.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "study/flips.h"
#include "study/gather.h"
#include "study/readings.h"

/*
 * The world of scenarios/tiny/key-cache.yaml with the key at the host: its one request is about A
 * accounts, always granted, so exactly A are exposed in every replication, and reads take 10 ms and
 * the way to the key.
 */
static const char over[] =
    "base: key-cache.yaml\n"
    "key-stores: {vault: {at: far, operator: host, kind: software, servers: 1000, service: 0 s}}\n"
    "instruments: {production-order: {addressee: custodian, filing: 0 s, grant: 1, abroad: true}}\n"
    "study: {replications: {legal: 20, traffic: 2}, seed: 1, window: 2 k, baseline: uncached}\n"
    "require:\n"
    "  - {metric: exposure.content.accounts, strategy: uncached, at-most: 70}\n"
    "  - {metric: exposure.content.accounts, strategy: uncached, at-least: 20}\n"
    "  - {metric: latency.mean, strategy: uncached, at-most: 300}\n"
    "expect:\n"
    "  - {metric: exposure.content.accounts, strategy: uncached, observed: 50}\n";

/* With the claims above by the order in the file (require first). */
enum { AT_MOST_70, AT_LEAST_20, LATENCY, EXPECT };

enum { ACCOUNTS, OPERATOR, WAY, NOTHING, UNKNOWNS };

static const struct unknown unknowns[UNKNOWNS] = {
    [ACCOUNTS] = {.path = "authorities.police.requests.orders.accounts"},
    [OPERATOR] = {.path = "key-stores.vault.operator", .is_choice = true},
    [WAY] = {.path = "network.links[1].rtt"},
    [NOTHING] = {.path = "users.people.accounts"},
};

/* How many accounts a request names at a quantile, and at the centre. */
typedef double quantile_function(double q);

static double
even(double q)
{
    return 10 + 80 * (isnan(q) ? 0.5 : q);
}

/* The mean of q^3 is 1/4, far above that of its median, 1/8. */
static double
skewed(double q)
{
    return 10 + 80 * (isnan(q) ? 0.25 : q * q * q);
}

struct fake {
    quantile_function *accounts;
    size_t models; /* made */
    size_t fail_after;
};

static int
fake_value(void *self, uint32_t unknown, double q, struct text *out, struct why *why)
{
    const struct fake *fake = self;

    (void)why;
    if (unknown == ACCOUNTS)
        text_addf(out, "%.6f", fake->accounts(q));
    else if (unknown == OPERATOR)
        text_add(out, !isnan(q) && q >= 0.7 ? "keeper" : "host");
    else if (unknown == WAY)
        text_addf(out, "%.6f ms", isnan(q) ? 200 : 100 + 200 * q);
    else
        text_addf(out, "%.0f", isnan(q) ? 5500 : 1000 + 9000 * q);
    return 0;
}

/* The model with the values of fake_value, of which one differs from the centre. */
static int
fake_model(void *self, uint32_t unknown, double q, struct model **out, struct why *why)
{
    struct fake *fake = self;
    struct override set[UNKNOWNS];
    struct text value[UNKNOWNS] = {{0}};
    struct scenario *scenario = NULL;

    if (__atomic_add_fetch(&fake->models, 1, __ATOMIC_RELAXED) > fake->fail_after)
        return why_add(why, ERR_INPUT, NULL, "no more models");
    for (uint32_t u = 0; u < UNKNOWNS; u++) {
        assert_int_equal(fake_value(fake, u, u == unknown ? q : (double)NAN, &value[u], why), 0);
        set[u] = (struct override){unknowns[u].path, text_str(&value[u])};
    }
    const struct scenario_options options = {.set = set, .sets = UNKNOWNS, .data_dir = "scenarios"};
    int rc = scenario_open_text(&scenario, "over.yaml", over, "scenarios/tiny", &options, why);

    if (rc == 0)
        rc = scenario_model(scenario, SCENARIO_CENTRAL, out, why);
    scenario_close(scenario);
    for (uint32_t u = 0; u < UNKNOWNS; u++)
        text_release(&value[u]);
    return rc;
}

static void
assert_done(int rc, struct why *why)
{
    for (size_t i = 0; i < why->count; i++)
        print_error("%s\n", why->fault[i].text);
    assert_int_equal(rc, 0);
    why_release(why);
}

/* The central model with unknowns, and the verdict on each claim. */
static struct model *
central(struct fake *fake, struct judgement_list *judged, const enum verdict *verdict)
{
    struct model *model = NULL;
    struct why why = {0};

    assert_done(fake_model(fake, NONE, (double)NAN, &model, &why), &why);
    assert_int_equal(model->claims, 4);
    model->unknown = unknowns;
    model->uncertain = UNKNOWNS;
    *judged = (struct judgement_list){0};
    for (uint32_t i = 0, require = 0; i < model->claims; i++) {
        const bool expect = model->claim[i].is_expect;

        assert_int_equal(VEC_ROOM(judged), 0);
        judged->item[judged->count++] = (struct judgement){
            .claim = &model->claim[i],
            .strategy = model->claim[i].strategy.i,
            .verdict = expect ? VERDICT_FAILS : verdict[require++],
        };
    }
    return model;
}

static const enum verdict all_hold[] = {VERDICT_HOLDS, VERDICT_HOLDS, VERDICT_HOLDS};

static int
find(struct flips *flips, struct fake *fake, const enum verdict *verdict, unsigned workers,
     const volatile int *stop, struct why *why)
{
    const struct flip_world world = {fake, fake_model, fake_value};
    const struct flip_options options = {
        .legal = 5, .traffic = 1, .workers = workers, .stop = stop};
    static struct model *model; /* answers borrow its claims: freed with the next */
    struct judgement_list judged;

    model_free(model);
    model = central(fake, &judged, verdict);
    const int rc = flips_find(flips, model, &judged, &world, &options, why);

    judgement_list_release(&judged);
    return rc;
}

static const struct flip_answer *
answer_of(const struct flips *flips, const char *metric, double at_most)
{
    for (size_t i = 0; i < flips->answers.count; i++) {
        const struct claim *c = flips->answers.item[i].claim;

        if (strcmp(c->metric, metric) == 0 && (isnan(at_most) || c->at_most == at_most))
            return &flips->answers.item[i];
    }
    fail_msg("no answer for %s", metric);
    return NULL;
}

#define STEP (0.49 / 128)

static void
test_the_threshold_of_an_input_is_where_the_answer_turns(void **state)
{
    (void)state;
    struct fake fake = {.accounts = even, .fail_after = SIZE_MAX};
    struct flips flips;
    struct why why = {0};

    assert_done(find(&flips, &fake, all_hold, 2, NULL, &why), &why);
    assert_int_equal(flips.answers.count, 3);

    /* 10 + 80 q accounts, rounded up, exceed 70 for q above 3/4. */
    const struct flip_answer *most = answer_of(&flips, "exposure.content.accounts", 70);

    assert_true(most->holds);
    assert_true(most->estimate == 50);
    assert_int_equal(most->flips.count, 1);
    assert_int_equal(most->flips.item[0].unknown, ACCOUNTS);
    assert_true(most->flips.item[0].quantile > 0.75);
    assert_true(most->flips.item[0].quantile <= 0.75 + STEP);
    assert_true(most->flips.item[0].estimate == 71);
    assert_true(fabs(most->flips.item[0].chance - (1 - most->flips.item[0].quantile)) < 1e-12);
    assert_true(fabs(strtod(most->flips.item[0].value, NULL) - even(most->flips.item[0].quantile)) <
                1e-5);

    /* Below 20 accounts for q up to 1/8 (19 at most: rounded up); the keeper, with a weight of
     * 0.3, gives nothing, and is the likelier. */
    const struct flip_answer *least = answer_of(&flips, "exposure.content.accounts", (double)NAN);

    for (size_t i = 0; i < flips.answers.count; i++)
        if (flips.answers.item[i].claim->at_least == 20)
            least = &flips.answers.item[i];
    assert_true(least->claim->at_least == 20);
    assert_int_equal(least->flips.count, 2);
    assert_int_equal(least->flips.item[0].unknown, OPERATOR);
    assert_string_equal(least->flips.item[0].value, "keeper");
    assert_true(fabs(least->flips.item[0].chance - 0.3) < 0.004);
    assert_string_equal(flips.input[OPERATOR].centre, "host");
    assert_true(fabs(strtod(flips.input[ACCOUNTS].centre, NULL) - even(0.5)) < 1e-5);
    assert_true(fabs(strtod(flips.input[ACCOUNTS].low, NULL) - even(0.01)) < 1e-5);
    assert_true(fabs(strtod(flips.input[ACCOUNTS].high, NULL) - even(0.99)) < 1e-5);
    assert_true(least->flips.item[0].estimate == 0);
    assert_int_equal(least->flips.item[1].unknown, ACCOUNTS);
    assert_true(least->flips.item[1].quantile <= 9.0 / 80);
    assert_true(least->flips.item[1].quantile >= 9.0 / 80 - STEP);

    /* 10 ms and 100 + 200 q ms exceed 300 for q above 0.95: a question of the traffic plane. */
    const struct flip_answer *latency = answer_of(&flips, "latency.mean", (double)NAN);

    assert_true(fabs(latency->estimate - 210) < 1);
    assert_int_equal(latency->flips.count, 1);
    assert_int_equal(latency->flips.item[0].unknown, WAY);
    /* latencies are binned within 0.4 %, the mean is not */
    assert_true(latency->flips.item[0].quantile > 0.95 - 1e-6);
    assert_true(latency->flips.item[0].quantile <= 0.95 + STEP);
    flips_release(&flips);
}

static void
test_a_centre_beside_the_median_is_seen(void **state)
{
    (void)state;
    /* 30 accounts at the centre; at least 20 turns at q^3 = 9/80, q = 0.4827, below the median. The
     * value there is 20 at most, so also the other way round: */
    struct fake fake = {.accounts = skewed, .fail_after = SIZE_MAX};
    static const enum verdict verdict[] = {VERDICT_UNDECIDED, VERDICT_HOLDS, VERDICT_UNDECIDED};
    struct flips flips;
    struct why why = {0};

    assert_done(find(&flips, &fake, verdict, 1, NULL, &why), &why);
    assert_int_equal(flips.answers.count, 1); /* what is undecided is left out */
    const struct flip_answer *a = &flips.answers.item[0];
    const double turns = cbrt(9.0 / 80);

    assert_true(a->estimate == 30);
    assert_int_equal(a->flips.count, 2);
    assert_int_equal(a->flips.item[0].unknown, ACCOUNTS);
    assert_true(a->flips.item[0].quantile <= turns);
    assert_true(a->flips.item[0].quantile >= turns - STEP);
    assert_true(a->flips.item[0].chance > a->flips.item[1].chance);
    flips_release(&flips);
}

/* 60 accounts at the median, 15 at the centre, which so lies at a quantile of 0.0625. */
static double
low_centre(double q)
{
    return isnan(q) ? 15 : 10 + 80 * q;
}

static void
test_a_median_that_flips_is_halved_in_on_from_the_other_side(void **state)
{
    (void)state;
    struct fake fake = {.accounts = low_centre, .fail_after = SIZE_MAX};
    static const enum verdict verdict[] = {VERDICT_UNDECIDED, VERDICT_FAILS, VERDICT_UNDECIDED};
    struct flips flips;
    struct why why = {0};

    assert_done(find(&flips, &fake, verdict, 1, NULL, &why), &why);
    const struct flip_answer *a = &flips.answers.item[0];

    assert_false(a->holds);
    assert_int_equal(a->flips.count, 1); /* the keeper gives even less */
    assert_true(a->flips.item[0].quantile > 9.0 / 80);
    assert_true(a->flips.item[0].quantile <= 9.0 / 80 + STEP);
    assert_true(fabs(a->flips.item[0].chance - (1 - a->flips.item[0].quantile)) < 1e-12);
    flips_release(&flips);
}

static void
test_flips_are_the_same_on_any_number_of_workers(void **state)
{
    (void)state;
    struct fake fake = {.accounts = even, .fail_after = SIZE_MAX};
    struct flips one, many;
    struct why why = {0};

    assert_done(find(&one, &fake, all_hold, 1, NULL, &why), &why);
    assert_done(find(&many, &fake, all_hold, 3, NULL, &why), &why);
    assert_int_equal(one.points, many.points);
    for (size_t a = 0; a < one.answers.count; a++) {
        const struct flip_answer *x = &one.answers.item[a], *y = &many.answers.item[a];

        assert_memory_equal(&x->estimate, &y->estimate, sizeof x->estimate);
        assert_int_equal(x->flips.count, y->flips.count);
        for (size_t i = 0; i < x->flips.count; i++) {
            assert_true(x->flips.item[i].quantile == y->flips.item[i].quantile);
            assert_true(x->flips.item[i].estimate == y->flips.item[i].estimate);
            assert_string_equal(x->flips.item[i].value, y->flips.item[i].value);
        }
    }
    flips_release(&one);
    flips_release(&many);
}

static void
test_a_search_for_flips_can_be_stopped_and_tells_the_error_of_a_model(void **state)
{
    (void)state;
    struct fake fake = {.accounts = even, .fail_after = SIZE_MAX};
    const volatile int stop = 1;
    struct flips flips;
    struct why why = {0};

    assert_int_equal(find(&flips, &fake, all_hold, 2, &stop, &why), ERR_STOPPED);
    flips_release(&flips);
    why_release(&why);
    for (size_t n = 2; n < 20; n++) { /* 1: the central model of the test itself */
        fake.models = 0;
        fake.fail_after = n;
        assert_int_equal(find(&flips, &fake, all_hold, 1, NULL, &why), ERR_INPUT);
        assert_string_equal(why.fault[0].text, "no more models");
        flips_release(&flips);
        why_release(&why);
    }
}

static void
test_nothing_decided_asks_for_no_trial(void **state)
{
    (void)state;
    struct fake fake = {.accounts = even, .fail_after = 1};
    static const enum verdict verdict[] = {VERDICT_UNDECIDED, VERDICT_UNDECIDED, VERDICT_UNDECIDED};
    struct flips flips;
    struct why why = {0};

    assert_done(find(&flips, &fake, verdict, 1, NULL, &why), &why);
    assert_int_equal(flips.answers.count, 0);
    assert_int_equal(flips.points, 0);
    flips_release(&flips);
}

/* ---- readings ---- */

static const struct reading readings_stated[] = {
    {.is = {.name = "narrow"}, .because = "keys abroad are out of reach"},
    {.is = {.name = "wide"}},
};

/* Narrow: the order reaches nothing abroad, so the key is out of reach. Wide: as stated. */
static int
reading_model(void *self, uint32_t reading, uint64_t world, struct model **out, struct why *why)
{
    const struct override set[] = {
        {"authorities.police.requests.orders.accounts", "50"},
        {"instruments.production-order.abroad", reading == 0 ? "false" : "true"},
    };
    const struct scenario_options options = {.set = set, .sets = 2, .data_dir = "scenarios"};
    struct scenario *scenario = NULL;
    int rc = scenario_open_text(&scenario, "over.yaml", over, "scenarios/tiny", &options, why);

    (void)self;
    if (rc == 0)
        rc = scenario_model(scenario, world, out, why);
    scenario_close(scenario);
    return rc;
}

static int
stated_model(void *self, uint64_t world, struct model **out, struct why *why)
{
    return reading_model(self, 1, world, out, why);
}

static void
test_conclusions_are_sorted_by_the_readings_under_which_they_hold(void **state)
{
    (void)state;
    const struct world_source stated = {.make = stated_model};
    const struct study_options study = {.strategies = 3, .legal = 10, .traffic = 2, .workers = 2};
    const struct reading_source source = {.model = reading_model};
    const struct reading_options options = {
        .strategies = 3, .legal = 10, .traffic = 2, .workers = 2};
    struct legend legend;
    struct outcome outcome;
    struct judgement_list judged;
    struct model *model;
    struct readings r;
    struct why why = {0};

    assert_done(stated_model(NULL, 0, &model, &why), &why);
    model->reading = readings_stated;
    model->readings = 2;
    assert_int_equal(legend_make(&legend, model), 0);
    assert_done(gather(&outcome, &legend, &stated, &study, &why), &why);
    assert_done(verdict_judge(&judged, model, &outcome, &why), &why);
    assert_done(readings_judge(&r, model, &judged, &outcome, METRIC_CONTENT_ACCOUNTS, label_total,
                               &source, &options, &why),
                &why);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.conclusions, judged.count);
    for (size_t i = 0; i < r.conclusions; i++) {
        const struct claim *c = r.conclusion[i].stated->claim;

        if (c->is_expect) /* 50 accounts were seen: none of the ten replications differs */
            assert_int_equal(r.conclusion[i].holds, AGREE_SOME);
        else if (c->at_least == 20)
            assert_int_equal(r.conclusion[i].holds, AGREE_SOME);
        else
            assert_int_equal(r.conclusion[i].holds, AGREE_ALL);
        assert_ptr_equal(r.item[0].judged.item[i].claim, c);
        assert_int_equal(r.item[1].judged.item[i].verdict, r.conclusion[i].stated->verdict);
    }
    assert_true(r.same_order); /* under the narrow reading nobody is told apart */
    assert_int_equal(r.stated.count, 2);
    assert_int_equal(r.stated.place[1], STANDING_SAME);
    readings_release(&r);
    judgement_list_release(&judged);
    outcome_release(&outcome);
    legend_release(&legend);
    model_free(model);
}

static void
test_a_study_in_memory_is_the_same_on_any_number_of_workers(void **state)
{
    (void)state;
    const struct world_source stated = {.make = stated_model};
    struct outcome outcome[2];
    struct legend legend;
    struct model *model;
    struct why why = {0};

    assert_done(stated_model(NULL, 0, &model, &why), &why);
    assert_int_equal(legend_make(&legend, model), 0);
    for (unsigned i = 0; i < 2; i++) {
        const struct study_options study = {
            .strategies = 3, .legal = 40, .traffic = 3, .workers = i == 0 ? 1 : 4};

        assert_done(gather(&outcome[i], &legend, &stated, &study, &why), &why);
    }
    assert_int_equal(outcome[0].count, outcome[1].count);
    assert_true(outcome[0].count > 20);
    for (size_t i = 0; i < outcome[0].count; i++) {
        const struct series *a = &outcome[0].series[i], *b = &outcome[1].series[i];

        assert_int_equal(a->metric, b->metric);
        assert_int_equal(label_compare(a->label, b->label), 0);
        assert_int_equal(a->count, b->count);
        assert_memory_equal(a->value, b->value, a->count * sizeof *a->value);
    }
    outcome_release(&outcome[0]);
    outcome_release(&outcome[1]);
    legend_release(&legend);
    model_free(model);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_threshold_of_an_input_is_where_the_answer_turns),
        cmocka_unit_test(test_a_centre_beside_the_median_is_seen),
        cmocka_unit_test(test_a_median_that_flips_is_halved_in_on_from_the_other_side),
        cmocka_unit_test(test_flips_are_the_same_on_any_number_of_workers),
        cmocka_unit_test(test_a_search_for_flips_can_be_stopped_and_tells_the_error_of_a_model),
        cmocka_unit_test(test_nothing_decided_asks_for_no_trial),
        cmocka_unit_test(test_conclusions_are_sorted_by_the_readings_under_which_they_hold),
        cmocka_unit_test(test_a_study_in_memory_is_the_same_on_any_number_of_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
