#include "traffic_world.h"

#include <stdlib.h>
#include "stats/interval.h"
#include "stats/stream.h"

/* Mechanisms together, each world solved by hand. Numbers refer to sim/traffic/INVARIANTS. */

struct seen {
    double latency_ms[TW_REPLICATIONS], served[TW_REPLICATIONS];
};

static void
see(const struct traffic_world *tw, struct seen *seen)
{
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(tw, i, &r);
        seen->latency_ms[i] = tw_latency_ms(&r);
        seen->served[i] = tw_availability(&r);
        recording_release(&r);
    }
}

static void
check(const char *what, const struct traffic_world *tw, double served, double latency_ms)
{
    struct seen seen;

    see(tw, &seen);
    tw_check_mean(what, seen.served, TW_REPLICATIONS, served, TW_LEVEL);
    tw_check_mean(what, seen.latency_ms, TW_REPLICATIONS, latency_ms, TW_LEVEL);
}

/* Mean of an exponential variable below a limit, and the chance to be above it. */
static double
mean_below(double mean, double limit, double *above)
{
    *above = exp(-limit / mean);
    return mean - limit * *above / (1 - *above);
}

/*
 * The near site refuses what comes while it works (Erlang: a / (1 + a)); what it refuses goes to
 * the far one, which is late with chance p after 102 ms; then all is repeated once, after a second
 * on average, so that repeats come as a Poisson stream again and add to a.
 */
static void
test_refusal_fail_over_and_repeats_add_up(void **state)
{
    const double back_off = 2000, rate = 0.1 /* a ms */, near = 5, far = 100, within = 102;
    struct traffic_world tw;
    double p, b = 0, waited = 0, chance = 1, mean = 0, served = 0;
    const double good = far + mean_below(3, within - far, &p);

    (void)state;
    for (int i = 0; i < 100; i++) {
        const double a = rate * near * (1 + b * p);

        b = a / (1 + a);
    }
    for (int k = 0; k < 2; k++) {
        served += chance * (1 - b * p);
        mean += chance * ((1 - b) * (waited + near) + b * (1 - p) * (waited + good));
        waited += within + back_off / 2;
        chance *= b * p;
    }
    tw_queue(&tw, 1e3 * rate, 1, tw_exponential(near / 1e3));
    tw_place(&tw);
    tw_rtt(&tw, 0, 1, far / 1e3);
    tw_site(&tw, 1, TW_AMPLE, tw_exponential(0.003));
    tw.epoch[0].rules = 0;
    tw_rule(&tw, 1, TW_ROWS(0, 1), 1, TW_ROWS(0));
    tw.site[0].limits.queue_ends = true;
    tw.site[1].limits.answers_within_s = within / 1e3;
    tw.rule[0].retries = 1;
    tw.rule[0].back_off_s = back_off / 1e3;
    check("refusal, fail-over, repeat", &tw, served, mean / served);
}

/* Caches of accounts one by one, each keeping its key for a time from the fetch, before a bucket of
 * one token; quota 0: none. Returns the share of reads that have their key; `*hits`, of them all.
 */
static double
play_caches(uint32_t accounts, double per_s, double ttl_s, double quota_per_s, double *hits)
{
    enum { READS = 2000000 };
    double *until = calloc(accounts, sizeof *until), now = 0, free_at = 0;
    uint64_t found = 0, fetched = 0, reads = 0;
    struct stream s;

    assert_non_null(until);
    stream_open(&s, 4, 0, PURPOSE_TEST, 0, 0);
    for (uint64_t n = 0; n < READS; n++) {
        now += stream_exponential(&s) / per_s / accounts;
        const uint32_t i = (uint32_t)(stream_uniform(&s) * accounts);
        const bool hit = until[i] > now, fetch = !hit && free_at <= now;

        if (fetch) {
            until[i] = now + ttl_s;
            free_at = quota_per_s > 0 ? now + 1 / quota_per_s : 0;
        }
        reads += n >= READS / 4;
        found += n >= READS / 4 && hit;
        fetched += n >= READS / 4 && fetch;
    }
    free(until);
    *hits = (double)found / (double)reads;
    return (double)(found + fetched) / (double)reads;
}

