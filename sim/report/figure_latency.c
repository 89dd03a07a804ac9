/* How long operations take under each strategy: a row each, from the fast to the slow. */
#include "base/mem.h"
#include "report/compare.h"
#include "report/figure.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { P5, P50, P95, P99, SHOWN };
static const double share[SHOWN] = {0.05, 0.5, 0.95, 0.99};

#define LEAST_MS 1e-6 /* a histogram's least step, above 0 for the logarithm */

struct row {
    uint32_t strategy;
    double of[SHOWN]; /* quantiles */
};

struct rows {
    struct row *item; /* owned; its times in the unit after choose_unit */
    size_t count;
    const char *unit;
};

/* Of the cohort that the comparison speaks of. */
static int
collect(struct rows *rows, const struct view *view, struct why *why)
{
    const struct legend *legend = view->legend;
    const uint32_t cohort = legend->names[LABEL_COHORT] > 1 ? 0 : NONE;

    rows->item = calloc(legend->strategies + 1, sizeof *rows->item);
    if (rows->item == NULL)
        return why_no_memory(why);
    for (uint32_t s = 0; s < legend->strategies; s++) {
        struct row *row = &rows->item[rows->count];

        if (!comparison_has(view->outcome, s))
            continue;
        row->strategy = s;
        for (size_t q = 0; q < SHOWN; q++) {
            const double ms = outcome_latency_quantile(view->outcome, s, cohort, share[q]);

            row->of[q] = ms < LEAST_MS ? LEAST_MS : ms;
        }
        rows->count += !isnan(row->of[P50]);
    }
    return rows->count > 0 ? 0
                           : why_add(why, ERR_INPUT, NULL,
                                     "jurisim: no operation of this run was served: no latency to "
                                     "draw");
}

static int
faster(const void *a, const void *b)
{
    static const unsigned char order[] = {P95, P50, P99, P5};
    const struct row *p = a, *q = b;

    for (size_t i = 0; i < COUNT(order); i++)
        if (p->of[order[i]] != q->of[order[i]])
            return p->of[order[i]] < q->of[order[i]] ? -1 : 1;
    return p->strategy < q->strategy ? -1 : 1;
}

static void
fit_axes(const struct rows *rows, unsigned ticks, struct axis *x, struct axis *y)
{
    double low = INFINITY, high = 0;

    for (size_t i = 0; i < rows->count; i++) {
        low = fmin(low, rows->item[i].of[P5]);
        high = fmax(high, rows->item[i].of[P99]);
    }
    const double more = 1.02 * pow(high / low, 0.04);

    axis_log(x, low / more, high * more, false, ticks);
    *y = (struct axis){.low = 0.4, .high = (double)rows->count + 0.9};
}

static void
choose_unit(struct rows *rows)
{
    double most = 0, ms;

    for (size_t i = 0; i < rows->count; i++)
        most = fmax(most, rows->item[i].of[P99]);
    rows->unit = figure_time_unit(most, &ms);
    for (size_t i = 0; i < rows->count; i++)
        for (int q = 0; q < SHOWN; q++)
            rows->item[i].of[q] /= ms;
}

/* The first row on top. */
static double
height_of(const struct rows *rows, size_t row)
{
    return (double)(rows->count - row);
}

/* ---- drawing ---- */

/* A stroke in every row from one quantile to another, in the strategy's colour. */
static void
draw_strokes(struct canvas *canvas, const struct rows *rows, int from, int to, const char *how,
             uint32_t faint)
{
    canvas_series(canvas, "%s", how);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->item[i];
        const double colour = faint + canvas_rgb(r->strategy);

        canvas_row(canvas, (double[]){r->of[from], height_of(rows, i), colour}, 3);
        canvas_row(canvas, (double[]){r->of[to], height_of(rows, i), colour}, 3);
        canvas_row(canvas, NULL, 0); /* lifts the pen */
    }
}

static void
draw_marks(struct canvas *canvas, const struct rows *rows, int at, const char *how)
{
    canvas_series(canvas, "%s", how);
    for (size_t i = 0; i < rows->count; i++) {
        const double row[] = {rows->item[i].of[at], height_of(rows, i),
                              canvas_rgb(rows->item[i].strategy)};

        canvas_row(canvas, row, 3);
    }
}

static void
draw_dots(struct canvas *canvas, const struct rows *rows, int at, double diameter)
{
    char how[64];

    snprintf(how, sizeof how, "with points pt 7 ps %.3g lc rgb variable",
             canvas_point_size(canvas, diameter));
    draw_marks(canvas, rows, at, how);
}

