#ifndef CLI_BENCH_OUT_H
#define CLI_BENCH_OUT_H

/* Results of `jurisim bench crypto` as text; `out->lost` says that memory ran out. */
#include "base/text.h"
#include "crypto/machine.h"
#include "crypto/measure.h"

/* A table: median and interval of an operation, operations and bytes a second at the median. */
void bench_table(struct text *out, const struct machine *machine, const struct measurement *result);

/* {"machine":{...},"rows":[...]}, times in ns. */
void bench_json(struct text *out, const struct machine *machine, const struct measurement *result);

#endif
