/* What levers there are, what they yield and with which chance: statutes, threats, terms of review,
 * watched gateways. (Plans, and yields in general: test_plan.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "goodness.h"
#include "legal_world.h"
#include "model/reach.h"
#include "random_world.h"

/* ---- blocking statutes ---- */

static bool
same_order(const struct lever *a, const struct lever *b)
{
    return a->instrument.i == b->instrument.i && a->treaty == b->treaty &&
           a->custodian.i == b->custodian.i && a->place.i == b->place.i &&
           a->cohort.i == b->cohort.i;
}

/* All sites and non-device stores that stand in a jurisdiction. */
static void
stand_in(const struct world *w, uint32_t j, uint64_t *sites, uint64_t *stores)
{
    *sites = *stores = 0;
    for (uint32_t i = 0; i < w->sites; i++)
        *sites |= (uint64_t)(w->place[w->site[i].at.i].in.i == j) << i;
    for (uint32_t i = 0; i < w->stores; i++)
        *stores |= (uint64_t)(w->store[i].at.i != NONE && w->place[w->store[i].at.i].in.i == j)
                   << i;
}

static struct yield
all_of(const struct world *w, const struct lever *l, const struct rule *rule)
{
    return lever_yield(w, l, rule, (struct cohort_id){0}, (1 << RW_MAX) - 1, (1 << RW_MAX) - 1);
}

/* The levers that `whole`, of a world without statutes, falls into: together they take what it
 * took, each what is its own. Returns how many. */
static size_t
check_split(const struct random_world *rw, const struct lever *whole, const struct lever_list *list)
{
    const struct world *w = &rw->world;
    struct jurisdiction lawless[RW_JURISDICTIONS];
    struct world free = *w;
    uint64_t sites = 0, stores = 0, in_sites, in_stores;
    size_t found = 0;

    memcpy(lawless, rw->jurisdiction, sizeof lawless);
    for (uint32_t j = 0; j < RW_JURISDICTIONS; j++)
        lawless[j].statute = NULL;
    free.jurisdiction = lawless;
    const struct yield before = all_of(&free, whole, &rw->rule[0]);

    for (size_t i = 0; i < list->count; i++) {
        const struct lever *l = &list->item[i];

        if (!same_order(l, whole))
            continue;
        const struct yield y = all_of(w, l, &rw->rule[0]);

        found++;
        assert_true((y.fragments & sites) == 0 && ((y.keys | y.uses) & stores) == 0);
        sites |= y.fragments;
        stores |= y.keys | y.uses;
        assert_true(l->statute.i != NONE || l->identity == whole->identity);
        if (l->addressee != ADDRESSEE_CUSTODIAN) {
            assert_true(l->statute.i == NONE);
            continue;
        }
        assert_true(y.fragments != 0 || y.keys != 0 || y.uses != 0);
        for (uint32_t j = 0; j < w->jurisdictions; j++) {
            const struct blocking_statute *statute = w->jurisdiction[j].statute;
            const bool blocked =
                statute != NULL && j != l->acting.i && (statute->against >> l->acting.i & 1) != 0;

            stand_in(w, j, &in_sites, &in_stores);
            if (l->statute.i != (blocked ? j : NONE))
                assert_true((y.fragments & in_sites) == 0 && ((y.keys | y.uses) & in_stores) == 0);
        }
    }
    assert_true(sites == before.fragments && stores == (before.keys | before.uses));
    return found;
}

