#include "study/flips.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "study/gather.h"

#define LOW_END  0.01
#define MIDDLE   0.5
#define HIGH_END 0.99

enum {
    STEPS = 7,             /* halvings: to within 0.49 / 128 of a quantile */
    CHOICE_GRID = 512,     /* an alternative of less weight than 1/512 may be passed over */
    ALTERNATIVES_MAX = 64, /* as many as a scenario may state */
};

/* The estimates of every answer at one point. */
struct point {
    uint32_t unknown;
    double quantile;
    double *estimate; /* in the arena; [answers] */
};

struct search_run {
    struct flips *out;
    const struct model *model;
    const struct flip_world *world;
    const struct flip_options *options;
    uint64_t strategies;
    bool traffic;     /* some claim asks for the traffic plane */
    uint32_t unknown; /* of the model asked for */
    double quantile;
    struct {
        struct point *item; /* owned */
        size_t count, capacity;
    } points;
    size_t expected; /* points, as far as is known: for progress */
    struct progress before;
};

static int
make_model(void *self, uint64_t any, struct model **out, struct why *why)
{
    struct search_run *run = self;

    (void)any; /* every world is this one */
    return run->world->model(run->world->self, run->unknown, run->quantile, out, why);
}

/* ---- progress: points to come count as their trials ---- */

static size_t
trials(const struct search_run *run)
{
    return (size_t)run->options->legal + (run->traffic ? run->options->traffic : 0);
}

static void
report(void *self, const struct progress *now)
{
    struct search_run *run = self;
    struct progress p = {
        .done = run->points.count * trials(run) + now->done,
        .total = run->expected * trials(run),
        .elapsed_s = run->before.elapsed_s + now->elapsed_s,
    };

    if (now->done == now->total && now->total > 0)
        run->before.elapsed_s += now->elapsed_s;
    if (p.total < p.done)
        p.total = p.done;
    p.left_s = p.done > 0 ? p.elapsed_s * (double)(p.total - p.done) / (double)p.done : (double)NAN;
    if (run->options->report != NULL)
        run->options->report(run->options->report_self, &p);
}

/* ---- one point ---- */

/* The estimates of a judged list, by answer. */
static void
take_estimates(const struct search_run *run, const struct judgement_list *list, double *estimate)
{
    for (size_t a = 0; a < run->out->answers.count; a++) {
        const struct flip_answer *answer = &run->out->answers.item[a];

        estimate[a] = (double)NAN;
        for (size_t i = 0; i < list->count; i++)
            if (list->item[i].claim == answer->claim && list->item[i].strategy == answer->strategy)
                estimate[a] = list->item[i].estimate.mean;
    }
}

static int
judge_point(const struct search_run *run, const struct outcome *outcome, double *estimate,
            struct why *why)
{
    struct judgement_list list;
    const int rc = verdict_judge(&list, run->model, outcome, why);

    if (rc < 0)
        return rc;
    take_estimates(run, &list, estimate);
    judgement_list_release(&list);
    return 0;
}

static int
run_point(struct search_run *run, double *estimate, struct why *why)
{
    const struct world_source source = {.self = run, .make = make_model, .same = true};
    const struct study_options study = {
        .strategies = run->strategies,
        .legal = run->options->legal,
        .traffic = run->traffic ? run->options->traffic : 0,
        .workers = run->options->workers,
        .report = report,
        .report_self = run,
        .stop = run->options->stop,
        .executor = run->options->executor,
    };
    struct model *model = NULL;
    struct legend legend = {0}; /* of this very model: the input may be a number of accounts */
    struct outcome outcome = {0};
    int rc = make_model(run, 0, &model, why);

    if (rc == 0 && legend_make(&legend, model) < 0)
        rc = why_no_memory(why);
    legend.worlds = 0;
    if (rc == 0)
        rc = gather(&outcome, &legend, &source, &study, why);
    if (rc == 0) {
        rc = judge_point(run, &outcome, estimate, why);
        outcome_release(&outcome);
    }
    legend_release(&legend);
    model_free(model);
    return rc;
}

