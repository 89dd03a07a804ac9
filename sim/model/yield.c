/* What one lever yields: the table of DESIGN section 3, row by row. */
#include "model/lever.h"
#include <math.h>

/* Where a holder stands and who has it, the same for sites and key stores. */
struct holder {
    struct place_id at;
    struct custodian_id operator, controller;
};

static bool
inside(const struct world *w, struct place_id at, struct jurisdiction_id j)
{
    return at.i != NONE && w->place[at.i].in.i == j.i;
}

/* Is it for this lever to take what stands there: under the statute that blocks it, or elsewhere
 * than under any such statute? */
static bool
statute_leaves(const struct world *w, const struct lever *l, struct place_id at)
{
    if (at.i == NONE)
        return false;
    const struct jurisdiction_id in = w->place[at.i].in;

    return l->statute.i != NONE ? in.i == l->statute.i : !statute_blocks(w, in, l->acting);
}

/* Does the lever reach this holder at all? (covert levers state theirs and never ask) */
static bool
reaches(const struct world *w, const struct lever *l, struct holder h)
{
    const bool near = l->acting_terms->abroad || inside(w, h.at, l->acting);

    switch (l->addressee) {
    case ADDRESSEE_CUSTODIAN:
        return near && statute_leaves(w, l, h.at) &&
               (custodian_is_under(w, h.operator, l->custodian) ||
                custodian_is_under(w, h.controller, l->custodian));
    case ADDRESSEE_STATE_CUSTODIAN:
        return near && custodian_is_under(w, h.operator, l->custodian);
    case ADDRESSEE_LOCATION:
        return h.at.i == l->place.i;
    default:
        return false;
    }
}

static struct holder
site_holder(const struct world *w, uint32_t i)
{
    return (struct holder){w->site[i].at, w->site[i].operator, w->site[i].controller };
}

static bool
takes_site(const struct world *w, const struct lever *l, uint32_t i)
{
    if (l->addressee == ADDRESSEE_COVERT)
        return (l->sites >> i & 1) != 0;
    return reaches(w, l, site_holder(w, i));
}

static struct holder
store_holder(const struct world *w, uint32_t i)
{
    return (struct holder){w->store[i].at, w->store[i].operator, w->store[i].controller };
}

static void
take_store(const struct world *w, const struct lever *l, struct cohort_id cohort, uint32_t i,
           struct yield *y)
{
    const struct key_store *k = &w->store[i];
    const uint64_t bit = UINT64_C(1) << i;
    const bool portable = k->extractable || k->kind == STORE_SOFTWARE;

    if (l->addressee == ADDRESSEE_COVERT) {
        if ((l->stores & bit) != 0)
            *(portable ? &y->keys : &y->uses) |= bit;
        return;
    }
    if (k->kind == STORE_DEVICE) {
        /* the device lies where its user is; a seizure takes its share when it may take devices */
        if (l->addressee == ADDRESSEE_LOCATION && l->acting_terms->devices &&
            w->cohort[cohort.i].at.i == l->place.i)
            y->keys |= bit;
        return;
    }
    if (!reaches(w, l, store_holder(w, i)))
        return;
    if (portable)
        y->keys |= bit;
    else if (l->addressee != ADDRESSEE_LOCATION) /* an HSM that is carried off stays shut */
        y->uses |= bit;
}

uint64_t
stores_cacheable(const struct world *w, uint64_t stores)
{
    uint64_t out = 0;

    for (uint32_t i = 0; i < w->stores; i++)
        if (w->store[i].kind != STORE_DEVICE)
            out |= UINT64_C(1) << i;
    return out & stores;
}

/* What it has of a rule's gateway, or of the replica that decrypts, while it holds them: keys that
 * are cached where data is decrypted, and plaintext in use there and at a gateway it passes. */
