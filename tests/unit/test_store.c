#include "runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sqlite3.h>

/* ---- in and out ---- */

static void
test_trials_come_back_equal_and_in_order_however_they_came(void **state)
{
    const struct folder *f = *state;
    struct store *store = runs_open(f->db, STORE_CREATE, 10, 3);
    const uint64_t legal[] = {7, 0, 9, 3, 1, 8, 2, 6, 4, 5}, traffic[] = {2, 0, 1};

    for (size_t i = 0; i < 10; i++) {
        runs_put(store, PLANE_LEGAL, legal[i]);
        if (i % 4 == 1)
            runs_put(store, PLANE_TRAFFIC, traffic[i / 4]);
    }
    runs_assert_holds(store, 10, 3);
    store_close(store);
    assert_int_equal(runs_count_files(f), 1);
    store = runs_open(f->db, STORE_READ, 0, 0);
    runs_assert_holds(store, 10, 3);
    store_close(store);
    assert_int_equal(runs_count_files(f), 1);
}

static void
test_a_store_in_memory_holds_the_same(void **state)
{
    (void)state;
    struct store *store = runs_open(NULL, STORE_CREATE, 3, 1);

    for (uint64_t i = 3; i-- > 0;)
        runs_put(store, PLANE_LEGAL, i);
    runs_put(store, PLANE_TRAFFIC, 0);
    runs_assert_holds(store, 3, 1);
    store_close(store);
}

static void
test_values_that_are_hard_to_store_come_back_equal(void **state)
{
    const struct folder *f = *state;
    struct store *store = runs_open(f->db, STORE_CREATE, 1, 0);
    const double hard[] = {(double)NAN, (double)INFINITY, -1.5, 0x1p-1074, 1e300, 0.1 + 0.2, 1e15,
                           -0x1p63,     4503599627370497};
    struct recording r = {.plane = PLANE_LEGAL};
    struct bytes all;
    size_t size;

    for (uint32_t i = 0; i < COUNT(hard); i++)
        records_value(&r, 0, (enum metric_id)(METRIC_REQUESTS_RECEIVED + i), label_total, hard[i]);
    records_value(&r, 1, METRIC_CONTENT_FIRST, label_total, 0);
    recording_sort(&r);
    assert_int_equal(r.observations.count, COUNT(hard) + 1);
    unsigned char *bytes = records_bytes(&r, &size);

    assert_int_equal(store_put(store, &r, NULL), 0);
    all = runs_bytes(store);
    assert_int_equal(all.count, size);
    assert_memory_equal(all.item, bytes, size);
    free(all.item);
    free(bytes);
    recording_release(&r);
    store_close(store);
}

static void
test_a_trial_is_there_once_it_was_put(void **state)
{
    (void)state;
    struct store *store = runs_open(NULL, STORE_CREATE, 3, 3);
    struct recording r = {0};
    struct why why = {0};
    bool has;

    runs_put(store, PLANE_LEGAL, 2);
    assert_int_equal(store_has(store, PLANE_LEGAL, 2, &has, &why), 0);
    assert_true(has);
    assert_int_equal(store_has(store, PLANE_TRAFFIC, 2, &has, &why), 0);
    assert_false(has);
    assert_int_equal(store_has(store, PLANE_LEGAL, 1, &has, &why), 0);
    assert_false(has);
    records_make(&r, PLANE_LEGAL, 2);
    assert_int_equal(store_put(store, &r, &why), ERR_INPUT);
    assert_non_null(strstr(why.fault[0].text, "legal replication 2 is there already"));
    recording_release(&r);
    why_release(&why);
    store_close(store);
}

