#include "records.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "record/verdict.h"

#define DAYS(n)    ((sim_ns)(n)*NS_PER_DAY)
#define NEAR(a, b) assert_float_equal((float)(a), (float)(b), 1e-5f)

enum { POLICE, COURT };

/* A model of which only what judging needs is there. */
static const struct strategy strategies[] = {{.is = {.name = "near"}}, {.is = {.name = "far"}}};

static struct model
model_of(const struct claim *claim, uint32_t claims)
{
    return (struct model){
        .starts_unix_s = 1356998400,
        .horizon = DAYS(730),
        .strategy = strategies,
        .strategies = 2,
        .claim = claim,
        .claims = claims,
        .study = {.front_to = {NONE}},
    };
}

static struct claim
claim_of(const char *metric, bool is_expect)
{
    return (struct claim){
        .at = {.file = "small.yaml", .line = 7},
        .metric = metric,
        .strategy = {0},
        .authority = {NONE},
        .cohort = {NONE},
        .class = {NONE},
        .stream = NONE,
        .adversary = ADVERSARIES,
        .jurisdiction = {NONE},
        .custodian = {NONE},
        .to = DAYS(730),
        .is_expect = is_expect,
        .observed = (double)NAN,
        .at_most = (double)NAN,
        .at_least = (double)NAN,
    };
}

static struct claim
require_of(const char *metric, double at_most)
{
    struct claim c = claim_of(metric, false);

    c.at_most = at_most;
    return c;
}

static struct claim
expect_of(const char *metric, double observed)
{
    struct claim c = claim_of(metric, true);

    c.observed = observed;
    return c;
}

/* An outcome of one series: value[i] in replication i; NAN: not written. */
static void
fill(struct outcome *o, const struct legend *legend, enum metric_id metric, struct label label,
     const double *value, size_t count)
{
    struct recording r = {0};

    assert_int_equal(outcome_init(o, legend), 0);
    for (size_t i = 0; i < count; i++) {
        recording_clear(&r);
        r.plane = metric_table[metric].plane;
        r.replication = i;
        records_value(&r, 0, METRIC_REACH_UNILATERAL, label_total, 1); /* the strategy was run */
        if (r.plane == PLANE_TRAFFIC)
            r.observations.count = 0;
        if (!isnan(value[i]))
            records_value(&r, 0, metric, label, value[i]);
        assert_int_equal(outcome_add(o, &r), 0);
    }
    recording_release(&r);
    assert_int_equal(outcome_finish(o), 0);
}

/* Judges one claim; the caller releases the list. */
static const struct judgement *
judge(struct judgement_list *list, const struct claim *claim, const struct outcome *o)
{
    const struct model model = model_of(claim, 1);
    struct why why = {0};
    const int rc = verdict_judge(list, &model, o, &why);

    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    assert_int_equal(rc, 0);
    assert_int_equal(list->count, 1);
    assert_ptr_equal(list->item[0].claim, claim);
    return &list->item[0];
}

static void
assert_text(const struct judgement *j, const char *part)
{
    if (strstr(j->text, part) == NULL)
        fail_msg("'%s' lacks '%s'", j->text, part);
}

static struct label
police(void)
{
    return label_with(label_total, LABEL_AUTHORITY, POLICE);
}

/* ---- require ---- */

static void
test_any_exposure_within_a_span_follows_from_the_first(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    double first[1000];
    struct claim c = require_of("exposure.content.any", 0.1);

    /* 34 of 1000 within a year, as many again later. */
    for (size_t i = 0; i < 1000; i++)
        first[i] = i < 34 ? 10.0 * (double)i : i < 68 ? 400 : (double)NAN;
    fill(&o, records_legend(), METRIC_CONTENT_FIRST, police(), first, 1000);
    c.authority.i = POLICE;
    c.to = DAYS(365.25 * 4) / 4; /* a year */
    const struct judgement *j = judge(&list, &c, &o);

    assert_int_equal(j->verdict, VERDICT_HOLDS);
    NEAR(j->estimate.mean, 0.034);
    assert_string_equal(j->text, "requires exposure.content.any for police within 1 y at most 0.1: "
                                 "estimated 0.034 [0.0237, 0.0472]: holds");
    judgement_list_release(&list);
    outcome_release(&o);
}

