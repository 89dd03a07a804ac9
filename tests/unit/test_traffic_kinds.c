#include "traffic_world.h"

#include <stdlib.h>
#include "model/edge.h"
#include "stats/stream.h"
#include "traffic/operation.h"
#include "traffic/path.h"
#include "traffic/regime.h"
#include "traffic/transfer.h"

/* Kinds of operations, ways to read, edge caches, connections, hours of links. */

/* Lists ask the site and nothing else; deletions go where writes do, without key or bytes. */
static void
test_lists_and_deletions_carry_no_bytes_and_ask_no_key(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_chain(&tw, 0);
    tw.class[0].size = dist_constant(5e6);
    tw.link[1 * 4 + 2].bandwidth_bit_s = tw.link[2 * 4 + 1].bandwidth_bit_s = 1e7;
    tw.cohort[0].lists = 1;
    tw_check_latency("list", &tw, 40 + 100 + 7);
    tw.cohort[0].lists = 0;
    tw.cohort[0].removals = 1;
    tw_check_latency("delete", &tw, 40 + 100 + 7);
    tw.cohort[0].removals = 0;
    struct recording r = {0};

    tw_run(&tw, 0, &r);
    assert_true(tw_latency_ms(&r) > 397 + 4000); /* a write has its key and its bytes */
    recording_release(&r);
}

static void
test_a_list_needs_no_key_store(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    tw_chain(&tw, 0.5);
    tw.cohort[0].lists = 0.25;
    tw.cohort[0].removals = 0.25;
    tw.store[0].fails = (struct failures){1, 1e9};
    tw.model.study.failures = 1;
    tw_run(&tw, 0, &r);
    tw_check_near("served", tw_availability(&r), 0.5, 0.01);
    recording_release(&r);
}

static void
test_a_mix_has_its_shares(void **state)
{
    enum { N = 100000 };
    struct traffic_world tw;
    struct operation_kinds kinds;
    struct operations from;
    struct operation op;
    uint64_t count[4] = {0};

    (void)state;
    tw_varied(&tw);
    operation_kinds_init(&kinds, &tw.world);
    operations_open(&from, &kinds, &(struct operation_key){1, 0, 0, 0, COURSE_MEASURED}, 9, 0.6);
    from.lists = 0.1;
    from.removals = 0.05;
    for (int i = 0; i < N; i++) {
        operations_next(&from, &op);
        count[2 * !op.read + op.bare]++;
    }
    static const double expected[4] = {0.6, 0.1, 0.25, 0.05};

    for (int k = 0; k < 4; k++)
        tw_check_near("share", (double)count[k] / N, expected[k], 0.006);
}

/* Ways to read */

static void
test_a_key_asked_at_once_travels_beside_the_data(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_chain(&tw, 1);
    tw.rule[0].keys_parallel = true;
    tw_check_latency("key is slower", &tw, 40 + 252);
    tw_rtt(&tw, 1, 3, 0.05);
    tw_check_latency("data is slower", &tw, 40 + 107);
    tw.rule[0].decrypts = DECRYPTS_CLIENT;
    tw_check_latency("client: 302 ms beside 147 ms", &tw, 302);
    tw_rtt(&tw, 0, 3, 0.1);
    tw_check_latency("client: 102 ms beside 147 ms", &tw, 147);
}

static void
test_a_site_that_decrypts_asks_for_the_key_itself(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_chain(&tw, 0.5);
    tw_rtt(&tw, 2, 3, 0.02); /* near the replica, far from the gateway */
    tw.rule[0].decrypts = DECRYPTS_SITE;
    tw_check_latency("site", &tw, 40 + 107 + 22);
}

/* m-th fastest of n exponential services: S (H_n - H_(n-m)). */
static void
test_reads_of_all_replicas_take_the_fastest_that_suffice(void **state)
{
    static const struct {
        uint32_t n, m;
    } t[] = {{3, 1}, {5, 3}, {4, 4}};
    struct traffic_world tw;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        uint32_t site[TW_MOST] = {0};
        double mean = 0;

        tw_init(&tw);
        for (uint32_t k = 0; k < t[i].n; k++)
            site[k] = tw_site(&tw, 0, TW_AMPLE, tw_exponential(0.01));
        site[t[i].n] = NONE;
        for (uint32_t k = t[i].n - t[i].m + 1; k <= t[i].n; k++)
            mean += 10.0 / k;
        tw_device(&tw);
        tw_cohort(&tw, 0, 1000, 0.1, 1);
        tw_rule(&tw, t[i].m, site, 1, TW_ROWS(0))->reads_fastest = true;
        tw_check_mean_latency("m-th fastest", &tw, mean);
    }
}

/* Connections */

