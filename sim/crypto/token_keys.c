/* Unwrapping a data key in a token, in three ways: see token.h. */
#include "crypto/token_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/buffer.h"

#define DATA_KEY_BYTES 32
#define SEALED_MOST    512
#define NONCE_BYTES    12

/* One way to wrap. */
struct token_way {
    const char *name, *about;
    CK_MECHANISM_TYPE mechanism, generates;
    bool wraps; /* by C_WrapKey and C_UnwrapKey; else by C_Encrypt and C_Decrypt */
};

/* A thread's session with its key. */
struct keyed {
    struct token *token;
    const struct token_way *way;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key, public, data; /* AES: public == key */
    unsigned char nonce[NONCE_BYTES], plain[DATA_KEY_BYTES];
    unsigned char sealed[SEALED_MOST];
    CK_ULONG sealed_bytes;
};

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE; /* PKCS#11's templates are not const; never written */

static void
keyed_release(void *work)
{
    struct keyed *k = work;

    if (!k)
        return;
    if (k->session != 0)
        k->token->p11->C_CloseSession(k->session); /* destroys its keys */
    OPENSSL_cleanse(k, sizeof *k);
    free(k);
}

/* GCM's parameter must outlive the call, so it is the caller's. */
struct parameter {
    CK_MECHANISM mechanism;
    CK_GCM_PARAMS gcm;
    CK_RSA_PKCS_OAEP_PARAMS oaep;
};

static CK_MECHANISM *
mechanism_of(struct keyed *k, struct parameter *p)
{
    *p = (struct parameter){.mechanism.mechanism = k->way->mechanism};
    if (k->way->mechanism == CKM_AES_GCM) {
        p->gcm.pIv = k->nonce;
        p->gcm.ulIvLen = sizeof k->nonce;
        p->gcm.ulIvBits = 8 * sizeof k->nonce;
        p->gcm.ulTagBits = 128;
        p->mechanism.pParameter = &p->gcm;
        p->mechanism.ulParameterLen = sizeof p->gcm;
    } else if (k->way->mechanism == CKM_RSA_PKCS_OAEP) {
        /* SHA-1 in its mask: the one hash that every token knows there */
        p->oaep.hashAlg = CKM_SHA_1;
        p->oaep.mgf = CKG_MGF1_SHA1;
        p->oaep.source = CKZ_DATA_SPECIFIED;
        p->mechanism.pParameter = &p->oaep;
        p->mechanism.ulParameterLen = sizeof p->oaep;
    }
    return &p->mechanism;
}

static CK_RV
generate_aes(struct keyed *k, CK_OBJECT_HANDLE *key, bool secret)
{
    CK_ULONG length = 32;
    CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
    CK_ATTRIBUTE is[] = {
        {CKA_TOKEN, &no, sizeof no},
        {CKA_PRIVATE, &yes, sizeof yes},
        {CKA_SENSITIVE, secret ? &yes : &no, sizeof yes},
        {CKA_EXTRACTABLE, secret ? &no : &yes, sizeof yes},
        {CKA_ENCRYPT, &yes, sizeof yes},
        {CKA_DECRYPT, &yes, sizeof yes},
        {CKA_WRAP, &yes, sizeof yes},
        {CKA_UNWRAP, &yes, sizeof yes},
        {CKA_VALUE_LEN, &length, sizeof length},
    };

    return k->token->p11->C_GenerateKey(k->session, &mechanism, is, COUNT(is), key);
}

