/* Sections `sweep`, `search` and `readings`: what is varied. Values are kept as text. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "scenario/study.h"

static const char *
value_text(struct read *r, const struct node *node)
{
    struct text text = {0};
    const char *copy = NULL;

    node_write(node, &text);
    if (text.lost)
        fault_no_memory(r);
    else
        copy = read_copy(r, text_str(&text));
    text_release(&text);
    return copy;
}

/* ---- sweep ---- */

static void
read_axis(struct read *r, const struct entry *entry, struct sweep_axis *axis)
{
    const struct node *list = entry->value;
    const char **value;

    if (list->kind != NODE_LIST || list->count == 0) {
        fault_kind(r, list, "a list of values");
        return;
    }
    value = read_alloc(r, list->count, sizeof *value);
    for (uint32_t i = 0; i < list->count && value != NULL; i++)
        value[i] = value_text(r, list->item[i]);
    axis->at = read_where(r, &entry->at);
    axis->path = read_copy(r, entry->name);
    axis->value = value;
    axis->values = list->count;
}

static void
read_sweep(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct frame *before = r->frame;
    struct sweep_axis *axis;

    if (node->kind != NODE_MAP) {
        fault_kind(r, node, "a mapping of paths to lists of values");
        return;
    }
    axis = read_alloc(r, node->count, sizeof *axis);
    for (uint32_t i = 0; i < node->count && axis != NULL; i++) {
        const struct frame frame = frame_key(r, node->entry[i].name);

        r->frame = &frame;
        read_axis(r, &node->entry[i], &axis[i]);
        r->frame = before;
    }
    if (axis == NULL)
        return;
    *FIELD(key, row, struct sweep_axis *) = axis;
    memcpy((char *)row + key->count, &node->count, sizeof node->count);
}

const struct kind kind_sweep = {
    "a mapping of paths to lists", read_sweep,
    "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"array\", \"minItems\": 1}}",
    INSIDE_VALUE};

/* ---- search ---- */

static void
read_wholes(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct key one = {.name = key->name, .unit = UNIT_NONE, .least = 1, .most = HOLDERS_MAX};
    const struct frame *before = r->frame;
    uint32_t *whole;

    if (node->kind != NODE_LIST || node->count == 0) {
        fault_kind(r, node, "a list of whole numbers");
        return;
    }
    whole = read_alloc(r, node->count, sizeof *whole);
    for (uint32_t i = 0; i < node->count && whole != NULL; i++) {
        const struct frame frame = frame_item(r, i);
        double value = 1;

        r->frame = &frame;
        if (read_number(r, &one, node->item[i], &value) && value != rint(value))
            fault_kind(r, node->item[i], "a whole number");
        whole[i] = (uint32_t)value;
        r->frame = before;
    }
    *FIELD(key, row, uint32_t *) = whole;
    memcpy((char *)row + key->count, &node->count, sizeof node->count);
}

/* "2-of-3". */
static bool
read_threshold(struct read *r, const struct node *node, uint32_t *k, uint32_t *n)
{
    int end = 0;

    if (node->kind == NODE_SCALAR && sscanf(node->text, "%2u-of-%2u%n", k, n, &end) == 2 &&
        node->text[end] == '\0' && *k >= 1 && *k <= *n && *n <= HOLDERS_MAX)
        return true;
    fault_kind(r, node, "a threshold such as 2-of-3");
    return false;
}

static void
read_thresholds(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct frame *before = r->frame;
    struct search *search = row;

    (void)key;
    if (node->kind != NODE_LIST || node->count == 0) {
        fault_kind(r, node, "a list of thresholds such as 2-of-3");
        return;
    }
    uint32_t *k = read_alloc(r, node->count, sizeof *k), *n = read_alloc(r, node->count, sizeof *n);
    for (uint32_t i = 0; i < node->count && k != NULL && n != NULL; i++) {
        const struct frame frame = frame_item(r, i);

        r->frame = &frame;
        read_threshold(r, node->item[i], &k[i], &n[i]);
        r->frame = before;
    }
    search->threshold_k = k;
    search->threshold_n = n;
    search->thresholds = k != NULL && n != NULL ? node->count : 0;
}

