/* Opening and closing: who may, whether the file is a run, and of what version. */
#include "store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/schema.h"

/* What a file holds. */
enum content { CONTENT_NOTHING, CONTENT_RUN };

/* The name of the file for SQLite, which would take "file:x" for a URI and ":memory:" for none. */
static const char *
file_name(struct store *store, const char *path)
{
    const size_t length = strlen(path);
    char *name = arena_alloc(&store->arena, length + 3, 1);

    if (name == NULL)
        return NULL;
    memcpy(name, "./", 2);
    memcpy(name + (path[0] == '/' ? 0 : 2), path, length + 1);
    return name;
}

static int
connect(struct store *store, int flags, struct why *why)
{
    const char *name = store->in_memory ? ":memory:" : file_name(store, store->db.path);

    if (name == NULL)
        return why_no_memory(why);
    const int rc = db_connect(&store->db, name, flags | SQLITE_OPEN_NOMUTEX, why);

    /* Before the first look at the file: then a log needs no shared memory beside it. */
    if (rc == 0 && (flags & SQLITE_OPEN_READWRITE) != 0)
        return db_exec(&store->db, "PRAGMA locking_mode = EXCLUSIVE", "locking it", why);
    return rc;
}

/* Looks what the file holds; ERR_INPUT when it is not for this program. */
static int
look(struct store *store, enum content *out, struct why *why)
{
    const struct where at = {.file = store->db.path};
    int64_t application, version, objects;
    int rc =
        db_whole(&store->db, "SELECT count(*) FROM sqlite_schema", &objects, "reading it", why);

    if (rc == 0)
        rc = db_whole(&store->db, "PRAGMA application_id", &application, "reading it", why);
    if (rc == 0)
        rc = db_whole(&store->db, "PRAGMA user_version", &version, "reading it", why);
    if (rc < 0)
        return rc;
    *out = CONTENT_RUN;
    if (application != SCHEMA_APPLICATION) {
        if (application == SCHEMA_BENCH_APPLICATION)
            return why_add(why, ERR_INPUT, &at, "holds measurements of `jurisim bench`, no run");
        if (objects > 0 || application != 0)
            return why_add(why, ERR_INPUT, &at, "a database of another program, not a jurisim run");
        *out = CONTENT_NOTHING;
        return 0;
    }
    return 0;
}

static int
check_version(struct store *store, struct why *why)
{
    const struct where at = {.file = store->db.path};
    int64_t version;
    const int rc = db_whole(&store->db, "PRAGMA user_version", &version, "reading it", why);

    if (rc < 0 || version == SCHEMA_VERSION)
        return rc;
    if (version < SCHEMA_VERSION)
        return why_add(why, ERR_INPUT, &at,
                       "made by an older jurisim (its tables are version %d, this one reads %d): "
                       "run the scenario again",
                       (int)version, SCHEMA_VERSION);
    return why_add(why, ERR_INPUT, &at,
                   "made by a newer jurisim (its tables are version %d, this one reads %d)",
                   (int)version, SCHEMA_VERSION);
}

/*
 * Takes the file for this process alone, until it is closed: two runs in one file would mix. The
 * write-ahead log makes a commit one append; with synchronous NORMAL a killed program leaves whole
 * transactions, and so does a power cut, though perhaps without the last ones.
 */
static int
take_hold(struct store *store, struct why *why)
{
    if (store->in_memory)
        return 0;
    store->holds = true;
    return db_exec(&store->db,
                   "PRAGMA journal_mode = WAL;"
                   "PRAGMA synchronous = NORMAL;"
                   "BEGIN EXCLUSIVE; COMMIT;",
                   "locking it", why);
}

/* An empty database becomes a run, all or nothing. */
static int
make_run(struct store *store, const struct run_identity *identity, const struct legend *legend,
         struct why *why)
{
    struct text pragma = {0};
    int rc = store_begin(store, "making its tables", why);

    if (rc < 0)
        return rc;
    text_addf(&pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d;", SCHEMA_APPLICATION,
              SCHEMA_VERSION);
    rc = pragma.lost ? why_no_memory(why) : db_exec(&store->db, pragma.s, "making its tables", why);
    for (size_t i = 0; rc == 0 && schema_sql[i] != NULL; i++)
        rc = db_exec(&store->db, schema_sql[i], "making its tables", why);
    if (rc == 0)
        rc = run_write(store, identity, legend, why);
    text_release(&pragma);
    return store_end(store, rc, "making its tables", why);
}

