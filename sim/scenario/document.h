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
    double probability;       /* that it comes to pass; 1 when not stated */
    uint64_t entity, unknown; /* key its draw: see number_unknowns */
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

/* How the document stands in each epoch of each strategy, for one set of changes that pass. */
struct plans {
    struct node *at_start; /* with the world's changes at or before the start */
    struct planned_strategy *strategy;
};

/* The document as the scenario states it, or as it stands under a reading, or with one value of a
 * sweep. */
struct variant {
    struct node *document;
    int64_t starts_unix_s;
    sim_ns horizon;
    const struct stated_change *change;
    uint32_t changes;
    const struct stated_strategy *strategy;
    uint32_t strategies;
    uint32_t doubtful;         /* changes that may not come to pass */
    struct plans plans;        /* with all changes */
    const struct input *input; /* what is uncertain, in a fixed order */
    uint32_t inputs;
};

/* An uncertain input. */
struct input {
    const char *path;
    struct where at;
    enum input_kind { INPUT_NUMBER, INPUT_CHOICE, INPUT_CHANGE } kind;
    uint64_t entity, unknown;
    double probability; /* of a change */
};

struct input_list {
    struct input *item; /* owned */
    size_t count, capacity;
};

struct scenario {
    struct files files;
    const struct node *costs; /* of the cost file; NULL: there is none */
    struct names names[SECTIONS];
    uint64_t seed;
    struct input_list inputs; /* numbers and choices: those of the document, then the readings' */
    uint32_t own_inputs;      /* how many of them are the document's */
    struct variant own;       /* as stated, with overrides */
    struct variant *reading;  /* [readings]: with a reading's values too */
    uint32_t readings;
    struct path_memo memo;
    struct text text;
    struct why warnings;
};

/* For which draw of the uncertain inputs a model is built. */
struct drawing {
    uint64_t world;                  /* SCENARIO_CENTRAL: at their means */
    const struct fixed_input *fixed; /* apart from this one; NULL: none */
    struct probe *probe;             /* told what the fixed one came to; NULL: nobody asks */
    enum { PASS_BY_CHANCE, PASS_ALL, PASS_ONLY } passes; /* which doubtful changes come to pass */
    const struct stated_change *only;                    /* PASS_ONLY: this one; NULL: none */
};

/* A reader of one of the scenario's documents, at the means; `costs` has room for 3. */
struct read scenario_reader(const struct scenario *s, const struct variant *v,
                            const struct node *document, struct arena *arena, struct why *why,
                            const struct node **costs);

/* Reads horizon, strategies and changes of v->document. Faults go to `why`; ERR_MEMORY or 0. */
MUST_CHECK int variant_read(struct scenario *s, struct variant *v, struct why *why);

/* Does the change come to pass? */
bool change_passes(const struct scenario *s, const struct drawing *drawing,
                   const struct stated_change *change);

/*
 * Applies the changes that come to pass. New nodes go to `arena`; `memo` may be NULL. Reads the
 * scenario only, so several threads may do so at once. Faults go to `why`; ERR_MEMORY or 0.
 */
MUST_CHECK int plans_make(struct plans *out, const struct scenario *s, const struct variant *v,
                          const struct drawing *drawing, struct arena *arena,
                          struct path_memo *memo, struct why *why);

/*
 * Gives every uncertain input of s->own.document its random stream: a row of a section is an
 * entity, in which inputs are counted from 1 in the order of the file. The changes of an entity
 * have numbers of their own, from CHANGE_UNKNOWN on, so that a probability more moves no draw.
 * ERR_MEMORY.
 */
MUST_CHECK int number_unknowns(struct scenario *s);
#define CHANGE_UNKNOWN (UINT64_C(1) << 32)

static inline uint64_t
section_entity(enum section section, uint32_t row)
{
    return (uint64_t)(section + 1) << 32 | row;
}

/* The inputs of a variant that was read: its numbers and choices (reading NONE: the document's,
 * else that reading's too), then its doubtful changes, new ones last. ERR_MEMORY. */
MUST_CHECK int variant_inputs(struct scenario *s, struct variant *v, uint32_t reading);

/* Reads all data files that the document names. */
MUST_CHECK int read_tables(struct scenario *s, struct why *why);

/*
 * Looks for all faults of a variant: with all its doubtful changes, with none, and with each alone.
 * `*all` is the model with all of them, the caller's (NULL when there were faults). 0 or
 * ERR_MEMORY.
 */
MUST_CHECK int variant_check(const struct scenario *s, const struct variant *v, struct model **all,
                             struct why *why);

/* Reads and plans the readings; with `check`, looks for their faults and those of the values of
 * the sweep. 0 or ERR_MEMORY. */
MUST_CHECK int read_variants(struct scenario *s, bool check, struct why *why);

/* Builds a model. ERR_INPUT with all faults, unsorted. */
MUST_CHECK int scenario_build(const struct scenario *s, const struct variant *v,
                              const struct drawing *drawing, struct model **out, struct why *why);

/* The same, with the faults sorted. */
MUST_CHECK int scenario_draw(const struct scenario *s, const struct variant *v,
                             const struct drawing *drawing, struct model **out, struct why *why);

/* Faults that show only when the parts of a model are seen together. */
struct read;
void check_model(struct read *r, const struct model *model);

/* Rows nobody uses, and the like. */
void find_warnings(const struct model *model, struct why *out);

#endif
