#include "report/story.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "report/because.h"

/* An element of the account that the authority holds, and since when. */
struct held {
    const char *element; /* in the arena */
    sim_ns since;
};

struct telling {
    const struct story *story;
    const struct trace_step *step;
    const struct world *world; /* of the step's epoch */
    struct arena arena;
    struct {
        struct held *item; /* owned; in the order obtained */
        size_t count, capacity;
    } held;
    bool lost;
};

static void
telling_release(struct telling *t)
{
    arena_release(&t->arena);
    free(t->held.item);
}

static void
hold(void *self, const char *element)
{
    struct telling *t = self;
    char *copy;

    for (size_t i = 0; i < t->held.count; i++)
        if (strcmp(t->held.item[i].element, element) == 0)
            return;
    copy = arena_text(&t->arena, element, strlen(element));
    if (copy == NULL || VEC_ROOM(&t->held) < 0)
        t->lost = true;
    else
        t->held.item[t->held.count++] = (struct held){copy, t->step->at};
}

static void
take_step(struct telling *t, const struct trace_step *step)
{
    const struct strategy *s = &t->story->model->strategy[t->story->strategy.i];

    t->step = step;
    t->world = s->epoch[step->epoch].world;
    if (step->kind == TRACE_EXECUTED)
        yield_each(t->world, &step->yield, hold, t);
}

static const char *
day_of(const struct telling *t, sim_ns at, char out[16])
{
    date_write(t->story->model->starts_unix_s + at / NS_PER_S, out);
    return out;
}

static const struct authority *
authority_of(const struct telling *t)
{
    return &t->world->authority[t->story->authority.i];
}

/* ---- one sentence for each kind of step ---- */

static void
say_classes(struct text *out, const struct telling *t)
{
    const char *gap = "";

    for (uint32_t rest = t->step->classes; rest != 0; rest &= rest - 1, gap = ", ")
        text_addf(out, "%s%s", gap, t->world->class[__builtin_ctz(rest)].is.name);
}

static void
say_lever(struct text *out, const struct telling *t)
{
    if (t->step->has_lever)
        lever_describe(t->world, &t->step->lever, out);
    else
        text_add(out, "the lever");
}

static void
say_custodian(struct text *out, const struct telling *t)
{
    const struct lever *l = &t->step->lever;

    text_add(out, t->step->has_lever && l->custodian.i != NONE
                      ? t->world->custodian[l->custodian.i].is.name
                      : "the addressee");
}

static void
say_received(struct text *out, const struct telling *t)
{
    const struct authority *a = authority_of(t);

    if (a->threat != NULL)
        text_addf(out, "%s strikes, and the account is among those concerned: ", a->is.name);
    else
        text_addf(out, "A request of %s (%s) names the account: ", a->is.name,
                  a->stream[t->step->stream].is.name);
    say_classes(out, t);
}

static void
say_planned(struct text *out, const struct telling *t)
{
    text_addf(out, "%s takes up a plan of %u lever%s", authority_of(t)->is.name, t->step->levers,
              t->step->levers == 1 ? "" : "s");
}

static void
add_word(void *self, const char *element)
{
    struct text *out = self;

    text_addf(out, "%s%s", out->length == 0 ? "" : ", ", element);
}

static void
say_executed(struct text *out, const struct telling *t)
{
    struct text elements = {0};

    yield_each(t->world, &t->step->yield, add_word, &elements);
    say_lever(out, t);
    text_addf(out, " yields %s", elements.length > 0 ? elements.s : "nothing of the account");
    out->lost |= elements.lost;
    text_release(&elements);
}

static bool
is_of_content(const struct held *h)
{
    return strcmp(h->element, "metadata") != 0;
}

/* Why it opened: what is held by now, and since when. */
static void
say_held(struct text *out, const struct telling *t)
{
    const char *gap = ": it holds ";
    char date[16];

    for (size_t i = 0; i < t->held.count; i++)
        if (is_of_content(&t->held.item[i])) {
            text_addf(out, "%s%s since %s", gap, t->held.item[i].element,
                      day_of(t, t->held.item[i].since, date));
            gap = ", ";
        }
}

static void
say_opened(struct text *out, const struct telling *t)
{
    text_add(out, "The content of the account (");
    say_classes(out, t);
    text_addf(out, ") is open to %s from now on", authority_of(t)->is.name);
    say_held(out, t);
}

static void
say_opened_metadata(struct text *out, const struct telling *t)
{
    text_add(out, "Metadata of the account (");
    say_classes(out, t);
    text_addf(out, ") are open to %s from now on", authority_of(t)->is.name);
}

static void
say_key_later(struct text *out, const struct telling *t)
{
    text_add(out, "The key obtained now opens ciphertext that was taken before (");
    say_classes(out, t);
    text_add(out, ")");
}

static void
say_left(struct text *out, const struct telling *t)
{
    (void)t;
    text_add(out, "The account has left: nothing of it lies there any more");
}

static void
say_no_plan(struct text *out, const struct telling *t)
{
    text_addf(out, "%s has no set of levers that would do", authority_of(t)->is.name);
}

