#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

/*
 * The facts of the world at one time: who is where, who holds what, which law reaches it.
 *
 * Rows refer to each other by id, the ordinal in their section; names serve messages and results
 * only. A world is built by scenario/ in the model's arena and is then frozen: every pointer here
 * borrows from that arena. Durations of distributions are in seconds, sizes in bytes.
 */
#include "base/ids.h"
#include "base/units.h"
#include "stats/dist.h"

/* Holders are kept in 64-bit masks: at most this many sites, and as many key stores. */
#define HOLDERS_MAX 64
#define CLASSES_MAX 16

/* What every named row carries: its name, where the scenario states it, and on what source. */
struct named {
    const char *name;
    struct where at;
    const char *source; /* NULL when the scenario names none */
};

/* A residence duty: what must be held inside, from when. SIM_NEVER: no such duty. It is met when
 * the sites (or key stores) inside suffice to hold the data (or key). */
struct duty {
    sim_ns data_from, keys_from;
};

/* A law that forbids to obey foreign orders for what lies inside: an order of another jurisdiction
 * is obeyed for such holders only with a chance, and whoever obeys may be fined here. */
struct blocking_statute {
    struct where at;
    const char *source;
    uint64_t against; /* mask of jurisdictions whose orders it blocks */
    double obeys;     /* probability that a custodian obeys such an order all the same */
    double sanction;  /* probability that one who obeyed is fined here */
    double fine;      /* in the scenario's currency units */
};

/* What a jurisdiction does when its duty is violated or a request refused. */
enum pressure_on { ON_VIOLATION, ON_REFUSAL, PRESSURE_CAUSES };
enum pressure_means {
    MEANS_BLOCK,       /* the service is unreachable for residents, for `lasts` */
    MEANS_FINE,        /* `price`, once */
    MEANS_PROCUREMENT, /* excluded from public orders: `price` a year, for `lasts` */
    MEANS_WITHDRAWAL,  /* the service withdraws: residents lose it for good; `price`, once */
    PRESSURE_MEANS
};
extern const char *const pressure_on_name[PRESSURE_CAUSES];   /* as in YAML */
extern const char *const pressure_means_name[PRESSURE_MEANS]; /* as in YAML */
struct pressure {
    struct named is;
    enum pressure_on on;
    enum pressure_means means;
    double probability; /* at each violation that outlives its grace, or each refusal */
    double price;
    struct dist lasts; /* s */
    bool for_good;     /* it lasts to the horizon; ends early when the violation does */
};

/* Foreign sites are unreachable from time to time: means of what alternates, in seconds. every_s 0:
 * never. */
struct interference {
    double every_s, for_s;
};

enum addressee {
    ADDRESSEE_CUSTODIAN,
    ADDRESSEE_LOCATION,
    ADDRESSEE_STATE_CUSTODIAN,
    ADDRESSEE_PARTNER,
    ADDRESSEE_USER,
    ADDRESSEE_COVERT,
    ADDRESSEE_KINDS
};
extern const char *const addressee_name[ADDRESSEE_KINDS]; /* as in YAML */

/* Terms that an instrument may state in place of the custodian's, or at all. */
enum {
    OWN_REVIEW = 1,
    OWN_REJECTS = 2,
    OWN_NARROWS = 4,
    OWN_CHALLENGES = 8,
    OWN_GAG_FOR = 16,
};

/* What an instrument may take of what it reaches: all, or records about it and no more. */
enum instrument_yields { YIELDS_CONTENT, YIELDS_METADATA };

/*
 * An instrument as it stands in one jurisdiction: the section `instruments` with that
 * jurisdiction's own terms merged over it. `available` false: this legal order has no such means.
 */
struct instrument {
    struct named is;
    bool available;
    enum addressee addressee;
    struct instrument_id via; /* partner: the partner's instrument; i NONE when not stated */
    struct dist filing;       /* s */
    const struct dist
        *stage; /* s each, one after another; for a partner they replace the treaty's */
    uint32_t stages;
    struct dist execution;               /* s, from grant to yield */
    double grant;                        /* probability */
    bool grant_together;                 /* one decision for all its addressees in a request */
    unsigned own;                        /* bits OWN_*: terms that stand for the custodian's */
    bool urgent;                         /* goes ahead of all others in a legal team's queue */
    struct dist review;                  /* s; OWN_REVIEW */
    double rejects, narrows, challenges; /* OWN_REJECTS, OWN_NARROWS, OWN_CHALLENGES */
    double appeals, appeal_wins;         /* the asker appeals a case it lost, and then prevails */
    double gag;                          /* probability that the user must not be told */
    struct dist gag_for;                 /* s from the yield; OWN_GAG_FOR, else for good */
    bool watches; /* holds a gateway live: takes plaintext in use while it does (holds_for_s) */
    enum instrument_yields yields;
    double holds_for_s;     /* how long it holds a gateway; 0: it does not */
    bool abroad;            /* reaches beyond the jurisdiction */
    bool devices;           /* location: takes user devices too */
    uint64_t sites, stores; /* covert: the holders it reaches, as masks */
};

