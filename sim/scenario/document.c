/*
 * The scenario as a whole: its sections, in the order of `enum section`. Offsets of the world's
 * sections are fields of `struct world`, those of the others of `struct model`.
 */
#include "scenario/document.h"

#include "scenario/costs.h"
#include "scenario/placement.h"
#include "scenario/sections.h"
#include "scenario/study.h"

static const struct key crypto_keys[] = {
    {.name = "open",
     .kind = &kind_cost,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct world, open),
     .about = "To decrypt an object; {cost: aes-256-gcm-open} when not stated."},
    {.name = "seal",
     .kind = &kind_cost,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct world, seal),
     .about = "To encrypt an object; {cost: aes-256-gcm-seal} when not stated."},
};

static void
crypto_finish(struct read *r, const struct node *node, void *row)
{
    struct world *w = row;

    if (node_find(node, "open") == NULL)
        find_cost(r, "aes-256-gcm-open", &node->at, &w->open);
    if (node_find(node, "seal") == NULL)
        find_cost(r, "aes-256-gcm-seal", &node->at, &w->seal);
}

static const struct form crypto_form = {
    .key = crypto_keys,
    .keys = COUNT(crypto_keys),
    .finish = crypto_finish,
};

static void
read_crypto(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_form(r, key->form, node, row);
}

/* Read apart: before everything else, since dates and random streams hang on them, or with another
 * section. */
static void
read_apart(struct read *r, const struct key *key, const struct node *node, void *row)
{
    (void)r, (void)key, (void)node, (void)row;
}

static const struct kind kind_crypto = {"a mapping", read_crypto, NULL, INSIDE_FORM};
static const struct kind kind_version = {"1", read_apart, "{\"const\": 1}", INSIDE_VALUE};
static const struct kind kind_horizon = {"a mapping", read_apart, NULL, INSIDE_FORM};
static const struct kind kind_strategies = {"a mapping of names", read_apart, NULL, INSIDE_ROWS};
static const struct kind kind_threats = {"a mapping of names", read_apart, NULL, INSIDE_ROWS};
static const struct kind kind_changes = {"a list", read_apart, NULL, INSIDE_LIST};

#define WORLD(field)        .offset = offsetof(struct world, field)
#define ROWS(field, number) WORLD(field), .count = offsetof(struct world, number)

