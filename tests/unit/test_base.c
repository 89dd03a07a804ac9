/* base: errors, memory, text and JSON. Quantities and dates have test_units.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

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

/* ---- text ---- */

static void
test_text_grows_by_strings_bytes_and_formats(void **state)
{
    (void)state;
    struct text text = {0};

    assert_string_equal(text_str(&text), "");
    text_add(&text, "");
    assert_string_equal(text.s, "");
    text_add(&text, "site ");
    text_add_bytes(&text, "fra\0x", 5);
    text_addf(&text, "%d%%", 42);
    assert_int_equal(text.length, 13);
    assert_memory_equal(text.s, "site fra\0x42%", 14);
    text_clear(&text);
    assert_string_equal(text_str(&text), "");
    for (int i = 0; i < 2000; i++)
        text_addf(&text, "%04d", i);
    assert_int_equal(text.length, 8000);
    assert_memory_equal(text.s + 4 * 1234, "1234", 4);
    assert_false(text.lost);
    text_release(&text);
    assert_string_equal(text_str(&text), "");
}

static void
test_lost_text_stays_lost_until_cleared(void **state)
{
    (void)state;
    struct text text = {0};

    text_add(&text, "kept");
    text_add_bytes(&text, "", (size_t)PTRDIFF_MAX); /* refused before a byte is read */
    assert_true(text.lost);
    text_add(&text, "dropped");
    text_addf(&text, "%s", "dropped");
    assert_string_equal(text_str(&text), "kept");
    text_clear(&text);
    assert_false(text.lost);
    text_add(&text, "anew");
    assert_string_equal(text_str(&text), "anew");
    text_release(&text);
}

/* Writes `bytes` to a fresh file, whose name goes to `path` (a template for mkstemp). */
static void
make_file(char *path, const void *bytes, size_t length)
{
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), length);
    close(fd);
}

static void
test_a_file_is_read_whole_behind_what_is_there(void **state)
{
    (void)state;
    char path[] = "/tmp/jurisim-base-XXXXXX", empty[] = "/tmp/jurisim-base-XXXXXX";
    static unsigned char bytes[100000];
    struct text text = {0};
    struct why why = {0};

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 31 % 256);
    make_file(path, bytes, sizeof bytes);
    make_file(empty, bytes, 0);
    assert_int_equal(text_read_file(&text, empty, &why), 0);
    assert_string_equal(text.s, "");
    text_add(&text, ">");
    assert_int_equal(text_read_file(&text, path, &why), 0);
    assert_int_equal(text.length, sizeof bytes + 1);
    assert_memory_equal(text.s + 1, bytes, sizeof bytes);
    assert_int_equal(why.count, 0);
    text_release(&text);
    unlink(path);
    unlink(empty);
}

static void
test_a_file_that_cannot_be_read_says_why_and_leaves_the_text(void **state)
{
    (void)state;
    struct text text = {0};
    struct why why = {0};

    text_add(&text, "before");
    assert_int_equal(text_read_file(&text, "/nonexistent/a.yaml", &why), ERR_IO);
    assert_int_equal(text_read_file(&text, "/tmp", &why), ERR_IO);
    assert_string_equal(why.fault[0].text,
                        "cannot open '/nonexistent/a.yaml': No such file or directory");
    assert_string_equal(why.fault[1].text, "cannot read '/tmp': Is a directory");
    assert_int_equal(why.fault[1].code, ERR_IO);
    assert_string_equal(text.s, "before");
    text_release(&text);
    why_release(&why);
}

