#include "model/plan.h"
#include <math.h>
#include <stdlib.h>
#include "model/question.h"

/* The chance that what the set's levers hold of a rule only by chance opens something of it: a
 * cached key at one of them where keys are what is missing, or plaintext in use at one of them. */
static double
rule_chance(const struct worked *k, uint64_t set, uint32_t rule)
{
    const struct opening *o = &k->opening;
    struct yield y = k->q->got != NULL ? k->q->got[rule] : (struct yield){0};
    struct meeting meeting[64];
    uint32_t meetings = 0;

    for (uint64_t rest = set; rest != 0; rest &= rest - 1)
        yield_merge(&y, &o->yield[(uint32_t)__builtin_ctzll(rest) * o->rules + rule]);
    const struct formula *keys = &o->rule[rule]->keys;
    const bool ciphertext = yield_has_ciphertext(o->rule[rule], &y);
    const bool by_cache = ciphertext && formula_holds(keys, y.keys | y.uses | y.cached);

    if (o->want == WANT_METADATA || y.plaintext ||
        (ciphertext && (o->want == WANT_CIPHERTEXT || formula_holds(keys, y.keys | y.uses))))
        return 1;
    for (uint64_t rest = set; rest != 0; rest &= rest - 1)
        meeting[meetings++] = worked_meeting(k, (uint32_t)__builtin_ctzll(rest), rule);
    return meetings_chance(meeting, meetings, by_cache);
}

static double
days_of(const struct worked *k, uint32_t member)
{
    return lever_mean_delay_s(k->q->world, &k->q->levers->item[k->lever[member]]) / 86400;
}

static struct plan
plan_of(const struct worked *k, uint64_t set)
{
    const struct plan_question *q = k->q;
    struct plan plan = {0};
    double none = 1; /* nothing is opened */

    for (uint64_t rest = set; rest != 0; rest &= rest - 1) {
        const uint32_t m = (uint32_t)__builtin_ctzll(rest);

        plan.levers |= UINT64_C(1) << k->lever[m];
        plan.days = fmax(plan.days, days_of(k, m));
    }
    plan.probability =
        levers_probability(q->world, q->levers, plan.levers, q->want == WANT_METADATA);
    for (uint64_t rest = k->open; rest != 0; rest &= rest - 1)
        none *= 1 - rule_chance(k, set, (uint32_t)__builtin_ctzll(rest));
    plan.probability *= 1 - none;
    return plan;
}

static int
compare_plans(const void *a, const void *b)
{
    const struct plan *x = a, *y = b;

    if (x->days != y->days)
        return x->days < y->days ? -1 : 1;
    return set_compare(x->levers, y->levers);
}

static int
add_plans(struct plan_list *out, const struct worked *k, const struct set_list *sets)
{
    for (size_t i = 0; i < sets->count; i++) {
        if (VEC_ROOM(out) < 0)
            return ERR_MEMORY;
        out->item[out->count++] = plan_of(k, sets->item[i]);
    }
    return 0;
}

