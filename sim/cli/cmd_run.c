/* jurisim run: simulate all strategies of a scenario, keep the run in a database, print the
 * results. */
#include "base/json.h"
#include "cli/beside.h"
#include "report/claims.h"
#include "report/compare.h"
#include "report/run_json.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: jurisim run [OPTION]... SCENARIO\n\n"
    "Simulates every strategy: the legal plane over the horizon, the traffic plane in windows.\n"
    "Prints the strategies side by side; keeps the run in a database with -o.\n\n"
    "  -o, --output DB     keep the run in this SQLite database (else nothing is left behind)\n"
    "  -s, --strategy A,B  only these strategies\n"
    "  -r, --replications N  of both planes, instead of the scenario's\n"
    "  -j, --jobs N        worker threads (default: one a core); the results do not depend on it\n"
    "      --seed N        instead of the scenario's\n"
    "      --set PATH=VALUE  override a value: --set custodians.apple.rejects=0.1\n"
    "      --costs WHICH   reference (shipped, the default); host: this machine's, measured now "
    "or\n"
    "                      kept from before; or a cost file, or a database of measurements\n"
    "      --resume        go on with a run that was cut off\n"
    "      --force         replace the run that DB holds\n"
    "      --flips[=N]     what would change a requirement: of each uncertain input the value\n"
    "                      nearest to its centre that flips it, by N legal replications each (50)\n"
    "      --readings=N    judge the scenario's readings of contested law by N replications\n"
    "                      each, instead of as many as the run\n"
    "      --no-readings   leave the readings out: each takes as long as the legal plane of the "
    "run\n"
    "      --dry-run       check everything, say what would be run\n"
    "      --json          results as JSON on stdout\n"
    "  -q, --quiet         no progress bar\n\n"
    "Exit 3 when an `expect` or `require` line of the scenario fails.\n";

enum {
    OPT_SEED = 256,
    OPT_SET,
    OPT_COSTS,
    OPT_RESUME,
    OPT_FORCE,
    OPT_DRY,
    OPT_JSON,
    OPT_FLIPS,
    OPT_READINGS,
    OPT_NO_READINGS
};
static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"strategy", required_argument, NULL, 's'},
    {"replications", required_argument, NULL, 'r'},
    {"jobs", required_argument, NULL, 'j'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {"seed", required_argument, NULL, OPT_SEED},
    {"set", required_argument, NULL, OPT_SET},
    {"costs", required_argument, NULL, OPT_COSTS},
    {"resume", no_argument, NULL, OPT_RESUME},
    {"force", no_argument, NULL, OPT_FORCE},
    {"dry-run", no_argument, NULL, OPT_DRY},
    {"json", no_argument, NULL, OPT_JSON},
    {"flips", optional_argument, NULL, OPT_FLIPS},
    {"readings", required_argument, NULL, OPT_READINGS},
    {"no-readings", no_argument, NULL, OPT_NO_READINGS},
    {NULL, 0, NULL, 0},
};

struct asked {
    struct cli_scenario in;
    struct simulate_options simulate;
    struct beside_options beside;
    bool resume, force, dry_run, json;
};

/* One option; EXIT_DONE when it was taken. */
static int
take_option(struct asked *a, int o)
{
    uint64_t n;

    switch (o) {
    case 'o':
        a->simulate.db = optarg;
        return EXIT_DONE;
    case 's':
        a->simulate.strategies = optarg;
        return EXIT_DONE;
    case 'r':
        if (!cli_whole(optarg, 1, 1000000, &n))
            return cli_misuse("run", "-r needs a whole number from 1 to 1000000, got '%s'", optarg);
        a->simulate.replications = (uint32_t)n;
        return EXIT_DONE;
    case 'j':
        if (!cli_whole(optarg, 1, 1024, &n))
            return cli_misuse("run", "-j needs a whole number from 1 to 1024, got '%s'", optarg);
        a->simulate.workers = (unsigned)n;
        return EXIT_DONE;
    case 'q':
        a->simulate.quiet = true;
        return EXIT_DONE;
    case OPT_SEED:
        return cli_set_seed(&a->in, optarg)
                   ? EXIT_DONE
                   : cli_misuse("run", "--seed needs a whole number up to 2^53, got '%s'", optarg);
    case OPT_SET:
        return cli_add_set(&a->in, optarg)
                   ? EXIT_DONE
                   : cli_misuse("run", "--set needs PATH=VALUE, got '%s'", optarg);
    case OPT_COSTS:
        a->in.costs = optarg;
        return EXIT_DONE;
    case OPT_FLIPS:
        a->beside.flips = true;
        if (optarg == NULL)
            return EXIT_DONE;
        if (!cli_whole(optarg, 1, 1000000, &n))
            return cli_misuse("run", "--flips needs a whole number from 1 to 1000000, got '%s'",
                              optarg);
        a->beside.flip_replications = (uint32_t)n;
        return EXIT_DONE;
    case OPT_READINGS:
        if (!cli_whole(optarg, 1, 1000000, &n))
            return cli_misuse("run", "--readings needs a whole number from 1 to 1000000, got '%s'",
                              optarg);
        a->beside.reading_replications = (uint32_t)n;
        return EXIT_DONE;
    case OPT_NO_READINGS:
        a->beside.readings = false;
        return EXIT_DONE;
    default:
        a->resume |= o == OPT_RESUME;
        a->force |= o == OPT_FORCE;
        a->dry_run |= o == OPT_DRY;
        a->json |= o == OPT_JSON;
        return EXIT_DONE;
    }
}

