/* Placement rules: who is served from where, with which keys. */
#include <math.h>
#include <string.h>
#include "scenario/placement.h"

/* ---- formulas ---- */

static void read_formula(struct read *r, enum section section, const struct node *node,
                         struct formula *out);

static void
read_parts(struct read *r, enum section section, const struct node *node, struct formula *out)
{
    const struct frame *before = r->frame;
    struct formula *part;

    if (node->kind != NODE_LIST || node->count == 0) {
        fault_kind(r, node, "a list of names");
        return;
    }
    part = read_alloc(r, node->count, sizeof *part);
    for (uint32_t i = 0; i < node->count && part != NULL; i++) {
        const struct frame frame = frame_item(r, i);

        r->frame = &frame;
        read_formula(r, section, node->item[i], &part[i]);
        for (uint32_t k = 0; k < i; k++)
            if (part[i].leaf != NONE && part[i].leaf == part[k].leaf)
                fault(r, &node->item[i]->at, "names '%s' a second time",
                      r->names[section].name[part[i].leaf]);
        r->frame = before;
    }
    out->part = part;
    out->parts = part == NULL ? 0 : node->count;
}

static void
read_threshold(struct read *r, enum section section, const struct node *node, struct formula *out)
{
    const struct node *any = node_find(node, "any"), *of = node_find(node, "of");
    const struct key key = {.name = "any", .unit = UNIT_NONE, .least = 1};
    const struct frame frame = frame_key(r, "any");
    const struct frame *before = r->frame;
    double need = 1;

    read_parts(r, section, of, out);
    r->frame = &frame;
    if (read_number(r, &key, any, &need) && (need != rint(need) || need > out->parts) &&
        out->parts > 0)
        fault(r, &any->at, "must be a whole number from 1 to %u, got %.15g", out->parts, need);
    else
        out->need = (uint32_t)need;
    r->frame = before;
}

static void
read_formula(struct read *r, enum section section, const struct node *node, struct formula *out)
{
    const bool map = node->kind == NODE_MAP;

    *out = (struct formula){.leaf = NONE, .need = 1};
    if (node->kind == NODE_LIST) {
        read_parts(r, section, node, out);
    } else if (map && node->count == 1 && node_find(node, "all") != NULL) {
        read_parts(r, section, node_find(node, "all"), out);
        out->need = out->parts;
    } else if (map && node->count == 2 && node_find(node, "any") != NULL &&
               node_find(node, "of") != NULL) {
        read_threshold(r, section, node, out);
    } else if (map && node_find(node, "choice") == NULL) {
        fault(r, &node->at,
              "must be a name, a list (any one of them), {all: [...]} or {any: K, of: [...]}");
    } else {
        out->leaf = read_ref(r, section, node);
        out->need = 0;
    }
}

static uint64_t
formula_leaves(const struct formula *f)
{
    uint64_t mask = 0;

    if (f->parts == 0)
        return f->leaf == NONE ? 0 : UINT64_C(1) << f->leaf;
    for (uint32_t i = 0; i < f->parts; i++)
        mask |= formula_leaves(&f->part[i]);
    return mask;
}

static void
read_formula_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_formula(r, key->names, node, FIELD(key, row, struct formula));
}

/* ---- rules ---- */

/* A wrong name must not make all others look unserved: then the rule counts as serving all. */
static void
read_users(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const size_t faults = r->why->count;
    const uint64_t mask = read_refs(r, SECTION_USERS, node);

    if (r->why->count == faults)
        *FIELD(key, row, uint64_t) = mask;
}

static void
read_classes(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const size_t faults = r->why->count;
    const uint64_t mask = read_refs(r, SECTION_DATA, node);

    if (r->why->count == faults)
        *FIELD(key, row, uint32_t) = (uint32_t)mask;
}

static const char *const writes_words[] = {"quorum", "all", NULL};
static const char *const scope_words[] = {"account", "cohort", NULL};

/* Is it the second of two words? */
static bool
take_second(struct read *r, const struct key *key, const char *name, const struct where *at,
            void *field)
{
    unsigned word = 0;
    const bool good = read_word(r, key, name, at, &word);

    *(bool *)field = word == 1;
    return good;
}

static void
read_second(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_second, FIELD(key, row, bool));
}

static const struct kind kind_formula = {"a formula of names", read_formula_value,
                                         "{\"$ref\": \"#/$defs/formula\"}", INSIDE_VALUE};
static const struct kind kind_users = {"a list of names", read_users,
                                       "{\"$ref\": \"#/$defs/names\"}", INSIDE_VALUE};
static const struct kind kind_classes = {"a list of names", read_classes,
                                         "{\"$ref\": \"#/$defs/names\"}", INSIDE_VALUE};
static const struct kind kind_writes = {"quorum or all", read_second, "%w", INSIDE_VALUE};
static const struct kind kind_key_scope = {"account or cohort", read_second, "%w", INSIDE_VALUE};

static const struct key cache_keys[] = {
    {.name = "ttl",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct rule, key_cache_ttl_s),
     .required = true,
     .about = "How long a key stays, from its fetch."},
};

static const struct form cache_form = {.key = cache_keys, .keys = COUNT(cache_keys)};

static const char *const decrypts_words[] = {"gateway", "client", NULL};

