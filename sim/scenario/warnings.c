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
        for (uint32_t k = 0; k < authority->streams; k++)
            warn_gaps(m, authority, &authority->stream[k], out);
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

void
find_warnings(const struct model *model, struct why *out)
{
    struct uses uses = {0};

    for (uint32_t s = 0; s < model->strategies; s++)
        for (uint32_t e = 0; e < model->strategy[s].epochs; e++)
            use_epoch(&uses, &model->strategy[s].epoch[e]);
    warn_rows(&uses, model->world, out);
    warn_streams(model, out);
}
