#ifndef SCENARIO_NODE_H
#define SCENARIO_NODE_H

/*
 * The document tree: what the YAML says, with the place of every word, free of any YAML library.
 *
 * A tree never changes once it is read: a change makes new nodes along its path and shares all
 * others. So the trees of all epochs and strategies together cost little more than one, and two
 * equal pointers mean that nothing differs below. Nodes lie in the arena they were made in.
 *
 * `source:` and `note:` may stand in any mapping. They are no entries here: the former is kept in
 * `source` (of the nearest mapping around that states one), the latter is for people.
 */
#include "base/mem.h"
#include "base/text.h"

/* How deep a scenario may nest, and how large it may be with its aliases written out. */
#define NODE_DEPTH_MAX 64
#define NODE_SIZE_MAX  2000000

enum node_kind { NODE_NULL, NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node;

struct entry {
    const char *name;
    struct where at; /* of the name */
    bool plain;      /* the name is written without quotes */
    struct node *value;
};

struct node {
    enum node_kind kind;
    bool quoted; /* scalar: written with quotes or as a block */
    struct where at;
    const char *text;    /* scalar */
    struct entry *entry; /* map, in the file's order */
    struct node **item;  /* list */
    uint32_t count;      /* of entries or items */
    uint32_t size;       /* nodes here and below, aliases written out */
    const char *source;  /* what the figures here rest on; NULL: not stated */
    /* `uncertain:` and `choice:` maps: which unknown of the scenario this is, counted from 1
     * within the entity, an entity being a row of a section. 0: not an unknown. */
    uint64_t entity, unknown;
};

/* The value of a map's entry, NULL when there is none or `map` is no map (or NULL). Borrows. */
struct node *node_find(const struct node *map, const char *name);

/* An entry's ordinal in the map; NONE when there is none. */
uint32_t node_ordinal(const struct node *map, const char *name);

/* A scalar whose text is this one (null: no). */
bool node_is(const struct node *node, const char *text);

/* "a mapping", "a list", "nothing", or the text of a scalar in quotes. Into `out`. */
const char *node_about(const struct node *node, char out[64]);

/* Is this map one value, such as a distribution, rather than a set of named entries? Then it is
 * replaced as a whole where maps are merged. */
bool node_is_value(const struct node *node);

/*
 * `over` merged over `under`: maps merge, lists, scalars and values replace, null deletes. Deleting
 * what is not there is a fault. NULL (with a message) only when memory runs out.
 */
struct node *node_merge(struct arena *arena, struct node *under, struct node *over,
                        struct why *why);

/* A copy of `map` in which `name` has another value; a new entry goes to the end; `value` NULL
 * takes the entry out. A copy of `list` with another item. NULL when memory runs out. */
struct node *node_with_entry(struct arena *arena, const struct node *map, const char *name,
                             const struct where *at, struct node *value);
struct node *node_with_item(struct arena *arena, const struct node *list, uint32_t index,
                            struct node *value);

/* An empty map at a place. NULL when memory runs out. */
struct node *node_empty_map(struct arena *arena, const struct where *at);

/* The node as YAML on one line, such that it reads back the same. Adds to `text`. */
void node_write(const struct node *node, struct text *text);

#endif
