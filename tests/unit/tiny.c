#include "tiny.h"
#include <stdio.h>
#include <string.h>

static void
fail_with(const struct why *why)
{
    for (size_t i = 0; i < why->count; i++)
        print_error("%s\n", why->fault[i].text);
    fail_msg("the scenario has %zu faults", why->count);
}

static struct model *
model_of(struct scenario *scenario, int rc, struct why *why)
{
    struct model *model = NULL;

    if (rc == 0)
        rc = scenario_model(scenario, SCENARIO_CENTRAL, &model, why);
    if (rc != 0)
        fail_with(why);
    scenario_close(scenario);
    why_release(why);
    return model;
}

struct model *
tiny_model(const char *yaml)
{
    struct why why = {0};
    struct scenario *scenario = NULL;
    const struct scenario_options options = {.data_dir = "scenarios"};
    const int rc = scenario_open_text(&scenario, "tiny", yaml, "scenarios/tiny", &options, &why);

    return model_of(scenario, rc, &why);
}

struct model *
tiny_model_of_file(const char *path, const char *const *sets)
{
    struct override set[16];
    char path_text[16][128];
    size_t n = 0;

    for (; sets != NULL && sets[n] != NULL && n < 16; n++) {
        const char *equals = strchr(sets[n], '=');

        snprintf(path_text[n], sizeof path_text[n], "%.*s", (int)(equals - sets[n]), sets[n]);
        set[n] = (struct override){path_text[n], equals + 1};
    }
    struct why why = {0};
    struct scenario *scenario = NULL;
    const struct scenario_options options = {.set = set, .sets = n, .data_dir = "scenarios"};
    const int rc = scenario_open(&scenario, path, &options, &why);

    return model_of(scenario, rc, &why);
}
