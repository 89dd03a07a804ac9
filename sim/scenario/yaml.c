#include "scenario/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>
#include "base/ids.h"

/* A named anchor; `node` is NULL while the anchored node itself is still being read. */
struct anchor {
    const char *name;
    struct node *node;
};

struct anchor_list {
    struct anchor *item;
    size_t count, capacity;
};

struct entry_list {
    struct entry *item;
    size_t count, capacity;
};

struct node_list {
    struct node **item;
    size_t count, capacity;
};

struct yaml {
    struct fy_parser *parser;
    struct fy_diag *diag;
    struct arena *arena;
    const char *file;
    struct anchor_list anchors;
    struct where last; /* of the latest token: empty values and ends have none of their own */
    struct why *warnings, *why;
    uint32_t depth;
    int fault; /* one that did not stop the reading, so that all are told in one go; or 0 */
};

static struct where
where_of(struct yaml *y, struct fy_token *token)
{
    const struct fy_mark *mark = token != NULL ? fy_token_start_mark(token) : NULL;

    if (mark != NULL)
        y->last = (struct where){y->file, mark->line + 1, mark->column + 1};
    return y->last;
}

static char *
copy_token(struct yaml *y, struct fy_token *token)
{
    size_t length = 0;
    const char *s = token != NULL ? fy_token_get_text(token, &length) : "";

    return arena_text(y->arena, s != NULL ? s : "", s != NULL ? length : 0);
}

/* What YAML 1.1 takes for a truth value and YAML 1.2 for a word: https://yaml.org/type/bool.html */
static bool
is_misread(const char *s)
{
    static const char *const words[] = {"y",  "Y",  "yes", "Yes", "YES", "n",   "N",   "no", "No",
                                        "NO", "on", "On",  "ON",  "off", "Off", "OFF", NULL};

    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(s, words[i]) == 0)
            return true;
    return false;
}

static bool
is_null(const char *s)
{
    return *s == '\0' || strcmp(s, "~") == 0 || strcmp(s, "null") == 0 || strcmp(s, "Null") == 0 ||
           strcmp(s, "NULL") == 0;
}

static void
warn_misread(struct yaml *y, const struct where *at, const char *s)
{
    if (is_misread(s))
        why_add(y->warnings, ERR_INPUT, at,
                "'%s' is a word here, but true or false to YAML 1.1 tools; write \"%s\"", s, s);
}

static void
refuse_tag(struct yaml *y, struct fy_token *tag)
{
    if (tag == NULL)
        return;
    const struct where at = where_of(y, tag);
    y->fault = why_add(y->why, ERR_INPUT, &at, "scenarios have no YAML tags (!...)");
}

static int read_node(struct yaml *y, struct fy_event *event, struct node **out);

/* Remembers an anchor before its node is read, so that an alias inside itself is noticed. */
static int
open_anchor(struct yaml *y, struct fy_token *token, size_t *slot)
{
    *slot = SIZE_MAX;
    if (token == NULL)
        return 0;
    char *name = copy_token(y, token);
    if (name == NULL || VEC_ROOM(&y->anchors) < 0)
        return why_no_memory(y->why);
    *slot = y->anchors.count;
    y->anchors.item[y->anchors.count++] = (struct anchor){name, NULL};
    return 0;
}

static void
close_anchor(struct yaml *y, size_t slot, struct node *node)
{
    if (slot != SIZE_MAX)
        y->anchors.item[slot].node = node;
}

/* What stands for a node that is wrong. */
static int
empty_node(struct yaml *y, const struct where *at, struct node **out)
{
    *out = arena_alloc(y->arena, 1, sizeof **out);
    if (*out == NULL)
        return why_no_memory(y->why);
    (*out)->at = *at;
    (*out)->size = 1;
    return 0;
}

static int
read_alias(struct yaml *y, struct fy_token *token, struct node **out)
{
    const struct where at = where_of(y, token);
    const char *name = copy_token(y, token);

    if (name == NULL)
        return why_no_memory(y->why);
    for (size_t i = y->anchors.count; i-- > 0;) {
        if (strcmp(y->anchors.item[i].name, name) != 0)
            continue;
        *out = y->anchors.item[i].node;
        if (*out != NULL)
            return 0;
        y->fault =
            why_add(y->why, ERR_INPUT, &at, "alias '*%s' stands inside its own anchor", name);
        return empty_node(y, &at, out);
    }
    y->fault =
        why_add(y->why, ERR_INPUT, &at, "alias '*%s' has no anchor '&%s' before it", name, name);
    return empty_node(y, &at, out);
}

