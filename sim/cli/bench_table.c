/* The page of results that a person reads: see bench_out.h. */
#include "cli/bench_out.h"
#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "crypto/costs.h"

enum { NAME_WIDTH = 31, STEPS_MOST = 4 };

/* What is shown of a measurement, and which columns it needs. */
struct page {
    struct text *out;
    const struct measurement *m;
    bool quantiles;            /* some row has its 99 % quantile */
    bool cycles;               /* the machine counts its cores' cycles */
    unsigned step[STEPS_MOST]; /* numbers of threads beside one: the last powers of two, and all */
    unsigned steps;
};

/* Three digits with a prefix: "2.47 G". */
static void
add_rate(struct text *out, double per_s)
{
    static const char prefix[] = {' ', 'k', 'M', 'G', 'T'};
    size_t p = 0;

    while (per_s >= 999.5 && p + 1 < sizeof prefix) {
        per_s /= 1000;
        p++;
    }
    text_addf(out, "%9.*f %c", per_s < 9.995 ? 2 : per_s < 99.95 ? 1 : 0, per_s, prefix[p]);
}

static void
add_ns(struct text *out, double ns)
{
    static const char *const unit[] = {"ns", "us", "ms", "s"};
    size_t u = 0;

    if (!(ns > 0)) { /* not known */
        text_addf(out, "%8s   ", "-");
        return;
    }
    while (ns >= 999.5 && u + 1 < COUNT(unit)) {
        ns /= 1000;
        u++;
    }
    text_addf(out, "%8.*f %-2s", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns, unit[u]);
}

static void
add_gigabytes(struct text *out, const struct measure_row *row)
{
    const double rate = (double)row->bytes / row->median; /* bytes a nanosecond are GB/s */
    const int digits = rate < 0.00995  ? 5
                       : rate < 0.0995 ? 4
                       : rate < 9.995  ? 2
                       : rate < 99.95  ? 1
                                       : 0;

    text_addf(out, " %8.*f", digits, rate);
}

/* Half the interval's width, in percent of the median. */
static double
doubt(const struct measure_row *row)
{
    return 50 * (row->high - row->low) / row->median;
}

static void
add_doubt(struct text *out, double percent)
{
    if (percent < 99.5)
        text_addf(out, "  %5.*f %%", percent < 9.95 ? 1 : 0, percent);
    else
        text_add(out, "   >99 %");
}

/* Three digits of a number of cycles, for a byte or an operation. */
static void
add_cycles(struct text *out, double cycles)
{
    if (!(cycles > 0))
        text_addf(out, " %8s", "-");
    else if (cycles < 99950)
        text_addf(out, " %8.*f", cycles < 9.995 ? 2 : cycles < 99.95 ? 1 : 0, cycles);
    else
        text_addf(out, " %8.2g", cycles);
}

/* The row of the same operation and size on that many threads, or NULL. */
static const struct measure_row *
on_threads(const struct measurement *m, const struct measure_row *row, unsigned threads)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct measure_row *r = &m->item[i];

        if (r->op == row->op && r->bytes == row->bytes && r->threads == threads)
            return r;
    }
    return NULL;
}

/* How many times the work of one thread all do together; NULL: nothing to show. */
static void
add_scaling(struct text *out, const struct measure_row *one, const struct measure_row *all)
{
    if (all == NULL)
        text_addf(out, " %8s", "");
    else
        text_addf(out, "    x%4.2f", one->median / all->median);
}

/* The name stands on the first line of its group only; the star is the cost's. */
static void
add_name(struct text *out, const struct operation *op, bool first)
{
    text_addf(out, "%-*s%c %-11s %-8s", NAME_WIDTH, first ? op->name : "", op->cost ? '*' : ' ',
              op->backend, op->mode);
}

/* One line for each number of threads: the scaling at each size. */
static void
add_bulk_scaling(struct page *p, const struct measure_row *row, const struct measure_row *end)
{
    for (unsigned i = 0; i < p->steps; i++) {
        if (on_threads(p->m, row, p->step[i]) == NULL)
            continue;
        text_addf(p->out, "%*s on %2u threads  ", NAME_WIDTH + 6, "", p->step[i]);
        for (const struct measure_row *r = row; r < end && r->op == row->op; r++)
            if (r->threads == 1)
                add_scaling(p->out, r, on_threads(p->m, r, p->step[i]));
        text_add(p->out, "\n");
    }
}

static void
add_bulk(struct page *p, const struct measure_row *row, bool first)
{
    const struct measure_row *end = p->m->item + p->m->count, *widest = row;
    double worst = 0;

    add_name(p->out, row->op, first);
    for (const struct measure_row *r = row; r < end && r->op == row->op; r++) {
        if (r->threads != 1)
            continue;
        add_gigabytes(p->out, r);
        worst = fmax(worst, doubt(r));
        widest = r;
    }
    add_doubt(p->out, worst);
    if (p->cycles)
        add_cycles(p->out, widest->cycles / (double)widest->bytes);
    text_add(p->out, "\n");
    add_bulk_scaling(p, row, end);
}

static void
add_single(struct page *p, const struct measure_row *row, bool first)
{
    add_name(p->out, row->op, first);
    add_rate(p->out, 1e9 / row->median);
    for (unsigned i = 0; i < p->steps; i++)
        add_scaling(p->out, row, on_threads(p->m, row, p->step[i]));
    add_ns(p->out, row->median);
    add_doubt(p->out, doubt(row));
    if (p->cycles)
        add_cycles(p->out, row->cycles);
    if (p->quantiles) {
        add_ns(p->out, row->p50);
        add_ns(p->out, row->p99);
        add_ns(p->out, row->p999);
    }
    text_add(p->out, "\n");
}

