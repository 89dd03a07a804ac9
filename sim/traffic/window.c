#include "traffic/window.h"

#include <stdlib.h>
#include "traffic/care.h"
#include "traffic/flow.h"
#include "traffic/load.h"

/* Longest measured time of a segment, so that instants fit: with very few operations the window
 * measures fewer than asked. 31 years. */
#define SEGMENT_MOST_NS 1e18

enum {
    EVENTS_AHEAD = 8,
    OPS_FAR = 4096, /* about 300 KiB: operations under way beyond the nearer caches */
};

enum phase { PHASE_WARM_UP, PHASE_MEASURED, PHASE_AFTER };

/* The streams of a segment's stations, apart for warm-up and what follows: the warm-up's length
 * depends on the strategy, what is measured must not (invariant T1). */
static uint64_t
segment_key(uint32_t segment, enum course course)
{
    return (uint64_t)segment << 8 | (uint64_t)course;
}

static void
stations_reset(struct window *w)
{
    const struct world *world = w->world;
    const struct stream none = {0};

    for (uint32_t i = 0; i < world->sites; i++)
        station_reset(&w->station[i], world->site[i].servers, &world->site[i].service, &none);
    for (uint32_t i = 0; i < world->stores; i++)
        station_reset(&w->station[STATION_OF_STORE(i)], world->store[i].servers,
                      &world->store[i].service, &none);
}

static void
stations_draw_from(struct window *w, enum course course)
{
    const uint64_t b = segment_key(w->segment, course);
    const uint32_t end[2] = {w->world->sites, STATION_OF_STORE(w->world->stores)};

    for (uint32_t k = 0; k < 2; k++)
        for (uint32_t i = k * HOLDERS_MAX; i < end[k]; i++) {
            stream_open(&w->station[i].draws, w->seed, w->replication, PURPOSE_SERVICE, i, b);
            stream_open(&w->travel[i], w->seed, w->replication, PURPOSE_NETWORK, i, b);
        }
    stream_open(&w->probed, w->seed, w->replication, PURPOSE_SERVICE, STATIONS_MAX, b);
    care_draw_from(w, b);
}

/* Sources */

/* Sets when the operation that is drawn arrives. */
static void
source_place(struct source *from)
{
    const double at = from->next.at_ns, room = (double)(from->ends - from->starts);

    from->at = at < room ? from->starts + (sim_ns)at : SIM_NEVER;
    if (from->at >= from->ends)
        from->at = SIM_NEVER;
}

static void
source_next(struct source *from)
{
    operations_next(&from->from, &from->next);
    source_place(from);
}

/* Its part of the segment. */
static void
source_span(const struct window *w, struct source *from)
{
    from->starts = from->course == COURSE_WARM_UP ? 0 : w->from;
    from->ends = from->course == COURSE_WARM_UP ? w->from
                 : from->course == COURSE_PROBE ? w->to
                                                : w->ends;
}

static void
source_open(struct window *w, uint32_t cohort, enum course course, double rate_per_s)
{
    struct source *from = &w->source[w->sources++];
    const struct operation_key key = {w->seed, w->replication, cohort, w->segment, course};
    const uint64_t b = segment_key(w->segment, course);

    from->cohort = cohort;
    from->course = course;
    source_span(w, from);
    operations_open(&from->from, &w->kinds, &key, rate_per_s, w->world->cohort[cohort].reads);
    from->from.lists = w->world->cohort[cohort].lists;
    from->from.removals = w->world->cohort[cohort].removals;
    stream_open(&from->travel, w->seed, w->replication, PURPOSE_NETWORK, STATIONS_MAX + cohort, b);
    stream_open(&from->cached, w->seed, w->replication, PURPOSE_KEY_CACHE, cohort, b);
    source_next(from);
}

/*
 * How much more often a cohort is simulated than it operates: a rare one is topped up, by its day
 * and not by the hour, to at least PROBE_SHARE of all, so that every hour keeps its own weight.
 */
static double
probe_factor(const struct world *w, uint32_t cohort)
{
    double own = 0, all = 0;

    for (unsigned hour = 0; hour < 24; hour++) {
        own += cohort_rate(&w->cohort[cohort], hour);
        all += hours_rate(w, hour);
    }
    return own > 0 && own < PROBE_SHARE * all ? PROBE_SHARE * all / own - 1 : 0;
}