/* What a path is before it is opened. */
static int
find_file(struct store *store, bool *exists, struct why *why)
{
    const struct where at = {.file = store->db.path};
    struct stat status;

    *exists = false;
    if (store->in_memory)
        return 0;
    if (store->db.path[0] == '\0')
        return why_add(why, ERR_INPUT, NULL, "a database needs a name");
    if (stat(store->db.path, &status) == 0) {
        *exists = true;
        if (S_ISDIR(status.st_mode))
            return why_add(why, ERR_INPUT, &at, "is a folder");
        return 0;
    }
    if (errno != ENOENT)
        return why_add(why, ERR_IO, &at, "%s", strerrordesc_np(errno));
    return 0;
}

/* Makes the file, so that two programs cannot both think that they did. */
static int
make_file(struct store *store, struct why *why)
{
    const struct where at = {.file = store->db.path};
    const int file = open(store->db.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (file >= 0) {
        close(file);
        store->made = true;
        return 0;
    }
    if (errno == EEXIST)
        return why_add(why, ERR_IO, &at,
                       "exists already: name another file, or continue or replace this one");
    if (errno == ENOENT)
        return why_add(why, ERR_IO, &at, "there is no such folder");
    return why_add(why, ERR_IO, &at, "cannot be made: %s", strerrordesc_np(errno));
}

static int
open_new(struct store *store, const struct run_identity *identity, const struct legend *legend,
         struct why *why)
{
    int rc = store->in_memory ? 0 : make_file(store, why);

    if (rc < 0)
        return rc;
    rc = connect(store, SQLITE_OPEN_READWRITE, why);
    if (rc == 0)
        rc = take_hold(store, why);
    return rc == 0 ? make_run(store, identity, legend, why) : rc;
}

/* Does the file call itself a run, however damaged the rest of it is? SQLite's file format, 1.3:
 * 16 bytes of magic at its head, and at byte 68 the application's id, highest byte first. */
static bool
says_run(const char *path)
{
    static const char magic[16] = "SQLite format 3";
    unsigned char head[72] = {0};
    const int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return false;
    const ssize_t got = read(file, head, sizeof head);

    close(file);
    return got == (ssize_t)sizeof head && memcmp(head, magic, sizeof magic) == 0 &&
           ((uint32_t)head[68] << 24 | (uint32_t)head[69] << 16 | (uint32_t)head[70] << 8 |
            head[71]) == SCHEMA_APPLICATION;
}

/* Empties a run's file for a new one, under SQLite's locks: nobody else may be in it. */
static int
open_replace(struct store *store, const struct run_identity *identity, const struct legend *legend,
             struct why *why)
{
    enum content content;
    int rc = connect(store, SQLITE_OPEN_READWRITE, why);

    if (rc == 0 && !says_run(store->db.path))
        rc = look(store, &content, why);
    if (rc < 0)
        return rc;
    /* From here on, as only a file that may be emptied: then damage in it is no matter. */
    sqlite3_db_config(store->db.handle, SQLITE_DBCONFIG_RESET_DATABASE, 1, NULL);
    rc = take_hold(store, why);
    if (rc == 0)
        rc = db_exec(&store->db, "VACUUM", "replacing it", why);
    sqlite3_db_config(store->db.handle, SQLITE_DBCONFIG_RESET_DATABASE, 0, NULL);
    return rc == 0 ? make_run(store, identity, legend, why) : rc;
}

/* Asked for more replications than before: what was concluded from fewer is void. */
static int
extend(struct store *store, const struct run_identity *identity, struct why *why)
{
    if (identity->legal == store->identity.legal && identity->traffic == store->identity.traffic)
        return 0;
    int rc = store_begin(store, "extending the run", why);

    if (rc < 0)
        return rc;
    rc = db_exec(&store->db, schema_unfinish_sql, "extending the run", why);
    if (rc == 0)
        rc = db_exec(&store->db, schema_forget_beside_sql, "extending the run", why);
    if (rc == 0)
        rc = run_set_whole(store, "legal", identity->legal, why);
    if (rc == 0)
        rc = run_set_whole(store, "traffic", identity->traffic, why);
    return store_end(store, rc, "extending the run", why);
}

static int
open_resume(struct store *store, const struct run_identity *identity, const struct legend *legend,
            struct why *why)
{
    enum content content;
    int rc = connect(store, SQLITE_OPEN_READWRITE, why);

    if (rc == 0)
        rc = look(store, &content, why);
    if (rc == 0 && content == CONTENT_RUN)
        rc = check_version(store, why);
    if (rc == 0)
        rc = take_hold(store, why);
    if (rc < 0)
        return rc;
    if (content == CONTENT_NOTHING)
        return make_run(store, identity, legend, why);
    rc = run_read(store, why);
    if (rc == 0)
        rc = run_match(store, identity, why);
    return rc == 0 ? extend(store, identity, why) : rc;
}

/* Bytes 18 and 19 of the file say 2 while it has a write-ahead log (SQLite's file format, 1.3.3):
 * the run that wrote it was cut off, or is still going on. */
static bool
has_log(const char *path)
{
    unsigned char head[20];
    const int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return false;
    const ssize_t got = read(file, head, sizeof head);

    close(file);
    return got == (ssize_t)sizeof head && head[18] == 2 && head[19] == 2;
}

/* Brings the log of a run that was cut off into its file. */
static int
recover(struct store *store, struct why *why)
{
    const struct where at = {.file = store->db.path};

    if (access(store->db.path, W_OK) != 0)
        return why_add(why, ERR_IO, &at,
                       "was left by a run that was cut off, and can be read only after it was "
                       "opened where it may be written");
    int rc = connect(store, SQLITE_OPEN_READWRITE, why);

    if (rc == 0)
        rc = db_exec(&store->db, "PRAGMA journal_mode = DELETE",
                     "recovering a run that was cut off", why);
    db_close(&store->db);
    return rc;
}

static int
open_read(struct store *store, struct why *why)
{
    const struct where at = {.file = store->db.path};
    enum content content;
    int rc = has_log(store->db.path) ? recover(store, why) : 0;

    if (rc == 0)
        rc = connect(store, SQLITE_OPEN_READONLY, why);
    if (rc == 0)
        rc = look(store, &content, why);
    if (rc == 0 && content == CONTENT_NOTHING)
        rc = why_add(why, ERR_INPUT, &at, "holds no run");
    return rc == 0 ? check_version(store, why) : rc;
}

static int
open_as(struct store *store, enum store_mode mode, const struct run_identity *identity,
        const struct legend *legend, struct why *why)
{
    const struct where at = {.file = store->db.path};
    bool exists;
    int rc = find_file(store, &exists, why);

    if (rc < 0)
        return rc;
    if (mode == STORE_READ && !exists)
        return why_add(why, ERR_INPUT, &at, "there is no such file");
    store->writable = mode != STORE_READ;
    if (mode == STORE_READ)
        rc = open_read(store, why);
    else if (mode == STORE_CREATE || !exists)
        rc = open_new(store, identity, legend, why);
    else if (mode == STORE_REPLACE)
        rc = open_replace(store, identity, legend, why);
    else
        rc = open_resume(store, identity, legend, why);
    return rc == 0 ? run_read(store, why) : rc;
}

/* Closes the database; the store itself is still there. */
static void
shut(struct store *store)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(store->statement[i]);
    /* Leaving the write-ahead log brings it into the file and deletes it. If that fails (a full
     * disk), the log stays beside the file and the next opening does it. */
    if (store->holds && store->db.handle != NULL)
        sqlite3_exec(store->db.handle, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    db_close(&store->db);
}

static void
drop(struct store *store)
{
    free(store->known.slot);
    free(store->series.item);
    arena_release(&store->arena);
    free(store);
}

int
store_open(struct store **out, const char *path, enum store_mode mode,
           const struct run_identity *identity, const struct legend *legend, struct why *why)
{
    struct store *store = calloc(1, sizeof *store);
    int rc = 0;

    *out = NULL;
    if (store == NULL)
        return why_no_memory(why);
    store->in_memory = path == NULL;
    if (path != NULL) {
        store->db.path = arena_text(&store->arena, path, strlen(path));
        rc = store->db.path != NULL ? 0 : why_no_memory(why);
    }
    if (rc == 0)
        rc = open_as(store, mode, identity, legend, why);
    if (rc == 0) {
        *out = store;
        return 0;
    }
    shut(store);
    if (store->made)
        unlink(store->db.path); /* nothing came of it */
    drop(store);
    return rc;
}

void
store_close(struct store *store)
{
    if (store == NULL)
        return;
    shut(store);
    drop(store);
}

int
store_identity(struct store *store, struct run_identity *out, bool *finished, struct why *why)
{
    (void)why;
    *out = store->identity;
    *finished = store->finished;
    return 0;
}
