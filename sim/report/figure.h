#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

/*
 * Figures of a finished run. To add one: figure_x.c that draws it, and a row in figure.c.
 */
#include "record/outcome.h"
#include "report/axis.h"
#include "report/canvas.h"

/* What to draw of, and on what. Borrows all of it. */
struct view {
    const struct legend *legend;
    const struct outcome *outcome; /* finished */
    const char *title;             /* instead of the figure's own heading; or NULL */
    enum picture picture;
    unsigned columns, rows; /* of a terminal */
    uint64_t banded;        /* strategies whose bands are asked for; 0: the figure chooses */
};

struct figure {
    const char *name;
    const char *about; /* one line for `jurisim plot --list` */
    /* In units, when it depends on the run; NULL: FIGURE_HEIGHT, or a terminal's rows. */
    unsigned (*height)(const struct view *view);
    /* Adds to `canvas`. ERR_INPUT when the run has nothing to draw; ERR_MEMORY. */
    int (*draw)(struct canvas *canvas, const struct view *view, struct why *why);
    bool bands; /* has bands to ask for (struct view) */
};

#define FIGURE_WIDTH  1000
#define FIGURE_HEIGHT 650

/* Figures, ended by a row without a name; the row of a name, or NULL. */
extern const struct figure figure_table[];
const struct figure *figure_find(const char *name);

/* The gnuplot script: the same run gives the same bytes. */
MUST_CHECK int figure_script(struct text *script, const struct figure *figure,
                             const struct view *view, struct why *why);

/* The picture, through gnuplot; an SVG carries its title and looks the same in every browser. */
MUST_CHECK int figure_draw(struct text *picture, const struct figure *figure,
                           const struct view *view, struct why *why);

/* ---- for the figures ---- */

MUST_CHECK int draw_front(struct canvas *canvas, const struct view *view, struct why *why);
MUST_CHECK int draw_latency(struct canvas *canvas, const struct view *view, struct why *why);
MUST_CHECK int draw_exposure(struct canvas *canvas, const struct view *view, struct why *why);
MUST_CHECK int draw_exceedance(struct canvas *canvas, const struct view *view, struct why *why);
MUST_CHECK int draw_survival(struct canvas *canvas, const struct view *view, struct why *why);

/* Grows with the strategies once they need more lines than there are. */
unsigned figure_height(const struct view *view);

/* Heading and two lines of notes at the top: the scenario's title, and how many replications with
 * what `note` adds. Moves the canvas's top edge below them. */
void figure_head(struct canvas *canvas, const struct view *view, const char *heading,
                 const char *note);

/* A note at the foot, on lines of its own; moves the bottom edge above it. */
void figure_foot(struct canvas *canvas, const char *note);

/* Two axes and what is written at them. */
struct axes {
    const struct axis *x, *y;
    const char *x_title, *y_title; /* both horizontal, as reading goes: y's stands above it */
    bool grid_x, grid_y;
    double above; /* room to leave between y's title and the area */
};

/* Draws the axes in what is left between the edges, with a dashed line above a strip for 0; an
 * upright axis without ticks leaves the left edge to the figure. The edges are those of the
 * plotting area afterwards. */
void figure_axes(struct canvas *canvas, const struct axes *axes);

/* "latency of an operation, p95" of a latency metric; of others what the table of metrics says. */
void figure_metric(enum metric_id metric, struct text *out);

/* The unit for latencies of up to `most_ms`, "ms" or "s", and how many ms it has. */
const char *figure_time_unit(double most_ms, double *ms);

/* "cn-police", or "anyone": whom the front's exposure is to. */
const char *figure_adversary(const struct legend *legend);

#endif
