#include "traffic/care_private.h"

#include <string.h>
#include "traffic/flow.h"

/* The end of an operation */

sim_ns
care_timeout(const struct path *p)
{
    return p->rule->timeout_s > 0 ? ns_from_seconds(p->rule->timeout_s) : SIM_NEVER;
}

bool
care_is_idle(const struct care_op *c)
{
    return c->left[0] + c->left[1] + c->sharing == 0;
}

void
care_fail(struct window *w, uint32_t i, enum failure why, sim_ns time)
{
    struct op *op = &w->op[i];
    struct care_op *c = care_of(w, i);

    if (!c->over && op->measured) {
        w->open--;
        w->cell[op->cell].failed[why]++;
    } else if (!c->over) {
        warm_up_end(&w->warm_up, op->start, time - op->start);
    }
    c->over = true;
    if (care_is_idle(c))
        flow_drop(w, i);
}

/* How long a transfer of it was in a pipe. */
static sim_ns
piped(const struct window *w, uint32_t i, uint32_t slot)
{
    const sim_ns *time = pipe_times(w, i);

    return time != NULL ? time[slot] : 0;
}

/* The same of the longest. */
static sim_ns
longest_piped(const struct window *w, uint32_t i)
{
    const uint32_t slots = w->care.pipes > 0 ? transfers(&w->care) : 0;
    sim_ns longest = 0;

    for (uint32_t k = 0; k < slots; k++)
        longest = piped(w, i, k) > longest ? piped(w, i, k) : longest;
    return longest;
}

/* An operation that is not recorded is through, its last answer there at `time` on the clock. */
static int
passed(struct window *w, uint32_t i, sim_ns time)
{
    const sim_ns start = w->op[i].start;

    warm_up_end(&w->warm_up, start, (time > start ? time - start : 0) + longest_piped(w, i));
    flow_drop(w, i);
    return 0;
}

/* The user has the answer after `latency`. */
static int
served(struct window *w, uint32_t i, sim_ns latency)
{
    const struct op *op = &w->op[i];
    struct window_cell *cell = &w->cell[op->cell];

    if (latency > care_timeout(op->path)) {
        care_fail(w, i, FAILURE_TIMED_OUT, op->start + latency);
        return 0;
    }
    w->open--;
    cell->served++;
    if (op->read && !op->bare && op->path->asks > 0) {
        cell->key_reads++;
        cell->key_hits += op->hit;
    }
    flow_drop(w, i);
    return hist_add(&cell->latency, latency);
}

sim_ns
care_enough_at(const struct quorum *q, uint32_t legs, const sim_ns *answer)
{
    sim_ns time[HOLDERS_MAX];

    for (uint32_t k = 0; k < legs; k++)
        time[k] = answer[k] < 0 ? NOT_ASKED : answer[k];
    if (q->any > legs)
        return NOT_ASKED;
    return quorum_time(q, legs, time);
}

/* Transfers */

static sim_ns
later(sim_ns a, sim_ns b)
{
    return a > b ? a : b;
}

static sim_ns
transfer_ns(const struct transfer *t, double bytes, sim_ns shared)
{
    return later(flow_extra_ns(transfer_s(t, bytes)), shared);
}

/* When enough of the sites' answers were back, on the clock: `data` without what was behind. */
static sim_ns
first_at(const struct window *w, uint32_t i)
{
    return w->op[i].data - care_of(w, i)->behind[place_of(STEP_FETCH)];
}

/* From the first byte at the gateway, or where the edge cache is asked, to the last at the user. */
static sim_ns
read_transfer(const struct window *w, uint32_t i)
{
    const struct op *op = &w->op[i];
    const struct path *p = op->path;
    const struct care_op *c = care_of(w, i);
    const sim_ns *answer = answers(w, i, STEP_FETCH);
    const uint32_t sites = w->care.sites;
    const sim_ns user = transfer_ns(&p->user.transfer, op->bytes, piped(w, i, sites));
    sim_ns last[HOLDERS_MAX];

    if (c->edge) {
        const sim_ns edge = transfer_ns(&p->edge.transfer, op->bytes, piped(w, i, sites + 1));

        return p->client ? edge : later(edge, user);
    }
    for (uint32_t k = 0; k < p->everys; k++) {
        const struct leg *leg = &p->every[k];

        last[k] = answer[k];
        if (answer[k] >= 0 && answer[k] != NOT_ASKED)
            last[k] += transfer_ns(&leg->transfer, op->bytes * leg->share, piped(w, i, k));
    }
    return later(care_enough_at(&p->data, p->everys, last) - first_at(w, i), user);
}

