/* Section `users`: groups of users alike. */
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
