#include "traffic/flow.h"

/* What happens at an event; its `a` is the operation, its `b` the leg and the way back. */
enum step {
    STEP_FETCH,     /* a read arrives at a site */
    STEP_READ_KEY,  /* a read arrives at a key store */
    STEP_WRITE_KEY, /* a write arrives at a key store */
    STEP_KEY_SHARE, /* a write's key share comes back */
    STEP_PUT,       /* a write arrives at a site */
};

/* A leg in the low bits of an event's `b`, the nanoseconds back from it above. */
enum {
    LEG_BITS = 8,
};

/* Longest round trip (115 days) and transfer (3 years) told apart: sums stay below 2^62 ns. */
#define TRIP_MOST_NS  1e16
#define EXTRA_MOST_NS 1e17

static sim_ns
whole_ns(double ns, double most)
{
    return (sim_ns)((ns < most ? ns : most) + 0.5);
}

static sim_ns
leg_trip(const struct leg *leg, struct stream *jitter)
{
    if (leg->here)
        return 0;
    return whole_ns(leg->rtt_ns + sampler_draw(&leg->jitter, jitter), TRIP_MOST_NS);
}

static sim_ns
extra_ns(double seconds)
{
    return whole_ns(seconds * (double)NS_PER_S, EXTRA_MOST_NS);
}

/* The pool */

static int
op_new(struct window *w, uint32_t *i)
{
    if (w->free_op != NONE) {
        *i = w->free_op;
        w->free_op = w->op[*i].next_free;
        return 0;
    }
    int rc = mem_grow(&w->op, &w->op_room, w->ops + 1, sizeof *w->op);

    if (rc == 0)
        rc = mem_grow(&w->done, &w->done_room, (w->ops + 1) * w->legs, sizeof *w->done);
    *i = (uint32_t)w->ops;
    w->ops += rc == 0;
    return rc;
}

static void
op_free(struct window *w, uint32_t i)
{
    w->op[i].next_free = w->free_op;
    w->free_op = i;
}

static sim_ns *
answers(const struct window *w, uint32_t i)
{
    return &w->done[(size_t)i * w->legs];
}

/* An operation is through at `end` on the stations' clock. */
static int
finish(struct window *w, uint32_t i, sim_ns end)
{
    struct op *op = &w->op[i];
    int rc = 0;

    if (op->measured) {
        struct window_cell *cell = &w->cell[op->cell];

        w->open--;
        cell->served++;
        if (op->read && op->path->asks > 0) {
            cell->key_reads++;
            cell->key_hits += op->hit;
        }
        rc = hist_add(&cell->latency, end - op->start + op->extra);
    }
    op->over = true;
    if (op->asked == 0)
        op_free(w, i);
    return rc;
}

/* Sends an operation along legs, from their common start at `at`. */
static int
send(struct window *w, uint32_t i, const struct leg *leg, uint32_t legs, enum step step, sim_ns at)
{
    int rc = 0;

    w->op[i].left = (uint16_t)legs;
    for (uint32_t k = 0; rc == 0 && k < legs; k++) {
        const sim_ns trip = leg_trip(&leg[k], &w->travel[leg[k].station]);
        const sim_ns there = trip / 2;

        rc = queue_add(&w->queue, at + there, (uint32_t)step, i,
                       (uint64_t)(trip - there) << LEG_BITS | k);
    }
    return rc;
}

/* Serves the job of an event; `*back` is when its answer is where it came from. */
static int
serve(struct window *w, const struct event *e, const struct leg *leg, sim_ns *back)
{
    struct station *station = &w->station[leg->station];
    sim_ns departs;

    if (w->op[e->a].probe)
        departs = station_probe(station, e->at, &w->probed);
    else if (station_serve(station, e->at, &departs) < 0)
        return ERR_MEMORY;
    *back = departs + (sim_ns)(e->b >> LEG_BITS);
    return 0;
}

static uint32_t
leg_of(const struct event *e)
{
    return (uint32_t)(e->b & ((1u << LEG_BITS) - 1));
}

/* Reads */

/* The slower of the way to the gateway (of the slowest fragment) and the way to the user. */
static double
read_transfer_s(const struct path *p, double bytes)
{
    double slowest = transfer_s(&p->user.transfer, bytes);

    for (uint32_t i = 0; i < p->fetches; i++)
        slowest = fmax(slowest, transfer_s(&p->fetch[i].transfer, bytes * p->fetch[i].share));
    return slowest;
}

static int
read_start(struct window *w, uint32_t i, sim_ns at)
{
    struct op *op = &w->op[i];
    const struct path *p = op->path;

    op->ready = 0;
    if (op->measured)
        op->extra = extra_ns(read_transfer_s(p, op->bytes) + cost_of(&w->world->open, op->bytes));
    return send(w, i, p->fetch, p->fetches, STEP_FETCH, at);
}

