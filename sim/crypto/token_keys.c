/* Making a key and unwrapping data keys in a token: see token.h. */
#include "crypto/token_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/token_twin.h"

#define DATA_KEY_BYTES 32
#define SEALED_MOST    512
#define NONCE_BYTES    12

struct keyed;

/* One thing that a token does. */
struct token_way {
    const char *name, *about;
    CK_MECHANISM_TYPE mechanism;
    CK_RV (*key)(struct keyed *k);  /* makes its key; NULL: it needs none */
    CK_RV (*seal)(struct keyed *k); /* wraps a data key with it; NULL: nothing is unwrapped */
    CK_RV (*run)(struct keyed *k);  /* what is timed */
    int (*compare)(struct keyed *k, struct why *why); /* with OpenSSL; NULL: nothing to compare */
};

/* A thread's session with its key. */
struct keyed {
    struct token *token;
    const struct token_way *way;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key, public; /* AES: public == key */
    unsigned char nonce[NONCE_BYTES], plain[DATA_KEY_BYTES], out[SEALED_MOST];
    unsigned char sealed[SEALED_MOST];
    CK_ULONG sealed_bytes;
};

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

/* `secret`: it never leaves the token; else it may be wrapped and read. */
static CK_RV
make_aes(struct keyed *k, CK_OBJECT_HANDLE *key, bool secret)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_ULONG length = DATA_KEY_BYTES;
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
aes_key(struct keyed *k)
{
    const CK_RV code = make_aes(k, &k->key, true);

    k->public = k->key;
    return code;
}

static CK_RV
rsa_key(struct keyed *k)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
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

/* A key that is made and dropped at once: a session object, so nothing is written to the token. */
static CK_RV
run_generate(struct keyed *k)
{
    CK_OBJECT_HANDLE key;
    const CK_RV code = make_aes(k, &key, true);

    return code != CKR_OK ? code : k->token->p11->C_DestroyObject(k->session, key);
}

static CK_RV
seal_by_encrypting(struct keyed *k)
{
    CK_FUNCTION_LIST *p11 = k->token->p11;
    struct parameter parameter;
    const CK_RV code = p11->C_EncryptInit(k->session, mechanism_of(k, &parameter), k->public);

    return code != CKR_OK
               ? code
               : p11->C_Encrypt(k->session, k->plain, sizeof k->plain, k->sealed, &k->sealed_bytes);
}

static CK_RV
run_decrypt(struct keyed *k)
{
    CK_FUNCTION_LIST *p11 = k->token->p11;
    struct parameter parameter;
    CK_ULONG length = sizeof k->out;
    CK_RV code = p11->C_DecryptInit(k->session, mechanism_of(k, &parameter), k->key);

    if (code == CKR_OK)
        code = p11->C_Decrypt(k->session, k->sealed, k->sealed_bytes, k->out, &length);
    return code == CKR_OK && length != DATA_KEY_BYTES ? CKR_FUNCTION_FAILED : code;
}

static CK_RV
read_value(struct keyed *k, CK_OBJECT_HANDLE key, unsigned char *out)
{
    CK_ATTRIBUTE value = {CKA_VALUE, out, DATA_KEY_BYTES};
    const CK_RV code = k->token->p11->C_GetAttributeValue(k->session, key, &value, 1);

    return code == CKR_OK && value.ulValueLen != DATA_KEY_BYTES ? CKR_FUNCTION_FAILED : code;
}

static CK_RV
seal_by_wrapping(struct keyed *k)
{
    CK_FUNCTION_LIST *p11 = k->token->p11;
    struct parameter parameter;
    CK_OBJECT_HANDLE data;
    CK_RV code = make_aes(k, &data, false);

    if (code != CKR_OK)
        return code;
    code = read_value(k, data, k->plain); /* to compare what comes back */
    if (code == CKR_OK)
        code = p11->C_WrapKey(k->session, mechanism_of(k, &parameter), k->key, data, k->sealed,
                              &k->sealed_bytes);
    p11->C_DestroyObject(k->session, data);
    return code;
}

static CK_RV
unwrap(struct keyed *k, CK_OBJECT_HANDLE *key)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    struct parameter parameter;
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_AES;
    CK_ATTRIBUTE is[] = {
        {CKA_CLASS, &class, sizeof class},   {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_TOKEN, &no, sizeof no},         {CKA_SENSITIVE, &no, sizeof no},
        {CKA_EXTRACTABLE, &yes, sizeof yes},
    };

    return k->token->p11->C_UnwrapKey(k->session, mechanism_of(k, &parameter), k->key, k->sealed,
                                      k->sealed_bytes, is, COUNT(is), key);
}

