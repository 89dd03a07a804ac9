#include "random_world.h"
#include <math.h>
#include <stddef.h>

static void
fill_law(struct random_world *rw, struct stream *s)
{
    static const enum addressee kind[RW_INSTRUMENTS] = {ADDRESSEE_CUSTODIAN, ADDRESSEE_LOCATION,
                                                        ADDRESSEE_STATE_CUSTODIAN, ADDRESSEE_USER,
                                                        ADDRESSEE_PARTNER};
    static const char *const name[RW_INSTRUMENTS] = {"order", "seizure", "direct", "user", "mlat"};

    for (uint32_t j = 0; j < RW_JURISDICTIONS; j++) {
        for (uint32_t i = 0; i < RW_INSTRUMENTS; i++) {
            rw->instrument[i].name = name[i];
            rw->terms[j][i] = (struct instrument){
                .is.name = name[i],
                .available = stream_below(s, 4) != 0,
                .addressee = kind[i],
                .via = {0},
                .filing = dist_constant(86400.0 * (double)stream_below(s, 5)),
                .grant = 0.5 + 0.1 * (double)stream_below(s, 5),
                .abroad = stream_below(s, 3) == 0,
                .devices = stream_below(s, 2) == 0,
            };
        }
        rw->jurisdiction[j] =
            (struct jurisdiction){.is.name = "J", .title = "J", .instrument = rw->terms[j]};
    }
    for (uint32_t t = 0; t < 2; t++)
        rw->treaty[t] = (struct treaty){
            .from = {t}, .to = {2}, .delay = dist_constant(86400.0 * 30), .grant = 0.5};
}

static void
fill_holders(struct random_world *rw, struct stream *s)
{
    for (uint32_t p = 0; p < RW_PLACES; p++)
        rw->place[p].in.i = (uint32_t)stream_below(s, RW_JURISDICTIONS);
    for (uint32_t c = 0; c < RW_CUSTODIANS; c++)
        rw->custodian[c] = (struct custodian){
            .is.name = "c",
            .home = {(uint32_t)stream_below(s, RW_JURISDICTIONS)},
            .parent = {c > 0 && stream_below(s, 3) == 0 ? (uint32_t)stream_below(s, c) : NONE},
            .state_owned = stream_below(s, 3) == 0,
        };
    for (uint32_t c = 0; c < RW_CUSTODIANS; c++)
        rw->custodian[c].served_in =
            UINT64_C(1) << rw->custodian[c].home.i | stream_below(s, 1 << RW_JURISDICTIONS);
    for (uint32_t i = 0; i < RW_MAX; i++) {
        const enum store_kind kind = (enum store_kind)stream_below(s, 3);

        rw->site[i] = (struct site){.at = {(uint32_t)stream_below(s, RW_PLACES)},
                                    .operator= {(uint32_t)stream_below(s, RW_CUSTODIANS)},
                                    .controller = {(uint32_t)stream_below(s, RW_CUSTODIANS)}};
        rw->store[i] = (struct key_store){.kind = kind, .extractable = stream_below(s, 2) == 0};
        rw->store[i].at.i = kind == STORE_DEVICE ? NONE : (uint32_t)stream_below(s, RW_PLACES);
        rw->store[i].operator.i = kind == STORE_DEVICE ? NONE
                                                       : (uint32_t)stream_below(s, RW_CUSTODIANS);
        rw->store[i].controller = rw->store[i].operator;
    }
}

/* Any k of n of the first holders. */
static struct formula
threshold(struct formula *leaf, struct stream *s)
{
    const uint32_t n = 1 + (uint32_t)stream_below(s, 4);

    for (uint32_t i = 0; i < n; i++)
        leaf[i] = (struct formula){.leaf = i};
    return (struct formula){
        .leaf = NONE, .need = 1 + (uint32_t)stream_below(s, n), .part = leaf, .parts = n};
}

void
random_world_fill(struct random_world *rw, struct stream *s)
{
    *rw = (struct random_world){0};
    fill_law(rw, s);
    fill_holders(rw, s);
    for (uint32_t i = 0; i < RW_PLACES * RW_PLACES; i++)
        rw->link[i] = (struct link){.known = true, .rtt_s = 0.01};
    rw->cohort[0] = (struct cohort){.at = {0},
                                    .resident_of = rw->place[0].in,
                                    .accounts = 100,
                                    .operations_per_s = 1e-4,
                                    .reads = 1};
    rw->rule = (struct rule){.cohorts = 1,
                             .classes = 1,
                             .share = (double)NAN,
                             .data = threshold(rw->leaf, s),
                             .keys = threshold(rw->leaf + RW_MAX, s),
                             .gateway = {NONE}};
    rw->rule.sites = (UINT64_C(1) << rw->rule.data.parts) - 1;
    rw->rule.stores = (UINT64_C(1) << rw->rule.keys.parts) - 1;
    rw->world = (struct world){
        .jurisdiction = rw->jurisdiction,
        .place = rw->place,
        .custodian = rw->custodian,
        .site = rw->site,
        .store = rw->store,
        .cohort = rw->cohort,
        .instrument = rw->instrument,
        .treaty = rw->treaty,
        .link = rw->link,
        .jurisdictions = RW_JURISDICTIONS,
        .places = RW_PLACES,
        .custodians = RW_CUSTODIANS,
        .sites = RW_MAX,
        .stores = RW_MAX,
        .cohorts = 1,
        .instruments = RW_INSTRUMENTS,
        .treaties = 2,
    };
}
