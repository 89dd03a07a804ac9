#ifndef STORE_DB_H
#define STORE_DB_H

/*
 * SQLite with this program's errors: every failure becomes a negative `enum err` and one message
 * that names the file, what was being done and the reason.
 */
#include <sqlite3.h>
#include "base/text.h"

struct db {
    sqlite3 *handle;  /* owned */
    const char *path; /* for messages; borrows */
};

/* Seconds to wait for another program's lock before giving up. */
#define DB_PATIENCE_MS 2000

/* Opens `file` (a name for SQLite, never a URI) with SQLITE_OPEN_... flags. */
MUST_CHECK int db_connect(struct db *db, const char *file, int flags, struct why *why);
void db_close(struct db *db);

/* The message for a result code of SQLite; `doing` is a participle: "writing a trial". */
MUST_CHECK int db_fail(struct db *db, int code, const char *doing, struct why *why);

/* Runs statements that give no rows, or whose rows do not matter. */
MUST_CHECK int db_exec(struct db *db, const char *sql, const char *doing, struct why *why);
/* The first column of the first row of a query, as a whole number; 0 when there is none. */
MUST_CHECK int db_whole(struct db *db, const char *sql, int64_t *out, const char *doing,
                        struct why *why);

MUST_CHECK int db_prepare(struct db *db, sqlite3_stmt **out, const char *sql, struct why *why);
/* Steps to the next row; at the end *row is false and the statement is reset. */
MUST_CHECK int db_step(struct db *db, sqlite3_stmt *statement, bool *row, const char *doing,
                       struct why *why);
/* Runs a statement that gives no rows and resets it. */
MUST_CHECK int db_run(struct db *db, sqlite3_stmt *statement, const char *doing, struct why *why);

/*
 * Binding. Texts and bytes are not copied: they must stay until the statement was run. NAN becomes
 * NULL, and NULL reads back as NAN. LABEL_ALL and NONE become NULL: an ordinal of nothing.
 */
void bind_whole(sqlite3_stmt *statement, int column, int64_t value);
void bind_real(sqlite3_stmt *statement, int column, double value);
void bind_text(sqlite3_stmt *statement, int column, const char *text);
void bind_bytes(sqlite3_stmt *statement, int column, const void *bytes, size_t size);
void bind_ordinal(sqlite3_stmt *statement, int column, uint32_t ordinal);

double column_real(sqlite3_stmt *statement, int column);

#endif
