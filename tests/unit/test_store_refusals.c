#include "runs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <sqlite3.h>

/* ---- refusals ---- */

static void
write_file(const char *path, const char *content, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    fclose(file);
}

static void
test_a_file_that_is_there_is_not_overwritten_unasked(void **state)
{
    const struct folder *f = *state;
    const struct run_identity id = runs_identity(2, 0);

    store_close(runs_open(f->db, STORE_CREATE, 2, 0));
    runs_assert_refused(f->db, STORE_CREATE, &id, ERR_IO, "exists already", "continue or replace");
}

static void
test_replacing_a_run_leaves_nothing_of_it(void **state)
{
    const struct folder *f = *state;
    struct store *store = runs_open(f->db, STORE_CREATE, 5, 0);

    runs_put(store, PLANE_LEGAL, 4);
    runs_finish(store, NULL);
    store_close(store);
    store = runs_open(f->db, STORE_REPLACE, 2, 0);
    runs_put(store, PLANE_LEGAL, 0);
    runs_put(store, PLANE_LEGAL, 1);
    runs_assert_holds(store, 2, 0);
    store_close(store);
    assert_true(runs_ask(f->db, "SELECT count(*) FROM estimate") == 0);
    runs_tell(f->db, "PRAGMA user_version = 0; DROP TABLE curve");
    store = runs_open(f->db, STORE_REPLACE, 2, 0); /* also one of an older version */
    store_close(store);
    assert_true(runs_ask(f->db, "SELECT count(*) FROM curve") == 0);
    assert_int_equal(runs_count_files(f), 1);
    runs_put_and_be_killed(f->db, 2, 1);
    store = runs_open(f->db, STORE_REPLACE, 1, 0); /* and one that was cut off */
    runs_put(store, PLANE_LEGAL, 0);
    runs_assert_holds(store, 1, 0);
    store_close(store);
    assert_int_equal(runs_count_files(f), 1);
}

static void
test_what_is_no_run_is_refused_and_left_alone(void **state)
{
    const struct folder *f = *state;
    const struct run_identity id = runs_identity(2, 0);
    static const char text[] = "places: {shanghai: {in: CN}, guiyang: {in: CN}}\n# some scenario";
    static const enum store_mode mode[] = {STORE_READ, STORE_RESUME, STORE_REPLACE};
    struct stat status;

    for (size_t i = 0; i < COUNT(mode); i++) {
        write_file(f->db, text, sizeof text - 1);
        runs_assert_refused(f->db, mode[i], &id, ERR_INPUT, "not a database", "");
        assert_int_equal(stat(f->db, &status), 0);
        assert_int_equal(status.st_size, sizeof text - 1);
        unlink(f->db);
        runs_tell(f->db, "CREATE TABLE invoices (id); INSERT INTO invoices VALUES (7)");
        runs_assert_refused(f->db, mode[i], &id, ERR_INPUT, "database of another program", "");
        assert_true(runs_ask(f->db, "SELECT id FROM invoices") == 7);
        assert_int_equal(runs_count_files(f), 1);
        unlink(f->db);
        runs_assert_refused(f->path, mode[i], &id, ERR_INPUT, "is a folder", "");
        runs_assert_refused("", mode[i], &id, ERR_INPUT, "needs a name", "");
    }
    runs_assert_refused(f->db, STORE_READ, NULL, ERR_INPUT, "no such file", "");
    char deep[160];

    snprintf(deep, sizeof deep, "%s/none/run.db", f->path);
    runs_assert_refused(deep, STORE_CREATE, &id, ERR_IO, "no such folder", "");
    write_file(f->db, "", 0);
    runs_assert_refused(f->db, STORE_READ, NULL, ERR_INPUT, "holds no run", "");
    store_close(runs_open(f->db, STORE_RESUME, 2, 0)); /* a run cut off before it began */
    assert_true(runs_ask(f->db, "SELECT count(*) FROM trial") == 0);
}

