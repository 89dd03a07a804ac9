#include "legal/residence.h"
#include "model/lever.h"

struct inside {
    uint64_t sites, stores;
};

static struct inside
inside_of(const struct world *w, uint32_t cohort)
{
    const uint32_t j = w->cohort[cohort].resident_of.i;
    const bool devices = w->place[w->cohort[cohort].at.i].in.i == j;
    struct inside in = {0};

    for (uint32_t i = 0; i < w->sites; i++)
        if (site_jurisdiction(w, (struct site_id){i}).i == j)
            in.sites |= UINT64_C(1) << i;
    for (uint32_t i = 0; i < w->stores; i++)
        if (w->store[i].kind == STORE_DEVICE ? devices
                                             : store_jurisdiction(w, (struct store_id){i}).i == j)
            in.stores |= UINT64_C(1) << i;
    return in;
}

struct residence
residence_of(const struct timeline *t, const struct phase *p, uint32_t cohort, sim_ns now)
{
    const struct world *w = p->world;
    const struct duty *duty = &w->jurisdiction[w->cohort[cohort].resident_of.i].duty;
    const struct inside in = inside_of(w, cohort);
    const struct parts *parts = &t->parts[cohort];
    struct residence out = {0};

    for (uint32_t part = 0; part < parts->count; part++) {
        const double share = parts->upper[part] - (part > 0 ? parts->upper[part - 1] : 0);
        bool violated = false, served = false, reads = false;

        for (uint32_t k = 0; k < t->classes; k++) {
            const struct placed *placed = phase_placed(t, p, cohort, part, k);

            if (placed->copies == 0 || placed->copy[0].former)
                continue; /* no rule serves it now */
            const struct rule *rule = placed->copy[0].rule;
            const bool held = formula_holds(&rule->data, in.sites);

            served = true;
            reads |= held;
            violated |= duty->data_from <= now && !held;
            violated |= duty->keys_from <= now && !formula_holds(rule_fetch(rule), in.stores);
        }
        out.violated += violated ? share : 0;
        out.outside += served && !reads ? share : 0;
    }
    return out;
}

sim_ns
duty_next(const struct phase *p, sim_ns now)
{
    sim_ns next = SIM_NEVER;

    for (uint32_t j = 0; j < p->world->jurisdictions; j++) {
        const struct duty *d = &p->world->jurisdiction[j].duty;

        if (d->data_from > now && d->data_from < next)
            next = d->data_from;
        if (d->keys_from > now && d->keys_from < next)
            next = d->keys_from;
    }
    return next;
}
