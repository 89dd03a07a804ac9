#ifndef TRAFFIC_REGIME_H
#define TRAFFIC_REGIME_H

/*
 * Regimes: the states in which a strategy serves its users, each with its share of the time. A
 * regime is a placement epoch and a state of failure.
 *
 * Epochs that differ in nothing that user operations notice (a change of law, say) are one: same
 * rules by content, same users, data, sites, key stores, links and costs.
 *
 * A component that states `fails: {every: E, for: F}` works for E on average (mean time between
 * failures is counted as up-time), then is down for F: availability A = E / (E + F), components
 * independent of each other. Covered are: all well; with study.failures 1 each component down
 * alone; with 2 each pair too. Their steady-state probabilities are divided by their sum, so states
 * with more failures are left out, not counted as up. Only sites and key stores that the epoch's
 * rules use count as its components; devices never fail.
 */
#include "model/model.h"

struct regime {
    const struct epoch *epoch; /* the first of those merged */
    uint64_t sites_down, stores_down;
    bool blocked; /* the service is: users with a VPN go on by it, cohorts without have none. Only
                     regime_blocked makes such a one. */
    double probability; /* over a strategy's regimes they sum to 1 */
};

struct regime_list {
    struct regime *item; /* owned; by epoch, then all well, single failures, pairs */
    size_t count, capacity;
};

/* Pure: no randomness. Adds to an empty list. ERR_MEMORY, or ERR_LIMIT above 65535 regimes. */
MUST_CHECK int regime_list_make(struct regime_list *list, const struct model *model,
                                struct strategy_id strategy, struct why *why);
void regime_list_release(struct regime_list *list);

/* Sites and key stores that the epoch's rules name, as gateway, replica or key holder. */
void regime_components(const struct epoch *epoch, uint64_t *sites, uint64_t *stores);

/* Do two epochs serve users alike? */
bool regime_same_epoch(const struct epoch *a, const struct epoch *b);

#endif
