#ifndef MODEL_QUESTION_H
#define MODEL_QUESTION_H

/* A plan question with every lever's yield under every rule worked out: what plans and importance
 * ask of the same levers. Private to them. */
#include "model/meeting.h"
#include "model/opening.h"

struct worked {
    const struct plan_question *q; /* borrows */
    struct opening opening;        /* over the levers that yield something */
    struct yield *yield;           /* owned: [members x rules] */
    uint8_t lever[64];             /* of each member */
    uint64_t open;                 /* mask of the rules that all of them together open */
};

/* Start from `{0}`; release also after failure. ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int worked_make(struct worked *k, const struct plan_question *q, struct why *why);
void worked_release(struct worked *k);

/* All members, as a mask. */
uint64_t worked_members(const struct worked *k);

/* Leaves only the members of a mask; variables have to be ordered anew. */
void worked_keep(struct worked *k, uint64_t members);

/* What a member's hold of the gateway has of a given account by chance under a rule: all of it when
 * the question does not ask for chances. */
struct meeting worked_meeting(const struct worked *k, uint32_t member, uint32_t rule);

#endif
