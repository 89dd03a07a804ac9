/*
 * The chances that `explain` gives are the shares that the simulation opens, where all hangs on a
 * cached key, on plaintext in use at a watched gateway, or on both. Worlds of one request a day and
 * more about one account of a billion, so that none is asked for twice.
 */
#include "goodness.h"
#include "tiny.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "legal_world.h"
#include "report/explain.h"

static const char world[] =
    "jurisim: 1\n"
    "horizon: {from: 2021-01-01, to: 2025-01-01}\n"
    "instruments:\n"
    "  tap: {addressee: state-custodian, grant: %s, holds-for: %s, watches: %s}\n"
    "  order: {addressee: custodian, grant: 0.8}\n"
    "jurisdictions: {AA: {instruments: {tap: {}, order: {}}}, BB: {}}\n"
    "places: {in-a: {in: AA}, in-b: {in: BB}}\n"
    "network: {within: 1 ms, links: [{between: [in-a, in-b], rtt: 10 ms}]}\n"
    "custodians: {telecom: {home: AA, owner: state}, host: {home: AA, rejects: 0.25},\n"
    "             keeper: {home: BB}}\n"
    "sites:\n"
    "  gate: {at: in-a, operator: telecom, servers: 1, service: 0 s}\n"
    "  store: {at: in-a, operator: host, servers: 1, service: 0 s}\n"
    "key-stores: {vault: {at: in-b, operator: keeper, kind: software, servers: 1, service: 0 s}}\n"
    "crypto: {open: 0 s, seal: 0 s}\n"
    "data: {notes: {weight: 0.3, size: 1 B}, mail: {weight: 0.7, size: 1 B}}\n"
    "users: {people: {at: in-a, resident-of: AA, accounts: 1 G, operations: 40 per 1 d,\n"
    "                 reads: 0.6}}\n"
    "authorities: {police: {jurisdiction: AA, requests: {asks: {%s,\n"
    "    through: [tap, order], data: %s, wants: {content: 1}}}}}\n"
    "strategies: {here: {placement: [{replicas: [%s], gateway: gate, keys: [vault],\n"
    "                                 key-cache: {ttl: %s}, key-scope: %s}]}}\n";

struct told {
    const char *name, *grant, *holds, *watches, *arrives, *data, *replica, *ttl, *scope;
    uint32_t replications;
    int class; /* of the metric, and the row told; -1: all together, as words tell it */
};

static double
number_after(const char *text, const char *from, const char *key)
{
    const char *at = strstr(text, from);

    assert_non_null(at);
    at = strstr(at, key);
    assert_non_null(at);
    return strtod(at + strlen(key), NULL);
}

/* The only plan's chance, as JSON tells of a class or words of all that one rule serves. */
static double
chance_told(const struct model *m, int class)
{
    const struct explain_options o = {.strategies = 1, .authority = {NONE}, .on = SIM_NEVER};
    struct text out = {0};
    double p;

    if (class < 0) {
        assert_int_equal(explain_text(&out, m, &o, NULL), 0);
        p = number_after(text_str(&out), "police (asks)", "succeeds with probability ");
    } else {
        char row[64];

        snprintf(row, sizeof row, "\"data\":\"%s\"", m->world->class[class].is.name);
        assert_int_equal(explain_json(&out, m, &o, NULL), 0);
        const char *at = strstr(text_str(&out), row);

        assert_non_null(at);
        at = strstr(at, "\"plans\":[{");
        assert_non_null(at);
        p = number_after(at, "}],\"days\":", "\"probability\":");
    }
    text_release(&out);
    return p;
}

