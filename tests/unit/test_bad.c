/*
 * Faulty scenarios: tests/bad/NN-name.yaml must give the messages of NN-name.expected, all of them,
 * in this order, word for word. The first line of an expectation is the kind of error.
 * `test_bad write` writes the expectations anew, for `git diff` to judge.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/text.h"
#include "scenario/scenario.h"

static void
told(const char *path, struct text *out)
{
    struct why why = {0};
    struct scenario *scenario = NULL;
    const int rc = scenario_open(&scenario, path, NULL, &why);

    text_addf(out, "%s\n", err_name((enum err)rc));
    for (size_t i = 0; i < why.count; i++)
        text_addf(out, "%s\n", why.fault[i].text);
    scenario_close(scenario);
    why_release(&why);
}

static void
expectation_path(const char *path, char out[256])
{
    snprintf(out, 256, "%.*s.expected", (int)(strlen(path) - strlen(".yaml")), path);
}

static void
test_each_faulty_scenario_tells_all_its_faults(void **state)
{
    const glob_t *found = *state;
    size_t wrong = 0;

    assert_true(found->gl_pathc >= 30);
    for (size_t i = 0; i < found->gl_pathc; i++) {
        struct text got = {0}, wanted = {0};
        char path[256];

        expectation_path(found->gl_pathv[i], path);
        told(found->gl_pathv[i], &got);
        if (text_read_file(&wanted, path, NULL) < 0 ||
            strcmp(text_str(&got), text_str(&wanted)) != 0) {
            print_error("%s: expected\n%sbut got\n%s", found->gl_pathv[i], text_str(&wanted),
                        text_str(&got));
            wrong++;
        }
        text_release(&got);
        text_release(&wanted);
    }
    assert_int_equal(wrong, 0);
}

static void
test_none_of_them_is_accepted(void **state)
{
    const glob_t *found = *state;

    for (size_t i = 0; i < found->gl_pathc; i++) {
        struct scenario *scenario = NULL;
        struct why why = {0};

        assert_true(scenario_open(&scenario, found->gl_pathv[i], NULL, &why) < 0);
        assert_null(scenario);
        assert_true(why.count > 0);
        why_release(&why);
    }
}

static void
test_the_scenario_they_start_from_is_sound(void **state)
{
    struct scenario *scenario = NULL;
    struct why why = {0};

    (void)state;
    assert_int_equal(scenario_open(&scenario, "world.yaml", NULL, &why), 0);
    scenario_close(scenario);
    why_release(&why);
}

static int
write_expectations(const glob_t *found)
{
    for (size_t i = 0; i < found->gl_pathc; i++) {
        struct text got = {0};
        char path[256];

        expectation_path(found->gl_pathv[i], path);
        told(found->gl_pathv[i], &got);
        FILE *out = fopen(path, "w");
        if (out == NULL || fputs(text_str(&got), out) < 0 || fclose(out) != 0)
            return 1;
        text_release(&got);
    }
    return 0;
}

int
main(int argc, char **argv)
{
    static glob_t found;
    int rc;

    /* Messages name files as they are given, so all paths here are relative to this folder. */
    if (chdir("tests/bad") != 0 || glob("[0-9]*.yaml", 0, NULL, &found) != 0)
        return 1;
    if (argc > 1 && strcmp(argv[1], "write") == 0) {
        rc = write_expectations(&found);
    } else {
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_prestate(test_each_faulty_scenario_tells_all_its_faults, &found),
            cmocka_unit_test_prestate(test_none_of_them_is_accepted, &found),
            cmocka_unit_test(test_the_scenario_they_start_from_is_sound),
        };
        rc = cmocka_run_group_tests(tests, NULL, NULL);
    }
    globfree(&found);
    return rc;
}