static void
test_the_nearest_name_is_the_one_meant_or_none(void **state)
{
    (void)state;
    static const char *const names[] = {"replicas", "keys",     "key-cache", "gateway", "data",
                                        "decrypts", "CN",       "US",        "SanJose", "share",
                                        "users",    "hsm-cn-a", "hsm-cn-b",  ""};
    static const struct {
        const char *name, *nearest;
    } t[] = {
        {"replica", "replicas"},    /* one left out */
        {"replcias", "replicas"},   /* neighbours exchanged */
        {"gatewayy", "gateway"},    /* one too many */
        {"getaway", "gateway"},     /* two wrong of seven: a third is 2 */
        {"kesy", "keys"},           /* one exchange is one step */
        {"key_cache", "key-cache"}, /* only the sign differs */
        {"san-jose", "SanJose"},    /* only case and signs differ */
        {"cn", "CN"},               /* case alone: nearer than any edit */
        {"UK", "US"},               /* at least one edit is allowed */
        {"hsm-cn", "hsm-cn-a"},     /* equally near: the first */
        {"hsm-cn-b", "hsm-cn-b"},   /* itself */
        {"jurisdiction", NULL},     /* nothing like it */
        {"XY", NULL},               /* two of two wrong */
        {"q", NULL},                /* nothing in common with any */
        {"", ""},
    };

    for (size_t i = 0; i < COUNT(t); i++) {
        const char *got = text_nearest(t[i].name, names, COUNT(names));
        if (t[i].nearest)
            assert_string_equal(got ? got : "(none)", t[i].nearest);
        else
            assert_null(got);
    }
    assert_null(text_nearest("keys", names, 0));
}

/* Optimal string alignment straight from its recursive definition: the independent answer. */
static size_t
distance_by_definition(const char *a, size_t i, const char *b, size_t j)
{
    if (i == 0 || j == 0)
        return i + j;
    size_t best = distance_by_definition(a, i - 1, b, j) + 1;
    size_t other = distance_by_definition(a, i, b, j - 1) + 1;
    best = other < best ? other : best;
    other = distance_by_definition(a, i - 1, b, j - 1) + (a[i - 1] != b[j - 1]);
    best = other < best ? other : best;
    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        other = distance_by_definition(a, i - 2, b, j - 2) + 1;
        best = other < best ? other : best;
    }
    return best;
}

static void
test_the_nearest_name_agrees_with_the_definition_of_the_distance(void **state)
{
    (void)state;
    uint64_t random = 362436069;
    size_t found = 0;

    for (int round = 0; round < 1500; round++) {
        char name[4][8];
        for (size_t n = 0; n < 4; n++) {
            size_t length = 1 + next_random(&random) % 6;
            for (size_t i = 0; i < length; i++)
                name[n][i] = "abc"[next_random(&random) % 3];
            name[n][length] = '\0';
        }
        const char *const names[] = {name[1], name[2], name[3]};
        const char *expected = NULL;
        size_t best = SIZE_MAX, own = strlen(name[0]);
        for (size_t n = 0; n < 3; n++) {
            size_t length = strlen(names[n]), longer = length > own ? length : own;
            size_t d = distance_by_definition(name[0], own, names[n], length);
            if (d < best && d < longer && (d <= 1 || 3 * d <= longer)) {
                best = d;
                expected = names[n];
            }
        }
        assert_ptr_equal(text_nearest(name[0], names, 3), expected);
        found += expected != NULL;
    }
    assert_in_range(found, 100, 1400); /* both outcomes were met */
}

static void
test_very_long_names_are_compared_for_sameness_only(void **state)
{
    (void)state;
    char a[300], b[300];
    const char *const names[] = {b};

    memset(a, 'a', sizeof a - 1);
    a[sizeof a - 1] = '\0';
    memcpy(b, a, sizeof a);
    b[7] = 'A';
    assert_ptr_equal(text_nearest(a, names, 1), b);
    b[7] = 'x';
    assert_null(text_nearest(a, names, 1));
    a[127] = b[127] = '\0'; /* the longest that is measured */
    assert_ptr_equal(text_nearest(a, names, 1), b);
}

static void
test_names_are_the_same_apart_from_case_and_signs(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } t[] = {
        {"san-jose", "SanJose", true},
        {"San Jose", "san_jose", true},
        {"a-", "A", true},
        {"-", "", true},
        {"", "", true},
        {"a", "", false},
        {"san-jose", "san-jos", false},
        {"san-jose", "san.jose", false},
        {"ab", "ba", false},
        {"\xc3\x84", "\xc3\xa4", false}, /* ASCII case only */
    };

    for (size_t i = 0; i < COUNT(t); i++) {
        assert_int_equal(text_same_name(t[i].a, t[i].b), t[i].same);
        assert_int_equal(text_same_name(t[i].b, t[i].a), t[i].same);
    }
}

