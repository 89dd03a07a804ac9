/* Latency against exposure: what each strategy buys with what, and which nobody should choose. */
#include "report/compare.h"
#include "report/figure.h"
#include "report/placing.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A strategy with both values, in the units of the axes. */
struct spot {
    uint32_t strategy;
    struct estimate x, y;
    bool front;
    size_t group; /* the first spot so near that one label names both */
};

struct front {
    const struct view *view;
    struct canvas *canvas;
    struct comparison of;
    struct spot *spot; /* owned */
    size_t spots;
    struct axis x, y;
    const char *x_unit, *y_unit;
};

/* ---- what is shown ---- */

static void
set_interval(struct estimate *e)
{
    if (isnan(e->low) || isnan(e->high))
        e->low = e->high = e->mean;
}

static int
collect(struct front *f, struct why *why)
{
    const struct legend *legend = f->view->legend;
    bool *on_front = calloc(legend->strategies + 1, sizeof *on_front);

    f->spot = calloc(legend->strategies + 1, sizeof *f->spot);
    if (on_front == NULL || f->spot == NULL ||
        comparison_front(legend, f->view->outcome, on_front) != 0) {
        free(on_front);
        return why_no_memory(why);
    }
    for (uint32_t s = 0; s < legend->strategies; s++) {
        struct spot *spot = &f->spot[f->spots];

        if (!comparison_has(f->view->outcome, s))
            continue;
        *spot = (struct spot){
            .strategy = s,
            .x = outcome_estimate(f->view->outcome, s, f->of.x, f->of.latency),
            .y = outcome_estimate(f->view->outcome, s, f->of.y, f->of.exposure),
            .front = on_front[s],
        };
        set_interval(&spot->x);
        set_interval(&spot->y);
        f->spots += !isnan(spot->x.mean) && !isnan(spot->y.mean);
    }
    free(on_front);
    if (f->spots == 0)
        return why_add(why, ERR_INPUT, NULL,
                       "jurisim: no strategy of this run has both %s and %s: nothing to draw",
                       metric_table[f->of.x].name, metric_table[f->of.y].name);
    return 0;
}

static void
scale(struct estimate *e, double by)
{
    e->mean *= by;
    e->low *= by;
    e->high *= by;
}

/* Shares are shown in a unit in which they are numbers that people can say. How many make 1. */
static double
unit_of_shares(const struct front *f, const char **unit)
{
    static const struct {
        double from, per;
        const char *unit;
    } row[] = {
        {1e-3, 1e2, "percent"}, {1e-7, 1e6, "per million"}, {0, 1e9, "per thousand million"}};
    double most = 0;
    size_t i = 0;

    for (size_t k = 0; k < f->spots; k++)
        most = fmax(most, f->spot[k].y.mean > 0 ? f->spot[k].y.mean : f->spot[k].y.high);
    while (most < row[i].from)
        i++;
    *unit = row[i].unit;
    return row[i].per;
}

static void
choose_units(struct front *f)
{
    double most = 0, x = 1, y = 1;

    for (size_t k = 0; k < f->spots; k++)
        most = fmax(most, f->spot[k].x.mean);
    f->x_unit = metric_table[f->of.x].unit;
    f->y_unit = metric_table[f->of.y].unit;
    if (strcmp(f->x_unit, "ms") == 0)
        f->x_unit = figure_time_unit(most, &x);
    if (strcmp(f->y_unit, "probability") == 0) {
        f->y_unit = "percent";
        y = 100;
    } else if (strncmp(f->y_unit, "fraction", strlen("fraction")) == 0) {
        y = unit_of_shares(f, &f->y_unit);
    }
    for (size_t k = 0; k < f->spots; k++) {
        scale(&f->spot[k].x, 1 / x);
        scale(&f->spot[k].y, y);
    }
}

/* Times of a factor of more than 5 apart are compared by factors. */
static void
fit_x(struct front *f)
{
    const unsigned ticks = f->canvas->plain ? 6 : 8;
    double low = INFINITY, high = 0;

    for (size_t i = 0; i < f->spots; i++) {
        low = fmin(low, f->spot[i].x.low);
        high = fmax(high, f->spot[i].x.high);
    }
    if (low > 0 && high / low > 5) {
        const double more = pow(high / low, 0.07);

        axis_log(&f->x, low / more, high * more, false, ticks);
    } else {
        const double more = high > low ? 0.08 * (high - low) : high > 0 ? 0.1 * high : 1;

        axis_linear(&f->x, low < 0.3 * high ? fmin(0, low) : low - more, high + more, ticks);
    }
}

/*
 * Exposures: from 0, unless they lie so far apart that the smaller ones would vanish in it. Then by
 * factors, with a strip for 0 below: what was never seen has no place on a logarithm, and is the
 * point of some strategies. A bar that ends in the strip ends too low to tell apart from 0.
 */
