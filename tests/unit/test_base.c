/* base: errors and memory. Text and JSON have test_text.c, quantities and dates test_units.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/err.h"
#include "base/mem.h"

/* A small generator of the tests' own (xorshift64, Marsaglia 2003), so base needs no stats. */
static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* ---- err ---- */

static void
test_a_message_opens_with_the_known_parts_of_its_position(void **state)
{
    (void)state;
    static const struct {
        struct where at;
        const char *text;
    } t[] = {
        {{"a.yaml", 41, 7}, "a.yaml:41:7: bad 5"},
        {{"a.yaml", 41, 0}, "a.yaml:41: bad 5"},
        {{"a.yaml", 0, 0}, "a.yaml: bad 5"},
        {{"a.yaml", 0, 7}, "a.yaml: bad 5"},
        {{NULL, 41, 7}, "line 41:7: bad 5"},
        {{NULL, 41, 0}, "line 41: bad 5"},
        {{NULL, 0, 0}, "bad 5"},
        {{NULL, 0, 7}, "bad 5"},
    };
    struct why why = {0};

    for (size_t i = 0; i < COUNT(t); i++) {
        assert_int_equal(why_add(&why, ERR_INPUT, &t[i].at, "bad %d", 5), ERR_INPUT);
        assert_string_equal(why.fault[i].text, t[i].text);
        assert_int_equal(why.fault[i].code, ERR_INPUT);
    }
    assert_int_equal(why.count, COUNT(t));
    assert_false(why.lost);
    why_release(&why);
    assert_null(why.fault);
}

static void
test_a_message_without_position_or_listener_still_gives_the_code(void **state)
{
    (void)state;
    struct why why = {0};

    assert_int_equal(why_add(&why, ERR_IO, NULL, "no %s", "disk"), ERR_IO);
    assert_string_equal(why.fault[0].text, "no disk");
    assert_int_equal(why_no_memory(&why), ERR_MEMORY);
    assert_string_equal(why.fault[1].text, "out of memory");
    why_release(&why);
    assert_int_equal(why_add(NULL, ERR_LIMIT, NULL, "nobody listens"), ERR_LIMIT);
    assert_int_equal(why_no_memory(NULL), ERR_MEMORY);
}

static void
test_a_message_is_one_line_whatever_it_quotes(void **state)
{
    (void)state;
    struct why why = {0};

    (void)why_add(&why, ERR_INPUT, NULL, "name '%s'\n", "a\nb.yaml:1: \x1b[31mred\tö\x7f");
    assert_string_equal(why.fault[0].text, "name 'a b.yaml:1:  [31mred ö '");
    why_release(&why);
}

static void
test_a_message_may_be_long(void **state)
{
    (void)state;
    char name[5000];
    struct why why = {0};
    struct where at = {"f", 1, 2};

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    (void)why_add(&why, ERR_INPUT, &at, "<%s>", name);
    assert_int_equal(strlen(why.fault[0].text), strlen("f:1:2: <>") + sizeof name - 1);
    why_release(&why);
}

static void
test_sorted_messages_follow_file_line_and_column_and_repeats_go(void **state)
{
    (void)state;
    static const struct {
        struct where at;
        const char *text;
    } in[] = {
        {{"b.yaml", 9, 1}, "i"}, {{"a.yaml", 2, 5}, "d"},  {{"b.yaml", 2, 9}, "h"},
        {{"a.yaml", 2, 1}, "y"}, {{"a.yaml", 2, 1}, "x"},  {{"a.yaml", 2, 1}, "y"},
        {{NULL, 0, 0}, "last"},  {{"b.yaml", 10, 1}, "j"}, {{"a.yaml", 0, 0}, "whole"},
        {{NULL, 0, 0}, "last"},  {{"b.yaml", 9, 1}, "i"},
    };
    static const char *const out[] = {
        "b.yaml:2:9: h", "b.yaml:9:1: i", "b.yaml:10:1: j", "a.yaml: whole",
        "a.yaml:2:1: y", "a.yaml:2:1: x", "a.yaml:2:5: d",  "last",
    };
    struct why why = {0};

    for (size_t i = 0; i < COUNT(in); i++)
        (void)why_add(&why, ERR_INPUT, &in[i].at, "%s", in[i].text);
    why_sort(&why);
    assert_int_equal(why.count, COUNT(out));
    for (size_t i = 0; i < COUNT(out); i++)
        assert_string_equal(why.fault[i].text, out[i]);
    why_sort(&why); /* sorting again changes nothing */
    assert_int_equal(why.count, COUNT(out));
    for (size_t i = 0; i < COUNT(out); i++)
        assert_string_equal(why.fault[i].text, out[i]);
    why_release(&why);
    why_sort(&why); /* nor does sorting nothing */
    assert_int_equal(why.count, 0);
}

