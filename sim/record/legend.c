#include "record/legend.h"

#include <math.h>
#include <string.h>

/* Names go to the arena as copies: a legend outlives its model. */
static const char *
keep(struct legend *legend, const char *text)
{
    return text != NULL ? arena_text(&legend->arena, text, strlen(text)) : NULL;
}

/* An array of `count` names for the caller to fill; NULL when out of memory. */
static const char **
name_array(struct legend *legend, enum label_kind kind, uint32_t count)
{
    /* At least one, so that NULL means no memory and nothing else. */
    const char **name = arena_alloc(&legend->arena, count > 0 ? count : 1, sizeof *name);

    legend->name[kind] = name;
    legend->names[kind] = count;
    return name;
}

/* Rows start with a `struct named`, one every `row_bytes`. */
static int
keep_names(struct legend *legend, const char **name, const void *rows, uint32_t count,
           size_t row_bytes)
{
    const unsigned char *at = rows;

    for (uint32_t i = 0; i < count; i++, at += row_bytes) {
        const struct named *is = (const void *)at;

        name[i] = keep(legend, is->name);
        if (name[i] == NULL)
            return ERR_MEMORY;
    }
    return 0;
}

static int
name_rows(struct legend *legend, enum label_kind kind, const void *rows, uint32_t count,
          size_t row_bytes)
{
    const char **name = name_array(legend, kind, count);

    return name != NULL ? keep_names(legend, name, rows, count, row_bytes) : ERR_MEMORY;
}

static int
name_strategies(struct legend *legend, const struct model *model)
{
    const char **name = arena_alloc(&legend->arena, model->strategies + 1, sizeof *name);

    legend->strategy = name;
    legend->strategies = model->strategies;
    if (name == NULL)
        return ERR_MEMORY;
    return keep_names(legend, name, model->strategy, model->strategies, sizeof *model->strategy);
}

/* Accounts that one request of a stream names on average, or one event of a threat hits: at most
 * those of the greatest cohort, or all together where an event concerns every cohort. */
static double
stream_named(const struct world *w, const struct request_stream *s)
{
    double most = 0, all = 0;

    for (uint32_t i = 0; i < w->cohorts; i++) {
        if (s->target == NULL || s->target[i] > 0)
            most = fmax(most, w->cohort[i].accounts);
        all += w->cohort[i].accounts;
    }
    const double population = s->target == NULL ? all : most;

    return s->bulk ? population : fmin(dist_mean(&s->accounts), population);
}

static int
name_streams(struct legend *legend, const struct world *w)
{
    uint32_t count = 0;

    for (uint32_t a = 0; a < w->authorities; a++)
        count += w->authority[a].streams;
    const char **name = name_array(legend, LABEL_STREAM, count);
    uint32_t *first = arena_alloc(&legend->arena, w->authorities + 1, sizeof *first);
    double *named = arena_alloc(&legend->arena, count + 1, sizeof *named);
    struct text text = {0};
    int rc = name != NULL && first != NULL && named != NULL ? 0 : ERR_MEMORY;

    legend->first_stream = first;
    legend->stream_named = named;
    for (uint32_t a = 0, row = 0; rc == 0 && a < w->authorities; a++) {
        const struct authority *authority = &w->authority[a];

        first[a] = row;
        for (uint32_t s = 0; rc == 0 && s < authority->streams; s++) {
            text_clear(&text);
            text_addf(&text, "%s/%s", authority->is.name, authority->stream[s].is.name);
            named[row] = fmax(1, stream_named(w, &authority->stream[s]));
            name[row] = keep(legend, text_str(&text));
            if (text.lost || name[row++] == NULL)
                rc = ERR_MEMORY;
        }
    }
    text_release(&text);
    return rc;
}

static int
name_stations(struct legend *legend, const struct world *w)
{
    const char **name = name_array(legend, LABEL_STATION, w->sites + w->stores);
    int rc = name != NULL ? 0 : ERR_MEMORY;

    if (rc == 0)
        rc = keep_names(legend, name, w->site, w->sites, sizeof *w->site);
    if (rc == 0)
        rc = keep_names(legend, name + w->sites, w->store, w->stores, sizeof *w->store);
    return rc;
}

static int
name_periods(struct legend *legend, const struct model *model)
{
    const uint32_t count = model_periods(model);
    const char **name = name_array(legend, LABEL_PERIOD, count);

    if (name == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        char text[16];

        model_period_name(model, i, text);
        name[i] = keep(legend, text);
        if (name[i] == NULL)
            return ERR_MEMORY;
    }
    return 0;
}

/* The four classes of adversary, whichever of them the scenario has. */
static int
name_adversaries(struct legend *legend)
{
    const char **name = name_array(legend, LABEL_ADVERSARY, ADVERSARIES);

    for (uint32_t i = 0; name != NULL && i < ADVERSARIES; i++) {
        name[i] = keep(legend, adversary_name[i]);
        if (name[i] == NULL)
            return ERR_MEMORY;
    }
    return name != NULL ? 0 : ERR_MEMORY;
}

/* What one event exposes when it happens: the bound on what was never seen rests on it. */
static double
accounts_named(const struct world *w, const struct authority *a)
{
    double most = 1;

    for (uint32_t i = 0; i < a->streams; i++)
        most = fmax(most, stream_named(w, &a->stream[i]));
    return most;
}

/* The same of a class: the most of those that are of it to any cohort; 0 when nobody is. */
static double
kin_named(const struct world *w, enum adversary class, const double *named)
{
    double most = 0;

    for (uint32_t a = 0; a < w->authorities; a++)
        for (uint32_t c = 0; c < w->cohorts; c++)
            if (adversary_of(w, (struct authority_id){a}, (struct cohort_id){c}) == class)
                most = fmax(most, named[a]);
    return most;
}

