#include "scenario/costs.h"

#include <string.h>

bool
is_cost(const struct node *node)
{
    return node->kind == NODE_MAP && node->count == 1 && strcmp(node->entry[0].name, "cost") == 0;
}

static const struct key size_key = {.name = "size", .unit = UNIT_BYTES, .above = true};
static const struct key time_key = {.name = "time", .unit = UNIT_SECONDS};

/* One measured point: [SIZE, DURATION]. */
static bool
read_point(struct read *r, const struct node *node, double *bytes, double *seconds)
{
    if (node->kind != NODE_LIST || node->count != 2) {
        fault_kind(r, node, "a pair [size, duration]");
        return false;
    }
    return read_number(r, &size_key, node->item[0], bytes) &&
           read_number(r, &time_key, node->item[1], seconds);
}

static bool
read_bulk(struct read *r, const struct node *node, struct cost *out)
{
    bool good = true;

    if (node->kind != NODE_LIST || node->count < 2) {
        fault_kind(r, node, "a list of at least two pairs [size, duration]");
        return false;
    }
    double *bytes = read_alloc(r, node->count, sizeof *bytes);
    double *seconds = read_alloc(r, node->count, sizeof *seconds);
    if (bytes == NULL || seconds == NULL)
        return false;
    for (uint32_t i = 0; i < node->count; i++) {
        good = read_point(r, node->item[i], &bytes[i], &seconds[i]) && good;
        if (good && i > 0 && bytes[i] <= bytes[i - 1]) {
            fault(r, &node->item[i]->at, "must state sizes in ascending order");
            good = false;
        }
    }
    *out = (struct cost){.bytes = bytes, .seconds = seconds, .points = node->count};
    return good;
}

static bool
constant_cost(struct read *r, double value, struct cost *out)
{
    double *point = read_alloc(r, 2, sizeof *point);

    if (point == NULL)
        return false;
    point[1] = value;
    *out = (struct cost){.bytes = point, .seconds = point + 1, .points = 1};
    return true;
}

static bool
read_cost_row(struct read *r, const struct node *node, struct cost *out)
{
    const struct node *bulk = node_find(node, "bulk"), *each = node_find(node, "each");
    double value = 0;

    if (node->kind != NODE_MAP || node->count != 1 || (bulk == NULL) == (each == NULL)) {
        fault_kind(r, node, "either {each: DURATION} or {bulk: [[SIZE, DURATION], ...]}");
        return false;
    }
    if (bulk != NULL)
        return read_bulk(r, bulk, out);
    return read_number(r, &time_key, each, &value) && constant_cost(r, value, out);
}

/* `machine` says what was measured; all other rows are costs. */
static bool
is_machine(const char *name)
{
    return strcmp(name, "machine") == 0;
}

/* All costs that are stated, or NULL when there is no memory for it. */
static const char **
list_costs(struct read *r, size_t *count)
{
    size_t most = 0;

    for (size_t t = 0; r->costs[t] != NULL; t++)
        most += r->costs[t]->count;
    const char **name = read_alloc(r, most + 1, sizeof *name);

    *count = 0;
    for (size_t t = 0; name != NULL && r->costs[t] != NULL; t++)
        for (uint32_t i = 0; i < r->costs[t]->count; i++)
            if (!is_machine(r->costs[t]->entry[i].name))
                name[(*count)++] = r->costs[t]->entry[i].name;
    return name;
}

/* The nearest of all: names of one operation differ by the size of the key only. */
static void
fault_unknown_cost(struct read *r, const char *name, const struct where *at)
{
    struct text text = {0};
    size_t known = 0;
    const char **all = list_costs(r, &known);
    const char *near = all != NULL ? text_nearest(name, all, known) : NULL;

    text_addf(&text, "names a cost that nobody states: '%s'", name);
    if (near != NULL)
        text_addf(&text, "; did you mean '%s'?", near);
    else if (known == 0)
        text_add(&text, "; there is neither a section 'costs' nor a cost file");
    fault(r, at, "%s", text_str(&text));
    text_release(&text);
}

bool
find_cost(struct read *r, const char *name, const struct where *at, struct cost *out)
{
    for (size_t t = 0; r->costs[t] != NULL && !is_machine(name); t++) {
        const struct node *row = node_find(r->costs[t], name);
        const struct frame frame = {.what = "cost", .name = name};
        const struct frame *before = r->frame;
        bool good;

        if (row == NULL)
            continue;
        r->frame = &frame;
        good = read_cost_row(r, row, out);
        r->frame = before;
        out->name = read_copy(r, name);
        return good;
    }
    fault_unknown_cost(r, name, at);
    return false;
}

static bool
take_cost(struct read *r, const struct key *key, const char *name, const struct where *at,
          void *field)
{
    (void)key;
    return find_cost(r, name, at, field);
}

bool
read_cost(struct read *r, const struct key *key, const struct node *node, struct cost *out)
{
    double value = 0;

    if (is_cost(node))
        return read_name(r, key, node->entry[0].value, take_cost, out);
    return read_number(r, key, node, &value) && constant_cost(r, value, out);
}

static void
read_cost_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_cost(r, key, node, FIELD(key, row, struct cost));
}

void
check_costs(struct read *r, const struct node *table)
{
    if (table->kind != NODE_MAP) {
        fault_kind(r, table, "a mapping of costs");
        return;
    }
    for (uint32_t i = 0; i < table->count; i++) {
        const struct frame frame = {.what = "cost", .name = table->entry[i].name};
        const struct frame *before = r->frame;
        struct cost cost;

        if (is_machine(table->entry[i].name))
            continue;
        r->frame = &frame;
        read_cost_row(r, table->entry[i].value, &cost);
        r->frame = before;
    }
}

static void
read_costs_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    (void)key;
    (void)row;
    check_costs(r, node);
}

const struct kind kind_cost = {"a duration or {cost: NAME}", read_cost_value,
                               "{\"anyOf\": [%u, {\"$ref\": \"#/$defs/cost\"}]}", INSIDE_VALUE};
const struct kind kind_costs = {"a mapping of costs", read_costs_value,
                                "{\"$ref\": \"#/$defs/costs\"}", INSIDE_VALUE};
