#include "stats/interval.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats/special.h"
#include "stats/tally.h"

static const double unknown = (double)NAN;

/* What each of the two tails leaves out; NaN unless the level is a probability between 0 and 1. */
static double
tail_of(double level)
{
    return level > 0 && level < 1 ? (1 - level) / 2 : unknown;
}

static struct estimate
estimate_tally(const struct tally *tally, double level)
{
    struct estimate e = {unknown, unknown, unknown};
    double tail = tail_of(level);

    if (tally->count == 0)
        return e;
    e.mean = tally->mean;
    if (tally->count < 2 || isnan(tail))
        return e;
    double freedom = (double)(tally->count - 1);
    double error = sqrt(tally_variance(tally) / (double)tally->count);
    double reach = error > 0 ? special_t_inverse(freedom, 1 - tail) * error : error;

    e.low = e.mean - reach;
    e.high = e.mean + reach;
    return e;
}

struct estimate
estimate_mean(const double *value, size_t count, double level)
{
    struct tally tally = {0};

    for (size_t i = 0; i < count; i++)
        tally_add(&tally, value[i]);
    return estimate_tally(&tally, level);
}

struct estimate
estimate_share(uint64_t hits, uint64_t count, double level)
{
    double tail = tail_of(level), k = (double)hits, n = (double)count;
    struct estimate e = {unknown, 0, 1};

    if (isnan(tail) || hits > count)
        return (struct estimate){unknown, unknown, unknown};
    if (count == 0)
        return e;
    e.mean = k / n;
    if (hits > 0)
        e.low = special_beta_inverse(k, n - k + 1, tail);
    if (hits < count)
        e.high = special_beta_inverse(k + 1, n - k, 1 - tail);
    return e;
}

struct estimate
estimate_rate(uint64_t events, double exposure, double level)
{
    double tail = tail_of(level), k = (double)events;
    struct estimate e = {unknown, 0, (double)INFINITY};

    if (isnan(tail) || !(exposure >= 0))
        return (struct estimate){unknown, unknown, unknown};
    if (exposure == 0)
        return e;
    e.mean = k / exposure;
    if (events > 0)
        e.low = special_gamma_inverse(k, tail) / exposure;
    e.high = special_gamma_inverse(k + 1, 1 - tail) / exposure;
    return e;
}

/*
 * Fay and Feuer (1997): the sum of weighted Poisson counts is taken as a gamma variable with the
 * same mean and variance; the upper end as if one more event of the greatest weight had come.
 */
static void
set_weighted(struct estimate *e, double mean, double variance, double most, double tail)
{
    e->low = special_gamma_inverse(mean * (mean / variance), tail) * (variance / mean);
    mean += most;
    variance += most * most;
    e->high = special_gamma_inverse(mean * (mean / variance), 1 - tail) * (variance / mean);
}

struct estimate
estimate_rare_mean(const double *value, size_t count, double unit, double level)
{
    struct estimate e = estimate_mean(value, count, level);
    double tail = tail_of(level), n = (double)count, most = unit, squares = 0;
    size_t above = 0;

    for (size_t i = 0; i < count; i++) {
        above += value[i] > 0;
        most = fmax(most, value[i]);
        squares += value[i] / n * (value[i] / n);
    }
    if (count == 0 || isnan(tail) || !isfinite(e.mean))
        return e;
    if (above == 0) {
        e.low = 0;
        e.high = unit * estimate_share(0, count, level).high;
    } else if (above <= count / 2 && squares > 0) {
        set_weighted(&e, e.mean, squares, most / n, tail);
    } else if (e.low < 0) {
        e.low = 0;
    }
    return e;
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double
quantile_of(const double *value, size_t count, double q)
{
    double *sorted, answer;

    if (count == 0 || !(q >= 0 && q <= 1))
        return unknown;
    for (size_t i = 0; i < count; i++)
        if (isnan(value[i]))
            return unknown;
    sorted = calloc(count, sizeof *sorted);
    if (!sorted)
        return unknown;
    memcpy(sorted, value, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_value);

    double place = q * (double)(count - 1);
    size_t below = (size_t)place;
    double part = place - (double)below;
    answer = sorted[below];
    if (part > 0 && sorted[below + 1] > answer) /* equal infinities have no difference */
        answer += part * (sorted[below + 1] - answer);
    free(sorted);
    return answer;
}
