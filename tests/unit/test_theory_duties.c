/* Duties, inspections, pressure and interference against closed form. */
#include "theory.h"
#include <math.h>
#include <stdio.h>
#include "stats/special.h"

#define DUTY     "localisation-pressure"
#define BB(key)  "jurisdictions.BB." key "="
#define VIOLATED (1461 - 365.0) /* days, when nothing moves */

/*
 * Findings come m after the last case ended, exponential, and a case lasts the grace g: fines are a
 * renewal process of gap g + Exp(m), whose n-th lies before t when a gamma of shape n, scale m is
 * at most t - n g.
 */
static double
expected_cases(double m, double g, double t)
{
    double cases = 0;

    for (int n = 1; n * g < t && n < 1000; n++)
        cases += special_gamma_p(n, (t - n * g) / m);
    return cases;
}

static void
test_fines_are_a_renewal_process_of_inspection_and_grace(void **state)
{
    static const struct {
        double every, grace;
        const char *sets[3];
    } t[] = {
        {20, 0, {BB("inspections") "{exponential: {mean: 20 d}}", BB("grace") "0 s"}},
        {20, 30, {BB("inspections") "{exponential: {mean: 20 d}}"}},
    };

    (void)state;
    CHECK_NEAR(expected_cases(20, 0, 400), 400 / 20, 1e-9); /* a Poisson stream */
    for (size_t i = 0; i < COUNT(t); i++) {
        const struct theory outside[] = {
            {METRIC_PENALTY_COST,
             .expected = 500 * expected_cases(t[i].every, t[i].grace, VIOLATED)},
            {METRIC_VIOLATION_DAYS, .expected = VIOLATED},
        };
        const struct theory moves[] = {
            {METRIC_PENALTY_COST, .expected = 500 * expected_cases(t[i].every, t[i].grace, 365)},
            {METRIC_VIOLATION_DAYS, .expected = 365},
        };

        theory_check_scenario(DUTY, t[i].sets, "outside", 200, outside, COUNT(outside));
        theory_check_scenario(DUTY, t[i].sets, "moves", 640, moves, COUNT(moves));
    }
}

/* Of Poisson strikes, one in m days, each of which blocks for D days, day s of the violation is
 * free when none came in the last min(s, D) days. */
static double
blocked_days(double m, double d, double days)
{
    return d - m * -expm1(-d / m) + (days - d) * -expm1(-d / m);
}

static void
test_blocks_that_overlap_count_once(void **state)
{
    static const char *const sets[] = {
        BB("inspections") "{exponential: {mean: 10 d}}", BB("grace") "0 s",
        BB("pressure") "{fine: {\"on\": violation, means: block, probability: 0.25, for: 30 d}}",
        "users.people.vpn=0.2", NULL};
    const struct theory t = {METRIC_BLOCKED_DAYS, .expected = 0.8 * blocked_days(40, 30, VIOLATED)};

    (void)state;
    theory_check_scenario(DUTY, sets, "outside", 120, &t, 1);
}

/* Exclusion from public orders costs its price a year, for as long as it lasts. */
static void
test_exclusion_costs_its_time(void **state)
{
    static const char *const sets[] = {
        BB("inspections") "{exponential: {mean: 10 d}}", BB("grace") "0 s",
        BB("pressure") "{fine: {\"on\": violation, means: procurement, probability: 0.25, "
                       "price: 1 M, for: 30 d}}",
        NULL};
    const struct theory t = {METRIC_PENALTY_COST,
                             .expected = 1e6 * blocked_days(40, 30, VIOLATED) / 365.25};

    (void)state;
    theory_check_scenario(DUTY, sets, "outside", 120, &t, 1);
}

/* A refusal may be fined by whom it was addressed to: 1000 orders, rejected with 0.5, fined with
 * 0.4. */
static void
test_refusals_are_fined_with_their_chance(void **state)
{
    const struct theory t[] = {
        {METRIC_PENALTY_COST, .expected = 1000 * 0.5 * 0.4 * 100},
        {METRIC_REQUESTS_REFUSED, .expected = 500},
    };

    (void)state;
    theory_check_scenario("refusal-fine", NULL, "only", 24, t, COUNT(t));
}

/* Exponential up and down from the steady state: blocked for / (every + for) of the time, for who
 * has no VPN. */
static void
test_interference_blocks_its_share_of_the_time(void **state)
{
    static const struct {
        double blocked;
        const char *sets[3];
    } t[] = {
        {0.7 * 0.1, {NULL}},
        {1.0 * 0.5,
         {"jurisdictions.AA.interference={every: 10 d, for: 10 d}", "users.people.vpn=0"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const struct theory row = {METRIC_BLOCKED_DAYS, .expected = 1461 * t[i].blocked};

        theory_check_scenario("interference-vpn", t[i].sets, "abroad", 100, &row, 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fines_are_a_renewal_process_of_inspection_and_grace),
        cmocka_unit_test(test_blocks_that_overlap_count_once),
        cmocka_unit_test(test_exclusion_costs_its_time),
        cmocka_unit_test(test_refusals_are_fined_with_their_chance),
        cmocka_unit_test(test_interference_blocks_its_share_of_the_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
