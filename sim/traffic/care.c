#include "traffic/care_private.h"

#include <stdlib.h>
#include "traffic/flow.h"

/* Quorums among answers some of which failed */

/* Can those that have not failed by `time` suffice? */
static bool
may_suffice(const struct quorum *q, uint32_t legs, const sim_ns *answer, sim_ns time)
{
    uint64_t holders = q->at_hand;
    uint32_t count = 0;

    for (uint32_t k = 0; k < legs; k++) {
        const bool lost = answer[k] == NOT_ASKED || (answer[k] < 0 && FAILED_AT(answer[k]) <= time);

        if (!lost) {
            holders |= q->holder[k];
            count++;
        }
    }
    return count >= q->least && formula_holds(q->formula, holders);
}

/* When it is known that the step has failed. */
static sim_ns
lost_at(const struct quorum *q, uint32_t legs, const sim_ns *answer)
{
    sim_ns soonest = SIM_NEVER, last = 0;

    for (uint32_t k = 0; k < legs; k++) {
        if (answer[k] >= 0)
            continue;
        const sim_ns time = FAILED_AT(answer[k]);

        last = time > last ? time : last;
        if (time < soonest && !may_suffice(q, legs, answer, time))
            soonest = time;
    }
    return soonest < SIM_NEVER ? soonest : last;
}

/* Steps */

/* The clock when a step goes on at `time`, the clock plus the longest round trip among those legs
 * that were asked: not before now. */
static sim_ns
clock_at(const struct window *w, uint32_t i, enum step step, sim_ns time)
{
    uint32_t legs;
    const struct leg *leg = legs_of(w->op[i].path, step, &legs);
    const sim_ns *answer = answers(w, i, step);
    sim_ns longest = 0;

    for (uint32_t k = 0; k < legs; k++)
        if (answer[k] != NOT_ASKED && !leg[k].here && leg[k].rtt > longest)
            longest = leg[k].rtt;
    return time - longest > w->now ? time - longest : w->now;
}

/* Sends along the legs of a mask. */
static int
send(struct window *w, uint32_t i, enum step step, uint64_t mask, sim_ns at, sim_ns behind)
{
    struct care_op *c = care_of(w, i);
    sim_ns *answer = answers(w, i, step);
    const uint32_t place = place_of(step);
    uint32_t legs;
    const struct leg *leg = legs_of(w->op[i].path, step, &legs);
    int rc = 0;

    c->sent[place] = at;
    c->refused &= (uint8_t) ~(1u << place);
    c->behind[place] = behind;
    c->left[place] = (uint8_t)__builtin_popcountll(mask);
    for (uint32_t k = 0; k < legs; k++)
        answer[k] = NOT_ASKED;
    for (uint64_t left = mask; rc == 0 && left != 0; left &= left - 1) {
        const uint32_t k = (uint32_t)__builtin_ctzll(left);
        struct event e = {.at = at, .kind = EVENT_STEP + (uint32_t)step, .a = i, .b = k};

        if (!leg[k].here) {
            const sim_ns trip =
                flow_jitter_ns(sampler_draw(&leg[k].jitter, &w->travel[leg[k].station]));
            const sim_ns there = trip / 2;

            e.at += there;
            e.b |= (uint64_t)(trip - there + leg[k].rtt) << LEG_BITS;
        }
        if (e.at == w->now)
            rc = care_event(w, &e);
        else
            rc = queue_add(&w->queue, e.at, e.kind, e.a, e.b);
    }
    return rc;
}

static uint64_t
all_legs(uint32_t legs)
{
    return legs < 64 ? ((uint64_t)1 << legs) - 1 : UINT64_MAX;
}

/* The legs of the next fetch: all that answer, or the nearest set without those that failed. 0:
 * none suffices. */
static uint64_t
next_fetch(const struct window *w, uint32_t i)
{
    const struct path *p = w->op[i].path;
    const uint64_t avoid = care_of(w, i)->avoid;
    double rtt[HOLDERS_MAX];
    uint64_t set = 0, legs = 0;

    for (uint32_t k = 0; k < w->world->sites; k++) {
        rtt[k] = (avoid >> k & 1) != 0 ? (double)INFINITY : p->rtt[k];
        if (p->rule->reads_fastest && isfinite(rtt[k]))
            set |= (uint64_t)1 << k;
    }
    if (set != 0 && !formula_holds(&p->rule->data, set))
        return 0;
    if (set == 0 && !isfinite(formula_nearest(&p->rule->data, rtt, &set)))
        return 0;
    for (uint32_t k = 0; k < p->everys; k++)
        legs |= (uint64_t)((set & p->every[k].holder) != 0) << k;
    return legs;
}

