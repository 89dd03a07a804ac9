/* Uncertain inputs: what is drawn for a world, and what it does not depend on. */
#include "over_world.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One quantity of a scenario in one world. */
typedef double quantity(const struct model *m);

static double
value_in(const char *text, uint64_t world, quantity *of)
{
    struct scenario *scenario = open_over_world(text);
    struct model *m = model_in(scenario, world);
    const double value = of(m);

    model_free(m);
    scenario_close(scenario);
    return value;
}

static double
provider_rejects(const struct model *m)
{
    return m->world->custodian[0].rejects;
}

static double
partner_rejects(const struct model *m)
{
    return m->world->custodian[1].rejects;
}

static double
hsm_operator(const struct model *m)
{
    return m->world->store[0].operator.i;
}

#define UNIFORM "{uncertain: {uniform: {low: 0, high: 1}}}"

static void
test_central_values_are_means_and_the_heaviest_name(void **state)
{
    (void)state;
    assert_true(fabs(value_in("custodians: {provider: {rejects: {uncertain: {pert: {low: 0, mode: "
                              "0.2, high: 1}}}}}\n",
                              SCENARIO_CENTRAL, provider_rejects) -
                     0.3) < 1e-12); /* (0 + 4 x 0.2 + 1) / 6 */
    assert_true(value_in("key-stores: {hsm: {operator: {choice: {provider: 2, partner: 3}}}}\n",
                         SCENARIO_CENTRAL, hsm_operator) == 1);
    assert_true(value_in("key-stores: {hsm: {operator: {choice: {partner: 1, provider: 1}}}}\n",
                         SCENARIO_CENTRAL, hsm_operator) == 1); /* ties: the first */
}

static void
test_a_world_is_drawn_the_same_each_time_and_differs_from_others(void **state)
{
    static const char text[] = "custodians: {provider: {rejects: " UNIFORM "}}\n";
    const double first = value_in(text, 7, provider_rejects);

    (void)state;
    assert_true(value_in(text, 7, provider_rejects) == first);
    assert_true(value_in(text, 8, provider_rejects) != first);
    assert_true(value_in("custodians: {provider: {rejects: " UNIFORM "}}\nstudy: {seed: 2}\n", 7,
                         provider_rejects) != first);
}

static void
test_two_unknowns_are_drawn_apart(void **state)
{
    static const char text[] =
        "custodians: {provider: {rejects: " UNIFORM "}, partner: {rejects: " UNIFORM "}}\n";

    (void)state;
    assert_true(value_in(text, 1, provider_rejects) != value_in(text, 1, partner_rejects));
}

static void
test_an_alias_is_the_same_unknown(void **state)
{
    static const char text[] =
        "custodians: {provider: {rejects: &u " UNIFORM "}, partner: {rejects: *u}}\n";

    (void)state;
    for (uint64_t world = 0; world < 20; world++)
        assert_true(value_in(text, world, provider_rejects) ==
                    value_in(text, world, partner_rejects));
}

/* Draws of one quantity over many worlds. */
static void
draw_all(const char *text, quantity *of, double *value, size_t count)
{
    struct scenario *scenario = open_over_world(text);

    for (size_t i = 0; i < count; i++) {
        struct model *m = model_in(scenario, i);

        value[i] = of(m);
        model_free(m);
    }
    scenario_close(scenario);
}

enum { WORLDS = 2000 };

static void
test_draws_follow_their_distribution(void **state)
{
    static double value[WORLDS];
    double mean = 0, square = 0;

    (void)state;
    draw_all("custodians: {provider: {rejects: {uncertain: {uniform: {low: 0.2, high: 0.8}}}}}\n",
             provider_rejects, value, WORLDS);
    for (size_t i = 0; i < WORLDS; i++) {
        assert_true(value[i] >= 0.2 && value[i] <= 0.8);
        mean += value[i] / WORLDS;
        square += value[i] * value[i] / WORLDS;
    }
    /* Mean 0.5, variance 0.03; five standard errors of 2000 draws, the second moment's variance
     * being (0.8^5 - 0.2^5) / (5 x 0.6) - 0.28^2. */
    assert_true(fabs(mean - 0.5) < 5 * sqrt(0.03 / WORLDS));
    assert_true(fabs(square - 0.28) < 5 * sqrt(0.03072 / WORLDS));
}