static void
test_files_are_told_apart_by_name_not_by_the_pointer(void **state)
{
    (void)state;
    char one[] = "a.yaml", two[] = "a.yaml";
    struct why why = {0};

    (void)why_add(&why, ERR_INPUT, &(struct where){one, 3, 1}, "late");
    (void)why_add(&why, ERR_INPUT, &(struct where){"a.yam", 2, 1}, "other file");
    (void)why_add(&why, ERR_INPUT, &(struct where){two, 1, 1}, "early");
    why_sort(&why);
    assert_string_equal(why.fault[0].text, "a.yaml:1:1: early");
    assert_string_equal(why.fault[1].text, "a.yaml:3:1: late");
    assert_string_equal(why.fault[2].text, "a.yam:2:1: other file");
    why_release(&why);
}

static void
test_taken_messages_stand_behind_those_there(void **state)
{
    (void)state;
    struct why to = {0}, from = {0};

    why_take(&to, &from);
    assert_int_equal(to.count, 0);
    for (int i = 0; i < 20; i++)
        (void)why_add(i < 3 ? &to : &from, ERR_INPUT, NULL, "%d", i);
    from.lost = true;
    why_take(&to, &from);
    assert_int_equal(from.count, 0);
    assert_false(from.lost);
    assert_true(to.lost);
    assert_int_equal(to.count, 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(atoi(to.fault[i].text), i);
    why_take(&to, &to);
    assert_int_equal(to.count, 20);
    why_take(NULL, &to); /* nobody listens: only emptied */
    assert_int_equal(to.count, 0);
    assert_null(to.fault);
}

static void
test_every_code_has_its_own_word(void **state)
{
    (void)state;
    for (int a = ERR_NUMERIC; a <= ERR_OK; a++) {
        assert_string_not_equal(err_name((enum err)a), "unknown");
        for (int b = ERR_NUMERIC; b < a; b++)
            assert_string_not_equal(err_name((enum err)a), err_name((enum err)b));
    }
    assert_string_equal(err_name(ERR_INPUT), "input");
    assert_string_equal(err_name((enum err) - 99), "unknown");
}

/* ---- mem ---- */

struct numbers {
    uint32_t *item;
    size_t count, capacity;
};

static void
test_a_growing_array_keeps_its_items_and_zeroes_the_rest(void **state)
{
    (void)state;
    struct numbers v = {0};

    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(VEC_ROOM(&v), 0);
        assert_true(v.count < v.capacity);
        assert_int_equal(v.item[v.count], 0);
        v.item[v.count++] = i ^ 0xdeadu;
    }
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(v.item[i], i ^ 0xdeadu);
    for (size_t i = v.count; i < v.capacity; i++)
        assert_int_equal(v.item[i], 0);
    assert_true(v.capacity <= 2048); /* doubling, not more */
    free(v.item);
}

static void
test_tight_arrays_leave_an_eighth_idle_at_most(void **state)
{
    (void)state;
    struct numbers v = {0};

    for (uint32_t i = 0; i < 10000; i++) {
        assert_int_equal(mem_grow_tight(&v.item, &v.capacity, v.count + 1, sizeof *v.item), 0);
        assert_true(v.capacity <= 16 || v.capacity <= v.count + 1 + v.count / 8);
        assert_int_equal(v.item[v.count], 0);
        v.item[v.count++] = i ^ 0xdeadu;
    }
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(v.item[i], i ^ 0xdeadu);
    struct numbers before = v;
    assert_int_equal(mem_grow_tight(&v.item, &v.capacity, SIZE_MAX / 4, sizeof *v.item),
                     ERR_MEMORY);
    assert_ptr_equal(v.item, before.item);
    assert_int_equal(v.capacity, before.capacity);
    free(v.item);
}

