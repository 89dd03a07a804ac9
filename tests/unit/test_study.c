#include "tiny.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "study/study.h"

/* ---- executors, with made-up pieces of work ---- */

enum { PIECES_MAX = 400 };

struct work {
    size_t pieces;
    atomic_int run[PIECES_MAX];
    int taken[PIECES_MAX];
    size_t order[PIECES_MAX], takes;
    atomic_int begun, ended, inside_take, side_by_side, most_side_by_side;
    /* Pieces that fail, and where; PIECES_MAX: none. */
    size_t fail_run[2], fail_take, fail_begin_after;
    size_t stop_after; /* pieces taken */
    atomic_bool stopped, wrong;
    unsigned pause_us;
};

static struct work *
new_work(size_t pieces)
{
    struct work *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->pieces = pieces;
    w->fail_run[0] = w->fail_run[1] = w->fail_take = w->stop_after = PIECES_MAX + 1;
    w->fail_begin_after = PIECES_MAX + 1;
    return w;
}

static int
begin(void *self, void **worker, struct why *why)
{
    struct work *w = self;

    if ((size_t)atomic_fetch_add(&w->begun, 1) >= w->fail_begin_after)
        return why_add(why, ERR_MEMORY, NULL, "no room for a worker");
    *worker = calloc(1, sizeof(atomic_int));
    return *worker != NULL ? 0 : ERR_MEMORY;
}

static void
end(void *self, void *worker)
{
    struct work *w = self;

    atomic_fetch_add(&w->ended, 1);
    free(worker);
}

static int
run(void *self, void *worker, size_t number, struct recording *out, struct why *why)
{
    struct work *w = self;
    const int side = atomic_fetch_add(&w->side_by_side, 1) + 1;

    if (side > atomic_load(&w->most_side_by_side))
        atomic_store(&w->most_side_by_side, side);
    if (atomic_exchange((atomic_int *)worker, 1) != 0) /* a worker does one thing at a time */
        atomic_store(&w->wrong, true);
    if (out->observations.count + out->windows.count + out->curves.count > 0)
        atomic_store(&w->wrong, true);
    atomic_fetch_add(&w->run[number], 1);
    out->replication = number;
    const int rc = record_value(out, 0, METRIC_REACH_UNILATERAL, label_total, 1 + (double)number);

    if (w->pause_us > 0)
        usleep(w->pause_us);
    atomic_fetch_sub(&w->side_by_side, 1);
    atomic_store((atomic_int *)worker, 0);
    for (size_t i = 0; i < 2; i++) {
        if (number == w->fail_run[i])
            return why_add(why, ERR_NUMERIC, NULL, "piece %zu failed", number);
    }
    return rc;
}

static int
take(void *self, size_t number, const struct recording *recording, struct why *why)
{
    struct work *w = self;

    /* One at a time, with its own recording. */
    if (atomic_fetch_add(&w->inside_take, 1) != 0 || recording->replication != number ||
        recording->observations.count != 1 ||
        recording->observations.item[0].value != 1 + (double)number)
        atomic_store(&w->wrong, true);
    w->taken[number]++;
    w->order[w->takes++] = number;
    if (w->takes >= w->stop_after)
        atomic_store(&w->stopped, true);
    atomic_fetch_sub(&w->inside_take, 1);
    if (number == w->fail_take)
        return why_add(why, ERR_IO, NULL, "piece %zu was not taken", number);
    return 0;
}

static bool
stopped(void *self)
{
    struct work *w = self;

    return atomic_load(&w->stopped);
}

static int
execute(struct work *w, unsigned workers, struct why *why)
{
    const struct job job = {
        .self = w,
        .count = w->pieces,
        .begin = begin,
        .end = end,
        .run = run,
        .take = take,
        .stopped = stopped,
    };
    const int rc = executor_threads.execute(&job, workers, why);

    assert_false(atomic_load(&w->wrong));
    if (w->fail_begin_after > PIECES_MAX)
        assert_int_equal(atomic_load(&w->begun), atomic_load(&w->ended));
    return rc;
}

