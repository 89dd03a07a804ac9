#include "cli/simulate.h"
#include "base/mem.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "crypto/digest.h"
#include "model/limits.h"
#include "study/study.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t
all_strategies(const struct model *m)
{
    return m->strategies == 64 ? UINT64_MAX : (UINT64_C(1) << m->strategies) - 1;
}

static int
find_strategy(const struct model *m, const char *name, uint32_t *out, struct why *why)
{
    const char *names[64];

    for (uint32_t i = 0; i < m->strategies; i++) {
        names[i] = m->strategy[i].is.name;
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return 0;
        }
    }
    const char *near = text_nearest(name, names, m->strategies);

    return why_add(why, ERR_INPUT, NULL, "jurisim: no strategy is called '%s'%s%s%s", name,
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                   near != NULL ? "'?" : "");
}

int
cli_strategies(const struct model *m, const char *list, uint64_t *mask, struct why *why)
{
    char copy[2048], *save = NULL;
    uint32_t i = 0;

    *mask = list == NULL ? all_strategies(m) : 0;
    if (list == NULL)
        return 0;
    if (strlen(list) >= sizeof copy)
        return why_add(why, ERR_INPUT, NULL, "jurisim: the list of strategies is too long");
    strcpy(copy, list);
    for (char *name = strtok_r(copy, ",", &save); name != NULL; name = strtok_r(NULL, ",", &save)) {
        const int rc = find_strategy(m, name, &i, why);

        if (rc != 0)
            return rc;
        *mask |= UINT64_C(1) << i;
    }
    return *mask != 0 ? 0 : why_add(why, ERR_INPUT, NULL, "jurisim: no strategy is named");
}

/* The model's study with what the command line asks for instead. */
static void
sizes_of(const struct run *run, const struct simulate_options *o, uint64_t mask,
         struct run_size *size)
{
    const struct study *s = &run->model->study;

    size->strategies = (uint32_t)__builtin_popcountll(mask);
    size->legal = o->replications != 0 ? o->replications : s->legal;
    size->traffic = o->replications != 0 ? o->replications : s->traffic;
    size->operations = s->window;
}

int
simulate_prepare(struct run *run, struct cli_scenario *in, const struct simulate_options *o,
                 struct run_size *size, struct why *why)
{
    uint64_t mask = 0;
    int rc = cli_open_scenario(in, &run->scenario, why);

    if (rc == 0)
        rc = scenario_model(run->scenario, SCENARIO_CENTRAL, &run->model, why);
    if (rc == 0)
        rc = verdict_check(run->model, why);
    if (rc == 0)
        rc = limits_check(run->model, why);
    if (rc == 0)
        rc = cli_strategies(run->model, o->strategies, &mask, why);
    if (rc != 0)
        return rc;
    sizes_of(run, o, mask, size);
    rc = legend_make(&run->legend, run->model);
    run->legend.legal = size->legal;
    run->legend.traffic = size->traffic;
    return rc == 0 ? 0 : why_no_memory(why);
}

static int
sink_has(void *self, enum plane plane, uint64_t replication, bool *done, struct why *why)
{
    return store_has(self, plane, replication, done, why);
}

static int
sink_put(void *self, const struct recording *recording, struct why *why)
{
    return store_put(self, recording, why);
}

static int
add_recording(void *self, const struct recording *recording)
{
    return outcome_add(self, recording);
}

/* All stored recordings, in order, into estimates. */
static int
estimate(struct run *run, struct why *why)
{
    int rc = outcome_init(&run->outcome, &run->legend);

    if (rc == 0)
        rc = store_each(run->store, add_recording, &run->outcome, why);
    if (rc == 0)
        rc = outcome_finish(&run->outcome);
    if (rc == ERR_MEMORY && why->count == 0)
        return why_no_memory(why);
    return rc;
}

