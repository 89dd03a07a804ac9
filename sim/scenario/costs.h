#ifndef SCENARIO_COSTS_H
#define SCENARIO_COSTS_H

/*
 * Costs of cryptographic operations, measured once (`jurisim bench crypto`) and used by name. The
 * scenario's own `costs:` come first, then those of the cost file.
 */
#include "scenario/read.h"

/* `{cost: NAME}`? */
bool is_cost(const struct node *node);

/* `{cost: NAME}` or a duration, `{cost: {choice: ...}}` too. False after a fault. */
bool read_cost(struct read *r, const struct key *key, const struct node *node, struct cost *out);

/* The cost of this name; a fault, at `at`, when nobody knows it. */
bool find_cost(struct read *r, const char *name, const struct where *at, struct cost *out);

/* Checks every row of a table of costs. */
void check_costs(struct read *r, const struct node *table);

extern const struct kind kind_cost, kind_costs;

#endif
