/* stats/hist: quantiles against sorted samples, exact merging, packed bytes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "goodness.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/hist.h"

enum { DRAWS = 20000 };

static const double wanted[] = {0,    1e-9, 1e-4, 0.01,  0.05,   0.25, 0.5,
                                0.75, 0.95, 0.99, 0.999, 0.9999, 1};

/* Latencies and stranger things, in ns. */
static const struct dist source[] = {
    {.kind = DIST_LOGNORMAL, .p = {80e6, 1.5}},   {.kind = DIST_UNIFORM, .p = {0, 300}},
    {.kind = DIST_PARETO, .p = {1e3, 0.3}},       {.kind = DIST_EXPONENTIAL, .p = {5}},
    {.kind = DIST_UNIFORM, .p = {0, 0x1p62 - 1}}, {.kind = DIST_CONSTANT, .p = {12345678901}},
};

/* A 62-bit whole number; what a heavy tail puts beyond counts as the greatest. */
static sim_ns
draw_value(const struct dist *dist, struct stream *s)
{
    double x = floor(dist_draw(dist, s));

    return x < 0x1p62 ? (sim_ns)x : ((sim_ns)1 << 62) - 1;
}

static void
fill(struct hist *hist, size_t which, uint64_t seed, sim_ns *value)
{
    struct stream s;

    stream_open(&s, seed, which, PURPOSE_TEST, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
        value[i] = draw_value(&source[which], &s);
        assert_int_equal(hist_add(hist, value[i]), 0);
    }
}

static int
by_value(const void *a, const void *b)
{
    sim_ns x = *(const sim_ns *)a, y = *(const sim_ns *)b;

    return (x > y) - (x < y);
}

/* The least of the sorted values at or below which a share q lies, by definition. */
static sim_ns
sorted_quantile(const sim_ns *value, size_t count, double q)
{
    size_t i = 0;

    while (i + 1 < count && (double)(i + 1) / (double)count < q)
        i++;
    return value[i];
}

static void
test_quantiles_are_within_a_256th_of_the_sorted_sample(void **state)
{
    static sim_ns value[DRAWS];

    (void)state;
    for (size_t k = 0; k < COUNT(source); k++) {
        struct hist hist = {0};

        fill(&hist, k, 1, value);
        qsort(value, DRAWS, sizeof *value, by_value);
        for (size_t i = 0; i < COUNT(wanted); i++) {
            double exact = (double)sorted_quantile(value, DRAWS, wanted[i]);

            CHECK_NEAR(hist_quantile(&hist, wanted[i]), exact, 1.0 / 256);
        }
        hist_release(&hist);
    }
}

static void
test_the_mean_is_exact(void **state)
{
    static sim_ns value[DRAWS];

    (void)state;
    for (size_t k = 0; k < COUNT(source); k++) {
        struct hist hist = {0};
        long double sum = 0; /* 64 bits of mantissa: exact here but for the widest source */

        fill(&hist, k, 2, value);
        for (int i = 0; i < DRAWS; i++)
            sum += value[i];
        CHECK_NEAR(hist.sum, (double)sum, 1e-15);
        assert_int_equal(hist.total, DRAWS);
        hist_release(&hist);
    }
    /* Past 2^64 and exact: 7 times (2^62 - 1) is 2^64 + 3 * 2^62 - 7. */
    struct hist wide = {0};
    for (int i = 0; i < 7; i++)
        assert_int_equal(hist_add(&wide, ((sim_ns)1 << 62) - 1), 0);
    assert_int_equal(wide.sum_high, 1);
    assert_int_equal(wide.sum_low, 3 * ((uint64_t)1 << 62) - 7);
    hist_release(&wide);
}

static void
test_buckets_tile_the_range_and_are_narrow(void **state)
{
    double before = -1, low, high;

    (void)state;
    for (size_t i = 0; i < 7168; i++) {
        hist_bucket(i, &low, &high);
        if (i < 5000) /* beyond, ends differ by less than a double can say */
            assert_true(low == before + 1);
        assert_true(high >= low);
        assert_true((high - low) / 2 <= low / 256);
        before = high;
    }
    assert_true(high == 0x1p62);
}

static void
test_values_land_in_the_bucket_that_holds_them(void **state)
{
    (void)state;
    for (int bit = 0; bit < 62; bit++)
        for (sim_ns off = -2; off <= 2; off++) {
            sim_ns value = ((sim_ns)1 << bit) + off;
            struct hist hist = {0};
            size_t i = 0;
            double low, high;

            if (value < 0)
                continue;
            assert_int_equal(hist_add(&hist, value), 0);
            while (hist.count[i] == 0)
                i++;
            hist_bucket(i, &low, &high);
            assert_true(low <= (double)value && (double)value <= high);
            CHECK_NEAR(hist_quantile(&hist, 0.5), (double)value, 1.0 / 256);
            hist_release(&hist);
        }
}

