#include "report/because.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- sources ---- */

static size_t
source_number(struct sources *s, const char *source)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->item[i], source) == 0)
            return i + 1;
    if (VEC_ROOM(s) < 0) {
        s->lost = true;
        return 0;
    }
    s->item[s->count++] = source;
    return s->count;
}

int
sources_write(const struct sources *s, struct text *out)
{
    if (s->count > 0)
        text_add(out, "\nSources\n");
    for (size_t i = 0; i < s->count; i++)
        text_addf(out, "  [%zu] %s\n", i + 1, s->item[i]);
    return s->lost || out->lost ? ERR_MEMORY : 0;
}

void
sources_release(struct sources *s)
{
    free(s->item);
    *s = (struct sources){0};
}

void
fact_cite(struct text *out, const struct where *at, const char *source, struct sources *sources)
{
    const char *slash = at->file == NULL ? NULL : strrchr(at->file, '/');

    if (at->file == NULL)
        return;
    text_addf(out, " (%s:%d", slash != NULL ? slash + 1 : at->file, at->line);
    if (source != NULL && sources != NULL)
        text_addf(out, " [%zu]", source_number(sources, source));
    else if (source != NULL)
        text_addf(out, ": %s", source);
    text_add(out, ")");
}

/* ---- elements ---- */

static void
say_each(void (*each)(void *, const char *), void *self, const char *what, const char *name)
{
    struct text t = {0};

    text_addf(&t, "%s %s", what, name);
    each(self, text_str(&t));
    text_release(&t);
}

void
yield_each(const struct world *w, const struct yield *y, void (*each)(void *, const char *),
           void *self)
{
    for (uint32_t i = 0; i < w->sites; i++)
        if ((y->fragments >> i & 1) != 0)
            say_each(each, self, "ciphertext at", w->site[i].is.name);
    for (uint32_t i = 0; i < w->stores; i++) {
        const char *name = w->store[i].is.name;

        if ((y->keys >> i & 1) != 0)
            say_each(each, self,
                     w->store[i].kind == STORE_DEVICE ? "the key on the user's" : "the key in",
                     name);
        if ((y->uses >> i & 1) != 0)
            say_each(each, self, "use of the key in", name);
        if ((y->cached >> i & 1) != 0)
            say_each(each, self, "cached keys of", name);
    }
    if (y->plaintext)
        each(self, "plaintext");
    else if (y->watched)
        each(self, "plaintext in use");
    if (y->metadata && !y->plaintext)
        each(self, "metadata");
}

/* ---- holders ---- */

void
formula_write(struct text *out, const struct world *w, const struct formula *f, bool is_keys,
              bool where)
{
    if (f->leaf != NONE) {
        const struct jurisdiction_id in = is_keys
                                              ? store_jurisdiction(w, (struct store_id){f->leaf})
                                              : site_jurisdiction(w, (struct site_id){f->leaf});

        text_add(out, is_keys ? w->store[f->leaf].is.name : w->site[f->leaf].is.name);
        if (where && in.i != NONE)
            text_addf(out, " (%s)", w->jurisdiction[in.i].is.name);
        return;
    }
    if (f->parts == 1) {
        formula_write(out, w, &f->part[0], is_keys, where);
        return;
    }
    if (f->need == f->parts)
        text_add(out, "all of (");
    else
        text_addf(out, "any %u of (", f->need);
    for (uint32_t i = 0; i < f->parts; i++) {
        if (i > 0)
            text_add(out, ", ");
        formula_write(out, w, &f->part[i], is_keys, where);
    }
    text_add(out, ")");
}

/* A sentence under way. */
struct saying {
    struct text *out;
    const struct world *w;
    struct sources *sources;
};

static void
say_named(const struct saying *s, const struct named *is)
{
    text_add(s->out, is->name);
    fact_cite(s->out, &is->at, is->source, s->sources);
}

/* "a, b and c" of the holders in both masks. */
static void
say_holders(const struct saying *s, uint64_t sites, uint64_t stores)
{
    const struct world *w = s->w;
    const int count = __builtin_popcountll(sites) + __builtin_popcountll(stores);
    int said = 0;

    for (uint32_t i = 0; i < w->sites + w->stores; i++) {
        const bool is_site = i < w->sites;
        const uint32_t k = is_site ? i : i - w->sites;

        if (((is_site ? sites : stores) >> k & 1) == 0)
            continue;
        text_add(s->out, said == 0 ? "" : said == count - 1 ? " and " : ", ");
        say_named(s, is_site ? &w->site[k].is : &w->store[k].is);
        said++;
    }
}

/* Which of the holders custodian c operates itself or through subsidiaries; it controls the rest.
 */