static void
test_every_piece_is_run_and_taken_once_by_any_number_of_workers(void **state)
{
    (void)state;
    const unsigned workers[] = {1, 2, 3, 8, 500, 0};

    for (size_t i = 0; i < COUNT(workers); i++) {
        struct work *w = new_work(PIECES_MAX);
        struct why why = {0};

        assert_int_equal(execute(w, workers[i], &why), 0);
        assert_int_equal(why.count, 0);
        assert_int_equal(w->takes, PIECES_MAX);
        for (size_t k = 0; k < PIECES_MAX; k++) {
            assert_int_equal(atomic_load(&w->run[k]), 1);
            assert_int_equal(w->taken[k], 1);
            if (workers[i] == 1)
                assert_int_equal(w->order[k], k);
        }
        free(w);
    }
}

static void
test_workers_run_side_by_side(void **state)
{
    (void)state;
    struct work *w = new_work(8);

    w->pause_us = 20000;
    assert_int_equal(execute(w, 4, NULL), 0);
    assert_in_range(atomic_load(&w->most_side_by_side), 2, 4);
    free(w);
}

static void
test_no_more_workers_than_pieces(void **state)
{
    (void)state;
    struct work *w = new_work(3);

    assert_int_equal(executor_workers(8, 3), 3);
    assert_int_equal(executor_workers(2, 3), 2);
    assert_int_equal(executor_workers(5, 0), 1);
    assert_true(executor_workers(0, 1000) >= 1);
    assert_int_equal(execute(w, 8, NULL), 0);
    assert_int_equal(atomic_load(&w->begun), 3);
    free(w);
    w = new_work(0);
    assert_int_equal(execute(w, 8, NULL), 0);
    assert_int_equal(w->takes, 0);
    free(w);
}

static void
test_the_error_of_the_lowest_number_is_told(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers++) {
        for (unsigned round = 0; round < 50; round++) {
            struct work *w = new_work(PIECES_MAX);
            struct why why = {0};

            w->fail_run[0] = 21;
            w->fail_run[1] = 20;
            assert_int_equal(execute(w, workers, &why), ERR_NUMERIC);
            assert_int_equal(why.count, 1);
            assert_string_equal(why.fault[0].text, "piece 20 failed");
            assert_true(w->takes < PIECES_MAX);
            assert_int_equal(w->taken[20], 0);
            why_release(&why);
            free(w);
        }
    }
}

static void
test_after_a_sink_failed_nothing_is_taken(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers++) {
        struct work *w = new_work(PIECES_MAX);
        struct why why = {0};

        w->fail_take = 30;
        assert_int_equal(execute(w, workers, &why), ERR_IO);
        assert_string_equal(why.fault[0].text, "piece 30 was not taken");
        assert_int_equal(w->order[w->takes - 1], 30);
        why_release(&why);
        free(w);
    }
}

static void
test_a_worker_that_cannot_begin_ends_the_work(void **state)
{
    (void)state;
    struct work *w = new_work(PIECES_MAX);
    struct why why = {0};

    w->fail_begin_after = 0;
    assert_int_equal(execute(w, 2, &why), ERR_MEMORY);
    assert_string_equal(why.fault[0].text, "no room for a worker");
    assert_int_equal(w->takes, 0);
    why_release(&why);
    free(w);
}

static void
test_a_stop_finishes_what_is_under_way(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers++) {
        struct work *w = new_work(PIECES_MAX);

        w->stop_after = 10;
        assert_int_equal(execute(w, workers, NULL), ERR_STOPPED);
        assert_in_range(w->takes, 10, 10 + workers);
        for (size_t k = 0; k < PIECES_MAX; k++)
            assert_int_equal(atomic_load(&w->run[k]), w->taken[k]);
        free(w);
    }
    struct work *w = new_work(5);

    w->stop_after = 5; /* when all is done already, nothing was stopped */
    assert_int_equal(execute(w, 1, NULL), 0);
    free(w);
}

