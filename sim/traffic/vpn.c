#include "traffic/vpn.h"

#include <math.h>
#include <stdlib.h>

static bool
is_by_vpn(const struct cohort *c)
{
    return c->vpn > 0 && c->operations_per_s > 0;
}

bool
vpn_is_used(const struct regime_list *regimes)
{
    for (size_t i = 0; i < regimes->count; i++) {
        const struct world *w = regimes->item[i].epoch->world;

        for (uint32_t k = 0; k < w->cohorts; k++)
            if (is_by_vpn(&w->cohort[k]))
                return true;
    }
    return false;
}

/* What was seen of one cohort in one window. */
struct vpn_part {
    uint32_t cohort;
    double weight; /* of one operation */
    struct hist latency;
};

struct vpn_parts {
    struct vpn_part *item;
    size_t count, capacity;
};

/* Takes a window's histograms of VPN users. */
static int
take(struct vpn_parts *parts, struct window *w, const struct world *world, double probability)
{
    for (uint32_t i = 0; i < world->cohorts; i++) {
        const struct cohort *c = &world->cohort[i];
        double operations = 0;

        if (!is_by_vpn(c))
            continue;
        for (uint32_t k = 0; k < world->classes; k++)
            operations += (double)w->cell[i * world->classes + k].operations;
        for (uint32_t k = 0; k < world->classes && operations > 0; k++) {
            struct window_cell *cell = &w->cell[i * world->classes + k];

            if (VEC_ROOM(parts) < 0)
                return ERR_MEMORY;
            parts->item[parts->count++] = (struct vpn_part){
                i, probability * c->accounts * c->operations_per_s / operations, cell->latency};
            cell->latency = (struct hist){0};
        }
    }
    return 0;
}

/* One epoch, as it is when the service is blocked: a cohort's accounts are those with a VPN. */
static int
run_epoch(const struct vpn_run *run, const struct regime *regime, struct vpn_parts *parts,
          struct why *why)
{
    struct world world = *regime->epoch->world;
    struct epoch epoch = *regime->epoch;
    const struct regime blocked = {.epoch = &epoch, .blocked = true};
    struct cohort *cohort = calloc(world.cohorts + 1, sizeof *cohort);
    struct paths paths = {0};
    int rc;

    if (cohort == NULL)
        return why_no_memory(why);
    for (uint32_t i = 0; i < world.cohorts; i++) {
        cohort[i] = world.cohort[i];
        if (is_by_vpn(&cohort[i]))
            cohort[i].accounts *= cohort[i].vpn;
    }
    world.cohort = cohort;
    epoch.world = &world;
    rc = paths_make(&paths, &blocked, why);
    if (rc == 0) {
        const struct window_plan plan = {&world, &paths, run->model->study.seed, run->replication,
                                         run->model->study.window};

        rc = window_run(run->window, &plan);
        if (rc == 0)
            rc = take(parts, run->window, &world, regime->probability);
        if (rc == ERR_MEMORY)
            rc = why_no_memory(why);
        else if (rc == ERR_NUMERIC)
            rc = why_add(why, ERR_NUMERIC, NULL,
                         "strategy '%s': an operation's latency by VPN is out of range",
                         run->model->strategy[run->strategy.i].is.name);
    }
    window_clear(run->window);
    paths_release(&paths);
    free(cohort);
    return rc;
}

/* The latencies of one cohort, of all for NONE. */
static int
record(const struct vpn_run *run, const struct vpn_parts *parts, uint32_t cohort,
       struct recording *out)
{
    const struct label label =
        cohort == NONE ? label_total : label_with(label_total, LABEL_COHORT, cohort);
    const struct hist **hist = calloc(parts->count + 1, sizeof(const struct hist *));
    double *mass = calloc(parts->count + 1, sizeof *mass), sum = 0, all = 0;
    size_t n = 0;
    int rc = 0;

    for (size_t i = 0; hist != NULL && mass != NULL && i < parts->count; i++) {
        const struct vpn_part *p = &parts->item[i];

        if ((cohort != NONE && p->cohort != cohort) || p->latency.total == 0)
            continue;
        hist[n] = &p->latency;
        mass[n] = p->weight * (double)p->latency.total;
        sum += p->weight * p->latency.sum;
        all += mass[n++];
    }
    if (hist == NULL || mass == NULL)
        rc = ERR_MEMORY;
    if (rc == 0 && n > 0)
        rc = record_value(out, run->strategy.i, METRIC_LATENCY_VPN_MEAN, label,
                          sum / all / (double)NS_PER_MS);
    if (rc == 0 && n > 0)
        rc = record_value(out, run->strategy.i, METRIC_LATENCY_VPN_P95, label,
                          hist_mixture_quantile(hist, mass, n, 0.95) / (double)NS_PER_MS);
    free(hist);
    free(mass);
    return rc;
}

int
vpn_run(const struct vpn_run *run, struct recording *out, struct why *why)
{
    const uint32_t cohorts = run->model->world->cohorts;
    struct vpn_parts parts = {0};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < run->regimes->count; i++) {
        const struct regime *r = &run->regimes->item[i];

        if (r->sites_down == 0 && r->stores_down == 0)
            rc = run_epoch(run, r, &parts, why);
    }
    for (uint32_t i = 0; rc == 0 && i <= cohorts; i++)
        if (record(run, &parts, i < cohorts ? i : NONE, out) < 0)
            rc = why_no_memory(why);
    for (size_t i = 0; i < parts.count; i++)
        hist_release(&parts.item[i].latency);
    free(parts.item);
    return rc;
}
