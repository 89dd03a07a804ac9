/* base: quantities with units, decimal numbers, dates and simulated time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "base/mem.h"
#include "base/number.h"
#include "base/units.h"

static uint64_t
next_random(uint64_t *state) /* xorshift64, Marsaglia 2003 */
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* ---- quantities ---- */

static void
test_quantities_are_read_in_their_base_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum unit unit;
        double value;
    } t[] = {
        {"0.95", UNIT_NONE, 0.95},
        {"1e6", UNIT_NONE, 1e6},
        {"-5", UNIT_NONE, -5},
        {"+.5", UNIT_NONE, 0.5},
        {"5.", UNIT_NONE, 5},
        {"2.5E-3", UNIT_NONE, 0.0025},
        {"0", UNIT_NONE, 0},
        {"0010", UNIT_NONE, 10},
        {"20 M", UNIT_COUNT, 20e6},
        {"100k", UNIT_COUNT, 100e3},
        {"1.5  G", UNIT_COUNT, 1.5e9},
        {"1e6", UNIT_COUNT, 1e6},
        {"0.5", UNIT_COUNT, 0.5},
        {"300 ns", UNIT_SECONDS, 300e-9},
        {"7us", UNIT_SECONDS, 7e-6},
        {"300 ms", UNIT_SECONDS, 0.3},
        {"9ms", UNIT_SECONDS, 0.009}, /* 9 * 0.001 would miss it in the last bit */
        {"0 s", UNIT_SECONDS, 0},
        {"1e-3 s", UNIT_SECONDS, 0.001},
        {"5 min", UNIT_SECONDS, 300},
        {"1 h", UNIT_SECONDS, 3600},
        {"5 d", UNIT_SECONDS, 432000},
        {"2 y", UNIT_SECONDS, 2 * 365.25 * 86400},
        {"-1 d", UNIT_SECONDS, -86400},
        {"1 B", UNIT_BYTES, 1},
        {"75 KiB", UNIT_BYTES, 76800},
        {"2.4 MiB", UNIT_BYTES, 2516582.4},
        {"3 GiB", UNIT_BYTES, 3221225472.0},
        {"1 TiB", UNIT_BYTES, 1099511627776.0},
        {"1 kB", UNIT_BYTES, 1e3},
        {"1 MB", UNIT_BYTES, 1e6},
        {"1 GB", UNIT_BYTES, 1e9},
        {"1 TB", UNIT_BYTES, 1e12},
        {"9600 bit/s", UNIT_BITRATE, 9600},
        {"64 kbit/s", UNIT_BITRATE, 64e3},
        {"200 Mbit/s", UNIT_BITRATE, 200e6},
        {"1Gbit/s", UNIT_BITRATE, 1e9},
        {"40 per 1 d", UNIT_PER_SECOND, 40.0 / 86400},
        {"25 per 182 d", UNIT_PER_SECOND, 25.0 / (182 * 86400)},
        {"2.5 k per 1 h", UNIT_PER_SECOND, 2500.0 / 3600},
        {"3M per 0.5y", UNIT_PER_SECOND, 3e6 / (0.5 * 31557600)},
        {"1e3 per 10ms", UNIT_PER_SECOND, 1e5},
        {"0 per 1 s", UNIT_PER_SECOND, 0},
        {"1  per  1 s", UNIT_PER_SECOND, 1},
    };

    for (size_t i = 0; i < COUNT(t); i++) {
        double value = NAN;
        const char *reason = "";
        if (unit_read(t[i].text, t[i].unit, &value, &reason) != 0)
            fail_msg("'%s' %s", t[i].text, reason);
        if (!(value == t[i].value)) /* to the bit, so no assert_float_equal */
            fail_msg("'%s' is %.17g, not %.17g", t[i].text, value, t[i].value);
    }
}

