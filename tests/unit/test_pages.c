/* docs/METRICS.md has a row for every metric, with the unit and labels that the table says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "base/text.h"
#include "record/metric.h"

static const char path[] = "docs/METRICS.md";

/* "cohort, data": a row's labels, in the order of the page. */
static void
write_labels(const struct metric *metric, struct text *out)
{
    static const enum label_kind order[] = {LABEL_AUTHORITY, LABEL_STREAM, LABEL_CUSTODIAN,
                                            LABEL_COHORT,    LABEL_DATA,   LABEL_JURISDICTION,
                                            LABEL_STATION,   LABEL_PERIOD, LABEL_ADVERSARY};
    const char *gap = "";

    _Static_assert(sizeof order / sizeof order[0] == LABELS, "every label has its place");
    for (unsigned i = 0; i < LABELS; i++) {
        if ((metric->labels >> order[i] & 1) == 0)
            continue;
        text_addf(out, "%s%s", gap, label_name[order[i]]);
        gap = ", ";
    }
    if (gap[0] == '\0') /* stations have no total, so no claim may ask for one of them */
        text_add(out, strcmp(metric->name, "station.utilisation") == 0 ? "station" : "all only");
}

static void
test_every_metric_has_its_row_with_unit_and_labels(void **state)
{
    struct text page = {0};

    (void)state;
    assert_int_equal(text_read_file(&page, path, NULL), 0);
    for (unsigned i = 0; i < METRICS; i++) {
        struct text row = {0};

        text_addf(&row, "\n| `%s` | %s | ", metric_table[i].name, metric_table[i].unit);
        write_labels(&metric_table[i], &row);
        text_add(&row, " | ");
        assert_false(row.lost);
        if (strstr(text_str(&page), text_str(&row)) == NULL)
            fail_msg("%s has no row that begins %s", path, text_str(&row) + 1);
        text_release(&row);
    }
    text_release(&page);
}

static void
test_every_row_is_of_a_metric_in_the_order_of_the_table(void **state)
{
    static const char mark[] = "\n| `";
    struct text page = {0};
    unsigned rows = 0;

    (void)state;
    assert_int_equal(text_read_file(&page, path, NULL), 0);
    for (const char *at = strstr(text_str(&page), mark); at != NULL; at = strstr(at + 1, mark)) {
        const char *name = at + strlen(mark);
        const size_t length = strcspn(name, "`");

        if (rows == METRICS || strlen(metric_table[rows].name) != length ||
            strncmp(metric_table[rows].name, name, length) != 0)
            fail_msg("%s: row %u is of '%.*s'", path, rows + 1, (int)length, name);
        rows++;
    }
    assert_int_equal(rows, METRICS);
    text_release(&page);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_metric_has_its_row_with_unit_and_labels),
        cmocka_unit_test(test_every_row_is_of_a_metric_in_the_order_of_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
