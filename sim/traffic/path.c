#include "traffic/path.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What one path is made from. */
struct maker {
    struct paths *paths;
    const struct world *world;
    const struct regime *regime;
    const struct rule *rule;
    struct place_id user;
    struct path *path;
    struct why *why;
};

static bool
site_works(const struct maker *m, uint32_t site)
{
    return (m->regime->sites_down >> site & 1) == 0;
}

/* Legs */

/* The link between two places, which must be known. */
static int
find_link(const struct maker *m, struct place_id from, struct place_id to, const struct link **out)
{
    const struct world *w = m->world;

    *out = world_link(w, from, to);
    if (!(*out)->known)
        return why_add(m->why, ERR_INPUT, &m->rule->at, "no RTT is known between '%s' and '%s'",
                       w->place[from.i].is.name, w->place[to.i].is.name);
    return 0;
}

static void
leg_travel(struct leg *leg, const struct link *link)
{
    leg->rtt = ns_from_seconds(link->rtt_s);
    leg->jitter = sampler_of(&link->jitter, (double)NS_PER_S);
}

static double
longest_jitter_ns(const struct leg *leg, uint32_t legs)
{
    double longest = 0;

    for (uint32_t i = 0; i < legs; i++)
        if (!leg[i].here)
            longest = fmax(longest, dist_mean(leg[i].jitter.dist) * (double)NS_PER_S);
    return longest;
}

/* Prepares the quorum over legs. */
static void
legs_quorum(struct quorum *quorum, const struct leg *leg, uint32_t legs)
{
    for (uint32_t i = 0; i < legs; i++)
        quorum->holder[i] = leg[i].holder;
    quorum_prepare(quorum, legs);
}

static struct leg *
legs_alloc(const struct maker *m, uint64_t holders)
{
    return arena_alloc(&m->paths->arena, (size_t)__builtin_popcountll(holders) + 1,
                       sizeof(struct leg));
}

/* A link's hours are set anew with each hour. ERR_MEMORY. */
static int
note_hours(struct paths *paths, struct transfer *transfer, const struct link *link)
{
    if (link->loss_hour == NULL && link->bandwidth_hour == NULL)
        return 0;
    if (VEC_ROOM(&paths->hourly) < 0)
        return ERR_MEMORY;
    paths->hourly.item[paths->hourly.count++] = (struct hourly){transfer, link};
    return 0;
}

/* Legs from the gateway to sites; `to_site` says which way the object's bytes flow. */
static int
make_site_legs(const struct maker *m, uint64_t sites, bool to_site, const struct leg **out,
               uint32_t *count)
{
    const uint32_t gateway = m->path->user.station;
    const struct place_id here = m->world->site[gateway].at;
    struct leg *leg = legs_alloc(m, sites);

    if (leg == NULL)
        return why_no_memory(m->why);
    *out = leg;
    for (uint64_t left = sites; left != 0; left &= left - 1, leg++) {
        const uint32_t i = (uint32_t)__builtin_ctzll(left);
        const struct place_id there = m->world->site[i].at;
        const struct link *link, *bytes;

        *leg = (struct leg){.station = i,
                            .holder = (uint64_t)1 << i,
                            .here = i == gateway,
                            .share = fmin(1, formula_share(&m->rule->data, i, 1))};
        transfer_init_free(&leg->transfer);
        if (leg->here)
            continue;
        const int rc = find_link(m, here, there, &link);

        if (rc < 0)
            return rc;
        bytes = to_site ? link : world_link(m->world, there, here);
        leg_travel(leg, link);
        transfer_init(&leg->transfer, bytes);
        leg->bytes = bytes;
        leg->pipe = bytes->pipe;
        if (note_hours(m->paths, &leg->transfer, bytes) < 0)
            return why_no_memory(m->why);
    }
    *count = (uint32_t)(leg - *out);
    return 0;
}

/* Whether some direction loses every packet: then no object ever arrives. */
static bool
all_lost(const struct leg *leg, uint32_t legs)
{
    for (uint32_t i = 0; i < legs; i++)
        if (leg[i].transfer.loss >= 1)
            return true;
    return false;
}