static int
open_store(struct run *run, struct cli_scenario *in, const struct simulate_options *o,
           const struct run_size *size, uint64_t mask, struct why *why)
{
    const char *text = scenario_text(run->scenario);
    char hash[65];
    const int rc = digest_sha256_hex(text, strlen(text), hash, why);
    const struct run_identity identity = {
        .scenario_name = in->path,
        .scenario_text = text,
        .scenario_hash = hash,
        .version = JURISIM_VERSION,
        .seed = run->model->study.seed,
        .strategies = mask,
        .legal = size->legal,
        .traffic = size->traffic,
        .costs = in->costs_from,
    };

    if (rc != 0)
        return rc;
    if (o->mode == STORE_CREATE && o->db != NULL && access(o->db, F_OK) == 0)
        return why_add(
            why, ERR_INPUT, NULL,
            "jurisim: %s is there already: --resume goes on with it, --force replaces it", o->db);
    return store_open(&run->store, o->db, o->mode, &identity, &run->legend, why);
}

static int
run_trials(struct run *run, const struct simulate_options *o, const struct run_size *size,
           uint64_t mask, struct why *why)
{
    const struct sink sink = {run->store, sink_has, sink_put};
    struct progress_bar bar = {0};
    struct interrupt interrupt;
    const struct study_options study = {
        .strategies = mask,
        .legal = size->legal,
        .traffic = size->traffic,
        .workers = o->workers,
        .report = o->quiet ? NULL : progress_show,
        .report_self = &bar,
        .stop = interrupt_begin(&interrupt),
    };
    const int rc = study_run(run->scenario, &study, &sink, why);

    interrupt_end(&interrupt);
    progress_end(&bar);
    if (rc == ERR_STOPPED)
        return why_add(why, rc, NULL,
                       o->db != NULL
                           ? "jurisim: stopped; go on with: jurisim run ... -o %s --resume"
                           : "jurisim: stopped; nothing was kept (no -o)%s",
                       o->db != NULL ? o->db : "");
    return rc;
}

int
simulate(struct run *run, struct cli_scenario *in, const struct simulate_options *o,
         struct why *why)
{
    struct run_size size;
    uint64_t mask;
    int rc = cli_strategies(run->model, o->strategies, &mask, why);

    if (rc != 0)
        return rc;
    sizes_of(run, o, mask, &size);
    rc = open_store(run, in, o, &size, mask, why);
    if (rc == 0)
        rc = run_trials(run, o, &size, mask, why);
    if (rc == 0)
        rc = estimate(run, why);
    if (rc == 0)
        rc = verdict_judge(&run->judgements, run->model, &run->outcome, why);
    if (rc == 0)
        rc = store_finish(run->store, &run->outcome, &run->judgements, why);
    return rc;
}

int
simulate_read(struct run *run, const char *db, struct why *why)
{
    struct run_identity identity;
    int rc = store_open(&run->store, db, STORE_READ, NULL, NULL, why);

    if (rc == 0)
        rc = store_identity(run->store, &identity, &run->finished, why);
    if (rc == 0)
        rc = store_legend(run->store, &run->legend, why);
    if (rc == 0)
        rc = estimate(run, why);
    if (rc == 0 && (run->outcome.legal == 0 || run->outcome.traffic == 0))
        return why_add(why, ERR_INPUT, NULL,
                       "jurisim: %s holds %zu legal and %zu traffic replications: too few to show; "
                       "go on with jurisim run ... --resume",
                       db, run->outcome.legal, run->outcome.traffic);
    if (rc == 0 && !run->finished)
        fprintf(stderr,
                "jurisim: %s is unfinished: %zu of %u legal and %zu of %u traffic replications; "
                "go on with jurisim run ... --resume\n",
                db, run->outcome.legal, identity.legal, run->outcome.traffic, identity.traffic);
    return rc;
}

void
run_release(struct run *run)
{
    judgement_list_release(&run->judgements);
    outcome_release(&run->outcome);
    legend_release(&run->legend);
    store_close(run->store);
    model_free(run->model);
    scenario_close(run->scenario);
    *run = (struct run){0};
}
