/* legal/tally: against sets of accounts kept one by one, and what names whom is counted where. */
#include "legal_world.h"
#include <stdlib.h>
#include <string.h>
#include "goodness.h"
#include "base/mem.h"
#include "legal/tally.h"
#include "record/legend.h"

enum { AUTHORITIES = 4, SOURCES = 5, COHORTS = 2, CLASSES = 3, ACCOUNTS = 9, EVENTS = 60 };

/* AA, BB, BB again with two streams, and a burglar; users of AA and of BB. */
static const uint32_t authority_of[SOURCES] = {0, 1, 2, 2, 3};
static const struct threat burglar = {.is.name = "burglar", .class = ADVERSARY_CRIMINAL};

static void
make_world(struct legal_world *lw)
{
    lw_home_world(lw, 1000, ACCOUNTS, 1);
    lw_cohort(lw, 1, ACCOUNTS);
    while (lw->world.classes < CLASSES)
        lw_class(lw, false);
    for (uint32_t a = 1; a < AUTHORITIES; a++) {
        lw_authority(lw, 1);
        lw_stream(lw, a, 0, 1);
    }
    lw_stream(lw, 2, 0, 1);
    lw->authority[3].jurisdiction.i = NONE;
    lw->authority[3].threat = &burglar;
    lw->world.threats = 1;
}

/* ---- the naive twin: who opened which class of which account, and when first ---- */

struct opening {
    sim_ns at;
    uint32_t source, cohort, account, class;
    enum exposure kind;
};

struct twin {
    struct opening item[EVENTS * ACCOUNTS * CLASSES];
    size_t count;
};

/* A label's openings. Of a stream: those that are its authority's first. */
static bool
is_of(const struct twin *t, const struct opening *o, struct label label)
{
    static const enum adversary class[SOURCES][COHORTS] = {
        {ADVERSARY_HOME, ADVERSARY_FOREIGN},
        {ADVERSARY_FOREIGN, ADVERSARY_HOME},
        {ADVERSARY_FOREIGN, ADVERSARY_HOME},
        {ADVERSARY_FOREIGN, ADVERSARY_HOME},
        {ADVERSARY_CRIMINAL, ADVERSARY_CRIMINAL}};
    const uint32_t authority = authority_of[o->source];

    if (label.of[LABEL_AUTHORITY] != LABEL_ALL && label.of[LABEL_AUTHORITY] != authority)
        return false;
    if (label.of[LABEL_ADVERSARY] != LABEL_ALL &&
        label.of[LABEL_ADVERSARY] != class[o->source][o->cohort])
        return false;
    if (label.of[LABEL_COHORT] != LABEL_ALL && label.of[LABEL_COHORT] != o->cohort)
        return false;
    if (label.of[LABEL_DATA] != LABEL_ALL && label.of[LABEL_DATA] != o->class)
        return false;
    if (label.of[LABEL_STREAM] == LABEL_ALL)
        return true;
    if (label.of[LABEL_STREAM] != (o->source == 3 ? 1 : 0))
        return false;
    for (size_t i = 0; i < t->count; i++) {
        const struct opening *p = &t->item[i];

        if (p->kind == o->kind && p->cohort == o->cohort && p->account == o->account &&
            authority_of[p->source] == authority && p->at < o->at)
            return false;
    }
    return true;
}

/* When an account is first open under a label; SIM_NEVER: never. */
static sim_ns
first_of(const struct twin *t, enum exposure kind, uint32_t cohort, uint32_t account,
         struct label label)
{
    sim_ns first = SIM_NEVER;

    for (size_t i = 0; i < t->count; i++) {
        const struct opening *o = &t->item[i];

        if (o->kind == kind && o->cohort == cohort && o->account == account && o->at < first &&
            is_of(t, o, label))
            first = o->at;
    }
    return first;
}

struct extent {
    unsigned accounts, of;
    double days, first;
    unsigned curve[CURVE_POINTS + 1];
};

