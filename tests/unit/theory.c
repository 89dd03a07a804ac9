#include "theory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "legal/legal.h"
#include "stats/special.h"

/* Chance of a wrong alarm about the spread of seeds, for each row. */
#define SPREAD_LEVEL 1e-5

struct model *
theory_model(const char *name, const char *const *sets)
{
    char path[128];

    snprintf(path, sizeof path, "scenarios/tiny/%s.yaml", name);
    return tiny_model_of_file(path, sets);
}

struct strategy_id
theory_strategy(const struct model *model, const char *name)
{
    for (uint32_t i = 0; i < model->strategies; i++)
        if (strcmp(model->strategy[i].is.name, name) == 0)
            return (struct strategy_id){i};
    fail_msg("no strategy '%s'", name);
    return (struct strategy_id){NONE};
}

/* The row of that name among rows of `bytes` each, which begin with what is named. */
static uint32_t
row_named(const void *rows, uint32_t count, size_t bytes, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct named *is = (const void *)((const char *)rows + i * bytes);

        if (strcmp(is->name, name) == 0)
            return i;
    }
    fail_msg("nothing is named '%s'", name);
    return NONE;
}

static struct label
label_of(const struct model *model, const struct theory *t)
{
    const struct world *w = model->world;
    struct label label = label_total;
    uint32_t a = 0;

    if (t->authority != NULL) {
        a = row_named(w->authority, w->authorities, sizeof *w->authority, t->authority);
        label = label_with(label, LABEL_AUTHORITY, a);
    }
    if (t->stream != NULL)
        label = label_with(label, LABEL_STREAM,
                           row_named(w->authority[a].stream, w->authority[a].streams,
                                     sizeof *w->authority[a].stream, t->stream));
    if (t->cohort != NULL)
        label = label_with(label, LABEL_COHORT,
                           row_named(w->cohort, w->cohorts, sizeof *w->cohort, t->cohort));
    if (t->custodian != NULL)
        label =
            label_with(label, LABEL_CUSTODIAN,
                       row_named(w->custodian, w->custodians, sizeof *w->custodian, t->custodian));
    return label;
}

/* A recording may hold parts of one series: they are joined as its readers join them. */
static double
value_of(const struct recording *r, enum metric_id metric, struct label label)
{
    const bool unknown =
        metric_table[metric].absent_is_unknown || metric_table[metric].summary == SUMMARY_FIRST;
    double value = unknown ? (double)NAN : 0;
    bool seen = false;

    for (size_t i = 0; i < r->observations.count; i++) {
        const struct observation *o = &r->observations.item[i];

        if (o->metric != metric || memcmp(&o->label, &label, sizeof label) != 0)
            continue;
        value = seen ? observation_join(metric, value, o->value) : o->value;
        seen = true;
    }
    return value;
}

/* Values of all rows, row by row; owned by the caller. */
static double *
run_all(struct model *model, const char *strategy, uint32_t replications,
        const struct theory *theory, size_t count)
{
    const struct strategy_id s = theory_strategy(model, strategy);
    const size_t n = (size_t)THEORY_SEEDS * replications;
    double *value = calloc(n * count, sizeof *value);
    struct recording r = {0};
    size_t at = 0;

    assert_non_null(value);
    for (uint64_t seed = 1; seed <= THEORY_SEEDS; seed++)
        for (uint64_t k = 0; k < replications; k++, at++) {
            struct why why = {0};

            model->study.seed = seed;
            recording_clear(&r);
            r.plane = PLANE_LEGAL;
            r.replication = k;
            if (legal_run(model, s, k, &r, &why) < 0)
                fail_msg("%s", why.count > 0 ? why.fault[0].text : "the run failed");
            why_release(&why);
            for (size_t i = 0; i < count; i++)
                value[i * n + at] = value_of(&r, theory[i].metric, label_of(model, &theory[i]));
        }
    recording_release(&r);
    return value;
}

double *
theory_values(struct model *model, const char *strategy, uint32_t replications,
              const struct theory *row)
{
    return run_all(model, strategy, replications, row, 1);
}

struct sample {
    double mean, error;  /* of the mean */
    double alike, apart; /* probabilities of seeds at most and at least so far apart */
};

static struct sample
sample_of(const double *value, size_t replications)
{
    const size_t n = THEORY_SEEDS * replications;
    struct sample s = {.alike = 1, .apart = 1};
    double squares = 0, spread = 0;

    for (size_t i = 0; i < n; i++)
        s.mean += value[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (value[i] - s.mean) * (value[i] - s.mean);
    const double variance = squares / ((double)n - 1);

    s.error = sqrt(variance / (double)n);
    if (s.error <= 1e-12 * fabs(s.mean) || replications < 2) /* constant, but for rounding */
        return s;
    for (size_t seed = 0; seed < THEORY_SEEDS; seed++) {
        double own = 0;

        for (size_t i = 0; i < replications; i++)
            own += value[seed * replications + i] / (double)replications;
        spread += (own - s.mean) * (own - s.mean) * (double)replications / variance;
    }
    s.apart = special_gamma_q((THEORY_SEEDS - 1) / 2.0, spread / 2);
    s.alike = special_gamma_p((THEORY_SEEDS - 1) / 2.0, spread / 2);
    return s;
}

/* Is the row off? Says how. */
static bool
is_off(const struct theory *t, const char *strategy, const double *value, size_t replications)
{
    const struct sample s = sample_of(value, replications);
    const double size = fabs(t->expected);
    const double enough = (t->error > 0 ? t->error : THEORY_ERROR) * size;
    const double slack = fmax(4 * s.error, 1e-9 * size);
    const char *fault = NULL;

    if (!(fabs(s.mean - t->expected) <= slack))
        fault = "is off";
    else if (!(s.error <= enough))
        fault = "is not known well enough: more replications are needed";
    else if (s.alike < SPREAD_LEVEL)
        fault = "has seeds that are too much alike";
    else if (s.apart < SPREAD_LEVEL)
        fault = "has seeds that are too far apart";
    if (fault != NULL)
        print_error("%s {%s %s %s %s} of %s %s: expected %.8g, got %.8g, standard error %.3g (%.3f "
                    "%%), %.1f of them off\n",
                    metric_table[t->metric].name, t->authority ? t->authority : "",
                    t->stream ? t->stream : "", t->cohort ? t->cohort : "",
                    t->custodian ? t->custodian : "", strategy, fault, t->expected, s.mean, s.error,
                    100 * s.error / size, (s.mean - t->expected) / s.error);
    return fault != NULL;
}

void
theory_check(struct model *model, const char *strategy, uint32_t replications,
             const struct theory *theory, size_t count)
{
    const size_t n = (size_t)THEORY_SEEDS * replications;
    double *value = run_all(model, strategy, replications, theory, count);
    unsigned off = 0;

    for (size_t i = 0; i < count; i++)
        off += is_off(&theory[i], strategy, value + i * n, replications);
    free(value);
    assert_int_equal(off, 0);
}

void
theory_check_scenario(const char *name, const char *const *sets, const char *strategy,
                      uint32_t replications, const struct theory *theory, size_t count)
{
    struct model *model = theory_model(name, sets);

    theory_check(model, strategy, replications, theory, count);
    model_free(model);
}

double
binomial_tail(unsigned k, unsigned n, double p)
{
    return k == 0 ? 1 : special_beta_p(k, n - k + 1.0, p);
}

double
poisson_tail(unsigned k, double mean)
{
    return k == 0 ? 1 : special_gamma_p(k, mean);
}
