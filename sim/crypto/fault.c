#include "crypto/fault.h"

#include <openssl/err.h>

int
openssl_fault(struct why *why, const char *what)
{
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    ERR_clear_error();
    return why_add(why, ERR_CRYPTO, NULL, "OpenSSL: %s: %s", what,
                   reason ? reason : "failed without giving a reason");
}
