#include "legal/departures.h"
#include <math.h>
#include <stdlib.h>
#include "stats/stream.h"

int
departures_init(struct departures *out, const struct timeline *timeline)
{
    *out = (struct departures){.timeline = timeline};
    out->cohort = calloc(timeline->cohorts + 1, sizeof *out->cohort);
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
departures_release(struct departures *d)
{
    free(d->cohort);
    *d = (struct departures){0};
}

double
departures_hazard(struct departures *d, uint32_t cohort, sim_ns at)
{
    const struct timeline *t = d->timeline;
    struct departed *c = &d->cohort[cohort];

    while (c->at < at) {
        const struct cohort *facts = &t->phase[c->phase].world->cohort[cohort];
        const sim_ns end = c->phase + 1 < t->phases && t->phase[c->phase + 1].from < at
                               ? t->phase[c->phase + 1].from
                               : at;

        c->hazard += (facts->opts_out_per_s + facts->deletes_per_s) * seconds_from_ns(end - c->at);
        c->at = end;
        if (c->phase + 1 < t->phases && t->phase[c->phase + 1].from == end)
            c->phase++;
    }
    return c->hazard;
}

void
departures_force(struct departures *d, uint32_t cohort, sim_ns at, double probability)
{
    const double jump = -log1p(-probability);

    (void)departures_hazard(d, cohort, at);
    d->cohort[cohort].forced += jump;
    d->cohort[cohort].hazard += jump;
}

double
departure_threshold(uint64_t seed, uint64_t replication, uint32_t cohort, uint64_t account)
{
    struct stream s;

    stream_open(&s, seed, replication, PURPOSE_DEPARTURE, cohort, account);
    return stream_exponential(&s);
}
