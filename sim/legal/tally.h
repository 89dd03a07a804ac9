#ifndef LEGAL_TALLY_H
#define LEGAL_TALLY_H

/*
 * Counts of one run: requests by what became of them, exposure by whom and of what, and the delays
 * of disclosure. tally_report turns them into observations.
 */
#include "legal/ledger.h"
#include "record/recording.h"
#include "stats/survival.h"

/* What became of a request. In the order of the metrics from METRIC_REQUESTS_RECEIVED on. */
enum fate {
    FATE_RECEIVED,
    FATE_METADATA,
    FATE_CONTENT,
    FATE_REFUSED,
    FATE_CHALLENGED, /* besides one of the others */
    FATE_PENDING,
    FATES
};

/* One label's exposure of one kind. */
struct cell {
    double accounts, days;
    sim_ns first; /* SIM_NEVER: none */
};

struct life_list {
    struct lifetime *item; /* owned */
    size_t count, capacity;
};

struct tally {
    const struct model *model;       /* borrows */
    const struct timeline *timeline; /* borrows */
    uint32_t sources, periods, authorities, cohorts, classes, jurisdictions, custodians;
    const uint32_t *authority_of; /* of each source; borrows */
    uint32_t *first_source;       /* of each authority; owned, as all below */
    uint64_t *by_source;          /* [sources][periods][FATES] */
    uint64_t *by_jurisdiction;    /* [jurisdictions][FATES]: where a report would show it */
    uint64_t *by_custodian;       /* [custodians][FATES]: orders its legal team received */
    uint64_t total[FATES];
    struct cell *cell; /* [EXPOSURES][cells] */
    uint32_t cells;
    uint64_t *curve;        /* [CURVE_KINDS][1 + authorities][CURVE_POINTS + 1]; 0: anyone */
    struct life_list *life; /* [authorities]: days from receipt to the first yield */
};

/* `authority_of[source]` ascends. ERR_MEMORY. Release also after failure. */
MUST_CHECK int tally_init(struct tally *tally, const struct model *model,
                          const struct timeline *timeline, const uint32_t *authority_of,
                          uint32_t sources);
void tally_release(struct tally *tally);

/* Accounts newly exposed at `at`. */
void tally_gains(struct tally *tally, uint32_t authority, uint32_t cohort, sim_ns at,
                 const struct gains *gains);

/* A request of a source that addresses someone, once, by the period of its receipt. */
void tally_received(struct tally *tally, uint32_t source, sim_ns received);

/* What became of a request that was tallied as received: once, and once more when challenged.
 * `shown` is the jurisdiction among whose requests a transparency report shows it; an answer that
 * another than the authority's own gave counts there and not under the authority. */
void tally_fate(struct tally *tally, uint32_t source, sim_ns received, enum fate fate,
                uint32_t shown);

/* Days from receipt to the first yield, or to the horizon without one. */
MUST_CHECK int tally_delay(struct tally *tally, uint32_t authority, sim_ns received,
                           sim_ns first_yield);

/* Writes all of it as observations of `strategy`. Sorts the delays. */
MUST_CHECK int tally_report(struct tally *tally, uint32_t strategy, struct recording *out);

#endif
