#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

/*
 * Who could open what, at one date, and why: reach, plans, coercion and denial sets of every
 * strategy, cohort and data class, in words and as JSON. Asks the model only; nothing is simulated.
 */
#include "base/text.h"
#include "model/model.h"

struct explain_options {
    uint64_t strategies;           /* mask */
    struct authority_id authority; /* i NONE: all */
    sim_ns on;                     /* since the start of the horizon; SIM_NEVER: its last day */
};

MUST_CHECK int explain_text(struct text *out, const struct model *model,
                            const struct explain_options *options, struct why *why);

/* {"strategies":[{"name","cohort","data","date","share","unilateral","coercion","denial","plans"}]}
 */
MUST_CHECK int explain_json(struct text *out, const struct model *model,
                            const struct explain_options *options, struct why *why);

#endif
