#include "legal/strata.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Tracts */

/* The first ordinal that lies at or above `u` of a cohort of n: as timeline_part has it. */
static uint64_t
ordinal_at(double u, double n)
{
    uint64_t low = 0, high = (uint64_t)n;

    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;

        if ((double)middle / n >= u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static int
compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The ends of all tracts, in order, each once; returns how many. */
static uint32_t
find_ends(const struct timeline *t, uint32_t cohort, uint64_t *end)
{
    const struct parts *parts = &t->parts[cohort];
    uint32_t n = 0, kept = 0;
    double last = 0;

    for (uint32_t p = 0; p < t->phases; p++) {
        const double accounts = t->phase[p].world->cohort[cohort].accounts;

        if (accounts == last)
            continue;
        last = accounts;
        for (uint32_t i = 0; i + 1 < parts->count; i++)
            end[n++] = ordinal_at(parts->upper[i], accounts);
        end[n++] = (uint64_t)accounts;
    }
    qsort(end, n, sizeof *end, compare);
    for (uint32_t i = 0; i < n; i++)
        if (end[i] > 0 && (kept == 0 || end[i] != end[kept - 1]))
            end[kept++] = end[i];
    return kept;
}

static int
place_tracts(struct strata *s, const struct timeline *t, uint32_t cohort)
{
    s->part = calloc((size_t)t->phases * s->tracts, sizeof *s->part);
    s->there = calloc((size_t)t->phases * s->tracts, sizeof *s->there);
    if (s->part == NULL || s->there == NULL)
        return ERR_MEMORY;
    for (uint32_t p = 0; p < t->phases; p++)
        for (uint32_t i = 0; i < s->tracts; i++) {
            const size_t at = (size_t)p * s->tracts + i;

            s->part[at] = (uint8_t)timeline_part(t, &t->phase[p], cohort, s->tract[i].begin);
            s->there[at] = (double)s->tract[i].begin < t->phase[p].world->cohort[cohort].accounts;
        }
    return 0;
}

int
strata_make(struct strata *s, struct states *states, const struct timeline *t, uint32_t cohort)
{
    uint64_t *end = calloc((size_t)t->phases * t->parts[cohort].count + 1, sizeof *end);
    int rc = ERR_MEMORY;

    strata_release(s);
    if (end == NULL)
        goto out;
    s->tracts = find_ends(t, cohort, end);
    s->tract = calloc(s->tracts + 1, sizeof *s->tract);
    if (s->tract == NULL || s->tracts > UINT16_MAX)
        goto out;
    rc = 0;
    for (uint32_t i = 0; i < s->tracts && rc == 0; i++) {
        const struct state state = {.tract = (uint16_t)i};

        s->tract[i] = (struct tract){.begin = i > 0 ? end[i - 1] : 0, .end = end[i]};
        rc = states_put(states, &state, &s->tract[i].only);
        if (rc == 0)
            states->crowd[s->tract[i].only].strata = end[i] - s->tract[i].begin;
    }
    s->counted = true;
    if (rc == 0)
        rc = place_tracts(s, t, cohort);
out:
    free(end);
    return rc;
}

void
strata_release(struct strata *s)
{
    free(s->tract);
    free(s->part);
    free(s->there);
    free(s->lot);
    *s = (struct strata){0};
}

/* Lots */

static void
count_tracts(struct strata *s, const struct states *states)
{
    for (uint32_t i = 0; i < s->tracts; i++)
        s->tract[i].lots = s->tract[i].only = 0;
    for (uint32_t row = 1; row < states_end(states); row++)
        if (states->crowd[row].strata > 0) {
            struct tract *c = &s->tract[state_at(states, row)->tract];

            c->only = c->lots++ == 0 ? row : 0;
        }
}

int
strata_count(struct strata *s, const struct states *states)
{
    uint32_t first = 0;

    if (s->counted)
        return 0;
    count_tracts(s, states);
    for (uint32_t i = 0; i < s->tracts; i++) {
        s->tract[i].first = first;
        first += s->tract[i].lots;
        s->tract[i].lots = 0;
        s->tract[i].whole = s->tract[i].listed = 0;
    }
    if (mem_grow(&s->lot, &s->lots, first, sizeof *s->lot) < 0)
        return ERR_MEMORY;
    for (uint32_t row = 1; row < states_end(states); row++)
        if (states->crowd[row].strata > 0) {
            struct tract *c = &s->tract[state_at(states, row)->tract];

            c->whole += states->crowd[row].strata;
            s->lot[c->first + c->lots++] = (struct lot){row, states->crowd[row].strata, c->whole};
        }
    s->counted = true;
    return 0;
}

/* The lots of a tract were counted some time ago, and accounts have left them since: an account
 * drawn of all there were then is accepted with the chance that it is still there. */
uint32_t
strata_draw(const struct strata *s, const struct states *states, uint32_t tract,
            struct stream *stream)
{
    const struct tract *c = &s->tract[tract];

    assert(s->counted);
    if (c->whole == c->listed)
        return 0;
    for (;;) {
        const uint64_t at = stream_below(stream, c->whole);
        uint32_t low = c->first, high = c->first + c->lots - 1;

        while (low < high) {
            const uint32_t middle = (low + high) / 2;

            if (at < s->lot[middle].upto)
                high = middle;
            else
                low = middle + 1;
        }
        /* `at` is a place within the lot, of which the last ones are still there */
        if (s->lot[low].upto - at <= states->crowd[s->lot[low].state].strata)
            return s->lot[low].state;
    }
}

void
strata_take(struct strata *s, struct states *states, uint32_t tract, uint32_t state)
{
    struct tract *c = &s->tract[tract];

    assert(states->crowd[state].strata > 0);
    states->crowd[state].strata--;
    if (c->only == state) {
        if (states->crowd[state].strata == 0)
            c->only = 0;
        return;
    }
    c->listed++;
    if (2 * c->listed >= c->whole)
        s->counted = false; /* most have left: draws would be refused too often */
}
