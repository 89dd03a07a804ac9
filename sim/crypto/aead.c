#include "crypto/aead.h"

#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/fault.h"

int
aead_init(struct aead *aead, const char *cipher, struct why *why)
{
    *aead = (struct aead){0};
    aead->cipher = EVP_CIPHER_fetch(NULL, cipher, NULL);
    if (!aead->cipher)
        return openssl_fault(why, cipher);
    aead->context = EVP_CIPHER_CTX_new();
    if (!aead->context) {
        aead_release(aead);
        return why_no_memory(why);
    }
    if (EVP_CIPHER_get_key_length(aead->cipher) != AEAD_KEY_BYTES ||
        EVP_CIPHER_get_iv_length(aead->cipher) != AEAD_NONCE_BYTES ||
        EVP_CipherInit_ex2(aead->context, aead->cipher, NULL, NULL, 1, NULL) != 1) {
        aead_release(aead);
        return openssl_fault(why, cipher);
    }
    return 0;
}

void
aead_release(struct aead *aead)
{
    EVP_CIPHER_CTX_free(aead->context);
    EVP_CIPHER_free(aead->cipher);
    *aead = (struct aead){0};
}

/* Key, nonce and associated data: the same in both directions. */
static int
begin(struct aead *aead, const struct aead_seed *seed, size_t bytes, bool seal, struct why *why)
{
    int length;

    if (bytes > INT_MAX || seed->data_bytes > INT_MAX)
        return why_add(why, ERR_LIMIT, NULL, "cannot encrypt more than %d bytes at once", INT_MAX);
    if (EVP_CipherInit_ex2(aead->context, NULL, seed->key, seed->nonce, seal, NULL) != 1)
        return openssl_fault(why, "setting a key and nonce");
    if (seed->data_bytes &&
        EVP_CipherUpdate(aead->context, NULL, &length, seed->data, (int)seed->data_bytes) != 1)
        return openssl_fault(why, "reading associated data");
    return 0;
}

int
aead_seal(struct aead *aead, const struct aead_seed *seed, const unsigned char *plain, size_t bytes,
          unsigned char *out, unsigned char tag[AEAD_TAG_BYTES], struct why *why)
{
    unsigned char rest[EVP_MAX_BLOCK_LENGTH]; /* both are stream ciphers: stays empty */
    int length = 0;
    int rc = begin(aead, seed, bytes, true, why);

    if (rc < 0)
        return rc;
    if ((bytes && EVP_EncryptUpdate(aead->context, out, &length, plain, (int)bytes) != 1) ||
        (size_t)length != bytes)
        return openssl_fault(why, "encrypting");
    if (EVP_EncryptFinal_ex(aead->context, rest, &length) != 1 ||
        EVP_CIPHER_CTX_ctrl(aead->context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_BYTES, tag) != 1)
        return openssl_fault(why, "computing a tag");
    return 0;
}

int
aead_unseal(struct aead *aead, const struct aead_seed *seed, const unsigned char *sealed,
            size_t bytes, const unsigned char tag[AEAD_TAG_BYTES], unsigned char *out,
            struct why *why)
{
    unsigned char want[AEAD_TAG_BYTES], rest[EVP_MAX_BLOCK_LENGTH];
    int length = 0;
    int rc = begin(aead, seed, bytes, false, why);

    if (rc < 0)
        return rc;
    memcpy(want, tag, sizeof want); /* OpenSSL's parameter is not const */
    if (EVP_CIPHER_CTX_ctrl(aead->context, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_BYTES, want) != 1)
        return openssl_fault(why, "setting a tag");
    if ((bytes && EVP_DecryptUpdate(aead->context, out, &length, sealed, (int)bytes) != 1) ||
        (size_t)length != bytes) {
        OPENSSL_cleanse(out, bytes);
        return openssl_fault(why, "decrypting");
    }
    if (EVP_DecryptFinal_ex(aead->context, rest, &length) != 1) {
        OPENSSL_cleanse(out, bytes);
        ERR_clear_error();
        return why_add(why, ERR_CRYPTO, NULL,
                       "the tag does not match: the ciphertext, key, nonce, tag or associated "
                       "data is not what was sealed");
    }
    return 0;
}
