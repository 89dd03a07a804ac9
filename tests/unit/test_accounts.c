/* Samples without replacement, against brute force. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include "base/mem.h"
#include "goodness.h"
#include "legal/accounts.h"

static struct stream
stream_for(uint64_t a, uint64_t b)
{
    struct stream s;

    stream_open(&s, 7, 1, PURPOSE_ACCOUNTS, a, b);
    return s;
}

static int
compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void
test_a_sample_has_no_account_twice_and_stays_in_the_population(void **state)
{
    static const struct {
        uint64_t population, n;
    } t[] = {{1, 1},          {2, 2},       {5, 3},
             {100, 100},      {1000, 999},  {1000, 10},
             {1 << 20, 5000}, {6000, 5000}, {UINT64_C(1) << 47, 5000}};
    struct accounts a = {0};

    (void)state;
    for (uint64_t k = 0; k < 40; k++)
        for (size_t i = 0; i < COUNT(t); i++) {
            struct stream s = stream_for(k, i);

            assert_int_equal(accounts_draw(&a, t[i].population, t[i].n, &s), 0);
            qsort(a.first, t[i].n, sizeof *a.first, compare);
            for (uint64_t j = 0; j < t[i].n; j++)
                assert_true(a.first[j] < t[i].population &&
                            (j == 0 || a.first[j] > a.first[j - 1]));
        }
    accounts_release(&a);
}

/* All 5 * 4 * 3 ordered samples of 3 out of 5 are as likely. */
static void
test_every_ordered_sample_is_as_likely(void **state)
{
    enum { DRAWS = 120000 };
    uint64_t seen[60] = {0};
    double expected[60];
    uint64_t row_of[125];
    struct accounts a = {0};
    size_t rows = 0;

    (void)state;
    for (size_t i = 0; i < 125; i++) {
        const size_t x = i / 25, y = i / 5 % 5, z = i % 5;

        row_of[i] = x != y && y != z && x != z ? rows++ : UINT64_MAX;
    }
    assert_int_equal(rows, 60);
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct stream s = stream_for(1000, i);

        assert_int_equal(accounts_draw(&a, 5, 3, &s), 0);
        seen[row_of[a.first[0] * 25 + a.first[1] * 5 + a.first[2]]]++;
    }
    for (size_t i = 0; i < 60; i++)
        expected[i] = DRAWS / 60.0;
    CHECK_FIT(chi_square_probability(seen, expected, 60, 59));
    accounts_release(&a);
}

/* The same draws from an array that is really shuffled. */
static void
test_a_sample_is_the_beginning_of_a_shuffle(void **state)
{
    enum { POPULATION = 3000 };
    static uint64_t deck[POPULATION];
    struct accounts a = {0};

    (void)state;
    for (uint64_t n = 1; n <= POPULATION; n = n * 3 + 1) {
        struct stream s = stream_for(2000, n), t = s;

        for (uint64_t i = 0; i < POPULATION; i++)
            deck[i] = i;
        for (uint64_t i = 0; i < n; i++) {
            const uint64_t j = i + stream_below(&t, POPULATION - i), drawn = deck[j];

            deck[j] = deck[i];
            deck[i] = drawn;
        }
        assert_int_equal(accounts_draw(&a, POPULATION, n, &s), 0);
        assert_memory_equal(a.first, deck, n * sizeof *deck);
    }
    accounts_release(&a);
}

static void
test_a_longer_request_names_the_same_accounts_and_more(void **state)
{
    struct accounts shorter = {0}, longer = {0};
    struct stream s = stream_for(3, 3), t = s;

    (void)state;
    assert_int_equal(accounts_draw(&shorter, 1000000, 10, &s), 0);
    assert_int_equal(accounts_draw(&longer, 1000000, 5000, &t), 0);
    assert_memory_equal(shorter.first, longer.first, 10 * sizeof *shorter.first);
    accounts_release(&shorter);
    accounts_release(&longer);
}

static void
test_memory_follows_the_sample_and_not_the_population(void **state)
{
    struct accounts a = {0};
    struct stream s = stream_for(4, 4);

    (void)state;
    assert_int_equal(accounts_draw(&a, UINT64_C(1000000000000), 1000, &s), 0);
    assert_true(a.capacity <= 2000 && a.slots <= 8192);
    accounts_release(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sample_has_no_account_twice_and_stays_in_the_population),
        cmocka_unit_test(test_every_ordered_sample_is_as_likely),
        cmocka_unit_test(test_a_sample_is_the_beginning_of_a_shuffle),
        cmocka_unit_test(test_a_longer_request_names_the_same_accounts_and_more),
        cmocka_unit_test(test_memory_follows_the_sample_and_not_the_population),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
