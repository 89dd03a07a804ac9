/* Rounds of a group's cases: see bench_engine.h. */
#include "cli/bench_engine.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>
#include "base/mem.h"
#include "base/units.h"
#include "crypto/measure.h"

static int64_t
clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

int64_t
engine_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t
engine_cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void
engine_group_release(struct engine_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->item[i].release != NULL)
            group->item[i].release(group->item[i].work);
    group->count = 0;
}

/* One round: every case once, beginning with another one each time. */
static int
round_run(const struct engine_group *group, unsigned round, double *value, struct why *why)
{
    uint64_t expected = 0;

    for (size_t k = 0; k < group->count; k++) {
        const size_t i = (k + round) % group->count;
        const struct engine_case *c = &group->item[i];
        uint64_t answer = 0;
        const int rc = c->run(c->work, &value[i], &answer, why);

        if (rc < 0)
            return rc;
        if (answer != 0 && expected != 0 && answer != expected)
            return why_add(why, ERR_NUMERIC, NULL, "%s: '%s' gives another answer", group->name,
                           c->backend);
        expected = answer != 0 ? answer : expected;
    }
    return 0;
}

/* Of case `i`, whose values stand in every round among those of the others. */
static void
fill_row(const struct engine_group *group, size_t i, const double *value, unsigned rounds,
         struct engine_row *row)
{
    const struct engine_case *c = &group->item[i];
    double own[MEASURE_ROUNDS_MOST], ratio[MEASURE_ROUNDS_MOST];

    *row = (struct engine_row){.name = group->name,
                               .backend = c->backend,
                               .mode = c->mode,
                               .unit = c->unit,
                               .size = group->size,
                               .threads = c->threads,
                               .ratio = (double)NAN,
                               .ratio_low = (double)NAN,
                               .ratio_high = (double)NAN};
    for (unsigned r = 0; r < rounds; r++) {
        own[r] = value[r * group->count + i];
        ratio[r] = own[r] / value[r * group->count + c->base];
    }
    measure_median(own, rounds, MEASURE_LEVEL, &row->median, &row->low, &row->high);
    if (c->base != i)
        measure_median(ratio, rounds, MEASURE_LEVEL, &row->ratio, &row->ratio_low,
                       &row->ratio_high);
}

static int
add_rows(const struct engine_group *group, const double *value, unsigned rounds,
         struct engine_rows *rows, struct why *why)
{
    for (size_t i = 0; i < group->count; i++) {
        if (VEC_ROOM(rows) < 0)
            return why_no_memory(why);
        fill_row(group, i, value, rounds, &rows->item[rows->count++]);
    }
    return 0;
}

int
engine_measure(struct engine_group *group, const struct engine_plan *plan, struct engine_rows *rows,
               struct why *why)
{
    double *value = calloc((size_t)plan->rounds * group->count, sizeof *value);
    int rc = value == NULL ? why_no_memory(why) : round_run(group, 0, value, why);

    for (unsigned round = 0; rc == 0 && round < plan->rounds; round++)
        rc = round_run(group, round, &value[round * group->count], why);
    if (rc == 0)
        rc = add_rows(group, value, plan->rounds, rows, why);
    free(value);
    return rc;
}
