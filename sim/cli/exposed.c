#include "cli/exposed.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "crypto/digest.h"
#include "report/story.h"

/* The run, and its scenario opened anew. */
struct kept {
    struct run run;
    struct run_identity identity;
    char *text;       /* owned: the scenario's, cut into overrides */
    struct text path; /* the scenario's beside the database */
    struct scenario *scenario;
    struct model *model;
};

static void
kept_release(struct kept *k)
{
    model_free(k->model);
    scenario_close(k->scenario);
    free(k->text);
    text_release(&k->path);
    run_release(&k->run);
}

/* ---- the scenario of the run ---- */

/* The run's overrides: in its text each is a heading "# --set PATH=VALUE" above its value. */
static void
take_overrides(struct kept *k, struct cli_scenario *in)
{
    static const char heading[] = "\n# --set ";
    char *at = k->text;

    while ((at = strstr(at, heading)) != NULL) {
        char *set = at + sizeof heading - 1;
        char *value = strchr(set, '='), *end = strchr(set, '\n');
        const size_t length =
            value != NULL && end != NULL && value < end ? (size_t)(end - value) : 0;

        at = set;
        if (length == 0 || strncmp(end + 1, value + 1, length) != 0)
            continue; /* a comment that looks like one */
        *end = '\0';
        at = end + 1;
        if (!cli_add_set(in, set))
            return;
    }
}

static int
check_same(struct kept *k, const struct cli_scenario *in, const char *db, struct why *why)
{
    const char *text = scenario_text(k->scenario);
    char hash[65];
    const int rc = digest_sha256_hex(text, strlen(text), hash, why);

    if (rc == 0 && strcmp(hash, k->identity.scenario_hash) != 0)
        return why_add(why, ERR_INPUT, NULL,
                       "jurisim: %s is not what %s was simulated from: it, or a file that it "
                       "includes, has changed since, or --set differs; run it again first",
                       in->path, db);
    return rc;
}

/* The file that the run names: as it was written then, or from the database's folder. */
static int
find_scenario(struct kept *k, struct cli_scenario *in, const char *db, struct why *why)
{
    const char *name = k->identity.scenario_name, *slash = strrchr(db, '/');

    if (name != NULL && name[0] != '/' && slash != NULL) {
        text_add_bytes(&k->path, db, (size_t)(slash + 1 - db));
        text_add(&k->path, name);
    }
    if (name != NULL && access(name, R_OK) == 0)
        in->path = name;
    else if (k->path.length > 0 && access(text_str(&k->path), R_OK) == 0)
        in->path = text_str(&k->path);
    else
        return why_add(why, ERR_INPUT, NULL,
                       "jurisim: %s was simulated from %s, which cannot be read here: name the "
                       "scenario, as in jurisim explain --exposed %s SCENARIO",
                       db, name != NULL ? name : "a scenario", db);
    return 0;
}

static int
open_scenario(struct kept *k, struct cli_scenario *in, const char *db, struct why *why)
{
    int rc = in->path == NULL ? find_scenario(k, in, db, why) : 0;

    if (rc != 0)
        return rc;
    k->text = k->identity.scenario_text != NULL ? strdup(k->identity.scenario_text) : NULL;
    if (k->text == NULL)
        return why_no_memory(why);
    if (in->sets == 0)
        take_overrides(k, in);
    if (in->costs == NULL && k->identity.costs != NULL &&
        strcmp(k->identity.costs, "reference") != 0)
        in->costs = k->identity.costs;
    rc = cli_open_scenario(in, &k->scenario, why);
    return rc == 0 ? check_same(k, in, db, why) : rc;
}

/* ---- which account ---- */

struct found {
    uint32_t strategy, authority;
    uint64_t replication;
};

static int
find_name(const char *const *names, uint32_t count, const char *kind, const char *name,
          uint32_t *out, struct why *why)
{
    const char *near;

    for (uint32_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return 0;
        }
    near = text_nearest(name, names, count);
    return why_add(why, ERR_INPUT, NULL, "jurisim: no %s is called '%s'%s%s%s", kind, name,
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                   near != NULL ? "'?" : "");
}

#define ANY_REPLICATION UINT64_MAX

/* The first replication, or the one that `out` asks for, in which `metric` is above 0. */
static bool
first_of(const struct kept *k, enum metric_id metric, uint32_t strategy, uint32_t authority,
         struct found *out)
{
    const struct outcome *o = &k->run.outcome;
    const struct series *s =
        outcome_find(o, strategy, metric, label_with(label_total, LABEL_AUTHORITY, authority));

