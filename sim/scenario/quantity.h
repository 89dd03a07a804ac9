#ifndef SCENARIO_QUANTITY_H
#define SCENARIO_QUANTITY_H

#include "base/text.h"
#include "base/units.h"

/*
 * Adds a quantity as people write it: `value`, in the unit's base and not negative, with the unit
 * that makes the shortest sense of it: "231 ms", "304 d", "2.4 MiB", "0.02 per 1 y". Reads back
 * (unit_read) within a relative 5e-6, for six digits are written; 0 seconds are "0 s".
 */
void quantity_write(double value, enum unit unit, struct text *out);

#endif
