#include "traffic_world.h"

#include "model/edge.h"
#include "traffic/traffic.h"

/* Careful operations (sim/traffic/care.h). Numbers refer to sim/traffic/INVARIANTS. */

enum { PLAIN_CASES = 7 };

/* Worlds that differ in what the steps of an operation do. */
static void
make_case(struct traffic_world *tw, int n)
{
    tw_varied(tw);
    if (n == 1)
        tw->rule[0].decrypts = DECRYPTS_CLIENT;
    if (n == 2)
        tw->rule[0].key_cache_ttl_s = 30;
    if (n < 3)
        return;
    tw_site(tw, 3, 2, tw_exponential(0.003));
    tw_store(tw, 2, 4, tw_exponential(0.001));
    tw->epoch[0].rules = 0;
    struct rule *r = tw_rule(tw, n == 3 ? 2 : 1, TW_ROWS(0, 1, 2), n == 4 ? 2 : 1, TW_ROWS(0, 1));

    r->writes_all = n == 5;
    if (n == 6)
        r->decrypts = DECRYPTS_CLIENT;
    tw->site[2].fails = (struct failures){50, 1};
}

/* T16 */
static void
test_careful_steps_come_to_the_answers_of_plain_ones(void **state)
{
    (void)state;
    for (int n = 0; n < PLAIN_CASES; n++) {
        struct traffic_world plain, careful;
        struct recording a = {0}, b = {0};

        make_case(&plain, n);
        make_case(&careful, n);
        for (uint32_t i = 0; i < careful.epoch[0].rules; i++)
            careful.rule[i].timeout_s = 1e8; /* reached by none */
        tw_run(&plain, 1, &a);
        tw_run(&careful, 1, &b);
        assert_int_equal(a.windows.count, b.windows.count);
        for (size_t i = 0; i < a.windows.count; i++) {
            const struct window_result *x = &a.windows.item[i], *y = &b.windows.item[i];

            assert_int_equal(x->operations, y->operations);
            assert_int_equal(x->served, y->served);
            assert_int_equal(x->key_hits, y->key_hits);
            if (x->latency.sum != y->latency.sum)
                fail_msg("case %d, row %zu: %.17g and %.17g", n, i, x->latency.sum, y->latency.sum);
        }
        recording_release(&a);
        recording_release(&b);
    }
}

/* What replications come to. */
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
    if (served < 1)
        tw_check_mean(what, seen.served, TW_REPLICATIONS, served, TW_LEVEL);
    else
        tw_check_near(what, seen.served[0], 1, 0);
    tw_check_mean(what, seen.latency_ms, TW_REPLICATIONS, latency_ms, TW_LEVEL);
}

/* Finite queues: M/M/c/K (Erlang 1917; Gross and Harris, section 2.5) */

static double
mmck(double a, uint32_t servers, uint32_t room, double *mean)
{
    double p = 1, sum = 0, jobs = 0;

    for (uint32_t n = 0; n <= room; n++) {
        if (n > 0)
            p *= a / (n < servers ? n : servers);
        sum += p;
        jobs += n * p;
    }
    *mean = jobs / sum;
    return p / sum;
}

static void
test_a_full_queue_refuses_as_mmck_says(void **state)
{
    static const struct {
        uint32_t servers, queue;
        double load;
    } t[] = {{1, 0, 0.8}, {1, 4, 0.9}, {3, 0, 1.2}, {2, 3, 1.2}, {8, 20, 0.95}};
    struct traffic_world tw;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double per_s = t[i].load * t[i].servers / 0.004;
        double jobs;
        const double refused = mmck(per_s * 0.004, t[i].servers, t[i].servers + t[i].queue, &jobs);

        tw_queue(&tw, per_s, t[i].servers, tw_exponential(0.004));
        tw.site[0].limits = (struct limits){.queue_ends = true, .queue = t[i].queue};
        check("M/M/c/K", &tw, 1 - refused, 1e3 * jobs / (per_s * (1 - refused)));
    }
}

/* Erlang's loss formula holds whatever the service's shape (Sevastyanov 1957). */
static void
test_without_a_queue_loss_does_not_depend_on_the_shape_of_service(void **state)
{
    const struct dist service = {.kind = DIST_LOGNORMAL, .p = {0.004, 2}};
    struct traffic_world tw;
    double jobs;
    const double lost = mmck(4, 5, 5, &jobs);

    (void)state;
    tw_queue(&tw, 1000, 5, service);
    tw.site[0].limits.queue_ends = true;
    check("M/G/5/5", &tw, 1 - lost, 4);
}

