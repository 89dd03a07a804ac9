#ifndef LEGAL_LEDGER_H
#define LEGAL_LEDGER_H

/*
 * What every authority holds of every account touched so far, and what of it stands open.
 *
 * Each cohort has its book: the states its accounts are in (state.h), the accounts that requests
 * have named one by one (listed.h), the others as counts (strata.h), and keys that many accounts
 * share (cohort_key.h). A *touch* is one lever executed for one request: a function from state to
 * state, with what is gained by it. It is worked out once for each state it meets (step.c); then an
 * account costs a look at its word.
 *
 * Most levers open all they are asked for at once and leave only bits behind. What does not open
 * yet is kept as a holding: the effect taken and when, so that later takings can be joined with it
 * by form and version (timeline.h). Use of a key serves the request it was made for and is never
 * kept.
 *
 * A bulk request names no accounts. It takes all of the cohort, or a sample: then every state's
 * share in the sample is drawn (multivariate hypergeometric), and its members are marked until the
 * request ends. It costs as many steps as there are states (bulk.c), which samples that are large,
 * and taken while others are not over, multiply: each may double them.
 */
#include "legal/cohort_key.h"
#include "legal/departures.h"
#include "legal/effect.h"
#include "legal/listed.h"
#include "legal/strata.h"

/* What a lever may take. MODE_UNSEAL joins pieces as MODE_CONTENT does, but only to open metadata
 * that are encrypted: it takes nothing else and keeps no piece. */
enum mode { MODE_METADATA, MODE_CIPHERTEXT, MODE_CONTENT, MODE_UNSEAL };

/* Sums of account-time are whole, so that they do not depend on the order of summing: an authority
 * more must not change a bit of another's. */
__extension__ typedef unsigned __int128 account_ns;

/* What one taking newly exposes of an account, of one kind: data classes to the authority (mine),
 * to adversaries of its class (kin) and to anyone, and whether it is the first of the account. */
struct gain {
    uint16_t mine, kin, any;
    bool first_mine, first_kin, first_any;
};

/* Accounts that gain the same. What is counted of an account until different ends (keys of its
 * classes may be renewed at different times) comes in several runs. */
struct gain_run {
    struct gain gain;
    uint64_t accounts;
    account_ns time; /* of all these accounts, until what the kind counts ends */
};

/* What a request has taken so far of all its accounts that lay in one part then. */
struct taken {
    uint32_t phase, part, effect;
    bool ciphertext_only;
};

/* One lever executed for one request: what is the same for all its accounts. */
struct touch {
    uint32_t source, authority, cohort, phase;
    uint16_t asked;         /* classes */
    uint16_t records;       /* classes that are metadata themselves: never content */
    enum mode mode;         /* what may be taken */
    enum asks asks;         /* ASKS_DISCLOSURE; the rest takes nothing, but flags the accounts */
    sim_ns at, since;       /* now; when the request, or its renewed look, began */
    sim_ns hidden_until;    /* the user is not told before; 0: is told */
    uint64_t request;       /* its identity: keys what is drawn for it */
    uint64_t lever;         /* of the request: keys what is drawn for strata */
    const uint32_t *effect; /* of each part: row of the table; NULL: none */
    uint64_t parts; /* that its accounts lie in, at least those whose effect takes shared keys */
    const struct taken *taken; /* by this request so far, this lever included */
    size_t takings;
    /* Told of every run of accounts that gain the same: 0, or an error, which the touch returns. */
    int (*gained)(void *self, const struct touch *touch, enum exposure kind,
                  const struct gain_run *run);
    void *self;

