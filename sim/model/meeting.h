#ifndef MODEL_MEETING_H
#define MODEL_MEETING_H

/*
 * What a held gateway has of one account under one rule by chance: the key in its cache, and
 * plaintext in use. The two are not independent, since a read shows its object and fills the cache:
 * whoever has no key has seen no read. The legal plane and `explain` go by the same numbers.
 */
#include "model/world.h"

/* The chance that a class is seen in use, given that the key was not taken from the cache, and
 * given that it was. */
struct seen {
    double apart, too;
};

/*
 * `seen`: the chance to see the class in use at all; `captured`: to take the key from the cache (0:
 * no cache, or a key that accounts share, which is taken for other reasons); `reads`: the part of
 * the operations that reads are. Writes are apart from reads (a thinned Poisson process): who has
 * no key sees a write with 1 - (1 - seen)^(1 - reads); the rest goes with the key. Exact for rates
 * that are constant through the day.
 */
struct seen seen_split(double seen, double captured, double reads);

/* One lever's hold of the gateway. */
struct meeting {
    double capture;                /* the account's key is taken from the cache */
    struct seen seen[CLASSES_MAX]; /* by class; 0 for those that are not asked for */
};

/*
 * The chance that levers with these meetings open something of the account: that any class is seen
 * in use or, with `by_key`, the key is taken. An account has one draw for its cached key and one
 * for each class, with which all levers of a request are compared (INVARIANTS, L2): of two levers
 * that hold one gateway the luckier counts.
 */
double meetings_chance(const struct meeting *meeting, uint32_t meetings, bool by_key);

#endif
