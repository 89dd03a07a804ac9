/* Section `users`: groups of users alike. */
#include <math.h>
#include <string.h>
#include "scenario/sections.h"

enum { HOURS = 24 };

/* 24 multipliers, one a UTC hour, scaled to mean 1. */
static void
read_hours(struct read *r, const struct key *key, const struct node *node, void *row)
{
    static const struct key hour_key = {.name = "hour", .unit = UNIT_NONE};
    double *hour = FIELD(key, row, double), read[HOURS], sum = 0;
    const struct frame *before = r->frame;
    bool good = true;

    if (node->kind != NODE_LIST || node->count != HOURS) {
        fault(r, &node->at, "must be a list of 24 multipliers, got %u",
              node->kind == NODE_LIST ? node->count : 0);
        return;
    }
    for (uint32_t i = 0; i < HOURS; i++) {
        const struct frame frame = frame_item(r, i);

        r->frame = &frame;
        good = read_number(r, &hour_key, node->item[i], &read[i]) && good;
        r->frame = before;
        sum += good ? read[i] : 0;
    }
    if (good && sum <= 0)
        fault(r, &node->at, "needs an hour above 0");
    for (uint32_t i = 0; i < HOURS && good && sum > 0; i++)
        hour[i] = read[i] * HOURS / sum;
}

static const struct kind kind_hours = {"a list of 24 multipliers", read_hours,
                                       "{\"type\": \"array\", \"items\": {\"$ref\": "
                                       "\"#/$defs/number\"}, \"minItems\": 24, \"maxItems\": 24}",
                                       INSIDE_VALUE};

/* Parts of all operations. Writes are what the others leave, so they need no field in a cohort. */
struct mix {
    double read, write, list, delete;
};

#define MIX_KEY(what, text)                                                                        \
    {                                                                                              \
        .name = #what, .kind = &kind_number, .unit = UNIT_NONE, .most = 1,                         \
        .offset = offsetof(struct mix, what), .about = text                                        \
    }

static const struct key mix_keys[] = {
    MIX_KEY(read, "Part that reads an object."),
    MIX_KEY(write, "Part that writes one."),
    MIX_KEY(list, "Part that lists objects: asks a site, but for no object and no key."),
    MIX_KEY(delete, "Part that deletes one: goes to the sites of a write, without data or key."),
};

static const struct form mix_form = {.key = mix_keys, .keys = COUNT(mix_keys)};

static void
read_mix(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct cohort *cohort = row;
    struct mix mix = {0};
    const size_t faults = r->why->count;

    read_form(r, key->form, node, &mix);
    const double sum = mix.read + mix.write + mix.list + mix.delete;

    if (r->why->count == faults && fabs(sum - 1) > 1e-9) /* decimal parts are not exact */
        fault(r, &node->at, "must sum to 1, got %.6g", sum);
    cohort->reads = mix.read;
    cohort->lists = mix.list;
    cohort->removals = mix.delete;
}

static const struct kind kind_mix = {"a mapping", read_mix, NULL, INSIDE_FORM};

static const struct key connection_keys[] = {
    {.name = "idle",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .above = true,
     .offset = offsetof(struct connections, idle_s),
     .required = true,
     .about = "A connection unused for longer is closed; the next operation shakes hands anew."},
    {.name = "tls",
     .kind = &kind_number,
     .unit = UNIT_COUNT,
     .most = 8,
     .offset = offsetof(struct connections, tls),
     .about = "Round trips of the TLS handshake, beside the one of TCP: 2 for TLS 1.2, 1 (when not "
              "stated) for TLS 1.3."},
};

static void
connection_start(struct read *r, void *row)
{
    (void)r;
    ((struct connections *)row)->tls = 1; /* RFC 8446 */
}

/* No round trip is half gone. */
static void
connection_finish(struct read *r, const struct node *node, void *row)
{
    const struct connections *c = row;

    if (c->tls != rint(c->tls))
        fault_at(r, node, "tls", "must be a whole number of round trips, got %.6g", c->tls);
}

static const struct form connection_form = {.key = connection_keys,
                                            .keys = COUNT(connection_keys),
                                            .start = connection_start,
                                            .finish = connection_finish};

