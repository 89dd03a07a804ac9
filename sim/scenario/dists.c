/* Distributions, and service times that may be a measured cost. */
#include "scenario/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "scenario/costs.h"

static const struct dist_family *
family_find(const char *name, enum dist_kind *kind)
{
    for (size_t i = 0; i < DIST_KINDS; i++) {
        if (strcmp(dist_family[i].name, name) == 0) {
            *kind = (enum dist_kind)i;
            return &dist_family[i];
        }
    }
    return NULL;
}

/* The parameters of a family, each in the value's unit or a plain number. */
static bool
read_parameters(struct read *r, const struct dist_family *family, enum unit unit,
                const struct node *node, struct dist *out)
{
    bool good = true;

    if (node->kind != NODE_MAP) {
        fault_kind(r, node, "a mapping of parameters");
        return false;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        const char *name = node->entry[i].name;
        bool known = false;

        for (int k = 0; k < family->parameters; k++)
            known = known || strcmp(name, family->parameter[k]) == 0;
        if (!known) {
            struct text text = {0};

            text_addf(&text, "has no parameter '%s'", name);
            add_hint(&text, name, family->parameter, (uint32_t)family->parameters);
            fault(r, &node->entry[i].at, "%s", text_str(&text));
            text_release(&text);
            good = false;
        }
    }
    for (int k = 0; k < family->parameters; k++) {
        const struct key key = {.name = family->parameter[k],
                                .unit = family->in_unit[k] ? unit : UNIT_NONE};
        const struct node *value = node_find(node, key.name);
        const struct frame frame = frame_key(r, key.name);
        const struct frame *before = r->frame;

        if (value == NULL) {
            fault(r, &node->at, "needs '%s'", key.name);
            good = false;
            continue;
        }
        r->frame = &frame;
        good = read_number(r, &key, value, &out->p[k]) && good;
        r->frame = before;
    }
    return good;
}

struct raw_part {
    double weight;
    struct dist of;
    bool good;
};

static void
read_of_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct raw_part *part = row;

    (void)key;
    part->good = read_dist(r, key, node, &part->of);
}

static const struct kind kind_of = {"a distribution", read_of_value, "%d", INSIDE_VALUE};

