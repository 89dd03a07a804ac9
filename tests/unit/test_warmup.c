#include "traffic_world.h"

#include <stdlib.h>
#include "stats/stream.h"
#include "traffic/load.h"
#include "traffic/window.h"

/* When a window's warm-up is over: the series by itself, what theory asks for, and whole windows.
 * Numbers refer to sim/traffic/INVARIANTS. */

/* The series */

enum { OPERATIONS = 1600, UNTIL = 1600000 };

static struct stream
stream_of(uint64_t run)
{
    struct stream s;

    stream_open(&s, 11, run, PURPOSE_TEST, 0, 0);
    return s;
}

/* Operations evenly over a warm-up; each takes a time whose mean goes along a line: part of it as
 * it is, the rest times an exponential variable. */
static bool
settles(double first, double last, double steady, uint64_t run)
{
    struct warm_up w;
    struct stream s = stream_of(run);

    warm_up_begin(&w, UNTIL, OPERATIONS);
    for (sim_ns at = 0; at < UNTIL; at += UNTIL / OPERATIONS) {
        const double mean = first + (last - first) * (double)at / UNTIL;

        warm_up_start(&w, at);
        warm_up_end(&w, at,
                    (sim_ns)(1e4 * mean * (steady + (1 - steady) * stream_exponential(&s))));
    }
    return warm_up_is_settled(&w);
}

static void
test_a_series_that_goes_nowhere_is_mostly_found_settled(void **state)
{
    enum { RUNS = 400 };
    int settled = 0;

    (void)state;
    for (uint64_t run = 0; run < RUNS; run++)
        settled += settles(1, 1, 0, run);
    assert_in_range(settled, RUNS * 93 / 100, RUNS);
}

static void
test_a_series_that_climbs_or_falls_is_found_unsettled(void **state)
{
    int up = 0, down = 0;

    (void)state;
    for (uint64_t run = 0; run < 100; run++) {
        up += settles(1, 10, 0.8, run);
        down += settles(10, 1, 0.8, run);
    }
    assert_in_range(up, 0, 5);
    assert_in_range(down, 0, 5);
}

static void
test_a_series_that_has_come_home_early_is_settled(void **state)
{
    int settled = 0;

    (void)state;
    for (uint64_t run = 0; run < 100; run++) {
        struct warm_up w;
        struct stream s = stream_of(run);

        warm_up_begin(&w, UNTIL, OPERATIONS);
        for (sim_ns at = 0; at < UNTIL; at += UNTIL / OPERATIONS) {
            const double mean = at < UNTIL / 4 ? 5 : 1;

            warm_up_start(&w, at);
            warm_up_end(&w, at, (sim_ns)(1e4 * mean * stream_exponential(&s)));
        }
        settled += warm_up_is_settled(&w);
    }
    assert_in_range(settled, 93, 100);
}

/* What has not ended is not seen: the quick ones alone would look settled. */
static void
test_operations_under_way_are_not_forgotten(void **state)
{
    struct warm_up some, stuck;

    (void)state;
    warm_up_begin(&some, UNTIL, OPERATIONS);
    warm_up_begin(&stuck, UNTIL, OPERATIONS);
    for (sim_ns at = 0, i = 0; at < UNTIL; at += UNTIL / OPERATIONS, i++) {
        warm_up_start(&some, at);
        warm_up_start(&stuck, at);
        if (at < UNTIL / 2 || i % 2 == 0) /* of the second half each other one stays */
            warm_up_end(&some, at, 100 + i % 7);
        if (i % 10 > 0) /* one in ten stays */
            warm_up_end(&stuck, at, 100 + i % 7);
    }
    assert_false(warm_up_is_settled(&some));
    assert_false(warm_up_is_settled(&stuck)); /* with the time they have been: a falling line */
}

