#include "report/canvas.h"
#include "base/mem.h"
#include "base/number.h"
#include "report/axis.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    double size, line; /* in units */
    const char *font, *colour;
} style_table[] = {
    [STYLE_HEADING] = {17, 24, "DejaVu Sans:Bold", COLOUR_TEXT},
    [STYLE_TEXT] = {14, 18, "DejaVu Sans", COLOUR_TEXT},
    [STYLE_NOTE] = {12, 16, "DejaVu Sans", COLOUR_NOTE},
};

/* Okabe and Ito's colours, told apart by colour-blind readers (Wong, "Points of view: Color
 * blindness", Nature Methods 8, 2011), but for their yellow, which is lost on white: grey. */
static const char *const palette[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                      "#E69F00", "#56B4E9", "#000000", "#999999"};

/* gnuplot's circle, square, triangle and diamond. */
static const unsigned points[] = {7, 5, 9, 13};

void
canvas_init(struct canvas *canvas, enum picture picture, double width, double height)
{
    *canvas = (struct canvas){
        .picture = picture,
        .plain = picture == PICTURE_TERMINAL,
        .width = width,
        .height = height,
        .right = width,
        .top = height,
    };
}

void
canvas_release(struct canvas *canvas)
{
    text_release(&canvas->settings);
    text_release(&canvas->data);
    text_release(&canvas->plot);
}

static void
end_block(struct canvas *canvas)
{
    if (canvas->in_block)
        text_add(&canvas->data, "END\n");
    canvas->in_block = false;
}

int
canvas_script(struct canvas *canvas, struct text *script, struct why *why)
{
    end_block(canvas);
    text_add(script, "set encoding utf8\n");
    gnuplot_terminal(script, canvas->picture, (unsigned)canvas->width, (unsigned)canvas->height);
    text_add(script, "set output\nunset key\nset border 0\nunset tics\n");
    text_add(script, text_str(&canvas->settings));
    text_add(script, text_str(&canvas->data));
    text_addf(script, "plot %s\n", canvas->series > 0 ? text_str(&canvas->plot) : "NaN");
    script->lost |= canvas->settings.lost || canvas->data.lost || canvas->plot.lost;
    return script->lost ? why_no_memory(why) : 0;
}

const char *
canvas_colour(const struct canvas *canvas, size_t strategy)
{
    return canvas->plain ? COLOUR_TEXT : palette[strategy % COUNT(palette)];
}

uint32_t
canvas_rgb(size_t strategy)
{
    return (uint32_t)strtoul(palette[strategy % COUNT(palette)] + 1, NULL, 16);
}

unsigned
canvas_point(size_t strategy)
{
    return points[strategy / COUNT(palette) % COUNT(points)];
}

double
canvas_point_size(const struct canvas *canvas, double diameter)
{
    /* what gnuplot 5.4 draws for size 1, with the type of picture_table: measured */
    return diameter / (canvas->picture == PICTURE_SVG ? 10.5 : 6.1);
}

/* ---- text ---- */

/* Advance widths of DejaVu Sans (its `hmtx` table) from ' ' to '~', in hundredths of its size. */
static const unsigned char advance[95] = {
    32, 40, 46, 84, 64, 95, 78, 27, 39,  39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79,
    60, 79, 69, 63, 61, 73, 68, 99, 69,  61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63,
    63, 28, 28, 58, 28, 97, 63, 61, 63,  63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
};

/* The bold face is about an eighth wider. */
#define BOLD 1.13

static bool
continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Characters that the font's table above lacks are taken as wide as an 'M': wider is safe. */
static double
char_width(const struct canvas *canvas, enum style style, char c)
{
    if (continues(c))
        return 0;
    if (canvas->plain)
        return 1;
    const double share = c >= ' ' && c <= '~' ? advance[c - ' '] / 100.0 : 0.86;

    return share * style_table[style].size * (style == STYLE_HEADING ? BOLD : 1);
}

double
canvas_line(const struct canvas *canvas, enum style style)
{
    return canvas->plain ? 1 : style_table[style].line;
}

double
canvas_text_height(const struct canvas *canvas, enum style style, const char *s)
{
    double lines = 1;

    for (; *s != '\0'; s++)
        lines += *s == '\n';
    return lines * canvas_line(canvas, style);
}

double
canvas_text_width(const struct canvas *canvas, enum style style, const char *s)
{
    double widest = 0, width = 0;

    for (; *s != '\0'; s++) {
        width = *s == '\n' ? 0 : width + char_width(canvas, style, *s);
        widest = fmax(widest, width);
    }
    return widest;
}

static void
text_line(struct canvas *canvas, double x, double y, enum align align, enum style style,
          const char *line)
{
    static const char *const word[] = {"left", "center", "right"};
    struct text *out = &canvas->settings;

    text_add(out, "set label ");
    gnuplot_string(out, line);
    text_addf(out, " at screen %.5f,%.5f %s front", x / canvas->width, y / canvas->height,
              word[align]);
    if (!canvas->plain) {
        /* cairo counts in points: 3/4 of a pixel */
        const double size = style_table[style].size * (canvas->picture == PICTURE_SVG ? 1 : 0.75);

        text_addf(out, " font '%s,%g' tc rgb '%s'", style_table[style].font, size,
                  style_table[style].colour);
    }
    text_add(out, "\n");
}

