/* jurisim bench engine: how fast events, draws, queues and whole scenarios run on this machine. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/units.h"
#include "cli/bench_engine.h"
#include "cli/cli.h"

static const char help[] =
    "usage: jurisim bench engine [--quick] [--rounds N] [--scenario FILE] [--json]\n\n"
    "Measures the event engine: the hold model on its queue and on other structures, M/M/1 and\n"
    "M/M/8 by events and by stations beside their recursions, random draws, and a scenario's\n"
    "operations a second on one thread and on all, with controls. Whatever does the same work\n"
    "must give the same answer. Medians over rounds, with 95 % intervals.\n\n"
    "  --quick           fewer sizes and rounds: a first look\n"
    "  --rounds N        rounds, at least 6 (default 11, quick 6)\n"
    "  --scenario FILE   measure this scenario's traffic in place of a built-in one\n"
    "  --json            the results as JSON on stdout\n";

enum { OPT_QUICK = 256, OPT_ROUNDS, OPT_SCENARIO, OPT_JSON };
static const struct option options[] = {
    {"quick", no_argument, NULL, OPT_QUICK},
    {"rounds", required_argument, NULL, OPT_ROUNDS},
    {"scenario", required_argument, NULL, OPT_SCENARIO},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int64_t
clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

int64_t
engine_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t
engine_cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void
engine_group_release(struct engine_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->item[i].release != NULL)
            group->item[i].release(group->item[i].work);
    group->count = 0;
}

/* One round: every case once, beginning with another one each time. */
static int
round_run(const struct engine_group *group, unsigned round, double *value, struct why *why)
{
    uint64_t expected = 0;

    for (size_t k = 0; k < group->count; k++) {
        const size_t i = (k + round) % group->count;
        const struct engine_case *c = &group->item[i];
        uint64_t answer = 0;
        const int rc = c->run(c->work, &value[i], &answer, why);

        if (rc < 0)
            return rc;
        if (answer != 0 && expected != 0 && answer != expected)
            return why_add(why, ERR_NUMERIC, NULL, "%s: '%s' gives another answer", group->name,
                           c->backend);
        expected = answer;
    }
    return 0;
}

static int
add_rows(const struct engine_group *group, double *value, unsigned rounds, struct engine_rows *rows,
         struct why *why)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct engine_case *c = &group->item[i];
        double of_one[MEASURE_ROUNDS_MOST];

        if (VEC_ROOM(rows) < 0)
            return why_no_memory(why);
        struct engine_row *row = &rows->item[rows->count++];

        *row = (struct engine_row){.name = group->name,
                                   .backend = c->backend,
                                   .mode = c->mode,
                                   .bytes = group->bytes,
                                   .threads = c->threads,
                                   .unit = c->unit};
        for (unsigned r = 0; r < rounds; r++)
            of_one[r] = value[r * group->count + i];
        measure_median(of_one, rounds, MEASURE_LEVEL, &row->median, &row->low, &row->high);
    }
    return 0;
}

int
engine_measure(struct engine_group *group, const struct engine_plan *plan, struct engine_rows *rows,
               struct why *why)
{
    double *value = calloc((size_t)plan->rounds * group->count, sizeof *value);
    int rc = value == NULL ? why_no_memory(why) : round_run(group, 0, value, why);

    for (unsigned round = 0; rc == 0 && round < plan->rounds; round++)
        rc = round_run(group, round, &value[round * group->count], why);
    if (rc == 0)
        rc = add_rows(group, value, plan->rounds, rows, why);
    free(value);
    return rc;
}

