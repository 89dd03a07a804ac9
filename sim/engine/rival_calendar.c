/*
 * Brown (1988), "Calendar queues: a fast O(1) priority queue implementation for the simulation
 * event set problem", CACM 31(10). Days are sorted lists; the calendar doubles when there are more
 * than two events a day and halves below one in two. The width of a day is three times the mean
 * separation of up to 25 events at the front, leaving out gaps of more than twice the mean.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/rivals.h"

enum { DAYS_LEAST = 2, SAMPLE_MOST = 25 };

struct note {
    struct event event;
    struct note *next;
};

struct calendar {
    struct note **day; /* owned; each sorted */
    size_t days;       /* a power of two */
    uint64_t width;    /* of a day, ns */
    uint64_t today;    /* number of the day the search stands at, from time 0 */
    size_t count;
    struct note *free;
    struct note **slab; /* owned */
    size_t slabs, slab_room, slab_notes;
};

static void *
calendar_open(void)
{
    struct calendar *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->days = DAYS_LEAST;
    c->width = 1;
    c->day = calloc(c->days, sizeof(struct note *));
    if (c->day == NULL) {
        free(c);
        return NULL;
    }
    return c;
}

static void
calendar_close(void *rival)
{
    struct calendar *c = rival;

    if (c == NULL)
        return;
    for (size_t i = 0; i < c->slabs; i++)
        free(c->slab[i]);
    free(c->slab);
    free(c->day);
    free(c);
}

static struct note *
note_new(struct calendar *c)
{
    if (c->free == NULL) {
        const size_t count = c->count < 64 ? 64 : c->count;

        if (mem_grow(&c->slab, &c->slab_room, c->slabs + 1, sizeof(struct note *)) < 0)
            return NULL;
        struct note *slab = malloc(count * sizeof *slab);

        if (slab == NULL)
            return NULL;
        c->slab[c->slabs++] = slab;
        for (size_t i = 0; i < count; i++) {
            slab[i].next = c->free;
            c->free = &slab[i];
        }
    }
    struct note *note = c->free;

    c->free = note->next;
    return note;
}

static void
enter(struct calendar *c, struct note *note)
{
    const uint64_t day = (uint64_t)note->event.at / c->width;
    struct note **place = &c->day[day & (c->days - 1)];

    while (*place != NULL && event_before(&(*place)->event, &note->event))
        place = &(*place)->next;
    note->next = *place;
    *place = note;
    if (day < c->today)
        c->today = day;
}

/* The soonest event taken out: through this year day by day, or else by looking at every day. */
static struct note *
take(struct calendar *c)
{
    struct note **best = NULL;

    for (size_t i = 0; i < c->days; i++, c->today++) {
        struct note **first = &c->day[c->today & (c->days - 1)];

        if (*first != NULL && (uint64_t)(*first)->event.at / c->width == c->today) {
            best = first;
            break;
        }
    }
    for (size_t i = 0; best == NULL && i < c->days; i++)
        for (size_t k = i; k < c->days; k++)
            if (c->day[k] != NULL &&
                (best == NULL || event_before(&c->day[k]->event, &(*best)->event))) {
                best = &c->day[k];
                i = c->days;
            }
    struct note *note = *best;

    c->today = (uint64_t)note->event.at / c->width;
    *best = note->next;
    c->count--;
    return note;
}

/* Three times the mean separation of the events in front, which are taken out and put back. */
static uint64_t
new_width(struct calendar *c)
{
    const size_t most = c->count <= 5 ? c->count : 5 + c->count / 10;
    const size_t n = most < SAMPLE_MOST ? most : SAMPLE_MOST;
    struct note *note[SAMPLE_MOST];
    double sum = 0, near = 0;
    size_t kept = 0;

    if (n < 2)
        return c->width;
    for (size_t i = 0; i < n; i++)
        note[i] = take(c);
    sum = (double)(note[n - 1]->event.at - note[0]->event.at) / (double)(n - 1);
    for (size_t i = 1; i < n; i++) {
        const double gap = (double)(note[i]->event.at - note[i - 1]->event.at);

        if (gap <= 2 * sum) {
            near += gap;
            kept++;
        }
    }
    for (size_t i = n; i-- > 0; c->count++)
        enter(c, note[i]);
    const double width = kept > 0 ? 3 * near / (double)kept : 0;

    return width < 1 ? 1 : (uint64_t)width;
}

static int
resize(struct calendar *c, size_t days)
{
    struct note **fresh = calloc(days, sizeof(struct note *)), **old = c->day;
    const size_t before = c->days;

    if (fresh == NULL)
        return ERR_MEMORY;
    c->width = new_width(c);
    c->day = fresh;
    c->days = days;
    c->today = UINT64_MAX;
    for (size_t i = 0; i < before; i++)
        for (struct note *note = old[i], *next; note != NULL; note = next) {
            next = note->next;
            enter(c, note);
        }
    free(old);
    return 0;
}

static int
calendar_add(void *rival, const struct event *event)
{
    struct calendar *c = rival;
    struct note *note = note_new(c);

    if (note == NULL)
        return ERR_MEMORY;
    note->event = *event;
    enter(c, note);
    c->count++;
    return c->count > 2 * c->days ? resize(c, 2 * c->days) : 0;
}

static bool
calendar_next(void *rival, struct event *event)
{
    struct calendar *c = rival;

    if (c->count == 0)
        return false;
    struct note *note = take(c);

    *event = note->event;
    note->next = c->free;
    c->free = note;
    if (c->days > DAYS_LEAST && c->count < c->days / 2)
        (void)!resize(c, c->days / 2); /* without memory it stays as long as it is */
    return true;
}

HOLD_LOOP(calendar_hold, calendar_add, calendar_next)

const struct rival rival_calendar = {"calendar",    "a calendar queue", calendar_open, calendar_add,
                                     calendar_next, calendar_close,     calendar_hold};
