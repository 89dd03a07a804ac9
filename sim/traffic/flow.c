#include "traffic/flow.h"

#include "traffic/care.h"

/* An operation has arrived at a station. An event's `a` is the operation, its `b` the leg and the
 * way back from it. */
enum step {
    STEP_FETCH, /* a read, at a site */
    STEP_READ_KEY,
    STEP_WRITE_KEY,
    STEP_PUT, /* a write, at a site */
};

/* The leg in the low bits of an event's `b`, the nanoseconds back from it above. */
enum {
    LEG_BITS = 8,
};

/* The pool */

static int
op_new(struct window *w, uint32_t *i)
{
    if (w->free_op != NONE) {
        *i = w->free_op;
        w->free_op = w->op[*i].next_free;
        return 0;
    }
    int rc = mem_grow_tight(&w->op, &w->op_room, w->ops + 1, sizeof *w->op);

    if (rc == 0)
        rc = mem_grow_tight(&w->done, &w->done_room, (w->ops + 1) * w->legs, sizeof *w->done);
    *i = (uint32_t)w->ops;
    w->ops += rc == 0;
    return rc;
}

void
flow_drop(struct window *w, uint32_t i)
{
    w->op[i].next_free = w->free_op;
    w->free_op = i;
}

/* When the answers of the present step are back, on the clock plus the legs' round trips. */
static sim_ns *
answers(const struct window *w, uint32_t i)
{
    return &w->done[(size_t)i * w->legs];
}

/* The operation is through at `end`, its own time less `behind`. */
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
        rc = hist_add(&cell->latency, end - op->start + op->behind + op->back + op->extra);
    } else {
        warm_up_end(&w->warm_up, op->start, end - op->start);
    }
    flow_drop(w, i);
    return rc;
}

/*
 * Sends an operation along legs, all from one place at `at`. A leg that takes no time on the clock
 * needs no event: what else is due now can as well come after.
 */
static int
send(struct window *w, uint32_t i, const struct leg *leg, uint32_t legs, enum step step, sim_ns at)
{
    int rc = 0;

    w->op[i].left = (uint8_t)legs;
    for (uint32_t k = 0; rc == 0 && k < legs; k++) {
        struct event e = {.at = at, .kind = (uint32_t)step, .a = i, .b = k};

        if (!leg[k].here) {
            const double jitter = sampler_draw(&leg[k].jitter, &w->travel[leg[k].station]);
            const sim_ns trip = flow_jitter_ns(jitter), there = trip / 2;

            e.at += there;
            e.b |= (uint64_t)(trip - there + leg[k].rtt) << LEG_BITS;
        }
        if (e.at == w->now)
            rc = flow_event(w, &e);
        else
            rc = queue_add(&w->queue, e.at, e.kind, e.a, e.b);
    }
    return rc;
}

/* Serves the job of an event at the end of its leg; `*back` is when its answer is back. */
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

/* Goes on at `time`, the clock plus a round trip along one of the legs: moves the constant part to
 * `behind` and returns the clock. */
