#include "crypto/buffer.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/rand.h>

#include "crypto/fault.h"

#define LINE_BYTES 64

unsigned char *
buffer_new(size_t bytes)
{
    size_t whole;
    unsigned char *at;

    if (bytes > SIZE_MAX - LINE_BYTES)
        return NULL;
    whole = (bytes / LINE_BYTES + 1) * LINE_BYTES; /* never 0 bytes */
    at = aligned_alloc(LINE_BYTES, whole);
    if (at) {
        for (size_t i = 0; i < whole; i++)
            at[i] = (unsigned char)(i * 131 + (i >> 8));
    }
    return at;
}

int
secret_draw(unsigned char *out, size_t bytes, struct why *why)
{
    if (bytes > INT_MAX)
        return why_add(why, ERR_LIMIT, NULL, "cannot draw %zu random bytes at once", bytes);
    if (RAND_bytes(out, (int)bytes) != 1)
        return openssl_fault(why, "drawing random bytes");
    return 0;
}
