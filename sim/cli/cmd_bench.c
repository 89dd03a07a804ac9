/* jurisim bench: what cryptography costs on this machine. */
#include "base/mem.h"
#include "base/units.h"
#include "cli/bench_engine.h"
#include "cli/bench_out.h"
#include "cli/cli.h"
#include "crypto/costs.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: jurisim bench crypto [--quick] [--bytes N,...] [--rounds N] [--json]\n"
    "                            [--costs-out FILE]\n\n"
    "Checks every operation against published test vectors, then measures what it costs on this\n"
    "machine, one thread: medians over rounds, with 95 % intervals. Scenarios use the names, as "
    "in\n"
    "{cost: aes-256-gcm-open}.\n\n"
    "  --quick           fewer, shorter rounds: a first look in some seconds\n"
    "  --bytes N,...     sizes for operations on objects, e.g. 4096,1MiB\n"
    "                    (default 1KiB,16KiB,256KiB,1MiB,16MiB)\n"
    "  --rounds N        rounds, at least 6 (default 41, quick 15)\n"
    "  --json            the results as JSON on stdout\n"
    "  --costs-out FILE  also write a cost file, for `jurisim run --costs FILE`\n";

enum { OPT_QUICK = 256, OPT_BYTES, OPT_ROUNDS, OPT_JSON, OPT_COSTS_OUT };
static const struct option options[] = {
    {"quick", no_argument, NULL, OPT_QUICK},
    {"bytes", required_argument, NULL, OPT_BYTES},
    {"rounds", required_argument, NULL, OPT_ROUNDS},
    {"json", no_argument, NULL, OPT_JSON},
    {"costs-out", required_argument, NULL, OPT_COSTS_OUT},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* What was asked for. */
struct asked {
    size_t bytes[MEASURE_SIZES_MOST], sizes;
    uint64_t rounds; /* 0: the default */
    bool quick, json, help;
    const char *costs_out;
};

static int
ascending(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return (x > y) - (x < y);
}

/* One size: a whole number of bytes, or with a unit. */
static bool
read_size(const char *text, size_t *out)
{
    const char *reason;
    uint64_t whole;
    double value;

    if (cli_whole(text, 1, MEASURE_BYTES_MOST, &whole)) {
        *out = (size_t)whole;
        return true;
    }
    if (unit_read(text, UNIT_BYTES, &value, &reason) < 0 || value < 1 ||
        value > (double)MEASURE_BYTES_MOST)
        return false;
    *out = (size_t)value;
    return (double)*out == value;
}

/* A list of sizes in any order, separated by commas; cut in place. */
static int
read_sizes(struct asked *asked, char *list)
{
    char *rest = NULL;
    size_t kept = 0;

    asked->sizes = 0;
    for (char *s = strtok_r(list, ",", &rest); s; s = strtok_r(NULL, ",", &rest)) {
        if (asked->sizes == COUNT(asked->bytes))
            return cli_misuse("bench", "--bytes takes at most %d sizes", MEASURE_SIZES_MOST);
        if (!read_size(s, &asked->bytes[asked->sizes++]))
            return cli_misuse("bench",
                              "--bytes needs sizes of 1 byte to 64 MiB such as 4096 or 1MiB, "
                              "got '%s'",
                              s);
    }
    if (asked->sizes == 0)
        return cli_misuse("bench", "--bytes needs at least one size");
    qsort(asked->bytes, asked->sizes, sizeof asked->bytes[0], ascending);
    for (size_t i = 0; i < asked->sizes; i++) {
        if (i == 0 || asked->bytes[i] != asked->bytes[i - 1])
            asked->bytes[kept++] = asked->bytes[i];
    }
    asked->sizes = kept;
    return EXIT_DONE;
}

static int
read_option(struct asked *asked, int o)
{
    switch (o) {
    case OPT_QUICK:
        asked->quick = true;
        return EXIT_DONE;
    case OPT_BYTES:
        return read_sizes(asked, optarg);
    case OPT_ROUNDS:
        if (!cli_whole(optarg, MEASURE_ROUNDS_LEAST, MEASURE_ROUNDS_MOST, &asked->rounds))
            return cli_misuse("bench", "--rounds needs a whole number from %d to %d, got '%s'",
                              MEASURE_ROUNDS_LEAST, MEASURE_ROUNDS_MOST, optarg);
        return EXIT_DONE;
    case OPT_JSON:
        asked->json = true;
        return EXIT_DONE;
    case OPT_COSTS_OUT:
        asked->costs_out = optarg;
        return EXIT_DONE;
    case 'h':
        asked->help = true;
        return EXIT_DONE;
    default:
        return EXIT_DONE;
    }
}

static int
read_command(struct asked *asked, int argc, char **argv)
{
    int o;

    while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        int code = o == '?' ? cli_bad_option("bench", argv) : read_option(asked, o);

        if (code != EXIT_DONE)
            return code;
    }
    if (asked->help)
        return EXIT_DONE;
    if (optind + 1 != argc || strcmp(argv[optind], "crypto") != 0)
        return cli_misuse("bench", "say what to measure: crypto");
    if (asked->costs_out && asked->sizes == 1)
        return cli_misuse("bench", "--costs-out needs at least two sizes, since a cost file gives "
                                   "the cost between them");
    return EXIT_DONE;
}

