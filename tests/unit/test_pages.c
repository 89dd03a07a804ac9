/*
 * What the pages under docs/ say of metrics and of needed keys is what the tables say. (That every
 * key of the schema has its row, tests/doc-keys sees to.)
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "record/metric.h"
#include "scenario/document.h"

static const char path[] = "docs/METRICS.md", keys_path[] = "docs/SCENARIOS.md";

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
    char *end = strstr(page.s, "\n## In a database"); /* tables of other things follow */

    assert_non_null(end);
    *end = '\0';
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

/* Is `key` named in a paragraph of the text from `from` to `to` that says what is needed? */
static bool
is_told(const char *from, const char *to, const char *key)
{
    char quoted[64];

    snprintf(quoted, sizeof quoted, "`%s`", key);
    for (const char *at = from; (at = strstr(at, "eeded")) != NULL && at < to; at++) {
        const char *begin = at, *end = strstr(at, "\n\n");

        while (begin > from && strncmp(begin, "\n\n", 2) != 0)
            begin--;
        const char *found = strstr(begin, quoted);

        if (found != NULL && (end == NULL || found < end))
            return true;
    }
    return false;
}

/* The needed keys of a form, and of the forms inside that have a heading of their own. */
static unsigned
check_needed(const char *page, const struct form *form, const char *name)
{
    char heading[96];
    unsigned needed = 0;

    snprintf(heading, sizeof heading, "# %s\n", form->top ? "How to write it" : name);
    const char *from = strstr(page, heading);

    if (from == NULL)
        return 0;
    const char *to = strstr(from, "\n#");

    for (uint32_t i = 0; i < form->keys; i++) {
        const struct key *key = &form->key[i];
        char inner[96];

        if (key->required && !is_told(from, to != NULL ? to : from + strlen(from), key->name))
            fail_msg("%s does not say that %s needs '%s'", keys_path, name, key->name);
        needed += key->required;
        snprintf(inner, sizeof inner, "%s%s%s", name, form->top ? "" : ".", key->name);
        if (key->form != NULL)
            needed += check_needed(page, key->form, inner);
    }
    return needed;
}

static void
test_every_needed_key_of_a_section_is_called_needed(void **state)
{
    struct text page = {0};

    (void)state;
    assert_int_equal(text_read_file(&page, keys_path, NULL), 0);
    assert_true(check_needed(text_str(&page), &document_form, "") > 30);
    text_release(&page);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_metric_has_its_row_with_unit_and_labels),
        cmocka_unit_test(test_every_needed_key_of_a_section_is_called_needed),
        cmocka_unit_test(test_every_row_is_of_a_metric_in_the_order_of_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
