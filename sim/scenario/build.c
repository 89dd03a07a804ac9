/*
 * From an opened scenario to a model. Sections that did not change between two epochs are read once
 * and shared; worlds in which nothing differs are one.
 */
#include <stdlib.h>
#include <string.h>
#include "scenario/document.h"
#include "scenario/placement.h"
#include "scenario/study.h"

/* The sections of a world: which fields they fill, and what else they read. */
static const struct world_section {
    enum section section;
    uint64_t needs; /* mask of sections */
    size_t bytes;   /* at the key's offset */
    bool always;    /* read even when it is not stated */
} world_sections[] = {
#define NEEDS(section) (UINT64_C(1) << (section))
    {SECTION_JURISDICTIONS, NEEDS(SECTION_INSTRUMENTS), sizeof(void *), false},
    {SECTION_INSTRUMENTS, 0, sizeof(void *), false},
    {SECTION_PLACES, 0, sizeof(void *), false},
    {SECTION_NETWORK, NEEDS(SECTION_PLACES), sizeof(void *), true},
    {SECTION_CUSTODIANS, 0, sizeof(void *), false},
    {SECTION_SITES, NEEDS(SECTION_COSTS), sizeof(void *), false},
    {SECTION_KEY_STORES, NEEDS(SECTION_COSTS), sizeof(void *), false},
    {SECTION_DATA, 0, sizeof(void *), false},
    {SECTION_USERS, NEEDS(SECTION_PLACES), sizeof(void *), false},
    {SECTION_TREATIES, 0, sizeof(void *), false},
    {SECTION_AUTHORITIES, NEEDS(SECTION_USERS) | NEEDS(SECTION_THREATS), sizeof(void *), true},
    {SECTION_COSTS, 0, 0, false},
    {SECTION_CRYPTO, NEEDS(SECTION_COSTS), 0, true},
};

enum { WORLD_SECTIONS = COUNT(world_sections) };

struct built {
    const struct node *section[SECTIONS]; /* as the document states it; NULL: not stated */
    struct world *world;
};

struct build {
    const struct scenario *s;
    const struct variant *v;
    const struct drawing *drawing;
    const struct plans *plans;
    struct read r;
    struct model *model;
    struct built *built; /* [most]: worlds so far */
    size_t builts;
};

/* ---- worlds ---- */

static bool
same_sections(const struct built *a, const struct built *b, uint64_t mask)
{
    for (int i = 0; i < SECTIONS; i++)
        if ((mask >> i & 1) != 0 && a->section[i] != b->section[i])
            return false;
    return true;
}

static uint64_t
world_mask(void)
{
    uint64_t mask = 0;

    for (int i = 0; i < WORLD_SECTIONS; i++)
        mask |= NEEDS(world_sections[i].section) | world_sections[i].needs;
    return mask;
}

/* A section that was read before under the same circumstances. */
static bool
share_section(const struct build *b, const struct built *now, const struct world_section *ws)
{
    const struct key *key = &document_form.key[ws->section];
    const uint64_t mask = NEEDS(ws->section) | ws->needs;

    for (size_t i = 0; i < b->builts; i++) {
        const struct world *from = b->built[i].world;

        if (!same_sections(&b->built[i], now, mask))
            continue;
        if (ws->section == SECTION_CRYPTO) {
            now->world->open = from->open;
            now->world->seal = from->seal;
            return true;
        }
        memcpy((char *)now->world + key->offset, (const char *)from + key->offset, ws->bytes);
        if (key->count != 0)
            memcpy((char *)now->world + key->count, (const char *)from + key->count,
                   sizeof(uint32_t));
        if (ws->section == SECTION_AUTHORITIES) {
            now->world->threat = from->threat;
            now->world->threats = from->threats;
        }
        return true;
    }
    return false;
}

static void
read_section(struct build *b, struct read *r, const struct built *now,
             const struct world_section *ws)
{
    const struct key *key = &document_form.key[ws->section];
    const struct frame frame = {.name = key->name};
    const struct node empty = {.kind = NODE_MAP, .at = {r->document->at.file, 0, 0}};
    const struct node *node = now->section[ws->section];

    if ((node == NULL && !ws->always) || share_section(b, now, ws))
        return;
    r->frame = &frame;
    key->kind->read(r, key, node != NULL ? node : &empty, now->world);
    r->frame = NULL;
}

/* A reader of a document of the same draw. */
static struct read
reader(const struct build *b, const struct node *document, const struct node **costs)
{
    struct read r = scenario_reader(b->s, b->v, document, b->r.arena, b->r.why, costs);

    r.world = b->drawing->world;
    r.fixed = b->drawing->fixed;
    r.probe = b->drawing->probe;
    r.file_copy = b->r.file_copy;
    return r;
}

