/* Signatures over a 32-byte digest, as an audit log or a request to a key store carries them:
 * Ed25519 (RFC 8032) with a held key. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/operation.h"
#include "crypto/vector.h"

#define DIGEST_BYTES    32
#define SIGNATURE_BYTES 64
#define KEY_BYTES       32

struct signing {
    EVP_PKEY *key;
    EVP_MD_CTX *context;
    unsigned char digest[DIGEST_BYTES], signature[SIGNATURE_BYTES];
};

static void
signing_release(void *work)
{
    struct signing *s = work;

    if (!s)
        return;
    EVP_MD_CTX_free(s->context);
    EVP_PKEY_free(s->key); /* cleanses the private numbers */
    OPENSSL_cleanse(s, sizeof *s);
    free(s);
}

/* Ed25519 is one shot and keeps no state between messages, so the context is set up anew each
 * time, which is part of the cost of a message. */
static int
sign(struct signing *s, const unsigned char *text, size_t bytes, struct why *why)
{
    size_t length = sizeof s->signature;

    if (EVP_DigestSignInit(s->context, NULL, NULL, NULL, s->key) != 1 ||
        EVP_DigestSign(s->context, s->signature, &length, text, bytes) != 1)
        return openssl_fault(why, "Ed25519 signing");
    return 0;
}

/* Whatever is wrong with a signature, its length included, it does not match. */
static int
check_signature(struct signing *s, const unsigned char *signature, size_t signature_bytes,
                const unsigned char *text, size_t bytes, struct why *why)
{
    if (EVP_DigestVerifyInit(s->context, NULL, NULL, NULL, s->key) != 1)
        return openssl_fault(why, "Ed25519 verification");
    if (EVP_DigestVerify(s->context, signature, signature_bytes, text, bytes) != 1) {
        ERR_clear_error();
        return why_add(why, ERR_CRYPTO, NULL, "the signature does not match");
    }
    return 0;
}

static int
check(struct signing *s, const unsigned char *text, size_t bytes, struct why *why)
{
    return check_signature(s, s->signature, sizeof s->signature, text, bytes, why);
}

/* With one of both keys. */
static int
signing_new(const unsigned char *secret, const unsigned char *public, struct signing **out,
            struct why *why)
{
    struct signing *s = calloc(1, sizeof *s);

    *out = NULL;
    if (!s)
        return why_no_memory(why);
    s->key = secret ? EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, secret, KEY_BYTES)
                    : EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, public, KEY_BYTES);
    s->context = EVP_MD_CTX_new();
    if (!s->key || !s->context) {
        signing_release(s);
        return openssl_fault(why, "Ed25519");
    }
    *out = s;
    return 0;
}

static int
prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    unsigned char secret[KEY_BYTES];
    struct signing *s = NULL;
    int rc = secret_draw(secret, sizeof secret, why);

    (void)op;
    (void)bytes;
    *work = NULL;
    if (rc == 0)
        rc = signing_new(secret, NULL, &s, why);
    OPENSSL_cleanse(secret, sizeof secret);
    if (rc == 0)
        rc = secret_draw(s->digest, sizeof s->digest, why);
    if (rc == 0)
        rc = sign(s, s->digest, sizeof s->digest, why);
    if (rc == 0)
        rc = check(s, s->digest, sizeof s->digest, why);
    if (rc < 0) {
        signing_release(s);
        return rc;
    }
    *work = s;
    return 0;
}

static int
run_sign(void *work, struct why *why)
{
    struct signing *s = work;

    return sign(s, s->digest, sizeof s->digest, why);
}

static int
run_verify(void *work, struct why *why)
{
    struct signing *s = work;

    return check(s, s->digest, sizeof s->digest, why);
}