static void
test_a_statute_splits_what_an_order_reaches(void **state)
{
    struct blocking_statute statute[RW_JURISDICTIONS];
    size_t split = 0, orders = 0;
    struct random_world rw;
    struct stream s;

    (void)state;
    for (uint64_t world = 0; world < 3000; world++) {
        stream_open(&s, 5, world, PURPOSE_TEST, 0, 0);
        random_world_fill(&rw, &s);
        for (uint32_t asker = 0; asker < RW_JURISDICTIONS; asker++) {
            struct lever_list whole = {0}, parts = {0};
            size_t sum = 0;

            for (uint32_t j = 0; j < RW_JURISDICTIONS; j++)
                rw.jurisdiction[j].statute = NULL;
            assert_int_equal(lever_list_make(&whole, &rw.world, (struct jurisdiction_id){asker},
                                             UINT64_MAX, NULL),
                             0);
            for (uint32_t j = 0; j < RW_JURISDICTIONS; j++) {
                statute[j].against = stream_below(&s, 1 << RW_JURISDICTIONS);
                rw.jurisdiction[j].statute = stream_chance(&s, 0.5) ? &statute[j] : NULL;
            }
            assert_int_equal(lever_list_make(&parts, &rw.world, (struct jurisdiction_id){asker},
                                             UINT64_MAX, NULL),
                             0);
            for (size_t i = 0; i < whole.count; i++)
                sum += check_split(&rw, &whole.item[i], &parts);
            assert_int_equal(sum, parts.count);
            for (size_t i = 0; i < parts.count; i++)
                for (size_t k = 0; k < i; k++)
                    assert_true(parts.item[i].identity != parts.item[k].identity);
            split += parts.count > whole.count;
            orders += whole.count;
            lever_list_release(&whole);
            lever_list_release(&parts);
        }
    }
    assert_true(split > 300 && orders > 10000);
}

/* AA orders its custodian, who holds data in AA and the key in BB, whose statute forbids that. The
 * site may be BB's too. */
static void
blocked_world(struct legal_world *lw, const struct blocking_statute *statute, uint32_t site_at)
{
    uint32_t c;

    lw_init(lw, 100);
    lw_allow(lw, 0, LW_ORDER)->abroad = true;
    c = lw_custodian(lw, 0);
    lw_site(lw, site_at, c);
    lw_store(lw, 1, c, true);
    lw_cohort(lw, 0, 10);
    lw_rule(lw, 0, 0, 0);
    lw->jurisdiction[1].statute = statute;
}

