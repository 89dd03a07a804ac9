/* base: text, names, reading files, and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
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
test_a_file_above_the_limit_is_refused_unread(void **state)
{
    (void)state;
    char path[] = "/tmp/jurisim-base-XXXXXX";
    struct text text = {0};
    struct why why = {0};

    make_file(path, "", 0);
    assert_int_equal(truncate(path, (off_t)TEXT_FILE_MAX_BYTES + 1), 0); /* sparse: no disk used */
    int rc = text_read_file(&text, path, &why);
    unlink(path);
    assert_int_equal(rc, ERR_LIMIT);
    assert_int_equal(text.capacity, 0);
    assert_non_null(strstr(why.fault[0].text, "larger than 1024 MiB"));
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
        {"\xe4\xb8\xc3", "\"\\ufffd\\ufffd\\ufffd\""}, /* third byte too high */
        {"\xe4\xb8(", "\"\\ufffd\\ufffd(\""},          /* or too low */
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
        cmocka_unit_test(test_text_grows_by_strings_bytes_and_formats),
        cmocka_unit_test(test_lost_text_stays_lost_until_cleared),
        cmocka_unit_test(test_a_file_is_read_whole_behind_what_is_there),
        cmocka_unit_test(test_a_file_that_cannot_be_read_says_why_and_leaves_the_text),
        cmocka_unit_test(test_a_file_above_the_limit_is_refused_unread),
        cmocka_unit_test(test_the_nearest_name_is_the_one_meant_or_none),
        cmocka_unit_test(test_the_nearest_name_agrees_with_the_definition_of_the_distance),
        cmocka_unit_test(test_very_long_names_are_compared_for_sameness_only),
        cmocka_unit_test(test_names_are_the_same_apart_from_case_and_signs),
        cmocka_unit_test(test_json_puts_commas_and_keys_where_they_belong),
        cmocka_unit_test(test_json_strings_are_valid_whatever_the_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