static void
test_wrong_quantities_are_refused_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum unit unit;
        const char *reason; /* what it must say */
    } t[] = {
        /* not a number at all */
        {"", UNIT_NONE, "is empty"},
        {" 5", UNIT_NONE, "begin with a space"},
        {"5 ", UNIT_NONE, "end with a space"},
        {"often", UNIT_NONE, "begin with a number"},
        {"-", UNIT_NONE, "begin with a number"},
        {".", UNIT_NONE, "begin with a number"},
        {"ms", UNIT_SECONDS, "begin with a number"},
        {"k", UNIT_COUNT, "begin with a number"},
        /* numbers of another kind of writing */
        {"inf", UNIT_NONE, "finite"},
        {"-Infinity", UNIT_COUNT, "finite"},
        {".nan", UNIT_SECONDS, "finite"},
        {"1e999", UNIT_NONE, "too large"},
        {"1e308 y", UNIT_SECONDS, "too large"},
        {"1e308 G", UNIT_COUNT, "too large"},
        {"1e300 per 1e-300 s", UNIT_PER_SECOND, "too large"},
        {"0x10", UNIT_NONE, "decimal number"},
        {"1,5", UNIT_NONE, "without commas"},
        {"1,500 ms", UNIT_SECONDS, "without commas"},
        {"1_000", UNIT_COUNT, "between digits"},
        {"1'000", UNIT_COUNT, "between digits"},
        {"1 000", UNIT_COUNT, "spaces between digits"},
        {"1.2.3", UNIT_NONE, "one decimal point"},
        /* a unit missing, unknown or of another kind */
        {"5", UNIT_SECONDS, "needs a unit of time"},
        {"0", UNIT_SECONDS, "needs a unit of time"},
        {"5 MiB", UNIT_SECONDS, "needs a unit of time"},
        {"5 S", UNIT_SECONDS, "needs a unit of time"},
        {"5 ms later", UNIT_SECONDS, "needs a unit of time"},
        {"5 ms ", UNIT_SECONDS, "needs a unit of time"},
        {"5\tms", UNIT_SECONDS, "needs a unit of time"},
        {"5e ms", UNIT_SECONDS, "needs a unit of time"},
        {"5 m", UNIT_SECONDS, "min for minutes"},
        {"5 \xc2\xb5s", UNIT_SECONDS, "us"},
        {"2 weeks", UNIT_SECONDS, "1 week is 7 d"},
        {"2 months", UNIT_SECONDS, "months as days"},
        {"4096", UNIT_BYTES, "needs a unit of size"},
        {"4 s", UNIT_BYTES, "needs a unit of size"},
        {"4 KB", UNIT_BYTES, "powers of 1000"},
        {"4 Mbit", UNIT_BYTES, "unit of bits"},
        {"100", UNIT_BITRATE, "needs a bit rate's unit"},
        {"100 MiB", UNIT_BITRATE, "needs a bit rate's unit"},
        {"100 Mbps", UNIT_BITRATE, "write bit/s"},
        {"100 MB/s", UNIT_BITRATE, "8 Mbit/s"},
        {"5 s", UNIT_NONE, "plain number"},
        {"5 k", UNIT_NONE, "plain number"},
        {"5 %", UNIT_NONE, "0.05"},
        {"5 ms", UNIT_COUNT, "must be a count"},
        {"20 m", UNIT_COUNT, "M (million)"},
        /* rates */
        {"40", UNIT_PER_SECOND, "count per duration"},
        {"40 d", UNIT_PER_SECOND, "count per duration"},
        {"40/d", UNIT_PER_SECOND, "count per duration"},
        {"40 per", UNIT_PER_SECOND, "count per duration"},
        {"40 super 1 d", UNIT_PER_SECOND, "count per duration"},
        {"40 per d", UNIT_PER_SECOND, "number and a unit of time behind 'per'"},
        {"40 per 1", UNIT_PER_SECOND, "needs a unit of time"},
        {"40 per 1 MiB", UNIT_PER_SECOND, "needs a unit of time"},
        {"40 ms per 1 d", UNIT_PER_SECOND, "must be a count"},
        {"per 1 d", UNIT_PER_SECOND, "begin with a number"},
        {"40 per 0 d", UNIT_PER_SECOND, "above 0"},
        {"40 per -1 d", UNIT_PER_SECOND, "above 0"},
    };

    for (size_t i = 0; i < COUNT(t); i++) {
        double value = 7;
        const char *reason = "";
        if (unit_read(t[i].text, t[i].unit, &value, &reason) != ERR_INPUT)
            fail_msg("'%s' was read as %g %s", t[i].text, value, unit_about(t[i].unit));
        if (!strstr(reason, t[i].reason))
            fail_msg("'%s' %s: should say '%s'", t[i].text, reason, t[i].reason);
        if (!(value == 7))
            fail_msg("'%s' changed the value though it was refused", t[i].text);
    }
}

