#ifndef OVER_WORLD_H
#define OVER_WORLD_H

/* Scenarios stated over the sound world of tests/bad/world.yaml, for tests of what differs. */
#include "tiny.h"

/* The text with `base: world.yaml` above it, as over.yaml; fails the test when it is faulty. */
struct scenario *open_over_world(const char *text);

/* The model of one world; fails the test when there is none. */
struct model *model_in(struct scenario *scenario, uint64_t world);

#endif