static void
test_an_interval_that_holds_the_bound_is_undecided_and_says_what_would_settle_it(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    double value[100];
    struct claim c = require_of("exposure.content.any", 0.1);

    for (size_t i = 0; i < 100; i++)
        value[i] = i < 8;
    fill(&o, records_legend(), METRIC_CONTENT_ANY, label_total, value, 100);
    const struct judgement *j = judge(&list, &c, &o);

    /* 8 of 100: to 0.1516 (Clopper and Pearson), so (0.0716 / 0.02)^2 as many: 1,281. */
    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    NEAR(j->estimate.high, 0.151556);
    assert_text(j, "undecided (about 1300 replications in all would settle it)");
    judgement_list_release(&list);

    c.at_most = 0.02;
    j = judge(&list, &c, &o);
    assert_int_equal(j->verdict, VERDICT_FAILS);
    judgement_list_release(&list);
    c.at_most = (double)NAN;
    c.at_least = 0.01;
    j = judge(&list, &c, &o);
    assert_int_equal(j->verdict, VERDICT_HOLDS);
    assert_text(j, "requires exposure.content.any at least 0.01: ");
    judgement_list_release(&list);
    outcome_release(&o);
}

static void
test_what_was_never_seen_is_judged_by_its_upper_bound(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    const double none[100] = {0};
    struct claim c = require_of("exposure.content.any", 0.01);

    fill(&o, records_legend(), METRIC_CONTENT_ANY, label_total, none, 100);
    c.authority.i = COURT;
    const struct judgement *j = judge(&list, &c, &o);

    /* 1 - 0.025^(1/100) = 0.0362167, and 1 - 0.025^(1/n) is below 0.01 from n = 368 on. */
    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    NEAR(j->estimate.high, 0.0362167);
    assert_text(j, "(about 370 replications in all");
    judgement_list_release(&list);
    c.at_most = 0.04;
    j = judge(&list, &c, &o);
    assert_int_equal(j->verdict, VERDICT_HOLDS);
    judgement_list_release(&list);
    outcome_release(&o);
}

static void
test_accounts_within_a_span_are_read_from_the_curve(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    struct recording r = {.plane = PLANE_LEGAL};
    struct claim c = require_of("exposure.metadata.accounts", 100);

    assert_int_equal(outcome_init(&o, records_legend()), 0);
    for (uint64_t i = 0; i < 3; i++) {
        recording_clear(&r);
        r.replication = i;
        struct curve *curve = record_curve(&r);

        assert_non_null(curve);
        curve->authority = POLICE;
        curve->kind = CURVE_METADATA;
        for (unsigned k = 0; k <= CURVE_POINTS; k++)
            curve->value[k] = (double)(k + i);
        const struct label police = label_with(label_total, LABEL_AUTHORITY, POLICE);
        const double exposed = curve->value[CURVE_POINTS], all = i == 2 ? 500 : 1000;

        assert_int_equal(record_value(&r, 0, METRIC_METADATA_ACCOUNTS, police, exposed), 0);
        assert_int_equal(record_value(&r, 0, METRIC_METADATA_FRACTION, police, exposed / all), 0);
        recording_sort(&r);
        assert_int_equal(outcome_add(&o, &r), 0);
    }
    recording_release(&r);
    assert_int_equal(outcome_finish(&o), 0);
    c.authority.i = POLICE;
    c.to = DAYS(100); /* 13.15 of 96 steps */
    const struct judgement *j = judge(&list, &c, &o);

    NEAR(j->estimate.mean, 14);
    assert_text(j, "within 100 d");
    assert_text(j, ", read at day 99, the nearest point of the curve: holds");
    judgement_list_release(&list);
    c.metric = "exposure.metadata.fraction";
    j = judge(&list, &c, &o);
    /* (13 + 14) of 1000 and 15 of 500: each replication has its own denominator */
    NEAR(j->estimate.mean, (0.013 + 0.014 + 0.030) / 3);
    judgement_list_release(&list);
    c.class.i = 1; /* no curve is told apart by data class */
    j = judge(&list, &c, &o);
    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    assert_text(j, "is known by these labels over the whole horizon only");
    judgement_list_release(&list);
    outcome_release(&o);
}

/* Accounts of a cohort exposed to a class of adversary: in replication i, i + 1 on day 150, 30 more
 * on day 600, of 100 accounts. */
