#ifndef CRYPTO_BUFFER_H
#define CRYPTO_BUFFER_H

/*
 * Buffers for measuring, and secrets.
 *
 * A page that was never written costs a fault at its first use, which would be counted as
 * cryptography; so buffers are written once when made. They start at a cache line, so that the
 * same operation does not differ by the luck of the allocator.
 */
#include "base/err.h"

/* `bytes` bytes, aligned to 64, filled with a fixed pattern. NULL when out of memory; free(). */
unsigned char *buffer_new(size_t bytes);

/* Fills from the system's generator (getrandom(2)), which waits until it is seeded. ERR_CRYPTO when
 * there is none. */
MUST_CHECK int secret_draw(unsigned char *out, size_t bytes, struct why *why);

#endif
