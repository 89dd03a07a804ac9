/* M/M/1 at load 0.9 through the engine's interface: mean time in system over N customers, and the
 * seconds it took. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/queue.h"
#include "stats/stream.h"

enum { ARRIVAL, DEPARTURE, RING = 1 << 16 };

static double
cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static sim_ns
draw(struct stream *s, double mean_ns)
{
    return (sim_ns)(mean_ns * stream_exponential(s) + 0.5);
}

static int
simulate(uint64_t count, struct stream *gaps, struct stream *services, double *sum_ns)
{
    static sim_ns waiting[RING];
    struct queue queue = {0};
    uint64_t left = count, first = 0, behind = 0;
    bool busy = false;
    struct event e;
    int rc = queue_add(&queue, draw(gaps, 1e9 / 0.9), ARRIVAL, 0, 0);

    while (rc == 0 && queue_next(&queue, &e)) {
        sim_ns begins = e.at; /* of the customer whose service begins now, if any: when it came */

        if (e.kind == ARRIVAL) {
            if (--left > 0)
                rc = queue_add(&queue, e.at + draw(gaps, 1e9 / 0.9), ARRIVAL, 0, 0);
            if (rc < 0 || busy) {
                waiting[behind++ % RING] = e.at;
                continue;
            }
        } else {
            *sum_ns += (double)(e.at - (sim_ns)e.b);
            busy = first < behind;
            if (!busy)
                continue;
            begins = waiting[first++ % RING];
        }
        busy = true;
        rc = queue_add(&queue, e.at + draw(services, 1e9), DEPARTURE, 0, (uint64_t)begins);
    }
    queue_release(&queue);
    return rc;
}

int
main(int argc, char **argv)
{
    const uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct stream gaps, services;
    double sum_ns = 0;

    stream_open(&gaps, seed, 0, PURPOSE_TEST, 0, 0);
    stream_open(&services, seed, 0, PURPOSE_TEST, 1, 0);
    const double start = cpu_s();

    if (count == 0 || simulate(count, &gaps, &services, &sum_ns) < 0)
        return 1;
    printf("%.6f %.6f\n", cpu_s() - start, sum_ns / 1e9 / (double)count);
    return 0;
}
