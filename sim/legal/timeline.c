#include "legal/timeline.h"
#include "model/lever.h"
#include <math.h>
#include <stdlib.h>

/* Accounts are numbered below this, so that an account and its state fit one 64-bit word. */
#define ACCOUNTS_END 0x1p40

/* The row of (formula, version) in a table of forms, added when new. */
static uint16_t
form_of(struct form *form, uint32_t *forms, const struct formula *formula, uint32_t version)
{
    uint32_t i = 0;

    while (i < *forms && !(form[i].version == version && formula_same(form[i].formula, formula)))
        i++;
    if (i == *forms)
        form[(*forms)++] = (struct form){formula, version};
    return (uint16_t)i;
}

/* The key version of an epoch: how many times the data were re-encrypted up to its start. */
static uint32_t
version_in(const struct strategy *s, uint32_t epoch)
{
    uint32_t version = 0;

    for (uint32_t e = 1; e <= epoch; e++)
        version += s->epoch[e].keys == KEYS_NEW;
    return version;
}

static int
make_versions(struct timeline *t)
{
    const struct strategy *s = t->strategy;
    sim_ns *from = arena_alloc(&t->arena, s->epochs, sizeof *from);

    if (from == NULL)
        return ERR_MEMORY;
    t->versions = 1;
    for (uint32_t e = 1; e < s->epochs; e++)
        if (s->epoch[e].keys == KEYS_NEW)
            from[t->versions++] = s->epoch[e].from;
    t->version_from = from;
    return 0;
}

struct span
timeline_key_span(const struct timeline *t, uint32_t version, double rotation_s, sim_ns at)
{
    struct span span = {
        .from = version < t->versions ? t->version_from[version] : 0,
        .until = version + 1 < t->versions ? t->version_from[version + 1] : SIM_NEVER,
    };
    const sim_ns rotation = rotation_s > 0 ? ns_from_seconds(rotation_s) : 0;

    if (rotation <= 0 || at < span.from)
        return span;
    span.from += (at - span.from) / rotation * rotation;
    if (rotation < span.until - span.from)
        span.until = span.from + rotation;
    return span;
}

/* Parts */

static int
compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Adds the ends of one epoch's parts; false when there are more than PARTS_MAX. */
static bool
add_ends(struct parts *p, const struct epoch *e, struct cohort_id cohort)
{
    double end[PARTS_MAX];
    const uint32_t n = epoch_parts(e, cohort, end, PARTS_MAX);

    if (n > PARTS_MAX)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = 0;

        while (k < p->count && p->upper[k] != end[i])
            k++;
        if (k < p->count)
            continue;
        if (p->count == PARTS_MAX)
            return false;
        p->upper[p->count++] = end[i];
    }
    qsort(p->upper, p->count, sizeof p->upper[0], compare_doubles);
    return true;
}

static int
make_parts(struct timeline *t, struct why *why)
{
    const struct strategy *s = t->strategy;

    for (uint32_t c = 0; c < t->cohorts; c++) {
        struct parts *p = &t->parts[c];
        const struct named *is = &s->epoch[0].world->cohort[c].is;

        for (uint32_t e = 0; e < s->epochs; e++) {
            p->accounts = fmax(p->accounts, s->epoch[e].world->cohort[c].accounts);
            if (!add_ends(p, &s->epoch[e], (struct cohort_id){c}))
                return why_add(why, ERR_LIMIT, &is->at,
                               "users '%s' fall into more than %d differently placed parts",
                               is->name, PARTS_MAX);
        }
        if (p->accounts >= ACCOUNTS_END)
            return why_add(why, ERR_LIMIT, &is->at, "users '%s': %g accounts, at most %g", is->name,
                           p->accounts, ACCOUNTS_END);
        p->first = t->parts_in_all;
        t->parts_in_all += p->count;
    }
    return 0;
}

uint32_t
timeline_part(const struct timeline *t, const struct phase *p, uint32_t cohort, uint64_t account)
{
    const struct parts *parts = &t->parts[cohort];
    uint32_t i = 0;

    if (parts->count == 1)
        return 0;
    const double u = (double)account / p->world->cohort[cohort].accounts;

    while (i + 1 < parts->count && u >= parts->upper[i])
        i++;
    return i;
}

