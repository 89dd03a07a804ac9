/* Operations of other libraries: see foreign.h. */
#include "crypto/foreign.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "crypto/buffer.h"
#include "crypto/operation.h"

#define OBJECTS 2 /* in turn, so that no two in a row share a key */

struct object {
    unsigned char key[AEAD_KEY_BYTES], nonce[AEAD_NONCE_BYTES], tag[AEAD_TAG_BYTES];
    unsigned char *plain, *sealed;
};

struct guest {
    const struct foreign *how;
    void *state;
    struct object object[OBJECTS];
    unsigned char *out, tag[AEAD_TAG_BYTES];
    size_t bytes;
    unsigned turn;
};

static void
guest_release(void *work)
{
    struct guest *g = work;

    if (!g)
        return;
    if (g->how->release)
        g->how->release(g->state);
    for (size_t i = 0; i < OBJECTS; i++) {
        free(g->object[i].plain);
        free(g->object[i].sealed);
    }
    free(g->out);
    OPENSSL_cleanse(g, sizeof *g);
    free(g);
}

static struct aead_seed
seed_of(const struct object *object)
{
    return (struct aead_seed){.key = object->key, .nonce = object->nonce};
}

static int
differs(const struct operation *op, const char *what, struct why *why)
{
    return why_add(why, ERR_CRYPTO, NULL, "%s of %s does not agree with OpenSSL: %s", op->name,
                   op->backend, what);
}

/* Seals with OpenSSL and with the other, opens each other's, and refuses a truncated
 * ciphertext and an altered tag. */
static int
compare(const struct operation *op, struct guest *g, struct object *o, struct aead *aead,
        struct why *why)
{
    const struct aead_seed seed = seed_of(o);
    int rc = aead_seal(aead, &seed, o->plain, g->bytes, o->sealed, o->tag, why);

    if (rc < 0)
        return rc;
    memcpy(g->out, o->plain, g->bytes);
    if (g->how->seal(g->state, &seed, g->out, g->bytes, g->out, g->tag) < 0 ||
        memcmp(g->out, o->sealed, g->bytes) != 0 ||
        CRYPTO_memcmp(g->tag, o->tag, sizeof o->tag) != 0)
        return differs(op, "it seals to other bytes", why);
    if (g->how->open(g->state, &seed, o->sealed, g->bytes, o->tag, g->out) < 0 ||
        memcmp(g->out, o->plain, g->bytes) != 0)
        return differs(op, "it does not open what OpenSSL sealed", why);
    if (g->how->open(g->state, &seed, o->sealed, g->bytes - 1, o->tag, g->out) == 0)
        return differs(op, "it accepts a truncated ciphertext", why);
    g->tag[0] ^= 1;
    if (g->how->open(g->state, &seed, o->sealed, g->bytes, g->tag, g->out) == 0)
        return differs(op, "it accepts an altered tag", why);
    return 0;
}

static int
object_fill(const struct operation *op, struct guest *g, struct object *o, struct aead *aead,
            struct why *why)
{
    int rc = secret_draw(o->key, sizeof o->key, why);

    if (rc == 0)
        rc = secret_draw(o->nonce, sizeof o->nonce, why);
    o->plain = buffer_new(g->bytes);
    o->sealed = buffer_new(g->bytes);
    if (!o->plain || !o->sealed)
        return why_no_memory(why);
    return rc < 0 ? rc : compare(op, g, o, aead, why);
}

static int
prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    struct guest *g = calloc(1, sizeof *g);
    struct aead aead = {0};
    int rc;

    *work = NULL;
    if (!g)
        return why_no_memory(why);
    g->how = op->detail;
    g->bytes = bytes;
    g->out = buffer_new(bytes);
    rc = g->out ? aead_init(&aead, g->how->cipher, why) : why_no_memory(why);
    if (rc == 0 && g->how->init(&g->state) < 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: %s cannot be set up", op->name, op->backend);
    for (size_t i = 0; i < OBJECTS && rc == 0; i++)
        rc = object_fill(op, g, &g->object[i], &aead, why);
    aead_release(&aead);
    if (rc < 0) {
        guest_release(g);
        return rc;
    }
    *work = g;
    return 0;
}

/* In place, as the cost rows. */
static int
run_seal(void *work, struct why *why)
{
    struct guest *g = work;
    const struct object *o = &g->object[g->turn++ % OBJECTS];
    const struct aead_seed seed = seed_of(o);

    if (g->how->seal(g->state, &seed, g->out, g->bytes, g->out, g->tag) < 0)
        return why_add(why, ERR_CRYPTO, NULL, "sealing failed");
    return 0;
}

static int
run_open(void *work, struct why *why)
{
    struct guest *g = work;
    const struct object *o = &g->object[g->turn++ % OBJECTS];
    const struct aead_seed seed = seed_of(o);

    if (g->how->open(g->state, &seed, o->sealed, g->bytes, o->tag, g->out) < 0)
        return why_add(why, ERR_CRYPTO, NULL, "opening failed");
    return 0;
}

/* OpenSSL passes the published vectors; prepare() holds the other against it at every size. */
static int
verify(const struct operation *op, struct why *why)
{
    const struct foreign *how = op->detail;

    return aead_verify(op->name, how->cipher, why);
}

static const char *
missing(const struct operation *op)
{
    const struct foreign *how = op->detail;
    void *state = NULL;
    int rc;

    if (!how->init)
        return how->lacks;
    rc = how->init(&state);
    how->release(state);
    return rc < 0 ? how->lacks : NULL;
}

#define ROWS(name_, backend_, how_)                                                                \
    {.name = name_ "-seal",                                                                        \
     .about = "encrypt an object under its own data key",                                          \
     .backend = backend_,                                                                          \
     .mode = "new-key",                                                                            \
     .bulk = true,                                                                                 \
     .verify = verify,                                                                             \
     .prepare = prepare,                                                                           \
     .run = run_seal,                                                                              \
     .release = guest_release,                                                                     \
     .detail = how_,                                                                               \
     .missing = missing},                                                                          \
    {                                                                                              \
        .name = name_ "-open", .about = "decrypt an object under its own data key",                \
        .backend = backend_, .mode = "new-key", .bulk = true, .verify = verify,                    \
        .prepare = prepare, .run = run_open, .release = guest_release, .detail = how_,             \
        .missing = missing                                                                         \
    }

const struct operation foreign_operations[] = {
    ROWS("aes-256-gcm", "libipsec_mb", &foreign_ipsec_mb_gcm),
    ROWS("aes-256-gcm", "libgcrypt", &foreign_gcrypt_gcm),
    ROWS("aes-256-gcm", "libsodium", &foreign_sodium_gcm),
    ROWS("chacha20-poly1305", "libgcrypt", &foreign_gcrypt_chacha),
    ROWS("chacha20-poly1305", "libsodium", &foreign_sodium_chacha),
    {0},
};
