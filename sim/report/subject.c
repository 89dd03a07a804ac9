#include "report/subject.h"
#include <math.h>
#include <stdlib.h>

/* ---- former copies ---- */

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

int
subject_each_former(const struct subject *s,
                    int (*each)(void *self, const struct rule *, struct why *), void *self,
                    struct why *why)
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

/* ---- reach ---- */

/* Of metadata that nobody encrypts: any site, and no key. */
struct in_the_clear {
    struct formula leaf[HOLDERS_MAX];
    struct rule rule;
};

static const struct rule *
in_the_clear(struct in_the_clear *out, const struct rule *rule)
{
    uint32_t n = 0;

    for (uint64_t rest = rule->sites; rest != 0; rest &= rest - 1)
        out->leaf[n++] = (struct formula){.leaf = (uint32_t)__builtin_ctzll(rest)};
    out->rule = *rule;
    out->rule.data = (struct formula){.leaf = NONE, .need = 1, .part = out->leaf, .parts = n};
    out->rule.keys = (struct formula){.leaf = NONE};
    out->rule.fetch_stores = out->rule.stores = 0;
    out->rule.key_cache_ttl_s = 0;
    return &out->rule;
}

struct former {
    const struct subject *subject;
    struct reach *reach;
};

static int
add_former_reach(void *self, const struct rule *rule, struct why *why)
{
    const struct former *f = self;
    struct in_the_clear clear;
    uint64_t alone = 0;
    const int rc = reach_unilateral(&alone, f->subject->epoch->world,
                                    f->subject->metadata ? in_the_clear(&clear, rule) : rule,
                                    f->subject->cohort, why);

    f->reach->unilateral |= alone;
    return rc;
}

/* Who can open metadata is another question than who can open content; who can deny is not. */
static int
open_metadata(struct reach *out, const struct subject *s, struct why *why)
{
    struct in_the_clear clear;
    struct reach reach = {0};
    const int rc =
        reach_make(&reach, s->epoch->world, in_the_clear(&clear, s->rule), s->cohort, why);
    const struct set_list denial = reach.denial;

    reach.denial = out->denial;
    out->denial = denial;
    reach_release(out);
    *out = reach;
    return rc;
}

static int
ask_reach(struct reach *out, const struct subject *s, struct why *why)
{
    int rc = reach_make(out, s->epoch->world, s->rule, s->cohort, why);

    if (rc == 0 && s->metadata)
        rc = open_metadata(out, s, why);
    if (rc == 0)
        rc = subject_each_former(s, add_former_reach, &(struct former){s, out}, why);
    return rc;
}

/* ---- subjects ---- */

struct teller {
    const struct explain_options *options;
    told_subject *each;
    void *self;
};

static int
tell(const struct teller *t, const struct subject *s, struct why *why)
{
    struct reach reach = {0};
    int rc = ask_reach(&reach, s, why);

    if (rc == 0)
        rc = t->each(t->self, s, &reach, why);
    reach_release(&reach);
    return rc;
}

/* The classes that one rule serves: metadata in the clear, or all others. */
static uint32_t
classes_of(const struct subject *s, bool metadata)
{
    const struct world *w = s->epoch->world;
    uint32_t mask = 0;

    for (uint32_t c = 0; c < w->classes; c++)
        if ((w->class[c].metadata && !w->class[c].metadata_encrypted) == metadata &&
            epoch_rule(s->epoch, s->cohort, (struct class_id){c}, s->u) == s->rule)
            mask |= UINT32_C(1) << c;
    return mask;
}

/* The reads that fill the cache with the key of one account or, where accounts share it, of all who
 * are served by the rule. */
static double
cache_reads(const struct subject *s)
{
    double upper[64], reads = 0;
    const uint32_t parts = epoch_parts(s->epoch, s->cohort, upper, COUNT(upper));

    if (!s->rule->cohort_key)
        return epoch_cache_reads(s->epoch, s->cohort, s->rule, s->u);
    for (uint32_t p = 0; p < parts && p < COUNT(upper); p++) {
        const double low = p == 0 ? 0 : upper[p - 1];

        reads += (upper[p] - low) *
                 epoch_cache_reads(s->epoch, s->cohort, s->rule, (low + upper[p]) / 2);
    }
    return reads * s->epoch->world->cohort[s->cohort.i].accounts;
}

