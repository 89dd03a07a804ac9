/* A whole scenario: user operations a second, on one thread and on all. */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/bench_engine.h"
#include "cli/cli.h"
#include "study/study.h"

/* A read that passes two queues, behind a cache of keys; bench/peers has the same. */
static const char placement[] =
    "jurisim: 1\n"
    "title: A read behind a cache of keys\n"
    "horizon: {from: 2021-01-01, to: 2022-01-01}\n"
    "jurisdictions: {AA: {name: A}}\n"
    "places: {home: {in: AA}, front: {in: AA}, far: {in: AA}, vault: {in: AA}}\n"
    "network:\n"
    "  within: 0 ms\n"
    "  links:\n"
    "    - {between: [home, front], rtt: 30 ms}\n"
    "    - {between: [front, far], rtt: 10 ms}\n"
    "    - {between: [front, vault], rtt: 120 ms}\n"
    "    - {between: [home, far], rtt: 40 ms}\n"
    "    - {between: [home, vault], rtt: 150 ms}\n"
    "    - {between: [far, vault], rtt: 125 ms}\n"
    "custodians: {host: {home: AA}}\n"
    "sites:\n"
    "  gateway: {at: front, operator: host, servers: 1, service: 0 s}\n"
    "  replica: {at: far, operator: host, servers: 12, service: {exponential: {mean: 4 ms}}}\n"
    "key-stores:\n"
    "  keys: {at: vault, operator: host, kind: hsm, extractable: false, servers: 4,\n"
    "         service: {exponential: {mean: 5 ms}}}\n"
    "crypto: {open: 0 s, seal: 0 s}\n"
    "data: {notes: {weight: 1, size: 1 B}}\n"
    "users: {people: {at: home, resident-of: AA, accounts: 1 M, operations: 1 per 500 s, reads: "
    "1}}\n"
    "strategies:\n"
    "  only: {placement: [{gateway: gateway, replicas: [replica], keys: [keys],\n"
    "                      key-cache: {ttl: 1000 s}}]}\n"
    "study: {replications: {legal: 1, traffic: 4}, seed: 1, window: 400 k, baseline: only}\n";

struct runs {
    struct scenario *scenario;
    uint64_t strategies; /* all */
    uint32_t replications;
    unsigned threads;
    uint64_t operations; /* of the slot under way */
};

static int
keep(void *self, const struct recording *recording, struct why *why)
{
    struct runs *runs = self;

    (void)why;
    for (size_t i = 0; i < recording->windows.count; i++)
        runs->operations += recording->windows.item[i].operations;
    return 0;
}

static int
runs_run(void *work, double *value, uint64_t *answer, struct why *why)
{
    struct runs *runs = work;
    const struct sink sink = {.self = runs, .put = keep};
    const struct study_options options = {
        .strategies = runs->strategies, .traffic = runs->replications, .workers = runs->threads};
    const int64_t start = engine_now_ns();

    runs->operations = 0;
    const int rc = study_run(runs->scenario, &options, &sink, why);

    *value = (double)runs->operations * 1e9 / (double)(engine_now_ns() - start);
    *answer = runs->operations;
    return rc;
}

/* The plan's scenario, or the built-in one, and all its strategies; both may be set on failure. */
static int
open_scenario(const struct engine_plan *plan, struct scenario **scenario, struct model **model,
              uint64_t *strategies, struct why *why)
{
    const struct scenario_options none = {0};
    struct cli_scenario in = {.path = plan->scenario};
    int rc = plan->scenario != NULL
                 ? cli_open_scenario(&in, scenario, why)
                 : scenario_open_text(scenario, "placement", placement, ".", &none, why);

    if (rc == 0)
        rc = scenario_model(*scenario, SCENARIO_CENTRAL, model, why);
    if (rc == 0)
        rc = cli_strategies(*model, NULL, strategies, why);
    return rc;
}

int
engine_check_scenario(const struct engine_plan *plan, struct why *why)
{
    struct scenario *scenario = NULL;
    struct model *model = NULL;
    uint64_t strategies = 0;
    const int rc = open_scenario(plan, &scenario, &model, &strategies, why);

    model_free(model);
    scenario_close(scenario);
    return rc;
}

int
engine_bench_scenario(const struct engine_plan *plan, struct engine_rows *rows, struct why *why)
{
    struct runs runs[2] = {{.threads = 1}, {.threads = plan->threads}};
    struct engine_group group = {.name = "scenario-operations"};
    struct scenario *scenario = NULL;
    struct model *model = NULL;
    uint64_t strategies = 0;
    int rc = open_scenario(plan, &scenario, &model, &strategies, why);

    for (size_t i = 0; rc == 0 && i < (plan->threads > 1 ? 2 : 1); i++) {
        runs[i].scenario = scenario;
        runs[i].strategies = strategies;
        runs[i].replications = 4 * plan->threads;
        group.item[group.count++] =
            (struct engine_case){.backend = plan->scenario != NULL ? "scenario" : "placement",
                                 .mode = "traffic",
                                 .unit = "1/s",
                                 .threads = runs[i].threads,
                                 .work = &runs[i],
                                 .run = runs_run};
    }
    if (rc == 0)
        rc = engine_add_spin(&group, plan, why);
    if (rc == 0)
        rc = engine_measure(&group, plan, rows, why);
    engine_group_release(&group);
    model_free(model);
    scenario_close(scenario);
    return rc;
}
