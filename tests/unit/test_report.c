/* Tables and JSON of a run: sim/report, without the figures (test_figure). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libfyaml.h>

#include "base/mem.h"
#include "report/compare.h"
#include "report/run_json.h"
#include "report/table.h"
#include "report_run.h"

/* ---- tables ---- */

static void
test_columns_are_as_wide_as_their_widest_cell_and_numbers_stand_right(void **state)
{
    static const char *const cell[] = {"strategy", "p50, ms",     "who",  "a",     "7",
                                       "CN",       "a-long-name", "1234", "nobody"};
    struct table table = {0};
    struct text out = {0};

    (void)state;
    table_start(&table, "lrl");
    for (size_t i = 0; i < COUNT(cell); i++)
        table_cell(&table, cell[i]);
    assert_int_equal(table_write(&table, &out), 0);
    assert_string_equal(out.s, "strategy     p50, ms  who\n"
                               "a                  7  CN\n"
                               "a-long-name     1234  nobody\n");
    table_release(&table);
    text_release(&out);
}

static void
test_a_table_without_cells_is_empty(void **state)
{
    struct table table = {0};
    struct text out = {0};

    (void)state;
    table_start(&table, "lr");
    assert_int_equal(table_write(&table, &out), 0);
    assert_int_equal(out.length, 0);
    table_release(&table);
    text_release(&out);
}

