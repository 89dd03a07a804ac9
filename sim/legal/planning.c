/* Which levers a request pursues: it looks for a plan, takes it up, and tries another way when one
 * of its levers is refused. See sim/legal/INVARIANTS. */
#include "legal/docket.h"

static struct request *
request_at(const struct docket *d, uint32_t row)
{
    return &d->requests.item[row];
}

static const struct channel *
channel_at(const struct docket *d, uint32_t row)
{
    return &d->channels.channels.item[row];
}

static bool
escalates(const struct docket *d, const struct request *r)
{
    return source_stream(d, r->ask.source)->escalates;
}

/* Levers as masks over a channel's, by what has become of them for a request */

static uint64_t
mask_of(const struct channel *channel, const struct pursuit *u)
{
    const uint32_t lever = channel_lever(channel, u->identity);

    return lever == NONE ? 0 : UINT64_C(1) << lever;
}

/* Not to be tried again. A narrowed one may give no more than the metadata it gives. */
static uint64_t
refused_levers(const struct docket *d, const struct request *r, const struct channel *channel)
{
    uint64_t refused = 0;

    for (uint32_t i = r->first; i != NONE; i = d->pursuits.item[i].next) {
        const struct pursuit *u = &d->pursuits.item[i];

        if (u->state == PURSUIT_REFUSED || u->narrowed)
            refused |= mask_of(channel, u);
    }
    return refused;
}

/* Of what is no disclosure: carried out. */
static uint64_t
done_levers(const struct docket *d, const struct request *r, const struct channel *channel)
{
    uint64_t done = 0;

    for (uint32_t i = r->first; i != NONE; i = d->pursuits.item[i].next)
        if (d->pursuits.item[i].state == PURSUIT_SPENT)
            done |= mask_of(channel, &d->pursuits.item[i]);
    return done;
}

/* Has given what it was asked for, or still may. */
static uint64_t
giving_levers(const struct docket *d, const struct request *r, const struct channel *channel)
{
    uint64_t giving = 0;

    for (uint32_t i = r->first; i != NONE; i = d->pursuits.item[i].next) {
        const struct pursuit *u = &d->pursuits.item[i];

        if (u->state != PURSUIT_REFUSED || u->narrowed)
            giving |= mask_of(channel, u);
    }
    return giving;
}

/* Choosing */

static int
choose_metadata(struct docket *d, struct wish *wish, uint64_t *levers, enum mode *mode)
{
    int rc;

    wish->want = WANT_METADATA;
    wish->encrypted = false;
    *mode = MODE_METADATA;
    rc = channel_plan(&d->channels, wish, levers, d->why);
    if (rc < 0 || *levers != 0)
        return rc;
    wish->encrypted = true;
    *mode = MODE_UNSEAL;
    return channel_plan(&d->channels, wish, levers, d->why);
}

static int
choose_content(struct docket *d, const struct request *r, struct wish *wish, uint64_t *levers,
               enum mode *mode)
{
    int rc;

    wish->want = WANT_CONTENT;
    *mode = MODE_CONTENT;
    rc = channel_plan(&d->channels, wish, levers, d->why);
    if (rc < 0 || *levers != 0 || !source_stream(d, r->ask.source)->collects_ciphertext)
        return rc;
    wish->want = WANT_CIPHERTEXT;
    *mode = MODE_CIPHERTEXT;
    return channel_plan(&d->channels, wish, levers, d->why);
}

/* What is no disclosure takes nothing, so it has no mode of its own. */
static int
choose_holders(struct docket *d, const struct request *r, struct wish *wish, uint64_t *levers,
               enum mode *mode)
{
    wish->want = r->ask.asks == ASKS_REMOVAL ? WANT_ALL_HOLDERS : WANT_A_HOLDER;
    *mode = MODE_METADATA;
    return channel_plan(&d->channels, wish, levers, d->why);
}

static int
begin_wish(struct docket *d, const struct request *r, uint32_t channel, struct wish *wish)
{
    *wish = (struct wish){
        .channel = channel,
        .cohort = r->ask.cohort,
        .classes = r->ask.classes,
        .refused = refused_levers(d, r, channel_at(d, channel)),
    };
    return ask_parts(d, &r->ask, &wish->parts);
}

/* The best plan for what the request wants, or the next best thing it may want instead. */
static int
choose_plan(struct docket *d, const struct request *r, uint32_t channel, uint64_t *levers,
            enum mode *mode)
{
    struct wish wish;
    int rc = begin_wish(d, r, channel, &wish);

    if (rc < 0)
        return rc;
    if (r->ask.asks != ASKS_DISCLOSURE)
        return choose_holders(d, r, &wish, levers, mode);
    if (request_has_any(d, r)) {
        request_got(d, r);
        wish.got = d->got;
    }
    return r->ask.wants_content ? choose_content(d, r, &wish, levers, mode)
                                : choose_metadata(d, &wish, levers, mode);
}