static void
read_metrics(struct read *r, const struct key *key, const struct node *node, void *row)
{
    static const struct key one = {.name = "metric", .kind = &kind_metric};
    const struct frame *before = r->frame;
    const char **metric;

    if (node->kind != NODE_LIST || node->count == 0) {
        fault_kind(r, node, "a list of metrics");
        return;
    }
    metric = read_alloc(r, node->count, sizeof *metric);
    for (uint32_t i = 0; i < node->count && metric != NULL; i++) {
        const struct frame frame = frame_item(r, i);

        r->frame = &frame;
        kind_metric.read(r, &one, node->item[i], &metric[i]);
        r->frame = before;
    }
    *FIELD(key, row, const char **) = metric;
    memcpy((char *)row + key->count, &node->count, sizeof node->count);
}

static const struct kind kind_wholes = {
    "a list of whole numbers", read_wholes,
    "{\"type\": \"array\", \"items\": {\"type\": \"integer\", \"minimum\": 1}, \"minItems\": 1}",
    INSIDE_VALUE};
static const struct kind kind_thresholds = {
    "a list of thresholds", read_thresholds,
    "{\"type\": \"array\", \"items\": {\"type\": \"string\", \"pattern\": "
    "\"^[0-9]{1,2}-of-[0-9]{1,2}$\"}, \"minItems\": 1}",
    INSIDE_VALUE};
static const struct kind kind_metrics = {
    "a list of metrics", read_metrics,
    "{\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"minItems\": 1}", INSIDE_VALUE};

static const struct key choose_keys[] = {
    {.name = "choose",
     .kind = &kind_wholes,
     .offset = offsetof(struct search, replicas),
     .count = offsetof(struct search, replica_choices),
     .required = true,
     .about = "How many replicas to try."},
};

static const struct key threshold_keys[] = {
    {.name = "thresholds",
     .kind = &kind_thresholds,
     .required = true,
     .about = "How many of how many key stores to try, such as 2-of-3."},
};

static const struct form choose_form = {.key = choose_keys, .keys = COUNT(choose_keys)};
static const struct form threshold_form = {.key = threshold_keys, .keys = COUNT(threshold_keys)};

static void
read_part(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_form(r, key->form, node, row); /* its fields are the search's own */
}

static const struct kind kind_part = {"a mapping", read_part, NULL, INSIDE_FORM};

static const struct key search_keys[] = {
    {.name = "replicas",
     .kind = &kind_part,
     .form = &choose_form,
     .required = true,
     .about = "Which replicas to try."},
    {.name = "keys",
     .kind = &kind_part,
     .form = &threshold_form,
     .required = true,
     .about = "Which key formulas to try."},
    {.name = "minimise",
     .kind = &kind_metrics,
     .offset = offsetof(struct search, minimise),
     .count = offsetof(struct search, objectives),
     .required = true,
     .about = "The metrics to minimise."},
};

static void
search_finish(struct read *r, const struct node *node, void *row)
{
    (void)r;
    (void)node;
    ((struct search *)row)->stated = true;
}

const struct form search_form = {
    .key = search_keys,
    .keys = COUNT(search_keys),
    .finish = search_finish,
};

/* ---- set, and readings ---- */

static void
read_set(struct read *r, const struct key *key, const struct node *node, void *row)
{
    if (node->kind != NODE_MAP)
        fault_kind(r, node, "a mapping of paths to values");
    else
        *FIELD(key, row, struct overrides) = (struct overrides){node->entry, node->count};
}

const struct kind kind_set = {"a mapping of paths to values", read_set, "{\"type\": \"object\"}",
                              INSIDE_VALUE};

static void
read_texts(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct overrides set = {0};
    struct reading *reading = row;
    const struct key whole = {.name = key->name};

    read_set(r, &whole, node, &set);
    const char **path = read_alloc(r, set.count, sizeof *path);
    const char **value = read_alloc(r, set.count, sizeof *value);
    for (uint32_t i = 0; i < set.count && path != NULL && value != NULL; i++) {
        path[i] = read_copy(r, set.entry[i].name);
        value[i] = value_text(r, set.entry[i].value);
    }
    reading->path = path;
    reading->value = value;
    reading->overrides = set.count;
}

static const struct kind kind_texts = {"a mapping of paths to values", read_texts,
                                       "{\"type\": \"object\"}", INSIDE_VALUE};

static const struct key reading_keys[] = {
    {.name = "set",
     .kind = &kind_texts,
     .required = true,
     .about = "What this reading of the law says, as paths and values; it holds from the start, "
              "until a dated change sets the same path."},
    {.name = "because",
     .kind = &kind_text,
     .offset = offsetof(struct reading, because),
     .about = "What the reading rests on, for reports."},
};

const struct form reading_form = {
    .what = "reading",
    .key = reading_keys,
    .keys = COUNT(reading_keys),
    .row_bytes = sizeof(struct reading),
    .named = true,
};
