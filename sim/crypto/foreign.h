#ifndef CRYPTO_FOREIGN_H
#define CRYPTO_FOREIGN_H

/*
 * Other libraries' AEAD ciphers beside OpenSSL's, for comparison: each object has a key of its own,
 * as in the cost rows (bulk.c). Before it is timed at a size, each must open what OpenSSL sealed
 * and seal to the same bytes. A library that was not there when jurisim was built has its rows all
 * the same and says so.
 */
#include "crypto/aead.h"

struct foreign {
    const char *cipher;           /* as OpenSSL calls it */
    int (*init)(void **state);    /* 0, or below 0 when this machine cannot; NULL: not built in */
    void (*release)(void *state); /* cleanses; accepts NULL */
    /* In place: `plain` may be `out`. */
    int (*seal)(void *state, const struct aead_seed *seed, const unsigned char *plain, size_t bytes,
                unsigned char *out, unsigned char tag[AEAD_TAG_BYTES]);
    /* Below 0 when the tag does not match. */
    int (*open)(void *state, const struct aead_seed *seed, const unsigned char *sealed,
                size_t bytes, const unsigned char tag[AEAD_TAG_BYTES], unsigned char *out);
    const char *lacks; /* what is missing where it cannot be measured */
};

/* The library's own word for its version; NULL: not built in. Static. */
const char *sodium_library(void);
const char *gcrypt_library(void);
const char *ipsec_mb_library(void);
const char *isal_library(void);

extern const struct foreign foreign_sodium_gcm, foreign_sodium_chacha;
extern const struct foreign foreign_gcrypt_gcm, foreign_gcrypt_chacha;
extern const struct foreign foreign_ipsec_mb_gcm;

#endif