static void
operated(const struct world *w, struct custodian_id c, uint64_t *sites, uint64_t *stores)
{
    for (uint32_t i = 0; i < w->sites; i++)
        if (!custodian_is_under(w, w->site[i].operator, c))
            *sites &= ~(UINT64_C(1) << i);
    for (uint32_t i = 0; i < w->stores; i++)
        if (!custodian_is_under(w, w->store[i].operator, c))
            *stores &= ~(UINT64_C(1) << i);
}

/* "operates a and b, and controls c" */
static void
say_hold(const struct saying *s, struct custodian_id c, const struct yield *y)
{
    const uint64_t stores = y->keys | y->uses;
    uint64_t own_sites = y->fragments, own_stores = stores;

    operated(s->w, c, &own_sites, &own_stores);
    const uint64_t other_sites = y->fragments & ~own_sites, other_stores = stores & ~own_stores;

    if ((own_sites | own_stores) != 0) {
        text_add(s->out, " and operates ");
        say_holders(s, own_sites, own_stores);
    }
    if ((other_sites | other_stores) != 0) {
        text_add(s->out, " and controls ");
        say_holders(s, other_sites, other_stores);
    }
}

/* ---- reasons ---- */

static const char *
name_of(const struct world *w, struct jurisdiction_id j)
{
    return w->jurisdiction[j.i].is.name;
}

/* "production-order (law.yaml:13 [1])": the means as it is defined. */
static void
say_instrument(const struct saying *s, const struct instrument *terms)
{
    text_add(s->out, terms->is.name);
    for (uint32_t i = 0; i < s->w->instruments; i++) {
        const struct named *is = &s->w->instrument[i];

        if (is->name != NULL && strcmp(is->name, terms->is.name) == 0)
            fact_cite(s->out, &is->at, is->source, s->sources);
    }
}

/* "; its means, production-order (law.yaml:13 [1]), stands in the law of CN (law.yaml:37 [2]) and
 * ends at the border" */
static void
say_means(const struct saying *s, struct jurisdiction_id j, const struct instrument *terms)
{
    text_add(s->out, "; the means, ");
    say_instrument(s, terms);
    text_addf(s->out, ", stands in the law of %s", name_of(s->w, j));
    fact_cite(s->out, &terms->is.at, terms->is.source, s->sources);
    if (terms->addressee == ADDRESSEE_CUSTODIAN || terms->addressee == ADDRESSEE_STATE_CUSTODIAN)
        text_add(s->out, terms->abroad ? " and reaches abroad" : " and ends at the border");
}

static void
say_custodian(const struct saying *s, const struct lever *l, const struct yield *y)
{
    const struct custodian *c = &s->w->custodian[l->custodian.i];
    const char *where = name_of(s->w, l->acting);

    say_named(s, &c->is);
    if (l->addressee == ADDRESSEE_STATE_CUSTODIAN)
        text_addf(s->out, " is owned by the state of %s", where);
    else if (c->home.i == l->acting.i)
        text_addf(s->out, " can be served in %s (its home)", where);
    else
        text_addf(s->out, " can be served in %s (a branch)", where);
    say_hold(s, l->custodian, y);
}

static void
say_threat(const struct saying *s, const struct lever *l, const struct yield *y)
{
    const struct threat *t = l->threat;
    const double per_year = t->rate_per_s * 365.25 * 86400;

    text_add(s->out, t->class == ADVERSARY_INSIDER ? "the insider " : "the criminal ");
    say_named(s, &t->is);
    text_add(s->out, " gets at ");
    say_holders(s, y->fragments, y->keys | y->uses);
    text_addf(s->out, "; each target is hit %.3g times a year", per_year);
    if (t->common_cause > 0)
        text_addf(s->out, ", of these %.3g together with all others", per_year * t->common_cause);
}

static void
say_reach(const struct saying *s, const struct lever *l, const struct yield *y)
{
    switch (l->addressee) {
    case ADDRESSEE_CUSTODIAN:
    case ADDRESSEE_STATE_CUSTODIAN:
        say_custodian(s, l, y);
        break;
    case ADDRESSEE_LOCATION:
        say_holders(s, y->fragments, y->keys | y->uses);
        text_add(s->out,
                 __builtin_popcountll(y->fragments) + __builtin_popcountll(y->keys | y->uses) == 1
                     ? " is at "
                     : " are at ");
        say_named(s, &s->w->place[l->place.i].is);
        text_addf(s->out, " in %s, whoever operates it", name_of(s->w, l->acting));
        break;
    case ADDRESSEE_USER:
        text_add(s->out, "users of ");
        say_named(s, &s->w->cohort[l->cohort.i].is);
        text_addf(s->out, " live in %s and can be made to log in", name_of(s->w, l->acting));
        break;
    default:
        text_addf(s->out, "%s gets at ", name_of(s->w, l->acting));
        say_holders(s, y->fragments, y->keys | y->uses);
    }
}

