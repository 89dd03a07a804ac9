#include "scenario/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "scenario/sections.h"

enum { STEPS_MAX = 32, NAME_MAX_BYTES = 127 };

struct step {
    char name[NAME_MAX_BYTES + 1]; /* "": an item of a list */
    uint32_t index;
};

struct walk {
    const struct path_set *set;
    struct step step[STEPS_MAX];
    uint32_t steps;
    struct why *why;
};

static int
fault_path(const struct walk *w, const struct text *reason)
{
    return why_add(w->why, ERR_INPUT, &w->set->at, "path '%s' leads nowhere: %s", w->set->path,
                   text_str(reason));
}

static int
bad_path(const struct walk *w)
{
    return why_add(w->why, ERR_INPUT, &w->set->at,
                   "'%s' is no path; write names joined by dots and list items as [0], such as "
                   "strategies.far.placement[0].key-cache.ttl",
                   w->set->path);
}

static bool
add_index(struct walk *w, const char **s)
{
    char *end;
    const unsigned long index = strtoul(*s + 1, &end, 10);

    if (w->steps == STEPS_MAX || (*s)[1] < '0' || (*s)[1] > '9' || *end != ']' ||
        index > UINT32_MAX - 1)
        return false;
    w->step[w->steps++].index = (uint32_t)index;
    *s = end + 1;
    return true;
}

static int
split(struct walk *w)
{
    const char *s = w->set->path;

    for (;;) {
        const size_t length = strcspn(s, ".[]");

        if (length == 0 || length > NAME_MAX_BYTES || w->steps == STEPS_MAX)
            return bad_path(w);
        memcpy(w->step[w->steps++].name, s, length);
        s += length;
        while (*s == '[')
            if (!add_index(w, &s))
                return bad_path(w);
        if (*s == '\0')
            return 0;
        if (*s != '.')
            return bad_path(w);
        s++;
    }
}

static int set_at(const struct walk *w, const struct key *key, struct node *node, uint32_t step,
                  struct node **out);

static bool
deletes(const struct walk *w, uint32_t step)
{
    return step == w->steps && w->set->value->kind == NODE_NULL;
}

/* Sets or takes out the entry `name` of `map`. */
static int
set_entry(const struct walk *w, const struct key *key, struct node *map, const char *name,
          uint32_t step, struct node **out)
{
    struct node *child = node_find(map, name);
    struct text reason = {0};
    int rc = 0;

    if (deletes(w, step)) {
        if (child == NULL) {
            text_addf(&reason, "there is no '%s' to delete", name);
            rc = fault_path(w, &reason);
            text_release(&reason);
            return rc;
        }
        child = NULL;
    } else {
        rc = set_at(w, key, child, step, &child);
        if (rc < 0)
            return rc;
        /* The name must live as long as the tree; the path may not. */
        if (node_find(map, name) == NULL) {
            name = arena_text(w->set->arena, name, strlen(name));
            if (name == NULL)
                return why_no_memory(w->why);
        }
    }
    *out = node_with_entry(w->set->arena, map, name, &w->set->at, child);
    return *out == NULL ? why_no_memory(w->why) : 0;
}

static int
fault_unknown(const struct walk *w, const char *what, const char *name, const char *const *known,
              uint32_t count)
{
    struct text reason = {0};

    text_addf(&reason, "there is no %s '%s'", what, name);
    add_hint(&reason, name, known, count);
    const int rc = fault_path(w, &reason);
    text_release(&reason);
    return rc;
}

enum { KNOWN_MAX = 256 };

static uint32_t
entry_names(const struct node *map, const char **known)
{
    uint32_t n = 0;

    for (; n < map->count && n < KNOWN_MAX; n++)
        known[n] = map->entry[n].name;
    return n;
}

static int
set_in_form(const struct walk *w, const struct form *form, struct node *node, uint32_t step,
            struct node **out)
{
    const struct step *s = &w->step[step];
    const struct key *key = form_key(form, s->name);
    const char *known[KNOWN_MAX];

