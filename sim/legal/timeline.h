#ifndef LEGAL_TIMELINE_H
#define LEGAL_TIMELINE_H

/*
 * Where every account's data and keys lie, over the horizon of one strategy.
 *
 * An epoch (between two dated changes) is cut further where former copies expire: a *phase* is a
 * span in which what each holder has does not change. For each phase, cohort, part and data class
 * the timeline states the *copies*: the rule that serves now, and former rules whose sites and
 * stores still have theirs, each with the version of the key that its ciphertext needs.
 *
 * A *form* is one formula with a version: the same formula in two epochs with the same version is
 * one form, so that fragments or key shares gathered in both add up. Fragments of one form never
 * stand for those of another (another code), but any whole ciphertext of a version opens with any
 * whole key of that version.
 *
 * A *line* is what a plan is asked of: all copies of one version joined, as a rule of its own.
 */
#include "model/model.h"

#define PARTS_MAX    64 /* of one cohort: kept in masks */
#define VERSIONS_MAX 64 /* of keys: kept in masks */

struct form {
    const struct formula *formula;
    uint32_t version;
};

struct copy {
    const struct rule *rule;
    uint16_t data, keys; /* forms */
    uint32_t version;
    bool former; /* no longer serves: nothing of it lies in a gateway's cache */
};

struct line {
    const struct rule *rule; /* joined copies of one version; sites, stores: those that have some */
    uint32_t version;
};

/* What holds one class of one part of a cohort during a phase. copies 0: no rule serves it. */
struct placed {
    const struct copy *copy; /* the current rule first, then former ones, newest first */
    const struct line *line; /* the current version first */
    uint32_t copies, lines;
};

struct phase {
    sim_ns from;
    uint32_t epoch;
    bool starts_epoch;
    const struct world *world;
    struct placed *placed; /* [parts of all cohorts][classes] */
};

/* A cohort's parts, the same in every phase: served alike in all epochs. */
struct parts {
    double upper[PARTS_MAX]; /* ascending ends of u, the last is 1 */
    uint32_t count;
    uint32_t first;  /* row of its part 0 among the parts of all cohorts */
    double accounts; /* the most it has in any epoch */
};

struct timeline {
    struct arena arena; /* owns all below */
    const struct strategy *strategy;
    uint32_t classes, cohorts;
    struct phase *phase;
    uint32_t phases;
    struct parts *parts;   /* [cohorts] */
    uint32_t parts_in_all; /* of all cohorts */
    struct form *data, *keys;
    uint32_t data_forms, key_forms;
    const sim_ns *version_from; /* [versions]: when the keys of each version began */
    uint32_t versions;
};

/*
 * Builds the timeline of a strategy; times at or past `horizon` never come. Borrows the strategy.
 * ERR_MEMORY; ERR_LIMIT when a cohort falls into more than PARTS_MAX parts or holds 2^40 accounts
 * or more, or keys are renewed VERSIONS_MAX times. Release also after failure.
 */
MUST_CHECK int timeline_make(struct timeline *out, const struct strategy *strategy, sim_ns horizon,
                             struct why *why);
void timeline_release(struct timeline *timeline);

/* The part of a cohort that the account lies in, while the world is that of phase `p`. */
uint32_t timeline_part(const struct timeline *timeline, const struct phase *p, uint32_t cohort,
                       uint64_t account);

/* Reads a second of one account of the part that fill the gateway's cache of what serves `placed`
 * now; 0 without a cache. */
double placed_cache_reads(const struct timeline *timeline, const struct phase *p, uint32_t cohort,
                          uint32_t part, const struct placed *placed);

/* The same of all accounts of the cohort that the rule serves, which share its key. */
double placed_shared_reads(const struct timeline *timeline, const struct phase *p, uint32_t cohort,
                           const struct placed *placed);

/* From when to when the key that new data get at `at` is in use: what a rule renews every
 * `rotation_s` (0: never) from the start of its version on, and with the version at the latest. */
struct span {
    sim_ns from, until; /* SIM_NEVER: no end in sight */
};
struct span timeline_key_span(const struct timeline *timeline, uint32_t version, double rotation_s,
                              sim_ns at);

static inline const struct placed *
phase_placed(const struct timeline *t, const struct phase *p, uint32_t cohort, uint32_t part,
             uint32_t class)
{
    return &p->placed[(t->parts[cohort].first + part) * t->classes + class];
}

#endif
