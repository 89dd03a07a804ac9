/* engine/queue: order of service, against a sorted list kept by brute force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"
#include "engine/queue.h"
#include "engine/rivals.h"

static uint64_t
next_random(uint64_t *state) /* xorshift64, Marsaglia 2003 */
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* The plain answer: a list in order of service, each event put in behind all of its instant. */
struct list {
    struct event item[4096];
    size_t count;
};

static void
list_add(struct list *list, const struct event *event)
{
    size_t i = list->count++;

    assert_true(list->count <= COUNT(list->item));
    for (; i > 0 && list->item[i - 1].at > event->at; i--)
        list->item[i] = list->item[i - 1];
    list->item[i] = *event;
}

static struct event
list_next(struct list *list)
{
    struct event first = list->item[0];

    memmove(list->item, list->item + 1, --list->count * sizeof first);
    return first;
}

static void
check_bucket(const struct queue *queue, const struct rung *rung, uint32_t i, size_t *seen)
{
    const struct event_list *list = &rung->bucket[i];

    if (list->put == NULL)
        return;
    const struct chunk *newest = event_list_newest(list), *c = newest;
    const uint64_t from = rung->start + ((uint64_t)i << rung->shift);
    const bool last = i + 1 == rung->buckets;

    *seen += event_list_count(list);
    do {
        c = c->next;
        for (size_t k = 0; k < event_list_in_chunk(list, c); k++) {
            const uint64_t at = (uint64_t)c->item[k].at;

            assert_true(i >= rung->at && at >= from && at >= queue->near_end && at < rung->end);
            assert_true(last || at - from < (uint64_t)1 << rung->shift);
        }
    } while (c != newest);
}

/* Q2 to Q4; the queue holds as many as the list; the clock is behind all. */
static void
check_invariant(const struct queue *queue, const struct list *list)
{
    const struct event *heap = queue->near.item;
    size_t seen = queue->near.count + queue->run_end - queue->run_at;

    assert_int_equal(queue_count(queue), list->count);
    for (size_t i = 0; i < queue->near.count; i++) {
        const struct event *e = &heap[i], *parent = &heap[i ? (i - 1) / HEAP_ARITY : 0];
        assert_true(e->at >= queue->now && (uint64_t)e->at < queue->near_end);
        assert_true(e->seq < queue->scheduled);
        assert_true(i == 0 || event_before(parent, e));
    }
    for (size_t i = queue->run_at; i < queue->run_end; i++) {
        assert_true(i == queue->run_at || event_before(&queue->run[i - 1], &queue->run[i]));
        assert_true(queue->run[i].at >= queue->now);
    }
    for (uint32_t r = 0; r < queue->rungs; r++)
        for (uint32_t i = 0; i < queue->rung[r]->buckets; i++)
            check_bucket(queue, queue->rung[r], i, &seen);
    assert_int_equal(seen, queue_count(queue));
}

static void
check_next(struct queue *queue, struct list *list)
{
    struct event got, expected = list_next(list);

    assert_true(queue_next(queue, &got));
    assert_int_equal(got.at, expected.at);
    assert_int_equal(got.seq, expected.seq);
    assert_int_equal(got.kind, expected.kind);
    assert_int_equal(got.a, expected.a);
    assert_int_equal(got.b, expected.b);
    assert_int_equal(queue->now, expected.at);
}

/*
 * Random additions and services. `spread` is the range of delays in ns: 1 makes nearly everything a
 * tie, a large one nearly nothing. The share of additions swings, so the queue fills and drains.
 */
static void
check_random_operations(uint64_t seed, uint64_t spread)
{
    static struct list list;
    struct queue queue = {0};
    uint64_t random = seed, added = 0;

    list.count = 0;
    for (int step = 0; step < 4000; step++) {
        uint64_t adds_of_10 = step / 400 % 2 == 0 ? 7 : 3;
        if (next_random(&random) % 10 < adds_of_10) {
            uint64_t r = next_random(&random);
            struct event e = {.at = queue.now + (sim_ns)(r % spread),
                              .seq = added++,
                              .kind = (uint32_t)(r >> 40),
                              .a = (uint32_t)(r >> 20),
                              .b = r};
            assert_int_equal(queue_add(&queue, e.at, e.kind, e.a, e.b), 0);
            list_add(&list, &e);
        } else if (list.count > 0) {
            check_next(&queue, &list);
        } else {
            struct event none;
            assert_false(queue_next(&queue, &none));
        }
        if (step % 16 == 0)
            check_invariant(&queue, &list);
    }
    while (list.count > 0) {
        check_next(&queue, &list);
        if (list.count % 16 == 0)
            check_invariant(&queue, &list);
    }
    assert_int_equal(queue.scheduled, added);
    queue_release(&queue);
}

