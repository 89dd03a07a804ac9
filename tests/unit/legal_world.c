#include "legal_world.h"
#include <stdlib.h>
#include <string.h>
#include "goodness.h"

static void
init_places(struct legal_world *lw)
{
    static const char *const name[LW_INSTRUMENTS] = {"order", "direct", "seizure", "mlat", "user"};
    static const char *const where[LW_JURISDICTIONS] = {"AA", "BB", "CC"};

    for (uint32_t j = 0; j < LW_JURISDICTIONS; j++) {
        lw->jurisdiction[j] = (struct jurisdiction){.is.name = where[j],
                                                    .title = where[j],
                                                    .instrument = lw->terms[j],
                                                    .duty = {SIM_NEVER, SIM_NEVER}};
        lw->place[j] = (struct place){.is.name = where[j], .in = {j}};
        for (uint32_t i = 0; i < LW_INSTRUMENTS; i++)
            lw->terms[j][i].is.name = name[i];
    }
    for (uint32_t i = 0; i < LW_INSTRUMENTS; i++)
        lw->instrument[i].name = name[i];
    for (uint32_t i = 0; i < LW_JURISDICTIONS * LW_JURISDICTIONS; i++)
        lw->link[i] = (struct link){.known = true, .rtt_s = i % 4 == 0 ? 0 : 0.1};
}

static void
init_formulas(struct legal_world *lw)
{
    for (uint32_t i = 0; i < LW_MOST; i++)
        lw->leaf[i].leaf = lw->leaf[LW_MOST + i].leaf = i;
}

void
lw_init(struct legal_world *lw, double horizon_days)
{
    memset(lw, 0, sizeof *lw);
    init_places(lw);
    init_formulas(lw);
    lw->world = (struct world){
        .jurisdiction = lw->jurisdiction,
        .place = lw->place,
        .custodian = lw->custodian,
        .site = lw->site,
        .store = lw->store,
        .class = lw->class,
        .cohort = lw->cohort,
        .instrument = lw->instrument,
        .treaty = lw->treaty,
        .authority = lw->authority,
        .jurisdictions = LW_JURISDICTIONS,
        .places = LW_JURISDICTIONS,
        .instruments = LW_INSTRUMENTS,
        .link = lw->link,
    };
    lw->model = (struct model){
        .title = "test",
        .starts_unix_s = 1356998400, /* 2013-01-01 */
        .horizon = (sim_ns)(horizon_days * (double)NS_PER_DAY),
        .world = &lw->world,
        .strategy = lw->strategy,
        .study = {.legal = 1, .seed = 11},
    };
    lw_class(lw, false);
    lw_strategy(lw);
}

struct instrument *
lw_allow(struct legal_world *lw, uint32_t jurisdiction, enum lw_instrument i)
{
    static const enum addressee addressee[LW_INSTRUMENTS] = {
        ADDRESSEE_CUSTODIAN, ADDRESSEE_STATE_CUSTODIAN, ADDRESSEE_LOCATION, ADDRESSEE_PARTNER,
        ADDRESSEE_USER};
    struct instrument *in = &lw->terms[jurisdiction][i];

    in->available = true;
    in->addressee = addressee[i];
    in->via.i = i == LW_MLAT ? LW_ORDER : NONE;
    in->grant = 1;
    return in;
}

void
lw_treaty(struct legal_world *lw, uint32_t from, uint32_t to, struct dist delay, double grant)
{
    assert_true(lw->world.treaties < 2);
    lw->treaty[lw->world.treaties++] =
        (struct treaty){.from = {from}, .to = {to}, .delay = delay, .grant = grant};
}

uint32_t
lw_custodian(struct legal_world *lw, uint32_t home)
{
    const uint32_t row = lw->world.custodians++;

    assert_true(row < LW_MOST);
    lw->custodian[row] = (struct custodian){.is.name = "custodian",
                                            .home = {home},
                                            .served_in = UINT64_C(1) << home,
                                            .parent = {NONE},
                                            .team = {.reviewers = 1}};
    return row;
}

uint32_t
lw_site(struct legal_world *lw, uint32_t at, uint32_t custodian)
{
    const uint32_t row = lw->world.sites++;

    assert_true(row < LW_MOST);
    lw->site[row] = (struct site){.is.name = "site",
                                  .at = {at},
                                  .operator= {custodian},
                                  .controller = {custodian},
                                  .servers = 1};
    return row;
}

