#ifndef ENGINE_RIVALS_H
#define ENGINE_RIVALS_H

/*
 * Other structures for pending events, each as its authors gave it, with the order of the queue:
 * instant, then number. The benchmark measures the queue beside them; tests hold them against each
 * other. Nothing else uses them.
 */
#include "base/err.h"
#include "engine/event.h"

struct hold;

struct rival {
    const char *name, *about;
    void *(*open)(void);                                /* NULL when out of memory */
    int (*add)(void *rival, const struct event *event); /* with its number; ERR_MEMORY */
    bool (*next)(void *rival, struct event *event);     /* false: none is left */
    void (*close)(void *rival);                         /* NULL is accepted */
    /* Holds, with the two above inlined: see HOLD_LOOP. */
    uint64_t (*hold)(void *rival, struct hold *hold, uint64_t holds);
};

/*
 * The hold model (Vaucher and Duval 1975, CACM 18(4)): take the soonest event, schedule it anew an
 * increment later. Increments are drawn beforehand, so that the structure is measured and not the
 * generator. Returns a number that tells the order of service, and ERR_MEMORY as UINT64_MAX.
 */
struct hold {
    const sim_ns *increment;
    size_t increments; /* a power of two */
    uint64_t seq;      /* the next event's number, and which increment it takes */
};

#define HOLD_LOOP(function, add, next)                                                             \
    static uint64_t function(void *rival, struct hold *hold, uint64_t holds)                       \
    {                                                                                              \
        uint64_t order = 0;                                                                        \
                                                                                                   \
        for (uint64_t i = 0; i < holds; i++) {                                                     \
            struct event e;                                                                        \
                                                                                                   \
            if (!next(rival, &e))                                                                  \
                break;                                                                             \
            order = order * 31 + e.b;                                                              \
            e.at += hold->increment[hold->seq & (hold->increments - 1)];                           \
            e.seq = hold->seq++;                                                                   \
            if (add(rival, &e) < 0)                                                                \
                return UINT64_MAX;                                                                 \
        }                                                                                          \
        return order;                                                                              \
    }

/* The queue itself first, then the others, up to a NULL. */
extern const struct rival *const rivals[];

extern const struct rival rival_calendar, rival_ladder;

#endif
