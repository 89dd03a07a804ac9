#include "traffic_world.h"

#include <string.h>
#include "base/mem.h"
#include "traffic/station.h"

/* Queues against queueing theory, through whole runs of the traffic plane. */

/* Queues: T2, T3 */

static void
test_mean_time_at_one_server_is_that_of_mm1(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 500, 1, tw_exponential(0.0014));
    tw_check_mean_latency("M/M/1, load 0.7", &tw, 1.4 / 0.3);
}

static void
test_mean_time_at_many_servers_is_that_of_erlang_c(void **state)
{
    static const struct {
        uint32_t servers;
        double load;
    } t[] = {{2, 0.6}, {16, 0.9}, {64, 0.95}};
    struct traffic_world tw;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double per_s = t[i].load * t[i].servers / 0.004;

        tw_queue(&tw, per_s, t[i].servers, tw_exponential(0.004));
        tw_check_mean_latency("M/M/c", &tw, 1e3 * tw_mmc_sojourn(per_s, 0.004, t[i].servers));
    }
}

/* Pollaczek 1930, Khinchine 1932: waits are half as long when service does not vary. */
static void
test_mean_time_with_constant_service_is_that_of_md1(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 80, 1, dist_constant(0.01));
    tw_check_mean_latency("M/D/1, load 0.8", &tw, 10 + 0.8 * 10 / (2 * 0.2));
}

static void
test_mean_time_with_variable_service_is_that_of_mg1(void **state)
{
    const struct dist service = {.kind = DIST_LOGNORMAL, .p = {0.01, 1.5}};
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 50, 1, service);
    tw_check_mean_latency("M/G/1, load 0.5", &tw, 10 + 0.5 * 10 * (1 + 1.5 * 1.5) / (2 * 0.5));
}

static void
test_stations_beyond_a_round_trip_see_the_same_queue(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 500, 1, tw_exponential(0.0014));
    tw_place(&tw);
    tw_rtt(&tw, 0, 1, 0.25);
    tw.cohort[0].at.i = 1;
    tw_jitter(&tw, 0, 1, tw_exponential(0.01));
    tw_check_mean_latency("M/M/1 far away", &tw, 250 + 10 + 1.4 / 0.3);
}

/* A hundred operations a segment, of a station that takes thousands to settle. */
static void
check_short_windows(struct traffic_world *tw, double expected_ms)
{
    enum { SHORT = 600 };
    static double mean[SHORT];

    tw->model.study.window = 400;
    for (uint64_t i = 0; i < SHORT; i++) {
        struct recording r = {0};

        tw_run(tw, i, &r);
        mean[i] = tw_latency_ms(&r);
        recording_release(&r);
    }
    tw_check_mean("M/M/1", mean, SHORT, expected_ms, TW_LEVEL);
}

static void
test_a_short_window_sees_the_settled_queue(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 900, 1, tw_exponential(0.001));
    check_short_windows(&tw, 10);
}

/* The far ones arrive when all the near ones of the measured time are long through. */
static void
test_far_users_meet_the_competition_of_near_ones(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 250, 1, tw_exponential(0.001));
    tw_place(&tw);
    tw_rtt(&tw, 0, 1, 2);
    tw_cohort(&tw, 1, 1000, 0.25, 1);
    check_short_windows(&tw, 2 + 1000);
}

/* Jobs there at instants of a Poisson process of their own, against arrivals x mean time there. */
static void
test_number_at_a_station_obeys_littles_law(void **state)
{
    const double per_ns = 2.2e-6, look_per_ns = 1e-6; /* load 2.2 on 3 servers of 1 ms */
    const struct dist service = tw_exponential(0.001);
    double gap[TW_REPLICATIONS];

    (void)state;
    for (uint64_t rep = 0; rep < TW_REPLICATIONS; rep++) {
        enum { JOBS = 60000 };
        struct station station = {0};
        struct stream draws, arrivals, looks;
        static sim_ns leaves[JOBS];
        double at = 0, look = 0, time_ns = 0, seen = 0, count = 0;

        stream_open(&draws, 7, rep, PURPOSE_TEST, 0, 0);
        stream_open(&arrivals, 7, rep, PURPOSE_TEST, 1, 0);
        stream_open(&looks, 7, rep, PURPOSE_TEST, 2, 0);
        station_reset(&station, 3, &service, &draws);
        for (size_t i = 0, first = 0; i < JOBS; i++) {
            at += stream_exponential(&arrivals) / per_ns;
            for (; look < at; look += stream_exponential(&looks) / look_per_ns) {
                while (first < i && (double)leaves[first] + 2e8 < look)
                    first++; /* gone for good: none stays 200 ms */
                for (size_t j = first; j < i; j++)
                    seen += (double)leaves[j] > look;
                count++;
            }
            assert_int_equal(station_serve(&station, (sim_ns)at, &leaves[i]), 0);
            time_ns += (double)(leaves[i] - (sim_ns)at);
        }
        gap[rep] = seen / count - per_ns * time_ns / JOBS;
        station_release(&station);
    }
    tw_check_mean("L - lambda W", gap, TW_REPLICATIONS, 0, TW_LEVEL);
}

