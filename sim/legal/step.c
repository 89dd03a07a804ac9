/* What a touch does to all accounts of one state: worked out once. */
#include "legal/ledger.h"

/* On its way from one state to another. */
struct passage {
    struct state state;
    struct view own;                           /* the authority's view */
    size_t place;                              /* of it, among the ledger's views */
    bool is_new;                               /* it is not there yet */
    uint16_t kin[KINDS_KEPT], any[KINDS_KEPT]; /* open before, to the class, to anyone */
    /* Until when new data of a class stand open already: */
    sim_ns until[CLASSES_MAX], until_kin[CLASSES_MAX], until_any[CLASSES_MAX];
    uint32_t part;
    double chance[DRAWS]; /* no higher than the account's draws, and on the same side of all */
    bool apart;
};

/* Classes, by what was found of them. */
struct found {
    uint16_t opened, whole, retroactive, extracted;
};

/* Views */

static void
note_forward(const struct states *s, const struct view *v, sim_ns *until)
{
    for (uint32_t row = v->forward; row != 0; row = forward_at(s, row)->next) {
        const struct forward *f = forward_at(s, row);

        for (unsigned rest = f->classes; rest != 0; rest &= rest - 1)
            if (until[__builtin_ctz(rest)] < f->until)
                until[__builtin_ctz(rest)] = f->until;
    }
}

/* All that anybody has, and the authority's own view. */
static int
read_views(struct ledger *l, const struct touch *t, struct passage *p)
{
    const struct book *book = &l->book[t->cohort];
    const struct states *s = &book->states;

    l->views.count = 0;
    p->own = (struct view){.authority = (uint16_t)t->authority};
    p->is_new = true;
    for (uint32_t row = p->state.views; row != 0; row = view_at(s, row)->next) {
        const struct view *v = view_at(s, row);
        const bool kin = book->class[v->authority] == book->class[t->authority];

        if (VEC_ROOM(&l->views) < 0)
            return ERR_MEMORY;
        if (v->authority < t->authority)
            p->place = l->views.count + 1;
        if (v->authority == t->authority) {
            p->own = *v;
            p->place = l->views.count;
            p->is_new = false;
            note_forward(s, v, p->until);
        }
        l->views.item[l->views.count++] = row;
        for (unsigned k = 0; k < KINDS_KEPT; k++) {
            p->any[k] |= v->open[k];
            p->kin[k] |= kin ? v->open[k] : 0;
        }
        note_forward(s, v, p->until_any);
        if (kin)
            note_forward(s, v, p->until_kin);
    }
    return 0;
}

/* The list of views with the authority's own in its place. */
static int
write_views(struct ledger *l, const struct touch *t, struct passage *p)
{
    struct states *s = &l->book[t->cohort].states;
    const size_t behind = p->place + !p->is_new;
    int rc;

    p->own.next = behind < l->views.count ? l->views.item[behind] : 0;
    if ((p->own.open[EXPOSED_CONTENT] | p->own.open[EXPOSED_METADATA] |
         p->own.open[EXPOSED_CIPHERTEXT] | p->own.holdings) == 0)
        return 0; /* it has nothing, as before */
    rc = intern_put(&s->views, &p->own, &p->state.views);
    for (size_t i = p->place; i-- > 0 && rc == 0;) {
        struct view v = *view_at(s, l->views.item[i]);

        v.next = p->state.views;
        rc = intern_put(&s->views, &v, &p->state.views);
    }
    return rc;
}

/* Gains */

static int
add_run(struct ledger *l, enum exposure kind, struct gain gain, sim_ns until, sim_ns span)
{
    if (VEC_ROOM(&l->runs) < 0)
        return ERR_MEMORY;
    l->runs.item[l->runs.count++] =
        (struct run){.kind = kind, .gain = gain, .until = until, .span = span};
    return 0;
}

/* What these classes would gain beyond what stands open of this kind. */
static struct gain
gain_of(const struct passage *p, enum exposure kind, uint16_t classes)
{
    const uint16_t mine = classes & (uint16_t)~p->own.open[kind];
    const uint16_t kin = mine & (uint16_t)~p->kin[kind], any = mine & (uint16_t)~p->any[kind];

    return (struct gain){
        .mine = mine,
        .kin = kin,
        .any = any,
        .first_mine = mine != 0 && p->own.open[kind] == 0,
        .first_kin = kin != 0 && p->kin[kind] == 0,
        .first_any = any != 0 && p->any[kind] == 0,
    };
}

