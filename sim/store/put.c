/* Trials in. */
#include "store/private.h"

#include <stdlib.h>

/* Rows are keyed by it; doubled below, so at most this. */
#define REPLICATION_MAX (INT64_MAX / 2 - 1)

static int64_t
trial_id(enum plane plane, uint64_t replication)
{
    return (int64_t)replication * 2 + (plane == PLANE_TRAFFIC);
}

static int
put_observations(struct store *store, int64_t trial, const struct recording *recording,
                 struct why *why)
{
    sqlite3_stmt *statement;
    int rc = store_statement(store, ADD_OBSERVATION, &statement, why);

    for (size_t i = 0; rc == 0 && i < recording->observations.count; i++) {
        const struct observation *o = &recording->observations.item[i];
        int64_t series;

        rc = series_ensure(store, o->strategy, (enum metric_id)o->metric, o->label, &series, why);
        if (rc < 0)
            break;
        bind_whole(statement, 1, trial);
        bind_whole(statement, 2, series);
        bind_real(statement, 3, o->value);
        rc = db_run(&store->db, statement, "writing a trial's values", why);
    }
    return rc;
}

static int
put_window(struct store *store, int64_t trial, size_t ordinal, const struct window_result *w,
           struct why *why)
{
    sqlite3_stmt *statement;
    int rc = store_statement(store, ADD_WINDOW, &statement, why);

    if (rc < 0)
        return rc;
    const size_t size = hist_pack(&w->latency, NULL);
    unsigned char *bytes = malloc(size + 1);

    if (bytes == NULL)
        return why_no_memory(why);
    hist_pack(&w->latency, bytes);
    bind_whole(statement, 1, trial);
    bind_whole(statement, 2, (int64_t)ordinal);
    bind_whole(statement, 3, w->strategy);
    bind_whole(statement, 4, w->regime);
    bind_whole(statement, 5, w->cohort);
    bind_whole(statement, 6, w->class);
    bind_real(statement, 7, w->weight);
    bind_whole(statement, 8, (int64_t)w->operations);
    bind_whole(statement, 9, (int64_t)w->served);
    bind_whole(statement, 10, (int64_t)w->key_reads);
    bind_whole(statement, 11, (int64_t)w->key_hits);
    bind_bytes(statement, 12, bytes, size);
    rc = db_run(&store->db, statement, "writing a trial's latencies", why);
    sqlite3_clear_bindings(statement);
    free(bytes);
    return rc;
}

static int
put_curve(struct store *store, int64_t trial, size_t ordinal, const struct curve *curve,
          struct why *why)
{
    unsigned char bytes[CURVE_BYTES_MAX];
    const size_t size = curve_pack(curve->value, bytes);
    sqlite3_stmt *statement;
    int rc = store_statement(store, ADD_CURVE, &statement, why);

    if (rc < 0)
        return rc;
    bind_whole(statement, 1, trial);
    bind_whole(statement, 2, (int64_t)ordinal);
    bind_whole(statement, 3, curve->strategy);
    bind_ordinal(statement, 4, curve->authority);
    bind_ordinal(statement, 5, curve->adversary);
    bind_ordinal(statement, 6, curve->cohort);
    bind_text(statement, 7, curve->kind < CURVE_KINDS ? curve_name[curve->kind] : NULL);
    bind_bytes(statement, 8, bytes, size);
    rc = db_run(&store->db, statement, "writing a trial's curves", why);
    sqlite3_clear_bindings(statement);
    return rc;
}

static int
put_trial(struct store *store, int64_t id, const struct recording *recording, struct why *why)
{
    sqlite3_stmt *statement;
    int rc = store_statement(store, ADD_TRIAL, &statement, why);

    if (rc < 0)
        return rc;
    bind_whole(statement, 1, id);
    bind_text(statement, 2, plane_name[recording->plane]);
    bind_whole(statement, 3, (int64_t)recording->replication);
    rc = db_run(&store->db, statement, "writing a trial", why);
    if (rc == 0)
        rc = put_observations(store, id, recording, why);
    for (size_t i = 0; rc == 0 && i < recording->windows.count; i++)
        rc = put_window(store, id, i, &recording->windows.item[i], why);
    for (size_t i = 0; rc == 0 && i < recording->curves.count; i++)
        rc = put_curve(store, id, i, &recording->curves.item[i], why);
    return rc;
}

static int
check(const struct store *store, const struct recording *recording, bool has, struct why *why)
{
    const struct where at = {.file = store->db.path};

    if (has)
        return why_add(why, ERR_INPUT, &at, "%s replication %llu is there already",
                       plane_name[recording->plane], (unsigned long long)recording->replication);
    if (!store->writable)
        return why_add(why, ERR_INPUT, &at, "is open for reading only");
    return 0;
}

int
store_put(struct store *store, const struct recording *recording, struct why *why)
{
    bool has;
    int rc = store_has(store, recording->plane, recording->replication, &has, why);

    if (rc == 0)
        rc = check(store, recording, has, why);
    if (rc == 0)
        rc = store_begin(store, "writing a trial", why);
    if (rc < 0)
        return rc;
    rc = put_trial(store, trial_id(recording->plane, recording->replication), recording, why);
    return store_end(store, rc, "writing a trial", why);
}

int
store_has(struct store *store, enum plane plane, uint64_t replication, bool *has, struct why *why)
{
    const struct where at = {.file = store->db.path};
    sqlite3_stmt *statement;

    *has = false;
    if (plane > PLANE_TRAFFIC || replication > REPLICATION_MAX)
        return why_add(why, ERR_INPUT, &at, "there can be no replication %llu",
                       (unsigned long long)replication);
    int rc = store_statement(store, HAS_TRIAL, &statement, why);

    if (rc < 0)
        return rc;
    bind_whole(statement, 1, trial_id(plane, replication));
    rc = db_step(&store->db, statement, has, "looking for a trial", why);
    sqlite3_reset(statement);
    return rc;
}
