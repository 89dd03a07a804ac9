#include "random_world.h"
#include <math.h>
#include <stddef.h>

static void
fill_law(struct random_world *rw, struct stream *s)
{
    static const enum addressee kind[RW_INSTRUMENTS] = {
        ADDRESSEE_CUSTODIAN, ADDRESSEE_LOCATION, ADDRESSEE_STATE_CUSTODIAN,
        ADDRESSEE_USER,      ADDRESSEE_PARTNER,  ADDRESSEE_COVERT};
    static const char *const name[RW_INSTRUMENTS] = {"order", "seizure", "direct",
                                                     "user",  "mlat",    "implant"};

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
                .watches = stream_below(s, 3) == 0,
                .holds_for_s = stream_below(s, 3) == 0 ? 3600 : 0,
                .sites = stream_below(s, 1 << RW_MAX) & stream_below(s, 1 << RW_MAX),
                .stores = stream_below(s, 1 << RW_MAX) & stream_below(s, 1 << RW_MAX),
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

/* Nested thresholds; a holder may stand in a formula several times. */
static struct formula
draw_formula(struct random_world *rw, struct stream *s, uint32_t depth)
{
    const uint32_t parts = 1 + (uint32_t)stream_below(s, 4), first = rw->parts;

    if (depth == 0 || first + parts > RW_PARTS || stream_below(s, 3) == 0)
        return (struct formula){.leaf = (uint32_t)stream_below(s, RW_MAX)};
    rw->parts += parts;
    for (uint32_t i = 0; i < parts; i++)
        rw->part[first + i] = draw_formula(rw, s, depth - 1);
    return (struct formula){.leaf = NONE,
                            .need = 1 + (uint32_t)stream_below(s, parts),
                            .part = &rw->part[first],
                            .parts = parts};
}

static uint64_t
leaves(const struct formula *f)
{
    uint64_t mask = f->leaf != NONE ? UINT64_C(1) << f->leaf : 0;

    for (uint32_t i = 0; f->leaf == NONE && i < f->parts; i++)
        mask |= leaves(&f->part[i]);
    return mask;
}

/* Keys that users' operations ask for, and sometimes an escrow beside them. */
static void
draw_keys(struct random_world *rw, struct stream *s, struct rule *rule)
{
    struct formula *both;

    rule->keys = draw_formula(rw, s, 3);
    rule->stores = leaves(&rule->keys);
    if (rw->parts + 2 > RW_PARTS || stream_below(s, 3) != 0)
        return;
    both = &rw->part[rw->parts];
    rw->parts += 2;
    rule->fetch = both[0] = rule->keys;
    rule->fetch_stores = rule->stores;
    both[1] = draw_formula(rw, s, 2);
    rule->keys = (struct formula){.leaf = NONE, .need = 1, .part = both, .parts = 2};
    rule->stores = leaves(&rule->keys);
}

static void
fill_rule(struct random_world *rw, struct stream *s, struct rule *rule)
{
    *rule = (struct rule){.cohorts = 1,
                          .classes = 1,
                          .share = (double)NAN,
                          .data = draw_formula(rw, s, 3),
                          .gateway = {NONE},
                          .key_cache_ttl_s = stream_below(s, 2) == 0 ? 600 : 0};
    rule->sites = leaves(&rule->data);
    draw_keys(rw, s, rule);
}

void
random_world_fill(struct random_world *rw, struct stream *s)
{
    *rw = (struct random_world){0};
    fill_law(rw, s);
    fill_holders(rw, s);
    for (uint32_t i = 0; i < RW_PLACES * RW_PLACES; i++)
        rw->link[i] = (struct link){.known = true, .rtt_s = 0.01};
    rw->class[0].weight = 1;
    rw->cohort[0] = (struct cohort){.at = {0},
                                    .resident_of = rw->place[0].in,
                                    .accounts = 100,
                                    .operations_per_s = 1e-4,
                                    .reads = 1};
    for (uint32_t h = 0; h < 24; h++)
        rw->cohort[0].hour[h] = 1;
    for (uint32_t r = 0; r < RW_RULES; r++)
        fill_rule(rw, s, &rw->rule[r]);
    if (stream_below(s, 3) == 0) {
        rw->statute = (struct blocking_statute){.against = 1 + stream_below(s, 7),
                                                .obeys = stream_below(s, 2) == 0 ? 0 : 0.5};
        rw->jurisdiction[stream_below(s, RW_JURISDICTIONS)].statute = &rw->statute;
    }
    rw->world = (struct world){
        .jurisdiction = rw->jurisdiction,
        .place = rw->place,
        .custodian = rw->custodian,
        .site = rw->site,
        .store = rw->store,
        .class = rw->class,
        .cohort = rw->cohort,
        .instrument = rw->instrument,
        .treaty = rw->treaty,
        .link = rw->link,
        .jurisdictions = RW_JURISDICTIONS,
        .places = RW_PLACES,
        .custodians = RW_CUSTODIANS,
        .sites = RW_MAX,
        .stores = RW_MAX,
        .classes = 1,
        .cohorts = 1,
        .instruments = RW_INSTRUMENTS,
        .treaties = 2,
    };
}
