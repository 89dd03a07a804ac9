/* From counts to observations: which label carries what. */
#include "legal/tally.h"
#include <math.h>
#include <stdlib.h>

struct writing {
    struct tally *tally;
    uint32_t strategy;
    struct recording *out;
};

static int
write_counts(const struct writing *w, struct label label, const uint64_t *count)
{
    int rc = 0;

    for (unsigned f = 0; f < FATES && rc == 0; f++)
        rc = record_value(w->out, w->strategy, METRIC_REQUESTS_RECEIVED + f, label,
                          (double)count[f]);
    return rc;
}

static void
add_counts(uint64_t *into, const uint64_t *from)
{
    for (unsigned f = 0; f < FATES; f++)
        into[f] += from[f];
}

/* {authority, stream, period}, {authority, stream}; `sum` gains the stream's counts. */
static int
write_source(const struct writing *w, uint32_t source, struct label label, uint64_t *sum)
{
    const struct tally *t = w->tally;
    uint64_t all[FATES] = {0};
    int rc = 0;

    for (uint32_t p = 0; p < t->periods && rc == 0; p++) {
        const uint64_t *count = &t->by_source[((size_t)source * t->periods + p) * FATES];

        rc = write_counts(w, label_with(label, LABEL_PERIOD, p), count);
        add_counts(all, count);
    }
    add_counts(sum, all);
    return rc < 0 ? rc : write_counts(w, label, all);
}

static int
write_requests(const struct writing *w)
{
    const struct tally *t = w->tally;
    int rc = write_counts(w, label_total, t->total);

    for (uint32_t a = 0; a < t->authorities && rc == 0; a++) {
        const struct label label = label_with(label_total, LABEL_AUTHORITY, a);
        uint64_t sum[FATES] = {0};

        for (uint32_t s = t->first_source[a]; s < t->sources && t->authority_of[s] == a && rc == 0;
             s++)
            rc = write_source(w, s, label_with(label, LABEL_STREAM, s - t->first_source[a]), sum);
        if (rc == 0)
            rc = write_counts(w, label, sum);
    }
    for (uint32_t j = 0; j < t->jurisdictions && rc == 0; j++)
        rc = write_counts(w, label_with(label_total, LABEL_JURISDICTION, j),
                          &t->by_jurisdiction[j * FATES]);
    for (uint32_t c = 0; c < t->custodians && rc == 0; c++)
        rc = write_counts(w, label_with(label_total, LABEL_CUSTODIAN, c),
                          &t->by_custodian[c * FATES]);
    return rc;
}

static double
days_of(const struct cell *c)
{
    return (double)c->time / (double)NS_PER_DAY;
}

/* The five metrics of one kind under one label. */
static int
write_cell(const struct writing *w, enum metric_id any, struct label label, const struct cell *c,
           double accounts)
{
    const double first = c->first == SIM_NEVER ? (double)NAN : days_from_ns(c->first);
    const double exposed = (double)c->accounts;
    const double value[] = {c->accounts > 0, exposed, exposed / accounts, days_of(c), first};
    int rc = 0;

    for (unsigned i = 0; i < COUNT(value) && rc == 0; i++)
        rc = record_value(w->out, w->strategy, any + i, label, value[i]);
    return rc;
}

static int
write_kind_cell(const struct writing *w, enum exposure kind, struct label label, uint32_t row,
                double accounts)
{
    static const enum metric_id any[KINDS_KEPT] = {
        [EXPOSED_CONTENT] = METRIC_CONTENT_ANY,
        [EXPOSED_METADATA] = METRIC_METADATA_ANY,
        [EXPOSED_CIPHERTEXT] = METRIC_CIPHERTEXT_ANY,
    };
    static const enum metric_id days[EXPOSURES] = {
        [EXPOSED_RETROACTIVE] = METRIC_CONTENT_RETROACTIVE,
        [EXPOSED_FORWARD] = METRIC_CONTENT_FORWARD,
        [EXPOSED_HIDDEN] = METRIC_CONTENT_HIDDEN,
        [EXPOSED_METADATA_HIDDEN] = METRIC_METADATA_HIDDEN,
    };
    const struct cell *c = &w->tally->cell[kind * w->tally->cells + row];

    if (kind >= KINDS_KEPT)
        return record_value(w->out, w->strategy, days[kind], label, days_of(c));
    return write_cell(w, any[kind], label, c, accounts);
}

/* The cells of one kind, in the order of their rows (see tally.c). */
static int
write_kind(const struct writing *w, enum exposure kind)
{
    const struct tally *t = w->tally;
    double all = 0;
    uint32_t row = 0;
    int rc;

    for (uint32_t c = 0; c < t->cohorts; c++)
        all += t->timeline->parts[c].accounts;
    rc = write_kind_cell(w, kind, label_total, row++, all);
    for (uint32_t a = 0; a < t->authorities && rc == 0; a++)
        rc = write_kind_cell(w, kind, label_with(label_total, LABEL_AUTHORITY, a), row++, all);
    /* a from LABEL_ALL's place: first the classes or cohorts alone, then by authority */
    for (uint32_t a = 0; a <= t->authorities && rc == 0; a++) {
        const struct label who =
            a == 0 ? label_total : label_with(label_total, LABEL_AUTHORITY, a - 1);

        for (uint32_t c = 0; c < t->cohorts && rc == 0; c++)
            rc = write_kind_cell(w, kind, label_with(who, LABEL_COHORT, c), row++,
                                 t->timeline->parts[c].accounts);
    }
    for (uint32_t a = 0; a <= t->authorities && rc == 0; a++) {
        const struct label who =
            a == 0 ? label_total : label_with(label_total, LABEL_AUTHORITY, a - 1);

        for (uint32_t k = 0; k < t->classes && rc == 0; k++)
            rc = write_kind_cell(w, kind, label_with(who, LABEL_DATA, k), row++, all);
    }
    return rc;
}

static int
write_curves(const struct writing *w)
{
    const struct tally *t = w->tally;
    const uint64_t *step = t->curve;

    for (uint16_t kind = 0; kind < CURVE_KINDS; kind++)
        for (uint32_t who = 0; who <= t->authorities; who++) {
            struct curve *curve = record_curve(w->out);
            uint64_t sum = 0;

            if (curve == NULL)
                return ERR_MEMORY;
            curve->strategy = (uint16_t)w->strategy;
            curve->authority = who == 0 ? LABEL_ALL : (uint16_t)(who - 1);
            curve->kind = kind;
            for (unsigned i = 0; i <= CURVE_POINTS; i++) {
                sum += *step++;
                curve->value[i] = (double)sum;
            }
        }
    return 0;
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

    tally_spread(tally);
    for (enum exposure k = EXPOSED_CONTENT; k < EXPOSURES && rc == 0; k++)
        rc = write_kind(&w, k);
    if (rc == 0)
        rc = write_curves(&w);
    return rc < 0 ? rc : write_delays(&w);
}
