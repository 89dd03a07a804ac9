#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

/*
 * The model: one scenario, checked and frozen. Nothing here changes after scenario/ has built it,
 * so any number of threads may read it.
 *
 * A strategy is a row of epochs. Between two dated changes nothing changes, so each epoch has one
 * world and one list of placement rules; epochs that share a world share the pointer.
 */
#include "base/mem.h"
#include "model/world.h"

/*
 * A monotone formula over holders: how many of which are needed. Leaves name a site (in a
 * ciphertext formula) or a key store (in a key formula); an inner node needs `need` of its parts.
 */
struct formula {
    uint32_t need; /* inner: how many parts; leaf: 0 */
    uint32_t leaf; /* site or key store ordinal; NONE for an inner node */
    const struct formula *part;
    uint32_t parts;
};

/* Who decrypts when all is well. */
enum decrypts { DECRYPTS_GATEWAY, DECRYPTS_CLIENT, DECRYPTS_SITE };

/* A cache of ciphertext near the users: the objects last read stay, `objects` of equal size; which
 * is read follows Zipf's law: the i-th most popular of `of` with weight i^-zipf. objects 0: none.
 */
struct edge_cache {
    struct place_id at;
    double objects, zipf, of;
    double hit; /* share of reads that find their object (edge_hit_ratio) */
};

/* One rule of a placement list. */
struct rule {
    struct where at;
    uint64_t cohorts;       /* mask: which cohorts it serves */
    uint32_t classes;       /* mask: which data classes */
    double share;           /* absolute part of the accounts; NAN: all that are left */
    struct formula data;    /* ciphertext: over sites */
    struct formula keys;    /* over key stores: whatever opens, escrow included */
    struct formula fetch;   /* over key stores: what users' operations ask, without escrow */
    uint64_t sites, stores; /* masks of the leaves of data and keys */
    uint64_t fetch_stores;  /* of the leaves of fetch */
    bool cohort_key;        /* key-scope: cohort; one key opens all accounts' data under the rule */
    double rotation_s; /* keys are renewed so often, from the rule's start on; 0: never. Old data
                          stay under the old key: an extracted key opens nothing added later. */
    struct site_id gateway; /* i NONE: the replica nearest to the user */
    enum decrypts decrypts;
    double key_cache_ttl_s; /* 0: no cache */
    bool writes_all;        /* writes wait for all replicas; else for a majority */
    bool reads_fastest;     /* reads ask all replicas and take the first that suffice */
    bool keys_parallel;     /* the key is asked for together with the data of a read */
    double timeout_s;       /* an operation that takes longer fails; 0: it waits for ever */
    uint32_t retries;       /* how often a step that failed is repeated in one operation */
    double back_off_s;      /* most that is waited before the first repeat; doubles with each */
    struct edge_cache edge;
};

enum move_keys { KEYS_COPIED, KEYS_NEW };

struct epoch {
    sim_ns from, to; /* [from, to), from the start of the horizon */
    const struct world *world;
    const struct rule *rule; /* read top down: the first that matches serves */
    uint32_t rules;
    bool moved;            /* the placement differs from the epoch before */
    enum move_keys keys;   /* of the move at `from` */
    sim_ns old_copies_for; /* former sites and stores keep theirs so long; SIM_NEVER: for good */
    const char *because;   /* of the change at `from`, or NULL */
};

struct strategy {
    struct named is;
    const struct epoch *epoch;
    uint32_t epochs;
};

/* A dated change as the scenario states it, to mark in figures. */
struct dated_change {
    sim_ns at;
    struct strategy_id strategy; /* i NONE: the world's, for all */
    const char *text;
};

/* `expect`: what the world did. `require`: what must hold. */
struct claim {
    struct where at;
    const char *metric;
    struct strategy_id strategy;   /* i NONE: every strategy (require) or the first (expect) */
    struct authority_id authority; /* i NONE: all */
    uint32_t stream;               /* of that authority; NONE: all */
    struct cohort_id cohort;
    struct class_id class;
    uint32_t adversary; /* enum adversary; ADVERSARIES: all */
    struct jurisdiction_id jurisdiction;
    struct custodian_id custodian;
    sim_ns from, to; /* the span it speaks of; `within:` sets from 0 */
    bool is_expect;
    double observed;          /* expect */
    double at_most, at_least; /* require; NAN when not stated */
    const char *source;
};

