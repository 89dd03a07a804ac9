/* jurisim bench engine: how fast events, draws, queues and whole scenarios run on this machine. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/units.h"
#include "cli/bench_engine.h"
#include "cli/cli.h"
#include "crypto/machine.h"
#include "crypto/measure.h"

static const char help[] =
    "usage: jurisim bench engine [--quick] [--structures] [--only PART,...] [--rounds N]\n"
    "                            [--scenario FILE] [--json] [--store DB]\n"
    "       jurisim bench engine --from DB [--json]\n\n"
    "Measures the event engine: the hold model on its queue and on a binary heap, M/M/1 and M/M/8\n"
    "by events and by stations beside their recursions, random draws, a scenario's operations a\n"
    "second on one thread and on all, and what an operation costs beside a thousand and beside a\n"
    "million others; with controls. Whatever does the same work must give the same answer. "
    "Medians\n"
    "over rounds, with 95 % intervals; ratios are taken round by round. One thread's work is\n"
    "measured in processor time, several threads' by the clock.\n\n"
    "  --quick           fewer sizes and rounds: a first look, in a minute or so of processor "
    "time\n"
    "                    (the whole takes about six); no operations in flight unless --only\n"
    "                    names them, and then a thousand and a hundred thousand\n"
    "  --structures      the hold model on other structures too: heaps, calendar, ladder\n"
    "  --only PART,...   some of the parts: controls, draws, queues, scenario, flight, hold\n"
    "  --rounds N        rounds, at least 6 (default 11, quick 6)\n"
    "  --scenario FILE   measure this scenario's traffic in place of a built-in one\n"
    "  --json            the results as JSON on stdout\n"
    "  --store DB        also keep the measurement in this SQLite database, a run's or its own\n"
    "  --from DB         measure nothing: show the newest measurement that DB keeps\n";

enum {
    OPT_QUICK = 256,
    OPT_STRUCTURES,
    OPT_ONLY,
    OPT_ROUNDS,
    OPT_SCENARIO,
    OPT_JSON,
    OPT_STORE,
    OPT_FROM
};
static const struct option options[] = {
    {"quick", no_argument, NULL, OPT_QUICK},
    {"structures", no_argument, NULL, OPT_STRUCTURES},
    {"only", required_argument, NULL, OPT_ONLY},
    {"rounds", required_argument, NULL, OPT_ROUNDS},
    {"scenario", required_argument, NULL, OPT_SCENARIO},
    {"json", no_argument, NULL, OPT_JSON},
    {"store", required_argument, NULL, OPT_STORE},
    {"from", required_argument, NULL, OPT_FROM},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct asked {
    struct engine_plan plan;
    uint64_t rounds; /* 0: not said */
    const char *only, *store, *from;
    bool json, help;
};

static const struct part {
    const char *name;
    int (*bench)(const struct engine_plan *plan, struct engine_rows *rows, struct why *why);
} parts[] = {
    {"controls", engine_bench_controls}, {"draws", engine_bench_draws},
    {"queues", engine_bench_stations},   {"scenario", engine_bench_scenario},
    {"flight", engine_bench_flight},     {"hold", engine_bench_hold},
};

/* Is the name one of those between commas? */
static bool
is_listed(const char *list, const char *name)
{
    const size_t length = strlen(name);

    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* The first word of a list that names no part, else NULL. */
static const char *
no_part(const char *list)
{
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        bool known = false;

        at += *at == ',';
        for (size_t i = 0; i < COUNT(parts); i++) {
            const size_t length = strlen(parts[i].name);

            known |= strcspn(at, ",") == length && strncmp(at, parts[i].name, length) == 0;
        }
        if (!known)
            return at;
    }
    return NULL;
}

/* Every part asked for in turn; says on a terminal which one is at work. */
static int
measure(const struct asked *asked, struct engine_rows *rows, struct why *why)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(parts); i++) {
        if (asked->only != NULL ? !is_listed(asked->only, parts[i].name)
                                : asked->plan.quick && parts[i].bench == engine_bench_flight)
            continue;
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "measuring: %s\n", parts[i].name);
        rc = parts[i].bench(&asked->plan, rows, why);
    }
    return rc;
}

/* How the spin control scaled to all threads; NAN: there is one. */
static double
spin_scaling(const struct engine_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->item[i].backend, "spin") == 0 && rows->item[i].threads > 1)
            return rows->item[i].ratio;
    return (double)NAN;
}

/* Work that always takes the same time, on cores of its own, tells whether the machine is free. */
static void
warn_if_busy(const struct engine_rows *rows)
{
    double width = 0, short_of = 1;
    unsigned threads = 0;

    for (size_t i = 0; i < rows->count; i++) {
        const struct engine_row *row = &rows->item[i];

        if (strcmp(row->backend, "spin") != 0)
            continue;
        if (row->threads == 1)
            width = fmax(width, (row->high - row->low) / row->median);
        else if (row->ratio / row->threads < short_of) {
            short_of = row->ratio / row->threads;
            threads = row->threads;
        }
    }
    if (width > 0.05)
        fprintf(
            stderr,
            "jurisim bench: the machine was busy: work that always takes the same time ('spin') "
            "varied by %.0f %%.\nClose other programs, or measure longer with --rounds.\n",
            100 * width);
    if (short_of < MEASURE_SPIN_SCALES)
        fprintf(stderr,
                "jurisim bench: %u threads did only %.2f times the work of one ('spin'): rows of "
                "several threads\ntell of the machine, not of the engine.\n",
                threads, short_of * threads);
}