static void
test_a_trial_that_cannot_be_stored_leaves_nothing(void **state)
{
    (void)state;
    struct store *store = runs_open(NULL, STORE_CREATE, 3, 0);
    struct recording r = {.plane = PLANE_LEGAL, .replication = 1};
    struct why why = {0};
    bool has;

    /* A series that is new in this very trial, then one about a fifth half-year of four. */
    records_value(&r, 0, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_DATA, 1), 3);
    records_value(&r, 1, METRIC_CONTENT_ACCOUNTS, label_with(label_total, LABEL_PERIOD, 4), 3);
    assert_int_equal(store_put(store, &r, &why), ERR_INPUT);
    assert_non_null(strstr(why.fault[0].text, "exposure.content.accounts"));
    assert_int_equal(store_has(store, PLANE_LEGAL, 1, &has, &why), 0);
    assert_false(has);
    /* The series that was rolled back is made anew. */
    r.observations.count = 1;
    assert_int_equal(store_put(store, &r, NULL), 0);
    struct bytes all = runs_bytes(store);
    size_t size;
    unsigned char *bytes = records_bytes(&r, &size);

    assert_int_equal(all.count, size);
    assert_memory_equal(all.item, bytes, size);
    free(all.item);
    free(bytes);
    recording_release(&r);
    why_release(&why);
    store_close(store);
}

static void
test_the_callback_can_end_the_reading(void **state)
{
    (void)state;
    struct store *store = runs_open(NULL, STORE_CREATE, 5, 0);
    struct bytes all = {.stop_after = 2};

    for (uint64_t i = 0; i < 5; i++)
        runs_put(store, PLANE_LEGAL, i);
    assert_int_equal(store_each(store, runs_gather, &all, NULL), ERR_STOPPED);
    assert_int_equal(all.trials, 2);
    free(all.item);
    store_close(store);
}

static void
test_identity_and_names_come_back(void **state)
{
    const struct folder *f = *state;
    const struct run_identity id = runs_identity(10, 3);
    const struct legend *should = records_legend();
    struct run_identity is;
    struct legend legend;
    bool finished;

    store_close(runs_open(f->db, STORE_CREATE, 10, 3));
    struct store *store = runs_open(f->db, STORE_READ, 0, 0);

    assert_int_equal(store_identity(store, &is, &finished, NULL), 0);
    assert_false(finished);
    assert_string_equal(is.scenario_text, id.scenario_text);
    assert_string_equal(is.scenario_hash, id.scenario_hash);
    assert_string_equal(is.costs, id.costs);
    assert_true(is.seed == id.seed);
    assert_int_equal(is.strategies, 3);
    assert_int_equal(is.legal, 10);
    assert_int_equal(store_legend(store, &legend, NULL), 0);
    store_close(store); /* the legend owns its texts */
    assert_string_equal(legend.title, should->title);
    assert_int_equal(legend.starts_unix_s, should->starts_unix_s);
    assert_true(legend.horizon_days == should->horizon_days);
    assert_int_equal(legend.strategies, 2);
    assert_string_equal(legend.strategy[1], "far");
    for (unsigned k = 0; k < LABELS; k++) {
        assert_int_equal(legend.names[k], should->names[k]);
        for (uint32_t i = 0; i < legend.names[k]; i++)
            assert_string_equal(legend.name[k][i], should->name[k][i]);
    }
    assert_int_equal(legend.first_stream[1], 2);
    assert_true(legend.accounts[1] == 100);
    for (uint32_t i = 0; i < 4; i++)
        assert_true(legend.kin_named[i] == should->kin_named[i]);
    for (uint32_t i = 0; i < 3; i++)
        assert_true(legend.stream_named[i] == should->stream_named[i]);
    assert_int_equal(legend.threats, 1);
    assert_int_equal(legend.changes, 2);
    assert_true(legend.change[0].day == 100.25 && legend.change[0].strategy == NONE);
    assert_string_equal(legend.change[1].text, "keys move");
    assert_int_equal(legend.change[1].strategy, 1);
    assert_int_equal(legend.legal, 10);
    assert_int_equal(legend.traffic, 3);
    assert_true(legend.seed == id.seed);
    assert_string_equal(legend.front_latency, "latency.p95");
    assert_int_equal(legend.front_to, 1);
    legend_release(&legend);
}