struct jurisdiction {
    struct named is;
    const char *title;                   /* "China (mainland)"; the name when not stated */
    const struct instrument *instrument; /* one for each row of `instruments`, same order */
    struct duty duty;
    const struct blocking_statute *statute; /* NULL: none */
    struct dist inspection;                 /* s from one to the next; constant 0: none */
    struct dist grace;                      /* s from a finding to pressure */
    const struct pressure *pressure;
    uint32_t pressures;
    struct interference interference;
};

struct place {
    struct named is;
    struct jurisdiction_id in;
};

struct legal_team {
    uint32_t reviewers;
    struct dist review; /* s; constant 0 when the custodian states no team */
};

struct custodian {
    struct named is;
    struct jurisdiction_id home;
    uint64_t served_in;         /* mask of jurisdictions: home and branches */
    struct custodian_id parent; /* i NONE: independent */
    bool state_owned;           /* then of its home */
    struct legal_team team;
    double rejects, narrows, challenges, challenge_wins; /* probabilities */
    struct dist court;                                   /* s */
    double appeals, appeal_wins; /* it appeals a case it lost, and then prevails */
    struct dist appeal;          /* s: an appeal, whoever brings it */
};

/* Components fail and are repaired; both means in seconds. every_s 0: never fails. */
struct failures {
    double every_s, for_s;
};

/*
 * What a station takes, and how soon its answer counts. Zeroed: everything, whenever it comes.
 * A job that finds all servers busy and `queue` others waiting is refused; so is one beyond the
 * quota, a token bucket: `burst` tokens at most, `quota_per_s` new ones a second, one a job. An
 * answer later than `answers_within_s` after it was asked for counts as none.
 */
struct limits {
    bool queue_ends; /* else it is endless, and `queue` means nothing */
    uint32_t queue;
    double quota_per_s, burst; /* quota 0: none */
    double answers_within_s;   /* 0: no limit */
};

struct site {
    struct named is;
    struct place_id at;
    struct custodian_id operator, controller;
    uint32_t servers;
    struct dist service; /* s */
    struct failures fails;
    struct limits limits;
};

enum store_kind { STORE_HSM, STORE_SOFTWARE, STORE_DEVICE };

struct key_store {
    struct named is;
    enum store_kind kind;
    bool extractable;                         /* the key itself can be taken out */
    struct place_id at;                       /* i NONE for a device: it is where its user is */
    struct custodian_id operator, controller; /* i NONE for a device */
    uint32_t servers;
    struct dist service; /* s */
    struct failures fails;
    struct limits limits;
};

struct data_class {
    struct named is;
    double weight;    /* share of operations; sums to 1 over the classes */
    struct dist size; /* bytes */
    bool metadata;    /* the class itself is metadata: account records */
    bool metadata_encrypted;
};

/* How users keep connections to a gateway. One unused for longer than idle_s is closed: the next
 * operation shakes hands anew, 1 round trip of TCP and `tls` more. idle_s 0: always open. */
struct connections {
    double idle_s, tls;
};

struct cohort {
    struct named is;
    struct place_id at;
    struct jurisdiction_id resident_of;
    double accounts;         /* whole, at least 1 */
    double operations_per_s; /* of one account, mean over the day */
    double reads;            /* share of operations that read an object ... */
    double lists, removals;  /* ... that list, that delete; the others write */
    struct connections connections;
    double hour[24];              /* multiplier of the rate in each UTC hour; mean 1 */
    double opts_out_per_s;        /* rate at which an account moves to another country ... */
    double deletes_per_s;         /* ... or is deleted: its data and keys are gone */
    double opts_out_when_blocked; /* probability that an account moves away at each block */
    double vpn;                   /* share of users who reach a blocked service by VPN ... */
    struct dist vpn_delay;        /* ... with this much more each round trip, s */
};

/* A partner path between two jurisdictions. */
struct treaty {
    struct where at;
    const char *source;
    struct jurisdiction_id from, to; /* who asks, who is asked */
    struct dist delay;               /* s; replaces the partner instrument's filing and stages */
    double grant;
};

/* A count of requests received in [from, to). Times may lie before 0 (clipped by the reader). */
struct period_count {
    sim_ns from, to;
    double count;
};

/* What a stream asks for. All but disclosure only pass the legal team: they yield nothing. */
enum asks { ASKS_DISCLOSURE, ASKS_REMOVAL, ASKS_RESTRICTION, ASKS_PRESERVATION, ASKS_KINDS };
extern const char *const asks_name[ASKS_KINDS]; /* as in YAML */

