/*
 * Tang, Goh and Thng (2005), "Ladder queue: an O(1) priority queue structure for large-scale
 * discrete event simulation", ACM TOMACS 15(3): Top, unsorted; up to eight rungs of buckets, each
 * one event wide on average; Bottom, a sorted list of at most THRESHOLD events when it is made.
 * Linked lists throughout. Unlike theirs, Bottom breaks ties by number, so lists need no order.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/rivals.h"

enum { THRESHOLD = 50, RUNGS = 8 };

struct link {
    struct event event;
    struct link *next;
};

struct step {
    uint64_t start, width, at; /* `at`: where the next bucket begins */
    size_t count, buckets, room;
    struct link **bucket; /* owned */
    size_t *in;           /* owned: events in each */
};

struct ladder {
    struct link *top;
    size_t in_top;
    uint64_t top_start, top_least, top_most;
    struct step rung[RUNGS];
    int rungs;
    struct link *bottom;
    size_t in_bottom, count;
    struct link *free;
    struct link **slab; /* owned */
    size_t slabs, slab_room;
};

static void *
ladder_open(void)
{
    return calloc(1, sizeof(struct ladder));
}

static void
ladder_close(void *rival)
{
    struct ladder *l = rival;

    if (l == NULL)
        return;
    for (size_t i = 0; i < l->slabs; i++)
        free(l->slab[i]);
    free(l->slab);
    for (size_t i = 0; i < RUNGS; i++) {
        free(l->rung[i].bucket);
        free(l->rung[i].in);
    }
    free(l);
}

static struct link *
link_new(struct ladder *l)
{
    if (l->free == NULL) {
        const size_t count = l->count < 64 ? 64 : l->count;

        if (mem_grow(&l->slab, &l->slab_room, l->slabs + 1, sizeof(struct link *)) < 0)
            return NULL;
        struct link *slab = malloc(count * sizeof *slab);

        if (slab == NULL)
            return NULL;
        l->slab[l->slabs++] = slab;
        for (size_t i = 0; i < count; i++) {
            slab[i].next = l->free;
            l->free = &slab[i];
        }
    }
    struct link *link = l->free;

    l->free = link->next;
    return link;
}

static void
into_bottom(struct ladder *l, struct link *link)
{
    struct link **place = &l->bottom;

    while (*place != NULL && event_before(&(*place)->event, &link->event))
        place = &(*place)->next;
    link->next = *place;
    *place = link;
    l->in_bottom++;
}

static void
into_rung(struct step *step, struct link *link)
{
    const size_t i = ((uint64_t)link->event.at - step->start) / step->width;

    link->next = step->bucket[i];
    step->bucket[i] = link;
    step->in[i]++;
    step->count++;
}

/* A rung over [start, end), a bucket for an event, and the list into it. */
static int
make_rung(struct ladder *l, struct link *list, size_t count, uint64_t start, uint64_t end)
{
    struct step *step = &l->rung[l->rungs];
    size_t room = step->room;

    step->width = (end - start) / count + 1;
    step->buckets = (size_t)((end - start) / step->width) + 1;
    if (mem_grow(&step->bucket, &room, step->buckets, sizeof(struct link *)) < 0 ||
        mem_grow(&step->in, &step->room, step->buckets, sizeof(size_t)) < 0)
        return ERR_MEMORY;
    for (size_t i = 0; i < step->buckets; i++) {
        step->bucket[i] = NULL;
        step->in[i] = 0;
    }
    step->start = step->at = start;
    step->count = 0;
    l->rungs++;
    for (struct link *link = list, *next; link != NULL; link = next) {
        next = link->next;
        into_rung(step, link);
    }
    return 0;
}

static int
ladder_add(void *rival, const struct event *event)
{
    struct ladder *l = rival;
    struct link *link = link_new(l);
    const uint64_t at = (uint64_t)event->at;
    int x = 0;

    if (link == NULL)
        return ERR_MEMORY;
    link->event = *event;
    l->count++;
    if (at >= l->top_start) {
        if (l->in_top == 0 || at < l->top_least)
            l->top_least = at;
        if (l->in_top == 0 || at > l->top_most)
            l->top_most = at;
        link->next = l->top;
        l->top = link;
        l->in_top++;
        return 0;
    }
    while (x < l->rungs && at < l->rung[x].at)
        x++;
    if (x < l->rungs) {
        into_rung(&l->rung[x], link);
        return 0;
    }
    into_bottom(l, link);
    if (l->in_bottom > THRESHOLD && l->rungs < RUNGS) { /* Bottom goes into a rung of its own */
        const uint64_t end = l->rungs > 0 ? l->rung[l->rungs - 1].at : l->top_start;
        struct link *list = l->bottom;
        const size_t count = l->in_bottom;

        if (make_rung(l, list, count, (uint64_t)list->event.at, end) == 0) {
            l->bottom = NULL;
            l->in_bottom = 0;
        }
    }
    return 0;
}

/* Fills Bottom: from the next bucket of the lowest rung, which may need a rung below first. */
static void
refill(struct ladder *l)
{
    if (l->rungs == 0) {
        struct link *list = l->top;

        l->top = NULL;
        l->top_start = l->top_most + 1;
        if (make_rung(l, list, l->in_top, l->top_least, l->top_most) < 0)
            abort(); /* a comparison, not a part of the program: it need not survive this */
        l->in_top = 0;
    }
    for (;;) {
        struct step *step = &l->rung[l->rungs - 1];
        size_t i = (size_t)((step->at - step->start) / step->width);

        while (step->in[i] == 0)
            i++;
        struct link *list = step->bucket[i];
        const size_t count = step->in[i];
        const uint64_t start = step->start + i * step->width;

        step->bucket[i] = NULL;
        step->in[i] = 0;
        step->count -= count;
        step->at = start + step->width;
        if (count > THRESHOLD && l->rungs < RUNGS && step->width > 1) {
            if (make_rung(l, list, count, start, start + step->width - 1) < 0)
                abort();
            continue;
        }
        for (struct link *link = list, *next; link != NULL; link = next) {
            next = link->next;
            into_bottom(l, link);
        }
        return;
    }
}

static bool
ladder_next(void *rival, struct event *event)
{
    struct ladder *l = rival;

    if (l->count == 0)
        return false;
    if (l->bottom == NULL) {
        while (l->rungs > 0 && l->rung[l->rungs - 1].count == 0)
            l->rungs--;
        refill(l);
    }
    struct link *link = l->bottom;

    l->bottom = link->next;
    l->in_bottom--;
    l->count--;
    *event = link->event;
    link->next = l->free;
    l->free = link;
    return true;
}

HOLD_LOOP(ladder_hold, ladder_add, ladder_next)

const struct rival rival_ladder = {"ladder",    "a ladder queue", ladder_open, ladder_add,
                                   ladder_next, ladder_close,     ladder_hold};
