#include "store/db.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include "base/ids.h"

int
db_connect(struct db *db, const char *file, int flags, struct why *why)
{
    errno = 0;
    const int code = sqlite3_open_v2(file, &db->handle, flags, NULL);

    if (code != SQLITE_OK) {
        const int rc = db_fail(db, code, "opening it", why);

        db_close(db);
        return rc;
    }
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, DB_PATIENCE_MS);
    return 0;
}

void
db_close(struct db *db)
{
    /* Statements are finalised before: nothing keeps the handle open. */
    sqlite3_close_v2(db->handle);
    db->handle = NULL;
}

/*
 * What the system said, when SQLite met an error of the system. SQLite does not keep it for every
 * write to a log, so errno, which the callers set to 0 before, tells the rest.
 */
static const char *
system_reason(struct db *db, int code, int now)
{
    int number = db->handle != NULL ? sqlite3_system_errno(db->handle) : 0;

    if ((code & 0xff) != SQLITE_IOERR && (code & 0xff) != SQLITE_CANTOPEN)
        return NULL;
    if (number == 0)
        number = now;
    return number != 0 ? strerrordesc_np(number) : NULL;
}

int
db_fail(struct db *db, int code, const char *doing, struct why *why)
{
    const int now = errno;
    const struct where at = {.file = db->path};
    const char *reason = system_reason(db, code, now);

    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return why_no_memory(why);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return why_add(why, ERR_IO, &at,
                       "in use by another program, perhaps a run that is still going on (waited "
                       "%d s while %s)",
                       DB_PATIENCE_MS / 1000, doing);
    case SQLITE_NOTADB:
        return why_add(why, ERR_INPUT, &at, "not a database");
    case SQLITE_CORRUPT:
        return why_add(why, ERR_INPUT, &at, "damaged: %s while %s", sqlite3_errmsg(db->handle),
                       doing);
    case SQLITE_FULL:
        return why_add(why, ERR_IO, &at, "the disk is full (%s)", doing);
    case SQLITE_READONLY:
        return why_add(why, ERR_IO, &at, "cannot be written (%s)", doing);
    default:
        break;
    }
    if (reason != NULL)
        return why_add(why, ERR_IO, &at, "%s failed: %s (%s)", doing, reason,
                       db->handle != NULL ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code));
    return why_add(why, ERR_IO, &at, "%s failed: %s", doing,
                   db->handle != NULL ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code));
}

int
db_exec(struct db *db, const char *sql, const char *doing, struct why *why)
{
    errno = 0;
    const int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? 0 : db_fail(db, code, doing, why);
}

int
db_whole(struct db *db, const char *sql, int64_t *out, const char *doing, struct why *why)
{
    sqlite3_stmt *statement;
    bool row;
    int code = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);

    *out = 0;
    if (code != SQLITE_OK)
        return db_fail(db, code, doing, why);
    const int rc = db_step(db, statement, &row, doing, why);

    if (rc == 0 && row)
        *out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return rc;
}

int
db_prepare(struct db *db, sqlite3_stmt **out, const char *sql, struct why *why)
{
    const int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);

    return code == SQLITE_OK ? 0 : db_fail(db, code, "reading its tables", why);
}

int
db_step(struct db *db, sqlite3_stmt *statement, bool *row, const char *doing, struct why *why)
{
    errno = 0;
    const int code = sqlite3_step(statement);

    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW)
        return 0;
    const int rc = code == SQLITE_DONE ? 0 : db_fail(db, code, doing, why);

    sqlite3_reset(statement); /* its code repeats that of the step */
    return rc;
}

int
db_run(struct db *db, sqlite3_stmt *statement, const char *doing, struct why *why)
{
    bool row;
    const int rc = db_step(db, statement, &row, doing, why);

    sqlite3_reset(statement);
    return rc;
}

/*
 * Binding fails for a wrong column, a statement under way, or too long a text only: mistakes of
 * this layer, which the statement itself then shows, since what is unbound is NULL and columns
 * refuse it.
 */
void
bind_whole(sqlite3_stmt *statement, int column, int64_t value)
{
    sqlite3_bind_int64(statement, column, value);
}

void
bind_real(sqlite3_stmt *statement, int column, double value)
{
    if (isnan(value))
        sqlite3_bind_null(statement, column);
    else
        sqlite3_bind_double(statement, column, value);
}

void
bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

void
bind_bytes(sqlite3_stmt *statement, int column, const void *bytes, size_t size)
{
    sqlite3_bind_blob64(statement, column, bytes, size, SQLITE_STATIC);
}

void
bind_ordinal(sqlite3_stmt *statement, int column, uint32_t ordinal)
{
    if (ordinal == NONE || ordinal == UINT16_MAX)
        sqlite3_bind_null(statement, column);
    else
        sqlite3_bind_int64(statement, column, ordinal);
}

double
column_real(sqlite3_stmt *statement, int column)
{
    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return (double)NAN;
    return sqlite3_column_double(statement, column);
}
