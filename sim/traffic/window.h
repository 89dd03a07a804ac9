#ifndef TRAFFIC_WINDOW_H
#define TRAFFIC_WINDOW_H

/*
 * A window: the user operations of one regime, simulated in SEGMENTS segments (hours.h).
 *
 * One event queue runs the stations; what happens in time order is the arrival of jobs at stations
 * (invariant T2). The rest of an operation, transfers and cryptography, needs no events: it is
 * added to the latency. So the stations' clock runs without transfers: delays that are independent
 * of each other leave a Poisson stream Poisson at the same rate (displacement theorem: Kingman,
 * "Poisson Processes", 1993), so stations see the same load, and a window need not outlast its
 * longest upload.
 *
 * A segment has three phases. Warm-up fills empty stations: a tenth of the measured time, or, when
 * that is less, the longest round trips of any path (before these are over some station sees no
 * jobs) and WARM_UP_RELAXATIONS relaxation times of the slowest station,
 *     S (1 + 1 / (c (1 - sqrt(rho))^2))
 * with mean service S, c servers, load rho (after the relaxation time of the M/M/1 queue: Cohen,
 * "The Single Server Queue", 1969), but no longer than round trips and the measured time together,
 * so that an overloaded station, which never settles, has an end. Measured time: operations that
 * start in it are recorded. Then the arrivals go on, unrecorded, until the last recorded operation
 * is through, so that it meets the same competition (again with that limit).
 *
 * An overloaded station (rho >= 1) has no steady state: its queue grows through the window, and the
 * latencies seen depend on the window's length. It shows as a utilisation, which is the offered
 * load, of 1 or more.
 *
 * Rare cohorts: a cohort with fewer than PROBE_SHARE of a segment's operations also sends probes,
 * up to that number: operations that meet the stations as they are and load nothing. They see what
 * its own operations see (PASTA: Wolff 1982), so that its figures rest on enough operations, while
 * its rates and the stations' load stay true.
 */
#include "engine/queue.h"
#include "stats/hist.h"
#include "traffic/hours.h"
#include "traffic/operation.h"
#include "traffic/path.h"
#include "traffic/station.h"

#define WARM_UP_SHARE       0.1
#define WARM_UP_RELAXATIONS 5.0
#define PROBE_SHARE         0.01

/* One cohort's operations of one data class. */
struct window_cell {
    uint64_t operations, served, key_reads, key_hits;
    struct hist latency;
};

/* Where operations come from: a cohort's course over part of a segment. */
struct source {
    struct operations from;
    struct operation next;
    sim_ns at;           /* of `next`, on the segment's clock; SIM_NEVER: no more */
    sim_ns starts, ends; /* no operation at or after `ends` */
    uint32_t cohort;
    enum course course;
    struct stream travel; /* jitter between users and gateway */
    struct stream cached; /* key cache hits: one draw a read, whether or not there is a cache */
};

/* One operation under way. */
struct op {
    sim_ns start; /* when the user meant it to start */
    sim_ns out;   /* way from user to gateway that is still to go after the keys (a write's) */
    sim_ns back;  /* way of the gateway's answer to the user */
    sim_ns ready; /* a read's: when the gateway has the data */
    sim_ns extra; /* transfers and cryptography: not on the stations' clock */
    const struct path *path;
    double bytes;
    uint64_t shares; /* a write's: key shares that have come back */
    uint32_t cell;
    uint32_t next_free;
    uint16_t asked; /* a write's: key stores that have not answered */
    uint16_t left;  /* legs of the present step that have not arrived */
    bool read, hit, probe, measured;
    bool keyed; /* a write's: has its key */
    bool over;  /* recorded; waits for answers nobody needs any more */
};

struct window {
    /* what the window is of */
    const struct world *world;
    const struct paths *paths;
    uint64_t seed, replication;
    struct operation_kinds kinds;
    /* what it measured; the caller may take the histograms (and leave zeroes) */
    struct window_cell cell[HOLDERS_MAX * CLASSES_MAX]; /* cohort x world's classes + class */
    double work_ns[STATIONS_MAX]; /* service of the jobs that arrived in measured time */
    double measured_ns;           /* measured time, all segments */
    uint64_t simulated;           /* operations, also those not recorded */
    /* the segment at work */
    uint32_t segment;
    sim_ns from, to, ends; /* measured time; latest arrival */
    struct queue queue;
    struct source source[3 * HOLDERS_MAX];
    uint32_t sources;
    struct station station[STATIONS_MAX];
    struct stream travel[STATIONS_MAX]; /* jitter on the legs to a station */
    struct stream probed;               /* service times of probes */
    uint64_t open;                      /* recorded operations under way */
    struct op *op;                      /* owned: pool */
    size_t ops, op_room;
    uint32_t free_op; /* NONE: none */
    sim_ns *done;     /* owned: answers of each operation's legs */
    size_t done_room;
    uint32_t legs; /* answers kept for one operation */
};

struct window_plan {
    const struct world *world;
    struct paths *paths; /* the regime's; its hour is set anew for each segment */
    uint64_t seed, replication;
    uint64_t operations; /* to measure, on average */
};

/*
 * Simulates a window and adds to what `window` measured. Start from a zeroed window; after
 * window_clear it serves for another regime and keeps its memory. A world without operations
 * measures nothing. ERR_MEMORY, ERR_NUMERIC (a latency beyond 2^62 ns).
 */
MUST_CHECK int window_run(struct window *window, const struct window_plan *plan);
void window_clear(struct window *window);
void window_release(struct window *window);

#endif
