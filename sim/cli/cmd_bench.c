/* jurisim bench: what cryptography costs on this machine. */
#include "base/mem.h"
#include "base/units.h"
#include "cli/bench.h"
#include "cli/bench_engine.h"
#include "cli/cli.h"
#include "report/gnuplot.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: jurisim bench crypto [--quick] [--only TEXT,...] [--bytes N,...] [--rounds N]\n"
    "                            [--threads N] [--cpu-time] [--json] [--costs-out FILE]\n"
    "                            [--figure FILE] [--store DB]\n"
    "                            [--pkcs11 MODULE [--token LABEL] [--pin-file FILE]]\n"
    "       jurisim bench crypto --from DB [--json] [--costs-out FILE] [--figure FILE]\n\n"
    "Checks every operation against published test vectors, then measures what it costs on this\n"
    "machine: medians over rounds, with 95 % intervals. Scenarios use the names, as in\n"
    "{cost: aes-256-gcm-open}.\n\n"
    "Each object has a key of its own (key: new-key), one key serves all (held-key), or the\n"
    "object's key is unwrapped first (envelope). Whole messages are timed, with their tags.\n"
    "`openssl speed` re-keys AES-GCM on every operation, as new-key does, and makes no tag; it\n"
    "never ends a message of ChaCha20-Poly1305, so that its row there is no message's.\n\n"
    "  --quick           fewer, shorter rounds: a first look in some seconds of processor time\n"
    "  --bytes N,...     sizes for operations on objects, e.g. 4096,1MiB\n"
    "                    (default 1KiB,16KiB,256KiB,1MiB,16MiB; quick without the last)\n"
    "  --rounds N        rounds, at least 6 (default 41, quick 7)\n"
    "  --only TEXT,...   only operations whose name contains one of these, e.g. gcm,rsa-2048;\n"
    "                    each must be in some name\n"
    "  --cpu-time        processor time instead of the clock on the wall: for a machine with "
    "other\n"
    "                    work (not for tokens and several threads, which wait)\n"
    "  --threads N       also measure 2 to N threads at once, each on a core of its own (beyond 8\n"
    "                    threads 2, 4, 8 ... and N); left out when bare multiplications do not\n"
    "                    scale\n"
    "  --json            the results as JSON on stdout\n"
    "  --costs-out FILE  also write a cost file, for `jurisim run --costs FILE`\n"
    "  --figure FILE     also draw GB/s against the size of the object: an SVG, PNG or PDF\n"
    "  --store DB        also keep the measurement in this SQLite database, a run's or its own\n"
    "  --from DB         measure nothing: show the newest measurement that DB keeps\n\n"
    "A real token or HSM:\n"
    "  --pkcs11 MODULE   also measure through this PKCS#11 module, e.g. libsofthsm2.so; keys are\n"
    "                    made for the session only, none stays in the token\n"
    "  --token LABEL     which token (default: the module's first)\n"
    "  --pin-file FILE   its user PIN: the first line of FILE\n";

