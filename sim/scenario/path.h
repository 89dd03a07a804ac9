#ifndef SCENARIO_PATH_H
#define SCENARIO_PATH_H

/*
 * Paths: `strategies.far.placement[0].key-cache.ttl`. Names are joined by dots, items of a list are
 * [counted from 0]. A path leads through the forms, so it may end at a key that the scenario does
 * not state yet, but never at one that no scenario may have. Rows of a section keep their ordinals:
 * none is added or taken out.
 */
#include "scenario/read.h"

/* Remembers what was set before, so that strategies that make the same change share its result. */
struct path_memo {
    struct path_memo_row {
        const struct node *section, *value, *result;
        const char *path;
    } * item;
    size_t count, capacity;
};

struct path_set {
    struct arena *arena;
    const struct names
        *names;             /* [SECTIONS]; NULL: not known yet, then rows are found in the tree */
    struct path_memo *memo; /* may be NULL */
    bool dated;             /* only facts of the world and placements may change */
    bool law;               /* these, and dated changes */
    const char *path;
    struct where at;    /* of the path, for messages */
    struct node *value; /* of kind null: takes the entry out */
};

/* The document with the value set; nothing else differs. ERR_INPUT, ERR_MEMORY. */
MUST_CHECK int path_apply(const struct path_set *set, struct node *document, struct node **out,
                          struct why *why);

void path_memo_release(struct path_memo *memo);

/* May a dated change or a strategy change this section? */
bool section_is_world(enum section section);

#endif