static void
sources_open(struct window *w, unsigned hour)
{
    w->sources = 0;
    for (uint32_t i = 0; i < w->world->cohorts; i++) {
        const double rate = cohort_rate(&w->world->cohort[i], hour);
        const double probes = rate * probe_factor(w->world, i);

        if (rate <= 0)
            continue;
        source_open(w, i, COURSE_MEASURED, rate);
        source_open(w, i, COURSE_WARM_UP, rate);
        if (probes > 0)
            source_open(w, i, COURSE_PROBE, probes);
    }
}

/* The source whose operation comes first; of equals, the first in the file. NULL: none is left. */
static struct source *
source_soonest(struct window *w)
{
    struct source *best = NULL;
    sim_ns soonest = SIM_NEVER;

    for (uint32_t i = 0; i < w->sources; i++)
        if (w->source[i].at < soonest) {
            soonest = w->source[i].at;
            best = &w->source[i];
        }
    return best;
}

/* Segments */

/* The longest warm-up of a segment. */
static double
warm_up_most_ns(const struct window *w, unsigned hour, double measured_ns)
{
    const double most = WARM_UP_MOST / hours_rate(w->world, hour) * (double)NS_PER_S;

    return fmax(measured_ns, fmin(most, SEGMENT_MOST_NS));
}

/* The warm-up a segment needs at least; window.h says why so long. */
static double
warm_up_ns(const struct window *w, unsigned hour, double measured_ns)
{
    const double slowest =
        paths_relaxation_s(w->paths, w->world, hour, (uint32_t)w->care.pipes) * (double)NS_PER_S;
    const double drain = paths_drain_s(w->paths, w->world, hour) * (double)NS_PER_S;

    return fmin(fmax(WARM_UP_SHARE * measured_ns,
                     drain + WARM_UP_RELAXATIONS * (w->paths->longest_jitter_ns + slowest)),
                warm_up_most_ns(w, hour, measured_ns));
}

/* The end of warm-up, and all that comes after it. */
static void
place_measured(struct window *w, sim_ns from, sim_ns measured)
{
    w->from = from;
    w->to = w->from + measured;
    w->ends = w->to + measured;
}

/* At the end of warm-up: longer, if it has not settled and may be longer. What is drawn for the
 * measured time stays, and comes later. */
static bool
warm_up_goes_on(struct window *w)
{
    if (w->from >= w->warm_up_most || warm_up_is_settled(&w->warm_up))
        return false;
    place_measured(w, w->from < w->warm_up_most / 2 ? 2 * w->from : w->warm_up_most,
                   w->to - w->from);
    warm_up_extend(&w->warm_up, w->from);
    w->extended++;
    for (uint32_t i = 0; i < w->sources; i++) {
        source_span(w, &w->source[i]);
        source_place(&w->source[i]);
    }
    return true;
}

/* The work that reached each station since the last call goes to the measure, or nowhere. */
static void
take_work(struct window *w, bool keep)
{
    for (uint32_t i = 0; i < STATIONS_MAX; i++) {
        if (keep)
            w->work_ns[i] += w->station[i].work_ns;
        w->station[i].work_ns = 0;
    }
}

/* A batch is over: all that was measured so far, by cohort. */
static void
end_batch(struct window *w)
{
    const uint32_t classes = w->world->classes;
    struct batch now[HOLDERS_MAX];

    for (uint32_t i = 0; i < w->world->cohorts; i++) {
        now[i] = (struct batch){0};
        for (uint32_t c = 0; c < classes; c++) {
            now[i].sum_ns += w->cell[i * classes + c].latency.sum;
            now[i].served += (double)w->cell[i * classes + c].served;
        }
    }
    batches_part(&w->batches, now, w->world->cohorts);
}

/* Moves the phase on to the one that holds `at`. True when `at` is not to be gone to: warm-up goes
 * on, and what comes next may be another. */
static bool
enter_phase(struct window *w, enum phase *phase, sim_ns at)
{
    if (*phase == PHASE_WARM_UP && at >= w->from) {
        if (at < SIM_NEVER && warm_up_goes_on(w))
            return true;
        warm_up_close(&w->warm_up);
        take_work(w, false);
        stations_draw_from(w, COURSE_MEASURED);
        batches_begin(&w->batches, w->segment, w->from, w->to);
        *phase = PHASE_MEASURED;
    }
    while (at >= w->batches.next && *phase == PHASE_MEASURED && w->batches.part < BATCHES - 1)
        end_batch(w);
    if (*phase == PHASE_MEASURED && at >= w->to) {
        take_work(w, true);
        *phase = PHASE_AFTER;
    }
    return false;
}

/* Asks for the operation of an event soon due: with a million under way, each is far from the
 * processor, and waiting for one after the other took most of the time. */
