#ifndef ENGINE_RIVALS_H
#define ENGINE_RIVALS_H

/*
 * Other structures for pending events, each as its authors gave it, with the order of the queue:
 * instant, then number. The benchmark measures the queue beside them; tests hold them against each
 * other. Nothing else uses them.
 */
#include "base/err.h"
#include "engine/event.h"

struct rival {
    const char *name, *about;
    void *(*open)(void);                                /* NULL when out of memory */
    int (*add)(void *rival, const struct event *event); /* with its number; ERR_MEMORY */
    bool (*next)(void *rival, struct event *event);     /* false: none is left */
    void (*close)(void *rival);                         /* NULL is accepted */
};

/* The queue itself first, then the others, up to a NULL. */
extern const struct rival *const rivals[];

extern const struct rival rival_calendar, rival_ladder;

#endif
