#include "records.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "model/world.h"
#include "report/compare.h"
#include "report/sections.h"

enum { REPLICATIONS = 20 };

static const double kin[ADVERSARIES] = {
    [ADVERSARY_HOME] = 1,
    [ADVERSARY_FOREIGN] = 1,
    [ADVERSARY_CRIMINAL] = 10,
};

/* Exposure of a cohort's accounts to a class of adversary, all at one time. */
static void
expose(struct recording *r, enum adversary class, uint32_t cohort, double accounts, double on_day)
{
    const double all = cohort == 0 ? 900 : 100;
    const struct label label =
        label_with(label_with(label_total, LABEL_ADVERSARY, class), LABEL_COHORT, cohort);
    struct curve *curve = record_curve(r);

    assert_non_null(curve);
    curve->strategy = 0;
    curve->authority = LABEL_ALL;
    curve->adversary = (uint16_t) class;
    curve->cohort = (uint16_t)cohort;
    curve->kind = CURVE_CONTENT;
    for (unsigned k = 0; k <= CURVE_POINTS; k++)
        curve->value[k] = 730.0 * k / CURVE_POINTS >= on_day ? accounts : 0;
    records_value(r, 0, METRIC_CONTENT_ACCOUNTS, label, accounts);
    records_value(r, 0, METRIC_CONTENT_FRACTION, label, accounts / all);
}

/* Of cohort 1's 100 accounts criminals take 10 on day 200 of every replication; home authorities 30
 * of cohort 0's 900 on day 600 of every other one. Requests, days and costs by hand. */
static void
fill(struct outcome *o, struct legend *legend)
{
    *legend = *records_legend();
    legend->kin_named = kin;
    assert_int_equal(outcome_init(o, legend), 0);
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        struct recording r = {.plane = PLANE_LEGAL, .replication = i};
        const struct label police = label_with(label_total, LABEL_AUTHORITY, 0);
        const struct label direct = label_with(police, LABEL_STREAM, 1);

        expose(&r, ADVERSARY_CRIMINAL, 1, 10, 200);
        if (i % 2 == 0)
            expose(&r, ADVERSARY_HOME, 0, 30, 600);
        records_value(&r, 0, METRIC_REQUESTS_RECEIVED, direct, 7);
        records_value(&r, 0, METRIC_REQUESTS_CONTENT, direct, 3);
        records_value(&r, 0, METRIC_CONTENT_ACCOUNTS, direct, 55);
        records_value(&r, 0, METRIC_CONTENT_HIDDEN, police, 1234);
        records_value(&r, 0, METRIC_REQUESTS_RECEIVED, label_with(label_total, LABEL_CUSTODIAN, 1),
                      4);
        records_value(&r, 0, METRIC_REQUESTS_RECEIVED,
                      label_with(label_total, LABEL_JURISDICTION, 0), 11);
        records_value(&r, 0, METRIC_VIOLATION_DAYS, label_total, 100);
        records_value(&r, 0, METRIC_BLOCKED_DAYS, label_total, 12.5);
        records_value(&r, 0, METRIC_PENALTY_COST, label_total, 3e6);
        recording_sort(&r);
        assert_int_equal(outcome_add(o, &r), 0);
        recording_release(&r);
    }
    assert_int_equal(outcome_finish(o), 0);
}

/* The line of `text` that holds both, from its beginning; fails the test without one. */
static const char *
line_of(const struct text *text, const char *one, const char *other)
{
    static char line[512];
    const char *at = text_str(text);

    while (*at != '\0') {
        const size_t length = strcspn(at, "\n");

        if (length < sizeof line) {
            memcpy(line, at, length);
            line[length] = '\0';
            if (strstr(line, one) != NULL && strstr(line, other) != NULL)
                return line;
        }
        at += length + (at[length] == '\n');
    }
    fail_msg("no line with '%s' and '%s' in:\n%s", one, other, text_str(text));
    return NULL;
}

