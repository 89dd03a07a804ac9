/*
 * stats/stream as the batteries would look at it (L'Ecuyer and Simard 2007, "TestU01", ACM TOMS
 * 33(4); Knuth, The Art of Computer Programming, volume 2, section 3.3.2): sequences of one stream,
 * of neighbours in turn, and of first words of neighbours. Each check must also refuse a generator
 * that deserves it.
 */
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
#include "stats/special.h"
#include "stats/stream.h"

enum { WORDS = 1 << 17, NEIGHBOURS = 64 };

/* Fills WORDS words. */
static void
one_stream(uint64_t *word)
{
    struct stream s;

    stream_open(&s, 1, 2, PURPOSE_TEST, 3, 4);
    for (int i = 0; i < WORDS; i++)
        word[i] = stream_bits(&s);
}

/* The only part of a key that differs between neighbours. */
enum part { SEED, REPLICATION, A, B };

static void
open_neighbour(struct stream *s, enum part part, uint64_t i)
{
    stream_open(s, part == SEED ? i : 1, part == REPLICATION ? i : 2, PURPOSE_TEST,
                part == A ? i : 3, part == B ? i : 4);
}

/* A word of each in turn. */
static void
in_turn(uint64_t *word, enum part part)
{
    struct stream s[NEIGHBOURS];

    for (uint64_t i = 0; i < NEIGHBOURS; i++)
        open_neighbour(&s[i], part, i);
    for (int i = 0; i < WORDS; i++)
        word[i] = stream_bits(&s[i % NEIGHBOURS]);
}

static void
seeds_in_turn(uint64_t *word)
{
    in_turn(word, SEED);
}

static void
replications_in_turn(uint64_t *word)
{
    in_turn(word, REPLICATION);
}

static void
entities_in_turn(uint64_t *word)
{
    in_turn(word, A);
}

static void
first_words(uint64_t *word, enum part part)
{
    for (uint64_t i = 0; i < WORDS; i++) {
        struct stream s;

        open_neighbour(&s, part, i);
        word[i] = stream_bits(&s);
    }
}

static void
first_words_of_replications(uint64_t *word)
{
    first_words(word, REPLICATION);
}

static void
first_words_of_entities(uint64_t *word)
{
    first_words(word, B);
}

/* What exponential draws leave of their words, as uniforms: layers and rejections included. */
static void
exponentials(uint64_t *word)
{
    struct stream s;

    stream_open(&s, 1, 2, PURPOSE_TEST, 3, 5);
    for (int i = 0; i < WORDS; i++)
        word[i] = (uint64_t)(exp(-stream_exponential(&s)) * 0x1p53) << 11;
}

/* Every other word is the complement of the one before: not to be let through. */
static void
echo(uint64_t *word)
{
    one_stream(word);
    for (int i = 1; i < WORDS; i += 2)
        word[i] = ~word[i - 1];
}

static void (*const good[])(uint64_t *word) = {
    one_stream,
    seeds_in_turn,
    replications_in_turn,
    entities_in_turn,
    first_words_of_replications,
    first_words_of_entities,
};

static double
uniform(uint64_t word)
{
    return (double)(word >> 11) * 0x1p-53;
}

static double
correlation(const uint64_t *word)
{
    double worst = 1;

    for (int lag = 1; lag <= 8; lag++) {
        double sum = 0;

        for (int i = lag; i < WORDS; i++)
            sum += (uniform(word[i]) - 0.5) * (uniform(word[i - lag]) - 0.5) * 12;
        worst = fmin(worst, normal_probability(sum / sqrt(WORDS - lag)));
    }
    return worst;
}

/* Ones in a word and in the next: means 32, variances 16. */
static double
weights(const uint64_t *word)
{
    double sum = 0;

    for (int i = 1; i < WORDS; i++)
        sum += (__builtin_popcountll(word[i]) - 32.0) * (__builtin_popcountll(word[i - 1]) - 32.0) /
               16;
    return normal_probability(sum / sqrt(WORDS - 1.0));
}

/* Pairs that do not overlap, by some bits of each. */
static double
pairs_by(const uint64_t *word, unsigned shift)
{
    enum { BITS = 5, CELLS = 1 << 2 * BITS };
    uint64_t seen[CELLS] = {0};
    double expected[CELLS];

    for (int i = 0; i < WORDS; i += 2)
        seen[(word[i] >> shift & 31) << BITS | (word[i + 1] >> shift & 31)]++;
    for (int i = 0; i < CELLS; i++)
        expected[i] = WORDS / 2.0 / CELLS;
    return chi_square_probability(seen, expected, CELLS, CELLS - 1);
}