/* Taking up */

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
        const uint64_t lever = mask_of(channel, u);

        next = u->next;
        if (is_over(u))
            continue;
        if ((*levers & lever) != 0 && u->mode == mode) {
            *levers &= ~lever;
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
take_up(struct docket *d, uint32_t row, uint32_t channel, uint64_t levers, enum mode mode,
        bool alone)
{
    struct request *r = request_at(d, row);
    const struct channel *c = channel_at(d, channel);
    int rc = 0;

    r->has_plan = true;
    r->waiting = (uint32_t)__builtin_popcountll(levers);
    r->by_plan = shown_by(c, levers);
    if (!r->metadata && !r->content)
        r->shown = r->by_plan;
    if (d->tracer != NULL)
        tracer_note(d, TRACE_PLANNED, row, NONE, r->waiting);
    if (alone)
        drop_others(d, row, c, &levers, mode);
    for (uint64_t rest = levers; rest != 0 && rc == 0; rest &= rest - 1)
        rc = pursuit_start(d, row, channel, (uint32_t)__builtin_ctzll(rest), mode);
    return rc;
}

/* Giving up */

/*
 * Refused content, it turns to metadata, if it settles for that: to those that what it has had or
 * has under way does not bring. Once, unless a lever was refused meanwhile and it escalates.
 */
static int
settle(struct docket *d, uint32_t row, bool *settles)
{
    struct request *r = request_at(d, row);
    struct wish wish;
    enum mode mode;
    uint32_t channel;
    uint64_t giving, levers = 0;
    int rc;

    *settles = false;
    if (!source_stream(d, r->ask.source)->settles || !r->ask.wants_content || r->content ||
        r->metadata || r->settled || !r->addressed)
        return 0;
    rc = source_channel(d, r->ask.source, &channel);
    if (rc == 0)
        rc = begin_wish(d, r, channel, &wish);
    if (rc < 0)
        return rc;
    giving = giving_levers(d, r, channel_at(d, channel));
    wish.refused &= ~giving;
    if (giving != 0) {
        struct wish known = wish;

        known.refused = ~giving;
        rc = choose_metadata(d, &known, &levers, &mode);
        if (rc < 0 || levers != 0)
            return rc;
    }
    rc = choose_metadata(d, &wish, &levers, &mode);
    levers &= ~giving;
    if (rc < 0 || levers == 0)
        return rc;
    *settles = r->settled = true;
    return take_up(d, row, channel, levers, mode, false);
}

/* Without a way: it settles for less if it does so, and waits for the next epoch if it escalates;
 * else it is over. */
static int
give_up(struct docket *d, uint32_t row)
{
    struct request *r = request_at(d, row);
    bool settles;
    int rc;

    leave_others(d, row);
    rc = settle(d, row, &settles);
    if (rc < 0 || settles)
        return rc;
    if (!r->listed && escalates(d, r) && !request_is_met(r)) {
        if (VEC_ROOM(&d->unmet) < 0)
            return why_no_memory(d->why);
        d->unmet.item[d->unmet.count++] = row;
        r->listed = true;
        return 0;
    }
    return request_conclude_if_idle(d, row);
}

/* Does the channel address anyone whom such a request may concern? */
static bool
addresses(const struct channel *channel, enum asks asks)
{
    for (size_t i = 0; i < channel->levers.count; i++)
        if (asks == ASKS_DISCLOSURE || channel->levers.item[i].addressee == ADDRESSEE_CUSTODIAN)
            return true;
    return false;
}

int
request_look(struct docket *d, uint32_t row)
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
        r->settled = false;
    }
    r->addressed |= addresses(channel_at(d, channel), r->ask.asks);
    if (r->addressed)
        rc = choose_plan(d, r, channel, &levers, &mode);
    if (rc < 0)
        return rc;
    if (r->ask.asks != ASKS_DISCLOSURE && levers != 0) {
        levers &= ~done_levers(d, r, channel_at(d, channel));
        r->complied = levers == 0; /* all copies that are left are within what was done */
    }
    if (levers != 0)
        return take_up(d, row, channel, levers, mode, true);
    docket_trace(d, TRACE_NO_PLAN, row, NONE);
    return give_up(d, row);
}

int
plan_failed(struct docket *d, uint32_t row)
{
    struct request *r = request_at(d, row);
    const bool had_plan = r->has_plan;

    r->has_plan = false;
    if (escalates(d, r))
        r->settled = false;
    if (had_plan && !request_is_met(r) && escalates(d, r))
        return request_look(d, row);
    return give_up(d, row);
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

/* What its levers yielded may not open all that was hoped for: the world has moved on, or a cache
 * did not have the key. Then a request that escalates looks again. */
int
plan_done(struct docket *d, uint32_t row)
{
    struct request *r = request_at(d, row);
    bool again = r->epoch != docket_phase(d)->epoch;

    r->has_plan = false;
    r->complied = r->ask.asks != ASKS_DISCLOSURE;
    r->wanting = r->missed != 0 && escalates(d, r);
    if (r->wanting)
        again |= spend_caches(d, r);
    if (request_is_met(r))
        return request_conclude_if_idle(d, row);
    return again && escalates(d, r) ? request_look(d, row) : give_up(d, row);
}
