#ifndef REPORT_SUBJECT_H
#define REPORT_SUBJECT_H

/* What `explain` explains, one thing after another, and the questions it asks about each: shared by
 * its words and its JSON. */
#include "model/delay.h"
#include "model/importance.h"
#include "model/reach.h"
#include "report/explain.h"

/* The accounts of a cohort that one rule serves for some data classes. */
struct subject {
    const struct model *model;
    const struct strategy *strategy;
    const struct epoch *epoch;
    const struct rule *rule;
    struct cohort_id cohort;
    uint32_t classes; /* mask */
    bool metadata;    /* these classes are metadata that nobody encrypts: no key is needed, and any
                         site that has them is enough */
    double u;         /* an account of this part (epoch_rule) */
    double share;     /* of the cohort's accounts */
    double reads_per_s; /* of one account, that fill the rule's key cache */
    sim_ns on;
};

typedef int told_subject(void *self, const struct subject *s, const struct reach *reach,
                         struct why *why);

/* All subjects that the options name, in the order of the scenario. A negative result of `each`
 * ends it. */
MUST_CHECK int subject_each(const struct model *model, const struct explain_options *options,
                            told_subject *each, void *self, struct why *why);

/* "2018-03-01" */
void subject_date(const struct subject *s, char out[16]);

/* Calls `each` for every former rule whose holders still have theirs and hold more than now. */
MUST_CHECK int subject_each_former(const struct subject *s,
                                   int (*each)(void *self, const struct rule *, struct why *),
                                   void *self, struct why *why);

/* What a lever yields of it; of metadata no keys. */
struct yield subject_yield(const struct subject *s, const struct lever *lever);

/* Streams of one authority that go through the same instruments have the same plans. */
struct channel_plans {
    const struct authority *authority;
    uint64_t streams;    /* mask of the authority's streams that can be about the subject */
    uint64_t through;    /* instruments */
    uint64_t before[64]; /* `through` of the authority's channels told before */
    uint32_t channels_before;
    struct lever_list levers;
    struct plan_list plans;
    struct delay_sample sample;
};

/* Every channel of the authorities asked for. */
MUST_CHECK int subject_each_channel(const struct subject *s, const struct explain_options *options,
                                    int (*each)(void *self, const struct subject *,
                                                struct channel_plans *, struct why *),
                                    void *self, struct why *why);

/* Was the plan told for another channel of the same authority before? */
bool plan_was_told(const struct channel_plans *p, const struct plan *plan);

/* Every authority asked for that has levers which matter, with the importance of the holders to it
 * when it pursues all that its streams on the subject allow. Nothing of metadata, nor of threats,
 * whose chances hang on time. */
MUST_CHECK int
subject_each_importance(const struct subject *s, const struct explain_options *options,
                        void (*each)(void *self, const struct subject *, const struct authority *,
                                     const struct importance_list *),
                        void *self, struct why *why);

#endif
