/* Section `authorities`: who asks, and what arrives. */
#include <math.h>
#include <string.h>
#include "scenario/sections.h"
#include "scenario/series.h"

/* ---- weights by name ---- */

/* Weights of a section's rows, as parts that sum to 1. */
static void
read_targets(struct read *r, const struct key *key, const struct node *node, void *row)
{
    static const struct key weight_key = {.name = "weight", .unit = UNIT_NONE};
    const struct frame *before = r->frame;
    const struct names *users = &r->names[SECTION_USERS];
    double *target = read_alloc(r, users->count, sizeof *target), sum = 0;
    const size_t faults = r->why->count;

    if (node->kind != NODE_MAP) {
        fault_kind(r, node, "a mapping of user groups to weights");
        return;
    }
    for (uint32_t i = 0; i < node->count && target != NULL; i++) {
        const struct entry *entry = &node->entry[i];
        const struct node name = {.kind = NODE_SCALAR, .at = entry->at, .text = entry->name};
        const uint32_t cohort = read_ref(r, SECTION_USERS, &name);
        const struct frame frame = frame_key(r, entry->name);

        r->frame = &frame;
        if (cohort != NONE && read_number(r, &weight_key, entry->value, &target[cohort]))
            sum += target[cohort];
        r->frame = before;
    }
    if (target == NULL || r->why->count != faults)
        return;
    if (sum <= 0)
        fault(r, &node->at, "needs a weight above 0");
    for (uint32_t i = 0; i < users->count && sum > 0; i++)
        target[i] /= sum;
    *FIELD(key, row, double *) = target;
}

struct wants {
    double content, metadata;
};

static const struct key want_keys[] = {
    {.name = "content",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .offset = offsetof(struct wants, content),
     .about = "Weight of requests for content."},
    {.name = "metadata",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .offset = offsetof(struct wants, metadata),
     .about = "Weight of requests for metadata only."},
};

static const struct form want_form = {.key = want_keys, .keys = COUNT(want_keys)};

static void
read_wants(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const size_t faults = r->why->count;
    struct wants wants = {0};

    read_form(r, key->form, node, &wants);
    if (r->why->count != faults)
        return;
    if (wants.content + wants.metadata <= 0)
        fault(r, &node->at, "needs a weight above 0");
    else
        *FIELD(key, row, double) = wants.content / (wants.content + wants.metadata);
}

static void
read_classes(struct read *r, const struct key *key, const struct node *node, void *row)
{
    *FIELD(key, row, uint32_t) = (uint32_t)read_refs(r, SECTION_DATA, node);
}

/* ---- keys that are read together with others ---- */

static bool
take_nothing(struct read *r, const struct key *key, const char *name, const struct where *at,
             void *field)
{
    (void)r, (void)key, (void)name, (void)at, (void)field;
    return true;
}

static void
read_later(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_nothing, row);
}

static bool
take_one_of(struct read *r, const struct key *key, const char *name, const struct where *at,
            void *field)
{
    unsigned i;

    (void)field;
    return read_word(r, key, name, at, &i);
}

static void
read_word_later(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_one_of, row);
}

const struct kind kind_targets = {
    "a mapping of user groups to weights", read_targets,
    "{\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/number\"}}",
    INSIDE_VALUE};
static const struct kind kind_wants = {"a mapping", read_wants, NULL, INSIDE_FORM};
const struct kind kind_stream_classes = {"a list of names", read_classes,
                                         "{\"$ref\": \"#/$defs/names\"}", INSIDE_VALUE};
static const struct kind kind_later = {"text", read_later, "{\"$ref\": \"#/$defs/name\"}",
                                       INSIDE_VALUE};
const struct kind kind_word_later = {"a word", read_word_later, "%w", INSIDE_VALUE};

static const char *const as_words[] = {"exact", "poisson", NULL};
/* asks_name has no NULL behind its last word, as words of a form must. */
static const char *const asks_words[] = {"disclosure", "removal", "restriction", "preservation",
                                         NULL};
_Static_assert(COUNT(asks_words) == ASKS_KINDS + 1, "a word for each");
const char *const scope_words[] = {"accounts", "bulk", NULL};

