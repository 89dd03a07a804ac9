#include "model/lever.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a threat's lever is aimed at: stands above the addressee's row in its identity. */
enum target { TARGET_SITE, TARGET_STORE, TARGET_CUSTODIAN, TARGET_ALL };
enum { SPECIAL_SHIFT = 24 };

/*
 * Identity, from high to low: instrument 8 bits, partner's instrument 8, acting jurisdiction 8,
 * addressee kind 8, `special` 8, addressee row 24. All are ordinals, so it is the same in every
 * epoch. `special` is 0, or the jurisdiction whose statute blocks the order and 1; of a threat its
 * kind of target.
 */
static uint64_t
identity_of(const struct lever *l, uint32_t acting_instrument, uint32_t special, uint32_t row)
{
    return (uint64_t)(l->instrument.i & 0xff) << 56 | (uint64_t)(acting_instrument & 0xff) << 48 |
           (uint64_t)(l->acting.i & 0xff) << 40 | (uint64_t)l->addressee << 32 |
           (uint64_t)special << SPECIAL_SHIFT | row;
}

static uint32_t
row_of(const struct lever *l)
{
    if (l->custodian.i != NONE)
        return l->custodian.i;
    if (l->place.i != NONE)
        return l->place.i;
    return l->cohort.i != NONE ? l->cohort.i : 0;
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
    const uint32_t special = lever.statute.i == NONE ? 0 : lever.statute.i + 1;

    if (VEC_ROOM(list) < 0)
        return why_no_memory(why);
    lever.identity = identity_of(&lever, acting_instrument, special, row_of(&lever));
    list->item[list->count++] = lever;
    return 0;
}

/* The jurisdictions in which custodian c possesses (or, unless `operated_only`, controls) anything.
 */
