#ifndef CRYPTO_TOKEN_TWIN_H
#define CRYPTO_TOKEN_TWIN_H

/*
 * What a token does, done by OpenSSL with the same key, so that each can be held against the other
 * before a token is timed: it must open what OpenSSL sealed, and OpenSSL what it sealed.
 */
#include <stddef.h>
#include <p11-kit/pkcs11.h>
#include "base/err.h"

/* A 32-byte key and the 12-byte nonce of AES-GCM, which AES key wrap does without. */
struct twin {
    CK_MECHANISM_TYPE mechanism; /* CKM_AES_GCM or CKM_AES_KEY_WRAP */
    const unsigned char *key, *nonce;
};

/* Seals a 32-byte data key into `sealed`, which has room for 48 bytes, and opens it. ERR_CRYPTO. */
MUST_CHECK int twin_seal(const struct twin *twin, const unsigned char *data_key,
                         unsigned char *sealed, size_t *sealed_bytes, struct why *why);
MUST_CHECK int twin_open(const struct twin *twin, const unsigned char *sealed, size_t sealed_bytes,
                         unsigned char *data_key, struct why *why);

/* Encrypts a 32-byte data key with OAEP and SHA-1 for the RSA public key of these numbers, most
 * significant byte first, into `sealed`, which has room for the modulus. ERR_CRYPTO. */
MUST_CHECK int twin_encrypt(const unsigned char *modulus, size_t modulus_bytes,
                            const unsigned char *exponent, size_t exponent_bytes,
                            const unsigned char *data_key, unsigned char *sealed,
                            size_t *sealed_bytes, struct why *why);

#endif
