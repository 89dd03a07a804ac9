/* The table of series: their ids, which are known to be there, and reading them back. */
#include "store/private.h"

#include <stdlib.h>

/*
 * The id is the series' place among all that the names allow: strategy, metric and labels as the
 * digits of one number. So it does not depend on which trial came first, ids ascend in the order of
 * series, and no look-up is needed. ERR_LIMIT when the number would pass 63 bits.
 */
static int
id_of(const struct store *store, uint32_t strategy, enum metric_id metric, struct label label,
      int64_t *out)
{
    uint64_t id = (uint64_t)strategy * METRICS + metric;

    if (strategy >= store->strategies || metric >= METRICS)
        return ERR_INPUT;
    for (unsigned i = 0; i < LABELS; i++) {
        const uint64_t digits = (uint64_t)store->names[i] + 1;
        const uint16_t digit = (uint16_t)(label.of[i] + 1); /* LABEL_ALL is 0: the total first */

        if (digit >= digits)
            return ERR_INPUT;
        if (id > (INT64_MAX - digit) / digits)
            return ERR_LIMIT;
        id = id * digits + digit;
    }
    *out = (int64_t)id;
    return 0;
}

static size_t
slot_of(const struct store *store, int64_t id)
{
    /* Fibonacci hashing (Knuth, The Art of Computer Programming, 6.4). */
    size_t at = (size_t)(((uint64_t)id * 0x9e3779b97f4a7c15) >> 32) & (store->known.slots - 1);

    while (store->known.slot[at] != 0 && store->known.slot[at] != id + 1)
        at = (at + 1) & (store->known.slots - 1);
    return at;
}

static int
grow_known(struct store *store)
{
    const size_t slots = store->known.slots, wanted = slots > 0 ? slots * 2 : 1024;
    int64_t *old = store->known.slot;

    if (slots > 2 * store->known.count)
        return 0;
    int64_t *slot = calloc(wanted, sizeof *slot);

    if (slot == NULL)
        return ERR_MEMORY;
    store->known.slot = slot;
    store->known.slots = wanted;
    for (size_t i = 0; i < slots; i++) {
        if (old[i] != 0)
            slot[slot_of(store, old[i] - 1)] = old[i];
    }
    free(old);
    return 0;
}

void
series_forget(struct store *store)
{
    for (size_t i = 0; i < store->known.slots; i++)
        store->known.slot[i] = 0;
    store->known.count = 0;
}

static int
add(struct store *store, int64_t id, uint32_t strategy, enum metric_id metric, struct label label,
    struct why *why)
{
    sqlite3_stmt *statement;
    const int rc = store_statement(store, ADD_SERIES, &statement, why);

    if (rc < 0)
        return rc;
    bind_whole(statement, 1, id);
    bind_text(statement, 2, metric_table[metric].name);
    bind_whole(statement, 3, strategy);
    for (unsigned i = 0; i < LABELS; i++)
        bind_ordinal(statement, 4 + (int)i, label.of[i]);
    return db_run(&store->db, statement, "writing a series", why);
}

int
series_ensure(struct store *store, uint32_t strategy, enum metric_id metric, struct label label,
              int64_t *id, struct why *why)
{
    const struct where at = {.file = store->db.path};
    int rc = id_of(store, strategy, metric, label, id);

    if (rc == ERR_LIMIT)
        return why_add(why, ERR_LIMIT, &at,
                       "the scenario has too many names to number every "
                       "combination of them");
    if (rc < 0)
        return why_add(why, ERR_INPUT, &at,
                       "a value of %s is about something that the run does not have",
                       metric < METRICS ? metric_table[metric].name : "an unknown metric");
    if (grow_known(store) < 0)
        return why_no_memory(why);
    const size_t slot = slot_of(store, *id);

    if (store->known.slot[slot] != 0)
        return 0;
    rc = add(store, *id, strategy, metric, label, why);
    if (rc == 0) {
        store->known.slot[slot] = *id + 1;
        store->known.count++;
    }
    return rc;
}

static int
read_row(struct store *store, sqlite3_stmt *row, struct why *why)
{
    const struct where at = {.file = store->db.path};
    const char *name = (const char *)sqlite3_column_text(row, 1);
    const enum metric_id metric = metric_find(name != NULL ? name : "");

    if (metric == METRICS)
        return why_add(why, ERR_IO, &at, "it has a metric '%s' that this version does not know",
                       name != NULL ? name : "");
    if (VEC_ROOM(&store->series) < 0)
        return why_no_memory(why);
    struct stored_series *series = &store->series.item[store->series.count++];

    series->id = sqlite3_column_int64(row, 0);
    series->metric = metric;
    series->strategy = (uint32_t)sqlite3_column_int64(row, 2);
    series->label = label_total;
    for (unsigned i = 0; i < LABELS; i++) {
        if (sqlite3_column_type(row, 3 + (int)i) != SQLITE_NULL)
            series->label.of[i] = (uint16_t)sqlite3_column_int64(row, 3 + (int)i);
    }
    return 0;
}

int
series_read(struct store *store, struct why *why)
{
    sqlite3_stmt *statement;
    bool row = true;
    int rc = store_statement(store, EACH_SERIES, &statement, why);

    store->series.count = 0;
    while (rc == 0) {
        rc = db_step(&store->db, statement, &row, "reading the series", why);
        if (rc < 0 || !row)
            return rc;
        rc = read_row(store, statement, why);
    }
    sqlite3_reset(statement);
    return rc;
}

static int
compare_ids(const void *key, const void *item)
{
    const int64_t id = *(const int64_t *)key;
    const struct stored_series *series = item;

    return (id > series->id) - (id < series->id);
}

const struct stored_series *
series_find(const struct store *store, int64_t id)
{
    if (store->series.count == 0)
        return NULL;
    return bsearch(&id, store->series.item, store->series.count, sizeof *store->series.item,
                   compare_ids);
}
