/*
 * Public-key unwrap, as a key store does for data keys that were wrapped by parties who hold only
 * its public key: RSA-3072 with OAEP (RFC 8017, section 7.1), SHA-256 and MGF1 with SHA-256.
 * The key is held: it is read once and used for every operation.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/operation.h"
#include "crypto/rsa_vector.h"
#include "crypto/vector.h"

#define RSA_BITS   3072
#define RSA_BYTES  (RSA_BITS / 8)
#define DATA_BYTES 32

struct rsa {
    EVP_PKEY *key;
    EVP_PKEY_CTX *context; /* set up for decryption */
    unsigned char sealed[RSA_BYTES], out[RSA_BYTES];
    size_t out_bytes;
};

static void
rsa_release(void *work)
{
    struct rsa *rsa = work;

    if (!rsa)
        return;
    EVP_PKEY_CTX_free(rsa->context);
    EVP_PKEY_free(rsa->key); /* cleanses the private numbers */
    OPENSSL_cleanse(rsa, sizeof *rsa);
    free(rsa);
}

static bool
use_oaep(EVP_PKEY_CTX *context)
{
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

/* Takes `key`, also on failure. */
static int
rsa_new(EVP_PKEY *key, struct rsa **out, struct why *why)
{
    struct rsa *rsa = calloc(1, sizeof *rsa);

    *out = NULL;
    if (!rsa) {
        EVP_PKEY_free(key);
        return why_no_memory(why);
    }
    rsa->key = key;
    rsa->context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (!rsa->context || EVP_PKEY_decrypt_init(rsa->context) != 1 || !use_oaep(rsa->context) ||
        EVP_PKEY_get_size(key) != RSA_BYTES) {
        rsa_release(rsa);
        return openssl_fault(why, "RSA-OAEP");
    }
    *out = rsa;
    return 0;
}

static int
rsa_run(void *work, struct why *why)
{
    struct rsa *rsa = work;

    rsa->out_bytes = sizeof rsa->out;
    if (EVP_PKEY_decrypt(rsa->context, rsa->out, &rsa->out_bytes, rsa->sealed,
                         sizeof rsa->sealed) != 1) {
        ERR_clear_error();
        OPENSSL_cleanse(rsa->out, sizeof rsa->out);
        /* One message for every cause: which check failed is what Manger's attack asks (2001). */
        return why_add(why, ERR_CRYPTO, NULL, "the wrapped key does not open with this RSA key");
    }
    return 0;
}

static int
rsa_seal(struct rsa *rsa, const unsigned char plain[DATA_BYTES], struct why *why)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, rsa->key, NULL);
    size_t length = sizeof rsa->sealed;
    int rc = 0;

    if (!context || EVP_PKEY_encrypt_init(context) != 1 || !use_oaep(context) ||
        EVP_PKEY_encrypt(context, rsa->sealed, &length, plain, DATA_BYTES) != 1 ||
        length != sizeof rsa->sealed)
        rc = openssl_fault(why, "RSA-OAEP encryption");
    EVP_PKEY_CTX_free(context);
    return rc;
}

static int
rsa_prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    unsigned char plain[DATA_BYTES];
    struct rsa *rsa;
    EVP_PKEY *key = EVP_RSA_gen(RSA_BITS);
    int rc;

    (void)bytes; /* a data key has one size */
    *work = NULL;
    if (!key)
        return openssl_fault(why, "making an RSA key");
    rc = rsa_new(key, &rsa, why);
    if (rc == 0)
        rc = secret_draw(plain, sizeof plain, why);
    if (rc == 0)
        rc = rsa_seal(rsa, plain, why);
    if (rc == 0)
        rc = rsa_run(rsa, why);
    if (rc == 0 &&
        (rsa->out_bytes != sizeof plain || CRYPTO_memcmp(rsa->out, plain, sizeof plain) != 0))
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: a wrapped key did not unwrap to itself", op->name);
    OPENSSL_cleanse(plain, sizeof plain);
    if (rc < 0) {
        rsa_release(rsa);
        return rc;
    }
    *work = rsa;
    return 0;
}

static int
verify_vector(const struct operation *op, const unsigned char *der, size_t der_bytes,
              const struct vector_bytes *sealed, const struct vector_bytes *plain, struct why *why)
{
    struct rsa *rsa = NULL;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &der, (long)der_bytes);
    int rc;

    if (!key)
        return openssl_fault(why, "reading the published RSA key");
    rc = rsa_new(key, &rsa, why);
    if (rc < 0)
        return rc;
    if (sealed->count != sizeof rsa->sealed) {
        rc = why_add(why, ERR_INPUT, NULL, "%s: lengths do not fit", RSA_VECTOR_SOURCE);
        goto out;
    }
    memcpy(rsa->sealed, sealed->at, sizeof rsa->sealed);
    rc = rsa_run(rsa, why);
    if (rc == 0)
        rc = vector_compare(op->name, RSA_VECTOR_SOURCE, "key", rsa->out, rsa->out_bytes, plain,
                            why);
    rsa->sealed[sizeof rsa->sealed - 1] ^= 1;
    if (rc == 0 && rsa_run(rsa, NULL) == 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: %s: an altered message was accepted", op->name,
                     RSA_VECTOR_SOURCE);
out:
    rsa_release(rsa);
    return rc;
}

static int
rsa_verify(const struct operation *op, struct why *why)
{
    struct vector_bytes der, sealed, plain;
    int rc = vector_read(rsa_vector_key, &der, why);

    if (rc == 0)
        rc = vector_read(rsa_vector_sealed, &sealed, why);
    if (rc == 0)
        rc = vector_read(rsa_vector_plain, &plain, why);
    if (rc == 0)
        rc = verify_vector(op, der.at, der.count, &sealed, &plain, why);
    return rc;
}

const struct operation rsa_operations[] = {
    {.name = "rsa-3072-oaep-unwrap",
     .about = "unwrap a 32-byte data key with an RSA-3072 private key (OAEP, SHA-256)",
     .backend = "openssl",
     .cost = true,
     .mode = "held-key",
     .bytes = DATA_BYTES,
     .verify = rsa_verify,
     .prepare = rsa_prepare,
     .run = rsa_run,
     .release = rsa_release},
    {0},
};
