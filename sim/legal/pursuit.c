/* One lever under way: filing, the legal team, court, appeal, execution. See sim/legal/INVARIANTS.
 */
#include "legal/docket.h"
#include <assert.h>

static struct request *
request_at(const struct docket *d, uint32_t row)
{
    return &d->requests.item[row];
}

static const struct ask *
ask_of(const struct docket *d, const struct pursuit *u)
{
    return &request_at(d, u->request)->ask;
}

const struct lever *
pursuit_lever(const struct docket *d, const struct pursuit *u)
{
    return &d->channels.channels.item[u->channel].levers.item[u->lever];
}

const struct lever *
pursuit_lever_now(const struct docket *d, const struct pursuit *u, struct lever *room)
{
    const struct channel *c = &d->channels.channels.item[u->channel];
    const struct world *w = docket_world(d);
    const struct lever *filed = &c->levers.item[u->lever];
    const struct instrument *terms, *acting;

    if (d->timeline.phase[c->phase].world == w || filed->threat != NULL)
        return filed;
    terms = acting = &w->jurisdiction[filed->asker.i].instrument[filed->instrument.i];
    if (filed->treaty != NULL && terms->via.i != NONE)
        acting = &w->jurisdiction[filed->acting.i].instrument[terms->via.i];
    if (!terms->available || !acting->available || acting->addressee != filed->addressee)
        return filed;
    *room = *filed;
    room->terms = terms;
    room->acting_terms = acting;
    return room;
}

/* Schedules, unless it would come at or after the horizon: then it never comes. */
static int
schedule(struct docket *d, double delay_s, uint32_t kind, uint32_t row)
{
    const sim_ns delay = ns_from_seconds(delay_s);

    if (delay >= d->model->horizon - d->now)
        return 0;
    return queue_add(&d->queue, d->now + delay, kind, row, d->pursuits.item[row].generation) < 0
               ? why_no_memory(d->why)
               : 0;
}

static int
pursuit_take(struct docket *d, uint32_t *row)
{
    *row = d->pursuits.unused;
    if (*row != NONE) {
        d->pursuits.unused = d->pursuits.item[*row].next;
    } else {
        if (VEC_ROOM(&d->pursuits) < 0)
            return why_no_memory(d->why);
        *row = (uint32_t)d->pursuits.count++;
    }
    return 0;
}

void
pursuit_end(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    uint32_t *at = &request_at(d, u->request)->first;
    const enum asks asks = ask_of(d, u)->asks;

    if (u->received && asks != ASKS_DISCLOSURE)
        tally_ordered_ask(&d->tally, pursuit_lever(d, u)->custodian.i, asks,
                          u->state == PURSUIT_SPENT);
    while (*at != row)
        at = &d->pursuits.item[*at].next;
    *at = u->next;
    u->generation++;
    u->next = d->pursuits.unused;
    d->pursuits.unused = row;
}

/* Filing */

int
pursuit_add(struct docket *d, uint32_t request, uint32_t channel, uint32_t lever, enum mode mode,
            uint32_t *row)
{
    const struct lever *l = &d->channels.channels.item[channel].levers.item[lever];
    struct request *r = request_at(d, request);
    const int rc = pursuit_take(d, row);

    if (rc < 0)
        return rc;
    struct pursuit *u = &d->pursuits.item[*row];

    *u = (struct pursuit){
        .request = request,
        .next = r->first,
        .generation = u->generation,
        .channel = channel,
        .lever = lever,
        .identity = l->identity,
        .state = PURSUIT_FILING,
        .mode = (uint8_t)mode,
        .in_plan = true,
        .granted = true,
    };
    r->first = *row;
    r->active++;
    return 0;
}

/* The grant as it is decided at home, and by the treaty partner: 1 without one. */
static double
partner_grant(const struct lever *l)
{
    return l->treaty != NULL ? l->treaty->grant : 1;
}

