#include "crypto/cell.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/units.h"

enum { SINGLES_MOST = 20000 }; /* of one row: 160 kB */

static int64_t
now_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t); /* cannot fail for these clocks */
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* The crew */

/* What a thread needs to know of itself. */
struct member {
    struct crew *crew;
    unsigned number;
};

static int
run_all(struct cell *cell, unsigned thread, uint64_t runs, struct why *why)
{
    int (*run)(void *, struct why *) = cell->op->run;
    int rc = 0;

    for (uint64_t i = 0; i < runs && rc == 0; i++)
        rc = run(cell->work[thread], why);
    return rc;
}

static void *
work(void *self)
{
    const struct member me = *(struct member *)self;
    struct crew *crew = me.crew;

    free(self);
    for (;;) {
        int rc;

        pthread_barrier_wait(&crew->begin);
        if (crew->runs == 0)
            return NULL;
        rc = me.number < crew->cell->threads ? run_all(crew->cell, me.number, crew->runs, NULL) : 0;
        if (rc < 0)
            __atomic_store_n(&crew->failed, rc, __ATOMIC_RELAXED);
        pthread_barrier_wait(&crew->end);
    }
}

/* The n-th core that this process may use, counted around. */
static bool
keep_on_core(pthread_t thread, const cpu_set_t *allowed, unsigned n)
{
    cpu_set_t one;
    const unsigned cores = (unsigned)CPU_COUNT(allowed);

    if (cores == 0)
        return false;
    n %= cores;
    for (int core = 0; core < CPU_SETSIZE; core++) {
        if (!CPU_ISSET(core, allowed) || n-- > 0)
            continue;
        CPU_ZERO(&one);
        CPU_SET(core, &one);
        return pthread_setaffinity_np(thread, sizeof one, &one) == 0;
    }
    return false;
}

static int
start_one(struct crew *crew, unsigned number, struct why *why)
{
    struct member *me = calloc(1, sizeof *me);

    if (me == NULL)
        return why_no_memory(why);
    *me = (struct member){crew, number};
    if (pthread_create(&crew->thread[number], NULL, work, me) != 0) {
        free(me);
        return why_add(why, ERR_MEMORY, NULL, "cannot start thread %u", number);
    }
    return 0;
}

int
crew_start(struct crew *crew, unsigned threads, struct why *why)
{
    cpu_set_t allowed;
    int rc = 0;

    *crew = (struct crew){.threads = threads};
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    crew->thread = calloc(threads, sizeof *crew->thread);
    if (crew->thread == NULL)
        return why_no_memory(why);
    pthread_barrier_init(&crew->begin, NULL, threads);
    pthread_barrier_init(&crew->end, NULL, threads);
    for (unsigned i = 1; i < threads && rc == 0; i++)
        rc = start_one(crew, i, why);
    if (rc < 0)
        /* Threads that started wait at a barrier that never fills: they end with the process. */
        return rc;
    crew->pinned =
        keep_on_core(pthread_self(), &allowed, 0) && threads <= (unsigned)CPU_COUNT(&allowed);
    for (unsigned i = 1; i < threads; i++)
        crew->pinned &= keep_on_core(crew->thread[i], &allowed, i);
    crew->allowed = allowed;
    cycles_open(&crew->cycles);
    return 0;
}

void
crew_stop(struct crew *crew)
{
    if (crew->thread == NULL)
        return;
    crew->runs = 0;
    if (crew->threads > 1)
        pthread_barrier_wait(&crew->begin);
    for (unsigned i = 1; i < crew->threads; i++)
        pthread_join(crew->thread[i], NULL);
    pthread_barrier_destroy(&crew->begin);
    pthread_barrier_destroy(&crew->end);
    pthread_setaffinity_np(pthread_self(), sizeof crew->allowed, &crew->allowed);
    cycles_close(&crew->cycles);
    free(crew->thread);
    crew->thread = NULL;
}

/* Cells */

/* A token's work is done elsewhere, and several threads wait for the last of them: only the wall
 * clock sees either. */
static clockid_t
clock_of(const struct operation *op, unsigned threads, bool cpu_time)
{
    return cpu_time && threads == 1 && strcmp(op->mode, "token") != 0 ? CLOCK_THREAD_CPUTIME_ID
                                                                      : CLOCK_MONOTONIC;
}

/* A cell without work. */
static int
cell_begin(struct cell *cell, const struct operation *op, unsigned threads,
           const struct measure_plan *plan, struct why *why)
{
    *cell = (struct cell){
        .op = op, .threads = threads, .batch = 1, .clock = clock_of(op, threads, plan->cpu_time)};
    cell->ns = calloc(plan->rounds, sizeof *cell->ns);
    return cell->ns != NULL ? 0 : why_no_memory(why);
}

