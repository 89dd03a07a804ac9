#include "legal/legal.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include "legal/docket.h"
#include "legal/standing.h"
#include "legal/threats.h"

/* Sources: every stream of every authority */

/* Authorities, threats and streams have so many numbers in a request's identity (docket.h). */
enum {
    AUTHORITIES_MOST = THREAT_ENTITY,
    THREATS_MOST = (1 << 12) - THREAT_ENTITY,
    STREAMS_MOST = 1 << 8
};

static int
check_sources(const struct docket *d)
{
    const struct world *w = d->model->world;

    if (w->authorities - w->threats > AUTHORITIES_MOST)
        return why_add(d->why, ERR_LIMIT, &w->authority[AUTHORITIES_MOST].is.at,
                       "more than %d authorities", AUTHORITIES_MOST);
    if (w->threats > THREATS_MOST)
        return why_add(d->why, ERR_LIMIT, &w->threat[THREATS_MOST].is.at, "more than %d threats",
                       THREATS_MOST);
    for (uint32_t a = 0; a < w->authorities; a++)
        if (w->authority[a].streams > STREAMS_MOST)
            return why_add(d->why, ERR_LIMIT, &w->authority[a].is.at,
                           "authority '%s': more than %d request streams", w->authority[a].is.name,
                           STREAMS_MOST);
    return 0;
}

static int
make_sources(struct docket *d)
{
    const struct world *w = d->model->world;
    int rc = check_sources(d);

    if (rc < 0)
        return rc;
    for (uint32_t a = 0; a < w->authorities; a++)
        d->sources += w->authority[a].streams;
    d->source = calloc(d->sources + 1, sizeof *d->source);
    d->authority_of = calloc(d->sources + 1, sizeof *d->authority_of);
    if (d->source == NULL || d->authority_of == NULL)
        return why_no_memory(d->why);
    for (uint32_t a = 0, i = 0; a < w->authorities; a++)
        for (uint32_t s = 0; s < w->authority[a].streams && rc == 0; s++, i++) {
            d->authority_of[i] = a;
            d->source[i].authority.i = a;
            d->source[i].stream = s;
            d->source[i].channel_phase = NONE;
            rc = arrivals_make(&d->source[i].arrivals, d->model, d->strategy, d->replication,
                               d->source[i].authority, s, d->why);
        }
    return rc;
}

int
source_channel(struct docket *d, uint32_t source, uint32_t *channel)
{
    struct source *s = &d->source[source];
    const struct authority *a = source_authority(d, source);
    int rc = 0;

    if (s->channel_phase != d->phase) {
        if (a->threat != NULL)
            rc = channel_find_threat(&d->channels, d->phase,
                                     (uint32_t)(a->threat - docket_world(d)->threat), &s->channel,
                                     d->why);
        else
            rc = channel_find(&d->channels, d->phase, a->jurisdiction,
                              source_stream(d, source)->through, &s->channel, d->why);
        s->channel_phase = d->phase;
    }
    *channel = s->channel;
    return rc;
}

/* How many accounts requests will list, about, which sizes the first tables; and how large a
 * request may be to be listed. */
static size_t
expect_accounts(struct docket *d)
{
    double sum = 0, most = 0;

    for (uint32_t c = 0; c < d->timeline.cohorts; c++)
        most += d->timeline.parts[c].accounts;
    for (uint32_t i = 0; i < d->sources; i++) {
        struct source *s = &d->source[i];
        const double mean = dist_mean(&source_stream(d, i)->accounts);
        const double all = (double)s->arrivals.count * (mean + 1);

        s->listed_most = all <= ACCOUNTS_OF_A_STREAM ? ACCOUNTS_LISTED_MOST : ACCOUNTS_LISTED_FEW;
        if (!source_stream(d, i)->bulk && mean < (double)s->listed_most)
            sum += all;
    }
    return (size_t)fmin(sum, most);
}

static int
docket_init(struct docket *d)
{
    int rc = timeline_make(&d->timeline, d->strategy, d->model->horizon, d->why);

    if (rc < 0)
        return rc;
    channels_init(&d->channels, &d->timeline);
    d->requests.unused = d->pursuits.unused = d->links.unused = NONE;
    d->pressure_at = SIM_NEVER;
    rc = make_sources(d);
    if (rc < 0)
        return rc;
    if (departures_init(&d->departures, &d->timeline) < 0 ||
        pressures_make(&d->pressures, d->model, &d->timeline, &d->departures, d->replication) < 0)
        return why_no_memory(d->why);
    d->got = calloc((size_t)PARTS_MAX * d->timeline.classes + 1, sizeof *d->got);
    d->team = calloc(d->model->world->custodians + 1, sizeof *d->team);
    const struct ledger_facts facts = {.timeline = &d->timeline,
                                       .table = &d->channels.table,
                                       .departures = &d->departures,
                                       .seed = d->seed,
                                       .replication = d->replication,
                                       .horizon = d->model->horizon,
                                       .expected = expect_accounts(d),
                                       .open_since = docket_open_since,
                                       .self = d};

    if (d->got == NULL || d->team == NULL || ledger_init(&d->ledger, &facts) < 0 ||
        tally_init(&d->tally, d->model, &d->timeline, d->authority_of, d->sources) < 0)
        return why_no_memory(d->why);
    return 0;
}

