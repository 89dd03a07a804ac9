/* What keys open: ciphertext collected before, data added later, plaintext as it passes, and a key
 * for a whole cohort, against closed form. */
#include "theory.h"
#include <math.h>
#include <stdio.h>

#define PATIENT(rate, more)                                                                        \
    "authorities.patient.requests.direct={rate: " rate ", through: [direct-access], "              \
    "wants: {content: 1}, collects-ciphertext: true" more "}"
#define MOVE "strategies.keys-copied.changes[0].placement="

/*
 * One request a day for an account of its own. Those executed before the move, 10 d after they
 * came, have ciphertext: 355 of them. All look again on day 365 and have the key on day 375.
 */
static void
test_what_was_collected_opens_at_once_when_the_key_moves(void **state)
{
    static const char *const sets[] = {PATIENT("1 per 1 d", ", escalates: true"),
                                       "users.one.accounts=1 G", NULL};
    const struct theory copied[] = {
        {METRIC_CONTENT_ACCOUNTS, .expected = 355, .authority = "patient"},
        {METRIC_CONTENT_RETROACTIVE, .expected = 355 * 355, .authority = "patient"},
        {METRIC_CONTENT_ACCOUNT_DAYS, .expected = 355 * 355, .authority = "patient"},
        {METRIC_CIPHERTEXT_ACCOUNTS, .expected = 355, .authority = "patient"},
        {METRIC_CIPHERTEXT_ACCOUNT_DAYS, .expected = 355 * (730 - 10 - 355 / 2.0),
         .authority = "patient"},
    };
    const struct theory renewed[] = {
        {METRIC_CIPHERTEXT_ACCOUNTS, .expected = 355, .authority = "patient"},
        {METRIC_CONTENT_ACCOUNTS, .expected = 0, .authority = "patient"},
        {METRIC_CONTENT_RETROACTIVE, .expected = 0, .authority = "patient"},
    };

    (void)state;
    theory_check_scenario("retroactive", sets, "keys-copied", 12, copied, COUNT(copied));
    theory_check_scenario("retroactive", sets, "keys-new", 12, renewed, COUNT(renewed));
}

/*
 * The data stays, the key comes within reach on day M = 365 of T = 730. Each of 1000 accounts is
 * asked for at the rate a, at once: opened by its first request after M, retroactively if another
 * came before M.
 */
static void
test_later_requests_open_what_earlier_ones_collected(void **state)
{
    static const char *const sets[] = {PATIENT("2 per 1 d", ""), "users.one.accounts=1 k",
                                       "instruments.direct-access.filing=0 s",
                                       MOVE "[{replicas: [store-a], keys: [vault-a]}]", NULL};
    const double a = 0.002, before = -expm1(-a * 365);
    const double opened = -expm1(-a * 365), days = 365 - opened / a;
    const struct theory row[] = {
        {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * opened, .authority = "patient"},
        {METRIC_CONTENT_ACCOUNT_DAYS, .expected = 1000 * days, .authority = "patient"},
        {METRIC_CONTENT_RETROACTIVE, .expected = 1000 * before * days, .authority = "patient"},
        {METRIC_CIPHERTEXT_ACCOUNTS, .expected = 1000 * -expm1(-a * 730), .authority = "patient"},
    };

    (void)state;
    theory_check_scenario("retroactive", sets, "keys-copied", 16, row, COUNT(row));
}

/* A key taken at a uniform time opens what is added until it is renewed, at the horizon at the
 * latest: generations of R and what is left of T, the mean of their squares / 2 T each. */
static void
test_a_taken_key_opens_what_is_added_until_it_is_renewed(void **state)
{
    static const double rotation[] = {365.25, 500, 30, 2000};

    (void)state;
    for (size_t i = 0; i < COUNT(rotation); i++) {
        const double t = 1461, r = fmin(rotation[i], t), rest = t - r * floor(t / r);
        const struct theory row[] = {
            {METRIC_CONTENT_FORWARD,
             .expected = (floor(t / r) * r * r + rest * rest) / 2}, /* 1 a day */
            {METRIC_CONTENT_ACCOUNTS, .expected = t},
        };
        char set[80];
        const char *const sets[] = {set, NULL};

        snprintf(set, sizeof set, "strategies.yearly.placement[0].rotation=%.2f d", rotation[i]);
        theory_check_scenario("rotation", sets, "yearly", 4, row, COUNT(row));
    }
}

