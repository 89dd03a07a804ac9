#include "report/figure.h"
#include <math.h>
#include <string.h>

const struct figure figure_table[] = {
    {"front", "latency against exposure, a point a strategy, and the Pareto front", NULL,
     draw_front, false},
    {"latency", "how latency is distributed under each strategy", figure_height, draw_latency,
     false},
    {"exposure", "accounts exposed over the years under each strategy", figure_height,
     draw_exposure, false},
    {"exceedance", "how likely it is that at least so many accounts are exposed", figure_height,
     draw_exceedance, true},
    {"survival", "how long it takes until an account is exposed under each strategy", figure_height,
     draw_survival, true},
    {NULL, NULL, NULL, NULL, false},
};

const struct figure *
figure_find(const char *name)
{
    for (const struct figure *f = figure_table; f->name != NULL; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

/* ---- what all have ---- */

enum { LINES = 12, LINE_HEIGHT = 40, TERMINAL_REST = 11 };

unsigned
figure_height(const struct view *view)
{
    const unsigned lines = view->legend->strategies;

    if (view->picture == PICTURE_TERMINAL)
        return view->rows > lines + TERMINAL_REST ? view->rows : lines + TERMINAL_REST;
    return lines <= LINES ? FIGURE_HEIGHT : FIGURE_HEIGHT + (lines - LINES) * LINE_HEIGHT;
}

const char *
figure_adversary(const struct legend *legend)
{
    return legend->front_to == NONE ? "anyone" : legend->name[LABEL_AUTHORITY][legend->front_to];
}

void
figure_metric(enum metric_id metric, struct text *out)
{
    const struct metric *m = &metric_table[metric];
    static const char latency[] = "latency.";

    if (strncmp(m->name, latency, sizeof latency - 1) == 0)
        text_addf(out, "latency of an operation, %s", m->name + sizeof latency - 1);
    else
        text_add(out, m->about);
}

const char *
figure_time_unit(double most_ms, double *ms)
{
    *ms = most_ms < 20000 ? 1 : 1000;
    return *ms > 1 ? "s" : "ms";
}

/* One line at the top; the edge moves below it. */
static void
head_line(struct canvas *canvas, enum style style, const char *s)
{
    const double margin = canvas->plain ? 1 : 20;
    const double line = canvas_line(canvas, style);
    struct text clean = {0}, fitting = {0};

    gnuplot_clean(&clean, s);
    canvas_fit(canvas, style, text_str(&clean), canvas->width - 2 * margin, &fitting);
    canvas_text(canvas, margin, canvas->top - line / 2, ALIGN_LEFT, style, text_str(&fitting));
    canvas->top -= line;
    canvas->settings.lost |= clean.lost || fitting.lost;
    text_release(&clean);
    text_release(&fitting);
}

void
figure_head(struct canvas *canvas, const struct view *view, const char *heading, const char *note)
{
    struct text runs = {0};

    canvas->top = canvas->height - (canvas->plain ? 0 : 12);
    head_line(canvas, STYLE_HEADING, view->title != NULL ? view->title : heading);
    canvas->top -= canvas->plain ? 0 : 3;
    if (view->legend->title[0] != '\0')
        head_line(canvas, STYLE_NOTE, view->legend->title);
    axis_number((double)view->outcome->legal, &runs);
    text_add(&runs, " legal and ");
    axis_number((double)view->outcome->traffic, &runs);
    text_addf(&runs, " traffic replications, seed %llu. %s", (unsigned long long)view->legend->seed,
              note);
    head_line(canvas, STYLE_NOTE, text_str(&runs));
    canvas->settings.lost |= runs.lost;
    text_release(&runs);
}

void
figure_foot(struct canvas *canvas, const char *note)
{
    const double margin = canvas->plain ? 1 : 20;
    const double height = canvas_text_height(canvas, STYLE_NOTE, note);
    struct text fitting = {0};

    if (canvas->bottom == 0)
        canvas->bottom = canvas->plain ? 0 : 10;
    canvas_fit(canvas, STYLE_NOTE, note, canvas->width - 2 * margin, &fitting);
    canvas_text(canvas, margin, canvas->bottom + height / 2, ALIGN_LEFT, STYLE_NOTE,
                text_str(&fitting));
    canvas->bottom += height;
    canvas->settings.lost |= fitting.lost;
    text_release(&fitting);
}

/* "Accounts exposed": titles are written in the middle of sentences elsewhere. */
static void
write_title(struct canvas *canvas, double x, double y, enum align align, const char *title)
{
    struct text line = {0};

    canvas_fit(canvas, STYLE_TEXT, title, canvas->width - (canvas->plain ? 2 : 40), &line);
    if (line.length > 0 && line.s[0] >= 'a' && line.s[0] <= 'z')
        line.s[0] = (char)(line.s[0] - 'a' + 'A');
    canvas_text(canvas, x, y, align, STYLE_TEXT, text_str(&line));
    canvas->settings.lost |= line.lost;
    text_release(&line);
}

void
figure_axes(struct canvas *canvas, const struct axes *a)
{
    const bool plain = canvas->plain;
    const double line = canvas_line(canvas, STYLE_TEXT), margin = plain ? 1 : 20;
    double widest = 0;

    for (unsigned i = 0; i < a->y->ticks; i++)
        widest = fmax(widest, canvas_text_width(canvas, STYLE_TEXT, a->y->tick[i].text));
    if (a->y->ticks > 0)
        canvas->left = margin + widest + (plain ? 2 : 20);
    canvas->top -= plain ? 0 : 12;
    if (a->y_title[0] != '\0') {
        write_title(canvas, margin, canvas->top - line / 2, ALIGN_LEFT, a->y_title);
        canvas->top -= line + (plain ? 0 : 8);
    }
    canvas->top -= a->above;
    canvas->bottom += plain ? 0 : canvas->bottom == 0 ? 16 : 6;
    if (a->x_title[0] != '\0') {
        write_title(canvas, canvas->right, canvas->bottom + line / 2, ALIGN_RIGHT, a->x_title);
        canvas->bottom += line;
    }
    canvas->bottom += plain ? 2 : line + 16; /* of a terminal: a row of ticks, one of words */
    canvas_axes(canvas, a->x, a->y, a->grid_x, a->grid_y);
    if (a->y->zero > 0) {
        const double at = canvas_y(canvas, a->y, sqrt(a->y->zero * a->y->floor));

        /* not in the colour of the axes: gnuplot 5.4's SVG takes dashes from the line before when
         * the colours are the same */
        canvas_rule(canvas, canvas->left, at, canvas->right, at, COLOUR_NOTE, 0.8, 2);
    }
}

/* ---- script and picture ---- */

int
figure_script(struct text *script, const struct figure *figure, const struct view *view,
              struct why *why)
{
    struct canvas canvas;
    const bool plain = view->picture == PICTURE_TERMINAL;
    const unsigned height = figure->height != NULL ? figure->height(view)
                            : plain                ? view->rows
                                                   : FIGURE_HEIGHT;

    canvas_init(&canvas, view->picture, plain ? view->columns : FIGURE_WIDTH, height);
    int rc = figure->draw(&canvas, view, why);

    if (rc == 0)
        rc = canvas_script(&canvas, script, why);
    canvas_release(&canvas);
    return rc == ERR_MEMORY && why != NULL && why->count == 0 ? why_no_memory(why) : rc;
}

static void
add_escaped(struct text *out, const char *s)
{
    struct text clean = {0};

    gnuplot_clean(&clean, s);
    for (const char *at = text_str(&clean); *at != '\0'; at++)
        if (*at == '<' || *at == '>' || *at == '&')
            text_add(out, *at == '<' ? "&lt;" : *at == '>' ? "&gt;" : "&amp;");
        else
            text_add_bytes(out, at, 1);
    out->lost |= clean.lost;
    text_release(&clean);
}

/* gnuplot 5.4 titles every SVG "Gnuplot", which browsers show, writes a bold face as part of the
 * family's name, and knows no second family for readers who lack the first. */
static void
finish_svg(struct text *out, const char *svg, const struct figure *figure, const struct view *view)
{
    static const char title[] = "<title>Gnuplot</title>", bold[] = "\"DejaVu Sans:Bold\"",
                      plain[] = "\"DejaVu Sans\"", family[] = "\"DejaVu Sans,Verdana,sans-serif\"";

    while (*svg != '\0') {
        const size_t other = strcspn(svg, "<\"");

        text_add_bytes(out, svg, other);
        svg += other;
        if (strncmp(svg, title, sizeof title - 1) == 0) {
            text_add(out, "<title>");
            add_escaped(out, view->title != NULL ? view->title : view->legend->title);
            text_addf(out, ": %s</title>", figure->about);
            svg += sizeof title - 1;
        } else if (strncmp(svg, bold, sizeof bold - 1) == 0) {
            text_addf(out, "%s font-weight=\"bold\"", family);
            svg += sizeof bold - 1;
        } else if (strncmp(svg, plain, sizeof plain - 1) == 0) {
            text_add(out, family);
            svg += sizeof plain - 1;
        } else if (*svg != '\0') {
            text_add_bytes(out, svg++, 1);
        }
    }
}

int
figure_draw(struct text *picture, const struct figure *figure, const struct view *view,
            struct why *why)
{
    struct text script = {0}, drawn = {0};
    int rc = figure_script(&script, figure, view, why);

    if (rc == 0)
        rc = gnuplot_run(&drawn, &script, why);
    if (rc == 0 && view->picture == PICTURE_SVG)
        finish_svg(picture, text_str(&drawn), figure, view);
    else if (rc == 0)
        text_add_bytes(picture, drawn.s, drawn.length);
    text_release(&script);
    text_release(&drawn);
    return rc == 0 && picture->lost ? why_no_memory(why) : rc;
}
