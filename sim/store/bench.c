/* Measurements in and out of a database: see bench.h. */
#include "store/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/db.h"
#include "store/schema.h"

#define DOING "keeping a measurement"
#define READS "reading measurements"

/* SQLite would take "file:x" for a URI and ":memory:" for none. */
static int
connect(struct db *db, const char *path, int flags, struct why *why)
{
    struct text name = {0};
    int rc;

    *db = (struct db){.path = path};
    text_addf(&name, "%s%s", path[0] == '/' ? "" : "./", path);
    rc = name.lost ? why_no_memory(why) : db_connect(db, name.s, flags | SQLITE_OPEN_NOMUTEX, why);
    text_release(&name);
    return rc;
}

/* Whose database is it? `*own`: jurisim's; else nobody's. `*holds`: it has measurements' tables. */
static int
look(struct db *db, bool *own, bool *holds, struct why *why)
{
    const struct where at = {.file = db->path};
    int64_t application, objects, tables;
    int rc = db_whole(db, "PRAGMA application_id", &application, READS, why);

    if (rc == 0)
        rc = db_whole(db, "SELECT count(*) FROM sqlite_schema", &objects, READS, why);
    if (rc == 0)
        rc = db_whole(db,
                      "SELECT count(*) FROM sqlite_schema WHERE name IN ('bench_machine', "
                      "'bench_row')",
                      &tables, READS, why);
    if (rc < 0)
        return rc;
    *holds = tables == 2;
    if (application != SCHEMA_APPLICATION && application != SCHEMA_BENCH_APPLICATION &&
        (objects > 0 || application != 0))
        return why_add(why, ERR_INPUT, &at, "a database of another program, not of jurisim");
    *own = application != 0;
    return rc;
}

/* The tables, and whose the file is. */
static int
make_tables(struct db *db, bool own, struct why *why)
{
    struct text pragma = {0};
    int rc = 0;

    text_addf(&pragma, "PRAGMA application_id = %d", SCHEMA_BENCH_APPLICATION);
    if (!own)
        rc = pragma.lost ? why_no_memory(why) : db_exec(db, pragma.s, DOING, why);
    for (size_t i = 0; rc == 0 && schema_bench_sql[i] != NULL; i++)
        rc = db_exec(db, schema_bench_sql[i], DOING, why);
    text_release(&pragma);
    return rc;
}

static int
put_machine(struct db *db, const struct bench_list *list, struct why *why)
{
    sqlite3_stmt *statement;
    int rc = db_prepare(db, &statement,
                        "INSERT INTO bench_machine VALUES "
                        "(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                        why);

    if (rc < 0)
        return rc;
    bind_text(statement, 1, list->cpu);
    bind_whole(statement, 2, list->cores);
    bind_text(statement, 3, list->library);
    bind_text(statement, 4, list->token);
    bind_text(statement, 5, list->measured);
    bind_text(statement, 6, list->program);
    bind_whole(statement, 7, list->rounds);
    bind_whole(statement, 8, list->threads);
    bind_whole(statement, 9, list->cpu_time);
    bind_whole(statement, 10, list->pinned);
    bind_whole(statement, 11, list->unscaled);
    bind_real(statement, 12, list->spin_scaling);
    rc = db_run(db, statement, DOING, why);
    sqlite3_finalize(statement);
    return rc;
}

static int
put_notes(struct db *db, int64_t machine, const struct bench_list *list, struct why *why)
{
    const char *const note[][2] = {{"libraries", list->libraries}, {"flags", list->flags}};
    sqlite3_stmt *statement;
    int rc = db_exec(db, schema_bench_note_sql, DOING, why);

    if (rc == 0)
        rc = db_prepare(db, &statement, "INSERT INTO bench_note VALUES (?1, ?2, ?3)", why);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < COUNT(note) && rc == 0; i++) {
        if (note[i][1] == NULL || note[i][1][0] == '\0')
            continue;
        bind_whole(statement, 1, machine);
        bind_text(statement, 2, note[i][0]);
        bind_text(statement, 3, note[i][1]);
        rc = db_run(db, statement, DOING, why);
    }
    sqlite3_finalize(statement);
    return rc;
}

