#include "traffic_world.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include "tiny.h"
#include "traffic/load.h"
#include "traffic/path.h"
#include "traffic/regime.h"
#include "traffic/station.h"
#include "traffic/traffic.h"

/*
 * Queueing theory through the traffic plane: rows of stations, quorums, failures; and for every
 * scenario in scenarios/tiny the utilisation of every station and Little's law at it.
 */

/* Jackson 1957: behind M/M/c the stream is Poisson again, so times at stations in a row add up. */
static void
test_stations_in_a_row_are_as_if_alone(void **state)
{
    struct traffic_world tw;
    const double per_s = 300;

    (void)state;
    tw_init(&tw);
    tw_site(&tw, 0, 1, tw_exponential(0.002));
    tw_store(&tw, 0, 3, tw_exponential(0.008));
    tw_cohort(&tw, 0, 1000, per_s / 1000, 1);
    tw_rule(&tw, 1, TW_ROWS(0), 1, TW_ROWS(0));
    tw_check_mean_latency("M/M/1 and M/M/3", &tw,
                          1e3 *
                              (tw_mmc_sojourn(per_s, 0.002, 1) + tw_mmc_sojourn(per_s, 0.008, 3)));
}

/* Mean of the m-th smallest of n exponential answers with different means, by inclusion: the time
 * at which m have come exceeds t while fewer than m have. Integrated by trapezia. */
static double
mth_of(const double *mean, uint32_t n, uint32_t m)
{
    const double step = 1e-3;
    double sum = 0;

    for (double t = 0; t < 400; t += step) {
        double p[9] = {1};

        for (uint32_t i = 0; i < n; i++) {
            const double come = -expm1(-t / mean[i]);

            for (uint32_t k = i + 1; k > 0; k--)
                p[k] = p[k] * (1 - come) + p[k - 1] * come;
            p[0] *= 1 - come;
        }
        double fewer = 0;

        for (uint32_t k = 0; k < m; k++)
            fewer += p[k];
        sum += fewer * step * (t > 0 ? 1 : 0.5);
    }
    return sum;
}

/* Writes are done when a majority of the sites has answered, or all. */
static void
test_writes_take_the_order_statistic_of_their_quorum(void **state)
{
    static const double mean[5] = {4, 8, 2, 16, 6}; /* ms */
    struct traffic_world tw;

    (void)state;
    for (int all = 0; all < 2; all++) {
        tw_init(&tw);
        for (uint32_t i = 0; i < 5; i++)
            tw_site(&tw, 0, TW_AMPLE, tw_exponential(mean[i] / 1e3));
        tw_device(&tw);
        tw_cohort(&tw, 0, 1000, 0.1, 0);
        tw_rule(&tw, 1, TW_ROWS(0, 1, 2, 3, 4), 1, TW_ROWS(0))->writes_all = all;
        tw_check_mean_latency("quorum", &tw, mth_of(mean, 5, all ? 5 : 3));
    }
}

static void
test_keys_in_shares_take_the_order_statistic_of_their_threshold(void **state)
{
    static const double mean[4] = {3, 9, 5, 7}; /* ms */
    struct traffic_world tw;

    (void)state;
    for (uint32_t k = 1; k <= 4; k++) {
        tw_init(&tw);
        tw_site(&tw, 0, TW_AMPLE, tw_free);
        for (uint32_t i = 0; i < 4; i++)
            tw_store(&tw, 0, TW_AMPLE, tw_exponential(mean[i] / 1e3));
        tw_cohort(&tw, 0, 1000, 0.1, 1);
        tw_rule(&tw, 1, TW_ROWS(0), k, TW_ROWS(0, 1, 2, 3));
        tw_check_mean_latency("k of 4", &tw, mth_of(mean, 4, k));
    }
}

/* Reads of 2 of 3 sites that fail on their own: A = sum of the states that still have two. With
 * pairs covered, only the state of all three down is left out, and it serves nobody. */
