/* record/exceedance: against closed forms, the binomial itself, and samples of a known loss. */
#include "records.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "goodness.h"
#include "record/exceedance.h"
#include "stats/stream.h"

static void
test_shares_and_losses_are_as_worked_out_by_hand(void **state)
{
    /* Ten replications: 0 five times, 3 three times, 8, 20. */
    static const double value[] = {3, 0, 8, 0, 3, 0, 20, 0, 3, 0};
    static const struct {
        double loss;
        unsigned reach;
    } by_hand[] = {{0, 10}, {3, 5}, {8, 2}, {20, 1}};
    static const struct {
        double p, loss;
    } level[] = {{1, 0},   {0.51, 0}, {0.5, 3},  {0.21, 3},
                 {0.2, 8}, {0.11, 8}, {0.1, 20}, {0.01, 20}};
    struct exceedance e = {0};

    (void)state;
    assert_int_equal(exceedance_make(&e, value, COUNT(value)), 0);
    assert_int_equal(e.count, COUNT(by_hand));
    for (size_t i = 0; i < e.count; i++) {
        assert_true(e.item[i].loss == by_hand[i].loss);
        assert_true(e.item[i].probability.mean == by_hand[i].reach / 10.0);
    }
    /* Two of ten: 0.02521 to 0.55610, as tables of Clopper and Pearson's interval have it. */
    CHECK_WITHIN(e.item[2].probability.low, 0.02521, 5e-6);
    CHECK_WITHIN(e.item[2].probability.high, 0.55610, 5e-6);
    for (size_t i = 0; i < COUNT(level); i++)
        assert_true(exceedance_loss(&e, level[i].p).mean == level[i].loss);
    exceedance_release(&e);
}

/* All n: from (0.025)^(1/n); one of n: from 1 - 0.975^(1/n); none: to 1 - 0.025^(1/n). */
static void
test_bounds_have_their_closed_forms_at_the_ends(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 4096; n *= 4) {
        double *value = calloc(n, sizeof *value);
        struct exceedance e = {0};

        assert_non_null(value);
        for (size_t i = 0; i < n; i++)
            value[i] = (double)i;
        assert_int_equal(exceedance_make(&e, value, n), 0);
        assert_int_equal(e.count, n);
        CHECK_NEAR(e.item[0].probability.low, pow(0.025, 1.0 / (double)n), 1e-9);
        assert_true(e.item[0].probability.mean == 1 && e.item[0].probability.high == 1);
        CHECK_NEAR(e.item[n - 1].probability.low, 1 - pow(0.975, 1.0 / (double)n), 1e-6);
        CHECK_NEAR(e.none, 1 - pow(0.025, 1.0 / (double)n), 1e-6);
        exceedance_release(&e);
        free(value);
    }
}

/* P(Binomial(n, p) >= k), summed. */
static double
binomial_from(unsigned k, unsigned n, double p)
{
    double sum = 0;

    for (unsigned i = k; i <= n; i++)
        sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(p) +
                   (n - i) * log1p(-p));
    return sum;
}

/* The definition: at the lower bound as many or more have probability 0.025, at the upper bound as
 * many or fewer. */
static void
test_bounds_are_those_of_the_binomial_itself(void **state)
{
    enum { N = 37 };
    double value[N];
    struct exceedance e = {0};

    (void)state;
    for (unsigned i = 0; i < N; i++)
        value[i] = i;
    assert_int_equal(exceedance_make(&e, value, N), 0);
    for (unsigned i = 1; i < N; i++) {
        const unsigned reach = N - i;

        CHECK_NEAR(binomial_from(reach, N, e.item[i].probability.low), 0.025, 1e-6);
        CHECK_NEAR(1 - binomial_from(reach + 1, N, e.item[i].probability.high), 0.025, 1e-6);
    }
    exceedance_release(&e);
}

static void
check_monotone(const struct exceedance *e)
{
    struct estimate before = {0, -1, 0};

    for (size_t i = 0; i < e->count; i++) {
        const struct estimate at = e->item[i].probability;

        assert_true(at.low <= at.mean && at.mean <= at.high);
        assert_true(at.low >= 0 && at.high <= 1);
        if (i > 0) {
            assert_true(e->item[i].loss > e->item[i - 1].loss);
            assert_true(at.mean < e->item[i - 1].probability.mean);
            assert_true(at.low <= e->item[i - 1].probability.low);
            assert_true(at.high <= e->item[i - 1].probability.high);
        }
    }
    for (double p = 1; p > 0.001; p *= 0.93) { /* rarer losses are no smaller */
        const struct estimate at = exceedance_loss(e, p);

        assert_true(at.low <= at.mean && at.mean <= at.high);
        assert_true(at.mean >= before.mean && at.low >= before.low && at.high >= before.high);
        before = at;
    }
}

/* Few distinct values or many, mostly 0 or never, far apart. */
static void
test_curves_of_random_samples_never_rise(void **state)
{
    struct stream s;

    (void)state;
    stream_open(&s, 1, 0, PURPOSE_TEST, 0, 0);
    for (unsigned round = 0; round < 300; round++) {
        const size_t n = 1 + (size_t)stream_below(&s, 200);
        const double zero = stream_uniform(&s), scale = exp(12 * stream_uniform(&s));
        double value[200];
        struct exceedance e = {0};

        for (size_t i = 0; i < n; i++)
            value[i] = stream_uniform(&s) < zero ? 0 : floor(scale * stream_exponential(&s));
        assert_int_equal(exceedance_make(&e, value, n), 0);
        check_monotone(&e);
        exceedance_release(&e);
    }
}

