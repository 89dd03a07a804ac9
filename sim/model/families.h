#ifndef MODEL_FAMILIES_H
#define MODEL_FAMILIES_H

/*
 * Families of sets as zero-suppressed diagrams (Minato 1993) in the nodes of a `struct bdd`: the
 * minimal solutions of a monotone function, how many, and of what size, without listing them.
 * Failure is remembered as in bdd.h.
 */
#include "model/bdd.h"

/*
 * The minimal solutions of a monotone function, by Rauzy 1993: those of f with v, less those that
 * are solutions without v too, each joined with v; and those of f without v.
 */
uint32_t family_minimal(struct bdd *b, uint32_t function);

/* How many sets; UINT64_MAX stands for that many or more. 0 also after a failure. */
uint64_t family_count(struct bdd *b, uint32_t family);

/* Members of the smallest set; UINT32_MAX when the family has none. */
uint32_t family_least(struct bdd *b, uint32_t family);

/* The sets of that size; those in `family` and not in `other`; those with the variable, less it;
 * those without it. */
uint32_t family_of_size(struct bdd *b, uint32_t family, uint32_t size);
uint32_t family_difference(struct bdd *b, uint32_t family, uint32_t other);
uint32_t family_with(struct bdd *b, uint32_t family, uint32_t variable);
uint32_t family_without(struct bdd *b, uint32_t family, uint32_t variable);

#endif