static void
test_keys_are_cached_as_in_real_caches(void **state)
{
    static const double ttl[] = {0.4, 2, 11};
    struct traffic_world tw;

    (void)state;
    for (size_t i = 0; i < COUNT(ttl); i++) {
        double hits, seen[TW_REPLICATIONS];
        const double served = play_caches(700, 0.5, ttl[i], 0, &hits);

        tw_chain(&tw, 1);
        tw.cohort[0].accounts = 700;
        tw.cohort[0].operations_per_s = 0.5;
        tw.rule[0].key_cache_ttl_s = ttl[i];
        for (uint64_t k = 0; k < TW_REPLICATIONS; k++) {
            struct recording r = {0};

            tw_run(&tw, k, &r);
            seen[k] = tw_value(&r, METRIC_KEY_HIT_RATIO, label_total);
            recording_release(&r);
        }
        assert_true(served == 1);
        tw_check_near("hits", estimate_mean(seen, TW_REPLICATIONS, TW_LEVEL).mean, hits, 0.002);
    }
}

/* Reads that find their key do not spend the quota, and what the quota refuses fills no cache. */
static void
test_caches_and_a_quota_live_on_each_other(void **state)
{
    static const double quota[] = {30, 90, 240};
    struct traffic_world tw;

    (void)state;
    for (size_t i = 0; i < COUNT(quota); i++) {
        struct seen seen;
        double hits;
        const double served = play_caches(1000, 0.5, 6, quota[i], &hits);

        tw_init(&tw);
        tw_site(&tw, 0, TW_AMPLE, dist_constant(0.003));
        tw_store(&tw, 0, TW_AMPLE, dist_constant(0.004));
        tw.store[0].limits = (struct limits){.quota_per_s = quota[i], .burst = 1};
        tw_cohort(&tw, 0, 1000, 0.5, 1);
        tw_rule(&tw, 1, TW_ROWS(0), 1, TW_ROWS(0))->key_cache_ttl_s = 6;
        see(&tw, &seen);
        tw_check_near("served", estimate_mean(seen.served, TW_REPLICATIONS, TW_LEVEL).mean, served,
                      0.006);
        tw_check_near("ms", estimate_mean(seen.latency_ms, TW_REPLICATIONS, TW_LEVEL).mean,
                      3 + 4 * (served - hits) / served, 0.03);
    }
}

/*
 * Halves of any 2 of 3 sites behind 80 Mbit/s, whole objects of 1 MB (200 ms by 40 Mbit/s) from the
 * edge: a hit costs the round trip to the edge and its transfer; a miss that round trip, the second
 * fastest site, and half an object. The key travels after the data.
 */
static void
test_an_edge_cache_before_an_erasure_code(void **state)
{
    const double hit = 0.4, edge = 30, site = 60, key = 12, user = 20;
    struct traffic_world tw;

    (void)state;
    tw_init(&tw);
    for (uint32_t i = 1; i < 5; i++)
        tw_place(&tw); /* 0 users, 1 gateway, 2 sites, 3 edge, 4 keys */
    tw_rtt(&tw, 0, 1, user / 1e3);
    tw_rtt(&tw, 1, 2, site / 1e3);
    tw_rtt(&tw, 1, 3, edge / 1e3);
    tw_rtt(&tw, 1, 4, (key - 2) / 1e3);
    tw_site(&tw, 1, TW_AMPLE, tw_free);
    for (int i = 0; i < 3; i++)
        tw_site(&tw, 2, TW_AMPLE, tw_exponential(0.018));
    tw_store(&tw, 4, TW_AMPLE, dist_constant(0.002));
    tw_cohort(&tw, 0, 1000, 0.1, 1);
    struct rule *r = tw_rule(&tw, 2, TW_ROWS(1, 2, 3), 1, TW_ROWS(0));

    r->gateway.i = 0;
    r->reads_fastest = true;
    r->edge = (struct edge_cache){.at = {3}, .objects = 1, .of = 2, .hit = hit};
    const double head = user + edge + key, second = 18 * (1 / 3.0 + 1 / 2.0);

    tw_check_mean_latency("without bytes", &tw, head + (1 - hit) * (site + second));

    /* to the user 685 segments go in windows of 10, 20, ...: 6 round trips of 20 ms after the first
     * byte, slower than half an object and quicker than a whole one on their links */
    tw.class[0].size = dist_constant(1e6);
    tw_rtt(&tw, 1, 3, 0.002);
    tw_rtt(&tw, 1, 2, 0.001);
    tw.link[3 * 5 + 1].bandwidth_bit_s = 4e7;
    tw.link[2 * 5 + 1].bandwidth_bit_s = 8e7;
    for (int i = 1; i < 4; i++)
        tw.site[i].service = tw_free;
    tw_check_mean_latency("with bytes", &tw, user + 2 + key + hit * 200 + (1 - hit) * (1 + 120));
}

