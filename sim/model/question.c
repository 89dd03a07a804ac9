#include "model/question.h"
#include <math.h>
#include <stdlib.h>

static bool
yields_anything(const struct yield *y)
{
    return y->fragments != 0 || y->keys != 0 || y->uses != 0 || y->cached != 0 || y->metadata ||
           y->plaintext || y->watched;
}

static void
work_out(struct worked *k)
{
    const struct plan_question *q = k->q;
    struct opening *o = &k->opening;

    for (uint32_t l = 0; l < q->levers->count; l++) {
        struct yield *row = &k->yield[o->members * q->rules];
        bool any = false;

        if ((q->refused >> l & 1) != 0)
            continue;
        for (uint32_t r = 0; r < q->rules; r++) {
            row[r] = lever_yield(q->world, &q->levers->item[l], q->rule[r], q->cohort, q->sites[r],
                                 q->stores[r]);
            any |= yields_anything(&row[r]);
        }
        if (any)
            k->lever[o->members++] = (uint8_t)l;
    }
}

int
worked_make(struct worked *k, const struct plan_question *q, struct why *why)
{
    *k = (struct worked){.q = q};
    if (q->rules > 64 || q->levers->count > 64)
        return why_add(why, ERR_LIMIT, NULL, "a plan over %u rules and %zu levers: at most 64 each",
                       q->rules, q->levers->count);
    k->yield = calloc(q->levers->count * q->rules + 1, sizeof *k->yield);
    if (k->yield == NULL)
        return why_no_memory(why);
    k->opening = (struct opening){
        .rule = q->rule, .yield = k->yield, .got = q->got, .rules = q->rules, .want = q->want};
    work_out(k);
    for (uint32_t r = 0; r < q->rules; r++)
        if (opening_holds(&k->opening, UINT64_C(1) << r, worked_members(k)))
            k->open |= UINT64_C(1) << r;
    return 0;
}

void
worked_release(struct worked *k)
{
    bdd_release(&k->opening.bdd);
    free(k->yield);
    *k = (struct worked){0};
}

uint64_t
worked_members(const struct worked *k)
{
    return k->opening.members == 64 ? UINT64_MAX : (UINT64_C(1) << k->opening.members) - 1;
}

void
worked_keep(struct worked *k, uint64_t members)
{
    struct opening *o = &k->opening;
    uint32_t kept = 0;

    for (uint32_t m = 0; m < o->members; m++) {
        if ((members >> m & 1) == 0)
            continue;
        for (uint32_t r = 0; r < o->rules; r++)
            k->yield[kept * o->rules + r] = k->yield[m * o->rules + r];
        k->lever[kept++] = k->lever[m];
    }
    o->members = kept;
}

struct meeting
worked_meeting(const struct worked *k, uint32_t member, uint32_t rule)
{
    const struct plan_question *q = k->q;
    const struct cohort *cohort = &q->world->cohort[q->cohort.i];
    const struct yield *y = &k->yield[member * q->rules + rule];
    const double held_s = q->levers->item[k->lever[member]].acting_terms->holds_for_s;
    struct meeting meeting = {0};

    if (y->cached != 0)
        meeting.capture = q->reads_per_s == NULL
                              ? 1
                              : cohort_cache_capture(cohort, q->reads_per_s[rule],
                                                     q->rule[rule]->key_cache_ttl_s, held_s);
    if (y->watched && q->classes == NULL)
        meeting.seen[0] = (struct seen){1, 1};
    for (uint32_t rest = y->watched && q->classes != NULL ? q->classes[rule] : 0; rest != 0;
         rest &= rest - 1) {
        const struct class_id class = {(uint32_t)__builtin_ctz(rest)};

        meeting.seen[class.i] =
            seen_split(lever_watch_chance(q->world, cohort, class, held_s),
                       q->rule[rule]->cohort_key ? 0 : meeting.capture, cohort->reads);
    }
    return meeting;
}
