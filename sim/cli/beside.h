#ifndef CLI_BESIDE_H
#define CLI_BESIDE_H

/*
 * Questions asked beside a run, once it is judged: what holds under the readings of contested law,
 * and what would flip a requirement. Their answers go into the run's database, their trials are
 * kept nowhere.
 */
#include "base/json.h"
#include "cli/simulate.h"
#include "study/flips.h"
#include "study/readings.h"

struct beside_options {
    bool readings, flips;
    uint32_t reading_replications; /* of both planes; 0: as the run */
    uint32_t flip_replications;    /* of the legal plane; 0: FLIP_LEGAL */
};

/* Start from `{0}`; beside_release empties it. Borrows the run. */
struct beside {
    const struct run *run;
    bool has_readings, has_flips;
    struct readings readings;
    struct flips flips;
};

/* Asks what the options say and the scenario has. ERR_STOPPED, with a message, when interrupted:
 * what was not finished is left out. */
MUST_CHECK int beside_ask(struct beside *out, struct run *run,
                          const struct simulate_options *simulate,
                          const struct beside_options *options, struct why *why);
void beside_release(struct beside *beside);

/* Into the run's database, in place of what an earlier run left there. */
MUST_CHECK int beside_keep(const struct beside *beside, struct why *why);

/* For people, and as members of the run's JSON document (see report/run_json.h). */
void beside_text(const struct beside *beside, struct text *out);
void beside_json(const void *beside, struct json *json);

/* ---- parts of these ---- */

extern const char reading_as_stated[];     /* the name of the law as the scenario states it */
extern const char *const standing_name[3]; /* "same", "unclear", "below" */

void readings_text(const struct beside *beside, struct text *out);
void readings_json(const struct beside *beside, struct json *json);
void flips_text(const struct beside *beside, struct text *out);
void flips_json(const struct beside *beside, struct json *json);

#endif
