#include "report/because.h"
#include <string.h>

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
    else if (y->metadata)
        each(self, "metadata");
}

void
formula_write(struct text *out, const struct world *w, const struct formula *f, bool is_keys)
{
    if (f->leaf != NONE) {
        text_add(out, is_keys ? w->store[f->leaf].is.name : w->site[f->leaf].is.name);
        return;
    }
    if (f->parts == 1) {
        formula_write(out, w, &f->part[0], is_keys);
        return;
    }
    if (f->need == f->parts)
        text_add(out, "all of (");
    else
        text_addf(out, "any %u of (", f->need);
    for (uint32_t i = 0; i < f->parts; i++) {
        if (i > 0)
            text_add(out, ", ");
        formula_write(out, w, &f->part[i], is_keys);
    }
    text_add(out, ")");
}

/* "a, b and c" of the holders in both masks. */
static void
say_holders(struct text *out, const struct world *w, uint64_t sites, uint64_t stores)
{
    const int count = __builtin_popcountll(sites) + __builtin_popcountll(stores);
    int said = 0;

    for (uint32_t i = 0; i < w->sites + w->stores; i++) {
        const bool is_site = i < w->sites;
        const uint32_t k = is_site ? i : i - w->sites;

        if (((is_site ? sites : stores) >> k & 1) == 0)
            continue;
        text_addf(out, "%s%s",
                  said == 0           ? ""
                  : said == count - 1 ? " and "
                                      : ", ",
                  is_site ? w->site[k].is.name : w->store[k].is.name);
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

/* "operates a and b, controls c, holds a gateway that caches keys of d" */
static void
say_hold(struct text *out, const struct world *w, struct custodian_id c, const struct yield *y)
{
    const uint64_t stores = y->keys | y->uses;
    uint64_t own_sites = y->fragments, own_stores = stores;
    const char *gap = "";

    operated(w, c, &own_sites, &own_stores);
    if ((own_sites | own_stores) != 0) {
        text_add(out, "operates ");
        say_holders(out, w, own_sites, own_stores);
        gap = ", ";
    }
    if ((y->fragments & ~own_sites) != 0 || (stores & ~own_stores) != 0) {
        text_addf(out, "%scontrols ", gap);
        say_holders(out, w, y->fragments & ~own_sites, stores & ~own_stores);
        gap = ", ";
    }
    if ((y->cached & ~stores) != 0) {
        text_addf(out, "%sholds a gateway that caches keys of ", gap);
        say_holders(out, w, 0, y->cached & ~stores);
    }
}

static void
say_custodian(struct text *out, const struct world *w, const struct lever *l, const struct yield *y)
{
    const struct custodian *c = &w->custodian[l->custodian.i];
    const char *where = w->jurisdiction[l->acting.i].is.name;

    if (l->addressee == ADDRESSEE_STATE_CUSTODIAN)
        text_addf(out, "%s is owned by the state of %s and ", c->is.name, where);
    else
        text_addf(out, "%s can be served in %s (%s) and ", c->is.name, where,
                  c->home.i == l->acting.i ? "its home" : "a branch");
    say_hold(out, w, l->custodian, y);
    if (l->acting_terms->abroad)
        text_addf(out, "; %s reaches beyond %s", l->acting_terms->is.name, where);
    else
        text_addf(out, ", inside %s", where);
}

static void
say_at(struct text *out, const char *prefix, const struct where *at, const char *source)
{
    const char *slash = at->file == NULL ? NULL : strrchr(at->file, '/');

    if (at->file == NULL)
        return;
    text_addf(out, "%s%s:%d", prefix, slash != NULL ? slash + 1 : at->file, at->line);
    if (source != NULL)
        text_addf(out, " (%s)", source);
}

void
lever_because(struct text *out, const struct world *w, const struct lever *l, const struct yield *y)
{
    if (l->treaty != NULL)
        text_addf(out, "%s may ask %s under their treaty, and there ",
                  w->jurisdiction[l->asker.i].is.name, w->jurisdiction[l->acting.i].is.name);
    switch (l->addressee) {
    case ADDRESSEE_CUSTODIAN:
    case ADDRESSEE_STATE_CUSTODIAN:
        say_custodian(out, w, l, y);
        break;
    case ADDRESSEE_LOCATION:
        say_holders(out, w, y->fragments, y->keys | y->uses | y->cached);
        text_addf(out, " stand%s in %s, whoever operates it",
                  __builtin_popcountll(y->fragments | y->keys | y->uses) == 1 ? "s" : "",
                  w->jurisdiction[l->acting.i].is.name);
        break;
    case ADDRESSEE_USER:
        text_addf(out, "the users of %s live in %s and can be made to log in",
                  w->cohort[l->cohort.i].is.name, w->jurisdiction[l->acting.i].is.name);
        break;
    default:
        text_addf(out, "%s reaches ", l->acting_terms->is.name);
        say_holders(out, w, y->fragments, y->keys | y->uses);
    }
    say_at(out, "; ", &l->terms->is.at, l->terms->is.source);
    if (l->treaty != NULL)
        say_at(out, ", ", &l->treaty->at, l->treaty->source);
}
