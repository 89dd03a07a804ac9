#include "over_world.h"
#include <stdio.h>

struct scenario *
open_over_world(const char *text)
{
    struct scenario *scenario = NULL;
    struct why why = {0};
    char all[8192];
    int rc;

    snprintf(all, sizeof all, "base: world.yaml\n%s", text);
    rc = scenario_open_text(&scenario, "over.yaml", all, "tests/bad", NULL, &why);
    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    why_release(&why);
    assert_int_equal(rc, 0);
    return scenario;
}

struct model *
model_in(struct scenario *scenario, uint64_t world)
{
    struct model *model = NULL;

    assert_int_equal(scenario_model(scenario, world, &model, NULL), 0);
    return model;
}
