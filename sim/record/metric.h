#ifndef RECORD_METRIC_H
#define RECORD_METRIC_H

/* The metrics of DESIGN section 8, one table row each, and the labels that tell their series apart.
 */
#include <stdbool.h>
#include "stats/interval.h"

enum plane { PLANE_LEGAL, PLANE_TRAFFIC };

/* How replications become an estimate. */
enum summary {
    SUMMARY_MEAN,      /* Student's t over replications */
    SUMMARY_RARE_MEAN, /* the same, with an upper bound when all are zero (estimate_rare_mean) */
    SUMMARY_ANY,       /* values are 0 or 1: exact binomial */
    SUMMARY_FIRST, /* days to the first; an absent value is censored at the horizon: Kaplan-Meier */
};

enum metric_id {
    METRIC_LATENCY_MEAN,
    METRIC_LATENCY_P50,
    METRIC_LATENCY_P95,
    METRIC_LATENCY_P99,
    METRIC_LATENCY_P999,
    METRIC_LATENCY_ERROR,
    METRIC_AVAILABILITY,
    METRIC_THROUGHPUT,
    METRIC_KEY_HIT_RATIO,
    METRIC_STATION_UTILISATION,
    METRIC_FAILED_DOWN,
    METRIC_FAILED_UNREACHABLE,
    METRIC_FAILED_REFUSED,
    METRIC_FAILED_TIMED_OUT,
    METRIC_AVAILABILITY_WITH_BLOCKS,
    METRIC_LATENCY_VPN_MEAN,
    METRIC_LATENCY_VPN_P95,
    METRIC_REQUESTS_RECEIVED,
    METRIC_REQUESTS_METADATA,
    METRIC_REQUESTS_CONTENT,
    METRIC_REQUESTS_REFUSED,
    METRIC_REQUESTS_CHALLENGED,
    METRIC_REQUESTS_PENDING,
    METRIC_REQUESTS_REMOVAL,
    METRIC_REQUESTS_RESTRICTION,
    METRIC_REQUESTS_PRESERVATION,
    METRIC_REQUESTS_COMPLIED,
    METRIC_DISCLOSURE_DELAY,
    METRIC_THREAT_EVENTS,
    METRIC_CONTENT_ANY,
    METRIC_CONTENT_ACCOUNTS,
    METRIC_CONTENT_FRACTION,
    METRIC_CONTENT_ACCOUNT_DAYS,
    METRIC_CONTENT_FIRST,
    METRIC_CONTENT_RETROACTIVE,
    METRIC_CONTENT_FORWARD,
    METRIC_CONTENT_HIDDEN,
    METRIC_CONTENT_KNOWN,
    METRIC_CONTENT_RISK,
    METRIC_METADATA_ANY,
    METRIC_METADATA_ACCOUNTS,
    METRIC_METADATA_FRACTION,
    METRIC_METADATA_ACCOUNT_DAYS,
    METRIC_METADATA_FIRST,
    METRIC_METADATA_HIDDEN,
    METRIC_METADATA_RISK,
    METRIC_CIPHERTEXT_ANY,
    METRIC_CIPHERTEXT_ACCOUNTS,
    METRIC_CIPHERTEXT_FRACTION,
    METRIC_CIPHERTEXT_ACCOUNT_DAYS,
    METRIC_CIPHERTEXT_FIRST,
    METRIC_REACH_UNILATERAL,
    METRIC_REACH_USER,
    METRIC_REACH_JURISDICTIONS,
    METRIC_REACH_DENIAL,
    METRIC_BLOCKED_DAYS,
    METRIC_VIOLATION_DAYS,
    METRIC_PENALTY_COST,
    METRICS
};

#define ONE_REQUEST (-2.0)
#define ONE_HORIZON (-1.0)
#define ONE_UNKNOWN (-3.0)

struct metric {
    const char *name; /* "latency.p95" */
    const char *unit;
    enum plane plane;
    enum summary summary;
    double one; /* the size of one event, for the bound of SUMMARY_RARE_MEAN. ONE_REQUEST: the
                   accounts that one request names; 0: these as a share of all; ONE_HORIZON: the
                   same accounts, open from the start of the horizon to its end, in days;
                   ONE_UNKNOWN: nothing says, so that none seen has no bound but itself */
    bool absent_is_unknown; /* a trial that did not write it did not see it: NAN, where others
                               mean 0 */
    bool only_if_seen;      /* left out of results where no trial saw it, total and all */
    uint32_t labels;        /* which labels tell its series apart: bits 1 << LABEL_.. (not
                               in every combination: see LABELS below) */
    const char *about;
};
extern const struct metric metric_table[METRICS];
extern const char *const plane_name[2];   /* "legal", "traffic" */
extern const char *const summary_name[4]; /* "mean", "rare mean", "any", "first" */

/* The row with this name, or METRICS. */
enum metric_id metric_find(const char *name);

/* The metric whose name is nearest to a mistaken one, or NULL: for "did you mean". */
const char *metric_nearest(const char *name);

/*
 * What a value is about. Absent labels are LABEL_ALL: the total over all. These go together:
 * - requests.*: {}, {authority}, {authority, stream}, {authority, stream, period}, {jurisdiction},
 *   {custodian};
 * - exposure.*: {}, {authority} or {adversary}, each with and without {cohort} or {data} (but .risk
 *   not by data); any, accounts, account_days and first of content and metadata also by {authority,
 *   stream}: what the authority had through this channel first;
 * - reach.unilateral: {}, {jurisdiction}, {jurisdiction, cohort}.
 */
enum label_kind {
    LABEL_AUTHORITY,
    LABEL_STREAM,    /* ordinal within its authority */
    LABEL_ADVERSARY, /* enum adversary (model/world.h): all of that class together */
    LABEL_CUSTODIAN,
    LABEL_COHORT,
    LABEL_DATA,
    LABEL_JURISDICTION,
    LABEL_STATION, /* sites, then key stores */
    LABEL_PERIOD,  /* half-year of receipt */
    LABELS
};
extern const char *const label_name[LABELS]; /* "authority", "stream", ... */

#define LABEL_ALL UINT16_MAX

struct label {
    uint16_t of[LABELS];
};
extern const struct label label_total; /* all LABEL_ALL */

/* The order of series: label by label, the total before its parts. Below 0, 0 or above 0. */
int label_compare(struct label a, struct label b);

static inline struct label
label_with(struct label label, enum label_kind kind, uint32_t ordinal)
{
    label.of[kind] = (uint16_t)ordinal;
    return label;
}

#endif
