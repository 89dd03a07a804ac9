#include "traffic_world.h"

#include <stdlib.h>
#include "stats/stream.h"
#include "traffic/pipe.h"

/* Processor sharing: the pipe itself against a twin that steps through time, and whole runs against
 * M/G/1-PS. */

enum { JOBS = 300 };

struct twin {
    double joins, bits, ends;
    bool there;
};

/* All jobs by brute force: between two events, each there gets its even part. */
static void
twin_run(struct twin *job, double bit_s)
{
    double now = 0;
    int joined = 0;

    for (;;) {
        int sharing = 0, next = -1;
        double left = (double)INFINITY;

        for (int i = 0; i < joined; i++)
            sharing += job[i].there;
        for (int i = 0; i < joined; i++)
            if (job[i].there && job[i].bits < left) {
                left = job[i].bits;
                next = i;
            }
        if (next < 0 && joined == JOBS)
            return;
        const double rate = bit_s / (sharing > 0 ? sharing : 1);
        const double end = next < 0 ? (double)INFINITY : now + left / rate;
        const bool join = joined < JOBS && job[joined].joins < end;
        const double then = join ? job[joined].joins : end;

        for (int i = 0; i < joined; i++)
            if (job[i].there)
                job[i].bits -= (then - now) * rate;
        now = then;
        if (join) {
            job[joined++].there = true;
        } else {
            job[next].there = false;
            job[next].ends = now;
        }
    }
}

static void
leave_until(struct pipe *pipe, sim_ns until, sim_ns *ends)
{
    struct pipe_job job;

    for (sim_ns next = pipe_next(pipe); next <= until && next != SIM_NEVER; next = pipe_next(pipe))
        while (pipe_leave(pipe, next, &job))
            ends[job.op] = next;
}

static void
test_a_pipe_shares_as_its_twin_does(void **state)
{
    const double bit_s = 1e6;
    static struct twin twin[JOBS];
    static sim_ns ends[JOBS];
    struct pipe pipe = {0};
    struct stream s;

    (void)state;
    stream_open(&s, 7, 0, PURPOSE_TEST, 0, 0);
    pipe_reset(&pipe, bit_s);
    double at = 0;

    for (int i = 0; i < JOBS; i++) {
        at += 0.01 * stream_exponential(&s);
        twin[i] = (struct twin){.joins = rint(at * 1e9) / 1e9,
                                .bits = rint(8000 * stream_exponential(&s)) + 1};
        const sim_ns joins = (sim_ns)rint(twin[i].joins * 1e9);

        leave_until(&pipe, joins, ends);
        assert_int_equal(pipe_join(&pipe, joins, twin[i].bits, false, (uint32_t)i, 0), 0);
    }
    leave_until(&pipe, SIM_NEVER - 1, ends);
    twin_run(twin, bit_s);
    for (int i = 0; i < JOBS; i++)
        tw_check_near("end, ns", (double)ends[i], twin[i].ends * 1e9, 2.0 * JOBS);
    pipe_release(&pipe);
}

static void
test_a_probe_gets_its_part_and_takes_none(void **state)
{
    struct pipe pipe = {0};
    struct pipe_job job;

    (void)state;
    pipe_reset(&pipe, 1e9);
    assert_int_equal(pipe_join(&pipe, 0, 300, false, 1, 0), 0); /* alone: 300 ns */
    assert_int_equal(pipe_join(&pipe, 100, 50, true, 2, 0), 0); /* half of it: till 200 */
    assert_int_equal(pipe_next(&pipe), 200);
    assert_true(pipe_leave(&pipe, 200, &job));
    assert_int_equal(job.op, 2);
    assert_false(pipe_leave(&pipe, 200, &job));
    assert_int_equal(pipe_next(&pipe), 300);
    assert_true(pipe_leave(&pipe, 300, &job));
    assert_int_equal(job.op, 1);
    assert_true(pipe_next(&pipe) == SIM_NEVER);
    pipe_release(&pipe);
}

