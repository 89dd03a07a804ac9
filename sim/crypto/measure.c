#include "crypto/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/cell.h"

const size_t measure_sizes[5] = {(size_t)1 << 10, (size_t)16 << 10, (size_t)256 << 10,
                                 (size_t)1 << 20, (size_t)16 << 20};

struct cells {
    struct cell *item;
    size_t count, capacity;
};

static int
check_plan(const struct measure_plan *plan, struct why *why)
{
    if (plan->rounds < MEASURE_ROUNDS_LEAST || plan->rounds > MEASURE_ROUNDS_MOST)
        return why_add(why, ERR_INPUT, NULL, "rounds: must be from %d to %d, got %u",
                       MEASURE_ROUNDS_LEAST, MEASURE_ROUNDS_MOST, plan->rounds);
    if (plan->slot_ns <= 0)
        return why_add(why, ERR_INPUT, NULL, "slot: must be above 0 ns");
    if (plan->threads > MEASURE_THREADS_MOST)
        return why_add(why, ERR_LIMIT, NULL, "threads: at most %d, got %u", MEASURE_THREADS_MOST,
                       plan->threads);
    if (plan->sizes == 0 || plan->sizes > MEASURE_SIZES_MOST)
        return why_add(why, ERR_INPUT, NULL, "sizes: from 1 to %d can be measured, got %zu",
                       MEASURE_SIZES_MOST, plan->sizes);
    for (size_t i = 0; i < plan->sizes; i++) {
        if (plan->bytes[i] == 0 || plan->bytes[i] > MEASURE_BYTES_MOST)
            return why_add(why, ERR_LIMIT, NULL, "sizes: must be from 1 to %zu bytes, got %zu",
                           MEASURE_BYTES_MOST, plan->bytes[i]);
        if (i && plan->bytes[i] <= plan->bytes[i - 1])
            return why_add(why, ERR_INPUT, NULL, "sizes: %zu bytes does not follow %zu bytes",
                           plan->bytes[i], plan->bytes[i - 1]);
    }
    return 0;
}

/* Room for a cell and its row. `control` cells are measured like any other and only marked. */
static int
cell_room(struct cells *cells, struct measurement *out, struct why *why)
{
    return VEC_ROOM(cells) < 0 || VEC_ROOM(out) < 0 ? why_no_memory(why) : 0;
}

/* The cell that was just made stays, with a row. */
static void
cell_keep(struct cells *cells, struct measurement *out, size_t bytes, bool control)
{
    const struct cell *cell = &cells->item[cells->count++]; /* cells_release frees it */

    out->item[out->count++] = (struct measure_row){
        .op = cell->op, .control = control, .bytes = bytes, .threads = cell->threads};
}

static void
cells_release(struct cells *cells)
{
    for (size_t i = 0; i < cells->count; i++)
        cell_release(&cells->item[i]);
    free(cells->item);
    *cells = (struct cells){0};
}

unsigned
measure_next_threads(unsigned threads, unsigned most)
{
    const unsigned next = most <= MEASURE_THREADS_EACH ? threads + 1 : 2 * threads;

    return threads >= most ? 0 : next < most ? next : most;
}

/* One thread's row, then those of several. */
static int
cells_at(struct cells *cells, struct measurement *out, const struct operation *op, size_t bytes,
         bool control, const struct measure_plan *plan, struct why *why)
{
    const unsigned most = out->unscaled ? 1 : out->threads;
    const size_t first = cells->count;
    int rc = cell_room(cells, out, why);

    if (rc == 0)
        rc = cell_make(&cells->item[first], op, bytes, most, plan, why);
    if (rc < 0)
        return rc;
    cell_keep(cells, out, bytes, control);
    for (unsigned n = 1; (n = measure_next_threads(n, most)) > 0;) {
        rc = cell_room(cells, out, why);
        if (rc == 0)
            rc = cell_borrow(&cells->item[cells->count], &cells->item[first], n, plan, why);
        if (rc < 0)
            return rc;
        cell_keep(cells, out, bytes, control);
    }
    return 0;
}

/* Verifies the operation, then makes its cells: for each size, or one. */
static int
cells_of(struct cells *cells, struct measurement *out, const struct operation *op, bool control,
         const struct measure_plan *plan, struct why *why)
{
    int rc = op->verify(op, why);

    if (!op->bulk && rc == 0)
        rc = cells_at(cells, out, op, op->bytes, control, plan, why);
    for (size_t s = 0; op->bulk && s < plan->sizes && rc == 0; s++)
        rc = cells_at(cells, out, op, plan->bytes[s], control, plan, why);
    return rc;
}

/* Does the name contain one of the texts of a list that commas separate? */
static bool
is_named(const char *list, const char *name)
{
    while (*list != '\0') {
        const size_t length = strcspn(list, ",");

        if (length > 0 && memmem(name, strlen(name), list, length) != NULL)
            return true;
        list += length + (list[length] == ',');
    }
    return false;
}

static bool
is_wanted(const struct measure_plan *plan, const struct operation *op)
{
    const char *reason;

    if (plan->costs_only && !op->cost)
        return false;
    if (plan->only != NULL && !is_named(plan->only, op->name))
        return false;
    reason = op->missing != NULL ? op->missing(op) : NULL;
    if (reason != NULL && plan->missing != NULL)
        plan->missing(plan->missing_data, op, reason);
    return reason == NULL;
}