static int
measured(struct asked *asked, struct machine *machine, struct bench_list *out, struct why *why)
{
    struct engine_plan *plan = &asked->plan;
    char today[16];
    int rc;

    date_write((int64_t)time(NULL), today);
    rc = asked->store != NULL ? bench_check_store(asked->store, why) : 0;
    if (rc == 0 && plan->scenario != NULL)
        rc = engine_check_scenario(plan, why);
    if (rc == 0)
        rc = machine_read(machine, today, why);
    if (rc == 0) {
        plan->threads = machine->cores;
        rc = measure(asked, &out->engine, why);
    }
    out->cpu = machine->cpu;
    out->cores = machine->cores;
    out->library = machine->library;
    out->token = "";
    out->measured = machine->measured;
    out->program = machine->program;
    out->rounds = plan->rounds;
    out->threads = plan->threads;
    out->cpu_time = true;
    out->spin_scaling = spin_scaling(&out->engine);
    if (rc == 0)
        warn_if_busy(&out->engine);
    if (rc == 0 && asked->store != NULL)
        rc = bench_store(asked->store, out, why);
    return rc;
}

static int
kept(const struct asked *asked, struct bench_list *out, struct why *why)
{
    const struct where at = {.file = asked->from};
    bool found;
    int rc = bench_newest_engine(asked->from, out, &found, why);

    if (rc == 0 && !found)
        rc = why_add(why, ERR_INPUT, &at, "holds no measurements of `jurisim bench engine`");
    return rc;
}

/* What was measured is shown even if it could not be kept. */
static int
bench(struct asked *asked, struct text *out, struct why *why)
{
    struct bench_list list = {0};
    struct machine machine = {0};
    int rc = asked->from != NULL ? kept(asked, &list, why) : measured(asked, &machine, &list, why);

    if (list.engine.count > 0 && asked->json)
        engine_json(out, &list);
    else if (list.engine.count > 0)
        engine_table(out, &list);
    if (rc == 0 && out->lost)
        rc = why_no_memory(why);
    bench_release(&list);
    return rc;
}

static int
read_command(struct asked *asked, int argc, char **argv)
{
    int o;

    while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (o == '?')
            return cli_bad_option("bench", argv);
        if (o == OPT_ROUNDS && !cli_whole(optarg, MEASURE_ROUNDS_LEAST, 1000, &asked->rounds))
            return cli_misuse("bench", "--rounds needs a whole number from %d to 1000, got '%s'",
                              MEASURE_ROUNDS_LEAST, optarg);
        asked->help |= o == 'h';
        asked->plan.quick |= o == OPT_QUICK;
        asked->plan.structures |= o == OPT_STRUCTURES;
        asked->json |= o == OPT_JSON;
        asked->plan.scenario = o == OPT_SCENARIO ? optarg : asked->plan.scenario;
        asked->only = o == OPT_ONLY ? optarg : asked->only;
        asked->store = o == OPT_STORE ? optarg : asked->store;
        asked->from = o == OPT_FROM ? optarg : asked->from;
    }
    if (asked->help)
        return EXIT_DONE;
    if (optind != argc)
        return cli_misuse("bench", "'%s' is one argument too many", argv[optind]);
    if (no_part(asked->only) != NULL)
        return cli_misuse("bench", "--only: there is no part '%.*s'",
                          (int)strcspn(no_part(asked->only), ","), no_part(asked->only));
    if (asked->from && (asked->store || asked->only || asked->rounds || asked->plan.quick ||
                        asked->plan.structures || asked->plan.scenario))
        return cli_misuse("bench", "--from shows what was measured: it takes --json only");
    if ((asked->store && asked->store[0] == '\0') || (asked->from && asked->from[0] == '\0') ||
        (asked->plan.scenario && asked->plan.scenario[0] == '\0'))
        return cli_misuse("bench", "--store, --from and --scenario need the name of a file");
    asked->plan.rounds = asked->rounds > 0 ? (unsigned)asked->rounds : asked->plan.quick ? 6 : 11;
    return EXIT_DONE;
}

int
cmd_bench_engine(int argc, char **argv)
{
    struct asked asked = {0};
    struct text out = {0};
    struct why why = {0};
    int code = read_command(&asked, argc, argv);

    if (code != EXIT_DONE)
        return code;
    if (asked.help)
        return cli_write(help);
    const int rc = bench(&asked, &out, &why);

    if (out.length && !out.lost)
        code = cli_write(text_str(&out));
    if (rc < 0)
        code = cli_fail(rc, &why);
    text_release(&out);
    why_release(&why);
    return code;
}
