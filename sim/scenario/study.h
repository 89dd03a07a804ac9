#ifndef SCENARIO_STUDY_H
#define SCENARIO_STUDY_H

/* What is done with a scenario: replications, claims to judge, parameters to vary. */
#include "scenario/read.h"

extern const struct form study_form;                /* struct study */
extern const struct form expect_form, require_form; /* struct claim */
extern const struct form search_form;               /* struct search */
extern const struct form reading_form;              /* struct reading */
extern const struct kind kind_metric, kind_sweep;

/* The paths and values of a `set:` mapping. */
struct overrides {
    const struct entry *entry;
    uint32_t count;
};
extern const struct kind kind_set; /* struct overrides: borrows from the tree */

#endif