/*
 * The same account again in a later generation: each of four years has its own key, taken by the
 * first request of the year, if any: E[(R - first)+] = R - (1 - exp(-a R)) / a.
 */
static void
test_a_key_is_taken_again_in_every_generation(void **state)
{
    static const char *const sets[] = {"users.people.accounts=1 k", NULL};
    const double a = 0.001, r = 365.25;
    const struct theory row = {METRIC_CONTENT_FORWARD,
                               .expected = 1000 * 4 * (r - -expm1(-a * r) / a)};

    (void)state;
    theory_check_scenario("rotation", sets, "yearly", 4, &row, 1);
}

/* An account's first operation while the gateway is held: 1 - exp(-lambda D). */
static void
test_a_watched_gateway_shows_what_passes_it(void **state)
{
    static const struct {
        double operations;
        const char *sets[3];
    } t[] = {
        {1, {NULL}},
        {0.5, {"users.people.operations=1 per 2 d"}},
        {2, {"instruments.watch.holds-for=2 d", "users.people.reads=0.5"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const struct theory row = {METRIC_CONTENT_ACCOUNTS,
                                   .expected = 1000 * -expm1(-t[i].operations),
                                   .authority = "watcher"};

        theory_check_scenario("plaintext-in-use", t[i].sets, "gateway", 5, &row, 1);
    }
}

/*
 * Ciphertext at the rate r all along; the key at t, uniform in (0, 181), opens all of it: what came
 * before, retroactively. E[r t (T - t)] and E[r (T - t)^2 / 2], and the one account it was taken
 * for.
 */
static void
test_a_cohorts_key_opens_all_that_is_collected(void **state)
{
    static const char *const sets[] = {"authorities.ministry.requests.harvest.rate=1 per 50 d",
                                       NULL};
    const double r = 0.02, t = 1461, u = 181;
    const double later = (t * t * t - (t - u) * (t - u) * (t - u)) / (3 * u) / 2;
    const struct theory row[] = {
        {METRIC_CONTENT_ACCOUNTS, .expected = r * t + 1},
        {METRIC_CONTENT_RETROACTIVE, .expected = r * (t * u / 2 - u * u / 3)},
        {METRIC_CONTENT_ACCOUNT_DAYS, .expected = r * (t * u / 2 - u * u / 3 + later) + t - u / 2},
    };
    const struct theory own[] = {{METRIC_CONTENT_ACCOUNTS, .expected = 1},
                                 {METRIC_CONTENT_ACCOUNT_DAYS, .expected = t - u / 2}};

    (void)state;
    theory_check_scenario("cohort-key", sets, "cohort-key", 2900, row, COUNT(row));
    theory_check_scenario("cohort-key", sets, "own-keys", 20, own, COUNT(own));
}

/* A cache that holds a key with h = lambda T / (1 + lambda T), and fills while it is held. */
static void
test_a_held_cache_has_the_key_or_gets_it(void **state)
{
    static const char *const sets[] = {
        "authorities.police.requests.orders.series=tiny/data/thousand-in-2021-h1.csv",
        "users.people.accounts=1 G", "horizon={from: 2021-01-01, to: 2025-01-01}", NULL};
    const struct theory row = {METRIC_CONTENT_ACCOUNTS,
                               .expected = 1000 * (1 - 0.25 * exp(-50 / 100.0))};

    (void)state;
    theory_check_scenario("key-cache", sets, "cached", 2, &row, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_collected_opens_at_once_when_the_key_moves),
        cmocka_unit_test(test_later_requests_open_what_earlier_ones_collected),
        cmocka_unit_test(test_a_taken_key_opens_what_is_added_until_it_is_renewed),
        cmocka_unit_test(test_a_key_is_taken_again_in_every_generation),
        cmocka_unit_test(test_a_watched_gateway_shows_what_passes_it),
        cmocka_unit_test(test_a_cohorts_key_opens_all_that_is_collected),
        cmocka_unit_test(test_a_held_cache_has_the_key_or_gets_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