/* Exponential losses: the loss of probability p is -ln p. An interval of order statistics covers at
 * least as often as it says; 1900 of 2000 less five standard deviations. */
static void
test_intervals_of_losses_cover_the_truth(void **state)
{
    enum { SAMPLES = 2000, N = 150 };
    static const double p[] = {0.5, 0.1, 0.02};
    size_t covered[COUNT(p)] = {0};

    (void)state;
    for (uint64_t r = 0; r < SAMPLES; r++) {
        double value[N];
        struct exceedance e = {0};
        struct stream s;

        stream_open(&s, 2, r, PURPOSE_TEST, 0, 0);
        for (size_t i = 0; i < N; i++)
            value[i] = stream_exponential(&s);
        assert_int_equal(exceedance_make(&e, value, N), 0);
        for (size_t i = 0; i < COUNT(p); i++) {
            const struct estimate at = exceedance_loss(&e, p[i]);

            covered[i] += at.low <= -log(p[i]) && -log(p[i]) <= at.high;
        }
        exceedance_release(&e);
    }
    for (size_t i = 0; i < COUNT(p); i++)
        assert_in_range(covered[i], 1900 - 49, SAMPLES);
}

static void
test_more_than_was_seen_is_not_ruled_out(void **state)
{
    static const double value[20] = {5, 9};
    struct exceedance e = {0};

    (void)state;
    assert_true(isnan(exceedance_loss(&e, 0.5).mean));
    assert_int_equal(exceedance_make(&e, value, 20), 0);
    /* none of 20: up to 16.8 % for more than 9 */
    assert_true(exceedance_loss(&e, 0.1).mean == 5 && exceedance_loss(&e, 0.05).mean == 9);
    assert_true(isinf(exceedance_loss(&e, 0.1).high));
    assert_true(exceedance_loss(&e, 0.2).high == 9 && exceedance_loss(&e, 0.2).low == 0);
    assert_true(isnan(exceedance_loss(&e, 0).mean) && isnan(exceedance_loss(&e, 1.1).mean));
    /* made anew, of nothing */
    assert_int_equal(exceedance_make(&e, NULL, 0), 0);
    assert_true(e.count == 0 && e.none == 1);
    exceedance_release(&e);
}

static void
test_what_is_no_loss_is_refused(void **state)
{
    static const double bad[] = {-1, (double)NAN};
    struct exceedance e = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(exceedance_make(&e, &bad[i], 1), ERR_INPUT);
    exceedance_release(&e);
}

/* Replications that are alike within their world: each world one value of its own. */
static void
make_worlds(struct outcome *o, const struct legend *legend, uint32_t worlds, uint32_t replications)
{
    assert_int_equal(outcome_init(o, legend), 0);
    for (uint64_t i = 0; i < replications; i++) {
        struct recording r = {.plane = PLANE_LEGAL, .replication = i};

        records_value(&r, 1, METRIC_PENALTY_COST, label_total, (double)(i % worlds * 10));
        assert_int_equal(outcome_add(o, &r), 0);
        recording_release(&r);
    }
    assert_int_equal(outcome_finish(o), 0);
}

static void
test_replications_of_few_worlds_promise_no_more_than_the_worlds_do(void **state)
{
    struct legend legend = *records_legend();
    struct exceedance together = {0}, alone = {0};
    struct outcome o;

    (void)state;
    legend.worlds = 5;
    make_worlds(&o, &legend, 5, 500);
    assert_int_equal(outcome_exceedance(&o, 1, METRIC_PENALTY_COST, label_total, &together), 0);
    outcome_release(&o);
    legend.worlds = 0;
    make_worlds(&o, &legend, 5, 500);
    assert_int_equal(outcome_exceedance(&o, 1, METRIC_PENALTY_COST, label_total, &alone), 0);
    assert_int_equal(together.count, 5);
    check_monotone(&together);
    for (size_t i = 0; i < 5; i++) {
        const struct estimate a = together.item[i].probability, b = alone.item[i].probability;

        assert_true(together.item[i].loss == alone.item[i].loss);
        CHECK_WITHIN(a.mean, b.mean, 1e-12);
        assert_true(a.low <= b.low && a.high >= b.high);
    }
    assert_true(together.item[2].probability.high - together.item[2].probability.low > 0.5);
    assert_true(alone.item[2].probability.high - alone.item[2].probability.low < 0.1);

    /* Never seen: 0 throughout, but not more certain than that. */
    assert_int_equal(outcome_exceedance(&o, 0, METRIC_PENALTY_COST, label_total, &alone), 0);
    assert_int_equal(alone.count, 1);
    assert_true(alone.item[0].loss == 0 && alone.none > 0);
    assert_int_equal(outcome_exceedance(&o, 0, METRIC_CONTENT_FIRST, label_total, &alone),
                     ERR_INPUT);
    outcome_release(&o);
    exceedance_release(&together);
    exceedance_release(&alone);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_and_losses_are_as_worked_out_by_hand),
        cmocka_unit_test(test_bounds_have_their_closed_forms_at_the_ends),
        cmocka_unit_test(test_bounds_are_those_of_the_binomial_itself),
        cmocka_unit_test(test_curves_of_random_samples_never_rise),
        cmocka_unit_test(test_intervals_of_losses_cover_the_truth),
        cmocka_unit_test(test_more_than_was_seen_is_not_ruled_out),
        cmocka_unit_test(test_what_is_no_loss_is_refused),
        cmocka_unit_test(test_replications_of_few_worlds_promise_no_more_than_the_worlds_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
