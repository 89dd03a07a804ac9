#include "report/explain.h"
#include "base/json.h"
#include "model/reach.h"
#include "report/because.h"
#include <math.h>
#include <stdlib.h>

/* One thing to explain: the accounts of a cohort that one rule serves for some data classes. */
struct subject {
    const struct model *model;
    const struct strategy *strategy;
    const struct epoch *epoch;
    const struct rule *rule;
    struct cohort_id cohort;
    uint32_t classes;   /* mask */
    double u;           /* an account of this part (epoch_rule) */
    double share;       /* of the cohort's accounts */
    double reads_per_s; /* of one account, that fill the rule's key cache */
    sim_ns on;
};

/* How words and JSON differ: what to do with each subject and each plan. */
struct teller {
    int (*subject)(void *self, const struct subject *s, const struct reach *reach, struct why *why);
    void *self;
    const struct explain_options *options;
};

static uint32_t
classes_of(const struct epoch *e, struct cohort_id cohort, const struct rule *rule, double u,
           uint32_t classes)
{
    uint32_t mask = 0;

    for (uint32_t c = 0; c < classes; c++)
        if (epoch_rule(e, cohort, (struct class_id){c}, u) == rule)
            mask |= UINT32_C(1) << c;
    return mask;
}

/* When the copies that a placement left behind are gone: SIM_NEVER when they stay, or it still is.
 */
static sim_ns
copies_gone_at(const struct strategy *s, const struct epoch *placed)
{
    for (const struct epoch *e = placed + 1; e < s->epoch + s->epochs; e++)
        if (e->moved)
            return e->old_copies_for > SIM_NEVER - e->from ? SIM_NEVER
                                                           : e->from + e->old_copies_for;
    return SIM_NEVER;
}

/* Calls `each` for every former rule whose holders still have theirs and hold more than now. */
static int
each_former(const struct subject *s, int (*each)(void *, const struct rule *, struct why *),
            void *self, struct why *why)
{
    const struct class_id class = {(uint32_t)__builtin_ctz(s->classes)};
    const struct rule *last = s->rule;
    int rc = 0;

    for (const struct epoch *e = s->strategy->epoch; e < s->epoch && rc == 0; e++) {
        const struct rule *rule = epoch_rule(e, s->cohort, class, s->u);

        if (rule == NULL || copies_gone_at(s->strategy, e) <= s->on ||
            (rule->sites == last->sites && rule->stores == last->stores) ||
            (rule->sites == s->rule->sites && rule->stores == s->rule->stores))
            continue;
        last = rule;
        rc = each(self, rule, why);
    }
    return rc;
}

struct former {
    const struct subject *subject;
    struct reach *reach;
};

static int
add_former_reach(void *self, const struct rule *rule, struct why *why)
{
    struct former *f = self;
    uint64_t alone = 0;
    const int rc =
        reach_unilateral(&alone, f->subject->epoch->world, rule, f->subject->cohort, why);

    f->reach->unilateral |= alone;
    return rc;
}

static int
tell_subject(const struct teller *t, struct subject *s, struct why *why)
{
    struct reach reach = {0};
    int rc = reach_make(&reach, s->epoch->world, s->rule, s->cohort, why);

    if (rc == 0)
        rc = each_former(s, add_former_reach, &(struct former){s, &reach}, why);
    if (rc == 0)
        rc = t->subject(t->self, s, &reach, why);
    reach_release(&reach);
    return rc;
}

/* Every rule that serves some of a cohort, in the order of the placement list. */
static int
each_rule(const struct teller *t, struct subject *s, struct why *why)
{
    double upper[64];
    const uint32_t parts = epoch_parts(s->epoch, s->cohort, upper, COUNT(upper));
    int rc = 0;

    for (uint32_t p = 0; p < parts && p < COUNT(upper) && rc == 0; p++) {
        const double low = p == 0 ? 0 : upper[p - 1];

        for (uint32_t r = 0; r < s->epoch->rules && rc == 0; r++) {
            s->rule = &s->epoch->rule[r];
            s->u = (low + upper[p]) / 2;
            s->share = upper[p] - low;
            s->reads_per_s = epoch_cache_reads(s->epoch, s->cohort, s->rule, (low + upper[p]) / 2);
            s->classes = classes_of(s->epoch, s->cohort, s->rule, (low + upper[p]) / 2,
                                    s->epoch->world->classes);
            if (s->classes != 0)
                rc = tell_subject(t, s, why);
        }
    }
    return rc;
}

