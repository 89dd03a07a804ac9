/*
 * RSA with keys that are held: wrapping and unwrapping data keys with OAEP (RFC 8017, section 7.1;
 * SHA-256, MGF1 with SHA-256), as a key store does for data keys that were wrapped by parties who
 * hold only its public key; and PKCS #1 v1.5 signatures of a SHA-256 digest (section 8.2).
 *
 * The keys are the published ones of rsa_vector.h: what an operation costs does not depend on which
 * primes a key has, and making one would take longer than measuring it.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/operation.h"
#include "crypto/rsa_vector.h"
#include "crypto/vector.h"

#define RSA_MOST   512 /* bytes of a 4096-bit number */
#define DATA_BYTES 32
#define INFO_BYTES 19 /* before a digest, in what is signed */
#define TEXT_BYTES (INFO_BYTES + DATA_BYTES)

struct rsa {
    EVP_PKEY *key;
    EVP_PKEY_CTX *private,
        *public; /* set up: decrypting and encrypting, or signing and verifying */
    unsigned char text[TEXT_BYTES]; /* what is signed: its end is a digest, or a data key */
    unsigned char sealed[RSA_MOST], out[RSA_MOST];
    size_t sealed_bytes, out_bytes;
};

/* A data key, or a digest. */
static unsigned char *
plain_of(struct rsa *rsa)
{
    return rsa->text + INFO_BYTES;
}

static void
rsa_release(void *work)
{
    struct rsa *rsa = work;

    if (!rsa)
        return;
    EVP_PKEY_CTX_free(rsa->private);
    EVP_PKEY_CTX_free(rsa->public);
    EVP_PKEY_free(rsa->key); /* cleanses the private numbers */
    OPENSSL_cleanse(rsa, sizeof *rsa);
    free(rsa);
}

/* The numbers of a key: n = pq, d = e^-1 mod (p-1)(q-1), and those of the Chinese remainder
 * theorem (RFC 8017, section 3.2), under OpenSSL's names for them. */
enum number { N, E, D, P, Q, DP, DQ, QI, NUMBERS };
static const char *const number_name[NUMBERS] = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,           OSSL_PKEY_PARAM_RSA_D,
    OSSL_PKEY_PARAM_RSA_FACTOR1,   OSSL_PKEY_PARAM_RSA_FACTOR2,     OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

static bool
compute_numbers(const struct rsa_vector *vector, BIGNUM *v[NUMBERS], BN_CTX *context)
{
    BIGNUM *less_p = BN_CTX_get(context), *less_q = BN_CTX_get(context), *phi = BN_CTX_get(context);

    for (unsigned i = 0; i < NUMBERS; i++)
        if ((v[i] = BN_CTX_get(context)) == NULL)
            return false;
    return BN_hex2bn(&v[P], vector->prime[0]) > 0 && BN_hex2bn(&v[Q], vector->prime[1]) > 0 &&
           BN_set_word(v[E], 65537) == 1 && BN_mul(v[N], v[P], v[Q], context) == 1 &&
           BN_sub(less_p, v[P], BN_value_one()) == 1 && BN_sub(less_q, v[Q], BN_value_one()) == 1 &&
           BN_mul(phi, less_p, less_q, context) == 1 &&
           BN_mod_inverse(v[D], v[E], phi, context) != NULL &&
           BN_mod(v[DP], v[D], less_p, context) == 1 && BN_mod(v[DQ], v[D], less_q, context) == 1 &&
           BN_mod_inverse(v[QI], v[Q], v[P], context) != NULL;
}

static EVP_PKEY *
key_of_numbers(BIGNUM *const v[NUMBERS])
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM *param = NULL;
    EVP_PKEY *key = NULL;
    bool good = builder != NULL && context != NULL;

    for (unsigned i = 0; i < NUMBERS && good; i++)
        good = OSSL_PARAM_BLD_push_BN(builder, number_name[i], v[i]) == 1;
    if (good)
        param = OSSL_PARAM_BLD_to_param(builder);
    if (param == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, param) != 1)
        key = NULL;
    OSSL_PARAM_free(param);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *
