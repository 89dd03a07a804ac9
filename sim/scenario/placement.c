/* Placement rules: who is served from where, with which keys. */
#include <math.h>
#include <string.h>
#include "model/edge.h"
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
static const struct kind kind_reads = {"nearest or fastest", read_second, "%w", INSIDE_VALUE};
static const struct kind kind_key_fetch = {"serial or parallel", read_second, "%w", INSIDE_VALUE};
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

static const char *const decrypts_words[] = {"gateway", "client", "site", NULL};
static const char *const reads_words[] = {"nearest", "fastest", NULL};
static const char *const fetch_words[] = {"serial", "parallel", NULL};

static const struct key popularity_keys[] = {
    {.name = "zipf",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .most = 8,
     .offset = offsetof(struct edge_cache, zipf),
     .required = true,
     .about = "The i-th most popular object is read with weight i to the minus this."},
    {.name = "of",
     .kind = &kind_number,
     .unit = UNIT_COUNT,
     .least = 1,
     .most = 1e12,
     .offset = offsetof(struct edge_cache, of),
     .required = true,
     .about = "How many objects there are to read."},
};

static const struct form popularity_form = {.key = popularity_keys, .keys = COUNT(popularity_keys)};

/* Its keys are fields of the cache itself. */
static void
read_popularity(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_form(r, key->form, node, row);
}

static const struct kind kind_popularity = {"a mapping", read_popularity, NULL, INSIDE_FORM};

static const struct key edge_keys[] = {
    {.name = "at",
     .kind = &kind_ref,
     .names = SECTION_PLACES,
     .offset = offsetof(struct edge_cache, at),
     .required = true,
     .about = "The place it stands at."},
    {.name = "objects",
     .kind = &kind_number,
     .unit = UNIT_COUNT,
     .least = 1,
     .offset = offsetof(struct edge_cache, objects),
     .required = true,
     .about = "How many objects it keeps; the one read longest ago goes first."},
    {.name = "popularity",
     .kind = &kind_popularity,
     .form = &popularity_form,
     .required = true,
     .about = "How reads spread over the objects."},
};

static void
edge_finish(struct read *r, const struct node *node, void *row)
{
    struct edge_cache *edge = row;

    (void)r;
    (void)node;
    if (edge->objects > 0 && edge->of >= 1)
        edge->hit = edge_hit_ratio(edge);
}

static const struct form edge_form = {
    .key = edge_keys, .keys = COUNT(edge_keys), .finish = edge_finish};

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
     .about = "Where data is decrypted: gateway (default), client, or site: by the replica."},
    {.name = "writes",
     .kind = &kind_writes,
     .word = writes_words,
     .offset = offsetof(struct rule, writes_all),
     .about = "Writes wait for a quorum (default: a majority) or all of the replicas."},
    {.name = "reads",
     .kind = &kind_reads,
     .word = reads_words,
     .offset = offsetof(struct rule, reads_fastest),
     .about =
         "Reads ask the nearest replicas that suffice (default), or all and take the fastest."},
    {.name = "key-fetch",
     .kind = &kind_key_fetch,
     .word = fetch_words,
     .offset = offsetof(struct rule, keys_parallel),
     .about = "A read asks for the key once the data is there (serial, default), or together with "
              "it (parallel)."},
    {.name = "timeout",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .above = true,
     .offset = offsetof(struct rule, timeout_s),
     .about = "An operation that takes longer fails; it waits for ever when not stated."},
    {.name = "retries",
     .kind = &kind_whole,
     .unit = UNIT_COUNT,
     .most = 100,
     .offset = offsetof(struct rule, retries),
     .about =
         "How often an operation repeats what was refused or came too late; 0 when not stated."},
    {.name = "back-off",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct rule, back_off_s),
     .about = "Most that is waited before the first repeat; it doubles with each, and the wait is "
              "uniform below it."},
    {.name = "edge-cache",
     .kind = &kind_form,
     .form = &edge_form,
     .offset = offsetof(struct rule, edge),
     .about = "A cache of ciphertext near the users."},
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

/* Does every single site of the formula hold the whole object? */
static bool
each_suffices(const struct formula *f, uint64_t sites)
{
    for (uint64_t left = sites; left != 0; left &= left - 1)
        if (!formula_holds(f, left & -left))
            return false;
    return true;
}

static void
check_traffic(struct read *r, const struct node *node, const struct rule *rule)
{
    if (node_find(node, "back-off") != NULL && node_find(node, "retries") == NULL)
        fault_at(r, node, "back-off", "needs 'retries', the waits between which it states");
    if (rule->decrypts != DECRYPTS_SITE)
        return;
    if (rule->data.parts > 0 && !each_suffices(&rule->data, rule->sites))
        fault_at(r, node, "decrypts",
                 "cannot be site where one replica does not hold the whole object");
    if (rule->keys_parallel)
        fault_at(r, node, "key-fetch",
                 "cannot be parallel where a site decrypts: it asks when it is asked itself");
    if (rule->reads_fastest)
        fault_at(r, node, "reads", "cannot be fastest where a site decrypts: one of them does");
    if (rule->edge.objects > 0)
        fault_at(r, node, "edge-cache",
                 "has no meaning where a site decrypts: no ciphertext leaves it");
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
    if (rule->decrypts != DECRYPTS_CLIENT && needs_devices(r, rule))
        fault_at(r, node, "keys",
                 "need a user's device, which a %s cannot ask; write "
                 "decrypts: client",
                 decrypts_words[rule->decrypts]);
    check_traffic(r, node, rule);
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
