#include "report/lines.h"
#include "base/mem.h"
#include "report/compare.h"
#include "report/placing.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int
lines_init(struct lines *lines, struct canvas *canvas, const struct view *view)
{
    *lines = (struct lines){.view = view, .canvas = canvas};
    lines->item = calloc((size_t)view->legend->strategies + 1, sizeof *lines->item);
    return lines->item != NULL ? 0 : ERR_MEMORY;
}

void
lines_release(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->item[i].point);
    free(lines->item);
    *lines = (struct lines){0};
}

struct line *
lines_add(struct lines *lines, uint32_t strategy, size_t points)
{
    struct line *line = &lines->item[lines->count];

    *line = (struct line){.strategy = strategy,
                          .points = points,
                          .before = "",
                          .unit = "",
                          .at_most = (double)NAN,
                          .point = calloc(points + 1, sizeof *line->point)};
    if (line->point == NULL)
        return NULL;
    lines->count++;
    return line;
}

/* ---- which cannot be told apart ---- */

/* The last point at or before x. */
static const struct line_point *
point_at(const struct line *line, double x)
{
    size_t low = 0, high = line->points;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (line->point[middle].x <= x)
            low = middle;
        else
            high = middle;
    }
    return &line->point[low];
}

/* The most that b is above or below a at a's points, in units. */
static double
distance_from(const struct lines *l, const struct line *a, const struct line *b)
{
    double most = 0;

    for (size_t i = 0; i < a->points; i++)
        most = fmax(most, fabs(canvas_y(l->canvas, &l->y, a->point[i].y) -
                               canvas_y(l->canvas, &l->y, point_at(b, a->point[i].x)->y)));
    return most;
}

void
lines_group(struct lines *l)
{
    const double apart = l->canvas->plain ? 0.5 : 2.5;

    for (size_t i = 0; i < l->count; i++) {
        struct line *line = &l->item[i];

        line->group = i;
        for (size_t k = 0; k < i && line->group == i; k++)
            if (l->item[k].group == k && distance_from(l, line, &l->item[k]) < apart &&
                distance_from(l, &l->item[k], line) < apart)
                line->group = k;
    }
}

/* ---- drawing ---- */

static bool
has_band(const struct lines *l, size_t i)
{
    const struct line *line = &l->item[i];
    bool seen = false;

    if (line->group != i)
        return false;
    for (size_t k = 0; k < line->points; k++)
        seen = seen || line->point[k].high > line->point[k].low;
    if (l->choose_bands)
        return seen && (l->banded >> line->strategy & 1) != 0;
    return seen && l->count <= LINES_BANDS;
}

size_t
lines_count_bands(const struct lines *l)
{
    size_t bands = 0;

    for (size_t i = 0; i < l->count && !l->canvas->plain; i++)
        bands += has_band(l, i);
    return bands;
}

/* Steps become corners: each value is repeated just before the next. */
static void
band_rows(const struct lines *l, const struct line *line)
{
    for (size_t k = 0; k < line->points; k++) {
        const struct line_point *p = &line->point[k];
        const double low = axis_shown(&l->y, p->low), high = axis_shown(&l->y, p->high);

        if (isnan(p->low) || isnan(p->high))
            continue;
        canvas_row(l->canvas, (double[]){p->x, low, high}, 3);
        if (l->steps && k + 1 < line->points)
            canvas_row(l->canvas, (double[]){line->point[k + 1].x, low, high}, 3);
    }
}

/* Of several bands each is fainter; then their edges tell them apart. */
void
lines_draw_bands(struct lines *l)
{
    const size_t bands = lines_count_bands(l);

    for (size_t i = 0; i < l->count && bands > 0; i++) {
        const struct line *line = &l->item[i];

        if (!has_band(l, i))
            continue;
        canvas_series(l->canvas,
                      "with filledcurves fillstyle transparent solid %g noborder lc rgb '%s'",
                      bands > 3 ? 0.06 : 0.13, canvas_colour(l->canvas, line->strategy));
        band_rows(l, line);
        canvas_series(l->canvas, "using 1:3 with lines lt 1 lw 0.7 lc rgb '#90%s'",
                      canvas_colour(l->canvas, line->strategy) + 1);
        band_rows(l, line);
    }
}

/* What a terminal's lines are made of, by gnuplot's line types from 1 on. */
static const char pen[] = "*#$%@&=";

void
lines_draw(struct lines *l)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct line *line = &l->item[i];

        if (l->canvas->plain && line->group != i)
            continue;
        if (l->canvas->plain)
            canvas_series(l->canvas, "with lines lt %zu", 1 + i % (sizeof pen - 1));
        else
            canvas_series(l->canvas, "with lines lt 1 lw 2.2 lc rgb '%s'",
                          canvas_colour(l->canvas, l->item[line->group].strategy));
        for (size_t k = 0; k < line->points; k++) {
            const double y = axis_shown(&l->y, line->point[k].y);

            canvas_row(l->canvas, (double[]){line->point[k].x, y}, 2);
            if (l->steps && k + 1 < line->points)
                canvas_row(l->canvas, (double[]){line->point[k + 1].x, y}, 2);
        }
    }
}

/* ---- names ---- */

struct ending {
    size_t group;
    double value, at, middle, height; /* the line's value and end; of the label */
    struct text text;                 /* owned */
};

