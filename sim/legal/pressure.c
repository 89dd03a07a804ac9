#include "legal/pressure.h"
#include <math.h>
#include <stdlib.h>
#include "legal/residence.h"

#define DAYS_PER_YEAR 365.25 /* as a scenario's "y" (base/units.h) */

/* How long a row's block or exclusion lasts. */
struct measure {
    sim_ns fixed; /* to then, come what may */
    sim_ns bound; /* to then, or to the end of the violation */
    double price; /* of an exclusion, a year */
};

struct measures {
    struct measure block, procurement;
};

/* What happens in one jurisdiction. */
struct office {
    bool presses;   /* has pressure on violations, at any time: else inspections lead nowhere */
    bool violated;  /* some residents' data or keys are out of line */
    bool withdrawn; /* the service has left */
    bool inspects;
    uint64_t inspections; /* so far */
    double gap_s;         /* to the next, as drawn */
    sim_ns inspected_at;  /* the next */
    bool open;            /* a case is */
    uint64_t found_by;    /* the inspection that opened it */
    sim_ns grace_until;
    bool interferes, down; /* foreign sites are out of reach */
    double mean_s;         /* of the spell under way */
    sim_ns turns_at;       /* its end */
    uint64_t spells;       /* so far */
};

struct pressures {
    const struct model *model;
    const struct timeline *timeline;
    struct departures *departures;
    uint64_t replication;
    uint32_t jurisdictions, cohorts, rows; /* rows: the most that any jurisdiction has */
    uint32_t phase;
    sim_ns since; /* what is summed up to; no state has changed since */
    sim_ns next, duty_at;
    struct office *office;       /* owned, as all below: [jurisdictions] */
    struct measures *measures;   /* [jurisdictions][rows] */
    struct residence *residence; /* [cohorts] */
    double *blocked, *violated;  /* [cohorts] days so far */
    double cost;
};

static const struct world *
world_of(const struct pressures *p)
{
    return p->timeline->phase[p->phase].world;
}

static void
open_stream(struct stream *s, const struct pressures *p, enum purpose purpose, uint64_t a,
            uint64_t b)
{
    stream_open(s, p->model->study.seed, p->replication, purpose, a, b);
}

static sim_ns
later(sim_ns now, double seconds)
{
    const sim_ns delay = ns_from_seconds(seconds);

    return delay >= SIM_NEVER - now ? SIM_NEVER : now + delay;
}

/* Sums */

static bool
lasts_at(const struct measure *m, sim_ns now)
{
    return now < m->fixed || now < m->bound;
}

/* Is the residents' service blocked by pressure, in the span that begins at `now`? */
static bool
is_blocked(const struct pressures *p, uint32_t j, sim_ns now)
{
    bool blocked = p->office[j].withdrawn;

    for (uint32_t r = 0; r < p->rows && !blocked; r++)
        blocked = lasts_at(&p->measures[j * p->rows + r].block, now);
    return blocked;
}

/* Sums what has been so since `since`. Every change of state comes after this. */
static void
settle(struct pressures *p, sim_ns now)
{
    const struct world *w = world_of(p);
    const double days = days_from_ns(now - p->since);

    if (days <= 0)
        return;
    for (uint32_t c = 0; c < p->cohorts; c++) {
        const uint32_t j = w->cohort[c].resident_of.i;
        const double off = p->office[j].down ? p->residence[c].outside : 0;

        p->blocked[c] += days * (1 - w->cohort[c].vpn) * (is_blocked(p, j, p->since) ? 1 : off);
        if (!p->office[j].withdrawn)
            p->violated[c] += days * p->residence[c].violated;
    }
    for (uint32_t i = 0; i < p->jurisdictions * p->rows; i++)
        if (lasts_at(&p->measures[i].procurement, p->since))
            p->cost += p->measures[i].procurement.price * days / DAYS_PER_YEAR;
    p->since = now;
}

static void
earliest(sim_ns *next, sim_ns at)
{
    if (at < *next)
        *next = at;
}

/* The end of a measure that lasts, if it comes of itself. */
static void
earliest_end(const struct pressures *p, sim_ns *next, const struct measure *m)
{
    if (m->fixed > p->since)
        earliest(next, m->fixed);
    if (m->bound > p->since)
        earliest(next, m->bound);
}

