/*
 * Requests that name no accounts, but all or so many of a cohort. What they cost grows with the
 * states there are; with the listed accounts only where chance decides about each of them.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include "legal/ledger.h"
#include "stats/hypergeometric.h"

/* A listed account goes to another state. */
static int
move_word(struct states *s, uint64_t *word, uint32_t from, uint32_t to)
{
    uint32_t group;
    const int rc = states_group(s, to, &group);

    if (rc < 0)
        return rc;
    *word = *word >> STATE_BITS << STATE_BITS | group;
    s->crowd[from].listed--;
    s->crowd[to].listed++;
    return 0;
}

/* What is drawn is told apart in the streams' second number, above any account's. */
void
ledger_bulk_stream(const struct ledger *l, struct stream *out, uint64_t of, enum bulk_draw draw,
                   uint64_t number)
{
    enum { NUMBER_BITS = 40 };

    /* a lever's identity is folded into the bits below (Fibonacci hashing) */
    stream_open(out, l->facts.seed, l->facts.replication, PURPOSE_BULK, of,
                (uint64_t)draw << NUMBER_BITS |
                    (number * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - NUMBER_BITS));
}

int
ledger_move_strata(struct states *s, uint32_t from, const struct state *state, uint64_t accounts)
{
    uint32_t to;
    const int rc = states_put(s, state, &to);

    if (rc < 0)
        return rc;
    s->crowd[from].strata -= accounts;
    s->crowd[to].strata += accounts;
    return 0;
}

/* Taking */

/* Members of a bulk touch: of the request with this mark, or (0) all that there are. */
static bool
is_member(const struct ledger *l, const struct touch *t, uint32_t row, uint32_t mark)
{
    const struct book *b = &l->book[t->cohort];
    const struct state *state = state_at(&b->states, row);

    if (mark != 0)
        return states_has_mark(&b->states, state, mark);
    /* what is held of accounts that are not there any more is judged again all the same */
    return l->judging_again || strata_there(&b->strata, t->phase, state->tract);
}

/* Does chance decide about each listed account, or may some have left? */
static bool
goes_one_by_one(const struct ledger *l)
{
    return l->bands.count > 0 || l->leaving;
}

/* Chance decides about each account of a stratum: so many lie in each band. */
static int
put_stratum(struct ledger *l, struct touch *t, uint32_t row, struct stream *s, uint64_t band,
            uint64_t accounts)
{
    uint32_t step;
    const int rc = step_find(l, t, row, band, false, l->bands.count > 0, &step);

    if (rc < 0)
        return rc;
    l->steps.item[step].strata += accounts;
    if (l->leaving)
        ledger_shorten(l, t, &l->steps.item[step], accounts, s);
    return 0;
}

/* So many accounts, which lie in `band` by the draws before that of bands.item[from]. */
static int
divide_by(struct ledger *l, struct touch *t, uint32_t row, struct stream *s, size_t from,
          uint64_t band, uint64_t accounts)
{
    uint64_t left = accounts;
    double below = 0;
    int rc = 0;

    if (from == l->bands.count)
        return put_stratum(l, t, row, s, band, accounts);
    const size_t last = bands_end(l, from);

    for (size_t i = from; i <= last && left > 0 && rc == 0; i++) {
        const double end = i < last ? l->bands.item[i].chance : 1;
        const uint64_t here =
            i < last ? stream_binomial(s, left, (end - below) / (1 - below)) : left;

        below = end;
        left -= here;
        if (here > 0)
            rc = divide_by(l, t, row, s, last, band * (last - from + 1) + (i - from), here);
    }
    return rc;
}

static int
divide_stratum(struct ledger *l, struct touch *t, uint32_t row, struct stream *s)
{
    const uint64_t accounts = l->book[t->cohort].states.crowd[row].strata;

    return accounts > 0 ? divide_by(l, t, row, s, 0, 0, accounts) : 0;
}

