/* What `explain` finds, in words. */
#include <inttypes.h>
#include <math.h>
#include "report/because.h"
#include "report/subject.h"
#include "report/table.h"

/* So many sets and plans are told in full. */
enum { TOLD_MOST = 10 };

/* A channel whose plans were told for the subject: of one legal order through one set of
 * instruments they are the same. */
struct told {
    const struct authority *authority;
    uint64_t streams, through;
};

struct in_words {
    struct text *out;
    const struct explain_options *options;
    const struct strategy *last;
    struct sources sources;
    struct told told[64]; /* of the subject */
    size_t tolds;
    struct text without; /* authorities that have no plan */
    struct text line;    /* room for a line before it is wrapped */
    bool sampled;        /* an expected time was estimated */
    bool weighed;        /* a table of importance was written */
};

static const char indent[] = "                   ";

typedef const char *name_of(const struct world *w, uint32_t i);

static const char *
jurisdiction_name(const struct world *w, uint32_t i)
{
    return w->jurisdiction[i].is.name;
}

static const char *
custodian_name(const struct world *w, uint32_t i)
{
    return w->custodian[i].is.name;
}

/* One line of a subject's head: its label, and what was gathered in `line`. */
static void
put_line(struct in_words *t, const char *label)
{
    char first[sizeof indent];

    snprintf(first, sizeof first, "    %-15s", label);
    text_wrap(t->out, first, indent, text_str(&t->line));
    text_clear(&t->line);
}

/* ---- who can ---- */

static void
words_set(struct text *out, const struct world *w, uint64_t set, name_of *name)
{
    const char *gap = "";

    for (; set != 0; set &= set - 1) {
        text_addf(out, "%s%s", gap, name(w, (uint32_t)__builtin_ctzll(set)));
        gap = " + ";
    }
}

static void
words_sets(struct in_words *t, const struct world *w, const struct set_list *sets, name_of *name,
           const char *none)
{
    struct text *out = &t->line;

    if (sets->count == 0)
        text_add(out, none);
    else if (sets->item[0] == 0)
        text_add(out, "nobody needs to act");
    for (size_t i = 0; i < sets->count && i < TOLD_MOST && sets->item[i] != 0; i++) {
        text_add(out, i > 0 ? ", or " : "");
        words_set(out, w, sets->item[i], name);
    }
    if (sets->total > TOLD_MOST)
        text_addf(out, ", or %" PRIu64 " other sets as small as can be", sets->total - TOLD_MOST);
}

/* "CN (where they live), US" */
static void
words_alone(struct in_words *t, const struct subject *s, uint64_t set)
{
    const struct world *w = s->epoch->world;
    const uint32_t home = w->cohort[s->cohort.i].resident_of.i;
    const char *gap = "";

    if (set == 0)
        text_add(&t->line, "no jurisdiction");
    for (; set != 0; set &= set - 1, gap = ", ") {
        const uint32_t j = (uint32_t)__builtin_ctzll(set);

        text_addf(&t->line, "%s%s%s", gap, w->jurisdiction[j].is.name,
                  j == home ? " (home of its users)" : " (foreign)");
    }
}

static void
words_reach(struct in_words *t, const struct subject *s, const struct reach *reach)
{
    const struct world *w = s->epoch->world;

    words_alone(t, s, reach->unilateral);
    put_line(t, "opens alone");
    if (reach->user) {
        text_addf(&t->line, "can be compelled to open it in %s",
                  w->jurisdiction[w->cohort[s->cohort.i].resident_of.i].is.name);
        put_line(t, "its user");
    }
    text_add(&t->line, "jurisdictions: ");
    words_sets(t, w, &reach->jurisdictions, jurisdiction_name, "none, even all together");
    put_line(t, "open together");
    text_add(&t->line, "custodians: ");
    words_sets(t, w, &reach->custodians, custodian_name, "none, even all together");
    put_line(t, "");
    text_add(&t->line, "custodians: ");
    words_sets(t, w, &reach->denial, custodian_name, "none, even all together");
    put_line(t, "deny access");
}

/* ---- where it lies ---- */