/* The world of a document; NULL when memory runs out. */
static const struct world *
world_of(struct build *b, const struct node *document)
{
    struct built *now = &b->built[b->builts];
    const struct node *costs[3];
    struct read r;

    for (int i = 0; i < SECTIONS; i++)
        now->section[i] = node_find(document, document_form.key[i].name);
    for (size_t i = 0; i < b->builts; i++)
        if (same_sections(&b->built[i], now, world_mask()))
            return b->built[i].world;
    now->world = read_alloc(&b->r, 1, sizeof *now->world);
    if (now->world == NULL)
        return NULL;
    r = reader(b, document, costs);
    r.w = now->world;
    for (int i = 0; i < WORLD_SECTIONS; i++)
        read_section(b, &r, now, &world_sections[i]);
    b->builts++;
    return now->world;
}

/* ---- strategies ---- */

static void
read_rules(struct build *b, const char *strategy, const struct planned_epoch *plan,
           struct epoch *epoch)
{
    const struct frame entity = {.what = "strategy", .name = strategy};
    const struct frame frame = {.up = &entity, .name = "placement"};
    const struct node *costs[3];
    struct read r = reader(b, plan->document, costs);

    r.w = epoch->world;
    r.frame = &frame;
    if (plan->placement != NULL)
        epoch->rule = read_list(&r, &rule_form, plan->placement, &epoch->rules);
    if (plan->placement != NULL && plan->placement->kind == NODE_LIST &&
        plan->placement->count == 0)
        fault(&r, &plan->placement->at, "needs a rule");
}

static sim_ns
old_copies_for(struct build *b, const struct stated_change *move)
{
    const struct key key = {.name = "old-copies", .unit = UNIT_SECONDS};
    double seconds = 0;

    if (move == NULL || move->old_copies == NULL ||
        !read_number(&b->r, &key, move->old_copies, &seconds))
        return SIM_NEVER;
    return ns_from_seconds(seconds);
}

static void
build_epoch(struct build *b, const char *strategy, const struct planned_epoch *plan,
            struct epoch *epoch, const struct epoch *before)
{
    epoch->from = plan->from;
    epoch->to = plan->to;
    epoch->world = world_of(b, plan->document);
    epoch->because = read_copy(&b->r, plan->because);
    epoch->moved = plan->moved;
    epoch->keys = plan->moved && plan->move != NULL ? plan->move->keys : KEYS_COPIED;
    epoch->old_copies_for = old_copies_for(b, plan->moved ? plan->move : NULL);
    if (epoch->world == NULL)
        return;
    if (before != NULL && !plan->moved) {
        epoch->rule = before->rule;
        epoch->rules = before->rules;
    } else {
        read_rules(b, strategy, plan, epoch);
    }
}

static void
build_strategies(struct build *b)
{
    const struct variant *v = b->v;
    const struct node *rows = node_find(v->document, "strategies");
    struct strategy *strategy = read_alloc(&b->r, v->strategies, sizeof *strategy);

    for (uint32_t i = 0; i < v->strategies && strategy != NULL; i++) {
        const struct planned_strategy *plan = &b->plans->strategy[i];
        const struct entry *entry = &rows->entry[i];
        struct epoch *epoch = read_alloc(&b->r, plan->epochs, sizeof *epoch);

        if (epoch == NULL)
            return;
        strategy[i].is = read_named(&b->r, entry->name, &entry->at, entry->value->source);
        strategy[i].epoch = epoch;
        strategy[i].epochs = plan->epochs;
        for (uint32_t k = 0; k < plan->epochs; k++)
            build_epoch(b, entry->name, &plan->epoch[k], &epoch[k], k > 0 ? &epoch[k - 1] : NULL);
    }
    b->model->strategy = strategy;
    b->model->strategies = strategy != NULL ? v->strategies : 0;
}

/* ---- dated changes, as marks ---- */

/* What a change says of itself, else what it sets. */
static const char *
change_text(struct read *r, const struct stated_change *change)
{
    if (change->because != NULL)
        return read_copy(r, change->because);
    return read_copy(r, change->placement != NULL ? "placement" : change->set.entry[0].name);
}

static uint32_t
add_marks(struct build *b, const struct stated_change *change, uint32_t changes, uint32_t strategy,
          struct dated_change *mark, uint32_t count)
{
    for (uint32_t i = 0; i < changes; i++) {
        struct dated_change added = {.at = change[i].at, .strategy = {strategy}};
        uint32_t k = count;

        if (!change[i].dated || (change[i].placement == NULL && change[i].set.count == 0) ||
            !change_passes(b->s, b->drawing, &change[i]))
            continue;
        added.text = change_text(&b->r, &change[i]);
        for (; k > 0 && mark[k - 1].at > added.at; k--)
            mark[k] = mark[k - 1];
        mark[k] = added;
        count++;
    }
    return count;
}

static void
build_marks(struct build *b)
{
    const struct variant *v = b->v;
    size_t most = v->changes;
    struct dated_change *mark;

    for (uint32_t i = 0; i < v->strategies; i++)
        most += v->strategy[i].changes;
    mark = read_alloc(&b->r, most, sizeof *mark);
    if (mark == NULL)
        return;
    b->model->changes = add_marks(b, v->change, v->changes, NONE, mark, 0);
    for (uint32_t i = 0; i < v->strategies; i++)
        b->model->changes =
            add_marks(b, v->strategy[i].change, v->strategy[i].changes, i, mark, b->model->changes);
    b->model->change = mark;
}