uint32_t
lw_store(struct legal_world *lw, uint32_t at, uint32_t custodian, bool extractable)
{
    const uint32_t row = lw->world.stores++;

    assert_true(row < LW_MOST);
    lw->store[row] = (struct key_store){.is.name = "store",
                                        .kind = STORE_HSM,
                                        .extractable = extractable,
                                        .at = {at},
                                        .operator= {custodian},
                                        .controller = {custodian},
                                        .servers = 1};
    return row;
}

uint32_t
lw_device(struct legal_world *lw)
{
    const uint32_t row = lw_store(lw, NONE, NONE, false);

    lw->store[row].kind = STORE_DEVICE;
    return row;
}

uint32_t
lw_class(struct legal_world *lw, bool metadata)
{
    const uint32_t row = lw->world.classes++;

    assert_true(row < LW_MOST);
    lw->class[row] = (struct data_class){.is.name = "class", .weight = 1, .metadata = metadata};
    for (uint32_t a = 0; a < lw->world.authorities; a++)
        for (uint32_t s = 0; s < lw->authority[a].streams; s++)
            lw->stream[a][s].classes |= 1u << row;
    return row;
}

uint32_t
lw_cohort(struct legal_world *lw, uint32_t at, double accounts)
{
    const uint32_t row = lw->world.cohorts++;

    assert_true(row < LW_MOST);
    lw->cohort[row] = (struct cohort){
        .is.name = "users", .at = {at}, .resident_of = {at}, .accounts = accounts, .reads = 1};
    for (unsigned h = 0; h < 24; h++)
        lw->cohort[row].hour[h] = 1;
    return row;
}

uint32_t
lw_authority(struct legal_world *lw, uint32_t jurisdiction)
{
    const uint32_t row = lw->world.authorities++;

    assert_true(row < LW_MOST);
    lw->authority[row] = (struct authority){.is.name = "authority",
                                            .jurisdiction = {jurisdiction},
                                            .stream = lw->stream[row],
                                            .entity = row};
    return row;
}

struct request_stream *
lw_stream(struct legal_world *lw, uint32_t authority, uint64_t through, double rate_per_day)
{
    const uint32_t row = lw->authority[authority].streams++;
    struct request_stream *s = &lw->stream[authority][row];

    assert_true(row < LW_MOST);
    lw->target[authority][row][0] = 1;
    *s = (struct request_stream){
        .is.name = "stream",
        .rate_per_s = rate_per_day / LW_DAY,
        .through = through,
        .accounts = dist_constant(1),
        .target = lw->target[authority][row],
        .wants_content = 1,
        .concerns = 1,
        .classes = (1u << lw->world.classes) - 1,
    };
    return s;
}

uint32_t
lw_threat(struct legal_world *lw, uint64_t sites, uint64_t stores, double rate_per_day,
          double common_cause)
{
    const uint32_t ordinal = lw->world.threats++, row = lw_authority(lw, NONE);
    const int targets = __builtin_popcountll(sites) + __builtin_popcountll(stores);
    struct threat *t = &lw->threat[ordinal];

    *t = (struct threat){
        .is.name = "threat",
        .class = ADVERSARY_CRIMINAL,
        .rate_per_s = rate_per_day / LW_DAY,
        .common_cause = common_cause,
        .sites = sites,
        .stores = stores,
        .terms = {.available = true, .addressee = ADDRESSEE_COVERT, .grant = 1, .gag = 1},
    };
    lw->world.threat = lw->threat;
    lw->authority[row].threat = t;
    lw->authority[row].entity = THREAT_ENTITY + ordinal;
    lw_stream(lw, row, 0, rate_per_day * (targets * (1 - common_cause) + common_cause))->target =
        NULL;
    return row;
}

struct instrument *
lw_allow_order(struct legal_world *lw, uint32_t jurisdiction, enum lw_instrument i)
{
    struct instrument *in = lw_allow(lw, jurisdiction, i);

    in->addressee = ADDRESSEE_CUSTODIAN;
    return in;
}