static void
fill_cohort(struct outcome *o, enum adversary adversary, size_t replications)
{
    struct recording r = {.plane = PLANE_LEGAL};
    const struct label label =
        label_with(label_with(label_total, LABEL_ADVERSARY, adversary), LABEL_COHORT, 1);

    assert_int_equal(outcome_init(o, records_legend()), 0);
    for (uint64_t i = 0; i < replications; i++) {
        recording_clear(&r);
        r.replication = i;
        struct curve *curve = record_curve(&r);

        assert_non_null(curve);
        curve->authority = LABEL_ALL;
        curve->adversary = (uint16_t)adversary;
        curve->cohort = 1;
        curve->kind = CURVE_CONTENT;
        for (unsigned k = 0; k <= CURVE_POINTS; k++) {
            const double day = 730.0 * k / CURVE_POINTS;

            curve->value[k] = (day >= 150 ? (double)i + 1 : 0) + (day >= 600 ? 30 : 0);
        }
        const double exposed = curve->value[CURVE_POINTS];

        records_value(&r, 0, METRIC_CONTENT_ACCOUNTS, label, exposed);
        records_value(&r, 0, METRIC_CONTENT_FRACTION, label, exposed / 100);
        records_value(&r, 0, METRIC_CONTENT_RISK, label, exposed / 100);
        records_value(&r, 0, METRIC_CONTENT_FIRST, label, 150);
        recording_sort(&r);
        assert_int_equal(outcome_add(o, &r), 0);
    }
    recording_release(&r);
    assert_int_equal(outcome_finish(o), 0);
}

static void
test_a_given_accounts_risk_within_a_span_is_its_cohorts_share(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    const struct {
        const char *metric;
        double from, to, mean;
    } t[] = {
        {"exposure.content.risk", 0, 365, 0.03},     /* (1 + .. + 5) / 5 of 100 */
        {"exposure.content.risk", 0, 100, 0},        /* before anybody */
        {"exposure.content.risk", 0, 730, 0.33},     /* the series itself */
        {"exposure.content.risk", 365, 730, 0.30},   /* first exposed in the second year */
        {"exposure.content.fraction", 365, 500, 0},  /* between */
        {"exposure.content.accounts", 365, 730, 30}, /* nobody twice */
        {"exposure.content.any", 365, 730, 1},       /* some are new then */
        {"exposure.content.any", 365, 500, 0},       /* exposed before, none new */
        {"exposure.content.any", 0, 365, 1},         {"exposure.content.first", 0, 365, 150},
    };

    fill_cohort(&o, ADVERSARY_FOREIGN, 5);
    for (size_t i = 0; i < COUNT(t); i++) {
        struct claim c = require_of(t[i].metric, 1e9);

        c.adversary = ADVERSARY_FOREIGN;
        c.cohort.i = 1;
        c.from = DAYS(t[i].from);
        c.to = DAYS(t[i].to);
        const struct judgement *j = judge(&list, &c, &o);

        NEAR(j->estimate.mean, t[i].mean);
        assert_text(j, " for foreign adversaries, cohort abroad");
        judgement_list_release(&list);
        c.is_expect = true; /* an expectation of the same span is about the same values */
        c.observed = t[i].mean;
        j = judge(&list, &c, &o);
        NEAR(j->estimate.mean, t[i].mean);
        assert_int_equal(j->verdict, VERDICT_HOLDS);
        judgement_list_release(&list);
    }
    struct claim c = require_of("exposure.content.first", 1);

    c.from = DAYS(100);
    assert_text(judge(&list, &c, &o), "is known only for spans that begin with the horizon");
    judgement_list_release(&list);
    outcome_release(&o);
}

static void
test_what_a_channel_opened_and_a_jurisdiction_was_shown(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    const double value[] = {4, 6};
    const struct label stream = label_with(police(), LABEL_STREAM, 1);
    struct claim c = require_of("exposure.content.accounts", 100);

    fill(&o, records_legend(), METRIC_CONTENT_ACCOUNTS, stream, value, 2);
    c.authority.i = POLICE;
    c.stream = 1;
    NEAR(judge(&list, &c, &o)->estimate.mean, 5);
    assert_text(&list.item[0], "requires exposure.content.accounts for police/direct at most 100");
    judgement_list_release(&list);
    outcome_release(&o);
    for (unsigned i = 0; i < 2; i++) {
        const enum label_kind kind = i == 0 ? LABEL_JURISDICTION : LABEL_CUSTODIAN;

        fill(&o, records_legend(), METRIC_REQUESTS_CONTENT, label_with(label_total, kind, 1), value,
             2);
        c = require_of("requests.content", 100);
        *(i == 0 ? &c.jurisdiction.i : &c.custodian.i) = 1;
        NEAR(judge(&list, &c, &o)->estimate.mean, 5);
        assert_text(&list.item[0],
                    i == 0 ? " for jurisdiction US " : " for custodian state-cloud ");
        judgement_list_release(&list);
        c.to = DAYS(181);
        assert_int_equal(judge(&list, &c, &o)->verdict, VERDICT_UNDECIDED);
        assert_text(&list.item[0], "by jurisdiction or custodian over the whole horizon only");
        judgement_list_release(&list);
        outcome_release(&o);
    }
}

