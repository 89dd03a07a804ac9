#ifndef RECORD_RECORDING_H
#define RECORD_RECORDING_H

/*
 * What one trial saw: values by metric, strategy and label; latency histograms by window; and the
 * growth of exposure over the horizon. The planes write it, a sink keeps it, an outcome reads it.
 * A value that a finished trial did not write is 0 (for SUMMARY_FIRST: it did not happen; for a
 * metric with absent_is_unknown: it could not be seen).
 *
 * A series has one value a trial. Repeated ones are joined, by recording_sort or whoever reads
 * them: the least of SUMMARY_FIRST, the greatest of SUMMARY_ANY, the sum of all others.
 */
#include "base/mem.h"
#include "record/metric.h"
#include "stats/hist.h"

struct observation {
    uint16_t metric, strategy;
    struct label label;
    double value;
};

/* One cohort's operations of one data class in one regime. */
struct window_result {
    uint16_t strategy, regime, cohort, class;
    double weight; /* of one simulated operation: probability of the regime x the cohort's
                      operations per second / its operations simulated in this window */
    uint64_t operations, served;  /* simulated, without warm-up; the rest failed */
    uint64_t key_reads, key_hits; /* served reads that needed a key, and found it cached */
    struct hist latency;          /* of those served */
};

/* Accounts exposed (at any time up to each grid point) over the horizon: CURVE_POINTS + 1 values,
 * at i x horizon / CURVE_POINTS. By anyone, an authority or a class of adversary; each of all
 * cohorts together and, when there are several, of each. One that a trial has not is 0 throughout.
 */
#define CURVE_POINTS 96
enum curve_kind { CURVE_CONTENT, CURVE_METADATA, CURVE_CIPHERTEXT, CURVE_KINDS };
extern const char *const curve_name[CURVE_KINDS]; /* "content", "metadata", "ciphertext" */
struct curve {
    uint16_t strategy, authority; /* LABEL_ALL: by anyone, or an adversary */
    uint16_t kind;
    uint16_t cohort, adversary; /* LABEL_ALL: all; authority and adversary are never both given */
    double value[CURVE_POINTS + 1];
};

struct recording {
    enum plane plane;
    uint64_t replication;
    struct {
        struct observation *item;
        size_t count, capacity;
    } observations;
    struct {
        struct window_result *item;
        size_t count, capacity;
    } windows;
    struct {
        struct curve *item;
        size_t count, capacity;
    } curves;
};

/* Adds `value`; what absence means is left out: zeros, or, for SUMMARY_FIRST and metrics with
 * absent_is_unknown, NAN (a zero is kept there). */
MUST_CHECK int record_value(struct recording *recording, uint32_t strategy, enum metric_id metric,
                            struct label label, double value);
/* A new, zeroed window or curve (but the curve of all cohorts and adversaries), owned by the
 * recording and in place until the next one is made; NULL when out of memory. */
struct window_result *record_window(struct recording *recording);
struct curve *record_curve(struct recording *recording);

/*
 * Puts it in its canonical order, so that the same trial is the same bytes: observations by
 * strategy, metric and label, windows by strategy, regime, cohort and class, curves by strategy,
 * authority, adversary, cohort (all first) and kind. Joins repeated observations.
 */
void recording_sort(struct recording *recording);

/* The value of a series that one trial gave twice. */
double observation_join(enum metric_id metric, double a, double b);

/*
 * The recording as bytes, the same on every machine: for comparing, and for sending to another
 * process. recording_pack returns the size; `out` may be NULL to ask for it. recording_unpack fills
 * a zeroed or cleared recording; ERR_INPUT when the bytes are damaged, ERR_MEMORY.
 */
size_t recording_pack(const struct recording *recording, unsigned char *out);
MUST_CHECK int recording_unpack(struct recording *recording, const unsigned char *bytes,
                                size_t size);

/*
 * A curve's values as bytes. A curve of whole numbers that never falls, as counts of accounts ever
 * exposed are, is a byte 1 and its CURVE_POINTS + 1 growths (the first from 0), each in 7-bit
 * groups, the lowest first, the top bit set on all groups but the last (LEB128); or, where that is
 * shorter, a byte 2, how often it grows, and for each time how many points it stood still before
 * and by how much it grows, all in LEB128. Any other is a byte 0 and the values as IEEE 754
 * doubles, lowest byte first. curve_pack returns the size, at most CURVE_BYTES_MAX, which `out`
 * must hold; curve_unpack ERR_INPUT when the bytes are damaged.
 */
#define CURVE_BYTES_MAX (1 + (CURVE_POINTS + 1) * 10)
size_t curve_pack(const double value[CURVE_POINTS + 1], unsigned char *out);
MUST_CHECK int curve_unpack(double value[CURVE_POINTS + 1], const unsigned char *bytes,
                            size_t size);

/* Empties it, keeping the room for observations. */
void recording_clear(struct recording *recording);
void recording_release(struct recording *recording);

#endif
