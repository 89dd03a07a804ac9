#include "record/claim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool
is_requests(enum metric_id metric)
{
    return strncmp(metric_table[metric].name, "requests.", 9) == 0;
}

/* The end of the span, in the horizon. */
static sim_ns
ends(const struct question *q)
{
    const sim_ns to = q->claim->to, horizon = q->model->horizon;

    return to <= 0 || to > horizon ? horizon : to;
}

static sim_ns
begins(const struct question *q)
{
    return q->claim->from > 0 ? q->claim->from : 0;
}

static bool
is_whole(const struct question *q)
{
    return begins(q) == 0 && ends(q) == q->model->horizon;
}

static struct label
label_of(const struct question *q)
{
    const struct claim *c = q->claim;
    struct label label = label_total;

    if (c->authority.i != NONE)
        label = label_with(label, LABEL_AUTHORITY, c->authority.i);
    if (c->cohort.i != NONE)
        label = label_with(label, LABEL_COHORT, c->cohort.i);
    if (c->class.i != NONE)
        label = label_with(label, LABEL_DATA, c->class.i);
    if (c->stream != NONE)
        label = label_with(label, LABEL_STREAM, c->stream);
    if (c->adversary < ADVERSARIES)
        label = label_with(label, LABEL_ADVERSARY, c->adversary);
    if (c->jurisdiction.i != NONE)
        label = label_with(label, LABEL_JURISDICTION, c->jurisdiction.i);
    if (c->custodian.i != NONE)
        label = label_with(label, LABEL_CUSTODIAN, c->custodian.i);
    return label;
}

/*
 * Does any strategy have a series of this metric with just these kinds of labels? A plane may not
 * tell a metric apart by them; then a missing series is not a 0.
 */
static bool
is_told_apart(const struct question *q, enum metric_id metric, struct label label)
{
    for (size_t i = 0; i < q->outcome->count; i++) {
        const struct series *s = &q->outcome->series[i];
        bool same = s->metric == metric;

        for (unsigned k = 0; k < LABELS; k++)
            same = same && (s->label.of[k] == LABEL_ALL) == (label.of[k] == LABEL_ALL);
        if (same)
            return true;
    }
    return false;
}

static void
answer_series(const struct question *q, enum metric_id metric, struct answer *out)
{
    const struct series *series = outcome_find(q->outcome, q->strategy, metric, label_of(q));
    const struct metric *m = &metric_table[metric];
    const bool unknown = m->summary == SUMMARY_FIRST || m->absent_is_unknown;

    /* Where the total is 0, so are its parts, and none of them was ever written. */
    if (series == NULL && !is_told_apart(q, metric, label_of(q)) &&
        outcome_find(q->outcome, q->strategy, metric, label_total) != NULL)
        out->cannot = "is not told apart by these labels";
    for (size_t i = 0; i < out->count; i++) {
        if (series != NULL)
            out->value[i] = series->value[i];
        else
            out->value[i] = unknown ? (double)NAN : 0;
    }
}

/* The half-years that lie wholly inside the span: [first, end). */
struct half_years {
    uint32_t first, end;
};

static sim_ns
period_end(const struct model *model, uint32_t period)
{
    return period + 1 < model_periods(model) ? model_period_start(model, period + 1)
                                             : model->horizon;
}

static struct half_years
half_years_inside(const struct question *q)
{
    struct half_years in = {0, model_periods(q->model)};

    while (in.first < in.end && model_period_start(q->model, in.first) < begins(q))
        in.first++;
    while (in.end > in.first && period_end(q->model, in.end - 1) > ends(q))
        in.end--;
    return in;
}

static void
note_half_years(const struct question *q, struct half_years in, struct text *note)
{
    const char *const *name = q->legend->name[LABEL_PERIOD];

    if (model_period_start(q->model, in.first) == begins(q) &&
        period_end(q->model, in.end - 1) == ends(q))
        return;
    text_addf(note, ", counted over the whole half-years %s to %s", name[in.first],
              name[in.end - 1]);
}

/* Which labels of requests by period add up to the claim's total without counting any twice. */
enum detail { BY_PERIOD, BY_AUTHORITY, BY_STREAM };

static bool
has_detail(struct label label, uint16_t authority, enum detail detail)
{
    const bool stream = label.of[LABEL_STREAM] != LABEL_ALL;

    for (unsigned i = 0; i < LABELS; i++) {
        if (i != LABEL_AUTHORITY && i != LABEL_STREAM && i != LABEL_PERIOD &&
            label.of[i] != LABEL_ALL)
            return false;
    }
    return label.of[LABEL_PERIOD] != LABEL_ALL && label.of[LABEL_AUTHORITY] == authority &&
           stream == (detail == BY_STREAM);
}

