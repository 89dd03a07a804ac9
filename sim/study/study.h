#ifndef STUDY_STUDY_H
#define STUDY_STUDY_H

/*
 * A study: numbered trials, run by workers, handed to a sink. A trial is one replication of one
 * plane for all strategies asked for; trial numbers run over the traffic replications first (they
 * take longest), then the legal ones. Results never depend on which worker ran what, or when.
 */
#include "record/recording.h"
#include "scenario/scenario.h"
#include "study/executor.h"

/* Where finished trials go. Calls come from one thread at a time; recordings are in their canonical
 * order (recording_sort), and come in the order in which they finish. */
struct sink {
    void *self;
    /* Sets *done when the sink has this trial already (a resumed run). NULL: it never has. */
    int (*has)(void *self, enum plane plane, uint64_t replication, bool *done, struct why *why);
    int (*put)(void *self, const struct recording *recording, struct why *why);
};

/* Where the models of a study come from: a scenario's worlds, a reading of its law, a point at
 * which its unknowns are held. */
struct world_source {
    void *self;
    /* The model of a world; the caller frees it. Called side by side, with a `why` each. */
    int (*make)(void *self, uint64_t world, struct model **out, struct why *why);
    bool same; /* all worlds are one: it is made once, and every replication is one more of it */
};

struct progress {
    size_t done, skipped, total; /* trials; skipped: the sink had them */
    double elapsed_s, left_s;    /* left: NAN until it can be told */
};

struct study_options {
    uint64_t strategies; /* mask of the strategies to run */
    uint32_t legal, traffic;
    unsigned workers;                                            /* 0: one a core */
    void (*report)(void *self, const struct progress *progress); /* NULL: nobody watches */
    void *report_self;
    const volatile int *stop;        /* becomes non-zero to stop between trials; NULL: never */
    const struct executor *executor; /* NULL: threads */
};

/*
 * Runs what the sink does not have. The world of a trial is its replication, modulo study.worlds
 * when the scenario states them; a scenario without uncertain inputs is built once and shared.
 * `report` is called under the sink's lock, at most 10 times a second, and at the end.
 *
 * ERR_STOPPED when stopped; ERR_INPUT when a strategy is not in the scenario; otherwise the error
 * of the trial, model or sink that failed first, with its messages. Finished trials are in the sink
 * in any case.
 */
MUST_CHECK int study_run(struct scenario *scenario, const struct study_options *options,
                         const struct sink *sink, struct why *why);

/* The same of models from anywhere. */
MUST_CHECK int study_run_worlds(const struct world_source *source,
                                const struct study_options *options, const struct sink *sink,
                                struct why *why);

#endif
