#ifndef CRYPTO_TOKEN_PRIVATE_H
#define CRYPTO_TOKEN_PRIVATE_H

/* Shared by token.c and token_keys.c. */
#include <p11-kit/pkcs11.h>
#include <openssl/crypto.h>
#include "crypto/token.h"

enum { TOKEN_WAYS = 4 };

struct token_way;

/* What a row needs: which token, which way. */
struct token_row {
    struct token *token;
    const struct token_way *way;
    bool tried;
    char missing[160];
};

struct token {
    void *library;
    CK_FUNCTION_LIST *p11;
    bool initialised, wants_login;
    CK_SLOT_ID slot;
    CK_SESSION_HANDLE session; /* keeps the login */
    char name[128];
    struct token_row detail[TOKEN_WAYS];
    struct operation row[TOKEN_WAYS + 1];
};

/* "PKCS#11: WHAT: CKR_...": ERR_CRYPTO. */
int token_fault(struct why *why, const char *what, CK_RV code);

/* Fills row and detail. */
void token_rows(struct token *token);

#endif
