#include "legal/arrivals.h"
#include <math.h>
#include <stdlib.h>

/*
 * Numbers. Of a series: period << 30 | place in the period. Of a rate: 2^43 | cell << 8 | place in
 * the cell, where band b, cut into blocks of 2^(63 - b) ns, has the cells 2^b + (time >> 63 - b):
 * all different for all times below 2^63 ns. A block has 69 points in the mean (band 0: up to 137),
 * and more than 255 with a chance below 1e-18.
 */
enum {
    SERIES_PLACE_BITS = 30,
    PERIODS_MOST = 1 << 13,
    BLOCK_PLACE_BITS = 8,
    BANDS = 35,
    LEAST_BAND_LOG2 = -26 /* a second: once in two years; below this no finer bands */
};

#define ARRIVALS_MOST ((size_t)1 << 26)   /* of one stream: a gigabyte */
#define BLOCK_CELLS   (UINT64_C(1) << 43) /* this bit of a number tells blocks from periods */
#define RATE_MOST     0x1p8               /* a second: where the bands end */

struct making {
    struct arrival_list *out;
    const struct request_stream *facts;
    uint64_t seed, replication;
    uint64_t entity; /* authority and stream */
    sim_ns horizon;
    sim_ns from, to;        /* the span for which `facts` count */
    struct stream concerns; /* of a cell: is a request about the scenario's cohorts? */
    struct why *why;
};

static void
open_concerns(struct making *m, uint64_t cell)
{
    stream_open(&m->concerns, m->seed, m->replication, PURPOSE_CONCERNS, m->entity, cell);
}

static int
too_many(const struct making *m)
{
    return why_add(m->why, ERR_LIMIT, &m->facts->is.at,
                   "request stream '%s': too many requests (at most %zu in all, %g a second) or "
                   "periods of a series (at most %d)",
                   m->facts->is.name, ARRIVALS_MOST, RATE_MOST, PERIODS_MOST);
}

static int
keep(struct making *m, sim_ns at, uint64_t number)
{
    struct arrival_list *out = m->out;
    /* Every point of a cell draws, kept or not, so that a higher chance keeps all of a lower one.
     */
    const bool concerns =
        m->facts->concerns >= 1 || stream_chance(&m->concerns, m->facts->concerns);

    if (!concerns || at < m->from || at >= m->to)
        return 0;
    if (out->count == ARRIVALS_MOST)
        return too_many(m);
    if (VEC_ROOM(out) < 0)
        return why_no_memory(m->why);
    out->item[out->count++] = (struct keyed){(uint64_t)at, number};
    return 0;
}

/* Heights [low, high) over a block of time: its points, those below the rate kept. */
static int
add_block(struct making *m, unsigned band, uint64_t block, double low, double high)
{
    const uint64_t cell = BLOCK_CELLS | ((UINT64_C(1) << band) + block) << BLOCK_PLACE_BITS;
    const uint64_t length = UINT64_C(1) << (63 - band), start = block * length;
    const double rate = m->facts->rate_per_s, length_s = (double)length / NS_PER_S;
    struct stream s;
    double t = 0;
    int rc = 0;

    stream_open(&s, m->seed, m->replication, PURPOSE_ARRIVALS, m->entity, cell);
    open_concerns(m, cell);
    for (uint64_t place = 0; rc == 0; place++) {
        t += stream_exponential(&s) / (high - low);
        const double height = low + stream_uniform(&s) * (high - low);

        if (!(t < length_s))
            break;
        if (place >> BLOCK_PLACE_BITS != 0)
            return too_many(m);
        if (height < rate)
            rc = keep(m, (sim_ns)start + ns_from_seconds(t), cell | place);
        else if (m->facts->concerns < 1)
            stream_uniform(&m->concerns); /* its draw, unused */
    }
    return rc;
}

/* The blocks of a band that meet the span. One earlier, too: its last instants round up. */
static int
add_band(struct making *m, unsigned band, double low, double high)
{
    const unsigned shift = 63 - band;
    const uint64_t last = (uint64_t)(m->to - 1) >> shift;
    int rc = 0;

    for (uint64_t block = (uint64_t)(m->from > 0 ? m->from - 1 : 0) >> shift;
         block <= last && rc == 0; block++)
        rc = add_block(m, band, block, low, high);
    return rc;
}

