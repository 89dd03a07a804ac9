#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

/* What an open store is; shared by the files of store/ only. */
#include "store/db.h"
#include "store/store.h"

/* Statements that are used more than once; prepared when first asked for. */
enum statement {
    ADD_TRIAL,
    ADD_SERIES,
    ADD_OBSERVATION,
    ADD_WINDOW,
    ADD_CURVE,
    HAS_TRIAL,
    EACH_TRIAL,
    EACH_SERIES,
    EACH_OBSERVATION,
    EACH_WINDOW,
    EACH_CURVE,
    GET_RUN,
    SET_RUN,
    ADD_NAME,
    EACH_NAME,
    STATEMENTS
};

/* A series as the database has it. */
struct stored_series {
    int64_t id;
    uint32_t strategy;
    enum metric_id metric;
    struct label label;
};

struct store {
    struct db db;
    bool writable, in_memory;
    bool made;          /* the file was not there before */
    bool holds;         /* an exclusive lock and a write-ahead log */
    struct arena arena; /* the path, the texts of the identity */
    struct run_identity identity;
    bool finished;
    uint32_t strategies, names[LABELS]; /* rows of each kind of name: bounds of ordinals */
    sqlite3_stmt *statement[STATEMENTS];
    struct {
        int64_t *slot; /* id + 1 of series that are in the database, by hash; 0: free */
        size_t slots, count;
    } known;
    struct {
        struct stored_series *item; /* by id */
        size_t count, capacity;
    } series; /* read anew by each store_each */
};

MUST_CHECK int store_statement(struct store *store, enum statement which, sqlite3_stmt **out,
                               struct why *why);

/* Transactions. store_end commits when rc is 0, else rolls back; returns rc or the commit's error.
 */
MUST_CHECK int store_begin(struct store *store, const char *doing, struct why *why);
MUST_CHECK int store_end(struct store *store, int rc, const char *doing, struct why *why);

/* The run's facts and names: write all, read the identity and the numbers of names, compare. */
MUST_CHECK int run_write(struct store *store, const struct run_identity *identity,
                         const struct legend *legend, struct why *why);
MUST_CHECK int run_read(struct store *store, struct why *why);
MUST_CHECK int run_match(struct store *store, const struct run_identity *asked, struct why *why);
MUST_CHECK int run_set_whole(struct store *store, const char *key, int64_t value, struct why *why);

/* Names and dated changes in; how many names of each kind there are. */
MUST_CHECK int names_write(struct store *store, const struct legend *legend, struct why *why);
MUST_CHECK int names_count(struct store *store, struct why *why);

/* Values of the table `run`; texts go to `arena`. An absent one is NULL, 0 or NAN. */
MUST_CHECK int run_text(struct store *store, const char *key, struct arena *arena, const char **out,
                        struct why *why);
MUST_CHECK int run_whole(struct store *store, const char *key, int64_t *out, struct why *why);
MUST_CHECK int run_real(struct store *store, const char *key, double *out, struct why *why);

/* Makes sure that a series is in its table. ERR_INPUT when an ordinal is out of its bounds. */
MUST_CHECK int series_ensure(struct store *store, uint32_t strategy, enum metric_id metric,
                             struct label label, int64_t *id, struct why *why);
/* Forgets which series are known to be there: after a rollback. */
void series_forget(struct store *store);
MUST_CHECK int series_read(struct store *store, struct why *why);
const struct stored_series *series_find(const struct store *store, int64_t id);

#endif
