#ifndef SCENARIO_MATRIX_H
#define SCENARIO_MATRIX_H

/*
 * A measured matrix of round-trip times between cities, from a table with the columns from, to,
 * rtt_ms, jitter_mdev_ms, level and quality. Rows count that have the level city_pair and the
 * quality ok. The direct row of a pair comes first, the one of the other direction serves when it
 * is missing.
 */
#include "scenario/csv.h"

struct matrix {
    const char *const *city;
    uint32_t cities;
    const double *rtt_s, *jitter_s; /* cities x cities, row `from`; NAN where nobody measured */
};

/* ERR_INPUT when a column is missing or a number is none; ERR_MEMORY. */
MUST_CHECK int matrix_read(const struct matrix **out, struct arena *arena, const char *name,
                           const struct csv *csv, struct why *why);

/* The city of this name, whatever its case and hyphens (text_same_name); NONE when there is none.
 */
uint32_t matrix_city(const struct matrix *matrix, const char *name);

/* Seconds of a pair, and the mean of its jitter; false when neither direction was measured. */
bool matrix_pair(const struct matrix *matrix, uint32_t from, uint32_t to, double *rtt_s,
                 double *jitter_s);

#endif
