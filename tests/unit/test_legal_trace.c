/* The story of one account: the run told again. */
#include <string.h>
#include "goodness.h"
#include "legal/trace.h"
#include "legal_world.h"

static void
trace_of(const struct legal_world *lw, uint32_t authority, uint64_t replication, struct trace *out)
{
    struct why why = {0};

    assert_int_equal(legal_trace(&lw->model, (struct strategy_id){0},
                                 (struct authority_id){authority}, replication, out, &why),
                     0);
    why_release(&why);
}

static const struct trace_step *
last_step(const struct trace *t)
{
    assert_true(t->steps.count > 0);
    return &t->steps.item[t->steps.count - 1];
}

/* The first step of a kind, or NULL. */
static const struct trace_step *
step_of(const struct trace *t, enum trace_kind kind)
{
    for (size_t i = 0; i < t->steps.count; i++)
        if (t->steps.item[i].kind == kind)
            return &t->steps.item[i];
    return NULL;
}

static void
check_kinds(const struct trace *t, const enum trace_kind *kind, size_t count)
{
    assert_int_equal(t->steps.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(t->steps.item[i].kind, kind[i]);
}

static void
test_the_story_ends_when_the_simulated_account_is_opened(void **state)
{
    static struct legal_world lw;
    struct recording r = {0};
    struct trace t = {0};
    unsigned found = 0;

    (void)state;
    lw_busy_world(&lw);
    for (uint32_t a = 0; a < 2; a++)
        for (uint64_t i = 0; i < 20; i++) {
            const struct label who = label_with(label_total, LABEL_AUTHORITY, a);
            const struct trace_step *last;

            lw_run(&lw, 0, i, &r);
            trace_of(&lw, a, i, &t);
            assert_true(t.found == (lw_value(&r, METRIC_METADATA_ANY, who) == 1));
            assert_true(t.content == (lw_value(&r, METRIC_CONTENT_ANY, who) == 1));
            if (!t.found)
                continue;
            found++;
            last = last_step(&t);
            assert_int_equal(last->kind, t.content ? TRACE_OPENED : TRACE_OPENED_METADATA);
            CHECK_WITHIN(
                days_from_ns(last->at),
                lw_value(&r, t.content ? METRIC_CONTENT_FIRST : METRIC_METADATA_FIRST, who), 1e-9);
            assert_int_equal(t.steps.item[0].kind, TRACE_RECEIVED);
            for (size_t k = 1; k < t.steps.count; k++)
                assert_true(t.steps.item[k - 1].at <= t.steps.item[k].at);
        }
    assert_true(found > 30);
    trace_release(&t);
    recording_release(&r);
}

static void
test_every_step_of_one_order_is_told(void **state)
{
    static const enum trace_kind kind[] = {
        TRACE_RECEIVED,   TRACE_PLANNED,         TRACE_FILED,    TRACE_REVIEW,
        TRACE_CHALLENGED, TRACE_COURT_WON,       TRACE_APPEALED, TRACE_COURT_LOST,
        TRACE_EXECUTED,   TRACE_OPENED_METADATA, TRACE_OPENED,
    };
    static const struct period_count series[] = {{100 * NS_PER_DAY, 101 * NS_PER_DAY, 1}};
    static struct legal_world lw;
    struct trace t = {0};
    const struct trace_step *executed;

    (void)state;
    lw_home_world(&lw, 1000, 1e9, 0);
    lw.stream[0][0].series = series;
    lw.stream[0][0].periods = 1;
    lw.stream[0][0].exact = true;
    lw.terms[0][LW_ORDER].filing = dist_constant(10 * LW_DAY);
    lw.terms[0][LW_ORDER].appeals = lw.terms[0][LW_ORDER].appeal_wins = 1;
    lw.custodian[0].challenges = lw.custodian[0].challenge_wins = 1;
    lw.custodian[0].court = dist_constant(20 * LW_DAY);
    lw.custodian[0].appeal = dist_constant(30 * LW_DAY);
    trace_of(&lw, 0, 0, &t);
    assert_true(t.found && t.content && t.cohort.i == 0 && t.account < 1000000000);
    check_kinds(&t, kind, COUNT(kind));
    executed = step_of(&t, TRACE_EXECUTED);
    assert_true(executed->has_lever && executed->lever.custodian.i == 0);
    assert_true(executed->yield.fragments == 1 && executed->yield.uses == 1);
    assert_true(executed->at - t.steps.item[0].at == 60 * NS_PER_DAY);
    assert_true(step_of(&t, TRACE_PLANNED)->levers == 1);
    trace_release(&t);
}

static void
test_a_key_that_came_later_is_told_as_such(void **state)
{
    static struct legal_world lw;
    struct trace t = {0};

    (void)state;
    lw_moving_world(&lw, 1000, 1, 0.05, 500);
    lw.stream[0][0].collects_ciphertext = true;
    lw.stream[0][0].escalates = true;
    trace_of(&lw, 0, 0, &t);
    assert_true(t.found && t.content);
    assert_int_equal(last_step(&t)->kind, TRACE_OPENED);
    assert_true(last_step(&t)->at == 500 * NS_PER_DAY && last_step(&t)->epoch == 1);
    assert_non_null(step_of(&t, TRACE_KEY_LATER));
    assert_true(step_of(&t, TRACE_KEY_LATER)->at == 500 * NS_PER_DAY);
    trace_release(&t);
}

static void
test_nothing_is_told_of_who_opens_nothing(void **state)
{
    static struct legal_world lw;
    struct trace t = {0};

    (void)state;
    lw_home_world(&lw, 1000, 1e9, 0.5);
    lw_authority(&lw, 1);
    lw_stream(&lw, 1, LW_MASK(LW_ORDER), 0.5);
    trace_of(&lw, 1, 0, &t);
    assert_true(!t.found && t.steps.count == 0);
    trace_release(&t);
}

static void
test_what_a_threat_took_is_told(void **state)
{
    static struct legal_world lw;
    struct trace t = {0};
    size_t struck = 0;

    (void)state;
    lw_home_world(&lw, 1000, 5, 0);
    lw.store[0].extractable = true;
    lw_threat(&lw, 1, 1, 0.1, 0);
    trace_of(&lw, 1, 3, &t);
    assert_true(t.found && t.content);
    for (size_t i = 0; i < t.steps.count; i++)
        if (t.steps.item[i].kind == TRACE_EXECUTED) {
            struck++;
            assert_ptr_equal(t.steps.item[i].lever.threat, &lw.threat[0]);
        }
    assert_true(struck >= 2); /* the site and the store, apart */
    assert_int_equal(last_step(&t)->kind, TRACE_OPENED);
    trace_release(&t);
}

/* Being watched changes nothing, and the story is the same each time. */
static void
test_the_same_story_is_told_twice(void **state)
{
    static struct legal_world lw;
    struct trace a = {0}, b = {0};

    (void)state;
    lw_busy_world(&lw);
    for (uint64_t i = 0; i < 5; i++) {
        trace_of(&lw, 0, i, &a);
        trace_of(&lw, 0, i, &b);
        assert_true(a.account == b.account && a.steps.count == b.steps.count);
        for (size_t k = 0; k < a.steps.count; k++)
            assert_true(a.steps.item[k].at == b.steps.item[k].at &&
                        a.steps.item[k].kind == b.steps.item[k].kind &&
                        a.steps.item[k].number == b.steps.item[k].number);
    }
    trace_release(&a);
    trace_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_story_ends_when_the_simulated_account_is_opened),
        cmocka_unit_test(test_every_step_of_one_order_is_told),
        cmocka_unit_test(test_a_key_that_came_later_is_told_as_such),
        cmocka_unit_test(test_nothing_is_told_of_who_opens_nothing),
        cmocka_unit_test(test_what_a_threat_took_is_told),
        cmocka_unit_test(test_the_same_story_is_told_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