/* The parts of a path */

static int
make_user_leg(const struct maker *m, struct path *p)
{
    const struct link *link;
    uint32_t best = NONE;
    double best_rtt = (double)INFINITY;

    if (m->rule->gateway.i != NONE && site_works(m, m->rule->gateway.i))
        best = m->rule->gateway.i;
    for (uint32_t i = 0; m->rule->gateway.i == NONE && i < m->world->sites; i++) {
        if ((m->rule->sites >> i & 1) == 0 || !site_works(m, i))
            continue;
        const int rc = find_link(m, m->user, m->world->site[i].at, &link);

        if (rc < 0)
            return rc;
        if (link->rtt_s < best_rtt) {
            best_rtt = link->rtt_s;
            best = i;
        }
    }
    p->user = (struct leg){.station = best, .share = 1};
    if (best == NONE)
        return 0;
    const struct place_id at = m->world->site[best].at;
    const int rc = find_link(m, m->user, at, &link);

    if (rc < 0)
        return rc;
    leg_travel(&p->user, link);
    transfer_init(&p->upload, link);
    p->up = link;
    p->up_pipe = link->pipe;
    p->user.bytes = world_link(m->world, at, m->user);
    p->user.pipe = p->user.bytes->pipe;
    transfer_init(&p->user.transfer, p->user.bytes);
    return 0;
}

static int
make_fetches(const struct maker *m, struct path *p)
{
    const struct place_id here = m->world->site[p->user.station].at;
    double *rtt = arena_alloc(&m->paths->arena, m->world->sites, sizeof *rtt);
    uint64_t set = 0;

    if (rtt == NULL)
        return why_no_memory(m->why);
    p->rtt = rtt;

    for (uint32_t i = 0; i < m->world->sites; i++) {
        const struct link *link;

        rtt[i] = (double)INFINITY;
        if ((m->rule->sites >> i & 1) == 0 || !site_works(m, i))
            continue;
        rtt[i] = 0;
        if (i == p->user.station)
            continue;
        const int rc = find_link(m, here, m->world->site[i].at, &link);

        if (rc < 0)
            return rc;
        rtt[i] = link->rtt_s;
    }
    if (!isfinite(formula_nearest(&m->rule->data, rtt, &set))) {
        p->reads_fail = p->lists_fail = true;
        return 0;
    }
    const int rc = make_site_legs(m, set, false, &p->fetch, &p->fetches);

    p->first = set;
    if (rc == 0 && (all_lost(p->fetch, p->fetches) || p->user.transfer.loss >= 1)) {
        p->reads_fail = p->lists_fail = true;
        p->read_cause = FAILURE_UNREACHABLE;
    }
    return rc;
}

static int
make_puts(const struct maker *m, struct path *p)
{
    const uint64_t up = m->rule->sites & ~m->regime->sites_down;
    const uint32_t sites = (uint32_t)__builtin_popcountll(m->rule->sites);
    const uint32_t working = (uint32_t)__builtin_popcountll(up);
    const int rc = make_site_legs(m, up, true, &p->put, &p->puts);

    if (rc < 0)
        return rc;
    p->written = (struct quorum){.formula = &m->rule->data,
                                 .least = m->rule->writes_all ? sites : sites / 2 + 1};
    if (working < p->written.least || !formula_holds(&m->rule->data, up) || p->upload.loss >= 1 ||
        all_lost(p->put, p->puts))
        p->writes_fail = p->removals_fail = true;
    else
        legs_quorum(&p->written, p->put, p->puts);
    if (p->upload.loss >= 1 || all_lost(p->put, p->puts))
        p->write_cause = FAILURE_UNREACHABLE;
    return 0;
}

/* Where the key is asked from: the place that decrypts. */
static struct place_id
asks_from(const struct maker *m, const struct path *p)
{
    if (p->client)
        return m->user;
    if (m->rule->decrypts == DECRYPTS_SITE && p->first != 0)
        return m->world->site[__builtin_ctzll(p->first)].at;
    return m->world->site[p->user.station].at;
}

