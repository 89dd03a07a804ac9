#ifndef SCENARIO_DOCUMENT_H
#define SCENARIO_DOCUMENT_H

/*
 * A scenario as opened: its document and, for each strategy, how the document stands in each epoch.
 * Dates are settled here, since neither a date nor what it changes may be uncertain.
 */
#include "scenario/path.h"
#include "scenario/scenario.h"
#include "scenario/study.h"

extern const struct form horizon_form, strategy_form, change_form;

/* A dated change as stated. */
struct stated_change {
    const struct node *node;
    sim_ns at;  /* not before the start */
    bool dated; /* false: the date is wrong, and told */
    struct overrides set;
    const struct node *placement; /* NULL: unchanged */
    enum move_keys keys;
    const struct node *old_copies; /* NULL: kept */
    const char *because;
};

struct stated_strategy {
    struct named is;
    const struct node *placement;
    struct overrides set;
    const struct stated_change *change;
    uint32_t changes;
};

struct planned_epoch {
    sim_ns from, to;
    struct node *document;
    const struct node *placement;
    const struct stated_change *move; /* whose placement begins here; NULL: none does */
    bool moved;
    const char *because;
};

struct planned_strategy {
    struct planned_epoch *epoch;
    uint32_t epochs;
};

struct scenario {
    struct files files;
    struct node *document;    /* with overrides */
    struct node *at_start;    /* with the world's changes at or before the start */
    const struct node *costs; /* of the cost file; NULL: there is none */
    struct names names[SECTIONS];
    int64_t starts_unix_s;
    sim_ns horizon;
    uint64_t seed;
    uint32_t unknowns; /* uncertain inputs */
    const struct stated_change *change;
    uint32_t changes;
    const struct stated_strategy *strategy;
    struct planned_strategy *plan;
    uint32_t strategies;
    struct path_memo memo;
    struct text text;
    struct why warnings;
};

/* A reader of the scenario for one world; `costs` has room for 3. */
struct read scenario_reader(const struct scenario *s, const struct node *document,
                            struct arena *arena, struct why *why, const struct node **costs);

/* Fills names, horizon, strategies and plans from the document. Faults go to `why`; ERR_MEMORY or
 * 0. */
MUST_CHECK int scenario_plan(struct scenario *s, struct why *why);

/* Gives every uncertain input its random stream. */
void number_unknowns(struct scenario *s);

/* Reads all data files that the document names. */
MUST_CHECK int read_tables(struct scenario *s, struct why *why);

/* Builds the model of `world`. ERR_INPUT with all faults. */
MUST_CHECK int scenario_build(const struct scenario *s, uint64_t world, struct model **out,
                              struct why *why);

/* Faults that show only when the parts of a model are seen together. */
struct read;
void check_model(struct read *r, const struct model *model);

/* Rows nobody uses, and the like. */
void find_warnings(const struct model *model, struct why *out);

#endif