static void
test_values_out_of_range_are_refused_and_change_nothing(void **state)
{
    struct hist hist = {0};

    (void)state;
    assert_int_equal(hist_add(&hist, -1), ERR_NUMERIC);
    assert_int_equal(hist_add(&hist, INT64_MIN), ERR_NUMERIC);
    assert_int_equal(hist_add(&hist, (sim_ns)1 << 62), ERR_NUMERIC);
    assert_int_equal(hist_add(&hist, SIM_NEVER), ERR_NUMERIC);
    assert_int_equal(hist.total, 0);
    assert_true(hist.sum == 0);
    hist_release(&hist);
}

static void
test_an_empty_histogram_has_no_quantile(void **state)
{
    struct hist hist = {0};
    const struct hist *list[] = {&hist};
    const double weight[] = {1}, none[] = {0};

    (void)state;
    assert_true(isnan(hist_quantile(&hist, 0.5)));
    assert_true(isnan(hist_mixture_quantile(list, weight, 1, 0.5)));
    assert_true(isnan(hist_mixture_cdf(list, weight, 1, 5)));
    assert_int_equal(hist_add(&hist, 5), 0);
    assert_true(isnan(hist_mixture_quantile(list, none, 1, 0.5)));
    assert_true(isnan(hist_quantile(&hist, (double)NAN)));
    assert_true(hist_quantile(&hist, -3) == 5 && hist_quantile(&hist, 7) == 5);
    hist_release(&hist);
    hist_release(&hist);
}

/* 100 values 1 to 100: every rank is exact, also where q * 100 is rounded up past its rank. */
static void
test_ranks_are_the_nearest(void **state)
{
    struct hist hist = {0};
    const struct hist *list[] = {&hist};
    const double weight[] = {0.3};

    (void)state;
    for (int i = 1; i <= 100; i++)
        assert_int_equal(hist_add(&hist, i), 0);
    for (int i = 1; i <= 100; i++) {
        assert_true(hist_quantile(&hist, i / 100.0) == i);
        assert_true(hist_quantile(&hist, (i - 0.5) / 100.0) == i);
        assert_true(hist_mixture_quantile(list, weight, 1, i / 100.0) == i);
        CHECK_NEAR(hist_mixture_cdf(list, weight, 1, i), i / 100.0, 1e-15);
        CHECK_NEAR(hist_mixture_cdf(list, weight, 1, i + 0.9), i / 100.0, 1e-15);
    }
    assert_true(hist_mixture_cdf(list, weight, 1, 0.9) == 0);
    assert_true(hist_mixture_cdf(list, weight, 1, -1) == 0);
    assert_true(hist_mixture_cdf(list, weight, 1, (double)INFINITY) == 1);
    hist_release(&hist);
}

static unsigned char *
packed(const struct hist *hist, size_t *size)
{
    *size = hist_pack(hist, NULL);
    unsigned char *bytes = malloc(*size);

    assert_non_null(bytes);
    assert_int_equal(hist_pack(hist, bytes), *size);
    return bytes;
}

static void
check_same_bytes(const struct hist *a, const struct hist *b)
{
    size_t size_a, size_b;
    unsigned char *x = packed(a, &size_a), *y = packed(b, &size_b);

    assert_int_equal(size_a, size_b);
    assert_memory_equal(x, y, size_a);
    free(x);
    free(y);
}

/* Merged in any order and grouping, the bytes are those of one histogram of all values. */
static void
test_merging_is_exact_in_any_order(void **state)
{
    static sim_ns value[DRAWS];
    struct hist part[COUNT(source)] = {0}, whole = {0}, forth = {0}, back = {0};

    (void)state;
    for (size_t k = 0; k < COUNT(source); k++) {
        fill(&part[k], k, 3, value);
        for (int i = 0; i < DRAWS; i++)
            assert_int_equal(hist_add(&whole, value[i]), 0);
    }
    for (size_t k = 0; k < COUNT(source); k++) {
        assert_int_equal(hist_merge(&forth, &part[k]), 0);
        assert_int_equal(hist_merge(&back, &part[COUNT(source) - 1 - k]), 0);
    }
    check_same_bytes(&whole, &forth);
    check_same_bytes(&whole, &back);
    assert_true(whole.sum == forth.sum && whole.sum == back.sum);

    /* into itself, and nothing into something */
    struct hist twice = {0}, nothing = {0};
    assert_int_equal(hist_merge(&twice, &whole), 0);
    assert_int_equal(hist_merge(&twice, &whole), 0);
    assert_int_equal(hist_merge(&whole, &whole), 0);
    assert_int_equal(hist_merge(&whole, &nothing), 0);
    check_same_bytes(&whole, &twice);
    for (size_t k = 0; k < COUNT(source); k++)
        hist_release(&part[k]);
    hist_release(&whole);
    hist_release(&forth);
    hist_release(&back);
    hist_release(&twice);
    hist_release(&nothing);
}

