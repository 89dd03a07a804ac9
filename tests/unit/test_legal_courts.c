/* What may happen to one lever: grants, the legal team, statutes, courts, against closed forms. */
#include <string.h>
#include "goodness.h"
#include "legal_world.h"

enum { REPLICATIONS = 40 };

/* Custodians that each hold everything and refuse with a chance, tried one after another. */
static void
test_who_escalates_fails_only_when_all_refuse(void **state)
{
    static const double q[] = {0.2, 0.5, 0.8};
    enum { CUSTODIANS = 4 };
    const double requests = 0.5 * 1000;
    static struct legal_world lw;

    (void)state;
    for (size_t i = 0; i < COUNT(q); i++) {
        double none = 1;

        lw_copies_world(&lw, CUSTODIANS, 1000, 1e9, 0.5);
        lw.stream[0][0].escalates = true;
        for (uint32_t c = 0; c < CUSTODIANS; c++)
            lw.custodian[c].rejects = q[i];
        /* the order in the file: the n-th is asked when all before it have refused */
        for (uint32_t c = 0; c < CUSTODIANS; c++, none *= q[i])
            lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_RECEIVED,
                          label_with(label_total, LABEL_CUSTODIAN, c), requests * none);
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_CONTENT, label_total,
                      requests * (1 - none));
    }
}

static void
test_the_loser_may_appeal_once(void **state)
{
    static const struct {
        double wins, asker, asker_prevails, custodian, custodian_prevails;
    } t[] = {{0.6, 0, 0, 0, 0},         {0.6, 0.5, 0.7, 0, 0}, {0.3, 0, 0, 0.8, 0.25},
             {0.5, 0.9, 0.4, 0.3, 0.9}, {1, 1, 1, 1, 1},       {0, 1, 1, 1, 1}};
    static struct legal_world lw;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        /* the court's word stands unless its loser appeals and prevails */
        const double stays = t[i].wins * (1 - t[i].asker * t[i].asker_prevails) +
                             (1 - t[i].wins) * t[i].custodian * t[i].custodian_prevails;
        struct instrument *order;

        lw_home_world(&lw, 1000, 1e9, 1);
        order = &lw.terms[0][LW_ORDER];
        order->appeals = t[i].asker;
        order->appeal_wins = t[i].asker_prevails;
        lw.custodian[0].challenges = 1;
        lw.custodian[0].challenge_wins = t[i].wins;
        lw.custodian[0].appeals = t[i].custodian;
        lw.custodian[0].appeal_wins = t[i].custodian_prevails;
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_CONTENT, label_total,
                      1000 * (1 - stays));
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_REFUSED, label_total, 1000 * stays);
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_CHALLENGED, label_total, 1000);
    }
}

static void
test_an_appeal_takes_its_time(void **state)
{
    static struct legal_world lw;

    (void)state;
    lw_home_world(&lw, 20000, 1e9, 0.2);
    lw.custodian[0].challenges = 1;
    lw.custodian[0].court = dist_constant(10 * LW_DAY);
    lw.custodian[0].appeals = 0.4; /* in vain */
    lw.custodian[0].appeal = dist_constant(25 * LW_DAY);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_DISCLOSURE_DELAY, label_total, 10 + 0.4 * 25);
}

static void
test_an_instrument_states_its_own_terms_of_review(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    struct instrument *order;

    (void)state;
    lw_home_world(&lw, 100, 1e9, 1);
    lw.custodian[0].rejects = lw.custodian[0].narrows = lw.custodian[0].challenges = 1;
    lw.custodian[0].challenge_wins = 1;
    lw.custodian[0].team = (struct legal_team){100, dist_constant(1000 * LW_DAY)};
    order = &lw.terms[0][LW_ORDER];
    order->own = OWN_REJECTS | OWN_NARROWS | OWN_CHALLENGES | OWN_REVIEW;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total) > 50);
    assert_true(lw_value(&r, METRIC_REQUESTS_CONTENT, label_total) ==
                lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total));
    assert_true(lw_value(&r, METRIC_DISCLOSURE_DELAY, label_total) == 0);
    order->own &= ~(unsigned)OWN_NARROWS;
    lw_run(&lw, 0, 0, &r);
    assert_true(lw_value(&r, METRIC_REQUESTS_METADATA, label_total) ==
                lw_value(&r, METRIC_REQUESTS_RECEIVED, label_total));
    recording_release(&r);
}