/* A point inside a part: its middle. */
static double
middle_of(const struct parts *p, uint32_t part)
{
    return ((part > 0 ? p->upper[part - 1] : 0) + p->upper[part]) / 2;
}

double
placed_cache_reads(const struct timeline *t, const struct phase *p, uint32_t cohort, uint32_t part,
                   const struct placed *placed)
{
    if (placed->copies == 0 || placed->copy[0].former || placed->copy[0].rule->key_cache_ttl_s <= 0)
        return 0;
    return epoch_cache_reads(&t->strategy->epoch[p->epoch], (struct cohort_id){cohort},
                             placed->copy[0].rule, middle_of(&t->parts[cohort], part));
}

double
placed_shared_reads(const struct timeline *t, const struct phase *p, uint32_t cohort,
                    const struct placed *placed)
{
    const struct parts *parts = &t->parts[cohort];
    double reads = 0;

    if (placed->copies == 0 || placed->copy[0].former || !placed->copy[0].rule->cohort_key)
        return 0;
    for (uint32_t i = 0; i < parts->count; i++)
        reads += (parts->upper[i] - (i > 0 ? parts->upper[i - 1] : 0)) *
                 epoch_cache_reads(&t->strategy->epoch[p->epoch], (struct cohort_id){cohort},
                                   placed->copy[0].rule, middle_of(parts, i));
    return reads * p->world->cohort[cohort].accounts;
}

/* Phases */

static int
compare_times(const void *a, const void *b)
{
    const sim_ns x = *(const sim_ns *)a, y = *(const sim_ns *)b;

    return (x > y) - (x < y);
}

/* When the former holders of what moved at the start of this epoch lose theirs. */
static sim_ns
copies_end(const struct epoch *e)
{
    return e->old_copies_for >= SIM_NEVER - e->from ? SIM_NEVER : e->from + e->old_copies_for;
}

static int
make_phases(struct timeline *t, sim_ns horizon)
{
    const struct strategy *s = t->strategy;
    sim_ns *cut = calloc(2 * (size_t)s->epochs, sizeof *cut);
    uint32_t cuts = 0, n = 0;

    t->phase = arena_alloc(&t->arena, 2 * (size_t)s->epochs, sizeof *t->phase);
    if (cut == NULL || t->phase == NULL) {
        free(cut);
        return ERR_MEMORY;
    }
    for (uint32_t e = 0; e < s->epochs; e++) {
        cut[cuts++] = e == 0 ? 0 : s->epoch[e].from;
        if (e > 0 && copies_end(&s->epoch[e]) > s->epoch[e].from)
            cut[cuts++] = copies_end(&s->epoch[e]);
    }
    qsort(cut, cuts, sizeof *cut, compare_times);
    for (uint32_t i = 0; i < cuts; i++) {
        if (cut[i] >= horizon || (n > 0 && t->phase[n - 1].from == cut[i]))
            continue;
        const struct epoch *e = epoch_at(s, cut[i]);

        t->phase[n++] = (struct phase){
            .from = cut[i],
            .epoch = (uint32_t)(e - s->epoch),
            .starts_epoch = i == 0 || e->from == cut[i],
            .world = e->world,
        };
    }
    t->phases = n;
    free(cut);
    return 0;
}

/* Copies */

static bool
has_form(const struct copy *copy, uint32_t copies, const struct copy *other)
{
    for (uint32_t i = 0; i < copies; i++)
        if (copy[i].data == other->data && copy[i].keys == other->keys)
            return true;
    return false;
}

static struct copy
copy_of(struct timeline *t, const struct rule *rule, uint32_t epoch, bool former)
{
    const uint32_t version = version_in(t->strategy, epoch);

    return (struct copy){
        .rule = rule,
        .data = form_of(t->data, &t->data_forms, &rule->data, version),
        .keys = form_of(t->keys, &t->key_forms, &rule->keys, version),
        .version = version,
        .former = former,
    };
}

