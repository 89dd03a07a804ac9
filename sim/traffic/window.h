#ifndef TRAFFIC_WINDOW_H
#define TRAFFIC_WINDOW_H

/*
 * A window: the user operations of one regime, simulated in SEGMENTS segments (hours.h).
 *
 * One event queue runs the stations; what happens in time order is the arrival of jobs at stations
 * (invariant T2). The rest of an operation needs no events and is added to its latency. So the
 * stations' clock runs without round trips and transfers. This leaves each station the arrivals it
 * would have: a Poisson stream displaced by delays that are constant, or independent of each other,
 * is Poisson at the same rate (displacement theorem: Kingman, "Poisson Processes", 1993). It saves
 * filling the pipes, which at 100 000 operations a second hold more operations than a window, and
 * outlasting the longest upload. Waiting, service and the jitter of the ways to and from stations
 * stay on the clock: jitter makes the queues that one operation meets at several stations less
 * alike. What is lost is only how far apart in time users of different places meet at two stations.
 *
 * A segment has three phases. Warm-up fills empty stations. Theory says how long it is at least: a
 * tenth of the measured time or, if that is more, WARM_UP_RELAXATIONS times the longest mean jitter
 * of any path and the relaxation time of the slowest station or shared link (load.h), and the time
 * in which a quota's bucket is emptied. Theory knows nothing of what repeats add. So MSER-5 has the
 * last word (warmup.h): as long as the times that operations take are still on their way somewhere,
 * the warm-up is doubled. An overloaded station never settles, so there is a limit: the measured
 * time, or the time of WARM_UP_MOST operations if that is longer. Of one run MSER-5 sees a start
 * only where it stands out from chance (a climb by some ten deviations of the means), and at times
 * sees one where there is none: that costs time and changes no expectation. A storm of repeats that
 * breaks out later than the warm-up is in the measured time, as it would be in the world.
 * Intervals come from replications, each with streams of its own; how much of their spread is a
 * single window's is told by its batch means (batches.h).
 * Measured time: operations that start in it are recorded. Then the arrivals go on, unrecorded,
 * until the last recorded operation is through, so that it meets the same competition (but no
 * longer than the measured time).
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
#include "traffic/batches.h"
#include "traffic/gate.h"
#include "traffic/hours.h"
#include "traffic/operation.h"
#include "traffic/path.h"
#include "traffic/pipe.h"
#include "traffic/station.h"
#include "traffic/warmup.h"

#define WARM_UP_SHARE       0.1
#define WARM_UP_RELAXATIONS 5.0
#define WARM_UP_MOST        10000.0
#define PROBE_SHARE         0.01

/* One cohort's operations of one data class. */
struct window_cell {
    uint64_t operations, served, key_reads, key_hits;
    uint64_t failed[FAILURES]; /* the rest, by cause */
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

/* One operation under way. Its own time is the stations' clock plus `behind`. As a million may be
 * under way, no byte is idle. */
struct op {
    union {
        sim_ns start;       /* when the user meant it to start */
        uint32_t next_free; /* of a place in the pool that is free */
    };
    sim_ns out;  /* way from user to gateway that is still to go */
    sim_ns back; /* way of the gateway's answer that is still to come */
    union {
        struct {           /* on a plain path */
            sim_ns behind; /* what the clock leaves out so far; may be negative */
            sim_ns extra;  /* transfers and cryptography */
        };
        struct {         /* on a careful one: own time; SIM_NEVER: not yet */
            sim_ns data; /* first bytes are there */
            sim_ns key;  /* keys are */
        };
    };
    double bytes;
    const struct path *path;
    uint16_t cell;
    uint8_t left; /* on a plain path: legs of the present step that have not arrived */
    bool read, bare, hit, probe, measured;
};
_Static_assert(sizeof(struct op) == 64, "engine/NOTES says what an operation under way costs");
_Static_assert(HOLDERS_MAX <= UINT8_MAX && HOLDERS_MAX * CLASSES_MAX <= UINT16_MAX,
               "legs and cells have their numbers in struct op");

/* What careful operations need beside (care.h). */
struct care {
    struct gate gate[STATIONS_MAX];
    sim_ns within[STATIONS_MAX]; /* answers must come; 0: whenever */
    struct pipe *pipe;           /* owned */
    size_t pipes, pipe_room;
    struct care_op *op; /* owned: beside the pool of operations */
    size_t op_room;
    uint32_t sites, stores; /* answers of each that a careful operation has room for */
    struct fetched {
        double share; /* of late fetches of keys, those that came to something */
        uint32_t seen;
    } * fetched; /* owned: of each path */
    size_t fetched_room;
    struct stream retry, cold, edge, travel;
    bool any; /* is there a careful path at all? */
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
    double measured_ns; /* all segments' measured time, as it were at the day's mean rate */
    double mean_rate;   /* operations a second, over the day */
    struct batches batches;
    uint64_t simulated; /* operations, also those not recorded */
    uint64_t extended;  /* how often a warm-up was found too short */
    /* the segment at work */
    uint32_t segment;
    sim_ns from, to, ends; /* measured time; latest arrival */
    sim_ns warm_up_most;
    struct warm_up warm_up;
    sim_ns now;
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
    sim_ns *done;     /* owned: answers of each operation's legs; care.h: what else */
    size_t done_room;
    uint32_t legs; /* answers kept for one operation */
    struct care care;
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
