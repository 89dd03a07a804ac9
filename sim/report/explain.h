#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

/*
 * Who could open what, at one date, and why: reach, plans, coercion and denial sets and the
 * importance of holders, of every strategy, cohort and data class, in words and as JSON. Asks the
 * model only; nothing is simulated.
 */
#include "base/text.h"
#include "model/model.h"

struct explain_options {
    uint64_t strategies;           /* mask */
    struct authority_id authority; /* i NONE: all; a threat's row too */
    sim_ns on;                     /* since the start of the horizon; SIM_NEVER: its last day */
};

/* Of many sets or plans the first ten, and how many more there are. ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int explain_text(struct text *out, const struct model *model,
                            const struct explain_options *options, struct why *why);

/*
 * {"strategies":[{"name","cohort","data","date","unilateral":[J],
 * "coercion":{"jurisdictions":[[J]],"custodians":[[C]]},"denial":[[C]],
 * "plans":[{"authority","levers":[{"instrument","addressee","yields":[E],"days","probability",
 * "because"}],"days","probability"}],"importance":[{"authority","holder","kind":"site|key-store",
 * "taken","birnbaum","criticality","achievement","reduction"}]}]}
 * A row also has "share" where it speaks of a part of the cohort. A plan that several streams of an
 * authority have stands once. "days" of a plan is the expected largest delay (model/delay.h), of a
 * lever its mean; what is infinite or undefined is null.
 */
MUST_CHECK int explain_json(struct text *out, const struct model *model,
                            const struct explain_options *options, struct why *why);

#endif