/* Marks classes as exposed. */
static int
expose(struct ledger *l, const struct touch *t, struct passage *p, enum exposure kind,
       uint16_t classes)
{
    const struct gain gain = gain_of(p, kind, classes);
    int rc;

    if (gain.mine == 0)
        return 0;
    rc = add_run(l, kind, gain, l->facts.horizon, l->facts.horizon - t->at);
    p->own.open[kind] |= classes;
    p->kin[kind] |= classes;
    p->any[kind] |= classes;
    return rc;
}

/* Content opened by a key that came after its ciphertext; before expose() marks it. */
static int
count_retroactive(struct ledger *l, const struct touch *t, struct passage *p, uint16_t content)
{
    const struct gain g = gain_of(p, EXPOSED_CONTENT, content);

    return g.mine == 0
               ? 0
               : add_run(l, EXPOSED_RETROACTIVE, g, l->facts.horizon, l->facts.horizon - t->at);
}

/* New data, forward */

static sim_ns
latest(const sim_ns *until)
{
    sim_ns end = 0;

    for (unsigned k = 0; k < CLASSES_MAX; k++)
        end = until[k] > end ? until[k] : end;
    return end;
}

/* How much longer than now some class of the account stands open already, if a class is from now to
 * `end`. */
static sim_ns
span_beyond(sim_ns now, const sim_ns *until, sim_ns end)
{
    const sim_ns from = latest(until) > now ? latest(until) : now;

    return end > from ? end - from : 0;
}

/* Classes whose new data begin to stand open until the same time. */
static int
forward_until(struct ledger *l, const struct touch *t, struct passage *p, uint16_t classes,
              sim_ns end)
{
    struct gain g = {.mine = classes};
    const sim_ns all = end - t->at;
    const sim_ns mine = span_beyond(t->at, p->until, end);
    const sim_ns kin = span_beyond(t->at, p->until_kin, end);
    const sim_ns any = span_beyond(t->at, p->until_any, end);
    int rc;

    for (unsigned rest = classes; rest != 0; rest &= rest - 1) {
        const unsigned k = (unsigned)__builtin_ctz(rest);

        g.kin |= (uint16_t)((p->until_kin[k] <= t->at) << k);
        g.any |= (uint16_t)((p->until_any[k] <= t->at) << k);
        p->until[k] = end;
        p->until_kin[k] = end > p->until_kin[k] ? end : p->until_kin[k];
        p->until_any[k] = end > p->until_any[k] ? end : p->until_any[k];
    }
    g.first_mine = mine == all;
    g.first_kin = kin == all;
    g.first_any = any == all;
    rc = add_run(l, EXPOSED_FORWARD, g, end, all);
    /* Another class may be open for a while already: the account counts for the rest of the time.
     */
    if (rc == 0 && mine > 0 && mine < all)
        rc = add_run(l, EXPOSED_FORWARD, (struct gain){.first_mine = true}, end, mine);
    if (rc == 0 && kin > 0 && kin < all)
        rc = add_run(l, EXPOSED_FORWARD, (struct gain){.first_kin = true}, end, kin);
    if (rc == 0 && any > 0 && any < all)
        rc = add_run(l, EXPOSED_FORWARD, (struct gain){.first_any = true}, end, any);
    return rc;
}

/* The classes' ends as a list, the latest first; what has ended is forgotten. */
static int
write_forward(struct states *s, struct passage *p, sim_ns now)
{
    sim_ns before = now;
    int rc = 0;

    p->own.forward = 0;
    while (rc == 0) {
        struct forward f = {.until = SIM_NEVER, .next = p->own.forward};

        for (unsigned k = 0; k < CLASSES_MAX; k++)
            if (p->until[k] > before && p->until[k] < f.until)
                f.until = p->until[k];
        for (unsigned k = 0; k < CLASSES_MAX; k++)
            if (p->until[k] == f.until)
                f.classes |= 1u << k;
        if (f.classes == 0)
            break;
        before = f.until;
        rc = intern_put(&s->forwards, &f, &p->own.forward);
    }
    return rc;
}

