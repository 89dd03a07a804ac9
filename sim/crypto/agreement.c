/*
 * Wrapping a data key for a party of whom only a public key is known, by key agreement (the shape
 * of ECIES, and of HPKE's base mode, RFC 9180): a fresh key pair, a Diffie-Hellman secret with the
 * party's public key, HKDF-SHA256 over it and both public keys (RFC 5869), and AES-256-GCM under
 * the result with a zero nonce, since that key is never used again. Unwrapping is the same without
 * the key pair. Curves: X25519 (RFC 7748) and P-256 (FIPS 186-4, RFC 5903).
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/mem.h"
#include "crypto/aead.h"
#include "crypto/agreement_vectors.h"
#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/keywrap.h"
#include "crypto/operation.h"
#include "crypto/vector.h"

#define SECRET_BYTES 32
#define PUBLIC_MOST  65 /* P-256: 04, x, y */

struct curve {
    const char *name;
    size_t public_bytes;
    const struct agreement_vector *vector;
    size_t vectors;
};

struct agreement {
    const struct curve *curve;
    EVP_PKEY *party, *party_public; /* held */
    EVP_KDF_CTX *kdf;
    EVP_PKEY_CTX *bare; /* set up for the secret alone, of the party with itself */
    struct aead aead;
    unsigned char data_key[DATA_KEY_BYTES], out[DATA_KEY_BYTES];
    unsigned char ephemeral[PUBLIC_MOST], wrapped[GCM_WRAPPED_BYTES];
    unsigned char own[PUBLIC_MOST]; /* the party's public key */
};

static void
agreement_release(void *work)
{
    struct agreement *a = work;

    if (!a)
        return;
    EVP_PKEY_free(a->party);
    EVP_PKEY_free(a->party_public);
    EVP_KDF_CTX_free(a->kdf);
    EVP_PKEY_CTX_free(a->bare);
    aead_release(&a->aead);
    OPENSSL_cleanse(a, sizeof *a);
    free(a);
}

static EVP_PKEY *
key_draw(const struct curve *curve)
{
    return strcmp(curve->name, "X25519") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "X25519")
                                              : EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve->name);
}

static EVP_PKEY *
key_public(const struct curve *curve, const unsigned char *bytes)
{
    EVP_PKEY_CTX *context;
    EVP_PKEY *key = NULL;
    unsigned char point[PUBLIC_MOST];
    char group[16];
    OSSL_PARAM param[3];

    if (strcmp(curve->name, "X25519") == 0)
        return EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, bytes, curve->public_bytes);
    memcpy(point, bytes, curve->public_bytes);
    memcpy(group, curve->name, strlen(curve->name) + 1);
    param[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    param[1] =
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, curve->public_bytes);
    param[2] = OSSL_PARAM_construct_end();
    context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (!context || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, param) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static bool
public_of(EVP_PKEY *key, const struct curve *curve, unsigned char *out)
{
    size_t length = 0;

    return EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, out,
                                           curve->public_bytes, &length) == 1 &&
           length == curve->public_bytes;
}

static int
agree(EVP_PKEY *own, EVP_PKEY *other, unsigned char secret[SECRET_BYTES], struct why *why)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    size_t length = SECRET_BYTES;
    int rc = 0;

    if (!context || EVP_PKEY_derive_init(context) != 1 ||
        EVP_PKEY_derive_set_peer(context, other) != 1 ||
        EVP_PKEY_derive(context, secret, &length) != 1 || length != SECRET_BYTES)
        rc = openssl_fault(why, "key agreement");
    EVP_PKEY_CTX_free(context);
    return rc;
}

