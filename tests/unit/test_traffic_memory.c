/* Whichever allocation fails, the traffic plane says so, frees all it had and does not crash. */
#include "traffic_world.h"
#include <errno.h>
#include <stdlib.h>
#include "traffic/traffic.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_ALLOCATOR 0 /* the sanitizer has its own, which must not be replaced */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_ALLOCATOR 0
#endif
#endif
#ifndef OWN_ALLOCATOR
#define OWN_ALLOCATOR 1
#endif

/* Allocations until one fails; negative: none does. And how many are not freed yet. */
static long countdown = -1;
static bool once; /* only that one fails; else every later one does, too */
static bool failed;
static long alive;

#if OWN_ALLOCATOR
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t align, size_t bytes);
void __libc_free(void *old);

static bool
fails(void)
{
    if (countdown < 0 || countdown-- > 0)
        return false;
    countdown = once ? -1 : 0;
    failed = true;
    errno = ENOMEM;
    return true;
}

void *
malloc(size_t bytes)
{
    void *p = fails() ? NULL : __libc_malloc(bytes);

    alive += p != NULL;
    return p;
}

void *
calloc(size_t count, size_t bytes)
{
    void *p = fails() ? NULL : __libc_calloc(count, bytes);

    alive += p != NULL;
    return p;
}

void *
realloc(void *old, size_t bytes)
{
    void *p = fails() ? NULL : __libc_realloc(old, bytes);

    alive += old == NULL && p != NULL;
    return p;
}

void *
aligned_alloc(size_t align, size_t bytes)
{
    void *p = fails() ? NULL : __libc_memalign(align, bytes);

    alive += p != NULL;
    return p;
}

void
free(void *old)
{
    alive -= old != NULL;
    __libc_free(old);
}
#endif

static const double slow_hours[24] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9,
                                      9, 9, 9, 9, 9, 9, 9, 9, 9, 9};

/* Queues that end, quotas, answers in time, repeats, fail-over, shared links with hours of their
 * own, an edge cache, cold connections, users by VPN, probes of a rare cohort, failures, two
 * epochs. */
static void
build(struct traffic_world *tw)
{
    tw_varied(tw);
    tw_cohort(tw, 0, 1, 1e-3, 0.5);
    tw_site(tw, 3, 2, tw_exponential(0.003));
    tw_store(tw, 2, 4, tw_exponential(0.001));
    tw->epoch[0].rules = 0;
    struct rule *r = tw_rule(tw, 1, TW_ROWS(1, 2), 1, TW_ROWS(0, 1));

    r->cohorts = 5;
    r->retries = 2;
    r->back_off_s = 0.01;
    r->timeout_s = 2;
    r->edge = (struct edge_cache){.at = {2}, .objects = 1, .of = 2, .hit = 0.3};
    tw_rule(tw, 2, TW_ROWS(0, 1, 2), 2, TW_ROWS(0, 1))->reads_fastest = true;
    tw->site[0].service = tw_free;
    tw->site[1].limits =
        (struct limits){.queue_ends = true, .queue = 40, .quota_per_s = 60, .burst = 9};
    tw->store[0].limits.answers_within_s = 0.26;
    tw->cohort[0].connections = (struct connections){.idle_s = 9, .tls = 1};
    tw->cohort[1].vpn = 0.1;
    tw->cohort[1].vpn_delay = tw_exponential(0.05);
    for (uint32_t i = 0; i < 16; i++) {
        tw->link[i].pipe = 1 + i % 3;
        tw->link[i].pipe_bit_s = 1e9;
        tw->link[i].loss = 0.001;
        tw->link[i].loss_hour = slow_hours;
    }
    tw->epoch[1] = tw->epoch[0];
    tw->epoch[1].from = tw->epoch[0].to = 40 * NS_PER_DAY;
    tw->strategy.epochs = 2;
    tw->model.study.window = 4000;
}

static void
check_whole(const struct recording *r)
{
    double per_s = 0;

    for (size_t i = 0; i < r->windows.count; i++)
        per_s += r->windows.item[i].weight * (double)r->windows.item[i].operations;
    tw_check_near("operations a second", per_s, 1000 * 0.1 + 50000 * 0.001 + 1e-3, 1e-9);
    assert_int_equal(r->observations.count, 28);
}

static void
test_every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    static struct traffic_world tw;
    long n = 0, errors = 0;
    int rc;

    (void)state;
    if (!OWN_ALLOCATOR)
        skip();
    build(&tw);
    do {
        struct recording r = {.plane = PLANE_TRAFFIC};
        struct why why = {0};
        const long before = alive;

        once = !once;
        failed = false;
        countdown = once ? n : n++; /* each n in both ways */
        rc = traffic_run(&tw.model, (struct strategy_id){0}, 0, &r, &why);
        countdown = -1;
        why_release(&why);
        if (rc == 0) /* whatever failed, nothing is missing */
            check_whole(&r);
        recording_release(&r);
        assert_int_equal(alive, before);
        /* sorting may find another way, so a failure need not be an error */
        assert_true(rc == 0 || (failed && rc == ERR_MEMORY));
        errors += rc < 0;
    } while (failed);
    assert_true(n > 50 && errors > 100); /* the last run needed that many */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_failed_allocation_is_an_error_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
