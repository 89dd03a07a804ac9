/* Sections `instruments`, `jurisdictions` and `treaties`. */
#include <string.h>
#include "scenario/sections.h"

/* ---- instruments ---- */

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
        {.name = "abroad",                                                                         \
         .kind = &kind_bool,                                                                       \
         .offset = offsetof(struct instrument, abroad),                                            \
         .about = "true: it reaches what lies outside the jurisdiction, too."},                    \
        {.name = "devices",                                                                        \
         .kind = &kind_bool,                                                                       \
         .offset = offsetof(struct instrument, devices),                                           \
         .about = "Addressee location: true when it takes users' devices."},                       \
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
_Static_assert(COUNT(addressee_words) == ADDRESSEE_KINDS + 1, "a word for each addressee");

static void
read_addressee(struct read *r, const struct key *key, const struct node *node, void *row)
{
    kind_word.read(r, key, node, row);
}

static const struct kind kind_addressee = {"an addressee", read_addressee, "%w", INSIDE_VALUE};

static const struct key instrument_keys[] = {INSTRUMENT_KEYS(true)};
static const struct key term_keys[] = {INSTRUMENT_KEYS(false)};

static void
instrument_start(struct read *r, void *row)
{
    struct instrument *instrument = row;

    (void)r;
    instrument->via.i = NONE;
    instrument->filing = instrument->execution = dist_constant(0);
    instrument->grant = 1;
}

#define FOR(addressee) (1u << (addressee))

/* Keys that mean something for some addressees only. */
static void
instrument_finish(struct read *r, const struct node *node, void *row)
{
    static const struct {
        const char *key;
        unsigned addressees;
    } special[] = {
        {"via", FOR(ADDRESSEE_PARTNER)},
        {"abroad", FOR(ADDRESSEE_CUSTODIAN) | FOR(ADDRESSEE_STATE_CUSTODIAN)},
        {"devices", FOR(ADDRESSEE_LOCATION)},
        {"sites", FOR(ADDRESSEE_COVERT)},
        {"key-stores", FOR(ADDRESSEE_COVERT)},
    };
    const struct instrument *instrument = row;

    for (size_t i = 0; i < COUNT(special); i++)
        if (node_find(node, special[i].key) != NULL &&
            (special[i].addressees & FOR(instrument->addressee)) == 0)
            fault_at(r, node, special[i].key, "has no meaning for the addressee %s",
                     addressee_words[instrument->addressee]);
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

/* ---- jurisdictions ---- */

/* Is a key stated here or in the section? Rightly or not: a wrong value is told already. */
static bool
is_stated(const struct read *r, const struct node *node, const char *instrument, const char *key)
{
    const struct node *section = node_find(r->document, "instruments");

    return node_find(node, key) != NULL || node_find(node_find(section, instrument), key) != NULL;
}

/* What is wrong with the terms as they stand in one jurisdiction. */
static void
term_finish(struct read *r, const struct node *node, void *row)
{
    const struct instrument *terms = row;
    const char *name = terms->is.name;

    instrument_finish(r, node, row);
    if (terms->addressee == ADDRESSEE_PARTNER && !is_stated(r, node, name, "via"))
        fault(r, &node->at, "needs 'via', the partner's instrument");
    if (terms->addressee == ADDRESSEE_COVERT && !is_stated(r, node, name, "sites") &&
        !is_stated(r, node, name, "key-stores"))
        fault(r, &node->at, "needs 'sites' or 'key-stores', which it reaches");
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

static const struct kind kind_terms = {"a mapping of instruments", read_terms, NULL, INSIDE_ROWS};

struct since {
    sim_ns from;
};

static const struct key since_keys[] = {
    {.name = "from",
     .kind = &kind_date,
     .offset = offsetof(struct since, from),
     .required = true,
     .about = "The date it is in force."},
};

static const struct form since_form = {.key = since_keys, .keys = COUNT(since_keys)};

static const struct key duty_keys[] = {
    {.name = "data",
     .kind = &kind_form,
     .form = &since_form,
     .offset = offsetof(struct duty, data_from),
     .about = "Residents' data must be held inside."},
    {.name = "keys",
     .kind = &kind_form,
     .form = &since_form,
     .offset = offsetof(struct duty, keys_from),
     .about = "Residents' keys must be held inside."},
};

static const struct form duty_form = {.key = duty_keys, .keys = COUNT(duty_keys)};

static const struct key jurisdiction_keys[] = {
    {.name = "name",
     .kind = &kind_text,
     .offset = offsetof(struct jurisdiction, title),
     .about = "Its name for people."},
    {.name = "instruments",
     .kind = &kind_terms,
     .form = &term_form,
     .names = SECTION_INSTRUMENTS,
     .offset = offsetof(struct jurisdiction, instrument),
     .about = "The instruments it has, each with what differs here."},
    {.name = "requires",
     .kind = &kind_form,
     .form = &duty_form,
     .offset = offsetof(struct jurisdiction, duty),
     .about = "What must be held inside it, and since when."},
};

/* Every jurisdiction has a row for every instrument; those it lists become available. */
static void
jurisdiction_start(struct read *r, void *row)
{
    struct jurisdiction *j = row;
    const uint32_t count = r->names[SECTION_INSTRUMENTS].count;
    struct instrument *terms = read_alloc(r, count, sizeof *terms);

    j->title = j->is.name;
    j->duty = (struct duty){SIM_NEVER, SIM_NEVER};
    for (uint32_t i = 0; i < count && terms != NULL && r->terms != NULL; i++)
        terms[i] = r->terms[i];
    j->instrument = terms;
}

const struct form jurisdiction_form = {
    .what = "jurisdiction",
    .key = jurisdiction_keys,
    .keys = COUNT(jurisdiction_keys),
    .row_bytes = sizeof(struct jurisdiction),
    .named = true,
    .upper = true,
    .most = 64,
    .start = jurisdiction_start,
};

static void
read_jurisdictions(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct node *instruments = node_find(r->document, "instruments");
    const struct frame frame = {.name = "instruments"};
    const struct frame *before = r->frame;
    uint32_t count = 0;

    r->frame = &frame;
    r->terms = instruments == NULL ? NULL : read_rows(r, &instrument_form, instruments, &count);
    r->frame = before;
    kind_rows.read(r, key, node, row);
}

const struct kind kind_jurisdictions = {"a mapping of names", read_jurisdictions, NULL,
                                        INSIDE_ROWS};

/* ---- treaties ---- */

static const struct key treaty_keys[] = {
    {.name = "from",
     .kind = &kind_ref,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct treaty, from),
     .required = true,
     .about = "The jurisdiction that asks."},
    {.name = "to",
     .kind = &kind_ref,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct treaty, to),
     .required = true,
     .about = "The jurisdiction that is asked."},
    {.name = "delay",
     .kind = &kind_dist,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct treaty, delay),
     .required = true,
     .about = "From the request to the partner's order."},
    {.name = "grant",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .most = 1,
     .offset = offsetof(struct treaty, grant),
     .about = "Probability that the partner acts; 1 when not stated."},
};

