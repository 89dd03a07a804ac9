/* Sections `expect` and `require`: what the world did, and what must hold. */
#include <math.h>
#include <string.h>
#include "scenario/study.h"

/* Metrics are known above this layer; here only the shape of the name is looked at. */
static bool
take_metric(struct read *r, const struct key *key, const char *name, const struct where *at,
            void *field)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    const size_t length = strlen(name);

    (void)key;
    if (strspn(name, letters) != length || length == 0 || name[0] == '.' ||
        name[length - 1] == '.') {
        fault(r, at, "must be the name of a metric, such as exposure.content.fraction, got '%s'",
              name);
        return false;
    }
    *(const char **)field = read_copy(r, name);
    return true;
}

static void
read_metric(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_metric, FIELD(key, row, const char *));
}

const struct kind kind_metric = {
    "the name of a metric", read_metric,
    "{\"type\": \"string\", \"pattern\": \"^[a-z0-9_]+([.][a-z0-9_]+)*$\"}", INSIDE_VALUE};

#define CLAIM_KEYS                                                                                 \
    {.name = "metric",                                                                             \
     .kind = &kind_metric,                                                                         \
     .offset = offsetof(struct claim, metric),                                                     \
     .required = true,                                                                             \
     .about = "The metric it is about."},                                                          \
        {.name = "strategy",                                                                       \
         .kind = &kind_ref,                                                                        \
         .names = SECTION_STRATEGIES,                                                              \
         .offset = offsetof(struct claim, strategy),                                               \
         .about = "The strategy it is about."},                                                    \
        {.name = "authority",                                                                      \
         .kind = &kind_ref,                                                                        \
         .names = SECTION_AUTHORITIES,                                                             \
         .offset = offsetof(struct claim, authority),                                              \
         .about = "The authority it is about; all together when not stated."},                     \
        {.name = "users",                                                                          \
         .kind = &kind_ref,                                                                        \
         .names = SECTION_USERS,                                                                   \
         .offset = offsetof(struct claim, cohort),                                                 \
         .about = "The user group it is about; all when not stated."},                             \
        {.name = "data",                                                                           \
         .kind = &kind_ref,                                                                        \
         .names = SECTION_DATA,                                                                    \
         .offset = offsetof(struct claim, class),                                                  \
         .about = "The data class it is about; all when not stated."},                             \
        {.name = "from",                                                                           \
         .kind = &kind_date,                                                                       \
         .offset = offsetof(struct claim, from),                                                   \
         .about = "From which date; the start when not stated."},                                  \
        {.name = "to",                                                                             \
         .kind = &kind_date,                                                                       \
         .offset = offsetof(struct claim, to),                                                     \
         .about = "Up to which date; the end when not stated."},                                   \
    {                                                                                              \
        .name = "within", .kind = &kind_span, .unit = UNIT_SECONDS, .above = true,                 \
        .offset = offsetof(struct claim, to),                                                      \
        .about = "From the start, for so long; instead of 'from' and 'to'."                        \
    }

static void
read_span(struct read *r, const struct key *key, const struct node *node, void *row)
{
    double seconds;

    if (read_number(r, key, node, &seconds))
        *FIELD(key, row, sim_ns) = ns_from_seconds(seconds);
}

static const struct kind kind_span = {"a duration", read_span, "%u", INSIDE_VALUE};

static const struct key expect_keys[] = {
    CLAIM_KEYS,
    {.name = "observed",
     .kind = &kind_number,
     .unit = UNIT_COUNT,
     .offset = offsetof(struct claim, observed),
     .required = true,
     .about = "What the world did."},
};

static const struct key require_keys[] = {
    CLAIM_KEYS,
    {.name = "at-most",
     .kind = &kind_number,
     .unit = UNIT_COUNT,
     .offset = offsetof(struct claim, at_most),
     .about = "The most it may be."},
    {.name = "at-least",
     .kind = &kind_number,
     .unit = UNIT_COUNT,
     .offset = offsetof(struct claim, at_least),
     .about = "The least it must be."},
};

static void
claim_start(struct read *r, void *row)
{
    struct claim *claim = row;

    claim->strategy.i = claim->authority.i = claim->cohort.i = claim->class.i = NONE;
    claim->to = r->horizon;
    claim->observed = claim->at_most = claim->at_least = (double)NAN;
}

static void
claim_finish(struct read *r, const struct node *node, struct claim *claim)
{
    const bool span = node_find(node, "from") != NULL || node_find(node, "to") != NULL;

    claim->at = read_where(r, &node->at);
    claim->source = read_copy(r, node->source);
    if (node_find(node, "within") != NULL && span)
        fault_at(r, node, "within", "cannot stand beside 'from' or 'to'");
    else if (claim->from >= claim->to)
        fault(r, &node->at, "must end after it begins, and after the horizon begins");
    else if (claim->to > r->horizon)
        fault_at(r, node, node_find(node, "within") != NULL ? "within" : "to",
                 "ends after the horizon");
}

static void
expect_finish(struct read *r, const struct node *node, void *row)
{
    struct claim *claim = row;

    claim->is_expect = true;
    claim_finish(r, node, claim);
}

static void
require_finish(struct read *r, const struct node *node, void *row)
{
    struct claim *claim = row;

    claim_finish(r, node, claim);
    if (node_find(node, "at-most") == NULL && node_find(node, "at-least") == NULL)
        fault(r, &node->at, "needs 'at-most' or 'at-least'");
    else if (claim->at_least > claim->at_most)
        fault_at(r, node, "at-least", "exceeds 'at-most'");
}

const struct form expect_form = {
    .key = expect_keys,
    .keys = COUNT(expect_keys),
    .row_bytes = sizeof(struct claim),
    .start = claim_start,
    .finish = expect_finish,
};

const struct form require_form = {
    .key = require_keys,
    .keys = COUNT(require_keys),
    .row_bytes = sizeof(struct claim),
    .start = claim_start,
    .finish = require_finish,
};