static void
docket_release(struct docket *d)
{
    for (uint32_t i = 0; d->source != NULL && i < d->sources; i++)
        arrival_list_release(&d->source[i].arrivals);
    for (uint32_t c = 0; d->team != NULL && c < d->model->world->custodians; c++)
        team_release(&d->team[c]);
    free(d->source);
    free(d->authority_of);
    free(d->requests.item);
    free(d->pursuits.item);
    free(d->links.item);
    free(d->unmet.item);
    free(d->taken.item);
    free(d->got);
    free(d->team);
    pressures_release(d->pressures);
    departures_release(&d->departures);
    accounts_release(&d->named);
    queue_release(&d->queue);
    tally_release(&d->tally);
    ledger_release(&d->ledger);
    channels_release(&d->channels);
    timeline_release(&d->timeline);
}

/* The run */

/* Phases come first, so that whatever else happens at that instant happens in the new phase. */
static int
expect_phases(struct docket *d)
{
    int rc = 0;

    for (uint32_t i = 1; i < d->timeline.phases && rc == 0; i++)
        rc = queue_add(&d->queue, d->timeline.phase[i].from, EVENT_PHASE, i, 0);
    return rc < 0 ? why_no_memory(d->why) : 0;
}

/* Finds the source whose next request comes first. */
static void
find_next_arrival(struct docket *d)
{
    d->arrives_at = SIM_NEVER;
    for (uint32_t i = 0; i < d->sources; i++) {
        const struct source *s = &d->source[i];

        if (s->next < s->arrivals.count && (sim_ns)s->arrivals.item[s->next].key < d->arrives_at) {
            d->arrives_at = (sim_ns)s->arrivals.item[s->next].key;
            d->arrives_from = i;
        }
    }
}

/* Pressure */

int
pressure_expect(struct docket *d)
{
    const sim_ns next = pressures_next(d->pressures);

    if (next >= d->pressure_at || next >= d->model->horizon)
        return 0;
    d->pressure_at = next;
    return queue_add(&d->queue, next, EVENT_PRESSURE, 0, 0) < 0 ? why_no_memory(d->why) : 0;
}

/* What was expected earlier may have moved: then nothing is due yet. */
static int
press(struct docket *d)
{
    d->pressure_at = SIM_NEVER;
    while (pressures_next(d->pressures) <= d->now)
        if (pressures_happen(d->pressures, d->now, d->phase) < 0)
            return why_no_memory(d->why);
    return pressure_expect(d);
}

static int
begin_phase(struct docket *d, uint32_t phase)
{
    int rc;

    d->phase = phase;
    if (pressures_phase(d->pressures, d->now, phase) < 0)
        return why_no_memory(d->why);
    rc = pressure_expect(d);
    if (rc < 0 || !docket_phase(d)->starts_epoch)
        return rc;
    rc = teams_refill(d);
    return rc < 0 ? rc : requests_look_again(d);
}

/* A review ends for the reviewer even when the request was dropped meanwhile. */
static int
reviewed(struct docket *d, const struct event *e)
{
    int rc = 0;

    if (d->pursuits.item[e->a].generation == (uint32_t)e->b)
        rc = pursuit_reviewed(d, e->a);
    return rc < 0 ? rc : team_release_reviewer(d, (uint32_t)(e->b >> 32));
}

static int
happen(struct docket *d, const struct event *e)
{
    if (e->kind == EVENT_PHASE)
        return begin_phase(d, e->a);
    if (e->kind == EVENT_PRESSURE)
        return press(d);
    if (e->kind == EVENT_REVIEWED)
        return reviewed(d, e);
    if (d->pursuits.item[e->a].generation != e->b)
        return 0; /* dropped meanwhile */
    switch (e->kind) {
    case EVENT_FILED:
        return pursuit_filed(d, e->a);
    case EVENT_JUDGED:
        return pursuit_judged(d, e->a);
    case EVENT_APPEALED:
        return pursuit_appealed(d, e->a);
    default:
        return pursuit_executed(d, e->a);
    }
}

