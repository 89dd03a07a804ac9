#ifndef LEGAL_WORLD_H
#define LEGAL_WORLD_H

/*
 * Small worlds for tests of the legal plane, built in C so that each test states just the facts it
 * is about. Everything lies in the struct, and a world must not be moved: rows point to each other.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include "legal/legal.h"

enum {
    LW_JURISDICTIONS = 3, /* each with one place of the same ordinal */
    LW_MOST = 4,          /* of custodians, sites, stores, classes, cohorts, authorities, streams */
    LW_STRATEGIES = 3,
    LW_EPOCHS = 4,
    LW_RULES = 4
};

/* The instruments there are; none is available until lw_allow says so. */
enum lw_instrument { LW_ORDER, LW_DIRECT, LW_SEIZURE, LW_MLAT, LW_USER, LW_INSTRUMENTS };

struct lw_strategy {
    struct epoch epoch[LW_EPOCHS];
    struct rule rule[LW_EPOCHS][LW_RULES];
};

struct legal_world {
    struct model model;
    struct world world;
    struct jurisdiction jurisdiction[LW_JURISDICTIONS];
    struct instrument terms[LW_JURISDICTIONS][LW_INSTRUMENTS];
    struct named instrument[LW_INSTRUMENTS];
    struct place place[LW_JURISDICTIONS];
    struct link link[LW_JURISDICTIONS * LW_JURISDICTIONS];
    struct custodian custodian[LW_MOST];
    struct site site[LW_MOST];
    struct key_store store[LW_MOST];
    struct data_class class[LW_MOST];
    struct cohort cohort[LW_MOST];
    double target[LW_MOST][LW_MOST][LW_MOST]; /* of each authority's streams */
    struct treaty treaty[2];
    struct authority authority[LW_MOST];
    struct request_stream stream[LW_MOST][LW_MOST];
    struct threat threat[LW_MOST];
    struct formula leaf[2 * LW_MOST];   /* each site, then each store, alone */
    struct formula any_site, any_store; /* of lw_copies_world */
    struct strategy strategy[LW_STRATEGIES];
    struct lw_strategy strategies[LW_STRATEGIES];
};

#define LW_DAY     86400.0
#define LW_MASK(i) (UINT64_C(1) << (i))

/* No custodians, holders, users or authorities; one class of content; one strategy of one epoch and
 * no rules; from 2013-01-01 on. */
void lw_init(struct legal_world *lw, double horizon_days);

/* The instrument becomes available there: granted always, no delays. Returned for changes. */
struct instrument *lw_allow(struct legal_world *lw, uint32_t jurisdiction, enum lw_instrument i);
void lw_treaty(struct legal_world *lw, uint32_t from, uint32_t to, struct dist delay, double grant);

/* Each returns the ordinal of the new row. */
uint32_t lw_custodian(struct legal_world *lw, uint32_t home);
uint32_t lw_site(struct legal_world *lw, uint32_t at, uint32_t custodian);
uint32_t lw_store(struct legal_world *lw, uint32_t at, uint32_t custodian, bool extractable);
uint32_t lw_device(struct legal_world *lw);
uint32_t lw_class(struct legal_world *lw, bool metadata);
uint32_t lw_cohort(struct legal_world *lw, uint32_t at, double accounts);
uint32_t lw_authority(struct legal_world *lw, uint32_t jurisdiction);
/* A stream of the authority: Poisson, so many a day, one account of cohort 0, content of all
 * classes. Returned for changes. */
struct request_stream *lw_stream(struct legal_world *lw, uint32_t authority, uint64_t through,
                                 double rate_per_day);
/* A threat to targets (sites, then key stores, as masks), each hit so often a day, and a share of
 * that together: its row among the authorities, of which it must be the last. An event takes one
 * account of every cohort at once, and all classes. */
uint32_t lw_threat(struct legal_world *lw, uint64_t sites, uint64_t stores, double rate_per_day,
                   double common_cause);
/* Another order, `i` of the instruments: to custodians, granted always, no delays. */
struct instrument *lw_allow_order(struct legal_world *lw, uint32_t jurisdiction,
                                  enum lw_instrument i);
/* A second strategy, with one epoch and no rules. */
uint32_t lw_strategy(struct legal_world *lw);
/* The next epoch of a strategy, from that day on; no rules yet. */
struct epoch *lw_epoch(struct legal_world *lw, uint32_t strategy, double from_days);
/* A rule of the strategy's last epoch for all cohorts and classes: this site, this store. */
struct rule *lw_rule(struct legal_world *lw, uint32_t strategy, uint32_t site, uint32_t store);

/* Runs one replication into a cleared `out`; fails the test on errors. */
void lw_run(const struct legal_world *lw, uint32_t strategy, uint64_t replication,
            struct recording *out);
/* What was recorded; 0 (NAN when absent means unknown) when nothing was. */
double lw_value(const struct recording *r, enum metric_id metric, struct label label);

/* Means over replications 0 to n - 1 of a total; fails unless `expected` lies within the interval
 * of 1 - LEVEL of goodness.h. */
void lw_check_mean(const struct legal_world *lw, uint32_t strategy, uint32_t n,
                   enum metric_id metric, struct label label, double expected);

struct dist lw_exponential_days(double mean);

/* Whole worlds. Each of one authority of AA (the first jurisdiction) with one stream. */

/* AA can order its one custodian, who holds data and keys of `accounts`. */
void lw_home_world(struct legal_world *lw, double horizon_days, double accounts,
                   double rate_per_day);
/* The same, but the key is with a second custodian. */
void lw_split_world(struct legal_world *lw, double horizon_days, double accounts,
                    double rate_per_day);
/* AA may ask BB, where data and keys of one account are, for 1000 days. */
void lw_partner_world(struct legal_world *lw, double rate_per_day, double delay_days, double grant);
/* AA holds the ciphertext through a company of its own state; the key lies in BB, out of reach,
 * until it moves to AA. */
void lw_moving_world(struct legal_world *lw, double horizon_days, double accounts,
                     double rate_per_day, double moves_on_day);
/* AA can order `custodians` of its own, each of whom alone holds all data and keys. */
void lw_copies_world(struct legal_world *lw, uint32_t custodians, double horizon_days,
                     double accounts, double rate_per_day);
/* Two authorities, with every way a request can end. */
void lw_busy_world(struct legal_world *lw);

#endif
