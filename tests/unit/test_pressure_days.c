/* Pressure against a twin that was written from the header's words and walks from day to day: all
 * that happens in these random worlds falls on midnight, and chances are 0 or 1. */
#include <string.h>
#include "goodness.h"
#include "pressure_run.h"

enum { DAYS = 600, ROWS = 4, EPOCHS = 3, COHORTS = 2 };

/* The world of one epoch, and where each cohort's data and keys lie: 0 abroad, 1 inside. */
struct facts {
    struct jurisdiction jurisdiction[LW_JURISDICTIONS];
    struct pressure row[ROWS];
    struct world world;
    int from, gap, grace, lasts[ROWS];
    bool data_inside[COHORTS], key_inside[COHORTS];
};

struct days {
    struct legal_world lw;
    struct facts facts[EPOCHS];
    int data_from, keys_from;
    bool refused[DAYS];
};

static int
draw(struct stream *s, int low, int high)
{
    return low + (int)stream_below(s, (uint64_t)(high - low + 1));
}

static void
facts_fill(struct days *d, unsigned e, struct stream *s)
{
    static const enum pressure_means means[] = {MEANS_BLOCK,       MEANS_BLOCK,
                                                MEANS_FINE,        MEANS_PROCUREMENT,
                                                MEANS_PROCUREMENT, MEANS_WITHDRAWAL};
    struct facts *f = &d->facts[e];
    const bool same = e > 0 && stream_chance(s, 0.5); /* only the placement changes */

    if (same)
        *f = d->facts[e - 1];
    f->from = e == 0 ? 0 : d->facts[e - 1].from + draw(s, 1, 300);
    for (unsigned c = 0; c < COHORTS; c++) {
        f->data_inside[c] = stream_chance(s, 0.5);
        f->key_inside[c] = stream_chance(s, 0.7);
    }
    if (!same) {
        f->gap = stream_chance(s, 0.15) ? 0 : draw(s, 1, 120);
        f->grace = stream_chance(s, 0.3) ? 0 : draw(s, 1, 90);
        for (unsigned r = 0; r < ROWS; r++) {
            f->lasts[r] = draw(s, 1, 150);
            f->row[r] = (struct pressure){
                .on = stream_chance(s, 0.6) ? ON_VIOLATION : ON_REFUSAL,
                /* a withdrawal would end most stories before they begin */
                .means = means[stream_below(s, stream_chance(s, 0.2) ? 6 : 5)],
                .probability = stream_chance(s, 0.6) ? 1 : 0,
                .price = draw(s, 1, 9),
                .lasts = dist_constant(f->lasts[r] * LW_DAY),
                .for_good = stream_chance(s, 0.2),
            };
        }
    }
}

/* After lw, whose rows it copies. */
static void
facts_link(struct days *d, unsigned e)
{
    struct facts *f = &d->facts[e];
    struct epoch *epoch = e == 0 ? &d->lw.strategies[0].epoch[0] : lw_epoch(&d->lw, 0, f->from);

    memcpy(f->jurisdiction, d->lw.jurisdiction, sizeof f->jurisdiction);
    f->jurisdiction[0].duty = (struct duty){at_day(d->data_from), at_day(d->keys_from)};
    f->jurisdiction[0].inspection = dist_constant(f->gap * LW_DAY);
    f->jurisdiction[0].grace = dist_constant(f->grace * LW_DAY);
    f->jurisdiction[0].pressure = f->row;
    f->jurisdiction[0].pressures = ROWS;
    f->world = d->lw.world;
    f->world.jurisdiction = f->jurisdiction;
    epoch->world = &f->world;
    for (unsigned c = 0; c < COHORTS; c++)
        lw_rule(&d->lw, 0, f->data_inside[c], f->key_inside[c])->cohorts = LW_MASK(c);
}

static void
days_fill(struct days *d, struct stream *s)
{
    uint32_t c;

    lw_init(&d->lw, DAYS);
    c = lw_custodian(&d->lw, 1);
    for (uint32_t i = 0; i < 2; i++) {
        lw_site(&d->lw, 1 - i, c);
        lw_store(&d->lw, 1 - i, c, false);
        lw_cohort(&d->lw, 0, 100 + 200 * i);
    }
    d->data_from = draw(s, -50, 400);
    d->keys_from = draw(s, -50, 900);
    for (unsigned e = 0; e < EPOCHS; e++) {
        facts_fill(d, e, s);
        facts_link(d, e);
    }
    for (unsigned i = 0; i < DAYS; i++)
        d->refused[i] = stream_chance(s, 0.004);
}

/* ---- the twin ---- */

struct spell_span {
    int to;
    bool with_violation; /* ends at the latest with it */
    double price;
};

struct twin {
    int inspected_on, grace_to; /* -1: none */
    bool inspects, open, violated, withdrawn;
    struct spell_span block[2000], excluded[ROWS][2000]; /* every single one */
    int blocks, exclusions[ROWS];
    double blocked, violation[COHORTS], cost;
};

