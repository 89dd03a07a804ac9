/*
 * Section `network`: what lies between each pair of places. First the matrix, then the defaults
 * where it is silent, then the links in the file's order, each overriding field by field.
 */
#include <math.h>
#include <string.h>
#include "scenario/sections.h"

enum { HOURS = 24 };

/* One end of a stated link: a place, or all places of a jurisdiction. */
struct end {
    uint32_t place, jurisdiction; /* one of them is NONE */
};

struct stated_link {
    struct end from, to;
    bool both;                                /* stated with `between` */
    double rtt_s, loss, bandwidth_bit_s;      /* NAN: not stated */
    double capacity_bit_s;                    /* NAN: not stated */
    const double *loss_hour, *bandwidth_hour; /* NULL: not stated */
    bool has_jitter;
    struct dist jitter;
};

struct network {
    const struct matrix *matrix;
    double within_s; /* NAN: not stated */
    struct stated_link defaults;
    const struct stated_link *link;
    uint32_t links;
};

static bool
take_end(struct read *r, const struct key *key, const char *name, const struct where *at,
         void *field)
{
    struct end *end = field;

    (void)key;
    end->place = name_ordinal(&r->names[SECTION_PLACES], name);
    end->jurisdiction =
        end->place == NONE ? name_ordinal(&r->names[SECTION_JURISDICTIONS], name) : NONE;
    if (end->place != NONE || end->jurisdiction != NONE)
        return true;
    const enum section near =
        name[0] >= 'A' && name[0] <= 'Z' ? SECTION_JURISDICTIONS : SECTION_PLACES;
    fault_unknown_name(r, at, name, "place or jurisdiction", &r->names[near]);
    return false;
}

static void
read_end(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_end, FIELD(key, row, struct end));
}

static void
read_between(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct stated_link *link = row;

    link->both = true;
    if (node->kind != NODE_LIST || node->count != 2) {
        fault_kind(r, node, "two places or jurisdictions, [A, B]");
        return;
    }
    read_name(r, key, node->item[0], take_end, &link->from);
    read_name(r, key, node->item[1], take_end, &link->to);
}

static void
read_jitter(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct stated_link *link = row;

    link->has_jitter = read_dist(r, key, node, &link->jitter);
}

/* 24 multipliers, one a UTC hour. */
static void
read_multipliers(struct read *r, const struct key *key, const struct node *node, void *row)
{
    static const struct key hour_key = {.name = "hour", .unit = UNIT_NONE};
    const struct frame *before = r->frame;
    double *hour;

    if (node->kind != NODE_LIST || node->count != HOURS) {
        fault(r, &node->at, "must be a list of 24 multipliers, got %u",
              node->kind == NODE_LIST ? node->count : 0);
        return;
    }
    hour = read_alloc(r, HOURS, sizeof *hour);
    for (uint32_t i = 0; i < HOURS && hour != NULL; i++) {
        const struct frame frame = frame_item(r, i);

        r->frame = &frame;
        hour[i] = 1;
        if (read_number(r, &hour_key, node->item[i], &hour[i]) && key->above && hour[i] <= 0)
            fault(r, &node->item[i]->at, "must be above 0, got 0");
        r->frame = before;
    }
    *FIELD(key, row, const double *) = hour;
}

static const struct kind kind_multipliers = {
    "a list of 24 multipliers", read_multipliers,
    "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/number\"}, \"minItems\": 24, "
    "\"maxItems\": 24}",
    INSIDE_VALUE};

static const struct key hour_keys[] = {
    {.name = "loss",
     .kind = &kind_multipliers,
     .offset = offsetof(struct stated_link, loss_hour),
     .about = "24 multipliers of the loss."},
    {.name = "bandwidth",
     .kind = &kind_multipliers,
     .above = true,
     .offset = offsetof(struct stated_link, bandwidth_hour),
     .about = "24 multipliers of the bandwidth."},
};

