#include "model/bdd.h"
#include "base/mem.h"
#include <math.h>
#include <stdlib.h>

enum { SLOTS_LEAST = 256 };

static size_t
hash_of(uint32_t a, uint32_t b, uint32_t c)
{
    uint64_t h = a * UINT64_C(0x9E3779B97F4A7C15);

    h = (h ^ (h >> 32) ^ b) * UINT64_C(0xBF58476D1CE4E5B9);
    h = (h ^ (h >> 32) ^ c) * UINT64_C(0x94D049BB133111EB);
    return (size_t)(h ^ (h >> 29));
}

static void
place_node(uint32_t *slot, size_t slots, const struct bdd_node *n, uint32_t number)
{
    size_t i = hash_of(n->variable, n->low, n->high) & (slots - 1);

    while (slot[i] != 0)
        i = (i + 1) & (slots - 1);
    slot[i] = number;
}

/* Tables of twice the size. Answers are dropped: they can be worked out again. */
static int
grow_tables(struct bdd *b)
{
    const size_t slots = b->slots > 0 ? 2 * b->slots : SLOTS_LEAST;
    uint32_t *slot = calloc(slots, sizeof *slot);
    struct bdd_answer *answer = calloc(slots, sizeof *answer);

    if (slot == NULL || answer == NULL) {
        free(slot);
        free(answer);
        return ERR_MEMORY;
    }
    for (size_t i = 2; i < b->count; i++)
        place_node(slot, slots, &b->node[i], (uint32_t)i);
    free(b->slot);
    free(b->answer);
    b->slot = slot;
    b->answer = answer;
    b->slots = slots;
    return 0;
}

/* Room for one node more; the constants come first. */
static int
make_room(struct bdd *b)
{
    if (b->rc != 0)
        return b->rc;
    if (b->count >= BDD_NODES_MOST)
        return b->rc = ERR_LIMIT;
    if (2 * (b->count + 1) > b->slots)
        b->rc = grow_tables(b);
    if (b->rc == 0)
        b->rc = mem_grow(&b->node, &b->capacity, b->count == 0 ? SLOTS_LEAST / 2 : b->count + 1,
                         sizeof *b->node);
    if (b->rc == 0 && b->count == 0)
        b->count = 2;
    return b->rc;
}

void
bdd_release(struct bdd *b)
{
    free(b->node);
    free(b->slot);
    free(b->answer);
    *b = (struct bdd){0};
}

int
bdd_status(const struct bdd *b, struct why *why)
{
    if (b->rc == ERR_LIMIT)
        return why_add(why, ERR_LIMIT, NULL,
                       "who can open what is too intricate here: its decision diagram has over %u "
                       "nodes",
                       BDD_NODES_MOST);
    return b->rc == 0 ? 0 : why_no_memory(why);
}

uint32_t
bdd_node_of(struct bdd *b, uint32_t variable, uint32_t low, uint32_t high)
{
    const struct bdd_node n = {variable, low, high};
    size_t i;

    if (make_room(b) < 0)
        return BDD_FALSE;
    i = hash_of(variable, low, high) & (b->slots - 1);
    for (; b->slot[i] != 0; i = (i + 1) & (b->slots - 1)) {
        const struct bdd_node *k = &b->node[b->slot[i]];

        if (k->variable == variable && k->low == low && k->high == high)
            return b->slot[i];
    }
    b->slot[i] = (uint32_t)b->count;
    b->node[b->count++] = n;
    return b->slot[i];
}

static size_t
answer_slot(const struct bdd *b, const struct bdd_answer *q)
{
    return (hash_of(q->a, q->b, q->c) + q->operation) & (b->slots - 1);
}

bool
bdd_recall(const struct bdd *b, const struct bdd_answer *q, uint32_t *result)
{
    const struct bdd_answer *known;

    if (b->slots == 0)
        return false;
    known = &b->answer[answer_slot(b, q)];
    if (known->operation != q->operation || known->a != q->a || known->b != q->b ||
        known->c != q->c)
        return false;
    *result = known->result;
    return true;
}

void
bdd_remember(struct bdd *b, struct bdd_answer answer)
{
    if (b->rc == 0 && b->slots > 0)
        b->answer[answer_slot(b, &answer)] = answer;
}

static uint32_t
reduced(struct bdd *b, uint32_t variable, uint32_t low, uint32_t high)
{
    return low == high ? low : bdd_node_of(b, variable, low, high);
}

uint32_t
bdd_variable(struct bdd *b, uint32_t variable)
{
    return reduced(b, variable, BDD_FALSE, BDD_TRUE);
}

static uint32_t
cofactor(const struct bdd *b, uint32_t f, uint32_t variable, bool value)
{
    if (bdd_top(b, f) != variable)
        return f;
    return value ? b->node[f].high : b->node[f].low;
}

