#ifndef CLI_CLI_H
#define CLI_CLI_H

/*
 * The command line: the only code that prints or exits. One file a command, one row each in
 * main.c; every command takes its own arguments (argv[0] is its name) and returns the exit code.
 *
 * Results go to stdout, progress and messages to stderr.
 */
#include "scenario/scenario.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* the machine failed us: a file, memory, a library */
    EXIT_MISUSE = 2, /* bad options or bad input */
    EXIT_UNMET = 3,  /* an `expect` or `require` line does not hold */
};

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about; /* one line for `jurisim --help` */
};

/* Commands, ended by a row without a name. To add one: cmd_x.c and a row. */
extern const struct command command_table[];

int cmd_run(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_plot(int argc, char **argv);
int cmd_bench(int argc, char **argv);

/* Prints the messages to stderr, "jurisim: " before those without a file, and gives the exit code
 * for `rc`. */
int cli_fail(int rc, const struct why *why);

/* "jurisim run: unknown option '--x'" and the hint at --help; EXIT_MISUSE. */
int cli_misuse(const char *command, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* After getopt_long returned '?': names the option that was not understood; EXIT_MISUSE. */
int cli_bad_option(const char *command, char **argv);

/* Writes results to stdout; EXIT_FAILED when that fails (a closed pipe, a full disk). */
int cli_write(const char *text);

/* Options that every command on a scenario takes. */
struct cli_scenario {
    const char *path;
    struct override set[64];
    size_t sets;
    const char *costs;    /* a cost file, a database of measurements, or "host" (host_costs.h);
                             NULL or "reference": the shipped ones */
    char costs_from[512]; /* what `costs` came to: "reference", "FILE", "host: ..." */
    char data_dir[512];
    char seed[40]; /* of --seed, as an override */
};

/* Takes a PATH=VALUE into the list; cuts it in place. False when it has no '='. */
bool cli_add_set(struct cli_scenario *in, char *assignment);

/* `--seed N` as the override study.seed=N. False when it is no whole number. */
bool cli_set_seed(struct cli_scenario *in, const char *text);

/* Opens the scenario with its overrides; shipped facts are looked for beside the scenario, in
 * ./scenarios, beside the program, and where they are installed. */
MUST_CHECK int cli_open_scenario(struct cli_scenario *in, struct scenario **out, struct why *why);

/* The strategies of a comma-separated list as a mask; NULL names all. */
struct model;
MUST_CHECK int cli_strategies(const struct model *model, const char *list, uint64_t *mask,
                              struct why *why);

/* A whole number of an option in [least, most]; false when it is none. */
bool cli_whole(const char *text, uint64_t least, uint64_t most, uint64_t *out);

#endif