    /* What came of it, from here on: */
    bool content, metadata, pieces; /* was any disclosed? */
    /* Classes that stay shut for some account named though a lever of the request held a cache that
     * could have had the key; and classes that this lever takes something of, of every account. */
    uint16_t missed, judged;
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

/* What an effect alone does to an account under a touch: data classes. */
struct doing {
    uint16_t open[KINDS_KEPT];
    uint16_t extracts;   /* with the key that new data get */
    uint16_t join;       /* to be joined with what is held of the account ... */
    uint16_t join_fresh; /* ... or with the request's other takings, when nothing is held */
};

/* Draws of an account in one request: for cached keys by class (effect.h), then for what is seen in
 * use, one a class. Operations of classes are independent (thinned Poisson processes), and so are
 * caches of different rules. */
enum { DRAW_WATCH = CLASSES_MAX, DRAWS = 2 * CLASSES_MAX };

/* A chance with which one of the draws is compared. */
struct band {
    uint32_t draw;
    double chance;
};

/* What is counted of one kind, for each account of a step, for so long: up to `until`. */
struct run {
    enum exposure kind;
    struct gain gain;
    sim_ns until, span; /* span below 0: less is hidden than was counted before */
    account_ns less;    /* in all: accounts that leave before */
};

/* What the touch at hand does to accounts of one state. */
struct step {
    uint32_t from, to; /* states */
    uint32_t next;     /* another step from there: row + 1; 0: none */
    uint64_t band;     /* in which the accounts' draws lie */
    bool left;         /* they have left */
    bool apart;        /* not listed: chance decides about this lever apart from others */
    size_t run, runs;  /* what they gain */
    uint64_t listed;   /* accounts listed before, */
    uint64_t named;    /* listed now, */
    uint64_t strata;   /* not listed */
};

/* One cohort's. */
struct book {
    struct states states;
    struct listed listed;
    struct strata strata;
    struct cohort_keys keys;
    uint8_t *class; /* owned: enum adversary of each authority */
    struct {
        struct {
            uint64_t request;
            bool live;
        } * item; /* owned: bulk requests that took a sample; mark 1 is the first */
        size_t count, capacity;
    } marks;
    struct {
        double *item; /* owned: hazards at which the strata's departures were reckoned, from 1 on */
        size_t count, capacity;
    } reckonings;
    size_t tidy_at; /* so many states: those without accounts are swept */
};

/* Times, in any order. */
struct times {
    sim_ns *item; /* owned */
    size_t count, capacity;
};

struct ledger_facts {
    const struct timeline *timeline; /* borrows, as all here */
    const struct effect_table *table;
    struct departures *departures; /* NULL: nobody leaves */
    uint64_t seed, replication;
    sim_ns horizon;
    size_t expected; /* accounts that requests will name, about: it only sizes tables */
    /* Adds the `since` of every request that may yet touch accounts with it. NULL: only the request
     * that touches does. ERR_MEMORY. */
    int (*open_since)(const void *self, struct times *times);
    const void *self;
    size_t tidy_after; /* so many new states; 0: as it sees fit */
};

/* Start from `{0}`. */
struct ledger {
    struct ledger_facts facts;
    struct watch watch;
    struct book *book; /* owned: [books], at least one of each cohort */
    uint32_t books;
    /* Room to join holdings of one class: fragments by data form, stores by key form; `fresh`:
     * those of the key that new data get. */
    uint64_t *fragments, *before, *keys, *fresh;
    /* Of the touch at hand: */
    struct {
        struct step *item; /* owned */
        size_t count, capacity;
    } steps;
    struct {
        struct run *item; /* owned */
        size_t count, capacity;
    } runs;
    struct {
        struct band *item; /* owned: in order, each once */
        size_t count, capacity;
    } bands;
    struct {
        uint32_t *item; /* owned: rows */
        size_t count, capacity;
    } views;
    struct doing doing[PARTS_MAX];
    uint64_t known; /* of which parts `doing` is worked out */
    uint32_t stamp;
    struct times times;
    bool leaving;  /* accounts may leave */
    double hazard; /* of that, now */
    double common; /* the draw for a key that accounts share */
    bool again;    /* an authority's shared keys have grown: states are judged again */
    bool judging_again;
    bool all; /* the touch takes all accounts that there are: not those that were not there before
               */
};

/* Empty, for the cohorts of a timeline. From `{0}`, or from a ledger used before, whose memory is
 * used again. ERR_MEMORY, ERR_LIMIT. Release also after failure. */
MUST_CHECK int ledger_init(struct ledger *ledger, const struct ledger_facts *facts);
void ledger_release(struct ledger *ledger);

/*
 * A touch: opened, done to each account (of `touch->cohort`) or in bulk, closed; then the counts
 * are right again. ERR_MEMORY; ERR_LIMIT when accounts have more different histories than
 * STATES_MOST. After an error the ledger is of no use but to be released.
 */
MUST_CHECK int touch_open(struct ledger *ledger, struct touch *touch);
MUST_CHECK int ledger_touch(struct ledger *ledger, struct touch *touch, uint64_t account);
MUST_CHECK int touch_close(struct ledger *ledger, struct touch *touch);

/* Tells the processor that an account will be touched soon. */
void ledger_expect(const struct ledger *ledger, uint32_t cohort, uint64_t account);

/* The parts of a cohort that have accounts in a phase, as a mask. */
uint64_t ledger_parts(const struct ledger *ledger, uint32_t cohort, uint32_t phase);

/* bulk.c */

/* Does an open touch to that many accounts, whichever (all when there are no more), the same at
 * each touch of a request until ledger_release_bulk. */
MUST_CHECK int ledger_touch_bulk(struct ledger *ledger, struct touch *touch, uint64_t accounts);

/* The request is over: forgets which accounts it took in bulk. Any other request: does nothing. */
MUST_CHECK int ledger_release_bulk(struct ledger *ledger, uint64_t request);

/* The same to all accounts that there are; without an effect, all there ever were. */
MUST_CHECK int ledger_touch_all(struct ledger *ledger, struct touch *touch);

/* What is drawn for accounts that are not listed, each from a stream of its own. */
enum bulk_draw { DRAW_MEMBERS = 1, DRAW_BANDS, DRAW_LEAVERS };
void ledger_bulk_stream(const struct ledger *ledger, struct stream *out, uint64_t of,
                        enum bulk_draw draw, uint64_t number);

/* So many accounts of a stratum go to a state, added when new. */
MUST_CHECK int ledger_move_strata(struct states *states, uint32_t from, const struct state *state,
                                  uint64_t accounts);

/* bands.c */

/* Finds the bands of a touch: the chances with which accounts' draws will be compared. ERR_LIMIT
 * when they have too many combinations, ERR_MEMORY. */
MUST_CHECK int bands_find(struct ledger *ledger, const struct touch *touch);
/* The band that an account's draws lie in, the same in every touch with these bands: of each draw
 * so many of the chances are not above it; all of them as one number. */
uint64_t band_of(const struct ledger *ledger, const struct touch *touch, uint64_t account);
/* Of each draw the highest of the chances that is not above it; 1 when none is compared with it. */
void band_read(const struct ledger *ledger, uint64_t band, double chance[DRAWS]);
/* Behind the last of the bands that are of the same draw as band i. */
static inline size_t
bands_end(const struct ledger *l, size_t i)
{
    const uint32_t draw = l->bands.item[i].draw;

    while (i < l->bands.count && l->bands.item[i].draw == draw)
        i++;
    return i;
}

/* leaving.c: where accounts may leave */

/* Has the account left by now, whose state does not know it yet? */
bool ledger_has_left(const struct ledger *ledger, const struct touch *touch,
                     const struct state *state, uint64_t account);

/* Accounts of strata that have left by now are known to have. ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int ledger_reckon(struct ledger *ledger, const struct touch *touch);

/* What is added later ends when the account leaves: so much less is counted forward of an account
 * that takes the step, or of so many of strata. Blocks that are still to come, and what they make
 * leave, are not foreseen. */
void ledger_shorten_one(struct ledger *ledger, const struct touch *touch, const struct step *step,
                        uint64_t account);
void ledger_shorten(struct ledger *ledger, const struct touch *touch, const struct step *step,
                    uint64_t accounts, struct stream *stream);

/* Tells whom `watch` names of a step that the account takes. */
void ledger_tell(const struct ledger *ledger, const struct touch *touch, const struct step *step,
                 uint64_t account);

/* tidy.c: forgets states without accounts, and when things were taken where no request that is open
 * can tell. ERR_MEMORY leaves the book of no use. */
MUST_CHECK int ledger_tidy(struct ledger *ledger, const struct touch *touch);

/* step.c */

/* The step of an open touch from a state: `*row` among the ledger's steps. */
MUST_CHECK int step_find(struct ledger *ledger, struct touch *touch, uint32_t from, uint64_t band,
                         bool left, bool apart, uint32_t *row);

/* hidden.c: counts how long the user is not told of what the touch opens of one kind, or less of
 * what is open and hidden already: `classes` that it opens or takes something of, each open to the
 * authority from now on. After read_views, before they are marked as open. ERR_MEMORY. */
MUST_CHECK int ledger_hide(struct ledger *ledger, const struct touch *touch, struct view *own,
                           enum exposure kind, uint16_t classes);

/* judge.c */

/* How a class of an account stands. */
struct standing {
    bool whole, opens, retroactive;
    bool extracted; /* the key that new data get is whole in the authority's hands */
};

/* ... with all that the authority keeps of it, and all that the request at hand has taken. `chance`
 * are the account's draws; `apart` as in struct step. */
struct standing ledger_judge(struct ledger *ledger, const struct touch *touch,
                             const struct state *state, const struct view *view, unsigned class,
                             const double chance[DRAWS], bool apart);

/* Did the request take this of accounts of the tract? */
bool ledger_has_taken(const struct ledger *ledger, const struct touch *touch,
                      const struct taken *taken, uint32_t tract);

/* When the key came into use that new data of a class of a part get, and when it will be renewed;
 * until 0: no rule serves. */
struct span ledger_key_span(const struct ledger *ledger, const struct touch *touch, uint32_t part,
                            unsigned class);

/* Adds the shared keys that an authority has, for a class of a part, to `keys`. */
void ledger_gather_shared(struct ledger *ledger, uint32_t authority, uint32_t cohort,
                          uint32_t phase, uint32_t part, unsigned class);

/* The shared keys that the touch takes come into the authority's hands. */
MUST_CHECK int ledger_share_keys(struct ledger *ledger, const struct touch *touch);

#endif