int
cell_make(struct cell *cell, const struct operation *op, size_t bytes, unsigned threads,
          const struct measure_plan *plan, struct why *why)
{
    int rc = cell_begin(cell, op, 1, plan, why);

    cell->works = threads;
    cell->work = calloc(threads, sizeof(void *));
    if (rc == 0 && cell->work == NULL)
        rc = why_no_memory(why);
    for (unsigned i = 0; i < threads && rc == 0; i++)
        rc = op->prepare(op, bytes, &cell->work[i], why);
    if (rc < 0)
        cell_release(cell);
    return rc;
}

int
cell_borrow(struct cell *cell, const struct cell *lender, unsigned threads,
            const struct measure_plan *plan, struct why *why)
{
    const int rc = cell_begin(cell, lender->op, threads, plan, why);

    cell->work = lender->work;
    return rc;
}

void
cell_release(struct cell *cell)
{
    for (unsigned i = 0; cell->work != NULL && i < cell->works; i++)
        cell->op->release(cell->work[i]);
    if (cell->works > 0)
        free(cell->work);
    free(cell->ns);
    free(cell->single);
    *cell = (struct cell){0};
}

/* Runs `runs` operations on each thread; `*ns` is the time until the last was done. */
static int
cell_time(struct cell *cell, struct crew *crew, uint64_t runs, int64_t *ns, struct why *why)
{
    int64_t start;
    int rc;

    if (cell->threads == 1) {
        start = now_ns(cell->clock);
        rc = run_all(cell, 0, runs, why);
        *ns = now_ns(cell->clock) - start;
        return rc;
    }
    crew->cell = cell;
    crew->runs = runs;
    pthread_barrier_wait(&crew->begin);
    start = now_ns(cell->clock);
    rc = run_all(cell, 0, runs, why);
    pthread_barrier_wait(&crew->end);
    *ns = now_ns(cell->clock) - start;
    if (rc == 0 && crew->failed < 0)
        rc = why_add(why, (enum err)crew->failed, NULL, "%s failed on one of %u threads",
                     cell->op->name, cell->threads);
    return rc;
}

/* From how long on an operation is timed one by one. */
static int64_t
slow_from(const struct cell *cell)
{
    return cell->clock == CLOCK_MONOTONIC ? MEASURE_SLOW_NS : MEASURE_SLOW_CPU_NS;
}

/*
 * Doubles until a slot's eighth is filled, then scales. A disturbance here makes batches smaller,
 * never wrong.
 */
int
cell_size_batch(struct cell *cell, struct crew *crew, int64_t slot_ns, struct why *why)
{
    int64_t ns;
    int rc = cell_time(cell, crew, 1, &ns, why); /* warms up */

    for (cell->batch = 1; rc == 0 && (cell->batch > 1 || ns < slot_ns); cell->batch *= 2) {
        rc = cell_time(cell, crew, cell->batch, &ns, why);
        if (ns >= slot_ns / 8 || cell->batch >= UINT64_C(1) << 40)
            break;
    }
    if (rc == 0 && cell->threads == 1 && ns / (int64_t)cell->batch >= slow_from(cell)) {
        cell->single = calloc(SINGLES_MOST, sizeof *cell->single);
        if (cell->single == NULL)
            return why_no_memory(why);
        cell->singles_most = SINGLES_MOST;
    }
    if (rc == 0 && ns > 0 && ns < slot_ns)
        cell->batch = (uint64_t)((double)cell->batch * (double)slot_ns / (double)ns);
    return rc;
}

/* A slow operation's batch, each run timed. */
static int
time_singly(struct cell *cell, int64_t *ns, struct why *why)
{
    const int64_t start = now_ns(cell->clock);
    int64_t before = start;

    for (uint64_t i = 0; i < cell->batch; i++) {
        const int rc = cell->op->run(cell->work[0], why);
        const int64_t now = now_ns(cell->clock);

        if (rc < 0)
            return rc;
        if (cell->singles < cell->singles_most)
            cell->single[cell->singles++] = (double)(now - before);
        before = now;
    }
    *ns = before - start;
    return 0;
}

int
cell_round(struct cell *cell, struct crew *crew, unsigned round, struct why *why)
{
    uint64_t before, after;
    bool counted;
    int64_t ns = 0;
    /* For what the last cell drove out of the cache: two runs, since rows have two objects in turn.
     * Of a small batch that would be half the work, and what takes so long does not feel it. */
    const uint64_t warm = cell->batch > 3 ? 2 : cell->batch > 1;
    int rc = warm > 0 ? cell_time(cell, crew, warm, &ns, why) : 0;

    counted = cell->threads == 1 && cycles_read(&crew->cycles, &before);
    if (rc == 0)
        rc = cell->singles_most > 0 ? time_singly(cell, &ns, why)
                                    : cell_time(cell, crew, cell->batch, &ns, why);
    if (rc < 0)
        return rc;
    if (counted && cycles_read(&crew->cycles, &after)) {
        cell->cycles += after - before;
        cell->cycles_runs += cell->batch;
    }
    cell->ns[round] = (double)ns / (double)cell->batch / cell->threads;
    return 0;
}
