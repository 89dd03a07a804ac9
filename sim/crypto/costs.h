#ifndef CRYPTO_COSTS_H
#define CRYPTO_COSTS_H

/*
 * The cost file: the one interface between measuring and simulating. YAML, so that a scenario
 * includes it as it stands:
 *
 *     costs:
 *       machine: {cpu: "...", cores: 2, library: OpenSSL 3.0.19, measured: 2026-11-21,
 *                 jurisim: 0.1.0}
 *       aes-256-gcm-open:
 *         bulk: [[1 KiB, 1520 ns], [16 KiB, 5600 ns], [256 KiB, 61200 ns]]
 *       aes-256-gcm-unwrap: {each: 250 ns}
 *
 * `costs` is a map. `machine` says what was measured, for people; every other key is the name of an
 * operation (crypto/operation.h) with exactly one of
 *
 *     each: DURATION               any operation costs this
 *     bulk: [[SIZE, DURATION]..]   sizes ascending, each once, at least two; straight lines between
 *                                  them, the first cost below the first size, and in proportion to
 *                                  the size beyond the last (struct cost in model/world.h)
 *
 * All durations are medians for one thread. Their intervals and the controls of the run stand in
 * comments: they judge the numbers, a simulation does not use them.
 */
#include "base/text.h"
#include "crypto/machine.h"
#include "crypto/measure.h"

/* Adds the cost file to `out` (out->lost says that memory ran out). Controls are no costs. */
void costs_write(struct text *out, const struct machine *machine,
                 const struct measurement *measurement);

/*
 * Writes `text` to `path` through a temporary file in the same directory and a rename, so that a
 * reader never sees half of it and a failure leaves the old file. ERR_IO with the reason.
 */
MUST_CHECK int costs_save(const char *path, const struct text *text, struct why *why);

/* "16 KiB", "1000 B": exact, in the largest unit that divides. */
#define COSTS_SIZE_TEXT 32
void costs_size(size_t bytes, char out[COSTS_SIZE_TEXT]);

#endif
