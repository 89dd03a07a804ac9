#ifndef LEGAL_EFFECT_H
#define LEGAL_EFFECT_H

/*
 * What a lever takes of every account of one part of a cohort when it is executed in one phase:
 * worked out once, then handed to each account named. Most levers open an account alone or take
 * nothing of it; then the masks say all. What opens only together with something else is told in
 * pieces, by form.
 */
#include "legal/timeline.h"
#include "model/lever.h"

/* Of one class, under one copy. */
struct piece {
    uint16_t data, keys;       /* forms of the copy */
    uint64_t fragments;        /* sites */
    uint64_t taken;            /* stores whose key it takes */
    uint64_t used;             /* stores whose key is used, for the request's accounts only */
    uint64_t cached;           /* stores whose key it takes of accounts whose key is cached: only
                                  under what serves now, so of one piece a class at most ... */
    double capture;            /* ... which has this chance */
    const struct rule *shared; /* all accounts under this rule have one key; else NULL. Then
                                  `capture` is the chance that any of them lies in the cache */
};

/* Masks are over data classes. */
struct effect {
    uint16_t opens;    /* what it opens alone, caches apart */
    uint16_t whole;    /* whole ciphertext it takes alone */
    uint16_t metadata; /* metadata it takes, or opens alone when they are encrypted */
    uint16_t pieces;   /* classes with pieces */
    uint16_t cached;   /* classes with pieces whose key may be cached */
    uint16_t shared;   /* classes with pieces whose key accounts share */
    uint16_t watched;  /* classes seen in use at the gateway, by chance: see `watch` */
    uint16_t extracts; /* classes under whose key as it is now all is opened that is added later */
    uint16_t parts;    /* classes of whose key it takes something, but not all */
    /* The chance that a class is seen in use by who does not take its key from the cache, and by
     * who does: a read shows its object and fills the cache, a write shows it only. */
    double watch[CLASSES_MAX], watch_too[CLASSES_MAX];
    uint8_t draw[CLASSES_MAX]; /* which of an account's draws decides about the class's cached key:
                                  one for all classes under a rule, by the first of them */
    uint32_t first[CLASSES_MAX + 1]; /* pieces of class k: [first[k], first[k + 1]) */
};

/* All effects worked out in a run. Start from `{0}`. */
struct effect_table {
    struct {
        struct effect *item; /* owned */
        size_t count, capacity;
    } effects;
    struct {
        struct piece *item; /* owned */
        size_t count, capacity;
    } pieces;
};

/* Adds the effect of `lever` in phase `p` on a part of a cohort; `*row` is its row. */
MUST_CHECK int effect_add(struct effect_table *table, const struct timeline *timeline,
                          const struct phase *p, const struct lever *lever, uint32_t cohort,
                          uint32_t part, uint32_t *row);
void effect_table_release(struct effect_table *table);

#endif
