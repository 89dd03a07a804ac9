/*
 * Strategies and dated changes: how the document stands in each epoch of each strategy. All changes
 * of one instant make one epoch; at the same instant the world's come before the strategy's. A
 * change that does not come to pass is not there.
 */
#include <string.h>
#include "scenario/document.h"

bool
change_passes(const struct scenario *s, const struct drawing *drawing,
              const struct stated_change *change)
{
    const struct fixed_input *fixed = drawing->fixed;
    struct stream stream;

    if (change->probability >= 1 || drawing->passes == PASS_ALL)
        return true;
    if (drawing->passes == PASS_ONLY)
        return change == drawing->only;
    if (fixed != NULL && fixed->entity == change->entity && fixed->unknown == change->unknown)
        return fixed->quantile < change->probability;
    if (drawing->world == SCENARIO_CENTRAL)
        return change->probability >= 0.5;
    stream_open(&stream, s->seed, drawing->world, PURPOSE_UNCERTAIN, change->entity,
                change->unknown);
    return stream_chance(&stream, change->probability);
}

struct timeline {
    const struct scenario *s;
    const struct variant *v;
    const struct drawing *drawing;
    struct arena *arena;
    struct path_memo *memo;
    struct why *why;
    const struct stated_change **event; /* [changes of the world + of the strategy] */
    uint32_t events;
};

static int
apply_one(struct timeline *t, const char *path, const struct where *at, struct node *value,
          struct node **document)
{
    const struct path_set set = {
        .arena = t->arena,
        .names = t->s->names,
        .memo = t->memo,
        .dated = true,
        .path = path,
        .at = *at,
        .value = value,
    };
    struct node *changed = NULL;
    const int rc = path_apply(&set, *document, &changed, t->why);

    if (rc == 0)
        *document = changed;
    return rc == ERR_MEMORY ? rc : 0; /* a wrong path is told; the others may be looked at */
}

static int
apply_set(struct timeline *t, const struct overrides *set, struct node **document)
{
    int rc = 0;

    for (uint32_t i = 0; i < set->count && rc == 0; i++)
        rc = apply_one(t, set->entry[i].name, &set->entry[i].at, set->entry[i].value, document);
    return rc;
}

static const struct node *
placement_of(const struct node *document, const char *strategy)
{
    return node_find(node_find(node_find(document, "strategies"), strategy), "placement");
}

/* Not by a path: a strategy's name may be wrong, which is told elsewhere. */
static int
apply_placement(struct timeline *t, const struct stated_strategy *strategy,
                const struct stated_change *change, struct node **document)
{
    struct arena *arena = t->arena;
    const struct where *at = &change->node->at;
    struct node *all = node_find(*document, "strategies");
    struct node *row = node_find(all, strategy->is.name);

    if (row == NULL || row->kind != NODE_MAP)
        return 0; /* told */
    row = node_with_entry(arena, row, "placement", at, (struct node *)change->placement);
    all = row == NULL ? NULL : node_with_entry(arena, all, strategy->is.name, at, row);
    if (all != NULL)
        all = node_with_entry(arena, *document, "strategies", at, all);
    if (all == NULL)
        return why_no_memory(t->why);
    *document = all;
    return 0;
}

/* By date; at one instant in the order given: the world's first. A stable insertion: few rows. */
static void
sort_events(struct timeline *t)
{
    for (uint32_t i = 1; i < t->events; i++) {
        const struct stated_change *event = t->event[i];
        uint32_t k = i;

        for (; k > 0 && t->event[k - 1]->at > event->at; k--)
            t->event[k] = t->event[k - 1];
        t->event[k] = event;
    }
}

static void
add_events(struct timeline *t, const struct stated_change *change, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (change[i].dated && change_passes(t->s, t->drawing, &change[i]))
            t->event[t->events++] = &change[i];
}

