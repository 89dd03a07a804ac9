/*
 * What a key store does for every read and write: wrap or unwrap one data key. Each operation uses
 * another account's key, as a store that holds a key for each account does, so the key schedule is
 * part of the cost.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/keywrap.h"
#include "crypto/operation.h"
#include "crypto/vector.h"

#define ACCOUNTS 64 /* enough that neighbours never share a key; few enough to stay in cache */

struct account {
    unsigned char key[DATA_KEY_BYTES], nonce[AEAD_NONCE_BYTES], data_key[DATA_KEY_BYTES];
    unsigned char wrapped[GCM_WRAPPED_BYTES]; /* KW uses its first KW_WRAPPED_BYTES */
};

struct way;

struct wraps {
    const struct way *way;
    struct aead aead;
    struct kw kw;
    struct account account[ACCOUNTS];
    unsigned char out[GCM_WRAPPED_BYTES];
    unsigned turn;
};

/* Wycheproof, aes_wrap_test at commit 061657f: wrapped with a wrong initial value. */
static const struct wrong_wrap {
    const char *source, *key, *wrapped;
} wrong_wrap[] = {
    {"Wycheproof aes_wrap_test, tcId 129: byte 0 of the initial value changed",
     "4f710eb6b5e28703becfc3dc52fa8bc1dd44a4a6d38a84b4f94e89ac32d987e7",
     "dd78ebd3091c55a5da5b24504200f7fadd1b3ac6ad35f814f733e603c13936245d69d83f262f6b1e"},
    {"Wycheproof aes_wrap_test, tcId 147: byte 6 of the initial value changed",
     "4f710eb6b5e28703becfc3dc52fa8bc1dd44a4a6d38a84b4f94e89ac32d987e7",
     "bf6a53286fac48e7f25d89b7056b27aa917d5b54c0d3171dff369f7249153bf09da5891eb4dc2d88"},
};

/* One of the two ways to wrap; the row's detail. */
struct way {
    int (*init)(struct wraps *wraps, struct why *why);
    int (*wrap)(struct wraps *wraps, const struct account *account, unsigned char *out,
                struct why *why);
    int (*unwrap)(struct wraps *wraps, const struct account *account, unsigned char *out,
                  struct why *why);
};

static struct aead_seed
seed_of(const struct account *account)
{
    return (struct aead_seed){.key = account->key, .nonce = account->nonce};
}

static int
init_gcm(struct wraps *wraps, struct why *why)
{
    return aead_init(&wraps->aead, "AES-256-GCM", why);
}

static int
wrap_gcm(struct wraps *wraps, const struct account *account, unsigned char *out, struct why *why)
{
    struct aead_seed seed = seed_of(account);

    return gcm_wrap(&wraps->aead, &seed, account->data_key, out, why);
}

static int
unwrap_gcm(struct wraps *wraps, const struct account *account, unsigned char *out, struct why *why)
{
    struct aead_seed seed = seed_of(account);

    return gcm_unwrap(&wraps->aead, &seed, account->wrapped, out, why);
}

static int
init_kw(struct wraps *wraps, struct why *why)
{
    return kw_init(&wraps->kw, why);
}

static int
wrap_kw(struct wraps *wraps, const struct account *account, unsigned char *out, struct why *why)
{
    return kw_wrap(&wraps->kw, account->key, account->data_key, out, why);
}

static int
unwrap_kw(struct wraps *wraps, const struct account *account, unsigned char *out, struct why *why)
{
    return kw_unwrap(&wraps->kw, account->key, account->wrapped, out, why);
}

static const struct way way_gcm = {init_gcm, wrap_gcm, unwrap_gcm};
static const struct way way_kw = {init_kw, wrap_kw, unwrap_kw};

static void
wraps_release(void *work)
{
    struct wraps *wraps = work;

    if (!wraps)
        return;
    aead_release(&wraps->aead);
    kw_release(&wraps->kw);
    OPENSSL_cleanse(wraps, sizeof *wraps);
    free(wraps);
}

/* Draws an account's keys, wraps its data key and sees that it opens again. */
static int
account_draw(struct wraps *wraps, struct account *account, struct why *why)
{
    int rc = secret_draw(account->key, sizeof account->key, why);

    if (rc == 0)
        rc = secret_draw(account->nonce, sizeof account->nonce, why);
    if (rc == 0)
        rc = secret_draw(account->data_key, sizeof account->data_key, why);
    if (rc == 0)
        rc = wraps->way->wrap(wraps, account, account->wrapped, why);
    if (rc == 0)
        rc = wraps->way->unwrap(wraps, account, wraps->out, why);
    if (rc == 0 && CRYPTO_memcmp(wraps->out, account->data_key, DATA_KEY_BYTES) != 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "a wrapped key did not unwrap to itself");
    return rc;
}