static const struct form hour_form = {.key = hour_keys, .keys = COUNT(hour_keys)};

/* Its keys are fields of the link itself. */
static void
read_link_hours(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_form(r, key->form, node, row);
}

static const struct kind kind_link_hours = {"a mapping", read_link_hours, NULL, INSIDE_FORM};
static const struct kind kind_end = {"the name of a place or jurisdiction", read_end,
                                     "{\"$ref\": \"#/$defs/name\"}", INSIDE_VALUE};
static const struct kind kind_between = {"a pair of places or jurisdictions", read_between,
                                         "{\"type\": \"array\", \"items\": {\"$ref\": "
                                         "\"#/$defs/name\"}, \"minItems\": 2, \"maxItems\": 2}",
                                         INSIDE_VALUE};
static const struct kind kind_jitter = {"a distribution", read_jitter, "%d", INSIDE_VALUE};

#define QUALITY_KEYS                                                                               \
    {.name = "jitter",                                                                             \
     .kind = &kind_jitter,                                                                         \
     .unit = UNIT_SECONDS,                                                                         \
     .about = "Added to each round trip."},                                                        \
        {.name = "loss",                                                                           \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_NONE,                                                                        \
         .most = 1,                                                                                \
         .offset = offsetof(struct stated_link, loss),                                             \
         .about = "Part of the packets that are lost."},                                           \
    {                                                                                              \
        .name = "bandwidth", .kind = &kind_number, .unit = UNIT_BITRATE, .above = true,            \
        .offset = offsetof(struct stated_link, bandwidth_bit_s),                                   \
        .about = "The most that it carries."                                                       \
    }

static const struct key link_keys[] = {
    {.name = "between",
     .kind = &kind_between,
     .about = "Two places or jurisdictions (all their places), both ways."},
    {.name = "from",
     .kind = &kind_end,
     .offset = offsetof(struct stated_link, from),
     .about = "One way: where the bytes come from."},
    {.name = "to",
     .kind = &kind_end,
     .offset = offsetof(struct stated_link, to),
     .about = "One way: where the bytes go."},
    {.name = "rtt",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct stated_link, rtt_s),
     .about = "Round-trip time."},
    QUALITY_KEYS,
    {.name = "capacity",
     .kind = &kind_number,
     .unit = UNIT_BITRATE,
     .above = true,
     .offset = offsetof(struct stated_link, capacity_bit_s),
     .about = "What all transfers on it share, each way; no limit when not stated."},
    {.name = "hours",
     .kind = &kind_link_hours,
     .form = &hour_form,
     .about = "How it changes with the UTC hour."},
};

static void
link_start(struct read *r, void *row)
{
    struct stated_link *link = row;

    (void)r;
    link->from = link->to = (struct end){NONE, NONE};
    link->rtt_s = link->loss = link->bandwidth_bit_s = link->capacity_bit_s = (double)NAN;
}

/* A round trip goes both ways, so it belongs to `between`. */
static void
link_finish(struct read *r, const struct node *node, void *row)
{
    static const char *const round[] = {"rtt", "jitter"};
    const bool between = node_find(node, "between") != NULL;
    const bool from = node_find(node, "from") != NULL, to = node_find(node, "to") != NULL;

    (void)row;
    if (between ? from || to : !from || !to)
        fault(r, &node->at, "needs either 'between', or 'from' and 'to'");
    for (size_t i = 0; i < COUNT(round) && !between; i++)
        if (node_find(node, round[i]) != NULL)
            fault_at(r, node, round[i], "belongs to a link with 'between': it goes both ways");
}

static const struct form link_form = {
    .key = link_keys,
    .keys = COUNT(link_keys),
    .row_bytes = sizeof(struct stated_link),
    .start = link_start,
    .finish = link_finish,
};

static const struct key default_keys[] = {QUALITY_KEYS};

static const struct form default_form = {
    .key = default_keys,
    .keys = COUNT(default_keys),
    .start = link_start,
};

