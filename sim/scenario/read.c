/* Where a reader is, what it says when it fails, and forms. The values are read in values.c. */
#include "scenario/read.h"

#include <stdlib.h>
#include <string.h>

/* ---- faults ---- */

static bool
is_entity(const struct frame *frame)
{
    return frame != NULL && frame->what != NULL;
}

void
frame_write(const struct frame *frame, struct text *text)
{
    if (frame == NULL)
        return;
    if (is_entity(frame)) {
        text_addf(text, "%s '%s'", frame->what, frame->name);
        return;
    }
    frame_write(frame->up, text);
    if (frame->name == NULL)
        text_addf(text, "[%u]", frame->index);
    else
        text_addf(text, "%s%s",
                  is_entity(frame->up) ? ": "
                  : frame->up != NULL  ? "."
                                       : "",
                  frame->name);
}

static void add_fault(struct read *r, enum err code, const struct where *at, const char *fmt,
                      va_list args) PRINTF_LIKE(4, 0);

static void
add_fault(struct read *r, enum err code, const struct where *at, const char *fmt, va_list args)
{
    struct text text = {0};

    frame_write(r->frame, &text);
    if (r->frame != NULL && fmt[0] != ':')
        text_add(&text, is_entity(r->frame) ? ": " : " ");
    text_vaddf(&text, fmt, args);
    if (text.lost)
        r->why->lost = true;
    why_add(r->why, code, at, "%s", text_str(&text));
    text_release(&text);
}

void
fault(struct read *r, const struct where *at, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add_fault(r, ERR_INPUT, at, fmt, args);
    va_end(args);
}

void
fault_limit(struct read *r, const struct where *at, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add_fault(r, ERR_LIMIT, at, fmt, args);
    va_end(args);
}

void
fault_at(struct read *r, const struct node *map, const char *key, const char *fmt, ...)
{
    const struct node *value = node_find(map, key);
    const struct frame frame = frame_key(r, key);
    const struct frame *before = r->frame;
    va_list args;

    r->frame = &frame;
    va_start(args, fmt);
    add_fault(r, ERR_INPUT, value != NULL ? &value->at : &map->at, fmt, args);
    va_end(args);
    r->frame = before;
}

void
fault_kind(struct read *r, const struct node *node, const char *wanted)
{
    char got[64];

    fault(r, &node->at, "must be %s, got %s", wanted, node_about(node, got));
}

void
fault_no_memory(struct read *r)
{
    why_no_memory(r->why);
}

enum { FEW_NAMES = 16 };

void
add_hint(struct text *text, const char *name, const char *const *known, uint32_t count)
{
    const char *near = text_nearest(name, known, count);

    if (near != NULL) {
        text_addf(text, "; did you mean '%s'?", near);
    } else if (count > 0 && count <= FEW_NAMES) {
        text_add(text, "; known: ");
        for (uint32_t i = 0; i < count; i++)
            text_addf(text, "%s%s", i > 0 ? ", " : "", known[i]);
    }
}

void
fault_unknown_name(struct read *r, const struct where *at, const char *name, const char *what,
                   const struct names *known)
{
    struct text text = {0};

    text_addf(&text, "'%s' is no %s", name, what);
    add_hint(&text, name, known->name, known->count);
    fault(r, at, "%s", text_str(&text));
    text_release(&text);
}

/* ---- memory ---- */

void *
read_alloc(struct read *r, size_t count, size_t item_bytes)
{
    void *piece = arena_alloc(r->arena, count, item_bytes);

    if (piece == NULL)
        fault_no_memory(r);
    return piece;
}

const char *
read_copy(struct read *r, const char *text)
{
    if (text == NULL)
        return NULL;
    const char *copy = arena_text(r->arena, text, strlen(text));
    if (copy == NULL)
        fault_no_memory(r);
    return copy;
}

/* Files are few and places many: each file's name is copied into the model once. */
struct where
read_where(struct read *r, const struct where *at)
{
    struct where copy = *at;

    copy.file = NULL;
    for (size_t i = 0; i < r->files->file.count; i++) {
        if (r->files->file.item[i].name != at->file)
            continue;
        if (r->file_copy[i] == NULL)
            r->file_copy[i] = read_copy(r, at->file);
        copy.file = r->file_copy[i];
    }
    return copy;
}

struct named
read_named(struct read *r, const char *name, const struct where *at, const char *source)
{
    return (struct named){read_copy(r, name), read_where(r, at), read_copy(r, source)};
}

/* ---- forms ---- */

