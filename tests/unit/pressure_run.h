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

/* One metric of it. */
double played(const struct legal_world *lw, uint32_t strategy, uint64_t replication,
              enum metric_id metric, struct label label);
/* The mean of a total over replications 0 to n - 1: fails unless `expected` lies within its
 * interval of 1 - LEVEL (goodness.h), and when that interval is too wide to prove anything. */
void check_played(const struct legal_world *lw, uint32_t n, enum metric_id metric, double expected);

/* AA's users, whose data and key lie in BB (site 0, store 0); site 1 and store 1 are in AA. */
struct abroad {
    struct legal_world lw;
    struct pressure row[4];
};

void abroad_make(struct abroad *a, double horizon_days);
/* A duty on data from that day on, inspected at these gaps. */
void abroad_duty(struct abroad *a, double from_day, struct dist gap, double grace_days);
/* A row of pressure, certain; lasts infinity: for good. Returned for changes. */
struct pressure *abroad_row(struct abroad *a, enum pressure_on on, enum pressure_means means,
                            double price, double lasts_days);

static inline struct label
of_cohort(uint32_t cohort)
{
    return label_with(label_total, LABEL_COHORT, cohort);
}

static inline sim_ns
at_day(double days)
{
    return (sim_ns)(days * (double)NS_PER_DAY);
}

#endif
