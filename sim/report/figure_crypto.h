#ifndef REPORT_FIGURE_CRYPTO_H
#define REPORT_FIGURE_CRYPTO_H

/*
 * How fast objects are encrypted: GB/s against the size of the object, both by factors, a line for
 * each cipher and library. Not a figure of a run, so it is not in figure_table.
 */
#include "report/figure.h"

/* A point of a line; points of one line follow each other, sizes ascending. Texts borrow. */
struct speed_point {
    const char *line; /* "AES-256-GCM, openssl" */
    unsigned kind;    /* lines of one kind are dashed alike: 0 solid, 1 dashed ...; 3 control */
    unsigned hue;     /* lines of one hue have one colour */
    double bytes;
    double rate, low, high; /* bytes a nanosecond, with its interval */
};

/* `heading` and `note` stand above. ERR_INPUT when there is no line of two points; ERR_IO when
 * gnuplot fails. */
MUST_CHECK int figure_speeds(struct text *out, enum picture picture, const char *heading,
                             const char *note, const struct speed_point *point, size_t count,
                             struct why *why);

#endif
