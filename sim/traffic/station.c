#include "traffic/station.h"

#include <stdlib.h>
#include "base/mem.h"

enum { ROOM_LEAST = 32 };

void
station_reset(struct station *station, uint32_t servers, const struct dist *service_s,
              const struct stream *draws)
{
    station->servers = servers;
    station->service = sampler_of(service_s, (double)NS_PER_S);
    station->draws = *draws;
    station->count = 0;
    station->heap = false;
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

/* Leaves the times after `now`. */
static void
sweep(struct station *station, sim_ns now)
{
    size_t kept = 0;

    for (size_t i = 0; i < station->count; i++) {
        station->free_at[kept] = station->free_at[i];
        kept += station->free_at[i] > now;
    }
    station->count = kept;
}

static int
ascending(const void *a, const void *b)
{
    const sim_ns x = *(const sim_ns *)a, y = *(const sim_ns *)b;

    return (x > y) - (x < y);
}

/* Room for one more time. Sweeps before it grows, and grows when that frees less than half: so a
 * time is looked at about twice. */
static int
make_room(struct station *station, sim_ns now)
{
    sweep(station, now);
    const size_t wanted = 2 * station->count < ROOM_LEAST ? ROOM_LEAST : 2 * station->count;

    return mem_grow_tight(&station->free_at, &station->capacity, wanted + 1,
                          sizeof *station->free_at);
}

/* A server is free: the job begins at once. Were it the last one, the times become a heap: sorted,
 * they are one. */
static int
begin_at_once(struct station *station, sim_ns now, sim_ns departs)
{
    if (station->count + 1 >= station->capacity) {
        const int rc = make_room(station, now);

        if (rc < 0)
            return rc;
    }
    station->free_at[station->count++] = departs;
    if (station->count == station->servers)
        sweep(station, now);
    if (station->count == station->servers) {
        qsort(station->free_at, station->count, sizeof *station->free_at, ascending);
        station->free_at[station->count] = SIM_NEVER;
        station->heap = true;
    }
    return 0;
}

int
station_serve(struct station *station, sim_ns now, sim_ns *departs)
{
    const double service_ns = sampler_draw(&station->service, &station->draws);
    const sim_ns service = (sim_ns)(service_ns + 0.5);

    station->work_ns += service_ns;
    if (!station->heap) {
        *departs = now + service;
        return begin_at_once(station, now, *departs);
    }
    *departs = (station->free_at[0] > now ? station->free_at[0] : now) + service;
    replace_soonest(station, *departs);
    return 0;
}

sim_ns
station_probe(const struct station *station, sim_ns now, struct stream *draws)
{
    sim_ns start = now;

    if (station->heap && station->free_at[0] > now)
        start = station->free_at[0];
    return start + (sim_ns)(sampler_draw(&station->service, draws) + 0.5);
}

void
station_release(struct station *station)
{
    free(station->free_at);
    *station = (struct station){0};
}
