/* Section `data`: classes of objects, and how the operations divide among them. */
#include <string.h>
#include "scenario/sections.h"

static const struct key class_keys[] = {
    {.name = "weight",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .offset = offsetof(struct data_class, weight),
     .about = "Its part of the operations, against the other classes; 1 when not stated."},
    {.name = "size",
     .kind = &kind_dist,
     .unit = UNIT_BYTES,
     .offset = offsetof(struct data_class, size),
     .required = true,
     .about = "Bytes of one object."},
    {.name = "metadata",
     .kind = &kind_bool,
     .offset = offsetof(struct data_class, metadata),
     .about = "true: the class is itself metadata, such as account records."},
    {.name = "metadata-encrypted",
     .kind = &kind_bool,
     .offset = offsetof(struct data_class, metadata_encrypted),
     .about = "true: who, when and how large is encrypted like the content."},
};

static void
class_start(struct read *r, void *row)
{
    struct data_class *class = row;

    (void)r;
    class->weight = 1;
    class->size = dist_constant(0);
}

const struct form class_form = {
    .what = "data class",
    .key = class_keys,
    .keys = COUNT(class_keys),
    .row_bytes = sizeof(struct data_class),
    .named = true,
    .most = CLASSES_MAX,
    .start = class_start,
};

static void
read_data(struct read *r, const struct key *key, const struct node *node, void *row)
{
    uint32_t count = 0;
    struct data_class *class = read_rows(r, key->form, node, &count);
    double sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += class[i].weight;
    if (count > 0 && sum <= 0)
        fault(r, &node->at, "needs a weight above 0");
    for (uint32_t i = 0; i < count && sum > 0; i++)
        class[i].weight /= sum;
    memcpy(FIELD(key, row, char), &class, sizeof class);
    memcpy((char *)row + key->count, &count, sizeof count);
}

const struct kind kind_data = {"a mapping of names", read_data, NULL, INSIDE_ROWS};
