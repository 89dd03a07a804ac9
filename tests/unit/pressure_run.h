#ifndef PRESSURE_RUN_H
#define PRESSURE_RUN_H

/* Pressure alone: its own clock and the phases, without requests. */
#include "legal/pressure.h"
#include "legal_world.h"

struct pressure_run {
    const struct legal_world *lw;
    struct timeline timeline;
    struct departures departures;
    struct pressures *pressures;
    uint32_t strategy, phase;
};

/* Opens a run of one replication at its start; fails the test on errors. */
void pressure_open(struct pressure_run *run, const struct legal_world *lw, uint32_t strategy,
                   uint64_t replication);
/* Lets happen what comes before `until`. */
void pressure_pass(struct pressure_run *run, sim_ns until);
/* The rest up to the horizon; its report into a cleared `out`. Releases the run. */
void pressure_close(struct pressure_run *run, struct recording *out);

/* All of it. */
void pressure_play(const struct legal_world *lw, uint32_t strategy, uint64_t replication,
                   struct recording *out);

static inline sim_ns
at_day(double days)
{
    return (sim_ns)(days * (double)NS_PER_DAY);
}

#endif