static int
add_rate(struct making *m)
{
    double low = 0, high = ldexp(1, LEAST_BAND_LOG2);
    int rc = 0;

    if (m->facts->rate_per_s > RATE_MOST ||
        m->facts->rate_per_s * seconds_from_ns(m->to - m->from) > (double)ARRIVALS_MOST)
        return too_many(m);
    for (unsigned band = 0; low < m->facts->rate_per_s && rc == 0; band++) {
        rc = add_band(m, band, low, high);
        low = high;
        high *= 2;
    }
    return rc;
}

/* How many arrive in a period of which a part lies inside the horizon. */
static uint64_t
count_in(const struct making *m, double expected, struct stream *s)
{
    if (!m->facts->exact)
        return draw_poisson(expected, s);
    /* A partial count is rounded up with the chance of what it lacks, so its mean is kept. */
    return (uint64_t)floor(expected) + stream_chance(s, expected - floor(expected));
}

static int
add_period(struct making *m, uint32_t period, const struct period_count *p)
{
    const sim_ns from = p->from > 0 ? p->from : 0;
    const sim_ns to = p->to < m->horizon ? p->to : m->horizon;
    struct stream counts, instants;
    int rc = 0;

    if (from >= to || from >= m->to || to <= m->from)
        return 0;
    const double inside = (double)(to - from) / (double)(p->to - p->from);

    stream_open(&counts, m->seed, m->replication, PURPOSE_ARRIVALS, m->entity,
                2 * (uint64_t)period);
    stream_open(&instants, m->seed, m->replication, PURPOSE_ARRIVALS, m->entity,
                2 * (uint64_t)period + 1);
    open_concerns(m, period);
    const uint64_t n = count_in(m, p->count * inside, &counts);

    if (n > ARRIVALS_MOST || period >= PERIODS_MOST) /* said before the memory is used */
        return too_many(m);
    for (uint64_t place = 0; place < n && rc == 0; place++)
        rc = keep(m, from + (sim_ns)stream_below(&instants, (uint64_t)(to - from)),
                  (uint64_t)period << SERIES_PLACE_BITS | place);
    return rc;
}

static int
add_span(struct making *m)
{
    int rc = 0;

    if (m->facts->series == NULL)
        return add_rate(m);
    for (uint32_t i = 0; i < m->facts->periods && rc == 0; i++)
        rc = add_period(m, i, &m->facts->series[i]);
    return rc;
}

/* Do two epochs state the same arrivals? */
static bool
same_facts(const struct request_stream *a, const struct request_stream *b)
{
    if (a->concerns != b->concerns)
        return false;
    if (a->series == NULL || b->series == NULL)
        return a->series == b->series && a->rate_per_s == b->rate_per_s;
    if (a->exact != b->exact || a->periods != b->periods)
        return false;
    for (uint32_t i = 0; i < a->periods; i++)
        if (a->series[i].from != b->series[i].from || a->series[i].to != b->series[i].to ||
            a->series[i].count != b->series[i].count)
            return false;
    return true;
}

/* They were made in the order of their numbers, and sorting keeps that of equal times. */
static int
sort_by_time(struct arrival_list *list, struct why *why)
{
    struct keyed *spare = calloc(list->count + 1, sizeof *spare);

    if (spare == NULL)
        return why_no_memory(why);
    order_by_key(list->item, spare, list->count);
    free(spare);
    return 0;
}

int
arrivals_make(struct arrival_list *out, const struct model *model, const struct strategy *strategy,
              uint64_t replication, struct authority_id authority, uint32_t stream, struct why *why)
{
    struct making m = {
        .out = out,
        .seed = model->study.seed,
        .replication = replication,
        .entity = (uint64_t)strategy->epoch[0].world->authority[authority.i].entity << 32 | stream,
        .horizon = model->horizon,
        .why = why,
    };
    int rc = 0;

    out->count = 0;
    for (uint32_t e = 0, next; e < strategy->epochs && rc == 0; e = next) {
        m.facts = &strategy->epoch[e].world->authority[authority.i].stream[stream];
        next = e + 1;
        while (next < strategy->epochs &&
               same_facts(m.facts,
                          &strategy->epoch[next].world->authority[authority.i].stream[stream]))
            next++;
        m.from = e == 0 ? 0 : strategy->epoch[e].from;
        m.to = next == strategy->epochs ? model->horizon : strategy->epoch[next].from;
        if (m.to > model->horizon)
            m.to = model->horizon;
        if (m.from < m.to)
            rc = add_span(&m);
    }
    return rc < 0 ? rc : sort_by_time(out, why);
}

void
arrival_list_release(struct arrival_list *list)
{
    free(list->item);
    *list = (struct arrival_list){0};
}