static void
draw_rows(struct canvas *canvas, const struct rows *rows)
{
    if (canvas->plain) {
        draw_strokes(canvas, rows, P95, P99, "using 1:2 with lines lt 0", 0);
        draw_strokes(canvas, rows, P5, P95, "using 1:2 with lines lt 7", 0);
        draw_marks(canvas, rows, P99, "using 1:2 with points pt '|'");
        draw_marks(canvas, rows, P50, "using 1:2 with points pt 'O'");
        return;
    }
    draw_strokes(canvas, rows, P95, P99, "with lines lt 1 lw 1.6 lc rgb variable", 0);
    draw_strokes(canvas, rows, P5, P95, "with lines lt 1 lw 9 lc rgb variable", 0x90000000);
    draw_dots(canvas, rows, P99, 4);
    draw_dots(canvas, rows, P50, 10);
}

/* ---- words ---- */

/* Three columns of numbers at the right: what the eye cannot read off a logarithm. */
static void
write_numbers(struct canvas *canvas, const struct row *row, double y)
{
    const double step = canvas->plain ? 8 : 64;
    struct text number = {0};

    for (int q = P50; q < SHOWN; q++) {
        text_clear(&number);
        axis_number(row->of[q], &number);
        canvas_text(canvas, canvas->right + (q - P5 + 0.15) * step, y, ALIGN_RIGHT, STYLE_TEXT,
                    text_str(&number));
        canvas->settings.lost |= number.lost;
    }
    text_release(&number);
}

static void
write_columns(struct canvas *canvas, const char *unit, double y)
{
    static const char *const word[] = {[P50] = "p50", [P95] = "p95", [P99] = "p99"};
    const double step = canvas->plain ? 8 : 64;
    char head[16];

    for (int q = P50; q < SHOWN; q++) {
        snprintf(head, sizeof head, q == P99 ? "%s, %s" : "%s", word[q], unit);
        canvas_text(canvas, canvas->right + (q - P5 + 0.15) * step, y, ALIGN_RIGHT, STYLE_NOTE,
                    head);
    }
}

static void
write_rows(struct canvas *canvas, const struct view *view, const struct rows *rows,
           const struct axis *y, double room)
{
    struct text name = {0};

    for (size_t i = 0; i < rows->count; i++) {
        const double at = canvas_y(canvas, y, height_of(rows, i));

        text_clear(&name);
        canvas_fit(canvas, STYLE_TEXT, view->legend->strategy[rows->item[i].strategy], room, &name);
        canvas_text(canvas, canvas->left - (canvas->plain ? 1 : 12), at, ALIGN_RIGHT, STYLE_TEXT,
                    text_str(&name));
        canvas->settings.lost |= name.lost;
        write_numbers(canvas, &rows->item[i], at);
    }
    write_columns(canvas, rows->unit,
                  canvas_y(canvas, y, (double)rows->count + (canvas->plain ? 0.9 : 0.6)));
    canvas->settings.lost |= name.lost;
    text_release(&name);
}

static double
widest_name(const struct canvas *canvas, const struct view *view, const struct rows *rows)
{
    double widest = 0;

    for (size_t i = 0; i < rows->count; i++)
        widest = fmax(widest, canvas_text_width(canvas, STYLE_TEXT,
                                                view->legend->strategy[rows->item[i].strategy]));
    return fmin(widest, canvas->width * 0.3);
}

static void
draw(struct canvas *canvas, const struct view *view, const struct rows *rows)
{
    const struct legend *legend = view->legend;
    const double room = widest_name(canvas, view, rows);
    struct text heading = {0}, title = {0};
    struct axis x, y;

    text_addf(&title, "latency of an operation, %s", rows->unit);
    text_add(&heading, "Latency by strategy");
    if (legend->names[LABEL_COHORT] > 0)
        text_addf(&heading, " (users: %s)", legend->name[LABEL_COHORT][0]);
    fit_axes(rows, canvas->plain ? 5 : 10, &x, &y);
    figure_head(canvas, view, text_str(&heading),
                "Operations of all of them together; tables give means of each one's quantiles.");
    figure_foot(canvas, canvas->plain
                            ? "=== p5 to p95, O median (p50), ... up to p99"
                            : "Wide bar: from the 5th to the 95th of 100 operations, by duration. "
                              "Large dot: the median. Line and small dot: up to the 99th.");
    canvas->left = room + (canvas->plain ? 2 : 36);
    canvas->right = canvas->width - (canvas->plain ? 26 : 230);
    figure_axes(canvas,
                &(struct axes){
                    .x = &x, .y = &y, .x_title = text_str(&title), .y_title = "", .grid_x = true});
    draw_rows(canvas, rows);
    write_rows(canvas, view, rows, &y, room);
    canvas->settings.lost |= heading.lost || title.lost;
    text_release(&heading);
    text_release(&title);
}

int
draw_latency(struct canvas *canvas, const struct view *view, struct why *why)
{
    struct rows rows = {0};
    const int rc = collect(&rows, view, why);

    if (rc == 0) {
        qsort(rows.item, rows.count, sizeof *rows.item, faster);
        choose_unit(&rows);
        draw(canvas, view, &rows);
    }
    free(rows.item);
    return rc;
}