static bool
is_observed(const struct question *q, uint16_t authority, enum detail detail)
{
    for (size_t i = 0; i < q->outcome->count; i++) {
        const struct series *s = &q->outcome->series[i];

        if (s->strategy == q->strategy && s->metric == q->metric &&
            has_detail(s->label, authority, detail))
            return true;
    }
    return false;
}

static void
add_series(const struct question *q, uint16_t authority, enum detail detail, struct half_years in,
           struct answer *out)
{
    for (size_t i = 0; i < q->outcome->count; i++) {
        const struct series *s = &q->outcome->series[i];

        if (s->strategy != q->strategy || s->metric != q->metric ||
            !has_detail(s->label, authority, detail) || s->label.of[LABEL_PERIOD] < in.first ||
            s->label.of[LABEL_PERIOD] >= in.end)
            continue;
        for (size_t k = 0; k < out->count; k++)
            out->value[k] += s->value[k];
    }
}

/* The coarsest series there are: a total that was never seen has no parts either. */
static void
add_authority(const struct question *q, uint32_t authority, struct half_years in,
              struct answer *out)
{
    const enum detail detail =
        is_observed(q, (uint16_t)authority, BY_AUTHORITY) ? BY_AUTHORITY : BY_STREAM;

    add_series(q, (uint16_t)authority, detail, in, out);
}

/* One stream alone. */
static void
add_stream(const struct question *q, struct half_years in, struct answer *out)
{
    for (uint32_t p = in.first; p < in.end; p++) {
        const struct series *s = outcome_find(q->outcome, q->strategy, q->metric,
                                              label_with(label_of(q), LABEL_PERIOD, p));

        for (size_t k = 0; s != NULL && k < out->count; k++)
            out->value[k] += s->value[k];
    }
}

static void
answer_requests(const struct question *q, struct answer *out)
{
    const struct half_years in = half_years_inside(q);

    /* Over the whole horizon the series itself counts all; by authority and period, requests that
     * a partner answered are among the partner's. */
    if (is_whole(q) && is_told_apart(q, q->metric, label_of(q))) {
        answer_series(q, q->metric, out);
        return;
    }
    if (q->claim->jurisdiction.i != NONE || q->claim->custodian.i != NONE) {
        out->cannot = "is counted by jurisdiction or custodian over the whole horizon only";
        return;
    }
    if (in.first >= in.end) {
        out->cannot = "counts requests by half-years, and its span holds no whole one";
        return;
    }
    note_half_years(q, in, &out->note);
    if (q->claim->stream != NONE) {
        add_stream(q, in, out);
    } else if (q->claim->authority.i != NONE) {
        add_authority(q, q->claim->authority.i, in, out);
    } else if (is_observed(q, LABEL_ALL, BY_PERIOD)) {
        add_series(q, LABEL_ALL, BY_PERIOD, in, out);
    } else {
        for (uint32_t a = 0; a < q->legend->names[LABEL_AUTHORITY]; a++)
            add_authority(q, a, in, out);
    }
}

/* Any exposure within the span: the first lay in it. */
static void
answer_any(const struct question *q, enum metric_id first, struct answer *out)
{
    answer_series(q, first, out);
    for (size_t i = 0; i < out->count; i++)
        out->value[i] = out->value[i] <= out->horizon_days; /* NAN: never */
}

/* Accounts to fractions, with each replication's own denominator: how many accounts there are may
 * be uncertain, or a strategy's own. Where none was exposed 0 stays 0. */
static void
to_fractions(const struct question *q, enum curve_kind kind, struct answer *out)
{
    static const struct {
        enum metric_id accounts, fraction;
    } of[CURVE_KINDS] = {
        [CURVE_CONTENT] = {METRIC_CONTENT_ACCOUNTS, METRIC_CONTENT_FRACTION},
        [CURVE_METADATA] = {METRIC_METADATA_ACCOUNTS, METRIC_METADATA_FRACTION},
        [CURVE_CIPHERTEXT] = {METRIC_CIPHERTEXT_ACCOUNTS, METRIC_CIPHERTEXT_FRACTION},
    };
    const struct label label = label_of(q);
    const struct series *fraction = outcome_find(q->outcome, q->strategy, of[kind].fraction, label);
    const struct series *accounts = outcome_find(q->outcome, q->strategy, of[kind].accounts, label);

    for (size_t i = 0; i < out->count; i++)
        if (out->value[i] > 0 && fraction != NULL && accounts != NULL && accounts->value[i] > 0)
            out->value[i] *= fraction->value[i] / accounts->value[i];
}

