/* jurisim: the list of commands, and which one was asked for. */
#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

const struct command command_table[] = {
    {"run", cmd_run, "simulate all strategies of a scenario, print what each costs and exposes"},
    {"compare", cmd_compare, "strategies side by side: table, paired differences, Pareto front"},
    {"explain", cmd_explain, "who can open what, by which plans, and why"},
    {"check", cmd_check, "every fault in a scenario, with file:line:column"},
    {"plot", cmd_plot, "a figure of a finished run through gnuplot"},
    {"bench", cmd_bench, "measure this machine: its cryptography, the event engine"},
    {NULL, NULL, NULL},
};

static void
usage(FILE *out)
{
    fputs("usage: jurisim COMMAND ...\n\n"
          "For each placement of data and keys: how fast do users reach their data, and who can\n"
          "be made to open it?\n\n",
          out);
    for (const struct command *c = command_table; c->name != NULL; c++)
        fprintf(out, "  %-9s %s\n", c->name, c->about);
    fputs("\n`jurisim COMMAND --help` tells a command's options; `jurisim --version` the version.\n"
          "Exit: 0 done; 1 failed; 2 misuse or bad input; 3 an `expect` or `require` line does not "
          "hold.\n",
          out);
}

static int
unknown(const char *name)
{
    const char *names[COUNT(command_table)];
    size_t n = 0;

    for (const struct command *c = command_table; c->name != NULL; c++)
        names[n++] = c->name;
    const char *near = text_nearest(name, names, n);

    fprintf(stderr, "jurisim: unknown command '%s'", name);
    if (near != NULL)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputs("\nTry 'jurisim --help'.\n", stderr);
    return EXIT_MISUSE;
}

/* What a command printed must have arrived. */
static int
checked(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (code != EXIT_FAILED) /* else it was said */
        fputs("jurisim: cannot write the results\n", stderr);
    return EXIT_FAILED;
}

int
main(int argc, char **argv)
{
    /* a reader that stops reading is an error of writing, told as such, not a silent death */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* likewise a file that may not grow further */
    opterr = 0;               /* the commands say what they did not understand */
    if (argc < 2) {
        usage(stderr);
        return EXIT_MISUSE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return checked(EXIT_DONE);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("jurisim " JURISIM_VERSION);
        return checked(EXIT_DONE);
    }
    for (const struct command *c = command_table; c->name != NULL; c++)
        if (strcmp(c->name, argv[1]) == 0)
            return checked(c->run(argc - 1, argv + 1));
    return unknown(argv[1]);
}
