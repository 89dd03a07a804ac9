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
    return label;
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

static void
answer_requests(const struct question *q, struct answer *out)
{
    const struct half_years in = half_years_inside(q);

    if (in.first >= in.end) {
        out->cannot = "counts requests by half-years, and its span holds no whole one";
        return;
    }
    note_half_years(q, in, &out->note);
    if (q->claim->authority.i != NONE) {
        add_authority(q, q->claim->authority.i, in, out);
    } else if (is_observed(q, LABEL_ALL, BY_PERIOD)) {
        add_series(q, LABEL_ALL, BY_PERIOD, in, out);
    } else {
        for (uint32_t a = 0; a < q->legend->names[LABEL_AUTHORITY]; a++)
            add_authority(q, a, in, out);
    }
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
to_fractions(const struct question *q, struct answer *out)
{
    const struct label label = label_of(q);
    const struct series *fraction = outcome_find(q->outcome, q->strategy, q->metric, label);
    const struct series *accounts =
        outcome_find(q->outcome, q->strategy, (enum metric_id)(q->metric - 1), label);

    for (size_t i = 0; i < out->count; i++)
        if (out->value[i] > 0 && fraction != NULL && accounts != NULL && accounts->value[i] > 0)
            out->value[i] *= fraction->value[i] / accounts->value[i];
}

static void
answer_curve(const struct question *q, enum curve_kind kind, bool fraction, struct answer *out)
{
    const double step = q->legend->horizon_days / CURVE_POINTS;
    const double point = round(out->horizon_days / step);

    if (q->claim->cohort.i != NONE || q->claim->class.i != NONE) {
        out->cannot = "is known by cohort or data class over the whole horizon only";
        return;
    }
    outcome_curve_values(q->outcome, q->strategy, q->claim->authority.i, kind, (uint32_t)point,
                         out->value);
    if (fraction)
        to_fractions(q, out);
    if (fabs(point * step - out->horizon_days) > 0.5)
        text_addf(&out->note, ", read at day %.0f, the nearest point of the curve", point * step);
}

/* How metrics answer for a part of the horizon that begins with it. */
static const struct within {
    enum metric_id metric;
    enum { FROM_FIRST, FROM_CURVE, FIRST } how;
    enum metric_id first;
    enum curve_kind curve;
    bool fraction;
} within[] = {
    {METRIC_CONTENT_ANY, FROM_FIRST, .first = METRIC_CONTENT_FIRST},
    {METRIC_METADATA_ANY, FROM_FIRST, .first = METRIC_METADATA_FIRST},
    {METRIC_CIPHERTEXT_ANY, FROM_FIRST, .first = METRIC_CIPHERTEXT_FIRST},
    {METRIC_CONTENT_FIRST, FIRST},
    {METRIC_METADATA_FIRST, FIRST},
    {METRIC_CIPHERTEXT_FIRST, FIRST},
    {METRIC_CONTENT_ACCOUNTS, FROM_CURVE, .curve = CURVE_CONTENT},
    {METRIC_CONTENT_FRACTION, FROM_CURVE, .curve = CURVE_CONTENT, .fraction = true},
    {METRIC_METADATA_ACCOUNTS, FROM_CURVE, .curve = CURVE_METADATA},
    {METRIC_METADATA_FRACTION, FROM_CURVE, .curve = CURVE_METADATA, .fraction = true},
};

static void
answer_part(const struct question *q, struct answer *out)
{
    const struct within *row = NULL;

    for (size_t i = 0; i < COUNT(within); i++) {
        if (within[i].metric == q->metric)
            row = &within[i];
    }
    if (row == NULL || begins(q) > 0)
        out->cannot = row == NULL ? "is known over the whole horizon only"
                                  : "is known only for spans that begin with the horizon";
    else if (row->how == FROM_FIRST)
        answer_any(q, row->first, out);
    else if (row->how == FROM_CURVE)
        answer_curve(q, row->curve, row->fraction, out);
    else
        answer_series(q, q->metric, out);
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
        answer_part(q, out);
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
        text_addf(text, "%s%s", before, legend->name[LABEL_AUTHORITY][c->authority.i]);
        before = ", ";
    }
    if (c->cohort.i != NONE) {
        text_addf(text, "%scohort %s", before, legend->name[LABEL_COHORT][c->cohort.i]);
        before = ", ";
    }
    if (c->class.i != NONE)
        text_addf(text, "%sdata %s", before, legend->name[LABEL_DATA][c->class.i]);
    describe_span(q, text);
}
