#ifndef SCENARIO_SERIES_H
#define SCENARIO_SERIES_H

/*
 * A series of counts by period, from a data file with a column `period` and one that says which
 * country a row is of (`country`, or `country_cc`). Periods are written 2014-H2, 2014, 2014-08, or
 * 2014-08-01..2014-08-31 (both days within).
 */
#include "scenario/read.h"

struct series_question {
    const struct node *file, *country; /* as the scenario states them; country may be NULL */
    const char *column;
    bool whole; /* counts stay whole where the horizon cuts a period */
};

/* Periods within the horizon, ascending; a period that the horizon cuts counts in proportion.
 * False after a fault. */
bool read_series(struct read *r, const struct series_question *question,
                 const struct period_count **out, uint32_t *count);

/* [from, to) of a period in seconds since 1970; false when it is none. */
bool period_read(const char *text, int64_t *from, int64_t *to);

#endif
