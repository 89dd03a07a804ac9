#ifndef SCENARIO_READ_H
#define SCENARIO_READ_H

/*
 * Reading a document tree into rows of the model, driven by tables.
 *
 * A form is the table of the keys that a mapping may have; each key says what kind of value it
 * takes and which field of the row receives it. One table serves the reader, the check of unknown
 * keys, the paths of `set`, and the JSON Schema, so they cannot disagree.
 *
 * Readers add faults to `r->why` and go on with what they have, so that all faults of a file are
 * told in one go; who needs a sound row looks at the count of faults.
 */
#include "model/model.h"
#include "scenario/files.h"

/* The sections of a scenario. Append only: the number keys the random stream of an uncertain
 * input. The table document_form has a row for each, in this order. */
enum section {
    SECTION_JURISIM,
    SECTION_TITLE,
    SECTION_HORIZON,
    SECTION_JURISDICTIONS,
    SECTION_INSTRUMENTS,
    SECTION_PLACES,
    SECTION_NETWORK,
    SECTION_CUSTODIANS,
    SECTION_SITES,
    SECTION_KEY_STORES,
    SECTION_DATA,
    SECTION_USERS,
    SECTION_TREATIES,
    SECTION_AUTHORITIES,
    SECTION_CRYPTO,
    SECTION_COSTS,
    SECTION_STRATEGIES,
    SECTION_CHANGES,
    SECTION_STUDY,
    SECTION_EXPECT,
    SECTION_REQUIRE,
    SECTION_SWEEP,
    SECTION_SEARCH,
    SECTION_READINGS,
    SECTION_THREATS,
    SECTIONS
};

struct read;
struct key;
struct form;

/* How a kind of value is read into the row, and how JSON Schema says it. */
struct kind {
    const char *name; /* for people: "a duration", "the name of a site" */
    void (*read)(struct read *r, const struct key *key, const struct node *node, void *row);
    /* JSON Schema; %u stands for the unit's number, %d for a distribution of it, %w for the words.
     * NULL: what stands inside says it. */
    const char *json;
    enum { INSIDE_VALUE, INSIDE_FORM, INSIDE_ROWS, INSIDE_LIST } inside; /* where paths lead */
};

struct key {
    const char *name;
    const struct kind *kind;
    size_t offset; /* of the field in the row */
    size_t count;  /* of the field that counts, for arrays */
    enum unit unit;
    double least, most; /* limits; most counts when it is above least */
    bool above;         /* must exceed `least` */
    bool required;
    enum section names;      /* references: the section whose rows are named */
    const struct form *form; /* what stands inside */
    const char *const *word; /* words: in order of their numbers, up to a NULL */
    const char *about;       /* one sentence, for the schema */
};

struct form {
    const char *what; /* "site": heads messages of its rows; NULL: they go by their path */
    const struct key *key;
    uint32_t keys;
    size_t row_bytes;
    bool named;                               /* the row begins with a `struct named` */
    bool top;                                 /* the document itself: its keys are sections */
    bool upper;                               /* names of rows are upper case: jurisdictions */
    uint32_t most;                            /* rows; 0: no limit */
    void (*start)(struct read *r, void *row); /* defaults; may be NULL */
    /* Checks what concerns several keys; `node` is the mapping. May be NULL. */
    void (*finish)(struct read *r, const struct node *node, void *row);
};

/* Where a reader is, for messages. */
struct frame {
    const struct frame *up;
    const char *what, *name; /* an entity, or (what NULL) a key; name NULL: an item of a list */
    uint32_t index;
};

/* The names of a section's rows. */
struct names {
    const char *const *name;
    uint32_t count;
};

/* One uncertain input that is not drawn but held at a quantile of its distribution. */
struct fixed_input {
    uint64_t entity, unknown; /* as of its node */
    double quantile;          /* in (0, 1) */
};

/* What a fixed input came to where it was read. */
struct probe {
    bool seen;
    double value;
    enum unit unit;
    const char *name; /* of a choice; borrows from the tree. NULL: a number */
};

/* One reading of one tree. */
struct read {
    const struct files *files;
    const struct names *names;       /* [SECTIONS] */
    const struct node *const *costs; /* cost tables, first found wins; up to a NULL */
    const struct node *document;     /* the tree at hand: for what lies in another section */
    struct arena *arena;             /* of the model */
    struct why *why;
    const char **file_copy; /* [files]: names in the arena, made when needed */
    const struct frame *frame;
    uint64_t seed, world;            /* key the uncertain inputs */
    const struct fixed_input *fixed; /* NULL: none is */
    struct probe *probe;             /* NULL: nobody asks */
    bool certain;                    /* here no input may be uncertain */
    int64_t starts_unix_s;
    sim_ns horizon;
    const struct world *w;          /* the sections read so far */
    const struct instrument *terms; /* of the section, while jurisdictions are read */
};