uint32_t
bdd_if(struct bdd *b, uint32_t f, uint32_t then, uint32_t otherwise)
{
    struct bdd_answer q = {BDD_IF, f, then, otherwise, 0};
    uint32_t variable, low, high;

    if (b->rc != 0)
        return BDD_FALSE;
    if (f == BDD_TRUE || then == otherwise)
        return then;
    if (f == BDD_FALSE)
        return otherwise;
    if (then == BDD_TRUE && otherwise == BDD_FALSE)
        return f;
    if (bdd_recall(b, &q, &q.result))
        return q.result;
    variable = bdd_top(b, f);
    if (bdd_top(b, then) < variable)
        variable = bdd_top(b, then);
    if (bdd_top(b, otherwise) < variable)
        variable = bdd_top(b, otherwise);
    high = bdd_if(b, cofactor(b, f, variable, true), cofactor(b, then, variable, true),
                  cofactor(b, otherwise, variable, true));
    low = bdd_if(b, cofactor(b, f, variable, false), cofactor(b, then, variable, false),
                 cofactor(b, otherwise, variable, false));
    q.result = reduced(b, variable, low, high);
    bdd_remember(b, q);
    return q.result;
}

uint32_t
bdd_and(struct bdd *b, uint32_t f, uint32_t g)
{
    return f < g ? bdd_if(b, f, g, BDD_FALSE) : bdd_if(b, g, f, BDD_FALSE);
}

uint32_t
bdd_or(struct bdd *b, uint32_t f, uint32_t g)
{
    return f < g ? bdd_if(b, f, BDD_TRUE, g) : bdd_if(b, g, BDD_TRUE, f);
}

/*
 * some[j] after part i: at least j of the parts from i on. Taken from the last part to the first,
 * so that parts that are variables in order become nodes at once, without any search.
 */
uint32_t
bdd_at_least(struct bdd *b, uint32_t need, const uint32_t *function, uint32_t count)
{
    uint32_t *some, result;

    if (need == 0)
        return BDD_TRUE;
    if (need > count || b->rc != 0)
        return BDD_FALSE;
    some = calloc((size_t)need + 1, sizeof *some);
    if (some == NULL) {
        b->rc = ERR_MEMORY;
        return BDD_FALSE;
    }
    some[0] = BDD_TRUE;
    for (uint32_t i = count; i-- > 0;)
        for (uint32_t j = need; j > 0 && j + i >= need; j--) /* fewer are never asked for */
            some[j] = bdd_if(b, function[i], some[j - 1], some[j]);
    result = some[need];
    free(some);
    return b->rc == 0 ? result : BDD_FALSE;
}

uint32_t
bdd_restrict(struct bdd *b, uint32_t f, uint32_t variable, bool value)
{
    struct bdd_answer q = {value ? BDD_RESTRICT_HIGH : BDD_RESTRICT_LOW, f, variable, 0, 0};
    uint32_t top = bdd_top(b, f), low, high;

    if (b->rc != 0)
        return BDD_FALSE;
    if (top > variable) /* constants included */
        return f;
    if (top == variable)
        return cofactor(b, f, variable, value);
    if (bdd_recall(b, &q, &q.result))
        return q.result;
    low = bdd_restrict(b, b->node[f].low, variable, value);
    high = bdd_restrict(b, b->node[f].high, variable, value);
    q.result = reduced(b, top, low, high);
    bdd_remember(b, q);
    return q.result;
}

/* Marks what f is made of, so that nodes of others are not worked out in vain. */
static void
mark_below(const struct bdd *b, uint32_t f, double *p)
{
    for (uint32_t i = 0; i < f; i++)
        p[i] = NAN;
    p[f] = 0;
    for (uint32_t i = f; i > BDD_TRUE; i--)
        if (!isnan(p[i]))
            p[b->node[i].low] = p[b->node[i].high] = 0;
}

double
bdd_probability(struct bdd *b, uint32_t f, const double *chance)
{
    double *p, result;

    if (b->rc != 0)
        return (double)NAN;
    if (f <= BDD_TRUE)
        return f;
    p = malloc(((size_t)f + 1) * sizeof *p);
    if (p == NULL) {
        b->rc = ERR_MEMORY;
        return (double)NAN;
    }
    mark_below(b, f, p);
    p[BDD_FALSE] = 0;
    p[BDD_TRUE] = 1;
    for (uint32_t i = 2; i <= f; i++) {
        const struct bdd_node *n = &b->node[i];

        if (!isnan(p[i]))
            p[i] = chance[n->variable] * p[n->high] + (1 - chance[n->variable]) * p[n->low];
    }
    result = p[f];
    free(p);
    return result;
}