static void
fit_y(struct front *f)
{
    double least = INFINITY, most = 0, high = 0, bottom = INFINITY;
    bool zero = false;

    for (size_t i = 0; i < f->spots; i++) {
        const struct estimate *y = &f->spot[i].y;

        high = fmax(high, y->high);
        zero |= !(y->low > 0);
        if (!(y->mean > 0))
            continue;
        least = fmin(least, y->mean);
        most = fmax(most, y->mean);
        bottom = fmin(bottom, fmax(y->low, y->mean / 10));
    }
    if (most / least > 12) {
        const double more = pow(high / bottom, 0.05);

        axis_log(&f->y, bottom / more, high * more, zero, 8);
    } else {
        /* bounds of what was never seen are not to fill the figure */
        axis_linear(&f->y, 0, fmax(1.06 * high, most > 0 ? 0 : 5 * high) + (high > 0 ? 0 : 1), 6);
    }
}

/* ---- drawing ---- */

static void
draw_bars(struct front *f)
{
    text_addf(&f->canvas->settings, "set errorbars %s\n", f->canvas->plain ? "small" : "0.6");
    for (size_t i = 0; i < f->spots; i++) {
        const struct spot *s = &f->spot[i];
        const double row[] = {
            axis_shown(&f->x, s->x.mean), axis_shown(&f->y, s->y.mean),
            axis_shown(&f->x, s->x.low),  axis_shown(&f->x, s->x.high),
            axis_shown(&f->y, s->y.low),  axis_shown(&f->y, s->y.high),
        };

        canvas_series(f->canvas, "with xyerrorbars pt 0 lt 1 lw 1.6 lc rgb '%s'",
                      canvas_colour(f->canvas, s->strategy));
        canvas_row(f->canvas, row, 6);
    }
}

static void
draw_disc(struct front *f, const struct spot *s, double diameter, const char *colour)
{
    const double row[] = {axis_shown(&f->x, s->x.mean), axis_shown(&f->y, s->y.mean)};

    canvas_series(f->canvas, "with points pt %u ps %.3g lc rgb '%s'", canvas_point(s->strategy),
                  canvas_point_size(f->canvas, diameter), colour);
    canvas_row(f->canvas, row, 2);
}

/* Hollow ones are filled with white, so that bars do not show in them. */
static void
draw_points(struct front *f)
{
    for (size_t i = 0; i < f->spots; i++) {
        const struct spot *s = &f->spot[i];
        const double row[] = {axis_shown(&f->x, s->x.mean), axis_shown(&f->y, s->y.mean)};

        if (f->canvas->plain) {
            canvas_series(f->canvas, "with points pt '%c'", s->front ? '@' : 'o');
            canvas_row(f->canvas, row, 2);
            continue;
        }
        draw_disc(f, s, 10.5, canvas_colour(f->canvas, s->strategy));
        if (!s->front)
            draw_disc(f, s, 6, "#ffffff");
    }
}

static int
by_x(const void *a, const void *b)
{
    const struct spot *p = *(const struct spot *const *)a, *q = *(const struct spot *const *)b;

    if (p->x.mean != q->x.mean)
        return p->x.mean < q->x.mean ? -1 : 1;
    return p->y.mean != q->y.mean ? (p->y.mean < q->y.mean ? -1 : 1)
                                  : (p->strategy < q->strategy ? -1 : 1);
}

/* The least exposure that can be had at each latency: everything above and to the right of the line
 * is dominated. Fills `corner` with the front in order of latency; returns how many. */
static size_t
draw_front_line(struct front *f, const struct spot **corner)
{
    size_t n = 0;

    for (size_t i = 0; i < f->spots; i++)
        if (f->spot[i].front)
            corner[n++] = &f->spot[i];
    qsort(corner, n, sizeof(const struct spot *), by_x);
    canvas_series(f->canvas,
                  f->canvas->plain ? "with steps lt 3" : "with steps lt 1 lw 1.4 lc rgb '%s'",
                  COLOUR_AXIS);
    canvas_row(f->canvas, (double[]){axis_shown(&f->x, corner[0]->x.mean), f->y.high}, 2);
    for (size_t i = 0; i < n; i++)
        canvas_row(
            f->canvas,
            (double[]){axis_shown(&f->x, corner[i]->x.mean), axis_shown(&f->y, corner[i]->y.mean)},
            2);
    canvas_row(f->canvas, (double[]){f->x.high, axis_shown(&f->y, corner[n - 1]->y.mean)}, 2);
    return n;
}

/* ---- labels ---- */

static struct box
spot_box(const struct front *f, const struct spot *s, double radius)
{
    const double x = canvas_x(f->canvas, &f->x, s->x.mean);
    const double y = canvas_y(f->canvas, &f->y, s->y.mean);

    return (struct box){x - radius, y - radius, x + radius, y + radius};
}