static int
tell_rule(const struct teller *t, struct subject *s, struct why *why)
{
    int rc = 0;

    s->reads_per_s = cache_reads(s);
    for (int metadata = 0; metadata < 2 && rc == 0; metadata++) {
        s->metadata = metadata != 0;
        s->classes = classes_of(s, s->metadata);
        if (s->classes != 0)
            rc = tell(t, s, why);
    }
    return rc;
}

/* Every rule that serves some of a cohort, in the order of the placement list. */
static int
tell_cohort(const struct teller *t, struct subject *s, struct why *why)
{
    double upper[64];
    const uint32_t parts = epoch_parts(s->epoch, s->cohort, upper, COUNT(upper));
    int rc = 0;

    for (uint32_t p = 0; p < parts && p < COUNT(upper) && rc == 0; p++) {
        const double low = p == 0 ? 0 : upper[p - 1];

        s->u = (low + upper[p]) / 2;
        s->share = upper[p] - low;
        for (uint32_t r = 0; r < s->epoch->rules && rc == 0; r++) {
            s->rule = &s->epoch->rule[r];
            rc = tell_rule(t, s, why);
        }
    }
    return rc;
}

int
subject_each(const struct model *m, const struct explain_options *options, told_subject *each,
             void *self, struct why *why)
{
    const struct teller teller = {options, each, self};
    const sim_ns on = options->on == SIM_NEVER ? m->horizon - NS_PER_DAY : options->on;
    int rc = 0;

    for (uint32_t i = 0; i < m->strategies && rc == 0; i++) {
        struct subject s = {.model = m, .strategy = &m->strategy[i], .on = on < 0 ? 0 : on};

        if ((options->strategies >> i & 1) == 0)
            continue;
        s.epoch = epoch_at(s.strategy, s.on);
        for (s.cohort.i = 0; s.cohort.i < s.epoch->world->cohorts && rc == 0; s.cohort.i++)
            rc = tell_cohort(&teller, &s, why);
    }
    return rc;
}

void
subject_date(const struct subject *s, char out[16])
{
    date_write(s->model->starts_unix_s + s->on / NS_PER_S, out);
}

/* ---- plans ---- */

struct yield
subject_yield(const struct subject *s, const struct lever *lever)
{
    const struct rule *rule = s->rule;

    if (!s->metadata)
        return lever_yield(s->epoch->world, lever, rule, s->cohort, rule->sites, rule->stores);
    struct in_the_clear clear;

    return lever_yield(s->epoch->world, lever, in_the_clear(&clear, rule), s->cohort, rule->sites,
                       0);
}

static int
list_levers(struct lever_list *out, const struct world *w, const struct authority *a,
            uint64_t through, struct why *why)
{
    return a->threat != NULL ? lever_list_make_threat(out, w, a->threat, why)
                             : lever_list_make(out, w, a->jurisdiction, through, why);
}

static struct plan_question
question_of(const struct subject *s, const struct lever_list *levers)
{
    return (struct plan_question){.world = s->epoch->world,
                                  .cohort = s->cohort,
                                  .rule = &s->rule,
                                  .sites = &s->rule->sites,
                                  .stores = &s->rule->stores,
                                  .reads_per_s = &s->reads_per_s,
                                  .classes = &s->classes,
                                  .rules = 1,
                                  .levers = levers,
                                  .want = s->metadata ? WANT_METADATA : WANT_CONTENT};
}

/* Can the stream ask for this, of this cohort? A threat without targets concerns every cohort. */
static bool
concerns(const struct subject *s, const struct request_stream *stream)
{
    return stream->asks == ASKS_DISCLOSURE && (s->metadata || stream->wants_content > 0) &&
           (stream->classes & s->classes) != 0 &&
           (stream->target == NULL || stream->target[s->cohort.i] > 0);
}

/* The streams from `first` on that concern the subject and go through the same instruments. */
static uint64_t
like_streams(const struct subject *s, const struct authority *a, uint32_t first)
{
    uint64_t mask = 0;

    for (uint32_t i = first; i < a->streams && i < 64; i++)
        if (a->stream[i].through == a->stream[first].through && concerns(s, &a->stream[i]))
            mask |= UINT64_C(1) << i;
    return mask;
}

