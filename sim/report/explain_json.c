/* What `explain` finds, as JSON. */
#include "base/json.h"
#include "report/because.h"
#include "report/subject.h"

/* Of each channel so many plans, the quickest: each is told with its reasons and a sampled time. */
#define TOLD_MOST 1000

struct in_json {
    struct json json;
    const struct explain_options *options;
    uint64_t untold; /* plans of the subject that are left out */
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
    const struct yield y = subject_yield(s, l);
    struct text because = {0}, addressee = {0};

    lever_because(&because, w, l, &y, NULL);
    lever_addressee(&addressee, w, l);
    json_open(json, NULL, '{');
    json_string(json, "instrument",
                l->threat != NULL ? l->threat->is.name : w->instrument[l->instrument.i].name);
    json_string(json, "addressee", text_str(&addressee));
    json_open(json, "yields", '[');
    yield_each(w, &y, json_element, json);
    json_close(json, ']');
    json_number(json, "days", lever_mean_delay_s(w, l) / 86400);
    json_number(json, "probability",
                s->metadata ? lever_metadata_probability(w, l) : lever_content_probability(w, l));
    json_string(json, "because", text_str(&because));
    json_close(json, '}');
    json->out->lost |= because.lost || addressee.lost;
    text_release(&because);
    text_release(&addressee);
}

static int
json_plan(struct json *json, const struct subject *s, struct channel_plans *p,
          const struct plan *plan, struct why *why)
{
    struct expected_days e;
    const int rc = delay_expected(&e, &p->sample, plan->levers, why);

    if (rc != 0)
        return rc;
    json_open(json, NULL, '{');
    json_string(json, "authority", p->authority->is.name);
    json_open(json, "levers", '[');
    for (uint64_t rest = plan->levers; rest != 0; rest &= rest - 1)
        json_lever(json, s, &p->levers.item[__builtin_ctzll(rest)]);
    json_close(json, ']');
    json_number(json, "days", e.days);
    json_number(json, "probability", plan->probability);
    json_close(json, '}');
    return 0;
}

static int
json_channel(void *self, const struct subject *s, struct channel_plans *p, struct why *why)
{
    struct in_json *t = self;
    int rc = 0;

    for (size_t i = 0; i < p->plans.count && i < TOLD_MOST && rc == 0; i++)
        if (!plan_was_told(p, &p->plans.item[i]))
            rc = json_plan(&t->json, s, p, &p->plans.item[i], why);
    if (p->plans.total > TOLD_MOST)
        t->untold += p->plans.total - TOLD_MOST;
    return rc;
}

static void
json_importance(void *self, const struct subject *s, const struct authority *a,
                const struct importance_list *list)
{
    struct json *json = &((struct in_json *)self)->json;
    const struct world *w = s->epoch->world;

    for (size_t i = 0; i < list->count; i++) {
        const struct importance *row = &list->item[i];

        json_open(json, NULL, '{');
        json_string(json, "authority", a->is.name);
        json_string(json, "holder",
                    row->is_store ? w->store[row->holder].is.name : w->site[row->holder].is.name);
        json_string(json, "kind", row->is_store ? "key-store" : "site");
        json_number(json, "taken", row->taken);
        json_number(json, "birnbaum", row->birnbaum);
        json_number(json, "criticality", row->criticality);
        json_number(json, "achievement", row->achievement);
        json_number(json, "reduction", row->reduction);
        json_close(json, '}');
    }
}

static void
json_reach(struct json *json, const struct world *w, const struct reach *reach)
{
    json_set(json, "unilateral", w, reach->unilateral, jurisdiction_name);
    json_open(json, "coercion", '{');
    json_sets(json, "jurisdictions", w, &reach->jurisdictions, jurisdiction_name);
    json_sets(json, "custodians", w, &reach->custodians, custodian_name);
    json_close(json, '}');
    json_sets(json, "denial", w, &reach->denial, custodian_name);
}

static int
json_class(struct in_json *t, const struct subject *s, const struct reach *reach, struct why *why)
{
    struct json *json = &t->json;
    const struct world *w = s->epoch->world;
    char date[16];
    int rc;

    subject_date(s, date);
    json_open(json, NULL, '{');
    json_string(json, "name", s->strategy->is.name);
    json_string(json, "cohort", w->cohort[s->cohort.i].is.name);
    json_string(json, "data", w->class[__builtin_ctz(s->classes)].is.name);
    json_string(json, "date", date);
    if (s->share < 1) /* else two rows would look alike */
        json_number(json, "share", s->share);
    json_reach(json, w, reach);
    t->untold = 0;
    json_open(json, "plans", '[');
    rc = subject_each_channel(s, t->options, json_channel, t, why);
    json_close(json, ']');
    if (t->untold > 0)
        json_number(json, "other_plans", (double)t->untold);
    json_open(json, "importance", '[');
    if (rc == 0)
        rc = subject_each_importance(s, t->options, json_importance, t, why);
    json_close(json, ']');
    json_close(json, '}');
    return rc;
}

static int
json_subject(void *self, const struct subject *s, const struct reach *reach, struct why *why)
{
    struct subject one = *s;
    int rc = 0;

    for (uint32_t rest = s->classes; rest != 0 && rc == 0; rest &= rest - 1) {
        one.classes = rest & -rest;
        rc = json_class(self, &one, reach, why);
    }
    return rc;
}

int
explain_json(struct text *out, const struct model *model, const struct explain_options *options,
             struct why *why)
{
    struct in_json in = {.json = {.out = out}, .options = options};
    int rc;

    json_open(&in.json, NULL, '{');
    json_open(&in.json, "strategies", '[');
    rc = subject_each(model, options, json_subject, &in, why);
    json_close(&in.json, ']');
    json_close(&in.json, '}');
    text_add(out, "\n");
    return rc == 0 && out->lost ? why_no_memory(why) : rc;
}
