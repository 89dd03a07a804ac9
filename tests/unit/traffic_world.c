#include "traffic_world.h"

#include <string.h>
#include "stats/interval.h"
#include "traffic/traffic.h"

static const double nothing[1] = {0};

const struct dist tw_free = {.kind = DIST_CONSTANT};

void
tw_init(struct traffic_world *tw)
{
    memset(tw, 0, sizeof *tw);
    tw->world = (struct world){.place = tw->place,
                               .site = tw->site,
                               .store = tw->store,
                               .class = tw->class,
                               .cohort = tw->cohort,
                               .link = tw->link,
                               .open = {NULL, nothing, nothing, 1},
                               .seal = {NULL, nothing, nothing, 1}};
    tw->epoch[0] =
        (struct epoch){.to = 100 * NS_PER_DAY, .world = &tw->world, .rule = tw->rule, .rules = 0};
    tw->strategy = (struct strategy){{.name = "only"}, tw->epoch, 1};
    tw->model = (struct model){.horizon = 100 * NS_PER_DAY,
                               .world = &tw->world,
                               .strategy = &tw->strategy,
                               .strategies = 1,
                               .study = {.traffic = 1, .seed = 1, .window = 40000}};
    tw->class[0] = (struct data_class){.is = {.name = "data"}, .weight = 1};
    tw->world.classes = 1;
    tw_place(tw);
}

uint32_t
tw_place(struct traffic_world *tw)
{
    static const char *const name[TW_MOST] = {"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"};
    const uint32_t n = tw->world.places++;

    tw->place[n].is.name = name[n];
    /* the matrix grows by a row and a column: all links anew */
    for (uint32_t i = 0; i < (n + 1) * (n + 1); i++)
        tw->link[i] = (struct link){.known = true, .bandwidth_bit_s = (double)INFINITY};
    return n;
}

uint32_t
tw_site(struct traffic_world *tw, uint32_t at, uint32_t servers, struct dist service_s)
{
    tw->site[tw->world.sites] =
        (struct site){.is = {.name = "site"}, .at = {at}, .servers = servers, .service = service_s};
    return tw->world.sites++;
}

uint32_t
tw_store(struct traffic_world *tw, uint32_t at, uint32_t servers, struct dist service_s)
{
    tw->store[tw->world.stores] = (struct key_store){
        .is = {.name = "store"}, .at = {at}, .servers = servers, .service = service_s};
    return tw->world.stores++;
}

uint32_t
tw_device(struct traffic_world *tw)
{
    tw->store[tw->world.stores] =
        (struct key_store){.is = {.name = "device"}, .kind = STORE_DEVICE, .at = {NONE}};
    return tw->world.stores++;
}

uint32_t
tw_cohort(struct traffic_world *tw, uint32_t at, double accounts, double operations_per_s,
          double reads)
{
    struct cohort *c = &tw->cohort[tw->world.cohorts];

    *c = (struct cohort){.is = {.name = "users"},
                         .at = {at},
                         .accounts = accounts,
                         .operations_per_s = operations_per_s,
                         .reads = reads};
    for (size_t h = 0; h < COUNT(c->hour); h++)
        c->hour[h] = 1;
    return tw->world.cohorts++;
}

/* "Any `need` of `row`" */
static struct formula
any_of(struct traffic_world *tw, uint32_t need, const uint32_t *row, uint64_t *mask)
{
    struct formula *first = &tw->leaf[tw->leaves];
    uint32_t n = 0;

    *mask = 0;
    for (; row[n] != NONE; n++) {
        first[n] = (struct formula){.leaf = row[n]};
        *mask |= (uint64_t)1 << row[n];
    }
    tw->leaves += n;
    return (struct formula){.need = need, .leaf = NONE, .part = first, .parts = n};
}

struct rule *
tw_rule(struct traffic_world *tw, uint32_t need_data, const uint32_t *sites, uint32_t need_keys,
        const uint32_t *stores)
{
    struct rule *r = &tw->rule[tw->epoch[0].rules++];

    *r = (struct rule){
        .cohorts = UINT64_MAX, .classes = UINT32_MAX, .share = NAN, .gateway = {NONE}};
    r->data = any_of(tw, need_data, sites, &r->sites);
    r->keys = r->fetch = any_of(tw, need_keys, stores, &r->stores);
    r->fetch_stores = r->stores;
    return r;
}

static struct link *
link_of(struct traffic_world *tw, uint32_t a, uint32_t b)
{
    return &tw->link[a * tw->world.places + b];
}

void
tw_rtt(struct traffic_world *tw, uint32_t a, uint32_t b, double rtt_s)
{
    link_of(tw, a, b)->rtt_s = link_of(tw, b, a)->rtt_s = rtt_s;
}

void
tw_jitter(struct traffic_world *tw, uint32_t a, uint32_t b, struct dist jitter_s)
{
    link_of(tw, a, b)->jitter = link_of(tw, b, a)->jitter = jitter_s;
}

struct dist
tw_exponential(double mean)
{
    return (struct dist){.kind = DIST_EXPONENTIAL, .p = {mean}};
}

void
tw_run(const struct traffic_world *tw, uint64_t replication, struct recording *out)
{
    struct why why = {0};
    const int rc = traffic_run(&tw->model, (struct strategy_id){0}, replication, out, &why);

    for (size_t i = 0; i < why.count; i++)
        print_error("%s\n", why.fault[i].text);
    why_release(&why);
    assert_int_equal(rc, 0);
}

