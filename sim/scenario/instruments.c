/* Section `instruments`, and the terms on which a jurisdiction has them. */
#include <math.h>
#include <string.h>
#include "scenario/sections.h"

#define INSTRUMENT_KEYS(addressee_required)                                                        \
    {.name = "addressee",                                                                          \
     .kind = &kind_addressee,                                                                      \
     .word = addressee_words,                                                                      \
     .offset = offsetof(struct instrument, addressee),                                             \
     .required = addressee_required,                                                               \
     .about = "Whom it addresses."},                                                               \
        {.name = "via",                                                                            \
         .kind = &kind_ref,                                                                        \
         .names = SECTION_INSTRUMENTS,                                                             \
         .offset = offsetof(struct instrument, via),                                               \
         .about = "Addressee partner: the partner's instrument."},                                 \
        {.name = "filing",                                                                         \
         .kind = &kind_dist,                                                                       \
         .unit = UNIT_SECONDS,                                                                     \
         .offset = offsetof(struct instrument, filing),                                            \
         .about = "Time until it is filed; none when not stated."},                                \
        {.name = "stages",                                                                         \
         .kind = &kind_dists,                                                                      \
         .unit = UNIT_SECONDS,                                                                     \
         .offset = offsetof(struct instrument, stage),                                             \
         .count = offsetof(struct instrument, stages),                                             \
         .about = "Stages one after another; a partner's replace the treaty's delay."},            \
        {.name = "execution",                                                                      \
         .kind = &kind_dist,                                                                       \
         .unit = UNIT_SECONDS,                                                                     \
         .offset = offsetof(struct instrument, execution),                                         \
         .about = "Time from the grant to the yield; none when not stated."},                      \
        {.name = "grant",                                                                          \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_NONE,                                                                        \
         .most = 1,                                                                                \
         .offset = offsetof(struct instrument, grant),                                             \
         .about = "Probability that it is granted; 1 when not stated."},                           \
        {.name = "grant-together",                                                                 \
         .kind = &kind_bool,                                                                       \
         .offset = offsetof(struct instrument, grant_together),                                    \
         .about = "true: one decision stands for all its addressees in a request."},               \
        {.name = "review",                                                                         \
         .kind = &kind_dist,                                                                       \
         .unit = UNIT_SECONDS,                                                                     \
         .offset = offsetof(struct instrument, review),                                            \
         .about = "How long its review takes, in place of the legal team's own time."},            \
        {.name = "urgent",                                                                         \
         .kind = &kind_bool,                                                                       \
         .offset = offsetof(struct instrument, urgent),                                            \
         .about = "true: it goes ahead of all others in a legal team's queue."},                   \
        {.name = "rejects",                                                                        \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_NONE,                                                                        \
         .most = 1,                                                                                \
         .offset = offsetof(struct instrument, rejects),                                           \
         .about = "Probability that it is refused, in place of the custodian's."},                 \
        {.name = "narrows",                                                                        \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_NONE,                                                                        \
         .most = 1,                                                                                \
         .offset = offsetof(struct instrument, narrows),                                           \
         .about = "Probability that only metadata are handed over, in place of the custodian's."}, \
        {.name = "challenges",                                                                     \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_NONE,                                                                        \
         .most = 1,                                                                                \
         .offset = offsetof(struct instrument, challenges),                                        \
         .about = "Probability that it is taken to court, in place of the custodian's."},          \
        {.name = "appeals",                                                                        \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_NONE,                                                                        \
         .most = 1,                                                                                \
         .offset = offsetof(struct instrument, appeals),                                           \
         .about = "Probability that the asker appeals a case it lost; the custodian says how "     \
                  "long an appeal takes."},                                                        \
        {.name = "appeal-wins",                                                                    \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_NONE,                                                                        \
         .most = 1,                                                                                \
         .offset = offsetof(struct instrument, appeal_wins),                                       \
         .about = "Probability that the asker's appeal prevails."},                                \
        {.name = "gag",                                                                            \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_NONE,                                                                        \
         .most = 1,                                                                                \
         .offset = offsetof(struct instrument, gag),                                               \
         .about = "Probability that the user must not be told; 1 for the addressee covert, else "  \
                  "0 when not stated."},                                                           \
        {.name = "gag-for",                                                                        \
         .kind = &kind_dist,                                                                       \
         .unit = UNIT_SECONDS,                                                                     \
         .offset = offsetof(struct instrument, gag_for),                                           \
         .about =                                                                                  \
             "How long the user must not be told, from the yield; for good when not stated."},     \
        {.name = "watches",                                                                        \
         .kind = &kind_bool,                                                                       \
         .offset = offsetof(struct instrument, watches),                                           \
         .about = "true: while it holds a gateway it takes the plaintext in use there."},          \
        {.name = "abroad",                                                                         \
         .kind = &kind_bool,                                                                       \
         .offset = offsetof(struct instrument, abroad),                                            \
         .about = "true: it reaches what lies outside the jurisdiction, too."},                    \
        {.name = "devices",                                                                        \
         .kind = &kind_bool,                                                                       \
         .offset = offsetof(struct instrument, devices),                                           \
         .about = "Addressee location: true when it takes users' devices."},                       \
        {.name = "yields",                                                                         \
         .kind = &kind_word,                                                                       \
         .word = yields_words,                                                                     \
         .offset = offsetof(struct instrument, yields),                                            \
         .about = "content (the default), or metadata: it takes no content, ciphertext or key of " \
                  "what it reaches."},                                                             \
        {.name = "holds-for",                                                                      \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_SECONDS,                                                                     \
         .offset = offsetof(struct instrument, holds_for_s),                                       \
         .about = "How long it holds a gateway, and so what passes its key cache."},               \
        {.name = "sites",                                                                          \
         .kind = &kind_refs,                                                                       \
         .names = SECTION_SITES,                                                                   \
         .offset = offsetof(struct instrument, sites),                                             \
         .about = "Addressee covert: the sites it reaches."},                                      \
    {                                                                                              \
        .name = "key-stores", .kind = &kind_refs, .names = SECTION_KEY_STORES,                     \
        .offset = offsetof(struct instrument, stores),                                             \
        .about = "Addressee covert: the key stores it reaches."                                    \
    }

