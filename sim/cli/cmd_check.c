/* jurisim check: every fault of a scenario in one go, and what is allowed but probably not meant.
 */
#include "base/json.h"
#include "cli/cli.h"
#include "model/limits.h"
#include "record/verdict.h"
#include <getopt.h>
#include <stdio.h>

static const char help[] =
    "usage: jurisim check [--set PATH=VALUE] [--costs WHICH] [--json] SCENARIO...\n\n"
    "Reads each scenario with all that it includes and lists every fault as\n"
    "file:line:column: what, name, value. Exit 2 when there is a fault.\n\n"
    "  --set PATH=VALUE  override a value, as `run` does\n"
    "  --costs WHICH     costs of cryptography, as `run` takes them\n"
    "  --json            faults and warnings as JSON on stdout\n";

enum { OPT_SET = 256, OPT_COSTS, OPT_JSON };
static const struct option options[] = {
    {"set", required_argument, NULL, OPT_SET},
    {"costs", required_argument, NULL, OPT_COSTS},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Counts for the closing line. */
struct found {
    uint32_t strategies, cohorts, uncertain;
};

static int
check_one(struct cli_scenario *in, struct why *why, struct why *warnings, struct found *found)
{
    struct scenario *scenario = NULL;
    struct model *model = NULL;
    int rc = cli_open_scenario(in, &scenario, why);

    if (rc == 0)
        rc = scenario_model(scenario, SCENARIO_CENTRAL, &model, why);
    if (rc == 0)
        rc = verdict_check(model, why);
    if (rc == 0)
        rc = limits_check(model, why);
    if (scenario != NULL)
        scenario_warnings(scenario, warnings);
    if (rc == 0)
        *found = (struct found){model->strategies, model->world->cohorts, model->uncertain};
    model_free(model);
    scenario_close(scenario);
    return rc;
}

static void
list_json(struct json *json, const char *name, const struct why *why)
{
    json_open(json, name, '[');
    for (size_t i = 0; i < why->count; i++)
        json_string(json, NULL, why->fault[i].text);
    json_close(json, ']');
}

static void
print_human(const char *path, int rc, const struct why *why, const struct why *warnings,
            const struct found *found)
{
    for (size_t i = 0; i < warnings->count; i++)
        fprintf(stderr, "%s (warning)\n", warnings->fault[i].text);
    if (rc != 0)
        fprintf(stderr, "%s: %zu %s\n", path, why->count, why->count == 1 ? "fault" : "faults");
    else
        printf("%s: no faults; %u %s, %u %s, %u uncertain %s\n", path, found->strategies,
               found->strategies == 1 ? "strategy" : "strategies", found->cohorts,
               found->cohorts == 1 ? "cohort" : "cohorts", found->uncertain,
               found->uncertain == 1 ? "input" : "inputs");
}

static int
check_all(struct cli_scenario *in, int count, char **paths, bool as_json)
{
    struct text out = {0};
    struct json json = {.out = &out};
    int code = EXIT_DONE;

    json_open(&json, NULL, '{');
    json_open(&json, "scenarios", '[');
    for (int i = 0; i < count; i++) {
        struct why why = {0}, warnings = {0};
        struct found found = {0};

        in->path = paths[i];
        const int rc = check_one(in, &why, &warnings, &found);

        if (rc != 0)
            code = as_json ? (rc == ERR_INPUT || rc == ERR_LIMIT ? EXIT_MISUSE : EXIT_FAILED)
                           : cli_fail(rc, &why);
        json_open(&json, NULL, '{');
        json_string(&json, "scenario", paths[i]);
        list_json(&json, "faults", &why);
        list_json(&json, "warnings", &warnings);
        json_close(&json, '}');
        if (!as_json)
            print_human(paths[i], rc, &why, &warnings, &found);
        why_release(&why);
        why_release(&warnings);
    }
    json_close(&json, ']');
    json_close(&json, '}');
    text_add(&out, "\n");
    if (as_json && cli_write(text_str(&out)) != EXIT_DONE)
        code = EXIT_FAILED;
    text_release(&out);
    return code;
}

int
cmd_check(int argc, char **argv)
{
    struct cli_scenario in = {0};
    bool as_json = false;
    int o;

    while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (o) {
        case OPT_SET:
            if (!cli_add_set(&in, optarg))
                return cli_misuse("check", "--set needs PATH=VALUE, got '%s'", optarg);
            break;
        case OPT_COSTS:
            in.costs = optarg;
            break;
        case OPT_JSON:
            as_json = true;
            break;
        case 'h':
            return cli_write(help);
        default:
            return cli_bad_option("check", argv);
        }
    }
    if (optind >= argc)
        return cli_misuse("check", "needs at least one scenario file");
    return check_all(&in, argc - optind, argv + optind, as_json);
}