double
tw_latency_ms(const struct recording *r)
{
    double sum = 0, weight = 0;

    for (size_t i = 0; i < r->windows.count; i++) {
        const struct window_result *w = &r->windows.item[i];

        sum += w->weight * w->latency.sum;
        weight += w->weight * (double)w->served;
    }
    return sum / weight / (double)NS_PER_MS;
}

double
tw_availability(const struct recording *r)
{
    double served = 0, all = 0;

    for (size_t i = 0; i < r->windows.count; i++) {
        const struct window_result *w = &r->windows.item[i];

        served += w->weight * (double)w->served;
        all += w->weight * (double)w->operations;
    }
    return served / all;
}

double
tw_value(const struct recording *r, enum metric_id metric, struct label label)
{
    for (size_t i = 0; i < r->observations.count; i++) {
        const struct observation *o = &r->observations.item[i];

        if (o->metric == metric && memcmp(&o->label, &label, sizeof label) == 0)
            return o->value;
    }
    return 0;
}

double
tw_utilisation(const struct recording *r, uint32_t station)
{
    return tw_value(r, METRIC_STATION_UTILISATION, label_with(label_total, LABEL_STATION, station));
}

void
tw_check_mean(const char *what, const double *value, size_t count, double expected, double level)
{
    const struct estimate e = estimate_mean(value, count, level);

    if (!(expected >= e.low && expected <= e.high))
        fail_msg("%s: expected %.9g, got %.9g, %g%% interval [%.9g, %.9g]", what, expected, e.mean,
                 100 * level, e.low, e.high);
}

double
tw_mmc_sojourn(double arrivals_per_s, double service_s, uint32_t servers)
{
    const double a = arrivals_per_s * service_s;
    double blocked = 1; /* Erlang B by its recursion, then C from B */

    for (uint32_t k = 1; k <= servers; k++)
        blocked = a * blocked / (k + a * blocked);
    const double waits = servers * blocked / (servers - a * (1 - blocked));

    return service_s + waits * service_s / (servers - a);
}

void
tw_check_near(const char *what, double got, double expected, double within)
{
    if (!(fabs(got - expected) <= within))
        fail_msg("%s: expected %.12g within %g, got %.12g", what, expected, within, got);
}

void
tw_check_mean_latency(const char *what, const struct traffic_world *tw, double expected_ms)
{
    double mean[TW_REPLICATIONS];

    for (uint64_t i = 0; i < TW_REPLICATIONS; i++) {
        struct recording r = {0};

        tw_run(tw, i, &r);
        mean[i] = tw_latency_ms(&r);
        recording_release(&r);
    }
    tw_check_mean(what, mean, TW_REPLICATIONS, expected_ms, TW_LEVEL);
}

void
tw_check_latency(const char *what, const struct traffic_world *tw, double expected_ms)
{
    struct recording r = {0};

    tw_run(tw, 0, &r);
    tw_check_near(what, tw_latency_ms(&r), expected_ms, 1e-6);
    recording_release(&r);
}

void
tw_queue(struct traffic_world *tw, double per_s, uint32_t servers, struct dist service)
{
    tw_init(tw);
    tw_site(tw, 0, servers, service);
    tw_device(tw);
    tw_cohort(tw, 0, 1000, per_s / 1000, 1);
    tw_rule(tw, 1, TW_ROWS(0), 1, TW_ROWS(0));
}

void
tw_chain(struct traffic_world *tw, double reads)
{
    tw_init(tw);
    for (uint32_t i = 0; i < 3; i++)
        tw_place(tw);
    tw_rtt(tw, 0, 1, 0.040);
    tw_rtt(tw, 1, 2, 0.100);
    tw_rtt(tw, 1, 3, 0.250);
    tw_rtt(tw, 0, 3, 0.300);
    tw_rtt(tw, 0, 2, 0.120);
    tw_site(tw, 1, TW_AMPLE, dist_constant(99));
    tw_site(tw, 2, TW_AMPLE, dist_constant(0.007));
    tw_store(tw, 3, TW_AMPLE, dist_constant(0.002));
    tw_cohort(tw, 0, 1000, 0.1, reads);
    tw_rule(tw, 1, TW_ROWS(1), 1, TW_ROWS(0))->gateway.i = 0;
}

void
tw_varied(struct traffic_world *tw)
{
    tw_chain(tw, 0.7);
    tw->class[0].weight = 0.25;
    tw->class[0].size = (struct dist){.kind = DIST_LOGNORMAL, .p = {75000, 3}};
    tw->class[1] = (struct data_class){.weight = 0.75,
                                       .size = (struct dist){.kind = DIST_GAMMA, .p = {9000, 2}}};
    tw->world.classes = 2;
    tw_cohort(tw, 2, 50000, 0.001, 0.5);
    tw->site[1].servers = 2;
    tw->site[1].service = (struct dist){.kind = DIST_LOGNORMAL, .p = {0.004, 1.5}};
    tw->link[4].loss = 0.01;
    tw_jitter(tw, 0, 1, tw_exponential(0.01));
    tw_rtt(tw, 2, 1, 0.1);
    tw->store[0].fails = (struct failures){99, 1};
    tw->model.study.failures = 1;
    for (uint32_t h = 0; h < 24; h++)
        tw->cohort[0].hour[h] = h < 12 ? 0.5 : 1.5;
}