static int
cells_make(struct cells *cells, struct measurement *out, const struct measure_plan *plan,
           struct why *why)
{
    const struct operation *op;
    int rc = 0;

    for (size_t i = 0; rc == 0 && (op = operation_at(i)); i++)
        if (is_wanted(plan, op))
            rc = cells_of(cells, out, op, false, plan, why);
    for (op = plan->extra; rc == 0 && op != NULL && op->name; op++)
        if (is_wanted(plan, op))
            rc = cells_of(cells, out, op, false, plan, why);
    for (op = control_operations; rc == 0 && op->name; op++)
        rc = cells_of(cells, out, op, true, plan, why);
    return rc;
}

static size_t
common_divisor(size_t a, size_t b)
{
    while (b) {
        size_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/*
 * Every cell once, in steps that visit all of them: the step and the start change with the round,
 * so that a cell does not always follow the same other one (and inherit its cache and clock).
 */
static int
round_run(struct cells *cells, struct crew *crew, unsigned round, struct why *why)
{
    size_t step = 1 + round * 7 % cells->count, at = round * 5 % cells->count;
    int rc = 0;

    while (common_divisor(step, cells->count) != 1)
        step++;
    for (size_t i = 0; i < cells->count && rc == 0; i++) {
        rc = cell_round(&cells->item[at], crew, round, why);
        at = (at + step) % cells->count;
    }
    return rc;
}

static int
rounds_run(struct cells *cells, struct crew *crew, const struct measure_plan *plan, struct why *why)
{
    int rc = 0;

    for (size_t i = 0; i < cells->count && rc == 0; i++)
        rc = cell_size_batch(&cells->item[i], crew, plan->slot_ns, why);
    for (unsigned round = 0; round < plan->rounds && rc == 0; round++) {
        rc = round_run(cells, crew, round, why);
        if (plan->progress)
            plan->progress(plan->progress_data, round + 1, plan->rounds);
    }
    return rc;
}

/* Do the threads have cores of their own? The spin control on one and on all, in turn. */
static int
try_spin(struct measurement *out, struct crew *crew, int64_t slot_ns, struct why *why)
{
    enum { ROUNDS = 9 };
    const struct measure_plan plan = {.rounds = ROUNDS};
    const struct operation *spin = control_operations;
    struct cell one, all;
    double alone, together, low, high;
    int rc;

    while (strcmp(spin->name, "spin") != 0)
        spin++;
    rc = cell_make(&one, spin, 0, out->threads, &plan, why);
    if (rc < 0)
        return rc;
    rc = cell_borrow(&all, &one, out->threads, &plan, why);
    if (rc < 0) {
        cell_release(&one);
        return rc;
    }
    rc = cell_size_batch(&one, crew, slot_ns, why);
    all.batch = one.batch;
    for (unsigned i = 0; i < ROUNDS && rc == 0; i++) {
        rc = cell_round(&one, crew, i, why);
        if (rc == 0)
            rc = cell_round(&all, crew, i, why);
    }
    measure_median(one.ns, ROUNDS, MEASURE_LEVEL, &alone, &low, &high);
    measure_median(all.ns, ROUNDS, MEASURE_LEVEL, &together, &low, &high);
    out->spin_scaling = alone / together;
    out->unscaled = !(out->spin_scaling >= MEASURE_SPIN_SCALES * out->threads) ||
                    out->threads > (unsigned)CPU_COUNT(&crew->allowed);
    cell_release(&all);
    cell_release(&one);
    return rc;
}

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void
summarise(struct measure_row *row, struct cell *cell, unsigned rounds)
{
    row->runs = cell->batch * rounds * cell->threads;
    row->p50 = row->p99 = row->p999 = row->cycles = (double)NAN;
    if (cell->singles > 0) {
        qsort(cell->single, cell->singles, sizeof *cell->single, ascending);
        row->p50 = measure_quantile(cell->single, cell->singles, 0.5);
        row->p99 = measure_quantile(cell->single, cell->singles, 0.99);
        row->p999 = measure_quantile(cell->single, cell->singles, 0.999);
    }
    if (cell->cycles_runs > 0)
        row->cycles = (double)cell->cycles / (double)cell->cycles_runs;
    measure_median(cell->ns, rounds, MEASURE_LEVEL, &row->median, &row->low, &row->high);
}

int
measure_operations(const struct measure_plan *plan, struct measurement *out, struct why *why)
{
    struct cells cells = {0};
    struct crew crew = {0};
    int rc = check_plan(plan, why);

    *out = (struct measurement){.rounds = plan->rounds,
                                .threads = plan->threads > 1 ? plan->threads : 1,
                                .cpu_time = plan->cpu_time,
                                .spin_scaling = (double)NAN};
    if (rc == 0)
        rc = crew_start(&crew, out->threads, why);
    out->pinned = crew.pinned;
    if (rc == 0 && out->threads > 1)
        rc = try_spin(out, &crew, plan->slot_ns, why);
    if (rc == 0)
        rc = cells_make(&cells, out, plan, why);
    if (rc == 0)
        rc = rounds_run(&cells, &crew, plan, why);
    for (size_t i = 0; i < cells.count && rc == 0; i++)
        summarise(&out->item[i], &cells.item[i], plan->rounds);
    crew_stop(&crew);
    cells_release(&cells);
    if (rc < 0)
        measurement_release(out);
    return rc;
}

void
measurement_release(struct measurement *measurement)
{
    free(measurement->item);
    *measurement = (struct measurement){0};
}
