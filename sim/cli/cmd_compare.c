/* jurisim compare: strategies side by side, of a kept run or of a scenario simulated for it. */
#include "cli/simulate.h"
#include "report/claims.h"
#include "report/compare.h"
#include "store/beside.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: jurisim compare [OPTION]... DB|SCENARIO\n\n"
    "Prints the strategies side by side: latency, availability, accounts exposed and who can open\n"
    "them alone; the paired differences from the baseline; the Pareto front. Reads a finished run\n"
    "from its database, or simulates a scenario without keeping it.\n\n"
    "      --risk          the risk of one account by class of adversary, too\n"
    "      --channels      what transparency reports would show of each channel, and what it "
    "opened\n"
    "      --duties        days out of line with duties, days blocked, cost of penalties\n"
    "      --json          as JSON on stdout, with all of these\n\n"
    "Risk is shown unasked where there are threats besides authorities, duties where they cost\n"
    "something.\n\n"
    "For a scenario, as `jurisim run` (readings and flips are computed by `run` alone):\n"
    "  -s, --strategy A,B  only these strategies\n"
    "  -r, --replications N\n"
    "  -j, --jobs N\n"
    "      --seed N\n"
    "      --set PATH=VALUE\n"
    "      --costs WHICH\n"
    "  -q, --quiet         no progress bar\n";

enum { OPT_SEED = 256, OPT_SET, OPT_COSTS, OPT_JSON, OPT_RISK, OPT_CHANNELS, OPT_DUTIES };
static const struct option options[] = {
    {"strategy", required_argument, NULL, 's'},
    {"replications", required_argument, NULL, 'r'},
    {"jobs", required_argument, NULL, 'j'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {"seed", required_argument, NULL, OPT_SEED},
    {"set", required_argument, NULL, OPT_SET},
    {"costs", required_argument, NULL, OPT_COSTS},
    {"json", no_argument, NULL, OPT_JSON},
    {"risk", no_argument, NULL, OPT_RISK},
    {"channels", no_argument, NULL, OPT_CHANNELS},
    {"duties", no_argument, NULL, OPT_DUTIES},
    {NULL, 0, NULL, 0},
};

struct asked {
    struct cli_scenario in;
    struct simulate_options simulate;
    bool for_scenario; /* an option that means nothing for a finished run */
    bool json;
    struct compare_sections sections;
};

/* Every SQLite database begins with these 16 bytes (sqlite.org/fileformat.html, section 1.3). */
static bool
is_database(const char *path)
{
    static const char magic[16] = "SQLite format 3";
    char head[16] = {0};
    FILE *f = fopen(path, "rb");

    if (f == NULL)
        return false;
    const size_t n = fread(head, 1, sizeof head, f);

    fclose(f);
    return n == sizeof head && memcmp(head, magic, sizeof magic) == 0;
}

static int
add_judgement(void *self, const char *kind, const char *strategy, const char *verdict,
              const char *text)
{
    (void)kind;
    claims_add(self, strategy, verdict, text);
    return 0;
}

/* Readings and flips, as far as the run was asked for them. */
static int
add_beside(void *self, const char *strategy, const char *text, const char *found)
{
    struct text *out = self;

    if (out->length == 0)
        text_add(out, "\nReadings of contested law, and what flips a requirement:\n");
    text_addf(out, "  %s: %s: %s\n", strategy, text, found);
    return 0;
}

static int
print_comparison(const struct asked *a, struct run *run, struct text *out, struct why *why)
{
    int rc = a->json ? compare_json(out, &run->legend, &run->outcome)
                     : compare_text(out, &run->legend, &run->outcome, a->sections);

    if (rc == 0 && !a->json) {
        struct claims_told claims = {0};

        rc = store_judgements(run->store, add_judgement, &claims, why);
        claims_write(&claims, out);
        claims_release(&claims);
        struct text beside = {0};

        if (rc == 0)
            rc = store_each_beside(run->store, add_beside, &beside, why);
        text_add(out, text_str(&beside));
        out->lost |= beside.lost;
        text_release(&beside);
    }
    if (rc != 0 || out->lost)
        return rc != 0 ? cli_fail(rc, why) : EXIT_FAILED;
    return cli_write(text_str(out));
}

static int
compare_asked(struct asked *a)
{
    struct run run = {0};
    struct run_size size;
    struct why why = {0};
    struct text out = {0};
    int code, rc;

    if (is_database(a->in.path)) {
        if (a->for_scenario)
            return cli_misuse("compare",
                              "%s is a finished run: only --json, --risk, "
                              "--channels and --duties apply to it",
                              a->in.path);
        rc = simulate_read(&run, a->in.path, &why);
    } else {
        rc = simulate_prepare(&run, &a->in, &a->simulate, &size, &why);
        if (rc == 0)
            rc = simulate(&run, &a->in, &a->simulate, &why);
    }
    code = rc == 0 ? print_comparison(a, &run, &out, &why) : cli_fail(rc, &why);
    text_release(&out);
    run_release(&run);
    why_release(&why);
    return code;
}

/* One option; EXIT_DONE when it was taken. */
static int
take_option(struct asked *a, int o)
{
    uint64_t n = 0;

    a->for_scenario |= o < OPT_JSON;
    switch (o) {
    case OPT_JSON:
        a->json = true;
        return EXIT_DONE;
    case OPT_RISK:
    case OPT_CHANNELS:
    case OPT_DUTIES:
        a->sections.risk |= o == OPT_RISK;
        a->sections.channels |= o == OPT_CHANNELS;
        a->sections.duties |= o == OPT_DUTIES;
        return EXIT_DONE;
    case 's':
        a->simulate.strategies = optarg;
        return EXIT_DONE;
    case 'q':
        a->simulate.quiet = true;
        return EXIT_DONE;
    case OPT_COSTS:
        a->in.costs = optarg;
        return EXIT_DONE;
    case OPT_SET:
        return cli_add_set(&a->in, optarg)
                   ? EXIT_DONE
                   : cli_misuse("compare", "--set needs PATH=VALUE, got '%s'", optarg);
    case 'r':
    case 'j':
        if (!cli_whole(optarg, 1, o == 'r' ? 1000000 : 1024, &n))
            return cli_misuse("compare", "-%c needs a whole number of at least 1, got '%s'", o,
                              optarg);
        *(o == 'r' ? &a->simulate.replications : &a->simulate.workers) = (uint32_t)n;
        return EXIT_DONE;
    case OPT_SEED:
        return cli_set_seed(&a->in, optarg)
                   ? EXIT_DONE
                   : cli_misuse("compare", "--seed needs a whole number up to 2^53, got '%s'",
                                optarg);
    default:
        return EXIT_DONE;
    }
}

int
cmd_compare(int argc, char **argv)
{
    struct asked a = {0};
    int o, code;

    while ((o = getopt_long(argc, argv, "s:r:j:qh", options, NULL)) != -1) {
        if (o == 'h')
            return cli_write(help);
        if (o == '?')
            return cli_bad_option("compare", argv);
        code = take_option(&a, o);
        if (code != EXIT_DONE)
            return code;
    }
    if (argc - optind != 1)
        return cli_misuse("compare", "needs one database or scenario, got %d", argc - optind);
    a.in.path = argv[optind];
    return compare_asked(&a);
}