static int
put_rows(struct db *db, int64_t machine, const struct bench_list *list, struct why *why)
{
    sqlite3_stmt *statement;
    int rc = db_prepare(db, &statement,
                        "INSERT INTO bench_row VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
                        "?11, ?12, ?13, ?14, ?15, ?16, ?17)",
                        why);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < list->count && rc == 0; i++) {
        const struct bench_row *row = &list->item[i];
        const double value[] = {row->median, row->low,  row->high,  row->p50,
                                row->p99,    row->p999, row->cycles};

        bind_whole(statement, 1, machine);
        bind_whole(statement, 2, (int64_t)i);
        bind_text(statement, 3, row->name);
        bind_text(statement, 4, row->backend);
        bind_text(statement, 5, row->mode);
        bind_whole(statement, 6, row->bulk);
        bind_whole(statement, 7, row->cost);
        bind_whole(statement, 8, row->control);
        bind_whole(statement, 9, (int64_t)row->bytes);
        bind_whole(statement, 10, row->threads);
        for (unsigned v = 0; v < COUNT(value); v++)
            bind_real(statement, 11 + (int)v, value[v]);
        rc = db_run(db, statement, DOING, why);
    }
    sqlite3_finalize(statement);
    return rc;
}

static int
put_engine_rows(struct db *db, int64_t machine, const struct engine_rows *rows, struct why *why)
{
    sqlite3_stmt *statement;
    int rc = db_prepare(db, &statement,
                        "INSERT INTO engine_row VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
                        "?11, ?12, ?13, ?14)",
                        why);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < rows->count && rc == 0; i++) {
        const struct engine_row *row = &rows->item[i];
        const double value[] = {row->median, row->low,       row->high,
                                row->ratio,  row->ratio_low, row->ratio_high};

        bind_whole(statement, 1, machine);
        bind_whole(statement, 2, (int64_t)i);
        bind_text(statement, 3, row->name);
        bind_text(statement, 4, row->backend);
        bind_text(statement, 5, row->mode);
        bind_whole(statement, 6, (int64_t)row->size);
        bind_whole(statement, 7, row->threads);
        bind_text(statement, 8, row->unit);
        for (unsigned v = 0; v < COUNT(value); v++)
            bind_real(statement, 9 + (int)v, value[v]);
        rc = db_run(db, statement, DOING, why);
    }
    sqlite3_finalize(statement);
    return rc;
}

/* SQLite would only say that it cannot open it. */
static int
not_folder(const char *path, struct why *why)
{
    const struct where at = {.file = path};
    struct stat status;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return why_add(why, ERR_INPUT, &at, "a folder, not a database");
    return 0;
}

/* The folder that a file which is not there would be made in. */
static int
check_parent(const char *path, struct why *why)
{
    const struct where at = {.file = path};
    const char *const slash = strrchr(path, '/');
    struct text folder = {0};
    int rc = 0;

    text_addf(&folder, "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1,
              slash == NULL ? "." : path);
    if (folder.lost)
        rc = why_no_memory(why);
    else if (access(text_str(&folder), W_OK | X_OK) < 0)
        rc = why_add(why, ERR_IO, &at, "cannot write: %s", strerrordesc_np(errno));
    text_release(&folder);
    return rc;
}

int
bench_check_store(const char *path, struct why *why)
{
    const struct where at = {.file = path};
    struct db db;
    bool own, holds;
    int rc = not_folder(path, why);

    if (rc < 0)
        return rc;
    if (access(path, F_OK) < 0)
        return check_parent(path, why);
    if (access(path, W_OK) < 0)
        return why_add(why, ERR_IO, &at, "cannot write: %s", strerrordesc_np(errno));
    rc = connect(&db, path, SQLITE_OPEN_READWRITE, why);
    if (rc == 0)
        rc = look(&db, &own, &holds, why);
    db_close(&db);
    return rc;
}