const struct key *
form_key(const struct form *form, const char *name)
{
    for (uint32_t i = 0; i < form->keys; i++)
        if (strcmp(form->key[i].name, name) == 0)
            return &form->key[i];
    return NULL;
}

enum { KEYS_MAX = 32 };

static void
fault_unknown_key(struct read *r, const struct form *form, const struct entry *entry)
{
    struct text text = {0};
    const char *known[KEYS_MAX];

    for (uint32_t i = 0; i < form->keys; i++)
        known[i] = form->key[i].name;
    text_addf(&text, "unknown %s '%s'", form->top ? "section" : "key", entry->name);
    if (r->frame != NULL) {
        text_add(&text, " in ");
        frame_write(r->frame, &text);
    }
    add_hint(&text, entry->name, known, form->keys);
    why_add(r->why, ERR_INPUT, &entry->at, "%s", text_str(&text));
    text_release(&text);
}

static void
read_key(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct frame frame = frame_key(r, key->name);
    const struct frame *before = r->frame;

    r->frame = &frame;
    key->kind->read(r, key, node, row);
    r->frame = before;
}

void
check_keys(struct read *r, const struct form *form, const struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (form_key(form, node->entry[i].name) == NULL)
            fault_unknown_key(r, form, &node->entry[i]);
    for (uint32_t i = 0; i < form->keys; i++)
        if (form->key[i].required && node_find(node, form->key[i].name) == NULL)
            fault(r, &node->at, "%s '%s'", form->top ? "the scenario needs a section" : "needs",
                  form->key[i].name);
}

void
read_form(struct read *r, const struct form *form, const struct node *node, void *row)
{
    if (form->start != NULL)
        form->start(r, row);
    if (node->kind != NODE_MAP) {
        fault_kind(r, node, "a mapping of keys to values");
        return;
    }
    check_keys(r, form, node);
    /* In the table's order, so that what is read does not hang on the order in the file. */
    for (uint32_t i = 0; i < form->keys; i++) {
        const struct node *value = node_find(node, form->key[i].name);

        if (value != NULL)
            read_key(r, &form->key[i], value, row);
    }
    if (form->finish != NULL)
        form->finish(r, node, row);
}

/* Names are parts of paths and of metrics: no dots, spaces or brackets. */
static void
check_name(struct read *r, const struct form *form, const struct entry *entry)
{
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    const char *letters = form->upper ? upper : lower;
    const size_t length = strlen(entry->name);

    if (length == 0 || entry->name[0] == '-' || strspn(entry->name, letters) != length)
        why_add(r->why, ERR_INPUT, &entry->at, "'%s' is no name: names are made of %s, 0-9 and -",
                entry->name, form->upper ? "A-Z" : "a-z");
}

/* Room for the rows, within the limit. */
static char *
rows_alloc(struct read *r, const struct form *form, const struct node *node, uint32_t *count)
{
    *count = 0;
    if (form->most > 0 && node->count > form->most) {
        fault_limit(r, &node->at, "has %u rows; at most %u are possible", node->count, form->most);
        return NULL;
    }
    char *rows = read_alloc(r, node->count, form->row_bytes);
    if (rows != NULL)
        *count = node->count;
    return rows;
}

void *
read_rows(struct read *r, const struct form *form, const struct node *map, uint32_t *count)
{
    const struct frame *before = r->frame;

    *count = 0;
    if (map->kind != NODE_MAP) {
        fault_kind(r, map, "a mapping of names");
        return NULL;
    }
    char *rows = rows_alloc(r, form, map, count);
    for (uint32_t i = 0; i < *count; i++) {
        const struct entry *entry = &map->entry[i];
        const struct frame frame = {.up = before, .what = form->what, .name = entry->name};
        char *row = rows + i * form->row_bytes;

        if (form->named) {
            check_name(r, form, entry);
            *(struct named *)(void *)row =
                read_named(r, entry->name, &entry->at, entry->value->source);
        }
        r->frame = &frame;
        read_form(r, form, entry->value, row);
        r->frame = before;
    }
    return rows;
}

void *
read_list(struct read *r, const struct form *form, const struct node *list, uint32_t *count)
{
    const struct frame *before = r->frame;

    *count = 0;
    if (list->kind != NODE_LIST) {
        fault_kind(r, list, "a list");
        return NULL;
    }
    char *rows = rows_alloc(r, form, list, count);
    for (uint32_t i = 0; i < *count; i++) {
        const struct frame frame = frame_item(r, i);

        r->frame = &frame;
        read_form(r, form, list->item[i], rows + i * form->row_bytes);
        r->frame = before;
    }
    return rows;
}
