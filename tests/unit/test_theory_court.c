/* What becomes of an order between its receipt and its yield: review, court, appeal, statute, gag;
 * and requests that take nothing. */
#include "theory.h"
#include <math.h>

#define ORDERS(key) "instruments.production-order." key "="
#define LEFT        (1461 - 181 / 2.0) /* of the horizon, after a request that comes in 2021-H1 */

/*
 * The custodian wins with w; then the asker appeals with a and prevails with b; else the custodian
 * with c and d. The order stands after 100 d, or 300 d with an appeal.
 */
static void
test_the_losers_appeal_counts_and_takes_its_time(void **state)
{
    static const struct {
        double w, a, b, c, d;
        const char *sets[6];
    } t[] = {
        {0.6, 0.5, 0.4, 0.3, 0.2, {NULL}},
        {0.6, 0, 0, 0, 0, {ORDERS("appeals") "0", "custodians.host.appeals=0"}},
        {0.9,
         1,
         0.5,
         1,
         0.75,
         {ORDERS("appeals") "1", ORDERS("appeal-wins") "0.5", "custodians.host.appeals=1",
          "custodians.host.appeal-wins=0.75", "custodians.host.challenge-wins=0.9"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double soon = (1 - t[i].w) * (1 - t[i].c);
        const double late = (1 - t[i].w) * t[i].c * (1 - t[i].d) + t[i].w * t[i].a * t[i].b;
        const struct theory row[] = {
            {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * (soon + late)},
            {METRIC_CONTENT_ACCOUNT_DAYS,
             .expected = 1000 * (soon * (LEFT - 100) + late * (LEFT - 300))},
            {METRIC_REQUESTS_REFUSED, .expected = 1000 * (1 - soon - late)},
            {METRIC_REQUESTS_CHALLENGED, .expected = 1000},
        };

        CHECK_NEAR(soon + late,
                   1 - (t[i].w * (1 - t[i].a * t[i].b) + (1 - t[i].w) * t[i].c * t[i].d), 1e-12);
        theory_check_scenario("appeal", t[i].sets, "only", 6, row, COUNT(row));
    }
}

/* grant x (1 - rejects) x (1 - narrows) x (1 - challenges x what ends it), the instrument's own. */
static void
test_an_instruments_own_terms_stand_for_the_custodians(void **state)
{
    static const char *const sets[] = {ORDERS("grant") "0.9",         ORDERS("rejects") "0.2",
                                       ORDERS("narrows") "0.3",       ORDERS("challenges") "0.5",
                                       "custodians.host.rejects=0.9", NULL};
    const double metadata = 0.9 * 0.8 * (1 - 0.5 * 0.504), content = metadata * 0.7;
    const struct theory row[] = {
        {METRIC_REQUESTS_CONTENT, .expected = 1000 * content},
        {METRIC_REQUESTS_METADATA, .expected = 1000 * (metadata - content)},
        {METRIC_REQUESTS_REFUSED, .expected = 1000 * (1 - metadata)},
        {METRIC_REQUESTS_CHALLENGED, .expected = 1000 * 0.9 * 0.8 * 0.5},
        {METRIC_METADATA_ACCOUNTS, .expected = 1000 * metadata},
    };

    (void)state;
    theory_check_scenario("appeal", sets, "only", 18, row, COUNT(row));
}

static void
test_rejections_of_orders_do_not_touch_emergencies(void **state)
{
    const struct theory row[] = {
        {METRIC_REQUESTS_REFUSED, .expected = 0.5 * 0.8 * 36524, .authority = "police"},
        {METRIC_REQUESTS_RECEIVED, .expected = 0.8 * 36524, .authority = "police"},
        {METRIC_REQUESTS_CONTENT, .expected = 0.4 * 36524, .authority = "rescue"},
    };

    (void)state;
    theory_check_scenario("emergency", NULL, "only", 1, row, COUNT(row));
}

static void
test_a_statute_is_obeyed_and_sanctioned_by_its_chances(void **state)
{
    static const struct {
        double obeys, sanction;
        const char *sets[3];
    } t[] = {
        {0.25, 0.4, {NULL}},
        {0.5,
         1,
         {"jurisdictions.BB.blocking-statute.obeys=0.5",
          "jurisdictions.BB.blocking-statute.sanction=1"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const struct theory row[] = {
            {METRIC_CONTENT_ACCOUNTS, .expected = 1000 * t[i].obeys},
            {METRIC_PENALTY_COST, .expected = 1000 * t[i].obeys * t[i].sanction * 1000},
        };

        theory_check_scenario("blocking-statute", t[i].sets, "in-b", 32, row, COUNT(row));
    }
}

/* One refusal of three holders, and the next holder is asked for metadata. */
static void
test_who_settles_gets_metadata_of_the_next(void **state)
{
    static const char *const sets[] = {"authorities.modest.requests.orders.settles=true", NULL};
    const struct theory row[] = {
        {METRIC_REQUESTS_CONTENT, .expected = 600, .authority = "modest"},
        {METRIC_REQUESTS_METADATA, .expected = 400 * 0.6, .authority = "modest"},
        {METRIC_CONTENT_ACCOUNTS, .expected = 600, .authority = "modest"},
        {METRIC_METADATA_ACCOUNTS, .expected = 600 + 240, .authority = "modest"},
    };

    (void)state;
    theory_check_scenario("escalation", sets, "only", 13, row, COUNT(row));
}

static void
test_the_user_is_kept_in_the_dark_as_long_as_the_gag_lasts(void **state)
{
    const struct theory row[] = {
        {METRIC_CONTENT_HIDDEN, .expected = 1000 * 0.4 * 365, .authority = "term"},
        {METRIC_CONTENT_KNOWN, .expected = 1000 * (LEFT - 0.4 * 365), .authority = "term"},
        {METRIC_CONTENT_HIDDEN, .expected = 1000 * 0.4 * LEFT, .authority = "for-good"},
        {METRIC_CONTENT_KNOWN, .expected = 1000 * 0.6 * LEFT, .authority = "for-good"},
    };

    (void)state;
    theory_check_scenario("gag", NULL, "only", 8, row, COUNT(row));
}

/* An exponential gag of mean m from a disclosure at t, uniform in (0, 181), ends at the horizon at
 * the latest: m (1 - exp(-(1461 - t) / m)), mean over t. */
static void
test_a_random_gag_ends_at_the_horizon_at_the_latest(void **state)
{
    static const char *const sets[] = {
        "jurisdictions.AA.instruments.production-order.gag-for={exponential: {mean: 1000 d}}",
        NULL};
    const double m = 1000, end = exp(-1461 / m) * m * expm1(181 / m) / 181;
    const struct theory row[] = {
        {METRIC_CONTENT_HIDDEN, .expected = 1000 * 0.4 * m * (1 - end), .authority = "term"},
    };

    (void)state;
    theory_check_scenario("gag", sets, "only", 16, row, COUNT(row));
}

static void
test_what_takes_nothing_is_counted_by_kind(void **state)
{
    const struct theory row[] = {
        {METRIC_REQUESTS_REMOVAL, .expected = 1000},
        {METRIC_REQUESTS_RESTRICTION, .expected = 1000},
        {METRIC_REQUESTS_PRESERVATION, .expected = 1000},
        {METRIC_REQUESTS_COMPLIED, .expected = 3000 * 0.8},
        {METRIC_REQUESTS_RECEIVED, .expected = 1000},
        {METRIC_CONTENT_ACCOUNTS, .expected = 800},
    };

    (void)state;
    theory_check_scenario("removal-preservation", NULL, "only", 4, row, COUNT(row));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_losers_appeal_counts_and_takes_its_time),
        cmocka_unit_test(test_an_instruments_own_terms_stand_for_the_custodians),
        cmocka_unit_test(test_rejections_of_orders_do_not_touch_emergencies),
        cmocka_unit_test(test_a_statute_is_obeyed_and_sanctioned_by_its_chances),
        cmocka_unit_test(test_who_settles_gets_metadata_of_the_next),
        cmocka_unit_test(test_the_user_is_kept_in_the_dark_as_long_as_the_gag_lasts),
        cmocka_unit_test(test_a_random_gag_ends_at_the_horizon_at_the_latest),
        cmocka_unit_test(test_what_takes_nothing_is_counted_by_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