/* ---- finished runs ---- */

static int
keep_text(void *self, const char *kind, const char *strategy, const char *verdict, const char *text)
{
    char *out = self;

    snprintf(out + strlen(out), 256 - strlen(out), "%s|%s|%s|%s\n", kind, strategy, verdict, text);
    return 0;
}

static void
test_a_finished_run_holds_its_estimates_and_judgements(void **state)
{
    const struct folder *f = *state;
    struct store *store = runs_open(f->db, STORE_CREATE, 10, 3);
    struct claim claim[] = {
        {.metric = "exposure.content.any", .at_most = 0.5, .at_least = (double)NAN},
        {.metric = "requests.received", .is_expect = true, .observed = 3},
    };
    struct judgement judgement[] = {
        {.claim = &claim[0], .strategy = 1, .verdict = VERDICT_FAILS, .text = strdup("first")},
        {.claim = &claim[1], .verdict = VERDICT_HOLDS, .log_score = -1, .text = strdup("second")},
    };
    const struct judgement_list list = {.item = judgement, .count = 2};
    char text[256] = "";
    struct run_identity id;
    bool finished;

    for (uint64_t i = 0; i < 10; i++)
        runs_put(store, PLANE_LEGAL, i);
    for (uint64_t i = 0; i < 3; i++)
        runs_put(store, PLANE_TRAFFIC, i);
    runs_finish(store, &list);
    store_close(store);
    free(judgement[0].text);
    free(judgement[1].text);

    assert_int_equal(runs_count_files(f), 1);
    store = runs_open(f->db, STORE_READ, 0, 0);
    assert_int_equal(store_identity(store, &id, &finished, NULL), 0);
    assert_true(finished);
    assert_int_equal(store_judgements(store, keep_text, text, NULL), 0);
    assert_string_equal(text, "require|far|fails|first\nexpect|near|holds|second\n");

    struct outcome o;

    assert_int_equal(outcome_init(&o, records_legend()), 0);
    assert_int_equal(store_each(store, runs_add, &o, NULL), 0);
    assert_int_equal(outcome_finish(&o), 0);
    store_close(store);
    const struct estimate e =
        outcome_estimate(&o, 1, METRIC_LATENCY_P95, label_with(label_total, LABEL_COHORT, 1));

    assert_true(runs_ask(f->db, "SELECT high FROM metrics WHERE strategy = 'far' AND "
                                "metric = 'latency.p95' AND cohort = 'abroad' AND data IS NULL") ==
                e.high);
    /* Never seen: 0 with the bound of 10 replications. */
    assert_true(fabs(runs_ask(f->db, "SELECT high FROM metrics WHERE strategy = 'near' AND "
                                     "metric = 'exposure.metadata.any' AND authority = 'court'") -
                     (1 - pow(0.025, 0.1))) < 1e-9);
    /* Nothing a metric cannot say: disclosure.delay was not seen. */
    assert_true(runs_ask(f->db,
                         "SELECT count(*) FROM metrics WHERE metric = 'disclosure.delay' AND "
                         "mean IS NOT NULL") == 0);
    assert_true(
        runs_ask(f->db, "SELECT received FROM requests WHERE strategy = 'near' AND authority = "
                        "'police' AND stream = 'orders' AND period = '2014-H1'") ==
        outcome_find(
            &o, 0, METRIC_REQUESTS_RECEIVED,
            label_with(label_with(label_with(label_total, LABEL_AUTHORITY, 0), LABEL_STREAM, 0),
                       LABEL_PERIOD, 2))
            ->estimate.mean);
    assert_true(runs_ask(f->db,
                         "SELECT mean FROM exposures WHERE strategy = 'far' AND kind = 'content'"
                         " AND authority IS NULL AND adversary IS NULL AND cohort IS NULL"
                         " AND day = 730") ==
                outcome_find_curve(&o, 1, label_total, CURVE_CONTENT)->point[96].mean);
    const struct label foreign =
        label_with(label_with(label_total, LABEL_ADVERSARY, 1), LABEL_COHORT, 1);

    assert_true(runs_ask(f->db, "SELECT high FROM exposures WHERE strategy = 'far' AND adversary = "
                                "'foreign' AND cohort = 'abroad' AND day = 365") ==
                outcome_find_curve(&o, 1, foreign, CURVE_CONTENT)->point[48].high);
    assert_true(
        runs_ask(f->db, "SELECT mean FROM metrics WHERE strategy = 'far' AND metric = "
                        "'exposure.content.accounts' AND adversary = 'foreign' AND "
                        "cohort = 'home'") ==
        outcome_estimate(&o, 1, METRIC_CONTENT_ACCOUNTS, label_with(foreign, LABEL_COHORT, 0))
            .mean);
    /* Of classes that there are, what was never seen has its bound; there are no criminals. */
    assert_true(fabs(runs_ask(f->db, "SELECT high FROM metrics WHERE strategy = 'near' AND metric "
                                     "= 'exposure.metadata.accounts' AND adversary = 'insider'") -
                     40 * (1 - pow(0.025, 0.1))) < 1e-9);
    assert_true(runs_ask(f->db, "SELECT count(*) FROM metrics WHERE adversary = 'criminal'") == 0);
    assert_true(runs_ask(f->db,
                         "SELECT ms FROM latencies WHERE strategy = 'near' AND cohort = 'home' "
                         "AND q = 0.999") == outcome_latency_quantile(&o, 0, 0, 0.999));
    assert_true(runs_ask(f->db, "SELECT count(*) FROM trials WHERE plane = 'traffic' AND "
                                "metric = 'throughput'") == 6);
    assert_true(runs_ask(f->db, "SELECT at_most FROM judgement WHERE ordinal = 0") == 0.5);
    outcome_release(&o);
}

