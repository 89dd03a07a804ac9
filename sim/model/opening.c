#include "model/opening.h"
#include <stdlib.h>

const struct given given_nothing = {.holder = NONE};

static const struct yield *
yield_of(const struct opening *o, uint32_t member, uint32_t rule)
{
    return &o->yield[member * o->rules + rule];
}

/* ---- the order of the variables ---- */

static void
rank_member(struct opening *o, uint32_t member, uint64_t *ranked)
{
    if ((*ranked >> member & 1) != 0)
        return;
    o->rank[member] = (uint8_t)__builtin_popcountll(*ranked);
    o->member[o->rank[member]] = (uint8_t)member;
    *ranked |= UINT64_C(1) << member;
}

static void
rank_leaves(struct opening *o, uint32_t rule, const struct formula *f, bool is_store,
            uint64_t *ranked)
{
    for (uint32_t i = 0; f->leaf == NONE && i < f->parts; i++)
        rank_leaves(o, rule, &f->part[i], is_store, ranked);
    for (uint32_t m = 0; f->leaf != NONE && m < o->members; m++) {
        const struct yield *y = yield_of(o, m, rule);

        if (((is_store ? y->keys | y->uses | y->cached : y->fragments) >> f->leaf & 1) != 0)
            rank_member(o, m, ranked);
    }
}

void
opening_order(struct opening *o)
{
    uint64_t ranked = 0;

    for (uint32_t r = 0; r < o->rules; r++) {
        rank_leaves(o, r, &o->rule[r]->data, false, &ranked);
        if (o->want == WANT_CONTENT)
            rank_leaves(o, r, &o->rule[r]->keys, true, &ranked);
    }
    for (uint32_t m = 0; m < o->members; m++)
        rank_member(o, m, &ranked);
}

/* With chances each member's variable is followed by those of its chances, so that what depends on
 * it stands beside it. */
static uint32_t
stride(const struct opening *o)
{
    return o->chances ? 1 + 3 * o->rules : 1;
}

uint32_t
opening_variable(const struct opening *o, uint32_t member)
{
    return o->rank[member] * stride(o);
}

uint32_t
opening_cache_variable(const struct opening *o, uint32_t member, uint32_t rule)
{
    return opening_variable(o, member) + 1 + 3 * rule;
}

uint32_t
opening_watch_variable(const struct opening *o, uint32_t member, uint32_t rule, bool captured)
{
    return opening_variable(o, member) + (captured ? 3 : 2) + 3 * rule;
}

uint32_t
opening_variables(const struct opening *o)
{
    return o->members * stride(o) + o->decisions;
}

uint32_t
opening_decision_variable(const struct opening *o, uint32_t decision)
{
    return o->members * stride(o) + decision;
}

/* ---- functions ---- */

/* The member acts: decisions that it shares with others are for it, too. */
static uint32_t
acts(struct opening *o, uint32_t member)
{
    uint32_t f = bdd_variable(&o->bdd, opening_variable(o, member));

    for (unsigned i = 0; o->chances && i < SHARED_MOST; i++)
        if (o->shared[member][i] != 0)
            f = bdd_and(
                &o->bdd, f,
                bdd_variable(&o->bdd, opening_decision_variable(o, o->shared[member][i] - 1)));
    return f;
}

/* The member acts, and chance is with it. */
static uint32_t
with_chance(struct opening *o, uint32_t member, uint32_t chance)
{
    const uint32_t f = acts(o, member);

    return o->chances ? bdd_and(&o->bdd, f, bdd_variable(&o->bdd, chance)) : f;
}

uint32_t
opening_holder(struct opening *o, uint32_t rule, bool is_store, uint32_t holder)
{
    const struct yield *got = o->got != NULL ? &o->got[rule] : NULL;
    const uint64_t bit = UINT64_C(1) << holder;
    uint32_t f = BDD_FALSE;

    if (got != NULL && ((is_store ? got->keys | got->uses | got->cached : got->fragments) & bit))
        return BDD_TRUE;
    for (uint32_t m = o->members; m-- > 0;) {
        const struct yield *y = yield_of(o, m, rule);

        if (((is_store ? y->keys | y->uses : y->fragments) & bit) != 0)
            f = bdd_or(&o->bdd, f, acts(o, m));
        else if (is_store && (y->cached & bit) != 0)
            f = bdd_or(&o->bdd, f, with_chance(o, m, opening_cache_variable(o, m, rule)));
    }
    return f;
}

/* Something is met in use: another chance where the key is taken from the cache, too. */
static uint32_t
meets(struct opening *o, uint32_t member, uint32_t rule)
{
    struct bdd *b = &o->bdd;

    if (!o->chances)
        return BDD_TRUE;
    const uint32_t apart = bdd_variable(b, opening_watch_variable(o, member, rule, false));

    if (yield_of(o, member, rule)->cached == 0)
        return apart;
    return bdd_if(b, bdd_variable(b, opening_cache_variable(o, member, rule)),
                  bdd_variable(b, opening_watch_variable(o, member, rule, true)), apart);
}

