/* `require`: a bound against the interval of the estimate. */
#include "record/claim.h"

#include <math.h>
#include <stdlib.h>

#define REPLICATIONS_MAX 1e9 /* beyond, saying a number would mock the reader */

#define TAIL 0.025 /* what either end of an interval leaves out */

bool
claim_satisfied(const struct claim *claim, double value)
{
    return !(value > claim->at_most) && !(value < claim->at_least); /* NAN: not stated */
}

/* Does no value of [low, high] satisfy it? */
static bool
none_satisfies(const struct claim *claim, const struct estimate *e)
{
    return e->low > claim->at_most || e->high < claim->at_least;
}

static enum verdict
compare(const struct claim *claim, const struct estimate *e)
{
    if (isnan(e->low) || isnan(e->high))
        return VERDICT_UNDECIDED;
    if (claim_satisfied(claim, e->low) && claim_satisfied(claim, e->high))
        return VERDICT_HOLDS;
    return none_satisfies(claim, e) ? VERDICT_FAILS : VERDICT_UNDECIDED;
}

/*
 * Of an event that was never seen in `count` replications, after how many the upper bound would be
 * `bound`: it is one event's size times the exact bound of its probability, 1 - 0.025^(1/n).
 */
static double
needed_of_none(double bound, double high, size_t count)
{
    const double share = bound * (1 - pow(TAIL, 1 / (double)count)) / high;

    return share > 0 ? ceil(log(TAIL) / log1p(-share)) : 0;
}

/*
 * Replications (or, where the interval is over worlds, worlds) in all, after which the interval
 * would just leave the bound that it contains, if the mean stayed: it shrinks with the root of
 * their number. 0 when no number helps.
 */
static double
needed(const struct claim *claim, const struct estimate *e, size_t count)
{
    const double bound[] = {claim->at_most, claim->at_least};
    double most = 0;

    for (unsigned i = 0; i < COUNT(bound); i++) {
        if (!(bound[i] >= e->low && bound[i] <= e->high))
            continue;
        const double distance = fabs(bound[i] - e->mean);
        const double half = bound[i] > e->mean ? e->high - e->mean : e->mean - e->low;

        if (!(distance > 0))
            return 0;
        const double ratio = half / distance;

        most = fmax(most, e->mean == 0 ? needed_of_none(bound[i], e->high, count)
                                       : ceil((double)count * ratio * ratio));
    }
    return most <= REPLICATIONS_MAX ? most : 0;
}

/* In how many worlds the world's own mean satisfies it. None are counted where replications do not
 * share worlds. */
static int
count_worlds(const struct question *q, const struct answer *answer, struct judgement *out)
{
    const enum plane plane = metric_table[q->metric].plane;
    const bool first = metric_table[q->metric].summary == SUMMARY_FIRST;
    const size_t draws = q->legend->worlds;

    if (draws == 0 || answer->count <= draws)
        return 0;
    struct {
        double sum, seen;
    } *world = calloc(draws, sizeof *world);

    if (world == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < answer->count; i++) {
        const size_t w = (size_t)(outcome_replication(q->outcome, plane, i) % draws);
        const double v = first ? fmin(answer->value[i], answer->horizon_days) : answer->value[i];

        if (isnan(v))
            continue;
        world[w].sum += v;
        world[w].seen++;
    }
    for (size_t w = 0; w < draws; w++) {
        if (world[w].seen > 0) {
            out->worlds++;
            out->worlds_hold += claim_satisfied(q->claim, world[w].sum / world[w].seen);
        }
    }
    free(world);
    return 0;
}

static void
describe_estimate(const struct estimate *e, struct text *text)
{
    text_add(text, ": estimated ");
    claim_number(e->mean, text);
    if (isnan(e->low) || isnan(e->high))
        return;
    text_add(text, " [");
    claim_number(e->low, text);
    text_add(text, ", ");
    claim_number(e->high, text);
    text_add(text, "]");
}

static void
describe_doubt(const struct judgement *j, struct text *text)
{
    if (isnan(j->estimate.low)) {
        text_add(text, " (one value has no interval)");
    } else if (j->needed == 0) {
        text_add(text, " (the bound is too near the estimate to be settled)");
    } else {
        /* Up, to two digits: it is a guess. */
        const double step = pow(10, fmax(floor(log10(j->needed)) - 1, 0));

        text_addf(text, " (about %.0f %s in all would settle it)", ceil(j->needed / step) * step,
                  j->worlds > 0 ? "worlds" : "replications");
    }
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
    describe_estimate(&j->estimate, text);
    text_addf(text, "%s: %s", text_str(&answer->note), verdict_name[j->verdict]);
    if (j->verdict == VERDICT_UNDECIDED)
        describe_doubt(j, text);
    if (j->worlds > 0)
        text_addf(text, "; in %zu of %zu worlds", j->worlds_hold, j->worlds);
}

static int
decide(const struct question *q, const struct answer *answer, struct judgement *out)
{
    const int rc = count_worlds(q, answer, out);

    out->verdict = compare(q->claim, &out->estimate);
    if (out->verdict == VERDICT_UNDECIDED && !isnan(out->estimate.low))
        out->needed =
            needed(q->claim, &out->estimate, out->worlds > 0 ? out->worlds : answer->count);
    return rc;
}

int
judge_require(const struct question *q, struct judgement *out)
{
    struct answer answer = {0};
    struct text text = {0};
    int rc = claim_answer(q, &answer);

    out->verdict = VERDICT_UNDECIDED;
    out->estimate = (struct estimate){(double)NAN, (double)NAN, (double)NAN};
    out->log_score = (double)NAN;
    if (rc == 0 && answer.cannot == NULL) {
        out->estimate = outcome_estimate_values(q->outcome, q->metric, answer.value, answer.count,
                                                answer.one, answer.horizon_days);
        if (isnan(out->estimate.mean))
            answer.cannot = "was not observed in any replication";
        else
            rc = decide(q, &answer, out);
    }
    if (rc == 0)
        explain(q, &answer, out, &text);
    answer_release(&answer);
    if (text.lost)
        rc = ERR_MEMORY;
    out->text = text.s;
    return rc;
}
