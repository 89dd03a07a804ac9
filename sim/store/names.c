/* Names and dated changes: what a legend holds, in and out. */
#include "store/private.h"

#include <string.h>

#define STRATEGY "strategy"

static int
add_name(struct store *store, const char *kind, int64_t parent, uint32_t ordinal, const char *name,
         double accounts, struct why *why)
{
    sqlite3_stmt *statement;
    const int rc = store_statement(store, ADD_NAME, &statement, why);

    if (rc < 0)
        return rc;
    bind_text(statement, 1, kind);
    bind_whole(statement, 2, parent);
    bind_whole(statement, 3, ordinal);
    bind_text(statement, 4, name);
    if (accounts >= 0)
        bind_real(statement, 5, accounts);
    else
        sqlite3_bind_null(statement, 5);
    return db_run(&store->db, statement, "writing the names", why);
}

/* The authority of a stream's row. */
static uint32_t
authority_of(const struct legend *legend, uint32_t stream)
{
    uint32_t authority = legend->names[LABEL_AUTHORITY];

    while (authority > 0 && legend->first_stream[authority - 1] > stream)
        authority--;
    return authority > 0 ? authority - 1 : 0;
}

static int
write_streams(struct store *store, const struct legend *legend, struct why *why)
{
    int rc = 0;

    for (uint32_t i = 0; rc == 0 && i < legend->names[LABEL_STREAM]; i++) {
        const uint32_t authority = authority_of(legend, i);
        const char *full = legend->name[LABEL_STREAM][i], *slash = strchr(full, '/');

        rc = add_name(store, label_name[LABEL_STREAM], authority,
                      i - legend->first_stream[authority], slash != NULL ? slash + 1 : full,
                      legend->stream_named != NULL ? legend->stream_named[i] : -1, why);
    }
    return rc;
}

static int
write_changes(struct store *store, const struct legend *legend, struct why *why)
{
    sqlite3_stmt *statement;
    int rc =
        db_prepare(&store->db, &statement, "INSERT INTO dated_change VALUES (?1, ?2, ?3, ?4)", why);

    if (rc < 0)
        return rc;
    for (uint32_t i = 0; rc == 0 && i < legend->changes; i++) {
        bind_whole(statement, 1, i);
        bind_real(statement, 2, legend->change[i].day);
        bind_ordinal(statement, 3, legend->change[i].strategy);
        bind_text(statement, 4, legend->change[i].text);
        rc = db_run(&store->db, statement, "writing the dated changes", why);
    }
    sqlite3_finalize(statement);
    return rc;
}

/* What the column `accounts` says of a row; -1: nothing. */
static double
accounts_of(const struct legend *legend, unsigned kind, uint32_t row)
{
    if (kind == LABEL_COHORT)
        return legend->accounts[row];
    if (kind == LABEL_ADVERSARY)
        return legend->kin_named != NULL ? legend->kin_named[row] : -1;
    return kind == LABEL_AUTHORITY && legend->named != NULL ? legend->named[row] : -1;
}

int
names_write(struct store *store, const struct legend *legend, struct why *why)
{
    int rc = 0;

    for (uint32_t i = 0; rc == 0 && i < legend->strategies; i++)
        rc = add_name(store, STRATEGY, -1, i, legend->strategy[i], -1, why);
    for (unsigned kind = 0; rc == 0 && kind < LABELS; kind++) {
        if (kind == LABEL_STREAM)
            continue;
        for (uint32_t i = 0; rc == 0 && i < legend->names[kind]; i++)
            rc = add_name(store, label_name[kind], -1, i, legend->name[kind][i],
                          accounts_of(legend, kind, i), why);
    }
    if (rc == 0)
        rc = write_streams(store, legend, why);
    return rc == 0 ? write_changes(store, legend, why) : rc;
}

/* The kind of a name, LABELS for a strategy, LABELS + 1 for one that nobody knows. */
static unsigned
kind_of(const char *kind)
{
    unsigned i = 0;

    if (kind == NULL)
        return LABELS + 1;
    if (strcmp(kind, STRATEGY) == 0)
        return LABELS;
    while (i < LABELS && strcmp(label_name[i], kind) != 0)
        i++;
    return i < LABELS ? i : LABELS + 1;
}

/* Calls `each` for every name, ordered by kind, parent, ordinal: so rows of a kind come in order.
 */
