/* What a request asks for, whom it names, and what is drawn for its levers. Nothing here looks at a
 * placement, so all strategies meet the same. */
#include "legal/docket.h"
#include <math.h>

enum { AUTHORITY_BITS = 12 }; /* of an identity; the stream's 8 and the number's 44 follow */

static uint64_t
entity_of(const struct docket *d, uint32_t source)
{
    return (uint64_t)d->source[source].authority.i << 32 | d->source[source].stream;
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

int
ask_draw(struct ask *out, const struct docket *d, uint32_t source, uint64_t number)
{
    const struct request_stream *facts = source_stream(d, source);
    const struct world *w = docket_world(d);
    struct stream s;

    stream_open(&s, d->seed, d->replication, PURPOSE_REQUEST, entity_of(d, source), number);
    const double want = stream_uniform(&s), whom = stream_uniform(&s);

    *out = (struct ask){
        .source = source,
        .number = number,
        .identity = (uint64_t)d->source[source].authority.i << (64 - AUTHORITY_BITS) |
                    (uint64_t)d->source[source].stream << ARRIVAL_NUMBER_BITS | number,
        .cohort = cohort_at(facts, w->cohorts, whom),
        .classes = (uint16_t)facts->classes,
        .wants_content = want < facts->wants_content,
    };
    out->population = (uint64_t)w->cohort[out->cohort].accounts;
    const double n = fmax(1, ceil(dist_draw(&facts->accounts, &s)));

    out->accounts = n < (double)out->population ? (uint64_t)n : out->population;
    if (facts->bulk)
        out->accounts = out->population;
    out->bulk = facts->bulk || out->accounts > d->source[source].listed_most;
    return 0;
}

int
ask_accounts(struct docket *d, const struct ask *ask)
{
    struct stream s;

    d->account = memo_find(d->memo, ask->identity, ask->population, ask->accounts);
    if (d->account != NULL)
        return 0;
    stream_open(&s, d->seed, d->replication, PURPOSE_ACCOUNTS, entity_of(d, ask->source),
                ask->number);
    if (accounts_draw(&d->named, ask->population, ask->accounts, &s) < 0)
        return why_no_memory(d->why);
    d->account = d->named.first;
    memo_keep(d->memo, ask->identity, ask->population, d->account, ask->accounts);
    return 0;
}

int
ask_parts(struct docket *d, const struct ask *ask, uint64_t *parts)
{
    int rc;

    *parts = 1;
    if (d->timeline.parts[ask->cohort].count == 1)
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
    stream_open(out, d->seed, d->replication, PURPOSE_LEVER, ask->identity, lever_identity);
    /* The block counter's upper half tells the draws apart: none uses 2^32 blocks. */
    out->counter[0] = (uint64_t)draw << 32;
}