/* One published message: the signature must be the published one, and an altered one refused. */
static int
verify_one(const struct operation *op, const char *source, const char *secret_hex, const char *text,
           size_t bytes, const char *want_hex, struct why *why)
{
    struct vector_bytes secret, want;
    struct signing *s = NULL;
    int rc = vector_read(secret_hex, &secret, why);

    if (rc == 0)
        rc = vector_read(want_hex, &want, why);
    if (rc == 0)
        rc = signing_new(secret.at, NULL, &s, why);
    if (rc == 0)
        rc = sign(s, (const unsigned char *)text, bytes, why);
    if (rc == 0)
        rc = vector_compare(op->name, source, "signature", s->signature, sizeof s->signature, &want,
                            why);
    if (rc == 0)
        rc = check(s, (const unsigned char *)text, bytes, why);
    if (rc == 0) {
        s->signature[0] ^= 1;
        if (check(s, (const unsigned char *)text, bytes, NULL) == 0)
            rc = why_add(why, ERR_CRYPTO, NULL, "%s: %s: an altered signature was accepted",
                         op->name, source);
    }
    signing_release(s);
    return rc;
}

/* Wycheproof (C2SP/wycheproof on GitHub, testvectors_v1, ed25519_test at commit 00de17e): one key.
 */
static const char wycheproof_key[] =
    "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa";
static const struct wycheproof {
    const char *source, *text, *signature;
    bool refused;
} wycheproof[] = {
    {"Wycheproof ed25519_test, tcId 3", "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0"
     "7a9155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6f946b30d"},
    {"Wycheproof ed25519_test, tcId 13: S is the order of the group", "3f",
     "0000000000000000000000000000000000000000000000000000000000000000"
     "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
     true},
    {"Wycheproof ed25519_test, tcId 32: a signature too short", "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0"
     "7a9155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6f946",
     true},
    {"Wycheproof ed25519_test, tcId 33: a signature too long", "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0"
     "7a9155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6f946b30d2020",
     true},
    {"Wycheproof ed25519_test, tcId 63: the order of the group added to S", "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0"
     "67654bce3832c2d76f8f6f5dafc08d9339d4eef676573336a5c51eb6f946b31d",
     true},
};

static int
verify_wycheproof(const struct operation *op, struct why *why)
{
    struct vector_bytes key, text, signature;
    struct signing *s = NULL;
    int rc = vector_read(wycheproof_key, &key, why);

    if (rc == 0)
        rc = signing_new(NULL, key.at, &s, why);
    for (size_t i = 0; i < COUNT(wycheproof) && rc == 0; i++) {
        const struct wycheproof *v = &wycheproof[i];
        bool refused;

        rc = vector_read(v->text, &text, why);
        if (rc == 0)
            rc = vector_read(v->signature, &signature, why);
        if (rc < 0)
            break;
        refused = check_signature(s, signature.at, signature.count, text.at, text.count, NULL) < 0;
        if (refused != v->refused)
            rc = why_add(why, ERR_CRYPTO, NULL, "%s: %s: it was %s", op->name, v->source,
                         refused ? "refused" : "accepted");
    }
    signing_release(s);
    return rc;
}

static int
verify(const struct operation *op, struct why *why)
{
    int rc = verify_one(op, "RFC 8032, section 7.1, test 1",
                        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "", 0,
                        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
                        why);

    if (rc == 0)
        rc = verify_one(op, "RFC 8032, section 7.1, test 3",
                        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                        "\xaf\x82", 2,
                        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
                        why);
    return rc < 0 ? rc : verify_wycheproof(op, why);
}

#define ROW(name_, about_, run_)                                                                   \
    {                                                                                              \
        .name = name_, .about = about_, .backend = "openssl", .mode = "held-key", .cost = true,    \
        .bytes = DIGEST_BYTES, .verify = verify, .prepare = prepare, .run = run_,                  \
        .release = signing_release                                                                 \
    }

const struct operation signature_operations[] = {
    ROW("ed25519-sign", "sign a 32-byte digest", run_sign),
    ROW("ed25519-verify", "verify a signature of a 32-byte digest", run_verify),
    {0},
};