static struct extent
sum_up(const struct twin *t, enum exposure kind, struct label label, sim_ns horizon)
{
    struct extent s = {.first = (double)NAN};

    for (uint32_t c = 0; c < COHORTS; c++) {
        if (label.of[LABEL_COHORT] != LABEL_ALL && label.of[LABEL_COHORT] != c)
            continue;
        s.of += ACCOUNTS;
        for (uint32_t a = 0; a < ACCOUNTS; a++) {
            const sim_ns at = first_of(t, kind, c, a, label);

            if (at == SIM_NEVER)
                continue;
            s.accounts++;
            s.days += days_from_ns(horizon - at);
            s.first = fmin(isnan(s.first) ? (double)INFINITY : s.first, days_from_ns(at));
            for (unsigned k = 0; k <= CURVE_POINTS; k++)
                s.curve[k] += (double)at <= (double)horizon / CURVE_POINTS * k;
        }
    }
    return s;
}

/* ---- what the ledger would say of each opening ---- */

static uint16_t
open_before(const struct twin *t, size_t count, enum exposure kind, uint32_t cohort,
            uint32_t account, struct label label)
{
    uint16_t open = 0;

    for (size_t i = 0; i < count; i++) {
        const struct opening *o = &t->item[i];

        if (o->kind == kind && o->cohort == cohort && o->account == account && is_of(t, o, label))
            open |= (uint16_t)(1u << o->class);
    }
    return open;
}

static void
strike(struct tally *tally, struct twin *t, struct stream *s, sim_ns at)
{
    const enum exposure kind = (enum exposure)stream_below(s, EXPOSURES);
    const uint32_t source = (uint32_t)stream_below(s, SOURCES);
    const uint32_t cohort = (uint32_t)stream_below(s, COHORTS);
    const uint16_t classes = (uint16_t)(1 + stream_below(s, (1u << CLASSES) - 1));
    const struct label authority = label_with(label_total, LABEL_AUTHORITY, authority_of[source]);
    const struct label kin =
        label_with(label_total, LABEL_ADVERSARY, tally_class(tally, source, cohort));
    const size_t before = t->count;

    for (uint32_t a = 0; a < ACCOUNTS; a++) {
        if (stream_below(s, 3) > 0)
            continue;
        const uint16_t mine = open_before(t, before, kind, cohort, a, authority);
        const uint16_t like = open_before(t, before, kind, cohort, a, kin);
        const uint16_t any = open_before(t, before, kind, cohort, a, label_total);
        const struct gain gain = {classes & (uint16_t)~mine,
                                  classes & (uint16_t)~like,
                                  classes & (uint16_t)~any,
                                  mine == 0,
                                  like == 0,
                                  any == 0};
        const struct gain_run run = {gain, 1, (account_ns)(tally->model->horizon - at)};

        if (gain.mine != 0)
            assert_int_equal(tally_gain(tally, source, cohort, at, kind, &run), 0);
        for (uint32_t k = 0; k < CLASSES; k++)
            if ((classes >> k & 1) != 0)
                t->item[t->count++] = (struct opening){at, source, cohort, a, k, kind};
    }
}

/* ---- comparing ---- */

struct check {
    const struct twin *twin;
    const struct recording *got;
    sim_ns horizon;
    size_t values, curves; /* that must be there */
};

static void
check_value(struct check *c, enum metric_id metric, struct label label, double expected)
{
    const double got = lw_value(c->got, metric, label);

    if (isnan(expected)) {
        assert_true(isnan(got));
        return;
    }
    CHECK_WITHIN(got, expected, 1e-9 * (1 + expected));
    c->values += expected > 0;
}