uint32_t
lw_strategy(struct legal_world *lw)
{
    const uint32_t row = lw->model.strategies++;

    assert_true(row < LW_STRATEGIES);
    lw->strategy[row] =
        (struct strategy){.is.name = "strategy", .epoch = lw->strategies[row].epoch};
    lw_epoch(lw, row, 0);
    return row;
}

struct epoch *
lw_epoch(struct legal_world *lw, uint32_t strategy, double from_days)
{
    const uint32_t row = lw->strategy[strategy].epochs++;
    struct epoch *e = &lw->strategies[strategy].epoch[row];

    assert_true(row < LW_EPOCHS);
    *e = (struct epoch){.from = (sim_ns)(from_days * (double)NS_PER_DAY),
                        .to = lw->model.horizon,
                        .world = &lw->world,
                        .rule = lw->strategies[strategy].rule[row],
                        .moved = row > 0};
    if (row > 0)
        e[-1].to = e->from;
    return e;
}

struct rule *
lw_rule(struct legal_world *lw, uint32_t strategy, uint32_t site, uint32_t store)
{
    const uint32_t last = lw->strategy[strategy].epochs - 1;
    struct epoch *e = &lw->strategies[strategy].epoch[last];
    struct rule *r = &lw->strategies[strategy].rule[last][e->rules++];

    assert_true(e->rules <= LW_RULES);
    *r = (struct rule){
        .cohorts = UINT64_MAX,
        .classes = UINT32_MAX,
        .share = (double)NAN,
        .data = lw->leaf[site],
        .keys = lw->leaf[LW_MOST + store],
        .sites = UINT64_C(1) << site,
        .stores = UINT64_C(1) << store,
        .gateway = {NONE},
    };
    return r;
}

void
lw_run(const struct legal_world *lw, uint32_t strategy, uint64_t replication, struct recording *out)
{
    struct why why = {0};
    int rc;

    recording_clear(out);
    out->plane = PLANE_LEGAL;
    out->replication = replication;
    rc = legal_run(&lw->model, (struct strategy_id){strategy}, replication, out, &why);
    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    why_release(&why);
    assert_int_equal(rc, 0);
}

double
lw_value(const struct recording *r, enum metric_id metric, struct label label)
{
    for (size_t i = 0; i < r->observations.count; i++) {
        const struct observation *o = &r->observations.item[i];

        if (o->metric == metric && memcmp(&o->label, &label, sizeof label) == 0)
            return o->value;
    }
    return metric_table[metric].absent_is_unknown || metric_table[metric].summary == SUMMARY_FIRST
               ? (double)NAN
               : 0;
}

void
lw_check_mean(const struct legal_world *lw, uint32_t strategy, uint32_t n, enum metric_id metric,
              struct label label, double expected)
{
    struct recording r = {0};
    double *value = calloc(n, sizeof *value);
    struct estimate e;

    assert_non_null(value);
    for (uint32_t i = 0; i < n; i++) {
        lw_run(lw, strategy, i, &r);
        value[i] = lw_value(&r, metric, label);
    }
    e = estimate_mean(value, n, 1 - LEVEL);
    if (!(e.low <= expected && expected <= e.high))
        fail_msg("%s: expected %.6g, got %.6g in [%.6g, %.6g] over %u replications",
                 metric_table[metric].name, expected, e.mean, e.low, e.high, n);
    free(value);
    recording_release(&r);
}

struct dist
lw_exponential_days(double mean)
{
    return (struct dist){.kind = DIST_EXPONENTIAL, .p = {mean * LW_DAY}};
}

void
lw_home_world(struct legal_world *lw, double horizon_days, double accounts, double rate_per_day)
{
    uint32_t c;

    lw_init(lw, horizon_days);
    lw_allow(lw, 0, LW_ORDER);
    c = lw_custodian(lw, 0);
    lw_site(lw, 0, c);
    lw_store(lw, 0, c, false);
    lw_cohort(lw, 0, accounts);
    lw_authority(lw, 0);
    lw_stream(lw, 0, LW_MASK(LW_ORDER), rate_per_day);
    lw_rule(lw, 0, 0, 0);
}

