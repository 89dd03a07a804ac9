/* Trials out, one at a time. */
#include "store/private.h"

#include <string.h>

static int
damaged(const struct store *store, const char *what, struct why *why)
{
    const struct where at = {.file = store->db.path};

    return why_add(why, ERR_IO, &at, "damaged: %s cannot be read", what);
}

/* Reads one row of a statement into the recording. */
typedef int read_row(struct store *store, sqlite3_stmt *row, struct recording *recording,
                     struct why *why);

static int
read_observation(struct store *store, sqlite3_stmt *row, struct recording *recording,
                 struct why *why)
{
    const struct stored_series *series = series_find(store, sqlite3_column_int64(row, 0));

    if (series == NULL)
        return damaged(store, "the series of a value", why);
    if (VEC_ROOM(&recording->observations) < 0)
        return why_no_memory(why);
    recording->observations.item[recording->observations.count++] = (struct observation){
        .metric = (uint16_t)series->metric,
        .strategy = (uint16_t)series->strategy,
        .label = series->label,
        .value = column_real(row, 1),
    };
    return 0;
}

static int
read_window(struct store *store, sqlite3_stmt *row, struct recording *recording, struct why *why)
{
    struct window_result *w = record_window(recording);

    if (w == NULL)
        return why_no_memory(why);
    w->strategy = (uint16_t)sqlite3_column_int64(row, 0);
    w->regime = (uint16_t)sqlite3_column_int64(row, 1);
    w->cohort = (uint16_t)sqlite3_column_int64(row, 2);
    w->class = (uint16_t)sqlite3_column_int64(row, 3);
    w->weight = sqlite3_column_double(row, 4);
    w->operations = (uint64_t)sqlite3_column_int64(row, 5);
    w->served = (uint64_t)sqlite3_column_int64(row, 6);
    w->key_reads = (uint64_t)sqlite3_column_int64(row, 7);
    w->key_hits = (uint64_t)sqlite3_column_int64(row, 8);
    const void *bytes = sqlite3_column_blob(row, 9);
    const int rc = bytes != NULL
                       ? hist_unpack(&w->latency, bytes, (size_t)sqlite3_column_bytes(row, 9))
                       : ERR_INPUT;

    if (rc == ERR_MEMORY)
        return why_no_memory(why);
    return rc < 0 ? damaged(store, "a histogram of latencies", why) : 0;
}

static uint16_t
column_ordinal(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL
               ? LABEL_ALL
               : (uint16_t)sqlite3_column_int64(row, column);
}

static int
read_curve(struct store *store, sqlite3_stmt *row, struct recording *recording, struct why *why)
{
    struct curve *curve = record_curve(recording);
    const char *kind = (const char *)sqlite3_column_text(row, 4);
    const void *bytes = sqlite3_column_blob(row, 5);

    if (curve == NULL)
        return why_no_memory(why);
    curve->strategy = (uint16_t)sqlite3_column_int64(row, 0);
    curve->authority = column_ordinal(row, 1);
    curve->adversary = column_ordinal(row, 2);
    curve->cohort = column_ordinal(row, 3);
    while (kind != NULL && curve->kind < CURVE_KINDS && strcmp(curve_name[curve->kind], kind) != 0)
        curve->kind++;
    if (kind == NULL || curve->kind == CURVE_KINDS || bytes == NULL ||
        curve_unpack(curve->value, bytes, (size_t)sqlite3_column_bytes(row, 5)) < 0)
        return damaged(store, "a curve", why);
    return 0;
}

/* All rows of a trial from one statement. */
static int
read_rows(struct store *store, enum statement which, int64_t trial, read_row *read,
          struct recording *recording, struct why *why)
{
    sqlite3_stmt *statement;
    bool row;
    int rc = store_statement(store, which, &statement, why);

    if (rc < 0)
        return rc;
    bind_whole(statement, 1, trial);
    do {
        rc = db_step(&store->db, statement, &row, "reading a trial", why);
        if (rc == 0 && row)
            rc = read(store, statement, recording, why);
    } while (rc == 0 && row);
    sqlite3_reset(statement);
    return rc;
}

static int
read_trial(struct store *store, sqlite3_stmt *trial, struct recording *recording, struct why *why)
{
    const int64_t id = sqlite3_column_int64(trial, 0);
    const char *plane = (const char *)sqlite3_column_text(trial, 1);

    recording_clear(recording);
    recording->plane = plane != NULL && strcmp(plane, plane_name[PLANE_TRAFFIC]) == 0
                           ? PLANE_TRAFFIC
                           : PLANE_LEGAL;
    recording->replication = (uint64_t)sqlite3_column_int64(trial, 2);
    int rc = read_rows(store, EACH_OBSERVATION, id, read_observation, recording, why);

    if (rc == 0)
        rc = read_rows(store, EACH_WINDOW, id, read_window, recording, why);
    if (rc == 0)
        rc = read_rows(store, EACH_CURVE, id, read_curve, recording, why);
    return rc;
}

int
store_each(struct store *store, int (*each)(void *self, const struct recording *), void *self,
           struct why *why)
{
    struct recording recording = {0};
    sqlite3_stmt *trial;
    bool row = true;
    int rc = series_read(store, why);

    if (rc == 0)
        rc = store_statement(store, EACH_TRIAL, &trial, why);
    if (rc < 0)
        return rc;
    while (rc == 0) {
        rc = db_step(&store->db, trial, &row, "reading the trials", why);
        if (rc < 0 || !row)
            break;
        rc = read_trial(store, trial, &recording, why);
        if (rc == 0)
            rc = each(self, &recording);
    }
    sqlite3_reset(trial);
    recording_release(&recording);
    return rc;
}