int
bench_store(const char *path, const struct bench_list *list, struct why *why)
{
    struct db db;
    bool own, holds;
    int rc = connect(&db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, why);

    if (rc == 0)
        rc = db_exec(&db, "BEGIN IMMEDIATE", DOING, why);
    if (rc == 0)
        rc = look(&db, &own, &holds, why);
    if (rc == 0)
        rc = make_tables(&db, own, why);
    if (rc == 0)
        rc = put_machine(&db, list, why);
    const int64_t machine = rc == 0 ? sqlite3_last_insert_rowid(db.handle) : 0;

    if (rc == 0)
        rc = put_notes(&db, machine, list, why);
    if (rc == 0)
        rc = put_rows(&db, machine, list, why);
    if (rc == 0)
        rc = put_engine_rows(&db, machine, &list->engine, why);
    if (rc == 0)
        rc = db_exec(&db, "COMMIT", DOING, why);
    db_close(&db); /* rolls back what was not committed */
    return rc;
}

/* ---- reading ---- */

static const char *
keep_text(struct bench_list *out, sqlite3_stmt *statement, int column, bool *lost)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    const char *kept =
        arena_text(&out->arena, text != NULL ? text : "", text != NULL ? strlen(text) : 0);

    *lost = *lost || kept == NULL;
    return kept;
}

/* Databases of before there were any have none. */
static int
read_notes(struct db *db, int64_t id, struct bench_list *out, struct why *why)
{
    sqlite3_stmt *s;
    int64_t tables = 0;
    bool row = true, lost = false;
    int rc = db_whole(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'bench_note'", &tables,
                      READS, why);

    if (rc < 0 || tables == 0)
        return rc;
    rc = db_prepare(db, &s, "SELECT name, value FROM bench_note WHERE machine = ?1", why);
    if (rc < 0)
        return rc;
    bind_whole(s, 1, id);
    while ((rc = db_step(db, s, &row, READS, why)) == 0 && row) {
        const char *name = (const char *)sqlite3_column_text(s, 0);

        if (name != NULL && strcmp(name, "libraries") == 0)
            out->libraries = keep_text(out, s, 1, &lost);
        else if (name != NULL && strcmp(name, "flags") == 0)
            out->flags = keep_text(out, s, 1, &lost);
    }
    sqlite3_finalize(s);
    return rc < 0 ? rc : lost ? why_no_memory(why) : 0;
}

static int
read_machine(struct db *db, int64_t id, struct bench_list *out, struct why *why)
{
    sqlite3_stmt *s;
    bool row, lost = false;
    int rc = db_prepare(db, &s,
                        "SELECT cpu, cores, library, token, measured, jurisim, rounds, threads, "
                        "processor_time, pinned, unscaled, spin_scaling FROM bench_machine "
                        "WHERE id = ?1",
                        why);

    if (rc < 0)
        return rc;
    bind_whole(s, 1, id);
    rc = db_step(db, s, &row, READS, why);
    if (rc == 0 && row) {
        out->cpu = keep_text(out, s, 0, &lost);
        out->cores = (uint32_t)sqlite3_column_int64(s, 1);
        out->library = keep_text(out, s, 2, &lost);
        out->token = keep_text(out, s, 3, &lost);
        out->measured = keep_text(out, s, 4, &lost);
        out->program = keep_text(out, s, 5, &lost);
        out->rounds = (uint32_t)sqlite3_column_int64(s, 6);
        out->threads = (uint32_t)sqlite3_column_int64(s, 7);
        out->cpu_time = sqlite3_column_int(s, 8) != 0;
        out->pinned = sqlite3_column_int(s, 9) != 0;
        out->unscaled = sqlite3_column_int(s, 10) != 0;
        out->spin_scaling = column_real(s, 11);
    }
    sqlite3_finalize(s);
    return rc < 0 ? rc : lost ? why_no_memory(why) : 0;
}

