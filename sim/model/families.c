#include "model/families.h"
#include <stdlib.h>

static uint32_t
suppressed(struct bdd *b, uint32_t variable, uint32_t low, uint32_t high)
{
    return high == BDD_FALSE ? low : bdd_node_of(b, variable, low, high);
}

/* Does the function hold of nothing at all? */
static bool
holds_of_nothing(const struct bdd *b, uint32_t function)
{
    while (function > BDD_TRUE)
        function = b->node[function].low;
    return function == BDD_TRUE;
}

/* The sets of a family that do not satisfy a function. */
static uint32_t
without_solutions(struct bdd *b, uint32_t family, uint32_t function)
{
    struct bdd_answer q = {FAMILY_WITHOUT_SOLUTIONS, family, function, 0, 0};
    const uint32_t top = bdd_top(b, family), asked = bdd_top(b, function);

    if (b->rc != 0 || family == BDD_FALSE || function == BDD_TRUE)
        return BDD_FALSE;
    if (function == BDD_FALSE)
        return family;
    if (family == BDD_TRUE)
        return holds_of_nothing(b, function) ? BDD_FALSE : BDD_TRUE;
    if (asked < top) /* no set of the family has that variable */
        return without_solutions(b, family, b->node[function].low);
    if (bdd_recall(b, &q, &q.result))
        return q.result;
    const uint32_t with = asked == top ? b->node[function].high : function;
    const uint32_t none = asked == top ? b->node[function].low : function;
    const uint32_t low = without_solutions(b, b->node[family].low, none);
    const uint32_t high = without_solutions(b, b->node[family].high, with);

    q.result = suppressed(b, top, low, high);
    bdd_remember(b, q);
    return q.result;
}

uint32_t
family_minimal(struct bdd *b, uint32_t f)
{
    struct bdd_answer q = {FAMILY_MINIMAL, f, 0, 0, 0};
    uint32_t low, high;

    if (b->rc != 0)
        return BDD_FALSE;
    if (f <= BDD_TRUE)
        return f;
    if (bdd_recall(b, &q, &q.result))
        return q.result;
    low = family_minimal(b, b->node[f].low);
    high = without_solutions(b, family_minimal(b, b->node[f].high), b->node[f].low);
    q.result = suppressed(b, bdd_top(b, f), low, high);
    bdd_remember(b, q);
    return q.result;
}

uint32_t
family_of_size(struct bdd *b, uint32_t family, uint32_t size)
{
    struct bdd_answer q = {FAMILY_OF_SIZE, family, size, 0, 0};
    uint32_t low, high;

    if (b->rc != 0 || family == BDD_FALSE)
        return BDD_FALSE;
    if (family == BDD_TRUE)
        return size == 0 ? BDD_TRUE : BDD_FALSE;
    if (bdd_recall(b, &q, &q.result))
        return q.result;
    low = family_of_size(b, b->node[family].low, size);
    high = size > 0 ? family_of_size(b, b->node[family].high, size - 1) : BDD_FALSE;
    q.result = suppressed(b, bdd_top(b, family), low, high);
    bdd_remember(b, q);
    return q.result;
}

uint32_t
family_difference(struct bdd *b, uint32_t family, uint32_t other)
{
    struct bdd_answer q = {FAMILY_DIFFERENCE, family, other, 0, 0};
    const uint32_t top = bdd_top(b, family), theirs = bdd_top(b, other);

    if (b->rc != 0 || family == BDD_FALSE || family == other)
        return BDD_FALSE;
    if (other == BDD_FALSE)
        return family;
    if (theirs < top)
        return family_difference(b, family, b->node[other].low);
    if (bdd_recall(b, &q, &q.result))
        return q.result;
    const uint32_t low =
        family_difference(b, b->node[family].low, theirs == top ? b->node[other].low : other);
    const uint32_t high = theirs == top
                              ? family_difference(b, b->node[family].high, b->node[other].high)
                              : b->node[family].high;

    q.result = suppressed(b, top, low, high);
    bdd_remember(b, q);
    return q.result;
}

uint32_t
family_with(struct bdd *b, uint32_t family, uint32_t variable)
{
    struct bdd_answer q = {FAMILY_WITH, family, variable, 0, 0};
    const uint32_t top = bdd_top(b, family);

    if (b->rc != 0 || top > variable)
        return BDD_FALSE;
    if (top == variable)
        return b->node[family].high;
    if (bdd_recall(b, &q, &q.result))
        return q.result;
    const uint32_t low = family_with(b, b->node[family].low, variable);
    const uint32_t high = family_with(b, b->node[family].high, variable);

    q.result = suppressed(b, top, low, high);
    bdd_remember(b, q);
    return q.result;
}

uint32_t
family_without(struct bdd *b, uint32_t family, uint32_t variable)
{
    struct bdd_answer q = {FAMILY_WITHOUT, family, variable, 0, 0};
    const uint32_t top = bdd_top(b, family);

    if (b->rc != 0)
        return BDD_FALSE;
    if (top > variable)
        return family;
    if (top == variable)
        return b->node[family].low;
    if (bdd_recall(b, &q, &q.result))
        return q.result;
    const uint32_t low = family_without(b, b->node[family].low, variable);
    const uint32_t high = family_without(b, b->node[family].high, variable);

    q.result = suppressed(b, top, low, high);
    bdd_remember(b, q);
    return q.result;
}

static uint64_t
sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t
lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Both walks: what of the sets with the variable and of those without makes that of all. */
static uint64_t
fold(struct bdd *b, uint32_t family, uint64_t none, uint64_t empty, uint64_t with,
     uint64_t (*join)(uint64_t, uint64_t))
{
    uint64_t *value, result;

    if (b->rc != 0)
        return none;
    if (family <= BDD_TRUE)
        return family == BDD_TRUE ? empty : none;
    value = malloc(((size_t)family + 1) * sizeof *value);
    if (value == NULL) {
        b->rc = ERR_MEMORY;
        return none;
    }
    value[BDD_FALSE] = none;
    value[BDD_TRUE] = empty;
    for (uint32_t i = 2; i <= family; i++)
        value[i] = join(value[b->node[i].low], sum(value[b->node[i].high], with));
    result = value[family];
    free(value);
    return result;
}

uint64_t
family_count(struct bdd *b, uint32_t family)
{
    return fold(b, family, 0, 1, 0, sum);
}

uint32_t
family_least(struct bdd *b, uint32_t family)
{
    const uint64_t least = fold(b, family, UINT32_MAX, 0, 1, lesser);

    return least < UINT32_MAX ? (uint32_t)least : UINT32_MAX;
}