static void
test_any_bytes_are_a_quantity_or_a_reason(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789.+-eE ,_kKMGTmsduyhnperBbit/iN%\t\xc2\xb5x'";
    uint64_t random = 521288629;

    for (int round = 0; round < 200000; round++) {
        char text[16];
        size_t length = next_random(&random) % sizeof text;
        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[next_random(&random) % (sizeof alphabet - 1)];
        text[length] = '\0';
        enum unit unit = (enum unit)(next_random(&random) % (UNIT_PER_SECOND + 1));
        double value = NAN;
        const char *reason = NULL;
        int rc = unit_read(text, unit, &value, &reason);
        if (rc == 0 ? !isfinite(value) : rc != ERR_INPUT || !reason || !*reason)
            fail_msg("'%s' as %s: code %d, value %g", text, unit_about(unit), rc, value);
    }
}

static void
test_every_kind_of_quantity_has_its_own_description(void **state)
{
    (void)state;
    for (int a = UNIT_NONE; a <= UNIT_PER_SECOND; a++) {
        assert_non_null(unit_about((enum unit)a));
        for (int b = UNIT_NONE; b < a; b++)
            assert_string_not_equal(unit_about((enum unit)a), unit_about((enum unit)b));
    }
    assert_string_equal(unit_about(UNIT_SECONDS), "a duration (ns, us, ms, s, min, h, d, y)");
}

/* ---- numbers ---- */

static void
test_a_number_ends_where_its_grammar_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
        int length; /* -1: no number */
    } t[] = {
        {"12.5 ms", 12.5, 4}, {"1e3", 1000, 3},       {"1e", 1, 1},          {"1e+", 1, 1},
        {"1ex", 1, 1},        {"-0.5e-1z", -0.05, 7}, {"0x1F", 0, 1},        {"0x1p4", 0, 1},
        {"00x1", 0, 2},       {"1.e2", 100, 4},       {".5", 0.5, 2},        {"+7", 7, 2},
        {"", 0, -1},          {".", 0, -1},           {"+", 0, -1},          {"-.e3", 0, -1},
        {"nan", 0, -1},       {"inf", 0, -1},         {" 1", 0, -1},         {"e5", 0, -1},
        {"1.5.2", 1.5, 3},    {"1,5", 1, 1},          {"5e-324", 5e-324, 6},
    };

    for (size_t i = 0; i < COUNT(t); i++) {
        double value = 0;
        const char *end = number_read(t[i].text, &value);
        int length = end ? (int)(end - t[i].text) : -1;
        if (length != t[i].length || !(value == t[i].value))
            fail_msg("'%s': %d characters, %.17g", t[i].text, length, value);
    }
    double huge = 0;
    assert_non_null(number_read("1e400", &huge));
    assert_true(isinf(huge));
}

static void
test_numbers_are_written_short_and_as_json(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } t[] = {
        {0.0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {20e6, "20000000"},
        {123456789012345, "123456789012345"},
        {9007199254740993.0, "9007199254740992"},
        {1e15, "1e+15"},
        {1e21, "1e+21"},
        {1e-5, "1e-05"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {NAN, "null"},
        {INFINITY, "null"},
        {-INFINITY, "null"},
    };

    for (size_t i = 0; i < COUNT(t); i++) {
        char text[32];
        number_write(t[i].value, text);
        assert_string_equal(text, t[i].text);
    }
}

/* Significant digits of a written number: all but leading and trailing zeros and the exponent. */
static int
count_digits(const char *text)
{
    int digits = 0, zeros = 0;

    for (; *text && *text != 'e'; text++) {
        if (*text == '0') {
            zeros += digits > 0;
        } else if (*text >= '1' && *text <= '9') {
            digits += zeros + 1;
            zeros = 0;
        }
    }
    return digits;
}

static void
test_written_numbers_read_back_equal_and_no_shorter_text_does(void **state)
{
    (void)state;
    uint64_t random = 123456789;

    for (int round = 0; round < 40000; round++) {
        uint64_t bits = next_random(&random);
        double value;
        if (round % 4 == 0)
            bits &= 0x800fffffffffffffu >> next_random(&random) % 52; /* subnormal */
        memcpy(&value, &bits, sizeof value);
        if (round % 4 == 1) /* few digits, as people write them */
            value = (double)(bits % 100000) / pow(10, (double)(bits >> 40) / 1e6);
        if (round % 4 == 2)
            value = (double)(bits % 1000000) / 1000;
        if (!isfinite(value) || value == 0)
            continue;
        char text[32], shortest[40];
        number_write(value, text);
        int digits = 1;
        do
            snprintf(shortest, sizeof shortest, "%.*e", digits - 1, value);
        while (strtod(shortest, NULL) != value && ++digits <= 17);
        if (!(strtod(text, NULL) == value) || count_digits(text) > digits)
            fail_msg("%.17g is written %s, but %s suffices", value, text, shortest);
    }
}

static void
test_numbers_have_a_point_in_a_locale_with_a_comma(void **state)
{
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
        skip(); /* no such locale is installed here */
    char comma[8], text[32];
    double value = 0;
    const char *reason;
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    number_write(0.5, text);
    int rc = unit_read("1.5 ms", UNIT_SECONDS, &value, &reason);
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(comma, "0,5"); /* or the test would prove nothing */
    assert_string_equal(text, "0.5");
    assert_int_equal(rc, 0);
    assert_true(value == 0.0015);
}

/* ---- time ---- */

static void
test_seconds_become_the_nearest_nanosecond(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        sim_ns ns;
    } t[] = {
        {0, 0},
        {-1, 0},
        {-INFINITY, 0},
        {1e-9, 1},
        {0.4e-9, 0},
        {0.6e-9, 1},
        {0.3, 300 * NS_PER_MS},
        {0.009, 9 * NS_PER_MS},
        {432000, 5 * NS_PER_DAY},
        {31557600, 31557600 * NS_PER_S},
        {100000000.5, 100000000500000000},
        {9223372036, 9223372036000000000},
        {9223372037, SIM_NEVER},
        {1e300, SIM_NEVER},
        {INFINITY, SIM_NEVER},
    };

    for (size_t i = 0; i < COUNT(t); i++)
        assert_int_equal(ns_from_seconds(t[i].seconds), t[i].ns);
}

