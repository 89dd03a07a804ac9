#ifndef STUDY_EXECUTOR_H
#define STUDY_EXECUTOR_H

/*
 * Executors share out numbered pieces of work and know nothing of what they are. An executor may
 * run pieces in any order, anywhere, side by side; what a piece gives must not depend on that.
 */
#include "record/recording.h"

struct job {
    void *self;
    size_t count; /* pieces are numbered 0 .. count - 1, and handed out in this order */

    /* What a worker keeps from piece to piece, made and dropped by the worker itself. */
    int (*begin)(void *self, void **worker, struct why *why);
    void (*end)(void *self, void *worker);

    /* One piece, into an empty recording. Called side by side, with a worker and a `why` each. */
    int (*run)(void *self, void *worker, size_t number, struct recording *out, struct why *why);

    /* What it gave. Calls come one at a time, in the order in which pieces finish, and none after
     * one has failed; not always from the process or thread that ran the piece. */
    int (*take)(void *self, size_t number, const struct recording *recording, struct why *why);

    /* Asked before every piece, side by side: true hands out no more. */
    bool (*stopped)(void *self);
};

struct executor {
    const char *name;
    /*
     * Runs the job with this many workers (0: as many as there are cores). The first error stops
     * it: pieces under way are finished and taken, no others begun; of several errors the one of
     * the lowest number is returned, with its messages in `why`. ERR_STOPPED when stopped before
     * all were begun.
     */
    int (*execute)(const struct job *job, unsigned workers, struct why *why);
};

extern const struct executor executor_threads;

/* How many workers an executor uses for a job when asked for `workers`. */
unsigned executor_workers(unsigned workers, size_t pieces);

#endif