/* The estimates at a point, run when it was not yet. */
static int
point_at(struct search_run *run, uint32_t unknown, double quantile, const double **out,
         struct why *why)
{
    for (size_t i = 0; i < run->points.count; i++)
        if (run->points.item[i].unknown == unknown && run->points.item[i].quantile == quantile) {
            *out = run->points.item[i].estimate;
            return 0;
        }
    double *estimate = arena_alloc(&run->out->arena, run->out->answers.count + 1, sizeof *estimate);

    if (estimate == NULL || VEC_ROOM(&run->points) < 0)
        return why_no_memory(why);
    run->unknown = unknown;
    run->quantile = quantile;
    if (run->points.count >= run->expected)
        run->expected = run->points.count + 1;
    const int rc = run_point(run, estimate, why);

    if (rc < 0)
        return rc;
    run->points.item[run->points.count++] = (struct point){unknown, quantile, estimate};
    *out = estimate;
    return 0;
}

static bool
flips_at(const struct flip_answer *answer, double estimate)
{
    return !isnan(estimate) && claim_satisfied(answer->claim, estimate) != answer->holds;
}

/* ---- values as text ---- */

static int
value_at(struct search_run *run, uint32_t unknown, double quantile, const char **out,
         struct why *why)
{
    struct text text = {0};
    int rc = run->world->value(run->world->self, unknown, quantile, &text, why);

    if (rc == 0) {
        *out = arena_text(&run->out->arena, text_str(&text), strlen(text_str(&text)));
        if (*out == NULL || text.lost)
            rc = why_no_memory(why);
    }
    text_release(&text);
    return rc;
}

static int
add_flip(struct search_run *run, size_t answer, uint32_t unknown, double quantile, double chance,
         struct why *why)
{
    struct flip_answer *a = &run->out->answers.item[answer];
    const double *estimate;
    int rc = VEC_ROOM(&a->flips) < 0 ? why_no_memory(why) : 0;

    if (rc == 0)
        rc = point_at(run, unknown, quantile, &estimate, why);
    if (rc < 0)
        return rc;
    struct flip *flip = &a->flips.item[a->flips.count];

    *flip = (struct flip){
        .unknown = unknown,
        .quantile = quantile,
        .chance = chance,
        .estimate = estimate[answer],
    };
    rc = value_at(run, unknown, quantile, &flip->value, why);
    if (rc == 0)
        a->flips.count++;
    return rc;
}

/* ---- inputs with a distribution ---- */

/* Between `still`, where the answer stands, and `flipped`: the nearest to `still` that flips. */
static int
halve(struct search_run *run, size_t answer, uint32_t unknown, double still, double *flipped,
      struct why *why)
{
    const double *estimate;

    run->expected += STEPS;
    for (unsigned i = 0; i < STEPS; i++) {
        const double middle = (still + *flipped) / 2;
        const int rc = point_at(run, unknown, middle, &estimate, why);

        if (rc < 0)
            return rc;
        if (flips_at(&run->out->answers.item[answer], estimate[answer]))
            *flipped = middle;
        else
            still = middle;
    }
    return 0;
}

static double
beyond(double quantile)
{
    return quantile < MIDDLE ? quantile : 1 - quantile;
}

/* The flip of one answer, given what the three quantiles said. */
static int
find_threshold(struct search_run *run, size_t answer, uint32_t unknown, const bool flipped[3],
               struct why *why)
{
    static const double at[3] = {LOW_END, MIDDLE, HIGH_END};
    double best = (double)NAN;

    if (flipped[0] && flipped[1] && flipped[2])
        best = MIDDLE; /* only values near the centre do not */
    for (unsigned i = 0; i < 2; i++) {
        double q = flipped[i] ? at[i] : at[i + 1];

        if (flipped[i] == flipped[i + 1])
            continue;
        const int rc = halve(run, answer, unknown, flipped[i] ? at[i + 1] : at[i], &q, why);

        if (rc < 0)
            return rc;
        if (isnan(best) || fabs(q - MIDDLE) < fabs(best - MIDDLE))
            best = q;
    }
    /* Where the centre, a mean, lies to one side of the median, the median itself may flip. The
     * flipping side of the threshold is then the larger one: its chance is that of all beyond. */
    if (isnan(best))
        return 0;
    const bool most = flipped[1];
    const double chance = flipped[0] && flipped[1] && flipped[2] ? 1
                          : most                                 ? 1 - beyond(best)
                                                                 : beyond(best);