static void
test_availability_is_that_of_the_steady_state(void **state)
{
    static const double every[3] = {90, 40, 19}, lasts[3] = {10, 10, 1};
    struct traffic_world tw;
    struct recording r = {0};
    double up[3], served = 0, covered = 0;

    (void)state;
    tw_init(&tw);
    for (uint32_t i = 0; i < 3; i++) {
        tw_site(&tw, 0, TW_AMPLE, tw_free);
        tw.site[i].fails = (struct failures){every[i], lasts[i]};
        up[i] = every[i] / (every[i] + lasts[i]);
    }
    tw_device(&tw);
    tw_cohort(&tw, 0, 1000, 0.1, 1);
    tw_rule(&tw, 2, TW_ROWS(0, 1, 2), 1, TW_ROWS(0));
    tw.model.study.failures = 2;
    for (unsigned s = 0; s < 8; s++) {
        double p = 1;

        for (unsigned i = 0; i < 3; i++)
            p *= (s >> i & 1) != 0 ? up[i] : 1 - up[i];
        served += __builtin_popcount(s) >= 2 ? p : 0;
        covered += s != 0 ? p : 0;
    }
    tw_run(&tw, 0, &r);
    tw_check_near("availability", tw_availability(&r), served / covered, 1e-12);
    recording_release(&r);
}

/* Every station of every tiny scenario */

static bool
is_plain(const struct paths *paths)
{
    for (size_t i = 0; i < paths->path.count; i++)
        if (paths->path.item[i].fallible)
            return false;
    return true;
}

/* Are there refusals but nothing that comes of them: no repeat, no limit of time? */
static bool
is_refused_once(const struct paths *paths)
{
    for (size_t i = 0; i < paths->path.count; i++)
        if (paths->path.item[i].rule->retries > 0 || paths->path.item[i].rule->timeout_s > 0)
            return false;
    return true;
}

/* How the load that is offered becomes utilisation. */
enum taken { TAKEN_ALL, TAKEN_SERVED, TAKEN_UNKNOWN };

/* The load that the scenario offers each station over regimes and hours. All of it is taken; or,
 * where operations may be refused and that is the end, what is served of it at stations that
 * refuse; or repeats change it. */
static enum taken
offered(const struct model *m, uint32_t strategy, double load[STATIONS_MAX])
{
    struct regime_list list = {0};
    struct why why = {0};
    enum taken taken = TAKEN_ALL;

    memset(load, 0, STATIONS_MAX * sizeof *load);
    assert_int_equal(regime_list_make(&list, m, (struct strategy_id){strategy}, &why), 0);
    for (size_t i = 0; i < list.count; i++) {
        const struct world *w = list.item[i].epoch->world;
        struct paths paths = {0};

        assert_int_equal(paths_make(&paths, &list.item[i], &why), 0);
        if (!is_plain(&paths) && taken != TAKEN_UNKNOWN)
            taken = is_refused_once(&paths) ? TAKEN_SERVED : TAKEN_UNKNOWN;
        for (unsigned hour = 0; hour < 24; hour++) {
            double jobs[STATIONS_MAX];

            paths_set_hour(&paths, w, hour);
            paths_load(&paths, w, hour, jobs);
            for (uint32_t s = 0; s < w->sites; s++)
                load[s] += list.item[i].probability * jobs[s] / 24 *
                           dist_mean(&w->site[s].service) / w->site[s].servers;
            for (uint32_t s = 0; s < w->stores; s++)
                load[STATION_OF_STORE(s)] += list.item[i].probability * jobs[STATION_OF_STORE(s)] /
                                             24 * dist_mean(&w->store[s].service) /
                                             w->store[s].servers;
        }
        paths_release(&paths);
    }
    regime_list_release(&list);
    why_release(&why);
    return taken;
}

enum { RUNS = 6 }; /* a block of replications: covers the day evenly */

static bool
refuses(const struct world *w, uint32_t s)
{
    const struct limits *l = s < w->sites ? &w->site[s].limits : &w->store[s - w->sites].limits;

    return l->queue_ends || l->quota_per_s > 0;
}

static size_t
check_utilisation(const char *path, struct model *m, uint32_t strategy)
{
    const struct world *w = m->world;
    double load[STATIONS_MAX], seen[2 * HOLDERS_MAX][RUNS];
    struct why why = {0};
    size_t checked = 0;

    const enum taken taken = offered(m, strategy, load);

    if (taken == TAKEN_UNKNOWN)
        return 0;
    for (uint64_t i = 0; i < RUNS; i++) {
        struct recording r = {.plane = PLANE_TRAFFIC};

        assert_int_equal(traffic_run(m, (struct strategy_id){strategy}, i, &r, &why), 0);
        for (uint32_t s = 0; s < w->sites + w->stores; s++)
            seen[s][i] = tw_utilisation(&r, s) /
                         (taken == TAKEN_SERVED && refuses(w, s) ? tw_availability(&r) : 1);
        recording_release(&r);
    }
    for (uint32_t s = 0; s < w->sites + w->stores; s++) {
        const double expected = load[s < w->sites ? s : STATION_OF_STORE(s - w->sites)];
        char what[256];

        if (s >= w->sites && w->store[s - w->sites].kind == STORE_DEVICE)
            continue;
        snprintf(what, sizeof what, "%s, strategy %u, station %u", path, strategy, s);
        if (expected <= 0)
            tw_check_near(what, seen[s][0], 0, 0);
        else
            tw_check_mean(what, seen[s], RUNS, expected, 0.99999);
        checked += expected > 0;
    }
    return checked;
}

