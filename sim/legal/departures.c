#include "legal/departures.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

int
departures_init(struct departures *out, const struct timeline *timeline)
{
    *out = (struct departures){.timeline = timeline};
    out->cohort = calloc((size_t)timeline->cohorts + 1, sizeof *out->cohort);
    if (out->cohort == NULL)
        return ERR_MEMORY;
    for (uint32_t p = 0; p < timeline->phases; p++)
        for (uint32_t c = 0; c < timeline->cohorts; c++) {
            const struct cohort *facts = &timeline->phase[p].world->cohort[c];

            out->any |= facts->opts_out_per_s > 0 || facts->deletes_per_s > 0 ||
                        facts->opts_out_when_blocked > 0;
        }
    return 0;
}

void
departures_release(struct departures *departures)
{
    free(departures->cohort);
    *departures = (struct departures){0};
}

/* What the rates of phase `p` add from its start to `at`. */
static double
added(const struct phase *p, uint32_t cohort, sim_ns at)
{
    const struct cohort *c = &p->world->cohort[cohort];

    return (c->opts_out_per_s + c->deletes_per_s) * seconds_from_ns(at - p->from);
}

double
departures_hazard(struct departures *departures, uint32_t cohort, sim_ns at)
{
    const struct timeline *t = departures->timeline;
    struct departed *d = &departures->cohort[cohort];

    while (d->phase + 1 < t->phases && t->phase[d->phase + 1].from <= at) {
        d->hazard += added(&t->phase[d->phase], cohort, t->phase[d->phase + 1].from);
        d->phase++;
    }
    assert(at >= t->phase[d->phase].from);
    return d->hazard + added(&t->phase[d->phase], cohort, at) + d->forced;
}

void
departures_force(struct departures *departures, uint32_t cohort, sim_ns at, double probability)
{
    (void)departures_hazard(departures, cohort, at);          /* time passes */
    departures->cohort[cohort].forced -= log1p(-probability); /* infinite for 1: all leave */
}

double
departure_threshold(uint64_t seed, uint64_t replication, uint32_t cohort, uint64_t account)
{
    struct stream s;

    stream_open(&s, seed, replication, PURPOSE_DEPARTURE, cohort, account);
    return stream_exponential(&s);
}
