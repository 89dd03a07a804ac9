#include "legal/ledger.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_SHIFT = 48, /* of a cohort above an account, where the two key a stream */
};

/* Opening the books */

static void
book_release(struct book *b)
{
    states_release(&b->states);
    listed_release(&b->listed);
    strata_release(&b->strata);
    cohort_keys_release(&b->keys);
    free(b->class);
    free(b->marks.item);
    free(b->reckonings.item);
    *b = (struct book){0};
}

void
ledger_release(struct ledger *l)
{
    for (uint32_t i = 0; i < l->books; i++)
        book_release(&l->book[i]);
    free(l->book);
    free(l->fragments);
    free(l->before);
    free(l->keys);
    free(l->fresh);
    free(l->steps.item);
    free(l->runs.item);
    free(l->bands.item);
    free(l->views.item);
    free(l->times.item);
    *l = (struct ledger){0};
}

/* One class of adversary for an authority in all phases, or accounts would be counted twice. */
static int
find_classes(struct book *b, const struct world *w, uint32_t cohort)
{
    free(b->class);
    b->class = calloc(w->authorities + 1, sizeof *b->class);
    if (b->class == NULL)
        return ERR_MEMORY;
    for (uint32_t a = 0; a < w->authorities; a++)
        b->class[a] =
            (uint8_t)adversary_of(w, (struct authority_id){a}, (struct cohort_id){cohort});
    return 0;
}

static int
book_open(struct book *b, const struct ledger_facts *facts, uint32_t cohort)
{
    const struct timeline *t = facts->timeline;
    const struct world *w = t->phase[0].world;
    int rc;

    if (b->states.states.bytes == 0)
        states_init(&b->states);
    states_clear(&b->states);
    cohort_keys_release(&b->keys);
    b->marks.count = 0;
    b->reckonings.count = 0;
    b->tidy_at = 0;
    rc = strata_make(&b->strata, &b->states, t, cohort);
    if (rc == 0)
        rc = find_classes(b, w, cohort);
    b->keys.authorities = w->authorities;
    b->keys.tracts = b->strata.tracts;
    b->keys.classes = t->classes;
    return rc < 0 ? rc : listed_clear(&b->listed, facts->expected / t->cohorts);
}

static int
make_room(struct ledger *l, const struct timeline *t)
{
    free(l->fragments);
    free(l->before);
    free(l->keys);
    free(l->fresh);
    l->fragments = calloc(t->data_forms + 1, sizeof *l->fragments);
    l->before = calloc(t->data_forms + 1, sizeof *l->before);
    l->keys = calloc(t->key_forms + 1, sizeof *l->keys);
    l->fresh = calloc(t->key_forms + 1, sizeof *l->fresh);
    return l->fragments == NULL || l->before == NULL || l->keys == NULL || l->fresh == NULL
               ? ERR_MEMORY
               : 0;
}

int
ledger_init(struct ledger *l, const struct ledger_facts *facts)
{
    const uint32_t cohorts = facts->timeline->cohorts;
    int rc = make_room(l, facts->timeline);

    l->facts = *facts;
    l->watch = (struct watch){0};
    l->again = l->judging_again = false;
    for (uint32_t i = cohorts; i < l->books; i++)
        book_release(&l->book[i]);
    if (rc == 0 && cohorts != l->books) {
        struct book *book = calloc(cohorts + 1, sizeof *book);

        if (book == NULL)
            return ERR_MEMORY;
        if (l->books > 0)
            memcpy(book, l->book, (cohorts < l->books ? cohorts : l->books) * sizeof *book);
        free(l->book);
        l->book = book;
        l->books = cohorts;
    }
    for (uint32_t i = 0; i < cohorts && rc == 0; i++)
        rc = book_open(&l->book[i], facts, i);
    return rc;
}

/* Telling */

void
ledger_tell(const struct ledger *l, const struct touch *t, const struct step *step,
            uint64_t account)
{
    const struct watch *w = &l->watch;

    if (!w->all && (w->cohort != t->cohort || w->account != account))
        return;
    if (step->left && w->left != NULL)
        w->left(w->self, t, account);
    for (size_t i = step->run; i < step->run + step->runs; i++)
        w->gained(w->self, t, account, l->runs.item[i].kind, l->runs.item[i].gain);
}

/* Touching */

static void
begin_steps(struct ledger *l)
{
    l->stamp++;
    l->steps.count = 0;
    l->runs.count = 0;
    l->known = 0;
}

int
touch_open(struct ledger *l, struct touch *t)
{
    struct book *b = &l->book[t->cohort];
    struct departures *d = l->facts.departures;
    int rc = 0;

    t->content = t->metadata = t->pieces = false;
    t->missed = 0;
    t->judged = UINT16_MAX;
    begin_steps(l);
    l->leaving = d != NULL && d->any;
    l->hazard = l->leaving ? departures_hazard(d, t->cohort, t->at) : 0;
    if (states_end(&b->states) > b->tidy_at)
        rc = ledger_tidy(l, t);
    if (rc == 0)
        rc = bands_find(l, t);
    if (rc == 0 && t->mode == MODE_CONTENT && t->asks == ASKS_DISCLOSURE)
        rc = ledger_share_keys(l, t);
    return rc;
}

