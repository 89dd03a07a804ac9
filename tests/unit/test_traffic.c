#include "traffic_world.h"

#include <stdlib.h>
#include <string.h>
#include "stats/interval.h"
#include "traffic/traffic.h"
#include "traffic/window.h"

/* Intervals of tests: 1 in 10 000 correct programs would fail each, with the seed fixed none does.
 */
#define LEVEL 0.9999

enum { REPLICATIONS = 24 };

static const struct dist free_service = {.kind = DIST_CONSTANT};

/* A station that never makes anybody wait. */
#define AMPLE 1000000

static struct label
station_label(uint32_t station)
{
    return label_with(label_total, LABEL_STATION, station);
}

static void
check_near(const char *what, double got, double expected, double within)
{
    if (!(fabs(got - expected) <= within))
        fail_msg("%s: expected %.12g within %g, got %.12g", what, expected, within, got);
}

/* Mean latencies of some replications against an expectation, in ms. */
static void
check_mean_latency(const char *what, const struct traffic_world *tw, double expected_ms)
{
    double mean[REPLICATIONS];

    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(tw, i, &r);
        mean[i] = tw_latency_ms(&r);
        recording_release(&r);
    }
    tw_check_mean(what, mean, REPLICATIONS, expected_ms, LEVEL);
}

/* The latency of worlds without chance, where all operations take as long. */
static void
check_latency(const char *what, const struct traffic_world *tw, double expected_ms)
{
    struct recording r = {0};

    tw_run(tw, 0, &r);
    check_near(what, tw_latency_ms(&r), expected_ms, 1e-6);
    recording_release(&r);
}

static double
availability(const struct traffic_world *tw)
{
    struct recording r = {0};

    tw_run(tw, 0, &r);
    const double share = tw_availability(&r);

    recording_release(&r);
    return share;
}

/* Users beside one site; keys on their devices: latency is the time at the station. */
static void
make_queue(struct traffic_world *tw, double per_s, uint32_t servers, struct dist service)
{
    tw_init(tw);
    tw_site(tw, 0, servers, service);
    tw_device(tw);
    tw_cohort(tw, 0, 1000, per_s / 1000, 1);
    tw_rule(tw, 1, TW_ROWS(0), 1, TW_ROWS(0));
}

/* Queues: T2, T3 */

static void
test_mean_time_at_one_server_is_that_of_mm1(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_queue(&tw, 500, 1, tw_exponential(0.0014));
    check_mean_latency("M/M/1, load 0.7", &tw, 1.4 / 0.3);
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

        make_queue(&tw, per_s, t[i].servers, tw_exponential(0.004));
        check_mean_latency("M/M/c", &tw, 1e3 * tw_mmc_sojourn(per_s, 0.004, t[i].servers));
    }
}

/* Pollaczek 1930, Khinchine 1932: waits are half as long when service does not vary. */
static void
test_mean_time_with_constant_service_is_that_of_md1(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_queue(&tw, 80, 1, dist_constant(0.01));
    check_mean_latency("M/D/1, load 0.8", &tw, 10 + 0.8 * 10 / (2 * 0.2));
}

static void
test_mean_time_with_variable_service_is_that_of_mg1(void **state)
{
    const struct dist service = {.kind = DIST_LOGNORMAL, .p = {0.01, 1.5}};
    struct traffic_world tw;

    (void)state;
    make_queue(&tw, 50, 1, service);
    check_mean_latency("M/G/1, load 0.5", &tw, 10 + 0.5 * 10 * (1 + 1.5 * 1.5) / (2 * 0.5));
}

static void
test_stations_beyond_a_round_trip_see_the_same_queue(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_queue(&tw, 500, 1, tw_exponential(0.0014));
    tw_place(&tw);
    tw_rtt(&tw, 0, 1, 0.25);
    tw.cohort[0].at.i = 1;
    tw_jitter(&tw, 0, 1, tw_exponential(0.01));
    check_mean_latency("M/M/1 far away", &tw, 250 + 10 + 1.4 / 0.3);
}

/* Jobs there at instants of a Poisson process of their own, against arrivals x mean time there. */
static void
test_number_at_a_station_obeys_littles_law(void **state)
{
    const double per_ns = 2.2e-6, look_per_ns = 1e-6; /* load 2.2 on 3 servers of 1 ms */
    const struct dist service = tw_exponential(0.001);
    double gap[REPLICATIONS];

    (void)state;
    for (uint64_t rep = 0; rep < REPLICATIONS; rep++) {
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
    tw_check_mean("L - lambda W", gap, REPLICATIONS, 0, LEVEL);
}

/* T10 */
static void
test_utilisation_is_the_offered_load(void **state)
{
    double site[REPLICATIONS], store[REPLICATIONS], served[REPLICATIONS];
    struct traffic_world tw;

    (void)state;
    tw_init(&tw);
    tw_site(&tw, 0, 10, tw_exponential(0.004));
    tw_store(&tw, 0, 4, dist_constant(0.001));
    tw_cohort(&tw, 0, 1000, 1, 0.75);
    tw_rule(&tw, 1, TW_ROWS(0), 1, TW_ROWS(0));
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        site[i] = tw_value(&r, METRIC_STATION_UTILISATION, station_label(0));
        store[i] = tw_value(&r, METRIC_STATION_UTILISATION, station_label(1));
        served[i] = tw_value(&r, METRIC_THROUGHPUT, label_total);
        check_near("throughput", served[i], 1000, 1e-9);
        recording_release(&r);
    }
    tw_check_mean("site", site, REPLICATIONS, 1000 * 0.004 / 10, LEVEL);
    tw_check_mean("store", store, REPLICATIONS, 1000 * 0.001 / 4, LEVEL);
}