static void
check_curve(struct check *c, enum curve_kind kind, struct label label, const struct extent *s)
{
    const struct curve *found = NULL;

    for (size_t i = 0; i < c->got->curves.count; i++) {
        const struct curve *at = &c->got->curves.item[i];

        if (at->kind == kind && at->authority == label.of[LABEL_AUTHORITY] &&
            at->adversary == label.of[LABEL_ADVERSARY] && at->cohort == label.of[LABEL_COHORT])
            found = at;
    }
    assert_int_equal(found != NULL, s->accounts > 0);
    for (unsigned k = 0; found != NULL && k <= CURVE_POINTS; k++)
        assert_true(found->value[k] == s->curve[k]);
    c->curves += found != NULL;
}

static void
check_kept(struct check *c, enum exposure kind, struct label label)
{
    static const enum metric_id any[] = {METRIC_CONTENT_ANY, METRIC_METADATA_ANY,
                                         METRIC_CIPHERTEXT_ANY};
    static const enum metric_id risk[] = {METRIC_CONTENT_RISK, METRIC_METADATA_RISK, METRICS};
    const struct extent s = sum_up(c->twin, kind, label, c->horizon);
    const bool of_stream = label.of[LABEL_STREAM] != LABEL_ALL;
    const double share = (double)s.accounts / s.of;

    if (of_stream && kind == EXPOSED_CIPHERTEXT)
        return;
    check_value(c, any[kind], label, s.accounts > 0);
    check_value(c, any[kind] + 1, label, s.accounts);
    check_value(c, any[kind] + 2, label, of_stream ? 0 : share);
    check_value(c, any[kind] + 3, label, s.days);
    check_value(c, any[kind] + 4, label, s.first);
    if (kind != EXPOSED_CIPHERTEXT)
        check_value(c, risk[kind], label,
                    of_stream || label.of[LABEL_DATA] != LABEL_ALL ? 0 : share);
    if (!of_stream && label.of[LABEL_DATA] == LABEL_ALL)
        check_curve(c, (enum curve_kind)kind, label, &s);
}

static void
check_label(struct check *c, struct label label)
{
    static const struct {
        enum exposure kind;
        enum metric_id metric;
    } days[] = {
        {EXPOSED_RETROACTIVE, METRIC_CONTENT_RETROACTIVE},
        {EXPOSED_FORWARD, METRIC_CONTENT_FORWARD},
        {EXPOSED_HIDDEN, METRIC_CONTENT_HIDDEN},
        {EXPOSED_METADATA_HIDDEN, METRIC_METADATA_HIDDEN},
    };

    for (enum exposure kind = EXPOSED_CONTENT; kind < KINDS_KEPT; kind++)
        check_kept(c, kind, label);
    if (label.of[LABEL_STREAM] != LABEL_ALL)
        return;
    for (size_t i = 0; i < COUNT(days); i++)
        check_value(c, days[i].metric, label,
                    sum_up(c->twin, days[i].kind, label, c->horizon).days);
    check_value(c, METRIC_CONTENT_KNOWN, label,
                fmax(0, sum_up(c->twin, EXPOSED_CONTENT, label, c->horizon).days -
                            sum_up(c->twin, EXPOSED_HIDDEN, label, c->horizon).days));
}

/* `who` alone, by cohort, and by class. */
static void
check_who(struct check *c, struct label who)
{
    check_label(c, who);
    for (uint32_t i = 0; i < COHORTS; i++)
        check_label(c, label_with(who, LABEL_COHORT, i));
    for (uint32_t i = 0; i < CLASSES; i++)
        check_label(c, label_with(who, LABEL_DATA, i));
}

static void
check_all(struct check *c)
{
    check_who(c, label_total);
    for (uint32_t a = 0; a < AUTHORITIES; a++)
        check_who(c, label_with(label_total, LABEL_AUTHORITY, a));
    for (uint32_t v = 0; v < ADVERSARIES; v++)
        check_who(c, label_with(label_total, LABEL_ADVERSARY, v));
    for (uint32_t s = 0; s < SOURCES; s++)
        check_label(c, label_with(label_with(label_total, LABEL_AUTHORITY, authority_of[s]),
                                  LABEL_STREAM, s == 3));
    assert_int_equal(c->got->observations.count, c->values); /* and nothing else */
    assert_int_equal(c->got->curves.count, c->curves);
}

