#ifndef LEGAL_TALLY_H
#define LEGAL_TALLY_H

/*
 * Counts of one run: requests by what became of them, exposure by whom and of what, and the delays
 * of disclosure. tally_report turns them into observations.
 *
 * By whom: an authority, a stream of it (a threat is an authority of one stream), or all of one
 * class of adversary: home, foreign, criminal, insider, as seen from the account's cohort. Which
 * class a source is of to a cohort is asked of the strategy's world as it stands at the start
 * (tally_class): what `kin` of a gain means must be worked out alike.
 */
#include "legal/ledger.h"
#include "legal/order.h"
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

/* What a request that asks for no disclosure asks for, in the order of the metrics from
 * METRIC_REQUESTS_REMOVAL on. */
enum asked {
    ASKED_REMOVAL,
    ASKED_RESTRICTION,
    ASKED_PRESERVATION,
    ASKED_COMPLIED, /* besides one of the others */
    ASKED
};

/* Equal gains of one kind through one source of one cohort, over the run. There are few different
 * ones, and they become the cells of all labels at the end. */
struct lump {
    uint32_t source, cohort;
    enum exposure kind;
    struct gain gain;
    uint64_t accounts;
    account_ns time;
    sim_ns first;
};

/* One label's exposure of one kind. */
struct cell {
    uint64_t accounts;
    account_ns time;
    sim_ns first; /* SIM_NEVER: none */
};

/* Delays in ns, with 1 for those that ended in a yield. */
struct delay_list {
    struct keyed *item; /* owned */
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
    uint64_t *asked_by_source, *asked_by_jurisdiction, *asked_by_custodian; /* alike, [..][ASKED] */
    uint64_t asked_total[ASKED];
    uint64_t *events; /* [authorities]: of threats, whatever they yielded */
    struct {
        struct lump *item; /* owned */
        size_t count, capacity;
        uint32_t *slot; /* row + 1 by the hash of what it is of, 0 free; owned */
        size_t slots;   /* a power of two */
    } lumps;
    size_t last_lump[EXPOSURES]; /* the next run is mostly of the same kind */
    struct cell *cell;           /* [EXPOSURES][cells]; filled by tally_spread */
    uint32_t cells;
    struct {
        uint32_t *row; /* [CURVE_KINDS][1 + authorities + ADVERSARIES][1 + cohorts]: + 1; 0: none */
        struct growths {
            uint64_t at[CURVE_POINTS + 1]; /* accounts first exposed up to each grid point, after
                                              the one before */
        } * item;                          /* owned */
        size_t count, capacity;
    } curves;
    uint8_t *class_of;        /* [sources][cohorts]: enum adversary */
    struct delay_list *delay; /* [authorities]: from receipt to the first yield */
    sim_ns *period_end;       /* [periods] */
    uint32_t period;          /* of the last receipt: they come in order of time */
};

/* `authority_of[source]` ascends. ERR_MEMORY. Release also after failure. */
MUST_CHECK int tally_init(struct tally *tally, const struct model *model,
                          const struct timeline *timeline, const uint32_t *authority_of,
                          uint32_t sources);
void tally_release(struct tally *tally);

/* A run of accounts newly exposed at `at` through a source. ERR_MEMORY. */
MUST_CHECK int tally_gain(struct tally *tally, uint32_t source, uint32_t cohort, sim_ns at,
                          enum exposure kind, const struct gain_run *run);
/* The class of adversary that a source is of to a cohort. */
static inline enum adversary
tally_class(const struct tally *tally, uint32_t source, uint32_t cohort)
{
    return (enum adversary)tally->class_of[(size_t)source * tally->cohorts + cohort];
}

/* Whom a curve is of: 0 anyone, then each authority, then each class of adversary. */
uint32_t tally_curve_whos(const struct tally *tally);
/* A curve of all cohorts (`of` 0) or of one (one more than its ordinal); NULL: 0 throughout, or
 * there is only one cohort. Borrows from the tally. */
const struct growths *tally_curve(const struct tally *tally, enum curve_kind kind, uint32_t who,
                                  uint32_t of);

/* Sums what was gained into the cells of each label: once, before the report. */
void tally_spread(struct tally *tally);

/* An event of a threat. */
void tally_event(struct tally *tally, uint32_t source);

/* The half-year that contains `at`. */
uint32_t tally_period(struct tally *tally, sim_ns at);

/*
 * A request of a source that addressed someone, once, by the period of its receipt, with what
 * became of it. `shown` is the jurisdiction among whose requests a transparency report shows it.
 * When that is another than the authority's own, a partner asked for it: then the request counts
 * there, with all its fates, and not under the authority, its stream and period. The bare total
 * counts it once.
 *
 * It is shown by the plan that brought its answer, or without an answer by the last plan it
 * pursued; a plan with any treaty lever is the (first) partner's, even if own orders are part of
 * it. A lever that outlives its plan and brings the answer is shown by its own acting jurisdiction.
 *
 * Orders are counted apart, in `by_custodian`: every order that a custodian received, own or a
 * partner's, counts there once, by what it gave. `content`: it opened content, alone or with what
 * the request had already; `metadata`: it gave less than that, be it metadata, ciphertext or a key
 * that opened nothing yet; `refused`: it gave nothing, also because it was withdrawn in favour of
 * another plan, or reached nothing any more when it was executed. Besides, `challenged`.
 *
 * A threat asks nobody: its events are no requests, and nothing of them is counted here, nor their
 * delays.
 */
void tally_request(struct tally *tally, uint32_t source, uint32_t period, enum fate fate,
                   bool challenged, uint32_t shown);

/*
 * A request of a source that asks for something else than disclosure and addressed someone, once:
 * by source and period of its receipt, and by the jurisdiction that shows it, as above, and in
 * total; as removal, restriction or preservation, and as complied when that was carried out. It is
 * not among those received, which end in a fate. ASKS_DISCLOSURE is not counted.
 */
void tally_asked(struct tally *tally, uint32_t source, uint32_t period, enum asks asks,
                 bool complied, uint32_t shown);
/* An order of such a request that a custodian received, by what became of it. */
void tally_ordered_ask(struct tally *tally, uint32_t custodian, enum asks asks, bool complied);

/* Days from receipt to the first yield, or to the horizon without one: the asker's, whoever is
 * shown to have answered. */
MUST_CHECK int tally_delay(struct tally *tally, uint32_t authority, sim_ns received,
                           sim_ns first_yield);

/* Writes all of it as observations of `strategy`. Sorts the delays. */
MUST_CHECK int tally_report(struct tally *tally, uint32_t strategy, struct recording *out);

#endif
