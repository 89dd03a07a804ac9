/*
 * What becomes of a request: it looks for a plan, pursues the plan's levers side by side, and tries
 * another way when one is refused. See sim/legal/INVARIANTS.
 */
#include "legal/docket.h"
#include <assert.h>

static struct request *
request_at(const struct docket *d, uint32_t row)
{
    return &d->requests.item[row];
}

static const struct lever *
lever_of(const struct docket *d, const struct pursuit *u)
{
    return &d->channels.channels.item[u->channel].levers.item[u->lever];
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

/* Pools */

static int
request_take(struct docket *d, uint32_t *row)
{
    *row = d->requests.unused;
    if (*row != NONE) {
        d->requests.unused = request_at(d, *row)->next;
    } else {
        if (VEC_ROOM(&d->requests) < 0)
            return why_no_memory(d->why);
        *row = (uint32_t)d->requests.count++;
    }
    return 0;
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

/* Takes a pursuit out of its request's list; its events and its place in a queue become void. */
static void
pursuit_end(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    uint32_t *at = &request_at(d, u->request)->first;

    while (*at != row)
        at = &d->pursuits.item[*at].next;
    *at = u->next;
    u->generation++;
    u->next = d->pursuits.unused;
    d->pursuits.unused = row;
}

static void
request_end(struct docket *d, uint32_t row)
{
    struct request *r = request_at(d, row);

    while (r->first != NONE)
        pursuit_end(d, r->first);
    while (r->taken != NONE) {
        const uint32_t link = r->taken;

        r->taken = d->links.item[link].next;
        d->links.item[link].next = d->links.unused;
        d->links.unused = link;
    }
    *r = (struct request){.next = d->requests.unused};
    d->requests.unused = row;
}

/* Counting */

/* What became of an order that a custodian received: once, and once more when challenged. */
static void
count_order(struct docket *d, const struct pursuit *u, enum fate fate)
{
    if (u->received)
        d->tally.by_custodian[lever_of(d, u)->custodian.i * FATES + fate]++;
}

/* Has the request what it wants? Some content will do, unless a cache was tried and missed. */
static bool
is_met(const struct request *r)
{
    return (r->ask.wants_content ? r->content : r->metadata) && !r->wanting;
}

/* Concluding */

static enum fate
fate_of(const struct request *r)
{
    if (r->content)
        return FATE_CONTENT;
    if (r->active > 0)
        return FATE_PENDING;
    return r->metadata ? FATE_METADATA : FATE_REFUSED;
}

static int
request_conclude(struct docket *d, uint32_t row)
{
    const struct request *r = request_at(d, row);
    int rc = ledger_release_bulk(&d->ledger, r->ask.identity);

    if (rc == 0 && r->addressed) {
        tally_request(&d->tally, r->ask.source, r->period, fate_of(r), r->challenged, r->shown);
        rc = tally_delay(&d->tally, d->source[r->ask.source].authority.i, r->received,
                         r->first_yield);
    }
    request_end(d, row);
    return rc < 0 ? why_no_memory(d->why) : 0;
}

/* Nothing is under way, nothing is waited for: the request is over. */
static int
conclude_if_idle(struct docket *d, uint32_t row)
{
    const struct request *r = request_at(d, row);

    return r->active == 0 && !r->has_plan && !r->listed ? request_conclude(d, row) : 0;
}

/* Planning */

static uint64_t
refused_levers(const struct docket *d, const struct request *r, const struct channel *channel)
{
    uint64_t refused = 0;

    for (uint32_t i = r->first; i != NONE; i = d->pursuits.item[i].next) {
        const struct pursuit *u = &d->pursuits.item[i];
        const uint32_t lever =
            u->state == PURSUIT_REFUSED || u->narrowed ? channel_lever(channel, u->identity) : NONE;

        if (lever != NONE)
            refused |= UINT64_C(1) << lever;
    }
    return refused;
}

/* The best plan for what the request wants, or the next best thing it may want instead. */
static int
choose_plan(struct docket *d, const struct request *r, uint32_t channel, uint64_t *levers,
            enum mode *mode)
{
    struct wish wish = {
        .channel = channel,
        .cohort = r->ask.cohort,
        .classes = r->ask.classes,
        .want = r->ask.wants_content ? WANT_CONTENT : WANT_METADATA,
        .refused = refused_levers(d, r, &d->channels.channels.item[channel]),
    };
    int rc = ask_parts(d, &r->ask, &wish.parts);

    if (rc == 0 && request_has_any(d, r)) {
        request_got(d, r);
        wish.got = d->got;
    }
    *mode = r->ask.wants_content ? MODE_CONTENT : MODE_METADATA;
    if (rc == 0)
        rc = channel_plan(&d->channels, &wish, levers, d->why);
    if (rc < 0 || *levers != 0)
        return rc;
    if (wish.want == WANT_METADATA) {
        wish.encrypted = true;
        *mode = MODE_UNSEAL;
        return channel_plan(&d->channels, &wish, levers, d->why);
    }
    if (!source_stream(d, r->ask.source)->collects_ciphertext)
        return 0;
    *mode = MODE_CIPHERTEXT;
    wish.want = WANT_CIPHERTEXT;
    return channel_plan(&d->channels, &wish, levers, d->why);
}

/* Files a lever: all that chance decides about it is drawn now, in an order of its own. */
static int
pursuit_start(struct docket *d, uint32_t request, uint32_t channel, uint32_t lever, enum mode mode)
{
    const struct lever *l = &d->channels.channels.item[channel].levers.item[lever];
    struct stream s;
    struct pursuit *u;
    uint32_t row;
    double delay = 0;
    int rc = pursuit_take(d, &row);

    if (rc < 0)
        return rc;
    struct request *r = request_at(d, request);

    u = &d->pursuits.item[row];
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
    };
    r->first = row;
    r->active++;
    lever_stream(&s, d, &r->ask, l->identity, DRAW_DECISIONS);
    u->granted = stream_chance(&s, lever_grant(l));
    u->reject = stream_uniform(&s);
    u->narrow = stream_uniform(&s);
    u->challenge = stream_uniform(&s);
    lever_stream(&s, d, &r->ask, l->identity, DRAW_FILING);
    delay = dist_draw(
        l->treaty != NULL && l->terms->stages == 0 ? &l->treaty->delay : &l->terms->filing, &s);
    for (uint32_t i = 0; i < l->terms->stages; i++)
        delay += dist_draw(&l->terms->stage[i], &s);
    return schedule(d, delay, EVENT_FILED, row);
}

/* Has it come to its end, or to what is no plan's business any more? */
static bool
is_over(const struct pursuit *u)
{
    return u->state == PURSUIT_SPENT || u->state == PURSUIT_REFUSED || u->narrowed;
}

/* Another plan replaces the last: what is under way and of no use to it is withdrawn, the rest goes
 * on. A custodian that had received a withdrawn order gave nothing. */
static void
drop_others(struct docket *d, uint32_t request, const struct channel *channel, uint64_t *levers,
            enum mode mode)
{
    struct request *r = request_at(d, request);

    for (uint32_t i = r->first, next; i != NONE; i = next) {
        struct pursuit *u = &d->pursuits.item[i];
        const uint32_t lever = channel_lever(channel, u->identity);

        next = u->next;
        if (is_over(u))
            continue;
        if (lever != NONE && (*levers >> lever & 1) != 0 && u->mode == mode) {
            *levers &= ~(UINT64_C(1) << lever);
            u->in_plan = true;
        } else {
            count_order(d, u, FATE_REFUSED);
            r->active--;
            pursuit_end(d, i);
        }
    }
}

/* No plan is left: what is under way is independent of what failed, and runs to its end. */
static void
leave_others(struct docket *d, uint32_t request)
{
    for (uint32_t i = request_at(d, request)->first; i != NONE; i = d->pursuits.item[i].next)
        d->pursuits.item[i].in_plan = false;
}

static uint32_t
shown_by(const struct channel *channel, uint64_t levers)
{
    for (uint64_t rest = levers; rest != 0; rest &= rest - 1) {
        const struct lever *l = &channel->levers.item[__builtin_ctzll(rest)];

        if (l->treaty != NULL)
            return l->acting.i;
    }
    return channel->asker.i;
}

static int
take_up(struct docket *d, uint32_t row, uint32_t channel, uint64_t levers, enum mode mode)
{
    struct request *r = request_at(d, row);
    const struct channel *c = &d->channels.channels.item[channel];
    int rc = 0;

    r->has_plan = true;
    r->waiting = (uint32_t)__builtin_popcountll(levers);
    r->by_plan = shown_by(c, levers);
    if (!r->metadata && !r->content)
        r->shown = r->by_plan;
    drop_others(d, row, c, &levers, mode);
    for (uint64_t rest = levers; rest != 0 && rc == 0; rest &= rest - 1)
        rc = pursuit_start(d, row, channel, (uint32_t)__builtin_ctzll(rest), mode);
    return rc;
}

/* Without a way: it waits for the next epoch if it escalates, else it is over. */
static int
give_up(struct docket *d, uint32_t row)
{
    struct request *r = request_at(d, row);

    leave_others(d, row);
    if (source_stream(d, r->ask.source)->escalates && !is_met(r)) {
        if (VEC_ROOM(&d->unmet) < 0)
            return why_no_memory(d->why);
        d->unmet.item[d->unmet.count++] = row;
        r->listed = true;
        return 0;
    }
    return conclude_if_idle(d, row);
}

/* Looks for a plan and takes it up. A renewed look, in a later epoch, starts anew. */
static int
look(struct docket *d, uint32_t row)
{
    struct request *r = request_at(d, row);
    const uint32_t epoch = docket_phase(d)->epoch;
    enum mode mode = MODE_METADATA;
    uint64_t levers = 0;
    uint32_t channel;
    int rc = source_channel(d, r->ask.source, &channel);

    if (rc < 0)
        return rc;
    if (r->epoch != epoch) {
        r->epoch = epoch;
        r->since = d->now;
    }
    r->addressed |= d->channels.channels.item[channel].levers.count > 0;
    if (r->addressed)
        rc = choose_plan(d, r, channel, &levers, &mode);
    if (rc < 0)
        return rc;
    return levers != 0 ? take_up(d, row, channel, levers, mode) : give_up(d, row);
}

int
request_arrive(struct docket *d, uint32_t source, uint64_t number)
{
    const struct world *w = docket_world(d);
    uint16_t content = 0;
    struct ask ask;
    uint32_t row;
    int rc = ask_draw(&ask, d, source, number);

    if (rc == 0)
        rc = request_take(d, &row);
    if (rc < 0)
        return rc;
    for (uint32_t k = 0; k < w->classes; k++)
        if (!w->class[k].metadata)
            content |= (uint16_t)(1u << k);
    ask.wants_content &= (ask.classes & content) != 0;
    *request_at(d, row) = (struct request){
        .ask = ask,
        .received = d->now,
        .period = tally_period(&d->tally, d->now),
        .since = d->now,
        .first_yield = SIM_NEVER,
        .epoch = docket_phase(d)->epoch,
        .first = NONE,
        .taken = NONE,
        .shown = source_authority(d, source)->jurisdiction.i,
        .by_plan = source_authority(d, source)->jurisdiction.i,
        .is_live = true,
    };
    return look(d, row);
}

int
requests_look_again(struct docket *d)
{
    const size_t before = d->unmet.count;
    int rc = 0;

    for (size_t i = 0; i < before && rc == 0; i++) {
        const uint32_t row = d->unmet.item[i];

        request_at(d, row)->listed = false;
        /* A look may list it again, behind `before`. */
        rc = is_met(request_at(d, row)) ? conclude_if_idle(d, row) : look(d, row);
    }
    for (size_t i = before; i < d->unmet.count; i++)
        d->unmet.item[i - before] = d->unmet.item[i];
    d->unmet.count -= before;
    return rc;
}

int
requests_close(struct docket *d)
{
    int rc = 0;

    for (size_t i = 0; i < d->requests.count && rc == 0; i++)
        if (request_at(d, (uint32_t)i)->is_live)
            rc = request_conclude(d, (uint32_t)i);
    return rc;
}

/* What becomes of a lever */

/* The plan has failed: another way if the request escalates, unless it has content already. */
static int
plan_failed(struct docket *d, uint32_t row)
{
    struct request *r = request_at(d, row);

    if (!r->has_plan)
        return conclude_if_idle(d, row);
    r->has_plan = false;
    if (!is_met(r) && source_stream(d, r->ask.source)->escalates)
        return look(d, row);
    return give_up(d, row);
}

static int
refuse(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];

    count_order(d, u, FATE_REFUSED);
    u->state = PURSUIT_REFUSED;
    request_at(d, u->request)->active--;
    return plan_failed(d, u->request);
}