static void
test_nanoseconds_survive_the_way_through_seconds(void **state)
{
    (void)state;
    uint64_t random = 987654321;

    for (int round = 0; round < 100000; round++) {
        /* below 2^52 ns, 52 days, a double of seconds has room for every nanosecond */
        sim_ns ns = (sim_ns)(next_random(&random) >> (12 + next_random(&random) % 40));
        assert_int_equal(ns_from_seconds(seconds_from_ns(ns)), ns);
    }
    assert_true(days_from_ns(NS_PER_DAY * 365) == 365);
    assert_true(days_from_ns(NS_PER_DAY / 4) == 0.25);
    assert_true(seconds_from_ns(1500 * NS_PER_MS) == 1.5);
}

static void
test_known_days_have_their_number(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t unix_s;
    } t[] = {
        {"1970-01-01", 0},
        {"1969-12-31", -86400},
        {"1972-02-29", 68169600},
        {"2000-02-29", 951782400},
        {"2000-03-01", 951868800},
        {"2001-09-09T01:46:40Z", 1000000000},
        {"2009-02-13T23:31:30Z", 1234567890},
        {"2013-01-01", 1356998400},
        {"2014-08-08T12:00:00Z", 1407499200},
        {"2016-12-31T23:59:59Z", 1483228799},
        {"2038-01-19T03:14:08Z", 2147483648},
        {"1582-10-15", -12219292800},
        {"0000-03-01", -62162035200},
        {"0001-01-01", -62135596800},
        {"9999-12-31", 253402214400},
    };

    for (size_t i = 0; i < COUNT(t); i++) {
        int64_t unix_s = 0;
        char day[16];
        assert_int_equal(date_read(t[i].text, &unix_s), 0);
        if (unix_s != t[i].unix_s)
            fail_msg("%s is read as %lld", t[i].text, (long long)unix_s);
        date_write(unix_s, day);
        assert_memory_equal(day, t[i].text, 10);
        assert_int_equal(strlen(day), 10);
    }
}

static void
test_texts_that_are_no_date_are_refused(void **state)
{
    (void)state;
    static const char *const t[] = {
        "",
        "2014",
        "2014-08",
        "2014-8-8",
        "14-08-08",
        "2014-00-08",
        "2014-13-08",
        "2014-08-00",
        "2014-08-32",
        "2014-04-31",
        "2013-02-29",
        "1900-02-29",
        "2014-02-30",
        "2014/08/08",
        "08-08-2014",
        "2014-08-08 ",
        " 2014-08-08",
        "+2014-08-08",
        "-014-08-08",
        "20140808",
        "2014-08-08T12:00:00",
        "2014-08-08T12:00Z",
        "2014-08-08 12:00:00Z",
        "2014-08-08T24:00:00Z",
        "2014-08-08T12:60:00Z",
        "2016-12-31T23:59:60Z",
        "2014-08-08T12:00:00+01:00",
        "2014-08-08T12:00:00Zx",
        "2014-08-08T12:00:00.5Z",
        "today",
    };

    for (size_t i = 0; i < COUNT(t); i++) {
        int64_t unix_s = 42;
        if (date_read(t[i], &unix_s) != ERR_INPUT)
            fail_msg("'%s' was read as %lld", t[i], (long long)unix_s);
        assert_int_equal(unix_s, 42);
    }
}

