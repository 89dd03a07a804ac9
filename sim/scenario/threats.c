/* Section `threats`: levers without law. Each stands behind the authorities with one stream. */
#include <string.h>
#include "scenario/sections.h"

/* A row as stated: the threat, and the stream of its events. */
struct stated_threat {
    struct threat threat;
    struct request_stream stream;
};

/* ---- values ---- */

static const char *const class_words[] = {"criminal", "insider", NULL};

static bool
take_class(struct read *r, const struct key *key, const char *name, const struct where *at,
           void *field)
{
    unsigned word = 0;
    const bool good = read_word(r, key, name, at, &word);

    *(enum adversary *)field = word == 0 ? ADVERSARY_CRIMINAL : ADVERSARY_INSIDER;
    return good;
}

static void
read_class(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_class, FIELD(key, row, enum adversary));
}

static const struct kind kind_class = {"criminal or insider", read_class, "%w", INSIDE_VALUE};

#define THREAT(field) .offset = offsetof(struct stated_threat, threat.field)
#define STREAM(field) .offset = offsetof(struct stated_threat, stream.field)

static const struct key threat_keys[] = {
    {.name = "class",
     .kind = &kind_class,
     .word = class_words,
     THREAT(class),
     .required = true,
     .about = "Whose: criminal (from outside) or insider."},
    {.name = "rate",
     .kind = &kind_number,
     .unit = UNIT_PER_SECOND,
     THREAT(rate_per_s),
     .required = true,
     .about = "How often each target is hit, such as 0.02 per 1 y."},
    {.name = "common-cause",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .most = 1,
     THREAT(common_cause),
     .about = "Part of each target's events that hit all targets at once; 0 when not stated."},
    {.name = "sites",
     .kind = &kind_refs,
     .names = SECTION_SITES,
     THREAT(sites),
     .about = "Sites that it hits, one at a time; needed: these, key stores or custodians."},
    {.name = "key-stores",
     .kind = &kind_refs,
     .names = SECTION_KEY_STORES,
     THREAT(stores),
     .about = "Key stores that it hits, one at a time."},
    {.name = "custodians",
     .kind = &kind_refs,
     .names = SECTION_CUSTODIANS,
     THREAT(custodians),
     .about = "Custodians that it hits, one at a time: all that one operates."},
    {.name = "accounts",
     .kind = &kind_dist,
     .unit = UNIT_COUNT,
     STREAM(accounts),
     .about = "Accounts that one event concerns; needed, or scope: bulk."},
    {.name = "scope",
     .kind = &kind_word_later,
     .word = scope_words,
     .about = "accounts (default), or bulk: all accounts of the user group."},
    {.name = "targets",
     .kind = &kind_targets,
     .names = SECTION_USERS,
     STREAM(target),
     .about = "Weights of the user groups, of which an event concerns one; each event concerns "
              "every group when not stated."},
    {.name = "data",
     .kind = &kind_stream_classes,
     .names = SECTION_DATA,
     STREAM(classes),
     .about = "The data classes it takes; all when not stated."},
    {.name = "execution",
     .kind = &kind_dist,
     .unit = UNIT_SECONDS,
     THREAT(terms.execution),
     .about = "Time from the event to the yield; none when not stated."},
    {.name = "holds-for",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     THREAT(terms.holds_for_s),
     .about = "How long it holds a gateway, and so what passes its key cache."},
    {.name = "watches",
     .kind = &kind_bool,
     THREAT(terms.watches),
     .about = "true: while it holds a gateway it takes the plaintext in use there."},
};

/* ---- rows ---- */

static void
threat_start(struct read *r, void *row)
{
    struct stated_threat *stated = row;

    stated->threat.class = ADVERSARY_CRIMINAL;
    stated->threat.terms = (struct instrument){
        .is = stated->threat.is,
        .available = true,
        .addressee = ADDRESSEE_COVERT,
        .via = {NONE},
        .filing = dist_constant(0),
        .execution = dist_constant(0),
        .grant = 1,
        .review = dist_constant(0),
        .gag = 1,
        .gag_for = dist_constant(0),
    };
    stated->stream = (struct request_stream){
        .is = stated->threat.is,
        .concerns = 1,
        .accounts = dist_constant(1),
        .wants_content = 1,
        .classes = (uint32_t)((UINT64_C(1) << r->names[SECTION_DATA].count) - 1),
        .collects_ciphertext = true,
    };
    stated->stream.is.name = read_copy(r, THREAT_STREAM);
}

static uint32_t
bits(uint64_t mask)
{
    uint32_t count = 0;

    for (; mask != 0; mask &= mask - 1)
        count++;
    return count;
}

static void
check_threat(struct read *r, const struct node *node, const struct threat *threat)
{
    const bool stated = node_find(node, "sites") != NULL || node_find(node, "key-stores") != NULL ||
                        node_find(node, "custodians") != NULL;
    const uint32_t own = name_ordinal(&r->names[SECTION_AUTHORITIES], threat->is.name);

    if (!stated)
        fault(r, &node->at, "needs 'sites', 'key-stores' or 'custodians', which it hits");
    if (threat->terms.watches && threat->terms.holds_for_s <= 0)
        fault_at(r, node, "watches", "needs 'holds-for', how long it holds a gateway");
    if (node_find(node, "accounts") == NULL && node_find(node, "scope") == NULL)
        fault(r, &node->at, "needs 'accounts', how many one event concerns, or scope: bulk");
    if (node_find(node_find(r->document, "authorities"), threat->is.name) != NULL && own != NONE)
        fault(r, &threat->is.at, "has the name of an authority; results could not tell them apart");
}

/* Each target is hit at the rate, of which the share of common causes hits all of them at once. */
static void
threat_finish(struct read *r, const struct node *node, void *row)
{
    struct stated_threat *stated = row;
    struct threat *threat = &stated->threat;
    const uint32_t targets = bits(threat->sites) + bits(threat->stores) + bits(threat->custodians);

    check_threat(r, node, threat);
    finish_scope(r, node, &stated->stream);
    threat->terms.sites = threat->sites;
    threat->terms.stores = threat->stores;
    stated->stream.rate_per_s =
        threat->rate_per_s * (targets * (1 - threat->common_cause) + threat->common_cause);
}

const struct form threat_form = {
    .what = "threat",
    .key = threat_keys,
    .keys = COUNT(threat_keys),
    .row_bytes = sizeof(struct stated_threat),
    .named = true,
    .most = 64,
    .start = threat_start,
    .finish = threat_finish,
};

/* ---- behind the authorities ---- */

void
read_threats(struct read *r, const struct node *node, struct world *world, struct authority *row)
{
    const struct frame frame = {.name = "threats"};
    const struct frame *before = r->frame;
    struct stated_threat *stated;
    struct threat *threat;
    uint32_t count = 0;

    r->frame = &frame;
    stated = read_rows(r, &threat_form, node, &count);
    r->frame = before;
    threat = read_alloc(r, count, sizeof *threat);
    if (threat == NULL)
        return;
    for (uint32_t i = 0; i < count; i++) {
        threat[i] = stated[i].threat;
        row[i] = (struct authority){
            .is = threat[i].is,
            .jurisdiction = {NONE},
            .stream = &stated[i].stream,
            .streams = 1,
            .entity = THREAT_ENTITY + i,
            .threat = &threat[i],
        };
    }
    world->threat = threat;
    world->threats = count;
}