static void
test_what_is_not_known_within_a_span_stays_undecided(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    const double value[] = {1, 2, 3};
    struct claim c = require_of("exposure.content.account_days", 9);

    fill(&o, records_legend(), METRIC_CONTENT_ACCOUNT_DAYS, label_total, value, 3);
    c.to = DAYS(100);
    const struct judgement *j = judge(&list, &c, &o);

    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    assert_string_equal(j->text, "requires exposure.content.account_days within 100 d at most 9: "
                                 "undecided: this metric is known over the whole horizon only");
    judgement_list_release(&list);
    /* Not told apart by cohort, and not 0 in all: a missing series says nothing. */
    c.to = DAYS(730);
    c.cohort.i = 1;
    j = judge(&list, &c, &o);
    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    assert_text(j, "is not told apart by these labels");
    judgement_list_release(&list);
    /* No trial of the traffic plane. */
    c = require_of("latency.p95", 9);
    j = judge(&list, &c, &o);
    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    assert_text(j, "was not simulated");
    judgement_list_release(&list);
    outcome_release(&o);
}

static void
test_a_line_without_a_strategy_is_judged_for_all_that_were_run(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    struct recording r = {.plane = PLANE_LEGAL};
    struct claim c = require_of("reach.unilateral", 1);

    assert_int_equal(outcome_init(&o, records_legend()), 0);
    records_value(&r, 0, METRIC_REACH_UNILATERAL, label_total, 0.5);
    records_value(&r, 1, METRIC_REACH_UNILATERAL, label_total, 0.5);
    assert_int_equal(outcome_add(&o, &r), 0);
    r.replication = 1;
    assert_int_equal(outcome_add(&o, &r), 0);
    recording_release(&r);
    assert_int_equal(outcome_finish(&o), 0);
    c.strategy.i = NONE;
    const struct model model = model_of(&c, 1);

    assert_int_equal(verdict_judge(&list, &model, &o, NULL), 0);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.item[1].strategy, 1);
    assert_int_equal(list.item[1].verdict, VERDICT_HOLDS);
    judgement_list_release(&list);
    outcome_release(&o);
    /* One that was not run is not judged unasked, and undecided when asked for. */
    const double one[] = {0.5, 0.5};

    fill(&o, records_legend(), METRIC_REACH_DENIAL, label_total, one, 2);
    assert_int_equal(verdict_judge(&list, &model, &o, NULL), 0);
    assert_int_equal(list.count, 1);
    judgement_list_release(&list);
    c.strategy.i = 1;
    assert_int_equal(verdict_judge(&list, &model, &o, NULL), 0);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.item[0].verdict, VERDICT_UNDECIDED);
    assert_text(&list.item[0], "not simulated for this strategy");
    judgement_list_release(&list);
    outcome_release(&o);
}

static void
test_a_line_says_in_how_many_worlds_it_holds(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    struct legend legend = *records_legend();
    const double value[] = {1, 5, 9, 2, 5, 7}; /* worlds: 1.5, 5, 8 */
    struct claim c = require_of("exposure.content.accounts", 6);

    legend.worlds = 3;
    fill(&o, &legend, METRIC_CONTENT_ACCOUNTS, label_total, value, 6);
    const struct judgement *j = judge(&list, &c, &o);

    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    assert_text(j, "; in 2 of 3 worlds");
    judgement_list_release(&list);
    outcome_release(&o);
}

/* ---- expect ---- */

static void
test_observed_is_judged_by_the_replications_not_by_their_mean(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    double value[1000];

    for (size_t i = 0; i < 1000; i++)
        value[i] = (double)(i / 10); /* 0 to 99, ten of each */
    fill(&o, records_legend(), METRIC_CONTENT_ACCOUNTS, label_total, value, 1000);
    /* k = 25: x(25) = 2, x(976) = 97, ties inside. */
    const struct {
        double observed;
        enum verdict verdict;
    } t[] = {{2, VERDICT_HOLDS},  {1.99, VERDICT_FAILS}, {97, VERDICT_HOLDS},
             {98, VERDICT_FAILS}, {50, VERDICT_HOLDS},   {1e9, VERDICT_FAILS}};

    for (size_t i = 0; i < COUNT(t); i++) {
        const struct claim c = expect_of("exposure.content.accounts", t[i].observed);
        const struct judgement *j = judge(&list, &c, &o);

        assert_int_equal(j->verdict, t[i].verdict);
        NEAR(j->estimate.mean, 49.5);
        NEAR(j->estimate.low, 2);
        NEAR(j->estimate.high, 97);
        judgement_list_release(&list);
    }
    outcome_release(&o);
}