static struct tally
open_tally(const struct legal_world *lw, struct timeline *timeline)
{
    struct tally tally;

    assert_int_equal(timeline_make(timeline, &lw->strategy[0], lw->model.horizon, NULL), 0);
    assert_int_equal(tally_init(&tally, &lw->model, timeline, authority_of, SOURCES), 0);
    return tally;
}

static void
test_exposure_is_counted_as_sets_of_accounts_are(void **state)
{
    static struct legal_world lw;
    static struct twin twin;

    (void)state;
    make_world(&lw);
    for (uint64_t round = 0; round < 40; round++) {
        struct recording r = {.plane = PLANE_LEGAL};
        struct timeline timeline = {0};
        struct tally tally = open_tally(&lw, &timeline);
        struct stream s;
        sim_ns at = 0;

        twin.count = 0;
        stream_open(&s, 4, round, PURPOSE_TEST, 0, 0);
        for (unsigned i = 0; i < EVENTS && i <= 2 * round; i++) {
            at += 1 + (sim_ns)stream_below(&s, (uint64_t)(lw.model.horizon / EVENTS - 1));
            strike(&tally, &twin, &s, at);
        }
        assert_int_equal(tally_report(&tally, 0, &r), 0);
        struct check c = {.twin = &twin, .got = &r, .horizon = lw.model.horizon};

        check_all(&c);
        recording_release(&r);
        tally_release(&tally);
        timeline_release(&timeline);
    }
}

static void
test_a_threat_is_no_request(void **state)
{
    static struct legal_world lw;
    struct recording r = {.plane = PLANE_LEGAL};
    struct timeline timeline = {0};

    (void)state;
    make_world(&lw);
    struct tally tally = open_tally(&lw, &timeline);

    tally_request(&tally, 4, 0, FATE_CONTENT, false, NONE);
    tally_asked(&tally, 4, 0, ASKS_REMOVAL, true, NONE);
    assert_int_equal(tally_delay(&tally, 3, 0, NS_PER_DAY), 0);
    assert_int_equal(tally_report(&tally, 0, &r), 0);
    assert_int_equal(r.observations.count, 0);
    recording_release(&r);
    tally_release(&tally);
    timeline_release(&timeline);
}

static struct label
authority_stream(uint32_t authority, uint32_t stream)
{
    return label_with(label_with(label_total, LABEL_AUTHORITY, authority), LABEL_STREAM, stream);
}