static int
print_dry(const struct asked *a, const struct run *run, const struct run_size *size)
{
    struct text out = {0};
    struct json json = {.out = &out};

    if (a->json) {
        json_open(&json, NULL, '{');
        json_string(&json, "scenario", a->in.path);
        json_whole(&json, "seed", (int64_t)run->model->study.seed);
        json_whole(&json, "strategies", size->strategies);
        json_open(&json, "replications", '{');
        json_whole(&json, "legal", size->legal);
        json_whole(&json, "traffic", size->traffic);
        json_close(&json, '}');
        json_whole(&json, "window", (int64_t)size->operations);
        json_close(&json, '}');
        text_add(&out, "\n");
    } else {
        text_addf(&out,
                  "%s: %u strategies, %u legal and %u traffic replications, windows of %llu "
                  "operations, seed %llu; nothing was run\n",
                  a->in.path, size->strategies, size->legal, size->traffic,
                  (unsigned long long)size->operations, (unsigned long long)run->model->study.seed);
    }
    const int code = cli_write(text_str(&out));

    text_release(&out);
    return code;
}

static int
print_results(const struct asked *a, const struct run *run, const struct beside *beside,
              struct text *out)
{
    const struct json_more more = {beside_json, beside};
    int rc = a->json ? run_json(out, a->in.path, run->model, &run->legend, &run->outcome,
                                &run->judgements, &more)
                     : compare_text(out, &run->legend, &run->outcome, (struct compare_sections){0});

    if (!a->json && rc == 0) {
        struct claims_told claims = {0};

        for (size_t i = 0; i < run->judgements.count; i++) {
            const struct judgement *judged = &run->judgements.item[i];

            claims_add(&claims, run->legend.strategy[judged->strategy],
                       verdict_name[judged->verdict], judged->text);
        }
        claims_write(&claims, out);
        claims_release(&claims);
        beside_text(beside, out);
    }
    if (rc != 0 || out->lost)
        return EXIT_FAILED;
    if (cli_write(text_str(out)) != EXIT_DONE)
        return EXIT_FAILED;
    for (size_t i = 0; i < run->judgements.count; i++)
        if (run->judgements.item[i].verdict == VERDICT_FAILS)
            return EXIT_UNMET;
    return EXIT_DONE;
}

/* The run's results stand even when what was asked beside it failed or was stopped. */
static int
print_all(const struct asked *a, struct run *run, struct why *why)
{
    struct beside beside;
    struct text out = {0};
    int rc = beside_ask(&beside, run, &a->simulate, &a->beside, why);
    const int kept = beside_keep(&beside, why);
    int code = print_results(a, run, &beside, &out);

    rc = rc != 0 ? rc : kept;
    if (rc != 0)
        code = cli_fail(rc, why);
    text_release(&out);
    beside_release(&beside);
    return code;
}

static int
run_asked(struct asked *a)
{
    struct run run = {0};
    struct run_size size = {0};
    struct why why = {0};
    int code;
    int rc = simulate_prepare(&run, &a->in, &a->simulate, &size, &why);

    if (rc == 0 && a->dry_run) {
        code = print_dry(a, &run, &size);
    } else {
        if (rc == 0)
            rc = simulate(&run, &a->in, &a->simulate, &why);
        code = rc == 0 ? print_all(a, &run, &why) : cli_fail(rc, &why);
    }
    if (code == EXIT_DONE && !a->json && !a->dry_run && a->simulate.db == NULL)
        fputs("(not kept; `-o FILE.db` keeps the run for compare, plot and other tools)\n", stderr);
    run_release(&run);
    why_release(&why);
    return code;
}

int
cmd_run(int argc, char **argv)
{
    struct asked a = {.beside = {.readings = true}};
    int o, code;

    while ((o = getopt_long(argc, argv, "o:s:r:j:qh", options, NULL)) != -1) {
        if (o == 'h')
            return cli_write(help);
        if (o == '?')
            return cli_bad_option("run", argv);
        code = take_option(&a, o);
        if (code != EXIT_DONE)
            return code;
    }
    if (argc - optind != 1)
        return cli_misuse("run", "needs one scenario file, got %d", argc - optind);
    if (a.resume && a.force)
        return cli_misuse("run", "--resume and --force exclude each other");
    if (!a.beside.readings && a.beside.reading_replications > 0)
        return cli_misuse("run", "--readings and --no-readings exclude each other");
    if ((a.resume || a.force) && a.simulate.db == NULL)
        return cli_misuse("run", "--resume and --force need -o DB");
    a.in.path = argv[optind];
    a.simulate.mode = a.resume ? STORE_RESUME : a.force ? STORE_REPLACE : STORE_CREATE;
    return run_asked(&a);
}
