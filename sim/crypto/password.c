/*
 * Hardening a password into a key: slow by design. The parameters are in wide use:
 * PBKDF2-HMAC-SHA256 with 100,000 rounds, scrypt with N = 2^14, r = 8, p = 1 (16 MiB), Argon2id
 * with t = 3, 64 MiB, one lane. Each gives 32 bytes from a password of 16 bytes and a salt of 16.
 */
#include <stdlib.h>
#include <string.h>

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/operation.h"
#include "crypto/vector.h"

#define KEY_BYTES 32

struct password {
    const struct way *way;
    unsigned char text[16], salt[16], key[KEY_BYTES];
};

struct way {
    int (*derive)(struct password *password, struct why *why);
    int (*verify)(const struct operation *op, struct why *why);
};

static int
pbkdf2(struct password *p, struct why *why)
{
    return PKCS5_PBKDF2_HMAC((const char *)p->text, sizeof p->text, p->salt, sizeof p->salt, 100000,
                             EVP_sha256(), KEY_BYTES, p->key) == 1
               ? 0
               : openssl_fault(why, "PBKDF2");
}

static int
scrypt(struct password *p, struct why *why)
{
    return EVP_PBE_scrypt((const char *)p->text, sizeof p->text, p->salt, sizeof p->salt, 1 << 14,
                          8, 1, 64 << 20, p->key, KEY_BYTES) == 1
               ? 0
               : openssl_fault(why, "scrypt");
}

static int
argon2_fault(struct why *why, int code)
{
    return why_add(why, ERR_CRYPTO, NULL, "Argon2: %s", argon2_error_message(code));
}

static int
argon2id(struct password *p, struct why *why)
{
    const int code = argon2id_hash_raw(3, 64 << 10, 1, p->text, sizeof p->text, p->salt,
                                       sizeof p->salt, p->key, KEY_BYTES);

    return code == ARGON2_OK ? 0 : argon2_fault(why, code);
}

static int
compare(const struct operation *op, const char *source, const unsigned char *got, const char *hex,
        struct why *why)
{
    struct vector_bytes want;
    int rc = vector_read(hex, &want, why);

    return rc < 0 ? rc : vector_compare(op->name, source, "key", got, want.count, &want, why);
}

static int
verify_pbkdf2(const struct operation *op, struct why *why)
{
    static const struct {
        const char *password, *salt, *key;
        int rounds;
    } t[] = {
        {"passwd", "salt",
         "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
         "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
         1},
        {"Password", "NaCl",
         "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
         "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
         80000},
    };
    int rc = 0;

    for (size_t i = 0; i < COUNT(t) && rc == 0; i++) {
        unsigned char out[64];

        if (PKCS5_PBKDF2_HMAC(t[i].password, (int)strlen(t[i].password),
                              (const unsigned char *)t[i].salt, (int)strlen(t[i].salt), t[i].rounds,
                              EVP_sha256(), sizeof out, out) != 1)
            return openssl_fault(why, "PBKDF2");
        rc = compare(op, "RFC 7914, section 11", out, t[i].key, why);
    }
    return rc;
}

static int
verify_scrypt(const struct operation *op, struct why *why)
{
    unsigned char out[64];

    if (EVP_PBE_scrypt("password", 8, (const unsigned char *)"NaCl", 4, 1024, 8, 16, 64 << 20, out,
                       sizeof out) != 1)
        return openssl_fault(why, "scrypt");
    return compare(op, "RFC 7914, section 12", out,
                   "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                   "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
                   why);
}

static int
verify_argon2id(const struct operation *op, struct why *why)
{
    unsigned char password[32], salt[16], secret[8], data[12], out[KEY_BYTES];
    argon2_context context = {
        .out = out,
        .outlen = sizeof out,
        .pwd = password,
        .pwdlen = sizeof password,
        .salt = salt,
        .saltlen = sizeof salt,
        .secret = secret,
        .secretlen = sizeof secret,
        .ad = data,
        .adlen = sizeof data,
        .t_cost = 3,
        .m_cost = 32,
        .lanes = 4,
        .threads = 1,
        .version = ARGON2_VERSION_13,
    };
    int code;

    memset(password, 1, sizeof password);
    memset(salt, 2, sizeof salt);
    memset(secret, 3, sizeof secret);
    memset(data, 4, sizeof data);
    code = argon2id_ctx(&context);
    if (code != ARGON2_OK)
        return argon2_fault(why, code);
    return compare(op, "RFC 9106, section 5.3", out,
                   "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659", why);
}

static const struct way way_pbkdf2 = {pbkdf2, verify_pbkdf2};
static const struct way way_scrypt = {scrypt, verify_scrypt};
static const struct way way_argon2id = {argon2id, verify_argon2id};

static void
password_release(void *work)
{
    OPENSSL_clear_free(work, sizeof(struct password));
}

static int
prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    struct password *p = OPENSSL_zalloc(sizeof *p);
    int rc;

    (void)bytes;
    *work = NULL;
    if (!p)
        return why_no_memory(why);
    p->way = op->detail;
    rc = secret_draw(p->text, sizeof p->text, why);
    if (rc == 0)
        rc = secret_draw(p->salt, sizeof p->salt, why);
    if (rc < 0) {
        password_release(p);
        return rc;
    }
    *work = p;
    return 0;
}

static int
run(void *work, struct why *why)
{
    struct password *p = work;

    return p->way->derive(p, why);
}

static int
verify(const struct operation *op, struct why *why)
{
    const struct way *way = op->detail;

    return way->verify(op, why);
}

#define ROW(name_, backend_, about_, way_)                                                         \
    {                                                                                              \
        .name = name_, .about = about_, .backend = backend_, .mode = "no-key", .cost = true,       \
        .bytes = KEY_BYTES, .verify = verify, .prepare = prepare, .run = run,                      \
        .release = password_release, .detail = way_                                                \
    }

const struct operation password_operations[] = {
    ROW("pbkdf2-sha-256-100k", "openssl", "a key from a password, 100,000 rounds", &way_pbkdf2),
    ROW("scrypt-16384-8-1", "openssl", "a key from a password, 16 MiB", &way_scrypt),
    ROW("argon2id-64mib-3", "libargon2", "a key from a password, 64 MiB, 3 passes", &way_argon2id),
    {0},
};
