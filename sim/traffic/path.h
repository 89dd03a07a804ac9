#ifndef TRAFFIC_PATH_H
#define TRAFFIC_PATH_H

/*
 * Paths: how the operations of a cohort go under one placement rule in one regime. All that can be
 * settled before the first operation is settled here: the gateway, which replicas are fetched from,
 * which key stores are asked, whom a write must reach, what is down.
 *
 * Choices (DESIGN section 4):
 *  - Gateway: the stated one, else the replica that works with the least RTT from the users. A
 *    stated gateway that is down stops everything under the rule.
 *  - Reads fetch, side by side, from the nearest set of working sites that satisfies the data
 *    formula (least RTT from the gateway). A site that is down is known to be down: the next
 * replica is tried at once and no time is lost. (Finding out is a later depth.)
 *  - `{any: m, of: [...]}` is an erasure code: each part holds 1/m of the object, nested likewise.
 *  - Keys: all working stores of the rule are asked side by side; done when the formula holds.
 * Shares on devices are at hand: no network, no station. When what works cannot satisfy the
 * formula, operations fail; nor can the cache be filled then, so it is taken as empty.
 *  - Writes go to all sites of the rule that work and are done when those that have answered
 * satisfy the data formula and are a majority of the rule's sites (`writes: all`: when all have;
 * one down then fails the write).
 *  - Between a site and itself nothing is sent and no time passes.
 *  - With `decrypts: client` the user's place asks for the key and the gateway's cache is not used.
 */
#include "base/mem.h"
#include "model/model.h"
#include "traffic/quorum.h"
#include "traffic/regime.h"
#include "traffic/sampler.h"
#include "traffic/transfer.h"

/* Stations by number: sites, then key stores. */
#define STATIONS_MAX            (2 * HOLDERS_MAX)
#define STATION_OF_STORE(store) (HOLDERS_MAX + (store))

/* There and back to one holder. */
struct leg {
    uint32_t station;
    uint64_t holder;          /* its bit in a formula's mask */
    bool here;                /* the gateway itself: no network between */
    uint32_t pipe;            /* that the object's bytes share with others; 0: none */
    sim_ns rtt;               /* without jitter */
    struct sampler jitter;    /* ns */
    double share;             /* of the object's bytes */
    struct transfer transfer; /* of the object's bytes in their direction; free for keys */
    const struct link *bytes; /* the link of `transfer`; NULL: none */
};

/* Why an operation failed. */
enum failure {
    FAILURE_DOWN,        /* too much of what it needs is down */
    FAILURE_UNREACHABLE, /* the network loses everything */
    FAILURE_REFUSED,     /* a station took no more */
    FAILURE_TIMED_OUT,   /* it took too long, or an answer that it needs did */
    FAILURES
};

struct path {
    const struct rule *rule;
    struct cohort_id cohort;
    bool reads_fail, writes_fail, lists_fail, removals_fail;
    enum failure read_cause, write_cause; /* why, where they do; of lists and deletions alike */
    bool client;                          /* decrypts and seals at the user's */
    struct leg user;                      /* user to gateway; transfer: gateway to user */
    struct transfer upload;               /* user to gateway */
    const struct link *up;                /* its link */
    uint32_t up_pipe;
    const struct leg *fetch, *ask, *put;
    uint32_t fetches, asks, puts;
    struct quorum keys, written; /* over asks, over puts */
    /* Reads under this path of those that share a key, one account or (key-scope: cohort) all;
     * then those of all paths that share it. At hour multiplier 1. */
    double key_reads_per_s, cached_reads_per_s;
    double hit; /* probability that the key is cached, in the hour of paths_set_hour */
    /* of a careful path: one whose operations pass more than the plain steps (care.h) */
    bool careful, fallible;  /* fallible: its operations may be refused, or take too long */
    const struct leg *every; /* to all working sites, bytes coming */
    uint32_t everys;
    double *rtt;             /* from the gateway to each site; infinite: not to be asked */
    struct quorum data;      /* over `every` */
    uint64_t first;          /* sites of the first fetch */
    struct leg edge;         /* from who decrypts to the edge cache; bytes coming */
    double operations_per_s; /* of one account, at hour multiplier 1 */
    double connection_per_s; /* those and all others of it to the same gateway */
    double cold;             /* probability that the user's connection is, in the hour set */
    struct sampler vpn;      /* ns more for each of the user's round trips */
};

/* The accounts of a cohort below `upper` (and above the part before), for one data class. */
struct part {
    double upper;
    uint32_t path; /* NONE: no rule serves them */
};

struct paths {
    struct arena arena; /* owns what paths point to */
    struct {
        struct path *item;
        size_t count, capacity;
    } path;
    uint32_t cohorts, classes;
    uint32_t parts[HOLDERS_MAX];    /* of each cohort */
    struct part *part[HOLDERS_MAX]; /* of each cohort: [class x parts + part] */
    double longest_jitter_ns;       /* mean, summed along a path; of any path */
    struct {
        struct hourly {
            struct transfer *transfer; /* of a leg in the arena */
            const struct link *link;   /* with hours of its own */
        } * item;
        size_t count, capacity;
    } hourly;
};

/* Start from `{0}`. ERR_MEMORY, or ERR_INPUT when an RTT that is needed is not known. */
MUST_CHECK int paths_make(struct paths *paths, const struct regime *regime, struct why *why);
void paths_release(struct paths *paths);

/* The key cache's hit probabilities in an hour of the day: h = lambda T / (1 + lambda T), lambda
 * the reads under the rule of the account, or of all accounts that share its key (DESIGN section
 * 3; a TTL cache of one entry: its cycles are T and a mean gap 1 / lambda). */
void paths_set_hour(struct paths *paths, const struct world *world, unsigned hour);

/* Whether some path's operations may be refused or take too long: then causes of failure are told
 * apart. */
bool paths_are_fallible(const struct paths *paths);

/* The path of an account's operation on a data class; NULL: nobody serves it. */
static inline const struct path *
paths_find(const struct paths *paths, uint32_t cohort, uint32_t class, double u)
{
    const uint32_t parts = paths->parts[cohort];
    const struct part *part = &paths->part[cohort][class * parts];
    uint32_t i = 0;

    while (i + 1 < parts && u >= part[i].upper)
        i++;
    return part[i].path == NONE ? NULL : &paths->path.item[part[i].path];
}

#endif
