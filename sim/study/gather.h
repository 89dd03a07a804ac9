#ifndef STUDY_GATHER_H
#define STUDY_GATHER_H

/*
 * A small study into memory: for questions asked beside the main run (readings, flips), whose
 * trials nobody keeps. Trials are added to the outcome in the order of their numbers whatever order
 * they finish in, so it is the same on any number of workers.
 */
#include "record/outcome.h"
#include "study/study.h"

/*
 * Runs the study and finishes `out`, which borrows `legend` (of one of the source's models, or of
 * the scenario: names and sizes). Where all worlds are one, `legend->worlds` must be 0. The caller
 * releases `out`; on failure it is released. Errors as study_run.
 */
MUST_CHECK int gather(struct outcome *out, const struct legend *legend,
                      const struct world_source *source, const struct study_options *options,
                      struct why *why);

#endif
