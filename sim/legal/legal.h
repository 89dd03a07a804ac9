#ifndef LEGAL_LEGAL_H
#define LEGAL_LEGAL_H

/*
 * The legal plane: one strategy, one replication, the whole horizon. Requests arrive, plans are
 * made, levers are pursued and executed, holdings grow, accounts are exposed.
 *
 * Cost grows with requests and the accounts they touch, never with the accounts there are.
 */
#include "model/model.h"
#include "record/recording.h"

/* Adds what it saw of `strategy` to `out`. `replication` keys the random streams together with
 * model->study.seed. Returns 0, ERR_MEMORY or ERR_LIMIT with a message. */
MUST_CHECK int legal_run(const struct model *model, struct strategy_id strategy,
                         uint64_t replication, struct recording *out, struct why *why);

/* The same for each strategy of a mask, one after another: draws that all of them share are made
 * once. A failure's last message names the replication and strategy. */
MUST_CHECK int legal_run_each(const struct model *model, uint64_t strategies, uint64_t replication,
                              struct recording *out, struct why *why);

#endif
