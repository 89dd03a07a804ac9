#ifndef CRYPTO_OPERATION_H
#define CRYPTO_OPERATION_H

/*
 * The cryptographic operations that a scenario can name as a cost, each a row of a const table.
 *
 * A family of operations is one file with a table of rows that ends with an empty row; the list of
 * families is in operation.c. To add an operation, add a row; nothing else changes: it is verified,
 * measured, printed and written to the cost file like the others.
 *
 * The life of a row: `verify` once, then `prepare` for a size, `run` many times, `release`.
 * Everything that `run` should not be charged for (fetching algorithms, allocating, drawing keys)
 * belongs into `prepare`. What prepare makes belongs to one thread.
 */
#include <stdbool.h>
#include "base/err.h"

struct operation {
    const char *name;    /* as scenarios write it: {cost: aes-256-gcm-open} */
    const char *about;   /* one line for people */
    const char *backend; /* who does the work: "openssl" */
    /* How it is keyed: "new-key": anew for each object; "held-key": the same key, a new nonce;
     * "envelope": unwraps the object's key, then opens it; "no-key"; "token"; "control". */
    const char *mode;
    bool bulk;    /* the cost depends on the size of the object */
    bool cost;    /* goes into the cost file under its name: the one row of that name that does */
    size_t bytes; /* not bulk: the bytes one operation handles, e.g. a 32-byte data key */

    /* Passes published test vectors and refuses altered input, or ERR_CRYPTO and which did not. */
    int (*verify)(const struct operation *op, struct why *why);

    /* Makes `*work` for objects of `bytes` bytes; the caller owns it (release). On failure there is
     * nothing to release. */
    int (*prepare)(const struct operation *op, size_t bytes, void **work, struct why *why);

    /* One operation. ERR_CRYPTO when it fails. */
    int (*run)(void *work, struct why *why);

    /* Cleanses keys and frees. Accepts NULL. */
    void (*release)(void *work);

    const void *detail; /* the family's own: which algorithm */

    /* NULL, or why it cannot be measured here, in a few words for people: a library or a module
     * that is not there. Field NULL: it always can. */
    const char *(*missing)(const struct operation *op);
};

/* The i-th operation in the order of the families, or NULL past the last. */
const struct operation *operation_at(size_t i);

/* The row that gives the cost of this name, or NULL. */
const struct operation *operation_find(const char *name);

/*
 * Work that is no cryptography, measured in the same rounds so that a reader can tell a slow
 * machine or a busy one from a slow algorithm: copying memory (bulk; nothing that touches every
 * byte can be much faster) and a fixed chain of 1000 dependent multiplications (no memory, no
 * library). Ends with an empty row.
 */
extern const struct operation control_operations[];

/* The families. Each ends with an empty row. */
extern const struct operation aead_operations[];
extern const struct operation keywrap_operations[];
extern const struct operation rsa_operations[];
extern const struct operation hash_operations[];
extern const struct operation xts_operations[];
extern const struct operation erasure_operations[];
extern const struct operation foreign_operations[];
extern const struct operation sharing_operations[];
extern const struct operation agreement_operations[];
extern const struct operation signature_operations[];
extern const struct operation password_operations[];

#endif