static int
ask_key(struct window *w, uint32_t i, sim_ns at, sim_ns behind)
{
    care_of(w, i)->asked_key = true;
    return send(w, i, STEP_KEY, all_legs(w->op[i].path->asks), at, behind);
}

/* Keys that are cached */

static struct fetched *
fetched_of(const struct window *w, const struct path *p)
{
    return &w->care.fetched[p - w->paths->path.item];
}

bool
care_hits(const struct window *w, const struct path *p, double luck)
{
    const double s = fetched_of(w, p)->share;

    return luck < p->hit * s / (1 - p->hit * (1 - s));
}

/* A read has fetched its key, or given it up. Probes are not seen. */
static void
note_fetch(struct window *w, const struct op *op, bool came)
{
    struct fetched *f = fetched_of(w, op->path);

    if (!op->read || op->probe || op->path->hit <= 0)
        return;
    f->seen += f->seen < FETCHES_LATELY;
    f->share += ((came ? 1 : 0) - f->share) / f->seen;
}

/* A step fails, and with it the operation. */
static int
give_up(struct window *w, uint32_t i, enum step step, enum failure why, sim_ns time)
{
    if (step == STEP_KEY)
        note_fetch(w, &w->op[i], false);
    care_fail(w, i, why, time);
    return 0;
}

/* After `time` a step is repeated, or the operation fails. */
static int
repeat(struct window *w, uint32_t i, enum step step, sim_ns time)
{
    const struct op *op = &w->op[i];
    const struct rule *rule = op->path->rule;
    struct care_op *c = care_of(w, i);
    const sim_ns own = time + c->behind[place_of(step)], at = clock_at(w, i, step, time);
    const bool refused = (c->refused >> place_of(step) & 1) != 0;
    uint32_t legs;

    if (own - op->start > care_timeout(op->path))
        return give_up(w, i, step, FAILURE_TIMED_OUT, time);
    legs_of(op->path, step, &legs);
    if (step == STEP_FETCH && next_fetch(w, i) != 0)
        return send(w, i, step, next_fetch(w, i), at, own - at);
    if (c->tries == rule->retries)
        return give_up(w, i, step, refused ? FAILURE_REFUSED : FAILURE_TIMED_OUT, time);
    const double most_s = ldexp(rule->back_off_s, c->tries < 60 ? (int)c->tries : 60);
    const sim_ns wait = flow_jitter_ns(most_s * stream_uniform(&w->care.retry) * (double)NS_PER_S);

    if (own + wait - op->start > care_timeout(op->path))
        return give_up(w, i, step, FAILURE_TIMED_OUT, time);
    c->tries++;
    c->avoid = 0;
    return send(w, i, step, step == STEP_FETCH ? next_fetch(w, i) : all_legs(legs), at + wait,
                own - at);
}

/* Reads and writes */

/* What comes next of a read, as far as nothing is under way that decides it. */
static int
read_on(struct window *w, uint32_t i, sim_ns clock)
{
    const struct op *op = &w->op[i];
    const struct path *p = op->path;
    const struct care_op *c = care_of(w, i);

    if (op->data == NOT_ASKED || (c->asked_key && op->key == NOT_ASKED))
        return 0;
    if (!c->needs_key || op->key != NOT_ASKED)
        return care_transfer(w, i);
    const sim_ns back = p->client && !c->edge ? op->back : 0;

    return ask_key(w, i, clock, op->data + back - clock);
}

static int
write_on(struct window *w, uint32_t i, sim_ns clock, sim_ns own)
{
    const sim_ns out = w->op[i].path->client ? w->op[i].out : 0;

    return send(w, i, STEP_PUT, all_legs(w->op[i].path->puts), clock, own + out - clock);
}

/* All jobs of a step have arrived. */
static int
step_done(struct window *w, uint32_t i, enum step step)
{
    struct op *op = &w->op[i];
    struct care_op *c = care_of(w, i);
    const struct quorum *q = quorum_of(op->path, step);
    const sim_ns *answer = answers(w, i, step);
    uint32_t legs;
    const struct leg *leg = legs_of(op->path, step, &legs);
    const sim_ns time = care_enough_at(q, legs, answer);

    if (time == NOT_ASKED) {
        for (uint32_t k = 0; step == STEP_FETCH && k < legs; k++)
            c->avoid |= answer[k] < 0 ? leg[k].holder : 0;
        return repeat(w, i, step, lost_at(q, legs, answer));
    }
    const sim_ns own = time + c->behind[place_of(step)], clock = clock_at(w, i, step, time);

    if (step == STEP_KEY)
        note_fetch(w, op, true);
    if (own - op->start > care_timeout(op->path)) {
        care_fail(w, i, FAILURE_TIMED_OUT, time);
        return 0;
    }
    if (step == STEP_PUT)
        return care_transfer(w, i);
    if (step == STEP_KEY) {
        op->key = own;
        return op->read ? read_on(w, i, clock) : write_on(w, i, clock, own);
    }
    op->data = own;
    return read_on(w, i, clock);
}

