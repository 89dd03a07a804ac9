/*
 * Strategies and dated changes: how the document stands in each epoch of each strategy. All changes
 * of one instant make one epoch; at the same instant the world's come before the strategy's.
 */
#include <stdlib.h>
#include <string.h>
#include "scenario/document.h"
#include "scenario/placement.h"

/* ---- what is stated ---- */

static void
read_node(struct read *r, const struct key *key, const struct node *node, void *row)
{
    (void)r;
    *FIELD(key, row, const struct node *) = node;
}

static void
read_when(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct stated_change *change = row;
    int64_t unix_s;

    if (!read_date(r, node, &unix_s))
        return;
    change->at = read_instant(r, unix_s);
    change->dated = change->at < r->horizon;
    if (!change->dated)
        fault(r, &node->at, "must lie before the end of the horizon, got %s", node->text);
    (void)key;
}

static void
read_old_copies(struct read *r, const struct key *key, const struct node *node, void *row)
{
    double seconds;

    if (node_is(node, "kept"))
        return;
    if (read_number(r, key, node, &seconds))
        *FIELD(key, row, const struct node *) = node;
}

static const struct kind kind_placement = {"a list", read_node, NULL, INSIDE_LIST};
static const struct kind kind_when = {"a date", read_when, "{\"$ref\": \"#/$defs/date\"}",
                                      INSIDE_VALUE};
static const struct kind kind_old_copies = {"kept, or a duration", read_old_copies,
                                            "{\"anyOf\": [{\"const\": \"kept\"}, %u]}",
                                            INSIDE_VALUE};

static const char *const move_words[] = {"copied", "new", NULL};

#define CHANGE_KEYS                                                                                \
    {.name = "date",                                                                               \
     .kind = &kind_when,                                                                           \
     .required = true,                                                                             \
     .about = "When; at or before the start of the horizon: from the start."},                     \
        {.name = "set",                                                                            \
         .kind = &kind_set,                                                                        \
         .offset = offsetof(struct stated_change, set),                                            \
         .about = "Paths and their new values."},                                                  \
    {                                                                                              \
        .name = "because", .kind = &kind_text, .offset = offsetof(struct stated_change, because),  \
        .about = "What happened, for figures and reports."                                         \
    }

static const struct key world_change_keys[] = {CHANGE_KEYS};

static const struct key strategy_change_keys[] = {
    CHANGE_KEYS,
    {.name = "placement",
     .kind = &kind_placement,
     .form = &rule_form,
     .offset = offsetof(struct stated_change, placement),
     .about = "The placement from now on."},
    {.name = "keys",
     .kind = &kind_word,
     .word = move_words,
     .offset = offsetof(struct stated_change, keys),
     .about = "copied (default): the same key version lies in the new stores; new: re-encrypted."},
    {.name = "old-copies",
     .kind = &kind_old_copies,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct stated_change, old_copies),
     .about = "kept (default), or how long former sites and stores keep theirs."},
};

static void
change_finish(struct read *r, const struct node *node, void *row)
{
    struct stated_change *change = row;

    change->node = node;
    if (node_find(node, "set") == NULL && node_find(node, "placement") == NULL)
        fault(r, &node->at, "changes nothing: it needs 'set'%s",
              r->frame->up != NULL && r->frame->up->up != NULL ? " or 'placement'" : "");
    for (int i = 0; i < 2 && change->placement == NULL; i++) {
        static const char *const of_move[] = {"keys", "old-copies"};

        if (node_find(node, of_move[i]) != NULL)
            fault_at(r, node, of_move[i], "belongs to a change of 'placement'");
    }
}

const struct form change_form = {
    .key = world_change_keys,
    .keys = COUNT(world_change_keys),
    .row_bytes = sizeof(struct stated_change),
    .finish = change_finish,
};

static const struct form strategy_change_form = {
    .key = strategy_change_keys,
    .keys = COUNT(strategy_change_keys),
    .row_bytes = sizeof(struct stated_change),
    .finish = change_finish,
};

static const struct key strategy_keys[] = {
    {.name = "placement",
     .kind = &kind_placement,
     .form = &rule_form,
     .offset = offsetof(struct stated_strategy, placement),
     .required = true,
     .about = "Rules, read top down: the first that matches serves."},
    {.name = "set",
     .kind = &kind_set,
     .offset = offsetof(struct stated_strategy, set),
     .about = "Facts of the world that differ under this strategy."},
    {.name = "changes",
     .kind = &kind_list,
     .form = &strategy_change_form,
     .offset = offsetof(struct stated_strategy, change),
     .count = offsetof(struct stated_strategy, changes),
     .about = "Its own dated changes."},
};

const struct form strategy_form = {
    .what = "strategy",
    .key = strategy_keys,
    .keys = COUNT(strategy_keys),
    .row_bytes = sizeof(struct stated_strategy),
    .named = true,
    .most = 64,
};

struct horizon {
    int64_t from, to;
    bool good;
};

static void
read_day(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct horizon *h = row;

    h->good = read_date(r, node, FIELD(key, row, int64_t)) && h->good;
}

static const struct kind kind_day = {"a date", read_day, "{\"$ref\": \"#/$defs/date\"}",
                                     INSIDE_VALUE};