static void
show_progress(void *data, unsigned done, unsigned rounds)
{
    (void)data;
    fprintf(stderr, "\rmeasuring: round %u of %u%s", done, rounds, done == rounds ? "\n" : "");
}

/* The chain of multiplications takes the same time whenever it is left alone. */
static void
warn_if_busy(const struct measurement *result)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct measure_row *row = &result->item[i];
        double width = (row->high - row->low) / row->median;

        if (row->control && !row->op->bulk && width > 0.05)
            fprintf(stderr,
                    "jurisim bench: the machine was busy: work that always takes the same time "
                    "('%s') varied by %.0f %%.\nClose other programs, or measure longer with "
                    "--rounds.\n",
                    row->op->name, 100 * width);
    }
}

/* Measures, adds the results to `out` and writes the cost file. */
static int
bench(const struct asked *asked, struct text *out, struct why *why)
{
    const struct measure_plan plan = {
        .bytes = asked->sizes ? asked->bytes : measure_sizes,
        .sizes = asked->sizes ? asked->sizes : COUNT(measure_sizes),
        .rounds = asked->rounds  ? (unsigned)asked->rounds
                  : asked->quick ? 15
                                 : 41,
        .slot_ns = asked->quick ? 3 * NS_PER_MS : 15 * NS_PER_MS,
        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
    };
    struct measurement result = {0};
    struct machine machine;
    struct text costs = {0};
    char today[16];
    int rc;

    date_write((int64_t)time(NULL), today);
    rc = machine_read(&machine, today, why);
    if (rc == 0)
        rc = measure_operations(&plan, &result, why);
    if (rc == 0) {
        warn_if_busy(&result);
        if (asked->json)
            bench_json(out, &machine, &result);
        else
            bench_table(out, &machine, &result);
        if (out->lost)
            rc = why_no_memory(why);
    }
    if (rc == 0 && asked->costs_out) {
        costs_write(&costs, &machine, &result);
        rc = costs_save(asked->costs_out, &costs, why);
    }
    text_release(&costs);
    measurement_release(&result);
    return rc;
}

int
cmd_bench(int argc, char **argv)
{
    struct asked asked = {0};
    struct text out = {0};
    struct why why = {0};
    int code, rc;

    if (argc > 1 && strcmp(argv[1], "engine") == 0)
        return cmd_bench_engine(argc - 1, argv + 1);
    code = read_command(&asked, argc, argv);
    if (code != EXIT_DONE)
        return code;
    if (asked.help)
        return cli_write(help);
    rc = bench(&asked, &out, &why);
    /* What was measured is shown even if the cost file could not be written. */
    if (out.length && !out.lost)
        code = cli_write(text_str(&out));
    if (rc < 0)
        code = cli_fail(rc, &why);
    text_release(&out);
    why_release(&why);
    return code;
}
