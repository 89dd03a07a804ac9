/* Results of the engine's benchmark for people and for programs: see bench_engine.h. */
#include <math.h>

#include "base/json.h"
#include "cli/bench_engine.h"

static const char legend[] =
    "\nx 2.65 (to the first): 2.65 times the value of the first row of that name and size, or\n"
    "of the same control on one thread; the median over rounds of each round's ratio. Of times\n"
    "(ns) above 1 is slower than the first, of rates (1/s) above 1 is faster.\n";

void
engine_table(struct text *out, const struct bench_list *list)
{
    bool ratios = false;

    text_addf(out, "%s, %u cores, %s; %u rounds, medians with 95 %% intervals\n\n", list->cpu,
              list->cores, list->measured, list->rounds);
    text_addf(out, "%-20s %9s  %-22s %-11s %7s %14s  %-21s %s\n", "what", "size", "by", "how",
              "threads", "median", "", "to the first");
    for (size_t i = 0; i < list->engine.count; i++) {
        const struct engine_row *r = &list->engine.item[i];
        const int digits = r->median < 1000 ? 1 : 0;
        struct text within = {0};

        text_addf(out, "%-20s ", r->name);
        if (r->size > 0)
            text_addf(out, "%9llu", (unsigned long long)r->size);
        else
            text_addf(out, "%9s", "-");
        text_addf(&within, "[%.*f, %.*f]", digits, r->low, digits, r->high);
        text_addf(out, "  %-22s %-11s %7u %10.*f %-3s  ", r->backend, r->mode, r->threads, digits,
                  r->median, r->unit);
        if (isnan(r->ratio))
            text_addf(out, "%s\n", text_str(&within));
        else
            text_addf(out, "%-21s x %.2f  [%.2f, %.2f]\n", text_str(&within), r->ratio,
                      r->ratio_low, r->ratio_high);
        out->lost |= within.lost;
        text_release(&within);
        ratios |= !isnan(r->ratio);
    }
    if (ratios)
        text_add(out, legend);
}

void
engine_json(struct text *out, const struct bench_list *list)
{
    struct json json = {.out = out};

    json_open(&json, NULL, '{');
    json_open(&json, "machine", '{');
    json_string(&json, "cpu", list->cpu);
    json_whole(&json, "cores", list->cores);
    json_string(&json, "library", list->library);
    json_string(&json, "measured", list->measured);
    json_string(&json, "jurisim", list->program);
    json_close(&json, '}');
    json_open(&json, "rows", '[');
    for (size_t i = 0; i < list->engine.count; i++) {
        const struct engine_row *r = &list->engine.item[i];

        json_open(&json, NULL, '{');
        json_string(&json, "name", r->name);
        json_string(&json, "backend", r->backend);
        json_string(&json, "mode", r->mode);
        json_whole(&json, "bytes", (int64_t)r->size);
        json_whole(&json, "threads", r->threads);
        json_number(&json, "median", r->median);
        json_number(&json, "low", r->low);
        json_number(&json, "high", r->high);
        json_string(&json, "unit", r->unit);
        json_number(&json, "ratio", r->ratio);
        json_number(&json, "ratio_low", r->ratio_low);
        json_number(&json, "ratio_high", r->ratio_high);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    text_add(out, "\n");
}