static void
test_events_leave_in_the_order_of_a_sorted_list(void **state)
{
    (void)state;
    static const uint64_t spreads[] = {1, 2, 7, 100, 1000000, (uint64_t)1 << 50};

    for (size_t i = 0; i < COUNT(spreads); i++)
        for (uint64_t seed = 1; seed <= 3; seed++)
            check_random_operations(seed * 2654435769u + i, spreads[i]);
}

/*
 * Schedules that a structure of buckets might not like, with what is pending swinging between none
 * and thousands. Each gives the delay of one event, from the clock.
 */
enum { HARD_STEPS = 30000, HARD_MOST = 4000 };

static uint64_t
all_at_one_instant(uint64_t step, uint64_t r)
{
    (void)r;
    return step < HARD_STEPS / 2 ? 0 : 5;
}

static uint64_t
ever_sooner(uint64_t step, uint64_t r)
{
    (void)r;
    return ((uint64_t)1 << 40) - step * 1000;
}

static uint64_t
ever_later(uint64_t step, uint64_t r)
{
    (void)r;
    return step * 1000;
}

static uint64_t
of_every_size(uint64_t step, uint64_t r)
{
    (void)step;
    return r >> (r % 60 + 4); /* 2^60 down to 0, each power as likely */
}

static uint64_t
in_bursts(uint64_t step, uint64_t r)
{
    return step / 500 % 2 == 0 ? 1000000000 : r % 3;
}

static uint64_t
of_two_kinds(uint64_t step, uint64_t r)
{
    (void)step;
    return r % 10 == 0 ? 1000000000 + r % 1000 : r % 100;
}

static uint64_t
near_and_at_the_end_of_time(uint64_t step, uint64_t r)
{
    return step % 3 == 0 ? (uint64_t)SIM_NEVER : r % 1000000;
}

/* One far out, all others within a nanosecond or two of one far instant. */
static uint64_t
crowded_far_away(uint64_t step, uint64_t r)
{
    return step % 997 == 0 ? (uint64_t)1 << 61 : ((uint64_t)1 << 50) + r % 3;
}

static void
check_schedule(uint64_t (*delay)(uint64_t step, uint64_t r))
{
    static struct list list;
    struct queue queue = {0};
    uint64_t random = 88172645463325252, added = 0;
    bool filling = true;

    list.count = 0;
    for (uint64_t step = 0; step < HARD_STEPS; step++) {
        const uint64_t r = next_random(&random);

        if (list.count == HARD_MOST || list.count == 0)
            filling = list.count == 0;
        if (r % 10 < (filling ? 8 : 3) || list.count == 0) {
            const uint64_t room = (uint64_t)(SIM_NEVER - queue.now), d = delay(step, r);
            const struct event e = {.at = queue.now + (sim_ns)(d < room ? d : room),
                                    .seq = added++,
                                    .kind = (uint32_t)step,
                                    .b = r};

            assert_int_equal(queue_add(&queue, e.at, e.kind, e.a, e.b), 0);
            list_add(&list, &e);
        } else {
            check_next(&queue, &list);
        }
        if (step % 512 == 0)
            check_invariant(&queue, &list);
        if (step % 1024 == 0)
            assert_int_equal(queue_soonest(&queue), list.count ? list.item[0].at : SIM_NEVER);
    }
    while (list.count > 0)
        check_next(&queue, &list);
    queue_release(&queue);
}

/* Q1 */
static void
test_hard_schedules_leave_in_the_order_of_a_sorted_list(void **state)
{
    (void)state;
    check_schedule(all_at_one_instant);
    check_schedule(ever_sooner);
    check_schedule(ever_later);
    check_schedule(of_every_size);
    check_schedule(in_bursts);
    check_schedule(of_two_kinds);
    check_schedule(near_and_at_the_end_of_time);
    check_schedule(crowded_far_away);
}

/* The order of a heap, and of each structure it is measured beside, is one; in numbers that need
 * rungs within rungs. */
