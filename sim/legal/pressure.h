#ifndef LEGAL_PRESSURE_H
#define LEGAL_PRESSURE_H

/*
 * Duties and pressure of one run: a jurisdiction may require that its residents' data or keys are
 * held inside. Inspections find violations; one that outlives its grace brings pressure, and so
 * does a refused request: a block, a fine, exclusion from public orders, withdrawal of the service.
 * Interference blocks foreign sites from time to time.
 *
 * A cohort is in violation while, for a data class that some rule serves, the duty of the
 * jurisdiction where it resides is in force and the holders inside do not suffice (world.h, struct
 * duty). Blocked time is the union of all causes, weighted by the share of users without a VPN. All
 * of it is worked out cohort by cohort; cost grows with events, never with accounts.
 *
 * Streams: inspections (PURPOSE_INSPECTION, jurisdiction), pressure (PURPOSE_PRESSURE, jurisdiction
 * and row of pressure, ordinal of its cause), interference (PURPOSE_INTERFERENCE, jurisdiction):
 * the same in all strategies.
 */
#include "legal/departures.h"
#include "record/recording.h"

struct pressures;

/*
 * `*out` is the caller's (pressures_release). Events go through the docket's queue as
 * EVENT_PRESSURE with what pressures_next says. ERR_MEMORY.
 */
MUST_CHECK int pressures_make(struct pressures **out, const struct model *model,
                              const struct timeline *timeline, struct departures *departures,
                              uint64_t replication);
void pressures_release(struct pressures *pressures);

/* When something happens next of itself; SIM_NEVER: nothing more. */
sim_ns pressures_next(const struct pressures *pressures);

/* Lets happen what is due at `now`, the time of pressures_next. `phase` of the timeline holds now.
 */
MUST_CHECK int pressures_happen(struct pressures *pressures, sim_ns now, uint32_t phase);

/* A phase begins: placements and duties may have changed. */
MUST_CHECK int pressures_phase(struct pressures *pressures, sim_ns now, uint32_t phase);

/* A custodian refused a request of an authority of this jurisdiction about a cohort: pressure may
 * follow. `identity` is the request's (docket.h). */
MUST_CHECK int pressures_refused(struct pressures *pressures, sim_ns now, uint32_t jurisdiction,
                                 uint32_t cohort, uint64_t identity);

/* A custodian obeyed an order that the statute of `jurisdiction` forbids: a fine may follow. */
void pressures_sanction(struct pressures *pressures, sim_ns now, uint32_t jurisdiction,
                        uint64_t identity);

/* Observations of blocked.days, violation.days, penalty.cost up to the horizon. ERR_MEMORY. */
MUST_CHECK int pressures_report(struct pressures *pressures, uint32_t strategy,
                                struct recording *out);

#endif
