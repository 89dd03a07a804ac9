#ifndef TRAFFIC_LOAD_H
#define TRAFFIC_LOAD_H

/*
 * What operations ask of stations and shared links, worked out from the paths without simulating,
 * in the hour last set (paths_set_hour); repeats, refusals and what is given up left out. And how
 * long it takes until it does not matter any more that all was empty at first.
 */
#include "traffic/operation.h"
#include "traffic/path.h"

/* Jobs a second that each station is offered. */
void paths_load(const struct paths *paths, const struct world *world, unsigned hour,
                double jobs_per_s[STATIONS_MAX]);

/* What is offered to one pipe; start from its number and zeroes. */
struct pipe_load {
    uint32_t pipe; /* as in struct link */
    double bit_s;  /* its own */
    double jobs_per_s, offered_bit_s;
};
void paths_pipe_load(const struct paths *paths, const struct world *world, unsigned hour,
                     struct pipe_load *load);

/*
 * S (1 + 1 / (c (1 - sqrt(rho))^2)), seconds, with mean service S, c servers, load rho: after the
 * relaxation time of the M/M/1 queue (Cohen, "The Single Server Queue", 1969). Infinite when
 * overloaded, 0 when nothing comes.
 */
double load_relaxation_s(double per_s, double service_s, uint32_t servers);

/*
 * The longest of all stations and of pipes 1 to `pipes`. A pipe is a server whose S is the mean
 * time of a transfer that is alone in it: where sizes are exponential, as many are in a shared
 * server as in a queueing one, so they settle alike.
 */
double paths_relaxation_s(const struct paths *paths, const struct world *world, unsigned hour,
                          uint32_t pipes);

/* A quota's bucket is full at first. Where more is asked for than it takes, that lasts until it is
 * empty: the longest of all stations, in seconds. */
double paths_drain_s(const struct paths *paths, const struct world *world, unsigned hour);

#endif
