#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/units.h"
#include "report_run.h"

const char *const run_strategy[RUN_STRATEGIES] = {
    "us-data-us-keys", "cn-data-us-keys", "cn-data-cn-keys", "as-it-happened",
    "split-2-of-3",    "end-to-end",      "opt-out",         "no-presence",
};
static const char *const authority[] = {"cn-police", "us-police"};
static const char *const cohort[] = {"mainland", "us"};
static const char *const class[] = {"photos"};
static const char *const jurisdiction[] = {"CN", "US"};
static const double cohort_accounts[] = {RUN_ACCOUNTS / 2, RUN_ACCOUNTS / 2};

struct made_run
run_usual(void)
{
    return (struct made_run){
        .title = "iCloud for mainland China, 2013-2020",
        .ms = {230, 180, 12, 60, 210, 14, 12, 230},
        .accounts = {0, 0, 130, 20, 0, 70, 129.4, 0},
        .change = {{584, 3, "data of mainland users moves"}, {1907, NONE, "CLOUD Act"}},
        .changes = 2,
    };
}

static void
fill_legend(struct made_run *run)
{
    struct legend *l = &run->legend;

    *l = (struct legend){
        .title = run->title,
        .starts_unix_s = date_of(2013, 1, 1),
        .horizon_days = 2922,
        .strategy = run_strategy,
        .strategies = RUN_STRATEGIES,
        .accounts = cohort_accounts,
        .change = run->change,
        .changes = run->changes,
        .legal = RUN_LEGAL,
        .traffic = RUN_TRAFFIC,
        .seed = 7,
        .front_latency = "latency.p95",
        .front_exposure = "exposure.content.fraction",
        .front_to = 0,
    };
    l->name[LABEL_AUTHORITY] = authority;
    l->names[LABEL_AUTHORITY] = 2;
    l->name[LABEL_COHORT] = cohort;
    l->names[LABEL_COHORT] = 2;
    l->name[LABEL_DATA] = class;
    l->names[LABEL_DATA] = 1;
    l->name[LABEL_JURISDICTION] = jurisdiction;
    l->names[LABEL_JURISDICTION] = 2;
}

static void
add_traffic(struct made_run *run, unsigned trial)
{
    struct recording r = {.plane = PLANE_TRAFFIC, .replication = trial};

    for (uint16_t s = 0; s < RUN_STRATEGIES; s++) {
        struct window_result *w = record_window(&r);

        assert_non_null(w);
        w->strategy = s;
        w->weight = 1;
        w->operations = 100;
        for (int i = 1; i <= 100 && run->ms[s] > 0; i++) {
            /* from 0.8 to 1.8 of it, later trials a little slower */
            const double ms = run->ms[s] * (0.8 + i * i / 1e4) * (1 + trial / 400.0);

            assert_int_equal(hist_add(&w->latency, ns_from_seconds(ms / 1000)), 0);
            w->served++;
        }
    }
    recording_sort(&r);
    assert_int_equal(outcome_add(&run->outcome, &r), 0);
    recording_release(&r);
}

static void
add_exposure(struct recording *r, uint16_t s, double accounts)
{
    const struct label to = label_with(label_total, LABEL_AUTHORITY, 0);
    const struct label of = label_with(to, LABEL_COHORT, 0);
    int rc = record_value(r, s, METRIC_CONTENT_ACCOUNTS, to, accounts) |
             record_value(r, s, METRIC_CONTENT_ACCOUNTS, of, accounts) |
             record_value(r, s, METRIC_CONTENT_FRACTION, of, 2 * accounts / RUN_ACCOUNTS);
    struct curve *curve = record_curve(r);

    assert_int_equal(rc, 0);
    assert_non_null(curve);
    curve->strategy = s;
    for (int i = 0; i <= CURVE_POINTS; i++)
        curve->value[i] = accounts * i / CURVE_POINTS;
}

/* Alone: US where the data lie there, CN for a part of the time as it happened, else nobody. */
static void
add_reach(struct recording *r, uint16_t s)
{
    const struct label alone = label_with(label_total, LABEL_COHORT, 0);
    const double us = s == 0 || s == 7 ? 1 : 0, cn = s == 2 ? 1 : s == 3 ? 0.36 : 0;

    assert_int_equal(
        record_value(r, s, METRIC_REACH_UNILATERAL, label_with(alone, LABEL_JURISDICTION, 1), us) |
            record_value(r, s, METRIC_REACH_UNILATERAL, label_with(alone, LABEL_JURISDICTION, 0),
                         cn),
        0);
}

static void
add_legal(struct made_run *run, unsigned trial)
{
    struct recording r = {.plane = PLANE_LEGAL, .replication = trial};

    for (uint16_t s = 0; s < RUN_STRATEGIES; s++) {
        /* half of the trials below the mean, half above */
        const double accounts = run->accounts[s] * (trial % 2 == 0 ? 0.8 : 1.2);

        if (accounts > 0)
            add_exposure(&r, s, accounts);
        add_reach(&r, s);
    }
    recording_sort(&r);
    assert_int_equal(outcome_add(&run->outcome, &r), 0);
    recording_release(&r);
}

void
run_make(struct made_run *run)
{
    fill_legend(run);
    assert_int_equal(outcome_init(&run->outcome, &run->legend), 0);
    for (unsigned i = 0; i < RUN_TRAFFIC; i++)
        add_traffic(run, i);
    for (unsigned i = 0; i < RUN_LEGAL; i++)
        add_legal(run, i);
    assert_int_equal(outcome_finish(&run->outcome), 0);
}

void
run_end(struct made_run *run)
{
    outcome_release(&run->outcome);
}
