#include "legal/standing.h"
#include <math.h>
#include <stdlib.h>
#include "model/reach.h"

/* What was asked of one rule already. */
struct answer {
    const struct world *world;
    const struct rule *rule;
    uint32_t cohort;
    uint64_t unilateral;
    bool user;                 /* a compelled user can open it */
    uint32_t coercion, denial; /* size of the smallest set; 0: none exists */
};

struct standing {
    const struct model *model;
    const struct timeline *timeline;
    struct why *why;
    struct {
        struct answer *item; /* owned */
        size_t count, capacity;
    } answers;
    double *by_jurisdiction; /* owned: [jurisdictions][cohorts], account-time */
    double *of_cohort;       /* owned: [cohorts], account-time */
    double anyone, total;
    double home, foreign, user; /* account-time that the residents' own jurisdiction, another one,
                                   or their compulsion opens alone */
    double coercion, coercion_of, denial, denial_of;
};

/* Of no set, and of the empty one: 0. */
static uint32_t
size_of(uint32_t smallest)
{
    return smallest != NONE ? smallest : 0;
}

static int
ask(struct standing *s, const struct world *w, const struct rule *rule, uint32_t cohort,
    struct answer *out)
{
    struct reach_size reach;
    int rc;

    for (size_t i = 0; i < s->answers.count; i++) {
        *out = s->answers.item[i];
        if (out->world == w && out->rule == rule && out->cohort == cohort)
            return 0;
    }
    rc = reach_measure(&reach, w, rule, (struct cohort_id){cohort}, s->why);
    if (rc < 0)
        return rc;
    *out = (struct answer){.world = w,
                           .rule = rule,
                           .cohort = cohort,
                           .unilateral = reach.unilateral,
                           .user = reach.user,
                           .coercion = size_of(reach.jurisdictions),
                           .denial = size_of(reach.denial)};
    if (VEC_ROOM(&s->answers) < 0)
        return why_no_memory(s->why);
    s->answers.item[s->answers.count++] = *out;
    return 0;
}

/* Adds `weight` account-time of a cohort under one rule. */
static void
add(struct standing *s, const struct answer *a, uint32_t home, double weight)
{
    const uint32_t cohorts = s->model->world->cohorts;
    const uint64_t own = UINT64_C(1) << home;

    s->anyone += a->unilateral != 0 ? weight : 0;
    s->home += (a->unilateral & own) != 0 ? weight : 0;
    s->foreign += (a->unilateral & ~own) != 0 ? weight : 0;
    s->user += a->user ? weight : 0;
    for (uint64_t rest = a->unilateral; rest != 0; rest &= rest - 1)
        s->by_jurisdiction[(uint32_t)__builtin_ctzll(rest) * cohorts + a->cohort] += weight;
    if (a->coercion > 0) {
        s->coercion += weight * a->coercion;
        s->coercion_of += weight;
    }
    if (a->denial > 0) {
        s->denial += weight * a->denial;
        s->denial_of += weight;
    }
}

static bool
counts(const struct world *w, uint32_t class)
{
    bool content = false;

    for (uint32_t k = 0; k < w->classes; k++)
        content |= !w->class[k].metadata;
    return !content || !w->class[class].metadata;
}

/* Whoever can open any version, and the smallest set that can; who can deny what serves now. */
static int
ask_placed(struct standing *s, const struct phase *p, const struct placed *placed, uint32_t cohort,
           struct answer *out)
{
    struct answer a;
    int rc = 0;

    *out = (struct answer){.cohort = cohort};
    for (uint32_t i = 0; i < placed->lines && rc == 0; i++) {
        rc = ask(s, p->world, placed->line[i].rule, cohort, &a);
        if (rc < 0)
            return rc;
        out->unilateral |= a.unilateral;
        out->user |= a.user;
        if (a.coercion > 0 && (out->coercion == 0 || a.coercion < out->coercion))
            out->coercion = a.coercion;
    }
    if (placed->copies > 0 && !placed->copy[0].former) {
        rc = ask(s, p->world, placed->copy[0].rule, cohort, &a);
        out->denial = rc == 0 ? a.denial : 0;
    }
    return rc;
}