static void
test_choices_follow_their_weights(void **state)
{
    static double value[WORLDS];
    double share = 0;

    (void)state;
    draw_all("key-stores: {hsm: {operator: {choice: {provider: 3, partner: 1}}}}\n", hsm_operator,
             value, WORLDS);
    for (size_t i = 0; i < WORLDS; i++)
        share += value[i] / WORLDS;
    assert_true(fabs(share - 0.25) < 5 * sqrt(0.25 * 0.75 / WORLDS));
}

static void
test_a_name_without_weight_is_never_chosen(void **state)
{
    static double value[WORLDS];

    (void)state;
    draw_all("key-stores: {hsm: {operator: {choice: {partner: 0, provider: 1}}}}\n", hsm_operator,
             value, WORLDS);
    for (size_t i = 0; i < WORLDS; i++)
        assert_true(value[i] == 0);
}

static void
test_rows_at_the_end_change_nothing_before_them(void **state)
{
    static const char less[] = "custodians: {provider: {rejects: " UNIFORM "}}\n";
    static const char more[] =
        "custodians:\n"
        "  provider: {rejects: " UNIFORM ", narrows: " UNIFORM "}\n"
        "  extra: {home: {choice: {US: 1, CN: 1}}, rejects: " UNIFORM "}\n"
        "places: {oslo: {in: {choice: {US: 1, CN: 1}}}}\n"
        "instruments: {order: {grant: " UNIFORM "}}\n"
        "strategies: {third: {placement: [{replicas: [near], keys: [hsm], key-cache: {ttl: "
        "{uncertain: {uniform: {low: 0 s, high: 9 s}}}}}]}}\n";

    (void)state;
    for (uint64_t world = 0; world < 20; world++)
        assert_true(value_in(less, world, provider_rejects) ==
                    value_in(more, world, provider_rejects));
}

/* Replaces every whole word `from` by `to`. */
static void
rename_word(char *text, size_t room, const char *from, const char *to)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
    const size_t a = strlen(from), b = strlen(to);

    for (char *at = text; (at = strstr(at, from)) != NULL;) {
        const bool whole = (at == text || strchr(letters, at[-1]) == NULL) &&
                           (at[a] == '\0' || strchr(letters, at[a]) == NULL);
        if (!whole) {
            at += a;
            continue;
        }
        assert_true(strlen(text) + b < room);
        memmove(at + b, at + a, strlen(at + a) + 1);
        memcpy(at, to, b);
        at += b;
    }
}

static double
all_of_it(const struct model *m)
{
    const struct world *w = m->strategy[1].epoch[0].world;

    return w->custodian[0].rejects + 2 * w->custodian[1].narrows +
           4 * w->store[0]
                   .
                   operator.i + 8 * m->strategy[1]
                   .epoch[0]
                   .rule[0]
                   .key_cache_ttl_s + 16 * w->jurisdiction[0]
                   .instrument[0]
                   .grant;
}

static void
test_names_do_not_matter(void **state)
{
    static const char text[] =
        "custodians: {provider: {rejects: " UNIFORM "}, partner: {narrows: " UNIFORM "}}\n"
        "key-stores: {hsm: {operator: {choice: {provider: 2, partner: 3}}}}\n"
        "instruments: {order: {grant: " UNIFORM "}}\n"
        "strategies:\n"
        "  near: {placement: [{replicas: [near], keys: [hsm], key-cache: {ttl: {uncertain: "
        "{exponential: {mean: 5 s}}}}}], set: {custodians.provider.rejects: " UNIFORM "}}\n";
    static const char *const names[][2] = {
        {"provider", "apple"}, {"order", "warrant"}, {"near", "close-by"},
        {"far", "a-long-way"}, {"mainland", "folk"}, {"shanghai", "here"},
    };
    struct text world = {0};
    char all[8192], renamed[8192], path[] = "/tmp/jurisim-XXXXXX", base[64];
    struct why why = {0};
    struct scenario *scenario[2] = {NULL, NULL};

    (void)state;
    assert_int_equal(text_read_file(&world, "tests/bad/world.yaml", NULL), 0);
    snprintf(all, sizeof all, "base: world.yaml\n%s", text);
    assert_int_equal(scenario_open_text(&scenario[0], "plain.yaml", all, "tests/bad", NULL, NULL),
                     0);
    /* The renamed one is one text: the sound world, and what the other states over it. */
    snprintf(renamed, sizeof renamed, "%s", text_str(&world));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        rename_word(renamed, sizeof renamed, names[i][0], names[i][1]);
        rename_word(all, sizeof all, names[i][0], names[i][1]);
    }
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, renamed, strlen(renamed)), strlen(renamed));
    close(fd);
    snprintf(base, sizeof base, "base: %s", path);
    rename_word(all, sizeof all, "base: world.yaml", base);
    const int rc = scenario_open_text(&scenario[1], "renamed.yaml", all, "tests/bad", NULL, &why);
    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    assert_int_equal(rc, 0);
    for (uint64_t i = 0; i < 30; i++) {
        struct model *a = model_in(scenario[0], i), *b = model_in(scenario[1], i);

        assert_string_equal(b->strategy[1].is.name, "close-by");
        assert_true(all_of_it(a) == all_of_it(b));
        model_free(a);
        model_free(b);
    }
    remove(path);
    scenario_close(scenario[0]);
    scenario_close(scenario[1]);
    text_release(&world);
}