static int
make_plans(struct channel_plans *p, const struct subject *s, struct why *why)
{
    const struct world *w = s->epoch->world;
    int rc = list_levers(&p->levers, w, p->authority, p->through, why);

    p->sample =
        (struct delay_sample){.world = w, .levers = &p->levers, .seed = s->model->study.seed};
    if (rc == 0) {
        struct plan_question q = question_of(s, &p->levers);
        uint32_t asked = 0;
        const struct threat *threat = p->authority->threat;

        /* the last lever is on all targets, which nothing ever hits without common causes */
        if (threat != NULL && threat->common_cause <= 0 && p->levers.count > 1)
            q.refused = UINT64_C(1) << (p->levers.count - 1);
        for (uint64_t rest = p->streams; rest != 0; rest &= rest - 1)
            asked |= p->authority->stream[__builtin_ctzll(rest)].classes & s->classes;
        q.classes = &asked;
        rc = plan_list_make(&p->plans, &q, why);
    }
    return rc;
}

typedef int told_channel(void *self, const struct subject *, struct channel_plans *, struct why *);

static int
tell_channels(const struct subject *s, const struct authority *a, told_channel *each, void *self,
              struct why *why)
{
    struct channel_plans p = {.authority = a};
    uint64_t told = 0;
    int rc = 0;

    for (uint32_t i = 0; i < a->streams && i < 64 && rc == 0; i++) {
        p.streams = like_streams(s, a, i) & ~told;
        p.through = a->stream[i].through;
        if ((p.streams >> i & 1) == 0)
            continue;
        rc = make_plans(&p, s, why);
        if (rc == 0)
            rc = each(self, s, &p, why);
        delay_sample_release(&p.sample);
        told |= p.streams;
        p.before[p.channels_before++] = p.through;
    }
    plan_list_release(&p.plans);
    lever_list_release(&p.levers);
    return rc;
}

int
subject_each_channel(const struct subject *s, const struct explain_options *o, told_channel *each,
                     void *self, struct why *why)
{
    const struct world *w = s->epoch->world;
    int rc = 0;

    for (uint32_t a = 0; a < w->authorities && rc == 0; a++)
        if (o->authority.i == NONE || o->authority.i == a)
            rc = tell_channels(s, &w->authority[a], each, self, why);
    return rc;
}

/* A minimal set of levers is as minimal among more of them. */
bool
plan_was_told(const struct channel_plans *p, const struct plan *plan)
{
    uint64_t used = 0;

    for (uint64_t rest = plan->levers; rest != 0 && p->authority->threat == NULL; rest &= rest - 1)
        used |= UINT64_C(1) << p->levers.item[__builtin_ctzll(rest)].instrument.i;
    for (uint32_t i = 0; i < p->channels_before; i++)
        if ((used & ~p->before[i]) == 0)
            return true;
    return false;
}

/* ---- importance ---- */

static bool
matters(const struct importance_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i].birnbaum > 0)
            return true;
    return false;
}

int
subject_each_importance(const struct subject *s, const struct explain_options *o,
                        void (*each)(void *self, const struct subject *, const struct authority *,
                                     const struct importance_list *),
                        void *self, struct why *why)
{
    const struct world *w = s->epoch->world;
    struct lever_list levers = {0};
    struct importance_list list = {0};
    double chance[64];
    int rc = 0;

    for (uint32_t i = 0; i < w->authorities && !s->metadata && rc == 0; i++) {
        const struct authority *a = &w->authority[i];
        struct plan_question q = question_of(s, &levers);
        uint64_t through = 0;
        bool any = false;

        for (uint32_t k = 0; k < a->streams; k++)
            if (concerns(s, &a->stream[k])) {
                through |= a->stream[k].through;
                any = true;
            }
        if (!any || (o->authority.i != NONE && o->authority.i != i))
            continue;
        rc = list_levers(&levers, w, a, through, why);
        if (a->threat != NULL && rc == 0) {
            importance_of_threat(chance, w, &levers, &a->stream[0], s->cohort,
                                 seconds_from_ns(s->model->horizon));
            q.chance = chance;
        }
        if (rc == 0)
            rc = importance_make(&list, &q, why);
        if (rc == 0 && matters(&list))
            each(self, s, a, &list);
    }
    importance_release(&list);
    lever_list_release(&levers);
    return rc;
}