/* Content that is open and whose key was extracted: what is added later is open, too. */
static int
count_forward(struct ledger *l, const struct touch *t, struct passage *p, uint16_t extracted)
{
    uint16_t left = extracted & p->own.open[EXPOSED_CONTENT];
    sim_ns end[CLASSES_MAX];
    int rc = 0;

    for (unsigned rest = left; rest != 0; rest &= rest - 1) {
        const unsigned k = (unsigned)__builtin_ctz(rest);
        const sim_ns until = ledger_key_span(l, t, p->part, k).until;

        end[k] = until < l->facts.horizon ? until : l->facts.horizon;
        if (p->until[k] > t->at || end[k] <= t->at)
            left &= (uint16_t) ~(1u << k);
    }
    if (left == 0)
        return 0;
    while (left != 0 && rc == 0) {
        const sim_ns until = end[__builtin_ctz(left)];
        uint16_t alike = 0;

        for (unsigned rest = left; rest != 0; rest &= rest - 1)
            if (end[__builtin_ctz(rest)] == until)
                alike |= (uint16_t)(rest & (~rest + 1));
        rc = forward_until(l, t, p, alike, until);
        left &= (uint16_t)~alike;
    }
    return rc < 0 ? rc : write_forward(&l->book[t->cohort].states, p, t->at);
}

/* Holdings */

/* Classes of an effect whose key the draws say was in the cache, of each account apart. */
static uint16_t
captured_by(const struct effect_table *table, const struct effect *e, const double chance[DRAWS])
{
    uint16_t captured = 0;

    for (unsigned rest = e->cached; rest != 0; rest &= rest - 1) {
        const unsigned k = (unsigned)__builtin_ctz(rest);

        for (uint32_t i = e->first[k]; i < e->first[k + 1]; i++) {
            const struct piece *p = &table->pieces.item[i];

            if (p->cached != 0 && p->shared == NULL && chance[e->draw[k]] < p->capture)
                captured |= (uint16_t)(1u << k);
        }
    }
    return captured;
}

/* Does the key that new data of any of these classes get date from after `at`? */
static bool
is_renewed(const struct ledger *l, const struct touch *t, uint32_t part, uint16_t classes,
           sim_ns at)
{
    for (unsigned rest = classes; rest != 0; rest &= rest - 1)
        if (ledger_key_span(l, t, part, (unsigned)__builtin_ctz(rest)).from > at)
            return true;
    return false;
}

/* Is all of this known already: the same effect on these classes, a cached key as likely taken? */
static bool
is_held(const struct ledger *l, const struct touch *t, const struct passage *p,
        const struct holding *fresh)
{
    const struct states *s = &l->book[t->cohort].states;

    for (uint32_t row = p->own.holdings; row != 0; row = holding_at(s, row)->next) {
        const struct holding *h = holding_at(s, row);

        if (h->effect == fresh->effect && (fresh->classes & ~h->classes) == 0 &&
            (fresh->captured & ~h->captured) == 0 &&
            (fresh->ciphertext_only || !h->ciphertext_only) &&
            (fresh->ciphertext_only || !is_renewed(l, t, p->part, fresh->classes, h->at)))
            return true;
    }
    return false;
}

static int
hold(struct ledger *l, const struct touch *t, struct passage *p, uint16_t classes)
{
    const uint32_t effect = t->effect[p->part];
    const struct effect_table *table = l->facts.table;
    const struct holding fresh = {
        .at = t->at,
        .effect = effect,
        .next = p->own.holdings,
        .classes = classes,
        .ciphertext_only = t->mode == MODE_CIPHERTEXT,
        .captured = captured_by(table, &table->effects.item[effect], p->chance) & classes,
    };

    if (is_held(l, t, p, &fresh))
        return 0;
    return intern_put(&l->book[t->cohort].states.holdings, &fresh, &p->own.holdings);
}

/* Joining */

/* As what a class shows that it was opened. */
static enum exposure
opens_kind(const struct touch *t, uint16_t class)
{
    return t->mode == MODE_UNSEAL || (t->records & class) != 0 ? EXPOSED_METADATA : EXPOSED_CONTENT;
}

/* Classes that the request may have had by chance: it held a cache, or a gateway in use. */
static uint16_t
chanced_by(const struct ledger *l, const struct touch *t, uint32_t tract)
{
    uint16_t classes = 0;

    for (size_t i = 0; i < t->takings; i++) {
        const struct taken *taken = &t->taken[i];
        const struct effect *e = &l->facts.table->effects.item[taken->effect];

        if (!taken->ciphertext_only && ledger_has_taken(l, t, taken, tract))
            classes |= e->cached | e->watched;
    }
    return classes;
}

/* Classes whose pieces must be joined with what is held: those that the effect does not open alone,
 * or whose earlier ciphertext it may open. */
