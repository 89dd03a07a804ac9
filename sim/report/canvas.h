#ifndef REPORT_CANVAS_H
#define REPORT_CANVAS_H

/*
 * A figure in the making, as a gnuplot script: texts and lines anywhere, one plotting area with its
 * axes, series in it.
 *
 * Places and lengths are in units from the lower left corner: pixels of SVG and PNG, characters of
 * a terminal. Widths of text are known here (as far as a font can be known), so that figures can
 * put labels where they hide nothing. gnuplot draws: axes, grid, series, type.
 */
#include "report/gnuplot.h"

enum style { STYLE_HEADING, STYLE_TEXT, STYLE_NOTE };
enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };

struct axis;

/* Start from canvas_init; canvas_release frees it. */
struct canvas {
    enum picture picture;
    bool plain; /* characters: no fills, no colours, one size of type */
    double width, height;
    double left, right, bottom, top;  /* the edges of the plotting area, as places */
    struct text settings, data, plot; /* parts of the script */
    unsigned series;
    bool in_block; /* the last series may take more rows */
};

#define COLOUR_TEXT "#222222"
#define COLOUR_NOTE "#5f5f5f"
#define COLOUR_GRID "#e4e4e4"
#define COLOUR_AXIS "#8a8a8a"

/* Width and height in units; a terminal's in characters. */
void canvas_init(struct canvas *canvas, enum picture picture, double width, double height);
void canvas_release(struct canvas *canvas);

/* The whole script so far, ready to run. `canvas` is used up. */
MUST_CHECK int canvas_script(struct canvas *canvas, struct text *script, struct why *why);

/* The colour of a strategy, "#0072B2", and its kind of (filled) point in gnuplot's numbers: 32
 * pairs before one comes again. */
const char *canvas_colour(const struct canvas *canvas, size_t strategy);
uint32_t canvas_rgb(size_t strategy); /* the colour as 0xRRGGBB, for `lc rgb variable` */
unsigned canvas_point(size_t strategy);

/* gnuplot's point size for points of a diameter in units. */
double canvas_point_size(const struct canvas *canvas, double diameter);

/* ---- text ---- */

/* Distance between lines; height of what `s` takes, whose lines end in '\n', and its width. */
double canvas_line(const struct canvas *canvas, enum style style);
double canvas_text_height(const struct canvas *canvas, enum style style, const char *s);
double canvas_text_width(const struct canvas *canvas, enum style style, const char *s);

/* Draws `s` at x (as aligned), its block of lines centred on y. */
void canvas_text(struct canvas *canvas, double x, double y, enum align align, enum style style,
                 const char *s);

/* Adds `s` to `out`, each of its lines no wider than `room`: cut with an ellipsis if it must be. */
void canvas_fit(const struct canvas *canvas, enum style style, const char *s, double room,
                struct text *out);

/* Adds a word to a list in `out`: behind ", ", on a new line when the line would be wider than
 * `room`. */
void canvas_list(const struct canvas *canvas, enum style style, const char *word, double room,
                 struct text *out);

/* ---- lines and area ---- */

/* A thin straight line; `dash` as gnuplot's dashtype (1: solid). */
void canvas_rule(struct canvas *canvas, double x0, double y0, double x1, double y1,
                 const char *colour, double width, unsigned dash);

/* Sets the axes of the area, whose edges must be set, with lines of the grid at the ticks of either
 * when asked. An axis without ticks is not drawn. */
void canvas_axes(struct canvas *canvas, const struct axis *x, const struct axis *y, bool grid_x,
                 bool grid_y);

/* The place of a value on the area. */
double canvas_x(const struct canvas *canvas, const struct axis *axis, double value);
double canvas_y(const struct canvas *canvas, const struct axis *axis, double value);

/* ---- series ---- */

/* Begins a series drawn as `how` says ("with lines lw 2"); then its rows. A row of no values ends a
 * line: the next row begins another. */
void canvas_series(struct canvas *canvas, const char *how, ...) PRINTF_LIKE(2, 3);
void canvas_row(struct canvas *canvas, const double *value, size_t count);

#endif
