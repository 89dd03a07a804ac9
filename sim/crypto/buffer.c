#include "crypto/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

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
    while (bytes > 0) {
        const ssize_t got = getrandom(out, bytes, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return why_add(why, ERR_CRYPTO, NULL, "the system's random generator: %s",
                           strerrordesc_np(got < 0 ? errno : EIO));
        out += got;
        bytes -= (size_t)got;
    }
    return 0;
}
