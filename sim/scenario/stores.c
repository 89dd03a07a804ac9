/* Sections `sites` and `key-stores`: stations that hold ciphertext and keys. */
#include <math.h>
#include <string.h>
#include "scenario/sections.h"

static const struct key failure_keys[] = {
    {.name = "every",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .above = true,
     .offset = offsetof(struct failures, every_s),
     .required = true,
     .about = "Mean time between failures."},
    {.name = "for",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .above = true,
     .offset = offsetof(struct failures, for_s),
     .required = true,
     .about = "Mean time to repair."},
};

static const struct form failure_form = {.key = failure_keys, .keys = COUNT(failure_keys)};

#define LIMIT(type, field) (offsetof(struct type, limits) + offsetof(struct limits, field))

#define STATION_KEYS(type)                                                                         \
    {.name = "at",                                                                                 \
     .kind = &kind_ref,                                                                            \
     .names = SECTION_PLACES,                                                                      \
     .offset = offsetof(struct type, at),                                                          \
     .about = "The place it stands at."},                                                          \
        {.name = "operator",                                                                       \
         .kind = &kind_ref,                                                                        \
         .names = SECTION_CUSTODIANS,                                                              \
         .offset = offsetof(struct type, operator),                                                \
         .about = "The custodian that runs and possesses it."},                                    \
        {.name = "controller",                                                                     \
         .kind = &kind_ref,                                                                        \
         .names = SECTION_CUSTODIANS,                                                              \
         .offset = offsetof(struct type, controller),                                              \
         .about = "The custodian that controls it; the operator when not stated."},                \
        {.name = "servers",                                                                        \
         .kind = &kind_whole,                                                                      \
         .unit = UNIT_COUNT,                                                                       \
         .least = 1,                                                                               \
         .offset = offsetof(struct type, servers),                                                 \
         .about = "How many operations it serves side by side; 1 when not stated."},               \
        {.name = "service",                                                                        \
         .kind = &kind_service,                                                                    \
         .unit = UNIT_SECONDS,                                                                     \
         .offset = offsetof(struct type, service),                                                 \
         .about = "Time to serve one operation; none when not stated."},                           \
        {.name = "queue",                                                                          \
         .kind = &kind_whole,                                                                      \
         .unit = UNIT_COUNT,                                                                       \
         .offset = LIMIT(type, queue),                                                             \
         .about = "How many operations may wait; one more is refused. No end when not stated."},   \
        {.name = "quota",                                                                          \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_PER_SECOND,                                                                  \
         .above = true,                                                                            \
         .offset = LIMIT(type, quota_per_s),                                                       \
         .about = "What it takes, such as 5500 per 1 s; operations beyond are refused."},          \
        {.name = "burst",                                                                          \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_COUNT,                                                                       \
         .least = 1,                                                                               \
         .offset = LIMIT(type, burst),                                                             \
         .about = "How many it takes at once when none came before; a second's quota when not "    \
                  "stated."},                                                                      \
        {.name = "answers-within",                                                                 \
         .kind = &kind_number,                                                                     \
         .unit = UNIT_SECONDS,                                                                     \
         .above = true,                                                                            \
         .offset = LIMIT(type, answers_within_s),                                                  \
         .about = "An answer that comes later, the way there and back included, counts as none."}, \
    {                                                                                              \
        .name = "fails", .kind = &kind_form, .form = &failure_form,                                \
        .offset = offsetof(struct type, fails),                                                    \
        .about = "How often it fails and for how long; never when not stated."                     \
    }

static const struct key site_keys[] = {STATION_KEYS(site)};

static void
needs(struct read *r, const struct node *node, const char *key)
{
    if (node_find(node, key) == NULL)
        fault(r, &node->at, "needs '%s'", key);
}

/* What limits leave open. */
static void
finish_limits(struct read *r, const struct node *node, struct limits *limits)
{
    limits->queue_ends = node_find(node, "queue") != NULL;
    if (node_find(node, "burst") == NULL)
        limits->burst = fmax(1, limits->quota_per_s);
    else if (node_find(node, "quota") == NULL)
        fault_at(r, node, "burst", "needs 'quota', the rate it goes beyond");
}

static void
site_start(struct read *r, void *row)
{
    struct site *site = row;

    (void)r;
    site->at.i = site->operator.i = site->controller.i = NONE;
    site->servers = 1;
    site->service = dist_constant(0);
}

static void
site_finish(struct read *r, const struct node *node, void *row)
{
    struct site *site = row;

    needs(r, node, "at");
    needs(r, node, "operator");
    finish_limits(r, node, &site->limits);
    if (site->controller.i == NONE)
        site->controller = site->operator;
}

const struct form site_form = {
    .what = "site",
    .key = site_keys,
    .keys = COUNT(site_keys),
    .row_bytes = sizeof(struct site),
    .named = true,
    .most = HOLDERS_MAX,
    .start = site_start,
    .finish = site_finish,
};

static const char *const store_kinds[] = {"hsm", "software", "device", NULL};

static const struct key store_keys[] = {
    {.name = "kind",
     .kind = &kind_word,
     .word = store_kinds,
     .offset = offsetof(struct key_store, kind),
     .required = true,
     .about = "hsm, software, or device: the user's own."},
    {.name = "extractable",
     .kind = &kind_bool,
     .offset = offsetof(struct key_store, extractable),
     .about = "Can the key itself be taken out? By default of software, not of an HSM."},
    STATION_KEYS(key_store),
};

static void
store_start(struct read *r, void *row)
{
    struct key_store *store = row;

    (void)r;
    store->at.i = store->operator.i = store->controller.i = NONE;
    store->servers = 1;
    store->service = dist_constant(0);
}

/* A device is where its user is and belongs to nobody else. */
static void
device_finish(struct read *r, const struct node *node)
{
    static const char *const none[] = {"at",    "operator", "controller",     "extractable",
                                       "queue", "quota",    "answers-within", "burst"};

    for (size_t i = 0; i < COUNT(none); i++)
        if (node_find(node, none[i]) != NULL)
            fault_at(r, node, none[i], "has no meaning for a device: it is its user's");
}

static void
store_finish(struct read *r, const struct node *node, void *row)
{
    struct key_store *store = row;

    if (store->kind == STORE_DEVICE) {
        device_finish(r, node);
        return;
    }
    needs(r, node, "at");
    needs(r, node, "operator");
    finish_limits(r, node, &store->limits);
    if (node_find(node, "extractable") == NULL)
        store->extractable = store->kind == STORE_SOFTWARE;
    if (store->controller.i == NONE)
        store->controller = store->operator;
}

const struct form store_form = {
    .what = "key store",
    .key = store_keys,
    .keys = COUNT(store_keys),
    .row_bytes = sizeof(struct key_store),
    .named = true,
    .most = HOLDERS_MAX,
    .start = store_start,
    .finish = store_finish,
};