static int
each_name(struct store *store, int (*each)(void *self, unsigned kind, sqlite3_stmt *row),
          void *self, struct why *why)
{
    sqlite3_stmt *statement;
    bool row = true;
    int rc = store_statement(store, EACH_NAME, &statement, why);

    while (rc == 0) {
        rc = db_step(&store->db, statement, &row, "reading the names", why);
        if (rc < 0 || !row)
            return rc;
        const unsigned kind = kind_of((const char *)sqlite3_column_text(statement, 0));

        if (kind <= LABELS && each(self, kind, statement) < 0)
            rc = why_no_memory(why);
    }
    sqlite3_reset(statement);
    return rc;
}

static int
count_name(void *self, unsigned kind, sqlite3_stmt *row)
{
    struct store *store = self;

    (void)row;
    if (kind == LABELS)
        store->strategies++;
    else
        store->names[kind]++;
    return 0;
}

int
names_count(struct store *store, struct why *why)
{
    store->strategies = 0;
    memset(store->names, 0, sizeof store->names);
    return each_name(store, count_name, store, why);
}

/* A legend being filled: its arrays, which it shows as const. */
struct filling {
    struct legend *legend;
    const char **strategy, **name[LABELS];
    double *accounts, *named, *kin, *streams;
    uint32_t *first_stream;
    uint32_t next[LABELS + 1];
};

static int
make_room(struct filling *f, const struct store *store)
{
    struct arena *arena = &f->legend->arena;

    /* One more than needed: NULL then means no memory and nothing else. */
    f->strategy = arena_alloc(arena, store->strategies + 1, sizeof *f->strategy);
    f->accounts = arena_alloc(arena, store->names[LABEL_COHORT] + 1, sizeof *f->accounts);
    f->named = arena_alloc(arena, store->names[LABEL_AUTHORITY] + 1, sizeof *f->named);
    f->kin = arena_alloc(arena, store->names[LABEL_ADVERSARY] + 1, sizeof *f->kin);
    f->streams = arena_alloc(arena, store->names[LABEL_STREAM] + 1, sizeof *f->streams);
    f->first_stream =
        arena_alloc(arena, store->names[LABEL_AUTHORITY] + 1, sizeof *f->first_stream);
    if (f->strategy == NULL || f->accounts == NULL || f->named == NULL || f->kin == NULL ||
        f->streams == NULL || f->first_stream == NULL)
        return ERR_MEMORY;
    f->legend->strategy = f->strategy;
    f->legend->strategies = store->strategies;
    f->legend->accounts = f->accounts;
    f->legend->named = f->named;
    f->legend->first_stream = f->first_stream;
    for (unsigned i = 0; i < LABELS; i++) {
        f->name[i] = arena_alloc(arena, store->names[i] + 1, sizeof *f->name[i]);
        if (f->name[i] == NULL)
            return ERR_MEMORY;
        f->legend->name[i] = f->name[i];
        f->legend->names[i] = store->names[i];
    }
    return 0;
}

/* Streams carry the authority's name before their own; authorities come first in the alphabet of
 * kinds, so they are there already. */
static int
fill_stream(struct filling *f, uint32_t row, sqlite3_stmt *from)
{
    struct legend *legend = f->legend;
    const int64_t authority = sqlite3_column_int64(from, 1);
    struct text text = {0};

    const char *name = (const char *)sqlite3_column_text(from, 3);

    f->name[LABEL_STREAM][row] = "";
    f->streams[row] = sqlite3_column_double(from, 4);
    if (sqlite3_column_type(from, 4) != SQLITE_NULL)
        legend->stream_named = f->streams;
    if (authority < 0 || authority >= legend->names[LABEL_AUTHORITY])
        return 0; /* of an authority that is not there: only a file that was tampered with */
    text_addf(&text, "%s/%s", f->name[LABEL_AUTHORITY][authority], name != NULL ? name : "");
    f->name[LABEL_STREAM][row] = arena_text(&f->legend->arena, text_str(&text), text.length);
    for (int64_t a = authority + 1; a < legend->names[LABEL_AUTHORITY]; a++)
        f->first_stream[a] = row + 1;
    const bool lost = text.lost || f->name[LABEL_STREAM][row] == NULL;

    text_release(&text);
    return lost ? ERR_MEMORY : 0;
}