/* Three sites that fail now and then: a write needs two answers, the second of three or the slower
 * of two; with all asked for it fails when one is down. */
static void
test_quorum_writes_when_a_replica_is_down(void **state)
{
    static const double mean[3] = {4, 9, 14}, every[3] = {9, 19, 4};
    struct traffic_world tw;
    double up = 1, odds[3], all = 1, both[3], sum = 0, pairs = 0, slowest;

    (void)state;
    tw_init(&tw);
    for (uint32_t i = 0; i < 3; i++) {
        const double x = mean[(i + 1) % 3], y = mean[(i + 2) % 3];

        tw_site(&tw, 0, TW_AMPLE, tw_exponential(mean[i] / 1e3));
        tw.site[i].fails = (struct failures){every[i], 1};
        odds[i] = 1 / every[i];
        up += odds[i];
        both[i] = x + y - x * y / (x + y); /* slower of the other two */
        pairs += x * y / (x + y);
        sum += mean[i];
    }
    const double soonest = 1 / (1 / mean[0] + 1 / mean[1] + 1 / mean[2]);

    slowest = sum - pairs + soonest;
    all = pairs - 2 * soonest; /* second: the three lesser ones of pairs, less twice the least */
    double latency = all / up;

    for (uint32_t i = 0; i < 3; i++)
        latency += odds[i] / up * both[i];
    tw_device(&tw);
    tw_cohort(&tw, 0, 1000, 0.1, 0);
    tw_rule(&tw, 1, TW_ROWS(0, 1, 2), 1, TW_ROWS(0));
    tw.model.study.failures = 1;
    tw_check_mean_latency("two of three", &tw, latency);
    tw.rule[0].writes_all = true;
    struct seen seen;

    see(&tw, &seen);
    tw_check_near("served", seen.served[0], 1 / up, 1e-12);
    tw_check_mean("all three", seen.latency_ms, TW_REPLICATIONS, slowest, TW_LEVEL);
}

/* Two of three shares, each of which counts only within D: P(served) = F(D) and the mean is D less
 * the integral of F over F(D), F the second smallest of three. */
static void
test_shares_that_must_come_in_time(void **state)
{
    static const double mean[3] = {3, 5, 8}, within = 6;
    const double step = 1e-4;
    struct traffic_world tw;
    double sum = 0, f = 0;

    (void)state;
    for (double t = 0; t < within + step / 2; t += step) {
        double in[3];

        for (int i = 0; i < 3; i++)
            in[i] = -expm1(-t / mean[i]);
        f = in[0] * in[1] + in[1] * in[2] + in[2] * in[0] - 2 * in[0] * in[1] * in[2];
        sum += f * step;
    }
    tw_init(&tw);
    tw_site(&tw, 0, TW_AMPLE, dist_constant(0.002));
    for (int i = 0; i < 3; i++) {
        tw_store(&tw, 0, TW_AMPLE, tw_exponential(mean[i] / 1e3));
        tw.store[i].limits.answers_within_s = within / 1e3;
    }
    tw_cohort(&tw, 0, 1000, 0.1, 1);
    tw_rule(&tw, 1, TW_ROWS(0), 2, TW_ROWS(0, 1, 2));
    check("2 of 3 within 6 ms", &tw, f, 2 + within - (sum - f * step / 2) / f);
}

/* T19: a repeat that would come after the time-out is not sent. The key is late with chance p after
 * 252 ms, 399 ms from the start; back-off up to 400 ms, so of those only waits up to 101 ms are in
 * time. */
static void
test_nothing_is_sent_after_the_time_out(void **state)
{
    struct traffic_world tw;
    double offered[TW_REPLICATIONS];
    const double p = exp(-2 / 3.0);

    (void)state;
    tw_chain(&tw, 1);
    tw_rtt(&tw, 0, 1, 0);
    tw.store[0].service = tw_exponential(0.003);
    tw.store[0].servers = 1000;
    tw.store[0].limits.answers_within_s = 0.252;
    tw.rule[0].timeout_s = 0.46;
    tw.rule[0].retries = 1;
    tw.rule[0].back_off_s = 0.4;
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        offered[i] = tw_utilisation(&r, 2) * 1000;
        recording_release(&r);
    }
    tw_check_mean("tries", offered, TW_REPLICATIONS,
                  100 * 0.003 * (1 + p * (460 - 107 - 252) / 400.0), TW_LEVEL);
}

/* T17: the near site refuses each second read, which the far one then serves; the key is late for
 * some. Those have timed out: no refusal ended them. */