static void
test_runs_of_other_versions_are_refused(void **state)
{
    const struct folder *f = *state;
    const struct run_identity id = runs_identity(2, 0);

    store_close(runs_open(f->db, STORE_CREATE, 2, 0));
    runs_tell(f->db, "PRAGMA user_version = 1"); /* before adversaries were told apart */
    runs_assert_refused(f->db, STORE_READ, NULL, ERR_INPUT,
                        "tables are version 1, this one reads 2", "run the scenario again");
    runs_tell(f->db, "PRAGMA user_version = 0");
    runs_assert_refused(f->db, STORE_READ, NULL, ERR_INPUT, "older jurisim",
                        "run the scenario again");
    runs_assert_refused(f->db, STORE_RESUME, &id, ERR_INPUT, "older jurisim", "");
    runs_tell(f->db, "PRAGMA user_version = 99");
    runs_assert_refused(f->db, STORE_READ, NULL, ERR_INPUT, "newer jurisim", "99");
}

static void
test_a_run_that_was_cut_short_or_damaged_can_be_replaced(void **state)
{
    const struct folder *f = *state;
    static const off_t kept[] = {72, 100, 3000, 4096, 20000};
    const struct run_identity id = runs_identity(2, 0);

    for (size_t i = 0; i <= COUNT(kept); i++) {
        struct store *store = runs_open(f->db, STORE_CREATE, 40, 0);

        for (uint64_t k = 0; k < 40; k++)
            runs_put(store, PLANE_LEGAL, k);
        store_close(store);
        if (i < COUNT(kept)) {
            assert_int_equal(truncate(f->db, kept[i]), 0);
        } else { /* whole in length, but all that follows the head is noise */
            FILE *file = fopen(f->db, "r+b");

            assert_non_null(file);
            fseek(file, 100, SEEK_SET);
            for (size_t k = 0; k < 30000; k++)
                fputc((int)(k * 31 % 251), file);
            fclose(file);
        }
        runs_assert_refused(f->db, STORE_READ, NULL, ERR_INPUT, f->db, "");
        runs_assert_refused(f->db, STORE_RESUME, &id, ERR_INPUT, f->db, "");
        store = runs_open(f->db, STORE_REPLACE, 2, 0);
        runs_put(store, PLANE_LEGAL, 0);
        runs_put(store, PLANE_LEGAL, 1);
        runs_assert_holds(store, 2, 0);
        store_close(store);
        assert_true(runs_ask(f->db, "SELECT count(*) FROM trial") == 2);
        assert_int_equal(runs_count_files(f), 1);
        unlink(f->db);
    }
}

static void
test_a_run_under_way_is_not_disturbed(void **state)
{
    const struct folder *f = *state;
    const struct run_identity id = runs_identity(2, 0);
    static const enum store_mode mode[] = {STORE_READ, STORE_RESUME, STORE_REPLACE};
    struct store *store = runs_open(f->db, STORE_CREATE, 2, 0);
    pid_t child[COUNT(mode)];

    runs_put(store, PLANE_LEGAL, 0);
    for (size_t i = 0; i < COUNT(mode); i++) {
        /* Another process: locks of one process do not keep out itself. */
        child[i] = fork();
        if (child[i] == 0) {
            struct why why = {0};
            struct store *other;
            int rc = 0;

            if (store_open(&other, f->db, mode[i], &id, records_legend(), &why) != ERR_IO)
                rc = 1;
            else if (strstr(why.fault[0].text, "in use by another program") == NULL)
                rc = 2;
            why_release(&why);
            _exit(rc);
        }
    }
    for (size_t i = 0; i < COUNT(mode); i++) {
        int status;

        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    runs_put(store, PLANE_LEGAL, 1);
    runs_assert_holds(store, 2, 0);
    store_close(store);
}

static void
test_a_file_that_cannot_grow_is_reported_and_keeps_whole_trials(void **state)
{
    const struct folder *f = *state;
    const pid_t child = fork();

    if (child == 0) {
        const struct rlimit limit = {400000, 400000};
        const struct run_identity id = runs_identity(10000, 0);
        struct store *store;
        struct recording r = {0};
        struct why why = {0};
        int rc = 0;

        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
            store_open(&store, f->db, STORE_CREATE, &id, records_legend(), NULL) != 0)
            _exit(1);
        for (uint64_t i = 0; rc == 0 && i < 10000; i++) {
            records_make(&r, PLANE_LEGAL, i);
            rc = store_put(store, &r, &why);
        }
        if (rc != ERR_IO)
            _exit(2);
        if (strstr(why.fault[0].text, f->db) == NULL ||
            strstr(why.fault[0].text, "File too large") == NULL)
            _exit(3);
        store_close(store);
        _exit(0);
    }
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    struct store *store = runs_open(f->db, STORE_READ, 0, 0);
    struct bytes all = runs_bytes(store);

    assert_true(all.trials > 10);
    struct bytes should = runs_expected((uint32_t)all.trials, 0);

    assert_int_equal(all.count, should.count);
    assert_memory_equal(all.item, should.item, all.count);
    free(all.item);
    free(should.item);
    store_close(store);
}

