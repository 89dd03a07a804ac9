/*
 * AES-256-XTS (IEEE 1619, NIST SP 800-38E): what disks and volumes are encrypted with. It hides and
 * does not authenticate: a reader cannot tell an altered object. An object is one data unit; each
 * has a key of its own, as for the other ciphers (bulk.c), so the schedules of both halves of the
 * key are part of the cost.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/operation.h"
#include "crypto/vector.h"

#define XTS_KEY_BYTES   64 /* two keys: for the data, for the tweak */
#define XTS_TWEAK_BYTES 16
#define XTS_LEAST       16 /* a block */
#define OBJECTS         2  /* in turn, so that no two in a row share a key */

struct object {
    unsigned char key[XTS_KEY_BYTES], tweak[XTS_TWEAK_BYTES];
    unsigned char *in;
};

struct xts {
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *context;
    struct object object[OBJECTS];
    unsigned char *out;
    size_t bytes;
    unsigned turn;
    bool seals;
};

static void
xts_release(void *work)
{
    struct xts *xts = work;

    if (!xts)
        return;
    EVP_CIPHER_CTX_free(xts->context);
    EVP_CIPHER_free(xts->cipher);
    for (size_t i = 0; i < OBJECTS; i++)
        free(xts->object[i].in);
    free(xts->out);
    OPENSSL_cleanse(xts, sizeof *xts);
    free(xts);
}

static int
pass(struct xts *xts, const struct object *object, bool seal, const unsigned char *in,
     unsigned char *out, struct why *why)
{
    int length = 0;

    if (EVP_CipherInit_ex2(xts->context, NULL, object->key, object->tweak, seal, NULL) != 1 ||
        EVP_CipherUpdate(xts->context, out, &length, in, (int)xts->bytes) != 1 ||
        (size_t)length != xts->bytes)
        return openssl_fault(why, "AES-256-XTS");
    return 0;
}

static int
xts_new(size_t bytes, struct xts **out, struct why *why)
{
    struct xts *xts = calloc(1, sizeof *xts);

    *out = NULL;
    if (!xts)
        return why_no_memory(why);
    xts->bytes = bytes < XTS_LEAST ? XTS_LEAST : bytes;
    xts->out = buffer_new(xts->bytes);
    xts->cipher = EVP_CIPHER_fetch(NULL, "AES-256-XTS", NULL);
    xts->context = EVP_CIPHER_CTX_new();
    if (!xts->out || !xts->cipher || !xts->context || xts->bytes > INT_MAX ||
        EVP_CipherInit_ex2(xts->context, xts->cipher, NULL, NULL, 1, NULL) != 1) {
        xts_release(xts);
        return openssl_fault(why, "AES-256-XTS");
    }
    *out = xts;
    return 0;
}

/* Makes the object's input; what is timed must be right at this size. */
static int
object_fill(struct xts *xts, struct object *object, struct why *why)
{
    unsigned char *plain = buffer_new(xts->bytes), *sealed = buffer_new(xts->bytes);
    int rc = plain && sealed ? 0 : why_no_memory(why);

    if (rc == 0)
        rc = secret_draw(object->key, sizeof object->key, why);
    if (rc == 0)
        rc = secret_draw(object->tweak, sizeof object->tweak, why);
    if (rc == 0)
        rc = pass(xts, object, true, plain, sealed, why);
    if (rc == 0)
        rc = pass(xts, object, false, sealed, xts->out, why);
    if (rc == 0 && memcmp(xts->out, plain, xts->bytes) != 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "an object of %zu bytes did not open as sealed",
                     xts->bytes);
    object->in = xts->seals ? plain : sealed;
    free(xts->seals ? sealed : plain);
    return rc;
}

static int
prepare(size_t bytes, bool seals, void **work, struct why *why)
{
    struct xts *xts;
    int rc = xts_new(bytes, &xts, why);

    *work = NULL;
    if (rc < 0)
        return rc;
    xts->seals = seals;
    for (size_t i = 0; i < OBJECTS && rc == 0; i++)
        rc = object_fill(xts, &xts->object[i], why);
    if (rc < 0) {
        xts_release(xts);
        return rc;
    }
    *work = xts;
    return 0;
}

static int
prepare_seal(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    (void)op;
    return prepare(bytes, true, work, why);
}

static int
prepare_open(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    (void)op;
    return prepare(bytes, false, work, why);
}

/* Seals in place, as bulk.c. */
static int
run(void *work, struct why *why)
{
    struct xts *xts = work;
    const struct object *object = &xts->object[xts->turn++ % OBJECTS];

    return pass(xts, object, xts->seals, xts->seals ? xts->out : object->in, xts->out, why);
}

/* IEEE Std 1619-2007, annex B, vector 10: 512 bytes 00 01 .. ff 00 .. ff, data unit ff. */
static const char vector_key[] = "2718281828459045235360287471352662497757247093699959574966967627"
                                 "3141592653589793238462643383279502884197169399375105820974944592";
