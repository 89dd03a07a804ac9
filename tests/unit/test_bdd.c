/* Diagrams and families against truth tables, closed forms and counts made another way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include <math.h>
#include "base/mem.h"
#include "model/opening.h"

/* ---- truth tables over at most 10 variables ---- */

enum { VARIABLES = 10, ROWS = 1 << VARIABLES, PARTS = 4, NODES = 64 };

struct random_formula {
    struct formula node[NODES];
    uint32_t used;
};

/* Nested thresholds, written down depth by depth; a leaf may stand in it several times. */
static struct formula
draw_formula(struct random_formula *f, struct stream *s, uint32_t depth)
{
    const uint32_t parts = 1 + (uint32_t)stream_below(s, PARTS), first = f->used;

    if (depth == 0 || stream_below(s, 3) == 0 || first + parts > NODES)
        return (struct formula){.leaf = (uint32_t)stream_below(s, VARIABLES)};
    f->used += parts;
    for (uint32_t i = 0; i < parts; i++)
        f->node[first + i] = draw_formula(f, s, depth - 1);
    return (struct formula){.leaf = NONE,
                            .need = 1 + (uint32_t)stream_below(s, parts),
                            .part = &f->node[first],
                            .parts = parts};
}

static bool
table_of(const struct formula *f, uint32_t row)
{
    uint32_t have = 0;

    if (f->leaf != NONE)
        return (row >> f->leaf & 1) != 0;
    for (uint32_t i = 0; i < f->parts; i++)
        have += table_of(&f->part[i], row);
    return have >= f->need;
}

/* What a diagram says of a row. */
static bool
follow(const struct bdd *b, uint32_t f, uint32_t row)
{
    while (f > BDD_TRUE)
        f = (row >> b->node[f].variable & 1) != 0 ? b->node[f].high : b->node[f].low;
    return f == BDD_TRUE;
}

/* Is the set in the family? */
static bool
contains(const struct bdd *b, uint32_t family, uint32_t set)
{
    for (uint32_t v = 0; v < VARIABLES; v++) {
        const bool in = (set >> v & 1) != 0;

        if (family > BDD_TRUE && b->node[family].variable == v)
            family = in ? b->node[family].high : b->node[family].low;
        else if (in)
            return false;
    }
    return family == BDD_TRUE;
}

struct case_of {
    struct bdd bdd;
    uint32_t leaf[HOLDERS_MAX];
    bool holds[ROWS], minimal[ROWS];
    uint32_t function, family;
};

static void
make_case(struct case_of *c, const struct formula *f)
{
    for (uint32_t v = 0; v < VARIABLES; v++)
        c->leaf[v] = bdd_variable(&c->bdd, v);
    c->function = opening_formula(&c->bdd, f, c->leaf, false);
    c->family = family_minimal(&c->bdd, c->function);
    for (uint32_t row = 0; row < ROWS; row++) {
        c->holds[row] = table_of(f, row);
        c->minimal[row] = c->holds[row];
        for (uint32_t v = 0; v < VARIABLES && c->minimal[row]; v++)
            if ((row >> v & 1) != 0)
                c->minimal[row] = !c->holds[row & ~(1u << v)];
    }
}

static void
check_families(struct case_of *c, uint32_t v)
{
    struct bdd *b = &c->bdd;
    const uint32_t with = family_with(b, c->family, v), none = family_without(b, c->family, v);
    const uint32_t sized = family_of_size(b, c->family, 3);
    const uint32_t rest = family_difference(b, c->family, sized);
    uint64_t count = 0;
    uint32_t least = UINT32_MAX;

    for (uint32_t row = 0; row < ROWS; row++) {
        const uint32_t size = (uint32_t)__builtin_popcount(row);
        const bool in = (row >> v & 1) != 0;

        assert_int_equal(contains(b, c->family, row), c->minimal[row]);
        assert_int_equal(contains(b, with, row), !in && c->minimal[row | 1u << v]);
        assert_int_equal(contains(b, none, row), !in && c->minimal[row]);
        assert_int_equal(contains(b, sized, row), size == 3 && c->minimal[row]);
        assert_int_equal(contains(b, rest, row), size != 3 && c->minimal[row]);
        count += c->minimal[row];
        if (c->minimal[row] && size < least)
            least = size;
    }
    assert_int_equal(family_count(b, c->family), count);
    assert_int_equal(family_least(b, c->family), least);
}

