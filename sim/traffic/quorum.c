#include "traffic/quorum.h"

#include <math.h>

double
formula_share(const struct formula *f, uint32_t leaf, double whole)
{
    double sum = 0;

    if (f->leaf != NONE)
        return f->leaf == leaf ? whole : 0;
    for (uint32_t i = 0; i < f->parts; i++)
        sum += formula_share(&f->part[i], leaf, whole / f->need);
    return sum;
}

/* The nearest of a node's parts that is not yet taken; NONE when no other can be satisfied. */
static uint32_t
nearest_part(const struct formula *f, const double *rtt, uint64_t taken)
{
    double best = (double)INFINITY;
    uint32_t part = NONE;

    for (uint32_t i = 0; i < f->parts && i < HOLDERS_MAX; i++) {
        uint64_t unused = 0;
        double farthest;

        if ((taken >> i & 1) != 0)
            continue;
        farthest = formula_nearest(&f->part[i], rtt, &unused);
        if (farthest < best) {
            best = farthest;
            part = i;
        }
    }
    return part;
}

double
formula_nearest(const struct formula *f, const double *rtt, uint64_t *set)
{
    double farthest = 0;
    uint64_t taken = 0;

    if (f->leaf != NONE) {
        *set |= (uint64_t)1 << f->leaf;
        return rtt[f->leaf];
    }
    for (uint32_t k = 0; k < f->need; k++) {
        const uint32_t part = nearest_part(f, rtt, taken);

        if (part == NONE)
            return (double)INFINITY;
        taken |= (uint64_t)1 << part;
        farthest = fmax(farthest, formula_nearest(&f->part[part], rtt, set));
    }
    return farthest;
}

void
quorum_prepare(struct quorum *q, uint32_t asked)
{
    const struct formula *f = q->formula;
    const struct formula *leaf = f->leaf != NONE ? f : f->part;
    const uint32_t leaves = f->leaf != NONE ? 1 : f->parts;
    uint64_t seen = 0;
    uint32_t at_hand = 0, need = f->leaf != NONE ? 1 : f->need;

    q->any = 0;
    for (uint32_t i = 0; i < leaves; i++) {
        const uint64_t bit = leaf[i].leaf != NONE ? (uint64_t)1 << leaf[i].leaf : 0;

        if (bit == 0 || (seen & bit) != 0)
            return; /* nested, or named twice: answers do not count alike */
        seen |= bit;
        at_hand += (q->at_hand & bit) != 0;
    }
    for (uint32_t i = 0; i < asked; i++)
        if ((seen & q->holder[i]) == 0)
            return;
    need = need > at_hand ? need - at_hand : 0;
    q->any = need > q->least ? need : q->least;
}

/* Few times: insertion costs less than a call for each comparison. */
static void
sort_times(sim_ns *time, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const sim_ns moved = time[i];
        uint32_t j = i;

        for (; j > 0 && time[j - 1] > moved; j--)
            time[j] = time[j - 1];
        time[j] = moved;
    }
}

/* Takes the answers one by one as they come until the formula holds. */
static sim_ns
formula_time(const struct quorum *q, uint32_t asked, const sim_ns *time)
{
    uint64_t have = q->at_hand, left = asked < 64 ? ((uint64_t)1 << asked) - 1 : UINT64_MAX;
    sim_ns now = 0;

    for (uint32_t count = 1; left != 0; count++) {
        uint32_t soonest = (uint32_t)__builtin_ctzll(left);

        for (uint32_t i = soonest + 1; i < asked; i++)
            if ((left >> i & 1) != 0 && time[i] < time[soonest])
                soonest = i;
        left &= ~((uint64_t)1 << soonest);
        have |= q->holder[soonest];
        now = time[soonest];
        if (count >= q->least && formula_holds(q->formula, have))
            break;
    }
    return now;
}

sim_ns
quorum_time(const struct quorum *q, uint32_t asked, sim_ns *time)
{
    if (q->any == 0)
        return formula_time(q, asked, time);
    sort_times(time, asked);
    return time[q->any - 1];
}