/* Both texts when two changes of one instant have one. */
static const char *
join_because(struct timeline *t, const char *first, const char *second)
{
    struct text text = {0};
    const char *joined;

    if (first == NULL || second == NULL)
        return first != NULL ? first : second;
    text_addf(&text, "%s; %s", first, second);
    joined = text.lost ? NULL : arena_text(t->arena, text_str(&text), text.length);
    text_release(&text);
    return joined != NULL ? joined : first;
}

/* Applies all events of one instant; `*next` moves behind them. */
static int
apply_instant(struct timeline *t, const struct stated_strategy *strategy, uint32_t *next,
              struct planned_epoch *epoch)
{
    const sim_ns at = t->event[*next]->at;
    int rc = 0;

    for (; *next < t->events && t->event[*next]->at == at && rc == 0; (*next)++) {
        const struct stated_change *change = t->event[*next];

        epoch->because = join_because(t, epoch->because, change->because);
        if (change->placement != NULL) {
            epoch->move = change;
            rc = apply_placement(t, strategy, change, &epoch->document);
        }
        if (rc == 0)
            rc = apply_set(t, &change->set, &epoch->document);
    }
    return rc;
}

static int
plan_epochs(struct timeline *t, const struct stated_strategy *strategy,
            struct planned_strategy *plan)
{
    struct planned_epoch *epoch = plan->epoch;
    uint32_t next = 0;
    int rc;

    *epoch = (struct planned_epoch){.to = t->v->horizon, .document = t->v->document};
    rc = apply_set(t, &strategy->set, &epoch->document);
    if (rc == 0 && t->events > 0 && t->event[0]->at == 0)
        rc = apply_instant(t, strategy, &next, epoch);
    epoch->placement = placement_of(epoch->document, strategy->is.name);
    epoch->move = NULL; /* what holds from the start is no move */
    while (rc == 0 && next < t->events) {
        const struct planned_epoch *before = epoch++;

        plan->epoch[plan->epochs - 1].to = t->event[next]->at;
        *epoch = (struct planned_epoch){
            .from = t->event[next]->at, .to = t->v->horizon, .document = before->document};
        plan->epochs++;
        rc = apply_instant(t, strategy, &next, epoch);
        epoch->placement = placement_of(epoch->document, strategy->is.name);
        epoch->moved = epoch->placement != before->placement;
    }
    return rc;
}

static int
plan_strategy(struct timeline *t, const struct stated_strategy *strategy,
              struct planned_strategy *plan)
{
    const struct variant *v = t->v;
    const size_t most = (size_t)v->changes + strategy->changes;

    t->event = arena_alloc(t->arena, most, sizeof *t->event);
    plan->epoch = arena_alloc(t->arena, most + 1, sizeof *plan->epoch);
    if (t->event == NULL || plan->epoch == NULL)
        return why_no_memory(t->why);
    t->events = 0;
    plan->epochs = 1;
    add_events(t, v->change, v->changes);
    add_events(t, strategy->change, strategy->changes);
    sort_events(t);
    return plan_epochs(t, strategy, plan);
}

static int
plan_world(struct timeline *t, struct plans *out)
{
    const struct variant *v = t->v;
    int rc = 0;

    out->at_start = v->document;
    for (uint32_t i = 0; i < v->changes && rc == 0; i++)
        if (v->change[i].dated && v->change[i].at == 0 &&
            change_passes(t->s, t->drawing, &v->change[i]))
            rc = apply_set(t, &v->change[i].set, &out->at_start);
    return rc;
}

int
plans_make(struct plans *out, const struct scenario *s, const struct variant *v,
           const struct drawing *drawing, struct arena *arena, struct path_memo *memo,
           struct why *why)
{
    struct timeline t = {
        .s = s, .v = v, .drawing = drawing, .arena = arena, .memo = memo, .why = why};
    int rc;

    out->strategy = arena_alloc(arena, v->strategies, sizeof *out->strategy);
    if (out->strategy == NULL)
        return why_no_memory(why);
    rc = plan_world(&t, out);
    for (uint32_t i = 0; i < v->strategies && rc == 0; i++)
        rc = plan_strategy(&t, &v->strategy[i], &out->strategy[i]);
    return rc;
}
