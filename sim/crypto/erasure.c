/*
 * Spreading an object over sites: a Reed-Solomon code of which any 4 of 6 fragments give the object
 * back (systematic, Cauchy rows), and the all-or-nothing transform with it (AONT-RS: Resch and
 * Plank 2011, after Rivest 1997): the object is encrypted under a random key, the key is masked
 * with the hash of the ciphertext and put behind it, and only then is all of it coded. Fewer than 4
 * fragments then give no byte of the object, without any key being kept. Arithmetic by Intel's
 * ISA-L.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/foreign.h"
#include "crypto/operation.h"

#define DATA_FRAGMENTS 4
#define ALL_FRAGMENTS  6
#define LOST           2 /* of the data fragments, when an object is put together again */

static const char *
missing(const struct operation *op)
{
    (void)op;
    return HAVE_ISAL ? NULL : "built without ISA-L";
}

#if HAVE_ISAL
#include <isa-l.h>

#include "crypto/field.h"

#define HASH_BYTES 32
#define KEY_BYTES  32
#define TABLES     32 /* bytes of ISA-L's table for one coefficient */

struct erasure {
    unsigned char encode[ALL_FRAGMENTS * DATA_FRAGMENTS];
    unsigned char encode_tables[(ALL_FRAGMENTS - DATA_FRAGMENTS) * DATA_FRAGMENTS * TABLES];
    unsigned char decode_tables[LOST * DATA_FRAGMENTS * TABLES];
    unsigned char *object; /* the data fragments, one after another */
    unsigned char *coded;  /* the others */
    unsigned char *again;  /* the lost ones, computed back */
    unsigned char *plain;  /* all-or-nothing: what is transformed */
    size_t bytes, fragment;
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *context;
    EVP_MD *md;
    EVP_MD_CTX *digest;
};

static void
erasure_release(void *work)
{
    struct erasure *e = work;

    if (!e)
        return;
    free(e->object);
    free(e->coded);
    free(e->again);
    free(e->plain);
    EVP_CIPHER_CTX_free(e->context);
    EVP_CIPHER_free(e->cipher);
    EVP_MD_CTX_free(e->digest);
    EVP_MD_free(e->md);
    free(e);
}

static int
run_encode(void *work, struct why *why)
{
    struct erasure *e = work;
    unsigned char *from[DATA_FRAGMENTS], *to[ALL_FRAGMENTS - DATA_FRAGMENTS];

    (void)why;
    for (int i = 0; i < DATA_FRAGMENTS; i++)
        from[i] = e->object + (size_t)i * e->fragment;
    for (int i = 0; i < ALL_FRAGMENTS - DATA_FRAGMENTS; i++)
        to[i] = e->coded + (size_t)i * e->fragment;
    ec_encode_data((int)e->fragment, DATA_FRAGMENTS, ALL_FRAGMENTS - DATA_FRAGMENTS,
                   e->encode_tables, from, to);
    return 0;
}

/* The first LOST data fragments from the remaining data and the coded ones. */
static int
run_decode(void *work, struct why *why)
{
    struct erasure *e = work;
    unsigned char *from[DATA_FRAGMENTS], *to[LOST];

    (void)why;
    for (int i = 0; i < DATA_FRAGMENTS; i++)
        from[i] = i < DATA_FRAGMENTS - LOST
                      ? e->object + (size_t)(i + LOST) * e->fragment
                      : e->coded + (size_t)(i - (DATA_FRAGMENTS - LOST)) * e->fragment;
    for (int i = 0; i < LOST; i++)
        to[i] = e->again + (size_t)i * e->fragment;
    ec_encode_data((int)e->fragment, DATA_FRAGMENTS, LOST, e->decode_tables, from, to);
    return 0;
}

