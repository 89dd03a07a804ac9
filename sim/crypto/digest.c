#include "crypto/digest.h"

#include <openssl/evp.h>

#include "crypto/fault.h"

int
digest_sha256_hex(const void *bytes, size_t n, char out[DIGEST_SHA256_TEXT], struct why *why)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[DIGEST_SHA256_BYTES];
    size_t length = 0;

    out[0] = 0;
    if (EVP_Q_digest(NULL, "SHA256", NULL, n ? bytes : "", n, digest, &length) != 1 ||
        length != sizeof digest)
        return openssl_fault(why, "SHA-256");
    for (size_t i = 0; i < sizeof digest; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    out[2 * sizeof digest] = 0;
    return 0;
}
