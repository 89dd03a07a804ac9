#include "tiny.h"
#include "traffic_world.h"

#include <string.h>
#include "traffic/path.h"
#include "traffic/traffic.h"

/* What a latency is made of, and what failures do. Numbers refer to sim/traffic/INVARIANTS. */

static const double open_s[1] = {0.003}, seal_s[1] = {0.005}, any_bytes[1] = {0};

static double
availability(const struct traffic_world *tw)
{
    struct recording r = {0};

    tw_run(tw, 0, &r);
    const double share = tw_availability(&r);

    recording_release(&r);
    return share;
}

static void
test_a_read_adds_up_its_round_trips_stations_and_cryptography(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_chain(&tw, 1);
    tw.world.open = (struct cost){NULL, any_bytes, open_s, 1};
    tw_check_latency("read", &tw, 40 + 100 + 7 + 250 + 2 + 3);
    tw.rule[0].gateway.i = NONE; /* the replica itself: no way between, no way beside */
    tw_rtt(&tw, 2, 3, 0.260);
    tw_check_latency("read without a detour", &tw, 120 + 7 + 260 + 2 + 3);
}

static void
test_a_write_adds_up_its_round_trips_stations_and_cryptography(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_chain(&tw, 0);
    tw.world.seal = (struct cost){NULL, any_bytes, seal_s, 1};
    tw_check_latency("write", &tw, 40 + 250 + 2 + 5 + 100 + 7);
}

static void
test_clients_ask_for_keys_from_where_they_are(void **state)
{
    struct traffic_world tw;

    (void)state;
    for (int reads = 0; reads < 2; reads++) {
        tw_chain(&tw, reads);
        tw.rule[0].decrypts = DECRYPTS_CLIENT;
        tw.rule[0].key_cache_ttl_s = 1e9; /* the gateway's: not used */
        tw_check_latency(reads ? "read" : "write", &tw, 40 + 100 + 7 + 300 + 2);
    }
}

static void
test_device_keys_take_no_time(void **state)
{
    struct traffic_world tw;

    (void)state;
    for (int reads = 0; reads < 2; reads++) {
        tw_chain(&tw, reads);
        tw.store[0] = (struct key_store){.kind = STORE_DEVICE, .at = {NONE}};
        tw_check_latency(reads ? "read" : "write", &tw, 40 + 100 + 7);
    }
}

/* Bytes take the slower of their two ways on a read, both on a write. */
static void
test_bytes_cost_their_transfer_in_their_direction(void **state)
{
    struct traffic_world tw;
    const double bits = 8 * 100000;

    (void)state;
    tw_chain(&tw, 1);
    tw.class[0].size = dist_constant(100000);
    tw.link[2 * 4 + 1].bandwidth_bit_s = 2e6; /* replica to gateway: 400 ms, initial window apart */
    tw.link[1 * 4 + 0].bandwidth_bit_s = 1e6; /* gateway to user: 800 ms */
    tw_check_latency("read", &tw, 40 + 100 + 7 + 252 + 1e3 * bits / 1e6);
    tw.link[1 * 4 + 0].bandwidth_bit_s = 1e12;
    struct transfer t;

    transfer_init(&t, &tw.link[2 * 4 + 1]);
    tw_check_latency("read", &tw, 40 + 100 + 7 + 252 + 1e3 * transfer_s(&t, 100000));
    tw.cohort[0].reads = 0;
    tw.link[0 * 4 + 1].bandwidth_bit_s = 4e5;
    tw.link[1 * 4 + 2].bandwidth_bit_s = 1e5;
    tw_check_latency("write", &tw, 40 + 100 + 7 + 252 + 1e3 * bits / 4e5 + 1e3 * bits / 1e5);
}

static void
test_jitter_is_drawn_for_each_round_trip(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_chain(&tw, 1);
    tw_jitter(&tw, 0, 1, tw_exponential(0.010));
    tw_jitter(&tw, 1, 2, tw_exponential(0.020));
    tw_jitter(&tw, 1, 3, tw_exponential(0.030));
    tw_check_mean_latency("read", &tw, 40 + 100 + 7 + 252 + 60);
}

/* Users and everything else in one place; n key stores of exponential time with room for all. */
static void
make_stores(struct traffic_world *tw, uint32_t n, uint32_t need, double reads)
{
    uint32_t row[TW_MOST + 1];

    tw_init(tw);
    tw_site(tw, 0, TW_AMPLE, tw_free);
    for (uint32_t i = 0; i < n; i++)
        row[i] = tw_store(tw, 0, TW_AMPLE, tw_exponential(0.010));
    row[n] = NONE;
    tw_cohort(tw, 0, 1000, 0.1, reads);
    tw->model.study.window = 10000;
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
        tw_check_mean_latency("k of n", &tw, 10 * order_mean(t[i].n, t[i].k));
    }
}

