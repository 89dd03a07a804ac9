/* The hold model: pending-event sets beside each other. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/bench_engine.h"
#include "engine/rivals.h"
#include "stats/stream.h"

enum {
    INCREMENTS = 1 << 15, /* 256 KiB, read in order */
    HOLDS_LEAST = 200000, /* a slot */
    MANY = 1000000,       /* more take gigabytes and minutes: exponential increments alone */
    ROUNDS_OF_MANY = 7,
};

/* Increments with mean 1, as in the comparisons of calendar and ladder queues. */

static double
exponential(struct stream *s)
{
    return stream_exponential(s);
}

static double
uniform(struct stream *s)
{
    return 2 * stream_uniform(s);
}

/* Nine in ten short, one long: means 0.1 and 9.1. */
static double
bimodal(struct stream *s)
{
    const bool slow = stream_chance(s, 0.1);
    const double u = stream_uniform(s);

    return slow ? 9.1 * (0.95 + 0.1 * u) : 0.2 * u;
}

/* Density rising from 0 to its end at 1.5. */
static double
triangular(struct stream *s)
{
    return 1.5 * sqrt(stream_uniform(s));
}

static const struct {
    const char *name;
    double (*draw)(struct stream *s);
} shape[] = {
    {"hold-exponential", exponential},
    {"hold-uniform", uniform},
    {"hold-bimodal", bimodal},
    {"hold-triangular", triangular},
};

struct holding {
    const struct rival *rival;
    void *set; /* owned */
    struct hold hold;
    uint64_t holds; /* a slot */
};

static void
holding_release(void *work)
{
    struct holding *holding = work;

    if (holding == NULL)
        return;
    holding->rival->close(holding->set);
    free(holding);
}

static int
holding_run(void *work, double *value, uint64_t *answer, struct why *why)
{
    struct holding *h = work;
    const int64_t start = engine_cpu_ns();

    *answer = h->rival->hold(h->set, &h->hold, h->holds);
    *value = (double)(engine_cpu_ns() - start) / (double)h->holds;
    return *answer == UINT64_MAX ? why_no_memory(why) : 0;
}

/* Filled, and held until the first filling is forgotten. */
static int
holding_new(struct holding **out, const struct rival *rival, const sim_ns *increment,
            uint64_t pending, struct why *why)
{
    struct holding *h = *out = calloc(1, sizeof *h);

    if (h == NULL)
        return why_no_memory(why);
    h->rival = rival;
    h->hold = (struct hold){.increment = increment, .increments = INCREMENTS};
    h->holds = pending < HOLDS_LEAST ? HOLDS_LEAST : pending > MANY ? pending / 4 : pending;
    h->set = rival->open();
    for (uint64_t i = 0; h->set != NULL && i < pending; i++) {
        const struct event e = {
            .at = increment[i & (INCREMENTS - 1)], .seq = h->hold.seq++, .b = i};

        if (rival->add(h->set, &e) < 0)
            return why_no_memory(why);
    }
    if (h->set == NULL ||
        rival->hold(h->set, &h->hold, pending > MANY ? pending : 2 * pending) == UINT64_MAX)
        return why_no_memory(why);
    return 0;
}

static int
measure_group(size_t which, uint64_t pending, const struct engine_plan *plan,
              struct engine_rows *rows, struct why *why)
{
    struct engine_group group = {.name = shape[which].name, .size = pending};
    sim_ns *increment = malloc(INCREMENTS * sizeof *increment);
    struct stream s;
    int rc = increment == NULL ? why_no_memory(why) : 0;

    stream_open(&s, which, 0, PURPOSE_TEST, 0, 0);
    for (size_t i = 0; rc == 0 && i < INCREMENTS; i++) /* fine enough that ties are rare */
        increment[i] = (sim_ns)(shape[which].draw(&s) * (double)pending * 1000);
    for (const struct rival *const *r = rivals; rc == 0 && *r != NULL; r++) {
        struct holding *h;

        if (!plan->structures && r - rivals > 1)
            break;
        rc = holding_new(&h, *r, increment, pending, why);
        group.item[group.count++] =
            (struct engine_case){(*r)->name, "hold", "ns", 1, h, holding_run, holding_release, 0};
    }
    struct engine_plan shorter = *plan;

    if (pending > MANY && plan->rounds > ROUNDS_OF_MANY)
        shorter.rounds = ROUNDS_OF_MANY;
    if (rc == 0)
        rc = engine_measure(&group, &shorter, rows, why);
    engine_group_release(&group);
    free(increment);
    return rc;
}

/* An event takes about a hundred bytes in the largest structures; half of the memory may go. */
static bool
fits(uint64_t pending, const struct engine_plan *plan)
{
    const double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    const double structures = plan->structures ? ENGINE_CASES_MOST : 2;

    return (double)pending * 100 * structures < memory / 2;
}

int
engine_bench_hold(const struct engine_plan *plan, struct engine_rows *rows, struct why *why)
{
    static const uint64_t pending[] = {100, 1000, 10000, 100000, 1000000, 10000000};
    int rc = 0;

    for (size_t p = 0; rc == 0 && p < COUNT(pending); p++)
        for (size_t i = 0; rc == 0 && i < COUNT(shape); i++) {
            if (plan->quick && (pending[p] == 100 || pending[p] == 10000 || pending[p] > MANY))
                continue;
            if (pending[p] > MANY && i > 0)
                continue;
            if (!fits(pending[p], plan)) {
                fprintf(stderr,
                        "%llu pending events are left out: they would take more than half "
                        "of the memory\n",
                        (unsigned long long)pending[p]);
                break;
            }
            rc = measure_group(i, pending[p], plan, rows, why);
        }
    return rc;
}
