#include "model/sets.h"
#include "base/mem.h"
#include <stdlib.h>

int
set_compare(uint64_t a, uint64_t b)
{
    const int size = __builtin_popcountll(a) - __builtin_popcountll(b);
    const uint64_t differ = a ^ b;

    if (size != 0 || differ == 0)
        return size;
    return (a & (differ & -differ)) != 0 ? -1 : 1;
}

static int
compare_items(const void *a, const void *b)
{
    return set_compare(*(const uint64_t *)a, *(const uint64_t *)b);
}

struct listing {
    struct set_list *out;
    struct bdd *bdd;
    const uint8_t *member;
    size_t most;
    int rc;
};

static void
list_one(struct listing *l, uint64_t set)
{
    if (VEC_ROOM(l->out) < 0)
        l->rc = ERR_MEMORY;
    else
        l->out->item[l->out->count++] = set;
}

/* Every set of the family, in the diagram's order. */
static void
list_all(struct listing *l, uint32_t family, uint64_t set)
{
    if (l->rc != 0 || family == BDD_FALSE)
        return;
    if (family == BDD_TRUE) {
        list_one(l, set);
        return;
    }
    const struct bdd_node n = l->bdd->node[family];

    list_all(l, n.high, set | UINT64_C(1) << l->member[n.variable]);
    list_all(l, n.low, set);
}

/*
 * Of a family of sets of one size, those that come first by ordinal: with the lowest member first,
 * and so on down. The diagram's order is another, so each step takes cofactors; the work grows with
 * the sets listed and not with those there are. `variable` of each ordinal, UINT32_MAX for none.
 */
static void
list_first(struct listing *l, uint32_t family, uint64_t set, uint32_t ordinal,
           const uint32_t *variable)
{
    if (family == BDD_TRUE && l->rc == 0 && l->out->count < l->most)
        list_one(l, set);
    for (; ordinal < 64 && family > BDD_TRUE; ordinal++) {
        if (l->rc != 0 || l->bdd->rc != 0 || l->out->count >= l->most)
            return;
        if (variable[ordinal] == UINT32_MAX)
            continue;
        list_first(l, family_with(l->bdd, family, variable[ordinal]), set | UINT64_C(1) << ordinal,
                   ordinal + 1, variable);
        family = family_without(l->bdd, family, variable[ordinal]);
    }
}

/* Size by size while there is room; a size that does not fit is listed from its beginning. */
static void
list_by_size(struct listing *l, uint32_t family, uint32_t members)
{
    uint32_t variable[64];

    for (uint32_t i = 0; i < 64; i++)
        variable[i] = UINT32_MAX;
    for (uint32_t v = 0; v < members; v++)
        variable[l->member[v]] = v;
    for (uint32_t size = 0; size <= members && l->out->count < l->most; size++) {
        const uint32_t some = family_of_size(l->bdd, family, size);

        if (l->rc != 0 || l->bdd->rc != 0)
            return;
        if (some != BDD_FALSE)
            list_first(l, some, 0, 0, variable);
    }
}

int
set_list_add(struct set_list *out, struct bdd *b, uint32_t family, const uint8_t *member,
             uint32_t members, size_t most, struct why *why)
{
    struct listing l = {out, b, member, most, 0};
    const size_t first = out->count;
    const uint64_t here = family_count(b, family);

    out->total = here > UINT64_MAX - out->total ? UINT64_MAX : out->total + here;
    if (here <= most - first) {
        list_all(&l, family, 0);
        if (l.rc == 0 && out->count > first + 1)
            qsort(out->item + first, out->count - first, sizeof *out->item, compare_items);
    } else {
        list_by_size(&l, family, members);
    }
    return l.rc == 0 ? bdd_status(b, why) : why_no_memory(why);
}

void
set_list_release(struct set_list *list)
{
    free(list->item);
    *list = (struct set_list){0};
}
