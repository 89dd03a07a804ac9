#include "crypto/buffer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "crypto/fault.h"

#define LINE_BYTES 64
#define PERIOD     ((size_t)65536) /* of the pattern */

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
        const size_t first = whole < PERIOD ? whole : PERIOD;

        for (size_t i = 0; i < first; i++)
            at[i] = (unsigned char)(i * 131 + (i >> 8));
        for (size_t done = first; done < whole;) { /* doubling */
            const size_t more = done < whole - done ? done : whole - done;

            memcpy(at + done, at, more);
            done += more;
        }
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
