#ifndef LEGAL_STATE_H
#define LEGAL_STATE_H

/*
 * States of accounts: what every authority has of an account, and what became of the account.
 *
 * Accounts to which the same was done in the same order are in the same state, and a state is kept
 * once for all of them: a record with the row of its views, each with the row of its holdings, all
 * of which never change. So an account is only the number of its state, and what a lever does to a
 * state is worked out once for all accounts in it.
 *
 * A state counts its accounts: those listed one by one (listed.h) and those that nobody has named
 * yet (strata.h). A listed account names its *group*, and the group its state: so all the accounts
 * of a state go to another at once, whatever their number.
 */
#include "legal/intern.h"
#include "legal/timeline.h"

/* Account-days by kind. EXPOSED_RETROACTIVE: content whose ciphertext had been whole in the
 * authority's hands before the request, or its renewed look, that brought the key. */
enum exposure {
    EXPOSED_CONTENT,
    EXPOSED_METADATA,
    EXPOSED_CIPHERTEXT,
    EXPOSED_RETROACTIVE,
    EXPOSED_FORWARD, /* content whose key was extracted, until that key is renewed */
    EXPOSED_HIDDEN,  /* content of which the user is not told, until the gag ends, or another
                        order for the same comes without one */
    EXPOSED_METADATA_HIDDEN, /* the same of metadata */
    EXPOSURES
};

/* Kinds whose bits are kept for each account. */
#define KINDS_KEPT EXPOSED_RETROACTIVE

/* In an account's word (listed.h). */
#define STATE_BITS  24
#define STATES_MOST ((UINT32_C(1) << STATE_BITS) - 1)

/* What became of an account. Preserved: what lies there stays, whatever becomes of it later. */
enum {
    ACCOUNT_LEFT = 1,    /* opted out, or deleted: nothing lies there any more */
    ACCOUNT_REMOVED = 2, /* by order: nothing lies there any more */
    ACCOUNT_RESTRICTED = 4,
    ACCOUNT_PRESERVED = 8,
    ACCOUNT_GONE = ACCOUNT_LEFT | ACCOUNT_REMOVED
};

/* All records here: rows of others are from 1 on, 0 ends a list; no padding (intern.h). */

/* What one lever took of an account and did not open yet, newest first. */
struct holding {
    sim_ns at;
    uint32_t effect; /* row of the effect table */
    uint32_t next;
    uint16_t classes;         /* of which it holds what the effect took */
    uint16_t ciphertext_only; /* keys were not asked for */
    uint16_t captured;        /* of the classes, those whose key was in the cache */
    uint16_t zero;
};

/* Classes whose extracted key opens what is added until then, or of which the user is not told
 * until then; the latest end first. */
struct forward {
    sim_ns until;
    uint32_t classes, next;
};

/* One authority's view, in the order of authorities: data classes exposed, by kind, and the rest.
 */
struct view {
    uint16_t authority;
    uint16_t open[KINDS_KEPT];
    uint32_t holdings, forward, next;
    uint32_t hidden[2]; /* of content, of metadata: classes of which the user is not told until
                           then, as a list like `forward`; told of the others that are open */
};

/* The place in `hidden` of EXPOSED_CONTENT or EXPOSED_METADATA. */
static inline unsigned
hidden_row(enum exposure kind)
{
    return kind == EXPOSED_CONTENT ? 0 : 1;
}

/* A bulk request that the account belongs to; the newest first. */
struct mark {
    uint32_t mark, next;
};

struct state {
    uint32_t views, marks;
    uint32_t joined; /* the reckoning of departures from which its threshold counts (ledger.h) */
    uint16_t tract;  /* of the cohort (strata.h) */
    uint16_t flags;  /* ACCOUNT_.. */
};

/* The accounts of a state. */
struct crowd {
    uint64_t strata, listed;
    uint32_t group;       /* that an account joins when it comes to this state; 0: none yet */
    uint32_t stamp, step; /* of the touch at hand: what it does to the state */
};

struct states {
    struct intern holdings, forwards, views, marks, states;
    struct crowd *crowd; /* owned: of each state */
    size_t crowds;
    struct {
        uint32_t *item; /* owned: its state; groups are from 1 on */
        size_t count, capacity;
    } groups;
};

void states_init(struct states *states);
/* Forgets all, keeps the memory. */
void states_clear(struct states *states);
void states_release(struct states *states);

/* Rows of records, added when new. ERR_MEMORY; ERR_LIMIT above STATES_MOST states. */
MUST_CHECK int states_put(struct states *states, const struct state *state, uint32_t *row);

static inline const struct state *
state_at(const struct states *states, uint32_t row)
{
    return intern_at(&states->states, row);
}

static inline const struct view *
view_at(const struct states *states, uint32_t row)
{
    return intern_at(&states->views, row);
}

static inline const struct holding *
holding_at(const struct states *states, uint32_t row)
{
    return intern_at(&states->holdings, row);
}

static inline const struct forward *
forward_at(const struct states *states, uint32_t row)
{
    return intern_at(&states->forwards, row);
}

static inline const struct mark *
mark_at(const struct states *states, uint32_t row)
{
    return intern_at(&states->marks, row);
}

/* How many states there are: rows [1, states_end). */
static inline uint32_t
states_end(const struct states *states)
{
    return (uint32_t)states->states.count;
}

/* The group of a state, made when there is none. ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int states_group(struct states *states, uint32_t row, uint32_t *group);

/* Every group goes from its state to `to[state]`, where that is not 0; the caller counts. */
void states_move_groups(struct states *states, const uint32_t *to);

static inline uint32_t
group_state(const struct states *states, uint64_t group)
{
    return states->groups.item[group];
}

/* Does the state belong to this bulk request? */
bool states_has_mark(const struct states *states, const struct state *state, uint32_t mark);

#endif
