#ifndef CRYPTO_SHARING_H
#define CRYPTO_SHARING_H

/*
 * Sharing a secret among n holders so that any k of them give it back and k - 1 learn nothing
 * (Shamir 1979): byte by byte the value at 0 of a random polynomial of degree k - 1 over GF(2^8),
 * whose value at i is holder i's share. For k = n the exclusive or of n random strings does it with
 * less (n of n).
 */
#include <stddef.h>
#include "base/err.h"

#define SHARES_MOST 255 /* the field has no more points but 0 */

/*
 * Fills `share`, n strings of `bytes` bytes one after another: share i (from 0) is the value at
 * i + 1. `random` gives the (k - 1) x `bytes` coefficients, uniform. 2 <= k <= n <= SHARES_MOST.
 */
void share_split(const unsigned char *secret, size_t bytes, unsigned k, unsigned n,
                 const unsigned char *random, unsigned char *share);

/* The secret from k shares, by interpolation at 0: share j (of `bytes` bytes, one after another) is
 * the value at point[j], all points different and above 0. */
void share_combine(const unsigned char *share, const unsigned char *point, unsigned k, size_t bytes,
                   unsigned char *secret);

/* n of n: `share` holds n - 1 uniform strings; fills the n-th so that all together give the secret.
 */
void share_xor(const unsigned char *secret, size_t bytes, unsigned n, unsigned char *share);
void share_xor_combine(const unsigned char *share, size_t bytes, unsigned n, unsigned char *secret);

#endif
