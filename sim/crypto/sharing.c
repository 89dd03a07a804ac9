/* Splitting and combining data keys: see sharing.h. */
#include "crypto/sharing.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/field.h"
#include "crypto/operation.h"
#include "crypto/vector.h"

static uint64_t
load8(const unsigned char *from, size_t bytes)
{
    uint64_t word = 0;

    memcpy(&word, from, bytes < 8 ? bytes : 8);
    return word;
}

static void
store8(unsigned char *to, uint64_t word, size_t bytes)
{
    memcpy(to, &word, bytes < 8 ? bytes : 8);
}

/* The same byte eight times. */
static uint64_t
spread(uint8_t byte)
{
    return byte * UINT64_C(0x0101010101010101);
}

void
share_split(const unsigned char *secret, size_t bytes, unsigned k, unsigned n,
            const unsigned char *random, unsigned char *share)
{
    for (unsigned i = 0; i < n; i++)
        for (size_t at = 0; at < bytes; at += 8) {
            const uint64_t x = spread((uint8_t)(i + 1));
            uint64_t y = 0;

            for (unsigned c = k - 1; c > 0; c--) /* Horner's rule, the highest power first */
                y = field_multiply8(y ^ load8(random + (c - 1) * bytes + at, bytes - at), x);
            store8(share + i * bytes + at, y ^ load8(secret + at, bytes - at), bytes - at);
        }
}

void
share_combine(const unsigned char *share, const unsigned char *point, unsigned k, size_t bytes,
              unsigned char *secret)
{
    memset(secret, 0, bytes);
    for (unsigned j = 0; j < k; j++) {
        uint8_t above = 1, below = 1; /* Lagrange's basis at 0: prod x_m / (x_m - x_j) */

        for (unsigned m = 0; m < k; m++) {
            if (m == j)
                continue;
            above = field_multiply(above, point[m]);
            below = field_multiply(below, point[m] ^ point[j]);
        }
        const uint64_t weight = spread(field_multiply(above, field_inverse(below)));

        for (size_t at = 0; at < bytes; at += 8)
            store8(secret + at,
                   load8(secret + at, bytes - at) ^
                       field_multiply8(load8(share + j * bytes + at, bytes - at), weight),
                   bytes - at);
    }
}

void
share_xor(const unsigned char *secret, size_t bytes, unsigned n, unsigned char *share)
{
    unsigned char *last = share + (n - 1) * bytes;

    memcpy(last, secret, bytes);
    for (unsigned i = 0; i + 1 < n; i++)
        for (size_t at = 0; at < bytes; at++)
            last[at] ^= share[i * bytes + at];
}

void
share_xor_combine(const unsigned char *share, size_t bytes, unsigned n, unsigned char *secret)
{
    memset(secret, 0, bytes);
    for (unsigned i = 0; i < n; i++)
        for (size_t at = 0; at < bytes; at++)
            secret[at] ^= share[i * bytes + at];
}

int
share_check(const unsigned char *secret, size_t bytes, unsigned char check[SHARE_CHECK_BYTES],
            struct why *why)
{
    size_t length = 0;

    return EVP_Q_digest(NULL, "SHA256", NULL, secret, bytes, check, &length) == 1
               ? 0
               : openssl_fault(why, "SHA-256");
}

int
share_confirm(unsigned char *secret, size_t bytes, const unsigned char check[SHARE_CHECK_BYTES],
              struct why *why)
{
    unsigned char got[SHARE_CHECK_BYTES];
    int rc = share_check(secret, bytes, got, why);

    if (rc == 0 && CRYPTO_memcmp(got, check, sizeof got) != 0)
        rc =
            why_add(why, ERR_CRYPTO, NULL,
                    "the shares do not give the secret: one of them is wrong, or another secret's");
    if (rc < 0)
        OPENSSL_cleanse(secret, bytes);
    return rc;
}

int
share_open(const unsigned char *share, const unsigned char *point, unsigned k, size_t bytes,
           const unsigned char check[SHARE_CHECK_BYTES], unsigned char *secret, struct why *why)
{
    OPENSSL_cleanse(secret, bytes);
    for (unsigned j = 0; j < k; j++) {
        if (point[j] == 0)
            return why_add(why, ERR_CRYPTO, NULL, "share %u of %u is of no holder (number 0)",
                           j + 1, k);
        for (unsigned m = 0; m < j; m++)
            if (point[m] == point[j])
                return why_add(why, ERR_CRYPTO, NULL,
                               "shares %u and %u are of one holder (number %u)", m + 1, j + 1,
                               point[j]);
    }
    share_combine(share, point, k, bytes, secret);
    return share_confirm(secret, bytes, check, why);
}

/* Operations: a 32-byte data key; drawing randomness is part of splitting. */

#define KEY_BYTES 32
#define MOST      5

struct scheme {
    unsigned k, n;
    bool is_xor;
};

struct sharing {
    const struct scheme *scheme;
    unsigned char key[KEY_BYTES], out[KEY_BYTES];
    unsigned char random[MOST * KEY_BYTES], share[MOST * KEY_BYTES], picked[MOST * KEY_BYTES];
    unsigned char point[MOST];
};

static void
sharing_release(void *work)
{
    OPENSSL_clear_free(work, sizeof(struct sharing));
}

static int
run_split(void *work, struct why *why)
{
    struct sharing *s = work;
    const struct scheme *f = s->scheme;
    unsigned char *random = f->is_xor ? s->share : s->random;
    const int rc = secret_draw(random, (f->k - 1) * KEY_BYTES, why);

    if (rc < 0)
        return rc;
    if (f->is_xor)
        share_xor(s->key, KEY_BYTES, f->n, s->share);
    else
        share_split(s->key, KEY_BYTES, f->k, f->n, s->random, s->share);
    return 0;
}

