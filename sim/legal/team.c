/* The legal team of a custodian: reviewers, and a queue in order of arrival. */
#include "legal/docket.h"

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
    const struct legal_team *team = &docket_world(d)->custodian[custodian].team;
    struct stream s;
    sim_ns took;

    lever_stream(&s, d, &d->requests.item[u->request].ask, u->identity, DRAW_REVIEW);
    took = ns_from_seconds(dist_draw(&team->review, &s));
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
ring_add(struct team *t, struct waiting w)
{
    if (t->count == t->capacity) {
        const size_t before = t->capacity;

        if (mem_grow(&t->item, &t->capacity, t->count + 1, sizeof *t->item) < 0)
            return ERR_MEMORY;
        /* What had wrapped to the front moves behind the old end. The array at least doubles. */
        for (size_t i = 0; i < t->head && before > 0; i++)
            t->item[before + i] = t->item[i];
    }
    t->item[(t->head + t->count++) % t->capacity] = w;
    return 0;
}

int
team_receive(struct docket *d, uint32_t custodian, uint32_t row)
{
    struct pursuit *u = &d->pursuits.item[row];

    if (has_reviewer(d, custodian))
        return begin_review(d, custodian, row);
    u->state = PURSUIT_QUEUED;
    return ring_add(&d->team[custodian], (struct waiting){row, u->generation}) < 0
               ? why_no_memory(d->why)
               : 0;
}

/* Free reviewers take who waits; requests that were dropped meanwhile have left the queue. */
static int
refill(struct docket *d, uint32_t custodian)
{
    struct team *t = &d->team[custodian];
    int rc = 0;

    while (t->count > 0 && rc == 0 && has_reviewer(d, custodian)) {
        const struct waiting w = t->item[t->head];

        t->head = (t->head + 1) % t->capacity;
        t->count--;
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