static void
find_next(struct pressures *p)
{
    sim_ns next = p->duty_at;

    for (uint32_t j = 0; j < p->jurisdictions; j++) {
        const struct office *o = &p->office[j];

        if (o->inspects)
            earliest(&next, o->inspected_at);
        if (o->open)
            earliest(&next, o->grace_until);
        if (o->interferes)
            earliest(&next, o->turns_at);
    }
    for (uint32_t i = 0; i < p->jurisdictions * p->rows; i++) {
        earliest_end(p, &next, &p->measures[i].block);
        earliest_end(p, &next, &p->measures[i].procurement);
    }
    p->next = next < p->model->horizon ? next : SIM_NEVER;
}

/* Means of pressure */

/* What strikes whom. */
struct strike {
    sim_ns now, until;
    uint32_t jurisdiction;
    const struct pressure *row;
    struct measures *measures;
};

/* The residents of a jurisdiction have lost the service: some move away. */
static void
drive_away(struct pressures *p, const struct strike *s)
{
    const struct world *w = world_of(p);

    for (uint32_t c = 0; p->departures != NULL && c < p->cohorts; c++)
        if (w->cohort[c].resident_of.i == s->jurisdiction && w->cohort[c].opts_out_when_blocked > 0)
            departures_force(p->departures, c, s->now, w->cohort[c].opts_out_when_blocked);
}

static void
prolong(sim_ns *end, sim_ns until)
{
    if (until > *end)
        *end = until;
}

static void
strike_block(struct pressures *p, const struct strike *s)
{
    const bool ends_with_violation = s->row->on == ON_VIOLATION && s->row->for_good;

    if (!is_blocked(p, s->jurisdiction, s->now))
        drive_away(p, s);
    prolong(ends_with_violation ? &s->measures->block.bound : &s->measures->block.fixed, s->until);
}

static void
strike_fine(struct pressures *p, const struct strike *s)
{
    p->cost += s->row->price;
}

static void
strike_procurement(struct pressures *p, const struct strike *s)
{
    struct measure *m = &s->measures->procurement;

    (void)p; /* its cost grows while it lasts */
    m->price = s->row->price;
    prolong(s->row->on == ON_VIOLATION ? &m->bound : &m->fixed, s->until);
}

static void
strike_withdrawal(struct pressures *p, const struct strike *s)
{
    p->cost += s->row->price;
    if (!p->office[s->jurisdiction].withdrawn)
        drive_away(p, s);
    p->office[s->jurisdiction].withdrawn = true;
}

static void (*const strike_by[PRESSURE_MEANS])(struct pressures *, const struct strike *) = {
    [MEANS_BLOCK] = strike_block,
    [MEANS_FINE] = strike_fine,
    [MEANS_PROCUREMENT] = strike_procurement,
    [MEANS_WITHDRAWAL] = strike_withdrawal,
};

static void
end_violation(struct pressures *p, uint32_t j, sim_ns now)
{
    p->office[j].violated = p->office[j].open = false;
    for (uint32_t r = 0; r < p->rows; r++) {
        struct measures *m = &p->measures[j * p->rows + r];

        if (m->block.bound > now)
            m->block.bound = now;
        if (m->procurement.bound > now)
            m->procurement.bound = now;
    }
}

/* Every row of pressure of the jurisdiction on such a cause strikes, or does not. Did any? */
static bool
press(struct pressures *p, uint32_t j, enum pressure_on on, uint64_t cause, sim_ns now)
{
    const struct jurisdiction *facts = &world_of(p)->jurisdiction[j];
    bool struck = false;

    for (uint32_t r = 0; r < facts->pressures; r++) {
        const struct pressure *row = &facts->pressure[r];
        struct strike strike = {now, SIM_NEVER, j, row, &p->measures[j * p->rows + r]};
        struct stream s;

        if (row->on != on)
            continue;
        open_stream(&s, p, PURPOSE_PRESSURE, (uint64_t)j << 32 | r, cause);
        if (!stream_chance(&s, row->probability))
            continue;
        if (!row->for_good)
            strike.until = later(now, dist_draw(&row->lasts, &s));
        settle(p, now);
        strike_by[row->means](p, &strike);
        struck = true;
    }
    if (p->office[j].withdrawn) {
        end_violation(p, j, now);
        p->office[j].inspects = false;
    }
    return struck;
}

/* Inspections */

static double
draw_gap(const struct pressures *p, uint32_t j)
{
    struct stream s;

    open_stream(&s, p, PURPOSE_INSPECTION, j, 2 * p->office[j].inspections);
    return dist_draw(&world_of(p)->jurisdiction[j].inspection, &s);
}

static void
expect_inspection(struct pressures *p, uint32_t j, sim_ns now)
{
    struct office *o = &p->office[j];

    o->gap_s = draw_gap(p, j);
    o->inspected_at = later(now, o->gap_s);
    if (o->inspected_at == now)
        o->inspected_at++; /* a gap below the clock's step: time must pass */
}

