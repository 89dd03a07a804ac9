#include "stats/tally.h"

#include <math.h>

void
tally_add(struct tally *tally, double value)
{
    double gap = value - tally->mean;

    if (tally->count == 0)
        tally->least = tally->most = value;
    tally->count++;
    tally->mean += gap / (double)tally->count;
    tally->m2 += gap * (value - tally->mean);
    tally->least = fmin(tally->least, value);
    tally->most = fmax(tally->most, value);
}

void
tally_merge(struct tally *into, const struct tally *from)
{
    if (from->count == 0)
        return;
    if (into->count == 0) {
        *into = *from;
        return;
    }
    double a = (double)into->count, b = (double)from->count, gap = from->mean - into->mean;

    into->mean += gap * (b / (a + b));
    into->m2 += from->m2 + gap * gap * (a * b / (a + b));
    into->count += from->count;
    into->least = fmin(into->least, from->least);
    into->most = fmax(into->most, from->most);
}

double
tally_variance(const struct tally *tally)
{
    return tally->count < 2 ? 0 : tally->m2 / (double)(tally->count - 1);
}
