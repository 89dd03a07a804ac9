#ifndef TRAFFIC_OPERATION_H
#define TRAFFIC_OPERATION_H

/*
 * The operations of one cohort in one segment of a window: a Poisson process at the rate of its
 * hour (accounts x operations per second x hour multiplier). Each operation draws, in this order:
 * the gap before it, its data class by weight, what it does (read, list, write or delete), the
 * account's place u among the cohort's, and the object's size.
 *
 * The stream is keyed by (seed, replication, cohort, segment, course) and by nothing of the
 * strategy or regime, so all strategies meet the same operations (invariant T1). The cost of an
 * operation does not depend on how many accounts there are.
 */
#include "model/world.h"
#include "traffic/sampler.h"

/* The courses of a segment. Their numbers are part of the stream's identity. */
enum course {
    COURSE_MEASURED = 0, /* from the start of the measured time on */
    COURSE_WARM_UP = 1,  /* before it */
    COURSE_PROBE = 2,    /* of a rare cohort: loads no station (see window.h) */
};

struct operation {
    double at_ns; /* since the course's start */
    uint32_t class;
    bool read; /* reads or lists; else writes or deletes */
    bool bare; /* lists or deletes: no object's bytes go, no key is asked for */
    double u;  /* account ordinal / accounts */
    double bytes;
};

struct operations {
    struct stream stream;
    double gap_ns; /* mean; infinity: none ever arrives */
    double at_ns;
    double reads, lists, removals; /* shares; the caller may set the last two, 0 once opened */
    const struct sampler *size;    /* borrows; one a class */
    const double *upper;           /* borrows; cumulated class weights, the last 1 */
    uint32_t classes;
};

/* What all cohorts share: sizes and class weights, prepared once a world. */
struct operation_kinds {
    struct sampler size[CLASSES_MAX];
    double upper[CLASSES_MAX];
    uint32_t classes;
};
void operation_kinds_init(struct operation_kinds *kinds, const struct world *world);

/* Operations per second of the whole cohort in an hour of the day. */
double cohort_rate(const struct cohort *cohort, unsigned hour);

struct operation_key {
    uint64_t seed, replication;
    uint32_t cohort, segment;
    enum course course;
};

/* `rate_per_s` 0: next never comes (at_ns is infinite). Borrows `kinds`. */
void operations_open(struct operations *from, const struct operation_kinds *kinds,
                     const struct operation_key *key, double rate_per_s, double reads);

/* The next operation, in order of time. */
void operations_next(struct operations *from, struct operation *out);

#endif