/* Every request that was received has one fate, and so has every order a custodian received. */
static void
close_counts(struct tally *t)
{
    assert(t->total[FATE_RECEIVED] == t->total[FATE_CONTENT] + t->total[FATE_METADATA] +
                                          t->total[FATE_REFUSED] + t->total[FATE_PENDING]);
    for (uint32_t c = 0; c < t->custodians; c++) {
        uint64_t *n = &t->by_custodian[c * FATES];

        n[FATE_PENDING] = n[FATE_RECEIVED] - n[FATE_CONTENT] - n[FATE_METADATA] - n[FATE_REFUSED];
    }
}

static int
arrive(struct docket *d)
{
    struct source *s = &d->source[d->arrives_from];
    const uint32_t source = d->arrives_from;
    const uint64_t number = s->arrivals.item[s->next++].value;

    d->now = d->arrives_at;
    find_next_arrival(d);
    return source_authority(d, source)->threat != NULL ? threat_strike(d, source, number)
                                                       : request_arrive(d, source, number);
}

/* Everything in order of time; what was scheduled goes before what arrives at the same instant. */
static int
step(struct docket *d, bool *more)
{
    struct event e;

    if (queue_count(&d->queue) > 0 && queue_soonest(&d->queue) <= d->arrives_at) {
        *more = queue_next(&d->queue, &e);
        d->now = e.at;
        return happen(d, &e);
    }
    *more = d->arrives_at != SIM_NEVER;
    return *more ? arrive(d) : 0;
}

static int
docket_run(struct docket *d)
{
    bool more = true;
    int rc = expect_phases(d);

    if (rc == 0)
        rc = pressure_expect(d);
    find_next_arrival(d);
    while (rc == 0 && more && (d->tracer == NULL || !tracer_is_done(d->tracer)))
        rc = step(d, &more);
    if (rc == 0)
        rc = requests_close(d);
    if (rc == 0)
        close_counts(&d->tally);
    return rc;
}

/* What strategies leave to one another: what was drawn, and memory. */
struct desk {
    struct memo memo;
    struct ledger ledger;
};

static void
desk_release(struct desk *desk)
{
    memo_release(&desk->memo);
    ledger_release(&desk->ledger);
}

static struct docket
docket_on(const struct model *model, struct strategy_id strategy, uint64_t replication,
          struct desk *desk, struct why *why)
{
    const struct docket d = {
        .model = model,
        .strategy = &model->strategy[strategy.i],
        .seed = model->study.seed,
        .replication = replication,
        .memo = &desk->memo,
        .ledger = desk->ledger,
        .why = why,
    };

    desk->ledger = (struct ledger){0}; /* lent to the docket */
    return d;
}

static int
run_one(const struct model *model, struct strategy_id strategy, uint64_t replication,
        struct desk *desk, struct recording *out, struct why *why)
{
    struct docket d = docket_on(model, strategy, replication, desk, why);
    int rc = docket_init(&d);

    if (rc == 0)
        rc = docket_run(&d);
    if (rc == 0 && tally_report(&d.tally, strategy.i, out) < 0)
        rc = why_no_memory(why);
    if (rc == 0 && pressures_report(d.pressures, strategy.i, out) < 0)
        rc = why_no_memory(why);
    if (rc == 0)
        rc = standing_report(model, &d.timeline, strategy, out, why);
    desk->ledger = d.ledger;
    d.ledger = (struct ledger){0};
    docket_release(&d);
    return rc;
}

int
docket_watch(const struct model *model, struct strategy_id strategy, uint64_t replication,
             struct tracer *tracer, struct why *why)
{
    struct desk desk = {0};
    struct docket d = docket_on(model, strategy, replication, &desk, why);
    int rc;

    d.tracer = tracer;
    rc = docket_init(&d);
    if (rc == 0) {
        tracer_attach(tracer, &d.ledger);
        rc = docket_run(&d);
    }
    docket_release(&d);
    desk_release(&desk);
    return rc;
}

int
legal_run_each(const struct model *model, uint64_t strategies, uint64_t replication,
               struct recording *out, struct why *why)
{
    struct desk desk = {0};
    int rc = 0;

    for (uint32_t s = 0; s < model->strategies && rc == 0; s++) {
        if ((strategies >> s & 1) == 0)
            continue;
        rc = run_one(model, (struct strategy_id){s}, replication, &desk, out, why);
        if (rc < 0)
            why_add(why, (enum err)rc, NULL, "in legal replication %llu of strategy '%s'",
                    (unsigned long long)replication, model->strategy[s].is.name);
    }
    desk_release(&desk);
    return rc;
}

int
legal_run(const struct model *model, struct strategy_id strategy, uint64_t replication,
          struct recording *out, struct why *why)
{
    struct desk desk = {0};
    const int rc = run_one(model, strategy, replication, &desk, out, why);

    desk_release(&desk);
    return rc;
}
