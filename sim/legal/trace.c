#include "legal/trace.h"
#include <stdlib.h>
#include "legal/docket.h"

/* Of a cohort that is asked for in bulk, so many accounts of each part are looked at. */
enum { LOOKED_AT = 16 };

/* A run is watched twice: first to find the account, then to write down what concerns it. */
struct tracer {
    struct authority_id authority;
    struct trace *out;
    bool tells;    /* the second time */
    bool metadata; /* an account was found of which metadata alone are open so far */
    bool left;     /* the account has left: said once */
    bool done;
    uint16_t content_before, metadata_before; /* of the account, when a lever was executed */
    int failed;                               /* ERR_MEMORY */
};

bool
tracer_is_done(const struct tracer *t)
{
    return t->done || t->failed < 0;
}

static uint16_t
open_now(const struct docket *d, enum exposure kind, uint32_t cohort, uint64_t account)
{
    return ledger_exposed(&d->ledger, d->tracer->authority.i, cohort, account, kind);
}

/* Finding */

/* The first of content ends the search; else the first of metadata stays. */
static void
consider(struct docket *d, uint32_t cohort, uint64_t account)
{
    struct tracer *t = d->tracer;
    const bool content = open_now(d, EXPOSED_CONTENT, cohort, account) != 0;

    if (!content && (t->metadata || open_now(d, EXPOSED_METADATA, cohort, account) == 0))
        return;
    t->out->found = true;
    t->out->content = t->done = content;
    t->metadata = true;
    t->out->cohort.i = cohort;
    t->out->account = account;
}

static void
consider_some(struct docket *d, const struct ask *ask)
{
    const struct parts *parts = &d->timeline.parts[ask->cohort];

    for (uint32_t p = 0; p < parts->count; p++) {
        const double from = p == 0 ? 0 : parts->upper[p - 1] * (double)ask->population;

        for (uint64_t i = (uint64_t)from, k = 0; k < LOOKED_AT && i < ask->population; i++, k++)
            if (!d->tracer->done)
                consider(d, ask->cohort, i);
    }
}

static void
consider_all(struct docket *d, const struct ask *ask)
{
    if (ask->bulk) {
        consider_some(d, ask);
        return;
    }
    if (ask_accounts(d, ask) < 0) {
        d->tracer->failed = ERR_MEMORY;
        return;
    }
    for (uint64_t i = 0; i < ask->accounts && !d->tracer->done; i++)
        consider(d, ask->cohort, d->account[i]);
}

/* Telling */

static bool
names_account(struct docket *d, const struct ask *ask)
{
    const struct trace *out = d->tracer->out;

    if (ask->cohort != out->cohort.i ||
        d->source[ask->source].authority.i != d->tracer->authority.i)
        return false;
    if (ask->bulk)
        return true;
    if (ask_accounts(d, ask) < 0) {
        d->tracer->failed = ERR_MEMORY;
        return false;
    }
    for (uint64_t i = 0; i < ask->accounts; i++)
        if (d->account[i] == out->account)
            return true;
    return false;
}

/* All that the lever takes now of what was asked for of the account, under whatever holds it. */
static struct yield
yield_now(const struct docket *d, const struct ask *ask, const struct lever *lever)
{
    const struct phase *p = docket_phase(d);
    const uint32_t part = timeline_part(&d->timeline, p, ask->cohort, d->tracer->out->account);
    struct yield all = {0};

    for (uint32_t k = 0; k < d->timeline.classes; k++) {
        const struct placed *placed = phase_placed(&d->timeline, p, ask->cohort, part, k);

        for (uint32_t i = 0; (ask->classes >> k & 1) != 0 && i < placed->copies; i++) {
            const struct rule *rule = placed->copy[i].rule;
            struct yield y = lever_yield(p->world, lever, rule, (struct cohort_id){ask->cohort},
                                         rule->sites, rule->stores);

            if (placed->copy[i].former)
                y.cached = 0; /* nobody reads there any more */
            yield_merge(&all, &y);
        }
    }
    return all;
}