static void
test_a_forbidden_order_is_obeyed_with_the_statutes_chance(void **state)
{
    const struct blocking_statute statute = {.against = 1, .obeys = 0.3};
    struct lever_list list = {0};
    struct text text = {0};
    struct legal_world lw;

    (void)state;
    blocked_world(&lw, &statute, 0);
    lw.terms[0][LW_ORDER].grant = 0.5;
    assert_int_equal(
        lever_list_make(&list, &lw.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    assert_int_equal(list.count, 2);
    CHECK_WITHIN(lever_obeys(&lw.world, &list.item[0]), 1, 0);
    CHECK_WITHIN(lever_content_probability(&lw.world, &list.item[0]), 0.5, 1e-15);
    CHECK_WITHIN(lever_obeys(&lw.world, &list.item[1]), 0.3, 0);
    CHECK_WITHIN(lever_grant(&list.item[1]), 0.5, 0);
    CHECK_WITHIN(lever_content_probability(&lw.world, &list.item[1]), 0.15, 1e-15);
    CHECK_WITHIN(lever_metadata_probability(&lw.world, &list.item[1]), 0.15, 1e-15);
    lever_describe(&lw.world, &list.item[1], &text);
    assert_string_equal(text_str(&text), "AA order on custodian for what lies in BB");
    text_release(&text);

    /* with all of it in BB only the forbidden order is left */
    blocked_world(&lw, &statute, 1);
    assert_int_equal(
        lever_list_make(&list, &lw.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.item[0].statute.i, 1);
    /* and one that does not reach beyond AA has nothing to obey */
    lw.terms[0][LW_ORDER].abroad = false;
    assert_int_equal(
        lever_list_make(&list, &lw.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    assert_int_equal(list.count, 0);
    lever_list_release(&list);
}

/* A partner's order is blocked as its own would be; its state's company asks nobody. */
static void
test_statutes_block_partners_but_no_other_means(void **state)
{
    const struct blocking_statute statute = {.against = 4, .obeys = 0.25}; /* against CC */
    struct lever_list list = {0};
    struct legal_world lw;
    uint32_t c;

    (void)state;
    lw_init(&lw, 100);
    lw_allow(&lw, 0, LW_MLAT);
    lw_allow(&lw, 2, LW_ORDER)->abroad = true;
    lw_allow(&lw, 2, LW_DIRECT)->abroad = true;
    lw_allow(&lw, 1, LW_SEIZURE);
    lw_treaty(&lw, 0, 2, dist_constant(0), 0.5);
    c = lw_custodian(&lw, 2);
    lw.custodian[c].state_owned = true;
    lw_site(&lw, 1, c);
    lw.jurisdiction[1].statute = &statute;
    assert_int_equal(
        lever_list_make(&list, &lw.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.item[0].statute.i, 1);
    CHECK_WITHIN(lever_content_probability(&lw.world, &list.item[0]), 0.125, 1e-15);
    assert_int_equal(
        lever_list_make(&list, &lw.world, (struct jurisdiction_id){2}, LW_MASK(LW_DIRECT), NULL),
        0);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.item[0].statute.i, NONE);
    assert_int_equal(
        lever_list_make(&list, &lw.world, (struct jurisdiction_id){1}, UINT64_MAX, NULL), 0);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.item[0].statute.i, NONE);
    lever_list_release(&list);
}

/* ---- terms of review ---- */

/* The custodian's terms, and the instrument's own, which stand in their place bit by bit. */
static void
test_an_instrument_states_its_own_terms_in_place_of_the_custodians(void **state)
{
    struct lever_list list = {0};
    struct legal_world lw;

    (void)state;
    lw_home_world(&lw, 100, 10, 1);
    lw.custodian[0].team.review = dist_constant(5);
    lw.custodian[0].rejects = 0.1;
    lw.custodian[0].narrows = 0.2;
    lw.custodian[0].challenges = 0.3;
    lw.custodian[0].challenge_wins = 0.5;
    lw.custodian[0].court = dist_constant(1000);
    lw.terms[0][LW_ORDER].review = dist_constant(50);
    lw.terms[0][LW_ORDER].rejects = 0.6;
    lw.terms[0][LW_ORDER].narrows = 0.7;
    lw.terms[0][LW_ORDER].challenges = 0.8;
    assert_int_equal(
        lever_list_make(&list, &lw.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    for (unsigned own = 0; own < 16; own++) {
        const double review = (own & OWN_REVIEW) != 0 ? 50 : 5;
        const double rejects = (own & OWN_REJECTS) != 0 ? 0.6 : 0.1;
        const double narrows = (own & OWN_NARROWS) != 0 ? 0.7 : 0.2;
        const double challenges = (own & OWN_CHALLENGES) != 0 ? 0.8 : 0.3;
        const struct lever *l = &list.item[0];

        lw.terms[0][LW_ORDER].own = own;
        const struct review_terms t = lever_review_terms(&lw.world, l);

        CHECK_WITHIN(dist_mean(t.review), review, 0);
        CHECK_WITHIN(t.rejects, rejects, 0);
        CHECK_WITHIN(t.narrows, narrows, 0);
        CHECK_WITHIN(t.challenges, challenges, 0);
        CHECK_WITHIN(lever_metadata_probability(&lw.world, l),
                     (1 - rejects) * (1 - challenges * 0.5), 1e-15);
        CHECK_WITHIN(lever_content_probability(&lw.world, l),
                     (1 - rejects) * (1 - challenges * 0.5) * (1 - narrows), 1e-15);
        CHECK_WITHIN(lever_mean_delay_s(&lw.world, l), review + challenges * 1000, 1e-9);
    }
    lever_list_release(&list);
}

/* The court decides, the loser may appeal and may prevail: played out many times. */
static void
test_a_challenge_and_its_appeals_end_as_often_as_played_out(void **state)
{
    enum { CASES = 40000 };
    struct lever_list list = {0};
    struct legal_world lw;
    uint64_t fallen = 0, appeals = 0;
    struct stream s;

    (void)state;
    lw_home_world(&lw, 100, 10, 1);
    struct custodian *c = &lw.custodian[0];
    struct instrument *in = &lw.terms[0][LW_ORDER];

    c->challenges = 0.9;
    c->challenge_wins = 0.6;
    c->appeals = 0.7;
    c->appeal_wins = 0.4;
    in->appeals = 0.5;
    in->appeal_wins = 0.3;
    c->court = dist_constant(10);
    c->appeal = dist_constant(1000);
    assert_int_equal(
        lever_list_make(&list, &lw.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    stream_open(&s, 8, 0, PURPOSE_TEST, 0, 0);
    for (unsigned i = 0; i < CASES; i++) {
        bool falls = stream_chance(&s, c->challenge_wins);
        const bool appealed = stream_chance(&s, falls ? in->appeals : c->appeals);
        const bool prevails = stream_chance(&s, falls ? in->appeal_wins : c->appeal_wins);

        appeals += appealed;
        falls ^= appealed && prevails;
        fallen += falls;
    }
    const double wins = lever_challenge_wins(&lw.world, &list.item[0]);
    const double delay = lever_mean_delay_s(&lw.world, &list.item[0]);
    const double appealed = (delay / 0.9 - 10) / 1000;
    const struct estimate of_fallen = estimate_share(fallen, CASES, 1 - LEVEL);
    const struct estimate of_appeals = estimate_share(appeals, CASES, 1 - LEVEL);

    assert_true(of_fallen.low <= wins && wins <= of_fallen.high);
    assert_true(of_appeals.low <= appealed && appealed <= of_appeals.high);
    CHECK_WITHIN(lever_metadata_probability(&lw.world, &list.item[0]), 1 - 0.9 * wins, 1e-15);
    lever_list_release(&list);
}

/* ---- threats ---- */

/* Custodian 1 is custodian 0's subsidiary; site 2 is operated by another and controlled by 0. */
static void
threat_world(struct legal_world *lw, struct threat *threat)
{
    lw_init(lw, 100);
    for (uint32_t c = 0; c < 4; c++)
        lw_custodian(lw, 0);
    lw->custodian[1].parent.i = 0;
    lw->custodian[0].is.name = "cloud";
    lw_site(lw, 0, 0);
    lw_site(lw, 1, 1);
    lw_site(lw, 2, 2);
    lw->site[1].is.name = "attic";
    lw->site[2].controller.i = 0;
    lw_store(lw, 0, 1, true);
    lw_store(lw, 1, 2, false);
    lw_device(lw);
    lw->store[0].is.name = "vault";
    lw_cohort(lw, 0, 10);
    lw_rule(lw, 0, 0, 0);
    *threat = (struct threat){
        .is.name = "burglars",
        .class = ADVERSARY_CRIMINAL,
        .sites = 2,
        .stores = 1 | 2,
        .custodians = 1 | 8,
        .terms = {.addressee = ADDRESSEE_COVERT, .grant = 1, .execution = dist_constant(7)}};
}

static void
test_a_threat_has_a_lever_for_each_target_and_one_for_all(void **state)
{
    static const struct {
        uint64_t sites, stores;
        const char *breach, *insider;
    } t[] = {
        {2, 0, "breach burglars of attic", "insider burglars at attic"},
        {0, 1, "breach burglars of vault", "insider burglars at vault"},
        {0, 2, "breach burglars of store", "insider burglars at store"},
        {3, 1, "breach burglars of cloud", "insider burglars at cloud"},
        {0, 0, "breach burglars of custodian", "insider burglars at custodian"},
        {3, 3, "breach burglars of all its targets", "insider burglars at all its targets"},
    };
    struct lever_list list = {0};
    struct text text = {0};
    struct threat threat;
    struct legal_world lw;

    (void)state;
    threat_world(&lw, &threat);
    assert_int_equal(lever_list_make_threat(&list, &lw.world, &threat, NULL), 0);
    assert_int_equal(list.count, COUNT(t));
    for (unsigned i = 0; i < COUNT(t); i++) {
        const struct lever *l = &list.item[i];
        const struct yield y =
            lever_yield(&lw.world, l, &lw.strategies[0].rule[0][0], (struct cohort_id){0}, 7, 7);

        assert_true(l->sites == t[i].sites && l->stores == t[i].stores);
        assert_true(y.fragments == t[i].sites && y.keys == (t[i].stores & 1) &&
                    y.uses == (t[i].stores & 2));
        for (unsigned k = 0; k < i; k++)
            assert_true(list.item[k].identity != l->identity);
        threat.class = ADVERSARY_CRIMINAL;
        text_clear(&text);
        lever_describe(&lw.world, l, &text);
        assert_string_equal(text_str(&text), t[i].breach);
        threat.class = ADVERSARY_INSIDER;
        text_clear(&text);
        lever_describe(&lw.world, l, &text);
        assert_string_equal(text_str(&text), t[i].insider);
        assert_false(lever_is_reviewed(l));
        CHECK_WITHIN(lever_content_probability(&lw.world, l), 1, 0);
        CHECK_WITHIN(lever_challenge_wins(&lw.world, l), 0, 0);
        CHECK_WITHIN(lever_review_terms(&lw.world, l).rejects, 0, 0);
        CHECK_WITHIN(lever_mean_delay_s(&lw.world, l), 7, 0);
    }
    /* one target: no lever for all; the same target keeps its identity */
    const uint64_t vault = list.item[1].identity;

    threat.sites = threat.custodians = 0;
    threat.stores = 1;
    assert_int_equal(lever_list_make_threat(&list, &lw.world, &threat, NULL), 0);
    assert_int_equal(list.count, 1);
    assert_true(list.item[0].identity == vault);
    text_release(&text);
    lever_list_release(&list);
}

static void
test_a_threat_with_too_many_targets_is_refused(void **state)
{
    struct lever_list list = {0};
    struct why why = {0};
    struct threat threat;
    struct legal_world lw;

    (void)state;
    threat_world(&lw, &threat);
    threat.stores = UINT64_MAX;
    threat.sites = threat.custodians = 0;
    assert_int_equal(lever_list_make_threat(&list, &lw.world, &threat, &why), ERR_LIMIT);
    assert_non_null(strstr(why.fault[0].text, "threat 'burglars': its targets make 65 levers"));
    why_release(&why);
    threat.stores = UINT64_MAX >> 1;
    assert_int_equal(lever_list_make_threat(&list, &lw.world, &threat, NULL), 0);
    assert_int_equal(list.count, 64);
    lever_list_release(&list);
}

/* ---- gateways ---- */

static void
test_a_gateway_is_watched_where_it_decrypts_and_is_held(void **state)
{
    static const struct {
        bool watches;
        double holds_for_s, ttl_s;
        enum decrypts decrypts;
        uint32_t gateway;
        bool watched, cached;
    } t[] = {
        {true, 60, 0, DECRYPTS_GATEWAY, 0, true, false},
        {true, 60, 30, DECRYPTS_GATEWAY, 0, true, true},
        {false, 60, 30, DECRYPTS_GATEWAY, 0, false, true},
        {true, 0, 30, DECRYPTS_GATEWAY, 0, false, false},
        {true, 60, 0, DECRYPTS_CLIENT, 0, false, false},
        {true, 60, 30, DECRYPTS_GATEWAY, 1, false, false}, /* another's */
        {true, 60, 30, DECRYPTS_GATEWAY, NONE, true, true},
    };
    struct legal_world lw;

    (void)state;
    lw_home_world(&lw, 100, 10, 1);
    lw_site(&lw, 1, lw_custodian(&lw, 1));
    for (unsigned i = 0; i < COUNT(t); i++) {
        struct lever_list list = {0};
        struct rule rule = lw.strategies[0].rule[0][0];
        struct yield merged = {0};

        rule.key_cache_ttl_s = t[i].ttl_s;
        rule.decrypts = t[i].decrypts;
        rule.gateway.i = t[i].gateway;
        lw.terms[0][LW_ORDER].watches = t[i].watches;
        lw.terms[0][LW_ORDER].holds_for_s = t[i].holds_for_s;
        assert_int_equal(
            lever_list_make(&list, &lw.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
        /* the key lies elsewhere: `stores` of another rule, say */
        const struct yield y =
            lever_yield(&lw.world, &list.item[0], &rule, (struct cohort_id){0}, 0, 0);
        const struct yield whole =
            lever_yield(&lw.world, &list.item[0], &rule, (struct cohort_id){0}, 1, 1);

        assert_int_equal(y.watched, t[i].watched);
        assert_int_equal(yield_opens(&rule, &y), t[i].watched);
        yield_merge(&merged, &y);
        assert_int_equal(merged.watched, t[i].watched);
        assert_int_equal(whole.cached != 0, t[i].cached);
        lever_list_release(&list);
    }
}

/* Operations never ask the escrow, so its key is in no cache; whoever has it opens all the same. */
static void
test_a_cache_holds_only_keys_that_operations_fetch(void **state)
{
    struct legal_world lw;
    struct lever_list list = {0};

    (void)state;
    lw_home_world(&lw, 100, 10, 1);
    lw_store(&lw, 1, lw_custodian(&lw, 1), true); /* the escrow */
    lw.store[0].operator.i = lw.store[0].controller.i = 1;
    const struct formula key[] = {lw.leaf[LW_MOST], lw.leaf[LW_MOST + 1]};
    struct rule *rule = &lw.strategies[0].rule[0][0];

    rule->fetch = rule->keys;
    rule->fetch_stores = 1;
    rule->keys = (struct formula){1, NONE, key, 2};
    rule->stores = 3;
    rule->key_cache_ttl_s = 60;
    lw.terms[0][LW_ORDER].holds_for_s = 60;
    assert_int_equal(
        lever_list_make(&list, &lw.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
    const struct yield y = lever_yield(&lw.world, &list.item[0], rule, (struct cohort_id){0}, 1, 3);

    assert_true(y.cached == 1 && y.keys == 0 && y.uses == 0 && y.fragments == 1);
    assert_true(yield_opens(rule, &y));
    const struct yield escrow = {.fragments = 1, .keys = 2};

    assert_true(yield_opens(rule, &escrow));
    lever_list_release(&list);
}

/* The escrow (store 1, custodian 1) opens, but what its holder withholds nobody misses. */
static void
test_an_escrow_opens_and_does_not_serve(void **state)
{
    struct legal_world lw;
    struct reach reach = {0};

    (void)state;
    lw_home_world(&lw, 100, 10, 1);
    lw_store(&lw, 0, lw_custodian(&lw, 0), true);
    lw.store[0].operator.i = lw.store[0].controller.i = lw_custodian(&lw, 0);
    const struct formula key[] = {lw.leaf[LW_MOST], lw.leaf[LW_MOST + 1]};
    struct rule *rule = &lw.strategies[0].rule[0][0];

    rule->fetch = rule->keys;
    rule->fetch_stores = 1;
    rule->keys = (struct formula){1, NONE, key, 2};
    rule->stores = 3;
    assert_int_equal(reach_make(&reach, &lw.world, rule, (struct cohort_id){0}, NULL), 0);
    assert_int_equal(reach.custodians.count, 2); /* the site's holder with either key's */
    assert_int_equal(reach.custodians.item[0], 1 << 0 | 1 << 1);
    assert_int_equal(reach.custodians.item[1], 1 << 0 | 1 << 2);
    assert_int_equal(reach.denial.count, 2);
    assert_int_equal(reach.denial.item[0], 1 << 0);
    assert_int_equal(reach.denial.item[1], 1 << 2);
    reach_release(&reach);
}

/* By small steps through the day, each hour's rate its own. */
static double
watch_by_steps(const struct cohort *c, double weight, double holds_for_s)
{
    enum { STEPS = 24 * 60 };
    double sum = 0;

    for (int from = 0; from < STEPS; from++) {
        const double start = (from + 0.5) * 60;
        double expected = 0, at = start;

        while (at < start + holds_for_s) {
            const double hour_ends = (floor(at / 3600) + 1) * 3600;
            const double to = fmin(hour_ends, start + holds_for_s);

            expected +=
                c->operations_per_s * weight * (to - at) * c->hour[(int)floor(at / 3600) % 24];
            at = to;
        }
        sum += 1 - exp(-expected);
    }
    return sum / STEPS;
}

static void
test_a_watched_gateway_meets_who_uses_it_meanwhile(void **state)
{
    static const double holds[] = {1, 600, 3600, 5000, 20000, 86400, 100000, 3e5};
    const struct data_class class[] = {{.weight = 0.75}, {.weight = 0.25}};
    const struct world w = {.class = class, .classes = 2};
    struct cohort flat = {.operations_per_s = 2e-5}, day = {.operations_per_s = 2e-5};
    struct stream s;
    double sum = 0;

    (void)state;
    stream_open(&s, 9, 0, PURPOSE_TEST, 0, 0);
    for (unsigned h = 0; h < 24; h++) {
        flat.hour[h] = 1;
        sum += day.hour[h] = h < 7 ? 0 : stream_uniform(&s);
    }
    for (unsigned h = 0; h < 24; h++)
        day.hour[h] *= 24 / sum;
    for (unsigned i = 0; i < COUNT(holds); i++) {
        const struct class_id k = {i % 2};

        CHECK_NEAR(lever_watch_chance(&w, &flat, k, holds[i]),
                   -expm1(-2e-5 * class[k.i].weight * holds[i]), 1e-9);
        CHECK_NEAR(lever_watch_chance(&w, &day, k, holds[i]),
                   watch_by_steps(&day, class[k.i].weight, holds[i]), 1e-4);
    }
    assert_true(lever_watch_chance(&w, &flat, (struct class_id){0}, 0) == 0);
    flat.operations_per_s = 0;
    assert_true(lever_watch_chance(&w, &flat, (struct class_id){0}, 1e6) == 0);
}

/* A customer who holds the key is a custodian with its own home: orders on the provider, however
 * far they reach, and seizures at the provider's do not take it. */
static void
test_who_holds_the_own_key_is_a_custodian_like_others(void **state)
{
    struct lever_list list = {0};
    struct legal_world lw;
    struct yield all = {0};
    uint32_t customer;

    (void)state;
    lw_home_world(&lw, 100, 10, 1);
    lw_allow(&lw, 0, LW_SEIZURE);
    lw.terms[0][LW_ORDER].abroad = true;
    customer = lw_custodian(&lw, 1);
    lw.store[0] = (struct key_store){
        .kind = STORE_SOFTWARE, .at = {1}, .operator= {customer}, .controller = {customer}};
    const struct rule *rule = &lw.strategies[0].rule[0][0];

    for (uint32_t asker = 0; asker < 2; asker++) {
        lw.terms[1][LW_ORDER] = lw.terms[0][LW_ORDER];
        assert_int_equal(
            lever_list_make(&list, &lw.world, (struct jurisdiction_id){asker}, UINT64_MAX, NULL),
            0);
        for (size_t i = 0; i < list.count; i++) {
            const struct yield y =
                lever_yield(&lw.world, &list.item[i], rule, (struct cohort_id){0}, 1, 1);

            yield_merge(&all, &y);
        }
        assert_int_equal(all.keys, asker); /* only the customer's own state has it */
        assert_int_equal(yield_opens(rule, &all), asker == 1);
    }
    lever_list_release(&list);
}

/* ---- records ---- */

/* Whatever an instrument would take of content, with `yields: metadata` it takes metadata where it
 * would have had ciphertext, and nothing else; through a partner, too, on either side. */
static void
test_an_instrument_for_records_takes_metadata_and_nothing_else(void **state)
{
    static struct random_world rw;
    size_t with = 0, without = 0;
    struct stream s;

    (void)state;
    for (uint64_t world = 0; world < 200; world++) {
        struct lever_list list = {0};

        stream_open(&s, 9, world, PURPOSE_TEST, 0, 0);
        random_world_fill(&rw, &s);
        assert_int_equal(
            lever_list_make(&list, &rw.world, (struct jurisdiction_id){0}, UINT64_MAX, NULL), 0);
        for (size_t i = 0; i < list.count; i++) {
            const struct yield all = all_of(&rw.world, &list.item[i], &rw.rule[0]);
            struct instrument records = *list.item[i].acting_terms;
            struct lever lever = list.item[i];

            records.yields = YIELDS_METADATA;
            *(stream_chance(&s, 0.5) ? &lever.terms : &lever.acting_terms) = &records;
            const struct yield y = all_of(&rw.world, &lever, &rw.rule[0]);

            assert_int_equal(y.metadata, all.metadata);
            assert_true((y.fragments | y.keys | y.uses | y.cached) == 0);
            assert_false(y.plaintext || y.watched);
            *(y.metadata ? &with : &without) += 1;
        }
        lever_list_release(&list);
    }
    assert_true(with > 100 && without > 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_instrument_for_records_takes_metadata_and_nothing_else),
        cmocka_unit_test(test_a_statute_splits_what_an_order_reaches),
        cmocka_unit_test(test_a_forbidden_order_is_obeyed_with_the_statutes_chance),
        cmocka_unit_test(test_statutes_block_partners_but_no_other_means),
        cmocka_unit_test(test_an_instrument_states_its_own_terms_in_place_of_the_custodians),
        cmocka_unit_test(test_a_challenge_and_its_appeals_end_as_often_as_played_out),
        cmocka_unit_test(test_a_threat_has_a_lever_for_each_target_and_one_for_all),
        cmocka_unit_test(test_a_threat_with_too_many_targets_is_refused),
        cmocka_unit_test(test_a_gateway_is_watched_where_it_decrypts_and_is_held),
        cmocka_unit_test(test_a_cache_holds_only_keys_that_operations_fetch),
        cmocka_unit_test(test_an_escrow_opens_and_does_not_serve),
        cmocka_unit_test(test_a_watched_gateway_meets_who_uses_it_meanwhile),
        cmocka_unit_test(test_who_holds_the_own_key_is_a_custodian_like_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