static int
each_subject(const struct teller *t, const struct model *m, struct why *why)
{
    const sim_ns on = t->options->on == SIM_NEVER ? m->horizon - NS_PER_DAY : t->options->on;
    int rc = 0;

    for (uint32_t i = 0; i < m->strategies && rc == 0; i++) {
        struct subject s = {.model = m, .strategy = &m->strategy[i], .on = on < 0 ? 0 : on};

        if ((t->options->strategies >> i & 1) == 0)
            continue;
        s.epoch = epoch_at(s.strategy, s.on);
        for (s.cohort.i = 0; s.cohort.i < s.epoch->world->cohorts && rc == 0; s.cohort.i++)
            rc = each_rule(t, &s, why);
    }
    return rc;
}

/* ---- plans of one request stream for a subject ---- */

/* Streams of one authority that go through the same instruments have the same plans. */
struct stream_plans {
    const struct authority *authority;
    uint64_t streams; /* mask of the authority's streams that can be about the subject */
    uint64_t through;
    struct lever_list levers;
    struct plan_list plans;
};

static int
stream_plans_make(struct stream_plans *out, const struct subject *s, struct why *why)
{
    const struct world *w = s->epoch->world;
    int rc = lever_list_make(&out->levers, w, out->authority->jurisdiction, out->through, why);
    const struct plan_question q = {.world = w,
                                    .cohort = s->cohort,
                                    .rule = &s->rule,
                                    .sites = &s->rule->sites,
                                    .stores = &s->rule->stores,
                                    .rules = 1,
                                    .levers = &out->levers,
                                    .want = WANT_CONTENT};

    return rc == 0 ? plan_list_make(&out->plans, &q, why) : rc;
}

/* The streams from `first` on with its instruments that name this cohort and these classes. */
static uint64_t
like_streams(const struct subject *s, const struct authority *a, uint32_t first)
{
    uint64_t mask = 0;

    for (uint32_t i = first; i < a->streams && i < 64; i++) {
        const struct request_stream *stream = &a->stream[i];

        if (stream->through == a->stream[first].through && stream->target[s->cohort.i] > 0 &&
            (stream->classes & s->classes) != 0)
            mask |= UINT64_C(1) << i;
    }
    return mask;
}

/* Calls `each` for every channel of the authorities asked for. */
static int
each_stream(const struct subject *s, const struct explain_options *o,
            void (*each)(void *self, const struct subject *, const struct stream_plans *),
            void *self, struct why *why)
{
    const struct world *w = s->epoch->world;
    int rc = 0;

    for (uint32_t a = 0; a < w->authorities && rc == 0; a++) {
        uint64_t told = 0;

        if (o->authority.i != NONE && o->authority.i != a)
            continue;
        for (uint32_t i = 0; i < w->authority[a].streams && i < 64 && rc == 0; i++) {
            struct stream_plans p = {
                .authority = &w->authority[a],
                .streams = like_streams(s, &w->authority[a], i) & ~told,
                .through = w->authority[a].stream[i].through,
            };

            if ((p.streams >> i & 1) != 0) {
                rc = stream_plans_make(&p, s, why);
                if (rc == 0)
                    each(self, s, &p);
            }
            told |= p.streams;
            plan_list_release(&p.plans);
            lever_list_release(&p.levers);
        }
    }
    return rc;
}

static void
date_of_subject(const struct subject *s, char out[16])
{
    date_write(s->model->starts_unix_s + s->on / NS_PER_S, out);
}

/* ---- in words ---- */

struct in_words {
    struct text *out;
    const struct explain_options *options;
    const struct strategy *last;
};

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

static void
words_set(struct text *out, const struct world *w, uint64_t set, name_of *name, const char *join)
{
    const char *gap = "";

    for (; set != 0; set &= set - 1) {
        text_addf(out, "%s%s", gap, name(w, (uint32_t)__builtin_ctzll(set)));
        gap = join;
    }
}

static void
words_sets(struct text *out, const struct world *w, const struct set_list *sets, name_of *name,
           const char *none)
{
    for (size_t i = 0; i < sets->count; i++) {
        if (i > 0)
            text_add(out, ", or ");
        words_set(out, w, sets->item[i], name, " + ");
    }
    text_addf(out, "%s\n", sets->count == 0 ? none : "");
}

static void
words_element(void *self, const char *element)
{
    struct text *out = self;

    text_addf(out, "%s%s", out->length == 0 ? "" : ", ", element);
}

static void
words_lever(struct text *out, const struct subject *s, const struct lever *l)
{
    const struct world *w = s->epoch->world;
    const struct yield y = lever_yield(w, l, s->rule, s->cohort, s->rule->sites, s->rule->stores);
    struct text elements = {0};

    text_add(out, "       - ");
    lever_describe(w, l, out);
    yield_each(w, &y, words_element, &elements);
    text_addf(out, " yields %s,\n         because ", text_str(&elements));
    lever_because(out, w, l, &y);
    text_add(out, ".\n");
    text_release(&elements);
}