static int
make_asks(const struct maker *m, struct path *p)
{
    const struct world *w = m->world;
    const struct place_id from = asks_from(m, p);
    uint64_t devices = 0, stores;
    struct leg *leg;

    for (uint32_t i = 0; i < w->stores; i++)
        if ((m->rule->fetch_stores >> i & 1) != 0 && w->store[i].kind == STORE_DEVICE)
            devices |= (uint64_t)1 << i;
    p->keys = (struct quorum){.formula = &m->rule->fetch, .at_hand = devices};
    if (formula_holds(&m->rule->fetch, devices))
        return 0;
    stores = m->rule->fetch_stores & ~devices & ~m->regime->stores_down;
    if (!formula_holds(&m->rule->fetch, devices | stores)) {
        p->reads_fail = p->writes_fail = true;
        return 0;
    }
    leg = legs_alloc(m, stores);
    if (leg == NULL)
        return why_no_memory(m->why);
    p->ask = leg;
    for (uint64_t left = stores; left != 0; left &= left - 1, leg++) {
        const uint32_t i = (uint32_t)__builtin_ctzll(left);
        const struct link *link;
        const int rc = find_link(m, from, w->store[i].at, &link);

        if (rc < 0)
            return rc;
        *leg = (struct leg){.station = STATION_OF_STORE(i), .holder = (uint64_t)1 << i};
        leg_travel(leg, link);
        transfer_init_free(&leg->transfer);
    }
    p->asks = (uint32_t)(leg - p->ask);
    legs_quorum(&p->keys, p->ask, p->asks);
    return 0;
}

/* Careful paths */

static bool
has_limits(const struct limits *l)
{
    return l->queue_ends || l->quota_per_s > 0 || l->answers_within_s > 0;
}

/* May an operation be refused, or take too long? */
static bool
is_fallible(const struct maker *m)
{
    bool any = m->rule->timeout_s > 0;

    for (uint32_t i = 0; i < m->world->sites; i++)
        any |= (m->rule->sites >> i & 1) != 0 && has_limits(&m->world->site[i].limits);
    for (uint32_t i = 0; i < m->world->stores; i++)
        any |= (m->rule->fetch_stores >> i & 1) != 0 && has_limits(&m->world->store[i].limits);
    return any;
}

static bool
by_vpn(const struct maker *m, const struct cohort *c)
{
    return m->regime->blocked && c->vpn > 0;
}

static bool
has_pipe(const struct leg *leg, uint32_t legs)
{
    for (uint32_t i = 0; i < legs; i++)
        if (leg[i].pipe != 0)
            return true;
    return false;
}

static bool
is_careful(const struct maker *m, const struct path *p)
{
    const struct cohort *c = &m->world->cohort[p->cohort.i];
    const struct rule *r = m->rule;

    return p->fallible || r->reads_fastest || r->keys_parallel || r->edge.objects > 0 ||
           c->connections.idle_s > 0 || c->lists > 0 || c->removals > 0 || by_vpn(m, c) ||
           p->user.pipe != 0 || p->up_pipe != 0 || has_pipe(p->fetch, p->fetches) ||
           has_pipe(p->put, p->puts);
}

/* The leg from who decrypts to the edge cache. */
static int
make_edge(const struct maker *m, struct path *p)
{
    const struct place_id at = m->rule->edge.at;
    const struct place_id from = p->client ? m->user : m->world->site[p->user.station].at;
    const struct link *link;
    const int rc = find_link(m, from, at, &link);

    if (rc < 0)
        return rc;
    p->edge = (struct leg){.share = 1, .bytes = world_link(m->world, at, from)};
    p->edge.pipe = p->edge.bytes->pipe;
    leg_travel(&p->edge, link);
    transfer_init(&p->edge.transfer, p->edge.bytes);
    return 0;
}

