#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

/*
 * A real token behind PKCS#11 (OASIS PKCS #11 2.40): any module by its path. Keys are made as
 * session objects, so none stays in the token. What is timed is what a key store does: making an
 * AES-256 key, and unwrapping a data key by AES-256-GCM, AES-256 key wrap and RSA-2048-OAEP; those
 * that the token has. Each thread has a session and keys of its own.
 *
 * A module is other people's code in this process. It is first loaded and initialised in a child
 * process, so that one that crashes is told, not followed.
 */
#include "crypto/operation.h"

struct token;

struct token_options {
    const char *module; /* path of the shared library */
    const char *label;  /* of the token; NULL: the first one that is initialised */
    const char *pin;    /* the user's; NULL: no login. Borrowed for the call, never kept or shown */
};

/* ERR_INPUT when the module is missing or is none, there is no token of that label, or the PIN is
 * missing or wrong (it is tried once: tokens lock after a few); ERR_CRYPTO when the module crashes,
 * hangs or answers with an error. `*out` is the caller's (token_close). */
MUST_CHECK int token_open(struct token **out, const struct token_options *options, struct why *why);

/* Logs out and unloads. Accepts NULL. Nothing prepared by its operations may live on. */
void token_close(struct token *token);

/* "SoftHSM v2, token 'LABEL'": for people; lives as long as the token. */
const char *token_name(const struct token *token);

/* Rows for measure_plan.extra, ended by an empty one; they live as long as the token. Mechanisms
 * that the token does not have say so through `missing`, which tries them (by one thread). */
const struct operation *token_operations(const struct token *token);

/* A PKCS#11 return value as text: "CKR_PIN_INCORRECT"; the number for rare ones. Static text or
 * `room`. */
const char *token_error(unsigned long code, char room[32]);

#endif