static int
fill_name(void *self, unsigned kind, sqlite3_stmt *from)
{
    struct filling *f = self;
    const uint32_t row = f->next[kind]++;
    const char *text = (const char *)sqlite3_column_text(from, 3);

    if (kind == LABEL_STREAM)
        return fill_stream(f, row, from);
    const char *copy = text != NULL ? arena_text(&f->legend->arena, text, strlen(text)) : NULL;

    if (copy == NULL)
        return ERR_MEMORY;
    if (kind == LABELS)
        f->strategy[row] = copy;
    else
        f->name[kind][row] = copy;
    if (kind == LABEL_COHORT)
        f->accounts[row] = sqlite3_column_double(from, 4);
    if (kind == LABEL_AUTHORITY)
        f->named[row] = sqlite3_column_double(from, 4);
    if (kind == LABEL_ADVERSARY && sqlite3_column_type(from, 4) != SQLITE_NULL) {
        f->kin[row] = sqlite3_column_double(from, 4);
        f->legend->kin_named = f->kin;
    }
    return 0;
}

static int
read_changes(struct store *store, struct legend *legend, struct why *why)
{
    int64_t count;
    int rc = db_whole(&store->db, "SELECT count(*) FROM dated_change", &count,
                      "reading the dated changes", why);

    if (rc < 0)
        return rc;
    struct legend_change *change = arena_alloc(&legend->arena, (size_t)count + 1, sizeof *change);
    sqlite3_stmt *statement;
    bool row = true;

    legend->change = change;
    if (change == NULL)
        return why_no_memory(why);
    rc = db_prepare(&store->db, &statement,
                    "SELECT day, strategy, text FROM dated_change ORDER BY ordinal", why);
    if (rc < 0)
        return rc;
    while (rc == 0 && legend->changes < count) {
        rc = db_step(&store->db, statement, &row, "reading the dated changes", why);
        if (rc < 0 || !row)
            break;
        const char *text = (const char *)sqlite3_column_text(statement, 2);

        change->day = sqlite3_column_double(statement, 0);
        change->strategy = sqlite3_column_type(statement, 1) == SQLITE_NULL
                               ? NONE
                               : (uint32_t)sqlite3_column_int64(statement, 1);
        change->text = text != NULL ? arena_text(&legend->arena, text, strlen(text)) : NULL;
        if (change++->text == NULL)
            rc = why_no_memory(why);
        else
            legend->changes++;
    }
    sqlite3_finalize(statement);
    return rc;
}

static int
read_facts(struct store *store, struct legend *legend, struct why *why)
{
    int64_t worlds = 0, baseline = 0, front_to = 0, threats = 0;
    int rc = run_text(store, "title", &legend->arena, &legend->title, why);

    if (rc == 0)
        rc = run_whole(store, "starts_unix_s", &legend->starts_unix_s, why);
    if (rc == 0)
        rc = run_real(store, "horizon_days", &legend->horizon_days, why);
    if (rc == 0)
        rc = run_whole(store, "worlds", &worlds, why);
    if (rc == 0)
        rc = run_whole(store, "baseline", &baseline, why);
    if (rc == 0)
        rc =
            run_whole(store, "threats", &threats, why); /* absent: it is of before they were told */
    if (rc == 0)
        rc = run_text(store, "front_latency", &legend->arena, &legend->front_latency, why);
    if (rc == 0)
        rc = run_text(store, "front_exposure", &legend->arena, &legend->front_exposure, why);
    if (rc == 0)
        rc = run_whole(store, "front_to", &front_to, why);
    legend->worlds = (uint32_t)worlds;
    legend->baseline = (uint32_t)baseline;
    legend->front_to = (uint32_t)front_to;
    legend->threats = (uint32_t)threats;
    legend->legal = store->identity.legal;
    legend->traffic = store->identity.traffic;
    legend->seed = store->identity.seed;
    if (legend->title == NULL)
        legend->title = "";
    return rc;
}

int
store_legend(struct store *store, struct legend *out, struct why *why)
{
    struct filling filling = {.legend = out};

    *out = (struct legend){0};
    int rc = make_room(&filling, store) < 0 ? why_no_memory(why) : 0;

    if (rc == 0)
        rc = each_name(store, fill_name, &filling, why);
    if (rc == 0)
        rc = read_changes(store, out, why);
    if (rc == 0)
        rc = read_facts(store, out, why);
    if (rc < 0)
        legend_release(out);
    return rc;
}