static void
words_title(struct in_words *t, const struct subject *s)
{
    const struct world *w = s->epoch->world;
    char date[16];
    const char *gap = "";

    subject_date(s, date);
    if (t->last != s->strategy)
        text_addf(t->out, "%sStrategy %s, on %s\n", t->last == NULL ? "" : "\n\n",
                  s->strategy->is.name, date);
    t->last = s->strategy;
    text_addf(t->out, "\n  %s", w->cohort[s->cohort.i].is.name);
    if (s->share < 1)
        text_addf(t->out, " (%.3g %% of the accounts)", 100 * s->share);
    text_add(t->out, ": ");
    for (uint32_t rest = s->classes; rest != 0; rest &= rest - 1, gap = ", ")
        text_addf(t->out, "%s%s", gap, w->class[__builtin_ctz(rest)].is.name);
    text_add(t->out, s->metadata ? " (metadata)\n" : "\n");
}

/* Who decrypts, and what passes there. */
static void
words_gateway(struct in_words *t, const struct subject *s)
{
    const struct world *w = s->epoch->world;
    const struct site_id g = rule_decryptor(w, s->rule, s->cohort);

    if (s->rule->decrypts == DECRYPTS_CLIENT) {
        text_add(&t->line, "the user's device");
    } else if (g.i != NONE) {
        text_addf(&t->line, "%s (%s)", w->site[g.i].is.name,
                  w->jurisdiction[site_jurisdiction(w, g).i].is.name);
        if (s->rule->key_cache_ttl_s > 0) {
            text_add(&t->line, ", where keys stay cached for ");
            duration_write(&t->line, s->rule->key_cache_ttl_s);
        }
    }
    put_line(t, "decrypted at");
}

static void
words_keys(struct in_words *t, const struct subject *s)
{
    const struct world *w = s->epoch->world;
    uint64_t shut = 0;

    formula_write(&t->line, w, &s->rule->keys, true, true);
    for (uint64_t rest = s->rule->stores; rest != 0; rest &= rest - 1) {
        const struct key_store *k = &w->store[__builtin_ctzll(rest)];

        shut |= k->kind == STORE_HSM && !k->extractable ? rest & -rest : 0;
    }
    for (const char *gap = "; only used, never taken out of "; shut != 0; shut &= shut - 1) {
        text_addf(&t->line, "%s%s", gap, w->store[__builtin_ctzll(shut)].is.name);
        gap = ", ";
    }
    if (s->rule->fetch_stores != 0 && !formula_same(&s->rule->fetch, &s->rule->keys)) {
        text_add(&t->line, "; users' operations ask ");
        formula_write(&t->line, w, &s->rule->fetch, true, false);
        text_add(&t->line, ", the rest is escrow");
    }
    if (s->rule->cohort_key)
        text_add(&t->line, "; one key opens the whole cohort");
    if (s->rule->rotation_s > 0) {
        text_add(&t->line, "; renewed every ");
        duration_write(&t->line, s->rule->rotation_s);
    }
    put_line(t, "key");
}

static int
words_former(void *self, const struct rule *rule, struct why *why)
{
    struct in_words *t = self;
    const struct world *w = t->last->epoch->world; /* names are the same in every epoch */

    (void)why;
    text_add(&t->line, "at ");
    formula_write(&t->line, w, &rule->data, false, true);
    text_add(&t->line, ", key in ");
    formula_write(&t->line, w, &rule->keys, true, true);
    text_add(&t->line, "; counted for who opens alone, not for sets and plans");
    put_line(t, "former copies");
    return 0;
}

static int
words_placement(struct in_words *t, const struct subject *s, struct why *why)
{
    formula_write(&t->line, s->epoch->world, &s->rule->data, false, true);
    put_line(t, "ciphertext");
    if (s->metadata)
        text_add(&t->line, "none needed: whoever is yielded a site has its metadata");
    if (s->metadata)
        put_line(t, "key");
    else
        words_keys(t, s);
    if (!s->metadata)
        words_gateway(t, s);
    return subject_each_former(s, words_former, t, why);
}

/* ---- plans ---- */

static void
join_element(void *self, const char *element)
{
    struct text *out = self;

    text_addf(out, "%s%s", out->length == 0 ? "" : ", ", element);
}