static void
test_a_refusal_that_was_made_good_is_no_cause(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};
    const double p = exp(-2 / 3.0);

    (void)state;
    tw_chain(&tw, 1);
    tw_site(&tw, 1, 1, dist_constant(0.01));
    tw.epoch[0].rules = 0;
    tw_rule(&tw, 1, TW_ROWS(1, 2), 1, TW_ROWS(0))->gateway.i = 0;
    tw.site[2].limits.queue_ends = true;
    tw.store[0].service = tw_exponential(0.003);
    tw.store[0].limits.answers_within_s = 0.252;
    tw_run(&tw, 0, &r);
    tw_check_near("refused", tw_value(&r, METRIC_FAILED_REFUSED, label_total), 0, 0);
    tw_check_near("timed out", tw_value(&r, METRIC_FAILED_TIMED_OUT, label_total), p, 0.01);
    recording_release(&r);
}

/* A refusal from 250 ms away is known no later than the answer would have to come. */
static void
test_a_refusal_is_waited_for_no_longer_than_an_answer(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_chain(&tw, 1);
    tw_store(&tw, 1, TW_AMPLE, dist_constant(0.001));
    tw.epoch[0].rules = 0;
    tw_rule(&tw, 1, TW_ROWS(1), 1, TW_ROWS(0))->gateway.i = 0;
    tw.store[0].limits = (struct limits){.quota_per_s = 1e-9, .burst = 1, .answers_within_s = 0.03};
    tw.rule[0].retries = 1;
    tw.rule[0].timeout_s = 0.21; /* 40 + 107 + 30 and the second try's 30: before, not 250 */
    struct recording r = {0};

    tw_run(&tw, 0, &r);
    tw_check_near("refused", tw_value(&r, METRIC_FAILED_REFUSED, label_total), 1, 0);
    recording_release(&r);
}

/* What reads and writes fail of is told apart: the way to the sites loses all, the key is down. */
static void
test_reads_and_writes_fail_for_their_own_causes(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    tw_chain(&tw, 0.5);
    tw.link[1 * 4 + 2].loss = 1; /* to the site: only writes carry bytes there */
    tw.rule[0].timeout_s = 100;
    tw.store[0].fails = (struct failures){1, 1};
    tw.model.study.failures = 1;
    tw_run(&tw, 0, &r);
    tw_check_near("down", tw_value(&r, METRIC_FAILED_DOWN, label_total), 0.25, 0.005);
    tw_check_near("unreachable", tw_value(&r, METRIC_FAILED_UNREACHABLE, label_total), 0.5, 0.01);
    recording_release(&r);
}

/* The edge cache is a part of the service: who comes by VPN asks it by VPN. */
static void
test_an_edge_cache_is_asked_by_vpn_too(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    tw_chain(&tw, 1);
    tw.cohort[0].vpn = 0.3;
    tw.cohort[0].vpn_delay = dist_constant(0.05);
    tw.rule[0].decrypts = DECRYPTS_CLIENT;
    tw.rule[0].edge = (struct edge_cache){.at = {2}, .objects = 1, .of = 1, .hit = 1};
    tw_run(&tw, 0, &r);
    tw_check_near("hit", tw_value(&r, METRIC_LATENCY_VPN_MEAN, label_total), 120 + 50 + 302, 1e-6);
    recording_release(&r);
    r = (struct recording){0};
    tw.rule[0].edge.hit = 0;
    tw_run(&tw, 0, &r);
    tw_check_near("miss", tw_value(&r, METRIC_LATENCY_VPN_MEAN, label_total),
                  120 + 50 + 40 + 50 + 107 + 302, 1e-6);
    recording_release(&r);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusal_fail_over_and_repeats_add_up),
        cmocka_unit_test(test_keys_are_cached_as_in_real_caches),
        cmocka_unit_test(test_caches_and_a_quota_live_on_each_other),
        cmocka_unit_test(test_an_edge_cache_before_an_erasure_code),
        cmocka_unit_test(test_quorum_writes_when_a_replica_is_down),
        cmocka_unit_test(test_shares_that_must_come_in_time),
        cmocka_unit_test(test_nothing_is_sent_after_the_time_out),
        cmocka_unit_test(test_a_refusal_that_was_made_good_is_no_cause),
        cmocka_unit_test(test_a_refusal_is_waited_for_no_longer_than_an_answer),
        cmocka_unit_test(test_reads_and_writes_fail_for_their_own_causes),
        cmocka_unit_test(test_an_edge_cache_is_asked_by_vpn_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