static int
begin_execution(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const struct lever *l = lever_of(d, u);
    struct stream s;
    double delay_s;

    u->state = PURSUIT_EXECUTING;
    lever_stream(&s, d, &request_at(d, u->request)->ask, u->identity, DRAW_EXECUTION);
    delay_s = dist_draw(&l->terms->execution, &s);
    if (l->treaty != NULL) /* the partner's own instrument takes its time, too */
        delay_s += dist_draw(&l->acting_terms->execution, &s);
    if (delay_s > 0)
        return schedule(d, delay_s, EVENT_EXECUTED, row);
    return pursuit_executed(d, row);
}

/* What is left after review and court: all that was asked, or metadata only. */
static int
settle(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const struct custodian *c = &docket_world(d)->custodian[lever_of(d, u)->custodian.i];
    const uint32_t request = u->request;
    const bool in_plan = u->in_plan;
    int rc;

    if (u->mode == MODE_METADATA || u->mode == MODE_UNSEAL || u->narrow >= c->narrows)
        return begin_execution(d, row);
    u->narrowed = true;
    u->in_plan = false;
    u->mode = MODE_METADATA;
    rc = begin_execution(d, row); /* out of a plan, this may have ended the request */
    return rc < 0 || !in_plan ? rc : plan_failed(d, request);
}

