/* Faults that show only when the parts of a model are seen together. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "model/lever.h"
#include "scenario/document.h"

/* ---- ownership ---- */

static void
check_owners(struct read *r, const struct world *w)
{
    for (uint32_t i = 0; i < w->custodians; i++) {
        const struct custodian *c = &w->custodian[i];
        uint32_t at = c->parent.i, steps = 0;

        for (; at != NONE && at != i && steps < w->custodians; steps++)
            at = w->custodian[at].parent.i;
        if (at == i)
            why_add(r->why, ERR_INPUT, &c->is.at,
                    "custodian '%s': parent leads back to itself: it cannot own itself",
                    c->is.name);
    }
}

/* ---- courts ---- */

/* Has it anything to hand over, itself or through those it owns? */
static bool
holds_something(const struct world *w, uint32_t custodian)
{
    const struct custodian_id id = {custodian};

    for (uint32_t i = 0; i < w->sites; i++)
        if (custodian_is_under(w, w->site[i].operator, id) ||
            custodian_is_under(w, w->site[i].controller, id))
            return true;
    for (uint32_t i = 0; i < w->stores; i++)
        if (w->store[i].operator.i != NONE &&(custodian_is_under(w, w->store[i].operator, id) ||
                                              custodian_is_under(w, w->store[i].controller, id)))
            return true;
    return false;
}

/* An instrument may bring a custodian to court that states nothing of courts itself. */
static void
check_court(struct read *r, const struct world *w, const struct instrument *terms,
            const struct jurisdiction *asker, const struct custodian *c)
{
    const bool own = (terms->own & OWN_CHALLENGES) != 0;
    const double challenges = own ? terms->challenges : c->challenges;
    const struct node *stated =
        node_find(node_find(r->document, "custodians"), c->is.name); /* as it is at the start */
    const char *lacks = NULL;

    if (challenges <= 0 || !holds_something(w, (uint32_t)(c - w->custodian)))
        return;
    if (own && dist_mean(&c->court) <= 0 && node_find(stated, "court") == NULL)
        lacks = "court";
    else if (own && c->challenge_wins <= 0 && node_find(stated, "challenge-wins") == NULL)
        lacks = "challenge-wins";
    else if (terms->appeals > 0 && dist_mean(&c->appeal) <= 0 &&
             node_find(stated, "appeal") == NULL)
        lacks = "appeal";
    if (lacks != NULL)
        why_add(r->why, ERR_INPUT, &terms->is.at,
                "jurisdiction '%s': instruments.%s %s, so custodian '%s', whom it may address, "
                "needs '%s'",
                asker->is.name, terms->is.name,
                strcmp(lacks, "appeal") == 0 ? "appeals" : "challenges", c->is.name, lacks);
}

/* Whom an instrument may address: custodians served where it is executed. */
static void
check_addressees(struct read *r, const struct world *w, const struct jurisdiction *asker,
                 const struct instrument *terms, uint32_t executed_in)
{
    for (uint32_t i = 0; i < w->custodians; i++)
        if ((w->custodian[i].served_in >> executed_in & 1) != 0)
            check_court(r, w, terms, asker, &w->custodian[i]);
}

static void
check_courts(struct read *r, const struct world *w)
{
    for (uint32_t j = 0; j < w->jurisdictions; j++) {
        const struct jurisdiction *asker = &w->jurisdiction[j];

        for (uint32_t i = 0; i < w->instruments; i++) {
            const struct instrument *terms = &asker->instrument[i];

            if (!terms->available)
                continue;
            if (terms->addressee == ADDRESSEE_CUSTODIAN)
                check_addressees(r, w, asker, terms, j);
            for (uint32_t t = 0; t < w->treaties && terms->addressee == ADDRESSEE_PARTNER; t++)
                if (w->treaty[t].from.i == j)
                    check_addressees(r, w, asker, terms, w->treaty[t].to.i);
        }
    }
}

/* ---- who is served ---- */

struct place_in_time {
    const struct model *model;
    const struct strategy *strategy;
    const struct epoch *epoch;
};

/* "strategy 'far'", and since when if that is not the start. */
static void
write_epoch(struct text *text, const struct place_in_time *at)
{
    char date[16];

    text_addf(text, "strategy '%s'", at->strategy->is.name);
    if (at->epoch->from > 0) {
        date_write(at->model->starts_unix_s + at->epoch->from / NS_PER_S, date);
        text_addf(text, " from %s", date);
    }
    text_add(text, ": ");
}

static const struct where *
epoch_place(const struct place_in_time *at)
{
    return at->epoch->rules > 0 ? &at->epoch->rule[0].at : &at->strategy->is.at;
}

static bool
check_shares(struct read *r, const struct place_in_time *at, uint32_t cohort)
{
    const struct epoch *e = at->epoch;
    double sum = 0;

    for (uint32_t i = 0; i < e->rules; i++) {
        const struct rule *rule = &e->rule[i];

        if ((rule->cohorts >> cohort & 1) == 0 || isnan(rule->share))
            continue;
        sum += rule->share;
        if (sum > 1 + 1e-9) { /* decimal shares such as 0.1 are not exact */
            why_add(r->why, ERR_INPUT, &rule->at,
                    "strategy '%s': placement[%u].share brings the shares of user group '%s' to "
                    "%.6g, more than 1",
                    at->strategy->is.name, i, e->world->cohort[cohort].is.name, sum);
            return false;
        }
    }
    return true;
}

enum { PARTS_MAX = 256 }; /* one more than a placement may have rules */

