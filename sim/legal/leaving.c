/* Accounts that leave (departures.h), as far as the ledger must know. */
#include <math.h>
#include "legal/ledger.h"
#include "stats/hypergeometric.h"

/* So many accounts of a stratum are drawn one by one, when they leave; they stand for the rest. */
enum { LEAVERS_DRAWN_MOST = 1 << 16 };

static double
reckoned_at(const struct book *b, const struct state *state)
{
    return state->joined == 0 ? 0 : b->reckonings.item[state->joined - 1];
}

static bool
may_leave(const struct state *state)
{
    return (state->flags & (ACCOUNT_GONE | ACCOUNT_PRESERVED)) == 0;
}

/* The hazard at which a listed account leaves. */
static double
leaves_at(const struct ledger *l, const struct touch *t, const struct state *state,
          uint64_t account)
{
    return reckoned_at(&l->book[t->cohort], state) +
           departure_threshold(l->facts.seed, l->facts.replication, t->cohort, account);
}

bool
ledger_has_left(const struct ledger *l, const struct touch *t, const struct state *state,
                uint64_t account)
{
    return may_leave(state) && leaves_at(l, t, state, account) <= l->hazard;
}

/* Lifetimes are exponential in the hazard, so those who are there have forgotten how long: of each
 * stratum that share leaves that the hazard has grown by since the last reckoning. */
int
ledger_reckon(struct ledger *l, const struct touch *t)
{
    struct book *b = &l->book[t->cohort];
    const uint32_t end = states_end(&b->states);
    const size_t n = b->reckonings.count;
    struct stream s;
    int rc = 0;

    if (l->hazard <= (n > 0 ? b->reckonings.item[n - 1] : 0))
        return 0;
    if (VEC_ROOM(&b->reckonings) < 0)
        return ERR_MEMORY;
    b->reckonings.item[b->reckonings.count++] = l->hazard;
    ledger_bulk_stream(l, &s, (uint64_t)t->at, DRAW_LEAVERS, t->cohort);
    for (uint32_t row = 1; row < end && rc == 0; row++) {
        struct state state = *state_at(&b->states, row);
        const uint64_t there = b->states.crowd[row].strata;

        if (there == 0 || !may_leave(&state))
            continue;
        const uint64_t leave =
            stream_binomial(&s, there, -expm1(reckoned_at(b, &state) - l->hazard));

        state.joined = (uint32_t)b->reckonings.count;
        rc = ledger_move_strata(&b->states, row, &state, there - leave);
        state.joined = 0;
        state.flags |= ACCOUNT_LEFT;
        if (rc == 0)
            rc = ledger_move_strata(&b->states, row, &state, leave);
    }
    strata_moved(&b->strata);
    return rc;
}

/* When the hazard, from now on at the rates of each phase, will have grown by so much. */
static sim_ns
when_grown(const struct ledger *l, const struct touch *t, double hazard)
{
    const struct timeline *line = l->facts.timeline;
    sim_ns at = t->at;

    for (uint32_t p = t->phase; p < line->phases; p++) {
        const struct cohort *facts = &line->phase[p].world->cohort[t->cohort];
        const double rate = facts->opts_out_per_s + facts->deletes_per_s;
        const sim_ns end = p + 1 < line->phases ? line->phase[p + 1].from : l->facts.horizon;
        const double here = rate * seconds_from_ns(end - at);

        if (hazard < here)
            return at + ns_from_seconds(hazard / rate);
        hazard -= here;
        at = end;
    }
    return l->facts.horizon;
}

static void
shorten(struct ledger *l, const struct step *step, sim_ns left, uint64_t accounts)
{
    for (size_t i = step->run; i < step->run + step->runs; i++) {
        struct run *run = &l->runs.item[i];

        if (run->kind == EXPOSED_FORWARD && left < run->until)
            run->less += (account_ns)accounts *
                         (uint64_t)(run->until - left < run->span ? run->until - left : run->span);
    }
}

static bool
counts_forward(const struct ledger *l, const struct step *step)
{
    for (size_t i = step->run; i < step->run + step->runs; i++)
        if (l->runs.item[i].kind == EXPOSED_FORWARD)
            return true;
    return false;
}

void
ledger_shorten_one(struct ledger *l, const struct touch *t, const struct step *step,
                   uint64_t account)
{
    const struct state *state = state_at(&l->book[t->cohort].states, step->from);

    if (may_leave(state) && counts_forward(l, step))
        shorten(l, step, when_grown(l, t, leaves_at(l, t, state, account) - l->hazard), 1);
}

void
ledger_shorten(struct ledger *l, const struct touch *t, const struct step *step, uint64_t accounts,
               struct stream *s)
{
    const uint64_t drawn = accounts < LEAVERS_DRAWN_MOST ? accounts : LEAVERS_DRAWN_MOST;

    if (!may_leave(state_at(&l->book[t->cohort].states, step->from)) || !counts_forward(l, step))
        return;
    for (uint64_t i = 0; i < drawn; i++) /* the first ones stand for one more, if need be */
        shorten(l, step, when_grown(l, t, stream_exponential(s)),
                accounts / drawn + (i < accounts % drawn));
}
