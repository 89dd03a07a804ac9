#ifndef CLI_EXPOSED_H
#define CLI_EXPOSED_H

/* `jurisim explain --exposed DB`: why one account of a kept run was exposed. */
#include "cli/simulate.h"

struct exposed_options {
    const char *db;
    const char *strategy, *authority; /* NULL: the first to whom an account's content was opened */
    const char *replication;          /* the same */
    bool json;
};

/*
 * Simulates the replication again and tells the story into `out`. The scenario is in->path, or the
 * file that the run names; its overrides and costs are those of the run unless others are given. A
 * scenario that is not the one of the run is refused.
 */
MUST_CHECK int exposed_story(struct text *out, struct cli_scenario *in,
                             const struct exposed_options *options, struct why *why);

#endif