/*
 * The copies of a class during phase p, up to one an epoch. A former rule counts until the copies
 * of the first move away from it expire; what lies in the same form elsewhere is not told twice.
 */
static uint32_t
find_copies(struct timeline *t, const struct phase *p, struct cohort_id cohort,
            struct class_id class, double u, struct copy *copy)
{
    const struct strategy *s = t->strategy;
    uint32_t n = 0;
    struct copy after = {0}; /* what served in the epoch that follows */
    bool served_after = false;
    sim_ns end = SIM_NEVER; /* of what served in it */

    for (uint32_t e = p->epoch + 1; e-- > 0;) {
        const struct rule *rule = epoch_rule(&s->epoch[e], cohort, class, u);
        const bool former = e < p->epoch;

        if (rule == NULL) {
            served_after = false;
            continue;
        }
        const struct copy here = copy_of(t, rule, e, former);
        const bool moved = former && !(served_after && has_form(&after, 1, &here));

        if (moved)
            end = copies_end(&s->epoch[e + 1]);
        if ((!former || end > p->from) && !has_form(copy, n, &here))
            copy[n++] = here;
        after = here;
        served_after = true;
    }
    return n;
}

/* Lines */

/* Any one of the formulas of the copies of one version, each formula once. */
static int
any_of(struct timeline *t, struct formula *out, const struct copy *copy, uint32_t copies,
       uint32_t version, bool of_keys)
{
    struct formula *part = arena_alloc(&t->arena, copies, sizeof *part);
    uint32_t n = 0;

    if (part == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < copies; i++) {
        const struct formula *f = of_keys ? &copy[i].rule->keys : &copy[i].rule->data;
        bool known = false;

        for (uint32_t k = 0; k < n; k++)
            known |= formula_same(&part[k], f);
        if (copy[i].version == version && !known)
            part[n++] = *f;
    }
    *out = n == 1 ? part[0] : (struct formula){.need = 1, .leaf = NONE, .part = part, .parts = n};
    return 0;
}

/* All copies of one version joined: whole ciphertext by any of them, whole key by any of them. */
static int
join(struct timeline *t, const struct world *w, struct cohort_id cohort, const struct copy *copy,
     uint32_t copies, uint32_t first, struct line *out)
{
    const struct rule *lead = copy[first].rule;
    const uint32_t version = copy[first].version;
    struct rule *rule = arena_copy(&t->arena, lead, sizeof *rule);

    if (rule == NULL || any_of(t, &rule->data, copy, copies, version, false) < 0 ||
        any_of(t, &rule->keys, copy, copies, version, true) < 0)
        return ERR_MEMORY;
    /* The nearest replica serves as gateway: of those that serve now, not of former ones. */
    rule->gateway = rule_gateway(w, lead, cohort);
    if (copy[first].former)
        rule->key_cache_ttl_s = 0;
    for (uint32_t i = first; i < copies; i++)
        if (copy[i].version == version) {
            rule->sites |= copy[i].rule->sites;
            rule->stores |= copy[i].rule->stores;
        }
    *out = (struct line){rule, version};
    return 0;
}

static int
make_lines(struct timeline *t, const struct world *w, struct cohort_id cohort,
           const struct copy *copy, uint32_t copies, struct placed *out)
{
    struct line *line = arena_alloc(&t->arena, copies, sizeof *line);
    uint32_t n = 0;

    if (line == NULL)
        return ERR_MEMORY;
    if (copies == 1 && !copy[0].former) { /* the usual case needs no joined rule */
        *line = (struct line){copy[0].rule, copy[0].version};
        out->line = line;
        out->lines = 1;
        return 0;
    }
    for (uint32_t i = 0; i < copies; i++) {
        bool known = false;

        for (uint32_t k = 0; k < n; k++)
            known |= line[k].version == copy[i].version;
        if (!known && join(t, w, cohort, copy, copies, i, &line[n++]) < 0)
            return ERR_MEMORY;
    }
    out->line = line;
    out->lines = n;
    return 0;
}

