/* Interference: spells that alternate, against the closed forms of a two-state Markov process. */
#include <string.h>
#include "goodness.h"
#include "pressure_run.h"

static void
test_interference_blocks_its_share_of_the_time_from_the_start(void **state)
{
    static const double horizon[] = {20, 400, 6000};
    static const uint32_t runs[] = {12000, 1200, 200};

    (void)state;
    for (unsigned i = 0; i < COUNT(horizon); i++) {
        struct abroad a;

        abroad_make(&a, horizon[i]);
        a.lw.jurisdiction[0].interference = (struct interference){30 * LW_DAY, 10 * LW_DAY};
        a.lw.cohort[0].vpn = 0.2;
        check_played(&a.lw, runs[i], METRIC_BLOCKED_DAYS, 0.8 * horizon[i] / 4);
    }
}

/* A block of 50 days every 100, and interference a quarter of the time: independent. */
static void
test_interference_and_blocks_overlap(void **state)
{
    struct abroad a;

    (void)state;
    abroad_make(&a, 5000);
    a.lw.jurisdiction[0].interference = (struct interference){6 * LW_DAY, 2 * LW_DAY};
    abroad_duty(&a, -10, dist_constant(100 * LW_DAY), 0);
    abroad_row(&a, ON_VIOLATION, MEANS_BLOCK, 0, 50);
    check_played(&a.lw, 100, METRIC_BLOCKED_DAYS, 49 * 50 + 0.25 * (5000 - 49 * 50));
}

/* The second rule's users read from inside; the third's code needs one fragment of each side. */
static void
test_interference_spares_who_can_read_from_inside(void **state)
{
    struct abroad a;

    (void)state;
    abroad_make(&a, 3000);
    a.lw.jurisdiction[0].interference = (struct interference){8 * LW_DAY, 4 * LW_DAY};
    const struct formula site[] = {a.lw.leaf[0], a.lw.leaf[1]};
    const struct formula both = {2, NONE, site, 2}, any = {1, NONE, site, 2};

    a.lw.strategies[0].epoch[0].rules = 0;
    lw_rule(&a.lw, 0, 0, 0)->share = 0.2;
    *lw_rule(&a.lw, 0, 0, 0) = (struct rule){.cohorts = 1,
                                             .classes = 1,
                                             .share = 0.5,
                                             .data = any,
                                             .keys = a.lw.leaf[LW_MOST],
                                             .sites = 3,
                                             .stores = 1,
                                             .gateway = {NONE}};
    struct rule *rest = lw_rule(&a.lw, 0, 0, 0);

    rest->data = both;
    rest->sites = 3;
    check_played(&a.lw, 200, METRIC_BLOCKED_DAYS, (0.2 + 0.3) * 3000 / 3);
}

/* A world of its own, from that day on. */
struct changed {
    struct jurisdiction jurisdiction[LW_JURISDICTIONS];
    struct world world;
};

static void
abroad_change(struct abroad *a, struct changed *c, double day, struct interference to)
{
    memcpy(c->jurisdiction, a->lw.jurisdiction, sizeof c->jurisdiction);
    c->jurisdiction[0].interference = to;
    c->world = a->lw.world;
    c->world.jurisdiction = c->jurisdiction;
    lw_epoch(&a->lw, 0, day)->world = &c->world;
    lw_rule(&a->lw, 0, 0, 0);
}

static void
test_interference_begins_and_ends_with_its_law(void **state)
{
    const struct interference on = {10 * LW_DAY, 10 * LW_DAY}, off = {0};
    struct changed changed;
    struct abroad a;

    (void)state;
    abroad_make(&a, 3000);
    abroad_change(&a, &changed, 1000, on);
    check_played(&a.lw, 200, METRIC_BLOCKED_DAYS, 1000);
    abroad_make(&a, 3000);
    a.lw.jurisdiction[0].interference = on;
    abroad_change(&a, &changed, 1000, off);
    check_played(&a.lw, 200, METRIC_BLOCKED_DAYS, 500);
}

/* Half of all are down on day 1, when the spell under way goes on at the new means: from p(0) = 1/2
 * the chance to be down tends to 9/10 as exp(-(1/10 + 1/90) t). */
static void
test_a_spell_goes_on_at_new_means(void **state)
{
    const double rate = 1 / 10.0 + 1 / 90.0;
    struct changed changed;
    struct abroad a;

    (void)state;
    abroad_make(&a, 801);
    a.lw.jurisdiction[0].interference = (struct interference){500 * LW_DAY, 500 * LW_DAY};
    abroad_change(&a, &changed, 1, (struct interference){10 * LW_DAY, 90 * LW_DAY});
    check_played(&a.lw, 1000, METRIC_BLOCKED_DAYS,
                 0.5 + 0.9 * 800 - 0.4 / rate * (1 - exp(-rate * 800)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interference_blocks_its_share_of_the_time_from_the_start),
        cmocka_unit_test(test_interference_and_blocks_overlap),
        cmocka_unit_test(test_interference_spares_who_can_read_from_inside),
        cmocka_unit_test(test_interference_begins_and_ends_with_its_law),
        cmocka_unit_test(test_a_spell_goes_on_at_new_means),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
