#ifndef LEGAL_DOCKET_H
#define LEGAL_DOCKET_H

/*
 * The state of one run of the legal plane. Requests and pursuits are rows of pools and are referred
 * to by row, since pools grow; rows are used again, so an event or a place in a queue also carries
 * the pursuit's generation and is void when that has moved on.
 */
#include "engine/queue.h"
#include "legal/accounts.h"
#include "legal/arrivals.h"
#include "legal/channel.h"
#include "legal/departures.h"
#include "legal/ledger.h"
#include "legal/memo.h"
#include "legal/pressure.h"
#include "legal/tally.h"
#include "legal/trace.h"

/* Why an event happens; `a` is a phase or pursuit, `b` the pursuit's generation (and for
 * EVENT_REVIEWED the custodian above it). Arrivals are known beforehand and do not pass the queue.
 */
enum event_kind {
    EVENT_PHASE,    /* a phase begins */
    EVENT_FILED,    /* filing and stages, or the treaty's delay, are over */
    EVENT_REVIEWED, /* a reviewer is done */
    EVENT_JUDGED,   /* the court has spoken */
    EVENT_APPEALED, /* the next court has spoken, too */
    EVENT_EXECUTED, /* the lever yields */
    EVENT_PRESSURE, /* something is due in pressure.h; neither `a` nor `b` */
};

/* One request stream of one authority, or the events of one threat. */
struct source {
    struct authority_id authority;
    uint32_t stream;
    struct arrival_list arrivals;
    size_t next;                     /* the first arrival that has not come yet */
    uint64_t listed_most;            /* accounts of one request; more are taken in bulk */
    uint32_t channel, channel_phase; /* as found last; NONE at first */
};

/* What was drawn when the request came: the same in all strategies. */
struct ask {
    uint32_t source, cohort;
    uint64_t number;   /* within the stream */
    uint64_t identity; /* among all requests: authority's entity 12 bits, stream (of a threat's
                          event the cohort) 8, number 44 */
    uint64_t accounts; /* how many it names */
    uint64_t population;
    uint16_t classes;
    bool wants_content;
    bool bulk;      /* all accounts of the cohort, or too many to list: see ledger.h */
    enum asks asks; /* ASKS_DISCLOSURE: the rest takes nothing */
};

struct request {
    struct ask ask;
    sim_ns received;
    uint32_t period;    /* of the receipt */
    sim_ns since;       /* the look for a plan that it pursues now */
    sim_ns first_yield; /* SIM_NEVER: none yet */
    uint32_t epoch;     /* in which its plan was made */
    uint32_t next;      /* unused rows only */
    uint32_t first;     /* pursuit, NONE at the end: those under way and those refused */
    uint32_t active;    /* pursuits under way */
    uint32_t waiting;   /* levers of the plan that have not yielded yet */
    uint32_t shown;     /* jurisdiction whose report shows it: by its answer, or its last plan */
    uint32_t by_plan;   /* jurisdiction that the last plan would have it shown by */
    uint32_t taken;     /* first of what it has taken so far, NONE at the end */
    bool has_plan;      /* one is being pursued */
    bool is_live;       /* the row is in use */
    bool addressed;     /* counted as received */
    bool listed;        /* among those looked at again at the next epoch */
    bool settled;       /* refused content, it has turned to metadata in this epoch */
    bool complied;      /* not for disclosure: it was carried out */
    bool traced;        /* it names the account whose story is told */
    bool challenged;    /* met a challenge */
    bool content, metadata; /* was disclosed */
    bool wanting;    /* its last plan left accounts shut that a cached key might have opened */
    uint16_t missed; /* classes so left by the levers executed so far */
};

enum pursuit_state {
    PURSUIT_FILING,
    PURSUIT_QUEUED, /* at the legal team */
    PURSUIT_REVIEW,
    PURSUIT_COURT,
    PURSUIT_APPEAL,
    PURSUIT_EXECUTING,
    PURSUIT_SPENT,   /* it has yielded, and held a cache; kept, since that may count as refused. Or
                        it carried out what is no disclosure, and is not sent again */
    PURSUIT_REFUSED, /* kept, so that its lever is not tried again */
};

/* One lever under way for one request. */
struct pursuit {
    uint32_t request, next;
    uint32_t generation;
    uint32_t channel; /* in which the lever was found */
    uint32_t lever;   /* its ordinal there */
    uint64_t identity;
    uint8_t state;
    uint8_t mode;  /* enum mode: what may be taken */
    bool received; /* by a custodian: it is counted there, once, by what becomes of it */
    bool in_plan;  /* the plan waits for it; else the plan failed and it runs to its end alone */
    bool narrowed; /* only metadata are left of it */
    bool granted;
    bool urgent;         /* goes ahead of all others at the legal team */
    bool lost;           /* the court decided for the custodian; an appeal is under way */
    sim_ns hidden_until; /* the user is not told before; 0: is told */
    /* Drawn once, compared with the custodian's probabilities when the time comes: */
    double reject, narrow, challenge, obey;
};

