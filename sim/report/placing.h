#ifndef REPORT_PLACING_H
#define REPORT_PLACING_H

/*
 * Where labels go: beside what they name, on nothing that says something, on no other label. Each
 * takes the best of some places, given the others, a few times over and in several orders: no
 * guarantee of the best, but the same places every time.
 */
#include "report/canvas.h"

struct box {
    double left, bottom, right, top;
};

/* A label to be placed: a point to name and its size are given, the rest is the answer. */
struct placing {
    double x, y, width, height;
    double centre_x, centre_y; /* the label's middle */
    bool apart;                /* so far from the point that a line should join them */
    bool hides;                /* it hides a point or another label: nowhere was room */
    bool placed;               /* scratch, as is the next */
    size_t turn;
};

/* What labels should keep off, by how much it matters. */
struct obstacle {
    struct box box;
    double cost;
};
#define COST_POINT 100 /* as bad as another label */
#define COST_BAR   6
#define COST_LINE  3

/* `gap`: the space between a point and its label. Cannot fail. */
void placing_solve(struct placing *label, size_t labels, const struct obstacle *obstacle,
                   size_t obstacles, const struct box *inside, double gap);

/*
 * Middles of labels on one line, as near to the wanted ones (ascending) as can be, in the sum of
 * squares, without overlapping and between low and high. When they do not fit at all they overlap
 * evenly.
 */
void placing_spread(const double *wanted, const double *height, size_t count, double low,
                    double high, double *middle);

#endif
