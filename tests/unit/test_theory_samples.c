/* Which accounts requests take, and which leave before: unions of random samples, bulk, and the
 * risk of one person, against closed form. */
#include "theory.h"
#include <math.h>
#include <stdlib.h>
#include "legal/legal.h"
#include "stats/dist.h"

#define ACCOUNTS "authorities.police.requests.orders.accounts="

/* E[min(ceil X, most)]: the sum of P(X > k) over k below `most`. */
static double
mean_named(const struct dist *accounts, unsigned most)
{
    double sum = 0;

    for (unsigned k = 0; k < most; k++)
        sum += 1 - dist_cdf(accounts, k);
    return sum;
}

/* An account escapes a Poisson number of independent samples, 200 on average: each names it with
 * n / 1000, so with exp(-200 E[n] / 1000). */
static void
test_unions_of_heavy_tailed_samples(void **state)
{
    static const struct {
        uint32_t replications;
        struct dist accounts;
        const char *set;
    } t[] = {
        {120, {.kind = DIST_PARETO, .p = {1, 1.5}}, ACCOUNTS "{pareto: {scale: 1, shape: 1.5}}"},
        {130,
         {.kind = DIST_PARETO, .p = {0.5, 0.8}},
         ACCOUNTS "{pareto: {scale: 0.5, shape: 0.8}}"},
        {120, {.kind = DIST_LOGNORMAL, .p = {3, 4}}, ACCOUNTS "{lognormal: {mean: 3, cv: 4}}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const char *const sets[] = {t[i].set, NULL};
        const double escapes = exp(-200 * mean_named(&t[i].accounts, 1000) / 1000);
        const struct theory row[] = {
            {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * (1 - escapes)},
            {METRIC_CONTENT_FRACTION, .expected = 1 - escapes},
            {METRIC_CONTENT_RISK, .expected = 1 - escapes},
        };

        theory_check_scenario("heavy-tail", sets, "only", t[i].replications, row, COUNT(row));
    }
}

static void
test_the_risk_of_one_person_is_exponential(void **state)
{
    const double journalists = -expm1(-2), others = -expm1(-1 / 3.0);
    const struct theory row[] = {
        {METRIC_CONTENT_RISK, .expected = journalists, .cohort = "journalists"},
        {METRIC_CONTENT_RISK, .expected = others, .cohort = "others"},
        {METRIC_CONTENT_RISK, .expected = 0.1 * journalists + 0.9 * others},
        {METRIC_CONTENT_ACCOUNTS, .expected = 900 * others, .cohort = "others"},
    };

    (void)state;
    theory_check_scenario("subject-risk", NULL, "only", 45, row, COUNT(row));
}

/* The curve of exposure over the horizon: 1 - exp(-lambda n p t / N) at each of its points. */
static void
test_exposure_grows_as_the_risk_of_one_person_says(void **state)
{
    static const char *const sets[] = {"authorities.police.requests.orders.targets={others: 1}",
                                       NULL};
    enum { REPLICATIONS = 120, POINTS = 4, N = THEORY_SEEDS * REPLICATIONS };
    struct model *model = theory_model("subject-risk", sets);
    double sum[POINTS] = {0}, square[POINTS] = {0};
    struct recording r = {0};

    (void)state;
    for (uint64_t i = 0; i < N; i++) {
        model->study.seed = i % THEORY_SEEDS + 1;
        recording_clear(&r);
        assert_int_equal(legal_run(model, (struct strategy_id){0}, i / THEORY_SEEDS, &r, NULL), 0);
        for (size_t c = 0; c < r.curves.count; c++) {
            const struct curve *curve = &r.curves.item[c];

            if (curve->kind != CURVE_CONTENT || curve->authority != LABEL_ALL ||
                curve->adversary != LABEL_ALL || curve->cohort != LABEL_ALL)
                continue;
            for (unsigned k = 0; k < POINTS; k++) {
                const double v = curve->value[(k + 1) * CURVE_POINTS / POINTS];

                sum[k] += v;
                square[k] += v * v;
            }
        }
    }
    for (unsigned k = 0; k < POINTS; k++) {
        const double mean = sum[k] / N,
                     expected = 900 * -expm1(-100 * 5 / 900.0 * (k + 1) / POINTS);
        const double error = sqrt((square[k] / N - mean * mean) / (N - 1));

        assert_true(error <= 2 * THEORY_ERROR * expected); /* the first point is the worst */
        CHECK_WITHIN(mean, expected, 4 * error);
    }
    recording_release(&r);
    model_free(model);
}

/* All accounts at the first bulk request that is granted; days from then on. */
static void
test_bulk_takes_all_at_the_first_grant(void **state)
{
    const struct theory row[] = {
        {METRIC_CONTENT_ACCOUNTS, .expected = 1e9 * -expm1(-0.5)},
        {METRIC_CONTENT_ACCOUNT_DAYS, .expected = 1e9 * 1461 * (1 + expm1(-0.5) / 0.5),
         .error = 0.006},
        {METRIC_CONTENT_RISK, .expected = -expm1(-0.5)},
        {METRIC_CONTENT_ANY, .expected = -expm1(-0.5)},
    };

    (void)state;
    theory_check_scenario("bulk", NULL, "only", 5200, row, COUNT(row));
}

/* lambda / (lambda + mu) (1 - exp(-(lambda + mu) t)). */
static double
exposed_first(double lambda, double mu, double years)
{
    return lambda / (lambda + mu) * -expm1(-(lambda + mu) * years);
}

static void
test_exposure_competes_with_leaving(void **state)
{
    static const struct {
        double mu;
        const char *sets[3];
    } t[] = {
        {0.25, {NULL}},
        {0.1, {"users.people.deletes=0 per 1 y"}},
        {1, {"users.people.opts-out=0 per 1 y", "users.people.deletes=1 per 1 y"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double exposed = exposed_first(0.25, t[i].mu, 4);
        const struct theory row[] = {
            {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * exposed},
            {METRIC_CONTENT_RISK, .expected = exposed},
            {METRIC_METADATA_ACCOUNTS, .expected = 1000 * exposed},
        };

        theory_check_scenario("departures", t[i].sets, "leaving", 14, row, COUNT(row));
    }
}

static void
test_who_stays_is_exposed_at_the_rate_of_requests(void **state)
{
    const struct theory row[] = {
        {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * exposed_first(0.25, 0, 4)},
        {METRIC_CONTENT_ACCOUNT_DAYS, .expected = 1000 * 1461 * exp(-1)},
    };

    (void)state;
    theory_check_scenario("departures", NULL, "staying", 5, row, COUNT(row));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unions_of_heavy_tailed_samples),
        cmocka_unit_test(test_the_risk_of_one_person_is_exponential),
        cmocka_unit_test(test_exposure_grows_as_the_risk_of_one_person_says),
        cmocka_unit_test(test_bulk_takes_all_at_the_first_grant),
        cmocka_unit_test(test_exposure_competes_with_leaving),
        cmocka_unit_test(test_who_stays_is_exposed_at_the_rate_of_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