/* A link of what a request has taken. */
struct taken_link {
    struct taken taken;
    uint32_t next;
};

struct waiting {
    uint32_t pursuit, generation;
};

/* Who waits, in order of arrival: a ring. */
struct line_up {
    struct waiting *item; /* owned */
    size_t head, count, capacity;
};

/* A custodian's legal team: a station of `reviewers` servers. Who is urgent goes ahead of all who
 * wait, but interrupts nobody; else first come first served. */
struct team {
    uint32_t busy;
    struct line_up urgent, others;
};

/* Rows that are used again: the unused ones are linked by their `next`. */
#define POOL(type)                                                                                 \
    struct {                                                                                       \
        type *item; /* owned */                                                                    \
        size_t count, capacity;                                                                    \
        uint32_t unused; /* the first, NONE at the end */                                          \
    }

struct docket {
    const struct model *model;
    const struct strategy *strategy;
    uint64_t seed, replication;
    struct why *why;
    struct timeline timeline;
    struct channels channels;
    struct ledger ledger;
    struct departures departures;
    struct tally tally;
    struct pressures *pressures; /* owned */
    sim_ns pressure_at;          /* when it is next looked at; SIM_NEVER: not */
    struct tracer *tracer;       /* borrows; NULL: nobody is watching */
    struct queue queue;
    struct accounts named;
    const uint64_t *account; /* those that ask_accounts found last */
    struct memo *memo;       /* borrows */
    struct source *source;   /* owned */
    uint32_t *authority_of;
    uint32_t sources;
    sim_ns now;
    sim_ns arrives_at;     /* the next arrival; SIM_NEVER: none is left */
    uint32_t arrives_from; /* its source */
    uint32_t phase;        /* at this time */
    POOL(struct request) requests;
    POOL(struct pursuit) pursuits;
    POOL(struct taken_link) links;
    struct {
        uint32_t *item; /* owned: rows of requests to look at again */
        size_t count, capacity;
    } unmet;
    struct {
        struct taken *item; /* owned: room for one request's */
        size_t count, capacity;
    } taken;
    struct yield *got; /* owned: room for one wish: [PARTS_MAX][classes] */
    struct team *team; /* owned: [custodians] */
};

static inline const struct phase *
docket_phase(const struct docket *d)
{
    return &d->timeline.phase[d->phase];
}

static inline const struct world *
docket_world(const struct docket *d)
{
    return docket_phase(d)->world;
}

static inline const struct authority *
source_authority(const struct docket *d, uint32_t source)
{
    return &docket_world(d)->authority[d->source[source].authority.i];
}

/* The stream's facts as they stand now. */
static inline const struct request_stream *
source_stream(const struct docket *d, uint32_t source)
{
    return &source_authority(d, source)->stream[d->source[source].stream];
}

/* The channel through which a source's requests go now. */
MUST_CHECK int source_channel(struct docket *d, uint32_t source, uint32_t *channel);

/* ask.c: what was asked */

/* Draws what request `number` of a source asks for, in the world as it stands now. */
void ask_draw(struct ask *out, const struct docket *d, uint32_t source, uint64_t number);
/* What one event of a threat takes of a cohort; `cohort` NONE: of the one that its targets draw. */
void ask_draw_event(struct ask *out, const struct docket *d, uint32_t source, uint64_t number,
                    uint32_t cohort);
/* The accounts it names, into d->account until the next call: the same at every call. Not of what
 * asks in bulk, which lists none. */
MUST_CHECK int ask_accounts(struct docket *d, const struct ask *ask);
/* The parts of the cohort they lie in now, as a mask. */
MUST_CHECK int ask_parts(struct docket *d, const struct ask *ask, uint64_t *parts);

/* Draws of one lever of one request, each from a stream of its own, so that none shifts another. */
enum lever_draw {
    DRAW_DECISIONS,
    DRAW_FILING,
    DRAW_REVIEW,
    DRAW_COURT,
    DRAW_EXECUTION,
    DRAW_APPEAL,
    DRAW_GAG,
};
void lever_stream(struct stream *out, const struct docket *d, const struct ask *ask,
                  uint64_t lever_identity, enum lever_draw draw);

/* request.c: from receipt to fate */

MUST_CHECK int request_arrive(struct docket *d, uint32_t source, uint64_t number);
/* A row for what was asked now, under way from now on. ERR_MEMORY. */
MUST_CHECK int request_open(struct docket *d, const struct ask *ask, uint32_t *row);
/* All unmet requests look for a plan again: an epoch has begun. */
MUST_CHECK int requests_look_again(struct docket *d);
/* At the horizon: every request that is still open gets its fate. */
MUST_CHECK int requests_close(struct docket *d);
/* Has it what it wants? Some content will do, unless a cache was tried and missed. */
bool request_is_met(const struct request *r);
/* Nothing is under way, nothing is waited for: then the request is over, and its row is gone. */
MUST_CHECK int request_conclude_if_idle(struct docket *d, uint32_t row);
/* What became of an order that a custodian received: once, and once more when challenged. */
void count_order(struct docket *d, const struct pursuit *u, enum fate fate);