int
care_event(struct window *w, const struct event *e)
{
    if (e->kind == EVENT_PIPE)
        return care_pipe_event(w, e);
    const enum step step = (enum step)(e->kind - EVENT_STEP);
    const uint32_t k = (uint32_t)(e->b & ((1u << LEG_BITS) - 1));
    const sim_ns way = (sim_ns)(e->b >> LEG_BITS);
    const struct op *op = &w->op[e->a];
    struct care_op *c = care_of(w, e->a);
    uint32_t legs;
    const uint32_t s = legs_of(op->path, step, &legs)[k].station, place = place_of(step);
    sim_ns *answer = &answers(w, e->a, step)[k], departs;

    if (op->probe)
        departs = gate_probe(&w->care.gate[s], &w->station[s], e->at, &w->probed);
    else if (gate_serve(&w->care.gate[s], &w->station[s], e->at, &departs) < 0)
        return ERR_MEMORY;
    const bool refused = departs == SIM_NEVER;
    const sim_ns back = (refused ? e->at : departs) + way, within = w->care.within[s];

    c->refused |= (uint8_t)((uint32_t)refused << place);
    if (within > 0 && back - c->sent[place] > within)
        *answer = FAILED_AT(c->sent[place] + within);
    else
        *answer = refused ? FAILED_AT(back) : back;
    if (--c->left[place] > 0)
        return 0;
    if (!c->over)
        return step_done(w, e->a, step);
    if (care_is_idle(c))
        flow_drop(w, e->a);
    return 0;
}

/* The start */

/* Asks the edge cache, at the user's or the gateway's, after `lead`; returns what then has passed
 * before the operation is sent. */
static sim_ns
try_edge(struct window *w, uint32_t i, sim_ns lead)
{
    struct op *op = &w->op[i];
    const struct path *p = op->path;
    const bool hit = stream_chance(&w->care.edge, p->rule->edge.hit);
    sim_ns trip = p->edge.rtt + flow_jitter_ns(sampler_draw(&p->edge.jitter, &w->care.travel));

    if (p->client && p->vpn.dist != NULL)
        trip += flow_jitter_ns(sampler_draw(&p->vpn, &w->care.travel));

    care_of(w, i)->edge = hit;
    if (hit)
        op->data = op->start + lead + (p->client ? 0 : op->out) + trip;
    return hit ? lead : lead + trip;
}

/* The starts: `lead` is what passes before the operation is sent. */
static int
read_start(struct window *w, uint32_t i, sim_ns lead)
{
    const struct op *op = &w->op[i];
    const struct path *p = op->path;
    struct care_op *c = care_of(w, i);
    const sim_ns before = lead; /* the key may be asked for before the edge cache has missed */
    const bool parallel = p->rule->keys_parallel;
    int rc = 0;

    c->needs_key = !op->bare && !op->hit && p->asks > 0;
    if (p->rule->edge.objects > 0 && !op->bare)
        lead = try_edge(w, i, lead);
    if (c->needs_key && parallel) {
        c->asked_key = true; /* the fetch may be through before the next line ends */
        c->left[place_of(STEP_KEY)] = (uint8_t)p->asks;
    }
    if (!c->edge)
        rc = send(w, i, STEP_FETCH, next_fetch(w, i), op->start, lead + op->out);
    if (rc < 0)
        return rc;
    if (c->needs_key && parallel)
        return ask_key(w, i, op->start, before + (p->client ? 0 : op->out));
    return c->edge ? read_on(w, i, op->start) : 0;
}

static int
write_start(struct window *w, uint32_t i, sim_ns lead)
{
    const struct op *op = &w->op[i];
    const struct path *p = op->path;
    const sim_ns at = op->start;

    if (op->bare || p->asks == 0)
        return send(w, i, STEP_PUT, all_legs(p->puts), at, lead + op->out);
    return ask_key(w, i, at, lead + (p->client ? 0 : op->out));
}