/* HKDF-SHA256 without salt, or with one of zeros, which is the same (RFC 5869, section 2.2). */
static int
hkdf(EVP_KDF_CTX *context, unsigned char *secret, size_t secret_bytes, unsigned char *info,
     size_t info_bytes, unsigned char *out, size_t out_bytes, struct why *why)
{
    char digest[] = "SHA256";
    OSSL_PARAM param[4];

    param[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
    param[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, secret_bytes);
    param[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, info_bytes);
    param[info_bytes > 0 ? 3 : 2] = OSSL_PARAM_construct_end();
    EVP_KDF_CTX_reset(context);
    return EVP_KDF_derive(context, out, out_bytes, param) == 1 ? 0 : openssl_fault(why, "HKDF");
}

/* The key that wraps: from the secret and both public keys. */
static int
derive(struct agreement *a, unsigned char secret[SECRET_BYTES], unsigned char key[DATA_KEY_BYTES],
       struct why *why)
{
    unsigned char info[2 * PUBLIC_MOST];

    memcpy(info, a->ephemeral, a->curve->public_bytes);
    memcpy(info + a->curve->public_bytes, a->own, a->curve->public_bytes);
    return hkdf(a->kdf, secret, SECRET_BYTES, info, 2 * a->curve->public_bytes, key, DATA_KEY_BYTES,
                why);
}

static int
run_wrap(void *work, struct why *why)
{
    static const unsigned char nonce[AEAD_NONCE_BYTES];
    struct agreement *a = work;
    unsigned char secret[SECRET_BYTES], key[DATA_KEY_BYTES];
    const struct aead_seed seed = {.key = key, .nonce = nonce};
    EVP_PKEY *fresh = key_draw(a->curve);
    int rc = fresh && public_of(fresh, a->curve, a->ephemeral)
                 ? 0
                 : openssl_fault(why, "making a key pair");

    if (rc == 0)
        rc = agree(fresh, a->party_public, secret, why);
    if (rc == 0)
        rc = derive(a, secret, key, why);
    if (rc == 0)
        rc = gcm_wrap(&a->aead, &seed, a->data_key, a->wrapped, why);
    OPENSSL_cleanse(secret, sizeof secret);
    OPENSSL_cleanse(key, sizeof key);
    EVP_PKEY_free(fresh);
    return rc;
}

static int
run_unwrap(void *work, struct why *why)
{
    static const unsigned char nonce[AEAD_NONCE_BYTES];
    struct agreement *a = work;
    unsigned char secret[SECRET_BYTES], key[DATA_KEY_BYTES];
    const struct aead_seed seed = {.key = key, .nonce = nonce};
    EVP_PKEY *other = key_public(a->curve, a->ephemeral);
    int rc = other ? 0 : openssl_fault(why, "reading a public key");

    if (rc == 0)
        rc = agree(a->party, other, secret, why);
    if (rc == 0)
        rc = derive(a, secret, key, why);
    if (rc == 0)
        rc = gcm_unwrap(&a->aead, &seed, a->wrapped, a->out, why);
    OPENSSL_cleanse(secret, sizeof secret);
    OPENSSL_cleanse(key, sizeof key);
    EVP_PKEY_free(other);
    return rc;
}

/* The Diffie-Hellman secret alone, everything else held: what `openssl speed ecdh...` times. */
static int
run_agree(void *work, struct why *why)
{
    struct agreement *a = work;
    size_t length = sizeof a->out;

    return EVP_PKEY_derive(a->bare, a->out, &length) == 1 && length == SECRET_BYTES
               ? 0
               : openssl_fault(why, "key agreement");
}

static int
agreement_new(const struct curve *curve, struct agreement **out, struct why *why)
{
    struct agreement *a = calloc(1, sizeof *a);
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    int rc = a ? 0 : why_no_memory(why);

    *out = a;
    if (rc == 0) {
        a->curve = curve;
        a->kdf = EVP_KDF_CTX_new(kdf);
        a->party = key_draw(curve);
        if (!a->kdf || !a->party || !public_of(a->party, curve, a->own))
            rc = openssl_fault(why, curve->name);
    }
    if (rc == 0) {
        a->party_public = key_public(curve, a->own);
        a->bare = EVP_PKEY_CTX_new_from_pkey(NULL, a->party, NULL);
        if (!a->party_public || !a->bare || EVP_PKEY_derive_init(a->bare) != 1 ||
            EVP_PKEY_derive_set_peer(a->bare, a->party_public) != 1)
            rc = openssl_fault(why, curve->name);
    }
    if (rc == 0)
        rc = aead_init(&a->aead, "AES-256-GCM", why);
    EVP_KDF_free(kdf);
    return rc;
}

static int
prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    struct agreement *a;
    int rc = agreement_new(op->detail, &a, why);

    (void)bytes;
    *work = NULL;
    if (rc == 0)
        rc = secret_draw(a->data_key, sizeof a->data_key, why);
    if (rc == 0)
        rc = run_wrap(a, why);
    if (rc == 0)
        rc = run_unwrap(a, why);
    if (rc == 0 && CRYPTO_memcmp(a->out, a->data_key, sizeof a->out) != 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: a wrapped key did not unwrap to itself", op->name);
    if (rc == 0) {
        a->wrapped[0] ^= 1;
        if (run_unwrap(a, NULL) == 0)
            rc =
                why_add(why, ERR_CRYPTO, NULL, "%s: an altered wrapped key was accepted", op->name);
        a->wrapped[0] ^= 1;
    }
    if (rc < 0) {
        agreement_release(a);
        return rc;
    }
    *work = a;
    return 0;
}

static EVP_PKEY *
key_private(const struct curve *curve, const unsigned char *secret)
{
    EVP_PKEY_CTX *context;
    EVP_PKEY *key = NULL;
    unsigned char number[SECRET_BYTES];
    char group[16];
    OSSL_PARAM param[3];

    if (strcmp(curve->name, "X25519") == 0)
        return EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, secret, SECRET_BYTES);
    for (size_t i = 0; i < sizeof number; i++) /* numbers are in the machine's order */
        number[i] = secret[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? sizeof number - 1 - i : i];
    memcpy(group, curve->name, strlen(curve->name) + 1);
    param[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    param[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, number, sizeof number);
    param[2] = OSSL_PARAM_construct_end();
    context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (!context || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, param) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

/* A published shared secret; or a public key that must be refused, when it is read or used. */
static int
verify_one(const struct operation *op, const struct agreement_vector *v, struct why *why)
{
    const struct curve *curve = op->detail;
    struct vector_bytes private, public, want;
    unsigned char secret[SECRET_BYTES];
    EVP_PKEY *own = NULL, *other = NULL;
    int rc = vector_read(v->private, &private, why);

    if (rc == 0)
        rc = vector_read(v->public, &public, why);
    if (rc == 0)
        rc = vector_read(v->secret, &want, why);
    if (rc < 0)
        return rc;
    own = key_private(curve, private.at);
    other = key_public(curve, public.at);
    if (own == NULL || (other == NULL && !v->refused))
        rc = openssl_fault(why, v->source);
    else if (!v->refused)
        rc = agree(own, other, secret, why);
    else if (other != NULL && agree(own, other, secret, NULL) == 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: %s: it was accepted", op->name, v->source);
    if (rc == 0 && !v->refused)
        rc =
            vector_compare(op->name, v->source, "shared secret", secret, sizeof secret, &want, why);
    ERR_clear_error();
    EVP_PKEY_free(own);
    EVP_PKEY_free(other);
    return rc;
}

static int
verify_hkdf(const struct operation *op, struct why *why)
{
    static const char source[] = "RFC 5869, appendix A.3";
    struct vector_bytes secret, want;
    unsigned char out[42];
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    int rc = vector_read(hkdf_secret, &secret, why);

    if (rc == 0)
        rc = vector_read(hkdf_key, &want, why);
    if (rc == 0)
        rc = context ? hkdf(context, secret.at, secret.count, NULL, 0, out, sizeof out, why)
                     : openssl_fault(why, "HKDF");
    if (rc == 0)
        rc = vector_compare(op->name, source, "key", out, sizeof out, &want, why);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return rc;
}

static int
verify(const struct operation *op, struct why *why)
{
    const struct curve *curve = op->detail;
    int rc = verify_hkdf(op, why);

    for (size_t i = 0; i < curve->vectors && rc == 0; i++)
        rc = verify_one(op, &curve->vector[i], why);
    return rc;
}

static const struct curve x25519 = {"X25519", 32, x25519_vector, COUNT(x25519_vector)};
static const struct curve p256 = {"P-256", 65, p256_vector, COUNT(p256_vector)};

#define ROW(name_, about_, mode_, run_, curve_)                                                    \
    {                                                                                              \
        .name = name_, .about = about_, .backend = "openssl", .mode = mode_, .cost = true,         \
        .bytes = DATA_KEY_BYTES, .verify = verify, .prepare = prepare, .run = run_,                \
        .release = agreement_release, .detail = curve_                                             \
    }

const struct operation agreement_operations[] = {
    ROW("x25519-wrap", "wrap a 32-byte data key for a public key", "new-key", run_wrap, &x25519),
    ROW("x25519-unwrap", "unwrap a 32-byte data key with a private key", "held-key", run_unwrap,
        &x25519),
    ROW("x25519-agree", "a shared secret, and nothing else", "held-key", run_agree, &x25519),
    ROW("p-256-wrap", "wrap a 32-byte data key for a public key", "new-key", run_wrap, &p256),
    ROW("p-256-unwrap", "unwrap a 32-byte data key with a private key", "held-key", run_unwrap,
        &p256),
    ROW("p-256-agree", "a shared secret, and nothing else", "held-key", run_agree, &p256),
    {0},
};
