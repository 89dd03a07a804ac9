/* jurisim explain: who can open what, by which plans, and why. Nothing is simulated. */
#include "base/mem.h"
#include "cli/exposed.h"
#include "report/explain.h"
#include <getopt.h>
#include <string.h>

static const char help[] =
    "usage: jurisim explain [OPTION]... SCENARIO\n"
    "       jurisim explain --exposed DB [OPTION]... [SCENARIO]\n\n"
    "For every strategy, cohort and data class: who can open it alone, which jurisdictions or\n"
    "custodians together can, who can deny access, the plans of every authority with their\n"
    "levers, expected time, probability and reasons, and how much each holder matters to it.\n"
    "Uncertain inputs stand at their means, choices at the likeliest.\n\n"
    "  -s, --strategy A,B   only these strategies\n"
    "      --authority A    only this authority's plans\n"
    "      --on DATE        as things stand on this day (default: the last of the horizon)\n"
    "      --set PATH=VALUE override a value\n"
    "      --costs WHICH    costs of cryptography, as `run` takes them\n"
    "      --json           as JSON on stdout; of very many plans the first thousand, and\n"
    "                       `other_plans` counts the rest\n\n"
    "With --exposed: why one account of a kept run was exposed, day by day, with the reasons; by\n"
    "default the first whose content was opened. -s and --authority choose among them.\n"
    "      --exposed DB     a database that jurisim run wrote\n"
    "      --replication N  this replication, from 0\n";

enum { OPT_AUTHORITY = 256, OPT_ON, OPT_SET, OPT_COSTS, OPT_JSON, OPT_EXPOSED, OPT_REPLICATION };
static const struct option options[] = {
    {"strategy", required_argument, NULL, 's'},
    {"authority", required_argument, NULL, OPT_AUTHORITY},
    {"on", required_argument, NULL, OPT_ON},
    {"set", required_argument, NULL, OPT_SET},
    {"costs", required_argument, NULL, OPT_COSTS},
    {"json", no_argument, NULL, OPT_JSON},
    {"exposed", required_argument, NULL, OPT_EXPOSED},
    {"replication", required_argument, NULL, OPT_REPLICATION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct asked {
    struct cli_scenario in;
    const char *strategies, *authority, *on, *exposed, *replication;
    bool json;
};

static int
find_authority(const struct model *m, const char *name, struct authority_id *out, struct why *why)
{
    const char *names[256];
    size_t n = 0;

    out->i = NONE;
    for (uint32_t i = 0; name != NULL && i < m->world->authorities; i++) {
        if (n < COUNT(names))
            names[n++] = m->world->authority[i].is.name;
        if (strcmp(m->world->authority[i].is.name, name) == 0)
            out->i = i;
    }
    if (name == NULL || out->i != NONE)
        return 0;
    const char *near = text_nearest(name, names, n);

    return why_add(why, ERR_INPUT, NULL, "jurisim: no authority is called '%s'%s%s%s", name,
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                   near != NULL ? "'?" : "");
}

static int
find_day(const struct model *m, const char *text, sim_ns *on, struct why *why)
{
    int64_t day;

    *on = SIM_NEVER;
    if (text == NULL)
        return 0;
    if (date_read(text, &day) != 0)
        return why_add(why, ERR_INPUT, NULL, "jurisim: --on needs a date (2018-02-28), got '%s'",
                       text);
    *on = (day - m->starts_unix_s) * NS_PER_S;
    if (day < m->starts_unix_s || *on >= m->horizon)
        return why_add(why, ERR_INPUT, NULL, "jurisim: --on %s lies outside the horizon", text);
    return 0;
}

static int
explain_model(const struct asked *a, const struct model *m, struct text *out, struct why *why)
{
    struct explain_options o;
    int rc = cli_strategies(m, a->strategies, &o.strategies, why);

    if (rc == 0)
        rc = find_authority(m, a->authority, &o.authority, why);
    if (rc == 0)
        rc = find_day(m, a->on, &o.on, why);
    if (rc != 0)
        return rc;
    return a->json ? explain_json(out, m, &o, why) : explain_text(out, m, &o, why);
}

static int
explain_asked(struct asked *a)
{
    struct scenario *scenario = NULL;
    struct model *model = NULL;
    struct text out = {0};
    struct why why = {0};
    int rc = cli_open_scenario(&a->in, &scenario, &why);

    if (rc == 0)
        rc = scenario_model(scenario, SCENARIO_CENTRAL, &model, &why);
    if (rc == 0)
        rc = explain_model(a, model, &out, &why);
    const int code = rc == 0 ? cli_write(text_str(&out)) : cli_fail(rc, &why);

    text_release(&out);
    why_release(&why);
    model_free(model);
    scenario_close(scenario);
    return code;
}

static int
explain_exposed(struct asked *a)
{
    const struct exposed_options o = {.db = a->exposed,
                                      .strategy = a->strategies,
                                      .authority = a->authority,
                                      .replication = a->replication,
                                      .json = a->json};
    struct text out = {0};
    struct why why = {0};
    const int rc = exposed_story(&out, &a->in, &o, &why);
    const int code = rc == 0 ? cli_write(text_str(&out)) : cli_fail(rc, &why);

    text_release(&out);
    why_release(&why);
    return code;
}

/* One scenario, or with --exposed none or one. */
static int
explain_arguments(struct asked *a, int argc, char **argv)
{
    const int named = argc - optind;

    if (a->exposed == NULL && a->replication != NULL)
        return cli_misuse("explain", "--replication goes with --exposed DB");
    if (a->exposed != NULL && a->on != NULL)
        return cli_misuse("explain", "--on does not go with --exposed: the story has its dates");
    if (named > 1 || (named != 1 && a->exposed == NULL))
        return cli_misuse("explain", "needs one scenario file, got %d", named);
    a->in.path = named == 1 ? argv[optind] : NULL;
    return a->exposed != NULL ? explain_exposed(a) : explain_asked(a);
}

int
cmd_explain(int argc, char **argv)
{
    struct asked a = {0};
    int o;

    while ((o = getopt_long(argc, argv, "s:h", options, NULL)) != -1) {
        switch (o) {
        case 's':
            a.strategies = optarg;
            break;
        case OPT_AUTHORITY:
            a.authority = optarg;
            break;
        case OPT_ON:
            a.on = optarg;
            break;
        case OPT_SET:
            if (!cli_add_set(&a.in, optarg))
                return cli_misuse("explain", "--set needs PATH=VALUE, got '%s'", optarg);
            break;
        case OPT_COSTS:
            a.in.costs = optarg;
            break;
        case OPT_JSON:
            a.json = true;
            break;
        case OPT_EXPOSED:
            a.exposed = optarg;
            break;
        case OPT_REPLICATION:
            a.replication = optarg;
            break;
        case 'h':
            return cli_write(help);
        default:
            return cli_bad_option("explain", argv);
        }
    }
    return explain_arguments(&a, argc, argv);
}
