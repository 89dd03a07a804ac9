#ifndef LEGAL_TRACE_H
#define LEGAL_TRACE_H

/*
 * Why one account was exposed, step by step: the run is simulated again and what concerns the
 * account is written down. The same model, strategy and replication give the same story.
 */
#include "legal/legal.h"
#include "model/lever.h"

enum trace_kind {
    TRACE_RECEIVED, /* a request that names the account arrives; a threat strikes */
    TRACE_PLANNED,  /* it takes up a plan, of `levers` levers */
    TRACE_NO_PLAN,  /* it has no plan */
    TRACE_FILED,    /* a lever is under way */
    TRACE_NOT_GRANTED,
    TRACE_REVIEW, /* it reached the legal team */
    TRACE_REJECTED,
    TRACE_CHALLENGED, /* the custodian goes to court */
    TRACE_COURT_WON,  /* by the custodian: the order falls */
    TRACE_COURT_LOST,
    TRACE_APPEALED,
    TRACE_NARROWED, /* to metadata */
    TRACE_EXECUTED, /* the lever yields: `yield`, of the account under its rule now */
    TRACE_LEFT,     /* nothing lies there any more: the account has left */
    TRACE_OPENED,   /* the account's content (`classes`) is open from now on */
    TRACE_OPENED_METADATA,
    TRACE_KEY_LATER, /* ... by ciphertext held before and a key obtained now */
    TRACE_KINDS
};

struct trace_step {
    sim_ns at;
    enum trace_kind kind;
    uint32_t epoch;  /* of the strategy at the time: its world names what follows */
    uint32_t stream; /* of the authority */
    uint64_t number; /* of the request within the stream, from 0 */
    bool has_lever;
    struct lever lever; /* borrows from the model */
    uint32_t levers;
    struct yield yield;
    uint16_t classes; /* mask */
};

/* Whichever of those that a bulk request took: such accounts are not listed one by one. */
#define ANY_ACCOUNT UINT64_MAX

struct trace {
    bool found;   /* an account was exposed to the authority at all */
    bool content; /* its content; else its metadata only */
    struct cohort_id cohort;
    uint64_t account; /* ordinal in the cohort, or ANY_ACCOUNT */
    struct {
        struct trace_step *item; /* owned */
        size_t count, capacity;
    } steps; /* in order of time, up to the opening */
};

/*
 * The story of the first account whose content (when none is, metadata) the authority opens in this
 * replication of the strategy; found false when it opens none. Replaces what `out` holds; release
 * it with trace_release. ERR_MEMORY, ERR_LIMIT.
 */
MUST_CHECK int legal_trace(const struct model *model, struct strategy_id strategy,
                           struct authority_id authority, uint64_t replication, struct trace *out,
                           struct why *why);
void trace_release(struct trace *trace);

#endif