static const struct key horizon_keys[] = {
    {.name = "from",
     .kind = &kind_day,
     .offset = offsetof(struct horizon, from),
     .required = true,
     .about = "The first day."},
    {.name = "to",
     .kind = &kind_day,
     .offset = offsetof(struct horizon, to),
     .required = true,
     .about = "The day after the last."},
};

const struct form horizon_form = {.key = horizon_keys, .keys = COUNT(horizon_keys)};

/* ---- how the document stands ---- */

struct timeline {
    struct scenario *s;
    struct why *why;
    const struct stated_change **event; /* [changes of the world + of the strategy] */
    uint32_t events;
};

static int
apply_one(struct timeline *t, const char *path, const struct where *at, struct node *value,
          struct node **document)
{
    const struct path_set set = {
        .arena = &t->s->files.arena,
        .names = t->s->names,
        .memo = &t->s->memo,
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
    struct arena *arena = &t->s->files.arena;
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
        if (change[i].dated)
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
    joined = text.lost ? NULL : arena_text(&t->s->files.arena, text_str(&text), text.length);
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

    *epoch = (struct planned_epoch){.to = t->s->horizon, .document = t->s->document};
    rc = apply_set(t, &strategy->set, &epoch->document);
    if (rc == 0 && t->events > 0 && t->event[0]->at == 0)
        rc = apply_instant(t, strategy, &next, epoch);
    epoch->placement = placement_of(epoch->document, strategy->is.name);
    epoch->move = NULL; /* what holds from the start is no move */
    while (rc == 0 && next < t->events) {
        const struct planned_epoch *before = epoch++;

        plan->epoch[plan->epochs - 1].to = t->event[next]->at;
        *epoch = (struct planned_epoch){
            .from = t->event[next]->at, .to = t->s->horizon, .document = before->document};
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
    const struct scenario *s = t->s;
    const size_t most = (size_t)s->changes + strategy->changes;

    t->event = arena_alloc(&t->s->files.arena, most, sizeof *t->event);
    plan->epoch = arena_alloc(&t->s->files.arena, most + 1, sizeof *plan->epoch);
    if (t->event == NULL || plan->epoch == NULL)
        return why_no_memory(t->why);
    t->events = 0;
    plan->epochs = 1;
    add_events(t, s->change, s->changes);
    add_events(t, strategy->change, strategy->changes);
    sort_events(t);
    return plan_epochs(t, strategy, plan);
}

static int
plan_world(struct timeline *t)
{
    struct scenario *s = t->s;
    int rc = 0;

    s->at_start = s->document;
    for (uint32_t i = 0; i < s->changes && rc == 0; i++)
        if (s->change[i].dated && s->change[i].at == 0)
            rc = apply_set(t, &s->change[i].set, &s->at_start);
    return rc;
}

/* ---- all of it ---- */

enum { YEARS_MAX = 200 }; /* sim_ns holds 292 */

static void
plan_horizon(struct scenario *s, struct read *r)
{
    const struct node *node = node_find(s->document, "horizon");
    const struct frame frame = {.name = "horizon"};
    struct horizon h = {.good = true};

    s->horizon = YEARS_MAX * 366 * NS_PER_DAY; /* a wrong one must not make all dates look wrong */
    if (node == NULL)
        return; /* told with the other sections that are needed */
    r->frame = &frame;
    read_form(r, &horizon_form, node, &h);
    if (h.good && node_find(node, "from") != NULL && node_find(node, "to") != NULL) {
        if (h.to <= h.from)
            fault(r, &node->at, "must end after it begins");
        else if (h.to - h.from > YEARS_MAX * INT64_C(31557600))
            fault_limit(r, &node->at, "is longer than %d years", YEARS_MAX);
        else
            s->horizon = (h.to - h.from) * NS_PER_S;
    }
    s->starts_unix_s = h.from;
    r->frame = NULL;
    r->starts_unix_s = s->starts_unix_s;
    r->horizon = s->horizon;
}

static void
read_stated(struct scenario *s, struct read *r)
{
    const struct node *changes = node_find(s->document, "changes");
    const struct node *strategies = node_find(s->document, "strategies");
    const struct frame frame = {.name = "changes"};

    if (changes != NULL) {
        r->frame = &frame;
        s->change = read_list(r, &change_form, changes, &s->changes);
        r->frame = NULL;
    }
    if (strategies != NULL)
        s->strategy = read_rows(r, &strategy_form, strategies, &s->strategies);
}

int
scenario_plan(struct scenario *s, struct why *why)
{
    const struct node *costs[3];
    struct read r = scenario_reader(s, s->document, &s->files.arena, why, costs);
    struct timeline t = {.s = s, .why = why};
    const char **copies = arena_alloc(&s->files.arena, s->files.file.count, sizeof *copies);
    int rc = 0;

    if (copies == NULL)
        return why_no_memory(why);
    r.file_copy = copies;
    plan_horizon(s, &r);
    read_stated(s, &r);
    rc = plan_world(&t);
    s->plan = arena_alloc(&s->files.arena, s->strategies, sizeof *s->plan);
    if (s->plan == NULL)
        return why_no_memory(why);
    for (uint32_t i = 0; i < s->strategies && rc == 0; i++)
        rc = plan_strategy(&t, &s->strategy[i], &s->plan[i]);
    return rc;
}
