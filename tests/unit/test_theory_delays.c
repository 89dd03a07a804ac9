/* How long disclosure takes: sums of stages, and survival with censoring, against closed form. */
#include "theory.h"
#include <math.h>
#include <stdlib.h>
#include "legal/legal.h"
#include "stats/special.h"
#include "stats/survival.h"

#define STAGES "instruments.mlat.stages="
#define SERIES "authorities.police.requests.orders.series=tiny/data/one-in-2021-h1.csv"
#define GRANT  "treaties[0].grant=1"

static void
test_stages_review_and_execution_add_up(void **state)
{
    static const char *const sets[] = {GRANT, NULL};
    static const char *const without_stages[] = {
        GRANT, STAGES "[]", "treaties[0].delay={gamma: {mean: 200 d, cv: 1}}", NULL};
    const struct theory by_stages[] = {
        {METRIC_DISCLOSURE_DELAY, .expected = 10 + 60 + 120 + 30 + 14 + 6},
        {METRIC_CONTENT_ACCOUNT_DAYS, .expected = 1000 * (1461 - 90.5 - 240)},
    };
    /* the treaty's delay stands for all but the execution; few wait past the horizon */
    const struct theory by_treaty[] = {
        {METRIC_CONTENT_ACCOUNT_DAYS, .expected = 1000 * (1461 - 90.5 - 206)},
    };

    (void)state;
    theory_check_scenario("partner-stages", sets, "only", 1, by_stages, COUNT(by_stages));
    theory_check_scenario("partner-stages", without_stages, "only", 2, by_treaty, COUNT(by_treaty));
}

/* Delays of single requests, [THEORY_SEEDS x replications]. */
static double *
single_delays(const char *const *sets, uint32_t replications)
{
    const struct theory delay = {METRIC_DISCLOSURE_DELAY};
    struct model *model = theory_model("partner-stages", sets);
    double *value = theory_values(model, "only", replications, &delay);

    model_free(model);
    return value;
}

/* The variance of a sum is the sum of variances; 20,000 draws know it to 1.4 % where the fourth
 * moment is that of gammas of these shapes. */
static void
test_the_variance_of_stages_is_the_sum_of_their_variances(void **state)
{
    static const char *const sets[] = {GRANT, SERIES, NULL};
    enum { REPLICATIONS = 1000, DRAWS = THEORY_SEEDS * REPLICATIONS };
    const double expected = 30.0 * 30 + 60.0 * 60;
    double *delay = single_delays(sets, REPLICATIONS), mean = 0, square = 0, fourth = 0;

    (void)state;
    for (size_t i = 0; i < DRAWS; i++)
        mean += delay[i] / DRAWS;
    for (size_t i = 0; i < DRAWS; i++) {
        const double d = (delay[i] - mean) * (delay[i] - mean);

        square += d / DRAWS;
        fourth += d * d / DRAWS;
    }
    CHECK_NEAR(mean, 240, 0.01);
    CHECK_WITHIN(square, expected, 4 * sqrt((fourth - square * square) / DRAWS));
    assert_true(sqrt((fourth - square * square) / DRAWS) < 0.015 * expected);
    free(delay);
}

/* Gammas of one scale add up to a gamma: shapes 4 and 8, scale 15 d, and nothing else. */
static void
test_stages_that_are_gammas_add_up_to_a_gamma(void **state)
{
    static const char *const sets[] = {
        GRANT,
        SERIES,
        STAGES "[{gamma: {mean: 60 d, cv: 0.5}}, {gamma: {mean: 120 d, cv: 0.35355339059327373}}]",
        "instruments.mlat.filing=0 s",
        "instruments.production-order.execution=0 s",
        "custodians.host.legal-team={reviewers: 1, review: 0 s}",
        NULL};
    enum { REPLICATIONS = 500, DRAWS = THEORY_SEEDS * REPLICATIONS };
    double *delay = single_delays(sets, REPLICATIONS);

    (void)state;
    for (size_t i = 0; i < DRAWS; i++)
        delay[i] = special_gamma_p(12, delay[i] / 15);
    CHECK_FIT(ks_probability(delay, DRAWS));
    free(delay);
}

