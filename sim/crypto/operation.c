#include "crypto/operation.h"

#include <string.h>

#include "base/mem.h"

static const struct operation *const family[] = {
    aead_operations,      xts_operations,       keywrap_operations,  rsa_operations,
    agreement_operations, signature_operations, password_operations, hash_operations,
    sharing_operations,   erasure_operations,   foreign_operations,
};

const struct operation *
operation_at(size_t i)
{
    for (size_t f = 0; f < COUNT(family); f++) {
        for (const struct operation *op = family[f]; op->name; op++) {
            if (i-- == 0)
                return op;
        }
    }
    return NULL;
}

const struct operation *
operation_find(const char *name)
{
    const struct operation *op;

    for (size_t i = 0; (op = operation_at(i)); i++) {
        if (op->cost && strcmp(op->name, name) == 0)
            return op;
    }
    return NULL;
}
