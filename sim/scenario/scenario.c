#include "scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "scenario/document.h"
#include "scenario/placement.h"

/* For all that a scenario states, in whatever world it comes to pass. */
static const struct drawing all_changes = {.world = SCENARIO_CENTRAL, .passes = PASS_ALL};

struct read
scenario_reader(const struct scenario *s, const struct variant *v, const struct node *document,
                struct arena *arena, struct why *why, const struct node **costs)
{
    const struct node *own = node_find(document, "costs");
    uint32_t n = 0;

    if (own != NULL && own->kind == NODE_MAP)
        costs[n++] = own;
    if (s->costs != NULL)
        costs[n++] = s->costs;
    costs[n] = NULL;
    return (struct read){
        .files = &s->files,
        .names = s->names,
        .costs = costs,
        .document = document,
        .arena = arena,
        .why = why,
        .seed = s->seed,
        .world = SCENARIO_CENTRAL,
        .starts_unix_s = v->starts_unix_s,
        .horizon = v->horizon,
    };
}

/* ---- the document ---- */

static int
read_override(struct scenario *s, const struct override *set, struct why *why)
{
    struct text name = {0};
    struct node *value = NULL, *changed = NULL;
    int rc = 0;

    text_addf(&name, "--set %s=%s", set->path, set->value);
    if (name.lost)
        rc = why_no_memory(why);
    if (rc == 0)
        rc = files_read_override(&s->files, text_str(&name), set->value, &value, why);
    if (rc == 0) {
        const struct path_set path = {
            .arena = &s->files.arena,
            .names = s->names,
            .path = set->path,
            .at = {value->at.file, 0, 0},
            .value = value,
        };
        rc = path_apply(&path, s->own.document, &changed, why);
    }
    if (rc == 0)
        s->own.document = changed;
    text_release(&name);
    return rc;
}

enum { AUTHORITIES_MAX = 64 }; /* as many as either section may have alone */

static int
read_names(struct scenario *s, enum section section, struct why *why)
{
    const struct key *key = &document_form.key[section];
    const struct node *rows = node_find(s->own.document, key->name);
    const char **name;

    if (rows == NULL || key->kind->inside != INSIDE_ROWS)
        return 0;
    if (rows->kind != NODE_MAP) {
        char got[64];
        return why_add(why, ERR_INPUT, &rows->at, "%s must be a mapping of names, got %s",
                       key->name, node_about(rows, got));
    }
    if (rows->count == 0 && key->required)
        return why_add(why, ERR_INPUT, &rows->at, "%s must have a row", key->name);
    if (key->form->most > 0 && rows->count > key->form->most)
        return why_add(why, ERR_LIMIT, &rows->at, "%s has %u rows; at most %u are possible",
                       key->name, rows->count, key->form->most);
    name = arena_alloc(&s->files.arena, rows->count, sizeof *name);
    if (name == NULL)
        return why_no_memory(why);
    for (uint32_t i = 0; i < rows->count; i++)
        name[i] = rows->entry[i].name;
    s->names[section] = (struct names){name, rows->count};
    return 0;
}

/* Who asks is named among the authorities, so threats are, behind them. */
static int
name_threats(struct scenario *s, struct why *why)
{
    const struct names *threats = &s->names[SECTION_THREATS];
    struct names *authorities = &s->names[SECTION_AUTHORITIES];
    const uint32_t count = authorities->count + threats->count;
    const char **name;

    if (threats->count == 0)
        return 0;
    if (count > AUTHORITIES_MAX)
        return why_add(why, ERR_LIMIT, &node_find(s->own.document, "threats")->at,
                       "authorities and threats together have %u rows; at most %d are possible",
                       count, AUTHORITIES_MAX);
    name = arena_alloc(&s->files.arena, count, sizeof *name);
    if (name == NULL)
        return why_no_memory(why);
    for (uint32_t i = 0; i < authorities->count; i++)
        name[i] = authorities->name[i];
    for (uint32_t i = 0; i < threats->count; i++)
        name[authorities->count + i] = threats->name[i];
    *authorities = (struct names){name, count};
    return 0;
}

/* The names of all rows: their ordinals never change, so they hold for all epochs. */
static int
read_all_names(struct scenario *s, struct why *why)
{
    int rc = 0;

    for (int i = 0; i < SECTIONS; i++) {
        const int now = read_names(s, (enum section)i, why);
        rc = rc == 0 ? now : rc;
    }
    return rc == 0 ? name_threats(s, why) : rc;
}

