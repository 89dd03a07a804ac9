#include "crypto/token_twin.h"

#include <limits.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "crypto/fault.h"
#include "crypto/keywrap.h"

int
twin_seal(const struct twin *twin, const unsigned char *data_key, unsigned char *sealed,
          size_t *sealed_bytes, struct why *why)
{
    const struct aead_seed seed = {.key = twin->key, .nonce = twin->nonce};
    struct aead aead = {0};
    struct kw kw = {0};
    int rc;

    if (twin->mechanism == CKM_AES_GCM) {
        *sealed_bytes = GCM_WRAPPED_BYTES;
        rc = aead_init(&aead, "AES-256-GCM", why);
        if (rc == 0)
            rc = gcm_wrap(&aead, &seed, data_key, sealed, why);
        aead_release(&aead);
    } else {
        *sealed_bytes = KW_WRAPPED_BYTES;
        rc = kw_init(&kw, why);
        if (rc == 0)
            rc = kw_wrap(&kw, twin->key, data_key, sealed, why);
        kw_release(&kw);
    }
    return rc;
}

int
twin_open(const struct twin *twin, const unsigned char *sealed, size_t sealed_bytes,
          unsigned char *data_key, struct why *why)
{
    const struct aead_seed seed = {.key = twin->key, .nonce = twin->nonce};
    const bool is_gcm = twin->mechanism == CKM_AES_GCM;
    struct aead aead = {0};
    struct kw kw = {0};
    int rc;

    if (sealed_bytes != (is_gcm ? GCM_WRAPPED_BYTES : KW_WRAPPED_BYTES))
        return why_add(why, ERR_CRYPTO, NULL, "a wrapped key of %zu bytes", sealed_bytes);
    if (is_gcm) {
        rc = aead_init(&aead, "AES-256-GCM", why);
        if (rc == 0)
            rc = gcm_unwrap(&aead, &seed, sealed, data_key, why);
        aead_release(&aead);
    } else {
        rc = kw_init(&kw, why);
        if (rc == 0)
            rc = kw_unwrap(&kw, twin->key, sealed, data_key, why);
        kw_release(&kw);
    }
    return rc;
}

static EVP_PKEY *
public_key(const unsigned char *modulus, size_t modulus_bytes, const unsigned char *exponent,
           size_t exponent_bytes)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    BIGNUM *n = BN_bin2bn(modulus, (int)modulus_bytes, NULL);
    BIGNUM *e = BN_bin2bn(exponent, (int)exponent_bytes, NULL);
    OSSL_PARAM *param = NULL;
    EVP_PKEY *key = NULL;

    if (builder && n && e && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        param = OSSL_PARAM_BLD_to_param(builder);
    if (!context || !param || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, param) != 1)
        key = NULL;
    OSSL_PARAM_free(param);
    BN_free(n);
    BN_free(e);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_BLD_free(builder);
    return key;
}

int
twin_encrypt(const unsigned char *modulus, size_t modulus_bytes, const unsigned char *exponent,
             size_t exponent_bytes, const unsigned char *data_key, unsigned char *sealed,
             size_t *sealed_bytes, struct why *why)
{
    EVP_PKEY *key;
    EVP_PKEY_CTX *context = NULL;
    int rc = 0;

    if (modulus_bytes > INT_MAX || exponent_bytes > INT_MAX)
        return why_add(why, ERR_CRYPTO, NULL, "an RSA key out of bounds");
    key = public_key(modulus, modulus_bytes, exponent, exponent_bytes);
    *sealed_bytes = modulus_bytes;
    if (key)
        context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (!context || EVP_PKEY_encrypt_init(context) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) != 1 ||
        EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha1()) != 1 ||
        EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha1()) != 1 ||
        EVP_PKEY_encrypt(context, sealed, sealed_bytes, data_key, DATA_KEY_BYTES) != 1)
        rc = openssl_fault(why, "RSA-OAEP encryption");
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    return rc;
}