static void
test_few_replications_cannot_fail(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    double value[40];
    const struct claim c = expect_of("exposure.content.accounts", 7);

    for (size_t i = 0; i < 40; i++)
        value[i] = 3;
    fill(&o, records_legend(), METRIC_CONTENT_ACCOUNTS, label_total, value, 39);
    const struct judgement *j = judge(&list, &c, &o);

    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    assert_text(j, "39 replications are too few to fail");
    judgement_list_release(&list);
    outcome_release(&o);
    fill(&o, records_legend(), METRIC_CONTENT_ACCOUNTS, label_total, value, 40);
    j = judge(&list, &c, &o);
    assert_int_equal(j->verdict, VERDICT_FAILS);
    assert_string_equal(j->text, "expects exposure.content.accounts to be 7: simulated 3, central "
                                 "95 % [3, 3]: fails");
    judgement_list_release(&list);
    outcome_release(&o);
}

/* Requests of each authority's streams by half-year: replication i sees the same, times i % 3. */
static void
fill_requests(struct outcome *o, size_t count)
{
    struct recording r = {.plane = PLANE_LEGAL};

    assert_int_equal(outcome_init(o, records_legend()), 0);
    for (size_t i = 0; i < count; i++) {
        recording_clear(&r);
        r.replication = i;
        records_value(&r, 0, METRIC_REACH_UNILATERAL, label_total, 1);
        for (uint32_t s = 0; s < 3; s++) {
            struct label label = label_with(label_total, LABEL_AUTHORITY, s / 2);

            label = label_with(label, LABEL_STREAM, s % 2);
            for (uint32_t p = 0; p < 4; p++)
                records_value(&r, 0, METRIC_REQUESTS_CONTENT, label_with(label, LABEL_PERIOD, p),
                              (double)(i % 3) * pow(10, p) * (s + 1));
            /* Totals of the stream, which must not be counted again. */
            records_value(&r, 0, METRIC_REQUESTS_CONTENT, label, 1111.0 * (double)(i % 3));
        }
        records_value(&r, 0, METRIC_REQUESTS_CONTENT, label_with(label_total, LABEL_CUSTODIAN, 1),
                      5);
        assert_int_equal(outcome_add(o, &r), 0);
    }
    recording_release(&r);
    assert_int_equal(outcome_finish(o), 0);
}

static void
test_requests_are_summed_over_the_half_years_of_the_span(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    const int64_t start = 1356998400;
    const struct {
        uint32_t authority;
        int64_t from, to;
        double low, high;
        const char *text;
    } t[] = {
        /* Police have the streams 1 and 2: 3 of each 10^p. */
        {POLICE, 0, DAYS(730) / NS_PER_S, 0, 6666, "requests.content for police to be"},
        {POLICE, 0, date_of(2014, 1, 1) - start, 0, 66, "from 2013-01-01 to 2014-01-01 to be"},
        {COURT, date_of(2013, 7, 1) - start, date_of(2014, 7, 1) - start, 0, 660, "[0, 660]: "},
        {NONE, date_of(2014, 7, 1) - start, DAYS(730) / NS_PER_S, 0, 12000, "[0, 12000]: "},
        {POLICE, date_of(2013, 5, 1) - start, date_of(2014, 8, 1) - start, 0, 660,
         "counted over the whole half-years 2013-H2 to 2014-H1: "},
    };

    fill_requests(&o, 60);
    for (size_t i = 0; i < COUNT(t); i++) {
        struct claim c = expect_of("requests.content", 1);

        c.authority.i = t[i].authority;
        c.from = t[i].from * NS_PER_S;
        c.to = t[i].to * NS_PER_S;
        const struct judgement *j = judge(&list, &c, &o);

        NEAR(j->estimate.low, t[i].low);
        NEAR(j->estimate.high, t[i].high);
        NEAR(j->estimate.mean, t[i].high / 2);
        assert_int_equal(j->verdict, VERDICT_HOLDS);
        assert_text(j, t[i].text);
        judgement_list_release(&list);
    }
    struct claim c = expect_of("requests.content", 1);

    c.to = DAYS(90);
    const struct judgement *j = judge(&list, &c, &o);

    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    assert_text(j, "its span holds no whole one");
    judgement_list_release(&list);
    outcome_release(&o);
}

