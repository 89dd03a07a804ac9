#ifndef STUDY_FLIPS_H
#define STUDY_FLIPS_H

/*
 * What would change a verdict: for each `require` line and strategy that a run decided, the least
 * change of each uncertain input, alone, that turns the answer round: one-way threshold analysis
 * (Pauker and Kassirer 1980), in quantiles of the input, so that inputs of any unit compare.
 *
 * All other inputs stand at their centre. Every point is tried with the same replications, so the
 * same users, requests and chances: what differs is the input. The answer at a point is whether the
 * estimate itself satisfies the bound; its interval is not asked, as a threshold has none.
 *
 * Of an input with a distribution the quantiles 0.01, 0.5 and 0.99 are tried; between two
 * neighbours that answer differently the threshold is halved in on, and the value reported is the
 * nearest to the median that was seen to flip. An input that flips the answer and back between two
 * of the three is missed. Of a choice every alternative is tried.
 */
#include "record/verdict.h"
#include "study/study.h"

/* Where the models come from. */
struct flip_world {
    void *self;
    /* All inputs at their centre but `unknown` (NONE: that one too), at this quantile of its
     * distribution, or, of a choice, the alternative that the quantile falls on by the weights. */
    int (*model)(void *self, uint32_t unknown, double quantile, struct model **out,
                 struct why *why);
    /* Its value there as people write it. */
    int (*value)(void *self, uint32_t unknown, double quantile, struct text *out, struct why *why);
};

struct flip_options {
    uint32_t legal,
        traffic;      /* replications at each point; traffic only where a claim asks for it */
    unsigned workers; /* 0: one a core */
    void (*report)(void *self, const struct progress *progress); /* NULL: nobody watches */
    void *report_self;
    const volatile int *stop;        /* as study_options */
    const struct executor *executor; /* NULL: threads */
};

#define FLIP_LEGAL   50 /* replications when not asked for otherwise */
#define FLIP_TRAFFIC 5

/* One input that turns an answer round. */
struct flip {
    uint32_t unknown; /* row of model.unknown */
    double quantile;  /* of the value nearest to the centre that flips */
    double chance;    /* that the input lies there or beyond; of a choice, its weight's share */
    double estimate;  /* of the claim's metric there */
    const char *value;
};

/* One claim of one strategy. */
struct flip_answer {
    const struct claim *claim; /* borrows from the model */
    uint32_t strategy;
    enum verdict verdict; /* of the run: holds or fails */
    double estimate;      /* with all inputs at their centre */
    bool holds;           /* the estimate satisfies it: may differ from the run's verdict */
    struct {
        struct flip *item; /* owned; by falling chance, then in the scenario's order */
        size_t count, capacity;
    } flips;
};

/* What was tried of each input. */
struct flip_input {
    const char *path; /* borrows from the model */
    bool is_choice;
    const char *centre; /* of a choice the heaviest alternative, which stands at the centre; else
                           the median: the mean, which stands there, is near it */
    const char *low, *high; /* at quantiles 0.01 and 0.99; NULL of a choice */
};

struct flips {
    struct arena arena;
    struct {
        struct flip_answer *item; /* owned */
        size_t count, capacity;
    } answers;
    struct flip_input *input; /* in `arena`; [inputs] */
    uint32_t inputs;
    size_t points; /* models tried */
};

/*
 * `model` states the claims and unknowns (inputs at their centre), `judged` the run's verdicts on
 * them; undecided ones and `expect` lines are left out. Release `out` with flips_release, also
 * after failure. ERR_STOPPED when stopped; errors of models and trials.
 */
MUST_CHECK int flips_find(struct flips *out, const struct model *model,
                          const struct judgement_list *judged, const struct flip_world *world,
                          const struct flip_options *options, struct why *why);
void flips_release(struct flips *flips);

#endif