/* Is this the first row, on one thread, of an operation of that section? */
static bool
opens_operation(const struct measurement *m, size_t i, bool bulk)
{
    const struct measure_row *row = &m->item[i];

    return row->op->bulk == bulk && row->threads == 1 && (i == 0 || m->item[i - 1].op != row->op);
}

/* All rows of a section, those of one name together wherever they were measured. */
static void
add_section(struct page *p, bool bulk, void (*add)(struct page *, const struct measure_row *, bool))
{
    const struct measurement *m = p->m;

    for (size_t i = 0; i < m->count; i++) {
        bool first = true;

        if (!opens_operation(m, i, bulk))
            continue;
        for (size_t k = 0; k < i && first; k++)
            first = !opens_operation(m, k, bulk) ||
                    strcmp(m->item[k].op->name, m->item[i].op->name) != 0;
        if (!first)
            continue; /* shown with its group */
        for (size_t k = i; k < m->count; k++)
            if (opens_operation(m, k, bulk) &&
                strcmp(m->item[k].op->name, m->item[i].op->name) == 0)
                add(p, &m->item[k], k == i);
    }
}

static void
add_bulk_head(struct page *p)
{
    char size[COSTS_SIZE_TEXT];
    const struct operation *first = NULL;

    for (size_t i = 0; i < p->m->count; i++) {
        const struct measure_row *row = &p->m->item[i];

        if (!row->op->bulk || row->threads != 1)
            continue;
        if (first == NULL) {
            first = row->op;
            text_addf(p->out, "\n%-*s  %-11s %-8s", NAME_WIDTH, "objects: GB/s by size", "library",
                      "key");
        }
        if (row->op != first)
            break;
        costs_size(row->bytes, size);
        text_addf(p->out, " %8s", size);
    }
    text_addf(p->out, "   within%s\n", p->cycles ? " cycles/B" : "");
}

static void
add_single_head(struct page *p)
{
    text_addf(p->out, "\n%-*s  %-11s %-8s%11s", NAME_WIDTH, "one operation", "library", "key",
              "per second");
    for (unsigned i = 0; i < p->steps; i++)
        text_addf(p->out, "%4u thr.", p->step[i]);
    text_addf(p->out, "%9s     within", "median");
    if (p->cycles)
        text_addf(p->out, " %8s", "cycles");
    if (p->quantiles)
        text_addf(p->out, "%8s%11s%11s", "p50", "p99", "p99.9");
    text_add(p->out, "\n");
}

static void
add_heading(struct text *out, const struct machine *machine, const struct measurement *m)
{
    text_addf(out, "%s, %u cores, %s, %s\n", machine->cpu, machine->cores, machine->library,
              machine->measured);
    text_addf(out, "medians of %u rounds of %s; %s\n", m->rounds,
              m->cpu_time ? "processor time" : "time on the clock",
              m->pinned ? "each thread on a core of its own" : "threads not kept on a core");
    if (machine->libraries[0])
        text_addf(out, "beside %s\n", machine->libraries);
    if (machine->flags[0])
        text_addf(out, "on %s\n", machine->flags);
    if (machine->token[0])
        text_addf(out, "through PKCS#11: %s\n", machine->token);
    if (m->threads > 1)
        text_addf(out, "%u threads: the spin control does %.2f times the work of one%s%s\n",
                  m->threads, m->spin_scaling,
                  !m->unscaled                  ? ""
                  : m->threads > machine->cores ? ": there are fewer cores,"
                                                : ": the cores are not this program's alone,",
                  m->unscaled ? "\nso that rows of several threads are left out" : "");
}

static void
add_legend(struct page *p)
{
    text_add(p->out,
             "\n* what scenarios read as {cost: NAME}; within: half the 95 % interval of the "
             "median, of the\n  size where it is widest");
    if (p->quantiles)
        text_add(p->out,
                 "; p50 to p99.9: of single operations, where enough were timed one by one");
    if (p->cycles)
        text_add(p->out, "; cycles: of the core, in user mode, counted\n  by the processor; of a "
                         "byte at the largest size");
    if (p->steps > 0)
        text_add(p->out, "; thr., on N threads: times the work of one");
    text_add(p->out, "\n");
}

/* Rows of which numbers of threads are shown: powers of two and the greatest, the last few. */
static void
choose_steps(struct page *p)
{
    for (unsigned n = 2; n <= p->m->threads && !p->m->unscaled; n++) {
        if ((n & (n - 1)) != 0 && n != p->m->threads)
            continue;
        if (p->steps == STEPS_MOST)
            memmove(p->step, p->step + 1, --p->steps * sizeof *p->step);
        p->step[p->steps++] = n;
    }
}

void
bench_table(struct text *out, const struct machine *machine, const struct measurement *m)
{
    struct page page = {.out = out, .m = m};

    for (size_t i = 0; i < m->count; i++) {
        page.quantiles |= !m->item[i].op->bulk && m->item[i].p99 > 0;
        page.cycles |= m->item[i].cycles > 0;
    }
    choose_steps(&page);
    add_heading(out, machine, m);
    add_bulk_head(&page);
    add_section(&page, true, add_bulk);
    add_single_head(&page);
    add_section(&page, false, add_single);
    add_legend(&page);
}