static CK_RV
generate_rsa(struct keyed *k)
{
    CK_ULONG bits = 2048;
    CK_BYTE exponent[] = {1, 0, 1};
    CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE public[] = {
        {CKA_TOKEN, &no, sizeof no},
        {CKA_ENCRYPT, &yes, sizeof yes},
        {CKA_MODULUS_BITS, &bits, sizeof bits},
        {CKA_PUBLIC_EXPONENT, exponent, sizeof exponent},
    };
    CK_ATTRIBUTE private[] = {
        {CKA_TOKEN, &no, sizeof no},       {CKA_PRIVATE, &yes, sizeof yes},
        {CKA_SENSITIVE, &yes, sizeof yes}, {CKA_EXTRACTABLE, &no, sizeof no},
        {CKA_DECRYPT, &yes, sizeof yes},
    };

    return k->token->p11->C_GenerateKeyPair(k->session, &mechanism, public, COUNT(public), private,
                                            COUNT(private), &k->public, &k->key);
}

static CK_RV
seal(struct keyed *k)
{
    CK_FUNCTION_LIST *p11 = k->token->p11;
    struct parameter parameter;
    CK_MECHANISM *mechanism = mechanism_of(k, &parameter);
    CK_RV code;

    k->sealed_bytes = sizeof k->sealed;
    if (k->way->wraps) {
        code = generate_aes(k, &k->data, false);
        return code != CKR_OK ? code
                              : p11->C_WrapKey(k->session, mechanism, k->key, k->data, k->sealed,
                                               &k->sealed_bytes);
    }
    code = p11->C_EncryptInit(k->session, mechanism, k->public);
    return code != CKR_OK
               ? code
               : p11->C_Encrypt(k->session, k->plain, sizeof k->plain, k->sealed, &k->sealed_bytes);
}

/* The unwrapped key becomes a session object, as in a key store that goes on to use it, and is
 * destroyed: both are part of the cost. */
static CK_RV
unwrap(struct keyed *k)
{
    CK_FUNCTION_LIST *p11 = k->token->p11;
    struct parameter parameter;
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_AES;
    CK_OBJECT_HANDLE key;
    CK_ATTRIBUTE is[] = {
        {CKA_CLASS, &class, sizeof class},   {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_TOKEN, &no, sizeof no},         {CKA_SENSITIVE, &no, sizeof no},
        {CKA_EXTRACTABLE, &yes, sizeof yes},
    };
    const CK_RV code = p11->C_UnwrapKey(k->session, mechanism_of(k, &parameter), k->key, k->sealed,
                                        k->sealed_bytes, is, COUNT(is), &key);

    return code != CKR_OK ? code : p11->C_DestroyObject(k->session, key);
}

static CK_RV
open_sealed(struct keyed *k, unsigned char *out, CK_ULONG *length)
{
    CK_FUNCTION_LIST *p11 = k->token->p11;
    struct parameter parameter;
    const CK_RV code = p11->C_DecryptInit(k->session, mechanism_of(k, &parameter), k->key);

    return code != CKR_OK ? code
                          : p11->C_Decrypt(k->session, k->sealed, k->sealed_bytes, out, length);
}

static int
run(void *work, struct why *why)
{
    struct keyed *k = work;
    unsigned char out[SEALED_MOST];
    CK_ULONG length = sizeof out;
    CK_RV code;

    code = k->way->wraps ? unwrap(k) : open_sealed(k, out, &length);
    if (!k->way->wraps)
        OPENSSL_cleanse(out, DATA_KEY_BYTES);
    return code == CKR_OK ? 0 : token_fault(why, "unwrapping", code);
}

/* What is unwrapped is what was wrapped, and an altered one is refused. */
static int
check(struct keyed *k, struct why *why)
{
    unsigned char out[SEALED_MOST];
    CK_ULONG length = sizeof out;
    CK_RV code = k->way->wraps ? unwrap(k) : open_sealed(k, out, &length);

    if (code != CKR_OK)
        return token_fault(why, "unwrapping", code);
    if (!k->way->wraps && (length != sizeof k->plain || CRYPTO_memcmp(out, k->plain, length) != 0))
        return why_add(why, ERR_CRYPTO, NULL, "%s: a wrapped key did not unwrap to itself",
                       k->way->name);
    k->sealed[k->sealed_bytes - 1] ^= 1;
    length = sizeof out;
    code = k->way->wraps ? unwrap(k) : open_sealed(k, out, &length);
    k->sealed[k->sealed_bytes - 1] ^= 1;
    OPENSSL_cleanse(out, sizeof out);
    if (code == CKR_OK)
        return why_add(why, ERR_CRYPTO, NULL, "%s: an altered wrapped key was accepted",
                       k->way->name);
    return 0;
}

