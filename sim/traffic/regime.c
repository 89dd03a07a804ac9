#include "traffic/regime.h"

#include <math.h>
#include <stdlib.h>

/* Equality of what user operations notice. Names, sources, law and ownership are none of it. */

static bool
same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool
same_dist(const struct dist *a, const struct dist *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return false;
    for (size_t i = 0; i < COUNT(a->p); i++)
        if (!same_number(a->p[i], b->p[i]))
            return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->part != NULL &&
            (a->part[i].weight != b->part[i].weight || !same_dist(&a->part[i].of, &b->part[i].of)))
            return false;
        if (a->value != NULL && a->value[i] != b->value[i])
            return false;
    }
    return true;
}

static bool
same_care(const struct rule *a, const struct rule *b)
{
    return a->reads_fastest == b->reads_fastest && a->keys_parallel == b->keys_parallel &&
           a->timeout_s == b->timeout_s && a->retries == b->retries &&
           a->back_off_s == b->back_off_s && a->edge.objects == b->edge.objects &&
           a->edge.at.i == b->edge.at.i && a->edge.hit == b->edge.hit;
}

static bool
same_limits(const struct limits *a, const struct limits *b)
{
    return a->queue_ends == b->queue_ends && a->queue == b->queue &&
           a->quota_per_s == b->quota_per_s && a->burst == b->burst &&
           a->answers_within_s == b->answers_within_s;
}

static bool
same_hours(const double *a, const double *b)
{
    for (uint32_t h = 0; h < 24; h++)
        if ((a != NULL ? a[h] : 1) != (b != NULL ? b[h] : 1))
            return false;
    return true;
}

static bool
same_rule(const struct rule *a, const struct rule *b)
{
    return a->cohorts == b->cohorts && a->classes == b->classes &&
           same_number(a->share, b->share) && formula_same(&a->data, &b->data) &&
           formula_same(&a->fetch, &b->fetch) && a->gateway.i == b->gateway.i &&
           a->decrypts == b->decrypts && a->cohort_key == b->cohort_key &&
           a->key_cache_ttl_s == b->key_cache_ttl_s && a->writes_all == b->writes_all &&
           same_care(a, b);
}

static bool
same_cost(const struct cost *a, const struct cost *b)
{
    if (a->points != b->points)
        return false;
    for (uint32_t i = 0; i < a->points; i++)
        if (a->seconds[i] != b->seconds[i] || (a->points > 1 && a->bytes[i] != b->bytes[i]))
            return false;
    return true;
}

static bool
same_failures(const struct failures *a, const struct failures *b)
{
    return a->every_s == b->every_s && a->for_s == b->for_s;
}

static bool
same_holders(const struct world *a, const struct world *b)
{
    if (a->sites != b->sites || a->stores != b->stores)
        return false;
    for (uint32_t i = 0; i < a->sites; i++) {
        const struct site *x = &a->site[i], *y = &b->site[i];

        if (x->at.i != y->at.i || x->servers != y->servers || !same_dist(&x->service, &y->service))
            return false;
        if (!same_failures(&x->fails, &y->fails) || !same_limits(&x->limits, &y->limits))
            return false;
    }
    for (uint32_t i = 0; i < a->stores; i++) {
        const struct key_store *x = &a->store[i], *y = &b->store[i];

        if (x->kind != y->kind || x->at.i != y->at.i || x->servers != y->servers)
            return false;
        if (!same_dist(&x->service, &y->service) || !same_failures(&x->fails, &y->fails) ||
            !same_limits(&x->limits, &y->limits))
            return false;
    }
    return true;
}

static bool
same_users(const struct world *a, const struct world *b)
{
    if (a->classes != b->classes || a->cohorts != b->cohorts)
        return false;
    for (uint32_t i = 0; i < a->classes; i++)
        if (a->class[i].weight != b->class[i].weight ||
            !same_dist(&a->class[i].size, &b->class[i].size))
            return false;
    for (uint32_t i = 0; i < a->cohorts; i++) {
        const struct cohort *x = &a->cohort[i], *y = &b->cohort[i];

        if (x->at.i != y->at.i || x->accounts != y->accounts || x->reads != y->reads ||
            x->operations_per_s != y->operations_per_s || x->lists != y->lists ||
            x->removals != y->removals || x->connections.idle_s != y->connections.idle_s ||
            x->connections.tls != y->connections.tls || x->vpn != y->vpn ||
            !same_dist(&x->vpn_delay, &y->vpn_delay))
            return false;
        for (size_t h = 0; h < COUNT(x->hour); h++)
            if (x->hour[h] != y->hour[h])
                return false;
    }
    return true;
}

static bool
same_network(const struct world *a, const struct world *b)
{
    if (a->places != b->places)
        return false;
    for (size_t i = 0; i < (size_t)a->places * a->places; i++) {
        const struct link *x = &a->link[i], *y = &b->link[i];

        if (x->known != y->known || !same_number(x->rtt_s, y->rtt_s) ||
            !same_dist(&x->jitter, &y->jitter) || !same_number(x->loss, y->loss) ||
            !same_number(x->bandwidth_bit_s, y->bandwidth_bit_s) || x->pipe != y->pipe ||
            x->pipe_bit_s != y->pipe_bit_s || !same_hours(x->loss_hour, y->loss_hour) ||
            !same_hours(x->bandwidth_hour, y->bandwidth_hour))
            return false;
    }
    return true;
}