    if (key == NULL) {
        for (uint32_t i = 0; i < form->keys; i++)
            known[i] = form->key[i].name;
        return fault_unknown(w, form->top ? "section" : "key", s->name, known, form->keys);
    }
    return set_entry(w, key, node, s->name, step + 1, out);
}

static int
set_in_rows(const struct walk *w, const struct key *key, struct node *node, uint32_t step,
            struct node **out)
{
    const struct key inside = {.kind = &kind_form, .form = key->form};
    const struct step *s = &w->step[step];
    const bool there = node_find(node, s->name) != NULL;
    const char *known[KNOWN_MAX];

    /* The instruments of a jurisdiction are no rows of their own: it has those it lists. */
    const struct names *names = key->form == &term_form && w->set->names != NULL
                                    ? &w->set->names[SECTION_INSTRUMENTS]
                                    : NULL;
    if (names != NULL && !there && name_ordinal(names, s->name) == NONE)
        return fault_unknown(w, "instrument", s->name, names->name, names->count);
    if (names == NULL && !there)
        return fault_unknown(w, key->form->what != NULL ? key->form->what : "row", s->name, known,
                             entry_names(node, known));
    if (names == NULL && deletes(w, step + 1))
        return why_add(w->why, ERR_INPUT, &w->set->at,
                       "'%s' cannot be taken out: rows keep their order", w->set->path);
    return set_entry(w, &inside, node, s->name, step + 1, out);
}

static int
fault_index(const struct walk *w, const struct node *list, uint32_t index)
{
    struct text reason = {0};

    if (list == NULL || list->kind != NODE_LIST)
        text_addf(&reason, "there is no list with an item [%u]", index);
    else
        text_addf(&reason, "there is no item [%u] in a list of %u", index, list->count);
    const int rc = fault_path(w, &reason);
    text_release(&reason);
    return rc;
}

static int
set_in_list(const struct walk *w, const struct key *key, struct node *node, uint32_t step,
            struct node **out)
{
    static const struct kind value = {.inside = INSIDE_VALUE};
    const struct key inside = {.kind = key->form != NULL ? &kind_form : &value, .form = key->form};
    const uint32_t index = w->step[step].index;
    struct node *item;
    int rc;

    if (node == NULL || node->kind != NODE_LIST || index >= node->count)
        return fault_index(w, node, index);
    if (deletes(w, step + 1))
        return why_add(w->why, ERR_INPUT, &w->set->at,
                       "'%s' cannot be taken out: set the whole list", w->set->path);
    rc = set_at(w, &inside, node->item[index], step + 1, &item);
    if (rc < 0)
        return rc;
    *out = node_with_item(w->set->arena, node, index, item);
    return *out == NULL ? why_no_memory(w->why) : 0;
}

/* Inside a value, such as a distribution, only what is there can be changed. */
static int
set_in_value(const struct walk *w, struct node *node, uint32_t step, struct node **out)
{
    static const struct kind value = {.inside = INSIDE_VALUE};
    static const struct key inside = {.kind = &value};
    const struct step *s = &w->step[step];
    const char *known[KNOWN_MAX];

    if (node == NULL || node->kind != NODE_MAP)
        return fault_unknown(w, "entry", s->name, NULL, 0);
    if (node_find(node, s->name) == NULL)
        return fault_unknown(w, "entry", s->name, known, entry_names(node, known));
    return set_entry(w, &inside, node, s->name, step + 1, out);
}

/* A section set as a whole keeps its rows. */
static int
check_rows_kept(const struct walk *w, const struct node *before, const struct node *after)
{
    bool same = before != NULL && after->kind == NODE_MAP && before->count == after->count;

    for (uint32_t i = 0; same && i < before->count; i++)
        same = strcmp(before->entry[i].name, after->entry[i].name) == 0;
    if (same)
        return 0;
    return why_add(w->why, ERR_INPUT, &w->set->at,
                   "'%s' cannot get other rows, or in another order: their places matter",
                   w->set->path);
}