static int
make_careful(const struct maker *m, struct path *p)
{
    const uint64_t up = m->rule->sites & ~m->regime->sites_down;
    int rc = 0;

    p->fallible = is_fallible(m);
    p->careful = is_careful(m, p);
    if (!p->careful)
        return 0;
    rc = make_site_legs(m, up, false, &p->every, &p->everys);
    for (uint32_t i = 0; rc == 0 && i < p->everys; i++) /* no answer ever comes from there */
        if (p->every[i].transfer.loss >= 1)
            p->rtt[p->every[i].station] = (double)INFINITY;
    p->data = (struct quorum){.formula = &m->rule->data};
    legs_quorum(&p->data, p->every, p->everys);
    if (rc == 0 && m->rule->edge.objects > 0)
        rc = make_edge(m, p);
    if (by_vpn(m, &m->world->cohort[p->cohort.i]))
        p->vpn = sampler_of(&m->world->cohort[p->cohort.i].vpn_delay, (double)NS_PER_S);
    return rc;
}

bool
paths_are_fallible(const struct paths *paths)
{
    for (size_t i = 0; i < paths->path.count; i++)
        if (paths->path.item[i].fallible)
            return true;
    return false;
}

static int
make_path(struct maker *m, struct path *p)
{
    int rc;

    p->client = m->rule->decrypts == DECRYPTS_CLIENT;
    m->path = p;
    rc = make_user_leg(m, p);
    if (rc == 0 && p->user.station == NONE) {
        p->reads_fail = p->writes_fail = p->lists_fail = p->removals_fail = true;
        return 0;
    }
    if (rc == 0)
        rc = make_fetches(m, p);
    if (rc == 0)
        rc = make_puts(m, p);
    if (rc == 0)
        rc = make_asks(m, p);
    if (rc == 0)
        rc = make_careful(m, p);
    return rc;
}

static void
note_jitter(struct paths *paths, const struct path *p)
{
    const double sum =
        longest_jitter_ns(p->ask, p->asks) +
        fmax(longest_jitter_ns(p->fetch, p->fetches), longest_jitter_ns(p->put, p->puts));

    paths->longest_jitter_ns = fmax(paths->longest_jitter_ns, sum);
}

/* All paths */

/* The row of a rule's path among those of this part of the cohort, made when it is new. */
static int
path_of_rule(struct maker *m, size_t first, struct cohort_id cohort, uint32_t *row)
{
    struct paths *paths = m->paths;
    size_t i = first;

    while (i < paths->path.count && paths->path.item[i].rule != m->rule)
        i++;
    *row = (uint32_t)i;
    if (i < paths->path.count)
        return 0;
    if (VEC_ROOM(&paths->path) < 0)
        return why_no_memory(m->why);
    struct path *p = &paths->path.item[paths->path.count++];

    *p = (struct path){.rule = m->rule, .cohort = cohort};
    const int rc = make_path(m, p);

    if (rc == 0)
        note_jitter(paths, p);
    return rc;
}

/* Those of a part, `width` of the accounts, on a data class of `weight`. */
static void
add_rates(struct path *p, const struct cohort *cohort, double width, double weight)
{
    const double sharing = p->rule->cohort_key ? cohort->accounts * width : 1;

    p->key_reads_per_s += sharing * cohort->operations_per_s * cohort->reads * weight;
    p->operations_per_s += cohort->operations_per_s * weight;
}

/* The paths of one part of a cohort lead the same accounts: those to one gateway share its
 * connection. */
static void
share_connections(struct paths *paths, size_t first)
{
    for (size_t i = first; i < paths->path.count; i++)
        for (size_t j = first; j < paths->path.count; j++)
            if (paths->path.item[i].user.station == paths->path.item[j].user.station)
                paths->path.item[i].connection_per_s += paths->path.item[j].operations_per_s;
}

/* A key of the whole cohort is cached for all parts that one rule serves. */
static void
share_keys(struct paths *paths, size_t first)
{
    for (size_t i = first; i < paths->path.count; i++) {
        struct path *const p = &paths->path.item[i];

        for (size_t j = first; j < paths->path.count; j++)
            if (i == j || (p->rule->cohort_key && paths->path.item[j].rule == p->rule))
                p->cached_reads_per_s += paths->path.item[j].key_reads_per_s;
    }
}

