/* What a scenario states and nothing uses. */
#include "model/lever.h"
#include "scenario/document.h"

/* What is used in some epoch of some strategy, as masks and marks. */
struct uses {
    uint64_t jurisdictions, custodians, sites, stores, instruments, listed;
    bool place[256]; /* the most a scenario may have */
};

static void
use_world(struct uses *u, const struct world *w)
{
    for (uint32_t i = 0; i < w->places; i++)
        u->jurisdictions |= UINT64_C(1) << w->place[i].in.i;
    for (uint32_t i = 0; i < w->custodians; i++) {
        u->jurisdictions |= w->custodian[i].served_in;
        if (w->custodian[i].parent.i != NONE)
            u->custodians |= UINT64_C(1) << w->custodian[i].parent.i;
    }
    for (uint32_t i = 0; i < w->sites; i++) {
        u->place[w->site[i].at.i] = true;
        u->custodians |= UINT64_C(1) << w->site[i].operator.i;
        u->custodians |= UINT64_C(1) << w->site[i].controller.i;
    }
    for (uint32_t i = 0; i < w->stores; i++) {
        if (w->store[i].kind == STORE_DEVICE)
            continue;
        u->place[w->store[i].at.i] = true;
        u->custodians |= UINT64_C(1) << w->store[i].operator.i;
        u->custodians |= UINT64_C(1) << w->store[i].controller.i;
    }
    for (uint32_t i = 0; i < w->cohorts; i++) {
        u->place[w->cohort[i].at.i] = true;
        u->jurisdictions |= UINT64_C(1) << w->cohort[i].resident_of.i;
    }
}

static void
use_law(struct uses *u, const struct world *w)
{
    for (uint32_t j = 0; j < w->jurisdictions; j++) {
        for (uint32_t i = 0; i < w->instruments; i++) {
            const struct instrument *terms = &w->jurisdiction[j].instrument[i];

            if (!terms->available)
                continue;
            u->listed |= UINT64_C(1) << i;
            if (terms->via.i != NONE)
                u->instruments |= UINT64_C(1) << terms->via.i;
        }
    }
    for (uint32_t i = 0; i < w->authorities; i++) {
        if (w->authority[i].threat == NULL)
            u->jurisdictions |= UINT64_C(1) << w->authority[i].jurisdiction.i;
        for (uint32_t k = 0; k < w->authority[i].streams; k++)
            u->instruments |= w->authority[i].stream[k].through;
    }
    for (uint32_t i = 0; i < w->threats; i++)
        u->custodians |= w->threat[i].custodians;
    for (uint32_t i = 0; i < w->treaties; i++)
        u->jurisdictions |= UINT64_C(1) << w->treaty[i].from.i | UINT64_C(1) << w->treaty[i].to.i;
}

static void
use_epoch(struct uses *u, const struct epoch *e)
{
    use_world(u, e->world);
    use_law(u, e->world);
    for (uint32_t i = 0; i < e->rules; i++) {
        u->sites |= e->rule[i].sites;
        u->stores |= e->rule[i].stores;
        if (e->rule[i].gateway.i != NONE)
            u->sites |= UINT64_C(1) << e->rule[i].gateway.i;
        if (e->rule[i].edge.objects > 0)
            u->place[e->rule[i].edge.at.i] = true;
    }
}

static void
warn_unused(struct why *out, const struct named *is, const char *what)
{
    why_add(out, ERR_INPUT, &is->at, "%s '%s' is not used", what, is->name);
}

#define WARN_MASK(rows, count, mask, what)                                                         \
    for (uint32_t i = 0; i < (count); i++)                                                         \
        if (((mask) >> i & 1) == 0)                                                                \
    warn_unused(out, &(rows)[i].is, what)

