#include "traffic/traffic.h"

#include <math.h>
#include <stdlib.h>
#include "traffic/regime.h"
#include "traffic/vpn.h"
#include "traffic/window.h"

/* Sums over the regimes of one strategy. */
struct totals {
    double served_per_s;
    double key_reads_per_s, key_hits_per_s;
    bool fallible; /* operations may fail for more than one cause */
    double operations_per_s[HOLDERS_MAX], failed_per_s[HOLDERS_MAX][FAILURES]; /* of cohorts */
    double utilisation[STATIONS_MAX];
    struct batch_sums batches;
};

/* One operation's weight in a window of this regime. Hour multipliers have mean 1, so the rate is
 * the day's mean. */
static double
operation_weight(const struct cohort *cohort, double probability, uint64_t operations)
{
    return probability * cohort->accounts * cohort->operations_per_s / (double)operations;
}

static uint64_t
cohort_operations(const struct window *w, const struct world *world, uint32_t cohort)
{
    uint64_t sum = 0;

    for (uint32_t c = 0; c < world->classes; c++)
        sum += w->cell[cohort * world->classes + c].operations;
    return sum;
}

/* Moves one cohort's cells of a window to the recording. */
static int
record_cohort(struct recording *out, struct window *w, const struct window_result *kind,
              const struct world *world, struct totals *sum)
{
    const double weight = operation_weight(&world->cohort[kind->cohort], kind->weight,
                                           cohort_operations(w, world, kind->cohort));

    for (uint32_t c = 0; c < world->classes; c++) {
        struct window_cell *cell = &w->cell[kind->cohort * world->classes + c];

        if (cell->operations == 0)
            continue;
        struct window_result *row = record_window(out);

        if (row == NULL)
            return ERR_MEMORY;
        *row = *kind;
        row->class = (uint16_t)c;
        row->weight = weight;
        row->operations = cell->operations;
        row->served = cell->served;
        row->key_reads = cell->key_reads;
        row->key_hits = cell->key_hits;
        row->latency = cell->latency; /* the recording owns it now */
        cell->latency = (struct hist){0};
        sum->operations_per_s[kind->cohort] += weight * (double)cell->operations;
        for (uint32_t f = 0; f < FAILURES; f++)
            sum->failed_per_s[kind->cohort][f] += weight * (double)cell->failed[f];
        sum->served_per_s += weight * (double)cell->served;
        sum->key_reads_per_s += weight * (double)cell->key_reads;
        sum->key_hits_per_s += weight * (double)cell->key_hits;
    }
    return 0;
}

static void
add_batches(const struct window *w, const struct regime *regime, struct totals *sum)
{
    const struct world *world = regime->epoch->world;
    double weight[HOLDERS_MAX];

    for (uint32_t i = 0; i < world->cohorts; i++) {
        const uint64_t operations = cohort_operations(w, world, i);

        weight[i] = operations > 0
                        ? operation_weight(&world->cohort[i], regime->probability, operations)
                        : 0;
    }
    batches_add(&w->batches, weight, world->cohorts, &sum->batches);
}

static void
add_utilisation(const struct window *w, const struct regime *regime, struct totals *sum)
{
    const struct world *world = regime->epoch->world;
    const double weight = regime->probability / w->measured_ns;

    for (uint32_t i = 0; i < world->sites; i++)
        sum->utilisation[i] += weight * w->work_ns[i] / world->site[i].servers;
    for (uint32_t i = 0; i < world->stores; i++) {
        const uint32_t s = STATION_OF_STORE(i);

        if (world->store[i].kind != STORE_DEVICE)
            sum->utilisation[s] += weight * w->work_ns[s] / world->store[i].servers;
    }
}

/* What all regimes of a run share. */
struct run {
    const struct model *model;
    struct strategy_id strategy;
    uint64_t replication;
    struct recording *out;
    struct window *window;
    struct totals sum;
    struct why *why;
};

static int
run_regime(struct run *run, const struct regime *regime, size_t ordinal)
{
    const struct world *world = regime->epoch->world;
    struct window *w = run->window;
    struct paths paths = {0};
    int rc = paths_make(&paths, regime, run->why);

    if (rc < 0)
        goto out;
    run->sum.fallible |= paths_are_fallible(&paths);
    const struct window_plan plan = {world, &paths, run->model->study.seed, run->replication,
                                     run->model->study.window};

    rc = window_run(w, &plan);
    if (rc == 0)
        add_batches(w, regime, &run->sum);
    for (uint32_t i = 0; rc == 0 && i < world->cohorts; i++) {
        const struct window_result kind = {.strategy = (uint16_t)run->strategy.i,
                                           .regime = (uint16_t)ordinal,
                                           .cohort = (uint16_t)i,
                                           .weight = regime->probability};

        rc = record_cohort(run->out, w, &kind, world, &run->sum);
    }
    if (rc == 0 && w->measured_ns > 0)
        add_utilisation(w, regime, &run->sum);
    if (rc == ERR_MEMORY)
        rc = why_no_memory(run->why);
    else if (rc == ERR_NUMERIC)
        rc = why_add(run->why, rc, NULL, "strategy '%s': an operation's latency is out of range",
                     run->model->strategy[run->strategy.i].is.name);
out:
    window_clear(w);
    paths_release(&paths);
    return rc;
}