static void
treaty_start(struct read *r, void *row)
{
    struct treaty *treaty = row;

    (void)r;
    treaty->from.i = treaty->to.i = NONE;
    treaty->delay = dist_constant(0);
    treaty->grant = 1;
}

static void
treaty_finish(struct read *r, const struct node *node, void *row)
{
    struct treaty *treaty = row;

    treaty->at = read_where(r, &node->at);
    treaty->source = read_copy(r, node->source);
    if (treaty->from.i != NONE && treaty->from.i == treaty->to.i)
        fault_at(r, node, "to", "must be another jurisdiction than 'from'");
}

const struct form treaty_form = {
    .key = treaty_keys,
    .keys = COUNT(treaty_keys),
    .row_bytes = sizeof(struct treaty),
    .start = treaty_start,
    .finish = treaty_finish,
};

static void
read_treaties(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct treaty *treaty;
    uint32_t count;

    kind_list.read(r, key, node, row);
    treaty = *FIELD(key, row, const struct treaty *);
    memcpy(&count, (char *)row + key->count, sizeof count);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (treaty[i].from.i != NONE && treaty[i].from.i == treaty[k].from.i &&
                treaty[i].to.i == treaty[k].to.i)
                fault(r, &node->item[i]->at, "states %s to %s a second time",
                      r->names[SECTION_JURISDICTIONS].name[treaty[i].from.i],
                      r->names[SECTION_JURISDICTIONS].name[treaty[i].to.i]);
}

const struct kind kind_treaties = {"a list", read_treaties, NULL, INSIDE_LIST};