/* addressee_name has no NULL behind its last word, as words of a form must. */
static const char *const addressee_words[] = {
    "custodian", "location", "state-custodian", "partner", "user", "covert", NULL};
static const char *const yields_words[] = {
    [YIELDS_CONTENT] = "content", [YIELDS_METADATA] = "metadata", NULL};
_Static_assert(COUNT(addressee_words) == ADDRESSEE_KINDS + 1, "a word for each addressee");

static void
read_addressee(struct read *r, const struct key *key, const struct node *node, void *row)
{
    kind_word.read(r, key, node, row);
}

static const struct kind kind_addressee = {"an addressee", read_addressee, "%w", INSIDE_VALUE};

static const struct key instrument_keys[] = {INSTRUMENT_KEYS(true)};
static const struct key term_keys[] = {INSTRUMENT_KEYS(false)};

/* The section does not know yet whom a jurisdiction lets it address, and so not its own gag. */
static void
instrument_start(struct read *r, void *row)
{
    struct instrument *instrument = row;

    (void)r;
    instrument->via.i = NONE;
    instrument->filing = instrument->execution = dist_constant(0);
    instrument->review = instrument->gag_for = dist_constant(0);
    instrument->grant = 1;
    instrument->gag = (double)NAN;
}

double
gag_not_stated(const struct instrument *instrument)
{
    return instrument->addressee == ADDRESSEE_COVERT ? 1 : 0;
}

#define FOR(addressee) (1u << (addressee))
/* Who reviews is a custodian: one here, or one whom a partner asks. */
#define REVIEWED (FOR(ADDRESSEE_CUSTODIAN) | FOR(ADDRESSEE_PARTNER))

/* Keys that mean something for some addressees only. */
static void
check_addressee(struct read *r, const struct node *node, const struct instrument *instrument)
{
    static const struct {
        const char *key;
        unsigned addressees;
    } special[] = {
        {"via", FOR(ADDRESSEE_PARTNER)},
        {"review", REVIEWED},
        {"urgent", REVIEWED},
        {"rejects", REVIEWED},
        {"narrows", REVIEWED},
        {"challenges", REVIEWED},
        {"appeals", REVIEWED},
        {"appeal-wins", REVIEWED},
        {"abroad", FOR(ADDRESSEE_CUSTODIAN) | FOR(ADDRESSEE_STATE_CUSTODIAN)},
        {"devices", FOR(ADDRESSEE_LOCATION)},
        {"sites", FOR(ADDRESSEE_COVERT)},
        {"key-stores", FOR(ADDRESSEE_COVERT)},
    };

    for (size_t i = 0; i < COUNT(special); i++)
        if (node_find(node, special[i].key) != NULL &&
            (special[i].addressees & FOR(instrument->addressee)) == 0)
            fault_at(r, node, special[i].key, "has no meaning for the addressee %s",
                     addressee_words[instrument->addressee]);
}

/* What it states stands in place of the custodian's, 0 too. */
static void
instrument_finish(struct read *r, const struct node *node, void *row)
{
    static const struct {
        const char *key;
        unsigned own;
    } terms[] = {
        {"review", OWN_REVIEW},         {"rejects", OWN_REJECTS}, {"narrows", OWN_NARROWS},
        {"challenges", OWN_CHALLENGES}, {"gag-for", OWN_GAG_FOR},
    };
    struct instrument *instrument = row;

    for (size_t i = 0; i < COUNT(terms); i++)
        if (node_find(node, terms[i].key) != NULL)
            instrument->own |= terms[i].own;
    check_addressee(r, node, instrument);
}