/* The nearest point of the grid; says so when it is not the day itself. */
static uint32_t
curve_point(const struct question *q, double day, struct answer *out)
{
    const double step = q->legend->horizon_days / CURVE_POINTS, point = round(day / step);

    if (fabs(point * step - day) > 0.5)
        text_addf(&out->note, ", read at day %.0f, the nearest point of the curve", point * step);
    return (uint32_t)point;
}

/* Accounts first exposed in the span: the curve at its end less that at its beginning. */
static int
answer_curve(const struct question *q, enum curve_kind kind, struct answer *out)
{
    const double begin = days_from_ns(begins(q));
    double *before;

    outcome_label_curve_values(q->outcome, q->strategy, label_of(q), kind,
                               curve_point(q, out->horizon_days, out), out->value);
    if (isnan(out->value[0]))
        out->cannot = "is known by these labels over the whole horizon only";
    if (begin == 0 || out->cannot != NULL)
        return 0;
    before = calloc(out->count, sizeof *before);
    if (before == NULL)
        return ERR_MEMORY;
    outcome_label_curve_values(q->outcome, q->strategy, label_of(q), kind,
                               curve_point(q, begin, out), before);
    for (size_t i = 0; i < out->count; i++)
        out->value[i] -= before[i];
    free(before);
    return 0;
}

/* How metrics answer for a part of the horizon: any and first by the time of the first exposure, in
 * a part that begins with it; those that count accounts, and any in a later part, by the curve. */
static const struct within {
    enum metric_id metric;
    enum { ANY, FIRST, ACCOUNTS, SHARE } how;
    enum metric_id first; /* of ANY */
    enum curve_kind curve;
} within[] = {
    {METRIC_CONTENT_ANY, ANY, METRIC_CONTENT_FIRST, CURVE_CONTENT},
    {METRIC_METADATA_ANY, ANY, METRIC_METADATA_FIRST, CURVE_METADATA},
    {METRIC_CIPHERTEXT_ANY, ANY, METRIC_CIPHERTEXT_FIRST, CURVE_CIPHERTEXT},
    {METRIC_CONTENT_FIRST, FIRST, METRICS, CURVE_KINDS},
    {METRIC_METADATA_FIRST, FIRST, METRICS, CURVE_KINDS},
    {METRIC_CIPHERTEXT_FIRST, FIRST, METRICS, CURVE_KINDS},
    {METRIC_CONTENT_ACCOUNTS, ACCOUNTS, METRICS, CURVE_CONTENT},
    {METRIC_CONTENT_FRACTION, SHARE, METRICS, CURVE_CONTENT},
    {METRIC_CONTENT_RISK, SHARE, METRICS, CURVE_CONTENT},
    {METRIC_METADATA_ACCOUNTS, ACCOUNTS, METRICS, CURVE_METADATA},
    {METRIC_METADATA_FRACTION, SHARE, METRICS, CURVE_METADATA},
    {METRIC_METADATA_RISK, SHARE, METRICS, CURVE_METADATA},
    {METRIC_CIPHERTEXT_ACCOUNTS, ACCOUNTS, METRICS, CURVE_CIPHERTEXT},
    {METRIC_CIPHERTEXT_FRACTION, SHARE, METRICS, CURVE_CIPHERTEXT},
};

static int
answer_within(const struct question *q, const struct within *row, struct answer *out)
{
    if (row->how == ANY && begins(q) == 0) {
        answer_any(q, row->first, out);
        return 0;
    }
    if (row->how == FIRST) {
        if (begins(q) == 0)
            answer_series(q, q->metric, out);
        else
            out->cannot = "is known only for spans that begin with the horizon";
        return 0;
    }
    const int rc = answer_curve(q, row->curve, out);

    if (rc < 0 || out->cannot != NULL)
        return rc;
    if (row->how == SHARE)
        to_fractions(q, row->curve, out);
    for (size_t i = 0; row->how == ANY && i < out->count; i++)
        out->value[i] = out->value[i] > 0;
    return 0;
}

static int
answer_part(const struct question *q, struct answer *out)
{
    for (size_t i = 0; i < COUNT(within); i++)
        if (within[i].metric == q->metric)
            return answer_within(q, &within[i], out);
    out->cannot = "is known over the whole horizon only";
    return 0;
}