static void
test_a_lack_of_memory_is_reported(void **state)
{
    (void)state;
    struct store *store = runs_open(NULL, STORE_CREATE, 10000, 0);
    struct recording r = {0};
    struct why why = {0};
    int rc = 0;

    sqlite3_hard_heap_limit64(3000000); /* SQLite's own: everything else has enough */
    for (uint64_t i = 0; rc == 0 && i < 10000; i++) {
        records_make(&r, PLANE_LEGAL, i);
        rc = store_put(store, &r, &why);
    }
    sqlite3_hard_heap_limit64(0);
    assert_int_equal(rc, ERR_MEMORY);
    assert_int_equal(why.count, 1);
    recording_release(&r);
    why_release(&why);
    store_close(store);
}

/* ---- volume ---- */

static double
seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
test_a_thousand_trials_of_a_thousand_values_take_seconds(void **state)
{
    const struct folder *f = *state;
    struct store *store = runs_open(f->db, STORE_CREATE, 1000, 0);
    struct recording r = {0};
    double put_s = -seconds(), read_s;

    for (uint64_t i = 0; i < 1000; i++) {
        recording_clear(&r);
        r.plane = PLANE_LEGAL;
        r.replication = i;
        for (uint32_t k = 0; k < 1200; k++) {
            struct label label = label_with(label_total, LABEL_AUTHORITY, k / 2 % 2);

            label =
                label_with(label_with(label, LABEL_PERIOD, k / 4 % 4), LABEL_CUSTODIAN, k / 16 % 2);
            label =
                label_with(label_with(label, LABEL_COHORT, k / 32 % 2), LABEL_STATION, k / 64 % 3);
            records_value(&r, k % 2, (enum metric_id)(METRIC_REQUESTS_RECEIVED + k / 192), label,
                          (double)(i + k) + 0.1);
        }
        recording_sort(&r);
        assert_int_equal(r.observations.count, 1200);
        assert_int_equal(store_put(store, &r, NULL), 0);
    }
    put_s += seconds();
    store_close(store);
    read_s = -seconds();
    store = runs_open(f->db, STORE_READ, 0, 0);
    struct outcome o;

    assert_int_equal(outcome_init(&o, records_legend()), 0);
    assert_int_equal(store_each(store, runs_add, &o, NULL), 0);
    assert_int_equal(outcome_finish(&o), 0);
    assert_int_equal(o.count, 1200);
    outcome_release(&o);
    store_close(store);
    read_s += seconds();
    recording_release(&r);
    print_message("1,200,000 values: written in %.1f s, read and estimated in %.1f s, %.0f MB\n",
                  put_s, read_s,
                  runs_ask(f->db, "SELECT page_count * page_size / 1e6 FROM "
                                  "pragma_page_count(), pragma_page_size()"));
    assert_true(put_s < 30 && read_s < 30); /* far above: machines are noisy */
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, runs_make_folder, runs_drop_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_file_that_is_there_is_not_overwritten_unasked),
        IN_FOLDER(test_replacing_a_run_leaves_nothing_of_it),
        IN_FOLDER(test_what_is_no_run_is_refused_and_left_alone),
        IN_FOLDER(test_runs_of_other_versions_are_refused),
        IN_FOLDER(test_a_run_that_was_cut_short_or_damaged_can_be_replaced),
        IN_FOLDER(test_a_run_under_way_is_not_disturbed),
        IN_FOLDER(test_a_file_that_cannot_grow_is_reported_and_keeps_whole_trials),
        cmocka_unit_test(test_a_lack_of_memory_is_reported),
        IN_FOLDER(test_a_thousand_trials_of_a_thousand_values_take_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