static void
test_short_numbers_keep_three_digits_and_name_their_scale(void **state)
{
    static const struct {
        double value;
        const char *says;
    } t[] = {
        {0, "0"},
        {0.12345, "0.123"},
        {12.34, "12.3"},
        {999, "999"},
        {1000, "1000"},
        {123456.7, "123457"},
        {1234567, "1.235 M"},
        {130e6, "130 M"},
        {2.5e9, "2.5 G"},
        {1.764e12, "1.764 T"},
        {7.305e14, "730.5 T"},
        {1.5e15, "1.5 P"},
        {-206.2, "-206"},
        {-2e6, "-2 M"},
        {NAN, "-"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct text out = {0};

        number_short(t[i].value, &out);
        assert_string_equal(out.s, t[i].says);
        text_release(&out);
    }
}

static void
test_an_estimate_shows_its_interval_when_it_has_one(void **state)
{
    static const struct {
        struct estimate e;
        const char *says;
    } t[] = {
        {{230.2, 221, 239.4}, "230 [221, 239]"},
        {{0, 0, 0.00368}, "0 [0, 0.00368]"},
        {{5, NAN, NAN}, "5"},
        {{NAN, NAN, NAN}, "-"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct text out = {0};

        estimate_short(&t[i].e, &out);
        assert_string_equal(out.s, t[i].says);
        text_release(&out);
    }
}

/* ---- the comparison ---- */

/* The line of a text that begins with a word; the caller frees. */
static char *
line_of(const char *text, const char *word)
{
    const char *at = text;

    while (at != NULL && strncmp(at, word, strlen(word)) != 0) {
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    assert_non_null(at);
    return strndup(at, strcspn(at, "\n"));
}

static bool
ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static void
test_the_comparison_names_who_can_open_it_alone(void **state)
{
    static const struct {
        const char *strategy, *who;
    } t[] = {
        {"us-data-us-keys ", "  US"},
        {"cn-data-cn-keys ", "  CN"},
        {"as-it-happened ", "  CN 36 %"},
        {"split-2-of-3 ", "  nobody"},
    };
    struct made_run run = run_usual();
    struct text out = {0};

    (void)state;
    run_make(&run);
    assert_int_equal(compare_text(&out, &run.legend, &run.outcome, (struct compare_sections){0}),
                     0);
    assert_non_null(strstr(out.s, "can open it alone"));
    assert_non_null(strstr(out.s, "accounts exposed to cn-police"));
    assert_non_null(strstr(out.s, "users: mainland"));
    for (size_t i = 0; i < COUNT(t); i++) {
        char *line = line_of(out.s, t[i].strategy);

        if (!ends_with(line, t[i].who))
            fail_msg("'%s' does not end in '%s'", line, t[i].who);
        free(line);
    }
    text_release(&out);
    run_end(&run);
}

/* By hand: nobody else is as fast as 12 ms; as-it-happened exposes less than what is faster;
 * cn-data-us-keys is the fastest of those that expose nobody. opt-out is as fast as
 * cn-data-cn-keys and exposes less. */
static void
test_the_comparison_names_the_pareto_front(void **state)
{
    struct made_run run = run_usual();
    struct text out = {0};

    (void)state;
    run_make(&run);
    assert_int_equal(compare_text(&out, &run.legend, &run.outcome, (struct compare_sections){0}),
                     0);
    assert_non_null(strstr(out.s, "cn-police: cn-data-us-keys, as-it-happened, end-to-end, "
                                  "opt-out\n"));
    text_release(&out);
    run_end(&run);
}

/* ---- JSON, read by another library ---- */

static struct fy_document *
parse_json(const struct text *out)
{
    const struct fy_parse_cfg cfg = {.flags = FYPCF_JSON_FORCE};
    struct fy_document *doc = fy_document_build_from_string(&cfg, out->s, out->length);

    assert_non_null(doc);
    return doc;
}

static const char *
scalar(struct fy_node *node, const char *key)
{
    const char *text = fy_node_get_scalar0(fy_node_mapping_lookup_by_string(node, key, FY_NT));

    assert_non_null(text);
    return text;
}

static struct fy_node *
strategy_at(struct fy_document *doc, int i)
{
    struct fy_node *list =
        fy_node_mapping_lookup_by_string(fy_document_root(doc), "strategies", FY_NT);
    struct fy_node *node = fy_node_sequence_get_by_index(list, i);

    assert_non_null(node);
    return node;
}

static void
check_metric(struct fy_node *strategy, const char *name, const char *unit, double mean)
{
    struct fy_node *metrics = fy_node_mapping_lookup_by_string(strategy, "metrics", FY_NT);
    struct fy_node *metric = NULL, *value;
    struct fy_node_pair *pair;
    void *at = NULL;

    /* by hand: the lookup would read a name with braces as YAML */
    while ((pair = fy_node_mapping_iterate(metrics, &at)) != NULL)
        if (strcmp(fy_node_get_scalar0(fy_node_pair_key(pair)), name) == 0)
            metric = fy_node_pair_value(pair);
    if (metric == NULL)
        fail_msg("no metric '%s'", name);
    assert_int_equal(fy_node_mapping_item_count(metric), 4);
    assert_string_equal(scalar(metric, "unit"), unit);
    value = fy_node_mapping_lookup_by_string(metric, "mean", FY_NT);
    assert_true(fabs(strtod(fy_node_get_scalar0(value), NULL) - mean) <= 1e-9 * fabs(mean));
}

/* A claim of each kind, judged; names with characters that JSON escapes. */
static const struct authority authorities[] = {{.is = {.name = "cn-police"}}};
static const struct cohort cohorts[] = {{.is = {.name = "mainland"}}};
static const struct world world = {
    .authority = authorities, .authorities = 1, .cohort = cohorts, .cohorts = 1};
static const struct strategy strategies[] = {{.is = {.name = "us-data-us-keys"}}};
static const struct model model = {.world = &world,
                                   .strategy = strategies,
                                   .strategies = 1,
                                   .starts_unix_s = 1356998400,
                                   .horizon = 730 * NS_PER_DAY};
static const struct claim claims[] = {
    {.metric = "requests.content",
     .stream = NONE,
     .adversary = ADVERSARIES,
     .cohort = {NONE},
     .class = {NONE},
     .jurisdiction = {NONE},
     .custodian = {NONE},
     .is_expect = true,
     .observed = 3,
     .source = "S-\"APPLE\""},
    {.metric = "exposure.content.any",
     .authority = {NONE},
     .stream = NONE,
     .adversary = ADVERSARY_FOREIGN,
     .cohort = {0},
     .class = {NONE},
     .jurisdiction = {NONE},
     .custodian = {NONE},
     .from = 31 * NS_PER_DAY,
     .at_least = -INFINITY,
     .at_most = 0.1},
};
static struct judgement judged[] = {
    {.claim = &claims[0], .verdict = VERDICT_FAILS, .log_score = -2.5, .text = (char[]){"a\nb"}},
    {.claim = &claims[1], .verdict = VERDICT_HOLDS, .text = (char[]){"<c>"}},
};
static const struct judgement_list judgements = {.item = judged, .count = 2};

static void
test_a_run_as_json_has_every_metric_of_every_strategy(void **state)
{
    struct made_run run = run_usual();
    struct text out = {0};

    (void)state;
    run_make(&run);
    assert_int_equal(
        run_json(&out, "a \"scenario\".yaml", &model, &run.legend, &run.outcome, &judgements, NULL),
        0);
    struct fy_document *doc = parse_json(&out);
    struct fy_node *root = fy_document_root(doc);

    assert_string_equal(scalar(root, "scenario"), "a \"scenario\".yaml");
    assert_string_equal(scalar(root, "seed"), "7");
    for (int s = 0; s < RUN_STRATEGIES; s++) {
        struct fy_node *strategy = strategy_at(doc, s);

        assert_string_equal(scalar(strategy, "name"), run_strategy[s]);
        for (int m = 0; m < METRICS; m++)
            assert_true(metric_table[m].only_if_seen ||
                        fy_node_mapping_lookup_by_string(
                            fy_node_mapping_lookup_by_string(strategy, "metrics", FY_NT),
                            metric_table[m].name, FY_NT) != NULL);
    }
    check_metric(strategy_at(doc, 2), "exposure.content.accounts{authority=cn-police}", "accounts",
                 130);
    check_metric(strategy_at(doc, 2),
                 "exposure.content.fraction{authority=cn-police,cohort=mainland}",
                 "fraction of accounts", 260e-6);
    fy_document_destroy(doc);
    text_release(&out);
    run_end(&run);
}

static void
test_a_run_as_json_carries_the_judgements_by_kind(void **state)
{
    struct made_run run = run_usual();
    struct text out = {0};

    (void)state;
    run_make(&run);
    assert_int_equal(run_json(&out, "x", &model, &run.legend, &run.outcome, &judgements, NULL), 0);
    struct fy_document *doc = parse_json(&out);
    struct fy_node *expect =
        fy_node_mapping_lookup_by_string(fy_document_root(doc), "expect", FY_NT);
    struct fy_node *require =
        fy_node_mapping_lookup_by_string(fy_document_root(doc), "require", FY_NT);

    assert_int_equal(fy_node_sequence_item_count(expect), 1);
    assert_int_equal(fy_node_sequence_item_count(require), 1);
    expect = fy_node_sequence_get_by_index(expect, 0);
    require = fy_node_sequence_get_by_index(require, 0);
    assert_string_equal(scalar(expect, "verdict"), "fails");
    assert_string_equal(scalar(expect, "authority"), "cn-police");
    assert_string_equal(scalar(expect, "observed"), "3");
    assert_string_equal(scalar(expect, "log_score"), "-2.5");
    assert_string_equal(scalar(expect, "source"), "S-\"APPLE\"");
    assert_string_equal(scalar(expect, "text"), "a\nb");
    assert_string_equal(scalar(require, "verdict"), "holds");
    assert_string_equal(scalar(require, "at_most"), "0.1");
    assert_string_equal(scalar(require, "adversary"), "foreign");
    assert_string_equal(scalar(require, "users"), "mainland");
    assert_string_equal(scalar(require, "from"), "2013-02-01");
    assert_string_equal(scalar(require, "text"), "<c>");
    fy_document_destroy(doc);
    text_release(&out);
    run_end(&run);
}

static void
test_the_same_run_gives_the_same_bytes(void **state)
{
    struct made_run a = run_usual(), b = run_usual();
    struct text first = {0}, second = {0};

    (void)state;
    run_make(&a);
    run_make(&b);
    assert_int_equal(run_json(&first, "x", &model, &a.legend, &a.outcome, &judgements, NULL), 0);
    assert_int_equal(run_json(&second, "x", &model, &b.legend, &b.outcome, &judgements, NULL), 0);
    assert_string_equal(first.s, second.s);
    text_release(&first);
    text_release(&second);
    run_end(&a);
    run_end(&b);
}

static void
test_the_comparison_as_json_agrees_with_its_text(void **state)
{
    struct made_run run = run_usual();
    struct text out = {0};

    (void)state;
    run_make(&run);
    assert_int_equal(compare_json(&out, &run.legend, &run.outcome), 0);
    struct fy_document *doc = parse_json(&out);
    struct fy_node *front = fy_node_mapping_lookup_by_string(fy_document_root(doc), "front", FY_NT);
    struct fy_node *members = fy_node_mapping_lookup_by_string(front, "members", FY_NT);

    assert_string_equal(scalar(front, "to"), "cn-police");
    assert_int_equal(fy_node_sequence_item_count(members), 4);
    assert_string_equal(fy_node_get_scalar0(fy_node_sequence_get_by_index(members, 0)),
                        "cn-data-us-keys");
    fy_document_destroy(doc);
    text_release(&out);
    run_end(&run);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_as_wide_as_their_widest_cell_and_numbers_stand_right),
        cmocka_unit_test(test_a_table_without_cells_is_empty),
        cmocka_unit_test(test_short_numbers_keep_three_digits_and_name_their_scale),
        cmocka_unit_test(test_an_estimate_shows_its_interval_when_it_has_one),
        cmocka_unit_test(test_the_comparison_names_who_can_open_it_alone),
        cmocka_unit_test(test_the_comparison_names_the_pareto_front),
        cmocka_unit_test(test_a_run_as_json_has_every_metric_of_every_strategy),
        cmocka_unit_test(test_a_run_as_json_carries_the_judgements_by_kind),
        cmocka_unit_test(test_the_same_run_gives_the_same_bytes),
        cmocka_unit_test(test_the_comparison_as_json_agrees_with_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