static int
on_fetch(struct window *w, const struct event *e)
{
    struct op *op = &w->op[e->a];
    const struct path *p = op->path;
    sim_ns back;
    const int rc = serve(w, e, &p->fetch[leg_of(e)], &back);

    if (rc < 0)
        return rc;
    if (op->ready < back)
        op->ready = back;
    if (--op->left > 0)
        return 0;
    if (p->asks == 0 || op->hit)
        return finish(w, e->a, op->ready + op->back);
    return send(w, e->a, p->ask, p->asks, STEP_READ_KEY,
                p->client ? op->ready + op->back : op->ready);
}

static int
on_read_key(struct window *w, const struct event *e)
{
    struct op *op = &w->op[e->a];
    const struct path *p = op->path;
    sim_ns *done = answers(w, e->a);
    const int rc = serve(w, e, &p->ask[leg_of(e)], &done[leg_of(e)]);

    if (rc < 0 || --op->left > 0)
        return rc;
    const sim_ns key = quorum_time(&p->keys, p->asks, done);

    return finish(w, e->a, p->client ? key : key + op->back);
}

/* Writes */

static int
write_start(struct window *w, uint32_t i, sim_ns at)
{
    struct op *op = &w->op[i];
    const struct path *p = op->path;

    op->shares = 0;
    op->keyed = p->asks == 0;
    op->asked = (uint16_t)p->asks;
    if (op->measured)
        op->extra =
            extra_ns(transfer_s(&p->upload, op->bytes) + cost_of(&w->world->seal, op->bytes));
    if (p->asks == 0)
        return send(w, i, p->put, p->puts, STEP_PUT, at + op->out);
    if (p->client)
        return send(w, i, p->ask, p->asks, STEP_WRITE_KEY, at);
    at += op->out;
    op->out = 0;
    return send(w, i, p->ask, p->asks, STEP_WRITE_KEY, at);
}

/* The share's way back is an event of its own: the write goes on in the middle of the answers. */
static int
on_write_key(struct window *w, const struct event *e)
{
    sim_ns back;
    const int rc = serve(w, e, &w->op[e->a].path->ask[leg_of(e)], &back);

    if (rc < 0)
        return rc;
    return queue_add(&w->queue, back, STEP_KEY_SHARE, e->a, leg_of(e));
}

static int
on_key_share(struct window *w, const struct event *e)
{
    struct op *op = &w->op[e->a];
    const struct path *p = op->path;

    op->asked--;
    op->shares |= p->ask[leg_of(e)].holder;
    if (op->over && op->asked == 0)
        op_free(w, e->a);
    if (op->keyed)
        return 0;
    op->keyed = p->keys.any > 0 ? p->asks - op->asked >= p->keys.any
                                : formula_holds(p->keys.formula, p->keys.at_hand | op->shares);
    if (!op->keyed)
        return 0;
    return send(w, e->a, p->put, p->puts, STEP_PUT, e->at + op->out);
}

static int
on_put(struct window *w, const struct event *e)
{
    struct op *op = &w->op[e->a];
    const struct path *p = op->path;
    const struct leg *leg = &p->put[leg_of(e)];
    sim_ns *done = answers(w, e->a), *mine = &done[leg_of(e)];
    const int rc = serve(w, e, leg, mine);

    if (rc < 0)
        return rc;
    if (op->measured)
        *mine += extra_ns(transfer_s(&leg->transfer, op->bytes * leg->share));
    if (--op->left > 0)
        return 0;
    return finish(w, e->a, quorum_time(&p->written, p->puts, done) + op->back);
}

/* All */

int
flow_event(struct window *w, const struct event *e)
{
    static int (*const on[])(struct window *, const struct event *) = {
        [STEP_FETCH] = on_fetch,
        [STEP_READ_KEY] = on_read_key,
        [STEP_WRITE_KEY] = on_write_key,
        [STEP_KEY_SHARE] = on_key_share,
        [STEP_PUT] = on_put,
    };

    return on[e->kind](w, e);
}

int
flow_start(struct window *w, struct source *from, sim_ns at)
{
    const struct operation *wanted = &from->next;
    const struct path *p = paths_find(w->paths, from->cohort, wanted->class, wanted->u);
    const uint32_t cell = from->cohort * w->world->classes + wanted->class;
    const bool measured = from->course != COURSE_WARM_UP && at < w->to;
    /* drawn whether or not it is used, so that the hits of other strategies stay paired */
    const double luck = wanted->read ? stream_uniform(&from->cached) : 1;
    uint32_t i;

    w->simulated++;
    w->cell[cell].operations += measured;
    if (p == NULL || (wanted->read ? p->reads_fail : p->writes_fail))
        return 0;
    const int rc = op_new(w, &i);

    if (rc < 0)
        return rc;
    const sim_ns trip = leg_trip(&p->user, &from->travel);

    w->open += measured;
    w->op[i] = (struct op){.start = at,
                           .out = trip / 2,
                           .back = trip - trip / 2,
                           .path = p,
                           .bytes = wanted->bytes,
                           .cell = cell,
                           .read = wanted->read,
                           .hit = luck < p->hit,
                           .probe = from->course == COURSE_PROBE,
                           .measured = measured};
    return wanted->read ? read_start(w, i, at + trip / 2) : write_start(w, i, at);
}
