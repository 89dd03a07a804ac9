/* Statements and transactions. */
#include "store/private.h"

static const char *const statement_sql[STATEMENTS] = {
    [ADD_TRIAL] = "INSERT INTO trial VALUES (?1, ?2, ?3)",
    [ADD_SERIES] =
        "INSERT OR IGNORE INTO series VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [ADD_OBSERVATION] = "INSERT INTO observation VALUES (?1, ?2, ?3)",
    [ADD_WINDOW] = "INSERT INTO latency_window "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [ADD_CURVE] = "INSERT INTO curve VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [HAS_TRIAL] = "SELECT 1 FROM trial WHERE id = ?1",
    [EACH_TRIAL] = "SELECT id, plane, replication FROM trial "
                   "ORDER BY plane = 'legal', replication",
    [EACH_SERIES] =
        "SELECT id, metric, strategy, authority, stream, adversary, custodian, cohort, data, "
        "jurisdiction, station, period FROM series ORDER BY id",
    [EACH_OBSERVATION] = "SELECT series, value FROM observation WHERE trial = ?1 ORDER BY series",
    [EACH_WINDOW] = "SELECT strategy, regime, cohort, data, weight, operations, served, "
                    "key_reads, key_hits, histogram FROM latency_window WHERE trial = ?1 "
                    "ORDER BY ordinal",
    [EACH_CURVE] =
        "SELECT strategy, authority, adversary, cohort, kind, points FROM curve WHERE trial = ?1 "
        "ORDER BY ordinal",
    [GET_RUN] = "SELECT value FROM run WHERE key = ?1",
    [SET_RUN] = "INSERT OR REPLACE INTO run VALUES (?1, ?2)",
    [ADD_NAME] = "INSERT INTO names VALUES (?1, ?2, ?3, ?4, ?5)",
    [EACH_NAME] = "SELECT kind, parent, ordinal, name, accounts FROM names "
                  "ORDER BY kind, parent, ordinal",
};

int
store_statement(struct store *store, enum statement which, sqlite3_stmt **out, struct why *why)
{
    int rc = 0;

    if (store->statement[which] == NULL)
        rc = db_prepare(&store->db, &store->statement[which], statement_sql[which], why);
    *out = store->statement[which];
    return rc;
}

int
store_begin(struct store *store, const char *doing, struct why *why)
{
    return db_exec(&store->db, "BEGIN IMMEDIATE", doing, why);
}

int
store_end(struct store *store, int rc, const char *doing, struct why *why)
{
    if (rc == 0)
        rc = db_exec(&store->db, "COMMIT", doing, why);
    if (rc < 0) {
        /* SQLite may have rolled back by itself already (a full disk): then this fails, rightly. */
        sqlite3_exec(store->db.handle, "ROLLBACK", NULL, NULL, NULL);
        series_forget(store);
    }
    return rc;
}
