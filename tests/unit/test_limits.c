/* Scenarios without faults that are too large all the same. */
#include "over_world.h"
#include <string.h>
#include "base/text.h"
#include "model/limits.h"

/* The world with so many more custodians in CN, each with a key store that its order may reach. */
static struct scenario *
crowd(int custodians)
{
    struct text yaml = {0};
    struct scenario *scenario;

    text_add(&yaml, "custodians:\n");
    for (int i = 0; i < custodians; i++)
        text_addf(&yaml, "  c%d: {home: CN}\n", i);
    text_add(&yaml, "key-stores:\n");
    for (int i = 0; i < custodians; i++)
        text_addf(&yaml, "  k%d: {at: shanghai, operator: c%d, kind: hsm}\n", i, i);
    scenario = open_over_world(text_str(&yaml));
    text_release(&yaml);
    return scenario;
}

static int
checked(int custodians, struct why *why)
{
    struct scenario *scenario = crowd(custodians);
    struct model *m = model_in(scenario, 0);
    const int rc = limits_check(m, why);

    model_free(m);
    scenario_close(scenario);
    return rc;
}

static void
test_a_jurisdiction_with_too_many_levers_is_told_once_before_a_run(void **state)
{
    struct why why = {0};

    (void)state;
    assert_int_equal(checked(1, &why), 0);
    assert_int_equal(why.count, 0);
    assert_int_equal(checked(62, &why), ERR_LIMIT); /* in both strategies */
    assert_int_equal(why.count, 1);
    assert_non_null(strstr(why.fault[0].text, "jurisdiction 'CN': its instruments make "));
    why_release(&why);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_jurisdiction_with_too_many_levers_is_told_once_before_a_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