static void
test_an_unknown_is_the_same_in_all_strategies_and_epochs(void **state)
{
    static const char text[] =
        "custodians: {provider: {rejects: " UNIFORM "}}\n"
        "instruments: {order: {grant: " UNIFORM "}}\n"
        "changes: [{date: 2015-01-01, set: {custodians.partner.rejects: " UNIFORM
        ", custodians.provider.narrows: 0.5}}]\n"
        "strategies: {far: {set: {custodians.provider.branches: []}}}\n";
    struct scenario *scenario = open_over_world(text);

    (void)state;
    for (uint64_t world = 0; world < 10; world++) {
        struct model *m = model_in(scenario, world);
        const struct world *a = m->strategy[0].epoch[0].world, *b = m->strategy[0].epoch[1].world,
                           *c = m->strategy[1].epoch[0].world, *d = m->strategy[1].epoch[1].world;

        assert_int_equal(m->uncertain, 3);
        assert_true(a != b && b != c && c != d && b != d);
        assert_true(a->custodian[0].rejects == b->custodian[0].rejects &&
                    b->custodian[0].rejects == c->custodian[0].rejects &&
                    c->custodian[0].rejects == d->custodian[0].rejects);
        assert_true(a->jurisdiction[0].instrument[0].grant ==
                    d->jurisdiction[1].instrument[0].grant);
        assert_true(b->custodian[1].rejects == d->custodian[1].rejects);
        assert_true(a->custodian[1].rejects == 0 && b->custodian[1].rejects > 0);
        model_free(m);
    }
    scenario_close(scenario);
}

static void
test_a_list_of_uncertain_names_can_name_one_of_them_only_once(void **state)
{
    struct scenario *scenario =
        open_over_world("strategies: {far: {placement: [{replicas: [{choice: {far: 1, near: 1}}], "
                        "keys: [hsm]}]}}\n");
    uint64_t seen = 0;

    (void)state;
    for (uint64_t world = 0; world < 30; world++) {
        struct model *m = model_in(scenario, world);

        seen |= m->strategy[0].epoch[0].rule[0].sites;
        assert_true(m->strategy[0].epoch[0].rule[0].sites == 1 ||
                    m->strategy[0].epoch[0].rule[0].sites == 2);
        model_free(m);
    }
    assert_int_equal(seen, 3);
    scenario_close(scenario);
}

#define TEST(name) cmocka_unit_test(name)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_central_values_are_means_and_the_heaviest_name),
        TEST(test_a_world_is_drawn_the_same_each_time_and_differs_from_others),
        TEST(test_two_unknowns_are_drawn_apart),
        TEST(test_an_alias_is_the_same_unknown),
        TEST(test_draws_follow_their_distribution),
        TEST(test_choices_follow_their_weights),
        TEST(test_a_name_without_weight_is_never_chosen),
        TEST(test_rows_at_the_end_change_nothing_before_them),
        TEST(test_names_do_not_matter),
        TEST(test_an_unknown_is_the_same_in_all_strategies_and_epochs),
        TEST(test_a_list_of_uncertain_names_can_name_one_of_them_only_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
