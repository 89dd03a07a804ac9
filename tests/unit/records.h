#ifndef RECORDS_H
#define RECORDS_H

/* A small run made by hand, for tests of what comes after the planes: names, and recordings. */
#include "record/legend.h"
#include "record/recording.h"

/* Two strategies (near, far), two authorities (police with streams orders and direct, court with
 * orders), two custodians, two cohorts (home: 900 accounts, abroad: 100), two data classes, three
 * stations, four half-years from 2013, 730 days. Nothing to release. */
const struct legend *records_legend(void);

/* Fails the test when memory runs out. */
void records_value(struct recording *recording, uint32_t strategy, enum metric_id metric,
                   struct label label, double value);

/* A window of operations that all take one of the given times; `served` in all. */
struct window_result *records_window(struct recording *recording, uint32_t strategy,
                                     uint32_t regime, uint32_t cohort, uint32_t class,
                                     double weight, uint64_t operations, const double *ms,
                                     size_t served);

/* A legal or traffic trial with some of everything, drawn from its number; in canonical order. */
void records_make(struct recording *out, enum plane plane, uint64_t replication);

/* The bytes of a recording; the caller frees. */
unsigned char *records_bytes(const struct recording *recording, size_t *size);

#endif