static int
decide(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    struct request *r = request_at(d, u->request);
    const struct custodian *c = &docket_world(d)->custodian[lever_of(d, u)->custodian.i];
    struct stream s;

    if (u->reject < c->rejects)
        return refuse(d, row);
    if (u->challenge >= c->challenges)
        return settle(d, row);
    count_order(d, u, FATE_CHALLENGED);
    r->challenged = true;
    u->state = PURSUIT_COURT;
    lever_stream(&s, d, &r->ask, u->identity, DRAW_COURT);
    stream_uniform(&s); /* who wins: see pursuit_judged */
    return schedule(d, dist_draw(&c->court, &s), EVENT_JUDGED, row);
}

int
pursuit_filed(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const struct lever *l = lever_of(d, u);

    if (!u->granted)
        return refuse(d, row); /* no custodian ever heard of it */
    if (l->addressee != ADDRESSEE_CUSTODIAN)
        return begin_execution(d, row);
    u->received = true;
    count_order(d, u, FATE_RECEIVED);
    return lever_is_reviewed(l) ? team_receive(d, l->custodian.i, row) : decide(d, row);
}

int
pursuit_reviewed(struct docket *d, uint32_t row)
{
    return decide(d, row);
}

int
pursuit_judged(struct docket *d, uint32_t row)
{
    const struct pursuit *u = &d->pursuits.item[row];
    const struct custodian *c = &docket_world(d)->custodian[lever_of(d, u)->custodian.i];
    struct stream s;

    lever_stream(&s, d, &request_at(d, u->request)->ask, u->identity, DRAW_COURT);
    return stream_chance(&s, c->challenge_wins) ? refuse(d, row) : settle(d, row);
}

