/* What a finished run adds: estimates, curves, requests, latencies and judgements. */
#include "store/private.h"
#include "store/schema.h"

#include <math.h>

#define DOING "writing the estimates"

/* Runs a statement's row and looks whether all is well so far. */
static int
add_row(struct store *store, sqlite3_stmt *statement, struct why *why)
{
    return db_run(&store->db, statement, DOING, why);
}

static int
add_estimate(struct store *store, sqlite3_stmt *statement, uint32_t strategy, enum metric_id metric,
             struct label label, struct estimate e, struct why *why)
{
    int64_t id;
    const int rc = series_ensure(store, strategy, metric, label, &id, why);

    if (rc < 0)
        return rc;
    bind_whole(statement, 1, id);
    bind_real(statement, 2, e.mean);
    bind_real(statement, 3, e.low);
    bind_real(statement, 4, e.high);
    return add_row(store, statement, why);
}

/* The estimate of a series that no trial ever saw. */
static int
add_unseen(struct store *store, sqlite3_stmt *statement, const struct outcome *outcome,
           uint32_t strategy, enum metric_id metric, struct label label, struct why *why)
{
    if (outcome_find(outcome, strategy, metric, label) != NULL)
        return 0;
    const struct estimate e = outcome_estimate(outcome, strategy, metric, label);

    if (isnan(e.mean)) /* its absence says nothing */
        return 0;
    return add_estimate(store, statement, strategy, metric, label, e, why);
}

/*
 * What was never seen is a result too, with its upper bound: the total of every metric, and each
 * authority's requests and exposures, and exposures to each class of adversary that there is.
 */
static int
add_unseen_parts(struct store *store, sqlite3_stmt *statement, const struct outcome *outcome,
                 uint32_t strategy, enum metric_id metric, enum label_kind kind, struct why *why)
{
    int rc = 0;

    if ((metric_table[metric].labels >> kind & 1) == 0)
        return 0;
    for (uint32_t i = 0; rc == 0 && i < store->names[kind]; i++) {
        const struct label label = label_with(label_total, kind, i);

        /* of a class that the scenario does not have, one event exposes nothing */
        if (kind == LABEL_AUTHORITY || outcome_one(outcome, METRIC_CONTENT_ACCOUNTS, label) > 0)
            rc = add_unseen(store, statement, outcome, strategy, metric, label, why);
    }
    return rc;
}

static int
add_zeros(struct store *store, sqlite3_stmt *statement, const struct outcome *outcome,
          uint32_t strategy, struct why *why)
{
    int rc = 0;

    for (unsigned m = 0; rc == 0 && m < METRICS; m++) {
        const struct metric *metric = &metric_table[m];
        const enum metric_id id = (enum metric_id)m;
        const bool by_whom = !metric->absent_is_unknown && metric->summary != SUMMARY_MEAN;

        if ((metric->plane == PLANE_LEGAL ? outcome->legal : outcome->traffic) == 0)
            continue;
        rc = add_unseen(store, statement, outcome, strategy, id, label_total, why);
        if (rc == 0 && by_whom)
            rc = add_unseen_parts(store, statement, outcome, strategy, id, LABEL_AUTHORITY, why);
        if (rc == 0 && by_whom)
            rc = add_unseen_parts(store, statement, outcome, strategy, id, LABEL_ADVERSARY, why);
    }
    return rc;
}

static bool
was_run(const struct store *store, uint32_t strategy)
{
    return strategy < 64 && (store->identity.strategies >> strategy & 1) != 0;
}

static int
add_estimates(struct store *store, sqlite3_stmt *statement, const struct outcome *outcome,
              struct why *why)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < outcome->count; i++) {
        const struct series *s = &outcome->series[i];

        rc = add_estimate(store, statement, s->strategy, s->metric, s->label, s->estimate, why);
    }
    for (uint32_t s = 0; rc == 0 && s < store->strategies; s++) {
        if (was_run(store, s))
            rc = add_zeros(store, statement, outcome, s, why);
    }
    return rc;
}