static int
join(struct ledger *l, struct touch *t, struct passage *p, uint16_t classes, struct found *found)
{
    const uint16_t parts =
        l->judging_again ? 0 : l->facts.table->effects.item[t->effect[p->part]].parts;
    uint16_t left = 0, shut = 0;

    for (unsigned rest = classes; rest != 0; rest &= rest - 1) {
        const unsigned class = (unsigned)__builtin_ctz(rest);
        const struct standing s =
            ledger_judge(l, t, &p->state, &p->own, class, p->chance, p->apart);
        const uint16_t bit = (uint16_t)(1u << class);

        found->whole |= s.whole ? bit : 0;
        found->opened |= s.opens ? bit : 0;
        found->retroactive |= s.retroactive ? bit : 0;
        found->extracted |= s.extracted ? bit : 0;
        /* where content is open already, parts of ciphertext or of its key may still make a whole
         */
        if (((p->own.open[EXPOSED_CONTENT] | found->opened) & bit) == 0 ||
            ((p->own.open[EXPOSED_CIPHERTEXT] | found->whole | t->records) & bit) == 0 ||
            ((parts & bit) != 0 && !s.extracted))
            left |= bit;
        if ((p->own.open[opens_kind(t, bit)] & bit) == 0 && !s.opens)
            shut |= bit;
    }
    t->missed |= shut & chanced_by(l, t, p->state.tract);
    if (left == 0 || t->mode == MODE_UNSEAL || l->judging_again)
        return 0;
    return hold(l, t, p, left);
}

/* What the effect does by itself, the first time that the touch meets its part. */
static void
find_doing(struct ledger *l, struct touch *t, uint32_t part)
{
    const struct effect *e = &l->facts.table->effects.item[t->effect[part]];
    struct doing *d = &l->doing[part];
    const uint16_t chanced = e->watched & (uint16_t)~e->opens;

    l->known |= UINT64_C(1) << part;
    *d = (struct doing){0};
    d->open[EXPOSED_METADATA] = e->metadata & t->asked;
    t->judged &= e->pieces | e->opens | e->watched;
    if (t->mode == MODE_METADATA)
        return;
    if (t->mode == MODE_UNSEAL) {
        d->join = d->join_fresh = ((e->pieces & (uint16_t)~e->opens) | chanced) & t->asked;
        t->pieces |= (e->pieces & (uint16_t)~e->opens & t->asked) != 0;
        return;
    }
    d->open[EXPOSED_CIPHERTEXT] = e->whole & t->asked & (uint16_t)~t->records;
    d->join = d->join_fresh = e->pieces & t->asked;
    t->pieces |= d->join != 0;
    if (t->mode != MODE_CONTENT)
        return;
    d->join |= chanced & t->asked;
    d->join_fresh = (((e->pieces | chanced) & (uint16_t)~e->opens) | e->parts) & t->asked;
    d->open[EXPOSED_CONTENT] = e->opens & t->asked & (uint16_t)~t->records;
    d->open[EXPOSED_METADATA] |= e->opens & t->asked;
    d->extracts = e->extracts & t->asked;
}

static struct doing
what_is_done(struct ledger *l, struct touch *t, uint32_t part)
{
    if (l->judging_again)
        return (struct doing){.join = t->asked};
    if ((l->known >> part & 1) == 0)
        find_doing(l, t, part);
    return l->doing[part];
}

/* Of which the user hears, or must not: what the touch opens, and what it takes something of that
 * is open already. */
static int
hide(struct ledger *l, const struct touch *t, struct passage *p, const struct doing *d,
     uint16_t content, uint16_t metadata)
{
    const uint16_t *open = p->own.open;
    uint16_t taken = 0;
    int rc;

    if (!l->judging_again && (t->mode == MODE_CONTENT || t->mode == MODE_CIPHERTEXT))
        taken = l->facts.table->effects.item[t->effect[p->part]].pieces & t->asked;
    rc = ledger_hide(l, t, &p->own, EXPOSED_METADATA,
                     d->open[EXPOSED_METADATA] | (metadata & (uint16_t)~open[EXPOSED_METADATA]));
    return rc < 0 ? rc
                  : ledger_hide(l, t, &p->own, EXPOSED_CONTENT,
                                d->open[EXPOSED_CONTENT] |
                                    (content & (uint16_t)~open[EXPOSED_CONTENT]) |
                                    (taken & open[EXPOSED_CONTENT]));
}