void
lw_partner_world(struct legal_world *lw, double rate, double delay, double grant)
{
    uint32_t c;

    lw_init(lw, 1000);
    lw_allow(lw, 0, LW_MLAT);
    lw_allow(lw, 1, LW_ORDER);
    lw_treaty(lw, 0, 1, dist_constant(delay * LW_DAY), grant);
    c = lw_custodian(lw, 1);
    lw->custodian[c].team = (struct legal_team){1, dist_constant(50 * LW_DAY)};
    lw_site(lw, 1, c);
    lw_store(lw, 1, c, false);
    lw_cohort(lw, 0, 1);
    lw_authority(lw, 0);
    lw_stream(lw, 0, LW_MASK(LW_MLAT), rate);
    lw_rule(lw, 0, 0, 0);
}

void
lw_moving_world(struct legal_world *lw, double horizon, double accounts, double rate, double moves)
{
    uint32_t state_owned, foreign;

    lw_init(lw, horizon);
    lw_allow(lw, 0, LW_DIRECT);
    state_owned = lw_custodian(lw, 0);
    lw->custodian[state_owned].state_owned = true;
    foreign = lw_custodian(lw, 1);
    lw_site(lw, 0, state_owned);
    lw_store(lw, 1, foreign, false);
    lw_store(lw, 0, state_owned, false);
    lw_cohort(lw, 0, accounts);
    lw_authority(lw, 0);
    lw_stream(lw, 0, LW_MASK(LW_DIRECT), rate);
    lw_rule(lw, 0, 0, 0);
    lw_epoch(lw, 0, moves);
    lw_rule(lw, 0, 0, 1);
}

void
lw_split_world(struct legal_world *lw, double horizon_days, double accounts, double rate_per_day)
{
    uint32_t other;

    lw_home_world(lw, horizon_days, accounts, rate_per_day);
    other = lw_custodian(lw, 0);
    lw->store[0].operator.i = lw->store[0].controller.i = other;
}

void
lw_copies_world(struct legal_world *lw, uint32_t custodians, double horizon_days, double accounts,
                double rate_per_day)
{
    struct rule *r;

    lw_home_world(lw, horizon_days, accounts, rate_per_day);
    for (uint32_t i = 1; i < custodians; i++) {
        lw_custodian(lw, 0);
        lw_site(lw, 0, i);
        lw_store(lw, 0, i, true);
    }
    lw->any_site = (struct formula){1, NONE, lw->leaf, custodians};
    lw->any_store = (struct formula){1, NONE, lw->leaf + LW_MOST, custodians};
    r = &lw->strategies[0].rule[0][0];
    r->data = lw->any_site;
    r->keys = lw->any_store;
    r->sites = r->stores = (UINT64_C(1) << custodians) - 1;
}

void
lw_busy_world(struct legal_world *lw)
{
    uint32_t c;

    lw_home_world(lw, 2000, 1000, 0.5);
    lw_class(lw, true);
    lw->terms[0][LW_ORDER].filing = lw_exponential_days(10);
    lw->terms[0][LW_ORDER].grant = 0.8;
    lw->custodian[0].team = (struct legal_team){4, lw_exponential_days(7)};
    lw->custodian[0].rejects = 0.2;
    lw->custodian[0].narrows = 0.2;
    lw->custodian[0].challenges = 0.3;
    lw->custodian[0].court = lw_exponential_days(100);
    lw->custodian[0].challenge_wins = 0.5;
    lw->stream[0][0].wants_content = 0.6;
    lw->stream[0][0].accounts = lw_exponential_days(5.0 / LW_DAY);
    c = lw_custodian(lw, 1);
    lw_site(lw, 1, c);
    lw_store(lw, 1, c, true);
    lw_allow(lw, 1, LW_ORDER);
    lw_allow(lw, 1, LW_MLAT);
    lw_treaty(lw, 1, 0, lw_exponential_days(200), 0.5);
    lw_authority(lw, 1);
    lw_stream(lw, 1, LW_MASK(LW_ORDER) | LW_MASK(LW_MLAT), 0.4)->escalates = true;
    lw_cohort(lw, 1, 300);
    lw->target[1][0][0] = 0.7;
    lw->target[1][0][1] = 0.3;
    lw_epoch(lw, 0, 900)->old_copies_for = 50 * NS_PER_DAY;
    lw_rule(lw, 0, 1, 1)->share = 0.25;
    lw_rule(lw, 0, 1, 0);
}