/* Against the definition: all values with the weight each carries, sorted and summed. */
static void
test_mixtures_weigh_histograms_not_their_counts(void **state)
{
    struct hist few = {0}, many = {0}, empty = {0};
    const struct hist *list[] = {&few, &many, &empty};
    const double weight[] = {3, 1, 5};

    (void)state;
    assert_int_equal(hist_add(&few, 100), 0);
    assert_int_equal(hist_add(&few, 200), 0);
    for (int i = 1; i <= 50; i++)
        assert_int_equal(hist_add(&many, i), 0);
    /* shares: 1..50 have 0.005 each, 100 and 200 have 0.375 each */
    for (int i = 1; i <= 50; i++) {
        assert_true(hist_mixture_quantile(list, weight, 3, 0.005 * i) == i);
        CHECK_NEAR(hist_mixture_cdf(list, weight, 3, i), 0.005 * i, 1e-14);
    }
    assert_true(hist_mixture_quantile(list, weight, 3, 0.251) == 100);
    assert_true(hist_mixture_quantile(list, weight, 3, 0.625) == 100);
    assert_true(hist_mixture_quantile(list, weight, 3, 0.626) == 200);
    assert_true(hist_mixture_quantile(list, weight, 3, 1) == 200);
    assert_true(hist_mixture_quantile(list, weight, 3, 0) == 1);
    CHECK_NEAR(hist_mixture_cdf(list, weight, 3, 150), 0.625, 1e-14);
    hist_release(&few);
    hist_release(&many);
}

static void
test_mixture_quantile_and_share_are_inverse(void **state)
{
    static sim_ns value[DRAWS];
    struct hist part[3] = {0};
    const struct hist *list[] = {&part[0], &part[1], &part[2]};
    const double weight[] = {0.2, 0.5, 0.3};

    (void)state;
    for (size_t k = 0; k < 3; k++)
        fill(&part[k], k, 5, value);
    for (double q = 0.001; q < 1; q += 0.001) {
        double x = hist_mixture_quantile(list, weight, 3, q);

        /* a bucket's width to either side must straddle q */
        assert_true(hist_mixture_cdf(list, weight, 3, x * (1 - 1 / 127.0) - 1) <= q + 1e-9);
        assert_true(hist_mixture_cdf(list, weight, 3, x * (1 + 1 / 127.0) + 1) >= q - 1e-9);
    }
    for (size_t k = 0; k < 3; k++)
        hist_release(&part[k]);
}

static void
test_packed_bytes_unpack_to_the_same(void **state)
{
    static sim_ns value[DRAWS];

    (void)state;
    for (size_t k = 0; k < COUNT(source); k++) {
        struct hist hist = {0}, read = {0};
        size_t size;

        fill(&hist, k, 6, value);
        unsigned char *bytes = packed(&hist, &size);
        assert_int_equal(hist_unpack(&read, bytes, size), 0);
        assert_int_equal(read.total, hist.total);
        assert_true(read.sum == hist.sum);
        check_same_bytes(&hist, &read);
        for (size_t i = 0; i < COUNT(wanted); i++)
            assert_true(hist_quantile(&hist, wanted[i]) == hist_quantile(&read, wanted[i]));
        free(bytes);
        hist_release(&hist);
        hist_release(&read);
    }
}

/* Written out by hand: 5 twice and 300. 300 = 256 + 44 lies in bucket 256 + 44 / 2 = 278. */
static void
test_packed_bytes_are_as_documented(void **state)
{
    static const unsigned char expected[] = {
        3,                /* total */
        0x80 | 54, 2,     /* sum_low: 310 = 2 * 128 + 54 */
        0,                /* sum_high */
        5,         2,     /* five empty buckets, then 2 in bucket 5 */
        0x80 | 16, 2, 1}; /* 272 = 2 * 128 + 16 empty ones, 1 in bucket 278 */
    static const unsigned char nothing[] = {0, 0, 0};
    struct hist hist = {0};
    size_t size;

    (void)state;
    unsigned char *bytes = packed(&hist, &size);
    assert_int_equal(size, sizeof nothing);
    assert_memory_equal(bytes, nothing, size);
    assert_int_equal(hist_unpack(&hist, bytes, size), 0);
    free(bytes);
    assert_int_equal(hist_add(&hist, 5), 0);
    assert_int_equal(hist_add(&hist, 300), 0);
    assert_int_equal(hist_add(&hist, 5), 0);
    bytes = packed(&hist, &size);
    assert_int_equal(size, sizeof expected);
    assert_memory_equal(bytes, expected, size);
    free(bytes);
    hist_release(&hist);
}

