/* The legal team of a custodian: reviewers, and who waits for them. */
#include "legal/docket.h"
#include <stdlib.h>

/* A custodian without reviewers has no team that could be busy: its review delays, no more. */
static bool
has_reviewer(const struct docket *d, uint32_t custodian)
{
    const uint32_t reviewers = docket_world(d)->custodian[custodian].team.reviewers;

    return reviewers == 0 || d->team[custodian].busy < reviewers;
}

static int
begin_review(struct docket *d, uint32_t custodian, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    struct lever room;
    const struct lever *l = pursuit_lever_now(d, u, &room);
    struct stream s;
    sim_ns took;

    lever_stream(&s, d, &d->requests.item[u->request].ask, u->identity, DRAW_REVIEW);
    took = ns_from_seconds(dist_draw(lever_review_terms(docket_world(d), l).review, &s));
    u->state = PURSUIT_REVIEW;
    d->team[custodian].busy++;
    if (took >= d->model->horizon - d->now)
        return 0; /* the reviewer is busy to the end */
    return queue_add(&d->queue, d->now + took, EVENT_REVIEWED, row,
                     (uint64_t)custodian << 32 | u->generation) < 0
               ? why_no_memory(d->why)
               : 0;
}

static int
line_add(struct line_up *l, struct waiting w)
{
    if (l->count == l->capacity) {
        const size_t before = l->capacity;

        if (mem_grow(&l->item, &l->capacity, l->count + 1, sizeof *l->item) < 0)
            return ERR_MEMORY;
        /* What had wrapped to the front moves behind the old end. The array at least doubles. */
        for (size_t i = 0; i < l->head && before > 0; i++)
            l->item[before + i] = l->item[i];
    }
    l->item[(l->head + l->count++) % l->capacity] = w;
    return 0;
}

static struct waiting
line_next(struct line_up *l)
{
    const struct waiting w = l->item[l->head];

    l->head = (l->head + 1) % l->capacity;
    l->count--;
    return w;
}

int
team_receive(struct docket *d, uint32_t custodian, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];
    struct team *t = &d->team[custodian];

    if (has_reviewer(d, custodian))
        return begin_review(d, custodian, row);
    u->state = PURSUIT_QUEUED;
    return line_add(u->urgent ? &t->urgent : &t->others, (struct waiting){row, u->generation}) < 0
               ? why_no_memory(d->why)
               : 0;
}

/* Free reviewers take who waits; requests that were dropped meanwhile have left the queue. */
static int
refill(struct docket *d, uint32_t custodian)
{
    struct team *t = &d->team[custodian];
    int rc = 0;

    while (t->urgent.count + t->others.count > 0 && rc == 0 && has_reviewer(d, custodian)) {
        const struct waiting w = line_next(t->urgent.count > 0 ? &t->urgent : &t->others);

        if (d->pursuits.item[w.pursuit].generation == w.generation)
            rc = begin_review(d, custodian, w.pursuit);
    }
    return rc;
}

int
team_release_reviewer(struct docket *d, uint32_t custodian)
{
    d->team[custodian].busy--;
    return refill(d, custodian);
}

int
teams_refill(struct docket *d)
{
    int rc = 0;

    for (uint32_t c = 0; c < docket_world(d)->custodians && rc == 0; c++)
        rc = refill(d, c);
    return rc;
}

void
team_release(struct team *team)
{
    free(team->urgent.item);
    free(team->others.item);
}
