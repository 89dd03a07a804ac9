/* From counts to observations: which label carries what. */
#include "legal/tally.h"
#include <math.h>
#include <stdlib.h>

enum { COUNTS_MOST = (int)FATES > (int)ASKED ? (int)FATES : (int)ASKED };

struct writing {
    struct tally *tally;
    uint32_t strategy;
    struct recording *out;
};

/* `count` metrics that follow each other. */
static int
write_counts(const struct writing *w, enum metric_id first, unsigned counts, struct label label,
             const uint64_t *count)
{
    int rc = 0;

    for (unsigned i = 0; i < counts && rc == 0; i++)
        rc = record_value(w->out, w->strategy, first + i, label, (double)count[i]);
    return rc;
}

static void
add_counts(uint64_t *into, const uint64_t *from, unsigned counts)
{
    for (unsigned i = 0; i < counts; i++)
        into[i] += from[i];
}

/* Counts of one kind of request, as the tally keeps them. */
struct counting {
    enum metric_id first;
    unsigned counts;
    const uint64_t *by_source, *by_jurisdiction, *by_custodian, *total;
};

/* {authority, stream, period}, {authority, stream}; `sum` gains the stream's counts. */
static int
write_source(const struct writing *w, const struct counting *k, uint32_t source, struct label label,
             uint64_t *sum)
{
    const struct tally *t = w->tally;
    uint64_t all[COUNTS_MOST] = {0};
    int rc = 0;

    for (uint32_t p = 0; p < t->periods && rc == 0; p++) {
        const uint64_t *count = &k->by_source[((size_t)source * t->periods + p) * k->counts];

        rc = write_counts(w, k->first, k->counts, label_with(label, LABEL_PERIOD, p), count);
        add_counts(all, count, k->counts);
    }
    add_counts(sum, all, k->counts);
    return rc < 0 ? rc : write_counts(w, k->first, k->counts, label, all);
}

static struct label
by_source(const struct tally *t, uint32_t source)
{
    const uint32_t authority = t->authority_of[source];

    return label_with(label_with(label_total, LABEL_AUTHORITY, authority), LABEL_STREAM,
                      source - t->first_source[authority]);
}

static int
write_authorities(const struct writing *w, const struct counting *k)
{
    const struct tally *t = w->tally;
    int rc = 0;

    for (uint32_t a = 0; a < t->authorities && rc == 0; a++) {
        uint64_t sum[COUNTS_MOST] = {0};

        for (uint32_t s = t->first_source[a]; s < t->sources && t->authority_of[s] == a && rc == 0;
             s++)
            rc = write_source(w, k, s, by_source(t, s), sum);
        if (rc == 0)
            rc = write_counts(w, k->first, k->counts, label_with(label_total, LABEL_AUTHORITY, a),
                              sum);
    }
    return rc;
}

static int
write_counting(const struct writing *w, const struct counting *k)
{
    const struct tally *t = w->tally;
    int rc = write_counts(w, k->first, k->counts, label_total, k->total);

    if (rc == 0)
        rc = write_authorities(w, k);
    for (uint32_t j = 0; j < t->jurisdictions && rc == 0; j++)
        rc = write_counts(w, k->first, k->counts, label_with(label_total, LABEL_JURISDICTION, j),
                          &k->by_jurisdiction[j * k->counts]);
    for (uint32_t c = 0; c < t->custodians && rc == 0; c++)
        rc = write_counts(w, k->first, k->counts, label_with(label_total, LABEL_CUSTODIAN, c),
                          &k->by_custodian[c * k->counts]);
    return rc;
}

static int
write_requests(const struct writing *w)
{
    const struct tally *t = w->tally;
    const struct counting fates = {METRIC_REQUESTS_RECEIVED, FATES,           t->by_source,
                                   t->by_jurisdiction,       t->by_custodian, t->total};
    const struct counting asked = {METRIC_REQUESTS_REMOVAL, ASKED,
                                   t->asked_by_source,      t->asked_by_jurisdiction,
                                   t->asked_by_custodian,   t->asked_total};
    const int rc = write_counting(w, &fates);

    return rc < 0 ? rc : write_counting(w, &asked);
}