static void
test_what_else_is_asked_is_counted_by_source_period_and_who_shows_it(void **state)
{
    static struct legal_world lw;
    struct recording r = {.plane = PLANE_LEGAL};
    struct timeline timeline = {0};

    (void)state;
    make_world(&lw);
    struct tally tally = open_tally(&lw, &timeline);

    tally_asked(&tally, 3, 1, ASKS_REMOVAL, true, 1);
    tally_asked(&tally, 3, 2, ASKS_REMOVAL, false, 1);
    tally_asked(&tally, 2, 1, ASKS_RESTRICTION, true, 1);
    tally_asked(&tally, 0, 1, ASKS_PRESERVATION, true, 1); /* asked for by a partner */
    tally_asked(&tally, 0, 1, ASKS_DISCLOSURE, true, 0);   /* tally_request counts these */
    tally_ordered_ask(&tally, 0, ASKS_REMOVAL, true);
    assert_int_equal(tally_report(&tally, 0, &r), 0);
    const struct label second = authority_stream(2, 1);
    const struct {
        enum metric_id metric;
        struct label label;
        double count;
    } t[] = {
        {METRIC_REQUESTS_REMOVAL, label_total, 2},
        {METRIC_REQUESTS_RESTRICTION, label_total, 1},
        {METRIC_REQUESTS_PRESERVATION, label_total, 1},
        {METRIC_REQUESTS_COMPLIED, label_total, 3},
        {METRIC_REQUESTS_REMOVAL, second, 2},
        {METRIC_REQUESTS_COMPLIED, second, 1},
        {METRIC_REQUESTS_REMOVAL, label_with(second, LABEL_PERIOD, 1), 1},
        {METRIC_REQUESTS_COMPLIED, label_with(second, LABEL_PERIOD, 1), 1},
        {METRIC_REQUESTS_REMOVAL, label_with(second, LABEL_PERIOD, 2), 1},
        {METRIC_REQUESTS_RESTRICTION, authority_stream(2, 0), 1},
        {METRIC_REQUESTS_COMPLIED, authority_stream(2, 0), 1},
        {METRIC_REQUESTS_RESTRICTION, label_with(authority_stream(2, 0), LABEL_PERIOD, 1), 1},
        {METRIC_REQUESTS_COMPLIED, label_with(authority_stream(2, 0), LABEL_PERIOD, 1), 1},
        {METRIC_REQUESTS_REMOVAL, label_with(label_total, LABEL_AUTHORITY, 2), 2},
        {METRIC_REQUESTS_RESTRICTION, label_with(label_total, LABEL_AUTHORITY, 2), 1},
        {METRIC_REQUESTS_COMPLIED, label_with(label_total, LABEL_AUTHORITY, 2), 2},
        {METRIC_REQUESTS_REMOVAL, label_with(label_total, LABEL_JURISDICTION, 1), 2},
        {METRIC_REQUESTS_RESTRICTION, label_with(label_total, LABEL_JURISDICTION, 1), 1},
        {METRIC_REQUESTS_PRESERVATION, label_with(label_total, LABEL_JURISDICTION, 1), 1},
        {METRIC_REQUESTS_COMPLIED, label_with(label_total, LABEL_JURISDICTION, 1), 3},
        {METRIC_REQUESTS_REMOVAL, label_with(label_total, LABEL_CUSTODIAN, 0), 1},
        {METRIC_REQUESTS_COMPLIED, label_with(label_total, LABEL_CUSTODIAN, 0), 1},
    };

    for (size_t i = 0; i < COUNT(t); i++)
        assert_true(lw_value(&r, t[i].metric, t[i].label) == t[i].count);
    assert_int_equal(r.observations.count, COUNT(t)); /* and nothing is received */
    recording_release(&r);
    tally_release(&tally);
    timeline_release(&timeline);
}

/* Sums are whole: more account-time than doubles hold exactly. */
static void
test_account_time_is_exact_beyond_doubles(void **state)
{
    static struct legal_world lw;
    struct timeline timeline = {0};
    const struct gain gain = {1, 1, 1, true, true, true};
    account_ns expected = 0;

    (void)state;
    make_world(&lw);
    struct tally tally = open_tally(&lw, &timeline);

    for (uint64_t i = 0; i < 1000; i++) {
        const account_ns time = ((account_ns)1 << 90) + i;
        const struct gain_run run = {gain, UINT64_C(1) << 33, time};

        assert_int_equal(tally_gain(&tally, 0, 0, 5, EXPOSED_CONTENT, &run), 0);
        expected += time;
    }
    tally_spread(&tally);
    assert_true(tally.cell[0].time == expected);
    assert_true(tally.cell[0].accounts == (UINT64_C(1) << 33) * 1000);
    assert_int_equal(tally.lumps.count, 1);
    tally_release(&tally);
    timeline_release(&timeline);
}

/* Thousands of different gains, and each found again however often it comes: by a search from the
 * start that would be 10^10 steps. */