/* Takes what the touch takes. */
static int
take(struct ledger *l, struct touch *t, struct passage *p)
{
    const struct book *book = &l->book[t->cohort];
    struct found found = {0};
    const struct doing d = what_is_done(l, t, p->part);
    uint16_t joined, content, metadata;
    int rc = read_views(l, t, p);

    if (rc < 0)
        return rc;
    /* what was held may now open, too */
    joined =
        p->own.holdings == 0 && !cohort_keys_any(&book->keys, t->authority) ? d.join_fresh : d.join;
    if (joined != 0)
        rc = join(l, t, p, joined, &found);
    metadata = d.open[EXPOSED_METADATA] | found.opened;
    if (t->mode == MODE_UNSEAL)
        found = (struct found){0};
    content = d.open[EXPOSED_CONTENT] | (found.opened & (uint16_t)~t->records);
    if (rc == 0)
        rc = hide(l, t, p, &d, content, metadata);
    if (rc == 0 && found.retroactive != 0)
        rc = count_retroactive(l, t, p, content & found.retroactive);
    if (rc == 0)
        rc = expose(l, t, p, EXPOSED_CIPHERTEXT,
                    d.open[EXPOSED_CIPHERTEXT] | (found.whole & (uint16_t)~t->records));
    if (rc == 0)
        rc = expose(l, t, p, EXPOSED_METADATA, metadata);
    if (rc == 0)
        rc = expose(l, t, p, EXPOSED_CONTENT, content);
    if (rc == 0 && (p->state.flags & ACCOUNT_GONE) == 0)
        rc = count_forward(l, t, p, d.extracts | found.extracted);
    t->content |= content != 0;
    t->metadata |= metadata != 0;
    return rc < 0 ? rc : write_views(l, t, p);
}

/* Orders that take nothing. What is preserved stays, whatever comes later. */
static void
flag(const struct touch *t, struct state *state)
{
    static const uint16_t flags[ASKS_KINDS] = {
        [ASKS_REMOVAL] = ACCOUNT_REMOVED,
        [ASKS_RESTRICTION] = ACCOUNT_RESTRICTED,
        [ASKS_PRESERVATION] = ACCOUNT_PRESERVED,
    };

    if (t->asks != ASKS_REMOVAL || (state->flags & ACCOUNT_PRESERVED) == 0)
        state->flags |= flags[t->asks];
}

static int
pass(struct ledger *l, struct touch *t, const struct step *step, uint32_t *to)
{
    struct book *book = &l->book[t->cohort];
    struct passage p = {.state = *state_at(&book->states, step->from), .apart = step->apart};
    int rc = 0;

    p.part = strata_part(&book->strata, t->phase, p.state.tract);
    band_read(l, step->band, p.chance);
    if (step->left)
        p.state.flags |= ACCOUNT_LEFT;
    /* what an authority has of an account that has gone can still be opened by a shared key */
    if ((p.state.flags & ACCOUNT_GONE) != 0 && !l->judging_again)
        ;
    else if (t->asks != ASKS_DISCLOSURE)
        flag(t, &p.state);
    else
        rc = take(l, t, &p);
    return rc < 0 ? rc : states_put(&book->states, &p.state, to);
}

int
step_find(struct ledger *l, struct touch *t, uint32_t from, uint64_t band, bool left, bool apart,
          uint32_t *row)
{
    struct book *book = &l->book[t->cohort];
    struct crowd *crowd = &book->states.crowd[from];
    struct step step = {.from = from,
                        .band = band,
                        .left = left,
                        .apart = apart,
                        .next = crowd->stamp == l->stamp ? crowd->step : 0,
                        .run = l->runs.count};
    int rc;

    for (uint32_t i = step.next; i != 0; i = l->steps.item[i - 1].next) {
        const struct step *s = &l->steps.item[i - 1];

        if (s->band == band && s->left == left && s->apart == apart) {
            *row = i - 1;
            return 0;
        }
    }
    rc = pass(l, t, &step, &step.to);
    if (rc == 0 && VEC_ROOM(&l->steps) < 0)
        rc = ERR_MEMORY;
    if (rc < 0)
        return rc;
    step.runs = l->runs.count - step.run;
    *row = (uint32_t)l->steps.count;
    l->steps.item[l->steps.count++] = step;
    crowd = &book->states.crowd[from]; /* it may have moved */
    crowd->stamp = l->stamp;
    crowd->step = (uint32_t)l->steps.count;
    return 0;
}
