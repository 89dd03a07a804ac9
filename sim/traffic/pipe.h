#ifndef TRAFFIC_PIPE_H
#define TRAFFIC_PIPE_H

/*
 * A pipe: a bandwidth that all transfers on their way through it share evenly at each instant
 * (processor sharing). What TCP flows of like round trips come to on a common bottleneck; the mean
 * time of a transfer that would take S alone is S / (1 - rho), whatever the sizes' shape
 * (Kleinrock 1967; Sakata, Noguchi, Oizumi 1971).
 *
 * Exact and event by event, in virtual time: V grows at rate C / n while n transfers are there, so
 * a transfer of x bits that joins at V is through when V has reached its own V + x, and the order
 * in which they end is known when they join. Only the next end is ever scheduled.
 *
 * Probes load nothing: they get C / (n + 1) and leave the others theirs, by a virtual time of their
 * own.
 */
#include "base/err.h"
#include "base/units.h"

struct pipe_job {
    double ends;       /* virtual time */
    uint64_t seq;      /* breaks ties: first come, first out */
    uint32_t op, slot; /* the owner's */
};

/* Those that load the pipe, and probes. */
struct pipe_jobs {
    struct pipe_job *item; /* owned: heap, soonest end first */
    size_t count, capacity;
    double v; /* virtual time, in bits */
};

struct pipe {
    double bit_s;
    struct pipe_jobs jobs[2]; /* [probe] */
    sim_ns now;
    uint64_t joined;
    uint64_t generation; /* the owner's: which of its events is still of use */
};

/* Empty, keeping its memory. */
void pipe_reset(struct pipe *pipe, double bit_s);

/* Some bits of an operation join at `now`, not before the last call's. ERR_MEMORY. */
MUST_CHECK int pipe_join(struct pipe *pipe, sim_ns now, double bits, bool probe, uint32_t op,
                         uint32_t slot);

/* When the next of those there is through if nobody joins; SIM_NEVER when nobody is there. */
sim_ns pipe_next(const struct pipe *pipe);

/* Takes one that is through at `now`; false when none is. */
bool pipe_leave(struct pipe *pipe, sim_ns now, struct pipe_job *job);

void pipe_release(struct pipe *pipe);

#endif