static int
run_combine(void *work, struct why *why)
{
    struct sharing *s = work;

    (void)why;
    if (s->scheme->is_xor)
        share_xor_combine(s->share, KEY_BYTES, s->scheme->n, s->out);
    else
        share_combine(s->picked, s->point, s->scheme->k, KEY_BYTES, s->out);
    return 0;
}

/* The last k shares, so that the points are not just the first. */
static void
pick(struct sharing *s)
{
    const struct scheme *f = s->scheme;

    for (unsigned j = 0; j < f->k; j++) {
        const unsigned from = f->n - f->k + j;

        s->point[j] = (unsigned char)(from + 1);
        memcpy(s->picked + j * KEY_BYTES, s->share + from * KEY_BYTES, KEY_BYTES);
    }
}

/* Each wrong share must be noticed by the check. */
static int
try_wrong_share(const struct operation *op, struct sharing *s, struct why *why)
{
    unsigned char check[SHARE_CHECK_BYTES];
    int rc = share_check(s->key, sizeof s->key, check, why);

    for (unsigned j = 0; j < s->scheme->k && rc == 0; j++) {
        unsigned char *wrong = s->scheme->is_xor ? s->share : s->picked;

        wrong += (size_t)j * KEY_BYTES;
        wrong[j] ^= 1;
        rc = run_combine(s, why);
        wrong[j] ^= 1;
        if (rc == 0 && share_confirm(s->out, sizeof s->out, check, NULL) == 0)
            rc = why_add(why, ERR_CRYPTO, NULL, "%s: a wrong share was accepted", op->name);
    }
    return rc;
}

static int
prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    struct sharing *s = OPENSSL_zalloc(sizeof *s);
    int rc;

    (void)bytes;
    *work = NULL;
    if (!s)
        return why_no_memory(why);
    s->scheme = op->detail;
    rc = secret_draw(s->key, sizeof s->key, why);
    if (rc == 0)
        rc = run_split(s, why);
    pick(s);
    if (rc == 0)
        rc = run_combine(s, why);
    if (rc == 0 && CRYPTO_memcmp(s->out, s->key, sizeof s->key) != 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: shares did not give the key back", op->name);
    if (rc == 0)
        rc = try_wrong_share(op, s, why);
    if (rc < 0) {
        sharing_release(s);
        return rc;
    }
    *work = s;
    return 0;
}

/*
 * The field against the published powers of its generator 2 (ISO/IEC 18004:2015, table of the
 * Reed-Solomon field: 2^8 = 29, 2^25 = 3, 2^50 = 5, 2^198 = 7, 2^254 = 142), and a sharing that is
 * plain arithmetic: secret 1, coefficient 2, shares 1 + 2 i.
 */
static int
verify(const struct operation *op, struct why *why)
{
    static const unsigned char power[][2] = {{8, 29}, {25, 3}, {50, 5}, {198, 7}, {254, 142}};
    static const unsigned char secret[1] = {1}, coefficient[1] = {2}, want[3] = {3, 5, 7};
    unsigned char share[3], point[2] = {1, 3}, two[2], out[1];

    for (size_t i = 0; i < COUNT(power); i++) {
        uint8_t got = 1;

        for (unsigned n = 0; n < power[i][0]; n++)
            got = field_multiply(got, 2);
        if (got != power[i][1])
            return why_add(why, ERR_CRYPTO, NULL, "%s: ISO/IEC 18004: 2^%u is %u, not %u", op->name,
                           power[i][0], power[i][1], got);
    }
    for (unsigned a = 1; a < 256; a++)
        if (field_multiply((uint8_t)a, field_inverse((uint8_t)a)) != 1)
            return why_add(why, ERR_CRYPTO, NULL, "%s: the inverse of %u is wrong", op->name, a);
    share_split(secret, 1, 2, 3, coefficient, share);
    if (memcmp(share, want, sizeof want) != 0)
        return why_add(why, ERR_CRYPTO, NULL, "%s: shares of 1 + 2 x are not 3, 5, 7", op->name);
    two[0] = share[0];
    two[1] = share[2];
    share_combine(two, point, 2, 1, out);
    if (out[0] != 1)
        return why_add(why, ERR_CRYPTO, NULL, "%s: shares 3 and 7 give %u, not 1", op->name,
                       out[0]);
    return 0;
}

static const struct scheme shamir_2_of_3 = {2, 3, false}, shamir_3_of_5 = {3, 5, false},
                           xor_2_of_2 = {2, 2, true};

#define ROWS(name_, scheme_)                                                                       \
    {.name = name_ "-split",                                                                       \
     .about = "split a 32-byte data key",                                                          \
     .backend = "jurisim",                                                                         \
     .mode = "no-key",                                                                             \
     .cost = true,                                                                                 \
     .bytes = KEY_BYTES,                                                                           \
     .verify = verify,                                                                             \
     .prepare = prepare,                                                                           \
     .run = run_split,                                                                             \
     .release = sharing_release,                                                                   \
     .detail = scheme_},                                                                           \
    {                                                                                              \
        .name = name_ "-combine", .about = "combine shares to a 32-byte data key",                 \
        .backend = "jurisim", .mode = "no-key", .cost = true, .bytes = KEY_BYTES,                  \
        .verify = verify, .prepare = prepare, .run = run_combine, .release = sharing_release,      \
        .detail = scheme_                                                                          \
    }

const struct operation sharing_operations[] = {
    ROWS("xor-2-of-2", &xor_2_of_2),
    ROWS("shamir-2-of-3", &shamir_2_of_3),
    ROWS("shamir-3-of-5", &shamir_3_of_5),
    {0},
};
