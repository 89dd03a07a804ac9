/*
 * Variants of a scenario: readings, values of a sweep, changes that may not come to pass. All are
 * looked at when it is opened, so that a wrong one is not found hours later.
 */
#include "scenario/document.h"

static const struct drawing all_changes = {.world = SCENARIO_CENTRAL, .passes = PASS_ALL};

/* Reads and plans `v->document`; the rest of `v` is filled. */
static int
plan_variant(struct scenario *s, struct variant *v, struct why *why)
{
    int rc = variant_read(s, v, why);

    if (rc == 0)
        rc = plans_make(&v->plans, s, v, &all_changes, &s->files.arena, &s->memo, why);
    return rc;
}

static int
check_with(const struct scenario *s, const struct variant *v, const struct stated_change *only,
           struct why *why)
{
    const struct drawing drawing = {.world = SCENARIO_CENTRAL, .passes = PASS_ONLY, .only = only};
    struct model *model = NULL;
    const int rc = scenario_build(s, v, &drawing, &model, why);

    model_free(model);
    return rc == ERR_MEMORY ? rc : 0;
}

/* With each doubtful change alone, until there is a fault: the same would be told many times. */
static int
check_each(const struct scenario *s, const struct variant *v, const struct stated_change *change,
           uint32_t changes, struct why *why)
{
    const size_t before = why->count;
    int rc = 0;

    for (uint32_t i = 0; i < changes && rc == 0 && why->count == before; i++)
        if (change[i].probability < 1)
            rc = check_with(s, v, &change[i], why);
    return rc;
}

int
variant_check(const struct scenario *s, const struct variant *v, struct model **all,
              struct why *why)
{
    const size_t before = why->count;
    int rc = scenario_build(s, v, &all_changes, all, why);

    if (rc == 0 && v->doubtful > 0)
        rc = check_with(s, v, NULL, why);
    /* alone, since one may rest on another, or stand in its way */
    if (rc == 0 && v->doubtful > 1 && why->count == before)
        rc = check_each(s, v, v->change, v->changes, why);
    for (uint32_t i = 0; i < v->strategies && rc == 0 && v->doubtful > 1; i++)
        if (why->count == before)
            rc = check_each(s, v, v->strategy[i].change, v->strategy[i].changes, why);
    return rc == ERR_MEMORY ? rc : 0;
}

static int
check_variant(const struct scenario *s, const struct variant *v, struct why *why)
{
    struct model *all = NULL;
    const int rc = variant_check(s, v, &all, why);

    model_free(all);
    return rc;
}

static int
set_value(struct scenario *s, const struct entry *path, struct node *value, bool law,
          struct node **document, struct why *why)
{
    const struct path_set set = {
        .arena = &s->files.arena,
        .names = s->names,
        .law = law,
        .path = path->name,
        .at = path->at,
        .value = value,
    };

    return path_apply(&set, *document, document, why);
}

static int
check_sweep(struct scenario *s, struct why *why)
{
    const struct node *sweep = node_find(s->own.document, "sweep");
    int rc = 0;

    for (uint32_t i = 0; sweep != NULL && i < sweep->count; i++) {
        const struct node *values = sweep->entry[i].value;

        for (uint32_t k = 0; k < values->count && rc != ERR_MEMORY; k++) {
            struct variant v = {.document = s->own.document};

            rc = set_value(s, &sweep->entry[i], values->item[k], false, &v.document, why);
            if (rc == 0)
                rc = plan_variant(s, &v, why);
            if (rc == 0)
                rc = check_variant(s, &v, why);
        }
    }
    return rc == ERR_MEMORY ? rc : 0;
}

static int
read_reading(struct scenario *s, uint32_t row, const struct node *set, bool check, struct why *why)
{
    struct variant *v = &s->reading[row];
    const size_t before = why->count;
    int rc = 0;

    v->document = s->own.document;
    for (uint32_t k = 0; k < set->count && rc != ERR_MEMORY; k++)
        rc = set_value(s, &set->entry[k], set->entry[k].value, true, &v->document, why);
    if (rc == ERR_MEMORY || why->count != before)
        return rc;
    rc = plan_variant(s, v, why);
    if (rc == 0)
        rc = variant_inputs(s, v, row);
    if (rc == 0 && check && why->count == before)
        rc = check_variant(s, v, why);
    return rc;
}

int
read_variants(struct scenario *s, bool check, struct why *why)
{
    const struct node *readings = node_find(s->own.document, "readings");
    int rc = check ? check_sweep(s, why) : 0;

    if (readings == NULL || rc == ERR_MEMORY)
        return rc;
    s->reading = arena_alloc(&s->files.arena, readings->count, sizeof *s->reading);
    if (s->reading == NULL)
        return why_no_memory(why);
    s->readings = readings->count;
    for (uint32_t i = 0; i < readings->count && rc != ERR_MEMORY; i++)
        rc = read_reading(s, i, node_find(readings->entry[i].value, "set"), check, why);
    return rc == ERR_MEMORY ? rc : 0;
}

int
scenario_model_reading(struct scenario *scenario, uint32_t reading, uint64_t world,
                       struct model **out, struct why *why)
{
    const struct drawing drawing = {.world = world};

    *out = NULL;
    if (reading >= scenario->readings)
        return why_add(why, ERR_INPUT, NULL, "there is no reading %u; the scenario has %u", reading,
                       scenario->readings);
    return scenario_draw(scenario, &scenario->reading[reading], &drawing, out, why);
}