static void
test_every_structure_serves_in_the_same_order(void **state)
{
    enum { PENDING = 40000, HOLDS = 200000 };
    uint64_t expected = 0;

    (void)state;
    for (const struct rival *const *rival = rivals; *rival != NULL; rival++) {
        void *own = (*rival)->open();
        uint64_t random = 42, seq = 0, sum = 0;
        struct event e = {0};

        assert_non_null(own);
        for (int i = 0; i < PENDING + HOLDS; i++) {
            const uint64_t r = next_random(&random);

            if (i >= PENDING) {
                assert_true((*rival)->next(own, &e));
                sum = sum * 31 + e.b;
            }
            e.at += (sim_ns)(r % 16 == 0 ? r >> 20 : r >> 34); /* means 2^43 and 2^29 */
            e.seq = seq++;
            e.b = r;
            assert_int_equal((*rival)->add(own, &e), 0);
        }
        for (int i = 0; i < PENDING; i++) {
            assert_true((*rival)->next(own, &e));
            sum = sum * 31 + e.b;
        }
        assert_false((*rival)->next(own, &e));
        if (rival == rivals)
            expected = sum;
        else if (sum != expected)
            fail_msg("%s serves in another order", (*rival)->name);
        (*rival)->close(own);
    }
}

/* Chunks and rungs are used again: a long run needs no more memory than a short one. */
static void
test_memory_follows_what_is_pending(void **state)
{
    enum { PENDING = 100000 };
    struct queue queue = {0};
    uint64_t random = 7;
    size_t made = 0;

    (void)state;
    for (int i = 0; i < 20 * PENDING; i++) {
        struct event e;

        if (i >= PENDING)
            assert_true(queue_next(&queue, &e));
        if (i == 3 * PENDING)
            made = queue.pool.made;
        assert_int_equal(
            queue_add(&queue, queue.now + (sim_ns)(next_random(&random) >> 30), 0, 0, 0), 0);
    }
    assert_true(queue.pool.made <= made + made / 4);
    assert_true(queue.pool.made * CHUNK_BYTES < (size_t)PENDING * 64); /* twice an event's size */
    queue_release(&queue);
}

static void
test_events_of_one_instant_leave_in_the_order_scheduled(void **state)
{
    (void)state;
    struct queue queue = {0};
    struct event e;

    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(queue_add(&queue, 5, 0, i, 0), 0);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_true(queue_next(&queue, &e));
        assert_int_equal(e.a, i);
        if (i == 500) /* scheduled at the present instant: behind all that waited for it */
            assert_int_equal(queue_add(&queue, 5, 0, 1000, 0), 0);
    }
    assert_true(queue_next(&queue, &e));
    assert_int_equal(e.a, 1000);
    assert_false(queue_next(&queue, &e));
    queue_release(&queue);
}

static void
test_every_small_order_of_arrival_is_served_in_order(void **state)
{
    (void)state;
    enum { N = 7 }; /* three levels of the heap; all 7^7 sequences of instants 0..6 */
    struct queue queue = {0};

    for (uint32_t code = 0; code < 823543; code++) {
        uint32_t rest = code;
        for (uint32_t i = 0; i < N; i++, rest /= N)
            assert_int_equal(queue_add(&queue, rest % N, 0, i, 0), 0);
        struct event e, before = {.at = -1};
        for (uint32_t i = 0; i < N; i++, before = e)
            if (!queue_next(&queue, &e) || e.at < before.at ||
                (e.at == before.at && e.a < before.a))
                fail_msg("sequence %u is served wrongly", code);
        queue_reset(&queue);
    }
    queue_release(&queue);
}

