/* Who needs several holders: binomial tails, tries one after another, decisions that go together.
 */
#include "theory.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "legal/legal.h"
#include "scenario/scenario.h"

#define GRANT "instruments.production-order.grant="

/* Content of 1000 requests by `authority`, each opened with probability p. */
static void
check_opened(const char *scenario, const char *const *sets, const char *strategy,
             const char *authority, double p)
{
    const struct theory t = {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * p, .authority = authority};
    /* so that the binomial's standard error is at most nine tenths of what is good enough */
    const double needed = (1 - p) / p / pow(0.9 * THEORY_ERROR, 2) / (1000 * THEORY_SEEDS);

    theory_check_scenario(scenario, sets, strategy, (uint32_t)ceil(needed), &t, 1);
}

static void
test_fragments_are_had_as_the_binomial_tail_says(void **state)
{
    static const double p[] = {0.5, 0.9};

    (void)state;
    for (size_t i = 0; i < COUNT(p); i++) {
        char grant[64];
        const char *const sets[] = {grant, NULL};

        snprintf(grant, sizeof grant, GRANT "%g", p[i]);
        check_opened("erasure-m-of-n", sets, "coded", "persistent", binomial_tail(2, 3, p[i]));
        check_opened("erasure-m-of-n", sets, "replicated", "persistent", binomial_tail(1, 3, p[i]));
        check_opened("erasure-m-of-n", sets, "coded", "modest", p[i] * p[i]);
    }
}

static void
test_shares_are_had_as_the_binomial_tail_says(void **state)
{
    static const double p[] = {0.5, 0.8};

    (void)state;
    for (size_t i = 0; i < COUNT(p); i++) {
        char grant[64];
        const char *const sets[] = {grant, NULL};

        snprintf(grant, sizeof grant, GRANT "%g", p[i]);
        check_opened("k-of-n-nested", sets, "flat", "police", binomial_tail(3, 5, p[i]));
        check_opened("k-of-n-nested", sets, "nested", "police",
                     binomial_tail(2, 3, p[i]) * binomial_tail(1, 2, p[i]));
    }
}

static void
test_two_keys_are_the_product_of_their_chances(void **state)
{
    static const char *const sets[] = {"instruments.mlat.grant=0.5", NULL};

    (void)state;
    check_opened("double-key", NULL, "both-home", "police", 0.8 * 0.8);
    check_opened("double-key", sets, "abroad", "police", 0.8 * 0.5);
}

/* Tries of 30 d each, each refused with q: the k-th opens with p q^(k-1), k x 30 d later. */
static void
test_tries_one_after_another_are_a_geometric_series(void **state)
{
    static const double p[] = {0.4, 0.6};

    (void)state;
    for (size_t i = 0; i < COUNT(p); i++) {
        const double q = 1 - p[i], left = 1461 - 90.5;
        double opened = 0, days = 0, chance = p[i];
        char grant[64];
        const char *const sets[] = {grant, NULL};

        for (int k = 1; k <= 3; k++, chance *= q) {
            opened += 1000 * chance;
            days += 1000 * chance * (left - 30 * k);
        }
        const struct theory t[] = {
            {METRIC_CONTENT_ACCOUNTS, .expected = opened, .authority = "persistent"},
            {METRIC_CONTENT_ACCOUNT_DAYS, .expected = days, .authority = "persistent"},
        };

        snprintf(grant, sizeof grant, GRANT "%g", p[i]);
        theory_check_scenario("escalation", sets, "only", 4, t, COUNT(t));
    }
}

#define MANY(authority)                                                                            \
    "authorities." authority ".requests.orders.series=tiny/data/thousand-in-2021-h1.csv"

/* One decision for both custodians, or one for each. */
static void
test_custodians_whose_grant_goes_together_count_as_one(void **state)
{
    static const char *const sets[] = {MANY("joint"),
                                       MANY("apart"),
                                       "users.people.accounts=1 G",
                                       "instruments.joint-order.grant=0.8",
                                       "instruments.order.grant=0.8",
                                       NULL};

    (void)state;
    check_opened("correlated-compliance", sets, "no-law", "joint", 0.8);
    check_opened("correlated-compliance", sets, "no-law", "apart", 0.64);
}

/* The model of each world, with the scenario's own seed; 800 worlds. */
enum { WORLDS = 800 };

static void
count_opened(struct scenario *scenario, double opened[3])
{
    const struct label joint = label_with(label_total, LABEL_AUTHORITY, 0);
    struct recording r = {0};
    struct why why = {0};

    for (uint64_t world = 0; world < WORLDS; world++) {
        struct model *model;

        assert_int_equal(scenario_model(scenario, world, &model, &why), 0);
        for (uint32_t s = 1; s < 3; s++) {
            recording_clear(&r);
            r.replication = world;
            assert_int_equal(legal_run(model, (struct strategy_id){s}, world, &r, &why), 0);
            for (size_t i = 0; i < r.observations.count; i++) {
                const struct observation *o = &r.observations.item[i];

                if (o->metric == METRIC_CONTENT_ANY && label_compare(o->label, joint) == 0)
                    opened[s] += o->value;
            }
        }
        model_free(model);
    }
    recording_release(&r);
    why_release(&why);
}

/*
 * A law that comes to pass with 0.1 makes both custodians reject, or there is one for each of them.
 * It is drawn once a world, so it is for all the requests of a replication.
 */
static void
test_one_law_for_both_is_one_draw(void **state)
{
    struct override set[] = {
        {"strategies.one-law.changes[0].probability", "0.1"},
        {"strategies.two-laws.changes[0].probability", "0.1"},
        {"strategies.two-laws.changes[1].probability", "0.1"},
        {"instruments.joint-order.grant", "1"},
        {"study.seed", NULL},
    };
    const double expected[3] = {1, 0.9, 0.81};
    double opened[3] = {0};
    char seed[16];

    (void)state;
    for (unsigned i = 1; i <= THEORY_SEEDS; i++) {
        const struct scenario_options options = {
            .set = set, .sets = COUNT(set), .data_dir = "scenarios"};
        struct scenario *scenario;
        struct why why = {0};

        snprintf(seed, sizeof seed, "%u", i);
        set[4].value = seed;
        if (scenario_open(&scenario, "scenarios/tiny/correlated-compliance.yaml", &options, &why) <
            0)
            fail_msg("%s", why.fault[0].text);
        count_opened(scenario, opened);
        scenario_close(scenario);
        why_release(&why);
    }
    for (int s = 1; s < 3; s++) {
        const double n = WORLDS * THEORY_SEEDS, p = expected[s];
        const double error = sqrt(p * (1 - p) / n);

        assert_true(error <= THEORY_ERROR * p);
        CHECK_WITHIN(opened[s] / n, p, 4 * error);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fragments_are_had_as_the_binomial_tail_says),
        cmocka_unit_test(test_shares_are_had_as_the_binomial_tail_says),
        cmocka_unit_test(test_two_keys_are_the_product_of_their_chances),
        cmocka_unit_test(test_tries_one_after_another_are_a_geometric_series),
        cmocka_unit_test(test_custodians_whose_grant_goes_together_count_as_one),
        cmocka_unit_test(test_one_law_for_both_is_one_draw),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