static void
words_lever(struct in_words *t, const struct subject *s, const struct lever *l, bool alone)
{
    const struct world *w = s->epoch->world;
    const struct yield y = subject_yield(s, l);

    lever_describe(w, l, &t->line);
    if (!alone) {
        text_add(&t->line, ": ");
        days_write(&t->line, lever_mean_delay_s(w, l) / 86400);
        text_addf(&t->line, " on average, succeeds with probability %.3g",
                  s->metadata ? lever_metadata_probability(w, l) : lever_content_probability(w, l));
    }
    text_wrap(t->out, "         - ", "           ", text_str(&t->line));
    text_clear(&t->line);
    yield_each(w, &y, join_element, &t->line);
    text_wrap(t->out, "           yields ", "             ", text_str(&t->line));
    text_clear(&t->line);
    lever_because(&t->line, w, l, &y, &t->sources);
    text_add(&t->line, ".");
    text_wrap(t->out, "           because ", "             ", text_str(&t->line));
    text_clear(&t->line);
}

static int
words_plan(struct in_words *t, const struct subject *s, struct channel_plans *p, size_t i,
           struct why *why)
{
    const struct plan *plan = &p->plans.item[i];
    const bool alone = __builtin_popcountll(plan->levers) < 2;
    struct expected_days e;
    const int rc = delay_expected(&e, &p->sample, plan->levers, why);

    if (rc != 0)
        return rc;
    text_addf(t->out, "      %2zu. ", i + 1);
    days_write(t->out, e.days);
    text_add(t->out, p->authority->threat != NULL ? " from the strike on average" : " on average");
    if (e.error > 0) {
        text_addf(t->out, " (95 %%: %.4g to %.4g days)", e.days - e.error, e.days + e.error);
        t->sampled = true;
    }
    text_addf(t->out, ", succeeds with probability %.3g\n", plan->probability);
    for (uint64_t rest = plan->levers; rest != 0; rest &= rest - 1)
        words_lever(t, s, &p->levers.item[__builtin_ctzll(rest)], alone);
    return 0;
}

/* "cn-police (to-provider, by-fax)"; a threat has no streams to tell apart. */
static void
words_asker(struct text *out, const struct authority *a, uint64_t streams)
{
    const char *gap = " (";

    text_add(out, a->is.name);
    if (a->threat != NULL)
        return;
    for (; streams != 0; streams &= streams - 1, gap = ", ")
        text_addf(out, "%s%s", gap, a->stream[__builtin_ctzll(streams)].is.name);
    text_add(out, ")");
}

/* Who was told of with the same plans; NULL: nobody. Else remembers this one. */
static const struct told *
told_before(struct in_words *t, const struct channel_plans *p)
{
    const struct authority *a = p->authority;

    for (size_t i = 0; i < t->tolds && a->threat == NULL; i++)
        if (t->told[i].authority->threat == NULL && t->told[i].through == p->through &&
            t->told[i].authority->jurisdiction.i == a->jurisdiction.i)
            return &t->told[i];
    if (t->tolds < COUNT(t->told))
        t->told[t->tolds++] = (struct told){a, p->streams, p->through};
    return NULL;
}

static int
words_channel(void *self, const struct subject *s, struct channel_plans *p, struct why *why)
{
    struct in_words *t = self;
    const struct told *same;
    int rc = 0;

    if (p->plans.count == 0) {
        text_add(&t->without, t->without.length > 0 ? ", " : "");
        words_asker(&t->without, p->authority, p->streams);
        return 0;
    }
    text_add(t->out, "\n    ");
    words_asker(t->out, p->authority, p->streams);
    same = told_before(t, p);
    if (same != NULL) {
        text_add(t->out, ", the same as ");
        words_asker(t->out, same->authority, same->streams);
        text_add(t->out, "\n");
        return 0;
    }
    text_addf(t->out, "%s, %" PRIu64 " plan%s\n", p->authority->threat != NULL ? ", a threat" : "",
              p->plans.total, p->plans.total == 1 ? "" : "s");
    for (size_t i = 0; i < p->plans.count && i < TOLD_MOST && rc == 0; i++)
        rc = words_plan(t, s, p, i, why);
    if (p->plans.total > TOLD_MOST)
        text_addf(t->out, "      and %" PRIu64 " more, none quicker\n", p->plans.total - TOLD_MOST);
    return rc;
}

