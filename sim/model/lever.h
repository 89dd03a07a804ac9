#ifndef MODEL_LEVER_H
#define MODEL_LEVER_H

/*
 * Levers: one instrument used by one jurisdiction's authority against one addressee, and what it
 * yields. A pure question of the facts: asked of a world and a placement rule, it knows no time.
 *
 * The table of DESIGN section 3: an order on an operator or controller takes the key of a software
 * or extractable store and the use of an HSM's for the named accounts; seizing the place takes the
 * former and nothing of the latter; a state-owned operator yields like an order. Devices hold a
 * share that only the user's compulsion, or a seizure with `devices: true` where the user lives,
 * yields.
 *
 * A lever of an instrument that yields metadata (or of a partner's that does) takes them where it
 * would take ciphertext, and nothing else.
 *
 * An order that a blocking statute forbids to obey is a lever of its own: of what a custodian lever
 * of jurisdiction A reaches, what lies in a jurisdiction B with a statute against A comes under one
 * lever for each such B, obeyed with the statute's chance, and the rest under another. Only orders
 * on custodians are blocked, own or a partner's: who seizes, or owns the custodian, asks nobody.
 */
#include "base/text.h"
#include "model/model.h"

/* What a lever yields of one account under one rule. */
struct yield {
    uint64_t fragments; /* sites whose ciphertext it takes */
    uint64_t keys;      /* stores whose key it takes: opens what is added later, too */
    uint64_t uses;      /* stores whose key it has used, for the named accounts: no later data */
    uint64_t cached;    /* stores whose key may lie in the gateway's cache it holds, each account
                           with the probability of lever_cache_capture */
    bool
        metadata; /* of data classes whose metadata are not encrypted: the caller knows the class */
    bool plaintext;
    bool watched; /* plaintext in use, of each account with the chance of lever_watch_chance */
};

struct lever {
    struct instrument_id instrument; /* the asker's */
    const struct instrument *terms;  /* as it stands in the asker's jurisdiction */
    struct jurisdiction_id asker;
    enum addressee addressee;      /* of the instrument that takes effect: for a partner lever
                                      the partner's instrument's */
    struct jurisdiction_id acting; /* where it is executed: the asker, or the partner. Of a
                                      threat's lever asker, acting and instrument are i NONE */
    const struct instrument *acting_terms; /* == terms unless a partner acts */
    const struct treaty *treaty;           /* partner levers; else NULL */
    struct custodian_id custodian;         /* custodian and state-custodian levers, and a threat's
                                              on all that a custodian operates; else i NONE */
    struct place_id place;                 /* location levers; else i NONE */
    struct cohort_id cohort;               /* user levers; else i NONE */
    uint64_t sites, stores;                /* covert levers and threats: the holders it reaches */
    struct jurisdiction_id
        statute;                 /* an order for what lies in this jurisdiction, whose blocking
                                    statute forbids to obey it; i NONE: for what lies elsewhere */
    const struct threat *threat; /* a threat's lever; else NULL */
    uint64_t identity;           /* tells levers of a request apart in every epoch and
                                    strategy: keys its random stream */
};

struct lever_list {
    struct lever *item; /* owned */
    size_t count, capacity;
};

/*
 * All levers that the instruments `through` (a mask) give an authority of `asker` in this world,
 * by instrument, then addressee, in the file's order. Levers on users name each cohort resident
 * there.
 */
MUST_CHECK int lever_list_make(struct lever_list *list, const struct world *w,
                               struct jurisdiction_id asker, uint64_t through, struct why *why);
void lever_list_release(struct lever_list *list);

/*
 * The levers of a threat: one for each target, in the order sites, key stores, custodians, then one
 * for all of them when there are several. A custodian's is on all sites and key stores that it
 * operates, itself or through subsidiaries; it is listed even when that is nothing, so that targets
 * keep their ordinals. ERR_LIMIT above 64 levers, ERR_MEMORY.
 */
MUST_CHECK int lever_list_make_threat(struct lever_list *list, const struct world *w,
                                      const struct threat *threat, struct why *why);

/* The terms on which a custodian takes a lever: each the instrument's own, when it states one (of a
 * partner lever the partner's instrument, which is what the custodian receives), else the
 * custodian's. All zero unless the addressee is ADDRESSEE_CUSTODIAN. */
struct review_terms {
    const struct dist *review; /* s; never NULL */
    double rejects, narrows, challenges;
};
struct review_terms lever_review_terms(const struct world *w, const struct lever *lever);

/* Probability that a challenge ends the request in the end: the court's word, then the loser's
 * appeal, if any: w (1 - a x b) + (1 - w) a' x b', with w challenge-wins, a and b appeals and
 * appeal-wins of the instrument that takes effect (the asker's or the partner's), a' and b' the
 * custodian's. */
double lever_challenge_wins(const struct world *w, const struct lever *lever);

/* Probability that the custodian obeys although a statute forbids it; 1 when none does. */
double lever_obeys(const struct world *w, const struct lever *lever);

/* Does a statute of `inside` forbid to obey orders of `acting` for what lies there? Never its own.
 */
