/*
 * Exponential draws beside gsl_ran_exponential on mt19937: ns each, in alternation, processor time;
 * the ratio's median, least and greatest over rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <gsl/gsl_randist.h>
#include "stats/stream.h"

enum { ROUNDS = 15, DRAWS = 2000000 };

static double
cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static int
ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int
main(void)
{
    double own[ROUNDS], theirs[ROUNDS], ratio[ROUNDS], own_sum = 0, their_sum = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct stream s;

    if (rng == NULL)
        return 1;
    stream_open(&s, 1, 0, PURPOSE_TEST, 0, 0);
    for (int r = 0; r < ROUNDS; r++) {
        const double start = cpu_ns();

        for (int i = 0; i < DRAWS; i++)
            own_sum += stream_exponential(&s);
        const double middle = cpu_ns();

        for (int i = 0; i < DRAWS; i++)
            their_sum += gsl_ran_exponential(rng, 1);
        own[r] = (middle - start) / DRAWS;
        theirs[r] = (cpu_ns() - middle) / DRAWS;
        ratio[r] = theirs[r] / own[r];
    }
    gsl_rng_free(rng);
    qsort(own, ROUNDS, sizeof *own, ascending);
    qsort(theirs, ROUNDS, sizeof *theirs, ascending);
    qsort(ratio, ROUNDS, sizeof *ratio, ascending);
    printf("exponential draws, %d rounds: means %.5f and %.5f\n", ROUNDS, own_sum / DRAWS / ROUNDS,
           their_sum / DRAWS / ROUNDS);
    printf("  jurisim    %9.1f ns\n  GSL mt19937%9.1f ns: x %.1f  [%.1f, %.1f]\n", own[ROUNDS / 2],
           theirs[ROUNDS / 2], ratio[ROUNDS / 2], ratio[0], ratio[ROUNDS - 1]);
    return 0;
}
