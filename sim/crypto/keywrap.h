#ifndef CRYPTO_KEYWRAP_H
#define CRYPTO_KEYWRAP_H

/*
 * A 32-byte data key under a 32-byte key of a key store, in two ways: AES-256-GCM with a nonce
 * (48 bytes with the tag; the caller keeps the nonce beside them), and AES-256 key wrap (RFC 3394,
 * NIST SP 800-38F KW; 40 bytes, no nonce).
 */
#include <openssl/types.h>
#include "base/err.h"
#include "crypto/aead.h"

#define DATA_KEY_BYTES    32
#define GCM_WRAPPED_BYTES (DATA_KEY_BYTES + AEAD_TAG_BYTES)
#define KW_WRAPPED_BYTES  (DATA_KEY_BYTES + 8)

/* AES-256-GCM: `aead` is one opened for "AES-256-GCM". ERR_CRYPTO when the key is not the one. */
MUST_CHECK int gcm_wrap(struct aead *aead, const struct aead_seed *seed,
                        const unsigned char data_key[DATA_KEY_BYTES],
                        unsigned char out[GCM_WRAPPED_BYTES], struct why *why);
MUST_CHECK int gcm_unwrap(struct aead *aead, const struct aead_seed *seed,
                          const unsigned char wrapped[GCM_WRAPPED_BYTES],
                          unsigned char out[DATA_KEY_BYTES], struct why *why);

/* A fetched cipher and a context, one a thread. Start from `{0}`. */
struct kw {
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *context;
};

MUST_CHECK int kw_init(struct kw *kw, struct why *why);
void kw_release(struct kw *kw);

/* RFC 3394 with its default initial value. Unwrapping under a wrong key: ERR_CRYPTO, `out`
 * cleansed. */
MUST_CHECK int kw_wrap(struct kw *kw, const unsigned char key[DATA_KEY_BYTES],
                       const unsigned char data_key[DATA_KEY_BYTES],
                       unsigned char out[KW_WRAPPED_BYTES], struct why *why);
MUST_CHECK int kw_unwrap(struct kw *kw, const unsigned char key[DATA_KEY_BYTES],
                         const unsigned char wrapped[KW_WRAPPED_BYTES],
                         unsigned char out[DATA_KEY_BYTES], struct why *why);

#endif