static int
compare_days(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* The members' mean delays, ascending, each once; returns how many. */
static uint32_t
levels_of(const struct worked *k, double level[64])
{
    uint32_t levels = 0;

    for (uint32_t m = 0; m < k->opening.members; m++)
        level[m] = days_of(k, m);
    if (k->opening.members > 1)
        qsort(level, k->opening.members, sizeof *level, compare_days);
    for (uint32_t m = 0; m < k->opening.members; m++)
        if (levels == 0 || level[levels - 1] != level[m])
            level[levels++] = level[m];
    return levels;
}

/* Members that take no longer. */
static uint64_t
no_slower(const struct worked *k, double days)
{
    uint64_t mask = 0;

    for (uint32_t m = 0; m < k->opening.members; m++)
        if (days_of(k, m) <= days)
            mask |= UINT64_C(1) << m;
    return mask;
}

/*
 * Too many to list: the first ones, by how long they take. The minimal solutions without the slower
 * levers, less those that were listed with faster ones, are the plans of one duration.
 */
static int
list_by_days(struct plan_list *out, struct worked *k, uint32_t function, struct set_list *sets,
             struct why *why)
{
    struct opening *o = &k->opening;
    double level[64];
    const uint32_t levels = levels_of(k, level);
    uint32_t before = BDD_FALSE;
    int rc = 0;

    sets->count = 0;
    for (uint32_t i = 0; i < levels && rc == 0 && sets->count < PLANS_MOST; i++) {
        const uint64_t fast = no_slower(k, level[i]);
        uint32_t f = function, family;

        for (uint32_t m = 0; m < o->members; m++)
            if ((fast >> m & 1) == 0)
                f = bdd_restrict(&o->bdd, f, opening_variable(o, m), false);
        family = family_minimal(&o->bdd, f);
        rc = set_list_add(sets, &o->bdd, family_difference(&o->bdd, family, before), o->member,
                          o->members, PLANS_MOST, why);
        before = family;
    }
    return rc == 0 && add_plans(out, k, sets) < 0 ? why_no_memory(why) : rc;
}

static int
list_plans(struct plan_list *out, struct worked *k, struct set_list *sets, struct why *why)
{
    struct opening *o = &k->opening;
    uint32_t function, family;
    int rc;

    opening_order(o);
    function = opening_function(o, k->open, given_nothing);
    family = family_minimal(&o->bdd, function);
    out->total = family_count(&o->bdd, family);
    if (out->total > PLANS_MOST)
        return list_by_days(out, k, function, sets, why);
    rc = set_list_add(sets, &o->bdd, family, o->member, o->members, PLANS_MOST, why);
    if (rc == 0 && add_plans(out, k, sets) < 0)
        rc = why_no_memory(why);
    if (out->count > 1)
        qsort(out->item, out->count, sizeof *out->item, compare_plans);
    return rc;
}

int
plan_list_make(struct plan_list *out, const struct plan_question *q, struct why *why)
{
    struct worked k = {0};
    struct set_list sets = {0};
    int rc = 0;

    out->count = 0;
    out->total = 0;
    if (q->rules > 0 && q->levers->count > 0)
        rc = worked_make(&k, q, why);
    if (rc == 0 && k.open != 0)
        rc = list_plans(out, &k, &sets, why);
    set_list_release(&sets);
    worked_release(&k);
    return rc;
}

void
plan_list_release(struct plan_list *list)
{
    free(list->item);
    *list = (struct plan_list){0};
}

/* Only the levers that the fastest plans use: the least delay with whose levers all is open. */
static void
keep_fastest(struct worked *k)
{
    double level[64];
    const uint32_t levels = levels_of(k, level);

    for (uint32_t i = 0; i < levels; i++) {
        const uint64_t fast = no_slower(k, level[i]);

        if (opening_holds(&k->opening, k->open, fast)) {
            worked_keep(k, fast);
            return;
        }
    }
}

/* The first set of the smallest size. */
static int
find_best(struct plan *out, struct worked *k, struct why *why)
{
    struct opening *o = &k->opening;
    struct set_list sets = {0};
    uint32_t family;
    int rc;

    if (opening_holds(o, k->open, 0)) { /* it has all it can have */
        *out = plan_of(k, 0);
        return 0;
    }
    keep_fastest(k);
    opening_order(o);
    family = family_minimal(&o->bdd, opening_function(o, k->open, given_nothing));
    rc = set_list_add(&sets, &o->bdd, family, o->member, o->members, 1, why);
    if (rc == 0)
        *out = plan_of(k, sets.item[0]);
    set_list_release(&sets);
    return rc;
}

int
plan_best(struct plan *out, bool *found, const struct plan_question *q, struct why *why)
{
    struct worked k = {0};
    int rc = 0;

    *found = false;
    if (q->rules > 0 && q->levers->count > 0)
        rc = worked_make(&k, q, why);
    if (rc == 0 && k.open != 0) {
        rc = find_best(out, &k, why);
        *found = rc == 0;
    }
    worked_release(&k);
    return rc;
}
