#ifndef TRAFFIC_STATION_H
#define TRAFFIC_STATION_H

/*
 * A station: one queue, several servers, first come first served.
 *
 * Jobs must be offered in the order of their arrival (invariant T2), as events leave the queue.
 * Then a job's departure is known at its arrival: it starts when the server that is free soonest
 * is free. So only the times at which servers become free are kept, for some more servers than were
 * ever busy together: a station with a million servers and three jobs keeps a few numbers.
 *
 * As long as some server is free at every arrival, which one does not matter: the times stand in no
 * order, and those passed are swept out when they would need room. The first time that all servers
 * are busy they become a heap, and stay one.
 */
#include "base/units.h"
#include "stats/stream.h"
#include "traffic/sampler.h"

struct station {
    uint32_t servers;
    struct sampler service; /* ns */
    struct stream draws;    /* of service times */
    sim_ns *free_at;        /* owned; when a server becomes free; of a heap: then SIM_NEVER */
    size_t count, capacity; /* times kept */
    bool heap;              /* soonest first; as many as there are servers */
    double work_ns;         /* service of all jobs since the last station_measure */
};

/* Empties the station, keeping its memory, and draws service times from now on from `draws`. */
void station_reset(struct station *station, uint32_t servers, const struct dist *service_s,
                   const struct stream *draws);

/* A job arrives at `now`: `*departs` receives when it leaves. ERR_MEMORY. */
MUST_CHECK int station_serve(struct station *station, sim_ns now, sim_ns *departs);

/*
 * When a job that arrives at `now` would leave, without being there: a probe, which loads nothing.
 * It draws its service time from `draws`, not from the station's, so that it disturbs no other job.
 */
sim_ns station_probe(const struct station *station, sim_ns now, struct stream *draws);

void station_release(struct station *station);

#endif
