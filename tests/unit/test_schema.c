/*
 * The JSON Schema beside the scenarios is what the reading tables say. `test_schema write` writes
 * it anew, for `git diff` to judge.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "scenario/document.h"
#include "scenario/placement.h"
#include "scenario/schema.h"
#include "scenario/sections.h"

static const char path[] = "scenarios/jurisim.schema.json";

static void
test_the_schema_in_the_tree_is_what_the_tables_say(void **state)
{
    struct text wanted = {0}, got = {0};

    (void)state;
    scenario_schema(&wanted);
    assert_false(wanted.lost);
    assert_int_equal(text_read_file(&got, path, NULL), 0);
    assert_true(strcmp(text_str(&got), text_str(&wanted)) == 0);
    text_release(&wanted);
    text_release(&got);
}

/* Every key of a form appears with its sentence: `"name": {` and, behind it, the description. */
static void
check_form(const char *schema, const struct form *form)
{
    for (uint32_t i = 0; i < form->keys; i++) {
        char name[64], about[256];
        bool found = false;

        assert_non_null(form->key[i].about);
        snprintf(name, sizeof name, "\"%s\": {", form->key[i].name);
        snprintf(about, sizeof about, "\"description\": \"%s\"", form->key[i].about);
        for (const char *at = strstr(schema, name); at != NULL && !found;
             at = strstr(at + 1, name)) {
            const char *behind = at + strlen(name);

            behind += strspn(behind, " \n");
            found = strncmp(behind, about, strlen(about)) == 0;
        }
        if (!found)
            fail_msg("key '%s' is not in the schema, or says something else", form->key[i].name);
        if (form->key[i].form != NULL)
            check_form(schema, form->key[i].form);
    }
}

static void
test_every_key_that_is_read_is_in_the_schema_with_a_sentence(void **state)
{
    struct text schema = {0};

    (void)state;
    assert_int_equal(text_read_file(&schema, path, NULL), 0);
    check_form(text_str(&schema), &document_form);
    text_release(&schema);
}

static void
check_used(const char *scenarios, const struct form *form)
{
    for (uint32_t i = 0; i < form->keys; i++) {
        char name[64];

        snprintf(name, sizeof name, "%s:", form->key[i].name);
        if (strstr(scenarios, name) == NULL)
            fail_msg("no sound scenario has a key '%s'", form->key[i].name);
        if (form->key[i].form != NULL)
            check_used(scenarios, form->key[i].form);
    }
}

static void
test_every_key_that_is_read_stands_in_a_sound_scenario(void **state)
{
    struct text text = {0};

    (void)state;
    assert_int_equal(text_read_file(&text, "tests/good/complete.yaml", NULL), 0);
    assert_int_equal(text_read_file(&text, "tests/good/pressed.yaml", NULL), 0);
    assert_int_equal(text_read_file(&text, "tests/good/busy.yaml", NULL), 0);
    check_used(text_str(&text), &document_form);
    text_release(&text);
}

static bool
is_key_of(const struct form *form, const char *name)
{
    for (uint32_t i = 0; i < form->keys; i++)
        if (strcmp(form->key[i].name, name) == 0 ||
            (form->key[i].form != NULL && is_key_of(form->key[i].form, name)))
            return true;
    return false;
}

/* The other way round: what the schema describes, some form reads. */
static void
test_every_key_that_the_schema_describes_is_read(void **state)
{
    static const char mark[] = ": {\"description\": ";
    struct text schema = {0};
    size_t seen = 0;

    (void)state;
    assert_int_equal(text_read_file(&schema, path, NULL), 0);
    char *end = strstr(schema.s, "\"number\": {"); /* definitions begin */
    assert_non_null(end);
    *end = '\0';
    for (char *at = schema.s; (at = strstr(at, mark)) != NULL; at++) {
        char *name = at - 1;

        assert_true(*name == '"');
        *name = '\0';
        while (name[-1] != '"')
            name--;
        seen++;
        if (!is_key_of(&document_form, name) && strcmp(name, "source") != 0 &&
            strcmp(name, "note") != 0 && strcmp(name, "base") != 0 && strcmp(name, "include") != 0)
            fail_msg("the schema has a key '%s' that nothing reads", name);
    }
    assert_true(seen > 50);
    text_release(&schema);
}

static int
write_schema(void)
{
    struct text text = {0};
    FILE *out = fopen(path, "w");

    scenario_schema(&text);
    const bool good = out != NULL && !text.lost && fputs(text_str(&text), out) >= 0;
    text_release(&text);
    return out != NULL && fclose(out) == 0 && good ? 0 : 1;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_schema_in_the_tree_is_what_the_tables_say),
        cmocka_unit_test(test_every_key_that_is_read_is_in_the_schema_with_a_sentence),
        cmocka_unit_test(test_every_key_that_is_read_stands_in_a_sound_scenario),
        cmocka_unit_test(test_every_key_that_the_schema_describes_is_read),
    };

    if (argc > 1 && strcmp(argv[1], "write") == 0)
        return write_schema();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