static inline void
fetch_ahead(const struct window *w)
{
    const struct event *soon = queue_ahead(&w->queue, EVENTS_AHEAD);

    if (soon == NULL || w->ops < OPS_FAR)
        return;
    __builtin_prefetch(&w->op[soon->a]);
    __builtin_prefetch(&w->op[soon->a].measured);
    __builtin_prefetch(&w->done[(size_t)soon->a * w->legs]);
}

static int
segment_loop(struct window *w)
{
    enum phase phase = PHASE_WARM_UP;
    struct source *from = source_soonest(w);
    int rc = 0;

    while (rc == 0) {
        const sim_ns arrival = from != NULL ? from->at : SIM_NEVER;
        const sim_ns job = queue_soonest(&w->queue);
        const sim_ns at = arrival < job ? arrival : job;

        if (at == SIM_NEVER || (at >= w->to && w->open == 0))
            break;
        if (phase != PHASE_AFTER && enter_phase(w, &phase, at)) {
            from = source_soonest(w);
            continue;
        }
        w->now = at;
        if (job < arrival) {
            struct event e;

            fetch_ahead(w);
            if (queue_next(&w->queue, &e))
                rc = flow_event(w, &e);
        } else {
            rc = flow_start(w, from, arrival);
            source_next(from);
            from = source_soonest(w);
        }
    }
    (void)enter_phase(w, &phase, SIM_NEVER);
    end_batch(w); /* the last, with what came after the measured time */
    return rc;
}

static int
segment_run(struct window *w, unsigned hour, double operations)
{
    const double wanted = operations / hours_rate(w->world, hour) * (double)NS_PER_S;
    const double measured = fmin(wanted, SEGMENT_MOST_NS);
    const double warm_up = warm_up_ns(w, hour, measured);

    place_measured(w, (sim_ns)warm_up, (sim_ns)measured);
    w->warm_up_most = (sim_ns)warm_up_most_ns(w, hour, measured);
    warm_up_begin(&w->warm_up, w->from, hours_rate(w->world, hour) * warm_up / (double)NS_PER_S);
    /* Hours are met as often as operations fall in them: at the day's mean rate each segment's work
     * would take as long. */
    w->measured_ns += measured * hours_rate(w->world, hour) / w->mean_rate;
    w->open = 0;
    w->ops = 0;
    w->free_op = NONE;
    queue_reset(&w->queue);
    stations_reset(w);
    care_reset(w);
    stations_draw_from(w, COURSE_WARM_UP);
    sources_open(w, hour);
    return segment_loop(w);
}

static uint32_t
most_legs(const struct paths *paths)
{
    uint32_t most = 1;

    for (size_t i = 0; i < paths->path.count; i++) {
        const struct path *p = &paths->path.item[i];

        most = p->fetches > most ? p->fetches : most;
        most = p->asks > most ? p->asks : most;
        most = p->puts > most ? p->puts : most;
    }
    return most;
}

int
window_run(struct window *w, const struct window_plan *plan)
{
    unsigned hour[SEGMENTS];
    int rc = 0;

    w->mean_rate = hours_draw(plan->world, plan->seed, plan->replication, hour);
    if (w->mean_rate <= 0)
        return 0;
    w->world = plan->world;
    w->paths = plan->paths;
    w->seed = plan->seed;
    w->replication = plan->replication;
    w->legs = most_legs(plan->paths);
    operation_kinds_init(&w->kinds, plan->world);
    rc = care_prepare(w);
    for (w->segment = 0; rc == 0 && w->segment < SEGMENTS; w->segment++) {
        paths_set_hour(plan->paths, plan->world, hour[w->segment]);
        rc = segment_run(w, hour[w->segment], (double)plan->operations / SEGMENTS);
    }
    return rc;
}

void
window_clear(struct window *w)
{
    for (size_t i = 0; i < COUNT(w->cell); i++) {
        hist_release(&w->cell[i].latency);
        w->cell[i] = (struct window_cell){0};
    }
    for (size_t i = 0; i < COUNT(w->work_ns); i++)
        w->work_ns[i] = 0;
    w->measured_ns = 0;
    w->batches = (struct batches){0};
    w->simulated = 0;
    w->extended = 0;
}

void
window_release(struct window *w)
{
    window_clear(w);
    for (size_t i = 0; i < COUNT(w->station); i++)
        station_release(&w->station[i]);
    queue_release(&w->queue);
    care_release(w);
    free(w->op);
    free(w->done);
    *w = (struct window){0};
}
