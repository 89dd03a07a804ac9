#ifndef RECORD_LEGEND_H
#define RECORD_LEGEND_H

/*
 * The names behind the numbers: all that a table, figure or report needs to know of a scenario.
 * Built from a model, or read back from a database. Owns its texts.
 */
#include "base/text.h"
#include "model/model.h"
#include "record/metric.h"

struct legend_change {
    double day;        /* from the start of the horizon */
    uint32_t strategy; /* NONE: the world's */
    const char *text;
};

struct legend {
    struct arena arena;
    const char *title;
    int64_t starts_unix_s;
    double horizon_days;
    const char *const *strategy;
    uint32_t strategies;
    const char *const *name[LABELS]; /* LABEL_STREAM: "authority/stream" in order of authority */
    uint32_t names[LABELS];          /* LABEL_ADVERSARY: the four classes, always */
    const uint32_t *first_stream;    /* [authorities]: row of an authority's first stream */
    const double *accounts;          /* [cohorts] */
    uint32_t threats;                /* so many of the authorities, the last ones, are threats */
    const double *named;        /* [authorities]: accounts that one request names on average, of
                                   the stream where that is most; NULL: 1 each */
    const double *stream_named; /* [streams]: the same of each stream; NULL: as its authority */
    const double *kin_named;    /* [ADVERSARIES]: the same of a class of adversary; 0: there is none
                                   of it; NULL: nothing is known, as named at most */
    const struct legend_change *change;
    uint32_t changes;
    uint32_t legal, traffic; /* replications of the study */
    uint64_t seed;
    uint32_t worlds; /* draws of uncertain inputs, each shared by the replications that equal it
                        modulo this number; 0: nothing is uncertain, or one draw a replication */
    uint32_t baseline;
    const char *front_latency, *front_exposure;
    uint32_t front_to; /* authority; NONE: all */
};

/* Copies what it needs of the model. ERR_MEMORY. */
MUST_CHECK int legend_make(struct legend *out, const struct model *model);
void legend_release(struct legend *legend);

/* "requests.content{authority=cn-police,period=2018-H2}" into `text`; the bare name for a total. */
void legend_series_name(const struct legend *legend, enum metric_id metric, struct label label,
                        struct text *text);

#endif