static int
words_plans(struct in_words *t, const struct subject *s, struct why *why)
{
    int rc;

    text_clear(&t->without);
    t->tolds = 0;
    rc = subject_each_channel(s, t->options, words_channel, t, why);
    if (t->without.length > 0) {
        text_add(&t->without, ": what they reach is not enough");
        text_add(t->out, "\n");
        text_wrap(t->out, "    no plan        ", indent, text_str(&t->without));
    }
    return rc;
}

/* ---- importance ---- */

struct weights {
    struct table table;
    struct text cell;
    bool any;
};

static void
add_number(struct weights *t, double value)
{
    text_clear(&t->cell);
    if (isinf(value))
        text_add(&t->cell, "inf");
    else
        number_short(value, &t->cell);
    table_cell(&t->table, text_str(&t->cell));
}

static void
words_importance(void *self, const struct subject *s, const struct authority *a,
                 const struct importance_list *list)
{
    static const char *const head[] = {
        "    holders by importance to", "", "taken", "Birnbaum", "criticality", "RAW", "RRW"};
    struct weights *t = self;
    const struct world *w = s->epoch->world;

    for (size_t i = 0; !t->any && i < COUNT(head); i++)
        table_cell(&t->table, head[i]);
    t->any = true;
    for (size_t i = 0; i < list->count; i++) {
        const struct importance *row = &list->item[i];

        text_clear(&t->cell);
        text_addf(&t->cell, "      %s", a->is.name);
        table_cell(&t->table, i == 0 ? text_str(&t->cell) : "");
        table_cell(&t->table,
                   row->is_store ? w->store[row->holder].is.name : w->site[row->holder].is.name);
        add_number(t, row->taken);
        add_number(t, row->birnbaum);
        add_number(t, row->criticality);
        add_number(t, row->achievement);
        add_number(t, row->reduction);
    }
}

static int
words_weights(struct in_words *t, const struct subject *s, struct why *why)
{
    struct weights weights = {0};
    int rc;

    table_start(&weights.table, "llrrrrr");
    rc = subject_each_importance(s, t->options, words_importance, &weights, why);
    if (rc == 0 && weights.any) {
        text_add(t->out, "\n");
        rc = table_write(&weights.table, t->out) < 0 ? why_no_memory(why) : 0;
        t->weighed = true;
    }
    table_release(&weights.table);
    text_release(&weights.cell);
    return rc;
}

/* ---- all of it ---- */

static int
words_subject(void *self, const struct subject *s, const struct reach *reach, struct why *why)
{
    struct in_words *t = self;
    int rc;

    words_title(t, s);
    rc = words_placement(t, s, why);
    if (rc != 0)
        return rc;
    words_reach(t, s, reach);
    rc = words_plans(t, s, why);
    return rc == 0 ? words_weights(t, s, why) : rc;
}

static void
words_notes(struct in_words *t)
{
    if (t->last == NULL)
        return;
    text_add(t->out, "\nNotes\n");
    text_wrap(t->out, "  ", "  ",
              "Plans are minimal sets of levers, the one with the least largest mean delay first, "
              "which is the one an authority takes. Times leave out queueing at a legal team.");
    if (t->sampled)
        text_wrap(t->out, "  ", "  ",
                  "Of several levers side by side the time is the expected largest, from 10,000 "
                  "draws, within a 95 % interval.");
    if (t->weighed)
        text_wrap(t->out, "  ", "  ",
                  "Importance, when an authority pursues every lever it has: taken, the "
                  "probability that it gets what the holder has; Birnbaum, how much likelier it "
                  "opens the content with that than without; criticality, the part of its chance "
                  "that hangs on the holder; RAW and RRW, how many times likelier it is with the "
                  "holder than as things are, and as things are than without it. Of a threat: that "
                  "its events hit a given account within the horizon, as things lie on this day.");
}

int
explain_text(struct text *out, const struct model *model, const struct explain_options *options,
             struct why *why)
{
    struct in_words t = {.out = out, .options = options};
    int rc = subject_each(model, options, words_subject, &t, why);

    if (rc == 0) {
        words_notes(&t);
        if (sources_write(&t.sources, out) < 0 || t.line.lost || t.without.lost)
            rc = why_no_memory(why);
    }
    sources_release(&t.sources);
    text_release(&t.without);
    text_release(&t.line);
    return rc;
}
