/* Results of the crypto benchmark, for people and for programs. */
#include "cli/bench_out.h"
#include "base/json.h"
#include "base/mem.h"
#include "crypto/costs.h"

/* A rate with a prefix, six characters wide: " 2.47 G". */
static void
add_rate(struct text *out, double per_s, const char *unit)
{
    static const char prefix[] = {' ', 'k', 'M', 'G', 'T'};
    size_t p = 0;

    while (per_s >= 1000 && p + 1 < sizeof prefix) {
        per_s /= 1000;
        p++;
    }
    text_addf(out, "  %*.*f %c%s", 6, per_s < 10 ? 2 : per_s < 100 ? 1 : 0, per_s, prefix[p], unit);
}

static void
add_ns(struct text *out, int width, double ns)
{
    static const char *const unit[] = {"ns", "us", "ms", "s"};
    size_t u = 0;

    while (ns >= 1000 && u + 1 < COUNT(unit)) {
        ns /= 1000;
        u++;
    }
    text_addf(out, "%*.*f %-2s", width, ns < 10 ? 2 : ns < 100 ? 1 : 0, ns, unit[u]);
}

static void
add_row(struct text *out, const struct measure_row *row)
{
    char size[COSTS_SIZE_TEXT] = "-";

    if (row->bytes)
        costs_size(row->bytes, size);
    text_addf(out, "%-24s %8s ", row->op->name, size);
    add_ns(out, 8, row->median);
    text_add(out, "  [");
    add_ns(out, 5, row->low);
    text_add(out, ", ");
    add_ns(out, 5, row->high);
    text_add(out, "]");
    add_rate(out, 1e9 / row->median, "/s");
    if (row->op->bulk) /* bytes a nanosecond are GB/s */
        add_rate(out, 1e9 * (double)row->bytes / row->median, "B/s");
    text_add(out, "\n");
}

void
bench_table(struct text *out, const struct machine *machine, const struct measurement *result)
{
    text_addf(out, "%s, %u cores, %s, %s; one thread, %u rounds\n\n", machine->cpu, machine->cores,
              machine->library, machine->measured, result->rounds);
    text_addf(out, "%-24s %8s %11s  %-20s  %11s  %12s\n", "operation", "object", "median",
              "95 % interval", "operations", "bytes");
    for (size_t i = 0; i < result->count; i++)
        add_row(out, &result->item[i]);
}

void
bench_json(struct text *out, const struct machine *machine, const struct measurement *result)
{
    struct json json = {.out = out};

    json_open(&json, NULL, '{');
    json_open(&json, "machine", '{');
    json_string(&json, "cpu", machine->cpu);
    json_whole(&json, "cores", machine->cores);
    json_string(&json, "library", machine->library);
    json_string(&json, "measured", machine->measured);
    json_string(&json, "jurisim", machine->program);
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
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    text_add(out, "\n");
}