/* ---- data files ---- */

struct collect {
    struct files *files;
    struct why *why;
    bool no_memory;
};

typedef int read_table_fn(struct files *files, const char *path, const struct where *at,
                          struct why *why);

static void
collect_name(struct collect *c, read_table_fn *read, const char *path, const struct where *at)
{
    if (read(c->files, path, at, c->why) == ERR_MEMORY)
        c->no_memory = true;
}

/* A file's name, all alternatives of a choice, or all values of a sweep. */
static void
collect_value(struct collect *c, read_table_fn *read, const struct node *node)
{
    const struct node *choices = node_find(node, "choice");

    if (node->kind == NODE_SCALAR)
        collect_name(c, read, node->text, &node->at);
    for (uint32_t i = 0; choices != NULL && choices->kind == NODE_MAP && i < choices->count; i++)
        collect_name(c, read, choices->entry[i].name, &choices->entry[i].at);
    for (uint32_t i = 0; node->kind == NODE_LIST && i < node->count; i++)
        if (node->item[i]->kind == NODE_SCALAR)
            collect_name(c, read, node->item[i]->text, &node->item[i]->at);
}

/* Keys that name data files, also as the last part of a path. */
static void
collect_below(struct collect *c, const struct node *node, const char *parent)
{
    for (uint32_t i = 0; node->kind == NODE_MAP && i < node->count; i++) {
        const struct entry *entry = &node->entry[i];
        const char *dot = strrchr(entry->name, '.'), *last = dot == NULL ? entry->name : dot + 1;

        if (strcmp(last, "series") == 0 || strcmp(last, "empirical") == 0)
            collect_value(c, files_read_table, entry->value);
        else if (strcmp(entry->name, "network.rtt") == 0 ||
                 (strcmp(entry->name, "rtt") == 0 && strcmp(parent, "network") == 0))
            collect_value(c, files_read_matrix, entry->value);
        collect_below(c, entry->value, entry->name);
    }
    for (uint32_t i = 0; node->kind == NODE_LIST && i < node->count; i++)
        collect_below(c, node->item[i], "");
}

int
read_tables(struct scenario *s, struct why *why)
{
    struct collect c = {.files = &s->files, .why = why};

    collect_below(&c, s->own.document, "");
    return c.no_memory ? ERR_MEMORY : 0;
}

/* ---- opening ---- */

static int
read_costs(struct scenario *s, const char *path, struct why *why)
{
    struct node *document = NULL;
    int rc = files_read_shipped(&s->files, path != NULL ? path : "facts/costs-reference.yaml",
                                &document, why);

    if (rc == 0 && document == NULL && path != NULL)
        return why_add(why, ERR_INPUT, NULL, "cost file '%s' is not there", path);
    s->costs = node_find(document, "costs");
    if (rc == 0 && document != NULL && (s->costs == NULL || s->costs->kind != NODE_MAP))
        return why_add(why, ERR_INPUT, &document->at, "a cost file needs a section 'costs'");
    return rc;
}

/* Sections that are wrong as such. */
static void
check_sections(const struct scenario *s, struct why *why)
{
    const struct node *costs[3];
    struct read r = scenario_reader(s, &s->own, s->own.document, NULL, why, costs);
    const struct node *version = node_find(s->own.document, "jurisim");

    if (version != NULL && !node_is(version, "1")) {
        char got[64];
        fault(&r, &version->at, "jurisim must be 1, the version of the format, got %s",
              node_about(version, got));
    }
    check_keys(&r, &document_form, s->own.document);
}

/* The seed keys the uncertain inputs, so it comes before everything else. */
static void
read_seed(struct scenario *s)
{
    const struct node *seed = node_find(node_find(s->own.document, "study"), "seed");
    const char *reason;
    double value;

    s->seed = 1;
    if (seed != NULL && seed->kind == NODE_SCALAR &&
        unit_read(seed->text, UNIT_NONE, &value, &reason) == 0 && value >= 0 && value <= 0x1p53)
        s->seed = (uint64_t)value;
}

static void
write_text(struct scenario *s)
{
    text_add(&s->text, text_str(&s->files.text));
    text_add(&s->text, text_str(&s->files.data));
}