/* One decision for all addressees: of the asker's judge, and of each partner. */
static bool
granted_together(const struct docket *d, const struct ask *ask, const struct lever *l)
{
    struct stream s;
    bool granted;

    stream_open(&s, d->seed, d->replication, PURPOSE_GRANT, ask->identity, l->instrument.i);
    granted = stream_chance(&s, l->terms->grant);
    if (l->treaty == NULL)
        return granted;
    stream_open(&s, d->seed, d->replication, PURPOSE_GRANT, ask->identity,
                (uint64_t)(l->acting.i + 1) << 32 | l->instrument.i);
    return stream_chance(&s, l->treaty->grant) && granted;
}

static void
draw_decisions(struct docket *d, struct pursuit *u, const struct ask *ask, const struct lever *l)
{
    struct stream s;

    lever_stream(&s, d, ask, l->identity, DRAW_DECISIONS);
    u->granted = stream_chance(&s, l->terms->grant * partner_grant(l));
    u->reject = stream_uniform(&s);
    u->narrow = stream_uniform(&s);
    u->challenge = stream_uniform(&s);
    u->obey = stream_uniform(&s);
    if (l->terms->grant_together)
        u->granted = granted_together(d, ask, l);
}

int
pursuit_start(struct docket *d, uint32_t request, uint32_t channel, uint32_t lever, enum mode mode)
{
    const struct lever *l = &d->channels.channels.item[channel].levers.item[lever];
    const struct ask *ask;
    struct stream s;
    uint32_t row;
    double delay;
    int rc = pursuit_add(d, request, channel, lever, mode, &row);

    if (rc < 0)
        return rc;
    ask = &request_at(d, request)->ask;
    draw_decisions(d, &d->pursuits.item[row], ask, l);
    lever_stream(&s, d, ask, l->identity, DRAW_FILING);
    delay = dist_draw(
        l->treaty != NULL && l->terms->stages == 0 ? &l->treaty->delay : &l->terms->filing, &s);
    for (uint32_t i = 0; i < l->terms->stages; i++)
        delay += dist_draw(&l->terms->stage[i], &s);
    docket_trace(d, TRACE_FILED, request, row);
    return schedule(d, delay, EVENT_FILED, row);
}

/* Refusal, execution */

static int
refuse(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];

    count_order(d, u, FATE_REFUSED);
    u->state = PURSUIT_REFUSED;
    request_at(d, u->request)->active--;
    return plan_failed(d, u->request);
}

/* Refused by a custodian, or on its behalf: the jurisdiction that ordered may answer with pressure.
 */
static int
refuse_order(struct docket *d, uint32_t row)
{
    const struct pursuit *u = &d->pursuits.item[row];
    const struct ask *ask = ask_of(d, u);
    int rc = pressures_refused(d->pressures, d->now, pursuit_lever(d, u)->acting.i, ask->cohort,
                               ask->identity);

    if (rc < 0)
        return why_no_memory(d->why);
    rc = pressure_expect(d);
    return rc < 0 ? rc : refuse(d, row);
}

int
pursuit_execute(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const struct lever *l = pursuit_lever(d, u);
    struct stream s;
    double delay_s;

    u->state = PURSUIT_EXECUTING;
    lever_stream(&s, d, ask_of(d, u), u->identity, DRAW_EXECUTION);
    delay_s = dist_draw(&l->terms->execution, &s);
    if (l->treaty != NULL) /* the partner's own instrument takes its time, too */
        delay_s += dist_draw(&l->acting_terms->execution, &s);
    if (delay_s > 0)
        return schedule(d, delay_s, EVENT_EXECUTED, row);
    return pursuit_executed(d, row);
}

/* Review and court */

/* What is left after review and court: all that was asked, or metadata only. */
static int
give_way(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    struct lever room;
    const struct lever *l = pursuit_lever_now(d, u, &room);
    const uint32_t request = u->request;
    const bool in_plan = u->in_plan;
    int rc;

    if (u->mode == MODE_METADATA || u->mode == MODE_UNSEAL ||
        u->narrow >= lever_review_terms(docket_world(d), l).narrows)
        return pursuit_execute(d, row);
    docket_trace(d, TRACE_NARROWED, request, row);
    u->narrowed = true;
    u->in_plan = false;
    u->mode = MODE_METADATA;
    rc = pursuit_execute(d, row); /* out of a plan, this may have ended the request */
    return rc < 0 || !in_plan ? rc : plan_failed(d, request);
}