/* Users behind one link of a capacity, else no time passes: latency is the time in the pipe. */
static void
make_shared(struct traffic_world *tw, double per_s, double bit_s, struct dist bytes)
{
    tw_queue(tw, per_s, TW_AMPLE, tw_free);
    tw->class[0].size = bytes;
    tw->link[0].pipe = 1;
    tw->link[0].pipe_bit_s = bit_s;
    tw->model.study.window = 20000;
}

/* Mean S / (1 - rho), whatever the sizes' shape. */
static void
test_shared_transfers_take_what_processor_sharing_says(void **state)
{
    static const struct dist size[] = {
        {.kind = DIST_CONSTANT, .p = {1250}},
        {.kind = DIST_EXPONENTIAL, .p = {1250}},
        {.kind = DIST_LOGNORMAL, .p = {1250, 1.5}},
    };
    struct traffic_world tw;

    (void)state;
    for (size_t i = 0; i < COUNT(size); i++) {
        make_shared(&tw, 600, 1e7, size[i]); /* S = 1 ms, rho = 0.6 */
        tw_check_mean_latency("M/G/1-PS", &tw, 1 / 0.4);
    }
}

/* E[T | x] = x / (1 - rho): small objects do not wait behind large ones. */
static void
test_shared_time_is_proportional_to_size(void **state)
{
    struct traffic_world tw;
    double mean[2][TW_REPLICATIONS];

    (void)state;
    make_shared(&tw, 700, 1e7, dist_constant(500));
    tw.class[0].weight = 0.75;
    tw.class[1] = (struct data_class){.weight = 0.25, .size = dist_constant(3500)};
    tw.world.classes = 2;
    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(&tw, i, &r);
        for (int c = 0; c < 2; c++)
            mean[c][i] = r.windows.item[c].latency.sum / (double)r.windows.item[c].served / 1e6;
        recording_release(&r);
    }
    tw_check_mean("500 B", mean[0], TW_REPLICATIONS, 0.4 / 0.3, TW_LEVEL);
    tw_check_mean("3500 B", mean[1], TW_REPLICATIONS, 2.8 / 0.3, TW_LEVEL);
}

/* Writes share the way up, and it is another than the way down. */
static void
test_ways_up_and_down_are_shared_apart(void **state)
{
    struct traffic_world tw;

    (void)state;
    tw_queue(&tw, 1000, TW_AMPLE, tw_free);
    tw_place(&tw);
    tw.cohort[0].at.i = 1;
    tw.cohort[0].reads = 0.5;
    tw.class[0].size = dist_constant(1000);
    tw.link[1 * 2 + 0].pipe = 1; /* up: S 1.6 ms, rho 0.8 */
    tw.link[1 * 2 + 0].pipe_bit_s = 5e6;
    tw.link[0 * 2 + 1].pipe = 2; /* down: S 0.4 ms, rho 0.2 */
    tw.link[0 * 2 + 1].pipe_bit_s = 2e7;
    tw_check_mean_latency("up and down", &tw, (1.6 / 0.2 + 0.4 / 0.8) / 2);
}

/* Where the pipe is wide, a transfer takes what TCP makes of its own link. */
static void
test_a_wide_pipe_changes_nothing(void **state)
{
    struct traffic_world narrow, wide;
    struct recording a = {0}, b = {0};

    (void)state;
    tw_varied(&narrow);
    tw_varied(&wide);
    for (uint32_t i = 0; i < 16; i++) {
        narrow.link[i].bandwidth_bit_s = wide.link[i].bandwidth_bit_s = 1e7;
        wide.link[i].pipe = 1;
        wide.link[i].pipe_bit_s = 1e13;
    }
    tw_run(&narrow, 0, &a);
    tw_run(&wide, 0, &b);
    for (size_t i = 0; i < a.windows.count; i++)
        assert_true(a.windows.item[i].latency.sum == b.windows.item[i].latency.sum);
    recording_release(&a);
    recording_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pipe_shares_as_its_twin_does),
        cmocka_unit_test(test_a_probe_gets_its_part_and_takes_none),
        cmocka_unit_test(test_shared_transfers_take_what_processor_sharing_says),
        cmocka_unit_test(test_shared_time_is_proportional_to_size),
        cmocka_unit_test(test_ways_up_and_down_are_shared_apart),
        cmocka_unit_test(test_a_wide_pipe_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
