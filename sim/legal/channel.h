#ifndef LEGAL_CHANNEL_H
#define LEGAL_CHANNEL_H

/*
 * The levers that a request stream has in one phase, the best plan for each thing one may want, and
 * what each lever takes: pure questions to the model, asked once and remembered, since thousands of
 * requests ask the same.
 */
#include "legal/effect.h"
#include "model/plan.h"

struct channel {
    uint32_t phase;
    struct jurisdiction_id asker;
    uint64_t through; /* instruments; of a threat its ordinal */
    bool threat;      /* the levers of a threat: asker i NONE */
    struct lever_list levers;
    uint32_t *effect; /* owned: [levers][parts of all cohorts], row + 1; 0: not yet worked out */
};

/* What a request asks for when it looks for a plan. `got`, one a part and class (row of the
 * cohort's part x classes + class), is what it has already; NULL: nothing. */
struct wish {
    uint32_t channel, cohort;
    uint64_t parts;   /* of the cohort */
    uint64_t refused; /* levers */
    uint16_t classes;
    uint8_t want;   /* enum want, or one of the below */
    bool encrypted; /* WANT_METADATA: of the classes whose metadata are encrypted, by opening them;
                       else of the others */
    const struct yield *got;
};

/* What is no disclosure is asked of custodians, a partner's too: the quickest lever that reaches a
 * site where anything lies, or levers that together reach all such sites that any of the channel's
 * reaches, the quickest first; none without those refused. */
enum { WANT_A_HOLDER = WANT_CONTENT + 1, WANT_ALL_HOLDERS };

struct remembered;

/* Start with channels_init. */
struct channels {
    const struct timeline *timeline; /* borrows */
    struct {
        struct channel *item; /* owned */
        size_t count, capacity;
    } channels;
    struct effect_table table;
    struct remembered *slot; /* owned: plans by wish */
    size_t slots, remembered;
};

void channels_init(struct channels *channels, const struct timeline *timeline);
void channels_release(struct channels *channels);

/* The channel of an asker in a phase: `*row` among the channels. ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int channel_find(struct channels *channels, uint32_t phase, struct jurisdiction_id asker,
                            uint64_t through, uint32_t *row, struct why *why);

/* The same for a threat, by its ordinal. */
MUST_CHECK int channel_find_threat(struct channels *channels, uint32_t phase, uint32_t threat,
                                   uint32_t *row, struct why *why);

/* The levers of the best plan for a wish, as a mask over the channel's; 0: there is none. */
MUST_CHECK int channel_plan(struct channels *channels, const struct wish *wish, uint64_t *levers,
                            struct why *why);

/* The lever's ordinal in the channel by its identity, or NONE. */
uint32_t channel_lever(const struct channel *channel, uint64_t identity);

/* What lever `lever` of a channel takes of a part of a cohort: row of the effect table. */
MUST_CHECK int channel_effect(struct channels *channels, uint32_t channel, uint32_t lever,
                              uint32_t cohort, uint32_t part, uint32_t *row, struct why *why);

#endif