/* The parts of a mixture; their unit is the value's, so the form is made for each. */
static bool
read_mixture(struct read *r, enum unit unit, const struct node *node, struct dist *out)
{
    const struct key keys[] = {
        {.name = "weight", .kind = &kind_number, .required = true, .above = true},
        {.name = "of",
         .kind = &kind_of,
         .required = true,
         .unit = unit,
         .offset = offsetof(struct raw_part, of)},
    };
    const struct form form = {.key = keys, .keys = 2, .row_bytes = sizeof(struct raw_part)};
    const size_t faults = r->why->count;
    uint32_t count = 0;
    double sum = 0;
    struct raw_part *raw = read_list(r, &form, node, &count);

    if (node->kind == NODE_LIST && node->count == 0)
        fault(r, &node->at, "needs a part");
    if (raw == NULL || r->why->count != faults)
        return false;
    struct dist_part *part = read_alloc(r, count, sizeof *part);
    if (part == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        sum += raw[i].weight;
    for (uint32_t i = 0; i < count; i++)
        part[i] = (struct dist_part){raw[i].weight / sum, raw[i].of};
    out->part = part;
    out->count = count;
    return true;
}

static int
by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* Observed values: the first column of a data file, each with its unit, its name above. */
static bool
read_empirical(struct read *r, enum unit unit, const struct node *node, struct dist *out)
{
    if (node->kind != NODE_SCALAR) {
        fault_kind(r, node, "the name of a data file");
        return false;
    }
    const struct table *table = files_table(r->files, node->text, &node->at);
    if (table == NULL)
        return false; /* told when the file was looked for */
    double *value = read_alloc(r, table->csv.rows, sizeof *value);
    if (value == NULL)
        return false;
    for (uint32_t i = 0; i < table->csv.rows; i++) {
        const char *cell = csv_cell(&table->csv, i, 0), *reason = NULL;

        if (unit_read(cell, unit, &value[i], &reason) < 0) {
            const struct where at = {table->path, table->csv.line[i], 0};
            fault(r, &at, "%s, got '%s'", reason, cell);
            return false;
        }
    }
    qsort(value, table->csv.rows, sizeof *value, by_value);
    out->value = value;
    out->count = table->csv.rows;
    return true;
}

static bool
check_dist(struct read *r, const struct node *node, const struct dist *dist)
{
    const char *reason = "is no distribution";

    if (dist_check(dist, &reason) == 0)
        return true;
    fault(r, &node->at, ": %s", reason);
    return false;
}

static bool
read_family(struct read *r, const struct key *key, const struct node *node, struct dist *out)
{
    const struct entry *entry = &node->entry[0];
    const struct dist_family *family = family_find(entry->name, &out->kind);
    const struct frame frame = frame_key(r, entry->name);
    const struct frame *before = r->frame;
    bool good;

    if (family == NULL) {
        const char *known[DIST_KINDS];
        struct text text = {0};

        for (size_t i = 0; i < DIST_KINDS; i++)
            known[i] = dist_family[i].name;
        text_addf(&text, "has an unknown distribution '%s'", entry->name);
        add_hint(&text, entry->name, known, DIST_KINDS);
        fault(r, &entry->at, "%s", text_str(&text));
        text_release(&text);
        return false;
    }
    r->frame = &frame;
    if (out->kind == DIST_MIXTURE)
        good = read_mixture(r, key->unit, entry->value, out);
    else if (out->kind == DIST_EMPIRICAL)
        good = read_empirical(r, key->unit, entry->value, out);
    else
        good = read_parameters(r, family, key->unit, entry->value, out);
    good = good && check_dist(r, entry->value, out);
    r->frame = before;
    return good;
}

bool
read_dist(struct read *r, const struct key *key, const struct node *node, struct dist *out)
{
    double value = 0;

    *out = dist_constant(0);
    if (node->kind == NODE_SCALAR || node_find(node, "uncertain") != NULL) {
        if (!read_number(r, key, node, &value))
            return false;
        *out = dist_constant(value);
        return true;
    }
    if (node->kind != NODE_MAP || node->count != 1) {
        fault_kind(r, node, "one distribution, or a constant");
        return false;
    }
    return read_family(r, key, node, out);
}

static void
read_dist_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_dist(r, key, node, FIELD(key, row, struct dist));
}

/* A service time: a distribution, or `{cost: NAME}` of an operation with a single cost. */
static void
read_service_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct cost cost = {0};

    if (!is_cost(node)) {
        read_dist_value(r, key, node, row);
        return;
    }
    if (!read_cost(r, key, node, &cost))
        return;
    if (cost.points != 1)
        fault(r, &node->at,
              "names the cost '%s', which depends on the size; a service time needs "
              "a single one",
              cost.name);
    else
        *FIELD(key, row, struct dist) = dist_constant(cost.seconds[0]);
}

/* A list of distributions: an array and its count. */
static void
read_dists_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct frame *before = r->frame;

    if (node->kind != NODE_LIST) {
        fault_kind(r, node, "a list of distributions");
        return;
    }
    struct dist *dist = read_alloc(r, node->count, sizeof *dist);
    for (uint32_t i = 0; i < node->count && dist != NULL; i++) {
        const struct frame frame = frame_item(r, i);

        r->frame = &frame;
        read_dist(r, key, node->item[i], &dist[i]);
        r->frame = before;
    }
    if (dist == NULL)
        return;
    memcpy(FIELD(key, row, char), &dist, sizeof dist);
    memcpy((char *)row + key->count, &node->count, sizeof node->count);
}

const struct kind kind_dist = {"a distribution", read_dist_value, "%d", INSIDE_VALUE};
const struct kind kind_service = {"a distribution or a cost", read_service_value,
                                  "{\"anyOf\": [%d, {\"$ref\": \"#/$defs/cost\"}]}", INSIDE_VALUE};
const struct kind kind_dists = {"a list of distributions", read_dists_value,
                                "{\"type\": \"array\", \"items\": %d}", INSIDE_VALUE};
