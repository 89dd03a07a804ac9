#include "traffic/pipe.h"

#include <math.h>
#include <stdlib.h>
#include "base/mem.h"

/* Ends that lie so near are now: less than the clock can tell apart. */
#define NEAR_NS 0.5

/* Longest time told: sums stay below 2^62 ns. */
#define LONGEST_NS 1e18

static bool
goes_before(const struct pipe_job *a, const struct pipe_job *b)
{
    if (a->ends < b->ends || a->ends > b->ends)
        return a->ends < b->ends;
    return a->seq < b->seq;
}

static void
heap_add(struct pipe_jobs *jobs, const struct pipe_job *job)
{
    size_t hole = jobs->count++;

    for (; hole > 0 && goes_before(job, &jobs->item[(hole - 1) / 2]); hole = (hole - 1) / 2)
        jobs->item[hole] = jobs->item[(hole - 1) / 2];
    jobs->item[hole] = *job;
}

static struct pipe_job
heap_take(struct pipe_jobs *jobs)
{
    const struct pipe_job first = jobs->item[0], moved = jobs->item[--jobs->count];
    size_t hole = 0;

    for (size_t child = 1; child < jobs->count; child = 2 * hole + 1) {
        if (child + 1 < jobs->count && goes_before(&jobs->item[child + 1], &jobs->item[child]))
            child++;
        if (!goes_before(&jobs->item[child], &moved))
            break;
        jobs->item[hole] = jobs->item[child];
        hole = child;
    }
    jobs->item[hole] = moved;
    return first;
}

/* Bits a second for each of them. */
static double
rate(const struct pipe *pipe, bool probe)
{
    const size_t sharing = pipe->jobs[0].count + probe;

    return sharing > 0 ? pipe->bit_s / (double)sharing : 0;
}

static void
advance(struct pipe *pipe, sim_ns now)
{
    const double passed_s = (double)(now - pipe->now) / (double)NS_PER_S;

    for (int probe = 0; probe < 2; probe++) {
        struct pipe_jobs *jobs = &pipe->jobs[probe];

        /* an empty heap starts again at 0, so that virtual time keeps its digits */
        jobs->v = jobs->count > 0 ? jobs->v + passed_s * rate(pipe, probe != 0) : 0;
    }
    pipe->now = now;
}

/* Nanoseconds until the first of them is through. */
static double
ahead_ns(const struct pipe *pipe, bool probe)
{
    const struct pipe_jobs *jobs = &pipe->jobs[probe];

    if (jobs->count == 0)
        return (double)INFINITY;
    return fmin((jobs->item[0].ends - jobs->v) / rate(pipe, probe) * (double)NS_PER_S, LONGEST_NS);
}

void
pipe_reset(struct pipe *pipe, double bit_s)
{
    pipe->bit_s = bit_s;
    for (int probe = 0; probe < 2; probe++) {
        pipe->jobs[probe].count = 0;
        pipe->jobs[probe].v = 0;
    }
    pipe->now = 0;
    pipe->joined = 0;
}

int
pipe_join(struct pipe *pipe, sim_ns now, double bits, bool probe, uint32_t op, uint32_t slot)
{
    struct pipe_jobs *jobs = &pipe->jobs[probe];

    advance(pipe, now);
    if (VEC_ROOM(jobs) < 0)
        return ERR_MEMORY;
    heap_add(jobs, &(struct pipe_job){jobs->v + bits, pipe->joined++, op, slot});
    return 0;
}

sim_ns
pipe_next(const struct pipe *pipe)
{
    const double ahead = fmin(ahead_ns(pipe, false), ahead_ns(pipe, true));

    if (isinf(ahead))
        return SIM_NEVER;
    return pipe->now + (ahead < NEAR_NS ? 0 : (sim_ns)ceil(ahead));
}

bool
pipe_leave(struct pipe *pipe, sim_ns now, struct pipe_job *job)
{
    advance(pipe, now);
    for (int probe = 0; probe < 2; probe++)
        if (ahead_ns(pipe, probe != 0) < NEAR_NS) {
            *job = heap_take(&pipe->jobs[probe]);
            return true;
        }
    return false;
}

void
pipe_release(struct pipe *pipe)
{
    free(pipe->jobs[0].item);
    free(pipe->jobs[1].item);
    *pipe = (struct pipe){0};
}