struct study {
    uint32_t legal, traffic; /* replications */
    uint32_t worlds;         /* draws of the uncertain inputs; 0: one a replication */
    uint64_t seed;
    uint64_t window;   /* operations in a window of one regime */
    uint32_t failures; /* components down at once that regimes cover: 0, 1 or 2 */
    struct strategy_id baseline;
    struct where front_at;                      /* unknown when the scenario does not state it */
    const char *front_latency, *front_exposure; /* metric names */
    struct authority_id front_to;               /* i NONE: all */
};

/* A parameter to vary: a path and its values, as text of the scenario. */
struct sweep_axis {
    struct where at;
    const char *path;
    const char *const *value;
    uint32_t values;
};

/* `search`: the space of placements to look through, and what to minimise. */
struct search {
    bool stated;
    const uint32_t *replicas; /* how many replicas to choose */
    uint32_t replica_choices;
    const uint32_t *threshold_k, *threshold_n;
    uint32_t thresholds;
    const char *const *minimise;
    uint32_t objectives;
};

/* A named reading of contested law: a set of overrides. */
struct reading {
    struct named is;
    const char *const *path, *const *value;
    uint32_t overrides;
    const char *because; /* or NULL */
};

/* An input that the scenario states as uncertain, or as a choice; or a change with a probability.
 */
struct unknown {
    const char *path; /* "network.links[0].loss" */
    struct where at;
    bool is_choice; /* it takes one of a few values: a choice, or a change that may not pass */
};

struct model {
    struct arena arena; /* owns everything below */
    const char *title;
    int64_t starts_unix_s;     /* the horizon's start */
    sim_ns horizon;            /* its length */
    const struct world *world; /* as it stands at the start, before any strategy's `set` */
    const struct strategy *strategy;
    uint32_t strategies;
    const struct dated_change *change;
    uint32_t changes;
    struct study study;
    const struct claim *claim;
    uint32_t claims;
    const struct sweep_axis *sweep;
    uint32_t sweep_axes;
    struct search search;
    const struct reading *reading;
    uint32_t readings;
    uint32_t uncertain;            /* inputs drawn per world */
    const struct unknown *unknown; /* [uncertain] */
};

/* Frees the model itself too. NULL is allowed. */
void model_free(struct model *model);

/* The epoch of `s` that contains t (the last one for t at or past the horizon). */
const struct epoch *epoch_at(const struct strategy *s, sim_ns t);

/*
 * The rule that serves an account of a cohort for a data class; NULL when none does. `u` in [0, 1)
 * is the account's place among the cohort's: ordinal / accounts. Rules with a `share` take the next
 * part of the accounts; one without takes all that are left. The same account lies in the same part
 * for all classes.
 */
const struct rule *epoch_rule(const struct epoch *e, struct cohort_id cohort, struct class_id class,
                              double u);

/* Reads per second of one account that fetch a key of this rule and so fill its cache: the cohort's
 * reads of the classes that the rule serves at `u`, mean over the day. */
double epoch_cache_reads(const struct epoch *e, struct cohort_id cohort, const struct rule *rule,
                         double u);

/*
 * The parts of a cohort that are served alike for all classes: boundaries of u, ascending, from 0
 * to 1. Writes up to `most` upper ends and returns how many parts there are.
 */
uint32_t epoch_parts(const struct epoch *e, struct cohort_id cohort, double *upper, uint32_t most);

/* Does a set of holders (a mask over sites or stores) satisfy the formula? */
bool formula_holds(const struct formula *f, uint64_t holders);

/* Are they written alike? (the same holders in another order are not the same formula here) */
bool formula_same(const struct formula *a, const struct formula *b);

/* Half-year reporting periods of the horizon: "2014-H2". The period that contains t; how many there
 * are; the name into 16 bytes; when one starts. Periods at the ends may be partial. */
uint32_t model_period(const struct model *m, sim_ns t);
uint32_t model_periods(const struct model *m);
void model_period_name(const struct model *m, uint32_t period, char out[16]);
sim_ns model_period_start(const struct model *m, uint32_t period);

#endif
