#ifndef REPORT_RUN_H
#define REPORT_RUN_H

/*
 * A finished run of eight strategies made by hand, for tests of tables and figures: some coincide,
 * some expose nobody. Latencies are near `ms` of the strategy (twenty trials), exposure of content
 * to the first authority is `accounts` at a whole number of its trials (forty).
 */
#include "record/outcome.h"

enum { RUN_STRATEGIES = 8, RUN_LEGAL = 40, RUN_TRAFFIC = 20, RUN_ACCOUNTS = 1000000 };

struct made_run {
    const char *title;
    double ms[RUN_STRATEGIES];       /* 0: nothing served */
    double accounts[RUN_STRATEGIES]; /* the mean; 0: never */
    struct legend_change change[4];
    uint32_t changes;
    struct legend legend;
    struct outcome outcome;
};

extern const char *const run_strategy[RUN_STRATEGIES];

/* What most tests start from: two pairs that coincide, four strategies that expose nobody. */
struct made_run run_usual(void);

/* Fills legend and outcome from the rest; fails the test when memory runs out. The run must stay
 * in place until run_end. */
void run_make(struct made_run *run);
void run_end(struct made_run *run);

#endif
