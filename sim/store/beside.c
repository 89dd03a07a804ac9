#include "store/beside.h"

#include <stdlib.h>
#include "store/private.h"
#include "store/schema.h"

#define DOING "writing what was asked beside the run"

enum row { ROW_READING, ROW_VERDICT, ROW_ORDER, ROW_INPUT, ROW_ANSWER, ROW_FLIP, ROWS };

static const char *const insert_sql[ROWS] = {
    [ROW_READING] = "INSERT INTO reading VALUES (?1, ?2, ?3, ?4, ?5)",
    [ROW_VERDICT] = "INSERT INTO reading_verdict VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [ROW_ORDER] = "INSERT INTO reading_order VALUES (?1, ?2, ?3, ?4, ?5)",
    [ROW_INPUT] = "INSERT INTO flip_input VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [ROW_ANSWER] = "INSERT INTO flip_answer VALUES (?1, ?2, ?3)",
    [ROW_FLIP] = "INSERT INTO flip VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
};

struct store_beside {
    struct store *store;
    sqlite3_stmt *insert[ROWS];
};

int
store_beside_begin(struct store_beside **out, struct store *store, struct why *why)
{
    struct store_beside *b = calloc(1, sizeof *b);
    int rc;

    *out = NULL;
    if (b == NULL)
        return why_no_memory(why);
    b->store = store;
    rc = store_begin(store, DOING, why);
    if (rc < 0) {
        free(b);
        return rc;
    }
    rc = db_exec(&store->db, schema_forget_beside_sql, DOING, why);
    for (size_t i = 0; rc == 0 && schema_beside_sql[i] != NULL; i++)
        rc = db_exec(&store->db, schema_beside_sql[i], DOING, why);
    for (size_t i = 0; rc == 0 && i < ROWS; i++)
        rc = db_prepare(&store->db, &b->insert[i], insert_sql[i], why);
    if (rc < 0)
        return store_beside_end(b, rc, why);
    *out = b;
    return 0;
}

int
store_beside_end(struct store_beside *b, int rc, struct why *why)
{
    for (size_t i = 0; i < ROWS; i++)
        sqlite3_finalize(b->insert[i]);
    rc = store_end(b->store, rc, DOING, why);
    free(b);
    return rc;
}

static sqlite3_stmt *
start(struct store_beside *b, enum row row)
{
    sqlite3_clear_bindings(b->insert[row]);
    return b->insert[row];
}

static int
add(struct store_beside *b, enum row row, struct why *why)
{
    return db_run(&b->store->db, b->insert[row], DOING, why);
}

static void
bind_text_or_null(sqlite3_stmt *s, int column, const char *text)
{
    if (text != NULL)
        bind_text(s, column, text);
}

int
store_add_reading(struct store_beside *b, uint32_t reading, const char *name, const char *because,
                  size_t legal, size_t traffic, struct why *why)
{
    sqlite3_stmt *s = start(b, ROW_READING);

    bind_whole(s, 1, reading);
    bind_text(s, 2, name);
    bind_text_or_null(s, 3, because);
    bind_whole(s, 4, (int64_t)legal);
    bind_whole(s, 5, (int64_t)traffic);
    return add(b, ROW_READING, why);
}

int
store_add_reading_verdict(struct store_beside *b, uint32_t reading, size_t judgement,
                          const struct judgement *judged, struct why *why)
{
    sqlite3_stmt *s = start(b, ROW_VERDICT);

    bind_whole(s, 1, reading);
    bind_whole(s, 2, (int64_t)judgement);
    bind_text(s, 3, verdict_name[judged->verdict]);
    bind_real(s, 4, judged->estimate.mean);
    bind_real(s, 5, judged->estimate.low);
    bind_real(s, 6, judged->estimate.high);
    return add(b, ROW_VERDICT, why);
}

int
store_add_reading_order(struct store_beside *b, uint32_t reading, uint32_t place, uint32_t strategy,
                        const char *before, const char *metric, struct why *why)
{
    sqlite3_stmt *s = start(b, ROW_ORDER);

    bind_whole(s, 1, reading);
    bind_whole(s, 2, place);
    bind_whole(s, 3, strategy);
    bind_text_or_null(s, 4, before);
    bind_text(s, 5, metric);
    return add(b, ROW_ORDER, why);
}