static void
test_a_share_on_a_device_counts_at_once(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_stores(&tw, 4, 3, 1);
    tw.store[2] = (struct key_store){.kind = STORE_DEVICE, .at = {NONE}};
    tw_check_mean_latency("2 of 3 others", &tw, 10 * order_mean(3, 2));
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

        tw.rule[0].keys = tw.rule[0].fetch =
            (struct formula){.need = 2, .leaf = NONE, .part = both, .parts = 2};
        tw_check_mean_latency("a AND (b OR c)", &tw, 10 * (1 + 1.0 / 2 - 1.0 / 3));
    }
}

/* T12 */
/* T15: of the stores that open, only the third is asked by users: the two others are an escrow,
 * slower or faster. */
static void
test_an_escrow_takes_no_time(void **state)
{
    struct traffic_world tw;

    (void)state;
    for (int reads = 0; reads < 2; reads++) {
        make_stores(&tw, 3, 1, reads);
        tw.rule[0].fetch = tw.leaf[3];
        tw.rule[0].fetch_stores = 4;
        tw_check_mean_latency("the third of three", &tw, 10);
    }
}

static void
test_cached_keys_save_the_fetch_with_their_probability(void **state)
{
    double ratio[TW_REPLICATIONS], mean[TW_REPLICATIONS];
    struct traffic_world tw;
    const double h = 0.1 * 0.6 * 20 / (1 + 0.1 * 0.6 * 20); /* an account reads 0.06 a second */

    (void)state;
    tw_chain(&tw, 0.6);
    tw.rule[0].key_cache_ttl_s = 20;
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        ratio[i] = tw_value(&r, METRIC_KEY_HIT_RATIO, label_total);
        mean[i] = tw_latency_ms(&r);
        recording_release(&r);
    }
    tw_check_mean("hit ratio", ratio, TW_REPLICATIONS, h, TW_LEVEL);
    tw_check_mean("latency", mean, TW_REPLICATIONS, 147 + (0.6 * (1 - h) + 0.4) * 252, TW_LEVEL);
}

static void
test_the_cache_knows_the_hours_and_the_rules_share_of_reads(void **state)
{
    struct traffic_world tw;
    struct paths paths = {0};
    const struct regime regime = {.epoch = &tw.epoch[0], .probability = 1};

    (void)state;
    tw_chain(&tw, 0.5);
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

    tw_check_near("first class", paths_find(&paths, 0, 0, 0.5)->hit, a / (1 + a), 1e-12);
    tw_check_near("second class", paths_find(&paths, 0, 1, 0.5)->hit, b / (1 + b), 1e-12);
    paths_release(&paths);
}

static void
test_a_key_of_the_whole_cohort_is_cached_for_all_its_accounts(void **state)
{
    struct traffic_world tw;
    struct paths paths = {0};
    const struct regime regime = {.epoch = &tw.epoch[0], .probability = 1};

    (void)state;
    tw_chain(&tw, 0.5);
    tw.cohort[0].accounts = 60;
    tw.cohort[0].hour[3] = 4;
    tw.class[0].weight = 0.3;
    tw.class[1] = (struct data_class){.weight = 0.7};
    tw.world.classes = 2;
    tw.rule[2] = tw.rule[1] = tw.rule[0];
    tw.epoch[0].rules = 3;
    tw.rule[0].cohort_key = tw.rule[1].cohort_key = tw.rule[2].cohort_key = true;
    tw.rule[0].key_cache_ttl_s = tw.rule[1].key_cache_ttl_s = tw.rule[2].key_cache_ttl_s = 0.05;
    tw.rule[0].share = 0.25; /* both classes of these; of the others one each */
    tw.rule[0].classes = 3;
    tw.rule[1].classes = 1;
    tw.rule[2].classes = 2;
    assert_int_equal(paths_make(&paths, &regime, NULL), 0);
    paths_set_hour(&paths, &tw.world, 3);
    const double all = 60 * 0.1 * 0.5 * 4 * 0.05;
    const double a = 0.25 * all, b = 0.75 * 0.3 * all, c = 0.75 * 0.7 * all;

    tw_check_near("quarter", paths_find(&paths, 0, 0, 0.1)->hit, a / (1 + a), 1e-12);
    tw_check_near("quarter, other class", paths_find(&paths, 0, 1, 0.1)->hit, a / (1 + a), 1e-12);
    tw_check_near("first class", paths_find(&paths, 0, 0, 0.9)->hit, b / (1 + b), 1e-12);
    tw_check_near("second class", paths_find(&paths, 0, 1, 0.9)->hit, c / (1 + c), 1e-12);
    paths_release(&paths);

    tw.rule[0].classes = 1; /* one rule for both parts of the second class */
    assert_int_equal(paths_make(&paths, &regime, NULL), 0);
    paths_set_hour(&paths, &tw.world, 3);
    const double d = 0.7 * all;

    tw_check_near("near part", paths_find(&paths, 0, 1, 0.1)->hit, d / (1 + d), 1e-12);
    tw_check_near("far part", paths_find(&paths, 0, 1, 0.9)->hit, d / (1 + d), 1e-12);
    paths_release(&paths);
}