/*
 * A bucket of one token refuses for 1/q after each job that it takes: a counter with dead time,
 * which takes 1 / (1 + a) of a Poisson stream, a = rate / q.
 */
static void
test_a_quota_refuses_what_comes_too_soon(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 500, TW_AMPLE, dist_constant(0.002));
    tw.site[0].limits = (struct limits){.quota_per_s = 400, .burst = 1};
    struct seen seen;

    see(&tw, &seen);
    tw_check_mean("quota", seen.served, TW_REPLICATIONS, 1 / (1 + 500.0 / 400), TW_LEVEL);
    tw_check_near("latency", seen.latency_ms[0], 2, 1e-9);
}

/* No more than burst + rate x time are ever taken, and no fewer when there is demand enough. */
static void
test_a_quota_takes_its_rate_and_its_burst(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    tw_queue(&tw, 4000, TW_AMPLE, tw_free);
    tw.site[0].limits = (struct limits){.quota_per_s = 1000, .burst = 50};
    tw_run(&tw, 0, &r);
    tw_check_near("share", tw_availability(&r), 0.25, 0.005);
    recording_release(&r);
}

/* Time-outs */

/* Sojourns in M/M/1 are exponential, so those within D are known in share and mean. */
static void
test_operations_that_take_too_long_fail(void **state)
{
    struct traffic_world tw;
    const double t = 1 / 0.3 * 1.4, d = 6, lost = exp(-d / t); /* ms */

    (void)state;
    tw_queue(&tw, 500, 1, tw_exponential(0.0014));
    tw.rule[0].timeout_s = d / 1e3;
    check("M/M/1 within 6 ms", &tw, 1 - lost, t - d * lost / (1 - lost));
}

/* A key store 250 ms away whose answer must come within 252 ms: service up to 2 ms. */
static void
test_a_late_answer_counts_as_none(void **state)
{
    struct traffic_world tw;
    const double lost = exp(-2 / 3.0);

    (void)state;
    tw_chain(&tw, 1);
    tw.store[0].service = tw_exponential(0.003);
    tw.store[0].limits.answers_within_s = 0.252;
    check("key within 252 ms", &tw, 1 - lost, 140 + 7 + 250 + 3 - 2 * lost / (1 - lost));
}

/*
 * Each try at the key fails with the same chance p after W = 252 ms; before repeat k passes half of
 * b 2^k on average. So p^(r + 1) fail, and those served at try j have waited for all before.
 */
static void
test_repeats_with_back_off_take_what_theory_says(void **state)
{
    enum { RETRIES = 3 };
    const double p = exp(-2 / 3.0), within = 252, back_off = 40;
    const double good = 140 + 7 + 250 + 3 - 2 * p / (1 - p);
    double mean = 0, chance = 1, waited = 0, served = 0;
    struct traffic_world tw;

    (void)state;
    for (int j = 0; j <= RETRIES; j++) {
        mean += chance * (1 - p) * (good + waited);
        served += chance * (1 - p);
        waited += within + back_off * (double)(1 << j) / 2;
        chance *= p;
    }
    tw_chain(&tw, 1);
    tw.store[0].service = tw_exponential(0.003);
    tw.store[0].limits.answers_within_s = within / 1e3;
    tw.rule[0].retries = RETRIES;
    tw.rule[0].back_off_s = back_off / 1e3;
    check("4 tries", &tw, served, mean / served);
}

/* Repeats load a station like operations: the rate offered is that of all tries. */
static void
test_repeats_load_the_station(void **state)
{
    struct traffic_world tw;
    double offered[TW_REPLICATIONS];
    const double p = exp(-2 / 3.0);

    (void)state;
    tw_chain(&tw, 1);
    tw.store[0].service = tw_exponential(0.003);
    tw.store[0].servers = 1000;
    tw.store[0].limits.answers_within_s = 0.252;
    tw.rule[0].retries = 2;
    tw.rule[0].back_off_s = 0.01;
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        offered[i] = tw_utilisation(&r, 2) * 1000;
        recording_release(&r);
    }
    tw_check_mean("tries", offered, TW_REPLICATIONS, 100 * 0.003 * (1 + p + p * p), TW_LEVEL);
}