/* ---- json ---- */

static void
test_json_puts_commas_and_keys_where_they_belong(void **state)
{
    (void)state;
    struct text text = {0};
    struct json json = {.out = &text};

    json_open(&json, NULL, '{');
    json_string(&json, "scenario", "icloud");
    json_whole(&json, "seed", -3);
    json_open(&json, "empty", '[');
    json_close(&json, ']');
    json_open(&json, "strategies", '[');
    json_open(&json, NULL, '{');
    json_number(&json, "mean", 0.1);
    json_bool(&json, "holds", true);
    json_close(&json, '}');
    json_open(&json, NULL, '{');
    json_close(&json, '}');
    json_number(&json, NULL, 20e6);
    json_string(&json, NULL, NULL);
    json_close(&json, ']');
    json_bool(&json, "last", false);
    json_close(&json, '}');
    assert_string_equal(text_str(&text),
                        "{\"scenario\":\"icloud\",\"seed\":-3,\"empty\":[],\"strategies\":["
                        "{\"mean\":0.1,\"holds\":true},{},20000000,null],\"last\":false}");
    text_release(&text);
}

static void
test_json_strings_are_valid_whatever_the_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } t[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"\"\\/", "\"\\\"\\\\/\""},
        {"a\nb\rc\td", "\"a\\nb\\rc\\td\""},
        {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
        {"</script>", "\"\\u003c/script>\""},
        {"Zürich 中 \xf0\x9f\x94\x91", "\"Zürich 中 \xf0\x9f\x94\x91\""},
        {"\xef\xbf\xbf \xf4\x8f\xbf\xbf", "\"\xef\xbf\xbf \xf4\x8f\xbf\xbf\""},
        {"\xff!", "\"\\ufffd!\""},                     /* never in UTF-8 */
        {"\x80", "\"\\ufffd\""},                       /* continuation alone */
        {"\xc3", "\"\\ufffd\""},                       /* cut short by the end */
        {"\xe4\xb8", "\"\\ufffd\\ufffd\""},            /* likewise */
        {"\xc3(", "\"\\ufffd(\""},                     /* cut short by a letter */
        {"\xc0\xaf", "\"\\ufffd\\ufffd\""},            /* overlong '/' */
        {"\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\""}, /* overlong */
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""}, /* a surrogate */
        {"\xf0\x80\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
        {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* above U+10FFFF */
    };
    struct text text = {0};

    for (size_t i = 0; i < COUNT(t); i++) {
        struct json json = {.out = &text};
        text_clear(&text);
        json_string(&json, NULL, t[i].in);
        assert_string_equal(text_str(&text), t[i].out);
    }
    struct json json = {.out = &text};
    text_clear(&text);
    json_whole(&json, "a\"b", INT64_MIN);
    assert_string_equal(text_str(&text), "\"a\\\"b\":-9223372036854775808");
    text_release(&text);
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
        cmocka_unit_test(test_growth_beyond_the_address_space_is_an_error_and_changes_nothing),
        cmocka_unit_test(test_arena_pieces_are_zero_aligned_and_apart),
        cmocka_unit_test(test_arena_copies_text_and_bytes),
        cmocka_unit_test(test_arena_refuses_sizes_that_wrap_around),
        cmocka_unit_test(test_text_grows_by_strings_bytes_and_formats),
        cmocka_unit_test(test_lost_text_stays_lost_until_cleared),
        cmocka_unit_test(test_a_file_is_read_whole_behind_what_is_there),
        cmocka_unit_test(test_a_file_that_cannot_be_read_says_why_and_leaves_the_text),
        cmocka_unit_test(test_the_nearest_name_is_the_one_meant_or_none),
        cmocka_unit_test(test_the_nearest_name_agrees_with_the_definition_of_the_distance),
        cmocka_unit_test(test_very_long_names_are_compared_for_sameness_only),
        cmocka_unit_test(test_names_are_the_same_apart_from_case_and_signs),
        cmocka_unit_test(test_json_puts_commas_and_keys_where_they_belong),
        cmocka_unit_test(test_json_strings_are_valid_whatever_the_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
