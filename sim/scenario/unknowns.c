/* Uncertain inputs: which there are, what keys their draws, and one of them at a quantile. */
#include <stdlib.h>
#include <string.h>
#include "scenario/document.h"
#include "scenario/quantity.h"

/* ---- numbers and choices ---- */

struct numbering {
    struct scenario *s;
    struct text path; /* of the node at hand */
    uint64_t entity, unknown;
    bool no_memory;
};

static void
add_input(struct numbering *n, const struct node *node, enum input_kind kind)
{
    struct input_list *inputs = &n->s->inputs;
    const char *path = arena_text(&n->s->files.arena, text_str(&n->path), n->path.length);

    if (path == NULL || n->path.lost || VEC_ROOM(inputs) < 0) {
        n->no_memory = true;
        return;
    }
    inputs->item[inputs->count++] = (struct input){.path = path,
                                                   .at = node->at,
                                                   .kind = kind,
                                                   .entity = node->entity,
                                                   .unknown = node->unknown};
}

/* An alias is the same input wherever it stands: it is numbered where it comes first. */
static void
number_node(struct numbering *n, struct node *node)
{
    const char *only = node->count == 1 ? node->entry[0].name : "";
    const bool number = strcmp(only, "uncertain") == 0, choice = strcmp(only, "choice") == 0;

    if ((!number && !choice) || node->unknown != 0)
        return;
    node->entity = n->entity;
    node->unknown = ++n->unknown;
    add_input(n, node, number ? INPUT_NUMBER : INPUT_CHOICE);
}

static void
path_back(struct text *path, size_t length)
{
    if (path->s != NULL)
        path->s[length] = '\0';
    path->length = length;
}

static void
number_below(struct numbering *n, struct node *node)
{
    const size_t length = n->path.length;

    if (node->kind == NODE_MAP)
        number_node(n, node);
    for (uint32_t i = 0; i < node->count && !n->no_memory; i++) {
        if (node->kind == NODE_MAP)
            text_addf(&n->path, ".%s", node->entry[i].name);
        else
            text_addf(&n->path, "[%u]", i);
        number_below(n, node->kind == NODE_MAP ? node->entry[i].value : node->item[i]);
        path_back(&n->path, length);
    }
}

/* The rows of a section, each an entity. */
static void
number_section(struct numbering *n, enum section section)
{
    const char *name = document_form.key[section].name;
    const struct node *node = node_find(n->s->own.document, name);
    const bool map = node != NULL && node->kind == NODE_MAP;
    const bool list = node != NULL && node->kind == NODE_LIST;

    for (uint32_t i = 0; (map || list) && i < node->count && !n->no_memory; i++) {
        n->entity = section_entity(section, i);
        n->unknown = 0;
        text_clear(&n->path);
        if (map)
            text_addf(&n->path, "%s.%s", name, node->entry[i].name);
        else
            text_addf(&n->path, "%s[%u]", name, i);
        number_below(n, map ? node->entry[i].value : node->item[i]);
    }
}

int
number_unknowns(struct scenario *s)
{
    struct numbering n = {.s = s};

    for (int section = 0; section <= SECTION_CHANGES; section++)
        number_section(&n, (enum section)section);
    number_section(&n, SECTION_THREATS);
    s->own_inputs = (uint32_t)s->inputs.count;
    number_section(&n, SECTION_READINGS);
    text_release(&n.path);
    return n.no_memory ? ERR_MEMORY : 0;
}

/* ---- of a variant ---- */

static bool
has_change(const struct variant *v, const struct stated_change *change)
{
    for (uint32_t i = 0; i < v->inputs; i++)
        if (v->input[i].entity == change->entity && v->input[i].unknown == change->unknown)
            return true;
    return false;
}

/* Adds the doubtful ones of a list of changes; false when memory runs out. */
static bool
add_changes(struct scenario *s, struct variant *v, struct input *input, const char *strategy,
            const struct stated_change *change, uint32_t changes)
{
    for (uint32_t i = 0; i < changes; i++) {
        const struct node *at = node_find(change[i].node, "probability");
        struct text path = {0};

        if (at == NULL || change[i].probability <= 0 || change[i].probability >= 1 ||
            has_change(v, &change[i]))
            continue;
        if (strategy != NULL)
            text_addf(&path, "strategies.%s.", strategy);
        text_addf(&path, "changes[%u].probability", i);
        input[v->inputs] = (struct input){
            .path = path.lost ? NULL : arena_text(&s->files.arena, path.s, path.length),
            .at = at->at,
            .kind = INPUT_CHANGE,
            .entity = change[i].entity,
            .unknown = change[i].unknown,
            .probability = change[i].probability,
        };
        text_release(&path);
        if (input[v->inputs++].path == NULL)
            return false;
    }
    return true;
}

