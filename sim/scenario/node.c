#include "scenario/node.h"

#include <stdio.h>
#include <string.h>
#include "base/ids.h"
#include "stats/dist.h"

uint32_t
node_ordinal(const struct node *map, const char *name)
{
    if (map == NULL || map->kind != NODE_MAP)
        return NONE;
    for (uint32_t i = 0; i < map->count; i++)
        if (strcmp(map->entry[i].name, name) == 0)
            return i;
    return NONE;
}

struct node *
node_find(const struct node *map, const char *name)
{
    const uint32_t i = node_ordinal(map, name);

    return i == NONE ? NULL : map->entry[i].value;
}

bool
node_is(const struct node *node, const char *text)
{
    return node != NULL && node->kind == NODE_SCALAR && strcmp(node->text, text) == 0;
}

const char *
node_about(const struct node *node, char out[64])
{
    switch (node->kind) {
    case NODE_NULL:
        return "nothing";
    case NODE_LIST:
        snprintf(out, 64, node->count == 0 ? "an empty list" : "a list of %u", node->count);
        return out;
    case NODE_MAP:
        return node->count == 0 ? "an empty mapping" : "a mapping";
    case NODE_SCALAR:
        break;
    }
    snprintf(out, 64, "'%.50s%s'", node->text, strlen(node->text) > 50 ? "..." : "");
    return out;
}

bool
node_is_value(const struct node *node)
{
    static const char *const words[] = {"uncertain", "choice", "cost", "all", "any",
                                        "of",        "each",   "bulk", NULL};

    if (node->kind != NODE_MAP || node->count == 0)
        return false;
    for (uint32_t i = 0; i < node->count; i++) {
        const char *name = node->entry[i].name;
        bool known = false;

        for (size_t k = 0; words[k] != NULL; k++)
            known = known || strcmp(name, words[k]) == 0;
        for (size_t k = 0; k < DIST_KINDS; k++)
            known = known || strcmp(name, dist_family[k].name) == 0;
        if (!known)
            return false;
    }
    return true;
}

static uint32_t
size_sum(uint32_t a, uint32_t b)
{
    return a > NODE_SIZE_MAX || b > NODE_SIZE_MAX ? NODE_SIZE_MAX + 1 : a + b;
}

static void
count_size(struct node *node)
{
    node->size = 1;
    for (uint32_t i = 0; i < node->count; i++)
        node->size = size_sum(node->size, node->kind == NODE_MAP ? node->entry[i].value->size
                                                                 : node->item[i]->size);
}

struct node *
node_empty_map(struct arena *arena, const struct where *at)
{
    struct node *map = arena_alloc(arena, 1, sizeof *map);

    if (map != NULL) {
        map->kind = NODE_MAP;
        map->at = *at;
        map->size = 1;
    }
    return map;
}

/* A copy of a map with room for `more` further entries. */
static struct node *
copy_map(struct arena *arena, const struct node *map, uint32_t more)
{
    struct node *copy = arena_copy(arena, map, sizeof *map);
    struct entry *entry = arena_alloc(arena, (size_t)map->count + more, sizeof *entry);

    if (copy == NULL || entry == NULL)
        return NULL;
    if (map->count > 0)
        memcpy(entry, map->entry, map->count * sizeof *entry);
    copy->entry = entry;
    return copy;
}

static void
drop_entry(struct node *map, uint32_t i)
{
    memmove(&map->entry[i], &map->entry[i + 1], (map->count - i - 1) * sizeof *map->entry);
    map->count--;
}

struct node *
node_with_entry(struct arena *arena, const struct node *map, const char *name,
                const struct where *at, struct node *value)
{
    struct node *copy = copy_map(arena, map, 1);
    const uint32_t i = node_ordinal(map, name);

    if (copy == NULL)
        return NULL;
    if (value == NULL) {
        if (i != NONE)
            drop_entry(copy, i);
    } else if (i != NONE) {
        copy->entry[i].value = value;
    } else {
        copy->entry[copy->count++] = (struct entry){.name = name, .at = *at, .value = value};
    }
    count_size(copy);
    return copy;
}

struct node *
node_with_item(struct arena *arena, const struct node *list, uint32_t index, struct node *value)
{
    struct node *copy = arena_copy(arena, list, sizeof *list);
    struct node **item = arena_copy(arena, list->item, list->count * sizeof *item);

    if (copy == NULL || item == NULL)
        return NULL;
    item[index] = value;
    copy->item = item;
    count_size(copy);
    return copy;
}