/* T25: each two slots become one, as if they had been so wide from the start. */
static void
test_a_longer_warm_up_keeps_its_series_in_the_same_room(void **state)
{
    struct warm_up w, wide;
    struct stream s = stream_of(7);

    (void)state;
    warm_up_begin(&w, UNTIL, OPERATIONS);
    warm_up_begin(&wide, 4 * UNTIL, OPERATIONS);
    for (int step = 0; step < 3; step++) {
        for (sim_ns at = step == 0 ? 0 : (sim_ns)UNTIL << (step - 1); at < (sim_ns)UNTIL << step;
             at += 700) {
            const sim_ns took = (sim_ns)(1000 * stream_exponential(&s));

            warm_up_start(&w, at);
            warm_up_start(&wide, at);
            warm_up_end(&w, at, took);
            warm_up_end(&wide, at, took);
        }
        if (step < 2)
            warm_up_extend(&w, (sim_ns)UNTIL << (step + 1));
    }
    assert_int_equal(w.slots, wide.slots);
    assert_int_equal(w.width, wide.width);
    for (uint32_t i = 0; i < w.slots; i++) {
        assert_int_equal(w.started[i], wide.started[i]);
        assert_int_equal(w.ended[i], wide.ended[i]);
        tw_check_near("sum", w.sum_ns[i], wide.sum_ns[i], 1e-6 * wide.sum_ns[i]);
    }
    warm_up_close(&w);
    warm_up_start(&w, 0);
    assert_int_equal(w.started[0], wide.started[0]);
}

static void
test_too_few_operations_tell_nothing(void **state)
{
    struct warm_up w;

    (void)state;
    warm_up_begin(&w, UNTIL, WARM_UP_FEWEST * WARM_UP_EACH - 1);
    warm_up_start(&w, 5);
    warm_up_end(&w, 5, 5);
    assert_true(warm_up_is_settled(&w));
    assert_int_equal(w.started[0], 0);
    warm_up_begin(&w, UNTIL, OPERATIONS); /* but nearly all fail at once */
    for (sim_ns at = 0; at < UNTIL; at += UNTIL / 8) {
        warm_up_start(&w, at);
        warm_up_end(&w, at, at);
    }
    assert_true(warm_up_is_settled(&w));
}

/* What theory asks for */

/* By hand: 4 Mbit objects; of any 2 of 3 sites two fragments of half come; writes send halves to
 * all three. All ways of the gateway share pipe 1 in, pipe 2 out; the users' ways are pipes 3, 4.
 */
static void
test_the_load_of_shared_links_is_what_transfers_bring(void **state)
{
    struct traffic_world tw;
    struct paths paths = {0};
    const double offered[4] = {60 * 4e6, 40 * 6e6, 60 * 4e6, 40 * 4e6};
    const double jobs[4] = {60 * 2, 40 * 3, 60, 40};

    (void)state;
    tw_init(&tw);
    for (uint32_t i = 1; i < 5; i++)
        tw_place(&tw);
    for (uint32_t i = 0; i < 4; i++)
        tw_site(&tw, i, TW_AMPLE, tw_free);
    tw_device(&tw);
    tw.class[0].size = dist_constant(5e5);
    tw_cohort(&tw, 4, 1000, 0.1, 0.6);
    tw_rule(&tw, 2, TW_ROWS(1, 2, 3), 1, TW_ROWS(0))->gateway.i = 0;
    for (uint32_t i = 1; i < 5; i++) {
        tw_rtt(&tw, 0, i, 0.01 * i);
        tw.link[i * 5].pipe = i < 4 ? 1 : 4;
        tw.link[i].pipe = i < 4 ? 2 : 3;
        tw.link[i * 5].pipe_bit_s = tw.link[i].pipe_bit_s = 1e9;
    }
    const struct regime regime = {.epoch = &tw.epoch[0], .probability = 1};

    assert_int_equal(paths_make(&paths, &regime, NULL), 0);
    paths_set_hour(&paths, &tw.world, 0);
    for (uint32_t i = 0; i < 4; i++) {
        struct pipe_load l = {.pipe = i + 1};

        paths_pipe_load(&paths, &tw.world, 0, &l);
        tw_check_near("bits", l.offered_bit_s, offered[i], 1e-3);
        tw_check_near("jobs", l.jobs_per_s, jobs[i], 1e-9);
    }
    /* the slowest is pipe 3: rho 0.24, S 4 ms */
    tw_check_near("relaxation", paths_relaxation_s(&paths, &tw.world, 0, 4),
                  4e-3 * (1 + 1 / (1 - sqrt(0.24)) / (1 - sqrt(0.24))), 1e-9);
    paths_release(&paths);
}

