#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "record/exceedance.h"
#include "stats/stream.h"

static void
test_a_small_sample_by_hand(void **state)
{
    (void)state;
    const double value[] = {3, 0, 1, (double)NAN, 3, 0};
    struct exceedance e;

    assert_int_equal(exceedance_make(&e, value, 6, 0.95), 0);
    assert_int_equal(e.count, 3);
    assert_true(e.at[0] == 0 && e.p[0].mean == 1 && e.p[0].high == 1);
    assert_true(e.at[1] == 1 && fabs(e.p[1].mean - 0.6) < 1e-15);
    assert_true(e.at[2] == 3 && fabs(e.p[2].mean - 0.4) < 1e-15);
    /* Clopper and Pearson's ends for 5 of 5 and 3 of 5, as printed in tables: 0.4782; 0.1466 and
     * 0.9473. */
    assert_true(fabs(e.p[0].low - 0.4782) < 5e-5);
    assert_true(fabs(e.p[1].low - 0.1466) < 5e-5);
    assert_true(fabs(e.p[1].high - 0.9473) < 5e-5);
    exceedance_release(&e);
}

static void
test_it_agrees_with_counting(void **state)
{
    (void)state;
    double value[300];
    struct stream stream;
    struct exceedance e;

    stream_open(&stream, 5, 0, PURPOSE_UNCERTAIN, 0, 0);
    for (size_t i = 0; i < 300; i++) /* few different values, so that many are equal */
        value[i] = floor(20 * stream_uniform(&stream) * stream_uniform(&stream));
    assert_int_equal(exceedance_make(&e, value, 300, 0.95), 0);
    assert_in_range(e.count, 5, 20);
    for (size_t k = 0; k < e.count; k++) {
        size_t above = 0;

        for (size_t i = 0; i < 300; i++)
            above += value[i] >= e.at[k];
        assert_true(e.p[k].mean == (double)above / 300);
        assert_true(k == 0 || (e.at[k] > e.at[k - 1] && e.p[k].mean < e.p[k - 1].mean));
        assert_true(e.p[k].low < e.p[k].mean && e.p[k].high >= e.p[k].mean);
    }
    for (size_t i = 0; i < 300; i++) { /* no value is left out */
        size_t k = 0;

        while (k < e.count && e.at[k] != value[i])
            k++;
        assert_true(k < e.count);
    }
    exceedance_release(&e);
}

static void
test_nothing_observed_is_no_curve(void **state)
{
    (void)state;
    const double value[] = {(double)NAN};
    struct exceedance e;

    assert_int_equal(exceedance_make(&e, value, 1, 0.95), 0);
    assert_int_equal(e.count, 0);
    exceedance_release(&e);
    assert_int_equal(exceedance_make(&e, NULL, 0, 0.95), 0);
    assert_int_equal(e.count, 0);
    exceedance_release(&e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_sample_by_hand),
        cmocka_unit_test(test_it_agrees_with_counting),
        cmocka_unit_test(test_nothing_observed_is_no_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
