#ifndef SCENARIO_CSV_H
#define SCENARIO_CSV_H

/*
 * Tables of comma-separated values (RFC 4180): the first row names the columns; a cell in double
 * quotes may hold commas, line ends and doubled quotes. Blank lines and lines that begin with '#'
 * are passed over. All rows have as many cells as the first.
 */
#include "base/mem.h"
#include "base/ids.h"

struct csv {
    const char *const *cell; /* rows x columns, row by row; the header is no row */
    const char *const *column;
    const int *line; /* of each row, from 1 */
    uint32_t rows, columns;
};

/* Parses `text` in place of a copy in the arena; `name` is for messages. ERR_INPUT, ERR_MEMORY. */
MUST_CHECK int csv_read(struct csv *out, struct arena *arena, const char *name, const char *text,
                        struct why *why);

/* The ordinal of a column; NONE when there is none. */
uint32_t csv_column(const struct csv *csv, const char *name);

static inline const char *
csv_cell(const struct csv *csv, uint32_t row, uint32_t column)
{
    return csv->cell[(size_t)row * csv->columns + column];
}

#endif
