#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

/* Names for texts: two scenario texts are the same exactly when their SHA-256 is. */
#include "base/err.h"

#define DIGEST_SHA256_BYTES 32
#define DIGEST_SHA256_TEXT  65 /* 64 hexadecimal characters and a 0 */

/*
 * SHA-256 (FIPS 180-4) of `n` bytes as lower-case hexadecimal. `bytes` may be NULL when n is 0.
 * ERR_CRYPTO when the library fails; `out` is then an empty string.
 */
MUST_CHECK int digest_sha256_hex(const void *bytes, size_t n, char out[DIGEST_SHA256_TEXT],
                                 struct why *why);

#endif
