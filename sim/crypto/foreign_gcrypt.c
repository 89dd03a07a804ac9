/* libgcrypt's AEAD ciphers: see foreign.h. */
#include "crypto/foreign.h"

#if HAVE_GCRYPT
#include <gcrypt.h>

static int
init(void **state, enum gcry_cipher_algos cipher, enum gcry_cipher_modes mode)
{
    gcry_cipher_hd_t handle;

    *state = NULL;
    if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
        if (gcry_check_version("1.8.0") == NULL)
            return -1;
        /* keys of measurements are drawn and dropped: no locked memory for them */
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
    if (gcry_cipher_open(&handle, cipher, mode, 0) != 0)
        return -1;
    *state = handle;
    return 0;
}

static int
gcm_init(void **state)
{
    return init(state, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM);
}

static int
chacha_init(void **state)
{
    return init(state, GCRY_CIPHER_CHACHA20, GCRY_CIPHER_MODE_POLY1305);
}

static void
release(void *state)
{
    gcry_cipher_close(state); /* cleanses */
}

static int
begin(void *state, const struct aead_seed *seed)
{
    if (gcry_cipher_setkey(state, seed->key, AEAD_KEY_BYTES) != 0 ||
        gcry_cipher_setiv(state, seed->nonce, AEAD_NONCE_BYTES) != 0 ||
        (seed->data_bytes > 0 &&
         gcry_cipher_authenticate(state, seed->data, seed->data_bytes) != 0))
        return -1;
    return 0;
}

static int
seal(void *state, const struct aead_seed *seed, const unsigned char *plain, size_t bytes,
     unsigned char *out, unsigned char tag[AEAD_TAG_BYTES])
{
    const bool in_place = plain == out; /* it asks to be told so */

    return begin(state, seed) < 0 || gcry_cipher_final(state) != 0 ||
                   gcry_cipher_encrypt(state, out, bytes, in_place ? NULL : plain,
                                       in_place ? 0 : bytes) != 0 ||
                   gcry_cipher_gettag(state, tag, AEAD_TAG_BYTES) != 0
               ? -1
               : 0;
}

static int
unseal(void *state, const struct aead_seed *seed, const unsigned char *sealed, size_t bytes,
       const unsigned char tag[AEAD_TAG_BYTES], unsigned char *out)
{
    return begin(state, seed) < 0 || gcry_cipher_final(state) != 0 ||
                   gcry_cipher_decrypt(state, out, bytes, sealed, bytes) != 0 ||
                   gcry_cipher_checktag(state, tag, AEAD_TAG_BYTES) != 0
               ? -1
               : 0;
}

const struct foreign foreign_gcrypt_gcm = {"AES-256-GCM", gcm_init, release,
                                           seal,          unseal,   "libgcrypt cannot be set up"};
const struct foreign foreign_gcrypt_chacha = {
    "ChaCha20-Poly1305", chacha_init, release, seal, unseal, "libgcrypt cannot be set up"};

const char *
gcrypt_library(void)
{
    return gcry_check_version(NULL);
}
#else
const struct foreign foreign_gcrypt_gcm = {.cipher = "AES-256-GCM",
                                           .lacks = "built without libgcrypt"};
const struct foreign foreign_gcrypt_chacha = {.cipher = "ChaCha20-Poly1305",
                                              .lacks = "built without libgcrypt"};

const char *
gcrypt_library(void)
{
    return NULL;
}
#endif
