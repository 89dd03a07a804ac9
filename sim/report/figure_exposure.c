/* Accounts exposed over the years: a line a strategy, its band, and what changed when. */
#include "base/mem.h"
#include "base/units.h"
#include "report/compare.h"
#include "report/figure.h"
#include "report/placing.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGES_SHOWN = 8, CHANGES_SHOWN_PLAIN = 3, BANDS = 12 };

/* A strategy's curve. */
struct growth {
    uint32_t strategy;
    struct estimate point[CURVE_POINTS + 1]; /* zeros when nothing was ever exposed */
    struct estimate end;                     /* the mean at the end, with its interval */
    size_t group;                            /* the first curve that it cannot be told from */
};

struct exposure {
    const struct view *view;
    struct canvas *canvas;
    enum curve_kind kind;
    struct growth *item; /* owned */
    size_t count;
    struct axis x, y;
};

/* ---- what is shown ---- */

static int
collect(struct exposure *e, struct why *why)
{
    const struct legend *legend = e->view->legend;
    const enum metric_id metric =
        e->kind == CURVE_METADATA ? METRIC_METADATA_ACCOUNTS : METRIC_CONTENT_ACCOUNTS;
    const struct label to = legend->front_to == NONE
                                ? label_total
                                : label_with(label_total, LABEL_AUTHORITY, legend->front_to);

    e->item = calloc(legend->strategies + 1, sizeof *e->item);
    if (e->item == NULL)
        return why_no_memory(why);
    for (uint32_t s = 0; s < legend->strategies; s++) {
        const struct curve_estimate *curve = outcome_find_curve(e->view->outcome, s, to, e->kind);

        if (!comparison_has(e->view->outcome, s))
            continue;
        struct growth *g = &e->item[e->count++];

        g->strategy = s;
        g->end = outcome_estimate(e->view->outcome, s, metric, to);
        if (curve != NULL)
            memcpy(g->point, curve->point, sizeof g->point);
    }
    return e->count > 0 && e->view->outcome->legal > 0
               ? 0
               : why_add(why, ERR_INPUT, NULL,
                         "jurisim: this run has no replication of the legal plane: no exposure to "
                         "draw");
}

static double
day_of(const struct exposure *e, size_t point)
{
    return e->view->legend->horizon_days * (double)point / CURVE_POINTS;
}

/* Linear from 0, unless the strategies end so far apart that the smaller ones would lie flat; then
 * by factors, down to a thousandth of the greatest or the smallest end, with a strip for 0. */
static void
fit_axes(struct exposure *e)
{
    double least = INFINITY, most = 0, high = 0;

    for (size_t i = 0; i < e->count; i++) {
        const struct estimate *end = &e->item[i].point[CURVE_POINTS];

        high = fmax(high, fmax(end->mean, end->high));
        most = fmax(most, end->mean);
        if (end->mean > 0)
            least = fmin(least, end->mean);
    }
    if (most / least > 25)
        axis_log(&e->y, pow(10, floor(log10(least / 4))), 1.3 * high, true, 8);
    else
        axis_linear(&e->y, 0, high > 0 ? 1.04 * high : 1, 6);
    axis_days(&e->x, e->view->legend->starts_unix_s, e->view->legend->horizon_days,
              e->canvas->plain ? 6 : 10);
}

static double
distance_between(const struct exposure *e, const struct growth *a, const struct growth *b)
{
    double most = 0;

    for (size_t i = 0; i <= CURVE_POINTS; i++)
        most = fmax(most, fabs(canvas_y(e->canvas, &e->y, a->point[i].mean) -
                               canvas_y(e->canvas, &e->y, b->point[i].mean)));
    return most;
}

/* Curves that the eye cannot tell apart anywhere share a colour and a label. */
static void
group_curves(struct exposure *e)
{
    for (size_t i = 0; i < e->count; i++) {
        e->item[i].group = i;
        for (size_t k = 0; k < i; k++)
            if (e->item[k].group == k &&
                distance_between(e, &e->item[i], &e->item[k]) < (e->canvas->plain ? 0.5 : 2.5)) {
                e->item[i].group = k;
                break;
            }
    }
}

/* ---- drawing ---- */

static void
draw_band(struct exposure *e, const struct growth *g)
{
    for (size_t k = 0; k <= CURVE_POINTS; k++) {
        const double row[] = {day_of(e, k), axis_shown(&e->y, g->point[k].low),
                              axis_shown(&e->y, g->point[k].high)};

        canvas_row(e->canvas, row, 3);
    }
}

/* How many there are to draw; none when there are so many that they would be mud. */
static size_t
count_bands(const struct exposure *e)
{
    size_t bands = 0;

    for (size_t i = 0; i < e->count; i++)
        bands += e->item[i].group == i && e->item[i].point[CURVE_POINTS].high > 0;
    return e->count > BANDS || e->canvas->plain ? 0 : bands;
}