static void
read_row(struct bench_list *out, sqlite3_stmt *s, bool *lost)
{
    struct bench_row *row = &out->item[out->count++];

    *row = (struct bench_row){
        .name = keep_text(out, s, 0, lost),
        .backend = keep_text(out, s, 1, lost),
        .mode = keep_text(out, s, 2, lost),
        .bulk = sqlite3_column_int(s, 3) != 0,
        .cost = sqlite3_column_int(s, 4) != 0,
        .control = sqlite3_column_int(s, 5) != 0,
        .bytes = (uint64_t)sqlite3_column_int64(s, 6),
        .threads = (uint32_t)sqlite3_column_int64(s, 7),
        .median = column_real(s, 8),
        .low = column_real(s, 9),
        .high = column_real(s, 10),
        .p50 = column_real(s, 11),
        .p99 = column_real(s, 12),
        .p999 = column_real(s, 13),
        .cycles = column_real(s, 14),
    };
}

static int
read_rows(struct db *db, int64_t id, struct bench_list *out, struct why *why)
{
    sqlite3_stmt *s;
    bool more = true, lost = false;
    int rc = db_prepare(db, &s,
                        "SELECT name, backend, mode, bulk, cost, control, bytes, threads, median, "
                        "low, high, p50, p99, p999, cycles FROM bench_row WHERE machine = ?1 "
                        "ORDER BY ordinal",
                        why);

    if (rc < 0)
        return rc;
    bind_whole(s, 1, id);
    while (rc == 0) {
        rc = db_step(db, s, &more, READS, why);
        if (rc < 0 || !more)
            break;
        if (VEC_ROOM(out) < 0)
            rc = why_no_memory(why);
        else
            read_row(out, s, &lost);
    }
    sqlite3_finalize(s);
    return rc < 0 ? rc : lost ? why_no_memory(why) : 0;
}

/* Has the measurement a cost of every name? */
static int
has_all(struct db *db, int64_t id, const char *const *names, size_t count, bool *out,
        struct why *why)
{
    sqlite3_stmt *s;
    int rc = db_prepare(
        db, &s, "SELECT 1 FROM bench_row WHERE machine = ?1 AND name = ?2 AND cost AND threads = 1",
        why);

    *out = true;
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < count && *out && rc == 0; i++) {
        sqlite3_reset(s);
        bind_whole(s, 1, id);
        bind_text(s, 2, names[i]);
        rc = db_step(db, s, out, READS, why);
    }
    sqlite3_finalize(s);
    return rc;
}

static int
find_newest(struct db *db, const struct bench_list *machine, const char *const *names, size_t count,
            int64_t *id, bool *found, struct why *why)
{
    sqlite3_stmt *s;
    bool more = true;
    int rc = db_prepare(db, &s,
                        "SELECT id FROM bench_machine WHERE (?1 IS NULL OR "
                        "(cpu = ?1 AND cores = ?2 AND library = ?3)) AND EXISTS "
                        "(SELECT 1 FROM bench_row WHERE machine = id) ORDER BY id DESC",
                        why);

    *found = false;
    if (rc < 0)
        return rc;
    if (machine != NULL) {
        bind_text(s, 1, machine->cpu);
        bind_whole(s, 2, machine->cores);
        bind_text(s, 3, machine->library);
    }
    while (rc == 0 && !*found) {
        rc = db_step(db, s, &more, READS, why);
        if (rc < 0 || !more)
            break;
        *id = sqlite3_column_int64(s, 0);
        rc = has_all(db, *id, names, count, found, why);
    }
    sqlite3_finalize(s);
    return rc;
}

static void
read_engine_row(struct bench_list *out, sqlite3_stmt *s, bool *lost)
{
    out->engine.item[out->engine.count++] = (struct engine_row){
        .name = keep_text(out, s, 0, lost),
        .backend = keep_text(out, s, 1, lost),
        .mode = keep_text(out, s, 2, lost),
        .size = (uint64_t)sqlite3_column_int64(s, 3),
        .threads = (uint32_t)sqlite3_column_int64(s, 4),
        .unit = keep_text(out, s, 5, lost),
        .median = column_real(s, 6),
        .low = column_real(s, 7),
        .high = column_real(s, 8),
        .ratio = column_real(s, 9),
        .ratio_low = column_real(s, 10),
        .ratio_high = column_real(s, 11),
    };
}

