#ifndef REPORT_SECTIONS_H
#define REPORT_SECTIONS_H

/*
 * What stands beside the comparison's totals: the risk of one account by class of adversary, what
 * each channel shows against what it opened, and the price of duties. Each is a section of the
 * text, and a member of every strategy in the JSON.
 */
#include "base/json.h"
#include "record/outcome.h"

/* Has the run anything of the kind that its totals do not say? For what is shown unasked. */
bool sections_have_risk(const struct legend *legend, const struct outcome *outcome);
bool sections_have_duties(const struct legend *legend, const struct outcome *outcome);

/* The probability that one given account is exposed within 1 year, 5 years and the horizon, by
 * strategy and class of adversary that the scenario has; a table a cohort. ERR_MEMORY, as all. */
MUST_CHECK int sections_risk(struct text *out, const struct legend *legend,
                             const struct outcome *outcome);

/* Requests of each stream, and what was opened through it first; then requests by the jurisdiction
 * they count for, partners' under the partner, and orders by the custodian that received them,
 * which is what its transparency report would show: access without an order stands in none. */
MUST_CHECK int sections_channels(struct text *out, const struct legend *legend,
                                 const struct outcome *outcome);

/* Days out of line, days blocked, cost of penalties. */
MUST_CHECK int sections_duties(struct text *out, const struct legend *legend,
                               const struct outcome *outcome);

/* Members of one strategy's object: "risk", "channels", "hidden", "jurisdictions", "custodians",
 * "duties". */
void sections_json(struct json *json, const struct legend *legend, const struct outcome *outcome,
                   uint32_t strategy);

#endif