static void
test_a_finished_run_reads_in_a_folder_that_cannot_be_written(void **state)
{
    const struct folder *f = *state;
    struct store *store = runs_open(f->db, STORE_CREATE, 2, 0);

    runs_put(store, PLANE_LEGAL, 0);
    runs_put(store, PLANE_LEGAL, 1);
    runs_finish(store, NULL);
    store_close(store);
    chmod(f->db, 0400);
    chmod(f->path, 0500);
    /* The owner of all files may write anyway: then another user reads. */
    const pid_t child = fork();

    if (child == 0) {
        if (getuid() == 0 && (chown(f->path, 65534, 65534) != 0 ||
                              chown(f->db, 65534, 65534) != 0 || setuid(65534) != 0))
            _exit(3);
        struct store *reader;
        struct recording r = {.plane = PLANE_LEGAL, .replication = 7};

        if (store_open(&reader, f->db, STORE_READ, NULL, NULL, NULL) != 0)
            _exit(4);
        struct bytes all = {0};
        int rc = store_each(reader, runs_gather, &all, NULL) == 0 && all.trials == 2 ? 0 : 5;

        if (store_put(reader, &r, NULL) != ERR_INPUT)
            rc = 6;
        store_close(reader);
        _exit(rc);
    }
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- going on ---- */

static void
test_a_run_is_continued_where_it_was(void **state)
{
    const struct folder *f = *state;
    struct store *store = runs_open(f->db, STORE_RESUME, 4, 1); /* there is none: made */

    runs_put(store, PLANE_LEGAL, 3);
    runs_put(store, PLANE_TRAFFIC, 0);
    store_close(store);
    store = runs_open(f->db, STORE_RESUME, 4, 1);
    for (uint64_t i = 0; i < 3; i++)
        runs_put(store, PLANE_LEGAL, i);
    runs_assert_holds(store, 4, 1);
    store_close(store);
}

static void
test_more_replications_extend_a_run_and_void_its_estimates(void **state)
{
    const struct folder *f = *state;
    struct store *store = runs_open(f->db, STORE_CREATE, 2, 0);
    struct run_identity id;
    bool finished;

    runs_put(store, PLANE_LEGAL, 0);
    runs_put(store, PLANE_LEGAL, 1);
    runs_finish(store, NULL);
    store_close(store);
    store = runs_open(f->db, STORE_RESUME, 2, 0); /* nothing more asked: still finished */
    assert_int_equal(store_identity(store, &id, &finished, NULL), 0);
    assert_true(finished);
    store_close(store);
    assert_true(runs_ask(f->db, "SELECT count(*) FROM estimate") > 0);
    store = runs_open(f->db, STORE_RESUME, 3, 1);
    assert_int_equal(store_identity(store, &id, &finished, NULL), 0);
    assert_false(finished);
    assert_int_equal(id.legal, 3);
    runs_put(store, PLANE_LEGAL, 2);
    runs_put(store, PLANE_TRAFFIC, 0);
    runs_assert_holds(store, 3, 1);
    store_close(store);
    assert_true(runs_ask(f->db, "SELECT count(*) FROM estimate") == 0);

    const struct run_identity fewer = runs_identity(2, 1);

    runs_assert_refused(f->db, STORE_RESUME, &fewer, ERR_INPUT,
                        "3 legal replications there, only 2", "extended, not shortened");
}

static void
test_another_run_is_not_continued_and_every_difference_is_named(void **state)
{
    const struct folder *f = *state;
    struct run_identity id = runs_identity(2, 0);

    store_close(runs_open(f->db, STORE_CREATE, 2, 0));
    id.scenario_name = "moved/elsewhere"; /* a name is no difference */
    struct store *store;

    assert_int_equal(store_open(&store, f->db, STORE_RESUME, &id, records_legend(), NULL), 0);
    store_close(store);
    id.seed = 1;
    runs_assert_refused(f->db, STORE_RESUME, &id, ERR_INPUT,
                        "the seed is 18446744073709551614 there, 1 here", "cannot be continued");
    id.strategies = 2;
    runs_assert_refused(f->db, STORE_RESUME, &id, ERR_INPUT, "near, far there, far here", "seed");
    id.scenario_hash = "ffff"; /* whose strategies the database has no names for */
    runs_assert_refused(f->db, STORE_RESUME, &id, ERR_INPUT,
                        "hash is 0123abcd there, ffff here; the seed is 18446744073709551614 "
                        "there, 1 here",
                        "cannot be continued");
    id.version = "9.9";
    id.costs = NULL;
    runs_assert_refused(f->db, STORE_RESUME, &id, ERR_INPUT, "the version is 0.1.0 there, 9.9 here",
                        "costs is reference there, not stated here");
}

static void
test_a_killed_run_is_continued_as_if_nothing_had_happened(void **state)
{
    const struct folder *f = *state;
    const uint32_t most = 400;

    for (int i = 0; i < 6; i++)
        runs_put_and_be_killed(f->db, most, 1 + 13 * i);
    struct store *store = runs_open(f->db, STORE_RESUME, most, 2);
    size_t missing = 0;

    for (uint64_t i = 0; i < most; i++) {
        bool has;

        assert_int_equal(store_has(store, PLANE_LEGAL, i, &has, NULL), 0);
        if (!has)
            runs_put(store, PLANE_LEGAL, i);
        missing += !has;
    }
    assert_in_range(missing, 1, most - 201); /* 201 were confirmed before the kills */
    runs_put(store, PLANE_TRAFFIC, 0);
    runs_put(store, PLANE_TRAFFIC, 1);
    runs_assert_holds(store, most, 2);
    store_close(store);
    assert_int_equal(runs_count_files(f), 1);
}

static void
test_a_killed_run_can_be_read_at_once(void **state)
{
    const struct folder *f = *state;

    runs_put_and_be_killed(f->db, 50, 20);
    assert_true(runs_count_files(f) > 1); /* a log was left */
    struct store *store = runs_open(f->db, STORE_READ, 0, 0);
    struct bytes all = runs_bytes(store);

    assert_in_range(all.trials, 20, 50);
    free(all.item);
    store_close(store);
    assert_int_equal(runs_count_files(f), 1);
}

/* The content of every table, row by row in the order of keys. */
static char *
dump(const char *path)
{
    static const char *const table[] = {
        "SELECT * FROM run ORDER BY 1",
        "SELECT * FROM names ORDER BY 1, 2, 3",
        "SELECT * FROM series ORDER BY 1",
        "SELECT * FROM trial ORDER BY 1",
        "SELECT * FROM observation ORDER BY 1, 2",
        "SELECT * FROM curve ORDER BY 1, 2",
        "SELECT * FROM estimate ORDER BY 1",
        "SELECT * FROM latency_window ORDER BY 1, 2",
        "SELECT * FROM exposure",
        "SELECT * FROM request",
        "SELECT * FROM latency_quantile",
    };
    struct text out = {0};
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (size_t i = 0; i < COUNT(table); i++) {
        sqlite3_stmt *row;

        assert_int_equal(sqlite3_prepare_v2(db, table[i], -1, &row, NULL), SQLITE_OK);
        while (sqlite3_step(row) == SQLITE_ROW) {
            for (int c = 0; c < sqlite3_column_count(row); c++) {
                const unsigned char *bytes = sqlite3_column_blob(row, c);

                for (int k = 0; k < sqlite3_column_bytes(row, c); k++)
                    text_addf(&out, "%02x", bytes[k]);
                text_add(&out, "|");
            }
        }
        sqlite3_finalize(row);
    }
    sqlite3_close(db);
    assert_false(out.lost);
    return out.s;
}

static void
test_a_database_does_not_tell_in_which_order_trials_came(void **state)
{
    const struct folder *f = *state;
    char other[128];
    struct store *one = runs_open(f->db, STORE_CREATE, 20, 3);

    snprintf(other, sizeof other, "%s/other.db", f->path);
    struct store *two = runs_open(other, STORE_CREATE, 20, 3);

    for (uint64_t i = 0; i < 20; i++) {
        runs_put(one, PLANE_LEGAL, i);
        runs_put(two, PLANE_LEGAL, i * 7 % 20);
    }
    for (uint64_t i = 0; i < 3; i++) {
        runs_put(one, PLANE_TRAFFIC, i);
        runs_put(two, PLANE_TRAFFIC, 2 - i);
    }
    runs_finish(one, NULL);
    runs_finish(two, NULL);
    store_close(one);
    store_close(two);
    char *first = dump(f->db), *second = dump(other);

    assert_true(strlen(first) > 10000);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, runs_make_folder, runs_drop_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_trials_come_back_equal_and_in_order_however_they_came),
        cmocka_unit_test(test_a_store_in_memory_holds_the_same),
        IN_FOLDER(test_values_that_are_hard_to_store_come_back_equal),
        cmocka_unit_test(test_a_trial_is_there_once_it_was_put),
        cmocka_unit_test(test_a_trial_that_cannot_be_stored_leaves_nothing),
        cmocka_unit_test(test_the_callback_can_end_the_reading),
        IN_FOLDER(test_identity_and_names_come_back),
        IN_FOLDER(test_a_finished_run_holds_its_estimates_and_judgements),
        IN_FOLDER(test_a_finished_run_reads_in_a_folder_that_cannot_be_written),
        IN_FOLDER(test_a_run_is_continued_where_it_was),
        IN_FOLDER(test_more_replications_extend_a_run_and_void_its_estimates),
        IN_FOLDER(test_another_run_is_not_continued_and_every_difference_is_named),
        IN_FOLDER(test_a_killed_run_is_continued_as_if_nothing_had_happened),
        IN_FOLDER(test_a_killed_run_can_be_read_at_once),
        IN_FOLDER(test_a_database_does_not_tell_in_which_order_trials_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