/* A round trip between user and gateway more. */
static sim_ns
user_trip(struct window *w, const struct path *p, bool blocked)
{
    struct stream *s = &w->care.travel;
    const sim_ns trip = p->user.rtt + flow_jitter_ns(sampler_draw(&p->user.jitter, s));

    return trip + (blocked ? flow_jitter_ns(sampler_draw(&p->vpn, s)) : 0);
}

int
care_start(struct window *w, uint32_t i)
{
    struct care *care = &w->care;
    struct op *op = &w->op[i];
    const struct path *p = op->path;
    const struct connections *kept = &w->world->cohort[p->cohort.i].connections;
    const bool blocked = p->vpn.dist != NULL;
    const int rc = mem_grow_tight(&care->op, &care->op_room, (size_t)i + 1, sizeof *care->op);
    sim_ns lead = 0;

    if (rc < 0)
        return rc;
    *care_of(w, i) = (struct care_op){0};
    op->data = op->key = NOT_ASKED;
    if (blocked) {
        const sim_ns more = flow_jitter_ns(sampler_draw(&p->vpn, &care->travel));

        op->out += more / 2;
        op->back += more - more / 2;
    }
    if (kept->idle_s > 0 && stream_chance(&care->cold, p->cold))
        for (uint32_t k = 0; k < 1 + (uint32_t)kept->tls; k++)
            lead += user_trip(w, p, blocked);
    return op->read ? read_start(w, i, lead) : write_start(w, i, lead);
}

/* The window's */

int
care_prepare(struct window *w)
{
    const size_t links = (size_t)w->world->places * w->world->places;
    struct care *c = &w->care;

    c->any = false;
    c->sites = c->stores = 0;
    for (size_t i = 0; i < w->paths->path.count; i++) {
        const struct path *p = &w->paths->path.item[i];

        c->any |= p->careful;
        c->sites = p->everys > c->sites ? p->everys : c->sites;
        c->sites = p->puts > c->sites ? p->puts : c->sites;
        c->stores = p->asks > c->stores ? p->asks : c->stores;
    }
    c->pipes = 0;
    for (size_t i = 0; c->any && i < links; i++)
        c->pipes = w->world->link[i].pipe > c->pipes ? w->world->link[i].pipe : c->pipes;
    if (c->any && slots(c) > w->legs)
        w->legs = slots(c);
    if (mem_grow(&c->fetched, &c->fetched_room, w->paths->path.count, sizeof *c->fetched) < 0)
        return ERR_MEMORY;
    return mem_grow(&c->pipe, &c->pipe_room, c->pipes, sizeof *c->pipe);
}

static void
reset_station(struct window *w, uint32_t s, const struct limits *limits)
{
    gate_reset(&w->care.gate[s], limits);
    w->care.within[s] = ns_from_seconds(limits->answers_within_s);
}

void
care_reset(struct window *w)
{
    const struct world *world = w->world;
    const size_t links = (size_t)world->places * world->places;

    if (!w->care.any)
        return;
    for (size_t i = 0; i < w->paths->path.count; i++)
        w->care.fetched[i] = (struct fetched){.share = 1, .seen = FETCHES_BEFORE};
    for (uint32_t i = 0; i < world->sites; i++)
        reset_station(w, i, &world->site[i].limits);
    for (uint32_t i = 0; i < world->stores; i++)
        reset_station(w, STATION_OF_STORE(i), &world->store[i].limits);
    for (size_t i = 0; w->care.pipes > 0 && i < links; i++)
        if (world->link[i].pipe > 0)
            pipe_reset(&w->care.pipe[world->link[i].pipe - 1], world->link[i].pipe_bit_s);
}

void
care_draw_from(struct window *w, uint64_t b)
{
    if (!w->care.any)
        return;
    stream_open(&w->care.retry, w->seed, w->replication, PURPOSE_RETRY, 0, b);
    stream_open(&w->care.cold, w->seed, w->replication, PURPOSE_CONNECTION, 0, b);
    stream_open(&w->care.travel, w->seed, w->replication, PURPOSE_CONNECTION, 1, b);
    stream_open(&w->care.edge, w->seed, w->replication, PURPOSE_EDGE, 0, b);
}

void
care_release(struct window *w)
{
    struct care *c = &w->care;

    for (uint32_t i = 0; i < STATIONS_MAX; i++)
        gate_release(&c->gate[i]);
    for (size_t i = 0; i < c->pipe_room; i++)
        pipe_release(&c->pipe[i]);
    free(c->pipe);
    free(c->op);
    free(c->fetched);
    *c = (struct care){0};
}