static int
touch_states(struct ledger *l, struct touch *t, uint32_t mark, uint32_t *to, uint32_t end)
{
    struct states *states = &l->book[t->cohort].states;
    struct stream s;
    int rc = 0;

    ledger_bulk_stream(l, &s, t->request, DRAW_BANDS, t->lever);
    for (uint32_t row = 1; row < end && rc == 0; row++) {
        const struct crowd crowd = states->crowd[row];
        uint32_t step;

        if (crowd.strata + crowd.listed == 0 || !is_member(l, t, row, mark))
            continue;
        rc = divide_stratum(l, t, row, &s);
        if (rc < 0 || crowd.listed == 0 || goes_one_by_one(l))
            continue;
        rc = step_find(l, t, row, 0, false, false, &step);
        if (rc == 0) {
            l->steps.item[step].listed += crowd.listed;
            to[row] = l->steps.item[step].to;
        }
    }
    return rc;
}

/* Each listed account by its own draw. */
static int
touch_members(struct ledger *l, struct touch *t, uint32_t mark, uint32_t end)
{
    struct book *b = &l->book[t->cohort];
    int rc = 0;

    for (size_t i = 0; i < b->listed.slots && rc == 0; i++) {
        uint64_t *word = &b->listed.slot[i];
        const uint32_t from = *word == 0 ? 0 : group_state(&b->states, *word & STATES_MOST);

        if (from != 0 && from < end && is_member(l, t, from, mark))
            rc = ledger_touch(l, t, *word >> STATE_BITS);
    }
    return rc;
}

static void
tell_members(struct ledger *l, const struct touch *t, const uint32_t *to)
{
    const struct book *b = &l->book[t->cohort];
    const struct watch *w = &l->watch;
    const uint64_t word = w->cohort == t->cohort && !w->all && w->account < LISTED_ACCOUNTS_END
                              ? *listed_find(&b->listed, w->account)
                              : 0;
    const uint32_t from = word == 0 ? 0 : group_state(&b->states, word & STATES_MOST);

    for (size_t i = 0; i < l->steps.count; i++) {
        const struct step *s = &l->steps.item[i];

        if (w->all && s->listed + s->strata > 0)
            ledger_tell(l, t, s, UINT64_MAX);
        else if (from != 0 && s->from == from && to[from] != 0)
            ledger_tell(l, t, s, w->account);
    }
}

/* What the touch does to each state of its members. */
static int
touch_bulk(struct ledger *l, struct touch *t, uint32_t mark)
{
    struct book *b = &l->book[t->cohort];
    int rc = l->leaving ? ledger_reckon(l, t) : 0;
    const uint32_t end = states_end(&b->states);
    uint32_t *to = calloc(end, sizeof *to);

    l->all = mark == 0;
    if (rc == 0)
        rc = to == NULL ? ERR_MEMORY : touch_states(l, t, mark, to, end);
    if (rc == 0 && l->watch.gained != NULL)
        tell_members(l, t, to);
    if (rc == 0 && goes_one_by_one(l))
        rc = touch_members(l, t, mark, end);
    else if (rc == 0)
        states_move_groups(&b->states, to);
    l->all = false;
    strata_moved(&b->strata);
    free(to);
    return rc;
}

int
ledger_touch_all(struct ledger *l, struct touch *t)
{
    return touch_bulk(l, t, 0);
}

/* Samples */

/* Among so many listed accounts of a state, so many are to be taken into another. */
struct choice {
    uint64_t need, among;
    uint32_t to;
};

static int
choose(struct states *s, uint64_t *word, uint32_t from, struct choice *c)
{
    c->need--;
    return move_word(s, word, from, c->to);
}

/* One after another, each with the chance that so many of the rest are still to be taken (Fan,
 * Muller and Rezucha 1962; Knuth, TAOCP 2, 3.4.2, algorithm S). */