    for (size_t i = 0; s != NULL && i < s->count; i++) {
        const uint64_t replication = outcome_replication(o, PLANE_LEGAL, i);

        if (s->value[i] > 0 &&
            (out->replication == ANY_REPLICATION || out->replication == replication)) {
            *out = (struct found){strategy, authority, replication};
            return true;
        }
    }
    return false;
}

/* Content before metadata; then by strategy, authority and replication. */
static bool
first_exposed(const struct kept *k, uint32_t strategy, uint32_t authority, struct found *out)
{
    static const enum metric_id metric[] = {METRIC_CONTENT_ANY, METRIC_METADATA_ANY};
    const struct legend *l = &k->run.legend;

    for (size_t m = 0; m < COUNT(metric); m++)
        for (uint32_t s = 0; s < l->strategies; s++)
            for (uint32_t a = 0; a < l->names[LABEL_AUTHORITY]; a++)
                if ((strategy == NONE || strategy == s) && (authority == NONE || authority == a) &&
                    first_of(k, metric[m], s, a, out))
                    return true;
    return false;
}

static int
find_account(const struct kept *k, const struct exposed_options *o, struct found *out,
             struct why *why)
{
    const struct legend *l = &k->run.legend;
    uint32_t strategy = NONE, authority = NONE;
    int rc = 0;

    out->replication = ANY_REPLICATION;
    if (o->replication != NULL && !cli_whole(o->replication, 0, UINT32_MAX, &out->replication))
        return why_add(why, ERR_INPUT, NULL,
                       "jurisim: --replication needs a whole number, got '%s'", o->replication);
    if (o->strategy != NULL)
        rc = find_name(l->strategy, l->strategies, "strategy", o->strategy, &strategy, why);
    if (rc == 0 && o->authority != NULL)
        rc = find_name(l->name[LABEL_AUTHORITY], l->names[LABEL_AUTHORITY], "authority",
                       o->authority, &authority, why);
    if (rc == 0 && !first_exposed(k, strategy, authority, out))
        rc = why_add(why, ERR_INPUT, NULL, "jurisim: no account was exposed%s%s%s%s%s%s in %s",
                     o->authority != NULL ? " to " : "", o->authority != NULL ? o->authority : "",
                     o->strategy != NULL ? " under " : "", o->strategy != NULL ? o->strategy : "",
                     o->replication != NULL ? " in replication " : "",
                     o->replication != NULL ? o->replication : "", o->db);
    return rc;
}

/* ---- its story ---- */

static int
tell(struct text *out, struct kept *k, const struct found *found, const struct exposed_options *o,
     struct why *why)
{
    const uint64_t worlds = k->run.legend.worlds;
    struct trace trace = {0};
    struct story story = {.strategy = {found->strategy},
                          .authority = {found->authority},
                          .replication = found->replication,
                          .trace = &trace};
    int rc = scenario_model(
        k->scenario, worlds > 0 ? found->replication % worlds : found->replication, &k->model, why);

    story.model = k->model;
    if (rc == 0)
        rc = legal_trace(k->model, story.strategy, story.authority, story.replication, &trace, why);
    if (rc == 0 && !trace.found)
        rc = why_add(why, ERR_INPUT, NULL,
                     "jurisim: %s holds an exposure that is not found again in replication "
                     "%" PRIu64 ": it was made by version %s, this is %s",
                     o->db, found->replication, k->identity.version, JURISIM_VERSION);
    if (rc == 0)
        rc = o->json ? story_json(out, &story, why) : story_text(out, &story, why);
    trace_release(&trace);
    return rc;
}

int
exposed_story(struct text *out, struct cli_scenario *in, const struct exposed_options *o,
              struct why *why)
{
    struct kept k = {0};
    struct found found;
    bool finished;
    int rc = simulate_read(&k.run, o->db, why);

    if (rc == 0)
        rc = store_identity(k.run.store, &k.identity, &finished, why);
    if (rc == 0)
        rc = find_account(&k, o, &found, why);
    if (rc == 0)
        rc = open_scenario(&k, in, o->db, why);
    if (rc == 0)
        rc = tell(out, &k, &found, o, why);
    kept_release(&k);
    return rc;
}
