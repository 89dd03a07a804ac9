#ifndef REPORT_LINES_H
#define REPORT_LINES_H

/*
 * Lines of strategies over a common axis, for figures: each in its colour, with its band, named at
 * its end or in a key beside the area. Lines that the eye cannot tell apart share a colour and a
 * name.
 */
#include "report/figure.h"

struct line_point {
    double x, y, low, high; /* low, high: the band; NAN: none */
};

/* One strategy's. */
struct line {
    uint32_t strategy;
    struct line_point *point; /* owned; x ascending, at least one */
    size_t points;
    double value;       /* what stands behind the name, in the axis's numbers */
    const char *before; /* before the value, "any "; or "" */
    const char *unit;   /* behind the value, " %"; or "" */
    double at_most;     /* where the value is 0: its upper bound; NAN: not known */
    size_t group;       /* the first line that it cannot be told from; by lines_group */
};

struct lines {
    const struct view *view;
    struct canvas *canvas;
    struct axis x, y;
    bool steps;        /* the value of a point holds up to the next point's x */
    struct line *item; /* owned */
    size_t count;
    uint64_t banded; /* mask of strategies whose band is drawn; ignored without `choose_bands` */
    bool choose_bands;
};

enum { LINES_BANDS = 12 }; /* more bands than this would be mud */

/* Room for every strategy of the view; ERR_MEMORY. Release also after failure. */
MUST_CHECK int lines_init(struct lines *lines, struct canvas *canvas, const struct view *view);
void lines_release(struct lines *lines);

/* A new line with room for so many points, all zero; NULL when out of memory. */
struct line *lines_add(struct lines *lines, uint32_t strategy, size_t points);

/* After the axes and the edges of the area are set, in this order: */
void lines_group(struct lines *lines);
void lines_draw_bands(struct lines *lines);
void lines_draw(struct lines *lines);

/* How many bands lines_draw_bands draws. */
size_t lines_count_bands(const struct lines *lines);

/* The names with their values, right of the area in `room` units: beside the lines' ends, or, as a
 * key, one under another from the greatest value to the least, with a sample of each. ERR_MEMORY.
 */
enum naming { NAMED_AT_ENDS, NAMED_IN_KEY };
MUST_CHECK int lines_name(struct lines *lines, enum naming naming, double room);

#endif
