#ifndef SCENARIO_SCENARIO_H
#define SCENARIO_SCENARIO_H

/*
 * Scenario files in, frozen models out. A `struct scenario` holds the parsed text with its
 * includes, base and overrides; scenario_model makes a model of it, one for each draw of the
 * uncertain inputs.
 */
#include "base/text.h"
#include "model/model.h"

struct scenario;

/* One `--set PATH=VALUE`: the value is YAML. */
struct override {
    const char *path, *value;
};

struct scenario_options {
    const struct override *set;
    size_t sets;
    const char
        *costs; /* a cost file instead of the shipped reference; NULL: facts/costs-reference.yaml */
    const char
        *data_dir; /* where shipped facts lie; NULL: found beside the scenario or installed */
};

/*
 * Reads a file, its base and includes, and applies overrides. All faults are added to `why` with
 * file, line and column. `*out` is the caller's (scenario_close); NULL on failure.
 */
MUST_CHECK int scenario_open(struct scenario **out, const char *path,
                             const struct scenario_options *options, struct why *why);

/* The same from text in memory; `name` stands for the file in messages, `dir` for its folder. */
MUST_CHECK int scenario_open_text(struct scenario **out, const char *name, const char *text,
                                  const char *dir, const struct scenario_options *options,
                                  struct why *why);

/* Uncertain inputs at their means: for check and explain. */
#define SCENARIO_CENTRAL UINT64_MAX

/*
 * A frozen model with its uncertain inputs drawn for `world` (or at their means). The same
 * scenario, seed and world give the same model. `*out` is the caller's (model_free). All faults are
 * added to `why`, sorted by place. Safe to call from several threads on one scenario, with a `why`
 * each.
 */
MUST_CHECK int scenario_model(struct scenario *scenario, uint64_t world, struct model **out,
                              struct why *why);

/*
 * The same under a reading of contested law (a row of model.reading). Its values are set in the
 * scenario as a whole, from the start of the horizon, as `--set` would; so a strategy's own `set`
 * and a dated change of the same path later stand over it. Uncertain inputs are drawn as without
 * it. ERR_INPUT when there is no such reading.
 */
MUST_CHECK int scenario_model_reading(struct scenario *scenario, uint32_t reading, uint64_t world,
                                      struct model **out, struct why *why);

/* One uncertain input (a row of model.unknown) held at a quantile, in (0, 1), of its distribution.
 * A choice takes the alternative in whose part of the cumulative weights the quantile falls; a
 * change comes to pass when the quantile is below its probability. */
struct scenario_fixed {
    uint32_t unknown;
    double quantile;
};

/* The model with all uncertain inputs at their means but one. ERR_INPUT when there is no such
 * input, or the quantile is not inside (0, 1). */
MUST_CHECK int scenario_model_fixed(struct scenario *scenario, const struct scenario_fixed *fixed,
                                    struct model **out, struct why *why);

/* That input's value there as people write it, with its unit: "0.12", "231 ms", "gcbd"; of a change
 * "comes to pass" or "does not"; "unused" when nothing reads it. Added to `out`. */
MUST_CHECK int scenario_unknown_value(struct scenario *scenario, uint32_t unknown, double quantile,
                                      struct text *out, struct why *why);

/* Things that are allowed and probably not meant (YAML 1.1 words, unused rows), as messages. */
void scenario_warnings(const struct scenario *scenario, struct why *out);

/* The whole scenario as one text: every file read, after its own name (not its folder), in the
 * order read, then the overrides and each data file's contents: what a hash of the scenario is
 * taken of, and what a database keeps. Borrows. */
const char *scenario_text(const struct scenario *scenario);

void scenario_close(struct scenario *scenario);

#endif