/* T10 */
static void
test_an_overloaded_station_shows_its_load_and_ends(void **state)
{
    double load[REPLICATIONS];
    struct traffic_world tw;

    (void)state;
    make_queue(&tw, 1500, 1, tw_exponential(0.001));
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        load[i] = tw_value(&r, METRIC_STATION_UTILISATION, station_label(0));
        assert_true(tw_latency_ms(&r) > 100);
        recording_release(&r);
    }
    tw_check_mean("load", load, REPLICATIONS, 1.5, LEVEL);
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
    assert_int_equal(s.count, 4);
    station_release(&s);
}

/* Terms of a latency: T3 */

/* Users at 0, a gateway at 1, a replica at 2, a key store at 3; RTTs 40, 100, 250 ms. */
static void
make_chain(struct traffic_world *tw, double reads)
{
    tw_init(tw);
    for (uint32_t i = 0; i < 3; i++)
        tw_place(tw);
    tw_rtt(tw, 0, 1, 0.040);
    tw_rtt(tw, 1, 2, 0.100);
    tw_rtt(tw, 1, 3, 0.250);
    tw_rtt(tw, 0, 3, 0.300);
    tw_rtt(tw, 0, 2, 0.120);
    tw_site(tw, 1, AMPLE, dist_constant(99));
    tw_site(tw, 2, AMPLE, dist_constant(0.007));
    tw_store(tw, 3, AMPLE, dist_constant(0.002));
    tw_cohort(tw, 0, 1000, 0.1, reads);
    tw_rule(tw, 1, TW_ROWS(1), 1, TW_ROWS(0))->gateway.i = 0;
}

static const double open_s[1] = {0.003}, seal_s[1] = {0.005}, any_bytes[1] = {0};

static void
test_a_read_adds_up_its_round_trips_stations_and_cryptography(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_chain(&tw, 1);
    tw.world.open = (struct cost){NULL, any_bytes, open_s, 1};
    check_latency("read", &tw, 40 + 100 + 7 + 250 + 2 + 3);
    tw.rule[0].gateway.i = NONE; /* the replica itself: no way between, no way beside */
    tw_rtt(&tw, 2, 3, 0.260);
    check_latency("read without a detour", &tw, 120 + 7 + 260 + 2 + 3);
}

static void
test_a_write_adds_up_its_round_trips_stations_and_cryptography(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_chain(&tw, 0);
    tw.world.seal = (struct cost){NULL, any_bytes, seal_s, 1};
    check_latency("write", &tw, 40 + 250 + 2 + 5 + 100 + 7);
}

static void
test_clients_ask_for_keys_from_where_they_are(void **state)
{
    struct traffic_world tw;

    (void)state;
    for (int reads = 0; reads < 2; reads++) {
        make_chain(&tw, reads);
        tw.rule[0].decrypts = DECRYPTS_CLIENT;
        tw.rule[0].key_cache_ttl_s = 1e9; /* the gateway's: not used */
        check_latency(reads ? "read" : "write", &tw, 40 + 100 + 7 + 300 + 2);
    }
}

static void
test_device_keys_take_no_time(void **state)
{
    struct traffic_world tw;

    (void)state;
    for (int reads = 0; reads < 2; reads++) {
        make_chain(&tw, reads);
        tw.store[0] = (struct key_store){.kind = STORE_DEVICE, .at = {NONE}};
        check_latency(reads ? "read" : "write", &tw, 40 + 100 + 7);
    }
}

/* Bytes take the slower of their two ways on a read, both on a write. */
static void
test_bytes_cost_their_transfer_in_their_direction(void **state)
{
    struct traffic_world tw;
    const double bits = 8 * 100000;

    (void)state;
    make_chain(&tw, 1);
    tw.class[0].size = dist_constant(100000);
    tw.link[2 * 4 + 1].bandwidth_bit_s = 2e6; /* replica to gateway: 400 ms, initial window apart */
    tw.link[1 * 4 + 0].bandwidth_bit_s = 1e6; /* gateway to user: 800 ms */
    check_latency("read", &tw, 40 + 100 + 7 + 252 + 1e3 * bits / 1e6);
    tw.link[1 * 4 + 0].bandwidth_bit_s = 1e12;
    struct transfer t;

    transfer_init(&t, &tw.link[2 * 4 + 1]);
    check_latency("read", &tw, 40 + 100 + 7 + 252 + 1e3 * transfer_s(&t, 100000));
    tw.cohort[0].reads = 0;
    tw.link[0 * 4 + 1].bandwidth_bit_s = 4e5;
    tw.link[1 * 4 + 2].bandwidth_bit_s = 1e5;
    check_latency("write", &tw, 40 + 100 + 7 + 252 + 1e3 * bits / 4e5 + 1e3 * bits / 1e5);
}