bool statute_blocks(const struct world *w, struct jurisdiction_id inside,
                    struct jurisdiction_id acting);

/*
 * Chance that an account of a cohort uses the data class at least once while a watched gateway is
 * held for D seconds from any instant of the day: the mean over the day of 1 - exp(-L(t)), L(t) the
 * integral from t to t + D of the account's operations of the class, which pass through that
 * gateway. Exact for rates that are constant within each hour; 1 - exp(-lambda D) when they are
 * through the day.
 */
double lever_watch_chance(const struct world *w, const struct cohort *cohort, struct class_id class,
                          double holds_for_s);

/* What it yields of a cohort's accounts under a rule. `sites` and `stores` are the holders that
 * have something at this time: the rule's own, or former ones whose copies are still there. */
struct yield lever_yield(const struct world *w, const struct lever *lever, const struct rule *rule,
                         struct cohort_id cohort, uint64_t sites, uint64_t stores);

/* Reviewed by the custodian's legal team? A custodian lever is; a partner's only when its stages
 * are listed, since else the treaty's delay stands for all of it. */
bool lever_is_reviewed(const struct lever *lever);

/* The probability that it is granted: the instrument's own, for a partner lever times the treaty's
 * (which stands for the partner's own grant too). Whether the custodian then obeys is another
 * matter: lever_obeys. */
double lever_grant(const struct lever *lever);

/* Mean seconds from filing to yield, queueing apart: filing or treaty delay, stages, review, the
 * chance of a challenge times the delay of the court and, times the chance of it
 * (w a + (1 - w) a' in the terms of lever_challenge_wins), of an appeal; execution (of a partner
 * lever: the asker's instrument's and the partner's). */
double lever_mean_delay_s(const struct world *w, const struct lever *lever);

/* Probability that it yields content, metadata: lever_grant x lever_obeys x (1 - rejects) x
 * (1 - narrows) x (1 - challenges x lever_challenge_wins), metadata without the narrowing. */
double lever_content_probability(const struct world *w, const struct lever *lever);
double lever_metadata_probability(const struct world *w, const struct lever *lever);
/* The same once it is granted: without lever_grant. */
double lever_compliance(const struct world *w, const struct lever *lever, bool metadata);

/* Do both go by one grant decision of the asker's judge, or of the treaty partner? So they do when
 * their instrument says grant-together (world.h). */
bool lever_shares_grant(const struct lever *a, const struct lever *b);
bool lever_shares_treaty(const struct lever *a, const struct lever *b);

/* Probability that all levers of the mask yield, each decision that they share counted once. */
double levers_probability(const struct world *w, const struct lever_list *list, uint64_t levers,
                          bool metadata);

/* Chance that holding the gateway for D seconds takes a given account's key from its cache:
 * 1 - (1 - h) exp(-lambda D), h = lambda T / (1 + lambda T), lambda the account's read rate. */
double lever_cache_capture(double reads_per_s, double ttl_s, double holds_for_s);

/* The same for an account of a cohort at any instant: the mean over the hours of its day, in each
 * of which it reads at its own rate. `reads_per_s` is the mean over the day: of reads that fill the
 * cache in question (epoch_cache_reads), not of all. */
double cohort_cache_capture(const struct cohort *cohort, double reads_per_s, double ttl_s,
                            double holds_for_s);

/* "US production-order on apple", "CN mlat to US: production-order on apple", "US production-order
 * on apple for what lies in CH" (where a statute blocks it); of threats "breach NAME of SITE",
 * "insider NAME at CUSTODIAN", "breach NAME of all its targets". Into `text`. */
void lever_describe(const struct world *w, const struct lever *lever, struct text *text);

/* Of these key stores, those that answer a gateway: what its cache can hold. */
uint64_t stores_cacheable(const struct world *w, uint64_t stores);

/* What users' operations ask for a key: rule->fetch, without escrow. Rules made by hand may leave
 * it out (fetch_stores 0): then it is rule->keys. */
static inline const struct formula *
rule_fetch(const struct rule *rule)
{
    return rule->fetch_stores != 0 ? &rule->fetch : &rule->keys;
}

static inline uint64_t
rule_fetch_stores(const struct rule *rule)
{
    return rule->fetch_stores != 0 ? rule->fetch_stores : rule->stores;
}

/* The gateway of a rule for a cohort: stated, or the replica with the least RTT from the users. */
struct site_id rule_gateway(const struct world *w, const struct rule *rule,
                            struct cohort_id cohort);

/* The site where a rule's data is decrypted: the gateway, or with `decrypts: site` the replica
 * nearest to it; i NONE when users' devices do. */
struct site_id rule_decryptor(const struct world *w, const struct rule *rule,
                              struct cohort_id cohort);

/* Does what was obtained open content under the rule? What it opens only by chance, a cached key or
 * plaintext that a watched gateway may meet, counts as opened. */
bool yield_opens(const struct rule *rule, const struct yield *got);
/* Is the whole ciphertext held? */
bool yield_has_ciphertext(const struct rule *rule, const struct yield *got);
void yield_merge(struct yield *into, const struct yield *from);

#endif