published_key(const struct rsa_vector *vector)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *v[NUMBERS];
    EVP_PKEY *key = NULL;

    if (context == NULL)
        return NULL;
    BN_CTX_start(context);
    if (compute_numbers(vector, v, context))
        key = key_of_numbers(v);
    BN_CTX_end(context);
    BN_CTX_free(context);
    return key;
}

static bool
use_oaep(EVP_PKEY_CTX *context)
{
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

/*
 * Without a digest's name: what is padded and signed is the DigestInfo that the caller made, 19
 * bytes that never change and the digest. The signatures are the same; it is left out of the time
 * that libcrypto puts them together anew and takes and cleanses memory for it, as `openssl speed`
 * leaves it out, which signs 36 bytes without any DigestInfo. Verifying compares all bytes, as RFC
 * 8017 (section 8.2.2) wants.
 */
static bool
use_signature(EVP_PKEY_CTX *context)
{
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
}

/* RFC 8017, section 9.2, note 1: SHA-256. */
static const unsigned char digest_info[INFO_BYTES] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                                      0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                      0x01, 0x05, 0x00, 0x04, 0x20};

/* What a row does with its key. */
struct rsa_use {
    int (*begin_private)(EVP_PKEY_CTX *context);
    int (*begin_public)(EVP_PKEY_CTX *context);
    bool (*pad)(EVP_PKEY_CTX *context);
    int (*seal)(struct rsa *rsa, struct why *why); /* plain to sealed */
    int (*open)(struct rsa *rsa, struct why *why); /* sealed to out, or compares with plain */
};

static int
oaep_wrap(struct rsa *rsa, struct why *why)
{
    rsa->sealed_bytes = sizeof rsa->sealed;
    return EVP_PKEY_encrypt(rsa->public, rsa->sealed, &rsa->sealed_bytes, plain_of(rsa),
                            DATA_BYTES) == 1
               ? 0
               : openssl_fault(why, "RSA-OAEP encryption");
}

static int
oaep_unwrap(struct rsa *rsa, struct why *why)
{
    rsa->out_bytes = sizeof rsa->out;
    if (EVP_PKEY_decrypt(rsa->private, rsa->out, &rsa->out_bytes, rsa->sealed, rsa->sealed_bytes) !=
        1) {
        ERR_clear_error();
        OPENSSL_cleanse(rsa->out, sizeof rsa->out);
        /* One message for every cause: which check failed is what Manger's attack asks (2001). */
        return why_add(why, ERR_CRYPTO, NULL, "the wrapped key does not open with this RSA key");
    }
    return 0;
}

static int
rsa_sign(struct rsa *rsa, struct why *why)
{
    rsa->sealed_bytes = sizeof rsa->sealed;
    return EVP_PKEY_sign(rsa->private, rsa->sealed, &rsa->sealed_bytes, rsa->text,
                         sizeof rsa->text) == 1
               ? 0
               : openssl_fault(why, "RSA signing");
}

static int
rsa_verify_signature(struct rsa *rsa, struct why *why)
{
    if (EVP_PKEY_verify(rsa->public, rsa->sealed, rsa->sealed_bytes, rsa->text, sizeof rsa->text) !=
        1) {
        ERR_clear_error();
        return why_add(why, ERR_CRYPTO, NULL, "the signature does not match");
    }
    return 0;
}

static const struct rsa_use use_wrap = {EVP_PKEY_decrypt_init, EVP_PKEY_encrypt_init, use_oaep,
                                        oaep_wrap, oaep_unwrap};
static const struct rsa_use use_sign = {EVP_PKEY_sign_init, EVP_PKEY_verify_init, use_signature,
                                        rsa_sign, rsa_verify_signature};

struct rsa_row {
    const struct rsa_vector *vector;
    const struct rsa_use *use;
};