extern const struct form document_form;

/* ---- faults ---- */

/* "site 'x': servers " + the predicate. */
void fault(struct read *r, const struct where *at, const char *fmt, ...) PRINTF_LIKE(3, 4);
void fault_limit(struct read *r, const struct where *at, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same about an entry of the row at hand. */
void fault_at(struct read *r, const struct node *map, const char *key, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* "must be `wanted`, got ..." */
void fault_kind(struct read *r, const struct node *node, const char *wanted);
/* "operator 'x' is no custodian", with a hint. */
void fault_unknown_name(struct read *r, const struct where *at, const char *name, const char *what,
                        const struct names *known);
/* "; did you mean 'x'?", or "; known are a, b" when few are known and none is near. */
void add_hint(struct text *text, const char *name, const char *const *known, uint32_t count);
void fault_no_memory(struct read *r);
/* Where the reader is: "strategy 'far': placement[0]". Adds to `text`. */
void frame_write(const struct frame *frame, struct text *text);

static inline struct frame
frame_key(struct read *r, const char *name)
{
    return (struct frame){.up = r->frame, .name = name};
}

static inline struct frame
frame_item(struct read *r, uint32_t index)
{
    return (struct frame){.up = r->frame, .index = index};
}

/* ---- memory ---- */

/* Zeroed, in the model's arena. NULL (with a fault) when memory runs out. */
void *read_alloc(struct read *r, size_t count, size_t item_bytes);
/* Copies into the model's arena. NULL for NULL. */
const char *read_copy(struct read *r, const char *text);
struct where read_where(struct read *r, const struct where *at);
struct named read_named(struct read *r, const char *name, const struct where *at,
                        const char *source);

/* ---- forms ---- */

/* Reads a mapping into a row: start, keys, finish. */
void read_form(struct read *r, const struct form *form, const struct node *node, void *row);

/* An array of rows from a mapping of names to forms. NULL when there are none. */
void *read_rows(struct read *r, const struct form *form, const struct node *map, uint32_t *count);

/* An array of rows from a list of forms. */
void *read_list(struct read *r, const struct form *form, const struct node *list, uint32_t *count);

/* Unknown keys of a mapping, and those it lacks. */
void check_keys(struct read *r, const struct form *form, const struct node *node);

const struct key *form_key(const struct form *form, const char *name);

/* ---- values ---- */

/* A number with its unit, or an uncertain one. False (with a fault) when it is none. */
bool read_number(struct read *r, const struct key *key, const struct node *node, double *out);
bool read_dist(struct read *r, const struct key *key, const struct node *node, struct dist *out);
/* The row that a node names; NONE (with a fault) when there is none. */
uint32_t read_ref(struct read *r, enum section section, const struct node *node);
/* A list of names of rows as a mask; a single name is a list of one. */
uint64_t read_refs(struct read *r, enum section section, const struct node *node);
bool read_date(struct read *r, const struct node *node, int64_t *unix_s);
/* The number of a word of `key`; false after a fault. */
bool read_word(struct read *r, const struct key *key, const char *name, const struct where *at,
               unsigned *out);
/* Nanoseconds from the start of the horizon, not before it. */
sim_ns read_instant(struct read *r, int64_t unix_s);
uint32_t name_ordinal(const struct names *names, const char *name);
/* "site" for SECTION_SITES. */
const char *section_what(enum section section);

/* One alternative of a `choice:`, or the one name there is. False after a fault. */
typedef bool take_name(struct read *r, const struct key *key, const char *name,
                       const struct where *at, void *field);
/* Takes a name, or all alternatives of a `choice:` with the one that holds last. */
bool read_name(struct read *r, const struct key *key, const struct node *node, take_name *take,
               void *field);

static inline bool
is_central(const struct read *r)
{
    return r->world == UINT64_MAX;
}

extern const struct kind kind_text, kind_bool, kind_number, kind_whole, kind_whole64, kind_dist,
    kind_service, kind_word, kind_ref, kind_refs, kind_date, kind_form, kind_rows, kind_list,
    kind_dists;

/* Fields of a key's value. */
#define FIELD(key, row, type) ((type *)(void *)((char *)(row) + (key)->offset))

#endif
