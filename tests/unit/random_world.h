#ifndef RANDOM_WORLD_H
#define RANDOM_WORLD_H

/* Small random worlds, valid by construction, for comparing the model's answers with brute force.
 */
#include "model/lever.h"

enum { RW_JURISDICTIONS = 3, RW_PLACES = 4, RW_CUSTODIANS = 4, RW_INSTRUMENTS = 5, RW_MAX = 6 };

struct random_world {
    struct world world;
    struct jurisdiction jurisdiction[RW_JURISDICTIONS];
    struct instrument terms[RW_JURISDICTIONS][RW_INSTRUMENTS];
    struct named instrument[RW_INSTRUMENTS];
    struct place place[RW_PLACES];
    struct custodian custodian[RW_CUSTODIANS];
    struct site site[RW_MAX];
    struct key_store store[RW_MAX];
    struct cohort cohort[1];
    struct treaty treaty[2];
    struct link link[RW_PLACES * RW_PLACES];
    struct formula leaf[2 * RW_MAX], inner[2];
    struct rule rule;
};

/* Fills `rw` from the stream. */
void random_world_fill(struct random_world *rw, struct stream *s);

#endif