static void
test_jitter_is_drawn_for_each_round_trip(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_chain(&tw, 1);
    tw_jitter(&tw, 0, 1, tw_exponential(0.010));
    tw_jitter(&tw, 1, 2, tw_exponential(0.020));
    tw_jitter(&tw, 1, 3, tw_exponential(0.030));
    check_mean_latency("read", &tw, 40 + 100 + 7 + 252 + 60);
}

/* Keys */

/* Users and everything else in one place; n key stores of exponential time with room for all. */
static void
make_stores(struct traffic_world *tw, uint32_t n, uint32_t need, double reads)
{
    uint32_t row[TW_MOST + 1];

    tw_init(tw);
    tw_site(tw, 0, AMPLE, free_service);
    for (uint32_t i = 0; i < n; i++)
        row[i] = tw_store(tw, 0, AMPLE, tw_exponential(0.010));
    row[n] = NONE;
    tw_cohort(tw, 0, 1000, 0.1, reads);
    tw_rule(tw, 1, TW_ROWS(0), need, row);
}

/* Mean of the k-th of n exponentials: H(n) - H(n - k) (Rényi 1953). */
static double
order_mean(uint32_t n, uint32_t k)
{
    double sum = 0;

    for (uint32_t i = n - k + 1; i <= n; i++)
        sum += 1.0 / i;
    return sum;
}

static void
test_a_threshold_key_takes_the_kth_fastest_of_n(void **state)
{
    static const struct {
        uint32_t n, k;
        double reads;
    } t[] = {{1, 1, 1}, {5, 1, 1}, {3, 2, 1}, {5, 3, 1},
             {5, 5, 1}, {3, 2, 0}, {4, 4, 0}, {5, 1, 0}};
    struct traffic_world tw;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        make_stores(&tw, t[i].n, t[i].k, t[i].reads);
        check_mean_latency("k of n", &tw, 10 * order_mean(t[i].n, t[i].k));
    }
}

static void
test_a_share_on_a_device_counts_at_once(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_stores(&tw, 4, 3, 1);
    tw.store[2] = (struct key_store){.kind = STORE_DEVICE, .at = {NONE}};
    check_mean_latency("2 of 3 others", &tw, 10 * order_mean(3, 2));
}

/* a AND (b OR c): the mean of max(a, min(b, c)) is 1 + 1/2 - 1/3. */
static void
test_a_nested_formula_is_done_when_it_holds(void **state)
{
    struct traffic_world tw;

    (void)state;
    for (int reads = 0; reads < 2; reads++) {
        make_stores(&tw, 3, 1, reads);
        const struct formula either = {.need = 1, .leaf = NONE, .part = &tw.leaf[2], .parts = 2};
        const struct formula both[2] = {tw.leaf[1], either};

        tw.rule[0].keys = (struct formula){.need = 2, .leaf = NONE, .part = both, .parts = 2};
        check_mean_latency("a AND (b OR c)", &tw, 10 * (1 + 1.0 / 2 - 1.0 / 3));
    }
}

/* T12 */
static void
test_cached_keys_save_the_fetch_with_their_probability(void **state)
{
    double ratio[REPLICATIONS], mean[REPLICATIONS];
    struct traffic_world tw;
    const double h = 0.1 * 0.6 * 20 / (1 + 0.1 * 0.6 * 20); /* an account reads 0.06 a second */

    (void)state;
    make_chain(&tw, 0.6);
    tw.rule[0].key_cache_ttl_s = 20;
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        ratio[i] = tw_value(&r, METRIC_KEY_HIT_RATIO, label_total);
        mean[i] = tw_latency_ms(&r);
        recording_release(&r);
    }
    tw_check_mean("hit ratio", ratio, REPLICATIONS, h, LEVEL);
    tw_check_mean("latency", mean, REPLICATIONS, 147 + (0.6 * (1 - h) + 0.4) * 252, LEVEL);
}

static void
test_the_cache_knows_the_hours_and_the_rules_share_of_reads(void **state)
{
    struct traffic_world tw;
    struct paths paths = {0};
    const struct regime regime = {.epoch = &tw.epoch[0], .probability = 1};

    (void)state;
    make_chain(&tw, 0.5);
    tw.class[0].weight = 0.3;
    tw.class[1] = (struct data_class){.weight = 0.7};
    tw.world.classes = 2;
    tw.rule[1] = tw.rule[0];
    tw.epoch[0].rules = 2;
    tw.rule[0].classes = 1;
    tw.rule[1].classes = 2;
    tw.rule[0].key_cache_ttl_s = tw.rule[1].key_cache_ttl_s = 100;
    tw.cohort[0].hour[3] = 4;
    assert_int_equal(paths_make(&paths, &regime, NULL), 0);
    paths_set_hour(&paths, &tw.world, 3);
    const double a = 0.1 * 0.5 * 0.3 * 4 * 100, b = 0.1 * 0.5 * 0.7 * 4 * 100;

    check_near("first class", paths_find(&paths, 0, 0, 0.5)->hit, a / (1 + a), 1e-12);
    check_near("second class", paths_find(&paths, 0, 1, 0.5)->hit, b / (1 + b), 1e-12);
    paths_release(&paths);
}

/* Replicas and fragments */

