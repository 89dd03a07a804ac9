#include "stats/pareto.h"

#include <math.h>

static bool
dominates(double ax, double ay, double bx, double by)
{
    return ax <= bx && ay <= by && (ax < bx || ay < by);
}

/* Every pair is compared: fronts are of strategies, hundreds at most, and no memory is needed. */
void
pareto_front(const double *x, const double *y, size_t count, bool *front)
{
    for (size_t i = 0; i < count; i++) {
        front[i] = !isnan(x[i]) && !isnan(y[i]);
        for (size_t j = 0; j < count && front[i]; j++)
            front[i] = !dominates(x[j], y[j], x[i], y[i]); /* NaN dominates nothing */
    }
}
