/* Results of the crypto benchmark for programs: see bench_out.h. */
#include "cli/bench_out.h"
#include "base/json.h"

void
bench_json(struct text *out, const struct machine *machine, const struct measurement *result)
{
    struct json json = {.out = out};

    json_open(&json, NULL, '{');
    json_open(&json, "machine", '{');
    json_string(&json, "cpu", machine->cpu);
    json_whole(&json, "cores", machine->cores);
    json_string(&json, "library", machine->library);
    json_string(&json, "libraries", machine->libraries);
    json_string(&json, "flags", machine->flags);
    json_string(&json, "measured", machine->measured);
    json_string(&json, "jurisim", machine->program);
    if (machine->token[0])
        json_string(&json, "token", machine->token);
    json_string(&json, "clock", result->cpu_time ? "processor" : "wall");
    json_bool(&json, "pinned", result->pinned);
    json_number(&json, "spin_scaling", result->spin_scaling);
    json_close(&json, '}');
    json_open(&json, "rows", '[');
    for (size_t i = 0; i < result->count; i++) {
        const struct measure_row *row = &result->item[i];

        json_open(&json, NULL, '{');
        json_string(&json, "name", row->op->name);
        json_string(&json, "backend", row->op->backend);
        json_string(&json, "mode", row->op->mode);
        json_whole(&json, "bytes", (int64_t)row->bytes);
        json_whole(&json, "threads", row->threads);
        json_number(&json, "median", row->median);
        json_number(&json, "low", row->low);
        json_number(&json, "high", row->high);
        json_string(&json, "unit", "ns");
        json_number(&json, "p50", row->p50);
        json_number(&json, "p99", row->p99);
        json_number(&json, "p999", row->p999);
        json_number(&json, "cycles", row->cycles);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    text_add(out, "\n");
}