static int
make_tables(struct erasure *e, struct why *why)
{
    unsigned char left[DATA_FRAGMENTS * DATA_FRAGMENTS], inverse[DATA_FRAGMENTS * DATA_FRAGMENTS];

    gf_gen_cauchy1_matrix(e->encode, ALL_FRAGMENTS, DATA_FRAGMENTS);
    ec_init_tables(DATA_FRAGMENTS, ALL_FRAGMENTS - DATA_FRAGMENTS,
                   e->encode + DATA_FRAGMENTS * DATA_FRAGMENTS, e->encode_tables);
    memcpy(left, e->encode + LOST * DATA_FRAGMENTS, sizeof left); /* rows of what is left */
    if (gf_invert_matrix(left, inverse, DATA_FRAGMENTS) != 0)
        return why_add(why, ERR_CRYPTO, NULL, "ISA-L: the code's matrix has no inverse");
    ec_init_tables(DATA_FRAGMENTS, LOST, inverse, e->decode_tables);
    return 0;
}

static int
erasure_new(size_t bytes, struct erasure **out, struct why *why)
{
    struct erasure *e = calloc(1, sizeof *e);
    int rc;

    *out = e;
    if (!e)
        return why_no_memory(why);
    e->bytes = bytes;
    /* room for the masked key behind the object, in whole cache lines */
    e->fragment = ((bytes + KEY_BYTES + DATA_FRAGMENTS - 1) / DATA_FRAGMENTS + 63) / 64 * 64;
    e->object = buffer_new(DATA_FRAGMENTS * e->fragment);
    e->coded = buffer_new((ALL_FRAGMENTS - DATA_FRAGMENTS) * e->fragment);
    e->again = buffer_new(DATA_FRAGMENTS * e->fragment);
    e->plain = buffer_new(bytes);
    if (!e->object || !e->coded || !e->again || !e->plain)
        return why_no_memory(why);
    rc = make_tables(e, why);
    e->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
    e->context = EVP_CIPHER_CTX_new();
    e->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    e->digest = EVP_MD_CTX_new();
    if (rc == 0 && (!e->cipher || !e->context || !e->md || !e->digest ||
                    EVP_CipherInit_ex2(e->context, e->cipher, NULL, NULL, 1, NULL) != 1))
        rc = openssl_fault(why, "AES-256-CTR");
    return rc;
}

static int
check_code(const struct operation *op, struct erasure *e, struct why *why)
{
    int rc = run_encode(e, why);

    if (rc == 0)
        rc = run_decode(e, why);
    if (rc == 0 && memcmp(e->again, e->object, LOST * e->fragment) != 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: the fragments did not give the object back",
                     op->name);
    return rc;
}

/* A mask of the key: the hash of the ciphertext. */
static int
hash(struct erasure *e, const unsigned char *sealed, unsigned char out[HASH_BYTES], struct why *why)
{
    unsigned length = 0;

    return EVP_DigestInit_ex2(e->digest, e->md, NULL) == 1 &&
                   EVP_DigestUpdate(e->digest, sealed, e->bytes) == 1 &&
                   EVP_DigestFinal_ex(e->digest, out, &length) == 1
               ? 0
               : openssl_fault(why, "SHA-256");
}

static int
encrypt(struct erasure *e, const unsigned char key[KEY_BYTES], const unsigned char *in,
        unsigned char *out, struct why *why)
{
    static const unsigned char counter[16]; /* the key is never used again */
    int length = 0;

    return EVP_CipherInit_ex2(e->context, NULL, key, counter, 1, NULL) == 1 &&
                   EVP_CipherUpdate(e->context, out, &length, in, (int)e->bytes) == 1
               ? 0
               : openssl_fault(why, "AES-256-CTR");
}

static int
run_scatter(void *work, struct why *why)
{
    struct erasure *e = work;
    unsigned char key[KEY_BYTES], mask[HASH_BYTES];
    int rc = secret_draw(key, sizeof key, why);

    if (rc == 0)
        rc = encrypt(e, key, e->plain, e->object, why);
    if (rc == 0)
        rc = hash(e, e->object, mask, why);
    for (size_t i = 0; i < KEY_BYTES && rc == 0; i++)
        e->object[e->bytes + i] = key[i] ^ mask[i];
    OPENSSL_cleanse(key, sizeof key);
    return rc < 0 ? rc : run_encode(e, why);
}

