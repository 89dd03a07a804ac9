/* Figures: axes, places of labels, scripts, and gnuplot itself. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/units.h"
#include "report/axis.h"
#include "report/compare.h"
#include "report/figure.h"
#include "report/figure_json.h"
#include "report/placing.h"
#include "report_run.h"
#include "stats/stream.h"

/* ---- axes ---- */

static void
test_numbers_on_axes_are_grouped_and_never_in_exponents(void **state)
{
    static const struct {
        double value;
        const char *says;
    } t[] = {
        {0, "0"},           {0.5, "0.5"},         {12.34, "12.3"},      {99.96, "100"},
        {999.7, "1,000"},   {1234.5, "1,234"},    {329639, "329,639"},  {1e6, "1 M"},
        {2.56e9, "2.56 G"}, {-1234, "-1,234"},    {0.00012, "0.00012"}, {0.0000283, "2.83×10⁻⁵"},
        {1e-12, "10⁻¹²"},   {2e-105, "2×10⁻¹⁰⁵"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct text out = {0};

        axis_number(t[i].value, &out);
        assert_string_equal(out.s, t[i].says);
        text_release(&out);
    }
}

static void
check_ticks(const struct axis *axis, unsigned least, unsigned most)
{
    if (axis->ticks < least || axis->ticks > most)
        fail_msg("%u ticks on %g..%g, wanted %u to %u", axis->ticks, axis->low, axis->high, least,
                 most);
    for (unsigned i = 0; i < axis->ticks; i++) {
        assert_true(axis->tick[i].at >= axis->low * (1 - 1e-9) - 1e-12);
        assert_true(axis->tick[i].at <= axis->high * (1 + 1e-9));
        assert_true(i == 0 || axis->tick[i].at > axis->tick[i - 1].at);
    }
}

static void
test_every_axis_has_a_few_ticks_inside_it(void **state)
{
    struct stream s;
    struct axis axis;

    (void)state;
    stream_open(&s, 1, 0, PURPOSE_TEST, 0, 0);
    for (int i = 0; i < 2000; i++) {
        const double low = pow(10, 20 * stream_uniform(&s) - 10);

        axis_linear(&axis, low, low * (1.01 + 10 * stream_uniform(&s)), 8);
        check_ticks(&axis, 3, 9);
        axis_linear(&axis, 0, low, 6);
        check_ticks(&axis, 3, 7);
        axis_log(&axis, low, low * pow(10, 0.02 + 12 * stream_uniform(&s)), i % 2 == 0, 8);
        check_ticks(&axis, 3, 10);
    }
}

static void
test_zero_has_a_place_of_its_own_below_a_logarithm(void **state)
{
    struct axis axis;
    double last = -1;
    static const double value[] = {0, 1e-9, 0.01, 0.02, 1, 99, 100};

    (void)state;
    axis_log(&axis, 0.01, 100, true, 8);
    assert_string_equal(axis.tick[0].text, "0");
    assert_true(axis_position(&axis, 0) > 0);
    assert_true(axis_position(&axis, 1e-9) == axis_position(&axis, 0.01));
    assert_true(axis_position(&axis, 1e-9) - axis_position(&axis, 0) > 0.05);
    assert_true(axis_position(&axis, 1000) == 1);
    for (size_t i = 0; i < COUNT(value); i++) {
        const double at = axis_position(&axis, value[i]);

        assert_true(i == 2 ? at == last : at > last);
        last = at;
    }
}

static void
test_years_begin_where_the_calendar_says(void **state)
{
    static const struct {
        int year, month, day;
        double days;
        unsigned ticks;
        const char *first, *last;
        double first_day, last_day;
    } t[] = {
        /* 2016 and 2020 are leap years */
        {2013, 1, 1, 2922, 9, "2013", "2021", 0, 2922},
        {2012, 7, 1, 730, 9, "2012-07", "2014-07", 0, 730},
        {2015, 12, 2, 400, 9, "2016-01", "2017-01", 30, 396},
        {1990, 1, 1, 14610, 8, "1990", "2030", 0, 14610},
        {2020, 2, 27, 4, 4, "2020-02-27", "2020-03-02", 0, 4},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct axis axis;

        axis_days(&axis, date_of(t[i].year, t[i].month, t[i].day), t[i].days, t[i].ticks);
        assert_string_equal(axis.tick[0].text, t[i].first);
        assert_string_equal(axis.tick[axis.ticks - 1].text, t[i].last);
        assert_true(axis.tick[0].at == t[i].first_day);
        assert_true(axis.tick[axis.ticks - 1].at == t[i].last_day);
    }
}

/* ---- places of labels ---- */

static bool
meet(const struct box *a, const struct box *b)
{
    return a->left < b->right && b->left < a->right && a->bottom < b->top && b->bottom < a->top;
}

static struct box
label_box(const struct placing *p)
{
    return (struct box){p->centre_x - p->width / 2, p->centre_y - p->height / 2,
                        p->centre_x + p->width / 2, p->centre_y + p->height / 2};
}

/* Twelve points at random: whatever does not say that it hides something hides nothing. */
static void
test_labels_that_found_room_hide_no_point_and_no_label(void **state)
{
    enum { POINTS = 12 };
    const struct box inside = {60, 60, 970, 540};
    unsigned hiding = 0;

    (void)state;
    for (uint64_t trial = 0; trial < 60; trial++) {
        struct placing label[POINTS] = {0};
        struct obstacle point[POINTS];
        struct stream s;

        stream_open(&s, 2, trial, PURPOSE_TEST, 0, 0);
        for (int i = 0; i < POINTS; i++) {
            label[i].x = 60 + 910 * stream_uniform(&s);
            label[i].y = 60 + 480 * stream_uniform(&s);
            label[i].width = 60 + 120 * stream_uniform(&s);
            label[i].height = 18;
            point[i] = (struct obstacle){
                {label[i].x - 7, label[i].y - 7, label[i].x + 7, label[i].y + 7}, COST_POINT};
        }
        placing_solve(label, POINTS, point, POINTS, &inside, 11);
        for (int i = 0; i < POINTS; i++) {
            const struct box own = label_box(&label[i]);

            hiding += label[i].hides;
            for (int k = 0; k < POINTS && !label[i].hides; k++) {
                const struct box other = label_box(&label[k]);

                assert_false(meet(&own, &point[k].box));
                assert_false(k != i && meet(&own, &other));
            }
        }
    }
    assert_true(hiding * 50 <= 60 * POINTS); /* and nearly all find room */
}

enum { LINES = 6 };

/* In order, without overlap, within bounds; by how much in all, squared, from what was wanted. */
static double
check_spread(const double *middle, const double *wanted, const double *height, double high)
{
    double distance = 0;

    for (int i = 0; i < LINES; i++) {
        assert_true(middle[i] - height[i] / 2 > -1e-6);
        assert_true(middle[i] + height[i] / 2 < high + 1e-6);
        assert_true(i == 0 || middle[i] - middle[i - 1] > (height[i] + height[i - 1]) / 2 - 1e-6);
        distance += (middle[i] - wanted[i]) * (middle[i] - wanted[i]);
    }
    return distance;
}

/* Tries to come nearer by moving neighbours together, which would show a worse solution. */
static void
test_labels_of_lines_move_as_little_as_they_can(void **state)
{
    (void)state;
    for (uint64_t trial = 0; trial < 200; trial++) {
        double wanted[LINES], middle[LINES], height[LINES];
        struct stream s;

        stream_open(&s, 3, trial, PURPOSE_TEST, 0, 0);
        for (int i = 0; i < LINES; i++) {
            wanted[i] = (i > 0 ? wanted[i - 1] : 0) + 40 * stream_uniform(&s);
            height[i] = 18 * (1 + (double)stream_below(&s, 3));
        }
        placing_spread(wanted, height, LINES, 0, 400, middle);
        const double distance = check_spread(middle, wanted, height, 400);

        for (int a = 0; a < LINES; a++)
            for (int b = a; b < LINES; b++)
                for (int way = -1; way <= 1; way += 2) {
                    const double room_below =
                        a > 0 ? middle[a] - middle[a - 1] - (height[a] + height[a - 1]) / 2
                              : middle[a] - height[a] / 2;
                    const double room_above =
                        b + 1 < LINES ? middle[b + 1] - middle[b] - (height[b] + height[b + 1]) / 2
                                      : 400 - middle[b] - height[b] / 2;
                    double moved = 0;

                    if ((way < 0 ? room_below : room_above) < 0.01)
                        continue;
                    for (int i = 0; i < LINES; i++) {
                        const double at = middle[i] + (i >= a && i <= b ? 0.01 * way : 0);

                        moved += (at - wanted[i]) * (at - wanted[i]);
                    }
                    assert_true(moved > distance - 1e-9);
                }
    }
}

static void
test_labels_that_cannot_fit_overlap_evenly_within_bounds(void **state)
{
    const double wanted[] = {0, 1, 2, 3}, height[] = {20, 20, 20, 20};
    double middle[4];

    (void)state;
    placing_spread(wanted, height, 4, 10, 50, middle);
    for (int i = 0; i < 4; i++)
        assert_true(fabs(middle[i] - (15 + 10 * i)) < 1e-9);
}

/* ---- scripts ---- */

static struct view
view_of(const struct made_run *run, enum picture picture)
{
    return (struct view){.legend = &run->legend,
                         .outcome = &run->outcome,
                         .picture = picture,
                         .columns = 100,
                         .rows = 40};
}

static void
script_of(struct text *out, const char *figure, const struct view *view)
{
    struct why why = {0};
    const int rc = figure_script(out, figure_find(figure), view, &why);

    if (rc != 0)
        fail_msg("%s: %s", figure, why.count > 0 ? why.fault[0].text : err_name((enum err)rc));
}

static void
test_every_figure_names_every_strategy_on_every_kind_of_picture(void **state)
{
    struct made_run run = run_usual();

    (void)state;
    run_make(&run);
    for (const struct figure *f = figure_table; f->name != NULL; f++)
        for (unsigned picture = 0; picture < PICTURES; picture++) {
            const struct view view = view_of(&run, (enum picture)picture);
            struct text script = {0};

            script_of(&script, f->name, &view);
            for (size_t s = 0; s < RUN_STRATEGIES; s++)
                if (strstr(script.s, run_strategy[s]) == NULL)
                    fail_msg("%s on picture %u lacks %s", f->name, picture, run_strategy[s]);
            assert_non_null(strstr(script.s, "mainland"));
            text_release(&script);
        }
    run_end(&run);
}

static unsigned
count_of(const char *text, const char *word)
{
    unsigned n = 0;

    while ((text = strstr(text, word)) != NULL) {
        n++;
        text += strlen(word);
    }
    return n;
}

static void
test_strategies_that_coincide_share_one_label(void **state)
{
    struct made_run run = run_usual();
    struct text script = {0};

    (void)state;
    run_make(&run);
    const struct view view = view_of(&run, PICTURE_SVG);

    script_of(&script, "front", &view);
    assert_non_null(strstr(script.s, "set label 'us-data-us-keys, no-presence' "));
    assert_non_null(strstr(script.s, "set label 'opt-out, cn-data-cn-keys' "));
    assert_non_null(strstr(script.s, "set label 'end-to-end' "));
    text_clear(&script);
    script_of(&script, "exposure", &view);
    assert_non_null(strstr(script.s, "set label 'opt-out: 129 to 130' "));
    assert_non_null(strstr(script.s, "set label 'as-it-happened: 20' "));
    text_release(&script);
    run_end(&run);
}

/* A white disc makes a dominated point hollow. */
static void
test_the_front_of_the_figure_is_that_of_the_table(void **state)
{
    struct made_run run = run_usual();
    struct text script = {0};
    bool front[RUN_STRATEGIES];
    unsigned dominated = 0;

    (void)state;
    run_make(&run);
    assert_int_equal(comparison_front(&run.legend, &run.outcome, front), 0);
    for (size_t s = 0; s < RUN_STRATEGIES; s++)
        dominated += !front[s];
    const struct view view = view_of(&run, PICTURE_PNG);

    script_of(&script, "front", &view);
    assert_int_equal(dominated, 4);
    assert_int_equal(count_of(script.s, "lc rgb '#ffffff'"), dominated);
    text_release(&script);
    run_end(&run);
}

static void
test_what_was_never_seen_stands_at_zero_with_its_bound(void **state)
{
    struct made_run run = run_usual();
    struct text script = {0}, bound = {0};

    (void)state;
    run_make(&run);
    const struct view view = view_of(&run, PICTURE_SVG);
    const struct label to = label_with(label_total, LABEL_AUTHORITY, 0);
    const struct estimate e = outcome_estimate(&run.outcome, 0, METRIC_CONTENT_ACCOUNTS, to);

    assert_true(e.mean == 0 && e.high > 0);
    text_add(&bound, "0, at most ");
    axis_number(e.high, &bound);
    script_of(&script, "exposure", &view);
    assert_non_null(strstr(script.s, bound.s));
    text_clear(&script);
    script_of(&script, "front", &view);
    assert_non_null(strstr(script.s, "At 0: never seen"));
    text_release(&script);
    text_release(&bound);
    run_end(&run);
}

static struct text
numbers_of(const struct made_run *run, const char *figure)
{
    struct text out = {0};
    struct why why = {0};

    assert_int_equal(figure_json(&out, figure_find(figure), &run->legend, &run->outcome, &why), 0);
    return out;
}

/* The number behind `name` in the first point of a strategy whose `x` is this. */
static double
number_at(const struct text *json, const char *strategy, const char *x, double value,
          const char *name)
{
    struct text key = {0};

    text_addf(&key, "\"name\":\"%s\"", strategy);
    const char *at = strstr(text_str(json), text_str(&key));

    assert_non_null(at);
    text_clear(&key);
    text_addf(&key, "{\"%s\":", x);
    while ((at = strstr(at, text_str(&key))) != NULL) {
        at += key.length;
        if (fabs(strtod(at, NULL) - value) < 1e-9)
            break;
    }
    if (at == NULL)
        fail_msg("%s has no point at %g", strategy, value);
    text_clear(&key);
    text_addf(&key, "\"%s\":", name);
    const double number = strtod(strstr(at, text_str(&key)) + key.length, NULL);

    text_release(&key);
    return number;
}

static void
test_the_curve_of_losses_counts_replications(void **state)
{
    struct made_run run = run_usual();
    const struct label of =
        label_with(label_with(label_total, LABEL_AUTHORITY, 0), LABEL_COHORT, 0);
    unsigned points = 0;

    (void)state;
    run_make(&run);
    struct text json = numbers_of(&run, "exceedance");

    for (uint32_t s = 0; s < RUN_STRATEGIES; s++) {
        const struct series *series = outcome_find(&run.outcome, s, METRIC_CONTENT_ACCOUNTS, of);

        for (size_t i = 0; series != NULL && i < series->count; i++) {
            const double x = series->value[i];
            size_t reach = 0;

            for (size_t k = 0; k < series->count; k++)
                reach += series->value[k] >= x;
            assert_true(fabs(number_at(&json, run_strategy[s], "accounts", x, "mean") -
                             (double)reach / RUN_LEGAL) < 1e-12);
            points++;
        }
    }
    assert_true(points > RUN_LEGAL);
    text_release(&json);
    run_end(&run);
}

static void
test_losses_never_seen_stand_in_the_key_with_their_bound(void **state)
{
    struct made_run run = run_usual();
    struct text script = {0};

    (void)state;
    run_make(&run);
    const struct view view = view_of(&run, PICTURE_SVG);

    script_of(&script, "exceedance", &view);
    /* 1 - 0.025^(1/40) = 8.81 %: by hand; lines of a label are labels of their own */
    assert_non_null(strstr(script.s, "any 0, at most 8.81 %' "));
    assert_int_equal(count_of(script.s, "at most 8.81 %"), 1); /* the four share it */
    text_release(&script);
    run_end(&run);
}

/* Exposed on days 10, 20 of the first two of four runs: 3/4 and 1/2 are not, by hand. */
static void
test_survival_falls_with_each_first_exposure(void **state)
{
    struct made_run run = run_usual();
    const struct label of =
        label_with(label_with(label_total, LABEL_AUTHORITY, 0), LABEL_COHORT, 0);
    struct outcome four;

    (void)state;
    run_make(&run);
    assert_int_equal(outcome_init(&four, &run.legend), 0);
    for (uint64_t i = 0; i < 4; i++) {
        struct recording r = {.plane = PLANE_LEGAL, .replication = i};

        assert_int_equal(record_value(&r, 2, METRIC_REACH_UNILATERAL, label_total, 1), 0);
        assert_int_equal(record_value(&r, 2, METRIC_CONTENT_FIRST, of,
                                      i < 2 ? 10.0 * (double)(i + 1) : (double)NAN),
                         0);
        assert_int_equal(outcome_add(&four, &r), 0);
        recording_release(&r);
    }
    assert_int_equal(outcome_finish(&four), 0);
    struct made_run small = run;

    small.outcome = four;
    struct text json = numbers_of(&small, "survival"), script = {0};

    assert_true(number_at(&json, run_strategy[2], "day", 10, "mean") == 0.75);
    assert_true(number_at(&json, run_strategy[2], "day", 20, "mean") == 0.5);
    const struct view view = view_of(&small, PICTURE_SVG);

    script_of(&script, "survival", &view);
    assert_non_null(strstr(script.s, "set label 'cn-data-cn-keys: 50 %' "));
    assert_non_null(
        strstr(script.s, "Runs in which cn-police has exposed no account yet (mainland), %"));
    text_release(&script);
    text_release(&json);
    outcome_release(&four);
    run_end(&run);
}

static void
test_exposures_far_apart_are_shown_by_factors_and_near_ones_from_zero(void **state)
{
    struct made_run far = run_usual(), near = run_usual();
    struct text script = {0};

    (void)state;
    far.accounts[3] = 0.01;
    near.accounts[3] = 100;
    run_make(&far);
    run_make(&near);
    for (int i = 0; i < 2; i++) {
        const struct view a = view_of(&far, PICTURE_SVG), b = view_of(&near, PICTURE_SVG);

        text_clear(&script);
        script_of(&script, i == 0 ? "front" : "exposure", &a);
        assert_non_null(strstr(script.s, "set logscale y"));
        text_clear(&script);
        script_of(&script, i == 0 ? "front" : "exposure", &b);
        assert_null(strstr(script.s, "set logscale y"));
    }
    text_release(&script);
    run_end(&far);
    run_end(&near);
}

static void
test_dated_changes_stand_in_the_figure_with_whose_they_are(void **state)
{
    struct made_run run = run_usual();
    struct text script = {0};

    (void)state;
    run.change[2] = (struct legend_change){3000, NONE, "after the end"};
    run.changes = 3;
    run_make(&run);
    const struct view view = view_of(&run, PICTURE_SVG);

    script_of(&script, "exposure", &view);
    assert_non_null(
        strstr(script.s, "'a  2014-08-08  as-it-happened: data of mainland users moves'"));
    assert_non_null(strstr(script.s, "'b  2018-03-23  world: CLOUD Act'"));
    assert_null(strstr(script.s, "after the end"));
    text_release(&script);
    run_end(&run);
}

static void
test_a_run_that_saw_nothing_is_an_error_and_not_an_empty_figure(void **state)
{
    static const char *const name[] = {"front", "latency"};
    struct made_run run = run_usual();

    (void)state;
    memset(run.ms, 0, sizeof run.ms);
    run_make(&run);
    for (size_t i = 0; i < COUNT(name); i++) {
        const struct view view = view_of(&run, PICTURE_SVG);
        struct text script = {0};
        struct why why = {0};

        assert_int_equal(figure_script(&script, figure_find(name[i]), &view, &why), ERR_INPUT);
        assert_int_equal(why.count, 1);
        text_release(&script);
        why_release(&why);
    }
    run_end(&run);
}

/* ---- strings ---- */

static void
test_odd_characters_cannot_leave_a_string(void **state)
{
    static const struct {
        const char *from, *to;
    } t[] = {
        {"plain", "'plain'"},
        {"", "''"},
        {"it's", "'it''s'"},
        {"'; system('x')", "'''; system(''x'')'"},
        {"`id` \"q\" \\n {x}_y @z", "'`id` \"q\" \\n {x}_y @z'"},
        {"two\nlines\tand\x7f", "'two lines and '"},
        {"é 中 \xf0\x9f\x98\x80", "'é 中 \xf0\x9f\x98\x80'"},
        {"bad \xff\xfe, cut \xc3", "'bad \xef\xbf\xbd\xef\xbf\xbd, cut \xef\xbf\xbd'"},
        {"overlong \xc0\xaf", "'overlong \xef\xbf\xbd\xef\xbf\xbd'"},
        {"surrogate \xed\xa0\x80", "'surrogate \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd'"},
        {"control \xc2\x85, none \xef\xbf\xbf", "'control  , none \xef\xbf\xbd'"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct text out = {0};

        gnuplot_string(&out, t[i].from);
        assert_string_equal(out.s, t[i].to);
        text_release(&out);
    }
}

static void
test_the_extension_says_what_to_draw(void **state)
{
    static const struct {
        const char *path;
        enum picture kind;
    } t[] = {
        {"a.svg", PICTURE_SVG}, {"b/c.PNG", PICTURE_PNG},     {"x.y.pdf", PICTURE_PDF},
        {"svg", PICTURES},      {".svg", PICTURES},           {"a.svg.gz", PICTURES},
        {"", PICTURES},         {"a.svg/terminal", PICTURES},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++)
        assert_int_equal(picture_of_path(t[i].path), t[i].kind);
}

/* ---- gnuplot itself ---- */

static void
test_every_picture_is_what_its_name_says(void **state)
{
    static const char *const begins[PICTURES] = {"<?xml", "\x89PNG\r\n\x1a\n", "%PDF-1.", ""};
    struct made_run run = run_usual();

    (void)state;
    run_make(&run);
    for (const struct figure *f = figure_table; f->name != NULL; f++)
        for (unsigned picture = 0; picture < PICTURES; picture++) {
            const struct view view = view_of(&run, (enum picture)picture);
            struct text out = {0};
            struct why why = {0};
            const int rc = figure_draw(&out, f, &view, &why);

            if (rc != 0)
                fail_msg("%s: %s", f->name, why.count > 0 ? why.fault[0].text : "no message");
            assert_true(out.length > 1000);
            assert_memory_equal(out.s, begins[picture], strlen(begins[picture]));
            text_release(&out);
        }
    run_end(&run);
}

static void
test_the_same_run_gives_the_same_svg_bytes(void **state)
{
    struct made_run run = run_usual(), again = run_usual();

    (void)state;
    run_make(&run);
    run_make(&again);
    for (const struct figure *f = figure_table; f->name != NULL; f++) {
        const struct view a = view_of(&run, PICTURE_SVG), b = view_of(&again, PICTURE_SVG);
        struct text first = {0}, second = {0};
        struct why why = {0};

        assert_int_equal(figure_draw(&first, f, &a, &why), 0);
        assert_int_equal(figure_draw(&second, f, &b, &why), 0);
        assert_string_equal(first.s, second.s);
        text_release(&first);
        text_release(&second);
    }
    run_end(&run);
    run_end(&again);
}

/* A title with all that is special to gnuplot, a shell or XML arrives as it is written. */
static void
test_a_hostile_title_is_only_text(void **state)
{
    struct made_run run = run_usual();
    struct text out = {0};
    struct why why = {0};
    char trap[64];
    char title[160];

    (void)state;
    snprintf(trap, sizeof trap, "/tmp/test_figure.%ld", (long)getpid());
    snprintf(title, sizeof title, "a'b `touch %s` <i>&amp; \\n %%d {x}_y \"q\"\x01\xff", trap);
    run_make(&run);
    struct view view = view_of(&run, PICTURE_SVG);

    view.title = title;
    assert_int_equal(figure_draw(&out, figure_find("front"), &view, &why), 0);
    assert_int_not_equal(access(trap, F_OK), 0);
    snprintf(title, sizeof title,
             ">a'b `touch %s` &lt;i>&amp;amp; \\n %%d {x}_y \"q\" \xef\xbf\xbd<", trap);
    assert_int_equal(count_of(out.s, title), 1); /* the heading */
    snprintf(title, sizeof title, "<title>a'b `touch %s` &lt;i&gt;&amp;amp; \\n ", trap);
    assert_int_equal(count_of(out.s, title), 1); /* the document's title */
    assert_null(strchr(out.s, '\x01'));
    text_release(&out);
    run_end(&run);
}

static void
run_script(const char *text, const char *says)
{
    struct text script = {0}, out = {0};
    struct why why = {0};

    text_add(&script, text);
    assert_int_equal(gnuplot_run(&out, &script, &why), ERR_IO);
    assert_int_equal(why.count, 1);
    if (strstr(why.fault[0].text, says) == NULL)
        fail_msg("'%s' does not say '%s'", why.fault[0].text, says);
    text_release(&script);
    text_release(&out);
    why_release(&why);
}

static void
test_what_gnuplot_complains_of_is_told(void **state)
{
    (void)state;
    run_script("set terminal svg\nplot nosuch(x)\n", "gnuplot failed: line 0: undefined function");
    run_script("set terminal svg\n", "gnuplot drew nothing");
    run_script("", "gnuplot drew nothing");
    run_script("exit status 3\n", "gnuplot failed: it does not say why");
}

/* More than any pipe holds, to a program that stops reading at once and to one that reads all. */
static void
test_a_long_script_neither_hangs_nor_kills(void **state)
{
    struct text script = {0}, out = {0};
    struct why why = {0};

    (void)state;
    text_add(&script, "exit status 3\n");
    for (int i = 0; i < 60000; i++)
        text_add(&script, "# a line that nobody reads, and that is here to fill the pipe\n");
    assert_int_equal(gnuplot_run(&out, &script, &why), ERR_IO);
    why_release(&why);
    memcpy(script.s, "#xit", 4);
    text_add(&script, "set terminal svg\nset output\nplot x\n");
    assert_int_equal(gnuplot_run(&out, &script, &why), 0);
    assert_non_null(strstr(out.s, "</svg>"));
    text_release(&script);
    text_release(&out);
}

static void
test_without_gnuplot_the_message_names_the_package(void **state)
{
    char *path = strdup(getenv("PATH"));

    (void)state;
    assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
    run_script("plot x\n", "Debian package gnuplot-nox");
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
}

/* ---- files ---- */

static unsigned
files_in(const char *folder)
{
    DIR *dir = opendir(folder);
    unsigned n = 0;

    assert_non_null(dir);
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir))
        n += d->d_name[0] != '.';
    closedir(dir);
    return n;
}