/* Every part of a cohort needs a rule for every class. */
static void
check_served(struct read *r, const struct place_in_time *at, uint32_t cohort)
{
    const struct world *w = at->epoch->world;
    const struct cohort_id id = {cohort};
    double upper[PARTS_MAX];
    const uint32_t parts = epoch_parts(at->epoch, id, upper, PARTS_MAX);

    for (uint32_t k = 0; k < w->classes; k++) {
        double missing = 0, from = 0;

        for (uint32_t i = 0; i < parts && i < PARTS_MAX; i++) {
            if (epoch_rule(at->epoch, id, (struct class_id){k}, (from + upper[i]) / 2) == NULL)
                missing += upper[i] - from;
            from = upper[i];
        }
        if (missing <= 1e-9)
            continue;
        struct text text = {0};
        write_epoch(&text, at);
        text_add(&text, "no rule serves ");
        if (missing < 1 - 1e-9)
            text_addf(&text, "%.6g of ", missing);
        text_addf(&text, "user group '%s' for data class '%s'", w->cohort[cohort].is.name,
                  w->class[k].is.name);
        why_add(r->why, ERR_INPUT, epoch_place(at), "%s", text_str(&text));
        text_release(&text);
    }
}

/* ---- the network ---- */

static void
need_pair(struct read *r, const struct place_in_time *at, const struct rule *rule,
          struct place_id from, struct place_id to)
{
    const struct world *w = at->epoch->world;

    if (from.i == NONE || to.i == NONE || w->link == NULL || world_link(w, from, to)->known)
        return;
    why_add(r->why, ERR_INPUT, &rule->at,
            "strategy '%s': placement[%u] needs a round-trip time between '%s' and '%s'; neither "
            "the matrix nor a link has one",
            at->strategy->is.name, (unsigned)(rule - at->epoch->rule), w->place[from.i].is.name,
            w->place[to.i].is.name);
}

static void
check_gateway(struct read *r, const struct place_in_time *at, const struct rule *rule,
              uint32_t cohort)
{
    const struct world *w = at->epoch->world;
    const struct place_id user = w->cohort[cohort].at;

    if (rule->gateway.i != NONE) {
        need_pair(r, at, rule, user, w->site[rule->gateway.i].at);
        return;
    }
    /* The nearest replica: known only when all are. */
    for (uint32_t i = 0; i < w->sites; i++)
        if ((rule->sites >> i & 1) != 0)
            need_pair(r, at, rule, user, w->site[i].at);
}

/* Any replica may be the one that decrypts, and then asks for the key. */
static void
check_site_pairs(struct read *r, const struct place_in_time *at, const struct rule *rule)
{
    const struct world *w = at->epoch->world;

    for (uint32_t i = 0; i < w->sites; i++)
        for (uint32_t k = 0; k < w->stores && (rule->sites >> i & 1) != 0; k++)
            if ((rule->fetch_stores >> k & 1) != 0)
                need_pair(r, at, rule, w->site[i].at, w->store[k].at);
}

/* The pairs that operations of a cohort pass: users to gateway, gateway to sites, and whoever
 * decrypts to the key stores. */
static void
check_pairs(struct read *r, const struct place_in_time *at, const struct rule *rule,
            uint32_t cohort)
{
    const struct world *w = at->epoch->world;
    const size_t faults = r->why->count;

    check_gateway(r, at, rule, cohort);
    const struct site_id gateway = rule_gateway(w, rule, (struct cohort_id){cohort});
    if (r->why->count != faults || gateway.i == NONE)
        return;
    const struct place_id inside = w->site[gateway.i].at;
    const struct place_id decrypts =
        rule->decrypts == DECRYPTS_CLIENT ? w->cohort[cohort].at : inside;
    if (rule->edge.objects > 0)
        need_pair(r, at, rule, decrypts, rule->edge.at);
    for (uint32_t i = 0; i < w->sites; i++)
        if ((rule->sites >> i & 1) != 0)
            need_pair(r, at, rule, inside, w->site[i].at);
    if (rule->decrypts == DECRYPTS_SITE) {
        check_site_pairs(r, at, rule);
        return;
    }
    for (uint32_t i = 0; i < w->stores; i++)
        if ((rule->fetch_stores >> i & 1) != 0) /* an escrow is not asked */
            need_pair(r, at, rule, decrypts, w->store[i].at);
}

static void
check_network(struct read *r, const struct place_in_time *at)
{
    for (uint32_t i = 0; i < at->epoch->rules; i++)
        for (uint32_t c = 0; c < at->epoch->world->cohorts; c++)
            if ((at->epoch->rule[i].cohorts >> c & 1) != 0)
                check_pairs(r, at, &at->epoch->rule[i], c);
}

/* ---- all of it ---- */

/* Ids may be wrong where faults were told, so what follows them waits until there are none. */
static void
check_epoch(struct read *r, const struct place_in_time *at, bool sound)
{
    for (uint32_t c = 0; c < at->epoch->world->cohorts && at->epoch->rules > 0; c++)
        if (check_shares(r, at, c))
            check_served(r, at, c);
    if (sound)
        check_network(r, at);
}

void
check_model(struct read *r, const struct model *model)
{
    const bool sound = r->why->count == 0;

    check_owners(r, model->world);
    if (sound)
        check_courts(r, model->world);
    for (uint32_t i = 0; i < model->strategies; i++) {
        const struct strategy *s = &model->strategy[i];

        for (uint32_t k = 0; k < s->epochs; k++) {
            const struct place_in_time at = {model, s, &s->epoch[k]};

            if (at.epoch->world == NULL)
                return;
            if (at.epoch->world != model->world)
                check_owners(r, at.epoch->world);
            if (sound && at.epoch->world != model->world)
                check_courts(r, at.epoch->world);
            check_epoch(r, &at, sound);
        }
    }
}
