/* The table `run`: what identifies a run, and facts for the legend. */
#include "store/private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int
set_value(struct store *store, sqlite3_stmt *statement, const char *key, struct why *why)
{
    bind_text(statement, 1, key);
    const int rc = db_run(&store->db, statement, "writing the run's facts", why);

    sqlite3_clear_bindings(statement);
    return rc;
}

static int
set_text(struct store *store, const char *key, const char *value, struct why *why)
{
    sqlite3_stmt *statement;
    const int rc = store_statement(store, SET_RUN, &statement, why);

    if (rc < 0 || value == NULL)
        return rc;
    bind_text(statement, 2, value);
    return set_value(store, statement, key, why);
}

/* Whole numbers of SQLite end at 63 bits. */
static int
set_bits(struct store *store, const char *key, uint64_t value, struct why *why)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, value);
    return set_text(store, key, text, why);
}

int
run_set_whole(struct store *store, const char *key, int64_t value, struct why *why)
{
    sqlite3_stmt *statement;
    const int rc = store_statement(store, SET_RUN, &statement, why);

    if (rc < 0)
        return rc;
    bind_whole(statement, 2, value);
    return set_value(store, statement, key, why);
}

static int
set_real(struct store *store, const char *key, double value, struct why *why)
{
    sqlite3_stmt *statement;
    const int rc = store_statement(store, SET_RUN, &statement, why);

    if (rc < 0)
        return rc;
    bind_real(statement, 2, value);
    return set_value(store, statement, key, why);
}

static int
write_identity(struct store *store, const struct run_identity *identity, struct why *why)
{
    const struct {
        const char *key, *value;
    } text[] = {
        {"version", identity->version},
        {"scenario_name", identity->scenario_name},
        {"scenario_hash", identity->scenario_hash},
        {"scenario_text", identity->scenario_text},
        {"costs", identity->costs},
    };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(text); i++)
        rc = set_text(store, text[i].key, text[i].value, why);
    if (rc == 0)
        rc = set_bits(store, "seed", identity->seed, why);
    if (rc == 0)
        rc = set_bits(store, "strategies", identity->strategies, why);
    if (rc == 0)
        rc = run_set_whole(store, "legal", identity->legal, why);
    if (rc == 0)
        rc = run_set_whole(store, "traffic", identity->traffic, why);
    return rc == 0 ? run_set_whole(store, "finished", 0, why) : rc;
}

static int
write_facts(struct store *store, const struct legend *legend, struct why *why)
{
    int rc = set_text(store, "title", legend->title, why);

    if (rc == 0)
        rc = run_set_whole(store, "starts_unix_s", legend->starts_unix_s, why);
    if (rc == 0)
        rc = set_real(store, "horizon_days", legend->horizon_days, why);
    if (rc == 0)
        rc = run_set_whole(store, "worlds", legend->worlds, why);
    if (rc == 0)
        rc = run_set_whole(store, "baseline", legend->baseline, why);
    if (rc == 0)
        rc = run_set_whole(store, "threats", legend->threats, why);
    if (rc == 0)
        rc = set_text(store, "front_latency", legend->front_latency, why);
    if (rc == 0)
        rc = set_text(store, "front_exposure", legend->front_exposure, why);
    return rc == 0 ? run_set_whole(store, "front_to", legend->front_to, why) : rc;
}

static int
write_metrics(struct store *store, struct why *why)
{
    sqlite3_stmt *statement;
    int rc =
        db_prepare(&store->db, &statement, "INSERT INTO metric VALUES (?1, ?2, ?3, ?4, ?5)", why);

    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < METRICS; i++) {
        const struct metric *m = &metric_table[i];

        bind_text(statement, 1, m->name);
        bind_text(statement, 2, m->unit);
        bind_text(statement, 3, plane_name[m->plane]);
        bind_text(statement, 4, summary_name[m->summary]);
        bind_text(statement, 5, m->about);
        rc = db_run(&store->db, statement, "writing the metrics", why);
    }
    sqlite3_finalize(statement);
    return rc;
}

int
run_write(struct store *store, const struct run_identity *identity, const struct legend *legend,
          struct why *why)
{
    int rc = write_identity(store, identity, why);

    if (rc == 0)
        rc = write_facts(store, legend, why);
    if (rc == 0)
        rc = write_metrics(store, why);
    return rc == 0 ? names_write(store, legend, why) : rc;
}

/* Steps to the row of a key; the caller resets the statement. */
static int
find_value(struct store *store, const char *key, sqlite3_stmt **out, bool *row, struct why *why)
{
    const int rc = store_statement(store, GET_RUN, out, why);

    if (rc < 0)
        return rc;
    bind_text(*out, 1, key);
    return db_step(&store->db, *out, row, "reading the run's facts", why);
}

int
run_text(struct store *store, const char *key, struct arena *arena, const char **out,
         struct why *why)
{
    sqlite3_stmt *statement;
    bool row;
    int rc = find_value(store, key, &statement, &row, why);

    *out = NULL;
    if (rc < 0)
        return rc;
    const char *text = row ? (const char *)sqlite3_column_text(statement, 0) : NULL;

    if (text != NULL) {
        *out = arena_text(arena, text, strlen(text));
        rc = *out != NULL ? 0 : why_no_memory(why);
    }
    sqlite3_reset(statement);
    return rc;
}