    return add_flip(run, answer, unknown, best, chance, why);
}

static int
try_distribution(struct search_run *run, uint32_t unknown, struct why *why)
{
    static const double at[3] = {LOW_END, MIDDLE, HIGH_END};
    struct flip_input *input = &run->out->input[unknown];
    const double *estimate[3];
    int rc = value_at(run, unknown, LOW_END, &input->low, why);

    if (rc == 0)
        rc = value_at(run, unknown, HIGH_END, &input->high, why);
    if (rc == 0)
        rc = value_at(run, unknown, MIDDLE, &input->centre, why);
    for (unsigned i = 0; rc == 0 && i < 3; i++)
        rc = point_at(run, unknown, at[i], &estimate[i], why);
    for (size_t a = 0; rc == 0 && a < run->out->answers.count; a++) {
        bool flipped[3];

        for (unsigned i = 0; i < 3; i++)
            flipped[i] = flips_at(&run->out->answers.item[a], estimate[i][a]);
        rc = find_threshold(run, a, unknown, flipped, why);
    }
    return rc;
}

/* ---- choices ---- */

struct alternative {
    const char *value;
    double first, last; /* the quantiles it was seen at */
};

struct alternatives {
    struct alternative item[ALTERNATIVES_MAX];
    unsigned count;
};

static int
see(struct search_run *run, uint32_t unknown, double quantile, struct alternatives *list,
    const char **out, struct why *why)
{
    const int rc = value_at(run, unknown, quantile, out, why);

    for (unsigned i = 0; rc == 0 && i < list->count; i++) {
        struct alternative *a = &list->item[i];

        if (strcmp(a->value, *out) == 0) {
            a->first = fmin(a->first, quantile);
            a->last = fmax(a->last, quantile);
            return 0;
        }
    }
    if (rc == 0 && list->count < ALTERNATIVES_MAX)
        list->item[list->count++] = (struct alternative){*out, quantile, quantile};
    return rc;
}

/* Quantiles walk through the alternatives one after another, so where both ends of a part are of
 * one alternative all between them is: only parts with a border are halved. */
static int
see_between(struct search_run *run, uint32_t unknown, double low, const char *at_low, double high,
            const char *at_high, struct alternatives *list, struct why *why)
{
    const double middle = (low + high) / 2;
    const char *at_middle;

    if (high - low <= 1.0 / CHOICE_GRID || strcmp(at_low, at_high) == 0)
        return 0;
    int rc = see(run, unknown, middle, list, &at_middle, why);

    if (rc == 0)
        rc = see_between(run, unknown, low, at_low, middle, at_middle, list, why);
    return rc < 0 ? rc : see_between(run, unknown, middle, at_middle, high, at_high, list, why);
}

static int
list_alternatives(struct search_run *run, uint32_t unknown, struct alternatives *list,
                  struct why *why)
{
    const double low = 0.5 / CHOICE_GRID, high = 1 - low;
    const char *at_low, *at_high;
    int rc = see(run, unknown, low, list, &at_low, why);

    if (rc == 0)
        rc = see(run, unknown, high, list, &at_high, why);
    return rc < 0 ? rc : see_between(run, unknown, low, at_low, high, at_high, list, why);
}

/* To within a step of the grid. */
static double
weight(const struct alternative *a)
{
    return fmin(a->last - a->first + 1.0 / CHOICE_GRID, 1);
}

