#include "model/importance.h"
#include <math.h>
#include <stdlib.h>
#include "model/question.h"

/* A question and the chance of each variable of its diagram. */
struct weighing {
    struct worked worked;
    double *chance; /* owned */
    uint64_t rules; /* that the system is about */
};

static const struct lever *
lever_of(const struct worked *k, uint32_t member)
{
    return &k->q->levers->item[k->lever[member]];
}

/* The decision's ordinal + 1: an earlier member's with whom it is shared, else a new one. */
static uint8_t
decision_of(struct worked *k, uint32_t member, unsigned which,
            bool (*shares)(const struct lever *, const struct lever *))
{
    struct opening *o = &k->opening;

    for (uint32_t m = 0; m < member; m++)
        if (shares(lever_of(k, m), lever_of(k, member)))
            return o->shared[m][which];
    return (uint8_t)++o->decisions;
}

/* Decisions that levers take together are variables of their own. */
static void
find_decisions(struct worked *k)
{
    for (uint32_t m = 0; m < k->opening.members; m++) {
        const struct lever *l = lever_of(k, m);

        if (lever_shares_grant(l, l))
            k->opening.shared[m][0] = decision_of(k, m, 0, lever_shares_grant);
        if (lever_shares_treaty(l, l))
            k->opening.shared[m][1] = decision_of(k, m, 1, lever_shares_treaty);
    }
}

static void
weigh_member(struct weighing *w, uint32_t m)
{
    const struct worked *k = &w->worked;
    const struct opening *o = &k->opening;
    const struct lever *l = lever_of(k, m);

    if (k->q->chance != NULL) /* and nothing is shared: nobody grants it */
        w->chance[opening_variable(o, m)] = k->q->chance[k->lever[m]];
    else
        w->chance[opening_variable(o, m)] = o->shared[m][0] == 0
                                                ? lever_content_probability(k->q->world, l)
                                                : lever_compliance(k->q->world, l, false);
    if (o->shared[m][0] != 0)
        w->chance[opening_decision_variable(o, o->shared[m][0] - 1)] = l->terms->grant;
    if (o->shared[m][1] != 0)
        w->chance[opening_decision_variable(o, o->shared[m][1] - 1)] = l->treaty->grant;
}

static double
any_seen(const struct meeting *meeting, bool captured)
{
    double none = 1;

    for (uint32_t c = 0; c < CLASSES_MAX; c++)
        none *= 1 - (captured ? meeting->seen[c].too : meeting->seen[c].apart);
    return 1 - none;
}

static int
weigh(struct weighing *w, struct why *why)
{
    struct worked *k = &w->worked;
    struct opening *o = &k->opening;

    o->chances = true;
    opening_order(o);
    if (k->q->chance == NULL)
        find_decisions(k);
    w->chance = calloc(opening_variables(o) + 1, sizeof *w->chance);
    if (w->chance == NULL)
        return why_no_memory(why);
    for (uint32_t m = 0; m < o->members; m++) {
        weigh_member(w, m);
        for (uint32_t r = 0; r < o->rules; r++) {
            const struct meeting meeting = worked_meeting(k, m, r);

            w->chance[opening_cache_variable(o, m, r)] = meeting.capture;
            w->chance[opening_watch_variable(o, m, r, false)] = any_seen(&meeting, false);
            w->chance[opening_watch_variable(o, m, r, true)] = any_seen(&meeting, true);
        }
    }
    return 0;
}

static double
probability(struct weighing *w, struct given given)
{
    struct opening *o = &w->worked.opening;

    return bdd_probability(&o->bdd, opening_function(o, w->rules, given), w->chance);
}

/* Taken under any rule: what a cache gives may differ by rule. */
static double
taken(struct weighing *w, bool is_store, uint32_t holder)
{
    struct opening *o = &w->worked.opening;
    uint32_t f = BDD_FALSE;

    for (uint32_t r = 0; r < o->rules; r++)
        f = bdd_or(&o->bdd, f, opening_holder(o, r, is_store, holder));
    return bdd_probability(&o->bdd, f, w->chance);
}

static struct importance
of_holder(struct weighing *w, bool is_store, uint32_t holder, double p)
{
    const double with = probability(w, (struct given){is_store, holder, true});
    const double without = probability(w, (struct given){is_store, holder, false});
    struct importance i = {.is_store = is_store, .holder = holder};

    i.taken = taken(w, is_store, holder);
    i.birnbaum = with - without;
    i.criticality = i.birnbaum * i.taken / p; /* 0 / 0 is NAN, all else over 0 infinite */
    i.achievement = with / p;
    i.reduction = p / without;
    return i;
}

static int
add_kind(struct importance_list *out, struct weighing *w, bool is_store, uint64_t holders)
{
    for (; holders != 0; holders &= holders - 1) {
        if (VEC_ROOM(out) < 0)
            return ERR_MEMORY;
        out->item[out->count++] =
            of_holder(w, is_store, (uint32_t)__builtin_ctzll(holders), out->probability);
    }
    return 0;
}

static int
add_all(struct importance_list *out, struct weighing *w, struct why *why)
{
    const struct plan_question *q = w->worked.q;
    uint64_t sites = 0, stores = 0;

    for (uint64_t rest = w->rules; rest != 0; rest &= rest - 1) {
        const uint32_t r = (uint32_t)__builtin_ctzll(rest);

        sites |= q->sites[r] & q->rule[r]->sites;
        stores |= q->stores[r] & q->rule[r]->stores;
    }
    out->probability = probability(w, given_nothing);
    if (add_kind(out, w, false, sites) < 0 || add_kind(out, w, true, stores) < 0)
        return why_no_memory(why);
    return bdd_status(&w->worked.opening.bdd, why);
}

int
importance_make(struct importance_list *out, const struct plan_question *q, struct why *why)
{
    struct weighing w = {0};
    int rc = worked_make(&w.worked, q, why);

    out->count = 0;
    out->probability = 0;
    if (rc == 0)
        rc = weigh(&w, why);
    w.rules = w.worked.open != 0 ? w.worked.open
              : q->rules == 64   ? UINT64_MAX
                                 : (UINT64_C(1) << q->rules) - 1;
    if (rc == 0 && q->rules > 0)
        rc = add_all(out, &w, why);
    free(w.chance);
    worked_release(&w.worked);
    return rc;
}

void
importance_release(struct importance_list *list)
{
    free(list->item);
    *list = (struct importance_list){0};
}

void
importance_of_threat(double chance[64], const struct world *w, const struct lever_list *levers,
                     const struct request_stream *stream, struct cohort_id cohort, double seconds)
{
    const double there = w->cohort[cohort.i].accounts;
    const double named = stream->bulk ? there : fmin(dist_mean(&stream->accounts), there);
    const double of_cohort = stream->target != NULL ? stream->target[cohort.i] : 1;

    for (size_t i = 0; i < levers->count && i < 64; i++) {
        const struct threat *threat = levers->item[i].threat;
        const bool all = levers->count > 1 && i + 1 == levers->count;
        const double part = levers->count == 1 ? 1
                            : all              ? threat->common_cause
                                               : 1 - threat->common_cause;

        chance[i] = -expm1(-threat->rate_per_s * part * of_cohort * named / there * seconds);
    }
}
