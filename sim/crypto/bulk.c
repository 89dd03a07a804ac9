/*
 * Encrypting and decrypting whole objects, by how keys are held:
 *   new-key   each object has a data key of its own, as envelope encryption gives it: the key
 *             schedule is part of the cost. Drawing the key and nonce is not: it was done when the
 *             object's key was made, and for reads never.
 *   held-key  one key for all objects, a nonce each: no key schedule.
 *   naive     as new-key, written as most examples are: a new context for each object, and the
 *             cipher looked up each time. Measured to be compared with, never a cost.
 *   envelope  a new key, after unwrapping it under a key-encryption key (AES-256-GCM): all that a
 *             gateway does to open an object whose wrapped key lies beside it.
 *
 * Objects are sealed in place, as `openssl speed` does, so that both touch as much memory: one
 * object is sealed over and over, under one key and another. An object that is opened must stay as
 * it was sealed, so opening goes from two buffers in turn to a third.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "crypto/aead.h"
#include "crypto/buffer.h"
#include "crypto/fault.h"
#include "crypto/keywrap.h"
#include "crypto/operation.h"

/* Two in turn, so that no two in a row share a key. */
#define OBJECTS 2

struct object {
    unsigned char key[AEAD_KEY_BYTES], nonce[AEAD_NONCE_BYTES], tag[AEAD_TAG_BYTES];
    unsigned char wrapped[GCM_WRAPPED_BYTES]; /* the key, under the key-encryption key */
    unsigned char *in;                        /* ciphertext; NULL where objects are sealed */
};

