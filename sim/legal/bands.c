/* What chance decides about each account of a touch (ledger.h): its bands. */
#include <stdlib.h>
#include "legal/ledger.h"

enum { KEY_SHIFT = 48 }; /* of a cohort above an account, where the two key a stream */

static int
compare(const void *a, const void *b)
{
    const struct band *x = a, *y = b;

    if (x->draw != y->draw)
        return x->draw < y->draw ? -1 : 1;
    return (x->chance > y->chance) - (x->chance < y->chance);
}

static int
add_band(struct ledger *l, uint32_t draw, double chance)
{
    if (chance <= 0)
        return 0; /* it never comes to pass */
    if (VEC_ROOM(&l->bands) < 0)
        return ERR_MEMORY;
    l->bands.item[l->bands.count++] = (struct band){draw, chance};
    return 0;
}

static int
add_class(struct ledger *l, const struct effect *e, unsigned class, bool *shared)
{
    int rc = 0;

    if ((e->watched >> class & 1) != 0) {
        rc = add_band(l, DRAW_WATCH + class, e->watch[class]);
        if (rc == 0)
            rc = add_band(l, DRAW_WATCH + class, e->watch_too[class]);
    }
    for (uint32_t i = e->first[class]; i < e->first[class + 1] && rc == 0; i++) {
        const struct piece *p = &l->facts.table->pieces.item[i];

        *shared |= p->shared != NULL && p->cached != 0;
        if (p->shared == NULL && p->cached != 0)
            rc = add_band(l, e->draw[class], p->capture);
    }
    return rc;
}

/* Each once, in order; ERR_LIMIT when they have more combinations than can be numbered. */
static int
tidy_bands(struct ledger *l)
{
    uint64_t combinations = 1;
    size_t kept = 0;

    if (l->bands.count > 1)
        qsort(l->bands.item, l->bands.count, sizeof *l->bands.item, compare);
    for (size_t i = 0; i < l->bands.count; i++)
        if (kept == 0 || compare(&l->bands.item[kept - 1], &l->bands.item[i]) != 0)
            l->bands.item[kept++] = l->bands.item[i];
    l->bands.count = kept;
    for (size_t i = 0; i < kept; i = bands_end(l, i)) {
        const uint64_t here = bands_end(l, i) - i + 1;

        if (combinations > UINT64_MAX / here)
            return ERR_LIMIT;
        combinations *= here;
    }
    return 0;
}

int
bands_find(struct ledger *l, const struct touch *t)
{
    bool shared = false;
    int rc = 0;

    l->bands.count = 0;
    l->common = 1;
    for (size_t i = 0; i < t->takings && rc == 0; i++) {
        const struct effect *e = &l->facts.table->effects.item[t->taken[i].effect];
        const unsigned chanced = (e->cached | e->watched) & t->asked;

        for (unsigned rest = t->taken[i].ciphertext_only ? 0 : chanced; rest != 0 && rc == 0;
             rest &= rest - 1)
            rc = add_class(l, e, (unsigned)__builtin_ctz(rest), &shared);
    }
    if (shared) {
        struct stream s;

        stream_open(&s, l->facts.seed, l->facts.replication, PURPOSE_CACHE_CAPTURE, t->request,
                    (uint64_t)t->cohort << KEY_SHIFT | LISTED_ACCOUNTS_END);
        l->common = stream_uniform(&s);
    }
    return rc < 0 ? rc : tidy_bands(l);
}

uint64_t
band_of(const struct ledger *l, const struct touch *t, uint64_t account)
{
    uint64_t band = 0;
    uint32_t drawn = 0;
    double chance = 1;
    struct stream s;

    stream_open(&s, l->facts.seed, l->facts.replication, PURPOSE_CACHE_CAPTURE, t->request,
                (uint64_t)t->cohort << KEY_SHIFT | account);
    for (size_t i = 0, end; i < l->bands.count; i = end) {
        size_t within = i;

        end = bands_end(l, i);
        for (; drawn <= l->bands.item[i].draw; drawn++)
            chance = (double)(float)stream_uniform(&s); /* in single precision, as once kept */
        while (within < end && l->bands.item[within].chance <= chance)
            within++;
        band = band * (end - i + 1) + (within - i);
    }
    return band;
}

void
band_read(const struct ledger *l, uint64_t band, double chance[DRAWS])
{
    for (uint32_t i = 0; i < DRAWS; i++)
        chance[i] = 1;
    for (size_t end = l->bands.count, i; end > 0; end = i) {
        i = end - 1;
        while (i > 0 && l->bands.item[i - 1].draw == l->bands.item[i].draw)
            i--;
        const uint64_t within = band % (end - i + 1);

        band /= end - i + 1;
        chance[l->bands.item[i].draw] = within > 0 ? l->bands.item[i + within - 1].chance : 0;
    }
}