static int
prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    const struct token_row *row = op->detail;
    struct keyed *k = calloc(1, sizeof *k);
    CK_RV code;
    int rc;

    (void)bytes;
    *work = NULL;
    if (!k)
        return why_no_memory(why);
    k->token = row->token;
    k->way = row->way;
    rc = secret_draw(k->plain, sizeof k->plain, why);
    if (rc == 0)
        rc = secret_draw(k->nonce, sizeof k->nonce, why);
    code = k->token->p11->C_OpenSession(k->token->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
                                        NULL, &k->session);
    if (code == CKR_OK)
        code =
            k->way->generates == CKM_AES_KEY_GEN ? generate_aes(k, &k->key, true) : generate_rsa(k);
    if (k->way->generates == CKM_AES_KEY_GEN)
        k->public = k->key;
    if (code == CKR_OK)
        code = seal(k);
    if (rc == 0 && code != CKR_OK)
        rc = token_fault(why, op->name, code);
    if (rc == 0)
        rc = check(k, why);
    if (rc < 0) {
        keyed_release(k);
        return rc;
    }
    *work = k;
    return 0;
}

/* A token's keys never leave it, so published vectors cannot be put in; prepare() checks every
 * session's key against itself and an altered message. */
static int
verify(const struct operation *op, struct why *why)
{
    void *work;
    const int rc = prepare(op, 0, &work, why);

    keyed_release(work);
    return rc;
}

static const char *
missing(const struct operation *op)
{
    const struct token_row *row = op->detail;

    return row->missing[0] ? row->missing : NULL;
}

static const struct token_way ways[TOKEN_WAYS] = {
    {"token-aes-256-gcm-unwrap", "decrypt a 32-byte data key in the token", CKM_AES_GCM,
     CKM_AES_KEY_GEN, false},
    {"token-aes-256-kw-unwrap", "unwrap a data key into the token", CKM_AES_KEY_WRAP,
     CKM_AES_KEY_GEN, true},
    {"token-rsa-2048-oaep-unwrap", "decrypt a 32-byte data key in the token", CKM_RSA_PKCS_OAEP,
     CKM_RSA_PKCS_KEY_PAIR_GEN, false},
};

void
token_rows(struct token *t)
{
    for (unsigned i = 0; i < TOKEN_WAYS; i++) {
        CK_MECHANISM_INFO info;
        void *work = NULL;
        struct why why = {0};

        t->detail[i] = (struct token_row){.token = t, .way = &ways[i]};
        t->row[i] = (struct operation){
            .name = ways[i].name,
            .about = ways[i].about,
            .backend = "pkcs11",
            .mode = "token",
            .cost = true,
            .bytes = DATA_KEY_BYTES,
            .verify = verify,
            .prepare = prepare,
            .run = run,
            .release = keyed_release,
            .detail = &t->detail[i],
            .missing = missing,
        };
        if (t->p11->C_GetMechanismInfo(t->slot, ways[i].mechanism, &info) != CKR_OK)
            snprintf(t->detail[i].missing, sizeof t->detail[i].missing,
                     "the token does not offer it");
        /* A proxy may list a mechanism and not pass it on: only trying tells. */
        else if (prepare(&t->row[i], 0, &work, &why) < 0)
            snprintf(t->detail[i].missing, sizeof t->detail[i].missing, "the token refuses it: %s",
                     why.count > 0 ? why.fault[0].text : "no reason given");
        keyed_release(work);
        why_release(&why);
    }
}