static double
high_pairs(const uint64_t *word)
{
    return pairs_by(word, 59);
}

static double
low_pairs(const uint64_t *word)
{
    return pairs_by(word, 0);
}

/* How many words pass before the next below an eighth (Knuth's D): geometric. */
static double
gaps(const uint64_t *word)
{
    enum { LONGEST = 40 };
    uint64_t seen[LONGEST + 1] = {0}, all = 0;
    double expected[LONGEST + 1];
    int gap = 0;

    for (int i = 0; i < WORDS; i++, gap++)
        if (word[i] >> 61 == 0) {
            seen[gap < LONGEST ? gap : LONGEST]++;
            all++;
            gap = -1;
        }
    for (int i = 0; i <= LONGEST; i++)
        expected[i] = (double)all * pow(0.875, i) * (i < LONGEST ? 0.125 : 1);
    return chi_square_probability(seen, expected, LONGEST + 1, LONGEST);
}

/* Runs up, the word after each left out so that they are independent (Knuth's G): one of r words
 * has probability 1/r! - 1/(r + 1)!. */
static double
runs(const uint64_t *word)
{
    enum { LONGEST = 6 };
    uint64_t seen[LONGEST + 1] = {0}, all = 0;
    double expected[LONGEST + 1];
    int length = 1;

    for (int i = 1; i < WORDS; i++) {
        if (word[i] > word[i - 1]) {
            length++;
            continue;
        }
        seen[length < LONGEST ? length : LONGEST]++;
        all++;
        length = 1;
        i++; /* word[i] is left out; the next begins a run */
    }
    for (int r = 1; r <= LONGEST; r++)
        expected[r] = (double)all * (1 / tgamma(r + 1) - (r < LONGEST ? 1 / tgamma(r + 2) : 0));
    return chi_square_probability(&seen[1], &expected[1], LONGEST, LONGEST - 1);
}

/* The order of four words: 24 as likely (Knuth's P). */
static double
orders(const uint64_t *word)
{
    uint64_t seen[24] = {0};
    double expected[24];

    for (int i = 0; i < WORDS; i += 4) {
        unsigned place = 0;

        for (int k = 3; k > 0; k--) {
            unsigned below = 0;

            for (int j = 0; j < k; j++)
                below += word[i + j] < word[i + k];
            place = place * (unsigned)(k + 1) + below;
        }
        seen[place]++;
    }
    for (int i = 0; i < 24; i++)
        expected[i] = WORDS / 4.0 / 24;
    return chi_square_probability(seen, expected, 24, 23);
}

