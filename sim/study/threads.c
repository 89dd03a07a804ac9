/* The executor of one machine: POSIX threads that take the next number until none is left. */
#include "study/executor.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct team {
    const struct job *job;
    atomic_size_t next; /* the next number to hand out */
    atomic_bool halt;   /* somebody failed */
    pthread_mutex_t lock;
    /* Under the lock: */
    bool failed;
    int rc;
    size_t failed_at; /* number of the piece, 0 for a worker that could not begin */
    struct why *why;
    bool stopped;
};

/* Keeps the error of the lowest number, so that the message does not depend on who was faster more
 * than it must. Called under the lock; empties `why`. */
static void
fail(struct team *team, size_t number, int rc, struct why *why)
{
    if (!team->failed || number < team->failed_at) {
        if (team->why != NULL)
            why_release(team->why);
        why_take(team->why, why);
        team->rc = rc;
        team->failed_at = number;
    }
    team->failed = true;
    atomic_store(&team->halt, true);
}

/* The next number, or false when there is none or the work has ended. */
static bool
next_piece(struct team *team, size_t *number)
{
    if (atomic_load(&team->halt) || atomic_load(&team->next) >= team->job->count)
        return false;
    if (team->job->stopped != NULL && team->job->stopped(team->job->self)) {
        pthread_mutex_lock(&team->lock);
        team->stopped = true;
        pthread_mutex_unlock(&team->lock);
        return false;
    }
    *number = atomic_fetch_add(&team->next, 1);
    return *number < team->job->count;
}

static void
do_piece(struct team *team, void *worker, size_t number, struct recording *recording,
         struct why *why)
{
    const struct job *job = team->job;

    recording_clear(recording);
    int rc = job->run(job->self, worker, number, recording, why);

    pthread_mutex_lock(&team->lock);
    /* After an error nothing more is taken: the sink itself may be what failed. */
    if (rc == 0 && !team->failed)
        rc = job->take(job->self, number, recording, why);
    if (rc < 0)
        fail(team, number, rc, why);
    pthread_mutex_unlock(&team->lock);
    why_release(why);
}

static void *
work(void *argument)
{
    struct team *team = argument;
    const struct job *job = team->job;
    struct recording recording = {0};
    struct why why = {0};
    void *worker = NULL;
    size_t number;
    const int rc = job->begin != NULL ? job->begin(job->self, &worker, &why) : 0;

    if (rc < 0) {
        pthread_mutex_lock(&team->lock);
        fail(team, 0, rc, &why);
        pthread_mutex_unlock(&team->lock);
    } else {
        while (next_piece(team, &number))
            do_piece(team, worker, number, &recording, &why);
        if (job->end != NULL)
            job->end(job->self, worker);
    }
    recording_release(&recording);
    why_release(&why);
    return NULL;
}

static int
execute(const struct job *job, unsigned workers, struct why *why)
{
    struct why first = {0};
    struct team team = {.job = job, .lock = PTHREAD_MUTEX_INITIALIZER, .why = &first};
    const unsigned wanted = executor_workers(workers, job->count);
    pthread_t *thread = calloc(wanted, sizeof *thread);
    unsigned started = 0;

    if (thread == NULL)
        return why_no_memory(why);
    /* This thread is the last worker; if the system gives fewer, those there are do the work. */
    while (started + 1 < wanted && pthread_create(&thread[started], NULL, work, &team) == 0)
        started++;
    work(&team);
    for (unsigned i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    free(thread);
    pthread_mutex_destroy(&team.lock);
    why_take(why, &first);
    why_release(&first);
    if (team.failed)
        return team.rc;
    return team.stopped ? ERR_STOPPED : 0;
}

const struct executor executor_threads = {.name = "threads", .execute = execute};