/* Windows */

static struct window *
window_of(const struct traffic_world *tw, uint64_t operations, uint64_t replication)
{
    const struct regime regime = {.epoch = &tw->epoch[0], .probability = 1};
    struct window *w = calloc(1, sizeof *w);
    struct paths paths = {0};
    const struct window_plan plan = {&tw->world, &paths, 1, replication, operations};

    assert_non_null(w);
    assert_int_equal(paths_make(&paths, &regime, NULL), 0);
    assert_int_equal(window_run(w, &plan), 0);
    paths_release(&paths);
    return w;
}

static void
window_drop(struct window *w)
{
    window_release(w);
    free(w);
}

/* M/M/1-PS near saturation: S / (1 - rho), where a tenth of the window would see but a part of it.
 */
static void
test_a_shared_link_near_saturation_is_waited_for(void **state)
{
    enum { RUNS = 60 };
    struct traffic_world tw;
    double mean[RUNS];

    (void)state;
    tw_queue(&tw, 950, TW_AMPLE, tw_free);
    tw.class[0].size = tw_exponential(1250);
    tw.link[0].pipe = 1;
    tw.link[0].pipe_bit_s = 1e7;
    for (uint64_t i = 0; i < RUNS; i++) {
        struct window *w = window_of(&tw, 4000, i);

        mean[i] = w->cell[0].latency.sum / (double)w->cell[0].served / 1e6;
        window_drop(w);
    }
    tw_check_mean("rho 0.95", mean, RUNS, 20, TW_LEVEL);
}

/* After the bucket is empty a quota takes its rate, no more; 4 s of a window's 13 are its burst's.
 */
static void
test_a_quota_is_measured_when_its_bucket_is_empty(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 1500, TW_AMPLE, tw_free);
    tw.site[0].limits = (struct limits){.quota_per_s = 1000, .burst = 2000};
    struct window *w = window_of(&tw, 20000, 0);

    tw_check_near("served", (double)w->cell[0].served / (double)w->cell[0].operations, 2 / 3.0,
                  0.01);
    window_drop(w);
}

/*
 * Repeats that theory knows nothing of: two jobs in five take longer than their answer may, so each
 * operation loads the station up to three times, with 1.15 times what it can do, and its queue of
 * 400 fills slowly.
 */
static void
make_storm(struct traffic_world *tw)
{
    static struct dist_part part[2];
    const struct dist service = {.kind = DIST_MIXTURE, .part = part, .count = 2};

    part[0] = (struct dist_part){.weight = 0.6, .of = {.kind = DIST_CONSTANT, .p = {0.01}}};
    part[1] = (struct dist_part){.weight = 0.4, .of = {.kind = DIST_CONSTANT, .p = {12}}};
    tw_queue(tw, 0.74 * 256 / dist_mean(&service), 256, service);
    tw->site[0].limits = (struct limits){.queue_ends = true, .queue = 400, .answers_within_s = 10};
    tw->rule[0].retries = 2;
    tw->rule[0].back_off_s = 0.1;
}

