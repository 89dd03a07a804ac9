/*
 * What an operation costs by how many are under way at once, from a thousand to a million: the
 * windows of one scenario, whose operations wait longer or shorter at a station with a server for
 * each. bench/flight.yaml is the same scenario.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/bench_engine.h"
#include "scenario/scenario.h"
#include "traffic/regime.h"
#include "traffic/window.h"

enum { MEANS = 4, OPERATIONS_PER_S = 1000, OPERATIONS = 6000000, ROUNDS_MOST = 7 };
enum { QUICK_OPERATIONS = OPERATIONS / 6 };

static const char flight[] =
    "jurisim: 1\n"
    "title: Operations in flight\n"
    "horizon: {from: 2021-01-01, to: 2022-01-01}\n"
    "jurisdictions: {AA: {name: A}}\n"
    "places: {here: {in: AA}, vault: {in: AA}}\n"
    "network:\n"
    "  within: 0 ms\n"
    "  links:\n"
    "    - {between: [here, here], rtt: 0 ms}\n"
    "    - {between: [here, vault], rtt: 10 ms}\n"
    "custodians: {host: {home: AA}}\n"
    "sites:\n"
    "  replica: {at: here, operator: host, servers: 100 M,\n"
    "            service: {exponential: {mean: %llu s}}}\n"
    "key-stores:\n"
    "  keys: {at: vault, operator: host, kind: hsm, extractable: false, servers: 100 M,\n"
    "         service: 1 ms}\n"
    "crypto: {open: 0 s, seal: 0 s}\n"
    "data: {notes: {weight: 1, size: 1 B}}\n"
    "users:\n"
    "  people: {at: here, resident-of: AA, accounts: 1 M, operations: 1 per 1000 s, reads: 1}\n"
    "strategies:\n"
    "  only: {placement: [{replicas: [replica], keys: [keys]}]}\n"
    "study: {replications: {legal: 1, traffic: 1}, seed: 1, window: 1 k, baseline: only}\n";

struct windows {
    struct scenario *scenario;
    struct model *model;
    struct regime_list regimes;
    struct paths paths;
    struct window *window; /* owned */
    uint64_t operations;   /* counted in a slot */
};

static void
windows_release(void *work)
{
    struct windows *w = work;

    if (w == NULL)
        return;
    if (w->window != NULL)
        window_release(w->window);
    free(w->window);
    paths_release(&w->paths);
    regime_list_release(&w->regimes);
    model_free(w->model);
    scenario_close(w->scenario);
    free(w);
}

/* `operations` a slot, which wait `mean_s` on average. */
static int
windows_new(struct windows **out, uint64_t mean_s, uint64_t operations, struct why *why)
{
    const struct scenario_options none = {0};
    struct windows *w = *out = calloc(1, sizeof *w);
    struct text text = {0};
    int rc = w == NULL ? why_no_memory(why) : 0;

    text_addf(&text, flight, (unsigned long long)mean_s);
    if (rc == 0)
        rc = text.lost
                 ? why_no_memory(why)
                 : scenario_open_text(&w->scenario, "flight", text_str(&text), ".", &none, why);
    if (rc == 0)
        rc = scenario_model(w->scenario, SCENARIO_CENTRAL, &w->model, why);
    if (rc == 0)
        rc = regime_list_make(&w->regimes, w->model, (struct strategy_id){0}, why);
    if (rc == 0)
        rc = paths_make(&w->paths, &w->regimes.item[0], why);
    if (rc == 0) {
        w->operations = operations;
        w->window = calloc(1, sizeof *w->window);
        rc = w->window == NULL ? why_no_memory(why) : 0;
    }
    text_release(&text);
    return rc;
}

/* Nanoseconds of each operation simulated: also of those that warm up and that keep company. */
static int
windows_run(void *work, double *value, uint64_t *answer, struct why *why)
{
    struct windows *w = work;
    const struct window_plan plan = {w->regimes.item[0].epoch->world, &w->paths, 1, 0,
                                     w->operations};

    window_clear(w->window);
    const int64_t start = engine_cpu_ns();
    const int rc = window_run(w->window, &plan);

    *value = (double)(engine_cpu_ns() - start) / (double)w->window->simulated;
    *answer = 0; /* each mean is a scenario of its own */
    return rc < 0 ? why_add(why, (enum err)rc, NULL, "cannot simulate operations in flight") : 0;
}

/* Memory that a window keeps, for each operation of the most that were under way at once. */
static int
add_bytes(const struct windows *w, struct engine_rows *rows, struct why *why)
{
    const struct window *of = w->window;
    double bytes = (double)of->op_room * sizeof *of->op + (double)of->done_room * sizeof *of->done +
                   (double)of->queue.pool.made * sizeof(struct chunk);

    for (size_t i = 0; i < COUNT(of->station); i++)
        bytes += (double)of->station[i].capacity * sizeof *of->station[i].free_at;
    if (VEC_ROOM(rows) < 0)
        return why_no_memory(why);
    const double each = bytes / (double)of->ops;

    rows->item[rows->count++] = (struct engine_row){.name = "operation-memory",
                                                    .backend = "window",
                                                    .mode = "in flight",
                                                    .unit = "B",
                                                    .size = of->ops,
                                                    .threads = 1,
                                                    .median = each,
                                                    .low = each,
                                                    .high = each,
                                                    .ratio = (double)NAN,
                                                    .ratio_low = (double)NAN,
                                                    .ratio_high = (double)NAN};
    return 0;
}

int
engine_bench_flight(const struct engine_plan *plan, struct engine_rows *rows, struct why *why)
{
    static const char *const backend[MEANS] = {"1000-under-way", "10000-under-way",
                                               "100000-under-way", "1000000-under-way"};
    struct engine_group group = {.name = "operation"};
    struct engine_plan shorter = *plan;
    const size_t step = plan->quick ? 2 : 1; /* a thousand and a hundred thousand */
    uint64_t mean_s = 1;
    int rc = 0;

    shorter.rounds = plan->rounds < ROUNDS_MOST ? plan->rounds : ROUNDS_MOST;
    for (size_t i = 0; rc == 0 && i < MEANS; i += step, mean_s *= plan->quick ? 100 : 10) {
        struct windows *w;

        rc = windows_new(&w, mean_s, plan->quick ? QUICK_OPERATIONS : OPERATIONS, why);
        group.item[group.count++] = (struct engine_case){backend[i],  "in flight",     "ns", 1, w,
                                                         windows_run, windows_release, 0};
    }
    if (rc == 0)
        rc = engine_measure(&group, &shorter, rows, why);
    for (size_t i = 0; rc == 0 && i < group.count; i++)
        rc = add_bytes(group.item[i].work, rows, why);
    engine_group_release(&group);
    return rc;
}
