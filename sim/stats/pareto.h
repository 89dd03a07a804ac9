#ifndef STATS_PARETO_H
#define STATS_PARETO_H

/* Which points are not dominated: no other is at least as small in both x and y and smaller in one.
 * Points with NaN are never on the front. front[i] receives the answer. */
#include <stdbool.h>
#include <stddef.h>

void pareto_front(const double *x, const double *y, size_t count, bool *front);

#endif