static sim_ns
go_on(struct op *op, const struct leg *leg, uint32_t legs, sim_ns now, sim_ns time)
{
    sim_ns longest = 0;

    for (uint32_t k = 0; k < legs; k++)
        if (!leg[k].here && leg[k].rtt > longest)
            longest = leg[k].rtt;

    const sim_ns clock = time - longest > now ? time - longest : now;

    op->behind += time - clock;
    return clock;
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
read_start(struct window *w, uint32_t i)
{
    struct op *op = &w->op[i];
    const struct path *p = op->path;

    if (op->measured)
        op->extra =
            flow_extra_ns(read_transfer_s(p, op->bytes) + cost_of(&w->world->open, op->bytes));
    op->behind = op->out;
    return send(w, i, p->fetch, p->fetches, STEP_FETCH, op->start);
}

static int
on_fetched(struct window *w, const struct event *e)
{
    struct op *op = &w->op[e->a];
    const struct path *p = op->path;
    const sim_ns *back = answers(w, e->a);
    sim_ns last = back[0];

    for (uint32_t k = 1; k < p->fetches; k++)
        last = back[k] > last ? back[k] : last;
    if (p->asks == 0 || op->hit)
        return finish(w, e->a, last);
    if (p->client) {
        op->behind += op->back;
        op->back = 0;
    }
    return send(w, e->a, p->ask, p->asks, STEP_READ_KEY,
                go_on(op, p->fetch, p->fetches, e->at, last));
}

static int
on_read_keyed(struct window *w, const struct event *e)
{
    const struct path *p = w->op[e->a].path;

    return finish(w, e->a, quorum_time(&p->keys, p->asks, answers(w, e->a)));
}

/* Writes */

static int
write_start(struct window *w, uint32_t i)
{
    struct op *op = &w->op[i];
    const struct path *p = op->path;

    if (op->measured)
        op->extra =
            flow_extra_ns(transfer_s(&p->upload, op->bytes) + cost_of(&w->world->seal, op->bytes));
    if (p->asks == 0 || !p->client) {
        op->behind = op->out;
        op->out = 0;
    }
    if (p->asks == 0)
        return send(w, i, p->put, p->puts, STEP_PUT, op->start);
    return send(w, i, p->ask, p->asks, STEP_WRITE_KEY, op->start);
}

static int
on_write_keyed(struct window *w, const struct event *e)
{
    struct op *op = &w->op[e->a];
    const struct path *p = op->path;
    const sim_ns key = quorum_time(&p->keys, p->asks, answers(w, e->a));

    op->behind += op->out;
    return send(w, e->a, p->put, p->puts, STEP_PUT, go_on(op, p->ask, p->asks, e->at, key));
}

static int
on_written(struct window *w, const struct event *e)
{
    const struct op *op = &w->op[e->a];
    const struct path *p = op->path;
    sim_ns *back = answers(w, e->a);

    for (uint32_t k = 0; op->measured && k < p->puts; k++)
        back[k] += flow_extra_ns(transfer_s(&p->put[k].transfer, op->bytes * p->put[k].share));
    return finish(w, e->a, quorum_time(&p->written, p->puts, back));
}

/* All */

int
flow_event(struct window *w, const struct event *e)
{
    static int (*const on_all_arrived[])(struct window *, const struct event *) = {
        [STEP_FETCH] = on_fetched,
        [STEP_READ_KEY] = on_read_keyed,
        [STEP_WRITE_KEY] = on_write_keyed,
        [STEP_PUT] = on_written,
    };
    if (e->kind >= CARE_FIRST)
        return care_event(w, e);
    struct op *op = &w->op[e->a];
    const struct path *p = op->path;
    const struct leg *const legs[] = {p->fetch, p->ask, p->ask, p->put};
    const uint32_t k = (uint32_t)(e->b & ((1u << LEG_BITS) - 1));
    const int rc = serve(w, e, &legs[e->kind][k], &answers(w, e->a)[k]);

    if (rc < 0 || --op->left > 0)
        return rc;
    return on_all_arrived[e->kind](w, e);
}

static bool
path_fails(const struct path *p, const struct operation *wanted)
{
    if (p == NULL)
        return true;
    if (wanted->bare)
        return wanted->read ? p->lists_fail : p->removals_fail;
    return wanted->read ? p->reads_fail : p->writes_fail;
}

static enum failure
cause_of(const struct path *p, const struct operation *wanted)
{
    if (p == NULL)
        return FAILURE_DOWN;
    return wanted->read ? p->read_cause : p->write_cause;
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
    if (path_fails(p, wanted)) {
        w->cell[cell].failed[cause_of(p, wanted)] += measured;
        return 0;
    }
    const int rc = op_new(w, &i);

    if (rc < 0)
        return rc;
    const sim_ns trip = p->user.rtt + flow_jitter_ns(sampler_draw(&p->user.jitter, &from->travel));

    w->open += measured;
    if (!measured)
        warm_up_start(&w->warm_up, at);
    w->op[i] = (struct op){.start = at,
                           .out = trip / 2,
                           .back = trip - trip / 2,
                           .path = p,
                           .bytes = wanted->bare ? 0 : wanted->bytes,
                           .cell = (uint16_t)cell,
                           .read = wanted->read,
                           .bare = wanted->bare,
                           .hit = p->fallible ? care_hits(w, p, luck) : luck < p->hit,
                           .probe = from->course == COURSE_PROBE,
                           .measured = measured};
    if (p->careful)
        return care_start(w, i);
    return wanted->read ? read_start(w, i) : write_start(w, i);
}