/* The custodian goes to court. */
static int
challenge(struct docket *d, uint32_t row, const struct custodian *c)
{
    struct pursuit *u = &d->pursuits.item[row];
    struct stream s;

    docket_trace(d, TRACE_CHALLENGED, u->request, row);
    count_order(d, u, FATE_CHALLENGED);
    request_at(d, u->request)->challenged = true;
    u->state = PURSUIT_COURT;
    lever_stream(&s, d, ask_of(d, u), u->identity, DRAW_COURT);
    stream_uniform(&s); /* who wins: see pursuit_judged */
    return schedule(d, dist_draw(&c->court, &s), EVENT_JUDGED, row);
}

/* The custodian has read the order. */
static int
decide(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const struct world *w = docket_world(d);
    struct lever room;
    const struct lever *l = pursuit_lever_now(d, u, &room);
    const struct review_terms terms = lever_review_terms(w, l);

    if (u->reject < terms.rejects || u->obey >= lever_obeys(w, l)) {
        docket_trace(d, TRACE_REJECTED, u->request, row);
        return refuse_order(d, row);
    }
    if (u->challenge >= terms.challenges)
        return give_way(d, row);
    return challenge(d, row, &w->custodian[l->custodian.i]);
}

int
pursuit_filed(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const struct lever *l = pursuit_lever(d, u);

    if (!u->granted) {
        docket_trace(d, TRACE_NOT_GRANTED, u->request, row);
        return refuse(d, row); /* no custodian ever heard of it */
    }
    if (l->addressee != ADDRESSEE_CUSTODIAN)
        return pursuit_execute(d, row);
    u->urgent = l->acting_terms->urgent;
    u->received = true;
    count_order(d, u, FATE_RECEIVED);
    docket_trace(d, TRACE_REVIEW, u->request, row);
    return lever_is_reviewed(l) ? team_receive(d, l->custodian.i, row) : decide(d, row);
}

int
pursuit_reviewed(struct docket *d, uint32_t row)
{
    return decide(d, row);
}

/* The loser may take it to the next court: who that is, and with what chance. */
static double
appeals(const struct docket *d, const struct pursuit *u, double *prevails)
{
    struct lever room;
    const struct lever *l = pursuit_lever_now(d, u, &room);
    const struct custodian *c = &docket_world(d)->custodian[l->custodian.i];

    *prevails = u->lost ? l->acting_terms->appeal_wins : c->appeal_wins;
    return u->lost ? l->acting_terms->appeals : c->appeals;
}

static int
judgement(struct docket *d, uint32_t row)
{
    const struct pursuit *u = &d->pursuits.item[row];

    docket_trace(d, u->lost ? TRACE_COURT_WON : TRACE_COURT_LOST, u->request, row);
    return u->lost ? refuse_order(d, row) : give_way(d, row);
}

int
pursuit_judged(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const struct custodian *c = &docket_world(d)->custodian[pursuit_lever(d, u)->custodian.i];
    struct stream s;
    double prevails;

    lever_stream(&s, d, ask_of(d, u), u->identity, DRAW_COURT);
    u->lost = stream_chance(&s, c->challenge_wins);
    lever_stream(&s, d, ask_of(d, u), u->identity, DRAW_APPEAL);
    if (!stream_chance(&s, appeals(d, u, &prevails)))
        return judgement(d, row);
    docket_trace(d, u->lost ? TRACE_COURT_WON : TRACE_COURT_LOST, u->request, row);
    docket_trace(d, TRACE_APPEALED, u->request, row);
    u->state = PURSUIT_APPEAL;
    stream_uniform(&s); /* who prevails: see pursuit_appealed */
    return schedule(d, dist_draw(&c->appeal, &s), EVENT_APPEALED, row);
}