/* Users and gateway at 0, sites 0 to 2 at places 1 to 3, RTTs 10, 30, 100 ms; a bare gateway. */
static void
make_replicas(struct traffic_world *tw, uint32_t need, double reads)
{
    tw_init(tw);
    for (uint32_t i = 0; i < 3; i++) {
        const uint32_t place = tw_place(tw);

        tw_site(tw, place, AMPLE, free_service);
    }
    tw_rtt(tw, 0, 1, 0.010);
    tw_rtt(tw, 0, 2, 0.030);
    tw_rtt(tw, 0, 3, 0.100);
    tw_device(tw);
    tw_cohort(tw, 0, 1000, 0.1, reads);
    tw_rule(tw, need, TW_ROWS(0, 1, 2), 1, TW_ROWS(0))->gateway.i = tw_site(tw, 0, 1, free_service);
}

static void
test_reads_fetch_from_the_nearest_set_that_suffices(void **state)
{
    static const double farthest[] = {10, 30, 100};
    struct traffic_world tw;

    (void)state;
    for (uint32_t need = 1; need <= 3; need++) {
        make_replicas(&tw, need, 1);
        check_latency("read", &tw, farthest[need - 1]);
    }
}

static void
test_a_fragment_holds_its_part_of_the_object(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 2, 1);
    tw.class[0].size = dist_constant(1e6);
    for (uint32_t i = 1; i < 4; i++)
        tw.link[i * 4].bandwidth_bit_s = 1e6; /* bandwidth binds from the first window on */
    check_latency("read", &tw, 30 + 1e3 * 8 * 1e6 / 2 / 1e6);
}

static void
test_writes_wait_for_a_majority_or_for_all(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 0);
    check_latency("majority", &tw, 30);
    tw.rule[0].writes_all = true;
    check_latency("all", &tw, 100);
    make_replicas(&tw, 3, 0); /* three fragments of which all are needed to read */
    check_latency("all fragments", &tw, 100);
}

static void
test_a_share_of_the_accounts_is_served_by_its_rule(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 1);
    tw.rule[0].data.part = &tw.leaf[2]; /* this rule: the farthest site */
    tw.rule[0].data.parts = 1;
    tw.rule[0].sites = 4;
    tw.rule[0].share = 0.02;
    tw_rule(&tw, 1, TW_ROWS(0), 1, TW_ROWS(0))->gateway.i = 3;
    check_mean_latency("mixture", &tw, 0.02 * 100 + 0.98 * 10);
}

/* Failures: T4, T7 */

static void
test_reads_go_to_the_next_replica_when_one_is_down(void **state)
{
    const double a[3] = {0.9, 0.8, 0.99};
    double covered = a[0] * a[1] * a[2], mean;
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 1);
    for (uint32_t i = 0; i < 3; i++)
        tw.site[i].fails = (struct failures){a[i] * 100, (1 - a[i]) * 100};
    tw.model.study.failures = 2;
    covered = 1 - (1 - a[0]) * (1 - a[1]) * (1 - a[2]);
    mean = (a[0] * 10 + (1 - a[0]) * a[1] * 30 + (1 - a[0]) * (1 - a[1]) * a[2] * 100) / covered;
    check_latency("reads", &tw, mean);
    check_near("availability", availability(&tw), 1, 1e-12);
}

static void
test_availability_is_the_time_some_replica_and_the_key_are_there(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    make_chain(&tw, 1);
    tw.site[1].fails = (struct failures){950, 50};
    tw.store[0].fails = (struct failures){98, 2};
    tw.model.study.failures = 2;
    check_near("availability", availability(&tw), 0.95 * 0.98, 1e-12);
    tw_run(&tw, 0, &r);
    /* the failed are no fast answers */
    check_near("latency of the served", tw_latency_ms(&r), 399, 1e-6);
    check_near("served a second", tw_value(&r, METRIC_THROUGHPUT, label_total), 100 * 0.95 * 0.98,
               1e-9);
    recording_release(&r);
}

static void
test_writes_to_all_fail_with_one_site_and_quorum_writes_do_not(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 0);
    tw.site[0].fails = (struct failures){3, 1};
    tw.model.study.failures = 1;
    check_near("quorum", availability(&tw), 1, 1e-12);
    check_latency("quorum", &tw, 0.75 * 30 + 0.25 * 100);
    tw.rule[0].writes_all = true;
    check_near("all", availability(&tw), 0.75, 1e-12);
}

static void
test_a_stated_gateway_that_is_down_stops_everything(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 0.5);
    tw.site[3].fails = (struct failures){9, 1};
    tw.model.study.failures = 1;
    check_near("availability", availability(&tw), 0.9, 1e-12);
}

static void
test_without_a_stated_gateway_the_nearest_working_replica_is_it(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 1);
    tw.rule[0].gateway.i = NONE;
    tw.site[0].fails = (struct failures){9, 1};
    tw.model.study.failures = 1;
    check_latency("reads", &tw, 0.9 * 10 + 0.1 * 30);
}

/* T12 */
static void
test_nothing_is_cached_while_the_key_store_is_down(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_chain(&tw, 1);
    tw.rule[0].key_cache_ttl_s = 1e9;
    tw.store[0].fails = (struct failures){9, 1};
    tw.model.study.failures = 1;
    check_near("availability", availability(&tw), 0.9, 1e-12);
}