static const struct key stream_keys[] = {
    {.name = "series",
     .kind = &kind_later,
     .about =
         "Data file with counts by period; instead of 'rate'. Outside its periods none arrives."},
    {.name = "country", .kind = &kind_later, .about = "Which rows of the series count."},
    {.name = "column",
     .kind = &kind_later,
     .about = "The column that counts; requests_received when not stated."},
    {.name = "as",
     .kind = &kind_word_later,
     .word = as_words,
     .about = "exact: that many at uniform instants; poisson (default): with that mean."},
    {.name = "rate",
     .kind = &kind_number,
     .unit = UNIT_PER_SECOND,
     .offset = offsetof(struct request_stream, rate_per_s),
     .about = "How often requests arrive, such as 25 per 182 d; instead of 'series'."},
    {.name = "through",
     .kind = &kind_refs,
     .names = SECTION_INSTRUMENTS,
     .offset = offsetof(struct request_stream, through),
     .required = true,
     .about = "The instruments it may use; [] asks nothing, of which check warns."},
    {.name = "accounts",
     .kind = &kind_dist,
     .unit = UNIT_COUNT,
     .offset = offsetof(struct request_stream, accounts),
     .about = "Accounts that one request names; 1 when not stated."},
    {.name = "scope",
     .kind = &kind_word_later,
     .word = scope_words,
     .about = "accounts (default), or bulk: all accounts of the user group."},
    {.name = "targets",
     .kind = &kind_targets,
     .names = SECTION_USERS,
     .offset = offsetof(struct request_stream, target),
     .about = "Weights of the user groups; a request names accounts of one."},
    {.name = "concerns",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .most = 1,
     .offset = offsetof(struct request_stream, concerns),
     .about = "Probability that a request is about these user groups (1 when not stated); others "
              "are neither simulated nor counted."},
    {.name = "wants",
     .kind = &kind_wants,
     .form = &want_form,
     .offset = offsetof(struct request_stream, wants_content),
     .about = "Weights of content and metadata; needed unless it asks for something else."},
    {.name = "data",
     .kind = &kind_stream_classes,
     .names = SECTION_DATA,
     .offset = offsetof(struct request_stream, classes),
     .about = "The data classes it asks for; all when not stated."},
    {.name = "asks",
     .kind = &kind_word,
     .word = asks_words,
     .offset = offsetof(struct request_stream, asks),
     .about =
         "disclosure (default), or removal, restriction or preservation, which yield nothing."},
    {.name = "settles",
     .kind = &kind_bool,
     .offset = offsetof(struct request_stream, settles),
     .about = "true: refused content, it asks for metadata."},
    {.name = "escalates",
     .kind = &kind_bool,
     .offset = offsetof(struct request_stream, escalates),
     .about = "true: when refused it tries other ways."},
    {.name = "collects-ciphertext",
     .kind = &kind_bool,
     .offset = offsetof(struct request_stream, collects_ciphertext),
     .about = "true: it takes ciphertext even when it cannot open it."},
};

static void
stream_start(struct read *r, void *row)
{
    struct request_stream *stream = row;

    stream->accounts = dist_constant(1);
    stream->concerns = 1;
    stream->classes = (uint32_t)((UINT64_C(1) << r->names[SECTION_DATA].count) - 1);
}

static void
finish_arrivals(struct read *r, const struct node *node, struct request_stream *stream)
{
    static const char *const of_series[] = {"country", "column", "as"};
    struct series_question q = {.file = node_find(node, "series"),
                                .country = node_find(node, "country"),
                                .column = "requests_received"};
    const struct node *column = node_find(node, "column");
    const struct frame frame = frame_key(r, "series");
    const struct frame *before = r->frame;

    if ((q.file != NULL) == (node_find(node, "rate") != NULL))
        fault(r, &node->at, "needs either 'series' or 'rate'");
    for (size_t i = 0; i < COUNT(of_series) && q.file == NULL; i++)
        if (node_find(node, of_series[i]) != NULL)
            fault_at(r, node, of_series[i], "belongs to a 'series'");
    if (q.file == NULL)
        return;
    if (column != NULL && column->kind == NODE_SCALAR)
        q.column = column->text;
    q.whole = stream->exact = node_is(node_find(node, "as"), "exact");
    r->frame = &frame;
    read_series(r, &q, &stream->series, &stream->periods);
    r->frame = before;
}