static void
take_gateway(const struct world *w, const struct lever *l, const struct rule *rule,
             struct cohort_id cohort, uint64_t stores, struct yield *y)
{
    const struct site_id g = rule_gateway(w, rule, cohort);
    const struct site_id d = rule_decryptor(w, rule, cohort);

    if (l->acting_terms->holds_for_s <= 0 || d.i == NONE)
        return;
    const bool decryptor = takes_site(w, l, d.i);

    if (decryptor && rule->key_cache_ttl_s > 0)
        y->cached = stores_cacheable(w, rule_fetch_stores(rule) & stores);
    y->watched = l->acting_terms->watches && (decryptor || takes_site(w, l, g.i));
}

struct yield
lever_yield(const struct world *w, const struct lever *l, const struct rule *rule,
            struct cohort_id cohort, uint64_t sites, uint64_t stores)
{
    struct yield y = {0};

    if (l->addressee == ADDRESSEE_USER) {
        y.metadata = l->cohort.i == cohort.i;
        y.plaintext = y.metadata && l->terms->yields != YIELDS_METADATA &&
                      l->acting_terms->yields != YIELDS_METADATA;
        return y;
    }
    for (uint32_t i = 0; i < w->sites; i++) {
        const uint64_t bit = UINT64_C(1) << i;

        if ((sites & bit) != 0 && takes_site(w, l, i))
            y.fragments |= bit;
    }
    for (uint32_t i = 0; i < w->stores; i++)
        if ((stores >> i & 1) != 0)
            take_store(w, l, cohort, i, &y);
    y.metadata = y.fragments != 0;
    if (l->terms->yields == YIELDS_METADATA || l->acting_terms->yields == YIELDS_METADATA)
        return (struct yield){.metadata = y.metadata};
    take_gateway(w, l, rule, cohort, stores, &y);
    return y;
}

struct site_id
rule_gateway(const struct world *w, const struct rule *rule, struct cohort_id cohort)
{
    struct site_id best = rule->gateway;
    double best_rtt = INFINITY;

    if (best.i != NONE)
        return best;
    for (uint32_t i = 0; i < w->sites; i++) {
        const struct link *link = world_link(w, w->cohort[cohort.i].at, w->site[i].at);

        if ((rule->sites >> i & 1) == 0 || !link->known || link->rtt_s >= best_rtt)
            continue;
        best_rtt = link->rtt_s;
        best.i = i;
    }
    return best;
}

struct site_id
rule_decryptor(const struct world *w, const struct rule *rule, struct cohort_id cohort)
{
    const struct site_id gateway = rule_gateway(w, rule, cohort);
    struct site_id best = {NONE};
    double best_rtt = INFINITY;

    if (rule->decrypts == DECRYPTS_CLIENT)
        return best;
    if (rule->decrypts == DECRYPTS_GATEWAY || gateway.i == NONE)
        return gateway;
    for (uint32_t i = 0; i < w->sites; i++) {
        const struct link *link = world_link(w, w->site[gateway.i].at, w->site[i].at);
        const double rtt_s = i == gateway.i ? 0 : link->rtt_s;

        if ((rule->sites >> i & 1) == 0 || (i != gateway.i && !link->known) || rtt_s >= best_rtt)
            continue;
        best_rtt = rtt_s;
        best.i = i;
    }
    return best;
}

bool
yield_has_ciphertext(const struct rule *rule, const struct yield *got)
{
    return formula_holds(&rule->data, got->fragments);
}

bool
yield_opens(const struct rule *rule, const struct yield *got)
{
    return got->plaintext || got->watched ||
           (yield_has_ciphertext(rule, got) &&
            formula_holds(&rule->keys, got->keys | got->uses | got->cached));
}

void
yield_merge(struct yield *into, const struct yield *from)
{
    into->fragments |= from->fragments;
    into->keys |= from->keys;
    into->uses |= from->uses;
    into->cached |= from->cached;
    into->metadata |= from->metadata;
    into->plaintext |= from->plaintext;
    into->watched |= from->watched;
}