static uint32_t
plaintext_of(struct opening *o, uint32_t rule)
{
    const struct yield *got = o->got != NULL ? &o->got[rule] : NULL;
    uint32_t f = BDD_FALSE;

    if (got != NULL && (got->plaintext || got->watched))
        return BDD_TRUE;
    for (uint32_t m = o->members; m-- > 0;) {
        const struct yield *y = yield_of(o, m, rule);

        if (y->plaintext)
            f = bdd_or(&o->bdd, f, acts(o, m));
        else if (y->watched)
            f = bdd_or(&o->bdd, f, bdd_and(&o->bdd, acts(o, m), meets(o, m, rule)));
    }
    return f;
}

static uint32_t
metadata_of(struct opening *o, uint32_t rule)
{
    uint32_t f = o->got != NULL && o->got[rule].metadata ? BDD_TRUE : BDD_FALSE;

    for (uint32_t m = o->members; m-- > 0;)
        if (yield_of(o, m, rule)->metadata)
            f = bdd_or(&o->bdd, f, acts(o, m));
    return f;
}

uint32_t
opening_formula(struct bdd *b, const struct formula *f, const uint32_t leaf[HOLDERS_MAX], bool dual)
{
    uint32_t *part, result;

    if (f->leaf != NONE)
        return leaf[f->leaf];
    part = calloc((size_t)f->parts + 1, sizeof *part);
    if (part == NULL) {
        b->rc = ERR_MEMORY;
        return BDD_FALSE;
    }
    for (uint32_t i = 0; i < f->parts; i++)
        part[i] = opening_formula(b, &f->part[i], leaf, dual);
    if (!dual)
        result = bdd_at_least(b, f->need, part, f->parts);
    else /* what needs more than there are is missing from the start */
        result = bdd_at_least(b, f->need > f->parts ? 0 : f->parts - f->need + 1, part, f->parts);
    free(part);
    return result;
}

/* Marks the leaves of a formula: holders that matter. */
static uint64_t
leaves_of(const struct formula *f)
{
    uint64_t mask = 0;

    if (f->leaf != NONE)
        return UINT64_C(1) << f->leaf;
    for (uint32_t i = 0; i < f->parts; i++)
        mask |= leaves_of(&f->part[i]);
    return mask;
}

static uint32_t
formula_of(struct opening *o, uint32_t rule, bool is_store, struct given given)
{
    const struct formula *f = is_store ? &o->rule[rule]->keys : &o->rule[rule]->data;
    uint32_t leaf[HOLDERS_MAX] = {0};

    for (uint64_t rest = leaves_of(f); rest != 0; rest &= rest - 1) {
        const uint32_t i = (uint32_t)__builtin_ctzll(rest);

        if (given.holder == i && given.is_store == is_store)
            leaf[i] = given.held ? BDD_TRUE : BDD_FALSE;
        else
            leaf[i] = opening_holder(o, rule, is_store, i);
    }
    return opening_formula(&o->bdd, f, leaf, false);
}

static uint32_t
rule_function(struct opening *o, uint32_t rule, struct given given)
{
    uint32_t f;

    if (o->want == WANT_METADATA)
        return metadata_of(o, rule);
    f = formula_of(o, rule, false, given);
    if (o->want == WANT_CONTENT)
        f = bdd_and(&o->bdd, f, formula_of(o, rule, true, given));
    return bdd_or(&o->bdd, f, plaintext_of(o, rule));
}

uint32_t
opening_function(struct opening *o, uint64_t rules, struct given given)
{
    uint32_t f = BDD_TRUE;

    for (uint64_t rest = rules; rest != 0; rest &= rest - 1)
        f = bdd_and(&o->bdd, f, rule_function(o, (uint32_t)__builtin_ctzll(rest), given));
    return f;
}

/* ---- without a diagram ---- */

static bool
rule_holds(const struct opening *o, uint32_t rule, uint64_t members)
{
    struct yield y = o->got != NULL ? o->got[rule] : (struct yield){0};

    for (; members != 0; members &= members - 1)
        yield_merge(&y, yield_of(o, (uint32_t)__builtin_ctzll(members), rule));
    if (o->want == WANT_METADATA)
        return y.metadata;
    if (o->want == WANT_CIPHERTEXT && yield_has_ciphertext(o->rule[rule], &y))
        return true;
    return o->want == WANT_CIPHERTEXT ? y.plaintext || y.watched : yield_opens(o->rule[rule], &y);
}

bool
opening_holds(const struct opening *o, uint64_t rules, uint64_t members)
{
    for (; rules != 0; rules &= rules - 1)
        if (!rule_holds(o, (uint32_t)__builtin_ctzll(rules), members))
            return false;
    return true;
}
