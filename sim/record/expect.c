/* `expect`: what happened against the predictive distribution of the replications. */
#include "record/claim.h"

#include <math.h>
#include <stdlib.h>

/* 1/40 = 0.025 of the draws may lie beyond either limit. */
enum { FORTY = 40 };

/* The values, sorted, without those that were not observed. */
static void
sort_known(struct answer *answer, int (*compare)(const void *, const void *))
{
    size_t kept = 0;

    for (size_t i = 0; i < answer->count; i++) {
        if (!isnan(answer->value[i]))
            answer->value[kept++] = answer->value[i];
    }
    answer->count = kept;
    if (kept > 1)
        qsort(answer->value, kept, sizeof *answer->value, compare);
}

static int
by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static void
moments(const struct answer *answer, double *mean, double *variance)
{
    const double n = (double)answer->count;
    double sum = 0, squares = 0;

    for (size_t i = 0; i < answer->count; i++)
        sum += answer->value[i];
    *mean = sum / n;
    for (size_t i = 0; i < answer->count; i++)
        squares += (answer->value[i] - *mean) * (answer->value[i] - *mean);
    *variance = answer->count > 1 ? squares / (n - 1) : 0;
}

static double
log_gamma(double x)
{
    int sign; /* lgamma would write it to a global */

    return lgamma_r(x, &sign);
}

/* Negative binomial by its mean and variance, variance above mean. */
static double
count_score(double k, double mean, double variance)
{
    const double r = mean * mean / (variance - mean), p = mean / variance;

    if (k < 0 || k != floor(k))
        return (double)-INFINITY;
    return log_gamma(k + r) - log_gamma(k + 1) - log_gamma(r) + r * log(p) + k * log1p(-p);
}

static double
density_score(double x, double mean, double variance, double n)
{
    const double free = n - 1, scale = sqrt(variance * (1 + 1 / n)), t = (x - mean) / scale;

    if (!(scale > 0))
        return (double)NAN; /* no spread, no density */
    return log_gamma((free + 1) / 2) - log_gamma(free / 2) - log(free * acos(-1.0)) / 2 -
           log(scale) - (free + 1) / 2 * log1p(t * t / free);
}

static double
log_score(const struct answer *answer, const struct metric *metric, double observed)
{
    const double n = (double)answer->count;
    double mean, variance;

    moments(answer, &mean, &variance);
    if (metric->summary == SUMMARY_ANY) {
        const double yes = (mean * n + 0.5) / (n + 1);

        return observed > 0 ? log(yes) : log(1 - yes);
    }
    if (metric->summary == SUMMARY_RARE_MEAN && (metric->one == 1 || metric->one == ONE_REQUEST)) {
        const double expected = mean + 0.5 / n;

        return count_score(observed, expected, fmax(expected, variance) * (1 + 1 / n));
    }
    return density_score(observed, mean, variance, n);
}

static enum verdict
compare(const struct answer *answer, double observed, struct estimate *limits)
{
    const size_t n = answer->count, k = n / FORTY > 0 ? n / FORTY : 1;

    limits->low = answer->value[k - 1];
    limits->high = answer->value[n - k];
    if (observed >= limits->low && observed <= limits->high)
        return VERDICT_HOLDS;
    return n >= FORTY ? VERDICT_FAILS : VERDICT_UNDECIDED;
}

static void
explain(const struct question *q, const struct answer *answer, const struct judgement *j,
        struct text *text)
{
    claim_state(q, text);
    if (answer->cannot != NULL) {
        text_addf(text, ": undecided: this metric %s", answer->cannot);
        return;
    }
    text_add(text, ": simulated ");
    claim_number(j->estimate.mean, text);
    text_add(text, ", central 95 % [");
    claim_number(j->estimate.low, text);
    text_add(text, ", ");
    claim_number(j->estimate.high, text);
    text_addf(text, "]%s: %s", text_str(&answer->note), verdict_name[j->verdict]);
    if (j->verdict == VERDICT_UNDECIDED)
        text_addf(text, " (outside all, but %zu replications are too few to fail; 40 would do)",
                  answer->count);
}

int
judge_expect(const struct question *q, struct judgement *out)
{
    const struct metric *metric = &metric_table[q->metric];
    struct answer answer = {0};
    struct text text = {0};
    double variance;
    int rc = claim_answer(q, &answer);

    out->verdict = VERDICT_UNDECIDED;
    out->estimate = (struct estimate){(double)NAN, (double)NAN, (double)NAN};
    out->log_score = (double)NAN;
    if (rc == 0 && answer.cannot == NULL) {
        for (size_t i = 0; metric->summary == SUMMARY_FIRST && i < answer.count; i++)
            answer.value[i] = fmin(answer.value[i], answer.horizon_days); /* NAN: not within */
        sort_known(&answer, by_value);
        if (answer.count == 0)
            answer.cannot = "was not observed in any replication";
    }
    if (rc == 0 && answer.cannot == NULL) {
        moments(&answer, &out->estimate.mean, &variance);
        out->verdict = compare(&answer, q->claim->observed, &out->estimate);
        out->log_score = log_score(&answer, metric, q->claim->observed);
    }
    if (rc == 0)
        explain(q, &answer, out, &text);
    answer_release(&answer);
    if (text.lost)
        rc = ERR_MEMORY;
    out->text = text.s;
    return rc;
}