static int
make_cohort(struct paths *paths, const struct regime *regime, struct cohort_id id, struct why *why)
{
    const struct epoch *e = regime->epoch;
    const struct cohort *cohort = &e->world->cohort[id.i];
    struct maker m = {paths, e->world, regime, NULL, cohort->at, NULL, why};
    const uint32_t most = e->rules + 1;
    const size_t own = paths->path.count;
    double *upper = arena_alloc(&paths->arena, most, sizeof *upper);
    int rc = 0;

    if (upper == NULL)
        return why_no_memory(why);
    const uint32_t parts = epoch_parts(e, id, upper, most);
    struct part *part = arena_alloc(&paths->arena, (size_t)parts * paths->classes, sizeof *part);

    if (part == NULL)
        return why_no_memory(why);
    paths->parts[id.i] = parts;
    paths->part[id.i] = part;
    for (uint32_t k = 0; rc == 0 && k < parts; k++) {
        const double low = k > 0 ? upper[k - 1] : 0;
        const size_t first = paths->path.count;

        for (uint32_t c = 0; rc == 0 && c < paths->classes; c++) {
            struct part *here = &part[c * parts + k];

            *here = (struct part){upper[k], NONE};
            m.rule = epoch_rule(e, id, (struct class_id){c}, low + (upper[k] - low) / 2);
            if (m.rule == NULL)
                continue;
            rc = path_of_rule(&m, first, id, &here->path);
            if (rc == 0)
                add_rates(&paths->path.item[here->path], cohort, upper[k] - low,
                          e->world->class[c].weight);
        }
        share_connections(paths, first);
    }
    share_keys(paths, own);
    return rc;
}

int
paths_make(struct paths *paths, const struct regime *regime, struct why *why)
{
    const struct world *w = regime->epoch->world;
    int rc = 0;

    assert(w->sites <= HOLDERS_MAX && w->stores <= HOLDERS_MAX && w->cohorts <= HOLDERS_MAX);
    paths->cohorts = w->cohorts;
    paths->classes = w->classes;
    for (uint32_t i = 0; rc == 0 && i < w->cohorts; i++)
        rc = make_cohort(paths, regime, (struct cohort_id){i}, why);
    return rc;
}

void
paths_release(struct paths *paths)
{
    arena_release(&paths->arena);
    free(paths->path.item);
    free(paths->hourly.item);
    *paths = (struct paths){0};
}

/* Operations of one account are a Poisson process, so the last is older than `idle` with
 * probability exp(-rate x idle). */
static double
cold_connections(const struct path *p, const struct cohort *c, unsigned hour)
{
    if (c->connections.idle_s <= 0)
        return 0;
    return exp(-p->connection_per_s * c->hour[hour] * c->connections.idle_s);
}

/* The transfers that lie in the path itself; those of legs are noted. */
static void
set_hour_links(struct path *p, unsigned hour)
{
    if (p->up != NULL && (p->up->loss_hour != NULL || p->up->bandwidth_hour != NULL))
        transfer_init_hour(&p->upload, p->up, hour);
    struct leg *const leg[] = {&p->user, &p->edge};

    for (size_t i = 0; i < COUNT(leg); i++)
        if (leg[i]->bytes != NULL &&
            (leg[i]->bytes->loss_hour != NULL || leg[i]->bytes->bandwidth_hour != NULL))
            transfer_init_hour(&leg[i]->transfer, leg[i]->bytes, hour);
}

void
paths_set_hour(struct paths *paths, const struct world *world, unsigned hour)
{
    for (size_t i = 0; i < paths->path.count; i++) {
        struct path *p = &paths->path.item[i];
        const double reads = p->cached_reads_per_s * world->cohort[p->cohort.i].hour[hour];
        const double kept = p->client ? 0 : reads * p->rule->key_cache_ttl_s;

        p->hit = isfinite(kept) ? kept / (1 + kept) : 1;
        p->cold = cold_connections(p, &world->cohort[p->cohort.i], hour);
        set_hour_links(p, hour);
    }
    for (size_t i = 0; i < paths->hourly.count; i++)
        transfer_init_hour(paths->hourly.item[i].transfer, paths->hourly.item[i].link, hour);
}