static void
test_accounts_nobody_serves_fail(void **state)
{
    double share[REPLICATIONS];
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 1);
    tw.rule[0].share = 0.25;
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        share[i] = tw_availability(&r);
        recording_release(&r);
    }
    tw_check_mean("availability", share, REPLICATIONS, 0.25, LEVEL);
}

static void
test_a_link_that_loses_everything_serves_nobody(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 1);
    tw.link[1 * 4].loss = 1;
    check_near("reads", availability(&tw), 0, 0);
}

static void
test_a_missing_round_trip_is_an_error_that_names_the_places(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};
    struct why why = {0};

    (void)state;
    make_chain(&tw, 1);
    tw.link[1 * 4 + 3].known = false;
    assert_int_equal(traffic_run(&tw.model, (struct strategy_id){0}, 0, &r, &why), ERR_INPUT);
    assert_int_equal(why.count, 1);
    assert_non_null(strstr(why.fault[0].text, "'p1' and 'p3'"));
    why_release(&why);
    recording_release(&r);
}

/* Operations, weights, hours */

static void
check_same_rows(const struct window_result *a, const struct window_result *b)
{
    assert_int_equal(a->operations, b->operations);
    assert_int_equal(a->served, b->served);
    assert_int_equal(a->key_reads, b->key_reads);
    assert_int_equal(a->key_hits, b->key_hits);
    assert_int_equal(a->regime, b->regime);
    assert_int_equal(a->cohort, b->cohort);
    assert_int_equal(a->class, b->class);
    assert_true(a->weight == b->weight);
    assert_int_equal(a->latency.total, b->latency.total);
    assert_true(a->latency.sum == b->latency.sum);
    for (size_t i = 0; i < a->latency.buckets; i++)
        assert_int_equal(a->latency.count[i], b->latency.count[i]);
}

static void
check_same(const struct recording *a, const struct recording *b)
{
    assert_int_equal(a->windows.count, b->windows.count);
    for (size_t i = 0; i < a->windows.count; i++)
        check_same_rows(&a->windows.item[i], &b->windows.item[i]);
    assert_int_equal(a->observations.count, b->observations.count);
    for (size_t i = 0; i < a->observations.count; i++)
        assert_true(a->observations.item[i].value == b->observations.item[i].value);
}

/* A world with some of everything that is drawn. */
static void
make_varied(struct traffic_world *tw)
{
    make_chain(tw, 0.7);
    tw->class[0].weight = 0.25;
    tw->class[0].size = (struct dist){.kind = DIST_LOGNORMAL, .p = {75000, 3}};
    tw->class[1] = (struct data_class){.weight = 0.75,
                                       .size = (struct dist){.kind = DIST_GAMMA, .p = {9000, 2}}};
    tw->world.classes = 2;
    tw_cohort(tw, 2, 50000, 0.001, 0.5);
    tw->site[1].servers = 2;
    tw->site[1].service = (struct dist){.kind = DIST_LOGNORMAL, .p = {0.004, 1.5}};
    tw->link[4].loss = 0.01;
    tw_jitter(tw, 0, 1, tw_exponential(0.01));
    tw_rtt(tw, 2, 1, 0.1);
    tw->store[0].fails = (struct failures){99, 1};
    tw->model.study.failures = 1;
    for (uint32_t h = 0; h < 24; h++)
        tw->cohort[0].hour[h] = h < 12 ? 0.5 : 1.5;
}

/* T14 */
static void
test_the_same_replication_gives_the_same_bytes(void **state)
{
    struct traffic_world tw;
    struct recording a = {0}, b = {0}, c = {0};

    (void)state;
    make_varied(&tw);
    tw_run(&tw, 3, &a);
    tw_run(&tw, 3, &b);
    check_same(&a, &b);
    tw_run(&tw, 4, &c);
    assert_true(a.windows.item[0].latency.sum != c.windows.item[0].latency.sum);
    recording_release(&a);
    recording_release(&b);
    recording_release(&c);
}

/* T1: without waiting, each operation is later by exactly what the strategy's way is longer. */
static void
test_strategies_meet_the_same_operations(void **state)
{
    struct traffic_world near, far;
    struct recording a = {0}, b = {0};

    (void)state;
    make_varied(&near);
    make_varied(&far);
    near.site[1].servers = far.site[1].servers = AMPLE;
    for (int i = 0; i < 2; i++) /* a write's key comes first: another order of jobs at the site */
        near.cohort[i].reads = far.cohort[i].reads = 1;
    tw_rtt(&far, 1, 3, 0.450); /* keys are 200 ms farther, which also lengthens warm-up */
    tw_run(&near, 0, &a);
    tw_run(&far, 0, &b);
    assert_int_equal(a.windows.count, b.windows.count);
    for (size_t i = 0; i < a.windows.count; i++) {
        const struct window_result *x = &a.windows.item[i], *y = &b.windows.item[i];

        assert_int_equal(x->operations, y->operations);
        assert_int_equal(x->served, y->served);
        assert_true(y->latency.sum - x->latency.sum == 2e8 * (double)x->served);
    }
    recording_release(&a);
    recording_release(&b);
}

