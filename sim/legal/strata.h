#ifndef LEGAL_STRATA_H
#define LEGAL_STRATA_H

/*
 * The accounts of a cohort that nobody has named one by one. They are counts by state, first all of
 * a *tract* in one state: a tract is a run of ordinals which in every phase lie in one part of the
 * cohort, or are not there yet. An account that is named for the first time is as likely in each
 * state as that state's share of its tract.
 */
#include "legal/state.h"
#include "stats/stream.h"

struct tract {
    uint64_t begin, end; /* ordinals */
    uint32_t first;      /* its states, in `lot`; only when there are several */
    uint32_t lots;
    uint32_t only;   /* the state of all; 0: several, or none is left */
    uint64_t whole;  /* of the lots, when they were counted */
    uint64_t listed; /* taken of them since */
};

/* Start from `{0}`. */
struct strata {
    struct tract *tract; /* owned */
    uint32_t tracts;
    uint8_t *part; /* owned: [phases][tracts]; parts are at most PARTS_MAX */
    bool *there;   /* owned: [phases][tracts]: in the cohort at all? */
    struct lot {
        uint32_t state;
        uint64_t count, upto; /* when counted; with those of the lots before */
    } * lot;                  /* owned */
    size_t lots;
    bool counted; /* `only` and the lots are up to date */
};

/* The tracts of a cohort, each in a state of its own among `states`. ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK int strata_make(struct strata *strata, struct states *states,
                           const struct timeline *timeline, uint32_t cohort);
void strata_release(struct strata *strata);

static inline uint32_t
strata_tract(const struct strata *s, uint64_t account)
{
    uint32_t low = 0, high = s->tracts - 1;

    while (low < high) {
        const uint32_t middle = (low + high) / 2;

        if (account < s->tract[middle].end)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static inline uint32_t
strata_part(const struct strata *s, uint32_t phase, uint32_t tract)
{
    return s->part[(size_t)phase * s->tracts + tract];
}

static inline bool
strata_there(const struct strata *s, uint32_t phase, uint32_t tract)
{
    return s->there[(size_t)phase * s->tracts + tract];
}

/* Strata have moved from state to state: the lots must be counted anew. */
static inline void
strata_moved(struct strata *s)
{
    s->counted = false;
}

/* Counts the lots unless they are up to date. ERR_MEMORY. */
MUST_CHECK int strata_count(struct strata *strata, const struct states *states);

/*
 * The state of an account of the tract that is named for the first time, by `stream` unless there
 * is only one; the lots must be counted. 0: none is left. The caller takes it out of the crowd's
 * strata and says so with strata_take.
 */
uint32_t strata_draw(const struct strata *strata, const struct states *states, uint32_t tract,
                     struct stream *stream);
/* An account leaves the strata of that state. */
void strata_take(struct strata *strata, struct states *states, uint32_t tract, uint32_t state);

#endif
