#ifndef LEGAL_LEDGER_H
#define LEGAL_LEDGER_H

/*
 * What every authority holds of every account touched so far, and what of it stands open.
 *
 * Only touched accounts exist here: 32 bytes each, found by hash of (cohort, account); the first
 * authority's view lies inside, further ones in a pool. Most levers open all they are asked for at
 * once and leave only bits behind. What does not open yet is kept as a holding: the effect taken
 * and when, so that later takings can be joined with it by form and version (see timeline.h).
 * Use of a key serves the request it was made for and is never kept.
 */
#include "legal/effect.h"

/* What a lever may take. MODE_UNSEAL joins pieces as MODE_CONTENT does, but only to open metadata
 * that are encrypted: it takes nothing else and keeps no piece. */
enum mode { MODE_METADATA, MODE_CIPHERTEXT, MODE_CONTENT, MODE_UNSEAL };

/* Account-days by kind. EXPOSED_RETROACTIVE: content whose ciphertext had been whole in the
 * authority's hands before the request, or its renewed look, that brought the key. */
enum exposure {
    EXPOSED_CONTENT,
    EXPOSED_METADATA,
    EXPOSED_CIPHERTEXT,
    EXPOSED_RETROACTIVE,
    EXPOSED_FORWARD,         /* content whose key was extracted, until that key is renewed */
    EXPOSED_HIDDEN,          /* content of which the user is not told, until the gag ends */
    EXPOSED_METADATA_HIDDEN, /* the same of metadata */
    EXPOSURES
};

/* Kinds whose bits are kept for each account. */
#define KINDS_KEPT EXPOSED_RETROACTIVE

/* One authority's view of an account: data classes exposed, by kind. */
struct view {
    uint16_t open[KINDS_KEPT];
    uint16_t authority;
    uint32_t holdings; /* row + 1; 0: none */
    uint32_t next;     /* another authority's view: row + 1; 0: none */
};

struct account {
    uint64_t key;             /* cohort << 48 | ordinal */
    uint16_t any[KINDS_KEPT]; /* exposed to anyone */
    struct view view;
};

struct holding {
    sim_ns at;
    uint32_t effect;
    uint32_t next;        /* row + 1; 0: none */
    float chance;         /* drawn for this account's cached key */
    uint16_t classes;     /* of which it holds what the effect took */
    bool ciphertext_only; /* keys were not asked for */
};

struct touch;
struct gain {
    uint16_t mine, kin, any;
    bool first_mine, first_kin, first_any;
};

/* Told what happens to listed accounts, one by one: trace.h. */
struct watch {
    /* `account` is UINT64_MAX for one of those that a bulk request took, whichever. */
    void (*gained)(void *self, const struct touch *touch, uint64_t account, enum exposure kind,
                   struct gain gain);
    void (*left)(void *self, const struct touch *touch, uint64_t account);
    void *self;
    bool all; /* of every account; else of this one: */
    uint32_t cohort;
    uint64_t account;
};

struct ledger {
    struct watch watch;
    const struct timeline *timeline; /* borrows */
    const struct effect_table *table;
    uint64_t *slot; /* owned: tag << 32 | account's row + 1; 0: empty */
    size_t slots;
    unsigned shift; /* of a hash, to its slot */
    struct {
        struct account *item;
        size_t count, capacity;
    } accounts;
    struct {
        struct view *item;
        size_t count, capacity;
    } views;
    struct {
        struct holding *item;
        size_t count, capacity;
    } holdings;
    /* Room to join holdings of one class: fragments by data form, stores by key form. */
    uint64_t *fragments, *before, *keys;
};

/* Sums of account-time are whole, so that they do not depend on the order of summing: an authority
 * more must not change a bit of another's. */
__extension__ typedef unsigned __int128 account_ns;

/* What one taking newly exposes of an account, of one kind: data classes to the authority (mine),
 * to adversaries of its class (kin) and to anyone, and whether it is the first of the account. */

/* Mostly every account of a request gains the same: equal gains in a row are counted as a run. */
struct gain_run {
    struct gain gain;
    uint64_t accounts;
    account_ns time; /* of all these accounts, until what the kind counts ends */
};

/* What an effect alone does to an account under a touch: data classes. */
struct doing {
    uint16_t open[KINDS_KEPT];
    uint16_t join;       /* to be joined with what is held of the account ... */
    uint16_t join_fresh; /* ... or with the request's other takings, when nothing is held */
};

/* What a request has taken so far of all its accounts in one part. */
struct taken {
    uint32_t part, effect;
    bool ciphertext_only;
};

/* One lever executed for one request: what is the same for all its accounts. Start `judged` with
 * all bits. */
struct touch {
    uint32_t source, authority, cohort;
    uint16_t asked;                      /* classes */
    uint16_t records;                    /* classes that are metadata themselves: never content */
    enum mode mode;                      /* what may be taken */
    sim_ns at, since;                    /* now; when the request, or its renewed look, began */
    sim_ns hidden_until;                 /* the user is not told before; 0: is told */
    uint64_t seed, replication, request; /* keys the draw of a cached key */
    const struct taken *taken;           /* by this request so far, this lever included */
    size_t takings;
    struct gain_run run[EXPOSURES]; /* what is gained now, by kind */
    uint32_t effect;                /* the last one, NONE at first */
    struct doing doing;             /* what it does */
    uint32_t fresh;                 /* accounts never touched before that it was done to */
    /* Told of every run that ends; 0, or an error that the next call returns. */
    int (*gained)(void *self, const struct touch *touch, enum exposure kind);
    void *self;
    int failed;
    bool content, metadata, pieces; /* was any disclosed? */
    /* Classes that stay shut for some account named though a lever of the request held a cache that
     * could have had the key; and classes that this lever takes something of, of every account. */
    uint16_t missed, judged;
};

/* Empty, with room for about `expected` accounts; more are no error. Start from `{0}`, or from a
 * ledger used before, whose memory is used again. ERR_MEMORY. Release also after failure. */
MUST_CHECK int ledger_init(struct ledger *ledger, const struct timeline *timeline,
                           const struct effect_table *table, size_t expected);
void ledger_release(struct ledger *ledger);

/* Hands what effect row `effect` takes of an account of `touch->cohort` in `part` to the authority.
 * ERR_MEMORY. */
MUST_CHECK int ledger_touch(struct ledger *ledger, struct touch *touch, uint64_t account,
                            uint32_t part, uint32_t effect);

/* Tells `gained` of the runs that have not ended yet: after the last account. */
MUST_CHECK int touch_close(struct touch *touch);

/* The parts of a cohort that have accounts in a phase, as a mask. */
uint64_t ledger_parts(const struct ledger *ledger, uint32_t cohort, uint32_t phase);

/* The request is over: forgets which accounts it took in bulk. Any other request: does nothing. */
MUST_CHECK int ledger_release_bulk(struct ledger *ledger, uint64_t request);

/* Stand-in: ledger_touch, and tells the watch. */
MUST_CHECK int ledger_touch_watched(struct ledger *ledger, struct touch *touch, uint64_t account,
                                    uint32_t part, uint32_t effect);

/* Tells the processor that an account will be touched soon. */
void ledger_expect(const struct ledger *ledger, uint32_t cohort, uint64_t account);

#endif