/* All accounts of whichever group a request names: a count that no group exceeds. */
void
finish_scope(struct read *r, const struct node *node, struct request_stream *stream)
{
    double most = 1;

    stream->bulk = node_is(node_find(node, "scope"), "bulk");
    if (!stream->bulk)
        return;
    if (node_find(node, "accounts") != NULL)
        fault_at(r, node, "accounts", "has no meaning with the scope bulk: all accounts count");
    for (uint32_t i = 0; i < r->w->cohorts; i++)
        most = fmax(most, r->w->cohort[i].accounts);
    stream->accounts = dist_constant(most);
}

static void
finish_targets(struct read *r, const struct node *node, struct request_stream *stream)
{
    double *all;

    if (stream->target != NULL || node_find(node, "targets") != NULL)
        return;
    if (r->names[SECTION_USERS].count > 1) {
        fault(r, &node->at, "needs 'targets': there are several user groups");
        return;
    }
    all = read_alloc(r, 1, sizeof *all);
    if (all != NULL)
        *all = 1;
    stream->target = all;
}

/* What only disclosure knows of. */
static void
finish_asks(struct read *r, const struct node *node)
{
    static const char *const of_disclosure[] = {"wants", "settles", "escalates",
                                                "collects-ciphertext"};
    const struct node *asks = node_find(node, "asks");
    const bool other = asks != NULL && asks->kind == NODE_SCALAR && !node_is(asks, asks_words[0]);

    if (!other && node_find(node, "wants") == NULL)
        fault(r, &node->at, "needs 'wants'");
    for (size_t i = 0; i < COUNT(of_disclosure) && other; i++)
        if (node_find(node, of_disclosure[i]) != NULL)
            fault_at(r, node, of_disclosure[i],
                     "has no meaning where it asks for %s: only disclosure yields something",
                     asks->text);
}

static void
stream_finish(struct read *r, const struct node *node, void *row)
{
    const struct request_stream *stream = row;
    const struct node *settles = node_find(node, "settles");

    finish_arrivals(r, node, row);
    finish_scope(r, node, row);
    finish_targets(r, node, row);
    finish_asks(r, node);
    if (stream->asks == ASKS_DISCLOSURE && stream->settles && stream->wants_content <= 0 &&
        settles != NULL && node_find(node, "wants") != NULL)
        fault_at(r, node, "settles", "has no meaning where it wants metadata only");
}

static const struct form stream_form = {
    .key = stream_keys,
    .keys = COUNT(stream_keys),
    .row_bytes = sizeof(struct request_stream),
    .named = true,
    .most = 64,
    .start = stream_start,
    .finish = stream_finish,
};

static const struct key authority_keys[] = {
    {.name = "jurisdiction",
     .kind = &kind_ref,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct authority, jurisdiction),
     .required = true,
     .about = "The jurisdiction it belongs to."},
    {.name = "requests",
     .kind = &kind_rows,
     .form = &stream_form,
     .offset = offsetof(struct authority, stream),
     .count = offsetof(struct authority, streams),
     .about = "Its streams of requests."},
};

static void
authority_start(struct read *r, void *row)
{
    (void)r;
    ((struct authority *)row)->jurisdiction.i = NONE;
}

const struct form authority_form = {
    .what = "authority",
    .key = authority_keys,
    .keys = COUNT(authority_keys),
    .row_bytes = sizeof(struct authority),
    .named = true,
    .most = 64,
    .start = authority_start,
};

/* Threats stand behind the authorities: both in one array, so both in one place. */
static void
read_authorities(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct node *threats = node_find(r->document, "threats");
    const uint32_t most = threats != NULL && threats->kind == NODE_MAP ? threats->count : 0;
    struct world *world = row;
    uint32_t count = 0;
    const struct authority *stated = read_rows(r, key->form, node, &count);
    struct authority *all = read_alloc(r, (size_t)count + most, sizeof *all);

    if (all == NULL || (stated == NULL && node->count > 0))
        return;
    for (uint32_t i = 0; i < count; i++) {
        all[i] = stated[i];
        all[i].entity = i;
    }
    if (threats != NULL)
        read_threats(r, threats, world, &all[count]);
    world->authority = all;
    world->authorities = count + world->threats;
}

const struct kind kind_authorities = {"a mapping of names", read_authorities, NULL, INSIDE_ROWS};