int
run_whole(struct store *store, const char *key, int64_t *out, struct why *why)
{
    sqlite3_stmt *statement;
    bool row;
    const int rc = find_value(store, key, &statement, &row, why);

    *out = 0;
    if (rc < 0)
        return rc;
    if (row)
        *out = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

int
run_real(struct store *store, const char *key, double *out, struct why *why)
{
    sqlite3_stmt *statement;
    bool row;
    const int rc = find_value(store, key, &statement, &row, why);

    *out = 0;
    if (rc < 0)
        return rc;
    if (row)
        *out = column_real(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

static int
read_bits(struct store *store, const char *key, uint64_t *out, struct why *why)
{
    struct arena arena = {0};
    const char *text;
    const int rc = run_text(store, key, &arena, &text, why);

    *out = text != NULL ? strtoull(text, NULL, 10) : 0;
    arena_release(&arena);
    return rc;
}

int
run_read(struct store *store, struct why *why)
{
    struct run_identity *id = &store->identity;
    const struct {
        const char *key, **value;
    } text[] = {
        {"version", &id->version},
        {"scenario_name", &id->scenario_name},
        {"scenario_hash", &id->scenario_hash},
        {"scenario_text", &id->scenario_text},
        {"costs", &id->costs},
    };
    int64_t legal = 0, traffic = 0, finished = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(text); i++)
        rc = run_text(store, text[i].key, &store->arena, text[i].value, why);
    if (rc == 0)
        rc = read_bits(store, "seed", &id->seed, why);
    if (rc == 0)
        rc = read_bits(store, "strategies", &id->strategies, why);
    if (rc == 0)
        rc = run_whole(store, "legal", &legal, why);
    if (rc == 0)
        rc = run_whole(store, "traffic", &traffic, why);
    if (rc == 0)
        rc = run_whole(store, "finished", &finished, why);
    id->legal = (uint32_t)legal;
    id->traffic = (uint32_t)traffic;
    store->finished = finished != 0;
    return rc == 0 ? names_count(store, why) : rc;
}

static void
differ(struct text *text, const char *what, const char *there, const char *here)
{
    if (there == here || (there != NULL && here != NULL && strcmp(there, here) == 0))
        return;
    text_addf(text, "%s%s is %s there, %s here", text->length > 0 ? "; " : "", what,
              there != NULL ? there : "not stated", here != NULL ? here : "not stated");
}

static void
differ_in_replications(struct text *text, const char *plane, uint32_t there, uint32_t here)
{
    if (here < there)
        text_addf(text,
                  "%s%" PRIu32 " %s replications there, only %" PRIu32
                  " here (a run can be extended, not shortened)",
                  text->length > 0 ? "; " : "", there, plane, here);
}

/* "near, far" of a mask, by the names in the database. */
static int
strategy_names(struct store *store, uint64_t mask, struct text *out, struct why *why)
{
    sqlite3_stmt *statement;
    bool row = true;
    int rc =
        db_prepare(&store->db, &statement,
                   "SELECT ordinal, name FROM names WHERE kind = 'strategy' ORDER BY ordinal", why);

    if (rc < 0)
        return rc;
    while (rc == 0 && row) {
        rc = db_step(&store->db, statement, &row, "reading the names", why);
        if (rc < 0 || !row)
            break;
        const int64_t ordinal = sqlite3_column_int64(statement, 0);

        if (ordinal < 64 && (mask >> ordinal & 1) != 0)
            text_addf(out, "%s%s", out->length > 0 ? ", " : "",
                      (const char *)sqlite3_column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    return rc;
}

int
run_match(struct store *store, const struct run_identity *asked, struct why *why)
{
    const struct where at = {.file = store->db.path};
    const struct run_identity *has = &store->identity;
    struct text text = {0}, there = {0}, here = {0};
    char seed_there[24], seed_here[24];
    int rc = strategy_names(store, has->strategies, &there, why);

    if (rc == 0)
        rc = strategy_names(store, asked->strategies, &here, why);
    if (rc < 0)
        goto out;
    snprintf(seed_there, sizeof seed_there, "%" PRIu64, has->seed);
    snprintf(seed_here, sizeof seed_here, "%" PRIu64, asked->seed);
    differ(&text, "the version", has->version, asked->version);
    differ(&text, "the scenario's hash", has->scenario_hash, asked->scenario_hash);
    differ(&text, "the seed", seed_there, seed_here);
    /* The names are those of the database: only of the same scenario do they say what is asked. */
    if (has->strategies != asked->strategies &&
        strcmp(has->scenario_hash, asked->scenario_hash) == 0)
        differ(&text, "the choice of strategies", text_str(&there), text_str(&here));
    differ(&text, "the source of costs", has->costs, asked->costs);
    differ_in_replications(&text, "legal", has->legal, asked->legal);
    differ_in_replications(&text, "traffic", has->traffic, asked->traffic);
    if (text.lost || there.lost || here.lost)
        rc = why_no_memory(why);
    else if (text.length > 0)
        rc = why_add(why, ERR_INPUT, &at, "holds another run, which cannot be continued: %s",
                     text.s);
out:
    text_release(&text);
    text_release(&there);
    text_release(&here);
    return rc;
}