enum {
    OPT_QUICK = 256,
    OPT_BYTES,
    OPT_ROUNDS,
    OPT_ONLY,
    OPT_THREADS,
    OPT_JSON,
    OPT_COSTS_OUT,
    OPT_PKCS11,
    OPT_TOKEN,
    OPT_PIN_FILE,
    OPT_CPU_TIME,
    OPT_STORE,
    OPT_FROM,
    OPT_FIGURE
};
static const struct option options[] = {
    {"quick", no_argument, NULL, OPT_QUICK},
    {"bytes", required_argument, NULL, OPT_BYTES},
    {"rounds", required_argument, NULL, OPT_ROUNDS},
    {"cpu-time", no_argument, NULL, OPT_CPU_TIME},
    {"only", required_argument, NULL, OPT_ONLY},
    {"threads", required_argument, NULL, OPT_THREADS},
    {"json", no_argument, NULL, OPT_JSON},
    {"costs-out", required_argument, NULL, OPT_COSTS_OUT},
    {"store", required_argument, NULL, OPT_STORE},
    {"from", required_argument, NULL, OPT_FROM},
    {"figure", required_argument, NULL, OPT_FIGURE},
    {"pkcs11", required_argument, NULL, OPT_PKCS11},
    {"token", required_argument, NULL, OPT_TOKEN},
    {"pin-file", required_argument, NULL, OPT_PIN_FILE},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
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
read_sizes(struct bench_asked *asked, char *list)
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
read_option(struct bench_asked *asked, int o)
{
    switch (o) {
    case OPT_QUICK:
        asked->quick = true;
        return EXIT_DONE;
    case OPT_CPU_TIME:
        asked->cpu_time = true;
        return EXIT_DONE;
    case OPT_BYTES:
        return read_sizes(asked, optarg);
    case OPT_ROUNDS:
        if (!cli_whole(optarg, MEASURE_ROUNDS_LEAST, MEASURE_ROUNDS_MOST, &asked->rounds))
            return cli_misuse("bench", "--rounds needs a whole number from %d to %d, got '%s'",
                              MEASURE_ROUNDS_LEAST, MEASURE_ROUNDS_MOST, optarg);
        return EXIT_DONE;
    case OPT_ONLY:
        asked->only = optarg;
        return EXIT_DONE;
    case OPT_THREADS:
        if (!cli_whole(optarg, 1, MEASURE_THREADS_MOST, &asked->threads))
            return cli_misuse("bench", "--threads needs a whole number from 1 to %d, got '%s'",
                              MEASURE_THREADS_MOST, optarg);
        return EXIT_DONE;
    case OPT_JSON:
        asked->json = true;
        return EXIT_DONE;
    case OPT_COSTS_OUT:
        asked->costs_out = optarg;
        return EXIT_DONE;
    case OPT_STORE:
        asked->store = optarg;
        return EXIT_DONE;
    case OPT_FROM:
        asked->from = optarg;
        return EXIT_DONE;
    case OPT_FIGURE:
        asked->figure = optarg;
        return EXIT_DONE;
    case OPT_PKCS11:
        asked->pkcs11 = optarg;
        return EXIT_DONE;
    case OPT_TOKEN:
        asked->token = optarg;
        return EXIT_DONE;
    case OPT_PIN_FILE:
        asked->pin_file = optarg;
        return EXIT_DONE;
    case 'h':
        asked->help = true;
        return EXIT_DONE;
    default:
        return EXIT_DONE;
    }
}

/* Whatever could only fail once all is measured is told now. */
static int
check_command(const struct bench_asked *asked)
{
    const char *const word = asked->pkcs11 ? NULL : bench_unmatched(asked->only, NULL);

    if (word != NULL)
        return cli_misuse(
            "bench", "--only: no operation's name contains '%.*s'%s", (int)strcspn(word, ","), word,
            strncmp(word, "token", strlen("token")) == 0 ? " (a token's need --pkcs11 MODULE)"
                                                         : "");
    if (asked->figure && picture_of_path(asked->figure) == PICTURES)
        return cli_misuse("bench", "the name of a picture ends in .svg, .png or .pdf, got '%s'",
                          asked->figure);
    if (asked->figure && asked->sizes == 1)
        return cli_misuse("bench", "--figure needs at least two sizes, since it draws lines");
    if (asked->costs_out && asked->sizes == 1)
        return cli_misuse("bench", "--costs-out needs at least two sizes, since a cost file gives "
                                   "the cost between them");
    if ((asked->store && asked->store[0] == '\0') || (asked->from && asked->from[0] == '\0') ||
        (asked->costs_out && asked->costs_out[0] == '\0'))
        return cli_misuse("bench", "--store, --from and --costs-out need the name of a file");
    return EXIT_DONE;
}

static int
read_command(struct bench_asked *asked, int argc, char **argv)
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
        return cli_misuse("bench", "say what to measure: crypto or engine");
    if (asked->from && (asked->pkcs11 || asked->store || asked->sizes || asked->rounds ||
                        asked->only || asked->threads || asked->quick || asked->cpu_time))
        return cli_misuse("bench", "--from shows what was measured: it takes --json, --costs-out "
                                   "and --figure only");
    if (!asked->pkcs11 && (asked->token || asked->pin_file))
        return cli_misuse("bench", "--token and --pin-file say how to use a token: they need "
                                   "--pkcs11 MODULE");
    return check_command(asked);
}

int
cmd_bench(int argc, char **argv)
{
    struct bench_asked asked = {0};
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
