/*
 * Sweeping: states in which no account is any more are forgotten, and with them views and holdings
 * that nobody has. What is left is written anew, and listed accounts get its numbers.
 *
 * When a holding was taken matters in two ways only: was it before a request, or its renewed look,
 * began, and since the key was last renewed? Two times between which no request that is open began
 * and no key was renewed are told apart by nothing that is still to come. So they become one, and
 * states that differ in them become one state: else each request would leave states of its own.
 */
#include <stdlib.h>
#include <string.h>
#include "legal/ledger.h"

enum { STATES_A_SWEEP = 256, LISTED_A_STATE = 512 };

union list_link {
    struct holding holding;
    struct forward forward;
    struct view view;
    struct mark mark;
};

struct sweep;

/* Lists of one kind, on their way from the old records to the new. */
struct moving {
    const struct intern *from;
    struct intern *to;
    uint32_t *row;  /* owned: where each link has gone; 0: not yet */
    size_t next_at; /* of the link's `next`, in bytes */
    int (*change)(struct sweep *sweep, union list_link *link); /* NULL: as it is */
};

struct sweep {
    const struct times *times; /* in order */
    struct moving holdings, forwards, views, marks;
    struct {
        uint32_t *item; /* owned: links on the way to the end of a list */
        size_t count, capacity;
    } way;
};

/* Moves the list that starts at `*row`, which becomes its new start. */
static int
move_list(struct sweep *s, struct moving *m, uint32_t *row)
{
    const size_t start = s->way.count;
    uint32_t at = *row;
    int rc = 0;

    while (at != 0 && m->row[at] == 0) {
        if (VEC_ROOM(&s->way) < 0)
            return ERR_MEMORY;
        s->way.item[s->way.count++] = at;
        memcpy(&at, (const char *)intern_at(m->from, at) + m->next_at, sizeof at);
    }
    *row = at == 0 ? 0 : m->row[at];
    while (s->way.count > start && rc == 0) {
        union list_link link = {0};

        at = s->way.item[--s->way.count];
        memcpy(&link, intern_at(m->from, at), m->from->bytes);
        memcpy((char *)&link + m->next_at, row, sizeof *row);
        if (m->change != NULL)
            rc = m->change(s, &link);
        if (rc == 0)
            rc = intern_put(m->to, &link, row);
        m->row[at] = *row;
    }
    return rc;
}

/* The last of the times that is not after the holding's. */
static int
change_holding(struct sweep *s, union list_link *link)
{
    size_t low = 0, high = s->times->count;

    while (low < high) {
        const size_t middle = (low + high) / 2;

        if (s->times->item[middle] <= link->holding.at)
            low = middle + 1;
        else
            high = middle;
    }
    link->holding.at = low > 0 ? s->times->item[low - 1] : 0;
    return 0;
}

static int
change_view(struct sweep *s, union list_link *link)
{
    int rc = move_list(s, &s->holdings, &link->view.holdings);

    if (rc == 0)
        rc = move_list(s, &s->forwards, &link->view.forward);
    for (unsigned i = 0; i < COUNT(link->view.hidden) && rc == 0; i++)
        rc = move_list(s, &s->forwards, &link->view.hidden[i]);
    return rc;
}

static int
sweep_open(struct sweep *s, const struct states *old, struct states *fresh,
           const struct times *times)
{
    *s = (struct sweep){
        .times = times,
        .holdings = {&old->holdings, &fresh->holdings, NULL, offsetof(struct holding, next),
                     change_holding},
        .forwards = {&old->forwards, &fresh->forwards, NULL, offsetof(struct forward, next), NULL},
        .views = {&old->views, &fresh->views, NULL, offsetof(struct view, next), change_view},
        .marks = {&old->marks, &fresh->marks, NULL, offsetof(struct mark, next), NULL},
    };
    s->holdings.row = calloc(old->holdings.count, sizeof *s->holdings.row);
    s->forwards.row = calloc(old->forwards.count, sizeof *s->forwards.row);
    s->views.row = calloc(old->views.count, sizeof *s->views.row);
    s->marks.row = calloc(old->marks.count, sizeof *s->marks.row);
    return s->holdings.row == NULL || s->forwards.row == NULL || s->views.row == NULL ||
                   s->marks.row == NULL
               ? ERR_MEMORY
               : 0;
}

static void
sweep_close(struct sweep *s)
{
    free(s->holdings.row);
    free(s->forwards.row);
    free(s->views.row);
    free(s->marks.row);
    free(s->way.item);
}

