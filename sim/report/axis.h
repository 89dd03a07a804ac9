#ifndef REPORT_AXIS_H
#define REPORT_AXIS_H

/*
 * The axes of a figure: what they span, where their ticks stand and what these say. gnuplot's own
 * ticks leave a logarithmic axis of less than a decade bare, and know no zero beside a logarithm.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/text.h"

enum { AXIS_TICKS = 24, AXIS_TEXT = 48 };

struct axis {
    bool log;
    double low, high; /* its ends */
    double floor;     /* log with a zero: the least value above it that has a place */
    double zero;      /* log with a zero: what stands for 0, below the floor; else 0 */
    unsigned ticks;
    struct tick {
        double at;
        char text[AXIS_TEXT];
    } tick[AXIS_TICKS];
};

/* From low to high, with up to `ticks` round ticks inside. low < high. */
void axis_linear(struct axis *axis, double low, double high, unsigned ticks);

/* The same, logarithmic, low > 0; with `zero` a strip below for the value 0. */
void axis_log(struct axis *axis, double low, double high, bool zero, unsigned ticks);

/* Days since an instant, from 0 on, with ticks at starts of years, quarters, months or days. */
void axis_days(struct axis *axis, int64_t starts_unix_s, double days, unsigned ticks);

/* The value, or what is shown instead of it: 0's stand-in, or the nearest end. */
double axis_shown(const struct axis *axis, double value);

/* From 0 at the low end to 1 at the high end, of what is shown. */
double axis_position(const struct axis *axis, double value);

/* A number for an axis or a label: "0.5", "12,000", "3.4 M". Three digits or, from 100 on, whole.
 */
void axis_number(double value, struct text *out);

#endif
