/* Days of which the user is not told: from the first opening to the earliest notice of any
 * disclosure of the same by the same, or by adversaries of the class, or by anyone. */
#include "legal/ledger.h"

/* For whom it is counted: as the masks of struct gain. */
enum whose { MINE, KIN, ANY, WHOSE };

/* Of one account and kind: until when its user is not told of each class; SIM_NEVER: not open. */
struct ends {
    sim_ns of[WHOSE][CLASSES_MAX];
};

static sim_ns
sooner(sim_ns a, sim_ns b)
{
    return a < b ? a : b;
}

static void
note_view(struct ends *ends, enum whose whose, const struct states *s, const struct view *v,
          enum exposure kind)
{
    sim_ns *end = ends->of[whose];
    uint16_t told = v->open[kind];

    for (uint32_t row = v->hidden[hidden_row(kind)]; row != 0; row = forward_at(s, row)->next) {
        const struct forward *f = forward_at(s, row);

        told &= (uint16_t)~f->classes;
        for (unsigned rest = f->classes; rest != 0; rest &= rest - 1)
            end[__builtin_ctz(rest)] = sooner(end[__builtin_ctz(rest)], f->until);
    }
    for (unsigned rest = told; rest != 0; rest &= rest - 1)
        end[__builtin_ctz(rest)] = 0;
}

/* Is anything hidden of the account, or will it be? Else there is nothing to count. */
static bool
hides(const struct ledger *l, const struct touch *t, const struct view *own, enum exposure kind)
{
    const struct states *s = &l->book[t->cohort].states;
    const unsigned which = hidden_row(kind);
    bool any = t->hidden_until > t->at || own->hidden[which] != 0;

    for (size_t i = 0; i < l->views.count && !any; i++)
        any = view_at(s, l->views.item[i])->hidden[which] != 0;
    return any;
}

static void
find_ends(const struct ledger *l, const struct touch *t, const struct view *own, enum exposure kind,
          struct ends *ends)
{
    const struct book *b = &l->book[t->cohort];

    for (enum whose w = MINE; w < WHOSE; w++)
        for (unsigned k = 0; k < CLASSES_MAX; k++)
            ends->of[w][k] = SIM_NEVER;
    for (size_t i = 0; i < l->views.count; i++) {
        const struct view *v = view_at(&b->states, l->views.item[i]);

        if (v->authority == t->authority)
            continue; /* it stands in `own` */
        note_view(ends, ANY, &b->states, v, kind);
        if (b->class[v->authority] == b->class[t->authority])
            note_view(ends, KIN, &b->states, v, kind);
    }
    for (enum whose w = MINE; w < WHOSE; w++)
        note_view(ends, w, &b->states, own, kind);
}

/* What is still to come of what is hidden until then. */
static sim_ns
rest_of(sim_ns end, sim_ns now)
{
    return end != SIM_NEVER && end > now ? end - now : 0;
}

/* A run of that span that the touch adds from `first` on; NULL: out of memory. */
static struct gain *
run_like(struct ledger *l, size_t first, enum exposure as, sim_ns span)
{
    for (size_t i = first; i < l->runs.count; i++)
        if (l->runs.item[i].kind == as && l->runs.item[i].span == span)
            return &l->runs.item[i].gain;
    if (VEC_ROOM(&l->runs) < 0)
        return NULL;
    l->runs.item[l->runs.count++] =
        (struct run){.kind = as, .until = l->facts.horizon, .span = span};
    return &l->runs.item[l->runs.count - 1].gain;
}

/* One class (`account` false) or the account is more, or less, hidden than before. */
static int
add(struct ledger *l, size_t first, enum exposure as, sim_ns span, enum whose whose, unsigned class,
    bool account)
{
    struct gain *g;

    if (span == 0)
        return 0;
    g = run_like(l, first, as, span);
    if (g == NULL)
        return ERR_MEMORY;
    if (account)
        *(whose == MINE ? &g->first_mine : whose == KIN ? &g->first_kin : &g->first_any) = true;
    else
        *(whose == MINE ? &g->mine : whose == KIN ? &g->kin : &g->any) |= (uint16_t)(1u << class);
    return 0;
}

static int
count(struct ledger *l, const struct touch *t, enum exposure as, sim_ns told, uint16_t classes,
      struct ends *ends)
{
    const size_t first = l->runs.count;
    int rc = 0;

    for (enum whose w = MINE; w < WHOSE && rc == 0; w++) {
        sim_ns before = SIM_NEVER;

        for (unsigned k = 0; k < CLASSES_MAX; k++)
            before = sooner(before, ends->of[w][k]);
        rc = add(l, first, as, rest_of(sooner(before, told), t->at) - rest_of(before, t->at), w, 0,
                 true);
        for (unsigned rest = classes; rest != 0 && rc == 0; rest &= rest - 1) {
            const unsigned k = (unsigned)__builtin_ctz(rest);
            sim_ns *end = &ends->of[w][k];

            rc = add(l, first, as, rest_of(sooner(*end, told), t->at) - rest_of(*end, t->at), w, k,
                     false);
            *end = sooner(*end, told);
        }
    }
    return rc;
}

/* The authority's ends as a list; what has ended is forgotten. */
static int
write_ends(struct states *s, const sim_ns *end, sim_ns now, uint32_t *row)
{
    sim_ns before = now;
    int rc = 0;

    *row = 0;
    while (rc == 0) {
        struct forward f = {.until = SIM_NEVER, .next = *row};

        for (unsigned k = 0; k < CLASSES_MAX; k++)
            if (end[k] > before)
                f.until = sooner(f.until, end[k]);
        for (unsigned k = 0; k < CLASSES_MAX; k++)
            if (end[k] != SIM_NEVER && end[k] == f.until)
                f.classes |= 1u << k;
        if (f.classes == 0)
            break;
        before = f.until;
        rc = intern_put(&s->forwards, &f, row);
    }
    return rc;
}

int
ledger_hide(struct ledger *l, const struct touch *t, struct view *own, enum exposure kind,
            uint16_t classes)
{
    const sim_ns until = sooner(t->hidden_until, l->facts.horizon);
    const sim_ns told = until > t->at ? until : t->at;
    struct ends ends;
    int rc;

    if (classes == 0 || !hides(l, t, own, kind))
        return 0;
    find_ends(l, t, own, kind, &ends);
    rc = count(l, t, kind == EXPOSED_CONTENT ? EXPOSED_HIDDEN : EXPOSED_METADATA_HIDDEN, told,
               classes, &ends);
    return rc < 0 ? rc
                  : write_ends(&l->book[t->cohort].states, ends.of[MINE], t->at,
                               &own->hidden[hidden_row(kind)]);
}