static void
test_cold_connections_shake_hands(void **state)
{
    struct traffic_world tw;
    const double rate = 1 / 30.0, cold = exp(-60 * rate);

    (void)state;
    tw_chain(&tw, 1);
    tw.cohort[0].accounts = 3000;
    tw.cohort[0].operations_per_s = rate;
    tw.cohort[0].connections = (struct connections){.idle_s = 60, .tls = 2};
    tw_check_mean_latency("cold", &tw, 399 + cold * 3 * 40);
    for (uint32_t h = 0; h < 24; h++) /* nobody comes back in time */
        tw.cohort[0].hour[h] = 1;
    tw.cohort[0].connections.idle_s = 1e-6;
    tw.cohort[0].connections.tls = 1;
    tw.cohort[0].operations_per_s = 1e-3;
    tw_check_latency("all cold", &tw, 399 + 2 * 40);
}

/* Hours of links */

static void
test_an_hour_of_a_link_has_its_own_loss_and_bandwidth(void **state)
{
    static double loss[24], bandwidth[24];
    struct traffic_world tw;
    struct transfer t;
    double expected = 0;

    (void)state;
    tw_queue(&tw, 100, TW_AMPLE, tw_free);
    tw.class[0].size = dist_constant(1e5);
    tw.link[0].rtt_s = 0.1;
    tw.link[0].loss = 0.01;
    tw.link[0].bandwidth_bit_s = 1e8;
    for (uint32_t h = 0; h < 24; h++) {
        loss[h] = h < 12 ? 0 : 5;
        bandwidth[h] = h % 2 == 0 ? 1 : 0.125;
        struct link now = tw.link[0];

        now.loss *= loss[h];
        now.bandwidth_bit_s *= bandwidth[h];
        transfer_init(&t, &now);
        expected += transfer_s(&t, 1e5) / 24;
    }
    tw.link[0].loss_hour = loss;
    tw.link[0].bandwidth_hour = bandwidth;
    double mean = 0;

    for (uint64_t i = 0; i < 6; i++) { /* a block of replications covers the day evenly */
        struct recording r = {0};

        tw_run(&tw, i, &r);
        mean += tw_latency_ms(&r) / 6;
        recording_release(&r);
    }
    tw_check_near("mean over the day, ms", mean, 100 + 1e3 * expected, 6);
}

/* Edge caches */

/* Least recently used, simulated: objects in order of their last read. */
static double
lru_hits(uint32_t room, uint32_t of, double zipf, uint32_t reads)
{
    double *upper = malloc(of * sizeof *upper), sum = 0;
    uint64_t *read_at = calloc(of, sizeof *read_at), hits = 0, counted = 0, in = 0;
    uint32_t *oldest = malloc(2 * (size_t)reads * sizeof *oldest); /* queue of reads, lazily old */
    size_t first = 0, last = 0;
    bool *here = calloc(of, sizeof *here);
    struct stream s;

    for (uint32_t i = 0; i < of; i++)
        upper[i] = sum += pow(i + 1, -zipf);
    stream_open(&s, 5, 0, PURPOSE_TEST, 1, 1);
    for (uint64_t n = 1; n <= reads; n++) {
        const double u = stream_uniform(&s) * sum;
        uint32_t low = 0, high = of - 1;

        while (low < high) {
            const uint32_t middle = (low + high) / 2;

            if (upper[middle] > u)
                high = middle;
            else
                low = middle + 1;
        }
        counted += n > reads / 4;
        hits += n > reads / 4 && here[low];
        in += !here[low];
        here[low] = true;
        read_at[low] = n;
        oldest[last++] = low;
        while (in > room) { /* entry k of the queue is read k + 1: stale if read again since */
            const uint32_t i = oldest[first++];

            if (read_at[i] == first && here[i]) {
                here[i] = false;
                in--;
            }
        }
    }
    free(upper);
    free(read_at);
    free(oldest);
    free(here);
    return (double)hits / (double)counted;
}

static void
test_edge_hits_are_those_of_a_real_cache(void **state)
{
    static const struct {
        uint32_t room, of;
        double zipf;
    } t[] = {
        {10, 1000, 0.8}, {100, 10000, 0.8}, {2000, 20000, 1.1}, {50, 100, 0}, {500, 5000, 0.6}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const struct edge_cache cache = {.objects = t[i].room, .zipf = t[i].zipf, .of = t[i].of};

        tw_check_near("hit ratio", edge_hit_ratio(&cache),
                      lru_hits(t[i].room, t[i].of, t[i].zipf, 400000), 0.005);
    }
}

