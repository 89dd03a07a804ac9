#ifndef REPORT_FIGURE_JSON_H
#define REPORT_FIGURE_JSON_H

/* The numbers behind a figure as JSON, for those who draw it otherwise. */
#include "report/figure.h"

/*
 * {"figure","users","to","strategies":[...]} with, by figure: front {"name","latency","exposure",
 * "front"}; latency {"name","quantiles":[{"q","ms"}]}; exposure {"name","points":[{"date","mean",
 * "low","high"}]}; exceedance
 * {"name","points":[{"accounts","mean","low","high"}],"beyond_at_most"}, the probability of at
 * least so many accounts, and the bound of more than were ever seen; survival {"name",
 * "points":[{"day","mean","low","high"}]}, the probability that nobody is exposed from that day on
 * until the next. ERR_INPUT for a figure without numbers; ERR_MEMORY.
 */
MUST_CHECK int figure_json(struct text *out, const struct figure *figure,
                           const struct legend *legend, const struct outcome *outcome,
                           struct why *why);

#endif