static void
words_stream(void *self, const struct subject *s, const struct stream_plans *p)
{
    struct text *out = ((struct in_words *)self)->out;

    const char *gap = "/";

    text_addf(out, "  plans of %s", p->authority->is.name);
    for (uint64_t rest = p->streams; rest != 0; rest &= rest - 1) {
        text_addf(out, "%s%s", gap, p->authority->stream[__builtin_ctzll(rest)].is.name);
        gap = ", ";
    }
    text_addf(out, ":%s\n",
              p->plans.count == 0 ? " none: its instruments do not reach enough" : "");
    for (size_t i = 0; i < p->plans.count; i++) {
        const struct plan *plan = &p->plans.item[i];

        text_addf(out, "    %zu. %.3g d on average, probability %.3g\n", i + 1, plan->days,
                  plan->probability);
        for (uint64_t rest = plan->levers; rest != 0; rest &= rest - 1)
            words_lever(out, s, &p->levers.item[__builtin_ctzll(rest)]);
    }
}

static void
words_head(struct in_words *t, const struct subject *s)
{
    const struct world *w = s->epoch->world;
    char date[16];
    const char *gap = "";

    date_of_subject(s, date);
    if (t->last != s->strategy)
        text_addf(t->out, "%s%s, on %s\n", t->last == NULL ? "" : "\n", s->strategy->is.name, date);
    t->last = s->strategy;
    text_addf(t->out, "\n  %s", w->cohort[s->cohort.i].is.name);
    if (s->share < 1)
        text_addf(t->out, " (%.3g %% of the accounts)", 100 * s->share);
    text_add(t->out, ": ");
    for (uint32_t c = 0; c < w->classes; c++)
        if ((s->classes >> c & 1) != 0) {
            text_addf(t->out, "%s%s", gap, w->class[c].is.name);
            gap = ", ";
        }
    text_add(t->out, "\n  ciphertext at       ");
    formula_write(t->out, w, &s->rule->data, false);
    text_add(t->out, "\n  key in              ");
    formula_write(t->out, w, &s->rule->keys, true);
    if (s->rule->key_cache_ttl_s > 0)
        text_addf(t->out, ", cached at the gateway for %.4g s", s->rule->key_cache_ttl_s);
    text_add(t->out, "\n");
}

struct former_words {
    struct text *out;
    const struct world *world;
};

static int
words_former(void *self, const struct rule *rule, struct why *why)
{
    struct former_words *w = self;

    (void)why;
    text_add(w->out, "  former copies at    ");
    formula_write(w->out, w->world, &rule->data, false);
    text_add(w->out, ", key in ");
    formula_write(w->out, w->world, &rule->keys, true);
    text_add(w->out, " (counted for `alone`, not for sets and plans)\n");
    return 0;
}

static int
words_subject(void *self, const struct subject *s, const struct reach *reach, struct why *why)
{
    struct in_words *t = self;
    const struct world *w = s->epoch->world;
    int rc;

    words_head(t, s);
    rc = each_former(s, words_former, &(struct former_words){t->out, w}, why);
    if (rc != 0)
        return rc;
    text_add(t->out, "  can open it alone   ");
    words_set(t->out, w, reach->unilateral, jurisdiction_name, ", ");
    text_add(t->out, reach->unilateral == 0 ? "no jurisdiction\n" : "\n");
    text_add(t->out, "  can open it         jurisdictions: ");
    words_sets(t->out, w, &reach->jurisdictions, jurisdiction_name, "none, even all together");
    text_add(t->out, "                      custodians: ");
    words_sets(t->out, w, &reach->custodians, custodian_name, "none, even all together");
    text_add(t->out, "  can deny access     custodians: ");
    words_sets(t->out, w, &reach->denial, custodian_name, "none");
    return each_stream(s, t->options, words_stream, t, why);
}

int
explain_text(struct text *out, const struct model *model, const struct explain_options *options,
             struct why *why)
{
    struct in_words words = {.out = out, .options = options};
    const struct teller teller = {words_subject, &words, options};
    const int rc = each_subject(&teller, model, why);

    return rc == 0 && out->lost ? why_no_memory(why) : rc;
}

/* ---- as JSON ---- */

struct in_json {
    struct json json;
    const struct explain_options *options;
};

static void
json_set(struct json *json, const char *name, const struct world *w, uint64_t set, name_of *of)
{
    json_open(json, name, '[');
    for (; set != 0; set &= set - 1)
        json_string(json, NULL, of(w, (uint32_t)__builtin_ctzll(set)));
    json_close(json, ']');
}

