/* What a request asks for, whom it names, and what is drawn for its levers. Nothing here looks at a
 * placement, so all strategies meet the same. */
#include "legal/docket.h"
#include <math.h>

enum { AUTHORITY_BITS = 12 }; /* of an identity; the stream's 8 and the number's 44 follow */

static uint64_t
identity_of(const struct docket *d, uint32_t source, uint32_t stream, uint64_t number)
{
    return (uint64_t)source_authority(d, source)->entity << (64 - AUTHORITY_BITS) |
           (uint64_t)stream << ARRIVAL_NUMBER_BITS | number;
}

/* What keys the draws of one ask: authority (or threat) and stream (or cohort). */
static uint64_t
entity_of(const struct ask *ask)
{
    const uint64_t stream =
        ask->identity << AUTHORITY_BITS >> (AUTHORITY_BITS + ARRIVAL_NUMBER_BITS);

    return ask->identity >> (64 - AUTHORITY_BITS) << 32 | stream;
}

/* The cohort in whose share of the weights u falls. */
static uint32_t
cohort_at(const struct request_stream *s, uint32_t cohorts, double u)
{
    uint32_t last = 0;

    for (uint32_t c = 0; c < cohorts; c++) {
        if (s->target[c] <= 0)
            continue;
        last = c; /* rounding may leave a little beyond the last weight */
        if (u < s->target[c])
            return c;
        u -= s->target[c];
    }
    return last;
}

/* How many accounts: so many that they are not listed one by one, it is done in bulk. */
static void
draw_accounts(struct ask *out, const struct request_stream *facts, uint64_t listed_most,
              double population, struct stream *s)
{
    out->population = out->accounts = (uint64_t)population;
    if (!facts->bulk) {
        const double n = fmax(1, ceil(dist_draw(&facts->accounts, s)));

        if (n < population)
            out->accounts = (uint64_t)n;
    }
    out->bulk = facts->bulk || out->accounts > listed_most;
}

void
ask_draw(struct ask *out, const struct docket *d, uint32_t source, uint64_t number)
{
    const struct request_stream *facts = source_stream(d, source);
    const struct world *w = docket_world(d);
    struct stream s;

    *out = (struct ask){
        .source = source,
        .number = number,
        .identity = identity_of(d, source, d->source[source].stream, number),
        .classes = (uint16_t)facts->classes,
        .asks = facts->asks,
    };
    stream_open(&s, d->seed, d->replication, PURPOSE_REQUEST, entity_of(out), number);
    const double want = stream_uniform(&s), whom = stream_uniform(&s);

    out->cohort = cohort_at(facts, w->cohorts, whom);
    out->wants_content = want < facts->wants_content && facts->asks == ASKS_DISCLOSURE;
    draw_accounts(out, facts, d->source[source].listed_most, w->cohort[out->cohort].accounts, &s);
}

void
ask_draw_event(struct ask *out, const struct docket *d, uint32_t source, uint64_t number,
               uint32_t cohort)
{
    const struct request_stream *facts = source_stream(d, source);
    const struct world *w = docket_world(d);
    struct stream s;

    *out = (struct ask){
        .source = source,
        .number = number,
        .identity = identity_of(d, source, cohort == NONE ? 0 : cohort, number),
        .classes = (uint16_t)facts->classes,
        .wants_content = true,
    };
    stream_open(&s, d->seed, d->replication, PURPOSE_REQUEST, entity_of(out), number);
    const double whom = stream_uniform(&s);

    out->cohort = cohort == NONE ? cohort_at(facts, w->cohorts, whom) : cohort;
    draw_accounts(out, facts, d->source[source].listed_most, w->cohort[out->cohort].accounts, &s);
}

int
ask_accounts(struct docket *d, const struct ask *ask)
{
    struct stream s;

    d->account = memo_find(d->memo, ask->identity, ask->population, ask->accounts);
    if (d->account != NULL)
        return 0;
    stream_open(&s, d->seed, d->replication, PURPOSE_ACCOUNTS, entity_of(ask), ask->number);
    if (accounts_draw(&d->named, ask->population, ask->accounts, &s) < 0)
        return why_no_memory(d->why);
    d->account = d->named.first;
    memo_keep(d->memo, ask->identity, ask->population, d->account, ask->accounts);
    return 0;
}

int
ask_parts(struct docket *d, const struct ask *ask, uint64_t *parts)
{
    const uint32_t count = d->timeline.parts[ask->cohort].count;
    int rc;

    *parts = 1;
    if (count == 1)
        return 0;
    if (ask->bulk) {
        *parts = ledger_parts(&d->ledger, ask->cohort, d->phase);
        return 0;
    }
    rc = ask_accounts(d, ask);
    if (rc < 0)
        return rc;
    *parts = 0;
    for (uint64_t i = 0; i < ask->accounts; i++)
        *parts |=
            UINT64_C(1) << timeline_part(&d->timeline, docket_phase(d), ask->cohort, d->account[i]);
    return 0;
}

void
lever_stream(struct stream *out, const struct docket *d, const struct ask *ask,
             uint64_t lever_identity, enum lever_draw draw)
{
    /* One event of a threat is one, whichever cohorts it concerns. */
    const uint64_t whom = UINT64_C(0xff) << ARRIVAL_NUMBER_BITS;
    const bool event = ask->identity >> (64 - AUTHORITY_BITS) >= THREAT_ENTITY;

    stream_open(out, d->seed, d->replication, PURPOSE_LEVER,
                event ? ask->identity & ~whom : ask->identity, lever_identity);
    /* The block counter's upper half tells the draws apart: none uses 2^32 blocks. */
    out->counter[0] = (uint64_t)draw << 32;
}
