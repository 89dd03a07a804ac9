#include "traffic/station.h"

#include <stdlib.h>
#include "base/mem.h"

void
station_reset(struct station *station, uint32_t servers, const struct dist *service_s,
              const struct stream *draws)
{
    station->servers = servers;
    station->service = sampler_of(service_s, (double)NS_PER_S);
    station->draws = *draws;
    station->count = 0;
    station->work_ns = 0;
}

/*
 * Puts `time` in place of the soonest entry. The hole goes down to a leaf first, then `time` up
 * from there: it is a departure that has just begun to wait, so most others are sooner, and the way
 * down compares without branches, which nothing could predict. Behind the last entry stands
 * SIM_NEVER.
 */
static void
replace_soonest(struct station *station, sim_ns time)
{
    sim_ns *heap = station->free_at;
    const size_t count = station->count;
    size_t hole = 0;

    for (size_t child = 1; child < count; child = 2 * hole + 1) {
        child += heap[child + 1] < heap[child];
        heap[hole] = heap[child];
        hole = child;
    }
    for (; hole > 0 && heap[(hole - 1) / 2] > time; hole = (hole - 1) / 2)
        heap[hole] = heap[(hole - 1) / 2];
    heap[hole] = time;
}

static int
add_server(struct station *station, sim_ns time)
{
    const int rc = mem_grow(&station->free_at, &station->capacity, station->count + 2,
                            sizeof *station->free_at);

    if (rc < 0)
        return rc;
    sim_ns *heap = station->free_at;
    size_t hole = station->count++;

    heap[station->count] = SIM_NEVER;

    for (; hole > 0 && heap[(hole - 1) / 2] > time; hole = (hole - 1) / 2)
        heap[hole] = heap[(hole - 1) / 2];
    heap[hole] = time;
    return 0;
}

int
station_serve(struct station *station, sim_ns now, sim_ns *departs)
{
    const double service_ns = sampler_draw(&station->service, &station->draws);
    const sim_ns service = (sim_ns)(service_ns + 0.5);

    station->work_ns += service_ns;
    if (station->count > 0 && station->free_at[0] <= now) {
        *departs = now + service;
        replace_soonest(station, *departs);
        return 0;
    }
    if (station->count < station->servers) {
        *departs = now + service;
        return add_server(station, *departs);
    }
    *departs = station->free_at[0] + service;
    replace_soonest(station, *departs);
    return 0;
}

sim_ns
station_probe(const struct station *station, sim_ns now, struct stream *draws)
{
    sim_ns start = now;

    if (station->count >= station->servers && station->free_at[0] > now)
        start = station->free_at[0];
    return start + (sim_ns)(sampler_draw(&station->service, draws) + 0.5);
}

void
station_release(struct station *station)
{
    free(station->free_at);
    *station = (struct station){0};
}