struct bulk {
    struct aead aead;
    struct aead wraps; /* envelope: opened for AES-256-GCM */
    unsigned char over[AEAD_KEY_BYTES], over_nonce[AEAD_NONCE_BYTES]; /* the key-encryption key */
    bool held;       /* the context has the key already */
    uint64_t sealed; /* held-key: objects sealed so far, a nonce each */
    struct object object[OBJECTS];
    unsigned char *out; /* where objects are sealed: the plaintext, too */
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
    aead_release(&bulk->wraps);
    OPENSSL_cleanse(bulk->over, sizeof bulk->over);
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

static bool
is_mode(const struct operation *op, const char *mode)
{
    return strcmp(op->mode, mode) == 0;
}

static struct aead_seed
wrap_seed(const struct bulk *bulk)
{
    return (struct aead_seed){.key = bulk->over, .nonce = bulk->over_nonce};
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
    if (rc == 0)
        rc = aead_init(&bulk->wraps, "AES-256-GCM", why);
    if (rc == 0)
        rc = secret_draw(bulk->over, sizeof bulk->over, why);
    if (rc == 0)
        rc = secret_draw(bulk->over_nonce, sizeof bulk->over_nonce, why);
    for (size_t i = 0; i < OBJECTS && rc == 0; i++) {
        if (i > 0 && is_mode(op, "held-key"))
            memcpy(bulk->object[i].key, bulk->object[0].key, AEAD_KEY_BYTES);
        else
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
    if (rc == 0 && !opens) {
        memcpy(bulk->out, plain, bulk->bytes);
        rc = aead_seal(&bulk->aead, &seed, bulk->out, bulk->bytes, bulk->out, object->tag, why);
        if (rc == 0 && memcmp(bulk->out, sealed, bulk->bytes) != 0)
            rc = why_add(why, ERR_CRYPTO, NULL,
                         "an object of %zu bytes is sealed otherwise in place", bulk->bytes);
    }
    free(plain);
    if (opens)
        object->in = sealed;
    else
        free(sealed);
    if (rc == 0) {
        seed = wrap_seed(bulk);
        rc = gcm_wrap(&bulk->wraps, &seed, object->key, object->wrapped, why);
    }
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

    return aead_seal(&bulk->aead, &seed, bulk->out, bulk->bytes, bulk->out, object->tag, why);
}

static int
run_open(void *work, struct why *why)
{
    struct bulk *bulk = work;
    const struct object *object = &bulk->object[bulk->turn++ % OBJECTS];
    struct aead_seed seed = seed_of(object);

    return aead_unseal(&bulk->aead, &seed, object->in, bulk->bytes, object->tag, bulk->out, why);
}

/* The context keeps the key from the first object on: later ones set the nonce only. */
static const unsigned char *
key_of(struct bulk *bulk, const struct object *object)
{
    const unsigned char *key = bulk->held ? NULL : object->key;

    bulk->held = true;
    return key;
}

static int
run_seal_held(void *work, struct why *why)
{
    struct bulk *bulk = work;
    struct object *object = &bulk->object[bulk->turn++ % OBJECTS];
    struct aead_seed seed = {.key = key_of(bulk, object), .nonce = object->nonce};

    bulk->sealed++;
    memcpy(object->nonce, &bulk->sealed, sizeof bulk->sealed);
    return aead_seal(&bulk->aead, &seed, bulk->out, bulk->bytes, bulk->out, object->tag, why);
}

static int
run_open_held(void *work, struct why *why)
{
    struct bulk *bulk = work;
    const struct object *object = &bulk->object[bulk->turn++ % OBJECTS];
    const struct aead_seed seed = {.key = key_of(bulk, object), .nonce = object->nonce};

    return aead_unseal(&bulk->aead, &seed, object->in, bulk->bytes, object->tag, bulk->out, why);
}

static int
run_envelope(void *work, struct why *why)
{
    struct bulk *bulk = work;
    const struct object *object = &bulk->object[bulk->turn++ % OBJECTS];
    const struct aead_seed over = wrap_seed(bulk);
    unsigned char key[DATA_KEY_BYTES];
    const struct aead_seed seed = {.key = key, .nonce = object->nonce};
    int rc = gcm_unwrap(&bulk->wraps, &over, object->wrapped, key, why);

    if (rc == 0)
        rc = aead_unseal(&bulk->aead, &seed, object->in, bulk->bytes, object->tag, bulk->out, why);
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

static int
run_seal_naive(void *work, struct why *why)
{
    struct bulk *bulk = work;
    struct object *object = &bulk->object[bulk->turn++ % OBJECTS];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int length = 0, rest = 0, rc = 0;

    if (!context ||
        EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, object->key, object->nonce) != 1 ||
        EVP_EncryptUpdate(context, bulk->out, &length, bulk->out, (int)bulk->bytes) != 1 ||
        EVP_EncryptFinal_ex(context, bulk->out + length, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_BYTES, object->tag) != 1)
        rc = openssl_fault(why, "encrypting");
    EVP_CIPHER_CTX_free(context);
    return rc;
}

static int
verify(const struct operation *op, struct why *why)
{
    return aead_verify(op->name, op->detail, why);
}

#define ROW(name_, cipher_, mode_, cost_, prepare_, run_, about_)                                  \
    {                                                                                              \
        .name = name_, .about = about_, .backend = "openssl", .mode = mode_, .bulk = true,         \
        .cost = cost_, .verify = verify, .prepare = prepare_, .run = run_,                         \
        .release = bulk_release, .detail = cipher_                                                 \
    }
#define CIPHER(name_, cipher_)                                                                     \
    ROW(name_ "-seal", cipher_, "new-key", true, prepare_seal, run_seal,                           \
        "encrypt an object under its own data key"),                                               \
        ROW(name_ "-open", cipher_, "new-key", true, prepare_open, run_open,                       \
            "decrypt an object under its own data key"),                                           \
        ROW(name_ "-seal", cipher_, "held-key", false, prepare_seal, run_seal_held,                \
            "encrypt an object under a key that is held"),                                         \
        ROW(name_ "-open", cipher_, "held-key", false, prepare_open, run_open_held,                \
            "decrypt an object under a key that is held"),                                         \
        ROW(name_ "-envelope-open", cipher_, "envelope", true, prepare_open, run_envelope,         \
            "unwrap an object's data key, then decrypt it")

const struct operation aead_operations[] = {
    CIPHER("aes-256-gcm", "AES-256-GCM"),
    ROW("aes-256-gcm-seal", "AES-256-GCM", "naive", false, prepare_seal, run_seal_naive,
        "encrypt an object, with a new context and lookup each time"),
    CIPHER("chacha20-poly1305", "ChaCha20-Poly1305"),
    {0},
};
