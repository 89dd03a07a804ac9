#include "pressure_run.h"

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