static int
read_scalar(struct yaml *y, struct fy_event *event, struct node *node)
{
    struct fy_token *token = event->scalar.value;

    node->text = copy_token(y, token);
    if (node->text == NULL)
        return why_no_memory(y->why);
    node->quoted = token != NULL && fy_token_scalar_style(token) != FYSS_PLAIN;
    node->kind = !node->quoted && is_null(node->text) ? NODE_NULL : NODE_SCALAR;
    if (!node->quoted)
        warn_misread(y, &node->at, node->text);
    refuse_tag(y, event->scalar.tag);
    return 0;
}

static int
add_size(struct yaml *y, struct node *node, const struct node *child)
{
    node->size = node->size + child->size;
    if (node->size <= NODE_SIZE_MAX)
        return 0;
    return why_add(y->why, ERR_LIMIT, &node->at,
                   "the scenario has more than %d parts with its aliases written out",
                   NODE_SIZE_MAX);
}

static int
read_items(struct yaml *y, struct node *node, struct node_list *list)
{
    for (;;) {
        struct fy_event *event = fy_parser_parse(y->parser);

        if (event == NULL)
            return ERR_INPUT;
        if (event->type == FYET_SEQUENCE_END) {
            fy_parser_event_free(y->parser, event);
            return 0;
        }
        if (VEC_ROOM(list) < 0) {
            fy_parser_event_free(y->parser, event);
            return why_no_memory(y->why);
        }
        int rc = read_node(y, event, &list->item[list->count]);
        if (rc == 0)
            rc = add_size(y, node, list->item[list->count]);
        if (rc < 0)
            return rc;
        list->count++;
    }
}

static int
read_list(struct yaml *y, struct fy_event *event, struct node *node)
{
    struct node_list list = {0};
    int rc;

    refuse_tag(y, event->sequence_start.tag);
    node->kind = NODE_LIST;
    rc = read_items(y, node, &list);
    if (rc == 0) {
        node->count = (uint32_t)list.count;
        node->item = arena_copy(y->arena, list.item, list.count * sizeof *list.item);
        if (node->item == NULL)
            rc = why_no_memory(y->why);
    }
    free(list.item);
    return rc;
}

/* The name of an entry from the event of its key, which is freed. */
static int
read_name(struct yaml *y, struct fy_event *event, struct entry *entry)
{
    int rc = 0;

    if (event->type != FYET_SCALAR) {
        rc = why_add(y->why, ERR_INPUT, &y->last, "a key must be a plain name");
    } else {
        entry->at = where_of(y, event->scalar.value);
        entry->name = copy_token(y, event->scalar.value);
        if (entry->name == NULL)
            rc = why_no_memory(y->why);
        else
            entry->plain = fy_token_scalar_style(event->scalar.value) == FYSS_PLAIN;
        refuse_tag(y, event->scalar.tag);
    }
    fy_parser_event_free(y->parser, event);
    return rc;
}

static int
read_entry(struct yaml *y, struct fy_event *event, struct entry *entry)
{
    int rc = read_name(y, event, entry);

    if (rc < 0)
        return rc;
    y->last = entry->at;
    event = fy_parser_parse(y->parser);
    return event == NULL ? ERR_INPUT : read_node(y, event, &entry->value);
}

/* `source` and `note` leave the map: the one becomes the node's, the other is for people. */
static bool
take_source(struct yaml *y, struct node *node, const struct entry *entry)
{
    const bool is_source = strcmp(entry->name, "source") == 0;

    if (!is_source && strcmp(entry->name, "note") != 0)
        return false;
    if (entry->value->kind != NODE_SCALAR)
        y->fault = why_add(y->why, ERR_INPUT, &entry->value->at, "%s must be text", entry->name);
    else if (is_source)
        node->source = entry->value->text;
    return true;
}

/* `on` beside `means` is the format's own key, whose name nobody chose. */
static void
warn_names(struct yaml *y, const struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (node->entry[i].plain &&
            (strcmp(node->entry[i].name, "on") != 0 || node_find(node, "means") == NULL))
            warn_misread(y, &node->entry[i].at, node->entry[i].name);
}

static int
read_entries(struct yaml *y, struct node *node, struct entry_list *list)
{
    for (;;) {
        struct fy_event *event = fy_parser_parse(y->parser);

        if (event == NULL)
            return ERR_INPUT;
        if (event->type == FYET_MAPPING_END) {
            fy_parser_event_free(y->parser, event);
            return 0;
        }
        if (VEC_ROOM(list) < 0) {
            fy_parser_event_free(y->parser, event);
            return why_no_memory(y->why);
        }
        struct entry *entry = &list->item[list->count];
        int rc = read_entry(y, event, entry);
        if (rc == 0)
            rc = add_size(y, node, entry->value);
        if (rc < 0)
            return rc;
        list->count += !take_source(y, node, entry);
    }
}