static const struct key rule_keys[] = {
    {.name = "users",
     .kind = &kind_users,
     .names = SECTION_USERS,
     .offset = offsetof(struct rule, cohorts),
     .about = "The user groups it serves; all when not stated."},
    {.name = "data",
     .kind = &kind_classes,
     .names = SECTION_DATA,
     .offset = offsetof(struct rule, classes),
     .about = "The data classes it serves; all when not stated."},
    {.name = "share",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .most = 1,
     .offset = offsetof(struct rule, share),
     .about = "Part of the accounts it serves; all that are left when not stated."},
    {.name = "replicas",
     .kind = &kind_formula,
     .names = SECTION_SITES,
     .offset = offsetof(struct rule, data),
     .required = true,
     .about = "The sites that hold the ciphertext."},
    {.name = "keys",
     .kind = &kind_formula,
     .names = SECTION_KEY_STORES,
     .offset = offsetof(struct rule, fetch), /* rule_finish adds the escrow */
     .required = true,
     .about = "The key stores that hold the key."},
    {.name = "escrow",
     .kind = &kind_formula,
     .names = SECTION_KEY_STORES,
     .offset = offsetof(struct rule, keys), /* until rule_finish */
     .about = "Key stores that hold the key, too, for others than the users: operations never ask "
              "them."},
    {.name = "key-scope",
     .kind = &kind_key_scope,
     .word = scope_words,
     .offset = offsetof(struct rule, cohort_key),
     .about = "account (default): each account has its own key; cohort: one key opens all "
              "accounts of a user group."},
    {.name = "rotation",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .above = true,
     .offset = offsetof(struct rule, rotation_s),
     .about = "Keys are renewed so often; never when not stated."},
    {.name = "key-cache",
     .kind = &kind_form,
     .form = &cache_form,
     .about = "The gateway keeps keys for a while."},
    {.name = "gateway",
     .kind = &kind_ref,
     .names = SECTION_SITES,
     .offset = offsetof(struct rule, gateway),
     .about = "The site users talk to; the nearest replica when not stated."},
    {.name = "decrypts",
     .kind = &kind_word,
     .word = decrypts_words,
     .offset = offsetof(struct rule, decrypts),
     .about = "Where data is decrypted: gateway (default) or client."},
    {.name = "writes",
     .kind = &kind_writes,
     .word = writes_words,
     .offset = offsetof(struct rule, writes_all),
     .about = "Writes wait for a quorum (default: a majority) or all of the replicas."},
};

/* All rows of a section as a mask. */
static uint64_t
all_of(const struct read *r, enum section section)
{
    const uint32_t count = r->names[section].count;

    return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

static void
rule_start(struct read *r, void *row)
{
    struct rule *rule = row;

    rule->cohorts = all_of(r, SECTION_USERS);
    rule->classes = (uint32_t)all_of(r, SECTION_DATA);
    rule->share = (double)NAN;
    rule->gateway.i = NONE;
    rule->data = rule->keys = rule->fetch = (struct formula){.leaf = NONE};
}

/* All devices, as a mask of key stores. */
static uint64_t
devices(const struct read *r)
{
    uint64_t mask = 0;

    for (uint32_t i = 0; i < r->w->stores; i++)
        if (r->w->store[i].kind == STORE_DEVICE)
            mask |= UINT64_C(1) << i;
    return mask;
}

/* Is the key out of reach of a gateway, since it lies on devices? */
static bool
needs_devices(const struct read *r, const struct rule *rule)
{
    const uint64_t own = devices(r), stores = rule->fetch_stores;

    return (stores & own) != 0 && !formula_holds(&rule->fetch, stores & ~own);
}

static const char *
first_store(const struct read *r, uint64_t mask)
{
    uint32_t i = 0;

    for (; (mask >> i & 1) == 0; i++)
        ;
    return r->names[SECTION_KEY_STORES].name[i];
}

/* What opens is what users ask, or the escrow. */
static void
add_escrow(struct read *r, const struct node *node, struct rule *rule)
{
    const uint64_t escrow = formula_leaves(&rule->keys), both = escrow & rule->fetch_stores;
    struct formula *part;

    rule->stores = rule->fetch_stores | escrow;
    if (node_find(node, "escrow") == NULL) {
        rule->keys = rule->fetch;
        return;
    }
    if (both != 0)
        fault_at(r, node, "escrow", "names '%s', which is in 'keys' already", first_store(r, both));
    if ((escrow & devices(r) & ~both) != 0)
        fault_at(r, node, "escrow", "names '%s', a user's device; an escrow is held by another",
                 first_store(r, escrow & devices(r) & ~both));
    part = read_alloc(r, 2, sizeof *part);
    if (part == NULL)
        return;
    part[0] = rule->fetch;
    part[1] = rule->keys;
    rule->keys = (struct formula){.need = 1, .leaf = NONE, .part = part, .parts = 2};
}

static void
rule_finish(struct read *r, const struct node *node, void *row)
{
    struct rule *rule = row;

    rule->at = read_where(r, &node->at);
    rule->sites = formula_leaves(&rule->data);
    rule->fetch_stores = formula_leaves(&rule->fetch);
    add_escrow(r, node, rule);
    if (rule->decrypts == DECRYPTS_CLIENT && rule->key_cache_ttl_s > 0)
        fault_at(r, node, "key-cache",
                 "has no meaning where the client decrypts: no key passes the "
                 "gateway");
    if (rule->decrypts == DECRYPTS_GATEWAY && needs_devices(r, rule))
        fault_at(r, node, "keys",
                 "need a user's device, which a gateway cannot ask; write "
                 "decrypts: client");
    if (rule->cohort_key && (rule->fetch_stores & devices(r)) != 0)
        fault_at(r, node, "key-scope",
                 "cannot be cohort with a user's device in 'keys': each has a key of its own");
}

const struct form rule_form = {
    .key = rule_keys,
    .keys = COUNT(rule_keys),
    .row_bytes = sizeof(struct rule),
    .most = 255,
    .start = rule_start,
    .finish = rule_finish,
};