static void
warn_rows(const struct uses *u, const struct world *w, struct why *out)
{
    WARN_MASK(w->jurisdiction, w->jurisdictions, u->jurisdictions, "jurisdiction");
    WARN_MASK(w->custodian, w->custodians, u->custodians, "custodian");
    WARN_MASK(w->site, w->sites, u->sites, "site");
    WARN_MASK(w->store, w->stores, u->stores, "key store");
    for (uint32_t i = 0; i < w->places; i++)
        if (!u->place[i])
            warn_unused(out, &w->place[i].is, "place");
    for (uint32_t i = 0; i < w->instruments; i++) {
        if ((u->listed >> i & 1) == 0)
            why_add(out, ERR_INPUT, &w->instrument[i].at,
                    "instrument '%s' belongs to no jurisdiction", w->instrument[i].name);
        else if ((u->instruments >> i & 1) == 0)
            why_add(out, ERR_INPUT, &w->instrument[i].at, "no request goes through instrument '%s'",
                    w->instrument[i].name);
    }
}

/* Was an instrument ever available to a jurisdiction? */
static bool
ever_available(const struct model *m, uint32_t jurisdiction, uint32_t instrument)
{
    for (uint32_t s = 0; s < m->strategies; s++) {
        for (uint32_t e = 0; e < m->strategy[s].epochs; e++) {
            const struct world *w = m->strategy[s].epoch[e].world;

            if (w->jurisdiction[jurisdiction].instrument[instrument].available)
                return true;
        }
    }
    return false;
}

/* Outside its periods a series lets no request arrive, which is easily overlooked. */
static void
warn_gaps(const struct model *m, const struct authority *authority,
          const struct request_stream *stream, struct why *out)
{
    sim_ns covered = 0;

    for (uint32_t i = 0; i < stream->periods; i++)
        covered += stream->series[i].to - stream->series[i].from;
    if (stream->rate_per_s == 0 && covered < m->horizon)
        why_add(
            out, ERR_INPUT, &stream->is.at,
            "authority '%s': requests.%s.series says nothing of %.0f of the horizon's %.0f days: "
            "no request arrives then",
            authority->is.name, stream->is.name, days_from_ns(m->horizon - covered),
            days_from_ns(m->horizon));
}

static void
warn_streams(const struct model *m, struct why *out)
{
    const struct world *w = m->world;

    for (uint32_t a = 0; a < w->authorities; a++) {
        const struct authority *authority = &w->authority[a];

        if (authority->threat != NULL)
            continue;
        for (uint32_t k = 0; k < authority->streams; k++) {
            warn_gaps(m, authority, &authority->stream[k], out);
            if (authority->stream[k].through == 0)
                why_add(
                    out, ERR_INPUT, &authority->stream[k].is.at,
                    "authority '%s': requests.%s goes through no instrument: nothing is ever asked",
                    authority->is.name, authority->stream[k].is.name);
        }
        for (uint32_t k = 0; k < authority->streams; k++)
            for (uint32_t i = 0; i < w->instruments; i++)
                if ((authority->stream[k].through >> i & 1) != 0 &&
                    !ever_available(m, authority->jurisdiction.i, i))
                    why_add(out, ERR_INPUT, &authority->stream[k].is.at,
                            "authority '%s': requests.%s.through names '%s', which %s never has",
                            authority->is.name, authority->stream[k].is.name, w->instrument[i].name,
                            w->jurisdiction[authority->jurisdiction.i].is.name);
        if (authority->streams == 0)
            why_add(out, ERR_INPUT, &authority->is.at, "authority '%s' asks nothing: no 'requests'",
                    authority->is.name);
    }
}

/* ---- duties and threats ---- */

/* What is so in some epoch of some strategy, as masks of jurisdictions. */
struct duties {
    uint64_t residents, requires, asks;
};

