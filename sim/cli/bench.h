#ifndef CLI_BENCH_H
#define CLI_BENCH_H

/* What `jurisim bench crypto` does once its options are read (cmd_bench.c). */
#include "base/text.h"
#include "crypto/measure.h"

struct bench_asked {
    size_t bytes[MEASURE_SIZES_MOST], sizes;
    uint64_t rounds, threads; /* 0: the default */
    const char *only;
    bool quick, cpu_time, json, help;
    const char *costs_out, *figure; /* files to write; NULL: none */
    const char *store, *from;       /* databases to keep it in, to take it from; NULL: measure */
    const char *pkcs11, *token, *pin_file; /* a module's path; NULL: no token */
};

/* The first word of a list that commas separate which no operation's name contains, an empty word
 * included; NULL: there is none. `extra` as in measure_plan. */
const char *bench_unmatched(const char *list, const struct operation *extra);

/* Measures, or takes a measurement that was kept; adds the results to `out` and writes the files
 * asked for. On failure `out` holds what was measured all the same, if it was. */
MUST_CHECK int bench(const struct bench_asked *asked, struct text *out, struct why *why);

#endif