static const struct key cohort_keys[] = {
    {.name = "at",
     .kind = &kind_ref,
     .names = SECTION_PLACES,
     .offset = offsetof(struct cohort, at),
     .required = true,
     .about = "The place they connect from."},
    {.name = "resident-of",
     .kind = &kind_ref,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct cohort, resident_of),
     .about = "The jurisdiction they live in; that of their place when not stated."},
    {.name = "accounts",
     .kind = &kind_number,
     .unit = UNIT_COUNT,
     .least = 1,
     .most = 1e12, /* whole in a double, and more than there are people */
     .offset = offsetof(struct cohort, accounts),
     .required = true,
     .about = "How many accounts they have."},
    {.name = "operations",
     .kind = &kind_number,
     .unit = UNIT_PER_SECOND,
     .offset = offsetof(struct cohort, operations_per_s),
     .about = "Operations of one account, such as 40 per 1 d; none when not stated."},
    {.name = "reads",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .most = 1,
     .offset = offsetof(struct cohort, reads),
     .about = "Part of the operations that read; the others write. 1 when not stated."},
    {.name = "mix",
     .kind = &kind_mix,
     .form = &mix_form,
     .about = "What operations do, in place of 'reads'."},
    {.name = "connections",
     .kind = &kind_form,
     .form = &connection_form,
     .offset = offsetof(struct cohort, connections),
     .about = "How long users keep a connection; for ever when not stated."},
    {.name = "hours",
     .kind = &kind_hours,
     .offset = offsetof(struct cohort, hour),
     .about = "How busy each UTC hour is: 24 multipliers."},
    {.name = "opts-out",
     .kind = &kind_number,
     .unit = UNIT_PER_SECOND,
     .offset = offsetof(struct cohort, opts_out_per_s),
     .about = "How often one account moves to another country, such as 0.02 per 1 y."},
    {.name = "deletes",
     .kind = &kind_number,
     .unit = UNIT_PER_SECOND,
     .offset = offsetof(struct cohort, deletes_per_s),
     .about = "How often one account is deleted, such as 0.02 per 1 y."},
    {.name = "opts-out-when-blocked",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .most = 1,
     .offset = offsetof(struct cohort, opts_out_when_blocked),
     .about = "Probability that an account moves to another country when the service is blocked."},
    {.name = "vpn",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .most = 1,
     .offset = offsetof(struct cohort, vpn),
     .about = "Part of the users who reach a blocked service by VPN."},
    {.name = "vpn-delay",
     .kind = &kind_dist,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct cohort, vpn_delay),
     .about = "How much longer each round trip takes by VPN; no longer when not stated."},
};

static void
cohort_start(struct read *r, void *row)
{
    struct cohort *cohort = row;

    (void)r;
    cohort->at.i = cohort->resident_of.i = NONE;
    cohort->accounts = 1;
    cohort->reads = 1;
    cohort->vpn_delay = dist_constant(0);
    for (int i = 0; i < HOURS; i++)
        cohort->hour[i] = 1;
}

static void
cohort_finish(struct read *r, const struct node *node, void *row)
{
    struct cohort *cohort = row;
    const struct node *accounts = node_find(node, "accounts");

    if (cohort->accounts != (double)(uint64_t)cohort->accounts) {
        if (accounts->kind == NODE_SCALAR)
            fault_at(r, node, "accounts", "must be a whole number, got %s", accounts->text);
        cohort->accounts = (double)(uint64_t)(cohort->accounts + 0.5);
    }
    if (node_find(node, "resident-of") == NULL && cohort->at.i < r->w->places)
        cohort->resident_of = r->w->place[cohort->at.i].in;
    if (node_find(node, "mix") != NULL && node_find(node, "reads") != NULL)
        fault_at(r, node, "reads", "says again what 'mix' says: state one of them");
    if (node_find(node, "vpn-delay") != NULL && node_find(node, "vpn") == NULL)
        fault_at(r, node, "vpn-delay", "needs 'vpn', the part of the users who have one");
}

const struct form cohort_form = {
    .what = "user group",
    .key = cohort_keys,
    .keys = COUNT(cohort_keys),
    .row_bytes = sizeof(struct cohort),
    .named = true,
    .most = 64,
    .start = cohort_start,
    .finish = cohort_finish,
};