static int
read_engine_rows(struct db *db, int64_t id, struct bench_list *out, struct why *why)
{
    sqlite3_stmt *s;
    bool more = true, lost = false;
    int rc = db_prepare(db, &s,
                        "SELECT name, backend, mode, size, threads, unit, median, low, high, "
                        "ratio, ratio_low, ratio_high FROM engine_row WHERE machine = ?1 "
                        "ORDER BY ordinal",
                        why);

    if (rc < 0)
        return rc;
    bind_whole(s, 1, id);
    while (rc == 0) {
        rc = db_step(db, s, &more, READS, why);
        if (rc < 0 || !more)
            break;
        if (VEC_ROOM(&out->engine) < 0)
            rc = why_no_memory(why);
        else
            read_engine_row(out, s, &lost);
    }
    sqlite3_finalize(s);
    return rc < 0 ? rc : lost ? why_no_memory(why) : 0;
}

/* Opens a database that holds measurements, to read them. */
static int
open_kept(struct db *db, const char *path, struct why *why)
{
    const struct where at = {.file = path};
    bool own, holds = false;
    int rc;

    if (access(path, R_OK) < 0)
        return why_add(why, ERR_INPUT, &at, "%s", strerrordesc_np(errno));
    rc = not_folder(path, why);
    if (rc == 0)
        rc = connect(db, path, SQLITE_OPEN_READONLY, why);
    if (rc == 0)
        rc = look(db, &own, &holds, why);
    if (rc == 0 && !holds)
        rc = why_add(why, ERR_INPUT, &at, "holds no measurements of `jurisim bench`");
    return rc;
}

int
bench_newest(const char *path, const struct bench_list *machine, const char *const *names,
             size_t count, struct bench_list *out, bool *found, struct why *why)
{
    struct db db = {0};
    int64_t id = 0;
    int rc;

    *out = (struct bench_list){0};
    *found = false;
    rc = open_kept(&db, path, why);
    if (rc == 0)
        rc = find_newest(&db, machine, names, count, &id, found, why);
    if (rc == 0 && *found)
        rc = read_machine(&db, id, out, why);
    if (rc == 0 && *found)
        rc = read_notes(&db, id, out, why);
    if (rc == 0 && *found)
        rc = read_rows(&db, id, out, why);
    db_close(&db);
    if (rc < 0)
        bench_release(out);
    return rc;
}

int
bench_newest_engine(const char *path, struct bench_list *out, bool *found, struct why *why)
{
    struct db db = {0};
    int64_t id = 0, tables = 0;
    int rc;

    *out = (struct bench_list){0};
    *found = false;
    rc = open_kept(&db, path, why);
    if (rc == 0)
        rc = db_whole(&db, "SELECT count(*) FROM sqlite_schema WHERE name = 'engine_row'", &tables,
                      READS, why);
    if (rc == 0 && tables > 0)
        rc = db_whole(&db, "SELECT ifnull(max(machine), 0) FROM engine_row", &id, READS, why);
    *found = rc == 0 && id > 0;
    if (rc == 0 && *found)
        rc = read_machine(&db, id, out, why);
    if (rc == 0 && *found)
        rc = read_engine_rows(&db, id, out, why);
    db_close(&db);
    if (rc < 0)
        bench_release(out);
    return rc;
}

bool
bench_is_database(const char *path)
{
    static const char head[16] = "SQLite format 3"; /* SQLite's file format, 1.3.1; with its 0 */
    char got[sizeof head];
    FILE *file = fopen(path, "re");
    const bool is =
        file != NULL && fread(got, sizeof got, 1, file) == 1 && memcmp(got, head, sizeof head) == 0;

    if (file != NULL)
        fclose(file);
    return is;
}

void
bench_release(struct bench_list *list)
{
    free(list->item);
    free(list->engine.item);
    arena_release(&list->arena);
    *list = (struct bench_list){0};
}