static void
test_the_risk_of_one_account_is_told_by_cohort_class_and_time(void **state)
{
    (void)state;
    struct legend legend;
    struct outcome o;
    struct text out = {0};

    fill(&o, &legend);
    assert_true(sections_have_risk(&legend, &o)); /* there are criminals */
    assert_int_equal(sections_risk(&out, &legend, &o), 0);
    assert_non_null(strstr(text_str(&out), "Risk of one given account of home: probability that "
                                           "its content is exposed within"));
    const char *abroad = strstr(text_str(&out), "Risk of one given account of abroad");

    assert_non_null(abroad);
    assert_null(strstr(text_str(&out), "5 y")); /* the horizon has two */
    assert_null(strstr(text_str(&out), "insider"));
    /* home: 30 of 900 in half of the replications, but not within a year */
    assert_non_null(strstr(line_of(&out, "near", "home"), "0 [0, "));
    assert_non_null(strstr(line_of(&out, "near", "home"), "  0.0167 ["));
    /* abroad: 10 of 100, always */
    const struct text rest = {.s = (char *)abroad};

    assert_non_null(strstr(line_of(&rest, "criminal", "0.1 [0.1, 0.1]"), "0.1 [0.1, 0.1]  "));
    text_release(&out);
    outcome_release(&o);
}

static void
test_channels_show_what_was_received_and_what_was_opened(void **state)
{
    (void)state;
    struct legend legend;
    struct outcome o;
    struct text out = {0};

    fill(&o, &legend);
    assert_int_equal(sections_channels(&out, &legend, &o), 0);
    const char *direct = line_of(&out, "police/direct", "7 [7, 7]");

    assert_non_null(strstr(direct, "3 [3, 3]"));
    assert_non_null(strstr(direct, "55 [55, 55]"));
    /* hidden days are known of the authority, which has two streams: a row of its own */
    assert_null(strstr(direct, "1234"));
    assert_non_null(strstr(line_of(&out, "police ", "1234 [1234, 1234]"), "police "));
    assert_non_null(line_of(&out, "state-cloud", "4 [4, 4]"));
    assert_non_null(line_of(&out, "CN", "11 [11, 11]"));
    text_release(&out);
    outcome_release(&o);
}

static void
test_duties_are_shown_when_they_cost_something(void **state)
{
    (void)state;
    struct legend legend;
    struct outcome o;
    struct text out = {0};

    fill(&o, &legend);
    assert_true(sections_have_duties(&legend, &o));
    assert_int_equal(sections_duties(&out, &legend, &o), 0);
    const char *near = line_of(&out, "near", "100 [100, 100]");

    assert_non_null(strstr(near, "12.5 [12.5, 12.5]"));
    assert_non_null(strstr(near, "3 M [3 M, 3 M]"));
    text_release(&out);
    outcome_release(&o);
}

static void
test_a_plain_run_shows_sections_only_when_asked(void **state)
{
    (void)state;
    struct legend legend = *records_legend();
    struct outcome o;
    struct recording r = {.plane = PLANE_LEGAL};
    struct text out = {0};
    static const double authorities_only[ADVERSARIES] = {1, 1, 0, 0};
    const char *const heading[] = {"Risk of one", "Channels:", "Duties and"};

    legend.kin_named = authorities_only;
    assert_int_equal(outcome_init(&o, &legend), 0);
    records_value(&r, 0, METRIC_REACH_UNILATERAL, label_total, 1);
    assert_int_equal(outcome_add(&o, &r), 0);
    recording_release(&r);
    assert_int_equal(outcome_finish(&o), 0);
    assert_int_equal(compare_text(&out, &legend, &o, (struct compare_sections){0}), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_null(strstr(text_str(&out), heading[i]));
    text_clear(&out);
    assert_int_equal(compare_text(&out, &legend, &o, (struct compare_sections){true, true, true}),
                     0);
    for (unsigned i = 0; i < 3; i++)
        assert_non_null(strstr(text_str(&out), heading[i]));
    text_release(&out);
    outcome_release(&o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_risk_of_one_account_is_told_by_cohort_class_and_time),
        cmocka_unit_test(test_channels_show_what_was_received_and_what_was_opened),
        cmocka_unit_test(test_duties_are_shown_when_they_cost_something),
        cmocka_unit_test(test_a_plain_run_shows_sections_only_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
