#include "legal/threats.h"

double
threat_common(double common_cause, uint32_t targets)
{
    return common_cause / (targets * (1 - common_cause) + common_cause);
}

/* The lever of what an event hits: its ordinal. That of all targets is behind those of each. */
static uint32_t
draw_lever(const struct docket *d, const struct authority *a, uint32_t levers, uint64_t number)
{
    const uint32_t targets = levers > 1 ? levers - 1 : 1;
    struct stream s;

    stream_open(&s, d->seed, d->replication, PURPOSE_THREAT, a->entity, number);
    const bool common = stream_chance(&s, threat_common(a->threat->common_cause, targets));
    const uint32_t target = (uint32_t)(stream_uniform(&s) * targets);

    return common && levers > 1 ? targets : target;
}

/* The event takes what it hit of one cohort, or of the one that the targets draw. */
static int
strike_cohort(struct docket *d, uint32_t source, uint64_t number, uint32_t cohort, uint32_t channel,
              uint32_t lever)
{
    struct ask ask;
    uint32_t request, row;
    int rc;

    ask_draw_event(&ask, d, source, number, cohort);
    rc = request_open(d, &ask, &request);
    if (rc == 0)
        rc = pursuit_add(d, request, channel, lever, MODE_CONTENT, &row);
    if (rc < 0)
        return rc;
    d->requests.item[request].has_plan = true;
    d->requests.item[request].waiting = 1;
    return pursuit_execute(d, row);
}

int
threat_strike(struct docket *d, uint32_t source, uint64_t number)
{
    const struct authority *a = source_authority(d, source);
    const bool targeted = source_stream(d, source)->target != NULL;
    uint32_t channel, levers, lever;
    int rc = source_channel(d, source, &channel);

    tally_event(&d->tally, source);
    if (rc < 0)
        return rc;
    levers = (uint32_t)d->channels.channels.item[channel].levers.count;
    if (levers == 0)
        return 0; /* nothing is at stake */
    lever = draw_lever(d, a, levers, number);
    if (targeted)
        return strike_cohort(d, source, number, NONE, channel, lever);
    for (uint32_t c = 0; c < d->timeline.cohorts && rc == 0; c++)
        rc = strike_cohort(d, source, number, c, channel, lever);
    return rc;
}