const struct form instrument_form = {
    .what = "instrument",
    .key = instrument_keys,
    .keys = COUNT(instrument_keys),
    .row_bytes = sizeof(struct instrument),
    .named = true,
    .most = 64,
    .start = instrument_start,
    .finish = instrument_finish,
};

/* The world keeps the names; the terms stand in each jurisdiction. */
static void
read_instruments(struct read *r, const struct key *key, const struct node *node, void *row)
{
    uint32_t count = 0;
    const struct instrument *terms = read_rows(r, &instrument_form, node, &count);
    struct named *names = read_alloc(r, count, sizeof *names);

    if (names == NULL)
        return;
    for (uint32_t i = 0; i < count; i++)
        names[i] = terms[i].is;
    memcpy(FIELD(key, row, char), &names, sizeof names);
    memcpy((char *)row + key->count, &count, sizeof count);
}

const struct kind kind_instruments = {"a mapping of names", read_instruments, NULL, INSIDE_ROWS};

/* ---- terms of a jurisdiction ---- */

/* Is a key stated here or in the section? Rightly or not: a wrong value is told already. */
static bool
is_stated(const struct read *r, const struct node *node, const char *instrument, const char *key)
{
    const struct node *section = node_find(r->document, "instruments");

    return node_find(node, key) != NULL || node_find(node_find(section, instrument), key) != NULL;
}

/* Keys that need another key beside them, wherever it is stated. */
static void
check_company(struct read *r, const struct node *node, const struct instrument *terms)
{
    static const char *const of_review[] = {"review", "urgent"};
    const char *name = terms->is.name;

    if (terms->addressee == ADDRESSEE_PARTNER && !is_stated(r, node, name, "via"))
        fault(r, &node->at, "needs 'via', the partner's instrument");
    if (terms->addressee == ADDRESSEE_COVERT && !is_stated(r, node, name, "sites") &&
        !is_stated(r, node, name, "key-stores"))
        fault(r, &node->at, "needs 'sites' or 'key-stores', which it reaches");
    for (size_t i = 0; i < COUNT(of_review) && terms->addressee == ADDRESSEE_PARTNER; i++)
        if (is_stated(r, node, name, of_review[i]) && !is_stated(r, node, name, "stages"))
            fault_at(r, node, of_review[i],
                     "needs 'stages': without them the treaty's delay stands for the review");
    if (terms->appeals > 0 && !is_stated(r, node, name, "appeal-wins"))
        fault_at(r, node, "appeals", "needs 'appeal-wins', how often an appeal prevails");
    if (terms->watches && terms->holds_for_s <= 0)
        fault_at(r, node, "watches", "needs 'holds-for', how long it holds a gateway");
    if (terms->yields == YIELDS_METADATA && terms->holds_for_s > 0)
        fault_at(r, node, "holds-for", "has no meaning for an instrument that yields metadata");
    if ((terms->own & OWN_GAG_FOR) != 0 && terms->gag <= 0)
        fault_at(r, node, "gag-for", "needs 'gag', the probability that the user must not be told");
}

/* What is wrong with the terms as they stand in one jurisdiction. */
static void
term_finish(struct read *r, const struct node *node, void *row)
{
    struct instrument *terms = row;

    instrument_finish(r, node, row);
    if (isnan(terms->gag))
        terms->gag = gag_not_stated(terms);
    check_company(r, node, terms);
}

/* Terms of one jurisdiction, read over those of the section. */
const struct form term_form = {
    .key = term_keys,
    .keys = COUNT(term_keys),
    .row_bytes = sizeof(struct instrument),
    .finish = term_finish,
};

static void
read_terms(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct frame *before = r->frame;
    struct instrument *terms = *FIELD(key, row, struct instrument *);

    if (node->kind != NODE_MAP) {
        fault_kind(r, node, "a mapping of instruments to their terms here ({} for none)");
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        const struct entry *entry = &node->entry[i];
        const struct names *names = &r->names[SECTION_INSTRUMENTS];
        const uint32_t ordinal = name_ordinal(names, entry->name);
        const struct frame frame = frame_key(r, entry->name);

        if (ordinal == NONE) {
            fault_unknown_name(r, &entry->at, entry->name, "instrument", names);
            continue;
        }
        r->frame = &frame;
        if (terms != NULL) {
            terms[ordinal].available = true;
            terms[ordinal].is.at = read_where(r, &entry->at);
            if (entry->value->source != NULL)
                terms[ordinal].is.source = read_copy(r, entry->value->source);
            read_form(r, &term_form, entry->value, &terms[ordinal]);
        }
        r->frame = before;
    }
}

const struct kind kind_terms = {"a mapping of instruments", read_terms, NULL, INSIDE_ROWS};
