/* What is stated of time: the horizon, strategies, dated changes. */
#include <string.h>
#include "scenario/document.h"
#include "scenario/placement.h"

/* ---- changes ---- */

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

/* Uncertain already: an uncertain probability is only another probability. */
static void
read_probability(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const bool before = r->certain;

    r->certain = true;
    read_number(r, key, node, FIELD(key, row, double));
    r->certain = before;
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

static const struct kind kind_probability = {"a number", read_probability, "%u", INSIDE_VALUE};

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
        {.name = "probability",                                                                    \
         .kind = &kind_probability,                                                                \
         .unit = UNIT_NONE,                                                                        \
         .most = 1,                                                                                \
         .offset = offsetof(struct stated_change, probability),                                    \
         .about = "The share of worlds in which it comes to pass, drawn once for all it sets; 1 "  \
                  "when not stated."},                                                             \
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
change_start(struct read *r, void *row)
{
    (void)r;
    ((struct stated_change *)row)->probability = 1;
}

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
    .start = change_start,
    .finish = change_finish,
};

static const struct form strategy_change_form = {
    .key = strategy_change_keys,
    .keys = COUNT(strategy_change_keys),
    .row_bytes = sizeof(struct stated_change),
    .start = change_start,
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

/* ---- all of it ---- */

enum { YEARS_MAX = 200 }; /* sim_ns holds 292 */

static void
read_horizon(struct variant *v, struct read *r)
{
    const struct node *node = node_find(v->document, "horizon");
    const struct frame frame = {.name = "horizon"};
    struct horizon h = {.good = true};

    v->horizon = YEARS_MAX * 366 * NS_PER_DAY; /* a wrong one must not make all dates look wrong */
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
            v->horizon = (h.to - h.from) * NS_PER_S;
    }
    v->starts_unix_s = h.from;
    r->frame = NULL;
    r->starts_unix_s = v->starts_unix_s;
    r->horizon = v->horizon;
}

/* The changes of one entity draw apart from its other inputs. */
static void
key_changes(struct variant *v, const struct stated_change *changes, uint32_t count, uint64_t entity,
            uint32_t step)
{
    struct stated_change *change = (struct stated_change *)changes;

    for (uint32_t i = 0; i < count; i++) {
        change[i].entity = entity + i * step;
        change[i].unknown = CHANGE_UNKNOWN + (step > 0 ? 0 : i);
        v->doubtful += change[i].probability < 1;
    }
}

static void
read_stated(struct variant *v, struct read *r)
{
    const struct node *changes = node_find(v->document, "changes");
    const struct node *strategies = node_find(v->document, "strategies");
    const struct frame frame = {.name = "changes"};

    if (changes != NULL) {
        r->frame = &frame;
        v->change = read_list(r, &change_form, changes, &v->changes);
        r->frame = NULL;
    }
    if (strategies != NULL)
        v->strategy = read_rows(r, &strategy_form, strategies, &v->strategies);
    key_changes(v, v->change, v->changes, section_entity(SECTION_CHANGES, 0), 1);
    for (uint32_t i = 0; i < v->strategies; i++)
        key_changes(v, v->strategy[i].change, v->strategy[i].changes,
                    section_entity(SECTION_STRATEGIES, i), 0);
}

int
variant_read(struct scenario *s, struct variant *v, struct why *why)
{
    const struct node *costs[3];
    struct read r = scenario_reader(s, v, v->document, &s->files.arena, why, costs);
    const char **copies = arena_alloc(&s->files.arena, s->files.file.count, sizeof *copies);

    if (copies == NULL)
        return why_no_memory(why);
    r.file_copy = copies;
    read_horizon(v, &r);
    read_stated(v, &r);
    return 0;
}