static const char vector_sealed[] =
    "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b"
    "5d31e276f8fe4a8d66b317f9ac683f44680a86ac35adfc3345befecb4bb188fd"
    "5776926c49a3095eb108fd1098baec70aaa66999a72a82f27d848b21d4a741b0"
    "c5cd4d5fff9dac89aeba122961d03a757123e9870f8acf1000020887891429ca"
    "2a3e7a7d7df7b10355165c8b9a6d0a7de8b062c4500dc4cd120c0f7418dae3d0"
    "b5781c34803fa75421c790dfe1de1834f280d7667b327f6c8cd7557e12ac3a0f"
    "93ec05c52e0493ef31a12d3d9260f79a289d6a379bc70c50841473d1a8cc81ec"
    "583e9645e07b8d9670655ba5bbcfecc6dc3966380ad8fecb17b6ba02469a020a"
    "84e18e8f84252070c13e9f1f289be54fbc481457778f616015e1327a02b140f1"
    "505eb309326d68378f8374595c849d84f4c333ec4423885143cb47bd71c5edae"
    "9be69a2ffeceb1bec9de244fbe15992b11b77c040f12bd8f6a975a44a0f90c29"
    "a9abc3d4d893927284c58754cce294529f8614dcd2aba991925fedc4ae74ffac"
    "6e333b93eb4aff0479da9a410e4450e0dd7ae4c6e2910900575da401fc07059f"
    "645e8b7e9bfdef33943054ff84011493c27b3429eaedb4ed5376441a77ed4385"
    "1ad77f16f541dfd269d50d6a5f14fb0aab1cbb4c1550be97f7ab4066193c4caa"
    "773dad38014bd2092fa755c824bb5e54c4f36ffda9fcea70b9c6e693e148c151";

/* Wycheproof, aes_xts_test at commit 2f387d2: tweaks of 8 bytes, which zeros follow. */
static const struct xts_vector {
    const char *source, *key, *tweak, *plain, *sealed;
} vector[] = {
    {"IEEE Std 1619-2007, annex B, vector 10", vector_key, "ff", NULL, vector_sealed},
    {"Wycheproof aes_xts_test, tcId 54: one byte more than a block",
     "2f247ad2e9fd78c55085890ddc1fde397d12663c9afc4efbe227b2d527280685"
     "64ce42c96c30967360c9986d63ce82839c3e81d1839b800e8db5aa61980eb3ff",
     "c09e5c393303a169", "a431693fb645d0fadd64d5ac98037a1b36",
     "021fbfeb5d7bcec215aae0f32cbe44e9c3"},
    {"Wycheproof aes_xts_test, tcId 69",
     "3ccdae78200c3c8dcbead3780b256453494fa49c9c2a9f27d0c2a9e6dfdbb662"
     "e545d66e9b8598f32bb0cff6c8ebb82d9655af6c5df1163519e3d515638d2df0",
     "16e4e39222b4dbc7", "edd06d38435806ed2856a58ebd5ef75e5df1ae65e70d3d9a7bf50070fa025426",
     "e2e1e7d48d62a14aaf54eb915718aabf4682d846bf2b1e309697d9dd8416d685"},
    {"Wycheproof aes_xts_test, tcId 72",
     "3fb7a60e8f6e9d6adce423af49c32ac46d3981f561474b94f3ec21712d24685c"
     "45482071459f740942b31729a46095b20710f53215f8d691eb1bbfa50100423b",
     "3dc6785d92bc3484",
     "61e3dcb815a02d8942dbaa12d7d3f68e44166d16ea9368dcdf7a82c0465fd7c2"
     "36ff104ea8c40b2c6df87d144083c49a2b230d",
     "35854d4c0326b21d79d01ebf9b4494fa8253d8c311a1f0ef252e8dc342071838"
     "cd494c8615e9fa68e70f8ca039b26f35c2310f"},
};

/* The standard's plaintext is counted out, not printed. */
static int
read_plain(const struct xts_vector *v, struct vector_bytes *out, struct why *why)
{
    if (v->plain != NULL)
        return vector_read(v->plain, out, why);
    out->count = 512;
    for (size_t i = 0; i < out->count; i++)
        out->at[i] = (unsigned char)i;
    return 0;
}

static int
verify_vector(const struct operation *op, struct xts *xts, const struct xts_vector *v,
              struct why *why)
{
    struct vector_bytes key, tweak, want, plain;
    struct object object = {0};
    unsigned char out[VECTOR_BYTES];
    int rc = vector_read(v->key, &key, why);

    if (rc == 0)
        rc = vector_read(v->tweak, &tweak, why);
    if (rc == 0)
        rc = vector_read(v->sealed, &want, why);
    if (rc == 0)
        rc = read_plain(v, &plain, why);
    if (rc < 0)
        return rc;
    memcpy(object.key, key.at, sizeof object.key);
    memcpy(object.tweak, tweak.at, tweak.count);
    xts->bytes = plain.count;
    rc = pass(xts, &object, true, plain.at, out, why);
    if (rc == 0)
        rc = vector_compare(op->name, v->source, "ciphertext", out, plain.count, &want, why);
    if (rc == 0)
        rc = pass(xts, &object, false, want.at, out, why);
    if (rc == 0)
        rc = vector_compare(op->name, v->source, "plaintext", out, want.count, &plain, why);
    return rc;
}

static int
verify(const struct operation *op, struct why *why)
{
    struct xts *xts;
    int rc = xts_new(XTS_LEAST, &xts, why);

    for (size_t i = 0; i < COUNT(vector) && rc == 0; i++)
        rc = verify_vector(op, xts, &vector[i], why);
    xts_release(xts);
    return rc;
}

#define ROW(name_, about_, prepare_)                                                               \
    {                                                                                              \
        .name = name_, .about = about_, .backend = "openssl", .mode = "new-key", .bulk = true,     \
        .cost = true, .verify = verify, .prepare = prepare_, .run = run, .release = xts_release    \
    }

const struct operation xts_operations[] = {
    ROW("aes-256-xts-seal", "encrypt an object, unauthenticated, under its own key", prepare_seal),
    ROW("aes-256-xts-open", "decrypt an object, unauthenticated, under its own key", prepare_open),
    {0},
};
