#include "study/study.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>
#include "legal/legal.h"
#include "traffic/traffic.h"

#define REPORT_EVERY_S 0.1

struct trial {
    enum plane plane;
    uint64_t replication, world;
    double took_s; /* set by the worker that ran it, read once it was taken */
};

struct study_run {
    const struct world_source *source;
    const struct study_options *options;
    const struct sink *sink;
    struct model *shared; /* owned; NULL when worlds differ */
    struct trial *trial;  /* owned; those to do, in the order they are handed out */
    size_t trials;
    unsigned workers;
    /* Below: written under the executor's lock only. */
    struct progress progress;
    double started_s, reported_s;
    double seconds[2]; /* spent in trials, by plane */
    size_t ran[2], left[2];
};

/* What a worker keeps: the model of the last world. */
struct worker {
    struct model *model; /* owned; NULL while the model is shared */
    uint64_t world;
};

/* For progress only; no result depends on it. */
static double
now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

typedef int plane_run(const struct model *model, uint64_t strategies, uint64_t replication,
                      struct recording *out, struct why *why);

static plane_run *const plane_table[] = {
    [PLANE_LEGAL] = legal_run_each,
    [PLANE_TRAFFIC] = traffic_run_each,
};

static int
begin_worker(void *self, void **out, struct why *why)
{
    (void)self;
    struct worker *worker = calloc(1, sizeof *worker);

    *out = worker;
    return worker != NULL ? 0 : why_no_memory(why);
}

static void
end_worker(void *self, void *state)
{
    struct worker *worker = state;

    (void)self;
    model_free(worker->model);
    free(worker);
}

/* The model of a trial's world: shared, the worker's last one, or a new one. */
static int
model_of(struct study_run *run, struct worker *worker, const struct trial *trial,
         const struct model **out, struct why *why)
{
    int rc = 0;

    if (run->shared != NULL) {
        *out = run->shared;
        return 0;
    }
    if (worker->model == NULL || worker->world != trial->world) {
        model_free(worker->model);
        worker->model = NULL;
        worker->world = trial->world;
        rc = run->source->make(run->source->self, trial->world, &worker->model, why);
    }
    *out = worker->model;
    return rc;
}

static int
run_trial(void *self, void *state, size_t number, struct recording *out, struct why *why)
{
    struct study_run *run = self;
    struct trial *trial = &run->trial[number];
    const double begun_s = now_s();
    const struct model *model;
    int rc = model_of(run, state, trial, &model, why);

    out->plane = trial->plane;
    out->replication = trial->replication;
    if (rc == 0)
        rc = plane_table[trial->plane](model, run->options->strategies, trial->replication, out,
                                       why);
    recording_sort(out);
    trial->took_s = now_s() - begun_s;
    return rc;
}

/* Time left: what is left of each plane at the mean of its trials so far, shared by the workers. */
static double
left_s(const struct study_run *run)
{
    double sum = 0;

    for (unsigned p = 0; p < 2; p++) {
        if (run->left[p] == 0)
            continue;
        if (run->ran[p] == 0)
            return (double)NAN;
        sum += (double)run->left[p] * run->seconds[p] / (double)run->ran[p];
    }
    return sum / run->workers;
}

static void
report(struct study_run *run, bool last)
{
    const double now = now_s();

    if (run->options->report == NULL || (!last && now - run->reported_s < REPORT_EVERY_S))
        return;
    run->reported_s = now;
    run->progress.elapsed_s = now - run->started_s;
    run->progress.left_s = left_s(run);
    run->options->report(run->options->report_self, &run->progress);
}

static int
take_trial(void *self, size_t number, const struct recording *recording, struct why *why)
{
    struct study_run *run = self;
    const struct trial *trial = &run->trial[number];
    const int rc = run->sink->put(run->sink->self, recording, why);

    if (rc < 0)
        return rc;
    run->progress.done++;
    run->seconds[trial->plane] += trial->took_s;
    run->ran[trial->plane]++;
    run->left[trial->plane]--;
    if (run->progress.done < run->trials) /* the last one is reported at the end */
        report(run, false);
    return 0;
}

