#include "traffic/load.h"

#include <math.h>
#include <string.h>

/* Operations of one path a second, by what they do; those that fail at once left out. */
struct rates {
    double reads, writes, lists, removals;
};

static struct rates
rates_of(const struct path *p, const struct cohort *c, double per_s)
{
    return (struct rates){
        .reads = p->reads_fail ? 0 : per_s * c->reads,
        .writes = p->writes_fail ? 0 : per_s * (1 - c->reads - c->lists - c->removals),
        .lists = p->lists_fail ? 0 : per_s * c->lists,
        .removals = p->removals_fail ? 0 : per_s * c->removals,
    };
}

/* Operations a second of part k of a cohort's accounts on a data class; NULL: nobody serves them */
static const struct path *
part_of(const struct paths *paths, const struct world *world, uint32_t cohort, uint32_t j,
        unsigned hour, double *per_s)
{
    const struct cohort *c = &world->cohort[cohort];
    const uint32_t parts = paths->parts[cohort], k = j % parts;
    const struct part *part = &paths->part[cohort][j];
    const double width = part->upper - (k > 0 ? part[-1].upper : 0);

    *per_s = cohort_rate(c, hour) * width * world->class[j / parts].weight;
    return part->path == NONE ? NULL : &paths->path.item[part->path];
}

/* Stations */

static void
add_load(const struct leg *leg, uint32_t legs, double rate, double *jobs_per_s)
{
    for (uint32_t i = 0; i < legs; i++)
        jobs_per_s[leg[i].station] += rate;
}

static void
add_path(const struct path *p, const struct rates *r, double *jobs_per_s)
{
    const double far = r->reads * (1 - p->rule->edge.hit) + r->lists; /* past the edge cache */

    if (p->rule->reads_fastest)
        add_load(p->every, p->everys, far, jobs_per_s);
    else
        add_load(p->fetch, p->fetches, far, jobs_per_s);
    add_load(p->put, p->puts, r->writes + r->removals, jobs_per_s);
    add_load(p->ask, p->asks, r->reads * (1 - p->hit) + r->writes, jobs_per_s);
}

void
paths_load(const struct paths *paths, const struct world *world, unsigned hour,
           double jobs_per_s[STATIONS_MAX])
{
    memset(jobs_per_s, 0, STATIONS_MAX * sizeof *jobs_per_s);
    for (uint32_t i = 0; i < paths->cohorts; i++)
        for (uint32_t j = 0; j < paths->classes * paths->parts[i]; j++) {
            double per_s;
            const struct path *p = part_of(paths, world, i, j, hour, &per_s);

            if (p != NULL) {
                const struct rates r = rates_of(p, &world->cohort[i], per_s);

                add_path(p, &r, jobs_per_s);
            }
        }
}

/* Pipes */

static void
add_bytes(struct pipe_load *load, const struct link *link, double per_s, double bytes)
{
    if (link == NULL || link->pipe != load->pipe)
        return;
    load->bit_s = link->pipe_bit_s;
    load->jobs_per_s += per_s;
    load->offered_bit_s += per_s * 8 * bytes;
}

static void
add_legs(struct pipe_load *load, const struct leg *leg, uint32_t legs, double per_s, double bytes)
{
    for (uint32_t i = 0; i < legs; i++)
        add_bytes(load, leg[i].bytes, per_s, bytes * leg[i].share);
}

static void
add_transfers(struct pipe_load *load, const struct path *p, const struct rates *r, double bytes)
{
    const double near = r->reads * p->rule->edge.hit, far = r->reads - near;

    if (p->rule->reads_fastest)
        add_legs(load, p->every, p->everys, far, bytes);
    else
        add_legs(load, p->fetch, p->fetches, far, bytes);
    add_bytes(load, p->user.bytes, p->client ? far : r->reads, bytes);
    add_bytes(load, p->edge.bytes, near, bytes);
    add_legs(load, p->put, p->puts, r->writes, bytes);
    add_bytes(load, p->up, r->writes, bytes);
}

void
paths_pipe_load(const struct paths *paths, const struct world *world, unsigned hour,
                struct pipe_load *load)
{
    for (uint32_t i = 0; i < paths->cohorts; i++)
        for (uint32_t j = 0; j < paths->classes * paths->parts[i]; j++) {
            double per_s;
            const struct path *p = part_of(paths, world, i, j, hour, &per_s);

            if (p == NULL)
                continue;
            const struct rates r = rates_of(p, &world->cohort[i], per_s);

            add_transfers(load, p, &r, dist_mean(&world->class[j / paths->parts[i]].size));
        }
}

/* How long until the start is forgotten */

double
load_relaxation_s(double per_s, double service_s, uint32_t servers)
{
    const double rho = per_s * service_s / servers, distance = 1 - sqrt(rho);

    if (per_s <= 0)
        return 0;
    if (!(rho < 1))
        return (double)INFINITY;
    return service_s * (1 + 1 / (servers * distance * distance));
}

double
paths_relaxation_s(const struct paths *paths, const struct world *world, unsigned hour,
                   uint32_t pipes)
{
    double jobs[STATIONS_MAX], slowest = 0;

    paths_load(paths, world, hour, jobs);
    for (uint32_t i = 0; i < world->sites; i++)
        slowest = fmax(slowest, load_relaxation_s(jobs[i], dist_mean(&world->site[i].service),
                                                  world->site[i].servers));
    for (uint32_t i = 0; i < world->stores; i++)
        slowest = fmax(slowest, load_relaxation_s(jobs[STATION_OF_STORE(i)],
                                                  dist_mean(&world->store[i].service),
                                                  world->store[i].servers));
    for (uint32_t i = 1; i <= pipes; i++) {
        struct pipe_load l = {.pipe = i};

        paths_pipe_load(paths, world, hour, &l);
        if (l.jobs_per_s > 0)
            slowest = fmax(slowest, load_relaxation_s(l.jobs_per_s,
                                                      l.offered_bit_s / l.jobs_per_s / l.bit_s, 1));
    }
    return slowest;
}

static double
drain_s(const struct limits *limits, double per_s)
{
    if (limits->quota_per_s <= 0 || per_s <= limits->quota_per_s)
        return 0;
    return limits->burst / (per_s - limits->quota_per_s);
}

double
paths_drain_s(const struct paths *paths, const struct world *world, unsigned hour)
{
    double jobs[STATIONS_MAX], longest = 0;

    paths_load(paths, world, hour, jobs);
    for (uint32_t i = 0; i < world->sites; i++)
        longest = fmax(longest, drain_s(&world->site[i].limits, jobs[i]));
    for (uint32_t i = 0; i < world->stores; i++)
        longest = fmax(longest, drain_s(&world->store[i].limits, jobs[STATION_OF_STORE(i)]));
    return longest;
}
