#ifndef TRAFFIC_FLOW_H
#define TRAFFIC_FLOW_H

/*
 * The steps of one operation through a window's stations.
 *
 *     read:   user -> gateway -> sites (side by side) -> gateway [-> key stores -> gateway] -> user
 *     write:  user -> gateway [-> key stores -> gateway] -> sites (side by side) -> gateway -> user
 *
 * With `decrypts: client` the key stores are asked from the user's place: after the data of a read
 * has come, before a write is sent. A write that needs fewer shares than stores asked goes on with
 * the share that completes the key; later shares come back to nobody.
 */
#include "traffic/window.h"

/* An operation of `source` starts at `at`. */
MUST_CHECK int flow_start(struct window *window, struct source *source, sim_ns at);

/* An event of the window's queue, which stands at its time. */
MUST_CHECK int flow_event(struct window *window, const struct event *event);

#endif