static int
choose_in_turn(struct book *b, struct choice *choice, uint32_t end, struct stream *s)
{
    int rc = 0;

    for (size_t i = 0; i < b->listed.slots && rc == 0; i++) {
        uint64_t *word = &b->listed.slot[i];
        const uint32_t from = *word == 0 ? 0 : group_state(&b->states, *word & STATES_MOST);
        struct choice *c = from < end ? &choice[from] : NULL;

        if (from == 0 || c == NULL || c->need == 0)
            continue;
        if (stream_below(s, c->among--) < c->need)
            rc = choose(&b->states, word, from, c);
    }
    return rc;
}

/* Any slot is as likely: those that hold no account of the state, or none any more, do not count.
 */
static int
choose_at_random(struct book *b, struct choice *choice, uint32_t end, struct stream *s)
{
    int rc = 0;

    for (uint32_t row = 1; row < end; row++)
        while (choice[row].need > 0 && rc == 0) {
            uint64_t *word = &b->listed.slot[stream_below(s, b->listed.slots)];

            if (*word != 0 && group_state(&b->states, *word & STATES_MOST) == row)
                rc = choose(&b->states, word, row, &choice[row]);
        }
    return rc;
}

/* The looks at slots that choose_at_random would take, about. */
static double
looks_at_random(const struct book *b, const struct choice *choice, uint32_t end)
{
    double looks = 0;

    for (uint32_t row = 1; row < end; row++)
        if (choice[row].need > 0) /* the last of all of a state is long in coming */
            looks += (double)choice[row].need * (double)b->listed.slots /
                     (double)(choice[row].among - choice[row].need + 1);
    return looks;
}

/* How many of each state belong to the sample: strata go at once, listed accounts are chosen. */
static int
divide(struct ledger *l, const struct touch *t, uint32_t mark, uint64_t accounts,
       struct choice *choice, uint32_t end, struct stream *s)
{
    struct book *b = &l->book[t->cohort];
    uint64_t all = 0;
    int rc = 0;

    for (uint32_t row = 1; row < end; row++)
        if (is_member(l, t, row, 0))
            all += b->states.crowd[row].strata + b->states.crowd[row].listed;
    accounts = accounts < all ? accounts : all;
    for (uint32_t row = 1; row < end && rc == 0; row++) {
        const struct crowd crowd = b->states.crowd[row];
        struct state state = *state_at(&b->states, row);
        const struct mark link = {mark, state.marks};

        /* members so far may lie in a state that was there before */
        if (crowd.strata + crowd.listed == 0 || !is_member(l, t, row, 0) ||
            states_has_mark(&b->states, &state, mark))
            continue;
        const uint64_t strata =
            stream_hypergeometric(s, crowd.strata, all - crowd.strata, accounts);

        all -= crowd.strata;
        accounts -= strata;
        const uint64_t listed =
            stream_hypergeometric(s, crowd.listed, all - crowd.listed, accounts);

        all -= crowd.listed;
        accounts -= listed;
        if (strata + listed == 0)
            continue;
        rc = intern_put(&b->states.marks, &link, &state.marks);
        if (rc == 0)
            rc = ledger_move_strata(&b->states, row, &state, strata);
        if (rc == 0)
            rc = states_put(&b->states, &state, &choice[row].to);
        choice[row].need = listed;
        choice[row].among = crowd.listed;
    }
    assert(rc < 0 || (all == 0 && accounts == 0));
    return rc;
}

static int
draw_sample(struct ledger *l, const struct touch *t, uint32_t mark, uint64_t accounts)
{
    struct book *b = &l->book[t->cohort];
    const uint32_t end = states_end(&b->states);
    struct choice *choice = calloc(end, sizeof *choice);
    struct stream s;
    int rc = ERR_MEMORY;

    ledger_bulk_stream(l, &s, t->request, DRAW_MEMBERS, 0);
    if (choice != NULL)
        rc = divide(l, t, mark, accounts, choice, end, &s);
    if (rc == 0)
        rc = looks_at_random(b, choice, end) < (double)b->listed.slots / 4
                 ? choose_at_random(b, choice, end, &s)
                 : choose_in_turn(b, choice, end, &s);
    strata_moved(&b->strata);
    free(choice);
    return rc;
}

