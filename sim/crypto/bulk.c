/*
 * Encrypting and decrypting whole objects, each with a data key of its own, as envelope encryption
 * does: the key schedule is part of the cost. Drawing the key and nonce is not: it was done when
 * the object's key was made, and for reads never.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "crypto/aead.h"
#include "crypto/buffer.h"
#include "crypto/operation.h"

/* Two objects in turn, so that no two in a row share a key, and reading and writing touch as much
 * memory. */
#define OBJECTS 2

struct object {
    unsigned char key[AEAD_KEY_BYTES], nonce[AEAD_NONCE_BYTES], tag[AEAD_TAG_BYTES];
    unsigned char *in; /* plaintext where objects are sealed, ciphertext where they are opened */
};

struct bulk {
    struct aead aead;
    struct object object[OBJECTS];
    unsigned char *out;
    size_t bytes;
    unsigned turn;
};

static void
bulk_release(void *work)
{
    struct bulk *bulk = work;

    if (!bulk)
        return;
    aead_release(&bulk->aead);
    for (size_t i = 0; i < OBJECTS; i++)
        free(bulk->object[i].in);
    OPENSSL_cleanse(bulk->object, sizeof bulk->object);
    free(bulk->out);
    free(bulk);
}

static struct aead_seed
seed_of(const struct object *object)
{
    return (struct aead_seed){.key = object->key, .nonce = object->nonce};
}

static int
bulk_new(const struct operation *op, size_t bytes, struct bulk **out, struct why *why)
{
    struct bulk *bulk = calloc(1, sizeof *bulk);
    int rc;

    *out = bulk;
    if (!bulk)
        return why_no_memory(why);
    bulk->bytes = bytes;
    bulk->out = buffer_new(bytes);
    if (!bulk->out)
        return why_no_memory(why);
    rc = aead_init(&bulk->aead, op->detail, why);
    for (size_t i = 0; i < OBJECTS && rc == 0; i++) {
        rc = secret_draw(bulk->object[i].key, AEAD_KEY_BYTES, why);
        if (rc == 0)
            rc = secret_draw(bulk->object[i].nonce, AEAD_NONCE_BYTES, why);
    }
    return rc;
}

/*
 * Makes the object's input. What is timed must also be right at this size: the object is sealed,
 * opened and compared.
 */
static int
object_fill(struct bulk *bulk, struct object *object, bool opens, struct why *why)
{
    struct aead_seed seed = seed_of(object);
    unsigned char *plain = buffer_new(bulk->bytes), *sealed = buffer_new(bulk->bytes);
    int rc = plain && sealed ? 0 : why_no_memory(why);

    if (rc == 0)
        rc = aead_seal(&bulk->aead, &seed, plain, bulk->bytes, sealed, object->tag, why);
    if (rc == 0)
        rc = aead_unseal(&bulk->aead, &seed, sealed, bulk->bytes, object->tag, bulk->out, why);
    if (rc == 0 && memcmp(bulk->out, plain, bulk->bytes) != 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "an object of %zu bytes did not open as sealed",
                     bulk->bytes);
    object->in = opens ? sealed : plain;
    free(opens ? plain : sealed);
    return rc;
}

static int
prepare(const struct operation *op, size_t bytes, bool opens, void **work, struct why *why)
{
    struct bulk *bulk;
    int rc = bulk_new(op, bytes, &bulk, why);

    for (size_t i = 0; i < OBJECTS && rc == 0; i++)
        rc = object_fill(bulk, &bulk->object[i], opens, why);
    if (rc < 0) {
        bulk_release(bulk);
        bulk = NULL;
    }
    *work = bulk;
    return rc;
}

static int
prepare_seal(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    return prepare(op, bytes, false, work, why);
}

static int
prepare_open(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    return prepare(op, bytes, true, work, why);
}

static int
run_seal(void *work, struct why *why)
{
    struct bulk *bulk = work;
    struct object *object = &bulk->object[bulk->turn++ % OBJECTS];
    struct aead_seed seed = seed_of(object);

    return aead_seal(&bulk->aead, &seed, object->in, bulk->bytes, bulk->out, object->tag, why);
}

static int
run_open(void *work, struct why *why)
{
    struct bulk *bulk = work;
    const struct object *object = &bulk->object[bulk->turn++ % OBJECTS];
    struct aead_seed seed = seed_of(object);

    return aead_unseal(&bulk->aead, &seed, object->in, bulk->bytes, object->tag, bulk->out, why);
}

static int
verify(const struct operation *op, struct why *why)
{
    return aead_verify(op->name, op->detail, why);
}

#define SEAL(name_, cipher_, about_)                                                               \
    {                                                                                              \
        .name = name_, .about = about_, .backend = "openssl", .mode = "new-key", .cost = true,     \
        .bulk = true, .verify = verify, .prepare = prepare_seal, .run = run_seal,                  \
        .release = bulk_release, .detail = cipher_                                                 \
    }
#define OPEN(name_, cipher_, about_)                                                               \
    {                                                                                              \
        .name = name_, .about = about_, .backend = "openssl", .mode = "new-key", .cost = true,     \
        .bulk = true, .verify = verify, .prepare = prepare_open, .run = run_open,                  \
        .release = bulk_release, .detail = cipher_                                                 \
    }

const struct operation aead_operations[] = {
    SEAL("aes-256-gcm-seal", "AES-256-GCM", "encrypt an object under its own data key"),
    OPEN("aes-256-gcm-open", "AES-256-GCM", "decrypt an object under its own data key"),
    SEAL("chacha20-poly1305-seal", "ChaCha20-Poly1305", "encrypt an object under its own data key"),
    OPEN("chacha20-poly1305-open", "ChaCha20-Poly1305", "decrypt an object under its own data key"),
    {0},
};