static int
write_events(const struct writing *w)
{
    const struct tally *t = w->tally;
    uint64_t all = 0;
    int rc = 0;

    for (uint32_t a = 0; a < t->authorities && rc == 0; a++) {
        all += t->events[a];
        rc = write_counts(w, METRIC_THREAT_EVENTS, 1, label_with(label_total, LABEL_AUTHORITY, a),
                          &t->events[a]);
    }
    return rc == 0 ? write_counts(w, METRIC_THREAT_EVENTS, 1, label_total, &all) : rc;
}

static double
days_of(const struct cell *c)
{
    return (double)c->time / (double)NS_PER_DAY;
}

static const struct cell *
cell_of(const struct writing *w, enum exposure kind, uint32_t row)
{
    return &w->tally->cell[kind * w->tally->cells + row];
}

/* What a kind of exposure is counted by, in the order of the metrics. */
static const struct {
    enum metric_id any, accounts, fraction, account_days, first;
    bool has_risk;
    enum metric_id risk;
} kept[KINDS_KEPT] = {
    [EXPOSED_CONTENT] = {METRIC_CONTENT_ANY, METRIC_CONTENT_ACCOUNTS, METRIC_CONTENT_FRACTION,
                         METRIC_CONTENT_ACCOUNT_DAYS, METRIC_CONTENT_FIRST, true,
                         METRIC_CONTENT_RISK},
    [EXPOSED_METADATA] = {METRIC_METADATA_ANY, METRIC_METADATA_ACCOUNTS, METRIC_METADATA_FRACTION,
                          METRIC_METADATA_ACCOUNT_DAYS, METRIC_METADATA_FIRST, true,
                          METRIC_METADATA_RISK},
    [EXPOSED_CIPHERTEXT] = {METRIC_CIPHERTEXT_ANY, METRIC_CIPHERTEXT_ACCOUNTS,
                            METRIC_CIPHERTEXT_FRACTION, METRIC_CIPHERTEXT_ACCOUNT_DAYS,
                            METRIC_CIPHERTEXT_FIRST, false, METRICS},
};

/* Whether and when, how many accounts, for how long. */
static int
write_extent(const struct writing *w, enum exposure kind, struct label label, const struct cell *c)
{
    const double first = c->first == SIM_NEVER ? (double)NAN : days_from_ns(c->first);
    const struct {
        enum metric_id metric;
        double value;
    } extent[] = {
        {kept[kind].any, c->accounts > 0},
        {kept[kind].accounts, (double)c->accounts},
        {kept[kind].account_days, days_of(c)},
        {kept[kind].first, first},
    };
    int rc = 0;

    for (unsigned i = 0; i < COUNT(extent) && rc == 0; i++)
        rc = record_value(w->out, w->strategy, extent[i].metric, label, extent[i].value);
    return rc;
}

/* The share of the label's accounts. They are alike, so it is also what each risks; a data class
 * is no share of accounts to be drawn from, so it has no risk. */
static int
write_share(const struct writing *w, enum exposure kind, struct label label, const struct cell *c,
            double accounts)
{
    const double share = (double)c->accounts / accounts;
    int rc = record_value(w->out, w->strategy, kept[kind].fraction, label, share);

    if (rc == 0 && kept[kind].has_risk && label.of[LABEL_DATA] == LABEL_ALL)
        rc = record_value(w->out, w->strategy, kept[kind].risk, label, share);
    return rc;
}

/* Days of content of which the user may be told: those exposed less those hidden. */
static int
write_known(const struct writing *w, struct label label, uint32_t row)
{
    const account_ns open = cell_of(w, EXPOSED_CONTENT, row)->time;
    const account_ns hidden = cell_of(w, EXPOSED_HIDDEN, row)->time;
    const struct cell known = {.time = open > hidden ? open - hidden : 0};

    return record_value(w->out, w->strategy, METRIC_CONTENT_KNOWN, label, days_of(&known));
}