/* Shares of operations that failed, by cause: of all, and of each cohort. */
static int
record_failed(const struct run *run)
{
    static const enum metric_id metric[FAILURES] = {
        [FAILURE_DOWN] = METRIC_FAILED_DOWN,
        [FAILURE_UNREACHABLE] = METRIC_FAILED_UNREACHABLE,
        [FAILURE_REFUSED] = METRIC_FAILED_REFUSED,
        [FAILURE_TIMED_OUT] = METRIC_FAILED_TIMED_OUT,
    };
    const struct totals *sum = &run->sum;
    const uint32_t strategy = run->strategy.i, cohorts = run->model->world->cohorts;
    int rc = 0;

    for (uint32_t f = 0; rc == 0 && sum->fallible && f < FAILURES; f++) {
        double all = 0, failed = 0;

        for (uint32_t i = 0; rc == 0 && i < cohorts; i++) {
            const double of = sum->operations_per_s[i];

            all += of;
            failed += sum->failed_per_s[i][f];
            if (of > 0)
                rc = record_value(run->out, strategy, metric[f],
                                  label_with(label_total, LABEL_COHORT, i),
                                  sum->failed_per_s[i][f] / of);
        }
        if (rc == 0 && all > 0)
            rc = record_value(run->out, strategy, metric[f], label_total, failed / all);
    }
    return rc;
}

static int
record_totals(const struct run *run)
{
    const struct world *world = run->model->world;
    const struct totals *sum = &run->sum;
    const uint32_t strategy = run->strategy.i;
    int rc = record_value(run->out, strategy, METRIC_THROUGHPUT, label_total, sum->served_per_s);

    const double error_ns = batches_error(&sum->batches);

    if (rc == 0 && !isnan(error_ns))
        rc = record_value(run->out, strategy, METRIC_LATENCY_ERROR, label_total, error_ns * 1e-6);
    if (rc == 0 && sum->key_reads_per_s > 0)
        rc = record_value(run->out, strategy, METRIC_KEY_HIT_RATIO, label_total,
                          sum->key_hits_per_s / sum->key_reads_per_s);
    for (uint32_t i = 0; rc == 0 && i < world->sites + world->stores; i++) {
        const uint32_t s = i < world->sites ? i : STATION_OF_STORE(i - world->sites);

        rc = record_value(run->out, strategy, METRIC_STATION_UTILISATION,
                          label_with(label_total, LABEL_STATION, i), sum->utilisation[s]);
    }
    return rc;
}

int
traffic_run(const struct model *model, struct strategy_id strategy, uint64_t replication,
            struct recording *out, struct why *why)
{
    struct run run = {model, strategy, replication, out, NULL, {0}, why};
    struct regime_list regimes = {0};
    int rc = regime_list_make(&regimes, model, strategy, why);

    if (rc < 0)
        goto out;
    run.window = calloc(1, sizeof *run.window);
    if (run.window == NULL) {
        rc = why_no_memory(why);
        goto out;
    }
    for (size_t i = 0; rc == 0 && i < regimes.count; i++)
        rc = run_regime(&run, &regimes.item[i], i);
    if (rc == 0 && vpn_is_used(&regimes)) {
        const struct vpn_run by_vpn = {model, strategy, replication, &regimes, run.window};

        rc = vpn_run(&by_vpn, out, why);
    }
    if (rc == 0 && (record_totals(&run) < 0 || record_failed(&run) < 0))
        rc = why_no_memory(why);
out:
    if (run.window != NULL)
        window_release(run.window);
    free(run.window);
    regime_list_release(&regimes);
    return rc;
}

int
traffic_run_each(const struct model *model, uint64_t strategies, uint64_t replication,
                 struct recording *out, struct why *why)
{
    for (uint32_t s = 0; s < model->strategies; s++) {
        if ((strategies >> s & 1) == 0)
            continue;
        const int rc = traffic_run(model, (struct strategy_id){s}, replication, out, why);

        if (rc < 0)
            return why_add(why, (enum err)rc, NULL, "in traffic replication %llu of strategy '%s'",
                           (unsigned long long)replication, model->strategy[s].is.name);
    }
    return 0;
}
