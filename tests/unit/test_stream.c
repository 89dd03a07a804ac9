/* stats/stream: the published vectors, independence of streams, the ziggurats, the GSL side. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "goodness.h"
#include "base/mem.h"
#include "stats/special.h"
#include "stats/stream.h"
#include "stats/tally.h"
#include "stats/ziggurat.h"

static struct stream
open_stream(uint64_t seed)
{
    struct stream s;

    stream_open(&s, seed, 0, PURPOSE_TEST, 0, 0);
    return s;
}

/* Random123 (Salmon, Moraes, Dror, Shaw), tests/kat_vectors, the lines "philox4x64 10": counter,
 * key, result. The third takes its input from the digits of pi. */
static void
test_blocks_match_the_published_vectors(void **state)
{
    static const struct {
        uint64_t counter[4], key[2], out[4];
    } kat[] = {
        {{0, 0, 0, 0},
         {0, 0},
         {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}},
        {{0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff},
         {0xffffffffffffffff, 0xffffffffffffffff},
         {0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}},
        {{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
         {0x452821e638d01377, 0xbe5466cf34e90c6c},
         {0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(kat); i++) {
        uint64_t out[4];

        stream_block(kat[i].counter, kat[i].key, out);
        for (int w = 0; w < 4; w++)
            assert_int_equal(out[w], kat[i].out[w]);
    }
}

static void
test_a_stream_is_its_blocks_in_order(void **state)
{
    struct stream s;

    (void)state;
    stream_open(&s, 11, 22, PURPOSE_NETWORK, 33, 44);
    for (uint64_t draw = 0; draw < 5000; draw++) {
        const uint64_t counter[4] = {draw, 33, 44, PURPOSE_NETWORK}, key[2] = {11, 22};
        uint64_t block[4];

        stream_block(counter, key, block);
        for (int w = 0; w < 4; w++)
            assert_int_equal(stream_bits(&s), block[w]);
    }
}

/* Everything that may differ between two streams, by little and by much. */
static const struct {
    uint64_t seed, replication, purpose, a, b;
} coordinate[] = {
    {1, 0, PURPOSE_ARRIVALS, 0, 0},
    {2, 0, PURPOSE_ARRIVALS, 0, 0},
    {1ull << 63 | 1, 0, PURPOSE_ARRIVALS, 0, 0},
    {0, 1, PURPOSE_ARRIVALS, 0, 0},
    {1, 1, PURPOSE_ARRIVALS, 0, 0},
    {1, 1ull << 40, PURPOSE_ARRIVALS, 0, 0},
    {1, 0, PURPOSE_REQUEST, 0, 0},
    {1, 0, PURPOSE_BOOTSTRAP, 0, 0},
    {1, 0, PURPOSE_ARRIVALS, 1, 0},
    {1, 0, PURPOSE_ARRIVALS, 0, 1},
    {1, 0, PURPOSE_ARRIVALS, 1, 1},
    {1, 0, PURPOSE_ARRIVALS, 1ull << 32, 0},
    {1, 0, PURPOSE_ARRIVALS, 0, UINT64_MAX},
};

enum { PAIR_DRAWS = 20000, CELLS = 16 };

static void
fill(size_t which, double *u)
{
    struct stream s;

    stream_open(&s, coordinate[which].seed, coordinate[which].replication,
                (enum purpose)coordinate[which].purpose, coordinate[which].a, coordinate[which].b);
    for (int i = 0; i < PAIR_DRAWS; i++)
        u[i] = stream_uniform(&s);
}

/* Draws of two streams, taken side by side, must not correlate and must fill the square evenly. */
static void
check_pair(const double *u, const double *v)
{
    static const double even = (double)PAIR_DRAWS / (CELLS * CELLS);
    uint64_t seen[CELLS * CELLS] = {0};
    double expected[CELLS * CELLS], product = 0;

    for (int i = 0; i < PAIR_DRAWS; i++) {
        product += (u[i] - 0.5) * (v[i] - 0.5) * 12; /* variance of each factor 1/12 */
        seen[(int)(u[i] * CELLS) * CELLS + (int)(v[i] * CELLS)]++;
    }
    for (size_t i = 0; i < COUNT(expected); i++)
        expected[i] = even;
    CHECK_FIT(normal_probability(product / sqrt(PAIR_DRAWS)));
    CHECK_FIT(chi_square_probability(seen, expected, COUNT(seen), COUNT(seen) - 1));
}

static void
test_streams_that_differ_in_one_coordinate_are_independent(void **state)
{
    static double u[COUNT(coordinate)][PAIR_DRAWS];

    (void)state;
    for (size_t i = 0; i < COUNT(coordinate); i++)
        fill(i, u[i]);
    for (size_t i = 0; i < COUNT(coordinate); i++)
        for (size_t j = 0; j < i; j++) {
            int same = 0;

            for (int d = 0; d < PAIR_DRAWS; d++)
                same += u[i][d] == u[j][d];
            assert_int_equal(same, 0);
            check_pair(u[i], u[j]);
        }
    /* The check can fail: a stream against itself. */
    double product = 0;
    for (int d = 0; d < PAIR_DRAWS; d++)
        product += (u[0][d] - 0.5) * (u[0][d] - 0.5) * 12;
    assert_true(normal_probability(product / sqrt(PAIR_DRAWS)) < LEVEL);
}

/* Accounts, requests and levers each take a first draw or two from a stream of their own. */
static void
test_first_draws_of_neighbouring_streams_are_independent(void **state)
{
    enum { STREAMS = 100000, LAGS = 8 };
    double *u = calloc(STREAMS, sizeof *u), *sorted = calloc(STREAMS, sizeof *sorted);

    (void)state;
    assert_non_null(u);
    assert_non_null(sorted);
    for (int which = 0; which < 3; which++) {
        for (uint64_t i = 0; i < STREAMS; i++) {
            struct stream s;

            stream_open(&s, 7, which == 0 ? i : 3, PURPOSE_LEVER, which == 1 ? i : 5,
                        which == 2 ? i : 9);
            u[i] = stream_uniform(&s);
        }
        for (int lag = 1; lag <= LAGS; lag++) {
            double product = 0;

            for (int i = lag; i < STREAMS; i++)
                product += (u[i] - 0.5) * (u[i - lag] - 0.5) * 12;
            CHECK_FIT(normal_probability(product / sqrt(STREAMS - lag)));
        }
        memcpy(sorted, u, STREAMS * sizeof *u);
        CHECK_FIT(ks_probability(sorted, STREAMS));
    }
    free(u);
    free(sorted);
}

static void
test_every_bit_is_set_half_the_time(void **state)
{
    enum { WORDS = 200000 };
    uint64_t ones[64] = {0};
    struct stream s = open_stream(5);

    (void)state;
    for (int i = 0; i < WORDS; i++) {
        uint64_t bits = stream_bits(&s);

        for (int b = 0; b < 64; b++)
            ones[b] += bits >> b & 1;
    }
    for (int b = 0; b < 64; b++)
        CHECK_FIT(normal_probability(((double)ones[b] - WORDS / 2.0) / sqrt(WORDS / 4.0)));
}

static void
test_uniforms_stay_in_their_interval(void **state)
{
    /* All bits set, all bits clear: the extremes a word can give. */
    struct stream s = {.word = {UINT64_MAX, 0, UINT64_MAX, 0}};

    (void)state;
    assert_true(stream_uniform(&s) < 1);
    assert_true(stream_uniform(&s) == 0);
    assert_true(stream_uniform_open(&s) < 1);
    assert_true(stream_uniform_open(&s) > 0);
    assert_int_equal(s.used, 4);
    s.used = 0;
    assert_true(stream_chance(&s, 1));
    assert_false(stream_chance(&s, 0));
    assert_int_equal(s.used, 2);
}

static void
test_whole_numbers_below_n_are_each_as_likely(void **state)
{
    static const uint64_t small[] = {1, 2, 3, 7, 10, 100};
    struct stream s = open_stream(6);

    (void)state;
    for (size_t k = 0; k < COUNT(small); k++) {
        uint64_t seen[100] = {0};
        double expected[100];

        for (int i = 0; i < 100000; i++) {
            uint64_t x = stream_below(&s, small[k]);

            assert_true(x < small[k]);
            seen[x]++;
        }
        for (size_t i = 0; i < small[k]; i++)
            expected[i] = 100000.0 / (double)small[k];
        if (small[k] > 1)
            CHECK_FIT(chi_square_probability(seen, expected, small[k], (double)small[k] - 1));
    }
    /* 3/4 of 2^64: four words for three results, so that without redrawing every third result would
     * come twice as often. */
    uint64_t rest[3] = {0};
    const double even[3] = {10000, 10000, 10000};
    for (int i = 0; i < 30000; i++)
        rest[stream_below(&s, (uint64_t)3 << 62) % 3]++;
    CHECK_FIT(chi_square_probability(rest, even, 3, 2));
    assert_true(stream_below(&s, UINT64_MAX) < UINT64_MAX);
}

/* The tables against their definition, with areas by the C library's own functions. */
static void
test_the_layers_of_a_ziggurat_have_one_area(void **state)
{
    const double *x = ziggurat_exponential, tail = exp(-x[1]);
    const double *y = ziggurat_normal, normal_tail = sqrt(acos(-1.0) / 2) * erfc(y[1] / sqrt(2.0));
    double v = x[1] * exp(-x[1]) + tail, w = y[1] * exp(-y[1] * y[1] / 2) + normal_tail;

    (void)state;
    /* Marsaglia and Tsang 2000 print r and v for 256 layers. */
    CHECK_WITHIN(x[1], 7.69711747013104972, 1e-14);
    CHECK_WITHIN(v, 0.0039496598225815571993, 1e-15);
    CHECK_WITHIN(y[1], 3.6541528853610088, 1e-14);
    CHECK_WITHIN(w, 0.00492867323399, 5e-14);
    CHECK_NEAR(x[0] * exp(-x[1]), v, 1e-13);
    CHECK_NEAR(y[0] * exp(-y[1] * y[1] / 2), w, 1e-13);
    for (int i = 1; i < ZIGGURAT_LAYERS; i++) {
        assert_true(x[i] > x[i + 1] && y[i] > y[i + 1]);
        CHECK_NEAR(x[i] * (exp(-x[i + 1]) - exp(-x[i])), v, 1e-11);
        CHECK_NEAR(y[i] * (exp(-y[i + 1] * y[i + 1] / 2) - exp(-y[i] * y[i] / 2)), w, 1e-11);
    }
    assert_true(x[ZIGGURAT_LAYERS] == 0 && y[ZIGGURAT_LAYERS] == 0);
    for (int i = 0; i <= ZIGGURAT_LAYERS; i++) {
        CHECK_NEAR(ziggurat_exponential_height[i], exp(-x[i]), 4e-15);
        CHECK_NEAR(ziggurat_normal_height[i], exp(-y[i] * y[i] / 2), 4e-15);
    }
}

enum { DRAWS = 1000000 };

static double
exponential_cdf(double x)
{
    return -expm1(-x);
}

static double
normal_cdf(double x)
{
    return erfc(-x / sqrt(2)) / 2;
}

/* Shape by Kolmogorov-Smirnov, the first two moments, and the share beyond `far`, where only the
 * tail's method draws. */
static void
check_draws(double (*draw)(struct stream *), double (*cdf)(double), double mean, double fourth,
            double far)
{
    double *p = calloc(DRAWS, sizeof *p), outside = 1 - cdf(far);
    struct stream s = open_stream(12);
    struct tally tally = {0};
    double beyond = 0;

    assert_non_null(p);
    for (int i = 0; i < DRAWS; i++) {
        double x = draw(&s);

        tally_add(&tally, x);
        p[i] = cdf(x);
        beyond += x > far;
    }
    CHECK_FIT(normal_probability((tally.mean - mean) * sqrt(DRAWS)));
    /* variance 1, central fourth moment given: the sample variance varies by (fourth - 1) / n */
    CHECK_FIT(normal_probability((tally_variance(&tally) - 1) * sqrt(DRAWS / (fourth - 1))));
    CHECK_FIT(normal_probability((beyond - DRAWS * outside) / sqrt(DRAWS * outside)));
    CHECK_FIT(ks_probability(p, DRAWS));
    /* The check can fail: a scale that is off by 1 % is seen. */
    for (int i = 0; i < DRAWS; i++)
        p[i] = pow(p[i], 1.01);
    assert_true(ks_probability(p, DRAWS) < LEVEL);
    free(p);
}

static void
test_exponentials_follow_their_distribution(void **state)
{
    (void)state;
    check_draws(stream_exponential, exponential_cdf, 1, 9, ziggurat_exponential[1]);
}

static void
test_normals_follow_their_distribution(void **state)
{
    (void)state;
    check_draws(stream_normal, normal_cdf, 0, 3, ziggurat_normal[1]);
}

static double
negative_normal(struct stream *s)
{
    return -stream_normal(s);
}

static void
test_the_lower_tail_of_normals_is_as_the_upper(void **state)
{
    (void)state;
    check_draws(negative_normal, normal_cdf, 0, 3, ziggurat_normal[1]);
}

/*
 * The rare paths of a ziggurat, taken on purpose: the stream is set so that its next word has this
 * layer and place, and what follows comes from its blocks. Layer 0 beyond the start of the tail
 * goes to the tail; layer i beyond the next edge to the wedge.
 */
static void
set_next_word(struct stream *s, unsigned layer, double place)
{
    s->word[STREAM_WORDS - 1] = (uint64_t)(place * 0x1p52) << 12 | layer;
    s->used = STREAM_WORDS - 1;
}

enum { TAIL = 200000 };

static void
test_tails_follow_their_distribution(void **state)
{
    double *p = calloc(TAIL, sizeof *p), start = ziggurat_exponential[1];
    struct stream s = open_stream(31);

    (void)state;
    assert_non_null(p);
    for (int i = 0; i < TAIL; i++) {
        set_next_word(&s, 0, 0.9999);
        p[i] = exponential_cdf(stream_exponential(&s) - start);
    }
    CHECK_FIT(ks_probability(p, TAIL));
    start = ziggurat_normal[1];
    for (int i = 0; i < TAIL; i++) {
        set_next_word(&s, 0, 0.9999);
        double x = stream_normal(&s);

        assert_true(x > start);
        p[i] = 1 - erfc(x / sqrt(2)) / erfc(start / sqrt(2));
    }
    CHECK_FIT(ks_probability(p, TAIL));
    free(p);
}

/* A density and its integral from 0 on, not scaled. */
struct shape {
    double (*draw)(struct stream *);
    double (*density)(double), (*integral)(double);
    const double *edge;
};

static double
exponential_density(double x)
{
    return exp(-x);
}

static double
normal_density(double x)
{
    return exp(-x * x / 2);
}

static double
normal_integral(double x)
{
    return sqrt(acos(-1.0) / 2) * erf(x / sqrt(2));
}

/* In the wedge of layer i, x is kept with the share of the layer's height that lies below the
 * density there; what is kept follows the density less the layer's foot. */
static void
check_wedge(const struct shape *of, unsigned i, struct stream *s, double *p)
{
    const double inner = of->edge[i + 1], outer = of->edge[i], foot = of->density(outer);
    double area = of->integral(outer) - of->integral(inner) - foot * (outer - inner);
    double share = area / ((outer - inner) * (of->density(inner) - foot));
    size_t kept = 0;

    for (int k = 0; k < TAIL / 4; k++) {
        set_next_word(s, i, (inner + (outer - inner) * stream_uniform(s)) / outer);
        uint64_t block = s->counter[0];
        double x = of->draw(s);

        /* kept at once: one word more, and in the wedge */
        if (s->counter[0] == block + STREAM_WORDS / 4 && s->used == 1 && x > inner && x < outer)
            p[kept++] = (of->integral(x) - of->integral(inner) - foot * (x - inner)) / area;
    }
    CHECK_FIT(normal_probability(((double)kept - TAIL / 4 * share) /
                                 sqrt(TAIL / 4 * share * (1 - share))));
    CHECK_FIT(ks_probability(p, kept));
}

static void
test_wedges_follow_their_distribution(void **state)
{
    static const unsigned layer[] = {1, 2, 20, 128, 200, 254, 255};
    static const struct shape shape[] = {
        {stream_exponential, exponential_density, exponential_cdf, ziggurat_exponential},
        {stream_normal, normal_density, normal_integral, ziggurat_normal},
    };
    double *p = calloc(TAIL, sizeof *p);
    struct stream s = open_stream(32);

    (void)state;
    assert_non_null(p);
    for (size_t k = 0; k < COUNT(shape); k++)
        for (size_t i = 0; i < COUNT(layer); i++)
            check_wedge(&shape[k], layer[i], &s, p);
    free(p);
}

static void
test_an_exponential_is_never_0(void **state)
{
    struct stream s = {.word = {0, 0, 0, 0}};

    (void)state;
    assert_true(stream_exponential(&s) > 0); /* the least word: bottom of the first layer */
}

static void
test_gsl_draws_from_the_stream(void **state)
{
    struct stream s = open_stream(3), same = open_stream(3);
    gsl_rng gsl;

    (void)state;
    stream_as_gsl(&gsl, &s);
    assert_int_equal(gsl_rng_max(&gsl), 0xffffffff);
    assert_int_equal(gsl_rng_min(&gsl), 0);
    assert_string_equal(gsl_rng_name(&gsl), "philox4x64-10");
    for (int i = 0; i < 100; i++) {
        assert_int_equal(gsl_rng_get(&gsl), stream_bits(&same) >> 32);
        assert_true(gsl_rng_uniform(&gsl) == stream_uniform(&same));
    }
    /* GSL's uses of whole numbers, over a range that 32 bits do not divide */
    uint64_t seen[6] = {0};
    const double even[6] = {5000, 5000, 5000, 5000, 5000, 5000};
    for (int i = 0; i < 30000; i++)
        seen[gsl_rng_uniform_int(&gsl, 6)]++;
    CHECK_FIT(chi_square_probability(seen, even, 6, 5));
}

static void
test_gsl_may_own_a_stream(void **state)
{
    gsl_rng *gsl = gsl_rng_alloc(stream_gsl_type);
    struct stream same = open_stream(99);

    (void)state;
    assert_non_null(gsl);
    gsl_rng_set(gsl, 99);
    for (int i = 0; i < 9; i++)
        assert_true(gsl_rng_uniform(gsl) == stream_uniform(&same));
    gsl_rng_free(gsl);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_match_the_published_vectors),
        cmocka_unit_test(test_a_stream_is_its_blocks_in_order),
        cmocka_unit_test(test_streams_that_differ_in_one_coordinate_are_independent),
        cmocka_unit_test(test_first_draws_of_neighbouring_streams_are_independent),
        cmocka_unit_test(test_every_bit_is_set_half_the_time),
        cmocka_unit_test(test_uniforms_stay_in_their_interval),
        cmocka_unit_test(test_whole_numbers_below_n_are_each_as_likely),
        cmocka_unit_test(test_the_layers_of_a_ziggurat_have_one_area),
        cmocka_unit_test(test_exponentials_follow_their_distribution),
        cmocka_unit_test(test_normals_follow_their_distribution),
        cmocka_unit_test(test_the_lower_tail_of_normals_is_as_the_upper),
        cmocka_unit_test(test_tails_follow_their_distribution),
        cmocka_unit_test(test_wedges_follow_their_distribution),
        cmocka_unit_test(test_an_exponential_is_never_0),
        cmocka_unit_test(test_gsl_draws_from_the_stream),
        cmocka_unit_test(test_gsl_may_own_a_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
