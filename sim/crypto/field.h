#ifndef CRYPTO_FIELD_H
#define CRYPTO_FIELD_H

/*
 * GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (0x11d, that of Reed-Solomon codes and of
 * libgfshare), without tables: whatever the values, the same instructions touch the same memory, so
 * secrets do not leak through caches or branches.
 */
#include <stdint.h>

/* The product of eight pairs at once: byte i of the result is byte i of a times byte i of b. */
static inline uint64_t
field_multiply8(uint64_t a, uint64_t b)
{
    const uint64_t low = UINT64_C(0x0101010101010101), high = low << 7;
    uint64_t product = 0;

    for (int bit = 0; bit < 8; bit++) {
        product ^= a & ((b & low) * 0xff); /* a mask of each byte whose lowest bit is set */
        a = ((a & ~high) << 1) ^ (((a & high) >> 7) * 0x1d);
        b = (b & ~low) >> 1;
    }
    return product;
}

static inline uint8_t
field_multiply(uint8_t a, uint8_t b)
{
    return (uint8_t)field_multiply8(a, b);
}

/* 1 / a, as a^254; 0 for 0. */
static inline uint8_t
field_inverse(uint8_t a)
{
    uint8_t power = a, result = 1;

    for (int bit = 1; bit < 8; bit++) { /* 254 = 2 + 4 + ... + 128 */
        power = field_multiply(power, power);
        result = field_multiply(result, power);
    }
    return result;
}

#endif