static int
name_world(struct legend *legend, const struct world *w)
{
    double *accounts = arena_alloc(&legend->arena, w->cohorts + 1, sizeof *accounts);
    double *named = arena_alloc(&legend->arena, w->authorities + 1, sizeof *named);
    double *kin = arena_alloc(&legend->arena, ADVERSARIES, sizeof *kin);
    int rc = accounts != NULL && named != NULL && kin != NULL ? 0 : ERR_MEMORY;

    legend->accounts = accounts;
    legend->named = named;
    legend->threats = w->threats;
    legend->kin_named = kin;
    for (uint32_t i = 0; rc == 0 && i < w->authorities; i++)
        named[i] = accounts_named(w, &w->authority[i]);
    for (uint32_t i = 0; rc == 0 && i < w->cohorts; i++)
        accounts[i] = w->cohort[i].accounts;
    for (uint32_t i = 0; rc == 0 && i < ADVERSARIES; i++)
        kin[i] = kin_named(w, (enum adversary)i, named);
    const struct {
        enum label_kind kind;
        const void *rows;
        uint32_t count;
        size_t row_bytes;
    } section[] = {
        {LABEL_AUTHORITY, w->authority, w->authorities, sizeof *w->authority},
        {LABEL_CUSTODIAN, w->custodian, w->custodians, sizeof *w->custodian},
        {LABEL_COHORT, w->cohort, w->cohorts, sizeof *w->cohort},
        {LABEL_DATA, w->class, w->classes, sizeof *w->class},
        {LABEL_JURISDICTION, w->jurisdiction, w->jurisdictions, sizeof *w->jurisdiction},
    };
    for (size_t i = 0; rc == 0 && i < COUNT(section); i++)
        rc = name_rows(legend, section[i].kind, section[i].rows, section[i].count,
                       section[i].row_bytes);
    if (rc == 0)
        rc = name_streams(legend, w);
    if (rc == 0)
        rc = name_adversaries(legend);
    return rc == 0 ? name_stations(legend, w) : rc;
}

static int
keep_changes(struct legend *legend, const struct model *model)
{
    struct legend_change *change = arena_alloc(&legend->arena, model->changes + 1, sizeof *change);

    legend->change = change;
    legend->changes = model->changes;
    if (change == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < model->changes; i++) {
        const struct dated_change *from = &model->change[i];

        change[i].day = days_from_ns(from->at);
        change[i].strategy = from->strategy.i;
        change[i].text = keep(legend, from->text != NULL ? from->text : "");
        if (change[i].text == NULL)
            return ERR_MEMORY;
    }
    return 0;
}

static int
keep_study(struct legend *legend, const struct model *model)
{
    const struct study *study = &model->study;

    legend->title = keep(legend, model->title != NULL ? model->title : "");
    legend->starts_unix_s = model->starts_unix_s;
    legend->horizon_days = days_from_ns(model->horizon);
    legend->legal = study->legal;
    legend->traffic = study->traffic;
    legend->seed = study->seed;
    legend->worlds = model->uncertain > 0 ? study->worlds : 0;
    legend->baseline = study->baseline.i;
    legend->front_latency = keep(legend, study->front_latency);
    legend->front_exposure = keep(legend, study->front_exposure);
    legend->front_to = study->front_to.i;
    if (legend->title == NULL || (study->front_latency != NULL && legend->front_latency == NULL) ||
        (study->front_exposure != NULL && legend->front_exposure == NULL))
        return ERR_MEMORY;
    return 0;
}

int
legend_make(struct legend *out, const struct model *model)
{
    *out = (struct legend){0};
    int rc = keep_study(out, model);

    if (rc == 0)
        rc = name_strategies(out, model);
    if (rc == 0)
        rc = name_world(out, model->world);
    if (rc == 0)
        rc = name_periods(out, model);
    if (rc == 0)
        rc = keep_changes(out, model);
    if (rc < 0)
        legend_release(out);
    return rc;
}

void
legend_release(struct legend *legend)
{
    arena_release(&legend->arena);
    *legend = (struct legend){0};
}

/* The name of one label, or NULL when the legend has no such row. */
static const char *
name_of(const struct legend *legend, struct label label, enum label_kind kind)
{
    uint32_t row = label.of[kind];

    if (kind == LABEL_STREAM) {
        /* Streams count within their authority, which is named beside it. */
        const uint32_t authority = label.of[LABEL_AUTHORITY];

        if (authority >= legend->names[LABEL_AUTHORITY])
            return NULL;
        row += legend->first_stream[authority];
    }
    if (row >= legend->names[kind])
        return NULL;
    const char *name = legend->name[kind][row];
    const char *slash = kind == LABEL_STREAM ? strchr(name, '/') : NULL;

    return slash != NULL ? slash + 1 : name;
}

void
legend_series_name(const struct legend *legend, enum metric_id metric, struct label label,
                   struct text *text)
{
    char before = '{';

    text_add(text, metric_table[metric].name);
    for (unsigned i = 0; i < LABELS; i++) {
        if (label.of[i] == LABEL_ALL)
            continue;
        const char *name = name_of(legend, label, (enum label_kind)i);

        text_addf(text, "%c%s=", before, label_name[i]);
        if (name != NULL)
            text_add(text, name);
        else
            text_addf(text, "%u", (unsigned)label.of[i]);
        before = ',';
    }
    if (before == ',')
        text_add(text, "}");
}
