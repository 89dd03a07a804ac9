/* Section `places`. */
#include "scenario/sections.h"

/* The name is used where the network is read; here only its shape is looked at. */
static bool
take_city(struct read *r, const struct key *key, const char *name, const struct where *at,
          void *field)
{
    (void)r, (void)key, (void)name, (void)at, (void)field;
    return true;
}

static void
read_city(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_city, row);
}

static const struct kind kind_city = {"the name of a city", read_city,
                                      "{\"$ref\": \"#/$defs/name\"}", INSIDE_VALUE};

static const struct key place_keys[] = {
    {.name = "in",
     .kind = &kind_ref,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct place, in),
     .required = true,
     .about = "The jurisdiction it lies in."},
    {.name = "network-as",
     .kind = &kind_city,
     .about = "The city of the RTT matrix that stands for it, when its name is none."},
};

static void
place_start(struct read *r, void *row)
{
    (void)r;
    ((struct place *)row)->in.i = NONE;
}

const struct form place_form = {
    .what = "place",
    .key = place_keys,
    .keys = COUNT(place_keys),
    .row_bytes = sizeof(struct place),
    .named = true,
    .most = 256, /* links are kept for each pair */
    .start = place_start,
};