/* T10 */
static void
test_utilisation_is_the_offered_load(void **state)
{
    double site[TW_REPLICATIONS], store[TW_REPLICATIONS], served[TW_REPLICATIONS];
    struct traffic_world tw;

    (void)state;
    tw_init(&tw);
    tw_site(&tw, 0, 10, tw_exponential(0.004));
    tw_store(&tw, 0, 4, dist_constant(0.001));
    tw_cohort(&tw, 0, 1000, 1, 0.75);
    tw_rule(&tw, 1, TW_ROWS(0), 1, TW_ROWS(0));
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        site[i] = tw_utilisation(&r, 0);
        store[i] = tw_utilisation(&r, 1);
        served[i] = tw_value(&r, METRIC_THROUGHPUT, label_total);
        tw_check_near("throughput", served[i], 1000, 1e-9);
        recording_release(&r);
    }
    tw_check_mean("site", site, TW_REPLICATIONS, 1000 * 0.004 / 10, TW_LEVEL);
    tw_check_mean("store", store, TW_REPLICATIONS, 1000 * 0.001 / 4, TW_LEVEL);
}

/* T10 */
static void
test_an_overloaded_station_shows_its_load_and_ends(void **state)
{
    double load[TW_REPLICATIONS];
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 1500, 1, tw_exponential(0.001));
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        load[i] = tw_utilisation(&r, 0);
        assert_true(tw_latency_ms(&r) > 100);
        recording_release(&r);
    }
    tw_check_mean("load", load, TW_REPLICATIONS, 1.5, TW_LEVEL);
}

/* T13 */
static void
test_a_station_keeps_as_many_numbers_as_servers_are_busy(void **state)
{
    const struct dist service = dist_constant(1);
    struct stream draws;
    struct station s = {0};
    sim_ns departs;

    (void)state;
    stream_open(&draws, 1, 0, PURPOSE_TEST, 0, 0);
    station_reset(&s, 1000000, &service, &draws);
    for (sim_ns i = 0; i < 100000; i++) {
        assert_int_equal(station_serve(&s, i * NS_PER_S / 4, &departs), 0);
        assert_int_equal(departs, i * NS_PER_S / 4 + NS_PER_S);
    }
    assert_true(s.capacity <= 64); /* some more than the 4 that are busy */
    station_release(&s);
}

/* Each job takes the server that is free soonest (Kiefer and Wolfowitz 1955), found by looking at
 * all; loads from nearly idle to overloaded, so that times are kept loose, swept, and in a heap. */
static void
test_jobs_leave_as_the_next_free_server_lets_them(void **state)
{
    static const uint32_t servers[] = {1, 2, 3, 8, 40, 100, 1000};
    static const double loads[] = {0.1, 0.7, 0.95, 1.5};

    (void)state;
    for (size_t i = 0; i < COUNT(servers) * COUNT(loads); i++) {
        const uint32_t c = servers[i / COUNT(loads)];
        const double gap_ns = 1e6 / c / loads[i % COUNT(loads)];
        const struct dist service = tw_exponential(0.001);
        struct stream draws, same, arrivals;
        struct station station = {0};
        static sim_ns free_at[1000];
        sim_ns now = 0, departs;

        stream_open(&draws, 1, i, PURPOSE_TEST, 0, 0);
        stream_open(&same, 1, i, PURPOSE_TEST, 0, 0);
        stream_open(&arrivals, 1, i, PURPOSE_TEST, 1, 0);
        memset(free_at, 0, sizeof free_at);
        station_reset(&station, c, &service, &draws);
        for (int job = 0; job < 5000; job++) {
            uint32_t best = 0;

            now += (sim_ns)(gap_ns * stream_exponential(&arrivals));
            for (uint32_t k = 1; k < c; k++)
                best = free_at[k] < free_at[best] ? k : best;
            const sim_ns begins = free_at[best] > now ? free_at[best] : now;

            struct stream probe = same;
            const sim_ns leaves = begins + (sim_ns)(1e6 * stream_exponential(&same) + 0.5);

            assert_int_equal(station_probe(&station, now, &probe), leaves);
            assert_int_equal(station_serve(&station, now, &departs), 0);
            assert_int_equal(departs, leaves);
            free_at[best] = leaves;
        }
        station_release(&station);
    }
}

/* T9: the mean time over the day of a queue whose load changes by the hour */
static void
test_each_hour_runs_at_its_own_load(void **state)
{
    struct traffic_world tw;
    double expected = 0;

    (void)state;
    tw_queue(&tw, 400, 1, tw_exponential(0.001));
    for (uint32_t h = 0; h < 24; h++) {
        tw.cohort[0].hour[h] = 0.25 + 1.5 * h / 23;
        expected += tw.cohort[0].hour[h] / 24 * 1 / (1 - 0.4 * tw.cohort[0].hour[h]);
    }
    tw_check_mean_latency("M/M/1 by the hour", &tw, expected);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_time_at_one_server_is_that_of_mm1),
        cmocka_unit_test(test_mean_time_at_many_servers_is_that_of_erlang_c),
        cmocka_unit_test(test_mean_time_with_constant_service_is_that_of_md1),
        cmocka_unit_test(test_mean_time_with_variable_service_is_that_of_mg1),
        cmocka_unit_test(test_stations_beyond_a_round_trip_see_the_same_queue),
        cmocka_unit_test(test_a_short_window_sees_the_settled_queue),
        cmocka_unit_test(test_far_users_meet_the_competition_of_near_ones),
        cmocka_unit_test(test_number_at_a_station_obeys_littles_law),
        cmocka_unit_test(test_utilisation_is_the_offered_load),
        cmocka_unit_test(test_an_overloaded_station_shows_its_load_and_ends),
        cmocka_unit_test(test_jobs_leave_as_the_next_free_server_lets_them),
        cmocka_unit_test(test_a_station_keeps_as_many_numbers_as_servers_are_busy),
        cmocka_unit_test(test_each_hour_runs_at_its_own_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
