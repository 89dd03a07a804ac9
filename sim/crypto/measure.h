#ifndef CRYPTO_MEASURE_H
#define CRYPTO_MEASURE_H

/*
 * Measuring operations so that the numbers can be trusted on a machine that has other work.
 *
 * 1. Correctness first: every operation passes its published vectors or nothing is measured.
 * 2. The measuring thread stays on one core, so that no row pays for a move.
 * 3. Each row (an operation at a size) is warmed up and given a batch: as many runs as fill a slot,
 *    so that reading the clock (CLOCK_MONOTONIC) is a negligible part of it.
 * 4. Rounds: each round times one batch of every row, in an order that changes from round to round,
 *    with controls among them. Another program that runs for some seconds then harms some rounds of
 *    every row, not all rounds of one.
 * 5. A row's result is the median over rounds, which ignores the harmed ones while they are fewer
 *    than half, with an interval for the median that assumes no distribution (order statistics).
 *    The interval assumes that rounds are alike and independent; it speaks for this run of the
 *    program and says nothing of another day.
 * 6. Operations that take SLOW_NS or more are also timed one by one, for their quantiles. Reading
 *    processor time is a system call, so that it takes ten times as long an operation for that.
 * 7. With threads, rounds of one thread and of 2, 3 ... N alternate (of more than THREADS_EACH,
 * only 2, 4, 8 ... and N); each thread has data and keys of its own and a core of its own. When the
 * spin control itself does not scale the cores are not this program's alone: rows of several
 * threads are then left out, and `unscaled` says why.
 *
 * Data and keys are warm in the cache as far as they fit.
 */
#include <stdint.h>
#include "base/err.h"
#include "crypto/operation.h"

#define MEASURE_LEVEL        0.95
#define MEASURE_ROUNDS_LEAST 6 /* with fewer no order statistics reach 95 %: 1 - 2 / 2^5 < 0.95 */
#define MEASURE_ROUNDS_MOST  10000
/* All rows are prepared together: about 20 times the sizes' sum in memory, for each thread. */
#define MEASURE_BYTES_MOST   ((size_t)64 << 20)
#define MEASURE_SIZES_MOST   16
#define MEASURE_THREADS_MOST 64
#define MEASURE_THREADS_EACH 8
/* So that one reading of the clock an operation is less than 0.3 % of it: 40 ns on the wall, 350 ns
 * and more of processor time (measured here; it also drives the caches of a system call). */
#define MEASURE_SLOW_NS     20000
#define MEASURE_SLOW_CPU_NS 200000
#define MEASURE_SPIN_SCALES 0.9 /* of the threads' number, at least */

struct measure_row {
    const struct operation *op; /* name, backend, mode ...: static */
    bool control;               /* one of control_operations, not a cost */
    size_t bytes;               /* of the object; of the key, for wraps; 0 where neither fits */
    unsigned threads;
    uint64_t runs;            /* timed, over all rounds and threads */
    double median, low, high; /* ns an operation; of several threads: of all together, so that
                                 perfect scaling divides it by the threads */
    double p50, p99, p999;    /* ns of single operations; NAN: not slow, or too few to say */
    double cycles;            /* core cycles an operation; NAN: no counter here */
};

struct measurement {
    struct measure_row *item; /* owned; operations in their order, sizes ascending, then controls;
                                 rows of several threads behind each of one */
    size_t count, capacity;
    unsigned rounds, threads;
    double spin_scaling; /* threads' spins a second over one thread's; NAN with one thread */
    bool unscaled;       /* rows of several threads were left out for it */
    bool cpu_time;       /* as planned */
    bool pinned;         /* the thread stayed on one core */
};

struct measure_plan {
    const size_t *bytes; /* sizes for bulk operations: ascending, each once, 1 to BYTES_MOST */
    size_t sizes;
    unsigned rounds;  /* ROUNDS_LEAST to ROUNDS_MOST */
    unsigned threads; /* 0 or 1: one alone; else up to the cores there are */
    bool cpu_time;    /* of one thread: processor time in place of the wall clock's, so that other
                         programs' turns do not count (what they do to caches does) */
    int64_t slot_ns;  /* aimed at for a batch; above 0 */
    const struct operation *extra; /* further rows (a token's), up to an empty one; NULL: none */
    const char *only; /* measure operations whose name contains one of these texts, separated by
                         commas, and controls; NULL: all */

    bool costs_only; /* rows that go into the cost file, not those to compare with */

    /* Called after each round if not NULL. */
    void (*progress)(void *data, unsigned done, unsigned rounds);
    void *progress_data;
    /* Called for each operation that cannot be measured here, with the reason, if not NULL. */
    void (*missing)(void *data, const struct operation *op, const char *reason);
    void *missing_data;
};

/* 1 KiB, 16 KiB, 256 KiB, 1 MiB, 16 MiB. */
extern const size_t measure_sizes[5];

/* Which number of threads is measured after `threads`, of at most `most`; 0: none. */
unsigned measure_next_threads(unsigned threads, unsigned most);

/*
 * Measures every operation. ERR_INPUT or ERR_LIMIT for a plan out of bounds, ERR_CRYPTO when an
 * operation is wrong. `*out` is filled on success only; measurement_release empties it.
 */
MUST_CHECK int measure_operations(const struct measure_plan *plan, struct measurement *out,
                                  struct why *why);

void measurement_release(struct measurement *measurement);

/*
 * Median of `count` >= 1 values, which are sorted in place, and an interval that holds the true
 * median with probability `level` at least whatever the distribution: from the k-th least to the
 * k-th greatest, with the largest k for which P(Binomial(count, 1/2) < k) <= (1 - level) / 2
 * (David and Nagaraja, Order Statistics, 2003, section 7.1). With too few values for any k it is
 * from the least to the greatest.
 */
void measure_median(double *value, size_t count, double level, double *median, double *low,
                    double *high);

/* The quantile q of `count` values in ascending order: the value of rank ceil(q count). NAN unless
 * at least ten values lie on either side of it, as many as an estimate of it needs. */
double measure_quantile(const double *value, size_t count, double q);

#endif
