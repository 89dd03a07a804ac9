#include "stats/stream.h"

#include <assert.h>
#include <math.h>

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

/* One block at work. */
struct lane {
    uint64_t c0, c1, c2, c3;
};

static inline __attribute__((always_inline)) void
lane_round(struct lane *c, uint64_t k0, uint64_t k1)
{
    const wide a = (wide)PHILOX_M0 * c->c0;
    const wide b = (wide)PHILOX_M1 * c->c2;

    c->c0 = (uint64_t)(b >> 64) ^ c->c1 ^ k0;
    c->c1 = (uint64_t)b;
    c->c2 = (uint64_t)(a >> 64) ^ c->c3 ^ k1;
    c->c3 = (uint64_t)a;
}

static inline void
lane_store(const struct lane *c, uint64_t out[4])
{
    out[0] = c->c0;
    out[1] = c->c1;
    out[2] = c->c2;
    out[3] = c->c3;
}

void
stream_block(const uint64_t counter[4], const uint64_t key[2], uint64_t out[4])
{
    struct lane c = {counter[0], counter[1], counter[2], counter[3]};
    uint64_t k0 = key[0], k1 = key[1];

    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        lane_round(&c, k0, k1);
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    lane_store(&c, out);
}

/*
 * Two blocks side by side, written out: one after the other takes 15 to 30 % longer (gcc 12, clang
 * 14, Sapphire Rapids). Three or four no longer fit the registers; eight in AVX-512 lanes gain 20 %
 * more, which is not worth a second implementation.
 */
static inline __attribute__((always_inline)) void
two_blocks(const uint64_t counter[4], const uint64_t key[2], uint64_t out[STREAM_WORDS],
           void (*round)(struct lane *c, const uint64_t k[2]), void (*step)(uint64_t k[2]))
{
    struct lane a = {counter[0], counter[1], counter[2], counter[3]};
    struct lane b = {counter[0] + 1, counter[1], counter[2], counter[3]};
    uint64_t k[2] = {key[0], key[1]};

    _Static_assert(PHILOX_ROUNDS == 10, "as many as are written out");
    round(&a, k), round(&b, k), step(k);
    round(&a, k), round(&b, k), step(k);
    round(&a, k), round(&b, k), step(k);
    round(&a, k), round(&b, k), step(k);
    round(&a, k), round(&b, k), step(k);
    round(&a, k), round(&b, k), step(k);
    round(&a, k), round(&b, k), step(k);
    round(&a, k), round(&b, k), step(k);
    round(&a, k), round(&b, k), step(k);
    round(&a, k), round(&b, k);
    lane_store(&a, out);
    lane_store(&b, &out[4]);
}

static inline __attribute__((always_inline)) void
round_in_c(struct lane *c, const uint64_t k[2])
{
    lane_round(c, k[0], k[1]);
}

static inline __attribute__((always_inline)) void
step_in_c(uint64_t k[2])
{
    k[0] += PHILOX_W0;
    k[1] += PHILOX_W1;
}

static void
two_blocks_in_c(const uint64_t counter[4], const uint64_t key[2], uint64_t out[STREAM_WORDS])
{
    two_blocks(counter, key, out, round_in_c, step_in_c);
}

#if defined(__x86_64__)
/*
 * With MULX, which unlike MUL chooses its registers; said to the compiler in so many words, since
 * gcc 12 moves 128-bit products to and fro and keeps a key for every round. A quarter less time.
 */
#define HAS_MULX 1
static const uint64_t multiplier[2] = {PHILOX_M0, PHILOX_M1};
static const uint64_t key_step[2] = {PHILOX_W0, PHILOX_W1};

static inline __attribute__((always_inline)) void
round_by_mulx(struct lane *c, const uint64_t k[2])
{
    uint64_t a_high, a_low, b_high, b_low;

    __asm__("mulxq %3, %0, %1" : "=r"(a_low), "=r"(a_high) : "d"(c->c0), "m"(multiplier[0]));
    __asm__("mulxq %3, %0, %1" : "=r"(b_low), "=r"(b_high) : "d"(c->c2), "m"(multiplier[1]));
    c->c0 = b_high ^ c->c1 ^ k[0];
    c->c1 = b_low;
    c->c2 = a_high ^ c->c3 ^ k[1];
    c->c3 = a_low;
}

static inline __attribute__((always_inline)) void
step_in_place(uint64_t k[2])
{
    __asm__("addq %1, %0" : "+r"(k[0]) : "m"(key_step[0]) : "cc");
    __asm__("addq %1, %0" : "+r"(k[1]) : "m"(key_step[1]) : "cc");
}

static void
two_blocks_by_mulx(const uint64_t counter[4], const uint64_t key[2], uint64_t out[STREAM_WORDS])
{
    two_blocks(counter, key, out, round_by_mulx, step_in_place);
}
#endif

void
stream_refill(struct stream *s)
{
    if (s->counter[0] == 0) {
        stream_block(s->counter, s->key, &s->word[STREAM_WORDS - 4]);
        s->counter[0] = 1;
        s->used = STREAM_WORDS - 4;
        return;
    }
#ifdef HAS_MULX
    if (__builtin_cpu_supports("bmi2")) /* reads what the C library found at the start */
        two_blocks_by_mulx(s->counter, s->key, s->word);
    else
#endif
        two_blocks_in_c(s->counter, s->key, s->word);
    s->counter[0] += STREAM_WORDS / 4;
    s->used = 0;
}

void
stream_open(struct stream *stream, uint64_t seed, uint64_t replication, enum purpose purpose,
            uint64_t a, uint64_t b)
{
    stream->key[0] = seed;
    stream->key[1] = replication;
    stream->counter[0] = 0;
    stream->counter[1] = a;
    stream->counter[2] = b;
    stream->counter[3] = (uint64_t)purpose;
    stream->used = STREAM_WORDS; /* the first draw makes a block; the words need no clearing */
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

double
stream_exponential_from(struct stream *stream, uint64_t bits)
{
    const double *edge = ziggurat_exponential;

    for (double start = 0;;) {
        const unsigned i = stream_layer(bits);
        const double x = stream_place(bits) * edge[i];

        if (x < edge[i + 1])
            return start + x;
        if (i > 0) {
            const double low = ziggurat_exponential_height[i];
            const double high = ziggurat_exponential_height[i + 1];

            if (low + stream_uniform(stream) * (high - low) < exp(-x))
                return start + x;
        } else {
            start += edge[1]; /* the tail is the whole curve again, further out */
        }
        bits = stream_bits(stream);
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
stream_normal_from(struct stream *stream, uint64_t bits)
{
    const double *edge = ziggurat_normal;

    for (;; bits = stream_bits(stream)) {
        const unsigned i = stream_layer(bits);
        const double sign = 1.0 - (double)(bits >> 7 & 2); /* by bit 8: neither layer nor place */
        const double x = stream_place(bits) * edge[i];

        if (x < edge[i + 1])
            return sign * x;
        if (i == 0)
            return sign * normal_tail(stream, edge[1]);

        const double low = ziggurat_normal_height[i], high = ziggurat_normal_height[i + 1];

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
