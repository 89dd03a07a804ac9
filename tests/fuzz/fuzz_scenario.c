/*
 * Any bytes as a scenario give a model or a message: for libFuzzer (`make fuzz`), which mutates the
 * shipped scenarios and the faulty ones of tests/bad. The program runs in the project's folder.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/err.h"
#include "scenario/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A failure says why, in words that can be shown. */
static void
check_told(int rc, const struct why *why)
{
    assert(rc == 0 || why->count > 0);
    for (size_t i = 0; i < why->count; i++)
        assert(why->fault[i].text != NULL && why->fault[i].text[0] != '\0');
}

/* The model of a world: its inputs at their means, or drawn. */
static void
build(struct scenario *scenario, uint64_t world)
{
    struct why why = {0};
    struct model *model = NULL;
    const int rc = scenario_model(scenario, world, &model, &why);

    check_told(rc, &why);
    assert((rc == 0) == (model != NULL));
    model_free(model);
    why_release(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct scenario_options options = {.data_dir = "scenarios"};
    struct why why = {0}, warnings = {0};
    struct scenario *scenario = NULL;
    char *text = malloc(size + 1);

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0'; /* what follows a NUL is not read */
    const int rc = scenario_open_text(&scenario, "fuzz", text, "scenarios/tiny", &options, &why);

    check_told(rc, &why);
    if (rc == 0) {
        scenario_warnings(scenario, &warnings);
        check_told(0, &warnings);
        assert(scenario_text(scenario) != NULL);
        build(scenario, SCENARIO_CENTRAL);
        build(scenario, 0);
    }
    scenario_close(scenario);
    why_release(&warnings);
    why_release(&why);
    free(text);
    return 0;
}