static void
test_a_stream_is_summed_over_the_half_years_too(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    struct claim c = expect_of("requests.content", 1);

    fill_requests(&o, 60);
    c.authority.i = POLICE;
    c.stream = 1; /* twice 10^p of replication i, 0 to 59, evenly */
    c.to = DAYS(365);
    const struct judgement *j = judge(&list, &c, &o);
    double all, one = j->estimate.mean;

    assert_text(j, "for police/direct from");
    judgement_list_release(&list);
    c.stream = 0;
    one += judge(&list, &c, &o)->estimate.mean;
    judgement_list_release(&list);
    c.stream = NONE;
    all = judge(&list, &c, &o)->estimate.mean;
    judgement_list_release(&list);
    assert_true(one > 0);
    NEAR(one, all);
    outcome_release(&o);
}

/* ---- how many replications would settle it ---- */

static void
test_so_many_replications_do_settle_a_mean(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    static double value[4000];
    struct claim c = require_of("throughput", 10.5);
    const size_t n = 20;

    /* Two values, 8 and 12, half each: mean 10 and standard deviation 2 whatever the count. */
    for (size_t i = 0; i < COUNT(value); i++)
        value[i] = i % 2 == 0 ? 8 : 12;
    fill(&o, records_legend(), METRIC_THROUGHPUT, label_total, value, n);
    const struct judgement *j = judge(&list, &c, &o);
    const double needed = j->needed;

    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    /* Normal: (1.96 x 2 / 0.5)^2 = 61.5; with Student's quantile of 19 degrees, 2.093, and the
     * sample's deviation, 2 sqrt(20 / 19): 73.8. */
    assert_in_range((size_t)needed, 61, 75);
    judgement_list_release(&list);
    outcome_release(&o);
    for (unsigned i = 0; i < 2; i++) { /* so many do, three quarters of them do not */
        const size_t count = (size_t)(i == 0 ? needed : 0.75 * needed) / 2 * 2;

        fill(&o, records_legend(), METRIC_THROUGHPUT, label_total, value, count);
        assert_int_equal(judge(&list, &c, &o)->verdict, i == 0 ? VERDICT_HOLDS : VERDICT_UNDECIDED);
        judgement_list_release(&list);
        outcome_release(&o);
    }
}

static void
test_so_many_replications_do_settle_a_probability(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    static double value[20000];
    struct claim c = require_of("exposure.content.any", 0.05);

    for (size_t i = 0; i < COUNT(value); i++)
        value[i] = i % 25 == 0; /* 0.04 whatever the count */
    for (size_t n = 100; n <= 400; n *= 2) {
        fill(&o, records_legend(), METRIC_CONTENT_ANY, label_total, value, n);
        const double needed = judge(&list, &c, &o)->needed;

        assert_int_equal(list.item[0].verdict, VERDICT_UNDECIDED);
        /* Normal: 0.04 x 0.96 (1.96 / 0.01)^2 = 1475; the exact interval is wider and lopsided,
         * most so where few events were seen. */
        assert_in_range((size_t)needed, 1475, 3700);
        judgement_list_release(&list);
        outcome_release(&o);
        fill(&o, records_legend(), METRIC_CONTENT_ANY, label_total, value,
             (size_t)needed / 25 * 25);
        assert_int_equal(judge(&list, &c, &o)->verdict, VERDICT_HOLDS);
        judgement_list_release(&list);
        outcome_release(&o);
    }
    /* Never seen in n: the bound 1 - 0.025^(1/n) is 0.002 at n = 1843. */
    for (size_t i = 0; i < COUNT(value); i++)
        value[i] = 0;
    c.at_most = 0.002;
    fill(&o, records_legend(), METRIC_CONTENT_ANY, label_total, value, 100);
    assert_int_equal((size_t)judge(&list, &c, &o)->needed, 1843);
    judgement_list_release(&list);
    outcome_release(&o);
    for (size_t n = 1842; n <= 1843; n++) {
        fill(&o, records_legend(), METRIC_CONTENT_ANY, label_total, value, n);
        assert_int_equal(judge(&list, &c, &o)->verdict,
                         n < 1843 ? VERDICT_UNDECIDED : VERDICT_HOLDS);
        judgement_list_release(&list);
        outcome_release(&o);
    }
}

static void
test_where_worlds_differ_more_worlds_are_asked_for(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    struct legend legend = *records_legend();
    double value[400];
    const struct claim c = require_of("reach.unilateral", 0.55);

    /* Ten worlds at 0.3 or 0.7: forty replications each tell nothing more than one. */
    legend.worlds = 10;
    for (size_t i = 0; i < 400; i++)
        value[i] = i % 10 % 2 == 0 ? 0.3 : 0.7;
    assert_int_equal(outcome_init(&o, &legend), 0);
    struct recording r = {.plane = PLANE_LEGAL};

    for (size_t i = 0; i < 400; i++) {
        recording_clear(&r);
        r.replication = i;
        records_value(&r, 0, METRIC_REACH_UNILATERAL, label_total, value[i]);
        assert_int_equal(outcome_add(&o, &r), 0);
    }
    recording_release(&r);
    assert_int_equal(outcome_finish(&o), 0);
    const struct judgement *j = judge(&list, &c, &o);

    assert_int_equal(j->verdict, VERDICT_UNDECIDED);
    assert_int_equal(j->worlds, 10);
    assert_int_equal(j->worlds_hold, 5);
    /* (2.262 x 0.2 sqrt(10 / 9) / 0.05)^2: Student's quantile of 9 degrees */
    assert_true(fabs(j->needed - 91) <= 1);
    assert_text(j, " worlds in all would settle it); in 5 of 10 worlds");
    judgement_list_release(&list);
    outcome_release(&o);
}