static int
rsa_new(const struct rsa_row *row, struct rsa **out, struct why *why)
{
    struct rsa *rsa = calloc(1, sizeof *rsa);

    *out = NULL;
    if (!rsa)
        return why_no_memory(why);
    memcpy(rsa->text, digest_info, INFO_BYTES);
    rsa->key = published_key(row->vector);
    if (rsa->key) {
        rsa->private = EVP_PKEY_CTX_new_from_pkey(NULL, rsa->key, NULL);
        rsa->public = EVP_PKEY_CTX_new_from_pkey(NULL, rsa->key, NULL);
    }
    if (!rsa->private || !rsa->public || row->use->begin_private(rsa->private) != 1 ||
        row->use->begin_public(rsa->public) != 1 || !row->use->pad(rsa->private) ||
        !row->use->pad(rsa->public) || EVP_PKEY_get_bits(rsa->key) != (int)row->vector->bits) {
        rsa_release(rsa);
        return openssl_fault(why, "RSA");
    }
    *out = rsa;
    return 0;
}

static int
rsa_prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    const struct rsa_row *row = op->detail;
    struct rsa *rsa;
    int rc = rsa_new(row, &rsa, why);

    (void)bytes; /* a data key or digest has one size */
    *work = NULL;
    if (rc == 0)
        rc = secret_draw(plain_of(rsa), DATA_BYTES, why);
    if (rc == 0)
        rc = row->use->seal(rsa, why);
    if (rc == 0)
        rc = row->use->open(rsa, why);
    if (rc == 0 && row->use == &use_wrap &&
        (rsa->out_bytes != DATA_BYTES || CRYPTO_memcmp(rsa->out, plain_of(rsa), DATA_BYTES) != 0))
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: a wrapped key did not unwrap to itself", op->name);
    if (rc < 0) {
        rsa_release(rsa);
        return rc;
    }
    *work = rsa;
    return 0;
}

/* What is published as wrong under the 2048-bit key must be refused: wrapped keys, or signatures of
 * the text that is set. */
static int
refuse_wrong(const struct operation *op, struct rsa *rsa, const struct rsa_wrong *wrong,
             size_t count, struct why *why)
{
    const struct rsa_row *row = op->detail;
    struct vector_bytes bytes;

    for (size_t i = 0; i < count; i++) {
        const int rc = vector_read(wrong[i].bytes, &bytes, why);

        if (rc < 0)
            return rc;
        memcpy(rsa->sealed, bytes.at, bytes.count);
        rsa->sealed_bytes = bytes.count;
        if (row->use->open(rsa, NULL) == 0)
            return why_add(why, ERR_CRYPTO, NULL, "%s: %s: it was accepted", op->name,
                           wrong[i].source);
    }
    return 0;
}

/* The published message opens to the published key; OAEP is random, so that what is wrapped is
 * compared by unwrapping it. An altered message is refused. */
static int
verify_oaep(const struct operation *op, struct rsa *rsa, struct why *why)
{
    const struct rsa_row *row = op->detail;
    const char *source = row->vector->source;
    struct vector_bytes sealed, plain;
    int rc = vector_read(row->vector->sealed, &sealed, why);

    if (rc == 0)
        rc = vector_read(rsa_vector_plain, &plain, why);
    if (rc < 0)
        return rc;
    memcpy(rsa->sealed, sealed.at, sealed.count);
    rsa->sealed_bytes = sealed.count;
    rc = oaep_unwrap(rsa, why);
    if (rc == 0)
        rc = vector_compare(op->name, source, "key", rsa->out, rsa->out_bytes, &plain, why);
    rsa->sealed[rsa->sealed_bytes - 1] ^= 1;
    if (rc == 0 && oaep_unwrap(rsa, NULL) == 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: %s: an altered message was accepted", op->name,
                     source);
    rsa->sealed_bytes--;
    if (rc == 0 && oaep_unwrap(rsa, NULL) == 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: %s: a truncated message was accepted", op->name,
                     source);
    if (rc == 0 && row->vector == &rsa_vector_2048)
        rc = refuse_wrong(op, rsa, rsa_wrong_sealed, COUNT(rsa_wrong_sealed), why);
    memcpy(plain_of(rsa), plain.at, DATA_BYTES);
    if (rc == 0)
        rc = oaep_wrap(rsa, why);
    if (rc == 0)
        rc = oaep_unwrap(rsa, why);
    if (rc == 0)
        rc = vector_compare(op->name, source, "key wrapped anew", rsa->out, rsa->out_bytes, &plain,
                            why);
    return rc;
}

