/*
 * Exponential draws beside gsl_ran_exponential on mt19937, in alternation: for each round a line
 * with ns each of both, processor time, and the means. Draws go into an array, as both sides'
 * callers would use them; a running sum would add its own latency to each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <gsl/gsl_randist.h>
#include "stats/stream.h"

enum { BATCH = 4096, BATCHES = 250, DRAWS = BATCH * BATCHES };

static double
cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double
sum_of(const double *value)
{
    double sum = 0;

    for (int i = 0; i < BATCH; i++)
        sum += value[i];
    return sum;
}

/* ns a draw; adds to the sum of all. */
static double
time_own(struct stream *s, double *sum)
{
    double out[BATCH], start = cpu_ns(), took = 0;

    for (int k = 0; k < BATCHES; k++) {
        for (int i = 0; i < BATCH; i++)
            out[i] = stream_exponential(s);
        took += cpu_ns() - start;
        *sum += sum_of(out);
        start = cpu_ns();
    }
    return took / DRAWS;
}

static double
time_theirs(gsl_rng *rng, double *sum)
{
    double out[BATCH], start = cpu_ns(), took = 0;

    for (int k = 0; k < BATCHES; k++) {
        for (int i = 0; i < BATCH; i++)
            out[i] = gsl_ran_exponential(rng, 1);
        took += cpu_ns() - start;
        *sum += sum_of(out);
        start = cpu_ns();
    }
    return took / DRAWS;
}

int
main(int argc, char **argv)
{
    const int rounds = argc > 1 ? atoi(argv[1]) : 15;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct stream s;

    if (rng == NULL)
        return 1;
    stream_open(&s, 1, 0, PURPOSE_TEST, 0, 0);
    for (int r = 0; r < rounds; r++) {
        double own_sum = 0, their_sum = 0, own = 0, theirs;

        if (r % 2 == 0)
            own = time_own(&s, &own_sum);
        theirs = time_theirs(rng, &their_sum);
        if (r % 2 == 1)
            own = time_own(&s, &own_sum);
        printf("%.3f %.3f %.6f %.6f\n", own, theirs, own_sum / DRAWS, their_sum / DRAWS);
    }
    gsl_rng_free(rng);
    return 0;
}
