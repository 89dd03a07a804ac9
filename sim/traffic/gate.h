#ifndef TRAFFIC_GATE_H
#define TRAFFIC_GATE_H

/*
 * What a station takes (struct limits): a gate before its queue.
 *
 * Jobs come in the order of their arrival (invariant T2), so at an arrival the instants at which
 * those before it start are known, and who still waits is counted exactly: they lie in a ring, and
 * those that have started leave it. Its size is that of the queue, or what ever waited if less.
 *
 * A refused job takes no server, no place in the queue and no token, and draws no service time.
 */
#include "model/world.h"
#include "traffic/station.h"

struct gate {
    const struct limits *limits; /* borrows; NULL: takes everything */
    sim_ns *starts;              /* owned: ring of the instants at which those waiting start */
    size_t first, waiting, room;
    double tokens;
    sim_ns filled; /* when `tokens` was last brought up to date */
};

/* Nobody waits and the bucket is full; keeps the memory. NULL or zeroed limits: takes everything.
 */
void gate_reset(struct gate *gate, const struct limits *limits);

/* Does it take everything? */
static inline bool
gate_is_open(const struct gate *gate)
{
    return gate->limits == NULL;
}

/* A job arrives at `now`: `*departs` receives when it leaves `station`, SIM_NEVER when it is
 * refused. ERR_MEMORY. */
MUST_CHECK int gate_serve(struct gate *gate, struct station *station, sim_ns now, sim_ns *departs);

/* What would become of it, without being there (station_probe). */
sim_ns gate_probe(const struct gate *gate, const struct station *station, sim_ns now,
                  struct stream *draws);

void gate_release(struct gate *gate);

#endif