/* The sums of many ranks in groups against all of them one by one. */
static void
test_edge_hits_of_many_objects_are_summed_well(void **state)
{
    enum { OF = 300000, ROOM = 20000 };
    const struct edge_cache cache = {.objects = ROOM, .zipf = 0.8, .of = OF};
    double low = 0, high = 1e12, hit = 0, all = 0;

    (void)state;
    for (int step = 0; step < 80; step++) {
        const double t = (low + high) / 2;
        double kept = 0;

        hit = all = 0;
        for (int i = 1; i <= OF; i++) {
            const double p = pow(i, -0.8), in = -expm1(-p * t);

            kept += in;
            hit += p * in;
            all += p;
        }
        if (kept < ROOM)
            low = t;
        else
            high = t;
    }
    tw_check_near("hit ratio", edge_hit_ratio(&cache), hit / all, 1e-5);
    assert_true(edge_hit_ratio(&(struct edge_cache){.objects = 10, .of = 10, .zipf = 1}) == 1);
    assert_true(edge_hit_ratio(&(struct edge_cache){0}) == 0);
}

static void
test_an_edge_cache_serves_what_it_has(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_chain(&tw, 1);
    tw_place(&tw);
    tw_chain(&tw, 1);
    tw.rule[0].edge = (struct edge_cache){.at = {0}, .objects = 1, .of = 1, .hit = 1};
    tw_check_latency("gateway, all hits", &tw, 40 + 40 + 252);
    tw.rule[0].edge.hit = 0;
    tw_check_latency("gateway, no hits", &tw, 40 + 40 + 107 + 252);
    tw.rule[0].decrypts = DECRYPTS_CLIENT;
    tw.rule[0].edge.at.i = 2;
    tw.rule[0].edge.hit = 1;
    tw_check_latency("client, all hits", &tw, 120 + 302);
    tw.rule[0].keys_parallel = true;
    tw_check_latency("client, all hits, key at once", &tw, 302);
    tw.rule[0].keys_parallel = false;
    tw.rule[0].edge.hit = 0.25;
    tw_check_mean_latency("client, some hits", &tw, 120 + 0.75 * 147 + 302);
}

static void
test_a_connection_is_kept_warm_by_all_operations_to_its_gateway(void **state)
{
    struct traffic_world tw;
    struct paths paths = {0};
    const struct regime regime = {.epoch = &tw.epoch[0], .probability = 1};

    (void)state;
    tw_chain(&tw, 0.5);
    tw.cohort[0].connections = (struct connections){.idle_s = 10, .tls = 1};
    tw.class[0].weight = 0.3;
    tw.class[1] = (struct data_class){.weight = 0.7};
    tw.world.classes = 2;
    tw.rule[1] = tw.rule[0];
    tw.epoch[0].rules = 2;
    tw.rule[0].classes = 1;
    tw.rule[1].classes = 2;
    assert_int_equal(paths_make(&paths, &regime, NULL), 0);
    paths_set_hour(&paths, &tw.world, 0);
    assert_ptr_not_equal(paths_find(&paths, 0, 0, 0.5), paths_find(&paths, 0, 1, 0.5));
    tw_check_near("first", paths_find(&paths, 0, 0, 0.5)->cold, exp(-1), 1e-12);
    tw_check_near("second", paths_find(&paths, 0, 1, 0.5)->cold, exp(-1), 1e-12);
    paths_release(&paths);
}

/* T10: as many operations in each replication, but few in the quiet hours, which last as long. */
static void
test_utilisation_is_that_of_the_day_and_not_of_the_busy_hours(void **state)
{
    struct traffic_world tw;
    double offered[24];

    (void)state;
    tw_chain(&tw, 1);
    tw.site[1].service = dist_constant(1e-3);
    tw.site[1].servers = 1;
    for (unsigned h = 0; h < 24; h++)
        tw.cohort[0].hour[h] = h < 12 ? 1.95 : 0.05;
    for (uint64_t i = 0; i < COUNT(offered); i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        offered[i] = tw_utilisation(&r, 1);
        recording_release(&r);
    }
    tw_check_mean("utilisation", offered, COUNT(offered),
                  tw.cohort[0].accounts * tw.cohort[0].operations_per_s * 1e-3, TW_LEVEL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_and_deletions_carry_no_bytes_and_ask_no_key),
        cmocka_unit_test(test_a_list_needs_no_key_store),
        cmocka_unit_test(test_a_mix_has_its_shares),
        cmocka_unit_test(test_a_key_asked_at_once_travels_beside_the_data),
        cmocka_unit_test(test_a_site_that_decrypts_asks_for_the_key_itself),
        cmocka_unit_test(test_reads_of_all_replicas_take_the_fastest_that_suffice),
        cmocka_unit_test(test_cold_connections_shake_hands),
        cmocka_unit_test(test_an_hour_of_a_link_has_its_own_loss_and_bandwidth),
        cmocka_unit_test(test_edge_hits_are_those_of_a_real_cache),
        cmocka_unit_test(test_edge_hits_of_many_objects_are_summed_well),
        cmocka_unit_test(test_an_edge_cache_serves_what_it_has),
        cmocka_unit_test(test_a_connection_is_kept_warm_by_all_operations_to_its_gateway),
        cmocka_unit_test(test_utilisation_is_that_of_the_day_and_not_of_the_busy_hours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