int
store_add_flip_input(struct store_beside *b, uint32_t input, const char *path, bool is_choice,
                     const char *centre, const char *low, const char *high, struct why *why)
{
    sqlite3_stmt *s = start(b, ROW_INPUT);

    bind_whole(s, 1, input);
    bind_text(s, 2, path);
    bind_whole(s, 3, is_choice);
    bind_text_or_null(s, 4, centre);
    bind_text_or_null(s, 5, low);
    bind_text_or_null(s, 6, high);
    return add(b, ROW_INPUT, why);
}

int
store_add_flip_answer(struct store_beside *b, size_t judgement, double estimate, bool holds,
                      struct why *why)
{
    sqlite3_stmt *s = start(b, ROW_ANSWER);

    bind_whole(s, 1, (int64_t)judgement);
    bind_real(s, 2, estimate);
    bind_whole(s, 3, holds);
    return add(b, ROW_ANSWER, why);
}

int
store_add_flip(struct store_beside *b, size_t judgement, uint32_t input, const char *value,
               double quantile, double chance, double estimate, struct why *why)
{
    sqlite3_stmt *s = start(b, ROW_FLIP);

    bind_whole(s, 1, (int64_t)judgement);
    bind_whole(s, 2, input);
    bind_text(s, 3, value);
    bind_real(s, 4, quantile);
    bind_real(s, 5, chance);
    bind_real(s, 6, estimate);
    return add(b, ROW_FLIP, why);
}

/* ---- out ---- */

/* A strategy, a judgement's text, and what was found: of each claim one row under its readings,
 * then one for each input that flips it. */
static const char each_sql[] =
    "WITH verdicts AS (\n"
    "    SELECT judgement, verdict, min(reading) AS first, count(*) AS n,\n"
    "           group_concat(name, ', ') AS names\n"
    "    FROM (SELECT judgement, verdict, reading, name FROM reading_verdict\n"
    "          JOIN reading ON reading.ordinal = reading ORDER BY judgement, reading)\n"
    "    GROUP BY judgement, verdict),\n"
    "found AS (\n"
    "    SELECT 0 AS part, judgement, 0 AS place,\n"
    "           CASE WHEN max(n) = (SELECT count(*) FROM reading)\n"
    "                THEN max(verdict) || ' under all readings'\n"
    "                ELSE group_concat(verdict || ' under: ' || names, '; ') END AS found\n"
    "    FROM (SELECT * FROM verdicts ORDER BY judgement, first) GROUP BY judgement\n"
    "    UNION ALL\n"
    "    SELECT 1, judgement, flip.rowid, 'flips at ' || path || ' = ' || value\n"
    "    FROM flip JOIN flip_input ON flip_input.ordinal = input)\n"
    "SELECT name, text, found FROM found JOIN judgement ON judgement.ordinal = judgement\n"
    "JOIN names ON names.kind = 'strategy' AND names.ordinal = judgement.strategy\n"
    "ORDER BY part, judgement, place";

int
store_each_beside(struct store *store,
                  int (*each)(void *self, const char *strategy, const char *text,
                              const char *found),
                  void *self, struct why *why)
{
    static const char doing[] = "reading what was asked beside the run";
    sqlite3_stmt *row = NULL;
    int64_t tables;
    bool more = true;
    int rc = db_whole(&store->db, "SELECT count(*) FROM sqlite_schema WHERE name = 'flip'", &tables,
                      doing, why);

    if (rc < 0 || tables == 0)
        return rc;
    rc = db_prepare(&store->db, &row, each_sql, why);
    while (rc == 0) {
        rc = db_step(&store->db, row, &more, doing, why);
        if (rc < 0 || !more)
            break;
        rc = each(self, (const char *)sqlite3_column_text(row, 0),
                  (const char *)sqlite3_column_text(row, 1),
                  (const char *)sqlite3_column_text(row, 2));
    }
    sqlite3_finalize(row);
    return rc;
}
