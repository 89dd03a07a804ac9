#ifndef CLI_SIMULATE_H
#define CLI_SIMULATE_H

/*
 * From a scenario file to a finished run in a store: what `run` and `compare` share. Joins study/
 * and store/, which do not know each other.
 */
#include "cli/cli.h"
#include "record/verdict.h"
#include "store/store.h"

struct simulate_options {
    const char *db; /* NULL: in memory */
    enum store_mode mode;
    const char *strategies; /* "a,b": only these; NULL: all */
    uint32_t replications;  /* 0: as the scenario says; else of both planes */
    unsigned workers;       /* 0: one a core */
    bool quiet;             /* no progress */
};

/* A finished run, all of it. Start from `{0}`; run_release empties it. */
struct run {
    struct scenario *scenario;
    struct model *model; /* uncertain inputs at their means: names and claims */
    struct store *store;
    struct legend legend;
    struct outcome outcome;
    struct judgement_list judgements;
    bool finished; /* of a stored run: nothing is missing */
};

/* What a run would do, without doing it: `--dry-run`. */
struct run_size {
    uint32_t strategies, legal, traffic;
    uint64_t operations; /* in all windows of one regime each */
};

/* Checks the scenario and the options; fills scenario, model and legend. */
MUST_CHECK int simulate_prepare(struct run *run, struct cli_scenario *in,
                                const struct simulate_options *options, struct run_size *size,
                                struct why *why);

/* Runs what is not stored yet, then estimates and judges. After simulate_prepare. */
MUST_CHECK int simulate(struct run *run, struct cli_scenario *in,
                        const struct simulate_options *options, struct why *why);

/* Reads a stored run: legend and outcome. Says on stderr when it was cut off. */
MUST_CHECK int simulate_read(struct run *run, const char *db, struct why *why);

void run_release(struct run *run);

#endif