/* Spots that would hide one another share a label. */
static void
group_spots(struct front *f)
{
    const double near_x = f->canvas->plain ? 1 : 9, near_y = f->canvas->plain ? 0.6 : 9;

    for (size_t i = 0; i < f->spots; i++) {
        const struct box own = spot_box(f, &f->spot[i], 0);

        f->spot[i].group = i;
        for (size_t k = 0; k < i; k++) {
            const struct box other = spot_box(f, &f->spot[k], 0);

            if (f->spot[k].group == k && fabs(own.left - other.left) <= near_x &&
                fabs(own.bottom - other.bottom) <= near_y) {
                f->spot[i].group = k;
                break;
            }
        }
    }
}

/* The names of a group, those on the front first. Without such a one the label is smaller. */
static enum style
group_names(const struct front *f, size_t group, struct text *out)
{
    const double room = f->canvas->plain ? 34 : 220;
    enum style style = STYLE_NOTE;

    for (size_t i = 0; i < f->spots; i++)
        if (f->spot[i].group == group && f->spot[i].front)
            style = STYLE_TEXT;
    for (int front = 1; front >= 0; front--)
        for (size_t i = 0; i < f->spots; i++)
            if (f->spot[i].group == group && f->spot[i].front == front)
                canvas_list(f->canvas, style, f->view->legend->strategy[f->spot[i].strategy], room,
                            out);
    f->canvas->settings.lost |= out->lost;
    return style;
}

/* What labels keep off: points, bars, the line of the front. */
static size_t
list_obstacles(const struct front *f, const struct spot *const *corner, size_t corners,
               struct obstacle *o)
{
    const double half = f->canvas->plain ? 0.5 : 2, end = f->canvas->plain ? 0 : 5;
    size_t n = 0;

    for (size_t i = 0; i < f->spots; i++) {
        const struct spot *s = &f->spot[i];
        const struct box at = spot_box(f, s, 0);

        o[n++] = (struct obstacle){spot_box(f, s, f->canvas->plain ? 0.5 : 7), COST_POINT};
        o[n++] = (struct obstacle){{canvas_x(f->canvas, &f->x, s->x.low) - end, at.bottom - half,
                                    canvas_x(f->canvas, &f->x, s->x.high) + end, at.top + half},
                                   COST_BAR};
        o[n++] = (struct obstacle){{at.left - half, canvas_y(f->canvas, &f->y, s->y.low) - end,
                                    at.right + half, canvas_y(f->canvas, &f->y, s->y.high) + end},
                                   COST_BAR};
    }
    for (size_t i = 0; i < corners; i++) {
        const struct box at = spot_box(f, corner[i], 0);
        const bool last = i + 1 == corners;
        const struct box next = last ? at : spot_box(f, corner[i + 1], 0);

        o[n++] = (struct obstacle){
            {at.left, at.bottom - half, last ? f->canvas->right : next.left, at.top + half},
            COST_LINE};
        o[n++] = (struct obstacle){{next.left - half, next.bottom, next.right + half, at.top},
                                   COST_LINE};
    }
    return n;
}

/* A line from a label's edge to a point that it does not stand beside. */
static void
join(struct canvas *canvas, const struct placing *p)
{
    const double x = fmax(p->centre_x - p->width / 2, fmin(p->centre_x + p->width / 2, p->x));
    const double y = fmax(p->centre_y - p->height / 2, fmin(p->centre_y + p->height / 2, p->y));

    if (p->apart && !canvas->plain)
        canvas_rule(canvas, x, y, p->x, p->y, COLOUR_AXIS, 0.8, 1);
}

/* Labels off the front that would hide something are left out, and counted in a note. */
static void
write_labels(struct front *f, const struct placing *label, const size_t *group, size_t labels)
{
    struct canvas *c = f->canvas;
    size_t left_out = 0;
    char note[64];

    for (size_t i = 0; i < labels; i++) {
        struct text names = {0};
        const enum style style = group_names(f, group[i], &names);

        if (label[i].hides && style == STYLE_NOTE) {
            left_out++;
        } else {
            join(c, &label[i]);
            canvas_text(c, label[i].centre_x - label[i].width / 2, label[i].centre_y, ALIGN_LEFT,
                        style, text_str(&names));
        }
        text_release(&names);
    }
    snprintf(note, sizeof note, "%zu without a name: no room", left_out);
    if (left_out > 0)
        canvas_text(c, c->right, c->top + (c->plain ? 0.5 : 17), ALIGN_RIGHT, STYLE_NOTE, note);
}