static void
check_functions(struct case_of *c, const struct formula *f, uint32_t v)
{
    struct bdd *b = &c->bdd;
    const uint32_t low = bdd_restrict(b, c->function, v, false);
    const uint32_t high = bdd_restrict(b, c->function, v, true);
    const uint32_t dual = opening_formula(b, f, c->leaf, true);
    double chance[VARIABLES], sum = 0;

    for (uint32_t i = 0; i < VARIABLES; i++)
        chance[i] = (i + 1) / 11.0;
    for (uint32_t row = 0; row < ROWS; row++) {
        double p = 1;

        assert_int_equal(follow(b, c->function, row), c->holds[row]);
        assert_int_equal(follow(b, low, row), c->holds[row & ~(1u << v)]);
        assert_int_equal(follow(b, high, row), c->holds[row | 1u << v]);
        assert_int_equal(follow(b, dual, row), !c->holds[~row & (ROWS - 1)]);
        for (uint32_t i = 0; i < VARIABLES; i++)
            p *= (row >> i & 1) != 0 ? chance[i] : 1 - chance[i];
        sum += c->holds[row] ? p : 0;
    }
    assert_true(fabs(bdd_probability(b, c->function, chance) - sum) < 1e-12);
}

static void
test_random_formulas_agree_with_their_truth_tables(void **state)
{
    static struct case_of c;
    struct stream s;

    (void)state;
    for (uint64_t i = 0; i < 2000; i++) {
        struct random_formula rf = {.used = 0};

        stream_open(&s, 1, i, PURPOSE_TEST, 0, 0);
        const struct formula f = draw_formula(&rf, &s, 3);

        make_case(&c, &f);
        check_functions(&c, &f, (uint32_t)(i % VARIABLES));
        check_families(&c, (uint32_t)(i % VARIABLES));
        assert_int_equal(bdd_status(&c.bdd, NULL), 0);
        bdd_release(&c.bdd);
    }
}

/* ---- closed forms ---- */

static uint64_t
choose(uint64_t n, uint64_t k)
{
    uint64_t c = 1;

    for (uint64_t i = 1; i <= k; i++)
        c = c * (n - k + i) / i;
    return c;
}

static void
test_a_threshold_has_k_times_n_less_k_plus_1_nodes_and_n_over_k_minimal_sets(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 60; n++)
        for (uint32_t k = 1; k <= n; k++) {
            struct bdd b = {0};
            uint32_t part[64], f, family;
            size_t before;

            for (uint32_t i = 0; i < n; i++)
                part[i] = bdd_variable(&b, i);
            before = b.count;
            f = bdd_at_least(&b, k, part, n);
            /* the last variable was there before */
            assert_int_equal(b.count - before + 1, k * (n - k + 1));
            family = family_minimal(&b, f);
            assert_int_equal(family_count(&b, family), choose(n, k));
            assert_int_equal(family_least(&b, family), k);
            assert_int_equal(bdd_status(&b, NULL), 0);
            bdd_release(&b);
        }
}

/* k_1-of-n_1 parts, each k_2-of-n_2 leaves of their own: choose(n_1, k_1) choose(n_2, k_2)^k_1. */
static void
test_nested_thresholds_multiply(void **state)
{
    static const struct {
        uint32_t k1, n1, k2, n2;
    } t[] = {{2, 3, 2, 3}, {3, 5, 2, 4}, {4, 8, 4, 8}, {1, 4, 5, 5}, {4, 4, 1, 16}, {2, 6, 3, 10}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct bdd b = {0};
        uint32_t outer[8], inner[16], family;
        uint64_t expected = choose(t[i].n1, t[i].k1);

        for (uint32_t p = 0; p < t[i].n1; p++) {
            for (uint32_t v = 0; v < t[i].n2; v++)
                inner[v] = bdd_variable(&b, p * t[i].n2 + v);
            outer[p] = bdd_at_least(&b, t[i].k2, inner, t[i].n2);
        }
        family = family_minimal(&b, bdd_at_least(&b, t[i].k1, outer, t[i].n1));
        for (uint32_t k = 0; k < t[i].k1; k++)
            expected *= choose(t[i].n2, t[i].k2);
        assert_int_equal(family_count(&b, family), expected);
        assert_int_equal(family_least(&b, family), t[i].k1 * t[i].k2);
        bdd_release(&b);
    }
}