static int
by_height(const void *a, const void *b)
{
    const struct ending *p = a, *q = b;

    if (p->at != q->at)
        return p->at < q->at ? -1 : 1;
    return p->group > q->group ? -1 : 1; /* of equals the first in the file above */
}

static int
by_value(const void *a, const void *b)
{
    const struct ending *p = a, *q = b;

    if (p->value != q->value)
        return p->value < q->value ? -1 : 1;
    return p->group > q->group ? -1 : 1;
}

/* "12", or "12 to 14" where a group's members differ by as much as can be read. */
static void
group_value(const struct lines *l, size_t group, struct text *out)
{
    double least = INFINITY, most = -INFINITY;
    const struct line *first = &l->item[group];
    struct text last = {0};

    for (size_t i = 0; i < l->count; i++)
        if (l->item[i].group == group) {
            least = fmin(least, l->item[i].value);
            most = fmax(most, l->item[i].value);
        }
    axis_number(least, out);
    axis_number(most, &last);
    if (strcmp(text_str(out), text_str(&last)) != 0)
        text_addf(out, " to %s", text_str(&last));
    if (most == 0 && first->at_most > 0 && isfinite(first->at_most)) {
        text_add(out, ", at most ");
        axis_number(first->at_most, out);
    }
    text_add(out, first->unit);
    out->lost |= last.lost;
    text_release(&last);
}

/* The names of a group and its value: "us-data-us-keys, no-presence: 0, at most 0.004". */
static void
ending_words(const struct lines *l, size_t group, double room, struct text *out)
{
    struct text value = {0};

    for (size_t i = 0; i < l->count; i++)
        if (l->item[i].group == group)
            canvas_list(l->canvas, STYLE_TEXT, l->view->legend->strategy[l->item[i].strategy], room,
                        out);
    group_value(l, group, &value);
    const char *line = strrchr(text_str(out), '\n');
    const double before =
        canvas_text_width(l->canvas, STYLE_TEXT, line != NULL ? line + 1 : text_str(out)) +
        canvas_text_width(l->canvas, STYLE_TEXT, l->item[group].before);
    const double after = canvas_text_width(l->canvas, STYLE_TEXT, text_str(&value));

    text_addf(out, before + after <= room ? ": %s%s" : ":\n%s%s", l->item[group].before,
              text_str(&value));
    out->lost |= value.lost;
    text_release(&value);
}

static void
write_ending(const struct lines *l, const struct ending *end, enum naming naming)
{
    struct canvas *c = l->canvas;
    const double gap = c->plain ? 4 : 22;
    const char of_line[2] = {pen[end->group % (sizeof pen - 1)], '\0'};

    if (c->plain)
        canvas_text(c, c->right + 2, end->middle, ALIGN_LEFT, STYLE_TEXT, of_line);
    else
        canvas_rule(c, c->right + 3, naming == NAMED_IN_KEY ? end->middle : end->at,
                    c->right + gap - 4, end->middle, canvas_colour(c, l->item[end->group].strategy),
                    naming == NAMED_IN_KEY ? 2.2 : 1.6, 1);
    canvas_text(c, c->right + gap, end->middle, ALIGN_LEFT, STYLE_TEXT, text_str(&end->text));
    c->settings.lost |= end->text.lost;
}

static size_t
list_endings(const struct lines *l, enum naming naming, double room, struct ending *end)
{
    const struct canvas *c = l->canvas;
    size_t n = 0;

    for (size_t i = 0; i < l->count; i++) {
        if (l->item[i].group != i)
            continue;
        end[n].group = i;
        end[n].value = l->item[i].value;
        end[n].at = canvas_y(c, &l->y, l->item[i].point[l->item[i].points - 1].y);
        ending_words(l, i, room, &end[n].text);
        end[n].height = canvas_text_height(c, STYLE_TEXT, text_str(&end[n].text));
        n++;
    }
    if (n > 1)
        qsort(end, n, sizeof *end, naming == NAMED_IN_KEY ? by_value : by_height);
    return n;
}

/* A key stands at the top: each label right under the one before. */
static void
stack(const double *height, size_t n, double top, double *middle)
{
    for (size_t i = n; i-- > 0;) {
        middle[i] = top - height[i] / 2;
        top -= height[i];
    }
}

int
lines_name(struct lines *l, enum naming naming, double room)
{
    struct canvas *c = l->canvas;
    struct ending *end = calloc(l->count + 1, sizeof *end);
    double *middle = calloc(3 * l->count + 1, sizeof *middle);
    double *height = middle + l->count, *wanted = height + l->count;

    if (end == NULL || middle == NULL) {
        free(end);
        free(middle);
        return ERR_MEMORY;
    }
    const size_t n = list_endings(l, naming, room, end);

    for (size_t i = 0; i < n; i++) {
        wanted[i] = end[i].at;
        height[i] = end[i].height + (c->plain ? 0 : naming == NAMED_IN_KEY ? 9 : 4);
    }
    if (naming == NAMED_IN_KEY)
        stack(height, n, c->top, middle);
    else
        placing_spread(wanted, height, n, c->bottom - (c->plain ? 1 : 20),
                       c->top + (c->plain ? 0 : 10), middle);
    for (size_t i = 0; i < n; i++) {
        end[i].middle = middle[i];
        write_ending(l, &end[i], naming);
        text_release(&end[i].text);
    }
    free(end);
    free(middle);
    return 0;
}