static void
twin_press(struct twin *t, const struct facts *f, enum pressure_on on, int day)
{
    if (t->withdrawn)
        return;
    for (unsigned r = 0; r < ROWS; r++) {
        const struct pressure *row = &f->row[r];
        const struct spell_span span = {row->for_good ? DAYS : day + f->lasts[r],
                                        on == ON_VIOLATION, row->price};

        if (row->on != on || row->probability == 0)
            continue;
        if (row->means == MEANS_BLOCK) {
            t->block[t->blocks++] = span;
            t->block[t->blocks - 1].with_violation &= row->for_good;
        }
        if (row->means == MEANS_PROCUREMENT)
            t->excluded[r][t->exclusions[r]++] = span;
        if (row->means == MEANS_FINE || row->means == MEANS_WITHDRAWAL)
            t->cost += row->price;
        t->withdrawn |= row->means == MEANS_WITHDRAWAL;
    }
}

/* What is bound to the violation ends on that day. */
static void
twin_in_line(struct twin *t, int day)
{
    t->open = false;
    for (int i = 0; i < t->blocks; i++)
        if (t->block[i].with_violation && t->block[i].to > day)
            t->block[i].to = day;
    for (unsigned r = 0; r < ROWS; r++)
        for (int i = 0; i < t->exclusions[r]; i++)
            if (t->excluded[r][i].with_violation && t->excluded[r][i].to > day)
                t->excluded[r][i].to = day;
}

static bool
twin_violates(const struct days *d, const struct facts *f, unsigned cohort, int day)
{
    return (d->data_from <= day && !f->data_inside[cohort]) ||
           (d->keys_from <= day && !f->key_inside[cohort]);
}

static void
twin_inspections(struct twin *t, const struct days *d, const struct facts *f, int gap_before,
                 int day)
{
    const bool duty = d->data_from <= day || d->keys_from <= day;
    const bool inspects = duty && f->gap > 0;

    if (inspects && (!t->inspects || f->gap != gap_before))
        t->inspected_on = day + f->gap;
    t->inspects = inspects;
    if (inspects && !t->withdrawn && t->inspected_on == day) {
        t->inspected_on = day + f->gap;
        if (t->violated && !t->open) {
            t->open = true;
            t->grace_to = day + f->grace;
        }
    }
    if (t->open && t->grace_to == day) {
        t->open = false;
        twin_press(t, f, ON_VIOLATION, day);
    }
}

static void
twin_sum(struct twin *t, const struct days *d, const struct facts *f, int day)
{
    bool blocked = t->withdrawn;

    for (int i = 0; i < t->blocks; i++)
        blocked |= day < t->block[i].to;
    t->blocked += blocked;
    for (unsigned c = 0; c < COHORTS; c++)
        t->violation[c] += !t->withdrawn && twin_violates(d, f, c, day);
    for (unsigned r = 0; r < ROWS; r++) {
        bool out = false;
        double price = 0; /* that of the last strike */

        for (int i = 0; i < t->exclusions[r]; i++) {
            out |= day < t->excluded[r][i].to;
            price = t->excluded[r][i].price;
        }
        t->cost += out ? price / 365.25 : 0;
    }
}

static void
twin_run(struct twin *t, const struct days *d)
{
    unsigned e = 0;

    *t = (struct twin){.inspected_on = -1, .grace_to = -1};
    for (int day = 0; day < DAYS; day++) {
        const int gap_before = d->facts[e].gap;

        while (e + 1 < EPOCHS && d->facts[e + 1].from <= day)
            e++;
        const struct facts *f = &d->facts[e];

        t->violated = twin_violates(d, f, 0, day) || twin_violates(d, f, 1, day);
        if (!t->violated)
            twin_in_line(t, day);
        twin_inspections(t, d, f, gap_before, day);
        if (d->refused[day])
            twin_press(t, f, ON_REFUSAL, day);
        if (t->withdrawn)
            twin_in_line(t, day);
        twin_sum(t, d, f, day);
    }
}

static void
test_pressure_is_what_a_walk_from_day_to_day_finds(void **state)
{
    static struct twin twin;
    static struct days d;
    struct recording r = {0};
    unsigned blocked = 0, withdrawn = 0, fined = 0;
    struct stream s;

    (void)state;
    for (uint64_t trial = 0; trial < 4000; trial++) {
        struct pressure_run run;

        stream_open(&s, 21, trial, PURPOSE_TEST, 0, 0);
        days_fill(&d, &s);
        twin_run(&twin, &d);
        pressure_open(&run, &d.lw, 0, trial);
        for (int day = 0; day < DAYS; day++)
            if (d.refused[day]) {
                pressure_pass(&run, at_day(day) + 1);
                assert_int_equal(pressures_refused(run.pressures, at_day(day), 0, 0, (uint64_t)day),
                                 0);
            }
        pressure_close(&run, &r);
        CHECK_WITHIN(lw_value(&r, METRIC_BLOCKED_DAYS, label_total), twin.blocked, 1e-6);
        for (uint32_t c = 0; c < COHORTS; c++)
            CHECK_WITHIN(
                lw_value(&r, METRIC_VIOLATION_DAYS, label_with(label_total, LABEL_COHORT, c)),
                twin.violation[c], 1e-6);
        CHECK_WITHIN(lw_value(&r, METRIC_PENALTY_COST, label_total), twin.cost, 1e-6);
        blocked += twin.blocked > 0 && !twin.withdrawn;
        withdrawn += twin.withdrawn;
        fined += twin.cost > 0;
    }
    recording_release(&r);
    assert_true(blocked > 500 && withdrawn > 50 && fined > 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pressure_is_what_a_walk_from_day_to_day_finds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