/* A step of one account, from a state of its crowd. */
static int
step_one(struct ledger *l, struct touch *t, uint64_t account, uint32_t from, struct step **out)
{
    struct book *b = &l->book[t->cohort];
    const bool left = l->leaving && ledger_has_left(l, t, state_at(&b->states, from), account);
    uint32_t row;
    int rc =
        step_find(l, t, from, l->bands.count > 0 ? band_of(l, t, account) : 0, left, false, &row);

    if (rc < 0)
        return rc;
    *out = &l->steps.item[row];
    if (l->leaving)
        ledger_shorten_one(l, t, *out, account);
    if (l->watch.gained != NULL)
        ledger_tell(l, t, *out, account);
    return 0;
}

/* The state of an account of the strata. */
static int
find_stratum(struct ledger *l, const struct touch *t, uint64_t account, uint32_t tract,
             uint32_t *state)
{
    struct book *b = &l->book[t->cohort];
    struct stream s;
    const int rc = strata_count(&b->strata, &b->states);

    *state = b->strata.tract[tract].only;
    if (rc < 0 || *state != 0)
        return rc;
    stream_open(&s, l->facts.seed, l->facts.replication, PURPOSE_BULK, 0,
                (uint64_t)t->cohort << KEY_SHIFT | account);
    *state = strata_draw(&b->strata, &b->states, tract, &s);
    assert(*state != 0);
    return 0;
}

/* The account is named for the first time: it leaves the strata, unless nothing happens to it. */
static int
touch_stratum(struct ledger *l, struct touch *t, uint64_t account, uint64_t *word)
{
    struct book *b = &l->book[t->cohort];
    const uint32_t tract = strata_tract(&b->strata, account);
    struct step *step = NULL;
    uint32_t group, from;
    int rc = find_stratum(l, t, account, tract, &from);

    if (rc == 0)
        rc = step_one(l, t, account, from, &step);
    if (rc < 0 || (step->to == from && b->strata.tract[tract].only == from))
        return rc;
    if (listed_is_full(&b->listed)) {
        if (listed_grow(&b->listed) < 0)
            return ERR_MEMORY;
        word = listed_find(&b->listed, account);
    }
    step->named++;
    strata_take(&b->strata, &b->states, tract, from);
    rc = states_group(&b->states, step->to, &group);
    *word = account << STATE_BITS | group;
    b->listed.count++;
    return rc;
}

int
ledger_touch(struct ledger *l, struct touch *t, uint64_t account)
{
    struct book *b = &l->book[t->cohort];
    uint32_t from, group;
    struct step *step = NULL;
    uint64_t *word;
    int rc;

    assert(account < LISTED_ACCOUNTS_END);
    word = listed_find(&b->listed, account);
    if (*word == 0)
        return touch_stratum(l, t, account, word);
    from = group_state(&b->states, *word & STATES_MOST);
    rc = step_one(l, t, account, from, &step);
    if (rc < 0)
        return rc;
    step->listed++;
    if (step->to == from)
        return 0;
    rc = states_group(&b->states, step->to, &group);
    *word = account << STATE_BITS | group;
    return rc;
}

void
ledger_expect(const struct ledger *l, uint32_t cohort, uint64_t account)
{
    const struct listed *listed = &l->book[cohort].listed;

    const uint64_t *home = &listed->slot[listed_home(listed, account)];

    __builtin_prefetch(home, 1);
    __builtin_prefetch(home + 8, 1); /* the next line, since looks go on for about so far */
}

uint64_t
ledger_parts(const struct ledger *l, uint32_t cohort, uint32_t phase)
{
    const struct strata *s = &l->book[cohort].strata;
    uint64_t parts = 0;

    for (uint32_t i = 0; i < s->tracts; i++)
        if (strata_there(s, phase, i))
            parts |= UINT64_C(1) << strata_part(s, phase, i);
    return parts;
}

/* Closing */

/* Accounts move, and what they gain is told. */
static int
close_step(struct ledger *l, struct touch *t, const struct step *step)
{
    struct crowd *crowd = l->book[t->cohort].states.crowd;
    const uint64_t accounts = step->listed + step->named + step->strata;
    int rc = 0;

    crowd[step->from].listed -= step->listed;
    crowd[step->to].listed += step->listed + step->named;
    crowd[step->from].strata -= step->strata;
    crowd[step->to].strata += step->strata;
    for (size_t i = step->run; i < step->run + step->runs && rc == 0 && accounts > 0; i++) {
        const struct run *run = &l->runs.item[i];
        const struct gain_run told = {run->gain, accounts,
                                      (account_ns)accounts * (account_ns)run->span - run->less};

        rc = t->gained(t->self, t, run->kind, &told);
    }
    return rc;
}

static int
close_steps(struct ledger *l, struct touch *t)
{
    int rc = 0;

    for (size_t i = 0; i < l->steps.count && rc == 0; i++)
        rc = close_step(l, t, &l->steps.item[i]);
    return rc;
}

/* The authority has got shared keys: what it holds of any account is judged again. */
static int
judge_again(struct ledger *l, struct touch *t)
{
    struct touch again = *t;
    int rc;

    l->again = false;
    l->judging_again = true;
    again.effect = NULL;
    again.taken = NULL;
    again.takings = 0;
    again.asked = UINT16_MAX >> (CLASSES_MAX - l->facts.timeline->classes);
    again.mode = MODE_CONTENT;
    again.missed = 0;
    begin_steps(l);
    l->bands.count = 0;
    rc = ledger_touch_all(l, &again);
    if (rc == 0)
        rc = close_steps(l, &again);
    l->judging_again = false;
    return rc;
}

int
touch_close(struct ledger *l, struct touch *t)
{
    int rc = close_steps(l, t);

    return rc < 0 || !l->again ? rc : judge_again(l, t);
}