int
claim_answer(const struct question *q, struct answer *out)
{
    const bool legal = metric_table[q->metric].plane == PLANE_LEGAL;

    *out = (struct answer){
        .count = legal ? q->outcome->legal : q->outcome->traffic,
        .one = outcome_one(q->outcome, q->metric, label_of(q)),
        .horizon_days = days_from_ns(ends(q)),
    };
    out->value = calloc(out->count + 1, sizeof *out->value);
    if (out->value == NULL)
        return ERR_MEMORY;
    if (q->strategy >= 64 || (q->outcome->strategies >> q->strategy & 1) == 0)
        out->cannot = "was not simulated for this strategy";
    else if (out->count == 0)
        out->cannot = "was not simulated";
    else if (is_requests(q->metric))
        answer_requests(q, out);
    else if (is_whole(q))
        answer_series(q, q->metric, out);
    else
        return answer_part(q, out);
    return 0;
}

void
answer_release(struct answer *answer)
{
    free(answer->value);
    text_release(&answer->note);
    *answer = (struct answer){0};
}

void
claim_number(double value, struct text *text)
{
    text_addf(text, fabs(value) >= 1000 ? "%.0f" : "%.3g", value);
}

static void
describe_span(const struct question *q, struct text *text)
{
    const double days = days_from_ns(ends(q)), years = days / 365.25;
    char from[16], to[16];

    if (is_whole(q))
        return;
    if (begins(q) == 0 && !q->claim->is_expect) {
        text_add(text, " within ");
        claim_number(fabs(years - round(years)) < 1e-9 ? round(years) : days, text);
        text_add(text, fabs(years - round(years)) < 1e-9 ? " y" : " d");
        return;
    }
    date_write(q->model->starts_unix_s + begins(q) / NS_PER_S, from);
    date_write(q->model->starts_unix_s + ends(q) / NS_PER_S, to);
    text_addf(text, " from %s to %s", from, to);
}

void
claim_describe(const struct question *q, struct text *text)
{
    const struct claim *c = q->claim;
    const struct legend *legend = q->legend;
    const char *before = " for ";

    text_add(text, metric_table[q->metric].name);
    if (c->authority.i != NONE) {
        const uint32_t stream = legend->first_stream[c->authority.i] + c->stream;

        text_addf(text, "%s%s", before,
                  c->stream == NONE ? legend->name[LABEL_AUTHORITY][c->authority.i]
                                    : legend->name[LABEL_STREAM][stream]);
        before = ", ";
    }
    if (c->adversary < ADVERSARIES) {
        text_addf(text, "%s%s adversaries", before, adversary_name[c->adversary]);
        before = ", ";
    }
    if (c->cohort.i != NONE) {
        text_addf(text, "%scohort %s", before, legend->name[LABEL_COHORT][c->cohort.i]);
        before = ", ";
    }
    if (c->class.i != NONE) {
        text_addf(text, "%sdata %s", before, legend->name[LABEL_DATA][c->class.i]);
        before = ", ";
    }
    if (c->jurisdiction.i != NONE) {
        text_addf(text, "%sjurisdiction %s", before,
                  legend->name[LABEL_JURISDICTION][c->jurisdiction.i]);
        before = ", ";
    }
    if (c->custodian.i != NONE)
        text_addf(text, "%scustodian %s", before, legend->name[LABEL_CUSTODIAN][c->custodian.i]);
    describe_span(q, text);
}

static void
describe_bounds(const struct claim *claim, struct text *text)
{
    if (!isnan(claim->at_least)) {
        text_add(text, " at least ");
        claim_number(claim->at_least, text);
    }
    if (!isnan(claim->at_least) && !isnan(claim->at_most))
        text_add(text, " and");
    if (!isnan(claim->at_most)) {
        text_add(text, " at most ");
        claim_number(claim->at_most, text);
    }
}

void
claim_state(const struct question *q, struct text *text)
{
    text_add(text, q->claim->is_expect ? "expects " : "requires ");
    claim_describe(q, text);
    if (q->claim->is_expect) {
        text_add(text, " to be ");
        claim_number(q->claim->observed, text);
    } else {
        describe_bounds(q->claim, text);
    }
}

void
claim_words(const struct claim *claim, const struct model *model, const struct legend *legend,
            struct text *text)
{
    const struct question question = {
        .model = model, .legend = legend, .claim = claim, .metric = metric_find(claim->metric)};

    claim_state(&question, text);
}