static int
prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    struct wraps *wraps = calloc(1, sizeof *wraps);
    int rc;

    (void)bytes; /* a data key has one size */
    *work = NULL;
    if (!wraps)
        return why_no_memory(why);
    wraps->way = op->detail;
    rc = wraps->way->init(wraps, why);
    for (size_t i = 0; i < ACCOUNTS && rc == 0; i++)
        rc = account_draw(wraps, &wraps->account[i], why);
    if (rc < 0) {
        wraps_release(wraps);
        return rc;
    }
    *work = wraps;
    return 0;
}

static int
run_wrap(void *work, struct why *why)
{
    struct wraps *wraps = work;

    return wraps->way->wrap(wraps, &wraps->account[wraps->turn++ % ACCOUNTS], wraps->out, why);
}

static int
run_unwrap(void *work, struct why *why)
{
    struct wraps *wraps = work;

    return wraps->way->unwrap(wraps, &wraps->account[wraps->turn++ % ACCOUNTS], wraps->out, why);
}

static int
verify_gcm(const struct operation *op, struct why *why)
{
    return aead_verify(op->name, "AES-256-GCM", why);
}

static int
refuse_wrong_wraps(const struct operation *op, struct kw *kw, struct why *why)
{
    struct vector_bytes key, wrapped;
    unsigned char out[DATA_KEY_BYTES];

    for (size_t i = 0; i < COUNT(wrong_wrap); i++) {
        int rc = vector_read(wrong_wrap[i].key, &key, why);

        if (rc == 0)
            rc = vector_read(wrong_wrap[i].wrapped, &wrapped, why);
        if (rc < 0)
            return rc;
        if (kw_unwrap(kw, key.at, wrapped.at, out, NULL) == 0)
            return why_add(why, ERR_CRYPTO, NULL, "%s: %s: it was accepted", op->name,
                           wrong_wrap[i].source);
    }
    return 0;
}

static int
verify_kw(const struct operation *op, struct why *why)
{
    static const char source[] = "RFC 3394, section 4.6";
    struct vector_bytes key, plain, sealed;
    unsigned char out[KW_WRAPPED_BYTES];
    struct kw kw = {0};
    int rc =
        vector_read("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", &key, why);

    if (rc == 0)
        rc = vector_read("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f", &plain,
                         why);
    if (rc == 0)
        rc = vector_read("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43b"
                         "fb988b9b7a02dd21",
                         &sealed, why);
    if (rc == 0)
        rc = kw_init(&kw, why);
    if (rc == 0)
        rc = kw_wrap(&kw, key.at, plain.at, out, why);
    if (rc == 0)
        rc = vector_compare(op->name, source, "wrapped key", out, KW_WRAPPED_BYTES, &sealed, why);
    if (rc == 0)
        rc = kw_unwrap(&kw, key.at, sealed.at, out, why);
    if (rc == 0)
        rc = vector_compare(op->name, source, "key", out, DATA_KEY_BYTES, &plain, why);
    if (rc == 0) {
        sealed.at[0] ^= 1;
        if (kw_unwrap(&kw, key.at, sealed.at, out, NULL) == 0)
            rc = why_add(why, ERR_CRYPTO, NULL, "%s: %s: an altered wrapped key was accepted",
                         op->name, source);
    }
    if (rc == 0)
        rc = refuse_wrong_wraps(op, &kw, why);
    kw_release(&kw);
    return rc;
}

#define ROW(name_, about_, verify_, run_, way_)                                                    \
    {                                                                                              \
        .name = name_, .about = about_, .backend = "openssl", .mode = "new-key", .cost = true,     \
        .bytes = DATA_KEY_BYTES, .verify = verify_, .prepare = prepare, .run = run_,               \
        .release = wraps_release, .detail = way_                                                   \
    }

const struct operation keywrap_operations[] = {
    ROW("aes-256-gcm-wrap", "wrap a 32-byte data key with AES-256-GCM", verify_gcm, run_wrap,
        &way_gcm),
    ROW("aes-256-gcm-unwrap", "unwrap a 32-byte data key with AES-256-GCM", verify_gcm, run_unwrap,
        &way_gcm),
    ROW("aes-256-kw-wrap", "wrap a 32-byte data key with AES key wrap (RFC 3394)", verify_kw,
        run_wrap, &way_kw),
    ROW("aes-256-kw-unwrap", "unwrap a 32-byte data key with AES key wrap (RFC 3394)", verify_kw,
        run_unwrap, &way_kw),
    {0},
};