static int
ascending(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/*
 * Birthday spacings (Marsaglia 1985; Knuth's J): of n birthdays in a year of m days, sorted, the
 * spacings that equal another are about Poisson with mean n^3 / (4 m). Here n = 4096, m = 2^32: 4
 * of each lot, 128 of all 32.
 */
static double
spacings_by(const uint64_t *word, unsigned shift)
{
    enum { N = 4096, LOTS = WORDS / N };
    uint64_t day[N], space[N], equal = 0;

    for (int lot = 0; lot < LOTS; lot++) {
        for (int i = 0; i < N; i++)
            day[i] = (uint32_t)(word[lot * N + i] >> shift);
        qsort(day, N, sizeof *day, ascending);
        for (int i = 1; i < N; i++)
            space[i] = day[i] - day[i - 1];
        space[0] = day[0] + ((uint64_t)1 << 32) - day[N - 1];
        qsort(space, N, sizeof *space, ascending);
        for (int i = 1; i < N; i++)
            equal += space[i] == space[i - 1];
    }
    return normal_probability(((double)equal - 4.0 * LOTS) / sqrt(4.0 * LOTS));
}

static double
high_spacings(const uint64_t *word)
{
    return spacings_by(word, 32);
}

static double
low_spacings(const uint64_t *word)
{
    return spacings_by(word, 0);
}

static int
rank_of(const uint64_t *row)
{
    uint64_t left[64];
    int rank = 0;

    memcpy(left, row, sizeof left);
    for (int bit = 0; bit < 64; bit++) {
        int pivot = rank;

        while (pivot < 64 && (left[pivot] >> bit & 1) == 0)
            pivot++;
        if (pivot == 64)
            continue;
        const uint64_t chosen = left[pivot];

        left[pivot] = left[rank];
        left[rank++] = chosen;
        for (int i = rank; i < 64; i++)
            left[i] ^= left[i] >> bit & 1 ? chosen : 0;
    }
    return rank;
}

/*
 * Ranks of 64 words as a matrix of bits (Marsaglia and Tsay 1985). Random matrices over two
 * elements have rank n - s with probability
 *     2^(-s^2) prod_{i > s} (1 - 2^-i) / prod_{i <= s} (1 - 2^-i),   n large.
 */
static double
ranks(const uint64_t *word)
{
    enum { MATRICES = WORDS / 64, KINDS = 3 };
    uint64_t seen[KINDS] = {0};
    double expected[KINDS], full = 1;

    for (int i = 1; i <= 64; i++)
        full *= 1 - pow(2, -i);
    expected[0] = full * MATRICES;
    expected[1] = full * 2 * MATRICES; /* s = 1: 2^-1 / (1 - 2^-1)^2 */
    expected[2] = MATRICES - expected[0] - expected[1];
    for (int m = 0; m < MATRICES; m++) {
        const int missing = 64 - rank_of(&word[64 * m]);

        seen[missing < KINDS - 1 ? missing : KINDS - 1]++;
    }
    return chi_square_probability(seen, expected, KINDS, KINDS - 1);
}

static void
check(double (*probability)(const uint64_t *word))
{
    uint64_t *word = calloc(WORDS, sizeof *word);

    assert_non_null(word);
    for (size_t i = 0; i < COUNT(good); i++) {
        good[i](word);
        CHECK_FIT(probability(word));
    }
    echo(word);
    assert_true(probability(word) < LEVEL);
    free(word);
}

#define SEQUENCE_TEST(name, probability)                                                           \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        check(probability);                                                                        \
    }

SEQUENCE_TEST(test_words_do_not_correlate_with_those_before, correlation)
SEQUENCE_TEST(test_ones_of_a_word_do_not_tell_those_of_the_next, weights)
SEQUENCE_TEST(test_pairs_fill_the_square_evenly_by_high_bits, high_pairs)
SEQUENCE_TEST(test_pairs_fill_the_square_evenly_by_low_bits, low_pairs)
SEQUENCE_TEST(test_gaps_between_small_words_are_geometric, gaps)
SEQUENCE_TEST(test_runs_up_are_as_long_as_chance_makes_them, runs)
SEQUENCE_TEST(test_four_words_stand_in_any_order, orders)
SEQUENCE_TEST(test_birthdays_of_high_bits_are_spaced_by_chance, high_spacings)
SEQUENCE_TEST(test_birthdays_of_low_bits_are_spaced_by_chance, low_spacings)
SEQUENCE_TEST(test_bits_make_matrices_of_random_rank, ranks)

/* Rejections take words from the sequence: what is left must still be without memory. */
static void
test_exponential_draws_are_independent_of_each_other(void **state)
{
    static double (*const probability[])(const uint64_t *) = {correlation, high_pairs,   gaps, runs,
                                                              orders,      high_spacings};
    uint64_t *word = calloc(WORDS, sizeof *word);

    (void)state;
    assert_non_null(word);
    exponentials(word);
    for (size_t i = 0; i < COUNT(probability); i++)
        CHECK_FIT(probability[i](word));
    free(word);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_do_not_correlate_with_those_before),
        cmocka_unit_test(test_ones_of_a_word_do_not_tell_those_of_the_next),
        cmocka_unit_test(test_pairs_fill_the_square_evenly_by_high_bits),
        cmocka_unit_test(test_pairs_fill_the_square_evenly_by_low_bits),
        cmocka_unit_test(test_gaps_between_small_words_are_geometric),
        cmocka_unit_test(test_runs_up_are_as_long_as_chance_makes_them),
        cmocka_unit_test(test_four_words_stand_in_any_order),
        cmocka_unit_test(test_birthdays_of_high_bits_are_spaced_by_chance),
        cmocka_unit_test(test_birthdays_of_low_bits_are_spaced_by_chance),
        cmocka_unit_test(test_bits_make_matrices_of_random_rank),
        cmocka_unit_test(test_exponential_draws_are_independent_of_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