static int
set_digest(struct rsa *rsa, const char *text_hex, struct why *why)
{
    struct vector_bytes text;
    size_t bytes = 0;
    const int rc = vector_read(text_hex, &text, why);

    if (rc < 0)
        return rc;
    return EVP_Q_digest(NULL, "SHA256", NULL, text.at, text.count, plain_of(rsa), &bytes) == 1
               ? 0
               : openssl_fault(why, "SHA-256");
}

/* Signatures of this kind are not random: the published one comes out. */
static int
verify_signature(const struct operation *op, struct rsa *rsa, struct why *why)
{
    struct vector_bytes want;
    int rc = vector_read(rsa_vector_signature, &want, why);

    if (rc == 0)
        rc = set_digest(rsa, rsa_vector_plain, why);
    if (rc == 0)
        rc = rsa_sign(rsa, why);
    if (rc == 0)
        rc = vector_compare(op->name, RSA_SIGNATURE_SOURCE, "signature", rsa->sealed,
                            rsa->sealed_bytes, &want, why);
    if (rc == 0)
        rc = rsa_verify_signature(rsa, why);
    rsa->sealed[0] ^= 1;
    if (rc == 0 && rsa_verify_signature(rsa, NULL) == 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: %s: an altered signature was accepted", op->name,
                     RSA_SIGNATURE_SOURCE);
    if (rc == 0)
        rc = set_digest(rsa, rsa_wrong_text, why);
    return rc < 0 ? rc
                  : refuse_wrong(op, rsa, rsa_wrong_signature, COUNT(rsa_wrong_signature), why);
}

static int
rsa_verify(const struct operation *op, struct why *why)
{
    const struct rsa_row *row = op->detail;
    struct rsa *rsa;
    int rc = rsa_new(row, &rsa, why);

    if (rc == 0)
        rc = row->use == &use_wrap ? verify_oaep(op, rsa, why) : verify_signature(op, rsa, why);
    rsa_release(rsa);
    return rc;
}

static int
run_seal(void *work, struct why *why)
{
    return oaep_wrap(work, why);
}

static int
run_open(void *work, struct why *why)
{
    return oaep_unwrap(work, why);
}

static int
run_sign(void *work, struct why *why)
{
    return rsa_sign(work, why);
}

static int
run_verify(void *work, struct why *why)
{
    return rsa_verify_signature(work, why);
}

static const struct rsa_row wrap_2048 = {&rsa_vector_2048, &use_wrap};
static const struct rsa_row wrap_3072 = {&rsa_vector_3072, &use_wrap};
static const struct rsa_row wrap_4096 = {&rsa_vector_4096, &use_wrap};
static const struct rsa_row sign_2048 = {&rsa_vector_2048, &use_sign};

#define ROW(name_, about_, run_, row_)                                                             \
    {                                                                                              \
        .name = name_, .about = about_, .backend = "openssl", .mode = "held-key", .cost = true,    \
        .bytes = DATA_BYTES, .verify = rsa_verify, .prepare = rsa_prepare, .run = run_,            \
        .release = rsa_release, .detail = row_                                                     \
    }
#define OAEP(bits_, row_)                                                                          \
    ROW("rsa-" bits_ "-oaep-wrap",                                                                 \
        "wrap a 32-byte data key for an RSA public key (OAEP, SHA-256)", run_seal, row_),          \
        ROW("rsa-" bits_ "-oaep-unwrap",                                                           \
            "unwrap a 32-byte data key with an RSA private key (OAEP, SHA-256)", run_open, row_)

const struct operation rsa_operations[] = {
    OAEP("2048", &wrap_2048),
    OAEP("3072", &wrap_3072),
    OAEP("4096", &wrap_4096),
    ROW("rsa-2048-sign", "sign a 32-byte digest (PKCS #1 v1.5)", run_sign, &sign_2048),
    ROW("rsa-2048-verify", "verify a signature of a 32-byte digest", run_verify, &sign_2048),
    {0},
};