static bool
is_stopped(void *self)
{
    const struct study_run *run = self;

    return run->options->stop != NULL && *run->options->stop != 0;
}

/* Lists the trials of a plane that the sink does not have. */
static int
list_trials(struct study_run *run, enum plane plane, uint32_t replications, struct why *why)
{
    for (uint64_t r = 0; r < replications; r++) {
        bool done = false;

        if (run->sink->has != NULL) {
            const int rc = run->sink->has(run->sink->self, plane, r, &done, why);

            if (rc < 0)
                return rc;
        }
        if (done) {
            run->progress.skipped++;
            continue;
        }
        run->left[plane]++;
        run->trial[run->trials++] = (struct trial){.plane = plane, .replication = r, .world = r};
    }
    return 0;
}

static int
by_world(const void *left, const void *right)
{
    const struct trial *a = left, *b = right;

    if (a->plane != b->plane)
        return a->plane == PLANE_TRAFFIC ? -1 : 1;
    if (a->world != b->world)
        return a->world < b->world ? -1 : 1;
    return a->replication < b->replication ? -1 : a->replication > b->replication;
}

/*
 * Builds the first model and looks what can be shared. Where worlds have several replications,
 * these are done one after another, so that workers rarely build the same world again.
 */
static int
prepare(struct study_run *run, struct why *why)
{
    struct model *model;
    int rc = run->source->make(run->source->self, run->trial[0].world, &model, why);

    if (rc < 0)
        return rc;
    const uint64_t mask = run->options->strategies;
    const uint32_t worlds = model->study.worlds;

    if (mask == 0 || (model->strategies < 64 && mask >> model->strategies != 0)) {
        rc = why_add(why, ERR_INPUT, NULL,
                     mask == 0 ? "no strategy is chosen"
                               : "a strategy is chosen that the scenario does not have");
        model_free(model);
        return rc;
    }
    if (model->uncertain == 0 || run->source->same) {
        run->shared = model;
        return 0;
    }
    model_free(model);
    for (size_t i = 0; worlds > 0 && i < run->trials; i++)
        run->trial[i].world = run->trial[i].replication % worlds;
    qsort(run->trial, run->trials, sizeof *run->trial, by_world);
    return 0;
}

static int
execute(struct study_run *run, struct why *why)
{
    const struct executor *executor =
        run->options->executor != NULL ? run->options->executor : &executor_threads;
    const struct job job = {
        .self = run,
        .count = run->trials,
        .begin = begin_worker,
        .end = end_worker,
        .run = run_trial,
        .take = take_trial,
        .stopped = is_stopped,
    };

    run->workers = executor_workers(run->options->workers, run->trials);
    report(run, true);
    return executor->execute(&job, run->options->workers, why);
}

int
study_run_worlds(const struct world_source *source, const struct study_options *options,
                 const struct sink *sink, struct why *why)
{
    struct study_run run = {
        .source = source,
        .options = options,
        .sink = sink,
        .workers = 1,
        .started_s = now_s(),
    };
    const size_t all = (size_t)options->traffic + options->legal;
    int rc;

    run.progress.total = all;
    run.trial = calloc(all + 1, sizeof *run.trial);
    if (run.trial == NULL)
        return why_no_memory(why);
    rc = list_trials(&run, PLANE_TRAFFIC, options->traffic, why);
    if (rc == 0)
        rc = list_trials(&run, PLANE_LEGAL, options->legal, why);
    if (rc == 0 && run.trials > 0) {
        rc = prepare(&run, why);
        if (rc == 0)
            rc = execute(&run, why);
    }
    if (rc == ERR_STOPPED)
        why_add(why, ERR_STOPPED, NULL, "stopped: %zu of %zu trials are done",
                run.progress.skipped + run.progress.done, all);
    report(&run, true);
    model_free(run.shared);
    free(run.trial);
    return rc;
}

static int
make_of_scenario(void *self, uint64_t world, struct model **out, struct why *why)
{
    return scenario_model(self, world, out, why);
}

int
study_run(struct scenario *scenario, const struct study_options *options, const struct sink *sink,
          struct why *why)
{
    const struct world_source source = {.self = scenario, .make = make_of_scenario};

    return study_run_worlds(&source, options, sink, why);
}