static void
test_gains_that_differ_are_kept_apart_and_equal_ones_together(void **state)
{
    static struct legal_world lw;
    struct timeline timeline = {0};
    uint64_t seen = 0;
    enum { DIFFERENT = 40000, TIMES = 10 };

    (void)state;
    make_world(&lw);
    struct tally tally = open_tally(&lw, &timeline);

    for (uint32_t i = 0; i < DIFFERENT * TIMES; i++) {
        const uint32_t k = i % DIFFERENT;
        const struct gain_run run = {.gain = {(uint16_t)(k % 8), (uint16_t)(k / 8 % 8),
                                              (uint16_t)(k / 64 % 8), k / 512 % 2 == 0,
                                              k / 1024 % 2 == 0, k / 2048 % 2 == 0},
                                     .accounts = k};
        const uint32_t source = k / 4096 % SOURCES, cohort = k / (4096 * SOURCES);

        assert_int_equal(tally_gain(&tally, source, cohort, 5, EXPOSED_RETROACTIVE, &run), 0);
    }
    assert_int_equal(tally.lumps.count, DIFFERENT);
    for (size_t i = 0; i < tally.lumps.count; i++) {
        assert_int_equal(tally.lumps.item[i].accounts, i * TIMES);
        seen += tally.lumps.item[i].accounts;
    }
    assert_true(seen == (uint64_t)DIFFERENT * (DIFFERENT - 1) / 2 * TIMES);
    tally_release(&tally);
    timeline_release(&timeline);
}

static void
test_the_legend_names_threats_behind_authorities_and_the_four_adversaries(void **state)
{
    static struct legal_world lw;
    struct legend legend;
    struct text text = {0};

    (void)state;
    make_world(&lw);
    lw.authority[3].is.name = "burglar";
    lw.stream[3][0].is.name = "events";
    lw.stream[3][0].bulk = true;
    lw.stream[0][0].accounts = dist_constant(4);
    lw.stream[1][0].accounts = dist_constant(100); /* more than there are */
    assert_int_equal(legend_make(&legend, &lw.model), 0);
    assert_int_equal(legend.names[LABEL_AUTHORITY], AUTHORITIES);
    assert_int_equal(legend.names[LABEL_ADVERSARY], ADVERSARIES);
    assert_true(legend.named[0] == 4 && legend.named[1] == ACCOUNTS && legend.named[2] == 1);
    assert_true(legend.named[3] == ACCOUNTS); /* all of the cohort that it targets */
    assert_true(legend.kin_named[ADVERSARY_HOME] == ACCOUNTS);
    assert_true(legend.kin_named[ADVERSARY_CRIMINAL] == ACCOUNTS);
    assert_true(legend.kin_named[ADVERSARY_INSIDER] == 0);
    legend_series_name(&legend, METRIC_CONTENT_ACCOUNTS, authority_stream(3, 0), &text);
    assert_string_equal(text.s, "exposure.content.accounts{authority=burglar,stream=events}");
    text_clear(&text);
    legend_series_name(&legend, METRIC_CONTENT_RISK, label_with(label_total, LABEL_ADVERSARY, 3),
                       &text);
    assert_string_equal(text.s, "exposure.content.risk{adversary=insider}");
    legend_release(&legend);

    /* An event that concerns every cohort hits the accounts of all. */
    lw.stream[3][0].target = NULL;
    assert_int_equal(legend_make(&legend, &lw.model), 0);
    assert_true(legend.named[3] == 2 * ACCOUNTS);
    legend_release(&legend);
    text_release(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exposure_is_counted_as_sets_of_accounts_are),
        cmocka_unit_test(test_a_threat_is_no_request),
        cmocka_unit_test(test_what_else_is_asked_is_counted_by_source_period_and_who_shows_it),
        cmocka_unit_test(test_account_time_is_exact_beyond_doubles),
        cmocka_unit_test(test_gains_that_differ_are_kept_apart_and_equal_ones_together),
        cmocka_unit_test(test_the_legend_names_threats_behind_authorities_and_the_four_adversaries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
