/* Signatures over a 32-byte digest, as an audit log or a request to a key store carries them:
 * Ed25519 (RFC 8032) with a held key. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

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

static int
check(struct signing *s, const unsigned char *text, size_t bytes, struct why *why)
{
    int good = -1;

    if (EVP_DigestVerifyInit(s->context, NULL, NULL, NULL, s->key) == 1)
        good = EVP_DigestVerify(s->context, s->signature, sizeof s->signature, text, bytes);
    if (good == 0)
        return why_add(why, ERR_CRYPTO, NULL, "the signature does not match");
    return good == 1 ? 0 : openssl_fault(why, "Ed25519 verification");
}

static int
signing_new(const unsigned char secret[KEY_BYTES], struct signing **out, struct why *why)
{
    struct signing *s = calloc(1, sizeof *s);

    *out = NULL;
    if (!s)
        return why_no_memory(why);
    s->key = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, secret, KEY_BYTES);
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
        rc = signing_new(secret, &s, why);
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
        rc = signing_new(secret.at, &s, why);
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
    return rc;
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
