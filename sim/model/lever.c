#include "model/lever.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Identity, from high to low: instrument 8 bits, partner's instrument 8, acting jurisdiction 8,
 * addressee kind 8, addressee row 32. All are ordinals, so it is the same in every epoch.
 */
static uint64_t
identity_of(const struct lever *l, uint32_t acting_instrument)
{
    uint32_t row = 0;

    if (l->custodian.i != NONE)
        row = l->custodian.i;
    else if (l->place.i != NONE)
        row = l->place.i;
    else if (l->cohort.i != NONE)
        row = l->cohort.i;
    return (uint64_t)l->instrument.i << 56 | (uint64_t)(acting_instrument & 0xff) << 48 |
           (uint64_t)(l->acting.i & 0xff) << 40 | (uint64_t)l->addressee << 32 | row;
}

static struct lever
lever_blank(struct jurisdiction_id asker, const struct instrument *terms, uint32_t instrument)
{
    return (struct lever){
        .instrument = {instrument},
        .terms = terms,
        .asker = asker,
        .addressee = terms->addressee,
        .acting = asker,
        .acting_terms = terms,
        .custodian = {NONE},
        .place = {NONE},
        .cohort = {NONE},
        .sites = terms->sites,
        .stores = terms->stores,
        .statute = {NONE},
    };
}

static int
list_add(struct lever_list *list, struct lever lever, uint32_t acting_instrument, struct why *why)
{
    lever.identity = identity_of(&lever, acting_instrument);
    if (VEC_ROOM(list) < 0)
        return why_no_memory(why);
    list->item[list->count++] = lever;
    return 0;
}

/* Does custodian c possess (or, unless `operated_only`, control) anything the lever may reach? */
static bool
custodian_holds_any(const struct world *w, struct custodian_id c, struct jurisdiction_id inside,
                    bool abroad, bool operated_only)
{
    for (uint32_t i = 0; i < w->sites; i++)
        if ((abroad || site_jurisdiction(w, (struct site_id){i}).i == inside.i) &&
            (custodian_is_under(w, w->site[i].operator, c) ||
             (!operated_only && custodian_is_under(w, w->site[i].controller, c))))
            return true;
    for (uint32_t i = 0; i < w->stores; i++)
        if (w->store[i].kind != STORE_DEVICE &&
            (abroad || store_jurisdiction(w, (struct store_id){i}).i == inside.i) &&
            (custodian_is_under(w, w->store[i].operator, c) ||
             (!operated_only && custodian_is_under(w, w->store[i].controller, c))))
            return true;
    return false;
}

static bool
place_is_of_interest(const struct world *w, uint32_t place, bool devices)
{
    for (uint32_t i = 0; i < w->sites; i++)
        if (w->site[i].at.i == place)
            return true;
    for (uint32_t i = 0; i < w->stores; i++)
        if (w->store[i].at.i == place)
            return true;
    for (uint32_t i = 0; devices && i < w->cohorts; i++)
        if (w->cohort[i].at.i == place)
            return true;
    return false;
}

static int
add_custodians(struct lever_list *list, const struct world *w, struct lever l, uint32_t acting,
               struct why *why)
{
    const bool state = l.addressee == ADDRESSEE_STATE_CUSTODIAN;
    int rc = 0;

    for (uint32_t c = 0; c < w->custodians && rc == 0; c++) {
        const struct custodian *cu = &w->custodian[c];
        const bool served = state ? cu->state_owned && cu->home.i == l.acting.i
                                  : (cu->served_in >> l.acting.i & 1) != 0;

        l.custodian.i = c;
        if (served && custodian_holds_any(w, l.custodian, l.acting, l.acting_terms->abroad, state))
            rc = list_add(list, l, acting, why);
    }
    return rc;
}

static int
add_places(struct lever_list *list, const struct world *w, struct lever l, uint32_t acting,
           struct why *why)
{
    int rc = 0;

    for (uint32_t p = 0; p < w->places && rc == 0; p++) {
        l.place.i = p;
        if (w->place[p].in.i == l.acting.i && place_is_of_interest(w, p, l.acting_terms->devices))
            rc = list_add(list, l, acting, why);
    }
    return rc;
}

static int
add_users(struct lever_list *list, const struct world *w, struct lever l, uint32_t acting,
          struct why *why)
{
    int rc = 0;

    for (uint32_t c = 0; c < w->cohorts && rc == 0; c++) {
        l.cohort.i = c;
        if (w->cohort[c].resident_of.i == l.acting.i)
            rc = list_add(list, l, acting, why);
    }
    return rc;
}

/* The levers of one instrument, executed in l.acting on l.acting_terms. */
static int
add_addressees(struct lever_list *list, const struct world *w, struct lever l, uint32_t acting,
               struct why *why)
{
    switch (l.acting_terms->addressee) {
    case ADDRESSEE_CUSTODIAN:
    case ADDRESSEE_STATE_CUSTODIAN:
        return add_custodians(list, w, l, acting, why);
    case ADDRESSEE_LOCATION:
        return add_places(list, w, l, acting, why);
    case ADDRESSEE_USER:
        return add_users(list, w, l, acting, why);
    case ADDRESSEE_COVERT:
        return list_add(list, l, acting, why);
    default:
        return 0; /* a partner does not ask a third: MLATs are bilateral */
    }
}

