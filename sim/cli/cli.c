#include "cli/cli.h"
#include "cli/host_costs.h"
#include "base/mem.h"
#include "base/text.h"
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <getopt.h>
#include <unistd.h>

int
cli_fail(int rc, const struct why *why)
{
    for (size_t i = 0; i < why->count; i++)
        fprintf(stderr, "%s\n", why->fault[i].text);
    if (why->count == 0 || why->lost)
        fprintf(stderr, "jurisim: failed: %s\n", err_name((enum err)rc));
    return rc == ERR_INPUT || rc == ERR_LIMIT ? EXIT_MISUSE : EXIT_FAILED;
}

int
cli_misuse(const char *command, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "jurisim %s: ", command);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\nTry 'jurisim %s --help'.\n", command);
    return EXIT_MISUSE;
}

int
cli_bad_option(const char *command, char **argv)
{
    return cli_misuse(command, "'%s' is no option here, or lacks its value", argv[optind - 1]);
}

int
cli_write(const char *text)
{
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0) {
        fprintf(stderr, "jurisim: cannot write the results: %s\n", strerror(errno));
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

bool
cli_add_set(struct cli_scenario *in, char *assignment)
{
    char *equals = strchr(assignment, '=');

    if (equals == NULL || equals == assignment || in->sets == COUNT(in->set))
        return false;
    *equals = '\0';
    in->set[in->sets++] = (struct override){assignment, equals + 1};
    return true;
}

bool
cli_set_seed(struct cli_scenario *in, const char *text)
{
    uint64_t seed;

    if (!cli_whole(text, 0, UINT64_C(1) << 53,
                   &seed)) /* as far as a scenario's numbers are exact */
        return false;
    snprintf(in->seed, sizeof in->seed, "study.seed=%s", text);
    return cli_add_set(in, in->seed);
}

/* Is this the folder that the shipped facts lie in? */
static bool
has_facts(const char *dir)
{
    char path[640];

    snprintf(path, sizeof path, "%s/facts/costs-reference.yaml", dir);
    return access(path, R_OK) == 0;
}

static bool
try_dir(struct cli_scenario *in, const char *dir, const char *below)
{
    const int n = snprintf(in->data_dir, sizeof in->data_dir, "%s%s", dir, below);

    return n > 0 && (size_t)n < sizeof in->data_dir && has_facts(in->data_dir);
}

static const char *
find_data_dir(struct cli_scenario *in)
{
    char copy[512], program[512];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);

    snprintf(copy, sizeof copy, "%s", in->path);
    if (try_dir(in, dirname(copy), "") || try_dir(in, "scenarios", ""))
        return in->data_dir;
    if (n > 0) {
        program[n] = '\0';
        const char *dir = dirname(program);

        if (try_dir(in, dir, "/../scenarios") || try_dir(in, dir, "/../share/jurisim/scenarios"))
            return in->data_dir;
    }
    return try_dir(in, JURISIM_DATADIR, "/scenarios") ? in->data_dir : NULL;
}

int
cli_open_scenario(struct cli_scenario *in, struct scenario **out, struct why *why)
{
    struct host_costs host = {0};
    struct scenario_options options = {
        .set = in->set,
        .sets = in->sets,
        .data_dir = find_data_dir(in),
    };

    /* a file that the user named and that is not there is bad input, not a failing machine */
    if (access(in->path, R_OK) != 0)
        return why_add(why, ERR_INPUT, NULL, "jurisim: cannot read '%s': %s", in->path,
                       strerror(errno));
    struct stat st;

    if (stat(in->path, &st) == 0 && S_ISDIR(st.st_mode))
        return why_add(why, ERR_INPUT, NULL, "jurisim: '%s' is a folder, not a scenario file",
                       in->path);
    int rc = host_costs_find(&host, in, &options, why);

    options.costs = host.path;
    if (rc == 0)
        rc = scenario_open(out, in->path, &options, why);
    host_costs_release(&host);
    return rc;
}

bool
cli_whole(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    char *end;

    errno = 0;
    if (text[0] < '0' || text[0] > '9')
        return false;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *out >= least && *out <= most;
}
