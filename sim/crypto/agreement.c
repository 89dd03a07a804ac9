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
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/aead.h"
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
    int (*verify)(const struct operation *op, struct why *why);
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

/* The key that wraps: HKDF over the secret and both public keys. */
static int
derive(struct agreement *a, unsigned char secret[SECRET_BYTES], unsigned char key[DATA_KEY_BYTES],
       struct why *why)
{
    unsigned char info[2 * PUBLIC_MOST];
    char digest[] = "SHA256";
    OSSL_PARAM param[4];

    memcpy(info, a->ephemeral, a->curve->public_bytes);
    memcpy(info + a->curve->public_bytes, a->own, a->curve->public_bytes);
    param[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
    param[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, SECRET_BYTES);
    param[2] =
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, 2 * a->curve->public_bytes);
    param[3] = OSSL_PARAM_construct_end();
    EVP_KDF_CTX_reset(a->kdf);
    return EVP_KDF_derive(a->kdf, key, DATA_KEY_BYTES, param) == 1 ? 0 : openssl_fault(why, "HKDF");
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

/* A published shared secret. */
static int
verify_secret(const struct operation *op, const char *source, EVP_PKEY *own, EVP_PKEY *other,
              const char *want_hex, struct why *why)
{
    unsigned char secret[SECRET_BYTES];
    struct vector_bytes want;
    int rc = own && other ? 0 : openssl_fault(why, source);

    if (rc == 0)
        rc = vector_read(want_hex, &want, why);
    if (rc == 0)
        rc = agree(own, other, secret, why);
    if (rc == 0)
        rc = vector_compare(op->name, source, "shared secret", secret, sizeof secret, &want, why);
    EVP_PKEY_free(own);
    EVP_PKEY_free(other);
    return rc;
}

static int
verify_x25519(const struct operation *op, struct why *why)
{
    struct vector_bytes own, other;
    int rc =
        vector_read("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", &own, why);

    if (rc == 0)
        rc = vector_read("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", &other,
                         why);
    if (rc < 0)
        return rc;
    return verify_secret(op, "RFC 7748, section 6.1",
                         EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, own.at, own.count),
                         key_public(op->detail, other.at),
                         "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", why);
}

static EVP_PKEY *
p256_private(const unsigned char *secret, const unsigned char *point)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    unsigned char little[SECRET_BYTES], copy[PUBLIC_MOST];
    char group[] = "P-256";
    EVP_PKEY *key = NULL;
    OSSL_PARAM param[4];

    for (size_t i = 0; i < sizeof little; i++) /* numbers are in the machine's order */
        little[i] = secret[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? sizeof little - 1 - i : i];
    memcpy(copy, point, sizeof copy);
    param[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    param[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, little, sizeof little);
    param[2] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy);
    param[3] = OSSL_PARAM_construct_end();
    if (!context || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, param) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static int
verify_p256(const struct operation *op, struct why *why)
{
    struct vector_bytes own, mine, other;
    int rc =
        vector_read("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433", &own, why);

    if (rc == 0)
        rc =
            vector_read("04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a046"
                        "1cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
                        &mine, why);
    if (rc == 0)
        rc =
            vector_read("04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca"
                        "366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
                        &other, why);
    if (rc < 0)
        return rc;
    return verify_secret(op, "RFC 5903, section 8.1", p256_private(own.at, mine.at),
                         key_public(op->detail, other.at),
                         "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de", why);
}

static int
verify(const struct operation *op, struct why *why)
{
    const struct curve *curve = op->detail;

    return curve->verify(op, why);
}

static const struct curve x25519 = {"X25519", 32, verify_x25519};
static const struct curve p256 = {"P-256", 65, verify_p256};

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
