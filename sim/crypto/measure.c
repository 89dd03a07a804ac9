#include "crypto/measure.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/units.h"

const size_t measure_sizes[5] = {(size_t)1 << 10, (size_t)16 << 10, (size_t)256 << 10,
                                 (size_t)1 << 20, (size_t)16 << 20};

/* A row while it is measured. */
struct cell {
    const struct operation *op;
    void *work;
    uint64_t batch;
    double *ns; /* of one operation, by round */
};

struct cells {
    struct cell *item;
    size_t count, capacity;
};

static int64_t
now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int
check_plan(const struct measure_plan *plan, struct why *why)
{
    if (plan->rounds < MEASURE_ROUNDS_LEAST || plan->rounds > MEASURE_ROUNDS_MOST)
        return why_add(why, ERR_INPUT, NULL, "rounds: must be from %d to %d, got %u",
                       MEASURE_ROUNDS_LEAST, MEASURE_ROUNDS_MOST, plan->rounds);
    if (plan->slot_ns <= 0)
        return why_add(why, ERR_INPUT, NULL, "slot: must be above 0 ns");
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

/* `control` cells are measured like any other and only marked. */
static int
cell_add(struct cells *cells, struct measurement *out, const struct operation *op, size_t bytes,
         bool control, struct why *why)
{
    struct cell *cell;
    int rc;

    if (VEC_ROOM(cells) < 0 || VEC_ROOM(out) < 0)
        return why_no_memory(why);
    cell = &cells->item[cells->count];
    *cell = (struct cell){.op = op, .batch = 1};
    cell->ns = calloc(out->rounds, sizeof *cell->ns);
    if (!cell->ns)
        return why_no_memory(why);
    rc = op->prepare(op, bytes, &cell->work, why);
    if (rc < 0) {
        free(cell->ns);
        return rc;
    }
    cells->count++; /* from here cells_release frees it */
    out->item[out->count++] =
        (struct measure_row){.op = op, .control = control, .bytes = bytes, .threads = 1};
    return 0;
}

static void
cells_release(struct cells *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        cells->item[i].op->release(cells->item[i].work);
        free(cells->item[i].ns);
    }
    free(cells->item);
    *cells = (struct cells){0};
}

/* Verifies the operation, then makes its cells: one for each size, or one. */
static int
cells_of(struct cells *cells, struct measurement *out, const struct operation *op, bool control,
         const struct measure_plan *plan, struct why *why)
{
    int rc = op->verify(op, why);

    if (!op->bulk && rc == 0)
        rc = cell_add(cells, out, op, op->bytes, control, why);
    for (size_t s = 0; op->bulk && s < plan->sizes && rc == 0; s++)
        rc = cell_add(cells, out, op, plan->bytes[s], control, why);
    return rc;
}

static int
cells_make(struct cells *cells, struct measurement *out, const struct measure_plan *plan,
           struct why *why)
{
    const struct operation *op;
    int rc = 0;

    for (size_t i = 0; rc == 0 && (op = operation_at(i)); i++)
        rc = cells_of(cells, out, op, false, plan, why);
    for (op = control_operations; rc == 0 && op->name; op++)
        rc = cells_of(cells, out, op, true, plan, why);
    return rc;
}

/* Runs `runs` operations; `*ns` is the time they took together. */
static int
cell_time(struct cell *cell, uint64_t runs, int64_t *ns, struct why *why)
{
    int (*run)(void *, struct why *) = cell->op->run;
    int64_t start = now_ns();
    int rc = 0;

    for (uint64_t i = 0; i < runs && rc == 0; i++)
        rc = run(cell->work, why);
    *ns = now_ns() - start;
    return rc;
}

/*
 * Warms up and finds how many runs fill a slot: doubles until a slot's eighth is filled, then
 * scales. A disturbance here makes batches smaller, never wrong.
 */
static int
cell_size_batch(struct cell *cell, int64_t slot_ns, struct why *why)
{
    int64_t ns;
    int rc = cell_time(cell, 2, &ns, why);

    for (cell->batch = 1; rc == 0; cell->batch *= 2) {
        rc = cell_time(cell, cell->batch, &ns, why);
        if (ns >= slot_ns / 8 || cell->batch >= UINT64_C(1) << 40)
            break;
    }
    if (rc == 0 && ns > 0 && ns < slot_ns)
        cell->batch = (uint64_t)((double)cell->batch * (double)slot_ns / (double)ns);
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
round_run(struct cells *cells, unsigned round, struct why *why)
{
    size_t step = 1 + round * 7 % cells->count, at = round * 5 % cells->count;

    while (common_divisor(step, cells->count) != 1)
        step++;
    for (size_t i = 0; i < cells->count; i++) {
        struct cell *cell = &cells->item[at];
        int64_t ns;
        int rc = cell_time(cell, 1, &ns, why); /* what the last cell drove out of the cache */

        if (rc == 0)
            rc = cell_time(cell, cell->batch, &ns, why);
        if (rc < 0)
            return rc;
        cell->ns[round] = (double)ns / (double)cell->batch;
        at = (at + step) % cells->count;
    }
    return 0;
}

int
measure_operations(const struct measure_plan *plan, struct measurement *out, struct why *why)
{
    struct cells cells = {0};
    int rc = check_plan(plan, why);

    *out = (struct measurement){.rounds = plan->rounds};
    if (rc == 0)
        rc = cells_make(&cells, out, plan, why);
    for (size_t i = 0; i < cells.count && rc == 0; i++)
        rc = cell_size_batch(&cells.item[i], plan->slot_ns, why);
    for (unsigned round = 0; round < plan->rounds && rc == 0; round++) {
        rc = round_run(&cells, round, why);
        if (plan->progress)
            plan->progress(plan->progress_data, round + 1, plan->rounds);
    }
    for (size_t i = 0; i < cells.count && rc == 0; i++) {
        struct measure_row *row = &out->item[i];

        row->runs = cells.item[i].batch * plan->rounds;
        measure_median(cells.item[i].ns, plan->rounds, MEASURE_LEVEL, &row->median, &row->low,
                       &row->high);
    }
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

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The rank k of measure_median, from 1. */
static size_t
rank_of(size_t count, double level)
{
    double n = (double)count, below = 0;
    size_t k = 0;
    int sign;

    /* Terms through logarithms: 2^-n leaves the range of a double near n = 1000. */
    while (k < count / 2) {
        double i = (double)k;
        double log_choose =
            lgamma_r(n + 1, &sign) - lgamma_r(i + 1, &sign) - lgamma_r(n - i + 1, &sign);

        below += exp(log_choose - n * log(2.0));
        if (below > (1 - level) / 2)
            break;
        k++;
    }
    return k ? k : 1;
}

void
measure_median(double *value, size_t count, double level, double *median, double *low, double *high)
{
    size_t k = rank_of(count, level);

    qsort(value, count, sizeof *value, ascending);
    *median = count % 2 ? value[count / 2] : (value[count / 2 - 1] + value[count / 2]) / 2;
    *low = value[k - 1];
    *high = value[count - k];
}