static int
run_gather(void *work, struct why *why)
{
    struct erasure *e = work;
    unsigned char key[KEY_BYTES], mask[HASH_BYTES];
    int rc = run_decode(e, why);

    if (rc < 0)
        return rc;
    memcpy(e->again + LOST * e->fragment, e->object + LOST * e->fragment,
           (DATA_FRAGMENTS - LOST) * e->fragment);
    rc = hash(e, e->again, mask, why);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < KEY_BYTES; i++)
        key[i] = e->again[e->bytes + i] ^ mask[i];
    rc = encrypt(e, key, e->again, e->again, why); /* in counter mode its own inverse */
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

static int
prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    struct erasure *e;
    int rc = erasure_new(bytes, &e, why);

    *work = NULL;
    if (rc == 0)
        rc = check_code(op, e, why);
    if (rc == 0)
        rc = run_scatter(e, why);
    if (rc == 0)
        rc = run_gather(e, why);
    if (rc == 0 && memcmp(e->again, e->plain, bytes) != 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: the fragments did not give the object back",
                     op->name);
    if (rc < 0) {
        erasure_release(e);
        return rc;
    }
    *work = e;
    return 0;
}

/*
 * ISA-L's field against ours, which is held against the published powers of its generator
 * (sharing.c): every product; and coded bytes against the matrix by our own arithmetic.
 */
static int
verify(const struct operation *op, struct why *why)
{
    struct erasure *e;
    int rc = erasure_new(1000, &e, why);

    for (unsigned a = 0; a < 256 && rc == 0; a++)
        for (unsigned b = 0; b < 256 && rc == 0; b++)
            if (gf_mul((unsigned char)a, (unsigned char)b) !=
                field_multiply((uint8_t)a, (uint8_t)b))
                rc = why_add(why, ERR_CRYPTO, NULL, "%s: ISA-L's %u times %u is another field's",
                             op->name, a, b);
    if (rc == 0)
        rc = check_code(op, e, why);
    for (size_t at = 0; rc == 0 && at < e->fragment; at++)
        for (int row = 0; row < ALL_FRAGMENTS - DATA_FRAGMENTS && rc == 0; row++) {
            uint8_t want = 0;

            for (int i = 0; i < DATA_FRAGMENTS; i++)
                want ^= field_multiply(e->encode[(DATA_FRAGMENTS + row) * DATA_FRAGMENTS + i],
                                       e->object[(size_t)i * e->fragment + at]);
            if (e->coded[(size_t)row * e->fragment + at] != want)
                rc = why_add(why, ERR_CRYPTO, NULL, "%s: coded byte %zu is wrong", op->name, at);
        }
    erasure_release(e);
    return rc;
}

#define TEXT_OF(x)                      #x
#define VERSION_OF(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

/* As it was built with: the library does not say which it is. */
const char *
isal_library(void)
{
    return VERSION_OF(ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION);
}
#else
static void
erasure_release(void *work)
{
    (void)work;
}

static int
prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    (void)bytes;
    *work = NULL;
    return why_add(why, ERR_CRYPTO, NULL, "%s: %s", op->name, missing(op));
}

static int
verify(const struct operation *op, struct why *why)
{
    return why_add(why, ERR_CRYPTO, NULL, "%s: %s", op->name, missing(op));
}

const char *
isal_library(void)
{
    return NULL;
}
#define run_encode  NULL
#define run_decode  NULL
#define run_scatter NULL
#define run_gather  NULL
#endif

#define ROW(name_, about_, mode_, run_)                                                            \
    {                                                                                              \
        .name = name_, .about = about_, .backend = "isa-l", .mode = mode_, .bulk = true,           \
        .cost = true, .verify = verify, .prepare = prepare, .run = run_,                           \
        .release = erasure_release, .missing = missing                                             \
    }

const struct operation erasure_operations[] = {
    ROW("erasure-4-of-6-encode", "compute 2 fragments beside an object's 4", "no-key", run_encode),
    ROW("erasure-4-of-6-decode", "compute 2 lost fragments of 4 back", "no-key", run_decode),
    ROW("aont-4-of-6-scatter", "all-or-nothing transform, then 6 fragments", "new-key",
        run_scatter),
    ROW("aont-4-of-6-gather", "4 of 6 fragments, then the object", "new-key", run_gather),
    {0},
};
