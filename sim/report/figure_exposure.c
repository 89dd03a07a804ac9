/* Accounts exposed over the years: a line a strategy, its band, and what changed when. */
#include "base/mem.h"
#include "base/units.h"
#include "report/compare.h"
#include "report/lines.h"
#include "report/placing.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGES_SHOWN = 8, CHANGES_SHOWN_PLAIN = 3 };

struct exposure {
    const struct view *view;
    enum curve_kind kind;
    struct lines lines;
};

/* ---- what is shown ---- */

static int
add_growth(struct exposure *e, uint32_t strategy)
{
    const struct legend *legend = e->view->legend;
    const enum metric_id metric =
        e->kind == CURVE_METADATA ? METRIC_METADATA_ACCOUNTS : METRIC_CONTENT_ACCOUNTS;
    const struct label to = legend->front_to == NONE
                                ? label_total
                                : label_with(label_total, LABEL_AUTHORITY, legend->front_to);
    const struct curve_estimate *curve =
        outcome_find_curve(e->view->outcome, strategy, to, e->kind);
    struct line *line = lines_add(&e->lines, strategy, CURVE_POINTS + 1);

    if (line == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i <= CURVE_POINTS; i++) {
        const struct estimate at = curve != NULL ? curve->point[i] : (struct estimate){0};

        line->point[i] = (struct line_point){
            .x = legend->horizon_days * (double)i / CURVE_POINTS,
            .y = at.mean,
            .low = at.low,
            .high = at.high,
        };
    }
    line->value = line->point[CURVE_POINTS].y;
    line->at_most = outcome_estimate(e->view->outcome, strategy, metric, to).high;
    return 0;
}

static int
collect(struct exposure *e, struct why *why)
{
    for (uint32_t s = 0; s < e->view->legend->strategies; s++)
        if (comparison_has(e->view->outcome, s) && add_growth(e, s) < 0)
            return why_no_memory(why);
    return e->lines.count > 0 && e->view->outcome->legal > 0
               ? 0
               : why_add(why, ERR_INPUT, NULL,
                         "jurisim: this run has no replication of the legal plane: no exposure to "
                         "draw");
}

/* Linear from 0, unless the strategies end so far apart that the smaller ones would lie flat; then
 * by factors, down to a thousandth of the greatest or the smallest end, with a strip for 0. */
static void
fit_axes(struct exposure *e)
{
    double least = INFINITY, most = 0, high = 0;

    for (size_t i = 0; i < e->lines.count; i++) {
        const struct line_point *end = &e->lines.item[i].point[CURVE_POINTS];

        high = fmax(high, fmax(end->y, end->high));
        most = fmax(most, end->y);
        if (end->y > 0)
            least = fmin(least, end->y);
    }
    if (most / least > 25)
        axis_log(&e->lines.y, pow(10, floor(log10(least / 4))), 1.3 * high, true, 8);
    else
        axis_linear(&e->lines.y, 0, high > 0 ? 1.04 * high : 1, 6);
    axis_days(&e->lines.x, e->view->legend->starts_unix_s, e->view->legend->horizon_days,
              e->lines.canvas->plain ? 6 : 10);
}

/* ---- dated changes ---- */

struct changes {
    const struct legend_change **item; /* owned; by day */
    size_t count, shown;
};

static int
by_day(const void *a, const void *b)
{
    const struct legend_change *p = *(const struct legend_change *const *)a;
    const struct legend_change *q = *(const struct legend_change *const *)b;

    if (p->day != q->day)
        return p->day < q->day ? -1 : 1;
    return p < q ? -1 : 1; /* of a day's, in the order of the scenario */
}

/* Those inside the horizon, of the world and of strategies that were run. */
static int
list_changes(const struct exposure *e, struct changes *out)
{
    const struct legend *legend = e->view->legend;
    const size_t most = e->lines.canvas->plain ? CHANGES_SHOWN_PLAIN : CHANGES_SHOWN;

    out->item = calloc(legend->changes + 1, sizeof *out->item);
    if (out->item == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < legend->changes; i++) {
        const struct legend_change *c = &legend->change[i];

        if (c->day > 0 && c->day < legend->horizon_days &&
            (c->strategy == NONE || comparison_has(e->view->outcome, c->strategy)))
            out->item[out->count++] = c;
    }
    qsort(out->item, out->count, sizeof(const struct legend_change *), by_day);
    out->shown = out->count < most ? out->count : most;
    return 0;
}