/* Duties, or the rhythm, may have changed. An unchanged rhythm draws the same gap again. */
static void
review_inspections(struct pressures *p, uint32_t j, sim_ns now)
{
    struct office *o = &p->office[j];
    const struct jurisdiction *facts = &world_of(p)->jurisdiction[j];
    const bool inspects = o->presses && !o->withdrawn && duty_in_force(&facts->duty, now) &&
                          dist_mean(&facts->inspection) > 0;

    if (inspects && (!o->inspects || draw_gap(p, j) != o->gap_s))
        expect_inspection(p, j, now);
    o->inspects = inspects;
}

static void
inspect(struct pressures *p, uint32_t j, sim_ns now)
{
    struct office *o = &p->office[j];
    const uint64_t ordinal = o->inspections++;

    expect_inspection(p, j, now);
    if (!o->violated || o->open)
        return;
    struct stream s;

    open_stream(&s, p, PURPOSE_INSPECTION, j, 2 * ordinal + 1);
    o->open = true;
    o->found_by = ordinal;
    o->grace_until = later(now, dist_draw(&world_of(p)->jurisdiction[j].grace, &s));
}

/* Interference */

/* The spell that begins now; the first is as it is found, in the steady state. */
static void
begin_spell(struct pressures *p, uint32_t j, sim_ns now, bool first)
{
    const struct interference *i = &world_of(p)->jurisdiction[j].interference;
    struct office *o = &p->office[j];
    struct stream s;

    open_stream(&s, p, PURPOSE_INTERFERENCE, j, o->spells++);
    o->down = first ? stream_chance(&s, i->for_s / (i->every_s + i->for_s)) : !o->down;
    o->mean_s = o->down ? i->for_s : i->every_s;
    o->turns_at = later(now, o->mean_s * stream_exponential(&s));
    if (o->turns_at == now)
        o->turns_at++;
}

/* Its means may have changed. */
static void
review_interference(struct pressures *p, uint32_t j, sim_ns now)
{
    const struct interference *i = &world_of(p)->jurisdiction[j].interference;
    struct office *o = &p->office[j];
    const bool was = o->interferes;

    o->interferes = i->every_s > 0 && i->for_s > 0;
    o->down &= o->interferes;
    if (o->interferes && (!was || o->turns_at == SIM_NEVER)) {
        begin_spell(p, j, now, true);
        return;
    }
    const double mean_s = o->down ? i->for_s : i->every_s;

    if (o->interferes && mean_s != o->mean_s) {
        o->turns_at = later(now, seconds_from_ns(o->turns_at - now) * (mean_s / o->mean_s));
        o->mean_s = mean_s;
    }
}

/* Time passes */

/* Placements or duties are others now. */
static void
review_residence(struct pressures *p, sim_ns now)
{
    const struct phase *phase = &p->timeline->phase[p->phase];
    uint64_t violated = 0;

    for (uint32_t c = 0; c < p->cohorts; c++) {
        p->residence[c] = residence_of(p->timeline, phase, c, now);
        if (p->residence[c].violated > 0)
            violated |= UINT64_C(1) << phase->world->cohort[c].resident_of.i;
    }
    for (uint32_t j = 0; j < p->jurisdictions; j++) {
        if ((violated >> j & 1) != 0 && !p->office[j].withdrawn)
            p->office[j].violated = true;
        else
            end_violation(p, j, now);
        review_inspections(p, j, now);
    }
    p->duty_at = duty_next(phase, now);
}

/* All that is due at `now`, which is p->next. */
static void
happen(struct pressures *p, sim_ns now)
{
    settle(p, now);
    if (p->duty_at <= now)
        review_residence(p, now);
    for (uint32_t j = 0; j < p->jurisdictions; j++) {
        struct office *o = &p->office[j];

        if (o->inspects && o->inspected_at <= now)
            inspect(p, j, now);
        if (o->open && o->grace_until <= now) {
            o->open = false;
            press(p, j, ON_VIOLATION, o->found_by, now);
        }
        if (o->interferes && o->turns_at <= now)
            begin_spell(p, j, now, false);
    }
    find_next(p);
}

static void
pass_until(struct pressures *p, sim_ns now)
{
    while (p->next <= now)
        happen(p, p->next);
}

static void
begin_phase(struct pressures *p, sim_ns now, uint32_t phase)
{
    p->phase = phase;
    review_residence(p, now);
    for (uint32_t j = 0; j < p->jurisdictions; j++)
        review_interference(p, j, now);
    find_next(p);
}