/* Fail-over: what M/M/1/1 refuses, Erlang's a / (1 + a), the other replica serves. */
static void
test_a_refused_read_goes_on_to_the_next_replica(void **state)
{
    struct traffic_world tw;
    const double a = 0.5, b = a / (1 + a);

    (void)state;
    tw_queue(&tw, 100, 1, tw_exponential(0.005));
    tw_place(&tw);
    tw_rtt(&tw, 0, 1, 0.1);
    tw_site(&tw, 1, TW_AMPLE, dist_constant(0.001));
    tw.epoch[0].rules = 0;
    tw_rule(&tw, 1, TW_ROWS(0, 1), 1, TW_ROWS(0));
    tw.site[0].limits.queue_ends = true;
    check("overflow", &tw, 1, (1 - b) * 5 + b * 101);
}

/* Only the fragment that was refused is replaced: of any 2 of 3, the third. */
static void
test_fail_over_replaces_only_what_failed(void **state)
{
    struct traffic_world tw;
    const double late = exp(-1);

    (void)state;
    /* fragments at 107 ms and at the gateway: when the latter is late after 4 ms, 1 and 2 are
     * asked from then on: 251 ms */
    tw_chain(&tw, 1);
    tw_site(&tw, 3, TW_AMPLE, dist_constant(0.001));
    tw_site(&tw, 1, TW_AMPLE, tw_exponential(0.004));
    tw_device(&tw);
    tw.epoch[0].rules = 0;
    tw_rule(&tw, 2, TW_ROWS(1, 2, 3), 1, TW_ROWS(1))->gateway.i = 0;
    tw.rule[0].decrypts = DECRYPTS_CLIENT;
    tw.site[3].limits.answers_within_s = 0.004;
    check("2 of 3", &tw, 1, 40 + (1 - late) * 107 + late * (4 + 251));
}

/* Causes */

static void
test_each_failure_is_told_by_its_cause(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};
    static const enum metric_id metric[] = {METRIC_FAILED_DOWN, METRIC_FAILED_REFUSED,
                                            METRIC_FAILED_TIMED_OUT};
    double sum = 0;

    (void)state;
    tw_chain(&tw, 0.5);
    tw.site[1].service = tw_exponential(0.01);
    tw.site[1].servers = 1;
    tw.site[1].limits = (struct limits){.queue_ends = true, .queue = 1};
    tw.rule[0].timeout_s = 0.41;
    tw.store[0].fails = (struct failures){9, 1};
    tw.model.study.failures = 1;
    tw_run(&tw, 0, &r);
    for (size_t i = 0; i < COUNT(metric); i++) {
        const double share = tw_value(&r, metric[i], label_total);

        assert_true(share > 0.01);
        sum += share;
    }
    tw_check_near("unreachable", tw_value(&r, METRIC_FAILED_UNREACHABLE, label_total), 0, 0);
    tw_check_near("down", tw_value(&r, METRIC_FAILED_DOWN, label_total), 0.1, 1e-12);
    tw_check_near("all", sum, 1 - tw_availability(&r), 1e-12);
    recording_release(&r);
}

static void
test_a_network_that_loses_all_is_told_apart(void **state)
{
    struct traffic_world tw;
    struct recording r = {0};

    (void)state;
    tw_chain(&tw, 1);
    tw.link[2 * 4 + 1].loss = 1;
    tw.rule[0].timeout_s = 10;
    tw_run(&tw, 0, &r);
    tw_check_near("unreachable", tw_value(&r, METRIC_FAILED_UNREACHABLE, label_total), 1, 0);
    recording_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_careful_steps_come_to_the_answers_of_plain_ones),
        cmocka_unit_test(test_a_full_queue_refuses_as_mmck_says),
        cmocka_unit_test(test_without_a_queue_loss_does_not_depend_on_the_shape_of_service),
        cmocka_unit_test(test_a_quota_refuses_what_comes_too_soon),
        cmocka_unit_test(test_a_quota_takes_its_rate_and_its_burst),
        cmocka_unit_test(test_operations_that_take_too_long_fail),
        cmocka_unit_test(test_a_late_answer_counts_as_none),
        cmocka_unit_test(test_repeats_with_back_off_take_what_theory_says),
        cmocka_unit_test(test_repeats_load_the_station),
        cmocka_unit_test(test_a_refused_read_goes_on_to_the_next_replica),
        cmocka_unit_test(test_fail_over_replaces_only_what_failed),
        cmocka_unit_test(test_each_failure_is_told_by_its_cause),
        cmocka_unit_test(test_a_network_that_loses_all_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
