#ifndef LEGAL_PRESSURE_H
#define LEGAL_PRESSURE_H

/*
 * Duties and pressure of one run: a jurisdiction may require that its residents' data or keys are
 * held inside. Inspections find violations; one that outlives its grace brings pressure, and so
 * does a refused request: a block, a fine, exclusion from public orders, withdrawal of the service.
 * Interference blocks foreign sites from time to time.
 *
 * A cohort is in violation while, for a data class that some rule serves, the duty of the
 * jurisdiction where it resides is in force and the holders inside do not suffice (residence.h).
 * Its violation is that of all its duties and classes together, by the share of its accounts.
 *
 * Inspections come by gaps from when the first duty comes into force. One that finds residents in
 * violation opens a case, if none is open there, with a grace; the case is closed when all of them
 * are in line again. At the end of its grace each row of pressure on violations strikes with its
 * chance. A block or exclusion that strikes while one of the same row lasts prolongs it, if it ends
 * later. A block on a violation that is for good, and any exclusion on a violation, ends with the
 * violation; what a refusal brought lasts its time. A service that has withdrawn is beyond duties,
 * cases and pressure, and its residents are without it to the horizon.
 *
 * Interference in a jurisdiction alternates, exponential up and down, from its steady state: it
 * blocks the residents that can read nothing from inside. Residents may leave, by
 * opts_out_when_blocked, when a block begins (unless another is on) and when the service withdraws;
 * interference, which comes and goes, drives nobody away.
 *
 * Blocked time is the union of all causes, times the share of users without a VPN. Sums over a
 * jurisdiction are of all cohorts that reside there; departures do not lessen them. Cost grows with
 * events and cohorts, never with accounts.
 *
 * Streams, the same in all strategies: inspection i of a jurisdiction, its gap and grace
 * (PURPOSE_INSPECTION, jurisdiction, 2 i and 2 i + 1); pressure (PURPOSE_PRESSURE, jurisdiction and
 * row, ordinal of the inspection that opened the case, or identity of the refused request);
 * interference (PURPOSE_INTERFERENCE, jurisdiction, ordinal of the spell). Where a dated change
 * gives other means, what is under way is drawn anew (inspections) or stretched in proportion
 * (interference: the remainder of an exponential is exponential).
 */
#include "legal/departures.h"
#include "record/recording.h"

struct pressures;

/*
 * `*out` is the caller's (pressures_release). Events go through the docket's queue as
 * EVENT_PRESSURE with what pressures_next says. Borrows all that is passed; without `departures`
 * (NULL) nobody leaves. The run begins in phase 0. ERR_MEMORY.
 */
MUST_CHECK int pressures_make(struct pressures **out, const struct model *model,
                              const struct timeline *timeline, struct departures *departures,
                              uint64_t replication);
void pressures_release(struct pressures *pressures);

/* When something happens next of itself; SIM_NEVER: nothing more before the horizon. A refusal or a
 * new phase may change it. Takes no time. */
sim_ns pressures_next(const struct pressures *pressures);

/* Lets happen what is due up to `now`, the time of pressures_next; nothing when that is later.
 * `phase` of the timeline holds now. */
MUST_CHECK int pressures_happen(struct pressures *pressures, sim_ns now, uint32_t phase);

/* A phase begins: placements and duties may have changed. */
MUST_CHECK int pressures_phase(struct pressures *pressures, sim_ns now, uint32_t phase);

/* A custodian refused a request of an authority of this jurisdiction (NONE, of a threat: nothing
 * follows) about a cohort: pressure may follow, on its residents' service, whomever the request was
 * about. `identity` is the request's (docket.h): refusals of one request meet the same chance. */
MUST_CHECK int pressures_refused(struct pressures *pressures, sim_ns now, uint32_t jurisdiction,
                                 uint32_t cohort, uint64_t identity);

/* A custodian obeyed an order that the statute of `jurisdiction` forbids: a fine may follow. */
void pressures_sanction(struct pressures *pressures, sim_ns now, uint32_t jurisdiction,
                        uint64_t identity);

/* Observations of blocked.days, violation.days, penalty.cost up to the horizon. ERR_MEMORY. */
MUST_CHECK int pressures_report(struct pressures *pressures, uint32_t strategy,
                                struct recording *out);

#endif