static int
add_exposures(struct store *store, sqlite3_stmt *statement, const struct outcome *outcome,
              struct why *why)
{
    double horizon_days;
    int rc = run_real(store, "horizon_days", &horizon_days, why);

    for (size_t i = 0; rc == 0 && i < outcome->curves; i++) {
        const struct curve_estimate *curve = &outcome->curve[i];

        for (unsigned k = 0; rc == 0 && k <= CURVE_POINTS; k++) {
            bind_whole(statement, 1, curve->strategy);
            bind_ordinal(statement, 2, curve->authority);
            bind_ordinal(statement, 3, curve->adversary);
            bind_ordinal(statement, 4, curve->cohort);
            bind_text(statement, 5, curve_name[curve->kind]);
            bind_real(statement, 6, horizon_days * k / CURVE_POINTS);
            bind_real(statement, 7, curve->point[k].mean);
            bind_real(statement, 8, curve->point[k].low);
            bind_real(statement, 9, curve->point[k].high);
            rc = add_row(store, statement, why);
        }
    }
    return rc;
}

/* Requests of one stream by period: one row where anything was received. */
static int
add_stream(struct store *store, sqlite3_stmt *statement, const struct outcome *outcome,
           uint32_t strategy, struct label label, struct why *why)
{
    static const enum metric_id metric[] = {
        METRIC_REQUESTS_RECEIVED, METRIC_REQUESTS_METADATA,   METRIC_REQUESTS_CONTENT,
        METRIC_REQUESTS_REFUSED,  METRIC_REQUESTS_CHALLENGED, METRIC_REQUESTS_PENDING,
    };
    int rc = 0;

    for (uint32_t p = 0; rc == 0 && p < store->names[LABEL_PERIOD]; p++) {
        bool seen = false;

        label = label_with(label, LABEL_PERIOD, p);
        bind_whole(statement, 1, strategy);
        bind_whole(statement, 2, label.of[LABEL_AUTHORITY]);
        bind_whole(statement, 3, label.of[LABEL_STREAM]);
        bind_whole(statement, 4, p);
        for (size_t i = 0; i < COUNT(metric); i++) {
            const struct series *s = outcome_find(outcome, strategy, metric[i], label);

            seen = seen || s != NULL;
            bind_real(statement, 5 + (int)i, s != NULL ? s->estimate.mean : 0);
        }
        if (seen)
            rc = add_row(store, statement, why);
    }
    return rc;
}

static int
add_requests(struct store *store, sqlite3_stmt *statement, const struct outcome *outcome,
             struct why *why)
{
    int rc = 0;

    for (uint32_t s = 0; s < store->strategies; s++) {
        for (uint32_t a = 0; a < store->names[LABEL_AUTHORITY]; a++) {
            for (uint32_t r = 0; rc == 0 && r < store->names[LABEL_STREAM]; r++) {
                const struct label label =
                    label_with(label_with(label_total, LABEL_AUTHORITY, a), LABEL_STREAM, r);

                rc = add_stream(store, statement, outcome, s, label, why);
            }
        }
    }
    return rc;
}

/* Every percentile, and the tail. */
static double
share_of(unsigned i)
{
    static const double tail[] = {0.999, 0.9999};

    return i < 99 ? (i + 1) / 100.0 : tail[i - 99];
}

static int
add_latencies(struct store *store, sqlite3_stmt *statement, const struct outcome *outcome,
              struct why *why)
{
    int rc = 0;

    for (uint32_t s = 0; s < store->strategies; s++) {
        for (uint32_t c = 0; c <= store->names[LABEL_COHORT]; c++) {
            const uint32_t cohort = c == 0 ? NONE : c - 1;

            for (unsigned i = 0; rc == 0 && i < 101; i++) {
                const double ms = outcome_latency_quantile(outcome, s, cohort, share_of(i));

                if (!(ms >= 0))
                    break; /* nothing served */
                bind_whole(statement, 1, s);
                bind_ordinal(statement, 2, cohort);
                bind_real(statement, 3, share_of(i));
                bind_real(statement, 4, ms);
                rc = add_row(store, statement, why);
            }
        }
    }
    return rc;
}

