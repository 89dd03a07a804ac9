#include "legal/state.h"
#include <stdlib.h>
#include <string.h>

void
states_init(struct states *s)
{
    *s = (struct states){0};
    intern_init(&s->holdings, sizeof(struct holding), UINT32_MAX - 1);
    intern_init(&s->forwards, sizeof(struct forward), UINT32_MAX - 1);
    intern_init(&s->views, sizeof(struct view), UINT32_MAX - 1);
    intern_init(&s->marks, sizeof(struct mark), UINT32_MAX - 1);
    intern_init(&s->states, sizeof(struct state), STATES_MOST);
}

void
states_clear(struct states *s)
{
    intern_clear(&s->holdings);
    intern_clear(&s->forwards);
    intern_clear(&s->views);
    intern_clear(&s->marks);
    intern_clear(&s->states);
    if (s->crowd != NULL)
        memset(s->crowd, 0, s->crowds * sizeof *s->crowd);
    s->groups.count = 0;
}

void
states_release(struct states *s)
{
    intern_release(&s->holdings);
    intern_release(&s->forwards);
    intern_release(&s->views);
    intern_release(&s->marks);
    intern_release(&s->states);
    free(s->crowd);
    free(s->groups.item);
    *s = (struct states){0};
}

int
states_put(struct states *s, const struct state *state, uint32_t *row)
{
    /* Room first: a row without its crowd must not be. */
    if (mem_grow(&s->crowd, &s->crowds, s->states.count + 1, sizeof *s->crowd) < 0)
        return ERR_MEMORY;
    return intern_put(&s->states, state, row);
}

int
states_group(struct states *s, uint32_t row, uint32_t *group)
{
    if (s->crowd[row].group == 0) {
        const size_t next = s->groups.count > 0 ? s->groups.count : 1;

        if (next > STATES_MOST)
            return ERR_LIMIT;
        if (mem_grow(&s->groups.item, &s->groups.capacity, next + 1, sizeof *s->groups.item) < 0)
            return ERR_MEMORY;
        s->groups.item[next] = row;
        s->groups.count = next + 1;
        s->crowd[row].group = (uint32_t)next;
    }
    *group = s->crowd[row].group;
    return 0;
}

void
states_move_groups(struct states *s, const uint32_t *to)
{
    for (size_t g = 1; g < s->groups.count; g++)
        s->crowd[s->groups.item[g]].group = 0;
    for (size_t g = 1; g < s->groups.count; g++) {
        uint32_t *state = &s->groups.item[g];

        if (to[*state] != 0)
            *state = to[*state];
        s->crowd[*state].group = (uint32_t)g;
    }
}

bool
states_has_mark(const struct states *s, const struct state *state, uint32_t mark)
{
    for (uint32_t row = state->marks; row != 0; row = mark_at(s, row)->next)
        if (mark_at(s, row)->mark == mark)
            return true;
    return false;
}