/* T1 */
static void
test_regimes_meet_the_same_operations(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    make_varied(&tw);
    tw_run(&tw, 0, &r);
    assert_int_equal(r.windows.count, 8); /* 2 regimes, 2 cohorts, 2 classes */
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(r.windows.item[i].operations, r.windows.item[4 + i].operations);
        assert_int_equal(r.windows.item[4 + i].served, 0);
    }
    recording_release(&r);
}

/* T1: a cohort and a class more leave the operations of those before as they were. */
static void
test_operations_of_a_cohort_do_not_depend_on_later_cohorts(void **state)
{
    struct traffic_world tw;
    struct operation_kinds kinds;
    struct operations from[2];
    struct operation x, y;

    (void)state;
    make_varied(&tw);
    operation_kinds_init(&kinds, &tw.world);
    const struct operation_key key = {9, 2, 0, 1, COURSE_MEASURED};

    operations_open(&from[0], &kinds, &key, 100, 0.5);
    tw_cohort(&tw, 0, 1, 1, 1);
    operation_kinds_init(&kinds, &tw.world);
    operations_open(&from[1], &kinds, &key, 100, 0.5);
    for (int i = 0; i < 1000; i++) {
        operations_next(&from[0], &x);
        operations_next(&from[1], &y);
        assert_true(x.at_ns == y.at_ns && x.u == y.u && x.bytes == y.bytes);
        assert_true(x.class == y.class && x.read == y.read);
    }
}

static void
test_operations_have_their_rates_and_shares(void **state)
{
    enum { N = 200000 };
    struct traffic_world tw;
    struct operation_kinds kinds;
    struct operations from;
    struct operation op;
    uint64_t first = 0, reads = 0, low = 0;

    (void)state;
    make_varied(&tw);
    operation_kinds_init(&kinds, &tw.world);
    operations_open(&from, &kinds, &(struct operation_key){1, 0, 0, 0, COURSE_MEASURED}, 250, 0.7);
    for (int i = 0; i < N; i++) {
        operations_next(&from, &op);
        first += op.class == 0;
        reads += op.read;
        low += op.u < 0.1;
    }
    const struct estimate rate = estimate_rate(N, op.at_ns * 1e-9, LEVEL);
    const struct estimate share[3] = {estimate_share(first, N, LEVEL),
                                      estimate_share(reads, N, LEVEL),
                                      estimate_share(low, N, LEVEL)};
    static const double expected[3] = {0.25, 0.7, 0.1};

    assert_true(rate.low < 250 && 250 < rate.high);
    for (size_t i = 0; i < 3; i++)
        assert_true(share[i].low < expected[i] && expected[i] < share[i].high);
}

/* T5 */
static void
test_weights_sum_to_the_operations_of_the_users(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};
    double sum = 0, regime[2] = {0};

    (void)state;
    make_varied(&tw);
    tw_run(&tw, 0, &r);
    for (size_t i = 0; i < r.windows.count; i++) {
        const struct window_result *w = &r.windows.item[i];

        sum += w->weight * (double)w->operations;
        regime[w->regime] += w->weight * (double)w->operations;
    }
    check_near("sum", sum, 1000 * 0.1 + 50000 * 0.001, 1e-9);
    check_near("when all is well", regime[0], 150 * 0.99, 1e-9);
    recording_release(&r);
}

/* T6: powers of two, so that products are exact */
static void
test_accounts_times_rate_is_all_that_counts(void **state)
{
    struct traffic_world few, many;
    struct recording a = {0}, b = {0};

    (void)state;
    make_varied(&few);
    make_varied(&many);
    for (int i = 0; i < 2; i++) {
        many.cohort[i].accounts *= 1024;
        many.cohort[i].operations_per_s /= 1024;
    }
    tw_run(&few, 0, &a);
    tw_run(&many, 0, &b);
    check_same(&a, &b);
    recording_release(&a);
    recording_release(&b);
}

/* Simulates a window by itself. */
static struct window *
window_of(const struct traffic_world *tw, uint64_t operations)
{
    const struct regime regime = {.epoch = &tw->epoch[0], .probability = 1};
    struct window *w = calloc(1, sizeof *w);
    struct paths paths = {0};
    const struct window_plan plan = {&tw->world, &paths, 1, 0, operations};

    assert_non_null(w);
    assert_int_equal(paths_make(&paths, &regime, NULL), 0);
    assert_int_equal(window_run(w, &plan), 0);
    paths_release(&paths);
    return w;
}

/* T6, T13 */
static void
test_cost_and_memory_follow_the_window(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_varied(&tw);
    tw.model.study.failures = 0;
    for (double accounts = 1e3; accounts < 1e10; accounts *= 1e3) {
        tw.cohort[0].accounts = accounts;
        tw.cohort[0].operations_per_s = 100 / accounts;
        struct window *w = window_of(&tw, 40000);

        assert_in_range(w->simulated, 40000, 60000);
        assert_in_range(w->ops, 1, 400); /* 150 a second, half a second each, and queues */
        window_release(w);
        free(w);
    }
}