bool
regime_same_epoch(const struct epoch *a, const struct epoch *b)
{
    if (a->rules != b->rules)
        return false;
    for (uint32_t i = 0; i < a->rules; i++)
        if (!same_rule(&a->rule[i], &b->rule[i]))
            return false;
    const struct world *x = a->world, *y = b->world;

    return x == y || (same_holders(x, y) && same_users(x, y) && same_network(x, y) &&
                      same_cost(&x->open, &y->open) && same_cost(&x->seal, &y->seal));
}

/* The states */

void
regime_components(const struct epoch *epoch, uint64_t *sites, uint64_t *stores)
{
    *sites = *stores = 0;
    for (uint32_t i = 0; i < epoch->rules; i++) {
        const struct rule *r = &epoch->rule[i];

        *sites |= r->sites;
        *stores |= r->fetch_stores;
        if (r->gateway.i != NONE)
            *sites |= (uint64_t)1 << r->gateway.i;
    }
}

/* What may fail: the odds of being down against up, F / E. */
struct component {
    uint64_t site, store; /* one bit in one of them */
    double odds;
};

static uint32_t
components_list(const struct epoch *epoch, struct component out[2 * HOLDERS_MAX])
{
    const struct world *w = epoch->world;
    uint64_t sites, stores;
    uint32_t n = 0;

    regime_components(epoch, &sites, &stores);
    for (uint32_t i = 0; i < w->sites; i++) {
        const struct failures *f = &w->site[i].fails;

        if ((sites >> i & 1) != 0 && f->every_s > 0 && f->for_s > 0)
            out[n++] = (struct component){.site = (uint64_t)1 << i, .odds = f->for_s / f->every_s};
    }
    for (uint32_t i = 0; i < w->stores; i++) {
        const struct failures *f = &w->store[i].fails;

        if ((stores >> i & 1) != 0 && w->store[i].kind != STORE_DEVICE && f->every_s > 0 &&
            f->for_s > 0)
            out[n++] = (struct component){.store = (uint64_t)1 << i, .odds = f->for_s / f->every_s};
    }
    return n;
}

static int
add(struct regime_list *list, const struct regime *regime, struct why *why)
{
    if (list->count > UINT16_MAX)
        return why_add(why, ERR_LIMIT, NULL, "a strategy must not have more than %d regimes",
                       UINT16_MAX + 1);
    if (VEC_ROOM(list) < 0)
        return why_no_memory(why);
    list->item[list->count++] = *regime;
    return 0;
}

/* Adds the states of one epoch, which holds `share` of the horizon. */
static int
add_epoch(struct regime_list *list, const struct epoch *epoch, double share, uint32_t failures,
          struct why *why)
{
    struct component part[2 * HOLDERS_MAX];
    const uint32_t n = failures > 0 ? components_list(epoch, part) : 0;
    const size_t first = list->count;
    double sum = 1;
    int rc = add(list, &(struct regime){.epoch = epoch, .probability = 1}, why);

    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        const struct regime alone = {epoch, part[i].site, part[i].store, false, part[i].odds};

        sum += alone.probability;
        rc = add(list, &alone, why);
    }
    for (uint32_t i = 0; failures > 1 && i < n; i++)
        for (uint32_t j = i + 1; rc == 0 && j < n; j++) {
            const struct regime pair = {epoch, part[i].site | part[j].site,
                                        part[i].store | part[j].store, false,
                                        part[i].odds * part[j].odds};

            sum += pair.probability;
            rc = add(list, &pair, why);
        }
    for (size_t i = first; i < list->count; i++)
        list->item[i].probability *= share / sum;
    return rc;
}

/* Time of all epochs that serve like number i; 0 when an earlier one did and has it already. */
static sim_ns
merged_time(const struct strategy *s, uint32_t i)
{
    sim_ns time = 0;

    for (uint32_t j = 0; j < s->epochs; j++) {
        const struct epoch *e = &s->epoch[j];

        if (j != i && !regime_same_epoch(&s->epoch[i], e))
            continue;
        if (j < i)
            return 0;
        time += e->to - e->from;
    }
    return time;
}

int
regime_list_make(struct regime_list *list, const struct model *model, struct strategy_id strategy,
                 struct why *why)
{
    const struct strategy *s = &model->strategy[strategy.i];
    int rc = 0;

    for (uint32_t i = 0; rc == 0 && i < s->epochs; i++) {
        const sim_ns time = merged_time(s, i);

        if (time > 0)
            rc = add_epoch(list, &s->epoch[i], (double)time / (double)model->horizon,
                           model->study.failures, why);
    }
    return rc;
}

void
regime_list_release(struct regime_list *list)
{
    free(list->item);
    *list = (struct regime_list){0};
}