static double
served_of(const struct traffic_world *tw, uint64_t operations, uint64_t runs, uint64_t *extended)
{
    double sum = 0;

    for (uint64_t i = 0; i < runs; i++) {
        struct window *w = window_of(tw, operations, i);

        sum += (double)w->cell[0].served / (double)w->cell[0].operations / (double)runs;
        *extended += w->extended;
        window_drop(w);
    }
    return sum;
}

/* Windows of 20,000 against 800,000 operations in a row: with the warm-up of theory alone, 2.5
 * points above. */
static void
test_a_station_that_fills_with_repeats_is_waited_for(void **state)
{
    struct traffic_world tw;
    uint64_t extended = 0, unused = 0;

    (void)state;
    make_storm(&tw);
    const double few = served_of(&tw, 20000, 24, &extended);
    const double many = served_of(&tw, 800000, 1, &unused);

    assert_true(extended > 24);
    if (!(few - many < 0.018))
        fail_msg("served: %g of windows, %g of a long run", few, many);
}

/* T24: cohort 1 has a site of its own, where nobody waits. Whether the other's repeats lengthen the
 * warm-up changes nothing of what it sees. */
static void
test_what_is_measured_does_not_depend_on_the_warm_ups_length(void **state)
{
    struct traffic_world tw;

    (void)state;
    uint64_t differ = 0;

    make_storm(&tw);
    tw_site(&tw, 0, TW_AMPLE, tw_exponential(0.02));
    tw_cohort(&tw, 0, 1000, 0.002, 1);
    tw.rule[0].cohorts = 1;
    tw_rule(&tw, 1, TW_ROWS(1), 1, TW_ROWS(0))->cohorts = 2;
    for (uint64_t n = 0; n < 4; n++) {
        tw.rule[0].retries = 2;
        struct window *slow = window_of(&tw, 20000, n);

        tw.rule[0].retries = 0;
        struct window *quick = window_of(&tw, 20000, n);

        differ += slow->extended != quick->extended;
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(slow->cell[i].operations, quick->cell[i].operations);
        assert_true(slow->cell[1].latency.sum == quick->cell[1].latency.sum);
        window_drop(slow);
        window_drop(quick);
    }
    assert_true(differ > 0);
}

/* Where theory suffices, few warm-ups are lengthened by chance. */
static void
test_few_settled_windows_are_lengthened(void **state)
{
    enum { RUNS = 60 };
    static const double load[3] = {0.3, 0.6, 0.8};
    struct traffic_world tw;

    (void)state;
    for (size_t i = 0; i < COUNT(load); i++) {
        uint64_t extended = 0;

        tw_queue(&tw, load[i] * 1000, 1, tw_exponential(0.001));
        for (uint64_t k = 0; k < RUNS; k++) {
            struct window *w = window_of(&tw, 40000, k);

            extended += w->extended;
            window_drop(w);
        }
        if (extended > RUNS * SEGMENTS / 10)
            fail_msg("load %g: %llu of %d segments", load[i], (unsigned long long)extended,
                     RUNS * SEGMENTS);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_series_that_goes_nowhere_is_mostly_found_settled),
        cmocka_unit_test(test_a_series_that_climbs_or_falls_is_found_unsettled),
        cmocka_unit_test(test_a_series_that_has_come_home_early_is_settled),
        cmocka_unit_test(test_operations_under_way_are_not_forgotten),
        cmocka_unit_test(test_a_longer_warm_up_keeps_its_series_in_the_same_room),
        cmocka_unit_test(test_too_few_operations_tell_nothing),
        cmocka_unit_test(test_the_load_of_shared_links_is_what_transfers_bring),
        cmocka_unit_test(test_a_shared_link_near_saturation_is_waited_for),
        cmocka_unit_test(test_a_quota_is_measured_when_its_bucket_is_empty),
        cmocka_unit_test(test_a_station_that_fills_with_repeats_is_waited_for),
        cmocka_unit_test(test_what_is_measured_does_not_depend_on_the_warm_ups_length),
        cmocka_unit_test(test_few_settled_windows_are_lengthened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
