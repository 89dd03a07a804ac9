#include "stats/stream.h"

#include <assert.h>
#include <math.h>

#include "stats/ziggurat.h"

__extension__ typedef unsigned __int128 wide;

/*
 * Multipliers and key steps of Philox4x64: Salmon, Moraes, Dror and Shaw (2011), SC11, section 3.3
 * and table 2. The multipliers were chosen by the authors for avalanche; the steps are the
 * fractions of the golden ratio and of the square root of 3.
 */
#define PHILOX_M0 0xD2E7470EE14C6C93u
#define PHILOX_M1 0xCA5A826395121157u
#define PHILOX_W0 0x9E3779B97F4A7C15u
#define PHILOX_W1 0xBB67AE8584CAA73Bu

/* Ten rounds: the authors' default; seven pass BigCrush, three are a margin. */
enum { PHILOX_ROUNDS = 10 };

void
stream_block(const uint64_t counter[4], const uint64_t key[2], uint64_t out[4])
{
    uint64_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint64_t k0 = key[0], k1 = key[1];

    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        wide a = (wide)PHILOX_M0 * c0;
        wide b = (wide)PHILOX_M1 * c2;

        c0 = (uint64_t)(b >> 64) ^ c1 ^ k0;
        c1 = (uint64_t)b;
        c2 = (uint64_t)(a >> 64) ^ c3 ^ k1;
        c3 = (uint64_t)a;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void
stream_open(struct stream *stream, uint64_t seed, uint64_t replication, enum purpose purpose,
            uint64_t a, uint64_t b)
{
    *stream = (struct stream){
        .key = {seed, replication},
        .counter = {0, a, b, (uint64_t)purpose},
        .used = 4, /* no block yet: the first draw makes one */
    };
}

uint64_t
stream_below(struct stream *stream, uint64_t n)
{
    assert(n > 0);
    /* Lemire (2019), "Fast random integer generation in an interval", ACM TOMACS 29(1):
     * the high word of bits * n is uniform once low words below 2^64 mod n are redrawn. */
    wide product = (wide)stream_bits(stream) * n;

    if ((uint64_t)product < n) {
        uint64_t least = (0 - n) % n;

        while ((uint64_t)product < least)
            product = (wide)stream_bits(stream) * n;
    }
    return (uint64_t)(product >> 64);
}

/*
 * One word gives both the layer (low 8 bits) and the place in it (high 52). They share no bit:
 * Doornik (2005), "An improved ziggurat method to generate normal random samples", shows the flaw
 * of the first published ziggurats, where they did. The half keeps the place between 0 and 1.
 */
static unsigned
layer_of(uint64_t bits)
{
    return bits & (ZIGGURAT_LAYERS - 1);
}

static double
place_of(uint64_t bits)
{
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

double
stream_exponential(struct stream *stream)
{
    const double *edge = ziggurat_exponential;

    for (double start = 0;; start += edge[1]) { /* the tail is the whole curve again, further out */
        unsigned i;

        do {
            uint64_t bits = stream_bits(stream);
            i = layer_of(bits);
            double x = place_of(bits) * edge[i];

            if (x < edge[i + 1])
                return start + x;
            if (i > 0) {
                double low = exp(-edge[i]), high = exp(-edge[i + 1]);

                if (low + stream_uniform(stream) * (high - low) < exp(-x))
                    return start + x;
            }
        } while (i > 0);
    }
}

/* Beyond `from`: Marsaglia (1964), "Generating a variable from the tail of the normal
 * distribution", Technometrics 6. */
static double
normal_tail(struct stream *stream, double from)
{
    for (;;) {
        double beyond = stream_exponential(stream) / from;

        if (2 * stream_exponential(stream) > beyond * beyond)
            return from + beyond;
    }
}

double
stream_normal(struct stream *stream)
{
    const double *edge = ziggurat_normal;

    for (;;) {
        uint64_t bits = stream_bits(stream);
        unsigned i = layer_of(bits);
        double sign = 1.0 - (double)(bits >> 7 & 2); /* by bit 8: neither layer nor place */
        double x = place_of(bits) * edge[i];

        if (x < edge[i + 1])
            return sign * x;
        if (i == 0)
            return sign * normal_tail(stream, edge[1]);

        double low = exp(-edge[i] * edge[i] / 2), high = exp(-edge[i + 1] * edge[i + 1] / 2);
        if (low + stream_uniform(stream) * (high - low) < exp(-x * x / 2))
            return sign * x;
    }
}

static void
gsl_set(void *state, unsigned long seed)
{
    stream_open(state, seed, 0, PURPOSE_TEST, 0, 0);
}

/* 32 bits, although unsigned long has 64 here: it has 32 elsewhere, and GSL's uses of whole
 * numbers, which divide the range, would then draw other values from the same stream. */
static unsigned long
gsl_get(void *state)
{
    return stream_bits(state) >> 32;
}

static double
gsl_get_double(void *state)
{
    return stream_uniform(state);
}

static const gsl_rng_type philox_type = {
    .name = "philox4x64-10",
    .max = 0xffffffffu,
    .min = 0,
    .size = sizeof(struct stream),
    .set = gsl_set,
    .get = gsl_get,
    .get_double = gsl_get_double,
};

const gsl_rng_type *const stream_gsl_type = &philox_type;

void
stream_as_gsl(gsl_rng *gsl, struct stream *stream)
{
    gsl->type = stream_gsl_type;
    gsl->state = stream;
}