int
pressures_phase(struct pressures *p, sim_ns now, uint32_t phase)
{
    pass_until(p, now - 1); /* what is due now waits for the phase */
    settle(p, now);
    begin_phase(p, now, phase);
    return 0;
}

int
pressures_happen(struct pressures *p, sim_ns now, uint32_t phase)
{
    const int rc = phase != p->phase ? pressures_phase(p, now, phase) : 0;

    pass_until(p, now);
    return rc;
}

int
pressures_refused(struct pressures *p, sim_ns now, uint32_t jurisdiction, uint32_t cohort,
                  uint64_t identity)
{
    (void)cohort;
    pass_until(p, now - 1);
    if (jurisdiction == NONE || p->office[jurisdiction].withdrawn)
        return 0;
    if (press(p, jurisdiction, ON_REFUSAL, identity, now))
        find_next(p);
    return 0;
}

void
pressures_sanction(struct pressures *p, sim_ns now, uint32_t jurisdiction, uint64_t identity)
{
    const struct blocking_statute *statute = world_of(p)->jurisdiction[jurisdiction].statute;
    struct stream s;

    (void)now;
    if (statute == NULL) /* repealed meanwhile */
        return;
    open_stream(&s, p, PURPOSE_SANCTION, jurisdiction, identity);
    if (stream_chance(&s, statute->sanction))
        p->cost += statute->fine;
}

sim_ns
pressures_next(const struct pressures *p)
{
    return p->next;
}

/* Beginning and end */

static void
find_rows(struct pressures *p)
{
    for (uint32_t i = 0; i < p->timeline->phases; i++)
        for (uint32_t j = 0; j < p->jurisdictions; j++) {
            const struct jurisdiction *facts = &p->timeline->phase[i].world->jurisdiction[j];

            if (facts->pressures > p->rows)
                p->rows = facts->pressures;
            for (uint32_t r = 0; r < facts->pressures; r++)
                p->office[j].presses |= facts->pressure[r].on == ON_VIOLATION;
        }
}

int
pressures_make(struct pressures **out, const struct model *model, const struct timeline *timeline,
               struct departures *departures, uint64_t replication)
{
    struct pressures *p = *out = calloc(1, sizeof *p);

    if (p == NULL)
        return ERR_MEMORY;
    p->model = model;
    p->timeline = timeline;
    p->departures = departures;
    p->replication = replication;
    p->jurisdictions = model->world->jurisdictions;
    p->cohorts = timeline->cohorts;
    p->office = calloc((size_t)p->jurisdictions + 1, sizeof *p->office);
    p->residence = calloc((size_t)p->cohorts + 1, sizeof *p->residence);
    p->blocked = calloc((size_t)p->cohorts + 1, sizeof *p->blocked);
    p->violated = calloc((size_t)p->cohorts + 1, sizeof *p->violated);
    if (p->office != NULL) {
        find_rows(p);
        p->measures = calloc((size_t)p->jurisdictions * p->rows + 1, sizeof *p->measures);
    }
    if (p->office == NULL || p->measures == NULL || p->residence == NULL || p->blocked == NULL ||
        p->violated == NULL) {
        pressures_release(p);
        *out = NULL;
        return ERR_MEMORY;
    }
    begin_phase(p, 0, 0);
    return 0;
}

void
pressures_release(struct pressures *p)
{
    if (p == NULL)
        return;
    free(p->office);
    free(p->measures);
    free(p->residence);
    free(p->blocked);
    free(p->violated);
    free(p);
}

/* Days of each cohort, and of the mean account. */
static int
report_days(const struct pressures *p, uint32_t strategy, enum metric_id metric, const double *days,
            struct recording *out)
{
    double sum = 0, accounts = 0;
    int rc = 0;

    for (uint32_t c = 0; c < p->cohorts && rc == 0; c++) {
        sum += p->timeline->parts[c].accounts * days[c];
        accounts += p->timeline->parts[c].accounts;
        rc = record_value(out, strategy, metric, label_with(label_total, LABEL_COHORT, c), days[c]);
    }
    return rc < 0 || accounts <= 0
               ? rc
               : record_value(out, strategy, metric, label_total, sum / accounts);
}

int
pressures_report(struct pressures *p, uint32_t strategy, struct recording *out)
{
    int rc;

    pass_until(p, p->model->horizon - 1);
    settle(p, p->model->horizon);
    rc = report_days(p, strategy, METRIC_BLOCKED_DAYS, p->blocked, out);
    if (rc == 0)
        rc = report_days(p, strategy, METRIC_VIOLATION_DAYS, p->violated, out);
    if (rc == 0)
        rc = record_value(out, strategy, METRIC_PENALTY_COST, label_total, p->cost);
    return rc;
}
