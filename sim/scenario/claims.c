/* Sections `expect` and `require`: what the world did, and what must hold. */
#include <math.h>
#include <string.h>
#include "scenario/sections.h"
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

/* A stream is a row of its authority, which another key names: claim_finish looks it up. */
static void
read_stream(struct read *r, const struct key *key, const struct node *node, void *row)
{
    (void)key, (void)row;
    if (node->kind != NODE_SCALAR)
        fault_kind(r, node, "the name of a stream of requests");
}

static const struct kind kind_stream = {"the name of a stream", read_stream,
                                        "{\"type\": \"string\"}", INSIDE_VALUE};

/* adversary_name has no NULL behind its last word, as words of a form must. */
static const char *const adversary_words[] = {"home", "foreign", "criminal", "insider", NULL};
_Static_assert(COUNT(adversary_words) == ADVERSARIES + 1, "a word for each");

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
        {.name = "stream",                                                                         \
         .kind = &kind_stream,                                                                     \
         .offset = offsetof(struct claim, stream),                                                 \
         .about = "The authority's stream of requests it is about; all when not stated."},         \
        {.name = "adversary",                                                                      \
         .kind = &kind_word,                                                                       \
         .word = adversary_words,                                                                  \
         .offset = offsetof(struct claim, adversary),                                              \
         .about = "The class of adversaries it is about, as the users see it: home, foreign, "     \
                  "criminal or insider; all when not stated."},                                    \
        {.name = "jurisdiction",                                                                   \
         .kind = &kind_ref,                                                                        \
         .names = SECTION_JURISDICTIONS,                                                           \
         .offset = offsetof(struct claim, jurisdiction),                                           \
         .about = "The jurisdiction it is about; all when not stated."},                           \
        {.name = "custodian",                                                                      \
         .kind = &kind_ref,                                                                        \
         .names = SECTION_CUSTODIANS,                                                              \
         .offset = offsetof(struct claim, custodian),                                              \
         .about = "The custodian it is about; all when not stated."},                              \
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
    claim->jurisdiction.i = claim->custodian.i = claim->stream = NONE;
    claim->adversary = ADVERSARIES;
    claim->to = r->horizon;
    claim->observed = claim->at_most = claim->at_least = (double)NAN;
}

enum { STREAMS_MAX = 64 };

static void
finish_stream(struct read *r, const struct node *node, struct claim *claim)
{
    static const char *const of_threat[] = {THREAT_STREAM};
    const struct names *authorities = &r->names[SECTION_AUTHORITIES];
    const struct node *stream = node_find(node, "stream"), *requests;
    struct names known = {of_threat, 1};
    const char *name[STREAMS_MAX];
    struct text what = {0};

    if (stream == NULL || stream->kind != NODE_SCALAR)
        return;
    if (node_find(node, "authority") == NULL)
        fault_at(r, node, "stream", "needs 'authority', whose stream it is");
    if (claim->authority.i == NONE)
        return;
    requests = node_find(
        node_find(node_find(r->document, "authorities"), authorities->name[claim->authority.i]),
        "requests");
    if (claim->authority.i + r->names[SECTION_THREATS].count < authorities->count) {
        known = (struct names){name, 0};
        for (; requests != NULL && requests->kind == NODE_MAP && known.count < requests->count &&
               known.count < STREAMS_MAX;
             known.count++)
            name[known.count] = requests->entry[known.count].name;
    }
    claim->stream = name_ordinal(&known, stream->text);
    if (claim->stream != NONE)
        return;
    const struct frame frame = frame_key(r, "stream"), *before = r->frame;
    text_addf(&what, "stream of '%s'", authorities->name[claim->authority.i]);
    r->frame = &frame;
    fault_unknown_name(r, &stream->at, stream->text, text_str(&what), &known);
    r->frame = before;
    text_release(&what);
}

static void
claim_finish(struct read *r, const struct node *node, struct claim *claim)
{
    const bool span = node_find(node, "from") != NULL || node_find(node, "to") != NULL;

    claim->at = read_where(r, &node->at);
    claim->source = read_copy(r, node->source);
    finish_stream(r, node, claim);
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