/* How the other steps are told: words before the lever or custodian, and after. */
struct wording {
    const char *event; /* in JSON */
    void (*say)(struct text *out, const struct telling *t);
    const char *before, *after; /* around the lever, when `say` is NULL */
    bool custodian;             /* `before` and the custodian come first */
};

static const struct wording wording[TRACE_KINDS] = {
    [TRACE_RECEIVED] = {"received", say_received},
    [TRACE_PLANNED] = {"planned", say_planned},
    [TRACE_NO_PLAN] = {"no-plan", say_no_plan},
    [TRACE_FILED] = {"filed", NULL, "", " is filed"},
    [TRACE_NOT_GRANTED] = {"not-granted", NULL, "", " is not granted"},
    [TRACE_REVIEW] = {"review", NULL, " reviews ", "", true},
    [TRACE_REJECTED] = {"rejected", NULL, " rejects ", "", true},
    [TRACE_CHALLENGED] = {"challenged", NULL, " goes to court against ", "", true},
    [TRACE_COURT_WON] = {"court-won", NULL, " prevails in court against ", ", which falls", true},
    [TRACE_COURT_LOST] = {"court-lost", NULL, " loses in court against ", "", true},
    [TRACE_APPEALED] = {"appealed", NULL, "The loser appeals about ", ""},
    [TRACE_NARROWED] = {"narrowed", NULL, " gives metadata only to ", "", true},
    [TRACE_EXECUTED] = {"executed", say_executed},
    [TRACE_LEFT] = {"left", say_left},
    [TRACE_OPENED] = {"opened", say_opened},
    [TRACE_OPENED_METADATA] = {"opened-metadata", say_opened_metadata},
    [TRACE_KEY_LATER] = {"key-later", say_key_later},
};

static void
say_step(struct text *out, const struct telling *t)
{
    const struct wording *w = &wording[t->step->kind];

    if (w->say != NULL) {
        w->say(out, t);
        return;
    }
    if (w->custodian)
        say_custodian(out, t);
    text_add(out, w->before);
    say_lever(out, t);
    text_add(out, w->after);
}

/* The facts behind a step: why its lever yields this. */
static bool
has_reason(const struct trace_step *step)
{
    return step->kind == TRACE_EXECUTED && step->has_lever;
}

/* ---- in words ---- */

/* The requests, and whether they brought anything: in words the others are only counted. */
struct asked {
    uint32_t stream;
    uint64_t number;
    bool matters;
};
struct asked_list {
    struct asked *item; /* owned */
    size_t count, capacity;
};

static struct asked *
asked_of(struct asked_list *list, const struct trace_step *step)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i].stream == step->stream && list->item[i].number == step->number)
            return &list->item[i];
    if (VEC_ROOM(list) < 0)
        return NULL;
    list->item[list->count] = (struct asked){step->stream, step->number, false};
    return &list->item[list->count++];
}

/* A request matters when it brought an element that was not held before, or opened something. */
static int
find_what_matters(struct asked_list *list, const struct story *s)
{
    struct telling t = {.story = s};
    int rc = 0;

    for (size_t i = 0; i < s->trace->steps.count && rc == 0; i++) {
        const struct trace_step *step = &s->trace->steps.item[i];
        struct asked *asked = asked_of(list, step);
        const size_t before = t.held.count;

        take_step(&t, step);
        if (asked == NULL || t.lost)
            rc = ERR_MEMORY;
        else
            asked->matters |= t.held.count > before || step->kind == TRACE_OPENED ||
                              step->kind == TRACE_OPENED_METADATA;
    }
    telling_release(&t);
    return rc;
}

static void
text_left_out(struct text *out, const struct story *s, const struct asked_list *list)
{
    const struct authority *a = &s->model->world->authority[s->authority.i];
    size_t others = 0;

    for (size_t i = 0; i < list->count; i++)
        others += !list->item[i].matters;
    if (others > 0)
        text_addf(out,
                  "\n  Left out: %zu other %s%s that concerned the account and brought nothing "
                  "new.\n",
                  others, a->threat != NULL ? "event" : "request", others == 1 ? "" : "s");
}

static void
text_head(struct text *out, const struct story *s)
{
    const struct world *w = s->model->world;
    const char *asker = w->authority[s->authority.i].is.name;
    const char *strategy = s->model->strategy[s->strategy.i].is.name;

    if (!s->trace->found) {
        text_addf(out, "Nothing was opened to %s under %s in replication %" PRIu64 ".\n", asker,
                  strategy, s->replication);
        return;
    }
    text_addf(out,
              "Why %s of account %" PRIu64
              " of %s %s opened to %s under %s, in replication %" PRIu64 "\n\n",
              s->trace->content ? "content" : "metadata", s->trace->account + 1,
              w->cohort[s->trace->cohort.i].is.name, s->trace->content ? "was" : "were", asker,
              strategy, s->replication);
}