static int
add_partners(struct lever_list *list, const struct world *w, struct lever l, struct why *why)
{
    int rc = 0;

    for (uint32_t t = 0; t < w->treaties && rc == 0; t++) {
        const struct treaty *treaty = &w->treaty[t];
        const uint32_t via = l.terms->via.i;

        if (treaty->from.i != l.asker.i || via == NONE)
            continue;
        l.acting = treaty->to;
        l.acting_terms = &w->jurisdiction[treaty->to.i].instrument[via];
        l.sites = l.acting_terms->sites;
        l.stores = l.acting_terms->stores;
        l.addressee = l.acting_terms->addressee;
        l.treaty = treaty;
        if (l.acting_terms->available)
            rc = add_addressees(list, w, l, via, why);
    }
    return rc;
}

int
lever_list_make(struct lever_list *list, const struct world *w, struct jurisdiction_id asker,
                uint64_t through, struct why *why)
{
    const struct instrument *terms = w->jurisdiction[asker.i].instrument;
    int rc = 0;

    list->count = 0;
    for (uint32_t i = 0; i < w->instruments && rc == 0; i++) {
        const struct lever l = lever_blank(asker, &terms[i], i);

        if ((through >> i & 1) == 0 || !terms[i].available)
            continue;
        rc = terms[i].addressee == ADDRESSEE_PARTNER ? add_partners(list, w, l, why)
                                                     : add_addressees(list, w, l, i, why);
    }
    if (rc == 0 && list->count > 64)
        rc = why_add(why, ERR_LIMIT, &w->jurisdiction[asker.i].is.at,
                     "jurisdiction '%s': its instruments make %zu levers, at most 64 are supported",
                     w->jurisdiction[asker.i].is.name, list->count);
    return rc;
}

void
lever_list_release(struct lever_list *list)
{
    free(list->item);
    *list = (struct lever_list){0};
}

bool
lever_is_reviewed(const struct lever *lever)
{
    /* a treaty's delay replaces the review, unless its stages are listed one by one */
    return lever->addressee == ADDRESSEE_CUSTODIAN &&
           (lever->treaty == NULL || lever->terms->stages > 0);
}

double
lever_grant(const struct lever *lever)
{
    return lever->treaty != NULL ? lever->terms->grant * lever->treaty->grant : lever->terms->grant;
}

double
lever_mean_delay_s(const struct world *w, const struct lever *l)
{
    double s = dist_mean(&l->terms->execution);

    if (l->treaty != NULL)
        s += dist_mean(&l->acting_terms->execution);
    if (l->treaty != NULL && l->terms->stages == 0)
        s += dist_mean(&l->treaty->delay);
    else
        s += dist_mean(&l->terms->filing);
    for (uint32_t i = 0; i < l->terms->stages; i++)
        s += dist_mean(&l->terms->stage[i]);
    if (lever_is_reviewed(l))
        s += dist_mean(&w->custodian[l->custodian.i].team.review);
    if (l->addressee == ADDRESSEE_CUSTODIAN)
        s += w->custodian[l->custodian.i].challenges *
             dist_mean(&w->custodian[l->custodian.i].court);
    return s;
}

double
lever_metadata_probability(const struct world *w, const struct lever *l)
{
    double p = lever_grant(l);

    if (l->addressee == ADDRESSEE_CUSTODIAN) {
        const struct custodian *c = &w->custodian[l->custodian.i];

        p *= (1 - c->rejects) * (1 - c->challenges * c->challenge_wins);
    }
    return p;
}

double
lever_content_probability(const struct world *w, const struct lever *l)
{
    double p = lever_metadata_probability(w, l);

    if (l->addressee == ADDRESSEE_CUSTODIAN)
        p *= 1 - w->custodian[l->custodian.i].narrows;
    return p;
}

double
lever_cache_capture(double reads_per_s, double ttl_s, double holds_for_s)
{
    const double lt = reads_per_s * ttl_s;
    const double hit = isinf(lt) ? 1 : lt / (1 + lt);

    if (ttl_s <= 0 || holds_for_s <= 0)
        return 0;
    return 1 - (1 - hit) * exp(-reads_per_s * holds_for_s);
}

double
cohort_cache_capture(const struct cohort *cohort, double reads_per_s, double ttl_s,
                     double holds_for_s)
{
    double sum = 0;

    for (unsigned h = 0; h < COUNT(cohort->hour); h++)
        sum += lever_cache_capture(reads_per_s * cohort->hour[h], ttl_s, holds_for_s);
    return sum / COUNT(cohort->hour);
}

void
lever_describe(const struct world *w, const struct lever *l, struct text *text)
{
    text_addf(text, "%s %s", w->jurisdiction[l->asker.i].is.name,
              w->instrument[l->instrument.i].name);
    if (l->treaty != NULL)
        text_addf(text, " to %s: %s", w->jurisdiction[l->acting.i].is.name,
                  l->acting_terms->is.name);
    if (l->custodian.i != NONE)
        text_addf(text, " on %s", w->custodian[l->custodian.i].is.name);
    else if (l->place.i != NONE)
        text_addf(text, " at %s", w->place[l->place.i].is.name);
    else if (l->cohort.i != NONE)
        text_addf(text, " on users of %s", w->cohort[l->cohort.i].is.name);
}