/* States with accounts; `to` tells where each went. */
static int
sweep_states(struct sweep *s, const struct states *old, struct states *fresh, uint32_t *to)
{
    int rc = 0;

    for (uint32_t row = 1; row < states_end(old) && rc == 0; row++) {
        const struct crowd *crowd = &old->crowd[row];
        struct state state = *state_at(old, row);

        if (crowd->strata + crowd->listed == 0)
            continue;
        rc = move_list(s, &s->views, &state.views);
        if (rc == 0)
            rc = move_list(s, &s->marks, &state.marks);
        if (rc == 0)
            rc = states_put(fresh, &state, &to[row]);
        if (rc < 0)
            break;
        fresh->crowd[to[row]].strata += crowd->strata;
        fresh->crowd[to[row]].listed += crowd->listed;
    }
    return rc;
}

/* Groups of states without listed accounts have no account either. */
static int
sweep_groups(const struct states *old, struct states *fresh, struct listed *listed,
             const uint32_t *to)
{
    uint32_t *group = calloc(old->groups.count + 1, sizeof *group);
    int rc = group != NULL ? 0 : ERR_MEMORY;

    for (uint32_t g = 1; g < old->groups.count && rc == 0; g++) {
        const uint32_t state = old->groups.item[g];

        if (old->crowd[state].listed > 0)
            rc = states_group(fresh, to[state], &group[g]);
    }
    for (size_t i = 0; i < listed->slots && rc == 0; i++) {
        uint64_t *word = &listed->slot[i];

        if (*word != 0)
            *word = *word >> STATE_BITS << STATE_BITS | group[*word & STATES_MOST];
    }
    free(group);
    return rc;
}

static int
compare_times(const void *a, const void *b)
{
    const sim_ns x = *(const sim_ns *)a, y = *(const sim_ns *)b;

    return (x > y) - (x < y);
}

static int
add_time(struct times *times, sim_ns at)
{
    if (VEC_ROOM(times) < 0)
        return ERR_MEMORY;
    times->item[times->count++] = at;
    return 0;
}

/* The times before and after which holdings must be told apart. */
static int
find_times(struct ledger *l, const struct touch *t)
{
    const struct timeline *line = l->facts.timeline;
    int rc = 0;

    l->times.count = 0;
    if (l->facts.open_since != NULL)
        rc = l->facts.open_since(l->facts.self, &l->times);
    if (rc == 0)
        rc = add_time(&l->times, t->since);
    for (uint32_t part = 0; part < line->parts[t->cohort].count; part++)
        for (uint32_t k = 0; k < line->classes && rc == 0; k++)
            rc = add_time(&l->times, ledger_key_span(l, t, part, k).from);
    qsort(l->times.item, l->times.count, sizeof *l->times.item, compare_times);
    return rc;
}

static int
sweep_book(struct book *b, const struct times *times)
{
    struct states fresh;
    struct sweep s = {0};
    uint32_t *to = calloc(states_end(&b->states), sizeof *to);
    int rc = ERR_MEMORY;

    states_init(&fresh);
    if (to != NULL)
        rc = sweep_open(&s, &b->states, &fresh, times);
    if (rc == 0)
        rc = sweep_states(&s, &b->states, &fresh, to);
    if (rc == 0)
        rc = sweep_groups(&b->states, &fresh, &b->listed, to);
    sweep_close(&s);
    free(to);
    if (rc < 0) {
        states_release(&fresh);
        return rc;
    }
    states_release(&b->states);
    b->states = fresh;
    strata_moved(&b->strata);
    return 0;
}

/* A sweep looks at every listed account: it waits until there are as many new states as make up for
 * that, and as there are already. */
int
ledger_tidy(struct ledger *l, const struct touch *t)
{
    struct book *b = &l->book[t->cohort];
    int rc = b->tidy_at > 0 ? find_times(l, t) : 0;
    size_t more = l->facts.tidy_after;

    if (rc == 0 && b->tidy_at > 0)
        rc = sweep_book(b, &l->times);
    if (more == 0) {
        more = b->listed.count / LISTED_A_STATE > STATES_A_SWEEP ? b->listed.count / LISTED_A_STATE
                                                                 : STATES_A_SWEEP;
        more = more > states_end(&b->states) ? more : states_end(&b->states);
    }
    b->tidy_at = states_end(&b->states) + more;
    return rc;
}