static double
score_of(const struct outcome *o, const char *metric, double observed)
{
    struct judgement_list list;
    const struct claim c = expect_of(metric, observed);
    const double score = judge(&list, &c, o)->log_score;

    judgement_list_release(&list);
    return score;
}

static void
test_the_score_of_counts_is_a_distribution_that_never_excludes(void **state)
{
    (void)state;
    struct outcome o;
    double value[50], sum = 0, mean = 0;

    /* Overdispersed: 0 or 10. */
    for (size_t i = 0; i < 50; i++)
        value[i] = i % 2 * 10.0;
    fill(&o, records_legend(), METRIC_CONTENT_ACCOUNTS, label_total, value, 50);
    for (unsigned k = 0; k < 400; k++) {
        const double p = exp(score_of(&o, "exposure.content.accounts", k));

        assert_true(p > 0);
        sum += p;
        mean += k * p;
    }
    NEAR(sum, 1);
    NEAR(mean, 5 + 0.5 / 50);
    outcome_release(&o);
    /* Without overdispersion: the posterior predictive of a Poisson count under Jeffreys' prior,
     * negative binomial with size S + 1/2 = 100.5 and probability n / (n + 1) = 50 / 51. At 0 that
     * is (50 / 51)^100.5, and each next is (k + 100.5) / ((k + 1) 51) times the one before. */
    for (size_t i = 0; i < 50; i++)
        value[i] = 2;
    fill(&o, records_legend(), METRIC_CONTENT_ACCOUNTS, label_total, value, 50);
    double p = pow(50 / 51.0, 100.5);

    for (unsigned k = 0; k < 12; k++) {
        NEAR(score_of(&o, "exposure.content.accounts", k), log(p));
        p *= (k + 100.5) / ((k + 1) * 51.0);
    }
    assert_true(isinf(score_of(&o, "exposure.content.accounts", 2.5))); /* no count */
    outcome_release(&o);
}

static void
test_the_score_of_an_event_and_of_a_measure(void **state)
{
    (void)state;
    struct outcome o;
    const double any[] = {0, 1, 0, 0}, measure[] = {1, 2, 3, 4, 5};

    fill(&o, records_legend(), METRIC_CONTENT_ANY, label_total, any, 4);
    NEAR(score_of(&o, "exposure.content.any", 1), log(1.5 / 5));
    NEAR(score_of(&o, "exposure.content.any", 0), log(3.5 / 5));
    outcome_release(&o);
    fill(&o, records_legend(), METRIC_THROUGHPUT, label_total, measure, 5);
    /* Student's t with 4 degrees of freedom, location 3, scale sqrt(2.5 x 1.2): at the centre its
     * density is 3/8 / scale, and at t = 2 (3/8) (1 + 4/4)^(-5/2) / scale. */
    NEAR(score_of(&o, "throughput", 3), log(0.375 / sqrt(3)));
    NEAR(score_of(&o, "throughput", 3 + 2 * sqrt(3)), log(0.375 / sqrt(3) * pow(2, -2.5)));
    outcome_release(&o);
}

static void
test_an_expectation_of_the_first_time_takes_never_as_the_horizon(void **state)
{
    (void)state;
    struct outcome o;
    struct judgement_list list;
    const double day[] = {10, (double)NAN, 30};
    const struct claim c = expect_of("exposure.content.first", 730);

    fill(&o, records_legend(), METRIC_CONTENT_FIRST, label_total, day, 3);
    const struct judgement *j = judge(&list, &c, &o);

    NEAR(j->estimate.high, 730);
    NEAR(j->estimate.mean, 770 / 3.0);
    assert_int_equal(j->verdict, VERDICT_HOLDS);
    judgement_list_release(&list);
    outcome_release(&o);
}

/* ---- checking before simulating ---- */

