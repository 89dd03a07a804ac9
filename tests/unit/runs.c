#include "runs.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sqlite3.h>

int
runs_make_folder(void **state)
{
    struct folder *f = calloc(1, sizeof *f);

    if (f == NULL)
        return -1;
    snprintf(f->path, sizeof f->path, "/tmp/test_store_XXXXXX");
    if (mkdtemp(f->path) == NULL)
        return -1;
    snprintf(f->db, sizeof f->db, "%s/run.db", f->path);
    *state = f;
    return 0;
}

int
runs_drop_folder(void **state)
{
    struct folder *f = *state;
    DIR *dir = opendir(f->path);
    struct dirent *entry;

    chmod(f->path, 0700);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char file[512];

        snprintf(file, sizeof file, "%s/%s", f->path, entry->d_name);
        unlink(file);
    }
    if (dir != NULL)
        closedir(dir);
    rmdir(f->path);
    free(f);
    return 0;
}

/* How many files the folder holds: a journal or lock left behind would be one more. */
int
runs_count_files(const struct folder *f)
{
    DIR *dir = opendir(f->path);
    struct dirent *entry;
    int count = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

struct run_identity
runs_identity(uint32_t legal, uint32_t traffic)
{
    return (struct run_identity){
        .scenario_name = "small",
        .scenario_text = "jurisim: 1\ntitle: \"quotes ' and \xc3\xbc\"\n",
        .scenario_hash = "0123abcd",
        .version = "0.1.0",
        .seed = UINT64_MAX - 1,
        .strategies = 3,
        .legal = legal,
        .traffic = traffic,
        .costs = "reference",
    };
}

/* Opens and fails the test with the messages when it cannot. */
struct store *
runs_open(const char *path, enum store_mode mode, uint32_t legal, uint32_t traffic)
{
    struct why why = {0};
    struct store *store;
    const struct run_identity id = runs_identity(legal, traffic);
    const int rc = store_open(&store, path, mode, &id, records_legend(), &why);

    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    assert_int_equal(rc, 0);
    assert_int_equal(why.count, 0);
    why_release(&why);
    return store;
}

void
runs_put(struct store *store, enum plane plane, uint64_t replication)
{
    struct recording r = {0};
    struct why why = {0};

    records_make(&r, plane, replication);
    const int rc = store_put(store, &r, &why);

    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    assert_int_equal(rc, 0);
    why_release(&why);
    recording_release(&r);
}

void
runs_assert_refused(const char *path, enum store_mode mode, const struct run_identity *id, int code,
                    const char *one, const char *other)
{
    struct why why = {0};
    struct store *store;

    assert_int_equal(store_open(&store, path, mode, id, records_legend(), &why), code);
    assert_null(store);
    assert_int_equal(why.count, 1);
    if (strstr(why.fault[0].text, one) == NULL || strstr(why.fault[0].text, other) == NULL)
        fail_msg("'%s' lacks '%s' or '%s'", why.fault[0].text, one, other);
    if (path != NULL && path[0] != '\0')
        assert_non_null(strstr(why.fault[0].text, path));
    why_release(&why);
}

int
runs_gather(void *self, const struct recording *recording)
{
    struct bytes *all = self;
    size_t size;
    unsigned char *bytes = records_bytes(recording, &size);

    if (all->trials > 0)
        assert_true(all->plane == PLANE_TRAFFIC && recording->plane == PLANE_LEGAL
                        ? true
                        : all->plane == recording->plane &&
                              recording->replication > all->replication);
    all->plane = recording->plane;
    all->replication = recording->replication;
    assert_int_equal(mem_grow(&all->item, &all->capacity, all->count + size, 1), 0);
    memcpy(all->item + all->count, bytes, size);
    all->count += size;
    all->trials++;
    free(bytes);
    return all->stop_after > 0 && all->trials == all->stop_after ? ERR_STOPPED : 0;
}

struct bytes
runs_bytes(struct store *store)
{
    struct bytes all = {0};

    assert_int_equal(store_each(store, runs_gather, &all, NULL), 0);
    return all;
}

/* What the trials' bytes must be. */
struct bytes
runs_expected(uint32_t legal, uint32_t traffic)
{
    struct bytes all = {0};
    struct recording r = {0};

    for (uint64_t i = 0; i < traffic; i++) {
        records_make(&r, PLANE_TRAFFIC, i);
        assert_int_equal(runs_gather(&all, &r), 0);
    }
    for (uint64_t i = 0; i < legal; i++) {
        records_make(&r, PLANE_LEGAL, i);
        assert_int_equal(runs_gather(&all, &r), 0);
    }
    recording_release(&r);
    return all;
}

void
runs_assert_holds(struct store *store, uint32_t legal, uint32_t traffic)
{
    struct bytes is = runs_bytes(store), should = runs_expected(legal, traffic);

    assert_int_equal(is.trials, should.trials);
    assert_int_equal(is.count, should.count);
    assert_memory_equal(is.item, should.item, is.count);
    free(is.item);
    free(should.item);
}

int
runs_add(void *self, const struct recording *recording)
{
    return outcome_add(self, recording);
}

/* Finishes with the estimates of what is there. */
void
runs_finish(struct store *store, const struct judgement_list *judgements)
{
    struct outcome outcome;
    struct why why = {0};

    assert_int_equal(outcome_init(&outcome, records_legend()), 0);
    assert_int_equal(store_each(store, runs_add, &outcome, NULL), 0);
    assert_int_equal(outcome_finish(&outcome), 0);
    const int rc = store_finish(store, &outcome, judgements, &why);

    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    assert_int_equal(rc, 0);
    why_release(&why);
    outcome_release(&outcome);
}

/* One number from the file, through SQLite alone. */
double
runs_ask(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const double value = sqlite3_column_double(statement, 0);

    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

void
runs_tell(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* Puts trials until it is killed; a byte a trial to the pipe. */
static void
put_until_killed(const char *path, int pipe, uint32_t most)
{
    struct store *store = runs_open(path, STORE_RESUME, most, 2);
    struct recording r = {0};

    for (uint64_t i = 0; i < most; i++) {
        bool has;

        if (store_has(store, PLANE_LEGAL, i, &has, NULL) != 0 || has)
            continue;
        records_make(&r, PLANE_LEGAL, i);
        if (store_put(store, &r, NULL) != 0 || write(pipe, "x", 1) != 1)
            _exit(1);
    }
    pause();
    _exit(0);
}

/* Starts a child that puts trials, and kills it once it has put `after` of them. */
void
runs_put_and_be_killed(const char *path, uint32_t most, int after)
{
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();

    if (child == 0)
        put_until_killed(path, ends[1], most);
    close(ends[1]);
    for (int i = 0; i < after; i++)
        assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ends[0]);
}