static struct trace_step *
add_step(struct docket *d, const struct request *r, enum trace_kind kind)
{
    struct tracer *t = d->tracer;

    if (VEC_ROOM(&t->out->steps) < 0) {
        t->failed = ERR_MEMORY;
        return NULL;
    }
    struct trace_step *step = &t->out->steps.item[t->out->steps.count++];

    *step = (struct trace_step){
        .at = d->now,
        .kind = kind,
        .epoch = docket_phase(d)->epoch,
        .stream = d->source[r->ask.source].stream,
        .number = r->ask.number,
        .classes = r->ask.classes,
    };
    return step;
}

/* Before the lever takes anything: what it may take, and what is open already. */
static void
note_execution(struct docket *d, const struct request *r, struct trace_step *step)
{
    struct tracer *t = d->tracer;
    const struct trace *out = t->out;
    const uint32_t cohort = out->cohort.i;

    step->yield = yield_now(d, &r->ask, &step->lever);
    t->content_before = open_now(d, EXPOSED_CONTENT, cohort, out->account);
    t->metadata_before = open_now(d, EXPOSED_METADATA, cohort, out->account);
    if (t->left || !d->departures.any ||
        departures_hazard(&d->departures, cohort, d->now) <
            departure_threshold(d->seed, d->replication, cohort, out->account))
        return;
    t->left = true;
    (void)add_step(d, r, TRACE_LEFT);
}

void
tracer_note(struct docket *d, enum trace_kind kind, uint32_t request, uint32_t pursuit,
            uint32_t levers)
{
    struct request *r = &d->requests.item[request];
    struct trace_step *step;

    if (!d->tracer->tells || tracer_is_done(d->tracer))
        return;
    if (kind == TRACE_RECEIVED)
        r->traced = names_account(d, &r->ask);
    step = r->traced ? add_step(d, r, kind) : NULL;
    if (step == NULL)
        return;
    if (r->since == d->now && (kind == TRACE_RECEIVED || kind == TRACE_PLANNED))
        r->whole = open_now(d, EXPOSED_CIPHERTEXT, r->ask.cohort, d->tracer->out->account);
    step->levers = levers;
    if (pursuit != NONE) {
        step->has_lever = true;
        step->lever = *pursuit_lever(d, &d->pursuits.item[pursuit]);
    }
    if (kind == TRACE_EXECUTED)
        note_execution(d, r, step);
}

static void
note_opening(struct docket *d, const struct request *r, enum trace_kind kind, uint16_t classes)
{
    struct trace_step *step = classes != 0 ? add_step(d, r, kind) : NULL;

    if (step != NULL)
        step->classes = classes;
}

static void
tell_opening(struct docket *d, const struct request *r)
{
    struct tracer *t = d->tracer;
    const uint32_t cohort = t->out->cohort.i;
    const uint64_t account = t->out->account;
    const uint16_t content = open_now(d, EXPOSED_CONTENT, cohort, account) & ~t->content_before;
    const uint16_t metadata = open_now(d, EXPOSED_METADATA, cohort, account) & ~t->metadata_before;

    note_opening(d, r, TRACE_OPENED_METADATA, metadata);
    note_opening(d, r, TRACE_KEY_LATER, content & r->whole);
    note_opening(d, r, TRACE_OPENED, content);
    t->done = t->out->content ? content != 0 : metadata != 0;
}

void
tracer_look(struct docket *d, uint32_t request)
{
    const struct request *r = &d->requests.item[request];
    const struct tracer *t = d->tracer;

    if (tracer_is_done(t) || d->source[r->ask.source].authority.i != t->authority.i)
        return;
    if (!t->tells)
        consider_all(d, &r->ask);
    else if (r->traced)
        tell_opening(d, r);
}

int
legal_trace(const struct model *model, struct strategy_id strategy, struct authority_id authority,
            uint64_t replication, struct trace *out, struct why *why)
{
    struct tracer t = {.authority = authority, .out = out};
    int rc;

    trace_release(out);
    rc = docket_watch(model, strategy, replication, &t, why);
    if (rc == 0 && t.failed == 0 && out->found) {
        t.tells = true;
        t.done = false;
        rc = docket_watch(model, strategy, replication, &t, why);
    }
    return rc == 0 && t.failed < 0 ? why_no_memory(why) : rc;
}

void
trace_release(struct trace *trace)
{
    free(trace->steps.item);
    *trace = (struct trace){0};
}
