#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

/*
 * Authenticated encryption with associated data, for ciphers with a 32-byte key, a 12-byte nonce
 * and a 16-byte tag: AES-256-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439).
 *
 * The cipher is fetched once and the context made once; each object re-initialises the context
 * with its key and nonce only. Passing the cipher again, or a new context for each object, costs
 * up to two fifths of the speed at 1 KiB in OpenSSL 3.0. A `struct aead` belongs to one thread.
 */
#include <openssl/types.h>
#include "base/err.h"

#define AEAD_KEY_BYTES   32
#define AEAD_NONCE_BYTES 12
#define AEAD_TAG_BYTES   16

/* Start from `{0}`. */
struct aead {
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *context;
};

/* What encrypts one object. Borrows all it points to. */
struct aead_seed {
    const unsigned char *key;   /* AEAD_KEY_BYTES; NULL: the one set last, in the same direction */
    const unsigned char *nonce; /* AEAD_NONCE_BYTES; never twice with the same key and other data */
    const unsigned char *data;  /* associated data, authenticated and not encrypted; may be NULL */
    size_t data_bytes;
};

/* `cipher` is OpenSSL's name: "AES-256-GCM", "ChaCha20-Poly1305". ERR_CRYPTO if it has none. */
MUST_CHECK int aead_init(struct aead *aead, const char *cipher, struct why *why);

/* Accepts a zeroed struct. The key schedule in the context is cleansed. */
void aead_release(struct aead *aead);

/* Encrypts `bytes` bytes (at most INT_MAX) of `plain` to `out` (as many) and writes the tag. */
MUST_CHECK int aead_seal(struct aead *aead, const struct aead_seed *seed,
                         const unsigned char *plain, size_t bytes, unsigned char *out,
                         unsigned char tag[AEAD_TAG_BYTES], struct why *why);

/*
 * Decrypts and checks the tag. ERR_CRYPTO with a message when the tag does not match; `out` is then
 * cleansed, since plaintext that failed its check must not be used.
 */
MUST_CHECK int aead_unseal(struct aead *aead, const struct aead_seed *seed,
                           const unsigned char *sealed, size_t bytes,
                           const unsigned char tag[AEAD_TAG_BYTES], unsigned char *out,
                           struct why *why);

/*
 * Both directions of every published vector for `cipher`, and that an altered tag, a truncated
 * ciphertext and every vector that is published as wrong are refused.
 * `name` begins the messages. ERR_CRYPTO when one fails or there is none.
 */
MUST_CHECK int aead_verify(const char *name, const char *cipher, struct why *why);

#endif
