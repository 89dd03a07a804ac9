#ifndef TRAFFIC_WORLD_H
#define TRAFFIC_WORLD_H

/*
 * Small worlds for tests of the traffic plane, built in C so that each test states just the facts
 * it is about. Everything lies in the struct: no release. Places are all linked, with RTT 0, no
 * jitter, no loss and no bandwidth limit, until a test says otherwise.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include "model/model.h"
#include "record/recording.h"

enum { TW_MOST = 8, TW_EPOCHS = 4 };

struct traffic_world {
    struct model model;
    struct world world;
    struct place place[TW_MOST];
    struct site site[TW_MOST];
    struct key_store store[TW_MOST];
    struct data_class class[TW_MOST];
    struct cohort cohort[TW_MOST];
    struct link link[TW_MOST * TW_MOST];
    struct formula leaf[64]; /* of the formulas below */
    uint32_t leaves;
    struct rule rule[TW_MOST];
    struct epoch epoch[TW_EPOCHS];
    struct strategy strategy;
};

/* One place, one class of 0 bytes, free cryptography, no sites, stores, cohorts or rules; one
 * strategy of one epoch; window of 40 000 operations, seed 1, no failures. */
void tw_init(struct traffic_world *tw);

/* Each returns the ordinal of the new row. */
uint32_t tw_place(struct traffic_world *tw);
uint32_t tw_site(struct traffic_world *tw, uint32_t at, uint32_t servers, struct dist service_s);
uint32_t tw_store(struct traffic_world *tw, uint32_t at, uint32_t servers, struct dist service_s);
uint32_t tw_device(struct traffic_world *tw);
/* Users at a place: operations of one account a second, share of reads; flat hours. */
uint32_t tw_cohort(struct traffic_world *tw, uint32_t at, double accounts, double operations_per_s,
                   double reads);
/* Any `need_data` of these sites, any `need_keys` of these stores (both up to a NONE), for all
 * cohorts and classes; the gateway is the nearest replica. Returned for changes by the test. */
struct rule *tw_rule(struct traffic_world *tw, uint32_t need_data, const uint32_t *sites,
                     uint32_t need_keys, const uint32_t *stores);
/* Both ways. */
void tw_rtt(struct traffic_world *tw, uint32_t a, uint32_t b, double rtt_s);
void tw_jitter(struct traffic_world *tw, uint32_t a, uint32_t b, struct dist jitter_s);

/* Users beside one site; keys on their devices: latency is the time at the station. */
void tw_queue(struct traffic_world *tw, double per_s, uint32_t servers, struct dist service);

/* Users at place 0, a gateway at 1, a replica (7 ms) at 2, a key store (2 ms) at 3; RTTs from the
 * gateway 40, 100 and 250 ms. */
void tw_chain(struct traffic_world *tw, double reads);

/* A world with some of everything that is drawn. */
void tw_varied(struct traffic_world *tw);

/* A station that never makes anybody wait, and one that takes no time. */
#define TW_AMPLE 1000000
extern const struct dist tw_free;

/* Intervals of tests: a correct program would fail each once in 10 000 seeds; with the seed fixed,
 * never. */
#define TW_LEVEL 0.9999
enum { TW_REPLICATIONS = 24 };

#define TW_ROWS(...) ((const uint32_t[]){__VA_ARGS__, NONE})

struct dist tw_exponential(double mean);

/* Runs one replication into `out` (release with recording_release); fails the test on errors. */
void tw_run(const struct traffic_world *tw, uint64_t replication, struct recording *out);

/* Mean latency in ms over all rows, weighted; share of operations served; a recorded value. */
double tw_latency_ms(const struct recording *r);
double tw_availability(const struct recording *r);
double tw_value(const struct recording *r, enum metric_id metric, struct label label);
/* Of a station: sites, then key stores. */
double tw_utilisation(const struct recording *r, uint32_t station);

/* Fails unless `expected` lies in the interval of `level` of the mean of `value` (Student's t). */
void tw_check_mean(const char *what, const double *value, size_t count, double expected,
                   double level);

/* Fails unless |got - expected| <= within. */
void tw_check_near(const char *what, double got, double expected, double within);

/* Mean latencies of some replications against an expectation, in ms. */
void tw_check_mean_latency(const char *what, const struct traffic_world *tw, double expected_ms);

/* The latency of worlds without chance, where all operations of a regime take as long. */
void tw_check_latency(const char *what, const struct traffic_world *tw, double expected_ms);

/* Mean sojourn of M/M/c: S + C(c, a) S / (c - a), Erlang 1917. */
double tw_mmc_sojourn(double arrivals_per_s, double service_s, uint32_t servers);

#endif
