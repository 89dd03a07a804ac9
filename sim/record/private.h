#ifndef RECORD_PRIVATE_H
#define RECORD_PRIVATE_H

/* What an outcome keeps beside its series; shared by the files of record/ only. */
#include "record/blend.h"
#include "record/outcome.h"

/* The exposure curves of one key, of the recordings that had one, packed: most grow seldom. */
struct curve_key {
    uint16_t strategy, authority, adversary, cohort, kind;
};
struct curve_trial {
    size_t n;   /* the n-th legal recording */
    size_t end; /* of its bytes; they begin where those before end */
};
struct curve_rows {
    struct curve_key key;
    struct {
        struct curve_trial *item; /* owned */
        size_t count, capacity;
    } trial;
    struct {
        unsigned char *item; /* owned */
        size_t count, capacity;
    } bytes;
};
struct curve_list {
    struct curve_rows *item; /* owned */
    size_t count, capacity;
    uint32_t *slot; /* row + 1 by its hash, 0 free; owned */
    size_t slots;   /* a power of two */
};

/* Operations of several windows, each simulated operation counted with its window's weight. */
struct served {
    double operations, served, key_reads, key_hits;
    double sum_ns; /* of the latencies of those served */
    struct blend latency;
};

struct outcome_private {
    const struct legend *legend; /* borrows */
    bool finished;
    uint32_t *slot; /* row + 1 of a series by its hash, 0 free; a power of two, twice the rows */
    size_t slots;
    struct {
        size_t *item;
        size_t count, capacity;
    } room; /* values allocated, by row of the series */
    struct {
        uint64_t *item;
        size_t count, capacity;
    } number[2]; /* replications added, by plane */
    struct curve_list curves;
    struct served *cell; /* scratch: cohorts x classes */
    struct served sum;   /* scratch */
    struct blend *pool;  /* strategies x (all cohorts, then each) */
};

/* How many recordings of the metric's plane were added. */
size_t outcome_trials(const struct outcome *outcome, enum plane plane);

/* The value of a series in the n-th recording (the newest) joins what is there, or replaces it. */
MUST_CHECK int series_join(struct outcome *outcome, uint32_t strategy, enum metric_id metric,
                           struct label label, size_t n, double value);
MUST_CHECK int series_replace(struct outcome *outcome, uint32_t strategy, enum metric_id metric,
                              struct label label, size_t n, double value);
/* Fills every series up to its plane's recordings and puts them in order. */
MUST_CHECK int series_finish(struct outcome *outcome);
/* What a recording that did not mention it says of a metric. */
double series_absent(enum metric_id metric);

/* The metrics of windows, for the n-th traffic recording. */
MUST_CHECK int windows_add(struct outcome *outcome, const struct recording *recording, size_t n);
void served_release(struct served *served);

/* Availability less what blocks take, for each legal recording, from what both planes told; nothing
 * where no block was ever told of. Before series_finish. ERR_MEMORY. */
MUST_CHECK int blocks_add(struct outcome *outcome);

/* Exposure curves. */
MUST_CHECK int curves_add(struct outcome *outcome, const struct recording *recording, size_t n);
MUST_CHECK int curves_finish(struct outcome *outcome);
void curves_release(struct curve_list *list);

#endif
