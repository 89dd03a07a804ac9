#ifndef SCENARIO_PLACEMENT_H
#define SCENARIO_PLACEMENT_H

/* The rules of a placement list. */
#include "scenario/read.h"

extern const struct form rule_form; /* rows: struct rule */

#endif
