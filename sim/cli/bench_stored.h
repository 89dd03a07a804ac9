#ifndef CLI_BENCH_STORED_H
#define CLI_BENCH_STORED_H

/* Measurements between crypto/ and store/, which do not know each other. */
#include "crypto/machine.h"
#include "crypto/measure.h"
#include "store/bench.h"

/* A measurement that was read, as if it had just been made. Start from `{0}`. */
struct stored {
    struct bench_list list;
    struct operation *operation; /* owned: one for each row of `list` */
    struct machine machine;
    struct measurement result;
};

/* Adds a measurement to a database. */
MUST_CHECK int stored_keep(const char *path, const struct machine *machine,
                           const struct measurement *result, struct why *why);

/* The newest measurement of `machine` (NULL: of any) with a cost of each name: see bench_newest. */
MUST_CHECK int stored_read(const char *path, const struct machine *machine,
                           const char *const *names, size_t count, struct stored *out, bool *found,
                           struct why *why);

void stored_release(struct stored *stored);

#endif
