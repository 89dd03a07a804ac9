#include "crypto/keywrap.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/fault.h"

int
gcm_wrap(struct aead *aead, const struct aead_seed *seed,
         const unsigned char data_key[DATA_KEY_BYTES], unsigned char out[GCM_WRAPPED_BYTES],
         struct why *why)
{
    return aead_seal(aead, seed, data_key, DATA_KEY_BYTES, out, out + DATA_KEY_BYTES, why);
}

int
gcm_unwrap(struct aead *aead, const struct aead_seed *seed,
           const unsigned char wrapped[GCM_WRAPPED_BYTES], unsigned char out[DATA_KEY_BYTES],
           struct why *why)
{
    return aead_unseal(aead, seed, wrapped, DATA_KEY_BYTES, wrapped + DATA_KEY_BYTES, out, why);
}

int
kw_init(struct kw *kw, struct why *why)
{
    *kw = (struct kw){0};
    kw->cipher = EVP_CIPHER_fetch(NULL, "AES-256-WRAP", NULL);
    if (!kw->cipher)
        return openssl_fault(why, "AES-256-WRAP");
    kw->context = EVP_CIPHER_CTX_new();
    if (!kw->context) {
        kw_release(kw);
        return why_no_memory(why);
    }
    EVP_CIPHER_CTX_set_flags(kw->context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    if (EVP_CipherInit_ex2(kw->context, kw->cipher, NULL, NULL, 1, NULL) != 1) {
        kw_release(kw);
        return openssl_fault(why, "AES-256-WRAP");
    }
    return 0;
}

void
kw_release(struct kw *kw)
{
    EVP_CIPHER_CTX_free(kw->context);
    EVP_CIPHER_free(kw->cipher);
    *kw = (struct kw){0};
}

int
kw_wrap(struct kw *kw, const unsigned char key[DATA_KEY_BYTES],
        const unsigned char data_key[DATA_KEY_BYTES], unsigned char out[KW_WRAPPED_BYTES],
        struct why *why)
{
    int length = 0;

    if (EVP_CipherInit_ex2(kw->context, NULL, key, NULL, 1, NULL) != 1 ||
        EVP_EncryptUpdate(kw->context, out, &length, data_key, DATA_KEY_BYTES) != 1 ||
        length != KW_WRAPPED_BYTES)
        return openssl_fault(why, "AES key wrap");
    return 0;
}

int
kw_unwrap(struct kw *kw, const unsigned char key[DATA_KEY_BYTES],
          const unsigned char wrapped[KW_WRAPPED_BYTES], unsigned char out[DATA_KEY_BYTES],
          struct why *why)
{
    unsigned char room[KW_WRAPPED_BYTES]; /* OpenSSL may write the check value too */
    int length = 0, rc = 0;

    if (EVP_CipherInit_ex2(kw->context, NULL, key, NULL, 0, NULL) != 1)
        return openssl_fault(why, "AES key unwrap");
    if (EVP_DecryptUpdate(kw->context, room, &length, wrapped, KW_WRAPPED_BYTES) != 1 ||
        length != DATA_KEY_BYTES) {
        ERR_clear_error();
        OPENSSL_cleanse(out, DATA_KEY_BYTES);
        rc = why_add(why, ERR_CRYPTO, NULL,
                     "the wrapped key does not open: it was altered, or wrapped under another key");
    } else {
        memcpy(out, room, DATA_KEY_BYTES);
    }
    OPENSSL_cleanse(room, sizeof room);
    return rc;
}