static uint64_t
custodian_holds_in(const struct world *w, struct custodian_id c, bool operated_only)
{
    uint64_t in = 0;

    for (uint32_t i = 0; i < w->sites; i++)
        if (custodian_is_under(w, w->site[i].operator, c) ||
            (!operated_only && custodian_is_under(w, w->site[i].controller, c)))
            in |= UINT64_C(1) << site_jurisdiction(w, (struct site_id){i}).i;
    for (uint32_t i = 0; i < w->stores; i++)
        if (w->store[i].kind != STORE_DEVICE &&
            (custodian_is_under(w, w->store[i].operator, c) ||
             (!operated_only && custodian_is_under(w, w->store[i].controller, c))))
            in |= UINT64_C(1) << store_jurisdiction(w, (struct store_id){i}).i;
    return in;
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

bool
statute_blocks(const struct world *w, struct jurisdiction_id inside, struct jurisdiction_id acting)
{
    const struct blocking_statute *statute = w->jurisdiction[inside.i].statute;

    return statute != NULL && inside.i != acting.i && (statute->against >> acting.i & 1) != 0;
}

/* The lever on one custodian, for what lies in the jurisdictions `in`: one lever for what no
 * statute keeps from it, one for each jurisdiction whose does. */
static int
add_custodian(struct lever_list *list, const struct world *w, struct lever l, uint32_t acting,
              uint64_t in, struct why *why)
{
    uint64_t blocked = 0;
    int rc = 0;

    for (uint64_t rest = in; rest != 0 && l.addressee == ADDRESSEE_CUSTODIAN; rest &= rest - 1)
        if (statute_blocks(w, (struct jurisdiction_id){(uint32_t)__builtin_ctzll(rest)}, l.acting))
            blocked |= rest & -rest;
    if ((in & ~blocked) != 0)
        rc = list_add(list, l, acting, why);
    for (; blocked != 0 && rc == 0; blocked &= blocked - 1) {
        l.statute.i = (uint32_t)__builtin_ctzll(blocked);
        rc = list_add(list, l, acting, why);
    }
    return rc;
}

static int
add_custodians(struct lever_list *list, const struct world *w, struct lever l, uint32_t acting,
               struct why *why)
{
    const bool state = l.addressee == ADDRESSEE_STATE_CUSTODIAN;
    const uint64_t near = l.acting_terms->abroad ? UINT64_MAX : UINT64_C(1) << l.acting.i;
    int rc = 0;

    for (uint32_t c = 0; c < w->custodians && rc == 0; c++) {
        const struct custodian *cu = &w->custodian[c];
        const bool served = state ? cu->state_owned && cu->home.i == l.acting.i
                                  : (cu->served_in >> l.acting.i & 1) != 0;

        l.custodian.i = c;
        if (served)
            rc = add_custodian(list, w, l, acting, custodian_holds_in(w, l.custodian, state) & near,
                               why);
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

/* Threats */

/* All that a custodian operates, itself or through subsidiaries, into the lever. */
static void
add_operated(struct lever *l, const struct world *w, struct custodian_id c)
{
    for (uint32_t i = 0; i < w->sites; i++)
        if (custodian_is_under(w, w->site[i].operator, c))
            l->sites |= UINT64_C(1) << i;
    for (uint32_t i = 0; i < w->stores; i++)
        if (custodian_is_under(w, w->store[i].operator, c))
            l->stores |= UINT64_C(1) << i;
}

/* One target of a threat: its lever, and its share of what the lever on all of them takes. */
static int
add_target(struct lever_list *list, const struct world *w, const struct lever *blank,
           enum target target, uint32_t row, struct lever *all, struct why *why)
{
    struct lever l = *blank;

    if (target == TARGET_SITE)
        l.sites = UINT64_C(1) << row;
    else if (target == TARGET_STORE)
        l.stores = UINT64_C(1) << row;
    else
        add_operated(&l, w, l.custodian = (struct custodian_id){row});
    all->sites |= l.sites;
    all->stores |= l.stores;
    if (VEC_ROOM(list) < 0)
        return why_no_memory(why);
    l.identity = identity_of(&l, NONE, target, row);
    list->item[list->count++] = l;
    return 0;
}

int
lever_list_make_threat(struct lever_list *list, const struct world *w, const struct threat *threat,
                       struct why *why)
{
    const uint64_t targets[] = {threat->sites, threat->stores, threat->custodians};
    struct lever blank = lever_blank((struct jurisdiction_id){NONE}, &threat->terms, NONE);
    int rc = 0;

    blank.addressee = ADDRESSEE_COVERT;
    blank.threat = threat;
    blank.sites = blank.stores = 0;
    struct lever all = blank;

    list->count = 0;
    for (enum target k = TARGET_SITE; k <= TARGET_CUSTODIAN; k++)
        for (uint64_t rest = targets[k]; rest != 0 && rc == 0; rest &= rest - 1)
            rc = add_target(list, w, &blank, k, (uint32_t)__builtin_ctzll(rest), &all, why);
    if (rc == 0 && list->count > 1) {
        if (VEC_ROOM(list) < 0)
            return why_no_memory(why);
        all.identity = identity_of(&all, NONE, TARGET_ALL, 0);
        list->item[list->count++] = all;
    }
    if (rc == 0 && list->count > 64)
        rc = why_add(why, ERR_LIMIT, &threat->is.at,
                     "threat '%s': its targets make %zu levers, at most 64 are supported",
                     threat->is.name, list->count);
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

static const struct dist no_delay = {.kind = DIST_CONSTANT};

struct review_terms
lever_review_terms(const struct world *w, const struct lever *l)
{
    const struct instrument *own = l->acting_terms;

    if (l->addressee != ADDRESSEE_CUSTODIAN)
        return (struct review_terms){.review = &no_delay};
    const struct custodian *c = &w->custodian[l->custodian.i];

    return (struct review_terms){
        .review = (own->own & OWN_REVIEW) != 0 ? &own->review : &c->team.review,
        .rejects = (own->own & OWN_REJECTS) != 0 ? own->rejects : c->rejects,
        .narrows = (own->own & OWN_NARROWS) != 0 ? own->narrows : c->narrows,
        .challenges = (own->own & OWN_CHALLENGES) != 0 ? own->challenges : c->challenges,
    };
}

double
lever_challenge_wins(const struct world *w, const struct lever *l)
{
    if (l->addressee != ADDRESSEE_CUSTODIAN)
        return 0;
    const struct custodian *c = &w->custodian[l->custodian.i];
    const double wins = c->challenge_wins;

    return wins * (1 - l->acting_terms->appeals * l->acting_terms->appeal_wins) +
           (1 - wins) * c->appeals * c->appeal_wins;
}

double
lever_obeys(const struct world *w, const struct lever *l)
{
    return l->statute.i == NONE ? 1 : w->jurisdiction[l->statute.i].statute->obeys;
}

/* Mean seconds of a challenge: the court, and whoever loses there may appeal. */
static double
mean_challenge_s(const struct custodian *c, const struct instrument *acting)
{
    const double appealed =
        c->challenge_wins * acting->appeals + (1 - c->challenge_wins) * c->appeals;

    return dist_mean(&c->court) + (appealed > 0 ? appealed * dist_mean(&c->appeal) : 0);
}

double
lever_mean_delay_s(const struct world *w, const struct lever *l)
{
    const struct review_terms terms = lever_review_terms(w, l);
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
        s += dist_mean(terms.review);
    if (l->addressee == ADDRESSEE_CUSTODIAN)
        s += terms.challenges * mean_challenge_s(&w->custodian[l->custodian.i], l->acting_terms);
    return s;
}

double
lever_compliance(const struct world *w, const struct lever *l, bool metadata)
{
    const struct review_terms terms = lever_review_terms(w, l);

    return lever_obeys(w, l) * (1 - terms.rejects) *
           (1 - terms.challenges * lever_challenge_wins(w, l)) * (metadata ? 1 : 1 - terms.narrows);
}

double
lever_metadata_probability(const struct world *w, const struct lever *l)
{
    return lever_grant(l) * lever_compliance(w, l, true);
}

double
lever_content_probability(const struct world *w, const struct lever *l)
{
    return lever_grant(l) * lever_compliance(w, l, false);
}

bool
lever_shares_grant(const struct lever *a, const struct lever *b)
{
    return a->threat == NULL && b->threat == NULL && a->terms->grant_together &&
           a->instrument.i == b->instrument.i;
}

bool
lever_shares_treaty(const struct lever *a, const struct lever *b)
{
    return lever_shares_grant(a, b) && a->treaty != NULL && b->treaty != NULL &&
           a->acting.i == b->acting.i;
}

double
levers_probability(const struct world *w, const struct lever_list *list, uint64_t levers,
                   bool metadata)
{
    double p = 1;

    for (uint64_t rest = levers; rest != 0; rest &= rest - 1) {
        const struct lever *l = &list->item[__builtin_ctzll(rest)];
        bool granted = false, treated = l->treaty == NULL;

        for (uint64_t before = levers & ~rest; before != 0; before &= before - 1) {
            const struct lever *other = &list->item[__builtin_ctzll(before)];

            granted |= lever_shares_grant(l, other);
            treated |= lever_shares_treaty(l, other);
        }
        p *= (granted ? 1 : l->terms->grant) * (treated ? 1 : l->treaty->grant) *
             lever_compliance(w, l, metadata);
    }
    return p;
}

/* Multiples of the mean rate, summed over the hours from midnight to hour `x` of a day or the next.
 */
static double
hours_until(const struct cohort *cohort, double x)
{
    const double whole = floor(x);
    double sum = (x - whole) * cohort->hour[(unsigned)whole % 24];

    for (unsigned h = 0; h < (unsigned)whole; h++)
        sum += cohort->hour[h % 24];
    return sum;
}

double
lever_watch_chance(const struct world *w, const struct cohort *cohort, struct class_id class,
                   double holds_for_s)
{
    const double per_hour = 3600 * cohort->operations_per_s * w->class[class.i].weight;
    const double held = fmax(holds_for_s, 0) / 3600, days = floor(held / 24);
    const double rest = held - 24 * days, part = rest - floor(rest);
    const double whole_days = days > 0 ? days * hours_until(cohort, 24) : 0;
    double untouched = 0; /* mean of exp(-L) */

    /* In each hour L runs straight up to where t + D passes into another hour, and from there. */
    for (unsigned i = 0; i < 48; i++) {
        const double from = i % 2 == 0 ? i / 2 : i / 2 + 1 - part;
        const double to = i % 2 == 0 ? i / 2 + 1 - part : i / 2 + 1;
        const double a =
            per_hour * (whole_days + hours_until(cohort, from + rest) - hours_until(cohort, from));
        const double b =
            per_hour * (whole_days + hours_until(cohort, to + rest) - hours_until(cohort, to));

        untouched += (to - from) * exp(-a) * (a == b ? 1 : -expm1(a - b) / (b - a));
    }
    return fmax(0, 1 - untouched / 24);
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

static void
describe_threat(const struct world *w, const struct lever *l, struct text *text)
{
    const bool insider = l->threat->class == ADVERSARY_INSIDER;
    const uint32_t row = l->identity & 0xffffff;
    const char *of = "all its targets";

    switch ((enum target)(l->identity >> SPECIAL_SHIFT & 0xff)) {
    case TARGET_SITE:
        of = w->site[row].is.name;
        break;
    case TARGET_STORE:
        of = w->store[row].is.name;
        break;
    case TARGET_CUSTODIAN:
        of = w->custodian[row].is.name;
        break;
    case TARGET_ALL:
        break;
    }
    text_addf(text, "%s %s %s %s", insider ? "insider" : "breach", l->threat->is.name,
              insider ? "at" : "of", of);
}

void
lever_describe(const struct world *w, const struct lever *l, struct text *text)
{
    if (l->threat != NULL) {
        describe_threat(w, l, text);
        return;
    }
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
    if (l->statute.i != NONE)
        text_addf(text, " for what lies in %s", w->jurisdiction[l->statute.i].is.name);
}
