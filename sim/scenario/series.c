#include "scenario/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/number.h"

enum { DAY_S = 86400 };

/* A number of exactly `digits` digits at `s`. */
static bool
read_digits(const char *s, int digits, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *value = *value * 10 + s[i] - '0';
    }
    return true;
}

static bool
read_range(const char *text, const char *dots, int64_t *from, int64_t *to)
{
    char first[16];

    if (dots - text != 10)
        return false;
    memcpy(first, text, 10);
    first[10] = '\0';
    if (date_read(first, from) < 0 || strlen(dots + 2) != 10 || date_read(dots + 2, to) < 0)
        return false;
    *to += DAY_S;
    return *to > *from;
}

bool
period_read(const char *text, int64_t *from, int64_t *to)
{
    const char *dots = strstr(text, "..");
    const size_t length = strlen(text);
    int year, part;

    if (dots != NULL)
        return read_range(text, dots, from, to);
    if (length < 4 || !read_digits(text, 4, &year))
        return false;
    if (length == 4) {
        *from = date_of(year, 1, 1);
        *to = date_of(year + 1, 1, 1);
        return true;
    }
    if (length == 7 && text[4] == '-' && text[5] == 'H' && (text[6] == '1' || text[6] == '2')) {
        *from = date_of_half(year, text[6] - '0');
        *to = text[6] == '1' ? date_of_half(year, 2) : date_of_half(year + 1, 1);
        return true;
    }
    if (length == 7 && text[4] == '-' && read_digits(text + 5, 2, &part) && part >= 1 &&
        part <= 12) {
        *from = date_of(year, part, 1);
        *to = part == 12 ? date_of(year + 1, 1, 1) : date_of(year, part + 1, 1);
        return true;
    }
    return false;
}

struct columns {
    uint32_t period, country, count;
};

static uint32_t
need_column(struct read *r, const struct table *table, const char *name, const struct node *node)
{
    const uint32_t column = csv_column(&table->csv, name);
    struct text text = {0};

    if (column == NONE) {
        text_addf(&text, "has a file '%s' without a column '%s'", table->path, name);
        add_hint(&text, name, table->csv.column, table->csv.columns);
        fault(r, &node->at, "%s", text_str(&text));
        text_release(&text);
    }
    return column;
}

static bool
find_columns(struct read *r, const struct series_question *q, const struct table *table,
             struct columns *out)
{
    out->period = need_column(r, table, "period", q->file);
    out->count = need_column(r, table, q->column, q->file);
    out->country = NONE;
    if (q->country != NULL) {
        out->country = csv_column(&table->csv, "country_cc");
        if (out->country == NONE || csv_column(&table->csv, "country") != NONE)
            out->country = need_column(r, table, "country", q->file);
    }
    return out->period != NONE && out->count != NONE &&
           (q->country == NULL || out->country != NONE);
}

/* Seconds to nanoseconds from the start of the horizon, within what sim_ns can hold. */
static sim_ns
clip(const struct read *r, int64_t unix_s)
{
    const int64_t s = unix_s - r->starts_unix_s, most = r->horizon / NS_PER_S;

    return s <= 0 ? 0 : s >= most ? r->horizon : s * NS_PER_S;
}

static bool
read_row(struct read *r, const struct table *table, const struct columns *columns, uint32_t row,
         bool whole, struct period_count *out)
{
    const struct where at = {table->path, table->csv.line[row], 0};
    const char *period = csv_cell(&table->csv, row, columns->period);
    const char *cell = csv_cell(&table->csv, row, columns->count);
    const char *end = number_read(cell, &out->count);
    int64_t from, to;

    if (!period_read(period, &from, &to)) {
        fault(r, &at, "has a period that is none: '%s'", period);
        return false;
    }
    if (end == NULL || *end != '\0' || !isfinite(out->count) || out->count < 0) {
        fault(r, &at, "has a count that is none: '%s'", cell);
        return false;
    }
    out->from = clip(r, from);
    out->to = clip(r, to);
    if (out->to > out->from)
        out->count *= (double)((out->to - out->from) / NS_PER_S) / (double)(to - from);
    if (whole)
        out->count = rint(out->count);
    return true;
}

static int
by_time(const void *left, const void *right)
{
    const struct period_count *a = left, *b = right;

    return (a->from > b->from) - (a->from < b->from);
}

static bool
take_country(struct read *r, const struct key *key, const char *name, const struct where *at,
             void *field)
{
    (void)r, (void)key, (void)at;
    *(const char **)field = name;
    return true;
}

static void
fault_no_country(struct read *r, const struct node *node, const struct table *table,
                 const struct columns *columns, const char *wanted)
{
    const char *near = NULL;

    for (uint32_t i = 0; i < table->csv.rows && near == NULL; i++) {
        const char *name = csv_cell(&table->csv, i, columns->country);
        near = text_nearest(wanted, &name, 1);
    }
    if (near != NULL)
        fault(r, &node->at, "names a country without rows in '%s': '%s'; did you mean '%s'?",
              table->path, wanted, near);
    else
        fault(r, &node->at, "names a country without rows in '%s': '%s'", table->path, wanted);
}

static bool
check_order(struct read *r, const struct series_question *q, const struct table *table,
            const struct period_count *series, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (series[i].from < series[i - 1].to) {
            fault(r, &q->file->at, "has overlapping periods in '%s'", table->path);
            return false;
        }
    }
    return true;
}

bool
read_series(struct read *r, const struct series_question *q, const struct period_count **out,
            uint32_t *count)
{
    static const struct key country_key = {.name = "country"};
    const char *file = NULL, *wanted = NULL;
    struct columns columns;
    bool seen = false;

    *count = 0;
    if (!read_name(r, &country_key, q->file, take_country, &file) ||
        (q->country != NULL && !read_name(r, &country_key, q->country, take_country, &wanted)))
        return false;
    const struct table *table = files_table(r->files, file, &q->file->at);
    if (table == NULL || !find_columns(r, q, table, &columns))
        return false;
    struct period_count *series = read_alloc(r, table->csv.rows, sizeof *series);
    if (series == NULL)
        return false;
    for (uint32_t i = 0; i < table->csv.rows; i++) {
        struct period_count one = {0};

        if (wanted != NULL && strcmp(csv_cell(&table->csv, i, columns.country), wanted) != 0)
            continue;
        seen = true;
        if (!read_row(r, table, &columns, i, q->whole, &one))
            return false;
        if (one.to > one.from)
            series[(*count)++] = one;
    }
    if (!seen && wanted != NULL) {
        fault_no_country(r, q->country, table, &columns, wanted);
        return false;
    }
    qsort(series, *count, sizeof *series, by_time);
    *out = series;
    return check_order(r, q, table, series, *count);
}
