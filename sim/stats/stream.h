#ifndef STATS_STREAM_H
#define STATS_STREAM_H

/*
 * Random streams: one for every decision, told apart by (seed, replication, purpose, entity).
 *
 * The generator is Philox4x64-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
 * 1, 2, 3", SC11): a keyed bijection of a 256-bit counter. The key is (seed, replication); the
 * counter is (draw, entity a, entity b, purpose). Two streams that differ in any part therefore
 * never share a block: no overlap by construction, and no state to hand from trial to trial.
 * Entities are ordinals in their section, so names do not matter and adding at the end of a
 * section changes nothing before it.
 *
 * Blocks are made two at a time: the rounds of one block wait for each other, those of two keep
 * the multiplier busy. That changes no value, since a block depends on its counter alone. The first
 * block of a stream is made alone: most streams end with it.
 */
#include <stdint.h>
#include <stdbool.h>
#include <gsl/gsl_rng.h>
#include "stats/ziggurat.h"

/* Every purpose that draws. Append only: the number is part of the stream's identity. */
enum purpose {
    PURPOSE_TEST = 1,
    PURPOSE_UNCERTAIN,     /* a world's value of an `uncertain:` input */
    PURPOSE_ARRIVALS,      /* request arrivals of one request stream */
    PURPOSE_REQUEST,       /* one request: kind, cohort, number of accounts */
    PURPOSE_ACCOUNTS,      /* which accounts one request names */
    PURPOSE_LEVER,         /* one lever of one request: delays, grant, review */
    PURPOSE_CACHE_CAPTURE, /* whether an account's key lay in a captured cache */
    PURPOSE_OPERATIONS,    /* a cohort's operations in a window: arrival, class, size */
    PURPOSE_NETWORK,       /* jitter */
    PURPOSE_SERVICE,       /* service times at a station */
    PURPOSE_KEY_CACHE,     /* key cache hits */
    PURPOSE_HOURS,         /* hours of the day a window covers */
    PURPOSE_BOOTSTRAP,     /* resampling in reports */
    PURPOSE_CONCERNS,      /* whether a request is about the cohorts of the scenario */
    PURPOSE_DEPARTURE,     /* when one account opts out or is deleted */
    PURPOSE_BULK,          /* how a bulk taking divides accounts that are not listed one by one */
    PURPOSE_THREAT,        /* what one event of a threat hits */
    PURPOSE_INSPECTION,    /* inspections of a jurisdiction: gaps, grace */
    PURPOSE_PRESSURE,      /* whether and how long pressure follows */
    PURPOSE_INTERFERENCE,  /* spells of interference */
    PURPOSE_SANCTION,      /* whether one who obeyed a blocked order is fined */
    PURPOSE_GRANT,         /* one decision for all addressees of a request */
    PURPOSE_EXPLAIN,       /* delays of a lever, for the expected time of plans in `explain` */
    PURPOSE_RETRY,         /* waits before a step of an operation is repeated */
    PURPOSE_CONNECTION,    /* whether a user's connection is cold, what shaking hands takes */
    PURPOSE_EDGE,          /* edge cache hits */
};

enum { STREAM_WORDS = 8 }; /* two blocks */

struct stream {
    uint64_t key[2];
    uint64_t counter[4];         /* [0]: the next block to make */
    uint64_t word[STREAM_WORDS]; /* made ahead; a lone block lies at the end */
    unsigned used;               /* the next word to hand out; STREAM_WORDS: none is left */
};

/* Fills `stream`; cannot fail. `a` and `b` name the entity. */
void stream_open(struct stream *stream, uint64_t seed, uint64_t replication, enum purpose purpose,
                 uint64_t a, uint64_t b);

/* Encrypts one counter block: the raw function, for the published test vectors. */
void stream_block(const uint64_t counter[4], const uint64_t key[2], uint64_t out[4]);

/* Makes the next blocks, for stream_bits alone. */
void stream_refill(struct stream *stream);

static inline uint64_t
stream_bits(struct stream *s)
{
    if (__builtin_expect(s->used == STREAM_WORDS, 0))
        stream_refill(s);
    return s->word[s->used++];
}

/* Uniform on [0, 1): 53 bits. */
static inline double
stream_uniform(struct stream *s)
{
    return (double)(stream_bits(s) >> 11) * 0x1p-53;
}

/* Uniform on (0, 1): never 0, for logarithms, nor 1. 52 bits: with 53 the last would round to 1. */
static inline double
stream_uniform_open(struct stream *s)
{
    return ((double)(stream_bits(s) >> 12) + 0.5) * 0x1p-52;
}

/* A uniform whole number in [0, n), without bias (Lemire 2019). n must be above 0. */
uint64_t stream_below(struct stream *stream, uint64_t n);

/* True with probability p. Always draws once, so that what follows stays paired. */
static inline bool
stream_chance(struct stream *s, double p)
{
    return stream_uniform(s) < p;
}

/*
 * Exponential with mean 1; always above 0.  Normal with mean 0 and deviation 1.
 * Ziggurats of 256 layers (Marsaglia and Tsang 2000): exact up to rounding. One word in about 98
 * (exponential) or 99 (normal) of 100 draws, more in the others.
 */
static inline double stream_exponential(struct stream *s);
static inline double stream_normal(struct stream *s);

/* The draw that begins with the word `bits`, when the layer alone does not decide it. */
double stream_exponential_from(struct stream *stream, uint64_t bits);
double stream_normal_from(struct stream *stream, uint64_t bits);

/*
 * One word gives both the layer (low 8 bits) and the place in it (high 52). They share no bit:
 * Doornik (2005), "An improved ziggurat method to generate normal random samples", shows the flaw
 * of the first published ziggurats, where they did. The half keeps the place between 0 and 1.
 */
static inline unsigned
stream_layer(uint64_t bits)
{
    return bits & (ZIGGURAT_LAYERS - 1);
}

static inline double
stream_place(uint64_t bits)
{
    return ((double)(int64_t)(bits >> 12) + 0.5) * 0x1p-52; /* signed: one instruction on x86 */
}

static inline double
stream_exponential(struct stream *s)
{
    const uint64_t bits = stream_bits(s);
    const double *edge = &ziggurat_exponential[stream_layer(bits)];
    const double x = stream_place(bits) * edge[0];

    return __builtin_expect(x < edge[1], 1) ? x : stream_exponential_from(s, bits);
}

static inline double
stream_normal(struct stream *s)
{
    const uint64_t bits = stream_bits(s);
    const double *edge = &ziggurat_normal[stream_layer(bits)];
    const double x = stream_place(bits) * edge[0];

    if (__builtin_expect(!(x < edge[1]), 0))
        return stream_normal_from(s, bits);
    return (1.0 - (double)(int64_t)(bits >> 7 & 2)) *
           x; /* sign by bit 8: neither layer nor place */
}

/* The stream as a GSL generator, so that GSL's distributions draw from it: whole numbers of 32
 * bits, uniforms of 53. `stream_as_gsl` fills the caller's `gsl`, which borrows `stream`; nothing
 * to release. Setting a seed through GSL opens the stream (seed, 0, PURPOSE_TEST, 0, 0). */
extern const gsl_rng_type *const stream_gsl_type;
void stream_as_gsl(gsl_rng *gsl, struct stream *stream);

#endif