static void
test_faults_of_claims_are_found_before_simulating(void **state)
{
    (void)state;
    struct claim c[3] = {
        require_of("exposure.content.anny", 1),
        require_of("requests.content", 1),
        require_of("latency.p95", 1),
    };
    struct model model = model_of(c, 3);
    struct why why = {0};

    c[1].cohort.i = 0;
    c[2].authority.i = 0;
    model.study.front_latency = "latency.p96";
    assert_int_equal(verdict_check(&model, &why), ERR_INPUT);
    assert_int_equal(why.count, 4);
    assert_string_equal(why.fault[0].text, "small.yaml:7: require: there is no metric "
                                           "'exposure.content.anny'; did you mean "
                                           "'exposure.content.any'?");
    assert_string_equal(why.fault[1].text,
                        "small.yaml:7: require: requests.content is not told apart by cohort");
    assert_string_equal(why.fault[2].text,
                        "small.yaml:7: require: latency.p95 is not told apart by authority");
    assert_non_null(strstr(why.fault[3].text, "study.front.latency: there is no metric"));
    why_release(&why);
    c[0].metric = "exposure.content.any";
    c[1].cohort.i = c[2].authority.i = NONE;
    c[2].cohort.i = 1;
    model.study.front_latency = "latency.mean";
    assert_int_equal(verdict_check(&model, &why), 0);
    assert_int_equal(why.count, 0);
}

static void
test_labels_that_never_go_together_are_told_before_simulating(void **state)
{
    (void)state;
    struct claim c[] = {
        require_of("exposure.content.any", 1),      require_of("exposure.content.risk", 1),
        require_of("requests.content", 1),          require_of("exposure.content.hidden", 1),
        require_of("exposure.content.accounts", 1), require_of("penalty.cost", 1),
    };
    const char *const words[] = {"authority and adversary together", "told apart by data",
                                 "authority and custodian together", "told apart by stream",
                                 "cohort and data together",         "told apart by authority"};
    struct model model = model_of(c, COUNT(c));
    struct why why = {0};

    c[0].authority.i = 0;
    c[0].adversary = ADVERSARY_HOME;
    c[1].class.i = 0;
    c[2].authority.i = 0;
    c[2].custodian.i = 0;
    c[3].authority.i = 0;
    c[3].stream = 0;
    c[4].cohort.i = c[4].class.i = 0;
    c[5].authority.i = 0;
    assert_int_equal(verdict_check(&model, &why), ERR_INPUT);
    assert_int_equal(why.count, COUNT(c));
    for (size_t i = 0; i < COUNT(c); i++)
        if (strstr(why.fault[i].text, words[i]) == NULL)
            fail_msg("'%s' lacks '%s'", why.fault[i].text, words[i]);
    why_release(&why);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_exposure_within_a_span_follows_from_the_first),
        cmocka_unit_test(
            test_an_interval_that_holds_the_bound_is_undecided_and_says_what_would_settle_it),
        cmocka_unit_test(test_what_was_never_seen_is_judged_by_its_upper_bound),
        cmocka_unit_test(test_accounts_within_a_span_are_read_from_the_curve),
        cmocka_unit_test(test_what_is_not_known_within_a_span_stays_undecided),
        cmocka_unit_test(test_a_line_without_a_strategy_is_judged_for_all_that_were_run),
        cmocka_unit_test(test_a_line_says_in_how_many_worlds_it_holds),
        cmocka_unit_test(test_observed_is_judged_by_the_replications_not_by_their_mean),
        cmocka_unit_test(test_few_replications_cannot_fail),
        cmocka_unit_test(test_requests_are_summed_over_the_half_years_of_the_span),
        cmocka_unit_test(test_the_score_of_counts_is_a_distribution_that_never_excludes),
        cmocka_unit_test(test_the_score_of_an_event_and_of_a_measure),
        cmocka_unit_test(test_an_expectation_of_the_first_time_takes_never_as_the_horizon),
        cmocka_unit_test(test_faults_of_claims_are_found_before_simulating),
        cmocka_unit_test(
            test_an_interval_that_holds_the_bound_is_undecided_and_says_what_would_settle_it),
        cmocka_unit_test(test_a_given_accounts_risk_within_a_span_is_its_cohorts_share),
        cmocka_unit_test(test_what_a_channel_opened_and_a_jurisdiction_was_shown),
        cmocka_unit_test(test_a_stream_is_summed_over_the_half_years_too),
        cmocka_unit_test(test_so_many_replications_do_settle_a_mean),
        cmocka_unit_test(test_so_many_replications_do_settle_a_probability),
        cmocka_unit_test(test_where_worlds_differ_more_worlds_are_asked_for),
        cmocka_unit_test(test_labels_that_never_go_together_are_told_before_simulating),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