static int
draw_labels(struct front *f, const struct spot *const *corner, size_t corners)
{
    struct canvas *c = f->canvas;
    const struct box inside = {c->left, c->bottom, c->width - (c->plain ? 0 : 6), c->top};
    struct obstacle *obstacle = calloc(3 * f->spots + 2 * corners, sizeof *obstacle);
    struct placing *label = calloc(f->spots, sizeof *label);
    size_t *group = calloc(f->spots, sizeof *group);
    size_t labels = 0;
    const bool fine = obstacle != NULL && label != NULL && group != NULL;

    for (size_t i = 0; fine && i < f->spots; i++) {
        struct text names = {0};

        if (f->spot[i].group != i)
            continue;
        const enum style style = group_names(f, i, &names);
        const struct box at = spot_box(f, &f->spot[i], 0);

        label[labels] = (struct placing){
            .x = at.left,
            .y = at.bottom,
            .width = canvas_text_width(c, style, text_str(&names)),
            .height = canvas_text_height(c, style, text_str(&names)),
        };
        group[labels++] = i;
        text_release(&names);
    }
    if (fine) {
        placing_solve(label, labels, obstacle, list_obstacles(f, corner, corners, obstacle),
                      &inside, c->plain ? 2 : 11);
        write_labels(f, label, group, labels);
    }
    free(obstacle);
    free(label);
    free(group);
    return fine ? 0 : ERR_MEMORY;
}

/* ---- words ---- */

/* "accounts whose content is exposed to cn-police, per million": the unit says that it is a share.
 */
static void
titles(const struct front *f, struct text *heading, struct text *x, struct text *y)
{
    static const char share[] = "share of all ", exposed[] = "exposed";
    const struct legend *legend = f->view->legend;
    const char *about = metric_table[f->of.y].about;

    if (strncmp(about, share, strlen(share)) == 0)
        about += strlen(share);
    const size_t length = strlen(about);
    const bool ends =
        length > strlen(exposed) && strcmp(about + length - strlen(exposed), exposed) == 0;

    text_addf(heading, "Latency against exposure to %s", figure_adversary(legend));
    if (legend->names[LABEL_COHORT] > 0)
        text_addf(heading, " (users: %s)", legend->name[LABEL_COHORT][0]);
    figure_metric(f->of.x, x);
    text_addf(x, ", %s", f->x_unit);
    if (strcmp(metric_table[f->of.y].unit, "probability") == 0)
        text_add(y, "probability that ");
    text_addf(y, "%s%s %s, %s", about, ends ? " to" : "; adversary:", figure_adversary(legend),
              f->y_unit);
}

static void
foot(struct front *f)
{
    double bound = 0;
    struct text note = {0};

    for (size_t i = 0; i < f->spots; i++)
        if (f->spot[i].y.mean == 0)
            bound = fmax(bound, f->spot[i].y.high);
    if (bound > 0) {
        text_add(&note, "At 0: never seen; the true mean is at most ");
        axis_number(bound, &note);
        text_addf(&note, " %s (95 %%).", f->y_unit);
        figure_foot(f->canvas, text_str(&note));
    }
    f->canvas->settings.lost |= note.lost;
    text_release(&note);
    figure_foot(f->canvas, f->canvas->plain
                               ? "@ on the Pareto front; o another is at least as good in both"
                               : "Filled, joined by the line: the Pareto front. Hollow: another "
                                 "strategy is at least as good in both.");
}

static int
draw(struct front *f)
{
    const struct spot **corner = calloc(f->spots, sizeof *corner);
    struct text heading = {0}, x = {0}, y = {0};
    int rc = corner == NULL ? ERR_MEMORY : 0;

    if (rc == 0) {
        titles(f, &heading, &x, &y);
        figure_head(f->canvas, f->view, text_str(&heading), "Bars: 95 % intervals.");
        foot(f);
        f->canvas->right = f->canvas->width - (f->canvas->plain ? 3 : 30);
        figure_axes(f->canvas, &(struct axes){.x = &f->x,
                                              .y = &f->y,
                                              .x_title = text_str(&x),
                                              .y_title = text_str(&y),
                                              .grid_x = true,
                                              .grid_y = true});
        group_spots(f);
        const size_t corners = draw_front_line(f, corner);

        draw_bars(f);
        draw_points(f);
        rc = draw_labels(f, corner, corners);
    }
    f->canvas->settings.lost |= heading.lost || x.lost || y.lost;
    text_release(&heading);
    text_release(&x);
    text_release(&y);
    free(corner);
    return rc;
}

int
draw_front(struct canvas *canvas, const struct view *view, struct why *why)
{
    struct front f = {.view = view, .canvas = canvas, .of = comparison_of(view->legend)};
    int rc = collect(&f, why);

    if (rc == 0) {
        choose_units(&f);
        fit_x(&f);
        fit_y(&f);
        rc = draw(&f);
    }
    free(f.spot);
    return rc;
}