/* The unwrapped key becomes a session object, as in a key store that goes on to use it, and is
 * destroyed: both are part of the cost. */
static CK_RV
run_unwrap(struct keyed *k)
{
    CK_OBJECT_HANDLE key;
    const CK_RV code = unwrap(k, &key);

    return code != CKR_OK ? code : k->token->p11->C_DestroyObject(k->session, key);
}

static int
run(void *work, struct why *why)
{
    struct keyed *k = work;
    const CK_RV code = k->way->run(k);

    return code == CKR_OK ? 0 : token_fault(why, k->way->name, code);
}

/* The data key as the token gives it back, into k->out. */
static CK_RV
open_sealed(struct keyed *k)
{
    CK_OBJECT_HANDLE key;
    CK_RV code;

    if (k->way->run != run_unwrap)
        return k->way->run(k);
    code = unwrap(k, &key);
    if (code != CKR_OK)
        return code;
    code = read_value(k, key, k->out);
    k->token->p11->C_DestroyObject(k->session, key);
    return code;
}

/* What is unwrapped is what was wrapped, and an altered one is refused. */
static int
check(struct keyed *k, struct why *why)
{
    CK_RV code = open_sealed(k);

    if (code != CKR_OK)
        return token_fault(why, k->way->name, code);
    if (CRYPTO_memcmp(k->out, k->plain, DATA_KEY_BYTES) != 0)
        return why_add(why, ERR_CRYPTO, NULL, "%s: a wrapped key did not unwrap to itself",
                       k->way->name);
    k->sealed[k->sealed_bytes - 1] ^= 1;
    code = open_sealed(k);
    k->sealed[k->sealed_bytes - 1] ^= 1;
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

    (void)bytes; /* a data key has one size */
    *work = NULL;
    if (!k)
        return why_no_memory(why);
    k->token = row->token;
    k->way = row->way;
    k->sealed_bytes = sizeof k->sealed;
    rc = secret_draw(k->plain, sizeof k->plain, why);
    if (rc == 0)
        rc = secret_draw(k->nonce, sizeof k->nonce, why);
    if (rc < 0)
        goto out;
    code = k->token->p11->C_OpenSession(k->token->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
                                        NULL, &k->session);
    if (code == CKR_OK && k->way->key)
        code = k->way->key(k);
    if (code == CKR_OK && k->way->seal)
        code = k->way->seal(k);
    if (code != CKR_OK)
        rc = token_fault(why, op->name, code);
    else
        rc = k->way->seal ? check(k, why) : run(k, why);
out:
    if (rc < 0) {
        keyed_release(k);
        return rc;
    }
    *work = k;
    return 0;
}

/* What OpenSSL sealed, in k->sealed, must open to the data key. */
static int
open_twin_s(struct keyed *k, struct why *why)
{
    CK_RV code;

    OPENSSL_cleanse(k->out, sizeof k->out);
    code = open_sealed(k);
    if (code != CKR_OK)
        return token_fault(why, k->way->name, code);
    if (CRYPTO_memcmp(k->out, k->plain, DATA_KEY_BYTES) != 0)
        return why_add(why, ERR_CRYPTO, NULL, "%s does not agree with OpenSSL", k->way->name);
    return 0;
}

