/* Whichever allocation fails, plans, reach and importance say so, free all they had and do not
 * crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <errno.h>
#include <cmocka.h>
#include "model/delay.h"
#include "model/importance.h"
#include "model/reach.h"
#include "random_world.h"

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

/* Allocations until one and all later ones fail; negative: none does. And how many are not freed
 * yet. */
static long countdown = -1;
static bool failed;
static long alive;

#if OWN_ALLOCATOR
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void __libc_free(void *old);

static bool
fails(void)
{
    if (countdown < 0 || countdown-- > 0)
        return false;
    countdown = 0;
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

void
free(void *old)
{
    alive -= old != NULL;
    __libc_free(old);
}
#endif

static int
ask_levers(const struct random_world *rw, const struct lever_list *levers, struct why *why)
{
    const struct rule *rule[RW_RULES] = {&rw->rule[0], &rw->rule[1]};
    const uint64_t sites[RW_RULES] = {rw->rule[0].sites, rw->rule[1].sites};
    const uint64_t stores[RW_RULES] = {rw->rule[0].stores, rw->rule[1].stores};
    const struct plan_question q = {.world = &rw->world,
                                    .rule = rule,
                                    .sites = sites,
                                    .stores = stores,
                                    .rules = RW_RULES,
                                    .levers = levers,
                                    .want = WANT_CONTENT};
    struct delay_sample sample = {.world = &rw->world, .levers = levers};
    struct importance_list weights = {0};
    struct plan_list plans = {0};
    struct expected_days days;
    struct plan best;
    bool found;
    int rc = plan_list_make(&plans, &q, why);

    if (rc == 0)
        rc = plan_best(&best, &found, &q, why);
    if (rc == 0)
        rc = importance_make(&weights, &q, why);
    if (rc == 0 && levers->count > 1)
        rc = delay_expected(&days, &sample, 3, why);
    delay_sample_release(&sample);
    importance_release(&weights);
    plan_list_release(&plans);
    return rc;
}

/* Everything that is asked of one world. */
static int
ask_all(const struct random_world *rw, struct why *why)
{
    const struct cohort_id cohort = {0};
    struct lever_list levers = {0};
    struct reach reach = {0};
    struct reach_size size;
    int rc = reach_make(&reach, &rw->world, &rw->rule[0], cohort, why);

    if (rc == 0)
        rc = reach_measure(&size, &rw->world, &rw->rule[0], cohort, why);
    if (rc == 0)
        rc = lever_list_make(&levers, &rw->world, (struct jurisdiction_id){0}, UINT64_MAX, why);
    if (rc == 0)
        rc = ask_levers(rw, &levers, why);
    reach_release(&reach);
    lever_list_release(&levers);
    return rc;
}

static void
test_questions_survive_every_failed_allocation(void **state)
{
    static struct random_world rw;
    size_t failures = 0;
    struct stream s;

    (void)state;
    if (!OWN_ALLOCATOR)
        skip();
    for (uint64_t world = 0; world < 30; world++) {
        stream_open(&s, 6, world, PURPOSE_TEST, 0, 0);
        random_world_fill(&rw, &s);
        for (long n = 0;; n++) {
            const long before = alive;
            struct why why = {0};
            int rc;

            failed = false;
            countdown = n;
            rc = ask_all(&rw, &why);
            countdown = -1;
            assert_int_equal(rc, failed ? ERR_MEMORY : 0);
            assert_true(!failed || why.lost || why.count > 0);
            why_release(&why);
            assert_int_equal(alive, before);
            if (!failed)
                break;
            failures++;
        }
    }
    assert_in_range(failures, 600, 100000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions_survive_every_failed_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
