/* Measurements into a database and out of it: see bench_stored.h. */
#include "cli/bench_stored.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bench_row
row_of(const struct measure_row *row)
{
    return (struct bench_row){
        .name = row->op->name,
        .backend = row->op->backend,
        .mode = row->op->mode,
        .bulk = row->op->bulk,
        .cost = row->op->cost,
        .control = row->control,
        .bytes = row->bytes,
        .threads = row->threads,
        .median = row->median,
        .low = row->low,
        .high = row->high,
        .p50 = row->p50,
        .p99 = row->p99,
        .p999 = row->p999,
        .cycles = row->cycles,
    };
}

int
stored_keep(const char *path, const struct machine *machine, const struct measurement *result,
            struct why *why)
{
    struct bench_list list = {
        .cpu = machine->cpu,
        .library = machine->library,
        .libraries = machine->libraries,
        .flags = machine->flags,
        .token = machine->token,
        .measured = machine->measured,
        .program = machine->program,
        .cores = machine->cores,
        .rounds = result->rounds,
        .threads = result->threads,
        .cpu_time = result->cpu_time,
        .pinned = result->pinned,
        .unscaled = result->unscaled,
        .spin_scaling = result->spin_scaling,
    };
    int rc = 0;

    for (size_t i = 0; i < result->count && rc == 0; i++) {
        if (VEC_ROOM(&list) < 0)
            rc = why_no_memory(why);
        else
            list.item[list.count++] = row_of(&result->item[i]);
    }
    if (rc == 0)
        rc = bench_store(path, &list, why);
    bench_release(&list);
    return rc;
}

/* Rows of one operation share it, as where they came from: they follow each other. */
static bool
same_operation(const struct bench_row *a, const struct bench_row *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->backend, b->backend) == 0 &&
           strcmp(a->mode, b->mode) == 0;
}

static int
take_rows(struct stored *s, struct why *why)
{
    const struct operation *op = NULL;

    s->operation = calloc(s->list.count + 1, sizeof *s->operation);
    if (s->operation == NULL)
        return why_no_memory(why);
    for (size_t i = 0; i < s->list.count; i++) {
        const struct bench_row *row = &s->list.item[i];

        if (i == 0 || !same_operation(row, row - 1)) {
            s->operation[i] = (struct operation){.name = row->name,
                                                 .backend = row->backend,
                                                 .mode = row->mode,
                                                 .bulk = row->bulk,
                                                 .cost = row->cost};
            op = &s->operation[i];
        }
        if (VEC_ROOM(&s->result) < 0)
            return why_no_memory(why);
        s->result.item[s->result.count++] = (struct measure_row){
            .op = op,
            .control = row->control,
            .bytes = (size_t)row->bytes,
            .threads = row->threads,
            .median = row->median,
            .low = row->low,
            .high = row->high,
            .p50 = row->p50,
            .p99 = row->p99,
            .p999 = row->p999,
            .cycles = row->cycles,
        };
    }
    return 0;
}

static void
take_machine(struct stored *s)
{
    const struct bench_list *list = &s->list;

    s->machine = (struct machine){.cores = list->cores, .program = list->program};
    snprintf(s->machine.cpu, sizeof s->machine.cpu, "%s", list->cpu);
    snprintf(s->machine.library, sizeof s->machine.library, "%s", list->library);
    snprintf(s->machine.libraries, sizeof s->machine.libraries, "%s",
             list->libraries != NULL ? list->libraries : "");
    snprintf(s->machine.flags, sizeof s->machine.flags, "%s",
             list->flags != NULL ? list->flags : "");
    snprintf(s->machine.measured, sizeof s->machine.measured, "%s", list->measured);
    snprintf(s->machine.token, sizeof s->machine.token, "%s", list->token);
    s->result.rounds = list->rounds;
    s->result.threads = list->threads;
    s->result.cpu_time = list->cpu_time;
    s->result.pinned = list->pinned;
    s->result.unscaled = list->unscaled;
    s->result.spin_scaling = list->spin_scaling;
}

int
stored_read(const char *path, const struct machine *machine, const char *const *names, size_t count,
            struct stored *out, bool *found, struct why *why)
{
    const struct bench_list of = {
        .cpu = machine ? machine->cpu : NULL,
        .library = machine ? machine->library : NULL,
        .cores = machine ? machine->cores : 0,
    };
    int rc;

    *out = (struct stored){0};
    rc = bench_newest(path, machine ? &of : NULL, names, count, &out->list, found, why);
    if (rc < 0 || !*found)
        return rc;
    take_machine(out);
    rc = take_rows(out, why);
    if (rc < 0)
        stored_release(out);
    return rc;
}

void
stored_release(struct stored *stored)
{
    free(stored->operation);
    measurement_release(&stored->result);
    bench_release(&stored->list);
    *stored = (struct stored){0};
}
