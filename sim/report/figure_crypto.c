/* Speed of encryption against the size of objects: see figure_crypto.h. */
#include "report/figure_crypto.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report/placing.h"

#define CONTROL_COLOUR "#8a8a8a"

enum { CONTROL = 3 };

/* What to draw of: a view that figure_draw hands on, with what is ours behind it. */
struct speeds {
    struct view view;
    const char *note;
    const struct speed_point *point;
    size_t count;
};

struct line {
    const struct speed_point *point;
    size_t count;
};

struct plot {
    const struct speeds *speeds;
    struct canvas *canvas;
    struct line *line; /* owned */
    size_t lines;
    struct axis x, y;
};

static int
collect(struct plot *p, struct why *why)
{
    const struct speeds *s = p->speeds;

    p->line = calloc(s->count + 1, sizeof *p->line);
    if (p->line == NULL)
        return why_no_memory(why);
    for (size_t i = 0; i < s->count; i++) {
        if (i == 0 || strcmp(s->point[i].line, s->point[i - 1].line) != 0)
            p->line[p->lines++] = (struct line){.point = &s->point[i]};
        p->line[p->lines - 1].count++;
    }
    for (size_t i = 0; i < p->lines; i++)
        if (p->line[i].count > 1)
            return 0;
    return why_add(why, ERR_INPUT, NULL,
                   "there is nothing to draw: a figure needs ciphers at two sizes or more");
}

/* Ticks at the sizes that were measured, as people write them. */
static void
fit_x(struct plot *p)
{
    static const char *const unit[] = {"B", "KiB", "MiB", "GiB"};
    struct axis *x = &p->x;
    double least = INFINITY, most = 0;

    for (size_t i = 0; i < p->speeds->count; i++) {
        least = fmin(least, p->speeds->point[i].bytes);
        most = fmax(most, p->speeds->point[i].bytes);
    }
    axis_log(x, least / 1.25, most * 1.25, false, 2);
    x->ticks = 0;
    for (size_t i = 0; i < p->speeds->count && x->ticks < AXIS_TICKS; i++) {
        double bytes = p->speeds->point[i].bytes;
        bool there = false;
        unsigned u = 0;

        for (unsigned t = 0; t < x->ticks; t++)
            there = there || x->tick[t].at == bytes;
        if (there)
            continue;
        x->tick[x->ticks].at = bytes;
        for (; u < 3 && bytes >= 1024 && fmod(bytes, 1024) == 0; u++)
            bytes /= 1024;
        snprintf(x->tick[x->ticks++].text, AXIS_TEXT, "%.0f %s", bytes, unit[u]);
    }
}

static void
fit_y(struct plot *p)
{
    double least = INFINITY, most = 0;

    for (size_t i = 0; i < p->speeds->count; i++) {
        least = fmin(least, p->speeds->point[i].rate);
        most = fmax(most, p->speeds->point[i].rate);
    }
    axis_log(&p->y, least / 1.15, most * 1.15, false, 8);
}

static const char *
colour_of(const struct plot *p, const struct speed_point *point)
{
    return point->kind == CONTROL ? CONTROL_COLOUR : canvas_colour(p->canvas, point->hue);
}

static unsigned
dashes_of(const struct speed_point *point)
{
    return point->kind == 0 ? 1 : point->kind + 1;
}

static void
draw_lines(struct plot *p)
{
    static const char pen[] = "*#$%@&=";

    for (size_t i = 0; i < p->lines; i++) {
        const struct speed_point *first = p->line[i].point;

        if (p->canvas->plain)
            canvas_series(p->canvas, "with lines lt %zu", 1 + i % (sizeof pen - 1));
        else
            canvas_series(p->canvas, "with lines lt 1 dt %u lw 2 lc rgb '%s'", dashes_of(first),
                          colour_of(p, first));
        for (size_t k = 0; k < p->line[i].count; k++)
            canvas_row(p->canvas, (double[]){first[k].bytes, first[k].rate}, 2);
        if (p->canvas->plain)
            continue;
        canvas_series(p->canvas, "using 1:2:3:4 with yerrorbars lt 1 lw 1 pt 7 ps %g lc rgb '%s'",
                      canvas_point_size(p->canvas, 6), colour_of(p, first));
        for (size_t k = 0; k < p->line[i].count; k++)
            canvas_row(p->canvas,
                       (double[]){first[k].bytes, first[k].rate, axis_shown(&p->y, first[k].low),
                                  axis_shown(&p->y, first[k].high)},
                       4);
    }
}

/* ---- labels at the end of the lines ---- */

struct ending {
    const struct line *line;
    size_t number;
    double at;
};

