#ifndef STUDY_READINGS_H
#define STUDY_READINGS_H

/*
 * Contested law: every `require` and `expect` judged again under each of the scenario's readings,
 * with the same seed, so that the same users and requests meet another law; and which conclusions
 * hold under all of them. The law as the scenario states it counts as one reading among them.
 */
#include "record/verdict.h"
#include "study/study.h"

/* Where the models of a reading come from; worlds as in study.h. */
struct reading_source {
    void *self;
    int (*model)(void *self, uint32_t reading, uint64_t world, struct model **out, struct why *why);
};

struct reading_options {
    uint64_t strategies;     /* those of the run */
    uint32_t legal, traffic; /* replications of each reading; traffic only where a claim, or the
                                order, asks for it */
    unsigned workers;
    void (*report)(void *self, const struct progress *progress); /* over all readings */
    void *report_self;
    const volatile int *stop;
    const struct executor *executor;
};

/* How two strategies stand, by the paired difference of a metric. */
enum standing {
    STANDING_SAME,    /* equal in every replication */
    STANDING_UNCLEAR, /* the interval of the difference holds 0 */
    STANDING_BELOW,
};

/* Strategies from least to most of a metric: place[i] is how item i - 1 stands to item i. */
struct ranking {
    uint32_t *strategy;   /* owned */
    enum standing *place; /* owned */
    uint32_t count;
};

struct reading_result {
    const struct reading *reading; /* borrows from the model */
    struct judgement_list judged;  /* the same claims and strategies as the run's, in its order */
    struct ranking ranking;
};

enum agreement { AGREE_ALL, AGREE_SOME, AGREE_NONE };
extern const char *const agreement_name[3]; /* "all", "some", "none" */

/* One claim of one strategy over the law as stated and all readings. */
struct conclusion {
    const struct judgement *stated; /* borrows */
    enum agreement holds;           /* under how many readings it holds */
};

struct readings {
    struct reading_result *item; /* owned; one a reading, in the scenario's order */
    uint32_t count;
    struct ranking stated; /* of the run itself */
    enum metric_id metric; /* what the rankings are by: the front's exposure */
    struct label label;
    struct conclusion *conclusion; /* owned; in the order of the run's judgements */
    size_t conclusions;
    bool same_order; /* no pair that is told apart as stated stands otherwise under any reading */
    size_t legal, traffic; /* replications of each */
};

/*
 * `model` is the scenario's, inputs at their centre; `judged` and `outcome` are of the run,
 * finished with at least `options->legal` replications or not: only its own verdicts are taken from
 * it. `metric` and `label`: what strategies are ranked by. Release with readings_release, also
 * after failure. ERR_STOPPED when stopped; errors of models and trials.
 */
MUST_CHECK int readings_judge(struct readings *out, const struct model *model,
                              const struct judgement_list *judged, const struct outcome *outcome,
                              enum metric_id metric, struct label label,
                              const struct reading_source *source,
                              const struct reading_options *options, struct why *why);
void readings_release(struct readings *readings);

/* How strategies stand by a metric in one outcome; ERR_MEMORY. */
MUST_CHECK int ranking_make(struct ranking *out, const struct outcome *outcome, uint64_t strategies,
                            enum metric_id metric, struct label label);
void ranking_release(struct ranking *ranking);

#endif