static void
text_step(struct text *out, const struct telling *t, struct sources *sources)
{
    struct text line = {0};
    char first[24], date[16];

    snprintf(first, sizeof first, "  %s  ", day_of(t, t->step->at, date));
    say_step(&line, t);
    text_add(&line, ".");
    text_wrap(out, first, "              ", text_str(&line));
    text_clear(&line);
    if (has_reason(t->step)) {
        lever_because(&line, t->world, &t->step->lever, &t->step->yield, sources);
        text_add(&line, ".");
        text_wrap(out, "                Because ", "                ", text_str(&line));
    }
    out->lost |= line.lost;
    text_release(&line);
}

static int
text_steps(struct text *out, const struct story *s, struct asked_list *list,
           struct sources *sources)
{
    struct telling t = {.story = s};
    int rc = find_what_matters(list, s);

    for (size_t i = 0; i < s->trace->steps.count && rc == 0; i++) {
        const struct trace_step *step = &s->trace->steps.item[i];

        take_step(&t, step);
        if (asked_of(list, step)->matters)
            text_step(out, &t, sources);
    }
    rc = t.lost ? ERR_MEMORY : rc;
    telling_release(&t);
    return rc;
}

int
story_text(struct text *out, const struct story *s, struct why *why)
{
    struct sources sources = {0};
    struct asked_list list = {0};
    int rc;

    text_head(out, s);
    rc = text_steps(out, s, &list, &sources);
    text_left_out(out, s, &list);
    if (rc == 0)
        rc = sources_write(&sources, out);
    free(list.item);
    sources_release(&sources);
    return rc < 0 ? why_no_memory(why) : 0;
}

/* ---- as JSON ---- */

static void
json_element(void *self, const char *element)
{
    json_string(self, NULL, element);
}

static void
json_lever(struct json *json, const struct telling *t)
{
    const struct trace_step *step = t->step;
    const struct lever *l = &step->lever;
    struct text addressee = {0}, because = {0};

    if (step->has_lever)
        lever_addressee(&addressee, t->world, l);
    if (has_reason(step))
        lever_because(&because, t->world, l, &step->yield, NULL);
    json_string(json, "instrument",
                !step->has_lever    ? NULL
                : l->threat != NULL ? l->threat->is.name
                                    : t->world->instrument[l->instrument.i].name);
    json_string(json, "addressee", step->has_lever ? text_str(&addressee) : NULL);
    json_open(json, "yields", '[');
    if (step->kind == TRACE_EXECUTED)
        yield_each(t->world, &step->yield, json_element, json);
    json_close(json, ']');
    json_string(json, "because", has_reason(step) ? text_str(&because) : NULL);
    json->out->lost |= addressee.lost || because.lost;
    text_release(&addressee);
    text_release(&because);
}

static void
json_held(struct json *json, const struct telling *t)
{
    char date[16];

    json_open(json, "held", '[');
    for (size_t i = 0; t->step->kind == TRACE_OPENED && i < t->held.count; i++)
        if (is_of_content(&t->held.item[i])) {
            json_open(json, NULL, '{');
            json_string(json, "element", t->held.item[i].element);
            json_string(json, "since", day_of(t, t->held.item[i].since, date));
            json_close(json, '}');
        }
    json_close(json, ']');
}

static void
json_step(struct json *json, const struct telling *t)
{
    struct text line = {0};
    char date[16];

    say_step(&line, t);
    json_open(json, NULL, '{');
    json_string(json, "date", day_of(t, t->step->at, date));
    json_string(json, "event", wording[t->step->kind].event);
    json_string(json, "text", text_str(&line));
    json_string(json, "stream", authority_of(t)->stream[t->step->stream].is.name);
    json_lever(json, t);
    json_open(json, "data", '[');
    for (uint32_t rest = t->step->classes; rest != 0; rest &= rest - 1)
        json_string(json, NULL, t->world->class[__builtin_ctz(rest)].is.name);
    json_close(json, ']');
    json_held(json, t);
    json_close(json, '}');
    json->out->lost |= line.lost;
    text_release(&line);
}

int
story_json(struct text *out, const struct story *s, struct why *why)
{
    struct telling t = {.story = s};
    struct json json = {.out = out};
    const struct world *w = s->model->world;
    const struct trace *trace = s->trace;

    json_open(&json, NULL, '{');
    json_string(&json, "strategy", s->model->strategy[s->strategy.i].is.name);
    json_string(&json, "authority", w->authority[s->authority.i].is.name);
    json_whole(&json, "replication", (int64_t)s->replication);
    json_string(&json, "exposed", !trace->found ? NULL : trace->content ? "content" : "metadata");
    json_string(&json, "cohort", trace->found ? w->cohort[trace->cohort.i].is.name : NULL);
    if (trace->found)
        json_whole(&json, "account", (int64_t)trace->account + 1);
    else
        json_string(&json, "account", NULL);
    json_open(&json, "steps", '[');
    for (size_t i = 0; i < trace->steps.count; i++) {
        take_step(&t, &trace->steps.item[i]);
        json_step(&json, &t);
    }
    json_close(&json, ']');
    json_close(&json, '}');
    text_add(out, "\n");
    telling_release(&t);
    return out->lost || t.lost ? why_no_memory(why) : 0;
}
