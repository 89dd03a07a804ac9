#ifndef RANDOM_WORLD_H
#define RANDOM_WORLD_H

/* Small random worlds, valid by construction, for comparing the model's answers with brute force.
 */
#include "model/lever.h"

/* RW_MAX sites and as many key stores. */
enum {
    RW_JURISDICTIONS = 3,
    RW_PLACES = 4,
    RW_CUSTODIANS = 4,
    RW_INSTRUMENTS = 6,
    RW_MAX = 5,
    RW_PARTS = 40,
    RW_RULES = 2
};

struct random_world {
    struct world world;
    struct jurisdiction jurisdiction[RW_JURISDICTIONS];
    struct instrument terms[RW_JURISDICTIONS][RW_INSTRUMENTS];
    struct named instrument[RW_INSTRUMENTS];
    struct blocking_statute statute;
    struct place place[RW_PLACES];
    struct custodian custodian[RW_CUSTODIANS];
    struct site site[RW_MAX];
    struct key_store store[RW_MAX];
    struct data_class class[1];
    struct cohort cohort[1];
    struct treaty treaty[2];
    struct link link[RW_PLACES * RW_PLACES];
    struct formula part[RW_PARTS]; /* of the rules' formulas, which are nested */
    uint32_t parts;
    struct rule rule[RW_RULES];
};

/* Fills `rw` from the stream. */
void random_world_fill(struct random_world *rw, struct stream *s);

#endif