int
pursuit_appealed(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    struct stream s;
    double prevails;

    (void)appeals(d, u, &prevails);
    lever_stream(&s, d, ask_of(d, u), u->identity, DRAW_APPEAL);
    stream_uniform(&s); /* whether it was appealed */
    if (stream_chance(&s, prevails))
        u->lost = !u->lost;
    return judgement(d, row);
}

/* Yield */

/* The jurisdiction by whose doing the lever yields: of its plan, or its own. */
static uint32_t
shown_through(const struct docket *d, const struct pursuit *u)
{
    const struct request *r = &d->requests.item[u->request];
    const struct lever *l = pursuit_lever(d, u);

    if (u->in_plan)
        return r->by_plan;
    return l->treaty != NULL ? l->acting.i : l->asker.i;
}

static enum fate
fate_of_order(const struct given *given)
{
    if (given->content)
        return FATE_CONTENT;
    return given->anything ? FATE_METADATA : FATE_REFUSED;
}

/* How long the user is not told: of a partner's lever, by the law of the partner. */
static void
draw_gag(struct docket *d, struct pursuit *u)
{
    struct lever room;
    const struct instrument *terms = pursuit_lever_now(d, u, &room)->acting_terms;
    struct stream s;

    u->hidden_until = 0;
    if (terms->gag <= 0)
        return;
    lever_stream(&s, d, ask_of(d, u), u->identity, DRAW_GAG);
    if (!stream_chance(&s, terms->gag))
        return;
    u->hidden_until = SIM_NEVER;
    if ((terms->own & OWN_GAG_FOR) != 0) {
        const sim_ns lasts = ns_from_seconds(dist_draw(&terms->gag_for, &s));

        if (lasts < d->model->horizon - d->now)
            u->hidden_until = d->now + lasts;
    }
}

/* Whoever obeyed an order that the law where the data lie forbids to obey may be fined there. */
static int
sanction(struct docket *d, const struct pursuit *u)
{
    const struct lever *l = pursuit_lever(d, u);

    if (l->statute.i == NONE)
        return 0;
    pressures_sanction(d->pressures, d->now, l->statute.i, ask_of(d, u)->identity);
    return pressure_expect(d);
}

static int
disclose(struct docket *d, uint32_t row, struct given *given)
{
    struct pursuit *u = &d->pursuits.item[row];
    int rc;

    draw_gag(d, u);
    docket_trace(d, TRACE_EXECUTED, u->request, row);
    rc = lever_execute(d, row, given);
    if (rc < 0)
        return rc;
    if (d->tracer != NULL)
        tracer_look(d, u->request);
    count_order(d, u, fate_of_order(given));
    if (given->answers)
        request_at(d, u->request)->shown = shown_through(d, u);
    return given->anything ? sanction(d, u) : 0;
}

/* What is no disclosure gives nothing, but may be obeyed against a statute all the same. */
static int
comply(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const int rc = lever_mark(d, row, ask_of(d, u)->asks);

    if (rc < 0)
        return rc;
    docket_trace(d, TRACE_EXECUTED, u->request, row);
    return sanction(d, u);
}

int
pursuit_executed(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const uint32_t request = u->request;
    const bool in_plan = u->in_plan, complies = ask_of(d, u)->asks != ASKS_DISCLOSURE;
    struct request *r = request_at(d, request);
    struct given given = {0};
    const int rc = complies ? comply(d, row) : disclose(d, row, &given);

    if (rc < 0)
        return rc;
    assert(r->active > 0);
    r->active--;
    if (u->narrowed)
        u->state = PURSUIT_REFUSED;
    else if (complies || (in_plan && given.cache))
        u->state = PURSUIT_SPENT;
    else
        pursuit_end(d, row);
    if (!in_plan)
        return request_conclude_if_idle(d, request);
    assert(r->has_plan && r->waiting > 0);
    return --r->waiting == 0 ? plan_done(d, request) : 0;
}