/* Users and gateway at 0, sites 0 to 2 at places 1 to 3, RTTs 10, 30, 100 ms; a bare gateway. */
static void
make_replicas(struct traffic_world *tw, uint32_t need, double reads)
{
    tw_init(tw);
    for (uint32_t i = 0; i < 3; i++) {
        const uint32_t place = tw_place(tw);

        tw_site(tw, place, TW_AMPLE, tw_free);
    }
    tw_rtt(tw, 0, 1, 0.010);
    tw_rtt(tw, 0, 2, 0.030);
    tw_rtt(tw, 0, 3, 0.100);
    tw_device(tw);
    tw_cohort(tw, 0, 1000, 0.1, reads);
    tw_rule(tw, need, TW_ROWS(0, 1, 2), 1, TW_ROWS(0))->gateway.i = tw_site(tw, 0, 1, tw_free);
}

static void
test_reads_fetch_from_the_nearest_set_that_suffices(void **state)
{
    static const double farthest[] = {10, 30, 100};
    struct traffic_world tw;

    (void)state;
    for (uint32_t need = 1; need <= 3; need++) {
        make_replicas(&tw, need, 1);
        tw_check_latency("read", &tw, farthest[need - 1]);
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
    tw_check_latency("read", &tw, 30 + 1e3 * 8 * 1e6 / 2 / 1e6);
}

static void
test_writes_wait_for_a_majority_or_for_all(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 0);
    tw_check_latency("majority", &tw, 30);
    tw.rule[0].writes_all = true;
    tw_check_latency("all", &tw, 100);
    make_replicas(&tw, 3, 0); /* three fragments of which all are needed to read */
    tw_check_latency("all fragments", &tw, 100);

    /* the nearest site alone is enough to read, and no majority */
    make_replicas(&tw, 1, 0);
    const struct formula others = {.need = 2, .leaf = NONE, .part = &tw.leaf[1], .parts = 2};
    const struct formula either[2] = {tw.leaf[0], others};

    tw.rule[0].data.part = either;
    tw.rule[0].data.parts = 2;
    tw_check_latency("nested", &tw, 30);
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
    tw_check_mean_latency("mixture", &tw, 0.02 * 100 + 0.98 * 10);
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
    tw_check_latency("reads", &tw, mean);
    tw_check_near("availability", availability(&tw), 1, 1e-12);
}

static void
test_availability_is_the_time_some_replica_and_the_key_are_there(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    tw_chain(&tw, 1);
    tw.site[1].fails = (struct failures){950, 50};
    tw.store[0].fails = (struct failures){98, 2};
    tw.model.study.failures = 2;
    tw_check_near("availability", availability(&tw), 0.95 * 0.98, 1e-12);
    tw_run(&tw, 0, &r);
    /* the failed are no fast answers */
    tw_check_near("latency of the served", tw_latency_ms(&r), 399, 1e-6);
    tw_check_near("served a second", tw_value(&r, METRIC_THROUGHPUT, label_total),
                  100 * 0.95 * 0.98, 1e-9);
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
    tw_check_near("quorum", availability(&tw), 1, 1e-12);
    tw_check_latency("quorum", &tw, 0.75 * 30 + 0.25 * 100);
    tw.rule[0].writes_all = true;
    tw_check_near("all", availability(&tw), 0.75, 1e-12);
}

static void
test_a_stated_gateway_that_is_down_stops_everything(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 0.5);
    tw.site[3].fails = (struct failures){9, 1};
    tw.model.study.failures = 1;
    tw_check_near("availability", availability(&tw), 0.9, 1e-12);
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
    tw_check_latency("reads", &tw, 0.9 * 10 + 0.1 * 30);
}

/* T12 */
static void
test_nothing_is_cached_while_the_key_store_is_down(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_chain(&tw, 1);
    tw.rule[0].key_cache_ttl_s = 1e9;
    tw.store[0].fails = (struct failures){9, 1};
    tw.model.study.failures = 1;
    tw_check_near("availability", availability(&tw), 0.9, 1e-12);
}