int
variant_inputs(struct scenario *s, struct variant *v, uint32_t reading)
{
    const uint64_t entity = section_entity(SECTION_READINGS, reading);
    size_t most = s->inputs.count + s->own.inputs + v->changes;
    struct input *input;
    bool good = true;

    for (uint32_t i = 0; i < v->strategies; i++)
        most += v->strategy[i].changes;
    input = arena_alloc(&s->files.arena, most, sizeof *input);
    if (input == NULL)
        return ERR_MEMORY;
    v->input = input;
    v->inputs = 0;
    for (size_t i = 0; reading == NONE && i < s->own_inputs; i++)
        input[v->inputs++] = s->inputs.item[i];
    for (size_t i = 0; reading != NONE && i < s->own.inputs; i++)
        input[v->inputs++] = s->own.input[i];
    for (size_t i = s->own_inputs; reading != NONE && i < s->inputs.count; i++)
        if (s->inputs.item[i].entity == entity)
            input[v->inputs++] = s->inputs.item[i];
    good = add_changes(s, v, input, NULL, v->change, v->changes);
    for (uint32_t i = 0; i < v->strategies && good; i++)
        good = add_changes(s, v, input, v->strategy[i].is.name, v->strategy[i].change,
                           v->strategy[i].changes);
    return good ? 0 : ERR_MEMORY;
}

/* ---- one at a quantile ---- */

static int
find_fixed(const struct scenario *s, const struct scenario_fixed *fixed, struct fixed_input *out,
           struct why *why)
{
    if (fixed->unknown >= s->own.inputs)
        return why_add(why, ERR_INPUT, NULL, "there is no uncertain input %u; the scenario has %u",
                       fixed->unknown, s->own.inputs);
    if (!(fixed->quantile > 0 && fixed->quantile < 1))
        return why_add(why, ERR_INPUT, NULL, "a quantile must lie between 0 and 1, got %.15g",
                       fixed->quantile);
    const struct input *input = &s->own.input[fixed->unknown];
    *out = (struct fixed_input){input->entity, input->unknown, fixed->quantile};
    return 0;
}

int
scenario_model_fixed(struct scenario *scenario, const struct scenario_fixed *fixed,
                     struct model **out, struct why *why)
{
    struct fixed_input input;
    const struct drawing drawing = {.world = SCENARIO_CENTRAL, .fixed = &input};
    const int rc = find_fixed(scenario, fixed, &input, why);

    *out = NULL;
    return rc < 0 ? rc : scenario_draw(scenario, &scenario->own, &drawing, out, why);
}

int
scenario_unknown_value(struct scenario *scenario, uint32_t unknown, double quantile,
                       struct text *out, struct why *why)
{
    const struct scenario_fixed fixed = {unknown, quantile};
    struct fixed_input input;
    struct probe probe = {0};
    /* with all changes, so that whatever one of them states is read */
    const struct drawing drawing = {
        .world = SCENARIO_CENTRAL, .fixed = &input, .probe = &probe, .passes = PASS_ALL};
    const struct input *of;
    struct model *model = NULL;
    int rc = find_fixed(scenario, &fixed, &input, why);

    if (rc < 0)
        return rc;
    of = &scenario->own.input[unknown];
    if (of->kind == INPUT_CHANGE) {
        text_add(out, quantile < of->probability ? "comes to pass" : "does not");
        return out->lost ? why_no_memory(why) : 0;
    }
    rc = scenario_draw(scenario, &scenario->own, &drawing, &model, why);
    model_free(model);
    if (rc < 0)
        return rc;
    if (!probe.seen)
        text_add(out, "unused");
    else if (probe.name != NULL)
        text_add(out, probe.name);
    else
        quantity_write(probe.value, probe.unit, out);
    return out->lost ? why_no_memory(why) : 0;
}