static int
write_cell(const struct writing *w, enum exposure kind, struct label label, uint32_t row,
           double accounts)
{
    static const enum metric_id days[EXPOSURES] = {
        [EXPOSED_RETROACTIVE] = METRIC_CONTENT_RETROACTIVE,
        [EXPOSED_FORWARD] = METRIC_CONTENT_FORWARD,
        [EXPOSED_HIDDEN] = METRIC_CONTENT_HIDDEN,
        [EXPOSED_METADATA_HIDDEN] = METRIC_METADATA_HIDDEN,
    };
    const struct cell *c = cell_of(w, kind, row);
    int rc;

    if (kind >= KINDS_KEPT)
        return record_value(w->out, w->strategy, days[kind], label, days_of(c));
    rc = write_extent(w, kind, label, c);
    if (rc == 0)
        rc = write_share(w, kind, label, c, accounts);
    return rc == 0 && kind == EXPOSED_CONTENT ? write_known(w, label, row) : rc;
}

static double
accounts_of(const struct tally *t, struct label label)
{
    double all = 0;

    if (label.of[LABEL_COHORT] != LABEL_ALL)
        return t->timeline->parts[label.of[LABEL_COHORT]].accounts;
    for (uint32_t c = 0; c < t->cohorts; c++)
        all += t->timeline->parts[c].accounts;
    return all;
}

/* `count` rows from `*row` on: of `who` by another label. */
static int
write_rows(const struct writing *w, enum exposure kind, struct label who, enum label_kind by,
           uint32_t count, uint32_t *row)
{
    int rc = 0;

    for (uint32_t i = 0; i < count && rc == 0; i++) {
        const struct label label = label_with(who, by, i);

        rc = write_cell(w, kind, label, (*row)++, accounts_of(w->tally, label));
    }
    return rc;
}

/* Each of `count` (an authority, or a class of adversary) by another label. */
static int
write_whos(const struct writing *w, enum exposure kind, enum label_kind whose, uint32_t whos,
           enum label_kind by, uint32_t count, uint32_t *row)
{
    int rc = 0;

    for (uint32_t i = 0; i < whos && rc == 0; i++)
        rc = write_rows(w, kind, label_with(label_total, whose, i), by, count, row);
    return rc;
}

/* What each channel opened first for its authority. */
static int
write_sources(const struct writing *w, enum exposure kind, uint32_t row)
{
    const struct tally *t = w->tally;
    int rc = 0;

    for (uint32_t s = 0; s < t->sources && rc == 0; s++)
        rc = write_extent(w, kind, by_source(t, s), cell_of(w, kind, row + s));
    return rc;
}

/* The cells of one kind, in the order of their rows (see tally.c). */
static int
write_kind(const struct writing *w, enum exposure kind)
{
    const struct tally *t = w->tally;
    const uint32_t a = t->authorities, c = t->cohorts, k = t->classes, v = ADVERSARIES;
    uint32_t row = 0;
    int rc = write_cell(w, kind, label_total, row++, accounts_of(t, label_total));

    if (rc == 0)
        rc = write_rows(w, kind, label_total, LABEL_AUTHORITY, a, &row);
    if (rc == 0)
        rc = write_rows(w, kind, label_total, LABEL_COHORT, c, &row);
    if (rc == 0)
        rc = write_whos(w, kind, LABEL_AUTHORITY, a, LABEL_COHORT, c, &row);
    if (rc == 0)
        rc = write_rows(w, kind, label_total, LABEL_DATA, k, &row);
    if (rc == 0)
        rc = write_whos(w, kind, LABEL_AUTHORITY, a, LABEL_DATA, k, &row);
    if (rc == 0)
        rc = write_rows(w, kind, label_total, LABEL_ADVERSARY, v, &row);
    if (rc == 0)
        rc = write_whos(w, kind, LABEL_ADVERSARY, v, LABEL_COHORT, c, &row);
    if (rc == 0)
        rc = write_whos(w, kind, LABEL_ADVERSARY, v, LABEL_DATA, k, &row);
    if (rc == 0 && (kind == EXPOSED_CONTENT || kind == EXPOSED_METADATA))
        rc = write_sources(w, kind, row);
    return rc;
}

