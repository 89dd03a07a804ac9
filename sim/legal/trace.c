#include "legal/trace.h"
#include <stdlib.h>
#include <string.h>
#include "legal/docket.h"

/* A run is watched twice: first to find the account, then to write down what concerns it. */
struct tracer {
    struct authority_id authority;
    struct trace *out;
    bool tells;                 /* the second time */
    bool left, told_left;       /* the account has left: said once */
    bool done;                  /* nothing that happens any more matters */
    uint16_t gained[EXPOSURES]; /* of the account, by the lever executed last */
    int failed;                 /* ERR_MEMORY */
};

/* What the ledger says */

/* The first account of which content opens; else the first of which metadata do. */
static void
consider(struct tracer *t, uint32_t cohort, uint64_t account, enum exposure kind)
{
    if (t->done || (t->out->found && kind != EXPOSED_CONTENT))
        return;
    *t->out = (struct trace){
        .found = true,
        .content = kind == EXPOSED_CONTENT,
        .cohort = {cohort},
        .account = account,
    };
    t->done = t->out->content;
}

static void
gained(void *self, const struct touch *touch, uint64_t account, enum exposure kind,
       struct gain gain)
{
    struct tracer *t = self;

    if (touch->authority != t->authority.i || gain.mine == 0)
        return;
    if (t->tells && touch->cohort == t->out->cohort.i && account == t->out->account)
        t->gained[kind] |= gain.mine;
    if (!t->tells && (kind == EXPOSED_CONTENT || kind == EXPOSED_METADATA))
        consider(t, touch->cohort, account, kind);
}

static void
left(void *self, const struct touch *touch, uint64_t account)
{
    struct tracer *t = self;

    if (t->tells && touch->cohort == t->out->cohort.i && account == t->out->account)
        t->left = true;
}

void
tracer_attach(struct tracer *t, struct ledger *ledger)
{
    ledger->watch = (struct watch){.gained = gained, .left = left, .self = t, .all = true};
    if (t->tells && t->out->account != ANY_ACCOUNT) {
        ledger->watch.all = false;
        ledger->watch.cohort = t->out->cohort.i;
        ledger->watch.account = t->out->account;
    }
}

bool
tracer_is_done(const struct tracer *t)
{
    return t->done || t->failed < 0;
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

/* All that the lever takes now of what was asked for of a part, under whatever holds it. */
static void
add_yield(const struct docket *d, const struct ask *ask, const struct lever *lever, uint32_t part,
          struct yield *all)
{
    const struct phase *p = docket_phase(d);

    for (uint32_t k = 0; k < d->timeline.classes; k++) {
        const struct placed *placed = phase_placed(&d->timeline, p, ask->cohort, part, k);

        for (uint32_t i = 0; (ask->classes >> k & 1) != 0 && i < placed->copies; i++) {
            const struct rule *rule = placed->copy[i].rule;
            struct yield y = lever_yield(p->world, lever, rule, (struct cohort_id){ask->cohort},
                                         rule->sites, rule->stores);

            if (placed->copy[i].former) { /* nobody uses it any more */
                y.cached = 0;
                y.watched = false;
            }
            yield_merge(all, &y);
        }
    }
}

static struct yield
yield_now(const struct docket *d, const struct ask *ask, const struct lever *lever)
{
    const uint64_t account = d->tracer->out->account;
    struct yield all = {0};

    if (account != ANY_ACCOUNT)
        add_yield(d, ask, lever, timeline_part(&d->timeline, docket_phase(d), ask->cohort, account),
                  &all);
    else
        for (uint32_t part = 0; part < d->timeline.parts[ask->cohort].count; part++)
            add_yield(d, ask, lever, part, &all);
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

/* Of what a lever reaches it may be asked for ciphertext alone, or metadata alone. */
static struct yield
asked_of(struct yield y, enum mode mode)
{
    if (mode == MODE_METADATA)
        return (struct yield){.metadata = y.metadata};
    if (mode == MODE_CIPHERTEXT)
        return (struct yield){.fragments = y.fragments, .metadata = y.metadata};
    return y;
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
    step->levers = levers;
    if (pursuit != NONE) {
        step->has_lever = true;
        step->lever = *pursuit_lever(d, &d->pursuits.item[pursuit]);
    }
    if (kind == TRACE_EXECUTED) {
        step->yield = asked_of(yield_now(d, &r->ask, &step->lever),
                               (enum mode)d->pursuits.item[pursuit].mode);
        memset(d->tracer->gained, 0, sizeof d->tracer->gained);
    }
}

static void
note_opening(struct docket *d, const struct request *r, enum trace_kind kind, uint16_t classes)
{
    struct trace_step *step = classes != 0 ? add_step(d, r, kind) : NULL;

    if (step != NULL)
        step->classes = classes;
}

void
tracer_look(struct docket *d, uint32_t request)
{
    const struct request *r = &d->requests.item[request];
    struct tracer *t = d->tracer;

    if (!t->tells || !r->traced || tracer_is_done(t))
        return;
    note_opening(d, r, TRACE_OPENED_METADATA, t->gained[EXPOSED_METADATA]);
    note_opening(d, r, TRACE_KEY_LATER, t->gained[EXPOSED_RETROACTIVE]);
    note_opening(d, r, TRACE_OPENED, t->gained[EXPOSED_CONTENT]);
    if (t->left && !t->told_left)
        t->told_left = add_step(d, r, TRACE_LEFT) != NULL;
    t->done = t->gained[t->out->content ? EXPOSED_CONTENT : EXPOSED_METADATA] != 0;
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