/* T9 */
static void
test_a_block_of_replications_covers_the_day_evenly(void **state)
{
    struct traffic_world tw;
    unsigned met[24] = {0}, hour[SEGMENTS];

    (void)state;
    make_queue(&tw, 500, 1, free_service);
    for (uint64_t i = 0; i < ROTATION; i++) {
        check_near("rate", hours_draw(&tw.world, 5, i, hour), 500, 1e-9);
        for (size_t j = 0; j < SEGMENTS; j++)
            met[hour[j]]++;
    }
    for (size_t h = 0; h < 24; h++)
        assert_int_equal(met[h], 1);
}

/* T9 */
static void
test_hours_are_met_as_often_as_operations_fall_in_them(void **state)
{
    enum { REPS = 1200 };
    struct traffic_world tw;
    static double share[24][REPS];
    unsigned hour[SEGMENTS];

    (void)state;
    make_queue(&tw, 500, 1, free_service);
    tw_cohort(&tw, 0, 1000, 0.25, 1);
    for (uint32_t h = 0; h < 24; h++) {
        tw.cohort[0].hour[h] = h % 3 == 0 ? 0 : 1.5;
        tw.cohort[1].hour[h] = h < 12 ? 2 : 0;
    }
    for (uint64_t i = 0; i < REPS; i++) {
        assert_true(hours_draw(&tw.world, 5, i, hour) > 0);
        for (size_t j = 0; j < SEGMENTS; j++)
            share[hour[j]][i] += 1.0 / SEGMENTS;
    }
    for (uint32_t h = 0; h < 24; h++) {
        const double here = hours_rate(&tw.world, h) / (24 * 750);

        if (here > 0)
            tw_check_mean("share of an hour", share[h], REPS, here, LEVEL);
        else
            for (size_t i = 0; i < REPS; i++)
                assert_true(share[h][i] == 0);
    }
}

/* T9: the mean time over the day of a queue whose load changes by the hour */
static void
test_each_hour_runs_at_its_own_load(void **state)
{
    struct traffic_world tw;
    double expected = 0;

    (void)state;
    make_queue(&tw, 400, 1, tw_exponential(0.001));
    for (uint32_t h = 0; h < 24; h++) {
        tw.cohort[0].hour[h] = 0.25 + 1.5 * h / 23;
        expected += tw.cohort[0].hour[h] / 24 * 1 / (1 - 0.4 * tw.cohort[0].hour[h]);
    }
    check_mean_latency("M/M/1 by the hour", &tw, expected);
}

/* T11 */
static void
test_rare_cohorts_are_measured_by_probes_that_load_nothing(void **state)
{
    double rare[REPLICATIONS], load[REPLICATIONS];
    struct traffic_world tw;

    (void)state;
    make_queue(&tw, 1000, 1, tw_exponential(0.0007));
    tw_cohort(&tw, 0, 1, 0.001, 1); /* one operation in a million */
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        struct recording r = {0};
        const struct window_result *w;

        tw_run(&tw, i, &r);
        assert_int_equal(r.windows.count, 2);
        w = &r.windows.item[1];
        assert_in_range(w->operations, 300, 500); /* 1 % of 40 000 */
        rare[i] = w->latency.sum / (double)w->served * 1e-6;
        load[i] = tw_value(&r, METRIC_STATION_UTILISATION, station_label(0));
        check_near("weight", w->weight * (double)w->operations, 0.001, 1e-12);
        recording_release(&r);
    }
    tw_check_mean("time of probes", rare, REPLICATIONS, 0.7 / 0.3, LEVEL);
    tw_check_mean("load", load, REPLICATIONS, 0.7, LEVEL);
}

/* T11 */
static void
test_probes_disturb_no_other_operation(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_varied(&tw);
    struct window *without = window_of(&tw, 40000);

    /* the third cohort's own operations never come: at this rate one a century */
    tw_cohort(&tw, 0, 1, 1e-10, 0.5);
    struct window *with = window_of(&tw, 40000);

    assert_true(with->simulated > without->simulated + 300);
    for (size_t i = 0; i < 4; i++) {
        const struct window_cell *a = &without->cell[i], *b = &with->cell[i];

        /* the window's hours and length move by a billionth: almost every operation is the same */
        check_near("operations", (double)b->operations, (double)a->operations, 1);
        check_near("latencies", b->latency.sum / a->latency.sum, 1, 1e-3);
    }
    window_release(with);
    window_release(without);
    free(with);
    free(without);
}

static int
by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Service is all there is here, so the latencies are the station's own draws, in order. */
static void
test_quantiles_are_within_one_percent_of_the_sorted_latencies(void **state)
{
    enum { ROOM = 50000 };
    static const double q[] = {0.5, 0.95, 0.99, 0.999};
    struct traffic_world tw;
    double *sorted = malloc(ROOM * sizeof *sorted);
    size_t n = 0;
    const struct dist service = tw_exponential(0.1);
    uint64_t count[SEGMENTS] = {0};

    (void)state;
    assert_non_null(sorted);
    make_queue(&tw, 500, AMPLE, service);
    struct window *w = window_of(&tw, 40000);

    for (uint32_t j = 0; j < SEGMENTS; j++) { /* as many as arrive in 20 s */
        struct operation_kinds kinds;
        struct operations from;
        struct operation op;

        operation_kinds_init(&kinds, &tw.world);
        operations_open(&from, &kinds, &(struct operation_key){1, 0, 0, j, COURSE_MEASURED}, 500,
                        1);
        for (operations_next(&from, &op); op.at_ns < 20e9; operations_next(&from, &op))
            count[j]++;
    }
    for (uint32_t j = 0; j < SEGMENTS; j++) {
        struct stream s;

        stream_open(&s, 1, 0, PURPOSE_SERVICE, 0, (uint64_t)j << 8);
        for (uint64_t i = 0; i < count[j] && n < ROOM; i++)
            sorted[n++] = dist_draw(&service, &s) * 1e9;
    }
    assert_int_equal(w->cell[0].served, n);
    qsort(sorted, n, sizeof *sorted, by_value);
    for (size_t i = 0; i < COUNT(q); i++) {
        const double exact = sorted[(size_t)ceil(q[i] * (double)n) - 1];

        check_near("quantile", hist_quantile(&w->cell[0].latency, q[i]), exact, 0.01 * exact);
    }
    window_release(w);
    free(w);
    free(sorted);
}