static void
check_refused(const unsigned char *bytes, size_t size)
{
    struct hist hist = {0};
    /* a copy of exactly this size, so that a memory checker sees reads past the end */
    unsigned char *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    assert_int_equal(hist_unpack(&hist, copy, size), ERR_INPUT);
    assert_null(hist.count);
    assert_int_equal(hist.total, 0);
    free(copy);
}

static void
test_bytes_cut_short_or_drawn_out_are_refused(void **state)
{
    struct hist hist = {0};
    size_t size;

    (void)state;
    for (int i = 0; i < 300; i++)
        assert_int_equal(hist_add(&hist, (sim_ns)i * i * i * 1000), 0);
    unsigned char *bytes = packed(&hist, &size);
    for (size_t cut = 0; cut < size; cut++)
        check_refused(bytes, cut);
    unsigned char *longer = calloc(1, size + 2);
    assert_non_null(longer);
    memcpy(longer, bytes, size);
    check_refused(longer, size + 1);
    check_refused(longer, size + 2);
    free(longer);
    free(bytes);
    hist_release(&hist);
}

static void
test_bytes_that_no_histogram_has_are_refused(void **state)
{
    static const struct {
        unsigned char bytes[16];
        size_t size;
    } t[] = {
        {{1, 5, 0, 5, 2}, 5},        /* counts above the total */
        {{3, 5, 0, 5, 2}, 5},        /* below it */
        {{1, 6, 0, 5, 1}, 5},        /* a sum that the counts cannot have */
        {{1, 4, 0, 5, 1}, 5},        /* the other way */
        {{1, 5, 1, 5, 1}, 5},        /* by 2^64 */
        {{1, 5, 0, 5, 0, 0, 1}, 7},  /* a bucket of none */
        {{1, 5, 0, 0x85, 0, 1}, 6},  /* 5 drawn out to two bytes */
        {{0x80, 0, 0, 0}, 4},        /* 0 drawn out */
        {{1, 0, 0, 0x80, 56, 1}, 6}, /* bucket 7168, past the last */
        {{1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1}, 14},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0}, 12}, /* 65 bits */
        {{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2, 0, 0}, 12}, /* 2^64, not 0 */
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0, 0, 0}, 13},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++)
        check_refused(t[i].bytes, t[i].size);
}

/* Whatever the bytes, the answer is an error or a histogram that packs to the same bytes. */
static void
test_random_bytes_are_refused_or_round_trip(void **state)
{
    struct hist hist = {0};
    struct stream s;
    size_t size, taken = 0;

    (void)state;
    stream_open(&s, 4, 0, PURPOSE_TEST, 0, 0);
    for (int i = 0; i < 40; i++)
        assert_int_equal(hist_add(&hist, (sim_ns)stream_below(&s, 5000)), 0);
    unsigned char *bytes = packed(&hist, &size);
    hist_release(&hist);
    for (int i = 0; i < 20000; i++) {
        size_t at = stream_below(&s, size);
        unsigned char kept = bytes[at];

        bytes[at] = (unsigned char)stream_bits(&s);
        if (hist_unpack(&hist, bytes, size) == 0) {
            size_t again;
            unsigned char *back = packed(&hist, &again);

            assert_int_equal(again, size);
            assert_memory_equal(back, bytes, size);
            free(back);
            taken++;
        }
        hist_release(&hist);
        bytes[at] = kept;
    }
    assert_in_range(taken, 1, 19999); /* both answers happen */
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles_are_within_a_256th_of_the_sorted_sample),
        cmocka_unit_test(test_the_mean_is_exact),
        cmocka_unit_test(test_buckets_tile_the_range_and_are_narrow),
        cmocka_unit_test(test_values_land_in_the_bucket_that_holds_them),
        cmocka_unit_test(test_values_out_of_range_are_refused_and_change_nothing),
        cmocka_unit_test(test_an_empty_histogram_has_no_quantile),
        cmocka_unit_test(test_ranks_are_the_nearest),
        cmocka_unit_test(test_merging_is_exact_in_any_order),
        cmocka_unit_test(test_mixtures_weigh_histograms_not_their_counts),
        cmocka_unit_test(test_mixture_quantile_and_share_are_inverse),
        cmocka_unit_test(test_packed_bytes_unpack_to_the_same),
        cmocka_unit_test(test_packed_bytes_are_as_documented),
        cmocka_unit_test(test_bytes_cut_short_or_drawn_out_are_refused),
        cmocka_unit_test(test_bytes_that_no_histogram_has_are_refused),
        cmocka_unit_test(test_random_bytes_are_refused_or_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