/* ---- studies, of real scenarios ---- */

/* Keeps the bytes of every trial by its number. */
struct keeper {
    unsigned char *bytes[2][64];
    size_t size[2][64];
    size_t puts;
    size_t fail_at;
    int stop;
    size_t stop_at;
};

static int
keep_has(void *self, enum plane plane, uint64_t replication, bool *done, struct why *why)
{
    const struct keeper *k = self;

    (void)why;
    *done = k->bytes[plane][replication] != NULL;
    return 0;
}

static int
keep_put(void *self, const struct recording *recording, struct why *why)
{
    struct keeper *k = self;
    const uint64_t r = recording->replication;
    const size_t size = recording_pack(recording, NULL);

    if (r >= 64 || k->bytes[recording->plane][r] != NULL)
        return why_add(why, ERR_INPUT, NULL, "put twice");
    if (k->puts + 1 == k->fail_at)
        return why_add(why, ERR_IO, NULL, "the sink is full");
    k->bytes[recording->plane][r] = malloc(size + 1);
    if (k->bytes[recording->plane][r] == NULL)
        return ERR_MEMORY;
    k->size[recording->plane][r] = recording_pack(recording, k->bytes[recording->plane][r]);
    if (++k->puts == k->stop_at)
        k->stop = 1;
    return 0;
}

static void
keep_release(struct keeper *k)
{
    for (unsigned p = 0; p < 2; p++) {
        for (size_t i = 0; i < 64; i++)
            free(k->bytes[p][i]);
    }
}

static struct scenario *
open_key_cache(const struct override *set, size_t sets)
{
    struct why why = {0};
    struct scenario *scenario;
    const struct scenario_options options = {.set = set, .sets = sets, .data_dir = "scenarios"};
    const int rc = scenario_open(&scenario, "scenarios/tiny/key-cache.yaml", &options, &why);

    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    assert_int_equal(rc, 0);
    why_release(&why);
    return scenario;
}

static struct scenario *
open_small(void)
{
    const struct override set = {"study.window", "2 k"};

    return open_key_cache(&set, 1);
}

static struct study_options
options_of(uint32_t legal, uint32_t traffic, unsigned workers)
{
    return (struct study_options){
        .strategies = 3, .legal = legal, .traffic = traffic, .workers = workers};
}

static void
assert_runs(struct scenario *scenario, const struct study_options *options, struct keeper *keeper)
{
    struct why why = {0};
    const struct sink sink = {keeper, keep_has, keep_put};
    const int rc = study_run(scenario, options, &sink, &why);

    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    assert_int_equal(rc, 0);
    why_release(&why);
}

static void
assert_same(const struct keeper *a, const struct keeper *b, unsigned plane, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_non_null(a->bytes[plane][i]);
        assert_non_null(b->bytes[plane][i]);
        assert_int_equal(a->size[plane][i], b->size[plane][i]);
        assert_memory_equal(a->bytes[plane][i], b->bytes[plane][i], a->size[plane][i]);
    }
}

static void
test_a_study_gives_the_same_trials_on_any_number_of_workers(void **state)
{
    (void)state;
    struct scenario *scenario = open_small();
    struct keeper one = {0};
    const struct study_options single = options_of(30, 3, 1);

    assert_runs(scenario, &single, &one);
    assert_int_equal(one.puts, 33);
    for (unsigned workers = 2; workers <= 4; workers += 2) {
        struct keeper many = {0};
        const struct study_options options = options_of(30, 3, workers);

        assert_runs(scenario, &options, &many);
        assert_same(&one, &many, PLANE_LEGAL, 30);
        assert_same(&one, &many, PLANE_TRAFFIC, 3);
        keep_release(&many);
    }
    /* Replications differ: the bytes are not the same for want of content. */
    bool differ = false;

    for (size_t i = 1; i < 30; i++)
        differ = differ || one.size[PLANE_LEGAL][i] != one.size[PLANE_LEGAL][0] ||
                 memcmp(one.bytes[PLANE_LEGAL][i] + 2, one.bytes[PLANE_LEGAL][0] + 2,
                        one.size[PLANE_LEGAL][0] - 2) != 0;
    assert_true(differ);
    keep_release(&one);
    scenario_close(scenario);
}