static void
test_no_operations_give_no_windows(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    make_queue(&tw, 0, 1, free_service);
    tw_run(&tw, 0, &r);
    assert_int_equal(r.windows.count, 0);
    recording_release(&r);
}

static void
test_one_operation_in_a_century_is_simulated_all_the_same(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    make_queue(&tw, 1e-10, 1, dist_constant(0.004));
    tw_run(&tw, 0, &r);
    for (size_t i = 0; i < r.windows.count; i++)
        check_near("latency", r.windows.item[i].latency.sum, 4e6 * (double)r.windows.item[i].served,
                   0);
    recording_release(&r);
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
        cmocka_unit_test(test_number_at_a_station_obeys_littles_law),
        cmocka_unit_test(test_utilisation_is_the_offered_load),
        cmocka_unit_test(test_an_overloaded_station_shows_its_load_and_ends),
        cmocka_unit_test(test_a_station_keeps_as_many_numbers_as_servers_are_busy),
        cmocka_unit_test(test_a_read_adds_up_its_round_trips_stations_and_cryptography),
        cmocka_unit_test(test_a_write_adds_up_its_round_trips_stations_and_cryptography),
        cmocka_unit_test(test_clients_ask_for_keys_from_where_they_are),
        cmocka_unit_test(test_device_keys_take_no_time),
        cmocka_unit_test(test_bytes_cost_their_transfer_in_their_direction),
        cmocka_unit_test(test_jitter_is_drawn_for_each_round_trip),
        cmocka_unit_test(test_a_threshold_key_takes_the_kth_fastest_of_n),
        cmocka_unit_test(test_a_share_on_a_device_counts_at_once),
        cmocka_unit_test(test_a_nested_formula_is_done_when_it_holds),
        cmocka_unit_test(test_cached_keys_save_the_fetch_with_their_probability),
        cmocka_unit_test(test_the_cache_knows_the_hours_and_the_rules_share_of_reads),
        cmocka_unit_test(test_reads_fetch_from_the_nearest_set_that_suffices),
        cmocka_unit_test(test_a_fragment_holds_its_part_of_the_object),
        cmocka_unit_test(test_writes_wait_for_a_majority_or_for_all),
        cmocka_unit_test(test_a_share_of_the_accounts_is_served_by_its_rule),
        cmocka_unit_test(test_reads_go_to_the_next_replica_when_one_is_down),
        cmocka_unit_test(test_availability_is_the_time_some_replica_and_the_key_are_there),
        cmocka_unit_test(test_writes_to_all_fail_with_one_site_and_quorum_writes_do_not),
        cmocka_unit_test(test_a_stated_gateway_that_is_down_stops_everything),
        cmocka_unit_test(test_without_a_stated_gateway_the_nearest_working_replica_is_it),
        cmocka_unit_test(test_nothing_is_cached_while_the_key_store_is_down),
        cmocka_unit_test(test_accounts_nobody_serves_fail),
        cmocka_unit_test(test_a_link_that_loses_everything_serves_nobody),
        cmocka_unit_test(test_a_missing_round_trip_is_an_error_that_names_the_places),
        cmocka_unit_test(test_the_same_replication_gives_the_same_bytes),
        cmocka_unit_test(test_strategies_meet_the_same_operations),
        cmocka_unit_test(test_regimes_meet_the_same_operations),
        cmocka_unit_test(test_operations_of_a_cohort_do_not_depend_on_later_cohorts),
        cmocka_unit_test(test_operations_have_their_rates_and_shares),
        cmocka_unit_test(test_weights_sum_to_the_operations_of_the_users),
        cmocka_unit_test(test_accounts_times_rate_is_all_that_counts),
        cmocka_unit_test(test_cost_and_memory_follow_the_window),
        cmocka_unit_test(test_a_block_of_replications_covers_the_day_evenly),
        cmocka_unit_test(test_hours_are_met_as_often_as_operations_fall_in_them),
        cmocka_unit_test(test_each_hour_runs_at_its_own_load),
        cmocka_unit_test(test_rare_cohorts_are_measured_by_probes_that_load_nothing),
        cmocka_unit_test(test_probes_disturb_no_other_operation),
        cmocka_unit_test(test_quantiles_are_within_one_percent_of_the_sorted_latencies),
        cmocka_unit_test(test_no_operations_give_no_windows),
        cmocka_unit_test(test_one_operation_in_a_century_is_simulated_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
