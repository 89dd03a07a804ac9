#include "scenario/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/number.h"
#include "base/text.h"

enum column { FROM, TO, RTT, JITTER, LEVEL, QUALITY, COLUMNS };

static const char *const column_name[COLUMNS] = {"from",           "to",    "rtt_ms",
                                                 "jitter_mdev_ms", "level", "quality"};

struct scan {
    const struct csv *csv;
    const char *name;
    struct why *why;
    uint32_t column[COLUMNS];
    const char **city; /* [rows * 2] */
    uint32_t cities;
    double *rtt_s, *jitter_s;
};

static int
find_columns(struct scan *s)
{
    const struct where at = {s->name, 1, 0};
    int rc = 0;

    for (int i = 0; i < COLUMNS; i++) {
        s->column[i] = csv_column(s->csv, column_name[i]);
        if (s->column[i] == NONE)
            rc = why_add(s->why, ERR_INPUT, &at,
                         "has no column '%s', which a matrix of round-trip "
                         "times needs",
                         column_name[i]);
    }
    return rc;
}

static const char *
cell(const struct scan *s, uint32_t row, enum column column)
{
    return csv_cell(s->csv, row, s->column[column]);
}

static bool
counts(const struct scan *s, uint32_t row)
{
    return strcmp(cell(s, row, LEVEL), "city_pair") == 0 &&
           strcmp(cell(s, row, QUALITY), "ok") == 0;
}

static uint32_t
city_of(struct scan *s, const char *name)
{
    uint32_t i = 0;

    while (i < s->cities && strcmp(s->city[i], name) != 0)
        i++;
    if (i == s->cities)
        s->city[s->cities++] = name;
    return i;
}

static int
read_ms(const struct scan *s, uint32_t row, enum column column, double *seconds)
{
    const char *text = cell(s, row, column);
    const struct where at = {s->name, s->csv->line[row], 0};
    const char *end;
    double ms = 0;

    if (column == JITTER && *text == '\0') { /* not measured: none */
        *seconds = 0;
        return 0;
    }
    end = number_read(text, &ms);
    if (end == NULL || *end != '\0' || !isfinite(ms) || ms < 0)
        return why_add(s->why, ERR_INPUT, &at, "%s must be a number of milliseconds, got '%s'",
                       column_name[column], text);
    *seconds = ms / 1e3;
    return 0;
}

static int
read_pairs(struct scan *s)
{
    for (uint32_t row = 0; row < s->csv->rows; row++) {
        if (!counts(s, row))
            continue;
        const size_t i =
            (size_t)city_of(s, cell(s, row, FROM)) * s->cities + city_of(s, cell(s, row, TO));
        int rc = read_ms(s, row, RTT, &s->rtt_s[i]);
        if (rc == 0)
            rc = read_ms(s, row, JITTER, &s->jitter_s[i]);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int
alloc_pairs(struct scan *s, struct arena *arena)
{
    const size_t pairs = (size_t)s->cities * s->cities;

    s->rtt_s = arena_alloc(arena, pairs, sizeof *s->rtt_s);
    s->jitter_s = arena_alloc(arena, pairs, sizeof *s->jitter_s);
    if (s->rtt_s == NULL || s->jitter_s == NULL)
        return why_no_memory(s->why);
    for (size_t i = 0; i < pairs; i++)
        s->rtt_s[i] = s->jitter_s[i] = (double)NAN;
    return 0;
}

static int
fill(struct scan *s, struct arena *arena, struct matrix *matrix)
{
    int rc;

    for (uint32_t row = 0; row < s->csv->rows; row++) {
        if (counts(s, row)) {
            city_of(s, cell(s, row, FROM));
            city_of(s, cell(s, row, TO));
        }
    }
    rc = alloc_pairs(s, arena);
    if (rc == 0)
        rc = read_pairs(s);
    matrix->city = arena_copy(arena, s->city, s->cities * sizeof *s->city);
    matrix->cities = s->cities;
    matrix->rtt_s = s->rtt_s;
    matrix->jitter_s = s->jitter_s;
    return rc < 0 ? rc : matrix->city == NULL ? why_no_memory(s->why) : 0;
}

int
matrix_read(const struct matrix **out, struct arena *arena, const char *name, const struct csv *csv,
            struct why *why)
{
    struct scan s = {.csv = csv, .name = name, .why = why};
    struct matrix *matrix = arena_alloc(arena, 1, sizeof *matrix);
    int rc = find_columns(&s);

    if (rc < 0)
        return rc;
    s.city = malloc(((size_t)csv->rows * 2 + 1) * sizeof *s.city);
    if (matrix == NULL || s.city == NULL)
        rc = why_no_memory(why);
    else
        rc = fill(&s, arena, matrix);
    free(s.city);
    *out = rc < 0 ? NULL : matrix;
    return rc;
}

uint32_t
matrix_city(const struct matrix *matrix, const char *name)
{
    for (uint32_t i = 0; i < matrix->cities; i++)
        if (text_same_name(matrix->city[i], name))
            return i;
    return NONE;
}

bool
matrix_pair(const struct matrix *matrix, uint32_t from, uint32_t to, double *rtt_s,
            double *jitter_s)
{
    size_t i = (size_t)from * matrix->cities + to;

    if (isnan(matrix->rtt_s[i]))
        i = (size_t)to * matrix->cities + from;
    *rtt_s = matrix->rtt_s[i];
    *jitter_s = matrix->jitter_s[i];
    return !isnan(*rtt_s);
}
