#ifndef CLI_HOST_COSTS_H
#define CLI_HOST_COSTS_H

/*
 * Which costs of cryptography a scenario is simulated with: `--costs WHICH`.
 *
 *     reference  the shipped file: the same results on every machine
 *     FILE       a cost file, as `jurisim bench crypto --costs-out` writes it
 *     DB         the newest measurement of this machine in a database (bench crypto --store)
 *     host       this machine's costs of what the scenario names: the newest kept measurement that
 *                has them all, else measured now (some seconds) and kept. They are kept in
 *                jurisim/costs.db in $XDG_CACHE_HOME, or in ~/.cache, so that a run that is
 * resumed, or a second one that is compared with it, has the same costs.
 *
 * A machine is its processor's name, its cores and the version of OpenSSL.
 */
#include "cli/cli.h"

/* Start from `{0}`. */
struct host_costs {
    const char *path;          /* a cost file to read, or NULL for the shipped one */
    char folder[64], file[96]; /* made for it and deleted with it; "" none */
};

/* Fills `path` and in->costs_from. `options` opens the scenario to see which costs it names. */
MUST_CHECK int host_costs_find(struct host_costs *host, struct cli_scenario *in,
                               const struct scenario_options *options, struct why *why);

void host_costs_release(struct host_costs *host);

#endif