static int
try_choice(struct search_run *run, uint32_t unknown, struct why *why)
{
    struct alternatives list = {.count = 0};
    const double *estimate;
    unsigned heaviest = 0;
    int rc = list_alternatives(run, unknown, &list, why);

    /* The centre has the heaviest, of equals the first; weights are known to a step. */
    for (unsigned i = 1; i < list.count; i++)
        if (weight(&list.item[i]) > weight(&list.item[heaviest]) + 2.0 / CHOICE_GRID ||
            (weight(&list.item[i]) > weight(&list.item[heaviest]) - 2.0 / CHOICE_GRID &&
             list.item[i].first < list.item[heaviest].first))
            heaviest = i;
    if (rc == 0)
        run->out->input[unknown].centre = list.item[heaviest].value;
    for (unsigned i = 0; rc == 0 && i < list.count; i++) {
        const double middle = (list.item[i].first + list.item[i].last) / 2;

        if (i == heaviest)
            continue;
        rc = point_at(run, unknown, middle, &estimate, why);
        for (size_t a = 0; rc == 0 && a < run->out->answers.count; a++)
            if (flips_at(&run->out->answers.item[a], estimate[a]))
                rc = add_flip(run, a, unknown, middle, weight(&list.item[i]), why);
    }
    return rc;
}

/* ---- all of it ---- */

static int
list_answers(struct search_run *run, const struct judgement_list *judged, struct why *why)
{
    for (size_t i = 0; i < judged->count; i++) {
        const struct judgement *j = &judged->item[i];

        if (j->claim->is_expect || j->verdict == VERDICT_UNDECIDED)
            continue;
        if (VEC_ROOM(&run->out->answers) < 0)
            return why_no_memory(why);
        run->out->answers.item[run->out->answers.count++] =
            (struct flip_answer){.claim = j->claim, .strategy = j->strategy, .verdict = j->verdict};
        run->strategies |= UINT64_C(1) << j->strategy;
        run->traffic |= metric_table[metric_find(j->claim->metric)].plane == PLANE_TRAFFIC;
    }
    return 0;
}

static int
try_centre(struct search_run *run, struct why *why)
{
    const double *estimate;
    const int rc = point_at(run, NONE, (double)NAN, &estimate, why);

    for (size_t a = 0; rc == 0 && a < run->out->answers.count; a++) {
        struct flip_answer *answer = &run->out->answers.item[a];

        answer->estimate = estimate[a];
        answer->holds = claim_satisfied(answer->claim, estimate[a]);
    }
    return rc;
}

static int
by_chance(const void *left, const void *right)
{
    const struct flip *a = left, *b = right;

    if (a->chance != b->chance)
        return a->chance > b->chance ? -1 : 1;
    if (a->unknown != b->unknown)
        return a->unknown < b->unknown ? -1 : 1;
    return a->quantile < b->quantile ? -1 : a->quantile > b->quantile;
}

static int
try_all(struct search_run *run, struct why *why)
{
    const struct model *model = run->model;
    int rc;

    run->out->input = arena_alloc(&run->out->arena, model->uncertain + 1, sizeof *run->out->input);
    if (run->out->input == NULL)
        return why_no_memory(why);
    run->out->inputs = model->unknown != NULL ? model->uncertain : 0;
    run->expected = 1 + 3 * (size_t)run->out->inputs;
    rc = try_centre(run, why);
    for (uint32_t u = 0; rc == 0 && u < run->out->inputs; u++) {
        struct flip_input *input = &run->out->input[u];

        input->path = model->unknown[u].path;
        input->is_choice = model->unknown[u].is_choice;
        rc = input->is_choice ? try_choice(run, u, why) : try_distribution(run, u, why);
    }
    for (size_t a = 0; a < run->out->answers.count; a++)
        if (run->out->answers.item[a].flips.count > 1)
            qsort(run->out->answers.item[a].flips.item, run->out->answers.item[a].flips.count,
                  sizeof(struct flip), by_chance);
    return rc;
}

int
flips_find(struct flips *out, const struct model *model, const struct judgement_list *judged,
           const struct flip_world *world, const struct flip_options *options, struct why *why)
{
    *out = (struct flips){0};
    struct search_run run = {.out = out, .model = model, .world = world, .options = options};
    int rc = list_answers(&run, judged, why);

    if (rc == 0 && out->answers.count > 0)
        rc = try_all(&run, why);
    out->points = run.points.count;
    free(run.points.item);
    return rc;
}

void
flips_release(struct flips *flips)
{
    for (size_t i = 0; i < flips->answers.count; i++)
        free(flips->answers.item[i].flips.item);
    free(flips->answers.item);
    arena_release(&flips->arena);
    *flips = (struct flips){0};
}