/* Numbers at a station, counted at instants of a Poisson process of their own (PASTA: Wolff 1982),
 * against arrivals x mean time there. */
static void
check_little(const char *what, double per_s, uint32_t servers, const struct dist *service)
{
    enum { JOBS = 40000, BATCHES = 20 };
    static sim_ns leaves[JOBS], arrives[JOBS];
    const double rho = per_s * dist_mean(service) / servers;
    struct station station = {0};
    struct stream s, look;
    double now = 0, ratio[BATCHES];

    if (!(rho > 1e-4 && rho < 0.98))
        return;
    stream_open(&s, 3, 0, PURPOSE_TEST, 0, 0);
    stream_open(&look, 3, 1, PURPOSE_TEST, 0, 0);
    station_reset(&station, servers, service, &s);
    stream_open(&s, 3, 2, PURPOSE_TEST, 0, 0);
    for (size_t i = 0; i < JOBS; i++) {
        now += stream_exponential(&s) * 1e9 / per_s;
        arrives[i] = (sim_ns)now;
        assert_int_equal(station_serve(&station, arrives[i], &leaves[i]), 0);
    }
    for (size_t b = 0; b < BATCHES; b++) {
        const size_t first = b * JOBS / BATCHES, last = (b + 1) * JOBS / BATCHES - 1;
        const double from = (double)arrives[first], to = (double)arrives[last];
        double time = 0, present = 0, looks = 0;

        for (size_t i = first; i < last; i++)
            time += (double)(leaves[i] - arrives[i]);
        for (double t = from; t < to; t += stream_exponential(&look) * (to - from) / 2000, looks++)
            for (size_t i = first < 400 ? 0 : first - 400; i <= last && arrives[i] <= t; i++)
                present += (double)leaves[i] > t;
        ratio[b] = present / looks / (time / (to - from));
    }
    station_release(&station);
    tw_check_mean(what, ratio, BATCHES, 1, 0.99999);
}

static size_t
check_scenario(const char *path)
{
    struct model *m = tiny_model_of_file(path, NULL);
    size_t checked = 0;

    if (m->study.window > 20000)
        m->study.window = 20000;
    for (uint32_t s = 0; s < m->strategies; s++) {
        double load[STATIONS_MAX];

        checked += check_utilisation(path, m, s);
        offered(m, s, load);
        for (uint32_t i = 0; i < m->world->sites; i++) {
            const struct site *site = &m->world->site[i];

            check_little(path, load[i] * site->servers / dist_mean(&site->service), site->servers,
                         &site->service);
        }
        for (uint32_t i = 0; i < m->world->stores; i++) {
            const struct key_store *store = &m->world->store[i];

            check_little(path,
                         load[STATION_OF_STORE(i)] * store->servers / dist_mean(&store->service),
                         store->servers, &store->service);
        }
    }
    model_free(m);
    return checked;
}

static void
test_stations_of_all_tiny_scenarios_are_used_as_they_are_offered(void **state)
{
    glob_t found;
    size_t stations = 0;

    (void)state;
    assert_int_equal(glob("scenarios/tiny/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        stations += check_scenario(found.gl_pathv[i]);
    globfree(&found);
    assert_in_range(stations, 6, 10000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stations_in_a_row_are_as_if_alone),
        cmocka_unit_test(test_writes_take_the_order_statistic_of_their_quorum),
        cmocka_unit_test(test_keys_in_shares_take_the_order_statistic_of_their_threshold),
        cmocka_unit_test(test_availability_is_that_of_the_steady_state),
        cmocka_unit_test(test_stations_of_all_tiny_scenarios_are_used_as_they_are_offered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