/* Of several bands each is fainter; then their edges tell them apart. */
static void
draw_bands(struct exposure *e)
{
    const size_t bands = count_bands(e);

    for (size_t i = 0; i < e->count && bands > 0; i++) {
        const struct growth *g = &e->item[i];

        if (g->group != i || !(g->point[CURVE_POINTS].high > 0))
            continue;
        canvas_series(e->canvas,
                      "with filledcurves fillstyle transparent solid %g noborder lc rgb '%s'",
                      bands > 3 ? 0.06 : 0.13, canvas_colour(e->canvas, g->strategy));
        draw_band(e, g);
        canvas_series(e->canvas, "using 1:3 with lines lt 1 lw 0.7 lc rgb '#90%s'",
                      canvas_colour(e->canvas, g->strategy) + 1);
        draw_band(e, g);
    }
}

/* What a terminal's lines are made of, by gnuplot's line types from 1 on. */
static const char pen[] = "*#$%@&=";

static void
draw_lines(struct exposure *e)
{
    for (size_t i = 0; i < e->count; i++) {
        const struct growth *g = &e->item[i];

        if (e->canvas->plain && g->group != i)
            continue;
        if (e->canvas->plain)
            canvas_series(e->canvas, "with lines lt %zu", 1 + i % (sizeof pen - 1));
        else
            canvas_series(e->canvas, "with lines lt 1 lw 2.2 lc rgb '%s'",
                          canvas_colour(e->canvas, e->item[g->group].strategy));
        for (size_t k = 0; k <= CURVE_POINTS; k++)
            canvas_row(e->canvas, (double[]){day_of(e, k), axis_shown(&e->y, g->point[k].mean)}, 2);
    }
}

/* ---- labels at the end of the lines ---- */

struct ending {
    size_t group;
    double at, middle, height; /* of the line's end; of the label */
    struct text text;          /* owned */
};

static int
by_height(const void *a, const void *b)
{
    const struct ending *p = a, *q = b;

    if (p->at != q->at)
        return p->at < q->at ? -1 : 1;
    return p->group > q->group ? -1 : 1; /* of equals the first in the file above */
}

/* "12", or "12 to 14" where a group's members differ by as much as can be read. */
static void
group_value(const struct exposure *e, size_t group, struct text *out)
{
    double least = INFINITY, most = 0;
    struct text last = {0};

    for (size_t i = 0; i < e->count; i++)
        if (e->item[i].group == group) {
            least = fmin(least, e->item[i].point[CURVE_POINTS].mean);
            most = fmax(most, e->item[i].point[CURVE_POINTS].mean);
        }
    axis_number(least, out);
    axis_number(most, &last);
    if (strcmp(text_str(out), text_str(&last)) != 0)
        text_addf(out, " to %s", text_str(&last));
    else if (most == 0 && e->item[group].end.high > 0 && isfinite(e->item[group].end.high)) {
        text_add(out, ", at most ");
        axis_number(e->item[group].end.high, out);
    }
    out->lost |= last.lost;
    text_release(&last);
}

/* The names of a group and where they end: "us-data-us-keys, no-presence: 0, at most 0.004". */
static void
ending_words(const struct exposure *e, size_t group, double room, struct text *out)
{
    struct text value = {0};

    for (size_t i = 0; i < e->count; i++)
        if (e->item[i].group == group)
            canvas_list(e->canvas, STYLE_TEXT, e->view->legend->strategy[e->item[i].strategy], room,
                        out);
    group_value(e, group, &value);
    const char *line = strrchr(text_str(out), '\n');
    const double before =
        canvas_text_width(e->canvas, STYLE_TEXT, line != NULL ? line + 1 : text_str(out));
    const double after = canvas_text_width(e->canvas, STYLE_TEXT, text_str(&value));

    text_addf(out, before + after <= room ? ": %s" : ":\n%s", text_str(&value));
    out->lost |= value.lost;
    text_release(&value);
}

static void
write_ending(const struct exposure *e, const struct ending *end)
{
    struct canvas *c = e->canvas;
    const double gap = c->plain ? 4 : 22;
    const char of_line[2] = {pen[end->group % (sizeof pen - 1)], '\0'};

    if (c->plain)
        canvas_text(c, c->right + 2, end->middle, ALIGN_LEFT, STYLE_TEXT, of_line);
    else
        canvas_rule(c, c->right + 3, end->at, c->right + gap - 4, end->middle,
                    canvas_colour(c, e->item[end->group].strategy), 1.6, 1);
    canvas_text(c, c->right + gap, end->middle, ALIGN_LEFT, STYLE_TEXT, text_str(&end->text));
    c->settings.lost |= end->text.lost;
}