/*
 * One reviewer, two classes, exponential: Cobham (1954) for priority without interruption. With R
 * the mean of what is left of the review under way, sum of rate x mean^2 over the classes, those
 * who go ahead wait R / (1 - a), the others R / ((1 - a) (1 - a - b)), a and b the loads.
 */
static void
test_urgent_requests_go_ahead_as_cobham_says(void **state)
{
    static const struct {
        double rate[2], review[2];
    } t[] = {{{0.3, 0.4}, {1, 1}}, {{0.2, 0.25}, {2, 1.2}}, {{0.5, 0.02}, {0.5, 10}}};
    static struct legal_world lw;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        const double a = t[i].rate[0] * t[i].review[0], b = t[i].rate[1] * t[i].review[1];
        const double left = a * t[i].review[0] + b * t[i].review[1];
        struct instrument *urgent;

        lw_home_world(&lw, 20000, 1e9, t[i].rate[0]);
        urgent = lw_allow_order(&lw, 0, LW_SEIZURE);
        urgent->urgent = true;
        urgent->own = OWN_REVIEW;
        urgent->review = lw_exponential_days(t[i].review[0]);
        lw.stream[0][0].through = LW_MASK(LW_SEIZURE);
        lw.custodian[0].team = (struct legal_team){1, lw_exponential_days(t[i].review[1])};
        lw_authority(&lw, 0);
        lw_stream(&lw, 1, LW_MASK(LW_ORDER), t[i].rate[1]);
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_DISCLOSURE_DELAY,
                      label_with(label_total, LABEL_AUTHORITY, 0), left / (1 - a) + t[i].review[0]);
        lw_check_mean(&lw, 0, REPLICATIONS, METRIC_DISCLOSURE_DELAY,
                      label_with(label_total, LABEL_AUTHORITY, 1),
                      left / ((1 - a) * (1 - a - b)) + t[i].review[1]);
    }
}

/* Each of three holders has all ciphertext and one share of a key of which two are needed. */
static void
two_of_three(struct legal_world *lw, double grant)
{
    lw_copies_world(lw, 3, 1000, 1e9, 0.5);
    lw->any_store.need = 2;
    lw->strategies[0].rule[0][0].keys = lw->any_store;
    lw->stream[0][0].escalates = true;
    lw->terms[0][LW_ORDER].grant = grant;
}

static void
test_one_decision_for_all_addressees_or_one_for_each(void **state)
{
    const double g = 0.4;
    static struct legal_world lw;

    (void)state;
    two_of_three(&lw, g);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_CONTENT, label_total,
                  500 * (3 * g * g * (1 - g) + g * g * g));
    lw.terms[0][LW_ORDER].grant_together = true;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_CONTENT, label_total, 500 * g);
}