static void
write_table(struct text *out, const struct machine *machine, const struct engine_plan *plan,
            const struct engine_rows *rows)
{
    text_addf(out, "%s, %u cores, %s; %u rounds\n\n", machine->cpu, machine->cores,
              machine->measured, plan->rounds);
    text_addf(out, "%-20s %9s  %-23s %-12s %7s %14s  %s\n", "what", "size", "by", "how", "threads",
              "median", "95 % interval");
    for (size_t i = 0; i < rows->count; i++) {
        const struct engine_row *r = &rows->item[i];
        const int digits = r->median < 1000 ? 1 : 0;

        text_addf(out, "%-20s ", r->name);
        if (r->bytes > 0)
            text_addf(out, "%9llu", (unsigned long long)r->bytes);
        else
            text_addf(out, "%9s", "-");
        text_addf(out, "  %-23s %-12s %7u %10.*f %-3s  [%.*f, %.*f]\n", r->backend, r->mode,
                  r->threads, digits, r->median, r->unit, digits, r->low, digits, r->high);
    }
}

static void
write_json(struct text *out, const struct machine *machine, const struct engine_rows *rows)
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
    for (size_t i = 0; i < rows->count; i++) {
        const struct engine_row *r = &rows->item[i];

        json_open(&json, NULL, '{');
        json_string(&json, "name", r->name);
        json_string(&json, "backend", r->backend);
        json_string(&json, "mode", r->mode);
        json_whole(&json, "bytes", (int64_t)r->bytes);
        json_whole(&json, "threads", r->threads);
        json_number(&json, "median", r->median);
        json_number(&json, "low", r->low);
        json_number(&json, "high", r->high);
        json_string(&json, "unit", r->unit);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    text_add(out, "\n");
}

/* Every part in turn; says on a terminal which one is at work. */
static int
measure(const struct engine_plan *plan, struct engine_rows *rows, struct why *why)
{
    static const struct {
        const char *name;
        int (*bench)(const struct engine_plan *plan, struct engine_rows *rows, struct why *why);
    } part[] = {
        {"controls", engine_bench_controls}, {"draws", engine_bench_draws},
        {"queues", engine_bench_stations},   {"scenario", engine_bench_scenario},
        {"hold model", engine_bench_hold},
    };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(part); i++) {
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "measuring: %s\n", part[i].name);
        rc = part[i].bench(plan, rows, why);
    }
    return rc;
}

static int
bench(struct engine_plan *plan, bool as_json, struct text *out, struct why *why)
{
    struct engine_rows rows = {0};
    struct machine machine;
    char today[16];
    int rc;

    date_write((int64_t)time(NULL), today);
    rc = machine_read(&machine, today, why);
    if (rc == 0) {
        plan->threads = machine.cores;
        rc = measure(plan, &rows, why);
    }
    if (rc == 0 && as_json)
        write_json(out, &machine, &rows);
    else if (rc == 0)
        write_table(out, &machine, plan, &rows);
    if (rc == 0 && out->lost)
        rc = why_no_memory(why);
    free(rows.item);
    return rc;
}

int
cmd_bench_engine(int argc, char **argv)
{
    struct engine_plan plan = {0};
    struct text out = {0};
    struct why why = {0};
    uint64_t rounds = 0;
    bool as_json = false;
    int o, code;

    while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (o == 'h')
            return cli_write(help);
        if (o == '?')
            return cli_bad_option("bench", argv);
        if (o == OPT_ROUNDS && !cli_whole(optarg, MEASURE_ROUNDS_LEAST, 1000, &rounds))
            return cli_misuse("bench", "--rounds needs a whole number from %d to 1000, got '%s'",
                              MEASURE_ROUNDS_LEAST, optarg);
        plan.quick |= o == OPT_QUICK;
        as_json |= o == OPT_JSON;
        if (o == OPT_SCENARIO)
            plan.scenario = optarg;
    }
    if (optind != argc)
        return cli_misuse("bench", "'%s' is one argument too many", argv[optind]);
    plan.rounds = rounds > 0 ? (unsigned)rounds : plan.quick ? 6 : 11;
    const int rc = bench(&plan, as_json, &out, &why);

    code = rc < 0 ? cli_fail(rc, &why) : cli_write(text_str(&out));
    text_release(&out);
    why_release(&why);
    return code;
}