static uint64_t
accounts_there(const struct ledger *l, const struct touch *t)
{
    const struct strata *s = &l->book[t->cohort].strata;
    uint64_t n = 0;

    for (uint32_t i = 0; i < s->tracts; i++)
        if (strata_there(s, t->phase, i))
            n += s->tract[i].end - s->tract[i].begin;
    return n;
}

/* The request's mark in a book, from 1 on; 0: it has none. */
static uint32_t
mark_of(const struct book *b, uint64_t request)
{
    for (uint32_t i = 0; i < b->marks.count; i++)
        if (b->marks.item[i].live && b->marks.item[i].request == request)
            return i + 1;
    return 0;
}

static int
new_mark(struct book *b, uint64_t request, uint32_t *mark)
{
    uint32_t i = 0;

    while (i < b->marks.count && b->marks.item[i].live)
        i++;
    if (i == b->marks.count) {
        if (VEC_ROOM(&b->marks) < 0)
            return ERR_MEMORY;
        b->marks.count++;
    }
    b->marks.item[i].request = request;
    b->marks.item[i].live = true;
    *mark = i + 1;
    return 0;
}

int
ledger_touch_bulk(struct ledger *l, struct touch *t, uint64_t accounts)
{
    struct book *b = &l->book[t->cohort];
    uint32_t mark = mark_of(b, t->request);
    int rc = 0;

    if (mark == 0 && accounts < accounts_there(l, t)) {
        rc = new_mark(b, t->request, &mark);
        if (rc == 0)
            rc = draw_sample(l, t, mark, accounts);
    }
    return rc < 0 ? rc : touch_bulk(l, t, mark);
}

/* The end of a request */

/* Takes a mark out of the list that starts at `*row`: those before it are put anew, the last first.
 */
static int
without_mark(struct states *s, uint32_t *row, uint32_t mark)
{
    const uint32_t end = *row;
    uint32_t last = end, before;
    int rc = 0;

    while (mark_at(s, last)->mark != mark)
        last = mark_at(s, last)->next;
    *row = mark_at(s, last)->next;
    while (last != end && rc == 0) { /* lists are as short as there are samples at once */
        for (before = end; mark_at(s, before)->next != last;)
            before = mark_at(s, before)->next;
        const struct mark link = {mark_at(s, before)->mark, *row};

        last = before;
        rc = intern_put(&s->marks, &link, row);
    }
    return rc;
}

static int
release_mark(struct book *b, uint32_t mark)
{
    struct states *s = &b->states;
    const uint32_t end = states_end(s);
    uint32_t *to = calloc(end, sizeof *to);
    int rc = to != NULL ? 0 : ERR_MEMORY;

    for (uint32_t row = 1; row < end && rc == 0; row++) {
        struct state state = *state_at(s, row);

        if (s->crowd[row].strata + s->crowd[row].listed == 0 || !states_has_mark(s, &state, mark))
            continue;
        rc = without_mark(s, &state.marks, mark);
        if (rc == 0)
            rc = ledger_move_strata(s, row, &state, s->crowd[row].strata);
        if (rc == 0)
            rc = states_put(s, &state, &to[row]);
    }
    for (uint32_t row = 1; row < end && rc == 0; row++)
        if (to[row] != 0) {
            s->crowd[to[row]].listed += s->crowd[row].listed;
            s->crowd[row].listed = 0;
        }
    if (rc == 0)
        states_move_groups(s, to);
    strata_moved(&b->strata);
    free(to);
    return rc;
}

int
ledger_release_bulk(struct ledger *l, uint64_t request)
{
    int rc = 0;

    for (uint32_t i = 0; i < l->books && rc == 0; i++) {
        const uint32_t mark = mark_of(&l->book[i], request);

        if (mark == 0)
            continue;
        rc = release_mark(&l->book[i], mark);
        l->book[i].marks.item[mark - 1].live = false;
    }
    return rc;
}
