/*
 * Any bytes as a scenario give a model or a message, and never more: truncations and damaged bytes
 * of sound scenarios, and of the cost of memory running out at each allocation. The random choices
 * come from a fixed stream, so that a failure can be repeated.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "scenario/scenario.h"
#include "stats/stream.h"

static const char *const sources[] = {"tests/bad/world.yaml", "tests/good/complete.yaml",
                                      "tests/good/pressed.yaml"};

enum { SOURCES = sizeof sources / sizeof *sources };

/* ---- memory that runs out ---- */

/*
 * malloc of this program, when the C library offers its own by another name and no sanitizer wants
 * the place: the `fail_at`-th allocation from now fails, and all after it. Only those of our own
 * code: libfyaml 0.7.12 follows a null pointer when it gets no memory.
 */
#if defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#endif
#if defined __GLIBC__ && !defined SANITIZED
#define CAN_FAIL 1
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
extern const char __executable_start[], etext[]; /* of the linker */

static long fail_at = -1, allocations;

static bool
fails(const void *caller)
{
    const uintptr_t at = (uintptr_t)caller;

    if (fail_at < 0 || at < (uintptr_t)__executable_start || at >= (uintptr_t)etext)
        return false;
    errno = ENOMEM;
    return allocations++ >= fail_at;
}

void *
malloc(size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(bytes);
}

void *
calloc(size_t count, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, bytes);
}

void *
realloc(void *old, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, bytes);
}

/* A model of an open scenario, each way that there is. */
static int
build(struct scenario *open, int way, struct model **model, struct why *why)
{
    const struct scenario_fixed fixed = {0, 0.3};

    if (way == 1)
        return scenario_model_reading(open, 1, 1, model, why);
    if (way == 2)
        return scenario_model_fixed(open, &fixed, model, why);
    return scenario_model(open, way == 0 ? SCENARIO_CENTRAL : 1, model, why);
}

/* One attempt with the n-th allocation failing: opening, or building a model of an open one. */
static int
attempt(const char *path, struct scenario *open, int way, long n)
{
    struct scenario *scenario = NULL;
    struct model *model = NULL;
    struct why why = {0};
    int rc;

    allocations = 0;
    fail_at = n;
    if (open == NULL)
        rc = scenario_open(&scenario, path, NULL, &why);
    else
        rc = build(open, way, &model, &why);
    fail_at = -1;
    assert_true((rc == 0) == (scenario != NULL || model != NULL));
    model_free(model);
    scenario_close(scenario);
    why_release(&why);
    return rc;
}

static void
attempt_all(const char *path, struct scenario *open, int way)
{
    long n = 0;
    int rc;

    while ((rc = attempt(path, open, way, n)) != 0 && n++ < 100000)
        assert_int_equal(rc, ERR_MEMORY);
    assert_int_equal(rc, 0);
    assert_true(n > 3);
}
#endif

static void
test_memory_that_runs_out_while_opening_is_an_error(void **state)
{
    (void)state;
#ifdef CAN_FAIL
    for (size_t i = 1; i < SOURCES; i++)
        attempt_all(sources[i], NULL, 0);
#else
    skip();
#endif
}

static void
test_memory_that_runs_out_while_building_a_model_is_an_error(void **state)
{
    (void)state;
#ifdef CAN_FAIL
    for (size_t i = 1; i < SOURCES; i++) {
        struct scenario *scenario = NULL;

        assert_int_equal(scenario_open(&scenario, sources[i], NULL, NULL), 0);
        for (int way = 0; way < (i == 2 ? 4 : 1); way++) /* the last has readings and unknowns */
            attempt_all(sources[i], scenario, way);
        scenario_close(scenario);
    }
#else
    skip();
#endif
}

/* ---- damaged text ---- */

/* Opens it; when that works, a model must come of it in any world. */
static void
try_text(const char *name, const char *text)
{
    struct scenario *scenario = NULL;
    struct why why = {0};
    const int rc =
        scenario_open_text(&scenario, "damaged.yaml", text,
                           strstr(name, "good") ? "tests/good" : "tests/bad", NULL, &why);

    if (rc < 0) {
        assert_true(why.count > 0);
        assert_null(scenario);
    } else {
        for (uint64_t world = 0; world < 2; world++) {
            struct model *model = NULL;

            assert_int_equal(scenario_model(scenario, world, &model, &why), 0);
            for (uint32_t i = 0; i < model->readings; i++) {
                struct model *read = NULL;

                assert_int_equal(scenario_model_reading(scenario, i, world, &read, &why), 0);
                model_free(read);
            }
            model_free(model);
        }
    }
    why_release(&why);
    scenario_close(scenario);
}

static void
test_a_scenario_cut_anywhere_gives_a_model_or_a_message(void **state)
{
    (void)state;
    for (size_t i = 0; i < SOURCES; i++) {
        struct text text = {0};

        assert_int_equal(text_read_file(&text, sources[i], NULL), 0);
        for (size_t length = text.length; length > 0; length -= length < 3 ? length : 3) {
            text.s[length] = '\0';
            try_text(sources[i], text.s);
        }
        text_release(&text);
    }
}

