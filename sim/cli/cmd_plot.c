/* jurisim plot: a figure of a kept run, into a file or on the terminal. */
#include "base/mem.h"
#include "cli/simulate.h"
#include "report/figure_json.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char help[] =
    "usage: jurisim plot DB FIGURE -o FILE\n"
    "       jurisim plot DB FIGURE --terminal\n"
    "       jurisim plot DB FIGURE --json\n"
    "       jurisim plot --list\n\n"
    "Draws a figure of a finished run, read from its database, through gnuplot (Debian package\n"
    "gnuplot-nox).\n\n"
    "  -o, --output FILE   an SVG, PNG or PDF, as the name ends; replaced when it is there\n"
    "      --terminal      with characters, as wide and high as the terminal\n"
    "      --json          the figure's numbers as JSON on stdout; nothing is drawn\n"
    "      --title TEXT    instead of the figure's heading\n"
    "      --band A,B      exceedance, survival: the bands of these strategies\n"
    "      --list          which figures there are\n";

enum { OPT_TERMINAL = 256, OPT_TITLE, OPT_LIST, OPT_JSON, OPT_BAND };
static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},      {"help", no_argument, NULL, 'h'},
    {"terminal", no_argument, NULL, OPT_TERMINAL}, {"band", required_argument, NULL, OPT_BAND},
    {"title", required_argument, NULL, OPT_TITLE}, {"list", no_argument, NULL, OPT_LIST},
    {"json", no_argument, NULL, OPT_JSON},         {NULL, 0, NULL, 0},
};

struct asked {
    const char *db, *output, *title, *band;
    const struct figure *figure;
    bool terminal, list, json;
};

static int
print_list(void)
{
    struct text out = {0};

    for (const struct figure *f = figure_table; f->name != NULL; f++)
        text_addf(&out, "%-10s %s\n", f->name, f->about);
    const int code = out.lost ? EXIT_FAILED : cli_write(text_str(&out));

    text_release(&out);
    return code;
}

static int
unknown_figure(const char *name)
{
    const char *names[16];
    struct text list = {0};
    size_t n = 0;

    for (const struct figure *f = figure_table; f->name != NULL && n < COUNT(names); f++) {
        text_addf(&list, "%s%s", n > 0 ? ", " : "", f->name);
        names[n++] = f->name;
    }
    const char *near = text_nearest(name, names, n);
    const int code = cli_misuse("plot", "no figure is called '%s'%s%s%s (there are: %s)", name,
                                near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                                near != NULL ? "'?" : "", text_str(&list));

    text_release(&list);
    return code;
}

/* As large as the terminal, less a line for the prompt; 80 x 24 when there is none, or the size
 * is unknown. Less than the least, nothing could be read in it. */
static void
terminal_size(struct view *view)
{
    struct winsize size = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
        size = (struct winsize){.ws_col = 80, .ws_row = 25};
    view->columns = size.ws_col < 60 ? 60 : size.ws_col > 200 ? 200 : size.ws_col;
    view->rows = size.ws_row < 25 ? 24 : size.ws_row > 61 ? 60 : size.ws_row - 1u;
}

static int
deliver(const struct asked *a, const struct text *picture, struct why *why)
{
    if (a->terminal || a->json)
        return cli_write(text_str(picture));
    const int rc = picture_save(a->output, picture, why);

    return rc == 0 ? EXIT_DONE : cli_fail(rc, why);
}

/* A comma-separated list as a mask; NULL: 0. */
static int
strategies_of(const struct legend *legend, const char *list, uint64_t *mask, struct why *why)
{
    *mask = 0;
    while (list != NULL) {
        const size_t length = strcspn(list, ",");
        uint32_t s = 0;

        while (s < legend->strategies && (strncmp(legend->strategy[s], list, length) != 0 ||
                                          legend->strategy[s][length] != '\0'))
            s++;
        if (s == legend->strategies) {
            char name[64];

            snprintf(name, sizeof name, "%.*s", (int)length, list);
            const char *near = text_nearest(name, legend->strategy, legend->strategies);

            return why_add(why, ERR_INPUT, NULL, "jurisim: no strategy is called '%s'%s%s%s", name,
                           near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                           near != NULL ? "'?" : "");
        }
        *mask |= s < 64 ? UINT64_C(1) << s : 0;
        list = list[length] == ',' ? list + length + 1 : NULL;
    }
    return 0;
}

static int
plot(const struct asked *a)
{
    struct run run = {0};
    struct why why = {0};
    struct text picture = {0};
    struct view view = {
        .title = a->title,
        .picture = a->terminal || a->json ? PICTURE_TERMINAL : picture_of_path(a->output),
    };
    int rc = simulate_read(&run, a->db, &why);

    view.legend = &run.legend;
    view.outcome = &run.outcome;
    terminal_size(&view);
    if (rc == 0)
        rc = strategies_of(&run.legend, a->band, &view.banded, &why);
    if (rc == 0)
        rc = a->json ? figure_json(&picture, a->figure, &run.legend, &run.outcome, &why)
                     : figure_draw(&picture, a->figure, &view, &why);
    const int code = rc == 0 ? deliver(a, &picture, &why) : cli_fail(rc, &why);

    text_release(&picture);
    run_release(&run);
    why_release(&why);
    return code;
}

/* What was asked must be whole before a database is opened: no surprise files. */
static int
check(struct asked *a, int count, char **words)
{
    if (count != 2)
        return cli_misuse("plot", "needs a database and a figure, got %d argument%s", count,
                          count == 1 ? "" : "s");
    a->db = words[0];
    a->figure = figure_find(words[1]);
    if (a->figure == NULL)
        return unknown_figure(words[1]);
    if (a->band != NULL && !a->figure->bands)
        return cli_misuse("plot", "--band is for the figures exceedance and survival, not for %s",
                          a->figure->name);
    if (a->json && (a->output != NULL || a->terminal || a->title != NULL || a->band != NULL))
        return cli_misuse("plot", "--json draws nothing: it excludes -o, --terminal, --title and "
                                  "--band");
    if (a->json)
        return EXIT_DONE;
    if (a->output == NULL && !a->terminal)
        return cli_misuse("plot", "say where to: -o %s.svg (or .png, .pdf), or --terminal",
                          a->figure->name);
    if (a->output != NULL && a->terminal)
        return cli_misuse("plot", "-o and --terminal exclude each other");
    if (a->output != NULL && picture_of_path(a->output) == PICTURES)
        return cli_misuse("plot", "the name of a picture ends in .svg, .png or .pdf, got '%s'",
                          a->output);
    return EXIT_DONE;
}

int
cmd_plot(int argc, char **argv)
{
    struct asked a = {0};
    int o;

    while ((o = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        switch (o) {
        case 'o':
            a.output = optarg;
            break;
        case OPT_TERMINAL:
            a.terminal = true;
            break;
        case OPT_TITLE:
            a.title = optarg;
            break;
        case OPT_BAND:
            a.band = optarg;
            break;
        case OPT_LIST:
            a.list = true;
            break;
        case OPT_JSON:
            a.json = true;
            break;
        case 'h':
            return cli_write(help);
        default:
            return cli_bad_option("plot", argv);
        }
    }
    if (a.list)
        return print_list();
    const int code = check(&a, argc - optind, argv + optind);

    return code == EXIT_DONE ? plot(&a) : code;
}
