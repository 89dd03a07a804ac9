/* The legal team as a queue, against the formulas of queueing theory. */
#include "theory.h"
#include <math.h>

#define BACKLOG "legal-team-backlog"
#define TEAM    "custodians.host.legal-team="
#define FEWER   "authorities.police.requests.orders.rate=6 per 10 d"
#define RATE    "authorities.police.requests.orders.rate="
/* For queues that are known well enough, and forget their empty start, within thirty years. */
#define SHORTER "horizon={from: 2001-01-01, to: 2031-01-01}"

static void
check_delay(const char *const *sets, uint32_t replications, double days)
{
    const struct theory delay = {METRIC_DISCLOSURE_DELAY, .expected = days};

    theory_check_scenario(BACKLOG, sets, "md1", replications, &delay, 1);
}

/* Chance to wait in an M/M/c queue of load a: through Erlang's B by its recursion. */
static double
erlang_c(double a, unsigned c)
{
    double b = 1;

    for (unsigned i = 1; i <= c; i++)
        b = a * b / (i + a * b);
    return b / (1 - a / c * (1 - b));
}

static void
test_many_reviewers_wait_as_erlang_says(void **state)
{
    static const struct {
        const char *team, *rate;
        unsigned reviewers;
        double per_day, mean;
    } t[] = {
        {TEAM "{reviewers: 1, review: {exponential: {mean: 1 d}}}", RATE "5 per 10 d", 1, 0.5, 1},
        {TEAM "{reviewers: 3, review: {exponential: {mean: 1.8 d}}}", RATE "10 per 10 d", 3, 1,
         1.8},
        {TEAM "{reviewers: 20, review: {exponential: {mean: 12 d}}}", RATE "13 per 10 d", 20, 1.3,
         12},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const char *const sets[] = {t[i].team, t[i].rate, NULL};
        const double a = t[i].per_day * t[i].mean, c = t[i].reviewers;

        check_delay(sets, c > 1 ? 1 : 2,
                    t[i].mean + erlang_c(a, t[i].reviewers) * t[i].mean / (c - a));
    }
}

/* Pollaczek and Khinchine: wait = lambda E[S^2] / (2 (1 - rho)), whatever the review's shape. */
static void
test_one_reviewer_waits_as_pollaczek_and_khinchine_say(void **state)
{
    static const struct {
        const char *team;
        double mean, cv;
    } t[] = {
        {TEAM "{reviewers: 1, review: {lognormal: {mean: 12 h, cv: 1}}}", 0.5, 1},
        {TEAM "{reviewers: 1, review: {gamma: {mean: 12 h, cv: 0.5}}}", 0.5, 0.5},
        {TEAM "{reviewers: 1, review: {gamma: {mean: 12 h, cv: 1.5}}}", 0.5, 1.5},
    };
    const double rate = 1;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const char *const sets[] = {t[i].team, RATE "1 per 1 d", NULL};
        const double square = t[i].mean * t[i].mean * (1 + t[i].cv * t[i].cv);
        const double wait = rate * square / (2 * (1 - rate * t[i].mean));

        check_delay(sets, t[i].cv > 1 ? 3 : 1, wait + t[i].mean);
    }
}

/*
 * Crommelin's (1934) mean wait of M/D/c with load a, in units of the service time:
 * the sum over i of P(N >= ic) - (c / a) P(N >= ic + 1), N Poisson with mean ia.
 */
static double
crommelin(double a, unsigned c)
{
    double wait = 0, term = 1;

    for (unsigned i = 1; i < 10000 && term > 1e-12; i++) {
        term = poisson_tail(i * c, i * a) - c / a * poisson_tail(i * c + 1, i * a);
        wait += term;
    }
    return wait;
}

static void
test_constant_reviews_wait_as_crommelin_says(void **state)
{
    static const struct {
        const char *team, *rate;
        unsigned reviewers;
        double per_day, days;
    } t[] = {
        {TEAM "{reviewers: 2, review: 1 d}", RATE "12 per 10 d", 2, 1.2, 1},
        {TEAM "{reviewers: 5, review: 3 d}", RATE "12 per 10 d", 5, 1.2, 3},
    };

    (void)state;
    CHECK_NEAR(crommelin(0.7, 1), 0.7 / (2 * 0.3), 1e-9); /* as Pollaczek and Khinchine say */
    for (size_t i = 0; i < COUNT(t); i++) {
        const char *const sets[] = {t[i].team, t[i].rate, SHORTER, NULL};

        check_delay(sets, 1, t[i].days * (1 + crommelin(t[i].per_day * t[i].days, t[i].reviewers)));
    }
}

/* A team with a reviewer for everyone delays by the review alone: M/G/infinity. */
static void
test_reviewers_enough_make_nobody_wait(void **state)
{
    static const char *const sets[] = {
        TEAM "{reviewers: 1000, review: {gamma: {mean: 30 d, cv: 0.8}}}", SHORTER, NULL};

    (void)state;
    check_delay(sets, 1, 30);
}

/*
 * Cobham (1954), two classes that are not interrupted: W0 = sum of lambda E[S^2] / 2, then
 * W1 = W0 / (1 - r1), W2 = W0 / ((1 - r1) (1 - r1 - r2)).
 */
static void
test_urgent_requests_go_ahead_as_cobham_says(void **state)
{
    static const char *const sets[] = {"custodians.host.rejects=0", FEWER, NULL};
    const double w0 = (0.6 * 2 * 0.75 * 0.75 + 0.4 * 0.25 * 0.25) / 2, r1 = 0.1, r2 = 0.45;
    const struct theory t[] = {
        {METRIC_DISCLOSURE_DELAY, .expected = w0 / (1 - r1) + 0.25, .authority = "rescue"},
        {METRIC_DISCLOSURE_DELAY, .expected = w0 / (1 - r1) / (1 - r1 - r2) + 0.75,
         .authority = "police"},
    };

    (void)state;
    theory_check_scenario("emergency", sets, "only", 1, t, COUNT(t));
}

/* The same with equal exponential reviews: M/M/c with priorities, wait of each class by Kella and
 * Yechiali (1985): C / (c mu) in place of W0. */
static void
test_urgent_requests_go_ahead_of_several_reviewers(void **state)
{
    static const char *const sets[] = {
        "custodians.host.rejects=0", FEWER,
        "custodians.host.legal-team={reviewers: 4, review: {exponential: {mean: 3 d}}}",
        "instruments.emergency-request.review={exponential: {mean: 3 d}}", NULL};
    const double c = 4, mean = 3, w0 = erlang_c(mean, 4) * mean / c;
    const double r1 = 0.4 * mean / c, r2 = 0.6 * mean / c;
    const struct theory t[] = {
        {METRIC_DISCLOSURE_DELAY, .expected = w0 / (1 - r1) + mean, .authority = "rescue"},
        {METRIC_DISCLOSURE_DELAY, .expected = w0 / (1 - r1) / (1 - r1 - r2) + mean,
         .authority = "police"},
    };

    (void)state;
    theory_check_scenario("emergency", sets, "only", 3, t, COUNT(t));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_reviewers_wait_as_erlang_says),
        cmocka_unit_test(test_one_reviewer_waits_as_pollaczek_and_khinchine_say),
        cmocka_unit_test(test_constant_reviews_wait_as_crommelin_says),
        cmocka_unit_test(test_reviewers_enough_make_nobody_wait),
        cmocka_unit_test(test_urgent_requests_go_ahead_as_cobham_says),
        cmocka_unit_test(test_urgent_requests_go_ahead_of_several_reviewers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