/* Constant stages shift: what is left of the delay is the one stage that is random. */
static void
test_constant_stages_shift_a_random_one(void **state)
{
    static const char *const sets[] = {GRANT, SERIES,
                                       STAGES "[100 d, {exponential: {mean: 50 d}}, 60 d]", NULL};
    enum { REPLICATIONS = 500, DRAWS = THEORY_SEEDS * REPLICATIONS };
    double *delay = single_delays(sets, REPLICATIONS);

    (void)state;
    for (size_t i = 0; i < DRAWS; i++) {
        assert_true(delay[i] >= 190 - 1e-6); /* 10 filing, 160, 14 review, 6 execution */
        delay[i] = -expm1(-(delay[i] - 190) / 50);
    }
    CHECK_FIT(ks_probability(delay, DRAWS));
    free(delay);
}

/*
 * Requests come all the time, so the horizon cuts off the answers of the last ones: Kaplan and
 * Meier's restricted mean must not. Exponential answers of mean m, horizon H:
 * m (1 - exp(-H / m)); the plain mean of answers that came would be far less.
 */
static void
test_delays_that_the_horizon_cuts_off_are_censored(void **state)
{
    static const char *const sets[] = {
        "horizon={from: 2021-01-01, to: 2023-01-01}",
        "authorities.police.requests.orders.rate=4 per 1 d",
        "custodians.host.legal-team={reviewers: 100000, review: {exponential: {mean: 300 d}}}",
        NULL};
    const struct theory t[] = {
        {METRIC_DISCLOSURE_DELAY, .expected = 300 * -expm1(-730 / 300.0)},
        {METRIC_REQUESTS_CONTENT, .expected = 4 * (730 + 300 * expm1(-730 / 300.0))},
        {METRIC_REQUESTS_PENDING, .expected = 4 * 300 * -expm1(-730 / 300.0)},
    };

    (void)state;
    theory_check_scenario("legal-team-backlog", sets, "md1", 4, t, COUNT(t));
}

/* Days to the first exposure: exponential with mean 1461 d, and watched for an exponential time of
 * the same mean, but no longer than the horizon. */
static void
censor(struct lifetime *life, const double *first, size_t count)
{
    struct stream s;

    stream_open(&s, 1, 0, PURPOSE_TEST, 0, 0);
    for (size_t i = 0; i < count; i++) {
        const double watched = fmin(1461 * stream_exponential(&s), 1461);
        const bool seen = first[i] <= watched; /* NAN: never in the horizon */

        life[i] = (struct lifetime){seen ? first[i] : watched, seen};
    }
}

/* S(t) = exp(-t / 1461). Greenwood's variance when watching ends at the same rate a: S^2 / n times
 * the integral of a exp(2 a u) du = (exp(2 a t) - 1) / 2. */
static void
test_kaplan_and_meier_see_survival_through_censoring(void **state)
{
    const struct theory first = {METRIC_CONTENT_FIRST};
    enum { REPLICATIONS = 2500, COUNT_OF = THEORY_SEEDS * REPLICATIONS };
    struct model *model = theory_model("poisson", NULL);
    double *value = theory_values(model, "only", REPLICATIONS, &first);
    struct lifetime *life = calloc(COUNT_OF, sizeof *life);
    struct survival_step *step;
    struct estimate mean;
    size_t steps, at = 0;

    (void)state;
    assert_non_null(life);
    censor(life, value, COUNT_OF);
    assert_int_equal(survival_curve(life, COUNT_OF, 0.95, &step, &steps), 0);
    for (double t = 100; t < 1461; t += 100) {
        const double exact = exp(-t / 1461);
        const double error = exact * sqrt(expm1(2 * t / 1461) / 2 / COUNT_OF);

        while (at + 1 < steps && step[at + 1].time <= t)
            at++;
        CHECK_WITHIN(step[at].survival, exact, 4 * error);
        assert_true(error < 0.009 * exact);
    }
    assert_int_equal(survival_restricted_mean(life, COUNT_OF, 1461, 0.9999367, &mean), 0);
    assert_true(mean.low <= 1461 * -expm1(-1) && 1461 * -expm1(-1) <= mean.high);
    assert_true(mean.high - mean.low < 0.02 * 2 * mean.mean);
    free(step);
    free(life);
    free(value);
    model_free(model);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages_review_and_execution_add_up),
        cmocka_unit_test(test_the_variance_of_stages_is_the_sum_of_their_variances),
        cmocka_unit_test(test_stages_that_are_gammas_add_up_to_a_gamma),
        cmocka_unit_test(test_constant_stages_shift_a_random_one),
        cmocka_unit_test(test_delays_that_the_horizon_cuts_off_are_censored),
        cmocka_unit_test(test_kaplan_and_meier_see_survival_through_censoring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
