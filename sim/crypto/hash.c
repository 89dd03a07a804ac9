/* Hashing an object, for its name or a check of its content. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/digest.h"
#include "crypto/fault.h"
#include "crypto/operation.h"
#include "crypto/vector.h"

struct hash {
    EVP_MD *md;
    EVP_MD_CTX *context;
    unsigned char *in, out[EVP_MAX_MD_SIZE];
    size_t bytes;
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
    unsigned length = 0;

    if (EVP_DigestInit_ex2(hash->context, NULL, NULL) != 1 ||
        EVP_DigestUpdate(hash->context, hash->in, hash->bytes) != 1 ||
        EVP_DigestFinal_ex(hash->context, hash->out, &length) != 1)
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
            rc = vector_compare(op->name, source, "digest", hash->out, DIGEST_SHA256_BYTES, &want,
                                why);
    }
    hash_release(hash);
    return rc;
}

static int
hash_verify(const struct operation *op, struct why *why)
{
    static const struct {
        const char *text;
        size_t times;
        const char *digest, *source;
    } t[] = {
        {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
         "NIST CAVP SHA256ShortMsg.rsp, Len 0"},
        {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
         "FIPS 180-2, appendix B.1"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
         "FIPS 180-2, appendix B.2"},
        {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
         "FIPS 180-2, appendix B.3"},
    };
    int rc = 0;

    for (size_t i = 0; i < COUNT(t) && rc == 0; i++)
        rc = verify_one(op, t[i].text, t[i].times, t[i].digest, t[i].source, why);
    return rc;
}

const struct operation hash_operations[] = {
    {.name = "sha-256",
     .about = "hash an object",
     .backend = "openssl",
     .cost = true,
     .mode = "no-key",
     .bulk = true,
     .verify = hash_verify,
     .prepare = hash_prepare,
     .run = hash_run,
     .release = hash_release,
     .detail = "SHA256"},
    {0},
};
