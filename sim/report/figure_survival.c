/* How long it takes until somebody is exposed: the share of runs in which nobody is yet, by
 * strategy (Kaplan and Meier 1958). */
#include "base/mem.h"
#include "report/compare.h"
#include "report/lines.h"
#include "stats/survival.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PERCENT 100.0
#define LEVEL   0.95

struct survivals {
    struct lines lines;
    enum metric_id metric;
    struct label label;
    bool banded;
};

static struct line_point
point_of(const struct survivals *v, double x, double survival, double low, double high)
{
    return (struct line_point){
        .x = x,
        .y = PERCENT * survival,
        .low = v->banded ? PERCENT * low : (double)NAN,
        .high = v->banded ? PERCENT * high : (double)NAN,
    };
}

/* From certainty at the start through the steps to the horizon. Before the first event the band is
 * that of no event among all (exact). */
static int
fill(struct survivals *v, uint32_t strategy, const struct survival_step *step, size_t steps)
{
    const double horizon = v->lines.view->legend->horizon_days;
    const struct estimate all =
        estimate_share(v->lines.view->outcome->legal, v->lines.view->outcome->legal, LEVEL);
    struct line *line = lines_add(&v->lines, strategy, steps + 2);

    if (line == NULL)
        return ERR_MEMORY;
    line->point[0] = point_of(v, 0, 1, all.low, 1);
    for (size_t i = 0; i < steps; i++)
        line->point[i + 1] = point_of(v, step[i].time, step[i].survival, step[i].low, step[i].high);
    line->point[steps + 1] = line->point[steps];
    line->point[steps + 1].x = horizon;
    line->value = line->point[steps + 1].y;
    line->unit = " %";
    return 0;
}

static int
add_survival(struct survivals *v, uint32_t strategy)
{
    const struct outcome *outcome = v->lines.view->outcome;
    const double horizon = v->lines.view->legend->horizon_days;
    const struct series *series = outcome_find(outcome, strategy, v->metric, v->label);
    struct lifetime *life = calloc(outcome->legal + 1, sizeof *life);
    struct survival_step *step = NULL;
    size_t steps = 0;
    int rc = life != NULL ? 0 : ERR_MEMORY;

    for (size_t i = 0; rc == 0 && i < outcome->legal; i++) {
        const double first = series != NULL ? series->value[i] : (double)NAN;
        const bool event = first <= horizon; /* NAN: not within it */

        life[i] = (struct lifetime){event ? first : horizon, event};
    }
    if (rc == 0)
        rc = survival_curve(life, outcome->legal, LEVEL, &step, &steps);
    if (rc == 0)
        rc = fill(v, strategy, step, steps);
    free(step);
    free(life);
    return rc;
}

static int
collect(struct survivals *v, struct why *why)
{
    const struct view *view = v->lines.view;
    int rc = 0;

    if (view->outcome->legal == 0)
        return why_add(why, ERR_INPUT, NULL,
                       "jurisim: this run has no replication of the legal plane: no exposure to "
                       "draw");
    for (uint32_t s = 0; rc == 0 && s < view->legend->strategies; s++)
        if (comparison_has(view->outcome, s))
            rc = add_survival(v, s);
    return rc == ERR_MEMORY ? why_no_memory(why) : rc;
}

/* From 0, unless nobody's falls so far that the lines could be told apart. */
static void
fit_axes(struct survivals *v)
{
    double least = PERCENT;

    for (size_t i = 0; i < v->lines.count; i++) {
        const struct line *line = &v->lines.item[i];
        const struct line_point *end = &line->point[line->points - 1];

        least = fmin(least, fmin(end->y, v->banded ? end->low : end->y));
    }
    const double fall = 1.15 * (PERCENT - least);

    axis_linear(&v->lines.y, fall > 0 && fall < 40 ? PERCENT - fall : 0, PERCENT, 6);
    axis_days(&v->lines.x, v->lines.view->legend->starts_unix_s,
              v->lines.view->legend->horizon_days, v->lines.canvas->plain ? 6 : 10);
}

static const char *
note_of(const struct survivals *v)
{
    const bool cut = v->lines.y.low > 0;

    if (v->lines.canvas->plain)
        return cut ? "The axis does not start at 0." : "Kaplan-Meier.";
    if (!v->banded)
        return cut ? "Kaplan-Meier; no bands, as replications share worlds. The axis does not "
                     "start at 0."
                   : "Kaplan-Meier; no bands, as replications share worlds.";
    return cut ? "Kaplan-Meier, with 95 % band point by point. The axis does not start at 0."
               : "Kaplan-Meier, with 95 % band point by point.";
}

static int
draw(struct survivals *v)
{
    struct lines *lines = &v->lines;
    struct canvas *c = lines->canvas;
    const struct legend *legend = lines->view->legend;
    const double room = c->plain ? 22 : 168;
    struct text heading = {0}, title = {0};

    text_addf(&heading, "Time until %s first exposes an account", figure_adversary(legend));
    text_addf(&title, "runs in which %s has exposed no account yet", figure_adversary(legend));
    if (legend->names[LABEL_COHORT] > 1)
        text_addf(&title, " (%s)", legend->name[LABEL_COHORT][0]);
    text_add(&title, ", %");
    fit_axes(v);
    figure_head(c, lines->view, text_str(&heading), note_of(v));
    c->right = c->width - room - (c->plain ? 5 : 38);
    figure_axes(c, &(struct axes){.x = &lines->x,
                                  .y = &lines->y,
                                  .x_title = "",
                                  .y_title = text_str(&title),
                                  .grid_y = true});
    lines_group(lines);
    lines->choose_bands = lines->view->banded != 0;
    lines->banded = lines->view->banded;
    lines_draw_bands(lines);
    lines_draw(lines);
    c->settings.lost |= heading.lost || title.lost;
    text_release(&heading);
    text_release(&title);
    return lines_name(lines, NAMED_AT_ENDS, room);
}

int
draw_survival(struct canvas *canvas, const struct view *view, struct why *why)
{
    const struct comparison c = comparison_of(view->legend);
    const size_t worlds = view->legend->worlds;
    struct survivals v = {
        .metric = c.first,
        .label = c.exposure,
        .banded = worlds == 0 || worlds >= view->outcome->legal,
    };
    int rc = lines_init(&v.lines, canvas, view);

    v.lines.steps = true;
    if (rc == 0)
        rc = collect(&v, why);
    if (rc == 0)
        rc = draw(&v);
    lines_release(&v.lines);
    return rc;
}