static int
by_time_and_number(const void *left, const void *right)
{
    const struct event *a = left, *b = right;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static void
test_a_large_queue_drains_in_sorted_order(void **state)
{
    (void)state;
    enum { N = 60000 }; /* rungs within rungs */
    static struct event sorted[N];
    struct queue queue = {0};
    uint64_t random = 1013904223;

    for (uint32_t i = 0; i < N; i++) {
        sorted[i] = (struct event){.at = (sim_ns)(next_random(&random) % 20000), .seq = i, .a = i};
        assert_int_equal(queue_add(&queue, sorted[i].at, 0, i, 0), 0);
    }
    qsort(sorted, N, sizeof sorted[0], by_time_and_number);
    for (uint32_t i = 0; i < N; i++) {
        struct event e;
        if (!queue_next(&queue, &e) || e.seq != sorted[i].seq || e.a != sorted[i].a)
            fail_msg("event %u of the sorted order is not the one served", i);
    }
    assert_int_equal(queue_count(&queue), 0);
    queue_release(&queue);
}

static void
test_the_clock_moves_to_the_event_served_and_no_further(void **state)
{
    (void)state;
    struct queue queue = {0};
    struct event e;

    assert_int_equal(queue_add(&queue, 0, 1, 0, 0), 0);
    assert_int_equal(queue_add(&queue, SIM_NEVER, 2, 0, 0), 0);
    assert_int_equal(queue.now, 0);
    assert_true(queue_next(&queue, &e));
    assert_int_equal(queue.now, 0);
    assert_true(queue_next(&queue, &e));
    assert_int_equal(queue.now, SIM_NEVER);
    assert_int_equal(e.kind, 2);
    assert_false(queue_next(&queue, &e));
    assert_int_equal(queue.now, SIM_NEVER);
    queue_release(&queue);
}

static void
test_a_reset_queue_behaves_like_a_new_one_and_keeps_its_memory(void **state)
{
    (void)state;
    struct queue queue = {0};
    struct event e;

    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(queue_add(&queue, 100 - (sim_ns)i, 0, i, 0), 0);
    assert_true(queue_next(&queue, &e));
    const struct event *memory = queue.run;
    queue_reset(&queue);
    assert_false(queue_next(&queue, &e));
    assert_int_equal(queue.now, 0);
    assert_int_equal(queue_add(&queue, 1, 9, 8, 7), 0);
    assert_ptr_equal(queue.run, memory);
    assert_true(queue_next(&queue, &e));
    assert_int_equal(e.seq, 0);
    assert_int_equal(e.b, 7);
    queue_release(&queue);
    assert_null(queue.run);
    queue_release(&queue);
}

static void
test_a_reset_queue_forgets_what_lay_in_rungs(void **state)
{
    (void)state;
    struct queue queue = {0};
    struct event e;

    for (int round = 0; round < 3; round++) {
        uint64_t random = 5;

        for (uint32_t i = 0; i < 20000; i++)
            assert_int_equal(queue_add(&queue, (sim_ns)(next_random(&random) % 1000000), 0, i, 0),
                             0);
        sim_ns before = 0;
        for (uint32_t i = 0; i < (round < 2 ? 7000 : 20000); i++) {
            assert_true(queue_next(&queue, &e));
            assert_true(e.at >= before);
            before = e.at;
        }
        if (round < 2)
            queue_reset(&queue);
    }
    assert_false(queue_next(&queue, &e));
    queue_release(&queue);
}

static void
test_a_queue_that_cannot_grow_says_so_and_stays_as_it_was(void **state)
{
    (void)state;
    /* As full as the address space allows; the heap itself is not touched on the way to the error.
     */
    size_t most = PTRDIFF_MAX / sizeof(struct event);
    struct queue queue = {.near = {.count = most, .capacity = most},
                          .near_most = SIZE_MAX,
                          .near_end = (uint64_t)1 << 63,
                          .scheduled = 3,
                          .now = 1};

    assert_int_equal(queue_add(&queue, 5, 0, 0, 0), ERR_MEMORY);
    assert_true(queue.near.count == most && queue.near.capacity == most && !queue.near.item);
    assert_int_equal(queue.scheduled, 3);
}

static void
test_scheduling_in_the_past_is_a_bug_that_stops_the_program(void **state)
{
    (void)state;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct queue queue = {.now = 10};
        fclose(stderr); /* the assertion's message is expected */
        _exit(queue_add(&queue, 9, 0, 0, 0) == 0 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void
test_an_event_is_32_bytes(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct event), 32);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_leave_in_the_order_of_a_sorted_list),
        cmocka_unit_test(test_hard_schedules_leave_in_the_order_of_a_sorted_list),
        cmocka_unit_test(test_every_structure_serves_in_the_same_order),
        cmocka_unit_test(test_memory_follows_what_is_pending),
        cmocka_unit_test(test_a_reset_queue_forgets_what_lay_in_rungs),
        cmocka_unit_test(test_events_of_one_instant_leave_in_the_order_scheduled),
        cmocka_unit_test(test_every_small_order_of_arrival_is_served_in_order),
        cmocka_unit_test(test_a_large_queue_drains_in_sorted_order),
        cmocka_unit_test(test_the_clock_moves_to_the_event_served_and_no_further),
        cmocka_unit_test(test_a_reset_queue_behaves_like_a_new_one_and_keeps_its_memory),
        cmocka_unit_test(test_a_queue_that_cannot_grow_says_so_and_stays_as_it_was),
        cmocka_unit_test(test_scheduling_in_the_past_is_a_bug_that_stops_the_program),
        cmocka_unit_test(test_an_event_is_32_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