/* `set:` maps hold paths and values; a null there deletes when the path is set, not before. */
static struct node *
merge_set(struct arena *arena, struct node *under, struct node *over)
{
    struct node *into = under;

    if (under == NULL || under->kind != NODE_MAP || over->kind != NODE_MAP)
        return over;
    for (uint32_t i = 0; i < over->count && into != NULL; i++)
        into = node_with_entry(arena, into, over->entry[i].name, &over->entry[i].at,
                               over->entry[i].value);
    return into;
}

static struct node *merge_at(struct arena *arena, struct node *under, struct node *over,
                             uint32_t depth, struct why *why);

static bool
merge_entry(struct arena *arena, struct node *into, const struct entry *over, uint32_t depth,
            struct why *why)
{
    const uint32_t i = node_ordinal(into, over->name);
    struct node *under = i == NONE ? NULL : into->entry[i].value;

    if (over->value->kind == NODE_NULL) {
        if (i == NONE)
            why_add(why, ERR_INPUT, &over->at,
                    "'%s' is empty, which deletes, but there is nothing to delete; write {} for an "
                    "empty mapping",
                    over->name);
        else
            drop_entry(into, i);
        return true;
    }
    struct node *merged = depth > 0 && strcmp(over->name, "set") == 0
                              ? merge_set(arena, under, over->value)
                              : merge_at(arena, under, over->value, depth + 1, why);
    if (merged == NULL) {
        why_no_memory(why);
        return false;
    }
    if (i != NONE) {
        into->entry[i].value = merged;
        into->entry[i].at = over->at;
    } else {
        into->entry[into->count++] =
            (struct entry){.name = over->name, .at = over->at, .value = merged};
    }
    return true;
}

static bool
both_merge(const struct node *under, const struct node *over, uint32_t depth)
{
    if (under == NULL || under->kind != NODE_MAP || over->kind != NODE_MAP)
        return false;
    /* Sections and their rows have names of the user's choice: never one value. */
    return depth < 2 || (!node_is_value(under) && !node_is_value(over));
}

static struct node *
merge_at(struct arena *arena, struct node *under, struct node *over, uint32_t depth,
         struct why *why)
{
    struct node *into;

    if (over->kind != NODE_MAP || (depth >= 2 && node_is_value(over)))
        return over;
    if (both_merge(under, over, depth)) {
        into = copy_map(arena, under, over->count);
        if (into != NULL) {
            into->at = over->at;
            into->source = over->source != NULL ? over->source : under->source;
        }
    } else {
        into = node_empty_map(arena, &over->at);
        if (into != NULL) {
            into->source = over->source;
            into->entry = arena_alloc(arena, over->count, sizeof *into->entry);
        }
    }
    if (into == NULL || into->entry == NULL)
        return NULL;
    for (uint32_t i = 0; i < over->count; i++)
        if (!merge_entry(arena, into, &over->entry[i], depth, why))
            return NULL;
    count_size(into);
    return into;
}

struct node *
node_merge(struct arena *arena, struct node *under, struct node *over, struct why *why)
{
    return merge_at(arena, under, over, 0, why);
}

/* May the text stand without quotes and be read as the same scalar? */
static bool
may_be_plain(const char *s)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "+-./_ ";
    const size_t length = strlen(s);

    if (length == 0 || strspn(s, safe) != length || s[0] == ' ' || s[length - 1] == ' ')
        return false;
    if (s[0] == '-' && (length == 1 || s[1] == ' ' || s[1] == '-'))
        return false;
    return strcmp(s, "null") != 0 && strcmp(s, "Null") != 0 && strcmp(s, "NULL") != 0;
}

static void
write_scalar(const char *s, bool quoted, struct text *text)
{
    if (!quoted && may_be_plain(s)) {
        text_add(text, s);
        return;
    }
    text_add(text, "\"");
    for (; *s != '\0'; s++) {
        const unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\')
            text_addf(text, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            text_addf(text, "\\x%02x", c);
        else
            text_add_bytes(text, s, 1);
    }
    text_add(text, "\"");
}

void
node_write(const struct node *node, struct text *text)
{
    switch (node->kind) {
    case NODE_NULL:
        text_add(text, "null");
        break;
    case NODE_SCALAR:
        write_scalar(node->text, node->quoted, text);
        break;
    case NODE_LIST:
        text_add(text, "[");
        for (uint32_t i = 0; i < node->count; i++) {
            text_add(text, i > 0 ? ", " : "");
            node_write(node->item[i], text);
        }
        text_add(text, "]");
        break;
    case NODE_MAP:
        text_add(text, "{");
        for (uint32_t i = 0; i < node->count; i++) {
            text_add(text, i > 0 ? ", " : "");
            write_scalar(node->entry[i].name, false, text);
            text_add(text, ": ");
            node_write(node->entry[i].value, text);
        }
        text_add(text, "}");
        break;
    }
}
