#ifndef CLI_BENCH_ENGINE_H
#define CLI_BENCH_ENGINE_H

/*
 * Measuring the engine: what `jurisim bench engine` shares among its files.
 *
 * Cases come in groups. Those of a group do the same work in different ways, live side by side and
 * are timed in turn, in an order that rotates from round to round; where they must give the same
 * answer they are held to it, in every round. A result is the median over rounds with an interval
 * that assumes no distribution (crypto/measure.h), and so is its ratio to another case's, taken
 * round by round: what disturbs a round disturbs both.
 */
#include "base/text.h"
#include "store/bench.h"

/* One way to do a group's work. */
struct engine_case {
    const char *backend, *mode, *unit;
    unsigned threads;
    void *work; /* the group's */
    /* One slot: `*value` in `unit`, `*answer` what all cases of the group must agree on (0: ask
     * nothing of it). */
    int (*run)(void *work, double *value, uint64_t *answer, struct why *why);
    void (*release)(void *work); /* NULL is accepted as work */
    size_t base;                 /* the case it is compared with; itself: with none */
};

enum { ENGINE_CASES_MOST = 8 };

struct engine_group {
    const char *name;
    uint64_t size; /* pending events, or bytes; 0: neither */
    struct engine_case item[ENGINE_CASES_MOST];
    size_t count;
};

struct engine_plan {
    unsigned rounds;
    bool quick;
    bool structures;      /* every structure for pending events, not the queue and one heap */
    const char *scenario; /* NULL: the built-in one */
    unsigned threads;     /* as many as there are cores */
};

/* A control to stand beside the cases of a group, on one thread and on all: it takes no notice of
 * memory, so that it tells whether the cores were free. */
MUST_CHECK int engine_add_spin(struct engine_group *group, const struct engine_plan *plan,
                               struct why *why);

/* Runs a group's rounds after one that is not counted, and adds its rows. */
MUST_CHECK int engine_measure(struct engine_group *group, const struct engine_plan *plan,
                              struct engine_rows *rows, struct why *why);
void engine_group_release(struct engine_group *group);

/* The parts. Each measures its groups. */
MUST_CHECK int engine_bench_controls(const struct engine_plan *plan, struct engine_rows *rows,
                                     struct why *why);
MUST_CHECK int engine_bench_draws(const struct engine_plan *plan, struct engine_rows *rows,
                                  struct why *why);
MUST_CHECK int engine_bench_hold(const struct engine_plan *plan, struct engine_rows *rows,
                                 struct why *why);
MUST_CHECK int engine_bench_stations(const struct engine_plan *plan, struct engine_rows *rows,
                                     struct why *why);
MUST_CHECK int engine_bench_scenario(const struct engine_plan *plan, struct engine_rows *rows,
                                     struct why *why);
MUST_CHECK int engine_bench_flight(const struct engine_plan *plan, struct engine_rows *rows,
                                   struct why *why);

/* Reads the plan's scenario, so that its faults are told before anything is measured. */
MUST_CHECK int engine_check_scenario(const struct engine_plan *plan, struct why *why);

/* The time, and the processor time of this thread: what has one thread is measured by the latter,
 * since other programs then disturb it less. */
int64_t engine_now_ns(void);
int64_t engine_cpu_ns(void);

/* What was measured, as a table and as JSON ({"machine":{...},"rows":[...]}); `out->lost` says that
 * memory ran out. */
void engine_table(struct text *out, const struct bench_list *list);
void engine_json(struct text *out, const struct bench_list *list);

/* `jurisim bench engine`; argv[0] is "engine". */
int cmd_bench_engine(int argc, char **argv);

#endif