static void
add_duties(struct duties *d, const struct world *w)
{
    for (uint32_t i = 0; i < w->cohorts; i++)
        d->residents |= UINT64_C(1) << w->cohort[i].resident_of.i;
    for (uint32_t i = 0; i < w->jurisdictions; i++)
        if (w->jurisdiction[i].duty.data_from != SIM_NEVER ||
            w->jurisdiction[i].duty.keys_from != SIM_NEVER)
    d->requires |= UINT64_C(1) << i;
    for (uint32_t i = 0; i < w->authorities; i++)
        if (w->authority[i].threat == NULL && w->authority[i].streams > 0)
            d->asks |= UINT64_C(1) << w->authority[i].jurisdiction.i;
}

/* Why a pressure never follows; NULL: it may. */
static const char *
never_follows(const struct duties *d, uint32_t jurisdiction, enum pressure_on on)
{
    if ((d->residents >> jurisdiction & 1) == 0)
        return "no user group resides there";
    if (on == ON_VIOLATION && (d->requires >> jurisdiction & 1) == 0)
        return "nothing is required to be held inside";
    if (on == ON_REFUSAL && (d->asks >> jurisdiction & 1) == 0)
        return "no authority of it asks for anything";
    return NULL;
}

static void
warn_duties(const struct model *m, const struct duties *d, struct why *out)
{
    const struct world *w = m->world;

    for (uint32_t i = 0; i < w->jurisdictions; i++) {
        const struct jurisdiction *j = &w->jurisdiction[i];

        for (uint32_t k = 0; k < j->pressures; k++) {
            const char *reason = never_follows(d, i, j->pressure[k].on);

            if (reason != NULL)
                why_add(out, ERR_INPUT, &j->pressure[k].is.at,
                        "jurisdiction '%s': pressure.%s never follows: %s", j->is.name,
                        j->pressure[k].is.name, reason);
        }
        if (dist_mean(&j->inspection) > 0 && (d->requires >> i & 1) == 0)
            why_add(out, ERR_INPUT, &j->is.at,
                    "jurisdiction '%s': inspections find nothing: nothing is required to be held "
                    "inside",
                    j->is.name);
        if (j->interference.every_s > 0 && (d->residents >> i & 1) == 0)
            why_add(out, ERR_INPUT, &j->is.at,
                    "jurisdiction '%s': interference concerns nobody: no user group resides there",
                    j->is.name);
    }
}

static bool
hits_used(const struct uses *u, const struct world *w, const struct threat *threat)
{
    if ((threat->sites & u->sites) != 0 || (threat->stores & u->stores) != 0)
        return true;
    for (uint32_t i = 0; i < w->sites; i++)
        if ((u->sites >> i & 1) != 0 && (threat->custodians >> w->site[i].operator.i & 1) != 0)
            return true;
    for (uint32_t i = 0; i < w->stores; i++)
        if ((u->stores >> i & 1) != 0 && w->store[i].operator.i != NONE &&(
                                             threat->custodians >> w->store[i].operator.i & 1) != 0)
            return true;
    return false;
}

static void
warn_threats(const struct uses *u, const struct world *w, struct why *out)
{
    for (uint32_t i = 0; i < w->threats; i++) {
        if (!hits_used(u, w, &w->threat[i]))
            why_add(out, ERR_INPUT, &w->threat[i].is.at,
                    "threat '%s' hits nothing that a placement uses", w->threat[i].is.name);
        else if (w->threat[i].rate_per_s == 0)
            why_add(out, ERR_INPUT, &w->threat[i].is.at, "threat '%s' never comes: its rate is 0",
                    w->threat[i].is.name);
    }
}

void
find_warnings(const struct model *model, struct why *out)
{
    struct uses uses = {0};
    struct duties duties = {0};

    for (uint32_t s = 0; s < model->strategies; s++) {
        for (uint32_t e = 0; e < model->strategy[s].epochs; e++) {
            use_epoch(&uses, &model->strategy[s].epoch[e]);
            add_duties(&duties, model->strategy[s].epoch[e].world);
        }
    }
    warn_rows(&uses, model->world, out);
    warn_streams(model, out);
    warn_duties(model, &duties, out);
    warn_threats(&uses, model->world, out);
}