/* What is had by holding the gateway for a while. */
static void
say_gateway(const struct saying *s, const struct lever *l, const struct yield *y)
{
    if (y->cached == 0 && !y->watched)
        return;
    text_add(s->out, "; it holds the gateway for ");
    duration_write(s->out, l->acting_terms->holds_for_s);
    if (y->cached != 0) {
        text_add(s->out, ", where keys of ");
        say_holders(s, 0, y->cached);
        text_add(s->out, " may lie cached");
    }
    if (y->watched)
        text_add(s->out, ", and takes the plaintext in use there");
}

void
lever_because(struct text *out, const struct world *w, const struct lever *l, const struct yield *y,
              struct sources *sources)
{
    const struct saying s = {out, w, sources};

    if (l->threat != NULL) {
        say_threat(&s, l, y);
        say_gateway(&s, l, y);
        return;
    }
    if (l->treaty != NULL) {
        text_addf(out, "%s may ask %s under their treaty", name_of(w, l->asker),
                  name_of(w, l->acting));
        fact_cite(out, &l->treaty->at, l->treaty->source, sources);
        text_add(out, " by ");
        say_instrument(&s, l->terms);
        text_addf(out, ", in the law of %s", name_of(w, l->asker));
        fact_cite(out, &l->terms->is.at, l->terms->is.source, sources);
        text_add(out, ", and there ");
    }
    say_reach(&s, l, y);
    say_means(&s, l->acting, l->acting_terms);
    say_gateway(&s, l, y);
    if (l->statute.i != NONE) {
        const struct blocking_statute *statute = w->jurisdiction[l->statute.i].statute;

        text_addf(out, "; a blocking statute of %s", name_of(w, l->statute));
        fact_cite(out, &statute->at, statute->source, sources);
        text_addf(out, " forbids to obey, which is done all the same with probability %.3g",
                  statute->obeys);
    }
}

/* "a, b" */
static void
name_holders(struct text *out, const struct world *w, uint64_t sites, uint64_t stores)
{
    const char *gap = "";

    for (; sites != 0; sites &= sites - 1, gap = ", ")
        text_addf(out, "%s%s", gap, w->site[__builtin_ctzll(sites)].is.name);
    for (; stores != 0; stores &= stores - 1, gap = ", ")
        text_addf(out, "%s%s", gap, w->store[__builtin_ctzll(stores)].is.name);
}

void
lever_addressee(struct text *out, const struct world *w, const struct lever *l)
{
    if (l->custodian.i != NONE)
        text_add(out, w->custodian[l->custodian.i].is.name);
    else if (l->place.i != NONE)
        text_add(out, w->place[l->place.i].is.name);
    else if (l->cohort.i != NONE)
        text_add(out, w->cohort[l->cohort.i].is.name);
    else
        name_holders(out, w, l->sites, l->stores);
}

/* ---- words ---- */

void
duration_write(struct text *out, double seconds)
{
    static const struct {
        double s;
        const char *unit;
    } unit[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}, {1e-3, "ms"}};
    size_t i = 0;

    while (i + 1 < COUNT(unit) && seconds < unit[i].s)
        i++;
    text_addf(out, "%.3g %s", seconds / unit[i].s, unit[i].unit);
}

void
days_write(struct text *out, double days)
{
    if (days > 0 && days < 1)
        text_addf(out, "%.3g hours", 24 * days);
    else if (days < 999.5)
        text_addf(out, "%.3g %s", days, days == 1 ? "day" : "days");
    else
        text_addf(out, "%.0f days", days);
}

enum { COLUMNS = 100 };

void
text_wrap(struct text *out, const char *first, const char *indent, const char *s)
{
    size_t column = strlen(first);
    bool fresh = true;

    text_add(out, first);
    while (*s != '\0') {
        size_t word = strcspn(s, " ");

        if (s[word] == ' ' && s[word + 1] == '[') /* a source stays with its line */
            word += 1 + strcspn(s + word + 1, " ");
        if (!fresh && column + 1 + word > COLUMNS) {
            text_addf(out, "\n%s", indent);
            column = strlen(indent);
            fresh = true;
        }
        text_add(out, fresh ? "" : " ");
        text_add_bytes(out, s, word);
        column += word + !fresh;
        fresh = false;
        s += word;
        s += strspn(s, " ");
    }
    text_add(out, "\n");
}