/* One part of a cohort during one phase. */
static int
add_part(struct standing *s, const struct phase *p, uint32_t cohort, uint32_t part,
         double account_time)
{
    const struct world *w = p->world;
    uint32_t classes = 0;
    struct answer a;
    int rc = 0;

    for (uint32_t k = 0; k < w->classes; k++)
        classes += counts(w, k);
    for (uint32_t k = 0; k < w->classes && rc == 0; k++) {
        const double weight = account_time / classes;

        if (!counts(w, k))
            continue;
        s->total += weight;
        s->of_cohort[cohort] += weight;
        rc = ask_placed(s, p, phase_placed(s->timeline, p, cohort, part, k), cohort, &a);
        if (rc == 0)
            add(s, &a, w->cohort[cohort].resident_of.i, weight);
    }
    return rc;
}

static int
add_phase(struct standing *s, const struct phase *p, sim_ns to)
{
    int rc = 0;

    for (uint32_t c = 0; c < p->world->cohorts && rc == 0; c++) {
        const struct parts *parts = &s->timeline->parts[c];
        const double account_time = p->world->cohort[c].accounts * days_from_ns(to - p->from);

        for (uint32_t i = 0; i < parts->count && rc == 0; i++)
            rc = add_part(s, p, c, i,
                          account_time * (parts->upper[i] - (i > 0 ? parts->upper[i - 1] : 0)));
    }
    return rc;
}

static int
write_all(const struct standing *s, uint32_t strategy, struct recording *out)
{
    const struct world *w = s->model->world;
    int rc =
        record_value(out, strategy, METRIC_REACH_UNILATERAL, label_total, s->anyone / s->total);

    if (rc == 0)
        rc = record_value(out, strategy, METRIC_REACH_UNILATERAL,
                          label_with(label_total, LABEL_ADVERSARY, ADVERSARY_HOME),
                          s->home / s->total);
    if (rc == 0)
        rc = record_value(out, strategy, METRIC_REACH_UNILATERAL,
                          label_with(label_total, LABEL_ADVERSARY, ADVERSARY_FOREIGN),
                          s->foreign / s->total);
    if (rc == 0)
        rc = record_value(out, strategy, METRIC_REACH_USER, label_total, s->user / s->total);
    for (uint32_t j = 0; j < w->jurisdictions && rc == 0; j++) {
        const struct label label = label_with(label_total, LABEL_JURISDICTION, j);
        double sum = 0;

        for (uint32_t c = 0; c < w->cohorts && rc == 0; c++) {
            const double mine = s->by_jurisdiction[j * w->cohorts + c];

            sum += mine;
            rc = record_value(out, strategy, METRIC_REACH_UNILATERAL,
                              label_with(label, LABEL_COHORT, c), mine / s->of_cohort[c]);
        }
        if (rc == 0)
            rc = record_value(out, strategy, METRIC_REACH_UNILATERAL, label, sum / s->total);
    }
    /* 0 / 0, no such set at any time, is NAN: nothing to write. */
    if (rc == 0)
        rc = record_value(out, strategy, METRIC_REACH_JURISDICTIONS, label_total,
                          s->coercion / s->coercion_of);
    if (rc == 0)
        rc =
            record_value(out, strategy, METRIC_REACH_DENIAL, label_total, s->denial / s->denial_of);
    return rc;
}

int
standing_report(const struct model *model, const struct timeline *timeline,
                struct strategy_id strategy, struct recording *out, struct why *why)
{
    const struct world *w = model->world;
    struct standing s = {.model = model, .timeline = timeline, .why = why};
    int rc = 0;

    s.by_jurisdiction =
        calloc((size_t)w->jurisdictions * w->cohorts + 1, sizeof *s.by_jurisdiction);
    s.of_cohort = calloc(w->cohorts + 1, sizeof *s.of_cohort);
    if (s.by_jurisdiction == NULL || s.of_cohort == NULL)
        rc = why_no_memory(why);
    for (uint32_t i = 0; i < timeline->phases && rc == 0; i++)
        rc = add_phase(&s, &timeline->phase[i],
                       i + 1 < timeline->phases ? timeline->phase[i + 1].from : model->horizon);
    if (rc == 0 && s.total > 0 && write_all(&s, strategy.i, out) < 0)
        rc = why_no_memory(why);
    free(s.by_jurisdiction);
    free(s.of_cohort);
    free(s.answers.item);
    return rc;
}
