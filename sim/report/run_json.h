#ifndef REPORT_RUN_JSON_H
#define REPORT_RUN_JSON_H

/*
 * The results of a run as one JSON document: {"scenario","seed","replications","strategies":
 * [{"name","metrics":{NAME:{"unit","mean","low","high"}}}],"expect":[...],"require":[...]}.
 * A bare metric name is the total over all; others are named by their labels. The same run gives
 * the same bytes.
 */
#include "record/verdict.h"

MUST_CHECK int run_json(struct text *out, const char *scenario, const struct model *model,
                        const struct legend *legend, const struct outcome *outcome,
                        const struct judgement_list *judgements);

#endif
