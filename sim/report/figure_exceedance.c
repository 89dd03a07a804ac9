/* How likely it is that at least so many accounts are exposed within the horizon: a falling line a
 * strategy, both axes by factors. */
#include "base/mem.h"
#include "record/exceedance.h"
#include "report/compare.h"
#include "report/lines.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct losses {
    struct lines lines;
    enum metric_id metric;
    struct label label;
    double least, most; /* accounts above 0, over all strategies */
    double rarest;      /* the least share above 0, in % */
};

#define PERCENT 100.0

static struct line_point
point_of(double x, struct estimate p)
{
    return (struct line_point){
        .x = x,
        .y = PERCENT * p.mean,
        .low = PERCENT * p.low,
        .high = PERCENT * p.high,
    };
}

/*
 * The step curve as points: P(X >= x) is that of the least value seen from x on, so each value's
 * share holds from the value before it. The first point stands at 0, to be moved to the axis's end;
 * behind the last value comes what was never seen.
 */
static void
fill(struct losses *l, struct line *line, const struct exceedance *e)
{
    const struct estimate none = {.high = e->none};
    double from = 0;
    size_t n = 0;

    for (size_t i = 0; i < e->count; i++) {
        const struct exceedance_point *p = &e->item[i];

        if (!(p->loss > 0))
            continue;
        line->point[n++] = point_of(from, p->probability);
        from = p->loss;
        l->rarest = fmin(l->rarest, PERCENT * p->probability.mean);
        l->least = fmin(l->least, p->loss);
        l->most = fmax(l->most, p->loss);
    }
    line->point[n++] = point_of(from, none);
    line->point[n++] = point_of(INFINITY, none); /* the area's end */
    line->points = n;
    line->value = line->point[0].y;
    line->at_most = PERCENT * e->none;
    line->before = "any ";
    line->unit = " %";
}

static int
add_losses(struct losses *l, uint32_t strategy)
{
    struct exceedance e = {0};
    int rc = outcome_exceedance(l->lines.view->outcome, strategy, l->metric, l->label, &e);

    if (rc == 0) {
        struct line *line = lines_add(&l->lines, strategy, e.count + 2);

        rc = line != NULL ? 0 : ERR_MEMORY;
        if (rc == 0)
            fill(l, line, &e);
    }
    exceedance_release(&e);
    return rc;
}

static int
collect(struct losses *l, struct why *why)
{
    const struct view *view = l->lines.view;

    for (uint32_t s = 0; s < view->legend->strategies; s++)
        if (comparison_has(view->outcome, s) && add_losses(l, s) < 0)
            return why_no_memory(why);
    return l->lines.count > 0 && view->outcome->legal > 0
               ? 0
               : why_add(why, ERR_INPUT, NULL,
                         "jurisim: this run has no replication of the legal plane: no exposure to "
                         "draw");
}

/* From a little less than the least loss to a little more than the greatest; from the rarest share
 * seen to certainty, with a strip for what was never seen. */
static void
fit_axes(struct losses *l)
{
    /* below the least loss, or its step would hide in the axis */
    const double low = l->most > 0 ? 0.7 * l->least : 1;
    const double high = l->most > 0 ? 1.6 * l->most : 10;
    const bool plain = l->lines.canvas->plain;

    axis_log(&l->lines.x, low, fmax(high, 10 * low), false, plain ? 5 : 8);
    axis_log(&l->lines.y, 0.7 * fmin(l->rarest, 50), PERCENT, true, plain ? 5 : 7);
    for (size_t i = 0; i < l->lines.count; i++) {
        struct line *line = &l->lines.item[i];

        line->point[0].x = l->lines.x.low;
        line->point[line->points - 1].x = l->lines.x.high;
    }
}

/* Bands that were asked for; else, of few lines, all, of many none. */
static void
choose_bands(struct lines *lines)
{
    size_t groups = 0;

    for (size_t i = 0; i < lines->count; i++)
        groups += lines->item[i].group == i && lines->item[i].value > 0;
    lines->choose_bands = true;
    lines->banded = lines->view->banded;
    for (size_t i = 0; i < lines->count && lines->view->banded == 0 && groups <= 3; i++)
        if (lines->item[i].group == i && lines->item[i].value > 0)
            lines->banded |= UINT64_C(1) << lines->item[i].strategy;
}

static int
draw(struct losses *l)
{
    struct lines *lines = &l->lines;
    struct canvas *c = lines->canvas;
    const struct legend *legend = lines->view->legend;
    const double room = c->plain ? 22 : 168;
    struct text heading = {0}, title = {0}, x_title = {0};

    text_add(&x_title, "accounts exposed");
    if (legend->names[LABEL_COHORT] > 1)
        text_addf(&x_title, " (%s)", legend->name[LABEL_COHORT][0]);
    text_addf(&heading, "How many accounts might be exposed to %s", figure_adversary(legend));
    text_add(&title, "probability that at least so many accounts are exposed, %");
    figure_head(c, lines->view, text_str(&heading),
                c->plain ? "Share of replications."
                         : "Line: share of replications. Band: its 95 % interval, point by point.");
    c->right = c->width - room - (c->plain ? 5 : 38);
    fit_axes(l);
    figure_axes(c, &(struct axes){.x = &lines->x,
                                  .y = &lines->y,
                                  .x_title = text_str(&x_title),
                                  .y_title = text_str(&title),
                                  .grid_x = true,
                                  .grid_y = true});
    lines_group(lines);
    choose_bands(lines);
    lines_draw_bands(lines);
    lines_draw(lines);
    c->settings.lost |= heading.lost || title.lost || x_title.lost;
    text_release(&x_title);
    text_release(&heading);
    text_release(&title);
    return lines_name(lines, NAMED_IN_KEY, room);
}

int
draw_exceedance(struct canvas *canvas, const struct view *view, struct why *why)
{
    const struct comparison c = comparison_of(view->legend);
    struct losses l = {
        .metric = c.accounts,
        .label = c.exposure,
        .least = INFINITY,
        .rarest = PERCENT,
    };
    int rc = lines_init(&l.lines, canvas, view);

    l.lines.steps = true;
    if (rc == 0)
        rc = collect(&l, why);
    if (rc == 0)
        rc = draw(&l);
    lines_release(&l.lines);
    return rc;
}