/* Two partners: the asker decides once, each partner for itself. */
static void
test_partners_decide_for_themselves(void **state)
{
    const double own = 0.7, theirs = 0.5;
    static struct legal_world lw;
    struct rule *rule;

    (void)state;
    lw_partner_world(&lw, 0.5, 1, theirs);
    lw_allow(&lw, 2, LW_ORDER);
    lw_treaty(&lw, 0, 2, dist_constant(LW_DAY), theirs);
    lw_site(&lw, 2, lw_custodian(&lw, 2));
    lw_store(&lw, 2, 1, true);
    lw.any_site = (struct formula){1, NONE, lw.leaf, 2};
    lw.any_store = (struct formula){1, NONE, lw.leaf + LW_MOST, 2};
    rule = &lw.strategies[0].rule[0][0];
    rule->data = lw.any_site;
    rule->keys = lw.any_store;
    rule->sites = rule->stores = 3;
    lw.custodian[0].team = (struct legal_team){0};
    lw.stream[0][0].escalates = true;
    lw.terms[0][LW_MLAT].grant = own;
    lw.terms[0][LW_MLAT].grant_together = true;
    /* two treaty delays, the second after the first, all but surely before the horizon; what comes
     * in the last two days may stay pending: at most one request of 500 in the mean */
    lw.stream[0][0].series = (const struct period_count[]){{0, 990 * NS_PER_DAY, 500}};
    lw.stream[0][0].periods = 1;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_CONTENT, label_total,
                  500 * own * (1 - (1 - theirs) * (1 - theirs)));
}

/* AA orders a custodian of its own about what lies in BB, whose statute forbids to obey. */
static void
statute_world(struct legal_world *lw, struct blocking_statute *statute)
{
    lw_home_world(lw, 1000, 1e9, 0.5);
    lw->terms[0][LW_ORDER].abroad = true;
    lw->site[0].at.i = lw->store[0].at.i = 1;
    *statute =
        (struct blocking_statute){.against = UINT64_MAX, .obeys = 0.3, .sanction = 0.6, .fine = 10};
    lw->jurisdiction[1].statute = statute;
}

static void
test_an_order_against_a_statute_is_obeyed_with_its_chance_and_then_fined(void **state)
{
    static struct legal_world lw;
    struct blocking_statute statute;

    (void)state;
    statute_world(&lw, &statute);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_RECEIVED,
                  label_with(label_total, LABEL_CUSTODIAN, 0), 500);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_CONTENT, label_total, 500 * 0.3);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_REFUSED, label_total, 500 * 0.7);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_PENALTY_COST, label_total, 500 * 0.3 * 0.6 * 10);
    statute.against = 4; /* CC */
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_REQUESTS_CONTENT, label_total, 500);
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_PENALTY_COST, label_total, 0);
}

static void
test_whoever_refuses_meets_the_pressure_of_who_ordered(void **state)
{
    static const struct pressure fine = {
        .on = ON_REFUSAL, .means = MEANS_FINE, .probability = 0.5, .price = 8};
    static struct legal_world lw;
    struct blocking_statute statute;

    (void)state;
    statute_world(&lw, &statute);
    statute.fine = 0;
    lw.jurisdiction[0].pressure = &fine;
    lw.jurisdiction[0].pressures = 1;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_PENALTY_COST, label_total, 500 * 0.7 * 0.5 * 8);
    /* rejection and a case won count, an order that no judge granted does not */
    lw.jurisdiction[1].statute = NULL;
    lw.terms[0][LW_ORDER].grant = 0.5;
    lw.custodian[0].rejects = 0.2;
    lw.custodian[0].challenges = 0.5;
    lw.custodian[0].challenge_wins = 0.4;
    lw_check_mean(&lw, 0, REPLICATIONS, METRIC_PENALTY_COST, label_total,
                  500 * 0.5 * (0.2 + 0.8 * 0.5 * 0.4) * 0.5 * 8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_escalates_fails_only_when_all_refuse),
        cmocka_unit_test(test_the_loser_may_appeal_once),
        cmocka_unit_test(test_an_appeal_takes_its_time),
        cmocka_unit_test(test_an_instrument_states_its_own_terms_of_review),
        cmocka_unit_test(test_urgent_requests_go_ahead_as_cobham_says),
        cmocka_unit_test(test_one_decision_for_all_addressees_or_one_for_each),
        cmocka_unit_test(test_partners_decide_for_themselves),
        cmocka_unit_test(test_an_order_against_a_statute_is_obeyed_with_its_chance_and_then_fined),
        cmocka_unit_test(test_whoever_refuses_meets_the_pressure_of_who_ordered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