/* "a  2014-08-08  as-it-happened: the data move": one line a change, at the foot. */
static void
write_key(const struct exposure *e, const struct changes *changes)
{
    const struct legend *legend = e->view->legend;
    struct text key = {0}, line = {0};
    char date[16];

    for (size_t i = 0; i < changes->shown; i++) {
        const struct legend_change *c = changes->item[i];

        date_write(legend->starts_unix_s + (int64_t)(c->day * 86400), date);
        text_clear(&line);
        text_addf(&line, "%c  %s  %s: ", (char)('a' + i), date,
                  c->strategy == NONE ? "world" : legend->strategy[c->strategy]);
        gnuplot_clean(&line, c->text);
        if (i + 1 == changes->shown && changes->count > changes->shown)
            text_addf(&line, "  (and %zu later changes)", changes->count - changes->shown);
        e->lines.canvas->settings.lost |= line.lost;
        text_add(&key, i > 0 ? "\n" : "");
        canvas_fit(e->lines.canvas, STYLE_NOTE, text_str(&line),
                   e->lines.canvas->width - (e->lines.canvas->plain ? 2 : 40), &key);
    }
    if (changes->shown > 0)
        figure_foot(e->lines.canvas, text_str(&key));
    e->lines.canvas->settings.lost |= key.lost;
    text_release(&key);
    text_release(&line);
}

/* A thin upright line each, with its letter above: letters of near dates move apart. */
static void
draw_changes(const struct exposure *e, const struct changes *changes)
{
    struct canvas *c = e->lines.canvas;
    double wanted[CHANGES_SHOWN], middle[CHANGES_SHOWN], width[CHANGES_SHOWN];

    for (size_t i = 0; i < changes->shown; i++) {
        wanted[i] = canvas_x(c, &e->lines.x, changes->item[i]->day);
        width[i] = c->plain ? 2 : 13;
    }
    placing_spread(wanted, width, changes->shown, c->left, c->right, middle);
    for (size_t i = 0; i < changes->shown; i++) {
        const uint32_t strategy = changes->item[i]->strategy;
        const double x = canvas_x(c, &e->lines.x, changes->item[i]->day);
        const bool world = strategy == NONE;
        char letter[2] = {(char)('a' + i), '\0'};

        if (!c->plain)
            canvas_rule(c, x, c->bottom, x, c->top,
                        world ? COLOUR_AXIS : canvas_colour(c, strategy), 1, world ? 1 : 2);
        canvas_text(c, middle[i], c->top + canvas_line(c, STYLE_NOTE) / 2, ALIGN_CENTRE, STYLE_NOTE,
                    letter);
    }
}

/* ---- all of it ---- */

static int
draw(struct exposure *e, const struct changes *changes)
{
    struct canvas *c = e->lines.canvas;
    const struct legend *legend = e->view->legend;
    const double room = c->plain ? 22 : 168;
    struct text heading = {0}, title = {0};

    text_addf(&heading, "Accounts exposed to %s over the years", figure_adversary(legend));
    text_addf(&title, "accounts whose %s was ever exposed to %s%s", curve_name[e->kind],
              figure_adversary(legend), legend->names[LABEL_COHORT] > 1 ? ", all users" : "");
    figure_head(c, e->view, text_str(&heading),
                c->plain || e->lines.count > LINES_BANDS
                    ? "Lines: means."
                    : "Line: mean. Band: the central 95 % of replications.");
    write_key(e, changes);
    c->right = c->width - room - (c->plain ? 5 : 38);
    fit_axes(e);
    figure_axes(c, &(struct axes){.x = &e->lines.x,
                                  .y = &e->lines.y,
                                  .x_title = "",
                                  .y_title = text_str(&title),
                                  .grid_y = true,
                                  .above = changes->shown > 0 ? canvas_line(c, STYLE_NOTE) : 0});
    lines_group(&e->lines);
    lines_draw_bands(&e->lines);
    draw_changes(e, changes);
    lines_draw(&e->lines);
    c->settings.lost |= heading.lost || title.lost;
    text_release(&heading);
    text_release(&title);
    return lines_name(&e->lines, NAMED_AT_ENDS, room);
}

int
draw_exposure(struct canvas *canvas, const struct view *view, struct why *why)
{
    static const char metadata[] = "exposure.metadata.";
    const char *y = metric_table[comparison_of(view->legend).y].name;
    struct exposure e = {
        .view = view,
        .kind = strncmp(y, metadata, sizeof metadata - 1) == 0 ? CURVE_METADATA : CURVE_CONTENT,
    };
    struct changes changes = {0};
    int rc = lines_init(&e.lines, canvas, view);

    if (rc == 0)
        rc = collect(&e, why);
    if (rc == 0)
        rc = list_changes(&e, &changes);
    if (rc == 0)
        rc = draw(&e, &changes);
    free(changes.item);
    lines_release(&e.lines);
    return rc;
}