static int
set_at(const struct walk *w, const struct key *key, struct node *node, uint32_t step,
       struct node **out)
{
    const int inside = key->kind->inside;

    if (step == w->steps) {
        *out = w->set->value;
        return inside == INSIDE_ROWS && key->form != &term_form
                   ? check_rows_kept(w, node, w->set->value)
                   : 0;
    }
    if (w->step[step].name[0] == '\0')
        return set_in_list(w, key, node, step, out);
    if (inside == INSIDE_VALUE || inside == INSIDE_LIST)
        return set_in_value(w, node, step, out);
    if (node == NULL)
        node = node_empty_map(w->set->arena, &w->set->at);
    if (node == NULL)
        return why_no_memory(w->why);
    if (node->kind != NODE_MAP)
        return set_in_value(w, node, step, out);
    if (inside == INSIDE_FORM)
        return set_in_form(w, key->form, node, step, out);
    return set_in_rows(w, key, node, step, out);
}

bool
section_is_world(enum section section)
{
    return (section >= SECTION_JURISDICTIONS && section <= SECTION_COSTS) ||
           section == SECTION_THREATS;
}

/* Dated changes and strategies change facts of the world and placements, not the study; a reading
 * says what the law is, and so what becomes law and when. */
static int
check_section(const struct walk *w, enum section section)
{
    if (section_is_world(section) || (w->set->law && section == SECTION_CHANGES) ||
        (section == SECTION_STRATEGIES && w->steps > 2 &&
         strcmp(w->step[2].name, "placement") == 0))
        return 0;
    return why_add(w->why, ERR_INPUT, &w->set->at,
                   "'%s' cannot be set here: only facts of the world%s and placements can",
                   w->set->path, w->set->law ? ", dated changes" : "");
}

static struct node *
memo_find(const struct path_set *set, const struct node *section)
{
    for (size_t i = 0; set->memo != NULL && i < set->memo->count; i++) {
        const struct path_memo_row *row = &set->memo->item[i];

        if (row->section == section && row->value == set->value &&
            strcmp(row->path, set->path) == 0)
            return (struct node *)row->result;
    }
    return NULL;
}

static int
memo_add(const struct path_set *set, const struct node *section, const struct node *result,
         struct why *why)
{
    if (set->memo == NULL)
        return 0;
    if (VEC_ROOM(set->memo) < 0)
        return why_no_memory(why);
    set->memo->item[set->memo->count++] =
        (struct path_memo_row){section, set->value, result, set->path};
    return 0;
}

/* Sets below one section. */
static int
set_section(const struct walk *w, const struct key *key, struct node *section, struct node **out)
{
    int rc = 0;

    *out = section == NULL ? NULL : memo_find(w->set, section);
    if (*out == NULL) {
        rc = set_at(w, key, section, 1, out);
        if (rc == 0 && section != NULL)
            rc = memo_add(w->set, section, *out, w->why);
    }
    return rc;
}

int
path_apply(const struct path_set *set, struct node *document, struct node **out, struct why *why)
{
    struct walk w = {.set = set, .why = why};
    struct node *section = NULL;
    int rc = split(&w);

    if (rc < 0)
        return rc;
    const char *name = w.step[0].name;
    const struct key *key = form_key(&document_form, name);
    if (key == NULL || deletes(&w, 1))
        return set_in_form(&w, &document_form, document, 0, out);
    if (set->dated || set->law)
        rc = check_section(&w, (enum section)(key - document_form.key));
    if (rc == 0)
        rc = set_section(&w, key, node_find(document, name), &section);
    if (rc < 0)
        return rc;
    *out = node_with_entry(set->arena, document, key->name, &set->at, section);
    return *out == NULL ? why_no_memory(why) : 0;
}

void
path_memo_release(struct path_memo *memo)
{
    free(memo->item);
    *memo = (struct path_memo){0};
}
