#include "traffic/gate.h"

#include <math.h>
#include <stdlib.h>
#include "base/mem.h"

void
gate_reset(struct gate *gate, const struct limits *limits)
{
    const bool any = limits != NULL && (limits->queue_ends || limits->quota_per_s > 0);

    gate->limits = any ? limits : NULL;
    gate->first = gate->waiting = 0;
    gate->tokens = any ? limits->burst : 0;
    gate->filled = 0;
}

/* When a job that arrives now would start. */
static sim_ns
start_of(const struct station *station, sim_ns now)
{
    if (station->count < station->servers || station->free_at[0] <= now)
        return now;
    return station->free_at[0];
}

static double
tokens_at(const struct gate *gate, sim_ns now)
{
    const double passed_s = (double)(now - gate->filled) / (double)NS_PER_S;

    return fmin(gate->limits->burst, gate->tokens + passed_s * gate->limits->quota_per_s);
}

/* Of those in the ring, which starts in order, how many have not started at `now`? */
static size_t
waiting_at(const struct gate *gate, sim_ns now)
{
    size_t started = 0;

    while (started < gate->waiting && gate->starts[(gate->first + started) % gate->room] <= now)
        started++;
    return gate->waiting - started;
}

static bool
is_full(const struct gate *gate, size_t waiting, sim_ns start, sim_ns now)
{
    return gate->limits->queue_ends && start > now && waiting >= gate->limits->queue;
}

static int
join_ring(struct gate *gate, sim_ns start)
{
    if (gate->waiting == gate->room) {
        const size_t before = gate->room;
        const int rc = mem_grow(&gate->starts, &gate->room, before + 1, sizeof *gate->starts);

        if (rc < 0)
            return rc;
        /* what had wrapped round goes behind what had not: the room at least doubles */
        for (size_t i = 0; i < gate->first; i++)
            gate->starts[(before + i) % gate->room] = gate->starts[i];
    }
    gate->starts[(gate->first + gate->waiting++) % gate->room] = start;
    return 0;
}

int
gate_serve(struct gate *gate, struct station *station, sim_ns now, sim_ns *departs)
{
    if (gate->limits == NULL)
        return station_serve(station, now, departs);
    const sim_ns start = start_of(station, now);
    const size_t waiting = waiting_at(gate, now), started = gate->waiting - waiting;

    if (gate->room > 0)
        gate->first = (gate->first + started) % gate->room;
    gate->waiting = waiting;
    *departs = SIM_NEVER;
    if (is_full(gate, waiting, start, now))
        return 0;
    if (gate->limits->quota_per_s > 0) {
        gate->tokens = tokens_at(gate, now);
        gate->filled = now;
        if (gate->tokens < 1)
            return 0;
        gate->tokens--;
    }
    if (gate->limits->queue_ends && start > now) {
        const int rc = join_ring(gate, start);

        if (rc < 0)
            return rc;
    }
    return station_serve(station, now, departs);
}

sim_ns
gate_probe(const struct gate *gate, const struct station *station, sim_ns now, struct stream *draws)
{
    if (gate->limits != NULL &&
        (is_full(gate, waiting_at(gate, now), start_of(station, now), now) ||
         (gate->limits->quota_per_s > 0 && tokens_at(gate, now) < 1)))
        return SIM_NEVER;
    return station_probe(station, now, draws);
}

void
gate_release(struct gate *gate)
{
    free(gate->starts);
    *gate = (struct gate){0};
}
