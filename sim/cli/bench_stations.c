/*
 * One queue with one and with eight servers at load 0.9, four ways: by events through the engine's
 * interface, by a station of the traffic plane, and by the recursions that need neither. All draw
 * the same customers and must give the same time in system, to the nanosecond.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/bench_engine.h"
#include "engine/queue.h"
#include "stats/dist.h"
#include "stats/stream.h"
#include "traffic/station.h"

#define SERVICE_NS 1e6
#define LOAD       0.9

enum { SERVERS_MOST = 8, WAITING_MOST = 1 << 16 };

struct customers {
    struct stream arrivals, services;
    double gap_ns;
    uint32_t servers;
    uint64_t count;
    uint64_t time_in_system; /* of all, ns */
};

static struct customers
customers_open(uint32_t servers, uint64_t count)
{
    struct customers c = {
        .gap_ns = SERVICE_NS / LOAD / servers, .servers = servers, .count = count};

    stream_open(&c.arrivals, 1, 0, PURPOSE_TEST, 1, servers);
    stream_open(&c.services, 1, 0, PURPOSE_TEST, 2, servers);
    return c;
}

static inline sim_ns
gap(struct customers *c)
{
    return (sim_ns)(c->gap_ns * stream_exponential(&c->arrivals) + 0.5);
}

static inline sim_ns
service(struct customers *c)
{
    return (sim_ns)(SERVICE_NS * stream_exponential(&c->services) + 0.5);
}

/* By events: customers arrive, wait, are served and leave. */

enum { ARRIVAL, DEPARTURE };

struct desk {
    struct queue queue;
    sim_ns *waiting; /* owned ring: when each who waits came */
    uint64_t first, behind;
    uint32_t busy;
};

static int
begin(struct desk *desk, struct customers *c, sim_ns came)
{
    return queue_add(&desk->queue, desk->queue.now + service(c), DEPARTURE, 0, (uint64_t)came);
}

static int
on_arrival(struct desk *desk, struct customers *c, uint64_t *left)
{
    const sim_ns now = desk->queue.now;

    if (--*left > 0 && queue_add(&desk->queue, now + gap(c), ARRIVAL, 0, 0) < 0)
        return ERR_MEMORY;
    if (desk->busy < c->servers) {
        desk->busy++;
        return begin(desk, c, now);
    }
    if (desk->behind - desk->first == WAITING_MOST)
        return ERR_LIMIT;
    desk->waiting[desk->behind++ & (WAITING_MOST - 1)] = now;
    return 0;
}

static int
on_departure(struct desk *desk, struct customers *c, sim_ns came)
{
    c->time_in_system += (uint64_t)(desk->queue.now - came);
    if (desk->first == desk->behind) {
        desk->busy--;
        return 0;
    }
    return begin(desk, c, desk->waiting[desk->first++ & (WAITING_MOST - 1)]);
}

static int
by_events(struct customers *c)
{
    struct desk desk = {.waiting = malloc(WAITING_MOST * sizeof(sim_ns))};
    uint64_t left = c->count;
    struct event e;
    int rc = desk.waiting == NULL ? ERR_MEMORY : queue_add(&desk.queue, gap(c), ARRIVAL, 0, 0);

    while (rc == 0 && queue_next(&desk.queue, &e))
        rc = e.kind == ARRIVAL ? on_arrival(&desk, c, &left) : on_departure(&desk, c, (sim_ns)e.b);
    queue_release(&desk.queue);
    free(desk.waiting);
    return rc;
}

static int
by_station(struct customers *c)
{
    const struct dist law = {.kind = DIST_EXPONENTIAL, .p = {SERVICE_NS / (double)NS_PER_S}};
    struct station station = {0};
    sim_ns now = 0, leaves;
    int rc = 0;

    station_reset(&station, c->servers, &law, &c->services);
    for (uint64_t i = 0; rc == 0 && i < c->count; i++) {
        now += gap(c);
        rc = station_serve(&station, now, &leaves);
        c->time_in_system += (uint64_t)(leaves - now);
    }
    station_release(&station);
    return rc;
}

/* Lindley (1952), "The theory of queues with a single server", Proc. Camb. Phil. Soc. 48(2). */
static int
by_lindley(struct customers *c)
{
    sim_ns now = 0, free_at = 0;

    for (uint64_t i = 0; i < c->count; i++) {
        now += gap(c);
        free_at = (free_at > now ? free_at : now) + service(c);
        c->time_in_system += (uint64_t)(free_at - now);
    }
    return 0;
}

/* Kiefer and Wolfowitz (1955): each takes the server that is free soonest. */
static int
by_next_free_server(struct customers *c)
{
    sim_ns now = 0, free_at[SERVERS_MOST] = {0};

    for (uint64_t i = 0; i < c->count; i++) {
        size_t best = 0;

        now += gap(c);
        for (size_t k = 1; k < SERVERS_MOST; k++)
            best = free_at[k] < free_at[best] ? k : best;
        free_at[best] = (free_at[best] > now ? free_at[best] : now) + service(c);
        c->time_in_system += (uint64_t)(free_at[best] - now);
    }
    return 0;
}

struct way {
    const char *backend;
    int (*simulate)(struct customers *c);
    uint32_t servers;
    uint64_t count;
};

static int
way_run(void *work, double *value, uint64_t *answer, struct why *why)
{
    const struct way *way = work;
    struct customers c = customers_open(way->servers, way->count);
    const int64_t start = engine_cpu_ns();
    const int rc = way->simulate(&c);

    *value = (double)(engine_cpu_ns() - start) / (double)way->count;
    *answer = c.time_in_system;
    return rc < 0 ? why_add(why, (enum err)rc, NULL, "%s: cannot simulate the queue", way->backend)
                  : 0;
}

static int
measure_ways(const char *name, struct way *way, size_t ways, const struct engine_plan *plan,
             struct engine_rows *rows, struct why *why)
{
    struct engine_group group = {.name = name};

    for (size_t i = 0; i < ways; i++) {
        way[i].count = plan->quick ? 300000 : 2000000;
        group.item[group.count++] = (struct engine_case){.backend = way[i].backend,
                                                         .mode = "load 0.9",
                                                         .unit = "ns",
                                                         .threads = 1,
                                                         .work = &way[i],
                                                         .run = way_run};
    }
    return engine_measure(&group, plan, rows, why);
}

int
engine_bench_stations(const struct engine_plan *plan, struct engine_rows *rows, struct why *why)
{
    struct way one[] = {
        {"lindley", by_lindley, 1, 0}, {"station", by_station, 1, 0}, {"events", by_events, 1, 0}};
    struct way eight[] = {{"next-free-server", by_next_free_server, 8, 0},
                          {"station", by_station, 8, 0},
                          {"events", by_events, 8, 0}};
    const int rc = measure_ways("mm1-customer", one, COUNT(one), plan, rows, why);

    return rc < 0 ? rc : measure_ways("mm8-customer", eight, COUNT(eight), plan, rows, why);
}