static void
test_accounts_nobody_serves_fail(void **state)
{
    double share[TW_REPLICATIONS];
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 1);
    tw.rule[0].share = 0.25;
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        share[i] = tw_availability(&r);
        recording_release(&r);
    }
    tw_check_mean("availability", share, TW_REPLICATIONS, 0.25, TW_LEVEL);
}

static void
test_a_link_that_loses_everything_serves_nobody(void **state)
{
    struct traffic_world tw;

    (void)state;
    make_replicas(&tw, 1, 1);
    tw.link[1 * 4].loss = 1;
    tw_check_near("reads", availability(&tw), 0, 0);
}

static void
test_a_missing_round_trip_is_an_error_that_names_the_places(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};
    struct why why = {0};

    (void)state;
    tw_chain(&tw, 1);
    tw.link[1 * 4 + 3].known = false;
    assert_int_equal(traffic_run(&tw.model, (struct strategy_id){0}, 0, &r, &why), ERR_INPUT);
    assert_int_equal(why.count, 1);
    assert_non_null(strstr(why.fault[0].text, "'p1' and 'p3'"));
    why_release(&why);
    recording_release(&r);
}

/* From the text of a scenario to a latency that can be worked out on paper. */
static void
test_a_scenario_gives_the_latency_worked_out_on_paper(void **state)
{
    static const char yaml[] =
        "jurisim: 1\n"
        "horizon: {from: 2020-01-01, to: 2021-01-01}\n"
        "places: {home: {in: AA}, near: {in: AA}, far: {in: BB}}\n"
        "network:\n"
        "  within: 0 ms\n"
        "  links:\n"
        "    - {between: [home, near], rtt: 20 ms}\n"
        "    - {between: [home, far], rtt: 200 ms}\n"
        "    - {between: [near, far], rtt: 190 ms}\n"
        "crypto: {open: 1 ms, seal: 2 ms}\n"
        "custodians: {acme: {home: AA, branches: [BB]}}\n"
        "sites:\n"
        "  here: {at: near, operator: acme, servers: 1000, service: 4 ms,\n"
        "         fails: {every: 9 d, for: 1 d}}\n"
        "  there: {at: far, operator: acme, servers: 1000, service: 6 ms}\n"
        "key-stores:\n"
        "  vault: {at: far, operator: acme, kind: hsm, extractable: false, servers: 100,\n"
        "          service: 0.5 ms}\n"
        "data: {notes: {weight: 1, size: 4 KiB}}\n"
        "users: {people: {at: home, resident-of: AA, accounts: 10 k, operations: 864 per 1 d,\n"
        "                 reads: 1}}\n"
        "jurisdictions: {AA: {instruments: {}}, BB: {instruments: {}}}\n"
        "strategies: {both: {placement: [{replicas: [here, there], keys: [vault]}]}}\n"
        "study: {replications: {legal: 1, traffic: 1}, seed: 1, window: 10 k, failures: 1}\n";
    struct model *model = tiny_model(yaml);
    struct recording r = {0};

    (void)state;
    assert_int_equal(traffic_run(model, (struct strategy_id){0}, 0, &r, NULL), 0);
    const double well = 20 + 4 + 190 + 0.5 + 1, /* the vault is "within" the far site's place */
        down = 200 + 6 + 0 + 0.5 + 1;

    tw_check_near("latency", tw_latency_ms(&r), 0.9 * well + 0.1 * down, 1e-6);
    tw_check_near("availability", tw_availability(&r), 1, 0);
    tw_check_near("throughput", tw_value(&r, METRIC_THROUGHPUT, label_total), 100, 1e-9);
    recording_release(&r);
    model_free(model);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_read_adds_up_its_round_trips_stations_and_cryptography),
        cmocka_unit_test(test_a_write_adds_up_its_round_trips_stations_and_cryptography),
        cmocka_unit_test(test_clients_ask_for_keys_from_where_they_are),
        cmocka_unit_test(test_device_keys_take_no_time),
        cmocka_unit_test(test_bytes_cost_their_transfer_in_their_direction),
        cmocka_unit_test(test_jitter_is_drawn_for_each_round_trip),
        cmocka_unit_test(test_a_threshold_key_takes_the_kth_fastest_of_n),
        cmocka_unit_test(test_a_share_on_a_device_counts_at_once),
        cmocka_unit_test(test_a_nested_formula_is_done_when_it_holds),
        cmocka_unit_test(test_an_escrow_takes_no_time),
        cmocka_unit_test(test_cached_keys_save_the_fetch_with_their_probability),
        cmocka_unit_test(test_the_cache_knows_the_hours_and_the_rules_share_of_reads),
        cmocka_unit_test(test_a_key_of_the_whole_cohort_is_cached_for_all_its_accounts),
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
        cmocka_unit_test(test_a_scenario_gives_the_latency_worked_out_on_paper),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