static void
test_growth_beyond_the_address_space_is_an_error_and_changes_nothing(void **state)
{
    (void)state;
    struct numbers v = {0};

    assert_int_equal(VEC_ROOM(&v), 0);
    v.item[0] = 7;
    struct numbers before = v;
    assert_int_equal(mem_grow(&v.item, &v.capacity, SIZE_MAX, sizeof *v.item), ERR_MEMORY);
    assert_int_equal(mem_grow(&v.item, &v.capacity, SIZE_MAX / 4 + 1, sizeof *v.item), ERR_MEMORY);
    assert_int_equal(mem_grow(&v.item, &v.capacity, SIZE_MAX / 8 + 1, sizeof *v.item), ERR_MEMORY);
    assert_ptr_equal(v.item, before.item);
    assert_int_equal(v.capacity, before.capacity);
    assert_int_equal(v.item[0], 7);
    free(v.item);
}

static void
test_arena_pieces_are_zero_aligned_and_apart(void **state)
{
    (void)state;
    enum { PIECES = 3000 };
    static unsigned char *piece[PIECES];
    static size_t bytes[PIECES];
    struct arena arena = {0};
    uint64_t random = 88172645463325252u;

    for (size_t i = 0; i < PIECES; i++) {
        /* mostly small, now and then more than any block */
        bytes[i] = next_random(&random) % (i % 500 == 7 ? 300000 : 200);
        piece[i] = arena_alloc(&arena, bytes[i], 1);
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t)piece[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < bytes[i]; j++)
            assert_true(piece[i][j] == 0);
        memset(piece[i], (int)(i % 255 + 1), bytes[i]);
    }
    for (size_t i = 0; i < PIECES; i++) /* a later piece that overlaps would show here */
        for (size_t j = 0; j < bytes[i]; j++)
            assert_true(piece[i][j] == i % 255 + 1);
    arena_release(&arena);
    assert_null(arena.last);
    assert_int_equal(arena.used_bytes, 0);
    arena_release(&arena);
}

static void
test_arena_copies_text_and_bytes(void **state)
{
    (void)state;
    struct arena arena = {0};
    double numbers[] = {1.5, -2.5};

    assert_string_equal(arena_text(&arena, "Frankfurt", 5), "Frank");
    assert_string_equal(arena_text(&arena, NULL, 0), "");
    assert_memory_equal(arena_copy(&arena, numbers, sizeof numbers), numbers, sizeof numbers);
    assert_non_null(arena_copy(&arena, NULL, 0));
    assert_true(arena.used_bytes >= 6 + 1 + sizeof numbers);
    arena_release(&arena);
}

static void
test_arena_refuses_sizes_that_wrap_around(void **state)
{
    (void)state;
    struct arena arena = {0};

    assert_null(arena_alloc(&arena, SIZE_MAX / 2, 4));
    assert_null(arena_alloc(&arena, SIZE_MAX, 1));
    assert_null(arena_alloc(&arena, PTRDIFF_MAX, 1));
    assert_null(arena_text(&arena, "x", SIZE_MAX));
    assert_int_equal(arena.used_bytes, 0);
    assert_non_null(arena_alloc(&arena, SIZE_MAX, 0));
    arena_release(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message_opens_with_the_known_parts_of_its_position),
        cmocka_unit_test(test_a_message_without_position_or_listener_still_gives_the_code),
        cmocka_unit_test(test_a_message_is_one_line_whatever_it_quotes),
        cmocka_unit_test(test_a_message_may_be_long),
        cmocka_unit_test(test_sorted_messages_follow_file_line_and_column_and_repeats_go),
        cmocka_unit_test(test_files_are_told_apart_by_name_not_by_the_pointer),
        cmocka_unit_test(test_taken_messages_stand_behind_those_there),
        cmocka_unit_test(test_every_code_has_its_own_word),
        cmocka_unit_test(test_a_growing_array_keeps_its_items_and_zeroes_the_rest),
        cmocka_unit_test(test_tight_arrays_leave_an_eighth_idle_at_most),
        cmocka_unit_test(test_growth_beyond_the_address_space_is_an_error_and_changes_nothing),
        cmocka_unit_test(test_arena_pieces_are_zero_aligned_and_apart),
        cmocka_unit_test(test_arena_copies_text_and_bytes),
        cmocka_unit_test(test_arena_refuses_sizes_that_wrap_around),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
