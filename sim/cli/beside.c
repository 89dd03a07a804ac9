#include "cli/beside.h"

#include "cli/interrupt.h"
#include "cli/progress.h"
#include "report/compare.h"

static int
reading_model(void *self, uint32_t reading, uint64_t world, struct model **out, struct why *why)
{
    return scenario_model_reading(self, reading, world, out, why);
}

static int
flip_model(void *self, uint32_t unknown, double quantile, struct model **out, struct why *why)
{
    const struct scenario_fixed fixed = {unknown, quantile};

    return unknown == NONE ? scenario_model(self, SCENARIO_CENTRAL, out, why)
                           : scenario_model_fixed(self, &fixed, out, why);
}

static int
flip_value(void *self, uint32_t unknown, double quantile, struct text *out, struct why *why)
{
    return scenario_unknown_value(self, unknown, quantile, out, why);
}

static uint32_t
replications(uint32_t asked, size_t run)
{
    return asked > 0 && asked < run ? asked : (uint32_t)run;
}

static int
ask_readings(struct beside *out, struct run *run, const struct simulate_options *simulate,
             const struct beside_options *options, struct why *why)
{
    const struct comparison c = comparison_of(&run->legend);
    const struct reading_source source = {run->scenario, reading_model};
    struct progress_bar bar = {0};
    struct interrupt interrupt;
    const struct reading_options readings = {
        .strategies = run->outcome.strategies,
        .legal = replications(options->reading_replications, run->outcome.legal),
        .traffic = replications(options->reading_replications, run->outcome.traffic),
        .workers = simulate->workers,
        .report = simulate->quiet ? NULL : progress_show,
        .report_self = &bar,
        .stop = interrupt_begin(&interrupt),
    };
    const int rc = readings_judge(&out->readings, run->model, &run->judgements, &run->outcome, c.y,
                                  c.exposure, &source, &readings, why);

    interrupt_end(&interrupt);
    progress_end(&bar);
    out->has_readings = rc == 0;
    return rc;
}

static int
ask_flips(struct beside *out, struct run *run, const struct simulate_options *simulate,
          const struct beside_options *options, struct why *why)
{
    const struct flip_world world = {run->scenario, flip_model, flip_value};
    struct progress_bar bar = {0};
    struct interrupt interrupt;
    const struct flip_options flips = {
        .legal = options->flip_replications > 0 ? options->flip_replications : FLIP_LEGAL,
        .traffic = FLIP_TRAFFIC,
        .workers = simulate->workers,
        .report = simulate->quiet ? NULL : progress_show,
        .report_self = &bar,
        .stop = interrupt_begin(&interrupt),
    };
    const int rc = flips_find(&out->flips, run->model, &run->judgements, &world, &flips, why);

    interrupt_end(&interrupt);
    progress_end(&bar);
    out->has_flips = rc == 0;
    return rc;
}

int
beside_ask(struct beside *out, struct run *run, const struct simulate_options *simulate,
           const struct beside_options *options, struct why *why)
{
    int rc = 0;

    *out = (struct beside){.run = run};
    if (options->readings && run->model->readings > 0)
        rc = ask_readings(out, run, simulate, options, why);
    if (rc == 0 && options->flips)
        rc = ask_flips(out, run, simulate, options, why);
    return rc;
}

void
beside_release(struct beside *beside)
{
    readings_release(&beside->readings);
    flips_release(&beside->flips);
    *beside = (struct beside){0};
}

void
beside_text(const struct beside *beside, struct text *out)
{
    if (beside->has_readings)
        readings_text(beside, out);
    if (beside->has_flips)
        flips_text(beside, out);
}

void
beside_json(const void *self, struct json *json)
{
    const struct beside *beside = self;

    if (beside->has_readings)
        readings_json(beside, json);
    if (beside->has_flips)
        flips_json(beside, json);
}