static int
read_served(struct window *w, uint32_t i)
{
    const struct op *op = &w->op[i];
    const struct path *p = op->path;
    const struct care_op *c = care_of(w, i);
    const sim_ns back = c->edge && p->client ? 0 : op->back, data = op->data + back;
    const sim_ns key = c->needs_key ? op->key + (p->client ? 0 : back) : 0;

    if (!op->measured)
        return passed(w, i,
                      later(c->edge ? 0 : first_at(w, i),
                            c->needs_key ? op->key - c->behind[place_of(STEP_KEY)] : 0));
    if (op->bare)
        return served(w, i, data - op->start);
    const sim_ns moved = read_transfer(w, i);
    const sim_ns opened = flow_extra_ns(cost_of(&w->world->open, op->bytes));
    const sim_ns there =
        p->client && p->rule->keys_parallel ? later(data + moved, key) : later(data, key) + moved;

    return served(w, i, there + opened - op->start);
}

static int
write_served(struct window *w, uint32_t i)
{
    const struct op *op = &w->op[i];
    const struct path *p = op->path;
    const struct care_op *c = care_of(w, i);
    sim_ns *answer = answers(w, i, STEP_PUT), extra = 0;

    if (!op->measured)
        return passed(w, i, care_enough_at(&p->written, p->puts, answer));
    for (uint32_t k = 0; !op->bare && k < p->puts; k++)
        if (answer[k] >= 0 && answer[k] != NOT_ASKED)
            answer[k] +=
                transfer_ns(&p->put[k].transfer, op->bytes * p->put[k].share, piped(w, i, k));
    if (!op->bare)
        extra = transfer_ns(&p->upload, op->bytes, piped(w, i, w->care.sites)) +
                flow_extra_ns(cost_of(&w->world->seal, op->bytes));
    return served(w, i,
                  care_enough_at(&p->written, p->puts, answer) + c->behind[place_of(STEP_PUT)] +
                      op->back + extra - op->start);
}

/* Pipes */

static int
pipe_schedule(struct window *w, uint32_t n)
{
    struct pipe *pipe = &w->care.pipe[n];
    const sim_ns next = pipe_next(pipe);

    pipe->generation++;
    if (next == SIM_NEVER)
        return 0;
    return queue_add(&w->queue, next, EVENT_PIPE, n, pipe->generation);
}

/* Transfer `slot` of an operation joins its pipe, if it has one. */
static int
join_pipe(struct window *w, uint32_t i, uint32_t slot, uint32_t pipe, double bytes)
{
    if (pipe == 0 || bytes <= 0)
        return 0;
    const int rc = pipe_join(&w->care.pipe[pipe - 1], w->now, 8 * bytes, w->op[i].probe, i, slot);

    if (rc < 0)
        return rc;
    care_of(w, i)->sharing++;
    return pipe_schedule(w, pipe - 1);
}

static int
join_sites(struct window *w, uint32_t i, enum step step)
{
    const sim_ns *answer = answers(w, i, step);
    uint32_t legs;
    const struct leg *leg = legs_of(w->op[i].path, step, &legs);
    int rc = 0;

    for (uint32_t k = 0; rc == 0 && k < legs; k++)
        if (answer[k] >= 0 && answer[k] != NOT_ASKED)
            rc = join_pipe(w, i, k, leg[k].pipe, w->op[i].bytes * leg[k].share);
    return rc;
}

static int
conclude(struct window *w, uint32_t i)
{
    return w->op[i].read ? read_served(w, i) : write_served(w, i);
}

int
care_transfer(struct window *w, uint32_t i)
{
    const struct op *op = &w->op[i];
    const struct path *p = op->path;
    struct care_op *c = care_of(w, i);
    const uint32_t sites = w->care.sites;
    int rc = 0;

    if (w->care.pipes == 0)
        return conclude(w, i);
    memset(pipe_times(w, i), 0, transfers(&w->care) * sizeof(sim_ns));
    c->sent[0] = w->now;
    if (op->bare)
        return conclude(w, i);
    if (c->edge)
        rc = join_pipe(w, i, sites + 1, p->edge.pipe, op->bytes);
    else
        rc = join_sites(w, i, op->read ? STEP_FETCH : STEP_PUT);
    if (rc == 0 && !(c->edge && p->client))
        rc = join_pipe(w, i, sites, op->read ? p->user.pipe : p->up_pipe, op->bytes);
    if (rc < 0 || c->sharing > 0)
        return rc;
    return conclude(w, i);
}

int
care_pipe_event(struct window *w, const struct event *e)
{
    struct pipe *pipe = &w->care.pipe[e->a];
    struct pipe_job job;
    int rc = 0;

    if (e->b != pipe->generation)
        return 0;
    while (rc == 0 && pipe_leave(pipe, w->now, &job)) {
        struct care_op *c = care_of(w, job.op);

        pipe_times(w, job.op)[job.slot] = w->now - c->sent[0];
        if (--c->sharing == 0)
            rc = conclude(w, job.op);
    }
    return rc == 0 ? pipe_schedule(w, e->a) : rc;
}
