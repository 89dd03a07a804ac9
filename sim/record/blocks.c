/*
 * Availability as users of a service that is blocked from time to time have it. The traffic plane
 * knows how many operations are served while there is no block, the legal plane for which part of
 * the horizon a user is blocked (by VPN users' share, who go on); neither knows of the other, so
 * the two meet here:
 *
 *     availability.with_blocks = availability x (1 - blocked.days / horizon)
 *
 * A value for each legal replication, with availability's mean over the traffic replications of the
 * same world (of all of them where worlds are not shared). So its interval is that of the blocks,
 * which are the rarer and longer ones; that of availability stands beside it.
 */
#include "record/private.h"

#include <math.h>

/* A series before it is in order; NULL: there is none. */
static const struct series *
series_of(const struct outcome *outcome, uint32_t strategy, enum metric_id metric,
          struct label label)
{
    for (size_t i = 0; i < outcome->count; i++) {
        const struct series *s = &outcome->series[i];

        if (s->metric == metric && s->strategy == strategy && label_compare(s->label, label) == 0)
            return s;
    }
    return NULL;
}

/* Mean over the traffic replications of a world, or over all (world UINT64_MAX). NAN: none. */
static double
mean_of_world(const struct outcome *outcome, const struct series *s, uint64_t world)
{
    const uint64_t worlds = outcome->private->legend->worlds;
    double sum = 0, count = 0;

    for (size_t i = 0; i < s->count; i++) {
        if (isnan(s->value[i]) ||
            (world != UINT64_MAX &&
             outcome_replication(outcome, PLANE_TRAFFIC, i) % worlds != world))
            continue;
        sum += s->value[i];
        count++;
    }
    return sum / count;
}

static double
availability_of(const struct outcome *outcome, const struct series *s, size_t n)
{
    const uint64_t worlds = outcome->private->legend->worlds;
    double mean = (double)NAN;

    if (worlds > 0)
        mean = mean_of_world(outcome, s, outcome_replication(outcome, PLANE_LEGAL, n) % worlds);
    return isnan(mean) ? mean_of_world(outcome, s, UINT64_MAX) : mean;
}

/* The value of the n-th legal replication; looked up by row, for adding one may move them all. */
static double
value_of(const struct outcome *outcome, size_t served, const struct series *blocked, size_t n)
{
    const double days = blocked != NULL && n < blocked->count ? blocked->value[n] : 0;

    return availability_of(outcome, &outcome->series[served], n) *
           (1 - days / outcome->private->legend->horizon_days);
}

static int
add_label(struct outcome *outcome, uint32_t strategy, struct label label)
{
    const struct series *served = series_of(outcome, strategy, METRIC_AVAILABILITY, label);
    const struct series *blocked = series_of(outcome, strategy, METRIC_BLOCKED_DAYS, label);
    const size_t legal = outcome_trials(outcome, PLANE_LEGAL);
    int rc = 0;

    if (served == NULL)
        return 0;
    const size_t row = (size_t)(served - outcome->series);
    const size_t blocked_row = blocked != NULL ? (size_t)(blocked - outcome->series) : 0;

    for (size_t n = 0; rc == 0 && n < legal; n++)
        rc = series_replace(
            outcome, strategy, METRIC_AVAILABILITY_WITH_BLOCKS, label, n,
            value_of(outcome, row, blocked != NULL ? &outcome->series[blocked_row] : NULL, n));
    return rc;
}

int
blocks_add(struct outcome *outcome)
{
    const struct legend *legend = outcome->private->legend;
    bool any = false;
    int rc = 0;

    for (size_t i = 0; i < outcome->count; i++)
        any |= outcome->series[i].metric == METRIC_BLOCKED_DAYS;
    for (uint32_t s = 0; rc == 0 && any && s < legend->strategies; s++) {
        rc = add_label(outcome, s, label_total);
        for (uint32_t c = 0; rc == 0 && c < legend->names[LABEL_COHORT]; c++)
            rc = add_label(outcome, s, label_with(label_total, LABEL_COHORT, c));
    }
    return rc;
}
