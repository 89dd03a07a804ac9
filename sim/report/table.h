#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

/*
 * A table of text in aligned columns. Cells are copied; columns are as wide as their widest cell.
 * Running out of memory is remembered and told by table_write.
 */
#include "base/text.h"
#include "stats/interval.h"

enum { TABLE_COLUMNS = 12 };

struct table {
    struct text cells; /* each cell ends in '\0' */
    size_t count;
    unsigned columns;
    bool left[TABLE_COLUMNS]; /* left-aligned; numbers stand right */
};

/* `alignment`: one character a column, 'l' or 'r'. Start from `{0}`. */
void table_start(struct table *table, const char *alignment);
void table_cell(struct table *table, const char *cell);
MUST_CHECK int table_write(const struct table *table, struct text *out);
void table_release(struct table *table);

/* A number with about three significant digits, plain up to a million, then with M, G, T, P. */
void number_short(double value, struct text *out);

/* "230 [221, 239]"; "-" when nothing was observed. */
void estimate_short(const struct estimate *e, struct text *out);

#endif
