/* Hashing an object, for its name or a check of its content. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/operation.h"
#include "crypto/vector.h"

struct hash {
    EVP_MD *md;
    EVP_MD_CTX *context;
    unsigned char *in, out[EVP_MAX_MD_SIZE];
    size_t bytes;
    unsigned out_bytes;
};

static void
hash_release(void *work)
{
    struct hash *hash = work;

    if (!hash)
        return;
    EVP_MD_CTX_free(hash->context);
    EVP_MD_free(hash->md);
    free(hash->in);
    free(hash);
}

static int
hash_run(void *work, struct why *why)
{
    struct hash *hash = work;
    if (EVP_DigestInit_ex2(hash->context, NULL, NULL) != 1 ||
        EVP_DigestUpdate(hash->context, hash->in, hash->bytes) != 1 ||
        EVP_DigestFinal_ex(hash->context, hash->out, &hash->out_bytes) != 1)
        return openssl_fault(why, "hashing");
    return 0;
}

static int
hash_prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    struct hash *hash = calloc(1, sizeof *hash);

    *work = NULL;
    if (!hash)
        return why_no_memory(why);
    hash->bytes = bytes;
    hash->in = buffer_new(bytes);
    hash->context = EVP_MD_CTX_new();
    if (!hash->in || !hash->context) {
        hash_release(hash);
        return why_no_memory(why);
    }
    hash->md = EVP_MD_fetch(NULL, op->detail, NULL);
    if (!hash->md || EVP_DigestInit_ex2(hash->context, hash->md, NULL) != 1) {
        hash_release(hash);
        return openssl_fault(why, op->detail);
    }
    *work = hash;
    return 0;
}

static int
verify_one(const struct operation *op, const char *text, size_t times, const char *digest,
           const char *source, struct why *why)
{
    size_t length = strlen(text);
    struct vector_bytes want;
    struct hash *hash;
    void *work;
    int rc = hash_prepare(op, length * times, &work, why);

    if (rc < 0)
        return rc;
    hash = work;
    for (size_t i = 0; i < times; i++)
        memcpy(hash->in + i * length, text, length);
    rc = vector_read(digest, &want, why);
    /* Twice: a reused context must start afresh. */
    for (int round = 0; round < 2 && rc == 0; round++) {
        rc = hash_run(hash, why);
        if (rc == 0)
            rc = vector_compare(op->name, source, "digest", hash->out, hash->out_bytes, &want, why);
    }
    hash_release(hash);
    return rc;
}

struct hash_vector {
    const char *md, *text;
    size_t times;
    const char *digest, *source;
};

static const struct hash_vector vector[] = {
    {"SHA256", "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "NIST CAVP SHA256ShortMsg.rsp, Len 0"},
    {"SHA256", "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "FIPS 180-2, appendix B.1"},
    {"SHA256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
     "FIPS 180-2, appendix B.2"},
    {"SHA256", "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
     "FIPS 180-2, appendix B.3"},
    {"BLAKE2B-512", "abc", 1,
     "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
     "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
     "RFC 7693, appendix A"},
};

/* All vectors, of whichever digest: a row under another algorithm than its name's fails. */
static int
hash_verify(const struct operation *op, struct why *why)
{
    const char *md = strcmp(op->name, "blake2b-512") == 0 ? "BLAKE2B-512" : "SHA256";
    int rc = 0;

    for (size_t i = 0; i < COUNT(vector) && rc == 0; i++)
        if (strcmp(vector[i].md, md) == 0)
            rc = verify_one(op, vector[i].text, vector[i].times, vector[i].digest, vector[i].source,
                            why);
    return rc;
}

#define ROW(name_, md_)                                                                            \
    {                                                                                              \
        .name = name_, .about = "hash an object", .backend = "openssl", .mode = "no-key",          \
        .cost = true, .bulk = true, .verify = hash_verify, .prepare = hash_prepare,                \
        .run = hash_run, .release = hash_release, .detail = md_                                    \
    }

const struct operation hash_operations[] = {
    ROW("sha-256", "SHA256"),
    ROW("blake2b-512", "BLAKE2B-512"),
    {0},
};
