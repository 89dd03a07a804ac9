/* A request from its receipt to its fate. See sim/legal/INVARIANTS. */
#include "legal/docket.h"

static struct request *
request_at(const struct docket *d, uint32_t row)
{
    return &d->requests.item[row];
}

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
request_end(struct docket *d, uint32_t row)
{
    struct request *r = request_at(d, row);
    const int rc = r->ask.bulk ? ledger_release_bulk(&d->ledger, r->ask.identity) : 0;

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
    return rc < 0 ? why_no_memory(d->why) : 0;
}

/* Counting */

void
count_order(struct docket *d, const struct pursuit *u, enum fate fate)
{
    if (u->received && request_at(d, u->request)->ask.asks == ASKS_DISCLOSURE)
        d->tally.by_custodian[pursuit_lever(d, u)->custodian.i * FATES + fate]++;
}

bool
request_is_met(const struct request *r)
{
    if (r->ask.asks != ASKS_DISCLOSURE)
        return r->complied;
    return (r->ask.wants_content ? r->content : r->metadata) && !r->wanting;
}

static enum fate
fate_of(const struct request *r)
{
    if (r->content)
        return FATE_CONTENT;
    if (r->active > 0)
        return FATE_PENDING;
    return r->metadata ? FATE_METADATA : FATE_REFUSED;
}

/* Concluding */

static int
request_conclude(struct docket *d, uint32_t row)
{
    const struct request *r = request_at(d, row);
    int rc = 0;

    if (r->addressed && r->ask.asks != ASKS_DISCLOSURE) {
        tally_asked(&d->tally, r->ask.source, r->period, r->ask.asks, r->complied, r->shown);
    } else if (r->addressed) {
        tally_request(&d->tally, r->ask.source, r->period, fate_of(r), r->challenged, r->shown);
        rc = tally_delay(&d->tally, d->source[r->ask.source].authority.i, r->received,
                         r->first_yield);
    }
    if (rc < 0)
        return why_no_memory(d->why);
    return request_end(d, row);
}

int
request_conclude_if_idle(struct docket *d, uint32_t row)
{
    const struct request *r = request_at(d, row);

    return r->active == 0 && !r->has_plan && !r->listed ? request_conclude(d, row) : 0;
}

/* Receipt */

/* Without content among what it names there is none to want. */
static bool
names_content(const struct world *w, const struct ask *ask)
{
    for (uint32_t k = 0; k < w->classes; k++)
        if ((ask->classes >> k & 1) != 0 && !w->class[k].metadata)
            return true;
    return false;
}

int
request_open(struct docket *d, const struct ask *ask, uint32_t *row)
{
    const uint32_t shown = source_authority(d, ask->source)->jurisdiction.i;
    const int rc = request_take(d, row);

    if (rc < 0)
        return rc;
    *request_at(d, *row) = (struct request){
        .ask = *ask,
        .received = d->now,
        .period = tally_period(&d->tally, d->now),
        .since = d->now,
        .first_yield = SIM_NEVER,
        .epoch = docket_phase(d)->epoch,
        .first = NONE,
        .taken = NONE,
        .shown = shown,
        .by_plan = shown,
        .is_live = true,
    };
    docket_trace(d, TRACE_RECEIVED, *row, NONE);
    return 0;
}

int
request_arrive(struct docket *d, uint32_t source, uint64_t number)
{
    struct ask ask;
    uint32_t row;
    int rc;

    ask_draw(&ask, d, source, number);
    ask.wants_content &= names_content(docket_world(d), &ask);
    rc = request_open(d, &ask, &row);
    return rc < 0 ? rc : request_look(d, row);
}

/* All of them */

int
requests_look_again(struct docket *d)
{
    const size_t before = d->unmet.count;
    int rc = 0;

    for (size_t i = 0; i < before && rc == 0; i++) {
        const uint32_t row = d->unmet.item[i];
        struct request *r = request_at(d, row);

        r->listed = false;
        if (r->has_plan) /* of metadata: when it is done, it looks again */
            continue;
        /* A look may list it again, behind `before`. */
        rc = request_is_met(r) ? request_conclude_if_idle(d, row) : request_look(d, row);
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