/* Bytes that mean something to YAML or to the readers come up more often than others. */
static char
damage(struct stream *stream)
{
    static const char likely[] = "{}[]:,&*!|>'\"%@`#-? \n\t.0123456789eE/~<=x\x80\xff\x01";

    if (stream_chance(stream, 0.8))
        return likely[stream_below(stream, sizeof likely - 1)];
    return (char)(1 + stream_below(stream, 255));
}

/* What one round makes of a sound text. */
typedef void damage_fn(const struct text *whole, struct stream *stream, struct text *out);

static void
damage_bytes(const struct text *whole, struct stream *stream, struct text *out)
{
    const uint64_t times = 1 + stream_below(stream, 4);

    text_add(out, whole->s);
    for (uint64_t i = 0; i < times; i++) {
        const size_t at = stream_below(stream, out->length);
        const size_t run = 1 + stream_below(stream, 12);

        if (stream_chance(stream, 0.6))
            out->s[at] = damage(stream);
        else if (at + 2 * run < out->length) /* a piece of it a second time */
            memmove(out->s + at, out->s + stream_below(stream, out->length - run), run);
    }
}

/* Well-formed YAML whose meaning is damaged goes deeper than broken syntax. */
static void
swap_value(const struct text *whole, struct stream *stream, struct text *out)
{
    static const char *const words[] = {
        "3 d",
        "[]",
        "{}",
        "null",
        "-1",
        "1e308",
        "reno",
        "CN",
        "hsm",
        "far",
        "0 s",
        "true",
        "nan",
        "1 k",
        "2014-02-02",
        "device",
        "mail",
        "{any: 0, of: []}",
        "{mixture: []}",
        "{uncertain: {uniform: {low: 0, high: 1}}}",
        "{choice: {far: 1, near: 1}}",
        "{empirical: counts.csv}",
        "0.02 per 1 y",
        "[CN, US]",
        "bulk",
        "violation",
        "withdrawal",
        "cohort",
        "removal",
    };
    const char *at = strstr(whole->s + stream_below(stream, whole->length - 1), ": ");

    if (at == NULL) {
        text_add(out, whole->s);
        return;
    }
    text_add_bytes(out, whole->s, (size_t)(at + 2 - whole->s));
    text_add(out, words[stream_below(stream, COUNT(words))]);
    text_add(out, at + 2 + strcspn(at + 2, ",}]\n"));
}

static void
try_damaged(damage_fn *damages, uint64_t seed)
{
    enum { ROUNDS = 1500 };

    for (size_t i = 0; i < SOURCES; i++) {
        struct text whole = {0};

        assert_int_equal(text_read_file(&whole, sources[i], NULL), 0);
        for (uint64_t round = 0; round < ROUNDS; round++) {
            struct text text = {0};
            struct stream stream;

            stream_open(&stream, seed, round, PURPOSE_TEST, i, 0);
            damages(&whole, &stream, &text);
            try_text(sources[i], text.s);
            text_release(&text);
        }
        text_release(&whole);
    }
}

static void
test_a_scenario_with_damaged_bytes_gives_a_model_or_a_message(void **state)
{
    (void)state;
    try_damaged(damage_bytes, 1);
}

static void
test_a_scenario_with_swapped_values_gives_a_model_or_a_message(void **state)
{
    (void)state;
    try_damaged(swap_value, 2);
}

static void
test_aliases_that_grow_without_end_are_refused(void **state)
{
    struct text text = {0};
    struct scenario *scenario = NULL;
    struct why why = {0};

    (void)state;
    text_add(&text, "jurisim: 1\ntitle: &a0 x\n");
    for (int i = 1; i < 40; i++) {
        text_addf(&text, "s%d: &a%d [", i, i);
        for (int k = 0; k < 9; k++)
            text_addf(&text, "*a%d, ", i - 1);
        text_addf(&text, "*a%d]\n", i - 1);
    }
    assert_int_equal(scenario_open_text(&scenario, "big.yaml", text.s, "", NULL, &why), ERR_LIMIT);
    why_release(&why);
    text_release(&text);
}

static void
test_deep_nesting_is_refused(void **state)
{
    struct text text = {0};
    struct scenario *scenario = NULL;
    struct why why = {0};

    (void)state;
    text_add(&text, "title: ");
    for (int i = 0; i < 5000; i++)
        text_add(&text, "[");
    assert_true(scenario_open_text(&scenario, "deep.yaml", text.s, "", NULL, &why) < 0);
    assert_true(why.count > 0);
    why_release(&why);
    text_clear(&text);
    for (int i = 0; i < 200; i++)
        text_addf(&text, "%*s- \n", i, "");
    assert_true(scenario_open_text(&scenario, "deep.yaml", text.s, "", NULL, &why) < 0);
    why_release(&why);
    text_release(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_that_runs_out_while_opening_is_an_error),
        cmocka_unit_test(test_memory_that_runs_out_while_building_a_model_is_an_error),
        cmocka_unit_test(test_a_scenario_cut_anywhere_gives_a_model_or_a_message),
        cmocka_unit_test(test_a_scenario_with_damaged_bytes_gives_a_model_or_a_message),
        cmocka_unit_test(test_a_scenario_with_swapped_values_gives_a_model_or_a_message),
        cmocka_unit_test(test_aliases_that_grow_without_end_are_refused),
        cmocka_unit_test(test_deep_nesting_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