static int
add_judgements(struct store *store, sqlite3_stmt *statement, const struct judgement_list *list,
               struct why *why)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && list != NULL && i < list->count; i++) {
        const struct judgement *j = &list->item[i];
        const struct claim *c = j->claim;

        sqlite3_clear_bindings(statement);
        bind_whole(statement, 1, (int64_t)i);
        bind_text(statement, 2, c->is_expect ? "expect" : "require");
        bind_whole(statement, 3, j->strategy);
        bind_text(statement, 4, c->metric);
        bind_text(statement, 5, verdict_name[j->verdict]);
        bind_real(statement, 6, j->estimate.mean);
        bind_real(statement, 7, j->estimate.low);
        bind_real(statement, 8, j->estimate.high);
        if (c->is_expect) {
            bind_real(statement, 9, c->observed);
            bind_real(statement, 10, j->log_score);
        } else {
            bind_real(statement, 11, c->at_least);
            bind_real(statement, 12, c->at_most);
        }
        bind_text(statement, 13, j->text);
        rc = add_row(store, statement, why);
    }
    return rc;
}

/* A table that is written from an outcome. */
static const struct {
    const char *insert;
    int (*add)(struct store *store, sqlite3_stmt *statement, const struct outcome *outcome,
               struct why *why);
} derived[] = {
    {"INSERT INTO estimate VALUES (?1, ?2, ?3, ?4)", add_estimates},
    {"INSERT INTO exposure VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", add_exposures},
    {"INSERT INTO request VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", add_requests},
    {"INSERT INTO latency_quantile VALUES (?1, ?2, ?3, ?4)", add_latencies},
};

static int
write_derived(struct store *store, const struct outcome *outcome,
              const struct judgement_list *judgements, struct why *why)
{
    sqlite3_stmt *statement = NULL;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(derived); i++) {
        rc = db_prepare(&store->db, &statement, derived[i].insert, why);
        if (rc == 0)
            rc = derived[i].add(store, statement, outcome, why);
        sqlite3_finalize(statement);
        statement = NULL;
    }
    if (rc == 0)
        rc = db_prepare(&store->db, &statement,
                        "INSERT INTO judgement VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
                        "?11, ?12, ?13)",
                        why);
    if (rc == 0)
        rc = add_judgements(store, statement, judgements, why);
    sqlite3_finalize(statement);
    return rc;
}

int
store_finish(struct store *store, const struct outcome *outcome,
             const struct judgement_list *judgements, struct why *why)
{
    int rc = store_begin(store, DOING, why);

    if (rc < 0)
        return rc;
    rc = db_exec(&store->db, schema_unfinish_sql, DOING, why);
    if (rc == 0)
        rc = db_exec(&store->db, schema_forget_beside_sql, DOING, why);
    if (rc == 0)
        rc = write_derived(store, outcome, judgements, why);
    if (rc == 0)
        rc = run_set_whole(store, "finished", 1, why);
    rc = store_end(store, rc, DOING, why);
    if (rc == 0)
        store->finished = true;
    return rc;
}

int
store_judgements(struct store *store,
                 int (*each)(void *self, const char *kind, const char *strategy,
                             const char *verdict, const char *text),
                 void *self, struct why *why)
{
    sqlite3_stmt *row;
    bool more = true;
    int rc = db_prepare(&store->db, &row,
                        "SELECT judgement.kind, name, verdict, text FROM judgement JOIN names "
                        "ON names.kind = 'strategy' AND names.ordinal = strategy "
                        "ORDER BY judgement.ordinal",
                        why);

    while (rc == 0) {
        rc = db_step(&store->db, row, &more, "reading the judgements", why);
        if (rc < 0 || !more)
            break;
        rc = each(self, (const char *)sqlite3_column_text(row, 0),
                  (const char *)sqlite3_column_text(row, 1),
                  (const char *)sqlite3_column_text(row, 2),
                  (const char *)sqlite3_column_text(row, 3));
    }
    sqlite3_finalize(row);
    return rc;
}