static int
by_name(const void *left, const void *right)
{
    const struct entry *const *a = left, *const *b = right;
    const int order = strcmp((*a)->name, (*b)->name);

    return order != 0 ? order : (*a > *b) - (*a < *b); /* the same list: file order */
}

/* All second uses of a name, not the first only: the author wants them in one go. */
static int
refuse_repeats(struct yaml *y, const struct node *node)
{
    const struct entry **sorted = malloc((node->count + 1) * sizeof *sorted);

    if (sorted == NULL)
        return why_no_memory(y->why);
    for (uint32_t i = 0; i < node->count; i++)
        sorted[i] = &node->entry[i];
    qsort(sorted, node->count, sizeof *sorted, by_name);
    for (uint32_t i = 1; i < node->count; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
            y->fault = why_add(y->why, ERR_INPUT, &sorted[i]->at,
                               "key '%s' stands twice; the first is in line %d", sorted[i]->name,
                               sorted[i - 1]->at.line);
    free(sorted);
    return 0;
}

static int
read_map(struct yaml *y, struct fy_event *event, struct node *node)
{
    struct entry_list list = {0};
    int rc;

    refuse_tag(y, event->mapping_start.tag);
    node->kind = NODE_MAP;
    rc = read_entries(y, node, &list);
    if (rc == 0) {
        node->count = (uint32_t)list.count;
        node->entry = arena_copy(y->arena, list.item, list.count * sizeof *list.item);
        rc = node->entry == NULL ? why_no_memory(y->why) : refuse_repeats(y, node);
    }
    if (rc == 0)
        warn_names(y, node);
    free(list.item);
    return rc;
}

static struct fy_token *
token_of(const struct fy_event *event)
{
    switch (event->type) {
    case FYET_SCALAR:
        return event->scalar.value;
    case FYET_SEQUENCE_START:
        return event->sequence_start.sequence_start;
    case FYET_MAPPING_START:
        return event->mapping_start.mapping_start;
    default:
        return NULL;
    }
}

static struct fy_token *
anchor_of(const struct fy_event *event)
{
    switch (event->type) {
    case FYET_SCALAR:
        return event->scalar.anchor;
    case FYET_SEQUENCE_START:
        return event->sequence_start.anchor;
    case FYET_MAPPING_START:
        return event->mapping_start.anchor;
    default:
        return NULL;
    }
}

/* A node that is no alias. */
static int
read_fresh(struct yaml *y, struct fy_event *event, struct node **out)
{
    struct node *node = arena_alloc(y->arena, 1, sizeof *node);
    size_t slot;
    int rc;

    if (node == NULL)
        return why_no_memory(y->why);
    node->at = where_of(y, token_of(event));
    node->size = 1;
    if (++y->depth > NODE_DEPTH_MAX)
        return why_add(y->why, ERR_LIMIT, &node->at, "nested more than %d deep", NODE_DEPTH_MAX);
    rc = open_anchor(y, anchor_of(event), &slot);
    if (rc < 0)
        return rc;
    if (event->type == FYET_SCALAR)
        rc = read_scalar(y, event, node);
    else if (event->type == FYET_SEQUENCE_START)
        rc = read_list(y, event, node);
    else
        rc = read_map(y, event, node);
    y->depth--;
    close_anchor(y, slot, node);
    *out = node;
    return rc;
}

/* Frees the event. */
static int
read_node(struct yaml *y, struct fy_event *event, struct node **out)
{
    int rc;

    if (event->type == FYET_ALIAS)
        rc = read_alias(y, event->alias.anchor, out);
    else if (event->type == FYET_SCALAR || event->type == FYET_SEQUENCE_START ||
             event->type == FYET_MAPPING_START)
        rc = read_fresh(y, event, out);
    else
        rc = ERR_INPUT; /* the parser stopped short and says why */
    fy_parser_event_free(y->parser, event);
    return rc;
}

/* The stream: at most one document. */
static int
read_stream(struct yaml *y, struct node **out)
{
    struct fy_event *event;
    int documents = 0, rc = 0;

    while (rc == 0 && (event = fy_parser_parse(y->parser)) != NULL) {
        const enum fy_event_type type = event->type;

        if (type == FYET_STREAM_START || type == FYET_STREAM_END || type == FYET_DOCUMENT_END) {
            fy_parser_event_free(y->parser, event);
        } else if (type == FYET_DOCUMENT_START) {
            const struct where at = where_of(y, event->document_start.document_start);

            fy_parser_event_free(y->parser, event);
            if (++documents > 1)
                rc = why_add(y->why, ERR_INPUT, &at, "one document a file, here a second begins");
        } else {
            rc = read_node(y, event, out);
        }
    }
    return rc;
}

static int
explain_syntax(struct yaml *y)
{
    struct fy_diag_error *error;
    void *at = NULL;
    int rc = 0;

    while ((error = fy_diag_errors_iterate(y->diag, &at)) != NULL) {
        const struct where where = {y->file, error->line, error->column};
        /* The usual cause here: `set: {treaties[0].grant: 1}` opens a list inside the braces. */
        const bool path = strcmp(error->msg, "missing comma in flow mapping") == 0;

        rc = why_add(y->why, ERR_INPUT, &where, "YAML: %s%s", error->msg,
                     path ? "; inside { } a path with [ ] needs quotes" : "");
    }
    return rc;
}

/* Is it UTF-8 (RFC 3629) without bytes that YAML forbids? Else where not. */
static bool
find_bad_byte(const char *text, size_t length, size_t *bad)
{
    const unsigned char *s = (const unsigned char *)text;

    for (size_t i = 0; i < length;) {
        const unsigned char c = s[i];
        const unsigned more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : (c & 0xf0) == 0xe0 ? 2 : 3;
        uint32_t code = more == 0 ? c : c & (0x3fu >> more);

        *bad = i;
        if ((c >= 0x80 && c < 0xc2) || c > 0xf4 || i + more >= length + (more == 0))
            return true;
        for (unsigned k = 1; k <= more; k++) {
            if ((s[i + k] & 0xc0) != 0x80)
                return true;
            code = code << 6 | (s[i + k] & 0x3f);
        }
        if ((more == 2 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
            (more == 3 && (code < 0x10000 || code > 0x10ffff)) || c == 0x7f ||
            (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
            return true;
        i += more + 1;
    }
    return false;
}

static int
refuse_bad_bytes(const struct yaml_text *text, struct why *why)
{
    size_t bad = 0;
    struct where at = {text->file, 1, 1};

    if (!find_bad_byte(text->text, text->length, &bad))
        return 0;
    for (size_t i = 0; i < bad; i++) {
        at.column++;
        if (text->text[i] == '\n') {
            at.line++;
            at.column = 1;
        }
    }
    return why_add(why, ERR_INPUT, &at, "byte 0x%02x is no text (UTF-8 is needed)",
                   (unsigned char)text->text[bad]);
}

static int
open_parser(struct yaml *y, const struct yaml_text *text)
{
    struct fy_diag_cfg diag;

    fy_diag_cfg_default(&diag);
    diag.fp = NULL;
    diag.level = FYET_ERROR;
    diag.colorize = false;
    y->diag = fy_diag_create(&diag);
    if (y->diag == NULL)
        return why_no_memory(y->why);
    fy_diag_set_collect_errors(y->diag, true);
    const struct fy_parse_cfg parse = {
        .search_path = "",
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE |
                 FYPCF_DISABLE_MMAP_OPT,
        .diag = y->diag,
    };
    y->parser = fy_parser_create(&parse);
    if (y->parser == NULL || fy_parser_set_string(y->parser, text->text, text->length) != 0)
        return why_no_memory(y->why);
    return 0;
}

/* Passes sources down to the maps that state none. */
static void
inherit_source(struct node *node, const char *source)
{
    if (node->kind == NODE_MAP) {
        if (node->source == NULL)
            node->source = source;
        for (uint32_t i = 0; i < node->count; i++)
            inherit_source(node->entry[i].value, node->source);
    } else if (node->kind == NODE_LIST) {
        for (uint32_t i = 0; i < node->count; i++)
            inherit_source(node->item[i], source);
    }
}

int
yaml_read(struct node **out, struct arena *arena, const struct yaml_text *text,
          struct why *warnings, struct why *why)
{
    struct yaml y = {.arena = arena, .file = text->file, .warnings = warnings, .why = why};
    const size_t before = why != NULL ? why->count : 0;
    int rc = refuse_bad_bytes(text, why);

    *out = NULL;
    if (rc < 0)
        return rc;
    y.last = (struct where){text->file, 1, 1};
    rc = open_parser(&y, text);
    if (rc == 0)
        rc = read_stream(&y, out);
    if (y.diag != NULL && fy_diag_got_error(y.diag)) {
        const int syntax = explain_syntax(&y);
        rc = rc == 0 || rc == ERR_INPUT ? syntax : rc;
    }
    if (rc == 0)
        rc = y.fault;
    if (rc == ERR_INPUT && why != NULL && why->count == before)
        why_add(why, rc, &y.last, "the YAML ends unexpectedly");
    if (rc == 0 && *out != NULL)
        inherit_source(*out, NULL);
    if (rc < 0)
        *out = NULL;
    fy_parser_destroy(y.parser);
    fy_diag_destroy(y.diag);
    free(y.anchors.item);
    return rc;
}