static void
test_a_threshold_of_alike_holds_with_the_binomial_tail(void **state)
{
    struct bdd b = {0};
    uint32_t part[20];
    double chance[20], tail = 0;

    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        part[i] = bdd_variable(&b, i);
        chance[i] = 0.3;
    }
    for (uint32_t k = 7; k <= 20; k++)
        tail += (double)choose(20, k) * pow(0.3, k) * pow(0.7, 20 - k);
    assert_true(fabs(bdd_probability(&b, bdd_at_least(&b, 7, part, 20), chance) - tail) < 1e-14);
    assert_true(bdd_probability(&b, BDD_TRUE, chance) == 1);
    assert_true(bdd_probability(&b, BDD_FALSE, chance) == 0);
    bdd_release(&b);
}

static void
test_thresholds_of_nothing_and_of_too_much_are_constants(void **state)
{
    struct bdd b = {0};
    const uint32_t part[] = {bdd_variable(&b, 0), bdd_variable(&b, 1)};

    (void)state;
    assert_int_equal(bdd_at_least(&b, 0, part, 2), BDD_TRUE);
    assert_int_equal(bdd_at_least(&b, 3, part, 2), BDD_FALSE);
    assert_int_equal(bdd_at_least(&b, 0, NULL, 0), BDD_TRUE);
    assert_int_equal(bdd_at_least(&b, 1, NULL, 0), BDD_FALSE);
    assert_int_equal(bdd_at_least(&b, 1, part, 2), bdd_or(&b, part[0], part[1]));
    assert_int_equal(bdd_at_least(&b, 2, part, 2), bdd_and(&b, part[1], part[0]));
    bdd_release(&b);
}

/* A product of matchings in the worst order, x1 ... xn y1 ... yn for x1 y1 + ... + xn yn, has more
 * than 2^n nodes (Bryant 1986): the limit is met, told, and remembered. */
static void
test_a_diagram_beyond_its_limit_says_so(void **state)
{
    struct bdd b = {0};
    struct why why = {0};
    uint32_t f = BDD_FALSE;

    (void)state;
    for (uint32_t i = 0; i < 24; i++)
        f = bdd_or(&b, f, bdd_and(&b, bdd_variable(&b, i), bdd_variable(&b, 24 + i)));
    assert_int_equal(bdd_status(&b, &why), ERR_LIMIT);
    assert_int_equal(why.count, 1);
    assert_int_equal(bdd_variable(&b, 0), BDD_FALSE);
    assert_true(isnan(bdd_probability(&b, BDD_TRUE, NULL)));
    assert_int_equal(family_count(&b, BDD_TRUE), 0);
    why_release(&why);
    bdd_release(&b);
}

/* ---- lists ---- */

static void
test_a_list_that_is_cut_short_keeps_the_first_sets_and_the_count(void **state)
{
    uint8_t member[12];
    struct set_list all = {0}, some = {0};
    struct bdd b = {0};
    uint32_t part[12], family;

    (void)state;
    /* 1-of-{a, b} AND 3-of-12 over all, the ordinals mixed up against the variables */
    for (uint32_t v = 0; v < 12; v++) {
        part[v] = bdd_variable(&b, v);
        member[v] = (uint8_t)(v * 5 % 12);
    }
    family = bdd_or(&b, bdd_and(&b, bdd_at_least(&b, 1, part, 2), bdd_at_least(&b, 3, part, 12)),
                    bdd_and(&b, part[5], part[9]));
    family = family_minimal(&b, family);
    assert_int_equal(set_list_add(&all, &b, family, member, 12, SETS_MOST, NULL), 0);
    assert_int_equal(all.count, all.total);
    assert_in_range(all.count, 50, 200);
    for (size_t i = 1; i < all.count; i++)
        assert_true(set_compare(all.item[i - 1], all.item[i]) < 0);
    for (size_t most = 1; most <= all.count; most++) {
        some.count = some.total = 0;
        assert_int_equal(set_list_add(&some, &b, family, member, 12, most, NULL), 0);
        assert_int_equal(some.count, most);
        assert_int_equal(some.total, all.total);
        assert_memory_equal(some.item, all.item, most * sizeof *some.item);
    }
    set_list_release(&all);
    set_list_release(&some);
    bdd_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_formulas_agree_with_their_truth_tables),
        cmocka_unit_test(
            test_a_threshold_has_k_times_n_less_k_plus_1_nodes_and_n_over_k_minimal_sets),
        cmocka_unit_test(test_nested_thresholds_multiply),
        cmocka_unit_test(test_a_threshold_of_alike_holds_with_the_binomial_tail),
        cmocka_unit_test(test_thresholds_of_nothing_and_of_too_much_are_constants),
        cmocka_unit_test(test_a_diagram_beyond_its_limit_says_so),
        cmocka_unit_test(test_a_list_that_is_cut_short_keeps_the_first_sets_and_the_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
