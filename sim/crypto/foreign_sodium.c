/* libsodium's AEAD ciphers: see foreign.h. */
#include "crypto/foreign.h"

#if HAVE_SODIUM
#include <sodium.h>
#include <stdlib.h>

/* The expanded key must lie at 16 bytes. */
static int
gcm_init(void **state)
{
    if (sodium_init() < 0 || !crypto_aead_aes256gcm_is_available())
        return -1;
    *state = aligned_alloc(16, (sizeof(crypto_aead_aes256gcm_state) + 15) / 16 * 16);
    return *state ? 0 : -1;
}

static void
gcm_release(void *state)
{
    if (state)
        sodium_memzero(state, sizeof(crypto_aead_aes256gcm_state));
    free(state);
}

static int
gcm_seal(void *state, const struct aead_seed *seed, const unsigned char *plain, size_t bytes,
         unsigned char *out, unsigned char tag[AEAD_TAG_BYTES])
{
    crypto_aead_aes256gcm_beforenm(state, seed->key);
    return crypto_aead_aes256gcm_encrypt_detached_afternm(
        out, tag, NULL, plain, bytes, seed->data, seed->data_bytes, NULL, seed->nonce, state);
}

static int
gcm_open(void *state, const struct aead_seed *seed, const unsigned char *sealed, size_t bytes,
         const unsigned char tag[AEAD_TAG_BYTES], unsigned char *out)
{
    crypto_aead_aes256gcm_beforenm(state, seed->key);
    return crypto_aead_aes256gcm_decrypt_detached_afternm(out, NULL, sealed, bytes, tag, seed->data,
                                                          seed->data_bytes, seed->nonce, state);
}

static int
chacha_init(void **state)
{
    *state = NULL;
    return sodium_init() < 0 ? -1 : 0;
}

static void
chacha_release(void *state)
{
    (void)state;
}

static int
chacha_seal(void *state, const struct aead_seed *seed, const unsigned char *plain, size_t bytes,
            unsigned char *out, unsigned char tag[AEAD_TAG_BYTES])
{
    (void)state;
    return crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        out, tag, NULL, plain, bytes, seed->data, seed->data_bytes, NULL, seed->nonce, seed->key);
}

static int
chacha_open(void *state, const struct aead_seed *seed, const unsigned char *sealed, size_t bytes,
            const unsigned char tag[AEAD_TAG_BYTES], unsigned char *out)
{
    (void)state;
    return crypto_aead_chacha20poly1305_ietf_decrypt_detached(
        out, NULL, sealed, bytes, tag, seed->data, seed->data_bytes, seed->nonce, seed->key);
}

const struct foreign foreign_sodium_gcm = {
    "AES-256-GCM", gcm_init, gcm_release,
    gcm_seal,      gcm_open, "libsodium has AES-256-GCM only where the processor has AES"};
const struct foreign foreign_sodium_chacha = {"ChaCha20-Poly1305", chacha_init,
                                              chacha_release,      chacha_seal,
                                              chacha_open,         "libsodium cannot be set up"};

const char *
sodium_library(void)
{
    return sodium_version_string();
}
#else
const struct foreign foreign_sodium_gcm = {.cipher = "AES-256-GCM",
                                           .lacks = "built without libsodium"};
const struct foreign foreign_sodium_chacha = {.cipher = "ChaCha20-Poly1305",
                                              .lacks = "built without libsodium"};

const char *
sodium_library(void)
{
    return NULL;
}
#endif
