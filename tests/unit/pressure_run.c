#include "pressure_run.h"
#include <stdlib.h>
#include <string.h>
#include "goodness.h"

void
pressure_open(struct pressure_run *run, const struct legal_world *lw, uint32_t strategy,
              uint64_t replication)
{
    struct why why = {0};

    *run = (struct pressure_run){.lw = lw, .strategy = strategy};
    assert_int_equal(
        timeline_make(&run->timeline, &lw->strategy[strategy], lw->model.horizon, &why), 0);
    assert_int_equal(departures_init(&run->departures, &run->timeline), 0);
    assert_int_equal(
        pressures_make(&run->pressures, &lw->model, &run->timeline, &run->departures, replication),
        0);
}

void
pressure_pass(struct pressure_run *run, sim_ns until)
{
    for (;;) {
        const sim_ns next = pressures_next(run->pressures);
        const sim_ns phase = run->phase + 1 < run->timeline.phases
                                 ? run->timeline.phase[run->phase + 1].from
                                 : SIM_NEVER;

        if (phase < until && phase <= next)
            assert_int_equal(pressures_phase(run->pressures, phase, ++run->phase), 0);
        else if (next < until)
            assert_int_equal(pressures_happen(run->pressures, next, run->phase), 0);
        else
            return;
        assert_true(pressures_next(run->pressures) >= (phase < next ? phase : next));
    }
}

void
pressure_close(struct pressure_run *run, struct recording *out)
{
    pressure_pass(run, run->lw->model.horizon);
    assert_true(pressures_next(run->pressures) == SIM_NEVER);
    recording_clear(out);
    out->plane = PLANE_LEGAL;
    assert_int_equal(pressures_report(run->pressures, run->strategy, out), 0);
    pressures_release(run->pressures);
    departures_release(&run->departures);
    timeline_release(&run->timeline);
}

void
pressure_play(const struct legal_world *lw, uint32_t strategy, uint64_t replication,
              struct recording *out)
{
    struct pressure_run run;

    pressure_open(&run, lw, strategy, replication);
    pressure_close(&run, out);
}

void
abroad_make(struct abroad *a, double horizon_days)
{
    uint32_t c;

    lw_init(&a->lw, horizon_days);
    c = lw_custodian(&a->lw, 1);
    lw_site(&a->lw, 1, c);
    lw_store(&a->lw, 1, c, false);
    lw_site(&a->lw, 0, c);
    lw_store(&a->lw, 0, c, false);
    lw_cohort(&a->lw, 0, 1000);
    lw_rule(&a->lw, 0, 0, 0);
    memset(a->row, 0, sizeof a->row);
    a->lw.jurisdiction[0].pressure = a->row;
}

void
abroad_duty(struct abroad *a, double from_day, struct dist gap, double grace_days)
{
    a->lw.jurisdiction[0].duty.data_from = at_day(from_day);
    a->lw.jurisdiction[0].inspection = gap;
    a->lw.jurisdiction[0].grace = dist_constant(grace_days * LW_DAY);
}

struct pressure *
abroad_row(struct abroad *a, enum pressure_on on, enum pressure_means means, double price,
           double lasts_days)
{
    struct pressure *row = &a->row[a->lw.jurisdiction[0].pressures++];

    *row = (struct pressure){.on = on,
                             .means = means,
                             .probability = 1,
                             .price = price,
                             .lasts = dist_constant(lasts_days * LW_DAY),
                             .for_good = isinf(lasts_days)};
    return row;
}

double
played(const struct legal_world *lw, uint32_t strategy, uint64_t replication, enum metric_id metric,
       struct label label)
{
    struct recording r = {0};
    double value;

    pressure_play(lw, strategy, replication, &r);
    value = lw_value(&r, metric, label);
    recording_release(&r);
    return value;
}

void
check_played(const struct legal_world *lw, uint32_t n, enum metric_id metric, double expected)
{
    double *value = calloc(n, sizeof *value);

    assert_non_null(value);
    for (uint32_t i = 0; i < n; i++)
        value[i] = played(lw, 0, i, metric, label_total);
    const struct estimate e = estimate_mean(value, n, 1 - LEVEL);

    free(value);
    if (!(e.low <= expected && expected <= e.high))
        fail_msg("%s: expected %.6g, got %.6g in [%.6g, %.6g]", metric_table[metric].name, expected,
                 e.mean, e.low, e.high);
    /* an interval that holds anything would prove nothing */
    assert_true(e.high - e.low < 0.2 * expected);
}