/* ---- what is not the world ---- */

static void
build_claims(struct build *b)
{
    static const enum section sections[] = {SECTION_EXPECT, SECTION_REQUIRE};
    struct claim *part[2] = {NULL, NULL}, *claim;
    uint32_t count[2] = {0, 0};

    for (int i = 0; i < 2; i++) {
        const struct key *key = &document_form.key[sections[i]];
        const struct node *node = node_find(b->v->document, key->name);
        const struct frame frame = {.name = key->name};

        b->r.frame = &frame;
        if (node != NULL)
            part[i] = read_list(&b->r, key->form, node, &count[i]);
        b->r.frame = NULL;
    }
    claim = read_alloc(&b->r, (size_t)count[0] + count[1], sizeof *claim);
    if (claim == NULL)
        return;
    if (count[0] > 0)
        memcpy(claim, part[0], count[0] * sizeof *claim);
    if (count[1] > 0)
        memcpy(claim + count[0], part[1], count[1] * sizeof *claim);
    b->model->claim = claim;
    b->model->claims = count[0] + count[1];
}

static void
build_rest(struct build *b)
{
    static const enum section sections[] = {SECTION_TITLE, SECTION_STUDY, SECTION_SWEEP,
                                            SECTION_SEARCH, SECTION_READINGS};

    study_form.start(&b->r, &b->model->study);
    b->r.certain = true; /* these say what is done, not what is */
    for (size_t i = 0; i < COUNT(sections); i++) {
        const struct key *key = &document_form.key[sections[i]];
        const struct node *node = node_find(b->v->document, key->name);
        const struct frame frame = {.name = key->name};

        b->r.frame = &frame;
        if (node != NULL)
            key->kind->read(&b->r, key, node, b->model);
        b->r.frame = NULL;
    }
    build_claims(b);
    b->r.certain = false;
    if (b->model->title == NULL)
        b->model->title = "";
    if (b->model->study.baseline.i == NONE)
        b->model->study.baseline.i = 0;
}

static void
build_unknowns(struct build *b)
{
    const struct variant *v = b->v;
    struct unknown *unknown = read_alloc(&b->r, v->inputs, sizeof *unknown);

    for (uint32_t i = 0; i < v->inputs && unknown != NULL; i++)
        unknown[i] = (struct unknown){
            .path = read_copy(&b->r, v->input[i].path),
            .at = read_where(&b->r, &v->input[i].at),
            .is_choice = v->input[i].kind != INPUT_NUMBER,
        };
    b->model->unknown = unknown;
    b->model->uncertain = v->inputs;
}

static void
build_all(struct build *b)
{
    struct model *m = b->model;

    m->starts_unix_s = b->v->starts_unix_s;
    m->horizon = b->v->horizon;
    build_unknowns(b);
    build_rest(b);
    m->world = world_of(b, b->plans->at_start);
    build_strategies(b);
    build_marks(b);
    /* without memory for the message that there is none, parts are missing and nothing says so */
    if (m->world != NULL && !b->r.why->lost)
        check_model(&b->r, m);
}

static size_t
most_worlds(const struct build *b)
{
    size_t most = 2; /* at the start, and one at work */

    for (uint32_t i = 0; i < b->v->strategies; i++)
        most += b->plans->strategy[i].epochs;
    return most;
}

/* Builds from plans that are made. */
static int
build_planned(struct build *b, struct model **out)
{
    const size_t before = b->r.why->count;
    struct why *why = b->r.why;
    struct arena arena = {0};

    b->r.arena = &arena;
    b->model = read_alloc(&b->r, 1, sizeof *b->model);
    b->r.file_copy = read_alloc(&b->r, b->s->files.file.count, sizeof *b->r.file_copy);
    b->built = calloc(most_worlds(b), sizeof *b->built);
    if (b->built == NULL)
        fault_no_memory(&b->r);
    if (b->model != NULL && b->r.file_copy != NULL && b->built != NULL)
        build_all(b);
    free(b->built);
    if (why->count != before || why->lost) {
        arena_release(&arena);
        return why->count != before ? (int)why->fault[before].code : ERR_MEMORY;
    }
    b->model->arena = arena;
    *out = b->model;
    return 0;
}

int
scenario_build(const struct scenario *s, const struct variant *v, const struct drawing *drawing,
               struct model **out, struct why *why)
{
    const bool planned = v->doubtful == 0 || drawing->passes == PASS_ALL;
    const struct node *costs[3];
    struct arena arena = {0};
    struct path_memo memo = {0};
    struct plans plans;
    struct build b = {.s = s, .v = v, .drawing = drawing, .plans = planned ? &v->plans : &plans};
    const size_t before = why->count;
    int rc = 0;

    *out = NULL;
    b.r.why = why;
    b.r = reader(&b, v->document, costs);
    if (!planned)
        rc = plans_make(&plans, s, v, drawing, &arena, &memo, why);
    if (rc == 0 && why->count != before)
        rc = (int)why->fault[before].code;
    if (rc == 0)
        rc = build_planned(&b, out);
    path_memo_release(&memo);
    arena_release(&arena);
    return rc;
}