static int
by_height(const void *a, const void *b)
{
    const struct ending *p = a, *q = b;

    if (p->at != q->at)
        return p->at < q->at ? -1 : 1;
    return p->number > q->number ? -1 : 1;
}

static double
label_room(const struct plot *p)
{
    double widest = 0;

    for (size_t i = 0; i < p->lines; i++)
        widest = fmax(widest, canvas_text_width(p->canvas, STYLE_TEXT, p->line[i].point->line));
    return widest + (p->canvas->plain ? 6 : 70);
}

/* From a line's end to its label, and a piece of the line before the label. */
static void
lead(struct canvas *c, double from, double to, const char *colour, unsigned dashes)
{
    canvas_rule(c, c->right + 3, from, c->right + 14, to, colour, 1, 1);
    canvas_rule(c, c->right + 16, to, c->right + 50, to, colour, 2, dashes);
}

static int
write_labels(struct plot *p)
{
    static const char pen[] = "*#$%@&=";
    struct canvas *c = p->canvas;
    const double line = canvas_line(c, STYLE_TEXT), gap = c->plain ? 4 : 54;
    struct ending *end = calloc(p->lines, sizeof *end);
    double *middle = calloc(3 * p->lines, sizeof *middle);
    double *height = middle + p->lines, *wanted = height + p->lines;

    if (end == NULL || middle == NULL) {
        free(end);
        free(middle);
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < p->lines; i++) {
        const struct line *l = &p->line[i];

        end[i] = (struct ending){l, i, canvas_y(c, &p->y, l->point[l->count - 1].rate)};
    }
    qsort(end, p->lines, sizeof *end, by_height);
    for (size_t i = 0; i < p->lines; i++) {
        wanted[i] = end[i].at;
        height[i] = line;
    }
    placing_spread(wanted, height, p->lines, c->bottom - (c->plain ? 1 : 10),
                   c->top + (c->plain ? 0 : 10), middle);
    for (size_t i = 0; i < p->lines; i++) {
        const char of_line[2] = {pen[end[i].number % (sizeof pen - 1)], '\0'};

        if (c->plain)
            canvas_text(c, c->right + 2, middle[i], ALIGN_LEFT, STYLE_TEXT, of_line);
        else
            lead(c, end[i].at, middle[i], colour_of(p, end[i].line->point),
                 dashes_of(end[i].line->point));
        canvas_text(c, c->right + gap, middle[i], ALIGN_LEFT, STYLE_TEXT, end[i].line->point->line);
    }
    free(end);
    free(middle);
    return 0;
}

static void
head(struct plot *p)
{
    struct canvas *c = p->canvas;
    const double margin = c->plain ? 1 : 20;
    const struct {
        enum style style;
        const char *text;
    } row[] = {{STYLE_HEADING, p->speeds->view.title}, {STYLE_NOTE, p->speeds->note}};

    c->top = c->height - (c->plain ? 0 : 12);
    for (size_t i = 0; i < 2; i++) {
        const double line = canvas_line(c, row[i].style);
        struct text clean = {0}, fitting = {0};

        gnuplot_clean(&clean, row[i].text);
        canvas_fit(c, row[i].style, text_str(&clean), c->width - 2 * margin, &fitting);
        canvas_text(c, margin, c->top - line / 2, ALIGN_LEFT, row[i].style, text_str(&fitting));
        c->top -= line + (c->plain ? 0 : 3);
        c->settings.lost |= clean.lost || fitting.lost;
        text_release(&clean);
        text_release(&fitting);
    }
}

static int
draw_speeds(struct canvas *canvas, const struct view *view, struct why *why)
{
    struct plot p = {.speeds = (const struct speeds *)(const void *)view, .canvas = canvas};
    int rc = collect(&p, why);

    if (rc == 0) {
        fit_x(&p);
        fit_y(&p);
        head(&p);
        canvas->right = canvas->width - label_room(&p);
        figure_axes(canvas, &(struct axes){.x = &p.x,
                                           .y = &p.y,
                                           .x_title = "size of the object",
                                           .y_title = "GB/s on one thread",
                                           .grid_x = true,
                                           .grid_y = true});
        draw_lines(&p);
        rc = write_labels(&p);
    }
    free(p.line);
    return rc;
}

int
figure_speeds(struct text *out, enum picture picture, const char *heading, const char *note,
              const struct speed_point *point, size_t count, struct why *why)
{
    static const struct figure figure = {
        "speed", "how fast objects are encrypted, by size and library", NULL, draw_speeds};
    const struct speeds speeds = {
        .view = {.title = heading, .picture = picture, .columns = 100, .rows = 30},
        .note = note,
        .point = point,
        .count = count,
    };

    return figure_draw(out, &figure, &speeds.view, why);
}
