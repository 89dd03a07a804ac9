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

/* Half the interval's width, in percent of the median. */
static double
doubt(const struct measure_row *row)
{
    return 50 * (row->high - row->low) / row->median;
}

static void
add_name(struct text *out, const struct measure_row *row)
{
    text_addf(out, "%-31s %-11s %-9s", row->op->name, row->op->backend, row->op->mode);
    if (row->threads > 1)
        text_addf(out, " x%-2u", row->threads);
    else
        text_add(out, "    ");
}

/* The rows of one operation on as many threads: sizes stand side by side, rows of other threads
 * between them. Returns how many columns it wrote. */
static void
add_bulk(struct text *out, const struct measure_row *row, const struct measure_row *end)
{
    double worst = 0;

    add_name(out, row);
    for (const struct measure_row *r = row; r < end && r->op == row->op; r++) {
        if (r->threads != row->threads)
            continue;
        const double rate = (double)r->bytes / r->median; /* bytes a nanosecond are GB/s */

        text_addf(out, " %8.*f", rate < 10 ? 2 : rate < 100 ? 1 : 0, rate);
        worst = doubt(r) > worst ? doubt(r) : worst;
    }
    text_addf(out, "  %5.1f %%\n", worst);
}

static bool
is_first_size(const struct measurement *m, size_t i)
{
    for (size_t k = i; k-- > 0 && m->item[k].op == m->item[i].op;)
        if (m->item[k].threads == m->item[i].threads)
            return false;
    return true;
}

static void
add_bulks(struct text *out, const struct measurement *m)
{
    const struct measure_row *end = m->item + m->count;
    const struct operation *first = NULL;
    char size[COSTS_SIZE_TEXT];

    for (size_t i = 0; i < m->count; i++) {
        const struct measure_row *row = &m->item[i];

        if (!row->op->bulk)
            continue;
        if (first == NULL) {
            first = row->op;
            text_addf(out, "\n%-31s %-11s %-9s    ", "GB/s by size of the object", "backend",
                      "key");
            for (const struct measure_row *r = row; r < end && r->op == first; r++)
                if (r->threads == row->threads) {
                    costs_size(r->bytes, size);
                    text_addf(out, " %8s", size);
                }
            text_add(out, "  within\n");
        }
        if (is_first_size(m, i))
            add_bulk(out, row, end);
    }
}

static void
add_quantile(struct text *out, double ns)
{
    if (ns > 0)
        add_ns(out, 8, ns);
    else
        text_addf(out, "%8s   ", "-");
}

static void
add_single(struct text *out, const struct measure_row *row)
{
    add_name(out, row);
    add_rate(out, 1e9 / row->median, "/s");
    text_addf(out, " %5.1f %% ", doubt(row));
    add_ns(out, 8, row->median);
    add_quantile(out, row->p50);
    add_quantile(out, row->p99);
    add_quantile(out, row->p999);
    text_add(out, "\n");
}

static void
add_singles(struct text *out, const struct measurement *m)
{
    text_addf(out, "\n%-31s %-11s %-9s    %12s  %6s  %9s  %9s  %9s  %9s\n",
              "one operation at a time", "backend", "key", "operations", "within", "median", "p50",
              "p99", "p99.9");
    for (size_t i = 0; i < m->count; i++)
        if (!m->item[i].op->bulk)
            add_single(out, &m->item[i]);
}

void
bench_table(struct text *out, const struct machine *machine, const struct measurement *m)
{
    text_addf(out, "%s, %u cores, %s, %s; %u rounds", machine->cpu, machine->cores,
              machine->library, machine->measured, m->rounds);
    if (m->cpu_time)
        text_add(out, " of processor time");
    text_add(out, m->pinned ? ", pinned to a core each\n" : ", not pinned to a core\n");
    if (machine->token[0])
        text_addf(out, "through PKCS#11: %s\n", machine->token);
    if (m->threads > 1)
        text_addf(out, "%u threads: the spin control does %.2f times the work of one%s\n",
                  m->threads, m->spin_scaling,
                  m->unscaled ? ", so the cores are not this program's alone: rows of several "
                                "threads are left out"
                              : "");
    add_bulks(out, m);
    add_singles(out, m);
    text_add(out, "\n\"within\": half the 95 % interval of the median over rounds (bulk: of the "
                  "widest size). p50 to p99.9:\nsingle operations, where they are slow enough to "
                  "time and enough of them were.\n");
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
