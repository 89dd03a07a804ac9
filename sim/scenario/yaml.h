#ifndef SCENARIO_YAML_H
#define SCENARIO_YAML_H

/*
 * YAML 1.2 text to a document tree: the only code that knows the YAML library.
 *
 * One document a text. Keys are plain names and stand once in a mapping. Anchors and aliases are
 * resolved: an alias is the same node (the same unknown, when it is uncertain), so that nothing
 * grows; the size with aliases written out is limited all the same, since readers walk it.
 */
#include "scenario/node.h"

struct yaml_text {
    const char *file; /* name for messages; borrowed by every node */
    const char *text;
    size_t length;
};

/*
 * `*out` lies in the arena; NULL for an empty document. Words that YAML 1.1 tools misread go to
 * `warnings` (may be NULL). ERR_INPUT with all syntax faults, ERR_LIMIT, ERR_MEMORY.
 */
MUST_CHECK int yaml_read(struct node **out, struct arena *arena, const struct yaml_text *text,
                         struct why *warnings, struct why *why);

#endif