static int
write_endings(const struct exposure *e, double room)
{
    struct canvas *c = e->canvas;
    struct ending *end = calloc(e->count, sizeof *end);
    double *middle = calloc(3 * e->count, sizeof *middle);
    double *height = middle + e->count, *wanted = height + e->count;
    size_t n = 0;

    for (size_t i = 0; end != NULL && middle != NULL && i < e->count; i++) {
        if (e->item[i].group != i)
            continue;
        end[n].group = i;
        end[n].at = canvas_y(c, &e->y, e->item[i].point[CURVE_POINTS].mean);
        ending_words(e, i, room, &end[n].text);
        end[n].height = canvas_text_height(c, STYLE_TEXT, text_str(&end[n].text));
        n++;
    }
    if (n > 0)
        qsort(end, n, sizeof *end, by_height);
    for (size_t i = 0; i < n; i++) {
        wanted[i] = end[i].at;
        height[i] = end[i].height + (c->plain ? 0 : 4);
    }
    placing_spread(wanted, height, n, c->bottom - (c->plain ? 1 : 20), c->top + (c->plain ? 0 : 10),
                   middle);
    for (size_t i = 0; i < n; i++) {
        end[i].middle = middle[i];
        write_ending(e, &end[i]);
        text_release(&end[i].text);
    }
    free(end);
    free(middle);
    return n > 0 ? 0 : ERR_MEMORY;
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
    const size_t most = e->canvas->plain ? CHANGES_SHOWN_PLAIN : CHANGES_SHOWN;

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
        e->canvas->settings.lost |= line.lost;
        text_add(&key, i > 0 ? "\n" : "");
        canvas_fit(e->canvas, STYLE_NOTE, text_str(&line),
                   e->canvas->width - (e->canvas->plain ? 2 : 40), &key);
    }
    if (changes->shown > 0)
        figure_foot(e->canvas, text_str(&key));
    e->canvas->settings.lost |= key.lost;
    text_release(&key);
    text_release(&line);
}

/* A thin upright line each, with its letter above: letters of near dates move apart. */
static void
draw_changes(const struct exposure *e, const struct changes *changes)
{
    struct canvas *c = e->canvas;
    double wanted[CHANGES_SHOWN], middle[CHANGES_SHOWN], width[CHANGES_SHOWN];

    for (size_t i = 0; i < changes->shown; i++) {
        wanted[i] = canvas_x(c, &e->x, changes->item[i]->day);
        width[i] = c->plain ? 2 : 13;
    }
    placing_spread(wanted, width, changes->shown, c->left, c->right, middle);
    for (size_t i = 0; i < changes->shown; i++) {
        const uint32_t strategy = changes->item[i]->strategy;
        const double x = canvas_x(c, &e->x, changes->item[i]->day);
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
    struct canvas *c = e->canvas;
    const struct legend *legend = e->view->legend;
    const double room = c->plain ? 22 : 168;
    struct text heading = {0}, title = {0};

    text_addf(&heading, "Accounts exposed to %s over the years", figure_adversary(legend));
    text_addf(&title, "accounts whose %s was ever exposed to %s%s", curve_name[e->kind],
              figure_adversary(legend), legend->names[LABEL_COHORT] > 1 ? ", all users" : "");
    figure_head(c, e->view, text_str(&heading),
                c->plain || e->count > BANDS
                    ? "Lines: means."
                    : "Line: mean. Band: the central 95 % of replications.");
    write_key(e, changes);
    c->right = c->width - room - (c->plain ? 5 : 38);
    fit_axes(e);
    figure_axes(c, &(struct axes){.x = &e->x,
                                  .y = &e->y,
                                  .x_title = "",
                                  .y_title = text_str(&title),
                                  .grid_y = true,
                                  .above = changes->shown > 0 ? canvas_line(c, STYLE_NOTE) : 0});
    group_curves(e);
    draw_bands(e);
    draw_changes(e, changes);
    draw_lines(e);
    c->settings.lost |= heading.lost || title.lost;
    text_release(&heading);
    text_release(&title);
    return write_endings(e, room);
}

int
draw_exposure(struct canvas *canvas, const struct view *view, struct why *why)
{
    static const char metadata[] = "exposure.metadata.";
    const char *y = metric_table[comparison_of(view->legend).y].name;
    struct exposure e = {
        .view = view,
        .canvas = canvas,
        .kind = strncmp(y, metadata, sizeof metadata - 1) == 0 ? CURVE_METADATA : CURVE_CONTENT,
    };
    struct changes changes = {0};
    int rc = collect(&e, why);

    if (rc == 0)
        rc = list_changes(&e, &changes);
    if (rc == 0)
        rc = draw(&e, &changes);
    free(changes.item);
    free(e.item);
    return rc;
}