static const struct key document_keys[] = {
    [SECTION_JURISIM] = {.name = "jurisim",
                         .kind = &kind_version,
                         .required = true,
                         .about = "The version of this format: 1."},
    [SECTION_TITLE] = {.name = "title",
                       .kind = &kind_text,
                       .offset = offsetof(struct model, title),
                       .about = "What the scenario is about, in one line."},
    [SECTION_HORIZON] = {.name = "horizon",
                         .kind = &kind_horizon,
                         .form = &horizon_form,
                         .required = true,
                         .about = "The time simulated."},
    [SECTION_JURISDICTIONS] = {.name = "jurisdictions",
                               .kind = &kind_jurisdictions,
                               .form = &jurisdiction_form,
                               ROWS(jurisdiction, jurisdictions),
                               .required = true,
                               .about = "Legal orders, by upper-case names."},
    [SECTION_INSTRUMENTS] = {.name = "instruments",
                             .kind = &kind_instruments,
                             .form = &instrument_form,
                             ROWS(instrument, instruments),
                             .about = "Legal or covert means to reach data."},
    [SECTION_PLACES] = {.name = "places",
                        .kind = &kind_rows,
                        .form = &place_form,
                        ROWS(place, places),
                        .required = true,
                        .about = "Points in the network, each inside one jurisdiction."},
    [SECTION_NETWORK] = {.name = "network",
                         .kind = &kind_network,
                         .form = &network_form,
                         WORLD(link),
                         .about = "What lies between the places."},
    [SECTION_CUSTODIANS] = {.name = "custodians",
                            .kind = &kind_rows,
                            .form = &custodian_form,
                            ROWS(custodian, custodians),
                            .required = true,
                            .about = "Legal entities that hold or control data or keys."},
    [SECTION_SITES] = {.name = "sites",
                       .kind = &kind_rows,
                       .form = &site_form,
                       ROWS(site, sites),
                       .required = true,
                       .about = "Storage."},
    [SECTION_KEY_STORES] = {.name = "key-stores",
                            .kind = &kind_rows,
                            .form = &store_form,
                            ROWS(store, stores),
                            .required = true,
                            .about = "What holds keys."},
    [SECTION_DATA] = {.name = "data",
                      .kind = &kind_data,
                      .form = &class_form,
                      ROWS(class, classes),
                      .required = true,
                      .about = "Classes of data."},
    [SECTION_USERS] = {.name = "users",
                       .kind = &kind_rows,
                       .form = &cohort_form,
                       ROWS(cohort, cohorts),
                       .required = true,
                       .about = "Groups of users alike."},
    [SECTION_TREATIES] = {.name = "treaties",
                          .kind = &kind_treaties,
                          .form = &treaty_form,
                          ROWS(treaty, treaties),
                          .about = "Partner paths between two jurisdictions."},
    [SECTION_AUTHORITIES] = {.name = "authorities",
                             .kind = &kind_authorities,
                             .form = &authority_form,
                             ROWS(authority, authorities),
                             .about = "Who asks."},
    [SECTION_CRYPTO] = {.name = "crypto",
                        .kind = &kind_crypto,
                        .form = &crypto_form,
                        .about = "The cost of decrypting and encrypting an object."},
    [SECTION_COSTS] = {.name = "costs",
                       .kind = &kind_costs,
                       .about =
                           "Costs of cryptographic operations, before those of the cost file."},
    [SECTION_STRATEGIES] = {.name = "strategies",
                            .kind = &kind_strategies,
                            .form = &strategy_form,
                            .required = true,
                            .about = "Placements to compare."},
    [SECTION_CHANGES] = {.name = "changes",
                         .kind = &kind_changes,
                         .form = &change_form,
                         .about = "Dated changes of the world, for all strategies."},
    [SECTION_STUDY] = {.name = "study",
                       .kind = &kind_form,
                       .form = &study_form,
                       .offset = offsetof(struct model, study),
                       .about = "How the scenario is simulated."},
    [SECTION_EXPECT] = {.name = "expect",
                        .kind = &kind_list,
                        .form = &expect_form,
                        .about = "What the world did, to judge the simulation by."},
    [SECTION_REQUIRE] = {.name = "require",
                         .kind = &kind_list,
                         .form = &require_form,
                         .about = "What must hold."},
    [SECTION_SWEEP] = {.name = "sweep",
                       .kind = &kind_sweep,
                       .offset = offsetof(struct model, sweep),
                       .count = offsetof(struct model, sweep_axes),
                       .about =
                           "Paths and the values to try; checked, and not used by this version."},
    [SECTION_SEARCH] = {.name = "search",
                        .kind = &kind_form,
                        .form = &search_form,
                        .offset = offsetof(struct model, search),
                        .about =
                            "Placements to look through; checked, and not used by this version."},
    [SECTION_READINGS] = {.name = "readings",
                          .kind = &kind_rows,
                          .form = &reading_form,
                          .offset = offsetof(struct model, reading),
                          .count = offsetof(struct model, readings),
                          .about = "Readings of contested law, each a set of values."},
    [SECTION_THREATS] = {.name = "threats",
                         .kind = &kind_threats,
                         .form = &threat_form,
                         .about = "Levers without law: breaches and insiders."},
};
_Static_assert(COUNT(document_keys) == SECTIONS, "a row for each section");

const struct form document_form = {
    .key = document_keys,
    .keys = SECTIONS,
    .top = true,
};
