#ifndef CRYPTO_CELL_H
#define CRYPTO_CELL_H

/* One row while it is measured: an operation at a size, on one thread or on several at once. */
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include "crypto/cycles.h"
#include "crypto/measure.h"

struct cell {
    const struct operation *op;
    unsigned threads;
    clockid_t clock;
    void **work;    /* one a thread; the first of a row's cells lends the others its own */
    unsigned works; /* owned: so many; 0: lent */
    uint64_t batch; /* runs of each thread in a round */
    double *ns;     /* owned: of one operation, by round */
    double *single; /* owned: of slow operations, one by one */
    size_t singles, singles_most;
    uint64_t cycles, cycles_runs; /* counted, over so many runs; 0 runs: no counter */
};

/* Threads that wait for work, each on a core of its own. The caller is thread 0. */
struct crew {
    unsigned threads;
    pthread_t *thread; /* owned: [threads]; 0 unused */
    pthread_barrier_t begin, end;
    struct cell *cell; /* what to run ... */
    uint64_t runs;     /* ... and how often, each; 0: go home */
    int failed;        /* the first thread's error; its messages are lost */
    bool pinned;
    cpu_set_t allowed; /* the caller's cores before */
    struct cycles cycles;
};

/* Keeps the caller on one core and starts the others, each on its own. */
MUST_CHECK int crew_start(struct crew *crew, unsigned threads, struct why *why);
/* Ends the threads and lets the caller run on its former cores again. */
void crew_stop(struct crew *crew);

/* Prepares the work of `threads` threads, and room for the plan's rounds of results of one. On
 * failure there is nothing to release. */
MUST_CHECK int cell_make(struct cell *cell, const struct operation *op, size_t bytes,
                         unsigned threads, const struct measure_plan *plan, struct why *why);
/* The same work as `lender`, which cell_make made and which must live longer, on `threads` of its
 * threads. */
MUST_CHECK int cell_borrow(struct cell *cell, const struct cell *lender, unsigned threads,
                           const struct measure_plan *plan, struct why *why);
void cell_release(struct cell *cell);

/* Warms up and finds how many runs fill a slot. */
MUST_CHECK int cell_size_batch(struct cell *cell, struct crew *crew, int64_t slot_ns,
                               struct why *why);
/* Measures one round. */
MUST_CHECK int cell_round(struct cell *cell, struct crew *crew, unsigned round, struct why *why);

#endif