static void
json_sets(struct json *json, const char *name, const struct world *w, const struct set_list *sets,
          name_of *of)
{
    json_open(json, name, '[');
    for (size_t i = 0; i < sets->count; i++)
        json_set(json, NULL, w, sets->item[i], of);
    json_close(json, ']');
}

static void
json_element(void *self, const char *element)
{
    json_string(self, NULL, element);
}

static void
json_lever(struct json *json, const struct subject *s, const struct lever *l)
{
    const struct world *w = s->epoch->world;
    const struct yield y = lever_yield(w, l, s->rule, s->cohort, s->rule->sites, s->rule->stores);
    struct text because = {0};
    const char *addressee = l->custodian.i != NONE ? w->custodian[l->custodian.i].is.name
                            : l->place.i != NONE   ? w->place[l->place.i].is.name
                            : l->cohort.i != NONE  ? w->cohort[l->cohort.i].is.name
                                                   : NULL;

    json_open(json, NULL, '{');
    json_string(json, "instrument", w->instrument[l->instrument.i].name);
    json_string(json, "addressee", addressee);
    json_string(json, "partner", l->treaty != NULL ? w->jurisdiction[l->acting.i].is.name : NULL);
    json_open(json, "yields", '[');
    yield_each(w, &y, json_element, json);
    json_close(json, ']');
    json_number(json, "days", lever_mean_delay_s(w, l) / 86400);
    json_number(json, "probability", lever_content_probability(w, l));
    lever_because(&because, w, l, &y);
    json_string(json, "because", text_str(&because));
    json_close(json, '}');
    text_release(&because);
}

static void
json_plan(struct json *json, const struct subject *s, const struct stream_plans *p, size_t plan,
          const struct request_stream *stream)
{
    json_open(json, NULL, '{');
    json_string(json, "authority", p->authority->is.name);
    json_string(json, "stream", stream->is.name);
    json_open(json, "levers", '[');
    for (uint64_t rest = p->plans.item[plan].levers; rest != 0; rest &= rest - 1)
        json_lever(json, s, &p->levers.item[__builtin_ctzll(rest)]);
    json_close(json, ']');
    json_number(json, "days", p->plans.item[plan].days);
    json_number(json, "probability", p->plans.item[plan].probability);
    json_close(json, '}');
}

static void
json_stream(void *self, const struct subject *s, const struct stream_plans *p)
{
    struct json *json = &((struct in_json *)self)->json;

    for (uint64_t rest = p->streams; rest != 0; rest &= rest - 1)
        for (size_t i = 0; i < p->plans.count; i++)
            json_plan(json, s, p, i, &p->authority->stream[__builtin_ctzll(rest)]);
}

static int
json_subject_of_class(struct in_json *t, const struct subject *s, const struct reach *reach,
                      uint32_t class, struct why *why)
{
    struct json *json = &t->json;
    const struct world *w = s->epoch->world;
    char date[16];
    int rc;

    date_of_subject(s, date);
    json_open(json, NULL, '{');
    json_string(json, "name", s->strategy->is.name);
    json_string(json, "cohort", w->cohort[s->cohort.i].is.name);
    json_string(json, "data", w->class[class].is.name);
    json_string(json, "date", date);
    json_number(json, "share", s->share);
    json_set(json, "unilateral", w, reach->unilateral, jurisdiction_name);
    json_open(json, "coercion", '{');
    json_sets(json, "jurisdictions", w, &reach->jurisdictions, jurisdiction_name);
    json_sets(json, "custodians", w, &reach->custodians, custodian_name);
    json_close(json, '}');
    json_sets(json, "denial", w, &reach->denial, custodian_name);
    json_open(json, "plans", '[');
    rc = each_stream(s, t->options, json_stream, t, why);
    json_close(json, ']');
    json_close(json, '}');
    return rc;
}

static int
json_subject(void *self, const struct subject *s, const struct reach *reach, struct why *why)
{
    int rc = 0;

    for (uint32_t c = 0; c < s->epoch->world->classes && rc == 0; c++)
        if ((s->classes >> c & 1) != 0)
            rc = json_subject_of_class(self, s, reach, c, why);
    return rc;
}

int
explain_json(struct text *out, const struct model *model, const struct explain_options *options,
             struct why *why)
{
    struct in_json in = {.json = {.out = out}, .options = options};
    const struct teller teller = {json_subject, &in, options};
    int rc;

    json_open(&in.json, NULL, '{');
    json_open(&in.json, "strategies", '[');
    rc = each_subject(&teller, model, why);
    json_close(&in.json, ']');
    json_close(&in.json, '}');
    text_add(out, "\n");
    return rc == 0 && out->lost ? why_no_memory(why) : rc;
}
