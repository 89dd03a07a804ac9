#ifndef MODEL_OPENING_H
#define MODEL_OPENING_H

/*
 * When do members (levers, jurisdictions, custodians) open what is asked, as a decision diagram:
 * one variable a member. A holder is the OR of the members that yield it; a rule is plaintext OR
 * (ciphertext formula AND key formula); what is asked is the AND over the rules.
 *
 * The order of the variables is that of first appearance: rule by rule, the leaves of the
 * ciphertext formula and then of the key formula as written, of each leaf the members that yield
 * it. Nodes over 200 random nested thresholds of 32 sites and 32 key stores, a lever each:
 * geometric mean 100 (worst 208) in this order, 3,500 (22,000) in the file's order of levers,
 * 250,000 at random. With levers that yield three holders each, 16 + 16: 2,300, 3,500 and 3,600.
 */
#include "model/plan.h"

enum { SHARED_MOST = 2 }; /* the asker's judge decides for all, and a partner's */

struct opening {
    struct bdd bdd;
    const struct rule *const *rule; /* borrows, like all below */
    const struct yield *yield;      /* [members x rules]: what each member yields under each rule */
    const struct yield *got;        /* one a rule, or NULL: what is there already */
    uint32_t members, rules;        /* at most 64 each */
    enum want want;
    bool chances; /* cached keys and watched plaintext depend on variables of their own; else they
                     count as yielded */
    uint8_t shared[64][SHARED_MOST]; /* with `chances`: decisions that members take together, each
                                        by its ordinal + 1; 0: none */
    uint32_t decisions;
    uint8_t member[64]; /* by rank in the order; opening_order fills both */
    uint8_t rank[64];
};

/* Of importance: a holder that is held in any case, or never, whatever the members do. */
struct given {
    bool is_store;
    uint32_t holder; /* NONE: none */
    bool held;
};
extern const struct given given_nothing;

void opening_order(struct opening *o);

/* The variable of a member; of its cached keys under a rule; of its watching under a rule, when it
 * did not take the key from the cache, and when it did. Without
 * `chances` a member's variable is its rank. */
uint32_t opening_variable(const struct opening *o, uint32_t member);
uint32_t opening_cache_variable(const struct opening *o, uint32_t member, uint32_t rule);
uint32_t opening_watch_variable(const struct opening *o, uint32_t member, uint32_t rule,
                                bool captured);
/* With `chances`, that of a shared decision. */
uint32_t opening_decision_variable(const struct opening *o, uint32_t decision);
/* How many numbers of variables there are. */
uint32_t opening_variables(const struct opening *o);

/* All the rules of the mask are open. Failure is the diagram's. */
uint32_t opening_function(struct opening *o, uint64_t rules, struct given given);

/* One holder under one rule is yielded. */
uint32_t opening_holder(struct opening *o, uint32_t rule, bool is_store, uint32_t holder);

/* A formula whose leaf i is the function leaf[i]; and its dual, which holds when enough leaves are
 * missing: k of n becomes n - k + 1 of n, all becomes any. */
uint32_t opening_formula(struct bdd *b, const struct formula *f, const uint32_t leaf[HOLDERS_MAX],
                         bool dual);

/* Without a diagram: do these members open all rules of the mask? */
bool opening_holds(const struct opening *o, uint64_t rules, uint64_t members);

#endif
