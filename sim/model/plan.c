#include "model/plan.h"
#include <math.h>
#include <stdlib.h>

/* Tests allowed before a search is given up: seconds of work, far beyond any real scenario. */
#define TESTS_MOST 20000000

struct search_state {
    struct set_list *out;
    set_test *test;
    const void *context;
    uint32_t n;
    uint64_t tests;
    int rc;
};

static bool
enough(struct search_state *s, uint64_t set)
{
    s->tests++;
    return s->test(s->context, set);
}

static bool
is_minimal(struct search_state *s, uint64_t set)
{
    for (uint64_t rest = set; rest != 0; rest &= rest - 1)
        if (enough(s, set & ~(rest & -rest)))
            return false;
    return true;
}

static uint64_t
first_members(uint32_t n)
{
    return n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/*
 * Include or exclude each member in turn, leaving a branch as soon as even all that is left would
 * not be enough. A minimal set is met exactly once: when its last member goes in.
 */
static void
walk(struct search_state *s, uint64_t set, uint32_t next)
{
    const uint64_t rest = first_members(s->n) & ~first_members(next);

    if (s->rc != 0)
        return;
    if (s->tests > TESTS_MOST) {
        s->rc = ERR_LIMIT;
        return;
    }
    if (enough(s, set)) {
        if (!is_minimal(s, set))
            return;
        s->rc = VEC_ROOM(s->out);
        if (s->rc == 0)
            s->out->item[s->out->count++] = set;
        return;
    }
    if (next == s->n || !enough(s, set | rest))
        return;
    walk(s, set | UINT64_C(1) << next, next + 1);
    walk(s, set, next + 1);
}

/* Fewer members first, then the file's order of the first member that differs. */
static int
compare_sets(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    const int size = __builtin_popcountll(x) - __builtin_popcountll(y);
    const uint64_t differ = x ^ y;

    if (size != 0 || differ == 0)
        return size;
    return (x & (differ & -differ)) != 0 ? -1 : 1;
}

int
minimal_sets(struct set_list *out, uint32_t n, set_test *test, const void *context, struct why *why)
{
    struct search_state s = {.out = out, .test = test, .context = context, .n = n};

    out->count = 0;
    if (n > 64)
        return why_add(why, ERR_LIMIT, NULL, "minimal sets of %u members: at most 64", n);
    walk(&s, 0, 0);
    if (s.rc == ERR_LIMIT)
        return why_add(why, ERR_LIMIT, NULL,
                       "minimal sets of %u members: too many combinations (over %d tried)", n,
                       TESTS_MOST);
    if (s.rc != 0)
        return why_no_memory(why);
    if (out->count > 1)
        qsort(out->item, out->count, sizeof *out->item, compare_sets);
    return 0;
}

void
set_list_release(struct set_list *list)
{
    free(list->item);
    *list = (struct set_list){0};
}

/* The question with every lever's yield under every rule worked out once. */
struct worked {
    const struct plan_question *q;
    struct yield *yield; /* [members x rules] */
    uint8_t member[64];  /* lever of each member: those that yield something */
    uint32_t members;
    uint64_t open;      /* mask of rules that can be opened at all */
    bool without_cache; /* pass over cached keys */
};

static bool
rule_satisfied(const struct worked *k, uint32_t rule, uint64_t set)
{
    const struct plan_question *q = k->q;
    struct yield y = q->got != NULL ? q->got[rule] : (struct yield){0};

    for (uint64_t rest = set; rest != 0; rest &= rest - 1)
        yield_merge(&y, &k->yield[(uint32_t)__builtin_ctzll(rest) * q->rules + rule]);
    if (k->without_cache)
        y.cached = 0;
    if (q->want == WANT_METADATA)
        return y.metadata;
    return q->want == WANT_CIPHERTEXT ? y.plaintext || yield_has_ciphertext(q->rule[rule], &y)
                                      : yield_opens(q->rule[rule], &y);
}

static bool
all_satisfied(const void *context, uint64_t set)
{
    const struct worked *k = context;

    for (uint64_t rest = k->open; rest != 0; rest &= rest - 1)
        if (!rule_satisfied(k, (uint32_t)__builtin_ctzll(rest), set))
            return false;
    return true;
}

static bool
yields_anything(const struct yield *y)
{
    return y->fragments != 0 || y->keys != 0 || y->uses != 0 || y->cached != 0 || y->metadata ||
           y->plaintext;
}

static void
work_out(struct worked *k)
{
    const struct plan_question *q = k->q;

    for (uint32_t l = 0; l < q->levers->count; l++) {
        struct yield *row = &k->yield[k->members * q->rules];
        bool any = false;

        if ((q->refused >> l & 1) != 0)
            continue;
        for (uint32_t r = 0; r < q->rules; r++) {
            row[r] = lever_yield(q->world, &q->levers->item[l], q->rule[r], q->cohort, q->sites[r],
                                 q->stores[r]);
            any |= yields_anything(&row[r]);
        }
        if (any)
            k->member[k->members++] = (uint8_t)l;
    }
    const uint64_t all = first_members(k->members);

    for (uint32_t r = 0; r < q->rules; r++)
        if (rule_satisfied(k, r, all))
            k->open |= UINT64_C(1) << r;
}

/* The chance that the caches held by the set's levers have a given account's key of one rule. */
static double
cache_chance(const struct worked *k, uint64_t set, uint32_t rule)
{
    const struct plan_question *q = k->q;
    const struct cohort *c = &q->world->cohort[q->cohort.i];
    double miss = 1;

    for (uint64_t rest = set; rest != 0 && q->reads_per_s != NULL; rest &= rest - 1) {
        const uint32_t m = (uint32_t)__builtin_ctzll(rest);

        if (k->yield[m * q->rules + rule].cached != 0)
            miss *=
                1 - cohort_cache_capture(c, q->reads_per_s[rule], q->rule[rule]->key_cache_ttl_s,
                                         q->levers->item[k->member[m]].acting_terms->holds_for_s);
    }
    return 1 - miss;
}

/* The least of the chances of the rules that the set opens only with cached keys. */
static double
least_cache_chance(struct worked *k, uint64_t set)
{
    double least = 1;

    k->without_cache = true;
    for (uint64_t rest = k->open; rest != 0; rest &= rest - 1) {
        const uint32_t rule = (uint32_t)__builtin_ctzll(rest);

        if (!rule_satisfied(k, rule, set))
            least = fmin(least, cache_chance(k, set, rule));
    }
    k->without_cache = false;
    return least;
}

static struct plan
plan_of(struct worked *k, uint64_t set)
{
    const struct plan_question *q = k->q;
    struct plan plan = {.probability = 1};

    for (uint64_t rest = set; rest != 0; rest &= rest - 1) {
        const uint32_t l = k->member[__builtin_ctzll(rest)];
        const struct lever *lever = &q->levers->item[l];
        const double s = lever_mean_delay_s(q->world, lever);

        plan.levers |= UINT64_C(1) << l;
        plan.days = fmax(plan.days, s / 86400);
        plan.probability *= q->want == WANT_METADATA ? lever_metadata_probability(q->world, lever)
                                                     : lever_content_probability(q->world, lever);
    }
    plan.probability *= least_cache_chance(k, set);
    return plan;
}

static int
compare_plans(const void *a, const void *b)
{
    const struct plan *x = a, *y = b;

    if (x->days != y->days)
        return x->days < y->days ? -1 : 1;
    return compare_sets(&x->levers, &y->levers);
}

int
plan_list_make(struct plan_list *out, const struct plan_question *q, struct why *why)
{
    struct worked k = {.q = q};
    struct set_list sets = {0};
    int rc = ERR_MEMORY;

    out->count = 0;
    if (q->rules == 0 || q->levers->count == 0)
        return 0;
    if (q->rules > 64 || q->levers->count > 64)
        return why_add(why, ERR_LIMIT, NULL, "a plan over %u rules and %zu levers: at most 64 each",
                       q->rules, q->levers->count);
    k.yield = calloc(q->levers->count * q->rules, sizeof *k.yield);
    if (k.yield == NULL)
        goto out;
    work_out(&k);
    rc = 0;
    if (k.open == 0)
        goto out;
    rc = minimal_sets(&sets, k.members, all_satisfied, &k, why);
    for (size_t i = 0; i < sets.count && rc == 0; i++) {
        rc = VEC_ROOM(out);
        if (rc == 0)
            out->item[out->count++] = plan_of(&k, sets.item[i]);
    }
    if (out->count > 1)
        qsort(out->item, out->count, sizeof *out->item, compare_plans);
out:
    set_list_release(&sets);
    free(k.yield);
    return rc == ERR_MEMORY ? why_no_memory(why) : rc;
}

void
plan_list_release(struct plan_list *list)
{
    free(list->item);
    *list = (struct plan_list){0};
}