/* planning.c: which levers it pursues. The request may be over after each of these. */

/* Looks for a plan and takes it up. A renewed look, in a later epoch, starts anew. */
MUST_CHECK int request_look(struct docket *d, uint32_t row);
/* A lever is refused, or narrowed: another way if the request escalates. */
MUST_CHECK int plan_failed(struct docket *d, uint32_t row);
/* All levers of the plan have yielded. */
MUST_CHECK int plan_done(struct docket *d, uint32_t row);

/* pursuit.c: one lever under way */

/* A row for a lever of a request, in its plan, that nothing has been drawn for. ERR_MEMORY. */
MUST_CHECK int pursuit_add(struct docket *d, uint32_t request, uint32_t channel, uint32_t lever,
                           enum mode mode, uint32_t *row);
/* Files a lever: all that chance decides about it is drawn now, in an order of its own. */
MUST_CHECK int pursuit_start(struct docket *d, uint32_t request, uint32_t channel, uint32_t lever,
                             enum mode mode);
/* Takes it out of its request's list; its events and its place in a queue become void. */
void pursuit_end(struct docket *d, uint32_t row);
/* Nothing stands in its way any more: it yields after its own time. */
MUST_CHECK int pursuit_execute(struct docket *d, uint32_t row);
/* Its lever as found when it was filed, and on the terms that its instrument has now: those of
 * filing when there is no such instrument any more. Into `room` when they differ. */
const struct lever *pursuit_lever(const struct docket *d, const struct pursuit *u);
const struct lever *pursuit_lever_now(const struct docket *d, const struct pursuit *u,
                                      struct lever *room);

MUST_CHECK int pursuit_filed(struct docket *d, uint32_t row);
MUST_CHECK int pursuit_reviewed(struct docket *d, uint32_t row);
MUST_CHECK int pursuit_judged(struct docket *d, uint32_t row);
MUST_CHECK int pursuit_appealed(struct docket *d, uint32_t row);
MUST_CHECK int pursuit_executed(struct docket *d, uint32_t row);

/* team.c: review */

/* A pursuit reaches the legal team of its custodian: a reviewer takes it, or it waits. */
MUST_CHECK int team_receive(struct docket *d, uint32_t custodian, uint32_t pursuit);
/* A reviewer is free again. */
MUST_CHECK int team_release_reviewer(struct docket *d, uint32_t custodian);
/* Teams may have grown: an epoch has begun. */
MUST_CHECK int teams_refill(struct docket *d);
void team_release(struct team *team);

/* execution.c: what a lever takes when it is executed */

/* What a lever's execution brought. */
struct given {
    bool content;  /* it opened some, alone or with what the request had */
    bool anything; /* at least metadata, ciphertext or a piece of either */
    bool answers;  /* the request's answer so far is its doing */
    bool cache;    /* it held a gateway whose cache might have a key asked for */
};

/* Hands the lever's yield to the authority, for all accounts of the pursuit's request. */
MUST_CHECK int lever_execute(struct docket *d, uint32_t pursuit, struct given *out);
/* An order that takes nothing was complied with: flags all accounts of the pursuit's request. */
MUST_CHECK int lever_mark(struct docket *d, uint32_t pursuit, enum asks asks);
/* The `since` of every request that has levers under way (ledger.h); `docket` is the docket. */
MUST_CHECK int docket_open_since(const void *docket, struct times *times);
/* What the request has of each part and class, and what keys its authority has that all accounts
 * share, in terms of the current lines, into d->got. */
void request_got(struct docket *d, const struct request *r);
/* Is there anything to tell: taken by the request, or keys that its authority shares already? */
bool request_has_any(const struct docket *d, const struct request *r);

/* legal.c: pressure */

/* Has pressure looked at when it is due next: to be called after anything that may change that. */
MUST_CHECK int pressure_expect(struct docket *d);

/* Simulates a replication under the eyes of a tracer, until that has seen all it wants. ERR_MEMORY,
 * ERR_LIMIT. */
MUST_CHECK int docket_watch(const struct model *model, struct strategy_id strategy,
                            uint64_t replication, struct tracer *tracer, struct why *why);

/* trace.c */

/* Has the ledger tell the tracer what becomes of accounts. */
void tracer_attach(struct tracer *tracer, struct ledger *ledger);
/* Nothing that happens any more matters to it. */
bool tracer_is_done(const struct tracer *tracer);

/* Something happened to a request (and one of its levers; else NONE) that the tracer may tell: a
 * failure to do so is kept for the tracer's owner. `levers`: of the plan. */
void tracer_note(struct docket *d, enum trace_kind kind, uint32_t request, uint32_t pursuit,
                 uint32_t levers);

/* A lever of it has yielded: what has the account lost by that? */
void tracer_look(struct docket *d, uint32_t request);

static inline void
docket_trace(struct docket *d, enum trace_kind kind, uint32_t request, uint32_t pursuit)
{
    if (d->tracer != NULL)
        tracer_note(d, kind, request, pursuit, 0);
}

#endif
