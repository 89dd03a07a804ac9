#include "scenario/csv.h"

#include <stdlib.h>
#include <string.h>

struct cell_list {
    const char **item;
    size_t count, capacity;
};

struct line_list {
    int *item;
    size_t count, capacity;
};

struct scan {
    char *at; /* reads and writes the copy: an unquoted cell is never longer than its source */
    int line;
    const char *name;
    struct why *why;
};

/* One cell, ended in place; `*last` when the row ends behind it. */
static int
scan_cell(struct scan *s, const char **cell, bool *last)
{
    char *write = s->at;
    bool quoted = *s->at == '"';

    *cell = write;
    s->at += quoted;
    for (;; s->at++) {
        if (*s->at == '\0' && quoted) {
            const struct where at = {s->name, s->line, 0};
            return why_add(s->why, ERR_INPUT, &at, "a quote is not closed");
        }
        if (quoted && *s->at == '"' && s->at[1] == '"') {
            s->at++;
        } else if (quoted && *s->at == '"') {
            quoted = false;
            continue;
        } else if (!quoted && (*s->at == ',' || *s->at == '\n' || *s->at == '\0' ||
                               (*s->at == '\r' && s->at[1] == '\n'))) {
            break;
        }
        s->line += *s->at == '\n';
        *write++ = *s->at;
    }
    *last = *s->at != ',';
    s->at += *s->at == '\r';
    s->line += *s->at == '\n';
    s->at += *s->at != '\0';
    *write = '\0';
    return 0;
}

/* Blank lines and comments. */
static void
skip_empty(struct scan *s)
{
    while (*s->at == '\n' || *s->at == '#' || (*s->at == '\r' && s->at[1] == '\n')) {
        s->at += strcspn(s->at, "\n");
        s->at += *s->at == '\n';
        s->line++;
    }
}

static int
scan_row(struct scan *s, struct cell_list *cells, size_t columns)
{
    const struct where at = {s->name, s->line, 0};
    size_t count = 0;
    bool last = false;

    while (!last) {
        if (VEC_ROOM(cells) < 0)
            return why_no_memory(s->why);
        int rc = scan_cell(s, &cells->item[cells->count], &last);
        if (rc < 0)
            return rc;
        cells->count++;
        count++;
    }
    if (columns != 0 && count != columns)
        return why_add(s->why, ERR_INPUT, &at, "has %zu cells, but the header has %zu", count,
                       columns);
    return 0;
}

static int
scan_rows(struct scan *s, struct cell_list *cells, struct line_list *lines, size_t *columns)
{
    skip_empty(s);
    while (*s->at != '\0') {
        const int line = s->line;
        int rc = scan_row(s, cells, *columns);

        if (rc < 0)
            return rc;
        if (*columns == 0) {
            *columns = cells->count;
        } else {
            if (VEC_ROOM(lines) < 0)
                return why_no_memory(s->why);
            lines->item[lines->count++] = line;
        }
        skip_empty(s);
    }
    const struct where at = {s->name, 0, 0};
    return *columns > 0 ? 0 : why_add(s->why, ERR_INPUT, &at, "is empty");
}

int
csv_read(struct csv *out, struct arena *arena, const char *name, const char *text, struct why *why)
{
    static const char mark[] = "\xef\xbb\xbf"; /* spreadsheets write a byte order mark */
    struct scan scan = {.line = 1, .name = name, .why = why};
    struct cell_list cells = {0};
    struct line_list lines = {0};
    size_t columns = 0;
    int rc;

    *out = (struct csv){0};
    if (strncmp(text, mark, 3) == 0)
        text += 3;
    scan.at = arena_text(arena, text, strlen(text));
    rc = scan.at == NULL ? why_no_memory(why) : scan_rows(&scan, &cells, &lines, &columns);
    if (rc == 0) {
        const char **cell = arena_copy(arena, cells.item, cells.count * sizeof *cell);

        out->line = arena_copy(arena, lines.item, lines.count * sizeof *out->line);
        out->rows = (uint32_t)lines.count;
        out->columns = (uint32_t)columns;
        out->column = cell;
        out->cell = cell + columns;
        if (cell == NULL || out->line == NULL)
            rc = why_no_memory(why);
    }
    free(cells.item);
    free(lines.item);
    return rc;
}

uint32_t
csv_column(const struct csv *csv, const char *name)
{
    for (uint32_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->column[i], name) == 0)
            return i;
    return NONE;
}