static void
test_a_resumed_study_runs_only_what_is_missing(void **state)
{
    (void)state;
    struct scenario *scenario = open_small();
    struct keeper whole = {0}, parts = {0};
    const struct sink sink = {&parts, keep_has, keep_put};
    struct study_options options = options_of(20, 2, 2);
    struct why why = {0};

    assert_runs(scenario, &options, &whole);
    parts.stop_at = 7;
    options.stop = &parts.stop;
    assert_int_equal(study_run(scenario, &options, &sink, &why), ERR_STOPPED);
    assert_int_equal(why.count, 1);
    assert_non_null(strstr(why.fault[0].text, "of 22 trials are done"));
    why_release(&why);
    assert_in_range(parts.puts, 7, 9);
    parts.stop = 0;
    options = options_of(20, 2, 1);
    assert_runs(scenario, &options, &parts); /* keep_put refuses what is there */
    assert_int_equal(parts.puts, 22);
    assert_same(&whole, &parts, PLANE_LEGAL, 20);
    assert_same(&whole, &parts, PLANE_TRAFFIC, 2);
    options.strategies = 0; /* nothing left to do, so nothing to complain of */
    assert_runs(scenario, &options, &parts);
    keep_release(&whole);
    keep_release(&parts);
    scenario_close(scenario);
}

/* The exposed fraction of a legal trial of the first strategy; 0 when nothing was exposed. */
static double
fraction_of(const struct keeper *keeper, size_t replication)
{
    struct recording r = {0};
    double fraction = 0;

    assert_int_equal(recording_unpack(&r, keeper->bytes[PLANE_LEGAL][replication],
                                      keeper->size[PLANE_LEGAL][replication]),
                     0);
    for (size_t i = 0; i < r.observations.count; i++) {
        const struct observation *o = &r.observations.item[i];

        if (o->metric == METRIC_CONTENT_FRACTION && o->strategy == 0 &&
            label_compare(o->label, label_total) == 0)
            fraction = o->value;
    }
    recording_release(&r);
    return fraction;
}

/*
 * One account of an uncertain number is exposed: the fraction tells how many there were. With five
 * worlds it is the same for replications that are equal modulo five; without, each has its own.
 */
static void
test_replications_of_one_world_share_its_draw(void **state)
{
    (void)state;
    const struct override set[] = {
        {"users.people.accounts", "{uncertain: {uniform: {low: 1000, high: 900000}}}"},
        {"study.worlds", "5"},
    };
    for (size_t sets = 1; sets <= 2; sets++) {
        struct keeper many = {0}, single = {0};
        struct scenario *scenario = open_key_cache(set, sets);
        struct study_options options = options_of(60, 0, 3);
        double seen[60];
        size_t draws = 0;

        assert_runs(scenario, &options, &many);
        options.workers = 1;
        assert_runs(scenario, &options, &single);
        assert_same(&many, &single, PLANE_LEGAL, 60);
        for (size_t i = 0; i < 60; i++) {
            const double fraction = fraction_of(&many, i);
            size_t k = 0;

            if (fraction == 0)
                continue;
            while (k < draws && seen[k] != fraction)
                k++;
            if (k == draws)
                seen[draws++] = fraction;
            for (size_t other = i % 5; sets == 2 && other < 60; other += 5) {
                if (fraction_of(&many, other) != 0)
                    assert_true(fraction_of(&many, other) == fraction);
            }
        }
        if (sets == 2)
            assert_int_equal(draws, 5);
        else
            assert_in_range(draws, 30, 60); /* each its own; some exposed nothing */
        keep_release(&many);
        keep_release(&single);
        scenario_close(scenario);
    }
}