/* Everything but the check of a model. */
static int
prepare(struct scenario *s, const char *path, const char *text,
        const struct scenario_options *options, struct why *why)
{
    int rc = files_read(&s->files, path, text, &s->own.document, why);

    if (rc == 0)
        rc = read_all_names(s, why);
    if (rc < 0)
        return rc; /* without rows there is nothing to go on with */
    rc = read_costs(s, options->costs, why);
    for (size_t i = 0; rc != ERR_MEMORY && i < options->sets; i++)
        rc = read_override(s, &options->set[i], why);
    if (rc == ERR_MEMORY)
        return rc;
    read_seed(s);
    if (number_unknowns(s) < 0)
        return why_no_memory(why);
    check_sections(s, why);
    rc = read_tables(s, why);
    if (rc == 0)
        rc = variant_read(s, &s->own, why);
    if (rc == 0)
        rc = plans_make(&s->own.plans, s, &s->own, &all_changes, &s->files.arena, &s->memo, why);
    if (rc == 0 && variant_inputs(s, &s->own, NONE) < 0)
        rc = why_no_memory(why);
    write_text(s);
    return rc == 0 && s->text.lost ? why_no_memory(why) : rc;
}

/* All faults, and what to warn of. */
static int
try_model(struct scenario *s, struct why *why)
{
    struct model *all = NULL;
    const int rc = variant_check(s, &s->own, &all, why);

    if (all != NULL) {
        find_warnings(all, &s->warnings);
        why_take(&s->warnings, &s->files.warnings);
        why_sort(&s->warnings);
    }
    model_free(all);
    return rc;
}

static int
first_code(const struct why *why, int rc)
{
    for (size_t i = 0; i < why->count; i++)
        if (why->fault[i].code == ERR_MEMORY)
            return ERR_MEMORY;
    if (rc == ERR_MEMORY || why->lost)
        return ERR_MEMORY;
    return why->count > 0 ? (int)why->fault[0].code : rc;
}

static int
open_any(struct scenario **out, const char *path, const char *text, const char *dir,
         const struct scenario_options *options, struct why *why)
{
    static const struct scenario_options none = {0};
    struct scenario *s = calloc(1, sizeof *s);
    struct why faults = {0};
    int rc;

    *out = NULL;
    if (s == NULL)
        return why_no_memory(why);
    options = options != NULL ? options : &none;
    rc = files_open(&s->files, dir, options->data_dir, &faults);
    if (rc == 0)
        rc = prepare(s, path, text, options, &faults);
    if (rc == 0)
        rc = try_model(s, &faults);
    /* Not the sweep once values are set from outside: then this is one point of a sweep whose
     * scenario was checked. */
    if (rc == 0 && faults.count == 0)
        rc = read_variants(s, options->sets == 0, &faults);
    why_sort(&faults);
    rc = first_code(&faults, rc);
    why_take(why, &faults);
    if (rc == 0)
        *out = s;
    else
        scenario_close(s);
    return rc;
}

int
scenario_open(struct scenario **out, const char *path, const struct scenario_options *options,
              struct why *why)
{
    const char *slash = strrchr(path, '/');
    struct text dir = {0};
    int rc;

    if (slash != NULL)
        text_add_bytes(&dir, path, slash == path ? 1 : (size_t)(slash - path));
    rc = dir.lost ? why_no_memory(why) : open_any(out, path, NULL, text_str(&dir), options, why);
    text_release(&dir);
    return rc;
}

int
scenario_open_text(struct scenario **out, const char *name, const char *text, const char *dir,
                   const struct scenario_options *options, struct why *why)
{
    return open_any(out, name, text, dir, options, why);
}

int
scenario_draw(const struct scenario *s, const struct variant *v, const struct drawing *drawing,
              struct model **out, struct why *why)
{
    struct why faults = {0};
    int rc = scenario_build(s, v, drawing, out, &faults);

    why_sort(&faults);
    rc = first_code(&faults, rc);
    why_take(why, &faults);
    return rc;
}

int
scenario_model(struct scenario *scenario, uint64_t world, struct model **out, struct why *why)
{
    const struct drawing drawing = {.world = world};

    return scenario_draw(scenario, &scenario->own, &drawing, out, why);
}

void
scenario_warnings(const struct scenario *scenario, struct why *out)
{
    for (size_t i = 0; i < scenario->warnings.count; i++)
        why_add(out, scenario->warnings.fault[i].code, NULL, "%s",
                scenario->warnings.fault[i].text);
}

const char *
scenario_text(const struct scenario *scenario)
{
    return text_str(&scenario->text);
}

void
scenario_close(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    files_close(&scenario->files);
    path_memo_release(&scenario->memo);
    free(scenario->inputs.item);
    text_release(&scenario->text);
    why_release(&scenario->warnings);
    free(scenario);
}