static void
check(const struct told *t)
{
    const struct label label =
        t->class < 0 ? label_total : label_with(label_total, LABEL_DATA, (uint32_t)t->class);
    struct recording r = {.plane = PLANE_LEGAL};
    char yaml[4096];
    double asked = 0, opened = 0;

    snprintf(yaml, sizeof yaml, world, t->grant, t->holds, t->watches, t->arrives, t->data,
             t->replica, t->ttl, t->scope);
    struct model *m = tiny_model(yaml);
    const double p = chance_told(m, t->class);

    for (uint32_t i = 0; i < t->replications; i++) {
        recording_clear(&r);
        r.plane = PLANE_LEGAL;
        r.replication = i;
        assert_int_equal(legal_run(m, (struct strategy_id){0}, i, &r, NULL), 0);
        asked += lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total);
        opened += lw_value(&r, METRIC_CONTENT_ACCOUNTS, label);
    }
    recording_release(&r);
    model_free(m);
    assert_true(p > 0 && p < 1);
    const double error = sqrt(p * (1 - p) / asked);
    const double rounding = t->class < 0 ? 5e-4 * p : 0; /* words tell three figures */

    print_message("%s: told %.4f, simulated %.4f +- %.4f\n", t->name, p, opened / asked, error);
    if (fabs(opened / asked - p) > rounding)
        CHECK_FIT(normal_probability((fabs(opened / asked - p) - rounding) / error));
}

#define DAILY "rate: 20 per 1 d"
#define ONCE  "series: data/one-in-2021-h1.csv, country: AA, as: exact"

static void
test_explain_tells_the_chance_that_is_simulated(void **state)
{
    static const struct told told[] = {
        {"a cache", "0.7", "1 h", "false", DAILY, "[notes]", "gate", "10 min", "account", 1, 0},
        {"plaintext in use", "0.7", "20 min", "true", DAILY, "[mail]", "gate", "0 s", "account", 1,
         1},
        {"a cache and plaintext", "0.7", "20 min", "true", DAILY, "[mail]", "gate", "15 min",
         "account", 1, 1},
        {"a class of two", "1", "20 min", "true", DAILY, "[notes, mail]", "gate", "15 min",
         "account", 1, 0},
        {"two classes", "1", "20 min", "true", DAILY, "[notes, mail]", "gate", "15 min", "account",
         1, -1},
        {"one class asked for of two", "1", "20 min", "true", DAILY, "[notes]", "gate", "15 min",
         "account", 1, -1},
        {"two classes in use", "1", "20 min", "true", DAILY, "[notes, mail]", "gate", "0 s",
         "account", 1, -1},
        {"two levers", "0.7", "1 h", "false", DAILY, "[notes]", "store", "10 min", "account", 1, 0},
        {"a key for all", "0.7", "0.003 ms", "false", ONCE, "[notes]", "gate", "0.001 ms", "cohort",
         4000, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(told); i++)
        check(&told[i]);
}

/* Solved on paper in scenarios/tiny/insider-common-cause.yaml: each target is hit with 1 - exp(-1),
 * both with 1 - 2 exp(-1) + exp(-(2 - beta)), which the simulation is held to there. */
static void
test_importance_of_a_threat_is_that_of_its_events_within_the_horizon(void **state)
{
    static const double beta[] = {0, 0.4, 1};
    static const char path[] = "scenarios/tiny/insider-common-cause.yaml";
    struct model *m = tiny_model_of_file(path, NULL);
    const double hit = 1 - exp(-1);

    (void)state;
    for (uint32_t i = 0; i < COUNT(beta); i++) {
        const struct explain_options o = {
            .strategies = UINT64_C(1) << i, .authority = {1}, .on = SIM_NEVER};
        const double both = 1 - 2 * exp(-1) + exp(-(2 - beta[i]));
        struct text out = {0};

        assert_int_equal(explain_json(&out, m, &o, NULL), 0);
        for (unsigned k = 0; k < 2; k++) {
            const char *row =
                strstr(text_str(&out),
                       k == 0 ? "\"holder\":\"store\",\"kind\":\"site\"" : "\"holder\":\"vault\"");

            assert_non_null(row);
            /* with the one in hand it needs the other; 4 years are 1461 days */
            CHECK_NEAR(number_after(row, row, "\"taken\":"), hit, 1e-6);
            CHECK_NEAR(number_after(row, row, "\"birnbaum\":"), hit, 1e-6);
            CHECK_NEAR(number_after(row, row, "\"criticality\":"), hit * hit / both, 1e-6);
            CHECK_NEAR(number_after(row, row, "\"achievement\":"), hit / both, 1e-6);
        }
        text_release(&out);
    }
    model_free(m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_importance_of_a_threat_is_that_of_its_events_within_the_horizon),
        cmocka_unit_test(test_explain_tells_the_chance_that_is_simulated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
