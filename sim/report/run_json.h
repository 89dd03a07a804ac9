#ifndef REPORT_RUN_JSON_H
#define REPORT_RUN_JSON_H

/*
 * The results of a run as one JSON document: {"scenario","seed","replications","strategies":
 * [{"name","metrics":{NAME:{"unit","mean","low","high"}}}],"expect":[...],"require":[...]}.
 * A bare metric name is the total over all; others are named by their labels. The same run gives
 * the same bytes.
 */
#include "base/json.h"
#include "record/verdict.h"

/* Members to add to the document's end. NULL: none. */
struct json_more {
    void (*write)(const void *self, struct json *json);
    const void *self;
};

MUST_CHECK int run_json(struct text *out, const char *scenario, const struct model *model,
                        const struct legend *legend, const struct outcome *outcome,
                        const struct judgement_list *judgements, const struct json_more *more);

/* An array of the `expect` lines, or of the `require` lines, as in that document. */
void run_json_judgements(struct json *json, const char *name, const struct model *model,
                         const struct judgement_list *list, bool expect);

#endif