static bool
same_copies(const struct placed *p, const struct copy *copy, uint32_t copies)
{
    if (p->copies != copies)
        return false;
    for (uint32_t i = 0; i < copies; i++)
        if (p->copy[i].rule != copy[i].rule || p->copy[i].version != copy[i].version ||
            p->copy[i].former != copy[i].former)
            return false;
    return true;
}

/* What holds a class of a part; classes of the part that are held alike share one answer. */
static int
place_class(struct timeline *t, const struct phase *p, struct cohort_id cohort, double u,
            struct placed *row, uint32_t class, struct copy *scratch)
{
    const uint32_t n = find_copies(t, p, cohort, (struct class_id){class}, u, scratch);

    row[class] = (struct placed){0};
    if (n == 0)
        return 0;
    for (uint32_t k = 0; k < class; k++)
        if (same_copies(&row[k], scratch, n)) {
            row[class] = row[k];
            return 0;
        }
    row[class].copy = arena_copy(&t->arena, scratch, n * sizeof *scratch);
    row[class].copies = n;
    if (row[class].copy == NULL)
        return ERR_MEMORY;
    return make_lines(t, p->world, cohort, row[class].copy, n, &row[class]);
}

static int
make_placed(struct timeline *t, struct phase *p, struct copy *scratch)
{
    int rc = 0;

    p->placed = arena_alloc(&t->arena, (size_t)t->parts_in_all * t->classes, sizeof *p->placed);
    if (p->placed == NULL)
        return ERR_MEMORY;
    for (uint32_t c = 0; c < t->cohorts; c++)
        for (uint32_t part = 0; part < t->parts[c].count; part++) {
            struct placed *row = &p->placed[(t->parts[c].first + part) * t->classes];
            const double u = middle_of(&t->parts[c], part);

            for (uint32_t k = 0; k < t->classes && rc == 0; k++)
                rc = place_class(t, p, (struct cohort_id){c}, u, row, k, scratch);
        }
    return rc;
}

/* The most forms there can be: one for each rule of each epoch. */
static size_t
forms_most(const struct strategy *s)
{
    size_t n = 0;

    for (uint32_t e = 0; e < s->epochs; e++)
        n += s->epoch[e].rules;
    return n;
}

int
timeline_make(struct timeline *t, const struct strategy *strategy, sim_ns horizon, struct why *why)
{
    const struct world *w = strategy->epoch[0].world;
    const size_t forms = forms_most(strategy);
    struct copy *scratch = calloc(strategy->epochs, sizeof *scratch);
    int rc = ERR_MEMORY;

    *t = (struct timeline){.strategy = strategy, .classes = w->classes, .cohorts = w->cohorts};
    t->parts = arena_alloc(&t->arena, w->cohorts, sizeof *t->parts);
    t->data = arena_alloc(&t->arena, forms, sizeof *t->data);
    t->keys = arena_alloc(&t->arena, forms, sizeof *t->keys);
    if (scratch == NULL || t->parts == NULL || t->data == NULL || t->keys == NULL)
        goto out;
    rc = make_parts(t, why);
    if (rc == 0 && forms > UINT16_MAX)
        rc = why_add(why, ERR_LIMIT, &strategy->is.at, "strategy '%s': more than %d rules",
                     strategy->is.name, UINT16_MAX);
    if (rc == 0 && version_in(strategy, strategy->epochs - 1) >= VERSIONS_MAX)
        rc = why_add(why, ERR_LIMIT, &strategy->is.at,
                     "strategy '%s': keys are renewed %d times or more", strategy->is.name,
                     VERSIONS_MAX);
    if (rc == 0)
        rc = make_versions(t);
    if (rc == 0)
        rc = make_phases(t, horizon);
    for (uint32_t i = 0; i < t->phases && rc == 0; i++)
        rc = make_placed(t, &t->phase[i], scratch);
out:
    free(scratch);
    return rc == ERR_MEMORY ? why_no_memory(why) : rc;
}

void
timeline_release(struct timeline *t)
{
    arena_release(&t->arena);
    *t = (struct timeline){0};
}