/* Both ways between the token and OpenSSL, under an AES key that both know. */
static int
agree_on_aes(struct keyed *k, const unsigned char key[DATA_KEY_BYTES], struct why *why)
{
    const struct twin twin = {k->way->mechanism, key, k->nonce};
    size_t bytes = 0;
    CK_RV code;
    int rc = secret_draw(k->plain, sizeof k->plain, why);

    if (rc == 0)
        rc = twin_seal(&twin, k->plain, k->sealed, &bytes, why);
    k->sealed_bytes = bytes;
    if (rc == 0)
        rc = open_twin_s(k, why);
    if (rc < 0)
        return rc;
    k->sealed_bytes = sizeof k->sealed;
    code = k->way->seal(k);
    if (code != CKR_OK)
        return token_fault(why, k->way->name, code);
    rc = twin_open(&twin, k->sealed, k->sealed_bytes, k->out, why);
    if (rc == 0 && CRYPTO_memcmp(k->out, k->plain, DATA_KEY_BYTES) != 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s does not agree with OpenSSL", k->way->name);
    return rc;
}

/* A key that is put into the token, for the session, in place of the one made there. Tokens may
 * refuse to take keys: then there is nothing to compare, and the self-check must do. */
static int
compare_aes(struct keyed *k, struct why *why)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_AES;
    unsigned char key[DATA_KEY_BYTES];
    CK_ATTRIBUTE is[] = {
        {CKA_CLASS, &class, sizeof class}, {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_TOKEN, &no, sizeof no},       {CKA_VALUE, key, sizeof key},
        {CKA_ENCRYPT, &yes, sizeof yes},   {CKA_DECRYPT, &yes, sizeof yes},
        {CKA_WRAP, &yes, sizeof yes},      {CKA_UNWRAP, &yes, sizeof yes},
    };
    int rc = secret_draw(key, sizeof key, why);

    if (rc == 0 && k->token->p11->C_CreateObject(k->session, is, COUNT(is), &k->key) == CKR_OK) {
        k->public = k->key;
        rc = agree_on_aes(k, key, why);
    }
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

/* The token's public key is read, and OpenSSL encrypts for it. */
static int
compare_rsa(struct keyed *k, struct why *why)
{
    unsigned char modulus[SEALED_MOST], exponent[SEALED_MOST];
    CK_ATTRIBUTE number[] = {{CKA_MODULUS, modulus, sizeof modulus},
                             {CKA_PUBLIC_EXPONENT, exponent, sizeof exponent}};
    const CK_RV code =
        k->token->p11->C_GetAttributeValue(k->session, k->public, number, COUNT(number));
    size_t bytes = 0;
    int rc = code == CKR_OK ? 0 : token_fault(why, "reading a public key", code);

    if (rc == 0)
        rc = twin_encrypt(modulus, number[0].ulValueLen, exponent, number[1].ulValueLen, k->plain,
                          k->sealed, &bytes, why);
    k->sealed_bytes = bytes;
    return rc < 0 ? rc : open_twin_s(k, why);
}

/* A key that was made in a token never leaves it, so published vectors cannot be put in. prepare()
 * checks every session's key against itself and an altered message; here the token is held against
 * OpenSSL. */
static int
verify(const struct operation *op, struct why *why)
{
    const struct token_row *row = op->detail;
    void *work;
    int rc = prepare(op, 0, &work, why);

    if (rc == 0 && row->way->compare)
        rc = row->way->compare(work, why);
    keyed_release(work);
    return rc;
}

static const struct token_way ways[TOKEN_WAYS] = {
    {"token-aes-256-generate", "make an AES-256 key in the token, and drop it", CKM_AES_KEY_GEN,
     NULL, NULL, run_generate, NULL},
    {"token-aes-256-gcm-unwrap", "decrypt a 32-byte data key in the token", CKM_AES_GCM, aes_key,
     seal_by_encrypting, run_decrypt, compare_aes},
    {"token-aes-256-kw-unwrap", "unwrap a data key into the token", CKM_AES_KEY_WRAP, aes_key,
     seal_by_wrapping, run_unwrap, compare_aes},
    {"token-rsa-2048-oaep-unwrap", "decrypt a 32-byte data key in the token (OAEP, SHA-1)",
     CKM_RSA_PKCS_OAEP, rsa_key, seal_by_encrypting, run_decrypt, compare_rsa},
};

/* Does the token do it? A proxy may list a mechanism and not pass it on: only trying tells. */
static void
try_row(const struct operation *op, struct token_row *row)
{
    CK_FUNCTION_LIST *p11 = row->token->p11;
    CK_MECHANISM_INFO info;
    void *work = NULL;
    struct why why = {0};

    if (p11->C_GetMechanismInfo(row->token->slot, row->way->mechanism, &info) != CKR_OK)
        snprintf(row->missing, sizeof row->missing, "the token does not offer it");
    else if (prepare(op, 0, &work, &why) < 0)
        snprintf(row->missing, sizeof row->missing, "the token refuses it (%s)",
                 why.count > 0 ? why.fault[0].text : "no reason given");
    keyed_release(work);
    why_release(&why);
    row->tried = true;
}

/* Tried when first asked, since making an RSA key takes a token long. */
static const char *
missing(const struct operation *op)
{
    struct token_row *row = (struct token_row *)op->detail; /* of a token, which is not const */

    if (!row->tried)
        try_row(op, row);
    return row->missing[0] ? row->missing : NULL;
}

void
token_rows(struct token *t)
{
    for (unsigned i = 0; i < TOKEN_WAYS; i++) {
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
    }
}
