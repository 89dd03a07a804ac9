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

/*
 * Shares alone do not tell a wrong one: any k of them give some secret. So a check is kept beside
 * them, which is no secret itself: SHA-256 of the secret, which must be a random key of 16 bytes or
 * more, since anyone may try guesses on it.
 */
#define SHARE_CHECK_BYTES 32
MUST_CHECK int share_check(const unsigned char *secret, size_t bytes,
                           unsigned char check[SHARE_CHECK_BYTES], struct why *why);

/* ERR_CRYPTO, and `secret` cleansed, unless it is the one of the check. */
MUST_CHECK int share_confirm(unsigned char *secret, size_t bytes,
                             const unsigned char check[SHARE_CHECK_BYTES], struct why *why);

/*
 * share_combine of shares that others hand in: ERR_CRYPTO when a point is 0 or comes twice, or when
 * the check does not hold; `secret` is then cleansed.
 */
MUST_CHECK int share_open(const unsigned char *share, const unsigned char *point, unsigned k,
                          size_t bytes, const unsigned char check[SHARE_CHECK_BYTES],
                          unsigned char *secret, struct why *why);

#endif
