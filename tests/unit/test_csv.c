/* Tables of comma-separated values, matrices of round-trip times, and periods. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "scenario/matrix.h"
#include "scenario/series.h"

static void
test_cells_are_divided_by_commas_and_lines(void **state)
{
    static const char text[] = "\xef\xbb\xbfname,value\r\n"
                               "# a comment, with a comma\n"
                               "plain, 3 \r\n"
                               "\n"
                               "\"quoted, with comma\",\"say \"\"so\"\"\"\n"
                               "\"two\nlines\",\n"
                               ",last";
    struct arena arena = {0};
    struct csv csv;

    (void)state;
    assert_int_equal(csv_read(&csv, &arena, "t.csv", text, NULL), 0);
    assert_int_equal(csv.columns, 2);
    assert_int_equal(csv.rows, 4);
    assert_string_equal(csv.column[0], "name");
    assert_string_equal(csv_cell(&csv, 0, 1), " 3 ");
    assert_string_equal(csv_cell(&csv, 1, 0), "quoted, with comma");
    assert_string_equal(csv_cell(&csv, 1, 1), "say \"so\"");
    assert_string_equal(csv_cell(&csv, 2, 0), "two\nlines");
    assert_string_equal(csv_cell(&csv, 2, 1), "");
    assert_string_equal(csv_cell(&csv, 3, 0), "");
    assert_int_equal(csv.line[0], 3);
    assert_int_equal(csv.line[2], 6);
    assert_int_equal(csv.line[3], 8);
    assert_int_equal(csv_column(&csv, "value"), 1);
    assert_int_equal(csv_column(&csv, "other"), NONE);
    arena_release(&arena);
}

static void
test_wrong_tables_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *text, *message;
    } t[] = {
        {"", "t.csv: is empty"},
        {"# only this\n\n", "t.csv: is empty"},
        {"a,b\n1,2\n1,2,3\n", "t.csv:3: has 3 cells, but the header has 2"},
        {"a,b\n1\n", "t.csv:2: has 1 cells, but the header has 2"},
        {"a\n\"open\nstill", "t.csv:3: a quote is not closed"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct arena arena = {0};
        struct why why = {0};
        struct csv csv;

        assert_int_equal(csv_read(&csv, &arena, "t.csv", t[i].text, &why), ERR_INPUT);
        assert_string_equal(why.fault[0].text, t[i].message);
        why_release(&why);
        arena_release(&arena);
    }
}

static void
test_a_matrix_takes_the_reverse_row_when_the_direct_one_is_missing(void **state)
{
    static const char text[] = "from,to,rtt_ms,jitter_mdev_ms,level,quality\n"
                               "SanJose,Tokyo,110,2,city_pair,ok\n"
                               "Tokyo,SanJose,112,,city_pair,ok\n"
                               "Tokyo,Oslo,250,5,city_pair,ok\n"
                               "Oslo,SanJose,160,1,city_pair,suspect_source\n"
                               "US,JP,130,1,country_pair,ok\n";
    const struct matrix *m = NULL;
    struct arena arena = {0};
    struct csv csv;
    double rtt, jitter;

    (void)state;
    assert_int_equal(csv_read(&csv, &arena, "t.csv", text, NULL), 0);
    assert_int_equal(matrix_read(&m, &arena, "t.csv", &csv, NULL), 0);
    assert_int_equal(m->cities, 3);
    const uint32_t jose = matrix_city(m, "san-jose"), tokyo = matrix_city(m, "tokyo"),
                   oslo = matrix_city(m, "Oslo");
    assert_int_equal(matrix_city(m, "US"), NONE);
    assert_true(matrix_pair(m, jose, tokyo, &rtt, &jitter));
    assert_true(fabs(rtt - 0.110) < 1e-15 && fabs(jitter - 0.002) < 1e-15);
    assert_true(matrix_pair(m, tokyo, jose, &rtt, &jitter));
    assert_true(fabs(rtt - 0.112) < 1e-15 && jitter == 0);
    assert_true(matrix_pair(m, oslo, tokyo, &rtt, &jitter));
    assert_true(fabs(rtt - 0.250) < 1e-15 && fabs(jitter - 0.005) < 1e-15);
    assert_false(matrix_pair(m, oslo, jose, &rtt, &jitter));
    arena_release(&arena);
}

static void
test_periods_are_halves_years_months_or_ranges(void **state)
{
    static const struct {
        const char *text, *from, *to; /* to: the day after the last; NULL: no period */
    } t[] = {
        {"2014-H1", "2014-01-01", "2014-07-01"},
        {"2014-H2", "2014-07-01", "2015-01-01"},
        {"2012", "2012-01-01", "2013-01-01"},
        {"2014-02", "2014-02-01", "2014-03-01"},
        {"2014-12", "2014-12-01", "2015-01-01"},
        {"2020-07-19..2020-07-20", "2020-07-19", "2020-07-21"},
        {"2014-H3", NULL, NULL},
        {"2014-13", NULL, NULL},
        {"2014-00", NULL, NULL},
        {"14", NULL, NULL},
        {"", NULL, NULL},
        {"2014-", NULL, NULL},
        {"2014-H2x", NULL, NULL},
        {"2020-07-20..2020-07-18", NULL, NULL},
        {"2020-07-19..2020-7-20", NULL, NULL},
        {"2020-07-32..2020-08-20", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        int64_t from, to, wanted_from, wanted_to;

        if (t[i].from == NULL) {
            assert_false(period_read(t[i].text, &from, &to));
            continue;
        }
        assert_true(period_read(t[i].text, &from, &to));
        assert_int_equal(date_read(t[i].from, &wanted_from), 0);
        assert_int_equal(date_read(t[i].to, &wanted_to), 0);
        assert_int_equal(from, wanted_from);
        assert_int_equal(to, wanted_to);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_are_divided_by_commas_and_lines),
        cmocka_unit_test(test_wrong_tables_are_refused_with_their_line),
        cmocka_unit_test(test_a_matrix_takes_the_reverse_row_when_the_direct_one_is_missing),
        cmocka_unit_test(test_periods_are_halves_years_months_or_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
