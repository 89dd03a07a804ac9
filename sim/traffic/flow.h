#ifndef TRAFFIC_FLOW_H
#define TRAFFIC_FLOW_H

/*
 * The steps of one operation through a window's stations.
 *
 *     read:   user -> gateway -> sites (side by side) -> gateway [-> key stores -> gateway] -> user
 *     write:  user -> gateway [-> key stores -> gateway] -> sites (side by side) -> gateway -> user
 *
 * With `decrypts: client` the key stores are asked from the user's place: after the data of a read
 * has come, before a write is sent.
 *
 * A step sends the operation along its legs. When it has arrived at the last of their stations, all
 * departures are known, so is the time at which enough answers are back, and the next step begins.
 * The operation's own time is the stations' clock plus `behind`, which holds what the clock leaves
 * out (window.h says why it may): with T the time at which enough are back, the clock goes on at
 * T less the longest round trip among the legs, or now if that is later, and `behind` takes up the
 * difference.
 */
#include "traffic/window.h"

/* An operation of `source` starts at `at`. */
MUST_CHECK int flow_start(struct window *window, struct source *source, sim_ns at);

/* An operation arrives at a station: an event, due now. */
MUST_CHECK int flow_event(struct window *window, const struct event *event);

/* An operation is over: its place in the pool is free. */
void flow_drop(struct window *window, uint32_t op);

/* Longest jitter (115 days) and transfer (3 years) told apart: sums stay below 2^62 ns. */
#define FLOW_JITTER_MOST_NS 1e16
#define FLOW_EXTRA_MOST_NS  1e17

static inline sim_ns
flow_jitter_ns(double ns)
{
    return (sim_ns)((ns < FLOW_JITTER_MOST_NS ? ns : FLOW_JITTER_MOST_NS) + 0.5);
}

static inline sim_ns
flow_extra_ns(double seconds)
{
    const double ns = seconds * (double)NS_PER_S;

    return (sim_ns)((ns < FLOW_EXTRA_MOST_NS ? ns : FLOW_EXTRA_MOST_NS) + 0.5);
}

#endif