static void
test_a_picture_is_written_whole_or_not_at_all(void **state)
{
    char folder[] = "/tmp/test_figure.XXXXXX", path[64], missing[64];
    struct text picture = {0}, read = {0};
    struct why why = {0};

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.png", folder);
    snprintf(missing, sizeof missing, "%s/no/a.png", folder);
    text_add_bytes(&picture, "one\0two", 7);
    assert_int_equal(picture_save(path, &picture, &why), 0);
    text_add(&picture, " three");
    assert_int_equal(picture_save(path, &picture, &why), 0); /* what was there is replaced */
    assert_int_equal(text_read_file(&read, path, &why), 0);
    assert_int_equal(read.length, 13);
    assert_memory_equal(read.s, "one\0two three", 13);
    assert_int_equal(picture_save(missing, &picture, &why), ERR_IO);
    assert_non_null(strstr(why.fault[0].text, "no/a.png: cannot write: No such file"));
    assert_int_equal(picture_save(folder, &picture, &why), ERR_IO); /* a folder stands there */
    assert_int_equal(files_in(folder), 1);
    text_release(&picture);
    text_release(&read);
    why_release(&why);
    unlink(path);
    rmdir(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_on_axes_are_grouped_and_never_in_exponents),
        cmocka_unit_test(test_every_axis_has_a_few_ticks_inside_it),
        cmocka_unit_test(test_zero_has_a_place_of_its_own_below_a_logarithm),
        cmocka_unit_test(test_years_begin_where_the_calendar_says),
        cmocka_unit_test(test_labels_that_found_room_hide_no_point_and_no_label),
        cmocka_unit_test(test_labels_of_lines_move_as_little_as_they_can),
        cmocka_unit_test(test_labels_that_cannot_fit_overlap_evenly_within_bounds),
        cmocka_unit_test(test_every_figure_names_every_strategy_on_every_kind_of_picture),
        cmocka_unit_test(test_strategies_that_coincide_share_one_label),
        cmocka_unit_test(test_the_front_of_the_figure_is_that_of_the_table),
        cmocka_unit_test(test_what_was_never_seen_stands_at_zero_with_its_bound),
        cmocka_unit_test(test_the_curve_of_losses_counts_replications),
        cmocka_unit_test(test_losses_never_seen_stand_in_the_key_with_their_bound),
        cmocka_unit_test(test_survival_falls_with_each_first_exposure),
        cmocka_unit_test(test_exposures_far_apart_are_shown_by_factors_and_near_ones_from_zero),
        cmocka_unit_test(test_dated_changes_stand_in_the_figure_with_whose_they_are),
        cmocka_unit_test(test_a_run_that_saw_nothing_is_an_error_and_not_an_empty_figure),
        cmocka_unit_test(test_odd_characters_cannot_leave_a_string),
        cmocka_unit_test(test_the_extension_says_what_to_draw),
        cmocka_unit_test(test_every_picture_is_what_its_name_says),
        cmocka_unit_test(test_the_same_run_gives_the_same_svg_bytes),
        cmocka_unit_test(test_a_hostile_title_is_only_text),
        cmocka_unit_test(test_what_gnuplot_complains_of_is_told),
        cmocka_unit_test(test_a_long_script_neither_hangs_nor_kills),
        cmocka_unit_test(test_without_gnuplot_the_message_names_the_package),
        cmocka_unit_test(test_a_picture_is_written_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