void
canvas_text(struct canvas *canvas, double x, double y, enum align align, enum style style,
            const char *s)
{
    const double step = canvas_line(canvas, style);
    struct text line = {0};

    y += (canvas_text_height(canvas, style, s) - step) / 2;
    for (; s != NULL; y -= step) {
        const char *end = strchr(s, '\n');

        text_clear(&line);
        text_add_bytes(&line, s, end != NULL ? (size_t)(end - s) : strlen(s));
        canvas->settings.lost |= line.lost;
        text_line(canvas, x, y, align, style, text_str(&line));
        s = end != NULL ? end + 1 : NULL;
    }
    text_release(&line);
}

/* One line of `length` bytes. */
static void
fit_line(const struct canvas *canvas, enum style style, const char *s, size_t length, double room,
         struct text *out)
{
    const double dots = canvas->plain ? 1 : style_table[style].size;
    double width = 0, whole = 0;

    for (size_t i = 0; i < length; i++)
        whole += char_width(canvas, style, s[i]);
    for (size_t i = 0; i < length; i++) {
        width += char_width(canvas, style, s[i]);
        if (whole > room && !continues(s[i]) && width + dots > room) {
            text_add(out, "…");
            return;
        }
        text_add_bytes(out, s + i, 1);
    }
}

void
canvas_fit(const struct canvas *canvas, enum style style, const char *s, double room,
           struct text *out)
{
    for (const char *end = strchr(s, '\n'); end != NULL; end = strchr(s, '\n')) {
        fit_line(canvas, style, s, (size_t)(end - s), room, out);
        text_add(out, "\n");
        s = end + 1;
    }
    fit_line(canvas, style, s, strlen(s), room, out);
}

void
canvas_list(const struct canvas *canvas, enum style style, const char *word, double room,
            struct text *out)
{
    const char *last = strrchr(text_str(out), '\n');
    const double before = canvas_text_width(canvas, style, last != NULL ? last + 1 : text_str(out));

    if (out->length > 0) {
        const bool fits = before + canvas_text_width(canvas, style, ", ") +
                              canvas_text_width(canvas, style, word) <=
                          room;

        text_add(out, fits ? ", " : ",\n");
    }
    canvas_fit(canvas, style, word, room, out);
}

/* ---- lines and area ---- */

void
canvas_rule(struct canvas *canvas, double x0, double y0, double x1, double y1, const char *colour,
            double width, unsigned dash)
{
    text_addf(&canvas->settings,
              "set arrow from screen %.5f,%.5f to screen %.5f,%.5f nohead back lw %g dt %u "
              "lc rgb '%s'\n",
              x0 / canvas->width, y0 / canvas->height, x1 / canvas->width, y1 / canvas->height,
              width, dash, colour);
}

static void
one_axis(struct canvas *canvas, char name, const struct axis *axis)
{
    struct text *out = &canvas->settings;
    char low[32], high[32];

    number_write(axis->low, low);
    number_write(axis->high, high);
    if (axis->log)
        text_addf(out, "set logscale %c\n", name);
    text_addf(out, "set %crange [%s:%s]\n", name, low, high);
    if (axis->ticks == 0)
        return;
    text_addf(out, "set %ctics nomirror out scale %s tc rgb '%s' (", name,
              canvas->plain ? "1" : "0.5", COLOUR_TEXT);
    for (unsigned i = 0; i < axis->ticks; i++) {
        number_write(axis->tick[i].at, low);
        text_add(out, i > 0 ? ", " : "");
        gnuplot_string(out, axis->tick[i].text);
        text_addf(out, " %s", low);
    }
    text_add(out, ")\n");
}

void
canvas_axes(struct canvas *canvas, const struct axis *x, const struct axis *y, bool grid_x,
            bool grid_y)
{
    struct text *out = &canvas->settings;
    const unsigned border = (x->ticks > 0 ? 1u : 0u) | (y->ticks > 0 ? 2u : 0u);

    text_addf(out,
              "set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
              "set bmargin at screen %.5f\nset tmargin at screen %.5f\n",
              canvas->left / canvas->width, canvas->right / canvas->width,
              canvas->bottom / canvas->height, canvas->top / canvas->height);
    text_addf(out, "set border %u back lc rgb '%s'\n", border, COLOUR_AXIS);
    one_axis(canvas, 'x', x);
    one_axis(canvas, 'y', y);
    /* a grid of characters would hide what it serves */
    if ((grid_x || grid_y) && !canvas->plain)
        text_addf(out, "set grid %s %s back lt 1 lw 0.8 lc rgb '%s'\n",
                  grid_x ? "xtics" : "noxtics", grid_y ? "ytics" : "noytics", COLOUR_GRID);
}

double
canvas_x(const struct canvas *canvas, const struct axis *axis, double value)
{
    return canvas->left + axis_position(axis, value) * (canvas->right - canvas->left);
}

double
canvas_y(const struct canvas *canvas, const struct axis *axis, double value)
{
    return canvas->bottom + axis_position(axis, value) * (canvas->top - canvas->bottom);
}

/* ---- series ---- */

void
canvas_series(struct canvas *canvas, const char *how, ...)
{
    va_list args;

    end_block(canvas);
    text_addf(&canvas->data, "$d%u << END\n", canvas->series);
    text_addf(&canvas->plot, "%s$d%u ", canvas->series > 0 ? ", \\\n     " : "", canvas->series);
    va_start(args, how);
    text_vaddf(&canvas->plot, how, args);
    va_end(args);
    canvas->series++;
    canvas->in_block = true;
}

void
canvas_row(struct canvas *canvas, const double *value, size_t count)
{
    char number[32];

    for (size_t i = 0; i < count; i++) {
        number_write(value[i], number);
        text_addf(&canvas->data, "%s%s", i > 0 ? " " : "", isfinite(value[i]) ? number : "NaN");
    }
    text_add(&canvas->data, "\n");
}