static bool
take_matrix(struct read *r, const struct key *key, const char *name, const struct where *at,
            void *field)
{
    const struct table *table = files_table(r->files, name, at);

    (void)key;
    if (table == NULL || table->matrix == NULL)
        return false; /* told when the file was read */
    *(const struct matrix **)field = table->matrix;
    return true;
}

static void
read_matrix(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_matrix, FIELD(key, row, const struct matrix *));
}

static const struct kind kind_matrix = {"the name of a data file", read_matrix,
                                        "{\"$ref\": \"#/$defs/name\"}", INSIDE_VALUE};

static const struct key network_keys[] = {
    {.name = "rtt",
     .kind = &kind_matrix,
     .offset = offsetof(struct network, matrix),
     .about = "Data file of measured round-trip times between cities."},
    {.name = "within",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct network, within_s),
     .about = "Round-trip time between two places of one city, and of a place with itself."},
    {.name = "defaults",
     .kind = &kind_form,
     .form = &default_form,
     .offset = offsetof(struct network, defaults),
     .about = "What holds where neither the matrix nor a link says otherwise."},
    {.name = "links",
     .kind = &kind_list,
     .form = &link_form,
     .offset = offsetof(struct network, link),
     .count = offsetof(struct network, links),
     .about = "Stated links; later ones override earlier ones field by field."},
};

const struct form network_form = {.key = network_keys, .keys = COUNT(network_keys)};

/* ---- from what is stated to a link for each pair ---- */

static bool
take_place_city(struct read *r, const struct key *key, const char *name, const struct where *at,
                void *field)
{
    const struct matrix *matrix = *(const struct matrix *const *)field;
    uint32_t *city = (uint32_t *)(void *)((char *)field + sizeof matrix);
    const struct names known = {matrix->city, matrix->cities};

    (void)key;
    *city = matrix_city(matrix, name);
    if (*city != NONE)
        return true;
    fault_unknown_name(r, at, name, "city of the matrix", &known);
    return false;
}

/* The city of each place; NONE where the matrix has none. */
static uint32_t *
place_cities(struct read *r, const struct matrix *matrix)
{
    const struct names *names = &r->names[SECTION_PLACES];
    const struct node *places = node_find(r->document, "places");
    uint32_t *city = read_alloc(r, names->count, sizeof *city);

    for (uint32_t i = 0; i < names->count && city != NULL; i++) {
        const struct node *as = node_find(node_find(places, names->name[i]), "network-as");
        const struct frame place = {.what = "place", .name = names->name[i]};
        const struct frame frame = {.up = &place, .name = "network-as"};
        const struct frame *before = r->frame;
        struct {
            const struct matrix *matrix;
            uint32_t city;
        } field = {matrix, NONE};

        city[i] = NONE;
        r->frame = &frame;
        if (matrix != NULL && as == NULL)
            city[i] = matrix_city(matrix, names->name[i]);
        else if (matrix != NULL &&
                 read_name(r, form_key(&place_form, "network-as"), as, take_place_city, &field))
            city[i] = field.city;
        r->frame = before;
    }
    return city;
}

/* What holds between two places before any stated link. */
static struct link
first_link(const struct network *net, uint32_t from, uint32_t to, const uint32_t *city)
{
    struct link link = {
        .jitter = net->defaults.has_jitter ? net->defaults.jitter : dist_constant(0),
        .loss = isnan(net->defaults.loss) ? 0 : net->defaults.loss,
        .bandwidth_bit_s =
            isnan(net->defaults.bandwidth_bit_s) ? (double)INFINITY : net->defaults.bandwidth_bit_s,
    };
    double jitter_s = 0;

    if (from == to || (city[from] != NONE && city[from] == city[to])) {
        /* Nothing lies between a place and itself unless someone says so. */
        link.known = from == to || !isnan(net->within_s);
        link.rtt_s = isnan(net->within_s) ? 0 : net->within_s;
    } else if (city[from] != NONE && city[to] != NONE) {
        link.known = matrix_pair(net->matrix, city[from], city[to], &link.rtt_s, &jitter_s);
        if (link.known && jitter_s > 0)
            link.jitter = (struct dist){.kind = DIST_EXPONENTIAL, .p = {jitter_s}};
        if (!link.known)
            link.rtt_s = 0;
    }
    return link;
}

