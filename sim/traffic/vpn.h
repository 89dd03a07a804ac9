#ifndef TRAFFIC_VPN_H
#define TRAFFIC_VPN_H

/*
 * The state of blocking, as those feel it who go on by VPN: a window more for each placement epoch
 * in which nothing is down, with only the VPN users of each cohort that has any, and their longer
 * round trips. How often the service is blocked, the legal plane knows; that those without a VPN
 * are not served, availability.with_blocks says (record/blocks.c). So these windows have no weight
 * among the regimes: latency.vpn.* tells what they saw.
 *
 * Cohorts without VPN users load the stations as ever: who is blocked is not known here, and a
 * block of one cohort need not be one of another.
 */
#include "record/recording.h"
#include "traffic/regime.h"
#include "traffic/window.h"

/* Does some cohort of the strategy's worlds have VPN users who operate? */
bool vpn_is_used(const struct regime_list *regimes);

struct vpn_run {
    const struct model *model;
    struct strategy_id strategy;
    uint64_t replication;
    const struct regime_list *regimes;
    struct window *window; /* cleared; is so again afterwards */
};

/* Records latency.vpn.* of all and of each cohort with VPN users. ERR_MEMORY, ERR_NUMERIC, or
 * ERR_INPUT as of paths_make. */
MUST_CHECK int vpn_run(const struct vpn_run *run, struct recording *out, struct why *why);

#endif