/* Where a cache was tried and accounts stayed shut, its lever counts as refused from now on. Is
 * there one of which that is new? */
static bool
spend_caches(struct docket *d, const struct request *r)
{
    bool spent = false;

    for (uint32_t i = r->first; i != NONE; i = d->pursuits.item[i].next)
        if (d->pursuits.item[i].state == PURSUIT_SPENT) {
            d->pursuits.item[i].state = PURSUIT_REFUSED;
            spent = true;
        }
    return spent;
}

/* All levers of the plan have yielded. What they yielded may not open all that was hoped for: the
 * world has moved on, or a cache did not have the key. Then a request that escalates looks again.
 */
static int
plan_done(struct docket *d, uint32_t row)
{
    struct request *r = request_at(d, row);
    bool again = r->epoch != docket_phase(d)->epoch;

    r->has_plan = false;
    r->wanting = r->missed != 0 && source_stream(d, r->ask.source)->escalates;
    if (r->wanting)
        again |= spend_caches(d, r);
    if (is_met(r))
        return conclude_if_idle(d, row);
    return again && source_stream(d, r->ask.source)->escalates ? look(d, row) : give_up(d, row);
}

/* The jurisdiction by whose doing the lever yields: of its plan, or its own. */
static uint32_t
shown_through(const struct docket *d, const struct pursuit *u)
{
    const struct request *r = &d->requests.item[u->request];
    const struct lever *l = lever_of(d, u);

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

int
pursuit_executed(struct docket *d, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    const uint32_t request = u->request;
    const bool in_plan = u->in_plan;
    struct request *r = request_at(d, request);
    struct given given;
    int rc = lever_execute(d, row, &given);

    if (rc < 0)
        return rc;
    count_order(d, u, fate_of_order(&given));
    if (given.answers)
        r->shown = shown_through(d, u);
    assert(r->active > 0);
    r->active--;
    if (u->narrowed)
        u->state = PURSUIT_REFUSED;
    else if (in_plan && given.cache)
        u->state = PURSUIT_SPENT;
    else
        pursuit_end(d, row);
    if (!in_plan)
        return conclude_if_idle(d, request);
    assert(r->has_plan && r->waiting > 0);
    return --r->waiting == 0 ? plan_done(d, request) : 0;
}