static int
write_curve(const struct writing *w, enum curve_kind kind, uint32_t who, uint32_t of)
{
    const struct tally *t = w->tally;
    const struct growths *growths = tally_curve(t, kind, who, of);
    uint64_t sum = 0;

    if (growths == NULL)
        return 0;
    struct curve *curve = record_curve(w->out);

    if (curve == NULL)
        return ERR_MEMORY;
    curve->strategy = (uint16_t)w->strategy;
    curve->kind = (uint16_t)kind;
    curve->authority = who > 0 && who <= t->authorities ? (uint16_t)(who - 1) : LABEL_ALL;
    curve->adversary =
        who > t->authorities ? (uint16_t)(who - 1 - t->authorities) : (uint16_t)LABEL_ALL;
    curve->cohort = of > 0 ? (uint16_t)(of - 1) : (uint16_t)LABEL_ALL;
    for (unsigned i = 0; i <= CURVE_POINTS; i++) {
        sum += growths->at[i];
        curve->value[i] = (double)sum;
    }
    return 0;
}

/* Those that are 0 throughout are left out. */
static int
write_curves(const struct writing *w)
{
    const struct tally *t = w->tally;
    int rc = 0;

    for (enum curve_kind kind = 0; kind < CURVE_KINDS; kind++)
        for (uint32_t who = 0; who < tally_curve_whos(t); who++)
            for (uint32_t of = 0; of <= t->cohorts && rc == 0; of++)
                rc = write_curve(w, kind, who, of);
    return rc;
}

static int
write_delay(const struct writing *w, struct label label, const struct delay_list *delay)
{
    struct lifetime *life = calloc(delay->count + 1, sizeof *life);
    struct estimate e;
    int rc = ERR_MEMORY;

    if (life == NULL)
        return rc;
    for (size_t i = 0; i < delay->count; i++)
        life[i] =
            (struct lifetime){days_from_ns((sim_ns)delay->item[i].key), delay->item[i].value != 0};
    rc = survival_restricted_mean(life, delay->count, days_from_ns(w->tally->model->horizon), 0.95,
                                  &e);
    if (rc == 0) /* NAN, which is not written, when there was no request */
        rc = record_value(w->out, w->strategy, METRIC_DISCLOSURE_DELAY, label, e.mean);
    free(life);
    return rc;
}

/* Two lists in order become one in order. */
static int
merge(struct delay_list *into, const struct delay_list *from)
{
    size_t i = into->count, j = from->count, k = i + j;

    if (mem_grow(&into->item, &into->capacity, k, sizeof *into->item) < 0)
        return ERR_MEMORY;
    into->count = k;
    while (j > 0)
        into->item[--k] = i > 0 && into->item[i - 1].key > from->item[j - 1].key ? into->item[--i]
                                                                                 : from->item[--j];
    return 0;
}

/* In order first, so that sorting them again, as the estimate must, costs little. */
static int
sort_delays(struct delay_list *list)
{
    struct keyed *spare = calloc(list->count + 1, sizeof *spare);

    if (spare == NULL)
        return ERR_MEMORY;
    order_by_key(list->item, spare, list->count);
    free(spare);
    return 0;
}

static int
write_delays(const struct writing *w)
{
    const struct tally *t = w->tally;
    struct delay_list all = {0};
    int rc = 0;

    for (uint32_t a = 0; a < t->authorities && rc == 0; a++) {
        rc = sort_delays(&t->delay[a]);
        if (rc == 0)
            rc = merge(&all, &t->delay[a]);
        if (rc == 0)
            rc = write_delay(w, label_with(label_total, LABEL_AUTHORITY, a), &t->delay[a]);
    }
    if (rc == 0)
        rc = write_delay(w, label_total, &all);
    free(all.item);
    return rc;
}

int
tally_report(struct tally *tally, uint32_t strategy, struct recording *out)
{
    const struct writing w = {tally, strategy, out};
    int rc = write_requests(&w);

    if (rc == 0)
        rc = write_events(&w);

    tally_spread(tally);
    for (enum exposure k = EXPOSED_CONTENT; k < EXPOSURES && rc == 0; k++)
        rc = write_kind(&w, k);
    if (rc == 0)
        rc = write_curves(&w);
    return rc < 0 ? rc : write_delays(&w);
}