static bool
end_has(const struct read *r, const struct end *end, uint32_t place)
{
    if (end->place != NONE)
        return end->place == place;
    return end->jurisdiction != NONE && r->w->place[place].in.i == end->jurisdiction;
}

/* `pipe` is what the stated link's transfers that way share, if it states a capacity. */
static void
override(struct link *link, const struct stated_link *stated, uint32_t pipe)
{
    if (!isnan(stated->capacity_bit_s)) {
        link->pipe = pipe;
        link->pipe_bit_s = stated->capacity_bit_s;
    }
    if (stated->loss_hour != NULL)
        link->loss_hour = stated->loss_hour;
    if (stated->bandwidth_hour != NULL)
        link->bandwidth_hour = stated->bandwidth_hour;
    if (!isnan(stated->rtt_s)) {
        link->known = true;
        link->rtt_s = stated->rtt_s;
    }
    if (stated->has_jitter)
        link->jitter = stated->jitter;
    if (!isnan(stated->loss))
        link->loss = stated->loss;
    if (!isnan(stated->bandwidth_bit_s))
        link->bandwidth_bit_s = stated->bandwidth_bit_s;
}

static void
apply_link(const struct read *r, const struct stated_link *stated, uint32_t ordinal,
           struct link *link, uint32_t places)
{
    const bool one_place = stated->from.place != NONE && stated->from.place == stated->to.place;

    for (uint32_t a = 0; a < places; a++) {
        for (uint32_t b = 0; b < places; b++) {
            const bool there = end_has(r, &stated->from, a) && end_has(r, &stated->to, b);
            const bool back =
                stated->both && end_has(r, &stated->from, b) && end_has(r, &stated->to, a);

            /* "between CN and CN" speaks of pairs of places, not of each with itself. */
            if ((there || back) && (a != b || one_place))
                override(&link[(size_t)a * places + b], stated, 2 * ordinal + (there ? 1 : 2));
        }
    }
}

/* No hour may lose every packet, or more. */
static void
check_hours(struct read *r, const struct node *node, const struct link *link, uint32_t places)
{
    for (size_t i = 0; i < (size_t)places * places; i++)
        for (uint32_t h = 0; h < HOURS && link[i].loss_hour != NULL; h++)
            if (link[i].loss * link[i].loss_hour[h] >= 1) {
                fault(r, &node->at,
                      "loses %.6g of the packets from '%s' to '%s' in hour %u; it "
                      "must stay below 1",
                      link[i].loss * link[i].loss_hour[h], r->w->place[i / places].is.name,
                      r->w->place[i % places].is.name, h);
                return;
            }
}

static void
read_network(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct network net = {.within_s = (double)NAN};
    const uint32_t places = r->names[SECTION_PLACES].count;
    struct link *link = read_alloc(r, (size_t)places * places, sizeof *link);

    link_start(r, &net.defaults);
    read_form(r, &network_form, node, &net);
    const uint32_t *city = place_cities(r, net.matrix);
    if (link == NULL || city == NULL || r->w->places != places)
        return;
    for (uint32_t a = 0; a < places; a++)
        for (uint32_t b = 0; b < places; b++)
            link[(size_t)a * places + b] = first_link(&net, a, b, city);
    for (uint32_t i = 0; i < net.links; i++)
        apply_link(r, &net.link[i], i, link, places);
    check_hours(r, node, link, places);
    *FIELD(key, row, struct link *) = link;
}

const struct kind kind_network = {"a mapping", read_network, NULL, INSIDE_FORM};