static void
test_every_day_of_800_years_agrees_with_the_c_library(void **state)
{
    (void)state;
    int64_t unix_s = date_of(1600, 1, 1);

    for (; unix_s < date_of(2400, 1, 2); unix_s += 86400) {
        time_t t = unix_s + 86399; /* the day's last second belongs to it */
        struct tm tm;
        char day[16], expected[16];
        assert_non_null(gmtime_r(&t, &tm));
        strftime(expected, sizeof expected, "%Y-%m-%d", &tm);
        date_write(t, day);
        int64_t back = -1;
        int year, half;
        date_half(t, &year, &half);
        if (strcmp(day, expected) != 0 || date_read(expected, &back) != 0 || back != unix_s ||
            date_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) != unix_s ||
            year != tm.tm_year + 1900 || half != (tm.tm_mon < 6 ? 1 : 2))
            fail_msg("%s: written %s, read %lld, half %d/%d", expected, day, (long long)back, year,
                     half);
    }
}

static void
test_halves_begin_in_january_and_july(void **state)
{
    (void)state;
    static const struct {
        const char *first, *last;
        int year, half;
    } t[] = {
        {"2013-01-01", "2013-06-30T23:59:59Z", 2013, 1},
        {"2013-07-01", "2013-12-31T23:59:59Z", 2013, 2},
        {"2016-01-01", "2016-06-30T23:59:59Z", 2016, 1}, /* leap year */
        {"1969-07-01", "1969-12-31T23:59:59Z", 1969, 2},
    };

    for (size_t i = 0; i < COUNT(t); i++) {
        int64_t first, last;
        assert_int_equal(date_read(t[i].first, &first), 0);
        assert_int_equal(date_read(t[i].last, &last), 0);
        assert_int_equal(date_of_half(t[i].year, t[i].half), first);
        for (int64_t at = first; at <= last; at += last - first) {
            int year, half;
            date_half(at, &year, &half);
            assert_int_equal(year, t[i].year);
            assert_int_equal(half, t[i].half);
        }
    }
}

static void
test_days_outside_four_digit_years_are_written_as_the_nearest_inside(void **state)
{
    (void)state;
    char day[16];

    date_write(INT64_MIN, day);
    assert_string_equal(day, "0000-01-01");
    date_write(date_of(-1, 12, 31), day);
    assert_string_equal(day, "0000-01-01");
    date_write(INT64_MAX, day);
    assert_string_equal(day, "9999-12-31");
    date_write(date_of(10000, 1, 1), day);
    assert_string_equal(day, "9999-12-31");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantities_are_read_in_their_base_unit),
        cmocka_unit_test(test_wrong_quantities_are_refused_with_the_reason),
        cmocka_unit_test(test_any_bytes_are_a_quantity_or_a_reason),
        cmocka_unit_test(test_every_kind_of_quantity_has_its_own_description),
        cmocka_unit_test(test_a_number_ends_where_its_grammar_ends),
        cmocka_unit_test(test_numbers_are_written_short_and_as_json),
        cmocka_unit_test(test_written_numbers_read_back_equal_and_no_shorter_text_does),
        cmocka_unit_test(test_numbers_have_a_point_in_a_locale_with_a_comma),
        cmocka_unit_test(test_seconds_become_the_nearest_nanosecond),
        cmocka_unit_test(test_nanoseconds_survive_the_way_through_seconds),
        cmocka_unit_test(test_known_days_have_their_number),
        cmocka_unit_test(test_texts_that_are_no_date_are_refused),
        cmocka_unit_test(test_every_day_of_800_years_agrees_with_the_c_library),
        cmocka_unit_test(test_halves_begin_in_january_and_july),
        cmocka_unit_test(test_days_outside_four_digit_years_are_written_as_the_nearest_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
