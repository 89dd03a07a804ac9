/* Whichever allocation fails, the legal plane says so, frees all it had and does not crash. */
#include "legal/trace.h"
#include "legal_world.h"
#include <errno.h>
#include <stdlib.h>

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

void
free(void *old)
{
    alive -= old != NULL;
    __libc_free(old);
}
#endif

/* Two authorities, parts, a move with old copies, two levers a plan, collecting, review; requests
 * in bulk, for all and for some; keys that accounts share. */
static void
build(struct legal_world *lw)
{
    uint32_t other;

    lw_init(lw, 400);
    lw_allow(lw, 0, LW_ORDER);
    lw_custodian(lw, 0);
    other = lw_custodian(lw, 0);
    lw_site(lw, 0, 0);
    lw_site(lw, 1, 0);
    lw_store(lw, 0, other, false);
    lw_store(lw, 1, other, true);
    lw_cohort(lw, 0, 3e6);
    lw_class(lw, true);
    lw->custodian[0].rejects = 0.3;
    lw->custodian[0].team = (struct legal_team){1, dist_constant(5 * LW_DAY)};
    for (uint32_t a = 0; a < 2; a++) {
        struct request_stream *s;

        lw_authority(lw, 0);
        s = lw_stream(lw, a, 1u << LW_ORDER, 0.2);
        s->accounts = dist_constant(20);
        s->escalates = s->collects_ciphertext = true;
    }
    lw_stream(lw, 0, 1u << LW_ORDER, 0.015)->accounts = dist_constant(2e6);
    lw_stream(lw, 1, 1u << LW_ORDER, 0.015)->bulk = true;
    lw_rule(lw, 0, 0, 1)->share = 0.5;
    lw_rule(lw, 0, 0, 0);
    lw_epoch(lw, 0, 200)->old_copies_for = 50 * NS_PER_DAY;
    lw_rule(lw, 0, 1, 1)->cohort_key = true;
    lw->strategies[0].rule[1][0].share = 0.3;
    lw_rule(lw, 0, 0, 0);
}

/* Besides: courts, who settles, what is no disclosure, pressure and a threat to two holders. */
static void
build_more(struct legal_world *lw)
{
    static const struct pressure block = {.on = ON_REFUSAL,
                                          .means = MEANS_BLOCK,
                                          .probability = 1,
                                          .lasts = {.kind = DIST_CONSTANT, .p = {LW_DAY}}};

    build(lw);
    lw->jurisdiction[0].pressure = &block;
    lw->jurisdiction[0].pressures = 1;
    lw->custodian[0].challenges = 0.5;
    lw->custodian[0].court = lw->custodian[0].appeal = dist_constant(5 * LW_DAY);
    lw->custodian[0].appeals = 0.5;
    lw_allow_order(lw, 0, LW_SEIZURE)->urgent = true;
    lw->stream[0][0].through = LW_MASK(LW_SEIZURE);
    lw->stream[0][0].settles = true;
    lw_stream(lw, 1, LW_MASK(LW_ORDER), 0.2)->asks = ASKS_REMOVAL;
    lw->stream[1][1].escalates = true;
    lw_threat(lw, 1, 2, 0.05, 0.3);
}

typedef int run_one(const struct legal_world *lw, struct why *why);

static int
simulate(const struct legal_world *lw, struct why *why)
{
    struct recording r = {0};
    const int rc = legal_run(&lw->model, (struct strategy_id){0}, 0, &r, why);

    recording_release(&r);
    return rc;
}

static int
tell(const struct legal_world *lw, struct why *why)
{
    struct trace t = {0};
    const int rc = legal_trace(&lw->model, (struct strategy_id){0},
                               (struct authority_id){lw->world.authorities - 1}, 0, &t, why);

    assert_true(rc < 0 || (t.found && t.steps.count > 0));
    trace_release(&t);
    return rc;
}

static void
fail_each_allocation(const struct legal_world *lw, run_one *run)
{
    long n = 0;
    int rc;

    do {
        once = !once;
        failed = false;
        struct why why = {0};
        const long before = alive;

        countdown = once ? n : n++; /* each n in both ways */
        rc = run(lw, &why);
        countdown = -1;
        why_release(&why);
        assert_int_equal(alive, before);
        /* sorting may find another way, so a failure need not be an error */
        assert_true(rc == 0 || (failed && rc == ERR_MEMORY));
    } while (failed);
    assert_true(n > 100); /* the last run needed that many */
}

static void
test_every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    static struct legal_world lw;

    (void)state;
    if (!OWN_ALLOCATOR)
        skip();
    build(&lw);
    fail_each_allocation(&lw, simulate);
    build_more(&lw);
    fail_each_allocation(&lw, simulate);
}

static void
test_a_story_that_finds_no_memory_leaks_nothing(void **state)
{
    static struct legal_world lw;

    (void)state;
    if (!OWN_ALLOCATOR)
        skip();
    build_more(&lw);
    fail_each_allocation(&lw, tell);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_failed_allocation_is_an_error_and_leaks_nothing),
        cmocka_unit_test(test_a_story_that_finds_no_memory_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