/* One stream of requests of an authority: what arrives, whom it names, what it wants, and through
 * which instruments it may go (its channel). */
struct request_stream {
    struct named is;
    double rate_per_s;                 /* used when there is no series */
    const struct period_count *series; /* ascending, not overlapping */
    uint32_t periods;
    bool exact; /* the series' counts exactly, at uniform instants; else Poisson with that mean */
    double
        concerns; /* probability that a request is about the cohorts here; others do not arrive */
    uint64_t through;     /* mask of instruments */
    struct dist accounts; /* per request; rounded up, at least 1, at most the cohort */
    const double *target; /* weight of each cohort; sums to 1 */
    double wants_content; /* probability; the rest want metadata only */
    uint32_t classes;     /* mask of data classes asked for */
    bool escalates, collects_ciphertext;
    bool settles; /* refused content, it asks for metadata */
    bool bulk;    /* all accounts of the cohort */
    enum asks asks;
};

/* Who opens what: the adversary's class, as an account's owner sees it. */
enum adversary {
    ADVERSARY_HOME,    /* an authority where the user resides */
    ADVERSARY_FOREIGN, /* any other authority */
    ADVERSARY_CRIMINAL,
    ADVERSARY_INSIDER,
    ADVERSARIES
};
extern const char *const adversary_name[ADVERSARIES];

/*
 * A lever without law: events at a rate, each of which hits one target or, by the beta-factor model
 * of common causes (Fleming 1975), all of them. A target is a site, a key store, or all that a
 * custodian operates. Each target is hit at `rate_per_s`, of which a share `common_cause` in events
 * that hit all.
 */
struct threat {
    struct named is;
    enum adversary class; /* criminal or insider */
    double rate_per_s, common_cause;
    uint64_t sites, stores, custodians; /* targets, as masks; each bit is one target */
    struct instrument terms;            /* covert: execution, holds_for_s, watches */
};

struct authority {
    struct named is;
    struct jurisdiction_id jurisdiction;
    const struct request_stream *stream;
    uint32_t streams;
    uint32_t entity; /* keys its random streams: its ordinal, of a threat THREAT_ENTITY + ordinal */
    const struct threat *threat; /* behind the authorities, a row for each threat: one stream with
                                    the rate of its events, no jurisdiction (i NONE); else NULL */
};
#define THREAT_ENTITY 1024

/* From one place to another: bytes flow that way. Known is false where nobody stated an RTT. */
struct link {
    bool known;
    double rtt_s;
    struct dist jitter;     /* s, added to each round trip; constant 0 when none */
    double loss;            /* share of packets lost on the way from -> to */
    double bandwidth_bit_s; /* of one transfer; infinity when not stated */
    const double *loss_hour, *bandwidth_hour; /* multipliers in each UTC hour; NULL: 1 */
    uint32_t pipe; /* what all its transfers together pass, with those of other links of the
                      same number, from 1 on; 0: nothing that they share */
    double pipe_bit_s;
};

/* Cost of a cryptographic operation by object size: straight lines between measured points,
 * proportional beyond the last, constant below the first. A single point is a constant. */
struct cost {
    const char *name; /* NULL for a stated constant */
    const double *bytes, *seconds;
    uint32_t points;
};

struct world {
    const struct jurisdiction *jurisdiction;
    const struct place *place;
    const struct custodian *custodian;
    const struct site *site;
    const struct key_store *store;
    const struct data_class *class;
    const struct cohort *cohort;
    const struct named *instrument; /* names; terms lie in each jurisdiction */
    const struct treaty *treaty;
    const struct authority *authority;
    uint32_t jurisdictions, places, custodians, sites, stores, classes, cohorts, instruments,
        treaties, authorities; /* authorities: threats included, which come last */
    const struct threat *threat;
    uint32_t threats;
    const struct link *link; /* places x places, row `from` */
    struct cost open, seal;
};

static inline const struct link *
world_link(const struct world *w, struct place_id from, struct place_id to)
{
    return &w->link[(uint64_t)from.i * w->places + to.i];
}

/* Seconds to handle an object of this many bytes. */
double cost_of(const struct cost *cost, double bytes);

/* `c` itself or any custodian above it: does `above` control what `c` holds through ownership? */
bool custodian_is_under(const struct world *w, struct custodian_id c, struct custodian_id above);

/* The class of an authority (or threat) for the accounts of a cohort. */
enum adversary adversary_of(const struct world *w, struct authority_id authority,
                            struct cohort_id cohort);

/* The jurisdiction a site or key store stands in; i NONE for a device. */
struct jurisdiction_id site_jurisdiction(const struct world *w, struct site_id site);
struct jurisdiction_id store_jurisdiction(const struct world *w, struct store_id store);

#endif
