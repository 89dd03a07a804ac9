#include "model/world.h"
#include <stddef.h>

const char *const pressure_on_name[PRESSURE_CAUSES] = {"violation", "refusal"};

const char *const pressure_means_name[PRESSURE_MEANS] = {"block", "fine", "procurement",
                                                         "withdrawal"};

const char *const asks_name[ASKS_KINDS] = {"disclosure", "removal", "restriction", "preservation"};

const char *const adversary_name[ADVERSARIES] = {"home", "foreign", "criminal", "insider"};

const char *const addressee_name[ADDRESSEE_KINDS] = {
    [ADDRESSEE_CUSTODIAN] = "custodian",
    [ADDRESSEE_LOCATION] = "location",
    [ADDRESSEE_STATE_CUSTODIAN] = "state-custodian",
    [ADDRESSEE_PARTNER] = "partner",
    [ADDRESSEE_USER] = "user",
    [ADDRESSEE_COVERT] = "covert",
};

double
cost_of(const struct cost *cost, double bytes)
{
    const double *x = cost->bytes, *y = cost->seconds;
    const uint32_t last = cost->points - 1;
    uint32_t i = 1;

    if (cost->points == 1 || bytes <= x[0])
        return y[0];
    if (bytes >= x[last])
        return y[last] * (bytes / x[last]);
    while (bytes > x[i])
        i++;
    return y[i - 1] + (y[i] - y[i - 1]) * (bytes - x[i - 1]) / (x[i] - x[i - 1]);
}

bool
custodian_is_under(const struct world *w, struct custodian_id c, struct custodian_id above)
{
    /* scenario/ refuses ownership cycles, so the walk ends */
    for (; c.i != NONE; c = w->custodian[c.i].parent)
        if (c.i == above.i)
            return true;
    return false;
}

struct jurisdiction_id
site_jurisdiction(const struct world *w, struct site_id site)
{
    return w->place[w->site[site.i].at.i].in;
}

struct jurisdiction_id
store_jurisdiction(const struct world *w, struct store_id store)
{
    const struct place_id at = w->store[store.i].at;

    return at.i == NONE ? (struct jurisdiction_id){NONE} : w->place[at.i].in;
}

enum adversary
adversary_of(const struct world *w, struct authority_id authority, struct cohort_id cohort)
{
    const struct authority *a = &w->authority[authority.i];

    if (a->threat != NULL)
        return a->threat->class;
    return a->jurisdiction.i == w->cohort[cohort.i].resident_of.i ? ADVERSARY_HOME
                                                                  : ADVERSARY_FOREIGN;
}