static void
test_the_sinks_error_ends_the_study(void **state)
{
    (void)state;
    struct scenario *scenario = open_small();
    struct keeper keeper = {.fail_at = 5};
    const struct sink sink = {&keeper, keep_has, keep_put};
    struct study_options options = options_of(20, 0, 2);
    struct why why = {0};

    assert_int_equal(study_run(scenario, &options, &sink, &why), ERR_IO);
    assert_int_equal(why.count, 1);
    assert_string_equal(why.fault[0].text, "the sink is full");
    assert_int_equal(keeper.puts, 4);
    why_release(&why);
    options.strategies = 8;
    assert_int_equal(study_run(scenario, &options, &sink, &why), ERR_INPUT);
    assert_non_null(strstr(why.fault[0].text, "does not have"));
    why_release(&why);
    options.strategies = 0;
    assert_int_equal(study_run(scenario, &options, &sink, &why), ERR_INPUT);
    why_release(&why);
    keep_release(&keeper);
    scenario_close(scenario);
}

struct watcher {
    size_t calls, last_done;
    struct progress last;
    struct timespec at;
    bool too_often, ran_back;
};

static void
watch(void *self, const struct progress *progress)
{
    struct watcher *w = self;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    const double since =
        (double)(now.tv_sec - w->at.tv_sec) + (double)(now.tv_nsec - w->at.tv_nsec) * 1e-9;

    /* The first and the last come when they must. */
    if (w->calls > 0 && since < 0.09 && progress->done + progress->skipped < progress->total)
        w->too_often = true;
    if (progress->done < w->last_done)
        w->ran_back = true;
    w->at = now;
    w->last_done = progress->done;
    w->last = *progress;
    w->calls++;
}

static void
test_progress_is_told_sparingly_and_at_the_end(void **state)
{
    (void)state;
    struct scenario *scenario = open_small();
    struct keeper keeper = {0};
    struct watcher watcher = {0};
    struct study_options options = options_of(60, 2, 2);

    options.report = watch;
    options.report_self = &watcher;
    assert_runs(scenario, &options, &keeper);
    assert_false(watcher.too_often);
    assert_false(watcher.ran_back);
    assert_int_equal(watcher.last.done, 62);
    assert_int_equal(watcher.last.total, 62);
    assert_int_equal(watcher.last.skipped, 0);
    assert_true(watcher.last.left_s == 0);
    assert_runs(scenario, &options, &keeper);
    assert_int_equal(watcher.last.done, 0);
    assert_int_equal(watcher.last.skipped, 62);
    keep_release(&keeper);
    scenario_close(scenario);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_piece_is_run_and_taken_once_by_any_number_of_workers),
        cmocka_unit_test(test_workers_run_side_by_side),
        cmocka_unit_test(test_no_more_workers_than_pieces),
        cmocka_unit_test(test_the_error_of_the_lowest_number_is_told),
        cmocka_unit_test(test_after_a_sink_failed_nothing_is_taken),
        cmocka_unit_test(test_a_worker_that_cannot_begin_ends_the_work),
        cmocka_unit_test(test_a_stop_finishes_what_is_under_way),
        cmocka_unit_test(test_a_study_gives_the_same_trials_on_any_number_of_workers),
        cmocka_unit_test(test_a_resumed_study_runs_only_what_is_missing),
        cmocka_unit_test(test_replications_of_one_world_share_its_draw),
        cmocka_unit_test(test_the_sinks_error_ends_the_study),
        cmocka_unit_test(test_progress_is_told_sparingly_and_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
